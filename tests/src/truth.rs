//! What the core says of a capture, and whether that is what Wireshark shows of it.

use std::collections::HashMap;

use synfin::capture::Capture;
use synfin::wire::{self, Decoded};
use synfin::{Annotation, Connection, Dissector, FIELDS, Field, Frame, Outcome, Value};

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

/// What the core says of a capture.
#[derive(Debug)]
pub struct Truth {
    /// By frame, from frame 1 on.
    pub frames: Vec<Option<Annotation>>,
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
        let mut capture = Capture::open(bytes).expect("a capture");
        let mut dissector = Dissector::default();
        let (mut frames, mut times_ns) = (Vec::new(), Vec::new());
        while let Some(frame) = capture.next_frame().expect("a readable capture") {
            times_ns.push(frame.time_ns);
            // The plugin takes in segments only: of an ICMP error (O17) it knows the time.
            let frame = match wire::decode(&frame) {
                Decoded::Icmp(_) => Frame { data: &[], ..frame },
                _ => frame,
            };
            frames.push(match dissector.frame(&frame) {
                Outcome::Segment(annotation) => Some(annotation),
                _ => None,
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
            .filter(|(annotation, _)| annotation.as_ref().is_some_and(&is_wanted))
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
        let times = times_of(all);
        for frame in shown {
            let number = frame.number();
            let at = format!("frame {number} of {at}");
            let time_ns = nanoseconds(frame.value("frame.time_epoch"));
            assert_eq!(time_ns, self.times_ns[number - 1], "{at}");
            let annotation = self.frames[number - 1].as_ref();
            // What a connection came to be is known when all of it was seen.
            let connection = annotation
                .filter(|_| passes == Passes::Two)
                .map(|annotation| &self.connections[&annotation.connection]);
            for field in FIELDS {
                let wanted = wanted(field, annotation, connection);
                compare(&at, field, &wanted, frame.values(field.name), &times);
            }
        }
    }
}

/// Where both have a field, the segment's value is shown.
fn wanted(field: &Field, annotation: Option<&Annotation>, connection: Option<&Connection>) -> Vec<String> {
    let mut values = Vec::new();
    if let Some(annotation) = annotation {
        field.of_segment(annotation, |value| values.push(print(&value)));
    }
    if let Some(connection) = connection.filter(|_| !field.is_of_segment()) {
        field.of_connection(connection, |value| values.push(print(&value)));
    }
    values
}

/// Compares one field of one frame.
fn compare(at: &str, field: &Field, wanted: &[String], found: &[String], times: &Times) {
    let found: Vec<_> = found.iter().map(|value| plain(field, value, times)).collect();
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
            nanoseconds(frame.value("frame.time_epoch")),
        )
    };
    shown.iter().map(time_of).collect()
}

/// What is shown, in the form of [`print`].
fn plain(field: &Field, shown: &str, times: &Times) -> String {
    match field.kind.as_str() {
        "bool" => match shown {
            "1" | "True" | "true" => "true".to_owned(),
            "0" | "False" | "false" => "false".to_owned(),
            other => panic!("{}: {other}", field.name),
        },
        "relative-time" => nanoseconds(shown).to_string(),
        "absolute-time" => times.get(shown).map_or(shown.to_owned(), i64::to_string),
        _ => shown.to_owned(),
    }
}

/// Of "0.020445824".
fn nanoseconds(seconds: &str) -> i64 {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or((1, whole), |whole| (-1, whole));
    let number = |digits: &str| digits.parse::<i64>().expect("digits");
    sign * (number(whole) * 1_000_000_000 + number(&format!("{fraction:0<9}")))
}
