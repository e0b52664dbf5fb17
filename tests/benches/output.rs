//! What printing costs: the program's reports of a capture, as multiples of the bare tracker's CPU time, in turn.
//! `cargo bench -p synfin-tests --bench output -- FILE`; a long capture with many connections tells most.

use std::fs::{self, File};
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};

use synfin::Dissector;
use synfin::capture::Capture;
use synfin_tests::program;

/// Runs of each; the least counts, as others use the machine, too.
const ROUNDS: usize = 7;

const REPORTS: [&[&str]; 6] = [
    &["connections"],
    &["connections", "--json"],
    &["packets", "--json"],
    &["packets"],
    &["summary"],
    &["packets", "--csv"],
];

/// The argument that makes this program the bare tracker: a process of its own, as the reports are.
const BARE: &str = "bare";

/// CPU ticks of children that have ended.
fn ticks() -> u64 {
    let told = fs::read_to_string("/proc/self/stat").expect("Linux");
    let behind_name = told.rsplit(')').next().expect("a name");
    let fields: Vec<u64> = behind_name
        .split_whitespace()
        .map(|field| field.parse().unwrap_or(0))
        .collect();
    fields[13] + fields[14]
}

fn track(path: &Path) {
    let mut capture = Capture::open(File::open(path).expect("it opens")).expect("a capture");
    let mut dissector = Dissector::default();
    while let Ok(Some(frame)) = capture.next_frame() {
        black_box(dissector.frame(&frame));
    }
    black_box(dissector.finish().count());
}

fn cost(command: &mut Command) -> u64 {
    let before = ticks();
    let status = command.stdout(Stdio::null()).status();
    assert!(status.expect("it runs").success());
    ticks() - before
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.as_slice() {
        [word, path] if word == BARE => return track(Path::new(path)),
        _ => (),
    }
    let asked = words.iter().find(|argument| !argument.starts_with("--"));
    let Some(path) = asked else {
        println!("output: name a capture: cargo bench -p synfin-tests --bench output -- FILE");
        return;
    };
    let path = fs::canonicalize(path).expect("a file by its whole path");
    let program = program::released();
    let this = std::env::current_exe().expect("Linux");
    let mut least = [u64::MAX; REPORTS.len() + 1];
    for _ in 0..ROUNDS {
        least[0] = least[0].min(cost(Command::new(&this).arg(BARE).arg(&path)));
        for (arguments, least) in REPORTS.iter().zip(&mut least[1..]) {
            *least = cost(Command::new(program).args(*arguments).arg(&path)).min(*least);
        }
    }
    println!("{:<22} {:>6} ms CPU", "bare tracker", least[0] * 10);
    for (arguments, ticks) in REPORTS.iter().zip(&least[1..]) {
        let ratio = *ticks as f64 / least[0].max(1) as f64;
        println!(
            "{:<22} {:>6} ms CPU  {ratio:.2} times",
            arguments.join(" "),
            ticks * 10
        );
    }
}
