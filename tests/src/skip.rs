//! Tests that need what a machine may lack: never silently.

use std::io::Write as _;

/// Says that a test did not run, even where the test runner hides what passing tests print; with
/// `SYNFIN_REQUIRE_ALL=1` that is a failure.
///
/// # Panics
/// With `SYNFIN_REQUIRE_ALL=1`.
pub fn skipped(reason: &str) {
    let all = std::env::var_os("SYNFIN_REQUIRE_ALL").is_some_and(|value| value == "1");
    assert!(!all, "SYNFIN_REQUIRE_ALL=1, but {reason}");
    not_asked_for(reason);
}

/// The same for what is not part of a machine's set-up, and so is never required.
pub fn not_asked_for(reason: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {reason}");
}
