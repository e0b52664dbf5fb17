//! Selection and forms of output: against tshark, against the whole JSON, and against each other.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use synfin_tests::program::{self, run};
use synfin_tests::{captures, tshark};

const MANY: &str = "parallel-connections.pcapng";

fn lines(arguments: &[&str], path: &Path) -> Vec<String> {
    let ran = run(arguments.iter().map(AsRef::as_ref).chain([path.as_os_str()]));
    assert_eq!(
        ran.status,
        Some(0),
        "{arguments:?} {}: {}",
        path.display(),
        ran.err
    );
    ran.out.lines().map(str::to_owned).collect()
}

fn json(arguments: &[&str], path: &Path) -> Vec<Value> {
    let lines = lines(arguments, path);
    lines
        .iter()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// The frames of the packets that an expression selects.
fn frames(expression: &str, path: &Path) -> BTreeSet<u64> {
    let rows = json(
        &["packets", "--json", "--fields", "frame", "--where", expression],
        path,
    );
    rows.iter()
        .map(|row| row["frame"].as_u64().expect("a frame"))
        .collect()
}

/// The TCP frames that a display filter selects in a Wireshark without synfin.
fn by_tshark(filter: &str, path: &Path) -> BTreeSet<u64> {
    let output = Command::new("tshark")
        .env("WIRESHARK_CONFIG_DIR", env!("CARGO_MANIFEST_DIR"))
        .env("WIRESHARK_PLUGIN_DIR", env!("CARGO_MANIFEST_DIR"))
        .args([
            "-n",
            "-T",
            "fields",
            "-e",
            "frame.number",
            "-o",
            "tcp.desegment_tcp_streams:FALSE",
            "-Y",
        ])
        .arg(format!("({filter}) && tcp && !icmp && !icmpv6"))
        .arg("-r")
        .arg(path)
        .stdin(Stdio::null())
        .output()
        .expect("tshark runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{filter}: {told}");
    let out = String::from_utf8(output.stdout).expect("numbers");
    out.lines().map(|line| line.parse().expect("a number")).collect()
}

#[test]
fn expressions_mean_what_they_mean_in_wireshark() {
    if !tshark::is_here() {
        return;
    }
    let of_headers = [
        ("src == 192.0.2.10", "ip.src == 192.0.2.10"),
        ("src == 192.0.2.0/29", "ip.src == 192.0.2.0/29"),
        (
            "not src == 192.0.2.10 or len > 80",
            "not ip.src == 192.0.2.10 or tcp.len > 80",
        ),
        (
            "src_port in {80, 52324..52330}",
            "tcp.srcport in {80, 52324..52330}",
        ),
        (
            "src_port != 80 && len >= 0x4b",
            "tcp.srcport != 80 && tcp.len >= 0x4b",
        ),
        ("ack", "tcp.flags.ack == 1"),
        ("!ack || len ne 0", "tcp.flags.ack == 0 || tcp.len ne 0"),
        // `and` binds tighter than `or`.
        (
            "len gt 0 or src_port == 80 and window lt 100",
            "tcp.len gt 0 or tcp.srcport == 80 and tcp.window_size_value lt 100",
        ),
        (
            "(len gt 0 or src_port == 80) and window lt 100",
            "(tcp.len gt 0 or tcp.srcport == 80) and tcp.window_size_value lt 100",
        ),
        ("len > window", "tcp.len > tcp.window_size_value"),
        ("src_port == dst_port", "tcp.srcport == tcp.dstport"),
        (
            "time >= \"2026-11-22 18:08:49.5\"",
            "frame.time_epoch >= 1795370929.5",
        ),
        ("frame in {3..5, 9}", "frame.number in {3..5, 9}"),
    ];
    let path = captures::path(MANY);
    let mut told = BTreeSet::new();
    for (ours, theirs) in of_headers {
        let frames = frames(ours, &path);
        assert_eq!(frames, by_tshark(theirs, &path), "{ours}");
        told.insert(frames.len());
    }
    assert!(
        told.len() > 4,
        "the expressions do not select different things: {told:?}"
    );
}

#[test]
fn several_values_are_taken_as_wireshark_takes_them() {
    let path = captures::path("get-closed-by-server.pcapng");
    // The initiator's states, before and after, by frame: 1 CLOSED SYN-SENT, 2 SYN-SENT twice, 3 SYN-SENT
    // ESTABLISHED, 4 to 8 ESTABLISHED twice, 9 ESTABLISHED LAST-ACK, 10 LAST-ACK CLOSED.
    let cases: [(&str, &[u64]); 11] = [
        ("state.initiator == SYN-SENT", &[1, 2, 3]),
        ("any state.initiator == SYN-SENT", &[1, 2, 3]),
        ("all state.initiator == SYN-SENT", &[2]),
        ("state.initiator === SYN-SENT", &[2]),
        ("state.initiator != SYN-SENT", &[4, 5, 6, 7, 8, 9, 10]),
        ("state.initiator ~= SYN-SENT", &[1, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("not state.initiator == SYN-SENT", &[4, 5, 6, 7, 8, 9, 10]),
        ("state.initiator in {LAST-ACK, CLOSED}", &[1, 9, 10]),
        ("all state.initiator in {LAST-ACK, CLOSED}", &[10]),
        // No value is not another value.
        ("step != \"1/3\"", &[2, 3, 7, 9, 10]),
        ("step matches \"^[23]/[3]$\" or step contains \"+\"", &[2, 3, 9]),
    ];
    for (expression, expected) in cases {
        let frames: Vec<u64> = frames(expression, &path).into_iter().collect();
        assert_eq!(frames, expected, "{expression}");
    }
}

#[test]
fn connections_are_selected_by_time_spans_and_words() {
    let path = captures::path("get-closed-by-server.pcapng");
    // Round trip to the responder: 20.445824 ms by the capture's time stamps.
    for (expression, selected) in [
        ("handshake.rtt_responder > 20ms", true),
        ("synfin.handshake.rtt_responder > 0.0204", true),
        ("handshake.rtt_responder == 20445824ns", true),
        ("handshake.rtt_responder <= 20445.824us", true),
        ("handshake.rtt_responder > 20.5ms", false),
        ("close.by == responder and handshake.rtt_responder > 50ms", false),
        ("close.by == \"responder\" xor dst == 192.0.2.0/24", false),
        ("http.target == \"/\" && http.status in {200..299}", true),
        ("http.method matches \"get\"", true),
        ("http.method contains \"get\"", false),
        ("packets.initiator >= packets.responder", true),
        ("close.reset_by", false),
    ] {
        let found = lines(&["connections", "--json", "--where", expression], &path).len();
        assert_eq!(found == 1, selected, "{expression}");
    }
}

#[test]
fn what_is_wrong_in_an_expression_is_pointed_at() {
    let path = captures::path(MANY);
    for (expression, words, mark) in [
        (
            "close.veridct == reset",
            "did you mean close.verdict?",
            "^^^^^^^^^^^^^",
        ),
        (
            "close.by == respnder",
            "did you mean responder?",
            "            ^^^^^^^^",
        ),
        ("close.by = responder", "==", "         ^"),
        ("len > 5", "one of packets", "^^^"),
        ("duration > 5parsec", "no time span", "           ^^^^^^^"),
        ("src == 192.0.2.0/33", "no address", "       ^^^^^^^^^^^^"),
        ("(duration > 5", "expected )", "             ^"),
        ("duration >", "the expression ends", "          ^"),
        (
            "http.target matches \"(\"",
            "regular expression",
            "                    ^^^",
        ),
        (
            "close.by == responder close.cause",
            "expected and, or",
            "                      ^^^^^^^^^^^",
        ),
        ("connection in {1 2}", "expected , or }", "                 ^"),
        ("http.target == \"/", "no end", "               ^^"),
    ] {
        let ran = run([
            "connections".as_ref(),
            "--where".as_ref(),
            expression.as_ref(),
            path.as_os_str(),
        ]);
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{expression}");
        assert!(ran.err.contains(words), "{expression}: {}", ran.err);
        let last = ran.err.lines().last().expect("a mark");
        assert_eq!(last, format!("  {mark}"), "{}", ran.err);
    }
    let deep = "(".repeat(100_000);
    let ran = run([
        "connections".as_ref(),
        "--where".as_ref(),
        deep.as_ref(),
        path.as_os_str(),
    ]);
    assert_eq!(ran.status, Some(2));
}

#[test]
fn rows_are_sorted_and_limited() {
    let path = captures::path(MANY);
    let ports = |arguments: &[&str]| -> Vec<u64> {
        let all = [&["connections", "--json", "--fields", "src_port"], arguments].concat();
        json(&all, &path)
            .iter()
            .map(|row| row["src_port"].as_u64().expect("a port"))
            .collect()
    };
    assert_eq!(ports(&["--sort", "src_port"]), [52324, 52326, 52338]);
    assert_eq!(ports(&["--sort", "-src_port"]), [52338, 52326, 52324]);
    assert_eq!(
        ports(&["--sort", "src_port", "--desc", "--limit", "2"]),
        [52338, 52326]
    );
    assert_eq!(ports(&["--limit", "1"]), [52324]);
    // Those without a value come last, whichever comes first.
    let busy = captures::path("keep-alive-requests.pcapng");
    let rows = json(
        &[
            "packets",
            "--json",
            "--fields",
            "frame,answers",
            "--sort",
            "-answers",
        ],
        &busy,
    );
    let answers: Vec<Option<u64>> = rows.iter().map(|row| row["answers"].as_u64()).collect();
    let with: Vec<u64> = answers.iter().map_while(|answers| *answers).collect();
    assert!(with.is_sorted_by(|a, b| a >= b) && answers[with.len()..].iter().all(Option::is_none));
    assert!(!with.is_empty() && with.len() < answers.len());
}

#[test]
fn a_printed_filter_shows_what_was_selected_in_plain_wireshark() {
    if !tshark::is_here() {
        return;
    }
    let filter = |arguments: &[&str], path: &Path| -> String {
        lines(&[arguments, &["--print-filter"]].concat(), path).concat()
    };
    // The second one has the same endpoints twice.
    for (name, expression) in [
        (MANY, "http.status == 404"),
        (MANY, "connection in {0, 2}"),
        ("same-ports-again.pcapng", "connection == 1"),
        ("time-wait-reuse.pcapng", "connection == 0"),
        ("ipv6-get.pcapng", "connection == 0"),
        ("connect-scan.pcapng", "handshake.verdict == refused"),
        ("connect-scan.pcapng", "handshake.verdict == complete"),
        (MANY, "connection == 99"),
    ] {
        let path = captures::path(name);
        let shown = by_tshark(&filter(&["connections", "--where", expression], &path), &path);
        let chosen: Vec<String> = json(&["connections", "--json", "--where", expression], &path)
            .iter()
            .map(|row| row["connection"].to_string())
            .collect();
        let expected = if chosen.is_empty() {
            BTreeSet::new()
        } else {
            frames(&format!("connection in {{{}}}", chosen.join(",")), &path)
        };
        assert_eq!(shown, expected, "{name} {expression}");
    }
    let path = captures::path(MANY);
    let shown = by_tshark(
        &filter(&["packets", "--where", "len > 0 or step == \"1/4\""], &path),
        &path,
    );
    assert_eq!(shown, frames("len > 0 or step == \"1/4\"", &path));
    let path = captures::path("keep-alive-requests.pcapng");
    let shown = by_tshark(&filter(&["http", "--where", "status == 404"], &path), &path);
    assert_eq!(shown, by_tshark("frame.number in {12..13}", &path));
}

/// Every scalar of a JSON value by its path, lists by their members'; times lose nothing.
fn flat(value: &Value, path: &str, into: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let path = if path.is_empty() || key == "facts" {
                    format!("{path}{key}")
                } else {
                    format!("{path}.{key}")
                };
                let path = path
                    .trim_start_matches("facts.")
                    .trim_end_matches("facts")
                    .to_owned();
                flat(member, &path, into);
            }
        }
        Value::Array(members) => {
            into.push((path.to_owned(), Value::Array(Vec::new())));
            for member in members {
                flat(member, path, into);
            }
        }
        scalar => into.push((path.to_owned(), scalar.clone())),
    }
}

