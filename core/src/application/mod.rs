//! What the two byte streams of a connection speak: decided by content, on any port, and passed on to whoever
//! reads it.
//!
//! - The first bytes of each side tell TLS and HTTP/2 ([`first`]); all else goes to HTTP/1, which finds out
//!   itself whether it is any. So a plain HTTP/1 or opaque stream costs one look at its beginning. A header of the
//!   PROXY protocol is taken off, and what stands behind it looked at likewise.
//! - A CONNECT tunnel begins anew: its first bytes tell again. An upgrade names what follows.
//! - A ClientHello in a stream that nothing here understands is STARTTLS, whatever the words before it.
//!
//! Readers are made when they are first needed. Nothing here panics; what is held until more comes is at most
//! [`first::LONGEST`] bytes for each side beside what the readers hold.

mod events;
mod first;
mod start;
#[cfg(test)]
mod tests;

use crate::http::{CloseAnnounced, CloseReason, Http, HttpEvents, HttpLimits, HttpProtocol};
use crate::http2::{self, Http2, Http2Report};
use crate::proxy::Proxy;
use crate::stream::{GapCause, Mark, StreamEnd};
use crate::tls::{self, TlsLimits};
use crate::websocket::{self, Websocket, WebsocketReport};
use crate::{Side, Sides};
pub(crate) use events::{Events, Notes};
use start::{Short, Start};

/// What the readers may hold for each connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) http: HttpLimits,
    pub(crate) tls: TlsLimits,
}

/// The protocols of one connection; new by `default()`.
#[derive(Debug, Default)]
pub(crate) struct Application {
    reader: Reader,
    starts: Sides<Start>,
    /// HTTP/1, and what the connection speaks.
    http: Http,
    /// What stood before everything else.
    proxy: Option<Box<Proxy>>,
}

/// Who reads the bytes.
#[derive(Debug, Default)]
enum Reader {
    /// HTTP/1, and whatever is not known by its first bytes.
    #[default]
    Http1,
    Http2(Box<Http2>),
    Websocket(Box<Websocket>),
    /// Nobody yet: a tunnel, before its first bytes told.
    Tunnel,
    Tls(Box<tls::Reader>),
    /// Nobody.
    Opaque,
}

impl Application {
    /// The next bytes of one side: those of one segment, or of the rest of one.
    pub(crate) fn bytes(
        &mut self,
        from: Side,
        mark: Mark,
        data: &[u8],
        limits: &Limits,
        events: &mut Events,
    ) {
        if matches!(self.starts[from], Start::Told) {
            self.read(from, mark, data, limits, events);
        } else {
            self.begin(from, mark, data, limits, events);
        }
    }

    /// The next `len` bytes of one side were sent but are missing.
    pub(crate) fn gap(
        &mut self,
        from: Side,
        len: u64,
        cause: GapCause,
        limits: &Limits,
        events: &mut Events,
    ) {
        self.read_short(from, limits, events);
        match &mut self.reader {
            Reader::Http1 => {
                let heard = self.http.gap(from, len, cause, &limits.http);
                events.hear(&self.http, &heard);
            }
            Reader::Http2(_) => {
                self.read_http2(limits, events, |http2, ear| http2.gap(from, len, cause, ear))
            }
            Reader::Websocket(_) => {
                self.read_websocket(events, |websocket, ear| websocket.gap(from, len, ear))
            }
            Reader::Tls(tls) => events.hear_tls(&tls.gap(from, len)),
            Reader::Tunnel | Reader::Opaque => {}
        }
    }

    /// One side's stream is over. A reset and the end of the capture end both: the caller says so for
    /// each side, once it has passed on what reassembly still held of it. `is_whole` is false where bytes before
    /// the end are missing that nobody has passed on as a gap.
    pub(crate) fn end(
        &mut self,
        from: Side,
        how: StreamEnd,
        is_whole: bool,
        limits: &Limits,
        events: &mut Events,
    ) {
        self.read_short(from, limits, events);
        self.read_http2(limits, events, |http2, ear| http2.end(from, how, ear));
        let heard = self.http.end(from, how, &limits.http);
        events.hear(&self.http, &heard);
        if let Reader::Tls(tls) = &mut self.reader {
            if !is_whole {
                events.hear_tls(&tls.gap(from, u64::MAX));
            }
            events.hear_tls(&tls.end(from, how));
        }
    }

    /// Bytes held until more comes.
    pub(crate) fn held_bytes(&self) -> usize {
        let of = |side: Side| match &self.starts[side] {
            Start::Short(short) => short.bytes.len() + size_of::<Short>(),
            Start::Awaited | Start::Told => 0,
        };
        let reader = match &self.reader {
            Reader::Http2(http2) => http2.held_bytes(),
            Reader::Websocket(websocket) => websocket.held_bytes(),
            Reader::Tls(tls) => tls.held_bytes(),
            Reader::Http1 | Reader::Tunnel | Reader::Opaque => 0,
        };
        of(Side::Initiator) + of(Side::Responder) + self.http.held_bytes() + reader
    }

    /// Lets go what a side holds until more comes, because there is no room.
    pub(crate) fn give_up(&mut self, from: Side, limits: &Limits, events: &mut Events) {
        self.read_short(from, limits, events);
        self.read_http2(limits, events, |http2, ear| http2.give_up(from, ear));
        let heard = self.http.give_up(from, &limits.http);
        events.hear(&self.http, &heard);
        if let Reader::Tls(tls) = &mut self.reader {
            events.hear_tls(&tls.give_up(from));
        }
    }

