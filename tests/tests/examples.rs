//! The programs of ffi/examples: they build without a warning, are short, and tell what core tells.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use synfin::capture::Capture;
use synfin::{Annotation, CloseVerdict, Connection};
use synfin_tests::c_host::{Library, examples_dir, has, run};
use synfin_tests::captures::{Told, below, dissect, folder, path};
use synfin_tests::pcap::Form;
use synfin_tests::skip::skipped;

/// libpcap's door refuses it: its interfaces are of different link types.
const TWO_LINKS: &str = "two-interfaces.pcapng";

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::build(scratch()))
}

fn has_tools() -> bool {
    ["cc", "c++", "pcap-config"]
        .iter()
        .all(|tool| has(tool, "the examples were not built"))
}

/// An example, built once; every compiler that is there has to like it.
fn built(source: &'static str) -> PathBuf {
    static BUILT: Mutex<BTreeMap<&str, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().unwrap();
    let build = || {
        let (usual, others) = if source.ends_with(".cpp") {
            ("c++", ["g++", "clang++"])
        } else {
            ("cc", ["gcc", "clang"])
        };
        for compiler in others {
            if has(compiler, "an example was not built with it") {
                let _ = library().example(compiler, source);
            }
        }
        library().example(usual, source)
    };
    built.entry(source).or_insert_with(build).clone()
}

fn captures() -> Vec<PathBuf> {
    let captures = below(&folder());
    assert!(captures.len() >= 40, "{}", captures.len());
    captures
}

fn is_of_two_links(path: &Path) -> bool {
    path.ends_with(TWO_LINKS)
}

/// What a program that stops at libpcap's refusal has to do about it.
fn assert_refused(program: &Path, capture: &Path) {
    let output = Command::new(program).arg(capture).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("pcap_next_ex") || stderr.contains("different from"),
        "{stderr}"
    );
}

#[test]
fn every_example_is_short() {
    let mut names = Vec::new();
    for entry in fs::read_dir(examples_dir()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines < 150, "{}: {lines} lines", path.display());
            names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    names.sort();
    assert_eq!(
        names,
        [
            "events.cpp",
            "first.c",
            "live.c",
            "offline.c",
            "synfin.py",
            "threads.c"
        ]
    );
}

fn endpoint(address: IpAddr, port: u16) -> String {
    match address {
        IpAddr::V4(address) => format!("{address}:{port}"),
        IpAddr::V6(address) => {
            let parts = address.segments().map(|part| format!("{part:x}"));
            format!("[{}]:{port}", parts.join(":"))
        }
    }
}

fn segment_line(told: &Annotation, start_ns: i64) -> String {
    let since = told.time_ns - start_ns;
    let (sign, size) = (if since < 0 { "-" } else { "" }, since.unsigned_abs());
    let (src, dst) = (
        endpoint(told.src, told.src_port),
        endpoint(told.dst, told.dst_port),
    );
    let (seconds, rest) = (size / 1_000_000_000, size % 1_000_000_000);
    let mut line = format!("{:>6} {sign}{seconds}.{rest:09} {src} > {dst}", told.frame);
    if let Some(step) = told.step {
        write!(line, "  step {}", step.as_str()).unwrap();
    }
    if let Some(role) = told.role {
        write!(line, "  {}: {}", role.id(), role.info().name).unwrap();
    }
    line
}

fn connection_line(told: &Connection) -> String {
    format!(
        "connection {}: handshake {}, close {}",
        told.connection,
        told.handshake.verdict.as_str(),
        told.close.verdict.as_str()
    )
}

#[test]
fn offline_tells_every_segment_and_connection_as_core_does() {
    if !has_tools() {
        return;
    }
    let program = built("offline.c");
    for capture in captures() {
        if is_of_two_links(&capture) {
            assert_refused(&program, &capture);
            continue;
        }
        let Told { packets, connections } = dissect(&capture);
        let mut frames = Capture::open(File::open(&capture).unwrap()).unwrap();
        let start_ns = frames.next_frame().unwrap().unwrap().time_ns;
        let expected = packets.iter().map(|told| segment_line(told, start_ns));
        let expected: Vec<_> = expected.chain(connections.iter().map(connection_line)).collect();
        let text = run(Command::new(&program).arg(&capture));
        let found: Vec<_> = text.lines().collect();
        assert_eq!(found, expected, "{}", capture.display());
    }
}

