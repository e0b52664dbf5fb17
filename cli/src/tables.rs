//! `synfin rules` and `synfin fields`: the two tables everything else refers to.

use std::io::{self, Write};

use synfin::{FIELDS, RULES};

use crate::Failure;
use crate::input::Reading;
use crate::text::{self, HEADING};

pub(crate) fn rules(json: bool) -> Result<Reading, Failure> {
    /// Before the condition: id, level and name.
    const LEFT: usize = 49;
    let mut out = anstream::stdout().lock();
    if json {
        for rule in RULES {
            serde_json::to_writer(&mut out, rule).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        return done(out);
    }
    writeln!(
        out,
        "{HEADING}{:<4} {:<5} {:<37} condition{HEADING:#}",
        "id", "level", "name"
    )?;
    for rule in RULES {
        let style = text::severity(rule.severity);
        let condition = format!("{} [{}]", rule.condition, rule.rfc);
        let columns = text::width().saturating_sub(LEFT).max(30);
        let mut names = text::wrapped(rule.name, LEFT - 12).into_iter();
        let mut lines = text::wrapped(&condition, columns).into_iter();
        let name = names.next().unwrap_or_default();
        let level = rule.severity.as_str();
        let line = lines.next().unwrap_or_default();
        writeln!(out, "{:<4} {style}{level:<5}{style:#} {name:<37} {line}", rule.id)?;
        loop {
            match (names.next(), lines.next()) {
                (None, None) => break,
                (name, line) => {
                    let (name, line) = (name.unwrap_or_default(), line.unwrap_or_default());
                    writeln!(out, "{}", format!("{:11}{name:<37} {line}", "").trim_end())?;
                }
            }
        }
    }
    done(out)
}

pub(crate) fn fields() -> Result<Reading, Failure> {
    let mut out = anstream::stdout().lock();
    writeln!(
        out,
        "{HEADING}{:<38} {:<13} {:<11} {:<8} what{HEADING:#}",
        "field", "type", "of", "unit"
    )?;
    for field in FIELDS {
        let of = match (field.is_of_segment(), field.is_of_connection()) {
            (true, true) => "both",
            (true, false) => "segment",
            _ if field.is_of_second_pass() => "second pass",
            _ => "connection",
        };
        writeln!(
            out,
            "{:<38} {:<13} {of:<11} {:<8} {}",
            field.name, field.kind, field.unit, field.description
        )?;
    }
    done(out)
}

fn done(mut out: impl Write) -> Result<Reading, Failure> {
    out.flush().map_err(|error: io::Error| Failure::from(error))?;
    Ok(Reading::default())
}
