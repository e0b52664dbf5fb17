//! One direction's byte stream out of its segments: RFC 9293 sections 3.4 and 3.10.7.4.
//!
//! - In-order payload is passed on where it lies: no copy, and nothing is kept on the heap.
//! - Out-of-order payload is held, bounded in bytes and in pieces. At the bound the oldest hole is
//!   declared a gap, so a hostile stream costs bounded memory and time.
//! - Where segments overlap, the bytes that arrived first win, as in the common stacks. A
//!   difference is reported, for it is how one hides bytes from an observer.
//! - A hole becomes a gap on evidence only (the peer acknowledged it), at the bound, or at the end.
//!
//! Nothing here panics. Work per segment is linear in its bytes plus the pieces it touches.

use std::collections::VecDeque;
use std::ops::Range;

use serde::Serialize;

use crate::SeqNumber;
use crate::stream::{GapCause, Mark};

/// No sender may be further ahead than the largest window: RFC 7323 section 2.3, 2^30 bytes.
const FARTHEST: i32 = 1 << 30;

/// How much out-of-order payload is held, for each direction of each connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReassemblyLimits {
    /// Bytes; default 1 MiB.
    pub held_bytes: u32,
    /// Separate pieces; default 1024. Many tiny segments reach this bound before the other.
    pub held_pieces: u32,
}

impl Default for ReassemblyLimits {
    fn default() -> Self {
        Self {
            held_bytes: 1 << 20,
            held_pieces: 1024,
        }
    }
}

/// What comes out, in stream order, each byte once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery<'a> {
    /// The next bytes, never empty and never of more than one segment.
    Bytes {
        bytes: &'a [u8],
        /// The segment that brought them.
        mark: Mark,
    },
    /// The next `len` bytes were sent but not captured.
    Gap {
        len: u64,
        cause: GapCause,
        /// The cut segment, or the one that proved the loss.
        mark: Mark,
    },
}

/// What one segment did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pushed {
    /// It carries other bytes than an earlier segment for the same place.
    pub(crate) overlap_differs: bool,
    /// Some of it waits for a hole to be filled.
    pub(crate) held: bool,
    /// It lies further ahead than any window allows, and was ignored.
    pub(crate) outside: bool,
    /// More would have been held than may be: holes became gaps.
    pub(crate) gave_up: bool,
}

/// One direction's stream: the next byte awaited, and what arrived ahead of it.
#[derive(Debug)]
pub(crate) struct Reassembly {
    next: SeqNumber,
    /// Position of `next` in the stream. Held pieces are ordered by position, which never wraps.
    position: u64,
    held: Option<Box<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    /// By position, none overlapping.
    pieces: VecDeque<Piece>,
    bytes: usize,
}

#[derive(Debug)]
struct Piece {
    start: u64,
    end: u64,
    /// The captured bytes from `start` on; fewer than `end - start` when the snap length cut them.
    data: Box<[u8]>,
    mark: Mark,
}

impl Reassembly {
    /// A stream whose first byte has this sequence number: the one after the SYN, or of the first
    /// captured segment.
    pub(crate) const fn new(next: SeqNumber) -> Self {
        Self {
            next,
            position: 0,
            held: None,
        }
    }

    /// The sequence number of the next byte awaited.
    pub(crate) const fn next(&self) -> SeqNumber {
        self.next
    }

    /// Bytes that wait for a hole to be filled, and what each piece of them takes beside.
    pub(crate) fn held_bytes(&self) -> usize {
        let of = |held: &Held| held.bytes + held.pieces.len() * size_of::<Piece>();
        self.held.as_deref().map_or(0, of)
    }

    /// Whether segments wait for a hole to be filled.
    #[cfg(test)]
    pub(crate) const fn has_held(&self) -> bool {
        self.held.is_some()
    }

