//! A line of a summary: what, how many, and the command that shows them.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(super) struct Line {
    pub(super) what: String,
    pub(super) count: u64,
    /// What `--where` takes to select them.
    #[serde(rename = "where")]
    pub(super) expression: String,
    /// For a shell.
    pub(super) command: String,
}

/// Makes the lines of one file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines<'a> {
    pub(super) file: &'a str,
}

impl Lines<'_> {
    /// About connections.
    pub(super) fn connections(
        self,
        what: impl Into<String>,
        count: u64,
        expression: impl Into<String>,
    ) -> Line {
        self.line("connections", what.into(), count, expression.into())
    }

    /// About one connection, at length.
    pub(super) fn connection(self, what: String, number: u64) -> Line {
        self.line("connections --long", what, 1, format!("connection == {number}"))
    }

    /// About HTTP transactions.
    pub(super) fn transactions(
        self,
        what: impl Into<String>,
        count: u64,
        expression: impl Into<String>,
    ) -> Line {
        self.line("http", what.into(), count, expression.into())
    }

    fn line(self, report: &str, what: String, count: u64, expression: String) -> Line {
        let command = format!("synfin {report} --where '{expression}' {}", shell(self.file));
        Line {
            what,
            count,
            expression,
            command,
        }
    }
}

/// A word for a shell: quoted where it must be. Control characters are for bash and zsh.
fn shell(word: &str) -> String {
    let plain = |char: char| char.is_alphanumeric() || "/._-+,:@%".contains(char);
    let drives = word.chars().any(synfin::display::drives_terminal);
    // A file named like an option would be taken for one.
    let word = if word.starts_with('-') && word != "-" {
        format!("./{word}")
    } else {
        word.to_owned()
    };
    if drives {
        let escaped = word.chars().map(|char| match char {
            '\'' | '\\' => format!("\\{char}"),
            char if synfin::display::drives_terminal(char) => format!("\\u{:04x}", u32::from(char)),
            char => char.to_string(),
        });
        format!("$'{}'", escaped.collect::<String>())
    } else if !word.is_empty() && word.chars().all(plain) {
        word
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::shell;

    #[test]
    fn a_file_name_is_one_word() {
        assert_eq!(shell("a/b-1.pcap"), "a/b-1.pcap");
        assert_eq!(shell("my file's.pcap"), r"'my file'\''s.pcap'");
        assert_eq!(shell("$(reboot)"), "'$(reboot)'");
        assert_eq!(shell("-x"), "./-x");
        assert_eq!(shell("-"), "-");
        assert_eq!(shell("a\u{1b}'"), r"$'a\u001b\''");
    }
}
