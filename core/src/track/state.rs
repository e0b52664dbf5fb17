//! The state machine of RFC 9293 section 3.3.2, figure 5, by the events an observer sees:
//!
//! ```text
//!              CLOSED ──sent_syn──► SYN-SENT ──────┐
//!                                      │ got_syn   │ got_syn and got_ack_of_syn
//!   LISTEN ──got_syn, sent_syn──► SYN-RECEIVED     │
//!                                      │ got_ack_of_syn
//!                                      ▼           ▼
//!                                    ESTABLISHED ◄─┘
//!                      sent_fin │            │ got_fin
//!                               ▼            ▼
//!                          FIN-WAIT-1     CLOSE-WAIT
//!            got_ack_of_fin │     │ got_fin   │ sent_fin
//!                           ▼     ▼           ▼
//!                   FIN-WAIT-2  CLOSING     LAST-ACK
//!                     got_fin │   │ got_ack_of_fin │ got_ack_of_fin
//!                             ▼   ▼                ▼
//!                           TIME-WAIT            CLOSED
//! ```
//!
//! An observer adds these edges: from `unknown` to whatever the numbers prove, and from any opening state
//! to ESTABLISHED where missed segments are known to have opened the connection; and back from
//! ESTABLISHED to SYN-RECEIVED or from CLOSED to LAST-ACK when a SYN-ACK or a FIN sent once more proves
//! that the acknowledgement, although captured, had not arrived.

use crate::words::State;

impl State {
    /// The endpoint sends a SYN (first time or again). From any later state it is an old copy.
    #[must_use]
    pub(crate) fn sent_syn(self) -> Self {
        match self {
            Self::Closed | Self::Listen | Self::SynSent | Self::Unknown => Self::SynSent,
            other => other,
        }
    }

    /// The endpoint sends a SYN that acknowledges the peer's (first time or again).
    #[must_use]
    pub(crate) fn sent_syn_ack(self) -> Self {
        match self {
            Self::Closed
            | Self::Listen
            | Self::SynSent
            | Self::SynReceived
            | Self::Established
            | Self::Unknown => Self::SynReceived,
            other => other,
        }
    }

    /// The endpoint has received the acknowledgement of its SYN (and the peer's SYN with it or before).
    #[must_use]
    pub(crate) fn got_ack_of_syn(self) -> Self {
        match self {
            Self::SynSent | Self::SynReceived => Self::Established,
            other => other,
        }
    }

    /// The endpoint sends a FIN (first time or again).
    #[must_use]
    pub(crate) fn sent_fin(self) -> Self {
        match self {
            Self::SynReceived | Self::Established => Self::FinWait1,
            Self::CloseWait => Self::LastAck,
            other => other,
        }
    }

    /// The endpoint has received the peer's FIN, and all before it.
    #[must_use]
    pub(crate) fn got_fin(self) -> Self {
        match self {
            Self::SynReceived | Self::Established => Self::CloseWait,
            Self::FinWait1 => Self::Closing,
            Self::FinWait2 => Self::TimeWait,
            other => other,
        }
    }

    /// The endpoint has received the acknowledgement of its FIN.
    #[must_use]
    pub(crate) fn got_ack_of_fin(self) -> Self {
        match self {
            Self::FinWait1 => Self::FinWait2,
            Self::Closing => Self::TimeWait,
            Self::LastAck => Self::Closed,
            other => other,
        }
    }

    /// The endpoint is open, although not every segment that made it so was captured.
    #[must_use]
    pub(crate) fn proven_open(self) -> Self {
        match self {
            Self::Closed | Self::Listen | Self::SynSent | Self::SynReceived | Self::Unknown => {
                Self::Established
            }
            other => other,
        }
    }

    /// The endpoint has sent a RST.
    #[must_use]
    pub(crate) fn sent_rst(self) -> Self {
        Self::Closed
    }

    /// The endpoint has accepted a RST. The one that was called on (`passive`) goes back to listening
    /// (RFC 9293 section 3.10.7.2 and, for SYN-RECEIVED, 3.10.7.4).
    #[must_use]
    pub(crate) fn got_rst(self, passive: bool) -> Self {
        match self {
            Self::Listen | Self::SynReceived if passive => Self::Listen,
            _ => Self::Closed,
        }
    }
}
