//! What became of one connection: the verdicts and the evidence they rest on.

use std::net::IpAddr;

use serde::{Serialize, Serializer};
use smallvec::SmallVec;

use crate::annotation::ConnectionId;
use crate::http::{HttpPlace, HttpProtocol, HttpRow, Transaction};
use crate::http2::Http2Report;
use crate::options::Options;
use crate::proxy::Proxy;
use crate::rule::Rule;
use crate::tls::Tls;
use crate::websocket::WebsocketReport;
use crate::words::{Cause, CloseVerdict, Closer, Confidence, HandshakeVerdict, ResetSign};
use crate::{Side, Sides};

/// One connection, as far as the capture tells. Serialised, it is a line of
/// `synfin connections --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Connection {
    /// Its number, from 0 in the order of first segments.
    pub connection: ConnectionId,
    /// Initiator's address.
    pub src: IpAddr,
    /// Initiator's port.
    pub src_port: u16,
    /// Responder's address.
    pub dst: IpAddr,
    /// Responder's port.
    pub dst_port: u16,
    /// First frame.
    pub first_frame: u64,
    /// Last frame.
    pub last_frame: u64,
    /// Time of the first frame.
    pub start: UtcTime,
    /// The same, nanoseconds since the Unix epoch.
    pub start_ns: i64,
    /// From the first to the last frame, nanoseconds.
    pub duration_ns: i64,
    /// How it was opened.
    pub handshake: Handshake,
    /// How it ended.
    pub close: Close,
    /// How long its phases took.
    pub timing: Timing,
    /// Rules and the frames that fulfilled them, in capture order; at most 64, of which each rule has
    /// at least one before any is repeated.
    pub rules: Vec<RuleHit>,
    /// Rules past that bound.
    pub rules_omitted: u64,
    /// Zeek's view.
    pub zeek: Zeek,
    /// Wireshark's `tcp.completeness`: 1 SYN, 2 SYN-ACK, 4 ACK, 8 data, 16 FIN, 32 RST.
    pub completeness: u8,
    /// Segments of each side.
    pub packets: Sides<u64>,
    /// Payload bytes of each side as the sequence numbers tell: retransmissions once, gaps counted.
    pub bytes: Sides<u64>,
    /// Segments that carry again what was sent before, of each side.
    pub retransmissions: Sides<u64>,
    /// Those of them that were needless: their receiver had it all, or reported to have got it twice (RFC 2883).
    pub spurious_retransmissions: Sides<u64>,
    /// Segments that were overtaken on their way, of each side.
    pub out_of_order: Sides<u64>,
    /// Segments captured more than once, of each side.
    pub duplicates: Sides<u64>,
    /// Holes in what was captured of each side.
    pub gaps: Sides<u64>,
    /// Their bytes.
    pub gap_bytes: Sides<u64>,
    /// ICMP errors about segments of it; at most 8 kinds.
    pub icmp: Vec<IcmpReport>,
    /// Errors of further kinds.
    pub icmp_omitted: u64,
    /// Options offered and agreed.
    pub options: Options,
    /// What its payload speaks, as far as the bytes tell.
    pub protocol: Option<HttpProtocol>,
    /// The real client, where a proxy named it before all else.
    pub proxy: Option<Box<Proxy>>,
    /// Frames, settings and ends of HTTP/2, where that is spoken.
    pub http2: Option<Box<Http2Report>>,
    /// Frames and the end of WebSocket, likewise.
    pub websocket: Option<Box<WebsocketReport>>,
    /// HTTP transactions, the first 10,000.
    pub http: Vec<Transaction>,
    /// Transactions past that bound.
    pub http_omitted: u64,
    /// Its TLS, if it speaks any.
    pub tls: Option<Box<Tls>>,
    /// Whether it was pushed out of the table before its end, because the table was full.
    pub evicted: bool,
}

impl Connection {
    /// One of its HTTP transactions and where it happened, by its position on the connection.
    #[must_use]
    pub fn http_row(&self, index: u32) -> Option<HttpRow> {
        let place = HttpPlace {
            connection: self.connection,
            src: self.src,
            src_port: self.src_port,
            dst: self.dst,
            dst_port: self.dst_port,
            establish_ns: self.timing.establish_ns,
        };
        let row = self.http.get(index as usize)?;
        Some(place.row(index, row.clone()))
    }
}

