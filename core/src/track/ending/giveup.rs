//! Giving up on a peer that no longer answers: E2 and T20, by a RST or in silence, and E3, where it
//! answers that it knows nothing.

use crate::Side;
use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::endpoint::Endpoint;
use crate::track::keepalive;
use crate::track::sent::Sent;
use crate::words::Cause;

/// What was sent again and again without an answer.
#[derive(Debug, Clone, Copy)]
pub(in crate::track) struct GiveUp {
    pub(in crate::track) rule: Rule,
    pub(in crate::track) cause: Cause,
    pub(in crate::track) sent: Sent,
    /// Silence after which its sender would have tried again, had it not given up.
    pub(in crate::track) patience_ns: i64,
}

/// T20: the oldest data of a side, or its FIN, sent again at least three times ever more slowly. The
/// probes of a closed window go on for as long as it takes (RFC 9293 section 3.8.6.1).
fn retransmission(own: &Endpoint, peer: &Endpoint) -> Option<GiveUp> {
    let fin = own.fin.filter(|fin| fin.acked.is_none()).map(|fin| fin.sent);
    let sent = own.unacked.oldest().copied().or(fin)?;
    let is_hopeless = sent.slower >= 3 && peer.stall.is_none();
    is_hopeless.then(|| GiveUp {
        rule: Rule::T20,
        cause: Cause::RetransmissionGiveUp,
        sent,
        // The next one would have come after twice the last interval.
        patience_ns: sent.gap_ns().saturating_mul(3),
    })
}

/// What a side gives up on, if it gives up now.
fn of_side(conn: &Conn, side: Side) -> Option<GiveUp> {
    let (own, peer) = (&conn.ends[side], &conn.ends[side.peer()]);
    keepalive::failure(own).or_else(|| retransmission(own, peer))
}

/// Given up in silence, as far as a time of the capture.
pub(in crate::track) fn in_silence(conn: &Conn, now_ns: i64) -> Option<GiveUp> {
    let silence = now_ns.saturating_sub(conn.last.time_ns);
    Side::BOTH
        .into_iter()
        .filter_map(|side| of_side(conn, side))
        .find(|given_up| silence >= given_up.patience_ns)
}

/// What is behind an accepted RST, if it is one of these.
pub(in crate::track) fn behind_reset(conn: &Conn, arrival: &Arrival<'_>) -> Option<(Rule, Cause)> {
    if keepalive::is_answered_by_reset(conn, arrival) {
        return Some((Rule::E3, Cause::PeerLostState));
    }
    of_side(conn, arrival.sender).map(|given_up| (given_up.rule, given_up.cause))
}
