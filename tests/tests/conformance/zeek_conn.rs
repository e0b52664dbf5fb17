//! Zeek's `conn.log`: originator, `conn_state` and `history` of every row of grade A and B.

use std::collections::HashSet;

use serde_json::Value;
use synfin::{ChecksumPolicy, Config};

use super::corpus::{self, Address, Corpus, Flow, address, dissect, number, text, wrong_checksums};
use super::score::{Answer, Sheet};
use super::zeek_rows;

/// Rows of grade C whose tunnel we follow as Zeek does; it finds Teredo relays on ports of their own.
const TUNNELS_FLOOR: usize = 1;
/// Rows whose packets agree, of each side; ours count segments that Zeek dropped for their checksum.
const PACKETS_FLOOR: usize = 100;
/// Rows whose payload bytes agree, of each side; ours count what a side that was not captured had acknowledged.
const BYTES_FLOOR: usize = 96;

/// What a row says, beyond its tuple.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ZeekRow {
    pub(crate) orig: Address,
    /// Empty where the row gives its history only.
    pub(crate) conn_state: String,
    pub(crate) history: String,
}

impl std::fmt::Display for ZeekRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (host, port) = self.orig;
        write!(f, "{host}:{port} {} {}", self.conn_state, self.history)
    }
}

impl ZeekRow {
    fn of(flow: &Flow, with_state: bool) -> Self {
        let zeek = &flow.connection.zeek;
        Self {
            orig: flow.address(zeek.orig),
            conn_state: if with_state { zeek.conn_state } else { "" }.to_owned(),
            history: zeek.history.clone(),
        }
    }
}

pub(crate) fn rows(corpus: &Corpus) -> Vec<Sheet> {
    let mut state = Sheet::new("Zeek orig, conn_state, history");
    let mut history = Sheet::new("Zeek orig, history (nothing else recorded)");
    let mut tunnels = Sheet::with_floor("Zeek orig, conn_state, history in tunnels", TUNNELS_FLOOR);
    let mut packets = Sheet::with_floor("Zeek orig_pkts, resp_pkts", PACKETS_FLOOR);
    let mut bytes = Sheet::with_floor("Zeek orig_bytes, resp_bytes", BYTES_FLOOR);
    for row in corpus.rows("zeek_conn.jsonl") {
        let in_tunnel = is_in_tunnel(&row);
        if text(&row, "grade") == "C" && !in_tunnel {
            continue;
        }
        let (Some(orig), Some(resp)) = (
            address(&row, "orig_h", "orig_p"),
            address(&row, "resp_h", "resp_p"),
        ) else {
            continue;
        };
        let wanted = ZeekRow {
            orig,
            conn_state: text(&row, "conn_state").to_owned(),
            // X is no letter of TCP's.
            history: text(&row, "history").replace('X', ""),
        };
        let name = format!("{} {wanted}", text(&row, "trace"));
        let with_state = !wanted.conn_state.is_empty();
        let flows = flows(corpus, &row, orig, resp);
        let answers: Vec<ZeekRow> = flows.iter().map(|flow| ZeekRow::of(flow, with_state)).collect();
        let same = answers.iter().filter(|answer| **answer == wanted).count();
        let times = number(&row, "identical_rows_in_log").unwrap_or(1);
        let sheet = match (in_tunnel, with_state) {
            (true, _) => &mut tunnels,
            (_, true) => &mut state,
            _ => &mut history,
        };
        let answer = if same as u64 == times {
            Answer::Same
        } else {
            let some: Vec<String> = answers.iter().take(8).map(ToString::to_string).collect();
            Answer::Differs(format!("{times} times, ours {same} times: {some:?}"))
        };
        sheet.add(name.clone(), answer);
        let Some(flow) = flows.iter().find(|flow| ZeekRow::of(flow, with_state) == wanted) else {
            continue;
        };
        let connection = &flow.connection;
        let orig = connection.zeek.orig;
        for (sheet, keys, ours) in [
            (&mut packets, ["orig_pkts", "resp_pkts"], &connection.packets),
            (&mut bytes, ["orig_bytes", "resp_bytes"], &connection.bytes),
        ] {
            if let [Some(of_orig), Some(of_resp)] = keys.map(|key| number(&row, key)) {
                let ours = format!("{} {}", ours[orig], ours[orig.peer()]);
                sheet.add(name.clone(), Answer::of(format!("{of_orig} {of_resp}"), ours));
            }
        }
    }
    vec![state, history, tunnels, packets, bytes]
}

