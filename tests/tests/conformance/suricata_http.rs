//! Suricata's HTTP events: so many transactions of a capture have these facts.

use serde_json::Value;
use synfin::http::HttpRow;

use super::corpus::{Corpus, text};
use super::http_rows::facts;
use super::score::{Answer, Sheet};
use super::zeek_http::Transactions;

pub(crate) fn rows(corpus: &Corpus) -> Sheet {
    let mut sheet = Sheet::new("Suricata http");
    let mut captures = Transactions::default();
    for row in corpus.rows("suricata_http.jsonl") {
        let name = format!("{} {}", text(&row, "test"), row["check"]);
        // HTTP/2 is not read yet.
        if row["engine_specific"] == true || text(&row, "test").starts_with("http2") {
            sheet.add(name, Answer::NotAboutTcp);
            continue;
        }
        let ours = captures.of(corpus, text(&row, "trace_file"), false);
        sheet.add(name, answer(&row, ours));
    }
    sheet
}

fn answer(row: &Value, all: &[HttpRow]) -> Answer {
    let wanted = row["match"].as_object().expect("what is matched");
    let mut unknown = Vec::new();
    let fits = |ours: &&HttpRow, unknown: &mut Vec<String>| {
        wanted.iter().all(|(key, theirs)| {
            if ["vlan[0]", "pcap_cnt"].contains(&key.as_str()) {
                return true;
            }
            let Some(ours) = of_key(key, ours) else {
                unknown.push(key.clone());
                return false;
            };
            let theirs = match theirs {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            ours == theirs
        })
    };
    let count = all.iter().filter(|ours| fits(ours, &mut unknown)).count() as u64;
    if count == row["count"].as_u64().unwrap_or(0) {
        Answer::Same
    } else if let Some(key) = unknown.first() {
        Answer::Differs(format!("no answer to {key}"))
    } else {
        let seen = all.iter().map(|ours| {
            let keys = wanted.keys().map(|key| of_key(key, ours).unwrap_or_default());
            keys.collect::<Vec<_>>().join(" ")
        });
        Answer::Differs(format!(
            "{} of {:?}, ours {count}: {:?}",
            row["count"],
            wanted.values().map(ToString::to_string).collect::<Vec<_>>(),
            seen.take(3).collect::<Vec<_>>()
        ))
    }
}

fn field(ours: &HttpRow, name: &str) -> String {
    let fields = &facts(ours).response.fields;
    let found = fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
    found.map_or_else(String::new, |field| field.value.to_string())
}

/// Our answer to a key of Suricata's events, as text; none for a key that says nothing of HTTP's messages.
fn of_key(key: &str, ours: &HttpRow) -> Option<String> {
    let facts = facts(ours);
    let text = |text: &Option<Box<str>>| text.as_deref().unwrap_or_default().to_owned();
    let version = facts.request.version.as_deref();
    Some(match key {
        "event_type" => "http".to_owned(),
        "src_ip" => ours.src.to_string(),
        "dest_ip" => ours.dst.to_string(),
        "src_port" => ours.src_port.to_string(),
        "dest_port" => ours.dst_port.to_string(),
        "proto" => "TCP".to_owned(),
        "tx_id" => ours.transaction.to_string(),
        "http.http_method" => ours.row.method.as_deref().unwrap_or_default().to_owned(),
        "http.hostname" => {
            // Without the port (RFC 9110 section 7.2).
            let host = text(&facts.host);
            host.rsplit_once(':')
                .map_or(host.clone(), |(name, _)| name.to_owned())
        }
        "http.url" => ours.row.target.as_deref().unwrap_or_default().to_owned(),
        "http.status" => ours.row.status?.to_string(),
        "http.length" => ours.row.response_body_len.unwrap_or(0).to_string(),
        "http.protocol" => version.map_or_else(String::new, |version| format!("HTTP/{version}")),
        "http.http_user_agent" => text(&facts.user_agent),
        "http.http_refer" => text(&facts.referer),
        "http.http_content_type" => {
            let kind = text(&facts.response.content_type);
            kind.split(';').next().unwrap_or_default().trim().to_owned()
        }
        "http.redirect" => field(ours, "location"),
        _ => {
            let (of, rest) = key.strip_prefix("http.")?.split_once("_headers")?;
            let fields = if of == "request" {
                &facts.request.fields
            } else {
                &facts.response.fields
            };
            match rest.split_once("].") {
                None if rest == ".__len" => fields.len().to_string(),
                Some((index, part)) => {
                    let field = fields.get(index.strip_prefix('[')?.parse::<usize>().ok()?)?;
                    if part == "name" { &field.name } else { &field.value }.to_string()
                }
                None => return None,
            }
        }
    })
}
