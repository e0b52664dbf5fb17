//! The byte streams of a connection, and what they speak. Nothing is held before the first payload.

use super::arrival::Arrival;
use super::held::{Holders, Holding};
use super::key::Slot;
use super::reassembly::{Delivery, Reassembly, ReassemblyLimits};
use crate::annotation::ConnectionId;
use crate::application::{self, Application, Events};
use crate::http::Http;
use crate::rule::{Rule, RuleSet};
use crate::stream::{Mark, StreamEnd};
use crate::tls;
use crate::{SeqNumber, Side, Sides};

/// Both directions of a connection, made at its first payload.
#[derive(Debug, Default)]
pub(super) struct Streams(Option<Box<Open>>);

#[derive(Debug, Default)]
struct Open {
    application: Application,
    sides: Sides<Option<Reassembly>>,
    holding: Holding,
}

/// How much memory a connection's streams may take; where nobody reads them they take none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) reassembly: ReassemblyLimits,
    pub(super) application: Option<application::Limits>,
    /// Silence after which a foreign RST is one of a NAT or firewall (T21), nanoseconds.
    pub(super) idle_reset_ns: i64,
}

impl Limits {
    pub(super) fn streamed(&self) -> bool {
        self.application.is_some_and(|limits| limits.http.streamed)
    }
}

/// What a segment's payload came to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Told {
    pub(super) events: Events,
    /// Holes were given up, because the side may hold no more.
    pub(super) gave_up: bool,
}

impl Streams {
    /// Payload of one side. `begin` is where its stream begins, if that is known; `acked` is what the
    /// peer has acknowledged of it.
    pub(super) fn payload(
        &mut self,
        arrival: &Arrival<'_>,
        begin: Option<SeqNumber>,
        acked: Option<SeqNumber>,
        told: &mut Told,
        limits: &Limits,
    ) {
        let Some(readers) = &limits.application else {
            return;
        };
        let Open {
            application, sides, ..
        } = &mut **self.0.get_or_insert_default();
        let seq = arrival.payload_seq();
        let stream = sides[arrival.sender].get_or_insert_with(|| Reassembly::new(begin.unwrap_or(seq)));
        let events = &mut told.events;
        let mut sink = |delivery: Delivery<'_>| {
            deliver(application, arrival.sender, delivery, readers, events);
        };
        // Acknowledged, and the sender has gone on behind it: what was not captured by now never will be.
        // The acknowledgement alone does not tell, for it may be captured before its data.
        if let Some(acked) = acked.filter(|&acked| acked.after(stream.next()) && seq.after(stream.next())) {
            let proven = if acked.after(seq) { seq } else { acked };
            stream.declare_acked(proven, arrival.mark, &mut sink);
        }
        let pushed = stream.push(
            seq,
            arrival.segment.payload,
            arrival.len,
            arrival.mark,
            &limits.reassembly,
            &mut sink,
        );
        if pushed.overlap_differs {
            told.events.rules.insert(Rule::E14);
        }
        told.gave_up |= pushed.gave_up;
    }

    /// A side sends no more; `fin` is the number of its FIN, if it has sent one.
    pub(super) fn end(
        &mut self,
        side: Side,
        how: StreamEnd,
        fin: Option<SeqNumber>,
        mark: Mark,
        limits: &Limits,
    ) -> RuleSet {
        let mut events = Events::default();
        let (Some(open), Some(readers)) = (&mut self.0, &limits.application) else {
            return events.rules;
        };
        let Open {
            application, sides, ..
        } = &mut **open;
        if let Some(stream) = &mut sides[side] {
            stream.finish(mark, &mut |delivery| {
                deliver(application, side, delivery, readers, &mut events);
            });
        }
        let is_whole = match (&sides[side], fin) {
            (Some(stream), Some(fin)) => stream.next().at_or_after(fin),
            _ => true,
        };
        application.end(side, how, is_whole, readers, &mut events);
        events.rules
    }

    /// Whether the side's stream has been delivered up to this number.
    pub(super) fn is_delivered(&self, side: Side, end: SeqNumber) -> bool {
        let stream = self.0.as_ref().and_then(|open| open.sides[side].as_ref());
        stream.is_none_or(|stream| stream.next().at_or_after(end))
    }

    /// Counts what they hold now.
    pub(super) fn count_held(&mut self, holders: &mut Holders, slot: Slot, id: ConnectionId) {
        let Some(open) = &mut self.0 else { return };
        let held = |side: Side| open.sides[side].as_ref().map_or(0, Reassembly::held_bytes);
        let bytes = open.application.held_bytes() + held(Side::Initiator) + held(Side::Responder);
        if bytes != open.holding.bytes() {
            holders.set(&mut open.holding, bytes, slot, id);
        }
    }

    /// What of it is counted.
    pub(super) fn holding(&self) -> Holding {
        self.0.as_ref().map(|open| open.holding).unwrap_or_default()
    }

    /// They will hold nothing any more: they go with their connection.
    pub(super) fn hold_nothing(&mut self, holders: &mut Holders) {
        if let Some(open) = &mut self.0 {
            holders.release(&mut open.holding);
        }
    }

    /// Lets go all that is held until more comes.
    pub(super) fn give_up(&mut self, mark: Mark, limits: &Limits) -> RuleSet {
        let mut events = Events::default();
        let (Some(open), Some(readers)) = (&mut self.0, &limits.application) else {
            return events.rules;
        };
        let Open {
            application, sides, ..
        } = &mut **open;
        for side in Side::BOTH {
            if let Some(stream) = &mut sides[side] {
                stream.finish(mark, &mut |delivery| {
                    deliver(application, side, delivery, readers, &mut events);
                });
            }
            application.give_up(side, readers, &mut events);
        }
        events.rules
    }

    pub(super) fn http_mut(&mut self) -> Option<&mut Http> {
        self.0.as_mut().map(|open| open.application.http_mut())
    }

    pub(super) fn http(&self) -> Option<&Http> {
        self.application().map(Application::http)
    }

    pub(super) fn tls(&self) -> Option<&tls::Reader> {
        self.application()?.tls()
    }

    pub(super) fn application(&self) -> Option<&Application> {
        self.0.as_ref().map(|open| &open.application)
    }
}

fn deliver(
    application: &mut Application,
    from: Side,
    delivery: Delivery<'_>,
    limits: &application::Limits,
    events: &mut Events,
) {
    match delivery {
        Delivery::Bytes { bytes, mark } => application.bytes(from, mark, bytes, limits, events),
        Delivery::Gap { len, cause, .. } => application.gap(from, len, cause, limits, events),
    }
}
