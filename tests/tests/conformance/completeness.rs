//! Wireshark's `tcp.completeness`: recorded for the corpus, and by this machine's tshark for our captures.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use synfin::ChecksumPolicy;
use synfin_tests::{captures, tshark};

use super::corpus::{Corpus, Told, config, dissect, number, port, text};
use super::score::{Answer, Sheet};

/// Streams of both files of the corpus.
pub(crate) fn recorded(corpus: &Corpus) -> Sheet {
    let mut sheet = Sheet::new("Wireshark tcp.completeness");
    for (name, folder) in [
        ("tshark_completeness.jsonl", "captures/zeek"),
        ("tshark_completeness_suricata.jsonl", "captures/suricata"),
    ] {
        for row in corpus.rows(name) {
            let trace = text(&row, "trace");
            let stream = Stream {
                first_frame: row["frame_numbers"][0].as_u64().expect("a frame number"),
                ports: (port(&row, "sport"), port(&row, "dport")),
                completeness: number(&row, "completeness").expect("a number"),
            };
            let answer = match corpus.told(&format!("{folder}/{trace}"), &config(ChecksumPolicy::Note)) {
                Some(told) => compare(&told, &stream),
                None => Answer::Differs("the capture cannot be read".to_owned()),
            };
            sheet.add(format!("{trace} stream {}", row["stream"]), answer);
        }
    }
    sheet
}

/// A tshark stream.
struct Stream {
    first_frame: u64,
    ports: (u16, u16),
    completeness: u64,
}

fn compare(told: &Told, stream: &Stream) -> Answer {
    let (sport, dport) = stream.ports;
    let first = told.segments.iter().find(|segment| {
        segment.frame == stream.first_frame
            && [(sport, dport), (dport, sport)].contains(&(segment.src_port, segment.dst_port))
    });
    match first {
        Some(first) => Answer::of(
            stream.completeness.to_string(),
            told.flow(first.connection).connection.completeness.to_string(),
        ),
        None => Answer::Differs("its first frame is no segment".to_owned()),
    }
}

/// Captures of two connections that live beside each other on one address and port pair: Wireshark begins a
/// stream with each SYN of another number and gives it everything that follows, the old connection's challenge
/// ACK, RST and end as well (RFC 9293 section 3.5.1 figure 9, section 3.10.7.4).
const BESIDE_EACH_OTHER: [&str; 3] = [
    "challenge-ack-to-syn.pcapng",
    "half-open-found-by-syn.pcapng",
    "time-wait-bounce.pcapng",
];

#[test]
fn our_captures_by_the_tshark_of_this_machine() {
    if !tshark::is_here() {
        return;
    }
    let version = Command::new("tshark")
        .arg("--version")
        .output()
        .expect("tshark runs");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let mut differing = Vec::new();
    for file in captures::below(&captures::folder()) {
        let told = dissect(&file, &config(ChecksumPolicy::Note), |_| true).expect("a capture");
        let expected = BESIDE_EACH_OTHER.iter().any(|name| file.ends_with(name));
        let before = differing.len();
        for (number, stream) in streams(&file) {
            if let Answer::Differs(what) = compare(&told, &stream) {
                differing.push(format!("{} stream {number}: {what}", file.display()));
            }
        }
        if expected {
            assert!(differing.len() > before, "{} agrees now", file.display());
            differing.truncate(before);
        }
    }
    if version.contains("Wireshark) 4.0.") {
        assert!(differing.is_empty(), "{differing:#?}");
    } else {
        eprintln!("another tshark than 4.0: its differences do not count: {differing:#?}");
    }
}

fn streams(file: &Path) -> BTreeMap<u64, Stream> {
    let output = Command::new("tshark")
        .args(["-2", "-o", "ip.defragment:TRUE", "-T", "fields", "-r"])
        .arg(file)
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
            streams
                .entry(stream)
                .or_insert(Stream {
                    first_frame: frame,
                    ports: (0, 0),
                    completeness: 0,
                })
                .completeness = completeness;
            if let Some(stream) = streams.get_mut(&stream) {
                stream.ports = (sport as u16, dport as u16);
            }
        }
    }
    streams
}
