//! Hostile patterns, each alone and long: four times as much of it takes no more memory, and four times the work. Both
//! are counted (bytes allocated at once, instructions), so that no clock decides.

use std::process::{Command, Output};

use synfin_tests::c_host::has;

const HOSTILE: &str = env!("CARGO_BIN_EXE_hostile");

/// Steps of a pattern after which memory has reached all bounds, those that are no settings included.
const LONG: u32 = 4000;
/// Steps after which the work is counted: fewer, for callgrind is slow. The settings of `hostile` are reached.
const FEW: u32 = 400;
const MANY: u32 = 4 * FEW;

fn run(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    output
}

fn patterns() -> Vec<String> {
    let output = run(&mut Command::new(HOSTILE));
    let names = String::from_utf8(output.stdout).expect("names");
    names.lines().map(str::to_owned).collect()
}

/// The most bytes allocated at once.
fn memory(pattern: &str, count: u32) -> u64 {
    let output = run(Command::new(HOSTILE).args([pattern, &count.to_string()]));
    let text = String::from_utf8(output.stdout).expect("a number");
    text.trim().parse().expect("a number")
}

#[test]
fn memory_is_flat() {
    let mut faults = Vec::new();
    for pattern in patterns() {
        let (few, many) = (memory(&pattern, LONG), memory(&pattern, 4 * LONG));
        println!("{pattern:28} {few:>9} bytes, four times as much of it {many:>9}");
        if many > few + few / 8 {
            faults.push(format!("{pattern}: {few} bytes, then {many}"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Where nothing bounds their number: an attempt that nothing follows takes no more than 128 bytes.
#[test]
fn a_lone_syn_is_small() {
    // The lists double in size: these are just full.
    const FULL: u32 = 1 << 15;
    let [few, many] = [FULL, 2 * FULL].map(|kept| memory("lone-syns", kept));
    let each = (many - few) as f64 / f64::from(FULL);
    println!("{each:.1} bytes each");
    assert!((50.0..=128.0).contains(&each), "{each}");
}

/// Those that were answered leave no gap behind among those that wait for it.
#[test]
fn a_flood_of_which_some_are_refused_takes_no_more_with_time() {
    let [few, many] = [10_000, 40_000].map(|count| memory("some-refused", count));
    println!("{few} bytes, four times as much of it {many}");
    assert!(many < few + few / 8, "{few} bytes, then {many}");
}

/// Instructions, as callgrind counts them.
fn work(pattern: &str, count: u32) -> u64 {
    let mut command = Command::new("valgrind");
    command.args([
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        HOSTILE,
        pattern,
        &count.to_string(),
    ]);
    let output = run(&mut command);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let collected = told
        .lines()
        .find_map(|line| line.split_once("Collected :"))
        .map(|(_, number)| number.trim());
    collected
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("no count in {told}"))
}

#[test]
fn work_is_linear() {
    if !has("valgrind", "the work of hostile patterns was not counted") {
        return;
    }
    let mut faults = Vec::new();
    for pattern in patterns() {
        // What a start costs, and what the tables cost until they are full, is no part of it.
        let [start, few, many] = [FEW / 2, FEW, MANY].map(|count| work(&pattern, count));
        let ratio = (many - few) as f64 / (few - start) as f64 / 6.0;
        println!(
            "{pattern:28} {:>6} instructions each, then {ratio:.2} times",
            (few - start) / u64::from(FEW / 2)
        );
        if ratio > 1.15 {
            faults.push(format!("{pattern}: {ratio:.2} times the work for each"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
