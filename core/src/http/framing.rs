//! How a message ends: RFC 9112 section 6.3, from the facts its head states.

use super::facts::HttpProtocol;
use super::head::{Field, FirstLine};
use crate::rule::Rule;

/// What the fields of a head say of framing and of the connection. Small and Copy: it outlives the
/// head's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Facts {
    pub(super) content_length: ContentLength,
    pub(super) coding: Coding,
    /// `Connection: close`, RFC 9112 section 9.6.
    pub(super) close: bool,
    /// `Connection: keep-alive`, RFC 9112 section 9.3.
    pub(super) keep_alive: bool,
    /// What Upgrade offers, or switches to.
    pub(super) upgrade: Option<HttpProtocol>,
    has_host: bool,
    /// H15 was told.
    told_both: bool,
}

/// RFC 9110 section 8.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum ContentLength {
    #[default]
    Absent,
    /// The first valid value; saturating, for no body reaches 2^64.
    Bytes(u64),
    Invalid,
}

/// The transfer codings, RFC 9112 section 6.1, as far as they frame the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Coding {
    /// None.
    #[default]
    Absent,
    /// The last one is `chunked`.
    Chunked,
    /// `chunked` is among them, but not the last.
    ChunkedNotLast,
    Other,
}

impl ContentLength {
    pub(super) const fn bytes(self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Absent | Self::Invalid => None,
        }
    }
}

impl Facts {
    /// Takes in one field line, and tells what is odd about it. Other names cost a look at their length and first
    /// letter.
    #[inline(always)]
    pub(super) fn note(&mut self, field: &Field<'_>, told: impl FnMut(Rule)) {
        if let (4, b'H' | b'h') | (7, b'U' | b'u') | (10 | 14, b'C' | b'c') | (17, b'T' | b't') =
            (field.name.len(), field.name.first().copied().unwrap_or_default())
        {
            self.note_framing(field, told);
        }
    }

    #[inline(never)]
    fn note_framing(&mut self, field: &Field<'_>, mut told: impl FnMut(Rule)) {
        let is = |name: &str| is_word(field.name, name);
        match field.name.len() {
            4 if is("Host") => {
                if std::mem::replace(&mut self.has_host, true) {
                    told(Rule::H44);
                }
            }
            7 if is("Upgrade") => self.upgrade = Some(protocol_of(field.value)),
            10 if is("Connection") => self.note_options(field.value),
            14 if is("Content-Length") => self.note_length(field.value, &mut told),
            17 if is("Transfer-Encoding") => self.note_codings(field.value, &mut told),
            _ => return,
        }
        let both = self.coding != Coding::Absent && self.content_length != ContentLength::Absent;
        if both && !std::mem::replace(&mut self.told_both, true) {
            told(Rule::H15);
        }
    }

    /// RFC 9112 section 9.
    fn note_options(&mut self, value: &[u8]) {
        match value {
            b"keep-alive" => self.keep_alive = true,
            b"close" => self.close = true,
            value => {
                for option in list(value) {
                    self.close |= is_word(option, "close");
                    self.keep_alive |= is_word(option, "keep-alive");
                }
            }
        }
    }

    /// RFC 9112 section 6.3 point 5: repeated equal values are one. Differing ones are an error to a recipient;
    /// here the first valid one wins, as in libhtp.
    fn note_length(&mut self, value: &[u8], told: &mut impl FnMut(Rule)) {
        let mut is_empty = true;
        for value in list(value) {
            is_empty = false;
            let length = decimal(value).filter(|&bytes| bytes <= i64::MAX.unsigned_abs());
            self.content_length = match (self.content_length, length) {
                (known @ ContentLength::Bytes(before), Some(bytes)) => {
                    told(if before == bytes { Rule::H37 } else { Rule::H16 });
                    known
                }
                (_, Some(bytes)) => ContentLength::Bytes(bytes),
                (known, None) => {
                    told(Rule::H38);
                    match known {
                        ContentLength::Bytes(_) => known,
                        // No body reaches 2^64: one that says so lasts as long as anything comes.
                        _ => decimal(value).map_or(ContentLength::Invalid, ContentLength::Bytes),
                    }
                }
            };
        }
        if is_empty {
            told(Rule::H38);
            if self.content_length == ContentLength::Absent {
                self.content_length = ContentLength::Invalid;
            }
        }
    }