#[test]
fn the_fields_of_transactions_are_all_that_their_json_tells() {
    let all: Vec<String> = {
        let path = captures::path("put-after-continue.pcapng");
        let rows = json(&["http", "--json", "--headers"], &path);
        let mut told = Vec::new();
        flat(&rows[0], "", &mut told);
        let mut names: Vec<String> = Vec::new();
        for (name, value) in told {
            // What lists of objects hold is told of their members.
            if !(names.contains(&name) || value.is_array() && name.ends_with('s')) {
                names.push(name);
            }
        }
        names
    };
    let fields: Vec<&str> = all.iter().map(|name| name.trim_end_matches("_ns")).collect();
    assert!(fields.len() > 50, "{fields:?}");
    let fields = fields.join(",");
    let mut compared = 0;
    for name in [
        "put-after-continue.pcapng",
        "pipelined-requests.pcapng",
        "aborted-download.pcapng",
        "split-head.pcapng",
    ] {
        let path = captures::path(name);
        let whole = json(&["http", "--json", "--headers"], &path);
        let chosen = json(&["http", "--json", "--headers", "--fields", &fields], &path);
        assert_eq!(whole.len(), chosen.len());
        for (whole, chosen) in whole.iter().zip(&chosen) {
            let mut told = Vec::new();
            flat(whole, "", &mut told);
            for key in &all {
                let expected: Vec<&Value> = told
                    .iter()
                    .filter(|(path, value)| path == key && !value.is_array())
                    .map(|(_, value)| value)
                    .collect();
                let found: Vec<&Value> = match &chosen[key] {
                    Value::Array(values) => values.iter().collect(),
                    value => vec![value],
                };
                assert_eq!(found, expected, "{name} {key}");
                compared += 1;
            }
        }
    }
    assert!(compared > 300, "{compared}");
}

