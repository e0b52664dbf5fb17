//! From a frame to its TCP segment: a walk over the layers, each saying what comes next.

use std::net::IpAddr;

use serde::Serialize;

use super::checksum::Checksum;
use super::icmp::{IcmpError, RawIcmp};
use super::window::Window;
use super::{WireError, ipv4, ipv6, link, llc, mpls, ppp, tunnel};
use crate::frame::{Frame, LinkType};
use crate::segment::{RawSegment, Segment};

/// VLAN tags that are followed; more are [`Other::TooDeep`].
const MAX_VLAN_TAGS: usize = 4;
/// Layers before TCP that are followed: link, tags, IP, authentication headers, and the same in tunnels.
const MAX_LAYERS: usize = 24;

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
    /// Another protocol over a device whose protocols are no EtherTypes, by the device's `ARPHRD_` number.
    HardwareType(u16),
    /// A frame with an LLC header of another protocol.
    Llc,
    /// Another protocol over PPP, by its number there.
    Ppp(u16),
    /// An MPLS packet that holds no IP.
    Mpls,
    /// An 802.11 frame that is encrypted, a fragment, or holds no data.
    Ieee80211,
    /// A QUIC packet that opens a connection over UDP: an Initial packet of version 1 or 2 (RFC 9000 section 17.2.2,
    /// RFC 9369).
    QuicInitial,
    /// A fragment of an IP packet: it needs reassembly first, which a [`Dissector`](crate::Dissector) does.
    Fragment,
    /// A fragment of an IP packet whose fragments contradict each other: two hold the same bytes without
    /// being copies, or one goes beyond the end. Such a packet is given up (RFC 5722 section 4).
    OverlappingFragment,
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
    VnTag,
    FabricPath,
    Llc,
    Ppp,
    Pppoe,
    Mpls,
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
    pub(crate) const NONE: Self = Self {
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
    let mut walk = Walk::new(frame);
    match walk.run::<false>() {
        Ok(protocol) => carried(frame, protocol, &walk, Some(walk.window.offset)),
        Err(Stop::Other(other)) => Decoded::Other(other),
        Err(Stop::Broken(error)) => Decoded::Broken(error),
    }
}

/// What IP carries, where it is one of the protocols that are read.
#[inline(always)]
fn carried<'a>(frame: &Frame<'_>, protocol: u8, walk: &Walk<'a>, offset: Option<u32>) -> Decoded<'a> {
    if protocol == protocol::TCP {
        return match tcp(frame, walk, offset) {
            Ok(segment) => Decoded::Tcp(segment),
            Err(error) => Decoded::Broken(error.shifted(walk.window.offset)),
        };
    }
    match icmp(frame, protocol, walk) {
        Some(error) => Decoded::Icmp(error),
        None => Decoded::Other(Other::Protocol(protocol)),
    }
}

/// The worst that the checksums of a frame's IPv4 headers say, tunnels' included: a walk of its own, for
/// who wants to know.
#[cold]
pub(crate) fn ip_checksum(frame: &Frame<'_>) -> Checksum {
    let mut walk = Walk::new(frame);
    let _ = walk.run::<true>();
    walk.ip_checksum
}

/// A fragment of an IP packet, and what is around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fragment<'a> {
    pub(crate) ip: Internet<'a>,
    pub(crate) tunnel: u32,
    /// What the first fragment says of the whole packet.
    pub(crate) protocol: u8,
    pub(crate) id: u32,
    /// Its place in the payload of the whole packet, bytes.
    pub(crate) offset: u32,
    /// It is not the last one.
    pub(crate) more: bool,
    pub(crate) window: Window<'a>,
}

/// The fragment in a frame of which [`decode`] said [`Other::Fragment`].
#[cold]
pub(crate) fn fragment<'a>(frame: &Frame<'a>) -> Option<Fragment<'a>> {
    let mut walk = Walk::new(frame);
    match (walk.run::<false>(), walk.next) {
        (Err(Stop::Other(Other::Fragment)), Next::Ipv4) => ipv4::fragment(walk.window, walk.tunnel),
        (Err(Stop::Other(Other::Fragment)), Next::Ipv6) => ipv6::fragment(walk.window, walk.tunnel),
        _ => None,
    }
}

