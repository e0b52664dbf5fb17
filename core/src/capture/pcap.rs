//! The pcap format: draft-ietf-opsawg-pcap.

use std::io::{self, Read};

use pcap_parser::parse_pcap_header;

use super::buffer::Buffer;
use super::resync::{self, Place};
use super::{Fault, MAX_RECORD_LEN, Record};
use crate::frame::LinkType;

/// Length of the file header.
pub(super) const HEADER_LEN: usize = 24;

/// Of each record: seconds, fraction, captured length, length on the wire.
const RECORD_HEADER_LEN: usize = 16;
/// The "modified" form adds interface, protocol and packet type.
const MODIFIED_RECORD_HEADER_LEN: usize = 24;

const NS_PER_SECOND: i64 = 1_000_000_000;

/// What no writer goes beyond without a reason (libpcap's `MAXIMUM_SNAPLEN`).
const USUAL_LEN: u32 = 256 << 10;
/// Longer packets are rare: BIG TCP has less, USB seldom more.
const USUAL_WIRE_LEN: u32 = 16 << 20;
/// Records in a row that prove each other behind damage: this many where the first is near in time to the last
/// one before, else more.
const PROOF: u32 = 4;
const FAR_PROOF: u32 = 8;
/// Records behind damage are no further apart than this, seconds.
const NEAR: u32 = 24 * 3600;

/// These four bytes begin a pcap file.
pub(super) fn is_magic(magic: [u8; 4]) -> bool {
    let known = |magic| matches!(magic, 0xa1b2_c3d4_u32 | 0xa1b2_3c4d);
    known(u32::from_le_bytes(magic)) || known(u32::from_be_bytes(magic)) || magic == [0x34, 0xcd, 0xb2, 0xa1]
}

/// What the file header says.
pub(super) struct Pcap {
    link: LinkType,
    big_endian: bool,
    ns_per_tick: i64,
    record_header_len: usize,
    lengths: Lengths,
    /// Of the last record.
    last_seconds: Option<u32>,
}

/// The fixed part of a record's header.
#[derive(Clone, Copy)]
struct Head {
    seconds: u32,
    fraction: u32,
    captured: u32,
    wire_len: u32,
}

/// libpcap before 0.4 wrote the two lengths the other way round: format 2.2 and older always,
/// 2.3 sometimes (libpcap, `sf-pcap.c`).
#[derive(Clone, Copy)]
enum Lengths {
    CapturedFirst,
    WireFirst,
    LesserIsCaptured,
}

impl Pcap {
    /// `None` when these bytes are no file header.
    pub(super) fn open(bytes: &[u8]) -> Option<Self> {
        let (_, header) = parse_pcap_header(bytes).ok()?;
        let lengths = match (header.version_major, header.version_minor) {
            (2, 0..=2) => Lengths::WireFirst,
            (2, 3) => Lengths::LesserIsCaptured,
            _ => Lengths::CapturedFirst,
        };
        // The upper half of the field tells the length of the frame check sequence.
        let [link_lo, link_hi, ..] = header.network.0.to_le_bytes();
        Some(Self {
            link: LinkType(u16::from_le_bytes([link_lo, link_hi])),
            big_endian: header.is_bigendian(),
            ns_per_tick: if header.is_nanosecond_precision() { 1 } else { 1000 },
            record_header_len: if header.is_modified_format() {
                MODIFIED_RECORD_HEADER_LEN
            } else {
                RECORD_HEADER_LEN
            },
            lengths,
            last_seconds: None,
        })
    }

    pub(super) fn next_record<R: Read>(&mut self, input: &mut Buffer<R>) -> Result<Option<Record>, Fault> {
        if !input.want(self.record_header_len)? {
            return if input.bytes().is_empty() {
                Ok(None)
            } else {
                Err(Fault::Truncated)
            };
        }
        let head = self.head(input.bytes()).ok_or(Fault::Truncated)?;
        if head.captured > MAX_RECORD_LEN {
            return Err(Fault::Damaged("record length beyond 256 MiB"));
        }
        let len = self.record_header_len + head.captured as usize;
        if !input.want(len)? {
            return Err(Fault::Truncated);
        }
        // A record that is odd by itself is proven by the next header, which is waited for.
        let is_odd = self.is_odd(head);
        if is_odd {
            input.want(len + self.record_header_len)?;
        }
        let next = input.bytes().get(len..).and_then(|bytes| self.head(bytes));
        let is_alone = is_odd
            && next.is_some_and(|next| !self.follows(head, next))
            && !self.ends_with_input(input, len)?;
        let is_doubtful = is_odd || next.is_some_and(|next| self.is_odd(next));
        if is_alone || is_doubtful && self.has_swallowed(input, len)? {
            return Err(Fault::Damaged("no record follows the record"));
        }
        self.last_seconds = Some(head.seconds);
        Ok(Some(Record {
            // Both factors stay far below the limits: 2^32 s are 4.3e18 ns, 2^32 µs are 4.3e12 ns.
            time_ns: i64::from(head.seconds) * NS_PER_SECOND + i64::from(head.fraction) * self.ns_per_tick,
            link: self.link,
            wire_len: head.wire_len,
            data: self.record_header_len..len,
            len,
        }))
    }

