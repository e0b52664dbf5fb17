//! The plugin's preferences, and what it tells Wireshark's list of expert information.

use std::collections::BTreeMap;
use std::fs;

use serde_json::json;
use synfin::{ChecksumPolicy, Config, Phase, RuleGroup, Severity};
use synfin_tests::captures;
use synfin_tests::script::Script;
use synfin_tests::sharkd::Sharkd;
use synfin_tests::shown::Form;
use synfin_tests::truth::{self, Passes, Told, Truth};
use synfin_tests::wireshark::Wireshark;

fn scripted(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    Script::parse(text).unwrap().write_pcapng(&mut bytes).unwrap();
    bytes
}

fn real(name: &str) -> Vec<u8> {
    fs::read(captures::path(name)).unwrap()
}

/// With this preference, the plugin says what the core says with these settings.
fn agrees(wireshark: &Wireshark, bytes: &[u8], preference: &str, configure: impl FnOnce(&mut Config)) {
    let mut config = Config::default();
    configure(&mut config);
    let wanted = Truth::with(bytes, config);
    let usual = Truth::of(bytes);
    assert!(
        format!("{wanted:?}") != format!("{usual:?}"),
        "{preference} changes nothing"
    );
    let capture = wireshark.capture(bytes, "setting.pcapng");
    for (passes, how) in [
        (Passes::One, vec!["-o", preference]),
        (Passes::Two, vec!["-2", "-o", preference]),
    ] {
        let shown = Form::Fields.list(wireshark, &capture, &how, &truth::names());
        wanted.is_shown(&shown, passes, preference);
    }
}

#[test]
fn settings_reach_the_dissector() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let sums = scripted(
        "C > S SYN\n S > C SYN-ACK sum=bad\n S > C SYN-ACK\n C > S ACK\n C > S PSH-ACK \"abc\" sum=bad\n C > S RST",
    );
    agrees(&wireshark, &sums, "synfin.checksums:drop", |config| {
        config.checksums = ChecksumPolicy::Drop;
    });
    agrees(&wireshark, &sums, "synfin.checksums:ignore", |config| {
        config.checksums = ChecksumPolicy::Ignore;
    });
    let requests = real("keep-alive-requests.pcapng");
    agrees(&wireshark, &requests, "synfin.http:FALSE", |config| {
        config.http_enabled = false;
    });
    agrees(&wireshark, &requests, "synfin.max_transactions:2", |config| {
        config.http.kept_transactions = 2;
    });
    agrees(&wireshark, &requests, "synfin.max_http_head:100", |config| {
        config.http.head_bytes = 100;
    });
    agrees(
        &wireshark,
        &real("parallel-connections.pcapng"),
        "synfin.max_connections:1",
        |config| config.max_connections = 1,
    );
}

#[test]
fn strays_can_be_left_alone() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let bytes = captures::in_one_file();
    let truth = Truth::of(&bytes);
    let is_stray = |told: &Told| {
        told.segment()
            .is_some_and(|segment| segment.phase == Phase::Stray)
    };
    let strays = truth.frames.iter().filter(|told| is_stray(told)).count();
    assert!(strays > 2 && strays < truth.frames.len());
    let capture = wireshark.capture(&bytes, "strays.pcapng");
    for how in [
        &["-o", "synfin.strays:FALSE"][..],
        &["-2", "-o", "synfin.strays:FALSE"],
    ] {
        let rows = wireshark.rows(&capture, how, &["synfin.phase"]);
        for (told, row) in truth.frames.iter().zip(rows) {
            let wanted = told.segment().filter(|_| !is_stray(told));
            let wanted: Vec<_> = wanted
                .map(|segment| segment.phase.to_string())
                .into_iter()
                .collect();
            assert_eq!(row[0], wanted, "{how:?}");
        }
    }
    // Nor is there a note.
    let scan = wireshark.capture(&real("fin-null-xmas-scan.pcapng"), "scan.pcapng");
    let list = |strays: &str| {
        let preference = format!("synfin.strays:{strays}");
        wireshark.tshark(&["-n", "-r", &scan, "-o", &preference, "-Y", "tcp"])
    };
    assert!(
        list("TRUE").contains("[scan without a connection]"),
        "{}",
        list("TRUE")
    );
    assert!(!list("FALSE").contains("[scan"), "{}", list("FALSE"));
}

