//! WebSocket inside one connection, after its opening handshake: reads two byte streams in order, knows no segments.
//! Read RFC 6455 section 5 first.
//!
//! Payload is counted and, of close frames, unmasked; else it is never held. A gap inside a frame costs that frame.
//! Behind lost framing nothing is read: no frame can be told from what masked payload happens to look like. Nothing
//! here panics.

mod frame;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use frame::{CloseCode, Opcode};

use crate::frame::{Side, Sides};
use crate::http::wire_text;
use crate::rule::{Rule, RuleSet};
use crate::stream::Mark;
use frame::{Header, LONGEST_HEADER};

/// The longest payload of a control frame: section 5.5.
const LONGEST_CONTROL: usize = 125;

/// WebSocket on a connection: RFC 6455.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WebsocketReport {
    /// Which side asked for it: that side masks its payload.
    pub client: Side,
    /// Extensions that the server agreed to: mostly `permessage-deflate` (RFC 7692). Payload stays as it is.
    pub extensions: Option<Box<str>>,
    /// The subprotocol that it chose.
    pub subprotocol: Option<Box<str>>,
    /// Whole messages of each side.
    pub messages: Sides<u64>,
    /// How many frames of each opcode each side sent, of the opcodes that were there.
    pub frames: Vec<WebsocketFrames>,
    /// Frames of each side that are a part of a message of several.
    pub fragments: Sides<u64>,
    /// Frames of each side whose payload is compressed (RFC 7692: the first of a message says so).
    pub compressed: Sides<u64>,
    /// Payload of each side, bytes, as it was sent.
    pub payload_len: Sides<u64>,
    /// Payload of it that is masked.
    pub masked_len: Sides<u64>,
    /// Shortest time between a ping and its pong by the initiator, nanoseconds: the round trip between the capture
    /// point and the initiator.
    pub ping_rtt_initiator_ns: Option<i64>,
    /// The same of the responder.
    pub ping_rtt_responder_ns: Option<i64>,
    /// The first close frame of each side, in the order of the capture.
    pub close: Vec<WebsocketClose>,
}

/// Frames of one opcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WebsocketFrames {
    /// The opcode.
    pub opcode: Opcode,
    /// How many the initiator sent.
    pub initiator: u64,
    /// How many the responder sent.
    pub responder: u64,
}

/// A close frame: section 5.5.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WebsocketClose {
    /// Which side.
    pub by: Side,
    /// The frame with its first byte.
    pub frame: u64,
    /// The status code; none where it gives none.
    pub code: Option<u16>,
    /// What the code means, by the registry of section 7.4 and its successors.
    pub meaning: Option<CloseCode>,
    /// The reason in its own words.
    pub reason: Box<str>,
}

/// The WebSocket frames that begin in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WebsocketNote {
    /// How many.
    pub frames: u16,
    /// The opcode of the one that says most: a close frame, else the first.
    pub opcode: Opcode,
    /// The status code of that close frame.
    pub status_code: Option<u16>,
}

/// What some bytes told.
pub(crate) struct Ear<'a> {
    pub(crate) rules: &'a mut RuleSet,
    pub(crate) note: &'a mut Option<WebsocketNote>,
}

/// The WebSocket of one connection.
#[derive(Debug)]
pub(crate) struct Websocket {
    client: Side,
    lanes: Sides<Lane>,
    pings: Sides<Option<Ping>>,
    /// Frames by opcode.
    frames: Sides<[u64; 16]>,
    report: WebsocketReport,
}

/// The last ping of a side that was not answered.
#[derive(Debug)]
struct Ping {
    payload: Vec<u8>,
    time_ns: i64,
}

/// One side.
#[derive(Debug, Default)]
struct Lane {
    place: Place,
    /// A message of several frames is in progress.
    in_message: bool,
    /// It has sent a close frame.
    closed: bool,
}

#[derive(Debug)]
enum Place {
    Header {
        bytes: [u8; LONGEST_HEADER],
        len: usize,
        begun: Mark,
    },
    Payload {
        header: Header,
        left: u64,
        begun: Mark,
        /// Of a control frame.
        kept: Vec<u8>,
        missing: bool,
    },
    Lost,
}

impl Default for Place {
    fn default() -> Self {
        Self::BETWEEN
    }
}

