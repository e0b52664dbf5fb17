//! One side's stream of messages: where it stands, and what bytes, gaps and the end do to it.

use super::body::{Body, Outcome};
use super::framing::{self, Facts, Framing};
use super::head::{self, Expect, FirstLine, Head};
use super::transaction::{Kind, Transaction, method_text, text, usual_method};
use super::{CloseAnnounced, CloseReason, Http, HttpEvents, HttpLimits, MessageState, looks_like_request};
use crate::frame::Side;
use crate::stream::{GapCause, Mark, StreamEnd};
use memchr::memchr;

#[derive(Debug, Default)]
pub(super) struct Stream {
    pub(super) phase: Phase,
    message: Option<Message>,
    /// How many transactions there were when a stretch of this side was last skipped unread; 0 after
    /// a message that was read. See `Ledger::presume_answer`.
    known: u32,
}

#[derive(Debug, Default)]
pub(super) enum Phase {
    /// A message may begin here.
    #[default]
    Between,
    /// Inside a head that a segment boundary cuts.
    Head(Box<Partial>),
    /// Inside a body.
    Body(Body),
    /// Not HTTP, or not readable, up to the next segment that begins with a credible first line.
    Lost,
    /// A tunnel or another protocol for good.
    Opaque,
    /// Nothing follows.
    Ended,
}

/// The message in progress.
#[derive(Debug, Clone, Copy)]
struct Message {
    kind: Kind,
    /// Its transaction; an interim response before any request has none.
    number: Option<u32>,
    /// A 1xx response, which is no row of its own.
    interim: bool,
    /// The frame with its first byte.
    frame: u64,
    /// Bytes of it are missing.
    missing: Option<GapCause>,
}

/// A head whose end has not come yet.
#[derive(Debug)]
pub(super) struct Partial {
    bytes: Vec<u8>,
    /// Where the line that is not complete begins: no byte is searched twice.
    line: usize,
    /// The segment with its first byte.
    mark: Mark,
}

impl Http {
    pub(super) fn read(
        &mut self,
        from: Side,
        mark: Mark,
        mut data: &[u8],
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) {
        if let Some(Message {
            kind,
            number: Some(number),
            ..
        }) = self.streams[from].message
        {
            events.touch(kind, number);
        }
        self.abandon_refused_body(from, data, events);
        if matches!(self.streams[from].phase, Phase::Lost) {
            // Most streams without HTTP are left here, by their first bytes.
            if head::first_line(data, self.expect(from)).is_err_and(|error| !error.is_incomplete()) {
                self.skipped(from, None);
                return;
            }
            self.streams[from].phase = Phase::Between;
        }
        while !data.is_empty() {
            data = match &mut self.streams[from].phase {
                Phase::Between => self.start(from, mark, data, limits, events),
                Phase::Head(_) => self.read_head(from, data, limits, events),
                Phase::Body(body) => {
                    let progress = body.bytes(data);
                    self.count(from, progress.content);
                    match progress.outcome {
                        Outcome::More => {}
                        Outcome::Done => self.finish(from, MessageState::Complete, events),
                        Outcome::Broken => {
                            self.finish(from, MessageState::Incomplete, events);
                            self.lose(from);
                        }
                    }
                    usize::try_from(progress.used)
                        .ok()
                        .and_then(|used| data.get(used..))
                        .unwrap_or_default()
                }
                Phase::Lost => {
                    self.skipped(from, None);
                    return;
                }
                Phase::Opaque | Phase::Ended => return,
            };
        }
    }

    pub(super) fn skip_gap(
        &mut self,
        from: Side,
        len: u64,
        cause: GapCause,
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) {
        let stream = &mut self.streams[from];
        if let Some(message) = &mut stream.message {
            // Lost bytes are the worse news, so they stay over cut ones.
            message.missing = Some(match message.missing {
                Some(GapCause::Lost) => GapCause::Lost,
                _ => cause,
            });
            if let Some(number) = message.number {
                events.touch(message.kind, number);
            }
        }
        match &mut stream.phase {
            Phase::Opaque | Phase::Ended => {}
            Phase::Between | Phase::Lost => {
                stream.phase = Phase::Lost;
                self.skipped(from, Some(cause));
            }
            Phase::Head(_) => {
                if self.begin_cut(from, limits, events) {
                    self.finish(from, cause.into(), events);
                    self.lose(from);
                } else {
                    self.streams[from].phase = Phase::Lost;
                    self.skipped(from, Some(cause));
                }
            }
            Phase::Body(body) => {
                let progress = body.gap(len);
                self.count(from, progress.content);
                match progress.outcome {
                    Outcome::More => self.mark_missing(from),
                    Outcome::Done if progress.used == len => self.finish(from, cause.into(), events),
                    Outcome::Done | Outcome::Broken => {
                        self.finish(from, cause.into(), events);
                        self.lose(from);
                    }
                }
            }
        }
    }

