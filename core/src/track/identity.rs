//! Whose segment is it: which connection of its address and port pair, or a new one, and who opened it.

use super::arrival::{Arrival, OfferedSyn};
use super::conn::Conn;
use super::key::Slot;
use super::stray;
use super::table::Table;
use crate::http::looks_like_request;
use crate::rule::Rule;
use crate::{Segment, SeqNumber, Side};

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// A segment of that connection.
    Known(Slot),
    /// The first segment of a new connection.
    New {
        /// Whether the sender opened it.
        sender_is_initiator: bool,
        /// What its coming says of the last connection of the pair.
        rule: Option<Rule>,
        /// An older connection of the pair, if it may still be live.
        beside: Option<Slot>,
        /// The SYN that opened it, where it was first taken for a segment of the older one.
        offered: Option<OfferedSyn>,
    },
}

/// Segments after the close belong to the closed connection for twice the maximum segment lifetime
/// (RFC 9293 section 3.4.2), nanoseconds.
const TWO_MSL_NS: i64 = 120_000_000_000;

pub(super) fn identify(
    table: &Table,
    newest: Option<Slot>,
    sent_by_low: bool,
    arrival: &Arrival<'_>,
) -> Identity {
    let anew = || Identity::New {
        sender_is_initiator: opens(arrival.segment),
        rule: None,
        beside: None,
        offered: None,
    };
    let Some(slot) = newest else { return anew() };
    let conn = table.conn(slot);
    let sender = conn.side(sent_by_low);
    let bare_syn =
        arrival.flags.syn() && arrival.ack.is_none() && !arrival.flags.rst() && !arrival.flags.fin();
    if bare_syn {
        return another_syn(table, slot, sender, arrival);
    }
    if is_long_closed(conn, arrival) {
        return anew();
    }
    let accepts = |offered: &&OfferedSyn| offered.is_accepted_by(sender, arrival);
    if let Some(offered) = conn.offered.as_deref().filter(accepts) {
        return Identity::New {
            sender_is_initiator: false,
            rule: None,
            beside: Some(slot),
            offered: Some(*offered),
        };
    }
    Identity::Known(of_two(table, conn, slot, sent_by_low, arrival))
}

fn is_long_closed(conn: &Conn, arrival: &Arrival<'_>) -> bool {
    conn.closing
        .closed
        .is_some_and(|closed| arrival.mark.time_ns.saturating_sub(closed) > TWO_MSL_NS)
}

/// A SYN on a pair that has a connection.
fn another_syn(table: &Table, slot: Slot, sender: Side, arrival: &Arrival<'_>) -> Identity {
    let conn = table.conn(slot);
    let own = &conn.ends[sender];
    let peer = &conn.ends[sender.peer()];
    let new = |rule, beside| Identity::New {
        sender_is_initiator: true,
        rule,
        beside,
        offered: None,
    };
    if own.isn == Some(arrival.seq) && !is_long_closed(conn, arrival) {
        return Identity::Known(slot);
    }
    if conn.is_closed() {
        let rule = is_legal_reuse(conn, sender, arrival).then_some(Rule::T22);
        return new(rule, None);
    }
    let is_stray = !conn.is_open() && own.syn.is_none() && (peer.syn.is_none() || own.isn.is_some());
    if is_stray {
        // A scan, backscatter, or another segment that nothing was known of.
        return new(None, None);
    }
    if own.syn.is_none() && peer.syn.is_some() && !conn.is_open() {
        // The peer's SYN of a simultaneous open or of a split handshake.
        return Identity::Known(slot);
    }
    if own.syn.is_some() && conn.unanswered(sender) {
        return new(Some(Rule::O9), live_older(table, conn).map(|(slot, _)| slot));
    }
    let in_window = peer.ack.is_some_and(|expected| {
        arrival.seq.at_or_after(expected)
            && arrival.seq.delta(expected).unsigned_abs() < peer.window_bytes(own)
    });
    if in_window {
        Identity::Known(slot)
    } else {
        new(None, Some(slot))
    }
}

/// T22: the pair may be used again before twice the maximum segment lifetime is over by a higher number
/// (RFC 9293 section 3.6.1) or a later timestamp (RFC 6191).
fn is_legal_reuse(conn: &Conn, sender: Side, arrival: &Arrival<'_>) -> bool {
    let own = &conn.ends[sender];
    let later = |old: u32, new: u32| SeqNumber(new).after(SeqNumber(old));
    let higher = own.next.is_some_and(|next| arrival.seq.after(next));
    conn.is_open()
        && !is_long_closed(conn, arrival)
        && (higher
            || own
                .tsval
                .zip(arrival.tsval())
                .is_some_and(|(old, new)| later(old, new)))
}

/// The older connection of the pair that may still be live beside this one.
fn live_older<'t>(table: &'t Table, conn: &Conn) -> Option<(Slot, &'t Conn)> {
    let (slot, id) = conn.older?;
    let older = table.get(slot, id).filter(|older| !older.is_closed())?;
    Some((slot, older))
}

/// Two connections of a pair may be live beside each other: a segment belongs to the one whose numbers
/// are nearer to its own.
fn of_two(table: &Table, conn: &Conn, slot: Slot, sent_by_low: bool, arrival: &Arrival<'_>) -> Slot {
    let Some((older_slot, older)) = live_older(table, conn) else {
        return slot;
    };
    let distance = |conn: &Conn| conn.distance(conn.side(sent_by_low), arrival);
    if distance(conn) <= distance(older) {
        slot
    } else {
        older_slot
    }
}

/// Whether the sender of a pair's first segment opened the connection: of a SYN the sender, of a SYN-ACK
/// the receiver; else who seems to ask, else the side whose peer has a well-known port.
fn opens(segment: &Segment<'_>) -> bool {
    let tcp = &segment.tcp;
    if stray::has_flags_of_a_scan(tcp.flags) {
        // Who scans need not use a client's port.
        return true;
    }
    if tcp.flags.syn() {
        return !tcp.flags.ack();
    }
    if looks_like_request(segment.payload) {
        return true;
    }
    match (is_server_port(tcp.src_port), is_server_port(tcp.dst_port)) {
        (true, false) => false,
        (true, true) => tcp.src_port > tcp.dst_port,
        _ => true,
    }
}

/// System ports (RFC 6335 section 6) and those above that servers commonly use.
fn is_server_port(port: u16) -> bool {
    port < 1024
        || matches!(
            port,
            1433 | 1521
                | 1883
                | 2049
                | 3000
                | 3128
                | 3306
                | 3389
                | 5000
                | 5060
                | 5222
                | 5432
                | 5672
                | 5900
                | 6379
                | 6443
                | 8000
                | 8008
                | 8080
                | 8081
                | 8443
                | 8883
                | 8888
                | 9000
                | 9090
                | 9092
                | 9200
                | 9418
                | 11211
                | 27017
        )
}
