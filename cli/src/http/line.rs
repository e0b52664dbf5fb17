//! A transaction as a line of text, and its header fields below it where they are asked for.

use std::collections::BTreeSet;
use std::io::{self, Write};

use synfin::http::{HttpRow, MessageFacts, MessageState, TransactionFacts};
use synfin::{HttpMessage, Side};
use textwrap::core::display_width;

use super::Form;
use crate::language::Messages;
use crate::styled::Styled;
use crate::text::{self, DIM, Duration, HEADING, Left, Right, cut, foreign};
use crate::times::{Clock, TimeFormat};

pub(super) struct Lines {
    out: Styled,
    say: &'static Messages,
    headers: bool,
    /// Columns to fit in; lines in a file are as long as they are.
    width: Option<usize>,
    clock: Clock,
    headed: bool,
    /// Width of the endpoints: that of the widest ones so far.
    endpoints: usize,
}

/// `a:p → b:p` of two IPv4 addresses, as they often are.
const ENDPOINTS: usize = 38;
/// What is left of a long target on a narrow terminal.
const SHORTEST_TARGET: usize = 12;
/// A terminal narrower than this has no room for endpoints: the connection's number stands for them.
const WITH_ENDPOINTS: usize = 140;
/// And one narrower than this none for the request's length and the wait.
const WITH_DETAILS: usize = 100;

impl Lines {
    pub(super) fn new(headers: bool, time: TimeFormat, say: &'static Messages) -> Self {
        Self {
            out: Styled::stdout(),
            say,
            headers,
            width: text::room(),
            clock: Clock::new(time),
            headed: false,
            endpoints: ENDPOINTS,
        }
    }

    fn has_room(&self, least: usize) -> bool {
        self.width.is_none_or(|width| width >= least)
    }

    /// Everything before the transaction's own words.
    fn columns(&mut self, [time, number, endpoints, request, response, wait, total]: [&str; 7]) -> String {
        let mut columns = format!("{}  {} ", Right(time, self.clock.width()), Left(number, 5));
        if self.has_room(WITH_ENDPOINTS) {
            self.endpoints = self.endpoints.max(display_width(endpoints));
            columns += &format!("{}  ", Left(endpoints, self.endpoints));
        }
        if self.has_room(WITH_DETAILS) {
            columns += &format!("{} ", Right(request, 8));
        }
        columns += &format!("{}  ", Right(response, 9));
        if self.has_room(WITH_DETAILS) {
            columns += &format!("{} ", Right(wait, 8));
        }
        columns + &format!("{}  ", Right(total, 8))
    }

    /// Method, target and outcome, in what is left of the width; only the target is cut, if that is enough.
    fn fitted(&self, before: usize, row: &HttpRow, facts: &TransactionFacts, after: &str) -> String {
        let room = self.width.map(|width| width.saturating_sub(before));
        let Some(method) = row.row.method.as_deref().map(foreign) else {
            return cut(&format!("{}{after}", self.say.http.no_request), room);
        };
        let others = display_width(&method) + 1 + display_width(after);
        let for_target = room.map(|room| room.saturating_sub(others).max(SHORTEST_TARGET));
        let target = cut(&address(row, facts), for_target);
        cut(&format!("{method} {target}{after}"), room)
    }
}

