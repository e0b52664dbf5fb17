//! The picture as a Mermaid sequence diagram, for Markdown.

use std::io::{self, Write};

use synfin::{Side, Sides, State};

use super::model::{Kind, Ladder};
use crate::language::{Language, Messages};

/// Writes the diagram.
pub(crate) fn draw(out: &mut impl Write, say: &Messages, ladder: &Ladder) -> io::Result<()> {
    writeln!(out, "sequenceDiagram")?;
    let title = (say.ladder.connection)(&ladder.title());
    writeln!(out, "    accTitle: {}", plain(&title))?;
    writeln!(out, "    accDescr: {}", plain(&ladder.verdict))?;
    for side in Side::BOTH {
        let end = escaped(&ladder.ends[side]);
        writeln!(
            out,
            "    participant {} as {}<br/>{end}",
            id(side),
            side.label(say.language)
        )?;
    }
    states(
        out,
        say.language,
        &Sides::from_fn(|side| Some(ladder.begins[side])),
    )?;
    for line in &ladder.lines {
        let frame = line.frame.map(say.ladder.of_frame).unwrap_or_default();
        let words: Vec<String> = [&frame, line.step, &line.words()]
            .into_iter()
            .filter(|words| !words.is_empty())
            .map(escaped)
            .collect();
        let mut words = words.join(" ");
        let mut note = escaped(&line.note);
        match line.kind {
            Kind::Sent { from, again, lost } => {
                let arrow = match (again, lost) {
                    (false, false) => "->>",
                    (true, false) => "-->>",
                    (false, true) => "-x",
                    (true, true) => "--x",
                };
                if !note.is_empty() {
                    words += &format!("<br/>{note}");
                    note.clear();
                }
                writeln!(out, "    {}{arrow}{}: {words}", id(from), id(from.peer()))?;
            }
            Kind::Missing { from } => {
                writeln!(out, "    {}--x{}: {words}", id(from), id(from.peer()))?;
            }
            Kind::Icmp { to, from_peer: true } => {
                writeln!(out, "    {}-->>{}: {words}", id(to.peer()), id(to))?;
            }
            Kind::Icmp { from_peer: false, .. } | Kind::Run | Kind::Silence => {
                writeln!(out, "    Note over I,R: {words}")?;
            }
        }
        if !note.is_empty() {
            writeln!(out, "    Note over I,R: {note}")?;
        }
        states(out, say.language, &line.states)?;
    }
    let verdict: Vec<String> = ladder.verdict.split(say.semicolon).map(escaped).collect();
    writeln!(out, "    Note over I,R: {}", verdict.join("<br/>"))
}

const fn id(side: Side) -> &'static str {
    match side {
        Side::Initiator => "I",
        Side::Responder => "R",
    }
}

fn states(out: &mut impl Write, language: Language, states: &Sides<Option<State>>) -> io::Result<()> {
    for side in Side::BOTH {
        let place = match side {
            Side::Initiator => "left",
            Side::Responder => "right",
        };
        if let Some(state) = states[side] {
            writeln!(out, "    Note {place} of {}: {}", id(side), state.label(language))?;
        }
    }
    Ok(())
}

/// Text that Mermaid shows and does not read: whatever means something to it, to HTML or to Markdown is
/// written as its number.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        let harmless = char.is_alphanumeric() || !char.is_ascii() || " .,:/-+=()?!_".contains(char);
        if harmless {
            shown.push(char);
        } else {
            shown.push_str(&format!("#{};", u32::from(char)));
        }
    }
    shown
}

/// Text where Mermaid has no escapes: titles for screen readers.
fn plain(text: &str) -> String {
    text.replace([';', '#', '{', '}', '%', '<', '>', '\n'], " ")
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_mermaid_would_read_is_written_as_its_number() {
        assert_eq!(
            escaped("/a;b#c<script>%%{init}`\n|"),
            "/a#59;b#35;c#60;script#62;#37;#37;#123;init#125;#96;#10;#124;"
        );
        assert_eq!(escaped("GET / → 200, 20.4 µs"), "GET / → 200, 20.4 µs");
    }
}
