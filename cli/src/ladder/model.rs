//! The picture of one connection, whatever it is drawn with: lines from top to bottom, time running down.

use std::fmt::Write as _;

use synfin::{CloseVerdict, Connection, HandshakeVerdict, Phase, Rule, Severity, Side, Sides, State};

use super::fold::{Folded, Kept, Moment, Told};
use super::words;
use crate::connections::verdict_in_words;
use crate::language::Messages;
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
    pub(crate) fn of(say: &Messages, connection: &Connection, folded: Folded) -> Self {
        let mut lines = Lines {
            say,
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
            verdict: verdict_in_words(say, connection),
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
    say: &'a Messages,
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
                line.label = words::run(self.say, run);
                line.note = words::again(self.say, run);
                if run.again_count > 0 {
                    line.severity = Severity::Note;
                }
                self.before_ns = Some(run.last.time_ns);
                self.lines.push(line);
            }
            Kept::Missing(at, from) => {
                // When they went by nobody saw: the time is the next row's to tell.
                let before_ns = self.before_ns.take();
                let mut line = self.line(Kind::Missing { from: *from }, *at);
                (line.frame, self.before_ns) = (None, before_ns);
                line.severity = Severity::Note;
                line.label = match (self.connection.gaps[*from], self.connection.gap_bytes[*from]) {
                    (1, bytes) if bytes > 0 => (self.say.ladder.not_captured)(&words::bytes(self.say, bytes)),
                    _ => self.say.ladder.bytes_not_captured.to_owned(),
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
                let peer = match side {
                    Side::Initiator => self.connection.dst,
                    Side::Responder => self.connection.src,
                };
                let kind = Kind::Icmp {
                    to: *side,
                    from_peer: report.from == peer,
                };
                let mut line = self.line(kind, *at);
                line.severity = Severity::Warn;
                line.label = words::icmp(self.say, report);
                let hits = &self.connection.rules;
                let hit = hits
                    .iter()
                    .any(|hit| hit.id == Rule::O17 && hit.frame == at.frame);
                if hit {
                    line.note = Rule::O17.name_in(self.say.language).to_owned();
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
        line.note = words::note(self.say, self.connection, told, answers_line_before);
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
                label: (self.say.ladder.silence)(Duration(silence)),
                ..line.clone()
            });
        }
        self.before_ns = Some(at.time_ns);
        line
    }
}
