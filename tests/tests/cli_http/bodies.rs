//! `synfin http --bodies DIR`: the files it writes, what it says of them, and what it never does.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use serde_json::Value;
use synfin_tests::captures;
use synfin_tests::program::{self, Ran, command};
use tempfile::TempDir;

const PLAIN: &[u8] = b"Fourscore and seven years ago, and seven, and seven, and seven.";

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn zlib(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn raw_deflate(plain: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn brotli(plain: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::new();
    brotli::BrotliCompress(&mut &*plain, &mut encoded, &Default::default()).unwrap();
    encoded
}

fn zstd(plain: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(plain, ruzstd::encoding::CompressionLevel::Fastest)
}

/// A conversation of GETs, each answered by a head's fields and a body.
fn talk(answers: &[(&str, &[u8])]) -> String {
    let mut script = "open C > S\n".to_owned();
    for (fields, body) in answers {
        let hex: String = body.iter().map(|byte| format!("{byte:02x}")).collect();
        let (len, fields) = (body.len(), fields.escape_default());
        writeln!(
            script,
            r#"+1ms C > S PSH-ACK "GET / HTTP/1.1\r\nHost: h\r\n\r\n""#
        )
        .unwrap();
        let hex = if hex.is_empty() { hex } else { format!("hex={hex}") };
        writeln!(
            script,
            r#"+1ms S > C PSH-ACK "HTTP/1.1 200 OK\r\n{fields}Content-Length: {len}\r\n\r\n" {hex} split=60000"#
        )
        .unwrap();
    }
    script
}

struct Scene {
    folder: TempDir,
    capture: PathBuf,
}

impl Scene {
    fn new(script: &str) -> Self {
        let folder = crate::folder();
        let capture = crate::capture(&folder, "talk.pcapng", script);
        Self { folder, capture }
    }

    fn bodies(&self) -> PathBuf {
        self.folder.path().join("bodies")
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = command();
        command
            .arg("http")
            .args(arguments)
            .arg("--bodies")
            .arg(self.bodies())
            .arg(&self.capture);
        command.output().unwrap().into()
    }

    /// What the index says, and what is in each file; nothing else is in the folder.
    fn saved(&self) -> Vec<(Value, Vec<u8>)> {
        let index = fs::read_to_string(self.bodies().join("index.jsonl")).unwrap();
        let entries: Vec<Value> = index
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(fs::read_dir(self.bodies()).unwrap().count(), entries.len() + 1);
        let file = |entry: &Value| fs::read(self.bodies().join(entry["file"].as_str().unwrap())).unwrap();
        entries
            .into_iter()
            .map(|entry| (entry.clone(), file(&entry)))
            .collect()
    }
}

#[test]
fn bodies_are_written_decoded() {
    let twice = brotli(&gzip(PLAIN));
    let answers: [(&str, &[u8]); 9] = [
        ("Content-Type: text/html; charset=utf-8\r\n", PLAIN),
        (
            "Content-Type: Application/JSON\r\nContent-Encoding: gzip\r\n",
            &gzip(PLAIN),
        ),
        ("Content-Encoding: X-GZip\r\n", &gzip(PLAIN)),
        ("Content-Encoding: deflate\r\n", &zlib(PLAIN)),
        ("Content-Encoding: deflate\r\n", &raw_deflate(PLAIN)),
        ("Content-Encoding: br\r\n", &brotli(PLAIN)),
        ("Content-Encoding: zstd\r\n", &zstd(PLAIN)),
        ("Content-Encoding: gzip, br\r\n", &twice),
        ("Content-Encoding: gzip\r\nContent-Encoding: br\r\n", &twice),
    ];
    let scene = Scene::new(&talk(&answers));
    let ran = scene.run(&[]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    assert!(!ran.out.contains("body"), "{}", ran.out);
    let saved = scene.saved();
    assert_eq!(saved.len(), 9);
    for (number, ((entry, file), (fields, encoded))) in saved.iter().zip(answers).enumerate() {
        assert_eq!(file, PLAIN, "{fields}");
        assert_eq!(
            (&entry["connection"], &entry["transaction"]),
            (&0.into(), &number.into())
        );
        assert_eq!(entry["message"], "response");
        assert_eq!(
            (&entry["encoded_len"], &entry["decoded_len"]),
            (&encoded.len().into(), &PLAIN.len().into())
        );
        assert_eq!(
            (&entry["complete"], &entry["state"]),
            (&true.into(), &"complete".into()),
            "{entry}"
        );
        for key in ["capture", "truncated", "damaged", "undecoded"] {
            assert_eq!(entry.get(key), Some(&Value::Null), "{key}");
        }
    }
    assert_eq!(saved[0].0["file"], "c00000-t000-response.html");
    assert_eq!(saved[0].0["content_type"], "text/html; charset=utf-8");
    assert_eq!(saved[0].0["content_encoding"], Value::Null);
    assert_eq!(saved[1].0["file"], "c00000-t001-response.json");
    assert_eq!(saved[2].0["file"], "c00000-t002-response.bin");
    assert_eq!(saved[8].0["content_encoding"], "gzip, br");
}

// RFC 9112 section 7.1: chunked is framing; what is inside it is the body.
#[test]
fn a_request_has_a_body_too_and_chunks_are_joined() {
    let scene = Scene::new(
        r#"open C > S
        C > S PSH-ACK "POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n"
        S > C PSH-ACK "HTTP/1.1 204 No Content\r\n\r\n""#,
    );
    assert_eq!(scene.run(&["--json"]).status, Some(0));
    let saved = scene.saved();
    assert_eq!(saved.len(), 1, "there is no empty file");
    assert_eq!(saved[0].0["file"], "c00000-t000-request.txt");
    assert_eq!(
        (&saved[0].0["encoded_len"], saved[0].1.as_slice()),
        (&7.into(), b"abcdefg".as_slice())
    );
}

#[test]
fn what_is_not_whole_is_written_as_far_as_it_goes_and_said() {
    let whole = gzip(PLAIN);
    let half = &whole[..whole.len() - 12];
    let mut wrong_sum = gzip(PLAIN);
    let at = wrong_sum.len() - 8;
    wrong_sum[at] ^= 1;
    let scene = Scene::new(&talk(&[
        ("Content-Encoding: gzip\r\n", half),
        ("Content-Encoding: gzip\r\n", &wrong_sum),
        ("Content-Encoding: gzip\r\n", b"never encoded"),
        ("Content-Encoding: gzip, compress\r\n", b"whatever it is"),
        (
            "Content-Encoding: br\r\nContent-Range: bytes 0-3/9\r\n",
            &brotli(PLAIN),
        ),
    ]));
    let ran = scene.run(&[]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    let ends: Vec<&str> = ran
        .out
        .lines()
        .skip(1)
        .map(|line| line.split_once("OK").unwrap().1)
        .collect();
    assert_eq!(
        ends,
        [
            ", response body: ends before its content coding does",
            ", response body: gzip checksum differs",
            ", response body: invalid gzip header, left in gzip",
            ", response body: left in gzip, compress",
            "",
        ]
    );
    let saved = scene.saved();
    let is = |at: usize, complete: bool, file: &[u8]| {
        assert_eq!(saved[at].0["complete"], complete, "{}", saved[at].0);
        assert_eq!(saved[at].0["decoded_len"], saved[at].1.len());
        assert_eq!(saved[at].1, file, "{at}");
    };
    let begun = saved[0].1.as_slice();
    assert!(PLAIN.starts_with(begun) && begun.len() > 10, "{begun:?}");
    is(0, false, begun);
    is(1, false, PLAIN);
    is(2, false, b"never encoded");
    is(3, false, b"whatever it is");
    is(4, true, PLAIN);
    assert_eq!(saved[2].0["undecoded"], "gzip");
    assert_eq!(saved[3].0["undecoded"], "gzip, compress");
    assert_eq!(saved[3].0["damaged"], Value::Null);
}

// RFC 9110 section 14.1.2: the range of a 206 is one of the encoded bytes; it cannot be decoded by itself.
#[test]
fn a_part_of_a_body_is_written_as_sent() {
    let part = &gzip(PLAIN)[20..40];
    let script = talk(&[(
        "Content-Encoding: gzip\r\nContent-Range: bytes 20-39/60\r\n",
        part,
    )]);
    let scene = Scene::new(&script.replace("200 OK", "206 Partial Content"));
    assert_eq!(scene.run(&[]).status, Some(0));
    let saved = scene.saved();
    assert_eq!(
        (&saved[0].0["undecoded"], saved[0].1.as_slice()),
        (&"gzip".into(), part)
    );
}

#[test]
fn a_body_that_a_reset_or_a_gap_breaks_is_written_so_far() {
    let gz = gzip(PLAIN);
    let len = gz.len();
    let hex: String = gz[..45].iter().map(|byte| format!("{byte:02x}")).collect();
    let scene = Scene::new(&format!(
        r#"open C > S
        C > S PSH-ACK "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
        S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len}\r\n\r\n" hex={hex}
        S > C RST-ACK"#
    ));
    assert_eq!(scene.run(&[]).status, Some(0));
    let saved = scene.saved();
    assert_eq!(
        (&saved[0].0["complete"], &saved[0].0["state"]),
        (&false.into(), &"reset".into())
    );
    assert!(PLAIN.starts_with(&saved[0].1) && !saved[0].1.is_empty());

    // RFC 9293: the client acknowledges what the capture missed.
    let scene = Scene::new(
        r#"open C > S
        C > S PSH-ACK "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
        S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"
        drop S > C PSH-ACK "def"
        C > S ACK
        S > C PSH-ACK "ghi"
        C > S ACK"#,
    );
    assert_eq!(scene.run(&[]).status, Some(0));
    let saved = scene.saved();
    assert_eq!(
        (&saved[0].0["complete"], &saved[0].0["state"]),
        (&false.into(), &"gap".into())
    );
    assert_eq!(saved[0].1, b"abc\0\0\0ghi");
}

#[test]
fn the_bound_holds_for_both_lengths() {
    let long = b"0123456789".repeat(400);
    let script = talk(&[
        ("", &long),
        ("Content-Encoding: gzip\r\n", &gzip(&vec![b'x'; 4000])),
        ("", &long[..1000]),
    ]);
    let scene = Scene::new(&script);
    let ran = scene.run(&["--body-limit", "1000"]);
    assert_eq!(ran.status, Some(0));
    assert!(
        ran.out.contains("response body: stopped at 1000 bytes encoded\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("response body: stopped at 1000 bytes decoded\n"),
        "{}",
        ran.out
    );
    let saved = scene.saved();
    for ((entry, file), (truncated, begins, encoded)) in saved.iter().zip([
        ("encoded".into(), &long[..1000], 4000.into()),
        (
            "decoded".into(),
            &[b'x'; 1000],
            gzip(&vec![b'x'; 4000]).len().into(),
        ),
        (Value::Null, &long[..1000], 1000.into()),
    ]) {
        assert_eq!(file, begins);
        assert_eq!(
            (&entry["truncated"], &entry["encoded_len"]),
            (&truncated, &encoded)
        );
        assert_eq!(entry["complete"], truncated.is_null());
    }
}

/// Ten times the bound of zstd's blocks that each say a byte 128 Ki times (RFC 8878 section 3.1.1.2), inside gzip:
/// 640 MiB out of some hundred bytes.
fn bomb() -> Vec<u8> {
    let mut body = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 10 << 3];
    for block in (0..5120).rev() {
        let header = (128 << 10) << 3 | 1 << 1 | u32::from(block == 0);
        body.extend(&header.to_le_bytes()[..3]);
        body.push(b'0');
    }
    gzip(&body)
}

#[test]
fn a_bomb_costs_neither_disk_nor_memory() {
    let bomb = bomb();
    assert!(bomb.len() < 1000, "{}", bomb.len());
    let scene = Scene::new(&talk(&[("Content-Encoding: zstd, gzip\r\n", &bomb)]));
    // 200 MB of addresses are enough for all of it, threads' stacks included.
    let ran = Command::new("sh")
        .args(["-c", r#"ulimit -v 200000 && exec "$0" "$@""#])
        .arg(program::path())
        .args(["http", "--bodies"])
        .args([&scene.bodies(), &scene.capture])
        .output()
        .unwrap();
    let ran = Ran::from(ran);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    assert!(
        ran.out
            .contains("response body: stopped at 67108864 bytes decoded"),
        "{}",
        ran.out
    );
    let entry = fs::read_to_string(scene.bodies().join("index.jsonl")).unwrap();
    let entry: Value = serde_json::from_str(&entry).unwrap();
    let file = scene.bodies().join(entry["file"].as_str().unwrap());
    assert_eq!(fs::metadata(file).unwrap().len(), 64 << 20);
    assert_eq!(
        (&entry["truncated"], &entry["decoded_len"]),
        (&"decoded".into(), &(64 << 20).into())
    );
}

// Names in the folder come from numbers; nothing that the wire says is part of one.
#[test]
fn hostile_names_stay_outside_of_names() {
    let scene = Scene::new(
        r#"open C > S
        C > S PSH-ACK "GET /../../../etc/passwd HTTP/1.1\r\nHost: ../..\r\n\r\n"
        S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Type: ../../x\r\nContent-Disposition: attachment; filename=\"../../evil.sh\"\r\nContent-Encoding: ../gzip\r\nContent-Length: 1\r\n\r\nx""#,
    );
    assert_eq!(scene.run(&[]).status, Some(0));
    let saved = scene.saved();
    assert_eq!(saved[0].0["file"], "c00000-t000-response.bin");
    assert_eq!(saved[0].0["undecoded"], "../gzip");
    let around: Vec<_> = fs::read_dir(scene.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(around.len(), 2, "{around:?}");
}

#[test]
fn nothing_is_overwritten() {
    let scene = Scene::new(&talk(&[("", PLAIN)]));
    assert_eq!(scene.run(&[]).status, Some(0));
    let ran = scene.run(&[]);
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("index.jsonl is there already"), "{}", ran.err);
    assert_eq!(scene.saved().len(), 1);

    // A file of the name, and a link of the name to what must not be touched.
    let name = "c00000-t000-response.bin";
    for link in [false, true] {
        let scene = Scene::new(&talk(&[("", PLAIN)]));
        fs::create_dir(scene.bodies()).unwrap();
        let outside = scene.folder.path().join("outside");
        fs::write(&outside, "mine").unwrap();
        if link {
            std::os::unix::fs::symlink(&outside, scene.bodies().join(name)).unwrap();
        } else {
            fs::write(scene.bodies().join(name), "mine").unwrap();
        }
        let ran = scene.run(&[]);
        assert_eq!(ran.status, Some(2));
        assert!(
            ran.err.contains(name) && ran.err.contains("exists"),
            "{}",
            ran.err
        );
        assert_eq!(fs::read_to_string(&outside).unwrap(), "mine");
        assert_eq!(fs::read_to_string(scene.bodies().join(name)).unwrap(), "mine");
    }
}

#[test]
fn where_nothing_can_be_written_that_is_said() {
    let scene = Scene::new(&talk(&[("", PLAIN)]));
    let run = |folder: &Path| {
        let mut command = command();
        command.args(["http", "--bodies"]).args([folder, &scene.capture]);
        Ran::from(command.output().unwrap())
    };
    fs::write(scene.bodies(), "a file").unwrap();
    for (folder, why) in [
        (scene.bodies(), "not a folder"),
        (scene.bodies().join("below"), "Not a directory"),
        (PathBuf::from("/proc/bodies"), "No such file"),
    ] {
        let ran = run(&folder);
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
        assert!(
            ran.err.contains(why) && ran.err.contains("--bodies"),
            "{}",
            ran.err
        );
    }
    assert_eq!(fs::read_to_string(scene.bodies()).unwrap(), "a file");
    // A folder is made where there is none, those above it as well.
    assert_eq!(run(&scene.folder.path().join("a/b")).status, Some(0));
}

#[test]
fn of_several_captures_each_file_says_which() {
    let scene = Scene::new(&talk(&[("", PLAIN)]));
    let get = captures::path("get-closed-by-server.pcapng");
    let mut command = command();
    command
        .args(["http", "--bodies"])
        .args([&scene.bodies(), &scene.capture, &get]);
    assert_eq!(Ran::from(command.output().unwrap()).status, Some(0));
    let saved = scene.saved();
    assert_eq!(saved[0].0["file"], "f001-c00000-t000-response.bin");
    assert_eq!(saved[1].0["file"], "f002-c00000-t000-response.html");
    assert_eq!(saved[1].0["capture"], get.to_str().unwrap());
    // The page that nginx served, of 68 bytes by tshark.
    assert_eq!(saved[1].1.len(), 68);
    assert!(
        saved[1].1.starts_with(b"<"),
        "{:?}",
        String::from_utf8_lossy(&saved[1].1)
    );
}
