//! Segments without a connection: scans (T27) and backscatter (O36); and openings of which the SYN is late
//! (O37) or missing (O48), which begin like backscatter.

use crate::Side;
use crate::connection::Frames;
use crate::rule::Rule;
use crate::stream::Mark;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::note::Note;
use crate::track::progress::Failure;
use crate::wire::tcp::TcpFlags;
use crate::words::Phase;

/// Silence that counts as no answer, nanoseconds.
const SILENT_NS: i64 = 3_000_000_000;

/// The first retransmission timeout (RFC 6298 section 2): a SYN that much later is one sent again.
const LATE_NS: i64 = 1_000_000_000;

/// A kernel sends a FIN again and again, a scanner hardly twice.
const FINS_OF_A_SCAN: u32 = 2;

/// Flags that no TCP sends: a scan wants to know what comes back.
pub(in crate::track) fn has_flags_of_a_scan(flags: TcpFlags) -> bool {
    let [fin, syn, rst, psh, ack, urg] = [
        flags.fin(),
        flags.syn(),
        flags.rst(),
        flags.psh(),
        flags.ack(),
        flags.urg(),
    ];
    if rst || ack {
        return false;
    }
    match (fin, syn) {
        (true, true) => true,
        (false, false) => !psh && !urg,
        (true, false) => psh == urg,
        (false, true) => false,
    }
}

/// T27 by its flags: a FIN alone, no flags, FIN with PSH and URG, or SYN with FIN, where nothing of a
/// connection is known. Returns whether it is one.
pub(in crate::track) fn probe(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) -> bool {
    let is_known = conn.is_open()
        || conn.is_closed()
        || Side::BOTH.iter().any(|&side| conn.ends[side].isn.is_some())
        || conn.ends[arrival.sender.peer()].next.is_some();
    if is_known || !has_flags_of_a_scan(arrival.flags) {
        return false;
    }
    note.special(Rule::T27);
    note.phase = Phase::Stray;
    let own = &mut conn.ends[arrival.sender];
    own.base.get_or_insert(arrival.seq - 1);
    own.next = Some(arrival.end);
    true
}

/// A RST that answers what belongs to no connection: a SYN-ACK (O36), or a scan (T27). Returns whether its
/// receiver accepts it.
pub(in crate::track) fn reset(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) -> bool {
    match arrival.sender {
        Side::Initiator => rejects_syn_ack(conn, arrival, note),
        Side::Responder => {
            rejects_scan(conn, arrival, note);
            false
        }
    }
}

/// O36, by the RST that RFC 9293 section 3.10.7.1 asks for: <SEQ=SEG.ACK><CTL=RST>.
fn rejects_syn_ack(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) -> bool {
    let Some(syn_ack) = conn.ends.responder.syn.filter(|_| began_by_syn_ack(conn)) else {
        return false;
    };
    if conn.ends.responder.ack != Some(arrival.seq) {
        return false;
    }
    note.special(Rule::O36);
    note.phase = Phase::Stray;
    note.answers(&syn_ack);
    conn.opening.failed = Some((Failure::Unsolicited, arrival.mark));
    true
}

/// The SYN-ACK is the first of the pair, and nothing of a SYN was seen.
fn began_by_syn_ack(conn: &Conn) -> bool {
    let [initiator, responder] = Side::BOTH.map(|side| &conn.ends[side]);
    initiator.syn.is_none()
        && initiator.next.is_none()
        && responder.syn.is_some_and(|syn_ack| syn_ack.first == conn.first)
}

/// The answer to a scan: by 3.10.7.1, <SEQ=SEG.ACK><CTL=RST>, or <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>.
fn rejects_scan(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    if conn.rules.first(Rule::T27).is_some() {
        let end = conn.ends.initiator.next;
        if arrival.ack.is_some() && arrival.ack == end {
            note.answers = scanned_last(conn);
            let own = &mut conn.ends[arrival.sender];
            own.state = own.state.sent_rst();
        }
    } else if is_ack_without_connection(conn) && conn.ends.initiator.ack == Some(arrival.seq) {
        note.special(Rule::T27);
        note.phase = Phase::Stray;
        note.answers = scanned_last(conn);
    }
}

/// The last segment, while it is the scanner's: which of several a second RST answers, nothing tells.
fn scanned_last(conn: &Conn) -> Option<Mark> {
    (conn.ends.responder.packets == 0).then_some(conn.last)
}

/// All that was captured is an ACK, or FIN and ACK, of the one who would have opened the connection,
/// perhaps once more.
fn is_ack_without_connection(conn: &Conn) -> bool {
    let [initiator, responder] = Side::BOTH.map(|side| &conn.ends[side]);
    !conn.is_open()
        && initiator.isn.is_none()
        && responder.isn.is_none()
        && responder.next.is_none()
        && initiator.ack.is_some()
        // A later acknowledgement would say that it has received something.
        && conn.last_news_ns == conn.first.time_ns
        && initiator.fin.is_none_or(|fin| fin.sent.times <= FINS_OF_A_SCAN)
}

/// O36 and T27 by silence, as far as a time of the capture.
pub(in crate::track) fn unanswered(conn: &Conn, now_ns: i64) -> Option<Rule> {
    let silent_since = |mark: Mark| now_ns.saturating_sub(mark.time_ns) >= SILENT_NS;
    if began_by_syn_ack(conn) && conn.ends.initiator.packets == 0 && silent_since(conn.first) {
        Some(Rule::O36)
    } else if is_ack_without_connection(conn) && conn.ends.responder.packets == 0 && silent_since(conn.last) {
        Some(Rule::T27)
    } else {
        None
    }
}

/// Whether it is only a guess that there was no connection: an ACK may belong to one that the capture
/// missed.
pub(in crate::track) fn is_guess(conn: &Conn, now_ns: i64) -> bool {
    let told = conn.rules.first(Rule::T27);
    told.is_some_and(|frame| frame != conn.first.frame) || unanswered(conn, now_ns) == Some(Rule::T27)
}

/// The frames that show a scan: the first one, and the RST that answered it.
pub(in crate::track) fn scan(conn: &Conn, now_ns: i64) -> Frames {
    let told = conn.rules.first(Rule::T27);
    if told.is_none() && unanswered(conn, now_ns) != Some(Rule::T27) {
        return Frames::default();
    }
    let mut frames: Frames = [conn.first.frame].into_iter().chain(told).collect();
    frames.dedup();
    frames
}

/// O37: the SYN-ACK that acknowledges this SYN was captured just before it.
pub(in crate::track) fn note_late_syn(conn: &Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let overtaken = conn.ends[arrival.sender.peer()].syn.filter(|_| !conn.is_closed());
    if overtaken.is_some_and(|syn_ack| {
        let late_ns = arrival.mark.time_ns.saturating_sub(syn_ack.first.time_ns);
        syn_ack.times == 1 && late_ns < LATE_NS
    }) {
        note.special(Rule::O37);
    }
}
