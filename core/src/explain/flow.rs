//! What flowed on a connection, and how long things took.

use super::{Sentence, Topic};
use crate::Side;
use crate::connection::Connection;
use crate::display::{Duration, foreign};
use crate::http::{MessageState, Transaction};
use crate::language::messages::{Exchange, Flaw, Messages, Request, Response, RoundTrip, RoundTripDoubt};
use crate::rule::Rule;
use crate::tls::{Tls, TlsVersion};

/// HTTP exchanges told one by one.
const EXCHANGES: usize = 10;

pub(super) fn sentences(connection: &Connection, words: &dyn Messages) -> Vec<Sentence> {
    let amount = words.amount(connection.bytes, connection.packets, connection.retransmissions);
    let mut told = vec![Sentence::new(Topic::Transfer, amount).rfc("RFC 9293 3.4")];
    told.extend(
        connection
            .tls
            .as_deref()
            .into_iter()
            .flat_map(|tls| session(tls, words)),
    );
    told.extend(
        connection
            .http
            .iter()
            .take(EXCHANGES)
            .map(|http| exchange(http, words)),
    );
    let more = connection.http.len().saturating_sub(EXCHANGES) as u64 + connection.http_omitted;
    if more > 0 {
        told.push(Sentence::new(Topic::Transfer, words.more_exchanges(more)));
    }
    told
}

/// What TLS shows of itself.
fn session(tls: &Tls, words: &dyn Messages) -> Vec<Sentence> {
    let hellos = [tls.client_hello_frame, tls.server_hello_frame];
    let hellos: Vec<u64> = hellos.into_iter().flatten().collect();
    let rfc = match tls.version {
        Some(version) if version < TlsVersion::TLS_1_3 => "RFC 5246 7.3",
        _ => "RFC 8446 2",
    };
    let agreed = Sentence::new(Topic::Transfer, words.tls(tls))
        .resting_on(&hellos)
        .rfc(rfc);
    let alerts = tls.alerts.iter().map(|alert| {
        Sentence::new(Topic::Transfer, words.tls_alert(alert))
            .resting_on(&[alert.frame])
            .rfc("RFC 8446 6")
            .sure(alert.confidence)
    });
    std::iter::once(agreed).chain(alerts).collect()
}

/// A request as people write it.
pub(super) fn request_line(method: &str, target: &str) -> String {
    format!("{} {}", foreign(method), foreign(target))
}

fn exchange(http: &Transaction, words: &dyn Messages) -> Sentence {
    let request = http.method.as_deref().zip(http.request_frame);
    let exchange = Exchange {
        request: request.map(|(method, frame)| Request {
            line: request_line(method, http.target.as_deref().unwrap_or("?")),
            frame,
            body: http.request_body_len.filter(|&len| len > 0),
        }),
        response: http.response_frame.map(|frame| Response {
            status: http.status,
            frame,
            body: http.response_body_len.unwrap_or(0),
        }),
        flaw: match (http.state, http.response_frame) {
            (MessageState::Complete, _) | (MessageState::Incomplete, None) => None,
            (MessageState::Incomplete, Some(_)) => Some(Flaw::Incomplete),
            (MessageState::Gap, _) => Some(Flaw::Gap),
            (MessageState::Cut, _) => Some(Flaw::Cut),
            (MessageState::Reset, _) => Some(Flaw::Reset),
        },
    };
    let frames: Vec<u64> = [http.request_frame, http.response_frame]
        .into_iter()
        .flatten()
        .collect();
    Sentence::new(Topic::Transfer, words.exchange(&exchange))
        .resting_on(&frames)
        .rfc("RFC 9112 9.3")
}

pub(super) fn timing(connection: &Connection, words: &dyn Messages) -> Vec<Sentence> {
    let timing = connection.timing;
    let first_data = match (timing.first_byte_initiator_ns, timing.first_byte_responder_ns) {
        (None, None) => None,
        (Some(ns), None) => Some(words.first_data_of(Side::Initiator, Duration(ns))),
        (None, Some(ns)) => Some(words.first_data_of(Side::Responder, Duration(ns))),
        (Some(one), Some(other)) => Some(words.first_data(Duration(one), Duration(other))),
    };
    let establish = timing.establish_ns.map(|ns| words.establish(Duration(ns)));
    let idle = connection.close.idle_ns.map(|ns| words.idle(Duration(ns)));
    let teardown = timing
        .teardown_ns
        .filter(|&ns| ns > 0)
        .map(|ns| words.teardown(Duration(ns)));
    let tls = connection.tls.as_deref().and_then(|tls| {
        let times = [tls.server_hello_ns, tls.handshake_ns, tls.application_data_ns];
        let [hello, handshake, data] = times.map(|ns| ns.map(Duration));
        (times != [None; 3]).then(|| words.tls_times(hello, handshake, data))
    });
    let mut told = round_trips(connection, words);
    told.extend(
        [establish, first_data, tls, idle, teardown]
            .into_iter()
            .flatten()
            .map(|text| Sentence::new(Topic::Timing, text)),
    );
    told
}

const KARN: &str = "RFC 6298 3";

/// Both round trips of the handshake, or why one is not known.
fn round_trips(connection: &Connection, words: &dyn Messages) -> Vec<Sentence> {
    let handshake = &connection.handshake;
    let [syn, syn_ack, ack] = [Rule::O1, Rule::O2, Rule::O3].map(|rule| connection.first_of(rule));
    let crossed = connection.first_of(Rule::O10).is_some();
    let trip = |side, sent, answer| RoundTrip { side, sent, answer };
    let sides = [
        (
            trip(Side::Responder, "SYN", "SYN-ACK"),
            handshake.rtt_responder_ns,
            [syn, syn_ack],
            Rule::O6,
        ),
        (
            trip(Side::Initiator, "SYN-ACK", "ACK"),
            handshake.rtt_initiator_ns,
            [syn_ack, ack],
            Rule::O7,
        ),
    ];
    let mut told = Vec::new();
    for (of, rtt, [sent_in, answer_in], again) in sides {
        let frames: Vec<u64> = [sent_in, answer_in].into_iter().flatten().collect();
        if let Some(ns) = rtt {
            let frames = if crossed {
                handshake.frames.to_vec()
            } else {
                frames
            };
            let text = words.round_trip(of, crossed, Duration(ns));
            told.push(Sentence::new(Topic::Timing, text).resting_on(&frames).rfc(KARN));
            continue;
        }
        // An answer has to be there before somebody misses its time.
        let Some(answered) = answer_in else { continue };
        let mut resent = connection.frames_of(again);
        if of.side == Side::Initiator {
            resent.extend(connection.frames_of(Rule::O5));
        }
        let (doubt, frames) = if !resent.is_empty() {
            resent.push(answered);
            resent.sort_unstable();
            resent.dedup();
            (RoundTripDoubt::SentAgain, resent)
        } else if sent_in.is_none() {
            (RoundTripDoubt::NotCaptured, frames)
        } else {
            (RoundTripDoubt::SentAgainOrClock, frames)
        };
        let text = words.round_trip_unknown(of, doubt);
        told.push(Sentence::new(Topic::Timing, text).resting_on(&frames).rfc(KARN));
    }
    told
}
