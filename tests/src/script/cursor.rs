//! The words of one statement, read from left to right.

use super::error::ScriptError;
use super::word::Word;

/// The words of one statement, read from left to right; there is at least one.
pub(super) struct Words<'a> {
    words: &'a [Word],
    at: usize,
}

impl<'a> Words<'a> {
    pub(super) fn new(words: &'a [Word]) -> Self {
        Self { words, at: 0 }
    }

    /// The next word, which stays.
    pub(super) fn peek(&self) -> Option<&'a Word> {
        self.words.get(self.at)
    }

    /// The next word as written.
    pub(super) fn peek_plain(&self) -> Option<&'a str> {
        self.peek().and_then(Word::plain)
    }

    /// The next word, if any.
    pub(super) fn take(&mut self) -> Option<&'a Word> {
        let word = self.peek();
        self.at += usize::from(word.is_some());
        word
    }

    /// The next word is this one, and is taken.
    pub(super) fn take_if(&mut self, text: &str) -> bool {
        let found = self.peek_plain() == Some(text);
        self.at += usize::from(found);
        found
    }

    /// The next word as written, or an error that tells what was expected.
    pub(super) fn plain(&mut self, expected: &str) -> Result<(&'a Word, &'a str), ScriptError> {
        match self.take() {
            Some(word) => match word.plain() {
                Some(text) => Ok((word, text)),
                None => Err(word.error(format!("expected {expected}, not a text in quotes"))),
            },
            None => Err(self.end(expected)),
        }
    }

    /// An error just after the last word: something is missing.
    pub(super) fn end(&self, expected: &str) -> ScriptError {
        let (line, column) = self.words.last().map_or((0, 1), |last| {
            (
                last.line,
                last.column + last.plain().map_or(1, |text| text.chars().count()),
            )
        });
        ScriptError::new(
            line,
            column,
            format!("expected {expected}, but the statement ends here"),
        )
    }

    /// Nothing may be left.
    pub(super) fn done(&self) -> Result<(), ScriptError> {
        self.peek().map_or(Ok(()), |word| {
            Err(word.error(format!("nothing more was expected, but {}", word.shown())))
        })
    }
}
