//! Between opening and end: what is new, late, sent again, lost or probed.

pub(super) mod icmp;
pub(super) mod keepalive;
pub(super) mod loss;
pub(super) mod mtu;
pub(super) mod one_sided;
pub(super) mod order;
pub(super) mod transfer;
pub(super) mod window;
