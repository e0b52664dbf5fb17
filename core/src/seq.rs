//! Sequence numbers: RFC 9293 section 3.4 arithmetic, right across the wrap at 2^32.

use serde::Serialize;

/// A TCP sequence or acknowledgement number.
///
/// Numbers live on a circle of 2^32, so there is no total order: compare by [`delta`](Self::delta)
/// or the methods built on it. Nothing here panics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct SeqNumber(pub u32);

impl SeqNumber {
    /// How far `self` is ahead of `other`, negative when behind; exact while the two are less than
    /// 2^31 apart (RFC 9293 section 3.4 assumes the same).
    #[must_use]
    pub const fn delta(self, other: Self) -> i32 {
        self.0.wrapping_sub(other.0) as i32
    }

    /// `self` comes before `other`.
    #[must_use]
    pub const fn before(self, other: Self) -> bool {
        self.delta(other) < 0
    }

    /// `self` comes after `other`.
    #[must_use]
    pub const fn after(self, other: Self) -> bool {
        self.delta(other) > 0
    }

    /// `self` is `other` or comes before it.
    #[must_use]
    pub const fn at_or_before(self, other: Self) -> bool {
        self.delta(other) <= 0
    }

    /// `self` is `other` or comes after it.
    #[must_use]
    pub const fn at_or_after(self, other: Self) -> bool {
        self.delta(other) >= 0
    }

    /// The later of the two.
    #[must_use]
    pub const fn max(self, other: Self) -> Self {
        if self.before(other) { other } else { self }
    }

    /// The number relative to a base, as tools print it: unsigned, wrapping.
    #[must_use]
    pub const fn relative_to(self, base: Self) -> u32 {
        self.0.wrapping_sub(base.0)
    }
}

impl std::ops::Add<u32> for SeqNumber {
    type Output = Self;

    fn add(self, bytes: u32) -> Self {
        Self(self.0.wrapping_add(bytes))
    }
}

impl std::ops::Sub<u32> for SeqNumber {
    type Output = Self;

    fn sub(self, bytes: u32) -> Self {
        Self(self.0.wrapping_sub(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::SeqNumber;

    #[test]
    fn order_holds_across_the_wrap() {
        let last = SeqNumber(u32::MAX);
        let first = SeqNumber(5);
        assert!(last.before(first) && first.after(last));
        assert_eq!(first.delta(last), 6);
        assert_eq!(last + 6, first);
        assert_eq!(first - 6, last);
        assert_eq!(last.max(first), first);
        assert_eq!(first.relative_to(last), 6);
    }

    #[test]
    fn half_the_circle_apart_is_defined_and_does_not_panic() {
        let zero = SeqNumber(0);
        let opposite = SeqNumber(1 << 31);
        assert_eq!(opposite.delta(zero), i32::MIN);
        assert_eq!(zero.delta(opposite), i32::MIN);
    }
}
