//! Rows that agree, rows that have a name in the table of exceptions, and rows that fail.

use std::fmt::Write as _;

use synfin::Rule;

use super::exceptions::Exception;

/// Exceptions that a table may have before they are a fault of ours.
const MOST_EXCEPTIONS: usize = 10;

/// How one recorded answer compares with ours.
#[derive(Debug)]
pub(crate) enum Answer {
    Same,
    /// Both say that a rule is fulfilled.
    Meets(Rule),
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
}

/// Rows that may differ, and rules that rows may wait for.
pub(crate) struct Names<'a> {
    pub(crate) exceptions: &'a [Exception],
    pub(crate) undetected: &'a [Rule],
}

impl Names<'_> {
    fn except(&self, oracle: &str, row: &str) -> bool {
        self.exceptions
            .iter()
            .any(|exception| exception.oracle == oracle && exception.rows.contains(&row))
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
    /// Rules that are fulfilled, though nothing should detect them yet.
    early: Vec<Rule>,
}

impl Count {
    fn of(sheet: &Sheet, names: &Names<'_>) -> Self {
        let mut count = Self::default();
        for (row, answer) in &sheet.rows {
            let excepted = names.except(sheet.oracle, row);
            match answer {
                Answer::Spares(rule) if names.undetected.contains(rule) => {
                    count.waiting.push(format!("{row}: no {}", rule.id()));
                }
                Answer::Same | Answer::Meets(_) | Answer::Spares(_) => {
                    count.agreed += 1;
                    if excepted {
                        count.stale.push(row.clone());
                    }
                }
                Answer::NotAboutTcp => count.beside += 1,
                Answer::Differs(what) | Answer::Misses(_, what) if excepted => {
                    count.excepted.push(format!("{row}: {what}"));
                }
                Answer::Misses(rule, what) if names.undetected.contains(rule) => {
                    count.waiting.push(format!("{row}: {what}"));
                }
                Answer::Differs(what) | Answer::Misses(_, what) => {
                    count.failed.push(format!("{row}: {what}"));
                }
            }
            match answer {
                Answer::Meets(rule) if names.undetected.contains(rule) => count.early.push(*rule),
                _ => (),
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

/// The table, and what is wrong.
pub(crate) fn report(sheets: &[Sheet], names: &Names<'_>) -> (String, Vec<String>) {
    let mut table = format!(
        "{:<46} {:>5} {:>7} {:>10} {:>8} {:>7} {:>7}\n",
        "oracle", "rows", "agreed", "exceptions", "waiting", "no TCP", "score"
    );
    let mut faults = Vec::new();
    for sheet in sheets {
        let count = Count::of(sheet, names);
        let floor = sheet
            .floor
            .map_or_else(String::new, |floor| format!(" (floor {floor})"));
        let _ = writeln!(
            table,
            "{:<46} {:>5} {:>7} {:>10} {:>8} {:>7} {:>6.1}%{floor}",
            sheet.oracle,
            count.compared() + count.beside,
            count.agreed,
            count.excepted.len(),
            count.waiting.len(),
            count.beside,
            count.percent(),
        );
        for row in &count.waiting {
            let _ = writeln!(table, "  waits: {row}");
        }
        for rule in &count.early {
            let _ = writeln!(table, "  {} is detected: take it off NOT_DETECTED_YET", rule.id());
        }
        for row in &count.stale {
            faults.push(format!("{}: {row} agrees, its exception is stale", sheet.oracle));
        }
        let failed = count.failed.iter().map(|row| format!("{}: {row}", sheet.oracle));
        match sheet.floor {
            Some(floor) if count.agreed >= floor => {
                for row in &count.failed {
                    let _ = writeln!(table, "  differs: {row}");
                }
            }
            Some(floor) => {
                faults.push(format!("{}: {} agree, not {floor}", sheet.oracle, count.agreed));
                faults.extend(failed);
            }
            None => faults.extend(failed),
        }
    }
    table.push_str("\nexceptions\n");
    for exception in names.exceptions {
        faults.extend(list(exception, sheets, &mut table));
    }
    if names.exceptions.len() > MOST_EXCEPTIONS {
        faults.push(format!(
            "{} exceptions are a fault of ours, not of others",
            names.exceptions.len()
        ));
    }
    (table, faults)
}

/// An exception as told, and the rows it names that there are not.
fn list(exception: &Exception, sheets: &[Sheet], table: &mut String) -> Vec<String> {
    let _ = writeln!(
        table,
        "  {} ({} rows): {} [{}]",
        exception.oracle,
        exception.rows.len(),
        exception.reason,
        exception.section
    );
    let known: Vec<&str> = sheets
        .iter()
        .filter(|sheet| sheet.oracle == exception.oracle)
        .flat_map(|sheet| &sheet.rows)
        .map(|(row, _)| row.as_str())
        .collect();
    exception
        .rows
        .iter()
        .filter(|row| !known.contains(row))
        .map(|row| format!("{}: an exception names {row}, no such row", exception.oracle))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXCEPTION: Exception = Exception {
        oracle: "it",
        rows: &["known"],
        reason: "it is wrong",
        section: "RFC 9293",
    };
    const NAMES: Names<'_> = Names {
        exceptions: &[EXCEPTION],
        undetected: &[Rule::E12],
    };

    fn faults(rows: Vec<(&str, Answer)>) -> usize {
        let mut sheet = Sheet::new("it");
        for (row, answer) in rows {
            sheet.add(row.to_owned(), answer);
        }
        report(&[sheet], &NAMES).1.len()
    }

    fn differs() -> Answer {
        Answer::Differs("1, ours 2".to_owned())
    }

    #[test]
    fn a_row_that_differs_fails_unless_it_is_named() {
        assert_eq!(faults(vec![("known", differs())]), 0);
        assert_eq!(faults(vec![("known", differs()), ("other", differs())]), 1);
        assert_eq!(faults(vec![("known", differs()), ("other", Answer::Same)]), 0);
    }

    #[test]
    fn a_stale_exception_fails() {
        assert_eq!(faults(vec![("known", Answer::Same)]), 1);
        assert_eq!(faults(vec![("other", Answer::Same)]), 1, "it names no row");
    }

    #[test]
    fn only_rows_of_undetected_rules_wait() {
        let misses = |rule| Answer::Misses(rule, "none".to_owned());
        assert_eq!(faults(vec![("known", differs()), ("a", misses(Rule::E12))]), 0);
        assert_eq!(faults(vec![("known", differs()), ("a", misses(Rule::O4))]), 1);
    }

    #[test]
    fn a_floor_may_only_rise() {
        let sheet = |floor| {
            let mut sheet = Sheet::with_floor("quantities", floor);
            sheet.add("a".to_owned(), Answer::Same);
            sheet.add("b".to_owned(), differs());
            sheet
        };
        let names = Names {
            exceptions: &[],
            undetected: &[],
        };
        assert!(report(&[sheet(1)], &names).1.is_empty());
        assert!(!report(&[sheet(2)], &names).1.is_empty());
    }
}
