//! `synfin packets`: a line for each TCP segment, then how each connection ended.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use synfin::{Annotation, Connection, Dissector, HttpMessage, IntegrityWord, Order, Phase, Rule, Side, Step};

use crate::Failure;
use crate::args::Packets;
use crate::connections::verdict_in_words;
use crate::input::{self, Reading, Sink};
use crate::links::Links;
use crate::text::{self, DIM, Duration, ENDING, HEADING, OPENING};

/// Up to this many connections are told one by one below the packets.
const TOLD_CONNECTIONS: usize = 20;

pub(crate) fn run(args: &Packets) -> Result<Reading, Failure> {
    if args.report.output.json {
        let json = Json {
            out: BufWriter::new(io::stdout().lock()),
            args,
            links: None,
        };
        input::read_all(&args.report.input, json)
    } else {
        let out = BufWriter::new(anstream::stdout().lock());
        input::read_all(&args.report.input, Text::new(out, args))
    }
}

fn links(path: &Path, args: &Packets) -> Result<Option<Links>, String> {
    let links = args.two_pass.then(|| Links::read(path, &args.report.input));
    links.transpose()
}

struct Json<'a, W> {
    out: W,
    args: &'a Packets,
    links: Option<Links>,
}

impl<W: Write> Sink for Json<'_, W> {
    fn prepare(&mut self, path: &Path) -> Result<(), String> {
        self.links = links(path, self.args)?;
        Ok(())
    }

    fn segment(&mut self, _: &Dissector, annotation: &Annotation) -> io::Result<()> {
        match &self.links {
            Some(links) => self.out.write_all(linked(annotation, links)?.as_bytes())?,
            None => serde_json::to_writer(&mut self.out, annotation)?,
        }
        self.out.write_all(b"\n")
    }

    fn end(&mut self, _: &mut Dissector) -> io::Result<()> {
        Ok(())
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

struct Text<'a, W> {
    out: W,
    args: &'a Packets,
    links: Option<Links>,
    start_ns: Option<i64>,
    connections: u64,
}

impl<'a, W: Write> Text<'a, W> {
    const fn new(out: W, args: &'a Packets) -> Self {
        Self {
            out,
            args,
            links: None,
            start_ns: None,
            connections: 0,
        }
    }
}

impl<W: Write> Sink for Text<'_, W> {
    fn prepare(&mut self, path: &Path) -> Result<(), String> {
        self.links = links(path, self.args)?;
        Ok(())
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        writeln!(self.out, "{HEADING}==> {} <=={HEADING:#}", text::foreign(name))
    }

    fn segment(&mut self, dissector: &Dissector, annotation: &Annotation) -> io::Result<()> {
        let first = self.start_ns.is_none();
        let start_ns = *self.start_ns.get_or_insert(annotation.time_ns);
        if first {
            writeln!(
                self.out,
                "{HEADING}{:>5} {:>10}  {:<6} {:<11} {:>6} {:>6} {:>5}  {:<7} {:<12} {:<12} what{HEADING:#}",
                "frame", "time", "conn", "flags", "seq", "ack", "len", "step", "initiator", "responder"
            )?;
        }
        if annotation.connection >= self.connections {
            self.connections = annotation.connection + 1;
            let (initiator, responder) = endpoints(annotation);
            writeln!(
                self.out,
                "{DIM}{:>16}  #{:<3} {initiator} → {responder}{DIM:#}",
                "", annotation.connection
            )?;
        }
        writeln!(
            self.out,
            "{}",
            line(dissector, annotation, self.links.as_ref(), start_ns)
        )?;
        Ok(())
    }

    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()> {
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
        (self.start_ns, self.connections) = (None, 0);
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

fn line(dissector: &Dissector, annotation: &Annotation, links: Option<&Links>, start_ns: i64) -> String {
    let arrow = match annotation.direction {
        Side::Initiator => '→',
        Side::Responder => '←',
    };
    let optional = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
    let style = style(annotation);
    let what = what(dissector, annotation, links);
    format!(
        "{:>5} {:>10}  #{:<3} {arrow} {:<11} {:>6} {:>6} {:>5}  {style}{:<7}{style:#} {:<12} {:<12} {style}{what}{style:#}",
        annotation.frame,
        text::seconds(annotation.time_ns.saturating_sub(start_ns)),
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
