//! How an attempt to open a connection fails: refused, aborted, or answered by what fits no SYN.

use crate::options::Offer;
use crate::rule::Rule;
use crate::stream::Mark;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::discovery;
use crate::track::note::Note;
use crate::track::progress::{BadAck, Failure, Opening};
use crate::track::sent::Sent;
use crate::track::stray;
use crate::words::Confidence;
use crate::{SeqNumber, Side};

/// Silence of the initiator after which a RST that it must drop has stopped it all the same (O18).
const SILENT_NS: i64 = 3_000_000_000;

/// A scanner's own TCP answers the SYN-ACK at once, for it knows of no SYN (O20).
const SCAN_NS: i64 = 1_000_000_000 / 10;

/// Who only wants to know whether the port is open has nothing to wait for (O21). A FIN so soon is told from
/// the end of any short connection by nothing else; a RST without data has few other reasons.
const PROBE_NS: i64 = 1_000_000;

/// What stopped the attempt, as far as a time of the capture.
pub(in crate::track) fn failure(conn: &Conn, now_ns: i64) -> Option<(Failure, Mark)> {
    let Opening {
        failed, odd_reset, ..
    } = conn.opening;
    let believed = odd_reset.filter(|reset| now_ns.saturating_sub(reset.time_ns) >= SILENT_NS);
    failed.or(believed.map(|reset| (Failure::SilentlyRefused, reset)))
}

/// A RST before the handshake is complete: O12, O15, O18 to O20, or the responder giving up. Returns
/// whether its receiver accepts it.
pub(in crate::track) fn reset(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) -> bool {
    if answers_bad_ack(conn, arrival, note) || is_without_ack(conn, arrival, note) {
        return false;
    }
    if let Some(challenge) = discovery::answered(conn, arrival) {
        // It resets the older connection that the ACK was of, and the attempt goes on.
        note.answers(&challenge);
        return false;
    }
    if conn.ends.initiator.syn.is_none() && stray::reset(conn, arrival, note) {
        return true;
    }
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    let failure = match arrival.sender {
        // In SYN-SENT the acknowledgement must cover the SYN (RFC 9293 3.10.7.3). Who has sent data, or whose SYN the
        // initiator acknowledges, did not refuse.
        Side::Responder
            if own.syn.is_none() && own.payload.is_none() && (peer.ack.is_none() || peer.syn.is_none()) =>
        {
            peer.syn_acked_by(arrival.ack)
                .then_some((Failure::Refused, Some(Rule::O15)))
        }
        Side::Responder => own
            .next
            .is_none_or(|next| arrival.seq == next)
            .then_some((Failure::ResetByResponder, None)),
        // Behind its SYN, whose data the responder may have left aside (O26) or taken in part.
        Side::Initiator
            if [own.next, own.isn.map(|isn| isn + 1), peer.syn.and(peer.ack)]
                .contains(&Some(arrival.seq)) =>
        {
            Some(by_initiator(conn, arrival))
        }
        Side::Initiator => None,
    };
    let Some((failure, rule)) = failure else {
        if conn.ends.initiator.syn.is_some() {
            note.special(Rule::T17);
        }
        return false;
    };
    if let Some(rule) = rule {
        note.special(rule);
        if let Some(syn) = &conn.ends[arrival.sender.peer()].syn {
            note.answers(syn);
        }
    }
    conn.opening.failed = Some((failure, arrival.mark));
    true
}

/// O19, unless it was not the initiator's own doing (O12) or it never meant to connect (O20).
fn by_initiator(conn: &Conn, arrival: &Arrival<'_>) -> (Failure, Option<Rule>) {
    let [own, peer] = Side::BOTH.map(|side| &conn.ends[side]);
    let tcp = &arrival.segment.tcp;
    let is_bare = arrival.ack.is_none() && tcp.ack == SeqNumber(0) && tcp.options.is_empty();
    let (Some(syn_ack), Some(offer), true) = (peer.syn, own.offer, is_bare) else {
        return (Failure::Aborted, Some(Rule::O19));
    };
    if own
        .ttl
        .zip(arrival.segment.ttl)
        .is_some_and(|(syn, rst)| syn != rst)
    {
        return (Failure::Ghost(Confidence::Likely), Some(Rule::O12));
    }
    if arrival.mark.time_ns.saturating_sub(syn_ack.first.time_ns) >= SCAN_NS {
        return (Failure::Aborted, Some(Rule::O19));
    }
    let confidence = if is_full(&offer) {
        Confidence::Guess
    } else {
        Confidence::Likely
    };
    (Failure::Ghost(confidence), Some(Rule::O20))
}

/// What the SYNs of operating systems offer, and scanners do not bother to.
fn is_full(offer: &Offer) -> bool {
    offer.mss.is_some() && offer.window_scale.is_some() && offer.sack_permitted && offer.timestamps
}

/// O18.
fn is_without_ack(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) -> bool {
    let [initiator, responder] = Side::BOTH.map(|side| &conn.ends[side]);
    let is_odd = arrival.sender == Side::Responder && arrival.ack.is_none() && responder.syn.is_none();
    let Some(syn) = initiator.syn.filter(|_| is_odd) else {
        return false;
    };
    note.special(Rule::O18);
    note.answers(&syn);
    conn.opening.odd_reset = Some(arrival.mark);
    true
}

/// O34 or O47.
pub(in crate::track) fn note_bad_ack(conn: &mut Conn, arrival: &Arrival<'_>, number: SeqNumber) {
    conn.opening.bad_ack = Some(Box::new(BadAck {
        number,
        sent: Sent::new(arrival.mark),
        by: arrival.sender,
        reset: None,
    }));
}

impl Note {
    /// O34 or O47, or E5 of an older connection: its receiver drops the segment, whose numbers therefore say
    /// nothing of the attempt.
    pub(in crate::track) fn calls_for_reset(&self) -> bool {
        [Rule::O34, Rule::O47, Rule::E5]
            .iter()
            .any(|&rule| self.rules.contains(rule))
    }
}

/// The RST that a bad acknowledgement calls for: it is right, and ends nothing (RFC 9293 3.10.7.3, 3.10.7.4).
fn answers_bad_ack(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) -> bool {
    let Some(bad) = &mut conn.opening.bad_ack else {
        return false;
    };
    if bad.by == arrival.sender || bad.number != arrival.seq {
        return false;
    }
    bad.reset.get_or_insert(arrival.mark);
    note.answers(&bad.sent);
    true
}

/// O21: the first FIN or RST of the initiator, right behind its final ACK.
pub(in crate::track) fn note_scan(conn: &Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let Some(ack) = conn.opening.ack.filter(|_| arrival.sender == Side::Initiator) else {
        return;
    };
    let since = arrival.mark.time_ns.saturating_sub(ack.time_ns);
    let silent = arrival.len == 0 && Side::BOTH.iter().all(|&side| conn.ends[side].payload.is_none());
    let is_plain_reset = arrival.flags.rst() && conn.challenge.is_none();
    let limit = if is_plain_reset { SCAN_NS } else { PROBE_NS };
    if silent && since < limit && ack.frame != arrival.mark.frame {
        note.special(Rule::O21);
    }
}
