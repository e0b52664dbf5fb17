//! Aligned columns of text, written while rows still come.

use std::io::{self, Write};

use anstyle::Style;

use crate::styled::Styled;
use crate::text::{HEADING, columns, cut};

/// So many rows are looked at before the first is written, to know how wide columns are.
const LOOK_AHEAD: usize = 512;

/// A row, already safe to show, and how it looks.
pub(crate) struct Cells {
    cells: Vec<(String, usize)>,
    style: Style,
}

impl Cells {
    pub(crate) fn plain(cells: impl IntoIterator<Item = String>) -> Self {
        Self {
            cells: cells.into_iter().map(measured).collect(),
            style: Style::new(),
        }
    }
}

/// A cell and the columns it takes.
fn measured(cell: String) -> (String, usize) {
    let width = columns(&cell);
    (cell, width)
}

/// A table whose columns are as wide as their widest cell so far.
pub(crate) struct Table {
    out: Styled,
    heading: Vec<(String, usize)>,
    /// Columns that are aligned to the right: numbers.
    right: Vec<bool>,
    widths: Vec<usize>,
    waiting: Vec<Cells>,
    headed: bool,
    /// How many columns of the terminal there are, and which of the table go first where they are too few.
    room: Option<usize>,
    least: Vec<usize>,
    /// Columns that have gone.
    gone: Vec<usize>,
}

/// What is left of the last column at least; where there is less room, another one goes.
const LAST: usize = 16;

impl Table {
    pub(crate) const fn new(out: Styled) -> Self {
        Self {
            out,
            heading: Vec::new(),
            right: Vec::new(),
            widths: Vec::new(),
            waiting: Vec::new(),
            headed: false,
            room: None,
            least: Vec::new(),
            gone: Vec::new(),
        }
    }

    pub(crate) const fn out(&mut self) -> &mut Styled {
        &mut self.out
    }

    pub(crate) fn is_headed(&self) -> bool {
        !self.heading.is_empty()
    }

    pub(crate) fn head(&mut self, heading: Vec<String>, right: Vec<bool>) {
        self.heading = heading.into_iter().map(measured).collect();
        self.widths = self.heading.iter().map(|(_, width)| *width).collect();
        self.right = right;
    }

    /// Makes it fit in a width.
    pub(crate) fn fit(&mut self, room: Option<usize>, least: Vec<usize>) {
        (self.room, self.least) = (room, least);
        self.gone.clear();
    }

    /// Leaves out what there is no room for.
    fn make_room(&mut self) {
        let Some(room) = self.room else { return };
        for &next in &self.least {
            let kept: Vec<usize> = (0..self.widths.len())
                .filter(|at| !self.gone.contains(at))
                .collect();
            let Some((last, others)) = kept.split_last() else {
                return;
            };
            let others: usize = others.iter().map(|&at| self.widths[at] + 2).sum();
            if others + self.widths[*last].min(LAST) <= room {
                return;
            }
            self.gone.push(next);
        }
    }

    pub(crate) fn row(&mut self, cells: Cells) -> io::Result<()> {
        for (widest, (_, width)) in self.widths.iter_mut().zip(&cells.cells) {
            *widest = (*widest).max(*width);
        }
        self.waiting.push(cells);
        if self.waiting.len() >= LOOK_AHEAD {
            self.write()?;
        }
        Ok(())
    }

    /// The table has ended; another one may follow.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.write()?;
        self.headed = false;
        self.heading.clear();
        Ok(())
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.write()?;
        self.out.flush()
    }

    /// Writes the rows that wait.
    pub(crate) fn write(&mut self) -> io::Result<()> {
        let mut line = String::new();
        if !self.headed && self.is_headed() {
            self.headed = true;
            self.make_room();
            self.align(&self.heading, &mut line);
            self.out.line(HEADING, &line)?;
        }
        for row in std::mem::take(&mut self.waiting) {
            self.align(&row.cells, &mut line);
            if row.style == Style::new() {
                line.push('\n');
                self.out.write_all(line.as_bytes())?;
            } else {
                writeln!(self.out, "{0}{line}{0:#}", row.style)?;
            }
        }
        Ok(())
    }

    fn align(&self, cells: &[(String, usize)], line: &mut String) {
        line.clear();
        for (i, ((cell, width), widest)) in cells.iter().zip(&self.widths).enumerate() {
            if self.gone.contains(&i) {
                continue;
            }
            let space = std::iter::repeat_n(' ', widest.saturating_sub(*width));
            if self.right.get(i).is_some_and(|right| *right) {
                line.extend(space);
                line.push_str(cell);
            } else {
                line.push_str(cell);
                line.extend(space);
            }
            line.push_str("  ");
        }
        line.truncate(line.trim_end().len());
        if self.room.is_some_and(|room| columns(line) > room) {
            *line = cut(line, self.room);
        }
    }
}
