//! `synfin rules` and `synfin fields`: the two tables everything else refers to.

use std::io::{self, Write};

use synfin::{FIELDS, Field, RULES, Rule};

use crate::Failure;
use crate::input::Reading;
use crate::language::{self, Tables};
use crate::text::{self, HEADING, Left};

pub(crate) fn rules(json: bool) -> Result<Reading, Failure> {
    /// Before the condition: id, level and name.
    const LEFT: usize = 49;
    const NAME: usize = LEFT - 12;
    let mut out = anstream::stdout().lock();
    if json {
        for rule in RULES {
            serde_json::to_writer(&mut out, rule).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        return done(out);
    }
    let language = language::chosen();
    let words = &language::messages().tables;
    let ([id, level, name, condition], gap) = (words.rules, words.gap);
    writeln!(
        out,
        "{HEADING}{} {} {} {condition}{HEADING:#}",
        Left(id, 4),
        Left(level, 5),
        Left(name, NAME),
    )?;
    for rule in Rule::ALL {
        let info = rule.info();
        let style = text::severity(info.severity);
        let reference = rule.reference_in(language);
        let condition = format!("{}{gap}[{reference}]", rule.condition_in(language));
        let columns = text::width().saturating_sub(LEFT).max(30);
        let mut names = text::wrapped(rule.name_in(language), NAME).into_iter();
        let mut lines = text::wrapped(&condition, columns).into_iter();
        let name = names.next().unwrap_or_default();
        let level = info.severity.label(language);
        let line = lines.next().unwrap_or_default();
        writeln!(
            out,
            "{:<4} {style}{}{style:#} {} {line}",
            info.id,
            Left(level, 5),
            Left(&name, NAME)
        )?;
        loop {
            match (names.next(), lines.next()) {
                (None, None) => break,
                (name, line) => {
                    let (name, line) = (name.unwrap_or_default(), line.unwrap_or_default());
                    let line = format!("{:11}{} {line}", "", Left(&name, NAME));
                    writeln!(out, "{}", line.trim_end())?;
                }
            }
        }
    }
    done(out)
}

pub(crate) fn fields() -> Result<Reading, Failure> {
    let mut out = anstream::stdout().lock();
    let language = language::chosen();
    let words = &language::messages().tables;
    let [name, kind, of, unit, what] = words.fields;
    writeln!(
        out,
        "{HEADING}{} {} {} {} {what}{HEADING:#}",
        Left(name, 38),
        Left(kind, 13),
        Left(of, 11),
        Left(unit, 8),
    )?;
    for field in FIELDS {
        writeln!(
            out,
            "{:<38} {} {} {} {}",
            field.name,
            Left(field.kind.label(language), 13),
            Left(belongs_to(field, words), 11),
            Left((words.unit)(field.unit), 8),
            field.description_in(language)
        )?;
    }
    done(out)
}

/// What has the field.
const fn belongs_to(field: &Field, words: &Tables) -> &'static str {
    let [both, segment, second_pass, connection] = words.owners;
    match (field.is_of_segment(), field.is_of_connection()) {
        (true, true) => both,
        (true, false) => segment,
        _ if field.is_of_second_pass() => second_pass,
        _ => connection,
    }
}

fn done(mut out: impl Write) -> Result<Reading, Failure> {
    out.flush().map_err(|error: io::Error| Failure::from(error))?;
    Ok(Reading::default())
}
