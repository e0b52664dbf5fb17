//! The projections of Zeek's and Wireshark's answers, against what those tools answered.
//!
//! `SYNFIN_CORPUS` is the folder of captures and recorded answers; without it the corpus tests say that
//! they were skipped. What does not agree is listed by cause; the floors are what agrees today and may
//! only rise.
#![cfg(feature = "capture")]

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use synfin::capture::Capture;
use synfin::{ChecksumPolicy, Config, Connection, Dissector, Outcome, Side};

/// Rows of `zeek_conn.jsonl` of grade A that agree; 97 there are.
const ZEEK_FLOOR: usize = 96;
/// Rows of grade B that give a history only, tied to one tuple.
const ZEEK_HISTORY_FLOOR: usize = 32;
/// Streams of both `tshark_completeness` files that agree; 338 there are.
const COMPLETENESS_FLOOR: usize = 331;

/// A dissected capture: its connections, and which one each segment belongs to.
struct Dissected {
    connections: Vec<Connection>,
    segments: Vec<Member>,
}

struct Member {
    frame: u64,
    ports: (u16, u16),
    connection: u64,
}

fn dissect(path: &Path, config: Config) -> Option<Dissected> {
    let mut capture = Capture::open(File::open(path).ok()?).ok()?;
    let mut dissector = Dissector::new(config);
    let mut segments = Vec::new();
    while let Ok(Some(frame)) = capture.next_frame() {
        if let Outcome::Segment(annotation) = dissector.frame(&frame) {
            segments.push(Member {
                frame: annotation.frame,
                ports: (annotation.src_port, annotation.dst_port),
                connection: annotation.connection,
            });
        }
    }
    Some(Dissected {
        connections: dissector.finish().collect(),
        segments,
    })
}

fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("SYNFIN_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("SKIPPED: SYNFIN_CORPUS is not set, nothing was compared with the corpus");
    }
    folder
}

