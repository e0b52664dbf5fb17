//! Wireshark's opinion, by its command line.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::skip;

/// Settings that make tshark say what the bytes say, and no more.
const PLAIN: [&str; 8] = [
    "tcp.check_checksum:TRUE",
    "tcp.relative_sequence_numbers:FALSE",
    "tcp.desegment_tcp_streams:FALSE",
    "tcp.analyze_sequence_numbers:FALSE",
    "tcp.calculate_timestamps:FALSE",
    "mptcp.analyze_mappings:FALSE",
    "mptcp.relative_sequence_numbers:FALSE",
    "ip.defragment:FALSE",
];

/// Whether there is a tshark; if not, the test is skipped loudly.
#[must_use]
pub fn is_here() -> bool {
    let found = Command::new("tshark")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        skip::skipped("tshark is not installed");
    }
    found
}

/// What tshark says of IP, ICMP and TCP in each frame of a capture, as PDML, and what it complained of.
#[must_use]
pub fn pdml(capture: &Path) -> (String, String) {
    let mut command = Command::new("tshark");
    command
        // Nobody's own preferences.
        .env("WIRESHARK_CONFIG_DIR", env!("CARGO_MANIFEST_DIR"))
        .args([
            "-n",
            "-T",
            "pdml",
            "-J",
            "frame ip ipv6 icmp icmpv6 tcp mptcp",
            "-r",
        ])
        .arg(capture);
    for setting in PLAIN {
        command.args(["-o", setting]);
    }
    let output = command.output().expect("tshark runs");
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}
