//! One side's bytes into frames: RFC 9113 sections 3.4 and 4. Content is passed on where it lies; other payload is
//! kept until it is whole, as far as somebody reads it.

use std::borrow::Cow;

use super::Http2Limits;
use super::frame::{self, FrameHeader, HEADER_LEN, Http2FrameType};
use crate::stream::Mark;

/// What a client sends before its first frame: section 3.4.
pub(crate) const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Kept of the payload of frames without header fields: all settings there are, and what most people write into a
/// GOAWAY.
const KEPT: u32 = 1024;

/// What comes out, in the order of the bytes.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// The client's preface.
    Preface,
    /// Something else stands where it should.
    NoPreface,
    /// A frame's header is whole; the segment with its first byte.
    Begins(FrameHeader, Mark),
    /// Content of a DATA frame.
    Content(FrameHeader, &'a [u8]),
    /// A frame of content is over.
    ContentEnds(FrameHeader),
    /// A frame of another type is whole. Its payload may be cut to what is kept.
    Whole(FrameHeader, Mark, Cow<'a, [u8]>),
}

/// What a gap did.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Missing {
    /// The frame in which it began.
    pub(super) frame: Option<FrameHeader>,
    /// Content of it that is missing.
    pub(super) content: u64,
    /// That frame of content is over.
    pub(super) ends: bool,
    /// Frames behind it are missing, nobody knows which.
    pub(super) frames: bool,
}

#[derive(Debug)]
enum Place {
    /// In the client's preface, behind so many bytes of it.
    Preface(usize),
    /// In a frame's header.
    Header {
        bytes: [u8; HEADER_LEN],
        len: usize,
        begun: Mark,
    },
    /// In a payload that somebody reads.
    Payload(Box<Payload>),
    /// Before the length of a DATA frame's padding.
    PadLength(FrameHeader),
    /// In the content of a DATA frame.
    Content {
        header: FrameHeader,
        left: u32,
        padding: u32,
    },
    /// In what nobody reads.
    Skip { left: u32 },
    /// Behind lost bytes, up to the next segment that begins with a frame.
    Lost,
}

/// A payload in the making.
#[derive(Debug)]
struct Payload {
    header: FrameHeader,
    begun: Mark,
    bytes: Vec<u8>,
    /// Bytes to come of those that are kept.
    wanted: u32,
    /// Bytes behind them.
    skipped: u32,
}

/// One side.
#[derive(Debug)]
pub(super) struct Lane {
    place: Place,
    /// The largest payload the receiver allows.
    pub(super) largest: u32,
    /// The highest stream known when bytes were last lost.
    pub(super) last_stream: u32,
}

impl Lane {
    pub(super) const fn new(begins_with_preface: bool) -> Self {
        Self {
            place: if begins_with_preface {
                Place::Preface(0)
            } else {
                Place::BETWEEN
            },
            largest: frame::USUAL_PAYLOAD,
            last_stream: 0,
        }
    }

    /// Bytes held until more comes.
    pub(super) fn held_bytes(&self) -> usize {
        match &self.place {
            Place::Payload(payload) => payload.bytes.len() + size_of::<Payload>(),
            _ => 0,
        }
    }

    /// Lets go what is held: the frame will not be read.
    pub(super) fn give_up(&mut self) -> Option<FrameHeader> {
        let Place::Payload(payload) = &self.place else {
            return None;
        };
        let (header, left) = (payload.header, payload.wanted + payload.skipped);
        self.place = Place::behind(left);
        Some(header)
    }

    /// A segment begins: reading may go on behind lost bytes.
    pub(super) fn resume(&mut self, data: &[u8]) -> bool {
        let lost = matches!(self.place, Place::Lost);
        if lost && frame::begin_here(data, self.last_stream, self.largest) {
            self.place = Place::BETWEEN;
        }
        lost && !matches!(self.place, Place::Lost)
    }

