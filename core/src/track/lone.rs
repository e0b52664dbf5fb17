//! First SYNs that nothing follows: what SYN floods and scans are made of.
//!
//! A connection record is large because of what may still come. Where thousands of later attempts have come and
//! nothing did, all that is known is the SYN itself: it is kept instead, a tenth of the size, and the connection is
//! made of it again when another segment, an ICMP error or the end of the capture asks for it. In a flood it is kept
//! so at once.

use std::collections::VecDeque;
use std::hash::BuildHasher as _;

use hashbrown::HashTable;

use super::arrival::Arrival;
use super::conn::Conn;
use super::crowd;
use super::key::{FlowKey, SentByLow, Slot};
use super::note::Note;
use super::table::Table;
use super::{Tracker, compat};
use crate::annotation::{Annotation, ConnectionId};
use crate::application::Notes;
use crate::segment::Segment;
use crate::wire::tcp::{MIN_HEADER_LEN, TcpFlags, TcpHeader};
use crate::{Integrity, Side};

/// Hosts give up an attempt within two minutes or so (Linux after 127 seconds).
const UNANSWERED_NS: i64 = 300_000_000_000;

/// A segment with SYN alone and no payload, as it came.
#[derive(Debug, Clone, Copy)]
pub(super) struct LoneSyn {
    pub(super) key: FlowKey,
    pub(super) id: ConnectionId,
    frame: u64,
    pub(super) time_ns: i64,
    seq: u32,
    window: u16,
    checksum: u16,
    urgent: u16,
    ip_id: Option<u16>,
    ttl: Option<u8>,
    layer: u8,
    integrity: Integrity,
    pub(super) initiator_is_low: bool,
    /// Counted among the attempts to reach its server (O38).
    pub(super) counted: bool,
    /// Still here: it was not taken out again.
    live: bool,
    options_len: u8,
    options: [u8; MOST_OPTIONS],
}

/// What hosts send: MSS, SACK permitted, timestamps, window scale, and the padding.
const MOST_OPTIONS: usize = 20;

impl LoneSyn {
    /// None for a segment that is something else, or has more options.
    fn of(arrival: &Arrival<'_>, key: FlowKey, id: ConnectionId, initiator_is_low: bool) -> Option<Self> {
        let segment = arrival.segment;
        let tcp = &segment.tcp;
        let given = tcp.options;
        let is_plain = tcp.flags == TcpFlags::SYN
            && arrival.len == 0
            && tcp.data_offset as usize == MIN_HEADER_LEN as usize + given.len();
        let mut options = [0; MOST_OPTIONS];
        options.get_mut(..given.len())?.copy_from_slice(given);
        if !is_plain {
            return None;
        }
        Some(Self {
            key,
            id,
            frame: segment.frame,
            time_ns: segment.time_ns,
            seq: tcp.seq.0,
            window: tcp.window,
            checksum: tcp.checksum,
            urgent: tcp.urgent,
            ip_id: segment.ip_id,
            ttl: segment.ttl,
            layer: segment.layer,
            integrity: arrival.integrity,
            initiator_is_low,
            counted: false,
            live: true,
            options_len: given.len() as u8,
            options,
        })
    }

    /// The connection that it begins, before it is observed.
    fn begins(&self, arrival: &Arrival<'_>) -> Conn {
        let mut conn = Conn::new(
            self.key,
            self.id,
            self.initiator_is_low,
            arrival.mark,
            arrival.flags,
        );
        compat::begin(&mut conn, false);
        conn
    }

    /// The segment, as far as a connection looks at it.
    pub(super) fn segment(&self) -> Segment<'_> {
        let (src, src_port) = self.key.end(self.initiator_is_low);
        let (dst, dst_port) = self.key.end(!self.initiator_is_low);
        let options = &self.options[..usize::from(self.options_len)];
        let header_len = MIN_HEADER_LEN as u8 + self.options_len;
        Segment {
            frame: self.frame,
            layer: self.layer,
            time_ns: self.time_ns,
            src,
            dst,
            ttl: self.ttl,
            ip_id: self.ip_id,
            tcp: TcpHeader {
                src_port,
                dst_port,
                seq: crate::SeqNumber(self.seq),
                ack: crate::SeqNumber(0),
                data_offset: header_len,
                flags: TcpFlags::SYN,
                window: self.window,
                checksum: self.checksum,
                urgent: self.urgent,
                options,
                captured: header_len.into(),
            },
            bytes: &[],
            payload: &[],
            payload_len: 0,
            tcp_offset: None,
            integrity: self.integrity,
            tunnel: 0,
        }
    }
}

