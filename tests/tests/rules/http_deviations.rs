//! Deviations of heads and bodies: RFC 9112. Each is told of its segment and reported as far as it goes; its
//! look-alike is what the RFC allows. The bytes that show it are checked where the heads and bodies are read.

use super::tell;

/// A connection whose client sends one segment: the rules it fulfils, and the transaction.
fn request(text: &str, rules: &str, row: &str) {
    conversation(&format!("+1ms C > S PSH-ACK \"{text}\""), rules, row);
}

/// A request, and a server that answers by one segment.
fn response(text: &str, rules: &str, row: &str) {
    let get = "+1ms C > S PSH-ACK \"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"";
    let answers = format!("{get}\n+1ms S > C PSH-ACK \"{text}\"");
    let role = role(rules);
    tell(&format!(
        "open C > S +1ms
        {answers}  #= - {role} {rules} ESTABLISHED ESTABLISHED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http {row}"
    ));
}

fn role(rules: &str) -> &str {
    rules.split(',').next().unwrap_or(rules)
}

fn conversation(statement: &str, rules: &str, row: &str) {
    let role = role(rules);
    tell(&format!(
        "open C > S +1ms
        {statement}  #= - {role} {rules} ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http {row}"
    ));
}

const PLAIN: &str = "GET / - 4>- 0/- incomplete";
const OK: &str = "GET / 200 4>5 0/2 complete";

#[test]
fn h14_obsolete_line_folding() {
    request(r"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", "H14", PLAIN);
}

#[test]
fn h14_not_for_white_space_in_a_value() {
    request(r"GET / HTTP/1.1\r\nHost: a\r\nX:  b\t c \r\n\r\n", "-", PLAIN);
}

#[test]
fn h15_transfer_encoding_with_content_length() {
    let chunks = r"5\r\nhello\r\n0\r\n\r\n";
    let row = "POST / - 4>- 5/- incomplete";
    for fields in [
        r"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        r"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
    ] {
        request(
            &format!(r"POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n{chunks}"),
            "H15",
            row,
        );
    }
}

#[test]
fn h15_not_for_one_of_them() {
    request(
        r"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "-",
        "POST / - 4>- 5/- incomplete",
    );
}

/// Section 6.3 point 5; the first one frames the body, and the second request is not lost.
#[test]
fn h16_differing_content_lengths() {
    for lengths in [r"3\r\nContent-Length: 5", "3, 5"] {
        request(
            &format!(
                r"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {lengths}\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
            ),
            "H16",
            "POST / - 4>- 3/- incomplete; GET /2 - 4>- 0/- incomplete",
        );
    }
}

#[test]
fn h37_content_length_repeated() {
    request(
        r"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "H37",
        "POST / - 4>- 3/- incomplete",
    );
}

#[test]
fn h16_not_but_h37_for_equal_content_lengths() {
    for lengths in [r"3\r\nContent-Length: 3", "3, 3", "3, 03"] {
        request(
            &format!(r"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {lengths}\r\n\r\nabc"),
            "H37",
            "POST / - 4>- 3/- incomplete",
        );
    }
}

#[test]
fn h37_not_for_one_content_length() {
    request(
        r"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
        "-",
        "POST / - 4>- 3/- incomplete",
    );
}

#[test]
fn h30_line_end_without_cr() {
    request(r"GET / HTTP/1.1\nHost: a\n\n", "H30", PLAIN);
}

#[test]
fn h30_not_in_a_body() {
    request(
        r"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na\nb",
        "-",
        "POST / - 4>- 3/- incomplete",
    );
}

