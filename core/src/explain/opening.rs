//! Who opened a connection and how the handshake went.

use super::{Sentence, Topic, text};
use crate::connection::Connection;
use crate::rule::Rule;
use crate::words::{Confidence, HandshakeVerdict};

pub(super) fn who(connection: &Connection) -> Sentence {
    let ends = [
        (connection.src, connection.src_port),
        (connection.dst, connection.dst_port),
    ];
    let [src, dst] = ends.map(|end| std::net::SocketAddr::from(end).to_string());
    let syn = connection.first_of(Rule::O1);
    let syn_ack = connection.first_of(Rule::O2).or(connection.first_of(Rule::O36));
    let (text, frame) = match (syn, syn_ack) {
        (Some(frame), _) => (
            format!("{src} is the initiator: it sent a SYN to {dst}, the responder, in frame {frame}."),
            frame,
        ),
        (None, Some(frame)) => (
            format!(
                "{src} counts as the initiator: the SYN-ACK of {dst} in frame {frame} is addressed to it."
            ),
            frame,
        ),
        (None, None) => (
            format!(
                "{src} counts as the initiator and {dst} as the responder. No SYN or SYN-ACK shows it; requests, port numbers or the first sender do."
            ),
            connection.first_frame,
        ),
    };
    Sentence::new(Topic::Who, text)
        .resting_on(&[frame])
        .rfc("RFC 9293 3.5")
}

pub(super) fn sentences(connection: &Connection) -> Vec<Sentence> {
    let handshake = &connection.handshake;
    let mut words = verdict(handshake.verdict, handshake.confidence).to_owned();
    if handshake.confidence < Confidence::Certain {
        words.push(' ');
        words.push_str(&doubt(connection));
    } else if handshake.verdict != HandshakeVerdict::Pending {
        words.push(' ');
        words.push_str(&text::certain(&handshake.frames));
    }
    let mut told = vec![
        Sentence::new(Topic::Opening, words)
            .resting_on(&handshake.frames)
            .rfc("RFC 9293 3.5")
            .sure(handshake.confidence),
    ];
    told.extend(steps(connection));
    told
}

/// Every word of the verdict has its sentence.
const fn verdict(verdict: HandshakeVerdict, confidence: Confidence) -> &'static str {
    match (verdict, confidence) {
        (HandshakeVerdict::None, _) => "No connection was opened, nor does anything captured belong to one.",
        (HandshakeVerdict::Unseen, _) => "The handshake is not in the capture, but the connection existed.",
        (HandshakeVerdict::Complete, _) => "The handshake is complete: each side's SYN was acknowledged.",
        (HandshakeVerdict::Simultaneous, _) => {
            "The connection was opened from both sides at once: the SYNs crossed and each was acknowledged."
        }
        (HandshakeVerdict::Split, _) => {
            "The handshake is complete, but split: the responder sent its ACK and its SYN separately."
        }
        (HandshakeVerdict::BadAck, _) => {
            "The handshake failed: an acknowledgement fits no SYN that was sent, and no right one followed."
        }
        (HandshakeVerdict::Refused, Confidence::Certain) => {
            "The connection was refused: the responder answered the SYN with a RST."
        }
        (HandshakeVerdict::Refused, _) => "The connection was refused, it seems.",
        (HandshakeVerdict::Aborted, _) => "The initiator gave up its own attempt.",
        (HandshakeVerdict::Unreachable, _) => {
            "The responder could not be reached: an ICMP error came for the SYN."
        }
        (HandshakeVerdict::HalfOpen, _) => {
            "The connection stayed half-open: the responder's SYN-ACK was never acknowledged."
        }
        (HandshakeVerdict::NoAnswer, _) => "The SYN was never answered.",
        (HandshakeVerdict::Pending, _) => "The capture ends too early to tell how the handshake went.",
    }
}

