//! Whose segment is it: which connection of its address and port pair, or a new one, and who opened it.
//!
//! A SYN with the number of a remembered connection is that one's; with another number it opens a new one,
//! unless it lies in the window of a live connection, whose segment it is until a SYN-ACK accepts it. The old
//! one stays beside the new, and any other segment belongs to the one whose numbers it fits best, the newest
//! of those; alone on its pair a connection takes them all. After the close that holds for twice the maximum
//! segment lifetime.

use crate::http::looks_like_request;
use crate::rule::Rule;
use crate::track::arrival::{Arrival, OfferedSyn};
use crate::track::conn::Conn;
use crate::track::key::Slot;
use crate::track::stray;
use crate::track::table::Table;
use crate::{Segment, SeqNumber, Side};

/// The answer.
#[derive(Debug, Clone, Copy)]
pub(in crate::track) enum Identity {
    /// A segment of that connection.
    Known(Slot),
    /// The first segment of a new connection.
    New {
        /// Whether the sender opened it.
        sender_is_initiator: bool,
        /// What its coming says of the last connection of the pair.
        rule: Option<Rule>,
        /// The connection of the pair before it, which may still be live.
        beside: Option<Slot>,
        /// The SYN that opened it, where it was first taken for a segment of the older one.
        offered: Option<OfferedSyn>,
    },
}

/// Segments after the close belong to the closed connection for twice the maximum segment lifetime
/// (RFC 9293 section 3.4.2), nanoseconds.
pub(in crate::track) const TWO_MSL_NS: i64 = 120_000_000_000;

pub(in crate::track) fn identify(
    table: &Table,
    newest: Option<Slot>,
    sent_by_low: bool,
    arrival: &Arrival<'_>,
) -> Identity {
    let Some(newest) = newest else {
        return anew(arrival);
    };
    let is_bare_syn =
        arrival.flags.syn() && arrival.ack.is_none() && !arrival.flags.rst() && !arrival.flags.fin();
    if is_bare_syn {
        return another_syn(table, newest, sent_by_low, arrival);
    }
    let conn = table.conn(newest);
    let fits = || conn.older.is_none() || conn.distance(conn.side(sent_by_low), arrival) == 0;
    let may_accept = arrival.flags.syn() && conn.offered.is_some();
    if !may_accept && !is_long_closed(conn, arrival) && fits() {
        return Identity::Known(newest);
    }
    of_several(table, newest, sent_by_low, arrival)
}

fn anew(arrival: &Arrival<'_>) -> Identity {
    Identity::New {
        sender_is_initiator: opens(arrival.segment),
        rule: None,
        beside: None,
        offered: None,
    }
}

fn is_long_closed(conn: &Conn, arrival: &Arrival<'_>) -> bool {
    conn.closing
        .closed
        .is_some_and(|closed| arrival.mark.time_ns.saturating_sub(closed) > TWO_MSL_NS)
}

/// The connections of a pair that may still have segments on their way.
fn remembered<'t>(
    table: &'t Table,
    newest: Slot,
    arrival: &'t Arrival<'_>,
) -> impl Iterator<Item = (Slot, &'t Conn)> {
    table
        .of_pair(newest)
        .filter(|(_, conn)| !is_long_closed(conn, arrival))
}

/// A SYN on a pair that has a connection.
fn another_syn(table: &Table, newest: Slot, sent_by_low: bool, arrival: &Arrival<'_>) -> Identity {
    let conn = table.conn(newest);
    let sender = conn.side(sent_by_low);
    let (own, peer) = (&conn.ends[sender], &conn.ends[sender.peer()]);
    let is_again = |conn: &Conn| conn.ends[conn.side(sent_by_low)].isn == Some(arrival.seq);
    if let Some((slot, _)) = remembered(table, newest, arrival).find(|(_, conn)| is_again(conn)) {
        return Identity::Known(slot);
    }
    let new = |rule, beside| Identity::New {
        sender_is_initiator: true,
        rule,
        beside,
        offered: None,
    };
    let is_unopened = !conn.is_closed() && !conn.is_open() && own.syn.is_none();
    if is_unopened && (peer.syn.is_none() || own.isn.is_some()) {
        // A scan, backscatter, or another segment that nothing was known of.
        return new(None, None);
    }
    if is_unopened {
        // The peer's SYN of a simultaneous open or of a split handshake.
        return Identity::Known(newest);
    }
    let takes = |conn: &Conn| {
        let sender = conn.side(sent_by_low);
        !conn.has_ended() && !conn.unanswered(sender) && is_in_window(conn, sender, arrival)
    };
    if let Some((slot, _)) = table.of_pair(newest).find(|(_, conn)| takes(conn)) {
        return Identity::Known(slot);
    }
    let rule = if conn.has_ended() {
        is_legal_reuse(conn, sender, arrival).then_some(Rule::T22)
    } else {
        (own.syn.is_some() && conn.unanswered(sender) && !conn.is_open()).then_some(Rule::O9)
    };
    new(rule, Some(newest))
}

