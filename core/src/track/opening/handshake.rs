//! The opening of a connection: SYN, SYN-ACK, ACK (RFC 9293 section 3.5). Attempts that fail by a RST are
//! in [`attempt`].

use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::attempt;
use crate::track::challenge;
use crate::track::conn::Conn;
use crate::track::early;
use crate::track::endpoint::Endpoint;
use crate::track::note::Note;
use crate::track::offer;
use crate::track::other_isn;
use crate::track::sent::Sent;
use crate::track::split;
use crate::track::stray;
use crate::words::Step;
use crate::{SeqNumber, Side};

pub(in crate::track) fn observe(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    if arrival.opens() {
        match arrival.ack {
            None => syn(conn, arrival, note),
            Some(ack) => syn_ack(conn, arrival, ack, note),
        }
    } else if !arrival.flags.rst() && !arrival.flags.syn() {
        if conn.opening.established {
            repeated_ack(conn, arrival, note);
        } else {
            first_without_syn(conn, arrival, note);
        }
    }
}

/// O1, and O6 when it comes again.
fn syn(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    conn.opening.odd_reset = None;
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    peer.resets = 0;
    match &mut own.syn {
        Some(sent) if own.isn == Some(arrival.seq) => {
            note.sent_again(Rule::O6, Step::Syn, sent.again(arrival.mark));
        }
        Some(_) => return,
        None => {
            first_syn(own, arrival);
            match arrival.sender {
                Side::Initiator => {
                    note.textbook(Rule::O1, Step::Syn);
                    stray::note_late_syn(conn, arrival, note);
                }
                Side::Responder => {
                    note.step = Some(Step::Syn);
                    // What it sent before, an ACK alone, need not have had a number near this one.
                    own.next = None;
                    if peer.syn.is_some() {
                        conn.opening.crossed.get_or_insert_default();
                    }
                }
            }
        }
    }
    conn.ends[arrival.sender].sends_syn();
    if conn.is_open() && conn.is_closed() {
        // An old copy, or a new connection with the old number: the answer will tell.
        conn.offer(arrival);
    }
    if !conn.is_open() {
        // A retry with the same number after a refusal is the same attempt: refused so far, but not over.
        conn.closing.closed = None;
    }
    offer::syn(conn, arrival, note);
}

/// O2, and O7 when it comes again.
fn syn_ack(conn: &mut Conn, arrival: &Arrival<'_>, ack: SeqNumber, note: &mut Note) {
    let acked_before = conn.opening.ack.is_some();
    let was_open = conn.is_open();
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    let isn = *peer.isn.get_or_insert(ack - 1);
    peer.base.get_or_insert(isn);
    // Data in the SYN may be acknowledged with it (TCP Fast Open).
    let acceptable = ack.after(isn) && peer.next.is_none_or(|next| ack.at_or_before(next));
    if !acceptable {
        if peer.syn.is_some() && !conn.is_open() {
            note.special(Rule::O34);
            attempt::note_bad_ack(conn, arrival, ack);
        }
        return;
    }
    conn.opening.odd_reset = None;
    conn.opening.bad_ack = None;
    if arrival.sender == Side::Initiator && !conn.opening.established && conn.opening.crossed.is_none() {
        // It has had the peer's SYN, so they crossed, whether that was captured or not; a SYN-ACK came from there.
        let crossed = conn.opening.crossed.get_or_insert_default();
        crossed.responder = peer.syn.map(|syn_ack| syn_ack.first);
    }
    if let Some(crossed) = &mut conn.opening.crossed {
        let first = &mut crossed[arrival.sender];
        if first.is_none() && own.isn == Some(arrival.seq) {
            *first = Some(arrival.mark);
            note.textbook(Rule::O2, Step::SynAck);
            if let Some(syn) = &peer.syn {
                note.answers(syn);
            }
            own.sends_syn_ack();
            if crossed[arrival.sender.peer()].is_some() {
                note.special(Rule::O10);
                conn.opening.established = true;
            }
            return;
        }
    }
    match &mut own.syn {
        Some(sent) if own.isn == Some(arrival.seq) => {
            let again = sent.again(arrival.mark);
            if acked_before {
                note.step = Some(Step::SynAck);
                note.again = Some(again);
                note.retransmission = true;
            } else {
                note.sent_again(Rule::O7, Step::SynAck, again);
            }
        }
        Some(_) => return,
        None => {
            first_syn(own, arrival);
            note.textbook(Rule::O2, Step::SynAck);
            if !was_open {
                // A RST before it was not the last word.
                conn.closing.closed = None;
            }
        }
    }
    if let Some(syn) = &peer.syn {
        note.answers(syn);
    }
    // Its sender waits for the final ACK (again), unless it was past that already: then it is an old copy.
    let had_gone_on = own.next.is_some_and(|next| next.after(arrival.end))
        || own.ack.is_some_and(|before| before.after(ack));
    if !had_gone_on && conn.closing.closed.is_none() {
        let overflow = acked_before && early::is_overflow(own, peer, arrival);
        if overflow {
            note.special(Rule::O44);
            conn.opening.overflow = true;
        }
        own.sends_syn_ack();
        conn.opening.synack_again_after_ack = acked_before;
    }
    offer::syn_ack(conn, arrival, ack, note);
}

