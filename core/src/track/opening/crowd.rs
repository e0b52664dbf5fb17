//! What only many connections of one server tell together: a SYN flood (O38, RFC 4987), and that the server
//! answers by SYN cookies (O32).
//!
//! A server is an address and port (in its tunnel). It is remembered from its first SYN-ACK on, and looked
//! at only when a SYN or SYN-ACK comes, or when a half-open connection of it completes or fails; a plain
//! segment costs nothing. Everything is counted in [`SPANS`] spans of time, and a span that is older than
//! [`Config::half_open_ns`](crate::Config::half_open_ns) is forgotten: so counts go down again although
//! nobody looks at the connections behind them. Servers are bounded: the one that was quiet goes first.

use std::hash::BuildHasher as _;

use hashbrown::HashTable;
use smallvec::SmallVec;

use crate::Side;
use crate::config::Config;
use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::key::EndKey;
use crate::track::note::Note;

/// Spans that the time a half-open connection counts is divided into.
const SPANS: i64 = 8;

/// SYN-ACKs that must look like cookies: by chance, four do in one of 2^24 cases.
const COOKIES: usize = 4;

/// The low bits of TSval that hold the options of the SYN, as Linux's `cookie_init_timestamp` writes them.
const TS_BITS: u32 = 6;
/// No window scale.
const TS_WSCALE_NONE: u32 = 0xf;
const TS_SACK: u32 = 1 << 4;
const TS_ECN: u32 = 1 << 5;

/// What happened in one span of time.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    /// Attempts whose SYN came.
    syns: u32,
    /// Those of them that were completed.
    completed: u32,
    /// SYN-ACKs that nothing has answered yet, by the time of the first of them.
    half_open: u32,
    /// SYN-ACKs sent again.
    resent: u32,
}

#[derive(Debug)]
struct Server {
    key: EndKey,
    spans: [Span; SPANS as usize],
    /// Number of the newest span.
    newest: i64,
    cookies: Cookies,
    recently_active: bool,
}

/// The SYN-ACKs with timestamps so far.
#[derive(Debug, Default)]
struct Cookies {
    /// One did not look like a cookie.
    refuted: bool,
    /// The upper bits of those that did, each once, up to [`COOKIES`]: one client's SYN sent four times within
    /// one tick of the clock is one answer.
    clocks: SmallVec<[u32; COOKIES]>,
}

impl Cookies {
    /// O32 by the timestamps: all SYN-ACKs of the server, and at least four.
    fn observe(&mut self, conn: &Conn, arrival: &Arrival<'_>) -> bool {
        let (Some(offer), Some(tsval)) = (conn.ends.initiator.offer, arrival.tsval()) else {
            return false;
        };
        let answer = arrival.offer();
        let wscale = offer
            .window_scale
            .filter(|_| answer.window_scale.is_some())
            .map_or(TS_WSCALE_NONE, |shift| u32::from(shift.min(14)));
        let sack = if offer.sack_permitted && answer.sack_permitted {
            TS_SACK
        } else {
            0
        };
        let ecn = if arrival.flags.ece() && !arrival.flags.cwr() {
            TS_ECN
        } else {
            0
        };
        if tsval & ((1 << TS_BITS) - 1) != wscale | sack | ecn {
            self.refuted = true;
        }
        let clock = tsval >> TS_BITS;
        if !self.refuted && self.clocks.len() < COOKIES && !self.clocks.contains(&clock) {
            self.clocks.push(clock);
        }
        !self.refuted && self.clocks.len() == COOKIES
    }
}

impl Server {
    fn new(key: EndKey, newest: i64) -> Self {
        Self {
            key,
            spans: Default::default(),
            newest,
            cookies: Cookies::default(),
            recently_active: true,
        }
    }

    /// Makes a span the newest, unless a newer one is there, and forgets what has become too old.
    fn advance(&mut self, to: i64) {
        if to <= self.newest {
            return;
        }
        let steps = to.saturating_sub(self.newest).min(SPANS);
        for step in 0..steps {
            self.spans[place(to - step)] = Span::default();
        }
        self.newest = to;
    }

    /// A span that is not forgotten.
    fn span(&mut self, number: Option<i64>) -> Option<&mut Span> {
        let number = number?;
        let age = self.newest.checked_sub(number)?;
        (0..SPANS).contains(&age).then(|| &mut self.spans[place(number)])
    }

    /// The sum of something over all spans that are at least so many spans old.
    fn sum(&self, of: fn(&Span) -> u32, min_age: i64) -> u64 {
        (min_age..SPANS)
            .map(|age| u64::from(of(&self.spans[place(self.newest.wrapping_sub(age))])))
            .sum()
    }
}

