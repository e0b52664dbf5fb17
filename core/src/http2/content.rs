//! The content of messages: DATA frames (RFC 9113 section 6.1).

use super::exchange::Stream;
use super::frame::FrameHeader;
use super::{Ear, Http2};
use crate::frame::Side;
use crate::rule::Rule;
use crate::stream::{GapCause, Mark};

impl Http2 {
    /// A DATA frame begins: section 6.1.
    pub(super) fn content_begins(
        &mut self,
        from: Side,
        header: &FrameHeader,
        begun: Mark,
        ear: &mut Ear<'_>,
    ) {
        let mut fits = self.windows[from].send(header.length, begun.time_ns);
        let missed = self.has_missed();
        let is_idle = self.is_idle(header.stream);
        match self.streams.get_mut(&header.stream) {
            Some(stream) => {
                fits &= stream.windows[from].send(header.length, begun.time_ns);
                if header.ends_stream() {
                    stream.windows[from].end();
                }
                let is_odd = !stream.may_send(from) || !stream.has_head[from] && stream.number.is_some();
                if is_odd && stream.missing[from].is_none() && !missed {
                    ear.tell(Rule::H48);
                }
                let stream = &self.streams[&header.stream];
                if let Some(number) = stream.number.filter(|_| stream.may_send(from)) {
                    ear.events.touch(self.kind(from), number);
                }
            }
            None if is_idle && !missed => ear.tell(Rule::H48),
            None => {}
        }
        if !fits {
            ear.tell(Rule::H48);
        }
        // Nothing of it follows.
        if header.length == 0 {
            self.content_ends(from, header, begun, ear);
        }
    }

    pub(super) fn content(
        &mut self,
        from: Side,
        header: &FrameHeader,
        content: &[u8],
        mark: Mark,
        ear: &mut Ear<'_>,
    ) {
        let kind = self.kind(from);
        let Some(stream) = self.streams.get_mut(&header.stream) else {
            return;
        };
        let Some(number) = stream.number.filter(|_| stream.may_send(from)) else {
            return;
        };
        if let Some(left) = &mut stream.announced[from] {
            *left = left.saturating_sub(content.len() as i64);
        }
        ear.events.touch(kind, number);
        let most = ear.limits.body_bytes as usize;
        let Some(row) = ear.ledger.get_mut(number) else {
            return;
        };
        row.add_body(kind, content.len() as u64);
        if let Some(facts) = row.message_facts(kind) {
            (facts.last_frame, facts.last_ns) = (Some(mark.frame), Some(mark.time_ns));
            facts.body_wire_len += content.len() as u64;
            let room = most.saturating_sub(facts.body.len());
            facts.body.extend_from_slice(&content[..content.len().min(room)]);
        }
    }

    /// Content that was sent but not captured.
    pub(super) fn miss_content(
        &mut self,
        from: Side,
        header: &FrameHeader,
        content: u64,
        cause: GapCause,
        ear: &mut Ear<'_>,
    ) {
        let kind = self.kind(from);
        let Some(stream) = self.streams.get_mut(&header.stream) else {
            return;
        };
        stream.miss(from, cause);
        if let Some(left) = &mut stream.announced[from] {
            *left = left.saturating_sub_unsigned(content);
        }
        let Some(number) = stream.number else { return };
        ear.events.touch(kind, number);
        let limits = ear.limits;
        if let Some(row) = ear.ledger.get_mut(number) {
            row.add_body(kind, content);
            row.set_state(kind, cause.into());
            if let Some(facts) = row.message_facts(kind) {
                facts.body_wire_len += content;
                facts.missing_content(content, limits);
            }
        }
    }

    pub(super) fn content_ends(&mut self, from: Side, header: &FrameHeader, mark: Mark, ear: &mut Ear<'_>) {
        let may_send = |stream: &Stream| stream.may_send(from);
        if header.ends_stream() && self.streams.get(&header.stream).is_some_and(may_send) {
            self.end_stream(from, header.stream, mark, ear);
        }
    }
}
