//! Frames: RFC 6455 section 5.2. Pure bytes to values; nothing here panics or allocates.

use nom::number::complete::{be_u8, be_u16, be_u64};
use nom::{IResult, Parser as _};
use serde::{Serialize, Serializer};

/// Two bytes, a length of eight, a mask of four.
pub(super) const LONGEST_HEADER: usize = 14;

/// What a frame carries: section 11.8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opcode(pub u8);

impl Opcode {
    pub(super) const CONTINUATION: Self = Self(0);
    pub(super) const TEXT: Self = Self(1);
    pub(super) const BINARY: Self = Self(2);
    pub(super) const CLOSE: Self = Self(8);
    pub(super) const PING: Self = Self(9);
    pub(super) const PONG: Self = Self(10);

    /// Its name; `reserved` where there is none.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self.0 {
            0 => "continuation",
            1 => "text",
            2 => "binary",
            8 => "close",
            9 => "ping",
            10 => "pong",
            _ => "reserved",
        }
    }

    pub(super) const fn is_control(self) -> bool {
        self.0 >= 8
    }

    pub(super) const fn is_reserved(self) -> bool {
        !matches!(self.0, 0..=2 | 8..=10)
    }
}

impl Serialize for Opcode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

words! {
    /// Why an endpoint closes: RFC 6455 section 7.4.1 and the registry kept for it.
    CloseCode {
        /// 1000: what it was for is done.
        Normal = 0 "normal closure",
        /// 1001: a server goes down, or a browser has left the page.
        GoingAway = 1 "going away",
        /// 1002.
        ProtocolError = 2 "protocol error",
        /// 1003: data of a kind that it does not take.
        UnsupportedData = 3 "unsupported data",
        /// 1005: never sent; stands for none.
        NoStatus = 4 "no status received",
        /// 1006: never sent; stands for a connection that ended without a close frame.
        Abnormal = 5 "abnormal closure",
        /// 1007: text that is no UTF-8, or the like.
        InvalidPayload = 6 "invalid payload data",
        /// 1008.
        PolicyViolation = 7 "policy violation",
        /// 1009.
        TooBig = 8 "message too big",
        /// 1010: the client misses an extension.
        MandatoryExtension = 9 "mandatory extension",
        /// 1011.
        InternalError = 10 "internal error",
        /// 1012.
        ServiceRestart = 11 "service restart",
        /// 1013.
        TryAgainLater = 12 "try again later",
        /// 1014: the gateway got no valid answer.
        BadGateway = 13 "bad gateway",
        /// 1015: never sent; stands for a TLS handshake that failed.
        TlsHandshake = 14 "TLS handshake",
        /// 3000 to 3999: registered by libraries and frameworks.
        Registered = 15 "registered by others",
        /// 4000 to 4999: by agreement of the two sides.
        Private = 16 "private use",
    }
}

impl CloseCode {
    pub(super) const fn of(code: u16) -> Option<Self> {
        Some(match code {
            1000 => Self::Normal,
            1001 => Self::GoingAway,
            1002 => Self::ProtocolError,
            1003 => Self::UnsupportedData,
            1005 => Self::NoStatus,
            1006 => Self::Abnormal,
            1007 => Self::InvalidPayload,
            1008 => Self::PolicyViolation,
            1009 => Self::TooBig,
            1010 => Self::MandatoryExtension,
            1011 => Self::InternalError,
            1012 => Self::ServiceRestart,
            1013 => Self::TryAgainLater,
            1014 => Self::BadGateway,
            1015 => Self::TlsHandshake,
            3000..=3999 => Self::Registered,
            4000..=4999 => Self::Private,
            _ => return None,
        })
    }

    /// Section 7.4: whether an endpoint may put this code into a frame.
    pub(super) const fn may_be_sent(code: u16) -> bool {
        matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
    }
}

/// A frame's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// It is the last one of its message.
    pub(super) is_final: bool,
    /// RSV1 to RSV3, the first one highest.
    pub(super) reserved: u8,
    pub(super) opcode: Opcode,
    pub(super) mask: Option<[u8; 4]>,
    pub(super) len: u64,
    /// Its length is written as shortly as it can be.
    pub(super) is_minimal: bool,
}

/// How long a header is whose first bytes are these; as long as they do not tell, as many as do.
pub(super) const fn header_len(bytes: &[u8]) -> usize {
    match *bytes {
        [_, second, ..] => {
            let length = match second & 0x7f {
                126 => 2,
                127 => 8,
                _ => 0,
            };
            2 + length + if second & 0x80 == 0 { 0 } else { 4 }
        }
        _ => 2,
    }
}

impl Header {
    /// Parses the bytes of a header; `None` as long as they are too few.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        fn length(input: &[u8], short: u8) -> IResult<&[u8], u64, ()> {
            match short {
                126 => be_u16.map(u64::from).parse(input),
                127 => be_u64(input),
                short => Ok((input, u64::from(short))),
            }
        }
        let (rest, (first, second)): (_, (u8, u8)) = both(bytes)?;
        let (rest, len) = length(rest, second & 0x7f).ok()?;
        let mask = if second & 0x80 == 0 {
            None
        } else {
            Some(*rest.first_chunk()?)
        };
        let is_minimal = match second & 0x7f {
            126 => len >= 126,
            127 => len > u64::from(u16::MAX) && len <= i64::MAX.unsigned_abs(),
            _ => true,
        };
        Some(Self {
            is_final: first & 0x80 != 0,
            reserved: first >> 4 & 0b111,
            opcode: Opcode(first & 0x0f),
            mask,
            len,
            is_minimal,
        })
    }
}

fn both(bytes: &[u8]) -> Option<(&[u8], (u8, u8))> {
    let parsed: IResult<_, _, ()> = (be_u8, be_u8).parse(bytes);
    parsed.ok()
}
