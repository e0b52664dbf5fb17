//! Requests and responses on streams: RFC 9113 section 8.

use super::block::{Block, Head};
use super::flow::Window;
use super::frame::Http2Error;
use super::hpack::HeaderField;
use super::state::State;
use super::{Ear, Http2};
use crate::frame::{Side, Sides};
use crate::http::{
    HttpField, Kind, MessageFacts, MessageState, Transaction, decimal, method_text, wire_text,
};
use crate::rule::Rule;
use crate::stream::{GapCause, Mark, StreamEnd};

/// A stream in progress.
#[derive(Debug)]
pub(super) struct Stream {
    state: State,
    /// Its transaction.
    pub(super) number: Option<u32>,
    /// What each side may send.
    pub(super) windows: Sides<Window>,
    /// Whose header fields have come, interim responses apart.
    pub(super) has_head: Sides<bool>,
    pub(super) missing: Sides<Option<GapCause>>,
    /// Content that was announced less what has come, for each side that announced it.
    pub(super) announced: Sides<Option<i64>>,
}

impl Stream {
    fn new(state: State, initial: Sides<i64>) -> Self {
        Self {
            state,
            number: None,
            windows: Sides::from_fn(|side| Window::new(initial[side])),
            has_head: Sides::default(),
            missing: Sides::default(),
            announced: Sides::default(),
        }
    }

    pub(super) fn may_send(&self, from: Side) -> bool {
        self.state.may_send(from)
    }

    /// Bytes of a side's message are missing. Lost ones are the worse news, so they stay over cut ones.
    pub(super) fn miss(&mut self, from: Side, cause: GapCause) {
        let missing = &mut self.missing[from];
        if *missing != Some(GapCause::Lost) {
            *missing = Some(cause);
        }
    }
}

/// A head that has come, and the segment that made it whole.
#[derive(Debug, Clone, Copy)]
struct Arrived<'a> {
    block: &'a Block,
    head: &'a Head,
    mark: Mark,
}

impl Http2 {
    /// The upgraded request is stream 1, and has ended: RFC 7540 section 3.2.
    pub(crate) fn upgraded(&mut self, request: Transaction, ear: &mut Ear<'_>) {
        let mut stream = Stream::new(State::opened().ends(self.client), self.initial);
        stream.has_head[self.client] = true;
        let mut request = request;
        request.stream = Some(1);
        let number = ear.ledger.open(request, ear.limits);
        if let Some(row) = ear.ledger.get_mut(number) {
            row.set_state(Kind::Request, MessageState::Complete);
            row.ends(Kind::Request);
        }
        stream.number = Some(number);
        self.last[self.client] = 1;
        self.gathered.streams = 1;
        self.streams.insert(1, stream);
    }

    pub(super) const fn kind(&self, from: Side) -> Kind {
        if from as u8 == self.client as u8 {
            Kind::Request
        } else {
            Kind::Response
        }
    }

    /// A message's header fields, or its trailers, have come.
    pub(super) fn message(&mut self, from: Side, block: &Block, head: &Head, mark: Mark, ear: &mut Ear<'_>) {
        if let Some(promised) = block.promised {
            self.promise(from, promised, Arrived { block, head, mark }, ear);
            return;
        }
        let id = block.stream;
        if !self.streams.contains_key(&id) && !self.open_stream(from, id, ear) {
            return;
        }
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        if !stream.may_send(from) {
            ear.tell(Rule::H48);
            return;
        }
        stream.state = stream.state.answers();
        let kind = self.kind(from);
        if self.streams[&id].has_head[from] {
            self.trailers(from, id, head, mark, ear);
        } else if kind == Kind::Request {
            self.request(from, id, Arrived { block, head, mark }, ear);
        } else {
            self.response(from, id, Arrived { block, head, mark }, ear);
        }
        if block.ends_stream {
            self.end_stream(from, id, mark, ear);
        }
    }

    /// A side uses a stream that is not in progress: whether that opens it.
    fn open_stream(&mut self, from: Side, id: u32, ear: &mut Ear<'_>) -> bool {
        let opener = self.opener(id);
        if id == 0 || opener != from && !self.has_missed() {
            // What its other side has reset may still be on its way (section 5.1).
            if id == 0 || self.is_idle(id) {
                ear.tell(Rule::H48);
            }
            return false;
        }
        if !self.is_idle(id) {
            // Closed; or reset by the other side, or lost with what is missing.
            return false;
        }
        self.last[opener] = id;
        self.insert(id, State::opened(), ear);
        true
    }

    fn insert(&mut self, id: u32, state: State, ear: &mut Ear<'_>) {
        if self.streams.len() >= ear.limits.http2.streams.max(1) as usize {
            if let Some((_, oldest)) = self.streams.pop_first() {
                self.gathered.streams_omitted += 1;
                if let Some(row) = oldest.number.and_then(|number| ear.ledger.get_mut(number)) {
                    row.ends(Kind::Request);
                    row.ends(Kind::Response);
                }
            }
        }
        self.gathered.streams += 1;
        let mut stream = Stream::new(state, self.initial);
        if self.has_missed() {
            for side in Side::BOTH {
                stream.windows[side].forget();
            }
        }
        self.streams.insert(id, stream);
    }

