//! What a byte stream speaks, by its first bytes: a look at few of them, before anything else reads.

use crate::http::HttpProtocol;
use crate::proxy;

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
        [20..=23, ..] => record(data),
        _ => First::Other,
    }
}

/// Whether TLS begins here, with a ClientHello: RFC 8446 sections 5.1 and 4.1.2.
pub(super) const fn is_client_hello(data: &[u8]) -> bool {
    matches!(data, [22, 3, 0..=4, _, _, 1, ..])
}

/// A TLS record, perhaps of a connection that is open already: RFC 8446 section 5.1, RFC 5246 section 6.2.
fn record(data: &[u8]) -> First {
    const LONGEST: u16 = (1 << 14) + 2048;
    match *data {
        [_, 3, 0..=4, high, low, ref rest @ ..] => {
            let len = u16::from_be_bytes([high, low]);
            let fits = match data[0] {
                20 => len == 1 && matches!(rest, [] | [1, ..]),
                21 => len == 2 || (17..=64).contains(&len),
                _ => (1..=LONGEST).contains(&len),
            };
            if fits {
                First::Is(HttpProtocol::Tls)
            } else {
                First::Other
            }
        }
        [_] | [_, 3] | [_, 3, 0..=4] | [_, 3, 0..=4, _] => First::Short,
        _ => First::Other,
    }
}
