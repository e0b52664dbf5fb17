//! What the options and flags of the opening offer and agree, and what becomes of it.

pub(super) mod ecn;
pub(super) mod fast_open;
pub(super) mod multipath;
pub(super) mod negotiation;
pub(super) mod offer;
pub(super) mod protection;
