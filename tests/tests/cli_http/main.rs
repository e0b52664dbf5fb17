//! `synfin http`, and what `synfin packets` says of HTTP: as a person runs them.

mod bodies;
mod links;
mod log;
mod others;
mod text;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use synfin_tests::program::{Ran, command};
use synfin_tests::scratch::folder;
use synfin_tests::script::Script;
use tempfile::TempDir;

/// A script's capture in a folder.
fn capture(folder: &TempDir, name: &str, script: &str) -> PathBuf {
    let path = folder.path().join(name);
    let script = Script::parse(script).expect("a script");
    let file = fs::File::create(&path).expect("a scratch file");
    script.write_pcapng(file).expect("a scratch file");
    path
}

fn http<'a>(arguments: impl IntoIterator<Item = &'a str>, path: &Path) -> Ran {
    let mut command = command();
    command.arg("http").args(arguments).arg(path);
    command.output().expect("synfin runs").into()
}

/// Standard output of a run without anything to complain of.
fn told<'a>(arguments: impl IntoIterator<Item = &'a str>, path: &Path) -> String {
    let ran = http(arguments, path);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    ran.out
}

/// The lines of text below the heading, with one space between words.
fn lines(out: &str) -> Vec<String> {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    out.lines().skip(1).map(words).collect()
}

fn rows(path: &Path) -> Vec<Value> {
    let out = told(["--json"], path);
    out.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}
