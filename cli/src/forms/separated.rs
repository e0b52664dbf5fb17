//! Values with commas or tabs between.

use std::io::{self, Write};

use synfin::display::drives_terminal;

use super::{Form, cell};
use crate::select::{Column, Row};

/// A row of names, then a row for each row.
pub(crate) struct Separated<W> {
    out: W,
    columns: Vec<Column>,
    headed: bool,
    cell: fn(&str) -> String,
    between: &'static str,
    end: &'static str,
}

impl<W: Write> Separated<W> {
    /// RFC 4180.
    pub(crate) fn csv(out: W, columns: Vec<Column>) -> Self {
        Self {
            out,
            columns,
            headed: false,
            cell: quoted,
            between: ",",
            end: "\r\n",
        }
    }

    pub(crate) fn tsv(out: W, columns: Vec<Column>) -> Self {
        Self {
            out,
            columns,
            headed: false,
            cell: escaped,
            between: "\t",
            end: "\n",
        }
    }

    fn line(&mut self, cells: impl Iterator<Item = String>) -> io::Result<()> {
        let mut line = String::new();
        for (i, cell) in cells.enumerate() {
            if i > 0 {
                line += self.between;
            }
            line += &(self.cell)(&cell);
        }
        line += self.end;
        self.out.write_all(line.as_bytes())
    }

    fn head(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.headed, true) {
            return Ok(());
        }
        let names: Vec<String> = self
            .columns
            .iter()
            .map(|column| column.name().to_owned())
            .collect();
        self.line(names.into_iter())
    }
}

impl<W: Write> Form for Separated<W> {
    fn row(&mut self, row: &dyn Row) -> io::Result<()> {
        self.head()?;
        let cells: Vec<String> = self.columns.iter().map(|column| cell(row, column)).collect();
        self.line(cells.into_iter())
    }

    fn end(&mut self) -> io::Result<()> {
        // Also where there is no row: a table without rows is one.
        self.head()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Between quotes where RFC 4180 asks for it; what could drive a terminal is `\u{…}`.
fn quoted(cell: &str) -> String {
    let cell = harmless(cell, |char| {
        drives_terminal(char) && !matches!(char, '\r' | '\n' | '\t')
    });
    if cell.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

fn escaped(cell: &str) -> String {
    let cell = cell
        .replace('\\', "\\\\")
        .replace('\t', "\\t")
        .replace('\n', "\\n")
        .replace('\r', "\\r");
    harmless(&cell, drives_terminal)
}

fn harmless(text: &str, drives: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if drives(char) {
            shown.extend(char.escape_unicode());
        } else {
            shown.push(char);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{escaped, quoted};

    #[test]
    fn cells_are_as_rfc_4180_has_them() {
        assert_eq!(quoted("plain text"), "plain text");
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"b\"\r\n"), "\"say \"\"b\"\"\r\n\"");
        assert_eq!(quoted("\u{1b}[31m"), r"\u{1b}[31m");
    }

    #[test]
    fn a_tab_separates_and_nothing_else_does() {
        assert_eq!(escaped("a\tb\\\nc\r\u{9b}"), r"a\tb\\\nc\r\u{9b}");
    }
}
