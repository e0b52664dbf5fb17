//! What an expression says of a row, by the rules of Wireshark's display filters: a field may have no value or several.

use std::cmp::Ordering;

use regex::Regex;
use synfin::Value;

use super::columns::Column;
use super::literal::{Literal, numeric};
use super::row::Row;

#[derive(Debug)]
pub(crate) enum Expression {
    Or(Box<Self>, Box<Self>),
    Xor(Box<Self>, Box<Self>),
    And(Box<Self>, Box<Self>),
    Not(Box<Self>),
    /// The field has a value.
    Exists(Column),
    /// The values of a field, one by one.
    Test {
        column: Column,
        /// Whether all must fulfil it and not only one. A field without a value fulfils nothing.
        all: bool,
        test: Test,
    },
}

/// What a value must fulfil.
#[derive(Debug)]
pub(crate) enum Test {
    Compare(Relation, Literal),
    With(Relation, Column),
    /// One of these, both ends included.
    In(Vec<(Literal, Literal)>),
    Contains(String),
    Matches(Regex),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    Unequal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Relation {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
        }
    }
}

impl Expression {
    pub(crate) fn holds(&self, row: &dyn Row) -> bool {
        match self {
            Self::Or(left, right) => left.holds(row) || right.holds(row),
            Self::Xor(left, right) => left.holds(row) != right.holds(row),
            Self::And(left, right) => left.holds(row) && right.holds(row),
            Self::Not(inner) => !inner.holds(row),
            Self::Exists(column) => row.first(column).is_some(),
            Self::Test { column, all, test } => {
                let (mut any, mut every) = (false, true);
                row.values(column, &mut |value| {
                    let holds = test.holds(&value, row, *all);
                    any |= holds;
                    every &= holds;
                });
                // Where any holds, there is a value.
                any && (every || !all)
            }
        }
    }

    /// Every column it names.
    pub(super) fn columns(&self, into: &mut Vec<Column>) {
        match self {
            Self::Or(left, right) | Self::Xor(left, right) | Self::And(left, right) => {
                left.columns(into);
                right.columns(into);
            }
            Self::Not(inner) => inner.columns(into),
            Self::Exists(column) => into.push(*column),
            Self::Test { column, test, .. } => {
                into.push(*column);
                if let Test::With(_, other) = test {
                    into.push(*other);
                }
            }
        }
    }
}

impl Test {
    fn holds(&self, value: &Value<'_>, row: &dyn Row, all: bool) -> bool {
        match self {
            Self::Compare(relation, literal) => {
                let order = literal.order(value);
                order.map_or(*relation == Relation::Unequal, |order| relation.holds(order))
            }
            Self::With(relation, other) => {
                let (mut any, mut every) = (false, true);
                row.values(other, &mut |other| {
                    let order = order(value, &other);
                    let holds = order.map_or(*relation == Relation::Unequal, |order| relation.holds(order));
                    any |= holds;
                    every &= holds;
                });
                any && (every || !all)
            }
            Self::In(ranges) => ranges.iter().any(|(from, to)| {
                let reaches = from.order(value).is_some_and(Ordering::is_ge);
                reaches && to.order(value).is_some_and(Ordering::is_le)
            }),
            Self::Contains(part) => matches!(value, Value::Text(text) if text.contains(part.as_str())),
            Self::Matches(regex) => matches!(value, Value::Text(text) if regex.is_match(text)),
        }
    }
}

fn order(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Address(left), Value::Address(right)) => Some(left.cmp(right)),
        _ => Some(numeric(left)?.cmp(&numeric(right)?)),
    }
}

/// How rows are sorted by a value: those without one come last.
pub(super) fn sorted(left: &Value<'_>, right: &Value<'_>) -> Ordering {
    order(left, right).unwrap_or(Ordering::Equal)
}
