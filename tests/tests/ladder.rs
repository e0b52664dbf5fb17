//! `synfin ladder`: the picture of a connection, in a terminal, as SVG and as Mermaid text.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use synfin::capture::Capture;
use synfin::{Frame, LinkType};
use synfin_tests::pcap::Form;
use synfin_tests::program::{Ran, command};
use synfin_tests::{captures, program, skip, tshark};
use tempfile::TempDir;

/// In a terminal of so many columns that knows UTF-8.
fn in_terminal(columns: u32, arguments: &[&str], path: &Path) -> Ran {
    let mut command = command();
    command
        .env("COLUMNS", columns.to_string())
        .env("LC_ALL", "C.UTF-8")
        .arg("ladder")
        .args(arguments)
        .arg(path);
    command.output().expect("synfin runs").into()
}

fn ladder(arguments: &[&str], path: &Path) -> String {
    let ran = in_terminal(200, arguments, path);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (Some(0), ""),
        "{}",
        path.display()
    );
    ran.out
}

/// The numbers of its connections.
fn connections(path: &Path) -> Vec<String> {
    let ran = program::run(["connections".as_ref(), "--json".as_ref(), path.as_os_str()]);
    ran.out
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).expect("JSON");
            line["connection"].to_string()
        })
        .collect()
}

/// Captures with few connections; floods and scans are many times the same.
fn each(check: impl Fn(&Path, &str)) {
    for path in captures::below(&captures::folder()) {
        let numbers = connections(&path);
        for number in numbers.iter().take(4) {
            check(&path, number);
        }
    }
}

/// Frames with a note that says so, in a picture in a wide terminal.
fn frames_with(picture: &str, words: &str) -> BTreeSet<u64> {
    let rows = picture.lines().filter(|line| line.contains(words));
    // What was not captured has no frame.
    rows.filter_map(|row| row.split_whitespace().next()?.parse().ok())
        .collect()
}

#[test]
fn every_segment_has_its_row() {
    each(|path, number| {
        let picture = ladder(&["--all", "--connection", number], path);
        let drawn: Vec<u64> = picture
            .lines()
            .skip(4)
            .filter_map(|line| line.get(..5)?.trim().parse().ok())
            .collect();
        let ran = program::run(["packets".as_ref(), "--json".as_ref(), path.as_os_str()]);
        let mut expected: BTreeSet<u64> = ran
            .out
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
            .filter(|segment| segment["connection"].as_u64() == number.parse().ok())
            .map(|segment| segment["frame"].as_u64().unwrap())
            .collect();
        // ICMP errors are rows too.
        let ran = program::run(["connections".as_ref(), "--json".as_ref(), path.as_os_str()]);
        for line in ran
            .out
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        {
            if line["connection"].as_u64() == number.parse().ok() {
                let reports = line["icmp"].as_array().unwrap();
                expected.extend(
                    reports
                        .iter()
                        .map(|report| report["first_frame"].as_u64().unwrap()),
                );
            }
        }
        let expected: Vec<u64> = expected.into_iter().collect();
        assert_eq!(drawn, expected, "{} #{number}\n{picture}", path.display());
    });
}

/// The relay that made these captures wrote into them which frames it lost behind the capture point.
#[test]
fn what_the_relay_lost_is_drawn_as_lost() {
    if !tshark::is_here() {
        return;
    }
    let mut found = 0;
    for path in captures::below(&captures::folder()) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        // Keep-alive probes are no data that is sent again, and nothing shows that a last resend was lost.
        if ["keep-alive-death", "retransmission-give-up"].contains(&name.as_str())
            || connections(&path).len() > 1
        {
            continue;
        }
        let output = Command::new("tshark")
            .args([
                "-n",
                "-T",
                "fields",
                "-e",
                "frame.number",
                "-e",
                "frame.comment",
                "-r",
            ])
            .arg(&path)
            .stderr(Stdio::null())
            .output()
            .expect("tshark runs");
        let lost: BTreeSet<u64> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .filter(|(_, comment)| comment.contains("lost this frame behind the capture point"))
            .map(|(frame, _)| frame.parse().unwrap())
            .collect();
        let picture = ladder(&["--all"], &path);
        let drawn: BTreeSet<u64> = frames_with(&picture, "✗").into_iter().collect();
        // What a router or a host refused is lost as well, but nobody wrote it down.
        let refused = [
            "accept-queue",
            "filtered",
            "host-unreachable",
            "path-mtu",
            "half-open-found",
            "time-wait-bounce",
        ];
        if name != "data-missed-by-capture" && !refused.iter().any(|start| name.starts_with(start)) {
            assert_eq!(drawn, lost, "{name}\n{picture}");
        }
        found += lost.len();
    }
    assert!(found >= 6, "{found}");
}

