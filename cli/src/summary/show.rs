//! A summary for people.

use std::io::{self, Write};

use textwrap::core::display_width;

use super::count::Told;
use super::line::Line;
use crate::language::Messages;
use crate::text::{self, DIM, Duration, HEADING, foreign};

pub(super) fn show(out: &mut dyn Write, told: &Told, say: &Messages) -> io::Result<()> {
    let words = &say.summary;
    let start = told.start.map_or_else(String::new, |start| {
        (words.span)(&start.to_string(), Duration(told.duration_ns))
    });
    writeln!(
        out,
        "{HEADING}{}{HEADING:#}{}{}{start}",
        foreign(&told.file),
        say.colon,
        (words.counts)(told.packets, told.connections, told.transactions),
    )?;
    let plain = anstyle::Style::new();
    let sections = [
        (words.wrong, &told.wrong, text::severity(synfin::Severity::Warn)),
        (words.handshakes, &told.handshakes, plain),
        (words.closes, &told.closes, plain),
        (words.resets, &told.resets, plain),
        (words.refusing, &told.refusing, plain),
        (words.unanswered, &told.unanswered, plain),
        (words.slowest, &told.slowest_handshakes, plain),
        (words.sent_again, &told.sent_again, plain),
        ("HTTP", &told.http, plain),
        ("TLS", &told.tls, plain),
    ];
    let lines = sections.iter().flat_map(|(_, lines, _)| lines.iter());
    let what = lines
        .map(|line| display_width(&line.what))
        .max()
        .unwrap_or_default();
    for (name, lines, style) in sections {
        if lines.is_empty() {
            continue;
        }
        writeln!(out, "{HEADING}{name}{HEADING:#}")?;
        for line in lines {
            write_line(out, line, what, style)?;
        }
    }
    if told.quic_initial > 0 {
        writeln!(out, "{HEADING}QUIC{HEADING:#}")?;
        writeln!(out, "{:>8}  {}", told.quic_initial, words.quic_initial)?;
    }
    Ok(())
}

/// What, how many, and the command; the command has a line of its own where it would not fit, for it must stay whole.
fn write_line(out: &mut dyn Write, line: &Line, width: usize, style: anstyle::Style) -> io::Result<()> {
    let space = " ".repeat(width.saturating_sub(display_width(&line.what)));
    let before = 8 + 2 + width + 2;
    let fits = text::room().is_none_or(|room| before + display_width(&line.command) <= room);
    let between = if fits {
        format!("{space}  ")
    } else {
        format!("\n{:10}", "")
    };
    writeln!(
        out,
        "{:>8}  {style}{}{style:#}{between}{DIM}{}{DIM:#}",
        line.count, line.what, line.command
    )
}
