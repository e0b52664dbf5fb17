//! `synfin connections`: one line for each connection, how it opened and how it ended.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use synfin::{Annotation, Cause, CloseVerdict, Closer, Confidence, Connection, Dissector};

use crate::Failure;
use crate::args::Report;
use crate::input::{self, Reading, Sink};
use crate::json;
use crate::text::{self, Duration, HEADING};

pub(crate) fn run(report: &Report) -> Result<Reading, Failure> {
    if report.output.json {
        input::read_all(&report.input, Json(BufWriter::new(io::stdout().lock())))
    } else {
        let out = BufWriter::new(anstream::stdout().lock());
        input::read_all(&report.input, Text(out))
    }
}

struct Json<W>(W);

impl<W: Write> Sink for Json<W> {
    fn writes_while_reading(&self) -> bool {
        false
    }

    fn segment(&mut self, _: &Dissector, _: &Annotation) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        for connection in dissector.finish() {
            json::line(&mut self.0, &connection)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

struct Text<W>(W);

impl<W: Write> Sink for Text<W> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        writeln!(self.0, "{HEADING}==> {} <=={HEADING:#}", text::foreign(name))
    }

    fn writes_while_reading(&self) -> bool {
        false
    }

    fn segment(&mut self, _: &Dissector, _: &Annotation) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        let connections: Vec<Connection> = dissector.finish().collect();
        if connections.is_empty() {
            writeln!(self.0, "no TCP connections")?;
            return Ok(());
        }
        let rows: Vec<[String; 10]> = connections.iter().map(row).collect();
        let heading = [
            "#",
            "initiator",
            "responder",
            "frames",
            "duration",
            "handshake",
            "close",
            "by",
            "cause",
            "http",
        ];
        let heading = heading.map(str::to_owned);
        let mut widths = [0; 10];
        for row in std::iter::once(&heading).chain(&rows) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        writeln!(self.0, "{HEADING}{}{HEADING:#}", aligned(&heading, widths))?;
        for row in &rows {
            writeln!(self.0, "{}", aligned(row, widths))?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn aligned(row: &[String; 10], widths: [usize; 10]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        let _ = write!(line, "{cell:<width$}  ");
    }
    line.truncate(line.trim_end().len());
    line
}

fn row(connection: &Connection) -> [String; 10] {
    let close = &connection.close;
    [
        connection.connection.to_string(),
        text::endpoint(connection.src, connection.src_port),
        text::endpoint(connection.dst, connection.dst_port),
        format!("{}-{}", connection.first_frame, connection.last_frame),
        Duration(connection.duration_ns).to_string(),
        connection.handshake.verdict.to_string(),
        close.verdict.to_string(),
        match (close.by, close.reset_by) {
            (Closer::Network, Some(side)) => format!("network, as {}", side.as_str()),
            (by, Some(reset_by)) if by != Closer::from(reset_by) => {
                format!("{by}, reset by {}", reset_by.as_str())
            }
            (Closer::Nobody, _) => String::new(),
            (by, _) => by.to_string(),
        },
        if close.cause == Cause::Unknown {
            String::new()
        } else {
            close.cause.to_string()
        },
        http(connection),
    ]
}

/// The first transaction, and how many there are.
fn http(connection: &Connection) -> String {
    let Some(first) = connection.http.first() else {
        return String::new();
    };
    let [method, target] = text::request(first);
    let mut cell = String::new();
    let _ = write!(
        cell,
        "{} {} {}",
        method,
        target,
        match (first.status, first.response_frame) {
            (Some(status), _) => status.to_string(),
            (None, Some(_)) => "no status".to_owned(),
            (None, None) => "no answer".to_owned(),
        },
    );
    let more = connection.http.len() as u64 - 1 + connection.http_omitted;
    if more > 0 {
        let _ = write!(cell, " and {more} more");
    }
    cell
}

/// A verdict, and how sure it is where it is not certain.
fn sure(verdict: impl std::fmt::Display, confidence: Confidence) -> String {
    match confidence {
        Confidence::Certain => verdict.to_string(),
        _ => format!("{verdict} ({confidence})"),
    }
}

/// How a connection opened and ended, in a sentence.
pub(crate) fn verdict_in_words(connection: &Connection) -> String {
    let handshake = &connection.handshake;
    let close = &connection.close;
    let mut words = format!("handshake {}", sure(handshake.verdict, handshake.confidence));
    let rtts: Vec<String> = [
        ("responder", handshake.rtt_responder_ns),
        ("initiator", handshake.rtt_initiator_ns),
    ]
    .into_iter()
    .filter_map(|(side, rtt)| Some(format!("{side} {}", Duration(rtt?))))
    .collect();
    if !rtts.is_empty() {
        let _ = write!(words, " (round trip: {})", rtts.join(", "));
    }
    let verdict = sure(close.verdict, close.confidence);
    let _ = match close.verdict {
        CloseVerdict::NotOpened | CloseVerdict::Open | CloseVerdict::HalfClosed | CloseVerdict::Closing => {
            write!(words, "; {verdict}")
        }
        _ => write!(words, "; closed: {verdict}"),
    };
    match close.by {
        Closer::Nobody => {}
        by => {
            let _ = write!(words, " by {by}");
        }
    }
    if let Some(side) = close.reset_by.filter(|&side| Closer::from(side) != close.by) {
        let how = if close.by == Closer::Network {
            "in the name of"
        } else {
            "reset by"
        };
        let _ = write!(words, ", {how} {}", side.as_str());
    }
    if close.cause != Cause::Unknown {
        let _ = write!(words, ", {} ({})", close.cause, close.cause_confidence);
    }
    words
}
