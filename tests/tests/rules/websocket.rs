//! WebSocket after its opening handshake, and the PROXY protocol before anything.

use synfin::Side::{self, Initiator as C, Responder as S};
use synfin::http::HttpProtocol;
use synfin::proxy::ProxyCommand;
use synfin::websocket::WebsocketReport;
use synfin::{Connection, Rule};
use synfin_tests::http2::{OPENING, PREFACE, get, last, response, settings, websocket};
use synfin_tests::talk::{Said, Told, config, digest, play};

const MASK: Option<[u8; 4]> = Some([0x37, 0xfa, 0x21, 0x3d]);

fn talk(steps: &[(Side, Said)]) -> Told {
    let told = play(config(), steps, |_| Vec::new());
    if !steps.iter().any(|(_, said)| matches!(said, Said::Gap(_))) {
        for size in [1, 3] {
            let pieces = play(config(), steps, |bytes| {
                (size..bytes.len()).step_by(size).collect()
            });
            assert_eq!(digest(&pieces), digest(&told), "in pieces of {size}");
        }
    }
    told
}

fn says(side: Side, bytes: impl AsRef<[u8]>) -> (Side, Said) {
    (side, Said::Bytes(bytes.as_ref().to_vec()))
}

fn opened(steps: impl IntoIterator<Item = (Side, Said)>) -> Told {
    let opening = [says(C, OPENING[0]), says(S, OPENING[1])];
    talk(&opening.into_iter().chain(steps).collect::<Vec<_>>())
}

fn connection(told: &Told) -> &Connection {
    &told.connections[0]
}

fn report(told: &Told) -> &WebsocketReport {
    connection(told)
        .websocket
        .as_deref()
        .expect("WebSocket is spoken")
}

fn has(told: &Told, rule: Rule) -> bool {
    connection(told).rules.iter().any(|hit| hit.id == rule)
}

