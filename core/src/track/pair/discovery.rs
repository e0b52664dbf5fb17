//! What a RST reveals of its sender: that it had lost the connection (O13, O14), that it knows nothing of
//! one in TIME-WAIT (O46, T23), or, once its own attempt completes, that a SYN in its name was an old
//! duplicate (O11). RFC 9293 sections 3.5 and 3.5.1, RFC 1337.

use crate::rule::{Rule, RuleSet};
use crate::stream::Mark;
use crate::track::arrival::Arrival;
use crate::track::challenge::{self, Challenge, Provocation};
use crate::track::conn::Conn;
use crate::track::identity;
use crate::track::key::Slot;
use crate::track::progress::Failure;
use crate::track::sent::Sent;
use crate::track::table::Table;
use crate::words::{Cause, Confidence, State};

/// What a host that knows of no connection sends back for a challenge ACK: a RST without ACK, with the
/// number that the ACK acknowledged (RFC 9293 sections 3.10.7.1 and 3.10.7.3).
fn answered_challenge<'c>(conn: &'c Conn, arrival: &Arrival<'_>) -> Option<&'c Challenge> {
    let challenge = conn.challenge.as_deref()?;
    let (answer, ack) = challenge.answer?;
    let fits = arrival.ack.is_none()
        && arrival.sender == challenge.by
        && arrival.seq == ack
        && challenge::is_prompt(conn, arrival.sender, answer, arrival);
    fits.then_some(challenge)
}

/// O13 and O14: the accepted RST of a side that had lost the connection.
pub(in crate::track) fn by_reset(conn: &Conn, arrival: &Arrival<'_>) -> Option<(Rule, Cause)> {
    let by_syn =
        answered_challenge(conn, arrival).is_some_and(|challenge| challenge.provocation == Provocation::Syn);
    if by_syn {
        Some((Rule::O13, Cause::PeerLostState))
    } else if answers_data(conn, arrival) {
        Some((Rule::O14, Cause::PeerLostState))
    } else {
        None
    }
}

/// O14: nothing was exchanged for a while, then data, and this is all that came back.
fn answers_data(conn: &Conn, arrival: &Arrival<'_>) -> bool {
    let own = &conn.ends[arrival.sender];
    let peer = &conn.ends[arrival.sender.peer()];
    arrival.ack.is_none()
        && own.fin.is_none()
        && peer.fin.is_none()
        && peer.broke_silence
        && !peer.unacked.is_empty()
        && peer.ack == Some(arrival.seq)
}

/// O46 and T23: the RST that cuts a TIME-WAIT short.
pub(in crate::track) fn in_time_wait(conn: &Conn, arrival: &Arrival<'_>) -> Option<Rule> {
    if conn.ends[arrival.sender.peer()].state != State::TimeWait {
        return None;
    }
    match answered_challenge(conn, arrival)?.provocation {
        Provocation::Syn | Provocation::SynAgain => Some(Rule::O46),
        Provocation::Old => Some(Rule::T23),
        Provocation::Reset | Provocation::BadAck { .. } => None,
    }
}

/// The segment that such a RST answers.
pub(in crate::track) fn answered(conn: &Conn, arrival: &Arrival<'_>) -> Option<Sent> {
    let challenge = answered_challenge(conn, arrival).and_then(|challenge| challenge.answer);
    let data = || {
        conn.ends[arrival.sender.peer()]
            .payload
            .filter(|_| answers_data(conn, arrival))
    };
    challenge.map(|(mark, _)| mark).or_else(data).map(Sent::new)
}

impl Conn {
    /// The RST by which the initiator dropped what a SYN-ACK offered it.
    fn dropped(&self) -> Option<Mark> {
        self.ends.responder.syn?;
        match self.opening.failed {
            Some((Failure::Aborted | Failure::Ghost(_), reset)) if !self.is_open() => Some(reset),
            _ => None,
        }
    }
}

/// O11: a connection opens, so the SYN of another number that its initiator reset was an old duplicate. O12
/// says that nothing follows; O19 and O20 stay as what the RST alone was taken for.
pub(in crate::track) fn tell_ghosts(table: &mut Table, slot: Slot, opened: Mark) {
    let real = table.conn(slot);
    let (key, initiator_is_low) = (real.key, real.initiator_is_low);
    let Some(newest) = table.find(&key) else { return };
    let mut recovered = RuleSet::default();
    recovered.insert(Rule::O11);
    table.for_each_of_pair(newest, |other, ghost| {
        let Some(reset) = ghost.dropped() else { return };
        let age_ns = opened.time_ns.saturating_sub(reset.time_ns);
        if other == slot || ghost.initiator_is_low != initiator_is_low || age_ns > identity::TWO_MSL_NS {
            return;
        }
        ghost.opening.failed = Some((Failure::Ghost(Confidence::Certain), reset));
        ghost.rules.remove(Rule::O12, reset.frame);
        ghost.rules.add(recovered, opened.frame);
    });
}
