//! Connections and transactions as columns: each word once, each number once. A column is named like the value's
//! path in `synfin connections --json`.

use std::collections::HashMap;

use serde::Serialize;
use synfin::Connection;
use synfin::http::Transaction;

use crate::ladder::model::Outcome;
use crate::protocols;
use crate::text::foreign;

/// A column of words: a table of them, and an index into it for each row. No word is an empty one; behind the last
/// row of a word that few rows have there is nothing.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Words {
    words: Vec<String>,
    at: Vec<u32>,
    #[serde(skip)]
    known: HashMap<String, u32>,
}

impl Words {
    fn push(&mut self, word: &str) {
        let at = self.index(word);
        self.at.push(at);
    }

    /// The word of a row, if it has one.
    fn put(&mut self, row: usize, word: Option<&str>) {
        let Some(word) = word else { return };
        let none = self.index("");
        let at = self.index(word);
        self.at.resize(row, none);
        self.at.push(at);
    }

    /// Where the word stands in the table.
    pub(crate) fn index(&mut self, word: &str) -> u32 {
        if let Some(&at) = self.known.get(word) {
            return at;
        }
        let at = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.words.push(word.to_owned());
        self.known.insert(word.to_owned(), at);
        at
    }
}

/// A column of times, nanoseconds since the Unix epoch: JavaScript's numbers are too short for them, so that each
/// is told from the first one on.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Times {
    base: String,
    plus: Vec<Option<i64>>,
    #[serde(skip)]
    first: Option<i64>,
}

impl Times {
    fn push(&mut self, ns: Option<i64>) {
        let first = *self.first.get_or_insert(ns.unwrap_or_default());
        if self.base.is_empty() {
            self.base = first.to_string();
        }
        self.plus.push(ns.map(|ns| ns.saturating_sub(first)));
    }
}

/// One row a connection.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Connections {
    /// Which of the files.
    file: Vec<usize>,
    outcome: Words,
    /// HTTP transactions, shown or not.
    http_count: Vec<u64>,
    connection: Vec<u64>,
    src: Words,
    src_port: Vec<u16>,
    dst: Words,
    dst_port: Vec<u16>,
    first_frame: Vec<u64>,
    last_frame: Vec<u64>,
    start_ns: Times,
    duration_ns: Vec<i64>,
    #[serde(rename = "handshake.verdict")]
    handshake: Words,
    #[serde(rename = "handshake.confidence")]
    handshake_confidence: Words,
    #[serde(rename = "handshake.rtt_responder_ns")]
    rtt_responder_ns: Vec<Option<i64>>,
    #[serde(rename = "handshake.rtt_initiator_ns")]
    rtt_initiator_ns: Vec<Option<i64>>,
    #[serde(rename = "close.verdict")]
    close: Words,
    #[serde(rename = "close.confidence")]
    close_confidence: Words,
    #[serde(rename = "close.by")]
    by: Words,
    #[serde(rename = "close.cause")]
    cause: Words,
    #[serde(rename = "packets.initiator")]
    packets_initiator: Vec<u64>,
    #[serde(rename = "packets.responder")]
    packets_responder: Vec<u64>,
    #[serde(rename = "bytes.initiator")]
    bytes_initiator: Vec<u64>,
    #[serde(rename = "bytes.responder")]
    bytes_responder: Vec<u64>,
    #[serde(rename = "retransmissions.initiator")]
    again_initiator: Vec<u64>,
    #[serde(rename = "retransmissions.responder")]
    again_responder: Vec<u64>,
    protocol: Words,
    #[serde(rename = "tls.version")]
    tls_version: Words,
    #[serde(rename = "tls.cipher")]
    tls_cipher: Words,
    #[serde(rename = "tls.server_name")]
    server_name: Words,
    #[serde(rename = "tls.alpn")]
    alpn: Words,
    /// The fatal alert that ended it.
    alert: Words,
    /// The endpoint that a proxy names.
    real_client: Words,
    /// How an end was announced, to be found by.
    announced: Words,
}

impl Connections {
    /// The number of rows.
    pub(crate) fn len(&self) -> usize {
        self.connection.len()
    }

