//! What holds of random conversations holds of recorded ones.

use std::path::{Path, PathBuf};

use synfin::capture::Capture;
use synfin::{Dissector, Outcome};
use synfin_tests::captures;

use crate::invariant;

/// How many segments a capture has, read as far as it can be.
fn check(path: &Path) -> Result<usize, String> {
    let file = std::fs::File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let Ok(mut capture) = Capture::open(file) else {
        return Ok(0);
    };
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
    invariant::all_with_errors(&packets, &connections, &errors)
        .map(|()| packets.len())
        .map_err(|error| format!("{}: {error}", path.display()))
}

fn hold(paths: &[PathBuf]) {
    let results: Vec<_> = paths.iter().map(|path| check(path)).collect();
    let failing: Vec<&String> = results
        .iter()
        .filter_map(|result| result.as_ref().err())
        .collect();
    assert!(
        failing.is_empty(),
        "{} of {}:\n{failing:#?}",
        failing.len(),
        paths.len()
    );
    let with_tcp = results.iter().flatten().filter(|&&segments| segments > 0).count();
    assert!(
        4 * with_tcp > paths.len(),
        "only {with_tcp} of {} captures have segments",
        paths.len()
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
