//! A segment in a line of text: what it is and what it answers.

use std::fmt::Write as _;

use synfin::{Annotation, Dissector, HttpMessage, IntegrityWord, Order, Phase, Rule, Side, Step};

use crate::links::Links;
use crate::text::{self, Duration, ENDING, OPENING};

pub(super) fn line(
    dissector: &Dissector,
    annotation: &Annotation,
    links: Option<&Links>,
    time: &str,
) -> String {
    let arrow = match annotation.direction {
        Side::Initiator => '→',
        Side::Responder => '←',
    };
    let optional = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
    let style = style(annotation);
    let what = what(dissector, annotation, links);
    format!(
        "{:>5} {time}  #{:<3} {arrow} {:<11} {:>6} {:>6} {:>5}  {style}{:<7}{style:#} {:<12} {:<12} {style}{what}{style:#}",
        annotation.frame,
        annotation.connection,
        annotation.flags.to_string(),
        optional(annotation.seq),
        optional(annotation.ack),
        annotation.len,
        annotation.step.map_or("", Step::as_str),
        annotation.state.initiator.after,
        annotation.state.responder.after,
    )
}

fn style(annotation: &Annotation) -> anstyle::Style {
    let worst = annotation.rules.iter().map(|rule| rule.info().severity).max();
    match (worst, annotation.phase) {
        (Some(severity), _) if severity > synfin::Severity::Chat => text::severity(severity),
        (_, Phase::Handshake) => OPENING,
        (_, Phase::Teardown) => ENDING,
        _ => anstyle::Style::new(),
    }
}

/// What the segment is and what it answers, in a few words.
fn what(dissector: &Dissector, annotation: &Annotation, links: Option<&Links>) -> String {
    let mut words = String::new();
    let mut add = |part: &str| {
        if !words.is_empty() {
            words.push_str(", ");
        }
        words.push_str(part);
    };
    if let Some(role) = annotation.role {
        add(name(role, annotation));
    }
    for rule in annotation
        .rules
        .iter()
        .filter(|&rule| Some(rule) != annotation.role)
    {
        if rule != Rule::O4 && rule != Rule::T6 {
            add(name(rule, annotation));
        }
    }
    match http(dissector, annotation, links) {
        Some(message) => add(&message),
        None if annotation.len > 0 && annotation.retransmission_of.is_none() => add("data"),
        None => {}
    }
    if let Some(again) = again(annotation) {
        add(&again);
    }
    if let Some(order) = out_of_turn(annotation) {
        add(order);
    }
    if annotation.integrity != IntegrityWord::Ok {
        add(annotation.integrity.as_str());
    }
    if words.is_empty() && annotation.flags.rst() {
        words = annotation.flags.to_string();
    }
    if let Some((frame, since)) = annotation.answers.zip(annotation.since_answered_ns) {
        let verb = if words.is_empty() { "ACK of" } else { "answers" };
        let lead = if words.is_empty() { "" } else { ", " };
        let _ = write!(words, "{lead}{verb} {frame} after {}", Duration(since));
    } else if words.is_empty() {
        // No rule speaks of it.
        words = annotation.flags.to_string();
    }
    words
}

/// A rule's name, or that of its situation which the segment itself shows.
pub(crate) fn name(rule: Rule, annotation: &Annotation) -> &'static str {
    match rule {
        Rule::E1 if annotation.answers.is_some() => "keep-alive answer",
        Rule::E1 => "keep-alive probe",
        Rule::E4 if annotation.window == Some(0) => "zero window",
        Rule::E4 => "zero window's probe or end",
        Rule::E12 => "ACK of bytes the capture lost",
        _ => rule.info().name,
    }
}

fn http(dissector: &Dissector, annotation: &Annotation, links: Option<&Links>) -> Option<String> {
    let note = annotation.http?;
    let transaction = dissector.transaction(annotation.connection, note.transaction)?;
    let message = match note.message {
        HttpMessage::Request => {
            let [method, target] = text::request(transaction);
            format!("{method} {target}")
        }
        HttpMessage::Response => match transaction.status {
            Some(status) => format!("HTTP {status}"),
            None => "HTTP interim response".to_owned(),
        },
    };
    if !note.begins {
        let part = if note.ends { "end" } else { "more" };
        return Some(format!("{part} of {message}"));
    }
    let link = match (note.message, transaction.request_frame, links) {
        (HttpMessage::Request, _, None) | (HttpMessage::Response, None, _) => String::new(),
        (HttpMessage::Response, Some(request), _) => format!(" for the request in {request}"),
        (HttpMessage::Request, _, Some(links)) => {
            links.response_in(annotation.connection, &note).map_or_else(
                || ", not answered".to_owned(),
                |frame| format!(", answered in {frame}"),
            )
        }
    };
    Some(message + &link)
}

fn again(annotation: &Annotation) -> Option<String> {
    let of = annotation.retransmission_of?;
    let mut words = format!("first sent in {of}");
    if let Some(since) = annotation.since_previous_ns {
        let _ = write!(words, ", again after {}", Duration(since));
    }
    if let Some(percent) = annotation.backoff_percent {
        let _ = write!(words, ", ×{:.1}", f64::from(percent) / 100.0);
    }
    Some(words)
}

/// What the rules and `first sent in` do not say of it.
pub(crate) fn out_of_turn(annotation: &Annotation) -> Option<&'static str> {
    match annotation.order? {
        Order::OutOfOrder => Some("out of order"),
        Order::SpuriousRetransmission => Some("needless"),
        Order::Retransmission if annotation.retransmission_of.is_none() => {
            Some("sent again, not captured before")
        }
        Order::Duplicate if !annotation.rules.contains(Rule::E8) => Some("duplicate"),
        Order::Retransmission | Order::Duplicate => None,
    }
}
