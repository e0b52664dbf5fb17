//! Flow control: RFC 9113 section 5.2 and 6.9. What each side may still send, and how long it had to wait.

/// The window of a connection and of a stream before anything changes it: section 6.9.2.
pub(super) const USUAL_WINDOW: i64 = 65_535;

/// The largest window: section 6.9.1.
const LARGEST: i64 = (1 << 31) - 1;

/// What one side may send on one stream, or on the connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    left: i64,
    /// When it was used up.
    stalled: Option<i64>,
}

impl Window {
    pub(super) const fn new(left: i64) -> Self {
        Self { left, stalled: None }
    }

    /// So many bytes were sent; false if there was no room for them.
    pub(super) fn send(&mut self, bytes: u32, time_ns: i64) -> bool {
        let had_room = i64::from(bytes) <= self.left.max(0);
        self.left = self.left.saturating_sub(i64::from(bytes));
        if self.left <= 0 {
            self.stalled.get_or_insert(time_ns);
        }
        had_room
    }

    /// It grows or, by a setting, shrinks. If the sender had to wait for it: how long it did; and false if it is too
    /// large now.
    pub(super) fn change(&mut self, by: i64, time_ns: i64) -> (Option<i64>, bool) {
        self.left = self.left.saturating_add(by);
        let fits = self.left <= LARGEST;
        self.left = self.left.min(LARGEST);
        let waited = if self.left > 0 {
            self.stalled
                .take()
                .map(|since| time_ns.saturating_sub(since).max(0))
        } else {
            None
        };
        (waited, fits)
    }

    /// Nothing more is to be sent: nobody waits.
    pub(super) const fn end(&mut self) {
        self.stalled = None;
    }

    /// Some of what was sent, or granted, was not captured: nobody knows what is left.
    pub(super) const fn forget(&mut self) {
        self.left = LARGEST;
        self.stalled = None;
    }
}

#[cfg(test)]
mod tests {
    use super::Window;

    #[test]
    fn a_window_that_is_used_up_stalls_its_sender_until_it_grows() {
        let mut window = Window::new(10);
        assert!(window.send(4, 1));
        assert_eq!(window.change(1, 2), (None, true), "it was not used up");
        assert!(window.send(7, 3));
        assert_eq!(window.change(0, 4), (None, true), "nothing came");
        assert_eq!(window.change(5, 8), (Some(5), true));
        assert!(!window.send(6, 9), "more than was left");
        // RFC 9113 section 6.9.2: a setting may make it negative, and then it takes more to open it.
        assert_eq!(window.change(-10, 10), (None, true));
        assert_eq!(window.change(11, 11), (None, true));
        assert_eq!(window.change(1, 12), (Some(3), true));
        assert!(!window.change(i64::from(u32::MAX), 13).1);
    }
}
