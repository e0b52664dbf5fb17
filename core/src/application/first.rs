//! What a byte stream speaks, by its first bytes: a look at few of them, before anything else reads.

use crate::http::HttpProtocol;
use crate::tls;

/// As many bytes decide.
pub(super) const LONGEST: usize = PREFACE.len();

/// The first line of HTTP/2's connection preface: RFC 9113 section 3.4.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n";

/// What the first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// This begins here.
    Is(HttpProtocol),
    /// None of those known by their first bytes; HTTP/1 may be.
    Other,
    /// Too few to tell.
    Short,
}

/// Tells from the first bytes of a stream, of which there is at least one.
pub(super) fn told(data: &[u8]) -> First {
    match data {
        [b'P', ..] if data.starts_with(PREFACE) => First::Is(HttpProtocol::Http2),
        [b'P', ..] if PREFACE.starts_with(data) => First::Short,
        _ => match tls::begins(data) {
            Some(true) => First::Is(HttpProtocol::Tls),
            Some(false) => First::Other,
            None => First::Short,
        },
    }
}
