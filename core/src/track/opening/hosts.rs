//! The TTLs by which hosts answer: a refusal with another one is not the host's own (`refused-policy`).

use std::hash::BuildHasher;
use std::net::IpAddr;

use crate::track::arrival::Arrival;

/// The TTL of the last SYN-ACK of each of some hosts; a host that is not remembered tells nothing.
#[derive(Debug)]
pub(in crate::track) struct Hosts {
    /// Made with the first SYN-ACK; a host takes the place of another with the same hash.
    known: Vec<Option<Host>>,
    // Seeded: an attacker chooses the addresses.
    hasher: foldhash::fast::RandomState,
    limit: usize,
    /// Hosts that had to make room.
    replaced: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Host {
    address: IpAddr,
    tunnel: u32,
    ttl: u8,
}

impl Hosts {
    pub(in crate::track) fn new(limit: usize) -> Self {
        Self {
            known: Vec::new(),
            hasher: foldhash::fast::RandomState::default(),
            limit: limit.max(1),
            replaced: 0,
        }
    }

    /// Hosts that had to make room.
    pub(in crate::track) const fn replaced(&self) -> u64 {
        self.replaced
    }

    fn place(&self, address: IpAddr, tunnel: u32) -> usize {
        self.hasher.hash_one((address, tunnel)) as usize % self.limit
    }

    /// The host itself answers: a SYN-ACK.
    pub(in crate::track) fn answers(&mut self, arrival: &Arrival<'_>) {
        let segment = arrival.segment;
        let Some(ttl) = segment.ttl else { return };
        if self.known.is_empty() {
            self.known = vec![None; self.limit];
        }
        let place = self.place(segment.src, segment.tunnel);
        let host = Host {
            address: segment.src,
            tunnel: segment.tunnel,
            ttl,
        };
        let before = self.known[place].replace(host);
        let is_other = |before: Host| (before.address, before.tunnel) != (host.address, host.tunnel);
        self.replaced += u64::from(before.is_some_and(is_other));
    }

    /// The segment comes in the name of a host whose SYN-ACKs have another TTL.
    pub(in crate::track) fn is_foreign(&self, arrival: &Arrival<'_>) -> bool {
        let segment = arrival.segment;
        let place = self.place(segment.src, segment.tunnel);
        let is_same = |host: &Host| (host.address, host.tunnel) == (segment.src, segment.tunnel);
        let known = self.known.get(place).copied().flatten().filter(is_same);
        known.zip(segment.ttl).is_some_and(|(host, ttl)| host.ttl != ttl)
    }
}
