//! Captures one by one against another program, a few at once; what differs, told together in the end.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// At once, one a core.
const RUNS_AT_ONCE: usize = 2;

/// Looks at each capture and adds what came of it, in no order.
///
/// # Panics
/// If a look does.
pub fn of_each<S: Default + Send>(
    paths: &[PathBuf],
    look: impl Fn(&Path) -> S + Sync,
    add: impl Fn(&mut S, S) + Sync,
) -> S {
    let next = AtomicUsize::new(0);
    let total = Mutex::new(S::default());
    std::thread::scope(|scope| {
        for _ in 0..RUNS_AT_ONCE {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let seen = look(path);
                    add(&mut total.lock().unwrap(), seen);
                }
            });
        }
    });
    total.into_inner().unwrap()
}

/// What synfin and tshark tell differently.
#[derive(Debug, Default)]
pub struct Differences(Vec<String>);

impl Differences {
    /// Notes a fact, `what` of a thing named `of`, if they tell it differently.
    pub fn compare<T: PartialEq + Debug>(&mut self, of: &str, what: &str, ours: T, theirs: T) {
        if ours != theirs {
            self.0
                .push(format!("{of}: {what}: synfin {ours:?}, tshark {theirs:?}"));
        }
    }

    /// Notes one in words.
    pub fn push(&mut self, difference: String) {
        self.0.push(difference);
    }

    /// Adds those of others.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// There must be none.
    ///
    /// # Panics
    /// If there are some; it tells the first `most` of them.
    pub fn check(mut self, most: usize) {
        let all = self.0.len();
        self.0.truncate(most);
        assert!(all == 0, "{all} differences:\n{}", self.0.join("\n"));
    }
}
