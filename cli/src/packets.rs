//! `synfin packets`: a line for each TCP segment, then how each connection ended.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use synfin::http::Transaction;
use synfin::{Annotation, Connection, Dissector};

mod layout;
pub(crate) mod words;

use crate::Failure;
use crate::args::{self, Packets};
use crate::connections::verdict_in_words;
use crate::forms::{self, Form, segment_json, wireshark};
use crate::input::{self, Reading, Sink};
use crate::language::{Messages, messages};
use crate::links::{Links, Wanted};
use crate::printing::{Print, Printer};
use crate::select::{Column, Ordered, Packet, Selection, Subject};
use crate::styled::Styled;
use crate::text::{self, DIM, HEADING};
use crate::times::{Clock, TimeFormat};
use layout::Layout;

/// Up to this many connections are told one by one below the packets.
const TOLD_CONNECTIONS: usize = 20;

pub(crate) fn run(args: &Packets) -> Result<Reading, Failure> {
    let selection = Selection::new(&args.selection, Subject::Packets)?;
    let output = &args.report.output;
    let form = forms::asked(Subject::Packets, output, &args.selection, &selection, &USUAL);
    if args.selection.print_filter {
        let filter = Filter {
            packets: wireshark::Packets::default(),
            out: io::stdout(),
        };
        read(args, selection, Tells::SEGMENTS, filter)
    } else if let Some(form) = form {
        read(args, selection, Tells::SEGMENTS, Formed(form))
    } else if output.json {
        let rows = Json {
            out: BufWriter::with_capacity(1 << 16, io::stdout()),
            two_pass: args.two_pass,
            line: Vec::new(),
        };
        read(args, selection, Tells::SEGMENTS, rows)
    } else {
        let tells = Tells {
            times: args.report.input.time == TimeFormat::Delta,
            transactions: true,
            ends: selection.is_all(),
        };
        let rows = Text::new(tells.ends, args.report.input.time, messages());
        read(args, selection, tells, rows)
    }
}

fn read<R: Rows>(args: &Packets, selection: Selection, tells: Tells, rows: R) -> Result<Reading, Failure> {
    let input = &args.report.input;
    let columns = selection.columns();
    let wanted = Wanted {
        links: args.two_pass || columns.iter().any(Column::is_of_second_pass),
        connections: columns.iter().any(Column::is_only_of_connection),
    };
    let selected = Selected {
        ordered: Ordered::new(&selection),
        selection,
        links: None,
        rows,
    };
    let segments = Segments {
        input,
        wanted,
        tells,
        left: 0,
        printer: Printer::new(selected, input.threads())?,
    };
    input::read_all(input, segments)
}

/// The columns of CSV and TSV where none are asked for.
const USUAL: [&str; 21] = [
    "frame",
    "time",
    "connection",
    "src",
    "src_port",
    "dst",
    "dst_port",
    "direction",
    "flags",
    "seq",
    "ack",
    "len",
    "window",
    "phase",
    "step",
    "role",
    "rules",
    "state.initiator",
    "state.responder",
    "answers",
    "since_answered",
];

/// What rows are made of, besides annotations.
#[derive(Debug, Clone, Copy)]
struct Tells {
    /// When each frame was captured.
    times: bool,
    /// The transaction of a message.
    transactions: bool,
    /// How connections ended.
    ends: bool,
}

impl Tells {
    const SEGMENTS: Self = Self {
        times: false,
        transactions: false,
        ends: false,
    };
}

/// What happens to the report.
enum Event {
    /// A capture is about to be read; what was learnt of it in a pass before.
    Links(Option<Links>),
    /// One of several captures begins.
    Begin(String),
    /// A frame was captured at this time, of which a packet may tell.
    Captured(i64),
    /// A segment, and the transaction of its message as far as it was seen.
    Segment(Annotation, Option<Box<Transaction>>),
    /// The capture has ended.
    End(Ends),
}

/// How the connections of a capture ended.
#[derive(Default)]
struct Ends {
    /// As many as are told of one by one, and one more.
    first: Vec<Connection>,
    all: usize,
}

/// Gives the segments of each capture to whoever prints them.
struct Segments<'a, R: Rows> {
    input: &'a args::Input,
    wanted: Wanted,
    tells: Tells,
    /// Connections that have left: far more than are told of one by one.
    left: usize,
    printer: Printer<Selected<R>>,
}