#[test]
fn every_command_of_a_summary_shows_as_many_as_it_says() {
    let mut tried = 0;
    let folder = program::path().parent().expect("a folder");
    let search = format!(
        "{}:{}",
        folder.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    for path in captures::below(&captures::folder()) {
        let summary = &json(&["summary", "--json"], &path)[0];
        for (_, section) in summary.as_object().expect("an object") {
            for line in section.as_array().into_iter().flatten() {
                let command = line["command"].as_str().expect("a command");
                // As it is, but with a row a line.
                let counted = command
                    .replacen(" --long", "", 1)
                    .replacen(" --where", " --json --where", 1);
                let output = Command::new("sh")
                    .args(["-c", &counted])
                    .env("PATH", &search)
                    .output()
                    .expect("a shell");
                let rows = output.stdout.iter().filter(|byte| **byte == b'\n').count() as u64;
                assert_eq!(Some(rows), line["count"].as_u64(), "{command}");
                tried += 1;
            }
        }
        let totals = ["handshakes", "closes"].map(|name| -> u64 {
            let lines = summary[name].as_array().expect("lines");
            lines.iter().filter_map(|line| line["count"].as_u64()).sum()
        });
        assert_eq!(
            totals.map(Value::from),
            [summary["connections"].clone(), summary["connections"].clone()]
        );
    }
    assert!(tried > 300, "{tried} commands");
}

#[test]
fn zeeks_log_is_made_of_zeeks_columns() {
    for path in captures::below(&captures::folder()) {
        let log = lines(&["connections", "--zeek"], &path);
        let header = |name: &str| -> Vec<&str> {
            let line = log.iter().find(|line| line.split('\t').next() == Some(name));
            line.unwrap_or_else(|| panic!("no {name}"))
                .split('\t')
                .skip(1)
                .collect()
        };
        assert_eq!(log[0], "#separator \\x09");
        assert_eq!(header("#path"), ["conn"]);
        assert_eq!(header("#unset_field"), ["-"]);
        let (fields, types) = (header("#fields"), header("#types"));
        assert_eq!(fields.len(), types.len());
        assert!(log.last().is_some_and(|line| line.starts_with("#close\t")));
        let rows: Vec<Vec<&str>> = log
            .iter()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split('\t').collect())
            .collect();
        let whole = json(&["connections", "--json"], &path);
        assert_eq!(rows.len(), whole.len());
        let mut uids = BTreeSet::new();
        for (row, whole) in rows.iter().zip(&whole) {
            assert_eq!(row.len(), fields.len());
            let get = |name: &str| row[fields.iter().position(|field| *field == name).expect("a column")];
            let flipped = whole["zeek"]["orig"] == "responder";
            let [orig, resp] = if flipped { ["dst", "src"] } else { ["src", "dst"] };
            assert_eq!(get("id.orig_h"), whole[orig].as_str().expect("an address"));
            assert_eq!(get("id.resp_p"), whole[format!("{resp}_port")].to_string());
            assert_eq!(
                get("conn_state"),
                whole["zeek"]["conn_state"].as_str().expect("a state")
            );
            let side = if flipped { "responder" } else { "initiator" };
            assert_eq!(get("orig_pkts"), whole["packets"][side].to_string());
            assert!(get("uid").starts_with('C') && get("uid").len() == 18);
            uids.insert(get("uid").to_owned());
        }
        assert_eq!(uids.len(), rows.len(), "{}", path.display());
    }
}

