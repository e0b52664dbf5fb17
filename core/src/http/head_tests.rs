use std::ops::Range;

use nom::Err;

use super::{Expect, FirstLine, cut_request, cut_status, fields, first_line, head, may_begin};
use crate::http::HttpLimits;
use crate::http::collect::Heard;
use crate::http::framing::{Coding, ContentLength};
use crate::rule::Rule::{self, H14, H30, H32, H33, H34, H35, H36, H42};

/// A rule, and the bytes that show it.
type Deviation = (Rule, Range<usize>);

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Method, target and version of a request line.
fn request_as(line: &str, expect: Expect) -> Option<(String, String, String)> {
    match first_line(line.as_bytes(), expect) {
        Ok((
            b"",
            FirstLine::Request {
                method,
                target,
                version,
            },
        )) => Some((text(method), text(target), text(version.number))),
        _ => None,
    }
}

fn request(line: &str) -> Option<(String, String, String)> {
    request_as(line, Expect::Either)
}

/// The status of a status line: `Some(None)` for one that has none of three digits.
fn status(line: &str) -> Option<Option<u16>> {
    match first_line(line.as_bytes(), Expect::Either) {
        Ok((b"", FirstLine::Status { status, .. })) => Some(status),
        _ => None,
    }
}

/// What a whole head, empty line included, is told for.
fn told(input: &str) -> Vec<Deviation> {
    let limits = HttpLimits {
        facts: true,
        ..HttpLimits::default()
    };
    let mut heard = Heard::new(&limits);
    head(input.as_bytes(), Expect::Start, &mut heard).unwrap();
    heard.deviations.into_vec()
}

fn read_fields(input: &str) -> Vec<(String, String)> {
    let limits = HttpLimits {
        facts: true,
        ..HttpLimits::default()
    };
    let mut heard = Heard::new(&limits);
    assert_eq!(fields(input.as_bytes(), 0, &mut heard), Ok(input.len()));
    let read = heard.fields.unwrap();
    read.iter()
        .map(|field| (text(field.name), text(field.value)))
        .collect()
}

#[test]
fn any_token_is_a_method() {
    let get = |line| request(line).unwrap();
    assert_eq!(
        get("GET / HTTP/1.1\r\n"),
        ("GET".into(), "/".into(), "1.1".into())
    );
    assert_eq!(
        get("get /x HTTP/1.0\n"),
        ("get".into(), "/x".into(), "1.0".into())
    );
    assert_eq!(get("M-SEARCH * HTTP/1.1\r\n").0, "M-SEARCH");
    assert_eq!(
        get("!#$%&'*+-.^_`|~09AZaz x HTTP/1.1\r\n").0,
        "!#$%&'*+-.^_`|~09AZaz"
    );
    assert_eq!(get(&format!("{} / HTTP/1.1\r\n", "A".repeat(32))).0.len(), 32);
    assert_eq!(request(&format!("{} / HTTP/1.1\r\n", "A".repeat(33))), None);
    assert_eq!(request("GE(T / HTTP/1.1\r\n"), None);
}

#[test]
fn a_target_may_hold_what_senders_put_there() {
    let target = |line| request(line).unwrap().1;
    assert_eq!(target("GET /a b  c HTTP/1.1\r\n"), "/a b  c");
    assert_eq!(target("GET  http://h/p?q#f \t HTTP/1.1 \r\n"), "http://h/p?q#f");
    assert_eq!(target("CONNECT h:443 HTTP/1.1\r\n"), "h:443");
    assert_eq!(target("GET /\u{fc} HTTP/1.1\r\n"), "/\u{fc}");
}

#[test]
fn what_is_no_http_1_line_is_refused() {
    for line in [
        "GET HTTP/1.1\r\n",
        "GET  HTTP/1.1\r\n",
        "GET /\r\n",
        "GET /HTTP/1.1\r\n",
        "EHLO example.org\r\n",
        "PRI * HTTP/2.0\r\n",
        "as of the standard for HTTP/1.1\r\n",
        " GET / HTTP/1.1\r\n",
        "\r\n",
    ] {
        assert_eq!(request(line), None, "{line:?}");
    }
    for line in [
        "HTTP/2 200\r\n",
        "HTTP/1.1\r\n",
        "HTTP/1.1 OK\r\n",
        "HTTP /1.1 200\r\n",
    ] {
        assert_eq!(status(line), None, "{line:?}");
    }
}

