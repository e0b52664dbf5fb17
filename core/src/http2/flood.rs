//! How much of something comes within a second: what is too much is said once for each time that so much came.

/// Counts in windows of a second, of the capture's time.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rate {
    since_ns: i64,
    count: u32,
}

impl Rate {
    const SECOND_NS: i64 = 1_000_000_000;

    /// One more; true when it is the one that makes it too many.
    pub(super) const fn one_more(&mut self, time_ns: i64, most: u32) -> bool {
        if self.count == 0 || time_ns.saturating_sub(self.since_ns) >= Self::SECOND_NS {
            self.since_ns = time_ns;
            self.count = 0;
        }
        self.count = self.count.saturating_add(1);
        self.count == most
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;

    #[test]
    fn only_so_many_within_a_second_are_too_many() {
        let mut rate = Rate::default();
        let slow = (0..1000).any(|n| rate.one_more(n * 20_000_000, 100));
        assert!(!slow, "fifty a second");
        let mut rate = Rate::default();
        let told = (0..250)
            .filter(|n| rate.one_more(n * 1_000_000, 100))
            .collect::<Vec<_>>();
        assert_eq!(told, [99]);
    }
}
