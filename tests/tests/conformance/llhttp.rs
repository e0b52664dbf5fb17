//! llhttp's cases. Where llhttp refuses, synfin reports what came before and tells an anomaly at about that place.

use serde_json::Value;
use synfin::http::{HttpRow, MessageState};
use synfin::{Rule, Side};
use synfin_tests::talk::{Said, Told};

use super::corpus::Corpus;
use super::http_rows::{Faults, bytes, message, own_pairs, pairs, play_cut, text, told_of};
use super::score::{Answer, Sheet};

/// An anomaly may be told so many bytes from where llhttp stops: it tells of a line, llhttp of a byte.
const ABOUT: u64 = 40;

pub(crate) fn rows(corpus: &Corpus) -> Sheet {
    let mut sheet = Sheet::new("llhttp");
    for row in corpus.http("llhttp.jsonl") {
        let name = row["id"].as_str().unwrap_or_default().to_owned();
        let answer = if row["mode"] == "url" {
            url(&row)
        } else {
            messages(&row)
        };
        sheet.add(name, answer);
    }
    sheet
}

/// A target, in a request of its own.
fn url(row: &Value) -> Answer {
    let target = bytes(&row["input"]);
    let line = [b"GET ", target.as_slice(), b" HTTP/1.1\r\nHost: a\r\n\r\n"].concat();
    let (told, fault) = play_cut(&[(Side::Initiator, Said::Bytes(line))]);
    let ours = told.rows.first().and_then(|row| row.row.target.as_deref());
    let is_odd = !told_of(&told).is_empty();
    match fault {
        Some(fault) => Answer::Differs(fault),
        None if ours.map(str::as_bytes) != Some(&target) => Answer::Differs(format!("ours {ours:?}")),
        None if is_odd != row["expected"]["error"].is_null() => Answer::Same,
        None => Answer::Differs(format!("{}, ours {:?}", row["expected"]["error"], told_of(&told))),
    }
}