fn rows(path: &Path) -> Vec<Value> {
    fs::read_to_string(path)
        .expect("an expectation file of the corpus")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

fn port(row: &Value, key: &str) -> u16 {
    row[key]
        .as_u64()
        .and_then(|port| port.try_into().ok())
        .unwrap_or(0)
}

fn address(row: &Value, key: &str) -> IpAddr {
    text(row, key).parse().expect("an address")
}

#[derive(Default)]
struct Score {
    agreed: usize,
    others: BTreeMap<&'static str, Vec<String>>,
}

impl Score {
    fn differs(&mut self, cause: &'static str, what: String) {
        self.others.entry(cause).or_default().push(what);
    }

    fn print(&self, name: &str) {
        let others: usize = self.others.values().map(Vec::len).sum();
        eprintln!("{name}: {} of {} agree", self.agreed, self.agreed + others);
        for (cause, list) in &self.others {
            eprintln!("  {cause}: {}", list.len());
            for what in list {
                eprintln!("    {what}");
            }
        }
    }
}

/// How Zeek ran for a row: its checksum switch and the server ports of the scripts it loaded.
fn zeek_config(row: &Value) -> Config {
    let mut config = Config::default();
    config.http_enabled = false;
    if text(row, "checksums") == "verified" {
        config.checksums = ChecksumPolicy::Drop;
    }
    if row["bare"] == true {
        let loads = row["zeek_loads"].as_array().cloned().unwrap_or_default();
        config.likely_server_ports = loads
            .iter()
            .filter_map(Value::as_str)
            .flat_map(|script| match script.rsplit('/').next().unwrap_or_default() {
                "http" => &[80, 81, 631, 1080, 3128, 8000, 8080, 8888][..],
                "ftp" | "gridftp" => &[21, 2811],
                "dns" => &[53],
                "modbus" => &[502],
                "mysql" => &[1434, 3306],
                "pop3" => &[110],
                "redis" => &[6379],
                "smtp" => &[25, 587],
                "ssl" => &[443, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223],
                "irc" => &[6666, 6667, 6668, 6669],
                _ => &[],
            })
            .copied()
            .collect();
    }
    config
}

/// Compares the rows that `wanted` picks; a row without a state gives the history only.
fn compare_zeek(corpus: &Path, wanted: impl Fn(&Value) -> bool) -> Score {
    let mut score = Score::default();
    for row in rows(&corpus.join("expected/zeek_conn.jsonl")) {
        if !wanted(&row) {
            continue;
        }
        let file = text(&row, "trace_file");
        let orig = (address(&row, "orig_h"), port(&row, "orig_p"));
        let resp = (address(&row, "resp_h"), port(&row, "resp_p"));
        let state = row["conn_state"].as_str();
        let answer = |orig: (IpAddr, u16), conn_state: &str, history: &str| {
            format!("{}:{} {conn_state} {history}", orig.0, orig.1)
        };
        let expected = answer(
            orig,
            state.unwrap_or("?"),
            &text(&row, "history").replace('X', ""),
        );
        let Some(dissected) = dissect(&corpus.join(file), zeek_config(&row)) else {
            score.differs("capture cannot be read", format!("{file} {expected}"));
            continue;
        };
        let answers: Vec<String> = dissected
            .connections
            .iter()
            .filter_map(|connection| {
                let src = (connection.src, connection.src_port);
                let dst = (connection.dst, connection.dst_port);
                let ours = match connection.zeek.orig {
                    Side::Initiator => src,
                    Side::Responder => dst,
                };
                let zeek = &connection.zeek;
                ((src, dst) == (orig, resp) || (src, dst) == (resp, orig))
                    .then(|| answer(ours, state.map_or("?", |_| zeek.conn_state), &zeek.history))
            })
            .collect();
        if answers.contains(&expected) {
            score.agreed += 1;
        } else if answers.is_empty() {
            score.differs("no such connection", format!("{file} {expected}"));
        } else {
            score.differs("another answer", format!("{file} {expected}, got {answers:?}"));
        }
    }
    score
}

#[test]
fn zeek_rows_of_the_corpus() {
    let Some(corpus) = corpus() else { return };
    let score = compare_zeek(&corpus, |row| row["grade"] == "A");
    score.print("Zeek conn_state, history and orig");
    assert!(score.agreed >= ZEEK_FLOOR);

    let score = compare_zeek(&corpus, |row| row["grade"] == "B" && row["conn_state"].is_null());
    score.print("Zeek history and orig");
    assert!(score.agreed >= ZEEK_HISTORY_FLOOR);
}

#[test]
fn completeness_of_the_corpus() {
    let Some(corpus) = corpus() else { return };
    let mut score = Score::default();
    for (name, folder) in [
        ("tshark_completeness.jsonl", "captures/zeek"),
        ("tshark_completeness_suricata.jsonl", "captures/suricata"),
    ] {
        let mut captures: HashMap<String, Option<Dissected>> = HashMap::new();
        for row in rows(&corpus.join("expected").join(name)) {
            let file = format!("{folder}/{}", text(&row, "trace"));
            let dissected = captures
                .entry(file.clone())
                .or_insert_with(|| dissect(&corpus.join(&file), Config::default()));
            let frames = row["frame_numbers"].as_array().expect("frame numbers");
            let stream = Stream {
                name: format!("{file} stream {}", row["stream"]),
                frames: frames.iter().filter_map(Value::as_u64).collect(),
                count: row["frames"].as_u64().unwrap_or(0),
                ports: (port(&row, "sport"), port(&row, "dport")),
                completeness: row["completeness"].as_u64().unwrap_or(0),
            };
            match dissected {
                Some(dissected) => compare_stream(&mut score, dissected, &stream),
                None => score.differs("capture cannot be read", stream.name),
            }
        }
    }
    score.print("tcp.completeness");
    assert!(score.agreed >= COMPLETENESS_FLOOR);
}

/// A tshark stream.
#[derive(Default)]
struct Stream {
    name: String,
    /// Its frames; in the corpus only the first 400.
    frames: Vec<u64>,
    count: u64,
    ports: (u16, u16),
    completeness: u64,
}

fn compare_stream(score: &mut Score, dissected: &Dissected, stream: &Stream) {
    let name = stream.name.clone();
    let (sport, dport) = stream.ports;
    let first = dissected.segments.iter().find(|member| {
        Some(&member.frame) == stream.frames.first()
            && [(sport, dport), (dport, sport)].contains(&member.ports)
    });
    let Some(first) = first else {
        score.differs("first frame is no segment", name);
        return;
    };
    let id = first.connection;
    let connection = dissected
        .connections
        .iter()
        .find(|connection| connection.connection == id)
        .expect("its connection");
    if u64::from(connection.completeness) == stream.completeness {
        score.agreed += 1;
        return;
    }
    let members = dissected.segments.iter().filter(|member| member.connection == id);
    let (expected, got) = (stream.completeness, u64::from(connection.completeness));
    let cause = if name.contains("/ftp/") && expected | 1 == got {
        // Wireshark's FTP dissector made the conversation before its SYN, which then is not a first frame.
        "announced on an FTP control connection"
    } else if members.count() as u64 == stream.count {
        "another answer"
    } else {
        "other frames belong to it"
    };
    score.differs(cause, format!("{name}: {expected}, got {got}"));
}

/// Our own captures, against the tshark of this machine.
#[test]
fn completeness_of_our_captures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/captures");
    let version = Command::new("tshark").arg("--version").output();
    let Ok(version) = version else {
        eprintln!("SKIPPED: no tshark here, nothing was compared with it");
        return;
    };
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let mut score = Score::default();
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the captures")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "pcapng"))
        .collect();
    files.sort();
    for file in files {
        let output = Command::new("tshark")
            .args(["-2", "-o", "ip.defragment:TRUE", "-T", "fields", "-r"])
            .arg(&file)
            .args(["-e", "frame.number", "-e", "tcp.stream", "-e", "tcp.completeness"])
            .args(["-e", "tcp.srcport", "-e", "tcp.dstport"])
            .output()
            .expect("tshark runs");
        let mut streams: BTreeMap<u64, Stream> = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let fields: Vec<u64> = line
                .split('\t')
                .filter_map(|field| field.split(',').next()?.parse().ok())
                .collect();
            if let [frame, stream, completeness, sport, dport] = fields[..] {
                let stream = streams.entry(stream).or_default();
                stream.ports = (sport as u16, dport as u16);
                stream.frames.push(frame);
                stream.completeness = completeness;
            }
        }
        let dissected = dissect(&file, Config::default()).expect("a capture");
        for (number, mut stream) in streams {
            stream.name = format!("{} stream {number}", file.display());
            stream.count = stream.frames.len() as u64;
            compare_stream(&mut score, &dissected, &stream);
        }
    }
    score.print("tcp.completeness of our captures");
    let others: usize = score.others.values().map(Vec::len).sum();
    if version.contains("Wireshark) 4.0.") {
        assert_eq!(others, 0);
    } else {
        eprintln!("another tshark than 4.0: its differences do not count");
    }
}
