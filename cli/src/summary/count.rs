//! What a summary counts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use serde::Serialize;
use synfin::http::{HttpRow, MessageState};
use synfin::tls::TlsVersion;
use synfin::{
    Annotation, BoundsReached, Cause, CloseVerdict, Closer, Connection, HandshakeVerdict, Rule, Severity,
    Sides, UtcTime,
};

use super::line::{Line, Lines};
use crate::language::Messages;
use crate::text::{Duration, endpoint};

/// Lines of a list that has no natural end.
const MOST: usize = 5;
/// Lines of what looks wrong.
const MOST_WRONG: usize = 8;

type Server = (IpAddr, u16);

#[derive(Debug, Default)]
pub(super) struct Count {
    packets: u64,
    /// Times of the first and the last segment.
    times: Option<(i64, i64)>,
    connections: u64,
    transactions: u64,
    handshakes: BTreeMap<HandshakeVerdict, u64>,
    closes: BTreeMap<CloseVerdict, u64>,
    resets: BTreeMap<(Closer, Cause), u64>,
    refusing: HashMap<Server, u64>,
    unanswered: HashMap<Server, u64>,
    /// The slowest, the slowest first: duration, connection, endpoints.
    slowest: Vec<(i64, u64, String)>,
    /// Connections that fulfilled a rule.
    rules: BTreeMap<Rule, u64>,
    sent_again: SentAgain,
    statuses: BTreeMap<u16, u64>,
    /// Connections of each TLS version; none where it is not known.
    tls: BTreeMap<Option<TlsVersion>, u64>,
    quic_initial: u64,
    without_response: u64,
    unfinished: u64,
}

/// Segments sent again, of each side.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(super) struct SentAgain {
    pub(super) segments: Sides<u64>,
    /// Those of them that were needless.
    pub(super) spurious: Sides<u64>,
    /// Connections with any.
    pub(super) connections: u64,
}

/// A summary, ready to be shown.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    pub(super) file: String,
    pub(super) packets: u64,
    pub(super) start: Option<UtcTime>,
    pub(super) duration_ns: i64,
    pub(super) connections: u64,
    pub(super) transactions: u64,
    pub(super) wrong: Vec<Line>,
    pub(super) handshakes: Vec<Line>,
    pub(super) closes: Vec<Line>,
    pub(super) resets: Vec<Line>,
    pub(super) refusing: Vec<Line>,
    pub(super) unanswered: Vec<Line>,
    pub(super) slowest_handshakes: Vec<Line>,
    pub(super) sent_again: Vec<Line>,
    pub(super) retransmissions: SentAgain,
    pub(super) http: Vec<Line>,
    pub(super) tls: Vec<Line>,
    /// QUIC Initial packets, which are no TCP.
    pub(super) quic_initial: u64,
    /// What did not fit into memory.
    pub(super) bounds_reached: LeftOut,
}

/// What did not fit into memory. Which hosts are forgotten differs from run to run, so their number is no part of it.
#[derive(Debug, Serialize)]
pub(super) struct LeftOut {
    connections: u64,
    reassembly: u64,
    held_bytes: u64,
    heads: u64,
    pending_requests: u64,
    streams: u64,
    fragments: u64,
}

impl From<BoundsReached> for LeftOut {
    fn from(bounds: BoundsReached) -> Self {
        Self {
            connections: bounds.connections,
            reassembly: bounds.reassembly,
            held_bytes: bounds.held_bytes,
            heads: bounds.heads,
            pending_requests: bounds.pending_requests,
            streams: bounds.streams,
            fragments: bounds.fragments,
        }
    }
}

impl Count {
    pub(super) fn segment(&mut self, annotation: &Annotation) {
        self.packets += 1;
        let (first, last) = self.times.get_or_insert((annotation.time_ns, annotation.time_ns));
        *first = annotation.time_ns.min(*first);
        *last = annotation.time_ns.max(*last);
    }

    pub(super) const fn quic_initial(&mut self) {
        self.quic_initial += 1;
    }

    pub(super) fn connections(&mut self, connections: impl IntoIterator<Item = Connection>) {
        connections
            .into_iter()
            .for_each(|connection| self.connection(&connection));
    }

