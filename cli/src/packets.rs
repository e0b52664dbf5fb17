//! `synfin packets`: a line for each TCP segment, then how each connection ended.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use synfin::{Annotation, Connection, Dissector, HttpMessage, IntegrityWord, Order, Phase, Rule, Side, Step};

use crate::Failure;
use crate::args::Packets;
use crate::connections::verdict_in_words;
use crate::forms::{self, Form, segment_json, wireshark};
use crate::input::{self, Reading, Sink};
use crate::links::{Links, Wanted};
use crate::select::{Column, Ordered, Packet, Selection, Subject};
use crate::text::{self, DIM, Duration, ENDING, HEADING, OPENING};
use crate::times::{Clock, TimeFormat};

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
                rows: Text::new(out, ends, args.report.input.time),
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
    /// Whether the end of each connection is told below the packets.
    ends: bool,
    clock: Clock,
    headed: bool,
    connections: u64,
    packets: u64,
}

impl<W: Write> Text<W> {
    fn new(out: W, ends: bool, time: TimeFormat) -> Self {
        Self {
            out,
            ends,
            clock: Clock::new(time),
            headed: false,
            connections: 0,
            packets: 0,
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
        let width = self.clock.width();
        if !std::mem::replace(&mut self.headed, true) {
            writeln!(
                self.out,
                "{HEADING}{:>5} {:>width$}  {:<6} {:<11} {:>6} {:>6} {:>5}  {:<7} {:<12} {:<12} what{HEADING:#}",
                "frame", "time", "conn", "flags", "seq", "ack", "len", "step", "initiator", "responder"
            )?;
        }
        if annotation.connection >= self.connections {
            self.connections = annotation.connection + 1;
            let (initiator, responder) = endpoints(annotation);
            let indent = width + 6;
            writeln!(
                self.out,
                "{DIM}{:>indent$}  #{:<3} {initiator} → {responder}{DIM:#}",
                "", annotation.connection
            )?;
        }
        let time = format!("{:>width$}", self.clock.text(annotation.time_ns));
        writeln!(self.out, "{}", line(dissector, annotation, packet.links, &time))?;
        Ok(())
    }

    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        if !self.ends {
            if std::mem::take(&mut self.packets) == 0 {
                writeln!(self.out, "no such TCP segments")?;
            }
            self.clock.reset();
            (self.headed, self.connections) = (false, 0);
            return Ok(());
        }
        let connections: Vec<Connection> = dissector.finish().collect();
        if connections.is_empty() {
            writeln!(self.out, "no TCP segments")?;
        } else if connections.len() > TOLD_CONNECTIONS {
            writeln!(
                self.out,
                "\n{} connections: see `synfin connections FILE`",
                connections.len()
            )?;
        } else {
            writeln!(self.out)?;
            for connection in &connections {
                writeln!(self.out, "{}", ending(connection))?;
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

fn line(dissector: &Dissector, annotation: &Annotation, links: Option<&Links>, time: &str) -> String {
    let arrow = match annotation.direction {
        Side::Initiator => '→',
        Side::Responder => '←',
    };
    let optional = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
    let style = style(annotation);
    let what = what(dissector, annotation, links);
    format!(
        "{:>5} {time}  #{:<3} {arrow} {:<11} {:>6} {:>6} {:>5}  {style}{:<7}{style:#} {:<12} {:<12} {style}{what}{style:#}",
        annotation.frame,
        annotation.connection,
        annotation.flags.to_string(),
        optional(annotation.seq),
        optional(annotation.ack),
        annotation.len,
        annotation.step.map_or("", Step::as_str),
        annotation.state.initiator.after,
        annotation.state.responder.after,
    )
}

fn style(annotation: &Annotation) -> anstyle::Style {
    let worst = annotation.rules.iter().map(|rule| rule.info().severity).max();
    match (worst, annotation.phase) {
        (Some(severity), _) if severity > synfin::Severity::Chat => text::severity(severity),
        (_, Phase::Handshake) => OPENING,
        (_, Phase::Teardown) => ENDING,
        _ => anstyle::Style::new(),
    }
}

/// What the segment is and what it answers, in a few words.
fn what(dissector: &Dissector, annotation: &Annotation, links: Option<&Links>) -> String {
    let mut words = String::new();
    let mut add = |part: &str| {
        if !words.is_empty() {
            words.push_str(", ");
        }
        words.push_str(part);
    };
    if let Some(role) = annotation.role {
        add(name(role, annotation));
    }
    for rule in annotation
        .rules
        .iter()
        .filter(|&rule| Some(rule) != annotation.role)
    {
        if rule != Rule::O4 && rule != Rule::T6 {
            add(name(rule, annotation));
        }
    }
    match http(dissector, annotation, links) {
        Some(message) => add(&message),
        None if annotation.len > 0 && annotation.retransmission_of.is_none() => add("data"),
        None => {}
    }
    if let Some(again) = again(annotation) {
        add(&again);
    }
    if let Some(order) = out_of_turn(annotation) {
        add(order);
    }
    if annotation.integrity != IntegrityWord::Ok {
        add(annotation.integrity.as_str());
    }
    if words.is_empty() && annotation.flags.rst() {
        words = annotation.flags.to_string();
    }
    if let Some((frame, since)) = annotation.answers.zip(annotation.since_answered_ns) {
        let verb = if words.is_empty() { "ACK of" } else { "answers" };
        let lead = if words.is_empty() { "" } else { ", " };
        let _ = write!(words, "{lead}{verb} {frame} after {}", Duration(since));
    } else if words.is_empty() {
        // No rule speaks of it.
        words = annotation.flags.to_string();
    }
    words
}

/// A rule's name, or that of its situation which the segment itself shows.
pub(crate) fn name(rule: Rule, annotation: &Annotation) -> &'static str {
    match rule {
        Rule::E1 if annotation.answers.is_some() => "keep-alive answer",
        Rule::E1 => "keep-alive probe",
        Rule::E4 if annotation.window == Some(0) => "zero window",
        Rule::E4 => "zero window's probe or end",
        Rule::E12 => "ACK of bytes the capture lost",
        _ => rule.info().name,
    }
}

fn http(dissector: &Dissector, annotation: &Annotation, links: Option<&Links>) -> Option<String> {
    let note = annotation.http?;
    let transaction = dissector.transaction(annotation.connection, note.transaction)?;
    let message = match note.message {
        HttpMessage::Request => {
            let [method, target] = text::request(transaction);
            format!("{method} {target}")
        }
        HttpMessage::Response => match transaction.status {
            Some(status) => format!("HTTP {status}"),
            None => "HTTP interim response".to_owned(),
        },
    };
    if !note.begins {
        let part = if note.ends { "end" } else { "more" };
        return Some(format!("{part} of {message}"));
    }
    let link = match (note.message, transaction.request_frame, links) {
        (HttpMessage::Request, _, None) | (HttpMessage::Response, None, _) => String::new(),
        (HttpMessage::Response, Some(request), _) => format!(" for the request in {request}"),
        (HttpMessage::Request, _, Some(links)) => {
            links.response_in(annotation.connection, &note).map_or_else(
                || ", not answered".to_owned(),
                |frame| format!(", answered in {frame}"),
            )
        }
    };
    Some(message + &link)
}

fn again(annotation: &Annotation) -> Option<String> {
    let of = annotation.retransmission_of?;
    let mut words = format!("first sent in {of}");
    if let Some(since) = annotation.since_previous_ns {
        let _ = write!(words, ", again after {}", Duration(since));
    }
    if let Some(percent) = annotation.backoff_percent {
        let _ = write!(words, ", ×{:.1}", f64::from(percent) / 100.0);
    }
    Some(words)
}

/// What the rules and `first sent in` do not say of it.
pub(crate) fn out_of_turn(annotation: &Annotation) -> Option<&'static str> {
    match annotation.order? {
        Order::OutOfOrder => Some("out of order"),
        Order::SpuriousRetransmission => Some("needless"),
        Order::Retransmission if annotation.retransmission_of.is_none() => {
            Some("sent again, not captured before")
        }
        Order::Duplicate if !annotation.rules.contains(Rule::E8) => Some("duplicate"),
        Order::Retransmission | Order::Duplicate => None,
    }
}

/// How a connection opened and ended, in a sentence.
fn ending(connection: &Connection) -> String {
    format!("#{}: {}", connection.connection, verdict_in_words(connection))
}
