//! HTTP/2, WebSocket and the PROXY protocol against tshark, on the committed captures and the corpus: types and lengths
//! of frames, streams, header lists, opcodes, close codes, who is behind the proxy. Only what both read as frames is
//! compared; where they differ on purpose, stands in [`EXCEPTIONS`].

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use synfin::capture::Capture;
use synfin::http::{HttpProtocol, HttpRow};
use synfin::{Connection, Dissector};
use synfin_tests::talk::config;
use synfin_tests::{captures, skip, tshark};

/// Captures of which something is told otherwise, and why.
const EXCEPTIONS: [(&str, &str); 2] = [
    (
        "http2-data-missed-by-capture.pcapng",
        "tshark takes the bytes behind a gap for more of the frame before it; so it sees other frames there",
    ),
    (
        "dns_over_https.pcap",
        "a response came on a stream that its client had reset: it is of no exchange, and its fields are not kept",
    ),
];

/// Between values of one field: in no header field of the captures.
const BETWEEN: char = '\u{1}';

const FIELDS: [&str; 19] = [
    "tcp.srcport",
    "tcp.dstport",
    "http2.type",
    "http2.length",
    "http2.streamid",
    "http2.header.name",
    "http2.header.value",
    "http2.rst_stream.error",
    "http2.goaway.error",
    "websocket.opcode",
    "websocket.payload_length",
    "websocket.payload_length_ext_16",
    "websocket.payload_length_ext_64",
    "websocket.payload.close.status_code",
    "proxy.version",
    "proxy.v1.magic",
    "proxy.srcport",
    "proxy.dstport",
    "proxy.src.ipv4",
];

/// The two ports of a connection, that of the initiator first.
type Ports = (u16, u16);

/// What is compared of a connection: words, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Facts {
    /// `type side count bytes`, each type once.
    frames: Vec<String>,
    streams: Vec<u32>,
    fields: Vec<(String, String)>,
    errors: Vec<u32>,
    websocket: Vec<String>,
    close_codes: Vec<u16>,
    proxy: Vec<String>,
}

impl Facts {
    fn count(&self) -> usize {
        self.frames.len()
            + self.streams.len()
            + self.fields.len()
            + self.errors.len()
            + self.websocket.len()
            + self.close_codes.len()
            + self.proxy.len()
    }

    fn sort(&mut self) {
        self.frames.sort();
        self.streams.sort_unstable();
        self.streams.dedup();
        self.fields.sort();
        self.errors.sort_unstable();
        self.websocket.sort();
        self.close_codes.sort_unstable();
    }
}

fn read(path: &Path) -> (Vec<Connection>, Vec<HttpRow>) {
    let mut config = config();
    config.checksums = synfin::ChecksumPolicy::Note;
    let mut dissector = Dissector::new(config);
    let Ok(mut capture) = Capture::open(File::open(path).expect("it opens")) else {
        return (Vec::new(), Vec::new());
    };
    while let Ok(Some(frame)) = capture.next_frame() {
        dissector.frame(&frame);
    }
    let connections = dissector.finish().collect();
    (connections, dissector.take_transactions())
}

