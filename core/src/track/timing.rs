//! How long the phases of a connection took. Only what the captured segments prove: a phase whose beginning or
//! end was not captured, or over which the clock was set back, has no time.

use super::conn::Conn;
use super::verdict::{self, Ending};
use crate::Side;
use crate::connection::Timing;

impl Conn {
    pub(super) fn timing(&self, ending: &Ending) -> Timing {
        Timing {
            establish_ns: self.establish_ns(),
            first_byte_initiator_ns: self.first_byte_ns(Side::Initiator),
            first_byte_responder_ns: self.first_byte_ns(Side::Responder),
            teardown_ns: self.teardown_ns(ending),
        }
    }

    /// First SYN of the initiator to O3, or to the second SYN-ACK of those that crossed.
    pub(super) fn establish_ns(&self) -> Option<i64> {
        let syn = self.ends.initiator.syn?.first;
        let done = match self.opening.crossed {
            Some(crossed) => crossed.initiator?.time_ns.max(crossed.responder?.time_ns),
            None => self.opening.ack?.time_ns,
        };
        elapsed(syn.time_ns, done)
    }

    /// Where the capture began inside the connection there was payload before, and nobody knows when.
    fn first_byte_ns(&self, side: Side) -> Option<i64> {
        if !self.opening.established || self.opening.unseen.is_some() {
            return None;
        }
        elapsed(self.first.time_ns, self.ends[side].first_payload_ns?)
    }

    fn teardown_ns(&self, ending: &Ending) -> Option<i64> {
        let reset = ending.reset.map(|reset| reset.at.time_ns);
        let begun = match verdict::first_closer(self) {
            Some(side) => self.ends[side].fin?.sent.first.time_ns,
            None => reset?,
        };
        let over = match reset {
            Some(at) => at,
            None => {
                let [one, other] = Side::BOTH.map(|side| self.ends[side].fin_acked());
                one?.time_ns.max(other?.time_ns)
            }
        };
        elapsed(begun, over)
    }
}

fn elapsed(from_ns: i64, to_ns: i64) -> Option<i64> {
    to_ns.checked_sub(from_ns).filter(|&ns| ns >= 0)
}
