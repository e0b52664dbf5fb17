//! What is told of a message beside its life: deviations, facts, and what announces the end of the connection.

use std::ops::Range;

use super::collect::Heard;
use super::facts::{HttpAnomaly, HttpField, MessageFacts};
use super::framing::Facts;
use super::head::{self, Expect, Field, FirstLine};
use super::message::Message;
use super::side::Partial;
use super::transaction::{Kind, text};
use super::{CloseAnnounced, CloseReason, Http, HttpEvents, HttpLimits};
use crate::frame::Side;
use crate::rule::Rule;
use crate::stream::Mark;

impl Http {
    pub(super) fn note_announcement(&mut self, by: Side, frame: u64, first: FirstLine<'_>, facts: Facts) {
        let Facts {
            close, keep_alive, ..
        } = facts;
        let reason = match (close, keep_alive) {
            (true, _) => CloseReason::ConnectionClose,
            (false, false) if first.version().is_1_0() => CloseReason::Http10,
            _ => return,
        };
        if self.announced.is_none_or(|announced| announced.reason < reason) {
            self.announced = Some(CloseAnnounced { reason, by, frame });
        }
    }

    /// The trailer section of a chunked message is whole.
    pub(super) fn read_trailers(
        &mut self,
        from: Side,
        mark: Mark,
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) {
        let section = self.streams[from].trailers.take();
        let Some((section, message)) = section.zip(self.streams[from].message) else {
            return;
        };
        let section = section.bytes;
        let mut heard = Heard::new(limits);
        // A section cut at its bound is read as far as it goes.
        let _whole = head::fields(&section, 0, &mut heard);
        let base = message.len.saturating_sub(section.len() as u64);
        for (rule, at) in heard.deviations {
            // Fields that frame a message do not in its trailers (RFC 9110 section 6.5.1).
            if !matches!(
                rule,
                Rule::H15 | Rule::H16 | Rule::H37 | Rule::H38 | Rule::H39 | Rule::H44
            ) {
                self.tell(
                    from,
                    rule,
                    mark,
                    base + at.start as u64..base + at.end as u64,
                    events,
                );
            }
        }
        if let (Some(facts), true) = (self.message_facts(from), limits.fields) {
            facts.trailers = heard.fields.iter().flatten().map(HttpField::of).collect();
        }
    }

    /// A deviation of the message this side is sending; `at` is counted from its first byte.
    pub(super) fn tell(
        &mut self,
        from: Side,
        rule: Rule,
        mark: Mark,
        at: Range<u64>,
        events: &mut HttpEvents,
    ) {
        events.rules.insert(rule);
        if let Some(facts) = self.message_facts(from) {
            facts.tell(HttpAnomaly {
                rule,
                frame: mark.frame,
                start: at.start,
                end: at.end,
            });
        }
    }

    /// What a head says, for those who asked.
    pub(super) fn note_facts(
        &mut self,
        from: Side,
        (len, first, framing, fields): (usize, FirstLine<'_>, Facts, Option<Vec<Field<'_>>>),
        limits: &HttpLimits,
    ) {
        let (Some(fields), Some((kind, transaction))) = (fields, self.current(from)) else {
            return;
        };
        let Some(facts) = &mut transaction.facts else {
            return;
        };
        let named = |name: &str| {
            let is = |field: &&Field<'_>| field.name.eq_ignore_ascii_case(name.as_bytes());
            fields.iter().find(is).map(|field| text(field.value))
        };
        match first {
            FirstLine::Request { .. } => {
                facts.host = named("host");
                facts.user_agent = named("user-agent");
                facts.referer = named("referer");
            }
            FirstLine::Status { reason, .. } => facts.reason = Some(text(reason)),
        }
        let message = facts.message(kind);
        message.version = Some(match first.version() {
            version if version.is_0_9() => "0.9".into(),
            version => text(version.number),
        });
        message.head_len = len as u64;
        message.content_type = named("content-type");
        message.content_encoding = named("content-encoding");
        message.content_length = framing.content_length.bytes();
        if limits.fields {
            message.fields = fields.iter().map(HttpField::of).collect();
        }
    }

    /// The facts of the message this side is sending, where they are kept.
    pub(super) fn message_facts(&mut self, from: Side) -> Option<&mut MessageFacts> {
        let (kind, transaction) = self.current(from)?;
        transaction.message_facts(kind)
    }

    /// So many more bytes of the message were captured.
    pub(super) fn add_len(&mut self, from: Side, mark: Mark, len: u64) {
        let Some(message) = &mut self.streams[from].message else {
            return;
        };
        message.len += len;
        if let Some(facts) = self.message_facts(from) {
            (facts.last_frame, facts.last_ns) = (Some(mark.frame), Some(mark.time_ns));
        }
    }

    /// A head whose first line is whole, but not the rest: what there is of it.
    pub(super) fn hear_cut(
        &mut self,
        from: Side,
        partial: &Partial,
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) {
        let expect = match self.streams[from].message {
            Some(Message {
                kind: Kind::Request, ..
            }) => Expect::Request,
            _ => Expect::Response,
        };
        let Ok((_, first)) = head::first_line(&partial.bytes, expect) else {
            return;
        };
        // The lines that are whole, as if nothing followed.
        let lines = partial
            .bytes
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |lf| lf + 1);
        let section = [&partial.bytes[..lines], b"\r\n"].concat();
        let mut heard = Heard::new(limits);
        let _whole = head::head(&section, expect, &mut heard);
        for (rule, at) in heard.deviations {
            self.tell(from, rule, partial.mark, at.start as u64..at.end as u64, events);
        }
        if self.streams[from].message.is_some_and(|message| !message.interim) {
            self.note_facts(from, (0, first, heard.facts, heard.fields), limits);
        }
    }

    /// A first line that lacks its end: what it would say if it were whole.
    pub(super) fn hear_cut_line(
        &mut self,
        from: Side,
        partial: &Partial,
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) {
        let line = [partial.bytes.as_slice(), b"\r\n"].concat();
        let expect = match self.streams[from].message {
            Some(Message {
                kind: Kind::Request, ..
            }) => Expect::Request,
            _ => Expect::Response,
        };
        let Ok((_, first)) = head::first_line(&line, expect) else {
            return;
        };
        let version = first.version();
        if version.number.len() == 3 && !version.number.starts_with(b"1.") {
            self.tell(
                from,
                Rule::H35,
                partial.mark,
                0..partial.bytes.len() as u64,
                events,
            );
        }
        if !version.is_0_9() {
            self.note_facts(
                from,
                (0, first, Facts::default(), limits.facts.then(Vec::new)),
                limits,
            );
        }
    }

    /// A final response begins: was it asked for, and has the question ended?
    pub(super) fn tell_of_answer(&self, client: Side, events: &mut HttpEvents) {
        let stream = &self.streams[client];
        match self.ledger.front() {
            Some(number) => {
                let open = stream
                    .message
                    .is_some_and(|message| message.number == Some(number));
                if open && self.ledger.get(number).is_some_and(|row| !row.request_ended()) {
                    events.rules.insert(Rule::H21);
                }
            }
            None if self.ledger.next() > 0 && !stream.missed => events.rules.insert(Rule::H23),
            None => {}
        }
    }
}
