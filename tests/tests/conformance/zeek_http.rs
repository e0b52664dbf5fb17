//! Zeek's `http.log`: a row for each transaction of a capture.

use std::collections::HashMap;
use std::fs::File;

use serde_json::Value;
use synfin::capture::Capture;
use synfin::http::HttpRow;
use synfin::{ChecksumPolicy, Dissector};

use super::corpus::{Corpus, address, text};
use super::http_rows::facts;
use super::score::{Answer, Sheet};

/// The transactions of captures, by file and policy.
#[derive(Default)]
pub(crate) struct Transactions(HashMap<(String, bool), Vec<HttpRow>>);

impl Transactions {
    pub(crate) fn of(&mut self, corpus: &Corpus, file: &str, verify: bool) -> &[HttpRow] {
        self.0
            .entry((file.to_owned(), verify))
            .or_insert_with(|| transactions(corpus, file, verify))
    }
}

fn transactions(corpus: &Corpus, file: &str, verify: bool) -> Vec<HttpRow> {
    let mut config = synfin_tests::talk::config();
    config.checksums = if verify {
        ChecksumPolicy::Drop
    } else {
        ChecksumPolicy::Ignore
    };
    config.http.body_bytes = 0;
    let mut dissector = Dissector::new(config);
    let file = File::open(corpus.path(file)).expect("a capture");
    let Ok(mut capture) = Capture::open(file) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    while let Ok(Some(frame)) = capture.next_frame() {
        dissector.frame(&frame);
        rows.extend(dissector.take_transactions());
    }
    let _connections = dissector.finish().count();
    rows.extend(dissector.take_transactions());
    rows.sort_by_key(|row| (row.connection, row.transaction));
    rows
}

pub(crate) fn rows(corpus: &Corpus) -> Sheet {
    let mut sheet = Sheet::new("Zeek http.log");
    let mut captures = Transactions::default();
    for row in corpus.rows("zeek_http.jsonl") {
        let name = format!("{} {} {}", text(&row, "trace"), text(&row, "test"), row["row"]);
        let verify = text(&row, "checksums") == "verified";
        let ours = captures.of(corpus, text(&row, "trace_file"), verify);
        sheet.add(name, answer(&row, ours));
    }
    sheet
}

fn answer(row: &Value, all: &[HttpRow]) -> Answer {
    let tuple = address(row, "orig_h", "orig_p").zip(address(row, "resp_h", "resp_p"));
    let of_tuple = |ours: &&HttpRow| {
        let ends = ((ours.src, ours.src_port), (ours.dst, ours.dst_port));
        tuple.is_none_or(|tuple| ends == tuple || (ends.1, ends.0) == tuple)
    };
    let depth = row["trans_depth"].as_u64();
    let candidates: Vec<&HttpRow> = all.iter().filter(of_tuple).collect();
    let at_depth = candidates
        .iter()
        .find(|ours| Some(u64::from(ours.transaction) + 1) == depth && faults(row, ours).is_empty());
    if at_depth.is_some() {
        return Answer::Same;
    }
    // Zeek numbers the connections of a tuple anew, and those of a capture that starts inside from there.
    if candidates.iter().any(|ours| faults(row, ours).is_empty()) {
        return Answer::Same;
    }
    let near = candidates
        .iter()
        .map(|ours| faults(row, ours))
        .min_by_key(Vec::len);
    Answer::Differs(near.map_or_else(|| "no transaction".to_owned(), |faults| faults.join("; ")))
}

/// A target as Zeek writes it: percent-encoding decoded, and what is no text escaped again.
fn unescaped(target: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = target.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let code = code.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => text.push_str("\\\\"),
                c if c.is_control() => text.push_str(&format!("\\x{:02x}", u32::from(c))),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

fn faults(row: &Value, ours: &HttpRow) -> Vec<String> {
    let facts = facts(ours);
    let mut faults = Vec::new();
    let mut same = |what: &str, theirs: &Value, ours: Option<String>| {
        let theirs = match theirs {
            Value::Null => return,
            // Zeek's words for an answer without a status line.
            Value::String(text) if text == "<empty>" => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if Some(&theirs) != ours.as_ref() {
            faults.push(format!("{what} {theirs:?}, ours {ours:?}"));
        }
    };
    let owned = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    same(
        "method",
        &row["method"],
        ours.row.method.as_deref().map(str::to_owned),
    );
    same("uri", &row["uri"], ours.row.target.as_deref().map(unescaped));
    same("host", &row["host"], owned(&facts.host));
    same("user agent", &row["user_agent"], owned(&facts.user_agent));
    same("referrer", &row["referrer"], owned(&facts.referer));
    same(
        "status",
        &row["status_code"],
        Some(ours.row.status.unwrap_or(0).to_string()),
    );
    same(
        "reason",
        &row["status_msg"],
        Some(facts.reason.as_deref().unwrap_or_default().to_owned()),
    );
    same(
        "info",
        &row["info_code"],
        facts.interim.last().map(u16::to_string),
    );
    // Zeek's is the decoded content.
    if facts.request.content_encoding.is_none() {
        same(
            "request length",
            &row["request_body_len"],
            Some(ours.row.request_body_len.unwrap_or(0).to_string()),
        );
    }
    if facts.response.content_encoding.is_none() {
        same(
            "response length",
            &row["response_body_len"],
            Some(ours.row.response_body_len.unwrap_or(0).to_string()),
        );
    }
    faults
}
