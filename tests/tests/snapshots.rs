//! What a person sees of each committed capture, and what a program gets, as snapshots to be read.
//!
//! A changed line is either a mistake or wanted; `cargo insta review` shows both sides. Each snapshot was
//! read against tshark's dissection and the capture's line of origin; what is known to be wrong in one is
//! written into it, from the table [`KNOWN_WRONG`], until somebody makes it right.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use synfin_tests::{captures, program, readable_json};

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

/// Captures of which every transaction's facts are kept.
const HTTP_IN_FULL: [&str; 6] = [
    "aborted-download.pcapng",
    "data-missed-by-capture.pcapng",
    "keep-alive-requests.pcapng",
    "pipelined-requests.pcapng",
    "put-after-continue.pcapng",
    "split-head.pcapng",
];

/// What the snapshots hold although it is not so. Whoever makes it right removes the entry.
const KNOWN_WRONG: [(&str, &str); 1] = [(
    "unread-data-reset",
    "The cause is unread data, not the application, as the origin says.",
)];

/// Runs a check over every capture, with what its snapshots say of themselves.
fn each(check: impl Fn(&Path)) {
    insta::glob!("../captures", "*.pcapng", |path| {
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let stem = path.file_stem().unwrap().to_string_lossy();
        if let Some((_, wrong)) = KNOWN_WRONG.iter().find(|(name, _)| *name == stem) {
            settings.set_description(format!("KNOWN WRONG: {wrong}"));
        }
        settings.bind(|| check(path));
    });
}

fn json_of<'a>(arguments: impl IntoIterator<Item = &'a Path>) -> String {
    let ran = program::run(arguments);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    ran.out.lines().map(readable_json::of).collect()
}

#[test]
fn packets_as_text() {
    each(|path| {
        let ran = program::run([path]);
        assert_eq!(
            (ran.status, ran.err.as_str()),
            (Some(0), ""),
            "{}",
            path.display()
        );
        insta::assert_snapshot!("packets", ran.out);
    });
}

#[test]
fn connections_as_json() {
    each(|path| {
        insta::assert_snapshot!(
            "connections",
            json_of(["connections".as_ref(), "--json".as_ref(), path])
        );
    });
}

#[test]
fn packets_as_json() {
    each(|path| {
        if TOLD_IN_FULL.iter().any(|name| path.ends_with(name)) {
            insta::assert_snapshot!("packets-in-full", json_of(["--json".as_ref(), path]));
        }
    });
}

#[test]
fn transactions_as_text() {
    each(|path| {
        let ran = program::run(["http".as_ref(), path]);
        assert_eq!(ran.status, Some(0), "{}", path.display());
        if ran.out.is_empty() {
            assert!(ran.err.ends_with(": no HTTP found\n"), "{}", ran.err);
        } else {
            assert_eq!(ran.err, "", "{}", path.display());
            insta::assert_snapshot!("http", ran.out);
        }
    });
}

#[test]
fn transactions_as_json() {
    each(|path| {
        if HTTP_IN_FULL.iter().any(|name| path.ends_with(name)) {
            let arguments = ["http".as_ref(), "--json".as_ref(), "--headers".as_ref(), path];
            insta::assert_snapshot!("http-in-full", json_of(arguments));
        }
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
    let in_full = TOLD_IN_FULL.iter().chain(&HTTP_IN_FULL);
    assert!(in_full.into_iter().all(|name| names.contains(*name)));
    assert!(
        KNOWN_WRONG
            .iter()
            .all(|(stem, _)| names.contains(&format!("{stem}.pcapng")))
    );
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().file_name().to_string_lossy().into_owned();
        let Some((_, of)) = file.strip_suffix(".snap").and_then(|name| name.split_once('@')) else {
            continue;
        };
        assert!(names.contains(of), "{file} is of no capture");
    }
}
