//! The page: its own style and script, the data, and nothing from anywhere else.

use std::io::{self, Write};

use base64::Engine as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::texts::{Texts, tag};
use crate::language::Messages;

const SKELETON: &str = include_str!("page.html");
const STYLE: [&str; 2] = [include_str!("page.css"), include_str!("../ladder/ladder.css")];
const SCRIPT: [&str; 6] = [
    include_str!("data.js"),
    include_str!("list.js"),
    include_str!("table.js"),
    include_str!("picture.js"),
    include_str!("charts.js"),
    include_str!("page.js"),
];

/// Writes the page. `data` is what the script reads first, `pictures` lines of JSON that it reads one by one.
pub(crate) fn write(
    out: &mut impl Write,
    say: &'static Messages,
    title: &str,
    data: &impl Serialize,
    pictures: &str,
) -> io::Result<()> {
    let [style, ladder] = STYLE;
    let style = format!("{style}\n.ladder {{\n{ladder}}}\n");
    let script = format!("'use strict';\n(() => {{\n{}}})();\n", SCRIPT.concat());
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        source(&script),
        source(&style)
    );
    let texts = serde_json::to_value(Texts::of(say))?;
    let mut pieces = SKELETON
        .split("{{")
        .map(|piece| piece.split_once("}}").unwrap_or(("", piece)));
    pieces.try_for_each(|(mark, after)| {
        match mark {
            "policy" => out.write_all(policy.as_bytes())?,
            "title" => out.write_all(escaped(title).as_bytes())?,
            "language" => out.write_all(tag(say.language).as_bytes())?,
            "texts" => harmless(out, &serde_json::to_string(&texts)?)?,
            "style" => out.write_all(style.as_bytes())?,
            "data" => harmless(out, &serde_json::to_string(data)?)?,
            "pictures" => harmless(out, pictures)?,
            "script" => out.write_all(script.as_bytes())?,
            _ => {
                let text = mark.strip_prefix("text.").map(|name| &texts["texts"][name]);
                let text = text.and_then(serde_json::Value::as_str).unwrap_or_default();
                out.write_all(escaped(text).as_bytes())?;
            }
        }
        out.write_all(after.as_bytes())
    })
}

/// How a Content-Security-Policy names a text that may run.
fn source(text: &str) -> String {
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!("'sha256-{hash}'")
}

/// JSON that HTML reads as nothing but text: no end of the script element, no comment, no line end of JavaScript.
fn harmless(out: &mut impl Write, json: &str) -> io::Result<()> {
    let special = |char: char| matches!(char, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
    for piece in json.split_inclusive(special) {
        match piece.chars().next_back().filter(|&last| special(last)) {
            Some(last) => {
                out.write_all(&piece.as_bytes()[..piece.len() - last.len_utf8()])?;
                write!(out, "\\u{:04x}", u32::from(last))?;
            }
            None => out.write_all(piece.as_bytes())?,
        }
    }
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::{SCRIPT, STYLE, harmless, source};

    #[test]
    fn no_text_of_a_capture_ends_the_data() {
        let text = "</script><!--<img onerror=x>&\u{2028}";
        let json = serde_json::to_string(text).expect("JSON");
        let mut shown = Vec::new();
        harmless(&mut shown, &json).expect("a vector grows");
        let shown = String::from_utf8(shown).expect("JSON");
        assert!(!shown.contains(['<', '>', '&', '\u{2028}']), "{shown}");
        assert_eq!(serde_json::from_str::<String>(&shown).expect("JSON"), text);
    }

    #[test]
    fn a_source_is_named_by_its_hash() {
        // echo -n | openssl dgst -sha256 -binary | base64
        assert_eq!(
            source(""),
            "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
        );
    }

    #[test]
    fn the_page_needs_nothing_from_anywhere() {
        for text in SCRIPT.iter().chain(&STYLE) {
            for word in [
                "url(",
                "@import",
                "import(",
                "fetch(",
                "innerHTML",
                "</script",
                "</style",
                "eval(",
            ] {
                assert!(!text.contains(word), "{word}");
            }
        }
    }
}
