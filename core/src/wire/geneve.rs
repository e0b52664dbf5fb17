//! Geneve: RFC 8926 section 3.4.

use super::Layer;
use super::decode::{Next, Step};
use super::tunnel::{Tunnel, UDP_ONLY, head};
use super::window::Window;
use crate::frame::LinkType;

/// The protocol type of an Ethernet frame.
const BRIDGED_ETHERNET: u16 = 0x6558;

/// The header and its options, up to what they carry.
pub(crate) fn parse<'a>(window: Window<'a>, tunnel: &mut u32) -> Step<'a> {
    let (&[version_len, _, type0, type1, vni0, vni1, vni2, _], rest) = head(window, Layer::Geneve)?;
    let options_len = u32::from(version_len & 0x3f) * 4;
    if version_len >> 6 != 0 || options_len > rest.wire_len {
        return Err(UDP_ONLY);
    }
    let rest = rest.skip(Layer::Geneve, options_len)?;
    *tunnel = Tunnel::Geneve(u32::from_be_bytes([0, vni0, vni1, vni2])).inside(*tunnel);
    match u16::from_be_bytes([type0, type1]) {
        BRIDGED_ETHERNET => Ok((Next::Link(LinkType::ETHERNET), rest)),
        other => super::link::by_ether_type(other, rest),
    }
}
