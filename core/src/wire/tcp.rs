//! The TCP header: RFC 9293 section 3.1.
//!
//! A header is given as soon as both ports were captured, which is what ICMP errors and short snap
//! lengths leave of a segment; [`TcpHeader::captured`] tells how much of the rest is real.
//! No accessor panics and nothing is allocated: a header is a small `Copy` value.

mod flags;

use super::tcp_option::{TcpOption, TcpOptions};
use super::{Layer, WireError, captured_u32};
use crate::seq::SeqNumber;

pub use flags::TcpFlags;

/// Where each field of the header is, bytes from its start (RFC 9293 section 3.1, figure 1).
pub mod field {
    use crate::wire::Span;

    /// Source port.
    pub const SRC_PORT: Span = 0..2;
    /// Destination port.
    pub const DST_PORT: Span = 2..4;
    /// Sequence number.
    pub const SEQ: Span = 4..8;
    /// Acknowledgment number.
    pub const ACK: Span = 8..12;
    /// Data offset (the upper four bits of this byte).
    pub const DATA_OFFSET: Span = 12..13;
    /// Reserved bits and flags (the lower twelve bits).
    pub const FLAGS: Span = 12..14;
    /// Window.
    pub const WINDOW: Span = 14..16;
    /// Checksum.
    pub const CHECKSUM: Span = 16..18;
    /// Urgent pointer.
    pub const URGENT: Span = 18..20;
    /// Where the options begin; they end with the header, [`TcpHeader::data_offset`](super::TcpHeader::data_offset).
    pub const OPTIONS_START: u32 = 20;
}

/// Length of the header without options.
pub const MIN_HEADER_LEN: u32 = 20;

/// A TCP header, or as much of it as was captured.
///
/// Fields that were not captured are zero: ask [`has_flags`](Self::has_flags) and
/// [`is_whole`](Self::is_whole) before drawing conclusions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TcpHeader<'a> {
    /// Source port.
    pub src_port: u16,
    /// Destination port.
    pub dst_port: u16,
    /// Sequence number of the first payload byte, or of the SYN.
    pub seq: SeqNumber,
    /// Next sequence number the sender expects; meaningful when the ACK flag is set.
    pub ack: SeqNumber,
    /// Header length in bytes, as the data offset field gives it: 0 to 60, right from 20 on.
    pub data_offset: u8,
    /// The control bits.
    pub flags: TcpFlags,
    /// Window, before scaling.
    pub window: u16,
    /// Checksum as it was sent.
    pub checksum: u16,
    /// Urgent pointer.
    pub urgent: u16,
    /// The captured option bytes: fewer than `data_offset - 20` when the snap length cut them, none
    /// when the data offset is wrong.
    pub options: &'a [u8],
    /// How many bytes of the header were captured.
    pub captured: u32,
}

/// A segment taken apart: [`TcpHeader::parse`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TcpPacket<'a> {
    /// The header.
    pub header: TcpHeader<'a>,
    /// The captured payload.
    pub payload: &'a [u8],
    /// Payload bytes on the wire; 0 when the data offset was not captured or is wrong.
    pub payload_len: u32,
    /// A field contradicts the format: the data offset, or the length of an option.
    pub malformed: bool,
}