/// What a packet carries whose last missing fragment came with `frame`; `window` is the payload.
/// Its bytes have no place in the frame, so errors count from the start of the payload.
#[cold]
pub(crate) fn decode_whole<'a>(
    frame: &Frame<'_>,
    last: &Fragment<'a>,
    protocol: u8,
    window: Window<'a>,
) -> Decoded<'a> {
    let mut walk = Walk {
        next: Next::Protocol(protocol),
        window,
        ip: last.ip,
        tunnel: last.tunnel,
        ip_checksum: Checksum::Unverified,
    };
    let done = match walk.ip.addresses {
        Addresses::V4(_) => Ok(()),
        Addresses::V6(..) => ipv6::skip_extensions(protocol, &mut walk.ip, window)
            .map(|(next, window)| (walk.next, walk.window) = (next, window)),
    };
    match done.and_then(|()| walk.run::<false>()) {
        Ok(protocol) => carried(frame, protocol, &walk, None),
        Err(Stop::Other(other)) => Decoded::Other(other),
        Err(Stop::Broken(error)) => Decoded::Broken(error),
    }
}

/// How far the layers were followed, and what was met on the way.
struct Walk<'a> {
    next: Next,
    window: Window<'a>,
    ip: Internet<'a>,
    tunnel: u32,
    ip_checksum: Checksum,
}

impl<'a> Walk<'a> {
    fn new(frame: &Frame<'a>) -> Self {
        Self {
            next: Next::Link(frame.link),
            window: Window::new(frame.data, frame.wire_len),
            ip: Internet::NONE,
            tunnel: 0,
            ip_checksum: Checksum::Unverified,
        }
    }

    /// To where TCP begins, or ICMP, and says which; or to the layer that stops it.
    #[inline(always)]
    fn run<const VERIFY: bool>(&mut self) -> Result<u8, Stop> {
        let mut tags = 0;
        for _ in 0..MAX_LAYERS {
            let window = self.window;
            (self.next, self.window) = match self.next {
                Next::Link(link) => link::parse(link, window)?,
                Next::Vlan => {
                    tags += 1;
                    if tags > MAX_VLAN_TAGS {
                        break;
                    }
                    link::vlan(window)?
                }
                Next::Ipv4 => {
                    if VERIFY {
                        self.ip_checksum = self.ip_checksum.max(ipv4::header_checksum(window));
                    }
                    ipv4::parse(window, &mut self.ip)?
                }
                Next::Ipv6 => ipv6::parse(window, &mut self.ip)?,
                Next::Protocol(carried @ (protocol::TCP | protocol::ICMP | protocol::ICMP_V6)) => {
                    return Ok(carried);
                }
                Next::Protocol(protocol::AUTHENTICATION) => ipv6::skip_authentication(window)?,
                Next::Protocol(other) => tunnel::parse(other, window, &mut self.tunnel)?,
                seldom => under(seldom, window)?,
            };
        }
        Err(Stop::Other(Other::TooDeep))
    }
}

/// The layers under IP that most captures have none of.
#[cold]
#[inline(never)]
fn under(layer: Next, window: Window<'_>) -> Step<'_> {
    match layer {
        Next::VnTag => link::vn_tag(window),
        Next::FabricPath => link::fabric_path(window),
        Next::Llc => llc::parse(window),
        Next::Pppoe => ppp::over_ethernet(window),
        Next::Mpls => mpls::parse(window),
        _ => ppp::parse(window),
    }
}

#[cold]
fn icmp(frame: &Frame<'_>, protocol: u8, walk: &Walk<'_>) -> Option<IcmpError> {
    let is_v6 = matches!(walk.ip.addresses, Addresses::V6(..));
    if is_v6 != (protocol == protocol::ICMP_V6) {
        return None;
    }
    let raw = RawIcmp {
        frame: frame.number,
        time_ns: frame.time_ns,
        src: walk.ip.addresses.to_ip().0,
        ip_id: walk.ip.id,
        tunnel: walk.tunnel,
        bytes: walk.window.data,
    };
    IcmpError::within(walk.window, &raw)
}

#[inline(always)]
fn tcp<'a>(frame: &Frame<'_>, walk: &Walk<'a>, tcp_offset: Option<u32>) -> Result<Segment<'a>, WireError> {
    let (src, dst) = walk.ip.addresses.to_ip();
    let mut segment = Segment::parse(RawSegment {
        frame: frame.number,
        layer: 0,
        time_ns: frame.time_ns,
        src,
        dst,
        ttl: Some(walk.ip.ttl),
        ip_id: walk.ip.id,
        bytes: walk.window.data,
        wire_len: walk.window.wire_len,
        tcp_offset,
        tunnel: walk.tunnel,
    })?;
    segment.integrity.malformed |= walk.ip.overlong;
    Ok(segment)
}
