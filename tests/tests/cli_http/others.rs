//! The same by other ways: the connection's own list, and Wireshark.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use synfin_tests::{captures, contract, tshark};

use crate::{http, rows};

/// What is not known is null, an empty list is empty: no key is missing.
fn has_all_keys(row: &Value) {
    for key in contract::TRANSACTION {
        let at = format!("/{}", key.replace('.', "/"));
        assert!(row.pointer(&at).is_some(), "no {key} in {row}");
    }
    for (message, key) in ["request", "response"]
        .iter()
        .flat_map(|message| contract::MESSAGE.iter().map(move |key| (message, key)))
    {
        assert!(row["facts"][message].get(key).is_some(), "no {key} in {row}");
    }
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
                has_all_keys(&row);
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
