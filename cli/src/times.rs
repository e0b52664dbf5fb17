//! The time column of text reports, in the forms of tshark's `-t`.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::put;

/// What a time is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum TimeFormat {
    /// Seconds since the first line's packet.
    #[value(name = "r")]
    Relative,
    /// Time of day, local.
    #[value(name = "a")]
    Absolute,
    /// Date and time, local.
    #[value(name = "ad")]
    AbsoluteDate,
    /// Year, day of the year, and time, local.
    #[value(name = "adoy")]
    AbsoluteDayOfYear,
    /// Seconds since the frame before in the capture.
    #[value(name = "d")]
    Delta,
    /// Seconds since the line before.
    #[value(name = "dd")]
    DeltaDisplayed,
    /// Seconds since 1970.
    #[value(name = "e")]
    Epoch,
    /// Time of day, UTC.
    #[value(name = "u")]
    Utc,
    /// Date and time, UTC.
    #[value(name = "ud")]
    UtcDate,
    /// Year, day of the year, and time, UTC.
    #[value(name = "udoy")]
    UtcDayOfYear,
}

/// Writes the times of one capture after the other.
#[derive(Debug)]
pub(crate) struct Clock {
    format: TimeFormat,
    zone: TimeZone,
    start_ns: Option<i64>,
    /// Of the frame at hand and of the one before.
    captured_ns: [Option<i64>; 2],
    written_ns: Option<i64>,
    /// Of the line at hand.
    text: String,
}

impl Clock {
    pub(crate) fn new(format: TimeFormat) -> Self {
        use TimeFormat::{Absolute, AbsoluteDate, AbsoluteDayOfYear};
        let local = matches!(format, Absolute | AbsoluteDate | AbsoluteDayOfYear);
        Self {
            format,
            zone: if local { TimeZone::system() } else { TimeZone::UTC },
            start_ns: None,
            captured_ns: [None; 2],
            written_ns: None,
            text: String::new(),
        }
    }

    /// Another capture begins.
    pub(crate) fn reset(&mut self) {
        (self.start_ns, self.captured_ns, self.written_ns) = (None, [None; 2], None);
    }

    /// A frame was captured, whether a line tells of it or not.
    pub(crate) fn captured(&mut self, ns: i64) {
        self.captured_ns = [Some(ns), self.captured_ns[0]];
    }

    /// Times relative to the start begin here, if they did not before.
    pub(crate) fn starts_at(&mut self, ns: i64) {
        self.start_ns.get_or_insert(ns);
    }

    /// Columns of a time.
    pub(crate) const fn width(&self) -> usize {
        match self.format {
            TimeFormat::Relative | TimeFormat::Delta | TimeFormat::DeltaDisplayed => 10,
            TimeFormat::Absolute | TimeFormat::Utc => 15,
            TimeFormat::Epoch => 17,
            TimeFormat::AbsoluteDayOfYear | TimeFormat::UtcDayOfYear => 24,
            TimeFormat::AbsoluteDate | TimeFormat::UtcDate => 26,
        }
    }

    /// Adds the time of a line, which fills the column; lines in the order in which they are written.
    pub(crate) fn put(&mut self, line: &mut String, ns: i64) {
        self.text.clear();
        self.tell(ns);
        put::right(line, &self.text, self.width());
    }

    fn tell(&mut self, ns: i64) {
        self.starts_at(ns);
        let text = &mut self.text;
        let mut since = |before: Option<i64>| put::seconds(text, ns.saturating_sub(before.unwrap_or(ns)));
        let before = self.written_ns.replace(ns);
        match self.format {
            TimeFormat::Relative => since(self.start_ns),
            // A report whose lines are no frames counts from line to line.
            TimeFormat::Delta => since(self.captured_ns[1].or(before)),
            TimeFormat::DeltaDisplayed => since(before),
            TimeFormat::Epoch => {
                let sign = if ns < 0 { "-" } else { "" };
                let micros = ns
                    .unsigned_abs()
                    .div_ceil(1000)
                    .min(ns.unsigned_abs() / 1000 + u64::from(ns < 0));
                let _ = write!(text, "{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000);
            }
            TimeFormat::Absolute | TimeFormat::Utc => self.tell_date(ns, "%H:%M:%S.%6f"),
            TimeFormat::AbsoluteDate | TimeFormat::UtcDate => self.tell_date(ns, "%Y-%m-%d %H:%M:%S.%6f"),
            TimeFormat::AbsoluteDayOfYear | TimeFormat::UtcDayOfYear => {
                self.tell_date(ns, "%Y/%j %H:%M:%S.%6f");
            }
        }
    }

    fn tell_date(&mut self, ns: i64, form: &str) {
        // Every i64 of nanoseconds is a time between 1677 and 2262.
        let time = Timestamp::from_nanosecond(ns.into()).unwrap_or_default();
        let time = time.to_zoned(self.zone.clone());
        let _ = write!(self.text, "{}", time.strftime(form));
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, TimeFormat};

    fn told(clock: &mut Clock, ns: i64) -> String {
        let mut line = String::new();
        clock.put(&mut line, ns);
        line.trim_start().to_owned()
    }

    #[test]
    fn deltas_count_frames_or_lines() {
        let lines = |format| {
            let mut clock = Clock::new(format);
            let mut lines = Vec::new();
            for (ns, line) in [(0, false), (1, true), (3, false), (7, true)] {
                clock.captured(ns * 1_000_000_000);
                if line {
                    lines.push(told(&mut clock, ns * 1_000_000_000));
                }
            }
            lines
        };
        assert_eq!(lines(TimeFormat::Relative), ["0.000000", "6.000000"]);
        assert_eq!(lines(TimeFormat::Delta), ["1.000000", "4.000000"]);
        assert_eq!(lines(TimeFormat::DeltaDisplayed), ["0.000000", "6.000000"]);
    }

    #[test]
    fn every_time_can_be_written() {
        for ns in [i64::MIN, -1, 0, 1_714_566_600_500_000_999, i64::MAX] {
            for format in [TimeFormat::UtcDate, TimeFormat::Epoch, TimeFormat::UtcDayOfYear] {
                assert!(!told(&mut Clock::new(format), ns).is_empty());
            }
        }
        let text = |format| told(&mut Clock::new(format), 1_714_566_600_500_000_999);
        assert_eq!(text(TimeFormat::UtcDate), "2024-05-01 12:30:00.500000");
        assert_eq!(text(TimeFormat::UtcDayOfYear), "2024/122 12:30:00.500000");
        assert_eq!(text(TimeFormat::Utc), "12:30:00.500000");
        assert_eq!(text(TimeFormat::Epoch), "1714566600.500000");
        assert_eq!(told(&mut Clock::new(TimeFormat::Epoch), -1), "-0.000001");
    }
}
