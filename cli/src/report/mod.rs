//! `synfin report`: a page in one file that a browser shows without a network.

mod columns;
mod counts;
mod page;
mod pictures;
mod texts;

use std::collections::HashMap;
use std::io::{self, Write as _};

use serde::Serialize;
use synfin::{Annotation, Config, Connection, ConnectionId, Dissector, IcmpNote};

use crate::Failure;
use crate::args::PageReport;
use crate::input::{self, Reading, Sink};
use crate::ladder::fold::{Folded, Limits, Moment};
use crate::ladder::model::Ladder;
use crate::language::messages;
use crate::output_file::Output;
use crate::text;
use columns::{Connections, Transactions};
use counts::Counts;
use pictures::Pictures;

/// Connections in the table.
const MOST_CONNECTIONS: usize = 100_000;
/// Transactions in the waterfall.
const MOST_TRANSACTIONS: usize = 50_000;
/// Rows of all pictures together.
const MOST_ROWS: usize = 600_000;

/// The opening, the end, and what is odd beside them.
const PICTURE: Limits = Limits {
    plain: Some(2),
    head: 30,
    tail: 20,
    recent: 0,
};
/// Where there is no room for more.
const SMALL_PICTURE: Limits = Limits {
    plain: Some(0),
    head: 4,
    tail: 4,
    recent: 0,
};

pub(crate) fn run(args: &PageReport) -> Result<Reading, Failure> {
    let mut report = Report {
        name: args
            .input
            .files
            .first()
            .map(|file| shown(file))
            .unwrap_or_default(),
        ..Report::default()
    };
    // Nobody waits for a page that cannot be written.
    let mut out = Output::open(Some(&args.output), &args.input.files)?;
    let reading = input::read_all(&args.input, &mut report)?;
    let title = match report.page.files.as_slice() {
        [file] => file.clone(),
        files => messages()
            .page
            .captures
            .replace("{count}", &files.len().to_string()),
    };
    let title = format!("synfin{}{title}", messages().colon);
    out.begin()?;
    page::write(
        &mut out,
        messages(),
        &title,
        &report.page,
        &report.page.pictures.lines,
    )?;
    out.flush()?;
    Ok(reading)
}

/// A file by the last part of its name.
fn shown(path: &std::path::Path) -> String {
    let name = path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    text::foreign(&name)
}

/// What the page's script reads.
#[derive(Debug, Serialize)]
struct Page {
    /// The captures.
    files: Vec<String>,
    /// Of everything, also of what is left out below.
    counts: Counts,
    connections: Connections,
    transactions: Transactions,
    pictures: Pictures,
    left_out: LeftOut,
}

/// What a page had no room for.
#[derive(Debug, Default, Serialize)]
struct LeftOut {
    connections: u64,
    transactions: u64,
}

#[derive(Default)]
struct Report {
    page: Page,
    /// The first file, where no name is told.
    name: String,
    /// Of the capture that is read.
    kept: HashMap<ConnectionId, Folded>,
    /// Rows of all pictures so far.
    rows: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            files: Vec::new(),
            counts: Counts::new(),
            connections: Connections::default(),
            transactions: Transactions::default(),
            pictures: Pictures::default(),
            left_out: LeftOut::default(),
        }
    }
}

impl Report {
    /// The picture of a connection, where the table has room for it.
    fn picture(&mut self, connection: ConnectionId, draw: impl FnOnce(&mut Folded)) {
        let full = self.page.connections.len() + self.kept.len() >= MOST_CONNECTIONS;
        let limits = if self.rows < MOST_ROWS {
            PICTURE
        } else {
            SMALL_PICTURE
        };
        let folded = match self.kept.entry(connection) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(_) if full => return,
            std::collections::hash_map::Entry::Vacant(entry) => entry.insert(Folded::new(limits)),
        };
        let before = folded.rows();
        draw(folded);
        self.rows += folded.rows().saturating_sub(before);
    }

    fn connection(&mut self, connection: &Connection) -> io::Result<()> {
        self.page.counts.add(connection);
        let row = self.page.connections.len();
        let Some(folded) = self
            .kept
            .remove(&connection.connection)
            .filter(|_| row < MOST_CONNECTIONS)
        else {
            self.page.left_out.connections += 1;
            self.page.left_out.transactions += connection.http.len() as u64 + connection.http_omitted;
            return Ok(());
        };
        let file = self.page.files.len().saturating_sub(1);
        self.page.connections.push(file, connection);
        let ladder = Ladder::of(messages(), connection, folded);
        self.page.pictures.push(messages(), connection, &ladder)?;
        for (position, transaction) in connection.http.iter().enumerate() {
            if self.page.transactions.len() < MOST_TRANSACTIONS {
                self.page.transactions.push(row, position, transaction);
            } else {
                self.page.left_out.transactions += 1;
            }
        }
        self.page.left_out.transactions += connection.http_omitted;
        Ok(())
    }
}

impl Sink for &mut Report {
    fn writes_while_reading(&self) -> bool {
        false
    }

    fn configure(&self, config: &mut Config) {
        config.http.facts = true;
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        self.page.files.push(shown(std::path::Path::new(name)));
        Ok(())
    }

    fn segment(&mut self, _: &Dissector, segment: &Annotation) -> io::Result<()> {
        self.picture(segment.connection, |folded| folded.segment(segment));
        Ok(())
    }

    fn icmp(&mut self, frame: u64, time_ns: i64, note: &IcmpNote) {
        self.picture(note.connection, |folded| {
            folded.icmp(Moment { frame, time_ns }, note.direction);
        });
    }

    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        if self.page.files.is_empty() {
            self.page.files.push(self.name.clone());
        }
        for connection in dissector.finish() {
            self.connection(&connection)?;
        }
        self.kept.clear();
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
