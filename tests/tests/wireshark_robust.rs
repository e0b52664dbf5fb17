//! Whatever a capture holds, tshark with the plugin neither crashes nor hangs, the plugin does not give up, and
//! what other dissectors say stays the same. What takes long is ignored here and run by `make check-slow`.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use synfin_tests::c_host::Library;
use synfin_tests::captures;
use synfin_tests::sharkd::Sharkd;
use synfin_tests::skip;
use synfin_tests::wireshark::Wireshark;

/// Seconds after which a run counts as hanging; the longest takes five.
const LIMIT: &str = "200";

/// Exit status of tshark when it cannot read a file, or not to its end.
const UNREADABLE: i32 = 2;

/// What `tshark -V` prints of a capture, and what went wrong.
fn run(mut command: Command, capture: &str, how: &[&str]) -> (String, Vec<String>) {
    command
        .args([LIMIT, "tshark", "-n", "-V", "-r", capture])
        .args(how);
    let output = command.output().unwrap();
    let mut faults = Vec::new();
    if !matches!(output.status.code(), Some(0 | UNREADABLE)) {
        faults.push(output.status.to_string());
    }
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        if ["CRITICAL", "Dissector bug", "panicked", "The plugin"]
            .iter()
            .any(|bad| line.contains(bad))
        {
            // Process and time come first.
            faults.push(line.split_once(" -- ").map_or(line, |(_, what)| what).to_owned());
        }
    }
    (String::from_utf8_lossy(&output.stdout).into_owned(), faults)
}

/// What `tshark -V` prints of a capture. Panics where something went wrong that does not without the plugin:
/// damage finds faults of Wireshark's own.
fn dissect(wireshark: &Wireshark, capture: &str, how: &[&str]) -> String {
    let (text, faults) = run(wireshark.command("timeout"), capture, how);
    if !faults.is_empty() {
        let (_, others) = run(wireshark.command_without_plugin("timeout"), capture, how);
        assert_eq!(faults, others, "{capture} {how:?}");
    }
    assert!(!text.contains("synfin gave up"), "{capture} {how:?}");
    text
}

/// The packets in what [`dissect`] gave, which begin with "Frame 1: ".
fn packets_in(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with("Frame ")).count()
}

/// What [`dissect`] gave without our trees.
fn without_ours(text: &str) -> String {
    let mut is_ours = false;
    let lines = text.lines().filter(|line| {
        if !line.starts_with(' ') {
            is_ours = line.starts_with("[TCP lifecycle");
        }
        !is_ours
    });
    lines.map(|line| format!("{line}\n")).collect()
}

/// Does something with each item, on all processors, and says what was done with how many packets.
fn each<T: Sync>(what: &str, items: &[T], work: impl Fn(&T) -> usize + Sync) {
    let rest = Mutex::new(items.iter());
    let packets = AtomicUsize::new(0);
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| {
                loop {
                    let item = rest.lock().unwrap().next();
                    let Some(item) = item else { break };
                    packets.fetch_add(work(item), Ordering::Relaxed);
                }
            });
        }
    });
    let packets = packets.into_inner();
    let _ = writeln!(
        std::io::stderr(),
        "{what}: {} files, {packets} packets",
        items.len()
    );
    assert!(packets > 1000, "{what}: {packets} packets only");
}

/// The captures in the folder that `SYNFIN_CORPUS` names, where tshark can read them.
fn corpus(wireshark: &Wireshark) -> Option<Vec<PathBuf>> {
    let Some(root) = std::env::var_os("SYNFIN_CORPUS") else {
        skip::not_asked_for("SYNFIN_CORPUS is not set, so no capture of others went through the plugin");
        return None;
    };
    let found = captures::below(&Path::new(&root).join("captures"));
    assert!(found.len() > 100, "only {} captures", found.len());
    let copy = |(index, path): (usize, &PathBuf)| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let copy = wireshark.capture(&fs::read(path).unwrap(), &format!("{index}-{name}"));
        PathBuf::from(copy)
    };
    Some(found.iter().enumerate().map(copy).collect())
}

