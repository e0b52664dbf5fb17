//! What the reading of a head or a body hears, and where it goes: framing facts always, deviations as rules,
//! the rest only where facts are kept.

use std::ops::Range;

use smallvec::SmallVec;

use super::HttpLimits;
use super::facts::{HttpAnomaly, HttpField, MessageFacts};
use super::framing::Facts;
use super::head::Field;
use super::transaction::text;
use crate::rule::Rule;

/// Hears a head in the order of its bytes.
pub(super) trait HeadSink<'a> {
    /// A field line.
    fn field(&mut self, field: &Field<'a>);
    /// A deviation, and the bytes of the head that show it.
    fn deviation(&mut self, rule: Rule, at: Range<usize>);
}

/// Hears a body in the order of its bytes.
pub(super) trait BodySink {
    /// Bytes of content, framing removed.
    fn content(&mut self, bytes: &[u8]);
    /// Bytes of the trailer section, line ends included.
    fn trailer(&mut self, bytes: &[u8]);
    /// A deviation, and the bytes that show it, counted from the first byte given in this call.
    fn deviation(&mut self, rule: Rule, at: Range<usize>);
}

/// Nobody listens.
impl<'a> HeadSink<'a> for () {
    fn field(&mut self, _: &Field<'a>) {}
    fn deviation(&mut self, _: Rule, _: Range<usize>) {}
}

impl BodySink for () {
    fn content(&mut self, _: &[u8]) {}
    fn trailer(&mut self, _: &[u8]) {}
    fn deviation(&mut self, _: Rule, _: Range<usize>) {}
}

/// What a whole head, or a trailer section, told.
#[derive(Debug)]
pub(super) struct Heard<'a> {
    pub(super) facts: Facts,
    pub(super) deviations: SmallVec<[(Rule, Range<usize>); 2]>,
    /// The fields, where facts are kept.
    pub(super) fields: Option<Vec<Field<'a>>>,
}

impl Heard<'_> {
    pub(super) fn new(limits: &HttpLimits) -> Self {
        Self {
            facts: Facts::default(),
            deviations: SmallVec::new(),
            fields: limits.facts.then(Vec::new),
        }
    }
}

impl<'a> HeadSink<'a> for Heard<'a> {
    #[inline(always)]
    fn field(&mut self, field: &Field<'a>) {
        let Self {
            facts,
            deviations,
            fields,
        } = self;
        facts.note(field, |rule| deviations.push((rule, field.at.clone())));
        if let Some(fields) = fields {
            fields.push(field.clone());
        }
    }

    fn deviation(&mut self, rule: Rule, at: Range<usize>) {
        // Where one line ends in a bare LF, most do.
        if rule != Rule::H30 || self.deviations.iter().all(|(told, _)| *told != rule) {
            self.deviations.push((rule, at));
        }
    }
}

/// The bytes of a trailer section as they come; rare, so that a stream keeps no more than a pointer for it.
#[derive(Debug, Default)]
pub(super) struct TrailerSection {
    pub(super) bytes: Vec<u8>,
    /// It was too long, or had to make room: no more of it is kept.
    pub(super) given_up: bool,
}

/// What some bytes of a body told.
#[derive(Debug)]
pub(super) struct BodyEar<'a> {
    pub(super) facts: Option<&'a mut MessageFacts>,
    /// The trailer section so far.
    pub(super) trailers: &'a mut Option<Box<TrailerSection>>,
    pub(super) limits: &'a HttpLimits,
    pub(super) deviations: SmallVec<[(Rule, Range<usize>); 1]>,
    /// The trailer section went past its bound.
    pub(super) too_long: bool,
}

impl BodySink for BodyEar<'_> {
    fn content(&mut self, bytes: &[u8]) {
        if let Some(facts) = &mut self.facts {
            let room = (self.limits.body_bytes as usize).saturating_sub(facts.body.len());
            facts.body.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
    }

    fn trailer(&mut self, bytes: &[u8]) {
        // Most messages have none: only the empty line.
        if self.trailers.is_none() && matches!(bytes, b"\r" | b"\n" | b"\r\n") {
            return;
        }
        let section = &mut **self.trailers.get_or_insert_default();
        if section.given_up {
            return;
        }
        let room = (self.limits.head_bytes as usize).saturating_sub(section.bytes.len());
        section.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        section.given_up = bytes.len() > room;
        self.too_long |= section.given_up;
    }

    fn deviation(&mut self, rule: Rule, at: Range<usize>) {
        self.deviations.push((rule, at));
    }
}

impl MessageFacts {
    /// Content that was sent but not captured.
    pub(crate) fn missing_content(&mut self, len: u64, limits: &HttpLimits) {
        let room = (limits.body_bytes as usize).saturating_sub(self.body.len());
        let zeros = usize::try_from(len).map_or(room, |len| len.min(room));
        self.body.resize(self.body.len() + zeros, 0);
    }

    pub(super) fn tell(&mut self, anomaly: HttpAnomaly) {
        // What may stand in every line of a message is told once.
        let again = |told: &&HttpAnomaly| anomaly.rule == Rule::H30 && told.rule == Rule::H30;
        if self.anomalies.iter().any(|told| again(&told)) {
            return;
        }
        if self.anomalies.len() < Self::MOST_ANOMALIES {
            self.anomalies.push(anomaly);
        } else {
            self.anomalies_omitted += 1;
        }
    }
}

impl HttpField {
    pub(super) fn of(field: &Field<'_>) -> Self {
        Self {
            name: text(field.name),
            value: unfolded(field.value),
        }
    }
}

/// A value with spaces for the line ends of its folds.
fn unfolded(value: &[u8]) -> Box<str> {
    let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    if !value.iter().any(is_line_end) {
        return text(value);
    }
    let spaced = |byte: &u8| if is_line_end(byte) { b' ' } else { *byte };
    text(&value.iter().map(spaced).collect::<Vec<u8>>())
}
