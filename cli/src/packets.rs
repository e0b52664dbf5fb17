//! `synfin packets`: a line for each TCP segment, then how each connection ended.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use synfin::{Annotation, Connection, Dissector, Side};

mod layout;
pub(crate) mod words;

use crate::Failure;
use crate::args::Packets;
use crate::connections::verdict_in_words;
use crate::forms::{self, Form, segment_json, wireshark};
use crate::input::{self, Reading, Sink};
use crate::language::{Messages, messages};
use crate::links::{Links, Wanted};
use crate::select::{Column, Ordered, Packet, Selection, Subject};
use crate::text::{self, DIM, HEADING};
use crate::times::{Clock, TimeFormat};
use layout::Layout;

/// Up to this many connections are told one by one below the packets.
const TOLD_CONNECTIONS: usize = 20;

pub(crate) fn run(args: &Packets) -> Result<Reading, Failure> {
    let chosen = Chosen::new(args)?;
    if args.selection.print_filter {
        let filter = Filter {
            packets: wireshark::Packets::default(),
            out: io::stdout().lock(),
        };
        return input::read_all(&args.report.input, Selected { chosen, rows: filter });
    }
    let form = forms::asked(
        Subject::Packets,
        &args.report.output,
        &args.selection,
        &chosen.selection,
        &USUAL,
    );
    if let Some(form) = form {
        return input::read_all(
            &args.report.input,
            Selected {
                chosen,
                rows: Formed(form),
            },
        );
    }
    if args.report.output.json {
        let rows = Json {
            out: BufWriter::with_capacity(1 << 16, io::stdout().lock()),
            two_pass: args.two_pass,
            line: Vec::new(),
        };
        input::read_all(&args.report.input, Selected { chosen, rows })
    } else {
        let out = BufWriter::new(anstream::stdout().lock());
        let ends = chosen.selection.is_all();
        input::read_all(
            &args.report.input,
            Selected {
                chosen,
                rows: Text::new(out, ends, args.report.input.time, messages()),
            },
        )
    }
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

/// Which packets are wanted.
struct Chosen<'a> {
    args: &'a Packets,
    selection: Selection,
    wanted: Wanted,
    links: Option<Links>,
    ordered: Option<Ordered<Annotation>>,
}

impl<'a> Chosen<'a> {
    fn new(args: &'a Packets) -> Result<Self, Failure> {
        let selection = Selection::new(&args.selection, Subject::Packets)?;
        let columns = selection.columns();
        Ok(Self {
            args,
            wanted: Wanted {
                links: args.two_pass || columns.iter().any(Column::is_of_second_pass),
                connections: columns.iter().any(Column::is_only_of_connection),
            },
            ordered: Ordered::new(&selection),
            selection,
            links: None,
        })
    }
}

/// How packets are written.
trait Rows {
    fn begin(&mut self, _name: &str) -> io::Result<()> {
        Ok(())
    }
    /// A frame was captured, of which a packet may tell.
    fn captured(&mut self, _time_ns: i64) {}
    fn packet(&mut self, dissector: &Dissector, packet: &Packet<'_>) -> io::Result<()>;
    /// Connections have left.
    fn connections(&mut self, _gone: Vec<Connection>) {}
    fn end(&mut self, _dissector: &mut Dissector) -> io::Result<()> {
        Ok(())
    }
    fn flush(&mut self) -> io::Result<()>;
}

/// The wanted packets of each capture, in the order asked for.
struct Selected<'a, R> {
    chosen: Chosen<'a>,
    rows: R,
}

impl<R: Rows> Sink for Selected<'_, R> {
    fn prepare(&mut self, path: &Path) -> Result<(), String> {
        let chosen = &mut self.chosen;
        chosen.selection.begin();
        let read = !chosen.wanted.is_nothing();
        let links = read.then(|| Links::read(path, &chosen.args.report.input, chosen.wanted));
        chosen.links = links.transpose()?;
        Ok(())
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        self.rows.begin(name)
    }

    fn captured(&mut self, time_ns: i64) {
        self.rows.captured(time_ns);
    }

    fn segment(&mut self, dissector: &Dissector, annotation: &Annotation) -> io::Result<()> {
        let Chosen {
            selection,
            links,
            ordered,
            ..
        } = &mut self.chosen;
        let packet = Packet {
            annotation,
            links: links.as_ref(),
        };
        if !selection.holds(&packet) {
            return Ok(());
        }
        match ordered {
            Some(ordered) => drop(ordered.push_of(&packet, *annotation)),
            None if selection.admits() => self.rows.packet(dissector, &packet)?,
            None => {}
        }
        Ok(())
    }

    fn takes_connections(&self) -> bool {
        true
    }

    fn connections(&mut self, gone: Vec<Connection>) -> io::Result<()> {
        self.rows.connections(gone);
        Ok(())
    }

    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        let links = self.chosen.links.as_ref();
        let ordered = self.chosen.ordered.as_mut().map(Ordered::take);
        for annotation in ordered.into_iter().flat_map(|(chosen, _)| chosen) {
            self.rows.packet(
                dissector,
                &Packet {
                    annotation: &annotation,
                    links,
                },
            )?;
        }
        self.rows.end(dissector)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.rows.flush()
    }
}