/// Frames that prove a verdict, in capture order.
pub type Frames = SmallVec<[u64; 4]>;

/// A time, nanoseconds since the Unix epoch; prints as RFC 3339 in UTC with nine decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UtcTime(pub i64);

impl std::fmt::Display for UtcTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_nanosecond(i128::from(self.0)) {
            Ok(time) => write!(f, "{time:.9}"),
            // 64 bits of nanoseconds end in the years 1677 and 2262, well inside what jiff prints.
            Err(_) => f.write_str("out of range"),
        }
    }
}

impl Serialize for UtcTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How a connection was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Handshake {
    /// The verdict.
    pub verdict: HandshakeVerdict,
    /// How sure.
    pub confidence: Confidence,
    /// The frames that prove it.
    pub frames: Frames,
    /// SYN to SYN-ACK, nanoseconds: the round trip between the capture point and the responder. None
    /// where a retransmission makes it ambiguous (Karn, RFC 6298 section 3).
    pub rtt_responder_ns: Option<i64>,
    /// SYN-ACK to ACK, nanoseconds: the round trip between the capture point and the initiator.
    pub rtt_initiator_ns: Option<i64>,
    /// The initiator's initial sequence number.
    pub isn_initiator: Option<u32>,
    /// The responder's.
    pub isn_responder: Option<u32>,
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Close {
    /// The verdict.
    pub verdict: CloseVerdict,
    /// Who ended it.
    pub by: Closer,
    /// Who reset it, or in whose name it was reset.
    pub reset_by: Option<Side>,
    /// What tells that it was not that side (T19, T21); empty where it was.
    pub reset_signs: Vec<ResetSign>,
    /// The likely reason.
    pub cause: Cause,
    /// How sure the reason is.
    pub cause_confidence: Confidence,
    /// How sure the verdict is.
    pub confidence: Confidence,
    /// The frames that prove it.
    pub frames: Frames,
    /// Silence before the first FIN or RST, nanoseconds.
    pub idle_ns: Option<i64>,
    /// The first HTTP transaction that a RST left unfinished, by its position on the connection.
    pub killed_transaction: Option<u32>,
}

/// How long the phases of a connection took, nanoseconds; none where the capture does not hold both ends of a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Timing {
    /// First SYN of the initiator to the segment that completes the handshake: the ACK of the SYN-ACK, or the
    /// second SYN-ACK of a simultaneous open.
    pub establish_ns: Option<i64>,
    /// First frame to the initiator's first payload.
    pub first_byte_initiator_ns: Option<i64>,
    /// First frame to the responder's first payload.
    pub first_byte_responder_ns: Option<i64>,
    /// First FIN or accepted RST to the segment after which it was over: 0 for a RST without a FIN before.
    pub teardown_ns: Option<i64>,
}

/// A rule and the frame that fulfilled it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RuleHit {
    /// The rule.
    pub id: Rule,
    /// The frame.
    pub frame: u64,
}

/// ICMP errors of one kind about segments of one side. To an open connection they are soft: they end nothing
/// (RFC 1122 section 4.2.3.9, RFC 5927).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct IcmpReport {
    /// Who reported it first.
    pub from: IpAddr,
    /// The side whose segments are quoted.
    pub direction: Side,
    /// The ICMP type.
    #[serde(rename = "type")]
    pub kind: u8,
    /// Its code.
    pub code: u8,
    /// The last size that fits, bytes, where a packet was too big.
    pub mtu: Option<u32>,
    /// How many.
    pub count: u64,
    /// The first of them.
    pub first_frame: u64,
    /// The last of them.
    pub last_frame: u64,
}

/// Zeek's `conn.log` answers, projected from ours for those who compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Zeek {
    /// Which side Zeek calls the originator.
    pub orig: Side,
    /// `conn_state`.
    pub conn_state: &'static str,
    /// `history`.
    pub history: String,
}
