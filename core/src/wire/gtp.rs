//! GTP-U, the user plane of mobile networks: 3GPP TS 29.281 section 5.

use super::Layer;
use super::decode::Step;
use super::tunnel::{UDP_ONLY, head, ip_in_udp};
use super::window::Window;

/// Version 1, protocol type GTP; the reserved bit is not looked at.
const VERSION_AND_TYPE: u8 = 0x30;
const VERSION_AND_TYPE_MASK: u8 = 0xf0;
/// Extension header, sequence number, N-PDU number: one of them brings four bytes for all three.
const OPTIONAL: u8 = 0x07;
/// Extension header.
const EXTENSION: u8 = 0x04;
/// The message that carries a user's packet (section 6.1).
const G_PDU: u8 = 255;
/// More than any packet has; a bound on the work per frame.
const MAX_EXTENSIONS: usize = 8;

/// The header and its extension headers, behind which an IP packet begins.
pub(crate) fn parse(window: Window<'_>) -> Step<'_> {
    let (&[flags, message, len0, len1, _, _, _, _], rest) = head(window, Layer::Gtp)?;
    let len = u32::from(u16::from_be_bytes([len0, len1]));
    if flags & VERSION_AND_TYPE_MASK != VERSION_AND_TYPE || message != G_PDU || len > rest.wire_len {
        return Err(UDP_ONLY);
    }
    let mut rest = rest.limit(len);
    if flags & OPTIONAL == 0 {
        return ip_in_udp(rest);
    }
    let (&[_, _, _, mut kind], behind) = head(rest, Layer::Gtp)?;
    rest = behind;
    if flags & EXTENSION == 0 {
        return ip_in_udp(rest);
    }
    for _ in 0..MAX_EXTENSIONS {
        if kind == 0 {
            return ip_in_udp(rest);
        }
        // Section 5.2.1: the length counts 4-byte units, and the last byte is the next one's type.
        let (&[units], _) = head(rest, Layer::Gtp)?;
        let len = u32::from(units) * 4;
        if len == 0 || len > rest.wire_len {
            return Err(UDP_ONLY);
        }
        let (&[next], behind) = head(rest.skip(Layer::Gtp, len - 1)?, Layer::Gtp)?;
        (kind, rest) = (next, behind);
    }
    Err(UDP_ONLY)
}
