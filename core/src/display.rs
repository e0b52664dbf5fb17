//! Values as people read them, for every presentation in text.

use std::fmt;

/// Text that somebody else chose, such as a request's target or a file's name: what could move the cursor or
/// turn the writing direction is shown as its number, and what is long is cut.
#[must_use]
pub fn foreign(text: &str) -> String {
    const LONGEST: usize = 100;
    let mut shown = String::with_capacity(text.len().min(4 * LONGEST));
    for (index, char) in text.chars().enumerate() {
        if index == LONGEST {
            shown.push('…');
            break;
        }
        if drives_terminal(char) {
            shown.extend(char.escape_unicode());
        } else {
            shown.push(char);
        }
    }
    shown
}

/// Whether a character could move the cursor or turn the writing direction of a terminal.
#[must_use]
pub fn drives_terminal(char: char) -> bool {
    let turns = matches!(char, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    char.is_control() || turns
}

/// A duration in the unit that reads best: `213 ns`, `85.2 µs`, `20.5 ms`, `1.03 s`.
#[derive(Debug, Clone, Copy)]
pub struct Duration(
    /// Nanoseconds.
    pub i64,
);

impl Duration {
    fn write(self, to: &mut impl fmt::Write) -> fmt::Result {
        let ns = self.0 as f64;
        let (value, unit) = match self.0.unsigned_abs() {
            0..1_000 => return write!(to, "{} ns", self.0),
            1_000..1_000_000 => (ns / 1e3, "µs"),
            1_000_000..1_000_000_000 => (ns / 1e6, "ms"),
            _ => (ns / 1e9, "s"),
        };
        let decimals = match value.abs() {
            0.0..9.995 => 2,
            9.995..99.95 => 1,
            _ => 0,
        };
        write!(to, "{value:.decimals$} {unit}")
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.width().is_none() {
            return self.write(f);
        }
        let mut text = String::new();
        self.write(&mut text)?;
        f.pad(&text)
    }
}
