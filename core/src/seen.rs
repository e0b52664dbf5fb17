//! Which verdicts the connections of a capture have.

use crate::connection::Connection;
use crate::words::{Cause, CloseVerdict, HandshakeVerdict};

/// The verdicts and causes that at least one connection has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    // A bit for each value, by its number.
    handshakes: u64,
    closes: u64,
    causes: u64,
}

impl Seen {
    pub(crate) const fn note(&mut self, connection: &Connection) {
        self.handshakes |= 1 << connection.handshake.verdict as u8;
        self.closes |= 1 << connection.close.verdict as u8;
        self.causes |= 1 << connection.close.cause as u8;
    }

    /// Whether a handshake ended so.
    #[must_use]
    pub const fn handshake(&self, verdict: HandshakeVerdict) -> bool {
        self.handshakes & 1 << verdict as u8 != 0
    }

    /// Whether a connection ended so.
    #[must_use]
    pub const fn close(&self, verdict: CloseVerdict) -> bool {
        self.closes & 1 << verdict as u8 != 0
    }

    /// Whether a connection ended for this reason.
    #[must_use]
    pub const fn cause(&self, cause: Cause) -> bool {
        self.causes & 1 << cause as u8 != 0
    }
}
