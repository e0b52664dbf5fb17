//! Wireshark's `tcp.completeness` (4.0, after two passes), by `dissect_tcp` of its packet-tcp.c.
//!
//! Its oddities, kept: a SYN counts only as the first frame of its stream; the stream's first frame counts
//! for anything else only in the second pass, and the value shown is the one before the frame, so that a
//! stream of a single frame shows nothing but its SYN; a RST with ACK counts as an ACK, and so does a FIN;
//! a FIN without ACK does not count; the numbers are never looked at.

use super::super::arrival::Arrival;
use crate::wire::tcp::{TcpFlags, field};

const SYN: u8 = 1;
const SYN_ACK: u8 = 2;
const ACK: u8 = 4;
const DATA: u8 = 8;
const FIN: u8 = 16;
const RST: u8 = 32;

#[derive(Debug, Clone, Copy, Default)]
pub(in crate::track) struct Completeness {
    bits: u8,
    /// What the first frame adds in the second pass.
    first: u8,
    begun: bool,
    /// The pair had a stream before, so this one is no new conversation to Wireshark.
    pair_known: bool,
}

impl Completeness {
    pub(super) fn new(pair_known: bool) -> Self {
        Self {
            pair_known,
            ..Self::default()
        }
    }

    pub(in crate::track) fn value(self) -> u8 {
        self.bits
    }

    pub(in crate::track) fn observe(&mut self, arrival: &Arrival<'_>) {
        let tcp = &arrival.segment.tcp;
        if tcp.captured < field::WINDOW.end {
            // Wireshark gives up before it looks for the stream.
            return;
        }
        let bits = if u32::from(tcp.data_offset) < crate::wire::tcp::MIN_HEADER_LEN {
            0
        } else {
            later(arrival.flags, arrival.len)
        };
        if self.begun {
            self.bits |= self.first | bits;
            return;
        }
        self.begun = true;
        self.first = bits;
        if arrival.flags.syn() && !arrival.flags.ack() {
            self.bits = match (self.pair_known, arrival.len) {
                (true, _) => SYN | bits,
                (false, 0) => SYN,
                (false, _) => SYN | DATA,
            };
        }
    }
}

/// What a frame adds that is not the first.
fn later(flags: TcpFlags, len: u32) -> u8 {
    let mut bits = match (flags.syn(), flags.ack()) {
        (true, true) => SYN_ACK,
        (false, true) if len > 0 => DATA,
        (false, true) => ACK,
        (_, false) => 0,
    };
    if flags.fin() && flags.ack() {
        bits |= FIN;
    }
    if flags.rst() {
        bits |= RST;
    }
    bits
}
