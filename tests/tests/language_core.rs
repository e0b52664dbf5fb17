//! The Chinese texts of the library: none is missing, none is half English, each says what the English one says.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;

use synfin::http::MessageState;
use synfin::{
    Cause, CloseVerdict, Closer, Confidence, Connection, Explanation, FIELDS, HandshakeVerdict, Language,
    Rule, RuleHit, Side, Sides,
};
use synfin_tests::captures;
use synfin_tests::chinese::{faults, latin_words, numbers};
use synfin_tests::program;

/// Terms that Chinese books and RFC readers leave as they are.
const TERMS: &[&str] = &[
    // Flags, numbers and states of TCP.
    "SYN",
    "ACK",
    "FIN",
    "RST",
    "URG",
    "PSH",
    "ECE",
    "CWR",
    "AE",
    "SYN-ACK",
    "SYN-SENT",
    "TIME-WAIT",
    "ack",
    "seq",
    "len",
    "nxt",
    "ISSc",
    "ISSs",
    "ISN",
    "C",
    "S",
    "X",
    "Y",
    "nxt-1",
    "TSval",
    "MSS",
    "MTU",
    // Protocols, options and what belongs to them.
    "TCP",
    "IP",
    "TTL",
    "ICMP",
    "NAT",
    "RFC",
    "Fast",
    "Open",
    "cookie",
    "Multipath",
    "ECN",
    "SACK",
    "MD5",
    "TCP-AO",
    "MP_CAPABLE",
    "MP_JOIN",
    "DSS",
    "DATA_FIN",
    "MP_FASTCLOSE",
    "MP_TCPRST",
    "F989",
    "Linux",
    "nmap",
    "TLS",
    "close_notify",
    "ClientHello",
    "ServerHello",
    "HelloRetryRequest",
    "ChangeCipherSpec",
    "Finished",
    "hello",
    "random",
    "fatal",
    "pre_shared_key",
    "early_data",
    "DOWNGRD",
    "SHA-256",
    "0-RTT",
    "STARTTLS",
    "CONNECT",
    "ID",
    "Karn",
    "accept",
    // HTTP.
    "HTTP",
    "Content-Length",
    "Transfer-Encoding",
    "Connection",
    "close",
    "keep-alive",
    "Host",
    "chunked",
    "token",
    "CR",
    "LF",
    "NUL",
    "ASCII",
    // HTTP/2, WebSocket and the PROXY protocol.
    "Upgrade",
    "h2c",
    "RST_STREAM",
    "GOAWAY",
    "NO_ERROR",
    "CONTINUATION",
    "SETTINGS",
    "PING",
    "DATA",
    "WINDOW_UPDATE",
    "WebSocket",
    "websocket",
    "PROXY",
    // Units and names.
    "ms",
    "s",
    "MiB",
    "KiB",
    "ns",
    "synfin",
    "snaplen",
];

fn foreign_words(text: &str) -> Vec<&str> {
    latin_words(text)
        .filter(|word| !TERMS.contains(word) && !is_rule(word))
        .collect()
}

/// One text refers to another by its rule.
fn is_rule(word: &str) -> bool {
    Rule::from_id(word).is_some()
}

/// Asserts that a text is good Chinese and says the numbers of the English one.
fn compare(english: &str, chinese: &str) {
    assert_eq!(faults(chinese), [""; 0], "{chinese}");
    assert_eq!(foreign_words(chinese), [""; 0], "{chinese}");
    assert_eq!(numbers(chinese), numbers(english), "{english}\n{chinese}");
}

#[test]
fn every_rule_is_told_in_chinese() {
    type Text = fn(Rule, Language) -> &'static str;
    let kinds: [(Text, bool); 3] = [
        (Rule::name_in, false),
        (Rule::meaning_in, true),
        (Rule::condition_in, true),
    ];
    for (text, is_sentence) in kinds {
        let mut seen = HashMap::new();
        for &rule in Rule::ALL {
            let chinese = text(rule, Language::Chinese);
            compare(text(rule, Language::English), chinese);
            assert_eq!(chinese.ends_with('。'), is_sentence, "{}: {chinese}", rule.id());
            let other = seen.insert(chinese, rule.id());
            assert_eq!(other, None, "{} says what another says: {chinese}", rule.id());
        }
    }
}

#[test]
fn english_is_the_rule_table_itself() {
    for &rule in Rule::ALL {
        let info = rule.info();
        let texts = [
            rule.name_in(Language::English),
            rule.condition_in(Language::English),
        ];
        assert_eq!(texts, [info.name, info.condition]);
        assert_eq!(rule.meaning_in(Language::English), rule.meaning());
        assert_eq!(rule.reference_in(Language::English), info.rfc);
    }
}

