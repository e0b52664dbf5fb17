//! The end of a connection: FIN, ACK, FIN, ACK (RFC 9293 section 3.6), or RST (3.5.3, RFC 5961).

use crate::Side;
use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::attempt;
use crate::track::challenge::Provocation;
use crate::track::conn::Conn;
use crate::track::discovery;
use crate::track::endpoint::{Endpoint, Fin};
use crate::track::giveup;
use crate::track::injected::Signs;
use crate::track::note::Note;
use crate::track::one_sided;
use crate::track::progress::Reset;
use crate::track::sent::Sent;
use crate::words::{Confidence, Phase, State, Step};

/// A FIN, and the acknowledgement of the peer's.
pub(in crate::track) fn observe(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    if arrival.flags.rst() {
        return;
    }
    if conn
        .closing
        .unanswered_reset
        .is_some_and(|reset| reset.by != arrival.sender)
    {
        conn.closing.unanswered_reset = None;
    }
    let first_ack = acknowledges_fin(conn, arrival);
    if arrival.flags.fin() && !arrival.flags.syn() {
        fin(conn, arrival, first_ack, note);
    }
    if let Some(peers_fin) = first_ack {
        note.phase = Phase::Teardown;
        if !arrival.flags.fin() || note.retransmission {
            let is_first = conn.closing.first_fin == Some(arrival.sender.peer());
            let (rule, step) = if is_first {
                (Rule::T2, Step::AckOfFirstFin)
            } else {
                (Rule::T4, Step::AckOfSecondFin)
            };
            note.textbook(rule, step);
        }
        note.answers(&peers_fin.sent);
    } else {
        after_first_fin(conn, arrival, note);
    }
    if conn.closing.closed.is_none()
        && Side::BOTH
            .iter()
            .all(|&side| conn.ends[side].fin_acked().is_some())
    {
        conn.closing.closed = Some(arrival.mark.time_ns);
    }
}

/// Notes the first acknowledgement of the peer's FIN.
fn acknowledges_fin(conn: &mut Conn, arrival: &Arrival<'_>) -> Option<Fin> {
    let (_, peer) = conn.ends.pair_mut(arrival.sender);
    if !peer.fin_acked_by(arrival.ack) {
        return None;
    }
    let fin = peer.fin.as_mut().filter(|fin| fin.acked.is_none())?;
    fin.acked = Some(arrival.mark);
    Some(*fin)
}

/// T1, T3, T5, T7 and what goes with them; T9 and T10 when it comes again.
fn fin(conn: &mut Conn, arrival: &Arrival<'_>, first_ack: Option<Fin>, note: &mut Note) {
    note.phase = Phase::Teardown;
    let sender = arrival.sender;
    let seq = arrival.end - 1;
    let first_fin = conn.closing.first_fin;
    if first_fin.is_none() {
        conn.closing.onset = Some(conn.onset(arrival, note));
        conn.closing.first_fin = Some(sender);
    }
    let (own, peer) = conn.ends.pair_mut(sender);
    if let Some(fin) = &mut own.fin {
        if fin.seq == seq {
            // The last ACK is the second FIN's.
            let last_ack_lost = fin.acked.is_some() && first_fin != Some(sender);
            let rule = if last_ack_lost { Rule::T10 } else { Rule::T9 };
            let again = fin.sent.again(arrival.mark);
            let step = fin.step;
            note.sent_again(rule, step, again);
            own.sends_fin(true);
        }
        return;
    }
    // What was taken for the acknowledgement of a FIN that the capture missed was one of data.
    if !peer.ack.is_some_and(|ack| ack.after(seq)) {
        own.missed_fin = None;
    }
    if own.next.is_some_and(|next| arrival.seq.after(next)) {
        note.special(Rule::T11);
    }
    let acknowledges_first = peer.fin_acked_by(arrival.ack);
    let (rule, step) = match first_fin {
        None => (Rule::T1, Step::FirstFin),
        Some(_) if first_ack.is_some() => (Rule::T5, Step::AckAndSecondFin),
        // Captured behind the FIN that acknowledges it: not simultaneous either.
        Some(_) if acknowledges_first || peer.ack.is_some_and(|ack| ack.after(seq)) => {
            (Rule::T3, Step::SecondFin)
        }
        Some(_) => (Rule::T7, Step::SecondFin),
    };
    if arrival.len > 0 {
        note.special(Rule::T6);
    }
    let is_first = first_fin.is_none();
    note.textbook(rule, step);
    let unknown = own.state == State::Unknown && peer.state == State::Unknown;
    if unknown && own.next == Some(arrival.seq) && peer.fin.is_some() {
        // It goes on where it stood: it had not closed before the capture began, so the peer was first.
        own.state = if acknowledges_first {
            State::CloseWait
        } else {
            State::Established
        };
        peer.state = if rule == Rule::T3 {
            State::FinWait2
        } else {
            State::FinWait1
        };
    }
    own.fin = Some(Fin {
        seq,
        sent: Sent::new(arrival.mark),
        acked: None,
        step,
    });
    own.tsval = arrival.tsval().or(own.tsval);
    own.sends_fin(false);
    conn.closing.three_segment |= rule == Rule::T5;
    conn.closing.simultaneous |= rule == Rule::T7;
    if is_first {
        attempt::note_scan(conn, arrival, note);
    }
}

