//! The JSON contract: keys, their order, and the field registry.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use synfin::{FIELDS, Side};
use synfin_tests::contract::{CONNECTION, PACKET};
use synfin_tests::http2::{OPENING, PREFACE, get, goaway, reset, settings, websocket};
use synfin_tests::script::Script;
use synfin_tests::talk::{Said, config, play};
use synfin_tests::told::Told;

/// What a packet has beyond the contract.
const PACKET_EXTENSIONS: &[&str] = &[
    "integrity",
    "retransmission_of",
    "retransmission_index",
    "since_previous_ns",
    "backoff_percent",
    "order",
    "http",
    "http.message",
    "http.begins",
    "http.ends",
    "http.transaction",
    "http.request_in",
    "http2",
    "http2.frames",
    "http2.type",
    "http2.stream",
    "http2.error",
    "websocket",
    "websocket.frames",
    "websocket.opcode",
    "websocket.status_code",
    "tls",
    "tls.step",
    "tls.content",
    "tls.records",
    "tls.message",
    "tls.alert",
    "close",
    "close.verdict_so_far",
    "close.by_so_far",
];

/// What a connection has beyond the contract, or the contract leaves open ("options": {...}).
const CONNECTION_EXTENSIONS: &[&str] = &[
    "close.idle_ns",
    "close.killed_transaction",
    "close.reset_signs",
    "timing",
    "timing.establish_ns",
    "timing.first_byte_initiator_ns",
    "timing.first_byte_responder_ns",
    "timing.teardown_ns",
    "retransmissions",
    "retransmissions.initiator",
    "retransmissions.responder",
    "spurious_retransmissions",
    "spurious_retransmissions.initiator",
    "spurious_retransmissions.responder",
    "out_of_order",
    "out_of_order.initiator",
    "out_of_order.responder",
    "duplicates",
    "duplicates.initiator",
    "duplicates.responder",
    "gaps",
    "gaps.initiator",
    "gaps.responder",
    "gap_bytes",
    "gap_bytes.initiator",
    "gap_bytes.responder",
    "icmp",
    "icmp.from",
    "icmp.direction",
    "icmp.type",
    "icmp.code",
    "icmp.mtu",
    "icmp.count",
    "icmp.first_frame",
    "icmp.last_frame",
    "icmp_omitted",
    "options.initiator",
    "options.initiator.mss",
    "options.initiator.window_scale",
    "options.initiator.sack_permitted",
    "options.initiator.timestamps",
    "options.initiator.fast_open",
    "options.initiator.mptcp",
    "options.initiator.fast_open_cookie_len",
    "options.initiator.ecn",
    "options.initiator.md5",
    "options.initiator.ao_key_id",
    "options.initiator.ao_rnext_key_id",
    "options.initiator.mptcp_subtype",
    "options.initiator.mptcp_version",
    "options.initiator.user_timeout_ns",
    "options.responder",
    "options.responder.mss",
    "options.responder.window_scale",
    "options.responder.sack_permitted",
    "options.responder.timestamps",
    "options.responder.fast_open",
    "options.responder.mptcp",
    "options.responder.fast_open_cookie_len",
    "options.responder.ecn",
    "options.responder.md5",
    "options.responder.ao_key_id",
    "options.responder.ao_rnext_key_id",
    "options.responder.mptcp_subtype",
    "options.responder.mptcp_version",
    "options.responder.user_timeout_ns",
    "options.agreed",
    "options.agreed.window_scale",
    "options.agreed.sack",
    "options.agreed.timestamps",
    "options.agreed.mptcp",
    "options.agreed.ecn",
    "options.agreed.fast_open",
    "options.agreed.md5",
    "options.agreed.ao",
    "options.agreed.mptcp_outcome",
    "options.changes",
    "options.violations",
    "options.violations.id",
    "options.violations.frame",
    "options.violations.option",
    "options.violations.fault",
    "options.violations_omitted",
    "options.mptcp_reset_reason",
    "protocol",
    "proxy",
    "proxy.version",
    "proxy.command",
    "proxy.transport",
    "proxy.src",
    "proxy.src_port",
    "proxy.dst",
    "proxy.dst_port",
    "proxy.authority",
    "proxy.alpn",
    "proxy.frame",
    "proxy.len",
    "http2",
    "http2.client",
    "http2.frames",
    "http2.frames.type",
    "http2.frames.initiator",
    "http2.frames.responder",
    "http2.frames.initiator_bytes",
    "http2.frames.responder_bytes",
    "http2.settings",
    "http2.settings.by",
    "http2.settings.name",
    "http2.settings.value",
    "http2.streams",
    "http2.streams_omitted",
    "http2.ping_rtt_initiator_ns",
    "http2.ping_rtt_responder_ns",
    "http2.flow_stalls",
    "http2.flow_stalls.initiator",
    "http2.flow_stalls.responder",
    "http2.flow_stall_initiator_ns",
    "http2.flow_stall_responder_ns",
    "http2.header_table_lost",
    "http2.header_table_lost.initiator",
    "http2.header_table_lost.responder",
    "http2.resets",
    "http2.resets.stream",
    "http2.resets.by",
    "http2.resets.error",
    "http2.resets.frame",
    "http2.resets_omitted",
    "http2.goaway",
    "http2.goaway.by",
    "http2.goaway.error",
    "http2.goaway.last_stream",
    "http2.goaway.debug",
    "http2.goaway.frame",
    "http2.goaway_omitted",
    "websocket",
    "websocket.client",
    "websocket.extensions",
    "websocket.subprotocol",
    "websocket.messages",
    "websocket.messages.initiator",
    "websocket.messages.responder",
    "websocket.frames",
    "websocket.frames.opcode",
    "websocket.frames.initiator",
    "websocket.frames.responder",
    "websocket.fragments",
    "websocket.fragments.initiator",
    "websocket.fragments.responder",
    "websocket.compressed",
    "websocket.compressed.initiator",
    "websocket.compressed.responder",
    "websocket.payload_len",
    "websocket.payload_len.initiator",
    "websocket.payload_len.responder",
    "websocket.masked_len",
    "websocket.masked_len.initiator",
    "websocket.masked_len.responder",
    "websocket.ping_rtt_initiator_ns",
    "websocket.ping_rtt_responder_ns",
    "websocket.close",
    "websocket.close.by",
    "websocket.close.frame",
    "websocket.close.code",
    "websocket.close.meaning",
    "websocket.close.reason",
    "http.stream",
    "tls",
    "tls.client",
    "tls.version",
    "tls.cipher",
    "tls.server_name",
    "tls.alpn",
    "tls.alpn_offered",
    "tls.versions_offered",
    "tls.ciphers_offered",
    "tls.resumption",
    "tls.early_data",
    "tls.certificate_bytes",
    "tls.client_hello_frame",
    "tls.retry_frame",
    "tls.server_hello_frame",
    "tls.finished_frame",
    "tls.finished_frame.initiator",
    "tls.finished_frame.responder",
    "tls.application_data_frame",
    "tls.server_hello_ns",
    "tls.handshake_ns",
    "tls.application_data_ns",
    "tls.records",
    "tls.records.initiator",
    "tls.records.responder",
    "tls.application_bytes",
    "tls.application_bytes.initiator",
    "tls.application_bytes.responder",
    "tls.close_notify_frame",
    "tls.close_notify_frame.initiator",
    "tls.close_notify_frame.responder",
    "tls.alerts",
    "tls.alerts.frame",
    "tls.alerts.by",
    "tls.alerts.name",
    "tls.alerts.number",
    "tls.alerts.level",
    "tls.alerts.confidence",
    "tls.alerts_omitted",
];

