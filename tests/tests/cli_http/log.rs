//! `--format combined`: an access log as Apache writes it.

use synfin_tests::captures;

use crate::{capture, folder, http, told};

/// A line of Apache's combined format, as <https://httpd.apache.org/docs/2.4/logs.html> describes it:
/// host, identity, user, [time], "request", status, bytes, "referer", "user agent".
fn combined(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let (field, after) = match rest.as_bytes()[0] {
            b'[' => rest[1..].split_once(']').expect("a time ends"),
            b'"' => {
                let mut escaped = false;
                let end = rest[1..].find(|char| {
                    let ends = char == '"' && !escaped;
                    escaped = char == '\\' && !escaped;
                    ends
                });
                let end = 1 + end.expect("a text ends");
                (&rest[1..end], &rest[end + 1..])
            }
            _ => rest.split_at(rest.find(' ').unwrap_or(rest.len())),
        };
        fields.push(field.to_owned());
        rest = match after {
            "" => "",
            _ => after.strip_prefix(' ').expect("a space between fields"),
        };
    }
    fields
}

// The time of the script's frames is 1 s after the epoch and what its steps add.
#[test]
fn the_combined_format_is_apaches() {
    let folder = folder();
    let path = capture(
        &folder,
        "log.pcapng",
        r#"
        open C > S
        C > S PSH-ACK "GET /a \"b\" HTTP/1.1\r\nHost: h\r\nReferer: http://h/?q=\xc3\xa9\r\nUser-Agent: Some \"Agent\" \\ 1.0\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n"
        S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
        C > S PSH-ACK "HEAD /b HTTP/1.0\r\nConnection: keep-alive\r\nAuthorization: Basic YSBiOmM=\r\n\r\n"
        S > C PSH-ACK "HTTP/1.0 404 Not Found\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n"
        C > S PSH-ACK "GET /c HTTP/1.1\r\nHost: h\r\nUser-Agent:\r\n\r\n"
        "#,
    );
    let out = told(["--format", "combined"], &path);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines,
        [
            // RFC 7617 section 2: this is Aladdin.
            r#"10.0.0.1 - Aladdin [01/Jan/1970:00:00:01 +0000] "GET /a \"b\" HTTP/1.1" 200 5 "http://h/?q=\xc3\xa9" "Some \"Agent\" \\ 1.0""#,
            r#"10.0.0.1 - a\x20b [01/Jan/1970:00:00:01 +0000] "HEAD /b HTTP/1.0" 404 - "-" "-""#,
            r#"10.0.0.1 - - [01/Jan/1970:00:00:01 +0000] "GET /c HTTP/1.1" - - "-" """#,
        ]
    );
    for line in lines {
        assert_eq!(combined(line).len(), 9);
    }
    // A response whose request was not captured.
    let path = capture(
        &folder,
        "alone.pcapng",
        r#"S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx""#,
    );
    let out = told(["--format", "combined"], &path);
    assert!(out.starts_with("10.0.0.1 - - [01/Jan/1970:"), "{out}");
    assert!(out.ends_with("] \"-\" 200 1 \"-\" \"-\"\n"), "{out}");
}

#[test]
fn every_capture_makes_a_log_that_can_be_read() {
    let mut seen = 0;
    for path in captures::below(&captures::folder()) {
        for line in http(["--format", "combined"], &path).out.lines() {
            let fields = combined(line);
            assert_eq!(fields.len(), 9, "{line}");
            assert!(fields[0].parse::<std::net::IpAddr>().is_ok(), "{line}");
            // dd/Mon/yyyy:hh:mm:ss +0000
            let shape: String = fields[3]
                .chars()
                .map(|char| if char.is_ascii_digit() { '9' } else { char })
                .collect();
            assert!(
                shape.starts_with("99/") && shape.ends_with("/9999:99:99:99 +9999"),
                "{line}"
            );
            for number in [&fields[5], &fields[6]] {
                assert!(number == "-" || number.parse::<u64>().is_ok(), "{line}");
            }
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
}
