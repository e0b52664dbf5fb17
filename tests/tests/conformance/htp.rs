//! libhtp's cases: whole connections, with what its parser made of them.

use serde_json::Value;
use synfin::Side;
use synfin::http::HttpRow;
use synfin_tests::talk::Said;

use super::corpus::Corpus;
use super::http_rows::{Faults, bytes, facts, message, play_cut, text, unfolded};
use super::score::{Answer, Sheet};

pub(crate) fn rows(corpus: &Corpus) -> Sheet {
    let mut sheet = Sheet::new("libhtp");
    for row in corpus.http("htp.jsonl") {
        let name = row["id"].as_str().unwrap_or_default().to_owned();
        sheet.add(name, answer(&row));
    }
    sheet
}

fn answer(row: &Value) -> Answer {
    let mut steps: Vec<(Side, Said)> = Vec::new();
    for part in row["input"].as_array().into_iter().flatten() {
        let side = if part["dir"] == "c2s" {
            Side::Initiator
        } else {
            Side::Responder
        };
        let len = u32::try_from(part["len"].as_u64().unwrap_or(0)).expect("a length");
        let said = if part["gap"] == true {
            Said::Gap(len)
        } else {
            Said::Bytes(bytes(&part["data"]))
        };
        steps.push((side, said));
    }
    // libhtp is told that the connection closed.
    steps.push((Side::Initiator, Said::Fin));
    steps.push((Side::Responder, Said::Fin));
    let (told, fault) = play_cut(&steps);
    if let Some(fault) = fault {
        return Answer::Differs(fault);
    }
    let theirs = row["expected"]["transactions"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut faults = Faults::default();
    if theirs.len() != told.rows.len() {
        faults.add(format!("{} transactions, ours {}", theirs.len(), told.rows.len()));
    }
    for (theirs, ours) in theirs.iter().zip(&told.rows) {
        compare(theirs, ours, &mut faults);
    }
    faults.answer()
}

/// Fields by name, several values joined, as libhtp keeps them.
fn merged(fields: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut merged: Vec<(String, String)> = Vec::new();
    // A field without a name is told of, not kept.
    for (name, value) in fields.filter(|(name, _)| !name.is_empty()) {
        // It drops all but the first of these.
        let once = name.eq_ignore_ascii_case("content-length");
        match merged
            .iter_mut()
            .find(|(known, _)| known.eq_ignore_ascii_case(&name))
        {
            Some(_) if once => {}
            Some((_, values)) => {
                values.push_str(", ");
                values.push_str(&value);
            }
            None => merged.push((name, value)),
        }
    }
    for (_, values) in &mut merged {
        *values = values.trim().to_owned();
    }
    merged
}

fn compare(theirs: &Value, ours: &HttpRow, faults: &mut Faults) {
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
    let version = text(&theirs["protocol"]).map(|protocol| protocol.trim_start_matches("HTTP/").to_owned());
    faults.same(
        "version",
        version,
        facts(ours).request.version.as_deref().map(str::to_owned),
    );
    faults.same(
        "status",
        theirs["status"].as_u64().map(|status| status.to_string()),
        ours.row.status.map(|status| status.to_string()),
    );
    for (side, name) in [(Side::Initiator, "request"), (Side::Responder, "response")] {
        let own = message(ours, side);
        let fields = theirs[format!("{name}_headers")].as_array().into_iter().flatten();
        let theirs_fields = merged(fields.map(|field| {
            (
                text(&field[0]).unwrap_or_default(),
                unfolded(&text(&field[1]).unwrap_or_default()),
            )
        }));
        let all = own.fields.iter().chain(&own.trailers);
        let own_fields = merged(all.map(|field| (field.name.to_string(), unfolded(&field.value))));
        faults.same(
            &format!("{name} fields"),
            Some(format!("{theirs_fields:?}")),
            Some(format!("{own_fields:?}")),
        );
        // libhtp's bytes of a chunked message lack its last line, and its progress ends with the connection.
        let len = theirs[format!("{name}_message_len")]
            .as_u64()
            .filter(|_| !own.chunked);
        faults.same(
            &format!("{name} length"),
            len.map(|len| len.to_string()),
            Some(own.body_wire_len.to_string()),
        );
        if own.content_encoding.is_none() {
            let text = |bytes: &[u8]| Some(String::from_utf8_lossy(bytes).into_owned());
            faults.same(
                &format!("{name} body"),
                text(&bytes(&theirs[format!("{name}_body")])),
                text(&own.body),
            );
        }
    }
}
