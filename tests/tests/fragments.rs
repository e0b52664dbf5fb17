//! Segments in fragmented IP packets, against tshark putting the fragments together.

use std::fs;
use std::process::Command;

use serde_json::Value;
use synfin_tests::envelope;
use synfin_tests::program::run;
use synfin_tests::script::Script;
use synfin_tests::tshark;

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

/// Brings the fragments of a packet into another order.
type Arrange = fn(&mut Vec<Vec<u8>>);

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
            fs::write(&path, envelope::fragmented(script, arrange)).unwrap();
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
