//! The C ABI, from C: the header compiles alone, a C host gets core's answers, every promise is kept.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use synfin::capture::Capture;
use synfin::{Annotation, Dissector, LinkType, Outcome};
use synfin_tests::c_host::{Library, Link, abi_path, c_dir, has, run, strict_compiler, under_valgrind};
use synfin_tests::header::{header, header_path};

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::build(scratch()))
}

fn has_compiler() -> bool {
    has("cc", "no C program was built against the C ABI")
}

fn has_valgrind() -> bool {
    has("valgrind", "the C programs were not run under it")
}

#[test]
fn the_header_is_up_to_date() {
    let found = fs::read_to_string(header_path()).unwrap();
    assert!(found == header(), "run `make header` and read what changed");
}

#[test]
fn the_header_compiles_alone() {
    for (compiler, standard, suffix) in [
        ("cc", "c11", "c"),
        ("c++", "c++17", "cpp"),
        ("c++", "c++11", "cpp"),
    ] {
        if has(compiler, "the header was not compiled with it") {
            let source = scratch().join(format!("header-{standard}.{suffix}"));
            fs::write(
                &source,
                "#include \"synfin.h\"\nint main(void) { return (int)SYNFIN_OK; }\n",
            )
            .unwrap();
            run(strict_compiler(compiler, standard)
                .arg("-fsyntax-only")
                .arg(source));
        }
    }
}

#[test]
fn the_library_exports_what_the_header_declares_and_nothing_else() {
    if !has("nm", "the exported symbols were not looked at") {
        return;
    }
    let symbols = run(Command::new("nm")
        .args(["-D", "--defined-only", "--format=posix"])
        .arg(library().shared()));
    let mut exported: Vec<_> = symbols
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    exported.retain(|symbol| *symbol != "synfin_test_panic");
    exported.sort_unstable();

    let header = fs::read_to_string(header_path()).unwrap();
    let code = header
        .lines()
        .filter(|line| !line.starts_with([' ', '/', '#', 't', 'e', '}']));
    let mut declared: Vec<_> = code
        .filter_map(|line| line.split('(').next()?.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("synfin_"))
        .collect();
    declared.sort_unstable();
    assert_eq!(exported, declared);
    assert!(declared.len() >= 20, "{declared:?}");
}

/// Every capture of the repository, and the same as classic pcap in all its four forms.
fn captures() -> &'static [PathBuf] {
    static CAPTURES: OnceLock<Vec<PathBuf>> = OnceLock::new();
    CAPTURES.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
        let mut captures: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "pcapng"))
            .collect();
        captures.sort();
        assert!(captures.len() >= 40, "{}", captures.len());
        let converted = scratch().join("classic-pcap");
        fs::create_dir_all(&converted).unwrap();
        for index in 0..captures.len() {
            if let Some(bytes) = classic_pcap(&captures[index], index % 2 == 1, index % 4 >= 2) {
                let path = converted.join(captures[index].with_extension("pcap").file_name().unwrap());
                fs::write(&path, bytes).unwrap();
                captures.push(path);
            }
        }
        captures
    })
}

/// A capture as classic pcap, if it has one link type only.
fn classic_pcap(path: &Path, is_big_endian: bool, has_nanoseconds: bool) -> Option<Vec<u8>> {
    let bytes = fs::read(path).unwrap();
    let mut capture = Capture::open(&bytes[..]).unwrap();
    let (mut out, mut link) = (Vec::new(), None::<LinkType>);
    let word = |out: &mut Vec<u8>, word: u32| {
        out.extend(if is_big_endian {
            word.to_be_bytes()
        } else {
            word.to_le_bytes()
        });
    };
    let half = |out: &mut Vec<u8>, half: u16| {
        out.extend(if is_big_endian {
            half.to_be_bytes()
        } else {
            half.to_le_bytes()
        });
    };
    while let Some(frame) = capture.next_frame().unwrap() {
        if link.is_none() {
            word(&mut out, if has_nanoseconds { 0xa1b2_3c4d } else { 0xa1b2_c3d4 });
            half(&mut out, 2);
            half(&mut out, 4);
            word(&mut out, 0);
            word(&mut out, 0);
            word(&mut out, 262_144);
            word(&mut out, frame.link.0.into());
        }
        if *link.get_or_insert(frame.link) != frame.link {
            return None;
        }
        let unit_ns = if has_nanoseconds { 1 } else { 1000 };
        word(&mut out, u32::try_from(frame.time_ns / 1_000_000_000).unwrap());
        word(
            &mut out,
            u32::try_from(frame.time_ns % 1_000_000_000 / unit_ns).unwrap(),
        );
        word(&mut out, u32::try_from(frame.data.len()).unwrap());
        word(&mut out, frame.wire_len);
        out.extend(frame.data);
    }
    link.map(|_| out)
}

/// Which header a host was compiled with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// The first one, whose annotations end before the frames of HTTP/2 and WebSocket.
    First,
    Today,
}

