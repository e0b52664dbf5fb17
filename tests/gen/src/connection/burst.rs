//! Data of the server in segments, with their acknowledgments, losses and swaps.

use std::ops::Range;

use super::{ACK, CLIENT, Connection, MOST_IN_FLIGHT, PSH, SERVER};
use crate::random::Random;
use crate::truth::Truth;

impl Connection {
    /// Sends a range of the payload, `in_flight` segments at a time and then twice as many.
    pub(super) fn burst(
        &mut self,
        random: &mut Random,
        payload: Range<usize>,
        mut in_flight: usize,
        truth: &mut Truth,
    ) {
        let mut at = payload.start;
        while at < payload.end {
            let end = payload.end.min(at + in_flight * self.segment_size);
            self.flight(random, at..end, end == payload.end, truth);
            at = end;
            in_flight = (in_flight * 2).min(MOST_IN_FLIGHT);
        }
    }

    /// Segments back to back and, half a round trip later, an ACK for every second one.
    fn flight(&mut self, random: &mut Random, payload: Range<usize>, last: bool, truth: &mut Truth) {
        let size = self.segment_size;
        let first = self.segments.len();
        let base = self.next[SERVER];
        let mut wait = random.range((10, 300));
        for at in payload.clone().step_by(size) {
            let length = size.min(payload.end - at);
            let push = last && at + length == payload.end;
            self.send(wait, SERVER, if push { ACK | PSH } else { ACK }, (at, length));
            wait = random.range((3, 15));
        }
        let sent = self.segments.len() - first;
        let mut lost = None;
        if sent >= 3 && random.below(1000) < self.options.loss {
            let unlucky = random.below(sent as u64 - 1) as usize;
            if random.percent(50) {
                self.segments.swap(first + unlucky, first + unlucky + 1);
                truth.reordered += 1;
            } else {
                lost = Some(unlucky);
                truth.retransmitted_data += 1;
            }
        }

        let mut wait = self.round_trip / 2;
        for seen in (0..sent).step_by(2).map(|seen| (seen + 2).min(sent)) {
            let whole = lost.map_or(seen, |lost| seen.min(lost));
            let acknowledgment = base.wrapping_add(payload.len().min(whole * size) as u32);
            self.emit(wait, CLIENT, ACK, (self.next[CLIENT], acknowledgment), (0, 0));
            wait = random.range((3, 15));
        }
        if let Some(lost) = lost {
            let from = payload.start + lost * size;
            let sequence = base.wrapping_add((lost * size) as u32);
            let half = self.round_trip / 2;
            let again = (from, size.min(payload.end - from));
            self.emit(half, SERVER, ACK, (sequence, self.acknowledged[SERVER]), again);
            self.emit(half, CLIENT, ACK, (self.next[CLIENT], self.next[SERVER]), (0, 0));
        }
        self.saw(CLIENT);
    }
}
