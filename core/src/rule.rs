//! The rule table: every situation synfin names, each with its id, its RFC and its condition.
//!
//! `O` rules are about the opening of a connection, `E` about its middle, `T` about its teardown, `H` about
//! HTTP and `L` about TLS. An id is stable once published. Notation of the conditions: C sent the first SYN,
//! S is its peer; `len` is payload; `nxt(X)` is the highest sequence number after anything seen from X;
//! `ack(X)` is the highest acknowledgement number X has sent.

use serde::{Serialize, Serializer};

words! {
    /// What kind of situation it is, by Wireshark's expert groups.
    RuleGroup {
        /// About the order of segments: the course of a connection.
        Sequence = 0 "sequence",
        /// Against the letter of a protocol.
        Protocol = 1 "protocol",
        /// What somebody may do on purpose to harm or to look around.
        Security = 2 "security",
    }
}

impl RuleGroup {
    /// The group of a rule whose row names none: those about HTTP judge messages.
    const fn usual(id: &str) -> Self {
        match id.as_bytes()[0] {
            b'H' => Self::Protocol,
            _ => Self::Sequence,
        }
    }
}

/// How much a situation deserves attention, by Wireshark's expert levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Severity {
    /// The plain course of a connection.
    Chat = 1,
    /// Worth noticing.
    Note = 2,
    /// Something went wrong or is unusual.
    Warn = 3,
    /// A serious problem.
    Error = 4,
}

impl Severity {
    /// The word Wireshark uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// One row of the rule table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RuleInfo {
    /// Stable id, such as `T7`.
    pub id: &'static str,
    /// The name to report, in a few words.
    pub name: &'static str,
    /// Where the behaviour is specified or described.
    pub rfc: &'static str,
    /// How much attention it deserves.
    pub severity: Severity,
    /// What kind of situation it is.
    pub group: RuleGroup,
    /// The evidence it takes, in a sentence.
    pub condition: &'static str,
}

macro_rules! rules {
    ($($id:ident $severity:ident $($group:ident)? $name:literal [$rfc:literal] $condition:literal;)+) => {
        /// A situation of the rule table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Rule { $(#[doc = concat!($name, ". ", $condition)] $id),+ }

        /// The rule table, in the order of [`Rule`].
        pub const RULES: &[RuleInfo] = &[$(RuleInfo {
            id: stringify!($id),
            name: $name,
            rfc: $rfc,
            severity: Severity::$severity,
            group: rules!(@group $id $($group)?),
            condition: $condition,
        }),+];

        impl Rule {
            /// Every rule, in table order.
            pub const ALL: &[Self] = &[$(Self::$id),+];
        }
    };
    (@group $id:ident) => { RuleGroup::usual(stringify!($id)) };
    (@group $id:ident $group:ident) => { RuleGroup::$group };
}