impl Conn {
    /// Nothing came but its SYN, and that was believed.
    fn is_lone_syn(&self) -> bool {
        let [initiator, responder] = Side::BOTH.map(|side| &self.ends[side]);
        (initiator.packets, responder.packets) == (1, 0)
            && initiator.syn.is_some()
            && self.icmp.is_none()
            && self.older.is_none()
    }
}

/// The lone SYNs of a capture, in the order in which they came.
pub(super) struct LoneSyns {
    /// Those that are connections in the table as well, because they are young.
    young: VecDeque<(Slot, LoneSyn)>,
    kept: VecDeque<LoneSyn>,
    /// How many of `kept` are left.
    live: usize,
    /// How many have left `kept` at its front: places in `index` count them, modulo 2^32.
    passed: u32,
    index: HashTable<u32>,
    // Seeded: an attacker chooses the keys.
    hasher: foldhash::fast::RandomState,
    /// Rises with each attempt that nothing has followed, and falls with each that something has.
    unfollowed: u32,
}

impl LoneSyns {
    /// So many later attempts may come before one that nothing followed is kept as a SYN only.
    const YOUNG: usize = 1024;
    /// From here on it is a flood.
    const FLOOD: u32 = 1024;
    /// So that it is soon seen to be over.
    const MOST_UNFOLLOWED: u32 = 2 * Self::FLOOD;

    pub(super) fn new() -> Self {
        Self {
            young: VecDeque::new(),
            kept: VecDeque::new(),
            live: 0,
            passed: 0,
            index: HashTable::new(),
            hasher: foldhash::fast::RandomState::default(),
            unfollowed: 0,
        }
    }

    /// Nothing follows most attempts: a connection in the table for each would be wasted.
    pub(super) fn is_flood(&self) -> bool {
        self.unfollowed >= Self::FLOOD
    }

    pub(super) fn len(&self) -> usize {
        self.live
    }

    /// Takes the connections out of the table that have waited for long enough and are still nothing but a SYN.
    fn settle(&mut self, table: &mut Table) {
        let most = if self.is_flood() { 0 } else { Self::YOUNG };
        while self.young.len() > most {
            let Some((slot, mut syn)) = self.young.pop_front() else {
                return;
            };
            let is_lone = table.get(slot, syn.id).is_some_and(Conn::is_lone_syn);
            if is_lone && table.find(&syn.key) == Some(slot) {
                syn.counted = table.take(slot).is_some_and(|conn| conn.opening.syn_counted);
                self.keep(syn);
            } else {
                self.note_followed();
            }
        }
    }

    /// Weighs more than one that nothing has followed: to make a connection again costs more than to keep it.
    fn note_followed(&mut self) {
        self.unfollowed = self.unfollowed.saturating_sub(2);
    }

    fn keep(&mut self, syn: LoneSyn) {
        let place = self.passed.wrapping_add(self.kept.len() as u32);
        let hash = self.hasher.hash_one(syn.key);
        self.kept.push_back(syn);
        self.live += 1;
        self.unfollowed = Self::MOST_UNFOLLOWED.min(self.unfollowed + 1);
        let Self {
            index,
            kept,
            hasher,
            passed,
            ..
        } = self;
        index.insert_unique(hash, place, |&place| {
            hasher.hash_one(kept[place.wrapping_sub(*passed) as usize].key)
        });
    }

    /// Takes out the one of a key, which something follows.
    fn follow(&mut self, key: &FlowKey) -> Option<LoneSyn> {
        let syn = self.take(key)?;
        self.note_followed();
        Some(syn)
    }

    /// Takes out the one of a key.
    fn take(&mut self, key: &FlowKey) -> Option<LoneSyn> {
        if self.live == 0 {
            return None;
        }
        let Self {
            index,
            kept,
            hasher,
            passed,
            ..
        } = self;
        let at = |place: u32| place.wrapping_sub(*passed) as usize;
        let entry = index
            .find_entry(hasher.hash_one(key), |&place| kept[at(place)].key == *key)
            .ok()?;
        let (place, _) = entry.remove();
        let syn = &mut kept[at(place)];
        syn.live = false;
        let syn = *syn;
        self.live -= 1;
        self.trim();
        Some(syn)
    }

