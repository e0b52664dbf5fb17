//! `--threads`: how many threads work changes how long it takes, and nothing that is printed.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use synfin_tests::pcap::Form;
use synfin_tests::program::{self, Ran, command, run};
use synfin_tests::scratch::{file, folder};
use synfin_tests::{captures, skip};

const LITTLE_MICRO: Form = Form::ALL[0];
const COUNTS: &[&str] = &["1", "2", "3", "8"];
const PATIENCE: Duration = Duration::from_secs(30);

/// Every command that reads captures, in each of its forms.
const FORMS: [&[&str]; 32] = [
    &["packets"],
    &["packets", "-t", "d"],
    &["packets", "-2"],
    &["packets", "--json"],
    &["packets", "-2", "--json"],
    &["packets", "--csv"],
    &["packets", "--tsv", "--fields", "frame,http.message,rules"],
    &["packets", "--fields", "frame,src,answered_in,close.verdict"],
    &["packets", "--json", "--fields", "frame,seq,state.initiator"],
    &["packets", "--sort", "-since_answered", "--limit", "7"],
    &["packets", "--where", "len > 0", "--limit", "9"],
    &["packets", "--json", "--where", "rules", "--limit", "2"],
    &["packets", "--where", "phase == teardown", "--print-filter"],
    &["packets", "--checksums", "drop", "--json"],
    &["packets", "--filter", "tcp[tcpflags] & tcp-push != 0"],
    &["connections"],
    &["connections", "--json"],
    &["connections", "--long"],
    &["connections", "--zeek"],
    &["connections", "--csv"],
    &["connections", "--fields", "connection,close.by,http.status"],
    &["connections", "--sort", "duration", "--desc", "--limit", "3"],
    &["connections", "--where", "http.status == 404", "--print-filter"],
    &["connections", "--fail-on", "reset"],
    &["http"],
    &["http", "--json"],
    &["http", "--format=combined"],
    &["summary"],
    &["summary", "--json"],
    &["explain", "--json"],
    &["ladder", "--connection", "0"],
    &["report", "--output", "-"],
];

/// What each number of threads prints is what one does; gives that.
fn alike(form: &[&str], what: &str, counts: &[&str], mut prepare: impl FnMut(&mut Command)) -> Ran {
    let mut told: Option<Ran> = None;
    for threads in counts {
        let mut command = command();
        command.args(form).args(["--threads", threads]);
        prepare(&mut command);
        let ran: Ran = command.output().expect("synfin runs").into();
        match &told {
            None => told = Some(ran),
            Some(one) => assert!(ran == *one, "{form:?} of {what}: {threads} threads differ"),
        }
    }
    told.expect("it ran")
}

#[test]
fn every_report_of_every_capture_is_the_same() {
    let files = captures::below(&captures::folder());
    let mut statuses = Vec::new();
    for form in FORMS {
        let ran = alike(form, "all captures", COUNTS, |command| {
            command.args(&files);
        });
        assert!(!ran.out.is_empty(), "{form:?} prints nothing: {}", ran.err);
        statuses.push(ran.status);
    }
    assert!(statuses.contains(&Some(0)) && statuses.contains(&Some(3)));
}

#[test]
fn merged_captures_and_standard_input_are_the_same() {
    let files = captures::below(&captures::folder());
    let folder = folder();
    let all = file(&folder, "all.pcapng", captures::in_one_file());
    for form in FORMS.iter().filter(|form| !form.contains(&"-2")) {
        // Two passes are needed for these fields.
        if form.iter().any(|word| word.contains("answered_in")) {
            continue;
        }
        alike(form, "merged captures", COUNTS, |command| {
            command.arg("--merge").args(&files);
        });
        alike(form, "standard input", COUNTS, |command| {
            command.arg("-").stdin(File::open(&all).expect("it is there"));
        });
    }
}