    fn note_codings(&mut self, value: &[u8], told: &mut impl FnMut(Rule)) {
        const REGISTERED: [&str; 5] = ["gzip", "deflate", "compress", "x-gzip", "x-compress"];
        let mut is_odd = value.is_empty();
        for coding in list(value) {
            let is = |name: &str| is_word(coding, name);
            self.coding = if is("chunked") {
                // Section 6.1: not more than once.
                is_odd |= matches!(self.coding, Coding::Chunked | Coding::ChunkedNotLast);
                Coding::Chunked
            } else if hides_chunked(coding) {
                is_odd = true;
                Coding::Chunked
            } else {
                is_odd |= !REGISTERED.iter().any(|name| is(name));
                match self.coding {
                    Coding::Chunked | Coding::ChunkedNotLast => {
                        is_odd = true;
                        Coding::ChunkedNotLast
                    }
                    Coding::Absent | Coding::Other => Coding::Other,
                }
            };
        }
        if is_odd {
            told(Rule::H39);
        }
    }

    /// What only the whole head tells: codings that do not end in chunked, or in HTTP/1.0 (section 6.1).
    pub(super) fn is_coding_suspect(&self, first: &FirstLine<'_>) -> bool {
        match self.coding {
            Coding::Absent => false,
            Coding::Other if matches!(first, FirstLine::Request { .. }) => true,
            _ => first.version().is_1_0(),
        }
    }
}

/// Whether it is that word in upper or lower case; in the case that nearly everybody writes it costs least.
#[inline]
fn is_word(text: &[u8], usual: &str) -> bool {
    text == usual.as_bytes() || text.eq_ignore_ascii_case(usual.as_bytes())
}

/// `chunked` among characters that some recipients leave out.
fn hides_chunked(coding: &[u8]) -> bool {
    let visible = coding
        .iter()
        .filter(|&&byte| byte > b' ' && byte != 0x7f && byte != b'"');
    visible.map(u8::to_ascii_lowercase).eq(*b"chunked")
}

/// The protocol that an Upgrade field (RFC 9110 section 7.8) names first.
fn protocol_of(value: &[u8]) -> HttpProtocol {
    let first = list(value).next().unwrap_or_default();
    let name = first.split(|&byte| byte == b'/').next().unwrap_or_default();
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    if is("websocket") {
        HttpProtocol::Websocket
    } else if is("h2c") {
        HttpProtocol::H2c
    } else if is("tls") {
        HttpProtocol::Tls
    } else {
        HttpProtocol::Opaque
    }
}

/// The elements of a comma-separated list, RFC 9110 section 5.6.1; empty ones do not count.
fn list(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value
        .split(|&byte| byte == b',')
        .map(<[u8]>::trim_ascii)
        .filter(|element| !element.is_empty())
}

/// 1*DIGIT and nothing else, saturating.
pub(crate) fn decimal(text: &[u8]) -> Option<u64> {
    text.iter().try_fold(0_u64, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number.saturating_mul(10).saturating_add(u64::from(byte - b'0')))
    })
}

/// What follows a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// This many bytes; 0 for none.
    Length(u64),
    Chunked,
    UntilClose,
    /// No HTTP any more: a CONNECT tunnel or an upgraded protocol.
    Tunnel,
}

/// The body of a request.
pub(super) const fn of_request(facts: &Facts) -> Framing {
    match (facts.coding, facts.content_length) {
        // Point 3: Transfer-Encoding overrides Content-Length.
        (Coding::Chunked, _) => Framing::Chunked,
        // Point 4: the length cannot be known, and the server has to close.
        (Coding::ChunkedNotLast | Coding::Other, _) => Framing::UntilClose,
        (_, ContentLength::Bytes(bytes)) => Framing::Length(bytes),
        // Point 7, and a request is never ended by the close.
        _ => Framing::Length(0),
    }
}

