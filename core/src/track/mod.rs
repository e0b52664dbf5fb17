//! What segments mean in their connections. Read RFC 9293 sections 3.3 to 3.6 and 3.10.7 first.
//!
//! [`Tracker::segment`] takes one segment through the same stations each time: whose is it ([`pair`]); what does
//! its sender's number say it had received ([`endpoint`]); which step of the [`opening`], the [`middle`] or the
//! [`ending`] is it, and what do its [`options`] say; what does its payload carry ([`streams`]). Each station
//! writes into one [`note::Note`]; the annotation is made from it at the end. A plain segment costs one table
//! probe and no allocation. [`verdict`] and [`summary`] tell what became of the connection.

mod arrival;
mod compat;
mod conn;
mod ending;
mod endpoint;
mod handing;
mod held;
mod key;
mod lone;
mod middle;
mod note;
mod observe;
mod opening;
mod options;
mod pair;
mod predict;
mod progress;
pub(crate) mod reassembly;
mod sent;
mod state;
mod streams;
mod summary;
mod table;
mod timing;
mod verdict;

use crate::annotation::{Annotation, ConnectionId};
use crate::application::{self, Application, Notes};
use crate::bounds::BoundsReached;
use crate::config::Config;
use crate::connection::Connection;
use crate::http::{HttpRow, Transaction};
use crate::rule::Rule;
use crate::stream::Mark;
use crate::words::{Confidence, Phase, State};
use crate::{Checksum, Integrity, Segment, Side};
use arrival::Arrival;
use challenge::Provocation;
use conn::Conn;
use crowd::Crowd;
use ending::{giveup, injected, teardown};
use held::Holders;
use hosts::Hosts;
use identity::Identity;
use key::{FlowKey, SentByLow, Slot};
use lone::LoneSyns;
use middle::{icmp, keepalive, loss, mtu, one_sided, order, transfer, window};
use note::Note;
use opening::{attempt, crowd, early, handshake, hosts, other_isn, split, stray};
use options::{ecn, fast_open, multipath, negotiation, offer, protection};
use pair::{challenge, discovery, identity};
use smallvec::SmallVec;
use streams::Limits;
use table::Table;

/// The connection tracker.
pub(crate) struct Tracker {
    table: Table,
    lone: LoneSyns,
    crowd: Crowd,
    limits: Limits,
    compat: compat::Switches,
    hosts: Hosts,
    holders: Holders,
    bounds: BoundsReached,
    next_id: ConnectionId,
    /// The latest time of any frame: silence is measured up to it.
    now_ns: i64,
    /// Predicted segments take the short way; off only to be compared.
    pub(crate) predicts: bool,
    evicted: Vec<Connection>,
    /// Complete transactions nobody has taken yet, where they are streamed.
    transactions: Vec<HttpRow>,
}

