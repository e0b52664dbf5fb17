//! What the core says of a capture, and whether that is what Wireshark shows of it.

use std::collections::HashMap;

use jiff::Timestamp;
use synfin::capture::Capture;
use synfin::{
    Annotation, Config, Connection, Dissector, FIELDS, Field, HttpMessage, IcmpNote, Outcome, Value,
};

use crate::shown::Shown;

/// What every form needs to show besides the registry's fields: which frame it is, and how times look there.
const LEAD: [&str; 3] = ["frame.number", "frame.time_epoch", "frame.time"];

/// The fields that are compared.
#[must_use]
pub fn names() -> Vec<&'static str> {
    LEAD.into_iter()
        .chain(FIELDS.iter().map(|field| field.name))
        .collect()
}

/// How often the frames were dissected before they were shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passes {
    /// Shown as they are read.
    One,
    /// All were read before: what became of each connection is known.
    Two,
}

/// What the core says of a frame.
#[derive(Debug)]
pub enum Told {
    /// Of its segment.
    Segment(Box<Annotation>),
    /// Of its ICMP error about a segment.
    Icmp(IcmpNote),
    /// Nothing.
    Nothing,
}

impl Told {
    /// Of its segment.
    #[must_use]
    pub const fn segment(&self) -> Option<&Annotation> {
        match self {
            Self::Segment(annotation) => Some(annotation),
            _ => None,
        }
    }

    const fn connection(&self) -> Option<u64> {
        match self {
            Self::Segment(annotation) => Some(annotation.connection),
            Self::Icmp(note) => Some(note.connection),
            Self::Nothing => None,
        }
    }
}

/// What the core says of a capture.
#[derive(Debug)]
pub struct Truth {
    /// By frame, from frame 1 on.
    pub frames: Vec<Told>,
    /// When each frame was captured.
    pub times_ns: Vec<i64>,
    /// By number.
    pub connections: HashMap<u64, Connection>,
}

impl Truth {
    /// Dissects a capture that must be readable to its end.
    ///
    /// # Panics
    /// If it is not.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::with(bytes, Config::default())
    }

    /// The same with settings.
    ///
    /// # Panics
    /// If the capture is not readable to its end.
    #[must_use]
    pub fn with(bytes: &[u8], config: Config) -> Self {
        let mut capture = Capture::open(bytes).expect("a capture");
        let mut dissector = Dissector::new(config);
        let (mut frames, mut times_ns) = (Vec::new(), Vec::new());
        while let Some(frame) = capture.next_frame().expect("a readable capture") {
            times_ns.push(frame.time_ns);
            frames.push(match dissector.frame(&frame) {
                Outcome::Segment(annotation) => Told::Segment(Box::new(annotation)),
                Outcome::Icmp(Some(note)) => Told::Icmp(note),
                _ => Told::Nothing,
            });
        }
        let connections = dissector.finish();
        Self {
            frames,
            times_ns,
            connections: connections.into_iter().map(|c| (c.connection, c)).collect(),
        }
    }

    /// The frames whose segment is of some kind.
    #[must_use]
    pub fn numbers(&self, is_wanted: impl Fn(&Annotation) -> bool) -> Vec<usize> {
        let numbered = self.frames.iter().zip(1..);
        numbered
            .filter(|(told, _)| told.segment().is_some_and(&is_wanted))
            .map(|(_, number)| number)
            .collect()
    }

    /// Holds every field of all frames against what is shown of them.
    ///
    /// # Panics
    /// If anything differs.
    pub fn is_shown(&self, shown: &[Shown], passes: Passes, at: &str) {
        assert_eq!(shown.len(), self.frames.len(), "frames of {at}");
        self.is_shown_of_some(shown, shown, passes, at);
    }

    /// The same where a filter has left some frames out; `all` is the list without it, in the same form.
    ///
    /// # Panics
    /// If anything differs.
    pub fn is_shown_of_some(&self, shown: &[Shown], all: &[Shown], passes: Passes, at: &str) {
        let kept: Vec<_> = (1..=self.frames.len()).collect();
        self.is_shown_of_kept(shown, &kept, all, passes, at);
    }

    /// The same where a read filter has kept some frames, which are numbered anew, and forgotten the others.
    ///
    /// # Panics
    /// If anything differs.
    pub fn is_shown_of_kept(&self, shown: &[Shown], kept: &[usize], all: &[Shown], passes: Passes, at: &str) {
        let times = times_of(all);
        for frame in shown {
            let number = kept[frame.number() - 1];
            let at = format!("frame {number} of {at}");
            let time_ns = since_epoch(frame.value("frame.time_epoch"));
            assert_eq!(time_ns, self.times_ns[number - 1], "{at}");
            for field in FIELDS {
                let mut wanted = self.of_packet(field, number);
                // What comes later, and what a connection came to be, is known when all of it was seen.
                if passes == Passes::Two {
                    wanted.extend(self.of_rest(field, number));
                }
                if field.kind.as_str() == "frame" {
                    let new_number = |old: String| {
                        let place = kept.binary_search(&old.parse().ok()?).ok()?;
                        Some((place + 1).to_string())
                    };
                    wanted = wanted.into_iter().filter_map(new_number).collect();
                }
                compare(&at, field, &wanted, frame.values(field.name), &times);
            }
        }
    }

    /// What is known when the packet is seen.
    fn of_packet(&self, field: &Field, number: usize) -> Vec<String> {
        let mut values = Vec::new();
        let mut add = |value: Value<'_>| values.push(print(&value));
        match &self.frames[number - 1] {
            Told::Segment(annotation) => field.of_segment(annotation, &mut add),
            Told::Icmp(note) => field.of_icmp(note, &mut add),
            Told::Nothing => {}
        }
        values
    }

    /// What is known of it in the end. Where both have a field, the packet's value is shown.
    fn of_rest(&self, field: &Field, number: usize) -> Vec<String> {
        let told = &self.frames[number - 1];
        let mut values = Vec::new();
        let Some(connection) = told.connection().map(|id| &self.connections[&id]) else {
            return values;
        };
        if field.is_of_connection() && !field.is_of_segment() {
            field.of_connection(connection, |value| values.push(print(&value)));
        }
        if field.is_of_second_pass() {
            let link = told
                .segment()
                .and_then(|annotation| self.link(field.name, annotation, connection));
            values.extend(link.map(|frame| frame.to_string()));
        }
        values
    }

    fn link(&self, name: &str, annotation: &Annotation, connection: &Connection) -> Option<u64> {
        match name {
            "synfin.answered_in" => {
                let is_answer = |later: &&Annotation| {
                    later.connection == annotation.connection && later.answers == Some(annotation.frame)
                };
                let mut segments = self.frames.iter().filter_map(Told::segment);
                segments.find(is_answer).map(|later| later.frame)
            }
            "synfin.http.response_in" => {
                let note = annotation
                    .http
                    .filter(|note| note.message == HttpMessage::Request)?;
                connection.http.get(note.transaction as usize)?.response_frame
            }
            other => panic!("who links {other}?"),
        }
    }
}

