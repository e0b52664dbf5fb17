//! Teredo: RFC 4380 section 5.1.1.

use super::Layer;
use super::decode::{Next, Step};
use super::tunnel::{UDP_ONLY, head, ip_in_udp};
use super::window::Window;

/// The first two bytes of what may stand before the IPv6 packet.
const AUTHENTICATION: [u8; 2] = [0, 1];
const ORIGIN: [u8; 2] = [0, 0];

/// Goes behind authentication and origin indication, which come in this order.
pub(crate) fn parse(mut window: Window<'_>) -> Step<'_> {
    if window.data.starts_with(&AUTHENTICATION) {
        let (&[_, _, client_len, value_len], rest) = head(window, Layer::Teredo)?;
        // Behind the two values: a nonce of 8 bytes and a confirmation of one.
        let len = u32::from(client_len) + u32::from(value_len) + 9;
        if len > rest.wire_len {
            return Err(UDP_ONLY);
        }
        window = rest.skip(Layer::Teredo, len)?;
    }
    if window.data.starts_with(&ORIGIN) {
        (_, window) = head::<8>(window, Layer::Teredo)?;
    }
    match ip_in_udp(window)? {
        (Next::Ipv6, window) => Ok((Next::Ipv6, window)),
        _ => Err(UDP_ONLY),
    }
}
