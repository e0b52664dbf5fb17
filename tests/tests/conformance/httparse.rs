//! httparse's head parsing cases. An error of a strict parser is an anomaly here, or no HTTP.

use serde_json::Value;
use synfin::Side;
use synfin_tests::talk::Said;

use super::corpus::Corpus;
use super::http_rows::{Faults, bytes, message, own_pairs, pairs, play_cut, text, told_of};
use super::score::{Answer, Sheet};

pub(crate) fn rows(corpus: &Corpus) -> Sheet {
    let mut sheet = Sheet::new("httparse");
    for row in corpus.http("httparse.jsonl") {
        let name = row["id"].as_str().unwrap_or_default().to_owned();
        sheet.add(name, answer(&row));
    }
    sheet
}

fn answer(row: &Value) -> Answer {
    let input = bytes(&row["input"]);
    let expected = &row["expected"];
    let result = expected["result"].as_str().unwrap_or_default();
    if row["type"] == "chunk_size" {
        return chunk_size(result, input);
    }
    let side = if row["type"] == "request" {
        Side::Initiator
    } else {
        Side::Responder
    };
    let (told, fault) = play_cut(&[(side, Said::Bytes(input.clone()))]);
    if let Some(fault) = fault {
        return Answer::Differs(fault);
    }
    let rules = told_of(&told);
    let first = told.rows.first();
    match result {
        "partial" if rules.is_empty() => match first {
            Some(row) if message(row, side).head_len > 0 => {
                Answer::Differs("partial, ours a whole head".to_owned())
            }
            _ => Answer::Same,
        },
        "partial" => Answer::Differs(format!("partial, ours {rules:?}")),
        "error" if first.is_none() || !rules.is_empty() => Answer::Same,
        "error" => Answer::Differs(format!("{}, ours without an anomaly", expected["error"])),
        _ => match first {
            None => Answer::Differs("complete, ours no message".to_owned()),
            Some(first) => complete(row, input.len(), side, first, !rules.is_empty()),
        },
    }
}

fn complete(row: &Value, len: usize, side: Side, first: &synfin::http::HttpRow, is_odd: bool) -> Answer {
    let expected = &row["expected"];
    let ours = message(first, side);
    let facts = first.row.facts.as_deref().expect("facts");
    let mut faults = Faults::default();
    faults.same(
        "method",
        text(&expected["method"]),
        first.row.method.as_deref().map(str::to_owned),
    );
    faults.same(
        "target",
        text(&expected["url"]),
        first.row.target.as_deref().map(str::to_owned),
    );
    faults.same(
        "version",
        text(&expected["version"]),
        ours.version.as_deref().map(str::to_owned),
    );
    faults.same(
        "reason",
        text(&expected["reason"]).map(|reason| reason.trim().to_owned()),
        facts.reason.as_deref().map(str::to_owned),
    );
    let status = expected["status"].as_u64().map(|status| status.to_string());
    faults.same(
        "status",
        status,
        first.row.status.map(|status| status.to_string()),
    );
    // Empty lines before the message are none of its own here.
    let consumed = expected["consumed"].as_u64().unwrap_or(0);
    let blank = len as u64 - (len as u64).min(ours.head_len + ours.body_wire_len);
    if ours.head_len > consumed || consumed - ours.head_len > blank {
        faults.add(format!("{consumed} bytes, ours {}", ours.head_len));
    }
    let (theirs, ours) = (pairs(&expected["headers"]), own_pairs(&ours.fields));
    // A lenient parser leaves out fields that we show and tell of.
    let lenient = row["lenient_flags"]
        .as_array()
        .is_some_and(|flags| !flags.is_empty());
    let mut left = ours.iter();
    let within = theirs.iter().all(|pair| left.any(|own| own == pair));
    if theirs != ours && !(lenient && is_odd && within) {
        faults.add(format!("fields {theirs:?}, ours {ours:?}"));
    }
    if lenient && !is_odd {
        faults.add(format!(
            "accepted with {}, ours without an anomaly",
            row["lenient_flags"]
        ));
    }
    faults.answer()
}

/// The size line of a chunk, behind a head that announces chunks.
fn chunk_size(result: &str, line: Vec<u8>) -> Answer {
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    let steps = [
        (Side::Initiator, Said::Bytes(head)),
        (Side::Initiator, Said::Bytes(line)),
    ];
    let (told, fault) = play_cut(&steps);
    let is_odd = !told_of(&told).is_empty();
    match fault {
        Some(fault) => Answer::Differs(fault),
        None if is_odd == (result == "error") => Answer::Same,
        None => Answer::Differs(format!("{result}, ours {:?}", told_of(&told))),
    }
}