/// Rows that are tied to no stream: as many connections as rows must have such a history.
pub(crate) fn untied(corpus: &Corpus) -> Sheet {
    let mut sheet = Sheet::new("Zeek history, tied to no stream");
    let rows = corpus.rows("zeek_conn.jsonl");
    let is_untied = |row: &&Value| text(row, "tuple_source") == "partial or none";
    let wanted = |row: &Value| text(row, "history").replace('X', "");
    for row in rows.iter().filter(is_untied) {
        let history = wanted(row);
        let same_test = |other: &&Value| text(other, "test") == text(row, "test") && wanted(other) == history;
        let theirs = rows.iter().filter(is_untied).filter(same_test).count();
        let told = corpus.told(text(row, "trace_file"), &config(row));
        let ours = told.map_or(0, |told| {
            let histories = told.flows.iter().map(|flow| &flow.connection.zeek.history);
            histories.filter(|ours| **ours == history).count()
        });
        let answer = if ours == theirs {
            Answer::Same
        } else {
            Answer::Differs(format!("{theirs} times, ours {ours} times"))
        };
        sheet.add(format!("{} {history}", text(row, "trace")), answer);
    }
    sheet
}

/// Rows of grade C that only tshark could not follow into their tunnel.
fn is_in_tunnel(row: &Value) -> bool {
    row["grade_why"][0]
        .as_str()
        .is_some_and(|why| why.starts_with("tunnel"))
}

/// The connections of a row's tuple, cut where Zeek's timers cut one stream into several rows.
fn flows(corpus: &Corpus, row: &Value, orig: Address, resp: Address) -> Vec<Flow> {
    let file = text(row, "trace_file");
    let config = config(row);
    let of_tuple = |flow: &&Flow| flow.side_of(orig, resp).is_some();
    let Some(told) = corpus.told(file, &config) else {
        return Vec::new();
    };
    if number(row, "rows_for_this_stream").is_none_or(|rows| rows == 1) {
        return told.flows.iter().filter(of_tuple).cloned().collect();
    }
    let path = corpus.path(file);
    let dropped = match config.checksums {
        ChecksumPolicy::Drop => wrong_checksums(&path),
        _ => HashSet::new(),
    };
    zeek_rows::pieces(&told, &[orig, resp], &dropped)
        .iter()
        .filter_map(|frames| dissect(&path, &config, |frame| frames.contains(&frame)))
        .flat_map(|told| told.flows)
        .filter(|flow| of_tuple(&flow))
        .collect()
}

/// How Zeek ran for a row: its checksum switch and the server ports of the scripts it loaded.
fn config(row: &Value) -> Config {
    let mut config = corpus::config(match text(row, "checksums") {
        "verified" => ChecksumPolicy::Drop,
        _ => ChecksumPolicy::Note,
    });
    if row["bare"] == true {
        let loads = row["zeek_loads"].as_array().cloned().unwrap_or_default();
        config.likely_server_ports = loads
            .iter()
            .filter_map(Value::as_str)
            .flat_map(|script| server_ports(script.rsplit('/').next().unwrap_or_default()))
            .copied()
            .collect();
    }
    let notes = row["zeek_option_notes"].as_array().cloned().unwrap_or_default();
    // NetWare's port, which one script adds.
    if notes.iter().any(|note| {
        note.as_str()
            .is_some_and(|note| note.contains("likely_server_ports += { 524/tcp }"))
    }) {
        config.likely_server_ports.push(524);
    }
    config
}

fn server_ports(script: &str) -> &'static [u16] {
    match script {
        "http" => &[80, 81, 631, 1080, 3128, 8000, 8080, 8888],
        "ftp" | "gridftp" => &[21, 2811],
        "dns" => &[53],
        "modbus" => &[502],
        "mysql" => &[1434, 3306],
        "pop3" => &[110],
        "redis" => &[6379],
        "smtp" => &[25, 587],
        "ssl" => &[443, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223],
        "irc" => &[6666, 6667, 6668, 6669],
        _ => &[],
    }
}
