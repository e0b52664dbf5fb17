//! Keep-alive probes, their answers, and how they fail: RFC 9293 section 3.8.4, RFC 1122 section 4.2.3.6.

use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::endpoint::Endpoint;
use crate::track::giveup::GiveUp;
use crate::track::note::Note;
use crate::track::sent::Sent;
use crate::wire::tcp::TcpFlags;
use crate::words::Cause;

/// Silence before a probe: no system lets an application ask for less than a second. An old copy of an
/// ACK or of a single byte, which looks the same, comes sooner.
const IDLE_NS: i64 = 1_000_000_000;

/// Probes of a side that nothing has answered.
#[derive(Debug)]
pub(in crate::track) struct Probes {
    sent: Sent,
    /// How many of the last came at equal intervals.
    even: u32,
}

impl Probes {
    /// Unanswered probes at equal intervals that show that the peer is gone (E2).
    const DEAD: u32 = 3;

    /// Equal intervals, in hundredths of the one before: timers are late now and then.
    const EQUAL: std::ops::RangeInclusive<u32> = 75..=133;

    fn first(arrival: &Arrival<'_>) -> Self {
        Self {
            sent: Sent::new(arrival.mark),
            even: 1,
        }
    }

    /// Probes that come sooner than this one after the other are copies of one, or no timer's, nanoseconds.
    const APART_NS: i64 = 1_000_000;

    fn again(&mut self, arrival: &Arrival<'_>) {
        let again = self.sent.again(arrival.mark);
        if again.since_previous_ns < Self::APART_NS {
            return;
        }
        let is_even = match again.backoff_percent {
            None => true,
            Some(percent) => Self::EQUAL.contains(&percent),
        };
        self.even = if is_even { self.even + 1 } else { 2 };
    }
}

/// E1: a probe of the sender, or the answer to one of its receiver.
pub(in crate::track) fn observe(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let is_probe = is_probe(conn, arrival, note);
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    // Whatever a side sends shows that it is there.
    if let Some(probes) = peer.keep_alive.take() {
        if !is_probe && is_answer(own, peer, arrival) {
            note.special(Rule::E1);
            note.answers(&probes.sent);
        }
    }
    if is_probe {
        note.special(Rule::E1);
        note.probe = true;
        match &mut own.keep_alive {
            Some(probes) => probes.again(arrival),
            None => own.keep_alive = Some(Box::new(Probes::first(arrival))),
        }
    } else {
        own.keep_alive = None;
    }
}

/// At most one byte, and that one was sent and acknowledged long ago.
fn is_probe(conn: &Conn, arrival: &Arrival<'_>, note: &Note) -> bool {
    let own = &conn.ends[arrival.sender];
    let peer = &conn.ends[arrival.sender.peer()];
    arrival.len <= 1
        && own.next == Some(arrival.seq + 1)
        && peer.ack == own.next
        && arrival.flags.is_only_ack()
        && arrival.mark.time_ns.saturating_sub(note.quiet_since_ns) >= IDLE_NS
        && conn.is_open()
        && !conn.is_closed()
        && peer.stall.is_none()
}

/// It repeats what was acknowledged before, and says nothing of its own.
fn is_answer(own: &Endpoint, prober: &Endpoint, arrival: &Arrival<'_>) -> bool {
    arrival.len == 0
        && arrival.flags.is_only_ack()
        && own.next == Some(arrival.seq)
        && arrival.ack == prober.next
}

impl TcpFlags {
    /// ACK, and nothing that pushes, opens or ends anything.
    pub(in crate::track) fn is_only_ack(self) -> bool {
        self.ack() && !self.psh() && !self.urg() && !self.syn() && !self.fin() && !self.rst()
    }
}

/// E2: at least three probes at equal intervals, and nothing came back.
pub(in crate::track) fn failure(end: &Endpoint) -> Option<GiveUp> {
    let probes = end
        .keep_alive
        .as_deref()
        .filter(|probes| probes.even >= Probes::DEAD)?;
    Some(GiveUp {
        rule: Rule::E2,
        cause: Cause::KeepAliveDead,
        sent: probes.sent,
        // The next probe would have come after one interval.
        patience_ns: probes.sent.gap_ns().saturating_mul(2),
    })
}

/// E3: the RST that answers a probe as a host does that knows of no such connection (RFC 9293 section
/// 3.10.7.1): its number is the probe's acknowledgement.
pub(in crate::track) fn is_answered_by_reset(conn: &Conn, arrival: &Arrival<'_>) -> bool {
    let prober = &conn.ends[arrival.sender.peer()];
    prober.keep_alive.is_some() && arrival.ack.is_none() && prober.ack == Some(arrival.seq)
}
