//! What has values to select by.

use synfin::http::HttpRow;
use synfin::{Annotation, Connection, Value};

use super::columns::{Column, Sink};
use crate::links::Links;

/// A row of a report.
pub(crate) trait Row {
    /// Gives the values of a column; none where the row has none.
    fn values<'a>(&'a self, column: &Column, sink: Sink<'_, 'a>);

    /// The first of them.
    fn first(&self, column: &Column) -> Option<Value<'_>> {
        let mut first = None;
        self.values(column, &mut |value| {
            first.get_or_insert(value);
        });
        first
    }
}

impl Row for Connection {
    fn values<'a>(&'a self, column: &Column, sink: Sink<'_, 'a>) {
        if let Column::Registry(field) = column {
            field.of_connection(self, sink);
        }
    }
}

impl Row for HttpRow {
    fn values<'a>(&'a self, column: &Column, sink: Sink<'_, 'a>) {
        if let Column::Http(column) = column {
            (column.values)(self, sink);
        }
    }
}

/// A segment, and what is known of its future where the file was read before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packet<'a> {
    pub(crate) annotation: &'a Annotation,
    pub(crate) links: Option<&'a Links>,
}

impl Row for Packet<'_> {
    fn values<'a>(&'a self, column: &Column, sink: Sink<'_, 'a>) {
        let Column::Registry(field) = column else { return };
        if field.is_of_segment() {
            return field.of_segment(self.annotation, sink);
        }
        let Some(links) = self.links else { return };
        if let Some(connection) = links.connection(self.annotation.connection) {
            field.of_connection(connection, &mut *sink);
        }
        let link = match field.name {
            "synfin.answered_in" => links.answered_in(self.annotation),
            "synfin.http.response_in" => {
                let note = self.annotation.http.as_ref();
                note.and_then(|note| links.response_in(self.annotation.connection, note))
            }
            _ => None,
        };
        link.map(Value::Frame).into_iter().for_each(sink);
    }
}
