//! The pictures of a report's connections as data: a line of JSON each, drawn only when one is looked at.

use serde::Serialize;
use serde_json::{Value, json};
use synfin::{Connection, Side, State};

use super::columns::Words;
use crate::ladder::model::{Kind, Ladder, Line};
use crate::language::Messages;
use crate::protocols;

/// All pictures, and the words that their lines share.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Pictures {
    /// Flags, notes, steps, states and labels.
    pub(crate) shared: Words,
    /// One line of JSON a connection.
    #[serde(skip)]
    pub(crate) lines: String,
}

impl Pictures {
    /// Adds `[begins, lines, rules, verdict, told]`; `told` are lines of its protocols, `[label, words]`.
    pub(crate) fn push(
        &mut self,
        say: &Messages,
        connection: &Connection,
        ladder: &Ladder,
    ) -> serde_json::Result<()> {
        // No word is the first word: 0.
        self.shared.index("");
        let lines: Vec<Value> = ladder.lines.iter().map(|line| self.line(line)).collect();
        let begins: Vec<u32> = Side::BOTH
            .iter()
            .map(|&side| self.shared.index(ladder.begins[side].as_str()))
            .collect();
        let rules: Vec<Value> = connection
            .rules
            .iter()
            .map(|hit| {
                json!([
                    self.shared.index(hit.id.id()),
                    self.shared.index(hit.id.name_in(say.language)),
                    hit.frame
                ])
            })
            .collect();
        let told: Vec<Value> = protocols::told(say, connection)
            .into_iter()
            .map(|(label, words)| json!([self.shared.index(label), words]))
            .collect();
        let picture = json!([begins, lines, rules, ladder.verdict, told]);
        self.lines += &serde_json::to_string(&picture)?;
        self.lines.push('\n');
        Ok(())
    }

    /// `[kind, frame, time, delay, step, label, seq, ack, len, note, initiator's state, responder's, class]`.
    fn line(&mut self, line: &Line) -> Value {
        let mut index = |word: &str| self.shared.index(word);
        json!([
            code(line.kind),
            line.frame,
            line.time_ns,
            line.delay_ns,
            index(line.step),
            index(&line.label),
            line.seq,
            line.ack,
            line.len,
            index(&line.note),
            index(line.states.initiator.map_or("", State::as_str)),
            index(line.states.responder.map_or("", State::as_str)),
            index(line.class()),
        ])
    }
}

/// The kind in the lowest three bits, then: from the responder (or to it), sent again, lost (or sent by the
/// peer itself).
const fn code(kind: Kind) -> u8 {
    const RESPONDER: u8 = 8;
    const AGAIN: u8 = 16;
    const LAST: u8 = 32;
    const fn of(side: Side) -> u8 {
        match side {
            Side::Initiator => 0,
            Side::Responder => RESPONDER,
        }
    }
    const fn bit(set: bool, bit: u8) -> u8 {
        if set { bit } else { 0 }
    }
    match kind {
        Kind::Sent { from, again, lost } => of(from) | bit(again, AGAIN) | bit(lost, LAST),
        Kind::Missing { from } => 1 | of(from),
        Kind::Icmp { to, from_peer } => 2 | of(to) | bit(from_peer, LAST),
        Kind::Run => 3,
        Kind::Silence => 4,
    }
}
