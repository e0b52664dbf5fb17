//! The grammar of `--where`: that of Wireshark's display filters, as far as a list of values needs it.
//!
//! `or` binds least, then `xor`, `and`, `not`.

use std::ops::Range;

use synfin::FieldType;

use super::columns::{Column, Subject};
use super::expression::{Expression, Relation, Test};
use super::lexer::{Spanned, Token, Wrong, tokens};
use super::literal::Literal;
use super::words;

/// More parentheses inside each other mean nothing to anybody.
const DEEPEST: usize = 64;

pub(super) fn parse(text: &str, subject: Subject) -> Result<Expression, Wrong> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        next: 0,
        end: text.len(),
        depth: 0,
        subject,
    };
    let expression = parser.or()?;
    match parser.tokens.get(parser.next) {
        None => Ok(expression),
        Some(rest) => Err(Wrong::new(rest.at.clone(), "expected and, or, or the end")),
    }
}

struct Parser {
    tokens: Vec<Spanned>,
    next: usize,
    end: usize,
    depth: usize,
    subject: Subject,
}

impl Parser {
    fn or(&mut self) -> Result<Expression, Wrong> {
        let mut left = self.xor()?;
        while self.takes(&["||"], &["or"]) {
            left = Expression::Or(Box::new(left), Box::new(self.xor()?));
        }
        Ok(left)
    }