    /// What the connection speaks, once it is known.
    pub(crate) const fn protocol(&self) -> Option<HttpProtocol> {
        self.http.protocol()
    }

    pub(crate) fn tls(&self) -> Option<&tls::Reader> {
        match &self.reader {
            Reader::Tls(tls) => Some(tls),
            _ => None,
        }
    }

    /// Where the transactions are, whatever carried them.
    pub(crate) const fn http(&self) -> &Http {
        &self.http
    }

    /// Which side sends the requests, once that is known.
    pub(crate) const fn client(&self) -> Option<Side> {
        match &self.reader {
            Reader::Http2(http2) => Some(http2.client()),
            _ => self.http.client(),
        }
    }

    /// Whether a body is in progress, or a request waits for its response.
    pub(crate) fn in_flight(&self) -> bool {
        self.http.in_flight() || self.http2().is_some_and(Http2::in_flight)
    }

    /// Whether one side told the other that the connection closes.
    pub(crate) fn close_announced(&self) -> Option<CloseAnnounced> {
        match &self.reader {
            Reader::Http2(http2) => http2.close_announced(),
            Reader::Websocket(websocket) => {
                let (by, frame) = websocket.close_announced()?;
                Some(CloseAnnounced {
                    reason: CloseReason::WebsocketClose,
                    by,
                    frame,
                })
            }
            _ => self.http.close_announced(),
        }
    }

    /// The first transaction that a reset left unfinished, by number.
    pub(crate) fn killed(&self) -> Option<u32> {
        self.http.killed().or_else(|| self.http2()?.killed())
    }

    const fn http2(&self) -> Option<&Http2> {
        match &self.reader {
            Reader::Http2(http2) => Some(http2),
            _ => None,
        }
    }

    /// HTTP/2 streams that were forgotten before their end.
    pub(crate) fn streams_omitted(&self) -> u64 {
        self.http2().map_or(0, Http2::streams_omitted)
    }

    /// What HTTP/2 tells of the connection.
    pub(crate) fn http2_report(&self) -> Option<Http2Report> {
        self.http2().map(Http2::report)
    }

    /// What WebSocket tells of the connection.
    pub(crate) fn websocket_report(&self) -> Option<WebsocketReport> {
        match &self.reader {
            Reader::Websocket(websocket) => Some(websocket.report()),
            _ => None,
        }
    }

    /// What a proxy before the connection said.
    pub(crate) fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_deref()
    }

    pub(crate) const fn http_mut(&mut self) -> &mut Http {
        &mut self.http
    }

    fn read(&mut self, from: Side, mark: Mark, data: &[u8], limits: &Limits, events: &mut Events) {
        if data.first() == Some(&22) && self.may_start_tls() && tls::begins_client_hello(data) {
            self.speaks(HttpProtocol::Tls, limits, events);
        }
        match &mut self.reader {
            Reader::Http1 => self.read_http1(from, mark, data, limits, events),
            Reader::Http2(_) => {
                self.read_http2(limits, events, |http2, ear| http2.bytes(from, mark, data, ear));
            }
            Reader::Websocket(_) => {
                self.read_websocket(events, |websocket, ear| websocket.bytes(from, mark, data, ear));
            }
            Reader::Tls(tls) => events.hear_tls(&tls.bytes(from, mark, data, &limits.tls)),
            Reader::Tunnel | Reader::Opaque => {}
        }
    }

    /// Whether nothing here understands what came so far.
    fn may_start_tls(&self) -> bool {
        match self.reader {
            Reader::Http1 => self.http.protocol().is_none(),
            Reader::Opaque => self.http.protocol() == Some(HttpProtocol::Opaque),
            Reader::Http2(_) | Reader::Websocket(_) | Reader::Tunnel | Reader::Tls(_) => false,
        }
    }

    /// Has HTTP/2 do something, if it is spoken.
    fn read_http2(
        &mut self,
        limits: &Limits,
        events: &mut Events,
        act: impl FnOnce(&mut Http2, &mut http2::Ear<'_>),
    ) {
        let Reader::Http2(http2) = &mut self.reader else {
            return;
        };
        let mut heard = HttpEvents::default();
        let mut ear = http2::Ear {
            ledger: self.http.ledger_mut(),
            limits: &limits.http,
            events: &mut heard,
            note: &mut events.notes.http2,
        };
        act(http2, &mut ear);
        events.hear(&self.http, &heard);
    }

    /// Has WebSocket do something, if it is spoken.
    fn read_websocket(
        &mut self,
        events: &mut Events,
        act: impl FnOnce(&mut Websocket, &mut websocket::Ear<'_>),
    ) {
        let Reader::Websocket(websocket) = &mut self.reader else {
            return;
        };
        let mut ear = websocket::Ear {
            rules: &mut events.rules,
            note: &mut events.notes.websocket,
        };
        act(websocket, &mut ear);
    }

    fn read_http1(&mut self, from: Side, mark: Mark, data: &[u8], limits: &Limits, events: &mut Events) {
        let heard = self.http.bytes(from, mark, data, &limits.http);
        events.hear(&self.http, &heard);
        let Some(unread) = heard.unread else { return };
        match self.http.protocol() {
            // RFC 9110 section 9.3.6: what a tunnel carries, nobody has named.
            None | Some(HttpProtocol::Http1) => {
                self.reader = Reader::Tunnel;
                self.starts = Sides::default();
            }
            Some(named) => self.speaks(named, limits, events),
        }
        let rest = data.len().saturating_sub(unread);
        if let Some(rest) = data.get(rest..).filter(|rest| !rest.is_empty()) {
            self.bytes(from, mark, rest, limits, events);
        }
    }
}
