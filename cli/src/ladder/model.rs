//! The picture of one connection, whatever it is drawn with: lines from top to bottom, time running down.

use std::fmt::Write as _;

use synfin::{
    Annotation, CloseVerdict, Connection, HandshakeVerdict, HttpMessage, IcmpReport, IntegrityWord, Phase,
    Rule, Severity, Side, Sides, State,
};

use super::fold::{Folded, Kept, Moment, Run, Told};
use crate::connections::verdict_in_words;
use crate::packets;
use crate::text::{self, Duration};

/// Silence that gets a line of its own, nanoseconds.
const LONG_SILENCE_NS: i64 = 1_000_000_000;

/// The picture of one connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ladder {
    /// Its number.
    pub(crate) connection: u64,
    /// Addresses and ports.
    pub(crate) ends: Sides<String>,
    /// The states before the first segment.
    pub(crate) begins: Sides<State>,
    /// From top to bottom.
    pub(crate) lines: Vec<Line>,
    /// How it opened and ended, in a sentence.
    pub(crate) verdict: String,
    /// How it came out.
    pub(crate) outcome: Outcome,
}

/// A connection's fate, as coarse as a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Opened and closed in order.
    Closed,
    /// Opened, not closed in the capture.
    Open,
    /// Ended by a RST or in silence.
    Broken,
    /// Never opened.
    NotOpened,
}

impl Outcome {
    /// All of them, by their number in data.
    pub(crate) const ALL: [Self; 4] = [Self::Closed, Self::Open, Self::Broken, Self::NotOpened];

    pub(crate) const fn of(connection: &Connection) -> Self {
        match connection.close.verdict {
            CloseVerdict::Simultaneous | CloseVerdict::ThreeSegment | CloseVerdict::FourWay => Self::Closed,
            CloseVerdict::Closing | CloseVerdict::HalfClosed | CloseVerdict::Open => Self::Open,
            CloseVerdict::FinThenReset
            | CloseVerdict::Reset
            | CloseVerdict::Superseded
            | CloseVerdict::TimedOut => Self::Broken,
            // What the capture ends too early to say is as open as a handshake can be.
            CloseVerdict::NotOpened => match connection.handshake.verdict {
                HandshakeVerdict::Pending => Self::Open,
                _ => Self::NotOpened,
            },
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::Broken => "broken",
            Self::NotOpened => "not-opened",
        }
    }
}

/// One line of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) kind: Kind,
    /// The frame; of a run the first one, none where nothing was captured.
    pub(crate) frame: Option<u64>,
    /// Since the connection's first frame, nanoseconds.
    pub(crate) time_ns: i64,
    /// Since the line before.
    pub(crate) delay_ns: Option<i64>,
    /// The textbook step.
    pub(crate) step: &'static str,
    /// What stands on the arrow, before its numbers: the flags of a segment.
    pub(crate) label: String,
    /// Relative sequence number of a segment.
    pub(crate) seq: Option<u32>,
    /// Relative acknowledgement number.
    pub(crate) ack: Option<u32>,
    /// Payload, bytes.
    pub(crate) len: u32,
    /// What it means.
    pub(crate) note: String,
    /// The states after it, where they changed.
    pub(crate) states: Sides<Option<State>>,
    pub(crate) severity: Severity,
    pub(crate) phase: Phase,
}

/// What a line shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A segment.
    Sent {
        /// Its sender.
        from: Side,
        /// It carries again what was sent before.
        again: bool,
        /// It did not arrive, or no answer did, as a later segment shows.
        lost: bool,
    },
    /// Bytes that the capture lost.
    Missing {
        /// Their sender.
        from: Side,
    },
    /// An ICMP error.
    Icmp {
        /// Who receives it: the sender of the segment it quotes.
        to: Side,
        /// It comes from the other side, not from the path between.
        from_peer: bool,
    },
    /// Several segments.
    Run,
    /// Nothing for a long time.
    Silence,
}

impl Line {
    /// What stands on the arrow: flags and relative numbers.
    pub(crate) fn words(&self) -> String {
        let mut words = self.label.clone();
        if let Some(seq) = self.seq {
            let _ = write!(words, " seq {seq}");
        }
        if let Some(ack) = self.ack {
            let _ = write!(words, " ack {ack}");
        }
        if self.len > 0 {
            let _ = write!(words, " len {}", self.len);
        }
        words
    }

