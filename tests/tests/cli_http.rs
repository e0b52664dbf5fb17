//! `synfin http`: what it tells of each transaction, as text, as JSON and as an access log, and the bodies it writes.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use synfin_tests::pcap::Form;
use synfin_tests::program::{self, Ran, command, run};
use synfin_tests::script::Script;
use synfin_tests::{captures, tshark};
use tempfile::TempDir;

/// How long a program may take to say what it has to say.
const PATIENCE: Duration = Duration::from_secs(30);

fn folder() -> TempDir {
    tempfile::tempdir().expect("a scratch folder")
}

/// A script's capture in a folder.
fn capture(folder: &TempDir, name: &str, script: &str) -> PathBuf {
    let path = folder.path().join(name);
    let script = Script::parse(script).expect("a script");
    let file = fs::File::create(&path).expect("a scratch file");
    script.write_pcapng(file).expect("a scratch file");
    path
}

fn http<'a>(arguments: impl IntoIterator<Item = &'a str>, path: &Path) -> Ran {
    let mut command = command();
    command.arg("http").args(arguments).arg(path);
    command.output().expect("synfin runs").into()
}

/// Standard output of a run without anything to complain of.
fn told<'a>(arguments: impl IntoIterator<Item = &'a str>, path: &Path) -> String {
    let ran = http(arguments, path);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    ran.out
}

/// The lines of text below the heading, with one space between words.
fn lines(out: &str) -> Vec<String> {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    out.lines().skip(1).map(words).collect()
}

