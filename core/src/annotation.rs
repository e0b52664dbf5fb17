//! What one segment means in its connection.

use std::net::IpAddr;

use serde::Serialize;

use crate::http2::Http2Note;
use crate::rule::{Rule, RuleSet};
use crate::tls::TlsNote;
use crate::websocket::WebsocketNote;
use crate::wire::tcp::TcpFlags;
use crate::words::{CloseVerdict, Closer, Order, Phase, State, Step};
use crate::{Checksum, Side, Sides};

/// Number of a connection, from 0 in the order of first segments.
pub type ConnectionId = u64;

/// What one segment is and means: small, `Copy`, no heap. Serialised, it is a line of
/// `synfin packets --json`.
///
/// It says what is known when the segment is seen and never changes afterwards; what needs the
/// future is in [`Connection`](crate::Connection).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Annotation {
    /// Frame number, from 1.
    pub frame: u64,
    /// Which TCP layer of the frame, outermost 0.
    pub layer: u8,
    /// Capture time, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// Sender.
    pub src: IpAddr,
    /// Sender's port.
    pub src_port: u16,
    /// Receiver.
    pub dst: IpAddr,
    /// Receiver's port.
    pub dst_port: u16,
    /// Control bits.
    pub flags: TcpFlags,
    /// Sequence number relative to the sender's initial one (where the SYN was not captured: the first
    /// number seen counts as 1). `null` when it was not captured.
    pub seq: Option<u32>,
    /// Acknowledgement number relative to the receiver's initial sequence number, if the ACK bit is set.
    pub ack: Option<u32>,
    /// Payload bytes on the wire.
    pub len: u32,
    /// Window field as sent, not scaled. `null` when it was not captured.
    pub window: Option<u16>,
    /// What could not be read, or cannot be trusted.
    pub integrity: IntegrityWord,
    /// The connection it belongs to.
    pub connection: ConnectionId,
    /// Which side sent it.
    pub direction: Side,
    /// Where in the connection's life it stands.
    pub phase: Phase,
    /// Its textbook step, if it plays one.
    pub step: Option<Step>,
    /// The rule that says best what it is.
    pub role: Option<Rule>,
    /// All rules it fulfils, the role included.
    pub rules: RuleSet,
    /// Both endpoints' states, before and after.
    pub state: Sides<Transition>,
    /// The frame this segment answers: the one whose last byte, SYN or FIN it acknowledges first.
    pub answers: Option<u64>,
    /// Nanoseconds since that frame.
    pub since_answered_ns: Option<i64>,
    /// The frame that first carried what this segment carries again.
    pub retransmission_of: Option<u64>,
    /// How often the same was sent again, this time included.
    pub retransmission_index: Option<u32>,
    /// Nanoseconds since it was sent last.
    pub since_previous_ns: Option<i64>,
    /// That time divided by the time before it, in hundredths (200 = doubled), from the second
    /// retransmission on.
    pub backoff_percent: Option<u32>,
    /// How it comes out of turn (E9): sent again, needlessly so, overtaken on its way, or doubled. `null` where it
    /// comes in turn, and where nothing tells.
    pub order: Option<Order>,
    /// The HTTP message this segment begins, continues or ends.
    pub http: Option<HttpNote>,
    /// The HTTP/2 frames that begin in this segment.
    pub http2: Option<Http2Note>,
    /// The WebSocket frames that begin in this segment.
    pub websocket: Option<WebsocketNote>,
    /// What it is to TLS, where records begin in it or a message of the handshake goes on.
    pub tls: Option<TlsNote>,
    /// How the connection ends as far as this segment, where this segment decides it.
    pub close: CloseSoFar,
}

/// What an ICMP error about a segment means: the connection's verdict rests on it where a rule says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct IcmpNote {
    /// The connection whose segment it quotes.
    pub connection: ConnectionId,
    /// Which side sent that segment.
    pub direction: Side,
    /// The rule that it fulfils, if any.
    pub rule: Option<Rule>,
}

/// A state and the one after it; serialised as a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// Before the segment.
    pub before: State,
    /// After it.
    pub after: State,
}

impl Serialize for Transition {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.before, self.after].serialize(serializer)
    }
}

/// The close verdict of the capture cut off after a segment, given where the segment changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CloseSoFar {
    /// How.
    pub verdict_so_far: Option<CloseVerdict>,
    /// By whom.
    pub by_so_far: Option<Closer>,
}

/// What a segment does for HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HttpNote {
    /// Whose message its bytes belong to.
    pub message: HttpMessage,
    /// Whether the message becomes known in this segment: its first line is complete here. A line that
    /// several segments share begins earlier.
    pub begins: bool,
    /// Whether a message ends in this segment, however it ends.
    pub ends: bool,
    /// Position of the transaction on the connection, from 0.
    pub transaction: u32,
    /// Where the message is a response: the frame with the first byte of its request.
    pub request_in: Option<u64>,
}

words! {
    /// The two kinds of HTTP message.
    HttpMessage {
        /// A request.
        Request = 0 "request",
        /// A response.
        Response = 1 "response",
    }
}

words! {
    /// How far a segment can be read and trusted.
    IntegrityWord {
        /// Whole, as far as known.
        Ok = 0 "ok",
        /// The snap length cut it.
        Cut = 1 "cut",
        /// A field contradicts the format.
        Malformed = 2 "malformed",
        /// A checksum is wrong.
        BadChecksum = 3 "bad-checksum",
    }
}

impl From<crate::Integrity> for IntegrityWord {
    fn from(integrity: crate::Integrity) -> Self {
        match integrity {
            i if i.malformed => Self::Malformed,
            i if i.checksum == Checksum::Bad || i.ip_checksum == Checksum::Bad => Self::BadChecksum,
            i if i.cut => Self::Cut,
            _ => Self::Ok,
        }
    }
}
