//! Message heads: RFC 9112 sections 2 to 5. Pure bytes to views; reads no state, never panics,
//! never allocates, output borrows input.
//!
//! A dissector does not refuse: after a credible first line, every field line is accepted as far as
//! it goes, deviations and all. "More bytes are needed" is nom's `Incomplete`, kept apart from "this
//! is not HTTP", its `Error`.

use std::ops::Range;

use memchr::{memchr, memchr2};
use nom::bytes::complete::take_while1;
use nom::character::complete::space1;
use nom::sequence::terminated;
use nom::{Err, IResult, Needed, Parser as _};

use super::collect::HeadSink;
use super::letters::{
    find_control, find_line_end, has_spaces_or_beyond_ascii, is_control, is_space, is_token, token_len, trim,
};
use crate::rule::Rule;

/// The small error: where failing is normal, nothing is built for it.
pub(super) type Parsed<'a, T> = IResult<&'a [u8], T, ()>;

/// Longest method taken for one. RFC 9110 section 9.1 sets no limit; the registry's longest has 17.
const LONGEST_METHOD: usize = 32;

/// Longest target and field line that every recipient should take: RFC 9110 section 4.1.
const USUAL_LENGTH: usize = 8000;

/// Which first lines can be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// The first bytes of a side: even a request line of HTTP/0.9.
    Start,
    Either,
    Request,
    Response,
}

/// The version as a start line gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version<'a> {
    /// What stands behind `HTTP/`; empty where no version is given.
    pub(super) number: &'a [u8],
}

impl Version<'_> {
    /// RFC 9112 section 9.3: the connection ends after the exchange unless it is kept alive.
    pub(super) fn is_1_0(self) -> bool {
        self.number == b"1.0"
    }

    /// RFC 1945 section 6: a line is the whole request, and the response has no head.
    pub(super) const fn is_0_9(self) -> bool {
        self.number.is_empty()
    }

    fn is_usual(self) -> bool {
        matches!(self.number, b"1.1" | b"1.0")
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
        version: Version<'a>,
    },
    /// RFC 9112 section 4. A status that is not of three digits is none, nor is one below 100.
    Status {
        version: Version<'a>,
        status: Option<u16>,
        reason: &'a [u8],
    },
}

impl<'a> FirstLine<'a> {
    pub(super) const fn version(&self) -> Version<'a> {
        match self {
            Self::Request { version, .. } | Self::Status { version, .. } => *version,
        }
    }
}

/// A header or trailer field line, obsolete folds included: RFC 9112 section 5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field<'a> {
    /// Without white space before the colon, which section 5.1 forbids; empty where there is none.
    pub(super) name: &'a [u8],
    /// Without white space around it; a fold (section 5.2) is still inside.
    pub(super) value: &'a [u8],
    /// Its bytes in the section, the last line end apart.
    pub(super) at: Range<usize>,
}

/// Parses a head up to and including its empty line; one of HTTP/0.9 is its first line.
pub(super) fn head<'a>(
    input: &'a [u8],
    expect: Expect,
    sink: &mut impl HeadSink<'a>,
) -> Parsed<'a, FirstLine<'a>> {
    let (rest, first) = first_line(input, expect)?;
    let end = input.len() - rest.len();
    tell_of_first_line(&input[..end], &first, sink);
    if matches!(first, FirstLine::Request { .. }) && first.version().is_0_9() {
        return Ok((rest, first));
    }
    let end = fields(input, end, sink)?;
    Ok((&input[end..], first))
}

/// Parses a section of fields from a place of its message on, up to and including its empty line: where that ends.
pub(super) fn fields<'a>(
    input: &'a [u8],
    mut at: usize,
    sink: &mut impl HeadSink<'a>,
) -> Result<usize, Err<()>> {
    // White space before the first field continues no field (RFC 9112 section 2.2).
    let is_indented = input.get(at).is_some_and(|&byte| is_space(byte));
    let indent = if is_indented {
        leading_spaces(&input[at..])
    } else {
        0
    };
    if indent > 0 && !matches!(input.get(at + indent), Some(b'\r' | b'\n')) {
        sink.deviation(Rule::H33, at..at + indent);
        at += indent;
    }
    loop {
        while let Some((field, next)) = usual_field(input, at) {
            sink.field(&field);
            at = next;
        }
        let end = at + memchr(b'\n', &input[at..]).ok_or(Err::Incomplete(Needed::Unknown))?;
        let line = trim_cr(&input[at..end]);
        if line.len() == end - at {
            sink.deviation(Rule::H30, end..end + 1);
        }
        if line.is_empty() {
            return Ok(end + 1);
        }
        at = field(input, at, end + 1, sink)?;
    }
}

