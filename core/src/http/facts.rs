//! What a transaction tells beyond its row: kept only where [`HttpLimits::facts`](super::HttpLimits) asks.

use std::net::IpAddr;

use serde::Serialize;

use super::{MessageState, Transaction};
use crate::annotation::ConnectionId;
use crate::frame::Side;
use crate::http2::Http2Error;
use crate::rule::Rule;

/// The facts of a request and its final response.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct TransactionFacts {
    /// Which side sends the requests.
    pub client: Option<Side>,
    /// `Host` of the request (RFC 9112 section 3.2).
    pub host: Option<Box<str>>,
    /// `User-Agent` of the request.
    pub user_agent: Option<Box<str>>,
    /// `Referer` of the request.
    pub referer: Option<Box<str>>,
    /// The final response's reason phrase; empty where it gives none.
    pub reason: Option<Box<str>>,
    /// Status codes of interim responses (RFC 9110 section 15.2), at most 8.
    pub interim: Vec<u16>,
    /// What the connection speaks after this transaction.
    pub upgrade: Option<HttpProtocol>,
    /// The server sent it unasked (RFC 9113 section 8.4): the request is one it promised.
    pub pushed: bool,
    /// Why its stream was reset (RFC 9113 section 7).
    pub stream_error: Option<Http2Error>,
    /// Requests before it on the connection that were not answered when it began; none where streams pair them.
    pub pipelined: u32,
    /// The connection ended before it was complete.
    pub in_flight: bool,
    /// From the last byte of the request to the first of the final response, nanoseconds; none where the
    /// response began before the request had ended.
    pub wait_ns: Option<i64>,
    /// From the first byte of the request to the last of the final response, nanoseconds.
    pub total_ns: Option<i64>,
    /// The request as a message.
    pub request: MessageFacts,
    /// The final response as a message.
    pub response: MessageFacts,
}

/// The facts of one message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct MessageFacts {
    /// `1.1` for HTTP/1.1; `0.9` for a request line without a version.
    pub version: Option<Box<str>>,
    /// How completely it was seen; none where nothing of it was.
    pub state: Option<MessageState>,
    /// Frames of its first and last byte.
    pub first_frame: Option<u64>,
    /// Frame of its last byte so far.
    pub last_frame: Option<u64>,
    /// Capture time of its first byte, nanoseconds since the Unix epoch.
    pub first_ns: Option<i64>,
    /// The same of its last byte so far.
    pub last_ns: Option<i64>,
    /// Bytes of its head, the empty line included.
    pub head_len: u64,
    /// Bytes of its body as transferred: chunk framing and trailers included, gaps counted.
    pub body_wire_len: u64,
    /// Whether the chunked transfer coding frames its body (RFC 9112 section 7.1).
    pub chunked: bool,
    /// Whether the end of the connection ends its body (RFC 9112 section 6.3 point 8).
    pub until_close: bool,
    /// `Content-Length` as sent, where it is valid.
    pub content_length: Option<u64>,
    /// `Content-Type`.
    pub content_type: Option<Box<str>>,
    /// `Content-Encoding`: `gzip`, `br`...
    pub content_encoding: Option<Box<str>>,
    /// Header fields in order, where [`HttpLimits::fields`](super::HttpLimits) asks.
    pub fields: Vec<HttpField>,
    /// Trailer fields in order, likewise.
    pub trailers: Vec<HttpField>,
    /// The first bytes of its content, after chunked was removed and before content decoding, at most
    /// [`HttpLimits::body_bytes`](super::HttpLimits); a gap in it is zero bytes.
    #[serde(skip)]
    pub body: Vec<u8>,
    /// Where it deviates from the RFCs, at most 32 of them.
    pub anomalies: Vec<HttpAnomaly>,
    /// Deviations past that bound.
    pub anomalies_omitted: u64,
}

impl MessageFacts {
    pub(super) const MOST_ANOMALIES: usize = 32;
}

/// A header or trailer field as sent, the white space around its value apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HttpField {
    /// Name.
    pub name: Box<str>,
    /// Value; the line ends of an obsolete fold are spaces (RFC 9112 section 5.2).
    pub value: Box<str>,
}

/// A deviation of a message, and its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HttpAnomaly {
    /// The rule.
    pub rule: Rule,
    /// The frame in which it was told: that of its head's last byte, or of the byte itself in a body.
    pub frame: u64,
    /// The first of its bytes, counted from the message's first byte.
    pub start: u64,
    /// Behind the last of its bytes.
    pub end: u64,
}

words! {
    /// What a connection's payload speaks, as far as its bytes tell.
    HttpProtocol {
        /// HTTP/1 or HTTP/0.9.
        Http1 = 1 "http",
        /// HTTP/2 from its connection preface on (RFC 9113 section 3.4).
        Http2 = 2 "http2",
        /// HTTP/2 after an upgrade (RFC 7540 section 3.2).
        H2c = 3 "h2c",
        /// WebSocket (RFC 6455).
        Websocket = 4 "websocket",
        /// TLS: from the first byte, after an upgrade (RFC 2817), in a CONNECT tunnel or after words of another
        /// protocol (STARTTLS).
        Tls = 5 "tls",
        /// Another protocol after an upgrade or in a tunnel.
        Opaque = 6 "opaque",
    }
}

/// A transaction and where it happened: a line of `synfin http --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HttpRow {
    /// The connection's number.
    pub connection: ConnectionId,
    /// Position on the connection, from 0.
    pub transaction: u32,
    /// Initiator's address.
    pub src: IpAddr,
    /// Initiator's port.
    pub src_port: u16,
    /// Responder's address.
    pub dst: IpAddr,
    /// Responder's port.
    pub dst_port: u16,
    /// How long the handshake took, nanoseconds: given with the first transaction of a connection.
    pub connect_ns: Option<i64>,
    /// Its share of the time to the end of that transaction, in hundredths.
    pub connect_percent: Option<u8>,
    /// The transaction.
    #[serde(flatten)]
    pub row: Transaction,
}

/// The connection that transactions happened on.
pub(crate) struct HttpPlace {
    pub(crate) connection: ConnectionId,
    pub(crate) src: IpAddr,
    pub(crate) src_port: u16,
    pub(crate) dst: IpAddr,
    pub(crate) dst_port: u16,
    /// How long its handshake took.
    pub(crate) establish_ns: Option<i64>,
}

impl HttpPlace {
    /// A transaction that happened there.
    pub(crate) fn row(&self, transaction: u32, row: Transaction) -> HttpRow {
        let connect_ns = self.establish_ns.filter(|_| transaction == 0);
        let total_ns = row.facts.as_ref().and_then(|facts| facts.total_ns);
        HttpRow {
            connection: self.connection,
            transaction,
            src: self.src,
            src_port: self.src_port,
            dst: self.dst,
            dst_port: self.dst_port,
            connect_ns,
            connect_percent: connect_ns
                .zip(total_ns)
                .and_then(|(connect, total)| share(connect, total)),
            row,
        }
    }
}

/// The first of two durations in hundredths of their sum.
fn share(part: i64, rest: i64) -> Option<u8> {
    let sum = i128::from(part) + i128::from(rest);
    u8::try_from((i128::from(part) * 100).checked_div(sum)?).ok()
}

impl TransactionFacts {
    pub(crate) const fn message(&mut self, kind: super::transaction::Kind) -> &mut MessageFacts {
        match kind {
            super::transaction::Kind::Request => &mut self.request,
            super::transaction::Kind::Response => &mut self.response,
        }
    }
}