fn ours(connection: &Connection, rows: &[HttpRow]) -> Facts {
    let mut facts = Facts::default();
    if let Some(http2) = &connection.http2 {
        for frames in &http2.frames {
            for (side, count, bytes) in [
                ("initiator", frames.initiator, frames.initiator_bytes),
                ("responder", frames.responder, frames.responder_bytes),
            ] {
                if count > 0 {
                    facts
                        .frames
                        .push(format!("{} {side} {count} {bytes}", frames.kind.0));
                }
            }
        }
        facts
            .errors
            .extend(http2.resets.iter().map(|reset| reset.error.0));
        facts
            .errors
            .extend(http2.goaway.iter().map(|goaway| goaway.error.0));
    }
    for row in rows.iter().filter(|row| row.connection == connection.connection) {
        let Some(stream) = row.row.stream else { continue };
        facts.streams.push(stream);
        let told = row.row.facts.as_deref().expect("facts");
        for message in [&told.request, &told.response] {
            // The upgraded request came in HTTP/1.
            if message.version.as_deref() != Some("2") {
                continue;
            }
            let fields = message.fields.iter().chain(&message.trailers);
            facts
                .fields
                .extend(fields.map(|field| (field.name.to_string(), field.value.to_string())));
        }
    }
    if let Some(websocket) = &connection.websocket {
        for frames in &websocket.frames {
            for (side, count) in [("initiator", frames.initiator), ("responder", frames.responder)] {
                if count > 0 {
                    facts
                        .websocket
                        .push(format!("{} {side} {count}", frames.opcode.0));
                }
            }
        }
        let lens = [websocket.payload_len.initiator, websocket.payload_len.responder];
        facts
            .websocket
            .push(format!("{} bytes", lens.iter().sum::<u64>()));
        facts
            .close_codes
            .extend(websocket.close.iter().filter_map(|close| close.code));
    }
    if let Some(proxy) = &connection.proxy {
        let known = |port: Option<u16>| port.map_or_else(String::new, |port| port.to_string());
        facts.proxy = vec![
            format!("version {}", proxy.version),
            known(proxy.src_port),
            known(proxy.dst_port),
            proxy.src.map_or_else(String::new, |src| src.to_string()),
        ];
    }
    facts.sort();
    facts
}