fn messages(row: &Value) -> Answer {
    let input = bytes(&row["input"]);
    let expected = &row["expected"];
    let is_request = row["mode"]
        .as_str()
        .is_some_and(|mode| mode.starts_with("request"));
    let side = if is_request {
        Side::Initiator
    } else {
        Side::Responder
    };
    let mut steps = vec![(side, Said::Bytes(input))];
    if row["meta"]["skipBody"] == true {
        let heads =
            b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(expected["messages"].as_array().map_or(1, Vec::len));
        steps.insert(0, (Side::Initiator, Said::Bytes(heads)));
    }
    let (told, fault) = play_cut(&steps);
    if let Some(fault) = fault {
        return Answer::Differs(fault);
    }
    // An interim response is no message of its own here (RFC 9110 section 15.2).
    let is_interim = |message: &Value| {
        message["status"]
            .as_u64()
            .is_some_and(|status| status / 100 == 1 && status != 101)
    };
    let all = expected["messages"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let theirs: Vec<Value> = all
        .iter()
        .filter(|message| !is_interim(message))
        .cloned()
        .collect();
    let theirs = theirs.as_slice();
    let error = expected["error"]["off"].as_u64();
    let mut faults = Faults::default();
    // What stands where llhttp has begun a message and given up is read by us only if it is credible.
    let sure = theirs.len()
        - usize::from(error.is_some() && theirs.last().is_some_and(|last| last["complete"] == false));
    if told.rows.len() < sure {
        faults.add(format!("{} messages, ours {}", theirs.len(), told.rows.len()));
    }
    if error.is_none() && expected["stopped"].is_null() && told.rows.len() > theirs.len() {
        faults.add(format!("{} messages, ours {}", theirs.len(), told.rows.len()));
    }
    for (theirs, ours) in theirs.iter().zip(&told.rows).take(sure) {
        compare(theirs, ours, side, &mut faults);
    }
    let lenient = row["lenient_flags"]
        .as_array()
        .is_some_and(|flags| !flags.is_empty());
    if let Some(at) = error {
        if !is_told_about(at, theirs, &told, side) {
            faults.add(format!(
                "{} at {at}, ours {:?}",
                expected["error"]["name"],
                anomalies(&told, side)
            ));
        }
    } else if lenient && told_of(&told).is_empty() {
        faults.add(format!(
            "accepted with {}, ours without an anomaly",
            row["lenient_flags"]
        ));
    }
    faults.answer()
}

fn anomalies(told: &Told, side: Side) -> Vec<(Rule, u64, u64)> {
    let all = told.rows.iter().flat_map(|row| &message(row, side).anomalies);
    all.map(|anomaly| (anomaly.rule, anomaly.start, anomaly.end))
        .collect()
}

/// An anomaly of the message that llhttp was reading, near the byte where it stopped; or one that says that no message
/// begins there, or none should; or nothing there is called HTTP at all.
fn is_told_about(at: u64, theirs: &[Value], told: &Told, side: Side) -> bool {
    let between = told_of(told)
        .iter()
        .any(|rule| matches!(rule, Rule::H43 | Rule::H45));
    let offset = theirs
        .last()
        .and_then(|last| last["offset"].as_u64())
        .unwrap_or(0);
    let reading = told.rows.get(theirs.len().saturating_sub(1));
    let near = reading.is_some_and(|row| {
        message(row, side).anomalies.iter().any(|anomaly| {
            let (start, end) = (offset + anomaly.start, offset + anomaly.end);
            start.saturating_sub(ABOUT) <= at && at <= end + ABOUT
        })
    });
    near || between || told.rows.is_empty()
}

fn compare(theirs: &Value, ours: &HttpRow, side: Side, faults: &mut Faults) {
    let own = message(ours, side);
    faults.same(
        "method",
        text(&theirs["method"]),
        ours.row.method.as_deref().map(str::to_owned),
    );
    faults.same(
        "target",
        text(&theirs["url"]),
        ours.row.target.as_deref().map(str::to_owned),
    );
    faults.same(
        "version",
        text(&theirs["version"]),
        own.version.as_deref().map(str::to_owned),
    );
    faults.same(
        "status",
        theirs["status"].as_u64().map(|status| status.to_string()),
        ours.row.status.map(|status| status.to_string()),
    );
    let reason = ours
        .row
        .facts
        .as_deref()
        .and_then(|facts| facts.reason.as_deref());
    faults.same(
        "reason",
        text(&theirs["reason"]).map(|reason| reason.trim().to_owned()),
        reason.map(str::to_owned),
    );
    let is_complete = own.state == Some(MessageState::Complete);
    faults.same(
        "complete",
        theirs["complete"].as_bool().map(|is| is.to_string()),
        Some(is_complete.to_string()),
    );
    if theirs["headers_complete"] == true {
        faults.same(
            "fields",
            Some(format!("{:?}", pairs(&theirs["headers"]))),
            Some(format!("{:?}", own_pairs(&own.fields))),
        );
        // The coding frames nothing where there is no content (RFC 9112 section 6.3 point 1).
        let empty = [101, 204, 304].map(Some).contains(&theirs["status"].as_u64());
        let chunked = theirs["chunked"].as_bool().filter(|_| !empty);
        faults.same(
            "chunked",
            chunked.map(|is| is.to_string()),
            Some(own.chunked.to_string()),
        );
    }
    if theirs["complete"] == true {
        faults.same(
            "trailers",
            Some(format!("{:?}", pairs(&theirs["trailers"]))),
            Some(format!("{:?}", own_pairs(&own.trailers))),
        );
    }
    if theirs["body_skipped"] != true {
        let text = |bytes: &[u8]| Some(String::from_utf8_lossy(bytes).into_owned());
        faults.same("body", text(&bytes(&theirs["body"])), text(&own.body));
    }
}