#[test]
fn events_are_those_of_core() {
    if !has_tools() {
        return;
    }
    let program = built("events.cpp");
    for capture in captures() {
        if is_of_two_links(&capture) {
            assert_refused(&program, &capture);
            continue;
        }
        let Told { packets, connections } = dissect(&capture);
        let mut expected = Vec::new();
        for told in &packets {
            let mut add = |what: &str| {
                let (frame, connection) = (told.frame, told.connection);
                expected.push(format!("frame {frame}: connection {connection} is {what}"));
            };
            if told.step.is_some_and(|step| step.as_str().starts_with("3/3")) {
                add("open");
            }
            if let (Some(verdict), Some(by)) = (told.close.verdict_so_far, told.close.by_so_far) {
                let is_going_on = ["closing", "half-closed", "open"].contains(&verdict.as_str());
                if !is_going_on && by.as_str() != "nobody" {
                    add("closed");
                }
            }
        }
        expected.extend(connections.iter().map(connection_line));
        let text = run(Command::new(&program).arg(&capture));
        let found: Vec<_> = text.lines().collect();
        assert_eq!(found, expected, "{}", capture.display());
    }
}

#[test]
fn threads_together_count_what_one_alone_does() {
    if !has_tools() {
        return;
    }
    let program = built("threads.c");
    for capture in captures() {
        if is_of_two_links(&capture) {
            assert_refused(&program, &capture);
            continue;
        }
        let mut expected: BTreeMap<_, u64> = BTreeMap::new();
        for connection in dissect(&capture).connections {
            *expected.entry(connection.close.verdict.as_str()).or_default() += 1;
        }
        for threads in ["1", "5"] {
            let text = run(Command::new(&program).arg(&capture).arg(threads));
            for verdict in CloseVerdict::ALL {
                let verdict = verdict.as_str();
                let count = expected.get(verdict).copied().unwrap_or(0).to_string();
                let line = text.lines().find(|line| line.split(' ').next() == Some(verdict));
                let found: Vec<_> = line.unwrap().split_whitespace().skip(1).collect();
                assert_eq!(found, [&count, &count], "{} {verdict}", capture.display());
            }
        }
    }
}

fn python(mode: &[&str], capture: &Path) -> Vec<Vec<String>> {
    let text = run(Command::new("python3")
        .arg("-W")
        .arg("error")
        .arg(examples_dir().join("synfin.py"))
        .args(mode)
        .arg(capture)
        .env("SYNFIN_LIBRARY", library().shared()));
    let lines = text.lines().skip(1);
    lines
        .map(|line| line.split_whitespace().map(str::to_owned).collect())
        .collect()
}

fn python_rows(capture: &Path) -> Vec<Vec<String>> {
    let row = |told: &Connection| {
        vec![
            told.connection.to_string(),
            format!("{},{}", told.src, told.src_port),
            format!("{},{}", told.dst, told.dst_port),
            (told.packets.initiator + told.packets.responder).to_string(),
            (told.bytes.initiator + told.bytes.responder).to_string(),
            told.handshake.verdict.as_str().to_owned(),
            told.close.verdict.as_str().to_owned(),
            told.close.by.as_str().to_owned(),
        ]
    };
    dissect(capture).connections.iter().map(row).collect()
}

#[test]
fn python_gets_core_s_connections_by_both_doors() {
    assert!(has("python3", "synfin.py was not run"), "python3 must be there");
    let classic = scratch().join("examples-classic");
    fs::create_dir_all(&classic).unwrap();
    // A third of them: starting Python takes longer than what it does here.
    let captures = captures().into_iter().enumerate();
    let captures: Vec<_> = captures
        .filter(|(index, path)| index % 3 == 0 || is_of_two_links(path))
        .collect();
    thread::scope(|scope| {
        for some in captures.chunks(captures.len().div_ceil(4)) {
            let classic = &classic;
            scope.spawn(move || {
                for (index, capture) in some {
                    let expected = python_rows(capture);
                    assert_eq!(python(&[], capture), expected, "{}", capture.display());
                    if is_of_two_links(capture) {
                        continue;
                    }
                    let name = capture.with_extension("pcap");
                    let file = classic.join(name.file_name().unwrap());
                    fs::write(&file, Form::ALL[index % 4].pieces(capture).concat()).unwrap();
                    let expected = python_rows(&file);
                    assert_eq!(python(&["--batch"], &file), expected, "{}", file.display());
                }
            });
        }
    });
    // More frames than a batch holds, so that numbers and states go on from one to the next.
    let one = Form::ALL[1].pieces(&path("parallel-connections.pcapng"));
    let long = classic.join("long.pcap");
    fs::write(&long, [&one[0][..], &one[1..].concat().repeat(700)].concat()).unwrap();
    assert!(dissect(&long).packets.len() > 20_000);
    assert_eq!(python(&["--batch"], &long), python_rows(&long));
    // An argument wins over the environment; what is no library is an error, not a crash.
    let program = examples_dir().join("synfin.py");
    let output = Command::new("python3")
        .arg(&program)
        .args(["--library", "/nonexistent.so"])
        .arg(&long)
        .env("SYNFIN_LIBRARY", library().shared())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.starts_with("synfin.py: /nonexistent.so: "), "{stderr}");
}

