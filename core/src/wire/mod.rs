//! What the bytes of one packet say: views over a slice, without state.
//!
//! One protocol element a file. Nothing here panics or allocates, whatever the bytes; every view
//! gives byte ranges, so that a host can show where a value comes from. Three things are told apart:
//! *cut* (the snap length ended the bytes before the packet did), *malformed* (the packet itself
//! contradicts its format) and *not TCP*.

use std::ops::Range;

use serde::Serialize;

/// A range of bytes within the slice that was parsed (the frame for [`decode`], the TCP segment for
/// [`tcp`] views).
pub type Span = Range<u32>;

/// Why a view could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WireError {
    /// The layer that could not be read.
    pub layer: Layer,
    /// Where in the parsed slice, bytes from its start.
    pub offset: u32,
    /// What was wrong.
    pub kind: WireErrorKind,
}

/// What was wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WireErrorKind {
    /// The snap length ended the captured bytes inside this layer: `needed` more were on the wire.
    Cut {
        /// Bytes missing to finish the element.
        needed: u32,
    },
    /// The packet ended inside this layer on the wire too, by the length that its own lower layer gives.
    Truncated {
        /// Bytes missing to finish the element.
        needed: u32,
    },
    /// A field contradicts the format, in a few words ("header length below 20").
    Malformed(&'static str),
}
