//! What else Suricata said of streams: stream events, counters, and the situations its tests are about.

use std::rc::Rc;

use serde_json::Value;
use synfin::{HandshakeVerdict, IntegrityWord, Rule};

use super::corpus::{Corpus, Told, text};
use super::score::{Answer, Sheet};
use super::suricata_flow;

/// The situation a capture was made for, which the alerts or records of its test prove to be understood.
const SITUATIONS: &[(&str, &[Rule])] = &[
    ("bug-6244-tcp-rst-with-data", &[Rule::T29]),
    ("bug-7264-tcp-3whs-ack-data-tls-01", &[Rule::O4]),
    ("tcp-fastopen-01", &[Rule::O22, Rule::O23, Rule::O24, Rule::O25]),
    ("tcp-fastopen-06", &[Rule::O24, Rule::O25]),
    ("tcp-fastopen-10-syn-data-ignore", &[Rule::O24, Rule::O26]),
    ("tcp-split-handshake-01-4whs", &[Rule::O33]),
];

pub(crate) fn rows(corpus: &Corpus) -> Vec<Sheet> {
    let mut events = Sheet::new("Suricata stream events");
    let mut counters = Sheet::new("Suricata counters");
    let mut situations = Sheet::new("Suricata situations (by what its tests prove)");
    let told_as_flow: Vec<String> = corpus.rows("suricata_flow.jsonl").iter().map(name).collect();
    for (file, sheet) in [
        ("suricata_streamevents.jsonl", &mut events),
        ("suricata_stats.jsonl", &mut counters),
    ] {
        for row in corpus.rows(file) {
            let name = name(&row);
            if row["engine_specific"].is_null() && !told_as_flow.contains(&name) {
                sheet.add(name, event(corpus, &row));
            }
        }
    }
    let all = corpus.rows("suricata_streamevents.jsonl");
    for (test, rules) in SITUATIONS {
        let row = all.iter().find(|row| text(row, "test") == *test);
        let told = row.and_then(|row| told(corpus, row));
        for &rule in *rules {
            let answer = match &told {
                Some(told) if hits(told, rule) > 0 => Answer::Same,
                Some(_) => Answer::Differs(format!("no {}", rule.id())),
                None => Answer::Differs("no such test, or its capture cannot be read".to_owned()),
            };
            situations.add(format!("{test} {}", rule.id()), answer);
        }
    }
    vec![events, counters, situations]
}

/// Of a check.
fn name(row: &Value) -> String {
    format!("{} {}", text(row, "test"), row["check"])
}

fn told(corpus: &Corpus, row: &Value) -> Option<Rc<Told>> {
    corpus.told(text(row, "trace_file"), &suricata_flow::config(row))
}

fn hits(told: &Told, rule: Rule) -> u64 {
    let rules = told.flows.iter().flat_map(|flow| &flow.connection.rules);
    rules.filter(|hit| hit.id == rule).count() as u64
}

/// One check on an event.
fn event(corpus: &Corpus, row: &Value) -> Answer {
    let wanted = &row["match"];
    let count = row["count"].as_u64().unwrap_or(0);
    let rule = text(row, "rule");
    match text(wanted, "event_type") {
        "flow" => return suricata_flow::compare(corpus, row),
        "alert" | "stats" | "" => (),
        _ => return Answer::NotAboutTcp,
    }
    let Some(told) = told(corpus, row) else {
        return Answer::Differs("the capture cannot be read".to_owned());
    };
    let has = |word: &str| rule.contains(word);
    if has("stream-event:reassembly_seq_gap") || !wanted["stats.tcp.reassembly_gap"].is_null() {
        return missed_bytes(&told, count, wanted);
    }
    if has("stream-event:3whs_syn_flood") {
        // Not O38: the queue of other SYNs that it keeps for one flow is full.
        return at_least(&told, Rule::O9, count);
    }
    if has("stream-event:pkt_invalid_timestamp") {
        return proves_nothing(&told, wanted["pcap_cnt"].as_u64().unwrap_or(0));
    }
    if has("tcp.flags:R,A") {
        return at_least(&told, Rule::T29, count);
    }
    if has("decode-event:tcp.opt_invalid_len") {
        let malformed = |segment: &&synfin::Annotation| segment.integrity == IntegrityWord::Malformed;
        let ours = told.segments.iter().filter(malformed).count();
        return Answer::of(
            format!("{count} malformed segments"),
            format!("{ours} malformed segments"),
        );
    }
    if has("flow:established") && count > 0 {
        return established(&told);
    }
    // What a stream held, urgent bytes, the depth of reassembly.
    Answer::NotAboutTcp
}

fn at_least(told: &Told, rule: Rule, count: u64) -> Answer {
    let ours = hits(told, rule);
    if ours >= count {
        Answer::Same
    } else {
        Answer::Differs(format!("{count} {}, ours {ours}", rule.id()))
    }
}

/// E12 is what a receiver acknowledged and the capture lacks.
fn missed_bytes(told: &Told, alerts: u64, wanted: &Value) -> Answer {
    let theirs = alerts > 0 && wanted["stats.tcp.reassembly_gap"] != 0;
    let ours = hits(told, Rule::E12) > 0;
    if theirs == ours {
        Answer::Same
    } else {
        Answer::Differs(format!("bytes missed: {theirs}, ours {ours}"))
    }
}

/// Suricata takes a packet for one that the receiver drops: then no close may rest on it.
fn proves_nothing(told: &Told, frame: u64) -> Answer {
    let closes = |flow: &super::corpus::Flow| flow.connection.close.frames.contains(&frame);
    if told.flows.iter().any(closes) {
        Answer::Differs(format!(
            "{frame} is dropped by its receiver, ours: it closes the connection"
        ))
    } else {
        Answer::Same
    }
}

fn established(told: &Told) -> Answer {
    let opened = told.flows.iter().any(|flow| {
        matches!(
            flow.connection.handshake.verdict,
            HandshakeVerdict::Complete
                | HandshakeVerdict::Simultaneous
                | HandshakeVerdict::Split
                | HandshakeVerdict::Unseen
        )
    });
    if opened {
        Answer::Same
    } else {
        let ours = told
            .flows
            .first()
            .map(|flow| flow.connection.handshake.verdict.as_str());
        Answer::Differs(format!("an established flow, ours {ours:?}"))
    }
}