#[test]
fn what_the_capture_missed_is_drawn_as_lost() {
    let picture = ladder(&[], &captures::path("data-missed-by-capture.pcapng"));
    let row = picture.lines().find(|line| line.contains("1.45 kB not captured"));
    assert!(
        row.is_some_and(|row| row.contains('✗') && !row.contains('◄')),
        "{picture}"
    );
}

#[test]
fn plain_data_is_folded_and_unfolded() {
    let path = captures::path("data-lost.pcapng");
    let folded = ladder(&[], &path);
    // By hand from the capture: frames 9 to 14 are 5 full segments and one of 953 bytes, 16 to 24 are nine ACKs;
    // frame 8 between them was lost.
    assert!(folded.contains("… 6 segments, 8.19 kB ←"), "{folded}");
    assert_eq!(
        frames_with(&folded, "unanswered, sent again in 25"),
        BTreeSet::from([8])
    );
    assert!(folded.contains("… 9 ACKs →"), "{folded}");
    assert!(folded.contains("repeats 8 after 40.8 ms"), "{folded}");
    let all = ladder(&["--no-fold"], &path);
    assert!(!all.contains('…'), "{all}");
    assert_eq!(
        frames_with(&all, "unanswered, sent again in 25"),
        BTreeSet::from([8])
    );
}

#[test]
fn it_fits_the_terminal() {
    for columns in [60, 72, 80, 100, 132, 200] {
        each(|path, number| {
            let ran = in_terminal(columns, &["--connection", number], path);
            for line in ran.out.lines() {
                let width = line.chars().count();
                assert!(
                    width <= columns as usize,
                    "{width} > {columns}: {line} ({})",
                    path.display()
                );
            }
        });
    }
}

#[test]
fn without_utf_8_it_is_ascii() {
    let path = captures::path("syn-lost.pcapng");
    let in_locale = |variable: &str, value: &str| -> Ran {
        let mut command = command();
        for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
            command.env_remove(name);
        }
        command.env(variable, value).arg("ladder").arg(&path);
        command.output().expect("synfin runs").into()
    };
    for (variable, value) in [
        ("LC_ALL", "C"),
        ("LANG", "de_DE.ISO-8859-1"),
        ("LC_CTYPE", "POSIX"),
    ] {
        let ran = in_locale(variable, value);
        assert!(ran.out.is_ascii(), "{variable}={value}: {}", ran.out);
        assert!(ran.out.contains("1/3 SYN seq 0 ---"), "{}", ran.out);
    }
    for (variable, value) in [("LC_ALL", "C.UTF-8"), ("LANG", "zh_CN.utf8")] {
        assert!(in_locale(variable, value).out.contains('│'), "{variable}={value}");
    }
    each(|path, number| assert!(ladder(&["--ascii", "--connection", number], path).is_ascii()));
}

#[test]
fn colour_is_on_a_terminal_only() {
    let path = captures::path("syn-lost.pcapng");
    assert!(!ladder(&[], &path).contains('\u{1b}'));
    let mut command = command();
    command.env("CLICOLOR_FORCE", "1").arg("ladder").arg(&path);
    let ran: Ran = command.output().expect("synfin runs").into();
    assert!(
        ran.out.contains("\u{1b}[31m✗") || ran.out.contains("\u{1b}[31mX"),
        "{}",
        ran.out
    );
}

