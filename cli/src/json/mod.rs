//! Lines of JSON that are safe to look at.

mod writer;

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use synfin::display::drives_terminal;

use writer::Out;
pub(crate) use writer::{put_digits, put_plain};

/// Bytes that a line seldom is longer than.
const USUAL: usize = 16 << 10;

thread_local! {
    /// Where lines are put together, so that not each of them asks for memory.
    static LINE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Writes a value on a line of its own. What could move the cursor or turn the writing direction is escaped
/// also where JSON does not ask for it (RFC 8259 section 7).
pub(crate) fn line(mut out: impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut line = Out {
        text: LINE.take(),
        may_drive: false,
    };
    writer::append(&mut line, value)?;
    line.text.push(b'\n');
    let written = if line.may_drive {
        out.write_all(shown(&String::from_utf8_lossy(&line.text)).as_bytes())
    } else {
        out.write_all(&line.text)
    };
    line.text.clear();
    line.text.shrink_to(USUAL);
    LINE.set(line.text);
    written
}

/// JSON text whose strings drive no terminal. Such characters are nowhere else in JSON text.
fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(drives) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 64);
    for char in text.chars() {
        if drives(char) {
            // All of them are below U+10000.
            let _ = write!(shown, "\\u{:04x}", u32::from(char));
        } else {
            shown.push(char);
        }
    }
    shown.into()
}

/// The rest is escaped by JSON itself, but for the line's own end.
fn drives(char: char) -> bool {
    char >= '\u{7f}' && drives_terminal(char)
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn nothing_drives_the_terminal_and_nothing_is_lost() {
        let value = serde_json::json!({"a\u{9b}": "x\u{7f}\u{202e}é\u{1b}\"\\ \u{9b}31m"});
        let mut out = Vec::new();
        line(&mut out, &value).expect("a vector grows");
        let out = String::from_utf8(out).expect("JSON");
        assert_eq!(
            out,
            "{\"a\\u009b\":\"x\\u007f\\u202eé\\u001b\\\"\\\\ \\u009b31m\"}\n"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&out).expect("JSON"),
            value
        );
    }
}
