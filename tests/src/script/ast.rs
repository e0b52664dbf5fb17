//! A script as it was written, before it is played.

use std::net::SocketAddr;

use synfin::LinkType;

/// A whole script: the settings of the file and its statements in order.
#[derive(Debug, Clone)]
pub(super) struct Program {
    pub(super) link: LinkType,
    pub(super) v6: bool,
    /// Captured length that no frame exceeds.
    pub(super) snap: Option<usize>,
    pub(super) hosts: Vec<Host>,
    pub(super) statements: Vec<Statement>,
    /// Largest payload of a captured segment, over the statements' own `split=`.
    pub(super) resegment: Option<usize>,
    /// Every so many frames one is captured twice, so much later.
    pub(super) duplicate: Option<(u64, i64)>,
}

/// A declared endpoint.
#[derive(Debug, Clone)]
pub(super) struct Host {
    pub(super) name: String,
    pub(super) addr: SocketAddr,
    pub(super) isn: u32,
    /// Added to every absolute number of this host's sequence space.
    pub(super) shift: u32,
    pub(super) ttl: u8,
    pub(super) ip_id: u16,
    pub(super) mac: [u8; 6],
}

/// One statement.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) line: usize,
    /// Clock step before it, nanoseconds.
    pub(super) step_ns: i64,
    pub(super) label: Option<String>,
    pub(super) act: Act,
}

/// What a statement does.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// Only moves the clock.
    Wait,
    /// Sets the clock, nanoseconds since the epoch.
    Clock(i64),
    Segment {
        fate: Fate,
        from: usize,
        to: usize,
        flags: u16,
        items: Items,
    },
    Resend {
        fate: Fate,
        what: Reference,
        flags: Option<u16>,
        items: Items,
    },
    /// A segment sent `late` is captured and arrives.
    Arrive { what: Reference, envelope: Envelope },
    /// A frame is captured once more.
    Duplicate {
        what: Option<Reference>,
        envelope: Envelope,
    },
    Icmp {
        fate: Fate,
        from: usize,
        to: usize,
        kind: IcmpKind,
        quoted: Reference,
        items: IcmpItems,
    },
}

/// What becomes of a segment on its way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Fate {
    /// Not captured.
    pub(super) drop: bool,
    /// Does not arrive.
    pub(super) lost: bool,
    /// Moves nobody's numbers.
    pub(super) forged: bool,
    /// Sent before anything arrived that the peer sent since this sender's last segment.
    pub(super) cross: bool,
    /// Neither captured nor arrived until `arrive`.
    pub(super) late: bool,
}

/// An earlier segment: the last one of a host, or the one with a label.
#[derive(Debug, Clone)]
pub(super) enum Reference {
    Host(usize),
    Label(String),
}

/// A sequence or acknowledgement number.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Absolute(u32),
    /// So much past the default.
    Default(u32),
    /// So much past the initial number of the space it lives in.
    Isn(u32),
    /// So much past what the last segment that arrived says: its ack (for `seq=`), its end (for `ack=`).
    Heard(u32),
}

/// Where an IP time to live comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ttl {
    Exact(u8),
    /// More or less than it would have been.
    Relative(i16),
}

/// A checksum that is not simply right.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sum {
    Bad,
    /// The sum of the pseudo header alone: left to the network card.
    Offload,
    Value(u16),
}

/// Everything below TCP that a statement can set.
#[derive(Debug, Clone, Default)]
pub(super) struct Envelope {
    pub(super) ttl: Option<Ttl>,
    pub(super) ip_id: Option<u16>,
    pub(super) df: bool,
    pub(super) tos: Option<u8>,
    pub(super) ip_len: Option<u16>,
    pub(super) ip_sum: Option<Sum>,
    pub(super) vlans: Vec<u16>,
    pub(super) src_mac: Option<[u8; 6]>,
    pub(super) dst_mac: Option<[u8; 6]>,
    pub(super) snap: Option<usize>,
    pub(super) pad: Option<usize>,
}

/// Everything of a segment that a statement can set.
#[derive(Debug, Clone, Default)]
pub(super) struct Items {
    pub(super) envelope: Envelope,
    pub(super) seq: Option<Number>,
    pub(super) ack: Option<Number>,
    pub(super) window: Option<u16>,
    pub(super) urgent: Option<u16>,
    pub(super) sum: Option<Sum>,
    pub(super) data_offset: Option<u8>,
    pub(super) reserved: Option<u8>,
    pub(super) split: Option<usize>,
    /// Forget the options of the segment that is resent.
    pub(super) no_options: bool,
    pub(super) options: Vec<TcpOption>,
    /// `None` when nothing was said of a payload.
    pub(super) payload: Option<Vec<Piece>>,
}

/// A part of a payload.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    Bytes(Vec<u8>),
    /// So many bytes: as already sent at that place, else a pattern.
    Pattern(usize),
}

/// A TCP option.
#[derive(Debug, Clone)]
pub(super) enum TcpOption {
    /// Kind, length and value as they stand in the header.
    Bytes(Vec<u8>),
    Sack(Vec<(Number, Number)>),
    /// Timestamps by the clock and by what arrived.
    TimestampsNow,
    Mptcp(Mptcp),
}

/// A Multipath TCP option whose content follows from the segment.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mptcp {
    Capable,
    Join,
    Dss { fin: bool },
    FastClose,
    Reset(u8),
}

/// What an ICMP error says.
#[derive(Debug, Clone, Copy)]
pub(super) enum IcmpKind {
    Unreachable,
    TimeExceeded,
    TooBig,
    Type(u8),
}

/// Everything of an ICMP error that a statement can set.
#[derive(Debug, Clone, Default)]
pub(super) struct IcmpItems {
    pub(super) envelope: Envelope,
    pub(super) code: Option<IcmpCode>,
    pub(super) mtu: Option<u16>,
    /// Bytes quoted after the quoted packet's IP header.
    pub(super) quote: Option<usize>,
    pub(super) sum: Option<Sum>,
}

/// The code of an ICMP error.
#[derive(Debug, Clone, Copy)]
pub(super) enum IcmpCode {
    Number(u8),
    /// A reason that both families know: its IPv4 and its IPv6 number.
    Named(u8, u8),
}
