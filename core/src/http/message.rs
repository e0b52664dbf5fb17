//! A message's life: it begins, is counted, ends, and what each step does to its transaction.

use super::body::Body;
use super::collect::Heard;
use super::facts::HttpProtocol;
use super::framing::{self, Facts, Framing};
use super::head::{self, Expect, FirstLine, usual_method};
use super::side::{Partial, Phase, Stream};
use super::transaction::{Kind, Transaction, method_text, text};
use super::{HeadKind, HeadPart, Http, HttpEvents, HttpLimits, MessageState, Tunnel, parse_head};
use crate::frame::Side;
use crate::rule::Rule;
use crate::stream::{GapCause, Mark};

/// The message in progress.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message {
    pub(super) kind: Kind,
    /// Its transaction; an interim response before any request has none.
    pub(super) number: Option<u32>,
    /// A 1xx response, which is no row of its own.
    pub(super) interim: bool,
    /// The frame with its first byte.
    pub(super) frame: u64,
    /// Bytes of it so far, missing ones included.
    pub(super) len: u64,
    /// Bytes of it are missing.
    pub(super) missing: Option<GapCause>,
}

impl Tunnel {
    /// By the answer that made it.
    #[cold]
    fn of(number: Option<u32>, head: &[u8]) -> Self {
        let mut tunnel = Self {
            number,
            is_silent: true,
            ..Self::default()
        };
        let _whole = parse_head(head, HeadKind::Response, |part| {
            let HeadPart::Field { name, value, .. } = part else {
                return;
            };
            let agreed = if name.eq_ignore_ascii_case(b"Sec-WebSocket-Extensions") {
                &mut tunnel.extensions
            } else if name.eq_ignore_ascii_case(b"Sec-WebSocket-Protocol") {
                &mut tunnel.subprotocol
            } else {
                return;
            };
            *agreed = Some(text(value));
        });
        tunnel
    }
}

impl Http {
    /// A first line is complete: its message is there from now on.
    pub(super) fn begin(
        &mut self,
        from: Side,
        mark: Mark,
        first: FirstLine<'_>,
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) {
        match first {
            FirstLine::Request { method, target, .. } => {
                self.begin_request(from, mark, method, Some(target), limits, events);
            }
            FirstLine::Status { status, .. } => self.begin_response(from, mark, status, limits, events),
        }
    }

    /// The roles are known now: what the server has begun with is no head if no response begins so.
    fn lose_foreign_head(&mut self, server: Side) {
        let stream = &mut self.streams[server];
        let foreign = |partial: &Partial| !head::may_begin(&partial.bytes, Expect::Response);
        if matches!(&stream.phase, Phase::Head(partial) if foreign(partial)) {
            (stream.phase, stream.begun) = (Phase::Lost, true);
        }
    }

    fn begin_request(
        &mut self,
        from: Side,
        mark: Mark,
        method: &[u8],
        target: Option<&[u8]>,
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) {
        // It may have begun before its first line was complete.
        if let Some(message) = self.streams[from].message {
            if let (Some(number), Some(target)) = (message.number, target) {
                self.ledger.complete_target(number, target, limits);
            }
            return;
        }
        if self.client.is_none() {
            self.client = Some(from);
            self.lose_foreign_head(from.peer());
        }
        // A new exchange: what the last one announced did not happen.
        self.announced = None;
        let transaction = Transaction::requested(method_text(method), target.map(text), mark.frame);
        let waiting = self.ledger.waiting();
        let number = self.ledger.request(transaction, limits);
        if let Some(facts) = self.ledger.get_mut(number).and_then(|row| row.facts.as_mut()) {
            (facts.client, facts.pipelined) = (self.client, waiting);
        }
        self.set_message(from, Kind::Request, Some(number), false, mark, events);
    }

    pub(super) fn begin_response(
        &mut self,
        from: Side,
        mark: Mark,
        status: Option<u16>,
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) {
        let client = *self.client.get_or_insert(from.peer());
        if self.ledger.front().is_none() {
            self.begin_answered_request(client, limits);
        }
        // RFC 9110 section 15.2: interim responses leave the request waiting. 101 is final for HTTP.
        if status.is_some_and(|status| (100..=199).contains(&status) && status != 101) {
            let number = self.ledger.front();
            let facts = number.and_then(|number| self.ledger.get_mut(number)?.facts.as_mut());
            if let (Some(facts), Some(status)) = (facts, status) {
                if facts.interim.len() < 8 {
                    facts.interim.push(status);
                }
            }
            self.set_message(from, Kind::Response, number, true, mark, events);
            return;
        }
        self.tell_of_answer(client, events);
        let number = self.ledger.answer(limits);
        if let Some(transaction) = self.ledger.get_mut(number) {
            transaction.response_begins(status, mark.frame);
        }
        self.set_message(from, Kind::Response, Some(number), false, mark, events);
        self.set_state(from, MessageState::Incomplete);
    }