/// XML by xmllint's opinion.
fn assert_xml(svg: &str) {
    use std::io::Write as _;
    let child = Command::new("xmllint")
        .args(["--noout", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        skip::skipped("xmllint is not installed");
        return;
    };
    child.stdin.take().unwrap().write_all(svg.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}\n{svg}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn svg_is_valid_and_needs_nothing_else() {
    each(|path, number| {
        let svg = ladder(&["--svg", "--connection", number], path);
        assert_xml(&svg);
        assert!(svg.contains("<title id=\"title\">TCP connection #"), "{svg}");
        assert!(svg.contains("<desc id=\"desc\">"), "{svg}");
        assert!(
            svg.contains("prefers-color-scheme: dark") && svg.contains("viewBox=\"0 0 800 "),
            "{svg}"
        );
        for word in ["href", "url(", "@import", "<script", "<image"] {
            assert!(!svg.contains(word), "{word}");
        }
    });
    // Several connections are one picture.
    let svg = ladder(&["--svg"], &captures::path("parallel-connections.pcapng"));
    assert_xml(&svg);
    assert_eq!(svg.matches("<svg").count(), 1);
    assert_eq!(svg.matches(">Connection ").count(), 3);
}

#[test]
fn svg_ends_a_lost_arrow_on_its_way() {
    let lost = ladder(&["--svg"], &captures::path("syn-lost.pcapng"));
    assert_eq!(lost.matches("class=\"cross\"").count(), 1);
    let whole = ladder(&["--svg"], &captures::path("get-closed-by-server.pcapng"));
    assert_eq!(whole.matches("class=\"cross\"").count(), 0);
    // An arrow for each of the ten segments.
    assert_eq!(whole.matches("class=\"arrow ").count(), 10);
}

/// A capture whose request has this target.
fn asking_for(target: &[u8], folder: &TempDir) -> PathBuf {
    let capture = fs::File::open(captures::path("get-closed-by-server.pcapng")).expect("a capture");
    let mut capture = Capture::open(capture).expect("a capture");
    let form = Form::ALL[0];
    let mut file = form.header(LinkType::ETHERNET);
    while let Some(frame) = capture.next_frame().expect("a capture") {
        let mut data = frame.data.to_vec();
        if let Some(at) = data.windows(6).position(|window| window == b"GET / ") {
            // The rest of the head makes room.
            let end = at + 4 + target.len();
            data[at + 4..end].copy_from_slice(target);
            data[end..end + 19].copy_from_slice(b" HTTP/1.1\r\nHost: a\r");
            let rest = data.len();
            data[end + 19] = b'\n';
            data[end + 20..rest - 2].fill(b'x');
            data[end + 21] = b':';
            data[rest - 4..].copy_from_slice(b"\r\n\r\n");
        }
        let changed = Frame { data: &data, ..frame };
        file.extend(form.record(&changed));
    }
    let path = folder.path().join("asked.pcap");
    fs::write(&path, file).expect("a scratch file");
    path
}

#[test]
fn what_a_stranger_wrote_stays_text() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = asking_for("/</text><script>;#%%{x}`\u{2028}\u{1b}[2J".as_bytes(), &folder);
    let terminal = ladder(&[], &path);
    assert!(
        terminal.contains(r"GET /</text><script>;#%%{x}`\u{2028}\u{1b}[2J"),
        "{terminal}"
    );
    let svg = ladder(&["--svg"], &path);
    assert_xml(&svg);
    assert!(svg.contains("GET /&lt;/text&gt;&lt;script&gt;;#%%{x}`"), "{svg}");
    let mermaid = ladder(&["--mermaid"], &path);
    assert!(
        mermaid.contains("GET /#60;/text#62;#60;script#62;#59;#35;#37;#37;#123;x#125;#96;"),
        "{mermaid}"
    );
}

#[test]
fn a_long_connection_takes_as_much_room_as_a_short_one() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let form = Form::ALL[0];
    let mut file = form.header(LinkType::RAW);
    let mut frame = |number: u32, flags: u8, seq: u32, ack: u32, from_client: bool, len: usize| {
        let mut data = vec![
            0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x9c, 0x40, 0, 80,
        ];
        if !from_client {
            data.splice(12.., [10, 0, 0, 2, 10, 0, 0, 1, 0, 80, 0x9c, 0x40]);
        }
        data.extend(seq.to_be_bytes());
        data.extend(ack.to_be_bytes());
        data.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        data.resize(40 + len, b'x');
        let total = u16::try_from(data.len()).unwrap().to_be_bytes();
        data[2..4].copy_from_slice(&total);
        let frame = Frame {
            number: u64::from(number),
            time_ns: i64::from(number) * 1_000_000,
            link: LinkType::RAW,
            wire_len: u32::try_from(data.len()).unwrap(),
            data: &data,
        };
        file.extend(form.record(&frame));
    };
    frame(0, 2, 1000, 0, true, 0);
    frame(1, 0x12, 5000, 1001, false, 0);
    frame(2, 0x10, 1001, 5001, true, 0);
    // Every other segment is sent again at once: none of these is plain.
    for number in 0..10_000_u32 {
        frame(3 + 2 * number, 0x10, 1001 + number, 5001, true, 1);
        frame(4 + 2 * number, 0x10, 1001 + number, 5001, true, 1);
    }
    let path = folder.path().join("long.pcap");
    fs::write(&path, file).expect("a scratch file");
    let picture = ladder(&[], &path);
    assert!(picture.lines().count() < 2_100, "{}", picture.lines().count());
    assert!(
        picture.contains(" segments, ") && picture.contains(" not shown"),
        "{picture:.2000}"
    );
    let all = ladder(&["--all"], &path);
    assert!(all.lines().count() > 20_000);
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let flood = captures::path("syn-flood.pcapng");
    let ran = in_terminal(80, &[], &flood);
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("say which with --connection N"), "{}", ran.err);
    let get = captures::path("get-closed-by-server.pcapng");
    let ran = in_terminal(80, &["--connection", "7"], &get);
    assert_eq!(ran.status, Some(2));
    assert!(
        ran.err
            .contains("no connection 7: the capture holds one connection, number 0"),
        "{}",
        ran.err
    );
}

