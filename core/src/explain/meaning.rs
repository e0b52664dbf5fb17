//! What each rule means, in a sentence for a person who reads a capture. The match is exhaustive: a new rule
//! cannot be forgotten here.

use crate::rule::Rule;

/// Told by the sentences about opening and end themselves.
pub(super) const fn is_textbook(rule: Rule) -> bool {
    use Rule::{O1, O2, O3, O4, T1, T2, T3, T4, T5, T6};
    matches!(rule, O1 | O2 | O3 | O4 | T1 | T2 | T3 | T4 | T5 | T6)
}

impl Rule {
    /// What it means for the connection, in a plain sentence.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a table, one sentence a rule")]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::O1 => "The initiator asks for a connection.",
            Self::O2 => "The responder accepts and acknowledges the SYN.",
            Self::O3 => "The initiator acknowledges the SYN-ACK: both sides are open.",
            Self::O4 => "The ACK that completes the handshake carries the first data.",
            Self::O5 => {
                "The final ACK of the handshake was lost on the way or by the capture; what follows proves that the responder got one."
            }
            Self::O6 => "No answer had reached the initiator in time, so it sent its SYN again.",
            Self::O7 => "No ACK had reached the responder in time, so it sent its SYN-ACK again.",
            Self::O8 => {
                "The initiator repeated its SYN with fewer or other options, suspecting that the path drops them."
            }
            Self::O9 => {
                "The initiator tried again with a new initial sequence number: a new attempt, not a retransmission."
            }
            Self::O10 => "Both sides sent a SYN before they heard of the other's; one connection came of it.",
            Self::O11 => {
                "An old SYN reached the responder first; a RST cleared it and the real attempt went on."
            }
            Self::O12 => {
                "The responder answered an old SYN that the initiator no longer knew, and the initiator reset it."
            }
            Self::O13 => {
                "One side had lost the old connection; the other still had it, answered the new SYN with an ACK and was reset."
            }
            Self::O14 => "One side had lost the connection and answered the other's segment with a RST.",
            Self::O15 => "The SYN was answered with a RST that acknowledges it.",
            Self::O16 => "Nothing came back, neither from the host nor from the network.",
            Self::O17 => "A host or router on the path reported by ICMP that the SYN could not be delivered.",
            Self::O18 => {
                "A RST without ACK came for the SYN. A TCP in SYN-SENT ignores it; a firewall or injector may have sent it."
            }
            Self::O19 => "The initiator reset its own attempt before it was answered or completed.",
            Self::O20 => {
                "The initiator reset the connection as soon as the SYN-ACK came, as a port scanner does."
            }
            Self::O21 => {
                "The connection was opened and ended at once without data, as a port scan or a health check does."
            }
            Self::O22 => "The initiator asks for a TCP Fast Open cookie for its next connection.",
            Self::O23 => "The responder grants a TCP Fast Open cookie.",
            Self::O24 => "The initiator sends data in its SYN, with a TCP Fast Open cookie.",
            Self::O25 => "The responder took data of the SYN.",
            Self::O26 => "The responder acknowledged the SYN without its data, which has to be sent again.",
            Self::O27 => "The SYN carries data although TCP Fast Open is not used.",
            Self::O28 => "Explicit congestion notification was offered.",
            Self::O29 => "Accurate explicit congestion notification was offered.",
            Self::O31 => {
                "The responder uses an option that the initiator did not offer: it is faulty, or something rewrote the SYN."
            }
            Self::O32 => {
                "The responder appears to keep no state for SYNs, as a server does under a SYN flood."
            }
            Self::O33 => {
                "The responder answered with separate segments instead of a SYN-ACK. It is legal but rare, and some firewalls lose track of it."
            }
            Self::O34 => "The SYN-ACK acknowledges a number that the SYN did not have.",
            Self::O35 => {
                "Two SYN-ACKs have different sequence numbers: two servers, a load balancer or a SYN proxy answered."
            }
            Self::O36 => {
                "A SYN-ACK came to a host that had sent no SYN in the capture: often backscatter of a SYN with a forged address."
            }
            Self::O37 => {
                "The capture holds the SYN-ACK before the SYN it answers; the order of capture is wrong, not the hosts."
            }
            Self::O38 => "Very many attempts on this port were left half-open at the same time.",
            Self::O39 => "Data was sent before the handshake was complete.",
            Self::O40 => {
                "The segments are authenticated by TCP-AO or MD5; where that is missing or wrong, the receiver drops them."
            }
            Self::O41 => "The initiator offers Multipath TCP.",
            Self::O42 => "The connection joins a Multipath TCP connection as a further subflow.",
            Self::O44 => {
                "The responder seems to have dropped the final ACK because its queue of accepted connections was full."
            }
            Self::O45 => "The SYN carries flags that no normal TCP sets with it.",
            Self::O46 => {
                "The responder was still in TIME-WAIT and answered the new SYN with an ACK of the old connection."
            }
            Self::O47 => "The final ACK acknowledges a number that the SYN-ACK did not have.",
            Self::O48 => "The capture missed the SYN; the SYN-ACK and its ACK prove it.",
            Self::E1 => {
                "An idle connection was probed, or the probe was answered, to see whether the peer is still there."
            }
            Self::E2 => "Keep-alive probes stayed unanswered, and the prober gave up.",
            Self::E3 => "A keep-alive probe was answered with a RST: the peer no longer knew the connection.",
            Self::E4 => {
                "A receiver had no room for more data, was asked whether it has, or opened its window again."
            }
            Self::E5 => {
                "A SYN arrived inside an open connection; the receiver asked by an ACK whether it is meant."
            }
            Self::E6 => {
                "A RST lay inside the window but not at the expected number; the receiver asked by an ACK whether it is meant."
            }
            Self::E7 => {
                "A segment acknowledged what it could not; the receiver answered with an ACK of its own."
            }
            Self::E8 => "The same packet was captured twice or doubled on the way; nothing was sent again.",
            Self::E10 => "The connection existed before the first captured segment.",
            Self::E11 => "Only one direction of the connection is in the capture.",
            Self::E12 => {
                "The receiver acknowledged bytes that the capture does not hold: the capture lost them, the network did not."
            }
            Self::E13 => {
                "Full-sized segments do not get through, and their sender does not make them smaller."
            }
            Self::E14 => {
                "The same place of the stream came twice with different bytes: somebody may be hiding data from an observer."
            }
            Self::T1 => "The first side closes: it has no more to send.",
            Self::T2 => "The peer acknowledges the first FIN.",
            Self::T3 => "The second side closes.",
            Self::T4 => "The second FIN is acknowledged.",
            Self::T5 => "The second side closes and acknowledges the first FIN in one segment.",
            Self::T6 => "The FIN carries the last data of its side.",
            Self::T7 => "Both sides closed before they heard of the other's FIN.",
            Self::T8 => "After one side had closed, the other went on sending data.",
            Self::T9 => "A FIN was sent again: it or its acknowledgement was late or lost.",
            Self::T10 => {
                "The second FIN came again after its acknowledgement, which was lost beyond the capture point."
            }
            Self::T11 => "The FIN came before data that belongs in front of it.",
            Self::T12 => "A side sent data beyond its own FIN, which TCP forbids.",
            Self::T13 => "A FIN without ACK closes nothing: its receiver drops it.",
            Self::T14 => "A RST ended the connection without any FIN.",
            Self::T15 => {
                "A side that had closed reset the connection instead of waiting for the other to close."
            }
            Self::T16 => "A FIN was answered with a RST instead of a FIN.",
            Self::T17 => "A RST lay outside what its receiver accepts, so it ended nothing.",
            Self::T18 => "One side sent three RSTs or more.",
            Self::T19 => {
                "The RST does not look like its supposed sender's: something between the hosts may have injected it."
            }
            Self::T20 => {
                "Data or a FIN was sent again and again without acknowledgement, and its sender gave up."
            }
            Self::T21 => {
                "After a long silence came a RST that is not the host's own: a NAT or firewall had forgotten the connection."
            }
            Self::T22 => {
                "The address and port pair was used again while the last connection on it was in TIME-WAIT."
            }
            Self::T23 => "An old segment led to a RST that ended the wait in TIME-WAIT early.",
            Self::T24 => {
                "A new connection was accepted on the same address and port pair although this one was not seen to close."
            }
            Self::T25 => "Multipath TCP signals the end of its data.",
            Self::T26 => "Multipath TCP aborted the connection or gave a reason for the RST.",
            Self::T27 => "The segment opens nothing and belongs to nothing, as those of a port scan.",
            Self::T28 => "The capture ends while the connection is open or half-closed.",
            Self::T29 => "The RST carries data, perhaps a text that says why.",
            Self::H14 => "A header field is folded over several lines, which RFC 9112 no longer allows.",
            Self::H15 => {
                "The message says its length in two ways that contradict each other; programs that believe different ones see different messages."
            }
            Self::H16 => "The message announces several different lengths.",
            Self::H21 => "The server answered before the whole request had come.",
            Self::H22 => "The connection was reset in the middle of an HTTP exchange.",
            Self::H23 => "A response came that no request had asked for.",
            Self::H30 => "Lines end in a bare LF, without the CR that belongs before it.",
            Self::H31 => "An empty line came before the message.",
            Self::H32 => "White space stands between a field's name and its colon.",
            Self::H33 => {
                "A header line is no field: without a colon, without a name, or with a name of invalid characters."
            }
            Self::H34 => "A head holds control characters, such as NUL or a lone CR.",
            Self::H35 => "The HTTP version is missing, or is none that HTTP/1 knows.",
            Self::H36 => "The first line of the message is malformed.",
            Self::H37 => "The same Content-Length is given more than once.",
            Self::H38 => "The Content-Length is no number that can be used.",
            Self::H39 => "The Transfer-Encoding is one that programs may understand differently.",
            Self::H40 => "The chunked coding of a body is malformed.",
            Self::H41 => "A head was longer than synfin reads.",
            Self::H42 => "A method, target or header field is unusually long.",
            Self::H43 => "Where a message should begin there is something else.",
            Self::H44 => "The request names more than one host.",
            Self::H45 => "A message came from a side that had announced its last one.",
        }
    }
}