impl Tracker {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            table: Table::new(config.max_connections, config.max_closed),
            lone: LoneSyns::new(),
            crowd: Crowd::new(config),
            limits: Limits {
                reassembly: config.reassembly,
                application: config.http_enabled.then_some(application::Limits {
                    http: config.http,
                    tls: config.tls,
                }),
                idle_reset_ns: config.idle_reset_ns,
            },
            compat: compat::Switches::new(config),
            hosts: Hosts::new(config.max_hosts),
            holders: Holders::new(config.max_held_bytes),
            bounds: BoundsReached::default(),
            next_id: 0,
            now_ns: i64::MIN,
            predicts: true,
            evicted: Vec::new(),
            transactions: Vec::new(),
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
        let (key, sent_by_low) = FlowKey::of(segment);
        let newest = self.newest(&key);
        let counts = believed && segment.tcp.is_whole();
        if newest.is_none() && counts && self.lone.is_flood() {
            if let Some(annotation) = self.lone_syn(&arrival, key, sent_by_low) {
                return annotation;
            }
        }
        let (slot, rule) = self.slot_of(&mut arrival, key, sent_by_low, newest);
        if counts && self.predicts && self.table.conn(slot).predicts(&arrival, &self.compat) {
            return self.predicted(slot, &arrival);
        }
        let conn = self.table.conn_mut(slot);
        let closed_before = conn.is_closed();
        let open_before = conn.opening.established;
        let crowd_before = crowd::Before::of(conn);
        let mut note = Note::new(conn.phase(&arrival), conn.last_news_ns);
        if let Some(rule) = rule {
            note.special(rule);
        }
        let before = conn.states();
        let notes = if counts {
            conn.observe(&arrival, &mut note, &self.limits)
        } else {
            Notes::default()
        };
        let has_opened = !open_before && conn.opening.established;
        // Its SYN-ACK may be missing from the capture.
        let accepted = match (note.rules.contains(Rule::O2), has_opened) {
            (true, _) => Some(Confidence::Certain),
            (false, true) => Some(Confidence::Likely),
            (false, false) => None,
        };
        if let (Some(confidence), Some(older)) = (accepted, conn.older) {
            if self.supersede(older, (arrival.mark, confidence)) {
                note.special(Rule::T24);
            }
        }
        if has_opened {
            discovery::tell_ghosts(&mut self.table, slot, arrival.mark);
        }
        let conn = self.table.predicting_mut(slot);
        if note.rules.contains(Rule::O2) {
            self.hosts.answers(&arrival);
        } else if note.rules.contains(Rule::O15) {
            conn.opening.refused_elsewhere = self.hosts.is_foreign(&arrival);
        }
        if counts && crowd_before.concerns_crowd(conn, &arrival) {
            self.crowd.observe(conn, crowd_before, &arrival, &mut note);
        }
        conn.count(&arrival, &mut note, &self.compat);
        let has_closed = !closed_before && conn.is_closed();
        if self.limits.streamed() {
            conn.hand_out(has_closed && conn.is_delivered(), &mut self.transactions);
        }
        if has_closed {
            conn.release();
        }
        let annotation = conn.annotate(&arrival, &note, before, notes, self.now_ns);
        conn.predicting = counts && conn.is_undisturbed();
        // Only these change what is held.
        if arrival.len > 0 || arrival.flags.fin() || arrival.flags.rst() {
            self.count_held(slot, &note);
            self.bound_held();
        }
        if has_closed {
            self.table.note_closed(slot);
            self.let_go();
        }
        annotation
    }

    /// The short way of a segment that was predicted: it opens and closes nothing, and concerns no other connection.
    fn predicted(&mut self, slot: Slot, arrival: &Arrival<'_>) -> Annotation {
        let conn = self.table.predicting_mut(slot);
        let mut note = Note::new(Phase::Transfer, conn.last_news_ns);
        let before = conn.states();
        let notes = conn.observe_predicted(arrival, &mut note, &self.limits);
        let annotation = conn.annotate(arrival, &note, before, notes, self.now_ns);
        if arrival.len > 0 {
            if self.limits.streamed() {
                conn.hand_out(false, &mut self.transactions);
            }
            self.count_held(slot, &note);
            self.bound_held();
        }
        annotation
    }

    /// Counts what a connection holds after it took in a segment.
    fn count_held(&mut self, slot: Slot, note: &Note) {
        let conn = self.table.predicting_mut(slot);
        conn.streams.count_held(&mut self.holders, slot, conn.id);
        self.bounds.reassembly += u64::from(note.gave_up);
        self.bounds.heads += u64::from(note.too_long);
    }

    /// Closed connections leave where there are too many: two for each that closes, as one may be passed over.
    fn let_go(&mut self) {
        for _ in 0..2 {
            if let Some(mut gone) = self.table.take_surplus() {
                self.give_out(&mut gone, false);
            }
        }
    }

    /// A connection has left the table.
    fn give_out(&mut self, gone: &mut Conn, evicted: bool) {
        gone.streams.hold_nothing(&mut self.holders);
        self.crowd.forget(gone);
        let connection = self.summarise(gone, evicted);
        self.evicted.push(connection);
    }

    /// The connection a segment belongs to, made if need be, and what its coming says of the last one.
    fn slot_of(
        &mut self,
        arrival: &mut Arrival<'_>,
        key: FlowKey,
        sent_by_low: SentByLow,
        newest: Option<Slot>,
    ) -> (Slot, Option<Rule>) {
        match identity::identify(&self.table, newest, sent_by_low, arrival) {
            Identity::Known(slot) => {
                arrival.sender = self.table.conn(slot).side(sent_by_low);
                if let (Some(newest), true) = (newest, arrival.flags.syn() && arrival.ack.is_none()) {
                    self.provoke_beside(newest, Some(slot), sent_by_low, arrival.mark);
                }
                (slot, None)
            }
            Identity::New {
                sender_is_initiator,
                rule,
                beside,
                offered,
            } => {
                let initiator_is_low = sent_by_low == sender_is_initiator;
                let mut conn = Box::new(Conn::new(
                    key,
                    self.next_id,
                    initiator_is_low,
                    arrival.mark,
                    arrival.flags,
                ));
                conn.older = beside.map(|slot| (slot, self.table.conn(slot).id));
                arrival.sender = conn.side(sent_by_low);
                if let Some(syn) = offered {
                    conn.ends.initiator.opens_by(&syn);
                    conn.ends.responder.state = State::Listen;
                }
                compat::begin(&mut conn, newest.is_some());
                self.next_id += 1;
                if let (Some(newest), true) = (beside, offered.is_none()) {
                    self.provoke_beside(newest, None, sent_by_low, arrival.mark);
                }
                self.make_room();
                let slot = self.table.insert(conn);
                if newest.is_none() {
                    self.note_lone_syn(arrival, slot);
                }
                (slot, rule)
            }
        }
    }

    /// One goes where there are as many as may be: one that is closed, a lone SYN, or one that is quiet.
    fn make_room(&mut self) {
        if self.table.len() + self.lone.len() < self.table.limit() {
            return;
        }
        let gone = self.table.evict_closed().or_else(|| {
            let syn = self.lone.take_oldest()?;
            Some(Box::new(self.made_again(&syn)))
        });
        if let Some(mut gone) = gone.or_else(|| self.table.evict_quiet()) {
            self.bounds.connections += 1;
            self.give_out(&mut gone, true);
        }
    }

    /// The connections that have held something for longest give it up, as long as all hold too much.
    fn bound_held(&mut self) {
        while self.holders.is_over() {
            let Some(holder) = self.holders.oldest(&self.table) else {
                return;
            };
            let conn = self.table.conn_mut(holder.slot);
            let rules = conn.streams.give_up(conn.last, &self.limits);
            conn.rules.add(rules, conn.last.frame);
            conn.streams.count_held(&mut self.holders, holder.slot, holder.id);
            self.holders.given_up += 1;
        }
        self.holders.sweep(&self.table);
    }

    pub(crate) fn bounds_reached(&self) -> BoundsReached {
        BoundsReached {
            held_bytes: self.holders.given_up,
            servers: self.crowd.evicted(),
            hosts: self.hosts.replaced(),
            ..self.bounds
        }
    }

    /// A SYN of one connection of a pair may be answered by another that its receiver still knows.
    fn provoke_beside(&mut self, newest: Slot, of: Option<Slot>, sent_by_low: bool, syn: Mark) {
        self.table.for_each_of_pair(newest, |slot, conn| {
            if of != Some(slot) {
                conn.provoke_by_syn(Provocation::Syn, conn.side(sent_by_low), syn);
            }
        });
    }

    /// T24: a new connection is accepted while an older one of the pair had not closed. An attempt that
    /// nothing ever answered is no such one.
    fn supersede(&mut self, (slot, id): (Slot, ConnectionId), accepted: (Mark, Confidence)) -> bool {
        if self.table.get(slot, id).is_none() {
            return false;
        }
        let mut superseded: SmallVec<[Slot; 1]> = SmallVec::new();
        self.table.for_each_of_pair(slot, |slot, older| {
            let is_answered = Side::BOTH.iter().all(|&side| !older.unanswered(side));
            if older.has_ended() || !(is_answered || older.is_open()) {
                return;
            }
            older.superseded_by = Some(accepted);
            older.closing.closed = Some(accepted.0.time_ns);
            older.challenge = None;
            older.release();
            superseded.push(slot);
        });
        for &slot in &superseded {
            self.table.note_closed(slot);
        }
        !superseded.is_empty()
    }

    /// A connection as it stands.
    pub(crate) fn connection(&self, id: ConnectionId) -> Option<Connection> {
        match self.table.by_id(id) {
            Some(conn) => Some(conn.summarise(self.now_ns, false)),
            None => {
                let syn = self.lone.by_id(id)?;
                Some(self.made_again(syn).summarise(self.now_ns, false))
            }
        }
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

    /// The same, and where it happened.
    pub(crate) fn http_row(&self, id: ConnectionId, index: u32) -> Option<HttpRow> {
        self.table.by_id(id)?.http_row(index)
    }

    /// Complete transactions since the last call.
    pub(crate) fn take_transactions(&mut self) -> Vec<HttpRow> {
        std::mem::take(&mut self.transactions)
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
        self.holders.clear();
        let mut held = self.table.drain().peekable();
        let mut lone = self.lone.drain().peekable();
        std::iter::from_fn(move || {
            let held_id = held.peek().map_or(ConnectionId::MAX, |conn| conn.id);
            let lone_id = lone.peek().map_or(ConnectionId::MAX, |syn| syn.id);
            if let Some(evicted) = evicted.next_if(|evicted| evicted.connection < held_id.min(lone_id)) {
                return Some(evicted);
            }
            Some(match lone.next_if(|syn| syn.id < held_id) {
                Some(syn) => self.summarise(&mut self.made_again(&syn), false),
                None => self.summarise(&mut *held.next()?, false),
            })
        })
    }

    /// Ends the capture for every connection where it is.
    pub(crate) fn end_capture(&mut self) {
        for conn in self.table.iter_mut() {
            conn.end_capture(&self.limits, &mut self.transactions);
        }
    }

    fn summarise(&mut self, conn: &mut Conn, evicted: bool) -> Connection {
        conn.end_capture(&self.limits, &mut self.transactions);
        self.bounds.pending_requests += conn.streams.http().map_or(0, |http| http.forgotten().into());
        self.bounds.streams += conn.streams.application().map_or(0, Application::streams_omitted);
        conn.summarise(self.now_ns, evicted)
    }
}