#[test]
fn long_lists_of_a_connection_end_where_the_setting_says() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let bytes = real("keep-alive-requests.pcapng");
    let connection = &Truth::of(&bytes).connections[&0];
    assert!(connection.http.len() > 3);
    let capture = wireshark.capture(&bytes, "lists.pcapng");
    let how = ["-2", "-o", "synfin.max_listed:3"];
    let rows = wireshark.rows(
        &capture,
        &how,
        &["synfin.http.target", "synfin.close.verdict", "tcp.stream"],
    );
    let first: Vec<_> = connection.http[..3]
        .iter()
        .map(|transaction| transaction.target.as_deref().unwrap().to_owned())
        .collect();
    let of_connection: Vec<_> = rows.iter().filter(|row| row[2] == ["0"]).collect();
    assert!(of_connection.len() > 10);
    for row in of_connection {
        assert_eq!(
            row[..2],
            [first.clone(), vec![connection.close.verdict.to_string()]]
        );
    }
}

#[test]
fn a_changed_setting_counts_when_the_file_is_read_again() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let bytes = real("get-closed-by-server.pcapng");
    let capture = wireshark.capture(&bytes, "again.pcapng");
    let mut sharkd = Sharkd::start(&wireshark);
    let mut message_of_frame_4 = |http: &str| {
        sharkd.ask("setconf", &json!({"name": "synfin.http", "value": http}));
        sharkd.load(&capture);
        sharkd.frame(4).values("synfin.http.message").to_vec()
    };
    assert_eq!(message_of_frame_4("TRUE"), ["request"]);
    assert!(message_of_frame_4("FALSE").is_empty());
    assert_eq!(message_of_frame_4("TRUE"), ["request"]);
}

/// What `-z expert` prints of ours: severity, group, summary, and how often.
fn listed(output: &str) -> BTreeMap<(String, String, String), usize> {
    let mut severity = String::new();
    let mut found = BTreeMap::new();
    for line in output.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        match &words[..] {
            [title, count] if count.starts_with('(') => severity = (*title).to_owned(),
            [count, group, "synfin", ..] => {
                let summary = line.split_once("synfin").unwrap().1.trim();
                let key = (severity.clone(), (*group).to_owned(), summary.to_owned());
                found.insert(key, count.parse().unwrap());
            }
            _ => {}
        }
    }
    found
}

#[test]
fn every_rule_is_expert_information_of_its_severity_and_group() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let bytes = captures::in_one_file();
    let mut wanted = BTreeMap::new();
    let truth = Truth::of(&bytes);
    for told in &truth.frames {
        let rules: Vec<_> = match told {
            Told::Segment(segment) => segment.rules.iter().collect(),
            Told::Icmp(note) => note.rule.into_iter().collect(),
            Told::Nothing => Vec::new(),
        };
        for rule in rules {
            let info = rule.info();
            let severity = match info.severity {
                Severity::Chat => "Chats",
                Severity::Note => "Notes",
                Severity::Warn => "Warns",
                Severity::Error => "Errors",
            };
            let group = match info.group {
                RuleGroup::Sequence => "Sequence",
                RuleGroup::Protocol => "Protocol",
                RuleGroup::Security => "Security",
            };
            let (first, rest) = info.name.split_at(1);
            let summary = format!("{}{rest} ({}, {})", first.to_uppercase(), info.id, info.rfc);
            *wanted
                .entry((severity.to_owned(), group.to_owned(), summary))
                .or_insert(0) += 1;
        }
    }
    assert!(wanted.len() > 50, "only {} rules", wanted.len());
    let capture = wireshark.capture(&bytes, "experts.pcapng");
    // Without a tree, with one, and in a second pass.
    for how in [&["-q"][..], &["-V"], &["-2", "-q"]] {
        let mut arguments = vec!["-n", "-r", &capture, "-z", "expert"];
        arguments.extend(how);
        assert_eq!(listed(&wireshark.tshark(&arguments)), wanted, "{how:?}");
    }
    let resets = wireshark.rows(&capture, &["-Y", "synfin.rule.T16"], &["frame.number"]);
    let resets: Vec<usize> = resets.iter().map(|row| row[0][0].parse().unwrap()).collect();
    let numbers = truth.numbers(|segment| segment.rules.iter().any(|rule| rule.id() == "T16"));
    assert!(!resets.is_empty());
    assert_eq!(resets, numbers);
}