/// What host.c has to print, by core alone.
fn expected(as_json: bool, layout: Layout) -> String {
    let mut text = String::new();
    for path in captures() {
        let bytes = fs::read(path).unwrap();
        let mut capture = Capture::open(&bytes[..]).unwrap();
        let mut dissector = Dissector::default();
        while let Some(frame) = capture.next_frame().unwrap() {
            let Outcome::Segment(mut annotation) = dissector.frame(&frame) else {
                continue;
            };
            if layout == Layout::First {
                (annotation.http2, annotation.websocket) = (None, None);
            }
            if as_json {
                writeln!(text, "{}", serde_json::to_string(&annotation).unwrap()).unwrap();
            } else {
                let Annotation {
                    frame, step, role, ..
                } = annotation;
                let step = step.map_or("-", |step| step.as_str());
                let role = role.map_or("-", |role| role.id());
                writeln!(text, "{frame} {step} {role}").unwrap();
            }
        }
        for connection in dissector.finish() {
            if as_json {
                writeln!(text, "{}", serde_json::to_string(&connection).unwrap()).unwrap();
            }
        }
    }
    text
}

/// Compares line by line, so that a failure shows one line.
fn assert_same(found: &str, expected: &str, how: &str) {
    for (index, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "{how}, line {}", index + 1);
    }
    assert_eq!(found.lines().count(), expected.lines().count(), "{how}");
    assert!(found.lines().count() > 500, "{how}");
}

#[test]
fn a_c_host_gets_core_s_answers_on_every_capture() {
    if !has_compiler() {
        return;
    }
    for link in [Link::Dynamic, Link::Static] {
        let host = library().compile(&format!("host-{link:?}"), &["host", "capture"], link, &[]);
        let text = run(Command::new(&host).args(captures()));
        assert_same(&text, &expected(false, Layout::Today), "text");
        let json = run(Command::new(&host).arg("--json").args(captures()));
        assert_same(&json, &expected(true, Layout::Today), "JSON");
        if link == Link::Dynamic && has_valgrind() {
            let text = run(under_valgrind(&host).args(captures()));
            assert_same(&text, &expected(false, Layout::Today), "text under valgrind");
            let json = run(under_valgrind(&host).arg("--json").args(captures()));
            assert_same(&json, &expected(true, Layout::Today), "JSON under valgrind");
        }
    }
}

#[test]
fn a_c_host_gets_core_s_answers_under_sanitizers() {
    if has_compiler() {
        let host = library().compile("host-sanitized", &["host", "capture"], Link::Static, &SANITIZERS);
        let json = run(Command::new(&host).arg("--json").args(captures()));
        assert_same(&json, &expected(true, Layout::Today), "JSON under sanitizers");
    }
}

const SANITIZERS: [&str; 2] = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const PROMISES: [&str; 4] = [
    "promises",
    "promises_calls",
    "promises_packets",
    "promises_answers",
];
const KEPT: &str = "every promise kept\n";

#[test]
fn every_promise_of_the_header_is_kept() {
    if !has_compiler() {
        return;
    }
    for link in [Link::Dynamic, Link::Static] {
        let promises = library().compile(&format!("promises-{link:?}"), &PROMISES, link, &[]);
        assert_eq!(run(&mut Command::new(&promises)), KEPT);
        if link == Link::Dynamic && has_valgrind() {
            assert_eq!(run(&mut under_valgrind(&promises)), KEPT);
        }
    }
    let sanitized = library().compile("promises-sanitized", &PROMISES, Link::Static, &SANITIZERS);
    assert_eq!(run(&mut Command::new(&sanitized)), KEPT);
}

