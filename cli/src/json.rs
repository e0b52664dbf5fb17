//! Lines of JSON that are safe to look at.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};
use synfin::display::drives_terminal;

/// Writes a value on a line of its own. What could move the cursor or turn the writing direction is escaped
/// also where JSON does not ask for it (RFC 8259 section 7).
pub(crate) fn line(mut out: impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut out, Shown))?;
    out.write_all(b"\n")
}

struct Shown;

impl Formatter for Shown {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        let mut plain = CompactFormatter;
        // Nearly everything.
        if text.bytes().all(|byte| byte < 0x7f) {
            return plain.write_string_fragment(out, text);
        }
        for part in text.split_inclusive(drives_terminal) {
            let Some(last) = part.chars().next_back().filter(|&last| drives_terminal(last)) else {
                plain.write_string_fragment(out, part)?;
                continue;
            };
            plain.write_string_fragment(out, &part[..part.len() - last.len_utf8()])?;
            // All of them are below U+10000.
            write!(out, "\\u{:04x}", u32::from(last))?;
        }
        Ok(())
    }
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