#[cold]
fn leading_spaces(text: &[u8]) -> usize {
    text.iter().take_while(|&&byte| is_space(byte)).count()
}

/// A field as nearly all are, in one look at each byte: a name and its colon, a value without control characters,
/// CR LF, and a line behind it that does not continue it. Where the next line begins stands beside it.
#[inline(always)]
fn usual_field(input: &[u8], from: usize) -> Option<(Field<'_>, usize)> {
    let text = &input[from..];
    let named = token_len(text);
    let (name, behind) = text.split_at(named);
    let [b':', raw @ ..] = behind else { return None };
    let value_len = find_line_end(raw)?;
    let [b'\r', b'\n', next, ..] = raw[value_len..] else {
        return None;
    };
    let end = from + named + 1 + value_len;
    if name.is_empty() || is_space(next) || end - from > USUAL_LENGTH {
        return None;
    }
    let field = Field {
        name,
        value: trim(&raw[..value_len]),
        at: from..end,
    };
    Some((field, end + 2))
}

/// Parses the field whose first line lies at `from..next`, and returns where the next one begins.
#[cold]
fn field<'a>(
    input: &'a [u8],
    from: usize,
    mut next: usize,
    sink: &mut impl HeadSink<'a>,
) -> Result<usize, Err<()>> {
    let first = trim_cr(&input[from..next - 1]);
    let mut end = from + first.len();
    // RFC 9112 section 5.2: a line that begins with white space continues the one before it.
    loop {
        match input.get(next) {
            None => return Err(Err::Incomplete(Needed::Unknown)),
            Some(&byte) if is_space(byte) => {
                let lf = next + memchr(b'\n', &input[next..]).ok_or(Err::Incomplete(Needed::Unknown))?;
                end = next + trim_cr(&input[next..lf]).len();
                sink.deviation(Rule::H14, next..end);
                next = lf + 1;
            }
            Some(_) => break,
        }
    }
    if end - from > USUAL_LENGTH {
        sink.deviation(Rule::H42, from..end);
    }
    let named = token_len(first);
    let (name, value) = if named > 0 && first.get(named) == Some(&b':') {
        (&first[..named], named + 1)
    } else {
        let (name, value) = odd_name(first, from, named, sink);
        (first[..name].trim_ascii(), value)
    };
    let raw = &input[from + value..end];
    if let Some(bad) = find_control(raw) {
        tell_of_controls(raw, bad, from + value, sink);
    }
    let value = trim(raw);
    if !(name.is_empty() && value.is_empty()) {
        sink.field(&Field {
            name,
            value,
            at: from..end,
        });
    }
    Ok(next)
}

/// A line that does not begin with a name and its colon: where the name ends and the value begins.
#[cold]
fn odd_name<'a>(line: &[u8], from: usize, named: usize, sink: &mut impl HeadSink<'a>) -> (usize, usize) {
    let Some(colon) = memchr(b':', line) else {
        sink.deviation(Rule::H33, from..from + line.len());
        return (line.len(), line.len());
    };
    let name = line[..colon].trim_ascii_end().len();
    if name < colon {
        sink.deviation(Rule::H32, from + name..from + colon);
    }
    if named != name || name == 0 {
        sink.deviation(Rule::H33, from..from + colon.max(1));
    }
    (name, colon + 1)
}

/// The line ends of folds are none; everything else that controls something is.
#[cold]
fn tell_of_controls<'a>(raw: &[u8], first: usize, base: usize, sink: &mut impl HeadSink<'a>) {
    let ends_line = |at: usize| match raw[at] {
        b'\n' => true,
        b'\r' => raw.get(at + 1) == Some(&b'\n'),
        _ => false,
    };
    let bad = (first..raw.len()).find(|&at| is_control(raw[at]) && !ends_line(at));
    if let Some(bad) = bad {
        sink.deviation(Rule::H34, base + bad..base + bad + 1);
    }
}

