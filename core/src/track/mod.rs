//! What segments mean in their connections. Read RFC 9293 sections 3.3 to 3.6 and 3.10.7 first.
//!
//! [`Tracker::segment`] takes one segment through the same stations each time: whose is it
//! ([`identity`]); what does its sender's number say it had received ([`endpoint`]); which step of the
//! opening ([`handshake`]), the middle ([`transfer`]) or the end ([`teardown`]) is it; what does its
//! payload carry ([`streams`]). Each station writes into one [`note::Note`]; the annotation is made from
//! it at the end. A plain segment costs one table probe and no allocation.

mod compat;
mod conn;
mod endpoint;
mod handshake;
mod identity;
mod key;
mod note;
pub(crate) mod reassembly;
mod sent;
mod state;
mod streams;
mod summary;
mod table;
mod teardown;
mod transfer;

use crate::annotation::{Annotation, CloseSoFar, ConnectionId, HttpNote, Transition};
use crate::config::Config;
use crate::connection::{Connection, Offer};
use crate::http::Transaction;
use crate::rule::Rule;
use crate::stream::{Mark, StreamEnd};
use crate::wire::tcp::TcpFlags;
use crate::wire::tcp_option::TcpOption;
use crate::words::{Phase, State};
use crate::{Checksum, Segment, SeqNumber, Side, Sides};
use conn::{Conn, OfferedSyn};
use endpoint::Numbers;
use identity::Identity;
use key::FlowKey;
use note::Note;
use streams::Limits;
use table::{Slot, Table};

/// A segment on its way through the stations.
struct Arrival<'a> {
    segment: &'a Segment<'a>,
    mark: Mark,
    sender: Side,
    flags: TcpFlags,
    seq: SeqNumber,
    /// Present with the ACK bit.
    ack: Option<SeqNumber>,
    /// Payload bytes on the wire.
    len: u32,
    /// The number after the last byte, SYN or FIN.
    end: SeqNumber,
}

impl<'a> Arrival<'a> {
    fn new(segment: &'a Segment<'a>) -> Self {
        let tcp = &segment.tcp;
        let flags = tcp.flags;
        let len = segment.payload_len;
        Self {
            segment,
            mark: Mark {
                frame: segment.frame,
                time_ns: segment.time_ns,
            },
            sender: Side::Initiator,
            flags,
            seq: tcp.seq,
            ack: flags.ack().then_some(tcp.ack),
            len,
            end: tcp.seq
                + len
                    .wrapping_add(u32::from(flags.syn()))
                    .wrapping_add(u32::from(flags.fin())),
        }
    }

    /// Where the payload begins: behind the SYN.
    fn payload_seq(&self) -> SeqNumber {
        self.seq + u32::from(self.flags.syn())
    }

    fn as_offered(&self) -> OfferedSyn {
        OfferedSyn {
            by: self.sender,
            mark: self.mark,
            seq: self.seq,
            end: self.end,
            offer: self.offer(),
        }
    }

    fn numbers(&self) -> Numbers {
        let needs_answer = self.len > 0 || self.flags.syn() || self.flags.fin();
        Numbers {
            end: self.end,
            ack: self.ack,
            needs_answer,
        }
    }

    /// TSval of the timestamps option (RFC 7323).
    fn tsval(&self) -> Option<u32> {
        self.segment.tcp.options().find_map(|(_, option)| match option {
            TcpOption::Timestamps { val, .. } => Some(val),
            _ => None,
        })
    }

    /// The options of a SYN.
    fn offer(&self) -> Offer {
        let mut offer = Offer::default();
        for (_, option) in self.segment.tcp.options() {
            match option {
                TcpOption::Mss(mss) => offer.mss = Some(mss),
                TcpOption::WindowScale(shift) => offer.window_scale = Some(shift),
                TcpOption::SackPermitted => offer.sack_permitted = true,
                TcpOption::Timestamps { .. } => offer.timestamps = true,
                TcpOption::FastOpen { .. } => offer.fast_open = true,
                TcpOption::Mptcp(_) => offer.mptcp = true,
                _ => {}
            }
        }
        offer
    }
}

/// The connection tracker.
pub(crate) struct Tracker {
    table: Table,
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