    pub(crate) fn push(&mut self, file: usize, row: &Connection) {
        let place = self.len();
        self.file.push(file);
        self.outcome.push(Outcome::of(row).as_str());
        self.http_count.push(row.http.len() as u64 + row.http_omitted);
        self.connection.push(row.connection);
        self.src.push(&row.src.to_string());
        self.src_port.push(row.src_port);
        self.dst.push(&row.dst.to_string());
        self.dst_port.push(row.dst_port);
        self.first_frame.push(row.first_frame);
        self.last_frame.push(row.last_frame);
        self.start_ns.push(Some(row.start_ns));
        self.duration_ns.push(row.duration_ns);
        self.handshake.push(row.handshake.verdict.as_str());
        self.handshake_confidence.push(row.handshake.confidence.as_str());
        self.rtt_responder_ns.push(row.handshake.rtt_responder_ns);
        self.rtt_initiator_ns.push(row.handshake.rtt_initiator_ns);
        self.close.push(row.close.verdict.as_str());
        self.close_confidence.push(row.close.confidence.as_str());
        self.by.push(row.close.by.as_str());
        self.cause.push(row.close.cause.as_str());
        self.packets_initiator.push(row.packets.initiator);
        self.packets_responder.push(row.packets.responder);
        self.bytes_initiator.push(row.bytes.initiator);
        self.bytes_responder.push(row.bytes.responder);
        self.again_initiator.push(row.retransmissions.initiator);
        self.again_responder.push(row.retransmissions.responder);
        self.protocol
            .put(place, row.protocol.map(|protocol| protocol.as_str()));
        if let Some(session) = &row.tls {
            let version = session.version.map(|version| version.to_string());
            let cipher = session.cipher.map(|cipher| cipher.to_string());
            self.tls_version.put(place, version.as_deref());
            self.tls_cipher.put(place, cipher.as_deref());
            let shown = |text: &Option<Box<str>>| text.as_deref().map(foreign);
            self.server_name
                .put(place, shown(&session.server_name).as_deref());
            self.alpn.put(place, shown(&session.alpn).as_deref());
        }
        self.alert.put(place, protocols::alert_that_ended(row));
        let client = row.proxy.as_deref().and_then(protocols::real_client);
        self.real_client.put(place, client.as_deref());
        let announced = protocols::announced(row);
        if !announced.is_empty() {
            self.announced.put(place, Some(&announced.join(" ")));
        }
    }
}

/// One row an HTTP transaction.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Transactions {
    /// The row of its connection.
    row: Vec<usize>,
    /// Position on the connection.
    transaction: Vec<usize>,
    method: Words,
    target: Words,
    status: Vec<Option<u16>>,
    state: Words,
    /// Of HTTP/2; behind the last of them there is nothing.
    stream: Vec<Option<u32>>,
    request_frame: Vec<Option<u64>>,
    response_frame: Vec<Option<u64>>,
    request_body_len: Vec<Option<u64>>,
    response_body_len: Vec<Option<u64>>,
    #[serde(rename = "facts.wait_ns")]
    wait_ns: Vec<Option<i64>>,
    #[serde(rename = "facts.request.first_ns")]
    request_ns: Times,
    #[serde(rename = "facts.response.first_ns")]
    response_ns: Times,
    #[serde(rename = "facts.response.last_ns")]
    response_end_ns: Times,
}

impl Transactions {
    /// The number of rows.
    pub(crate) fn len(&self) -> usize {
        self.row.len()
    }

    pub(crate) fn push(&mut self, connection: usize, position: usize, row: &Transaction) {
        if row.stream.is_some() {
            self.stream.resize(self.len(), None);
            self.stream.push(row.stream);
        }
        self.row.push(connection);
        self.transaction.push(position);
        let shown = |text: Option<&str>| text.map_or_else(String::new, foreign);
        self.method.push(&shown(row.method.as_deref()));
        self.target.push(&shown(row.target.as_deref()));
        self.status.push(row.status);
        self.state.push(row.state.as_str());
        self.request_frame.push(row.request_frame);
        self.response_frame.push(row.response_frame);
        self.request_body_len.push(row.request_body_len);
        self.response_body_len.push(row.response_body_len);
        let facts = row.facts.as_ref();
        self.wait_ns.push(facts.and_then(|facts| facts.wait_ns));
        self.request_ns
            .push(facts.and_then(|facts| facts.request.first_ns));
        self.response_ns
            .push(facts.and_then(|facts| facts.response.first_ns));
        self.response_end_ns
            .push(facts.and_then(|facts| facts.response.last_ns));
    }
}
