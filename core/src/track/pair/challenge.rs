//! Challenge ACKs (RFC 5961): a segment that its receiver must not believe is answered by an ACK alone that
//! says nothing new. The rules are E5, E6, E7, and O46 where the receiver is in TIME-WAIT; what a RST
//! reveals that answers such an ACK is in [`discovery`](crate::track::discovery).

use crate::rule::Rule;
use crate::stream::Mark;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::note::Note;
use crate::track::sent::Sent;
use crate::track::verdict;
use crate::words::State;
use crate::{SeqNumber, Side};

/// The last segment of a connection that calls for a challenge ACK.
#[derive(Debug, Clone, Copy)]
pub(in crate::track) struct Challenge {
    pub(in crate::track) provocation: Provocation,
    /// Who sent it, or in whose name it came.
    pub(in crate::track) by: Side,
    pub(in crate::track) sent: Mark,
    /// The ACK alone that answered it, and its acknowledgement.
    pub(in crate::track) answer: Option<(Mark, SeqNumber)>,
}

/// What calls for a challenge ACK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::track) enum Provocation {
    /// A SYN with another number inside a connection, or on its address and port pair.
    Syn,
    /// Its own SYN once more, when it is long open.
    SynAgain,
    /// A RST inside the window, but not at the expected number.
    Reset,
    /// An acknowledgement of what was not sent, or too old; and what its sender had acknowledged before.
    BadAck { before: Option<SeqNumber> },
    /// An old segment in TIME-WAIT.
    Old,
}

/// How long a challenge ACK may take where the round trip is not known, nanoseconds.
const PATIENCE_NS: i64 = 1_000_000_000;

/// As much as a host may send at once behind its SYN, bytes.
const MISSED: u32 = 1 << 20;

/// Twice the round trip, but at least this: no host answers in no time.
const LEAST_PATIENCE_NS: i64 = 200_000_000;

/// Whether a side has answered a segment in the time that its answers take.
pub(in crate::track) fn is_prompt(conn: &Conn, side: Side, since: Mark, arrival: &Arrival<'_>) -> bool {
    let patience = match verdict::round_trip_to(conn, side) {
        Some(round_trip) => round_trip.saturating_mul(2).max(LEAST_PATIENCE_NS),
        None => PATIENCE_NS,
    };
    arrival.mark.time_ns.saturating_sub(since.time_ns) <= patience
}

impl Conn {
    /// A segment came that calls for a challenge ACK.
    pub(in crate::track) fn provoke(&mut self, provocation: Provocation, by: Side, sent: Mark) {
        let challenge = Challenge {
            provocation,
            by,
            sent,
            answer: None,
        };
        match &mut self.challenge {
            Some(last) => **last = challenge,
            None => self.challenge = Some(Box::new(challenge)),
        }
    }

    /// A SYN of this connection or of another one on its pair: a receiver that still knows this one answers
    /// by its numbers (RFC 9293 section 3.10.7.4, fourth).
    pub(in crate::track) fn provoke_by_syn(&mut self, provocation: Provocation, by: Side, sent: Mark) {
        let in_time_wait = self.ends[by.peer()].state == State::TimeWait;
        if self.is_open() && (in_time_wait || !self.is_closed()) {
            self.provoke(provocation, by, sent);
        }
    }

    /// E7 shows that the segment was dropped: what it seemed to acknowledge was never sent.
    fn disbelieve_ack(&mut self, by: Side, sent: Mark, before: Option<SeqNumber>) {
        let (own, peer) = self.ends.pair_mut(by);
        let Some(next) = peer.next else { return };
        if own.ack.is_some_and(|ack| ack.after(next)) {
            own.ack = before.filter(|ack| ack.at_or_before(next));
        }
        if peer.missed_fin == Some(sent) {
            peer.missed_fin = None;
        }
    }
}

/// Notes what calls for a challenge ACK, and the ACK that is one. Before the acknowledgement is taken in.
pub(in crate::track) fn observe(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    if conn.challenge.is_some() {
        answer(conn, arrival, note);
    }
    if !conn.is_open() {
        return;
    }
    if arrival.flags.syn() && arrival.ack.is_none() {
        conn.provoke_by_syn(Provocation::SynAgain, arrival.sender, arrival.mark);
    } else if conn.is_closed() {
        old_segment(conn, arrival);
    } else if has_bad_ack(conn, arrival) {
        let before = conn.ends[arrival.sender].ack;
        conn.provoke(Provocation::BadAck { before }, arrival.sender, arrival.mark);
    }
}

