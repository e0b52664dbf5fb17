//! In which order a side sent its segments, whatever the order of their capture (E9): its own counters tell,
//! the timestamp (RFC 7323) and the IP identification where it counts up.

use crate::SeqNumber;
use crate::stream::Mark;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::endpoint::Endpoint;
use crate::track::loss::Holes;
use crate::track::mtu::BigResends;
use crate::track::note::Note;
use crate::wire::tcp_option::{SackBlocks, TcpOption};
use crate::words::Order;

/// What the counters of a side have shown so far.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::track) struct Stamps {
    /// The latest TSval.
    tsval: u32,
    /// The latest IP identification; 0 is none.
    id: u16,
    /// How many times in a row the IP identification went up by a little, up to 255.
    steps: u8,
    has_tsval: bool,
    /// Lowest and highest TTL; 0 is none.
    ttl: (u8, u8),
}

/// When a segment was sent, seen against the latest one that was captured of its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::track) enum Age {
    Older,
    /// Together with it.
    Same,
    Newer,
}

impl Stamps {
    /// A host that counts its packets leaves out those that it sends elsewhere, or that are not captured.
    const STEP: i16 = 256;

    /// Takes in a segment that its side really sent.
    #[inline]
    pub(in crate::track) fn note(&mut self, arrival: &Arrival<'_>) {
        if let Some(tsval) = arrival.tsval() {
            if !self.has_tsval || SeqNumber(tsval).after(SeqNumber(self.tsval)) {
                (self.tsval, self.has_tsval) = (tsval, true);
            }
        }
        if let Some(id) = arrival.segment.ip_id.filter(|&id| id != 0) {
            self.note_id(id);
        }
        if let Some(ttl) = arrival.segment.ttl {
            let (low, high) = self.ttl;
            self.ttl = if low == 0 {
                (ttl, ttl)
            } else {
                (low.min(ttl), high.max(ttl))
            };
        }
    }

    #[inline]
    fn note_id(&mut self, id: u16) {
        let ahead = self.id_ahead(id).unwrap_or(i16::MAX);
        if (1..=Self::STEP).contains(&ahead) {
            self.steps = self.steps.saturating_add(1);
        } else if self.steps > 0 && (-Self::STEP..=0).contains(&ahead) {
            // Overtaken on its way.
            return;
        } else {
            self.steps = 0;
        }
        self.id = id;
    }

    /// How far an IP identification is ahead of the latest one.
    fn id_ahead(&self, id: u16) -> Option<i16> {
        (self.id != 0).then(|| id.wrapping_sub(self.id) as i16)
    }

    /// When a segment was sent; none where no counter tells.
    pub(in crate::track) fn age(&self, arrival: &Arrival<'_>) -> Option<Age> {
        let of = |ahead: i32| match ahead {
            0 => Age::Same,
            1.. => Age::Newer,
            _ => Age::Older,
        };
        let by_tsval = arrival
            .tsval()
            .filter(|_| self.has_tsval)
            .map(|tsval| of(SeqNumber(tsval).delta(SeqNumber(self.tsval))));
        // Two segments may be sent within one tick of the timestamp's clock.
        if let Some(Age::Older | Age::Newer) = by_tsval {
            return by_tsval;
        }
        let id = arrival.segment.ip_id.filter(|&id| id != 0 && self.steps > 0)?;
        let ahead = self.id_ahead(id)?;
        (-Self::STEP..=Self::STEP)
            .contains(&ahead)
            .then(|| of(ahead.into()))
    }

    /// The TTL is none that this side's segments had.
    pub(in crate::track) fn is_foreign_ttl(&self, ttl: Option<u8>) -> bool {
        let (low, high) = self.ttl;
        low != 0 && ttl.is_some_and(|ttl| !(low..=high).contains(&ttl))
    }

    /// The side has counted its packets for long enough that chance does not explain it.
    pub(in crate::track) fn counts_surely(&self) -> bool {
        self.steps > 1
    }

    /// The side counts its packets, and this is not where it had come to. 0 is what Linux writes into the
    /// packets that belong to no socket.
    pub(in crate::track) fn is_foreign_id(&self, id: Option<u16>) -> bool {
        let near = |id: u16| {
            self.id_ahead(id)
                .is_none_or(|ahead| (-Self::STEP..=16 * Self::STEP).contains(&ahead))
        };
        self.steps > 0 && id.is_some_and(|id| id != 0 && !near(id))
    }
}

impl Arrival<'_> {
    /// TSval of the timestamps option (RFC 7323), read at once where it stands as nearly everybody writes it.
    #[inline]
    pub(in crate::track) fn tsval(&self) -> Option<u32> {
        if self.segment.tcp.options.is_empty() {
            return None;
        }
        self.lone_tsval().or_else(|| self.read_tsval())
    }

    /// TSval where timestamps are the only option: two NOPs, kind 8, length 10 (RFC 7323 appendix A).
    #[inline]
    fn lone_tsval(&self) -> Option<u32> {
        let options: &[u8; 12] = self.segment.tcp.options.try_into().ok()?;
        let [head @ .., a, b, c, d, _, _, _, _] = *options;
        (head == [1, 1, 8, 10]).then(|| u32::from_be_bytes([a, b, c, d]))
    }

    /// It has no option but the timestamps of RFC 7323, as hosts write them (its appendix A).
    #[inline]
    pub(in crate::track) fn is_stamped_at_most(&self) -> bool {
        self.segment.tcp.options.is_empty() || self.lone_tsval().is_some()
    }

    /// A SYN reports nothing: what it says of SACK is that it may be sent (RFC 2018 section 2).
    #[inline]
    fn sack(&self) -> Option<SackBlocks<'_>> {
        if self.flags.syn() || self.is_stamped_at_most() {
            return None;
        }
        self.read_sack()
    }

    fn read_sack(&self) -> Option<SackBlocks<'_>> {
        self.segment.tcp.options().find_map(|(_, option)| match option {
            TcpOption::Sack(blocks) => Some(blocks),
            _ => None,
        })
    }
}