/// A JSON value's paths in their order, objects in lists without the position; and whether each holds a value itself.
#[derive(Debug, Default)]
struct Paths(Vec<(String, bool)>);

impl Paths {
    fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn leaves(&self) -> BTreeSet<&str> {
        self.0
            .iter()
            .filter(|(_, leaf)| *leaf)
            .map(|(name, _)| name.as_str())
            .collect()
    }
}

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

macro_rules! leaves {
    ($($visit:ident $from:ty),+) => {
        $(fn $visit<E>(self, _: $from) -> Result<Paths, E> { Ok(Paths::default()) })+
    };
}

impl<'de> Visitor<'de> for Walk {
    type Value = Paths;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    leaves!(visit_bool bool, visit_u64 u64, visit_i64 i64, visit_f64 f64, visit_str &str);

    fn visit_unit<E>(self) -> Result<Paths, E> {
        Ok(Paths::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Paths, A::Error> {
        let first = list.next_element()?.unwrap_or_default();
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(first)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Paths, A::Error> {
        let mut paths = Vec::new();
        while let Some((key, inner)) = map.next_entry::<String, Paths>()? {
            paths.push((key.clone(), inner.0.is_empty()));
            paths.extend(
                inner
                    .0
                    .into_iter()
                    .map(|(name, leaf)| (format!("{key}.{name}"), leaf)),
            );
        }
        Ok(Paths(paths))
    }
}

fn paths(value: &impl serde::Serialize) -> Paths {
    let text = serde_json::to_string(value).expect("JSON");
    serde_json::from_str(&text).expect("what was just written")
}

/// Everything there is: options of both sides, one of them not offered, an ICMP error, HTTP, TLS, rules.
fn full() -> Told {
    let mut full = told(
        r#"
        C > S SYN mss=1460 ws=7 sackok
        S > C SYN-ACK mss=1460 ws=7 sackok ts=1:0
        C > S ACK
        C > S PSH-ACK "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"
        S > C PSH-ACK "HTTP/1.1 200 OK\r\n\r\n\x15\x03\x03\0\x02\x02\x28"
        icmp C > S frag-needed mtu=1400 quoting S
        close C > S
        "#,
    );
    // What no connection has beside the others.
    let http2 = [
        [PREFACE, &settings(&[(1, 0)]), &get(1, "/")].concat(),
        [reset(1, 8), goaway(0, 1)].concat(),
    ];
    let http2 = play(
        config(),
        &http2.map(|bytes| (Side::Initiator, Said::Bytes(bytes))),
        |_| Vec::new(),
    );
    let close = websocket(0x88, None, b"\x03\xe8bye");
    let websocket = [
        (Side::Initiator, OPENING[0].as_bytes()),
        (Side::Responder, OPENING[1].as_bytes()),
        (Side::Responder, &close),
    ];
    let websocket = websocket.map(|(side, bytes)| (side, Said::Bytes(bytes.to_vec())));
    let websocket = play(config(), &websocket, |_| Vec::new());
    let line = b"PROXY TCP4 192.0.2.1 192.0.2.2 40000 80\r\n".to_vec();
    let proxy = play(config(), &[(Side::Initiator, Said::Bytes(line))], |_| Vec::new());
    let [connection, ..] = &mut full.connections[..] else {
        panic!("a connection")
    };
    connection.http2.clone_from(&http2.connections[0].http2);
    connection
        .websocket
        .clone_from(&websocket.connections[0].websocket);
    connection.proxy.clone_from(&proxy.connections[0].proxy);
    for packet in &mut full.packets {
        packet.http2 = http2.annotations.iter().find_map(|annotation| annotation.http2);
        packet.websocket = websocket
            .annotations
            .iter()
            .find_map(|annotation| annotation.websocket);
    }
    full
}

/// As little as there can be.
fn bare() -> Told {
    told("C > S NULL")
}

fn told(script: &str) -> Told {
    Told::of(&Script::parse(script).expect("a script"))
}

/// The contract's keys come in its order; the others are the known extensions.
fn hold(told: &Paths, contract: &[&str], extensions: &[&str]) {
    let names = told.names();
    let listed: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| contract.contains(name))
        .collect();
    assert_eq!(listed, contract);
    let others: BTreeSet<&str> = names
        .into_iter()
        .filter(|name| !contract.contains(name))
        .collect();
    assert_eq!(others, extensions.iter().copied().collect());
}

#[test]
fn keys_of_a_packet() {
    hold(&paths(&full().packets[4]), PACKET, PACKET_EXTENSIONS);
}

#[test]
fn keys_of_a_connection() {
    hold(&paths(&full().connections[0]), CONNECTION, CONNECTION_EXTENSIONS);
}

// An object that is not known is null, a list without entries is empty; but no key of a line is ever missing.
#[test]
fn keys_are_always_present() {
    let top = |paths: Paths| -> Vec<String> {
        let names = paths.0.into_iter().map(|(name, _)| name);
        names.filter(|name| !name.contains('.')).collect()
    };
    let (full, bare) = (full(), bare());
    assert_eq!(top(paths(&full.packets[4])), top(paths(&bare.packets[0])));
    assert_eq!(top(paths(&full.connections[0])), top(paths(&bare.connections[0])));

    let handshake = |told: &Told| top(paths(&told.connections[0].handshake));
    assert_eq!(handshake(&full), handshake(&bare));
    let close = |told: &Told| top(paths(&told.connections[0].close));
    assert_eq!(close(&full), close(&bare));
}

#[test]
fn values_are_spelled_as_in_the_contract() {
    let told = full();
    let packet = serde_json::to_value(told.packets[0]).expect("JSON");
    assert_eq!(packet["flags"], "SYN");
    assert_eq!(packet["seq"], 0);
    assert!(packet["ack"].is_null() && packet["answers"].is_null() && packet["since_answered_ns"].is_null());
    assert_eq!(packet["direction"], "initiator");
    assert_eq!(packet["step"], "1/3");
    assert_eq!(packet["rules"], serde_json::json!(["O1"]));
    assert_eq!(
        packet["state"],
        serde_json::json!({"initiator": ["CLOSED", "SYN-SENT"], "responder": ["LISTEN", "LISTEN"]})
    );
    let connection = serde_json::to_value(&told.connections[0]).expect("JSON");
    assert_eq!(connection["start"], "1970-01-01T00:00:01.000000000Z");
    assert_eq!(connection["start_ns"], 1_000_000_000);
    assert_eq!(connection["handshake"]["frames"], serde_json::json!([1, 2, 3]));
    assert_eq!(
        connection["rules"][0],
        serde_json::json!({"id": "O1", "frame": 1})
    );
    assert_eq!(
        connection["packets"],
        serde_json::json!({"initiator": 5, "responder": 4})
    );
    assert_eq!(connection["rules_omitted"], 0);
    assert_eq!(connection["evicted"], false);
}

/// `synfin.` and the path without its unit suffix. `start` is the text form of `start_ns`.
fn fields(paths: &Paths) -> BTreeSet<String> {
    let leaves = paths.leaves().into_iter();
    leaves
        .map(|path| format!("synfin.{}", path.strip_suffix("_ns").unwrap_or(path)))
        .collect()
}

#[test]
fn every_path_of_a_packet_is_a_field_and_the_reverse() {
    let registry: BTreeSet<String> = FIELDS
        .iter()
        .filter(|field| field.is_of_segment())
        .map(|field| field.name.to_owned())
        .collect();
    assert_eq!(fields(&paths(&full().packets[4])), registry);
}

#[test]
fn every_path_of_a_connection_is_a_field_and_the_reverse() {
    let registry: BTreeSet<String> = FIELDS
        .iter()
        .filter(|field| field.is_of_connection())
        .map(|field| field.name.to_owned())
        .collect();
    assert_eq!(fields(&paths(&full().connections[0])), registry);
}

#[test]
fn field_names_are_unique() {
    let names: BTreeSet<&str> = FIELDS.iter().map(|field| field.name).collect();
    assert_eq!(names.len(), FIELDS.len());
}