fn first_syn(own: &mut Endpoint, arrival: &Arrival<'_>) {
    own.isn = Some(arrival.seq);
    own.base = Some(arrival.seq);
    own.syn = Some(Sent::new(arrival.mark));
    own.offer = Some(arrival.offer());
    own.tsval = arrival.tsval();
    own.ttl = arrival.segment.ttl;
}

/// A segment without SYN before the handshake is complete, as far as captured.
fn first_without_syn(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    if let Some(ack) = arrival.ack {
        if split::observe(conn, arrival, ack, note) {
            return;
        }
        match arrival.sender {
            Side::Initiator => third_step(conn, arrival, ack, note),
            Side::Responder => {
                challenge::of_unknown_connection(conn, arrival, note);
                answer_to_missed_third_step(conn, arrival, ack, note);
            }
        }
    }
    early::observe(conn, arrival, note);
}

/// O3 and O4, and O48 where the SYN was not captured.
fn third_step(conn: &mut Conn, arrival: &Arrival<'_>, ack: SeqNumber, note: &mut Note) {
    other_isn::adopt_accepted(conn, ack);
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    let expected = if peer.isn.is_some() { peer.ack } else { own.next };
    let is_next = expected == Some(arrival.seq);
    if own.isn.is_none() || (peer.isn.is_none() && !is_next) {
        return;
    }
    // Where the SYN-ACK was not captured, this says that there was one, and its number.
    let isn = peer.isn.or(peer.base).unwrap_or(ack - 1);
    if peer.isn.replace(isn).is_none() {
        peer.base = Some(isn);
    }
    if !peer.syn_acked_by(Some(ack)) {
        if is_next && peer.syn.is_some() {
            note.special(Rule::O47);
            attempt::note_bad_ack(conn, arrival, ack);
        }
        return;
    }
    conn.opening.established = true;
    let has_answered_syn = conn
        .opening
        .crossed
        .is_some_and(|crossed| crossed.initiator.is_some());
    let lines_up = peer.ack.is_some_and(|acked| arrival.seq.at_or_after(acked));
    if own.syn.is_none() && peer.syn.is_some() && lines_up {
        note.special(Rule::O48);
    }
    // Its SYN-ACK was its acknowledgement of the other's SYN.
    if is_next && !has_answered_syn {
        note.textbook(Rule::O3, Step::Ack);
        if arrival.len > 0 {
            note.special(Rule::O4);
        }
        if let Some(syn_ack) = &peer.syn {
            note.answers(syn_ack);
        }
        conn.opening.ack = Some(arrival.mark);
    }
    own.is_proven_open();
    // Its SYN was acknowledged before, but not by what was captured.
    if peer.syn.is_none() && arrival.len == 0 {
        peer.is_proven_open();
    }
}

/// O5 where O3 was not captured: S acknowledges beyond the SYN, data of C, so the final ACK has come.
fn answer_to_missed_third_step(conn: &mut Conn, arrival: &Arrival<'_>, ack: SeqNumber, note: &mut Note) {
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    let beyond_syn = peer.isn.is_some_and(|isn| ack.delta(isn) > 1);
    let is_news = own.ack.is_some_and(|before| ack.after(before));
    if own.syn.is_some() && beyond_syn && is_news {
        note.special(Rule::O5);
        conn.opening.established = true;
        own.is_proven_open();
        peer.is_proven_open();
    }
}

/// O5: the final ACK once more, because the SYN-ACK came once more.
fn repeated_ack(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    if conn.opening.synack_again_after_ack && arrival.sender == Side::Initiator && arrival.ack.is_some() {
        conn.opening.synack_again_after_ack = false;
        if !conn.opening.overflow {
            note.special(Rule::O5);
        } else if arrival.len > 0 {
            return;
        }
        note.step = Some(Step::Ack);
        if let Some(syn_ack) = &conn.ends.responder.syn {
            note.answers(syn_ack);
        }
    }
}

/// E10: the first segment has no SYN. Payload shows a connection at once; anything else when the other
/// side's numbers confirm it.
pub(in crate::track) fn observe_midstream(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    if conn.opening.unseen.is_some() || arrival.flags.rst() || arrival.flags.syn() {
        return;
    }
    let peer = &conn.ends[arrival.sender.peer()];
    let confirmed = peer.packets > 0
        && arrival.ack.is_some()
        && (arrival.ack == peer.next || peer.ack == Some(arrival.seq));
    if arrival.len > 0 || confirmed {
        conn.opening.unseen = Some(arrival.mark);
        note.special(Rule::E10);
    }
}
