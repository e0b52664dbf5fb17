//! What the first bytes of a stream lead to, however they are cut.

use super::{Application, Events, Limits};
use crate::frame::Side::{self, Initiator as C, Responder as S};
use crate::http::{HttpLimits, HttpProtocol, Transaction};
use crate::stream::{GapCause, Mark, StreamEnd};
use crate::tls::TlsLimits;

const HELLO: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00";
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0";

/// A conversation; every step is a frame, counted from 1.
struct Talk {
    application: Application,
    limits: Limits,
    frame: u64,
}

impl Talk {
    fn new() -> Self {
        let http = HttpLimits {
            facts: true,
            ..HttpLimits::default()
        };
        Self {
            application: Application::default(),
            limits: Limits {
                http,
                tls: TlsLimits::default(),
            },
            frame: 0,
        }
    }

    fn say(&mut self, from: Side, data: impl AsRef<[u8]>) -> Events {
        self.frame += 1;
        let mark = Mark {
            frame: self.frame,
            time_ns: 0,
        };
        let mut events = Events::default();
        self.application
            .bytes(from, mark, data.as_ref(), &self.limits, &mut events);
        events
    }

    fn protocol(&self) -> Option<HttpProtocol> {
        self.application.protocol()
    }

    fn transactions(&self) -> &[Transaction] {
        self.application.http().transactions()
    }
}

/// RFC 8446 section 5.1 and RFC 9113 section 3.4.
#[test]
fn h18_other_protocols_are_known_by_their_first_bytes() {
    for (first, protocol) in [(HELLO, HttpProtocol::Tls), (PREFACE, HttpProtocol::Http2)] {
        for cut in [1, 2, 4, first.len() - 1, first.len()] {
            let mut talk = Talk::new();
            talk.say(C, &first[..cut]);
            if cut < first.len() {
                talk.say(C, &first[cut..]);
            }
            talk.say(S, "HTTP/1.1 200 OK\r\n\r\n");
            assert_eq!(talk.protocol(), Some(protocol), "cut at {cut}");
            assert!(talk.transactions().is_empty() && !talk.application.http().in_flight());
            assert_eq!(talk.application.held_bytes(), 0);
        }
    }
}

/// RFC 9110 section 9.3.6: its first bytes tell what a tunnel carries.
#[test]
fn h20_connect_then_tls() {
    for (first, protocol) in [
        (HELLO, HttpProtocol::Tls),
        (b"SSH-2.0-x\r\n", HttpProtocol::Opaque),
    ] {
        let mut talk = Talk::new();
        talk.say(C, "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n");
        talk.say(S, "HTTP/1.1 200 OK\r\n\r\n");
        talk.say(C, first);
        talk.say(S, "GET / HTTP/1.1\r\n\r\n");
        let [row] = talk.transactions() else { panic!("one") };
        assert_eq!((row.method.as_deref(), row.status), (Some("CONNECT"), Some(200)));
        assert_eq!(row.facts.as_ref().unwrap().upgrade, Some(protocol));
        assert_eq!(talk.protocol(), Some(protocol));
    }
}

/// The bytes behind the head belong to the tunnel.
#[test]
fn a_tunnel_begins_in_the_segment_that_opens_it() {
    let mut talk = Talk::new();
    talk.say(C, "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n");
    talk.say(S, b"HTTP/1.1 200 OK\r\n\r\n\x16\x03\x03\x00\x7a\x02");
    assert_eq!(talk.protocol(), Some(HttpProtocol::Tls));
}

/// RFC 3207, RFC 2595, RFC 4217 and others: whatever is said before, a ClientHello begins TLS.
#[test]
fn starttls_leads_into_tls() {
    let mut talk = Talk::new();
    talk.say(S, "220 mail.example.org ESMTP\r\n");
    talk.say(C, "STARTTLS\r\n");
    talk.say(S, "220 go ahead\r\n");
    assert_eq!(talk.protocol(), None);
    talk.say(C, HELLO);
    assert_eq!(talk.protocol(), Some(HttpProtocol::Tls));
    // A body may hold anything.
    let mut talk = Talk::new();
    talk.say(C, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\n");
    talk.say(C, HELLO);
    assert_eq!(talk.protocol(), Some(HttpProtocol::Http1));
    assert_eq!(talk.transactions()[0].request_body_len, Some(7));
}

/// What looks like another beginning for some bytes is read whole, and each byte keeps its segment.
#[test]
fn a_request_cut_into_bytes_is_a_request() {
    let mut talk = Talk::new();
    for byte in b"PRI * HTTP/1.1\r\nHost: h\r\n\r\n".chunks(1) {
        talk.say(C, byte);
    }
    let [row] = talk.transactions() else { panic!("one") };
    assert_eq!((row.method.as_deref(), row.request_frame), (Some("PRI"), Some(1)));
}

/// Nothing that was held is lost when no more comes.
#[test]
fn too_few_bytes_are_read_at_a_gap_and_at_the_end() {
    let mut talk = Talk::new();
    talk.say(C, "P");
    assert!(talk.application.held_bytes() > 0);
    let mut events = Events::default();
    talk.application
        .gap(C, 5, GapCause::Lost, &talk.limits, &mut events);
    assert_eq!(talk.application.held_bytes(), 0);
    talk.say(S, b"\x16\x03");
    talk.application
        .end(S, StreamEnd::Fin, true, &talk.limits, &mut events);
    assert_eq!((talk.application.held_bytes(), talk.protocol()), (0, None));
}

#[test]
fn what_is_nearly_a_record_is_none() {
    for first in [
        &b"\x16\x03\x05\x00\x10\x01"[..],
        b"\x16\x02\x01\x00\x10\x01",
        b"\x17\x03\x03\x00\x00\x01",
        b"\x17\x03\x03\xff\xff\x01",
        b"\x14\x03\x03\x00\x02\x01",
        b"\x15\x03\x03\x00\x03\x01",
    ] {
        let mut talk = Talk::new();
        talk.say(C, first);
        assert_eq!(talk.protocol(), None, "{first:x?}");
    }
}