/// The body of a response with this status to a request with this method.
pub(super) fn of_response(status: Option<u16>, method: Option<&str>, facts: &Facts) -> Framing {
    match (status.unwrap_or(0), method) {
        // RFC 9110 section 15.2.2: the protocol changes after this message.
        (101, _) => Framing::Tunnel,
        // Point 1.
        (100..=199 | 204 | 304, _) | (_, Some("HEAD")) => Framing::Length(0),
        // Point 2.
        (200..=299, Some("CONNECT")) => Framing::Tunnel,
        _ => match (facts.coding, facts.content_length) {
            (Coding::Chunked, _) => Framing::Chunked,
            // Point 4: some other coding ends with the connection. Point 8: so does no framing at
            // all, and here an unusable Content-Length too, lest its body be taken for a message.
            (Coding::ChunkedNotLast | Coding::Other, _)
            | (_, ContentLength::Absent | ContentLength::Invalid) => Framing::UntilClose,
            (Coding::Absent, ContentLength::Bytes(bytes)) => Framing::Length(bytes),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Coding, ContentLength, Facts, Framing, of_request, of_response};
    use crate::http::head::Field;

    fn facts(fields: &[(&str, &str)]) -> Facts {
        let mut facts = Facts::default();
        for (name, value) in fields {
            facts.note(
                &Field {
                    name: name.as_bytes(),
                    value: value.as_bytes(),
                    at: 0..0,
                },
                |_| (),
            );
        }
        facts
    }

    #[test]
    fn content_length_takes_the_first_valid_value() {
        let length = |value| facts(&[("content-LENGTH", value)]).content_length;
        assert_eq!(length("42"), ContentLength::Bytes(42));
        assert_eq!(length("5, 5"), ContentLength::Bytes(5));
        assert_eq!(length("x, 6"), ContentLength::Bytes(6));
        for odd in ["+5", "-5", "0x5", "5 5", ""] {
            assert_eq!(length(odd), ContentLength::Invalid, "{odd}");
        }
        assert_eq!(length("99999999999999999999999"), ContentLength::Bytes(u64::MAX));
        let two = facts(&[("Content-Length", "3"), ("Content-Length", "9")]);
        assert_eq!(two.content_length, ContentLength::Bytes(3));
    }

    #[test]
    fn the_last_transfer_coding_decides() {
        let coding = |value| facts(&[("Transfer-Encoding", value)]).coding;
        assert_eq!(coding("chunked"), Coding::Chunked);
        assert_eq!(coding("gzip , Chunked"), Coding::Chunked);
        assert_eq!(coding("chunked, gzip"), Coding::ChunkedNotLast);
        assert_eq!(
            coding("identity"),
            Coding::Other,
            "RFC 9112 has none of that name"
        );
        assert_eq!(coding("xchunked"), Coding::Other);
        let lines = facts(&[("Transfer-Encoding", "gzip"), ("Transfer-Encoding", "chunked")]);
        assert_eq!(lines.coding, Coding::Chunked);
    }

    #[test]
    fn transfer_encoding_overrides_content_length() {
        let both = facts(&[("Content-Length", "3"), ("Transfer-Encoding", "chunked")]);
        assert_eq!(of_request(&both), Framing::Chunked);
        assert_eq!(of_response(Some(200), Some("GET"), &both), Framing::Chunked);
    }

    #[test]
    fn status_and_method_come_before_the_fields() {
        let five = facts(&[("Content-Length", "5")]);
        for status in [100, 103, 204, 304] {
            assert_eq!(
                of_response(Some(status), Some("GET"), &five),
                Framing::Length(0),
                "{status}"
            );
        }
        assert_eq!(of_response(Some(200), Some("HEAD"), &five), Framing::Length(0));
        assert_eq!(of_response(Some(200), Some("CONNECT"), &five), Framing::Tunnel);
        assert_eq!(of_response(Some(407), Some("CONNECT"), &five), Framing::Length(5));
        assert_eq!(of_response(Some(101), Some("GET"), &five), Framing::Tunnel);
        assert_eq!(of_response(Some(200), None, &five), Framing::Length(5));
    }

    #[test]
    fn only_a_response_ends_with_the_connection() {
        let none = Facts::default();
        assert_eq!(of_request(&none), Framing::Length(0));
        assert_eq!(of_response(Some(200), Some("GET"), &none), Framing::UntilClose);
        let odd = facts(&[("Transfer-Encoding", "gzip"), ("Content-Length", "5")]);
        assert_eq!(of_response(Some(200), Some("GET"), &odd), Framing::UntilClose);
    }
}
