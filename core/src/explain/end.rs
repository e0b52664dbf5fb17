//! How a connection ended, who ended it and why.

use super::{Sentence, Topic, text};
use crate::connection::Connection;
use crate::rule::Rule;
use crate::words::{Cause, CloseVerdict, Closer, Confidence};

pub(super) fn sentences(connection: &Connection) -> Vec<Sentence> {
    let close = &connection.close;
    let mut words = verdict(connection);
    if close.verdict != CloseVerdict::NotOpened {
        words.push(' ');
        if close.confidence < Confidence::Certain {
            words.push_str(&doubt(connection));
        } else {
            words.push_str(&text::certain(&close.frames));
        }
    }
    let mut told = vec![
        Sentence::new(Topic::End, words)
            .resting_on(&close.frames)
            .rfc(rfc(close.verdict))
            .sure(close.confidence),
    ];
    told.extend(steps(connection));
    told.extend(killed(connection));
    told.extend(reason(connection));
    told
}

/// The HTTP exchange that a RST cut off.
fn killed(connection: &Connection) -> Option<Sentence> {
    let number = connection.close.killed_transaction?;
    let row = usize::try_from(number)
        .ok()
        .and_then(|at| connection.http.get(at));
    let what = match row
        .and_then(|row| Some((row.method.as_deref()?, row.target.as_deref()?, row.request_frame?)))
    {
        Some((method, target, frame)) => {
            format!(
                "{} {} of frame {frame}",
                text::foreign(method),
                text::foreign(target)
            )
        }
        None => format!("number {number}"),
    };
    let words = format!("The RST cut off the HTTP exchange {what}.");
    Some(Sentence::new(Topic::End, words).rfc("RFC 9112 8"))
}

const fn rfc(verdict: CloseVerdict) -> &'static str {
    match verdict {
        CloseVerdict::NotOpened => "RFC 9293 3.5",
        CloseVerdict::Reset | CloseVerdict::FinThenReset => "RFC 9293 3.5.3",
        CloseVerdict::TimedOut => "RFC 9293 3.8.3",
        _ => "RFC 9293 3.6",
    }
}

const fn name(by: Closer) -> &'static str {
    match by {
        Closer::Initiator => "the initiator",
        Closer::Responder => "the responder",
        Closer::Both => "both sides",
        Closer::Network => "something between the hosts",
        Closer::Nobody => "one side",
    }
}

const fn peer_name(by: Closer) -> &'static str {
    match by {
        Closer::Initiator => "the responder",
        Closer::Responder => "the initiator",
        _ => "the other side",
    }
}

/// Every word of the verdict has its sentence.
fn verdict(connection: &Connection) -> String {
    let close = &connection.close;
    let (by, peer) = (name(close.by), peer_name(close.by));
    let words = match close.verdict {
        CloseVerdict::NotOpened => match close.by {
            Closer::Nobody => "it was never open, so there was nothing to close.".to_owned(),
            _ => format!("it was never open; {by} ended the attempt."),
        },
        CloseVerdict::Simultaneous => {
            "both sides closed at once: their FINs crossed, and both were acknowledged.".to_owned()
        }
        CloseVerdict::ThreeSegment => {
            format!(
                "{by} closed first, and {peer} closed with the same segment that acknowledged it. Both FINs were acknowledged."
            )
        }
        CloseVerdict::FourWay => format!("{by} closed first, {peer} after it. Both FINs were acknowledged."),
        CloseVerdict::FinThenReset => {
            let resetter = close.reset_by.map_or("one side", |side| name(Closer::from(side)));
            if close.reset_by.map(Closer::from) == Some(close.by) {
                format!("{by} closed with a FIN and later reset the connection.")
            } else {
                format!("{by} closed with a FIN, and {resetter} reset the connection.")
            }
        }
        // Whose it really was is the reason's to say, and as sure as that.
        CloseVerdict::Reset if close.by == Closer::Network => format!(
            "a RST in the name of {} ended the connection; nobody had sent a FIN.",
            close.reset_by.map_or("one side", |side| name(Closer::from(side)))
        ),
        CloseVerdict::Reset => format!("{by} reset the connection; nobody had sent a FIN."),
        CloseVerdict::Superseded => {
            "a new connection took over the address and port pair; no close was captured.".to_owned()
        }
        CloseVerdict::TimedOut => {
            "it was given up in silence: what was sent again and again stayed unanswered.".to_owned()
        }
        CloseVerdict::Closing => {
            format!(
                "{by} closed first and {peer} closed too, but not both FINs were acknowledged by the end of the capture."
            )
        }
        CloseVerdict::HalfClosed => format!("{by} closed; {peer} had not closed by the end of the capture."),
        CloseVerdict::Open => "neither side had closed by the end of the capture.".to_owned(),
    };
    super::capital(&words)
}

/// Why the verdict is not certain.
fn doubt(connection: &Connection) -> String {
    let close = &connection.close;
    let sure = match close.confidence {
        Confidence::Guess => "That is a guess",
        _ => "That is likely, not certain",
    };
    let why = match close.verdict {
        CloseVerdict::Reset | CloseVerdict::FinThenReset if close.confidence == Confidence::Guess => {
            "the RST is not at the expected number, but its receiver sent nothing afterwards"
        }
        CloseVerdict::Reset | CloseVerdict::FinThenReset => {
            "data was on its way when the RST came, so its number cannot be checked exactly"
        }
        CloseVerdict::TimedOut => "the silence shows it; no segment does",
        _ => "a FIN is not in the capture; an acknowledgement one past the last byte stands for it",
    };
    format!("{sure}: {why}.")
}