/// Why the verdict is not certain.
fn doubt(connection: &Connection) -> String {
    let handshake = &connection.handshake;
    let sure = match handshake.confidence {
        Confidence::Guess => "That is a guess",
        _ => "That is likely, not certain",
    };
    let why = match handshake.verdict {
        HandshakeVerdict::Complete | HandshakeVerdict::Simultaneous | HandshakeVerdict::Split => {
            let missing: Vec<&str> = [
                (Rule::O1, "the SYN"),
                (Rule::O2, "the SYN-ACK"),
                (Rule::O3, "the ACK of the SYN-ACK"),
            ]
            .into_iter()
            .filter(|(rule, _)| connection.first_of(*rule).is_none())
            .map(|(_, name)| name)
            .collect();
            if missing.is_empty() {
                "something it rests on was not captured".to_owned()
            } else {
                let verb = if missing.len() == 1 { "is" } else { "are" };
                let missing = missing.join(" and ");
                format!("{missing} {verb} not in the capture; the numbers of later segments stand for it")
            }
        }
        HandshakeVerdict::None => "a connection may exist of which nothing else was captured".to_owned(),
        HandshakeVerdict::Refused => {
            "the RST carries no ACK, which the initiator should ignore; it fell silent all the same"
                .to_owned()
        }
        HandshakeVerdict::Aborted => {
            "the segments fit a deliberate scan or an old duplicate SYN about as well".to_owned()
        }
        _ => "what was captured allows another reading".to_owned(),
    };
    format!("{sure}: {why}.")
}

/// The textbook steps that were captured, and what each proves.
fn steps(connection: &Connection) -> Vec<Sentence> {
    let handshake = &connection.handshake;
    let mut told = Vec::new();
    let number =
        |isn: Option<u32>| isn.map_or_else(String::new, |isn| format!(" with initial sequence number {isn}"));
    for hit in &connection.rules {
        let frame = hit.frame;
        let text = match hit.id {
            Rule::O1 => format!("Frame {frame}: SYN{}.", number(handshake.isn_initiator)),
            Rule::O2 if handshake.verdict == HandshakeVerdict::Simultaneous => {
                format!("Frame {frame}: SYN-ACK; it acknowledges the SYN of the other side.")
            }
            Rule::O2 if connection.first_of(Rule::O1).is_some() => {
                let isn = number(handshake.isn_responder);
                format!("Frame {frame}: SYN-ACK{isn}; it acknowledges the SYN.")
            }
            Rule::O2 => format!(
                "Frame {frame}: SYN-ACK{}; the SYN is not in the capture.",
                number(handshake.isn_responder)
            ),
            Rule::O3 if connection.first_of(Rule::O2).is_some() => {
                let data = if connection.frames_of(Rule::O4).contains(&frame) {
                    ", with data"
                } else {
                    ""
                };
                format!("Frame {frame}: ACK{data}; it acknowledges the SYN-ACK, so both sides are open.")
            }
            Rule::O3 => {
                format!("Frame {frame}: ACK of a SYN-ACK that is not in the capture; both sides are open.")
            }
            _ => continue,
        };
        told.push(
            Sentence::new(Topic::Opening, text)
                .resting_on(&[frame])
                .rule(hit.id),
        );
        if hit.id == Rule::O1 {
            told.extend(other_syn(connection));
        }
    }
    told
}

/// The responder's own SYN of a simultaneous open: evidence that is no textbook step of a rule.
fn other_syn(connection: &Connection) -> Option<Sentence> {
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
    let text = format!("Frame {frame}: SYN of the other side with initial sequence number {isn}.");
    Some(
        Sentence::new(Topic::Opening, text)
            .resting_on(&[frame])
            .rfc("RFC 9293 3.5 figure 7"),
    )
}

#[cfg(test)]
mod tests {
    use super::verdict;
    use crate::words::{Confidence, HandshakeVerdict};

    #[test]
    fn every_handshake_verdict_has_a_sentence_of_its_own() {
        let words: std::collections::BTreeSet<_> = HandshakeVerdict::ALL
            .iter()
            .map(|&word| verdict(word, Confidence::Certain))
            .collect();
        assert_eq!(words.len(), HandshakeVerdict::ALL.len());
        assert!(words.iter().all(|words| words.ends_with('.')));
    }
}