    /// How it looks: a word of the style sheets.
    pub(crate) const fn class(&self) -> &'static str {
        match (self.severity, self.phase) {
            (Severity::Warn | Severity::Error, _) => "warn",
            (Severity::Note, _) => "unusual",
            (_, Phase::Handshake) => "opening",
            (_, Phase::Teardown) => "closing",
            (_, Phase::Closed | Phase::Stray) => "over",
            (_, Phase::Transfer) => "open",
        }
    }
}

/// How a state looks: a word of the style sheets.
pub(crate) const fn state_class(state: State) -> &'static str {
    match state {
        State::Closed | State::Listen | State::Unknown => "over",
        State::SynSent | State::SynReceived => "opening",
        State::Established => "open",
        _ => "closing",
    }
}

impl Ladder {
    /// The picture of a connection whose segments were kept.
    pub(crate) fn of(connection: &Connection, folded: Folded) -> Self {
        let mut lines = Lines {
            connection,
            lines: Vec::new(),
            before_ns: None,
            states: None,
        };
        for row in folded.finish() {
            lines.row(&row);
        }
        Self {
            connection: connection.connection,
            ends: Sides {
                initiator: text::endpoint(connection.src, connection.src_port),
                responder: text::endpoint(connection.dst, connection.dst_port),
            },
            begins: lines.begins(),
            lines: lines.lines,
            verdict: verdict_in_words(connection),
            outcome: Outcome::of(connection),
        }
    }

    pub(crate) fn title(&self) -> String {
        format!(
            "#{}  {} → {}",
            self.connection, self.ends.initiator, self.ends.responder
        )
    }
}

struct Lines<'a> {
    connection: &'a Connection,
    lines: Vec<Line>,
    before_ns: Option<i64>,
    /// At the begin, and after the last line.
    states: Option<(Sides<State>, Sides<State>)>,
}

impl Lines<'_> {
    fn begins(&self) -> Sides<State> {
        self.states.map_or(
            Sides {
                initiator: State::Unknown,
                responder: State::Unknown,
            },
            |(begin, _)| begin,
        )
    }

    fn row(&mut self, row: &Kept) {
        match row {
            Kept::Segment(told) => self.segment(told),
            Kept::Run(run) => {
                let mut line = self.line(Kind::Run, run.first);
                line.label = run_in_words(run);
                line.note = again_in_words(run);
                if run.again_count > 0 {
                    line.severity = Severity::Note;
                }
                self.before_ns = Some(run.last.time_ns);
                self.lines.push(line);
            }
            Kept::Missing(at, from) => {
                let before_ns = self.before_ns;
                let mut line = self.line(Kind::Missing { from: *from }, *at);
                (line.frame, line.delay_ns, self.before_ns) = (None, None, before_ns);
                line.severity = Severity::Note;
                line.label = match (self.connection.gaps[*from], self.connection.gap_bytes[*from]) {
                    (1, bytes) if bytes > 0 => format!("{} not captured", Bytes(bytes)),
                    _ => "bytes not captured".to_owned(),
                };
                self.lines.push(line);
            }
            Kept::Icmp(at, side) => {
                let report = self
                    .connection
                    .icmp
                    .iter()
                    .find(|report| report.first_frame == at.frame);
                // Of each kind the first; its count tells the others.
                let Some(report) = report else { return };
                let (peer, rule) = match side {
                    Side::Initiator => (self.connection.dst, Rule::O17),
                    Side::Responder => (self.connection.src, Rule::O17),
                };
                let kind = Kind::Icmp {
                    to: *side,
                    from_peer: report.from == peer,
                };
                let mut line = self.line(kind, *at);
                line.severity = Severity::Warn;
                line.label = icmp_in_words(report);
                let hit = self
                    .connection
                    .rules
                    .iter()
                    .any(|hit| hit.id == rule && hit.frame == at.frame);
                if hit {
                    line.note = rule.info().name.to_owned();
                }
                self.lines.push(line);
            }
        }
    }

    fn segment(&mut self, told: &Told) {
        let segment = &told.segment;
        let kind = Kind::Sent {
            from: segment.direction,
            again: segment.retransmission_of.is_some() || segment.order.is_some(),
            lost: told.unanswered().or(told.lost()).is_some(),
        };
        let at = Moment {
            frame: segment.frame,
            time_ns: segment.time_ns,
        };
        let mut line = self.line(kind, at);
        line.step = segment.step.map_or("", synfin::Step::as_str);
        line.label = segment.flags.to_string();
        (line.seq, line.ack, line.len) = (segment.seq, segment.ack, segment.len);
        let before = self.lines.iter().rev().find(|line| line.kind != Kind::Silence);
        // The delay tells it already.
        let answers_line_before =
            segment.answers.is_some() && segment.answers == before.and_then(|line| line.frame);
        line.note = note(self.connection, told, answers_line_before);
        line.phase = segment.phase;
        let severities = segment.rules.iter().map(|rule| rule.info().severity);
        line.severity = severities.max().unwrap_or(Severity::Chat);
        if told.unanswered().or(told.lost()).is_some() {
            line.severity = line.severity.max(Severity::Note);
        }
        let begins = Sides::from_fn(|side| segment.state[side].before);
        let ends = Sides::from_fn(|side| segment.state[side].after);
        let (_, known) = self.states.unwrap_or((begins, begins));
        line.states = Sides::from_fn(|side| Some(ends[side]).filter(|&state| state != known[side]));
        let first = self.states.map_or(begins, |(first, _)| first);
        self.states = Some((first, ends));
        self.lines.push(line);
    }

    /// A line without words, after the silence before it.
    fn line(&mut self, kind: Kind, at: Moment) -> Line {
        let delay_ns = self.before_ns.map(|before| at.time_ns.saturating_sub(before));
        let line = Line {
            kind,
            frame: Some(at.frame),
            time_ns: at.time_ns.saturating_sub(self.connection.start_ns),
            delay_ns,
            step: "",
            label: String::new(),
            seq: None,
            ack: None,
            len: 0,
            note: String::new(),
            states: Sides::default(),
            severity: Severity::Chat,
            phase: Phase::Transfer,
        };
        if let Some(silence) = delay_ns.filter(|&delay| delay >= LONG_SILENCE_NS) {
            self.lines.push(Line {
                kind: Kind::Silence,
                frame: None,
                label: format!("{} of silence", Duration(silence)),
                ..line.clone()
            });
        }
        self.before_ns = Some(at.time_ns);
        line
    }
}

