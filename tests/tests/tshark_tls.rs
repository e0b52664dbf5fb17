//! TLS by synfin and by Wireshark, on every capture: of each connection the records of each side and the bytes of
//! application data, the hellos with server name, versions, cipher suites and application protocols, the frames of
//! clear handshake messages, and alerts. What is not compared has a reason of [`Skip`], is counted, and is printed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use synfin::capture::Capture;
use synfin::tls::{Tls, TlsMessage};
use synfin::{Annotation, Connection, Dissector, Outcome, Side, Sides};
use synfin_tests::differences::{self, Differences};
use synfin_tests::pdml::{self, Node};
use synfin_tests::{captures, skip, tshark};

/// Differences told in full.
const TOLD: usize = 30;

/// Why Wireshark's TLS of a connection is not compared with ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Skip {
    /// Bytes are missing: where reading goes on behind them is each program's own choice.
    BytesMissing,
    /// The capture began behind the handshake; Wireshark takes a stream for TLS by its port alone.
    WithoutHellos,
    /// STARTTLS of a protocol whose dissector in tshark 4.0 does not know it (IRC).
    StarttlsUnknownToTshark,
}

#[derive(Default)]
struct Score {
    files: u64,
    connections: u64,
    records: u64,
    facts: u64,
    /// Messages that end in a segment before the one that ends their record.
    early_messages: usize,
    skipped: BTreeMap<Skip, u64>,
    differences: Differences,
}

impl Score {
    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.connections += other.connections;
        self.records += other.records;
        self.facts += other.facts;
        self.early_messages += other.early_messages;
        for (skip, count) in other.skipped {
            *self.skipped.entry(skip).or_default() += count;
        }
        self.differences.extend(other.differences);
    }

    fn compare<T: PartialEq + std::fmt::Debug>(&mut self, of: &str, what: &str, ours: T, theirs: T) {
        self.facts += 1;
        self.differences.compare(of, what, ours, theirs);
    }

    fn check(self, least_connections: u64) {
        let mut told = format!(
            "{} captures, {} TLS connections, {} records, {} facts compared with tshark",
            self.files, self.connections, self.records, self.facts
        );
        for (reason, count) in &self.skipped {
            let _ = write!(told, "\n  connections not compared: {count} {reason:?}");
        }
        if self.early_messages > 0 {
            let _ = write!(
                told,
                "\n  messages told before their record is whole: {}",
                self.early_messages
            );
        }
        let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{told}\n"));
        self.differences.check(TOLD);
        assert!(self.connections >= least_connections, "only {}", self.connections);
    }
}

/// What tshark says of the TLS of a connection.
#[derive(Debug, Default)]
struct Theirs {
    records: Sides<u64>,
    application_bytes: Sides<u64>,
    server_name: Option<String>,
    alpn_offered: Vec<String>,
    alpn: Option<String>,
    ciphers_offered: usize,
    cipher: Option<u64>,
    version: Option<u64>,
    /// Frames in which a clear handshake message ends, and its type.
    messages: BTreeSet<(u64, u64)>,
    /// Frame, level, number.
    alerts: BTreeSet<(u64, u64, u64)>,
}

impl Theirs {
    fn frame(&mut self, frame: u64, from: Side, packet: &Node) {
        let mut nodes = Vec::new();
        packet.all(&mut nodes);
        for record in nodes.iter().filter(|node| node.name == "tls.record") {
            self.record(frame, from, record);
        }
    }

    fn record(&mut self, frame: u64, from: Side, record: &Node) {
        let of = |name: &str| record.child(name).and_then(Node::number);
        let content = of("tls.record.content_type").or_else(|| of("tls.record.opaque_type"));
        let Some(content) = content else { return };
        self.records[from] += 1;
        if content == 23 {
            self.application_bytes[from] += of("tls.record.length").unwrap_or(0);
        }
        let mut nodes = Vec::new();
        record.all(&mut nodes);
        for alert in nodes.iter().filter(|node| node.name == "tls.alert_message") {
            let of = |name: &str| alert.child(name).and_then(Node::number);
            if let (Some(level), Some(number)) = (of("tls.alert_message.level"), of("tls.alert_message.desc"))
            {
                self.alerts.insert((frame, level, number));
            }
        }
        for handshake in nodes.iter().filter(|node| node.name == "tls.handshake") {
            self.handshake(frame, handshake);
        }
    }

