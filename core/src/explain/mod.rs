//! A connection told in plain sentences. Presentation only: everything said here is read off [`Connection`].

mod end;
mod flow;
mod meaning;
mod opening;
mod text;

use serde::Serialize;

use crate::annotation::ConnectionId;
use crate::connection::Connection;
use crate::rule::Rule;
use crate::words::Confidence;

words! {
    /// What a sentence of an explanation is about.
    Topic {
        /// Who opened it to whom.
        Who = 0 "who",
        /// How the handshake went.
        Opening = 1 "opening",
        /// What is not textbook.
        Unusual = 2 "unusual",
        /// What flowed.
        Transfer = 3 "transfer",
        /// How it ended, who ended it and why.
        End = 4 "end",
        /// How long it took.
        Timing = 5 "timing",
    }
}

/// One sentence or two that belong together, and what they rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// What it is about.
    pub topic: Topic,
    /// The text; what came from the wire is escaped.
    pub text: String,
    /// The frames it rests on.
    pub frames: Vec<u64>,
    /// Where the behaviour is specified.
    pub rfc: Option<&'static str>,
    /// The rule it tells of.
    pub rule: Option<Rule>,
    /// How sure it is, where it is a verdict or a cause.
    pub confidence: Option<Confidence>,
}

impl Sentence {
    /// The text, and in brackets the rule and the RFC it tells of.
    #[must_use]
    pub fn line(&self) -> String {
        match (self.rule, self.rfc) {
            (Some(rule), Some(rfc)) => format!("{} [{}, {rfc}]", self.text, rule.id()),
            (None, Some(rfc)) => format!("{} [{rfc}]", self.text),
            _ => self.text.clone(),
        }
    }
}

/// A connection told in sentences, in the order of [`Topic`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The connection.
    pub connection: ConnectionId,
    /// The sentences.
    pub sentences: Vec<Sentence>,
}

impl Connection {
    /// Tells what happened to it.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        let mut sentences = vec![opening::who(self)];
        sentences.extend(opening::sentences(self));
        sentences.extend(unusual(self));
        sentences.extend(flow::sentences(self));
        sentences.extend(end::sentences(self));
        sentences.extend(flow::timing(self));
        Explanation {
            connection: self.connection,
            sentences,
        }
    }

    /// The frames of a rule, in capture order.
    fn frames_of(&self, rule: Rule) -> Vec<u64> {
        self.rules
            .iter()
            .filter(|hit| hit.id == rule)
            .map(|hit| hit.frame)
            .collect()
    }

    fn first_of(&self, rule: Rule) -> Option<u64> {
        self.rules.iter().find(|hit| hit.id == rule).map(|hit| hit.frame)
    }
}

impl Sentence {
    fn new(topic: Topic, text: impl Into<String>) -> Self {
        Self {
            topic,
            text: text.into(),
            frames: Vec::new(),
            rfc: None,
            rule: None,
            confidence: None,
        }
    }

    fn resting_on(mut self, frames: &[u64]) -> Self {
        self.frames = frames.to_vec();
        self
    }

    fn rfc(mut self, rfc: &'static str) -> Self {
        self.rfc = Some(rfc);
        self
    }

    fn rule(mut self, rule: Rule) -> Self {
        self.rule = Some(rule);
        self.rfc = Some(rule.info().rfc);
        self
    }

    fn sure(mut self, confidence: Confidence) -> Self {
        self.confidence = Some(confidence);
        self
    }
}

/// Every rule that is not textbook, once, with all its frames.
fn unusual(connection: &Connection) -> Vec<Sentence> {
    let mut told = Vec::new();
    let mut seen = crate::RuleSet::default();
    for hit in &connection.rules {
        if seen.contains(hit.id) || meaning::is_textbook(hit.id) {
            continue;
        }
        seen.insert(hit.id);
        let frames = connection.frames_of(hit.id);
        // What did not happen has no frame; it carries the last one.
        let place = match hit.id {
            Rule::O16 | Rule::T28 | Rule::E11 => format!("(by {})", text::frames(&frames)),
            Rule::E10 | Rule::E12 | Rule::O48 => format!("({})", text::frames(&frames)),
            _ => format!("in {}", text::frames(&frames)),
        };
        let text = format!("{} {place}. {}", capital(hit.id.info().name), hit.id.meaning());
        told.push(
            Sentence::new(Topic::Unusual, text)
                .resting_on(&frames)
                .rule(hit.id),
        );
    }
    if connection.rules_omitted > 0 {
        let more = text::count(connection.rules_omitted, "further hit");
        told.push(Sentence::new(
            Topic::Unusual,
            format!("The list of rules is full: {more} not told here."),
        ));
    }
    if connection.evicted {
        told.push(Sentence::new(
            Topic::Unusual,
            "The table of connections was full, so this one was put aside before its end; what came later counts as another.",
        ));
    }
    told
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::capital;
    use crate::rule::Rule;

    #[test]
    fn every_rule_has_a_sentence_of_its_own() {
        let mut seen = std::collections::BTreeSet::new();
        for rule in Rule::ALL {
            let meaning = rule.meaning();
            assert!(meaning.ends_with('.') && meaning.len() > 15, "{}", rule.id());
            assert_eq!(capital(meaning), meaning, "{}", rule.id());
            assert!(seen.insert(meaning), "{} says what another says", rule.id());
        }
    }
}
