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

mod first;
#[cfg(test)]
mod tests;

use smallvec::SmallVec;

use crate::annotation::{HttpMessage, HttpNote};
use crate::http::{CloseAnnounced, CloseReason, Http, HttpEvents, HttpLimits, HttpProtocol};
use crate::http2::{self, Http2, Http2Note, Http2Report};
use crate::proxy::{self, Proxy};
use crate::rule::{Rule, RuleSet};
use crate::stream::{GapCause, Mark, StreamEnd};
use crate::tls::{self, TlsEvents, TlsLimits, TlsNote};
use crate::websocket::{self, Websocket, WebsocketNote, WebsocketReport};
use crate::{Side, Sides};
use first::First;

/// What the readers may hold for each connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) http: HttpLimits,
    pub(crate) tls: TlsLimits,
}

/// What a segment's bytes are to their protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Notes {
    pub(crate) http: Option<HttpNote>,
    pub(crate) http2: Option<Http2Note>,
    pub(crate) websocket: Option<WebsocketNote>,
    pub(crate) tls: Option<TlsNote>,
}

/// What some bytes, gaps or an end came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Events {
    pub(crate) notes: Notes,
    /// Situations of the rule table that show here.
    pub(crate) rules: RuleSet,
    /// A message was longer than may be held.
    pub(crate) too_long: bool,
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

/// How far the first bytes of a side have told what it speaks.
#[derive(Debug, Default)]
enum Start {
    /// None has come.
    #[default]
    Awaited,
    /// Too few have come.
    Short(Box<Short>),
    /// They have told, or need not.
    Told,
}

/// The first bytes of a side as long as they are too few, and the segments that brought them.
#[derive(Debug, Default)]
struct Short {
    bytes: SmallVec<[u8; first::USUAL]>,
    pieces: SmallVec<[(Mark, usize); 1]>,
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

    /// Bytes of a side whose protocol is not told yet.
    #[inline(never)]
    fn begin(&mut self, from: Side, mark: Mark, data: &[u8], limits: &Limits, events: &mut Events) {
        let answers = matches!(self.reader, Reader::Http1) && self.http.client().is_some();
        let told = match &mut self.starts[from] {
            _ if answers => First::Other,
            Start::Short(short) => {
                short.add(mark, data);
                first::told(&short.bytes)
            }
            Start::Awaited | Start::Told => first::told(data),
        };
        // The beginning of this segment may stand among those that were too few.
        let kept = match &self.starts[from] {
            Start::Short(short) => short.pieces.last().map_or(0, |piece| piece.1),
            Start::Awaited | Start::Told => 0,
        };
        match told {
            First::Short => {
                if let start @ Start::Awaited = &mut self.starts[from] {
                    let mut short = Box::<Short>::default();
                    short.add(mark, data);
                    *start = Start::Short(short);
                }
                return;
            }
            First::Proxy(len) if self.proxy.is_none() && matches!(self.reader, Reader::Http1) => {
                self.begin_behind_proxy(from, (mark, data), (kept, len), limits, events);
                return;
            }
            // Before its header there is only TCP.
            First::Is(HttpProtocol::Http2) => self.speaks_http2(from, limits, events),
            First::Is(protocol) => self.speaks(protocol, limits, events),
            First::Other if matches!(self.reader, Reader::Tunnel) => {
                self.speaks(HttpProtocol::Opaque, limits, events);
            }
            First::Other | First::Proxy(_) => {}
        }
        self.read_short(from, limits, events);
        self.starts[from] = Start::Told;
        if let Some(rest) = data.get(kept..).filter(|rest| !rest.is_empty()) {
            self.read(from, mark, rest, limits, events);
        }
    }

    /// A header of the PROXY protocol begins the side's bytes: so many of this segment were kept before it, and the
    /// header has so many.
    #[cold]
    fn begin_behind_proxy(
        &mut self,
        from: Side,
        (mark, data): (Mark, &[u8]),
        (kept, len): (usize, usize),
        limits: &Limits,
        events: &mut Events,
    ) {
        let (begun, earlier) = match &mut self.starts[from] {
            Start::Short(short) => (short.pieces[0].0, short.bytes.len() - kept),
            start => {
                // Perhaps only its beginning is there.
                let mut short = Box::<Short>::default();
                short.add(mark, data);
                *start = Start::Short(short);
                (mark, 0)
            }
        };
        if earlier + data.len() < len {
            return;
        }
        let Start::Short(short) = &self.starts[from] else {
            return;
        };
        let Some(proxy) = short
            .bytes
            .get(..len)
            .and_then(|header| proxy::parse(header, begun.frame))
        else {
            let known = data.get(short.pieces.last().map_or(0, |piece| piece.1)..);
            let rest = known.unwrap_or_default();
            self.read_short(from, limits, events);
            self.starts[from] = Start::Told;
            if !rest.is_empty() {
                self.read(from, mark, rest, limits, events);
            }
            return;
        };
        self.proxy = Some(Box::new(proxy));
        events.rules.insert(Rule::H53);
        self.starts[from] = Start::Awaited;
        if let Some(rest) = data.get(len - earlier..).filter(|rest| !rest.is_empty()) {
            self.begin(from, mark, rest, limits, events);
        }
    }