/// The receiver may take the number for one of this connection: for all an observer knows, it has received
/// what it acknowledged.
fn is_in_window(conn: &Conn, sender: Side, arrival: &Arrival<'_>) -> bool {
    let own = &conn.ends[sender];
    let peer = &conn.ends[sender.peer()];
    peer.ack.is_some_and(|expected| {
        arrival.seq.at_or_after(expected)
            && arrival.seq.delta(expected).unsigned_abs() < peer.window_bytes(own)
    })
}

/// T22: the pair may be used again before twice the maximum segment lifetime is over by a higher number
/// (RFC 9293 section 3.6.1) or a later timestamp (RFC 6191). A RST leaves nobody in TIME-WAIT.
fn is_legal_reuse(conn: &Conn, sender: Side, arrival: &Arrival<'_>) -> bool {
    let own = &conn.ends[sender];
    let later = |old: u32, new: u32| SeqNumber(new).after(SeqNumber(old));
    let higher = own.next.is_some_and(|next| arrival.seq.after(next));
    conn.is_open()
        && Side::BOTH.iter().all(|&side| conn.ends[side].finished())
        && !is_long_closed(conn, arrival)
        && (higher
            || own
                .tsval
                .zip(arrival.tsval())
                .is_some_and(|(old, new)| later(old, new)))
}

/// Connections of a pair may be live beside each other, or old segments of a closed one still come: a
/// segment belongs to the one whose numbers are nearest to its own, the newest of those.
fn of_several(table: &Table, newest: Slot, sent_by_low: bool, arrival: &Arrival<'_>) -> Identity {
    let of_syn = |(slot, conn): (Slot, &Conn)| {
        let sender = conn.side(sent_by_low);
        if let Some(offered) = accepted(conn, sender, arrival) {
            return Some(Identity::New {
                sender_is_initiator: false,
                rule: None,
                beside: Some(newest),
                offered: Some(offered),
            });
        }
        acknowledges_syn(conn, sender, arrival).then_some(Identity::Known(slot))
    };
    let distance = |(_, conn): &(Slot, &Conn)| conn.distance(conn.side(sent_by_low), arrival);
    let nearest = || {
        let (slot, _) = remembered(table, newest, arrival).min_by_key(distance)?;
        Some(Identity::Known(slot))
    };
    remembered(table, newest, arrival)
        .find_map(of_syn)
        .or_else(nearest)
        .unwrap_or_else(|| anew(arrival))
}

/// The SYN that a SYN-ACK accepts, of those taken for segments of this connection; its own SYN-ACK once more
/// accepts none.
fn accepted(conn: &Conn, sender: Side, arrival: &Arrival<'_>) -> Option<OfferedSyn> {
    let offered = conn.offered.as_deref()?;
    let is_own = conn.ends[sender].isn == Some(arrival.seq);
    (!is_own && offered.is_accepted_by(sender, arrival)).then_some(*offered)
}

/// A SYN-ACK belongs to the attempt whose SYN it acknowledges, whatever its own number.
fn acknowledges_syn(conn: &Conn, sender: Side, arrival: &Arrival<'_>) -> bool {
    let Some(ack) = arrival.ack.filter(|_| arrival.flags.syn()) else {
        return false;
    };
    let peer = &conn.ends[sender.peer()];
    let covers = |isn: SeqNumber| {
        ack == isn + 1
            || !conn.is_open() && ack.after(isn) && peer.next.is_some_and(|next| ack.at_or_before(next))
    };
    peer.isn.is_some_and(covers)
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