    fn set_message(
        &mut self,
        from: Side,
        kind: Kind,
        number: Option<u32>,
        interim: bool,
        mark: Mark,
        events: &mut HttpEvents,
    ) {
        self.streams[from].message = Some(Message {
            kind,
            number,
            interim,
            frame: mark.frame,
            len: 0,
            missing: None,
        });
        self.protocol.get_or_insert(HttpProtocol::Http1);
        let stream = &mut self.streams[from];
        stream.resumed = false;
        let (blank, late) = (std::mem::take(&mut stream.blank), stream.closes && !interim);
        if let Some(number) = number {
            events.touch(kind, number);
            events.begins = true;
        }
        if let Some(facts) = self.message_facts(from) {
            (facts.first_frame, facts.first_ns) = (Some(mark.frame), Some(mark.time_ns));
            (facts.last_frame, facts.last_ns) = (facts.first_frame, facts.first_ns);
        }
        if blank {
            self.tell(from, Rule::H31, mark, 0..0, events);
        }
        if late {
            self.tell(from, Rule::H45, mark, 0..0, events);
        }
    }

    /// A head is complete: what follows it, and what it says of the connection.
    pub(super) fn head_done(
        &mut self,
        from: Side,
        mark: Mark,
        (bytes, first, heard): (&[u8], FirstLine<'_>, Heard<'_>),
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) {
        let len = bytes.len();
        self.add_len(from, mark, len as u64);
        let Some(message) = self.streams[from].message else {
            return;
        };
        for (rule, at) in heard.deviations {
            self.tell(from, rule, mark, at.start as u64..at.end as u64, events);
        }
        if heard.facts.is_coding_suspect(&first) {
            self.tell(from, Rule::H39, mark, 0..len as u64, events);
        }
        let stream = &mut self.streams[from];
        stream.closes |= heard.facts.close || (first.version().is_1_0() && !heard.facts.keep_alive);
        if !message.interim {
            self.note_announcement(from, message.frame, first, heard.facts);
            self.note_facts(from, (len, first, heard.facts, heard.fields), limits);
        }
        if first.version().is_0_9() {
            // RFC 1945: one request, one response.
            self.finish(from, MessageState::Complete, events);
            self.streams[from].phase = Phase::Ended;
            return;
        }
        let framing = match first {
            FirstLine::Request { .. } => framing::of_request(&heard.facts),
            FirstLine::Status { status, .. } => {
                let transaction = message.number.and_then(|number| self.ledger.get(number));
                let method = transaction.and_then(|transaction| transaction.method.as_deref());
                framing::of_response(status, method, &heard.facts)
            }
        };
        if let Some(facts) = self.message_facts(from).filter(|_| !message.interim) {
            facts.chunked = framing == Framing::Chunked;
            facts.until_close = framing == Framing::UntilClose;
        }
        match Body::new(framing) {
            Some(body) => self.streams[from].phase = Phase::Body(body),
            None => self.finish(from, MessageState::Complete, events),
        }
        if framing == Framing::Tunnel {
            // RFC 9110 sections 9.3.6 and 7.8: neither side speaks HTTP/1 after this head.
            // Nobody is asked for an Upgrade field in the answer to CONNECT: its bytes tell.
            let protocol = match first {
                FirstLine::Status {
                    status: Some(101), ..
                } => heard.facts.upgrade,
                _ => None,
            };
            for side in Side::BOTH {
                self.streams[side] = Stream {
                    phase: Phase::Over,
                    ..Stream::default()
                };
            }
            self.tunnel = Some(Box::new(Tunnel::of(message.number, bytes)));
            if let Some(protocol) = protocol {
                self.speaks(protocol);
            } else if let Some(row) = message.number.and_then(|number| self.ledger.get_mut(number)) {
                row.awaits_protocol();
            }
            self.ledger.abandon();
            self.announced = None;
        }
    }

    /// What is spoken in the tunnel that a transaction made, or on the connection.
    pub(super) fn speaks(&mut self, protocol: HttpProtocol) {
        self.protocol = Some(protocol);
        let Some(tunnel) = self.tunnel.as_mut().filter(|tunnel| tunnel.is_silent) else {
            return;
        };
        tunnel.is_silent = false;
        let Some(row) = tunnel.number.and_then(|number| self.ledger.get_mut(number)) else {
            return;
        };
        if let Some(facts) = &mut row.facts {
            facts.upgrade = Some(protocol);
        }
        row.ends(Kind::Response);
    }