/// What is odd about a first line, its line end included.
fn tell_of_first_line<'a>(whole: &[u8], first: &FirstLine<'_>, sink: &mut impl HeadSink<'a>) {
    let line = trim_cr(&whole[..whole.len() - 1]);
    if line.len() + 1 == whole.len() {
        sink.deviation(Rule::H30, line.len()..whole.len());
    }
    if let Some(bad) = find_control(line) {
        sink.deviation(Rule::H34, bad..bad + 1);
    }
    let version = first.version();
    // The prefix counts as well: `http/1.1` is another version.
    let prefix = |at: usize| line.get(at..at + 5) == Some(b"HTTP/");
    let usual = "HTTP/1.1".len();
    match *first {
        FirstLine::Request { method, target, .. } => {
            let at = line.len() - line.len().min(usual);
            if !version.is_usual() || !line.ends_with(version.number) || !prefix(at) {
                let trimmed = line.trim_ascii_end();
                let word = "HTTP/".len() + version.number.len();
                let begin = match (version.is_0_9(), trimmed.ends_with(version.number)) {
                    (true, _) => line.len(),
                    (false, true) => trimmed.len() - word,
                    (false, false) => method.len() + 1,
                };
                sink.deviation(Rule::H35, begin..line.len());
            }
            let parts = [method.len(), target.len(), "HTTP/".len() + version.number.len()];
            let spaced = has_spaces_or_beyond_ascii(target);
            if !version.is_0_9() && (parts.iter().sum::<usize>() + 2 != line.len() || spaced) {
                sink.deviation(Rule::H36, 0..line.len());
            }
            if target.len() > USUAL_LENGTH {
                sink.deviation(Rule::H42, method.len() + 1..line.len());
            }
        }
        FirstLine::Status { status, .. } => {
            let behind = "HTTP/".len() + version.number.len();
            if !version.is_usual() || !prefix(0) {
                sink.deviation(Rule::H35, 0..behind);
            }
            // One space, three digits, one space. That the last one must not go with the reason, few servers know.
            let is_right = match &line[behind..] {
                [b' ', a, _, _] | [b' ', a, _, _, b' ', ..] => a.is_ascii_digit(),
                _ => false,
            };
            if status.is_none() || !is_right {
                sink.deviation(Rule::H36, behind..line.len());
            }
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
        _ if expect != Expect::Request && is_http(line) => status_line(line)?,
        Expect::Response => return Err(Err::Error(())),
        Expect::Start | Expect::Either | Expect::Request => request_line(line, expect)?,
    };
    Ok((rest, first))
}

fn is_http(line: &[u8]) -> bool {
    line.get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"HTTP/"))
}

/// Whether the first bytes allow a message to begin here: constant work, whatever the length.
pub(super) fn may_begin(input: &[u8], expect: Expect) -> bool {
    const STATUS: &[u8] = b"HTTP/";
    let status = || {
        STATUS.iter().zip(input).all(|(a, b)| a.eq_ignore_ascii_case(b))
            && input.get(STATUS.len()).is_none_or(u8::is_ascii_digit)
    };
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
        Expect::Start | Expect::Either => status() || request(),
        Expect::Request => request(),
        Expect::Response => status(),
    }
}

/// Whether bytes behind lost ones may begin a message: only a usual method, or `HTTP/`, is credible there.
pub(super) fn may_resume(input: &[u8]) -> bool {
    let begins = |with: &[u8]| with.iter().zip(input).all(|(a, b)| a == b);
    let method =
        |usual: &&str| begins(usual.as_bytes()) && input.get(usual.len()).is_none_or(|&byte| is_space(byte));
    begins(b"HTTP/") || USUAL.iter().any(method)
}

/// What a request line without its end still tells: the method, and the target as far as it goes.
pub(super) fn cut_request(input: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let (rest, method) = terminated(take_while1(is_token), space1::<_, ()>)
        .parse(input)
        .ok()?;
    let target = rest.split(|&byte| is_space(byte)).next();
    let credible = method.len() <= LONGEST_METHOD;
    credible.then_some((method, target.filter(|target| !target.is_empty())))
}