#[test]
fn h31_empty_line_before_a_message() {
    request(r"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "H31", PLAIN);
}

/// A CRLF behind a body that nothing follows may be the end of a file.
#[test]
fn h31_not_where_no_message_follows() {
    request(r"GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n", "-", PLAIN);
}

#[test]
fn h32_white_space_before_the_colon() {
    request(r"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "H32", PLAIN);
}

#[test]
fn h32_not_behind_the_colon() {
    request(r"GET / HTTP/1.1\r\nHost:a\r\nX:  b\r\n\r\n", "-", PLAIN);
}

#[test]
fn h33_invalid_field_name() {
    for line in ["no colon", ": no name", "a(b: c", r"a\x00b: c"] {
        request(
            &format!(r"GET / HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n"),
            "H33",
            PLAIN,
        );
    }
    request(r"GET / HTTP/1.1\r\n Host: a\r\n\r\n", "H33", PLAIN);
}

#[test]
fn h33_not_for_any_token() {
    request(
        r"GET / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~09azAZ: b\r\n\r\n",
        "-",
        PLAIN,
    );
}

#[test]
fn h34_control_character() {
    for value in [r"a\x00b", r"a\rb", r"a\x7f", r"\x01"] {
        request(
            &format!(r"GET / HTTP/1.1\r\nHost: a\r\nX: {value}\r\n\r\n"),
            "H34",
            PLAIN,
        );
    }
}

/// RFC 9110 section 5.5: the tab is white space, obs-text is text.
#[test]
fn h34_not_for_tab_and_obs_text() {
    request(r"GET / HTTP/1.1\r\nHost: a\r\nX: a\tb\xfc\r\n\r\n", "-", PLAIN);
}

#[test]
fn h35_version_missing_or_invalid() {
    for version in ["HTTP/1.2", "HTTP/5.6", "http/1.1", "HTTP/01.1"] {
        request(&format!(r"GET / {version}\r\nHost: a\r\n\r\n"), "H35", PLAIN);
    }
    request(r"GET /\r\n", "H35", PLAIN);
}

#[test]
fn h35_not_for_1_0_and_1_1() {
    request(r"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "-", PLAIN);
    request(r"GET / HTTP/1.0\r\n\r\n", "-", PLAIN);
}

#[test]
fn h36_malformed_start_line() {
    request(r"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "H36", PLAIN);
    request(
        r"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        "H36",
        "GET /a b - 4>- 0/- incomplete",
    );
    response(r"HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\nok", "H36", OK);
    response(
        r"HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok",
        "H36",
        "GET / - 4>5 0/2 complete",
    );
}

/// Few servers send the space that belongs behind a status without a reason.
#[test]
fn h36_not_for_a_missing_reason() {
    response(r"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "-", OK);
    response(r"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", "-", OK);
}

#[test]
fn h38_invalid_content_length() {
    for length in ["+3", "-3", "0x3", "3 4", "", "abc"] {
        request(
            &format!(r"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n"),
            "H38",
            "POST / - 4>- 0/- incomplete",
        );
    }
}

#[test]
fn h38_not_for_leading_zeros() {
    request(
        r"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0003\r\n\r\nabc",
        "-",
        "POST / - 4>- 3/- incomplete",
    );
}

#[test]
fn h39_suspect_transfer_encoding() {
    let row = "POST / - 4>- 5/- incomplete";
    for coding in ["gzip", "identity", "xchunked", "chunked, gzip"] {
        request(
            &format!(r"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {coding}\r\n\r\nhello"),
            "H39",
            row,
        );
    }
    for coding in ["chunked, chunked", r"\x22chunked\x22"] {
        request(
            &format!(
                r"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {coding}\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            ),
            "H39",
            row,
        );
    }
    response(
        r"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "H39",
        OK,
    );
}

#[test]
fn h39_not_for_codings_that_end_in_chunked() {
    request(
        r"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "-",
        "POST / - 4>- 5/- incomplete",
    );
}

#[test]
fn h40_malformed_chunk() {
    let chunked = r"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for chunks in [
        r"2 \r\nok\r\n0\r\n\r\n",
        r" 2\r\nok\r\n0\r\n\r\n",
        r"2;\r\nok\r\n0\r\n\r\n",
        r"2;a=\x22b\r\nok\r\n0\r\n\r\n",
        r"2 x\r\nok\r\n0\r\n\r\n",
    ] {
        response(&format!("{chunked}{chunks}"), "H40", OK);
    }
    // What is no size ends the framing: the rest is content as far as anybody can tell.
    response(&format!("{chunked}xyz"), "H40", "GET / 200 4>5 0/3 incomplete");
}

/// RFC 9112 section 7.1.1.
#[test]
fn h40_not_for_extensions_and_trailers() {
    response(
        r"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0002 ; a=b;c=\x22d;e\x22\r\nok\r\n0\r\nX: y\r\n\r\n",
        "-",
        OK,
    );
}

/// 64 KiB by default. 1,400 bytes a segment, as they come.
#[test]
fn h41_head_too_long() {
    let line = format!("X: {}", "a".repeat(1395));
    let lines: String = (0..48)
        .map(|_| format!("+1us C > S PSH-ACK \"{line}\\r\\n\"\n"))
        .collect();
    tell(&format!(
        "#! once
        open C > S +1ms
        +1ms C > S PSH-ACK \"GET / HTTP/1.1\\r\\nHost: a\\r\\n\"
        {lines}
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 http GET / - 4>- 0/- incomplete
        #: 0 rules O1:1 O2:2 O3:3 H41:51 T28:52"
    ));
}

#[test]
fn h41_not_for_a_long_head_that_ends_before() {
    let line = format!("X: {}", "a".repeat(1395));
    let lines: String = (0..40)
        .map(|_| format!("+1us C > S PSH-ACK \"{line}\\r\\n\"\n"))
        .collect();
    tell(&format!(
        "#! once
        open C > S +1ms
        +1ms C > S PSH-ACK \"GET / HTTP/1.1\\r\\nHost: a\\r\\n\"
        {lines}
        +1us C > S PSH-ACK \"\\r\\n\"  #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:45"
    ));
}

/// RFC 9110 section 4.1: 8000 bytes are to be taken.
#[test]
fn h42_very_long_element() {
    let long = "a".repeat(8001);
    request(
        &format!(r"GET / HTTP/1.1\r\nHost: a\r\nX: {long}\r\n\r\n"),
        "H42",
        PLAIN,
    );
}

#[test]
fn h42_not_for_8000_bytes() {
    let long = "a".repeat(7997);
    request(
        &format!(r"GET / HTTP/1.1\r\nHost: a\r\nX: {long}\r\n\r\n"),
        "-",
        PLAIN,
    );
}

#[test]
fn h43_no_message_where_one_should_begin() {
    response(r"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokay", "H43", OK);
}

/// Another protocol is none of HTTP's deviations.
#[test]
fn h43_not_before_the_first_message() {
    tell(
        r#"
              open C > S +1ms
        +1ms  S > C PSH-ACK "220 mail ESMTP\r\n"  #= - - - ESTABLISHED ESTABLISHED -
        +1ms  C > S PSH-ACK "EHLO a\r\n"          #= - - - ESTABLISHED ESTABLISHED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    "#,
    );
}

#[test]
fn h44_host_repeated() {
    request(r"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "H44", PLAIN);
}

#[test]
fn h44_not_for_one_host() {
    request(r"GET / HTTP/1.1\r\nHost: a\r\nX-Host: b\r\n\r\n", "-", PLAIN);
}

/// RFC 9112 section 9.6.
#[test]
fn h45_message_after_the_announced_end() {
    request(
        r"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
        "H45",
        "GET / - 4>- 0/- incomplete; GET /2 - 4>- 0/- incomplete",
    );
}

#[test]
fn h45_not_while_the_connection_is_kept_alive() {
    request(
        r"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
        "-",
        "GET / - 4>- 0/- incomplete; GET /2 - 4>- 0/- incomplete",
    );
}

/// However many segments show it, the connection lists it once, so that the rules of its end find their place.
#[test]
fn an_http_rule_is_listed_once_and_pushes_none_out() {
    let requests: String = (0..100)
        .map(|_| "+1ms C > S PSH-ACK \"GET / HTTP/1.1\\nHost: a\\n\\n\"\n")
        .collect();
    tell(&format!(
        "#! once
        open C > S +1ms
        {requests}
        +1ms S > C ACK
        +1ms C > S RST-ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator aborted-by-application/likely certain 105 reset=initiator
        #: 0 rules O1:1 O2:2 O3:3 H30:4 T14:105 H22:105"
    ));
}