/// A program that was compiled when structs were smaller runs with today's library, and gets the same.
#[test]
fn an_older_program_runs_with_today_s_library() {
    if !has_compiler() {
        return;
    }
    let first = c_dir().join("first");
    let runs = |include: &Path, name: &str| {
        let program = library().compile_with(include, name, &["older"], Link::Dynamic, &[]);
        let output = Command::new(&program).output().unwrap();
        assert!(output.status.success(), "{name}: {}", output.status);
        (
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (old, old_sizes) = runs(&first, "older-first");
    let (new, new_sizes) = runs(header_path().parent().unwrap(), "older-today");
    assert_eq!(old, new);
    assert!(
        old.lines().count() == 2 && old.contains("\"step\":\"1/3\""),
        "{old}"
    );
    assert_eq!(old_sizes, "config 48 segment 88\n");
    assert!(
        new_sizes != old_sizes,
        "nothing has grown: compare with an older header"
    );

    let host = library().compile_with(&first, "host-first", &["host", "capture"], Link::Dynamic, &[]);
    let json = run(Command::new(&host).arg("--json").args(captures()));
    assert_same(
        &json,
        &expected(true, Layout::First),
        "JSON, compiled with the first header",
    );
}

/// libabigail compares the library with the committed ABI: functions, structs, members, offsets, enum numbers.
#[test]
fn the_abi_is_the_committed_one() {
    if !has("abidw", "the library was not compared with the committed ABI") {
        return;
    }
    if cfg!(not(all(target_arch = "x86_64", target_os = "linux"))) {
        eprintln!("SKIPPED: the committed ABI is that of x86-64 Linux");
        return;
    }
    let today = scratch().join("today.abi");
    fs::write(&today, Library::abi(scratch())).unwrap();
    let abidiff = |before: &Path| {
        Command::new("abidiff")
            .arg("--harmless")
            .arg(before)
            .arg(&today)
            .output()
            .unwrap()
    };
    let output = abidiff(&abi_path());
    assert!(
        output.status.success(),
        "the ABI has changed. What an old program would notice is forbidden (docs/embedding.md); what was \
         added is committed by `make abi`:\n{}",
        String::from_utf8_lossy(&output.stdout)
    );
    // That it would notice: a member of another name, a function gone.
    let committed = fs::read_to_string(abi_path()).unwrap();
    for (from, to) in [
        ("name='wire_len'", "name='length'"),
        ("synfin_dissector_frames", "synfin_dissector_bundle"),
    ] {
        let other = scratch().join("other.abi");
        assert!(committed.contains(from), "{from}");
        fs::write(&other, committed.replace(from, to)).unwrap();
        assert!(!abidiff(&other).status.success(), "{from}");
    }
}

/// The program of docs/embedding.md, in no more lines than it promises: it compiles, and shows the fields of a SYN.
#[test]
fn the_program_of_the_documentation_works() {
    if !has_compiler() {
        return;
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/embedding.md");
    let page = fs::read_to_string(page).unwrap();
    let program = page.split("```c\n").nth(1).unwrap().split("```").next().unwrap();
    let lines = program.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines <= 31, "{lines} lines");
    let host = r"
        int main(void) {
            static const uint8_t syn[40] = {
                0x45, 0, 0, 40, 0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
                0x9c, 0x40, 0, 80, 0, 0, 3, 0xe8, 0, 0, 0, 0, 0x50, 2, 0xfa, 0xf0, 0, 0, 0, 0};
            synfin_dissector *dissector;
            synfin_values *list;
            if (synfin_dissector_new(NULL, &dissector) != SYNFIN_OK || synfin_values_new(&list) != SYNFIN_OK) return 1;
            synfin_frame frame = {.struct_size = sizeof frame, .wire_len = 40, .number = 1, .data = syn,
                                  .len = 40, .link_type = 101};
            packet(dissector, list, &frame);
            synfin_values_free(list);
            synfin_dissector_free(dissector);
            return 0;
        }";
    let source = scratch().join("documented.c");
    let declared = program.replace("\nvoid packet", "\nstatic void packet");
    fs::write(&source, format!("{declared}{host}")).unwrap();
    let built = library().compile_source(&source, "documented", Link::Dynamic);
    let text = run(&mut Command::new(built));
    for line in [
        "synfin.step: 1/3",
        "synfin.role: O1",
        "  synfin.state.initiator: SYN-SENT",
        "synfin.src_port: 40000 ",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

/// The comment of each call names the statuses that its arguments can give it.
#[test]
fn every_call_names_its_statuses() {
    let header = fs::read_to_string(header_path()).unwrap();
    let mut calls = 0;
    for part in header.split("/**").skip(1) {
        let (comment, code) = part.split_once("*/").unwrap();
        let Some(call) = code.trim_start().strip_prefix("synfin_status synfin_") else {
            continue;
        };
        let (name, rest) = call.split_once('(').unwrap();
        let arguments = rest.split_once(");").unwrap().0;
        let answers = comment.split_once("@return").map_or("", |(_, answers)| answers);
        let takes = |text: &str| arguments.contains(text);
        let is_sized = |struct_name: &&str| takes(&format!("struct synfin_{struct_name} *"));
        let mut needed = vec!["SYNFIN_OK", "SYNFIN_ERR_NULL", "SYNFIN_ERR_PANIC"];
        if takes("struct synfin_dissector *dissector") {
            needed.extend(["SYNFIN_ERR_HANDLE", "SYNFIN_ERR_POISONED"]);
        }
        if takes("struct synfin_values *list") || takes("struct synfin_transaction *transaction") {
            needed.push("SYNFIN_ERR_HANDLE");
        }
        if [
            "annotation",
            "config",
            "frame",
            "segment",
            "batch",
            "icmp",
            "icmp_note",
            "connection",
            "field",
            "rule",
        ]
        .iter()
        .any(is_sized)
        {
            needed.push("SYNFIN_ERR_STRUCT_SIZE");
        }
        if takes("char *buffer") {
            needed.push("SYNFIN_ERR_BUFFER_TOO_SMALL");
        }
        if takes("uint64_t id") || takes("size_t index") {
            needed.push("SYNFIN_ERR_NOT_FOUND");
        }
        for status in needed {
            assert!(answers.contains(status), "synfin_{name}: {status}\n{comment}");
        }
        calls += 1;
    }
    assert!(calls >= 30, "{calls}");
}
