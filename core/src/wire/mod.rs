//! What the bytes of one packet say: views over a slice, without state.
//!
//! One protocol element a file. Nothing here panics or allocates, whatever the bytes; every view
//! gives byte ranges, so that a host can show where a value comes from. Three things are told apart:
//! *cut* (the snap length ended the bytes before the packet did), *malformed* (the packet itself
//! contradicts its format) and *not TCP*.

mod ayiya;
pub mod checksum;
pub(crate) mod decode;
mod error;
mod geneve;
mod gre;
mod gtp;
pub mod icmp;
mod ieee80211;
mod ipv4;
mod ipv6;
mod link;
mod llc;
mod mpls;
pub mod mptcp;
mod nflog;
mod ppp;
mod quic;
pub mod tcp;
pub mod tcp_option;
mod teredo;
mod tunnel;
mod vxlan;
pub(crate) mod window;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tunnel_tests;

use std::ops::Range;

pub use decode::{Decoded, Other, decode};
pub(crate) use decode::{Fragment, decode_whole, fragment, ip_checksum};
pub use error::{Layer, WireError, WireErrorKind};

/// A range of bytes within the slice that was parsed (the frame for [`decode`], the TCP segment for
/// [`tcp`] views).
pub type Span = Range<u32>;

/// Length of captured bytes; no capture holds more than `u32` can count.
fn captured_u32(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}
