//! Which connections an address and port pair has: whose a segment is, and what one connection's segments reveal of another.

pub(super) mod challenge;
pub(super) mod discovery;
pub(super) mod identity;
