//! What a PROXY header stands before is read as if it were not there: the payload of real captures, played with and
//! without one.

use std::fs::File;

use synfin::Side::{self, Initiator as C};
use synfin::capture::Capture;
use synfin::http::HttpProtocol;
use synfin::{Dissector, Outcome, Rule};
use synfin_tests::captures;
use synfin_tests::talk::{Said, Told, config, digest, play};

/// Of <https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt> section 2.1.
const VERSION_1: &[u8] = b"PROXY TCP4 192.0.2.1 192.0.2.2 40000 443\r\n";

/// Of section 2.2: PROXY, TCP over IPv4, twelve bytes of addresses and ports.
const VERSION_2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x01\xc0\0\x02\x02\x9c\x40\x01\xbb";

/// What each side of the only connection of a capture says, segment by segment.
fn said(name: &str) -> Vec<(Side, Said)> {
    let mut capture = Capture::open(File::open(captures::path(name)).unwrap()).unwrap();
    let mut dissector = Dissector::default();
    let mut said = Vec::new();
    while let Some(frame) = capture.next_frame().unwrap() {
        let data = frame.data.to_vec();
        let Outcome::Segment(segment) = dissector.frame(&frame) else {
            continue;
        };
        assert_eq!(segment.connection, 0, "{name} has one connection");
        if segment.len > 0 {
            let payload = data[data.len() - segment.len as usize..].to_vec();
            said.push((segment.direction, Said::Bytes(payload)));
        }
    }
    said
}

fn bytes(said: &Said) -> &[u8] {
    match said {
        Said::Bytes(bytes) => bytes,
        _ => panic!("no bytes"),
    }
}

/// With the header before what the client says first, in the same segment.
fn behind(header: &[u8], mut talk: Vec<(Side, Said)>) -> Vec<(Side, Said)> {
    let first = &mut talk[0];
    assert_eq!(first.0, C);
    first.1 = Said::Bytes([header, bytes(&first.1)].concat());
    talk
}

/// With the header in a segment of its own, sent by a side.
fn first_of(side: Side, header: &[u8], talk: &[(Side, Said)]) -> Vec<(Side, Said)> {
    let mut all = vec![(side, Said::Bytes(header.to_vec()))];
    all.extend_from_slice(talk);
    all
}

/// As it is, and with each byte or every seven a segment of its own.
fn tell(talk: &[(Side, Said)]) -> [Told; 3] {
    [usize::MAX, 1, 7].map(|size| {
        play(config(), talk, |bytes| {
            (size..bytes.len()).step_by(size).collect()
        })
    })
}

fn has(told: &Told, rule: Rule) -> bool {
    told.connections[0].rules.iter().any(|hit| hit.id == rule)
}

/// Rules about TLS, in the order in which they were told.
fn tls_rules(told: &Told) -> Vec<Rule> {
    let rules = told.connections[0].rules.iter().map(|hit| hit.id);
    rules.filter(|rule| rule.is_tls()).collect()
}

/// What is said of TLS, but for the frames and times, which the header moves.
fn tls_facts(told: &Told) -> String {
    let tls = told.connections[0].tls.as_deref().expect("it speaks TLS");
    format!(
        "{:?} {} {} {:?} {:?} {:?} {} {:?} {:?} {:?} {:?}",
        tls.client,
        tls.version.expect("a ServerHello"),
        tls.cipher.expect("a ServerHello"),
        tls.server_name,
        tls.alpn_offered,
        tls.versions_offered,
        tls.ciphers_offered,
        tls.certificate_bytes,
        tls.records,
        tls.application_bytes,
        tls_rules(told)
    )
}

#[test]
fn h53_tls_is_read_behind_a_header_of_either_version() {
    for name in ["tls-1-3.pcapng", "tls-1-2.pcapng"] {
        let talk = said(name);
        let [plain, ..] = tell(&talk);
        assert!(!has(&plain, Rule::H53) && has(&plain, Rule::L1) && has(&plain, Rule::L2));
        for (header, version) in [(VERSION_1, 1), (VERSION_2, 2)] {
            for with_header in [behind(header, talk.clone()), first_of(C, header, &talk)] {
                for told in tell(&with_header) {
                    let connection = &told.connections[0];
                    assert_eq!(connection.protocol, Some(HttpProtocol::Tls), "{name}");
                    assert_eq!(tls_facts(&told), tls_facts(&plain), "{name}");
                    let proxy = connection.proxy.as_deref().expect("a header");
                    assert!(has(&told, Rule::H53));
                    assert_eq!(proxy.version, version);
                    assert_eq!(usize::from(proxy.len), header.len());
                    assert_eq!(proxy.src, Some([192, 0, 2, 1].into()));
                    assert_eq!((proxy.src_port, proxy.dst_port), (Some(40_000), Some(443)));
                }
            }
        }
    }
}

#[test]
fn h53_http_1_is_read_behind_a_header_of_either_version() {
    let talk = said("pipelined-requests.pcapng");
    let [plain, ..] = tell(&talk);
    assert!(plain.rows.len() > 1 && plain.rows.iter().all(|row| row.row.status.is_some()));
    let without = |told: &Told| digest(told).replace("[H53]", "[]");
    for (header, version) in [(VERSION_1, 1), (VERSION_2, 2)] {
        for with_header in [behind(header, talk.clone()), first_of(C, header, &talk)] {
            for told in tell(&with_header) {
                let connection = &told.connections[0];
                assert_eq!(connection.protocol, Some(HttpProtocol::Http1));
                assert_eq!(
                    connection.proxy.as_deref().map(|proxy| proxy.version),
                    Some(version)
                );
                assert_eq!(without(&told), without(&plain));
            }
        }
    }
}

/// A header that is none, one behind the first bytes, and a second one: none is taken off.
#[test]
fn h53_not_for_a_header_that_is_none_or_comes_too_late() {
    let talk = said("tls-1-3.pcapng");
    let broken_1: &[u8] = b"PROXY TCP4 192.0.2.1 192.0.2.256 40000 443\r\n";
    let mut broken_2 = VERSION_2.to_vec();
    broken_2[12] = 0x31; // version 3
    for broken in [broken_1, &broken_2] {
        for told in tell(&behind(broken, talk.clone())) {
            assert!(!has(&told, Rule::H53) && told.connections[0].proxy.is_none());
        }
        // In one segment with the header, the hello is not where anything begins.
        let [whole, ..] = tell(&behind(broken, talk.clone()));
        assert!(!has(&whole, Rule::L1));
    }
    for header in [VERSION_1, VERSION_2] {
        let mut late = talk.clone();
        late.insert(1, (C, Said::Bytes(header.to_vec())));
        for told in tell(&late) {
            assert!(!has(&told, Rule::H53) && told.connections[0].proxy.is_none());
            assert!(has(&told, Rule::L16), "no record begins like that");
        }
        let [twice, ..] = tell(&behind(header, behind(header, talk.clone())));
        let proxy = twice.connections[0].proxy.as_deref().expect("the first one");
        assert_eq!(usize::from(proxy.len), header.len());
        assert!(!has(&twice, Rule::L1));
    }
}
