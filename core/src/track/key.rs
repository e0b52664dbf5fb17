//! The connection key: both endpoints in one canonical order, so that both directions find one entry.

use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use crate::Segment;

/// Which end of a [`FlowKey`] sent a segment: the one that sorts lower, or the other.
pub(super) type SentByLow = bool;

/// Place of a connection in the table.
pub(super) type Slot = u32;

/// The 4-tuple and its tunnel, packed for hashing: two addresses of 16 bytes; ports, address family and 31 bits
/// of the tunnel in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FlowKey([u64; 5]);

/// Marks IPv4 in the last word, so that an IPv4-mapped IPv6 address stays a different host.
const IPV4: u64 = 1 << 32;
/// Above the family.
const TUNNEL_SHIFT: u32 = 33;

// By hand: half of the steps that hashing the array as bytes takes, a quarter for IPv4.
impl Hash for FlowKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [low_a, low_b, high_a, high_b, ports] = self.0;
        if ports & IPV4 == 0 {
            state.write_u128(u128::from(low_a) << 64 | u128::from(high_a));
        }
        state.write_u128(u128::from(low_b) << 64 | u128::from(high_b));
        state.write_u64(ports);
    }
}

impl FlowKey {
    /// The key of a segment, and which end sent it.
    pub(super) fn of(segment: &Segment<'_>) -> (Self, SentByLow) {
        Self::between(
            (segment.src, segment.tcp.src_port),
            (segment.dst, segment.tcp.dst_port),
            segment.tunnel,
        )
    }

    /// The key of what one end sends to the other, and which of them is the sender.
    pub(super) fn between(
        (src, src_port): (IpAddr, u16),
        (dst, dst_port): (IpAddr, u16),
        tunnel: u32,
    ) -> (Self, SentByLow) {
        let (src, family) = words(src);
        let (dst, _) = words(dst);
        let sent_by_low = (src, src_port) <= (dst, dst_port);
        let ((low, low_port), (high, high_port)) = if sent_by_low {
            ((src, src_port), (dst, dst_port))
        } else {
            ((dst, dst_port), (src, src_port))
        };
        let ports = u64::from(low_port) << 16 | u64::from(high_port) | family;
        let ports = ports | u64::from(tunnel) << TUNNEL_SHIFT;
        (Self([low[0], low[1], high[0], high[1], ports]), sent_by_low)
    }

    /// Address and port of the lower end (`true`) or the higher one.
    pub(super) fn end(&self, low: SentByLow) -> (IpAddr, u16) {
        let [low_a, low_b, high_a, high_b, ports] = self.0;
        let (address, port) = if low {
            ([low_a, low_b], (ports >> 16) as u16)
        } else {
            ([high_a, high_b], ports as u16)
        };
        let bits = u128::from(address[0]) << 64 | u128::from(address[1]);
        let address = if ports & IPV4 == 0 {
            IpAddr::V6(bits.into())
        } else {
            IpAddr::V4((bits as u32).into())
        };
        (address, port)
    }
}

/// Address and port of one end, in its tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct EndKey([u64; 3]);

impl FlowKey {
    /// The lower end (`true`) or the higher one, alone.
    pub(super) fn end_key(&self, low: SentByLow) -> EndKey {
        let [low_a, low_b, high_a, high_b, ports] = self.0;
        let (a, b, port) = if low {
            (low_a, low_b, ports >> 16 & 0xffff)
        } else {
            (high_a, high_b, ports & 0xffff)
        };
        EndKey([a, b, ports & !0xffff_ffff | port])
    }
}

fn words(address: IpAddr) -> ([u64; 2], u64) {
    match address {
        IpAddr::V4(v4) => ([0, u64::from(v4.to_bits())], IPV4),
        IpAddr::V6(v6) => ([(v6.to_bits() >> 64) as u64, v6.to_bits() as u64], 0),
    }
}
