//! From a frame to its TCP segment: a walk over the layers, each saying what comes next.

use std::net::IpAddr;

use serde::Serialize;

use super::window::Window;
use super::{WireError, ipv4, ipv6, link};
use crate::frame::{Frame, LinkType};
use crate::segment::{RawSegment, Segment};

/// VLAN tags that are followed; more are [`Other::TooDeep`].
const MAX_VLAN_TAGS: usize = 4;
/// Layers before TCP that are followed: link, tags, IP, authentication headers.
const MAX_LAYERS: usize = 12;

/// What a frame is.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Decoded<'a> {
    /// It carries a TCP segment.
    Tcp(Segment<'a>),
    /// It carries something else, or nothing that could be followed.
    Other(Other),
    /// A layer could not be read; offsets count from the start of the frame.
    Broken(WireError),
}

/// Why a frame that can be read has no TCP segment to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Other {
    /// Another protocol over IP, by its IANA number.
    Protocol(u8),
    /// Another protocol over the link, by its EtherType.
    EtherType(u16),
    /// Another protocol over BSD loopback, by its address family.
    AddressFamily(u32),
    /// A "cooked" capture of a device whose protocols are no EtherTypes, by its `ARPHRD_` number.
    HardwareType(u16),
    /// An IEEE 802.3 frame with an LLC header.
    Llc,
    /// A fragment of an IP packet: it needs reassembly first.
    Fragment,
    /// A link type that this library does not read.
    UnknownLink(LinkType),
    /// More headers on top of each other than are followed.
    TooDeep,
}

/// What the next bytes are, said by the layer before them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Next {
    Link(LinkType),
    Vlan,
    Ipv4,
    Ipv6,
    Internet(Internet),
}

/// What IP says of its payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Internet {
    pub(crate) src: IpAddr,
    pub(crate) dst: IpAddr,
    pub(crate) ttl: u8,
    pub(crate) id: Option<u16>,
    pub(crate) protocol: u8,
    /// The length field claims more than the lower layer holds.
    pub(crate) overlong: bool,
}

/// Why the walk ended before a TCP segment.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stop {
    Other(Other),
    Broken(WireError),
}

impl From<WireError> for Stop {
    fn from(error: WireError) -> Self {
        Self::Broken(error)
    }
}

/// What one layer gives: what follows it, and where.
pub(crate) type Step<'a> = Result<(Next, Window<'a>), Stop>;

/// IANA protocol numbers that are followed.
mod protocol {
    pub(super) const TCP: u8 = 6;
    pub(super) const AUTHENTICATION: u8 = 51;
}

/// Takes the lower layers off a frame.
#[must_use]
pub fn decode<'a>(frame: &Frame<'a>) -> Decoded<'a> {
    match walk(frame) {
        Ok(segment) => Decoded::Tcp(segment),
        Err(Stop::Other(other)) => Decoded::Other(other),
        Err(Stop::Broken(error)) => Decoded::Broken(error),
    }
}

fn walk<'a>(frame: &Frame<'a>) -> Result<Segment<'a>, Stop> {
    let mut next = Next::Link(frame.link);
    let mut window = Window::new(frame.data, frame.wire_len);
    let mut tags = 0;
    for _ in 0..MAX_LAYERS {
        (next, window) = match next {
            Next::Link(link) => link::parse(link, window)?,
            Next::Vlan => {
                tags += 1;
                if tags > MAX_VLAN_TAGS {
                    break;
                }
                link::vlan(window)?
            }
            Next::Ipv4 => ipv4::parse(window).map(|(ip, rest)| (Next::Internet(ip), rest))?,
            Next::Ipv6 => ipv6::parse(window).map(|(ip, rest)| (Next::Internet(ip), rest))?,
            Next::Internet(ip) => match ip.protocol {
                protocol::TCP => return Ok(tcp(frame, ip, window)?),
                protocol::AUTHENTICATION => {
                    let (protocol, rest) = ipv6::skip_authentication(window)?;
                    (Next::Internet(Internet { protocol, ..ip }), rest)
                }
                other => return Err(Stop::Other(Other::Protocol(other))),
            },
        };
    }
    Err(Stop::Other(Other::TooDeep))
}

fn tcp<'a>(frame: &Frame<'a>, ip: Internet, window: Window<'a>) -> Result<Segment<'a>, WireError> {
    let mut segment = Segment::parse(RawSegment {
        frame: frame.number,
        layer: 0,
        time_ns: frame.time_ns,
        src: ip.src,
        dst: ip.dst,
        ttl: Some(ip.ttl),
        ip_id: ip.id,
        bytes: window.data,
        wire_len: window.wire_len,
        tcp_offset: Some(window.offset),
    })
    .map_err(|error| error.shifted(window.offset))?;
    segment.integrity.malformed |= ip.overlong;
    Ok(segment)
}
