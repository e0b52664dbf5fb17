//! The annotation in the making: what the rules say of one segment, before it is dressed for the reader.

use super::sent::{Again, Sent};
use crate::rule::{Rule, RuleSet};
use crate::stream::Mark;
use crate::words::{Order, Phase, Step};

#[derive(Debug, Clone, Copy)]
pub(super) struct Note {
    pub(super) phase: Phase,
    /// When something new was last sent or acknowledged before this segment.
    pub(super) quiet_since_ns: i64,
    pub(super) step: Option<Step>,
    pub(super) rules: RuleSet,
    textbook: Option<Rule>,
    special: Option<Rule>,
    pub(super) answers: Option<Mark>,
    pub(super) again: Option<Again>,
    /// Sent before, although the first sending is not remembered.
    pub(super) retransmission: bool,
    /// How it comes out of turn (E9).
    pub(super) order: Option<Order>,
    /// The close verdict is another one from here on, whatever the phase.
    pub(super) decides_close: bool,
    /// The capture holds the packet twice: it moves nothing.
    pub(super) copy: bool,
    /// Nothing in it is new: it is there to be answered (E1, E4).
    pub(super) probe: bool,
    /// A probe of a closed window (E4), perhaps with the next byte.
    pub(super) window_probe: bool,
    /// Holes before it were given up: the bound of reassembly.
    pub(super) gave_up: bool,
    /// It carries a head past its bound.
    pub(super) too_long: bool,
}

impl Note {
    pub(super) fn new(phase: Phase, quiet_since_ns: i64) -> Self {
        Self {
            phase,
            quiet_since_ns,
            step: None,
            rules: RuleSet::default(),
            textbook: None,
            special: None,
            answers: None,
            again: None,
            retransmission: false,
            order: None,
            decides_close: false,
            copy: false,
            probe: false,
            window_probe: false,
            gave_up: false,
            too_long: false,
        }
    }

    /// A step of the textbook: the first one of a segment is its role.
    pub(super) fn textbook(&mut self, rule: Rule, step: Step) {
        self.rules.insert(rule);
        self.textbook = self.textbook.or(Some(rule));
        self.step = match (self.step, step) {
            (Some(Step::Ack), Step::FirstFin) => Some(Step::AckAndFirstFin),
            _ => Some(step),
        };
    }

    /// Any other rule; the last one told is taken for the most specific.
    pub(super) fn special(&mut self, rule: Rule) {
        self.rules.insert(rule);
        self.special = Some(rule);
    }

    /// A rule that says something more of a segment: its role only where nothing else is.
    pub(super) fn also(&mut self, rule: Rule) {
        self.rules.insert(rule);
        self.special = self.special.or(Some(rule));
    }

    /// Rules that say more of a segment, the first of them its role where nothing else is.
    pub(super) fn more(&mut self, rules: RuleSet) {
        if !rules.is_empty() {
            self.rules.extend(rules);
            self.special = self.special.or(rules.iter().next());
        }
    }

    /// What is sent again, by a special rule; it repeats its step.
    pub(super) fn sent_again(&mut self, rule: Rule, step: Step, again: Again) {
        self.special(rule);
        self.step = Some(step);
        self.again = Some(again);
        self.retransmission = true;
    }

    /// The segment answers the last sending of this, unless it already answers something later.
    pub(super) fn answers(&mut self, sent: &Sent) {
        if self.answers.is_none_or(|mark| mark.frame < sent.last.frame) {
            self.answers = Some(sent.last);
        }
    }

    pub(super) fn role(&self) -> Option<Rule> {
        self.textbook.or(self.special)
    }
}