/// RFC 9112 section 2.3: the message is there, its version is odd.
#[test]
fn odd_versions_of_known_methods_are_read() {
    let version = |line| request(line).unwrap().2;
    assert_eq!(version("GET / HTTP/5.6\r\n"), "5.6");
    assert_eq!(version("GET / http/1.1\r\n"), "1.1");
    assert_eq!(version("GET / HTTP/1.1\rLine: 1\r\n"), "1.1");
    assert_eq!(
        request("FOO / HTTP/5.6\r\n"),
        None,
        "an unknown method and version are no HTTP"
    );
}

/// RFC 1945 section 4.1, where nothing came before it.
#[test]
fn a_simple_request_has_no_version() {
    let simple = |line, expect| request_as(line, expect).map(|(_, target, version)| (target, version));
    let read = Some(("/a".to_owned(), String::new()));
    assert_eq!(simple("GET /a\r\n", Expect::Start), read);
    assert_eq!(simple("GET /a\r\n", Expect::Request), read);
    assert_eq!(simple("GET /a\r\n", Expect::Either), None);
    for line in ["GET a\r\n", "GET /a b\r\n", "POST /a\r\n", "GET\r\n"] {
        assert_eq!(simple(line, Expect::Start), None, "{line:?}");
    }
    // Nothing follows it.
    assert!(matches!(
        head(b"GET /a\r\nX: y\r\n\r\n", Expect::Start, &mut ()),
        Ok((b"X: y\r\n\r\n", _))
    ));
}

#[test]
fn a_status_line_needs_no_reason() {
    assert_eq!(status("HTTP/1.1 200 OK\r\n"), Some(Some(200)));
    assert_eq!(status("HTTP/1.0 404\n"), Some(Some(404)));
    assert_eq!(status("HTTP/1.1  204 \r\n"), Some(Some(204)));
    assert_eq!(status("HTTP/1.1 999 \u{fc}ber\r\n"), Some(Some(999)));
    // RFC 9110 section 15: of three digits, the first not 0.
    for odd in ["20 OK", "2000 OK", "099", "200ok"] {
        assert_eq!(status(&format!("HTTP/1.1 {odd}\r\n")), Some(None), "{odd}");
    }
}

#[test]
fn the_other_sides_lines_are_not_expected() {
    assert!(first_line(b"HTTP/1.1 200 OK\r\n", Expect::Request).is_err());
    assert!(first_line(b"GET / HTTP/1.1\r\n", Expect::Response).is_err());
}

#[test]
fn an_early_end_is_no_error_while_the_line_may_still_come() {
    for full in ["GET /path HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n", "x / HTTP/1.0\n"] {
        for end in 0..full.len() {
            let part = &full.as_bytes()[..end];
            assert!(may_begin(part, Expect::Either), "{full:?} up to {end}");
            assert!(
                matches!(first_line(part, Expect::Either), Err(Err::Incomplete(_))),
                "{full:?} up to {end}"
            );
        }
    }
    for never in [
        "\x16\x03\x01",
        "HTTP/x",
        "(",
        "SSH-2.0-OpenSSH_9.2p1:",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ] {
        assert!(!may_begin(never.as_bytes(), Expect::Either), "{never:?}");
    }
}

#[test]
fn cut_first_lines_tell_what_they_can() {
    assert_eq!(
        cut_request(b"POST /lon"),
        Some((&b"POST"[..], Some(&b"/lon"[..])))
    );
    assert_eq!(cut_request(b"GET /a HTT"), Some((&b"GET"[..], Some(&b"/a"[..]))));
    assert_eq!(cut_request(b"GET "), Some((&b"GET"[..], None)));
    assert_eq!(cut_request(b"POS"), None);
    assert_eq!(cut_status(b"HTTP/1.1 404 Not"), Some(404));
    assert_eq!(cut_status(b"HTTP/1.1 404"), Some(404));
    assert_eq!(cut_status(b"HTTP/1.1 4"), None);
}

#[test]
fn fields_are_taken_as_far_as_they_go() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        read_fields("Host: a\r\nEmpty:\r\nSpace : b \nno colon\r\n: no name\r\nTime: 1:2\r\n\r\n"),
        [
            pair("Host", "a"),
            pair("Empty", ""),
            pair("Space", "b"),
            pair("no colon", ""),
            pair("", "no name"),
            pair("Time", "1:2"),
        ]
    );
    assert_eq!(
        read_fields("Fold: a\r\n b\r\n\t\r\nNext: c\n\n"),
        [pair("Fold", "a\r\n b"), pair("Next", "c")],
        "RFC 9112 section 5.2"
    );
}

