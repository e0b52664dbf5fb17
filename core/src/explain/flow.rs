//! What flowed on a connection, and how long things took.

use super::{Sentence, Topic, text};
use crate::connection::Connection;
use crate::http::{MessageState, Transaction};
use crate::rule::Rule;

/// HTTP exchanges told one by one.
const EXCHANGES: usize = 10;

pub(super) fn sentences(connection: &Connection) -> Vec<Sentence> {
    let (packets, bytes) = (connection.packets, connection.bytes);
    let mut amount = format!(
        "The initiator sent {} in {}, the responder {} in {}.",
        text::count(bytes.initiator, "byte"),
        text::count(packets.initiator, "segment"),
        text::count(bytes.responder, "byte"),
        text::count(packets.responder, "segment"),
    );
    let again = connection.retransmissions;
    if again.initiator + again.responder > 0 {
        let who = match (again.initiator, again.responder) {
            (own, 0) => format!("{} of the initiator", text::count(own, "segment")),
            (0, own) => format!("{} of the responder", text::count(own, "segment")),
            (one, other) => format!(
                "{} of the initiator and {other} of the responder",
                text::count(one, "segment")
            ),
        };
        amount.push_str(&format!(" Sent again: {who}."));
    }
    let mut told = vec![Sentence::new(Topic::Transfer, amount).rfc("RFC 9293 3.4")];
    told.extend(connection.http.iter().take(EXCHANGES).map(exchange));
    let more = connection.http.len().saturating_sub(EXCHANGES) as u64 + connection.http_omitted;
    if more > 0 {
        let more = text::count(more, "more HTTP exchange");
        told.push(Sentence::new(Topic::Transfer, format!("{more} followed.")));
    }
    told
}

fn exchange(http: &Transaction) -> Sentence {
    let frames: Vec<u64> = [http.request_frame, http.response_frame]
        .into_iter()
        .flatten()
        .collect();
    let mut words = match (&http.method, http.request_frame) {
        (Some(method), Some(frame)) => {
            let target = http.target.as_deref().unwrap_or("?");
            let body = http.request_body_len.filter(|&len| len > 0);
            let body = body.map_or_else(String::new, |len| {
                format!(" with a body of {}", text::count(len, "byte"))
            });
            format!(
                "{} {} in frame {frame}{body}: ",
                text::foreign(method),
                text::foreign(target)
            )
        }
        _ => "A response without a captured request: ".to_owned(),
    };
    match http.response_frame {
        Some(frame) => {
            let status = http.status.map_or_else(
                || "no readable status".to_owned(),
                |status| format!("status {status}"),
            );
            let body = text::count(http.response_body_len.unwrap_or(0), "byte");
            words.push_str(&format!("{status} in frame {frame}, body of {body}"));
        }
        None => words.push_str("no answer"),
    }
    words.push_str(match (http.state, http.response_frame) {
        (MessageState::Complete, _) | (MessageState::Incomplete, None) => ".",
        (MessageState::Incomplete, Some(_)) => "; the exchange is incomplete.",
        (MessageState::Gap, _) => "; bytes of it are missing from the capture.",
        (MessageState::Cut, _) => "; the snap length cut it.",
        (MessageState::Reset, _) => "; a reset cut the exchange short.",
    });
    Sentence::new(Topic::Transfer, words)
        .resting_on(&frames)
        .rfc("RFC 9112 9.3")
}

pub(super) fn timing(connection: &Connection) -> Vec<Sentence> {
    let mut told = Vec::new();
    told.extend(round_trips(connection));
    let timing = connection.timing;
    let first_bytes = match (timing.first_byte_initiator_ns, timing.first_byte_responder_ns) {
        (None, None) => None,
        (Some(ns), None) => Some(format!(
            "The initiator's first data came {} after the first frame.",
            text::duration(ns)
        )),
        (None, Some(ns)) => Some(format!(
            "The responder's first data came {} after the first frame.",
            text::duration(ns)
        )),
        (Some(one), Some(other)) => Some(format!(
            "The first data came {} (initiator) and {} (responder) after the first frame.",
            text::duration(one),
            text::duration(other)
        )),
    };
    let establish = timing
        .establish_ns
        .map(|ns| format!("Opening took {} from the first SYN on.", text::duration(ns)));
    let idle = connection.close.idle_ns.map(|ns| {
        format!(
            "The connection was silent for {} before the first FIN or RST.",
            text::duration(ns)
        )
    });
    let teardown = timing
        .teardown_ns
        .filter(|&ns| ns > 0)
        .map(|ns| format!("Closing took {}.", text::duration(ns)));
    let spans = [establish, first_bytes, idle, teardown];
    told.extend(
        spans
            .into_iter()
            .flatten()
            .map(|words| Sentence::new(Topic::Timing, words)),
    );
    told
}

const KARN: &str = "RFC 6298 3";

/// Both round trips of the handshake, or why one is not known.
fn round_trips(connection: &Connection) -> Vec<Sentence> {
    let handshake = &connection.handshake;
    let [syn, syn_ack, ack] = [Rule::O1, Rule::O2, Rule::O3].map(|rule| connection.first_of(rule));
    let simultaneous = connection.first_of(Rule::O10).is_some();
    let sides = [
        (
            "responder",
            handshake.rtt_responder_ns,
            "SYN",
            syn,
            Rule::O6,
            "SYN-ACK",
            syn_ack,
        ),
        (
            "initiator",
            handshake.rtt_initiator_ns,
            "SYN-ACK",
            syn_ack,
            Rule::O7,
            "ACK",
            ack,
        ),
    ];
    let mut told = Vec::new();
    for (side, rtt, sent, sent_in, again, answer, answer_in) in sides {
        let frames: Vec<u64> = [sent_in, answer_in].into_iter().flatten().collect();
        if let Some(ns) = rtt {
            let between = if simultaneous {
                "its SYN to the answer".to_owned()
            } else {
                format!("{sent} to {answer}")
            };
            let words = format!(
                "The round trip between the capture point and the {side} is {} ({between}).",
                text::duration(ns)
            );
            let frames = if simultaneous {
                handshake.frames.to_vec()
            } else {
                frames
            };
            told.push(Sentence::new(Topic::Timing, words).resting_on(&frames).rfc(KARN));
            continue;
        }
        // An answer has to be there before somebody misses its time.
        let Some(answered) = answer_in else { continue };
        let mut resent = connection.frames_of(again);
        if side == "initiator" {
            resent.extend(connection.frames_of(Rule::O5));
        }
        let (why, frames) = if !resent.is_empty() {
            let why = format!(
                "the {sent} was sent more than once, and nobody knows which of them was answered (Karn's rule)"
            );
            resent.push(answered);
            resent.sort_unstable();
            resent.dedup();
            (why, resent)
        } else if sent_in.is_none() {
            (format!("the {sent} is not in the capture"), frames)
        } else {
            (
                format!("the {sent} was sent more than once, or the time stamps run backwards"),
                frames,
            )
        };
        let words = format!("The round trip between the capture point and the {side} is not known: {why}.");
        told.push(Sentence::new(Topic::Timing, words).resting_on(&frames).rfc(KARN));
    }
    told
}
