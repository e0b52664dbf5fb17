//! Pieces of text that several reports share: endpoints, times, styles.

use std::net::IpAddr;

use anstyle::{AnsiColor, Style};
use synfin::Severity;
pub(crate) use synfin::display::{Duration, foreign};
use synfin::http::Transaction;

/// An address and port: IPv6 addresses in brackets.
pub(crate) fn endpoint(address: IpAddr, port: u16) -> String {
    std::net::SocketAddr::new(address, port).to_string()
}

/// A transaction's method and target.
pub(crate) fn request(transaction: &Transaction) -> [String; 2] {
    [transaction.method.as_deref(), transaction.target.as_deref()].map(|text| foreign(text.unwrap_or("?")))
}

/// Columns of the terminal, as the shell says (`COLUMNS`); 100 where it does not.
pub(crate) fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok();
    columns
        .and_then(|columns| columns.parse().ok())
        .unwrap_or(100)
        .max(40)
}

/// Lines of at most `width` characters, broken at spaces but not inside `RFC 9293`; a longer word stays whole.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.replace("RFC ", "RFC\u{a0}").split(' ') {
        let word = &word.replace('\u{a0}', " ");
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.clone()),
        }
    }
    lines
}

/// Whether one character changed, added or taken away makes the one the other.
pub(crate) fn one_apart(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|word| word.chars().collect::<Vec<_>>());
    let same = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (rest, other_rest) = (&one[same..], &other[same..]);
    let tail = |rest: &[char], from: usize| rest.get(from..).map(<[char]>::to_vec);
    match (tail(rest, 1), tail(other_rest, 1)) {
        (Some(a), Some(b)) => a == b || a == other_rest || rest == b,
        (Some(a), None) => a.is_empty(),
        (None, Some(b)) => b.is_empty(),
        (None, None) => true,
    }
}

/// Seconds with microseconds, as Wireshark's time column.
pub(crate) fn seconds(ns: i64) -> String {
    format!("{:.6}", ns as f64 / 1e9)
}

pub(crate) const HEADING: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const OPENING: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
pub(crate) const ENDING: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));

/// How a severity looks; plain for what is normal.
pub(crate) const fn severity(severity: Severity) -> Style {
    let color = match severity {
        Severity::Chat => return Style::new(),
        Severity::Note => AnsiColor::Yellow,
        Severity::Warn | Severity::Error => AnsiColor::Red,
    };
    Style::new().fg_color(Some(anstyle::Color::Ansi(color)))
}

#[cfg(test)]
mod tests {
    use super::{Duration, foreign, one_apart, seconds, wrapped};

    #[test]
    fn lines_break_at_spaces_but_not_inside_a_reference() {
        assert_eq!(
            wrapped("one two [RFC 9293 3.5]", 12),
            ["one two", "[RFC 9293", "3.5]"]
        );
        assert_eq!(
            wrapped("averyveryverylongword x", 5),
            ["averyveryverylongword", "x"]
        );
    }

    #[test]
    fn one_apart_is_one_change() {
        assert!(
            ["T9", "T19", "T29", "O99", "T99"]
                .iter()
                .all(|id| one_apart(id, "T99"))
        );
        assert!(!["T7", "O9", "T"].iter().any(|id| one_apart(id, "T99")));
    }

    #[test]
    fn what_a_stranger_wrote_cannot_drive_the_terminal() {
        assert_eq!(
            foreign("/\u{1b}]0;x\u{7}\u{9b}2J\u{202e}é"),
            r"/\u{1b}]0;x\u{7}\u{9b}2J\u{202e}é"
        );
        assert_eq!(foreign(&"a".repeat(200)).chars().count(), 101);
    }

    #[test]
    fn durations_keep_three_digits_and_the_best_unit() {
        let told =
            [213, 85_200, 20_500_000, 1_033_000_000, 101_800_000, -20_000].map(|ns| Duration(ns).to_string());
        assert_eq!(
            told,
            ["213 ns", "85.2 µs", "20.5 ms", "1.03 s", "102 ms", "-20.0 µs"]
        );
        assert_eq!(seconds(1_023_456_789), "1.023457");
    }
}
