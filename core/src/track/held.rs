//! What all connections hold until more comes, against one bound: payload behind holes, heads that are not whole.
//!
//! Each connection is bounded by itself; many of them are not. When all hold too much, the one that has held something
//! for longest gives it up: what it waits for is the least likely to come.

use std::collections::VecDeque;

use super::key::Slot;
use super::table::Table;
use crate::annotation::ConnectionId;

/// Those that hold something, in the order in which they began.
#[derive(Debug)]
pub(super) struct Holders {
    limit: usize,
    /// Of all connections.
    bytes: usize,
    queue: VecDeque<Holder>,
    /// How many of the queue still hold what they began with.
    live: usize,
    next: u64,
    /// Connections that had to give up.
    pub(super) given_up: u64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Holder {
    pub(super) slot: Slot,
    pub(super) id: ConnectionId,
    /// Which time of its holding something: see [`Holding::since`].
    since: u64,
}

/// What one connection holds, as the bound counts it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Holding {
    bytes: usize,
    since: u64,
}

impl Holders {
    /// A queue shorter than this is not swept.
    const FEW: usize = 64;

    pub(super) const fn new(limit: usize) -> Self {
        Self {
            limit,
            bytes: 0,
            queue: VecDeque::new(),
            live: 0,
            next: 0,
            given_up: 0,
        }
    }

    /// No connection is left.
    pub(super) fn clear(&mut self) {
        (self.bytes, self.live) = (0, 0);
        self.queue.clear();
    }

    pub(super) const fn is_over(&self) -> bool {
        self.bytes > self.limit
    }

    /// A connection in a slot holds so much now.
    pub(super) fn set(&mut self, holding: &mut Holding, bytes: usize, slot: Slot, id: ConnectionId) {
        if bytes == 0 {
            return self.release(holding);
        }
        self.bytes = self.bytes - holding.bytes + bytes;
        if holding.bytes == 0 {
            self.next += 1;
            self.live += 1;
            holding.since = self.next;
            self.queue.push_back(Holder {
                slot,
                id,
                since: self.next,
            });
        }
        holding.bytes = bytes;
    }

    /// A connection holds nothing any more.
    pub(super) fn release(&mut self, holding: &mut Holding) {
        self.bytes -= holding.bytes;
        self.live -= usize::from(holding.bytes > 0);
        *holding = Holding::default();
    }

    /// Forgets those of the queue that hold nothing any more, when they are the most of it: so it grows no longer than
    /// twice those that do, at the cost of a look at each.
    pub(super) fn sweep(&mut self, table: &Table) {
        if self.queue.len() > Self::FEW + 2 * self.live {
            self.queue.retain(|holder| holder.is_live(table));
        }
    }

    /// The connection that has held something for longest.
    pub(super) fn oldest(&mut self, table: &Table) -> Option<Holder> {
        while let Some(holder) = self.queue.pop_front() {
            if holder.is_live(table) {
                return Some(holder);
            }
        }
        None
    }
}

impl Holding {
    pub(super) const fn bytes(self) -> usize {
        self.bytes
    }
}

impl Holder {
    fn is_live(&self, table: &Table) -> bool {
        table
            .get(self.slot, self.id)
            .is_some_and(|conn| conn.streams.holding().since == self.since)
    }
}
