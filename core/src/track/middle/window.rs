//! A window that closes, the probes of it, and that it opens again: RFC 9293 section 3.8.6.1.

use crate::SeqNumber;
use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::note::Note;
use crate::track::sent::Sent;

/// A side takes nothing: its last window was zero.
#[derive(Debug, Default)]
pub(in crate::track) struct Stall {
    /// The last probe of the peer that was not answered.
    probe: Option<Sent>,
}

/// E4: zero window, probe, its answer, and that the window is open again. Zero is zero at any scale.
pub(in crate::track) fn observe(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let closed = arrival.segment.tcp.window == 0;
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    if !closed && own.stall.is_none() && peer.stall.is_none() {
        return;
    }
    if arrival.flags.syn() || conn.is_closed() || !conn.is_open() {
        return;
    }
    let Some(ack) = arrival.ack else { return };
    probe(conn, arrival, note);
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    // An older segment says nothing of the window now, nor does it matter to a side that will send no more.
    if own.ack.is_some_and(|before| ack.before(before)) || peer.fin_acked_by(Some(ack)) {
        return;
    }
    match &mut own.stall {
        Some(stall) => {
            note.special(Rule::E4);
            if let Some(probe) = stall.probe.take() {
                note.answers(&probe);
            }
            if !closed {
                own.stall = None;
            }
        }
        None if closed => {
            note.special(Rule::E4);
            own.stall = Some(Box::default());
        }
        None => {}
    }
}

/// One byte or none at the edge of the peer's closed window.
fn probe(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let (_, peer) = conn.ends.pair_mut(arrival.sender);
    let Some((stall, edge)) = peer.stall.as_mut().zip(peer.ack) else {
        return;
    };
    if !is_probe(arrival, edge) {
        return;
    }
    note.special(Rule::E4);
    note.window_probe = true;
    // A byte from before the edge was sent before: it is only there to be answered.
    note.probe = arrival.seq.before(edge);
    match &mut stall.probe {
        Some(sent) => {
            sent.again(arrival.mark);
        }
        None => stall.probe = Some(Sent::new(arrival.mark)),
    }
}

fn is_probe(arrival: &Arrival<'_>, edge: SeqNumber) -> bool {
    let before = arrival.seq + 1 == edge;
    match arrival.len {
        _ if arrival.flags.fin() => false,
        0 => before,
        1 => before || arrival.seq == edge,
        _ => false,
    }
}
