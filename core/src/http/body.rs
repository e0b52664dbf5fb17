//! Message bodies, streamed: counts bytes, holds none. RFC 9112 sections 6 and 7.1.

use memchr::memchr;

use super::collect::BodySink;
use super::framing::Framing;
use super::letters::is_token;
use crate::rule::Rule;

/// A body in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// This many bytes are still to come.
    Length(u64),
    Chunked(Chunked),
    UntilClose,
    /// The framing of a response broke: what follows is content as far as anybody can tell.
    Rest,
}

/// What some bytes, or a gap, did to a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Progress {
    /// How much of it belonged to the message.
    pub(super) used: u64,
    /// How much of that was content, framing removed.
    pub(super) content: u64,
    pub(super) outcome: Outcome,
}

/// Where a body stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    More,
    Done,
    /// The framing cannot be followed any further.
    Broken,
}

impl Body {
    /// The body a framing announces, or `None` where there is none to wait for.
    pub(super) const fn new(framing: Framing) -> Option<Self> {
        match framing {
            Framing::Length(0) | Framing::Tunnel => None,
            Framing::Length(bytes) => Some(Self::Length(bytes)),
            Framing::Chunked => Some(Self::Chunked(Chunked::start())),
            Framing::UntilClose => Some(Self::UntilClose),
        }
    }

    /// Takes the next bytes of the stream.
    pub(super) fn bytes(&mut self, data: &[u8], sink: &mut impl BodySink) -> Progress {
        match self {
            Self::Chunked(chunked) => chunked.bytes(data, sink),
            Self::Length(_) | Self::UntilClose | Self::Rest => {
                let progress = self.count(data.len() as u64);
                // Never more than was given.
                sink.content(&data[..usize::try_from(progress.used).unwrap_or(data.len())]);
                progress
            }
        }
    }

    /// Counts through bytes that are missing.
    pub(super) fn gap(&mut self, len: u64) -> Progress {
        match self {
            Self::Chunked(chunked) => chunked.gap(len),
            Self::Length(_) | Self::UntilClose | Self::Rest => self.count(len),
        }
    }

    fn count(&mut self, len: u64) -> Progress {
        let Self::Length(left) = self else {
            return Progress {
                used: len,
                content: len,
                outcome: Outcome::More,
            };
        };
        let used = len.min(*left);
        *left -= used;
        let outcome = if *left == 0 { Outcome::Done } else { Outcome::More };
        Progress {
            used,
            content: used,
            outcome,
        }
    }
}

/// The chunked transfer coding: RFC 9112 section 7.1, one state for each place between two bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunked {
    /// In the hexadecimal size of a chunk, or in white space before it.
    Size { value: u64, digits: bool },
    /// Behind the size, in white space that should not be there.
    AfterSize { value: u64 },
    /// After the CR behind the size.
    SizeLf { value: u64 },
    /// In an extension (section 7.1.1).
    Extension { value: u64, part: Part },
    /// In the data of a chunk, this many bytes before its end.
    Data { left: u64 },
    /// Behind the data, before the line end that belongs to it.
    DataEnd,
    /// The same, after its CR.
    DataLf,
    /// At the beginning of a trailer line (section 7.1.2), or of the empty line that ends it all.
    Trailer,
    /// In a trailer line.
    TrailerLine,
    /// After a CR that began a line of the trailer section.
    TrailerLf,
}

/// Where in a chunk's extensions: `;name`, `;name=token` or `;name="quoted"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Behind the semicolon: a name must begin.
    Begin,
    Name,
    /// Behind the equals sign: a value must begin.
    Equals,
    Value,
    Quoted,
    /// Behind a backslash in a quoted value.
    Escaped,
    /// Behind a quoted value.
    Closed,
    /// The grammar was left.
    Odd,
}

impl Part {
    const fn after(self, byte: u8) -> Self {
        let space = matches!(byte, b' ' | b'\t');
        match self {
            Self::Begin if space => Self::Begin,
            Self::Begin | Self::Name if is_token(byte) => Self::Name,
            Self::Name if byte == b'=' => Self::Equals,
            Self::Name | Self::Value | Self::Closed if byte == b';' => Self::Begin,
            Self::Name | Self::Value | Self::Closed if space => self,
            Self::Equals if byte == b'"' => Self::Quoted,
            Self::Equals if space => Self::Equals,
            Self::Equals | Self::Value if is_token(byte) => Self::Value,
            Self::Quoted if byte == b'"' => Self::Closed,
            Self::Quoted if byte == b'\\' => Self::Escaped,
            Self::Quoted | Self::Escaped if byte >= b' ' && byte != 0x7f || byte == b'\t' => Self::Quoted,
            _ => Self::Odd,
        }
    }
}

