//! How a connection opens, or fails to: RFC 9293 section 3.5.

pub(super) mod attempt;
pub(super) mod crowd;
pub(super) mod early;
pub(super) mod handshake;
pub(super) mod hosts;
pub(super) mod other_isn;
pub(super) mod split;
pub(super) mod stray;