    /// Takes a segment. `seq` is that of its first payload byte (after a SYN: one more than the
    /// header says); `payload_len` is its length on the wire, more than `payload.len()` when the
    /// snap length cut it.
    pub(crate) fn push(
        &mut self,
        seq: SeqNumber,
        payload: &[u8],
        payload_len: u32,
        mark: Mark,
        limits: &ReassemblyLimits,
        sink: &mut impl FnMut(Delivery<'_>),
    ) -> Pushed {
        let mut pushed = Pushed::default();
        let ahead = seq.delta(self.next);
        let len = i64::from(payload_len).max(i64::try_from(payload.len()).unwrap_or(i64::MAX));
        if ahead >= FARTHEST || len >= i64::from(FARTHEST) {
            pushed.outside = true;
            return pushed;
        }
        if i64::from(ahead) + len <= 0 {
            return pushed; // all of it was delivered before, or there is nothing in it
        }
        // What was delivered before came first and stays.
        let old = ahead.min(0).unsigned_abs();
        let payload = payload.get(old as usize..).unwrap_or_default();
        let start = self.position + u64::from(ahead.max(0).unsigned_abs());
        let end = start + len.unsigned_abs() - u64::from(old);

        if self.held.is_none() && start == self.position {
            self.deliver(payload, end, mark, sink);
            return pushed;
        }
        pushed.overlap_differs = self.hold(start..end, payload, mark);
        self.drain(sink);
        while self.over(limits) {
            let Some(first) = self.first_held() else { break };
            pushed.gave_up = true;
            self.gap_to(first, GapCause::Lost, mark, sink);
            self.drain(sink);
        }
        pushed.held = self.held.is_some();
        pushed
    }

    /// The peer acknowledged everything before `ack`: what is missing there was sent, arrived, and
    /// is not in the capture. The caller takes the sequence number of a FIN out of `ack`, and waits
    /// as long as it believes in captures that show an acknowledgment before its data.
    pub(crate) fn declare_acked(&mut self, ack: SeqNumber, mark: Mark, sink: &mut impl FnMut(Delivery<'_>)) {
        self.skip_to(ack, GapCause::Lost, mark, sink);
    }

    /// Gives up the holes before `seq`: each becomes a gap, and what is held between is delivered.
    pub(crate) fn skip_to(
        &mut self,
        seq: SeqNumber,
        cause: GapCause,
        mark: Mark,
        sink: &mut impl FnMut(Delivery<'_>),
    ) {
        let ahead = seq.delta(self.next);
        if !(1..FARTHEST).contains(&ahead) {
            return;
        }
        let target = self.position + u64::from(ahead.unsigned_abs());
        while self.position < target {
            let to = self.first_held().unwrap_or(target).min(target);
            self.gap_to(to, cause, mark, sink);
            self.drain(sink);
        }
    }

    /// Delivers whatever is held, for the end of the connection.
    pub(crate) fn finish(&mut self, mark: Mark, sink: &mut impl FnMut(Delivery<'_>)) {
        while let Some(first) = self.first_held() {
            self.gap_to(first, GapCause::Lost, mark, sink);
            self.drain(sink);
        }
    }

    fn first_held(&self) -> Option<u64> {
        self.held
            .as_ref()
            .and_then(|held| held.pieces.front())
            .map(|piece| piece.start)
    }

    fn over(&self, limits: &ReassemblyLimits) -> bool {
        self.held.as_ref().is_some_and(|held| {
            held.bytes > limits.held_bytes as usize || held.pieces.len() > limits.held_pieces as usize
        })
    }

    fn advance(&mut self, to: u64) {
        // Truncation is the wrap: sequence numbers are positions modulo 2^32.
        #[allow(clippy::cast_possible_truncation)]
        let by = (to - self.position) as u32;
        self.next = self.next + by;
        self.position = to;
    }

    /// Passes on what lies at the awaited position; what the snap length cut off is a gap.
    fn deliver(&mut self, bytes: &[u8], end: u64, mark: Mark, sink: &mut impl FnMut(Delivery<'_>)) {
        let missing = end - self.position - bytes.len() as u64;
        self.advance(end);
        if !bytes.is_empty() {
            sink(Delivery::Bytes { bytes, mark });
        }
        if missing > 0 {
            sink(Delivery::Gap {
                len: missing,
                cause: GapCause::Cut,
                mark,
            });
        }
    }

    fn gap_to(&mut self, to: u64, cause: GapCause, mark: Mark, sink: &mut impl FnMut(Delivery<'_>)) {
        let len = to.saturating_sub(self.position);
        if len > 0 {
            self.advance(to);
            sink(Delivery::Gap { len, cause, mark });
        }
    }

    /// Delivers the held pieces that have become the next ones, and lets the memory go when
    /// nothing is left.
    fn drain(&mut self, sink: &mut impl FnMut(Delivery<'_>)) {
        while self.first_held() == Some(self.position) {
            let Some(held) = &mut self.held else { return };
            let Some(piece) = held.pieces.pop_front() else {
                return;
            };
            held.bytes -= piece.data.len();
            self.deliver(&piece.data, piece.end, piece.mark, sink);
        }
        if self.held.as_ref().is_some_and(|held| held.pieces.is_empty()) {
            self.held = None;
        }
    }

    /// Holds what of a segment is not held yet; true when the rest differs from what is.
    fn hold(&mut self, range: Range<u64>, payload: &[u8], mark: Mark) -> bool {
        self.held.get_or_insert_default().insert(range, payload, mark)
    }
}

impl Held {
    fn insert(&mut self, range: Range<u64>, payload: &[u8], mark: Mark) -> bool {
        let mut differs = false;
        let mut at = range.start;
        // The first piece that reaches beyond the segment's beginning.
        let mut index = self.pieces.partition_point(|piece| piece.end <= at);
        while at < range.end {
            let free_until = match self.pieces.get(index) {
                Some(piece) if piece.start <= at => {
                    let until = piece.end.min(range.end);
                    differs |= !agree(
                        part(payload, range.start, at..until),
                        part(&piece.data, piece.start, at..until),
                    );
                    at = until;
                    index += 1;
                    continue;
                }
                Some(piece) => piece.start.min(range.end),
                None => range.end,
            };
            let data: Box<[u8]> = part(payload, range.start, at..free_until).into();
            self.bytes += data.len();
            self.pieces.insert(
                index,
                Piece {
                    start: at,
                    end: free_until,
                    data,
                    mark,
                },
            );
            at = free_until;
            index += 1;
        }
        differs
    }
}

/// The captured bytes at these positions, of data that begins at `base`.
fn part(data: &[u8], base: u64, range: Range<u64>) -> &[u8] {
    let clamp = |position: u64| usize::try_from(position - base).map_or(data.len(), |at| at.min(data.len()));
    &data[clamp(range.start)..clamp(range.end)]
}

/// Two captures of the same place; where one was cut, only what both have is compared.
fn agree(a: &[u8], b: &[u8]) -> bool {
    a.iter().zip(b).all(|(a, b)| a == b)
}

#[cfg(test)]
#[path = "reassembly_tests.rs"]
mod tests;
