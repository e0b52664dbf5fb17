//! What IP and UDP carry besides TCP: the headers that put one packet into another.
//!
//! A UDP port alone proves nothing: what does not look like the tunnel that its port announces is UDP and
//! nothing more, never a broken packet.

use super::decode::{Next, Other, Step, Stop};
use super::window::Window;
use super::{Layer, ayiya, geneve, gre, gtp, quic, teredo, vxlan};
use crate::frame::LinkType;

/// IANA protocol numbers of packets in packets.
pub(crate) mod protocol {
    pub(crate) const IPV4: u8 = 4;
    pub(crate) const UDP: u8 = 17;
    pub(crate) const IPV6: u8 = 41;
    pub(crate) const GRE: u8 = 47;
    /// RFC 3378.
    pub(crate) const ETHERNET: u8 = 97;
    /// RFC 4023.
    pub(crate) const MPLS: u8 = 137;
}

/// IANA port numbers, and those that older software uses.
mod port {
    pub(super) const GTP_U: u16 = 2152;
    pub(super) const TEREDO: u16 = 3544;
    pub(super) const VXLAN: u16 = 4789;
    pub(super) const AYIYA: u16 = 5072;
    pub(super) const GENEVE: u16 = 6081;
    /// Linux, before VXLAN had a number of its own.
    pub(super) const OLD_VXLAN: u16 = 8472;
}

/// UDP that is no tunnel.
pub(crate) const UDP_ONLY: Stop = Stop::Other(Other::Protocol(protocol::UDP));

/// The number that a tunnel's header gives to the network inside.
///
/// Only numbers that both directions share: a TEID of GTP (3GPP TS 29.281 section 5.1) and a call of PPTP
/// (RFC 2637 section 4.1) are the receiver's own, so that the two halves of a connection have different ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tunnel {
    /// RFC 7348: 24 bits.
    Vxlan(u32),
    /// RFC 8926: 24 bits.
    Geneve(u32),
    /// RFC 2890: 32 bits.
    Gre(u32),
}

impl Tunnel {
    /// The id of this tunnel in another one, 0 being none: the kind in the highest byte, the number below it,
    /// and for tunnels in tunnels a mixture. See [`Segment::tunnel`](crate::Segment::tunnel).
    pub(crate) fn inside(self, outer: u32) -> u32 {
        let own = match self {
            Self::Vxlan(number) => 0x0100_0000 | number,
            Self::Geneve(number) => 0x0200_0000 | number,
            Self::Gre(key) => 0x0300_0000 ^ key,
        };
        // 2^32 over the golden ratio; never none.
        (outer.wrapping_mul(0x9e37_79b1) ^ own).max(1)
    }
}

/// Goes into what IP carries, if that is a tunnel.
#[cold]
#[inline(never)]
pub(crate) fn parse<'a>(number: u8, window: Window<'a>, tunnel: &mut u32) -> Step<'a> {
    match number {
        protocol::IPV4 => Ok((Next::Ipv4, window)),
        protocol::IPV6 => Ok((Next::Ipv6, window)),
        protocol::UDP => udp(window, tunnel),
        protocol::GRE => gre::parse(window, tunnel),
        protocol::ETHERNET => Ok((Next::Link(LinkType::ETHERNET), window.skip(Layer::Link, 2)?)),
        protocol::MPLS => Ok((Next::Mpls, window)),
        other => Err(Stop::Other(Other::Protocol(other))),
    }
}

/// The UDP header (RFC 768) and the tunnel that its ports announce.
fn udp<'a>(window: Window<'a>, tunnel: &mut u32) -> Step<'a> {
    let Ok((&[src0, src1, dst0, dst1, len0, len1, _, _], rest)) = window.split(Layer::Udp) else {
        return Err(UDP_ONLY);
    };
    let ports = [u16::from_be_bytes([dst0, dst1]), u16::from_be_bytes([src0, src1])];
    let payload = match u32::from(u16::from_be_bytes([len0, len1])) {
        // A jumbogram (RFC 2675 section 4), or left to the network card.
        0 => rest,
        len => rest.limit(len.saturating_sub(8)),
    };
    for port in ports {
        match port {
            port::VXLAN | port::OLD_VXLAN => return vxlan::parse(payload, tunnel),
            port::GENEVE => return geneve::parse(payload, tunnel),
            port::GTP_U => return gtp::parse(payload),
            port::TEREDO => return teredo::parse(payload),
            port::AYIYA => return ayiya::parse(payload),
            _ => {}
        }
    }
    Err(if quic::is_initial(payload.data) {
        Stop::Other(Other::QuicInitial)
    } else {
        UDP_ONLY
    })
}

/// An IP packet inside UDP, which its first four bits must show.
pub(crate) fn ip_in_udp(window: Window<'_>) -> Step<'_> {
    match window.data.first().map(|byte| byte >> 4) {
        Some(4) => Ok((Next::Ipv4, window)),
        Some(6) => Ok((Next::Ipv6, window)),
        None if window.wire_len > 0 => Err(window.short(Layer::Udp, 1).into()),
        _ => Err(UDP_ONLY),
    }
}

/// The header of a tunnel in UDP: a payload that is too short for it on the wire, too, is another one's.
pub(crate) fn head<const N: usize>(window: Window<'_>, layer: Layer) -> Result<(&[u8; N], Window<'_>), Stop> {
    if (window.wire_len as usize) < N {
        return Err(UDP_ONLY);
    }
    Ok(window.split(layer)?)
}