impl Form for Lines {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        self.clock.reset();
        self.headed = false;
        self.out.begin(name)
    }

    fn starts_at(&mut self, ns: i64) {
        self.clock.starts_at(ns);
    }

    fn row(&mut self, row: &HttpRow, of_bodies: &[String]) -> io::Result<()> {
        if !std::mem::replace(&mut self.headed, true) {
            let [columns @ .., transaction] = self.say.http.headings;
            let heading = self.columns(columns) + transaction;
            self.out.line(HEADING, &heading)?;
        }
        let empty = TransactionFacts::default();
        let facts = row.row.facts.as_deref().unwrap_or(&empty);
        let begun = facts.request.first_ns.or(facts.response.first_ns);
        let mut time = String::new();
        if let Some(ns) = begun {
            self.clock.put(&mut time, ns);
        }
        let length = |len: Option<u64>| len.map_or_else(|| "-".to_owned(), |len| len.to_string());
        let duration = |ns: Option<i64>| ns.map_or_else(|| "-".to_owned(), |ns| Duration(ns).to_string());
        let before = self.columns([
            &time,
            &format!("#{}", row.connection),
            &endpoints(row, facts),
            &length(row.row.request_body_len),
            &length(row.row.response_body_len),
            &duration(facts.wait_ns),
            &duration(facts.total_ns),
        ]);
        let mut after = format!(" → {}", outcome(self.say, row, facts));
        for part in remarks(self.say, row, facts).iter().chain(of_bodies) {
            after = after + self.say.comma + part;
        }
        let style = self.out.style(style(row, facts));
        let what = self.fitted(display_width(&before), row, facts, &after);
        writeln!(self.out, "{before}{style}{what}{style:#}")?;
        if self.headers {
            for (mark, message) in [('>', &facts.request), ('<', &facts.response)] {
                self.fields(mark, message)?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Lines {
    fn fields(&mut self, mark: char, message: &MessageFacts) -> io::Result<()> {
        let fields = message.fields.iter().map(|field| (field, ""));
        let trailers = message
            .trailers
            .iter()
            .map(|field| (field, self.say.http.trailer));
        for (field, trailer) in fields.chain(trailers) {
            let (name, value) = (foreign(&field.name), foreign(&field.value));
            let line = format!("{:>1$}  {mark} {name}: {value}{trailer}", "", self.clock.width());
            self.out.line(DIM, &cut(&line, self.width))?;
        }
        Ok(())
    }
}

fn endpoints(row: &HttpRow, facts: &TransactionFacts) -> String {
    let mut ends = [(row.src, row.src_port), (row.dst, row.dst_port)];
    if facts.client == Some(Side::Responder) {
        ends.reverse();
    }
    let [client, server] = ends.map(|(address, port)| text::endpoint(address, port));
    format!("{client} → {server}")
}

/// Host and path as a browser shows them, or the target as it was sent where it names the host itself.
fn address(row: &HttpRow, facts: &TransactionFacts) -> String {
    let target = row.row.target.as_deref().unwrap_or("?");
    let host = facts.host.as_deref().filter(|_| target.starts_with('/'));
    foreign(host.unwrap_or_default()) + &foreign(target)
}

/// The answer.
fn outcome(say: &Messages, row: &HttpRow, facts: &TransactionFacts) -> String {
    let reason = facts.reason.as_deref().unwrap_or_default();
    match row.row.status {
        Some(status) if reason.is_empty() => status.to_string(),
        Some(status) => format!("{status} {}", foreign(reason)),
        None if row.row.response_frame.is_some() => say.http.response_without_status.to_owned(),
        None => say.http.no_response.to_owned(),
    }
}

/// What is not as it mostly is.
fn remarks(say: &Messages, row: &HttpRow, facts: &TransactionFacts) -> Vec<String> {
    let (words, language) = (&say.http, say.language);
    let mut remarks = Vec::new();
    remarks.extend(row.row.stream.map(words.on_stream));
    if facts.pushed {
        remarks.push(words.pushed.to_owned());
    }
    if let Some(error) = facts.stream_error {
        remarks.push((words.stream_reset)(&error.to_string()));
    }
    if !facts.interim.is_empty() {
        let interim: Vec<String> = facts.interim.iter().map(u16::to_string).collect();
        remarks.push((words.after_interim)(&interim.join(say.list_comma)));
    }
    if facts.pipelined > 0 {
        remarks.push((words.pipelined)(facts.pipelined));
    }
    if answered_early(row, facts) {
        remarks.push(words.answered_early.to_owned());
    }
    for (message, facts) in [
        (HttpMessage::Request, &facts.request),
        (HttpMessage::Response, &facts.response),
    ] {
        match facts.state {
            None | Some(MessageState::Complete) => {}
            Some(state) => {
                remarks.push((words.message_is)(message.label(language), state.label(language)));
            }
        }
    }
    if facts.in_flight && row.row.state != MessageState::Complete {
        remarks.push(words.in_flight.to_owned());
    }
    if let Some(protocol) = facts.upgrade {
        remarks.push((words.then)(protocol.label(language)));
    }
    let anomalies = [&facts.request, &facts.response];
    let rules: BTreeSet<_> = anomalies
        .iter()
        .flat_map(|facts| &facts.anomalies)
        .map(|at| at.rule)
        .collect();
    remarks.extend(
        rules
            .iter()
            .map(|&rule| format!("{} {}", rule.id(), rule.name_in(language))),
    );
    remarks
}

/// RFC 9112 section 9.5: a final response came before the request had ended.
fn answered_early(row: &HttpRow, facts: &TransactionFacts) -> bool {
    let unfinished = facts.request.state == Some(MessageState::Incomplete);
    let overtaken = facts
        .request
        .last_frame
        .zip(facts.response.first_frame)
        .is_some_and(|(end, answer)| answer < end);
    row.row.response_frame.is_some() && (unfinished || overtaken)
}

fn style(row: &HttpRow, facts: &TransactionFacts) -> anstyle::Style {
    use synfin::Severity::{Chat, Note, Warn};
    let of_rules = [&facts.request, &facts.response]
        .into_iter()
        .flat_map(|facts| &facts.anomalies);
    let of_rules = of_rules.map(|at| at.rule.info().severity).max().unwrap_or(Chat);
    let of_status = match row.row.status {
        Some(500..) => Warn,
        Some(400..) | None => Note,
        Some(_) => Chat,
    };
    let of_state = if row.row.state == MessageState::Complete {
        Chat
    } else {
        Note
    };
    text::severity(of_rules.max(of_status).max(of_state))
}
