//! One side's stream of messages: where it stands, and what bytes, gaps and the end do to it.

use memchr::memchr;
use smallvec::SmallVec;

use super::body::{Body, Outcome};
use super::collect::{BodyEar, Heard, TrailerSection};
use super::head::{self, Expect};
use super::message::Message;
use super::transaction::Kind;
use super::{Http, HttpEvents, HttpLimits, MessageState, looks_like_request};
use crate::frame::Side;
use crate::rule::Rule;
use crate::stream::{GapCause, Mark, StreamEnd};

#[derive(Debug, Default)]
pub(super) struct Stream {
    pub(super) phase: Phase,
    pub(super) message: Option<Message>,
    /// How many transactions there were when a stretch of this side was last skipped unread; 0 after
    /// a message that was read. See `Ledger::presume_answer`.
    pub(super) known: u32,
    /// A stretch of this side was not captured or not understood.
    pub(super) missed: bool,
    /// An empty line came where a message should begin.
    pub(super) blank: bool,
    /// What is being read began behind lost bytes.
    pub(super) resumed: bool,
    /// A message of it was read to its end.
    pub(super) spoken: bool,
    /// Its last head said that the connection closes.
    pub(super) closes: bool,
    /// It has sent something.
    pub(super) begun: bool,
    /// The trailer section of the message in progress, until it is whole; mostly empty.
    pub(super) trailers: Option<Box<TrailerSection>>,
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
    /// Another protocol follows: what a tunnel carries, or an upgrade named.
    Over,
    /// Nothing follows.
    Ended,
}

