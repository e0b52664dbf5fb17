//! IP packets put together from their fragments: RFC 791 section 3.2, RFC 8200 section 4.5, RFC 5722.
//!
//! What hosts make of overlapping fragments differs between systems, so nobody who only watches can know
//! it: a packet with an overlap that is no plain copy is given up, as RFC 5722 section 4 has it. Memory is
//! bounded by [`FragmentLimits`]: packets of at most 65535 bytes, and fragments; the oldest packet makes room.

use std::collections::VecDeque;

use serde::Serialize;

use crate::wire::Fragment;
use crate::wire::decode::Addresses;
use crate::wire::window::Window;

/// How much of IP packets that are not whole yet is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FragmentLimits {
    /// Packets; default 256.
    pub packets: u32,
    /// Fragments of all of them; default 16,384. Many tiny ones reach this bound before the other.
    pub fragments: u32,
}

impl Default for FragmentLimits {
    fn default() -> Self {
        Self {
            packets: 256,
            fragments: 16_384,
        }
    }
}

/// What comes later belongs to another packet with the same identification. Linux waits as long;
/// RFC 8200 section 4.5 allows 60 seconds.
const MAX_AGE_NS: i64 = 30_000_000_000;
/// No payload is longer: lengths and offsets have 16 bits.
const MAX_LEN: u32 = 65_535;

/// The incomplete packets of a capture, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Fragments {
    held: VecDeque<Packet>,
    limits: FragmentLimits,
    /// Fragments of all of them.
    parts: usize,
    /// Packets that had to make room.
    dropped: u64,
}

/// What became of a fragment.
#[derive(Debug)]
pub(crate) enum Taken {
    /// Others are still missing, or it is a copy, or its length is not one that a fragment can have.
    Held,
    /// It overlaps another one of its packet, or the packet was given up for that before.
    Contradicts,
    /// It was the last one missing.
    Whole(Whole),
}

/// The payload of a packet that was put together.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) protocol: u8,
    /// As far as it was captured without a hole.
    bytes: Vec<u8>,
    wire_len: u32,
}

impl Whole {
    pub(crate) fn window(&self) -> Window<'_> {
        Window::new(&self.bytes, self.wire_len)
    }
}

/// What fragments of one packet have in common: RFC 791 section 3.2. IPv6 does without the protocol.
#[derive(Debug, PartialEq, Eq)]
struct Key {
    addresses: [[u8; 16]; 2],
    id: u32,
    protocol: Option<u8>,
    tunnel: u32,
}

impl Key {
    fn of(fragment: &Fragment<'_>) -> Self {
        let mut addresses = [[0; 16]; 2];
        let protocol = match fragment.ip.addresses {
            Addresses::V4(both) => {
                addresses[0][..8].copy_from_slice(both);
                Some(fragment.protocol)
            }
            Addresses::V6(both, _) => {
                addresses.as_flattened_mut().copy_from_slice(both);
                None
            }
        };
        Self {
            addresses,
            id: fragment.id,
            protocol,
            tunnel: fragment.tunnel,
        }
    }
}

#[derive(Debug)]
struct Packet {
    key: Key,
    since_ns: i64,
    /// By offset, none overlapping.
    parts: Vec<Part>,
    /// Of all parts, on the wire.
    len: u32,
    /// Where the last fragment ends, once that came.
    total: Option<u32>,
    given_up: bool,
}

#[derive(Debug)]
struct Part {
    protocol: u8,
    start: u32,
    end: u32,
    /// Fewer than on the wire if the snap length cut them.
    bytes: Box<[u8]>,
}

impl Fragments {
    pub(crate) fn new(limits: FragmentLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Packets that were given up because of the bounds.
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }

    fn remove(&mut self, index: usize) -> Option<Packet> {
        let packet = self.held.remove(index)?;
        self.parts -= packet.parts.len();
        Some(packet)
    }

    /// The oldest packets go as long as there are too many of them, or of their fragments.
    fn make_room(&mut self) {
        while self.held.len() > self.limits.packets as usize || self.parts > self.limits.fragments as usize {
            if self.remove(0).is_none() {
                return;
            }
            self.dropped += 1;
        }
    }

    /// Takes in a fragment, seen at `now_ns`.
    pub(crate) fn take(&mut self, fragment: &Fragment<'_>, now_ns: i64) -> Taken {
        let len = fragment.window.wire_len;
        let end = fragment.offset.saturating_add(len);
        // All but the last are counted in units of eight bytes.
        if len == 0 || end > MAX_LEN || (fragment.more && len % 8 != 0) {
            return Taken::Held;
        }
        let key = Key::of(fragment);
        let mut found = self.held.iter().position(|packet| packet.key == key);
        if let Some(index) = found {
            let age_ns = self
                .held
                .get(index)
                .map_or(0, |packet| now_ns.saturating_sub(packet.since_ns));
            if age_ns > MAX_AGE_NS {
                self.remove(index);
                found = None;
            }
        }
        let index = found.unwrap_or_else(|| {
            self.held.push_back(Packet::new(key, now_ns));
            self.held.len() - 1
        });
        let Some(packet) = self.held.get_mut(index) else {
            return Taken::Held;
        };
        let before = packet.parts.len();
        let fits = packet.add(fragment, end);
        if !fits {
            packet.give_up();
        }
        let is_whole = packet.total == Some(packet.len);
        self.parts = self.parts - before + packet.parts.len();
        if !fits || !is_whole {
            self.make_room();
            return if fits { Taken::Held } else { Taken::Contradicts };
        }
        match self.remove(index).and_then(Packet::join) {
            Some(whole) => Taken::Whole(whole),
            None => Taken::Held,
        }
    }
}

impl Packet {
    fn new(key: Key, since_ns: i64) -> Self {
        Self {
            key,
            since_ns,
            parts: Vec::new(),
            len: 0,
            total: None,
            given_up: false,
        }
    }

    /// Adds a fragment up to `end`, unless it is a copy; `false` if it contradicts another one.
    fn add(&mut self, fragment: &Fragment<'_>, end: u32) -> bool {
        let start = fragment.offset;
        let bytes = fragment.window.data;
        let at = self.parts.partition_point(|part| part.end <= start);
        let next = self.parts.get(at);
        if self.given_up {
            return false;
        }
        if next.is_some_and(|part| (part.start, part.end, &*part.bytes) == (start, end, bytes)) {
            return true;
        }
        if next.is_some_and(|part| part.start < end) || self.total.is_some_and(|total| end > total) {
            return false;
        }
        if !fragment.more {
            if self.total.is_some_and(|total| total != end) || next.is_some() {
                return false;
            }
            self.total = Some(end);
        }
        self.len += end - start;
        let part = Part {
            protocol: fragment.protocol,
            start,
            end,
            bytes: bytes.into(),
        };
        self.parts.insert(at, part);
        true
    }

    /// Forgets its bytes; it stays, so that what still comes is not taken for another packet.
    fn give_up(&mut self) {
        self.given_up = true;
        self.parts = Vec::new();
    }

    /// Puts the parts together, which lie one behind the other.
    fn join(self) -> Option<Whole> {
        let protocol = self.parts.first()?.protocol;
        let mut bytes = Vec::with_capacity(self.len as usize);
        for part in &self.parts {
            if bytes.len() < part.start as usize {
                break;
            }
            bytes.extend_from_slice(&part.bytes);
        }
        Some(Whole {
            protocol,
            bytes,
            wire_len: self.len,
        })
    }
}

#[cfg(test)]
mod tests;
