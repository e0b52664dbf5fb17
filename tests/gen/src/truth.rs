//! What a capture holds, known because it was made so.

use std::fmt;

/// What is special about a connection; `Normal` is the four-segment close.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    Normal,
    ThreeSegmentClose,
    ServerCloses,
    SimultaneousClose,
    HalfClose,
    RstByClient,
    RstByServer,
    SynRetransmitted,
    SynAckRetransmitted,
    FastOpen,
    SimultaneousOpen,
    Reused,
    Refused,
    HalfOpen,
    Unanswered,
    LeftOpen,
}

impl Variant {
    /// With its name, and its share per mille where variants are on; the rest is `Normal`.
    pub(crate) const ALL: [(Self, &'static str, u64); 16] = [
        (Self::Normal, "normal", 0),
        (Self::ThreeSegmentClose, "three_segment_close", 80),
        (Self::ServerCloses, "server_closes", 100),
        (Self::SimultaneousClose, "simultaneous_close", 10),
        (Self::HalfClose, "half_close", 10),
        (Self::RstByClient, "rst_by_client", 30),
        (Self::RstByServer, "rst_by_server", 15),
        (Self::SynRetransmitted, "syn_retransmitted", 15),
        (Self::SynAckRetransmitted, "syn_ack_retransmitted", 5),
        (Self::FastOpen, "fast_open", 5),
        (Self::SimultaneousOpen, "simultaneous_open", 1),
        (Self::Reused, "reused_4_tuple", 5),
        (Self::Refused, "refused", 15),
        (Self::HalfOpen, "half_open", 5),
        (Self::Unanswered, "unanswered", 10),
        (Self::LeftOpen, "left_open", 5),
    ];
}

/// The ground truth of a capture; its text is one line of JSON.
#[derive(Default)]
pub(crate) struct Truth {
    pub(crate) packets: u64,
    /// Without the file header.
    pub(crate) bytes: u64,
    /// By the order of [`Variant::ALL`], lone SYNs apart.
    pub(crate) variants: [u64; 16],
    pub(crate) requests: u64,
    pub(crate) responses: u64,
    pub(crate) lone_syns: u64,
    pub(crate) retransmitted_data: u64,
    pub(crate) reordered: u64,
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{{\"packets\":{},\"file_bytes\":{},\"requests\":{},\"responses\":{},\"lone_syns\":{},\
             \"retransmitted_data\":{},\"reordered\":{},\"connections\":{{",
            self.packets,
            self.bytes + 24,
            self.requests,
            self.responses,
            self.lone_syns,
            self.retransmitted_data,
            self.reordered,
        )?;
        let named = Variant::ALL.iter().zip(self.variants);
        for (place, ((_, name, _), n)) in named.filter(|(_, n)| *n > 0).enumerate() {
            let comma = if place > 0 { "," } else { "" };
            write!(f, "{comma}\"{name}\":{n}")?;
        }
        f.write_str("}}")
    }
}