#[test]
fn references_keep_their_numbers() {
    for &rule in Rule::ALL {
        let chinese = rule.reference_in(Language::Chinese);
        let kept = numbers(rule.info().rfc);
        assert_eq!(numbers(&chinese), kept, "{chinese}");
        let known = [
            "RFC", "MUST-13", "MUST-10", "MAY-2", "nmap", "Linux", "PROXY", "protocol",
        ];
        let english: Vec<&str> = latin_words(&chinese)
            .filter(|word| !known.contains(word) && !word.starts_with("CVE-"))
            .collect();
        assert_eq!(english, [""; 0], "{chinese}");
    }
}

#[test]
fn every_field_is_described_in_chinese() {
    let mut seen = BTreeSet::new();
    for field in FIELDS {
        let chinese = field.description_in(Language::Chinese);
        assert_eq!(faults(chinese), [""; 0], "{}", field.name);
        assert!(!chinese.ends_with('。'), "{}", field.name);
        assert!(seen.insert(chinese), "{}: {chinese}", field.name);
        assert_eq!(
            numbers(chinese),
            numbers(field.description),
            "{}: {chinese}",
            field.name
        );
    }
}

/// Asserts that both languages tell the same of a connection; gives both.
fn both(connection: &Connection) -> [Explanation; 2] {
    let [english, chinese] =
        [Language::English, Language::Chinese].map(|language| connection.explain_in(language));
    assert_eq!(english, connection.explain());
    assert_eq!(english.sentences.len(), chinese.sentences.len());
    // What the wire said stands in both as it is.
    let mut wire: Vec<String> = connection
        .http
        .iter()
        .filter_map(|http| {
            let target = http.target.as_deref().unwrap_or("?");
            Some(synfin::display::foreign(http.method.as_deref()?) + " " + &synfin::display::foreign(target))
        })
        .chain(connection.tls.iter().flat_map(|tls| {
            let names = [&tls.server_name, &tls.alpn]
                .into_iter()
                .flatten()
                .map(ToString::to_string);
            let clear = tls.alerts.iter().filter(|alert| alert.number.is_some());
            let alerts = clear.map(|alert| alert.name.to_string());
            names
                .chain(tls.cipher.map(|cipher| cipher.to_string()))
                .chain(alerts)
        }))
        .chain([
            SocketAddr::from((connection.src, connection.src_port)).to_string(),
            SocketAddr::from((connection.dst, connection.dst_port)).to_string(),
        ])
        .collect();
    // `/` alone is part of others.
    wire.sort_unstable_by_key(|text| std::cmp::Reverse(text.len()));
    let without = |text: &str| {
        wire.iter()
            .fold(text.to_owned(), |text, wire| text.replace(wire, "X"))
    };
    for (one, other) in english.sentences.iter().zip(&chinese.sentences) {
        assert_eq!(
            (one.topic, &one.frames, one.rfc, one.rule, one.confidence),
            (
                other.topic,
                &other.frames,
                other.rfc,
                other.rule,
                other.confidence
            )
        );
        compare(&without(&one.text), &without(&other.text));
        assert!(other.text.ends_with('。'), "{}", other.text);
        assert!(
            wire.iter()
                .all(|wire| one.text.contains(wire.as_str()) == other.text.contains(wire.as_str()))
        );
        assert_eq!(numbers(&without(&one.line())), numbers(&without(&other.line())));
    }
    [english, chinese]
}

fn committed() -> Vec<Connection> {
    captures::below(&captures::folder())
        .iter()
        .flat_map(|path| captures::dissect(path).connections)
        .collect()
}

#[test]
fn every_capture_is_explained_alike_in_both_languages() {
    let connections = committed();
    let sentences: usize = connections
        .iter()
        .map(|connection| both(connection)[0].sentences.len())
        .sum();
    assert!(
        connections.len() > 100 && sentences > 1000,
        "{sentences} sentences of {} connections",
        connections.len()
    );
}

