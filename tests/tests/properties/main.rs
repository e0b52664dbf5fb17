//! Properties of what synfin says, over random conversations: of two honest hosts whose truth is known ([`model`]), of
//! such conversations as captures spoil them, and of packets that no honest host sends.
//!
//! `PROPTEST_CASES` asks for more cases than the few of an ordinary run.

mod bounds;
mod edges;
mod found;
mod illegal;
mod invariant;
mod legal;
mod model;
mod packet;
mod recorded;
mod spoiled;

use proptest::test_runner::{Config, RngSeed};

/// A few cases, unless `PROPTEST_CASES` says how many.
fn cases(few: u32) -> Config {
    let mut config = Config::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = few;
        // A change is judged by what it changes, not by the day's luck; new cases are for the long run.
        config.rng_seed = RngSeed::Fixed(9293);
    }
    config.max_shrink_iters = 4000;
    config
}