fn place(number: i64) -> usize {
    number.rem_euclid(SPANS) as usize
}

/// How far one end of the attempt has come, before a segment is looked at.
#[derive(Debug, Clone, Copy)]
pub(in crate::track) struct Before {
    is_open: bool,
    is_closed: bool,
}

impl Before {
    pub(in crate::track) fn of(conn: &Conn) -> Self {
        Self {
            is_open: conn.is_open(),
            is_closed: conn.is_closed(),
        }
    }

    /// Whether the segment can have changed any count.
    pub(in crate::track) fn concerns_crowd(self, conn: &Conn, arrival: &Arrival<'_>) -> bool {
        arrival.flags.syn() || (!self.is_open && conn.is_open()) || (!self.is_closed && conn.is_closed())
    }
}

pub(in crate::track) struct Crowd {
    servers: Vec<Server>,
    index: HashTable<u32>,
    // Seeded: an attacker chooses the keys.
    hasher: foldhash::fast::RandomState,
    sweep: usize,
    limit: usize,
    /// Servers that had to make room.
    evicted: u64,
    span_ns: i64,
    flood_half_open: u64,
    flood_percent: u64,
}

impl Crowd {
    pub(in crate::track) fn new(config: &Config) -> Self {
        Self {
            servers: Vec::new(),
            index: HashTable::new(),
            hasher: foldhash::fast::RandomState::default(),
            sweep: 0,
            limit: config.max_servers.clamp(1, u32::MAX as usize),
            evicted: 0,
            span_ns: (config.half_open_ns / SPANS).max(1),
            flood_half_open: u64::from(config.flood_half_open),
            flood_percent: u64::from(config.flood_percent),
        }
    }

    /// Servers that had to make room.
    pub(in crate::track) const fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Takes in a SYN or SYN-ACK, or the end of a handshake.
    #[cold]
    pub(in crate::track) fn observe(
        &mut self,
        conn: &mut Conn,
        before: Before,
        arrival: &Arrival<'_>,
        note: &mut Note,
    ) {
        let [initiator, responder] = Side::BOTH.map(|side| &conn.ends[side]);
        let (Some(syn), false) = (initiator.syn, note.copy) else {
            return;
        };
        let (key, syn_ack) = (conn.server(), responder.syn);
        let now = self.span_of(arrival.mark.time_ns);
        let [syn_span, half_open_span] =
            [Some(syn), syn_ack].map(|sent| sent.map(|sent| self.span_of(sent.first.time_ns)));
        let server = match syn_ack {
            Some(_) => Some(self.find_or_insert(key, now)),
            None => self.find(&key),
        };
        let Some(server) = server else { return };
        server.recently_active = true;
        server.advance(now);
        let opening = &mut conn.opening;
        let (is_open, is_closed) = (opening.established, conn.closing.closed.is_some());
        if !opening.syn_counted {
            opening.syn_counted = true;
            count(server.span(syn_span), |span| &mut span.syns, 1);
        }
        if is_open && !before.is_open {
            count(server.span(syn_span), |span| &mut span.completed, 1);
        }
        let is_first = syn_ack.is_some_and(|syn_ack| syn_ack.first == arrival.mark);
        if is_first && !is_open {
            opening.half_open = true;
            count(server.span(half_open_span), |span| &mut span.half_open, 1);
        }
        if opening.half_open && (is_open || is_closed) {
            opening.half_open = false;
            count(server.span(half_open_span), |span| &mut span.half_open, -1);
        }
        let is_answer = arrival.sender == Side::Responder && arrival.flags.syn() && arrival.ack.is_some();
        if is_answer && opening.half_open {
            if note.retransmission {
                count(server.span(Some(now)), |span| &mut span.resent, 1);
            }
            let by_timestamps = is_first && server.cookies.observe(conn, arrival);
            self.tell(&key, by_timestamps, note);
        }
    }

    /// O38 and O32, as a SYN-ACK of the server comes.
    fn tell(&mut self, key: &EndKey, by_timestamps: bool, note: &mut Note) {
        let (enough, percent) = (self.flood_half_open, self.flood_percent);
        let Some(server) = self.find(key) else { return };
        let syns = server.sum(|span| span.syns, 0);
        let completed = server.sum(|span| span.completed, 0);
        let is_flood =
            server.sum(|span| span.half_open, 0) >= enough && completed * 100 < syns.saturating_mul(percent);
        if is_flood {
            note.special(Rule::O38);
        }
        // A whole span at least has passed for these: any server without cookies had sent again.
        let is_silent =
            server.sum(|span| span.half_open, 2) >= enough && server.sum(|span| span.resent, 0) == 0;
        if by_timestamps || (is_flood && is_silent) {
            note.special(Rule::O32);
        }
    }

