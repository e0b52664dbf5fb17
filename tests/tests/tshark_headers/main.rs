//! What the bytes say, by synfin and by Wireshark: every TCP header field and option of every capture.
//!
//! Compared are addresses, ports, numbers, flags, window, checksum and its verdict, urgent pointer, payload
//! length, each option with its values, the place of each of them in the frame, and each frame's number,
//! time and lengths. What is not compared has a reason of [`Skip`], is counted, and is printed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};

use synfin::capture::Capture;
use synfin::wire::tcp::field;
use synfin::wire::{Decoded, Other, Span, decode};
use synfin::{Checksum, Frame, LinkType, Segment};
use synfin_tests::differences::{self, Differences};
use synfin_tests::pdml::{self, Node};
use synfin_tests::{captures, skip, tshark};

mod options;

/// LINKTYPE_SUNATM of tcpdump.org.
const SUNATM: LinkType = LinkType(123);
/// Differences told in full.
const TOLD: usize = 40;

/// Why Wireshark's TCP is not compared with ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Skip {
    /// An IP packet within an ICMP error.
    QuotedByIcmp,
    /// A fragment, whose TCP header tshark shows while it is told not to put fragments together.
    Fragment,
    /// A FabricPath frame, of which Wireshark takes the last four bytes for a check sequence, here of TCP's.
    FabricPathCheckSequence,
    /// A file that is neither pcap nor pcapng, which tshark reads all the same.
    OtherFileFormat,
    /// A file of a link type that tshark does not know.
    LinkTypeUnknownToTshark,
    /// A SunATM frame, of which Wireshark counts the bytes without the four of its pseudo header.
    LengthsWithoutPseudoHeader,
    /// An IPv6 packet beyond 65535 bytes without a jumbo option, as Linux makes them ("BIG TCP"): its length
    /// field is 0, and Wireshark 4.0 believes that, or UDP's around it.
    BigTcp,
    /// A time after January 2038 in a pcap file, whose seconds are unsigned (draft-ietf-opsawg-pcap, section
    /// 5); tshark 4.0 shows them as if they had a sign.
    TimeAfter2038,
    /// Microseconds that are more than a second, which tshark does not carry over.
    FractionBeyondASecond,
}

#[derive(Default)]
struct Score {
    files: u64,
    frames: u64,
    segments: u64,
    options: u64,
    skipped: BTreeMap<Skip, u64>,
    differences: Differences,
}

impl Score {
    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.frames += other.frames;
        self.segments += other.segments;
        self.options += other.options;
        for (skip, count) in other.skipped {
            *self.skipped.entry(skip).or_default() += count;
        }
        self.differences.extend(other.differences);
    }

    fn skip(&mut self, reason: Skip) {
        *self.skipped.entry(reason).or_default() += 1;
    }

    /// Differences of one segment, collected under its name.
    fn compare<T: PartialEq + std::fmt::Debug>(&mut self, of: &str, what: &str, ours: T, theirs: T) {
        self.differences.compare(of, what, ours, theirs);
    }

    fn check(self, least_segments: u64) {
        let mut told = format!(
            "{} captures, {} frames, {} TCP segments, {} options compared with tshark",
            self.files, self.frames, self.segments, self.options
        );
        for (reason, count) in &self.skipped {
            let _ = write!(told, "\n  not compared: {count} {reason:?}");
        }
        // Said even where the test runner hides what passing tests print.
        let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{told}\n"));
        self.differences.check(TOLD);
        assert!(self.segments >= least_segments, "only {} segments", self.segments);
    }
}

#[test]
fn committed_captures() {
    if tshark::is_here() {
        compare_all(&captures::below(&captures::folder())).check(600);
    }
}

#[test]
fn corpus() {
    let Some(folder) = std::env::var_os("SYNFIN_CORPUS") else {
        skip::not_asked_for("SYNFIN_CORPUS is not set; it names a folder of captures");
        return;
    };
    if tshark::is_here() {
        compare_all(&captures::below(Path::new(&folder))).check(10_000);
    }
}

fn compare_all(paths: &[PathBuf]) -> Score {
    differences::of_each(paths, compare_file, Score::add)
}

