//! Message heads: RFC 9112 sections 2 to 5. Pure bytes to views; reads no state, never panics,
//! never allocates, output borrows input.
//!
//! A dissector does not refuse: after a credible first line, every field line is accepted as far as
//! it goes, deviations and all. "More bytes are needed" is nom's `Incomplete`, kept apart from "this
//! is not HTTP", its `Error`.

use std::ops::Range;

use memchr::memchr;
use nom::bytes::complete::{tag, take_while_m_n, take_while1};
use nom::character::complete::{char, satisfy, space1};
use nom::combinator::verify;
use nom::sequence::{preceded, terminated};
use nom::{Err, IResult, Needed, Parser as _};

use super::collect::HeadSink;

/// The small error: where failing is normal, nothing is built for it.
pub(super) type Parsed<'a, T> = IResult<&'a [u8], T, ()>;

/// Longest method taken for one. RFC 9110 section 9.1 sets no limit; the registry's longest has 17.
const LONGEST_METHOD: usize = 32;

/// Which first lines can be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    Either,
    Request,
    Response,
}

/// The minor version of HTTP/1; all that matters is whether it is 1.0 (RFC 9112 section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version(pub(super) u8);

impl Version {
    pub(super) const fn as_str(self) -> &'static str {
        const MINOR: [&str; 10] = [
            "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9",
        ];
        match self.0 {
            minor @ 0..=9 => MINOR[minor as usize],
            _ => "1.1",
        }
    }

    pub(super) const fn is_1_0(self) -> bool {
        self.0 == 0
    }
}

/// The first line of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FirstLine<'a> {
    /// RFC 9112 section 3. The target may contain spaces: senders do that, and the version tells
    /// where it ends.
    Request {
        method: &'a [u8],
        target: &'a [u8],
        version: Version,
    },
    /// RFC 9112 section 4.
    Status {
        version: Version,
        status: u16,
        reason: &'a [u8],
    },
}

impl FirstLine<'_> {
    pub(super) const fn version(&self) -> Version {
        match self {
            Self::Request { version, .. } | Self::Status { version, .. } => *version,
        }
    }
}

/// A header or trailer field line, obsolete folds included: RFC 9112 section 5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field<'a> {
    /// Without white space before the colon, which section 5.1 forbids.
    pub(super) name: &'a [u8],
    /// Without white space around it; a fold (section 5.2) is still inside.
    pub(super) value: &'a [u8],
    /// Its bytes in the head, line ends apart.
    pub(super) at: Range<usize>,
}

/// Parses a head up to and including its empty line.
pub(super) fn head<'a>(
    input: &'a [u8],
    expect: Expect,
    sink: &mut impl HeadSink<'a>,
) -> Parsed<'a, FirstLine<'a>> {
    let (mut rest, first) = first_line(input, expect)?;
    loop {
        match field(rest, sink)? {
            (after, Some(mut field)) => {
                let start = input.len() - rest.len();
                field.at = start + field.at.start..start + field.at.end;
                sink.field(&field);
                rest = after;
            }
            (after, None) => return Ok((after, first)),
        }
    }
}

/// Parses the first line of a message. An input that ends before the line does is `Incomplete` if
/// it may still become one.
pub(super) fn first_line(input: &[u8], expect: Expect) -> Parsed<'_, FirstLine<'_>> {
    if !may_begin(input, expect) {
        return Err(Err::Error(()));
    }
    let (rest, line) = line(input)?;
    let (_, first) = match expect {
        _ if line.starts_with(b"HTTP/") && expect != Expect::Request => status_line(line)?,
        Expect::Response => return Err(Err::Error(())),
        Expect::Either | Expect::Request => request_line(line)?,
    };
    Ok((rest, first))
}

/// Whether the first bytes allow a message to begin here: constant work, whatever the length.
pub(super) fn may_begin(input: &[u8], expect: Expect) -> bool {
    const STATUS: &[u8] = b"HTTP/1.";
    let status = || STATUS.iter().zip(input).all(|(a, b)| a == b);
    let request = || {
        let method = input
            .iter()
            .take(LONGEST_METHOD + 1)
            .take_while(|&&byte| is_token(byte))
            .count();
        match input.get(method) {
            Some(&byte) => (1..=LONGEST_METHOD).contains(&method) && is_space(byte),
            None => method <= LONGEST_METHOD,
        }
    };
    match expect {
        Expect::Either => status() || request(),
        Expect::Request => request(),
        Expect::Response => status(),
    }
}

/// What a request line without its end still tells: the method, and the target as far as it goes.
pub(super) fn cut_request(input: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let (rest, method) = terminated(method, space1::<_, ()>).parse(input).ok()?;
    let target = rest.split(|&byte| is_space(byte)).next();
    Some((method, target.filter(|target| !target.is_empty())))
}

/// What a status line that was cut off before its end still tells: the status, if it is there.
pub(super) fn cut_status(input: &[u8]) -> Option<u16> {
    match status_line(input) {
        Ok((_, FirstLine::Status { status, .. })) => Some(status),
        _ => None,
    }
}