/// T8, the ACK of T10, and whatever else comes behind a FIN.
fn after_first_fin(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let Some(first) = conn.closing.first_fin else {
        return;
    };
    if conn.closing.closed.is_none() {
        note.phase = Phase::Teardown;
    }
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    let acked = peer.fin_acked();
    if first != arrival.sender && own.fin.is_none() && arrival.len > 0 {
        let later = acked.is_some_and(|acked| arrival.mark.time_ns > acked.time_ns);
        if later && !note.retransmission && !note.probe {
            note.special(Rule::T8);
        }
    } else if let Some(fin) = peer.fin.filter(|fin| {
        fin.acked
            .is_some_and(|acked| acked.time_ns <= fin.sent.last.time_ns && fin.sent.times > 1)
    }) {
        // The FIN came once more after its ACK: so does the ACK.
        if arrival.len == 0
            && !arrival.flags.fin()
            && peer.fin_acked_by(arrival.ack)
            && first == arrival.sender
        {
            note.special(Rule::T10);
            note.step = Some(Step::AckOfSecondFin);
            note.answers(&fin.sent);
        }
    }
}

/// RSTs of one side that make a burst (T18).
const BURST: u8 = 3;

/// A RST: accepted or not (T17), and what it means (T14 to T16; T18 and T29 whatever it means).
pub(in crate::track) fn reset(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let own = &mut conn.ends[arrival.sender];
    if arrival.len > 0 {
        note.special(Rule::T29);
    }
    if own.resets < BURST {
        own.resets += 1;
        if own.resets == BURST {
            note.special(Rule::T18);
        }
    }
    if conn.is_closed() {
        after_close(conn, arrival, note);
        return;
    }
    if !conn.is_open() {
        if attempt::reset(conn, arrival, note) {
            end_by_reset(conn, arrival);
        } else if note.rules.contains(Rule::T17) && is_challenged(conn, arrival) {
            conn.provoke(Provocation::Reset, arrival.sender, arrival.mark);
        }
        return;
    }
    let Some(confidence) = acceptability(conn, arrival) else {
        note.special(Rule::T17);
        return;
    };
    let behind = discovery::by_reset(conn, arrival).or_else(|| giveup::behind_reset(conn, arrival));
    // Where one was not challenged, it may have ended the connection: this one comes too late then, or answers it.
    let confidence = match conn.closing.unchallenged {
        Some(_) => confidence.min(Confidence::Likely),
        None => confidence,
    };
    let reset = Reset {
        cause: behind.map(|(_, cause)| cause),
        ..describe(conn, arrival, confidence)
    };
    if confidence == Confidence::Guess {
        note.special(Rule::T17);
        conn.closing.unanswered_reset = Some(reset);
        conn.closing.unchallenged = Some(arrival.sender);
        conn.provoke(Provocation::Reset, arrival.sender, arrival.mark);
        return;
    }
    note.phase = Phase::Teardown;
    let rule = kind(conn, arrival.sender);
    if rule == Rule::T14 {
        attempt::note_scan(conn, arrival, note);
    }
    note.special(rule);
    if let Some((rule, _)) = behind {
        note.special(rule);
    }
    if let (Rule::T16, Some(fin)) = (rule, conn.ends[arrival.sender.peer()].fin) {
        note.answers(&fin.sent);
    }
    if let Some(answered) = discovery::answered(conn, arrival) {
        note.answers(&answered);
    }
    if conn.closing.onset.is_none() {
        conn.closing.onset = Some(conn.onset(arrival, note));
    }
    conn.closing.reset = Some(reset);
    end_by_reset(conn, arrival);
}

