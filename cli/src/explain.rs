//! `synfin explain`: a rule, or a connection, in plain words.

use std::io::{self, BufWriter, Write};

use synfin::{Annotation, Connection, Dissector, Explanation, RULES, Rule, RuleInfo, Topic};

use crate::Failure;
use crate::args::Explain;
use crate::input::{self, Reading, Sink};
use crate::text::{self, Duration, HEADING};

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
    let RuleInfo {
        id,
        name,
        rfc,
        severity,
        group,
        condition,
    } = rule.info();
    let style = text::severity(*severity);
    writeln!(out, "{HEADING}{id}  {name}{HEADING:#}")?;
    writeln!(out, "severity   {style}{}{style:#}", severity.as_str())?;
    writeln!(out, "group      {group}")?;
    writeln!(out, "reference  {rfc}")?;
    for (label, words) in [("meaning", rule.meaning()), ("condition", condition)] {
        let lines = text::wrapped(words, text::width().saturating_sub(11));
        for (index, line) in lines.iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            writeln!(out, "{label:<9}  {line}")?;
        }
    }
    Ok(())
}

/// The ids that were perhaps meant.
fn unknown(asked: &str) -> String {
    let wanted = asked.to_ascii_uppercase();
    let words = asked.to_ascii_lowercase();
    let near = |info: &&RuleInfo| {
        strsim::osa_distance(info.id, &wanted) <= 1
            || (words.len() > 2 && info.name.to_ascii_lowercase().contains(&words))
    };
    let near: Vec<String> = RULES
        .iter()
        .filter(near)
        .take(8)
        .map(|info| format!("{} ({})", info.id, info.name))
        .collect();
    let asked = text::foreign(asked);
    if near.is_empty() {
        format!("no rule \"{asked}\"; `synfin rules` lists them")
    } else {
        format!("no rule \"{asked}\"; near it: {}", near.join(", "))
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
            self.refused = Some(format!(
                "{total} connections: say which with --connection N, 0 to {} (`synfin connections` lists them)",
                total - 1
            ));
            return Ok(());
        }
        if total == 0 && asked.is_empty() && !json {
            return writeln!(self.out, "no TCP connections");
        }
        for (index, connection) in chosen.iter().enumerate() {
            let explanation = connection.explain();
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
            self.refused = Some(input::no_such_connection(*number, total));
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

const fn heading(topic: Topic) -> &'static str {
    match topic {
        Topic::Who => "Who",
        Topic::Opening => "Opening",
        Topic::Unusual => "Unusual",
        Topic::Transfer => "Data",
        Topic::End => "End",
        Topic::Timing => "Times",
    }
}

fn tell(out: &mut impl Write, connection: &Connection, explanation: &Explanation) -> io::Result<()> {
    writeln!(
        out,
        "{HEADING}Connection {}: {} → {}, frames {}-{}, {}{HEADING:#}",
        connection.connection,
        text::endpoint(connection.src, connection.src_port),
        text::endpoint(connection.dst, connection.dst_port),
        connection.first_frame,
        connection.last_frame,
        Duration(connection.duration_ns)
    )?;
    let mut topic = None;
    for sentence in &explanation.sentences {
        if topic.replace(sentence.topic) != Some(sentence.topic) {
            writeln!(out, "{HEADING}{}{HEADING:#}", heading(sentence.topic))?;
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
