//! The first bytes of each side, which tell the protocol, and the handing over to its reader.

use smallvec::SmallVec;

use super::first::{self, First};
use super::{Application, Events, Limits, Reader};
use crate::Side;
use crate::http::{HttpEvents, HttpProtocol};
use crate::http2::{self, Http2};
use crate::proxy;
use crate::rule::Rule;
use crate::stream::Mark;
use crate::websocket::Websocket;

/// How far the first bytes of a side have told what it speaks.
#[derive(Debug, Default)]
pub(super) enum Start {
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
pub(super) struct Short {
    pub(super) bytes: SmallVec<[u8; first::USUAL]>,
    pieces: SmallVec<[(Mark, usize); 1]>,
}

impl Application {
    /// Bytes of a side whose protocol is not told yet.
    #[inline(never)]
    pub(super) fn begin(
        &mut self,
        from: Side,
        mark: Mark,
        data: &[u8],
        limits: &Limits,
        events: &mut Events,
    ) {
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
    pub(super) fn speaks(&mut self, protocol: HttpProtocol, limits: &Limits, events: &mut Events) {
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
    pub(super) fn read_short(&mut self, from: Side, limits: &Limits, events: &mut Events) {
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
}

impl Short {
    fn add(&mut self, mark: Mark, data: &[u8]) {
        let data = &data[..data.len().min(first::LONGEST.saturating_sub(self.bytes.len()))];
        self.bytes.extend_from_slice(data);
        self.pieces.push((mark, data.len()));
    }
}