/// T14, T15 or T16: what an accepted RST is, by the FINs before it.
pub(in crate::track) fn kind(conn: &Conn, by: Side) -> Rule {
    match (conn.ends[by].fin, conn.ends[by.peer()].fin) {
        (None, None) => Rule::T14,
        (Some(_), _) => Rule::T15,
        (None, Some(_)) => Rule::T16,
    }
}

/// A RST behind the close ends a TIME-WAIT at most (RFC 9293 section 3.10.7.4, second).
fn after_close(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    if let Some(rule) = discovery::in_time_wait(conn, arrival) {
        note.special(rule);
        if let Some(answered) = discovery::answered(conn, arrival) {
            note.answers(&answered);
        }
    }
    let is_exact = acceptability(conn, arrival).is_some_and(|confidence| confidence > Confidence::Guess);
    let (_, peer) = conn.ends.pair_mut(arrival.sender);
    if is_exact && peer.state == State::TimeWait {
        peer.state = peer.state.got_rst(false);
    }
}

fn end_by_reset(conn: &mut Conn, arrival: &Arrival<'_>) {
    conn.closing.closed = Some(arrival.mark.time_ns);
    for side in Side::BOTH {
        let end = &mut conn.ends[side];
        end.state = if side == arrival.sender {
            end.state.sent_rst()
        } else {
            end.state.got_rst(side == Side::Responder)
        };
        end.unacked.clear();
    }
}

/// How surely the receiver accepts a RST (T17). An observer knows what the receiver has acknowledged,
/// not what it has received: between the two, a RST is exact.
fn acceptability(conn: &Conn, arrival: &Arrival<'_>) -> Option<Confidence> {
    let own = &conn.ends[arrival.sender];
    let peer = &conn.ends[arrival.sender.peer()];
    let Some(expected) = peer.ack else {
        return own
            .next
            .is_none_or(|next| arrival.seq == next)
            .then_some(Confidence::Likely);
    };
    let end = own.known_end(peer.ack).unwrap_or(expected);
    let seq = arrival.seq;
    if seq == expected && seq == end {
        Some(Confidence::Certain)
    } else if seq.at_or_after(expected) && seq.at_or_before(end) {
        Some(Confidence::Likely)
    } else if seq.at_or_after(expected) && seq.delta(expected).unsigned_abs() < peer.window_bytes(own) {
        Some(Confidence::Guess)
    } else {
        None
    }
}

/// Inside the window, and not at the expected number (RFC 5961 section 3.2).
fn is_challenged(conn: &Conn, arrival: &Arrival<'_>) -> bool {
    acceptability(conn, arrival) == Some(Confidence::Guess)
}

fn describe(conn: &Conn, arrival: &Arrival<'_>, confidence: Confidence) -> Reset {
    let own = &conn.ends[arrival.sender];
    let peer = &conn.ends[arrival.sender.peer()];
    let just_acked = |ended: &Endpoint| {
        ended
            .payload_acked_ns
            .is_some_and(|acked| arrival.mark.time_ns.saturating_sub(acked) < 1_000_000)
    };
    let after_own_fin = |fin: Fin| {
        peer.payload
            .is_some_and(|payload| payload.frame > fin.sent.first.frame)
    };
    Reset {
        by: arrival.sender,
        at: arrival.mark,
        seq: arrival.seq,
        confidence,
        signs: Signs::default(),
        idle_cut: false,
        unread_data: !peer.unacked.is_empty() || just_acked(peer),
        late_data: own.fin.is_some_and(after_own_fin),
        cause: None,
    }
}

/// The peer acknowledged exactly one number past the last byte seen of a side without a captured FIN.
pub(in crate::track) fn note_missed_fin(conn: &mut Conn, arrival: &Arrival<'_>) {
    if !conn.is_open() {
        return;
    }
    let (_, peer) = conn.ends.pair_mut(arrival.sender);
    let one_past = peer.next.map(|next| next + 1);
    if arrival.ack.is_some() && arrival.ack == one_past && peer.fin.is_none() {
        peer.missed_fin.get_or_insert(arrival.mark);
    }
    one_sided::note_missed_fin(conn, arrival);
}