rules! {
    O1 Chat "SYN" ["RFC 9293 3.5 figure 6"]
        "SYN without ACK, RST or FIN while no live connection uses the address and port pair.";
    O2 Chat "SYN-ACK" ["RFC 9293 3.5 figure 6"]
        "SYN and ACK from the peer of O1, acknowledging ISSc+1 (with data in the SYN: up to ISSc+1+len); in a simultaneous open each side sends one.";
    O3 Chat "ACK of the SYN-ACK" ["RFC 9293 3.5 figure 6"]
        "The first segment of C without SYN and RST, with seq ISSc+1 (after data in the SYN that S acknowledged: behind it) and ISSs+1 <= ack <= nxt(S).";
    O4 Chat "final ACK carries data" ["RFC 9293 3.5"]
        "O3 with a payload.";
    O5 Note "final ACK lost" ["RFC 9293 3.5, RFC 6298 5"]
        "S sends its SYN-ACK again after a captured O3 and C acknowledges again, or S acknowledges data of C although no O3 was captured.";
    O6 Note "SYN retransmission" ["RFC 6298 2 and 5, RFC 9293 3.8.3"]
        "A SYN with the sequence number of O1 once more.";
    O7 Note "SYN-ACK retransmission" ["RFC 6298 5"]
        "A SYN-ACK with the sequence and acknowledgement numbers of O2 once more, while O3 was not seen.";
    O8 Note "SYN retransmission with changed options" ["RFC 3168 6.1.1.1, RFC 7413 4.1.3"]
        "O6 whose flags, options or payload are not those of the SYN sent before, the timestamp's value apart: ECE and CWR dropped (ECN fallback), TCP Fast Open dropped with its data, all options dropped, or another change.";
    O9 Note "SYN with a new ISN" ["RFC 9293 3.5.1"]
        "A SYN while an earlier SYN of the same address and port pair with another sequence number was never answered; the earlier attempt stays a connection of its own.";
    O10 Note "simultaneous open" ["RFC 9293 3.5 figure 7, MUST-10"]
        "Two SYNs without ACK in opposite directions, then a SYN-ACK from each side with its own ISN and acknowledging the other's; told with the second SYN-ACK.";
    O11 Note "old duplicate SYN, recovered" ["RFC 9293 3.5 figure 8"]
        "A SYN, the SYN-ACK to it, a RST of C with seq equal to that ack; and a SYN of C with another number, captured before or after, completes within twice the maximum segment lifetime. Told of the ghost, an attempt of its own, with the frame that completes the other; O12, behind which nothing follows, is then no longer listed.";
    O12 Note "old duplicate SYN" ["RFC 9293 3.5 figure 11"]
        "SYN, SYN-ACK, then a bare RST with seq ISSc+1 whose TTL is not that of the SYN: the host that C names never sent the SYN, or not lately.";
    O13 Warn "half-open connection found by a SYN" ["RFC 9293 3.5.1 figure 9"]
        "On an open connection a SYN with another number, answered by an ACK alone with the numbers of the old connection, answered by a RST without ACK and with seq equal to that ack: the SYN's sender had lost the old connection, which ends there. Outside the window the SYN is a new connection; inside it is the old one's until a SYN-ACK accepts it.";
    O14 Warn "half-open connection found by data" ["RFC 9293 3.5.1 figure 10"]
        "On an open connection without a FIN, after at least 1 s without any segment, data of one side answered by a RST without ACK whose seq is the ack of that data, although perhaps only when sent again: the resetter had lost the connection.";
    O15 Warn "connection refused" ["RFC 9293 3.5.2 group 1, 3.10.7.1"]
        "RST and ACK from S before any SYN-ACK, with ISSc < ack <= ISSc+1+len.";
    O16 Warn "no answer to the SYN" ["RFC 9293 3.8.3"]
        "At least one SYN and nothing from the peer by the end, with 1 s passed since the first SYN or the SYN sent again.";
    O17 Warn "ICMP error to the SYN" ["RFC 9293 3.9.2.2, RFC 1122 4.2.3.9"]
        "Destination unreachable (not for size) or time exceeded, quoting the addresses, ports and sequence number of O1 before the handshake is complete; a SYN-ACK after it makes it a soft one.";
    O18 Warn "RST without ACK to the SYN" ["RFC 9293 3.10.7.3"]
        "A RST without ACK from S before any SYN-ACK: C must drop it, so it refuses nothing unless C is silent for 3 s after it.";
    O19 Note "initiator aborts its attempt" ["RFC 9293 3.10.7"]
        "O1, perhaps O2, then a RST from C with seq ISSc+1 and no data before the handshake was complete.";
    O20 Note Security "SYN scan" ["nmap"]
        "SYN, SYN-ACK, then less than 100 ms later a bare RST from C: seq ISSc+1, ack 0, no options. Where the SYN offers all that operating systems offer, a guess.";
    O21 Note Security "connect scan or health check" ["nmap"]
        "RST from C less than 100 ms after O3 and no challenge ACK before it, or FIN from C less than 1 ms after O3, with no payload from either side.";
    O22 Chat "TCP Fast Open cookie request" ["RFC 7413 4.1.1"]
        "A SYN without data and with an empty Fast Open option (kind 34, or the experimental 254 with magic F989).";
    O23 Chat "TCP Fast Open cookie granted" ["RFC 7413 4.1.2"]
        "A SYN-ACK with a Fast Open option that holds a cookie of 4 to 16 bytes.";
    O24 Chat "TCP Fast Open with data" ["RFC 7413 4.2.1"]
        "A SYN with a Fast Open cookie and a payload.";
    O25 Chat "TCP Fast Open data accepted" ["RFC 7413 4.2.2"]
        "A SYN-ACK that acknowledges the SYN of O24 and of its payload all or a part.";
    O26 Note "TCP Fast Open data ignored" ["RFC 7413 4.2.2"]
        "A SYN-ACK that acknowledges the SYN of O24 alone, not its payload, when that SYN was the last one sent.";
    O27 Note "data in the SYN without Fast Open" ["RFC 9293 3.4"]
        "A SYN with a payload and no Fast Open option.";
    O28 Chat "ECN setup" ["RFC 3168 6.1.1"]
        "A SYN with ECE and CWR and without AE; the SYN-ACK with ECE and without CWR that agrees to it or to O29. Any other SYN-ACK refuses.";
    O29 Chat "accurate ECN setup" ["RFC 9768 3.1.1, 3.1.2 and 3.1.3"]
        "A SYN with AE, CWR and ECE; the SYN-ACK that agrees: CWR, CWR and ECE, AE, AE and CWR, or AE and ECE. With ECE alone it agrees to O28, with none or all it refuses.";
    O31 Warn Protocol "SYN-ACK with an option not offered" ["RFC 7323 2.2 and 3.2, RFC 2018 2"]
        "A SYN-ACK with window scale, timestamps or SACK permitted although the SYN was captured and no SYN has offered it.";
    O32 Note "SYN cookies in use" ["RFC 4987 3.6"]
        "A server with at least four connections, the low six bits of whose SYN-ACKs' TSval all equal the window scale, SACK and ECN of the offer, as Linux encodes them; or one under a flood (O38) that never sends a SYN-ACK again. A guess.";
    O33 Note "split handshake" ["RFC 9293 3.5"]
        "C sends a SYN; S answers by an ACK of it alone or by a SYN without ACK, then by its own SYN; C sends a SYN-ACK, and S an ACK alone of that.";
    O34 Warn "SYN-ACK with a bad ack" ["RFC 9293 3.10.7.3"]
        "A SYN-ACK that does not acknowledge the SYN: ack not in (ISSc, ISSc+1+len]. C should answer with a RST of that number.";
    O35 Warn "SYN-ACK resent with another ISN" ["RFC 9293 3.5"]
        "Two SYN-ACKs of S with the same ack and different sequence numbers: two servers, a load balancer or a SYN proxy. The one that C acknowledges is the connection's.";
    O36 Note "SYN-ACK without a SYN" ["RFC 9293 3.10.7.1"]
        "A SYN-ACK first on its pair, answered by a RST with seq equal to its ack, or by nothing within 3 s: backscatter of somebody's forged SYN.";
    O37 Note "SYN-ACK captured before its SYN" ["capture artefact"]
        "A SYN whose number is one before the ack of a SYN-ACK of the other side that was captured less than 1 s before and only once; later it is a SYN sent again.";
    O38 Warn Security "SYN flood" ["RFC 4987"]
        "A SYN-ACK of an address and port with at least 100 half-open connections at once, while fewer than 20 % of its SYNs reach O3; both numbers can be configured. A connection counts for about 60 s from its first SYN-ACK (can be configured), or until it completes or is reset.";
    O39 Warn "data before the handshake is complete" ["RFC 9293 3.4"]
        "A payload from S between its captured SYN-ACK and O3, or from C without ACK before O2; never where the SYN asks for TCP Fast Open.";
    O40 Chat "TCP-AO or MD5 protection" ["RFC 5925, RFC 2385"]
        "An authentication or MD5 option on the SYN; on the SYN-ACK, or missing there; and where both have it, a later segment that lacks it or names a key that its receiver has not asked for.";
    O41 Chat "Multipath TCP connection" ["RFC 8684 3.1"]
        "MP_CAPABLE on SYN, SYN-ACK or O3, which gives the keys back; a SYN-ACK or O3 without it is the fallback to plain TCP.";
    O42 Chat "Multipath TCP subflow" ["RFC 8684 3.2"]
        "MP_JOIN on SYN, SYN-ACK or the ACK of it; the next segment of S, which completes the join.";
    O44 Warn "accept queue overflow" ["Linux"]
        "S sends its SYN-ACK again although O3 was captured, and data of C has been unacknowledged for at least the round trip of SYN and SYN-ACK. Then O5 is not told.";
    O45 Warn Protocol "SYN with strange flags" ["RFC 9293 3.10.7.2"]
        "A SYN or SYN-ACK with FIN, RST, URG or PSH set, with data or without.";
    O46 Note "SYN bounced in TIME-WAIT" ["RFC 9293 3.10.7.4, RFC 6191"]
        "A SYN on a pair whose other side is in TIME-WAIT, answered by an ACK alone with the numbers of the old connection; then a RST without ACK and with seq equal to that ack. Both are the old connection's.";
    O47 Warn "bad final ACK" ["RFC 9293 3.10.7.4 fifth"]
        "After the SYN-ACK, the next segment of C with an ack outside [ISSs+1, nxt(S)]. S should answer with a RST of that number.";
    O48 Note "SYN not captured" ["capture artefact"]
        "A SYN-ACK and the ACK of it line up, the SYN is missing from the capture.";
    E1 Note "keep-alive probe or answer" ["RFC 9293 3.8.4, RFC 1122 4.2.3.6"]
        "After at least 1 s without news and with everything acknowledged: an ACK alone with seq nxt-1 and at most one byte; or the answer, which repeats ack.";
    E2 Warn "keep-alive failure" ["RFC 9293 3.8.4"]
        "At least three probes of E1 at equal intervals without an answer, then a RST of the prober, or silence of twice the interval.";
    E3 Warn "keep-alive answered by RST" ["RFC 9293 3.8.4, 3.10.7.1"]
        "A probe of E1, then an accepted RST of the peer without ACK and with the probe's acknowledgement as its seq: the peer lost the connection.";
    E4 Note "zero window, its probe or its end" ["RFC 9293 3.8.6.1"]
        "A window of 0 on a segment without RST and SYN; a probe of one byte or none at its edge; the answer to it; a later window of that side above 0.";
    E5 Note "challenge ACK to a SYN" ["RFC 5961 4, RFC 9293 3.10.7.4"]
        "A SYN on an open connection, inside its window or not, answered within twice the round trip (at least 200 ms; 1 s where it is not known) by an ACK alone with seq nxt that repeats ack, or acknowledges all that came before a SYN of another number and nothing later. Where the capture holds nothing of that connection: an ACK alone whose ack does not lie within 1 MiB above the SYN.";
    E6 Note "challenge ACK to a RST" ["RFC 5961 3.2"]
        "A RST inside the window but not at the expected number, answered by an ACK alone with the time and the numbers of E5: the RST is ignored.";
    E7 Note "challenge ACK to a bad ack" ["RFC 5961 5"]
        "A segment that acknowledges beyond nxt of its receiver, or more than the largest window of its sender below what it had acknowledged, answered by an ACK alone with the time and the numbers of E5: the segment is dropped.";
    E8 Note "seen twice" ["capture artefact"]
        "Same numbers, flags, length, window and checksum (and IP identification where it is not 0) as the previous segment of this side, less than 1 ms apart: captured at two places, or doubled on the way.";
    E10 Note "capture starts inside the connection" ["capture artefact"]
        "The first captured segment of the address and port pair has no SYN and shows payload, or an ACK or FIN that the other side's numbers confirm.";
    E11 Note "one direction only" ["capture artefact"]
        "No segment of one side is captured, by the end or in the first 2 s, while the other side's acknowledgements move on from their first. Told with the last frame, or with the first of that side.";
    E12 Note "lost by the capture" ["capture artefact"]
        "Bytes that were never captured are acknowledged by their receiver, and their sender has gone on behind them: the capture lost them, not the network. Told once for each hole, with the later of the two.";
    E13 Warn "path MTU black hole" ["RFC 1191, RFC 8201, RFC 8899"]
        "A segment too big for the path (an ICMP error says so; or it is as large as both MSS allow, nothing as large was acknowledged, and smaller ones behind it are answered) is sent again for the third time at its size.";
    E14 Warn Security "retransmission with other bytes" ["RFC 9293 3.4 and 3.10.7.4"]
        "A segment carries other bytes than an earlier one for the same sequence numbers: held bytes are compared, and where the same range comes again, the sums of two good checksums. The bytes that came first are kept, as the common stacks do.";
    T1 Chat "first FIN" ["RFC 9293 3.6 figure 12"]
        "The first FIN of the connection.";
    T2 Chat "ACK of the first FIN" ["RFC 9293 3.6 figure 12"]
        "The first segment of the peer with ack >= FIN+1 that carries no FIN of its own.";
    T3 Chat "second FIN" ["RFC 9293 3.6 figure 12"]
        "The FIN of the peer after it acknowledged the first FIN.";
    T4 Chat "ACK of the second FIN" ["RFC 9293 3.6, MUST-13"]
        "The first ack of the second FIN; the side that closed first goes to TIME-WAIT.";
    T5 Chat "second FIN acknowledges the first" ["RFC 9293 3.6"]
        "A FIN with ack >= FIN+1 while no earlier segment of its side acknowledged the first FIN.";
    T6 Chat "FIN with data" ["RFC 9293 3.6"]
        "A FIN with a payload.";
    T7 Note "simultaneous close" ["RFC 9293 3.6 figure 13"]
        "A second FIN that does not acknowledge the first one, nor is acknowledged by it: both sides closed before they heard of the other.";
    T8 Chat "half-close with data" ["RFC 9293 3.6.1"]
        "Payload from the peer after it acknowledged the first FIN and before its own FIN, later than that acknowledgement.";
    T9 Note "FIN retransmission" ["RFC 6298 5"]
        "A FIN with the sequence number of an earlier FIN of its side, not acknowledged yet; or the first FIN once more, after an acknowledgement that did not arrive.";
    T10 Note "last ACK lost" ["RFC 9293 3.6.1, 3.10.7.4"]
        "The second FIN once more after its acknowledgement was captured.";
    T11 Note "FIN before missing data" ["RFC 9293 3.10.7.4 eighth"]
        "A FIN whose sequence number lies beyond nxt of its side.";
    T12 Warn "data after the FIN" ["RFC 9293 3.6"]
        "Payload with seq >= FIN+1 of its own side.";
    T13 Warn Protocol "FIN without ACK" ["RFC 9293 3.10.7.4 fifth"]
        "A FIN without the ACK flag on an open connection: its receiver drops it, so it closes nothing.";
    T14 Warn "abort by RST" ["RFC 9293 3.5.3, 3.10.5; RFC 1122 4.2.2.13"]
        "An accepted RST with no FIN before it from either side, on a connection both sides had opened.";
    T15 Warn "RST after own FIN" ["RFC 1122 4.2.2.13"]
        "An accepted RST from the side whose FIN is not acknowledged together with the peer's: it closed and will not wait.";
    T16 Warn "FIN answered by RST" ["RFC 9293 3.5.3"]
        "A FIN of one side, then an accepted RST of the other, which sent no FIN before.";
    T17 Note "RST not acceptable" ["RFC 9293 3.5.3, RFC 5961 3.2"]
        "A RST whose sequence number is not between ack(Y) and nxt(X) of its receiver Y and its sender X. Outside the window it is dropped; inside, it calls for a challenge ACK (E6), and counts as accepted, a guess, only when its receiver is silent for 3 s.";
    T18 Warn "RST burst" ["RFC 9293 3.10.7.1"]
        "The third RST of a side, with no SYN of the other side between.";
    T19 Warn Security "injected RST" ["RFC 3360"]
        "On an open connection a RST that its side did not send, by at least two of these signs: a TTL that no other segment of that side had; an IP identification (but 0) far from where that side counts; payload of that side after the RST, not below its number; another RST with a number beyond everything sent and acknowledged; timestamps missing in a RST with ACK although agreed, or there although not; a window other than the side's own in a RST without ACK. One of the first four is a guess; the last two, and the IP identification of a RST without ACK or after 1 s of silence, only count beside another.";
    T20 Warn "given up after retransmissions" ["RFC 9293 3.8.3, RFC 1122 4.2.3.5"]
        "The oldest unacknowledged data or FIN of a side sent again at least three times at intervals that do not shrink, while the window is open, then its RST, or silence of three times the last interval.";
    T21 Warn "RST after long silence by a NAT or firewall" ["RFC 5382"]
        "On an open connection, after at least 60 s of silence (can be configured), a RST whose TTL no other segment of its side had; with a second sign of T19 it is T19 as well.";
    T22 Note "port pair reused in TIME-WAIT" ["RFC 9293 3.6.1 MAY-2, RFC 6191"]
        "A SYN with a sequence number above nxt at the close of the last connection on the same address and port pair, or with a later timestamp, before twice the maximum segment lifetime has passed since both FINs were acknowledged.";
    T23 Warn Security "TIME-WAIT assassination" ["RFC 1337"]
        "A segment with payload, a FIN or an unexpected sequence number reaches the side in TIME-WAIT, which answers by an ACK alone with seq nxt, which the other side answers by a RST without ACK and with seq equal to that ack.";
    T24 Warn "port pair reused without a close" ["RFC 9293 3.5.1"]
        "A SYN-ACK, or the ACK that proves one, accepts a SYN with a new sequence number on the address and port pair of a connection whose close was not seen.";
    T25 Chat "Multipath TCP data FIN" ["RFC 8684 3.3.3"]
        "A DSS option with the DATA_FIN flag where Multipath TCP was agreed on.";
    T26 Warn "Multipath TCP fast close or reset reason" ["RFC 8684 3.5 and 3.6"]
        "MP_FASTCLOSE on any segment where Multipath TCP was agreed on, or MP_FASTCLOSE or MP_TCPRST on a RST.";
    T27 Warn Security "scan without a connection" ["RFC 9293 3.10.7.1, 3.10.7.2"]
        "The first segment of its pair is a FIN alone, has no flags, or FIN, PSH and URG, or SYN and FIN; as a guess also an ACK alone or FIN and ACK of the initiator with no news after it, that is unanswered for 3 s or answered by a RST with seq equal to its ack.";
    T28 Note "not closed in the capture" ["capture artefact"]
        "The capture ends while the connection is open or half-closed.";
    T29 Note Protocol "RST with a payload" ["RFC 1122 4.2.2.12"]
        "A RST that carries data: perhaps a text that says why.";
    H14 Note "obsolete line folding" ["RFC 9112 5.2"]
        "A line of a head's or a trailer's fields that begins with white space: it continues the line before.";
    H15 Warn Security "Transfer-Encoding with Content-Length" ["RFC 9112 6.1 and 6.3"]
        "A head with both Transfer-Encoding and Content-Length: the former frames the body, and a recipient that believes the latter sees other messages (request smuggling).";
    H16 Warn Security "differing Content-Lengths" ["RFC 9112 6.3"]
        "Content-Length values of one head, in a list or in several lines, that are not all the same; the first valid one frames the body.";
    H17 Chat "WebSocket opened" ["RFC 6455 4.2.2"]
        "A 101 response whose Upgrade names websocket: frames of WebSocket follow from both sides.";
    H18 Chat "HTTP/2 connection preface" ["RFC 9113 3.4"]
        "The 24 bytes that a client of HTTP/2 sends first, at any port, or behind an upgrade.";
    H19 Chat "upgrade to HTTP/2" ["RFC 7540 3.2"]
        "A 101 response whose Upgrade names h2c: HTTP/2 follows, and stream 1 answers the request.";
    H21 Note "final response before the end of the request" ["RFC 9110 10.1.1, RFC 9112 9.5"]
        "The first byte of a final response while the request it answers has not ended.";
    H22 Warn "reset inside an HTTP message" ["RFC 9112 8"]
        "An accepted RST while a request or a response had begun and not ended, or a request had no final response.";
    H23 Warn "response without a request" ["RFC 9110 3.4"]
        "A final response while no captured request waits for one, on a connection whose client's bytes are all there, and which is no part of a Multipath TCP one.";
    H25 Note "stream reset" ["RFC 9113 6.4"]
        "A RST_STREAM frame: one side gives a stream up, for the reason in its error code.";
    H26 Warn "HTTP/2 connection error" ["RFC 9113 5.4.1 and 6.8"]
        "A GOAWAY frame with an error code other than NO_ERROR: the connection is given up.";
    H27 Chat "HTTP/2 shutdown" ["RFC 9113 6.8"]
        "A GOAWAY frame with NO_ERROR: its sender takes no streams behind the one it names, and closes when those are done.";
    H28 Warn Security "CONTINUATION flood" ["RFC 9113 6.10 and 10.5, CVE-2024-27316"]
        "A header block of 64 or more CONTINUATION frames, or one that grows past the configured bound (256 KiB).";
    H29 Warn Security "rapid reset" ["RFC 9113 5.1.2 and 10.5, CVE-2023-44487"]
        "At least 100 streams within a second that the client opened and reset before their response had begun.";
    H30 Note "line end without CR" ["RFC 9112 2.2"]
        "A line of a head, of a trailer or of the chunked coding that ends in LF alone.";
    H31 Note "empty line before a message" ["RFC 9112 2.2"]
        "CR and LF, or one of them, where a start line should begin.";
    H32 Warn "white space before the colon" ["RFC 9112 5.1"]
        "White space between a field's name and its colon: recipients differ in whose field it is.";
    H33 Warn "invalid field name" ["RFC 9112 5, RFC 9110 5.1"]
        "A field line without a colon or a name, with a character in the name that no token has, or with white space before the first field.";
    H34 Warn "control character in a head" ["RFC 9110 5.5, RFC 9112 2.2"]
        "NUL, a CR without LF, or another control character but the tab in a start line, in a field value or in a chunk extension.";
    H35 Warn "HTTP version missing or invalid" ["RFC 9112 2.3"]
        "A start line whose version is not HTTP/1.0 or HTTP/1.1: another number, another spelling, or none (a request without one is HTTP/0.9).";
    H36 Note "malformed start line" ["RFC 9112 3 and 4"]
        "A start line whose parts are not divided by one space each, with white space or non-ASCII characters in the target, a status that is not of three digits, or no space between the status and what follows.";
    H37 Note "Content-Length repeated" ["RFC 9112 6.3"]
        "The same Content-Length more than once in a head, in a list or in several lines.";
    H38 Warn "invalid Content-Length" ["RFC 9110 8.6"]
        "A Content-Length that is not decimal digits alone, or more than 2^63-1.";
    H39 Warn Security "suspect Transfer-Encoding" ["RFC 9112 6.1 and 7"]
        "A Transfer-Encoding whose last coding is not chunked in a request, or is chunked more than once, or is none that is registered, or is spelled so that recipients may differ; or one in an HTTP/1.0 message.";
    H40 Warn "malformed chunk" ["RFC 9112 7.1"]
        "A chunk size without digits, with white space or another character beside them, or of more than 16 digits; an invalid extension; or no line end behind the data.";
    H41 Warn "head too long" ["RFC 9112 2.2, RFC 9110 5.4"]
        "A head longer than the configured bound (64 KiB): its message is reported without what lies behind, and reading resumes at the next credible start line.";
    H42 Note "very long element" ["RFC 9110 4.1 and 5.4"]
        "A target or a field line of more than 8000 bytes, or a method of more than 32.";
    H43 Warn "no message where one should begin" ["RFC 9112 9 and 11.2"]
        "Bytes behind the end of a message that begin no message of HTTP: more body than announced, or another protocol.";
    H44 Warn "Host repeated" ["RFC 9112 3.2"]
        "A head with more than one Host field.";
    H45 Note "message after the announced end" ["RFC 9112 9.6"]
        "A message of a side whose last head said Connection: close, or was of HTTP/1.0 without keep-alive.";
    H46 Warn Security "HTTP/2 control frame flood" ["RFC 9113 10.5, CVE-2019-9512, CVE-2019-9515, CVE-2019-9518"]
        "At least 100 frames of one side within a second that are SETTINGS or PING and no answer, or DATA without content that ends no stream.";
    H47 Note "header table lost" ["RFC 9113 4.3, RFC 7541 2.2"]
        "A header field refers to an entry of the header table that came in bytes that were not captured or not read; it is left out.";
    H48 Warn "HTTP/2 framing error" ["RFC 9113 4.2, 5.1 and 6"]
        "A frame of a length, on a stream or at a place that its type does not allow, a header block that cannot be decoded, a setting out of range, or more content than the window allows.";
    H49 Warn Security "malformed HTTP/2 message" ["RFC 9113 8.1.1, 8.2 and 8.3"]
        "Pseudo-header fields that are missing, repeated or behind others, a field name in upper case or with other characters than allowed, a value with NUL, CR or LF, a field about the connection, or content of another length than Content-Length.";
    H50 Note "flow-control stall" ["RFC 9113 5.2 and 6.9"]
        "A WINDOW_UPDATE for a window that its peer had used up before the message ended: it had to wait.";
    H51 Chat "WebSocket close" ["RFC 6455 5.5.1"]
        "The first close frame of a side.";
    H52 Warn "WebSocket framing error" ["RFC 6455 5"]
        "A frame that a client did not mask or a server did, of a reserved opcode, with a reserved bit that no extension allows, in more bytes of length than needed, a control frame in parts or of more than 125 bytes, a fragment without its message or a message inside another, a frame behind the close frame, or a close frame whose code or reason may not be sent.";
    H53 Chat "PROXY protocol header" ["PROXY protocol 2.1 and 2.2"]
        "A header of version 1 or 2 before all else: a proxy names the client it speaks for.";
    L1 Chat "ClientHello" ["RFC 8446 4.1.2, RFC 5246 7.4.1.2"]
        "A TLS handshake message of type 1 in the clear, on any port, told with its last byte; also behind other words on the connection (STARTTLS) and in a CONNECT tunnel.";
    L2 Chat "ServerHello" ["RFC 8446 4.1.3, RFC 5246 7.4.1.3"]
        "A TLS handshake message of type 2 whose random is not that of HelloRetryRequest.";
    L3 Note "HelloRetryRequest" ["RFC 8446 4.1.4"]
        "A ServerHello whose random is the SHA-256 of \"HelloRetryRequest\": the server wants another ClientHello, which costs a round trip.";
    L4 Chat "TLS handshake complete" ["RFC 8446 4.4.4, RFC 5246 7.4.9"]
        "The second of both sides' Finished: up to TLS 1.2 the first handshake record behind ChangeCipherSpec; in TLS 1.3 an encrypted record of that length, or the last of the client's first segment of encrypted records.";
    L5 Chat "TLS session resumed" ["RFC 8446 2.2, RFC 5246 7.3, RFC 5077"]
        "In TLS 1.3 a ServerHello with pre_shared_key; before it, a ServerHello followed at once by ChangeCipherSpec.";
    L6 Note "TLS early data (0-RTT)" ["RFC 8446 2.3, 4.2.10, 8"]
        "Application data of a client that offered early_data, before its Finished: whoever captured it can send it again.";
    L7 Chat "close_notify" ["RFC 8446 6.1, RFC 5246 7.2.1"]
        "An alert close_notify in the clear, or behind the handshake an encrypted record that is an alert by its type or, in TLS 1.3, its length, as the last record before its sender's FIN or a RST.";
    L8 Warn "TLS fatal alert" ["RFC 8446 6.2, RFC 5246 7.2.2"]
        "An alert in the clear of level fatal.";
    L9 Warn "encrypted alert in the TLS handshake" ["RFC 8446 6.2, RFC 5246 7.2.2"]
        "Before both sides have finished, an encrypted record that is an alert by its type or, in TLS 1.3, its length; also the server's first record of that length behind a client's Finished that did not come alone: it refuses the client's certificate.";
    L10 Note Security "TLS cut off without close_notify" ["RFC 8446 6.1, RFC 5246 7.2.1"]
        "A FIN after a complete handshake while neither side has sent an alert, nor a record that can be one: what was cut off cannot be told from the end.";
    L11 Warn Protocol "record after close_notify" ["RFC 8446 6.1"]
        "A record of a side that has sent close_notify in the clear.";
    L12 Warn Protocol "TLS record too long" ["RFC 8446 5.1, RFC 5246 6.2.3"]
        "A record header whose length is above 2^14 + 2048.";
    L13 Note Security "deprecated TLS version" ["RFC 8996, RFC 7568"]
        "A ServerHello that chooses a version before TLS 1.2.";
    L14 Note "TLS renegotiation" ["RFC 5246 7.4.1, RFC 5746"]
        "Up to TLS 1.2, an encrypted handshake record after both sides have finished.";
    L15 Error Security "TLS downgrade" ["RFC 8446 4.1.3"]
        "A ServerHello whose random ends with DOWNGRD although the client offered a newer version than it chooses: somebody changed the offer.";
    L16 Warn Protocol "no TLS record" ["RFC 8446 5.1"]
        "Inside a TLS stream without missing bytes, what should be a record's header has an unknown type or version.";
    L17 Warn Protocol "ServerHello not as offered" ["RFC 8446 4.1.3, 4.2.1, RFC 7301 3.2"]
        "A ServerHello chooses a version, cipher suite or application protocol that the ClientHello, captured whole, does not offer.";
}

