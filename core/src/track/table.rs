//! The table of connections: a hash table of slots over a slab, bounded.
//!
//! The newest connection of a key is the one found; the one before it, perhaps still live, hangs on
//! [`Conn::older`]. When the table is full a closed connection makes room, else one that has been quiet.

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher as _;

use hashbrown::HashTable;

use super::conn::Conn;
use super::key::{FlowKey, Slot};
use crate::annotation::ConnectionId;

/// Connections of one pair beside each other: a live one, the attempt that takes over, and between them
/// attempts of other numbers, which scanners and old duplicates make.
const BESIDE: usize = 16;

pub(super) struct Table {
    /// Boxed: a record is long, and moved from hand to hand when it begins and ends.
    slots: Vec<Option<Box<Conn>>>,
    free: Vec<Slot>,
    newest: HashTable<Slot>,
    // Seeded: an attacker chooses the keys.
    hasher: foldhash::fast::RandomState,
    closed: VecDeque<(Slot, ConnectionId)>,
    /// Where connections are whose slot is not their number: those that took the place of an evicted one.
    moved: HashMap<ConnectionId, Slot>,
    sweep: usize,
    limit: usize,
    max_closed: usize,
}

impl Table {
    pub(super) fn new(limit: usize, max_closed: usize) -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            newest: HashTable::new(),
            hasher: foldhash::fast::RandomState::default(),
            closed: VecDeque::new(),
            moved: HashMap::new(),
            sweep: 0,
            limit: limit.clamp(1, Slot::MAX as usize),
            max_closed: max_closed.max(2),
        }
    }

    pub(super) fn find(&self, key: &FlowKey) -> Option<Slot> {
        let hash = self.hasher.hash_one(key);
        self.newest.find(hash, |&slot| self.key(slot) == key).copied()
    }

    /// The connection in a slot that [`find`](Self::find) or [`insert`](Self::insert) gave.
    pub(super) fn conn(&self, slot: Slot) -> &Conn {
        self.slots[slot as usize]
            .as_deref()
            .expect("a slot in the index is taken")
    }

    /// The same to be changed in whatever way, so that nothing is predicted of it any more.
    #[inline]
    pub(super) fn conn_mut(&mut self, slot: Slot) -> &mut Conn {
        let conn = self.predicting_mut(slot);
        conn.stop_predicting();
        conn
    }

    /// The same for a change that leaves the prediction as it is.
    #[inline]
    pub(super) fn predicting_mut(&mut self, slot: Slot) -> &mut Conn {
        self.slots[slot as usize]
            .as_deref_mut()
            .expect("a slot in the index is taken")
    }

    /// Whether the slot holds that very connection (and not a later one that took its place).
    pub(super) fn get(&self, slot: Slot, id: ConnectionId) -> Option<&Conn> {
        self.slots
            .get(slot as usize)?
            .as_deref()
            .filter(|conn| conn.id == id)
    }

    /// The connections of a pair that a segment may belong to, the newest first: a few at most.
    pub(super) fn of_pair(&self, newest: Slot) -> impl Iterator<Item = (Slot, &Conn)> {
        let first = (newest, self.conn(newest));
        std::iter::successors(Some(first), |(_, conn)| {
            let (slot, id) = conn.older?;
            Some((slot, self.get(slot, id)?))
        })
        .take(BESIDE)
    }

    /// Does something to each of them.
    pub(super) fn for_each_of_pair(&mut self, newest: Slot, mut act: impl FnMut(Slot, &mut Conn)) {
        let mut at = Some((newest, self.conn(newest).id));
        for _ in 0..BESIDE {
            let Some((slot, _)) = at.filter(|&(slot, id)| self.get(slot, id).is_some()) else {
                return;
            };
            let conn = self.conn_mut(slot);
            act(slot, conn);
            at = conn.older;
        }
    }

    /// A connection by its number: its slot, as long as none was ever evicted.
    pub(super) fn by_id(&self, id: ConnectionId) -> Option<&Conn> {
        let at_its_place = Slot::try_from(id).ok().and_then(|slot| self.get(slot, id));
        at_its_place.or_else(|| self.get(*self.moved.get(&id)?, id))
    }

    /// Adds a connection as the newest of its key and returns its slot.
    pub(super) fn insert(&mut self, conn: Box<Conn>) -> Slot {
        let (key, id) = (conn.key, conn.id);
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = Some(conn);
                slot
            }
            None => {
                self.slots.push(Some(conn));
                (self.slots.len() - 1) as Slot
            }
        };
        if id != ConnectionId::from(slot) {
            self.moved.insert(id, slot);
        }
        let hash = self.hasher.hash_one(key);
        let Self {
            newest,
            slots,
            hasher,
            ..
        } = self;
        let key_of = |slot: Slot| {
            &slots[slot as usize]
                .as_ref()
                .expect("a slot in the index is taken")
                .key
        };
        match newest.find_mut(hash, |&other| *key_of(other) == key) {
            Some(entry) => *entry = slot,
            None => {
                newest.insert_unique(hash, slot, |&other| hasher.hash_one(key_of(other)));
            }
        }
        slot
    }

    /// Notes that a connection has closed: it is the first to go when room is needed.
    pub(super) fn note_closed(&mut self, slot: Slot) {
        let conn = self.conn_mut(slot);
        conn.recently_active = false;
        let id = conn.id;
        self.closed.push_back((slot, id));
    }

    /// Takes out the one that closed longest ago, where more are held than wanted; none if it had a segment since
    /// it was last looked at. Never the last one that closed.
    pub(super) fn take_surplus(&mut self) -> Option<Box<Conn>> {
        if self.closed.len() <= self.max_closed {
            return None;
        }
        let (slot, id) = self.closed.pop_front()?;
        self.get(slot, id).filter(|conn| conn.is_closed())?;
        let conn = self.conn_mut(slot);
        if std::mem::take(&mut conn.recently_active) {
            self.closed.push_back((slot, id));
            return None;
        }
        self.take(slot)
    }

    /// Whether all of those that closed stay.
    pub(super) fn keeps_closed(&self) -> bool {
        self.max_closed == usize::MAX
    }

    /// Connections that may be held.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Every connection, in no order.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Conn> {
        self.slots.iter_mut().flatten().map(|conn| &mut **conn)
    }

    /// Takes every connection out, in the order of their numbers.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Box<Conn>> + use<> {
        self.free.clear();
        self.newest.clear();
        self.closed.clear();
        self.moved.clear();
        self.sweep = 0;
        let mut slots = std::mem::take(&mut self.slots);
        let id = |slot: &Option<Box<Conn>>| slot.as_ref().map(|conn| conn.id);
        // Only what took an evicted connection's place is out of order.
        if !slots.is_sorted_by_key(id) {
            slots.sort_unstable_by_key(id);
        }
        slots.into_iter().flatten()
    }

    fn key(&self, slot: Slot) -> &FlowKey {
        &self.conn(slot).key
    }

    /// Takes out the one that closed longest ago.
    pub(super) fn evict_closed(&mut self) -> Option<Box<Conn>> {
        while let Some((slot, id)) = self.closed.pop_front() {
            if self.get(slot, id).is_some_and(Conn::is_closed) {
                return self.take(slot);
            }
        }
        None
    }

    /// Takes out one that had no segment for long.
    pub(super) fn evict_quiet(&mut self) -> Option<Box<Conn>> {
        // Second chance: a connection that had a segment since the last sweep is passed over once, so
        // at most two rounds are needed.
        for _ in 0..2 * self.slots.len() {
            self.sweep = (self.sweep + 1) % self.slots.len();
            if let Some(conn) = &mut self.slots[self.sweep] {
                if !std::mem::take(&mut conn.recently_active) {
                    return self.take(self.sweep as Slot);
                }
            }
        }
        None
    }

    /// Takes a connection out.
    pub(super) fn take(&mut self, slot: Slot) -> Option<Box<Conn>> {
        let conn = self.slots[slot as usize].take()?;
        let hash = self.hasher.hash_one(conn.key);
        // Not in the index when a newer connection of the key has taken its place there.
        if let Ok(entry) = self.newest.find_entry(hash, |&other| other == slot) {
            entry.remove();
        }
        self.moved.remove(&conn.id);
        self.free.push(slot);
        Some(conn)
    }
}