fn compare_file(path: &Path) -> Score {
    let mut score = Score {
        files: 1,
        ..Score::default()
    };
    let (document, complaint) = tshark::pdml(path);
    let mut theirs = pdml::packets(&document);
    let mut capture = match File::open(path).map(Capture::open) {
        Ok(Ok(capture)) => capture,
        _ if theirs.next().is_some() => {
            score.skip(Skip::OtherFileFormat);
            return score;
        }
        _ => return score,
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Where a file is damaged, both stop: tshark's count is compared below.
    while let Ok(Some(frame)) = capture.next_frame() {
        let of = format!("{name} frame {}", frame.number);
        let Some(packet) = theirs.next() else {
            if frame.number == 1 && complaint.contains("network type") {
                score.skip(Skip::LinkTypeUnknownToTshark);
                return score;
            }
            score.differences.push(format!(
                "{of}: not seen by tshark, which said: {}",
                complaint.trim()
            ));
            return score;
        };
        score.frames += 1;
        compare_frame(&mut score, &of, &frame, &packet);
    }
    let more = theirs.count();
    if more > 0 {
        score.differences.push(format!(
            "{name}: tshark sees {more} more frames than the {} of synfin",
            capture.frames()
        ));
    }
    score
}

fn compare_frame(score: &mut Score, of: &str, frame: &Frame<'_>, packet: &Node) {
    let general = packet.child("geninfo").expect("every packet has one");
    let number = |name| general.child(name).and_then(Node::number);
    score.compare(of, "number", Some(frame.number), number("num"));
    if frame.link == SUNATM {
        score.skip(Skip::LengthsWithoutPseudoHeader);
    } else {
        score.compare(of, "wire length", Some(u64::from(frame.wire_len)), number("len"));
        score.compare(
            of,
            "captured length",
            Some(frame.data.len() as u64),
            number("caplen"),
        );
    }
    let time = general.child("timestamp").map_or("", |node| node.value.as_str());
    match time_differs_because(frame.time_ns, time) {
        Some(skip) => score.skip(skip),
        None => score.compare(of, "time", seconds(frame.time_ns).as_str(), time),
    }

    let layers = layers(packet);
    let decoded = decode(frame);
    let ours = match &decoded {
        Decoded::Tcp(segment) => Some(segment),
        _ => None,
    };
    let at = ours.and_then(|segment| segment.tcp_offset);
    let mut met = false;
    for layer in &layers {
        match ours {
            Some(segment) if !met && !layer.quoted && Some(layer.tcp.pos) == at => {
                met = true;
                if is_short_for_fabric_path(frame, layer) {
                    score.skip(Skip::FabricPathCheckSequence);
                    continue;
                }
                score.segments += 1;
                compare_segment(score, of, segment, layer);
            }
            _ => match why_not(&decoded, layer) {
                Some(skip) => score.skip(skip),
                None => score.differences.push(format!(
                    "{of}: tshark sees TCP at byte {}, synfin {decoded:?}",
                    layer.tcp.pos
                )),
            },
        }
    }
    if let (Some(segment), false) = (ours, met) {
        if is_big_tcp(packet, frame.wire_len) {
            score.skip(Skip::BigTcp);
            return;
        }
        score.differences.push(format!(
            "{of}: synfin sees TCP at byte {at:?} ({} captured), tshark does not",
            segment.bytes.len()
        ));
    }
}

/// In a tunnel, UDP's length is 0 too, and Wireshark goes no further.
fn is_big_tcp(packet: &Node, wire_len: u32) -> bool {
    let length = packet.child("ipv6").and_then(|ip| ip.child("ipv6.plen"));
    length.and_then(Node::number) == Some(0) || wire_len > 0xffff
}

fn is_short_for_fabric_path(frame: &Frame<'_>, layer: &Layer<'_>) -> bool {
    frame.data.get(12..14) == Some(&[0x89, 0x03]) && layer.tcp.child("tcp.checksum").is_none()
}

/// The good reason why tshark shows another time, if there is one.
fn time_differs_because(time_ns: i64, theirs: &str) -> Option<Skip> {
    let (whole, fraction) = theirs.split_once('.')?;
    let whole: i64 = whole.parse().ok()?;
    let unsigned = whole + (1 << 32);
    if whole < 0 && seconds(time_ns) == format!("{unsigned}.{fraction}") {
        return Some(Skip::TimeAfter2038);
    }
    // Written by hand for tcpdump's test "timestamp_invalid_micro": seconds 1418145370, and 10^6 or 2^31 microseconds.
    let invalid = [1_418_145_371_000_000_000, 1_418_147_517_483_648_000].contains(&time_ns);
    invalid.then_some(Skip::FractionBeyondASecond)
}

fn seconds(time_ns: i64) -> String {
    let (whole, nanos) = (
        time_ns.div_euclid(1_000_000_000),
        time_ns.rem_euclid(1_000_000_000),
    );
    format!("{whole}.{nanos:09}")
}

/// A TCP layer as tshark shows it.
struct Layer<'a> {
    tcp: &'a Node,
    /// The IP layer before it.
    ip: Option<&'a Node>,
    /// Inside an ICMP error.
    quoted: bool,
}