#[test]
fn a_file_is_written_where_asked_and_no_capture_is_lost() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let copy = folder.path().join("copy.pcapng");
    fs::copy(captures::path("get-closed-by-server.pcapng"), &copy).unwrap();
    let svg = folder.path().join("picture.svg");
    fs::write(&svg, "x".repeat(100_000)).unwrap();
    let ran = in_terminal(80, &["--svg", "-o", svg.to_str().unwrap()], &copy);
    assert_eq!(
        (ran.status, ran.out.as_str(), ran.err.as_str()),
        (Some(0), "", "")
    );
    assert_eq!(fs::read_to_string(&svg).unwrap(), ladder(&["--svg"], &copy));
    let before = fs::read(&copy).unwrap();
    let ran = in_terminal(80, &["--svg", "-o", copy.to_str().unwrap()], &copy);
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("not overwritten"), "{}", ran.err);
    assert_eq!(fs::read(&copy).unwrap(), before);
    let ran = in_terminal(80, &["-o", "/dev/full"], &copy);
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("/dev/full: No space left"), "{}", ran.err);
}

#[test]
fn pictures() {
    let shown = [
        "get-closed-by-server",
        "syn-lost",
        "data-lost",
        "injected-reset",
        "port-unreachable",
        "last-ack-lost",
    ];
    for name in shown {
        let path = captures::path(&format!("{name}.pcapng"));
        insta::assert_snapshot!(format!("{name}-80"), in_terminal(80, &[], &path).out);
        insta::assert_snapshot!(format!("{name}-132"), in_terminal(132, &[], &path).out);
    }
    let get = captures::path("get-closed-by-server.pcapng");
    insta::assert_snapshot!(
        "get-closed-by-server-60-ascii",
        in_terminal(60, &["--ascii"], &get).out
    );
    insta::assert_snapshot!(
        "syn-lost-mermaid",
        ladder(&["--mermaid"], &captures::path("syn-lost.pcapng"))
    );
}

#[test]
fn the_picture_in_the_readme_is_what_is_drawn() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images/ladder.svg");
    let svg = fs::read_to_string(path).expect("the picture");
    assert!(
        svg == ladder(&["--svg"], &captures::path("get-closed-by-server.pcapng")),
        "draw docs/images/ladder.svg anew: synfin ladder --svg -o docs/images/ladder.svg FILE"
    );
}
