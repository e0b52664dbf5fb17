//! What each rule means in English, in a sentence for a person who reads a capture. Names and conditions in English are
//! those of the rule table itself.

use super::RuleText;
use crate::rule::Rule;

pub(super) fn text(rule: Rule) -> RuleText {
    let info = rule.info();
    RuleText {
        name: info.name,
        meaning: meaning(rule),
        condition: info.condition,
    }
}

#[expect(clippy::too_many_lines, reason = "a table, one sentence a rule")]
const fn meaning(rule: Rule) -> &'static str {
    match rule {
        Rule::O1 => "The initiator asks for a connection.",
        Rule::O2 => "The responder accepts and acknowledges the SYN.",
        Rule::O3 => "The initiator acknowledges the SYN-ACK: both sides are open.",
        Rule::O4 => "The ACK that completes the handshake carries the first data.",
        Rule::O5 => {
            "The final ACK of the handshake was lost on the way or by the capture; what follows proves that the responder got one."
        }
        Rule::O6 => "No answer had reached the initiator in time, so it sent its SYN again.",
        Rule::O7 => "No ACK had reached the responder in time, so it sent its SYN-ACK again.",
        Rule::O8 => {
            "The initiator repeated its SYN with fewer or other options, suspecting that the path drops them."
        }
        Rule::O9 => {
            "The initiator tried again with a new initial sequence number: a new attempt, not a retransmission."
        }
        Rule::O10 => "Both sides sent a SYN before they heard of the other's; one connection came of it.",
        Rule::O11 => "An old SYN reached the responder first; a RST cleared it and the real attempt went on.",
        Rule::O12 => {
            "The responder answered an old SYN that the initiator no longer knew, and the initiator reset it."
        }
        Rule::O13 => {
            "One side had lost the old connection; the other still had it, answered the new SYN with an ACK and was reset."
        }
        Rule::O14 => "One side had lost the connection and answered the other's segment with a RST.",
        Rule::O15 => "The SYN was answered with a RST that acknowledges it.",
        Rule::O16 => "Nothing came back, neither from the host nor from the network.",
        Rule::O17 => "A host or router on the path reported by ICMP that the SYN could not be delivered.",
        Rule::O18 => {
            "A RST without ACK came for the SYN. A TCP in SYN-SENT ignores it; a firewall or injector may have sent it."
        }
        Rule::O19 => "The initiator reset its own attempt before it was answered or completed.",
        Rule::O20 => {
            "The initiator reset the connection as soon as the SYN-ACK came, as a port scanner does."
        }
        Rule::O21 => {
            "The connection was opened and ended at once without data, as a port scan or a health check does."
        }
        Rule::O22 => "The initiator asks for a TCP Fast Open cookie for its next connection.",
        Rule::O23 => "The responder grants a TCP Fast Open cookie.",
        Rule::O24 => "The initiator sends data in its SYN, with a TCP Fast Open cookie.",
        Rule::O25 => "The responder took data of the SYN.",
        Rule::O26 => "The responder acknowledged the SYN without its data, which has to be sent again.",
        Rule::O27 => "The SYN carries data although TCP Fast Open is not used.",
        Rule::O28 => "Explicit congestion notification was offered.",
        Rule::O29 => "Accurate explicit congestion notification was offered.",
        Rule::O31 => {
            "The responder uses an option that the initiator did not offer: it is faulty, or something rewrote the SYN."
        }
        Rule::O32 => "The responder appears to keep no state for SYNs, as a server does under a SYN flood.",
        Rule::O33 => {
            "The responder answered with separate segments instead of a SYN-ACK. It is legal but rare, and some firewalls lose track of it."
        }
        Rule::O34 => "The SYN-ACK acknowledges a number that the SYN did not have.",
        Rule::O35 => {
            "Two SYN-ACKs have different sequence numbers: two servers, a load balancer or a SYN proxy answered."
        }
        Rule::O36 => {
            "A SYN-ACK came to a host that had sent no SYN in the capture: often backscatter of a SYN with a forged address."
        }
        Rule::O37 => {
            "The capture holds the SYN-ACK before the SYN it answers; the order of capture is wrong, not the hosts."
        }
        Rule::O38 => "Very many attempts on this port were left half-open at the same time.",
        Rule::O39 => "Data was sent before the handshake was complete.",
        Rule::O40 => {
            "The segments are authenticated by TCP-AO or MD5; where that is missing or wrong, the receiver drops them."
        }
        Rule::O41 => "The initiator offers Multipath TCP.",
        Rule::O42 => "The connection joins a Multipath TCP connection as a further subflow.",
        Rule::O44 => {
            "The responder seems to have dropped the final ACK because its queue of accepted connections was full."
        }
        Rule::O45 => "The SYN carries flags that no normal TCP sets with it.",
        Rule::O46 => {
            "The responder was still in TIME-WAIT and answered the new SYN with an ACK of the old connection."
        }
        Rule::O47 => "The final ACK acknowledges a number that the SYN-ACK did not have.",
        Rule::O48 => "The capture missed the SYN; the SYN-ACK and its ACK prove it.",
        Rule::E1 => {
            "An idle connection was probed, or the probe was answered, to see whether the peer is still there."
        }
        Rule::E2 => "Keep-alive probes stayed unanswered, and the prober gave up.",
        Rule::E3 => "A keep-alive probe was answered with a RST: the peer no longer knew the connection.",
        Rule::E4 => {
            "A receiver had no room for more data, was asked whether it has, or opened its window again."
        }
        Rule::E5 => {
            "A SYN arrived inside an open connection; the receiver asked by an ACK whether it is meant."
        }
        Rule::E6 => {
            "A RST lay inside the window but not at the expected number; the receiver asked by an ACK whether it is meant."
        }
        Rule::E7 => "A segment acknowledged what it could not; the receiver answered with an ACK of its own.",
        Rule::E8 => "The same packet was captured twice or doubled on the way; nothing was sent again.",
        Rule::E10 => "The connection existed before the first captured segment.",
        Rule::E11 => "Only one direction of the connection is in the capture.",
        Rule::E12 => {
            "The receiver acknowledged bytes that the capture does not hold: the capture lost them, the network did not."
        }
        Rule::E13 => "Full-sized segments do not get through, and their sender does not make them smaller.",
        Rule::E14 => {
            "The same place of the stream came twice with different bytes: somebody may be hiding data from an observer."
        }
        Rule::T1 => "The first side closes: it has no more to send.",
        Rule::T2 => "The peer acknowledges the first FIN.",
        Rule::T3 => "The second side closes.",
        Rule::T4 => "The second FIN is acknowledged.",
        Rule::T5 => "The second side closes and acknowledges the first FIN in one segment.",
        Rule::T6 => "The FIN carries the last data of its side.",
        Rule::T7 => "Both sides closed before they heard of the other's FIN.",
        Rule::T8 => "After one side had closed, the other went on sending data.",
        Rule::T9 => "A FIN was sent again: it or its acknowledgement was late or lost.",
        Rule::T10 => {
            "The second FIN came again after its acknowledgement, which was lost beyond the capture point."
        }
        Rule::T11 => "The FIN came before data that belongs in front of it.",
        Rule::T12 => "A side sent data beyond its own FIN, which TCP forbids.",
        Rule::T13 => "A FIN without ACK closes nothing: its receiver drops it.",
        Rule::T14 => "A RST ended the connection without any FIN.",
        Rule::T15 => "A side that had closed reset the connection instead of waiting for the other to close.",
        Rule::T16 => "A FIN was answered with a RST instead of a FIN.",
        Rule::T17 => "A RST lay outside what its receiver accepts, so it ended nothing.",
        Rule::T18 => "One side sent three RSTs or more.",
        Rule::T19 => {
            "The RST does not look like its supposed sender's: something between the hosts may have injected it."
        }
        Rule::T20 => {
            "Data or a FIN was sent again and again without acknowledgement, and its sender gave up."
        }
        Rule::T21 => {
            "After a long silence came a RST that is not the host's own: a NAT or firewall had forgotten the connection."
        }
        Rule::T22 => {
            "The address and port pair was used again while the last connection on it was in TIME-WAIT."
        }
        Rule::T23 => "An old segment led to a RST that ended the wait in TIME-WAIT early.",
        Rule::T24 => {
            "A new connection was accepted on the same address and port pair although this one was not seen to close."
        }
        Rule::T25 => "Multipath TCP signals the end of its data.",
        Rule::T26 => "Multipath TCP aborted the connection or gave a reason for the RST.",
        Rule::T27 => "The segment opens nothing and belongs to nothing, as those of a port scan.",
        Rule::T28 => "The capture ends while the connection is open or half-closed.",
        Rule::T29 => "The RST carries data, perhaps a text that says why.",
        Rule::H14 => "A header field is folded over several lines, which RFC 9112 no longer allows.",
        Rule::H15 => {
            "The message says its length in two ways that contradict each other; programs that believe different ones see different messages."
        }
        Rule::H16 => "The message announces several different lengths.",
        Rule::H17 => "The connection speaks WebSocket from here on.",
        Rule::H18 => "The client speaks HTTP/2, and says so with its preface.",
        Rule::H19 => "The server agreed to go on in HTTP/2; it answers the request there, on stream 1.",
        Rule::H21 => "The server answered before the whole request had come.",
        Rule::H22 => "The connection was reset in the middle of an HTTP exchange.",
        Rule::H23 => "A response came that no request had asked for.",
        Rule::H25 => "One side gave up a stream of HTTP/2; the connection goes on.",
        Rule::H26 => "One side gave up the HTTP/2 connection because of an error.",
        Rule::H27 => {
            "One side announced that it closes the HTTP/2 connection when the streams in progress are done."
        }
        Rule::H28 => {
            "A header block without end: its receiver has to collect it all, which costs memory and time."
        }
        Rule::H29 => {
            "The client opens streams and cancels them at once, again and again: each costs the server more than the client."
        }
        Rule::H30 => "Lines end in a bare LF, without the CR that belongs before it.",
        Rule::H31 => "An empty line came before the message.",
        Rule::H32 => "White space stands between a field's name and its colon.",
        Rule::H33 => {
            "A header line is no field: without a colon, without a name, or with a name of invalid characters."
        }
        Rule::H34 => "A head holds control characters, such as NUL or a lone CR.",
        Rule::H35 => "The HTTP version is missing, or is none that HTTP/1 knows.",
        Rule::H36 => "The first line of the message is malformed.",
        Rule::H37 => "The same Content-Length is given more than once.",
        Rule::H38 => "The Content-Length is no number that can be used.",
        Rule::H39 => "The Transfer-Encoding is one that programs may understand differently.",
        Rule::H40 => "The chunked coding of a body is malformed.",
        Rule::H41 => "A head was longer than synfin reads.",
        Rule::H42 => "A method, target or header field is unusually long.",
        Rule::H43 => "Where a message should begin there is something else.",
        Rule::H44 => "The request names more than one host.",
        Rule::H45 => "A message came from a side that had announced its last one.",
        Rule::H46 => {
            "One side floods the other with frames of HTTP/2 that carry nothing but have to be answered or read."
        }
        Rule::H47 => "Some header fields refer to others that were not captured, so they cannot be told.",
        Rule::H48 => "A frame breaks the rules of HTTP/2.",
        Rule::H49 => {
            "A message of HTTP/2 has fields that it must not have, or lacks some; a proxy that passes it on in HTTP/1 may be misled."
        }
        Rule::H50 => "One side had to stop sending until the other allowed more.",
        Rule::H51 => "One side said goodbye in WebSocket; its code and reason stand in the frame.",
        Rule::H52 => "A frame breaks the rules of WebSocket.",
        Rule::H53 => "A proxy says whose connection it passes on.",
        Rule::L1 => "A TLS client opens a session and says what it can do.",
        Rule::L2 => "The TLS server chose version and cipher suite.",
        Rule::L3 => "The TLS server could not use the client's key share and asked for another ClientHello.",
        Rule::L4 => "Both sides of TLS have finished the handshake: data is protected from here on.",
        Rule::L5 => "TLS went on with the keys of an earlier session, without a certificate.",
        Rule::L6 => "The client sent application data before the server had answered.",
        Rule::L7 => "TLS said that its sender sends no more.",
        Rule::L8 => "TLS failed: one side sent a fatal alert, whose name says why.",
        Rule::L9 => "TLS failed in the handshake: one side sent an alert that is encrypted.",
        Rule::L10 => "A side closed the connection without telling so in TLS.",
        Rule::L11 => "A side went on to send after it had ended its TLS session.",
        Rule::L12 => "A TLS record claims to be longer than any version allows.",
        Rule::L13 => "The TLS version in use is deprecated.",
        Rule::L14 => "TLS negotiates anew inside a session that is open.",
        Rule::L15 => "A newer TLS version, which both sides speak, was kept from them.",
        Rule::L16 => "Where a TLS record should begin there is something else.",
        Rule::L17 => "The TLS server chose what the client had not offered.",
    }
}
