//! The verdicts: how a connection opened and how it ended, as far as a time of the capture, and the frames
//! that prove it. Drawn from the numbers that the stations noted, never from flags alone.

use super::attempt;
use super::conn::Conn;
use super::endpoint::Endpoint;
use super::giveup::{self, GiveUp};
use super::one_sided;
use super::progress::{Closing, Failure, Reset};
use super::sent::Sent;
use super::{split, stray};
use crate::connection::{Frames, Handshake};
use crate::stream::Mark;
use crate::words::{CloseVerdict, Closer, Confidence, HandshakeVerdict};
use crate::{Side, Sides};

/// Silence after which an attempt without an answer, or a SYN-ACK without one, is called so.
const UNANSWERED_NS: i64 = 1_000_000_000;

/// How the opening went, as far as a time of the capture, and how sure that is.
pub(super) fn opening(conn: &Conn, now_ns: i64) -> (HandshakeVerdict, Confidence) {
    use Confidence::{Certain, Guess, Likely};
    use HandshakeVerdict as V;

    let opening = &conn.opening;
    let [initiator, responder] = Side::BOTH.map(|side| &conn.ends[side]);
    let (syn, syn_ack) = (initiator.syn, responder.syn);
    let silent_since = |sent: Sent| now_ns.saturating_sub(sent.first.time_ns) >= UNANSWERED_NS;
    let failure = attempt::failure(conn, now_ns).map(|(failure, _)| failure);
    let aborted = match failure {
        // The responder has answered by something, but not by what was captured.
        Some(Failure::Aborted) if syn_ack.is_none() && responder.packets > 0 => Some(Likely),
        // The initiator has acknowledged something, so perhaps a SYN-ACK that was not captured.
        Some(Failure::Aborted) if syn_ack.is_none() && initiator.ack.is_some() => Some(Likely),
        // It sends something behind its SYN-ACK, as if a final ACK had come that was not captured.
        Some(Failure::Aborted) if responder.payload.is_some() || responder.has_left_its_syn() => Some(Likely),
        Some(Failure::Aborted) => Some(Certain),
        Some(Failure::Ghost(confidence)) => Some(confidence),
        _ => None,
    };
    let both = |crossed: Sides<Option<Mark>>| crossed.initiator.is_some() && crossed.responder.is_some();

    match (syn, syn_ack) {
        _ if opening.crossed.is_some_and(both) => {
            // A SYN that is known by its SYN-ACK alone was not captured.
            let syn_ack_of = |side: Side| opening.crossed.and_then(|crossed| crossed[side]);
            let bare = |side: Side| conn.ends[side].syn.map(|syn| Some(syn.first) != syn_ack_of(side));
            let whole = Side::BOTH.into_iter().all(|side| bare(side) == Some(true));
            (V::Simultaneous, if whole { Certain } else { Likely })
        }
        _ if split::is_split(conn) => {
            let sure = if opening.ack.is_some() { Certain } else { Likely };
            (V::Split, sure)
        }
        _ if opening.established => {
            let whole = syn.is_some() && syn_ack.is_some() && opening.ack.is_some();
            (V::Complete, if whole { Certain } else { Likely })
        }
        _ if opening.unseen.is_some() => (V::Unseen, Certain),
        (None, _) if stray::is_guess(conn, now_ns) => (V::None, Guess),
        (None, _) => (V::None, Likely),
        _ if opening.bad_ack.is_some() => (V::BadAck, bad_ack_confidence(conn)),
        // An ACK of either side speaks of a handshake that was not captured.
        _ if failure == Some(Failure::Refused) && (initiator.ack.is_some() || responder.ack.is_some()) => {
            (V::Refused, Likely)
        }
        _ if failure == Some(Failure::Refused) => (V::Refused, Certain),
        _ if failure == Some(Failure::SilentlyRefused) => (V::Refused, Guess),
        _ if aborted.is_some() => (V::Aborted, aborted.unwrap_or(Certain)),
        (Some(_), None) if opening.unreachable.is_some() => (V::Unreachable, Certain),
        _ if opening.crossed.is_some() => (V::Pending, Certain),
        (_, Some(sent)) if failure.is_some() || silent_since(sent) => (V::HalfOpen, Certain),
        (Some(sent), None) if responder.packets == 0 && (silent_since(sent) || sent.times > 1) => {
            (V::NoAnswer, Certain)
        }
        _ => (V::Pending, Certain),
    }
}