/// A head whose end has not come yet.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) bytes: Vec<u8>,
    /// Where the line that is not complete begins: no byte is searched twice.
    line: usize,
    /// The segment with its first byte.
    pub(super) mark: Mark,
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
        if matches!(self.streams[from].phase, Phase::Body(Body::Rest)) && super::looks_like_response(data) {
            self.finish(from, MessageState::Incomplete, events);
        }
        if matches!(self.streams[from].phase, Phase::Lost) {
            // Most streams without HTTP are left here, by their first bytes.
            if !head::may_resume(data)
                || head::first_line(data, self.expect(from)).is_err_and(|error| !error.is_incomplete())
            {
                self.skipped(from, None);
                return;
            }
            let stream = &mut self.streams[from];
            (stream.phase, stream.resumed) = (Phase::Between, true);
        }
        while !data.is_empty() {
            data = match self.streams[from].phase {
                Phase::Between => self.start(from, mark, data, limits, events),
                Phase::Head(_) => self.read_head(from, mark, data, limits, events),
                Phase::Body(_) => self.read_body(from, mark, data, limits, events),
                Phase::Lost => {
                    self.skipped(from, None);
                    return;
                }
                Phase::Over => break,
                Phase::Ended => return,
            };
        }
        if matches!(self.streams[from].phase, Phase::Over) {
            events.unread = Some(data.len());
        }
        if !matches!(self.streams[from].phase, Phase::Head(_)) {
            self.streams[from].begun = true;
        }
    }

    fn read_body<'a>(
        &mut self,
        from: Side,
        mark: Mark,
        data: &'a [u8],
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) -> &'a [u8] {
        let stream = &mut self.streams[from];
        let (Phase::Body(body), Some(message)) = (&mut stream.phase, stream.message) else {
            return &[];
        };
        let transaction = message.number.and_then(|number| self.ledger.get_mut(number));
        let mut ear = BodyEar {
            facts: transaction.and_then(|transaction| transaction.message_facts(message.kind)),
            trailers: &mut stream.trailers,
            limits,
            deviations: SmallVec::new(),
            too_long: false,
        };
        let progress = body.bytes(data, &mut ear);
        if let Some(facts) = ear.facts {
            facts.body_wire_len += progress.used;
        }
        events.too_long |= ear.too_long;
        let deviations = ear.deviations;
        for (rule, at) in deviations {
            let at = message.len + at.start as u64..message.len + at.end as u64;
            self.tell(from, rule, mark, at, events);
        }
        self.add_len(from, mark, progress.used);
        self.count(from, progress.content);
        match progress.outcome {
            Outcome::More => {}
            Outcome::Done => {
                self.read_trailers(from, mark, limits, events);
                self.finish(from, MessageState::Complete, events);
            }
            Outcome::Broken if message.kind == Kind::Response => {
                self.streams[from].phase = Phase::Body(Body::Rest);
                self.set_state(from, MessageState::Incomplete);
            }
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
            Phase::Over | Phase::Ended => {}
            Phase::Between | Phase::Lost => {
                stream.phase = Phase::Lost;
                self.skipped(from, Some(cause));
            }
            Phase::Head(_) => self.break_head(from, Some(cause), limits, events),
            Phase::Body(body) => {
                let progress = body.gap(len);
                if let Some(message) = &mut stream.message {
                    message.len += progress.used;
                }
                if let Some(facts) = self.message_facts(from) {
                    facts.body_wire_len += progress.used;
                    facts.missing_content(progress.content, limits);
                }
                self.count(from, progress.content);
                match progress.outcome {
                    Outcome::More => self.set_state(from, MessageState::Incomplete),
                    Outcome::Done if progress.used == len => self.finish(from, cause.into(), events),
                    Outcome::Done | Outcome::Broken => {
                        self.finish(from, cause.into(), events);
                        self.lose(from);
                    }
                }
            }
        }
    }

    /// The rest of a head is lost, or there is no room for it.
    pub(super) fn break_head(
        &mut self,
        from: Side,
        cause: Option<GapCause>,
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) {
        if self.begin_cut(from, limits, events) {
            self.lose_body(from);
            self.finish(from, cause.map_or(MessageState::Incomplete, Into::into), events);
            self.lose(from);
        } else {
            self.streams[from].phase = Phase::Lost;
            self.skipped(from, cause);
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
            Phase::Between | Phase::Lost | Phase::Over | Phase::Ended => {}
        }
        self.streams[side].phase = Phase::Ended;
    }

    /// What a side may send now: nobody changes roles within a connection.
    pub(super) fn expect(&self, from: Side) -> Expect {
        match self.client {
            None if !self.streams[from].begun => Expect::Start,
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
            .take_while(|&&byte| {
                matches!(byte, b'\r' | b'\n') || byte == 0 && self.client == Some(from.peer())
            })
            .count();
        let data = &data[blank..];
        self.streams[from].blank |= blank > 0;
        if data.is_empty() {
            return data;
        }
        if self.begin_headless(from, mark, data, limits, events) {
            return data;
        }
        let bound = data.len().min(limits.head_bytes as usize);
        let mut heard = Heard::new(limits);
        match head::head(&data[..bound], self.expect(from), &mut heard) {
            Ok((rest, first)) => {
                let used = bound - rest.len();
                self.begin(from, mark, first, limits, events);
                self.head_done(from, mark, (&data[..used], first, heard), limits, events);
                &data[used..]
            }
            Err(nom::Err::Incomplete(_)) => {
                self.streams[from].phase = Phase::Head(Box::new(Partial {
                    bytes: Vec::new(),
                    line: 0,
                    mark,
                }));
                self.read_head(from, mark, data, limits, events)
            }
            Err(_) => {
                let stream = &mut self.streams[from];
                stream.phase = Phase::Lost;
                if stream.spoken && !stream.resumed {
                    events.rules.insert(Rule::H43);
                }
                data
            }
        }
    }

    /// What begins without a head: the response of HTTP/0.9.
    fn begin_headless(
        &mut self,
        from: Side,
        mark: Mark,
        data: &[u8],
        limits: &HttpLimits,
        events: &mut HttpEvents,
    ) -> bool {
        let stream = &self.streams[from];
        let is_start = !stream.begun && !stream.spoken;
        match self.expect(from) {
            // RFC 1945 section 6: a simple response is content alone. Some servers answer newer requests so.
            Expect::Response if is_start => {
                let request = self.ledger.front().and_then(|number| self.ledger.get(number));
                let asked = request.is_some_and(|request| request.request_frame < Some(mark.frame));
                if !asked || head::may_begin(data, Expect::Response) {
                    return false;
                }
                self.begin_response(from, mark, None, limits, events);
                self.tell(from, Rule::H35, mark, 0..0, events);
                self.streams[from].phase = Phase::Body(Body::UntilClose);
                if let Some(facts) = self.message_facts(from) {
                    facts.version = Some("0.9".into());
                    facts.until_close = true;
                }
                true
            }
            Expect::Start | Expect::Either | Expect::Request | Expect::Response => false,
        }
    }

    /// Inside a head that a segment boundary cut: collects it line by line.
    fn read_head<'a>(
        &mut self,
        from: Side,
        mark: Mark,
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
                let is_past = within.len() < data.len();
                data = &data[within.len()..];
                let begun = self.streams[from].message.is_some();
                let resumed = self.streams[from].resumed;
                let may_begin =
                    head::may_begin(&partial.bytes, expect) && (!resumed || head::may_resume(&partial.bytes));
                if !begun && !may_begin {
                    break;
                }
                if is_past {
                    events.too_long = true;
                    // Past the bound: whatever it was, its end will not be found.
                    break;
                }
                self.streams[from].phase = Phase::Head(partial);
                return &[];
            };
            partial.bytes.extend_from_slice(&within[..=end]);
            data = &data[end + 1..];
            let mut is_whole = false;
            if partial.line == 0 {
                match head::first_line(&partial.bytes, expect) {
                    Ok((_, first)) => {
                        self.begin(from, partial.mark, first, limits, events);
                        is_whole = first.version().is_0_9();
                    }
                    Err(_) => break,
                }
            }
            if is_whole || matches!(&partial.bytes[partial.line..], b"\n" | b"\r\n") {
                let mut heard = Heard::new(limits);
                match head::head(&partial.bytes, expect, &mut heard) {
                    Ok((_, first)) => {
                        self.head_done(from, mark, (&partial.bytes, first, heard), limits, events);
                        return data;
                    }
                    Err(_) => break,
                }
            }
            partial.line = partial.bytes.len();
        }
        // Not a message after all, or one whose head is too long.
        if self.streams[from].message.is_some() {
            if partial.bytes.len() >= limits.head_bytes as usize {
                self.tell(from, Rule::H41, mark, 0..partial.bytes.len() as u64, events);
            }
            self.finish(from, MessageState::Incomplete, events);
            self.lose(from);
        } else if self.begin_headless(from, partial.mark, &partial.bytes, limits, events) {
            self.read_body(from, partial.mark, &partial.bytes, limits, events);
        } else {
            let stream = &mut self.streams[from];
            stream.phase = Phase::Lost;
            if stream.spoken && !stream.resumed {
                events.rules.insert(Rule::H43);
            }
            self.skipped(from, None);
        }
        data
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
