//! LINKTYPE_NFLOG of tcpdump.org: what Linux's netfilter log hands out, a list of attributes of which one is
//! the packet.

use super::decode::{Next, Other, Step, Stop};
use super::window::Window;
use super::{Layer, WireError};

const PAYLOAD: u16 = 9;
/// More attributes than the kernel has kinds; a bound on the work per frame.
const MAX_ATTRIBUTES: usize = 40;

/// Walks the attributes to the packet.
pub(crate) fn parse(window: Window<'_>) -> Step<'_> {
    let (&[family, version, _, _], mut rest) = window.split(Layer::Link)?;
    if version != 0 {
        return Err(WireError::malformed(Layer::Link, window.offset + 1, "NFLOG version is not 0").into());
    }
    for _ in 0..MAX_ATTRIBUTES {
        let (&[len0, len1, kind0, kind1], value) = rest.split(Layer::Link)?;
        // The capturing host's byte order is not told; kinds are small numbers.
        let (len, kind) = if kind1 == 0 {
            (u16::from_le_bytes([len0, len1]), u16::from(kind0))
        } else {
            (
                u16::from_be_bytes([len0, len1]),
                u16::from_be_bytes([kind0, kind1]),
            )
        };
        if len < 4 {
            return Err(WireError::malformed(Layer::Link, rest.offset, "attribute length below 4").into());
        }
        if kind == PAYLOAD {
            let payload = value.limit(u32::from(len) - 4);
            return match family {
                2 => Ok((Next::Ipv4, payload)),
                10 => Ok((Next::Ipv6, payload)),
                other => Err(Stop::Other(Other::AddressFamily(other.into()))),
            };
        }
        rest = rest.skip(Layer::Link, u32::from(len).next_multiple_of(4))?;
    }
    Err(Stop::Other(Other::TooDeep))
}
