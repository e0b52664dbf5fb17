//! What a person sees of each committed capture, and what a program gets, as snapshots to be read.
//!
//! A changed line is either a mistake or wanted; `cargo insta review` shows both sides. Each snapshot was
//! read against `tshark -V` and the capture's line of origin when it was accepted.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use synfin_tests::{captures, program};

/// Captures of which every segment's whole annotation is kept as well.
const TOLD_IN_FULL: [&str; 7] = [
    "get-closed-by-server.pcapng",
    "ipv6-get.pcapng",
    "last-ack-lost.pcapng",
    "multipath.pcapng",
    "simultaneous-open.pcapng",
    "snaplen-cut.pcapng",
    "syn-lost.pcapng",
];

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

#[test]
fn packets_as_text() {
    settings().bind(|| {
        insta::glob!("../captures", "*.pcapng", |path| {
            let ran = program::run([path]);
            assert_eq!(
                (ran.status, ran.err.as_str()),
                (Some(0), ""),
                "{}",
                path.display()
            );
            insta::assert_snapshot!("packets", ran.out);
        });
    });
}

#[test]
fn connections_as_json() {
    settings().bind(|| {
        insta::glob!("../captures", "*.pcapng", |path| {
            insta::assert_compact_json_snapshot!("connections", captures::dissect(path).connections);
        });
    });
}

#[test]
fn packets_as_json() {
    settings().bind(|| {
        insta::glob!("../captures", "*.pcapng", |path| {
            if TOLD_IN_FULL.iter().any(|name| path.ends_with(name)) {
                insta::assert_compact_json_snapshot!("packets-in-full", captures::dissect(path).packets);
            }
        });
    });
}

#[test]
fn every_snapshot_has_its_capture() {
    let captures = captures::below(&captures::folder());
    let names: BTreeSet<String> = captures
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert!(names.len() >= 12, "{names:?}");
    assert!(TOLD_IN_FULL.iter().all(|name| names.contains(*name)));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().file_name().to_string_lossy().into_owned();
        let Some((_, of)) = file.strip_suffix(".snap").and_then(|name| name.split_once('@')) else {
            continue;
        };
        assert!(names.contains(of), "{file} is of no capture");
    }
}
