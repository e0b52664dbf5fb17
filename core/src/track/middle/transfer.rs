//! Between opening and end: what is new, what is sent again, what is answered.

use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::endpoint::{Endpoint, Fingerprint};
use crate::track::mtu;
use crate::track::note::Note;
use crate::track::order::Age;
use crate::track::sent::Novelty;
use crate::words::{Order, State};
use crate::{SeqNumber, Side};

/// E8: the previous segment of this side, captured once more.
pub(in crate::track) fn is_copy(conn: &mut Conn, arrival: &Arrival<'_>) -> bool {
    let print = print(arrival);
    // A host that answers two segments by two empty ones sends twice the same, unless it counts or stamps them.
    let telling = print.ip_id != 0
        || arrival.len > 0
        || arrival.flags.syn()
        || arrival.flags.fin()
        || !arrival.segment.tcp.options.is_empty();
    let previous = conn.ends[arrival.sender].last_print.replace(print);
    telling && previous.is_some_and(|previous| print.is_copy_of(&previous))
}

pub(in crate::track) fn print(arrival: &Arrival<'_>) -> Fingerprint {
    let tcp = &arrival.segment.tcp;
    Fingerprint {
        seq: tcp.seq,
        ack: tcp.ack,
        len: arrival.len,
        flags: tcp.flags.bits(),
        window: tcp.window,
        checksum: tcp.checksum,
        ip_id: arrival.segment.ip_id.unwrap_or(0),
        time_ns: arrival.mark.time_ns,
    }
}

/// The peer's acknowledgement: which segment it answers, and what of it is news.
pub(in crate::track) fn acknowledge(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let Some(ack) = arrival.ack else { return };
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    if own.ack.is_none_or(|before| ack.after(before)) {
        own.ack = Some(ack);
        if let Some(answered) = peer.unacked.acknowledge(ack) {
            note.answers(&answered);
            peer.payload_acked_ns = Some(arrival.mark.time_ns);
        }
        conn.last_news_ns = arrival.mark.time_ns;
    }
}

/// Silence in which a peer may have lost the connection unnoticed (O14).
const SILENCE_NS: i64 = 1_000_000_000;

/// Payload: new, late, or sent again.
pub(in crate::track) fn payload(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    if arrival.len == 0 {
        return;
    }
    let last_ns = conn.last.time_ns;
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    let seq = arrival.payload_seq();
    let end = seq + arrival.len;
    if own.fin.is_some_and(|fin| seq.after(fin.seq)) {
        note.special(Rule::T12);
    }
    let next = own.next.unwrap_or(seq);
    own.payload = Some(arrival.mark);
    own.first_payload_ns.get_or_insert(arrival.mark.time_ns);
    if own.unacked.is_empty() {
        own.broke_silence = arrival.mark.time_ns.saturating_sub(last_ns) >= SILENCE_NS;
    }
    // Behind everything else it is new, however its sender counts.
    let age = seq.before(next).then(|| own.stamps.age(arrival)).flatten();
    let is_old = matches!(age, Some(Age::Older | Age::Same));
    let sent = (seq, end, arrival.payload_sum());
    let (novelty, differs) = own.unacked.send(sent, arrival.mark, next, peer.ack, is_old);
    if differs {
        note.special(Rule::E14);
    }
    match novelty {
        Novelty::New => {
            // What lies between was sent as well, but not captured.
            own.bytes += u64::from(end.relative_to(next));
            own.missed_fin = None;
            conn.last_news_ns = arrival.mark.time_ns;
        }
        Novelty::Late => {
            conn.last_news_ns = arrival.mark.time_ns;
            note.order = late(own, seq, end, age);
        }
        // A closed window is asked for by the same byte again and again.
        _ if note.window_probe => {}
        Novelty::Duplicate => note.order = Some(Order::Duplicate),
        Novelty::Again(again) => {
            note.again = note.again.or(Some(again));
            note.retransmission = true;
            mtu::resent(conn, arrival, &again, note);
        }
        Novelty::Acknowledged => {
            note.order = acknowledged(own, seq, end, age);
            note.retransmission = note.order == Some(Order::SpuriousRetransmission);
        }
    }
}

/// E9 of bytes not captured before, from below the highest number: overtaken on their way, or sent again
/// because they were lost before they were captured.
fn late(own: &mut Endpoint, seq: SeqNumber, end: SeqNumber, age: Option<Age>) -> Option<Order> {
    if let Some(disorder) = &mut own.disorder {
        disorder.holes.fill(seq, end);
    }
    match age? {
        Age::Older => Some(Order::OutOfOrder),
        Age::Newer => Some(Order::Retransmission),
        Age::Same => None,
    }
}

/// E9 of bytes that were acknowledged before: needless, unless the packet itself is an old one.
fn acknowledged(own: &mut Endpoint, seq: SeqNumber, end: SeqNumber, age: Option<Age>) -> Option<Order> {
    let was_missing = own
        .disorder
        .as_mut()
        .is_some_and(|disorder| disorder.holes.fill(seq, end));
    Some(match age {
        Some(Age::Older | Age::Same) if was_missing => Order::OutOfOrder,
        Some(Age::Older | Age::Same) => Order::Duplicate,
        _ => Order::SpuriousRetransmission,
    })
}

/// Where the capture began inside the connection, states are known as soon as the numbers prove them:
/// both sides have sent payload and neither a FIN, so neither had closed.
pub(in crate::track) fn learn_states(conn: &mut Conn) {
    let silent = |side: Side| conn.ends[side].payload.is_none() || conn.ends[side].fin.is_some();
    if Side::BOTH.into_iter().any(silent) {
        return;
    }
    for side in Side::BOTH {
        if conn.ends[side].state == State::Unknown {
            conn.ends[side].state = State::Established;
        }
    }
}

/// Payload that the capture missed, as the number of a segment without payload tells: what lies before
/// payload is counted with it. No more than the largest window can be on its way.
fn missed_before(own: &Endpoint, arrival: &Arrival<'_>) -> u32 {
    let gap = own.next.map_or(0, |next| arrival.seq.delta(next));
    let fin = u32::from(own.missed_fin.is_some());
    match u32::try_from(gap) {
        Ok(gap) if arrival.len == 0 && gap <= MAX_WINDOW => gap.saturating_sub(fin),
        _ => 0,
    }
}

/// RFC 7323 section 2.3.
const MAX_WINDOW: u32 = 1 << 30;

/// Notes the highest number of the sender, and its window.
pub(in crate::track) fn advance(conn: &mut Conn, arrival: &Arrival<'_>) {
    let (own, peer) = conn.ends.pair_mut(arrival.sender);
    own.announces(arrival.segment.tcp.window);
    own.stamps.note(arrival);
    own.window = arrival.segment.tcp.window;
    own.base.get_or_insert(arrival.seq - 1);
    own.bytes += u64::from(missed_before(own, arrival));
    own.next = Some(own.next.map_or(arrival.end, |next| next.max(arrival.end)));
    if let Some(ack) = arrival.ack {
        peer.base.get_or_insert(ack - 1);
    }
}

impl Note {
    pub(in crate::track) fn copy_of_previous(&mut self) {
        self.special(Rule::E8);
        self.order = Some(Order::Duplicate);
        self.copy = true;
    }
}