    fn xor(&mut self) -> Result<Expression, Wrong> {
        let mut left = self.and()?;
        while self.takes(&["^^"], &["xor"]) {
            left = Expression::Xor(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, Wrong> {
        let mut left = self.not()?;
        while self.takes(&["&&"], &["and"]) {
            left = Expression::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expression, Wrong> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Wrong::new(self.at(), "too many parentheses inside each other"));
        }
        let inner = if self.takes(&["!"], &["not"]) {
            Expression::Not(Box::new(self.not()?))
        } else if self.takes(&["("], &[]) {
            let inner = self.or()?;
            self.expect(")")?;
            inner
        } else {
            self.relation()?
        };
        self.depth -= 1;
        Ok(inner)
    }

    /// A field, and what is asked of its values.
    fn relation(&mut self) -> Result<Expression, Wrong> {
        let quantifier = self.quantifier();
        let column = self.column()?;
        if self.takes(&[], &["in"]) {
            let test = self.set(&column)?;
            return Ok(Self::test(column, quantifier.unwrap_or(false), test));
        }
        if self.is_word_at(0, &["not"]) && self.is_word_at(1, &["in"]) {
            self.next += 2;
            let within = Self::test(column, quantifier.unwrap_or(false), self.set(&column)?);
            return Ok(Expression::Not(Box::new(within)));
        }
        if self.takes(&[], &["contains"]) {
            let test = Test::Contains(self.text(&column)?.0);
            return Ok(Self::test(column, quantifier.unwrap_or(false), test));
        }
        if self.takes(&["~"], &["matches"]) {
            let (pattern, at) = self.text(&column)?;
            // As Wireshark's: upper and lower case are the same.
            let regex = regex::RegexBuilder::new(&pattern)
                .case_insensitive(true)
                .size_limit(1 << 20)
                .build();
            let regex = regex.map_err(|error| {
                let reason = error.to_string();
                let reason = reason
                    .lines()
                    .last()
                    .unwrap_or_default()
                    .trim_start_matches("error: ");
                Wrong::new(at, format!("this is no regular expression: {reason}"))
            })?;
            return Ok(Self::test(
                column,
                quantifier.unwrap_or(false),
                Test::Matches(regex),
            ));
        }
        let Some((relation, all)) = self.comparison()? else {
            return match quantifier {
                None => Ok(Expression::Exists(column)),
                Some(_) => Err(Wrong::new(self.at(), "expected a comparison")),
            };
        };
        let test = self.compared(&column, relation)?;
        Ok(Self::test(column, quantifier.unwrap_or(all), test))
    }

    const fn test(column: Column, all: bool, test: Test) -> Expression {
        Expression::Test { column, all, test }
    }

    /// `any` or `all` before a field.
    fn quantifier(&mut self) -> Option<bool> {
        if self.takes(&[], &["any"]) {
            Some(false)
        } else {
            self.takes(&[], &["all"]).then_some(true)
        }
    }

    fn column(&mut self) -> Result<Column, Wrong> {
        let at = self.at();
        match self.take() {
            Some(Token::Word(name)) => Column::find(self.subject, &name).map_err(|hint| Wrong::new(at, hint)),
            Some(_) => Err(Wrong::new(at, "expected the name of a field")),
            None => Err(Wrong::new(
                at,
                "expected the name of a field, but the expression ends",
            )),
        }
    }

    /// A relation, and whether all values must fulfil it.
    fn comparison(&mut self) -> Result<Option<(Relation, bool)>, Wrong> {
        use Relation::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Unequal};
        let known: [(&[&str], &[&str], _, _); 8] = [
            (&["=="], &["eq", "any_eq"], Equal, false),
            (&["!="], &["ne", "all_ne"], Unequal, true),
            (&["==="], &["all_eq"], Equal, true),
            (&["!==", "~="], &["any_ne"], Unequal, false),
            (&[">"], &["gt"], Greater, false),
            (&[">="], &["ge"], GreaterOrEqual, false),
            (&["<"], &["lt"], Less, false),
            (&["<="], &["le"], LessOrEqual, false),
        ];
        for (signs, words, relation, all) in known {
            if self.takes(signs, words) {
                return Ok(Some((relation, all)));
            }
        }
        let at = self.at();
        match self.peek(0) {
            Some(Token::Sign("=")) => Err(Wrong::new(at, "equality is written ==")),
            Some(Token::Word(word)) if !["and", "or", "xor"].contains(&word.as_str()) => {
                Err(Wrong::new(at, "expected a comparison such as == or >"))
            }
            Some(Token::Quoted(_)) => Err(Wrong::new(at, "expected a comparison such as == or >")),
            _ => Ok(None),
        }
    }

    /// What stands to the right: a value, or another field of the same kind.
    fn compared(&mut self, column: &Column, relation: Relation) -> Result<Test, Wrong> {
        let at = self.at();
        let (text, quoted) = self.value()?;
        let read = Literal::read(&text, column);
        if !quoted
            && (read.is_err() || column.kind() == FieldType::Text && words::of(column.name()).is_none())
        {
            if let Ok(other) = Column::find(self.subject, &text) {
                let same = other.kind() == column.kind()
                    || [column, &other]
                        .iter()
                        .all(|c| matches!(c.kind(), FieldType::Unsigned | FieldType::Frame));
                if same {
                    return Ok(Test::With(relation, other));
                }
                let what = format!("{} cannot be compared with {}", other.name(), column.name());
                return Err(Wrong::new(at, what));
            }
        }
        read.map(|literal| Test::Compare(relation, literal))
            .map_err(|hint| Wrong::new(at, hint))
    }

    /// `{a, b..c}`
    fn set(&mut self, column: &Column) -> Result<Test, Wrong> {
        self.expect("{")?;
        let mut ranges = Vec::new();
        loop {
            let from = self.at();
            let (text, quoted) = self.value()?;
            let (low, mut high) = match text.split_once("..").filter(|_| !quoted) {
                Some((low, high)) => (low.to_owned(), Some((high.to_owned(), false))),
                None => (text, None),
            };
            // The dots may stand alone: "a" .. "b".
            if high.is_none() {
                if let Some(Token::Word(dots)) = self
                    .peek(0)
                    .filter(|token| matches!(token, Token::Word(word) if word.starts_with("..")))
                {
                    high = Some((dots[2..].to_owned(), false));
                    self.next += 1;
                }
            }
            if let Some((text, _)) = &mut high {
                if text.is_empty() {
                    *text = self.value()?.0;
                }
            }
            let read =
                |text: &str| Literal::read(text, column).map_err(|hint| Wrong::new(from.clone(), hint));
            let low = read(&low)?;
            let high = high.map_or_else(|| Ok(low.clone()), |(high, _)| read(&high))?;
            ranges.push((low, high));
            if self.takes(&["}"], &[]) {
                return Ok(Test::In(ranges));
            }
            if !self.takes(&[","], &[]) {
                return Err(Wrong::new(self.at(), "expected , or }"));
            }
        }
    }

    /// Text to look for in a field of text.
    fn text(&mut self, column: &Column) -> Result<(String, Range<usize>), Wrong> {
        let at = self.at();
        if column.kind() != FieldType::Text {
            let what = format!("{} is no text: {}", column.name(), column.kind());
            return Err(Wrong::new(at, what));
        }
        Ok((self.value()?.0, at))
    }

    /// A value, and whether it stood between quotes.
    fn value(&mut self) -> Result<(String, bool), Wrong> {
        let at = self.at();
        match self.take() {
            Some(Token::Word(word)) => Ok((word, false)),
            Some(Token::Quoted(text)) => Ok((text, true)),
            Some(Token::Sign(_)) => Err(Wrong::new(at, "expected a value")),
            None => Err(Wrong::new(at, "expected a value, but the expression ends")),
        }
    }

    fn expect(&mut self, sign: &str) -> Result<(), Wrong> {
        if self.takes(&[sign], &[]) {
            Ok(())
        } else {
            Err(Wrong::new(self.at(), format!("expected {sign}")))
        }
    }

    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.next + ahead).map(|spanned| &spanned.token)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.peek(0).cloned();
        self.next += 1;
        token
    }

    fn is_word_at(&self, ahead: usize, words: &[&str]) -> bool {
        matches!(self.peek(ahead), Some(Token::Word(word)) if words.contains(&word.as_str()))
    }

    /// Goes past the next token if it is one of these.
    fn takes(&mut self, signs: &[&str], words: &[&str]) -> bool {
        let is = matches!(self.peek(0), Some(Token::Sign(sign)) if signs.contains(sign))
            || self.is_word_at(0, words);
        self.next += usize::from(is);
        is
    }

    /// Where the next token stands.
    fn at(&self) -> Range<usize> {
        let next = self.tokens.get(self.next).map(|spanned| spanned.at.clone());
        next.unwrap_or(self.end..self.end)
    }
}
