//! The MPLS label stack: RFC 3032 section 2.1.

use super::Layer;
use super::decode::{Next, Other, Step, Stop};
use super::window::Window;

/// More than any network stacks; a bound on the work per frame.
const MAX_LABELS: usize = 16;
const BOTTOM_OF_STACK: u8 = 0x01;

/// Goes behind the stack. The last label alone knows what follows; routers, too, tell IP by its first
/// four bits (RFC 4928 section 2), and a pseudowire's begin with 0.
pub(crate) fn parse(mut window: Window<'_>) -> Step<'_> {
    for _ in 0..MAX_LABELS {
        let (&[_, _, low, _], rest) = window.split(Layer::Mpls)?;
        window = rest;
        if low & BOTTOM_OF_STACK != 0 {
            return match window.data.first().map(|byte| byte >> 4) {
                Some(4) => Ok((Next::Ipv4, window)),
                Some(6) => Ok((Next::Ipv6, window)),
                Some(_) => Err(Stop::Other(Other::Mpls)),
                None => Err(window.short(Layer::Mpls, 1).into()),
            };
        }
    }
    Err(Stop::Other(Other::TooDeep))
}