    fn handshake(&mut self, frame: u64, handshake: &Node) {
        let mut nodes = Vec::new();
        handshake.all(&mut nodes);
        let all =
            |name: &str| -> Vec<&Node> { nodes.iter().copied().filter(|node| node.name == name).collect() };
        let Some(kind) = all("tls.handshake.type").first().and_then(|node| node.number()) else {
            return;
        };
        self.messages.insert((frame, kind));
        let texts = |name: &str| all(name).iter().map(|node| node.show.clone()).collect::<Vec<_>>();
        let numbers = |name: &str| {
            all(name)
                .iter()
                .filter_map(|node| node.number())
                .collect::<Vec<_>>()
        };
        match kind {
            1 => {
                self.server_name = texts("tls.handshake.extensions_server_name").into_iter().next();
                self.alpn_offered = texts("tls.handshake.extensions_alpn_str");
                let is_grease =
                    |cipher: &&u64| **cipher & 0x0f0f == 0x0a0a && **cipher >> 8 == **cipher & 0xff;
                let ciphers = numbers("tls.handshake.ciphersuite");
                self.ciphers_offered = ciphers.iter().filter(|cipher| !is_grease(cipher)).count();
            }
            // A HelloRetryRequest has its own random.
            2 if !texts("tls.handshake.random")
                .iter()
                .any(|random| random.starts_with("cf:21:ad:74")) =>
            {
                self.cipher = numbers("tls.handshake.ciphersuite").first().copied();
                self.alpn = texts("tls.handshake.extensions_alpn_str").into_iter().next();
                let chosen = numbers("tls.handshake.extensions.supported_version");
                let legacy = numbers("tls.handshake.version");
                self.version = chosen.first().or(legacy.first()).copied();
            }
            _ => {}
        }
    }
}

fn their_packets(path: &Path) -> Vec<Node> {
    let output = Command::new("tshark")
        .env("WIRESHARK_CONFIG_DIR", env!("CARGO_MANIFEST_DIR"))
        .args(["-n", "-T", "pdml", "-J", "frame tls", "-Y", "tls", "-r"])
        .arg(path)
        .output()
        .expect("tshark runs");
    pdml::packets(&String::from_utf8_lossy(&output.stdout)).collect()
}

fn ours(path: &Path) -> Option<(Vec<Annotation>, Vec<Connection>)> {
    let mut capture = Capture::open(File::open(path).ok()?).ok()?;
    let mut dissector = Dissector::default();
    let mut annotations = Vec::new();
    while let Ok(Some(frame)) = capture.next_frame() {
        if let Outcome::Segment(annotation) = dissector.frame(&frame) {
            annotations.push(annotation);
        }
    }
    Some((annotations, dissector.finish().collect()))
}

fn compare_all(paths: &[PathBuf]) -> Score {
    let compared = |path: &Path| {
        let mut score = Score::default();
        compare_file(&mut score, path);
        score
    };
    differences::of_each(paths, compared, Score::add)
}

