//! PPP frames (RFC 1661 section 2), with or without HDLC's address and control (RFC 1662 section 3.1), and
//! the PPPoE session header (RFC 2516 section 4).

use super::decode::{Next, Other, Step, Stop};
use super::window::Window;
use super::{Layer, WireError};

/// PPP's numbers of what is inside (IANA, "PPP DLL Protocol Numbers").
mod protocol {
    pub(super) const IPV4: u16 = 0x0021;
    pub(super) const IPV6: u16 = 0x0057;
    pub(super) const MPLS_UNICAST: u16 = 0x0281;
    pub(super) const MPLS_MULTICAST: u16 = 0x0283;
}

/// A frame whose address and control may be there or not: RFC 1661 section 6.6.
pub(crate) fn parse(window: Window<'_>) -> Step<'_> {
    match window.data {
        [0xff, 0x03, ..] => {
            let (_, rest) = window.split::<2>(Layer::Ppp)?;
            protocol(rest)
        }
        // The first byte of two that were not both captured.
        [0xff] => Err(window.short(Layer::Ppp, 4).into()),
        _ => protocol(window),
    }
}

/// LINKTYPE_PPP_PPPD and LINKTYPE_PPP_WITH_DIR of tcpdump.org: first a byte that gives the direction.
pub(crate) fn with_direction(window: Window<'_>) -> Step<'_> {
    let (_, rest) = window.split::<1>(Layer::Ppp)?;
    match rest.data {
        // Of LINKTYPE_PPP_PPPD the byte stands where the address would be; 0x03 is the control byte.
        [0x03, ..] => protocol(rest.skip(Layer::Ppp, 1)?),
        _ => parse(rest),
    }
}

/// LINKTYPE_PPP_HDLC of tcpdump.org: PPP, or Cisco's HDLC, by the first byte (RFC 1547 section 4.3.1).
pub(crate) fn hdlc(window: Window<'_>) -> Step<'_> {
    match window.data {
        [0x0f | 0x8f, ..] => {
            let (&[_, _, type0, type1], rest) = window.split(Layer::Ppp)?;
            super::link::by_ether_type(u16::from_be_bytes([type0, type1]), rest)
        }
        _ => parse(window),
    }
}

/// The session header, behind which the length says where PPP ends.
pub(crate) fn over_ethernet(window: Window<'_>) -> Step<'_> {
    let (&[version_type, code, _, _, len0, len1], rest) = window.split(Layer::Ppp)?;
    if version_type != 0x11 {
        return Err(WireError::malformed(Layer::Ppp, window.offset, "PPPoE version or type is not 1").into());
    }
    if code != 0 {
        return Err(Stop::Other(Other::EtherType(0x8864)));
    }
    protocol(rest.limit(u32::from(u16::from_be_bytes([len0, len1]))))
}

/// The protocol field: one byte if that is odd (RFC 1661 section 6.5), else two.
fn protocol(window: Window<'_>) -> Step<'_> {
    let (number, rest) = match window.data {
        [short, ..] if short & 1 == 1 => (u16::from(*short), window.skip(Layer::Ppp, 1)?),
        _ => {
            let (number, rest) = window.split(Layer::Ppp)?;
            (u16::from_be_bytes(*number), rest)
        }
    };
    match number {
        protocol::IPV4 => Ok((Next::Ipv4, rest)),
        protocol::IPV6 => Ok((Next::Ipv6, rest)),
        protocol::MPLS_UNICAST | protocol::MPLS_MULTICAST => Ok((Next::Mpls, rest)),
        other => Err(Stop::Other(Other::Ppp(other))),
    }
}