/// A final ACK beyond the responder's SYN may acknowledge data that was not captured (E9), unless the responder
/// itself says by a RST that it does not.
fn bad_ack_confidence(conn: &Conn) -> Confidence {
    match &conn.opening.bad_ack {
        Some(bad) if bad.by == Side::Initiator && bad.reset.is_none() => {
            // Judged by the SYN alone: what S sends later may be behind what was not captured.
            let beyond = conn
                .ends
                .responder
                .isn
                .is_some_and(|isn| bad.number.after(isn + 1));
            if beyond {
                Confidence::Likely
            } else {
                Confidence::Certain
            }
        }
        _ => Confidence::Certain,
    }
}

/// The handshake verdict with its evidence and its round trips.
pub(super) fn handshake(conn: &Conn, now_ns: i64) -> Handshake {
    let (verdict, confidence) = opening(conn, now_ns);
    let opening = &conn.opening;
    let [initiator, responder] = Side::BOTH.map(|side| &conn.ends[side]);
    let (syn, syn_ack) = (initiator.syn, responder.syn);
    // What answered each side's SYN: the SYN-ACK and the ACK, or two SYN-ACKs that crossed.
    let (to_initiator, to_responder) = match opening.crossed {
        Some(Sides { initiator, responder }) => (responder, initiator),
        None => (syn_ack.map(|sent| sent.first), opening.ack),
    };
    let (to_initiator, to_responder, last_ack) = if verdict == HandshakeVerdict::Split {
        let bare_ack = opening.odd.as_ref().and_then(|odd| odd.bare_ack);
        (
            bare_ack,
            opening.crossed.and_then(|crossed| crossed.initiator),
            opening.ack,
        )
    } else {
        (to_initiator, to_responder, None)
    };
    let scan = if verdict == HandshakeVerdict::None {
        stray::scan(conn, now_ns)
    } else {
        Frames::default()
    };
    let failed = attempt::failure(conn, now_ns)
        .filter(|_| !opening.established)
        .map(|(_, mark)| mark);
    let unreachable = told_unreachable(conn, verdict);
    let bad_ack = opening
        .bad_ack
        .as_deref()
        .filter(|_| verdict == HandshakeVerdict::BadAck);
    let [syn_mark, syn_ack_mark] = [syn, syn_ack].map(|sent| sent.map(|sent| sent.first));
    let marks = [
        syn_mark,
        syn_ack_mark,
        to_initiator,
        to_responder,
        last_ack,
        opening.unseen,
        unreachable,
        failed,
        bad_ack.map(|bad| bad.sent.first),
        bad_ack.and_then(|bad| bad.reset),
    ];
    Handshake {
        verdict,
        confidence,
        frames: in_order(marks.into_iter().flatten().map(|mark| mark.frame).chain(scan)),
        rtt_responder_ns: round_trip(syn, to_initiator),
        rtt_initiator_ns: round_trip(syn_ack, to_responder),
        isn_initiator: initiator.isn.map(|isn| isn.0),
        isn_responder: responder.isn.map(|isn| isn.0),
    }
}

/// The frames of some segments, each once, in the order of the capture.
fn in_order(frames: impl Iterator<Item = u64>) -> Frames {
    let mut frames: Frames = frames.collect();
    frames.sort_unstable();
    frames.dedup();
    frames
}

/// From a sending to its answer; none when it was sent more than once, for then nobody knows which of
/// them was answered (Karn, RFC 6298 section 3).
fn round_trip(sent: Option<Sent>, answer: Option<Mark>) -> Option<i64> {
    let sent = sent.filter(|sent| sent.times == 1)?;
    // Captured before what it answers (O37), it tells nothing.
    let answer = answer.filter(|answer| answer.frame > sent.first.frame)?;
    let time_ns = answer.time_ns.saturating_sub(sent.first.time_ns);
    // A clock that was set back in between tells nothing.
    (time_ns >= 0).then_some(time_ns)
}

