//! The plugin's statistics in the real tshark and sharkd: their rows are what the core says, of all connections and
//! of those that a display filter lets through.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use synfin::capture::Capture;
use synfin::wire::{self, Decoded};
use synfin::{Annotation, Cause, Closer, Config, Connection, Dissector, Frame, Outcome};
use synfin_tests::captures;
use synfin_tests::wireshark::Wireshark;

/// What the core says of a capture.
struct Truth {
    segments: Vec<Annotation>,
    connections: Vec<Connection>,
    start_ns: i64,
}

impl Truth {
    fn of(bytes: &[u8]) -> Self {
        let mut config = Config::default();
        config.http.facts = true;
        let mut capture = Capture::open(bytes).unwrap();
        let mut dissector = Dissector::new(config);
        let (mut segments, mut start_ns) = (Vec::new(), None);
        while let Some(frame) = capture.next_frame().unwrap() {
            start_ns.get_or_insert(frame.time_ns);
            // The plugin takes in segments only: of an ICMP error (O17) it knows the time.
            let frame = match wire::decode(&frame) {
                Decoded::Icmp(_) => Frame { data: &[], ..frame },
                _ => frame,
            };
            if let Outcome::Segment(annotation) = dissector.frame(&frame) {
                segments.push(annotation);
            }
        }
        Self {
            segments,
            connections: dissector.finish().collect(),
            start_ns: start_ns.unwrap_or_default(),
        }
    }

    /// The connections that have a segment like this.
    fn with_segment(&self, wanted: impl Fn(&Annotation) -> bool) -> Vec<&Connection> {
        let passed = self.segments.iter().filter(|segment| wanted(segment));
        let numbers: BTreeSet<u64> = passed.map(|segment| segment.connection).collect();
        let connections = self.connections.iter();
        connections
            .filter(|of| numbers.contains(&of.connection))
            .collect()
    }
}

/// Where a column's texts stand.
const LEFT: bool = false;
const RIGHT: bool = true;

const CONNECTIONS: [(&str, bool); 17] = [
    ("Connection", RIGHT),
    ("First frame", RIGHT),
    ("Start", RIGHT),
    ("Duration", RIGHT),
    ("Initiator", LEFT),
    ("Responder", LEFT),
    ("Handshake", LEFT),
    ("Close", LEFT),
    ("By", LEFT),
    ("Cause", LEFT),
    ("Protocol", LEFT),
    ("Packets →", RIGHT),
    ("Packets ←", RIGHT),
    ("Bytes →", RIGHT),
    ("Bytes ←", RIGHT),
    ("Sent again →", RIGHT),
    ("Sent again ←", RIGHT),
];

const OUTCOMES: [(&str, bool); 5] = [
    ("Server", LEFT),
    ("Handshake", LEFT),
    ("Close", LEFT),
    ("By", LEFT),
    ("Connections", RIGHT),
];

const HTTP: [(&str, bool); 12] = [
    ("Frame", RIGHT),
    ("Connection", RIGHT),
    ("Response in", RIGHT),
    ("Method", LEFT),
    ("Host", LEFT),
    ("Target", LEFT),
    ("Status", RIGHT),
    ("Request bytes", RIGHT),
    ("Response bytes", RIGHT),
    ("Wait", RIGHT),
    ("Total", RIGHT),
    ("State", LEFT),
];