impl<R: Rows> Sink for Segments<'_, R> {
    fn prepare(&mut self, path: &Path) -> Result<(), String> {
        let links = if self.wanted.is_nothing() {
            None
        } else {
            Some(Links::read(path, self.input, self.wanted)?)
        };
        // Nothing is written for it.
        let _ = self.printer.event(Event::Links(links), 0);
        Ok(())
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        self.printer.event(Event::Begin(name.to_owned()), name.len())
    }

    fn captured(&mut self, time_ns: i64) -> io::Result<()> {
        if self.tells.times {
            self.printer.event(Event::Captured(time_ns), size_of::<Event>())?;
        }
        Ok(())
    }

    fn segment(&mut self, dissector: &Dissector, annotation: &Annotation) -> io::Result<()> {
        let note = annotation.http.filter(|_| self.tells.transactions);
        let transaction =
            note.and_then(|note| dissector.transaction(annotation.connection, note.transaction));
        let event = Event::Segment(*annotation, transaction.cloned().map(Box::new));
        self.printer.event(event, size_of::<Event>())
    }

    fn takes_connections(&self) -> bool {
        true
    }

    fn connections(&mut self, gone: Vec<Connection>) -> io::Result<()> {
        self.left += gone.len();
        Ok(())
    }

    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        let left = std::mem::take(&mut self.left);
        let mut ends = Ends::default();
        if self.tells.ends {
            let mut rest = dissector.finish();
            ends.first = rest.by_ref().take(TOLD_CONNECTIONS + 1).collect();
            ends.all = left + ends.first.len() + rest.count();
        }
        self.printer.event(Event::End(ends), 0)
    }

    fn settle(&mut self) -> io::Result<()> {
        self.printer.settle()
    }

    fn pass(&mut self) -> io::Result<()> {
        self.printer.pass()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.printer.flush()
    }
}