/// The same in few files, as starting tshark takes longer than what it does with most of them; captures that
/// mergecap cannot read stay for themselves.
fn in_few_files(wireshark: &Wireshark, files: &[PathBuf]) -> Vec<String> {
    let mut few = Vec::new();
    let (whole, damaged): (Vec<_>, Vec<_>) = files.iter().partition(|path| {
        let merged = Command::new("mergecap")
            .arg("-w")
            .arg("-")
            .arg(path)
            .output()
            .unwrap();
        merged.status.success()
    });
    for (index, batch) in whole.chunks(40).enumerate() {
        let merged = Command::new("mergecap")
            .args(["-a", "-w", "-"])
            .args(batch)
            .output()
            .unwrap();
        assert!(merged.status.success(), "{batch:?}");
        few.push(wireshark.capture(&merged.stdout, &format!("batch-{index}.pcapng")));
    }
    few.extend(damaged.iter().map(|path| path.to_str().unwrap().to_owned()));
    few
}

#[test]
fn what_other_dissectors_say_stays_the_same() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let capture = wireshark.capture(&captures::in_one_file(), "all.pcapng");
    for how in [&[][..], &["-2"]] {
        assert_is_added_only(&wireshark, &capture, how);
        let list = |mut command: Command, more: &[&str]| {
            command.args(["-n", "-r", &capture]).args(how).args(more);
            String::from_utf8(command.output().unwrap().stdout).unwrap()
        };
        let plain = list(wireshark.command_without_plugin("tshark"), &[]);
        let off = list(wireshark.command("tshark"), &["-o", "synfin.info_note:off"]);
        assert_eq!(off, plain, "{how:?}");
        let noted = list(wireshark.command("tshark"), &[]);
        assert_ne!(noted, plain, "{how:?}");
        for (noted, plain) in noted.lines().zip(plain.lines()) {
            let note = noted.strip_prefix(plain).expect(noted);
            assert!(
                note.is_empty() || (note.starts_with(" [") && note.ends_with(']')),
                "{noted}"
            );
        }
    }
}

/// Holds what tshark prints with the plugin against what it prints without, and counts packets.
fn assert_is_added_only(wireshark: &Wireshark, capture: &str, how: &[&str]) -> usize {
    let with = dissect(wireshark, capture, how);
    let (without, _) = run(wireshark.command_without_plugin("timeout"), capture, how);
    let (mut ours, mut theirs) = (without_ours(&with), without.lines());
    // Line by line: the whole would be unreadable where it fails.
    for line in std::mem::take(&mut ours).lines() {
        assert_eq!(Some(line), theirs.next(), "{capture} {how:?}");
    }
    assert_eq!(theirs.next(), None, "{capture} {how:?}");
    packets_in(&with)
}

#[test]
fn after_a_panic_the_plugin_says_so_and_is_quiet_for_that_file() {
    let library = || Library::build(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let Some(wireshark) = Wireshark::with(|| library().panicking_plugin()) else {
        return;
    };
    let file = |name: &str| wireshark.capture(&fs::read(captures::path(name)).unwrap(), name);
    let (long, short) = (file("get-closed-by-server.pcapng"), file("refused.pcapng"));
    for passes in [&[][..], &["-2"]] {
        let mut command = wireshark.command("tshark");
        command.args(["-n", "-r", &long, "-T", "fields", "-e", "synfin.step"]);
        command.args(["-e", "_ws.expert.message"]).args(passes);
        let output = command.output().unwrap(); // the panic's message is among its complaints
        assert!(output.status.success(), "{passes:?}: {}", output.status);
        let text = String::from_utf8(output.stdout).unwrap();
        let found: Vec<_> = text
            .lines()
            .map(|line| line.split_once('\t').unwrap())
            .map(|(step, messages)| (step.to_owned(), messages.contains("synfin gave up")))
            .collect();
        let mut wanted = vec![(String::new(), false); found.len()];
        for (frame, step) in wanted.iter_mut().zip(["1/3", "2/3", "3/3"]) {
            step.clone_into(&mut frame.0);
        }
        wanted[3].1 = true; // the frame in question
        assert_eq!(found, wanted, "{passes:?}");
    }
    let mut sharkd = Sharkd::start(&wireshark);
    sharkd.load(&long);
    assert_eq!(sharkd.frame(7).values("synfin.step"), [""; 0]);
    // The next file starts anew.
    sharkd.load(&short);
    assert_eq!(sharkd.frame(3).values("synfin.step"), ["1/3"]);
}

#[test]
fn captures_of_others_go_through() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let Some(files) = corpus(&wireshark) else { return };
    let few = in_few_files(&wireshark, &files);
    let what = format!("one pass, {} captures of others in fewer", files.len());
    each(&what, &few, |capture| {
        packets_in(&dissect(&wireshark, capture, &[]))
    });
}