/// Compares one field of one frame.
fn compare(at: &str, field: &Field, wanted: &[String], found: &[String], times: &Times) {
    let found: Vec<_> = found
        .iter()
        .map(|value| match field.kind.as_str() {
            "relative-time" => nanoseconds(value).to_string(),
            "absolute-time" => times.get(value).map_or(value.clone(), i64::to_string),
            _ => plain(field, value),
        })
        .collect();
    // In some forms an empty text looks like no text.
    let is_none = |values: &[String]| values.iter().all(String::is_empty);
    assert!(
        found == wanted || (is_none(wanted) && is_none(&found)),
        "{} of {at}: {found:?} is shown, {wanted:?} is true",
        field.name
    );
}

/// A value in plain form; times are numbers of nanoseconds.
fn print(value: &Value<'_>) -> String {
    match value {
        Value::Unsigned(number) | Value::Frame(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Text(text) => text.to_string(),
        Value::RelativeTime(ns) | Value::AbsoluteTime(ns) => ns.to_string(),
        Value::Address(address) => address.to_string(),
    }
}

/// Texts of the capture's times, which differ between forms and versions, as nanoseconds.
type Times = HashMap<String, i64>;

fn times_of(shown: &[Shown]) -> Times {
    let time_of = |frame: &Shown| {
        (
            frame.value("frame.time").to_owned(),
            since_epoch(frame.value("frame.time_epoch")),
        )
    };
    shown.iter().map(time_of).collect()
}

/// What is shown of a field that is no time, as the core has it: forms and versions write booleans differently.
///
/// # Panics
/// If a boolean is neither.
#[must_use]
pub fn plain(field: &Field, shown: &str) -> String {
    match (field.kind.as_str(), shown) {
        ("bool", "1" | "True" | "true") => "true".to_owned(),
        ("bool", "0" | "False" | "false") => "false".to_owned(),
        ("bool", other) => panic!("{}: {other}", field.name),
        _ => shown.to_owned(),
    }
}

/// Of "1795370926.756279701", which JSON has in ISO 8601: for Elasticsearch since 4.4, at all since 4.6.
fn since_epoch(shown: &str) -> i64 {
    if shown.contains('T') {
        let time: Timestamp = shown.parse().expect("a time in ISO 8601");
        time.as_nanosecond().try_into().expect("a time near ours")
    } else {
        nanoseconds(shown)
    }
}

/// Of "0.020445824".
fn nanoseconds(seconds: &str) -> i64 {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or((1, whole), |whole| (-1, whole));
    let number = |digits: &str| digits.parse::<i64>().expect("digits");
    sign * (number(whole) * 1_000_000_000 + number(&format!("{fraction:0<9}")))
}
