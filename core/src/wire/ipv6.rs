//! IPv6 and its extension headers: RFC 8200 sections 3 and 4.

use nom::IResult;
use nom::Parser as _;
use nom::bytes::complete::take;
use nom::number::complete::{be_u16, be_u32, u8};

use super::decode::{Addresses, Fragment, Internet, Next, Other, Step, Stop, protocol};
use super::window::Window;
use super::{Layer, WireError, captured_u32};

/// Protocol numbers that are extension headers (IANA, "IPv6 Extension Header Types").
mod next_header {
    pub(super) const HOP_BY_HOP: u8 = 0;
    pub(super) const ROUTING: u8 = 43;
    pub(super) const FRAGMENT: u8 = 44;
    pub(super) const AUTHENTICATION: u8 = 51;
    pub(super) const DESTINATION_OPTIONS: u8 = 60;
    pub(super) const MOBILITY: u8 = 135;
    pub(super) const HOST_IDENTITY: u8 = 139;
    pub(super) const SHIM6: u8 = 140;
}

/// More than any packet has; a bound on the work per frame.
const MAX_EXTENSIONS: usize = 16;

/// Reads the header and its extension headers; the window that comes back is the payload without the
/// lower layer's padding.
pub(crate) fn parse<'a>(window: Window<'a>, internet: &mut Internet<'a>) -> Step<'a> {
    let (head, rest) = window.split::<40>(Layer::Ipv6)?;
    let [
        version_class,
        _,
        _,
        _,
        len0,
        len1,
        first,
        hop_limit,
        addresses @ ..,
    ] = head;
    if version_class >> 4 != 6 {
        return Err(WireError::malformed(Layer::Ipv6, window.offset, "version is not 6").into());
    }
    let payload_len = match u32::from(u16::from_be_bytes([*len0, *len1])) {
        // A jumbogram (RFC 2675) or BIG TCP: longer than 65535, and nothing pads such a frame.
        0 => rest.wire_len,
        len => len,
    };
    *internet = Internet {
        addresses: Addresses::V6(addresses, None),
        ttl: *hop_limit,
        id: None,
        overlong: payload_len > rest.wire_len,
    };
    let rest = rest.limit(payload_len);
    // What nearly every packet has: no extension header.
    if *first == protocol::TCP {
        Ok((Next::Protocol(*first), rest))
    } else {
        skip_extensions(*first, internet, rest)
    }
}

/// Goes behind the extension headers, to what follows them.
pub(crate) fn skip_extensions<'a>(
    first: u8,
    internet: &mut Internet<'a>,
    mut window: Window<'a>,
) -> Step<'a> {
    let mut kind = first;
    for _ in 0..MAX_EXTENSIONS {
        let Some(extension) = read_extension(kind, window)? else {
            return Ok((Next::Protocol(kind), window));
        };
        if extension.fragmented {
            return Err(Stop::Other(Other::Fragment));
        }
        if let (Addresses::V6(_, end), Some(found)) = (&mut internet.addresses, extension.route_end) {
            *end = Some(found);
        }
        kind = extension.next;
        window = window.skip(Layer::Ipv6Extension, extension.len)?;
    }
    Err(Stop::Other(Other::TooDeep))
}

/// The fragment that [`parse`] stopped at.
pub(crate) fn fragment(window: Window<'_>, tunnel: u32) -> Option<Fragment<'_>> {
    let mut ip = Internet::NONE;
    // Gives the addresses before it stops.
    let _ = parse(window, &mut ip);
    let (head, rest) = window.split::<40>(Layer::Ipv6).ok()?;
    let [_, _, _, _, len0, len1, mut kind, ..] = *head;
    let mut rest = match u32::from(u16::from_be_bytes([len0, len1])) {
        0 => rest,
        len => rest.limit(len),
    };
    for _ in 0..MAX_EXTENSIONS {
        let extension = read_extension(kind, rest).ok()??;
        if extension.fragmented {
            let (&[next, _, offset0, offset1, id @ ..], payload) =
                rest.split::<8>(Layer::Ipv6Extension).ok()?;
            let offset_and_more = u16::from_be_bytes([offset0, offset1]);
            return Some(Fragment {
                ip,
                tunnel,
                protocol: next,
                id: u32::from_be_bytes(id),
                offset: u32::from(offset_and_more & 0xfff8),
                more: offset_and_more & 1 != 0,
                window: payload,
            });
        }
        kind = extension.next;
        rest = rest.skip(Layer::Ipv6Extension, extension.len).ok()?;
    }
    None
}

/// One extension header.
struct Extension<'a> {
    next: u8,
    len: u32,
    fragmented: bool,
    /// Where a packet that is still on its way along a source route will end up.
    route_end: Option<&'a [u8; 16]>,
}

