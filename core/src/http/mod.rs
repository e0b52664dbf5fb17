//! HTTP/1 inside one connection: reads two byte streams in order, knows no segments.
//! Read RFC 9112 first, then RFC 9110 sections 9 and 15.
//!
//! - Which side is the client is decided by content, on any port; it may be either side.
//! - Bodies are counted, never held. A head is held only while a segment boundary cuts it, so an idle
//!   keep-alive connection holds no buffer, and a stream that is not HTTP costs a look at its first
//!   bytes per segment.
//! - Nothing disappears: a message is there from its first line, and what a gap, a reset or the end
//!   leaves of it stays with a [`MessageState`].
//! - After lost framing, reading resumes at the next segment that begins with a credible first line.
//!
//! Work is linear in the bytes given, however they are cut. Nothing here panics.

mod body;
mod collect;
mod facts;
mod framing;
mod head;
mod letters;
mod message;
mod parse;
mod side;
mod telling;
#[cfg(test)]
mod tests;
mod transaction;

use serde::Serialize;

pub(crate) use facts::HttpPlace;
pub use facts::{HttpAnomaly, HttpField, HttpProtocol, HttpRow, MessageFacts, TransactionFacts};
pub(crate) use framing::decimal;
pub use parse::{Head, HeadKind, HeadPart, NoHead, StartLine, parse_head};
pub(crate) use transaction::{Kind, Ledger, method_text, text as wire_text};
pub use transaction::{MessageState, Transaction};

use crate::frame::{Side, Sides};
use crate::http2::Http2Limits;
use crate::rule::{Rule, RuleSet};
use crate::stream::{GapCause, Mark, StreamEnd};
use side::{Partial, Phase, Stream};

/// What HTTP may hold for each connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HttpLimits {
    /// Longest head, bytes; default 64 KiB. A longer one ends its message as incomplete.
    pub head_bytes: u32,
    /// Transactions kept; default 10,000. Later ones are counted.
    pub kept_transactions: u32,
    /// Bytes of methods and targets kept; default 16 MiB. Past it, transactions are counted too.
    pub kept_text: u32,
    /// Unfinished transactions remembered after the kept ones; default 256. Pairing stays right
    /// beyond it, but a HEAD or CONNECT among the forgotten ones is taken for a GET.
    pub pending_requests: u32,
    /// Whether transactions carry their [`TransactionFacts`]; off by default.
    pub facts: bool,
    /// Whether these hold the header and trailer fields; off by default.
    pub fields: bool,
    /// Bytes of content that these hold of each message; 0 by default.
    pub body_bytes: u32,
    /// Whether transactions are handed out as soon as they are complete, by
    /// [`Dissector::take_transactions`](crate::Dissector::take_transactions), instead of kept with their
    /// connection; off by default.
    pub streamed: bool,
    /// Bounds of HTTP/2.
    pub http2: Http2Limits,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            head_bytes: 64 << 10,
            kept_transactions: 10_000,
            kept_text: 16 << 20,
            pending_requests: 256,
            facts: false,
            fields: false,
            body_bytes: 0,
            streamed: false,
            http2: Http2Limits::default(),
        }
    }
}

/// What some bytes, a gap or an end did to the messages of their side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct HttpEvents {
    /// The first transaction whose request they belong to, by number from 0.
    pub(crate) request: Option<u32>,
    /// The first transaction whose response, interim ones included, they belong to.
    pub(crate) response: Option<u32>,
    /// How many transactions after that one they belong to as well; their numbers follow on.
    pub(crate) more: u32,
    /// A message begins here: its first line is complete.
    pub(crate) begins: bool,
    /// A message ends here, however it ends.
    pub(crate) ends: bool,
    /// Situations of the rule table that show here.
    pub(crate) rules: RuleSet,
    /// A head or trailer section was longer than may be held.
    pub(crate) too_long: bool,
    /// Another protocol has taken over, and these last bytes of those given are its: 0 where it begins behind them.
    pub(crate) unread: Option<usize>,
}

impl HttpEvents {
    pub(crate) const fn touch(&mut self, kind: Kind, number: u32) {
        let first = match kind {
            Kind::Request => &mut self.request,
            Kind::Response => &mut self.response,
        };
        match *first {
            None => *first = Some(number),
            Some(first) => self.more = number.saturating_sub(first),
        }
    }
}

