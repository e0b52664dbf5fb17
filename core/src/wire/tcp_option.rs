//! TCP options: RFC 9293 section 3.2 and the IANA list of TCP option kinds.
//!
//! [`TcpOptions`] walks over the bytes and decodes one option at a time. It yields every byte of the
//! captured options in the span of exactly one option, wrong ones too, and never fails: an option that
//! contradicts its format is [`TcpOption::Malformed`], one that the snap length ended is
//! [`TcpOption::Cut`].

use nom::bytes::complete::tag;
use nom::combinator::{all_consuming, map};
use nom::number::complete::{be_u16, be_u24};
use nom::{IResult, Parser as _};

use super::mptcp::{self, Mptcp};
use super::tcp::field::OPTIONS_START;
use super::{Span, captured_u32};
use crate::seq::SeqNumber;

/// Option kinds, by IANA's numbers.
pub mod kind {
    /// End of option list.
    pub const END_OF_LIST: u8 = 0;
    /// No operation.
    pub const NOP: u8 = 1;
    /// Maximum segment size.
    pub const MSS: u8 = 2;
    /// Window scale (RFC 7323).
    pub const WINDOW_SCALE: u8 = 3;
    /// SACK permitted (RFC 2018).
    pub const SACK_PERMITTED: u8 = 4;
    /// SACK (RFC 2018).
    pub const SACK: u8 = 5;
    /// Timestamps (RFC 7323).
    pub const TIMESTAMPS: u8 = 8;
    /// MD5 signature (RFC 2385).
    pub const MD5: u8 = 19;
    /// User timeout (RFC 5482).
    pub const USER_TIMEOUT: u8 = 28;
    /// Authentication (RFC 5925).
    pub const AO: u8 = 29;
    /// Multipath TCP (RFC 8684).
    pub const MPTCP: u8 = 30;
    /// Fast open cookie (RFC 7413).
    pub const FAST_OPEN: u8 = 34;
    /// Accurate ECN, order 0 (RFC 9768).
    pub const ACC_ECN_0: u8 = 172;
    /// Accurate ECN, order 1 (RFC 9768).
    pub const ACC_ECN_1: u8 = 174;
    /// Shared by experiments (RFC 6994).
    pub const EXPERIMENT_1: u8 = 253;
    /// Shared by experiments (RFC 6994).
    pub const EXPERIMENT_2: u8 = 254;
}

/// The experiment identifier of fast open before it had its own kind (RFC 7413 appendix A).
const FAST_OPEN_EXPERIMENT: [u8; 2] = [0xf9, 0x89];

/// One option, decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TcpOption<'a> {
    /// The options end here; what is left of the header is padding and belongs to this option's span.
    EndOfList {
        /// The bytes after it, zero by RFC 9293 section 3.1.
        padding: &'a [u8],
    },
    /// Padding between options.
    Nop,
    /// Maximum segment size, bytes.
    Mss(u16),
    /// The shift count as sent; above 14 it counts as 14 (RFC 7323 section 2.3).
    WindowScale(u8),
    /// The sender can take SACK.
    SackPermitted,
    /// What arrived out of order.
    Sack(SackBlocks<'a>),
    /// Timestamps.
    Timestamps {
        /// TSval.
        val: u32,
        /// TSecr.
        ecr: u32,
    },
    /// How long unacknowledged data may wait (RFC 5482).
    UserTimeout {
        /// `value` counts minutes, not seconds.
        minutes: bool,
        /// The timeout, 15 bits.
        value: u16,
    },
    /// MD5 digest of the segment, 16 bytes (RFC 2385).
    Md5(&'a [u8]),
    /// Authentication (RFC 5925).
    Ao {
        /// Key that signed this segment.
        key_id: u8,
        /// Key the sender wants to be answered with.
        rnext_key_id: u8,
        /// The message authentication code.
        mac: &'a [u8],
    },
    /// Multipath TCP.
    Mptcp(Mptcp<'a>),
    /// Fast open: an empty cookie asks for one.
    FastOpen {
        /// The cookie: none, or 4 to 16 bytes.
        cookie: &'a [u8],
        /// Sent under an experimental kind.
        experimental: bool,
    },
    /// Accurate ECN counters, order 0: EE0B, ECEB, EE1B.
    AccEcn0(AccEcn),
    /// Accurate ECN counters, order 1: EE1B, ECEB, EE0B.
    AccEcn1(AccEcn),
    /// A kind that is not decoded here.
    Unknown {
        /// Its number.
        kind: u8,
        /// Its bytes behind kind and length.
        data: &'a [u8],
    },
    /// The length is not one that this kind can have, or goes beyond the header.
    Malformed {
        /// Its number.
        kind: u8,
        /// What follows the kind and, if there is one, the length.
        data: &'a [u8],
    },
    /// The snap length ended it.
    Cut {
        /// Its number.
        kind: u8,
        /// What was captured behind kind and length.
        data: &'a [u8],
    },
}

/// The counters of an Accurate ECN option, 24 bits each; an option may leave out the last ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccEcn {
    /// Bytes that arrived with ECT(0), plus 1.
    pub ee0b: Option<u32>,
    /// Bytes that arrived with CE.
    pub eceb: Option<u32>,
    /// Bytes that arrived with ECT(1), plus 1.
    pub ee1b: Option<u32>,
}

/// The blocks of a SACK option: RFC 2018 section 3. The first may be a duplicate report (RFC 2883).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SackBlocks<'a> {
    bytes: &'a [u8],
}

