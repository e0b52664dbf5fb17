//! What segments mean in their connections. Read RFC 9293 sections 3.3 to 3.6 and 3.10.7 first.
//!
//! [`Tracker::segment`] takes one segment through the same stations each time: whose is it
//! ([`identity`]); what does its sender's number say it had received ([`endpoint`]); which step of the
//! opening ([`handshake`], [`attempt`]), the middle ([`transfer`], [`keepalive`], [`window`]) or the end ([`teardown`]) is it; what does its
//! payload carry ([`streams`]). Each station writes into one [`note::Note`]; the annotation is made from
//! it at the end. A plain segment costs one table probe and no allocation.

mod arrival;
mod attempt;
mod compat;
mod conn;
mod crowd;
mod early;
mod endpoint;
mod giveup;
mod handshake;
mod icmp;
mod identity;
mod keepalive;
mod key;
mod note;
mod observe;
mod other_isn;
mod progress;
pub(crate) mod reassembly;
mod sent;
mod split;
mod state;
mod stray;
mod streams;
mod summary;
mod table;
mod teardown;
mod transfer;
mod verdict;
mod window;

use crate::annotation::{Annotation, ConnectionId};
use crate::config::Config;
use crate::connection::Connection;
use crate::http::Transaction;
use crate::rule::Rule;
use crate::stream::{Mark, StreamEnd};
use crate::words::State;
use crate::{Checksum, Integrity, Segment, Sides};
use arrival::Arrival;
use conn::Conn;
use crowd::Crowd;
use identity::Identity;
use key::{FlowKey, Slot};
use note::Note;
use streams::Limits;
use table::Table;

/// The connection tracker.
pub(crate) struct Tracker {
    table: Table,
    crowd: Crowd,
    limits: Limits,
    compat: compat::Switches,
    next_id: ConnectionId,
    /// The latest time of any frame: silence is measured up to it.
    now_ns: i64,
    evicted: Vec<Connection>,
}