    /// Takes what stands before the next record behind a damaged one; `false` where there is none.
    pub(super) fn resync<R: Read>(&self, input: &mut Buffer<R>) -> io::Result<bool> {
        resync::find(input, 1, self.record_header_len, |input, at| {
            Ok(if self.is_proven(input, at)? {
                Place::Record
            } else {
                Place::Nothing(1)
            })
        })
    }

    /// Whether records stand here, one behind the other.
    fn is_proven<R: Read>(&self, input: &mut Buffer<R>, mut at: usize) -> io::Result<bool> {
        let mut before = None;
        let mut proof = PROOF;
        let mut seen = 0;
        while seen < proof {
            if !input.want(at + self.record_header_len)? {
                let rest = input.bytes().len().saturating_sub(at);
                return Ok(seen > 0 && rest == 0 || seen > 1);
            }
            let Some(head) = input.bytes().get(at..).and_then(|bytes| self.head(bytes)) else {
                return Ok(false);
            };
            let near = |seconds: u32| seconds.abs_diff(head.seconds) <= NEAR;
            if self.is_odd(head) || head.captured == 0 || !before.is_none_or(near) {
                return Ok(false);
            }
            if seen == 0 && !self.last_seconds.is_none_or(near) {
                proof = FAR_PROOF;
            }
            before = Some(head.seconds);
            at += self.record_header_len + head.captured as usize;
            seen += 1;
            if !input.want(at)? {
                return Ok(seen > 2);
            }
        }
        Ok(true)
    }

    /// Whether a few records reach from here to the very end of the input: however odd they are, their lengths are
    /// right.
    fn ends_with_input<R: Read>(&self, input: &mut Buffer<R>, mut at: usize) -> io::Result<bool> {
        for _ in 0..FAR_PROOF {
            if !input.want(at + self.record_header_len)? {
                return Ok(input.bytes().len() == at);
            }
            match input.bytes().get(at..).and_then(|bytes| self.head(bytes)) {
                Some(head) if head.captured <= USUAL_LEN => {
                    at += self.record_header_len + head.captured as usize;
                }
                _ => return Ok(false),
            }
        }
        Ok(!input.want(at + 1)? && input.bytes().len() == at)
    }

    fn head(&self, bytes: &[u8]) -> Option<Head> {
        let bytes: &[u8; RECORD_HEADER_LEN] = bytes.first_chunk()?;
        let number = |bytes| {
            if self.big_endian {
                u32::from_be_bytes(bytes)
            } else {
                u32::from_le_bytes(bytes)
            }
        };
        let [s0, s1, s2, s3, f0, f1, f2, f3, l0, l1, l2, l3, m0, m1, m2, m3] = *bytes;
        let [first, second] = [number([l0, l1, l2, l3]), number([m0, m1, m2, m3])];
        let (captured, wire_len) = match self.lengths {
            Lengths::CapturedFirst => (first, second),
            Lengths::WireFirst => (second, first),
            Lengths::LesserIsCaptured => (first.min(second), first.max(second)),
        };
        Some(Head {
            seconds: number([s0, s1, s2, s3]),
            fraction: number([f0, f1, f2, f3]),
            captured,
            wire_len,
        })
    }

    fn is_odd(&self, head: Head) -> bool {
        self.oddities(head) != [false; 4]
    }

    fn oddities(&self, head: Head) -> [bool; 4] {
        [
            head.captured > USUAL_LEN || head.wire_len > USUAL_WIRE_LEN,
            head.captured > head.wire_len,
            i64::from(head.fraction) * self.ns_per_tick >= NS_PER_SECOND,
            // No packet is empty or of 1970 without a byte; a hole in the file is.
            head.captured == 0 && (head.wire_len == 0 || head.seconds == 0),
        ]
    }

    /// Whether the header behind an odd record is one: with no oddity but those of the writer, and near in time.
    fn follows(&self, head: Head, next: Head) -> bool {
        let next_odd = self.oddities(next);
        let [.., hole] = next_odd;
        let is_near = |seconds: u32| seconds.abs_diff(next.seconds) <= NEAR;
        let of_the_writer = self
            .oddities(head)
            .iter()
            .zip(next_odd)
            .all(|(odd, next_odd)| *odd || !next_odd);
        !hole && of_the_writer && (is_near(head.seconds) || self.last_seconds.is_some_and(is_near))
    }

    /// Whether records stand inside of a doubtful record of `len` bytes: its length is wrong then.
    fn has_swallowed<R: Read>(&self, input: &mut Buffer<R>, len: usize) -> io::Result<bool> {
        for at in self.record_header_len..len {
            if self.is_proven(input, at)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