#[test]
fn the_corpus_is_the_same() {
    let Some(folder) = std::env::var_os("SYNFIN_CORPUS") else {
        skip::not_asked_for("SYNFIN_CORPUS is not set; it names a folder of captures");
        return;
    };
    for form in FORMS {
        // A picture of one connection each, of hundreds of files.
        if matches!(form[0], "ladder" | "report" | "explain") {
            continue;
        }
        // The corpus is large: as many threads as there are stages.
        let ran = alike(form, "the corpus", &["1", "3"], |command| {
            command.arg("--no-join").arg(&folder);
        });
        assert!(ran.out.len() > 1_000, "{form:?}: {}", ran.err);
    }
}

/// A capture of many batches, with a damaged record in the middle, and what is in it.
fn damaged(folder: &tempfile::TempDir) -> PathBuf {
    let pieces = LITTLE_MICRO.pieces(&captures::path("get-closed-by-server.pcapng"));
    let mut bytes = pieces[0].clone();
    for round in 0..600 {
        let from = bytes.len();
        for piece in &pieces[1..] {
            bytes.extend(piece);
        }
        if round == 300 {
            bytes[from + 8..from + 12].copy_from_slice(&[0xff; 4]);
        }
    }
    file(folder, "damaged.pcap", bytes)
}

/// Standard output and standard error in one file, as `synfin ... > all 2>&1` has them.
#[test]
fn what_is_wrong_is_told_in_its_place() {
    let folder = folder();
    let path = damaged(&folder);
    for form in FORMS {
        let mut told: Option<Vec<u8>> = None;
        for threads in COUNTS {
            let both = folder.path().join("both");
            let out = File::create(&both).expect("a scratch file");
            let mut command = command();
            command.args(form).args(["--threads", threads]).arg(&path);
            command.stderr(out.try_clone().expect("a file")).stdout(out);
            command.status().expect("synfin runs");
            let both = fs::read(&both).expect("it is there");
            match &told {
                None => told = Some(both),
                Some(one) => assert!(both == *one, "{form:?}: {threads} threads differ"),
            }
        }
        let told = String::from_utf8(told.expect("it ran")).expect("UTF-8");
        assert_eq!(told.matches("damaged at byte").count(), 1, "{form:?}");
    }
}

#[test]
fn no_threads_at_all_is_a_mistake() {
    let path = captures::path("get-closed-by-server.pcapng");
    for wrong in ["--threads=0", "--threads=-1", "--threads=two"] {
        let ran = run([Path::new("connections"), Path::new(wrong), &path]);
        assert_eq!(ran.status, Some(2), "{wrong}: {ran:?}");
        assert!(ran.err.contains("--threads"), "{}", ran.err);
    }
}

/// The program with its standard input held open.
fn live(arguments: &[&str]) -> (Child, ChildStdin) {
    let mut child = command()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("synfin runs");
    let stdin = child.stdin.take().expect("it was asked for");
    (child, stdin)
}

fn interrupt(child: &Child) {
    let killed = Command::new("sh")
        .args(["-c", &format!("kill -INT {}", child.id())])
        .status();
    assert!(killed.expect("sh runs").success());
}

/// `tcpdump -U -w - | synfin -`: a packet is printed before the next one comes. Ctrl-C then ends the reading.
#[test]
fn a_live_packet_is_printed_at_once() {
    let pieces = LITTLE_MICRO.pieces(&captures::path("get-closed-by-server.pcapng"));
    for form in [
        &["--json"][..],
        &["--csv"],
        &["--fields", "frame,src"],
        &["-t", "d"],
    ] {
        for threads in COUNTS {
            let (mut child, mut stdin) = live(&[&["packets", "--threads", threads, "-"][..], form].concat());
            let lines = program::lines_of(child.stdout.take().expect("it was asked for"));
            stdin.write_all(&pieces[0]).expect("it reads");
            // Names of columns, and of the connection, which come with the first packet.
            let before = match form {
                ["--json"] => 0,
                ["-t", ..] => 2,
                _ => 1,
            };
            for (at, piece) in pieces[1..].iter().enumerate() {
                stdin.write_all(piece).expect("it reads");
                let new = if at == 0 { before + 1 } else { 1 };
                for _ in 0..new {
                    let line = lines.recv_timeout(PATIENCE);
                    line.unwrap_or_else(|_| panic!("{form:?}, {threads} threads: packet {at} is late"));
                }
            }
            interrupt(&child);
            let status = child.wait().expect("it ends");
            assert_eq!(status.code(), Some(130), "{form:?}, {threads} threads");
            drop(stdin);
        }
    }
}

