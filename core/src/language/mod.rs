//! The languages texts for people come in. The words of the public contract (JSON, fields, the C ABI) are the same in
//! each.

mod en;
mod fields_zh;
pub(crate) mod messages;
mod pieces;
mod rules_en;
mod rules_zh;
mod words;
mod zh;

use crate::field::{FIELDS, Field};
use crate::rule::Rule;
use messages::Messages;

words! {
    /// A language texts come in.
    Language {
        /// English.
        English = 0 "en",
        /// Chinese, in simplified characters.
        Chinese = 1 "zh",
    }
}

impl Language {
    /// The language of a POSIX locale or a BCP 47 tag: `zh_CN.UTF-8`, `zh-Hans`, `en_GB`; none for another.
    #[must_use]
    pub fn of_locale(locale: &str) -> Option<Self> {
        let word = locale.split(['_', '-', '.', '@']).next()?;
        Self::ALL
            .iter()
            .copied()
            .find(|language| word.eq_ignore_ascii_case(language.as_str()))
    }
}

pub(crate) const fn messages(language: Language) -> &'static dyn Messages {
    match language {
        Language::English => &en::English,
        Language::Chinese => &zh::Chinese,
    }
}

/// A rule for people.
#[derive(Debug, Clone, Copy)]
struct RuleText {
    name: &'static str,
    meaning: &'static str,
    condition: &'static str,
}

impl Rule {
    /// What it means for the connection, in a plain English sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.meaning_in(Language::English)
    }

    /// What it means for the connection, in a plain sentence.
    #[must_use]
    pub fn meaning_in(self, language: Language) -> &'static str {
        self.text(language).meaning
    }

    /// Its name in a few words.
    #[must_use]
    pub fn name_in(self, language: Language) -> &'static str {
        self.text(language).name
    }

    /// The evidence it takes, in a sentence.
    #[must_use]
    pub fn condition_in(self, language: Language) -> &'static str {
        self.text(language).condition
    }

    /// Where the behaviour is specified or described; RFCs are cited alike in each language.
    #[must_use]
    pub fn reference_in(self, language: Language) -> String {
        messages(language).reference(self.info().rfc)
    }

    fn text(self, language: Language) -> RuleText {
        match language {
            Language::English => rules_en::text(self),
            Language::Chinese => rules_zh::text(self),
        }
    }
}

impl Field {
    /// What it holds, in a line.
    #[must_use]
    pub fn description_in(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.description,
            Language::Chinese => FIELDS
                .iter()
                .position(|field| field.name == self.name)
                .and_then(|at| fields_zh::DESCRIPTIONS.get(at))
                .map_or(self.description, |(_, description)| description),
        }
    }
}

/// Whether a letter is one of Chinese's own.
#[cfg(test)]
pub(crate) const fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn locales_name_a_language_or_none() {
        let chinese = [
            "zh",
            "zh_CN.UTF-8",
            "zh_TW",
            "zh-Hans-CN",
            "ZH.GB18030",
            "zh@pinyin",
        ];
        assert!(
            chinese
                .iter()
                .all(|tag| Language::of_locale(tag) == Some(Language::Chinese))
        );
        assert_eq!(Language::of_locale("en_GB.UTF-8"), Some(Language::English));
        assert!(
            ["", "C", "POSIX", "de_DE", "zhuang"]
                .iter()
                .all(|tag| Language::of_locale(tag).is_none())
        );
    }
}
