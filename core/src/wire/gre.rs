//! Generic routing encapsulation: RFC 2784 and RFC 2890 (version 0), RFC 2637 section 4.1 (version 1, PPTP).

use super::Layer;
use super::decode::{Next, Other, Step, Stop};
use super::tunnel::{Tunnel, protocol};
use super::window::Window;
use crate::frame::LinkType;

/// Bits of the first two bytes.
mod flag {
    pub(super) const CHECKSUM: u16 = 0x8000;
    /// RFC 1701, which nobody uses any more.
    pub(super) const ROUTING: u16 = 0x4000;
    pub(super) const KEY: u16 = 0x2000;
    pub(super) const SEQUENCE: u16 = 0x1000;
    pub(super) const ACKNOWLEDGEMENT: u16 = 0x0080;
    pub(super) const VERSION: u16 = 0x0007;
}

/// Protocol types that are no EtherTypes of a link.
mod kind {
    pub(super) const BRIDGED_ETHERNET: u16 = 0x6558;
    pub(super) const PPP: u16 = 0x880b;
    /// Cisco's mirrored traffic: draft-foschiano-erspan, types I and II, then III.
    pub(super) const ERSPAN: u16 = 0x88be;
    pub(super) const ERSPAN_III: u16 = 0x22eb;
}

/// The header, up to what it carries; a key of version 0 goes into `tunnel`.
pub(crate) fn parse<'a>(window: Window<'a>, tunnel: &mut u32) -> Step<'a> {
    let (&[flags0, flags1, kind0, kind1], rest) = window.split(Layer::Gre)?;
    let flags = u16::from_be_bytes([flags0, flags1]);
    let kind = u16::from_be_bytes([kind0, kind1]);
    match flags & flag::VERSION {
        0 if flags & flag::ROUTING == 0 => version_0(flags, kind, rest, tunnel),
        1 if kind == kind::PPP => version_1(flags, rest),
        _ => Err(Stop::Other(Other::Protocol(protocol::GRE))),
    }
}

fn version_0<'a>(flags: u16, kind: u16, mut rest: Window<'a>, tunnel: &mut u32) -> Step<'a> {
    if flags & flag::CHECKSUM != 0 {
        rest = rest.skip(Layer::Gre, 4)?;
    }
    if flags & flag::KEY != 0 {
        let (key, behind) = rest.split(Layer::Gre)?;
        *tunnel = Tunnel::Gre(u32::from_be_bytes(*key)).inside(*tunnel);
        rest = behind;
    }
    if flags & flag::SEQUENCE != 0 {
        rest = rest.skip(Layer::Gre, 4)?;
    }
    let ethernet = Next::Link(LinkType::ETHERNET);
    match kind {
        kind::BRIDGED_ETHERNET => Ok((ethernet, rest)),
        // Type I has neither sequence number nor header of its own.
        kind::ERSPAN if flags & flag::SEQUENCE == 0 => Ok((ethernet, rest)),
        kind::ERSPAN => Ok((ethernet, rest.skip(Layer::Gre, 8)?)),
        kind::ERSPAN_III => {
            let (&[.., last], rest) = rest.split::<12>(Layer::Gre)?;
            // The last bit announces 8 bytes that depend on the platform.
            let subheader = if last & 1 == 1 { 8 } else { 0 };
            Ok((ethernet, rest.skip(Layer::Gre, subheader)?))
        }
        kind::PPP => Ok((Next::Ppp, rest)),
        other => super::link::by_ether_type(other, rest),
    }
}

/// The key is the payload's length and a call's number, which each side chooses for itself: it names no tunnel.
fn version_1(flags: u16, window: Window<'_>) -> Step<'_> {
    let (&[len0, len1, _, _], mut rest) = window.split(Layer::Gre)?;
    for number in [flag::SEQUENCE, flag::ACKNOWLEDGEMENT] {
        if flags & number != 0 {
            rest = rest.skip(Layer::Gre, 4)?;
        }
    }
    match u32::from(u16::from_be_bytes([len0, len1])) {
        // An acknowledgement alone.
        0 => Err(Stop::Other(Other::Protocol(protocol::GRE))),
        len => Ok((Next::Ppp, rest.limit(len))),
    }
}
