//! The public words: every verdict, state and step, spelled once.

/// Declares an enum whose variants are words of the public contract, with explicit numbers for the C ABI.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $number:literal $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$variant_meta])* $variant = $number),+ }

        impl $name {
            /// Every value, in order of its number.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word of the public contract.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_unit_variant(stringify!($name), *self as u32, self.as_str())
            }
        }
    };
}

words! {
    /// Where in the life of its connection a segment stands.
    Phase {
        /// The connection is being opened.
        Handshake = 0 "handshake",
        /// Open: data may flow.
        Transfer = 1 "transfer",
        /// At least one side has said FIN, or a RST ends it here.
        Teardown = 2 "teardown",
        /// The connection is over; a segment comes late.
        Closed = 3 "closed",
        /// Belongs to no connection.
        Stray = 4 "stray",
    }
}

words! {
    /// A textbook step: the number names the act, not the order.
    Step {
        /// SYN.
        Syn = 1 "1/3",
        /// SYN-ACK.
        SynAck = 2 "2/3",
        /// ACK of the SYN-ACK.
        Ack = 3 "3/3",
        /// The third ACK carries the first FIN.
        AckAndFirstFin = 4 "3/3,1/4",
        /// First FIN.
        FirstFin = 5 "1/4",
        /// ACK of the first FIN.
        AckOfFirstFin = 6 "2/4",
        /// Second FIN.
        SecondFin = 7 "3/4",
        /// ACK of the second FIN.
        AckOfSecondFin = 8 "4/4",
        /// Second FIN and ACK of the first in one segment.
        AckAndSecondFin = 9 "2+3/4",
    }
}

words! {
    /// Endpoint states of RFC 9293 section 3.3.2, as an observer between the hosts can know them.
    State {
        /// No connection.
        Closed = 0 "CLOSED",
        /// Waiting for a connection request (assumed before a first SYN).
        Listen = 1 "LISTEN",
        /// Sent a SYN.
        SynSent = 2 "SYN-SENT",
        /// Sent and received a SYN, its own not acknowledged yet.
        SynReceived = 3 "SYN-RECEIVED",
        /// Open.
        Established = 4 "ESTABLISHED",
        /// Sent a FIN, not acknowledged yet.
        FinWait1 = 5 "FIN-WAIT-1",
        /// Its FIN is acknowledged, the peer has not closed.
        FinWait2 = 6 "FIN-WAIT-2",
        /// The peer has closed, this side has not.
        CloseWait = 7 "CLOSE-WAIT",
        /// Both sent FIN without having heard of the other's.
        Closing = 8 "CLOSING",
        /// The peer closed first; waiting for the ACK of its own FIN.
        LastAck = 9 "LAST-ACK",
        /// Closed first and acknowledged the peer's FIN.
        TimeWait = 10 "TIME-WAIT",
        /// Cannot be known from what was captured.
        Unknown = 11 "unknown",
    }
}

words! {
    /// How a segment comes out of turn (E9), where something tells: the sender's timestamps, its IP identification,
    /// what the receiver acknowledged.
    Order {
        /// Sent again; perhaps the first sending was lost before it was captured.
        Retransmission = 0 "retransmission",
        /// Sent again although its receiver had acknowledged or reported (SACK) all of it.
        SpuriousRetransmission = 1 "spurious-retransmission",
        /// Sent before segments that were captured before it.
        OutOfOrder = 2 "out-of-order",
        /// Sent once, captured or delivered twice.
        Duplicate = 3 "duplicate",
    }
}

words! {
    /// How sure a verdict is.
    Confidence {
        /// A hint.
        Guess = 0 "guess",
        /// Something it rests on was not captured, but what was fits nothing else well.
        Likely = 1 "likely",
        /// Every segment it rests on was captured and the numbers line up.
        Certain = 2 "certain",
    }
}

words! {
    /// How the opening of a connection went; the first that matches, in this order.
    HandshakeVerdict {
        /// No connection: strays, scans, backscatter.
        None = 0 "none",
        /// No SYN or SYN-ACK captured, but the connection exists.
        Unseen = 1 "unseen",
        /// Both SYNs acknowledged.
        Complete = 2 "complete",
        /// Both SYNs acknowledged after crossing each other.
        Simultaneous = 3 "simultaneous",
        /// Both SYNs acknowledged, the SYN-ACK split in two.
        Split = 4 "split",
        /// An acknowledgement that fits no SYN, never recovered.
        BadAck = 5 "bad-ack",
        /// The responder refused.
        Refused = 6 "refused",
        /// The initiator gave up its own attempt.
        Aborted = 7 "aborted",
        /// The network reported that the responder cannot be reached.
        Unreachable = 8 "unreachable",
        /// SYN-ACK never acknowledged.
        HalfOpen = 9 "half-open",
        /// SYN never answered.
        NoAnswer = 10 "no-answer",
        /// The capture ends too early to say.
        Pending = 11 "pending",
    }
}