    /// The next piece of the bytes, which are cut by what it takes.
    pub(super) fn next<'a>(
        &mut self,
        data: &mut &'a [u8],
        mark: Mark,
        limits: &Http2Limits,
    ) -> Option<Piece<'a>> {
        while !data.is_empty() {
            match &mut self.place {
                Place::Preface(at) => {
                    let wanted = &PREFACE[*at..];
                    let taken = take(data, wanted.len());
                    *at += taken.len();
                    if !wanted.starts_with(taken) {
                        self.place = Place::Lost;
                        return Some(Piece::NoPreface);
                    }
                    if *at == PREFACE.len() {
                        self.place = Place::BETWEEN;
                        return Some(Piece::Preface);
                    }
                }
                Place::Header { bytes, len, begun } => {
                    if *len == 0 {
                        *begun = mark;
                    }
                    let taken = take(data, HEADER_LEN - *len);
                    bytes[*len..*len + taken.len()].copy_from_slice(taken);
                    *len += taken.len();
                    if *len == HEADER_LEN {
                        let (header, begun) = (FrameHeader::parse(bytes), *begun);
                        self.begin(header, begun, limits);
                        return Some(Piece::Begins(header, begun));
                    }
                }
                Place::Payload(payload) => {
                    let wanted = payload.wanted as usize;
                    let taken = take(data, wanted);
                    payload.wanted -= taken.len() as u32;
                    if payload.bytes.is_empty() && taken.len() == wanted {
                        return Some(self.whole(Cow::Borrowed(taken)));
                    }
                    payload.bytes.extend_from_slice(taken);
                    if payload.wanted == 0 {
                        let bytes = std::mem::take(&mut payload.bytes);
                        return Some(self.whole(Cow::Owned(bytes)));
                    }
                }
                Place::PadLength(header) => {
                    let header = *header;
                    let padding = take(data, 1).first().map_or(0, |&byte| u32::from(byte));
                    let left = header.length.saturating_sub(1);
                    self.place = Place::Content {
                        header,
                        left: left.saturating_sub(padding),
                        padding: padding.min(left),
                    };
                    if let Some(ends) = self.content_ends() {
                        return Some(ends);
                    }
                }
                Place::Content { header, left, .. } => {
                    let header = *header;
                    if *left == 0 {
                        return self.content_ends();
                    }
                    let taken = take(data, *left as usize);
                    *left -= taken.len() as u32;
                    return Some(Piece::Content(header, taken));
                }
                Place::Skip { left } => {
                    *left -= take(data, *left as usize).len() as u32;
                    if *left == 0 {
                        self.place = Place::BETWEEN;
                    }
                }
                Place::Lost => return None,
            }
        }
        // What ends with the last byte, ends here.
        match &self.place {
            Place::Content { left: 0, .. } => self.content_ends(),
            Place::Payload(payload) if payload.wanted == 0 => Some(self.whole(Cow::Borrowed(&[]))),
            _ => None,
        }
    }

    /// So many bytes were sent but are missing.
    pub(super) fn gap(&mut self, len: u64) -> Missing {
        let mut missing = Missing::default();
        let mut rest = len;
        let mut skip = |left: u32| {
            let taken = rest.min(u64::from(left));
            rest -= taken;
            left - taken as u32
        };
        match &mut self.place {
            Place::Preface(_) | Place::Header { len: 1.., .. } => {
                self.place = Place::Lost;
                missing.frames = true;
                return missing;
            }
            Place::Header { .. } | Place::Lost => {}
            Place::Payload(payload) => {
                missing.frame = Some(payload.header);
                let left = skip(payload.wanted + payload.skipped);
                self.place = Place::behind(left);
            }
            // Without the length of its padding, all of it counts as content.
            Place::PadLength(header) => {
                let header = *header;
                missing.frame = Some(header);
                let left = skip(header.length);
                missing.content = u64::from(header.length.saturating_sub(1).saturating_sub(left));
                missing.ends = left == 0;
                self.place = if left == 0 {
                    Place::BETWEEN
                } else {
                    Place::Content {
                        header,
                        left,
                        padding: 0,
                    }
                };
            }
            Place::Content {
                header,
                left,
                padding,
            } => {
                missing.frame = Some(*header);
                let before = *left;
                *left = skip(before);
                missing.content = u64::from(before - *left);
                if *left == 0 {
                    missing.ends = true;
                    let padding = skip(*padding);
                    self.place = Place::behind(padding);
                }
            }
            Place::Skip { left } => {
                let left = skip(*left);
                self.place = Place::behind(left);
            }
        }
        if rest > 0 {
            self.place = Place::Lost;
            missing.frames = true;
        }
        missing
    }

    fn begin(&mut self, header: FrameHeader, begun: Mark, limits: &Http2Limits) {
        let kept = match header.kind {
            Http2FrameType::DATA => {
                self.place = match header {
                    FrameHeader { length: 0, .. } => Place::content(header),
                    _ if header.is_padded() => Place::PadLength(header),
                    _ => Place::content(header),
                };
                return;
            }
            kind if kind.has_fields() => header.length.min(limits.header_list_bytes),
            kind if usize::from(kind.0) < Http2FrameType::DEFINED => header.length.min(KEPT),
            _ => 0,
        };
        self.place = Place::Payload(Box::new(Payload {
            header,
            begun,
            bytes: Vec::new(),
            wanted: kept,
            skipped: header.length - kept,
        }));
    }

    /// The payload is there as far as it is kept.
    fn whole<'a>(&mut self, bytes: Cow<'a, [u8]>) -> Piece<'a> {
        let place = std::mem::replace(&mut self.place, Place::BETWEEN);
        let Place::Payload(payload) = place else {
            return Piece::NoPreface;
        };
        self.place = Place::behind(payload.skipped);
        Piece::Whole(payload.header, payload.begun, bytes)
    }

    fn content_ends(&mut self) -> Option<Piece<'static>> {
        let Place::Content {
            header,
            left: 0,
            padding,
        } = self.place
        else {
            return None;
        };
        self.place = Place::behind(padding);
        Some(Piece::ContentEnds(header))
    }
}

impl Place {
    const BETWEEN: Self = Self::Header {
        bytes: [0; HEADER_LEN],
        len: 0,
        begun: Mark { frame: 0, time_ns: 0 },
    };

    const fn behind(left: u32) -> Self {
        match left {
            0 => Self::BETWEEN,
            left => Self::Skip { left },
        }
    }

    const fn content(header: FrameHeader) -> Self {
        Self::Content {
            header,
            left: header.length,
            padding: 0,
        }
    }
}

/// As many bytes as there are, and not more than that.
fn take<'a>(data: &mut &'a [u8], most: usize) -> &'a [u8] {
    let (taken, rest) = data.split_at(most.min(data.len()));
    *data = rest;
    taken
}
