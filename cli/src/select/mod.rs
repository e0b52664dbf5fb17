//! Which rows of a report are wanted, in which order: `--where`, `--sort` and `--limit`, over the field registry.

mod columns;
mod expression;
mod http_columns;
mod lexer;
mod literal;
mod order;
mod parser;
mod row;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use columns::{Column, Subject};
pub(crate) use expression::Expression;
pub(crate) use order::Ordered;
pub(crate) use row::{Packet, Row};

use crate::Failure;
use crate::args;

/// What `--where`, `--fields`, `--sort` and `--limit` ask for, checked against the fields that there are.
#[derive(Debug)]
pub(crate) struct Selection {
    expression: Option<Expression>,
    /// Empty where the report's own columns are wanted.
    pub(crate) fields: Vec<Column>,
    pub(crate) sort: Option<(Column, Descending)>,
    pub(crate) limit: Option<u64>,
    /// How many rows of this capture went through.
    passed: u64,
}

/// Whether the greatest comes first.
pub(crate) type Descending = bool;

impl Selection {
    /// Fails, in words, where a name or an expression is wrong.
    pub(crate) fn new(asked: &args::Selection, subject: Subject) -> Result<Self, Failure> {
        let column = |option: &str, name: &str| {
            let found = Column::find(subject, name);
            found.map_err(|hint| Failure::Input(format!("{option}: {hint}")))
        };
        let expression = asked.expression.as_deref().map(|text| {
            parser::parse(text, subject)
                .map_err(|wrong| Failure::Input(format!("--where: {}", wrong.shown(text))))
        });
        let fields = asked.fields.iter().map(|name| column("--fields", name.trim()));
        let sort = asked.sort.as_deref().map(|name| {
            let (name, down) = name.strip_prefix('-').map_or((name, false), |name| (name, true));
            Ok::<_, Failure>((column("--sort", name)?, down || asked.desc))
        });
        Ok(Self {
            expression: expression.transpose()?,
            fields: fields.collect::<Result<_, _>>()?,
            sort: sort.transpose()?,
            limit: asked.limit,
            passed: 0,
        })
    }

    /// Whether everything is wanted, as it comes.
    pub(crate) const fn is_all(&self) -> bool {
        self.expression.is_none() && self.sort.is_none() && self.limit.is_none()
    }

    /// Whether a row fulfils the expression.
    pub(crate) fn holds(&self, row: &dyn Row) -> bool {
        self.expression
            .as_ref()
            .is_none_or(|expression| expression.holds(row))
    }

    /// Whether a row that fulfils it is still within the limit: for rows that are not sorted.
    pub(crate) fn admits(&mut self) -> bool {
        self.passed += 1;
        self.limit.is_none_or(|limit| self.passed <= limit)
    }

    /// Another capture begins.
    pub(crate) const fn begin(&mut self) {
        self.passed = 0;
    }

    /// Every column that is named.
    pub(crate) fn columns(&self) -> Vec<Column> {
        let mut columns = self.fields.clone();
        columns.extend(self.sort.map(|(column, _)| column));
        if let Some(expression) = &self.expression {
            expression.columns(&mut columns);
        }
        columns
    }
}
