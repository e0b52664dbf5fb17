//! AYIYA, "anything in anything": draft-massar-v6ops-ayiya-02 section 4.

use super::Layer;
use super::decode::{Next, Step};
use super::tunnel::{UDP_ONLY, head, protocol};
use super::window::Window;

/// The operation that carries a packet.
const FORWARD: u8 = 1;

/// The header with its identity and signature, behind which an IP packet begins.
pub(crate) fn parse(window: Window<'_>) -> Step<'_> {
    let (&[identity, signature, operation, next, _, _, _, _], rest) = head(window, Layer::Ayiya)?;
    // Two to the power of the upper half, and four times the upper half.
    let len = (1_u32 << (identity >> 4)) + u32::from(signature >> 4) * 4;
    if operation & 0x0f != FORWARD || len > rest.wire_len {
        return Err(UDP_ONLY);
    }
    let next = match next {
        protocol::IPV4 => Next::Ipv4,
        protocol::IPV6 => Next::Ipv6,
        _ => return Err(UDP_ONLY),
    };
    Ok((next, rest.skip(Layer::Ayiya, len)?))
}