/// Why the connection was going to close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CloseReason {
    /// HTTP/1.0 without keep-alive: RFC 9112 section 9.3.
    Http10,
    /// `Connection: close`: RFC 9112 section 9.6; or a GOAWAY: RFC 9113 section 6.8.
    ConnectionClose,
    /// A close frame of WebSocket: RFC 6455 section 5.5.1.
    WebsocketClose,
}

/// An announcement, in a head, that the connection closes after this exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CloseAnnounced {
    pub(crate) reason: CloseReason,
    pub(crate) by: Side,
    /// The frame with the first byte of that head.
    pub(crate) frame: u64,
}

/// The HTTP of one connection; new by `default()`.
#[derive(Debug, Default)]
pub(crate) struct Http {
    streams: Sides<Stream>,
    client: Option<Side>,
    ledger: Ledger,
    announced: Option<CloseAnnounced>,
    protocol: Option<HttpProtocol>,
    /// The first transaction that a reset left unfinished.
    killed: Option<u32>,
    /// What made a tunnel, or another protocol follow.
    tunnel: Option<Box<Tunnel>>,
}

/// What an answer to CONNECT made, or a 101.
#[derive(Debug, Default)]
pub(crate) struct Tunnel {
    /// Its transaction.
    number: Option<u32>,
    /// What is spoken in it is not known yet.
    is_silent: bool,
    /// `Sec-WebSocket-Extensions`: RFC 6455 section 4.2.2.
    pub(crate) extensions: Option<Box<str>>,
    /// `Sec-WebSocket-Protocol`.
    pub(crate) subprotocol: Option<Box<str>>,
}

impl Http {
    /// The next bytes of one side: those of one segment, or of the rest of one.
    pub(crate) fn bytes(&mut self, from: Side, mark: Mark, data: &[u8], limits: &HttpLimits) -> HttpEvents {
        let mut events = HttpEvents::default();
        self.read(from, mark, data, limits, &mut events);
        events
    }

    /// The next `len` bytes of one side were sent but are missing.
    pub(crate) fn gap(&mut self, from: Side, len: u64, cause: GapCause, limits: &HttpLimits) -> HttpEvents {
        let mut events = HttpEvents::default();
        if len > 0 {
            self.skip_gap(from, len, cause, limits, &mut events);
        }
        events
    }

    /// One side's stream is over. A reset and the end of the capture end both: the caller says so for
    /// each side, once it has passed on what reassembly still held of it.
    pub(crate) fn end(&mut self, from: Side, how: StreamEnd, limits: &HttpLimits) -> HttpEvents {
        let mut events = HttpEvents::default();
        if how == StreamEnd::Fin && matches!(self.streams[from].phase, Phase::Ended) {
            return events; // it came again
        }
        if how == StreamEnd::Reset && self.in_flight() {
            events.rules.insert(Rule::H22);
            self.killed = self.killed.or_else(|| self.unfinished());
        }
        if how == StreamEnd::Reset || how == StreamEnd::Fin && self.client == Some(from.peer()) {
            self.ledger.breaks();
        }
        let is_silent = self.tunnel.as_ref().is_some_and(|tunnel| tunnel.is_silent);
        if is_silent && matches!(self.streams[from].phase, Phase::Over) {
            self.speaks(HttpProtocol::Opaque);
        }
        self.close(from, how, limits, &mut events);
        self.ledger.ends_whole();
        events
    }

