//! Rows in the order of a field's values.

use std::borrow::Cow;

use synfin::Value;

use super::expression::sorted;
use super::row::Row;
use super::{Column, Descending, Selection};

/// Collects rows to sort them; keeps no more than `limit` asks for, by and large.
#[derive(Debug)]
pub(crate) struct Ordered<R> {
    rows: Vec<(Option<Value<'static>>, R)>,
    by: Column,
    descending: Descending,
    limit: usize,
}

impl<R> Ordered<R> {
    /// None where rows come as they are.
    pub(crate) fn new(selection: &Selection) -> Option<Self> {
        let (by, descending) = selection.sort?;
        let limit = selection
            .limit
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(usize::MAX);
        Some(Self {
            rows: Vec::new(),
            by,
            descending,
            limit,
        })
    }

    /// A row; gives those that cannot be among the wanted ones any more.
    pub(crate) fn push(&mut self, row: R) -> Vec<R>
    where
        R: Row,
    {
        let key = row.first(&self.by).map(owned);
        self.push_by(key, row)
    }

    /// The same of a row that is sorted by another's value.
    pub(crate) fn push_of(&mut self, values: &dyn Row, row: R) -> Vec<R> {
        let key = values.first(&self.by).map(owned);
        self.push_by(key, row)
    }

    fn push_by(&mut self, key: Option<Value<'static>>, row: R) -> Vec<R> {
        self.rows.push((key, row));
        if self.rows.len() / 2 > self.limit.max(1 << 10) {
            return self.sort();
        }
        Vec::new()
    }

    /// The rows that are wanted, in order, and those that are not. Rows with the same value stay as they came, those
    /// with none come last.
    pub(crate) fn take(&mut self) -> (Vec<R>, Vec<R>) {
        let gone = self.sort();
        (
            std::mem::take(&mut self.rows)
                .into_iter()
                .map(|(_, row)| row)
                .collect(),
            gone,
        )
    }

    fn sort(&mut self) -> Vec<R> {
        self.rows.sort_by(|(left, _), (right, _)| match (left, right) {
            (Some(left), Some(right)) if self.descending => sorted(right, left),
            (Some(left), Some(right)) => sorted(left, right),
            (left, right) => right.is_some().cmp(&left.is_some()),
        });
        let wanted = self.limit.min(self.rows.len());
        self.rows.drain(wanted..).map(|(_, row)| row).collect()
    }
}

fn owned(value: Value<'_>) -> Value<'static> {
    match value {
        Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
        Value::Unsigned(number) => Value::Unsigned(number),
        Value::Bool(is) => Value::Bool(is),
        Value::Frame(frame) => Value::Frame(frame),
        Value::RelativeTime(ns) => Value::RelativeTime(ns),
        Value::AbsoluteTime(ns) => Value::AbsoluteTime(ns),
        Value::Address(address) => Value::Address(address),
    }
}
