//! Who opened a connection and how the handshake went.

use super::{Sentence, Topic, joined};
use crate::connection::Connection;
use crate::language::messages::{AckOf, Messages, OpeningDoubt, SynAckOf};
use crate::rule::Rule;
use crate::words::{Confidence, HandshakeVerdict};

pub(super) fn who(connection: &Connection, words: &dyn Messages) -> Sentence {
    let ends = [
        (connection.src, connection.src_port),
        (connection.dst, connection.dst_port),
    ];
    let [src, dst] = ends.map(|end| std::net::SocketAddr::from(end).to_string());
    let syn = connection.first_of(Rule::O1);
    let syn_ack = connection.first_of(Rule::O2).or(connection.first_of(Rule::O36));
    let (text, frame) = match (syn, syn_ack) {
        (Some(frame), _) => (words.who_by_syn(&src, &dst, frame), frame),
        (None, Some(frame)) => (words.who_by_syn_ack(&src, &dst, frame), frame),
        (None, None) => (words.who_by_evidence(&src, &dst), connection.first_frame),
    };
    Sentence::new(Topic::Who, text)
        .resting_on(&[frame])
        .rfc("RFC 9293 3.5")
}

pub(super) fn sentences(connection: &Connection, words: &dyn Messages) -> Vec<Sentence> {
    let handshake = &connection.handshake;
    let verdict = words
        .handshake(handshake.verdict, handshake.confidence)
        .to_owned();
    let sure = if handshake.confidence < Confidence::Certain {
        Some(words.opening_doubt(handshake.confidence, &doubt(connection)))
    } else {
        (handshake.verdict != HandshakeVerdict::Pending).then(|| words.certain(&handshake.frames))
    };
    let mut told = vec![
        Sentence::new(
            Topic::Opening,
            joined(words, std::iter::once(verdict).chain(sure)),
        )
        .resting_on(&handshake.frames)
        .rfc("RFC 9293 3.5")
        .sure(handshake.confidence),
    ];
    told.extend(steps(connection, words));
    told
}

/// Why the verdict is not certain.
fn doubt(connection: &Connection) -> OpeningDoubt {
    match connection.handshake.verdict {
        HandshakeVerdict::Complete | HandshakeVerdict::Simultaneous | HandshakeVerdict::Split => {
            let missing: Vec<Rule> = [Rule::O1, Rule::O2, Rule::O3]
                .into_iter()
                .filter(|&rule| connection.first_of(rule).is_none())
                .collect();
            if missing.is_empty() {
                OpeningDoubt::SomethingMissing
            } else {
                OpeningDoubt::Missing(missing)
            }
        }
        HandshakeVerdict::None => OpeningDoubt::NothingElseCaptured,
        HandshakeVerdict::Refused => OpeningDoubt::RstWithoutAck,
        HandshakeVerdict::Aborted => OpeningDoubt::ScanOrOldSyn,
        _ => OpeningDoubt::AnotherReading,
    }
}

/// The textbook steps that were captured, and what each proves.
fn steps(connection: &Connection, words: &dyn Messages) -> Vec<Sentence> {
    let handshake = &connection.handshake;
    let mut told = Vec::new();
    for hit in &connection.rules {
        let frame = hit.frame;
        let text = match hit.id {
            Rule::O1 => words.syn(frame, handshake.isn_initiator),
            Rule::O2 => {
                let of = if handshake.verdict == HandshakeVerdict::Simultaneous {
                    SynAckOf::CrossedSyn
                } else if connection.first_of(Rule::O1).is_some() {
                    SynAckOf::Syn
                } else {
                    SynAckOf::UncapturedSyn
                };
                words.syn_ack(frame, of, handshake.isn_responder)
            }
            Rule::O3 => {
                let of = if connection.first_of(Rule::O2).is_some() {
                    AckOf::SynAck {
                        with_data: connection.frames_of(Rule::O4).contains(&frame),
                    }
                } else {
                    AckOf::UncapturedSynAck
                };
                words.handshake_ack(frame, of)
            }
            _ => continue,
        };
        told.push(
            Sentence::new(Topic::Opening, text)
                .resting_on(&[frame])
                .rule(hit.id),
        );
        if hit.id == Rule::O1 {
            told.extend(other_syn(connection, words));
        }
    }
    told
}

/// The responder's own SYN of a simultaneous open: evidence that is no textbook step of a rule.
fn other_syn(connection: &Connection, words: &dyn Messages) -> Option<Sentence> {
    let handshake = &connection.handshake;
    if handshake.verdict != HandshakeVerdict::Simultaneous {
        return None;
    }
    let frame = *handshake.frames.iter().find(|&&frame| {
        connection
            .rules
            .iter()
            .all(|hit| hit.frame != frame || !matches!(hit.id, Rule::O1 | Rule::O2))
    })?;
    let isn = handshake.isn_responder?;
    Some(
        Sentence::new(Topic::Opening, words.other_syn(frame, isn))
            .resting_on(&[frame])
            .rfc("RFC 9293 3.5 figure 7"),
    )
}