words! {
    /// How the connection ended; the first that matches, in this order.
    CloseVerdict {
        /// It was never opened.
        NotOpened = 0 "not-opened",
        /// Both FINs crossed each other, both acknowledged.
        Simultaneous = 1 "simultaneous",
        /// FIN, FIN with the ACK of the first, ACK.
        ThreeSegment = 2 "three-segment",
        /// FIN, ACK, FIN, ACK.
        FourWay = 3 "four-way",
        /// A FIN, then an accepted RST.
        FinThenReset = 4 "fin-then-reset",
        /// An accepted RST.
        Reset = 5 "reset",
        /// A new connection was accepted on the same address and port pair.
        Superseded = 6 "superseded",
        /// Given up in silence.
        TimedOut = 7 "timed-out",
        /// Both sides sent FIN, not all acknowledged by the end.
        Closing = 8 "closing",
        /// One FIN only.
        HalfClosed = 9 "half-closed",
        /// Neither FIN nor RST.
        Open = 10 "open",
    }
}

words! {
    /// Who ended the connection.
    Closer {
        /// The side that opened it.
        Initiator = 0 "initiator",
        /// The side it was opened to.
        Responder = 1 "responder",
        /// Both at once.
        Both = 2 "both",
        /// Something between the hosts.
        Network = 3 "network",
        /// Nobody, as far as the capture tells.
        Nobody = 4 "nobody",
    }
}

impl From<crate::Side> for Closer {
    fn from(side: crate::Side) -> Self {
        match side {
            crate::Side::Initiator => Self::Initiator,
            crate::Side::Responder => Self::Responder,
        }
    }
}

words! {
    /// What tells that a RST was not sent by the side in whose name it comes (T19, T21).
    ResetSign {
        /// No other segment of that side had its TTL.
        Ttl = 0 "ttl",
        /// Its IP identification is far from where that side counts.
        IpId = 1 "ip-id",
        /// Its timestamps are missing although agreed, or there although not.
        Options = 2 "options",
        /// Its window is not that side's.
        Window = 3 "window",
        /// That side went on to send.
        DataAfter = 4 "data-after",
        /// Others with growing numbers came beside it.
        Series = 5 "series",
    }
}

words! {
    /// The likely reason of the end.
    Cause {
        /// Nobody listens on the port.
        PortClosed = 0 "port-closed",
        /// A policy refuses it, not the host.
        RefusedPolicy = 1 "refused-policy",
        /// HTTP announced it: `Connection: close`.
        HttpConnectionClose = 2 "http-connection-close",
        /// HTTP/1.0 without keep-alive.
        Http10 = 3 "http-1.0",
        /// Silence before the close, nothing in flight.
        IdleTimeout = 4 "idle-timeout",
        /// An orderly close, nothing announced.
        Application = 5 "application",
        /// The application (or its death) aborted it.
        AbortedByApplication = 6 "aborted-by-application",
        /// Closed with received data unread.
        UnreadData = 7 "unread-data",
        /// Closed while the peer was still sending.
        LateData = 8 "late-data",
        /// Gave up after retransmissions.
        RetransmissionGiveUp = 9 "retransmission-give-up",
        /// Gave up after unanswered keep-alive probes.
        KeepAliveDead = 10 "keep-alive-dead",
        /// One side no longer knew of the connection.
        PeerLostState = 11 "peer-lost-state",
        /// A RST that neither host sent.
        InjectedReset = 12 "injected-reset",
        /// TLS said goodbye.
        TlsCloseNotify = 13 "tls-close-notify",
        /// TLS failed.
        TlsAlert = 14 "tls-alert",
        /// TLS was cut off without goodbye.
        TlsTruncated = 15 "tls-truncated",
        /// No evidence.
        Unknown = 16 "unknown",
        /// WebSocket said goodbye.
        WebsocketClose = 17 "websocket-close",
    }
}