    /// A connection is forgotten before its handshake came to anything.
    pub(in crate::track) fn forget(&mut self, conn: &Conn) {
        if let Some(syn_ack) = conn.ends.responder.syn.filter(|_| conn.opening.half_open) {
            let span = self.span_of(syn_ack.first.time_ns);
            if let Some(server) = self.find(&conn.server()) {
                count(server.span(Some(span)), |span| &mut span.half_open, -1);
            }
        }
    }

    fn span_of(&self, time_ns: i64) -> i64 {
        time_ns.div_euclid(self.span_ns)
    }

    fn find(&mut self, key: &EndKey) -> Option<&mut Server> {
        let hash = self.hasher.hash_one(key);
        let servers = &self.servers;
        let place = *self
            .index
            .find(hash, |&place| servers[place as usize].key == *key)?;
        Some(&mut self.servers[place as usize])
    }

    fn find_or_insert(&mut self, key: EndKey, now: i64) -> &mut Server {
        let hash = self.hasher.hash_one(key);
        let servers = &self.servers;
        let found = self.index.find(hash, |&place| servers[place as usize].key == key);
        let place = match found {
            Some(&place) => place as usize,
            None => {
                let server = Server::new(key, now);
                let place = if self.servers.len() < self.limit {
                    self.servers.push(server);
                    self.servers.len() - 1
                } else {
                    let place = self.evict();
                    self.evicted += 1;
                    self.servers[place] = server;
                    place
                };
                let Self {
                    servers,
                    index,
                    hasher,
                    ..
                } = self;
                index.insert_unique(hash, place as u32, |&place| {
                    hasher.hash_one(servers[place as usize].key)
                });
                place
            }
        };
        &mut self.servers[place]
    }

    /// Second chance: a server that was active since the last sweep is passed over once.
    fn evict(&mut self) -> usize {
        loop {
            self.sweep = (self.sweep + 1) % self.servers.len();
            if !std::mem::take(&mut self.servers[self.sweep].recently_active) {
                break;
            }
        }
        let hash = self.hasher.hash_one(self.servers[self.sweep].key);
        let sweep = self.sweep as u32;
        if let Ok(entry) = self.index.find_entry(hash, |&place| place == sweep) {
            entry.remove();
        }
        self.sweep
    }
}

/// One more or one less, of a span that is not forgotten.
fn count(span: Option<&mut Span>, of: fn(&mut Span) -> &mut u32, by: i32) {
    if let Some(span) = span {
        let counter = of(span);
        *counter = counter.saturating_add_signed(by);
    }
}

#[cfg(test)]
mod tests {
    use super::{Crowd, SPANS, count};
    use crate::config::Config;
    use crate::track::key::FlowKey;

    fn key(n: u32) -> super::EndKey {
        let (client, server) = ([192, 0, 2, 1].into(), std::net::IpAddr::V4(n.into()));
        let (key, client_is_low) = FlowKey::between((client, 40000), (server, 80), 0);
        key.end_key(!client_is_low)
    }

    #[test]
    fn servers_are_bounded_and_a_busy_one_stays() {
        let config = Config {
            max_servers: 100,
            ..Config::default()
        };
        let mut crowd = Crowd::new(&config);
        for n in 0..300 {
            crowd.find_or_insert(key(0), 0).recently_active = true;
            crowd.find_or_insert(key(n), 0);
        }
        assert_eq!((crowd.servers.len(), crowd.index.len()), (100, 100));
        // The busy one may go once, when all others have been busy since the last look.
        assert!((200..=202).contains(&crowd.evicted()), "{}", crowd.evicted());
        assert!(crowd.find(&key(0)).is_some());
        assert!(crowd.find(&key(1)).is_none());
    }

    #[test]
    fn old_spans_are_forgotten_and_time_may_go_back() {
        let mut crowd = Crowd::new(&Config::default());
        let server = crowd.find_or_insert(key(0), 100);
        for span in [99, 100] {
            count(server.span(Some(span)), |span| &mut span.syns, 1);
        }
        server.advance(90);
        assert_eq!(server.sum(|span| span.syns, 0), 2);
        server.advance(99 + SPANS);
        assert_eq!(server.sum(|span| span.syns, 0), 1);
        assert!(server.span(Some(99)).is_none());
        server.advance(i64::MAX);
        assert_eq!(server.sum(|span| span.syns, 0), 0);
        assert!(server.span(Some(i64::MIN)).is_none());
    }
}
