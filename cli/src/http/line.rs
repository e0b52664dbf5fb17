//! A transaction as a line of text, and its header fields below it where they are asked for.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _, Write};

use synfin::Side;
use synfin::http::{HttpRow, MessageFacts, MessageState, TransactionFacts};

use super::Form;
use crate::text::{self, DIM, Duration, HEADING, foreign};

pub(super) struct Lines<W> {
    out: W,
    headers: bool,
    /// Columns to fit in; lines in a file are as long as they are.
    width: Option<usize>,
    start_ns: Option<i64>,
    headed: bool,
    /// Width of the endpoints: that of the widest ones so far.
    endpoints: usize,
}

/// `a:p → b:p` of two IPv4 addresses, as they often are.
const ENDPOINTS: usize = 38;
/// What is left of a long target on a narrow terminal.
const SHORTEST_TARGET: usize = 12;
/// A terminal narrower than this has no room for endpoints: the connection's number stands for them.
const WITH_ENDPOINTS: usize = 120;

impl<W: Write> Lines<W> {
    pub(super) fn new(out: W, headers: bool) -> Self {
        let fits = std::env::var_os("COLUMNS").is_some() || io::stdout().is_terminal();
        Self {
            out,
            headers,
            width: fits.then(text::width),
            start_ns: None,
            headed: false,
            endpoints: ENDPOINTS,
        }
    }

    /// The endpoints' column, where there is one.
    fn endpoints(&mut self, row: &HttpRow, facts: &TransactionFacts) -> String {
        if self.width.is_some_and(|width| width < WITH_ENDPOINTS) {
            return String::new();
        }
        let mut ends = [(row.src, row.src_port), (row.dst, row.dst_port)];
        if facts.client == Some(Side::Responder) {
            ends.reverse();
        }
        let [client, server] = ends.map(|(address, port)| text::endpoint(address, port));
        self.pad(&format!("{client} → {server}"))
    }

    fn pad(&mut self, endpoints: &str) -> String {
        self.endpoints = self.endpoints.max(endpoints.chars().count());
        format!("{endpoints:<0$}  ", self.endpoints)
    }

    fn heading(&mut self) -> io::Result<()> {
        let narrow = self.width.is_some_and(|width| width < WITH_ENDPOINTS);
        let endpoints = if narrow {
            String::new()
        } else {
            self.pad("client → server")
        };
        writeln!(
            self.out,
            "{HEADING}{:>10}  {:<5} {endpoints}{:>8} {:>9}  {:>8} {:>8}  transaction{HEADING:#}",
            "time", "conn", "request", "response", "wait", "total"
        )
    }

    /// Method, target and outcome, in what is left of the width; only the target is cut, if that is enough.
    fn fitted(&self, before: usize, row: &HttpRow, facts: &TransactionFacts, after: &str) -> String {
        let method = foreign(row.row.method.as_deref().unwrap_or("?"));
        let target = address(row, facts);
        let Some(width) = self.width else {
            return format!("{method} {target}{after}");
        };
        let room = width.saturating_sub(before);
        let others = method.chars().count() + 1 + after.chars().count();
        let target = cut(&target, room.saturating_sub(others).max(SHORTEST_TARGET));
        cut(&format!("{method} {target}{after}"), room)
    }
}

impl<W: Write> Form for Lines<W> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        (self.start_ns, self.headed) = (None, false);
        writeln!(self.out, "{HEADING}==> {} <=={HEADING:#}", foreign(name))
    }

    fn starts_at(&mut self, ns: i64) {
        self.start_ns.get_or_insert(ns);
    }

    fn row(&mut self, row: &HttpRow, of_bodies: &[String]) -> io::Result<()> {
        if !std::mem::replace(&mut self.headed, true) {
            self.heading()?;
        }
        let empty = TransactionFacts::default();
        let facts = row.row.facts.as_deref().unwrap_or(&empty);
        let begun = facts.request.first_ns.or(facts.response.first_ns);
        let start = self.start_ns.unwrap_or_default();
        let since = begun.map_or_else(String::new, |ns| text::seconds(ns.saturating_sub(start)));
        let length = |len: Option<u64>| len.map_or_else(|| "-".to_owned(), |len| len.to_string());
        let duration = |ns: Option<i64>| ns.map_or_else(|| "-".to_owned(), |ns| Duration(ns).to_string());
        let endpoints = self.endpoints(row, facts);
        let number = format!("#{}", row.connection);
        let before = format!(
            "{since:>10}  {number:<5} {endpoints}{:>8} {:>9}  {:>8} {:>8}  ",
            length(row.row.request_body_len),
            length(row.row.response_body_len),
            duration(facts.wait_ns),
            duration(facts.total_ns),
        );
        let mut after = format!(" → {}", outcome(row, facts));
        for part in remarks(row, facts).iter().chain(of_bodies) {
            after = after + ", " + part;
        }
        let style = style(row, facts);
        let what = self.fitted(before.chars().count(), row, facts, &after);
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

impl<W: Write> Lines<W> {
    fn fields(&mut self, mark: char, message: &MessageFacts) -> io::Result<()> {
        let fields = message.fields.iter().map(|field| (field, ""));
        let trailers = message.trailers.iter().map(|field| (field, " (trailer)"));
        for (field, trailer) in fields.chain(trailers) {
            let (name, value) = (foreign(&field.name), foreign(&field.value));
            let line = format!("{:>10}  {mark} {name}: {value}{trailer}", "");
            let line = self.width.map_or_else(|| line.clone(), |width| cut(&line, width));
            writeln!(self.out, "{DIM}{line}{DIM:#}")?;
        }
        Ok(())
    }
}

/// Host and path as a browser shows them, or the target as it was sent where it names the host itself.
fn address(row: &HttpRow, facts: &TransactionFacts) -> String {
    let target = row.row.target.as_deref().unwrap_or("?");
    let host = facts.host.as_deref().filter(|_| target.starts_with('/'));
    foreign(host.unwrap_or_default()) + &foreign(target)
}

/// The answer.
fn outcome(row: &HttpRow, facts: &TransactionFacts) -> String {
    let reason = facts.reason.as_deref().unwrap_or_default();
    match row.row.status {
        Some(status) if reason.is_empty() => status.to_string(),
        Some(status) => format!("{status} {}", foreign(reason)),
        None if row.row.response_frame.is_some() => "response without a status".to_owned(),
        None => "no response".to_owned(),
    }
}

/// What is not as it mostly is.
fn remarks(row: &HttpRow, facts: &TransactionFacts) -> Vec<String> {
    let mut remarks = Vec::new();
    if row.row.method.is_none() {
        remarks.push("no request".to_owned());
    }
    if !facts.interim.is_empty() {
        let interim: Vec<String> = facts.interim.iter().map(u16::to_string).collect();
        remarks.push(format!("after {}", interim.join(", ")));
    }
    if facts.pipelined > 0 {
        remarks.push(format!("pipelined behind {}", facts.pipelined));
    }
    if answered_early(row, facts) {
        remarks.push("answered before its end".to_owned());
    }
    for (message, facts) in [("request", &facts.request), ("response", &facts.response)] {
        match facts.state {
            None | Some(MessageState::Complete) => {}
            Some(state) => remarks.push(format!("{message} {}", state.as_str())),
        }
    }
    if facts.in_flight {
        remarks.push("in flight when the connection broke".to_owned());
    }
    if let Some(protocol) = facts.upgrade {
        remarks.push(format!("then {protocol}"));
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
            .map(|rule| format!("{} {}", rule.info().id, rule.info().name)),
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

/// At most so many characters.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