fn layers(packet: &Node) -> Vec<Layer<'_>> {
    let mut found = Vec::new();
    let mut ip = None;
    for node in &packet.children {
        walk(node, &mut ip, false, &mut found);
    }
    found
}

fn walk<'a>(node: &'a Node, ip: &mut Option<&'a Node>, quoted: bool, found: &mut Vec<Layer<'a>>) {
    match node.name.as_str() {
        "ip" | "ipv6" => *ip = Some(node),
        "tcp" if !node.children.is_empty() => found.push(Layer {
            tcp: node,
            ip: *ip,
            quoted,
        }),
        _ => {}
    }
    let quoted = quoted || matches!(node.name.as_str(), "icmp" | "icmpv6");
    for child in &node.children {
        walk(child, ip, quoted, found);
    }
}

/// The reason why a TCP layer of tshark's is none of ours, if it is a good one.
fn why_not(decoded: &Decoded<'_>, layer: &Layer<'_>) -> Option<Skip> {
    if layer.quoted {
        return Some(Skip::QuotedByIcmp);
    }
    match decoded {
        Decoded::Other(Other::Fragment) => Some(Skip::Fragment),
        _ => None,
    }
}

fn compare_segment(score: &mut Score, of: &str, segment: &Segment<'_>, layer: &Layer<'_>) {
    let tcp = layer.tcp;
    let header = &segment.tcp;
    let address = |name: &str| {
        let ip = layer.ip?;
        let node = ip.child(&format!("{}.{name}", ip.name))?;
        node.show.parse::<std::net::IpAddr>().ok()
    };
    score.compare(of, "source", Some(segment.src), address("src"));
    score.compare(of, "destination", Some(segment.dst), address("dst"));

    let fields: [(&str, Span, u64); 8] = [
        ("tcp.srcport", field::SRC_PORT, header.src_port.into()),
        ("tcp.dstport", field::DST_PORT, header.dst_port.into()),
        ("tcp.seq_raw", field::SEQ, header.seq.0.into()),
        ("tcp.ack_raw", field::ACK, header.ack.0.into()),
        ("tcp.hdr_len", field::DATA_OFFSET, header.data_offset.into()),
        ("tcp.flags", field::FLAGS, header.flags.bits().into()),
        ("tcp.window_size_value", field::WINDOW, header.window.into()),
        ("tcp.checksum", field::CHECKSUM, header.checksum.into()),
    ];
    for (name, span, ours) in fields {
        compare_field(score, of, segment, tcp, name, span, ours);
    }
    compare_field(
        score,
        of,
        segment,
        tcp,
        "tcp.urgent_pointer",
        field::URGENT,
        header.urgent.into(),
    );

    if let Some(len) = tcp.child("tcp.len").and_then(Node::number) {
        score.compare(of, "payload length", u64::from(segment.payload_len), len);
    }
    if let Some(payload) = tcp.child("tcp.payload") {
        let ours = (tcp.pos + u32::from(header.data_offset), segment.payload.len());
        score.compare(of, "payload range", ours, (payload.pos, payload.size as usize));
    }
    if let Some(status) = tcp.child("tcp.checksum.status").and_then(Node::number) {
        let ours = match segment.verify_checksum() {
            Checksum::Good => 1,
            // Wireshark knows no unfinished checksums and calls them wrong (4.0), or partial (4.6).
            Checksum::Offloaded if matches!(status, 0 | 1) => status,
            Checksum::Offloaded | Checksum::Bad => 0,
            Checksum::Unverified => 2,
        };
        score.compare(of, "checksum status", ours, status);
    }
    score.options += options::compare(&mut score.differences, of, segment, tcp);
}

/// A field of the fixed header; one that was not captured must not be shown by tshark either.
fn compare_field(
    score: &mut Score,
    of: &str,
    segment: &Segment<'_>,
    tcp: &Node,
    name: &str,
    span: Span,
    ours: u64,
) {
    let captured = segment.tcp.captured >= span.end;
    // With a wrong header length, tshark says nothing more.
    let readable = span.start <= field::FLAGS.start || !segment.integrity.malformed;
    match tcp.child(name) {
        Some(node) => {
            let theirs = if name == "tcp.flags" {
                // The three reserved bits are theirs alone.
                node.number().map(|bits| bits & 0x1ff)
            } else {
                node.number()
            };
            score.compare(of, name, captured.then_some(ours), theirs);
            let range = (node.pos - tcp.pos)..(node.pos - tcp.pos + node.size);
            score.compare(of, &format!("range of {name}"), span, range);
        }
        None if captured && readable => {
            score
                .differences
                .push(format!("{of}: {name} is {ours}, tshark shows none"));
        }
        None => {}
    }
}
