//! The IPv4 header: RFC 791 section 3.1.

use super::checksum::{self, Checksum};
use super::decode::{Addresses, Fragment, Internet, Next, Other, Step, Stop};
use super::window::Window;
use super::{Layer, WireError};

const MIN_HEADER_LEN: u32 = 20;

/// Reads the header into `internet`; the window that comes back is the payload without the lower layer's padding.
pub(crate) fn parse<'a>(window: Window<'a>, internet: &mut Internet<'a>) -> Step<'a> {
    let (head, _) = window.split::<20>(Layer::Ipv4)?;
    let [
        version_ihl,
        _,
        len0,
        len1,
        id0,
        id1,
        frag0,
        frag1,
        ttl,
        protocol,
        _,
        _,
        addresses @ ..,
    ] = head;
    let malformed = |at: u32, what| Stop::from(WireError::malformed(Layer::Ipv4, window.offset + at, what));

    if version_ihl >> 4 != 4 {
        return Err(malformed(0, "version is not 4"));
    }
    let header_len = u32::from(version_ihl & 0xf) * 4;
    if header_len < MIN_HEADER_LEN {
        return Err(malformed(0, "header length below 20"));
    }
    let total_len = match u32::from(u16::from_be_bytes([*len0, *len1])) {
        // Linux writes 0 when segmentation offload (TSO, BIG TCP) makes the packet longer than 65535
        // bytes, or before the network card fills it in.
        0 => window.wire_len,
        len if len < header_len => return Err(malformed(2, "total length below header length")),
        len => len,
    };
    let fragment = u16::from_be_bytes([*frag0, *frag1]);
    let payload = window.limit(total_len).skip(Layer::Ipv4, header_len)?;
    // More fragments, or not the first one: only reassembly could tell where the segment ends.
    if fragment & 0x3fff != 0 {
        return Err(Stop::Other(Other::Fragment));
    }
    *internet = Internet {
        addresses: Addresses::V4(addresses),
        ttl: *ttl,
        id: Some(u16::from_be_bytes([*id0, *id1])),
        overlong: total_len > window.wire_len,
    };
    Ok((Next::Protocol(*protocol), payload))
}

/// What the header checksum says of the header at the start of `window`.
#[cold]
pub(crate) fn header_checksum(window: Window<'_>) -> Checksum {
    let words = window.data.first().map_or(0, |first| first & 0xf);
    match window.data.get(..usize::from(words) * 4) {
        Some(header) if header.len() >= MIN_HEADER_LEN as usize => checksum::verify_ipv4_header(header),
        _ => Checksum::Unverified,
    }
}

/// The fragment that [`parse`] stopped at.
pub(crate) fn fragment(window: Window<'_>, tunnel: u32) -> Option<Fragment<'_>> {
    let (head, _) = window.split::<20>(Layer::Ipv4).ok()?;
    let [
        version_ihl,
        _,
        len0,
        len1,
        id0,
        id1,
        frag0,
        frag1,
        ttl,
        protocol,
        _,
        _,
        addresses @ ..,
    ] = head;
    let id = u16::from_be_bytes([*id0, *id1]);
    let total_len = match u32::from(u16::from_be_bytes([*len0, *len1])) {
        0 => window.wire_len,
        len => len,
    };
    let flags_offset = u16::from_be_bytes([*frag0, *frag1]);
    let header_len = u32::from(version_ihl & 0xf) * 4;
    Some(Fragment {
        ip: Internet {
            addresses: Addresses::V4(addresses),
            ttl: *ttl,
            id: Some(id),
            overlong: total_len > window.wire_len,
        },
        tunnel,
        protocol: *protocol,
        id: id.into(),
        offset: u32::from(flags_offset & 0x1fff) * 8,
        more: flags_offset & 0x2000 != 0,
        window: window.limit(total_len).skip(Layer::Ipv4, header_len).ok()?,
    })
}
