//! How a connection ends: RFC 9293 section 3.6, or a RST.

pub(super) mod giveup;
pub(super) mod injected;
pub(super) mod teardown;
