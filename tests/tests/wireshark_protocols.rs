//! TLS, HTTP/2, WebSocket and the PROXY protocol in the real tshark with the plugin: the fields of every segment and
//! connection, as columns and as display filters, against what the core says in its own types.

use std::fs;

use synfin::{Annotation, Connection};
use synfin_tests::captures;
use synfin_tests::truth::{Passes, Told, Truth};
use synfin_tests::wireshark::{Row, Wireshark};

/// Captures of each protocol, and one of HTTP/1 with none of them.
const CAPTURES: [&str; 19] = [
    "tls-1-0.pcapng",
    "tls-1-2.pcapng",
    "tls-1-2-ticket.pcapng",
    "tls-1-3.pcapng",
    "tls-1-3-resumed.pcapng",
    "tls-early-data.pcapng",
    "tls-hello-retry.pcapng",
    "tls-no-shared-cipher.pcapng",
    "tls-bad-certificate.pcapng",
    "tls-starttls.pcapng",
    "tls-through-proxy.pcapng",
    "http2-by-nginx.pcapng",
    "http2-prior-knowledge.pcapng",
    "http2-push.pcapng",
    "http2-reset.pcapng",
    "websocket-closed-by-server.pcapng",
    "proxy-version-1.pcapng",
    "proxy-version-2.pcapng",
    "get-closed-by-server.pcapng",
];

type OfSegment = fn(&Annotation) -> Option<String>;

/// Fields of a segment, each known when it is seen.
const SEGMENT: [(&str, OfSegment); 12] = [
    ("synfin.tls.step", |a| word(a.tls?.step?.as_str())),
    ("synfin.tls.content", |a| word(a.tls?.content.as_str())),
    ("synfin.tls.records", |a| word(a.tls?.records)),
    ("synfin.tls.message", |a| word(a.tls?.message?.as_str())),
    ("synfin.tls.alert", |a| word(a.tls?.alert?.as_str())),
    ("synfin.http2.frames", |a| word(a.http2?.frames)),
    ("synfin.http2.type", |a| word(a.http2?.kind.as_str())),
    ("synfin.http2.stream", |a| word(a.http2?.stream)),
    ("synfin.http2.error", |a| word(a.http2?.error?)),
    ("synfin.websocket.frames", |a| word(a.websocket?.frames)),
    ("synfin.websocket.opcode", |a| word(a.websocket?.opcode.as_str())),
    ("synfin.websocket.status_code", |a| {
        word(a.websocket?.status_code?)
    }),
];

type OfConnection = fn(&Connection) -> Vec<String>;