#[test]
fn packets_by_fields_of_their_connection_need_a_file() {
    let path = captures::path(MANY);
    let bytes = std::fs::File::open(&path).expect("a capture");
    let output = program::command()
        .args(["--where", "close.verdict", "-"])
        .stdin(bytes)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("need a file"));
    assert_eq!(
        frames("http.status == 404", &path),
        frames("connection == 1", &path)
    );
}

#[test]
fn forms_of_output_are_as_they_were_read() {
    let shown = |arguments: &[&str], columns: &str, name: &str| -> String {
        let output = program::command()
            .current_dir(captures::folder())
            .env("COLUMNS", columns)
            .args(arguments)
            .arg(name)
            .output()
            .expect("synfin runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    for (stem, arguments, columns, name) in [
        ("connections_80", &["connections"][..], "80", MANY),
        ("connections_200", &["connections"], "200", MANY),
        (
            "connections_long",
            &["connections", "--long"],
            "80",
            "aborted-download.pcapng",
        ),
        (
            "connections_long_mptcp",
            &["connections", "--long"],
            "80",
            "multipath.pcapng",
        ),
        ("connections_csv", &["connections", "--csv"], "80", MANY),
        ("connections_zeek", &["connections", "--zeek"], "80", MANY),
        (
            "connections_fields",
            &[
                "connections",
                "--fields",
                "connection,handshake.frames,http.target,options.agreed.sack",
            ],
            "80",
            MANY,
        ),
        (
            "connections_fields_json",
            &[
                "connections",
                "--json",
                "--fields",
                "connection,handshake.frames,http.target,duration",
            ],
            "80",
            MANY,
        ),
        (
            "packets_tsv",
            &["packets", "--tsv", "--where", "step"],
            "80",
            "get-closed-by-server.pcapng",
        ),
        (
            "packets_where",
            &["packets", "--where", "step"],
            "80",
            "get-closed-by-server.pcapng",
        ),
        (
            "http_csv",
            &["http", "--csv", "--sort", "-wait"],
            "80",
            "keep-alive-requests.pcapng",
        ),
        ("summary_80", &["summary"], "80", "connect-scan.pcapng"),
        ("summary_200", &["summary"], "200", "injected-reset.pcapng"),
    ] {
        insta::assert_snapshot!(stem, shown(arguments, columns, name));
    }
}