fn compare_file(score: &mut Score, path: &Path) {
    let Some((annotations, connections)) = ours(path) else {
        return;
    };
    score.files += 1;
    let place: BTreeMap<u64, &Annotation> = annotations.iter().map(|a| (a.frame, a)).collect();
    let mut theirs: BTreeMap<u64, Theirs> = BTreeMap::new();
    for packet in their_packets(path) {
        let general = packet.child("geninfo").expect("every packet has one");
        let frame = general.child("num").and_then(Node::number).expect("a number");
        if let Some(annotation) = place.get(&frame) {
            let told = theirs.entry(annotation.connection).or_default();
            told.frame(frame, annotation.direction, &packet);
        }
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    for connection in &connections {
        let told = theirs.remove(&connection.connection);
        let told = told.filter(|told| told.records.initiator + told.records.responder > 0);
        let of = format!("{name} connection {}", connection.connection);
        match (&connection.tls, told) {
            (None, None) => {}
            (Some(ours), Some(told)) => {
                let mine = annotations
                    .iter()
                    .filter(|a| a.connection == connection.connection);
                compare_connection(score, &of, (connection, ours), mine, &told);
            }
            (ours, told) => {
                if ours.as_ref().is_none_or(|ours| ours.client.is_none()) {
                    *score.skipped.entry(Skip::WithoutHellos).or_default() += 1;
                    continue;
                }
                if told.is_none() && name == "irc-starttls.pcap" {
                    *score.skipped.entry(Skip::StarttlsUnknownToTshark).or_default() += 1;
                    continue;
                }
                score.compare(&of, "is TLS", ours.is_some(), told.is_some());
            }
        }
    }
}

fn compare_connection<'a>(
    score: &mut Score,
    of: &str,
    (connection, ours): (&Connection, &Tls),
    annotations: impl Iterator<Item = &'a Annotation>,
    theirs: &Theirs,
) {
    if connection.gap_bytes.initiator + connection.gap_bytes.responder > 0 {
        *score.skipped.entry(Skip::BytesMissing).or_default() += 1;
        return;
    }
    score.connections += 1;
    score.records += ours.records.initiator + ours.records.responder;
    score.compare(of, "records", ours.records, theirs.records);
    score.compare(
        of,
        "application bytes",
        ours.application_bytes,
        theirs.application_bytes,
    );
    score.compare(
        of,
        "server name",
        ours.server_name.as_deref(),
        theirs.server_name.as_deref(),
    );
    let offered: Vec<&str> = ours.alpn_offered.iter().map(|name| &**name).collect();
    score.compare(
        of,
        "ALPN offered",
        offered,
        theirs.alpn_offered.iter().map(String::as_str).collect(),
    );
    score.compare(of, "ALPN", ours.alpn.as_deref(), theirs.alpn.as_deref());
    score.compare(
        of,
        "suites offered",
        usize::from(ours.ciphers_offered),
        theirs.ciphers_offered,
    );
    score.compare(
        of,
        "suite",
        ours.cipher.map(|cipher| u64::from(cipher.0)),
        theirs.cipher,
    );
    score.compare(
        of,
        "version",
        ours.version.map(|version| u64::from(version.0)),
        theirs.version,
    );
    // Of several messages in a segment a note names the first, and a ServerHello may be a HelloRetryRequest.
    let wire = |message| match message {
        TlsMessage::HelloRetryRequest => TlsMessage::ServerHello as u64,
        message => message as u64,
    };
    let messages: Vec<(u64, u64)> = annotations
        .filter_map(|a| Some((a.frame, wire(a.tls?.message?))))
        .collect();
    let (seen, early): (Vec<_>, Vec<_>) = messages.iter().partition(|one| theirs.messages.contains(one));
    // tshark tells of messages when their record is whole.
    let later =
        |&(frame, kind): &(u64, u64)| theirs.messages.iter().any(|one| one.0 > frame && one.1 == kind);
    let (early, missing): (Vec<(u64, u64)>, Vec<_>) = early.into_iter().partition(later);
    score.compare(of, "messages that tshark does not see", missing, Vec::new());
    score.early_messages += early.len();
    score.compare(
        of,
        "frames with handshake messages",
        seen.iter().map(|&(frame, _)| frame).collect::<BTreeSet<u64>>(),
        theirs.messages.iter().map(|&(frame, _)| frame).collect(),
    );
    let clear = ours.alerts.iter().filter_map(|alert| {
        Some((
            alert.frame,
            alert.level.map_or(0, |level| level as u64),
            u64::from(alert.number?),
        ))
    });
    score.compare(of, "alerts", clear.collect(), theirs.alerts.clone());
}

#[test]
fn committed_captures() {
    if tshark::is_here() {
        compare_all(&captures::below(&captures::folder())).check(20);
    }
}

#[test]
fn corpus() {
    let Some(folder) = std::env::var_os("SYNFIN_CORPUS") else {
        skip::not_asked_for("SYNFIN_CORPUS is not set; it names a folder of captures");
        return;
    };
    if tshark::is_here() {
        compare_all(&captures::below(Path::new(&folder))).check(20);
    }
}
