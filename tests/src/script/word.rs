//! From text to words: comments, texts in quotes and their escapes, continued lines.

use super::error::ScriptError;

/// One word of a statement and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) token: Token,
}

/// A word as written, or the bytes of a text in quotes.
#[derive(Debug, Clone)]
pub(super) enum Token {
    Plain(String),
    Text(Vec<u8>),
}

impl Word {
    /// The word as written; a text in quotes has none.
    pub(super) fn plain(&self) -> Option<&str> {
        match &self.token {
            Token::Plain(text) => Some(text),
            Token::Text(_) => None,
        }
    }

    /// The word for an error message.
    pub(super) fn shown(&self) -> String {
        self.plain()
            .map_or_else(|| "a text in quotes".to_owned(), |text| format!("\"{text}\""))
    }

    /// An error at this word.
    pub(super) fn error(&self, message: impl Into<String>) -> ScriptError {
        ScriptError::new(self.line, self.column, message)
    }
}

/// All statements of a script, each a list of at least one word.
pub(super) fn statements(source: &str) -> Result<Vec<Vec<Word>>, ScriptError> {
    let mut statements = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    for (index, text) in source.lines().enumerate() {
        words.append(&mut line_words(index + 1, text)?);
        if words.last().and_then(Word::plain) == Some("\\") {
            words.pop();
        } else if !words.is_empty() {
            statements.push(std::mem::take(&mut words));
        }
    }
    if !words.is_empty() {
        statements.push(words);
    }
    Ok(statements)
}

fn line_words(line: usize, text: &str) -> Result<Vec<Word>, ScriptError> {
    let chars: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(&first) = chars.get(at) {
        let column = at + 1;
        let token = match first {
            _ if first.is_whitespace() => {
                at += 1;
                continue;
            }
            '#' => break,
            '"' => {
                let (bytes, after) = quoted(line, &chars, at)?;
                at = after;
                Token::Text(bytes)
            }
            '>' => {
                at += 1;
                Token::Plain(">".to_owned())
            }
            _ => {
                let length = chars[at..]
                    .iter()
                    .position(|c| c.is_whitespace() || matches!(c, '"' | '>'))
                    .unwrap_or(chars.len() - at);
                at += length;
                Token::Plain(chars[at - length..at].iter().collect())
            }
        };
        words.push(Word { line, column, token });
    }
    Ok(words)
}

/// The bytes of the text whose opening quote stands at `open`, and the place after its closing quote.
fn quoted(line: usize, chars: &[char], open: usize) -> Result<(Vec<u8>, usize), ScriptError> {
    let mut bytes = Vec::new();
    let mut at = open + 1;
    while let Some(&c) = chars.get(at) {
        at += 1;
        match c {
            '"' => return Ok((bytes, at)),
            '\\' => {
                let escape = chars.get(at).copied();
                let column = at;
                at += 1;
                bytes.push(match escape {
                    Some('r') => b'\r',
                    Some('n') => b'\n',
                    Some('t') => b'\t',
                    Some('0') => 0,
                    Some('\\') => b'\\',
                    Some('"') => b'"',
                    Some('x') => {
                        let digit = |i: usize| chars.get(i).and_then(|c| c.to_digit(16));
                        let (Some(high), Some(low)) = (digit(at), digit(at + 1)) else {
                            return Err(ScriptError::new(
                                line,
                                column,
                                r"\x expects two hexadecimal digits",
                            ));
                        };
                        at += 2;
                        (high * 16 + low) as u8
                    }
                    _ => {
                        let known = r#"unknown escape; expected one of \r \n \t \0 \\ \" \xHH"#;
                        return Err(ScriptError::new(line, column, known));
                    }
                });
            }
            _ => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Err(ScriptError::new(line, open + 1, "this text has no closing quote"))
}
