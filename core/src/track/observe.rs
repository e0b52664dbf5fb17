//! The way of a segment through its connection: whose number says what, which step is it, what does it
//! carry; and the annotation made of it.

use super::arrival::Arrival;
use super::challenge::Provocation;
use super::conn::Conn;
use super::note::Note;
use super::progress::Onset;
use super::streams::{Limits, Told};
use super::{
    challenge, compat, handshake, injected, keepalive, loss, mtu, negotiation, offer, one_sided, order,
    other_isn, split, stray, teardown, transfer, verdict, window,
};
use crate::annotation::{Annotation, CloseSoFar, Transition};
use crate::application::{Application, Notes};
use crate::rule::{Rule, RuleSet};
use crate::stream::StreamEnd;
use crate::words::{Phase, State};
use crate::{Side, Sides};

impl Conn {
    /// The phase a segment arrives in, before it is looked at.
    pub(super) fn phase(&self, arrival: &Arrival<'_>) -> Phase {
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
        } else if self.ends.initiator.isn.is_some() || arrival.opens() {
            Phase::Handshake
        } else if arrival.flags.rst() || !arrival.flags.ack() {
            Phase::Stray
        } else {
            Phase::Transfer
        }
    }

    /// A FIN before its sender's SYN, to a peer in SYN-SENT, is dropped (RFC 9293 section 3.10.7.3); so is one
    /// with the number of the SYN itself, or an older one (3.10.7.4 first).
    fn drops_fin(&self, arrival: &Arrival<'_>) -> bool {
        let (own, peer) = (&self.ends[arrival.sender], &self.ends[arrival.sender.peer()]);
        match own.isn {
            Some(isn) => !arrival.end.after(isn + 1),
            None => own.ack.is_none() && own.payload.is_none() && peer.syn.is_some() && peer.ack.is_none(),
        }
    }

    /// Takes a segment through the stations.
    pub(super) fn observe(&mut self, arrival: &Arrival<'_>, note: &mut Note, limits: &Limits) -> Notes {
        if transfer::is_copy(self, arrival) {
            note.copy_of_previous();
            return Notes::default();
        }
        offer::strange_flags(arrival, note);
        if arrival.flags.rst() {
            teardown::reset(self, arrival, note);
            negotiation::reset(self, arrival, note);
            injected::reset(self, arrival, note, limits.idle_reset_ns);
            if self.closing.reset.is_some_and(|reset| reset.at == arrival.mark) {
                note.more(self.end_streams(StreamEnd::Reset, limits));
            }
            return Notes::default();
        }
        if arrival.ack.is_none() && stray::probe(self, arrival, note) {
            return Notes::default();
        }
        if self.is_foreign_syn(arrival) {
            other_isn::observe(self, arrival, note);
            self.offer(arrival);
            self.provoke_by_syn(Provocation::Syn, arrival.sender, arrival.mark);
            return Notes::default();
        }
        if arrival.flags.fin() && arrival.ack.is_none() && self.is_open() {
            note.special(Rule::T13);
            return Notes::default();
        }
        if arrival.flags.fin() && !arrival.flags.syn() && self.drops_fin(arrival) {
            return Notes::default();
        }
        let numbers = arrival.numbers();
        let (own, peer) = self.ends.pair_mut(arrival.sender);
        own.shows(numbers, peer);
        handshake::observe(self, arrival, note);
        if !self.opening.established && note.calls_for_reset() {
            return Notes::default();
        }
        if self.ends.initiator.isn.is_none() && self.ends.responder.isn.is_none() {
            handshake::observe_midstream(self, arrival, note);
        }
        negotiation::observe(self, arrival, note);
        teardown::note_missed_fin(self, arrival);
        one_sided::observe(self, arrival, note);
        window::observe(self, arrival, note);
        keepalive::observe(self, arrival, note);
        challenge::observe(self, arrival, note);
        mtu::answered(self, arrival);
        transfer::acknowledge(self, arrival, note);
        order::sack(self, arrival);
        loss::observe(self, arrival, note);
        injected::observe_after(self, arrival, note);
        if !note.probe {
            transfer::payload(self, arrival, note);
        }
        teardown::observe(self, arrival, note);
        let is_dropped = split::is_bare_ack(self, arrival);
        let crossing = self.opening.crossed.is_some() && arrival.flags.syn();
        let (own, peer) = self.ends.pair_mut(arrival.sender);
        let behind_fin = own.fin.is_some_and(|fin| arrival.seq.after(fin.seq));
        if crossing {
            peer.receives_crossing(numbers);
        } else if !is_dropped {
            peer.receives(numbers, behind_fin);
        }
        transfer::advance(self, arrival);
        transfer::learn_states(self);
        if note.probe {
            Notes::default()
        } else {
            self.streams(arrival, note, limits)
        }
    }

    pub(super) fn streams(&mut self, arrival: &Arrival<'_>, note: &mut Note, limits: &Limits) -> Notes {
        if arrival.len == 0 && !arrival.flags.fin() {
            return Notes::default();
        }
        let sender = arrival.sender;
        let own = &self.ends[sender];
        let (begin, acked) = (own.isn.map(|isn| isn + 1), self.ends[sender.peer()].ack);
        let mut told = Told::default();
        if arrival.len > 0 {
            self.streams.payload(arrival, begin, acked, &mut told, limits);
        }
        (note.gave_up, note.too_long) = (told.gave_up, told.events.too_long);
        let mut rules = told.events.rules;
        // A FIN that came before missing data (T11) ends the stream only when the hole is filled.
        let fin = own.fin.map(|fin| fin.seq);
        if fin.is_some_and(|fin| self.streams.is_delivered(sender, fin)) {
            rules.extend(
                self.streams
                    .end(sender, StreamEnd::Fin, fin, arrival.mark, limits),
            );
        }
        // With Multipath TCP the request may have taken another subflow.
        let is_multipath = Side::BOTH
            .into_iter()
            .all(|side| self.ends[side].offer.is_some_and(|offer| offer.mptcp));
        if is_multipath {
            rules.remove(Rule::H23);
        }
        if rules.contains(Rule::L10) && self.may_have_said_more(sender.peer()) {
            rules.remove(Rule::L10);
        }
        note.more(rules);
        told.events.notes
    }

    /// What a side said last waits behind a hole, or was not captured: it may have been close_notify.
    fn may_have_said_more(&self, side: Side) -> bool {
        let said = match self.ends[side].fin {
            Some(fin) => [Some(fin.seq), None],
            None => [self.ends[side].next, self.ends[side.peer()].ack],
        };
        let mut said = said.into_iter().flatten();
        said.any(|end| !self.streams.is_delivered(side, end))
    }

    pub(super) fn end_streams(&mut self, how: StreamEnd, limits: &Limits) -> RuleSet {
        let mut rules = RuleSet::default();
        let mark = self.last;
        for side in Side::BOTH {
            let fin = self.ends[side].fin.map(|fin| fin.seq);
            let closed = how == StreamEnd::CaptureEnd && fin.is_some();
            let how = if closed { StreamEnd::Fin } else { how };
            rules.extend(self.streams.end(side, how, fin, mark, limits));
        }
        rules
    }

    /// Gives back what only a living connection needs.
    pub(super) fn release(&mut self) {
        for side in Side::BOTH {
            let end = &mut self.ends[side];
            end.unacked.clear();
            (end.keep_alive, end.stall) = (None, None);
        }
    }

    pub(super) fn count(&mut self, arrival: &Arrival<'_>, note: &mut Note, switches: &compat::Switches) {
        compat::observe(self, arrival, switches);
        order::count(self, arrival, note);
        self.tally(arrival, note);
    }

    /// What every segment leaves behind.
    #[inline]
    pub(super) fn tally(&mut self, arrival: &Arrival<'_>, note: &Note) {
        self.last = arrival.mark;
        self.recently_active = true;
        self.ends[arrival.sender].packets += 1;
        self.rules.add(note.rules, arrival.mark.frame);
    }

    pub(super) fn annotate(
        &mut self,
        arrival: &Arrival<'_>,
        note: &Note,
        before: Sides<State>,
        notes: Notes,
        now_ns: i64,
    ) -> Annotation {
        let segment = arrival.segment;
        let decides = note.phase == Phase::Teardown || note.decides_close;
        let close = if decides || note.rules.contains(Rule::O15) {
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
            seq: known.then(|| {
                arrival
                    .seq
                    .relative_to(own.base_of(arrival).unwrap_or(arrival.seq - 1))
            }),
            ack: arrival
                .ack
                .map(|ack| ack.relative_to(peer.base.unwrap_or(ack - 1))),
            len: arrival.len,
            window: segment.tcp.is_whole().then_some(segment.tcp.window),
            integrity: arrival.integrity.into(),
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
            order: note.order,
            http: notes.http,
            http2: notes.http2,
            websocket: notes.websocket,
            tls: notes.tls,
            close,
        }
    }

    pub(super) fn close_so_far(&mut self, now_ns: i64) -> CloseSoFar {
        let ending = verdict::ending(self, now_ns);
        let told = (ending.verdict, ending.by);
        if self.closing.told.replace(told) == Some(told) {
            return CloseSoFar::default();
        }
        CloseSoFar {
            verdict_so_far: Some(told.0),
            by_so_far: Some(told.1),
        }
    }

    /// How things stand when this FIN or RST comes; what it acknowledges itself does not end the silence.
    pub(super) fn onset(&self, arrival: &Arrival<'_>, note: &Note) -> Onset {
        let data = Side::BOTH
            .into_iter()
            .any(|side| !self.ends[side].unacked.is_empty());
        let request = self.streams.application().is_some_and(Application::in_flight);
        Onset {
            idle_ns: arrival.mark.time_ns.saturating_sub(note.quiet_since_ns),
            in_flight: data || request,
            http_in_flight: request,
        }
    }
}
