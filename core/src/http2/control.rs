//! Frames about the connection and the streams as such: RFC 9113 sections 6.4 to 6.9.

use super::exchange::Stream;
use super::facts::{Gathered, Http2GoAway, Http2Reset};
use super::frame::{self, FrameHeader, Http2Error, Http2SettingName};
use super::{Ear, Http2};
use crate::frame::Side;
use crate::http::{CloseAnnounced, CloseReason, wire_text};
use crate::rule::Rule;
use crate::stream::Mark;

/// Kept of what a GOAWAY says besides, bytes.
const KEPT_DEBUG: usize = 256;

impl Http2 {
    /// Section 6.4.
    pub(super) fn reset(
        &mut self,
        from: Side,
        header: &FrameHeader,
        begun: Mark,
        payload: &[u8],
        ear: &mut Ear<'_>,
    ) {
        let Some(error) = frame::number(payload).map(Http2Error) else {
            return;
        };
        ear.tell(Rule::H25);
        if self.gathered.resets.len() < Gathered::MOST_RESETS {
            self.gathered.resets.push(Http2Reset {
                stream: header.stream,
                by: from,
                error,
                frame: begun.frame,
            });
        } else {
            self.gathered.resets_omitted += 1;
        }
        if let Some(note) = ear.note.as_mut().filter(|note| note.stream == header.stream) {
            note.error.get_or_insert(error);
        }
        match self.streams.remove(&header.stream) {
            Some(stream) => {
                let early = from == self.client && !stream.is_answered(self.client);
                if early
                    && self
                        .cancelled
                        .one_more(begun.time_ns, ear.limits.http2.flood_per_second)
                {
                    ear.tell(Rule::H29);
                }
                self.end_reset(&stream, from, error, begun, ear);
            }
            None if self.is_idle(header.stream) && !self.has_missed() => ear.tell(Rule::H48),
            None => {}
        }
    }

    /// Section 6.5.
    pub(super) fn settings(
        &mut self,
        from: Side,
        header: &FrameHeader,
        mark: Mark,
        payload: &[u8],
        ear: &mut Ear<'_>,
    ) {
        if header.is_ack() {
            return;
        }
        for setting in payload.chunks_exact(6) {
            let [a, b, value @ ..] = setting else { continue };
            let name = Http2SettingName(u16::from_be_bytes([*a, *b]));
            let Some(value) = frame::number(value) else {
                continue;
            };
            self.gathered.set(from, name, value);
            match name {
                Http2SettingName::ENABLE_PUSH if value > 1 => ear.tell(Rule::H48),
                Http2SettingName::INITIAL_WINDOW_SIZE if value > i32::MAX as u32 => ear.tell(Rule::H48),
                Http2SettingName::INITIAL_WINDOW_SIZE => {
                    self.resize_windows(from.peer(), i64::from(value), mark)
                }
                Http2SettingName::MAX_FRAME_SIZE if (frame::USUAL_PAYLOAD..1 << 24).contains(&value) => {
                    // What was on its way may still be of the size allowed before.
                    let lane = &mut self.lanes[from.peer()];
                    lane.largest = lane.largest.max(value);
                }
                Http2SettingName::MAX_FRAME_SIZE => ear.tell(Rule::H48),
                _ => {}
            }
        }
    }

    /// Section 6.7.
    pub(super) fn ping(&mut self, from: Side, header: &FrameHeader, mark: Mark, payload: &[u8]) {
        let Ok(opaque) = payload.try_into().map(u64::from_be_bytes) else {
            return;
        };
        if !header.is_ack() {
            self.pings[from] = Some((opaque, mark.time_ns));
            return;
        }
        if let Some((_, asked)) = self.pings[from.peer()].take_if(|(asked, _)| *asked == opaque) {
            let time_ns = mark.time_ns.saturating_sub(asked);
            let shortest = &mut self.gathered.ping_rtt_ns[from];
            if time_ns >= 0 && shortest.is_none_or(|shortest| time_ns < shortest) {
                *shortest = Some(time_ns);
            }
        }
    }

    /// Section 6.8.
    pub(super) fn goaway(&mut self, from: Side, begun: Mark, payload: &[u8], ear: &mut Ear<'_>) {
        let Some((last_stream, error, debug)) = frame::goaway(payload) else {
            return;
        };
        ear.tell(if error.is_error() { Rule::H26 } else { Rule::H27 });
        if let Some(note) = ear.note {
            note.error.get_or_insert(error);
        }
        if self.gathered.goaway.len() < Gathered::MOST_GOAWAY {
            self.gathered.goaway.push(Http2GoAway {
                by: from,
                error,
                last_stream,
                debug: wire_text(&debug[..debug.len().min(KEPT_DEBUG)]),
                frame: begun.frame,
            });
        } else {
            self.gathered.goaway_omitted += 1;
        }
        self.announced.get_or_insert(CloseAnnounced {
            reason: CloseReason::ConnectionClose,
            by: from,
            frame: begun.frame,
        });
    }

    /// Section 6.9.
    pub(super) fn window_update(
        &mut self,
        from: Side,
        header: &FrameHeader,
        mark: Mark,
        payload: &[u8],
        ear: &mut Ear<'_>,
    ) {
        let Some(increment) = frame::number(payload).map(|number| number & !(1 << 31)) else {
            return;
        };
        let sender = from.peer();
        let window = match header.stream {
            0 => &mut self.windows[sender],
            stream => match self.streams.get_mut(&stream) {
                Some(stream) => &mut stream.windows[sender],
                None => {
                    if self.is_idle(stream) && !self.has_missed() {
                        ear.tell(Rule::H48);
                    }
                    return;
                }
            },
        };
        let (waited, fits) = window.change(i64::from(increment), mark.time_ns);
        if increment == 0 || !fits {
            ear.tell(Rule::H48);
        }
        self.waited(sender, waited, ear);
    }

    fn waited(&mut self, sender: Side, waited: Option<i64>, ear: &mut Ear<'_>) {
        let Some(waited_ns) = waited else { return };
        ear.tell(Rule::H50);
        self.gathered.flow_stalls[sender] += 1;
        self.gathered.flow_stall_ns[sender] += waited_ns;
    }

    /// Section 6.9.2: a new initial size changes the streams that are there as well.
    fn resize_windows(&mut self, sender: Side, size: i64, mark: Mark) {
        let by = size - self.initial[sender];
        self.initial[sender] = size;
        for stream in self.streams.values_mut() {
            // That a setting ends a wait is not counted.
            let _waited = stream.windows[sender].change(by, mark.time_ns);
        }
    }

    /// Windows may have changed by frames that were not captured.
    pub(super) fn forget_windows(&mut self) {
        for side in Side::BOTH {
            self.windows[side].forget();
        }
        for stream in self.streams.values_mut() {
            for side in Side::BOTH {
                stream.windows[side].forget();
            }
        }
    }

    /// Section 5.1.1: nobody has used this stream yet.
    pub(super) fn is_idle(&self, stream: u32) -> bool {
        stream > self.last[self.opener(stream)]
    }

    /// Clients open odd streams, servers even ones.
    pub(super) const fn opener(&self, stream: u32) -> Side {
        if stream % 2 == 1 {
            self.client
        } else {
            self.client.peer()
        }
    }

    /// Whether frames of either side may be missing.
    pub(super) const fn has_missed(&self) -> bool {
        self.missed.initiator || self.missed.responder
    }
}

impl Stream {
    /// Whether its response has begun.
    pub(super) fn is_answered(&self, client: Side) -> bool {
        self.has_head[client.peer()]
    }
}