/// `None` when `kind` is no extension header.
fn read_extension(kind: u8, window: Window<'_>) -> Result<Option<Extension<'_>>, WireError> {
    let parsed = match kind {
        next_header::HOP_BY_HOP
        | next_header::DESTINATION_OPTIONS
        | next_header::MOBILITY
        | next_header::HOST_IDENTITY
        | next_header::SHIM6 => options(window.data),
        next_header::ROUTING => routing(window.data),
        next_header::FRAGMENT => fragment_header(window.data),
        next_header::AUTHENTICATION => authentication(window.data),
        _ => return Ok(None),
    };
    match parsed {
        Ok((_, extension)) => Ok(Some(extension)),
        // Every header fails only for want of bytes; eight are the least that any has.
        Err(_) => {
            let needed = 8.max(captured_u32(window.data).saturating_add(1));
            Err(window.short(Layer::Ipv6Extension, needed))
        }
    }
}

/// Extension headers whose length counts 8-byte units after the first (RFC 8200 sections 4.3 and 4.6).
fn options(input: &[u8]) -> IResult<&[u8], Extension<'_>, ()> {
    let (rest, (next, units)) = (u8, u8).parse(input)?;
    let len = (u32::from(units) + 1) * 8;
    Ok((
        rest,
        Extension {
            next,
            len,
            fragmented: false,
            route_end: None,
        },
    ))
}

/// RFC 8200 section 4.4; the final destination for types 0 (RFC 5095), 2 (RFC 6275) and 4 (RFC 8754).
fn routing(input: &[u8]) -> IResult<&[u8], Extension<'_>, ()> {
    let (body, (next, units, kind, segments_left)) = (u8, u8, u8, u8).parse(input)?;
    let len = (u32::from(units) + 1) * 8;
    let mut extension = Extension {
        next,
        len,
        fragmented: false,
        route_end: None,
    };
    if segments_left > 0 {
        let (body, _) = be_u32(body)?;
        let addresses = usize::from(units / 2);
        let last = match kind {
            // The list is in the order of travel, so the last address is the end.
            0 | 2 if addresses > 0 => Some(addresses - 1),
            // The list is backwards, so the first is the end.
            4 if addresses > 0 => Some(0),
            _ => None,
        };
        if let Some(index) = last {
            let (_, (_, address)) = (take(index * 16), take(16usize)).parse(body)?;
            extension.route_end = address.first_chunk();
        }
    }
    Ok((body, extension))
}

/// RFC 8200 section 4.5. An "atomic" fragment (offset 0, no more) is a whole packet: RFC 6946.
fn fragment_header(input: &[u8]) -> IResult<&[u8], Extension<'_>, ()> {
    let (rest, (next, _, offset_and_more, _)) = (u8, u8, be_u16, be_u32).parse(input)?;
    let fragmented = offset_and_more & 0xfff9 != 0;
    Ok((
        rest,
        Extension {
            next,
            len: 8,
            fragmented,
            route_end: None,
        },
    ))
}

/// RFC 4302 section 2.2: the length counts 4-byte units, minus two.
fn authentication(input: &[u8]) -> IResult<&[u8], Extension<'_>, ()> {
    let (rest, (next, units)) = (u8, u8).parse(input)?;
    let len = (u32::from(units) + 2) * 4;
    Ok((
        rest,
        Extension {
            next,
            len,
            fragmented: false,
            route_end: None,
        },
    ))
}

/// The authentication header as IPv4 carries it: the protocol behind it and where that begins.
pub(crate) fn skip_authentication(window: Window<'_>) -> Step<'_> {
    match authentication(window.data) {
        Ok((_, header)) => Ok((
            Next::Protocol(header.next),
            window.skip(Layer::Authentication, header.len)?,
        )),
        Err(_) => Err(window.short(Layer::Authentication, 8).into()),
    }
}
