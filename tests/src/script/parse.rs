//! From words to statements.

use super::ast::*;
use super::cursor::Words;
use super::error::ScriptError;
use super::flag;
use super::item;
use super::value;
use super::word::{self, Word};

/// Reads a whole script.
pub(super) fn program(source: &str) -> Result<Program, ScriptError> {
    let mut parser = Parser {
        program: Program::new(),
        labels: Vec::new(),
    };
    for words in word::statements(source)? {
        parser.statement(&mut Words::new(&words))?;
    }
    Ok(parser.program)
}

struct Parser {
    program: Program,
    labels: Vec<String>,
}

impl Parser {
    fn statement(&mut self, words: &mut Words<'_>) -> Result<(), ScriptError> {
        let line = words.peek().map_or(0, |word| word.line);
        let mut statement = Statement {
            line,
            step_ns: 0,
            label: None,
            act: Act::Wait,
        };
        if let Some(text) = words.peek_plain().filter(|text| text.starts_with(['+', '-'])) {
            let (word, _) = words.plain("a time step")?;
            statement.step_ns = value::duration(text).map_err(|fault| word.error(fault))?;
        }
        if words.peek_plain().is_some_and(|text| text.ends_with(':')) {
            statement.label = Some(self.label(words)?);
        }
        if words.peek().is_none() {
            if statement.label.is_some() {
                return Err(words.end("a statement after the label"));
            }
            self.program.statements.push(statement);
            return Ok(());
        }
        let fate = fate(words)?;
        let (word, verb) = words.plain("a statement")?;
        let sends = matches!(verb, "icmp" | "resend") || words.peek_plain() == Some(">");
        if fate != Fate::default() && !sends {
            return Err(word.error(format!(
                "expected a segment, resend or icmp after drop, lost, forged, cross or late, not \"{verb}\""
            )));
        }
        statement.act = match verb {
            "link" | "v6" | "host" | "snap" => {
                if statement.label.is_some() || statement.step_ns != 0 {
                    return Err(word.error(format!("{verb} sends nothing: it takes no label and no time step")));
                }
                return self.program.setting(word, verb, words);
            }
            "open" | "close" => return self.macro_statement(verb, &statement, words),
            "time" => {
                let (word, text) = words.plain("seconds since the epoch")?;
                Act::Clock(value::seconds(text).map_err(|fault| word.error(format!("time {fault}")))?)
            }
            "icmp" => self.icmp(fate, words)?,
            "resend" => {
                let what = self.reference(words)?;
                let flags = match words.peek_plain().and_then(flag::parse) {
                    Some(flags) => {
                        words.take();
                        Some(flags)
                    }
                    None => None,
                };
                Act::Resend { fate, what, flags, items: item::segment(words)? }
            }
            "arrive" => {
                let what = self.reference(words)?;
                Act::Arrive { what, envelope: item::envelope(words)? }
            }
            "dup" => {
                let what = match words.peek_plain() {
                    Some(text) if self.is_reference(text) => Some(self.reference(words)?),
                    _ => None,
                };
                if let Some(text) = words.peek_plain().filter(|text| text.starts_with(['+', '-'])) {
                    let (word, _) = words.plain("a time step")?;
                    statement.step_ns += value::duration(text).map_err(|fault| word.error(fault))?;
                }
                Act::Duplicate { what, envelope: item::envelope(words)? }
            }
            _ if words.take_if(">") => {
                let from = self.host(word, verb)?;
                let to = self.receiver(from, words)?;
                let (word, text) = words.plain("flags such as SYN-ACK")?;
                let flags = flag::parse(text).ok_or_else(|| word.error(flag::fault(text)))?;
                Act::Segment { fate, from, to, flags, items: item::segment(words)? }
            }
            _ => return Err(word.error(format!(
                "unknown statement \"{verb}\"; expected a segment (\"C > S SYN\"), resend, arrive, dup, icmp, open, close, \
                 a time step (\"+10ms\"), or time, host, link, v6, snap"
            ))),
        };
        words.done()?;
        self.program.statements.push(statement);
        Ok(())
    }

    /// `open C > S [+T]` and `close C > S [+T]`: the textbook handshake and close.
    fn macro_statement(
        &mut self,
        verb: &str,
        first: &Statement,
        words: &mut Words<'_>,
    ) -> Result<(), ScriptError> {
        let (word, name) = words.plain("a host")?;
        let from = self.host(word, name)?;
        if !words.take_if(">") {
            return Err(words.end("\">\" and the other host"));
        }
        let to = self.receiver(from, words)?;
        let pause = match words.take() {
            Some(word) => {
                value::duration(word.plain().unwrap_or_default()).map_err(|fault| word.error(fault))?
            }
            None => 0,
        };
        words.done()?;
        let steps: &[(bool, u16)] = if verb == "open" {
            &[
                (true, flag::SYN),
                (false, flag::SYN | flag::ACK),
                (true, flag::ACK),
            ]
        } else {
            let fin = flag::FIN | flag::ACK;
            &[(true, fin), (false, flag::ACK), (false, fin), (true, flag::ACK)]
        };
        for (index, &(forward, flags)) in steps.iter().enumerate() {
            let (from, to) = if forward { (from, to) } else { (to, from) };
            let act = Act::Segment {
                fate: Fate::default(),
                from,
                to,
                flags,
                items: Items::default(),
            };
            let (step_ns, label) = if index == 0 {
                (first.step_ns, first.label.clone())
            } else {
                (pause, None)
            };
            self.program.statements.push(Statement {
                line: first.line,
                step_ns,
                label,
                act,
            });
        }
        Ok(())
    }