/// Fields of a connection, known in the second pass.
const CONNECTION: [(&str, OfConnection); 22] = [
    ("synfin.protocol", |c| words(c.protocol.map(|it| it.as_str()))),
    ("synfin.tls.client", |c| {
        words(c.tls.iter().filter_map(|tls| tls.client).map(|it| it.as_str()))
    }),
    ("synfin.tls.version", |c| {
        words(c.tls.iter().filter_map(|tls| tls.version))
    }),
    ("synfin.tls.cipher", |c| {
        words(c.tls.iter().filter_map(|tls| tls.cipher))
    }),
    ("synfin.tls.server_name", |c| {
        words(c.tls.iter().filter_map(|tls| tls.server_name.as_ref()))
    }),
    ("synfin.tls.alpn_offered", |c| {
        words(c.tls.iter().flat_map(|tls| &tls.alpn_offered))
    }),
    ("synfin.tls.resumption", |c| {
        words(
            c.tls
                .iter()
                .filter_map(|tls| tls.resumption)
                .map(|it| it.as_str()),
        )
    }),
    ("synfin.tls.early_data", |c| {
        words(
            c.tls
                .iter()
                .filter_map(|tls| tls.early_data)
                .map(|it| it.as_str()),
        )
    }),
    ("synfin.tls.client_hello_frame", |c| {
        words(c.tls.iter().filter_map(|tls| tls.client_hello_frame))
    }),
    ("synfin.tls.retry_frame", |c| {
        words(c.tls.iter().filter_map(|tls| tls.retry_frame))
    }),
    ("synfin.tls.finished_frame.responder", |c| {
        words(c.tls.iter().filter_map(|tls| tls.finished_frame.responder))
    }),
    ("synfin.tls.alerts.name", |c| {
        let alerts = c.tls.iter().flat_map(|tls| &tls.alerts);
        words(alerts.map(|alert| alert.name.as_str()))
    }),
    ("synfin.tls.alerts.frame", |c| {
        words(c.tls.iter().flat_map(|tls| &tls.alerts).map(|alert| alert.frame))
    }),
    ("synfin.http.stream", |c| {
        words(c.http.iter().filter_map(|row| row.stream))
    }),
    ("synfin.http2.streams", |c| {
        words(c.http2.iter().map(|http2| http2.streams))
    }),
    ("synfin.http2.settings.name", |c| {
        let settings = c.http2.iter().flat_map(|http2| &http2.settings);
        words(settings.map(|setting| setting.name.to_string()))
    }),
    ("synfin.http2.resets.error", |c| {
        let resets = c.http2.iter().flat_map(|http2| &http2.resets);
        words(resets.map(|reset| reset.error.to_string()))
    }),
    ("synfin.http2.goaway.last_stream", |c| {
        let goaway = c.http2.iter().flat_map(|http2| &http2.goaway);
        words(goaway.map(|goaway| goaway.last_stream))
    }),
    ("synfin.websocket.messages.responder", |c| {
        words(c.websocket.iter().map(|it| it.messages.responder))
    }),
    ("synfin.websocket.close.code", |c| {
        let close = c.websocket.iter().flat_map(|it| &it.close);
        words(close.filter_map(|close| close.code))
    }),
    ("synfin.proxy.version", |c| {
        words(c.proxy.iter().map(|proxy| proxy.version))
    }),
    ("synfin.proxy.src", |c| {
        words(c.proxy.iter().filter_map(|proxy| proxy.src))
    }),
];

fn word(value: impl ToString) -> Option<String> {
    Some(value.to_string())
}