/// What a status line that was cut off before its end still tells: the status, if it is there.
pub(super) fn cut_status(input: &[u8]) -> Option<u16> {
    match status_line(input) {
        Ok((_, FirstLine::Status { status, .. })) => status,
        _ => None,
    }
}

/// One line without its end. RFC 9112 section 2.2: a bare LF ends a line too.
fn line(input: &[u8]) -> Parsed<'_, &[u8]> {
    let at = memchr(b'\n', input).ok_or(Err::Incomplete(Needed::Unknown))?;
    let (line, rest) = input.split_at(at);
    Ok((&rest[1..], trim_cr(line)))
}

fn trim_cr(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// `HTTP/` and what looks like a number behind it.
fn version(input: &[u8]) -> Parsed<'_, Version<'_>> {
    const NAME: &str = "HTTP/";
    let (name, rest) = input.split_at_checked(NAME.len()).ok_or(Err::Error(()))?;
    let is_name = name == NAME.as_bytes() || name.eq_ignore_ascii_case(NAME.as_bytes());
    let is_of_number = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
    let (number, rest) = rest.split_at(rest.iter().take_while(is_of_number).count());
    if !is_name || number.is_empty() {
        return Err(Err::Error(()));
    }
    Ok((rest, Version { number }))
}

/// `method SP target SP version`, in a whole line.
fn request_line(line: &[u8], expect: Expect) -> Parsed<'_, FirstLine<'_>> {
    let (rest, method) = terminated(take_while1(is_token), space1).parse(line)?;
    let rest = rest.trim_ascii();
    let usual = || {
        USUAL
            .iter()
            .any(|usual| usual.as_bytes().eq_ignore_ascii_case(method))
    };
    let credible = method.len() <= LONGEST_METHOD;
    let Some((at, version)) = find_version(rest) else {
        // RFC 1945 section 4.1: a simple request.
        let simple = expect != Expect::Either && method == b"GET" && rest.starts_with(b"/");
        if !simple || rest.iter().any(|&byte| is_space(byte)) {
            return Err(Err::Error(()));
        }
        let first = FirstLine::Request {
            method,
            target: rest,
            version: Version { number: &[] },
        };
        return Ok((&[], first));
    };
    let target = rest[..at.start].trim_ascii_end();
    // Prose may end in a version too: "as of HTTP/1.1". Only a method known as one makes an odd line
    // credible.
    let plain = at.end == rest.len()
        && version.number.len() == 3
        && rest[at].starts_with(b"HTTP/1.")
        && (!has_spaces_or_beyond_ascii(target) || memchr2(b' ', b'\t', target).is_none());
    if target.is_empty() || !credible || !(plain || usual()) {
        return Err(Err::Error(()));
    }
    let first = FirstLine::Request {
        method,
        target,
        version,
    };
    Ok((&[], first))
}

/// The last word that is a version: targets may hold spaces, and a lone CR may follow.
fn find_version(text: &[u8]) -> Option<(Range<usize>, Version<'_>)> {
    let breaks = |byte: &u8| is_space(*byte) || *byte == b'\r';
    let mut end = text.len();
    while end > 0 {
        let start = text[..end].iter().rposition(breaks).map_or(0, |at| at + 1);
        if let Ok(([], version)) = version(&text[start..end]) {
            return Some((start..end, version));
        }
        end = start.saturating_sub(1);
    }
    None
}

/// `version SP status [SP reason]`, in a line whose end may be missing.
fn status_line(line: &[u8]) -> Parsed<'_, FirstLine<'_>> {
    let (rest, version) = terminated(version, space1).parse(line)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || !version.number.contains(&b'.') {
        return Err(Err::Error(()));
    }
    let (code, reason) = rest.split_at(digits);
    let ends = reason
        .first()
        .is_none_or(|&byte| is_space(byte) || is_control(byte));
    let status = match *code {
        [a @ b'1'..=b'9', b, c] if ends => Some(
            [a, b, c]
                .iter()
                .fold(0, |code, digit| code * 10 + u16::from(digit - b'0')),
        ),
        _ => None,
    };
    let first = FirstLine::Status {
        version,
        status,
        reason: reason.trim_ascii(),
    };
    Ok((&[], first))
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

#[cfg(test)]
#[path = "head_tests.rs"]
mod tests;
