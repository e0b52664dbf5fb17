//! TLS 1.0 to 1.3 inside one connection, from what is not encrypted: record headers, the hellos, alerts in the clear.
//! Reads two byte streams in order, knows no segments. Read RFC 8446 first, then RFC 5246; RFC 8448 has examples.
//!
//! - Nothing is decrypted. Up to TLS 1.2 a record's type says what it carries even when it is encrypted. TLS 1.3
//!   hides it: there the length of Finished, EndOfEarlyData and alerts tells, which follows from the cipher suite.
//! - Records are skipped by count; only hellos are held while they are not whole, within [`TlsLimits`].
//! - Behind missing bytes reading goes on at the next segment that begins with a credible record.
//!
//! Work is linear in the bytes given, however they are cut. Nothing here panics.

mod cipher;
mod facts;
mod hello;
mod message;
mod record;
mod session;
mod side;
mod words;

use serde::Serialize;

pub use cipher::CipherSuite;
pub use facts::{Tls, TlsAlertSeen, TlsNote};
pub use words::{
    TlsAlert, TlsAlertLevel, TlsContent, TlsEarlyData, TlsMessage, TlsResumption, TlsStep, TlsVersion,
};

use crate::rule::RuleSet;
use crate::stream::{Mark, StreamEnd};
use crate::words::{Cause, Confidence};
use crate::{Side, Sides};
use hello::ClientHello;
use side::Stream;

/// What TLS may hold for each connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TlsLimits {
    /// Longest ClientHello or ServerHello, bytes; default 16 KiB. Of a longer one its beginning is read.
    pub hello_bytes: u32,
}

impl Default for TlsLimits {
    fn default() -> Self {
        Self {
            hello_bytes: 16 << 10,
        }
    }
}

/// What some bytes, a gap or an end did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct TlsEvents {
    /// Steps that their records are part of: bit `n` for step `n` of 4.
    steps: u8,
    /// What the first record that begins here carries.
    content: Option<u8>,
    records: u16,
    message: Option<TlsMessage>,
    alert: Option<TlsAlert>,
    /// Situations of the rule table that show here.
    pub(crate) rules: RuleSet,
    /// A hello was longer than may be held.
    pub(crate) too_long: bool,
}

impl TlsEvents {
    const fn touch(&mut self, step: TlsStep) {
        self.steps |= match step {
            TlsStep::ServerHelloAndFinished => 0b1_0100,
            step => 1 << step as u8,
        };
    }

    /// As the segment's note, once something of a record is known to be in it.
    pub(crate) fn note(&self) -> Option<TlsNote> {
        let step = match self.steps {
            0 => None,
            steps if steps & 0b10 != 0 => Some(TlsStep::ClientHello),
            steps if steps & 0b1_0100 == 0b1_0100 => Some(TlsStep::ServerHelloAndFinished),
            steps if steps & 0b100 != 0 => Some(TlsStep::ServerHello),
            steps if steps & 0b1000 != 0 => Some(TlsStep::ClientFinished),
            _ => Some(TlsStep::ServerFinished),
        };
        let first = self.content.and_then(TlsContent::of);
        let content = first.or(step.map(|_| TlsContent::Handshake))?;
        Some(TlsNote {
            step,
            content,
            records: self.records,
            message: self.message,
            alert: self.alert,
        })
    }
}

/// Whether a stream begins with a TLS record, perhaps of a session that is open already; none where it is too short to
/// tell.
pub(crate) fn begins(data: &[u8]) -> Option<bool> {
    record::begins(data)
}

/// Whether a stream begins with a ClientHello: RFC 8446 sections 5.1 and 4.1.2.
pub(crate) const fn begins_client_hello(data: &[u8]) -> bool {
    matches!(data, [22, 3, 0..=4, _, _, 1, ..])
}

/// The TLS of one connection; new by `default()`.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    facts: Tls,
    streams: Sides<Stream>,
    /// What the client offered last, until the server has answered.
    hello: Option<Box<Hello>>,
    /// The client offered a session ticket.
    has_ticket: bool,
    /// The segment with the first byte of the first ClientHello.
    begun: Option<Mark>,
    /// The server said something between its hello and its ChangeCipherSpec: it does not resume.
    is_full: bool,
    /// A fatal alert was sent, so surely.
    fatal: Option<Confidence>,
}

#[derive(Debug)]
struct Hello {
    offer: ClientHello,
    /// All of it was captured.
    is_whole: bool,
}

impl Reader {
    /// The next bytes of one side: those of one segment, or of the rest of one.
    pub(crate) fn bytes(&mut self, from: Side, mark: Mark, data: &[u8], limits: &TlsLimits) -> TlsEvents {
        let mut events = TlsEvents::default();
        self.read(from, mark, data, limits, &mut events);
        events
    }

    /// The next `len` bytes of one side were sent but are missing.
    pub(crate) fn gap(&mut self, from: Side, len: u64) -> TlsEvents {
        let mut events = TlsEvents::default();
        if len > 0 {
            self.skip_gap(from, len, &mut events);
        }
        events
    }

    /// One side's stream is over.
    pub(crate) fn end(&mut self, from: Side, how: StreamEnd) -> TlsEvents {
        let mut events = TlsEvents::default();
        self.close(from, how, &mut events);
        events
    }

    /// Lets go what a side holds until more comes, because there is no room.
    pub(crate) fn give_up(&mut self, from: Side) -> TlsEvents {
        let mut events = TlsEvents::default();
        self.let_go(from, &mut events);
        events
    }

    /// Bytes held until more comes.
    pub(crate) fn held_bytes(&self) -> usize {
        self.streams.initiator.held_bytes() + self.streams.responder.held_bytes()
    }

    /// What is known of it.
    pub(crate) const fn facts(&self) -> &Tls {
        &self.facts
    }

    /// Why the connection ends where this side closes it first, as far as TLS tells. `by_fin` is false for a RST.
    pub(crate) fn cause(&self, closer: Side, by_fin: bool) -> Option<(Cause, Confidence)> {
        let stream = &self.streams[closer];
        if let Some(confidence) = self.fatal {
            Some((Cause::TlsAlert, confidence))
        } else if by_fin && stream.is_truncated {
            Some((Cause::TlsTruncated, Confidence::Likely))
        } else {
            let notified = stream.notified.or(self.streams[closer.peer()].notified);
            Some((Cause::TlsCloseNotify, notified?))
        }
    }
}
