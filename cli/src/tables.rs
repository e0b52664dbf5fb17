//! `synfin rules` and `synfin fields`: the two tables everything else refers to.

use std::io::{self, Write};

use synfin::{FIELDS, RULES};

use crate::Failure;
use crate::input::Reading;
use crate::text::HEADING;

pub(crate) fn rules() -> Result<Reading, Failure> {
    let mut out = anstream::stdout().lock();
    writeln!(
        out,
        "{HEADING}{:<4} {:<5} {:<38} condition{HEADING:#}",
        "id", "level", "name"
    )?;
    for rule in RULES {
        writeln!(
            out,
            "{:<4} {:<5} {:<38} {} [{}]",
            rule.id,
            rule.severity.as_str(),
            rule.name,
            rule.condition,
            rule.rfc
        )?;
    }
    done(out)
}

pub(crate) fn fields() -> Result<Reading, Failure> {
    let mut out = anstream::stdout().lock();
    writeln!(
        out,
        "{HEADING}{:<38} {:<13} {:<10} {:<8} what{HEADING:#}",
        "field", "type", "of", "unit"
    )?;
    for field in FIELDS {
        let of = match (field.is_of_segment(), field.is_of_connection()) {
            (true, true) => "both",
            (true, false) => "segment",
            _ => "connection",
        };
        writeln!(
            out,
            "{:<38} {:<13} {of:<10} {:<8} {}",
            field.name, field.kind, field.unit, field.description
        )?;
    }
    done(out)
}

fn done(mut out: impl Write) -> Result<Reading, Failure> {
    out.flush().map_err(|error: io::Error| Failure::from(error))?;
    Ok(Reading::default())
}
