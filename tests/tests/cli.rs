//! The program at its edges: bad input and exit status, pipes, several files, and the JSON contract.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use synfin::{Frame, LinkType};
use synfin_tests::pcap::Form;
use synfin_tests::program::{self, Ran, run};
use synfin_tests::scratch::{file, folder};
use synfin_tests::script::Script;
use synfin_tests::{captures, contract, program::command};

const LITTLE_MICRO: Form = Form::ALL[0];
/// How long a program may take to say what it has to say.
const PATIENCE: Duration = Duration::from_secs(30);

fn a_get() -> PathBuf {
    captures::path("get-closed-by-server.pcapng")
}

/// Exit status 2, nothing on standard output, the file named and each of `words` on standard error.
fn unusable(path: &Path, words: &[&str]) {
    for arguments in [
        vec![],
        vec!["connections"],
        vec!["http"],
        vec!["packets", "--json"],
    ] {
        let ran = run(arguments.iter().map(AsRef::as_ref).chain([path.as_os_str()]));
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.err.contains(&*path.to_string_lossy()), "{}", ran.err);
        for word in words {
            assert!(ran.err.contains(word), "{word:?} not in {}", ran.err);
        }
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
    }
}

#[test]
fn what_is_no_capture_is_told_and_ends_with_2() {
    let folder = folder();
    unusable(&file(&folder, "empty.pcap", ""), &["empty", "zero bytes"]);
    unusable(
        &file(&folder, "notes.txt", "Dear diary,\n"),
        &["not a pcap", "text"],
    );
    unusable(
        &file(&folder, "a.pcap.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03rest"),
        &["gzip"],
    );
    unusable(
        &file(&folder, "random", b"\x07\x99\xfe\x01\x80\x13\x37\0\xff"),
        &["not a pcap"],
    );
    unusable(
        &file(
            &folder,
            "half-a-header.pcap",
            &LITTLE_MICRO.header(LinkType::ETHERNET)[..11],
        ),
        &["byte 0"],
    );
    unusable(&folder.path().join("missing.pcap"), &["No such file"]);
    unusable(folder.path(), &["directory"]);
}

#[test]
fn a_capture_without_packets_is_read_whole() {
    let folder = folder();
    for form in Form::ALL {
        let path = file(&folder, "quiet.pcap", form.header(LinkType::ETHERNET));
        let ran = run([&path]);
        assert_eq!(
            (ran.status, ran.out.as_str(), ran.err.as_str()),
            (Some(0), "no TCP segments\n", "")
        );
        let ran = run([Path::new("connections"), &path]);
        assert_eq!(
            (ran.status, ran.out.as_str(), ran.err.as_str()),
            (Some(0), "no TCP connections\n", "")
        );
        let ran = run([Path::new("--json"), &path]);
        assert_eq!(
            (ran.status, ran.out.as_str(), ran.err.as_str()),
            (Some(0), "", "")
        );
    }
}

#[test]
fn a_capture_cut_inside_a_record_is_reported_as_far_as_it_goes() {
    let folder = folder();
    let pieces = LITTLE_MICRO.pieces(&a_get());
    let (last, before) = pieces.split_last().unwrap();
    let readable = before.concat();
    let offset = readable.len();
    for kept in [1, 15, 16, last.len() - 1] {
        let path = file(&folder, "cut.pcap", [&readable, &last[..kept]].concat());
        let whole = file(&folder, "whole.pcap", &readable);
        for arguments in [
            vec![],
            vec!["--json"],
            vec!["connections"],
            vec!["connections", "--json"],
            vec!["http"],
            vec!["http", "--json"],
        ] {
            let with = |path: &Path| run(arguments.iter().map(AsRef::as_ref).chain([path.as_os_str()]));
            let (ran, expected) = (with(&path), with(&whole));
            assert_eq!((ran.status, expected.status), (Some(1), Some(0)));
            assert_eq!(ran.out, expected.out);
            assert_eq!(expected.err, "");
            assert!(ran.err.contains(&format!("byte {offset},")), "{}", ran.err);
            assert!(ran.err.contains("after 9 frames"), "{}", ran.err);
        }
    }
}

