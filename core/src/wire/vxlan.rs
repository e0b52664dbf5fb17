//! VXLAN: RFC 7348 section 5, and the group policy extension's bit.

use super::Layer;
use super::decode::{Next, Step};
use super::tunnel::{Tunnel, UDP_ONLY, head};
use super::window::Window;
use crate::frame::LinkType;

/// The identifier is valid.
const IDENTIFIER: u8 = 0x08;
/// draft-smith-vxlan-group-policy section 2.1.
const GROUP_POLICY: u8 = 0x80;

/// The header, behind which an Ethernet frame begins.
pub(crate) fn parse<'a>(window: Window<'a>, tunnel: &mut u32) -> Step<'a> {
    let (&[flags, _, _, _, vni0, vni1, vni2, _], rest) = head(window, Layer::Vxlan)?;
    if flags & !GROUP_POLICY != IDENTIFIER {
        return Err(UDP_ONLY);
    }
    *tunnel = Tunnel::Vxlan(u32::from_be_bytes([0, vni0, vni1, vni2])).inside(*tunnel);
    Ok((Next::Link(LinkType::ETHERNET), rest))
}
