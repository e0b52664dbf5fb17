//! What a capture's connections come to, counted.

use std::collections::BTreeMap;

use serde::Serialize;
use synfin::{CloseVerdict, Connection, HandshakeVerdict, Side};

use crate::ladder::model::Outcome;

/// Sums over connections.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    pub(crate) connections: u64,
    /// TCP segments.
    pub(crate) packets: u64,
    /// Payload as the sequence numbers tell.
    pub(crate) bytes: u64,
    pub(crate) retransmissions: u64,
    pub(crate) spurious_retransmissions: u64,
    /// Payload that was not captured.
    pub(crate) gap_bytes: u64,
    pub(crate) handshake: BTreeMap<&'static str, u64>,
    pub(crate) close: BTreeMap<&'static str, u64>,
    pub(crate) cause: BTreeMap<&'static str, u64>,
    pub(crate) outcome: BTreeMap<&'static str, u64>,
    /// HTTP transactions.
    pub(crate) http: u64,
    /// Those of them with a final response, by the first digit of its status.
    pub(crate) http_status: BTreeMap<u16, u64>,
}

impl Counts {
    /// Every word has its count, 0 where there is none.
    pub(crate) fn new() -> Self {
        let mut counts = Self::default();
        counts
            .handshake
            .extend(HandshakeVerdict::ALL.iter().map(|word| (word.as_str(), 0)));
        counts
            .close
            .extend(CloseVerdict::ALL.iter().map(|word| (word.as_str(), 0)));
        counts
            .outcome
            .extend(Outcome::ALL.iter().map(|word| (word.as_str(), 0)));
        counts
    }

    pub(crate) fn add(&mut self, connection: &Connection) {
        self.connections += 1;
        for side in Side::BOTH {
            self.packets += connection.packets[side];
            self.bytes += connection.bytes[side];
            self.retransmissions += connection.retransmissions[side];
            self.spurious_retransmissions += connection.spurious_retransmissions[side];
            self.gap_bytes += connection.gap_bytes[side];
        }
        let words = [
            (&mut self.handshake, connection.handshake.verdict.as_str()),
            (&mut self.close, connection.close.verdict.as_str()),
            (&mut self.cause, connection.close.cause.as_str()),
            (&mut self.outcome, Outcome::of(connection).as_str()),
        ];
        for (counts, word) in words {
            *counts.entry(word).or_default() += 1;
        }
        self.http += connection.http.len() as u64 + connection.http_omitted;
        for status in connection.http.iter().filter_map(|row| row.status) {
            *self.http_status.entry(status / 100).or_default() += 1;
        }
    }
}