impl Rule {
    /// Its row in the table.
    #[must_use]
    pub fn info(self) -> &'static RuleInfo {
        &RULES[self as usize]
    }

    /// Its id, such as `T7`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.info().id
    }

    /// Whether it is about HTTP.
    #[must_use]
    pub fn is_http(self) -> bool {
        self.id().starts_with('H')
    }

    /// Whether it is about TLS.
    #[must_use]
    pub fn is_tls(self) -> bool {
        self.id().starts_with('L')
    }

    /// Whether it is about what a connection carries: such a rule is listed once in a connection, however many
    /// messages show it.
    pub(crate) fn is_of_messages(self) -> bool {
        self.is_http() || self.is_tls()
    }

    /// The rule of an id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.id() == id)
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit_variant("Rule", *self as u32, self.id())
    }
}

/// A set of rules: fixed size, no heap. Room for 256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RuleSet([u64; 4]);

impl RuleSet {
    /// Adds a rule.
    pub fn insert(&mut self, rule: Rule) {
        let bit = rule as usize;
        self.0[bit / 64] |= 1 << (bit % 64);
    }

    /// Takes a rule out.
    pub fn remove(&mut self, rule: Rule) {
        let bit = rule as usize;
        self.0[bit / 64] &= !(1 << (bit % 64));
    }