/// The examples of RFC 6455 section 5.7.
#[test]
fn h17_websocket_opened() {
    let told = opened([
        says(S, b"\x81\x05\x48\x65\x6c\x6c\x6f"),
        says(C, b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
        says(S, b"\x01\x03\x48\x65\x6c\x80\x02\x6c\x6f"),
        says(S, b"\x89\x05\x48\x65\x6c\x6c\x6f"),
        says(C, b"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
        says(S, [&b"\x82\x7e\x01\x00"[..], &[7; 256]].concat()),
        says(S, [&b"\x82\x7f\0\0\0\0\0\x01\0\0"[..], &[7; 20_000]].concat()),
        says(S, [7; 45_536]),
    ]);
    assert!(has(&told, Rule::H17) && !has(&told, Rule::H52) && !has(&told, Rule::H51));
    assert_eq!(connection(&told).protocol, Some(HttpProtocol::Websocket));
    let report = report(&told);
    assert_eq!((report.messages.initiator, report.messages.responder), (1, 4));
    assert_eq!((report.fragments.initiator, report.fragments.responder), (0, 2));
    assert_eq!(report.masked_len.initiator, report.payload_len.initiator);
    assert_eq!(report.masked_len.initiator, 10);
    assert_eq!(report.payload_len.responder, 5 + 5 + 5 + 256 + 65_536);
    assert!(report.ping_rtt_initiator_ns.is_some() && report.ping_rtt_responder_ns.is_none());
}

#[test]
fn h17_not_where_the_server_refuses() {
    let told = talk(&[
        says(C, OPENING[0]),
        says(S, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
    ]);
    assert!(!has(&told, Rule::H17) && connection(&told).websocket.is_none());
}

/// RFC 6455 section 7: code and reason, and why the connection closes.
#[test]
fn h51_close_frame_is_why_it_closes() {
    let reason = b"\x03\xe9restarts";
    let told = opened([
        says(S, websocket(0x88, None, reason)),
        says(C, websocket(0x88, MASK, b"\x03\xe9")),
        (S, Said::Fin),
        (C, Said::Fin),
    ]);
    assert!(has(&told, Rule::H51) && !has(&told, Rule::H52));
    let [first, second] = &report(&told).close[..] else {
        panic!("two close frames")
    };
    assert_eq!(
        (first.by, first.code, &*first.reason),
        (S, Some(1001), "restarts")
    );
    assert_eq!(first.meaning.map(|code| code.as_str()), Some("going away"));
    assert_eq!((second.by, second.code, &*second.reason), (C, Some(1001), ""));
    assert_eq!(connection(&told).close.cause.as_str(), "websocket-close");
}

#[test]
fn h51_not_without_a_close_frame() {
    let told = opened([
        says(S, websocket(0x81, None, b"bye")),
        (S, Said::Fin),
        (C, Said::Fin),
    ]);
    assert!(!has(&told, Rule::H51));
    assert_eq!(connection(&told).close.cause.as_str(), "application");
}

#[test]
fn h52_framing_error() {
    let long = [0; 126];
    for (side, wrong) in [
        (C, websocket(0x81, None, b"not masked")),
        (S, websocket(0x81, MASK, b"masked")),
        (S, websocket(0x83, None, b"reserved opcode")),
        (S, websocket(0xc1, None, b"compressed, which nobody agreed to")),
        (S, websocket(0xa1, None, b"a bit that no extension has")),
        (S, websocket(0x09, None, b"a part of a ping")),
        (S, websocket(0x89, None, &long)),
        (S, websocket(0x80, None, b"the rest of nothing")),
        (
            S,
            [websocket(0x01, None, b"one"), websocket(0x81, None, b"another")].concat(),
        ),
        (S, b"\x81\x7e\x00\x01x".to_vec()),
        (S, websocket(0x88, None, b"\x03")),
        (S, websocket(0x88, None, b"\x03\xed")),
        (S, websocket(0x88, None, b"\x03\xe8\xff\xfe")),
        (
            S,
            [websocket(0x88, None, b""), websocket(0x81, None, b"later")].concat(),
        ),
    ] {
        let told = opened([says(side, &wrong)]);
        assert!(has(&told, Rule::H52), "{wrong:x?}");
    }
}

#[test]
fn h52_not_for_what_may_come() {
    let told = opened([
        says(C, websocket(0x01, MASK, b"in ")),
        says(C, websocket(0x89, MASK, b"in between")),
        says(C, websocket(0x80, MASK, b"parts")),
        says(S, websocket(0x8a, None, b"unasked")),
        says(S, websocket(0x89, None, &[0; 125])),
        says(S, websocket(0x82, None, b"")),
        says(S, websocket(0x88, None, b"")),
    ]);
    assert!(!has(&told, Rule::H52));
    assert_eq!(report(&told).close[0].code, None);
    // RFC 7692 section 6: the first bit is that extension's.
    let agreed = OPENING[1].replace(
        "\r\n\r\n",
        "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
    );
    let told = talk(&[
        says(C, OPENING[0]),
        says(S, agreed),
        says(S, websocket(0xc1, None, b"deflated")),
    ]);
    assert!(!has(&told, Rule::H52));
    assert_eq!(report(&told).compressed.responder, 1);
    assert_eq!(report(&told).extensions.as_deref(), Some("permessage-deflate"));
}

/// RFC 7692 section 6: of the frames of a message the first one has the bit, and control frames never.
#[test]
fn h52_the_bit_of_the_extension_where_it_may_not_be() {
    let agreed = OPENING[1].replace(
        "\r\n\r\n",
        "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
    );
    let rest = [websocket(0x41, None, b"one"), websocket(0xc0, None, b"two")].concat();
    for wrong in [websocket(0xc9, None, b"ping"), rest] {
        let told = talk(&[says(C, OPENING[0]), says(S, &agreed), says(S, &wrong)]);
        assert!(has(&told, Rule::H52), "{wrong:x?}");
    }
}

/// A gap inside a payload costs nothing else; behind one across frames nothing is told any more.
#[test]
fn h17_a_gap_in_a_payload_and_one_across_frames() {
    let long = websocket(0x82, None, &[0; 1000]);
    let told = opened([
        says(S, &long[..500]),
        (S, Said::Gap(100)),
        says(S, &long[600..]),
        says(S, websocket(0x88, None, b"\x03\xe8")),
    ]);
    assert_eq!(report(&told).messages.responder, 1);
    assert_eq!(report(&told).close.len(), 1);
    let told = opened([
        says(S, &long[..500]),
        (S, Said::Gap(1000)),
        says(S, websocket(0x88, None, b"\x03\xe8")),
    ]);
    assert!(report(&told).close.is_empty() && !has(&told, Rule::H52));
}

const LINE: &str = "PROXY TCP4 192.0.2.1 192.0.2.2 40000 80\r\n";

/// What is behind the header is read as usual.
#[test]
fn h53_proxy_header() {
    let told = talk(&[
        says(C, LINE),
        says(C, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        says(S, "HTTP/1.1 204 No Content\r\n\r\n"),
    ]);
    assert!(has(&told, Rule::H53));
    let proxy = connection(&told).proxy.as_deref().expect("a proxy");
    assert_eq!(
        (proxy.version, proxy.command, proxy.frame),
        (1, ProxyCommand::Proxy, 4)
    );
    assert_eq!(proxy.src, Some([192, 0, 2, 1].into()));
    assert_eq!((proxy.src_port, proxy.dst_port), (Some(40_000), Some(80)));
    assert_eq!(told.rows.len(), 1);
    assert_eq!(told.rows[0].row.status, Some(204));

    // Version 2, and HTTP/2 in the same segment.
    let mut bytes = b"\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24".to_vec();
    bytes.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1].repeat(2));
    bytes.extend([0x9c, 0x40, 0, 80]);
    let request = [PREFACE, &settings(&[]), &get(1, "/")].concat();
    let told = talk(&[
        says(C, [&bytes[..], &request].concat()),
        says(S, [settings(&[]), response(1, "200"), last(1, b"")].concat()),
    ]);
    let proxy = connection(&told).proxy.as_deref().expect("a proxy");
    assert_eq!((proxy.version, proxy.len), (2, 52));
    assert_eq!(proxy.src, Some("2001:db8::1".parse().unwrap()));
    assert_eq!(connection(&told).protocol, Some(HttpProtocol::Http2));
    assert_eq!(told.rows[0].row.status, Some(200));
}

#[test]
fn h53_not_for_a_request_nor_for_a_second_header() {
    let told = talk(&[says(C, "PROXY / HTTP/1.1\r\nHost: a\r\n\r\n")]);
    assert!(!has(&told, Rule::H53) && connection(&told).proxy.is_none());
    assert_eq!(told.rows[0].row.method.as_deref(), Some("PROXY"));
    let told = talk(&[says(C, LINE.replace("TCP4", "TCP6"))]);
    assert!(
        connection(&told).proxy.is_none(),
        "the addresses are not of that family"
    );
    let other = LINE.replace("192.0.2.1 ", "198.51.100.1 ");
    let told = talk(&[says(C, LINE), says(C, other)]);
    assert_eq!(
        connection(&told).proxy.as_deref().map(|proxy| proxy.src),
        Some(Some([192, 0, 2, 1].into()))
    );
}

/// In a tunnel it would be of another connection.
#[test]
fn h53_not_in_a_tunnel() {
    let told = talk(&[
        says(C, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
        says(S, "HTTP/1.1 200 OK\r\n\r\n"),
        says(C, LINE),
    ]);
    assert!(!has(&told, Rule::H53) && connection(&told).proxy.is_none());
}
