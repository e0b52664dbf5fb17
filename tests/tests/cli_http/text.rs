//! What it tells of each transaction, as text and as JSON.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use synfin_tests::captures;
use synfin_tests::pcap::Form;
use synfin_tests::program::{self, Ran, command, run};

use crate::{capture, folder, http, lines, rows, told};

/// How long a program may take to say what it has to say.
const PATIENCE: Duration = Duration::from_secs(30);

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
    let long = capture(
        &folder,
        "long.pcapng",
        r#"open C > S
        C > S PSH-ACK "GET /1 HTTP/1.1\r\nHost: h\r\nX: " len=66000 split=1400
        C > S PSH-ACK "\r\n\r\n""#,
    );
    let ran = http([], &long);
    assert_eq!(ran.status, Some(0));
    let words = "GET /1 → no response, request incomplete, H41 head too long";
    assert!(lines(&ran.out)[0].ends_with(words), "{}", ran.out);
    assert!(
        ran.err
            .contains("memory is bounded: 1 segment of too long a head"),
        "{}",
        ran.err
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

/// Trailers, an upgrade and deviations, as they come from the wire.
#[test]
fn trailers_upgrades_and_deviations_are_told() {
    let folder = folder();
    let path = capture(
        &folder,
        "odd.pcapng",
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        +1ms  C > S PSH-ACK "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        +1ms  S > C PSH-ACK "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        close C > S
        "#,
    );
    let told = lines(&told([], &path));
    assert!(
        told[0].contains("H15 Transfer-Encoding with Content-Length"),
        "{}",
        told[0]
    );
    assert!(told[1].contains("websocket"), "{}", told[1]);
    let out = http(["--json", "--headers"], &path).out;
    let row: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    let request = &row["facts"]["request"];
    assert_eq!(request["trailers"][0]["name"], "X-Sum");
    assert_eq!(request["trailers"][0]["value"], "1");
    assert_eq!(row["request_body_len"], 2);
    // `2\r\nhi\r\n0\r\n`, then the trailer and the empty line.
    assert_eq!(request["body_wire_len"], 3 + 4 + 3 + 10 + 2);
    // The head has 18 + 9 + 19 bytes before the field that completes the pair.
    let anomaly = &request["anomalies"][0];
    assert_eq!(
        (anomaly["rule"].as_str(), anomaly["start"].as_u64()),
        (Some("H15"), Some(46))
    );
}