    /// `icmp R > C WHAT [items] quoting C`
    fn icmp(&self, fate: Fate, words: &mut Words<'_>) -> Result<Act, ScriptError> {
        let (word, name) = words.plain("the host that sends the error")?;
        let from = self.host(word, name)?;
        if !words.take_if(">") {
            return Err(words.end("\">\" and the host that gets the error"));
        }
        let to = self.receiver(from, words)?;
        let (word, text) = words.plain("unreachable, ttl-exceeded, frag-needed or type=N")?;
        let kind = match (text, text.strip_prefix("type=")) {
            ("unreachable", _) => IcmpKind::Unreachable,
            ("ttl-exceeded", _) => IcmpKind::TimeExceeded,
            ("frag-needed", _) => IcmpKind::TooBig,
            (_, Some(number)) => {
                IcmpKind::Type(value::byte(number).map_err(|fault| word.error(format!("type= {fault}")))?)
            }
            _ => {
                return Err(word.error(format!(
                    "expected unreachable, ttl-exceeded, frag-needed or type=N, not \"{text}\""
                )));
            }
        };
        let items = item::icmp(words)?;
        if !words.take_if("quoting") {
            return Err(words.peek().map_or_else(
                || words.end("\"quoting\" and a host or a label"),
                |word| {
                    word.error(format!(
                        "expected \"quoting\" and a host or a label, not {}",
                        word.shown()
                    ))
                },
            ));
        }
        Ok(Act::Icmp {
            fate,
            from,
            to,
            kind,
            quoted: self.reference(words)?,
            items,
        })
    }

    fn host(&self, word: &Word, name: &str) -> Result<usize, ScriptError> {
        self.program
            .hosts
            .iter()
            .position(|host| host.name == name)
            .ok_or_else(|| {
                let names: Vec<&str> = self.program.hosts.iter().map(|host| host.name.as_str()).collect();
                word.error(format!(
                    "no host is called \"{name}\"; there are {}",
                    names.join(", ")
                ))
            })
    }

    fn receiver(&self, from: usize, words: &mut Words<'_>) -> Result<usize, ScriptError> {
        let (word, name) = words.plain("the host it is sent to")?;
        let to = self.host(word, name)?;
        if to == from {
            Err(word.error("a host cannot send to itself"))
        } else {
            Ok(to)
        }
    }

    fn label(&mut self, words: &mut Words<'_>) -> Result<String, ScriptError> {
        let (word, text) = words.plain("a label")?;
        let label = text.trim_end_matches(':');
        if !is_name(label) || self.program.hosts.iter().any(|host| host.name == label) {
            return Err(word.error(format!(
                "a label is letters, digits, - and _, and no host's name, not \"{label}\""
            )));
        }
        if self.labels.iter().any(|known| known == label) {
            return Err(word.error(format!("the label \"{label}\" stands twice")));
        }
        self.labels.push(label.to_owned());
        Ok(label.to_owned())
    }

    fn is_reference(&self, text: &str) -> bool {
        self.labels.iter().any(|label| label == text)
            || self.program.hosts.iter().any(|host| host.name == text)
    }

    fn reference(&self, words: &mut Words<'_>) -> Result<Reference, ScriptError> {
        let (word, text) = words.plain("a host (its last segment) or a label")?;
        if self.labels.iter().any(|label| label == text) {
            return Ok(Reference::Label(text.to_owned()));
        }
        match self.program.hosts.iter().position(|host| host.name == text) {
            Some(host) => Ok(Reference::Host(host)),
            None => Err(word.error(format!(
                "\"{text}\" is neither a host nor a label that stands above"
            ))),
        }
    }
}

fn fate(words: &mut Words<'_>) -> Result<Fate, ScriptError> {
    let mut fate = Fate::default();
    while let Some(text) = words.peek_plain() {
        let mark = match text {
            "drop" => &mut fate.drop,
            "lost" => &mut fate.lost,
            "forged" => &mut fate.forged,
            "cross" => &mut fate.cross,
            "late" => &mut fate.late,
            _ => break,
        };
        *mark = true;
        words.take();
    }
    match words.peek() {
        Some(word) if fate.late && (fate.drop || fate.lost || fate.forged) => Err(word.error(
            "late already says that it is neither captured nor arrives yet; leave drop, lost and forged out",
        )),
        _ => Ok(fate),
    }
}

pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
