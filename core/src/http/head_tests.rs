use nom::Err;

use super::{Expect, Field, FirstLine, Version, cut_request, cut_status, field, first_line, head, may_begin};
use crate::http::HttpLimits;
use crate::http::collect::Heard;
use crate::http::framing::{Coding, ContentLength};

fn request(line: &str) -> Option<(String, String, u8)> {
    match first_line(line.as_bytes(), Expect::Either) {
        Ok((
            b"",
            FirstLine::Request {
                method,
                target,
                version,
            },
        )) => {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            Some((text(method), text(target), version.0))
        }
        _ => None,
    }
}

fn status(line: &str) -> Option<u16> {
    match first_line(line.as_bytes(), Expect::Either) {
        Ok((b"", FirstLine::Status { status, .. })) => Some(status),
        _ => None,
    }
}

#[test]
fn any_token_is_a_method() {
    let get = |line| request(line).unwrap();
    assert_eq!(get("GET / HTTP/1.1\r\n"), ("GET".into(), "/".into(), 1));
    assert_eq!(get("get /x HTTP/1.0\n"), ("get".into(), "/x".into(), 0));
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
        "GET / HTTP/2.0\r\n",
        "GET / http/1.1\r\n",
        "EHLO example.org\r\n",
        "PRI * HTTP/2.0\r\n",
        "as of the standard for HTTP/1.1\r\n",
        " GET / HTTP/1.1\r\n",
        "\r\n",
    ] {
        assert_eq!(request(line), None, "{line:?}");
    }
    for line in [
        "HTTP/1.1 20 OK\r\n",
        "HTTP/1.1 2000 OK\r\n",
        "HTTP/1.1 099\r\n",
        "HTTP/2 200\r\n",
        "HTTP/1.1\r\n",
    ] {
        assert_eq!(status(line), None, "{line:?}");
    }
}

#[test]
fn a_status_line_needs_no_reason() {
    assert_eq!(status("HTTP/1.1 200 OK\r\n"), Some(200));
    assert_eq!(status("HTTP/1.0 404\n"), Some(404));
    assert_eq!(status("HTTP/1.1  204 \r\n"), Some(204));
    assert_eq!(status("HTTP/1.1 999 \u{fc}ber\r\n"), Some(999));
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
        "HTTP/2",
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

fn fields(mut input: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    loop {
        match field(input.as_bytes(), &mut ()).unwrap() {
            (_, None) => return all,
            (rest, Some(Field { name, value, .. })) => {
                all.push((
                    String::from_utf8_lossy(name).into(),
                    String::from_utf8_lossy(value).into(),
                ));
                input = &input[input.len() - rest.len()..];
            }
        }
    }
}

#[test]
fn fields_are_taken_as_far_as_they_go() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        fields("Host: a\r\nEmpty:\r\nSpace : b \nno colon\r\n: no name\r\nTime: 1:2\r\n\r\n"),
        [
            pair("Host", "a"),
            pair("Empty", ""),
            pair("Space", "b"),
            pair("no colon", ""),
            pair(": no name", ""),
            pair("Time", "1:2"),
        ]
    );
    assert_eq!(
        fields("Fold: a\r\n b\r\n\t\r\nNext: c\n\n"),
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
    assert_eq!(first.version(), Version(0));
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
