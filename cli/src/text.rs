//! Pieces of text that several reports share: endpoints, times, styles.

use std::fmt;
use std::io::IsTerminal as _;
use std::net::IpAddr;

use anstyle::{AnsiColor, Style};
use synfin::Severity;
pub(crate) use synfin::display::{Duration, foreign};
use synfin::http::Transaction;
use textwrap::core::display_width;

use crate::put;

/// An address and port: IPv6 addresses in brackets.
pub(crate) fn endpoint(address: IpAddr, port: u16) -> String {
    let mut text = String::new();
    put::endpoint(&mut text, address, port);
    text
}

/// A transaction's method and target.
pub(crate) fn request(transaction: &Transaction) -> [String; 2] {
    [transaction.method.as_deref(), transaction.target.as_deref()].map(|text| foreign(text.unwrap_or("?")))
}

/// Columns to write in: as `COLUMNS` says, else the terminal; 100 where neither does.
pub(crate) fn width() -> usize {
    let asked = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    asked.or_else(seen).unwrap_or(100).max(40)
}

/// Columns to fit in; none where nobody looks at a terminal: lines in a file are as long as they are.
pub(crate) fn room() -> Option<usize> {
    let fits = std::env::var_os("COLUMNS").is_some() || std::io::stdout().is_terminal();
    fits.then(width)
}

/// At most so many columns.
pub(crate) fn cut(text: &str, most: Option<usize>) -> String {
    let Some(most) = most.filter(|&most| display_width(text) > most) else {
        return text.to_owned();
    };
    let mut cut = String::new();
    let mut columns = 1;
    for char in text.chars() {
        columns += display_width(char.encode_utf8(&mut [0; 4]));
        if columns > most {
            break;
        }
        cut.push(char);
    }
    cut + "…"
}

/// Text that fills so many columns, with spaces behind it. A Han character takes two columns.
pub(crate) struct Left<'a>(pub(crate) &'a str, pub(crate) usize);

impl fmt::Display for Left<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text, width) = *self;
        write!(f, "{text}{:1$}", "", width.saturating_sub(columns(text)))
    }
}

/// The same with the spaces before it.
pub(crate) struct Right<'a>(pub(crate) &'a str, pub(crate) usize);

impl fmt::Display for Right<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text, width) = *self;
        write!(f, "{:1$}{text}", "", width.saturating_sub(columns(text)))
    }
}

/// Columns that text without control characters takes. Nearly everything is ASCII, and nothing in it is wide.
pub(crate) fn columns(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        display_width(text)
    }
}

/// Where lines may be broken: at spaces, in Chinese also as UAX #14 has it.
pub(crate) fn word_separator(text: &str) -> textwrap::WordSeparator {
    let is_han = |char| matches!(char, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}');
    if text.contains(is_han) {
        textwrap::WordSeparator::UnicodeBreakProperties
    } else {
        textwrap::WordSeparator::AsciiSpace
    }
}

/// Lines of at most `width` columns, broken at spaces but not inside `RFC 9293`; a longer word stays whole.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let text = text.replace("RFC ", "RFC\u{a0}");
    let options = textwrap::Options::new(width)
        .break_words(false)
        .word_separator(word_separator(&text))
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(&text, options)
        .iter()
        .map(|line| line.replace('\u{a0}', " "))
        .collect()
}

/// Seconds with microseconds, as Wireshark's time column.
pub(crate) fn seconds(ns: i64) -> String {
    let mut text = String::new();
    put::seconds(&mut text, ns);
    text
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
    use super::{Duration, cut, foreign, seconds, wrapped};

    #[test]
    fn what_is_cut_fits() {
        assert_eq!(cut("/abc", None), "/abc");
        assert_eq!(cut("/abc", Some(4)), "/abc");
        assert_eq!(cut("/abcd", Some(4)), "/ab…");
        // Each of these takes two columns.
        assert_eq!(cut("/本日語", Some(7)), "/本日語");
        assert_eq!(cut("/本日語", Some(6)), "/本日…");
        assert_eq!(cut("/本日語", Some(5)), "/本…");
    }

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
