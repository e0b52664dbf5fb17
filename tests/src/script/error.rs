//! What is wrong with a script, said so that its writer sees it at once.

use std::fmt;

/// Why a script could not be read or played: where, and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptError {
    /// Line of the script, from 1 (0 when no line is to blame, as for a host that a transformation names).
    pub line: usize,
    /// Character in that line, from 1.
    pub column: usize,
    /// What is wrong and what was expected.
    pub message: String,
    /// The line itself.
    pub text: String,
}

impl ScriptError {
    pub(super) fn new(line: usize, column: usize, message: impl Into<String>) -> Self {
        Self {
            line,
            column,
            message: message.into(),
            text: String::new(),
        }
    }

    /// The same error with the text of its line, looked up in the script's source.
    pub(super) fn quoting(mut self, source: &str) -> Self {
        let text = self
            .line
            .checked_sub(1)
            .and_then(|index| source.lines().nth(index));
        self.text = text.unwrap_or_default().to_owned();
        self
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            return f.write_str(&self.message);
        }
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)?;
        if !self.text.is_empty() {
            write!(
                f,
                "\n  | {}\n  | {:>width$}",
                self.text,
                '^',
                width = self.column.max(1)
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for ScriptError {}