/// What did not go its way in order, of one side; made when that first happens.
#[derive(Debug, Default)]
pub(in crate::track) struct Disorder {
    pub(in crate::track) out_of_order: u64,
    pub(in crate::track) duplicates: u64,
    /// Those that may have been delivered twice, too.
    doubled: u64,
    spurious: u64,
    /// Reports of its peer that something arrived twice (RFC 2883).
    reported: u64,
    /// The last blocks that the peer reported to hold.
    held: [Option<(SeqNumber, SeqNumber)>; 4],
    /// Nothing of the side is captured: the peer last acknowledged one number of it here.
    pub(in crate::track) single: Option<Mark>,
    pub(in crate::track) holes: Holes,
    pub(in crate::track) big: Option<BigResends>,
}

impl Disorder {
    /// The peer had reported to hold these bytes.
    fn holds(&self, seq: SeqNumber, end: SeqNumber) -> bool {
        let mut held = self.held.iter().flatten();
        held.any(|&(from, to)| seq.at_or_after(from) && end.at_or_before(to))
    }

    /// The longest run of bytes that the peer reports to hold beyond its acknowledgement.
    pub(in crate::track) fn longest_held(&self, acked: Option<SeqNumber>) -> u32 {
        let beyond = |from: SeqNumber| acked.is_none_or(|acked| from.after(acked));
        let held = self.held.iter().flatten().filter(|(from, _)| beyond(*from));
        let lengths = held.map(|&(from, to)| to.relative_to(from));
        lengths.max().unwrap_or(0)
    }

    /// Retransmissions that were needless: those of bytes that the peer was seen to have, or those that it
    /// reports, whichever are more. What the network doubled is reported alike.
    /// Nothing is missing, and no segment was too big to come through: later ones are looked at by themselves.
    pub(in crate::track) fn is_over(&self) -> bool {
        self.big.is_none() && self.holes.is_empty()
    }

    fn needless(&self) -> u64 {
        self.spurious.max(self.reported.saturating_sub(self.doubled))
    }
}

impl Endpoint {
    pub(in crate::track) fn spurious_retransmissions(&self) -> u64 {
        let needless = self.disorder.as_ref().map_or(0, |disorder| disorder.needless());
        needless.min(self.retransmissions)
    }

    /// The peer had these bytes already, as far as captured.
    pub(in crate::track) fn is_held(&self, seq: SeqNumber, end: SeqNumber, acked: Option<SeqNumber>) -> bool {
        acked.is_some_and(|acked| end.at_or_before(acked))
            || self
                .disorder
                .as_ref()
                .is_some_and(|disorder| disorder.holds(seq, end))
    }
}

/// What the receiver holds beyond its acknowledgement, or got twice: RFC 2018, RFC 2883.
pub(in crate::track) fn sack(conn: &mut Conn, arrival: &Arrival<'_>) {
    let Some((blocks, ack)) = arrival.sack().zip(arrival.ack) else {
        return;
    };
    let (_, peer) = conn.ends.pair_mut(arrival.sender);
    let disorder = peer.disorder.get_or_insert_default();
    let mut read = blocks.iter().filter(|(from, to)| to.after(*from));
    disorder.held = std::array::from_fn(|_| read.next());
    let [first, second, ..] = disorder.held;
    let Some((from, to)) = first else { return };
    // The first block reports a duplicate where it lies below the acknowledgement or inside the second.
    let inside = second.is_some_and(|(a, b)| from.at_or_after(a) && to.at_or_before(b));
    if to.at_or_before(ack) || inside {
        disorder.reported += 1;
        disorder.held[0] = None;
    }
}

/// Counts what the annotation will say.
pub(in crate::track) fn count(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    if note.retransmission && note.order.is_none() {
        // A SYN or FIN whose answer was lost asks for it once more.
        let needless = arrival.len > 0 && own.is_held(arrival.seq, arrival.end, peer.ack);
        note.order = Some(if needless {
            Order::SpuriousRetransmission
        } else {
            Order::Retransmission
        });
    }
    let Some(order) = note.order else { return };
    let disorder = own.disorder.get_or_insert_default();
    match order {
        Order::Retransmission => {}
        Order::SpuriousRetransmission => disorder.spurious += 1,
        Order::OutOfOrder => disorder.out_of_order += 1,
        Order::Duplicate => {
            disorder.duplicates += 1;
            disorder.doubled += u64::from(!note.copy);
        }
    }
    let again = matches!(order, Order::Retransmission | Order::SpuriousRetransmission);
    own.retransmissions += u64::from(again);
}
