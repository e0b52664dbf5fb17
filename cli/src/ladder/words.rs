//! What the lines of a picture say.

use std::fmt::Write as _;

use synfin::{Annotation, Connection, HttpMessage, IcmpReport, IntegrityWord, Rule, Side};

use super::fold::{Run, Told};
use crate::packets;
use crate::text::{self, Duration};

/// What a segment is, what it answers and what became of it.
pub(super) fn note(connection: &Connection, told: &Told, answers_line_before: bool) -> String {
    let segment = &told.segment;
    let mut parts: Vec<String> = Vec::new();
    let role = segment.role.into_iter();
    let others = segment.rules.iter().filter(|&rule| Some(rule) != segment.role);
    for rule in role.chain(others) {
        // The flags say it.
        if !matches!(rule, Rule::O1 | Rule::O2 | Rule::O4 | Rule::T6) {
            parts.push(packets::words::name(rule, segment).to_owned());
        }
    }
    parts.extend(http(connection, segment));
    if let Some(first) = segment.retransmission_of {
        let mut words = format!("repeats {first}");
        if let Some(since) = segment.since_previous_ns {
            let _ = write!(words, " after {}", Duration(since));
        }
        if let Some(percent) = segment.backoff_percent {
            let _ = write!(words, ", ×{:.1}", f64::from(percent) / 100.0);
        }
        parts.push(words);
    }
    parts.extend(packets::words::out_of_turn(segment).map(str::to_owned));
    if segment.integrity != IntegrityWord::Ok {
        parts.push(segment.integrity.as_str().to_owned());
    }
    let answered = segment.answers.zip(segment.since_answered_ns);
    if let Some((frame, since)) = answered.filter(|_| !answers_line_before) {
        let verb = if parts.is_empty() && segment.len == 0 && !segment.flags.syn() {
            "ACK of"
        } else {
            "answers"
        };
        parts.push(format!("{verb} {frame} after {}", Duration(since)));
    }
    if let Some(frame) = told.unanswered() {
        parts.push(format!("unanswered, sent again in {frame}"));
    }
    if let Some(frame) = told.lost() {
        parts.push(format!("lost, as {frame} shows"));
    }
    parts.join(" · ")
}

/// The HTTP message that begins in a segment, by its name.
fn http(connection: &Connection, segment: &Annotation) -> Option<String> {
    let note = segment.http.filter(|note| note.begins)?;
    let transaction = connection.http.get(note.transaction as usize)?;
    let request = || {
        let [method, target] = text::request(transaction);
        format!("{method} {target}")
    };
    Some(
        match (note.message, transaction.status, transaction.response_frame) {
            (HttpMessage::Request, Some(status), Some(frame)) => {
                format!("{} → {status} in {frame}", request())
            }
            (HttpMessage::Request, _, Some(_)) => request(),
            (HttpMessage::Request, _, None) => format!("{}, no answer", request()),
            (HttpMessage::Response, Some(status), frame)
                if frame.is_none_or(|frame| frame <= segment.frame) =>
            {
                let of = transaction.request_frame.map(|_| format!(" for {}", request()));
                format!("HTTP {status}{}", of.unwrap_or_default())
            }
            (HttpMessage::Response, ..) => "HTTP interim response".to_owned(),
        },
    )
}

pub(super) fn icmp(report: &IcmpReport) -> String {
    let v6 = report.from.is_ipv6();
    let mut words = format!(
        "{} {} ({}/{}) from {}",
        if v6 { "ICMPv6" } else { "ICMP" },
        icmp_name(v6, report.kind, report.code),
        report.kind,
        report.code,
        report.from
    );
    if let Some(mtu) = report.mtu {
        let _ = write!(words, ", MTU {mtu}");
    }
    if report.count > 1 {
        let _ = write!(words, ", {} times until {}", report.count, report.last_frame);
    }
    words
}

/// Type and code by their names in IANA's registries, shortened.
const fn icmp_name(v6: bool, kind: u8, code: u8) -> &'static str {
    match (v6, kind, code) {
        (false, 3, 0) | (true, 1, 0) => "network unreachable",
        (false, 3, 1) | (true, 1, 3) => "host unreachable",
        (false, 3, 2) => "protocol unreachable",
        (false, 3, 3) | (true, 1, 4) => "port unreachable",
        (false, 3, 4) => "fragmentation needed",
        (false, 3, 9 | 10 | 13) | (true, 1, 1) => "administratively prohibited",
        (false, 3, _) | (true, 1, _) => "destination unreachable",
        (true, 2, _) => "packet too big",
        (false, 11, _) | (true, 3, _) => "time exceeded",
        (false, 12, _) | (true, 4, _) => "parameter problem",
        _ => "error",
    }
}

pub(super) fn run(run: &Run) -> String {
    if run.cut {
        let bytes: u64 = Side::BOTH.iter().map(|&side| run.bytes[side]).sum();
        return format!(
            "… {}, {} not shown",
            counted(run.segments(), "segment"),
            Bytes(bytes)
        );
    }
    let arrow = |side| match side {
        Side::Initiator => "→",
        Side::Responder => "←",
    };
    let mut parts = Vec::new();
    for side in Side::BOTH {
        if run.data[side] > 0 {
            let count = counted(run.data[side], "segment");
            parts.push(format!("{count}, {} {}", Bytes(run.bytes[side]), arrow(side)));
        }
    }
    for side in Side::BOTH {
        if run.empty[side] > 0 {
            parts.push(format!("{} {}", counted(run.empty[side], "ACK"), arrow(side)));
        }
    }
    format!("… {}", parts.join(" · "))
}

pub(super) fn again(run: &Run) -> String {
    if run.again_count == 0 {
        return String::new();
    }
    let named: Vec<String> = run.again.iter().map(u64::to_string).collect();
    let more = run.again_count.saturating_sub(run.again.len() as u64);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("sent again later: {}{more}", named.join(", "))
}

/// `1 ACK`, `3 ACKs`.
fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A number of bytes in the unit that reads best: `94 bytes`, `1.45 kB`, `180 kB`.
pub(super) struct Bytes(pub(super) u64);

impl std::fmt::Display for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = self.0 as f64;
        let (value, unit) = match self.0 {
            0..1_000 => return f.write_str(&counted(self.0, "byte")),
            1_000..1_000_000 => (bytes / 1e3, "kB"),
            1_000_000..1_000_000_000 => (bytes / 1e6, "MB"),
            _ => (bytes / 1e9, "GB"),
        };
        let decimals = match value {
            0.0..9.995 => 2,
            9.995..99.95 => 1,
            _ => 0,
        };
        write!(f, "{value:.decimals$} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::Bytes;

    #[test]
    fn bytes_keep_three_digits_and_the_best_unit() {
        let told = [1, 94, 1448, 180_000, 12_345_678, 5_000_000_000].map(|bytes| Bytes(bytes).to_string());
        assert_eq!(
            told,
            ["1 byte", "94 bytes", "1.45 kB", "180 kB", "12.3 MB", "5.00 GB"]
        );
    }
}