fn rows(path: &Path) -> Vec<Value> {
    let out = told(["--json"], path);
    out.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

const TWO: &str = r#"
    open C > S +10ms
    +1ms  C > S PSH-ACK "GET /a?b HTTP/1.1\r\nHost: h.test\r\n\r\n"
    +20ms S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    +1ms  C > S PSH-ACK "POST /form HTTP/1.1\r\nHost: h.test:8080\r\nContent-Length: 3\r\n\r\nabc"
    +5ms  S > C PSH-ACK "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
"#;

#[test]
fn each_transaction_is_a_line() {
    let folder = folder();
    let out = told([], &capture(&folder, "two.pcapng", TWO));
    assert_eq!(
        lines(&out),
        [
            "0.021000 #0 10.0.0.1:40000 → 10.0.0.2:80 0 5 20.0 ms 20.0 ms GET h.test/a?b → 200 OK",
            "0.042000 #0 10.0.0.1:40000 → 10.0.0.2:80 3 0 5.00 ms 5.00 ms POST h.test:8080/form → 404 Not Found",
        ]
    );
}

// Frames and lengths by the script; the handshake took 20 of the 40 ms to the first answer's end... less 1 ms.
#[test]
fn each_row_of_json_is_a_transaction_with_its_facts() {
    let folder = folder();
    let rows = rows(&capture(&folder, "two.pcapng", TWO));
    assert_eq!(rows.len(), 2);
    for (row, [number, request, response]) in rows.iter().zip([[0, 4, 5], [1, 6, 7]]) {
        assert_eq!(row["connection"], 0);
        assert_eq!(row["transaction"], number);
        assert_eq!(
            (&row["src"], &row["src_port"]),
            (&"10.0.0.1".into(), &40_000.into())
        );
        assert_eq!((&row["dst"], &row["dst_port"]), (&"10.0.0.2".into(), &80.into()));
        assert_eq!(
            (&row["request_frame"], &row["response_frame"]),
            (&request.into(), &response.into())
        );
        assert_eq!(row["state"], "complete");
        assert_eq!(row["facts"]["client"], "initiator");
        assert_eq!(row["facts"]["request"]["version"], "1.1");
        assert_eq!(
            row["facts"]["request"]["fields"],
            Value::Array(vec![]),
            "not asked for"
        );
    }
    assert_eq!(rows[0]["connect_ns"], 20_000_000);
    assert_eq!(rows[0]["connect_percent"], 50);
    assert_eq!(rows[1]["connect_ns"], Value::Null);
    assert_eq!(rows[0]["facts"]["wait_ns"], 20_000_000);
    assert_eq!(rows[1]["facts"]["total_ns"], 5_000_000);
    assert_eq!(rows[1]["facts"]["host"], "h.test:8080");
    assert_eq!(
        (&rows[1]["method"], &rows[1]["target"]),
        (&"POST".into(), &"/form".into())
    );
    assert_eq!(
        (&rows[1]["status"], &rows[1]["facts"]["reason"]),
        (&404.into(), &"Not Found".into())
    );
    assert_eq!(
        (&rows[1]["request_body_len"], &rows[1]["response_body_len"]),
        (&3.into(), &0.into())
    );
}

#[test]
fn header_fields_come_on_request() {
    let folder = folder();
    let path = capture(
        &folder,
        "fields.pcapng",
        r#"
        open C > S
        C > S PSH-ACK "GET / HTTP/1.1\r\nHost: h.test\r\nX-Escape: a\x1b[31mb\r\n\r\n"
        S > C PSH-ACK "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
        "#,
    );
    let out = told(["--headers"], &path);
    assert_eq!(
        lines(&out)[1..],
        [
            "> Host: h.test",
            r"> X-Escape: a\u{1b}[31mb",
            "< Transfer-Encoding: chunked",
        ]
    );
    assert_eq!(lines(&told([], &path)).len(), 1);
    let row: Value = serde_json::from_str(&told(["--json", "--headers"], &path)).unwrap();
    let facts = &row["facts"];
    assert_eq!(facts["request"]["fields"][0]["name"], "Host");
    assert_eq!(facts["request"]["fields"][1]["value"], "a\u{1b}[31mb");
    assert_eq!(facts["response"]["fields"][0]["value"], "chunked");
}

#[test]
fn what_is_odd_is_said() {
    let folder = folder();
    let said = |script: &str, words: &[&str]| {
        let out = told([], &capture(&folder, "odd.pcapng", script));
        let lines = lines(&out);
        assert_eq!(lines.len(), words.len(), "{out}");
        for (line, words) in lines.iter().zip(words) {
            assert!(line.ends_with(words), "{line:?} does not end with {words:?}");
        }
    };
    said(
        r#"open C > S
        C > S PSH-ACK "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
        S > C PSH-ACK "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
        close C > S"#,
        &[
            "GET h/1 → 204 No Content, after 103",
            "GET h/2 → no response, pipelined behind 1, in flight when the connection broke",
        ],
    );
    said(
        r#"open C > S
        C > S PSH-ACK "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
        S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"
        S > C RST-ACK"#,
        &["GET h/1 → 200 OK, response reset, in flight when the connection broke"],
    );
    said(
        r#"open C > S
        C > S PSH-ACK "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc"
        S > C PSH-ACK "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n""#,
        &["POST h/1 → 413 Too Large, answered before its end, request incomplete"],
    );
    // Deviations as the rule table has them; the head's bound is 64 KiB.
    said(
        r#"open C > S
        C > S PSH-ACK "GET /1 HTTP/1.1\r\nHost: h\r\nX: " len=66000 split=1400
        C > S PSH-ACK "\r\n\r\n""#,
        &["GET /1 → no response, request incomplete, H41 head too long"],
    );
}

#[test]
fn where_there_is_no_http_that_is_said_on_standard_error() {
    let folder = folder();
    let empty = folder.path().join("empty.pcap");
    fs::write(&empty, Form::ALL[0].header(synfin::LinkType::ETHERNET)).unwrap();
    for path in [captures::path("refused.pcapng"), empty] {
        for arguments in [
            vec![],
            vec!["--json"],
            vec!["--format", "combined"],
            vec!["--headers"],
        ] {
            let ran = http(arguments, &path);
            assert_eq!((ran.status, ran.out.as_str()), (Some(0), ""));
            assert_eq!(ran.err, format!("synfin: {}: no HTTP found\n", path.display()));
        }
    }
    let missing = folder.path().join("missing.pcap");
    let get = captures::path("get-closed-by-server.pcapng");
    let ran = run([Path::new("http"), &get, &missing]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("missing.pcap: No such file"), "{}", ran.err);
    assert!(
        ran.out.contains("==> ") && ran.out.contains("GET server.test/"),
        "{}",
        ran.out
    );
}

#[test]
fn wrong_usage_ends_with_2() {
    for wrong in [
        &["http"][..],
        &["http", "--format", "common", "x.pcap"],
        &["http", "--format", "combined", "--json", "x.pcap"],
        &["http", "--body-limit", "1M", "x.pcap"],
        &["http", "--bodies", "d", "--body-limit", "0", "x.pcap"],
    ] {
        let ran = run(wrong);
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{wrong:?}");
        assert!(ran.err.contains("--help"), "{wrong:?}: {}", ran.err);
    }
}

#[test]
fn a_live_pipe_shows_each_transaction_before_the_next_packet() {
    for arguments in [
        ["http", "-"].as_slice(),
        &["http", "--json", "-"],
        &["http", "--format", "combined", "-"],
    ] {
        let mut child = command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let lines = program::lines_of(child.stdout.take().unwrap());
        let pieces = Form::ALL[0].pieces(&captures::path("keep-alive-requests.pcapng"));
        // Up to the second answer: by tshark the request of frame 10 is answered in 11.
        for record in &pieces[..=11] {
            input.write_all(record).unwrap();
        }
        input.flush().unwrap();
        let shown =
            std::iter::from_fn(|| lines.recv_timeout(PATIENCE).ok()).any(|line| line.contains("HEAD"));
        assert!(shown, "{arguments:?}: not shown while the pipe is open");
        drop(input);
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

// Whoever writes the wire chooses these: none of it may drive the terminal or end a line.
#[test]
fn text_from_the_wire_is_shown_and_not_obeyed() {
    let folder = folder();
    let path = capture(
        &folder,
        "escapes.pcapng",
        r#"
        open C > S
        C > S PSH-ACK "GET /\x1b]0;x\x07 HTTP/1.1\r\nHost: h\x1b[2J\r\nUser-Agent: u\x1b\"\\\r\nReferer: r\x9b\r\nContent-Encoding: g\x1bz\r\nContent-Length: 1\r\n\r\nx"
        S > C PSH-ACK "HTTP/1.1 200 O\x1bK\r\nX: \x1b[31m\r\nContent-Length: 0\r\n\r\n"
        "#,
    );
    let bodies = folder.path().join("bodies");
    for arguments in [
        vec![],
        vec!["--headers"],
        vec!["--json", "--headers"],
        vec!["--format", "combined"],
        vec!["--bodies", bodies.to_str().unwrap()],
    ] {
        let ran = http(arguments.iter().copied(), &path);
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
        let written = |char: char| char != '\n' && (char.is_control() || char == '\u{202e}');
        assert!(!ran.out.contains(written), "{arguments:?}: {}", ran.out);
    }
    assert!(told([], &path).contains(r"GET h\u{1b}[2J/\u{1b}]0;x\u{7} → 200 O\u{1b}K"));
}

#[test]
fn a_line_fits_the_terminal() {
    let folder = folder();
    let target = "/a".repeat(200);
    let path = capture(
        &folder,
        "long.pcapng",
        &format!(
            r#"open C > S
            C > S PSH-ACK "GET {target} HTTP/1.1\r\nHost: h.test\r\n\r\n"
            S > C PSH-ACK "HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n""#
        ),
    );
    for columns in [60, 80, 99, 100, 139, 140, 200] {
        let mut command = command();
        command
            .args(["http", "--headers"])
            .arg(&path)
            .env("COLUMNS", columns.to_string());
        let ran = Ran::from(command.output().unwrap());
        for line in ran.out.lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
        let endpoints = ran.out.contains("10.0.0.1:40000 → 10.0.0.2:80");
        assert_eq!(endpoints, columns >= 140, "{}", ran.out);
        assert!(
            columns < 80 || ran.out.contains("→ 302 Found"),
            "{columns}: {}",
            ran.out
        );
    }
}

#[test]
fn colour_is_for_terminals() {
    let coloured = |name: &str, value: &str| {
        let mut command = command();
        command
            .arg("http")
            .arg(captures::path("keep-alive-requests.pcapng"))
            .env(name, value);
        Ran::from(command.output().unwrap()).out.contains('\x1b')
    };
    assert!(!coloured("NO_COLOR", "1"));
    assert!(coloured("CLICOLOR_FORCE", "1"), "there is colour at all");
}

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

// As they come, or at the end of their connection: it is the same.
#[test]
fn connections_tell_the_same_transactions() {
    let mut seen = 0;
    for path in captures::below(&captures::folder()) {
        let told = captures::dissect(&path);
        let out = http(["--json"], &path).out;
        let rows = out
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let mut rows: Vec<Value> = rows.collect();
        rows.sort_by_key(|row| (row["connection"].as_u64(), row["transaction"].as_u64()));
        let mut rows = rows.into_iter();
        for connection in told.connections {
            for (number, transaction) in connection.http.iter().enumerate() {
                let row = rows.next().expect("as many rows");
                assert_eq!(row["connection"], connection.connection);
                assert_eq!(row["transaction"], number);
                for (key, value) in serde_json::to_value(transaction).unwrap().as_object().unwrap() {
                    assert_eq!(&row[key], value, "{}: {key}", path.display());
                }
                seen += 1;
            }
        }
        assert_eq!(rows.next(), None, "{}", path.display());
    }
    assert!(seen > 60, "{seen}");
}

// Wireshark as the oracle where it is right: not for pipelining (H1), what follows a gap (H9 to H11),
// or messages of several segments or until the close (H8), shown at their end. Stream numbers are those of connections where none is reused.
#[test]
fn wireshark_tells_the_same() {
    const RIGHT: [&str; 10] = [
        "cooked-sll1",
        "get-closed-by-client",
        "get-closed-by-server",
        "ipv6-get",
        "keep-alive-requests",
        "parallel-connections",
        "qinq-get",
        "syn-cookies",
        "two-interfaces",
        "vlan-get",
    ];
    if !tshark::is_here() {
        return;
    }
    let fields = |path: &Path, filter: &str, names: &[&str]| -> Vec<String> {
        let mut tshark = Command::new("tshark");
        tshark.env("WIRESHARK_CONFIG_DIR", env!("CARGO_MANIFEST_DIR"));
        tshark.args(["-n", "-Y", filter, "-T", "fields", "-r"]).arg(path);
        for name in names {
            tshark.args(["-e", name]);
        }
        let out = tshark.output().expect("tshark runs").stdout;
        let out = String::from_utf8(out).expect("UTF-8");
        out.lines().map(|line| line.trim_end().to_owned()).collect()
    };
    for name in RIGHT {
        let path = captures::path(&format!("{name}.pcapng"));
        let rows = rows(&path);
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let mut requests: Vec<(u64, String)> = Vec::new();
        let mut responses: Vec<(u64, String)> = Vec::new();
        for row in &rows {
            let facts = &row["facts"];
            let [method, target, status] = [&row["method"], &row["target"], &row["status"]].map(text);
            let [host, agent, reason] = [&facts["host"], &facts["user_agent"], &facts["reason"]].map(text);
            let (asked, answered) = (&row["request_frame"], &row["response_frame"]);
            requests.push((
                asked.as_u64().unwrap(),
                format!(
                    "{}\t{asked}\t{method}\t{target}\t{host}\t{agent}",
                    row["connection"]
                ),
            ));
            // Wireshark counts in nanoseconds, as the capture does.
            let wait = facts["wait_ns"].as_u64().unwrap() as f64 / 1e9;
            responses.push((
                answered.as_u64().unwrap(),
                format!(
                    "{}\t{answered}\t{status}\t{reason}\t{asked}\t{wait:.9}",
                    row["connection"]
                ),
            ));
        }
        let sorted = |mut rows: Vec<(u64, String)>| -> Vec<String> {
            rows.sort();
            rows.into_iter()
                .map(|(_, row)| row.trim_end().to_owned())
                .collect()
        };
        let of_request = [
            "tcp.stream",
            "frame.number",
            "http.request.method",
            "http.request.uri",
            "http.host",
            "http.user_agent",
        ];
        assert_eq!(
            sorted(requests),
            fields(&path, "http.request", &of_request),
            "{name}"
        );
        let of_response = [
            "tcp.stream",
            "frame.number",
            "http.response.code",
            "http.response.phrase",
            "http.request_in",
            "http.time",
        ];
        assert_eq!(
            sorted(responses),
            fields(&path, "http.response", &of_response),
            "{name}"
        );
    }
}