struct Filter<W> {
    packets: wireshark::Packets,
    out: W,
}

impl<W: Write> Rows for Filter<W> {
    fn packet(&mut self, _: &Dissector, packet: &Packet<'_>) -> io::Result<()> {
        self.packets.add(packet.annotation);
        Ok(())
    }

    fn end(&mut self, _: &mut Dissector) -> io::Result<()> {
        let filter = std::mem::take(&mut self.packets).filter();
        writeln!(self.out, "{filter}")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Chosen fields, in a form that any report has.
struct Formed(Box<dyn Form>);

impl Rows for Formed {
    fn packet(&mut self, _: &Dissector, packet: &Packet<'_>) -> io::Result<()> {
        self.0.row(packet)
    }

    fn end(&mut self, _: &mut Dissector) -> io::Result<()> {
        self.0.end()
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

impl<W: Write> Rows for Json<W> {
    fn packet(&mut self, _: &Dissector, packet: &Packet<'_>) -> io::Result<()> {
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

struct Text<W> {
    out: W,
    say: &'static Messages,
    /// Whether the end of each connection is told below the packets.
    ends: bool,
    clock: Clock,
    room: Option<usize>,
    headed: bool,
    connections: u64,
    packets: u64,
    /// Connections that have left: far more than are told of one by one.
    left: usize,
}

impl<W: Write> Text<W> {
    fn new(out: W, ends: bool, time: TimeFormat, say: &'static Messages) -> Self {
        Self {
            out,
            say,
            ends,
            clock: Clock::new(time),
            room: text::room(),
            headed: false,
            connections: 0,
            packets: 0,
            left: 0,
        }
    }
}

impl<W: Write> Rows for Text<W> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        writeln!(self.out, "{HEADING}==> {} <=={HEADING:#}", text::foreign(name))
    }

    fn captured(&mut self, time_ns: i64) {
        self.clock.captured(time_ns);
    }

    fn packet(&mut self, dissector: &Dissector, packet: &Packet<'_>) -> io::Result<()> {
        let annotation = packet.annotation;
        self.packets += 1;
        let layout = Layout {
            time: self.clock.width(),
            room: self.room,
        };
        if !std::mem::replace(&mut self.headed, true) {
            let heading = layout.heading(self.say);
            writeln!(self.out, "{HEADING}{heading}{HEADING:#}")?;
        }
        if annotation.connection >= self.connections {
            self.connections = annotation.connection + 1;
            let (initiator, responder) = endpoints(annotation);
            let indent = layout.time + 6;
            writeln!(
                self.out,
                "{DIM}{:>indent$}  #{:<3} {initiator} → {responder}{DIM:#}",
                "", annotation.connection
            )?;
        }
        let time = self.clock.text(annotation.time_ns);
        let what = words::what(self.say, dissector, annotation, packet.links);
        let line = layout.line(self.say, annotation, &time, &what, words::style(annotation));
        writeln!(self.out, "{line}")
    }

    fn connections(&mut self, gone: Vec<Connection>) {
        self.left += gone.len();
    }

    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        let left = std::mem::take(&mut self.left);
        if !self.ends {
            if std::mem::take(&mut self.packets) == 0 {
                writeln!(self.out, "{}", self.say.packets.no_such_segments)?;
            }
            self.clock.reset();
            (self.headed, self.connections) = (false, 0);
            return Ok(());
        }
        let mut rest = dissector.finish();
        let connections: Vec<Connection> = rest.by_ref().take(TOLD_CONNECTIONS + 1).collect();
        let all = left + connections.len() + rest.count();
        if all == 0 {
            writeln!(self.out, "{}", self.say.packets.no_segments)?;
        } else if all > TOLD_CONNECTIONS {
            let words = (self.say.packets.many_connections)(all);
            writeln!(self.out, "\n{words}")?;
        } else {
            writeln!(self.out)?;
            for connection in &connections {
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

fn endpoints(annotation: &Annotation) -> (String, String) {
    let sender = text::endpoint(annotation.src, annotation.src_port);
    let receiver = text::endpoint(annotation.dst, annotation.dst_port);
    match annotation.direction {
        Side::Initiator => (sender, receiver),
        Side::Responder => (receiver, sender),
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
