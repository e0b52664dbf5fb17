//! What each capture of a situation was made to show, written by hand from tshark's dissection and the
//! catalogue: the rules of a connection with their frames, and its verdicts.

use serde_json::Value;
use synfin::Rule;
use synfin_tests::{captures, program};

/// What is to be told of one connection of a capture.
struct Told {
    capture: &'static str,
    connection: u64,
    handshake: &'static str,
    /// Verdict, by whom, and cause.
    close: [&'static str; 3],
    /// `O1@1` is rule O1 at frame 1, `O1` the rule at any frame, `!O1` that it is not there.
    rules: &'static str,
}

const fn told(
    capture: &'static str,
    connection: u64,
    handshake: &'static str,
    close: [&'static str; 3],
    rules: &'static str,
) -> Told {
    Told {
        capture,
        connection,
        handshake,
        close,
        rules,
    }
}

const OPEN: [&str; 3] = ["open", "nobody", "unknown"];
const ANNOUNCED: [&str; 3] = ["three-segment", "responder", "http-connection-close"];
const BY_CLIENT: [&str; 3] = ["three-segment", "initiator", "application"];
const BY_SERVER: [&str; 3] = ["three-segment", "responder", "application"];
const REFUSED: [&str; 3] = ["not-opened", "responder", "port-closed"];
const UNREACHABLE: [&str; 3] = ["not-opened", "network", "unknown"];
const NOT_OPENED: [&str; 3] = ["not-opened", "nobody", "unknown"];
const ABORTED: [&str; 3] = ["reset", "initiator", "aborted-by-application"];

#[rustfmt::skip]
const TOLD: &[Told] = &[
    // The SYN of frame 10 carries the cookie of frame 2 and 94 bytes; frame 12 acknowledges the SYN alone.
    told("fast-open-ignored", 0, "complete", ANNOUNCED, "O1@1 O22@1 O2@2 O23@2 O3@3 !O24 !O26"),
    told("fast-open-ignored", 1, "complete", ANNOUNCED, "O1@10 O24@10 O2@12 O26@12 O3@13 !O22 !O25"),
    told("ecn-agreed", 0, "complete", ANNOUNCED, "O1@1 O28@2 O2@2 O3@3 !O8"),
    told("ecn-fallback", 0, "complete", ANNOUNCED, "O1@1 O6@2 O8@2 O2@3 O3@4"),
    told("md5-protected", 0, "complete", BY_CLIENT, "O1@1 O40@2 O2@2 O3@3 T1@8 T5@9 T4@10"),
    // The low six bits of each TSval are 26: window scale 10 and SACK. The fourth connection proves it.
    told("syn-cookies", 3, "complete", ANNOUNCED, "O1@30 O2@32 O3@33 O32 !O38"),
    told("syn-cookies", 4, "complete", ANNOUNCED, "O1@40 O2@42 O3@43 O32 !O38"),
    // They are 20, 46, 25, 13 and 40 here.
    told("syn-cookies-hidden", 3, "complete", ANNOUNCED, "!O32"),
    told("syn-cookies-hidden", 4, "complete", ANNOUNCED, "!O32"),
    told("syn-flood", 0, "half-open", NOT_OPENED, "O1@1 !O3 !O20"),
    told("syn-flood", 119, "half-open", NOT_OPENED, "O2@240 O38 !O3 !O20"),
    told("syn-flood", 120, "complete", OPEN, "O1@241 O2@242 O3@243"),
    // Frame 6 and the request of frame 8 are dropped; this kernel does not send the SYN-ACK again.
    told("accept-queue-overflow", 0, "complete", ["four-way", "responder", "application"],
        "O1@1 O2@3 O3@5 T1@15 T2@17 T3@21 T4@24 !O44"),
    told("accept-queue-overflow", 1, "complete", BY_SERVER, "O1@2 O2@4 O3@6 !O7 !O44 !T20"),
    told("host-unreachable", 0, "unreachable", UNREACHABLE, "O1@1 O6@2 O6@3 O6@4 O17@5 !O16"),
    told("time-exceeded", 0, "unreachable", UNREACHABLE, "O1@1 O17@2 !O16"),
    told("port-unreachable", 0, "unreachable", UNREACHABLE, "O1@1 O17@2 !O16"),
    told("connect-scan", 0, "complete", ABORTED, "O1@1 O2@2 O3@3 O21@4 T14@4 !O20"),
    told("connect-scan", 1, "refused", REFUSED, "O1@5 O15@6"),
    told("connect-scan", 2, "refused", REFUSED, "O1@7 O15@8"),
    // The RST of frame 3 has no options and no acknowledgement number, the SYN no option but MSS.
    told("syn-scan", 0, "aborted", ["not-opened", "initiator", "unknown"], "O1@1 O2@2 O20@3 !O19 !O21"),
    told("syn-scan", 1, "refused", REFUSED, "O1@4 O15@5 !O20"),
    told("syn-scan", 2, "refused", REFUSED, "O1@6 O15@7 !O20"),
    told("fin-null-xmas-scan", 0, "none", NOT_OPENED, "T27@1 !T1"),
    told("fin-null-xmas-scan", 1, "none", NOT_OPENED, "T27@2 !T1"),
    told("fin-null-xmas-scan", 2, "none", NOT_OPENED, "T27@4"),
    told("fin-null-xmas-scan", 3, "none", NOT_OPENED, "T27@5"),
    told("fin-null-xmas-scan", 4, "none", NOT_OPENED, "T27@7 !T1"),
    told("fin-null-xmas-scan", 5, "none", NOT_OPENED, "T27@8 !T1"),
    // DATA_FIN is in frames 15 to 19 and later, the first FIN of the first path is frame 29.
    told("multipath-join", 0, "complete", ["three-segment", "initiator", "application"],
        "O41@1 O41@2 O41@3 T25@15 T1@29 T5@34 T4@36 !O42"),
    told("multipath-join", 1, "complete", ["four-way", "initiator", "application"],
        "O42@8 O42@9 O42@10 O42@11 T25@16 T1@30 T2@33 T3@35 T4@37 !O41"),
    told("multipath-fastclose", 0, "complete", ABORTED, "O41@1 O41@2 O41@3 T26@10 T14@10 !T25"),
    // The window is zero in frames 12, 14, 16 and 18, is probed by 13, 15 and 17, and opens with 19.
    told("zero-window-probes", 0, "complete", ["three-segment", "initiator", "application"],
        "E4@12 E4@13 E4@14 E4@15 E4@16 E4@17 E4@18 E4@19 T1@31 T5@32 T4@33 !E1 !E2 !T20"),
    told("keep-alive-death", 0, "complete", ["reset", "initiator", "keep-alive-dead"],
        "E1@8 E1@9 E1@10 E2@11 !E3 !T20"),
    told("keep-alive-lost-state", 0, "complete", ["reset", "responder", "peer-lost-state"], "E1@8 E3@9 !E2"),
    // Sent in frame 8 and again after 0.25, 0.25, 0.52 and 0.99 s; the capture goes on for 6 s.
    told("retransmission-give-up", 0, "complete", ["timed-out", "nobody", "retransmission-give-up"],
        "O3@3 T20 !E13"),
    told("retransmission-give-up", 1, "complete", ["half-closed", "initiator", "application"],
        "O3@15 T1@16 T2@17 !T20"),
    // The ICMP errors are frames 13 to 16; from frame 18 on there are 1248 bytes at most.
    told("path-mtu-discovery", 0, "complete", BY_CLIENT, "O3@3 T1@30 T5@31 T4@32 !E13 !O17"),
    // 1448 bytes are sent again in frames 18, 19, 20 and 21 too.
    told("path-mtu-black-hole", 0, "complete", OPEN, "O3@3 E13 !T20 T28@21"),
    // Frame 8 is the forged SYN, 1000 beyond; frame 9 answers with the numbers the connection is at.
    told("challenge-ack-to-syn", 0, "complete", BY_CLIENT, "O3@3 E5@9 T1@13 T5@14 T4@15 !O13 !T24"),
    // Frame 8 is a RST of number 75 while 38 is expected; frame 10 is the exact one.
    told("challenge-ack-to-rst", 0, "complete", ABORTED, "O3@3 E6@9 T14@10 !E5 !E7"),
    // TTL 113 for 64, IP identification 0xbeef between 0xcfde and 0xcfdf, and data after it in frame 10.
    told("injected-reset", 0, "complete", ["reset", "network", "injected-reset"], "O3@3 T19@9 !T21 !O14"),
    told("half-open-found-by-syn", 0, "complete", ["reset", "initiator", "peer-lost-state"], "O3@3 E5@9 O13@10"),
    told("half-open-found-by-syn", 1, "complete", BY_CLIENT, "O1@8 O6@11 O2@12 O3@13 T1@18 T5@19 T4@20"),
    told("half-open-found-by-data", 0, "complete", ["reset", "responder", "peer-lost-state"],
        "O3@3 O14@9 !E3 !T19"),
    told("time-wait-reuse", 0, "complete", BY_SERVER, "O3@3 T1@8 T5@9 T4@10 !O46"),
    told("time-wait-reuse", 1, "complete", BY_SERVER, "O1@11 T22@11 O2@12 O3@13 !O46"),
    // The SYN of frame 11 is 500,039 below what the server in TIME-WAIT expects, and there is no TSval.
    told("time-wait-bounce", 0, "complete", BY_SERVER, "T1@8 T5@9 T4@10 O46@12 O46@13 !E5 !O13"),
    told("time-wait-bounce", 1, "complete", BY_SERVER, "O1@11 O6@14 O2@15 O3@16 !T22"),
];

fn connections(capture: &str) -> Vec<Value> {
    let path = captures::path(&format!("{capture}.pcapng"));
    let ran = program::run(["connections".as_ref(), "--json".as_ref(), path.as_path()]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{capture}");
    ran.out
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

/// What of the expectation is not so, in words.
fn wrong(expected: &Told, connection: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut compare = |what: &str, is: &Value, should: &str| {
        if *is != should {
            wrong.push(format!("{what} is {is}, not {should}"));
        }
    };
    let close = &connection["close"];
    compare(
        "handshake",
        &connection["handshake"]["verdict"],
        expected.handshake,
    );
    for (key, should) in ["verdict", "by", "cause"].iter().zip(expected.close) {
        compare(key, &close[*key], should);
    }
    let rules: Vec<(&str, u64)> = connection["rules"]
        .as_array()
        .expect("a list of rules")
        .iter()
        .map(|rule| {
            let id = rule["id"].as_str().expect("an id");
            (id, rule["frame"].as_u64().expect("a frame"))
        })
        .collect();
    for word in expected.rules.split_whitespace() {
        let met = match (word.strip_prefix('!'), word.split_once('@')) {
            (Some(id), _) => rules.iter().all(|rule| rule.0 != id),
            (None, Some((id, frame))) => rules.contains(&(id, frame.parse().expect("a number"))),
            (None, None) => rules.iter().any(|rule| rule.0 == word),
        };
        if !met {
            wrong.push(format!("{word} is not met by {rules:?}"));
        }
    }
    wrong
}

#[test]
fn every_situation_is_told_as_it_was_made() {
    let mut all = Vec::new();
    for of_one in TOLD.chunk_by(|one, next| one.capture == next.capture) {
        let told = connections(of_one[0].capture);
        for expected in of_one {
            let found = told.iter().find(|one| one["connection"] == expected.connection);
            let found = found.map_or_else(|| vec!["is not there".to_owned()], |one| wrong(expected, one));
            all.extend(
                found
                    .iter()
                    .map(|wrong| format!("{} #{}: {wrong}", expected.capture, expected.connection)),
            );
        }
    }
    assert!(all.is_empty(), "{} are wrong:\n{}", all.len(), all.join("\n"));
}

#[test]
fn the_table_names_rules_of_the_catalogue() {
    for expected in TOLD {
        for word in expected.rules.split_whitespace() {
            let id = word.trim_start_matches('!').split('@').next().unwrap_or(word);
            assert!(Rule::from_id(id).is_some(), "{}: {word}", expected.capture);
        }
    }
}
