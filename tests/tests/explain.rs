//! `synfin explain` as a person uses it, and its sentences about real captures, expected by hand.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;
use synfin::Topic;
use synfin_tests::captures;
use synfin_tests::program::{Ran, command, run};
use synfin_tests::told::tell;

fn explain(capture: &str, more: &[&str]) -> Ran {
    let path = captures::path(&format!("{capture}.pcapng"));
    let words = ["explain", path.to_str().expect("a UTF-8 path")];
    run(words.iter().chain(more))
}

/// The text without line breaks, so that the width does not matter.
fn told(capture: &str) -> String {
    let ran = explain(capture, &["--connection", "0"]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{capture}");
    ran.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Each sentence is there, in this order.
fn holds(capture: &str, sentences: &[&str]) {
    let text = told(capture);
    let mut rest = text.as_str();
    for sentence in sentences {
        let at = rest.find(sentence);
        let at = at.unwrap_or_else(|| panic!("{sentence:?} not in its place in\n{text}"));
        rest = &rest[at + sentence.len()..];
    }
}

#[test]
fn a_lost_syn_is_told_with_what_it_costs() {
    holds(
        "syn-lost",
        &[
            "192.0.2.10:58418 is the initiator: it sent a SYN to 192.0.2.80:80, the responder, in frame 1.",
            "The handshake is complete: each side's SYN was acknowledged. That is certain from frames 1, 3, 4.",
            "Frame 3: SYN-ACK with initial sequence number 2715352487; it acknowledges the SYN.",
            "SYN retransmission in frame 2.",
            "Sent again: 1 segment of the initiator.",
            "GET / in frame 5: status 200 in frame 7, body of 68 bytes.",
            "The responder closed first, and the initiator closed with the same segment that acknowledged it.",
            "Frame 10: second FIN of the initiator, which also acknowledges the first.",
            "Reason: HTTP announced it with Connection: close. That is certain.",
            "responder is not known: the SYN was sent more than once, and nobody knows which of them was answered (Karn's rule). [RFC 6298 3]",
            "initiator is 20.4 ms (SYN-ACK to ACK).",
        ],
    );
}

#[test]
fn a_refusal_is_told_with_its_doubt() {
    holds(
        "refused",
        &[
            "The connection was refused: the responder answered the SYN with a RST. That is certain from frames 3, 4.",
            "Connection refused in frame 4.",
            "It was never open; the responder ended the attempt.",
            "Reason: nothing listens on the port. That is likely, not certain: a firewall can answer with the same RST.",
        ],
    );
}

#[test]
fn late_data_is_told_as_fin_then_reset_of_one_side() {
    holds(
        "late-data-reset",
        &[
            "Half-close with data in frame 10.",
            "GET / in frame 10: no answer.",
            "The responder closed with a FIN and later reset the connection. That is certain from frames 8, 9, 11.",
            "Frame 8: first FIN of the responder.",
            "Frame 9: ACK of the first FIN by the initiator.",
            "Frame 11: RST, accepted: the connection is over.",
            "Reason: data arrived at a side that had closed and no longer reads.",
        ],
    );
}

#[test]
fn a_simultaneous_close_names_no_first_side() {
    holds(
        "simultaneous-close",
        &[
            "Simultaneous close in frame 9.",
            "Both sides closed at once: their FINs crossed, and both were acknowledged. That is certain from frames 8-11.",
            "Frame 8: first FIN.",
            "Frame 9: second FIN, sent before its sender had seen the first.",
        ],
    );
}

#[test]
fn a_capture_that_starts_inside_claims_no_handshake() {
    holds(
        "mid-capture-start",
        &[
            "192.0.2.10:39880 counts as the initiator",
            "The handshake is not in the capture, but the connection existed.",
            "Capture starts inside the connection (frame 1).",
        ],
    );
    let text = told("mid-capture-start");
    assert!(
        !text.contains("round trip") && !text.contains("Opening took"),
        "{text}"
    );
}

#[test]
fn what_repeats_is_folded_and_what_stays_open_is_said() {
    holds(
        "window-closed",
        &["Zero window, its probe or its end in frames 12-17."],
    );
    holds(
        "keep-alive-probes",
        &[
            "Keep-alive probe or answer in frames 8-13.",
            "Not closed in the capture (by frame 13).",
            "Neither side had closed by the end of the capture. That is certain.",
        ],
    );
}

#[test]
fn a_rule_is_told_by_its_id_in_any_case() {
    let ran = run(["explain", "--rule", "t7", "--rule", "O15"]);
    assert_eq!(ran.status, Some(0));
    for words in [
        "T7  simultaneous close",
        "RFC 9293 3.6 figure 13",
        "O15  connection refused",
        "severity   warn",
    ] {
        assert!(ran.out.contains(words), "{words:?} not in {}", ran.out);
    }
    let ran = run(["explain", "--rule", "o15", "--json"]);
    let row: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!([&row["id"], &row["severity"]], ["O15", "warn"]);
    assert!(
        ["name", "rfc", "condition", "meaning"]
            .iter()
            .all(|key| row[key].is_string())
    );
}

#[test]
fn an_unknown_rule_is_refused_with_those_near_it() {
    let ran = run(["explain", "--rule", "T99"]);
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
    assert!(
        ["no rule \"T99\"", "T9 ", "T19 ", "T29 "]
            .iter()
            .all(|words| ran.err.contains(words)),
        "{}",
        ran.err
    );
    let ran = run(["explain", "--rule", "\u{1b}[2J"]);
    assert_eq!(ran.status, Some(2));
    assert!(
        !ran.err.contains('\u{1b}') && ran.err.contains("synfin rules"),
        "{}",
        ran.err
    );
}

#[test]
fn nothing_to_explain_is_wrong_usage() {
    assert_eq!(run(["explain"]).status, Some(2));
    assert_eq!(run(["explain", "--rule", "T7", "x.pcap"]).status, Some(2));
    let ran = explain("syn-lost", &["--connection", "7"]);
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
    assert!(
        ran.err.contains("no connection 7") && ran.err.contains("number 0"),
        "{}",
        ran.err
    );
}

#[test]
fn one_of_many_has_to_be_chosen() {
    let all = |more: &[&str]| explain("parallel-connections", more);
    let number = all(&["--json"]).out.lines().count();
    let ran = all(&[]);
    if number > 5 {
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
        assert!(ran.err.contains(&format!("{number} connections")), "{}", ran.err);
    } else {
        assert_eq!(ran.status, Some(0));
        assert_eq!(ran.out.matches("\nWho\n").count(), number);
    }
    let ran = all(&["--connection", "2", "--connection", "0"]);
    assert_eq!(ran.status, Some(0));
    assert!(
        ran.out.starts_with("Connection 0:") && ran.out.contains("\nConnection 2:"),
        "{}",
        ran.out
    );
}

#[test]
fn json_carries_frames_reference_and_confidence_as_data() {
    let ran = explain("syn-lost", &["--json"]);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(told["connection"], 0);
    let sentences = told["sentences"].as_array().unwrap();
    let opening = sentences
        .iter()
        .find(|sentence| sentence["topic"] == "opening")
        .unwrap();
    assert_eq!(opening["frames"], serde_json::json!([1, 3, 4]));
    assert_eq!(
        [&opening["rfc"], &opening["confidence"]],
        ["RFC 9293 3.5", "certain"]
    );
    let unusual = sentences
        .iter()
        .find(|sentence| sentence["topic"] == "unusual")
        .unwrap();
    assert_eq!(
        (&unusual["rule"], &unusual["frames"]),
        (&"O6".into(), &serde_json::json!([2]))
    );
}

#[test]
fn standard_input_is_read_as_a_file() {
    let bytes = std::fs::read(captures::path("syn-lost.pcapng")).unwrap();
    let mut child = command()
        .args(["explain", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        explain("syn-lost", &[]).out
    );
}

#[test]
fn the_rule_table_is_wrapped_and_comes_as_json() {
    let ran = run(["rules"]);
    assert!(
        ran.out.lines().all(|line| line.chars().count() <= 100),
        "{}",
        ran.out
    );
    let ran = run(["rules", "--json"]);
    let ids: Vec<String> = ran
        .out
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let expected: Vec<&str> = synfin::RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids, expected);
}

#[test]
fn nobody_reading_is_no_failure() {
    let mut child = command()
        .args(["explain", "--rule", "T7"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}

#[test]
fn what_the_wire_says_cannot_drive_the_terminal() {
    let told = tell(
        r#"
        open C > S +1ms
        C > S PSH-ACK "GET /\x1b[2J HTTP/1.1\r\nHost: a\r\n\r\n"
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    "#,
    );
    let explanation = told.connections[0].explain();
    let texts: Vec<&str> = explanation
        .sentences
        .iter()
        .map(|sentence| sentence.text.as_str())
        .collect();
    assert!(texts.iter().all(|text| !text.contains('\u{1b}')), "{texts:?}");
    assert!(
        texts
            .iter()
            .any(|text| text.contains(r"\u{1b}[2J in frame 4: no answer.")),
        "{texts:?}"
    );
}

#[test]
fn what_was_not_captured_is_given_as_the_doubt() {
    let told = tell(
        "#! v4
              drop C > S SYN
        +10ms S > C SYN-ACK
        +2ms  C > S ACK
        #: 0 handshake complete likely 1,2
        #: 0 close open nobody unknown/guess certain -
        #: 0 timing - - - -
    ",
    );
    let explanation = told.connections[0].explain();
    let opening = explanation
        .sentences
        .iter()
        .find(|sentence| sentence.topic == Topic::Opening)
        .unwrap();
    assert_eq!(
        opening.text,
        "The handshake is complete: each side's SYN was acknowledged. That is likely, not certain: the SYN is not in \
         the capture; the numbers of later segments stand for it."
    );
}

// That the RST ended it is certain; that it was injected is not.
#[test]
fn an_injected_reset_is_told_as_one_in_somebodys_name() {
    let told = run([
        "explain".as_ref(),
        captures::path("injected-reset.pcapng").as_os_str(),
    ]);
    assert_eq!((told.status, told.err.as_str()), (Some(0), ""));
    let words = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for sentence in [
        "A RST in the name of the responder ended the connection; nobody had sent a FIN. That is certain from frame 9.",
        "Reason: something between the hosts injected the RST. That is likely, not certain",
    ] {
        assert!(words.contains(sentence), "{words}");
    }
}