    /// Section 8.4: a request in the name of the client.
    fn promise(&mut self, from: Side, promised: u32, arrived: Arrived<'_>, ear: &mut Ear<'_>) {
        let is_new = promised != 0 && promised % 2 == 0 && self.is_idle(promised);
        if from == self.client || !is_new {
            ear.tell(Rule::H48);
            return;
        }
        self.last[from] = promised;
        self.insert(promised, State::Reserved(from), ear);
        self.request(self.client, promised, arrived, ear);
        let Some(stream) = self.streams.get_mut(&promised) else {
            return;
        };
        stream.has_head[self.client] = true;
        if let Some(row) = stream.number.and_then(|number| ear.ledger.get_mut(number)) {
            row.set_state(Kind::Request, MessageState::Complete);
            row.ends(Kind::Request);
            if let Some(facts) = &mut row.facts {
                facts.pushed = true;
                facts.request.state = Some(MessageState::Complete);
            }
        }
    }

    fn request(&mut self, from: Side, id: u32, arrived: Arrived<'_>, ear: &mut Ear<'_>) {
        let Arrived { block, head, .. } = arrived;
        let method = head.get(b":method");
        let target = head.get(b":path").or_else(|| head.get(b":authority"));
        let is_whole = method.is_some() && target.is_some();
        if head.malformed || !is_whole && !head.in_part {
            ear.tell(Rule::H49);
        }
        let request = Transaction::on_stream(
            id,
            method.map(method_text),
            target.map(wire_text),
            block.begun.frame,
        );
        let number = ear.ledger.open(request, ear.limits);
        let client = self.client;
        if let Some(facts) = ear.ledger.get_mut(number).and_then(|row| row.facts.as_mut()) {
            facts.client = Some(client);
            facts.host = head.text(b":authority").or_else(|| head.text(b"host"));
            facts.user_agent = head.text(b"user-agent");
            facts.referer = head.text(b"referer");
        }
        self.head(from, id, number, arrived, ear);
    }

    fn response(&mut self, from: Side, id: u32, arrived: Arrived<'_>, ear: &mut Ear<'_>) {
        let Arrived { block, head, .. } = arrived;
        let status = head.get(b":status").and_then(decimal);
        let status = status.and_then(|status| u16::try_from(status).ok());
        if head.malformed || status.is_none() && !head.in_part {
            ear.tell(Rule::H49);
        }
        let number = match self.streams[&id].number {
            Some(number) => number,
            None => ear.ledger.open(Transaction::answered_on_stream(id), ear.limits),
        };
        ear.events.touch(Kind::Response, number);
        if let (Some(status @ 100..=199), false) = (status, block.ends_stream) {
            let facts = ear.ledger.get_mut(number).and_then(|row| row.facts.as_mut());
            if let Some(facts) = facts.filter(|facts| facts.interim.len() < 8) {
                facts.interim.push(status);
            }
            return;
        }
        if let Some(row) = ear.ledger.get_mut(number) {
            row.response_begins(status, block.begun.frame);
            if let Some(facts) = &mut row.facts {
                // Section 8.3.2: there is no reason phrase.
                facts.reason = Some("".into());
            }
        }
        self.head(from, id, number, arrived, ear);
    }

    /// What both kinds of heads have in common.
    fn head(&mut self, from: Side, id: u32, number: u32, arrived: Arrived<'_>, ear: &mut Ear<'_>) {
        let Arrived { block, head, mark } = arrived;
        let kind = self.kind(from);
        let length = head.get(b"content-length").and_then(decimal);
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        stream.number = Some(number);
        stream.has_head[from] = true;
        let is_bodiless = ear.ledger.get(number).is_some_and(|row| {
            kind == Kind::Response
                && (row.method.as_deref() == Some("HEAD") || matches!(row.status, Some(204 | 304)))
        });
        stream.announced[from] = length
            .and_then(|length| i64::try_from(length).ok())
            .filter(|_| !is_bodiless);
        if block.promised.is_none() {
            ear.events.touch(kind, number);
            ear.events.begins = true;
        }
        let keeps_fields = ear.limits.fields;
        let Some(facts) = message_facts(ear, number, kind) else {
            return;
        };
        facts.version = Some("2".into());
        (facts.first_frame, facts.first_ns) = (Some(block.begun.frame), Some(block.begun.time_ns));
        (facts.last_frame, facts.last_ns) = (Some(mark.frame), Some(mark.time_ns));
        facts.state = Some(MessageState::Incomplete);
        facts.head_len = head.wire_len;
        facts.content_length = length;
        facts.content_type = head.text(b"content-type");
        facts.content_encoding = head.text(b"content-encoding");
        if keeps_fields {
            facts.fields = head.fields.iter().map(field).collect();
        }
    }

