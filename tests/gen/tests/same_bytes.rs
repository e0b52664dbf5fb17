//! Measurements of different days are of the same files.

use std::process::Command;

use sha2::{Digest as _, Sha256};

/// Modes and keys, the SHA-256 of the capture, and the ground truth told of it.
const PINNED: [(&str, &str, &str); 6] = [
    (
        "short packets=5000 concurrency=300",
        "8dd1125897acfd76d7ac971aeba6797c2d8377498eb9c1ebdc621df95f11656e",
        r#"{"packets":9257,"file_bytes":5606512,"requests":451,"responses":451,"lone_syns":0,"retransmitted_data":1,"reordered":2,"connections":{"normal":318,"three_segment_close":34,"server_closes":56,"simultaneous_close":3,"half_close":5,"rst_by_client":15,"rst_by_server":6,"syn_retransmitted":7,"syn_ack_retransmitted":1,"simultaneous_open":1,"reused_4_tuple":2,"refused":6,"half_open":2,"unanswered":2,"left_open":3}}"#,
    ),
    (
        "bulk conns=1",
        "da93ebeb369b69dc64e04c2d56a2b2a4bd8cb0610ea75bc4b5863255151d49eb",
        r#"{"packets":14432,"file_bytes":15106171,"requests":1,"responses":1,"lone_syns":0,"retransmitted_data":0,"reordered":1,"connections":{"normal":1}}"#,
    ),
    (
        "synflood conns=20000",
        "4d3b7fea0fe2cdf554854cb979ea0f3b0af08fcbcec8428311c705fdecfea4ae",
        r#"{"packets":20000,"file_bytes":1752144,"requests":0,"responses":0,"lone_syns":20000,"retransmitted_data":0,"reordered":0,"connections":{}}"#,
    ),
    (
        "keepalive packets=5000",
        "25f416a3fbe67bb3a04cd75b70a5e17beb0ae200f20c6c2fdb18a264ac87bfe7",
        r#"{"packets":57394,"file_bytes":32928843,"requests":20866,"responses":20866,"lone_syns":0,"retransmitted_data":0,"reordered":3,"connections":{"normal":16}}"#,
    ),
    (
        "mix packets=10000 concurrency=400",
        "c3d9fa6d912e527c6d6b631ed35d9c4aa84d66e74bcf8d1819486e4886fe846b",
        r#"{"packets":19125,"file_bytes":12872051,"requests":1296,"responses":1296,"lone_syns":170,"retransmitted_data":1,"reordered":1,"connections":{"normal":505,"three_segment_close":66,"server_closes":59,"simultaneous_close":6,"half_close":4,"rst_by_client":29,"rst_by_server":15,"syn_retransmitted":8,"syn_ack_retransmitted":2,"fast_open":2,"reused_4_tuple":2,"refused":11,"half_open":1,"unanswered":8,"left_open":4}}"#,
    ),
    (
        "mix packets=5000 concurrency=50 seed=7 nano=1 loss=80 body=10-200000 txns=1-5",
        "9abf05ded90900f1334e7776a5b3178feb8cb9b5e8ab33b3279e7720e70af336",
        r#"{"packets":20049,"file_bytes":20370794,"requests":181,"responses":181,"lone_syns":10,"retransmitted_data":23,"reordered":8,"connections":{"normal":37,"three_segment_close":6,"server_closes":8,"simultaneous_close":1,"rst_by_client":2,"syn_retransmitted":2,"simultaneous_open":1,"unanswered":2}}"#,
    ),
];

#[test]
fn the_same_arguments_give_the_same_bytes() {
    for (arguments, digest, truth) in PINNED {
        let mut words: Vec<&str> = arguments.split(' ').collect();
        words.insert(1, "-");
        let ran = Command::new(env!("CARGO_BIN_EXE_gen"))
            .args(words)
            .output()
            .expect("gen runs");
        assert!(ran.status.success(), "gen {arguments}");
        assert_eq!(
            String::from_utf8_lossy(&ran.stderr).trim_end(),
            truth,
            "gen {arguments}"
        );
        let sum: String = Sha256::digest(&ran.stdout)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(sum, digest, "gen {arguments}");
    }
}
