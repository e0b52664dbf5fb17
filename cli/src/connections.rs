//! `synfin connections`: one line for each connection, how it opened and how it ended.

use std::io::{self, BufWriter, Write};

use synfin::http::Transaction;
use synfin::{Annotation, Cause, CloseVerdict, Closer, Confidence, Connection, Dissector, Side};

mod long;

use crate::Failure;
use crate::args;
use crate::forms::{self, Cells, Form, Table, wireshark, zeek};
use crate::input::{self, Reading, Sink};
use crate::json;
use crate::language::{Messages, messages};
use crate::printing::{Print, Printer};
use crate::put;
use crate::select::{Ordered, Selection, Subject};
use crate::styled::Styled;
use crate::text::{self, Duration};

pub(crate) fn run(args: &args::Connections) -> Result<Reading, Failure> {
    let selection = Selection::new(&args.selection, Subject::Connections)?;
    let json = args.report.output.json;
    let plain = || BufWriter::with_capacity(1 << 16, io::stdout());
    let form = forms::asked(
        Subject::Connections,
        &args.report.output,
        &args.selection,
        &selection,
        &USUAL,
    );
    let rows: Box<dyn Rows + Send> = match form {
        Some(form) => Box::new(Formed(form)),
        None if args.selection.print_filter => Box::new(Filter {
            connections: wireshark::Connections::default(),
            out: plain(),
        }),
        None if args.zeek => Box::new(Zeek(zeek::Log::new(plain()))),
        None if args.long => Box::new(long::Long::new(messages())),
        None if json => Box::new(Json(plain())),
        None => Box::new(Text {
            table: Table::new(Styled::stdout()),
            say: messages(),
            told: 0,
        }),
    };
    let ordered = Ordered::new(&selection);
    let files = args.report.input.plan().sources.len();
    let selected = Selected {
        selection,
        ordered,
        rows,
        left: files,
    };
    let input = &args.report.input;
    input::read_all(input, Connections(Printer::new(selected, input.threads())?))
}

/// The columns of CSV and TSV where none are asked for.
const USUAL: [&str; 24] = [
    "connection",
    "src",
    "src_port",
    "dst",
    "dst_port",
    "start",
    "duration",
    "first_frame",
    "last_frame",
    "handshake.verdict",
    "handshake.confidence",
    "handshake.rtt_responder",
    "handshake.rtt_initiator",
    "close.verdict",
    "close.by",
    "close.cause",
    "close.confidence",
    "packets.initiator",
    "packets.responder",
    "bytes.initiator",
    "bytes.responder",
    "retransmissions.initiator",
    "retransmissions.responder",
    "protocol",
];

/// How connections are written.
pub(crate) trait Rows {
    fn begin(&mut self, _name: &str) -> io::Result<()> {
        Ok(())
    }
    fn connection(&mut self, connection: &Connection) -> io::Result<()>;
    /// A connection that was not selected.
    fn left_out(&mut self, _connection: &Connection) {}
    /// A capture has ended; `last` of all.
    fn end(&mut self, _last: bool) -> io::Result<()> {
        Ok(())
    }
    /// No further row is waited for before those given are written.
    fn pass(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn flush(&mut self) -> io::Result<()>;
}

/// Bytes of a connection without its transactions, by and large.
const SIZE: usize = 2 * size_of::<Connection>();
/// Connections handed on together at the end of a capture.
const TOGETHER: usize = 16;

/// What happens to the report.
enum Event {
    /// One of several captures begins.
    Begin(String),
    /// Connections are over.
    Over(Vec<Connection>),
    /// The capture has ended.
    End,
}

/// Gives the connections of each capture to whoever prints them.
struct Connections(Printer<Selected>);

impl Connections {
    fn over(&mut self, connections: Vec<Connection>) -> io::Result<()> {
        let transactions: usize = connections.iter().map(|connection| connection.http.len()).sum();
        let size = connections.len() * SIZE + transactions * size_of::<Transaction>();
        self.0.event(Event::Over(connections), size)
    }
}

impl Sink for Connections {
    fn writes_while_reading(&self) -> bool {
        false
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        self.0.event(Event::Begin(name.to_owned()), name.len())
    }

    fn segment(&mut self, _: &Dissector, _: &Annotation) -> io::Result<()> {
        Ok(())
    }

    fn takes_connections(&self) -> bool {
        true
    }

    fn connections(&mut self, gone: Vec<Connection>) -> io::Result<()> {
        self.over(gone)
    }

    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        let mut rest = dissector.finish();
        loop {
            let some: Vec<Connection> = rest.by_ref().take(TOGETHER).collect();
            if some.is_empty() {
                break;
            }
            self.over(some)?;
        }
        self.0.event(Event::End, 0)
    }

