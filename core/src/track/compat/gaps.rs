//! Which bytes of one side Zeek's reassembler has been given, to know when an acknowledgement covers
//! bytes it has not: TCP_Reassembler.cc and Reassem.cc. Positions count from the start of the side's
//! sequence space, the first byte behind the SYN is 1.

/// One side's stream.
#[derive(Debug, Clone)]
pub(super) struct Contents {
    /// Everything before was handed on, or given up as a gap.
    delivered: u64,
    /// Everything before was acknowledged.
    trimmed: u64,
    /// Pieces that came ahead of a hole, in order, apart from each other.
    ahead: Vec<(u64, u64)>,
    /// Zeek has stopped to look: see [`NEVER_ACKED`].
    gave_up: bool,
}

/// Pieces held apart; beyond, a hole before a new piece is taken for filled.
const PIECES: usize = 256;

/// `tcp_max_above_hole_without_any_acks`: this much behind a hole of a side that was never acknowledged
/// and Zeek gives the side up.
const NEVER_ACKED: u64 = 16_384;

impl Default for Contents {
    fn default() -> Self {
        Self {
            delivered: 1,
            trimmed: 1,
            ahead: Vec::new(),
            gave_up: false,
        }
    }
}

impl Contents {
    /// Payload captured whole. `acked` is the position the peer has acknowledged.
    pub(super) fn sent(&mut self, from: u64, to: u64, acked: u64, never_acked: bool) {
        let from = from.max(acked).max(self.trimmed);
        if self.gave_up || from >= to {
            return;
        }
        if from > self.delivered {
            self.hold(from, to);
        } else if to > self.delivered {
            self.delivered = to;
            self.deliver_held();
        }
        if never_acked {
            if let Some(&(_, last)) = self.ahead.last() {
                if last - self.delivered > NEVER_ACKED {
                    self.ahead = Vec::new();
                    self.gave_up = true;
                }
            }
        }
    }

    /// The peer acknowledges up to a position; gives the number of gaps that this shows. `partial`: the
    /// side's first number is a guess, and up to two bytes missing at it prove nothing.
    pub(super) fn acknowledged(&mut self, to: u64, partial: bool) -> u32 {
        if to <= self.trimmed {
            return 0;
        }
        self.trimmed = to;
        if to <= self.delivered || (to <= 2 && partial) {
            return 0;
        }
        let mut gaps = 0;
        if !self.gave_up {
            while let Some(&(begin, _)) = self.ahead.first().filter(|&&(begin, _)| begin < to) {
                gaps += 1;
                self.delivered = begin;
                self.deliver_held();
            }
            gaps += u32::from(to > self.delivered);
        }
        self.delivered = self.delivered.max(to);
        self.deliver_held();
        gaps
    }

    /// Pieces that are no longer ahead of a hole.
    /// Everything up to a position was delivered, and nothing waits behind a hole.
    pub(super) fn is_level_with(&self, position: u64) -> bool {
        !self.gave_up && self.ahead.is_empty() && self.delivered == position
    }

    /// That is so up to this position, and it is acknowledged as far as that one.
    pub(super) fn reach(&mut self, position: u64, acked: u64) {
        self.delivered = self.delivered.max(position);
        self.trimmed = self.trimmed.max(acked);
    }

    fn deliver_held(&mut self) {
        if self.ahead.is_empty() {
            return;
        }
        let reached = self.ahead.partition_point(|&(begin, _)| begin <= self.delivered);
        if let Some((_, end)) = self.ahead.drain(..reached).next_back() {
            self.delivered = self.delivered.max(end);
        }
        if self.ahead.is_empty() {
            // Gives the memory back: most connections never have a second hole.
            self.ahead = Vec::new();
        }
    }

    fn hold(&mut self, from: u64, to: u64) {
        let ahead = &mut self.ahead;
        let first = ahead.partition_point(|&(_, end)| end < from);
        let behind = ahead.partition_point(|&(begin, _)| begin <= to);
        if first < behind {
            let joined = (from.min(ahead[first].0), to.max(ahead[behind - 1].1));
            ahead[first] = joined;
            ahead.drain(first + 1..behind);
        } else if ahead.len() < PIECES {
            ahead.insert(first, (from, to));
        } else if let Some(last) = ahead.last_mut() {
            last.1 = last.1.max(to);
        }
    }
}
