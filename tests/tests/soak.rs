//! Captures without an end: memory stays as it is, and however the program is ended, what it wrote is whole.
//! `tests/soak` runs this for a quarter of an hour.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use synfin_tests::c_host::run;
use synfin_tests::program::{self, generator, released};
use synfin_tests::scratch::folder;

/// Two connections that never close, with an exchange after the other: what is kept of them is soon full.
const ONE_LIFE: [&str; 4] = [
    "keepalive",
    "conns=2",
    "concurrency=2",
    "txns=1000000000-1000000000",
];
/// Connections that all close and are followed by others.
const MANY_LIVES: [&str; 4] = ["short", "packets=1000000000000", "concurrency=200", "variants=0"];

const COMMANDS: [&str; 2] = ["packets", "connections"];

/// Start-up and the first connections are not what a soak is about.
const THIRDS: usize = 3;
/// Seconds after which memory has found its level; before that it may still creep.
const LONG: u64 = 300;
/// More than any soak needs: a leak ends the test, not the machine.
const MOST_KIB: u64 = 1 << 20;

/// How long, in seconds.
fn asked() -> u64 {
    std::env::var("SYNFIN_SOAK_SECONDS").map_or(20, |seconds| seconds.parse().expect("a number of seconds"))
}

/// synfin at the end of a pipe that never ends.
struct Endless {
    generator: Child,
    synfin: Child,
}

impl Endless {
    fn start(program: &Path, traffic: &[&str], subcommand: &str, out: Stdio) -> Self {
        let mut generator = Command::new(generator())
            .arg(traffic[0])
            .arg("-")
            .args(&traffic[1..])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("gen runs");
        let pipe = generator.stdout.take().expect("it was asked for");
        let synfin = Command::new(program)
            .args([subcommand, "--json", "-"])
            .stdin(pipe)
            .stdout(out)
            .spawn()
            .expect("synfin runs");
        Self { generator, synfin }
    }

    /// Resident memory in KiB.
    fn resident(&self) -> u64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.synfin.id())).expect("synfin still runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.expect("Linux tells it").parse().expect("a number")
    }

    fn signal(&self, name: &str) {
        run(Command::new("kill").arg(name).arg(self.synfin.id().to_string()));
    }

    fn wait(mut self) -> ExitStatus {
        self.synfin.wait().expect("it ends")
    }
}

/// Nothing endless outlives a test, failed or not.
impl Drop for Endless {
    fn drop(&mut self) {
        for child in [&mut self.synfin, &mut self.generator] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The most of the middle and of the last third.
fn steady(samples: &[u64]) -> (u64, u64) {
    let third = samples.len() / THIRDS;
    let most = |part: &[u64]| part.iter().copied().max().expect("seconds went by");
    (most(&samples[third..2 * third]), most(&samples[2 * third..]))
}

/// Watches both commands at once; says what they took.
fn soak(traffic: &[&str]) {
    let seconds = asked();
    let mut soaks = COMMANDS.map(|name| {
        let mut endless = Endless::start(released(), traffic, name, Stdio::piped());
        let out = endless.synfin.stdout.take().expect("it was asked for");
        let count = thread::spawn(move || lines_in(out));
        (name, endless, count, Vec::new())
    });
    for second in 1..=seconds {
        thread::sleep(Duration::from_secs(1));
        for (name, endless, _, samples) in &mut soaks {
            samples.push(endless.resident());
            let now = samples[samples.len() - 1];
            assert!(
                now < MOST_KIB,
                "{name} of {} holds {now} KiB after {second} s",
                traffic[0]
            );
        }
    }
    for (name, endless, count, samples) in soaks {
        endless.signal("-INT");
        let status = endless.wait();
        let lines = count.join().expect("lines were counted");
        let (middle, last) = steady(&samples);
        println!(
            "{name} of {}: {lines} lines, {middle} KiB, then {last} KiB",
            traffic[0]
        );
        assert_eq!(status.code(), Some(130), "{name} ends at Ctrl-C");
        assert!(lines >= 2, "{name} wrote {lines} lines only");
        assert!(
            last * 100 <= middle * if seconds < LONG { 120 } else { 105 },
            "{name} of {}: {last} KiB after {middle} KiB",
            traffic[0]
        );
    }
}

fn lines_in(mut out: impl io::Read) -> u64 {
    let (mut chunk, mut lines) = (vec![0; 1 << 16], 0);
    loop {
        match out.read(&mut chunk).expect("a pipe") {
            0 => return lines,
            len => lines += chunk[..len].iter().filter(|&&byte| byte == b'\n').count() as u64,
        }
    }
}

#[test]
fn memory_does_not_follow_the_packets_of_a_connection() {
    soak(&ONE_LIFE);
}

#[test]
fn memory_does_not_follow_the_connections() {
    soak(&MANY_LIVES);
}

/// More connections than are kept after their close: they are told when they leave.
#[test]
fn each_of_many_connections_is_told_once() {
    let folder = folder();
    let capture = folder.path().join("many.pcap");
    let truth = run(Command::new(generator())
        .arg("short")
        .arg(&capture)
        .arg("packets=200000"));
    let truth: Value = serde_json::from_str(&truth).expect("the generator's truth");
    let told = run(Command::new(released())
        .args(["connections", "--json"])
        .arg(&capture));
    let mut numbers: Vec<u64> = told
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).expect("JSON")["connection"]
                .as_u64()
                .expect("a number")
        })
        .collect();
    assert!(!numbers.is_sorted(), "some left early");
    numbers.sort_unstable();
    let kinds = truth["connections"].as_object().expect("kinds of connections");
    let all: u64 = kinds.values().filter_map(Value::as_u64).sum();
    assert!(numbers.iter().copied().eq(0..all), "{} of {all}", numbers.len());
}

