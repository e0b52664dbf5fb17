//! The plugin's statistics in the real tshark and sharkd: their rows are what the core says, of all connections and
//! of those that a display filter lets through.

mod expected;

use std::collections::BTreeSet;
use std::fs;

use expected::{CONNECTIONS, HTTP, OUTCOMES, Truth, connection_row, http_rows, lines, outcome_counts};
use serde_json::json;
use synfin::Connection;
use synfin_tests::captures;
use synfin_tests::sharkd::Sharkd;
use synfin_tests::wireshark::Wireshark;

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

fn one(name: &str) -> Vec<u8> {
    fs::read(captures::path(name)).unwrap()
}

/// Compares all tables of a capture.
fn compare_tables(wireshark: &Wireshark, name: &str, bytes: &[u8], passes: &[&str]) {
    let truth = Truth::of(bytes);
    let connections: Vec<_> = truth.connections.iter().collect();
    let rows: Vec<_> = connections
        .iter()
        .map(|of| connection_row(of, truth.start_ns))
        .collect();
    let capture = wireshark.capture(bytes, name);
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

#[test]
fn each_table_says_what_the_core_says_in_one_pass() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    for path in captures::below(&captures::folder()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        compare_tables(&wireshark, name, &fs::read(&path).unwrap(), &[]);
    }
}

#[test]
fn each_table_says_the_same_in_two_passes() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    for name in SEVERAL_CONNECTIONS.into_iter().chain(SEVERAL_TRANSACTIONS) {
        compare_tables(&wireshark, name, &one(name), &["-2"]);
    }
}

const SEVERAL_TRANSACTIONS: [&str; 3] = [
    "keep-alive-requests.pcapng",
    "pipelined-requests.pcapng",
    "put-after-continue.pcapng",
];

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
    let mut of_first = truth.segments.iter().filter(|segment| segment.connection == 0);
    let filter = format!(
        "synfin.connection > 0 || frame.number == {}",
        of_first.next_back().unwrap().frame
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
    let taps = answer["taps"].as_array().unwrap();
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
        let mut sharkd = Sharkd::start(&wireshark);
        sharkd.load(&capture);
        let names = ["connections", "http", "outcomes"].map(|name| format!("nstat:synfin,{name}"));
        let all = sharkd.ask(
            "tap",
            &json!({"tap0": names[0], "tap1": names[1], "tap2": names[2]}),
        );
        // Once more, without what was counted before.
        let again = sharkd.ask("tap", &json!({"tap0": names[2]}));
        let connections: Vec<_> = truth.connections.iter().collect();
        let rows: Vec<_> = connections
            .iter()
            .map(|of| connection_row(of, truth.start_ns))
            .collect();
        assert_eq!(tables(&all, "synfin,connections"), [rows], "{name}");
        assert_eq!(tables(&all, "synfin,http"), [http_rows(&connections)], "{name}");
        for answer in [&all, &again] {
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
