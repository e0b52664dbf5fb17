//! The pcap format: draft-ietf-opsawg-pcap.

use std::io::Read;

use pcap_parser::parse_pcap_header;

use super::buffer::Buffer;
use super::{Fault, MAX_RECORD_LEN, Record};
use crate::frame::LinkType;

/// Length of the file header.
pub(super) const HEADER_LEN: usize = 24;

/// Of each record: seconds, fraction, captured length, length on the wire.
const RECORD_HEADER_LEN: usize = 16;
/// The "modified" form adds interface, protocol and packet type.
const MODIFIED_RECORD_HEADER_LEN: usize = 24;

const NS_PER_SECOND: i64 = 1_000_000_000;

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
        })
    }

    pub(super) fn next_record<R: Read>(&self, input: &mut Buffer<R>) -> Result<Option<Record>, Fault> {
        if !input.want(self.record_header_len)? {
            return if input.bytes().is_empty() {
                Ok(None)
            } else {
                Err(Fault::Truncated)
            };
        }
        let Some(head) = input.bytes().first_chunk::<RECORD_HEADER_LEN>() else {
            return Err(Fault::Truncated);
        };
        let [s0, s1, s2, s3, f0, f1, f2, f3, a0, a1, a2, a3, b0, b1, b2, b3] = *head;
        let [seconds, fraction, first, second] = [
            [s0, s1, s2, s3],
            [f0, f1, f2, f3],
            [a0, a1, a2, a3],
            [b0, b1, b2, b3],
        ]
        .map(|bytes| {
            if self.big_endian {
                u32::from_be_bytes(bytes)
            } else {
                u32::from_le_bytes(bytes)
            }
        });
        let (captured, wire_len) = match self.lengths {
            Lengths::CapturedFirst => (first, second),
            Lengths::WireFirst => (second, first),
            Lengths::LesserIsCaptured => (first.min(second), first.max(second)),
        };
        if captured > MAX_RECORD_LEN {
            return Err(Fault::Damaged("record length beyond 256 MiB"));
        }
        let len = self.record_header_len + captured as usize;
        if !input.want(len)? {
            return Err(Fault::Truncated);
        }
        Ok(Some(Record {
            // Both factors stay far below the limits: 2^32 s are 4.3e18 ns, 2^32 µs are 4.3e12 ns.
            time_ns: i64::from(seconds) * NS_PER_SECOND + i64::from(fraction) * self.ns_per_tick,
            link: self.link,
            wire_len,
            data: self.record_header_len..len,
            len,
        }))
    }
}
