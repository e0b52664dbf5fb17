//! Transactions, and which response answers which request: RFC 9112 section 9.3.2, first in, first
//! out.

use std::borrow::Cow;
use std::collections::VecDeque;

use serde::Serialize;
use smol_str::SmolStr;

use super::HttpLimits;
use super::facts::{MessageFacts, TransactionFacts};
use super::head::usual_method;
use crate::stream::GapCause;

words! {
    /// How completely a message was seen. Ordered: the worse is the greater.
    MessageState {
        /// From its first byte to its last.
        Complete = 0 "complete",
        /// It had not ended when the connection or the capture did, or it never came.
        Incomplete = 1 "incomplete",
        /// The snap length cut bytes off.
        Cut = 2 "cut",
        /// Bytes of it were not captured.
        Gap = 3 "gap",
        /// A reset ended it.
        Reset = 4 "reset",
    }
}

impl From<GapCause> for MessageState {
    fn from(cause: GapCause) -> Self {
        match cause {
            GapCause::Lost => Self::Gap,
            GapCause::Cut => Self::Cut,
        }
    }
}

/// A request and its final response, as far as they were seen.
///
/// Text is UTF-8 where the wire's was, otherwise each byte is the code point of the same number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Transaction {
    /// The request's method; `None` when the response has no captured request, or its header fields could not be read.
    pub method: Option<Cow<'static, str>>,
    /// The request's target.
    pub target: Option<SmolStr>,
    /// The final response's status code; `None` when there was none.
    pub status: Option<u16>,
    /// The frame with the first byte of the request.
    pub request_frame: Option<u64>,
    /// The frame with the first byte of the final response.
    pub response_frame: Option<u64>,
    /// Body bytes of the request: gaps counted, chunk framing not.
    pub request_body_len: Option<u64>,
    /// Body bytes of the final response, likewise.
    pub response_body_len: Option<u64>,
    /// The worse of its two messages' states.
    pub state: MessageState,
    /// The stream of HTTP/2 that carries it; `None` in HTTP/1.
    pub stream: Option<u32>,
    /// More of it, where [`HttpLimits::facts`] asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts: Option<Box<TransactionFacts>>,
    #[serde(skip)]
    request_state: MessageState,
    #[serde(skip)]
    response_state: MessageState,
    /// Nothing more of it can come.
    #[serde(skip)]
    request_ended: bool,
    #[serde(skip)]
    response_ended: bool,
}

impl Transaction {
    /// A request that has begun; the response is awaited.
    pub(super) const fn requested(method: Cow<'static, str>, target: Option<SmolStr>, frame: u64) -> Self {
        Self {
            method: Some(method),
            target,
            status: None,
            request_frame: Some(frame),
            response_frame: None,
            request_body_len: Some(0),
            response_body_len: None,
            state: MessageState::Incomplete,
            stream: None,
            facts: None,
            request_state: MessageState::Incomplete,
            response_state: MessageState::Incomplete,
            request_ended: false,
            response_ended: false,
        }
    }

    /// A response without a request.
    const fn orphan() -> Self {
        Self {
            method: None,
            target: None,
            status: None,
            request_frame: None,
            response_frame: None,
            request_body_len: None,
            response_body_len: None,
            state: MessageState::Incomplete,
            stream: None,
            facts: None,
            // There is no request whose state could be the worse one.
            request_state: MessageState::Complete,
            response_state: MessageState::Incomplete,
            request_ended: true,
            response_ended: false,
        }
    }

    /// A request on a stream, as far as its header fields could be read.
    pub(crate) fn on_stream(
        stream: u32,
        method: Option<Cow<'static, str>>,
        target: Option<SmolStr>,
        frame: u64,
    ) -> Self {
        Self {
            method,
            stream: Some(stream),
            ..Self::requested(Cow::Borrowed(""), target, frame)
        }
    }

    /// A response on a stream whose request was not captured.
    pub(crate) fn answered_on_stream(stream: u32) -> Self {
        Self {
            stream: Some(stream),
            ..Self::orphan()
        }
    }

    pub(crate) const fn response_begins(&mut self, status: Option<u16>, frame: u64) {
        self.status = status;
        self.response_frame = Some(frame);
        self.response_body_len = Some(0);
    }

    pub(crate) fn set_state(&mut self, kind: Kind, state: MessageState) {
        match kind {
            Kind::Request => self.request_state = state,
            Kind::Response => self.response_state = state,
        }
        self.state = self.request_state.max(self.response_state);
    }

    /// Nothing more of a message follows.
    pub(crate) fn ends(&mut self, kind: Kind) {
        match kind {
            Kind::Request => self.request_ended = true,
            Kind::Response => self.response_ended = true,
        }
        let Some(facts) = &mut self.facts else { return };
        let (request, response) = (&facts.request, &facts.response);
        let between = |from: Option<i64>, to: Option<i64>| Some(to?.saturating_sub(from?));
        facts.wait_ns = between(request.last_ns, response.first_ns).filter(|_| self.request_ended);
        facts.wait_ns = facts.wait_ns.filter(|&wait| wait >= 0);
        facts.total_ns = between(request.first_ns, response.last_ns).filter(|_| self.response_ended);
    }