    fn connection(&mut self, connection: &Connection) {
        self.connections += 1;
        let (handshake, close) = (&connection.handshake, &connection.close);
        *self.handshakes.entry(handshake.verdict).or_default() += 1;
        *self.closes.entry(close.verdict).or_default() += 1;
        if is_reset(close.verdict) {
            *self.resets.entry((close.by, close.cause)).or_default() += 1;
        }
        let server = (connection.dst, connection.dst_port);
        match handshake.verdict {
            HandshakeVerdict::Refused => *self.refusing.entry(server).or_default() += 1,
            HandshakeVerdict::NoAnswer => *self.unanswered.entry(server).or_default() += 1,
            _ => {}
        }
        if let Some(establish) = connection.timing.establish_ns {
            self.slow(establish, connection);
        }
        let rules: HashSet<Rule> = connection.rules.iter().map(|hit| hit.id).collect();
        for rule in rules {
            *self.rules.entry(rule).or_default() += 1;
        }
        if let Some(tls) = &connection.tls {
            *self.tls.entry(tls.version).or_default() += 1;
        }
        let again = connection.retransmissions;
        add(&mut self.sent_again.segments, again);
        add(&mut self.sent_again.spurious, connection.spurious_retransmissions);
        self.sent_again.connections += u64::from(again.initiator + again.responder > 0);
    }

    fn slow(&mut self, establish: i64, connection: &Connection) {
        if self.slowest.len() == MOST && self.slowest.last().is_some_and(|slow| slow.0 >= establish) {
            return;
        }
        let ends = [
            (connection.src, connection.src_port),
            (connection.dst, connection.dst_port),
        ];
        let [initiator, responder] = ends.map(|(address, port)| endpoint(address, port));
        let ends = format!("{initiator} → {responder}");
        let at = self.slowest.partition_point(|slow| slow.0 >= establish);
        self.slowest.insert(at, (establish, connection.connection, ends));
        self.slowest.truncate(MOST);
    }

    pub(super) fn transactions(&mut self, rows: impl IntoIterator<Item = HttpRow>) {
        for row in rows {
            self.transactions += 1;
            match row.row.status {
                Some(status) => *self.statuses.entry(status / 100).or_default() += 1,
                None => self.without_response += 1,
            }
            self.unfinished += u64::from(row.row.state != MessageState::Complete);
        }
    }

    pub(super) fn told(&self, file: &str, bounds_reached: BoundsReached, say: &Messages) -> Told {
        let lines = Lines { file };
        let language = say.language;
        let handshakes = by_count(&self.handshakes).map(|(verdict, count)| {
            lines.connections(
                verdict.label(language),
                count,
                format!("handshake.verdict == {verdict}"),
            )
        });
        let closes = by_count(&self.closes).map(|(verdict, count)| {
            lines.connections(
                verdict.label(language),
                count,
                format!("close.verdict == {verdict}"),
            )
        });
        let resets = by_count(&self.resets).map(|((by, cause), count)| {
            let expression = format!("{RESET} and close.by == {by} and close.cause == {cause}");
            let what = (say.summary.cause_by)(cause.label(language), by.label(language));
            lines.connections(what, count, expression)
        });
        let slowest = self.slowest.iter().map(|(establish, number, ends)| {
            let what = format!("#{number} {ends}{}{}", say.comma, Duration(*establish));
            lines.connection(what, *number)
        });
        let (start, end) = self.times.unzip();
        Told {
            file: file.to_owned(),
            packets: self.packets,
            start: start.map(UtcTime),
            duration_ns: end.unwrap_or_default().saturating_sub(start.unwrap_or_default()),
            connections: self.connections,
            transactions: self.transactions,
            wrong: self.wrong(lines, say),
            handshakes: handshakes.collect(),
            closes: closes.collect(),
            resets: resets.collect(),
            refusing: servers(lines, &self.refusing, HandshakeVerdict::Refused, say),
            unanswered: servers(lines, &self.unanswered, HandshakeVerdict::NoAnswer, say),
            slowest_handshakes: slowest.collect(),
            sent_again: self.sent_again(lines, say),
            retransmissions: self.sent_again,
            http: self.http(lines, say),
            tls: self.tls(lines, say),
            quic_initial: self.quic_initial,
            bounds_reached: bounds_reached.into(),
        }
    }