/// What a segment is, what it answers and what became of it.
fn note(connection: &Connection, told: &Told, answers_line_before: bool) -> String {
    let segment = &told.segment;
    let mut parts: Vec<String> = Vec::new();
    let role = segment.role.into_iter();
    let others = segment.rules.iter().filter(|&rule| Some(rule) != segment.role);
    for rule in role.chain(others) {
        // The flags say it.
        if !matches!(rule, Rule::O1 | Rule::O2 | Rule::O4 | Rule::T6) {
            parts.push(packets::name(rule, segment).to_owned());
        }
    }
    parts.extend(http(connection, segment));
    if let Some(first) = segment.retransmission_of {
        let mut words = format!("repeats {first}");
        if let Some(since) = segment.since_previous_ns {
            let _ = write!(words, " after {}", Duration(since));
        }
        if let Some(percent) = segment.backoff_percent {
            let _ = write!(words, ", ×{:.1}", f64::from(percent) / 100.0);
        }
        parts.push(words);
    }
    parts.extend(packets::out_of_turn(segment).map(str::to_owned));
    if segment.integrity != IntegrityWord::Ok {
        parts.push(segment.integrity.as_str().to_owned());
    }
    let answered = segment.answers.zip(segment.since_answered_ns);
    if let Some((frame, since)) = answered.filter(|_| !answers_line_before) {
        let verb = if parts.is_empty() && segment.len == 0 && !segment.flags.syn() {
            "ACK of"
        } else {
            "answers"
        };
        parts.push(format!("{verb} {frame} after {}", Duration(since)));
    }
    if let Some(frame) = told.unanswered() {
        parts.push(format!("unanswered, sent again in {frame}"));
    }
    if let Some(frame) = told.lost() {
        parts.push(format!("lost, as {frame} shows"));
    }
    parts.join(" · ")
}

