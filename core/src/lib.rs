//! Tells what happened to a TCP connection: who opened it, whether the handshake completed, who answered
//! what, who closed it, how and why; packet by packet.
//!
//! ```text
//! bytes ─► wire (what the packet says) ─► track (what it means in its connection) ─► annotation
//! ```
//!
//! Feed a [`Dissector`] the frames of a capture in order. Each TCP segment gives an [`Annotation`] at
//! once; [`Dissector::finish`] gives every [`Connection`] with its verdicts. Both serialise to the JSON
//! that the `synfin` command prints.
//!
//! ```
//! use synfin::{Dissector, Frame, LinkType, Outcome};
//!
//! let syn = [
//!     0x45, 0, 0, 40, 0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, // IPv4
//!     0x9c, 0x40, 0, 80, 0, 0, 3, 0xe8, 0, 0, 0, 0, 0x50, 2, 0xfa, 0xf0, 0, 0, 0, 0, // TCP
//! ];
//! let frame = Frame { number: 1, time_ns: 0, link: LinkType::RAW, wire_len: 40, data: &syn };
//! let mut dissector = Dissector::default();
//! let Outcome::Segment(annotation) = dissector.frame(&frame) else { panic!("it is TCP") };
//! assert_eq!(annotation.step.unwrap().as_str(), "1/3");
//!
//! let connection = dissector.finish().next().unwrap();
//! assert_eq!(connection.handshake.verdict.as_str(), "pending");
//! ```
//!
//! No I/O, no `unsafe`, no clock: time is the capture's.
#![forbid(unsafe_code)]

#[macro_use]
mod words;

mod annotation;
mod application;
mod bounds;
#[cfg(feature = "capture")]
pub mod capture;
mod config;
mod connection;
pub mod display;
mod dissector;
mod explain;
mod field;
mod fragment;
mod frame;
pub mod http;
pub mod http2;
mod language;
mod options;
mod prepared;
pub mod proxy;
mod rule;
mod seen;
mod segment;
mod seq;
mod stream;
pub mod tls;
mod track;
pub mod websocket;
pub mod wire;

pub use annotation::{
    Annotation, CloseSoFar, ConnectionId, HttpMessage, HttpNote, IcmpNote, IntegrityWord, Transition,
};
pub use bounds::BoundsReached;
pub use config::{ChecksumPolicy, Config};
pub use connection::{Close, Connection, Frames, Handshake, IcmpReport, RuleHit, Timing, UtcTime, Zeek};
pub use dissector::{Dissector, Outcome};
pub use explain::{Explanation, Sentence, Topic};
pub use field::{FIELDS, Field, FieldType, Value};
pub use fragment::FragmentLimits;
pub use frame::{Frame, LinkType, Side, Sides};
pub use language::Language;
pub use options::{
    Agreed, Ecn, FastOpen, MptcpOutcome, MptcpSubtype, Offer, OptionFault, OptionName, Options, SynChange,
    UserTimeout, Violation,
};
pub use prepared::Prepared;
pub use rule::{RULES, Rule, RuleGroup, RuleInfo, RuleSet, Severity};
pub use seen::Seen;
pub use segment::{Integrity, RawSegment, Segment};
pub use seq::SeqNumber;
pub use track::reassembly::ReassemblyLimits;
pub use wire::checksum::Checksum;
pub use words::{
    Cause, CloseVerdict, Closer, Confidence, HandshakeVerdict, Order, Phase, ResetSign, State, Step,
};