/// How packets are written.
trait Rows: Send + 'static {
    fn begin(&mut self, _name: &str) -> io::Result<()> {
        Ok(())
    }
    /// A frame was captured, of which a packet may tell.
    fn captured(&mut self, _time_ns: i64) {}
    /// A packet, and the transaction of its message.
    fn packet(&mut self, packet: &Packet<'_>, transaction: Option<&Transaction>) -> io::Result<()>;
    fn end(&mut self, _ends: &Ends) -> io::Result<()> {
        Ok(())
    }
    /// No further row is waited for before those given are written.
    fn pass(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn flush(&mut self) -> io::Result<()>;
}

/// Prints the wanted packets of each capture, in the order asked for.
struct Selected<R> {
    selection: Selection,
    links: Option<Links>,
    ordered: Option<Ordered<(Annotation, Option<Box<Transaction>>)>>,
    rows: R,
}

impl<R: Rows> Selected<R> {
    fn segment(
        &mut self,
        annotation: &Annotation,
        transaction: &mut Option<Box<Transaction>>,
    ) -> io::Result<()> {
        let packet = Packet {
            annotation,
            links: self.links.as_ref(),
        };
        if !self.selection.holds(&packet) {
            return Ok(());
        }
        match &mut self.ordered {
            Some(ordered) => drop(ordered.push_of(&packet, (*annotation, transaction.take()))),
            None if self.selection.admits() => self.rows.packet(&packet, transaction.as_deref())?,
            None => {}
        }
        Ok(())
    }

    fn end(&mut self, ends: &Ends) -> io::Result<()> {
        let ordered = self.ordered.as_mut().map(Ordered::take);
        for (annotation, transaction) in ordered.into_iter().flat_map(|(chosen, _)| chosen) {
            let packet = Packet {
                annotation: &annotation,
                links: self.links.as_ref(),
            };
            self.rows.packet(&packet, transaction.as_deref())?;
        }
        self.rows.end(ends)
    }
}

impl<R: Rows> Print for Selected<R> {
    type Event = Event;

    fn event(&mut self, event: &mut Event) -> io::Result<()> {
        match event {
            Event::Links(links) => {
                self.selection.begin();
                self.links = std::mem::take(links);
            }
            Event::Begin(name) => self.rows.begin(name)?,
            Event::Captured(time_ns) => self.rows.captured(*time_ns),
            Event::Segment(annotation, transaction) => self.segment(annotation, transaction)?,
            Event::End(ends) => self.end(ends)?,
        }
        Ok(())
    }

    fn pass(&mut self) -> io::Result<()> {
        self.rows.pass()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.rows.flush()
    }
}

struct Filter<W> {
    packets: wireshark::Packets,
    out: W,
}

impl<W: Write + Send + 'static> Rows for Filter<W> {
    fn packet(&mut self, packet: &Packet<'_>, _: Option<&Transaction>) -> io::Result<()> {
        self.packets.add(packet.annotation);
        Ok(())
    }

    fn end(&mut self, _: &Ends) -> io::Result<()> {
        let filter = std::mem::take(&mut self.packets).filter();
        writeln!(self.out, "{filter}")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Chosen fields, in a form that any report has.
struct Formed(Box<dyn Form + Send>);

impl Rows for Formed {
    fn packet(&mut self, packet: &Packet<'_>, _: Option<&Transaction>) -> io::Result<()> {
        self.0.row(packet)
    }

    fn end(&mut self, _: &Ends) -> io::Result<()> {
        self.0.end()
    }

    fn pass(&mut self) -> io::Result<()> {
        self.0.pass()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

struct Json<W> {
    out: W,
    /// Whether the links stand in it.
    two_pass: bool,
    line: Vec<u8>,
}

impl<W: Write + Send + 'static> Rows for Json<W> {
    fn packet(&mut self, packet: &Packet<'_>, _: Option<&Transaction>) -> io::Result<()> {
        match packet.links.filter(|_| self.two_pass) {
            Some(links) => {
                self.out.write_all(linked(packet.annotation, links)?.as_bytes())?;
                self.out.write_all(b"\n")
            }
            None => {
                self.line.clear();
                segment_json::write(&mut self.line, packet.annotation);
                self.line.push(b'\n');
                self.out.write_all(&self.line)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// An annotation with the links of a second pass. What is told of a segment when it is seen has no room for the
/// future; nothing in it is text from the wire, so that its note on HTTP stands there once.
fn linked(annotation: &Annotation, links: &Links) -> serde_json::Result<String> {
    let mut line = serde_json::to_string(annotation)?;
    if let Some(note) = &annotation.http {
        let response = links.response_in(annotation.connection, note);
        let note = serde_json::to_string(note)?;
        line = line.replacen(&note, &with(&note, "response_in", response)?, 1);
    }
    with(&line, "answered_in", links.answered_in(annotation))
}

/// A JSON object and one more member, a frame.
fn with(object: &str, key: &str, frame: Option<u64>) -> serde_json::Result<String> {
    let members = object.strip_suffix('}').unwrap_or(object);
    Ok(format!(
        "{members},\"{key}\":{}}}",
        serde_json::to_string(&frame)?
    ))
}

struct Text {
    out: Styled,
    say: &'static Messages,
    /// Whether the end of each connection is told below the packets.
    ends: bool,
    clock: Clock,
    room: Option<usize>,
    headed: bool,
    connections: u64,
    packets: u64,
    /// Where each line is put together, and what it says at its end.
    line: String,
    what: String,
}

impl Text {
    fn new(ends: bool, time: TimeFormat, say: &'static Messages) -> Self {
        Self {
            out: Styled::stdout(),
            say,
            ends,
            clock: Clock::new(time),
            room: text::room(),
            headed: false,
            connections: 0,
            packets: 0,
            line: String::new(),
            what: String::new(),
        }
    }
}

impl Rows for Text {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        self.out.begin(name)
    }

    fn captured(&mut self, time_ns: i64) {
        self.clock.captured(time_ns);
    }

    fn packet(&mut self, packet: &Packet<'_>, transaction: Option<&Transaction>) -> io::Result<()> {
        let annotation = packet.annotation;
        self.packets += 1;
        let layout = Layout {
            time: self.clock.width(),
            room: self.room,
        };
        if !std::mem::replace(&mut self.headed, true) {
            self.out.line(HEADING, &layout.heading(self.say))?;
        }
        if annotation.connection >= self.connections {
            self.connections = annotation.connection + 1;
            self.line.clear();
            layout.opening(&mut self.line, annotation);
            self.out.line(DIM, &self.line)?;
        }
        let style = self.out.style(words::style(annotation));
        self.what.clear();
        words::what(&mut self.what, self.say, transaction, annotation, packet.links);
        self.line.clear();
        layout.columns(&mut self.line, self.say, annotation, &mut self.clock, style);
        layout.last_column(&mut self.line, &self.what, style);
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes())
    }

    fn end(&mut self, ends: &Ends) -> io::Result<()> {
        if !self.ends {
            if std::mem::take(&mut self.packets) == 0 {
                writeln!(self.out, "{}", self.say.packets.no_such_segments)?;
            }
            self.clock.reset();
            (self.headed, self.connections) = (false, 0);
            return Ok(());
        }
        let all = ends.all;
        if all == 0 {
            writeln!(self.out, "{}", self.say.packets.no_segments)?;
        } else if all > TOLD_CONNECTIONS {
            let words = (self.say.packets.many_connections)(all);
            writeln!(self.out, "\n{words}")?;
        } else {
            writeln!(self.out)?;
            for connection in &ends.first {
                writeln!(self.out, "{}", ending(self.say, connection))?;
            }
        }
        self.clock.reset();
        (self.headed, self.connections) = (false, 0);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// How a connection opened and ended, in a sentence.
fn ending(say: &Messages, connection: &Connection) -> String {
    format!(
        "#{}: {}",
        connection.connection,
        verdict_in_words(say, connection)
    )
}
