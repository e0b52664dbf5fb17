//! How Zeek's endpoint states move, and the `conn_state` they end in.

use super::super::super::Arrival;
use super::ZeekView;
use super::end::{End, State};

impl ZeekView {
    /// `UpdateStateMachine`.
    pub(super) fn advance(&mut self, arrival: &Arrival<'_>) {
        let flags = arrival.flags;
        let (own, peer) = self.ends.pair_mut(arrival.sender);
        match own.state {
            State::Inactive => self.advance_inactive(arrival),
            State::SynSent | State::SynAckSent => {
                if flags.fin() {
                    own.become_state(State::Closed);
                }
                if flags.rst() {
                    own.become_state(State::Reset);
                }
            }
            State::Established | State::Partial => {
                if flags.syn() && !flags.ack() && own.state == State::Partial && peer.state == State::Inactive
                {
                    own.become_state(State::SynSent);
                }
                if flags.fin() && !flags.rst() {
                    own.become_state(State::Closed);
                    if peer.state == State::Reset && peer.before == State::Closed {
                        peer.become_state(State::Closed);
                    }
                }
                if flags.rst() {
                    own.become_state(State::Reset);
                }
            }
            State::Closed => {
                if flags.rst() && peer.state != State::Closed {
                    own.become_state(State::Reset);
                }
            }
            State::Reset => {}
        }
    }

    /// `UpdateInactiveState`.
    fn advance_inactive(&mut self, arrival: &Arrival<'_>) {
        let flags = arrival.flags;
        let is_orig = self.is_orig(arrival.sender);
        let (own, peer) = self.ends.pair_mut(arrival.sender);
        let mut reversed = false;
        if flags.syn() {
            if is_orig {
                own.become_state(if flags.ack() {
                    State::SynAckSent
                } else {
                    State::SynSent
                });
            } else {
                reversed = !flags.ack() && peer.state == State::SynAckSent && arrival.seq == own.start;
                if reversed || peer.state == State::SynSent {
                    peer.become_state(State::Established);
                }
                own.become_state(State::Established);
            }
        }
        if flags.fin() {
            own.become_state(State::Closed);
        }
        if flags.rst() {
            own.become_state(State::Reset);
        }
        if own.state == State::Inactive {
            let early_ack = !is_orig && arrival.len == 0 && peer.state == State::SynSent;
            if flags.ack() && peer.state == State::Established {
                own.become_state(State::Established);
                self.partial = false;
            } else if !early_ack {
                own.become_state(State::Partial);
            }
        }
        if reversed {
            self.flip();
        }
    }

    /// `determine_conn_state` of the conn script: the first that fits.
    pub(super) fn conn_state(&self) -> &'static str {
        let [orig, resp] = [self.orig, self.orig.peer()].map(|side| &self.ends[side]);
        let inactive = |end: &End| matches!(end.state, State::Inactive | State::Partial);
        let no_bytes = || orig.size(resp) == 0 && resp.size(orig) == 0;
        match (orig.state, resp.state) {
            (State::SynSent | State::SynAckSent, State::Reset) => "REJ",
            (State::Reset, State::Reset) if no_bytes() => "REJ",
            (_, State::Reset) if inactive(orig) => "RSTRH",
            (_, State::Reset) => "RSTR",
            (State::Reset, _) if !inactive(resp) => "RSTO",
            (State::Reset, _) if self.syn_then_reset() => "RSTOS0",
            (State::Reset, _) => "OTH",
            (State::Closed, State::Closed) => "SF",
            (State::Closed, _) if inactive(resp) => "SH",
            (State::Closed, _) => "S2",
            (_, State::Closed) if inactive(orig) => "SHR",
            (_, State::Closed) => "S3",
            (State::SynSent, State::Inactive) => "S0",
            (State::Established, State::Established) => "S1",
            _ => "OTH",
        }
    }

    /// The history matches `\^?S[^HAFGIQ]*R.*`.
    fn syn_then_reset(&self) -> bool {
        let history = self.history.strip_prefix(b"^").unwrap_or(&self.history);
        history.strip_prefix(b"S").is_some_and(|rest| {
            rest.iter()
                .find(|letter| b"HAFGIQR".contains(letter))
                .is_some_and(|&letter| letter == b'R')
        })
    }
}