/// The round trip between the capture point and a side, as the opening has it.
pub(super) fn round_trip_to(conn: &Conn, side: Side) -> Option<i64> {
    let [syn, syn_ack] = Side::BOTH.map(|side| conn.ends[side].syn);
    match side {
        Side::Responder => round_trip(syn, syn_ack.map(|sent| sent.first)),
        Side::Initiator => round_trip(syn_ack, conn.opening.ack),
    }
}

/// Who ended an attempt that never became a connection.
fn ended_by(handshake: HandshakeVerdict, conn: &Conn) -> Closer {
    let reset_by_responder = match &conn.opening.bad_ack {
        Some(bad) if bad.reset.is_some() => bad.by == Side::Initiator,
        _ => conn
            .opening
            .failed
            .is_some_and(|(failure, _)| failure == Failure::ResetByResponder),
    };
    match (handshake, reset_by_responder) {
        (HandshakeVerdict::Refused, _) | (HandshakeVerdict::HalfOpen | HandshakeVerdict::BadAck, true) => {
            Closer::Responder
        }
        (HandshakeVerdict::Aborted, _) => Closer::Initiator,
        (HandshakeVerdict::Unreachable, _) => Closer::Network,
        _ => Closer::Nobody,
    }
}

/// The error that the verdict rests on: where a SYN-ACK came after it, it was a soft one (RFC 1122
/// section 4.2.3.9).
fn told_unreachable(conn: &Conn, verdict: HandshakeVerdict) -> Option<Mark> {
    let unreachable = conn.opening.unreachable.as_ref()?;
    (verdict == HandshakeVerdict::Unreachable).then_some(unreachable.first)
}

/// Silence of its receiver after which a RST that should have been challenged counts as accepted.
const UNCHALLENGED_NS: i64 = 3_000_000_000;

/// The close verdict, who ended it, and how sure that is.
pub(super) struct Ending {
    pub(super) verdict: CloseVerdict,
    pub(super) by: Closer,
    pub(super) reset: Option<Reset>,
    pub(super) confidence: Confidence,
    /// What was given up in silence.
    pub(super) given_up: Option<GiveUp>,
}

/// How the connection ended, as far as a time of the capture.
pub(super) fn ending(conn: &Conn, now_ns: i64) -> Ending {
    use CloseVerdict as V;
    use Confidence::{Certain, Likely};

    let closing = &conn.closing;
    if !conn.is_open() {
        let (handshake, confidence) = opening(conn, now_ns);
        return Ending {
            verdict: V::NotOpened,
            by: ended_by(handshake, conn),
            reset: None,
            confidence,
            given_up: None,
        };
    }
    let [initiator, responder] = Side::BOTH.map(|side| &conn.ends[side]);
    let first = first_closer(conn);
    let first_by = first.map_or(Closer::Nobody, Closer::from);
    let seen = initiator.fin.is_some() && responder.fin.is_some();
    let has_fin = |end: &Endpoint| end.fin.is_some() || end.missed_fin.is_some();
    let fins = usize::from(has_fin(initiator)) + usize::from(has_fin(responder));

    let finished = Side::BOTH
        .into_iter()
        .all(|side| conn.ends[side].finished() || one_sided::is_fin_answered(conn, side));
    let silent = |reset: &Reset| now_ns.saturating_sub(reset.at.time_ns) >= UNCHALLENGED_NS;
    let unanswered = closing.unanswered_reset.filter(silent);
    let reset = closing.reset.or(unanswered).filter(|_| !finished);
    let mut given_up = None;
    let (verdict, by, confidence) = if finished {
        let sure = if seen { Certain } else { Likely };
        match closing {
            Closing {
                simultaneous: true, ..
            } => (V::Simultaneous, Closer::Both, sure),
            Closing {
                three_segment: true, ..
            } => (V::ThreeSegment, first_by, sure),
            _ if first_missed_and_answered_by_fin(conn) => (V::ThreeSegment, first_by, sure),
            _ => (V::FourWay, first_by, sure),
        }
    } else if let Some(reset) = reset {
        match first.filter(|_| is_before(first_close(conn), reset.at)) {
            Some(first) => {
                // A FIN that was not captured is no certain evidence, however exact the RST.
                let captured = if conn.ends[first].fin.is_some() {
                    Certain
                } else {
                    Likely
                };
                (
                    V::FinThenReset,
                    Closer::from(first),
                    reset.confidence.min(captured),
                )
            }
            None if reset.is_by_network() => (V::Reset, Closer::Network, reset.confidence),
            None => (V::Reset, Closer::from(reset.by), reset.confidence),
        }
    } else if let Some((_, confidence)) = conn.superseded_by {
        (V::Superseded, Closer::Nobody, confidence)
    } else if let Some(silent) = giveup::in_silence(conn, now_ns) {
        given_up = Some(silent);
        (V::TimedOut, Closer::Nobody, Likely)
    } else {
        match fins {
            2 => (V::Closing, first_by, if seen { Certain } else { Likely }),
            1 => (
                V::HalfClosed,
                first_by,
                if closing.first_fin.is_some() {
                    Certain
                } else {
                    Likely
                },
            ),
            _ => (V::Open, Closer::Nobody, Certain),
        }
    };

    Ending {
        verdict,
        by,
        reset,
        confidence,
        given_up,
    }
}