    /// This side has begun the preface of HTTP/2.
    fn speaks_http2(&mut self, client: Side, limits: &Limits, events: &mut Events) {
        let http2 = Http2::new(client, &limits.http.http2);
        self.gives_way(
            HttpProtocol::Http2,
            Reader::Http2(Box::new(http2)),
            limits,
            events,
        );
    }

    /// From here on the connection speaks this.
    fn speaks(&mut self, protocol: HttpProtocol, limits: &Limits, events: &mut Events) {
        let client = self.http.client().unwrap_or(Side::Initiator);
        let reader = match protocol {
            HttpProtocol::Http1 => Reader::Http1,
            HttpProtocol::Http2 => Reader::Http2(Box::new(Http2::new(client, &limits.http.http2))),
            HttpProtocol::H2c => self.upgrade_to_http2(client, limits, events),
            HttpProtocol::Websocket => {
                events.rules.insert(Rule::H17);
                let agreed = self.http.take_tunnel();
                let websocket = Websocket::new(client, agreed.extensions, agreed.subprotocol);
                Reader::Websocket(Box::new(websocket))
            }
            HttpProtocol::Tls => Reader::Tls(Box::default()),
            HttpProtocol::Opaque => Reader::Opaque,
        };
        self.gives_way(protocol, reader, limits, events);
    }

    /// RFC 7540 section 3.2: the request that asked for it is answered on stream 1.
    #[cold]
    fn upgrade_to_http2(&mut self, client: Side, limits: &Limits, events: &mut Events) -> Reader {
        events.rules.insert(Rule::H19);
        let mut http2 = Box::new(Http2::new(client, &limits.http.http2));
        let agreed = self.http.take_tunnel();
        if let Some(request) = self.http.upgraded_request(&agreed) {
            let mut heard = HttpEvents::default();
            http2.upgraded(
                request,
                &mut http2::Ear {
                    ledger: self.http.ledger_mut(),
                    limits: &limits.http,
                    events: &mut heard,
                    note: &mut None,
                },
            );
        }
        Reader::Http2(http2)
    }

    /// Another reader takes over, with what was kept.
    fn gives_way(&mut self, protocol: HttpProtocol, reader: Reader, limits: &Limits, events: &mut Events) {
        self.http.gives_way(protocol);
        self.reader = reader;
        for side in Side::BOTH {
            if matches!(self.starts[side], Start::Awaited) {
                self.starts[side] = Start::Told;
            }
            self.read_short(side, limits, events);
        }
    }

    /// Reads the first bytes of a side although they are too few to tell.
    fn read_short(&mut self, from: Side, limits: &Limits, events: &mut Events) {
        if !matches!(self.starts[from], Start::Short(_)) {
            return;
        }
        let Start::Short(short) = std::mem::replace(&mut self.starts[from], Start::Told) else {
            return;
        };
        let mut rest = &short.bytes[..];
        for &(mark, len) in &short.pieces {
            let (piece, after) = rest.split_at(len.min(rest.len()));
            self.read(from, mark, piece, limits, events);
            rest = after;
        }
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

impl Short {
    fn add(&mut self, mark: Mark, data: &[u8]) {
        let data = &data[..data.len().min(first::LONGEST.saturating_sub(self.bytes.len()))];
        self.bytes.extend_from_slice(data);
        self.pieces.push((mark, data.len()));
    }
}

impl Events {
    /// Takes in what HTTP/1 made of some bytes.
    fn hear(&mut self, http: &Http, heard: &HttpEvents) {
        self.rules.extend(heard.rules);
        self.too_long |= heard.too_long;
        self.notes.http = match (self.notes.http, as_note(http, heard)) {
            // Bytes that were held follow those that closed the hole.
            (Some(first), Some(next)) => Some(HttpNote {
                ends: first.ends || next.ends,
                ..first
            }),
            (first, next) => first.or(next),
        };
    }

    /// Likewise TLS.
    fn hear_tls(&mut self, heard: &TlsEvents) {
        self.rules.extend(heard.rules);
        self.too_long |= heard.too_long;
        self.notes.tls = match (self.notes.tls, heard.note()) {
            (Some(first), Some(next)) => Some(first.and(next)),
            (first, next) => first.or(next),
        };
    }
}

fn as_note(http: &Http, events: &HttpEvents) -> Option<HttpNote> {
    let (message, transaction) = match (events.request, events.response) {
        (Some(number), _) => (HttpMessage::Request, number),
        (None, Some(number)) => (HttpMessage::Response, number),
        (None, None) => return None,
    };
    let request_in = match message {
        HttpMessage::Response => http.request_frame(transaction),
        HttpMessage::Request => None,
    };
    Some(HttpNote {
        message,
        begins: events.begins,
        ends: events.ends,
        transaction,
        request_in,
    })
}