/// Runs a command into a file until the file has some bytes, or for a while if it writes at its end only, and
/// ends it by a signal.
fn ended_by(signal: &str, subcommand: &str) -> (ExitStatus, Vec<u8>) {
    let folder = folder();
    let path = folder.path().join("out.jsonl");
    let out = File::create(&path).expect("a scratch file");
    let endless = Endless::start(program::path(), &MANY_LIVES, subcommand, out.into());
    let patience = Instant::now() + Duration::from_secs(3);
    while fs::metadata(&path).expect("a scratch file").len() < 2_000_000 && Instant::now() < patience {
        thread::sleep(Duration::from_millis(20));
    }
    endless.signal(signal);
    (endless.wait(), fs::read(&path).expect("a scratch file"))
}

/// The lines, each of them JSON, and what stands behind the last of them.
fn whole_lines(bytes: &[u8]) -> (Vec<Value>, &[u8]) {
    let end = bytes
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |at| at + 1);
    let lines = BufReader::new(&bytes[..end]).lines();
    let parsed = lines.map(|line| {
        let line = line.expect("synfin writes UTF-8");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    });
    (parsed.collect(), &bytes[end..])
}

#[test]
fn killed_in_the_middle_it_leaves_whole_lines() {
    for subcommand in COMMANDS {
        let (status, bytes) = ended_by("-KILL", subcommand);
        assert_eq!(status.signal(), Some(9), "{subcommand}");
        let (lines, _) = whole_lines(&bytes);
        if subcommand == "packets" {
            assert!(lines.len() > 1000, "{} lines", lines.len());
        }
        numbered(subcommand, &lines);
    }
}

#[test]
fn interrupted_it_leaves_nothing_but_whole_lines() {
    for subcommand in COMMANDS {
        let (status, bytes) = ended_by("-INT", subcommand);
        assert_eq!(status.code(), Some(130), "{subcommand}");
        let (lines, rest) = whole_lines(&bytes);
        assert!(
            rest.is_empty(),
            "{subcommand} left {}",
            String::from_utf8_lossy(rest)
        );
        assert!(lines.len() > 100, "{subcommand}: {} lines", lines.len());
        numbered(subcommand, &lines);
    }
}

/// No line is missing in between: frames are numbered on, and no connection is told twice.
fn numbered(subcommand: &str, lines: &[Value]) {
    let key = if subcommand == "packets" {
        "frame"
    } else {
        "connection"
    };
    let numbers = lines.iter().map(|line| line[key].as_u64().expect("a number"));
    let mut numbers: Vec<u64> = numbers.collect();
    if subcommand == "connections" {
        numbers.sort_unstable();
    }
    for pair in numbers.windows(2) {
        match subcommand {
            "packets" => assert_eq!(pair[1], pair[0] + 1, "frames are numbered on"),
            _ => assert!(pair[1] > pair[0], "connection {} is told twice", pair[0]),
        }
    }
}