/// The textbook steps that were captured.
fn steps(connection: &Connection) -> Vec<Sentence> {
    let by = connection.close.by;
    let known = matches!(by, Closer::Initiator | Closer::Responder)
        && !matches!(
            connection.close.verdict,
            CloseVerdict::Reset | CloseVerdict::NotOpened
        );
    let of = |closer: &str| {
        if known {
            format!(" of {closer}")
        } else {
            String::new()
        }
    };
    let (first, second) = (of(name(by)), of(peer_name(by)));
    let mut told = Vec::new();
    for hit in &connection.rules {
        let words = match hit.id {
            Rule::T1 if connection.frames_of(Rule::T6).contains(&hit.frame) => {
                format!("first FIN{first}, with its last data.")
            }
            Rule::T1 => format!("first FIN{first}."),
            Rule::T2 => format!("ACK of the first FIN{second}."),
            Rule::T3 => format!("second FIN{second}."),
            Rule::T5 => format!("second FIN{second}, which also acknowledges the first."),
            Rule::T7 => "second FIN, sent before its sender had seen the first.".to_owned(),
            Rule::T4 => format!("ACK of the second FIN{first}."),
            Rule::T14 | Rule::T15 | Rule::T16 => "RST, accepted: the connection is over.".to_owned(),
            _ => continue,
        };
        let words = words
            .replacen("ACK of the first FIN of", "ACK of the first FIN by", 1)
            .replacen("ACK of the second FIN of", "ACK of the second FIN by", 1);
        told.push(
            Sentence::new(Topic::End, format!("Frame {}: {words}", hit.frame))
                .resting_on(&[hit.frame])
                .rule(hit.id),
        );
    }
    told
}

fn reason(connection: &Connection) -> Option<Sentence> {
    let close = &connection.close;
    let over = !matches!(
        close.verdict,
        CloseVerdict::Open | CloseVerdict::NotOpened | CloseVerdict::Superseded
    );
    if close.cause == Cause::Unknown && !over {
        return None;
    }
    let (why, doubt) = cause(close.cause);
    let sure = match close.cause_confidence {
        _ if close.cause == Cause::Unknown => String::new(),
        Confidence::Certain => " That is certain.".to_owned(),
        Confidence::Likely => format!(" That is likely, not certain: {doubt}."),
        Confidence::Guess => format!(" That is a guess: {doubt}."),
    };
    Some(
        Sentence::new(Topic::End, format!("Reason: {why}.{sure}"))
            .resting_on(&close.frames)
            .sure(close.cause_confidence),
    )
}

/// Every cause: what it says, and why it may be wrong.
const fn cause(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::PortClosed => (
            "nothing listens on the port",
            "a firewall can answer with the same RST",
        ),
        Cause::RefusedPolicy => (
            "a filter refused it, not the host itself",
            "the host can have answered like that too",
        ),
        Cause::HttpConnectionClose => (
            "HTTP announced it with Connection: close",
            "the end does not rest on captured segments alone",
        ),
        Cause::Http10 => (
            "HTTP/1.0 without keep-alive ends the connection after the response",
            "the end does not rest on captured segments alone",
        ),
        Cause::IdleTimeout => (
            "the connection had been silent with nothing outstanding, as at an idle timeout",
            "the application may have closed then for another reason",
        ),
        Cause::Application => (
            "the application closed it in good order",
            "nothing in the stream announced the close",
        ),
        Cause::AbortedByApplication => (
            "the application aborted it, or ended without closing it",
            "a RST does not carry its reason",
        ),
        Cause::UnreadData => (
            "it was closed while received data had not been read",
            "whether the application had read the data does not show in the capture",
        ),
        Cause::LateData => (
            "data arrived at a side that had closed and no longer reads",
            "a RST does not carry its reason",
        ),
        Cause::RetransmissionGiveUp => (
            "the sender gave up after retransmissions without acknowledgement",
            "the application may have given up first",
        ),
        Cause::KeepAliveDead => (
            "keep-alive probes were not answered",
            "the application may have given up first",
        ),
        Cause::PeerLostState => (
            "one side no longer knew the connection, as after a restart",
            "a NAT or firewall that forgot it answers likewise",
        ),
        Cause::InjectedReset => (
            "something between the hosts injected the RST",
            "the signs of it have innocent explanations too",
        ),
        Cause::TlsCloseNotify => (
            "TLS announced the end with close_notify",
            "the alert is encrypted",
        ),
        Cause::TlsAlert => ("TLS failed with an alert", "the alert may not be the reason"),
        Cause::TlsTruncated => (
            "the TLS session was cut off without close_notify",
            "the alert may be missing from the capture",
        ),
        Cause::Unknown => ("not known; nothing in the capture tells it", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::cause;
    use crate::words::Cause;

    #[test]
    fn every_cause_has_words_of_its_own() {
        let words: std::collections::BTreeSet<_> = Cause::ALL.iter().map(|&word| cause(word).0).collect();
        assert_eq!(words.len(), Cause::ALL.len());
        for &word in Cause::ALL {
            assert_eq!(cause(word).1.is_empty(), word == Cause::Unknown, "{word}");
        }
    }
}
