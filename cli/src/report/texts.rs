//! What the page says: the phrases of its language, and the words of its data as people read them.

use std::collections::BTreeMap;

use serde::Serialize;
use synfin::http::{HttpProtocol, MessageState};
use synfin::{Cause, CloseVerdict, Closer, Confidence, HandshakeVerdict, Language, Side, State};

use crate::language::{Messages, PageMessages};

#[derive(Serialize)]
pub(super) struct Texts {
    texts: &'static PageMessages,
    /// By the kind of word, those that are not as in the data.
    labels: BTreeMap<&'static str, BTreeMap<&'static str, &'static str>>,
}

/// The labels of a type's words.
macro_rules! labels {
    ($type:ty, $language:expr) => {
        <$type>::ALL
            .iter()
            .map(|word| (word.as_str(), word.label($language)))
            .filter(|(word, label)| word != label)
            .collect()
    };
}

impl Texts {
    pub(super) fn of(say: &'static Messages) -> Self {
        let language = say.language;
        let sides = Side::BOTH
            .iter()
            .map(|side| (side.as_str(), side.label(language)));
        Self {
            texts: &say.page,
            labels: [
                ("handshake", labels!(HandshakeVerdict, language)),
                ("close", labels!(CloseVerdict, language)),
                ("by", labels!(Closer, language)),
                ("cause", labels!(Cause, language)),
                ("confidence", labels!(Confidence, language)),
                ("protocol", labels!(HttpProtocol, language)),
                ("message", labels!(MessageState, language)),
                ("state", labels!(State, language)),
                ("side", sides.collect()),
            ]
            .into(),
        }
    }
}

/// The language as HTML names it (BCP 47).
pub(super) const fn tag(language: Language) -> &'static str {
    match language {
        Language::English => "en",
        Language::Chinese => "zh-Hans",
    }
}
