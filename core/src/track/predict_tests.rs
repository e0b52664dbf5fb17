//! The short way says what the long way says, of every capture there is.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::capture::Capture;
use crate::config::Config;
use crate::{Annotation, ChecksumPolicy, Connection, Dissector, Outcome};

/// What is told of a capture; of its connections also while they are open.
fn told(path: &Path, config: Config, predicts: bool) -> Option<(Vec<Annotation>, Vec<Connection>)> {
    let mut capture = Capture::open(File::open(path).ok()?).ok()?;
    let mut dissector = Dissector::new(config);
    dissector.tracker.predicts = predicts;
    let (mut annotations, mut connections) = (Vec::new(), Vec::new());
    while let Ok(Some(frame)) = capture.next_frame() {
        if let Outcome::Segment(annotation) = dissector.frame(&frame) {
            annotations.push(annotation);
            if annotations.len() < 2000 {
                connections.extend(dissector.connection(annotation.connection));
            }
        }
    }
    connections.extend(dissector.finish());
    Some((annotations, connections))
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            below(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn both_ways_tell_the_same() {
    let mut captures = Vec::new();
    below(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/captures"),
        &mut captures,
    );
    match std::env::var_os("SYNFIN_CORPUS") {
        Some(corpus) => below(&Path::new(&corpus).join("captures"), &mut captures),
        None => println!("SKIPPED the captures of SYNFIN_CORPUS, which is not set"),
    }
    let mut segments = 0;
    for path in captures {
        for checksums in [ChecksumPolicy::Note, ChecksumPolicy::Drop] {
            let config = || Config {
                checksums,
                ..Config::default()
            };
            let short = told(&path, config(), true);
            assert_eq!(short, told(&path, config(), false), "{}", path.display());
            segments += short.map_or(0, |(annotations, _)| annotations.len());
        }
    }
    assert!(segments > 3_000, "{segments}");
}
