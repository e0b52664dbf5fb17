//! What a side has sent and the peer has not acknowledged: the memory behind "answers" and
//! "retransmission of".

use crate::stream::Mark;
use std::collections::VecDeque;

use crate::SeqNumber;

/// One thing that was sent (a SYN, a FIN, a piece of data), and how often.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    /// First time.
    pub(super) first: Mark,
    /// Last time.
    pub(super) last: Mark,
    /// Between the last two times, nanoseconds; 0 while it was sent once.
    gap_ns: i64,
    /// Times it was sent.
    pub(super) times: u32,
    /// How many of the last sendings came no sooner after the one before than that after its own.
    pub(super) slower: u32,
}

/// One sending more than the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Again {
    /// The frame that carried it first.
    pub(super) of: u64,
    /// 1 for the first retransmission.
    pub(super) index: u32,
    /// Since the sending before.
    pub(super) since_previous_ns: i64,
    /// That time in hundredths of the time before it.
    pub(super) backoff_percent: Option<u32>,
}

impl Sent {
    pub(super) fn new(mark: Mark) -> Self {
        Self {
            first: mark,
            last: mark,
            gap_ns: 0,
            times: 1,
            slower: 0,
        }
    }

    pub(super) fn again(&mut self, mark: Mark) -> Again {
        let since_previous_ns = mark.time_ns.saturating_sub(self.last.time_ns);
        let backoff_percent = (self.gap_ns > 0 && since_previous_ns >= 0).then(|| {
            u32::try_from(i128::from(since_previous_ns) * 100 / i128::from(self.gap_ns)).unwrap_or(u32::MAX)
        });
        let index = self.times;
        self.times = self.times.saturating_add(1);
        self.last = mark;
        // Timers are late now and then, and those that have reached their bound stay there.
        let is_slower = since_previous_ns >= self.gap_ns - self.gap_ns / 8;
        self.slower = if is_slower {
            self.slower.saturating_add(1)
        } else {
            1
        };
        self.gap_ns = since_previous_ns;
        Again {
            of: self.first.frame,
            index,
            since_previous_ns,
            backoff_percent,
        }
    }

    /// Between the last two times, nanoseconds; 0 while it was sent once.
    pub(super) fn gap_ns(&self) -> i64 {
        self.gap_ns
    }
}

/// A data segment on its way.
#[derive(Debug, Clone, Copy)]
struct Flight {
    seq: SeqNumber,
    end: SeqNumber,
    sent: Sent,
    /// See `Arrival::payload_sum`; 0 where it is not known.
    payload_sum: u16,
}

/// The data segments on their way, in sequence order, at most [`Unacked::LIMIT`] of them, and before them
/// the last few that were acknowledged: a needless retransmission repeats one of those.
#[derive(Debug, Default)]
pub(super) struct Unacked {
    flights: VecDeque<Flight>,
    /// How many of them, from the front, are acknowledged.
    acknowledged: u16,
    /// Bytes of the largest segment that was acknowledged.
    largest_acked: u32,
}

/// What a data segment is, seen against what was sent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Novelty {
    /// Bytes not seen before.
    New,
    /// Bytes not seen before, from below the highest number: it comes late.
    Late,
    /// Bytes of a segment that is remembered.
    Again(Again),
    /// Bytes the peer has acknowledged, of a segment that is not remembered any more.
    Acknowledged,
    /// A segment that was sent once, and comes once more.
    Duplicate,
}

impl Unacked {
    /// Enough for a window of 1.4 MB in segments of 1,460 bytes; beyond, the newest are not remembered.
    const LIMIT: usize = 1024;
    /// Acknowledged segments remembered.
    const KEPT: u16 = 32;

    /// Takes in a data segment. `next` is the side's highest sequence number so far and `acked` what the
    /// peer has acknowledged. `is_old`: it was sent no later than something captured before it. Also tells whether
    /// it carries other bytes than a segment of the same place that is remembered.
    pub(super) fn send(
        &mut self,
        (seq, end, payload_sum): (SeqNumber, SeqNumber, u16),
        mark: Mark,
        next: SeqNumber,
        acked: Option<SeqNumber>,
        is_old: bool,
    ) -> (Novelty, bool) {
        let has_room = self.flights.len() - self.done() < Self::LIMIT;
        let flight = Flight {
            seq,
            end,
            sent: Sent::new(mark),
            payload_sum,
        };
        if seq.at_or_after(next) {
            if has_room {
                self.flights.push_back(flight);
            }
            return (Novelty::New, false);
        }
        let place = self
            .flights
            .partition_point(|flight| flight.end.at_or_before(seq));
        if let Some(flight) = self
            .flights
            .get_mut(place)
            .filter(|flight| flight.seq.before(end))
        {
            let differs = (flight.seq, flight.end) == (seq, end)
                && flight.payload_sum != payload_sum
                && ![flight.payload_sum, payload_sum].contains(&0);
            if is_old {
                return (Novelty::Duplicate, differs);
            }
            return (Novelty::Again(flight.sent.again(mark)), differs);
        }
        if acked.is_some_and(|acked| end.at_or_before(acked)) {
            return (Novelty::Acknowledged, false);
        }
        if has_room && place >= self.done() {
            self.flights.insert(place, flight);
        }
        (Novelty::Late, false)
    }

    /// Takes in the peer's acknowledgement; gives the newest segment it covers, if it covers any.
    pub(super) fn acknowledge(&mut self, ack: SeqNumber) -> Option<Sent> {
        let mut newest = None;
        while let Some(flight) = self
            .flights
            .get(self.done())
            .filter(|flight| flight.end.at_or_before(ack))
        {
            newest = Some(flight.sent);
            self.largest_acked = self.largest_acked.max(flight.end.relative_to(flight.seq));
            self.acknowledged += 1;
        }
        if let Some(forgotten) = self.done().checked_sub(Self::KEPT.into()) {
            self.flights.drain(..forgotten);
            self.acknowledged = Self::KEPT;
        }
        newest
    }

    fn done(&self) -> usize {
        self.acknowledged.into()
    }

    pub(super) fn largest_acked(&self) -> u32 {
        self.largest_acked
    }

    /// What the peer has waited for longest.
    pub(super) fn oldest(&self) -> Option<&Sent> {
        self.flights.get(self.done()).map(|flight| &flight.sent)
    }

    /// Nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.flights.len() == self.done()
    }

    /// Forgets everything and gives the memory back.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
