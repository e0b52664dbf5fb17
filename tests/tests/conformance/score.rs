//! Rows that agree, rows that have a name in the table of exceptions, and rows that fail.

use std::fmt::Write as _;

use super::exceptions::Exception;

/// Reasons to differ that an oracle may have before they are a fault of ours.
const MOST_EXCEPTIONS: usize = 6;

/// How one recorded answer compares with ours.
#[derive(Debug)]
pub(crate) enum Answer {
    Same,
    /// In words: theirs, ours.
    Differs(String),
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

fn is_excepted(exceptions: &[Exception], oracle: &str, row: &str) -> bool {
    exceptions
        .iter()
        .any(|exception| exception.oracle == oracle && exception.rows.contains(&row))
}

/// What became of the rows of a sheet.
#[derive(Default)]
struct Count {
    agreed: usize,
    excepted: Vec<String>,
    beside: usize,
    failed: Vec<String>,
    /// Excepted rows that agree.
    stale: Vec<String>,
}

impl Count {
    fn of(sheet: &Sheet, exceptions: &[Exception]) -> Self {
        let mut count = Self::default();
        for (row, answer) in &sheet.rows {
            let excepted = is_excepted(exceptions, sheet.oracle, row);
            match answer {
                Answer::Same => {
                    count.agreed += 1;
                    if excepted {
                        count.stale.push(row.clone());
                    }
                }
                Answer::NotAboutTcp => count.beside += 1,
                Answer::Differs(what) if excepted => count.excepted.push(format!("{row}: {what}")),
                Answer::Differs(what) => count.failed.push(format!("{row}: {what}")),
            }
        }
        count
    }

    fn compared(&self) -> usize {
        self.agreed + self.excepted.len() + self.failed.len()
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
pub(crate) fn report(sheets: &[Sheet], exceptions: &[Exception]) -> (String, Vec<String>) {
    let mut table = format!(
        "{:<46} {:>5} {:>7} {:>10} {:>7} {:>7}\n",
        "oracle", "rows", "agreed", "exceptions", "no TCP", "score"
    );
    let mut faults = Vec::new();
    for sheet in sheets {
        let count = Count::of(sheet, exceptions);
        let floor = sheet
            .floor
            .map_or_else(String::new, |floor| format!(" (floor {floor})"));
        let _ = writeln!(
            table,
            "{:<46} {:>5} {:>7} {:>10} {:>7} {:>6.1}%{floor}",
            sheet.oracle,
            count.compared() + count.beside,
            count.agreed,
            count.excepted.len(),
            count.beside,
            count.percent(),
        );
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
    for exception in exceptions {
        faults.extend(list(exception, sheets, &mut table));
    }
    for sheet in sheets {
        let reasons = exceptions
            .iter()
            .filter(|exception| exception.oracle == sheet.oracle)
            .count();
        if reasons > MOST_EXCEPTIONS {
            faults.push(format!(
                "{}: {reasons} reasons to differ are a fault of ours, not of others",
                sheet.oracle
            ));
        }
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

    fn faults(rows: Vec<(&str, Answer)>) -> usize {
        let mut sheet = Sheet::new("it");
        for (row, answer) in rows {
            sheet.add(row.to_owned(), answer);
        }
        report(&[sheet], &[EXCEPTION]).1.len()
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
    fn more_than_ten_exceptions_fail() {
        let faults_of = |count| {
            let mut sheet = Sheet::new("it");
            sheet.add("known".to_owned(), differs());
            let exceptions: Vec<Exception> = (0..count).map(|_| EXCEPTION).collect();
            report(&[sheet], &exceptions).1.len()
        };
        assert_eq!(
            (faults_of(MOST_EXCEPTIONS), faults_of(MOST_EXCEPTIONS + 1)),
            (0, 1)
        );
    }

    #[test]
    fn a_floor_may_only_rise() {
        let sheet = |floor| {
            let mut sheet = Sheet::with_floor("quantities", floor);
            sheet.add("a".to_owned(), Answer::Same);
            sheet.add("b".to_owned(), differs());
            sheet
        };
        assert!(report(&[sheet(1)], &[]).1.is_empty());
        assert!(!report(&[sheet(2)], &[]).1.is_empty());
    }
}
