//! The words and signs of an expression.

use std::ops::Range;

/// What is wrong with an expression, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Bytes of the expression.
    pub(super) at: Range<usize>,
    pub(super) what: String,
}

impl Wrong {
    pub(super) fn new(at: Range<usize>, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { at, what }
    }

    /// The message, and below it the expression with a mark under the place.
    pub(crate) fn shown(&self, text: &str) -> String {
        let width = |range: Range<usize>| text.get(range).map_or(0, textwrap::core::display_width);
        let line: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let before = " ".repeat(width(0..self.at.start));
        let mark = "^".repeat(width(self.at.clone()).max(1));
        format!("{}\n  {line}\n  {before}{mark}", self.what)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, a keyword, a number, an address: whatever is not quoted.
    Word(String),
    /// What stood between quotes.
    Quoted(String),
    Sign(&'static str),
}

#[derive(Debug, Clone)]
pub(super) struct Spanned {
    pub(super) token: Token,
    pub(super) at: Range<usize>,
}

/// Longer ones first.
const SIGNS: [&str; 20] = [
    "===", "!==", "==", "!=", "~=", ">=", "<=", "&&", "||", "^^", ">", "<", "!", "~", "(", ")", "{", "}",
    ",", "=",
];

pub(super) fn tokens(text: &str) -> Result<Vec<Spanned>, Wrong> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let start = at;
        if next.is_whitespace() {
            at += next.len_utf8();
            continue;
        }
        let token = if matches!(next, '"' | '\'') {
            let (content, len) = quoted(&text[at..], next, at)?;
            at += len;
            Token::Quoted(content)
        } else if let Some(sign) = SIGNS.iter().find(|sign| text[at..].starts_with(**sign)) {
            at += sign.len();
            Token::Sign(sign)
        } else {
            let ends = |c: char| c.is_whitespace() || "\"'(){},=!<>&|~^".contains(c);
            let len = text[at..].find(ends).unwrap_or(text.len() - at);
            if len == 0 {
                let what = format!("\"{next}\" means nothing here");
                return Err(Wrong::new(at..at + next.len_utf8(), what));
            }
            at += len;
            Token::Word(text[start..at].to_owned())
        };
        tokens.push(Spanned { token, at: start..at });
    }
    Ok(tokens)
}

/// What stands between quotes, and how long it is with them. A backslash before a quote or a
/// backslash goes; before anything else it stays, for regular expressions.
fn quoted(text: &str, quote: char, at: usize) -> Result<(String, usize), Wrong> {
    let mut content = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((i, char)) = chars.next() {
        match char {
            char if char == quote => return Ok((content, i + 1)),
            '\\' => match chars.next() {
                Some((_, escaped)) if escaped == quote || escaped == '\\' => content.push(escaped),
                Some((_, escaped)) => content.extend(['\\', escaped]),
                None => break,
            },
            char => content.push(char),
        }
    }
    Err(Wrong::new(at..at + text.len(), "this quote has no end"))
}