/// Every verdict, cause, rule and exchange, whether a capture shows it or not.
fn every_variation() -> Vec<Connection> {
    let connections = committed();
    let base = connections
        .iter()
        .find(|connection| {
            connection.handshake.verdict == HandshakeVerdict::Complete && !connection.http.is_empty()
        })
        .expect("a web page was fetched");
    let mut all = Vec::new();
    let mut vary = |change: &dyn Fn(&mut Connection)| {
        let mut varied = base.clone();
        change(&mut varied);
        all.push(varied);
    };
    for &sure in Confidence::ALL {
        for &verdict in HandshakeVerdict::ALL {
            vary(&|it| (it.handshake.verdict, it.handshake.confidence) = (verdict, sure));
            // What was not captured is the doubt.
            for missing in [&[Rule::O1][..], &[Rule::O1, Rule::O2], &[Rule::O3], &[Rule::O2]] {
                vary(&|it| {
                    (it.handshake.verdict, it.handshake.confidence) = (verdict, sure);
                    it.rules.retain(|hit| !missing.contains(&hit.id));
                });
            }
        }
        for &verdict in CloseVerdict::ALL {
            for &by in Closer::ALL {
                for reset_by in [None, Some(Side::Initiator), Some(Side::Responder)] {
                    vary(&|it| {
                        (it.close.verdict, it.close.confidence) = (verdict, sure);
                        (it.close.by, it.close.reset_by) = (by, reset_by);
                    });
                }
            }
        }
        for &cause in Cause::ALL {
            vary(&|it| (it.close.cause, it.close.cause_confidence) = (cause, sure));
        }
    }
    for &rule in Rule::ALL {
        vary(&|it| it.rules.push(RuleHit { id: rule, frame: 5 }));
    }
    for &state in MessageState::ALL {
        vary(&|it| it.http[0].state = state);
    }
    vary(&|it| it.http[0].method = None);
    vary(&|it| it.http[0].status = None);
    vary(&|it| it.http[0].response_frame = None);
    vary(&|it| it.http[0].request_body_len = Some(12));
    vary(&|it| it.http_omitted = 3);
    vary(&|it| it.rules_omitted = 3);
    vary(&|it| it.evicted = true);
    vary(&|it| it.close.killed_transaction = Some(0));
    vary(&|it| it.close.killed_transaction = Some(7));
    for (initiator, responder) in [(1, 0), (0, 2), (3, 4)] {
        vary(&|it| it.retransmissions = Sides { initiator, responder });
    }
    for (initiator, responder) in [(None, None), (Some(1_000), None), (None, Some(2_000))] {
        vary(&|it| {
            it.timing.first_byte_initiator_ns = initiator;
            it.timing.first_byte_responder_ns = responder;
        });
    }
    vary(&|it| it.close.idle_ns = Some(3_000_000_000));
    vary(&|it| {
        it.rules.push(RuleHit {
            id: Rule::O10,
            frame: 2,
        })
    });
    for again in [None, Some(Rule::O6), Some(Rule::O7)] {
        vary(&|it| {
            (it.handshake.rtt_initiator_ns, it.handshake.rtt_responder_ns) = (None, None);
            it.rules.extend(again.map(|id| RuleHit { id, frame: 5 }));
        });
    }
    all
}

#[test]
fn whatever_can_be_said_is_said_alike_in_both_languages() {
    let mut english_of: HashMap<String, String> = HashMap::new();
    for connection in every_variation() {
        let [english, chinese] = both(&connection);
        for (one, other) in english.sentences.into_iter().zip(chinese.sentences) {
            let before = english_of
                .entry(other.text.clone())
                .or_insert_with(|| one.text.clone());
            assert_eq!(*before, one.text, "both are {}", other.text);
        }
    }
    assert!(english_of.len() > 300, "{}", english_of.len());
}

#[test]
fn explain_in_chinese() {
    for name in ["get-closed-by-server", "refused", "aborted-download", "data-lost"] {
        let path = captures::path(&format!("{name}.pcapng"));
        let ran = program::run(["--lang", "zh", "explain", path.to_str().expect("a UTF-8 path")]);
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
        insta::assert_snapshot!(format!("explain-zh@{name}.pcapng"), ran.out);
    }
}

#[test]
fn tables_speak_the_language_and_json_does_not() {
    let zh = |words: &[&str]| program::run(["--lang", "zh"].iter().chain(words));
    let rules = zh(&["rules"]).out;
    let fields = zh(&["fields"]).out;
    for &rule in Rule::ALL {
        let ran = zh(&["explain", "--rule", rule.id()]);
        assert!(ran.out.contains(rule.name_in(Language::Chinese)), "{}", ran.out);
        assert!(rules.contains(&format!("\n{:<4} ", rule.id())), "{}", rule.id());
    }
    for field in FIELDS {
        assert!(
            fields.contains(field.description_in(Language::Chinese)),
            "{}",
            field.name
        );
        assert!(
            fields.contains(&format!("\n{:<38} ", field.name)),
            "{}",
            field.name
        );
    }
    for words in [&["rules", "--json"][..], &["explain", "--rule", "T7", "--json"]] {
        assert_eq!(zh(words), program::run(words), "{words:?}");
    }
}

// Keys, words, frames and references are the contract's; the texts are for people.
#[test]
fn explain_as_json_differs_in_its_texts_alone() {
    let path = captures::path("aborted-download.pcapng");
    let [english, chinese] = ["en", "zh"].map(|language| {
        let words = [
            "--lang",
            language,
            "explain",
            "--json",
            path.to_str().expect("a UTF-8 path"),
        ];
        let ran = program::run(words);
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
        let mut told: serde_json::Value = serde_json::from_str(&ran.out).expect("one connection");
        let sentences = told["sentences"].as_array_mut().expect("a list");
        let texts: Vec<String> = sentences
            .iter_mut()
            .map(|sentence| sentence["text"].take().as_str().expect("a text").to_owned())
            .collect();
        (told, texts)
    });
    assert_eq!(english.0, chinese.0);
    for (one, other) in english.1.iter().zip(&chinese.1) {
        assert_ne!(one, other);
        assert_eq!(faults(other), [""; 0], "{other}");
    }
}