    /// What the rules call a warning or an error, the worst first, and answers that failed.
    fn wrong(&self, lines: Lines<'_>, say: &Messages) -> Vec<Line> {
        let mut rules: Vec<(Rule, u64)> = self.rules.iter().map(|(rule, count)| (*rule, *count)).collect();
        rules.retain(|(rule, _)| rule.info().severity >= Severity::Warn);
        rules.sort_by_key(|(rule, count)| Reverse((rule.info().severity, *count)));
        let of_rules = rules.iter().map(|(rule, count)| {
            let info = rule.info();
            lines.connections(
                format!("{} {}", info.id, rule.name_in(say.language)),
                *count,
                format!("rules.id == {}", info.id),
            )
        });
        let mut wrong: Vec<Line> = of_rules.take(MOST_WRONG).collect();
        let failed = self
            .statuses
            .get(&5)
            .map(|&count| lines.transactions("HTTP 5xx", count, "status in {500..599}"));
        wrong.extend(failed);
        if self.unfinished > 0 {
            wrong.push(lines.transactions(say.summary.http_incomplete, self.unfinished, "state != complete"));
        }
        wrong
    }

    fn sent_again(&self, lines: Lines<'_>, say: &Messages) -> Vec<Line> {
        let SentAgain {
            segments,
            connections,
            ..
        } = self.sent_again;
        let what = (say.summary.segments_by)(segments.initiator, segments.responder);
        let expression = "retransmissions.initiator > 0 or retransmissions.responder > 0";
        let line = (connections > 0).then(|| lines.connections(what, connections, expression));
        line.into_iter().collect()
    }

    fn tls(&self, lines: Lines<'_>, say: &Messages) -> Vec<Line> {
        let versions = by_count(&self.tls).map(|(version, count)| match version {
            Some(version) => lines.connections(
                version.to_string(),
                count,
                format!("tls.version == \"{version}\""),
            ),
            None => lines.connections(say.tls.no_version, count, "protocol == tls and not tls.version"),
        });
        versions.collect()
    }

    fn http(&self, lines: Lines<'_>, say: &Messages) -> Vec<Line> {
        let classes = self.statuses.iter().map(|(class, count)| {
            let expression = format!("status in {{{class}00..{class}99}}");
            lines.transactions(format!("{class}xx"), *count, expression)
        });
        let mut http: Vec<Line> = classes.collect();
        if self.without_response > 0 {
            http.push(lines.transactions(say.summary.no_final_response, self.without_response, "not status"));
        }
        http
    }
}

/// What selects connections that a RST ended.
const RESET: &str = "close.verdict in {reset, fin-then-reset}";

fn is_reset(verdict: CloseVerdict) -> bool {
    matches!(verdict, CloseVerdict::Reset | CloseVerdict::FinThenReset)
}

fn add(sum: &mut Sides<u64>, more: Sides<u64>) {
    sum.initiator += more.initiator;
    sum.responder += more.responder;
}

/// The most frequent first.
fn by_count<K: Copy + Ord>(counts: &BTreeMap<K, u64>) -> impl Iterator<Item = (K, u64)> + use<K> {
    let mut counts: Vec<(K, u64)> = counts.iter().map(|(key, count)| (*key, *count)).collect();
    counts.sort_by_key(|(key, count)| (Reverse(*count), *key));
    counts.into_iter()
}

/// The servers with most connections of a verdict, and one line for all others.
fn servers(
    lines: Lines<'_>,
    counts: &HashMap<Server, u64>,
    verdict: HandshakeVerdict,
    say: &Messages,
) -> Vec<Line> {
    let mut counts: Vec<(Server, u64)> = counts.iter().map(|(server, count)| (*server, *count)).collect();
    counts.sort_by_key(|(server, count)| (Reverse(*count), *server));
    let all = format!("handshake.verdict == {verdict}");
    let told = counts.iter().take(MOST).map(|((address, port), count)| {
        let expression = format!("{all} and dst == {address} and dst_port == {port}");
        lines.connections(endpoint(*address, *port), *count, expression)
    });
    let mut told: Vec<Line> = told.collect();
    if let Some(others) = counts.get(MOST..).filter(|others| !others.is_empty()) {
        let sum = counts.iter().map(|(_, count)| count).sum();
        told.push(lines.connections((say.summary.more_servers)(others.len()), sum, all));
    }
    told
}