/// One line without its end. RFC 9112 section 2.2: a bare LF ends a line too.
fn line(input: &[u8]) -> Parsed<'_, &[u8]> {
    let at = memchr(b'\n', input).ok_or(Err::Incomplete(Needed::Unknown))?;
    let (line, rest) = input.split_at(at);
    Ok((&rest[1..], line.strip_suffix(b"\r").unwrap_or(line)))
}

fn method(input: &[u8]) -> Parsed<'_, &[u8]> {
    take_while_m_n(1, LONGEST_METHOD, is_token).parse(input)
}

fn version(input: &[u8]) -> Parsed<'_, Version> {
    let minor = satisfy(|c| c.is_ascii_digit()).map_opt(|c| u8::try_from(c.to_digit(10)?).ok());
    preceded(tag("HTTP/1."), minor).map(Version).parse(input)
}

/// `method SP target SP version`, in a whole line.
fn request_line(line: &[u8]) -> Parsed<'_, FirstLine<'_>> {
    let (rest, method) = terminated(method, space1).parse(line)?;
    let rest = rest.trim_ascii_end();
    let at = rest.len().checked_sub("HTTP/1.x".len()).ok_or(Err::Error(()))?;
    let (target, last) = rest.split_at(at);
    let (end, version) = version(last)?;
    let (_, target) = verify(take_while1(|_| true), |target: &[u8]| {
        target.last().is_some_and(|&b| is_space(b))
    })
    .map(<[u8]>::trim_ascii)
    .parse(target)?;
    // Prose may end in a version too: "as of HTTP/1.1". Only a method known as one makes such a target
    // credible.
    let spaced = target.iter().any(|&byte| is_space(byte));
    let usual = || {
        USUAL
            .iter()
            .any(|usual| usual.as_bytes().eq_ignore_ascii_case(method))
    };
    if target.is_empty() || spaced && !usual() {
        return Err(Err::Error(()));
    }
    Ok((
        end,
        FirstLine::Request {
            method,
            target,
            version,
        },
    ))
}

/// `version SP status [SP reason]`, in a line whose end may be missing.
fn status_line(line: &[u8]) -> Parsed<'_, FirstLine<'_>> {
    let code = take_while_m_n(3, 3, |byte: u8| byte.is_ascii_digit()).map(|digits: &[u8]| {
        digits
            .iter()
            .fold(0, |code, digit| code * 10 + u16::from(digit - b'0'))
    });
    let (reason, (version, status)) =
        (terminated(version, space1), verify(code, |&code| code >= 100)).parse(line)?;
    if reason.first().is_some_and(u8::is_ascii_digit) {
        return Err(Err::Error(()));
    }
    Ok((
        reason,
        FirstLine::Status {
            version,
            status,
            reason: reason.trim_ascii(),
        },
    ))
}

/// The next field line, or `None` at the empty line that ends the section (then it is consumed).
pub(super) fn field<'a>(input: &'a [u8], _sink: &mut impl HeadSink<'a>) -> Parsed<'a, Option<Field<'a>>> {
    let (mut rest, first) = line(input)?;
    if first.is_empty() {
        return Ok((rest, None));
    }
    // RFC 9112 section 5.2: a line that begins with white space continues the one before it.
    loop {
        match rest.first() {
            None => return Err(Err::Incomplete(Needed::Unknown)),
            Some(&byte) if is_space(byte) => (rest, _) = line(rest)?,
            Some(_) => break,
        }
    }
    let all = &input[..input.len() - rest.len()];
    let named: Parsed<'_, &[u8]> = terminated(take_while1(|byte| byte != b':'), char(':')).parse(first);
    let field = match named {
        Ok((value, name)) => {
            let from = first.len() - value.len();
            Field {
                name: name.trim_ascii(),
                value: all[from..].trim_ascii(),
                at: 0..all.trim_ascii_end().len(),
            }
        }
        // No name or no colon: kept as it is, so that it can be shown.
        Err(_) => Field {
            name: first.trim_ascii(),
            value: &[],
            at: 0..all.trim_ascii_end().len(),
        },
    };
    Ok((rest, Some(field)))
}

/// The methods of RFC 9110 section 9, PATCH and the WebDAV ones often met.
const USUAL: [&str; 14] = [
    "GET",
    "POST",
    "HEAD",
    "PUT",
    "DELETE",
    "OPTIONS",
    "CONNECT",
    "TRACE",
    "PATCH",
    "PROPFIND",
    "REPORT",
    "SEARCH",
    "NOTIFY",
    "SUBSCRIBE",
];

/// The method, if it is one of the usual ones.
pub(super) fn usual_method(method: &[u8]) -> Option<&'static str> {
    USUAL.into_iter().find(|usual| usual.as_bytes() == method)
}

/// RFC 9110 section 5.6.2: tchar.
pub(super) const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
#[path = "head_tests.rs"]
mod tests;
