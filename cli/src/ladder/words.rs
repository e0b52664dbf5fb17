//! What the lines of a picture say.

use std::fmt::Write as _;

use synfin::{Annotation, Connection, HttpMessage, IcmpReport, IntegrityWord, Rule, Side};

use super::fold::{Run, Told};
use crate::language::{IcmpNames, Messages};
use crate::packets;
use crate::text::{self, Duration};
use crate::tls;

/// What a segment is, what it answers and what became of it.
pub(super) fn note(
    say: &Messages,
    connection: &Connection,
    told: &Told,
    answers_line_before: bool,
) -> String {
    let words = &say.ladder;
    let segment = &told.segment;
    let mut parts: Vec<String> = Vec::new();
    let role = segment.role.into_iter();
    let others = segment.rules.iter().filter(|&rule| Some(rule) != segment.role);
    for rule in role.chain(others) {
        // The flags say it.
        if !matches!(rule, Rule::O1 | Rule::O2 | Rule::O4 | Rule::T6) {
            parts.push(packets::words::name(say, rule, segment).to_owned());
        }
    }
    parts.extend(http(say, connection, segment));
    parts.extend(packets::words::frames(segment));
    parts.extend(tls::segment(say, segment));
    if let Some(first) = segment.retransmission_of {
        let mut repeats = (words.repeats)(first, segment.since_previous_ns.map(Duration));
        if let Some(percent) = segment.backoff_percent {
            let _ = write!(repeats, "{}×{:.1}", say.comma, f64::from(percent) / 100.0);
        }
        parts.push(repeats);
    }
    parts.extend(packets::words::out_of_turn(say, segment).map(str::to_owned));
    if segment.integrity != IntegrityWord::Ok {
        parts.push(segment.integrity.label(say.language).to_owned());
    }
    let answered = segment.answers.zip(segment.since_answered_ns);
    if let Some((frame, since)) = answered.filter(|_| !answers_line_before) {
        let phrase = if parts.is_empty() && segment.len == 0 && !segment.flags.syn() {
            say.packets.ack_of
        } else {
            say.packets.answers
        };
        let mut answers = String::new();
        phrase(&mut answers, frame, Duration(since));
        parts.push(answers);
    }
    parts.extend(told.unanswered().map(words.unanswered));
    parts.extend(told.lost().map(words.lost));
    parts.join(" · ")
}

/// The HTTP message that begins in a segment, by its name.
fn http(say: &Messages, connection: &Connection, segment: &Annotation) -> Option<String> {
    let note = segment.http.filter(|note| note.begins)?;
    let transaction = connection.http.get(note.transaction as usize)?;
    let words = &say.ladder;
    let request = || {
        let [method, target] = text::request(transaction);
        format!("{method} {target}")
    };
    Some(
        match (note.message, transaction.status, transaction.response_frame) {
            (HttpMessage::Request, Some(status), Some(frame)) => (words.status_in)(&request(), status, frame),
            (HttpMessage::Request, _, Some(_)) => request(),
            (HttpMessage::Request, _, None) => (words.no_answer)(&request()),
            (HttpMessage::Response, Some(status), frame)
                if frame.is_none_or(|frame| frame <= segment.frame) =>
            {
                match transaction.request_frame {
                    Some(_) => (words.response_for)(status, &request()),
                    None => format!("HTTP {status}"),
                }
            }
            (HttpMessage::Response, ..) => say.packets.interim_response.to_owned(),
        },
    )
}

pub(super) fn icmp(say: &Messages, report: &IcmpReport) -> String {
    let v6 = report.from.is_ipv6();
    let message = format!(
        "{} {} ({}/{})",
        if v6 { "ICMPv6" } else { "ICMP" },
        icmp_name(&say.ladder.icmp, v6, report.kind, report.code),
        report.kind,
        report.code,
    );
    let mut words = (say.ladder.icmp_from)(&message, &report.from.to_string());
    if let Some(mtu) = report.mtu {
        let _ = write!(words, "{}MTU {mtu}", say.comma);
    }
    if report.count > 1 {
        words += &(say.ladder.icmp_times)(report.count, report.last_frame);
    }
    words
}

/// What type and code mean.
const fn icmp_name(names: &IcmpNames, v6: bool, kind: u8, code: u8) -> &'static str {
    match (v6, kind, code) {
        (false, 3, 0) | (true, 1, 0) => names.network_unreachable,
        (false, 3, 1) | (true, 1, 3) => names.host_unreachable,
        (false, 3, 2) => names.protocol_unreachable,
        (false, 3, 3) | (true, 1, 4) => names.port_unreachable,
        (false, 3, 4) => names.fragmentation_needed,
        (false, 3, 9 | 10 | 13) | (true, 1, 1) => names.prohibited,
        (false, 3, _) | (true, 1, _) => names.destination_unreachable,
        (true, 2, _) => names.packet_too_big,
        (false, 11, _) | (true, 3, _) => names.time_exceeded,
        (false, 12, _) | (true, 4, _) => names.parameter_problem,
        _ => names.error,
    }
}

pub(super) fn run(say: &Messages, run: &Run) -> String {
    let words = &say.ladder;
    if run.cut {
        let all: u64 = Side::BOTH.iter().map(|&side| run.bytes[side]).sum();
        return (words.not_shown)(run.segments(), &bytes(say, all));
    }
    let arrow = |side| match side {
        Side::Initiator => "→",
        Side::Responder => "←",
    };
    let mut parts = Vec::new();
    for side in Side::BOTH {
        if run.data[side] > 0 {
            let data = (words.data)(run.data[side], &bytes(say, run.bytes[side]));
            parts.push(format!("{data} {}", arrow(side)));
        }
    }
    for side in Side::BOTH {
        if run.empty[side] > 0 {
            parts.push(format!("{} {}", (words.acks)(run.empty[side]), arrow(side)));
        }
    }
    format!("… {}", parts.join(" · "))
}

pub(super) fn again(say: &Messages, run: &Run) -> String {
    if run.again_count == 0 {
        return String::new();
    }
    let named: Vec<String> = run.again.iter().map(u64::to_string).collect();
    let more = run.again_count.saturating_sub(run.again.len() as u64);
    (say.ladder.again_later)(&named.join(say.list_comma), more)
}

/// A number of bytes in the unit that reads best: `94 bytes`, `1.45 kB`, `180 kB`.
pub(super) fn bytes(say: &Messages, count: u64) -> String {
    let (value, unit) = match count {
        0..1_000 => return (say.ladder.bytes)(count),
        1_000..1_000_000 => (count as f64 / 1e3, "kB"),
        1_000_000..1_000_000_000 => (count as f64 / 1e6, "MB"),
        _ => (count as f64 / 1e9, "GB"),
    };
    let decimals = match value {
        0.0..9.995 => 2,
        9.995..99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::bytes;
    use crate::language::{Language, Messages};

    #[test]
    fn bytes_keep_three_digits_and_the_best_unit() {
        let say = Messages::of(Language::English);
        let told = [1, 94, 1448, 180_000, 12_345_678, 5_000_000_000].map(|count| bytes(say, count));
        assert_eq!(
            told,
            ["1 byte", "94 bytes", "1.45 kB", "180 kB", "12.3 MB", "5.00 GB"]
        );
    }
}