impl Chunked {
    fn bytes(&mut self, data: &[u8], sink: &mut impl BodySink) -> Progress {
        let mut content = 0;
        let mut at = 0;
        let done = |used: usize, content, outcome| Progress {
            used: used as u64,
            content,
            outcome,
        };
        while let Some(&byte) = data.get(at) {
            let left_over = &data[at..];
            let mut step = 1;
            let mut odd = |rule| sink.deviation(rule, at..at + 1);
            *self = match *self {
                Self::Size { value, digits } => match (byte, hex(byte)) {
                    (_, Some(digit)) if value >> 60 == 0 => Self::Size {
                        value: value << 4 | u64::from(digit),
                        digits: true,
                    },
                    // Servers pass over it before the first digit (libhtp's cases of HTTP Evader).
                    (b' ' | b'\t' | b'\r' | b'\n', None) if !digits => {
                        odd(Rule::H40);
                        *self
                    }
                    (b'\n' | b'\r' | b';' | b' ' | b'\t', None) if digits => {
                        Self::after_size(value).behind_size(byte, value, &mut odd)
                    }
                    // The next digit would not fit, for no chunk is that long; or there is no size.
                    _ => {
                        odd(Rule::H40);
                        return done(at, content, Outcome::Broken);
                    }
                },
                Self::AfterSize { value } => {
                    if matches!(byte, b'\r' | b'\n') {
                        odd(Rule::H40);
                    }
                    Self::after_size(value).behind_size(byte, value, &mut odd)
                }
                Self::SizeLf { value } if byte == b'\n' => Self::after_size(value),
                Self::SizeLf { value } => {
                    odd(Rule::H34);
                    Self::Extension {
                        value,
                        part: Part::Odd,
                    }
                }
                // No line end is part of an extension, quoted or not.
                Self::Extension { value, part } => match byte {
                    b'\n' | b'\r' => {
                        if matches!(part, Part::Begin | Part::Equals | Part::Quoted | Part::Escaped) {
                            odd(Rule::H40);
                        }
                        Self::after_size(value).behind_size(byte, value, &mut odd)
                    }
                    _ => {
                        let next = part.after(byte);
                        if next == Part::Odd && part != Part::Odd {
                            odd(if byte < b' ' || byte == 0x7f {
                                Rule::H34
                            } else {
                                Rule::H40
                            });
                        }
                        Self::Extension { value, part: next }
                    }
                },
                Self::Data { left } => {
                    step = usize::try_from(left).map_or(left_over.len(), |left| left.min(left_over.len()));
                    content += step as u64;
                    sink.content(&left_over[..step]);
                    Self::after_data(left - step as u64)
                }
                Self::DataEnd if byte == b'\r' => Self::DataLf,
                Self::DataEnd | Self::DataLf if byte == b'\n' => {
                    if matches!(self, Self::DataEnd) {
                        odd(Rule::H30);
                    }
                    Self::start()
                }
                Self::DataEnd | Self::DataLf => {
                    odd(Rule::H40);
                    return done(at, content, Outcome::Broken);
                }
                Self::Trailer | Self::TrailerLf if byte == b'\n' => {
                    if matches!(self, Self::Trailer) {
                        odd(Rule::H30);
                    }
                    sink.trailer(b"\r\n");
                    return done(at + 1, content, Outcome::Done);
                }
                Self::Trailer if byte == b'\r' => Self::TrailerLf,
                Self::Trailer | Self::TrailerLine | Self::TrailerLf => {
                    let line = memchr(b'\n', left_over);
                    step = line.map_or(left_over.len(), |line| line + 1);
                    sink.trailer(&left_over[..step]);
                    line.map_or(Self::TrailerLine, |_| Self::Trailer)
                }
            };
            at += step;
        }
        done(at, content, Outcome::More)
    }

    const fn start() -> Self {
        Self::Size {
            value: 0,
            digits: false,
        }
    }

    /// The byte behind a size: `self` is what follows its line end. What stands there apart from an extension is
    /// left out, as the servers do that accept it.
    fn behind_size(self, byte: u8, value: u64, odd: &mut impl FnMut(Rule)) -> Self {
        match byte {
            b'\r' => Self::SizeLf { value },
            b'\n' => {
                odd(Rule::H30);
                self
            }
            b';' => Self::Extension {
                value,
                part: Part::Begin,
            },
            // Before a semicolon it is allowed (section 7.1.1: BWS).
            b' ' | b'\t' => Self::AfterSize { value },
            _ => {
                odd(Rule::H40);
                Self::Extension {
                    value,
                    part: Part::Odd,
                }
            }
        }
    }