impl<'a> TcpHeader<'a> {
    /// Takes a segment apart. `bytes` are the captured bytes from the TCP header on, `wire_len` is the
    /// segment's length on the wire; captured bytes beyond it are not the segment's and are left out.
    ///
    /// An error means that not even the ports are there. A data offset below 20 or beyond the segment
    /// gives the fixed fields all the same, no options and no payload.
    pub fn parse(bytes: &'a [u8], wire_len: u32) -> Result<TcpPacket<'a>, WireError> {
        let bytes = bytes.get(..wire_len as usize).unwrap_or(bytes);
        match bytes.split_first_chunk() {
            Some((fixed, rest)) => Ok(Self::parse_fixed(fixed, rest, wire_len)),
            None => Self::parse_short(bytes, wire_len),
        }
    }

    /// What nearly every segment takes: the first 20 bytes are there. Inlined, so that the values go
    /// straight into the [`Segment`](crate::Segment) that is made of them.
    #[inline(always)]
    pub(crate) fn parse_fixed(fixed: &[u8; 20], rest: &'a [u8], wire_len: u32) -> TcpPacket<'a> {
        let mut header = Self::from_fixed(fixed);
        let header_len = u32::from(header.data_offset);
        header.captured = MIN_HEADER_LEN;
        if header_len < MIN_HEADER_LEN || header_len > wire_len {
            return TcpPacket {
                header,
                payload: &[],
                payload_len: 0,
                malformed: true,
            };
        }
        let options_len = (header_len - MIN_HEADER_LEN) as usize;
        let (options, payload) = rest.split_at_checked(options_len).unwrap_or((rest, &[]));
        header.options = options;
        header.captured += captured_u32(options);
        let malformed = !header.options_are_well_formed();
        TcpPacket {
            header,
            payload,
            payload_len: wire_len - header_len,
            malformed,
        }
    }

    /// The first 20 bytes, all captured.
    fn from_fixed(fixed: &[u8; 20]) -> Self {
        let [
            s0,
            s1,
            d0,
            d1,
            q0,
            q1,
            q2,
            q3,
            a0,
            a1,
            a2,
            a3,
            o,
            f,
            w0,
            w1,
            c0,
            c1,
            u0,
            u1,
        ] = *fixed;
        Self {
            src_port: u16::from_be_bytes([s0, s1]),
            dst_port: u16::from_be_bytes([d0, d1]),
            seq: SeqNumber(u32::from_be_bytes([q0, q1, q2, q3])),
            ack: SeqNumber(u32::from_be_bytes([a0, a1, a2, a3])),
            data_offset: (o >> 4) * 4,
            flags: TcpFlags::from_bits(u16::from_be_bytes([o, f])),
            window: u16::from_be_bytes([w0, w1]),
            checksum: u16::from_be_bytes([c0, c1]),
            urgent: u16::from_be_bytes([u0, u1]),
            options: &[],
            captured: 0,
        }
    }

    /// Fewer than 20 bytes: whole fields are kept, the others are zero.
    #[cold]
    pub(crate) fn parse_short(bytes: &'a [u8], wire_len: u32) -> Result<TcpPacket<'a>, WireError> {
        let captured = captured_u32(bytes);
        if captured < field::DST_PORT.end {
            return Err(WireError::short(
                Layer::Tcp,
                captured,
                field::DST_PORT.end,
                wire_len,
            ));
        }
        let mut fixed = [0; 20];
        for (to, from) in fixed.iter_mut().zip(bytes) {
            *to = *from;
        }
        for field in [
            field::SEQ,
            field::ACK,
            field::FLAGS,
            field::WINDOW,
            field::CHECKSUM,
            field::URGENT,
        ] {
            if field.end > captured {
                for byte in fixed
                    .iter_mut()
                    .take(field.end as usize)
                    .skip(field.start as usize)
                {
                    *byte = 0;
                }
            }
        }
        let mut header = Self::from_fixed(&fixed);
        header.captured = captured;
        if let Some(offset_and_reserved) = bytes.get(field::DATA_OFFSET.start as usize) {
            header.data_offset = (offset_and_reserved >> 4) * 4;
        }
        let header_len = u32::from(header.data_offset);
        let wrong_offset =
            captured >= field::DATA_OFFSET.end && !(MIN_HEADER_LEN..=wire_len).contains(&header_len);
        let malformed = wire_len < MIN_HEADER_LEN || wrong_offset;
        let payload_len = if captured >= field::DATA_OFFSET.end && !malformed {
            wire_len - header_len
        } else {
            0
        };
        Ok(TcpPacket {
            header,
            payload: &[],
            payload_len,
            malformed,
        })
    }

    /// The flags were captured; if not, they are all clear in [`flags`](Self::flags).
    #[must_use]
    pub const fn has_flags(&self) -> bool {
        self.captured >= field::FLAGS.end
    }

    /// The whole header was captured, options too, and its length is one that a header can have.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.data_offset as u32 >= MIN_HEADER_LEN && self.captured >= self.data_offset as u32
    }

    /// Iterates over the options as they stand, without decoding ahead.
    #[must_use]
    pub fn options(&self) -> TcpOptions<'a> {
        let wire_len = u32::from(self.data_offset).saturating_sub(MIN_HEADER_LEN);
        TcpOptions::new(self.options, wire_len)
    }

    fn options_are_well_formed(&self) -> bool {
        // What nearly every segment carries: nothing, or NOP NOP Timestamps (RFC 7323 appendix A); and Linux's SYN.
        match self.options {
            [] | [1, 1, 8, 10, _, _, _, _, _, _, _, _] => true,
            [2, 4, _, _, 4, 2, 8, 10, _, _, _, _, _, _, _, _, 1, 3, 3, _] => true,
            _ => !self
                .options()
                .any(|(_, option)| matches!(option, TcpOption::Malformed { .. })),
        }
    }
}

#[cfg(test)]
mod tests;
