//! The forms that any report can be printed in: values of named fields as a table, CSV, TSV or JSON.

pub(crate) mod segment_json;
mod separated;
mod table;
pub(crate) mod wireshark;
pub(crate) mod zeek;

use std::io::{self, BufWriter, Write};

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use synfin::{FieldType, UtcTime, Value};

use crate::args;
use crate::json;
use crate::select::{Column, Row, Selection, Subject};
use crate::styled::Styled;
pub(crate) use separated::Separated;
pub(crate) use table::{Cells, Table};

/// How rows of chosen fields are written.
pub(crate) trait Form {
    fn row(&mut self, row: &dyn Row) -> io::Result<()>;
    /// A capture has ended.
    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
    /// No further row is waited for before those given are written.
    fn pass(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn flush(&mut self) -> io::Result<()>;
}

/// The form that the arguments ask for; none where it is the report's own.
pub(crate) fn asked(
    subject: Subject,
    output: &args::Output,
    asked: &args::Selection,
    selection: &Selection,
    usual: &[&str],
) -> Option<Box<dyn Form + Send>> {
    let mut columns = selection.fields.clone();
    if columns.is_empty() {
        columns.extend(usual.iter().filter_map(|name| Column::find(subject, name).ok()));
    }
    let out = || BufWriter::new(io::stdout());
    match (asked.csv, asked.tsv, selection.fields.is_empty()) {
        (true, _, _) => Some(Box::new(Separated::csv(out(), columns))),
        (_, true, _) => Some(Box::new(Separated::tsv(out(), columns))),
        (_, _, true) => None,
        _ if output.json => Some(Box::new(Objects {
            out: out(),
            columns,
            subject,
        })),
        _ => Some(Box::new(Fields {
            table: Table::new(Styled::stdout()),
            columns,
        })),
    }
}

/// A value as text: time spans in seconds, times in UTC.
pub(crate) fn text(value: &Value<'_>) -> String {
    match value {
        Value::Unsigned(number) | Value::Frame(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
        Value::Text(text) => text.to_string(),
        Value::RelativeTime(ns) => seconds(*ns),
        Value::AbsoluteTime(ns) => UtcTime(*ns).to_string(),
        Value::Address(address) => address.to_string(),
    }
}

/// Seconds with all nine decimals.
fn seconds(ns: i64) -> String {
    let sign = if ns < 0 { "-" } else { "" };
    let ns = ns.unsigned_abs();
    format!("{sign}{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000)
}

/// All values of a row in one cell, commas between, as `tshark -T fields` has it.
fn cell(row: &dyn Row, column: &Column) -> String {
    let mut cell = String::new();
    let mut first = true;
    row.values(column, &mut |value| {
        if !std::mem::replace(&mut first, false) {
            cell.push(',');
        }
        cell += &text(&value);
    });
    cell
}

/// One JSON object a row, with the chosen fields alone.
struct Objects<W> {
    out: W,
    columns: Vec<Column>,
    subject: Subject,
}

impl<W: Write> Form for Objects<W> {
    fn row(&mut self, row: &dyn Row) -> io::Result<()> {
        let object = Object {
            row,
            columns: &self.columns,
            subject: self.subject,
        };
        json::line(&mut self.out, &object)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

struct Object<'a> {
    row: &'a dyn Row,
    columns: &'a [Column],
    subject: Subject,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for column in self.columns {
            let mut values = Vec::new();
            self.row.values(column, &mut |value| values.push(Json(value)));
            if column.is_list(self.subject) {
                map.serialize_entry(&column.key(), &values)?;
            } else {
                map.serialize_entry(&column.key(), &values.first())?;
            }
        }
        map.end()
    }
}

struct Json<'a>(Value<'a>);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Unsigned(number) | Value::Frame(number) => serializer.serialize_u64(*number),
            Value::Bool(is) => serializer.serialize_bool(*is),
            Value::Text(text) => serializer.serialize_str(text),
            Value::RelativeTime(ns) | Value::AbsoluteTime(ns) => serializer.serialize_i64(*ns),
            Value::Address(address) => serializer.collect_str(address),
        }
    }
}

/// The chosen fields as a table.
struct Fields {
    table: Table,
    columns: Vec<Column>,
}

impl Form for Fields {
    fn row(&mut self, row: &dyn Row) -> io::Result<()> {
        if !self.table.is_headed() {
            let right = |kind| {
                matches!(
                    kind,
                    FieldType::Unsigned | FieldType::Frame | FieldType::RelativeTime
                )
            };
            let right = self.columns.iter().map(|column| right(column.kind())).collect();
            self.table.head(self.columns.iter().map(Column::name), right);
        }
        let columns = &self.columns;
        self.table.row(|cells| {
            for column in columns {
                cells.add(|text| text.push_str(&crate::text::foreign(&cell(row, column))));
            }
        })
    }

    fn end(&mut self) -> io::Result<()> {
        self.table.end()
    }

    fn pass(&mut self) -> io::Result<()> {
        self.table.write()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.table.flush()
    }
}
