//! A segment in a line of text: what it is and what it answers.

use std::fmt::Write as _;

use synfin::http::Transaction;
use synfin::{Annotation, HttpMessage, IntegrityWord, Order, Phase, Rule};

use crate::language::Messages;
use crate::links::Links;
use crate::text::{self, Duration, ENDING, OPENING};
use crate::tls;

pub(super) fn style(annotation: &Annotation) -> anstyle::Style {
    let worst = annotation.rules.iter().map(|rule| rule.info().severity).max();
    match (worst, annotation.phase) {
        (Some(severity), _) if severity > synfin::Severity::Chat => text::severity(severity),
        (_, Phase::Handshake) => OPENING,
        (_, Phase::Teardown) => ENDING,
        _ => anstyle::Style::new(),
    }
}

/// Parts of a sentence, with something between.
struct Parts<'a> {
    text: &'a mut String,
    comma: &'static str,
}

impl Parts<'_> {
    /// Where the next part is written to.
    fn next(&mut self) -> &mut String {
        if !self.text.is_empty() {
            self.text.push_str(self.comma);
        }
        self.text
    }
}

/// What the segment is and what it answers, in a few words; they are added to nothing.
pub(super) fn what(
    text: &mut String,
    say: &Messages,
    transaction: Option<&Transaction>,
    annotation: &Annotation,
    links: Option<&Links>,
) {
    let mut words = Parts {
        text,
        comma: say.comma,
    };
    if let Some(role) = annotation.role {
        words.next().push_str(name(say, role, annotation));
    }
    for rule in annotation
        .rules
        .iter()
        .filter(|&rule| Some(rule) != annotation.role)
    {
        if rule != Rule::O4 && rule != Rule::T6 {
            words.next().push_str(name(say, rule, annotation));
        }
    }
    match http(say, transaction, annotation, links) {
        Some(message) => words.next().push_str(&message),
        None if annotation.tls.is_some() => {
            words
                .next()
                .push_str(&tls::segment(say, annotation).unwrap_or_default());
        }
        None if annotation.len > 0
            && annotation.retransmission_of.is_none()
            && frames(annotation).is_none() =>
        {
            words.next().push_str(say.packets.data);
        }
        None => {}
    }
    if let Some(frames) = frames(annotation) {
        words.next().push_str(&frames);
    }
    if let Some(of) = annotation.retransmission_of {
        again(say, words.next(), annotation, of);
    }
    if let Some(order) = out_of_turn(say, annotation) {
        words.next().push_str(order);
    }
    if annotation.integrity != IntegrityWord::Ok {
        words.next().push_str(annotation.integrity.label(say.language));
    }
    if words.text.is_empty() && annotation.flags.rst() {
        let _ = write!(words.text, "{}", annotation.flags);
    }
    if let Some((frame, since)) = annotation.answers.zip(annotation.since_answered_ns) {
        let phrase = if words.text.is_empty() {
            say.packets.ack_of
        } else {
            say.packets.answers
        };
        phrase(words.next(), frame, Duration(since));
    } else if words.text.is_empty() {
        // No rule speaks of it.
        let _ = write!(words.text, "{}", annotation.flags);
    }
}

/// A rule's name, or that of its situation which the segment itself shows.
pub(crate) fn name(say: &Messages, rule: Rule, annotation: &Annotation) -> &'static str {
    let words = &say.packets;
    match rule {
        Rule::E1 if annotation.answers.is_some() => words.keep_alive_answer,
        Rule::E1 => words.keep_alive_probe,
        Rule::E4 if annotation.window == Some(0) => words.zero_window,
        Rule::E4 => words.zero_window_probe_or_end,
        Rule::E12 => words.ack_of_lost,
        _ => rule.name_in(say.language),
    }
}

fn http(
    say: &Messages,
    transaction: Option<&Transaction>,
    annotation: &Annotation,
    links: Option<&Links>,
) -> Option<String> {
    let note = annotation.http?;
    let transaction = transaction?;
    let mut message = match note.message {
        HttpMessage::Request => {
            let [method, target] = text::request(transaction);
            format!("{method} {target}")
        }
        HttpMessage::Response => match transaction.status {
            Some(status) => format!("HTTP {status}"),
            None => say.packets.interim_response.to_owned(),
        },
    };
    if !note.begins {
        let mut words = String::new();
        let phrase = if note.ends {
            say.packets.end_of
        } else {
            say.packets.more_of
        };
        phrase(&mut words, &message);
        return Some(words);
    }
    match (note.message, transaction.request_frame, links) {
        (HttpMessage::Request, _, None) | (HttpMessage::Response, None, _) => {}
        (HttpMessage::Response, Some(request), _) => (say.packets.request_in)(&mut message, request),
        (HttpMessage::Request, _, Some(links)) => match links.response_in(annotation.connection, &note) {
            Some(frame) => (say.packets.answered_in)(&mut message, frame),
            None => message.push_str(say.packets.not_answered),
        },
    }
    Some(message)
}

/// The frames of HTTP/2 or WebSocket that begin in a segment, by the one that says most; those that carry a message
/// are told with it.
pub(crate) fn frames(annotation: &Annotation) -> Option<String> {
    if let Some(note) = annotation.websocket {
        // The rule names a close frame.
        return match note.status_code {
            Some(code) => Some(code.to_string()),
            None if annotation.rules.contains(Rule::H51) => None,
            None => Some(format!("WebSocket {}", note.opcode.as_str())),
        };
    }
    let note = annotation.http2?;
    let error = note.error.map_or_else(String::new, |error| format!(" {error}"));
    if annotation.http.is_some() && error.is_empty() {
        return None;
    }
    Some(format!("{}[{}]{error}", note.kind.as_str(), note.stream))
}

fn again(say: &Messages, words: &mut String, annotation: &Annotation, of: u64) {
    (say.packets.first_sent)(words, of);
    if let Some(since) = annotation.since_previous_ns {
        (say.packets.again_after)(words, Duration(since));
    }
    if let Some(percent) = annotation.backoff_percent {
        let _ = write!(words, "{}×{:.1}", say.comma, f64::from(percent) / 100.0);
    }
}

/// What the rules and the frame first sent in do not say of it.
pub(crate) fn out_of_turn(say: &Messages, annotation: &Annotation) -> Option<&'static str> {
    let words = &say.packets;
    match annotation.order? {
        Order::OutOfOrder => Some(words.out_of_order),
        Order::SpuriousRetransmission => Some(words.needless),
        Order::Retransmission if annotation.retransmission_of.is_none() => Some(words.again_uncaptured),
        Order::Duplicate if !annotation.rules.contains(Rule::E8) => Some(words.duplicate),
        Order::Retransmission | Order::Duplicate => None,
    }
}
