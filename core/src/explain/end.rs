//! How a connection ended, who ended it and why.

use super::{Sentence, Topic, flow, joined};
use crate::Side;
use crate::connection::Connection;
use crate::http2::Http2Report;
use crate::language::messages::{CloseDoubt, CloseStep, Killed, Messages};
use crate::rule::Rule;
use crate::tls::Tls;
use crate::words::{Cause, CloseVerdict, Closer, Confidence};

pub(super) fn sentences(connection: &Connection, words: &dyn Messages) -> Vec<Sentence> {
    let close = &connection.close;
    let sure = (close.verdict != CloseVerdict::NotOpened).then(|| {
        if close.confidence < Confidence::Certain {
            words.close_doubt(close.confidence, doubt(connection))
        } else {
            words.certain(&close.frames)
        }
    });
    let text = joined(words, std::iter::once(words.close(close)).chain(sure));
    let mut told = vec![
        Sentence::new(Topic::End, text)
            .resting_on(&close.frames)
            .rfc(rfc(close.verdict))
            .sure(close.confidence),
    ];
    told.extend(steps(connection, words));
    told.extend(killed(connection, words));
    told.extend(reason(connection, words));
    told
}

/// The HTTP exchange that a RST cut off.
fn killed(connection: &Connection, words: &dyn Messages) -> Option<Sentence> {
    let number = connection.close.killed_transaction?;
    let row = usize::try_from(number)
        .ok()
        .and_then(|at| connection.http.get(at));
    let request = row.and_then(|row| {
        let line = flow::request_line(row.method.as_deref()?, row.target.as_deref()?);
        Some(Killed::Request(line, row.request_frame?))
    });
    let text = words.killed(&request.unwrap_or(Killed::Number(number)));
    Some(Sentence::new(Topic::End, text).rfc("RFC 9112 8"))
}

const fn rfc(verdict: CloseVerdict) -> &'static str {
    match verdict {
        CloseVerdict::NotOpened => "RFC 9293 3.5",
        CloseVerdict::Reset | CloseVerdict::FinThenReset => "RFC 9293 3.5.3",
        CloseVerdict::TimedOut => "RFC 9293 3.8.3",
        _ => "RFC 9293 3.6",
    }
}

/// Why the verdict is not certain.
fn doubt(connection: &Connection) -> CloseDoubt {
    let close = &connection.close;
    match close.verdict {
        CloseVerdict::Reset | CloseVerdict::FinThenReset if close.confidence == Confidence::Guess => {
            CloseDoubt::UnexpectedNumber
        }
        CloseVerdict::Reset | CloseVerdict::FinThenReset => CloseDoubt::DataOnItsWay,
        CloseVerdict::TimedOut => CloseDoubt::Silence,
        _ => CloseDoubt::FinNotCaptured,
    }
}

/// The side that closed first, where the close has one.
fn closer(connection: &Connection) -> Option<Side> {
    let close = &connection.close;
    match (close.verdict, close.by) {
        (CloseVerdict::Reset | CloseVerdict::NotOpened, _) => None,
        (_, Closer::Initiator) => Some(Side::Initiator),
        (_, Closer::Responder) => Some(Side::Responder),
        (_, Closer::Both | Closer::Network | Closer::Nobody) => None,
    }
}

/// The textbook steps that were captured.
fn steps(connection: &Connection, words: &dyn Messages) -> Vec<Sentence> {
    let closer = closer(connection);
    let mut told = Vec::new();
    for hit in &connection.rules {
        let step = match hit.id {
            Rule::T1 => CloseStep::FirstFin {
                with_data: connection.frames_of(Rule::T6).contains(&hit.frame),
            },
            Rule::T2 => CloseStep::AckOfFirst,
            Rule::T3 => CloseStep::SecondFin,
            Rule::T5 => CloseStep::SecondFinWithAck,
            Rule::T7 => CloseStep::CrossedFin,
            Rule::T4 => CloseStep::AckOfSecond,
            Rule::T14 | Rule::T15 | Rule::T16 => CloseStep::Reset,
            _ => continue,
        };
        told.push(
            Sentence::new(Topic::End, words.close_step(hit.frame, step, closer))
                .resting_on(&[hit.frame])
                .rule(hit.id),
        );
    }
    told
}

fn reason(connection: &Connection, words: &dyn Messages) -> Option<Sentence> {
    let close = &connection.close;
    let over = !matches!(
        close.verdict,
        CloseVerdict::Open | CloseVerdict::NotOpened | CloseVerdict::Superseded
    );
    if close.cause == Cause::Unknown && !over {
        return None;
    }
    let says_goaway = |http2: &Http2Report| !http2.goaway.is_empty();
    let by_goaway =
        close.cause == Cause::HttpConnectionClose && connection.http2.as_deref().is_some_and(says_goaway);
    let alert = connection.tls.as_deref().and_then(Tls::fatal_alert);
    let alert = alert.filter(|_| close.cause == Cause::TlsAlert);
    let reason = words.reason(close.cause, by_goaway, close.cause_confidence);
    let texts = std::iter::once(reason).chain(alert.map(|alert| words.tls_alert(alert)));
    Some(
        Sentence::new(Topic::End, joined(words, texts))
            .resting_on(&close.frames)
            .sure(close.cause_confidence),
    )
}
