//! O35: a second SYN-ACK with another number. Two servers, or a load balancer or SYN proxy before them,
//! have answered one SYN; the connection is the one that C's ACK accepts.

use crate::options::Offer;
use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::note::Note;
use crate::track::sent::Sent;
use crate::words::Step;
use crate::{SeqNumber, Side};

/// SYN-ACKs remembered beside the first.
const KEPT: usize = 4;

/// A SYN-ACK that answers the same SYN by another number.
#[derive(Debug, Clone, Copy)]
pub(in crate::track) struct OtherSynAck {
    seq: SeqNumber,
    sent: Sent,
    offer: Offer,
    tsval: Option<u32>,
    ttl: Option<u8>,
    window: u16,
}

/// A SYN-ACK whose number is not the one of its side (O35, and O7 when it comes again).
pub(in crate::track) fn observe(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    if !answers_the_same_syn(conn, arrival) {
        return;
    }
    if let Some(syn) = &conn.ends.initiator.syn {
        note.answers(syn);
    }
    let is_undecided = !conn.opening.established;
    let others = &mut conn.opening.odd_mut().other_syn_acks;
    if let Some(other) = others.iter_mut().find(|other| other.seq == arrival.seq) {
        let again = other.sent.again(arrival.mark);
        note.sent_again(Rule::O7, Step::SynAck, again);
        return;
    }
    if others.len() == KEPT {
        others.pop();
    }
    others.push(OtherSynAck {
        seq: arrival.seq,
        sent: Sent::new(arrival.mark),
        offer: arrival.offer(),
        tsval: arrival.tsval(),
        ttl: arrival.segment.ttl,
        window: arrival.segment.tcp.window,
    });
    if is_undecided {
        note.textbook(Rule::O2, Step::SynAck);
    } else {
        note.step = Some(Step::SynAck);
    }
    note.special(Rule::O35);
}

fn answers_the_same_syn(conn: &Conn, arrival: &Arrival<'_>) -> bool {
    let [initiator, responder] = Side::BOTH.map(|side| &conn.ends[side]);
    let is_same = |ack: SeqNumber| {
        initiator.isn.is_some_and(|isn| ack == isn + 1)
            || (!conn.opening.established && responder.ack == Some(ack))
    };
    arrival.sender == Side::Responder
        && !conn.is_closed()
        && conn.opening.crossed.is_none()
        && responder.syn.is_some()
        && arrival.flags.syn()
        && !arrival.flags.rst()
        && !arrival.flags.fin()
        && arrival.ack.is_some_and(is_same)
}

/// C's ACK accepts the SYN-ACK whose number it acknowledges: from now on that is S.
pub(in crate::track) fn adopt_accepted(conn: &mut Conn, ack: SeqNumber) {
    let Some(odd) = &mut conn.opening.odd else {
        return;
    };
    let Some(accepted) = odd.other_syn_acks.iter().find(|other| other.seq + 1 == ack) else {
        return;
    };
    let responder = &mut conn.ends.responder;
    (responder.isn, responder.base) = (Some(accepted.seq), Some(accepted.seq));
    responder.next = Some(ack);
    responder.syn = Some(accepted.sent);
    responder.offer = Some(accepted.offer);
    responder.tsval = accepted.tsval;
    responder.ttl = accepted.ttl;
    responder.window = accepted.window;
    odd.other_syn_acks.clear();
}
