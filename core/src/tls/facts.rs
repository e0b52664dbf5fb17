//! What is told of the TLS of a connection, and of a segment.

use serde::Serialize;

use super::CipherSuite;
use super::words::{
    TlsAlert, TlsAlertLevel, TlsContent, TlsEarlyData, TlsMessage, TlsResumption, TlsStep, TlsVersion,
};
use crate::words::Confidence;
use crate::{Side, Sides};

/// The TLS of a connection, as far as it is not encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Tls {
    /// Which side is the client; none where no hello was captured.
    pub client: Option<Side>,
    /// The version that the server chose.
    pub version: Option<TlsVersion>,
    /// The cipher suite that it chose.
    pub cipher: Option<CipherSuite>,
    /// The host that the client asked for (RFC 6066 section 3). An encrypted one (ECH) is not told, and the name that
    /// stands for it is.
    pub server_name: Option<Box<str>>,
    /// Application protocol agreed (RFC 7301); TLS 1.3 encrypts it.
    pub alpn: Option<Box<str>>,
    /// Application protocols that the client offered, at most 16.
    pub alpn_offered: Vec<Box<str>>,
    /// Versions that it offered, at most 16.
    pub versions_offered: Vec<TlsVersion>,
    /// How many cipher suites it offered.
    pub ciphers_offered: u16,
    /// How the session goes on with an earlier one; none where it does not, as far as is known.
    pub resumption: Option<TlsResumption>,
    /// Data that the client sent before the server answered; none where it offered none.
    pub early_data: Option<TlsEarlyData>,
    /// Bytes of the server's Certificate message; TLS 1.3 encrypts it.
    pub certificate_bytes: Option<u32>,
    /// Frame with the first byte of the first ClientHello.
    pub client_hello_frame: Option<u64>,
    /// Frame with the first byte of the HelloRetryRequest.
    pub retry_frame: Option<u64>,
    /// Frame with the first byte of the ServerHello.
    pub server_hello_frame: Option<u64>,
    /// Frame with each side's Finished; in TLS 1.3 as the lengths of records tell.
    pub finished_frame: Sides<Option<u64>>,
    /// Frame with the first record of application data after the sender's Finished; in TLS 1.3 that may be a session
    /// ticket.
    pub application_data_frame: Option<u64>,
    /// From the first ClientHello to the ServerHello, nanoseconds.
    pub server_hello_ns: Option<i64>,
    /// From the first ClientHello to the second Finished, nanoseconds.
    pub handshake_ns: Option<i64>,
    /// From the first ClientHello to that record of application data, nanoseconds.
    pub application_data_ns: Option<i64>,
    /// Records of each side.
    pub records: Sides<u64>,
    /// Bytes in the records of application data of each side; in TLS 1.3 encrypted handshake messages and alerts
    /// count.
    pub application_bytes: Sides<u64>,
    /// Frame with the last alert of each side before its FIN or RST, where that is `close_notify` or, encrypted, likely
    /// is.
    pub close_notify_frame: Sides<Option<u64>>,
    /// Alerts, in capture order; at most 8.
    pub alerts: Vec<TlsAlertSeen>,
    /// Alerts past that bound.
    pub alerts_omitted: u64,
}

impl Tls {
    pub(super) const MOST_ALERTS: usize = 8;

    /// The alert that ended it, where it was sent in the clear.
    #[must_use]
    pub fn fatal_alert(&self) -> Option<&TlsAlertSeen> {
        self.alerts
            .iter()
            .find(|alert| alert.level == Some(TlsAlertLevel::Fatal))
    }
}

/// An alert of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TlsAlertSeen {
    /// Its frame.
    pub frame: u64,
    /// Its sender.
    pub by: Side,
    /// Its name; `encrypted` where it cannot be read.
    pub name: TlsAlert,
    /// Its number, where it can be read.
    pub number: Option<u8>,
    /// Its level, likewise.
    pub level: Option<TlsAlertLevel>,
    /// How sure it is one: `likely` where only a length tells.
    pub confidence: Confidence,
}

impl TlsNote {
    /// With what follows in the same segment.
    pub(crate) fn and(self, next: Self) -> Self {
        Self {
            step: self.step.or(next.step),
            records: self.records.saturating_add(next.records),
            message: self.message.or(next.message),
            alert: next.alert.or(self.alert),
            ..self
        }
    }
}

/// What a segment is to TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TlsNote {
    /// The step of the handshake that it is part of.
    pub step: Option<TlsStep>,
    /// What the first record in it carries.
    pub content: TlsContent,
    /// Records that begin in it; at most 65,535 are counted.
    pub records: u16,
    /// The first handshake message that ends in it, if it is in the clear.
    pub message: Option<TlsMessage>,
    /// The last alert in it.
    pub alert: Option<TlsAlert>,
}