impl<'a> SackBlocks<'a> {
    /// The blocks as sent: first byte held, and the byte after the last one held.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (SeqNumber, SeqNumber)> + use<'a> {
        self.bytes.chunks_exact(8).map(|block| {
            let (left, right) = block.split_at(4);
            (SeqNumber(be_u32_or_zero(left)), SeqNumber(be_u32_or_zero(right)))
        })
    }

    /// How many blocks.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bytes.len() / 8
    }

    /// No block; never so for one that [`TcpOptions`] gave.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn be_u32_or_zero(bytes: &[u8]) -> u32 {
    bytes.try_into().map_or(0, u32::from_be_bytes)
}

/// Walks over the options of a header: [`TcpHeader::options`](super::tcp::TcpHeader::options).
#[derive(Debug, Clone)]
pub struct TcpOptions<'a> {
    rest: &'a [u8],
    /// Bytes of the header left on the wire, at least `rest.len()`.
    wire_len: u32,
    /// Where `rest` begins, from the start of the TCP header.
    offset: u32,
}

impl<'a> TcpOptions<'a> {
    /// `captured` option bytes of `wire_len` on the wire.
    #[must_use]
    pub fn new(captured: &'a [u8], wire_len: u32) -> Self {
        let rest = captured.get(..wire_len as usize).unwrap_or(captured);
        Self {
            rest,
            wire_len,
            offset: OPTIONS_START,
        }
    }

    /// Takes `len` captured bytes off the front.
    #[inline(always)]
    fn advance(&mut self, len: usize) -> Span {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, &[]));
        let start = self.offset;
        self.offset += captured_u32(taken);
        self.wire_len -= captured_u32(taken);
        self.rest = rest;
        start..self.offset
    }
}

/// Yields where each option is, from the start of the TCP header, and what it says.
impl<'a> Iterator for TcpOptions<'a> {
    type Item = (Span, TcpOption<'a>);

    // Inlined, as are the steps of it: who asks for a few kinds need not have the others put together.
    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let (&kind, after_kind) = self.rest.split_first()?;
        let (option, len) = match (kind, after_kind) {
            (kind::END_OF_LIST, padding) => (TcpOption::EndOfList { padding }, self.rest.len()),
            (kind::NOP, _) => (TcpOption::Nop, 1),
            (_, []) if self.wire_len > 1 => (TcpOption::Cut { kind, data: &[] }, 1),
            (_, []) => (TcpOption::Malformed { kind, data: &[] }, 1),
            (_, [len, data @ ..]) => match usize::from(*len).checked_sub(2) {
                None => (TcpOption::Malformed { kind, data }, self.rest.len()),
                Some(_) if u32::from(*len) > self.wire_len => {
                    (TcpOption::Malformed { kind, data }, self.rest.len())
                }
                Some(data_len) => match data.get(..data_len) {
                    Some(data) => (decode(kind, data), usize::from(*len)),
                    None => (TcpOption::Cut { kind, data }, self.rest.len()),
                },
            },
        };
        Some((self.advance(len), option))
    }
}

impl std::iter::FusedIterator for TcpOptions<'_> {}

