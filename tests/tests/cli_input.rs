//! Where captures come from: compressed, merged, rotated, growing, filtered. The yardsticks are the programs that
//! make and read such files: gzip, xz, zstd, lz4, mergecap, tshark and tcpdump.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use synfin_tests::captures;
use synfin_tests::pcap::Form;
use synfin_tests::program::{self, Ran, command, run};
use synfin_tests::scratch::folder;

const LITTLE_MICRO: Form = Form::ALL[0];
const PATIENCE: Duration = Duration::from_secs(30);

fn a_get() -> PathBuf {
    captures::path("get-closed-by-server.pcapng")
}

/// Runs a program that must succeed; gives what it writes.
fn tool(name: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(name).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(
        output.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

fn text(path: &Path) -> &str {
    path.to_str().expect("names of tests are UTF-8")
}

fn on_stdin(arguments: &[&str], path: &Path) -> Ran {
    let mut command = command();
    command.args(arguments).arg("-").stdin(File::open(path).unwrap());
    command.output().expect("synfin runs").into()
}

fn frames(ran: &Ran) -> Vec<u64> {
    let line = |line| serde_json::from_str::<Value>(line).expect("a line of JSON");
    ran.out
        .lines()
        .map(|text| line(text)["frame"].as_u64().unwrap())
        .collect()
}

const COMPRESSORS: [(&str, &[&str]); 6] = [
    ("gzip", &["-c"]),
    ("xz", &["-c"]),
    ("xz", &["-c", "--block-size=1000", "--check=sha256"]),
    ("zstd", &["-qc"]),
    ("zstd", &["-qc", "--ultra", "-22"]),
    ("lz4", &["-qcB4"]),
];

#[test]
fn compressed_captures_are_read_by_what_they_hold() {
    let folder = folder();
    let plain = run([Path::new("--json"), &a_get()]);
    let halves = fs::read(a_get()).unwrap();
    let (first, second) = halves.split_at(halves.len() / 2);
    for (name, arguments) in COMPRESSORS {
        let packed = tool(name, &[arguments, &[text(&a_get())]].concat());
        // The name says nothing.
        let path = folder.path().join("capture");
        fs::write(&path, &packed).unwrap();
        assert_eq!(run([Path::new("--json"), &path]), plain, "{name}");
        assert_eq!(on_stdin(&["--json"], &path), plain, "{name}");
        let two_pass = run([Path::new("-2"), Path::new("--json"), &path]);
        assert_eq!(frames(&two_pass), frames(&plain), "{name}");

        let mut members = Vec::new();
        for half in [first, second] {
            fs::write(folder.path().join("half"), half).unwrap();
            members.extend(tool(
                name,
                &[arguments, &[text(&folder.path().join("half"))]].concat(),
            ));
        }
        fs::write(&path, members).unwrap();
        assert_eq!(run([Path::new("--json"), &path]), plain, "{name}, two members");
    }
}

#[test]
fn a_compressed_capture_that_ends_too_early_is_reported_as_far_as_it_goes() {
    let folder = folder();
    // Several blocks of every format.
    let pieces = LITTLE_MICRO.pieces(&captures::path("data-lost.pcapng"));
    let mut bytes = pieces[0].clone();
    for round in 0..200_u32 {
        for piece in &pieces[1..] {
            let mut piece = piece.clone();
            // No two alike, or they would be packed into nothing.
            piece.extend(round.wrapping_mul(2_654_435_761).to_le_bytes());
            let len = u32::try_from(piece.len() - 16).unwrap().to_le_bytes();
            piece[8..12].copy_from_slice(&len);
            piece[12..16].copy_from_slice(&len);
            bytes.extend(piece);
        }
    }
    let plain = folder.path().join("plain.pcap");
    fs::write(&plain, &bytes).unwrap();
    let all = run([Path::new("--json"), &plain]).out.lines().count();
    for (name, arguments) in COMPRESSORS
        .into_iter()
        .filter(|(_, arguments)| arguments.len() == 1)
    {
        let mut packed = tool(name, &[arguments, &[text(&plain)]].concat());
        packed.truncate(packed.len() * 9 / 10);
        let path = folder.path().join("cut");
        fs::write(&path, &packed).unwrap();
        let ran = run([Path::new("--json"), &path]);
        assert_eq!(ran.status, Some(1), "{name}: {}", ran.err);
        assert!(ran.err.contains(&format!("{name} data")), "{}", ran.err);
        assert!(ran.err.contains("byte "), "{}", ran.err);
        let told = ran.out.lines().count();
        assert!(told > 0 && told < all, "{name}: {told} of {all}");
    }
}

/// Capture times in order, as tshark reads them of what mergecap makes.
#[test]
fn files_are_merged_as_mergecap_does() {
    let folder = folder();
    let names = [
        "get-closed-by-server.pcapng",
        "connect-scan.pcapng",
        "data-lost.pcapng",
    ];
    let one = captures::path(names[0]);
    let paths: Vec<PathBuf> = names
        .iter()
        .map(|name| captures::path(name))
        .chain([one])
        .collect();
    let merged = folder.path().join("merged.pcapng");
    let files: Vec<&str> = paths.iter().map(|path| text(path)).collect();
    tool("mergecap", &[&["-w", text(&merged)], &files[..]].concat());
    let theirs = run([Path::new("--json"), &merged]);
    let ours = run([&["--json", "--merge"][..], &files].concat());
    assert_eq!((ours.status, ours.err.as_str()), (Some(0), ""));
    assert_eq!(ours.out, theirs.out);
    // Files that are closed until their turn comes give the same.
    let many = vec![files[1]; 70];
    let ours = run([&["--json", "--merge"][..], &many].concat());
    tool("mergecap", &[&["-w", text(&merged)], &many[..]].concat());
    assert_eq!(ours.out, run([Path::new("--json"), &merged]).out);
}

#[test]
fn more_files_than_descriptors_are_merged() {
    let folder = folder();
    for number in 0..100 {
        fs::copy(a_get(), folder.path().join(format!("{number}.x"))).unwrap();
    }
    let script = format!(
        "ulimit -n 24; exec {} connections --json --merge {}",
        text(program::path()),
        text(folder.path())
    );
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A capture in three pieces by the names of each program.
#[test]
fn pieces_of_a_rotated_capture_are_one() {
    let pieces = LITTLE_MICRO.pieces(&a_get());
    for names in [
        [
            "web_00001_20240501123000.pcap",
            "web_00002_20240501123010.pcap",
            "web_00003_20240501123020.pcap",
        ],
        ["web.pcap", "web.pcap1", "web.pcap2"],
        [
            "web-20240501-123000.pcap",
            "web-20240501-123010.pcap",
            "web-20240501-123020.pcap",
        ],
        // A ring in which the oldest stands last.
        ["web.pcap2", "web.pcap0", "web.pcap1"],
    ] {
        let folder = folder();
        let whole = folder.path().join("whole");
        fs::write(&whole, pieces.concat()).unwrap();
        let whole = run([Path::new("--json"), &whole]);
        let parts = [&pieces[1..4], &pieces[4..7], &pieces[7..]];
        let mut paths = Vec::new();
        for (name, part) in names.iter().zip(parts) {
            let path = folder.path().join(name);
            fs::write(&path, [&pieces[..1], part].concat().concat()).unwrap();
            paths.push(path);
        }
        // In whatever order they are named.
        paths.reverse();
        let files: Vec<&str> = paths.iter().map(|path| text(path)).collect();
        let ran = run([&["--json"][..], &files].concat());
        assert_eq!((ran.status, &ran.out), (Some(0), &whole.out), "{names:?}");
        assert!(ran.err.contains("3 files joined"), "{names:?}: {}", ran.err);
        let apart = run([&["--json", "--no-join"][..], &files].concat());
        assert_eq!(
            frames(&apart).iter().filter(|&&frame| frame == 1).count(),
            3,
            "{names:?}"
        );
        assert_eq!(apart.err, "");
    }
}

#[test]
fn a_folder_is_its_captures() {
    let folder = folder();
    fs::create_dir(folder.path().join("b")).unwrap();
    fs::copy(a_get(), folder.path().join("b/two.pcapng")).unwrap();
    fs::copy(
        captures::path("connect-scan.pcapng"),
        folder.path().join("a.pcapng"),
    )
    .unwrap();
    fs::write(folder.path().join("notes.txt"), "no capture").unwrap();
    let ran = run([Path::new("connections"), folder.path()]);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    assert_eq!(ran.err.matches("notes.txt").count(), 1, "{}", ran.err);
    let [first, second] =
        ["a.pcapng", "two.pcapng"].map(|name| ran.out.find(name).expect("named above its rows"));
    assert!(first < second);
}

#[test]
fn a_growing_file_is_followed_through_half_records() {
    let folder = folder();
    let path = folder.path().join("live.pcap");
    let bytes = LITTLE_MICRO.pieces(&a_get()).concat();
    fs::write(&path, &bytes[..40]).unwrap();
    let mut child = command()
        .args(["--json", "--follow", text(&path)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = program::lines_of(child.stdout.take().unwrap());
    let mut file = File::options().append(true).open(&path).unwrap();
    for piece in bytes[40..].chunks(100) {
        std::thread::sleep(Duration::from_millis(10));
        file.write_all(piece).unwrap();
    }
    for frame in 1..=10 {
        let line = lines
            .recv_timeout(PATIENCE)
            .expect("a line as soon as its frame is whole");
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["frame"], frame);
    }
    // Its writer begins anew: what was read is gone.
    file.set_len(24).unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.err.contains("cut to 24 bytes while it was followed"),
        "{}",
        ran.err
    );
}

/// The frames that tshark's numbering gives to what tcpdump accepts.
#[test]
fn filters_choose_what_tcpdump_chooses() {
    let folder = folder();
    for name in ["connect-scan.pcapng", "cooked-sll2.pcapng", "data-lost.pcapng"] {
        let path = captures::path(name);
        for filter in [
            "tcp port 80",
            "not port 80",
            "tcp[tcpflags] & (tcp-syn|tcp-rst) != 0",
            "src host 192.0.2.80",
            "greater 100",
            "ip[2:2] - ((ip[0] & 15) << 2) - ((tcp[12] & 240) >> 2) > 0",
        ] {
            let chosen = folder.path().join("chosen.pcap");
            tool("tcpdump", &["-r", text(&path), "-w", text(&chosen), filter]);
            // By their times, which are unique in these captures, in the numbering of the whole file.
            let times = |path: &Path| {
                let fields = ["-T", "fields", "-e", "frame.time_epoch"];
                let told = tool("tshark", &[&["-r", text(path)][..], &fields].concat());
                let told = String::from_utf8(told).unwrap();
                // tcpdump writes microseconds.
                told.lines().map(|line| line[..17].to_owned()).collect::<Vec<_>>()
            };
            let all = times(&path);
            let theirs: Vec<u64> = times(&chosen)
                .iter()
                .map(|time| all.iter().position(|known| known == time).unwrap() as u64 + 1)
                .collect();
            let ran = run(["--json", "--filter", filter, text(&path)]);
            assert_eq!(ran.status, Some(0), "{filter}: {}", ran.err);
            assert_eq!(frames(&ran), theirs, "{name}: {filter}");
        }
    }
    let ran = run(["--filter", "tcp prt 80", text(&a_get())]);
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("syntax error"), "{}", ran.err);
    let mut without = command();
    without
        .args(["--filter", "tcp", text(&a_get())])
        .env("PATH", "/nowhere");
    let ran: Ran = without.output().unwrap().into();
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("needs tcpdump"), "{}", ran.err);
}

/// The frames between two times are those of tshark's filter on the same times.
#[test]
fn a_window_of_time_is_that_of_tshark() {
    let path = a_get();
    for (after, before, filter) in [
        (
            "+0.02s",
            "+0.05s",
            "frame.time_relative >= 0.02 && frame.time_relative < 0.05",
        ),
        ("+20ms", "+1h", "frame.time_relative >= 0.02"),
    ] {
        let theirs = tool(
            "tshark",
            &[
                "-r",
                text(&path),
                "-Y",
                filter,
                "-T",
                "fields",
                "-e",
                "frame.number",
            ],
        );
        let theirs = String::from_utf8(theirs).unwrap();
        let theirs: Vec<u64> = theirs.lines().map(|line| line.parse().unwrap()).collect();
        let ran = run(["--json", "--after", after, "--before", before, text(&path)]);
        assert_eq!(frames(&ran), theirs, "{after} to {before}");
        assert!(!theirs.is_empty() && theirs.len() < 10);
    }
}

/// To the microseconds that both have.
#[test]
fn times_are_written_as_tshark_writes_them() {
    let path = captures::path("connect-scan.pcapng");
    for format in ["r", "a", "ad", "adoy", "d", "dd", "e", "u", "ud", "udoy"] {
        for zone in ["UTC", "Asia/Shanghai"] {
            let mut tshark = Command::new("tshark");
            tshark.args([
                "-r",
                text(&path),
                "-t",
                format,
                "-T",
                "fields",
                "-e",
                "_ws.col.Time",
            ]);
            let theirs = tshark.env("TZ", zone).output().unwrap();
            let theirs = String::from_utf8(theirs.stdout).unwrap();
            let theirs: Vec<&str> = theirs
                .lines()
                .map(|line| &line[..line.find('.').unwrap() + 4])
                .collect();
            let mut ours = command();
            ours.args(["-n", "-t", format, text(&path)]).env("TZ", zone);
            let ours: Ran = ours.output().unwrap().into();
            let lines = ours
                .out
                .lines()
                .filter(|line| line.contains(['→', '←']) && line.contains("  #"));
            let lines = lines.filter(|line| !line.starts_with("       "));
            let ours: Vec<&str> = lines
                .map(|line| line[5..].split("  #").next().unwrap().trim())
                .collect();
            assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.iter().zip(theirs) {
                // Rounded here, cut there: tshark has the nanoseconds.
                assert!(
                    ours.starts_with(&theirs[..theirs.len() - 1]),
                    "-t {format}, {zone}: {ours} is not {theirs}"
                );
            }
        }
    }
}

#[test]
fn colour_is_as_asked() {
    let path = a_get();
    let colourful = |arguments: &[&str], no_color: bool| {
        let mut command = command();
        command.args(arguments).arg(&path);
        if no_color {
            command.env("NO_COLOR", "1");
        }
        let ran: Ran = command.output().unwrap().into();
        assert_eq!(ran.status, Some(0), "{}", ran.err);
        ran.out.contains('\x1b')
    };
    assert!(!colourful(&["connections"], false));
    assert!(colourful(&["connections", "--color", "always"], false));
    assert!(colourful(&["--color=always", "connections"], true));
    assert!(!colourful(&["--color", "never", "packets"], false));
}
