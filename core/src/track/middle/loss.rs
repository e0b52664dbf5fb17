//! Bytes that were sent and not captured. Whether the network lost them or the capture did, their receiver
//! tells: what it acknowledges has come (E12).

use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::endpoint::Endpoint;
use crate::track::note::Note;
use crate::{SeqNumber, Side};

/// The holes in what was captured of a side.
#[derive(Debug, Default)]
pub(in crate::track) struct Holes {
    /// Those that may still be filled, in sequence order, at most [`Holes::LIMIT`].
    open: Vec<Hole>,
    /// Those that will not be.
    lost: u64,
    lost_bytes: u64,
}

/// From the first missing byte to the one behind the last.
#[derive(Debug, Clone, Copy)]
struct Hole {
    from: SeqNumber,
    to: SeqNumber,
}

/// RFC 7323 section 2.3: no more can be on its way.
const MAX_WINDOW: i32 = 1 << 30;

impl Holes {
    const LIMIT: usize = 32;

    pub(in crate::track) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    fn add(&mut self, hole: Hole) {
        self.open.push(hole);
        self.bound();
    }

    /// Those that have been open longest will not be filled any more.
    fn bound(&mut self) {
        while self.open.len() > Self::LIMIT {
            let oldest = self.open.remove(0);
            self.give_up(oldest);
        }
    }

    fn give_up(&mut self, hole: Hole) {
        self.lost += 1;
        self.lost_bytes += u64::from(hole.to.relative_to(hole.from));
    }

    /// Bytes that come late. Whether some of them were missing.
    pub(in crate::track) fn fill(&mut self, seq: SeqNumber, end: SeqNumber) -> bool {
        let overlaps = |hole: &Hole| hole.from.before(end) && seq.before(hole.to);
        let Some(place) = self.open.iter().position(overlaps) else {
            return false;
        };
        let mut rest: smallvec::SmallVec<[Hole; 2]> = smallvec::SmallVec::new();
        let last = self.open.iter().rposition(overlaps).unwrap_or(place);
        for hole in self.open.drain(place..=last) {
            if hole.from.before(seq) {
                rest.push(Hole { to: seq, ..hole });
            }
            if end.before(hole.to) {
                rest.push(Hole { from: end, ..hole });
            }
        }
        self.open.splice(place..place, rest);
        self.bound();
        true
    }

    /// The receiver acknowledges up to here. Whether that covers a hole.
    fn prove(&mut self, acked: SeqNumber) -> bool {
        let covered = self.open.iter().take_while(|hole| hole.to.at_or_before(acked));
        let covered = covered.count();
        for _ in 0..covered {
            let hole = self.open.remove(0);
            self.give_up(hole);
        }
        covered > 0
    }

    /// How many there are, and their bytes.
    fn total(&self) -> (u64, u64) {
        let open = self
            .open
            .iter()
            .map(|hole| u64::from(hole.to.relative_to(hole.from)));
        (
            self.lost + self.open.len() as u64,
            self.lost_bytes + open.sum::<u64>(),
        )
    }
}

/// E12, once for each hole: its receiver has acknowledged it, and its sender has gone on behind it. The
/// acknowledgement alone does not tell, for it may be captured before its data.
pub(in crate::track) fn observe(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let is_open = conn.is_open();
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    if let Some(from) = own.next.filter(|&next| arrival.seq.after(next) && is_open) {
        let hole = Hole {
            from,
            to: arrival.seq,
        };
        let ahead = hole.to.delta(hole.from);
        let is_fin = own.missed_fin.is_some() && ahead == 1;
        if ahead <= MAX_WINDOW && !is_fin && !arrival.flags.syn() {
            own.disorder.get_or_insert_default().holes.add(hole);
        }
    }
    if own.proves_loss(peer.ack) | peer.proves_loss(own.ack) {
        note.special(Rule::E12);
    }
}

impl Endpoint {
    fn proves_loss(&mut self, acked: Option<SeqNumber>) -> bool {
        let (Some(disorder), Some(acked)) = (&mut self.disorder, acked) else {
            return false;
        };
        disorder.holes.prove(acked)
    }
}

/// Bytes of a side of which nothing was captured, as the peer's acknowledgements tell.
pub(in crate::track) fn unseen(conn: &Conn, side: Side) -> u64 {
    let (own, peer) = (&conn.ends[side], &conn.ends[side.peer()]);
    let acked = own
        .base
        .zip(peer.ack)
        .map_or(0, |(base, ack)| ack.delta(base + 1));
    match u64::try_from(acked) {
        Ok(acked) if own.packets == 0 && conn.is_open() => {
            acked.saturating_sub(own.missed_fin.is_some().into())
        }
        _ => 0,
    }
}

/// Holes in what was captured of a side, and their bytes.
pub(in crate::track) fn gaps(conn: &Conn, side: Side) -> (u64, u64) {
    let unseen = unseen(conn, side);
    let (count, bytes) = match &conn.ends[side].disorder {
        Some(disorder) => disorder.holes.total(),
        None => (0, 0),
    };
    (count + u64::from(unseen > 0), bytes + unseen)
}