#[test]
fn pcapng_cut_inside_a_block_is_reported_as_far_as_it_goes() {
    let folder = folder();
    let whole = fs::read(a_get()).unwrap();
    let path = file(&folder, "cut.pcapng", &whole[..whole.len() - 150]);
    let ran = run([Path::new("--json"), &path]);
    assert_eq!(ran.status, Some(1));
    let lines = ran.out.lines().count();
    assert!((1..10).contains(&lines), "{lines} lines");
    assert!(ran.err.contains("at byte "), "{}", ran.err);
    assert!(ran.err.contains(&format!("after {lines} frames")), "{}", ran.err);
}

#[test]
fn a_link_type_not_known_is_named_and_ends_with_1() {
    let folder = folder();
    for (link, told) in [
        (
            LinkType(227),
            "10 frames of link type 227 (CAN_SOCKETCAN) not read",
        ),
        (
            LinkType(65_000),
            "10 frames of link type 65000 (no name known) not read",
        ),
    ] {
        let mut pieces = LITTLE_MICRO.pieces(&a_get());
        pieces[0] = LITTLE_MICRO.header(link);
        let ran = run([file(&folder, "other.pcap", pieces.concat())]);
        assert_eq!((ran.status, ran.out.as_str()), (Some(1), "no TCP segments\n"));
        assert!(ran.err.contains(told), "{}", ran.err);
    }
}

