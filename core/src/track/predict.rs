//! Header prediction: on an open connection that nothing has disturbed, nearly every segment is the next in order
//! (Van Jacobson's observation, of which TCP receivers have made their fast path since 4.3BSD). For such a one most
//! stations have nothing to say; it takes only those steps that leave something behind.
//!
//! [`Conn::is_undisturbed`] is what makes that right: everything that a station looks at and that would call for more.
//! It is asked once behind each segment that took the long way; whoever changes the connection otherwise gets it from
//! [`Table::conn_mut`](super::table::Table::conn_mut), which ends the prediction. The tests dissect everything both ways.

use super::arrival::Arrival;
use super::compat::Switches;
use super::conn::Conn;
use super::endpoint::Endpoint;
use super::note::Note;
use super::streams::Limits;
use super::transfer;
use crate::application::Notes;
use crate::wire::tcp::TcpFlags;
use crate::words::State;
use crate::{Side, Sides};

impl Conn {
    /// Nothing is pending, nothing was lost or closed: what comes next in order says nothing but itself.
    pub(super) fn is_undisturbed(&self) -> bool {
        let opening = &self.opening;
        let closing = &self.closing;
        opening.established
            && !opening.synack_again_after_ack
            && closing.first_fin.is_none()
            && closing.reset.is_none()
            && closing.unanswered_reset.is_none()
            && closing.closed.is_none()
            && self.negotiation.is_none()
            && self.challenge.is_none()
            && self.ends.initiator.is_undisturbed()
            && self.ends.responder.is_undisturbed()
            && self.zeek.is_undisturbed(&self.ends)
    }

    /// Whether a segment is the predicted one: the next bytes of its sender, or an acknowledgement of more.
    #[inline]
    pub(super) fn predicts(&self, arrival: &Arrival<'_>, switches: &Switches) -> bool {
        if !self.predicting {
            return false;
        }
        let (own, peer) = (&self.ends[arrival.sender], &self.ends[arrival.sender.peer()]);
        let (Some(ack), Some(before), Some(sent)) = (arrival.ack, own.ack, peer.next) else {
            return false;
        };
        let tcp = &arrival.segment.tcp;
        let ordinary = TcpFlags::ACK.union(TcpFlags::PSH);
        ordinary.contains(arrival.flags)
            && own.next == Some(arrival.seq)
            && ack.at_or_after(before)
            && ack.at_or_before(sent)
            // The same once more may be a copy of the packet.
            && (arrival.len > 0 || ack != before)
            && tcp.window != 0
            && tcp.is_whole()
            && arrival.is_stamped_at_most()
            && arrival.segment.payload.len() == arrival.len as usize
            && self.zeek.predicts(arrival, before, switches)
    }

    /// Takes in the predicted segment, as the stations would.
    pub(super) fn observe_predicted(
        &mut self,
        arrival: &Arrival<'_>,
        note: &mut Note,
        limits: &Limits,
    ) -> Notes {
        self.ends[arrival.sender].last_print = Some(transfer::print(arrival));
        transfer::acknowledge(self, arrival, note);
        let notes = if arrival.len > 0 {
            transfer::payload(self, arrival, note);
            transfer::advance(self, arrival);
            self.streams(arrival, note, limits)
        } else {
            transfer::advance(self, arrival);
            Notes::default()
        };
        self.completeness.observe(arrival);
        self.tally(arrival, note);
        notes
    }

    /// Both states, which a predicted segment leaves as they are.
    pub(super) fn states(&self) -> Sides<State> {
        Sides::from_fn(|side| self.ends[side].state)
    }

    /// What comes next takes the long way.
    #[inline]
    pub(super) fn stop_predicting(&mut self) {
        if self.predicting {
            self.predicting = false;
            self.zeek.catch_up(&self.ends);
        }
    }
}

impl Endpoint {
    fn is_undisturbed(&self) -> bool {
        let is_ordered = |disorder: &super::order::Disorder| disorder.is_over();
        self.state == State::Established
            && self.isn.is_some()
            && self.base.is_some()
            && self.fin.is_none()
            && self.missed_fin.is_none()
            && self.keep_alive.is_none()
            && self.stall.is_none()
            && self.packets > 0
            && self.owes_nothing()
            && self.disorder.as_deref().is_none_or(is_ordered)
    }
}

/// How much of what a side sent its peer has acknowledged.
pub(super) fn acked(ends: &Sides<Endpoint>, side: Side) -> Option<crate::SeqNumber> {
    ends[side.peer()].ack
}

#[cfg(test)]
#[path = "predict_tests.rs"]
mod tests;
