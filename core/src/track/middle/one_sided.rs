//! Captures that hold one direction only, as asymmetric routes make them (E11): what the other side did is
//! told by the acknowledgements of the one that was captured.

use crate::Side;
use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::note::Note;

/// Time after which a side that has not been captured counts as never captured.
const UNSEEN_NS: i64 = 2_000_000_000;

/// E11 by the end: nothing of a side was captured, and the other's acknowledgements have moved on since its
/// first.
pub(in crate::track) fn is_one_sided(conn: &Conn) -> bool {
    Side::BOTH.into_iter().any(|side| is_unseen(conn, side))
}

fn is_unseen(conn: &Conn, side: Side) -> bool {
    let (own, peer) = (&conn.ends[side], &conn.ends[side.peer()]);
    // The base is one before the first acknowledgement.
    let moved_on = own
        .base
        .zip(peer.ack)
        .is_some_and(|(base, ack)| ack.after(base + 1));
    own.packets == 0 && moved_on && conn.is_open()
}

/// E11 for some time: now something of that side comes after all.
pub(in crate::track) fn observe(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    if conn.ends[arrival.sender].packets == 0
        && arrival.mark.time_ns.saturating_sub(conn.first.time_ns) >= UNSEEN_NS
        && is_unseen(conn, arrival.sender)
    {
        note.special(Rule::E11);
    }
}

/// The FIN of a side that is not captured: the last thing of it that is acknowledged is one number, and the
/// captured side says FIN as well.
pub(in crate::track) fn note_missed_fin(conn: &mut Conn, arrival: &Arrival<'_>) {
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    if peer.packets > 0 {
        return;
    }
    let Some((ack, before)) = arrival.ack.zip(own.ack) else {
        return;
    };
    match ack.delta(before) {
        1 => {
            peer.disorder.get_or_insert_default().single = Some(arrival.mark);
            peer.missed_fin = None;
        }
        2.. => {
            peer.missed_fin = None;
            if let Some(disorder) = &mut peer.disorder {
                disorder.single = None;
            }
        }
        _ => {}
    }
    if own.fin.is_some() || arrival.flags.fin() {
        let single = peer.disorder.as_ref().and_then(|disorder| disorder.single);
        peer.missed_fin = peer.missed_fin.or(single);
    }
}

/// The FIN of a side whose peer is not captured has come: it was sent once, and its sender acknowledged the
/// peer's after it.
pub(in crate::track) fn is_fin_answered(conn: &Conn, side: Side) -> bool {
    let (own, peer) = (&conn.ends[side], &conn.ends[side.peer()]);
    let answered = own
        .fin
        .zip(peer.missed_fin)
        .is_some_and(|(fin, answer)| fin.sent.times == 1 && answer.frame > fin.sent.first.frame);
    peer.packets == 0 && answered
}
