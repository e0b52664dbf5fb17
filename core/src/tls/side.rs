//! One side's records: where its stream stands, and what bytes, gaps and the end do to it.

use smallvec::SmallVec;

use super::message::{Heard, Messages};
use super::record::{self, HEADER, Header, content};
use super::words::TlsAlert;
use super::{Reader, TlsEvents, TlsLimits};
use crate::Side;
use crate::rule::Rule;
use crate::stream::{Mark, StreamEnd};
use crate::words::Confidence;

#[derive(Debug, Default)]
pub(super) struct Stream {
    phase: Phase,
    /// A record's header, as far as it has come.
    head: SmallVec<[u8; HEADER]>,
    /// The segment with the first byte of the record.
    mark: Mark,
    pub(super) messages: Messages,
    /// A clear alert, as far as it has come.
    alert: SmallVec<[u8; 2]>,
    /// Its records are encrypted, up to TLS 1.2.
    pub(super) protected: bool,
    /// The last record, and the segment with its first byte.
    pub(super) last: Option<(Header, Mark)>,
    /// The last segment of its encrypted flight, and how many records that has (TLS 1.3).
    pub(super) flight: Option<Mark>,
    pub(super) flight_records: u32,
    pub(super) is_finished: bool,
    /// No record of it has come behind its Finished (TLS 1.3).
    pub(super) said_nothing: bool,
    /// It said close_notify, so surely.
    pub(super) notified: Option<Confidence>,
    /// It ended without saying so.
    pub(super) is_truncated: bool,
    /// It has ended.
    ended: bool,
    /// Bytes of it are missing.
    pub(super) has_gaps: bool,
}

#[derive(Debug, Default)]
enum Phase {
    /// A record may begin here, or its header goes on.
    #[default]
    Header,
    /// Inside a record, and how much of it is left.
    Record(Kind, u32),
    /// No record is known to begin here, up to the next segment that begins with one.
    Lost,
}

/// How a record is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Handshake,
    Alert,
    /// By its length alone.
    Skipped,
}

impl Stream {
    pub(super) fn held_bytes(&self) -> usize {
        self.messages.held_bytes()
    }

    /// Whether nothing of a record is open.
    const fn is_between(&self) -> bool {
        matches!(self.phase, Phase::Header)
    }
}

impl Reader {
    pub(super) fn read(
        &mut self,
        from: Side,
        mark: Mark,
        mut data: &[u8],
        limits: &TlsLimits,
        events: &mut TlsEvents,
    ) {
        if matches!(self.streams[from].phase, Phase::Lost) {
            if !record::resumes(data) {
                return;
            }
            self.streams[from].phase = Phase::Header;
        }
        while !data.is_empty() {
            let stream = &mut self.streams[from];
            match stream.phase {
                Phase::Header => {
                    if stream.head.is_empty() {
                        stream.mark = mark;
                    }
                    let (head, rest) = data.split_at(data.len().min(HEADER - stream.head.len()));
                    stream.head.extend_from_slice(head);
                    data = rest;
                    if let Ok((_, header)) = Header::parse(&stream.head) {
                        stream.head.clear();
                        self.begin(from, header, events);
                    }
                }
                Phase::Record(kind, left) => {
                    let used = data.len().min(left as usize);
                    let (body, rest) = data.split_at(used);
                    data = rest;
                    self.body(from, kind, mark, body, limits, events);
                    self.advance(from, left - u32::try_from(used).unwrap_or(left));
                }
                Phase::Lost => return,
            }
        }
        self.may_be_alert(from, events);
    }

    /// So much of a record is left.
    const fn advance(&mut self, from: Side, left: u32) {
        let stream = match from {
            Side::Initiator => &mut self.streams.initiator,
            Side::Responder => &mut self.streams.responder,
        };
        if let Phase::Record(_, rest) = &mut stream.phase {
            *rest = left;
            if left == 0 {
                stream.phase = Phase::Header;
            }
        }
    }

    fn begin(&mut self, from: Side, header: Header, events: &mut TlsEvents) {
        let stream = &mut self.streams[from];
        if !header.is_credible() || header.is_too_long() {
            let rule = if header.is_credible() {
                Rule::L12
            } else {
                Rule::L16
            };
            events.rules.insert(rule);
            (stream.phase, stream.last) = (Phase::Lost, None);
            return;
        }
        let mark = stream.mark;
        stream.messages.begin_record();
        stream.alert.clear();
        stream.last = Some((header, mark));
        events.records = events.records.saturating_add(1);
        events.content.get_or_insert(header.content);
        let kind = self.record(from, header, mark, events);
        if header.len > 0 {
            self.streams[from].phase = Phase::Record(kind, header.len.into());
        }
    }

