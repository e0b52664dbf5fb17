//! Path MTU discovery that does not come to an end (E13): segments too big for the path are sent again and
//! again at their size.

use crate::SeqNumber;
use crate::options::Offer;
use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::endpoint::Endpoint;
use crate::track::note::Note;
use crate::track::sent::Again;

/// A segment that seems to be too big for its path.
#[derive(Debug, Clone, Copy)]
pub(in crate::track) struct BigResends {
    seq: SeqNumber,
    /// Payload of its last sending; 0 when only an ICMP error spoke of it.
    size: u32,
    resends: u32,
    /// The largest IP packet that fits, as an ICMP error says; 0 where it does not say it.
    mtu: Option<u32>,
    /// Something smaller gets through: it is answered.
    others_pass: bool,
    told: bool,
}

/// Resends at the same size that a sender may need until it has learnt.
const PATIENCE: u32 = 3;

/// Options that go off the maximum segment size, which counts none (RFC 6691).
const MAX_OPTIONS: u32 = 40;

/// Payload of a segment that cannot be called small, where no SYN told the maximum.
const BIG: u32 = 1_000;

impl BigResends {
    const fn new(seq: SeqNumber, size: u32, mtu: Option<u32>) -> Self {
        Self {
            seq,
            size,
            resends: 0,
            mtu,
            others_pass: false,
            told: false,
        }
    }

    /// Whether the segment does not fit, as far as an ICMP error told.
    fn is_too_big(&self, arrival: &Arrival<'_>) -> bool {
        let ip_header = if arrival.segment.src.is_ipv4() { 20 } else { 40 };
        let len = arrival
            .len
            .saturating_add(ip_header + u32::from(arrival.segment.tcp.data_offset));
        self.mtu.is_some_and(|mtu| len > mtu)
    }
}

/// An ICMP error says that a segment of a side does not fit.
pub(in crate::track) fn told_too_big(end: &mut Endpoint, seq: SeqNumber, mtu: Option<u32>) {
    let big = &mut end.disorder.get_or_insert_default().big;
    match big {
        Some(known) if known.mtu.is_some() => known.mtu = Some(mtu.unwrap_or(0)),
        _ => *big = Some(BigResends::new(seq, 0, Some(mtu.unwrap_or(0)))),
    }
}

/// E13: a segment is sent again, for the third time at the size that does not fit.
pub(in crate::track) fn resent(conn: &mut Conn, arrival: &Arrival<'_>, again: &Again, note: &mut Note) {
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    let (full, most) = full_sizes(own.offer, peer.offer);
    if arrival.len > most {
        // Several segments in one, captured before the network card cuts them: their size tells nothing.
        return;
    }
    let is_full = arrival.len >= full && arrival.len > own.unacked.largest_acked();
    let known = own.disorder.as_ref().and_then(|disorder| disorder.big);
    let is_big = known.is_some_and(|big| big.is_too_big(arrival)) || is_full;
    let seq = arrival.payload_seq();
    if !is_big {
        // The sender has learnt. What is small anyway does not tell.
        let has_learnt = known.is_some_and(|big| big.seq == seq);
        if let Some(disorder) = own.disorder.as_mut().filter(|_| has_learnt) {
            disorder.big = None;
        }
        return;
    }
    let mtu = known.and_then(|big| big.mtu);
    let mut big = known
        .filter(|big| big.seq == seq)
        .unwrap_or_else(|| BigResends::new(seq, arrival.len, mtu));
    let shrunk = arrival.len < big.size;
    (big.size, big.resends) = (arrival.len, if shrunk { 0 } else { big.resends + 1 });
    big.others_pass |= passed_since(
        own,
        peer,
        seq,
        arrival.mark.time_ns.saturating_sub(again.since_previous_ns),
    );
    let disorder = own.disorder.get_or_insert_default();
    let full_pass = disorder.longest_held(peer.ack) >= big.size;
    if big.resends >= PATIENCE && !big.told && (mtu.is_some() || (big.others_pass && !full_pass)) {
        big.told = true;
        note.special(Rule::E13);
    }
    disorder.big = Some(big);
}

/// What the other side answers: that the segment has come, or that others have.
pub(in crate::track) fn answered(conn: &mut Conn, arrival: &Arrival<'_>) {
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    let Some(disorder) = peer.disorder.as_mut().filter(|disorder| disorder.big.is_some()) else {
        return;
    };
    let Some((big, ack)) = disorder.big.as_mut().zip(arrival.ack) else {
        return;
    };
    if ack.after(big.seq) && big.size > 0 {
        disorder.big = None;
    } else if ack == big.seq && own.ack == Some(ack) && arrival.len == 0 && !arrival.flags.fin() {
        big.others_pass = true;
    }
}

/// Since a time the peer has answered segments of this side that came behind a missing one: by SACK blocks,
/// or by an acknowledgement that only repeats itself.
fn passed_since(own: &Endpoint, peer: &Endpoint, seq: SeqNumber, since_ns: i64) -> bool {
    let repeats = peer
        .last_print
        .is_some_and(|last| last.len == 0 && last.ack == seq && last.time_ns > since_ns);
    let before = own.payload_acked_ns.is_none_or(|acked_ns| acked_ns < since_ns);
    (repeats && before)
        || own
            .disorder
            .as_ref()
            .is_some_and(|disorder| disorder.longest_held(peer.ack) > 0)
}

/// Payload of the largest segments that both sides' SYNs allow: from that with most options to that with none.
fn full_sizes(own: Option<Offer>, peer: Option<Offer>) -> (u32, u32) {
    let mss = |offer: Option<Offer>| offer.and_then(|offer| offer.mss);
    let allowed = match (mss(own), mss(peer)) {
        (Some(own), Some(peer)) => own.min(peer),
        (own, peer) => match own.or(peer) {
            Some(mss) => mss,
            None => return (BIG, u32::MAX),
        },
    };
    let most = u32::from(allowed);
    (most.saturating_sub(MAX_OPTIONS).max(1), most)
}