    /// Takes out the oldest.
    pub(super) fn take_oldest(&mut self) -> Option<LoneSyn> {
        let key = self.kept.front()?.key;
        self.take(&key)
    }

    /// Takes out the oldest if it came before a time.
    fn take_before(&mut self, time_ns: i64) -> Option<LoneSyn> {
        self.kept.front().filter(|syn| syn.time_ns < time_ns)?;
        self.take_oldest()
    }

    /// The first is always a live one.
    fn trim(&mut self) {
        while self.kept.front().is_some_and(|syn| !syn.live) {
            self.kept.pop_front();
            self.passed = self.passed.wrapping_add(1);
        }
    }

    /// The one of a connection.
    pub(super) fn by_id(&self, id: ConnectionId) -> Option<&LoneSyn> {
        let place = self.kept.binary_search_by_key(&id, |syn| syn.id).ok()?;
        self.kept.get(place).filter(|syn| syn.live)
    }

    /// Takes all out, in the order of their connections' numbers.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = LoneSyn> + use<> {
        self.young.clear();
        self.index.clear();
        self.live = 0;
        std::mem::take(&mut self.kept).into_iter().filter(|syn| syn.live)
    }
}

impl Tracker {
    /// The newest connection of a pair. One of which only its SYN was kept is made again.
    pub(super) fn newest(&mut self, key: &FlowKey) -> Option<Slot> {
        self.table.find(key).or_else(|| {
            let syn = self.lone.follow(key)?;
            let conn = self.made_again(&syn);
            Some(self.table.insert(Box::new(conn)))
        })
    }

    /// The connection that a SYN has begun.
    pub(super) fn made_again(&self, syn: &LoneSyn) -> Conn {
        let segment = syn.segment();
        let arrival = Arrival::new(&segment, segment.integrity);
        let mut conn = syn.begins(&arrival);
        let mut note = Note::new(conn.phase(&arrival), conn.last_news_ns);
        conn.observe(&arrival, &mut note, &self.limits);
        conn.opening.syn_counted = syn.counted;
        conn.count(&arrival, &mut note, &self.compat);
        conn
    }

    /// Takes in the first segment of a pair in a flood, without a connection in the table; none where it is no plain
    /// SYN.
    pub(super) fn lone_syn(
        &mut self,
        arrival: &Arrival<'_>,
        key: FlowKey,
        sent_by_low: SentByLow,
    ) -> Option<Annotation> {
        let mut syn = LoneSyn::of(arrival, key, self.next_id, sent_by_low)?;
        self.settle_lone();
        // Those kept are in order.
        if !self.lone.young.is_empty() {
            return None;
        }
        self.next_id += 1;
        self.make_room();
        let mut conn = syn.begins(arrival);
        let mut note = Note::new(conn.phase(arrival), conn.last_news_ns);
        let before = conn.states();
        let crowd_before = crowd::Before::of(&conn);
        conn.observe(arrival, &mut note, &self.limits);
        self.crowd.observe(&mut conn, crowd_before, arrival, &mut note);
        conn.count(arrival, &mut note, &self.compat);
        syn.counted = conn.opening.syn_counted;
        self.lone.keep(syn);
        Some(conn.annotate(arrival, &note, before, Notes::default(), self.now_ns))
    }

    /// Notes a connection that the first segment of a pair has begun, if that is a lone SYN so far.
    pub(super) fn note_lone_syn(&mut self, arrival: &Arrival<'_>, slot: Slot) {
        let conn = self.table.conn(slot);
        if let Some(syn) = LoneSyn::of(arrival, conn.key, conn.id, conn.initiator_is_low) {
            self.lone.young.push_back((slot, syn));
        }
        self.settle_lone();
    }

    /// Keeps attempts that nothing followed as what they are. Where closed connections leave, so do those that nothing
    /// will follow any more.
    fn settle_lone(&mut self) {
        self.lone.settle(&mut self.table);
        if self.table.keeps_closed() {
            return;
        }
        while let Some(syn) = self.lone.take_before(self.now_ns.saturating_sub(UNANSWERED_NS)) {
            let mut conn = self.made_again(&syn);
            self.give_out(&mut conn, false);
        }
    }
}
