//! Frames: RFC 9113 sections 4 and 6. Pure bytes to values; nothing here panics or allocates.

use std::fmt;

use nom::number::complete::{be_u8, be_u32};
use nom::{IResult, Parser as _};
use serde::{Serialize, Serializer};

/// Length of a frame's header.
pub(super) const HEADER_LEN: usize = 9;

/// Most payload that a frame may have before the receiver allows more: SETTINGS_MAX_FRAME_SIZE, section 6.5.2.
pub(super) const USUAL_PAYLOAD: u32 = 1 << 14;

/// The type of a frame: section 11.2 and the registry kept for it. Unknown ones are ignored by endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Http2FrameType(pub u8);

impl Http2FrameType {
    pub(super) const DATA: Self = Self(0);
    pub(super) const HEADERS: Self = Self(1);
    pub(super) const PRIORITY: Self = Self(2);
    pub(super) const RST_STREAM: Self = Self(3);
    pub(super) const SETTINGS: Self = Self(4);
    pub(super) const PUSH_PROMISE: Self = Self(5);
    pub(super) const PING: Self = Self(6);
    pub(super) const GOAWAY: Self = Self(7);
    pub(super) const WINDOW_UPDATE: Self = Self(8);
    pub(super) const CONTINUATION: Self = Self(9);

    /// How many types RFC 9113 defines: 0 to this - 1.
    pub(super) const DEFINED: usize = 10;

    /// The name that its RFC gives it; `UNKNOWN` where none does.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self.0 {
            0 => "DATA",
            1 => "HEADERS",
            2 => "PRIORITY",
            3 => "RST_STREAM",
            4 => "SETTINGS",
            5 => "PUSH_PROMISE",
            6 => "PING",
            7 => "GOAWAY",
            8 => "WINDOW_UPDATE",
            9 => "CONTINUATION",
            10 => "ALTSVC",
            12 => "ORIGIN",
            16 => "PRIORITY_UPDATE",
            _ => "UNKNOWN",
        }
    }

    /// Whether it carries header fields: section 4.3.
    pub(super) const fn has_fields(self) -> bool {
        matches!(self, Self::HEADERS | Self::PUSH_PROMISE | Self::CONTINUATION)
    }
}

impl Serialize for Http2FrameType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Why a stream was reset or a connection is given up: section 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Http2Error(pub u32);

impl Http2Error {
    /// The name of its code, where it has one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "NO_ERROR",
            1 => "PROTOCOL_ERROR",
            2 => "INTERNAL_ERROR",
            3 => "FLOW_CONTROL_ERROR",
            4 => "SETTINGS_TIMEOUT",
            5 => "STREAM_CLOSED",
            6 => "FRAME_SIZE_ERROR",
            7 => "REFUSED_STREAM",
            8 => "CANCEL",
            9 => "COMPRESSION_ERROR",
            10 => "CONNECT_ERROR",
            11 => "ENHANCE_YOUR_CALM",
            12 => "INADEQUATE_SECURITY",
            13 => "HTTP_1_1_REQUIRED",
            _ => return None,
        })
    }

    pub(super) const fn is_error(self) -> bool {
        self.0 != 0
    }
}

impl fmt::Display for Http2Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

impl Serialize for Http2Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a setting sets: section 6.5.2 and the registry kept for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Http2SettingName(pub u16);

impl Http2SettingName {
    pub(super) const ENABLE_PUSH: Self = Self(2);
    pub(super) const INITIAL_WINDOW_SIZE: Self = Self(4);
    pub(super) const MAX_FRAME_SIZE: Self = Self(5);

    /// The name that its RFC gives it, without `SETTINGS_`, where one does.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            1 => "HEADER_TABLE_SIZE",
            2 => "ENABLE_PUSH",
            3 => "MAX_CONCURRENT_STREAMS",
            4 => "INITIAL_WINDOW_SIZE",
            5 => "MAX_FRAME_SIZE",
            6 => "MAX_HEADER_LIST_SIZE",
            8 => "ENABLE_CONNECT_PROTOCOL",
            9 => "NO_RFC7540_PRIORITIES",
            _ => return None,
        })
    }
}

impl fmt::Display for Http2SettingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

impl Serialize for Http2SettingName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A frame's header: section 4.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameHeader {
    /// Bytes of payload.
    pub(super) length: u32,
    pub(super) kind: Http2FrameType,
    pub(super) flags: u8,
    /// 0 is the connection as a whole.
    pub(super) stream: u32,
}

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;
const PRIORITY: u8 = 0x20;

impl FrameHeader {
    pub(super) fn parse(bytes: &[u8; HEADER_LEN]) -> Self {
        let [a, b, c, kind, flags, stream @ ..] = *bytes;
        Self {
            length: u32::from_be_bytes([0, a, b, c]),
            kind: Http2FrameType(kind),
            flags,
            // The first bit is reserved and ignored.
            stream: u32::from_be_bytes(stream) & !(1 << 31),
        }
    }

