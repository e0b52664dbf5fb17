//! Zeek's `conn.log`: originator, `conn_state` and `history` of every row of grade A and B, and of those
//! of grade C that only tshark could not follow into their tunnel.

use serde_json::Value;
use synfin::{ChecksumPolicy, Config};

use super::corpus::{Address, Corpus, Flow, address, dissect, number, text};
use super::score::{Answer, Sheet};
use super::zeek_rows;

/// Rows whose packets agree, of each side; ours count segments that Zeek dropped for their checksum.
const PACKETS_FLOOR: usize = 0;
/// Rows whose payload bytes agree, of each side.
const BYTES_FLOOR: usize = 0;

/// What a row says, beyond its tuple.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZeekRow {
    pub orig: Address,
    /// Empty where the row gives its history only.
    pub conn_state: String,
    pub history: String,
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

pub fn rows(corpus: &Corpus) -> Vec<Sheet> {
    let mut state = Sheet::new("Zeek orig, conn_state, history");
    let mut history = Sheet::new("Zeek orig, history (nothing else recorded)");
    let mut packets = Sheet::with_floor("Zeek orig_pkts, resp_pkts", PACKETS_FLOOR);
    let mut bytes = Sheet::with_floor("Zeek orig_bytes, resp_bytes", BYTES_FLOOR);
    for row in corpus.rows("zeek_conn.jsonl") {
        if !is_compared(&row) {
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
        let sheet = if with_state { &mut state } else { &mut history };
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
    vec![state, history, packets, bytes]
}

fn is_compared(row: &Value) -> bool {
    let tunnel = || {
        text(row, "grade_why").is_empty()
            && row["grade_why"][0]
                .as_str()
                .is_some_and(|why| why.starts_with("tunnel"))
    };
    match text(row, "grade") {
        "A" | "B" => true,
        _ => tunnel(),
    }
}

/// The connections of a row's tuple, cut where Zeek's timers cut one stream into several rows.
fn flows(corpus: &Corpus, row: &Value, orig: Address, resp: Address) -> Vec<Flow> {
    let file = text(row, "trace_file");
    let config = config(row);
    let of_tuple = |flow: &Flow| flow.side_of(orig, resp).is_some();
    let path = corpus.path(file);
    if number(row, "rows_for_this_stream").is_some_and(|rows| rows > 1) {
        let Some(told) = corpus.told(file, &config) else {
            return Vec::new();
        };
        let pieces = zeek_rows::pieces(&told, &[orig, resp], config.checksums == ChecksumPolicy::Drop);
        return pieces
            .iter()
            .filter_map(|frames| dissect(&path, &config, |frame| frames.contains(&frame)))
            .flat_map(|told| told.flows)
            .filter(of_tuple)
            .collect();
    }
    dissect(&path, &config, |_| true)
        .map(|told| told.flows.into_iter().filter(of_tuple).collect())
        .unwrap_or_default()
}

/// How Zeek ran for a row: its checksum switch and the server ports of the scripts it loaded.
fn config(row: &Value) -> Config {
    let mut config = Config::default();
    config.http_enabled = false;
    if text(row, "checksums") == "verified" {
        config.checksums = ChecksumPolicy::Drop;
    }
    if row["bare"] == true {
        let loads = row["zeek_loads"].as_array().cloned().unwrap_or_default();
        config.likely_server_ports = loads
            .iter()
            .filter_map(Value::as_str)
            .flat_map(|script| server_ports(script.rsplit('/').next().unwrap_or_default()))
            .copied()
            .collect();
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