    /// A gap is counted through where the length is known: inside the data of one chunk.
    fn gap(&mut self, len: u64) -> Progress {
        match *self {
            Self::Data { left } if len <= left => {
                *self = Self::after_data(left - len);
                Progress {
                    used: len,
                    content: len,
                    outcome: Outcome::More,
                }
            }
            Self::Data { left } => Progress {
                used: left,
                content: left,
                outcome: Outcome::Broken,
            },
            _ => Progress {
                used: 0,
                content: 0,
                outcome: Outcome::Broken,
            },
        }
    }

    const fn after_size(value: u64) -> Self {
        match value {
            0 => Self::Trailer,
            left => Self::Data { left },
        }
    }

    const fn after_data(left: u64) -> Self {
        match left {
            0 => Self::DataEnd,
            left => Self::Data { left },
        }
    }
}

const fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, Outcome, Progress};
    use crate::http::framing::Framing;

    fn chunked() -> Body {
        Body::new(Framing::Chunked).unwrap()
    }

    /// Feeds it whole and in parts of every size: the message ends where `rest` begins.
    fn check(message: &str, rest: &str, content: u64, outcome: Outcome) {
        let stream = [message, rest].concat();
        let data = stream.as_bytes();
        let whole = chunked().bytes(data, &mut ());
        assert_eq!(
            whole,
            Progress {
                used: message.len() as u64,
                content,
                outcome
            },
            "{stream:?}"
        );
        for size in 1..=data.len() {
            let mut body = chunked();
            let mut sum = Progress {
                used: 0,
                content: 0,
                outcome: Outcome::More,
            };
            for part in data.chunks(size) {
                let step = body.bytes(part, &mut ());
                sum.used += step.used;
                sum.content += step.content;
                sum.outcome = step.outcome;
                if step.outcome != Outcome::More {
                    break;
                }
            }
            assert_eq!(sum, whole, "{stream:?} in parts of {size}");
        }
    }

    #[test]
    fn chunks_with_extensions_and_trailers() {
        check("5\r\nhello\r\n0\r\n\r\n", "", 5, Outcome::Done);
        let message = "5;a=\"b;c\"\r\nhello\r\nA\r\n0123456789\r\n000;x\r\nX: y\r\n\r\n";
        check(message, "\r\nHTTP/1.1 200 OK", 15, Outcome::Done);
        check("5\nhello\n0\n\n", "", 5, Outcome::Done);
        check(" 5 \r\nhello\r\n0\r\nA: b\n\n", "more", 5, Outcome::Done);
        check("0\r\n\rX: y\r\n\r\n", "", 0, Outcome::Done);
    }

    #[test]
    fn what_is_missing_is_awaited() {
        check("", "", 0, Outcome::More);
        check("ff\r\nabc", "", 3, Outcome::More);
        check("3\r\nabc\r\n0\r\nTrailer: x\r\n", "", 3, Outcome::More);
    }

    #[test]
    fn broken_framing_says_where() {
        check("5\r\nhello", "X", 5, Outcome::Broken);
        check("", "xyz\r\n", 0, Outcome::Broken);
        // Passed over, as libhtp does.
        check("\r\n3\r\nabc\r\n0\r\n\r\n", "", 3, Outcome::Done);
        check("5", "g\r\n", 0, Outcome::Broken);
        check("1111111111111111", "1\r\n", 0, Outcome::Broken);
        check("000000000000000000001\r\na\r\n0\r\n\r\n", "", 1, Outcome::Done);
    }

    #[test]
    fn a_gap_is_counted_inside_a_chunk_only() {
        let mut body = chunked();
        body.bytes(b"a\r\n01", &mut ());
        assert_eq!(
            body.gap(8),
            Progress {
                used: 8,
                content: 8,
                outcome: Outcome::More
            }
        );
        assert_eq!(body.bytes(b"\r\n0\r\n\r\n", &mut ()).outcome, Outcome::Done);

        let mut body = chunked();
        body.bytes(b"a\r\n01", &mut ());
        assert_eq!(
            body.gap(9),
            Progress {
                used: 8,
                content: 8,
                outcome: Outcome::Broken
            }
        );
        let mut body = chunked();
        body.bytes(b"a", &mut ());
        assert_eq!(
            body.gap(1),
            Progress {
                used: 0,
                content: 0,
                outcome: Outcome::Broken
            }
        );
    }

    #[test]
    fn a_known_length_takes_no_more_than_its_own() {
        let mut body = Body::new(Framing::Length(5)).unwrap();
        assert_eq!(
            body.bytes(b"abc", &mut ()),
            Progress {
                used: 3,
                content: 3,
                outcome: Outcome::More
            }
        );
        assert_eq!(
            body.gap(9),
            Progress {
                used: 2,
                content: 2,
                outcome: Outcome::Done
            }
        );
        assert_eq!(Body::new(Framing::Length(0)), None);
    }
}
