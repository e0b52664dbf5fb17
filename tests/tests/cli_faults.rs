//! Damaged, cut and vanishing input and output: what is lost, what is told, and how the program ends.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use synfin::capture::{Capture, CaptureError};
use synfin_tests::captures;
use synfin_tests::pcap::Form;
use synfin_tests::program::{Ran, command, run};
use synfin_tests::scratch::{file, folder};

const LITTLE_MICRO: Form = Form::ALL[0];

/// Time, length on the wire and bytes.
type Seen = (i64, u32, Vec<u8>);

/// What can be read of a capture, and how often reading had to be resumed.
fn read(bytes: &[u8]) -> (Vec<Seen>, u32) {
    let (mut frames, mut skips) = (Vec::new(), 0);
    let Ok(mut capture) = Capture::open(bytes) else {
        return (frames, skips);
    };
    loop {
        match capture.next_frame() {
            Ok(Some(frame)) => {
                assert_eq!(frame.number, frames.len() as u64 + 1, "frames are numbered on");
                frames.push((frame.time_ns, frame.wire_len, frame.data.to_vec()));
            }
            Ok(None) => return (frames, skips),
            Err(CaptureError::Damaged { .. } | CaptureError::Truncated { .. }) => {
                skips += 1;
                let before = capture.position();
                match capture.resume().expect("memory does not fail") {
                    None => return (frames, skips),
                    Some(skipped) => assert_eq!(capture.position() - before, skipped),
                }
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// What was done to a file, from which byte to which.
fn damages(whole: &[u8], at: usize) -> Vec<(&'static str, Vec<u8>, usize)> {
    let with = |len: usize, change: &dyn Fn(u8) -> u8| {
        let mut bytes = whole.to_vec();
        let end = (at + len).min(bytes.len());
        bytes[at..end].iter_mut().for_each(|byte| *byte = change(*byte));
        (bytes, end)
    };
    let flipped = with(1, &|byte| byte ^ 0xff);
    let bit = with(1, &|byte| byte ^ 1);
    let zeros = with(24, &|_| 0);
    let ones = with(40, &|_| 0xff);
    let text = with(90, &|_| b'A');
    let hole = with(512, &|_| 0);
    let gone = (
        [&whole[..at], &whole[(at + 7).min(whole.len())..]].concat(),
        at + 7,
    );
    let more = ([&whole[..at], b"surplus", &whole[at..]].concat(), at + 1);
    vec![
        ("a byte flipped", flipped.0, flipped.1),
        ("a bit flipped", bit.0, bit.1),
        ("24 zeros", zeros.0, zeros.1),
        ("40 ones", ones.0, ones.1),
        ("90 letters", text.0, text.1),
        ("512 zeros", hole.0, hole.1),
        ("7 bytes gone", gone.0, gone.1),
        ("7 bytes more", more.0, more.1),
    ]
}

/// Damages a file at many places behind `from`; `bounds` are where its records begin and its end.
fn no_more_is_lost(name: &str, whole: &[u8], bounds: &[usize], from: usize, step: usize) {
    let (frames, skips) = read(whole);
    assert_eq!(skips, 0, "{name} is whole");
    let mut count: HashMap<&Seen, i32> = HashMap::new();
    for frame in &frames {
        *count.entry(frame).or_default() += 1;
    }
    for at in (from..whole.len()).step_by(step) {
        for (how, bytes, end) in damages(whole, at) {
            let hit = bounds
                .windows(2)
                .filter(|record| record[0] < end && at < record[1])
                .count();
            let (now, _) = read(&bytes);
            let mut left = count.clone();
            let mut invented = 0;
            for frame in &now {
                match left.get_mut(frame) {
                    Some(left) if *left > 0 => *left -= 1,
                    _ => invented += 1,
                }
            }
            let lost: i32 = left.values().sum();
            let context =
                format!("{name}: {how} at {at}: {hit} records hit, {lost} lost, {invented} not in the file");
            assert!(lost as usize <= hit + 2, "{context}");
            // A record whose content alone is damaged is a frame still.
            assert!(invented <= hit, "{context}");
        }
    }
}

const SEVERAL: [&str; 4] = [
    "get-closed-by-server.pcapng",
    "connect-scan.pcapng",
    "cooked-sll2.pcapng",
    "data-lost.pcapng",
];

#[test]
fn damage_in_a_pcap_costs_what_it_hits() {
    for name in SEVERAL {
        for form in Form::ALL {
            let pieces = form.pieces(&captures::path(name));
            let mut bounds = vec![0];
            for piece in &pieces {
                bounds.push(bounds.last().unwrap() + piece.len());
            }
            let whole = pieces.concat();
            no_more_is_lost(name, &whole, &bounds[1..], bounds[1], 1 + whole.len() / 1500);
        }
    }
}

#[test]
fn damage_in_a_pcapng_costs_what_it_hits() {
    for name in SEVERAL {
        let whole = fs::read(captures::path(name)).unwrap();
        let mut bounds = vec![0];
        while *bounds.last().unwrap() < whole.len() {
            let at = bounds.last().unwrap();
            let len = u32::from_le_bytes(*whole[at + 4..].first_chunk().unwrap());
            bounds.push(at + len as usize);
        }
        let is_packet = |at: &usize| whole[*at..].starts_with(&[6, 0, 0, 0]);
        let first = *bounds[..bounds.len() - 1]
            .iter()
            .find(|at| is_packet(at))
            .unwrap();
        no_more_is_lost(name, &whole, &bounds, first, 1 + whole.len() / 1500);
    }
}

/// The program itself: the offset, how much was left out, the frames behind, exit status 1.
#[test]
fn damage_is_told_once_and_the_rest_goes_on() {
    let folder = folder();
    let pieces = LITTLE_MICRO.pieces(&captures::path("get-closed-by-server.pcapng"));
    let mut bytes = pieces.concat();
    let third = pieces[..3].concat().len();
    bytes[third + 8..third + 12].copy_from_slice(&[0xff; 4]);
    let path = file(&folder, "damaged.pcap", &bytes);
    for arguments in [vec!["packets", "--json"], vec!["connections"], vec!["http"]] {
        let ran = run(arguments.iter().map(Path::new).chain([path.as_path()]));
        assert_eq!(ran.status, Some(1), "{ran:?}");
        let told: Vec<&str> = ran
            .err
            .lines()
            .filter(|line| line.contains("damaged.pcap"))
            .collect();
        assert_eq!(told.len(), 1, "{}", ran.err);
        for words in [
            format!("byte {third},"),
            "after 2 frames".to_owned(),
            format!("{} bytes left out", pieces[3].len()),
        ] {
            assert!(told[0].contains(&words), "{words} not in {}", told[0]);
        }
    }
    let ran = run([Path::new("--json"), &path]);
    assert_eq!(ran.out.lines().count(), pieces.len() - 2);
    let last: serde_json::Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
    assert_eq!(last["frame"], pieces.len() - 2);
}

/// A search through a large file of nothing ends in time, and says what it did.
#[test]
fn nothing_behind_damage_is_searched_once() {
    let folder = folder();
    let mut bytes = LITTLE_MICRO
        .pieces(&captures::path("get-closed-by-server.pcapng"))
        .concat();
    let before = read(&bytes).0.len();
    let mut state = 1_u32;
    bytes.extend((0..16 << 20).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // Small numbers often, so that much of it looks a little like a record.
        if state >> 28 < 8 { 0 } else { (state >> 16) as u8 }
    }));
    let path = file(&folder, "long.pcap", &bytes);
    let ran = run([Path::new("connections"), &path]);
    assert_eq!(ran.status, Some(1));
    assert!(ran.err.contains("damaged at byte"), "{}", ran.err);
    let (frames, _) = read(&bytes);
    assert!(
        frames.len() <= before + 2,
        "{} frames of nothing",
        frames.len() - before
    );
}

fn to_full_disk(arguments: &[&str], path: &Path) -> Ran {
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("Linux has a full disk");
    let mut command = command();
    command.args(arguments).arg(path).stdout(full);
    command.output().expect("synfin runs").into()
}

#[test]
fn a_full_disk_is_an_error_of_every_report() {
    let path = captures::path("get-closed-by-server.pcapng");
    for arguments in [
        &["packets"][..],
        &["packets", "--json"],
        &["connections"],
        &["connections", "--json"],
        &["http"],
        &["http", "--json"],
        &["http", "--format=combined"],
        &["explain"],
    ] {
        let ran = to_full_disk(arguments, &path);
        assert_eq!(ran.status, Some(2), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains("No space left"), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn a_closed_pipe_is_quiet_everywhere() {
    let path = captures::path("get-closed-by-server.pcapng");
    let path = path.to_str().unwrap();
    for arguments in [
        &["packets", path][..],
        &["packets", "--json", path],
        &["connections", path],
        &["connections", "--json", path],
        &["http", path],
        &["explain", path],
        &["rules"],
        &["rules", "--json"],
        &["fields"],
        &["man"],
        &["completions", "bash"],
        &["completions", "zsh"],
        &["completions", "fish"],
        &["--help"],
    ] {
        let mut command = command();
        // A pipe whose reader has gone.
        let mut reader = Command::new("true")
            .stdin(Stdio::piped())
            .spawn()
            .expect("true runs");
        let writer = reader.stdin.take().expect("it was asked for");
        reader.wait().expect("it ends");
        command.args(arguments).stdout(writer).stderr(Stdio::piped());
        let ran: Ran = command.output().expect("synfin runs").into();
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn what_may_not_be_read_is_named() {
    let folder = folder();
    let good = captures::path("get-closed-by-server.pcapng");
    let missing = folder.path().join("missing.pcap");
    let ran = run([Path::new("connections"), &missing, &good]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("missing.pcap: No such file"), "{}", ran.err);
    assert!(ran.out.contains("192.0.2.80:80"), "{}", ran.out);
}

/// 130 and 2 go before 3, and 3 before 1.
#[test]
fn a_verdict_fails_the_run() {
    let folder = folder();
    let scan = captures::path("connect-scan.pcapng");
    let pieces = LITTLE_MICRO.pieces(&scan).concat();
    let cut = file(&folder, "cut.pcap", &pieces[..pieces.len() - 1]);
    let other = file(&folder, "other.txt", "no capture");
    let status = |arguments: &[&str], paths: &[&Path]| {
        let arguments = arguments.iter().map(Path::new);
        run(arguments.chain(paths.iter().copied())).status
    };
    for command in ["packets", "connections", "http", "explain"] {
        let fails = |list| [command, "--fail-on", list];
        let explain: &[&str] = if command == "explain" { &["--json"] } else { &[] };
        let with = |list| [&fails(list)[..], explain].concat();
        assert_eq!(status(&with("refused"), &[&scan]), Some(3), "{command}");
        assert_eq!(status(&with("port-closed"), &[&scan]), Some(3), "{command}");
        assert_eq!(
            status(&with("timed-out,half-open"), &[&scan]),
            Some(0),
            "{command}"
        );
        assert_eq!(status(&with("refused"), &[&cut]), Some(3), "{command}");
        assert_eq!(status(&with("timed-out"), &[&cut]), Some(1), "{command}");
        assert_eq!(status(&with("refused"), &[&scan, &other]), Some(2), "{command}");
        // Every capture counts, not the last one alone.
        let get = captures::path("get-closed-by-server.pcapng");
        assert_eq!(status(&with("refused"), &[&scan, &get]), Some(3), "{command}");
    }
    let ran = run(["connections", "--fail-on", "reffused", "x.pcap"]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("did you mean refused"), "{}", ran.err);
}
