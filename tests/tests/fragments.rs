//! Segments in fragmented IP packets, against tshark putting the fragments together.

use std::fs;
use std::process::Command;

use serde_json::Value;
use synfin::{Frame, LinkType};
use synfin_tests::pcap::Form;
use synfin_tests::program::run;
use synfin_tests::script::Script;
use synfin_tests::tshark;

const LITTLE_NANO: Form = Form::ALL[1];
/// Payload of a fragment, in units of eight bytes as RFC 791 section 3.1 wants it.
const PART: usize = 24;

const CONVERSATION: &str = r#"
    link raw
          open C > S +10ms
    +10ms C > S PSH-ACK len=100
    +10ms S > C ACK ts
    +1ms  S > C ACK len=1400
          S > C PSH-ACK len=77 ts
    +10ms C > S ACK
    +1ms  close C > S +10ms
"#;

/// The fragments of a raw IPv4 packet: RFC 791 section 3.2.
fn cut_v4(packet: &[u8], number: u16) -> Vec<Vec<u8>> {
    let (header, payload) = packet.split_at(20);
    let last = payload.len().div_ceil(PART) - 1;
    let cut = payload.chunks(PART).enumerate().map(|(at, part)| {
        let mut bytes = header.to_vec();
        bytes[2..4].copy_from_slice(&(20 + part.len() as u16).to_be_bytes());
        bytes[4..6].copy_from_slice(&number.to_be_bytes());
        let place = (at * PART / 8) as u16 | u16::from(at < last) << 13;
        bytes[6..8].copy_from_slice(&place.to_be_bytes());
        // The sum is not looked at, by tshark neither unless told to.
        bytes[10..12].fill(0);
        bytes.extend(part);
        bytes
    });
    cut.collect()
}

/// The fragments of a raw IPv6 packet: RFC 8200 section 4.5.
fn cut_v6(packet: &[u8], number: u16) -> Vec<Vec<u8>> {
    let (header, payload) = packet.split_at(40);
    let last = payload.len().div_ceil(PART) - 1;
    let cut = payload.chunks(PART).enumerate().map(|(at, part)| {
        let mut bytes = header.to_vec();
        bytes[4..6].copy_from_slice(&(8 + part.len() as u16).to_be_bytes());
        bytes[6] = 44;
        let place = (at * PART) as u16 | u16::from(at < last);
        bytes.extend([header[6], 0]);
        bytes.extend(place.to_be_bytes());
        bytes.extend(u32::from(number).to_be_bytes());
        bytes.extend(part);
        bytes
    });
    cut.collect()
}

/// Brings the fragments of a packet into another order.
type Arrange = fn(&mut Vec<Vec<u8>>);

/// The conversation with every packet cut, the parts of one packet in the order that `arrange` makes.
fn capture(script: &Script, arrange: Arrange) -> Vec<u8> {
    let mut bytes = LITTLE_NANO.header(LinkType::RAW);
    let mut number = 0;
    for frame in script.frames() {
        let is_v6 = frame.data[0] >> 4 == 6;
        let cut = if is_v6 { cut_v6 } else { cut_v4 };
        let mut parts = cut(frame.data, frame.number as u16);
        arrange(&mut parts);
        for part in parts {
            number += 1;
            bytes.extend(LITTLE_NANO.record(&Frame {
                number,
                time_ns: frame.time_ns,
                link: LinkType::RAW,
                wire_len: part.len() as u32,
                data: &part,
            }));
        }
    }
    bytes
}

#[test]
fn segments_put_together_are_those_that_tshark_puts_together() {
    if !tshark::is_here() {
        return;
    }
    let plain = Script::parse(CONVERSATION).unwrap();
    let both = [("v4", plain.clone()), ("v6", plain.over_v6().unwrap())];
    let orders: [(&str, Arrange); 3] = [
        ("in order", |_| {}),
        ("last first", |parts| parts.reverse()),
        ("turned by one", |parts| parts.rotate_left(1)),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (version, script) in &both {
        for (order, arrange) in orders {
            let path = folder.path().join("fragments.pcap");
            fs::write(&path, capture(script, arrange)).unwrap();
            let ours = run(["packets".as_ref(), "--json".as_ref(), path.as_os_str()]);
            assert_eq!((ours.status, ours.err.as_str()), (Some(0), ""));
            let ours: Vec<[u64; 6]> = ours.out.lines().map(by_synfin).collect();
            assert_eq!(ours.len(), script.packets().len(), "{version} {order}");
            assert_eq!(ours, by_tshark(&path), "{version} {order}");
        }
    }
}

/// Frame, source port, relative sequence and acknowledgement numbers, payload length, window.
fn by_synfin(line: &str) -> [u64; 6] {
    let packet: Value = serde_json::from_str(line).unwrap();
    ["frame", "src_port", "seq", "ack", "len", "window"].map(|key| packet[key].as_u64().unwrap_or(0))
}

fn by_tshark(path: &std::path::Path) -> Vec<[u64; 6]> {
    let fields = [
        "frame.number",
        "tcp.srcport",
        "tcp.seq",
        "tcp.ack",
        "tcp.len",
        "tcp.window_size_value",
    ];
    let mut command = Command::new("tshark");
    command
        .env("WIRESHARK_CONFIG_DIR", env!("CARGO_MANIFEST_DIR"))
        .args([
            "-n",
            "-Y",
            "tcp",
            "-T",
            "fields",
            "-o",
            "ip.defragment:TRUE",
            "-r",
        ])
        .arg(path);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().expect("tshark runs");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| {
            let mut values = line.split('\t').map(|value| value.parse().unwrap_or(0));
            std::array::from_fn(|_| values.next().unwrap_or(0))
        })
        .collect()
}