    pub(super) fn close(&mut self, side: Side, how: StreamEnd, limits: &HttpLimits, events: &mut HttpEvents) {
        let state = match how {
            StreamEnd::Reset => MessageState::Reset,
            StreamEnd::Fin | StreamEnd::CaptureEnd => MessageState::Incomplete,
        };
        match self.streams[side].phase {
            Phase::Head(_) => {
                if self.begin_cut(side, limits, events) {
                    self.finish(side, state, events);
                }
            }
            // RFC 9112 section 8: the close is the proper end of such a body.
            Phase::Body(Body::UntilClose) if how == StreamEnd::Fin => {
                self.finish(side, MessageState::Complete, events);
            }
            Phase::Body(_) => self.finish(side, state, events),
            Phase::Between | Phase::Lost | Phase::Opaque | Phase::Ended => {}
        }
        self.streams[side].phase = Phase::Ended;
    }

    /// What a side may send now: nobody changes roles within a connection.
    fn expect(&self, from: Side) -> Expect {
        match self.client {
            None => Expect::Either,
            Some(client) if client == from => Expect::Request,
            Some(_) => Expect::Response,
        }
    }

    /// Between messages: begins the next one, reading its head where it lies if it is whole.
    fn start<'a>(
        &mut self,
        from: Side,
        mark: Mark,
        data: &'a [u8],
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) -> &'a [u8] {
        // RFC 9112 section 2.2: empty lines before a request are ignored; here before both.
        let blank = data
            .iter()
            .take_while(|&&byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let data = &data[blank..];
        if data.is_empty() {
            return data;
        }
        let bound = data.len().min(limits.head_bytes as usize);
        match head::head(&data[..bound], self.expect(from)) {
            Ok((rest, head)) => {
                let used = bound - rest.len();
                self.begin(from, mark, head.first, limits, events);
                self.head_done(from, &head, events);
                &data[used..]
            }
            Err(nom::Err::Incomplete(_)) => {
                self.streams[from].phase = Phase::Head(Box::new(Partial {
                    bytes: Vec::new(),
                    line: 0,
                    mark,
                }));
                self.read_head(from, data, limits, events)
            }
            Err(_) => {
                self.streams[from].phase = Phase::Lost;
                data
            }
        }
    }

    /// Inside a head that a segment boundary cut: collects it line by line.
    fn read_head<'a>(
        &mut self,
        from: Side,
        mut data: &'a [u8],
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) -> &'a [u8] {
        let Phase::Head(mut partial) = std::mem::take(&mut self.streams[from].phase) else {
            return data;
        };
        let expect = self.expect(from);
        loop {
            let room = (limits.head_bytes as usize).saturating_sub(partial.bytes.len());
            let within = &data[..data.len().min(room)];
            let Some(end) = memchr(b'\n', within) else {
                partial.bytes.extend_from_slice(within);
                let begun = self.streams[from].message.is_some();
                if !begun && !head::may_begin(&partial.bytes, expect) {
                    break;
                }
                if within.len() < data.len() {
                    // Past the bound: whatever it was, its end will not be found.
                    data = &data[within.len()..];
                    break;
                }
                self.streams[from].phase = Phase::Head(partial);
                return &[];
            };
            partial.bytes.extend_from_slice(&within[..=end]);
            data = &data[end + 1..];
            if partial.line == 0 {
                match head::first_line(&partial.bytes, expect) {
                    Ok((_, first)) => self.begin(from, partial.mark, first, limits, events),
                    Err(_) => break,
                }
            }
            if matches!(&partial.bytes[partial.line..], b"\n" | b"\r\n") {
                match head::head(&partial.bytes, expect) {
                    Ok((_, head)) => {
                        self.head_done(from, &head, events);
                        return data;
                    }
                    Err(_) => break,
                }
            }
            partial.line = partial.bytes.len();
        }
        // Not a message after all, or one whose head is too long.
        if self.streams[from].message.is_some() {
            self.finish(from, MessageState::Incomplete, events);
            self.lose(from);
        } else {
            self.streams[from].phase = Phase::Lost;
            self.skipped(from, None);
        }
        data
    }

    /// A first line is complete: its message is there from now on.
    fn begin(
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
            FirstLine::Status { status, .. } => self.begin_response(from, mark, Some(status), limits, events),
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
        self.client.get_or_insert(from);
        // A new exchange: what the last one announced did not happen.
        self.announced = None;
        let transaction = Transaction::requested(method_text(method), target.map(text), mark.frame);
        let number = self.ledger.request(transaction, limits);
        self.set_message(from, Kind::Request, Some(number), false, mark, events);
    }

    fn begin_response(
        &mut self,
        from: Side,
        mark: Mark,
        status: Option<u16>,
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) {
        self.client.get_or_insert(from.peer());
        // RFC 9110 section 15.2: interim responses leave the request waiting. 101 is final for HTTP.
        if status.is_some_and(|status| (100..=199).contains(&status) && status != 101) {
            let number = self.ledger.front();
            self.set_message(from, Kind::Response, number, true, mark, events);
            return;
        }
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
            missing: None,
        });
        if let Some(number) = number {
            events.touch(kind, number);
            events.begins = true;
        }
    }

    /// A head is complete: what follows it, and what it says of the connection.
    fn head_done(&mut self, from: Side, head: &Head<'_>, events: &mut HttpEvents) {
        let Some(message) = self.streams[from].message else {
            return;
        };
        if !message.interim {
            self.note_announcement(from, message.frame, head);
        }
        let framing = match head.first {
            FirstLine::Request { .. } => framing::of_request(&head.facts),
            FirstLine::Status { status, .. } => {
                let transaction = message.number.and_then(|number| self.ledger.get(number));
                let method = transaction.and_then(|transaction| transaction.method.as_deref());
                framing::of_response(status, method, &head.facts)
            }
        };
        match Body::new(framing) {
            Some(body) => self.streams[from].phase = Phase::Body(body),
            None => self.finish(from, MessageState::Complete, events),
        }
        if framing == Framing::Tunnel {
            // RFC 9110 sections 9.3.6 and 7.8: neither side speaks HTTP/1 after this head.
            for side in Side::BOTH {
                self.streams[side] = Stream {
                    phase: Phase::Opaque,
                    ..Stream::default()
                };
            }
            self.ledger.abandon();
            self.announced = None;
        }
    }

    fn note_announcement(&mut self, by: Side, frame: u64, head: &Head<'_>) {
        let Facts {
            close, keep_alive, ..
        } = head.facts;
        let reason = match (close, keep_alive) {
            (true, _) => CloseReason::ConnectionClose,
            (false, false) if head.first.version().is_1_0() => CloseReason::Http10,
            _ => return,
        };
        if self.announced.is_none_or(|announced| announced.reason < reason) {
            self.announced = Some(CloseAnnounced { reason, by, frame });
        }
    }

    /// The message in progress ends; the next one may begin.
    fn finish(&mut self, from: Side, state: MessageState, events: &mut HttpEvents) {
        self.set_state(from, state);
        let stream = &mut self.streams[from];
        stream.phase = Phase::Between;
        stream.known = 0;
        events.ends |= stream.message.take().is_some();
    }

    /// Writes the message's state down: what is missing stays, unless worse happened.
    fn set_state(&mut self, from: Side, state: MessageState) {
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
            transaction.set_state(kind, missing.map_or(state, |cause| state.max(cause.into())));
        }
    }

    fn mark_missing(&mut self, from: Side) {
        self.set_state(from, MessageState::Incomplete);
    }

    fn count(&mut self, from: Side, content: u64) {
        let Some(Message {
            kind,
            number: Some(number),
            ..
        }) = self.streams[from].message
        else {
            return;
        };
        if let Some(transaction) = self.ledger.get_mut(number) {
            transaction.add_body(kind, content);
        }
    }

    /// The framing was lost inside a message.
    fn lose(&mut self, from: Side) {
        let stream = &mut self.streams[from];
        stream.phase = Phase::Lost;
        stream.known = self.ledger.next();
    }

    /// A stretch of this side was not read. From the server it may have been an answer.
    fn skipped(&mut self, from: Side, cause: Option<GapCause>) {
        if self.client == Some(from.peer()) {
            let stream = &mut self.streams[from];
            self.ledger.presume_answer(stream.known, cause);
            stream.known = self.ledger.next();
        }
    }

    /// The head in hand will never be whole. True when enough of it is there to call it a message;
    /// before its first line was complete that takes a usual method, or a side known to speak HTTP.
    fn begin_cut(&mut self, from: Side, limits: &HttpLimits, events: &mut HttpEvents) -> bool {
        let Phase::Head(partial) = std::mem::take(&mut self.streams[from].phase) else {
            return false;
        };
        if self.streams[from].message.is_some() {
            return true;
        }
        let Partial { bytes, mark, .. } = *partial;
        let request = head::cut_request(&bytes)
            .filter(|method| self.client == Some(from) || usual_method(method).is_some());
        match (request, self.expect(from)) {
            (Some(method), Expect::Either | Expect::Request) => {
                self.begin_request(from, mark, method, None, limits, events);
                true
            }
            (_, Expect::Either | Expect::Response) if bytes.starts_with(b"HTTP/1.") => {
                self.begin_response(from, mark, head::cut_status(&bytes), limits, events);
                true
            }
            _ => false,
        }
    }

    /// RFC 9110 section 10.1.1: a client that got its final answer before it sent any of the body
    /// it announced may leave the body out. Then the next request is not content.
    fn abandon_refused_body(&mut self, from: Side, data: &[u8], events: &mut HttpEvents) {
        let Stream {
            phase: Phase::Body(_),
            message:
                Some(Message {
                    kind: Kind::Request,
                    number,
                    ..
                }),
            ..
        } = self.streams[from]
        else {
            return;
        };
        let refused = number
            .and_then(|number| self.ledger.get(number))
            .is_some_and(|row| row.status.is_some() && row.request_body_len == Some(0));
        if refused && looks_like_request(data) {
            self.finish(from, MessageState::Incomplete, events);
        }
    }
}
