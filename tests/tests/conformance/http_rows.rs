//! What the HTTP oracles share: rows played as conversations, and what must not depend on how they are cut.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use synfin::Side;
use synfin::http::{HttpField, HttpRow, MessageFacts, TransactionFacts};
pub(crate) use synfin_tests::talk::told_of;
use synfin_tests::talk::{Said, Told, config, digest, play};

use super::score::Answer;

/// Bytes of a row, given in base64.
pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap_or_default();
    STANDARD.decode(text).expect("base64")
}

/// Text of a row, one character a byte, as synfin shows the same bytes.
pub(crate) fn text(value: &Value) -> Option<String> {
    let latin1 = value.as_str()?;
    let bytes: Vec<u8> = latin1
        .chars()
        .map(|c| u8::try_from(c).expect("latin-1"))
        .collect();
    Some(String::from_utf8(bytes).unwrap_or_else(|_| latin1.to_owned()))
}

/// What differs between a row and ours.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<String>);

impl Faults {
    /// What a row does not give is not compared.
    pub(crate) fn same(&mut self, what: &str, theirs: Option<String>, ours: Option<String>) {
        if theirs.is_some() && theirs != ours {
            self.add(format!("{what} {theirs:?}, ours {ours:?}"));
        }
    }

    pub(crate) fn add(&mut self, fault: String) {
        self.0.push(fault);
    }

    pub(crate) fn answer(self) -> Answer {
        if self.0.is_empty() {
            Answer::Same
        } else {
            Answer::Differs(self.0.join("; "))
        }
    }
}

/// Names and values of a row. White space around values is no part of them (RFC 9110 section 5.5), and a fold is one or
/// more spaces (RFC 9112 section 5.2).
pub(crate) fn pairs(value: &Value) -> Vec<(String, String)> {
    let of = |pair: &Value| {
        (
            text(&pair[0]).unwrap_or_default(),
            unfolded(&text(&pair[1]).unwrap_or_default()),
        )
    };
    value.as_array().into_iter().flatten().map(of).collect()
}

pub(crate) fn unfolded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn own_pairs(fields: &[HttpField]) -> Vec<(String, String)> {
    fields
        .iter()
        .map(|field| (field.name.to_string(), unfolded(&field.value)))
        .collect()
}

pub(crate) fn facts(row: &HttpRow) -> &TransactionFacts {
    row.row.facts.as_deref().expect("facts were asked for")
}

/// The message of one side.
pub(crate) fn message(row: &HttpRow, side: Side) -> &MessageFacts {
    match side {
        Side::Initiator => &facts(row).request,
        Side::Responder => &facts(row).response,
    }
}

/// Plays a conversation whole, byte by byte, and with every piece in two parts at every place (at most 150 of them):
/// the first way in which it is told otherwise.
pub(crate) fn play_cut(steps: &[(Side, Said)]) -> (Told, Option<String>) {
    let whole = play(config(), steps, |_| Vec::new());
    let expected = digest(&whole);
    let longest = steps
        .iter()
        .map(|(_, said)| match said {
            Said::Bytes(bytes) => bytes.len(),
            _ => 0,
        })
        .max()
        .unwrap_or(0);
    let differs = |how: String, told: &Told| {
        let other = digest(told);
        (other != expected).then(|| format!("{how}:\n{other}\ninstead of\n{expected}"))
    };
    let mut fault = None;
    if longest <= 6000 {
        fault = differs(
            "byte by byte".to_owned(),
            &play(config(), steps, |bytes| (1..bytes.len()).collect()),
        );
    }
    let step = longest.div_ceil(150).max(1);
    for at in (1..longest).step_by(step) {
        fault = fault.or_else(|| differs(format!("cut at {at}"), &play(config(), steps, |_| vec![at])));
    }
    (whole, fault)
}