    const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    pub(super) const fn ends_stream(&self) -> bool {
        matches!(self.kind, Http2FrameType::DATA | Http2FrameType::HEADERS) && self.has(END_STREAM)
    }

    pub(super) const fn ends_headers(&self) -> bool {
        self.has(END_HEADERS)
    }

    pub(super) const fn is_ack(&self) -> bool {
        self.has(ACK)
    }

    pub(super) const fn is_padded(&self) -> bool {
        self.has(PADDED)
    }

    /// Whether its length and its stream are as its type asks: sections 6.1 to 6.10.
    pub(super) const fn is_well_formed(&self) -> bool {
        let on_connection = self.stream == 0;
        match self.kind {
            Http2FrameType::DATA | Http2FrameType::CONTINUATION => !on_connection,
            Http2FrameType::HEADERS => !on_connection,
            Http2FrameType::PRIORITY => !on_connection && self.length == 5,
            Http2FrameType::RST_STREAM => !on_connection && self.length == 4,
            Http2FrameType::SETTINGS => {
                on_connection && self.length % 6 == 0 && (!self.is_ack() || self.length == 0)
            }
            Http2FrameType::PUSH_PROMISE => !on_connection && self.length >= 4,
            Http2FrameType::PING => on_connection && self.length == 8,
            Http2FrameType::GOAWAY => on_connection && self.length >= 8,
            Http2FrameType::WINDOW_UPDATE => self.length == 4,
            _ => true,
        }
    }

    /// Whether these nine bytes, found somewhere, are likely to be a frame's header: of a type that is defined, with no
    /// flag that is not, of a usual length, and on a stream not far behind the last one known.
    fn is_credible(&self, last_stream: u32, largest: u32) -> bool {
        const FLAGS: [u8; Http2FrameType::DEFINED] = [0x09, 0x2d, 0, 0, 1, 0x0c, 1, 0, 0, 4];
        FLAGS
            .get(usize::from(self.kind.0))
            .is_some_and(|flags| self.flags & !flags == 0)
            && self.is_well_formed()
            && self.length <= largest
            && self.stream <= last_stream.saturating_add(2000)
    }
}

/// Whether frames begin with the first of these bytes, as far as they reach.
pub(super) fn begin_here(mut bytes: &[u8], last_stream: u32, largest: u32) -> bool {
    let mut found = false;
    while let Some((header, rest)) = bytes.split_first_chunk() {
        let header = FrameHeader::parse(header);
        if !header.is_credible(last_stream, largest) {
            return false;
        }
        found = true;
        bytes = rest.get(header.length as usize..).unwrap_or_default();
    }
    found
}

/// The fields of a header block's first frame, without padding, priority and promised stream: sections 6.2 and 6.6.
/// `None` where the padding is longer than the payload.
pub(super) fn fragment<'a>(header: &FrameHeader, payload: &'a [u8]) -> Option<(Option<u32>, &'a [u8])> {
    fn parts<'a>(header: &FrameHeader, input: &'a [u8]) -> IResult<&'a [u8], (Option<u8>, Option<u32>), ()> {
        let (input, padding) = nom::combinator::cond(header.is_padded(), be_u8).parse(input)?;
        let promises = header.kind.0 == Http2FrameType::PUSH_PROMISE.0;
        let (input, promised) = nom::combinator::cond(promises, be_u32).parse(input)?;
        let prioritised = header.kind.0 == Http2FrameType::HEADERS.0 && header.has(PRIORITY);
        let (input, _) = nom::combinator::cond(prioritised, (be_u32, be_u8)).parse(input)?;
        Ok((input, (padding, promised.map(|stream| stream & !(1 << 31)))))
    }
    if header.kind == Http2FrameType::CONTINUATION {
        return Some((None, payload));
    }
    let (rest, (padding, promised)) = parts(header, payload).ok()?;
    let len = rest.len().checked_sub(usize::from(padding.unwrap_or(0)))?;
    Some((promised, &rest[..len]))
}

/// Last stream, error code and what else a GOAWAY says: section 6.8.
pub(super) fn goaway(payload: &[u8]) -> Option<(u32, Http2Error, &[u8])> {
    let parsed: IResult<_, _, ()> = (be_u32, be_u32).parse(payload);
    let (debug, (stream, code)) = parsed.ok()?;
    Some((stream & !(1 << 31), Http2Error(code), debug))
}

/// The only number of a RST_STREAM (section 6.4) or WINDOW_UPDATE (section 6.9).
pub(super) fn number(payload: &[u8]) -> Option<u32> {
    let parsed: IResult<_, _, ()> = be_u32(payload);
    parsed.ok().map(|(_, number)| number)
}