/// live, running; killed at the end of a test that failed.
struct Live {
    child: Child,
    lines: Receiver<String>,
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Live {
    /// None where capturing is not permitted here.
    fn start(program: &Path, connections: &str, filter: &str) -> Option<Self> {
        let mut child = Command::new(program)
            .args(["lo", connections, filter])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            stdout
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        let mut live = Self { child, lines };
        if let Some(line) = live.line() {
            assert_eq!(line, "listening on lo");
            return Some(live);
        }
        let mut why = String::new();
        live.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut why)
            .unwrap();
        assert!(!live.child.wait().unwrap().success());
        let is_forbidden = why.to_lowercase().contains("permi");
        assert!(is_forbidden, "{why}");
        skipped(&format!("live capture is not permitted: {why}"));
        None
    }

    /// The next line; None after the last.
    fn line(&mut self) -> Option<String> {
        use std::sync::mpsc::RecvTimeoutError::{Disconnected, Timeout};
        match self.lines.recv_timeout(Duration::from_secs(30)) {
            Ok(line) => Some(line),
            Err(Disconnected) => None,
            Err(Timeout) => panic!("live says nothing"),
        }
    }
}

/// A connection to `listener`; its client's port.
fn talk(listener: &TcpListener, does_client_close: bool) -> u16 {
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut server = listener.accept().unwrap().0;
    let mut got = [0; 5];
    client.write_all(b"hello").unwrap();
    server.read_exact(&mut got).unwrap();
    server.write_all(&got).unwrap();
    client.read_exact(&mut got).unwrap();
    let port = client.local_addr().unwrap().port();
    let (first, mut second) = if does_client_close {
        (client, server)
    } else {
        (server, client)
    };
    first.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(second.read(&mut got).unwrap(), 0);
    drop(second);
    let mut first = first;
    assert_eq!(first.read(&mut got).unwrap(), 0);
    port
}

#[test]
fn live_tells_of_connections_as_they_open_and_close() {
    if !has_tools() {
        return;
    }
    let program = built("live.c");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let server = listener.local_addr().unwrap().port();
    let filter = format!("tcp port {server}");
    let Some(mut live) = Live::start(&program, "2", &filter) else {
        return;
    };
    for (number, by) in [(0, "initiator"), (1, "responder")] {
        let client = talk(&listener, by == "initiator");
        let opened = format!("connection {number}: handshake complete, port {client} > {server}");
        assert_eq!(live.line(), Some(opened));
        let closed = live.line().unwrap();
        let how = ["three-segment", "four-way"]; // the kernel may send the ACK with its FIN or before it
        let expected = how.map(|how| format!("connection {number}: closed ({how}) by {by}"));
        assert!(expected.contains(&closed), "{closed}");
    }
    assert_eq!(live.line(), None);
    assert!(live.child.wait().unwrap().success());

    let mut live = Live::start(&program, "0", &filter).expect("it was permitted a moment ago");
    run(Command::new("kill").arg("-INT").arg(live.child.id().to_string()));
    assert_eq!(live.line(), None);
    assert!(live.child.wait().unwrap().success());
}

#[test]
fn mistakes_end_in_a_message_and_a_status() {
    if !has_tools() {
        return;
    }
    let python = |arguments: &[&str]| {
        let mut command = Command::new("python3");
        command.arg(examples_dir().join("synfin.py")).args(arguments);
        command.env("SYNFIN_LIBRARY", library().shared());
        command
    };
    let with = |program: PathBuf, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments);
        command
    };
    let no_capture = examples_dir().join("first.c");
    let no_capture = no_capture.to_str().unwrap();
    for arguments in [&["/nonexistent"][..], &[no_capture][..]] {
        for mut command in [
            with(built("offline.c"), arguments),
            with(built("events.cpp"), arguments),
            with(built("threads.c"), arguments),
            python(arguments),
            python(&["--batch", arguments[0]]),
        ] {
            let output = command.output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{command:?}");
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert!(
                stderr.lines().count() == 1 && output.stdout.is_empty(),
                "{command:?}: {stderr}"
            );
        }
    }
    let live = built("live.c");
    for arguments in [&["nonexistent0"][..], &["lo", "1", "no filter"][..]] {
        let output = Command::new(&live).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(
            !output.stderr.is_empty() && output.stdout.is_empty(),
            "{arguments:?}"
        );
    }
}