#[test]
#[ignore = "takes minutes: make check-slow"]
fn captures_of_others_change_nothing_that_others_say() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let Some(files) = corpus(&wireshark) else { return };
    let few = in_few_files(&wireshark, &files);
    for how in [&[][..], &["-2"]] {
        let what = format!("with and without the plugin, {how:?}, {} in fewer", files.len());
        each(&what, &few, |capture| {
            assert_is_added_only(&wireshark, capture, how)
        });
    }
}

#[test]
#[ignore = "takes minutes: make check-slow"]
fn damaged_captures_go_through() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let mut files = captures::below(&captures::folder());
    files.extend(corpus(&wireshark).unwrap_or_default());
    let few = in_few_files(&wireshark, &files);
    for seed in 1..=8_u32 {
        // A little damage reaches far into a packet, much of it stops most at the first header.
        let share = if seed % 2 == 0 { "0.02" } else { "0.002" };
        let how = if seed % 4 < 2 { &["-2"][..] } else { &[] };
        each(&format!("damage {seed}, {share} {how:?}"), &few, |capture| {
            let name = Path::new(capture).file_stem().unwrap().to_str().unwrap();
            let damaged = wireshark.capture(&[], &format!("{name}-{seed}.pcapng"));
            let seed = seed.to_string();
            let edited = Command::new("editcap")
                .args(["-E", share, "--seed", &seed, capture, &damaged])
                .output()
                .unwrap();
            let read = if edited.status.success() {
                packets_in(&dissect(&wireshark, &damaged, how))
            } else {
                0 // what mergecap and editcap cannot read
            };
            fs::remove_file(&damaged).unwrap();
            read
        });
    }
}

#[test]
#[ignore = "takes minutes: make check-slow"]
fn valgrind_finds_no_error_and_no_leak_of_ours() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let capture = wireshark.capture(&captures::in_one_file(), "all.pcapng");
    for how in [&[][..], &["-2"]] {
        let mut command = wireshark.command("valgrind");
        command
            .args(["--leak-check=full", "--num-callers=40", "--keep-debuginfo=yes"])
            .args(["--fullpath-after=", "tshark", "-n", "-V", "-r", &capture])
            .args(how)
            // Each piece of Wireshark's memory by malloc, so that valgrind knows its bounds.
            .env("WIRESHARK_DEBUG_WMEM_OVERRIDE", "simple");
        let output = command.output().unwrap();
        let report = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{how:?}: {report}");
        assert!(report.contains("LEAK SUMMARY"), "{how:?}: {report}");
        assert!(packets_in(&String::from_utf8_lossy(&output.stdout)) > 1000);
        // A paragraph is an error or a leak, with its call stack; some are Wireshark's own.
        for finding in paragraphs(&report) {
            assert!(!is_ours(&finding), "{how:?}: {finding}");
        }
    }
}

/// Whether a call stack has us before a dissector that we called: what that one loses is Wireshark's.
fn is_ours(finding: &str) -> bool {
    let mut called = false;
    finding.lines().any(|frame| {
        // The innermost one.
        if frame.trim_start().starts_with("at 0x") {
            called = false;
        }
        called |= ["dissector_try_", "call_dissector_"]
            .iter()
            .any(|call| frame.contains(call));
        !called
            && ["/plugin/c/", "synfin::", "synfin_"]
                .iter()
                .any(|place| frame.contains(place))
    })
}

#[test]
fn who_lost_it_is_told_by_the_call_stack() {
    let lost = " 64 bytes in 1 blocks are definitely lost\n    at 0x48417B4: malloc (in vgpreload.so)\n";
    let ours = "    by 0x4: annotate (/plugin/c/tree.c:10)\n";
    let theirs = "    by 0x5: call_dissector_only (in libwireshark.so)\n";
    assert!(is_ours(&[lost, ours, theirs].concat()));
    assert!(!is_ours(&[lost, theirs, ours].concat()));
    assert!(is_ours(&[lost, theirs, ours, lost, ours].concat()));
    assert!(!is_ours(
        &[lost, "    by 0x6: tvb_new (in libwireshark.so)\n", theirs].concat()
    ));
}

/// Valgrind's report, whose lines begin with "==PID==".
fn paragraphs(report: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for line in report.lines().filter(|line| line.starts_with("==")) {
        let text = line.trim_start_matches(|c: char| c == '=' || c.is_ascii_digit());
        if text.trim().is_empty() {
            found.push(String::new());
        } else if let Some(last) = found.last_mut() {
            last.push_str(text);
            last.push('\n');
        }
    }
    found
}