#[test]
fn a_head_ends_at_its_empty_line() {
    let text = b"POST /x HTTP/1.0\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 7\r\n\r\nbody";
    let mut heard = Heard::new(&HttpLimits::default());
    let (rest, first) = head(text, Expect::Either, &mut heard).unwrap();
    assert_eq!(rest, b"body");
    assert!(first.version().is_1_0());
    assert_eq!(heard.facts.coding, Coding::Chunked, "a folded value counts");
    assert_eq!(heard.facts.content_length, ContentLength::Bytes(7));
    for end in 0..text.len() - 4 {
        assert!(
            matches!(
                head(&text[..end], Expect::Either, &mut ()),
                Err(Err::Incomplete(_))
            ),
            "{end}"
        );
    }
}

#[test]
fn an_honest_head_is_told_for_nothing() {
    for honest in [
        "GET /a?b=c#d HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nX-Tab:\t\ta\tb\t\r\nEmpty:\r\nObs: \u{fc}\r\n\r\n",
        "HTTP/1.1 200 OK\r\nServer: a b\r\n\r\n",
        "HTTP/1.1 200 \r\n\r\n",
        "HTTP/1.0 404\r\n\r\n",
    ] {
        assert_eq!(told(honest), [], "{honest:?}");
    }
}

/// Byte ranges by counting: `GET / HTTP/1.1\r\n` has 16 bytes, `HTTP/1.1 200 OK\r\n` 17.
#[test]
fn deviations_are_told_with_their_bytes() {
    let cases: &[(&str, &[Deviation])] = &[
        ("GET / HTTP/1.1\nA: b\n\n", &[(H30, 14..15)]),
        ("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", &[(H14, 22..24)]),
        ("GET / HTTP/1.1\r\nAb : c\r\n\r\n", &[(H32, 18..19)]),
        ("GET / HTTP/1.1\r\nAb\r\n\r\n", &[(H33, 16..18)]),
        ("GET / HTTP/1.1\r\n: b\r\n\r\n", &[(H33, 16..17)]),
        ("GET / HTTP/1.1\r\nA(: b\r\n\r\n", &[(H33, 16..18)]),
        ("GET / HTTP/1.1\r\n  A: b\r\n\r\n", &[(H33, 16..18)]),
        ("GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", &[(H34, 20..21)]),
        ("GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", &[(H34, 20..21)]),
        (
            "GET / HTTP/1.1\r\nA: b\r\n \x01\r\n\r\n",
            &[(H14, 22..24), (H34, 23..24)],
        ),
        ("GET /\x7f HTTP/1.1\r\n\r\n", &[(H34, 5..6)]),
        ("GET / HTTP/1.2\r\n\r\n", &[(H35, 6..14)]),
        ("GET / http/1.1\r\n\r\n", &[(H35, 6..14)]),
        ("GET /\r\n", &[(H35, 5..5)]),
        ("GET  / HTTP/1.1\r\n\r\n", &[(H36, 0..15)]),
        ("GET /a b HTTP/1.1\r\n\r\n", &[(H36, 0..17)]),
        ("GET /\u{fc} HTTP/1.1\r\n\r\n", &[(H36, 0..16)]),
        ("HTTP/01.1 200 OK\r\n\r\n", &[(H35, 0..9)]),
        ("HTTP/1.1  200 OK\r\n\r\n", &[(H36, 8..16)]),
        ("HTTP/1.1 2 OK\r\n\r\n", &[(H36, 8..13)]),
        ("HTTP/1.1\t200 OK\r\n\r\n", &[(H36, 8..15)]),
    ];
    for (input, expected) in cases {
        assert_eq!(told(input), *expected, "{input:?}");
    }
    // RFC 9110 section 4.1: 8000 bytes are to be taken.
    let long = |len: usize| {
        format!(
            "GET /{} HTTP/1.1\r\nA: {}\r\n\r\n",
            "a".repeat(len - 1),
            "b".repeat(len - 3)
        )
    };
    assert_eq!(told(&long(8000)), []);
    assert_eq!(
        told(&long(8001)),
        [(H42, 4..8005 + 9), (H42, 8005 + 11..8005 + 11 + 8001)]
    );
}
