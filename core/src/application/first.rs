//! What a byte stream speaks, by its first bytes: a look at few of them, before anything else reads.

use crate::http::HttpProtocol;
use crate::proxy;
use crate::tls;

/// Mostly as many bytes decide.
pub(super) const USUAL: usize = PREFACE.len();

/// As many bytes always do.
pub(super) const LONGEST: usize = proxy::LONGEST;

/// The first line of HTTP/2's connection preface: RFC 9113 section 3.4.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n";

/// What the first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// This begins here.
    Is(HttpProtocol),
    /// A header of the PROXY protocol, of so many bytes; perhaps not all of them are there.
    Proxy(usize),
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
        [b'P', b'R', b'O', ..] | [b'\r', ..] => match proxy::told(data) {
            proxy::Told::Header(len) => First::Proxy(len),
            proxy::Told::Short => First::Short,
            proxy::Told::Other => First::Other,
        },
        _ => match tls::begins(data) {
            Some(true) => First::Is(HttpProtocol::Tls),
            Some(false) => First::Other,
            None => First::Short,
        },
    }
}