fn seconds(ns: i64) -> String {
    format!("{:.6}", ns as f64 / 1e9)
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn server(connection: &Connection) -> String {
    std::net::SocketAddr::new(connection.dst, connection.dst_port).to_string()
}

fn closer(connection: &Connection) -> String {
    match (connection.close.by, connection.close.reset_by) {
        (Closer::Network, Some(side)) => format!("network, as {}", side.as_str()),
        (by, Some(side)) if by != Closer::from(side) => format!("{by}, reset by {}", side.as_str()),
        (Closer::Nobody, _) => String::new(),
        (by, _) => by.to_string(),
    }
}

fn connection_row(connection: &Connection, start_ns: i64) -> Vec<String> {
    let close = &connection.close;
    vec![
        connection.connection.to_string(),
        connection.first_frame.to_string(),
        seconds(connection.start_ns - start_ns),
        seconds(connection.duration_ns),
        std::net::SocketAddr::new(connection.src, connection.src_port).to_string(),
        server(connection),
        connection.handshake.verdict.to_string(),
        close.verdict.to_string(),
        closer(connection),
        match close.cause {
            Cause::Unknown => String::new(),
            cause => format!("{cause} ({})", close.cause_confidence),
        },
        text(connection.protocol.map(|protocol| protocol.as_str())),
        connection.packets.initiator.to_string(),
        connection.packets.responder.to_string(),
        connection.bytes.initiator.to_string(),
        connection.bytes.responder.to_string(),
        connection.retransmissions.initiator.to_string(),
        connection.retransmissions.responder.to_string(),
    ]
}

/// Transactions in the order of their first frames.
fn http_rows(connections: &[&Connection]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for connection in connections {
        for transaction in &connection.http {
            let facts = transaction.facts.as_deref();
            let frame = transaction.request_frame.or(transaction.response_frame);
            let row = vec![
                text(frame),
                connection.connection.to_string(),
                text(transaction.response_frame),
                text(transaction.method.as_deref()),
                text(facts.and_then(|facts| facts.host.as_deref())),
                text(transaction.target.as_deref()),
                text(transaction.status),
                text(transaction.request_body_len),
                text(transaction.response_body_len),
                facts
                    .and_then(|facts| facts.wait_ns)
                    .map_or_else(String::new, seconds),
                facts
                    .and_then(|facts| facts.total_ns)
                    .map_or_else(String::new, seconds),
                transaction.state.to_string(),
            ];
            rows.push((frame, row));
        }
    }
    rows.sort_by_key(|(frame, _)| *frame);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The four tables of outcomes: how often each row's words come.
fn outcome_counts(connections: &[&Connection]) -> [BTreeMap<[String; 4], u64>; 4] {
    let mut tables: [BTreeMap<[String; 4], u64>; 4] = Default::default();
    let none = String::new;
    let total = || "total".to_owned();
    for connection in connections {
        let handshake = connection.handshake.verdict.to_string();
        let close = connection.close.verdict.to_string();
        let (by, server) = (closer(connection), server(connection));
        let rows = [
            vec![
                [none(), total(), none(), none()],
                [none(), handshake.clone(), none(), none()],
            ],
            vec![
                [none(), none(), total(), none()],
                [none(), none(), close.clone(), by.clone()],
            ],
            vec![
                [total(), none(), none(), none()],
                [server.clone(), none(), none(), none()],
            ],
            vec![[server, handshake, close, by]],
        ];
        for (table, rows) in tables.iter_mut().zip(rows) {
            for row in rows {
                *table.entry(row).or_default() += 1;
            }
        }
    }
    tables
}

/// Headings and rows as lines of columns; a column of texts that are all empty is left out.
fn lines(heads: &[(&str, bool)], rows: &[Vec<String>]) -> Vec<String> {
    let mut cells: Vec<Vec<String>> = vec![heads.iter().map(|(head, _)| (*head).to_owned()).collect()];
    cells.extend(rows.iter().cloned());
    let shown: Vec<usize> = (0..heads.len())
        .filter(|&column| {
            rows.is_empty() || always_says(heads[column].0) || rows.iter().any(|row| !row[column].is_empty())
        })
        .collect();
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap();
    let line = |row: &Vec<String>| {
        let padded = shown.iter().map(|&column| match heads[column].1 {
            RIGHT => format!("{:>1$}", row[column], width(column)),
            LEFT => format!("{:<1$}", row[column], width(column)),
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    cells.iter().map(line).collect()
}

/// Whether the column is one of numbers that are never missing.
fn always_says(head: &str) -> bool {
    head.starts_with("Connection") || head.starts_with("Frame") || head.starts_with("Packets")
}

/// What tshark printed for one statistic and filter: the tables, line by line.
fn printed<'a>(output: &'a str, title: &str, filter: &str) -> Vec<Vec<&'a str>> {
    let head = format!("{title}\nFilter: {filter}\n\n");
    let (_, rest) = output
        .split_once(&head)
        .unwrap_or_else(|| panic!("no {head} in {output}"));
    let (tables, _) = rest.split_once("\n====").unwrap();
    tables
        .split("\n\n")
        .map(|table| table.lines().collect())
        .collect()
}

/// Compares the tables of outcomes: each row is there once, the greater counts first.
fn compare_outcomes(at: &str, found: &[Vec<&str>], connections: &[&Connection]) {
    let titles = ["Handshakes", "Closes", "Servers", "Servers by outcome"];
    let tables = outcome_counts(connections);
    assert_eq!(found.len(), titles.len(), "{at}");
    for ((found, title), counts) in found.iter().zip(titles).zip(tables) {
        assert_eq!(found[0], title, "{at}");
        let rows: Vec<Vec<String>> = counts
            .into_iter()
            .map(|(words, count)| words.into_iter().chain([count.to_string()]).collect())
            .collect();
        let wanted = lines(&OUTCOMES, &rows);
        assert_eq!(found[1], wanted[0], "{at}: {title}");
        let sorted = |lines: &[&str]| {
            lines
                .iter()
                .map(|line| (*line).to_owned())
                .collect::<BTreeSet<_>>()
        };
        let wanted: Vec<_> = wanted[1..].iter().map(String::as_str).collect();
        assert_eq!(found[2..].len(), wanted.len(), "{at}: {title}");
        assert_eq!(sorted(&found[2..]), sorted(&wanted), "{at}: {title}");
        let count = |line: &&str| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap();
        assert!(
            found[2..].iter().map(count).is_sorted_by(|a, b| a >= b),
            "{at}: {found:?}"
        );
    }
}

fn all() -> Vec<(String, Vec<u8>)> {
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read(path).unwrap())
    };
    captures::below(&captures::folder())
        .into_iter()
        .map(read)
        .collect()
}

fn one(name: &str) -> Vec<u8> {
    fs::read(captures::path(name)).unwrap()
}

#[test]
fn each_table_says_what_the_core_says_in_one_pass_and_in_two() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    for (name, bytes) in all() {
        let truth = Truth::of(&bytes);
        let connections: Vec<_> = truth.connections.iter().collect();
        let rows: Vec<_> = connections
            .iter()
            .map(|of| connection_row(of, truth.start_ns))
            .collect();
        let capture = wireshark.capture(&bytes, &name);
        for passes in [&[][..], &["-2"]] {
            let at = format!("{name} {passes:?}");
            let mut arguments = vec!["-n", "-q", "-r", &capture];
            arguments.extend([
                "-z",
                "synfin,connections",
                "-z",
                "synfin,outcomes",
                "-z",
                "synfin,http",
            ]);
            arguments.extend(passes);
            let output = wireshark.tshark(&arguments);
            let found = printed(&output, "TCP Lifecycle Connections", "<none>");
            assert_eq!(found, [lines(&CONNECTIONS, &rows)], "{at}");
            let found = printed(&output, "TCP Lifecycle HTTP Transactions", "<none>");
            assert_eq!(found, [lines(&HTTP, &http_rows(&connections))], "{at}");
            let found = printed(&output, "TCP Lifecycle Outcomes", "<none>");
            compare_outcomes(&at, &found, &connections);
        }
    }
}

