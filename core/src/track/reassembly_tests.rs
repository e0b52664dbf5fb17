use proptest::prelude::*;

use super::{Delivery, Reassembly, ReassemblyLimits};
use crate::SeqNumber;
use crate::stream::{GapCause, Mark};

/// A stream under test, and what came out of it: bytes as text, `<3>` for a lost gap, `[3]` for a
/// cut one. Frames count the pushes.
struct Bench {
    stream: Reassembly,
    limits: ReassemblyLimits,
    out: Vec<u8>,
    frames: Vec<u64>,
    frame: u64,
}

impl Bench {
    fn new(next: u32) -> Self {
        Self {
            stream: Reassembly::new(SeqNumber(next)),
            limits: ReassemblyLimits::default(),
            out: Vec::new(),
            frames: Vec::new(),
            frame: 0,
        }
    }

    fn with<R>(
        &mut self,
        act: impl FnOnce(&mut Reassembly, &ReassemblyLimits, Mark, &mut dyn FnMut(Delivery<'_>)) -> R,
    ) -> R {
        self.frame += 1;
        let (out, frames) = (&mut self.out, &mut self.frames);
        let mut sink = |delivery: Delivery<'_>| match delivery {
            Delivery::Bytes { bytes, mark } => {
                assert!(!bytes.is_empty());
                out.extend_from_slice(bytes);
                frames.push(mark.frame);
            }
            Delivery::Gap { len, cause, mark } => {
                let text = match cause {
                    GapCause::Lost => format!("<{len}>"),
                    GapCause::Cut => format!("[{len}]"),
                };
                out.extend_from_slice(text.as_bytes());
                frames.push(mark.frame);
            }
        };
        act(
            &mut self.stream,
            &self.limits,
            Mark {
                frame: self.frame,
                time_ns: 0,
            },
            &mut sink,
        )
    }

    fn push(&mut self, seq: u32, payload: &str) -> super::Pushed {
        self.push_cut(seq, payload, 0)
    }

    fn push_cut(&mut self, seq: u32, payload: &str, missing: u32) -> super::Pushed {
        let len = u32::try_from(payload.len()).unwrap() + missing;
        self.with(|stream, limits, mark, mut sink| {
            stream.push(SeqNumber(seq), payload.as_bytes(), len, mark, limits, &mut sink)
        })
    }

    fn acked(&mut self, ack: u32) {
        self.with(|stream, _, mark, mut sink| stream.declare_acked(SeqNumber(ack), mark, &mut sink));
    }

    fn finish(&mut self) {
        self.with(|stream, _, mark, mut sink| stream.finish(mark, &mut sink));
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }
}

#[test]
fn in_order_bytes_are_passed_on_where_they_lie_and_nothing_is_kept() {
    let payload = b"hello";
    let mut stream = Reassembly::new(SeqNumber(7));
    let mut seen = None;
    stream.push(
        SeqNumber(7),
        payload,
        5,
        Mark::default(),
        &ReassemblyLimits::default(),
        &mut |delivery| {
            if let Delivery::Bytes { bytes, .. } = delivery {
                seen = Some(bytes.as_ptr());
            }
        },
    );
    assert_eq!(seen, Some(payload.as_ptr()));
    assert!(!stream.has_held());
    assert_eq!(stream.next(), SeqNumber(12));
}

#[test]
fn segments_out_of_order_come_out_in_order_with_their_own_frames() {
    let mut bench = Bench::new(0);
    assert!(bench.push(4, "ef").held);
    assert!(bench.push(2, "cd").held);
    assert_eq!(bench.text(), "");
    assert!(!bench.push(0, "ab").held);
    assert_eq!(bench.text(), "abcdef");
    assert_eq!(bench.frames, [3, 2, 1]);
    assert!(!bench.stream.has_held(), "the memory is let go");
}

#[test]
fn a_retransmission_brings_only_what_is_new() {
    let mut bench = Bench::new(0);
    bench.push(0, "abcd");
    bench.push(0, "abcd");
    bench.push(2, "cdef");
    bench.push(1, "");
    assert_eq!(bench.text(), "abcdef");
    assert_eq!(bench.frames, [1, 3]);
}

#[test]
fn the_first_bytes_win_and_a_difference_is_told() {
    let mut bench = Bench::new(0);
    bench.push(2, "cd");
    assert!(!bench.push(2, "cd").overlap_differs);
    assert!(bench.push(1, "bXde").overlap_differs);
    bench.push(0, "a");
    assert_eq!(bench.text(), "abcde");
}

#[test]
fn one_segment_fills_several_holes() {
    let mut bench = Bench::new(0);
    bench.push(1, "b");
    bench.push(3, "d");
    bench.push(5, "f");
    assert!(!bench.push(0, "abcdefg").overlap_differs);
    assert_eq!(bench.text(), "abcdefg");
    assert_eq!(bench.frames, [4, 1, 4, 2, 4, 3, 4]);
}

#[test]
fn the_sequence_wraps() {
    let mut bench = Bench::new(u32::MAX - 1);
    bench.push(2, "ef");
    bench.push(u32::MAX - 1, "abcd");
    assert_eq!(bench.text(), "abcdef");
    assert_eq!(bench.stream.next(), SeqNumber(4));
}

#[test]
fn what_the_snap_length_cut_is_a_gap_that_says_so() {
    let mut bench = Bench::new(0);
    bench.push_cut(0, "ab", 3);
    bench.push_cut(8, "ij", 2);
    bench.push(5, "fgh");
    assert_eq!(bench.text(), "ab[3]fghij[2]");
    assert_eq!(bench.stream.next(), SeqNumber(12));
}

#[test]
fn acknowledged_holes_are_lost_and_what_lies_between_them_is_not() {
    let mut bench = Bench::new(0);
    bench.push(0, "ab");
    bench.push(4, "ef");
    bench.push(9, "jk");
    bench.acked(8);
    assert_eq!(bench.text(), "ab<2>ef<2>");
    assert!(bench.stream.has_held(), "the hole at 8 is not acknowledged yet");
    bench.acked(11);
    assert_eq!(bench.text(), "ab<2>ef<2><1>jk");
    bench.acked(3);
    bench.acked(11);
    assert_eq!(
        bench.text(),
        "ab<2>ef<2><1>jk",
        "an old acknowledgment says nothing"
    );
}

#[test]
fn the_end_delivers_what_is_held() {
    let mut bench = Bench::new(0);
    bench.push(3, "d");
    bench.push(6, "g");
    bench.finish();
    assert_eq!(bench.text(), "<3>d<2>g");
    assert!(!bench.stream.has_held());
}

#[test]
fn at_the_bound_the_oldest_hole_is_given_up() {
    let mut bench = Bench::new(0);
    bench.limits = ReassemblyLimits {
        held_bytes: 4,
        held_pieces: 100,
    };
    bench.push(1, "bc");
    bench.push(5, "fg");
    assert_eq!(bench.text(), "");
    bench.push(9, "j");
    assert_eq!(bench.text(), "<1>bc");
    bench.limits.held_pieces = 1;
    bench.push(12, "m");
    assert_eq!(bench.text(), "<1>bc<2>fg<2>j");
    bench.limits.held_bytes = 0;
    bench.push(20, "uvw");
    assert_eq!(
        bench.text(),
        "<1>bc<2>fg<2>j<2>m<7>uvw",
        "even a bound of nothing loses nothing captured"
    );
}

#[test]
fn segments_no_window_allows_are_ignored() {
    let mut bench = Bench::new(0);
    assert!(bench.push(1 << 30, "x").outside);
    assert!(!bench.push((1 << 30) - 1, "x").outside);
    assert!(
        !bench.push(1 << 31, "x").outside,
        "half the circle away counts as old"
    );
    bench.push(0, "a");
    assert_eq!(bench.text(), "a");
}

#[test]
fn many_tiny_segments_stay_bounded() {
    let mut bench = Bench::new(0);
    for at in (1..200_000).step_by(2) {
        bench.push(at, "x");
        let held = bench.stream.held.as_ref().map_or(0, |held| held.pieces.len());
        assert!(held <= 1024, "{held}");
    }
}

proptest! {
    /// However the stream is cut, reordered, repeated: what comes out is the stream.
    #[test]
    fn any_order_of_any_pieces_gives_the_stream(
        isn: u32,
        pieces in prop::collection::vec((0usize..300, 1usize..40), 0..80),
    ) {
        let stream: Vec<u8> = (0..300u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let mut reassembly = Reassembly::new(SeqNumber(isn));
        let limits = ReassemblyLimits::default();
        let mut out = Vec::new();
        let whole = (0..300).step_by(37).map(|at| (at, 37));
        for (at, len) in pieces.into_iter().chain(whole) {
            let part = &stream[at..(at + len).min(300)];
            let pushed = reassembly.push(
                SeqNumber(isn) + u32::try_from(at).unwrap(),
                part,
                u32::try_from(part.len()).unwrap(),
                Mark::default(),
                &limits,
                &mut |delivery| match delivery {
                    Delivery::Bytes { bytes, .. } => out.extend_from_slice(bytes),
                    Delivery::Gap { .. } => panic!("nothing is missing"),
                },
            );
            prop_assert!(!pushed.overlap_differs);
        }
        prop_assert_eq!(out, stream);
        prop_assert!(!reassembly.has_held());
    }

    /// Hostile numbers: no panic, positions and sequence numbers stay together, bounds hold.
    #[test]
    fn nothing_panics_and_every_byte_is_accounted_for(
        steps in prop::collection::vec((any::<u32>(), 0usize..50, 0u32..100_000, any::<bool>()), 0..200),
        near: bool,
    ) {
        let mut reassembly = Reassembly::new(SeqNumber(u32::MAX - 50));
        let limits = ReassemblyLimits { held_bytes: 400, held_pieces: 10 };
        let mut passed = 0u64;
        for (seq, len, missing, ack) in steps {
            let seq = if near { SeqNumber(seq % 1000) - 500 } else { SeqNumber(seq) };
            let data = vec![7; len];
            let mut sink = |delivery: Delivery<'_>| passed += match delivery {
                Delivery::Bytes { bytes, .. } => bytes.len() as u64,
                Delivery::Gap { len, .. } => len,
            };
            if ack {
                reassembly.declare_acked(seq, Mark::default(), &mut sink);
            } else {
                let wire = missing + u32::try_from(len).unwrap();
                reassembly.push(seq, &data, wire, Mark::default(), &limits, &mut sink);
            }
            prop_assert_eq!(reassembly.position, passed);
            let next = SeqNumber(u32::try_from(passed & 0xffff_ffff).unwrap()) + (u32::MAX - 50);
            prop_assert_eq!(reassembly.next(), next);
            if let Some(held) = &reassembly.held {
                prop_assert!(held.bytes <= 400 && held.pieces.len() <= 10);
                let sum: usize = held.pieces.iter().map(|piece| piece.data.len()).sum();
                prop_assert_eq!(sum, held.bytes);
            }
        }
    }
}