    /// What a protocol that pairs by stream writes its transactions to.
    pub(crate) const fn ledger_mut(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    /// What was agreed on with the upgrade.
    pub(crate) fn take_tunnel(&mut self) -> Tunnel {
        self.tunnel.take().map_or_else(Tunnel::default, |tunnel| *tunnel)
    }

    /// The request that asked for the protocol that follows, as a transaction of its own: RFC 7540 section 3.2.
    pub(crate) fn upgraded_request(&self, tunnel: &Tunnel) -> Option<Transaction> {
        let row = self.ledger.get(tunnel.number?)?;
        let mut request = Transaction::requested(
            row.method.clone().unwrap_or_default(),
            row.target.clone(),
            row.request_frame.unwrap_or_default(),
        );
        request.request_body_len = row.request_body_len;
        request.facts.clone_from(&row.facts);
        if let Some(facts) = &mut request.facts {
            (facts.response, facts.reason) = (MessageFacts::default(), None);
            (facts.wait_ns, facts.total_ns) = (None, None);
        }
        Some(request)
    }

    /// Another protocol takes over both sides.
    pub(crate) fn gives_way(&mut self, protocol: HttpProtocol) {
        for side in Side::BOTH {
            self.streams[side].phase = Phase::Over;
        }
        self.speaks(protocol);
    }

    /// Bytes held until more comes: of heads and trailer sections that are not whole.
    pub(crate) fn held_bytes(&self) -> usize {
        let of = |stream: &Stream| {
            let head = match &stream.phase {
                Phase::Head(partial) => partial.bytes.len() + size_of::<Partial>(),
                _ => 0,
            };
            head + stream
                .trailers
                .as_ref()
                .map_or(0, |trailers| trailers.bytes.len())
        };
        of(&self.streams.initiator) + of(&self.streams.responder)
    }

    /// Lets go what a side holds until more comes, because there is no room: its head will not be whole.
    pub(crate) fn give_up(&mut self, from: Side, limits: &HttpLimits) -> HttpEvents {
        let mut events = HttpEvents::default();
        if matches!(self.streams[from].phase, Phase::Head(_)) {
            self.break_head(from, None, limits, &mut events);
        }
        if let Some(trailers) = &mut self.streams[from].trailers {
            (trailers.bytes, trailers.given_up) = (Vec::new(), true);
        }
        events
    }

    /// Transactions that are neither kept nor remembered.
    pub(crate) const fn forgotten(&self) -> u32 {
        self.ledger.forgotten()
    }

    /// The transactions that are complete and were not taken yet, with their numbers; only where they are
    /// streamed.
    pub(crate) fn take_complete(&mut self) -> impl Iterator<Item = (u32, Transaction)> + '_ {
        self.ledger.take_complete()
    }

    /// Likewise all others: nothing follows.
    pub(crate) fn take_rest(&mut self) -> impl Iterator<Item = (u32, Transaction)> + '_ {
        self.ledger.take_rest()
    }

    /// What the payload speaks, once it is known.
    pub(crate) const fn protocol(&self) -> Option<HttpProtocol> {
        self.protocol
    }

    /// The first transactions, by number.
    pub(crate) fn transactions(&self) -> &[Transaction] {
        self.ledger.kept()
    }

    /// The frame with the first byte of a transaction's request.
    pub(crate) fn request_frame(&self, number: u32) -> Option<u64> {
        self.ledger.get(number)?.request_frame
    }

    /// How many transactions came after those.
    pub(crate) fn omitted(&self) -> u64 {
        self.ledger.omitted()
    }

    /// Which side sends the requests, once a first line told.
    pub(crate) const fn client(&self) -> Option<Side> {
        self.client
    }

    /// Whether the last exchange's heads announced the close; `Connection: close` wins.
    pub(crate) const fn close_announced(&self) -> Option<CloseAnnounced> {
        self.announced
    }

    /// The first transaction that a reset left unfinished, by number.
    pub(crate) const fn killed(&self) -> Option<u32> {
        self.killed
    }

    /// The first transaction of which something is still to come.
    fn unfinished(&self) -> Option<u32> {
        let reading = Side::BOTH.map(|side| self.streams[side].message?.number);
        let waiting = self.ledger.front().filter(|_| self.ledger.awaits());
        reading.into_iter().chain([waiting]).flatten().min()
    }

    /// Whether a body is in progress, or a request waits for its response. What has not become a head yet
    /// is no message: it may be another protocol.
    pub(crate) fn in_flight(&self) -> bool {
        let busy = |phase: &Phase| matches!(phase, Phase::Body(_));
        self.ledger.awaits() || Side::BOTH.into_iter().any(|side| busy(&self.streams[side].phase))
    }
}

/// Whether a payload begins a request: to tell the client of a connection whose opening was not
/// captured. A request line cut by the segment's end counts when its method is a usual one.
pub(crate) fn looks_like_request(payload: &[u8]) -> bool {
    match head::first_line(within_look(payload), head::Expect::Request) {
        Ok(_) => true,
        Err(nom::Err::Incomplete(_)) => {
            head::cut_request(payload).is_some_and(|(method, _)| head::usual_method(method).is_some())
        }
        Err(_) => false,
    }
}

/// Whether a payload begins a response.
#[allow(dead_code, reason = "for telling the client when only its peer was captured")]
pub(crate) fn looks_like_response(payload: &[u8]) -> bool {
    match head::first_line(within_look(payload), head::Expect::Response) {
        Ok(_) => true,
        Err(nom::Err::Incomplete(_)) => head::cut_status(payload).is_some(),
        Err(_) => false,
    }
}

/// A first line is looked for in this many bytes, so that a look stays cheap.
fn within_look(payload: &[u8]) -> &[u8] {
    payload.get(..8192).unwrap_or(payload)
}
