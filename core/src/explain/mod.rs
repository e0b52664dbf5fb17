//! A connection told in plain sentences. Presentation only: everything said here is read off [`Connection`]. What is
//! said, and what it rests on, is decided here; how, by the language's [`Messages`].

mod end;
mod flow;
mod opening;

use serde::Serialize;

use crate::annotation::ConnectionId;
use crate::connection::Connection;
use crate::language::messages::{Messages, Place};
use crate::language::{Language, messages};
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
    #[serde(skip)]
    language: Language,
}

impl Sentence {
    /// The text, and in brackets the rule and the RFC it tells of; in the language it was told in.
    #[must_use]
    pub fn line(&self) -> String {
        let Some(rfc) = self.rfc else {
            return self.text.clone();
        };
        let messages = messages(self.language);
        let brackets = messages.brackets(self.rule.map(Rule::id), &messages.reference(rfc));
        format!("{}{brackets}", self.text)
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
    /// Tells what happened to it, in English.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        self.explain_in(Language::English)
    }

    /// Tells what happened to it. Only the texts are the language's: frames, rules and references are the same in
    /// each.
    #[must_use]
    pub fn explain_in(&self, language: Language) -> Explanation {
        let words = messages(language);
        let mut sentences = vec![opening::who(self, words)];
        sentences.extend(opening::sentences(self, words));
        sentences.extend(unusual(self, words));
        sentences.extend(flow::sentences(self, words));
        sentences.extend(end::sentences(self, words));
        sentences.extend(flow::timing(self, words));
        for sentence in &mut sentences {
            sentence.language = language;
        }
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
    fn new(topic: Topic, text: String) -> Self {
        Self {
            topic,
            text,
            frames: Vec::new(),
            rfc: None,
            rule: None,
            confidence: None,
            language: Language::English,
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

/// Several sentences as one text.
fn joined(words: &dyn Messages, texts: impl IntoIterator<Item = String>) -> String {
    texts.into_iter().collect::<Vec<_>>().join(words.gap())
}

/// Told by the sentences about opening and end themselves.
const fn is_textbook(rule: Rule) -> bool {
    use Rule::{L1, L2, L4, L5, L7, O1, O2, O3, O4, T1, T2, T3, T4, T5, T6};
    matches!(
        rule,
        L1 | L2 | L4 | L5 | L7 | O1 | O2 | O3 | O4 | T1 | T2 | T3 | T4 | T5 | T6
    )
}

/// Every rule that is not textbook, once, with all its frames.
fn unusual(connection: &Connection, words: &dyn Messages) -> Vec<Sentence> {
    let mut told = Vec::new();
    let mut seen = crate::RuleSet::default();
    for hit in &connection.rules {
        if seen.contains(hit.id) || is_textbook(hit.id) {
            continue;
        }
        seen.insert(hit.id);
        let frames = connection.frames_of(hit.id);
        // What did not happen has no frame; it carries the last one.
        let place = match hit.id {
            Rule::O16 | Rule::T28 | Rule::E11 => Place::By,
            Rule::E10 | Rule::E12 | Rule::O48 => Place::At,
            _ => Place::In,
        };
        told.push(
            Sentence::new(Topic::Unusual, words.unusual(hit.id, place, &frames))
                .resting_on(&frames)
                .rule(hit.id),
        );
    }
    if connection.rules_omitted > 0 {
        let text = words.rules_omitted(connection.rules_omitted);
        told.push(Sentence::new(Topic::Unusual, text));
    }
    if connection.evicted {
        told.push(Sentence::new(Topic::Unusual, words.evicted()));
    }
    told
}