    /// Takes in a segment. `moves_state` is false for one that cannot be trusted: it is listed with its
    /// connection, but proves nothing.
    pub(crate) fn segment(&mut self, segment: &Segment<'_>, moves_state: bool) -> Annotation {
        self.tick(segment.time_ns);
        let mut arrival = Arrival::new(segment);
        let (slot, rule) = self.slot_of(&mut arrival);
        let conn = self.table.conn_mut(slot);
        let closed_before = conn.is_closed();
        let mut note = Note::new(conn.phase(&arrival));
        if let Some(rule) = rule {
            note.special(rule);
        }
        let before = Sides::from_fn(|side| conn.ends[side].state);
        let http = if moves_state && segment.tcp.is_whole() {
            conn.observe(&arrival, &mut note, &self.limits)
        } else {
            None
        };
        conn.count(&arrival, &note, &self.compat);
        let annotation = conn.annotate(&arrival, &note, before, http, self.now_ns);
        let closed_now = !closed_before && conn.is_closed();
        let accepted = note.rules.contains(Rule::O2).then_some(conn.older).flatten();
        if closed_now {
            conn.release();
            self.table.note_closed(slot);
        }
        if let Some((older_slot, older_id)) = accepted {
            self.supersede(slot, older_slot, older_id, annotation)
        } else {
            annotation
        }
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
                    let connection = self.summarise(evicted, true);
                    self.evicted.push(connection);
                }
                (slot, rule)
            }
        }
    }

    /// T24: a SYN-ACK accepts a new connection while the older one of the pair had not closed.
    fn supersede(
        &mut self,
        slot: Slot,
        older_slot: Slot,
        older_id: ConnectionId,
        mut annotation: Annotation,
    ) -> Annotation {
        if self.table.get(older_slot, older_id).is_none_or(Conn::is_closed) {
            return annotation;
        }
        let older = self.table.conn_mut(older_slot);
        older.superseded_by = Some(annotation.frame);
        older.closing.closed = Some(annotation.time_ns);
        self.table.note_closed(older_slot);
        let mut rules = crate::rule::RuleSet::default();
        rules.insert(Rule::T24);
        self.table.conn_mut(slot).rules.add(rules, annotation.frame);
        annotation.rules.insert(Rule::T24);
        annotation
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

impl Conn {
    /// The phase a segment arrives in, before it is looked at.
    fn phase(&self, arrival: &Arrival<'_>) -> Phase {
        if self.is_closed() {
            // A retry of a refused attempt opens it again.
            if arrival.flags.syn() && !self.is_open() {
                Phase::Handshake
            } else {
                Phase::Closed
            }
        } else if self.closing.first_fin.is_some() {
            Phase::Teardown
        } else if self.is_open() {
            Phase::Transfer
        } else if self.ends.initiator.isn.is_some() || arrival.flags.syn() {
            Phase::Handshake
        } else if arrival.flags.rst() || !arrival.flags.ack() {
            Phase::Stray
        } else {
            Phase::Transfer
        }
    }

    /// Takes a segment through the stations.
    fn observe(&mut self, arrival: &Arrival<'_>, note: &mut Note, limits: &Limits) -> Option<HttpNote> {
        if transfer::is_copy(self, arrival) {
            note.copy_of_previous();
            return None;
        }
        if arrival.flags.rst() {
            teardown::reset(self, arrival, note);
            if self.closing.reset.is_some_and(|reset| reset.at == arrival.mark) {
                self.end_streams(StreamEnd::Reset, limits);
            }
            return None;
        }
        if self.is_foreign_syn(arrival) {
            self.offered = arrival.ack.is_none().then(|| Box::new(arrival.as_offered()));
            return None;
        }
        let numbers = arrival.numbers();
        let (own, peer) = self.ends.pair_mut(arrival.sender);
        own.shows(numbers, peer);
        handshake::observe(self, arrival, note);
        if self.ends.initiator.isn.is_none() && self.ends.responder.isn.is_none() {
            handshake::observe_midstream(self, arrival, note);
        }
        teardown::note_missed_fin(self, arrival);
        transfer::acknowledge(self, arrival, note);
        transfer::payload(self, arrival, note);
        teardown::observe(self, arrival, note);
        let (_, peer) = self.ends.pair_mut(arrival.sender);
        peer.receives(numbers);
        transfer::advance(self, arrival);
        transfer::learn_states(self);
        self.streams(arrival, limits)
    }

    fn streams(&mut self, arrival: &Arrival<'_>, limits: &Limits) -> Option<HttpNote> {
        if arrival.len == 0 && !arrival.flags.fin() {
            return None;
        }
        let sender = arrival.sender;
        let own = &self.ends[sender];
        let (begin, acked) = (own.isn.map(|isn| isn + 1), self.ends[sender.peer()].ack);
        let note = if arrival.len > 0 {
            self.streams.payload(arrival, begin, acked, limits)
        } else {
            None
        };
        // A FIN that came before missing data (T11) ends the stream only when the hole is filled.
        if own
            .fin
            .is_some_and(|fin| self.streams.is_delivered(sender, fin.seq))
        {
            self.streams.end(sender, StreamEnd::Fin, arrival.mark, limits);
        }
        note
    }

    fn end_streams(&mut self, how: StreamEnd, limits: &Limits) {
        let mark = self.last;
        for side in Side::BOTH {
            let closed = how == StreamEnd::CaptureEnd && self.ends[side].fin.is_some();
            self.streams
                .end(side, if closed { StreamEnd::Fin } else { how }, mark, limits);
        }
    }

    /// Gives back what only a living connection needs.
    fn release(&mut self) {
        for side in Side::BOTH {
            self.ends[side].unacked.clear();
        }
    }

    fn count(&mut self, arrival: &Arrival<'_>, note: &Note, switches: &compat::Switches) {
        self.last = arrival.mark;
        self.recently_active = true;
        compat::observe(self, arrival, switches);
        let own = &mut self.ends[arrival.sender];
        own.packets += 1;
        own.retransmissions += u64::from(note.retransmission);
        self.rules.add(note.rules, arrival.mark.frame);
    }

    fn annotate(
        &mut self,
        arrival: &Arrival<'_>,
        note: &Note,
        before: Sides<State>,
        http: Option<HttpNote>,
        now_ns: i64,
    ) -> Annotation {
        let segment = arrival.segment;
        let close = if note.phase == Phase::Teardown || note.rules.contains(Rule::O15) {
            self.close_so_far(now_ns)
        } else {
            CloseSoFar::default()
        };
        let own = &self.ends[arrival.sender];
        let peer = &self.ends[arrival.sender.peer()];
        let known = segment.tcp.has_flags();
        let again = note.again;
        Annotation {
            frame: segment.frame,
            layer: segment.layer,
            time_ns: segment.time_ns,
            src: segment.src,
            src_port: segment.tcp.src_port,
            dst: segment.dst,
            dst_port: segment.tcp.dst_port,
            flags: arrival.flags,
            seq: known.then(|| arrival.seq.relative_to(own.base.unwrap_or(arrival.seq - 1))),
            ack: arrival
                .ack
                .map(|ack| ack.relative_to(peer.base.unwrap_or(ack - 1))),
            len: arrival.len,
            window: segment.tcp.is_whole().then_some(segment.tcp.window),
            integrity: segment.integrity.into(),
            connection: self.id,
            direction: arrival.sender,
            phase: note.phase,
            step: note.step,
            role: note.role(),
            rules: note.rules,
            state: Sides::from_fn(|side| Transition {
                before: before[side],
                after: self.ends[side].state,
            }),
            answers: note.answers.map(|mark| mark.frame),
            since_answered_ns: note
                .answers
                .map(|mark| segment.time_ns.saturating_sub(mark.time_ns)),
            retransmission_of: again.map(|again| again.of),
            retransmission_index: again.map(|again| again.index),
            since_previous_ns: again.map(|again| again.since_previous_ns),
            backoff_percent: again.and_then(|again| again.backoff_percent),
            http,
            close,
        }
    }

    fn close_so_far(&mut self, now_ns: i64) -> CloseSoFar {
        let handshake = handshake::verdict(self, now_ns);
        let ending = teardown::ending(self, handshake.verdict, handshake.confidence, now_ns);
        let told = (ending.verdict, ending.by);
        if self.closing.told.replace(told) == Some(told) {
            return CloseSoFar::default();
        }
        CloseSoFar {
            verdict_so_far: Some(told.0),
            by_so_far: Some(told.1),
        }
    }

    fn onset(&self, time_ns: i64) -> teardown::Onset {
        let data = Side::BOTH
            .into_iter()
            .any(|side| !self.ends[side].unacked.is_empty());
        let request = self.streams.http().is_some_and(|http| http.in_flight());
        teardown::Onset {
            idle_ns: time_ns.saturating_sub(self.last_news_ns),
            in_flight: data || request,
        }
    }
}

/// Whether a segment with this checksum is believed.
pub(crate) fn believes(policy: crate::ChecksumPolicy, segment: &Segment<'_>) -> bool {
    policy != crate::ChecksumPolicy::Drop || segment.integrity.checksum != Checksum::Bad
}
