//! Frames decoded ahead of their turn, for hosts with several threads.

use std::ops::Range;

use crate::config::ChecksumPolicy;
use crate::frame::Frame;
use crate::segment::Segment;
use crate::wire::tcp::{MIN_HEADER_LEN, TcpHeader};
use crate::wire::{self, Decoded, Other, WireError};

/// What can be known of a frame before it is its turn: layers taken off, the TCP checksum looked at.
/// [`Dissector::prepared`](crate::Dissector::prepared) takes it in, in the order of the capture; both together
/// do what [`Dissector::frame`](crate::Dissector::frame) does, and can be done by different threads.
///
/// It borrows nothing, so that whoever made it keeps the [`needed`](Self::needed) bytes of the frame beside it, and
/// need not keep the rest.
///
/// ```
/// use synfin::{Dissector, Frame, LinkType, Outcome, Prepared};
///
/// let syn = [
///     0x45, 0, 0, 40, 0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, // IPv4
///     0x9c, 0x40, 0, 80, 0, 0, 3, 0xe8, 0, 0, 0, 0, 0x50, 2, 0xfa, 0xf0, 0, 0, 0, 0, // TCP
/// ];
/// let frame = Frame { number: 1, time_ns: 0, link: LinkType::RAW, wire_len: 40, data: &syn };
/// let mut dissector = Dissector::default();
/// let prepared = Prepared::new(&frame, dissector.checksums());
/// let kept = syn[prepared.needed()].to_vec();
/// assert_eq!(kept.len(), 20);
///
/// let outcome = dissector.prepared(&prepared, &kept);
/// assert_eq!(outcome, Dissector::default().frame(&frame));
/// assert!(matches!(outcome, Outcome::Segment(_)));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Prepared {
    number: u64,
    time_ns: i64,
    /// Where the bytes that are needed begin in the frame, and how many they are.
    at: usize,
    len: usize,
    pub(crate) found: Found,
}

/// What was found in a frame.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found {
    Segment(Bare),
    /// Its turn decides, and needs all of it: a part of a packet, an ICMP error, or what may not be believed.
    Frame(Frame<'static>),
    Other(Other),
    Broken(WireError),
}

impl Prepared {
    /// Decodes a frame for a dissector with this policy ([`Dissector::checksums`](crate::Dissector::checksums)).
    #[must_use]
    pub fn new(frame: &Frame<'_>, checksums: ChecksumPolicy) -> Self {
        let all = Found::Frame(Frame { data: &[], ..*frame });
        let (found, at, len) = match wire::decode(frame) {
            _ if checksums == ChecksumPolicy::Drop => (all, 0, frame.data.len()),
            Decoded::Tcp(mut segment) => match segment.tcp_offset {
                Some(offset) => {
                    if checksums == ChecksumPolicy::Note {
                        segment.integrity.checksum = segment.verify_checksum();
                    }
                    (
                        Found::Segment(Bare::of(&segment)),
                        offset as usize,
                        segment.bytes.len(),
                    )
                }
                None => (all, 0, frame.data.len()),
            },
            Decoded::Icmp(_) | Decoded::Other(Other::Fragment) => (all, 0, frame.data.len()),
            Decoded::Other(other) => (Found::Other(other), 0, 0),
            Decoded::Broken(error) => (Found::Broken(error), 0, 0),
        };
        Self {
            number: frame.number,
            time_ns: frame.time_ns,
            at,
            len,
            found,
        }
    }

    /// The frame's number.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// When the frame was captured, nanoseconds since the Unix epoch.
    #[must_use]
    pub const fn time_ns(&self) -> i64 {
        self.time_ns
    }

    /// Which bytes of the frame's data are to be kept until its turn: none of most frames without a segment.
    #[must_use]
    pub const fn needed(&self) -> Range<usize> {
        self.at..self.at + self.len
    }
}

/// A segment without its bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bare {
    segment: Segment<'static>,
    captured_payload: usize,
}

impl Bare {
    fn of(segment: &Segment<'_>) -> Self {
        Self {
            captured_payload: segment.payload.len(),
            segment: Segment {
                bytes: &[],
                payload: &[],
                tcp: TcpHeader {
                    options: &[],
                    ..segment.tcp
                },
                ..*segment
            },
        }
    }

    /// The segment that `bytes` are of.
    #[inline]
    pub(crate) fn with<'a>(&self, bytes: &'a [u8]) -> Segment<'a> {
        let payload_at = bytes.len().saturating_sub(self.captured_payload);
        let header_end = self.segment.tcp.captured as usize;
        Segment {
            bytes,
            payload: bytes.get(payload_at..).unwrap_or(&[]),
            tcp: TcpHeader {
                options: bytes.get(MIN_HEADER_LEN as usize..header_end).unwrap_or(&[]),
                ..self.segment.tcp
            },
            ..self.segment
        }
    }
}

#[cfg(all(test, feature = "capture"))]
mod tests;
