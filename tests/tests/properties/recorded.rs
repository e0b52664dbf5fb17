//! What holds of random conversations holds of recorded ones.

use std::path::{Path, PathBuf};

use synfin::capture::Capture;
use synfin::{Dissector, Outcome};
use synfin_tests::captures;

use crate::invariant;

/// What fails of a capture, read as far as it can be.
fn failing(path: &Path) -> Option<String> {
    let file = std::fs::File::open(path).ok()?;
    let mut capture = Capture::open(file).ok()?;
    let mut dissector = Dissector::default();
    let (mut packets, mut errors) = (Vec::new(), Vec::new());
    while let Ok(Some(frame)) = capture.next_frame() {
        match dissector.frame(&frame) {
            Outcome::Segment(annotation) => packets.push(annotation),
            Outcome::Icmp(Some(_)) => errors.push(frame.number),
            _ => {}
        }
    }
    let connections: Vec<_> = dissector.finish().collect();
    let error = invariant::all_with_errors(&packets, &connections, &errors).err()?;
    Some(format!("{}: {error}", path.display()))
}

fn hold(paths: &[PathBuf]) {
    let failing: Vec<String> = paths.iter().filter_map(|path| failing(path)).collect();
    assert!(!paths.is_empty());
    assert!(
        failing.is_empty(),
        "{} of {}:\n{}",
        failing.len(),
        paths.len(),
        failing.join("\n")
    );
}

#[test]
fn committed_captures_keep_the_invariants() {
    hold(&captures::below(&captures::folder()));
}

#[test]
fn the_corpus_keeps_the_invariants() {
    if let Some(corpus) = std::env::var_os("SYNFIN_CORPUS") {
        hold(&captures::below(Path::new(&corpus)));
    }
}
