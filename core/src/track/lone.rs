//! First SYNs that nothing follows: what SYN floods and scans are made of.
//!
//! A connection record is large because of what may still come. Where thousands of later attempts have come and
//! nothing did, all that is known is the SYN itself: it is kept instead, a tenth of the size, and the connection is
//! made of it again when another segment, an ICMP error or the end of the capture asks for it.

use std::collections::VecDeque;
use std::hash::BuildHasher as _;

use hashbrown::HashTable;

use super::arrival::Arrival;
use super::conn::Conn;
use super::key::{FlowKey, Slot};
use super::table::Table;
use crate::annotation::ConnectionId;
use crate::segment::Segment;
use crate::wire::tcp::{MIN_HEADER_LEN, TcpFlags, TcpHeader};
use crate::{Integrity, Side};

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
    fn of(arrival: &Arrival<'_>, conn: &Conn) -> Option<Self> {
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
            key: conn.key,
            id: conn.id,
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
            initiator_is_low: conn.initiator_is_low,
            counted: false,
            live: true,
            options_len: given.len() as u8,
            options,
        })
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
    /// Nothing came but its SYN.
    fn is_lone_syn(&self) -> bool {
        let [initiator, responder] = Side::BOTH.map(|side| &self.ends[side]);
        (initiator.packets, responder.packets) == (1, 0) && self.icmp.is_none() && self.older.is_none()
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
}

impl LoneSyns {
    /// So many later attempts may come before one that nothing followed is kept as a SYN only.
    const YOUNG: usize = 1024;

    pub(super) fn new() -> Self {
        Self {
            young: VecDeque::new(),
            kept: VecDeque::new(),
            live: 0,
            passed: 0,
            index: HashTable::new(),
            hasher: foldhash::fast::RandomState::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.live
    }

    /// Notes a connection that a segment has begun, if that is a lone SYN so far.
    pub(super) fn begins(&mut self, arrival: &Arrival<'_>, conn: &Conn, slot: Slot) {
        if let Some(syn) = LoneSyn::of(arrival, conn) {
            self.young.push_back((slot, syn));
        }
    }

    /// Takes the connections out of the table that have waited for longest and are still nothing but a SYN.
    pub(super) fn settle(&mut self, table: &mut Table) {
        while self.young.len() > Self::YOUNG {
            let Some((slot, mut syn)) = self.young.pop_front() else {
                return;
            };
            let is_lone = table.get(slot, syn.id).is_some_and(Conn::is_lone_syn);
            if is_lone && table.find(&syn.key) == Some(slot) {
                syn.counted = table.take(slot).is_some_and(|conn| conn.opening.syn_counted);
                self.keep(syn);
            }
        }
    }

    fn keep(&mut self, syn: LoneSyn) {
        let place = self.passed.wrapping_add(self.kept.len() as u32);
        let hash = self.hasher.hash_one(syn.key);
        self.kept.push_back(syn);
        self.live += 1;
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

    /// Takes out the one of a key.
    pub(super) fn take(&mut self, key: &FlowKey) -> Option<LoneSyn> {
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
    pub(super) fn take_before(&mut self, time_ns: i64) -> Option<LoneSyn> {
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