    /// It made a tunnel: what is spoken there is told with it.
    pub(super) const fn awaits_protocol(&mut self) {
        self.response_ended = false;
    }

    pub(super) const fn request_ended(&self) -> bool {
        self.request_ended
    }

    const fn is_complete(&self) -> bool {
        self.request_ended && self.response_ended
    }

    pub(crate) fn message_facts(&mut self, kind: Kind) -> Option<&mut MessageFacts> {
        self.facts.as_mut().map(|facts| facts.message(kind))
    }

    pub(crate) const fn add_body(&mut self, kind: Kind, bytes: u64) {
        if let Some(len) = self.body_len(kind) {
            *len = len.saturating_add(bytes);
        }
    }

    /// The head that says how long the body is was not captured whole.
    pub(super) const fn lose_body(&mut self, kind: Kind) {
        *self.body_len(kind) = None;
    }

    const fn body_len(&mut self, kind: Kind) -> &mut Option<u64> {
        match kind {
            Kind::Request => &mut self.request_body_len,
            Kind::Response => &mut self.response_body_len,
        }
    }
}

/// The two kinds of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Request,
    Response,
}

/// The transactions of one connection, numbered from 0, and the queue of unanswered requests.
///
/// The queue needs no memory of its own. A response without a request is numbered only while no
/// request is unanswered, so the unanswered ones are always the last numbers without a break.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// The first ones, for good.
    kept: Vec<Transaction>,
    /// Bytes of text in `kept`.
    text: usize,
    /// Those after them while they are in progress, oldest first, for pairing and framing.
    passing: VecDeque<(u32, Transaction)>,
    /// How many were in neither.
    forgotten: u32,
    /// The next number.
    next: u32,
    /// How many of the last numbers are unanswered requests.
    unanswered: u32,
    /// How many of the oldest unanswered were presumably answered in a stretch that was not read.
    presumed: u32,
}

impl Ledger {
    pub(super) fn kept(&self) -> &[Transaction] {
        &self.kept
    }

    pub(super) fn omitted(&self) -> u64 {
        u64::from(self.next) - self.kept.len() as u64
    }

    pub(super) const fn forgotten(&self) -> u32 {
        self.forgotten
    }

    /// The number the next transaction gets.
    pub(super) const fn next(&self) -> u32 {
        self.next
    }