impl Place {
    const BETWEEN: Self = Self::Header {
        bytes: [0; LONGEST_HEADER],
        len: 0,
        begun: Mark { frame: 0, time_ns: 0 },
    };
}

impl Websocket {
    /// A connection whose client asked for it, and what the server agreed to.
    pub(crate) fn new(client: Side, extensions: Option<Box<str>>, subprotocol: Option<Box<str>>) -> Self {
        Self {
            client,
            lanes: Sides::default(),
            pings: Sides::default(),
            frames: Sides::default(),
            report: WebsocketReport {
                client,
                extensions,
                subprotocol,
                messages: Sides::default(),
                frames: Vec::new(),
                fragments: Sides::default(),
                compressed: Sides::default(),
                payload_len: Sides::default(),
                masked_len: Sides::default(),
                ping_rtt_initiator_ns: None,
                ping_rtt_responder_ns: None,
                close: Vec::new(),
            },
        }
    }

    /// The next bytes of one side.
    pub(crate) fn bytes(&mut self, from: Side, mark: Mark, mut data: &[u8], ear: &mut Ear<'_>) {
        while !data.is_empty() {
            match &mut self.lanes[from].place {
                Place::Header { bytes, len, begun } => {
                    if *len == 0 {
                        *begun = mark;
                    }
                    let wanted = frame::header_len(&bytes[..*len]);
                    let taken = wanted.saturating_sub(*len).min(data.len());
                    bytes[*len..*len + taken].copy_from_slice(&data[..taken]);
                    (*len, data) = (*len + taken, &data[taken..]);
                    if let Some(header) = Header::parse(&bytes[..*len]) {
                        let begun = *begun;
                        self.begins(from, header, begun, ear);
                    }
                }
                Place::Payload {
                    header, left, kept, ..
                } => {
                    let taken = usize::try_from(*left).map_or(data.len(), |left| left.min(data.len()));
                    let (payload, rest) = data.split_at(taken);
                    if header.opcode.is_control() && kept.len() + taken <= LONGEST_CONTROL {
                        kept.extend_from_slice(payload);
                    }
                    *left -= taken as u64;
                    let is_over = *left == 0;
                    self.count(from, taken as u64);
                    data = rest;
                    if is_over {
                        self.ends(from, mark, ear);
                    }
                }
                Place::Lost => return,
            }
        }
    }

    /// The next `len` bytes of one side were sent but are missing.
    pub(crate) fn gap(&mut self, from: Side, len: u64, ear: &mut Ear<'_>) {
        let lane = &mut self.lanes[from];
        match &mut lane.place {
            Place::Payload { left, missing, .. } if len <= *left => {
                *left -= len;
                *missing = true;
                let is_over = *left == 0;
                self.count(from, len);
                if is_over {
                    self.ends(from, Mark::default(), ear);
                }
            }
            _ => lane.place = Place::Lost,
        }
    }

    /// Bytes held until more comes.
    pub(crate) fn held_bytes(&self) -> usize {
        let of = |side: Side| match &self.lanes[side].place {
            Place::Payload { kept, .. } => kept.len(),
            Place::Header { .. } | Place::Lost => 0,
        };
        of(Side::Initiator) + of(Side::Responder)
    }

    /// The first close frame: who sent it, and in which frame it began.
    pub(crate) fn close_announced(&self) -> Option<(Side, u64)> {
        let close = self.report.close.first()?;
        Some((close.by, close.frame))
    }

    pub(crate) fn report(&self) -> WebsocketReport {
        let frames = (0..16).map(|opcode| WebsocketFrames {
            opcode: Opcode(opcode),
            initiator: self.frames.initiator[usize::from(opcode)],
            responder: self.frames.responder[usize::from(opcode)],
        });
        WebsocketReport {
            frames: frames
                .filter(|frames| frames.initiator + frames.responder > 0)
                .collect(),
            ..self.report.clone()
        }
    }

    fn count(&mut self, from: Side, len: u64) {
        self.report.payload_len[from] += len;
        if let Place::Payload { header, .. } = &self.lanes[from].place {
            if header.mask.is_some() {
                self.report.masked_len[from] += len;
            }
        }
    }