impl Tracker {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            table: Table::new(config.max_connections),
            crowd: Crowd::new(config),
            limits: Limits {
                reassembly: config.reassembly,
                http: config.http_enabled.then_some(config.http),
            },
            compat: compat::Switches::new(config),
            next_id: 0,
            now_ns: i64::MIN,
            evicted: Vec::new(),
        }
    }

    /// Notes the time of a frame that carries no segment.
    pub(crate) fn tick(&mut self, time_ns: i64) {
        self.now_ns = self.now_ns.max(time_ns);
    }

    /// Takes in a segment, with the verdict on its checksum. `believed` is false for one that cannot be
    /// trusted: it is listed with its connection, but proves nothing.
    pub(crate) fn segment(
        &mut self,
        segment: &Segment<'_>,
        checksum: Checksum,
        believed: bool,
    ) -> Annotation {
        self.tick(segment.time_ns);
        let mut arrival = Arrival::new(
            segment,
            Integrity {
                checksum,
                ..segment.integrity
            },
        );
        let (slot, rule) = self.slot_of(&mut arrival);
        let conn = self.table.conn_mut(slot);
        let closed_before = conn.is_closed();
        let crowd_before = crowd::Before::of(conn);
        let mut note = Note::new(conn.phase(&arrival), conn.last_news_ns);
        if let Some(rule) = rule {
            note.special(rule);
        }
        let before = Sides::from_fn(|side| conn.ends[side].state);
        let counts = believed && segment.tcp.is_whole();
        let http = if counts {
            conn.observe(&arrival, &mut note, &self.limits)
        } else {
            None
        };
        if let (true, Some(older)) = (note.rules.contains(Rule::O2), conn.older) {
            if self.supersede(older, arrival.mark) {
                note.special(Rule::T24);
            }
        }
        let conn = self.table.conn_mut(slot);
        if counts && crowd_before.concerns_crowd(conn, &arrival) {
            self.crowd.observe(conn, crowd_before, &arrival, &mut note);
        }
        conn.count(&arrival, &note, &self.compat);
        if !closed_before && conn.is_closed() {
            conn.release();
            self.table.note_closed(slot);
        }
        self.table
            .conn_mut(slot)
            .annotate(&arrival, &note, before, http, self.now_ns)
    }

    /// The connection a segment belongs to, made if need be, and what its coming says of the last one.
    fn slot_of(&mut self, arrival: &mut Arrival<'_>) -> (Slot, Option<Rule>) {
        let (key, sent_by_low) = FlowKey::of(arrival.segment);
        let newest = self.table.find(&key);
        match identity::identify(&self.table, newest, sent_by_low, arrival) {
            Identity::Known(slot) => {
                arrival.sender = self.table.conn(slot).side(sent_by_low);
                (slot, None)
            }
            Identity::New {
                sender_is_initiator,
                rule,
                beside,
                offered,
            } => {
                let initiator_is_low = sent_by_low == sender_is_initiator;
                let mut conn = Conn::new(key, self.next_id, initiator_is_low, arrival.mark, arrival.flags);
                conn.older = beside.map(|slot| (slot, self.table.conn(slot).id));
                arrival.sender = conn.side(sent_by_low);
                if let Some(syn) = offered {
                    conn.ends.initiator.opens_by(&syn);
                    conn.ends.responder.state = State::Listen;
                }
                compat::begin(&mut conn, arrival, &self.compat, newest.is_some());
                self.next_id += 1;
                let (slot, evicted) = self.table.insert(conn);
                if let Some(evicted) = evicted {
                    self.crowd.forget(&evicted);
                    let connection = self.summarise(evicted, true);
                    self.evicted.push(connection);
                }
                (slot, rule)
            }
        }
    }

    /// T24: a SYN-ACK accepts a new connection while the older one of the pair had not closed.
    fn supersede(&mut self, (slot, id): (Slot, ConnectionId), accepted: Mark) -> bool {
        if self.table.get(slot, id).is_none_or(Conn::is_closed) {
            return false;
        }
        let older = self.table.conn_mut(slot);
        older.superseded_by = Some(accepted);
        older.closing.closed = Some(accepted.time_ns);
        older.release();
        self.table.note_closed(slot);
        true
    }

    /// A connection as it stands.
    pub(crate) fn connection(&self, id: ConnectionId) -> Option<Connection> {
        self.table
            .by_id(id)
            .map(|conn| conn.summarise(self.now_ns, false))
    }

    /// A transaction of a connection, by its position.
    pub(crate) fn transaction(&self, id: ConnectionId, index: u32) -> Option<&Transaction> {
        self.table
            .by_id(id)?
            .streams
            .http()?
            .transactions()
            .get(index as usize)
    }

    /// Connections pushed out since the last call.
    pub(crate) fn take_evicted(&mut self) -> Vec<Connection> {
        std::mem::take(&mut self.evicted)
    }

    /// Ends the capture: every connection not taken yet, in the order of their numbers. Each is made only
    /// when it is asked for, so that a long list costs no memory of its own.
    pub(crate) fn finish(&mut self) -> impl Iterator<Item = Connection> + '_ {
        let mut evicted = std::mem::take(&mut self.evicted);
        evicted.sort_unstable_by_key(|connection| connection.connection);
        let mut evicted = evicted.into_iter().peekable();
        let mut held = self.table.drain().peekable();
        std::iter::from_fn(move || {
            let held_id = held.peek().map(|conn| conn.id);
            match evicted.next_if(|evicted| held_id.is_none_or(|id| evicted.connection < id)) {
                Some(connection) => Some(connection),
                None => held.next().map(|conn| self.summarise(conn, false)),
            }
        })
    }

    fn summarise(&self, mut conn: Conn, evicted: bool) -> Connection {
        conn.end_streams(StreamEnd::CaptureEnd, &self.limits);
        conn.summarise(self.now_ns, evicted)
    }
}
