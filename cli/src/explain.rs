//! `synfin explain`: a rule, or a connection, in plain words.

use std::io::{self, BufWriter, Write};

use synfin::{Annotation, Connection, Dissector, Explanation, Rule};

use crate::Failure;
use crate::args::Explain;
use crate::input::{self, Reading, Sink};
use crate::language::{self, Language};
use crate::text::{self, Duration, HEADING, Left};

/// Connections that are explained without asking which.
const FEW: usize = 5;

pub(crate) fn run(args: &Explain) -> Result<Reading, Failure> {
    if !args.rule.is_empty() {
        return rules(args);
    }
    let mut explainer = Explainer {
        out: BufWriter::new(anstream::stdout().lock()),
        args,
        refused: None,
    };
    let reading = input::read_all(&args.report.input, &mut explainer)?;
    match explainer.refused {
        Some(why) => Err(Failure::Input(why)),
        None => Ok(reading),
    }
}

fn rules(args: &Explain) -> Result<Reading, Failure> {
    let mut found = Vec::new();
    for asked in &args.rule {
        match Rule::from_id(&asked.to_ascii_uppercase()) {
            Some(rule) => found.push(rule),
            None => return Err(Failure::Input(unknown(asked))),
        }
    }
    let mut out = anstream::stdout().lock();
    for (index, rule) in found.into_iter().enumerate() {
        if args.report.output.json {
            let mut row = serde_json::to_value(rule.info()).map_err(io::Error::from)?;
            row["meaning"] = rule.meaning().into();
            serde_json::to_writer(&mut out, &row).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            if index > 0 {
                writeln!(out)?;
            }
            row(&mut out, rule)?;
        }
    }
    out.flush()?;
    Ok(Reading::default())
}

fn row(out: &mut impl Write, rule: Rule) -> io::Result<()> {
    /// Before the texts, the two spaces behind the label included.
    const LEFT: usize = 11;
    let language = language::chosen();
    let info = rule.info();
    let style = text::severity(info.severity);
    let [severity, group, reference, meaning, condition] = language::messages()
        .explain
        .rule_labels
        .map(|label| Left(label, LEFT));
    writeln!(out, "{HEADING}{}  {}{HEADING:#}", info.id, rule.name_in(language))?;
    writeln!(out, "{severity}{style}{}{style:#}", info.severity.label(language))?;
    writeln!(out, "{group}{}", info.group.label(language))?;
    writeln!(out, "{reference}{}", rule.reference_in(language))?;
    let texts = [
        (meaning, rule.meaning_in(language)),
        (condition, rule.condition_in(language)),
    ];
    for (label, words) in texts {
        let lines = text::wrapped(words, text::width().saturating_sub(LEFT));
        for (index, line) in lines.iter().enumerate() {
            if index == 0 {
                writeln!(out, "{label}{line}")?;
            } else {
                writeln!(out, "{:LEFT$}{line}", "")?;
            }
        }
    }
    Ok(())
}

/// The ids that were perhaps meant.
fn unknown(asked: &str) -> String {
    let (language, messages) = (language::chosen(), language::messages());
    let words = &messages.explain;
    let wanted = asked.to_ascii_uppercase();
    let part = asked.to_lowercase();
    let near = |rule: &&Rule| {
        let named = |language| rule.name_in(language).to_lowercase().contains(&part);
        strsim::osa_distance(rule.id(), &wanted) <= 1
            || (part.len() > 2 && (named(Language::English) || named(language)))
    };
    let near: Vec<String> = Rule::ALL
        .iter()
        .filter(near)
        .take(8)
        .map(|rule| (words.rule_near)(rule.id(), rule.name_in(language)))
        .collect();
    let asked = text::foreign(asked);
    if near.is_empty() {
        (words.no_rule)(&asked)
    } else {
        (words.no_rule_but)(&asked, &near.join(messages.list_comma))
    }
}

struct Explainer<'a, W> {
    out: W,
    args: &'a Explain,
    /// Why something asked for could not be explained.
    refused: Option<String>,
}

impl<W: Write> Sink for &mut Explainer<'_, W> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        if self.args.report.output.json {
            return Ok(());
        }
        writeln!(self.out, "{HEADING}==> {} <=={HEADING:#}", text::foreign(name))
    }

    fn writes_while_reading(&self) -> bool {
        false
    }

    fn segment(&mut self, _: &Dissector, _: &Annotation) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        let asked = &self.args.connection;
        let json = self.args.report.output.json;
        let mut total: u64 = 0;
        let mut chosen: Vec<Connection> = Vec::new();
        for connection in dissector.finish() {
            total += 1;
            let wanted = if asked.is_empty() {
                json || chosen.len() <= FEW
            } else {
                asked.contains(&connection.connection)
            };
            if wanted {
                chosen.push(connection);
            }
        }
        if asked.is_empty() && !json && total > FEW as u64 {
            self.refused = Some((language::messages().which_connection)(total));
            return Ok(());
        }
        if total == 0 && asked.is_empty() && !json {
            return writeln!(self.out, "{}", language::messages().no_connections);
        }
        for (index, connection) in chosen.iter().enumerate() {
            let explanation = connection.explain_in(language::chosen());
            if json {
                serde_json::to_writer(&mut self.out, &explanation)?;
                writeln!(self.out)?;
            } else {
                if index > 0 {
                    writeln!(self.out)?;
                }
                tell(&mut self.out, connection, &explanation)?;
            }
        }
        let missing = asked
            .iter()
            .find(|&&number| chosen.iter().all(|connection| connection.connection != number));
        if let Some(number) = missing {
            self.refused = Some((language::messages().no_such_connection)(*number, total));
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn title(connection: &Connection) -> String {
    let src = text::endpoint(connection.src, connection.src_port);
    let dst = text::endpoint(connection.dst, connection.dst_port);
    (language::messages().explain.connection)(
        connection.connection,
        [&src, &dst],
        [connection.first_frame, connection.last_frame],
        Duration(connection.duration_ns),
    )
}

fn tell(out: &mut impl Write, connection: &Connection, explanation: &Explanation) -> io::Result<()> {
    writeln!(out, "{HEADING}{}{HEADING:#}", title(connection))?;
    let mut topic = None;
    for sentence in &explanation.sentences {
        if topic.replace(sentence.topic) != Some(sentence.topic) {
            writeln!(
                out,
                "{HEADING}{}{HEADING:#}",
                (language::messages().explain.topic)(sentence.topic)
            )?;
        }
        for (index, line) in text::wrapped(&sentence.line(), text::width().saturating_sub(4))
            .iter()
            .enumerate()
        {
            let indent = if index == 0 { "  " } else { "    " };
            writeln!(out, "{indent}{line}")?;
        }
    }
    Ok(())
}
