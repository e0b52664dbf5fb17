//! Rows that agree, rows that have a name in the table of exceptions, and rows that fail.

use std::fmt::Write as _;

use synfin::Rule;

use super::exceptions::{EXCEPTIONS, NOT_DETECTED_YET};

/// Exceptions that a table may have before they are a fault of ours.
const MOST_EXCEPTIONS: usize = 10;

/// How one recorded answer compares with ours.
#[derive(Debug)]
pub(crate) enum Answer {
    Same,
    /// In words: theirs, ours.
    Differs(String),
    /// Theirs says that a rule of ours is fulfilled (or is not); ours does not say the same.
    Misses(Rule, String),
    /// Neither theirs nor ours says that a rule is fulfilled.
    Spares(Rule),
    /// Nothing in the row is about TCP, or it is about the engine that made it.
    NotAboutTcp,
}

impl Answer {
    pub(crate) fn of(theirs: impl PartialEq<String> + std::fmt::Display, ours: String) -> Self {
        if theirs == ours {
            Self::Same
        } else {
            Self::Differs(format!("{theirs}, ours {ours}"))
        }
    }
}

/// The rows of one oracle.
pub(crate) struct Sheet {
    oracle: &'static str,
    /// Told only: quantities that both tools count, each by its own rules; so many agree at least.
    floor: Option<usize>,
    rows: Vec<(String, Answer)>,
}

impl Sheet {
    pub(crate) fn new(oracle: &'static str) -> Self {
        Self {
            oracle,
            floor: None,
            rows: Vec::new(),
        }
    }

    pub(crate) fn with_floor(oracle: &'static str, floor: usize) -> Self {
        Self {
            floor: Some(floor),
            ..Self::new(oracle)
        }
    }

    pub(crate) fn add(&mut self, row: String, answer: Answer) {
        self.rows.push((row, answer));
    }

    fn is_excepted(&self, row: &str) -> bool {
        EXCEPTIONS
            .iter()
            .any(|exception| exception.oracle == self.oracle && exception.rows.contains(&row))
    }
}

/// What became of the rows of a sheet.
#[derive(Default)]
struct Count {
    agreed: usize,
    excepted: Vec<String>,
    waiting: Vec<String>,
    beside: usize,
    failed: Vec<String>,
    /// Excepted rows that agree.
    stale: Vec<String>,
}

impl Count {
    fn of(sheet: &Sheet) -> Self {
        let mut count = Self::default();
        for (row, answer) in &sheet.rows {
            let excepted = sheet.is_excepted(row);
            match answer {
                Answer::Same => {
                    count.agreed += 1;
                    if excepted {
                        count.stale.push(row.clone());
                    }
                }
                Answer::Spares(rule) if NOT_DETECTED_YET.contains(rule) => {
                    count.waiting.push(format!("{row}: no {}", rule.id()));
                }
                Answer::Spares(_) => count.agreed += 1,
                Answer::NotAboutTcp => count.beside += 1,
                Answer::Differs(what) | Answer::Misses(_, what) if excepted => {
                    count.excepted.push(format!("{row}: {what}"));
                }
                Answer::Misses(rule, what) if NOT_DETECTED_YET.contains(rule) => {
                    count.waiting.push(format!("{row}: {what}"));
                }
                Answer::Differs(what) | Answer::Misses(_, what) => {
                    count.failed.push(format!("{row}: {what}"));
                }
            }
        }
        count
    }

    fn compared(&self) -> usize {
        self.agreed + self.excepted.len() + self.waiting.len() + self.failed.len()
    }

    /// Agreed or named, of what was compared; rounded down.
    fn percent(&self) -> f64 {
        let good = self.agreed + self.excepted.len();
        (good * 1000)
            .checked_div(self.compared())
            .map_or(100.0, |thousandths| thousandths as f64 / 10.0)
    }
}

/// The table, and what is wrong with it.
pub(crate) fn report(sheets: &[Sheet]) -> (String, Vec<String>) {
    let mut table = format!(
        "{:<44} {:>5} {:>7} {:>10} {:>8} {:>9} {:>7}\n",
        "oracle", "rows", "agreed", "exceptions", "waiting", "no TCP", "score"
    );
    let mut faults = Vec::new();
    for sheet in sheets {
        let count = Count::of(sheet);
        let _ = writeln!(
            table,
            "{:<44} {:>5} {:>7} {:>10} {:>8} {:>9} {:>6.1}%{}",
            sheet.oracle,
            count.compared() + count.beside,
            count.agreed,
            count.excepted.len(),
            count.waiting.len(),
            count.beside,
            count.percent(),
            sheet
                .floor
                .map_or_else(String::new, |floor| format!(" (floor {floor})")),
        );
        for row in &count.waiting {
            let _ = writeln!(table, "  waits: {row}");
        }
        for row in &count.stale {
            faults.push(format!("{}: {row} agrees, its exception is stale", sheet.oracle));
        }
        match sheet.floor {
            Some(floor) if count.agreed < floor => {
                faults.push(format!("{}: {} agree, not {floor}", sheet.oracle, count.agreed));
                faults.extend(count.failed);
            }
            Some(_) => {
                for row in &count.failed {
                    let _ = writeln!(table, "  differs: {row}");
                }
            }
            None => {
                faults.extend(count.failed.iter().map(|row| format!("{}: {row}", sheet.oracle)));
            }
        }
    }
    table.push_str("\nexceptions\n");
    for exception in EXCEPTIONS {
        let _ = writeln!(
            table,
            "  {} ({} rows): {} [{}]",
            exception.oracle,
            exception.rows.len(),
            exception.reason,
            exception.section
        );
        let sheet = sheets.iter().find(|sheet| sheet.oracle == exception.oracle);
        for row in exception.rows {
            let known = sheet.is_some_and(|sheet| sheet.rows.iter().any(|(name, _)| name == row));
            if !known {
                faults.push(format!(
                    "{}: an exception names {row}, no such row",
                    exception.oracle
                ));
            }
        }
    }
    if EXCEPTIONS.len() > MOST_EXCEPTIONS {
        faults.push(format!(
            "{} exceptions are a fault of ours, not of others",
            EXCEPTIONS.len()
        ));
    }
    (table, faults)
}
