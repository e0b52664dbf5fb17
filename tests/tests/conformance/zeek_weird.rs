//! Zeek's `weird.log`, where a word of it is a situation of ours.

use synfin::{ChecksumPolicy, Rule};

use super::corpus::{Corpus, address, config, text, wrong_checksums};
use super::score::{Answer, Sheet};

/// What a weird is to us.
enum Ours {
    Rule(Rule),
    BadChecksum,
    /// Of HTTP, or of Zeek alone.
    Nothing,
}

fn ours(weird: &str) -> Ours {
    Ours::Rule(match weird {
        "bad_TCP_checksum" => return Ours::BadChecksum,
        "SYN_seq_jump" => Rule::O9,
        "simultaneous_open" => Rule::O10,
        "SYN_with_data" => Rule::O27,
        "bad_SYN_ack" => Rule::O34,
        "connection_originator_SYN_ack" | "unsolicited_SYN_response" => Rule::O36,
        "data_before_established" => Rule::O39,
        "TCP_christmas" | "baroque_SYN" => Rule::O45,
        "possible_split_routing" => Rule::E11,
        "premature_connection_reuse" => Rule::T22,
        "active_connection_reuse" => Rule::T24,
        "spontaneous_FIN" | "spontaneous_RST" => Rule::T27,
        "RST_storm" => Rule::T18,
        _ => return Ours::Nothing,
    })
}

pub(crate) fn rows(corpus: &Corpus) -> Sheet {
    let mut sheet = Sheet::new("Zeek weird.log");
    for row in corpus.rows("zeek_weird.jsonl") {
        let weird = text(&row, "name");
        let name = format!("{} {weird}", text(&row, "trace"));
        let ours = ours(weird);
        if matches!(ours, Ours::Nothing) {
            sheet.add(name, Answer::NotAboutTcp);
            continue;
        }
        let Some(told) = corpus.told(text(&row, "trace_file"), &config(ChecksumPolicy::Note)) else {
            sheet.add(name, Answer::Differs("the capture cannot be read".to_owned()));
            continue;
        };
        let tuple = address(&row, "orig_h", "orig_p").zip(address(&row, "resp_h", "resp_p"));
        let mut flows = told
            .flows
            .iter()
            .filter(|flow| tuple.is_none_or(|(orig, resp)| flow.side_of(orig, resp).is_some()));
        let answer = match ours {
            Ours::Rule(rule) if flows.any(|flow| flow.connection.rules.iter().any(|hit| hit.id == rule)) => {
                Answer::Same
            }
            Ours::Rule(rule) => Answer::Differs(format!("no {}", rule.id())),
            Ours::BadChecksum | Ours::Nothing => {
                let ids: Vec<u64> = flows.map(|flow| flow.connection.connection).collect();
                let wrong = wrong_checksums(&corpus.path(text(&row, "trace_file")));
                let ours = told
                    .segments
                    .iter()
                    .any(|segment| wrong.contains(&segment.frame) && ids.contains(&segment.connection));
                if ours {
                    Answer::Same
                } else {
                    Answer::Differs("no wrong checksum".to_owned())
                }
            }
        };
        sheet.add(name, answer);
    }
    sheet
}