    /// Adds those of another set.
    pub fn extend(&mut self, other: Self) {
        for (word, more) in self.0.iter_mut().zip(other.0) {
            *word |= more;
        }
    }

    /// Whether the rule is in the set.
    #[must_use]
    pub fn contains(&self, rule: Rule) -> bool {
        let bit = rule as usize;
        self.0[bit / 64] & (1 << (bit % 64)) != 0
    }

    /// Whether the set holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }

    /// The set as bits: rule number `n` is bit `n % 64` of word `n / 64`.
    #[must_use]
    pub const fn to_bits(self) -> [u64; 4] {
        self.0
    }

    /// The rules, in table order.
    pub fn iter(&self) -> impl Iterator<Item = Rule> + use<> {
        let mut words = self.0;
        let mut at = 0;
        std::iter::from_fn(move || {
            while words[at] == 0 {
                at += 1;
                if at == words.len() {
                    at = 0;
                    return None;
                }
            }
            let bit = words[at].trailing_zeros() as usize;
            words[at] &= words[at] - 1;
            Some(Rule::ALL[at * 64 + bit])
        })
    }
}

impl Serialize for RuleSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

const _: () = assert!(
    RULES.len() <= 256,
    "RuleSet and the one-byte rule number hold 256 rules"
);

#[cfg(test)]
mod tests {
    use super::{RULES, Rule, RuleSet};

    #[test]
    fn every_rule_finds_its_own_row_and_says_where_it_comes_from() {
        for (index, rule) in Rule::ALL.iter().enumerate() {
            assert_eq!(RULES[index].id, rule.id());
            assert_eq!(Rule::from_id(rule.id()), Some(*rule));
            let info = rule.info();
            assert!(
                info.condition.ends_with('.') && !info.name.is_empty() && !info.rfc.is_empty(),
                "{info:?}"
            );
        }
        assert_eq!(Rule::from_id("T99"), None);
    }

    #[test]
    fn a_set_keeps_what_was_put_in_and_lists_it_in_table_order() {
        let mut set = RuleSet::default();
        assert!(set.is_empty());
        for rule in [Rule::T28, Rule::O1, Rule::T6] {
            set.insert(rule);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [Rule::O1, Rule::T6, Rule::T28]);
        assert!(set.contains(Rule::T6) && !set.contains(Rule::T7));
    }
}
