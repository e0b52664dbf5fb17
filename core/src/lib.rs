//! Tells what happened to a TCP connection.
#![forbid(unsafe_code)]

mod frame;
#[allow(dead_code, reason = "the tracker is written beside it")]
mod http;
mod segment;
mod seq;
#[allow(dead_code, reason = "the tracker is written beside it")]
mod stream;
#[allow(dead_code, reason = "stands in for track/mod.rs, which is written beside it")]
mod track {
    pub(crate) mod reassembly;
}
pub mod wire;

pub use frame::{Frame, LinkType, Side, Sides};
pub use http::{HttpLimits, MessageState, Transaction};
pub use segment::{Checksum, Integrity, Segment};
pub use seq::SeqNumber;
pub use track::reassembly::ReassemblyLimits;
