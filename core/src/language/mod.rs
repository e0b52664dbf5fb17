//! The languages texts for people come in. The words of the public contract (JSON, fields, the C ABI) are the same in each.

mod words;

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
