//! Tells what happened to a TCP connection.
#![forbid(unsafe_code)]

#[cfg(feature = "capture")]
pub mod capture;
mod frame;
mod segment;
mod seq;
pub mod wire;

pub use frame::{Frame, LinkType, Side, Sides};
pub use segment::{Checksum, Integrity, RawSegment, Segment};
pub use seq::SeqNumber;
