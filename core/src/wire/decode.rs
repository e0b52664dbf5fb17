//! From a frame to its TCP segment: a walk over the layers, each saying what comes next.

use std::net::IpAddr;

use serde::Serialize;

use super::icmp::{self, IcmpError};
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
    /// It carries an ICMP error about one.
    Icmp(IcmpError),
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
    /// What IP carries, by its IANA number.
    Protocol(u8),
}

/// What IP says of its payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Internet<'a> {
    pub(crate) addresses: Addresses<'a>,
    pub(crate) ttl: u8,
    pub(crate) id: Option<u16>,
    /// The length field claims more than the lower layer holds.
    pub(crate) overlong: bool,
}

impl Internet<'_> {
    /// Before any IP header was read.
    pub(super) const NONE: Self = Self {
        addresses: Addresses::V4(&[0; 8]),
        ttl: 0,
        id: None,
        overlong: false,
    };
}

/// Source and destination, one behind the other as they lie in the header. An `IpAddr` that is moved
/// from layer to layer costs as much as all the rest of the walk (measured).
#[derive(Debug, Clone, Copy)]
pub(crate) enum Addresses<'a> {
    V4(&'a [u8; 8]),
    /// And where a packet that is still on its way along a source route will end up.
    V6(&'a [u8; 32], Option<&'a [u8; 16]>),
}

impl Addresses<'_> {
    pub(super) fn to_ip(self) -> (IpAddr, IpAddr) {
        match self {
            Self::V4(&[src @ .., d0, d1, d2, d3]) => (IpAddr::from(src), IpAddr::from([d0, d1, d2, d3])),
            Self::V6(both, route_end) => {
                let both = u128_pair(both);
                let dst = route_end.map_or(both.1, |end| u128::from_be_bytes(*end));
                (IpAddr::V6(both.0.into()), IpAddr::V6(dst.into()))
            }
        }
    }
}

/// Two big-endian numbers.
fn u128_pair(bytes: &[u8; 32]) -> (u128, u128) {
    let half = |at: usize| {
        bytes
            .get(at..)
            .and_then(<[u8]>::first_chunk)
            .map_or(0, |half| u128::from_be_bytes(*half))
    };
    (half(0), half(16))
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
pub(crate) mod protocol {
    pub(crate) const ICMP: u8 = 1;
    pub(crate) const TCP: u8 = 6;
    pub(crate) const AUTHENTICATION: u8 = 51;
    pub(crate) const ICMP_V6: u8 = 58;
}

/// Takes the lower layers off a frame.
#[must_use]
pub fn decode<'a>(frame: &Frame<'a>) -> Decoded<'a> {
    match walk(frame) {
        Ok((protocol::TCP, ip, window)) => match tcp(frame, &ip, window) {
            Ok(segment) => Decoded::Tcp(segment),
            Err(error) => Decoded::Broken(error.shifted(window.offset)),
        },
        Ok((other, ip, window)) => match icmp(frame, other, &ip, window) {
            Some(error) => Decoded::Icmp(error),
            None => Decoded::Other(Other::Protocol(other)),
        },
        Err(Stop::Other(other)) => Decoded::Other(other),
        Err(Stop::Broken(error)) => Decoded::Broken(error),
    }
}

/// To where TCP begins, or ICMP: its protocol number, what IP says, its bytes.
fn walk<'a>(frame: &Frame<'a>) -> Result<(u8, Internet<'a>, Window<'a>), Stop> {
    let mut next = Next::Link(frame.link);
    let mut window = Window::new(frame.data, frame.wire_len);
    let mut ip = Internet::NONE;
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
            Next::Ipv4 => ipv4::parse(window, &mut ip)?,
            Next::Ipv6 => ipv6::parse(window, &mut ip)?,
            Next::Protocol(carried @ (protocol::TCP | protocol::ICMP | protocol::ICMP_V6)) => {
                return Ok((carried, ip, window));
            }
            Next::Protocol(protocol::AUTHENTICATION) => ipv6::skip_authentication(window)?,
            Next::Protocol(other) => return Err(Stop::Other(Other::Protocol(other))),
        };
    }
    Err(Stop::Other(Other::TooDeep))
}

#[cold]
fn icmp(frame: &Frame<'_>, protocol: u8, ip: &Internet<'_>, window: Window<'_>) -> Option<IcmpError> {
    let is_v6 = matches!(ip.addresses, Addresses::V6(..));
    if is_v6 != (protocol == protocol::ICMP_V6) {
        return None;
    }
    let (kind, quoted) = icmp::parse(window, is_v6)?;
    Some(IcmpError {
        frame: frame.number,
        time_ns: frame.time_ns,
        src: ip.addresses.to_ip().0,
        kind,
        quoted,
    })
}

fn tcp<'a>(frame: &Frame<'a>, ip: &Internet<'a>, window: Window<'a>) -> Result<Segment<'a>, WireError> {
    let (src, dst) = ip.addresses.to_ip();
    let mut segment = Segment::parse(RawSegment {
        frame: frame.number,
        layer: 0,
        time_ns: frame.time_ns,
        src,
        dst,
        ttl: Some(ip.ttl),
        ip_id: ip.id,
        bytes: window.data,
        wire_len: window.wire_len,
        tcp_offset: Some(window.offset),
    })?;
    segment.integrity.malformed |= ip.overlong;
    Ok(segment)
}
