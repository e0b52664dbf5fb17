//! The part of a capture's time that is looked at, and how a point in time is written.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A point in time, nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Since 1970, UTC.
    Absolute(i64),
    /// Since the capture's first frame.
    Relative(i64),
}

const FORMS: &str = "2024-05-01 12:30:00.5 (local time), 2024-05-01T12:30:00Z, 1714566600.5 or, from the first \
                     packet on, +30s";

impl Moment {
    /// RFC 3339 with its offset, the same without one in local time, seconds since 1970, or + and a duration.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let moment = match text.strip_prefix('+') {
            Some(since) => duration(since).map(Self::Relative),
            None => absolute(text).map(Self::Absolute),
        };
        moment.ok_or_else(|| format!("no time: {FORMS}"))
    }

    fn since_1970(self, first_ns: i64) -> i64 {
        match self {
            Self::Absolute(ns) => ns,
            Self::Relative(ns) => first_ns.saturating_add(ns),
        }
    }
}

fn absolute(text: &str) -> Option<i64> {
    if let Some(ns) = seconds(text) {
        return Some(ns);
    }
    let time = text.parse::<Timestamp>().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        Some(civil.to_zoned(TimeZone::system()).ok()?.timestamp())
    })?;
    i64::try_from(time.as_nanosecond()).ok()
}

/// Seconds with a fraction of up to nine digits, exactly.
fn seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let fraction: i64 = format!("{fraction:0<9}").parse().ok()?;
    whole
        .parse::<i64>()
        .ok()?
        .checked_mul(1_000_000_000)?
        .checked_add(fraction)
}

fn duration(text: &str) -> Option<i64> {
    if let Some(ns) = seconds(text) {
        return Some(ns);
    }
    if let Some(ns) = text.strip_suffix('s').and_then(seconds) {
        return Some(ns);
    }
    let duration: SignedDuration = text.parse().ok()?;
    i64::try_from(duration.as_nanos()).ok().filter(|&ns| ns >= 0)
}

/// From `after` on, and before `before`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Window {
    pub(crate) after: Option<Moment>,
    pub(crate) before: Option<Moment>,
}

impl Window {
    /// Whether a frame is looked at, in a capture whose first frame was captured at `first_ns`.
    pub(super) fn holds(self, time_ns: i64, first_ns: i64) -> bool {
        self.after
            .is_none_or(|after| time_ns >= after.since_1970(first_ns))
            && self
                .before
                .is_none_or(|before| time_ns < before.since_1970(first_ns))
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, Window};

    #[test]
    fn times_are_written_as_people_write_them() {
        let half_past = 1_714_566_600_500_000_000;
        for text in [
            "1714566600.5",
            "2024-05-01T12:30:00.5Z",
            "2024-05-01 14:30:00.5+02:00",
        ] {
            assert_eq!(Moment::parse(text), Ok(Moment::Absolute(half_past)), "{text}");
        }
        for (text, ns) in [
            ("+30s", 30_000_000_000),
            ("+30", 30_000_000_000),
            ("+1.5", 1_500_000_000),
            ("+1.000000001s", 1_000_000_001),
            ("+1m30s", 90_000_000_000),
            ("+2h", 7_200_000_000_000),
            ("+500ms", 500_000_000),
        ] {
            assert_eq!(Moment::parse(text), Ok(Moment::Relative(ns)), "{text}");
        }
        for wrong in [
            "",
            "+",
            "noon",
            "12:30",
            "2024-13-01",
            "-5",
            "+-5s",
            "1.2.3",
            "99999999999999",
        ] {
            assert!(Moment::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_window_has_its_begin_and_not_its_end() {
        let window = Window {
            after: Some(Moment::Relative(10)),
            before: Some(Moment::Absolute(120)),
        };
        let held: Vec<i64> = (105..125).filter(|&ns| window.holds(ns, 100)).collect();
        assert_eq!((held.first(), held.last()), (Some(&110), Some(&119)));
        assert!(Window::default().holds(i64::MIN, 0));
    }
}