const SEVERAL_CONNECTIONS: [&str; 7] = [
    "connect-scan.pcapng",
    "half-open-found-by-syn.pcapng",
    "multipath-join.pcapng",
    "parallel-connections.pcapng",
    "same-ports-again.pcapng",
    "syn-flood.pcapng",
    "syn-scan.pcapng",
];

#[test]
fn a_connection_counts_when_one_of_its_segments_passes_the_filter() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let mut left_out = 0;
    for name in SEVERAL_CONNECTIONS {
        let bytes = one(name);
        let truth = Truth::of(&bytes);
        let capture = wireshark.capture(&bytes, name);
        let middle = truth.segments.last().map_or(0, |last| last.frame) / 2;
        let late = format!("frame.number > {middle}");
        let wanted = [
            (
                late.as_str(),
                truth.with_segment(|segment| segment.frame > middle),
            ),
            (
                "synfin.step == \"1/4\"",
                truth.with_segment(|segment| segment.step.is_some_and(|step| step.as_str() == "1/4")),
            ),
        ];
        for (filter, connections) in wanted {
            left_out += truth.connections.len() - connections.len();
            let rows: Vec<_> = connections
                .iter()
                .map(|of| connection_row(of, truth.start_ns))
                .collect();
            for passes in [&[][..], &["-2"]] {
                let at = format!("{name} {filter} {passes:?}");
                let [of_connections, of_outcomes] =
                    ["connections", "outcomes"].map(|what| format!("synfin,{what},{filter}"));
                let mut arguments = vec![
                    "-n",
                    "-q",
                    "-r",
                    &capture,
                    "-z",
                    &of_connections,
                    "-z",
                    &of_outcomes,
                ];
                arguments.extend(passes);
                let output = wireshark.tshark(&arguments);
                let found = printed(&output, "TCP Lifecycle Connections", filter);
                assert_eq!(found, [lines(&CONNECTIONS, &rows)], "{at}");
                compare_outcomes(
                    &at,
                    &printed(&output, "TCP Lifecycle Outcomes", filter),
                    &connections,
                );
            }
        }
    }
    assert!(left_out > 20, "the filters let nearly all through: {left_out}");
}

/// The order of connections is that of their numbers, also where another one passes the filter first.
#[test]
fn connections_come_in_the_order_of_their_numbers() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let bytes = one("parallel-connections.pcapng");
    let truth = Truth::of(&bytes);
    let of_first = truth.segments.iter().filter(|segment| segment.connection == 0);
    let filter = format!(
        "synfin.connection > 0 || frame.number == {}",
        of_first.last().unwrap().frame
    );
    let capture = wireshark.capture(&bytes, "parallel.pcapng");
    let option = format!("synfin,connections,{filter}");
    let output = wireshark.tshark(&["-n", "-q", "-r", &capture, "-z", &option]);
    let rows: Vec<_> = truth
        .connections
        .iter()
        .map(|of| connection_row(of, truth.start_ns))
        .collect();
    let found = printed(&output, "TCP Lifecycle Connections", &filter);
    assert_eq!(found, [lines(&CONNECTIONS, &rows)]);
}