fn words(values: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

struct Bench {
    wireshark: Wireshark,
    captures: Vec<(&'static str, String, Truth)>,
}

impl Bench {
    fn new() -> Option<Self> {
        let wireshark = Wireshark::with_plugin()?;
        let captures = CAPTURES.map(|name| {
            let bytes = fs::read(captures::path(name)).unwrap();
            (name, wireshark.capture(&bytes, name), Truth::of(&bytes))
        });
        Some(Self {
            wireshark,
            captures: captures.into(),
        })
    }
}

fn of_connection(truth: &Truth, annotation: &Annotation, told: OfConnection) -> Vec<String> {
    told(&truth.connections[&annotation.connection])
}

/// What the core says of a frame.
fn wanted(truth: &Truth, told: &Told, passes: Passes) -> Row {
    let segment = told.segment();
    let of_segment = SEGMENT
        .iter()
        .map(|(_, told)| segment.and_then(told).into_iter().collect());
    let of_rest = CONNECTION.iter().map(|(_, told)| match segment {
        Some(segment) if passes == Passes::Two => of_connection(truth, segment, *told),
        _ => Vec::new(),
    });
    of_segment.chain(of_rest).collect()
}

/// Every field must be there somewhere: a field that none of the captures has is not compared at all.
#[test]
fn tshark_shows_of_each_protocol_what_the_core_says() {
    let Some(bench) = Bench::new() else { return };
    let names: Vec<&str> = SEGMENT
        .iter()
        .map(|field| field.0)
        .chain(CONNECTION.iter().map(|field| field.0))
        .collect();
    let mut seen = vec![0; names.len()];
    for (name, capture, truth) in &bench.captures {
        for (how, passes) in [(&[][..], Passes::One), (&["-2"], Passes::Two)] {
            let rows = bench.wireshark.rows(capture, how, &names);
            assert_eq!(rows.len(), truth.frames.len(), "{name}");
            for ((row, told), frame) in rows.iter().zip(&truth.frames).zip(1..) {
                let wanted = wanted(truth, told, passes);
                for (at, field) in names.iter().enumerate() {
                    assert_eq!(row[at], wanted[at], "{field} of frame {frame} of {name} {how:?}");
                    seen[at] += row[at].len();
                }
            }
        }
    }
    for (field, seen) in names.iter().zip(seen) {
        assert!(seen > 0, "no capture has {field}");
    }
}

/// Each value that a field has in a capture, as a filter: it keeps the frames whose segment has that value.
#[test]
fn each_value_of_a_segment_is_a_filter_in_any_pass() {
    let Some(bench) = Bench::new() else { return };
    let chosen = [
        ("tls-no-shared-cipher.pcapng", "synfin.tls.alert"),
        ("tls-1-3.pcapng", "synfin.tls.step"),
        ("tls-hello-retry.pcapng", "synfin.tls.message"),
        ("http2-reset.pcapng", "synfin.http2.error"),
        ("http2-push.pcapng", "synfin.http2.stream"),
        (
            "websocket-closed-by-server.pcapng",
            "synfin.websocket.status_code",
        ),
    ];
    for (name, field) in chosen {
        let told = SEGMENT.iter().find(|known| known.0 == field).unwrap().1;
        let (_, capture, truth) = bench.captures.iter().find(|known| known.0 == name).unwrap();
        let mut values: Vec<String> = truth
            .frames
            .iter()
            .filter_map(|frame| told(frame.segment()?))
            .collect();
        values.sort();
        values.dedup();
        assert!(!values.is_empty(), "{name} has no {field}");
        for value in values {
            let filter = format!("{field} == {}", quoted(&value));
            let wanted = truth.numbers(|a| told(a).as_ref() == Some(&value));
            assert!(wanted.len() < truth.frames.len(), "{filter} keeps all");
            for how in [&["-Y", &filter][..], &["-2", "-Y", &filter]] {
                assert_eq!(kept(&bench.wireshark, capture, how), wanted, "{name} {how:?}");
            }
        }
    }
}

/// Likewise of a connection: such a filter finds every frame of it, from the second pass on.
#[test]
fn each_value_of_a_connection_is_a_filter_of_the_second_pass() {
    let Some(bench) = Bench::new() else { return };
    let chosen = [
        ("tls-1-2.pcapng", "synfin.tls.cipher"),
        ("tls-starttls.pcapng", "synfin.tls.version"),
        ("http2-by-nginx.pcapng", "synfin.http.stream"),
        ("websocket-closed-by-server.pcapng", "synfin.websocket.close.code"),
        ("proxy-version-2.pcapng", "synfin.proxy.src"),
    ];
    for (name, field) in chosen {
        let told = CONNECTION.iter().find(|known| known.0 == field).unwrap().1;
        let (_, capture, truth) = bench.captures.iter().find(|known| known.0 == name).unwrap();
        let mut values: Vec<String> = truth.connections.values().flat_map(told).collect();
        values.sort();
        values.dedup();
        assert!(!values.is_empty(), "{name} has no {field}");
        for value in values {
            let filter = format!("{field} == {}", quoted(&value));
            let wanted = truth.numbers(|a| of_connection(truth, a, told).contains(&value));
            assert_eq!(
                kept(&bench.wireshark, capture, &["-2", "-Y", &filter]),
                wanted,
                "{name} {filter}"
            );
            assert!(
                kept(&bench.wireshark, capture, &["-Y", &filter]).is_empty(),
                "{name} {filter} in one pass"
            );
        }
        let other = format!(
            "{field} == {}",
            quoted(OTHER.iter().find(|it| it.0 == field).unwrap().1)
        );
        assert!(
            kept(&bench.wireshark, capture, &["-2", "-Y", &other]).is_empty(),
            "{name} {other}"
        );
    }
}

/// Values that the chosen captures do not have.
const OTHER: [(&str, &str); 5] = [
    ("synfin.tls.cipher", "TLS_NULL_WITH_NULL_NULL"),
    ("synfin.tls.version", "SSL 3.0"),
    ("synfin.http.stream", "2147483647"),
    ("synfin.websocket.close.code", "1015"),
    ("synfin.proxy.src", "192.0.2.200"),
];

/// Numbers and addresses stand in a filter as they are.
fn quoted(value: &str) -> String {
    let is_plain = value.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ':');
    if is_plain {
        value.to_owned()
    } else {
        format!("\"{value}\"")
    }
}

fn kept(wireshark: &Wireshark, capture: &str, how: &[&str]) -> Vec<usize> {
    let rows = wireshark.rows(capture, how, &["frame.number"]);
    rows.iter().map(|row| row[0][0].parse().unwrap()).collect()
}
