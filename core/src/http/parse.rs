//! The head parser for everybody: bytes in, views and deviations out, no state, no allocation.

use std::ops::Range;

use nom::Err;

use super::collect::HeadSink;
use super::head::{self, Expect, Field, FirstLine};
use crate::rule::Rule;

/// Which kind of message a head belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadKind {
    /// Sent by a client: RFC 9112 section 3.
    Request,
    /// Sent by a server: RFC 9112 section 4.
    Response,
}

/// A start line: RFC 9112 section 2.1. `version` is what stands behind `HTTP/`, mostly `1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartLine<'a> {
    /// RFC 9112 section 3.
    Request {
        /// A token: RFC 9110 section 9.1.
        method: &'a [u8],
        /// As it was sent, spaces inside included.
        target: &'a [u8],
        /// Empty in a simple request of HTTP/0.9 (RFC 1945 section 4.1), which has no fields.
        version: &'a [u8],
    },
    /// RFC 9112 section 4.
    Status {
        /// As it was sent, usual or not.
        version: &'a [u8],
        /// None where it is not of three digits.
        status: Option<u16>,
        /// Without white space around it.
        reason: &'a [u8],
    },
}

/// Something behind the start line, or odd about the head; told in the order of the lines. Ranges are bytes from the
/// head's first byte on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeadPart<'a> {
    /// A field line: RFC 9112 section 5.
    Field {
        /// Empty where the line has no name.
        name: &'a [u8],
        /// Without white space around it; an obsolete fold (section 5.2) is still inside.
        value: &'a [u8],
        /// The line or lines of it, the last line end apart.
        at: Range<usize>,
    },
    /// A deviation from RFC 9112. It refuses nothing.
    Deviation {
        /// H14, H30, H32 to H36 or H42.
        rule: Rule,
        /// The bytes that show it.
        at: Range<usize>,
    },
}

/// A whole head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Head<'a> {
    /// Its first line.
    pub start: StartLine<'a>,
    /// Its bytes, the empty line included.
    pub len: usize,
}

/// Why there is no whole head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoHead {
    /// More bytes may make it one. Parts told until then are right, but are told again.
    Incomplete,
    /// The first line is none of this kind.
    NotHttp,
}

impl std::fmt::Display for NoHead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Incomplete => "the head does not end here",
            Self::NotHttp => "not the first line of an HTTP/1 message",
        })
    }
}

impl std::error::Error for NoHead {}

/// Parses the head of one message at the beginning of `bytes`; empty lines before it are the caller's
/// (RFC 9112 section 2.2).
///
/// After a credible first line everything is accepted as far as it goes; what is odd is told as
/// [`HeadPart::Deviation`].
///
/// ```
/// use synfin::http::{HeadKind, HeadPart, parse_head};
///
/// let mut host = None;
/// let head = parse_head(b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", HeadKind::Request, |part| {
///     if let HeadPart::Field { name: b"Host", value, .. } = part {
///         host = Some(value);
///     }
/// });
/// assert_eq!(head.map(|head| head.len), Ok(37));
/// assert_eq!(host, Some(&b"example.org"[..]));
/// ```
///
/// # Errors
/// [`NoHead`], without an allocation.
pub fn parse_head<'a>(
    bytes: &'a [u8],
    kind: HeadKind,
    visit: impl FnMut(HeadPart<'a>),
) -> Result<Head<'a>, NoHead> {
    let expect = match kind {
        HeadKind::Request => Expect::Request,
        HeadKind::Response => Expect::Response,
    };
    let (rest, first) = head::head(bytes, expect, &mut Visitor(visit)).map_err(|error| match error {
        Err::Incomplete(_) => NoHead::Incomplete,
        Err::Error(()) | Err::Failure(()) => NoHead::NotHttp,
    })?;
    let start = match first {
        FirstLine::Request {
            method,
            target,
            version,
        } => StartLine::Request {
            method,
            target,
            version: version.number,
        },
        FirstLine::Status {
            version,
            status,
            reason,
        } => StartLine::Status {
            version: version.number,
            status,
            reason,
        },
    };
    Ok(Head {
        start,
        len: bytes.len() - rest.len(),
    })
}

struct Visitor<V>(V);

impl<'a, V: FnMut(HeadPart<'a>)> HeadSink<'a> for Visitor<V> {
    fn field(&mut self, field: &Field<'a>) {
        (self.0)(HeadPart::Field {
            name: field.name,
            value: field.value,
            at: field.at.clone(),
        });
    }

    fn deviation(&mut self, rule: Rule, at: Range<usize>) {
        (self.0)(HeadPart::Deviation { rule, at });
    }
}