/// E7: RFC 5961 section 5 takes an acknowledgement from SND.UNA - MAX.SND.WND to SND.NXT.
fn has_bad_ack(conn: &Conn, arrival: &Arrival<'_>) -> bool {
    let own = &conn.ends[arrival.sender];
    let peer = &conn.ends[arrival.sender.peer()];
    let Some((ack, next)) = arrival.ack.zip(peer.next) else {
        return false;
    };
    let is_too_old = |acked: SeqNumber| {
        ack.before(acked) && acked.delta(ack).unsigned_abs() > own.widest_window_bytes(peer)
    };
    ack.after(next) || own.ack.is_some_and(is_too_old)
}

/// T23: what the side in TIME-WAIT has to answer (RFC 9293 section 3.10.7.4, first).
fn old_segment(conn: &mut Conn, arrival: &Arrival<'_>) {
    let peer = &conn.ends[arrival.sender.peer()];
    let is_unacceptable = arrival.len > 0 || arrival.flags.fin() || peer.ack != Some(arrival.seq);
    if peer.state == State::TimeWait && is_unacceptable {
        conn.provoke(Provocation::Old, arrival.sender, arrival.mark);
    }
}

/// E5 where the capture holds nothing of the connection that answers: an ACK alone, which does not
/// acknowledge the SYN (RFC 9293 section 3.10.7.3, first). Its numbers say nothing of this attempt.
pub(in crate::track) fn of_unknown_connection(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    let is_pure = arrival.len == 0 && arrival.flags.is_only_ack();
    let (Some(syn), None, Some(ack), true) = (peer.syn, own.syn, arrival.ack, is_pure) else {
        return;
    };
    // Just above the SYN, it may acknowledge data that the capture missed.
    let ahead = peer.isn.map_or(0, |isn| ack.relative_to(isn));
    let is_near = (1..=MISSED).contains(&ahead);
    if is_near || !is_prompt(conn, arrival.sender, syn.last, arrival) {
        return;
    }
    note.special(Rule::E5);
    note.answers(&syn);
    conn.provoke(Provocation::Syn, arrival.sender.peer(), syn.last);
    if let Some(challenge) = &mut conn.challenge {
        challenge.answer = Some((arrival.mark, ack));
    }
}

/// E5, E6, E7 and O46.
fn answer(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let Some(challenge) = conn.challenge.as_deref().copied() else {
        return;
    };
    let own = &conn.ends[arrival.sender];
    let peer = &conn.ends[arrival.sender.peer()];
    let is_pure = arrival.len == 0 && arrival.flags.is_only_ack() && own.next == Some(arrival.seq);
    let Some(ack) = arrival.ack.filter(|_| is_pure) else {
        return;
    };
    let state = own.state;
    let repeats = own.ack == Some(ack);
    // Data that came before may be acknowledged with it.
    let has_older = peer
        .payload
        .is_some_and(|payload| payload.frame < challenge.sent.frame);
    let has_all = has_older && peer.fin.is_none() && peer.next == Some(ack);
    if challenge.by == arrival.sender
        || challenge.answer.is_some()
        || !is_prompt(conn, arrival.sender, challenge.sent, arrival)
    {
        return;
    }
    if let Some(challenge) = &mut conn.challenge {
        challenge.answer = Some((arrival.mark, ack));
    }
    if !repeats && (!has_all || challenge.provocation == Provocation::SynAgain) {
        return;
    }
    let rule = match challenge.provocation {
        Provocation::Syn | Provocation::SynAgain if state == State::TimeWait => Some(Rule::O46),
        Provocation::Syn | Provocation::SynAgain => Some(Rule::E5),
        Provocation::Reset => Some(Rule::E6),
        Provocation::BadAck { .. } => Some(Rule::E7),
        Provocation::Old => None,
    };
    if let Some(rule) = rule {
        note.special(rule);
        if rule == Rule::E6 {
            conn.closing.unchallenged = None;
        }
        if repeats {
            note.answers(&Sent::new(challenge.sent));
        }
    }
    if let Provocation::BadAck { before } = challenge.provocation {
        conn.disbelieve_ack(challenge.by, challenge.sent, before);
    }
}
