//! One endpoint of a connection as Zeek keeps it: its state and its numbers (TCP_Endpoint.cc and the
//! helpers of TCPSessionAdapter.cc).

use super::super::gaps::Contents;
use crate::SeqNumber;
use crate::wire::tcp::TcpFlags;

/// A SYN or RST whose number is off by more is not trusted (`TOO_LARGE_SEQ_DELTA`).
const TOO_FAR: i32 = 1 << 20;

/// Endpoint states of Zeek.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum State {
    #[default]
    Inactive,
    SynSent,
    SynAckSent,
    Partial,
    Established,
    Closed,
    Reset,
}

#[derive(Debug, Clone, Default)]
pub(super) struct End {
    pub(super) state: State,
    pub(super) before: State,
    /// `first_packet_seen`.
    pub(super) met: bool,
    pub(super) start: SeqNumber,
    /// Number after the highest one sent, and how often the 32 bits wrapped.
    pub(super) last: SeqNumber,
    pub(super) last_wraps: u16,
    /// Highest acknowledgement of it.
    pub(super) acked: SeqNumber,
    pub(super) acked_wraps: u16,
    /// Position after its last FIN.
    pub(super) fin_end: Option<u64>,
    pub(super) last_syn: u32,
    pub(super) last_fin: u32,
    pub(super) last_rst: u32,
    pub(super) bad_checksums: u32,
    pub(super) zero_windows: u32,
    pub(super) retransmissions: u32,
    pub(super) gaps: u32,
    pub(super) contents: Contents,
}

impl End {
    /// `init_endpoint`: where the numbers of this side begin.
    pub(super) fn init(&mut self, flags: TcpFlags, seq: SeqNumber, past: SeqNumber) {
        let again = match self.state {
            State::Inactive if !flags.syn() => {
                self.start = seq - 1;
                self.acked = seq - 1;
                self.last = seq;
                false
            }
            State::Inactive | State::Established | State::Partial => flags.syn(),
            State::SynSent | State::SynAckSent => flags.syn() && seq != self.start,
            State::Reset => flags.syn() && self.before == State::Inactive,
            State::Closed => false,
        };
        if again {
            self.start = seq;
            self.acked = seq;
            self.last = past;
        }
    }

    pub(super) fn become_state(&mut self, state: State) {
        if state != self.state {
            self.before = std::mem::replace(&mut self.state, state);
        }
    }

    pub(super) fn is_clean(&self) -> bool {
        self.state == State::Established || (self.state == State::Closed && self.before == State::Established)
    }

    /// Position of a number that wrapped so often.
    pub(super) fn full(&self, number: SeqNumber, wraps: u16) -> u64 {
        (u64::from(wraps) << 32 | u64::from(number.0)).wrapping_sub(u64::from(self.start.0))
    }

    /// Position of a number near another one (`get_relative_seq`), and whether it lies before the start.
    fn position(&self, number: SeqNumber, near: SeqNumber, mut wraps: u16) -> (u64, bool) {
        if number.before(near) {
            if number.0 > near.0 {
                wraps = wraps.saturating_sub(1);
            }
        } else if number.0 < near.0 {
            wraps = wraps.saturating_add(1);
        }
        if wraps == 0 {
            let delta = number.delta(self.start);
            (i64::from(delta) as u64, delta < 0)
        } else {
            (self.full(number, wraps), false)
        }
    }

    pub(super) fn position_sent(&self, number: SeqNumber) -> (u64, bool) {
        self.position(number, self.last, self.last_wraps)
    }

    /// The peer's acknowledgement of this side; gives its position.
    pub(super) fn take_ack(&mut self, ack: SeqNumber, flags: TcpFlags) -> u64 {
        if self.state == State::Inactive {
            // Nothing seen of this side: as though its SYN had been.
            self.start = ack - 1;
            self.acked = ack - 1;
            self.last = ack - 1;
            return 1;
        }
        let (position, underflow) = self.position(ack, self.acked, self.acked_wraps);
        if underflow {
            return 0;
        }
        let ahead = ack.delta(self.acked);
        let broken = ack.0 == 0 && ahead > TOO_FAR;
        if !flags.rst() && ahead > 0 && !broken {
            self.acked_wraps = self.acked_wraps.saturating_add(u16::from(ack.0 < self.acked.0));
            self.acked = ack;
        }
        position
    }

    /// `update_last_seq`: says whether the segment brings nothing beyond what was sent.
    pub(super) fn take_last(&mut self, past: SeqNumber, flags: TcpFlags, len: u32) -> bool {
        let ahead = past.delta(self.last);
        if (flags.syn() || flags.rst()) && ahead.saturating_abs() > TOO_FAR {
            return false;
        }
        let only_syn = flags.fin() && self.last == self.start + 1;
        if !only_syn && self.state == State::Reset {
            return false;
        }
        if only_syn || ahead > 0 {
            self.last_wraps = self.last_wraps.saturating_add(u16::from(past.0 < self.last.0));
            self.last = past;
            return false;
        }
        len > 0
    }

    /// `Size`: bytes by the numbers.
    /// Everything sent up to `next` was seen in order, and what of it is acknowledged is known.
    pub(super) fn is_level_with(&self, next: Option<SeqNumber>, acked: Option<SeqNumber>) -> bool {
        self.state == State::Established
            && self.met
            && self.fin_end.is_none()
            && (self.last_wraps, self.acked_wraps) == (0, 0)
            && Some(self.last) == next
            && Some(self.acked) == acked
            && self.contents.is_level_with(self.full(self.last, 0))
    }

    /// That is so up to these numbers, which lie ahead without a wrap.
    pub(super) fn reach(&mut self, next: SeqNumber, acked: SeqNumber) {
        (self.last, self.acked) = (next, acked);
        self.contents.reach(self.full(next, 0), self.full(acked, 0));
    }

    pub(super) fn size(&self, peer: &Self) -> u64 {
        let never_acked = self.acked.relative_to(self.start) <= 1;
        if self.before == State::SynSent
            && self.state == State::Reset
            && peer.state == State::Inactive
            && !never_acked
        {
            return 0;
        }
        let sent = u64::from(self.last_wraps) << 32 | u64::from(self.last.0);
        let acked = u64::from(self.acked_wraps) << 32 | u64::from(self.acked.0);
        sent.max(acked)
            .wrapping_sub(u64::from(self.start.0))
            .saturating_sub(1)
            .saturating_sub(u64::from(self.fin_end.is_some()))
    }
}
