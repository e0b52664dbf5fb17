//! Logical link control (IEEE 802.2 clause 3) with its SNAP extension (IEEE 802 clause 9, RFC 1042), and the
//! FDDI header before it.

use super::Layer;
use super::decode::{Next, Other, Step, Stop};
use super::window::Window;
use crate::frame::LinkType;

/// Service access points.
mod sap {
    pub(super) const IP: u8 = 0x06;
    pub(super) const SNAP: u8 = 0xaa;
}
/// Control: an unnumbered information frame.
const INFORMATION: u8 = 0x03;

/// Who numbered the protocol of a SNAP header.
mod organisation {
    /// EtherTypes: RFC 1042, and IEEE 802.1H for bridges.
    pub(super) const ETHER_TYPE: [u8; 3] = [0, 0, 0];
    pub(super) const BRIDGE_TUNNEL: [u8; 3] = [0, 0, 0xf8];
    /// IEEE 802.1's bridged frames: RFC 2684 section 5.2.
    pub(super) const BRIDGED: [u8; 3] = [0, 0x80, 0xc2];
}

/// The header, up to what it carries.
pub(crate) fn parse(window: Window<'_>) -> Step<'_> {
    let (&[destination, source, control], rest) = window.split(Layer::Llc)?;
    if control != INFORMATION {
        return Err(Stop::Other(Other::Llc));
    }
    match (destination, source) {
        (sap::SNAP, sap::SNAP) => snap(rest),
        (sap::IP, sap::IP) => Ok((Next::Ipv4, rest)),
        _ => Err(Stop::Other(Other::Llc)),
    }
}

fn snap(window: Window<'_>) -> Step<'_> {
    let (&[oui0, oui1, oui2, type0, type1], rest) = window.split(Layer::Llc)?;
    let number = u16::from_be_bytes([type0, type1]);
    match ([oui0, oui1, oui2], number) {
        (organisation::ETHER_TYPE | organisation::BRIDGE_TUNNEL, ether_type) => {
            super::link::by_ether_type(ether_type, rest)
        }
        // An Ethernet frame with (1) or without (7) its check sequence.
        (organisation::BRIDGED, 1 | 7) => Ok((Next::Link(LinkType::ETHERNET), rest)),
        _ => Err(Stop::Other(Other::Llc)),
    }
}

/// Frame control, destination, source: ANSI X3.139 section 7.2. Frame controls 0x50 to 0x5f are LLC.
pub(crate) fn fddi(window: Window<'_>) -> Step<'_> {
    let (&[control, ..], rest) = window.split::<13>(Layer::Link)?;
    if control & 0xf0 == 0x50 {
        Ok((Next::Llc, rest))
    } else {
        Err(Stop::Other(Other::Llc))
    }
}