/// What was read until Ctrl-C is reported, although whoever writes the capture does not end.
#[test]
fn an_interrupt_loses_nothing_that_was_read() {
    let pieces = LITTLE_MICRO.pieces(&captures::path("refused.pcapng"));
    for arguments in [
        ["connections", "--json"],
        ["packets", "--json"],
        ["summary", "--json"],
    ] {
        let path = captures::path("refused.pcapng");
        let whole = run([Path::new(arguments[0]), Path::new("--json"), &path]).out;
        for threads in COUNTS {
            let (child, mut stdin) = live(&[&arguments[..], &["--threads", threads, "-"]].concat());
            stdin.write_all(&pieces.concat()).expect("it reads");
            std::thread::sleep(Duration::from_millis(700));
            interrupt(&child);
            let ran: Ran = child.wait_with_output().expect("it ends").into();
            drop(stdin);
            assert_eq!(
                ran.status,
                Some(130),
                "{arguments:?}, {threads} threads: {}",
                ran.err
            );
            // The name and the times' last digits are the form's, not the report's.
            assert_eq!(
                ran.out.lines().count(),
                whole.lines().count(),
                "{arguments:?}, {threads} threads"
            );
        }
    }
}

/// Nobody reads any more: the program ends at its next line, although its input does not.
#[test]
fn a_closed_pipe_ends_it_while_input_still_comes() {
    let pieces = LITTLE_MICRO.pieces(&captures::path("get-closed-by-server.pcapng"));
    for threads in COUNTS {
        let (mut child, mut stdin) = live(&["packets", "--json", "--threads", threads, "-"]);
        drop(child.stdout.take());
        stdin.write_all(&pieces[..3].concat()).expect("it reads");
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("it is ours") {
                break status;
            }
            assert!(begun.elapsed() < PATIENCE, "{threads} threads: it hangs");
            std::thread::sleep(Duration::from_millis(10));
        };
        assert_eq!(status.code(), Some(0), "{threads} threads");
        let ran: Ran = child.wait_with_output().expect("it has ended").into();
        assert_eq!(ran.err, "", "{threads} threads");
        drop(stdin);
    }
}

#[test]
fn a_full_disk_and_a_closed_pipe_end_it_in_the_middle() {
    let folder = folder();
    let path = damaged(&folder);
    for form in FORMS {
        for threads in COUNTS {
            let full = File::options()
                .write(true)
                .open("/dev/full")
                .expect("Linux has a full disk");
            let mut full_disk = command();
            full_disk
                .args(form)
                .args(["--threads", threads])
                .arg(&path)
                .stdout(full);
            let ran: Ran = full_disk.output().expect("synfin runs").into();
            assert_eq!(ran.status, Some(2), "{form:?}, {threads} threads: {}", ran.err);
            assert!(
                ran.err.contains("No space left"),
                "{form:?}, {threads} threads: {}",
                ran.err
            );

            let mut closed_pipe = command();
            closed_pipe.args(form).args(["--threads", threads]).arg(&path);
            let mut child = closed_pipe
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("synfin runs");
            drop(child.stdout.take());
            let status = child.wait().expect("it ends");
            assert_eq!(status.code(), Some(0), "{form:?}, {threads} threads");
        }
    }
}