    /// The message in progress ends; the next one may begin.
    pub(super) fn finish(&mut self, from: Side, state: MessageState, events: &mut HttpEvents) {
        self.set_state(from, state);
        let stream = &mut self.streams[from];
        stream.phase = Phase::Between;
        stream.known = 0;
        stream.spoken = true;
        let Some(message) = stream.message.take() else {
            return;
        };
        events.ends = true;
        if let (Some(number), false) = (message.number, message.interim) {
            if let Some(transaction) = self.ledger.get_mut(number) {
                transaction.ends(message.kind);
            }
        }
    }

    /// Writes the message's state down: what is missing stays, unless worse happened.
    pub(super) fn set_state(&mut self, from: Side, state: MessageState) {
        let Some(Message {
            kind,
            number: Some(number),
            interim: false,
            missing,
            ..
        }) = self.streams[from].message
        else {
            return;
        };
        if let Some(transaction) = self.ledger.get_mut(number) {
            let state = missing.map_or(state, |cause| state.max(cause.into()));
            transaction.set_state(kind, state);
            if let Some(facts) = transaction.message_facts(kind) {
                facts.state = Some(state);
            }
        }
    }

    pub(super) fn count(&mut self, from: Side, content: u64) {
        if let Some((kind, transaction)) = self.current(from) {
            transaction.add_body(kind, content);
        }
    }

    /// A gap in the head: how long the body is will not be known, unless there can be none.
    pub(super) fn lose_body(&mut self, from: Side) {
        let Some((kind, transaction)) = self.current(from) else {
            return;
        };
        let (status, method) = (transaction.status, transaction.method.as_deref());
        let bodiless = kind == Kind::Response
            && status.is_some_and(|status| {
                framing::of_response(Some(status), method, &Facts::default()) == Framing::Length(0)
            });
        if !bodiless {
            transaction.lose_body(kind);
        }
    }

    /// The transaction whose message this side is sending.
    pub(super) fn current(&mut self, from: Side) -> Option<(Kind, &mut Transaction)> {
        let Message { kind, number, .. } = *self.streams[from].message.as_ref()?;
        Some((kind, self.ledger.get_mut(number?)?))
    }

    /// The framing was lost inside a message.
    pub(super) fn lose(&mut self, from: Side) {
        let stream = &mut self.streams[from];
        stream.phase = Phase::Lost;
        stream.missed = true;
        stream.known = self.ledger.next();
    }

    /// A stretch of this side was not read. From the server it may have been an answer.
    pub(super) fn skipped(&mut self, from: Side, cause: Option<GapCause>) {
        self.streams[from].missed = true;
        if self.client == Some(from.peer()) {
            let stream = &mut self.streams[from];
            self.ledger.presume_answer(stream.known, cause);
            stream.known = self.ledger.next();
        }
    }

    /// The head in hand will never be whole. True when enough of it is there to call it a message.
    pub(super) fn begin_cut(&mut self, from: Side, limits: &HttpLimits, events: &mut HttpEvents) -> bool {
        let Phase::Head(partial) = std::mem::take(&mut self.streams[from].phase) else {
            return false;
        };
        if self.streams[from].message.is_some() {
            self.hear_cut(from, &partial, limits, events);
            return true;
        }
        if self.begin_cut_request(from, &partial, limits, events) {
            return true;
        }
        if self.expect(from) == Expect::Request || !partial.bytes.starts_with(b"HTTP/1.") {
            return false;
        }
        let status = head::cut_status(&partial.bytes);
        self.begin_response(from, partial.mark, status, limits, events);
        self.hear_cut_line(from, &partial, limits, events);
        true
    }

    /// Begins a request whose first line is not complete. Before the side is known to be the client
    /// that takes a usual method.
    fn begin_cut_request(
        &mut self,
        from: Side,
        partial: &Partial,
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) -> bool {
        let Some((method, target)) = head::cut_request(&partial.bytes) else {
            return false;
        };
        let credible = match self.expect(from) {
            Expect::Request => true,
            Expect::Start | Expect::Either => usual_method(method).is_some(),
            Expect::Response => false,
        };
        if credible {
            self.begin_request(from, partial.mark, method, target, limits, events);
            self.hear_cut_line(from, partial, limits, events);
        }
        credible
    }

    /// A server may answer before a request line has ended (414, 408): then that request is the one
    /// it answers, not none.
    fn begin_answered_request(&mut self, client: Side, limits: &HttpLimits) {
        let stream = &mut self.streams[client];
        if stream.message.is_some() || !matches!(stream.phase, Phase::Head(_)) {
            return;
        }
        if let Phase::Head(partial) = std::mem::take(&mut stream.phase) {
            self.begin_cut_request(client, &partial, limits, &mut HttpEvents::default());
            self.streams[client].phase = Phase::Head(partial);
        }
    }
}