/// `data` is what follows kind and length, exactly.
#[inline(always)]
fn decode(kind: u8, data: &[u8]) -> TcpOption<'_> {
    let malformed = TcpOption::Malformed { kind, data };
    match (kind, data) {
        (kind::MSS, &[a, b]) => TcpOption::Mss(u16::from_be_bytes([a, b])),
        (kind::WINDOW_SCALE, &[shift]) => TcpOption::WindowScale(shift),
        (kind::SACK_PERMITTED, []) => TcpOption::SackPermitted,
        (kind::SACK, bytes) if !bytes.is_empty() && bytes.len() % 8 == 0 => {
            TcpOption::Sack(SackBlocks { bytes })
        }
        (kind::TIMESTAMPS, &[v0, v1, v2, v3, e0, e1, e2, e3]) => TcpOption::Timestamps {
            val: u32::from_be_bytes([v0, v1, v2, v3]),
            ecr: u32::from_be_bytes([e0, e1, e2, e3]),
        },
        (kind::MD5, digest) if digest.len() == 16 => TcpOption::Md5(digest),
        (kind::AO, &[key_id, rnext_key_id, ref mac @ ..]) => TcpOption::Ao {
            key_id,
            rnext_key_id,
            mac,
        },
        (kind::FAST_OPEN, cookie) if is_cookie(cookie) => TcpOption::FastOpen {
            cookie,
            experimental: false,
        },
        (kind::USER_TIMEOUT, data) => whole(user_timeout, data).unwrap_or(malformed),
        (kind::MPTCP, data) => mptcp::parse(data).map_or(malformed, TcpOption::Mptcp),
        (kind::ACC_ECN_0, data) => {
            let [ee0b, eceb, ee1b] = counters(data);
            TcpOption::AccEcn0(AccEcn { ee0b, eceb, ee1b })
        }
        (kind::ACC_ECN_1, data) => {
            let [ee1b, eceb, ee0b] = counters(data);
            TcpOption::AccEcn1(AccEcn { ee0b, eceb, ee1b })
        }
        (kind::EXPERIMENT_1 | kind::EXPERIMENT_2, data) => match fast_open_experiment(data) {
            Ok((cookie, _)) if is_cookie(cookie) => TcpOption::FastOpen {
                cookie,
                experimental: true,
            },
            Ok(_) => malformed,
            Err(_) => TcpOption::Unknown { kind, data },
        },
        (
            kind::MSS
            | kind::WINDOW_SCALE
            | kind::SACK_PERMITTED
            | kind::SACK
            | kind::TIMESTAMPS
            | kind::MD5
            | kind::AO
            | kind::FAST_OPEN,
            _,
        ) => malformed,
        _ => TcpOption::Unknown { kind, data },
    }
}

/// RFC 7413 section 4.1.1: 4 to 16 bytes and even, or none to ask for one.
fn is_cookie(cookie: &[u8]) -> bool {
    matches!(cookie.len(), 0 | 4..=16) && cookie.len() % 2 == 0
}

/// Runs a parser that must eat all of its input.
pub(super) fn whole<'a, O>(
    parser: impl Fn(&'a [u8]) -> IResult<&'a [u8], O, ()>,
    data: &'a [u8],
) -> Option<O> {
    all_consuming(parser).parse(data).ok().map(|(_, value)| value)
}

/// RFC 5482 section 3.
fn user_timeout(data: &[u8]) -> IResult<&[u8], TcpOption<'_>, ()> {
    map(be_u16, |bits| TcpOption::UserTimeout {
        minutes: bits >> 15 == 1,
        value: bits & 0x7fff,
    })
    .parse(data)
}

/// RFC 6994 section 3.
fn fast_open_experiment(data: &[u8]) -> IResult<&[u8], &[u8], ()> {
    tag(&FAST_OPEN_EXPERIMENT[..]).parse(data)
}

/// RFC 9768 section 3.2.3: as many whole counters as there is room for; the rest is ignored.
fn counters(data: &[u8]) -> [Option<u32>; 3] {
    let mut rest = data;
    [(); 3].map(|()| match be_u24::<_, ()>(rest) {
        Ok((after, counter)) => {
            rest = after;
            Some(counter)
        }
        Err(_) => None,
    })
}

#[cfg(test)]
mod tests;