/// The HTTP message that begins in a segment, by its name.
fn http(connection: &Connection, segment: &Annotation) -> Option<String> {
    let note = segment.http.filter(|note| note.begins)?;
    let transaction = connection.http.get(note.transaction as usize)?;
    let request = || {
        let [method, target] = text::request(transaction);
        format!("{method} {target}")
    };
    Some(
        match (note.message, transaction.status, transaction.response_frame) {
            (HttpMessage::Request, Some(status), Some(frame)) => {
                format!("{} → {status} in {frame}", request())
            }
            (HttpMessage::Request, _, Some(_)) => request(),
            (HttpMessage::Request, _, None) => format!("{}, no answer", request()),
            (HttpMessage::Response, Some(status), frame)
                if frame.is_none_or(|frame| frame <= segment.frame) =>
            {
                let of = transaction.request_frame.map(|_| format!(" for {}", request()));
                format!("HTTP {status}{}", of.unwrap_or_default())
            }
            (HttpMessage::Response, ..) => "HTTP interim response".to_owned(),
        },
    )
}

fn icmp_in_words(report: &IcmpReport) -> String {
    let v6 = report.from.is_ipv6();
    let mut words = format!(
        "{} {} ({}/{}) from {}",
        if v6 { "ICMPv6" } else { "ICMP" },
        icmp_name(v6, report.kind, report.code),
        report.kind,
        report.code,
        report.from
    );
    if let Some(mtu) = report.mtu {
        let _ = write!(words, ", MTU {mtu}");
    }
    if report.count > 1 {
        let _ = write!(words, ", {} times until {}", report.count, report.last_frame);
    }
    words
}

/// Type and code by their names in IANA's registries, shortened.
const fn icmp_name(v6: bool, kind: u8, code: u8) -> &'static str {
    match (v6, kind, code) {
        (false, 3, 0) | (true, 1, 0) => "network unreachable",
        (false, 3, 1) | (true, 1, 3) => "host unreachable",
        (false, 3, 2) => "protocol unreachable",
        (false, 3, 3) | (true, 1, 4) => "port unreachable",
        (false, 3, 4) => "fragmentation needed",
        (false, 3, 9 | 10 | 13) | (true, 1, 1) => "administratively prohibited",
        (false, 3, _) | (true, 1, _) => "destination unreachable",
        (true, 2, _) => "packet too big",
        (false, 11, _) | (true, 3, _) => "time exceeded",
        (false, 12, _) | (true, 4, _) => "parameter problem",
        _ => "error",
    }
}

fn run_in_words(run: &Run) -> String {
    if run.cut {
        let bytes: u64 = Side::BOTH.iter().map(|&side| run.bytes[side]).sum();
        return format!(
            "… {}, {} not shown",
            counted(run.segments(), "segment"),
            Bytes(bytes)
        );
    }
    let arrow = |side| match side {
        Side::Initiator => "→",
        Side::Responder => "←",
    };
    let mut parts = Vec::new();
    for side in Side::BOTH {
        if run.data[side] > 0 {
            let count = counted(run.data[side], "segment");
            parts.push(format!("{count}, {} {}", Bytes(run.bytes[side]), arrow(side)));
        }
    }
    for side in Side::BOTH {
        if run.empty[side] > 0 {
            parts.push(format!("{} {}", counted(run.empty[side], "ACK"), arrow(side)));
        }
    }
    format!("… {}", parts.join(" · "))
}

fn again_in_words(run: &Run) -> String {
    if run.again_count == 0 {
        return String::new();
    }
    let named: Vec<String> = run.again.iter().map(u64::to_string).collect();
    let more = run.again_count.saturating_sub(run.again.len() as u64);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("sent again later: {}{more}", named.join(", "))
}

/// `1 ACK`, `3 ACKs`.
fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A number of bytes in the unit that reads best: `94 bytes`, `1.45 kB`, `180 kB`.
pub(crate) struct Bytes(pub(crate) u64);

impl std::fmt::Display for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = self.0 as f64;
        let (value, unit) = match self.0 {
            0..1_000 => return f.write_str(&counted(self.0, "byte")),
            1_000..1_000_000 => (bytes / 1e3, "kB"),
            1_000_000..1_000_000_000 => (bytes / 1e6, "MB"),
            _ => (bytes / 1e9, "GB"),
        };
        let decimals = match value {
            0.0..9.995 => 2,
            9.995..99.95 => 1,
            _ => 0,
        };
        write!(f, "{value:.decimals$} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::Bytes;

    #[test]
    fn bytes_keep_three_digits_and_the_best_unit() {
        let told = [1, 94, 1448, 180_000, 12_345_678, 5_000_000_000].map(|bytes| Bytes(bytes).to_string());
        assert_eq!(
            told,
            ["1 byte", "94 bytes", "1.45 kB", "180 kB", "12.3 MB", "5.00 GB"]
        );
    }
}