/// What tshark says of a connection, row by row.
#[derive(Debug, Default)]
struct Heard {
    facts: Facts,
    /// Frames and their payload by type, or 100 and opcode, and side.
    frames: BTreeMap<(u8, &'static str), (u64, u64)>,
    /// Of WebSocket.
    payload: u64,
}

/// What tshark says, by the connection.
fn theirs(path: &Path, connections: &[Connection]) -> BTreeMap<Ports, Facts> {
    let mut command = Command::new("tshark");
    command
        .env("WIRESHARK_CONFIG_DIR", env!("CARGO_MANIFEST_DIR"))
        .args([
            "-n",
            "-o",
            "tcp.try_heuristic_first:TRUE",
            "--enable-heuristic",
            "proxy_tcp",
        ])
        .args(["-T", "fields", "-E", &format!("aggregator={BETWEEN}"), "-r"])
        .arg(path);
    for connection in connections {
        if connection.protocol == Some(HttpProtocol::Http2) && connection.proxy.is_none() {
            command.args(["-d", &format!("tcp.port=={},http2", connection.dst_port)]);
        }
    }
    for field in FIELDS {
        command.args(["-e", field]);
    }
    let output = command.output().expect("tshark runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let known: Vec<Ports> = connections
        .iter()
        .map(|connection| (connection.src_port, connection.dst_port))
        .collect();
    let mut all: BTreeMap<Ports, Heard> = BTreeMap::new();
    for line in text.lines() {
        let values: Vec<Vec<&str>> = line
            .split('\t')
            .map(|value| value.split(BETWEEN).filter(|value| !value.is_empty()).collect())
            .collect();
        let column = |name: &str| {
            let at = FIELDS.iter().position(|field| *field == name).expect("a field");
            values.get(at).cloned().unwrap_or_default()
        };
        let number = |text: &&str| {
            text.parse::<u64>()
                .unwrap_or_else(|_| panic!("{text} is a number"))
        };
        let port = |name| column(name).first().map(|port| number(port) as u16);
        let (Some(from), Some(to)) = (port("tcp.srcport"), port("tcp.dstport")) else {
            continue;
        };
        let (ports, side) = if known.contains(&(from, to)) {
            ((from, to), "initiator")
        } else {
            ((to, from), "responder")
        };
        let Heard {
            facts,
            frames,
            payload,
        } = all.entry(ports).or_default();
        let lengths = column("http2.length");
        for (kind, len) in column("http2.type").iter().zip(&lengths) {
            let (count, bytes) = frames.entry((number(kind).min(10) as u8, side)).or_default();
            (*count, *bytes) = (*count + 1, *bytes + number(len));
        }
        let names = column("http2.header.name");
        // A message's head or trailers open streams; that of a control frame does not.
        for (kind, stream) in column("http2.type").iter().zip(column("http2.streamid")) {
            if matches!(*kind, "0" | "1") && stream != "0" {
                facts.streams.push(number(&stream) as u32);
            }
        }
        // Empty values are none of a list: such rows are compared by their names alone.
        let values = column("http2.header.value");
        for (at, name) in names.iter().enumerate() {
            let value = if values.len() == names.len() {
                values[at]
            } else {
                "?"
            };
            facts.fields.push(((*name).to_owned(), value.to_owned()));
        }
        for name in ["http2.rst_stream.error", "http2.goaway.error"] {
            facts
                .errors
                .extend(column(name).iter().map(|code| number(code) as u32));
        }
        for opcode in column("websocket.opcode") {
            let (count, _) = frames.entry((100 + number(&opcode) as u8, side)).or_default();
            *count += 1;
        }
        let short = column("websocket.payload_length");
        // 126 and 127 stand for a length that follows.
        *payload += short.iter().map(number).filter(|len| *len < 126).sum::<u64>();
        for name in [
            "websocket.payload_length_ext_16",
            "websocket.payload_length_ext_64",
        ] {
            *payload += column(name).iter().map(number).sum::<u64>();
        }
        let codes = column("websocket.payload.close.status_code");
        facts
            .close_codes
            .extend(codes.iter().map(|code| number(code) as u16));
        if !column("proxy.srcport").is_empty() {
            let version = if column("proxy.v1.magic").is_empty() { 2 } else { 1 };
            facts.proxy = vec![format!("version {version}")];
            for name in ["proxy.srcport", "proxy.dstport", "proxy.src.ipv4"] {
                facts
                    .proxy
                    .extend(column(name).first().map(|&value| value.to_owned()));
            }
        }
    }
    all.into_iter()
        .map(|(ports, heard)| {
            let Heard {
                mut facts,
                frames,
                payload,
            } = heard;
            for ((kind, side), (count, bytes)) in frames {
                if kind < 100 {
                    let kind = if kind == 10 { 255 } else { kind };
                    facts.frames.push(format!("{kind} {side} {count} {bytes}"));
                } else {
                    facts.websocket.push(format!("{} {side} {count}", kind - 100));
                }
            }
            if !facts.websocket.is_empty() {
                facts.websocket.push(format!("{payload} bytes"));
            }
            facts.sort();
            (ports, facts)
        })
        .collect()
}

fn compare(paths: &[PathBuf]) -> (usize, usize, Vec<String>) {
    let (mut compared, mut connections_compared, mut faults) = (0, 0, Vec::new());
    for path in paths {
        let name = path.file_name().expect("a file").to_string_lossy();
        let (connections, rows) = read(path);
        let speaks = |connection: &&Connection| {
            connection.http2.is_some() || connection.websocket.is_some() || connection.proxy.is_some()
        };
        if connections.iter().filter(speaks).count() == 0 {
            continue;
        }
        let theirs = theirs(path, &connections);
        for connection in connections.iter().filter(speaks) {
            let (ours, none) = (ours(connection, &rows), Facts::default());
            let theirs = theirs
                .get(&(connection.src_port, connection.dst_port))
                .unwrap_or(&none);
            connections_compared += 1;
            compared += ours.count();
            let excepted = EXCEPTIONS.iter().any(|(capture, _)| *capture == name);
            if (ours == *theirs) == excepted {
                faults.push(format!(
                    "{name} #{}\nours   {ours:?}\ntheirs {theirs:?}",
                    connection.connection
                ));
            }
        }
    }
    (compared, connections_compared, faults)
}

#[test]
fn the_committed_captures_are_read_as_by_tshark() {
    if !tshark::is_here() {
        return;
    }
    let (facts, connections, faults) = compare(&captures::below(&captures::folder()));
    println!(
        "{connections} connections, {facts} facts compared, {} connections differ",
        faults.len()
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(
        connections >= 15 && facts > 300,
        "{connections} connections, {facts} facts"
    );
}

#[test]
fn the_captures_of_the_corpus_are_read_as_by_tshark() {
    let Some(corpus) = std::env::var_os("SYNFIN_CORPUS") else {
        skip::not_asked_for("SYNFIN_CORPUS is not set; it names a folder of captures");
        return;
    };
    if !tshark::is_here() {
        return;
    }
    let (facts, connections, faults) = compare(&captures::below(&Path::new(&corpus).join("captures")));
    println!(
        "{connections} connections, {facts} facts compared, {} connections differ",
        faults.len()
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