#[test]
fn an_http_transaction_counts_when_a_segment_of_it_passes_the_filter() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let mut told = 0;
    for name in [
        "keep-alive-requests.pcapng",
        "parallel-connections.pcapng",
        "put-after-continue.pcapng",
    ] {
        let bytes = one(name);
        let truth = Truth::of(&bytes);
        let connections: Vec<_> = truth.connections.iter().collect();
        let status = HTTP.iter().position(|(head, _)| *head == "Status").unwrap();
        let all = http_rows(&connections);
        // Wireshark's own reading of HTTP, on the port where it looks for it.
        let rows: Vec<_> = all.into_iter().filter(|row| row[status] == "404").collect();
        told += rows.len();
        let capture = wireshark.capture(&bytes, name);
        let filter = "http.response.code == 404";
        let option = format!("synfin,http,{filter}");
        for passes in [&[][..], &["-2"]] {
            let mut arguments = vec!["-n", "-q", "-r", &capture, "-z", &option];
            arguments.extend(passes);
            let output = wireshark.tshark(&arguments);
            let found = printed(&output, "TCP Lifecycle HTTP Transactions", filter);
            assert_eq!(found, [lines(&HTTP, &rows)], "{name} {passes:?}");
        }
    }
    assert!(told >= 2, "{told} transactions with status 404");
}

#[test]
fn a_filter_that_is_none_is_refused() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let capture = wireshark.capture(&one("refused.pcapng"), "refused.pcapng");
    let complaint = wireshark.refusal(&[
        "-n",
        "-q",
        "-r",
        &capture,
        "-z",
        "synfin,connections,no.such.field",
    ]);
    assert!(
        complaint.contains("synfin,connections") && complaint.contains("no.such.field"),
        "{complaint}"
    );
}

/// A cell of sharkd's answer as text.
fn cell(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.trim_start().to_owned(),
        serde_json::Value::Number(number) if number.is_f64() => format!("{:.6}", number.as_f64().unwrap()),
        other => other.to_string(),
    }
}

/// The tables of a tap in sharkd's answer.
fn tables(answer: &serde_json::Value, tap: &str) -> Vec<Vec<Vec<String>>> {
    let taps = answer["result"]["taps"].as_array().unwrap();
    let found = taps
        .iter()
        .find(|of| of["tap"] == format!("nstat:{tap}"))
        .expect(tap);
    let tables = found["tables"].as_array().unwrap();
    let rows = |table: &serde_json::Value| {
        let rows = table["i"].as_array().unwrap();
        rows.iter()
            .map(|row| row.as_array().unwrap().iter().map(cell).collect())
            .collect()
    };
    tables.iter().map(rows).collect()
}

#[test]
fn sharkd_has_the_same_tables() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    for name in [
        "parallel-connections.pcapng",
        "pipelined-requests.pcapng",
        "syn-flood.pcapng",
    ] {
        let bytes = one(name);
        let truth = Truth::of(&bytes);
        let capture = wireshark.capture(&bytes, name);
        let request = |method: &str, parameters: &serde_json::Value| {
            serde_json::json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).to_string()
        };
        let requests = [
            request("load", &serde_json::json!({"file": capture})),
            request(
                "tap",
                &serde_json::json!({"tap0": "nstat:synfin,connections", "tap1": "nstat:synfin,http", "tap2": "nstat:synfin,outcomes"}),
            ),
            // Once more, without what was counted before.
            request("tap", &serde_json::json!({"tap0": "nstat:synfin,outcomes"})),
        ];
        let output = wireshark.sharkd(&(requests.join("\n") + "\n"));
        let answers: Vec<serde_json::Value> = output
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let connections: Vec<_> = truth.connections.iter().collect();
        let rows: Vec<_> = connections
            .iter()
            .map(|of| connection_row(of, truth.start_ns))
            .collect();
        assert_eq!(tables(&answers[1], "synfin,connections"), [rows], "{name}");
        assert_eq!(
            tables(&answers[1], "synfin,http"),
            [http_rows(&connections)],
            "{name}"
        );
        for answer in [&answers[1], &answers[2]] {
            for (found, counts) in tables(answer, "synfin,outcomes")
                .into_iter()
                .zip(outcome_counts(&connections))
            {
                let wanted: BTreeSet<Vec<String>> = counts
                    .into_iter()
                    .map(|(words, count)| words.into_iter().chain([count.to_string()]).collect())
                    .collect();
                assert_eq!(found.len(), wanted.len(), "{name}");
                assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), wanted, "{name}");
            }
        }
    }
}