/// An IPv4 fragment of a TCP segment from byte `start` on.
fn fragment(start: u16, more: bool, part: &[u8]) -> Vec<u8> {
    let place = (start / 8) | (u16::from(more) << 13);
    let mut bytes = vec![0x45, 0];
    bytes.extend((20 + part.len() as u16).to_be_bytes());
    bytes.extend([0, 9]);
    bytes.extend(place.to_be_bytes());
    bytes.extend([64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    bytes.extend(part);
    bytes
}

// RFC 5722 section 4; a copy of a fragment is no overlap.
#[test]
fn overlapping_fragments_are_told_and_are_no_fault_of_the_file() {
    let header = [0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 2, 0];
    let [rest, other] = [[0, 0, 0, 0, b'a', b'b', b'c', b'd'], [b'x'; 8]];
    let capture = |parts: &[Vec<u8>]| {
        let mut bytes = LITTLE_MICRO.header(LinkType::RAW);
        for (at, part) in parts.iter().enumerate() {
            bytes.extend(LITTLE_MICRO.record(&Frame {
                number: at as u64 + 1,
                time_ns: 0,
                link: LinkType::RAW,
                wire_len: part.len() as u32,
                data: part,
            }));
        }
        bytes
    };
    let folder = folder();
    let first = fragment(0, true, &header);
    let copied = capture(&[first.clone(), first.clone(), fragment(16, false, &rest)]);
    let ran = run([file(&folder, "copied.pcap", copied)]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out.contains("PSH,ACK"), "{}", ran.out);

    let overlapping = capture(&[
        first.clone(),
        fragment(8, true, &other),
        fragment(16, false, &rest),
    ]);
    let ran = run([file(&folder, "overlapping.pcap", overlapping)]);
    assert_eq!(ran.status, Some(0));
    assert!(
        ran.err
            .contains("2 IP fragments of packets whose fragments overlap"),
        "{}",
        ran.err
    );
    assert!(!ran.out.contains("PSH,ACK"), "{}", ran.out);
}

// No more than 1,024 pieces are held behind a hole.
#[test]
fn what_memory_had_no_room_for_is_told() {
    let mut text = "C > S SYN seq=100\nS > C SYN-ACK seq=300\nC > S ACK\n".to_owned();
    for piece in 0..1030 {
        text += &format!("C > S ACK seq={} len=1\n", 103 + 2 * piece);
    }
    let mut bytes = LITTLE_MICRO.header(LinkType::ETHERNET);
    for frame in Script::parse(&text).unwrap().frames() {
        bytes.extend(LITTLE_MICRO.record(&frame));
    }
    let folder = folder();
    let path = file(&folder, "holes.pcap", bytes);
    let ran = run(["summary".into(), path.clone()]);
    assert_eq!(ran.status, Some(0));
    let told = "memory is bounded: 6 segments behind too long a hole";
    assert!(ran.err.contains(told), "{}", ran.err);
    let ran = run(["summary".into(), "--lang".into(), "zh".into(), path.clone()]);
    assert!(ran.err.contains("6 个报文段位于过长的空洞之后"), "{}", ran.err);
    let ran = run(["summary".into(), "--json".into(), path]);
    let summary: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(summary["bounds_reached"]["reassembly"], 6);
    assert_eq!(summary["bounds_reached"]["connections"], 0);
}

// As in Zeek's TCPSessionAdapter.cc: a lone SYN-ACK from a likely server port turns the connection around.
#[test]
fn likely_server_ports_choose_whom_zeek_calls_the_originator() {
    let folder = folder();
    let script = Script::parse("S > C SYN-ACK").unwrap();
    let mut bytes = LITTLE_MICRO.header(LinkType::ETHERNET);
    for frame in script.frames() {
        bytes.extend(LITTLE_MICRO.record(&frame));
    }
    let path = file(&folder, "syn-ack.pcap", bytes);
    for (ports, history) in [
        (None, "^h"),
        (Some("80"), "^h"),
        (Some(""), "H"),
        (Some("443,8080"), "H"),
    ] {
        let mut arguments = vec!["connections", "--json", path.to_str().unwrap()];
        arguments.extend(ports.map(|_| "--likely-server-ports"));
        arguments.extend(ports);
        let ran = run(arguments);
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
        let answer: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(answer["zeek"]["history"], history, "{ports:?}");
    }
    let ran = run(["--likely-server-ports", "http", path.to_str().unwrap()]);
    assert_eq!(ran.status, Some(2));
}

#[test]
fn of_several_files_each_is_read_and_the_worst_is_told() {
    let folder = folder();
    let (get, refused) = (a_get(), captures::path("refused.pcapng"));
    let missing = folder.path().join("missing.pcap");
    let alone = |path: &Path| run([Path::new("--json"), path]).out;
    let both = alone(&get) + &alone(&refused);

    let ran = run([Path::new("--json"), &get, &refused]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    assert_eq!(ran.out, both);

    let ran = run([Path::new("--json"), &get, &missing, &refused]);
    assert_eq!(
        ran.status,
        Some(2),
        "one could not be read, the others were reported"
    );
    assert_eq!(ran.out, both);
    assert!(ran.err.contains("missing.pcap: No such file"), "{}", ran.err);

    let empty = file(&folder, "empty.pcap", "");
    let ran = run([&missing, &empty]);
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
    assert!(
        ran.err.contains("missing.pcap") && ran.err.contains("empty.pcap"),
        "{}",
        ran.err
    );
}

#[test]
fn a_file_may_be_called_like_a_command() {
    let folder = folder();
    fs::copy(a_get(), folder.path().join("connections")).unwrap();
    let here = |arguments: &[&str]| -> Ran {
        let mut command = command();
        command.current_dir(folder.path()).args(arguments);
        command.output().unwrap().into()
    };
    let expected = run([a_get()]);
    assert_eq!(here(&["./connections"]), expected);
    assert_eq!(here(&["--", "connections"]), expected);
    assert_eq!(here(&["packets", "connections"]), expected);
    assert_eq!(
        here(&["connections", "connections"]),
        run([Path::new("connections"), &a_get()])
    );
    assert_eq!(here(&["connections"]).status, Some(2), "a command without a file");
}

#[test]
fn wrong_usage_ends_with_2_and_help_with_0() {
    let wrong: [&[&str]; 5] = [
        &[],
        &["packets"],
        &["--no-such-option", "x.pcap"],
        &["--checksums", "perhaps", "x.pcap"],
        &["rules", "x.pcap"],
    ];
    for arguments in wrong {
        let ran = run(arguments);
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.err.contains("--help"), "{arguments:?}: {}", ran.err);
    }
    for arguments in [["--help"], ["-h"], ["help"], ["--version"], ["rules"], ["fields"]] {
        let ran = run(arguments);
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(!ran.out.is_empty(), "{arguments:?}");
    }
}

#[test]
fn standard_input_gives_the_same_as_the_file() {
    for path in [a_get(), captures::path("two-interfaces.pcapng")] {
        for command_and_form in [
            vec![],
            vec!["--json"],
            vec!["connections", "--json"],
            vec!["http"],
            vec!["http", "--json"],
        ] {
            let with = |input: &Path| {
                let mut command = command();
                command.args(&command_and_form).arg(input);
                command.stdin(fs::File::open(&path).unwrap());
                Ran::from(command.output().unwrap())
            };
            assert_eq!(with(Path::new("-")), with(&path));
        }
    }
    let ran = run(["-"]);
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "nothing comes");
}

#[test]
fn a_live_pipe_shows_each_packet_before_the_next_comes() {
    for arguments in [["-"].as_slice(), &["--json", "-"]] {
        let mut child = command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let lines = program::lines_of(child.stdout.take().unwrap());
        let pieces = LITTLE_MICRO.pieces(&a_get());
        let json = arguments.len() == 2;
        input.write_all(&pieces[0]).unwrap();
        for (number, record) in (1_u64..).zip(&pieces[1..]) {
            input.write_all(record).unwrap();
            // The heading and the name of the connection come before the first packet.
            let shown = std::iter::from_fn(|| lines.recv_timeout(PATIENCE).ok()).any(|line| {
                if json {
                    serde_json::from_str::<Value>(&line).unwrap()["frame"] == number
                } else {
                    line.split_whitespace().next() == Some(number.to_string().as_str())
                }
            });
            assert!(shown, "frame {number} is not shown while the pipe is open");
        }
        drop(input);
        let rest: Vec<String> = lines.iter().collect();
        assert_eq!(child.wait().unwrap().code(), Some(0));
        assert_eq!(rest.len(), if json { 0 } else { 2 }, "{rest:?}");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    for arguments in [
        ["packets"].as_slice(),
        &["packets", "--json"],
        &["connections"],
        &["connections", "--json"],
        &["http"],
        &["http", "--json"],
        &["http", "--format", "combined"],
    ] {
        // Much more than a pipe holds.
        let path = a_get();
        let mut child = command()
            .args(arguments)
            .args(std::iter::repeat_n(&path, 500))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 8];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn colour_is_for_terminals() {
    let coloured = |variables: &[(&str, &str)]| {
        [&[][..], &["connections"], &["rules"], &["fields"]].map(|arguments: &[&str]| {
            let mut command = command();
            command.args(arguments).envs(variables.iter().copied());
            if !matches!(arguments, ["rules" | "fields"]) {
                command.arg(a_get());
            }
            Ran::from(command.output().unwrap()).out.contains('\x1b')
        })
    };
    assert_eq!(coloured(&[]), [false; 4]);
    assert_eq!(coloured(&[("NO_COLOR", "1")]), [false; 4]);
    assert_eq!(
        coloured(&[("CLICOLOR_FORCE", "1")]),
        [true; 4],
        "there is colour at all"
    );
}

#[test]
fn all_forms_of_pcap_tell_the_same() {
    let folder = folder();
    // Its times are whole microseconds, so that no form loses any of them.
    let original = captures::path("cooked-sll1.pcapng");
    for arguments in [
        vec!["--json"],
        vec!["connections", "--json"],
        vec!["http", "--json"],
        vec![],
    ] {
        let with = |path: &Path| run(arguments.iter().map(AsRef::as_ref).chain([path.as_os_str()]));
        let expected = with(&original);
        assert_eq!((expected.status, expected.err.as_str()), (Some(0), ""));
        for form in Form::ALL {
            let path = file(&folder, "other-form.pcap", form.pieces(&original).concat());
            assert_eq!(with(&path), expected, "{form:?}");
        }
    }
    // And of a capture in nanoseconds, microseconds lose what they cannot hold, in either byte order.
    let times = |form: Form| {
        let path = file(&folder, "rounded.pcap", form.pieces(&a_get()).concat());
        let lines = run([Path::new("--json"), &path]).out;
        let of_line = |line| {
            serde_json::from_str::<Value>(line).unwrap()["time_ns"]
                .as_i64()
                .unwrap()
        };
        lines.lines().map(of_line).collect::<Vec<i64>>()
    };
    for big_endian in [false, true] {
        let [exact, rounded] = [true, false].map(|nanoseconds| {
            times(Form {
                big_endian,
                nanoseconds,
            })
        });
        assert_eq!(rounded.len(), 10);
        assert!(exact.iter().any(|time| time % 1000 != 0));
        assert_eq!(
            rounded,
            exact.iter().map(|time| time - time % 1000).collect::<Vec<_>>()
        );
    }
}

#[test]
fn every_line_of_json_is_an_object_with_all_keys() {
    // What stands inside objects and lists is held by the same serialiser's own tests.
    let keys = |line: &str, keys: &[&str]| {
        let value = serde_json::from_str::<Value>(line).unwrap();
        for key in keys.iter().filter(|key| !key.contains('.')) {
            assert!(value.get(key).is_some(), "no {key} in {value}");
        }
        value
    };
    let mut transactions = 0;
    for path in captures::below(&captures::folder()) {
        let told = captures::dissect(&path);
        let lines = program::run([Path::new("--json"), &path]).out;
        assert!(lines.is_empty() || lines.ends_with('\n'));
        for (line, annotation) in lines.lines().zip(&told.packets) {
            assert_eq!(
                line,
                serde_json::to_string(annotation).unwrap(),
                "the library says the same"
            );
            keys(line, contract::PACKET);
        }
        assert_eq!(lines.lines().count(), told.packets.len());

        let lines = program::run([Path::new("connections"), Path::new("--json"), &path]).out;
        for (line, connection) in lines.lines().zip(&told.connections) {
            assert_eq!(
                line,
                serde_json::to_string(connection).unwrap(),
                "the library says the same"
            );
            let value = keys(line, contract::CONNECTION);
            transactions += value["http"].as_array().unwrap().len();
        }
        assert_eq!(lines.lines().count(), told.connections.len());
    }
    assert!(transactions > 40, "{transactions}");
}

// `tcpdump -w - | synfin -`, and Ctrl-C while the writer still holds the pipe open.
#[test]
fn an_interrupt_ends_the_reading_and_not_the_report() {
    let capture = std::fs::read(captures::path("refused.pcapng")).unwrap();
    let mut child = command()
        .args(["connections", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&capture).unwrap();
    // Long enough to have read it all; were it not, the report would be shorter and the test fail.
    std::thread::sleep(Duration::from_secs(1));
    let killed = Command::new("sh")
        .args(["-c", &format!("kill -INT {}", child.id())])
        .status()
        .unwrap();
    assert!(killed.success());
    let ran = child.wait_with_output().unwrap();
    drop(stdin);
    assert_eq!(ran.status.code(), Some(130));
    let told = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(told.matches("refused").count(), 2, "{told}");
}

// A request's target is the peer's to choose: it must not drive the terminal of who looks at it.
#[test]
fn text_from_the_wire_is_shown_and_not_obeyed() {
    let script = Script::parse(
        "open C > S
         C > S PSH-ACK \"GET /\\x1b]0;x\\x07 HTTP/1.1\\r\\n\\r\\n\"",
    )
    .unwrap();
    let folder = folder();
    let path = folder.path().join("escapes.pcapng");
    script
        .write_pcapng(std::fs::File::create(&path).unwrap())
        .unwrap();
    for command in ["packets", "connections"] {
        let out = run([command.as_ref(), path.as_os_str()]).out;
        assert!(out.contains(r"GET /\u{1b}]0;x\u{7}"), "{out}");
        assert!(!out.contains('\u{1b}') && !out.contains('\u{7}'));
    }
}