    fn settle(&mut self) -> io::Result<()> {
        self.0.settle()
    }

    fn pass(&mut self) -> io::Result<()> {
        self.0.pass()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Prints the wanted connections of each capture, in the order asked for.
struct Selected {
    selection: Selection,
    ordered: Option<Ordered<Connection>>,
    rows: Box<dyn Rows + Send>,
    /// Captures to come, this one included.
    left: usize,
}

impl Selected {
    fn over(&mut self, connections: &mut Vec<Connection>) -> io::Result<()> {
        let Some(ordered) = &mut self.ordered else {
            for connection in connections {
                if self.selection.holds(connection) && self.selection.admits() {
                    self.rows.connection(connection)?;
                } else {
                    self.rows.left_out(connection);
                }
            }
            return Ok(());
        };
        for connection in connections.drain(..) {
            if self.selection.holds(&connection) {
                for gone in ordered.push(connection) {
                    self.rows.left_out(&gone);
                }
            } else {
                self.rows.left_out(&connection);
            }
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.selection.begin();
        self.left = self.left.saturating_sub(1);
        if let Some(ordered) = &mut self.ordered {
            let (chosen, gone) = ordered.take();
            gone.iter().for_each(|connection| self.rows.left_out(connection));
            for connection in &chosen {
                self.rows.connection(connection)?;
            }
        }
        self.rows.end(self.left == 0)
    }
}

impl Print for Selected {
    type Event = Event;

    fn event(&mut self, event: &mut Event) -> io::Result<()> {
        match event {
            Event::Begin(name) => self.rows.begin(name),
            Event::Over(connections) => self.over(connections),
            Event::End => self.end(),
        }
    }

    fn pass(&mut self) -> io::Result<()> {
        self.rows.pass()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.rows.flush()
    }
}

struct Formed(Box<dyn Form + Send>);

impl Rows for Formed {
    fn connection(&mut self, connection: &Connection) -> io::Result<()> {
        self.0.row(connection)
    }

    fn end(&mut self, _: bool) -> io::Result<()> {
        self.0.end()
    }

    fn pass(&mut self) -> io::Result<()> {
        self.0.pass()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

struct Filter<W> {
    connections: wireshark::Connections,
    out: W,
}

impl<W: Write> Rows for Filter<W> {
    fn connection(&mut self, connection: &Connection) -> io::Result<()> {
        self.connections.add(connection, true);
        Ok(())
    }

    fn left_out(&mut self, connection: &Connection) {
        self.connections.add(connection, false);
    }

    fn end(&mut self, _: bool) -> io::Result<()> {
        writeln!(self.out, "{}", std::mem::take(&mut self.connections).filter())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

struct Zeek<W>(zeek::Log<W>);

impl<W: Write> Rows for Zeek<W> {
    fn connection(&mut self, connection: &Connection) -> io::Result<()> {
        self.0.connection(connection)
    }

    fn end(&mut self, last: bool) -> io::Result<()> {
        if last { self.0.close() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

struct Json<W>(W);

impl<W: Write> Rows for Json<W> {
    fn connection(&mut self, connection: &Connection) -> io::Result<()> {
        json::line(&mut self.0, connection)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

struct Text {
    table: Table,
    say: &'static Messages,
    told: u64,
}

/// Columns that go first where there is no room for all: frames, packets, bytes, HTTP, round trip, duration, cause, by.
const LEAST: [usize; 8] = [3, 6, 7, 12, 5, 4, 11, 10];

impl Rows for Text {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        self.table.out().begin(name)
    }

    fn connection(&mut self, connection: &Connection) -> io::Result<()> {
        if !self.table.is_headed() {
            self.table.head(self.say.connections.headings, Vec::new());
            self.table.fit(text::room(), LEAST.into());
        }
        self.told += 1;
        let say = self.say;
        self.table.row(|cells| row(cells, say, connection))
    }

    fn end(&mut self, _: bool) -> io::Result<()> {
        if std::mem::take(&mut self.told) == 0 {
            writeln!(self.table.out(), "{}", self.say.no_connections)?;
        }
        self.table.end()
    }

    fn pass(&mut self) -> io::Result<()> {
        self.table.write()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.table.flush()
    }
}

fn row(cells: &mut Cells, say: &Messages, connection: &Connection) {
    let close = &connection.close;
    let language = say.language;
    cells.add(|text| put::number(text, connection.connection));
    cells.add(|text| put::endpoint(text, connection.src, connection.src_port));
    cells.add(|text| put::endpoint(text, connection.dst, connection.dst_port));
    cells.add(|text| {
        put::number(text, connection.first_frame);
        text.push('-');
        put::number(text, connection.last_frame);
    });
    cells.add(|text| put::shown(text, Duration(connection.duration_ns)));
    // Together they are the whole way, there and back.
    let rtt = connection
        .handshake
        .rtt_responder_ns
        .zip(connection.handshake.rtt_initiator_ns)
        .map(|(there, back)| Duration(there.saturating_add(back)));
    cells.add(|text| {
        if let Some(rtt) = rtt {
            put::shown(text, rtt);
        }
    });
    cells.add(|text| sides(text, &connection.packets));
    cells.add(|text| sides(text, &connection.bytes));
    cells.add(|text| text.push_str(connection.handshake.verdict.label(language)));
    cells.add(|text| text.push_str(close.verdict.label(language)));
    cells.add(|text| ended_by(text, say, connection));
    cells.add(|text| {
        if close.cause != Cause::Unknown {
            text.push_str(close.cause.label(language));
        }
    });
    cells.add(|text| http(text, say, connection));
}

fn sides(text: &mut String, sides: &synfin::Sides<u64>) {
    put::number(text, sides.initiator);
    text.push_str(" → ");
    put::number(text, sides.responder);
    text.push_str(" ←");
}

/// Adds who ended it, and who reset it where that was another.
fn ended_by(text: &mut String, say: &Messages, connection: &Connection) {
    let close = &connection.close;
    let by = close.by.label(say.language);
    match (close.by, close.reset_by) {
        (Closer::Network, Some(side)) => {
            text.push_str(&(say.connections.network_as)(side.label(say.language)));
        }
        (closer, Some(reset_by)) if closer != Closer::from(reset_by) => {
            text.push_str(&(say.connections.by_and_reset_by)(
                by,
                reset_by.label(say.language),
            ));
        }
        (Closer::Nobody, _) => {}
        _ => text.push_str(by),
    }
}

/// Adds the first transaction, and how many there are.
fn http(text: &mut String, say: &Messages, connection: &Connection) {
    let Some(first) = connection.http.first() else {
        return;
    };
    for part in text::request(first) {
        text.push_str(&part);
        text.push(' ');
    }
    match (first.status, first.response_frame) {
        (Some(status), _) => put::number(text, status),
        (None, Some(_)) => text.push_str(say.connections.no_status),
        (None, None) => text.push_str(say.connections.no_answer),
    }
    let more = connection.http.len() as u64 - 1 + connection.http_omitted;
    if more > 0 {
        text.push_str(&(say.connections.and_more)(more));
    }
}

/// A verdict's label, and how sure it is where it is not certain.
fn sure(say: &Messages, verdict: &str, confidence: Confidence) -> String {
    match confidence {
        Confidence::Certain => verdict.to_owned(),
        _ => (say.connections.sure)(verdict, confidence.label(say.language)),
    }
}

/// How a connection opened and ended, in a sentence.
pub(crate) fn verdict_in_words(say: &Messages, connection: &Connection) -> String {
    let (phrases, language) = (&say.connections, say.language);
    let handshake = &connection.handshake;
    let close = &connection.close;
    let verdict = sure(say, handshake.verdict.label(language), handshake.confidence);
    let mut words = (phrases.handshake)(&verdict);
    let rtts: Vec<String> = [
        (Side::Responder, handshake.rtt_responder_ns),
        (Side::Initiator, handshake.rtt_initiator_ns),
    ]
    .into_iter()
    .filter_map(|(side, rtt)| Some((phrases.of_side)(side.label(language), Duration(rtt?))))
    .collect();
    if !rtts.is_empty() {
        words += &(phrases.round_trip)(&rtts.join(say.comma));
    }
    words += say.semicolon;
    let verdict = sure(say, close.verdict.label(language), close.confidence);
    words += &match close.verdict {
        CloseVerdict::NotOpened | CloseVerdict::Open | CloseVerdict::HalfClosed | CloseVerdict::Closing => {
            verdict
        }
        _ => (phrases.closed)(&verdict),
    };
    match close.by {
        Closer::Nobody => {}
        by => words += &(phrases.by)(by.label(language)),
    }
    if let Some(side) = close.reset_by.filter(|&side| Closer::from(side) != close.by) {
        let phrase = if close.by == Closer::Network {
            phrases.in_the_name_of
        } else {
            phrases.reset_by
        };
        words += &phrase(side.label(language));
    }
    if close.cause != Cause::Unknown {
        words += &(phrases.cause)(
            close.cause.label(language),
            close.cause_confidence.label(language),
        );
    }
    words
}
