//! The clock of an interface: draft-ietf-opsawg-pcapng section 4.2, `if_tsresol` and `if_tsoffset`.

const NS_PER_SECOND: i64 = 1_000_000_000;

/// Turns an interface's ticks into nanoseconds since the epoch, saturating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    scale: Scale,
    offset_ns: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    /// Nanoseconds per tick.
    Multiply(u64),
    /// Ticks per nanosecond.
    Divide(u64),
    /// Ticks per second, a power of two.
    PowerOfTwo(u32),
    /// More ticks per nanosecond than 64 bits of ticks can make.
    Nothing,
}

impl Clock {
    /// Microseconds.
    pub(super) const DEFAULT_RESOLUTION: u8 = 6;

    /// `resolution` is the option's byte: a negative power of ten, or of two when its first bit is set.
    pub(super) fn new(resolution: u8, offset_s: i64) -> Self {
        let scale = match resolution {
            0..=9 => Scale::Multiply(10_u64.pow(9 - u32::from(resolution))),
            10..=28 => Scale::Divide(10_u64.pow(u32::from(resolution) - 9)),
            29..=127 => Scale::Nothing,
            _ => Scale::PowerOfTwo(u32::from(resolution & 0x7f)),
        };
        Self {
            scale,
            offset_ns: offset_s.saturating_mul(NS_PER_SECOND),
        }
    }

    pub(super) fn time_ns(self, ticks: u64) -> i64 {
        let since_offset = match self.scale {
            Scale::Multiply(factor) => ticks.saturating_mul(factor),
            Scale::Divide(divisor) => ticks / divisor,
            Scale::PowerOfTwo(shift) => {
                let ns = (u128::from(ticks) * NS_PER_SECOND as u128) >> shift;
                u64::try_from(ns).unwrap_or(u64::MAX)
            }
            Scale::Nothing => 0,
        };
        // In two steps, since a time near the end of u64 may come back into range by the offset.
        let sum = i128::from(since_offset) + i128::from(self.offset_ns);
        i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn powers_of_ten() {
        assert_eq!(
            Clock::new(6, 0).time_ns(1_700_000_000_123_456),
            1_700_000_000_123_456_000
        );
        assert_eq!(
            Clock::new(9, 0).time_ns(1_700_000_000_123_456_789),
            1_700_000_000_123_456_789
        );
        assert_eq!(Clock::new(0, 0).time_ns(7), 7_000_000_000);
        assert_eq!(Clock::new(12, 0).time_ns(7_999), 7);
        assert_eq!(Clock::new(28, 0).time_ns(u64::MAX), 1);
        assert_eq!(Clock::new(29, 0).time_ns(u64::MAX), 0);
    }

    #[test]
    fn powers_of_two() {
        assert_eq!(Clock::new(0x80 | 1, 0).time_ns(3), 1_500_000_000);
        assert_eq!(Clock::new(0x80 | 32, 0).time_ns(5 << 31), 2_500_000_000);
        assert_eq!(Clock::new(0xff, 0).time_ns(u64::MAX), 0);
    }

    #[test]
    fn offsets_are_seconds_of_either_sign() {
        assert_eq!(Clock::new(6, 3600).time_ns(1), 3_600_000_001_000);
        assert_eq!(Clock::new(6, -1).time_ns(1), -999_999_000);
    }

    #[test]
    fn extremes_saturate() {
        assert_eq!(Clock::new(0, 0).time_ns(u64::MAX), i64::MAX);
        assert_eq!(Clock::new(0, i64::MAX).time_ns(u64::MAX), i64::MAX);
        assert_eq!(Clock::new(6, i64::MIN).time_ns(0), i64::MIN);
    }
}
