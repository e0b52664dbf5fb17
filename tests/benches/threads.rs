//! What several cores bring: reports of a capture on one core with one thread, and on all cores as the program wants
//! it, in turn. `cargo bench -p synfin-tests --bench threads -- FILE`; `synfin-gen short` makes a file that tells most.
//!
//! On a machine that others use, too, wall-clock time says little; CPU time of each thread says what the cores would
//! bring: the busiest thread is what the report takes at least.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use synfin_tests::program;

/// Runs of each; the least counts.
const ROUNDS: usize = 9;

const REPORTS: [&[&str]; 6] = [
    &["packets", "--json"],
    &["connections"],
    &["connections", "--json"],
    &["packets"],
    &["summary"],
    &["http", "--json"],
];

/// From one look at a running program's threads to the next.
const BETWEEN: Duration = Duration::from_millis(4);

/// What a run took: wall-clock time, and CPU time of each thread by its name.
struct Took {
    wall: Duration,
    threads: BTreeMap<String, Duration>,
}

impl Took {
    fn cpu(&self) -> Duration {
        self.threads.values().sum()
    }
}

/// CPU time of each thread until now; nothing where the program has ended.
fn threads(child: &Child) -> BTreeMap<String, Duration> {
    let mut threads = BTreeMap::new();
    let tasks = fs::read_dir(format!("/proc/{}/task", child.id()));
    for task in tasks.into_iter().flatten().flatten() {
        let told = |name: &str| fs::read_to_string(task.path().join(name)).unwrap_or_default();
        let nanoseconds = told("schedstat")
            .split(' ')
            .next()
            .and_then(|field| field.parse().ok());
        let name = told("comm").trim().to_owned();
        if let Some(nanoseconds) = nanoseconds.filter(|_| !name.is_empty()) {
            *threads.entry(name).or_default() += Duration::from_nanos(nanoseconds);
        }
    }
    threads
}

fn run(command: &mut Command) -> Took {
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().expect("it runs");
    let mut most = BTreeMap::new();
    loop {
        let ended = child.try_wait().expect("it is ours");
        if let Some(status) = ended {
            assert!(status.success());
            return Took {
                wall: begun.elapsed(),
                threads: most,
            };
        }
        // A thread that has ended keeps what it had.
        most.extend(threads(&child));
        std::thread::sleep(BETWEEN);
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(path) = words.iter().find(|argument| !argument.starts_with("--")) else {
        println!("threads: name a capture: cargo bench -p synfin-tests --bench threads -- FILE");
        return;
    };
    let path = fs::canonicalize(path).expect("a file by its whole path");
    let program = program::released();
    for report in REPORTS {
        let mut least: [Option<Took>; 2] = [None, None];
        let mut walls = [Duration::MAX; 2];
        for _ in 0..ROUNDS {
            for (several, least) in least.iter_mut().enumerate() {
                let mut command = Command::new(if several == 0 {
                    Path::new("taskset")
                } else {
                    program
                });
                if several == 0 {
                    command.args(["-c", "0"]).arg(program);
                }
                command.args(report).arg(&path);
                let took = run(&mut command);
                walls[several] = walls[several].min(took.wall);
                if least.as_ref().is_none_or(|least| took.cpu() < least.cpu()) {
                    *least = Some(took);
                }
            }
        }
        let [Some(one), Some(all)] = least else { return };
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let times = |left: Duration, right: Duration| left.as_secs_f64() / right.as_secs_f64();
        println!(
            "{:<19} wall {:>5.0} ms on one core, {:>5.0} ms on all: {:.2} times faster",
            report.join(" "),
            ms(walls[0]),
            ms(walls[1]),
            times(walls[0], walls[1]),
        );
        let busiest = all.threads.values().copied().max().unwrap_or_default();
        let each: Vec<String> = all
            .threads
            .iter()
            .filter(|(_, time)| ms(**time) >= 1.0)
            .map(|(name, time)| format!("{name} {:.0}", ms(*time)))
            .collect();
        println!(
            "{:19} CPU  {:>5.0} ms with one thread; ms of each: {}: at most {:.2} times",
            "",
            ms(one.cpu()),
            each.join(", "),
            times(one.cpu(), busiest),
        );
    }
}