    /// A frame's header is whole.
    fn begins(&mut self, from: Side, header: Header, begun: Mark, ear: &mut Ear<'_>) {
        let opcode = header.opcode;
        let new = WebsocketNote {
            frames: 1,
            opcode,
            status_code: None,
        };
        *ear.note = Some(match *ear.note {
            None => new,
            Some(note) => {
                let frames = note.frames.saturating_add(1);
                let most = if opcode == Opcode::CLOSE && note.opcode != Opcode::CLOSE {
                    new
                } else {
                    note
                };
                WebsocketNote { frames, ..most }
            }
        });
        self.frames[from][usize::from(opcode.0 & 0x0f)] += 1;
        let agreed = self.report.extensions.is_some();
        let lane = &mut self.lanes[from];
        let odd = header.mask.is_some() != (from == self.client)
            || opcode.is_reserved()
            || !header.is_minimal
            || header.reserved & 0b011 != 0
            || header.reserved & 0b100 != 0 && !(agreed && matches!(opcode, Opcode::TEXT | Opcode::BINARY))
            || opcode.is_control() && (!header.is_final || header.len > LONGEST_CONTROL as u64)
            || !opcode.is_control() && (opcode == Opcode::CONTINUATION) != lane.in_message
            || lane.closed;
        if odd {
            ear.rules.insert(Rule::H52);
        }
        if !opcode.is_control() {
            if lane.in_message || !header.is_final {
                self.report.fragments[from] += 1;
            }
            if header.reserved & 0b100 != 0 {
                self.report.compressed[from] += 1;
            }
            lane.in_message = !header.is_final;
        }
        lane.place = Place::Payload {
            header,
            left: header.len,
            begun,
            kept: Vec::new(),
            missing: false,
        };
        if header.len == 0 {
            self.ends(from, begun, ear);
        }
    }

    /// A frame is over.
    fn ends(&mut self, from: Side, mark: Mark, ear: &mut Ear<'_>) {
        let lane = &mut self.lanes[from];
        let Place::Payload {
            header,
            begun,
            mut kept,
            missing,
            ..
        } = std::mem::take(&mut lane.place)
        else {
            return;
        };
        if let Some(mask) = header.mask {
            let masks = mask.iter().cycle();
            kept.iter_mut().zip(masks).for_each(|(byte, mask)| *byte ^= mask);
        }
        match header.opcode {
            Opcode::CLOSE => self.close(from, begun, if missing { &[] } else { &kept }, ear),
            Opcode::PING if !missing => {
                self.pings[from] = Some(Ping {
                    payload: kept,
                    time_ns: mark.time_ns,
                });
            }
            Opcode::PONG if !missing => self.pong(from, &kept, mark),
            opcode if !opcode.is_control() && header.is_final => self.report.messages[from] += 1,
            _ => {}
        }
    }

    fn pong(&mut self, from: Side, payload: &[u8], mark: Mark) {
        let Some(ping) = self.pings[from.peer()].take_if(|ping| ping.payload == payload) else {
            return;
        };
        let time_ns = mark.time_ns.saturating_sub(ping.time_ns);
        let shortest = match from {
            Side::Initiator => &mut self.report.ping_rtt_initiator_ns,
            Side::Responder => &mut self.report.ping_rtt_responder_ns,
        };
        if time_ns >= 0 && shortest.is_none_or(|shortest| time_ns < shortest) {
            *shortest = Some(time_ns);
        }
    }

    fn close(&mut self, from: Side, begun: Mark, payload: &[u8], ear: &mut Ear<'_>) {
        if std::mem::replace(&mut self.lanes[from].closed, true) {
            return;
        }
        ear.rules.insert(Rule::H51);
        let (code, reason) = match payload {
            [high, low, reason @ ..] => (Some(u16::from_be_bytes([*high, *low])), reason),
            _ => (None, &[][..]),
        };
        let may_be_sent = code.is_none_or(CloseCode::may_be_sent);
        if payload.len() == 1 || !may_be_sent || std::str::from_utf8(reason).is_err() {
            ear.rules.insert(Rule::H52);
        }
        if let Some(note) = ear.note.as_mut().filter(|note| note.opcode == Opcode::CLOSE) {
            note.status_code = note.status_code.or(code);
        }
        self.report.close.push(WebsocketClose {
            by: from,
            frame: begun.frame,
            code,
            meaning: code.and_then(CloseCode::of),
            reason: wire_text(reason),
        });
    }
}
