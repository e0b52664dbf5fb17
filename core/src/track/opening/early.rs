//! Data before its time: before the handshake is complete (O39), or to a server whose accept queue has no
//! room for the connection that it belongs to (O44).

use crate::Side;
use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::endpoint::Endpoint;
use crate::track::note::Note;

/// O39: payload of S between its SYN-ACK and the ACK of it, or of C before the SYN-ACK. C can acknowledge
/// only what it has received, so payload with an ACK shows a SYN-ACK that was not captured instead. TCP
/// Fast Open allows both (RFC 7413 section 3).
pub(in crate::track) fn observe(conn: &Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let opening = &conn.opening;
    if arrival.len == 0 || opening.established || opening.crossed.is_some() {
        return;
    }
    let [initiator, responder] = Side::BOTH.map(|side| &conn.ends[side]);
    let is_fast_open = initiator.offer.is_some_and(|offer| offer.fast_open);
    let is_early = match arrival.sender {
        Side::Responder => responder.syn.is_some() && arrival.ack.is_some(),
        Side::Initiator => initiator.syn.is_some() && responder.syn.is_none() && arrival.ack.is_none(),
    };
    if is_early && !is_fast_open {
        note.special(Rule::O39);
    }
}

/// O44: S sends its SYN-ACK again behind the ACK of it, and data of C that has been on its way for a round
/// trip is not acknowledged. Data that may only just have passed the SYN-ACK says nothing: then the ACK
/// was lost (O5). Nor does a connection without data: S may wait for that (`TCP_DEFER_ACCEPT`).
pub(in crate::track) fn is_overflow(
    responder: &Endpoint,
    initiator: &Endpoint,
    arrival: &Arrival<'_>,
) -> bool {
    let Some(data) = initiator.unacked.oldest() else {
        return false;
    };
    let round_trip_ns = match (initiator.syn, responder.syn) {
        (Some(syn), Some(syn_ack)) if syn.times == 1 => {
            syn_ack.first.time_ns.saturating_sub(syn.first.time_ns)
        }
        _ => 0,
    };
    arrival.mark.time_ns.saturating_sub(data.first.time_ns) >= round_trip_ns
}