/// The frames that prove how the connection ended.
pub(super) fn evidence(conn: &Conn, ending: &Ending, now_ns: i64) -> Frames {
    if ending.verdict == CloseVerdict::NotOpened {
        let failed = attempt::failure(conn, now_ns).map(|(_, mark)| mark);
        let verdict = opening(conn, now_ns).0;
        let unreachable = told_unreachable(conn, verdict);
        let reset = conn.opening.bad_ack.as_deref().and_then(|bad| bad.reset);
        let marks = [failed, unreachable, reset].into_iter().flatten();
        return in_order(marks.map(|mark| mark.frame));
    }
    let of_side = |side: Side| {
        let end = &conn.ends[side];
        [
            end.fin.map(|fin| fin.sent.first),
            end.fin_acked().or(end.missed_fin),
        ]
    };
    let fins = Side::BOTH.into_iter().flat_map(of_side).filter(|mark| {
        ending
            .reset
            .is_none_or(|reset| mark.is_none_or(|mark| mark.frame <= reset.at.frame))
    });
    let reset = ending.reset.map(|reset| reset.at);
    let superseded = conn
        .superseded_by
        .filter(|_| ending.verdict == CloseVerdict::Superseded)
        .map(|(accepted, _)| accepted);
    let given_up = ending.given_up.map(|given_up| given_up.sent);
    let [tried, tried_last] = [given_up.map(|sent| sent.first), given_up.map(|sent| sent.last)];
    let marks = fins.chain([reset, superseded, tried, tried_last]).flatten();
    in_order(marks.map(|mark| mark.frame))
}

/// Which side closed first: the one whose FIN was captured first, or, of a FIN that was not captured,
/// acknowledged first. A FIN that acknowledges a missed one comes after it.
pub(super) fn first_closer(conn: &Conn) -> Option<Side> {
    first_close(conn).map(|(_, side)| side)
}

/// A FIN that was on its way when the RST ended the connection was not before it.
fn is_before(close: Option<(u64, Side)>, reset: Mark) -> bool {
    close.is_some_and(|(frame, _)| frame <= reset.frame)
}

fn first_close(conn: &Conn) -> Option<(u64, Side)> {
    let missed = |side: Side| Some((conn.ends[side].missed_fin?.frame, 0, side));
    let seen = |side: Side| Some((conn.ends[side].fin?.sent.first.frame, 1, side));
    Side::BOTH
        .into_iter()
        .flat_map(|side| [seen(side), missed(side)])
        .flatten()
        .min()
        .map(|(frame, _, side)| (frame, side))
}

/// T5 where the first FIN was not captured, or behind the second: nothing but the second acknowledged it.
fn first_missed_and_answered_by_fin(conn: &Conn) -> bool {
    Side::BOTH.into_iter().any(|side| {
        let (own, peer) = (&conn.ends[side], &conn.ends[side.peer()]);
        own.missed_fin
            .zip(peer.fin)
            .is_some_and(|(missed, fin)| missed == fin.sent.first)
    })
}
