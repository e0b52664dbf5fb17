//! O33: the split handshake. C sends a SYN; S answers by an ACK of it alone, or by nothing of the kind, and
//! then by a SYN of its own, as if it were the one that opens; C takes it for a simultaneous open and sends
//! a SYN-ACK, and S ends it by an ACK (RFC 9293 section 3.5). The simultaneous open, where both send a
//! SYN-ACK (O10), is in [`handshake`](crate::track::handshake).

use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::note::Note;
use crate::words::{State, Step};
use crate::{SeqNumber, Side, Sides};

/// A segment of S without SYN before the handshake is complete. Returns whether the split handshake
/// explains it.
pub(in crate::track) fn observe(
    conn: &mut Conn,
    arrival: &Arrival<'_>,
    ack: SeqNumber,
    note: &mut Note,
) -> bool {
    if arrival.sender == Side::Initiator {
        return false;
    }
    if is_bare_ack(conn, arrival) {
        let initiator = &conn.ends.initiator;
        if let Some(syn) = initiator.syn.filter(|_| initiator.syn_acked_by(Some(ack))) {
            note.answers(&syn);
            conn.opening.odd_mut().bare_ack.get_or_insert(arrival.mark);
        }
        return true;
    }
    last_step(conn, arrival, ack, note)
}

/// An ACK of S alone before any SYN of it. C is in SYN-SENT and drops it (RFC 9293 section 3.10.7.3, fifth).
pub(in crate::track) fn is_bare_ack(conn: &Conn, arrival: &Arrival<'_>) -> bool {
    let [initiator, responder] = Side::BOTH.map(|side| &conn.ends[side]);
    arrival.sender == Side::Responder
        && !conn.opening.established
        && responder.syn.is_none()
        && initiator.state == State::SynSent
        && arrival.len == 0
        && !arrival.flags.fin()
        && arrival
            .ack
            .is_some_and(|ack| initiator.isn.is_some_and(|isn| ack == isn + 1))
}

/// O33: the ACK of C's SYN-ACK.
fn last_step(conn: &mut Conn, arrival: &Arrival<'_>, ack: SeqNumber, note: &mut Note) -> bool {
    let Some(Sides {
        initiator: Some(syn_ack),
        responder: None,
    }) = conn.opening.crossed
    else {
        return false;
    };
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    let is_next = own.isn.is_some_and(|isn| arrival.seq == isn + 1);
    if !is_next || !peer.syn_acked_by(Some(ack)) {
        return false;
    }
    conn.opening.established = true;
    own.state = own.state.got_ack_of_syn();
    // What carries or acknowledges more may as well follow a SYN-ACK of S that was not captured (O10).
    let is_alone = arrival.len == 0 && !arrival.flags.fin() && peer.isn.is_some_and(|isn| ack == isn + 1);
    if is_alone {
        note.special(Rule::O33);
        note.step = Some(Step::Ack);
        note.answers = Some(syn_ack);
        conn.opening.ack = Some(arrival.mark);
    }
    true
}

/// Both SYNs are acknowledged: that of S by C's SYN-ACK, that of C by an ACK alone.
pub(in crate::track) fn is_split(conn: &Conn) -> bool {
    let opening = &conn.opening;
    let answered_one_way = opening
        .crossed
        .is_some_and(|crossed| crossed.initiator.is_some() && crossed.responder.is_none());
    let acked_alone = opening.odd.as_ref().is_some_and(|odd| odd.bare_ack.is_some());
    opening.established && answered_one_way && (opening.ack.is_some() || acked_alone)
}