    fn trailers(&mut self, from: Side, id: u32, head: &Head, mark: Mark, ear: &mut Ear<'_>) {
        let kind = self.kind(from);
        if head.malformed || head.fields.iter().any(|(name, _)| name.starts_with(b":")) {
            ear.tell(Rule::H49);
        }
        let Some(number) = self.streams.get(&id).and_then(|stream| stream.number) else {
            return;
        };
        ear.events.touch(kind, number);
        let keeps_fields = ear.limits.fields;
        if let Some(facts) = message_facts(ear, number, kind) {
            (facts.last_frame, facts.last_ns) = (Some(mark.frame), Some(mark.time_ns));
            facts.body_wire_len += head.wire_len;
            if keeps_fields {
                facts.trailers = head.fields.iter().map(field).collect();
            }
        }
    }

    /// END_STREAM: a side's message is whole.
    pub(super) fn end_stream(&mut self, from: Side, id: u32, mark: Mark, ear: &mut Ear<'_>) {
        let kind = self.kind(from);
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        stream.state = stream.state.ends(from);
        stream.windows[from].end();
        // Section 8.1.1: the content is as long as was said.
        if stream.announced[from].is_some_and(|left| left != 0) && stream.missing[from].is_none() {
            ear.tell(Rule::H49);
        }
        if let Some(number) = stream.number {
            let missing = stream.missing[from].map(MessageState::from);
            ear.events.ends = true;
            settle(ear, number, kind, missing.unwrap_or(MessageState::Complete));
            if let Some(facts) = message_facts(ear, number, kind).filter(|_| mark.frame > 0) {
                (facts.last_frame, facts.last_ns) = (Some(mark.frame), Some(mark.time_ns));
            }
            if let Some(row) = ear.ledger.get_mut(number) {
                row.ends(kind);
            }
        }
        if self.streams[&id].state == State::Closed {
            self.streams.remove(&id);
        }
    }

    /// RST_STREAM ends a stream: section 6.4.
    pub(super) fn end_reset(
        &mut self,
        stream: &Stream,
        by: Side,
        error: Http2Error,
        mark: Mark,
        ear: &mut Ear<'_>,
    ) {
        let Some(number) = stream.number else { return };
        ear.events.touch(self.kind(by), number);
        ear.events.ends = true;
        for side in Side::BOTH.into_iter().filter(|&side| stream.may_send(side)) {
            // Section 8.1: a server that has answered may ask so for no more of the request.
            let state = match self.kind(side) {
                Kind::Request if !error.is_error() => MessageState::Incomplete,
                _ => MessageState::Reset,
            };
            settle(ear, number, self.kind(side), state);
        }
        if let Some(row) = ear.ledger.get_mut(number) {
            if let Some(facts) = &mut row.facts {
                facts.stream_error = Some(error);
                let last = facts.message(if by == self.client {
                    Kind::Request
                } else {
                    Kind::Response
                });
                (last.last_frame, last.last_ns) = (Some(mark.frame), Some(mark.time_ns));
            }
            row.ends(Kind::Request);
            row.ends(Kind::Response);
        }
    }

    /// A side sends no more, or the connection is reset: what has not ended will not.
    pub(super) fn break_off(&mut self, from: Side, how: StreamEnd, ear: &mut Ear<'_>) {
        let kind = self.kind(from);
        let breaks = how == StreamEnd::Reset || how == StreamEnd::Fin && kind == Kind::Response;
        let state = match how {
            StreamEnd::Reset => MessageState::Reset,
            StreamEnd::Fin | StreamEnd::CaptureEnd => MessageState::Incomplete,
        };
        for stream in self.streams.values() {
            let Some(number) = stream.number else { continue };
            if how == StreamEnd::Reset {
                ear.tell(Rule::H22);
                self.killed = Some(self.killed.map_or(number, |killed| killed.min(number)));
            }
            if stream.may_send(from) {
                let missing = stream.missing[from].map_or(state, |cause| state.max(cause.into()));
                settle(ear, number, kind, missing);
            }
            let row = ear.ledger.get_mut(number);
            if let Some(facts) = row.and_then(|row| row.facts.as_mut()).filter(|_| breaks) {
                facts.in_flight = true;
            }
        }
    }
}

/// Writes a message's state down.
fn settle(ear: &mut Ear<'_>, number: u32, kind: Kind, state: MessageState) {
    if let Some(row) = ear.ledger.get_mut(number) {
        row.set_state(kind, state);
        // A response that never began has no state of its own.
        let begun = kind == Kind::Request || row.response_frame.is_some();
        if let Some(facts) = row.message_facts(kind).filter(|_| begun) {
            facts.state = Some(state);
        }
    }
}

fn message_facts<'a>(ear: &'a mut Ear<'_>, number: u32, kind: Kind) -> Option<&'a mut MessageFacts> {
    ear.ledger.get_mut(number)?.message_facts(kind)
}

fn field((name, value): &HeaderField) -> HttpField {
    HttpField {
        name: wire_text(name),
        value: wire_text(value),
    }
}