    fn body(
        &mut self,
        from: Side,
        kind: Kind,
        mark: Mark,
        mut body: &[u8],
        limits: &TlsLimits,
        events: &mut TlsEvents,
    ) {
        match kind {
            Kind::Skipped => {}
            Kind::Alert => {
                let alert = &mut self.streams[from].alert;
                alert.extend_from_slice(body);
                if let [level, number] = alert[..] {
                    self.alert(from, level, number, events);
                }
            }
            Kind::Handshake => {
                let longest = limits.hello_bytes as usize;
                while let Some((rest, heard, too_long)) =
                    self.streams[from].messages.read(mark, body, longest)
                {
                    body = rest;
                    events.too_long |= too_long;
                    match heard {
                        Heard::More(kind) => self.message_step(from, kind, events),
                        Heard::Told(message) => self.message(from, &message, events),
                        Heard::NoMessage => {
                            let stream = &mut self.streams[from];
                            stream.protected = true;
                            if let Phase::Record(kind, _) = &mut stream.phase {
                                *kind = Kind::Skipped;
                            }
                        }
                    }
                }
            }
        }
    }

    pub(super) fn skip_gap(&mut self, from: Side, len: u64, events: &mut TlsEvents) {
        let stream = &mut self.streams[from];
        stream.has_gaps = true;
        let told = match stream.phase {
            Phase::Record(kind, left) if len <= u64::from(left) => {
                let told = if kind == Kind::Handshake {
                    stream.messages.give_up(len)
                } else {
                    None
                };
                self.advance(from, left - u32::try_from(len).unwrap_or(left));
                told
            }
            _ => {
                (stream.phase, stream.last) = (Phase::Lost, None);
                stream.head.clear();
                stream.messages.give_up(u64::MAX)
            }
        };
        if let Some(message) = told {
            self.message(from, &message, events);
        }
    }

    /// Lets go what is held of a hello.
    pub(super) fn let_go(&mut self, from: Side, events: &mut TlsEvents) {
        if let Some(message) = self.streams[from].messages.give_up(0) {
            self.message(from, &message, events);
        }
    }

    pub(super) fn close(&mut self, side: Side, how: StreamEnd, events: &mut TlsEvents) {
        self.let_go(side, events);
        if how == StreamEnd::CaptureEnd || std::mem::replace(&mut self.streams[side].ended, true) {
            return;
        }
        if !self.is_established() || self.fatal.is_some() || self.streams[side].notified.is_some() {
            return;
        }
        if let Some((confidence, mark)) = self.ends_with_alert(side) {
            self.notified(side, confidence, mark, events);
            return;
        }
        let peer = side.peer();
        // What was not captured may have been the alert.
        let unread = |side: Side| matches!(self.streams[side].phase, Phase::Lost);
        let peer_said = self.streams[peer].notified.is_some() || self.ends_with_alert(peer).is_some();
        if how == StreamEnd::Fin && !peer_said && !unread(side) && !unread(peer) {
            self.streams[side].is_truncated = true;
            events.rules.insert(Rule::L10);
        }
    }

    /// Whether the last bytes of a side can be an encrypted alert.
    fn ends_with_alert(&self, side: Side) -> Option<(Confidence, Mark)> {
        let stream = &self.streams[side];
        let (header, mark) = stream
            .last
            .filter(|_| stream.is_between() && stream.head.is_empty())?;
        Some((self.may_be(header)?, mark))
    }

    /// The last record of a segment may be an encrypted alert by its length alone.
    fn may_be_alert(&self, from: Side, events: &mut TlsEvents) {
        let stream = &self.streams[from];
        let Some((header, _)) = stream.last.filter(|_| stream.is_between()) else {
            return;
        };
        let by_length = header.content == content::APPLICATION_DATA && self.is_1_3() && stream.is_finished;
        if by_length && stream.head.is_empty() && self.may_be(header).is_some() {
            events.alert = Some(TlsAlert::Encrypted);
        }
    }
}
