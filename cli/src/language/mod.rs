//! The language of everything that is written for people.

/// Adds to text; that cannot fail.
macro_rules! add {
    ($to:expr, $($form:tt)+) => {{
        use std::fmt::Write as _;
        let _ = write!($to, $($form)+);
    }};
}

mod en;
mod messages;
mod zh;

use std::sync::OnceLock;

pub(crate) use messages::{IcmpNames, Messages, Page as PageMessages, Tables};
pub(crate) use synfin::Language;

static CHOSEN: OnceLock<Language> = OnceLock::new();

/// For everything that is written from now on: what was asked for, else what the locale says, else English.
pub(crate) fn choose(asked: Option<Language>) {
    let _ = CHOSEN.set(
        asked
            .or_else(|| of_environment(|name| std::env::var(name).ok()))
            .unwrap_or(Language::English),
    );
}

pub(crate) fn chosen() -> Language {
    CHOSEN.get().copied().unwrap_or(Language::English)
}

/// All texts in the chosen language.
pub(crate) fn messages() -> &'static Messages {
    Messages::of(chosen())
}

/// The first of POSIX's variables that is set and not empty decides.
fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Option<Language> {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()))?;
    Language::of_locale(&locale)
}

#[cfg(test)]
mod tests {
    use super::{Language, of_environment};

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let with = |set: &'static [(&str, &str)]| {
            of_environment(|name| {
                set.iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(with(&[("LANG", "zh_CN.UTF-8")]), Some(Language::Chinese));
        assert_eq!(with(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")]), None);
        assert_eq!(
            with(&[("LANG", "en_US"), ("LC_MESSAGES", "zh_TW"), ("LC_ALL", "")]),
            Some(Language::Chinese)
        );
        assert_eq!(with(&[]), None);
    }
}
