//! libhtp's cases: whole connections.

use super::corpus::Corpus;
use super::score::Sheet;

pub(crate) fn rows(_corpus: &Corpus) -> Sheet {
    Sheet::new("libhtp")
}