    /// Whether a request waits for its response.
    pub(super) const fn awaits(&self) -> bool {
        self.unanswered > self.presumed
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut Transaction> {
        let at = usize::try_from(number).ok()?;
        if at < self.kept.len() {
            self.kept.get_mut(at)
        } else {
            self.passing_mut(number)
        }
    }

    fn passing_mut(&mut self, number: u32) -> Option<&mut Transaction> {
        let at = self
            .passing
            .binary_search_by_key(&number, |&(number, _)| number)
            .ok()?;
        self.passing.get_mut(at).map(|(_, transaction)| transaction)
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Transaction> {
        let at = usize::try_from(number).ok()?;
        if let Some(transaction) = self.kept.get(at) {
            return Some(transaction);
        }
        let at = self
            .passing
            .binary_search_by_key(&number, |&(number, _)| number)
            .ok()?;
        self.passing.get(at).map(|(_, transaction)| transaction)
    }

    /// How many requests wait for their response.
    pub(super) const fn waiting(&self) -> u32 {
        self.unanswered - self.presumed
    }

    /// A request begins.
    pub(super) fn request(&mut self, transaction: Transaction, limits: &HttpLimits) -> u32 {
        self.unanswered = self.unanswered.saturating_add(1);
        self.add(transaction, limits)
    }

    /// A request or a response of a stream: it waits in no queue.
    pub(crate) fn open(&mut self, transaction: Transaction, limits: &HttpLimits) -> u32 {
        let is_full = self.passing.len() >= limits.pending_requests as usize;
        if is_full && !limits.streamed {
            self.passing.retain(|(_, transaction)| !transaction.is_complete());
        }
        self.add(transaction, limits)
    }

    /// The target of a request that began before its first line was complete.
    pub(super) fn complete_target(&mut self, number: u32, target: &[u8], limits: &HttpLimits) {
        let Some(transaction) = usize::try_from(number).ok().and_then(|at| self.kept.get_mut(at)) else {
            return;
        };
        let target: SmolStr = text(target);
        let before = transaction.target.as_deref().map_or(0, str::len);
        let sum = self.text - before + target.len();
        if sum <= limits.kept_text as usize {
            self.text = sum;
            transaction.target = Some(target);
        }
    }

    /// The request the next response answers, if one was seen.
    pub(super) const fn front(&self) -> Option<u32> {
        match self.unanswered - self.skips() {
            0 => None,
            waiting => Some(self.next - waiting),
        }
    }

    /// A final response begins: the transaction it belongs to. Interim ones pop nothing.
    pub(super) fn answer(&mut self, limits: &HttpLimits) -> u32 {
        match self.front() {
            Some(number) => {
                self.unanswered -= self.skips() + 1;
                self.presumed = 0;
                number
            }
            None => self.add(Transaction::orphan(), limits),
        }
    }

    /// Presumed answers count as given only as long as another request is left to pair with.
    const fn skips(&self) -> u32 {
        let spare = self.unanswered.saturating_sub(1);
        if self.presumed < spare {
            self.presumed
        } else {
            spare
        }
    }

    /// The peer sent something that was not captured or not understood. If the oldest request not
    /// presumed answered came after `known`, the end of the last such stretch, this was its answer:
    /// a client that does not pipeline asks again only after it was answered. A pipelined one is
    /// presumed answered once, not for every stretch.
    pub(super) fn presume_answer(&mut self, known: u32, cause: Option<GapCause>) {
        if !self.awaits() {
            return;
        }
        let number = self.next - (self.unanswered - self.presumed);
        if number < known {
            return;
        }
        self.presumed += 1;
        if let (Some(cause), Some(transaction)) = (cause, self.get_mut(number)) {
            transaction.set_state(Kind::Response, cause.into());
        }
    }

    /// Nobody will be answered any more: the connection is no HTTP from here on.
    pub(super) const fn abandon(&mut self) {
        self.unanswered = 0;
        self.presumed = 0;
    }

    fn add(&mut self, mut transaction: Transaction, limits: &HttpLimits) -> u32 {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        let text = transaction.target.as_deref().map_or(0, str::len)
            + transaction.method.as_deref().map_or(0, str::len);
        if limits.facts && transaction.facts.is_none() {
            transaction.facts = Some(Box::default());
        }
        let room = !limits.streamed
            && self.kept.len() < limits.kept_transactions as usize
            && self.kept.len() == number as usize
            && self.text.saturating_add(text) <= limits.kept_text as usize;
        if room {
            self.text += text;
            if self.kept.is_empty() {
                // Most connections carry one; a vector would begin with room for four.
                self.kept.reserve_exact(1);
            }
            self.kept.push(transaction);
            return number;
        }
        // Where one is not kept, none after it is: the numbers of the kept ones have no break.
        while self.passing.front().is_some_and(|(number, row)| {
            *number < self.oldest_needed() && !limits.streamed && (row.stream.is_none() || row.is_complete())
        }) {
            self.passing.pop_front();
        }
        if self.passing.len() < limits.pending_requests as usize {
            if !limits.streamed {
                transaction.target = None;
            }
            self.passing.push_back((number, transaction));
        } else {
            self.forgotten = self.forgotten.saturating_add(1);
        }
        number
    }

    /// The transactions at the front that are complete; where streams pair them, all that are.
    pub(super) fn take_complete(&mut self) -> impl Iterator<Item = (u32, Transaction)> + '_ {
        let mut at = 0;
        std::iter::from_fn(move || {
            // Any stream may be the next to end.
            let waits = |row: &Transaction| row.stream.is_some() && !row.is_complete();
            while self.passing.get(at).is_some_and(|(_, row)| waits(row)) {
                at += 1;
            }
            self.passing.get(at).filter(|(_, row)| row.is_complete())?;
            self.passing.remove(at)
        })
    }

    /// All of them.
    pub(super) fn take_rest(&mut self) -> impl Iterator<Item = (u32, Transaction)> + '_ {
        self.passing.drain(..)
    }

    /// The end of the stream was the proper end of a response: nothing broke.
    pub(super) fn ends_whole(&mut self) {
        let is_whole = |row: &&mut Transaction| row.is_complete() && row.state == MessageState::Complete;
        for row in self.unsettled().filter(is_whole) {
            if let Some(facts) = &mut row.facts {
                facts.in_flight = false;
            }
        }
    }

    /// The connection ended before these were complete.
    pub(super) fn breaks(&mut self) {
        for row in self.unsettled().filter(|row| !row.is_complete()) {
            if let Some(facts) = &mut row.facts {
                facts.in_flight = true;
            }
        }
    }

    /// The transaction answered last and the unanswered ones, as far as they are remembered.
    fn unsettled(&mut self) -> impl Iterator<Item = &mut Transaction> {
        let oldest = self.next.saturating_sub(self.unanswered).saturating_sub(1);
        let passing = self
            .passing
            .iter_mut()
            .filter(move |&&mut (number, _)| number >= oldest);
        let kept = self.kept.iter_mut().skip(oldest as usize);
        kept.chain(passing.map(|(_, transaction)| transaction))
    }

    /// The newest transaction answered last and the unanswered ones may still change.
    const fn oldest_needed(&self) -> u32 {
        self.next.saturating_sub(self.unanswered).saturating_sub(2)
    }
}

/// A method as text, without an allocation for the usual ones.
pub(crate) fn method_text(method: &[u8]) -> Cow<'static, str> {
    match usual_method(method) {
        Some(method) => Cow::Borrowed(method),
        None => Cow::Owned(text(method)),
    }
}

/// Wire text: UTF-8 where it is valid, otherwise latin-1.
pub(crate) fn text<T: for<'a> From<&'a str> + FromIterator<char>>(bytes: &[u8]) -> T {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}
