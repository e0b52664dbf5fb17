//! What is told of a connection that speaks HTTP/2, beside its transactions.

use serde::Serialize;

use super::frame::{FrameHeader, Http2Error, Http2FrameType, Http2SettingName};
use crate::{Side, Sides};

/// Bounds of HTTP/2, per connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Http2Limits {
    /// Streams remembered at once; default 1,000. Past it the oldest one is forgotten and counted: its transaction
    /// stays as it is.
    pub streams: u32,
    /// Longest header list, bytes as RFC 9113 section 6.5.2 counts them, and longest header block; default 256 KiB. A
    /// longer one is not read to its end, and the header table is lost with it.
    pub header_list_bytes: u32,
    /// Largest dynamic header table, bytes as RFC 7541 section 4.1 counts them; default 64 KiB. A sender that makes it
    /// larger is not understood from there on.
    pub table_bytes: u32,
    /// CONTINUATION frames of one header block that make a flood (H28); default 64.
    pub flood_continuations: u32,
    /// Frames of one side within a second that make a flood: streams that a client cancels before their answer
    /// (H29), or SETTINGS, PING and empty frames (H46); default 100.
    pub flood_per_second: u32,
}

impl Default for Http2Limits {
    fn default() -> Self {
        Self {
            streams: 1_000,
            header_list_bytes: 256 << 10,
            table_bytes: 64 << 10,
            flood_continuations: 64,
            flood_per_second: 100,
        }
    }
}

/// HTTP/2 on a connection: RFC 9113.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Http2Report {
    /// Which side sends the requests.
    pub client: Side,
    /// How many frames of each type each side sent, of the types that were there.
    pub frames: Vec<Http2Frames>,
    /// Settings that each side asked the other to keep to, as last sent; at most 16 of each side.
    pub settings: Vec<Http2Setting>,
    /// Streams opened, promised ones included.
    pub streams: u64,
    /// Streams forgotten before their end: [`Http2Limits::streams`].
    pub streams_omitted: u64,
    /// Shortest time between a PING and its answer by the initiator, nanoseconds: the round trip between the capture
    /// point and the initiator.
    pub ping_rtt_initiator_ns: Option<i64>,
    /// The same of the responder.
    pub ping_rtt_responder_ns: Option<i64>,
    /// How often a side had used up a window and waited for the other.
    pub flow_stalls: Sides<u64>,
    /// How long the initiator did in all, nanoseconds.
    pub flow_stall_initiator_ns: i64,
    /// How long the responder did.
    pub flow_stall_responder_ns: i64,
    /// Whether header fields of this side could not be read, because what they refer to was not captured or was too
    /// much.
    pub header_table_lost: Sides<bool>,
    /// Streams that were reset, the first 16.
    pub resets: Vec<Http2Reset>,
    /// Those past that bound.
    pub resets_omitted: u64,
    /// GOAWAY frames, the first 8.
    pub goaway: Vec<Http2GoAway>,
    /// Those past that bound.
    pub goaway_omitted: u64,
}

/// Frames of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Http2Frames {
    /// The type; `UNKNOWN` stands for all that RFC 9113 does not define.
    #[serde(rename = "type")]
    pub kind: Http2FrameType,
    /// How many the initiator sent.
    pub initiator: u64,
    /// How many the responder sent.
    pub responder: u64,
    /// Their payload, bytes.
    pub initiator_bytes: u64,
    /// That of the responder's.
    pub responder_bytes: u64,
}

/// A setting: RFC 9113 section 6.5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Http2Setting {
    /// Who asks for it.
    pub by: Side,
    /// Which.
    pub name: Http2SettingName,
    /// Its value.
    pub value: u32,
}

/// What is told of a connection, as it is gathered.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Frames and their payload by type; the last place is for all that RFC 9113 does not define.
    frames: Sides<[(u64, u64); Http2FrameType::DEFINED + 1]>,
    settings: Vec<Http2Setting>,
    pub(super) streams: u64,
    pub(super) streams_omitted: u64,
    pub(super) ping_rtt_ns: Sides<Option<i64>>,
    pub(super) flow_stalls: Sides<u64>,
    pub(super) flow_stall_ns: Sides<i64>,
    pub(super) header_table_lost: Sides<bool>,
    pub(super) resets: Vec<Http2Reset>,
    pub(super) resets_omitted: u64,
    pub(super) goaway: Vec<Http2GoAway>,
    pub(super) goaway_omitted: u64,
}

impl Gathered {
    pub(super) const MOST_RESETS: usize = 16;
    pub(super) const MOST_GOAWAY: usize = 8;
    const MOST_SETTINGS: usize = 16;

    pub(super) fn count(&mut self, from: Side, header: &FrameHeader) {
        let at = usize::from(header.kind.0).min(Http2FrameType::DEFINED);
        let (frames, bytes) = &mut self.frames[from][at];
        (*frames, *bytes) = (*frames + 1, *bytes + u64::from(header.length));
    }

    pub(super) fn set(&mut self, by: Side, name: Http2SettingName, value: u32) {
        let is_it = |setting: &&mut Http2Setting| setting.by == by && setting.name == name;
        if let Some(setting) = self.settings.iter_mut().find(is_it) {
            setting.value = value;
        } else if self.settings.iter().filter(|setting| setting.by == by).count() < Self::MOST_SETTINGS {
            self.settings.push(Http2Setting { by, name, value });
        }
    }

    pub(super) fn report(&self, client: Side) -> Http2Report {
        let frames = (0..=Http2FrameType::DEFINED).map(|at| Http2Frames {
            kind: if at < Http2FrameType::DEFINED {
                Http2FrameType(at as u8)
            } else {
                Http2FrameType(u8::MAX)
            },
            initiator: self.frames.initiator[at].0,
            responder: self.frames.responder[at].0,
            initiator_bytes: self.frames.initiator[at].1,
            responder_bytes: self.frames.responder[at].1,
        });
        Http2Report {
            client,
            frames: frames
                .filter(|frames| frames.initiator + frames.responder > 0)
                .collect(),
            settings: self.settings.clone(),
            streams: self.streams,
            streams_omitted: self.streams_omitted,
            ping_rtt_initiator_ns: self.ping_rtt_ns.initiator,
            ping_rtt_responder_ns: self.ping_rtt_ns.responder,
            flow_stalls: self.flow_stalls,
            flow_stall_initiator_ns: self.flow_stall_ns.initiator,
            flow_stall_responder_ns: self.flow_stall_ns.responder,
            header_table_lost: self.header_table_lost,
            resets: self.resets.clone(),
            resets_omitted: self.resets_omitted,
            goaway: self.goaway.clone(),
            goaway_omitted: self.goaway_omitted,
        }
    }
}

/// A stream that was reset: RFC 9113 section 6.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Http2Reset {
    /// The stream.
    pub stream: u32,
    /// Who reset it.
    pub by: Side,
    /// Why.
    pub error: Http2Error,
    /// The frame with the first byte of the RST_STREAM.
    pub frame: u64,
}

/// A side gives the connection up: RFC 9113 section 6.8.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Http2GoAway {
    /// Which side.
    pub by: Side,
    /// Why.
    pub error: Http2Error,
    /// The last stream of the other side that it has dealt with, or will.
    pub last_stream: u32,
    /// What it says besides, at most 256 bytes of it.
    pub debug: Box<str>,
    /// The frame with the first byte of the GOAWAY.
    pub frame: u64,
}

/// The frames of HTTP/2 that begin in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Http2Note {
    /// How many.
    pub frames: u16,
    /// The type of the one that says most: of those about the connection's end or a stream's, else of the first.
    #[serde(rename = "type")]
    pub kind: Http2FrameType,
    /// Its stream; 0 is the connection.
    pub stream: u32,
    /// The error code of that GOAWAY or RST_STREAM.
    pub error: Option<Http2Error>,
}

impl Http2Note {
    /// One more frame begins. Which says most: a GOAWAY, a RST_STREAM, header fields, the first.
    pub(super) fn add(note: &mut Option<Self>, kind: Http2FrameType, stream: u32) {
        const fn weight(kind: Http2FrameType) -> u8 {
            match kind {
                Http2FrameType::GOAWAY => 3,
                Http2FrameType::RST_STREAM => 2,
                Http2FrameType::HEADERS | Http2FrameType::PUSH_PROMISE => 1,
                _ => 0,
            }
        }
        let new = Self {
            frames: 1,
            kind,
            stream,
            error: None,
        };
        *note = Some(match *note {
            None => new,
            Some(note) => {
                let frames = note.frames.saturating_add(1);
                let most = if weight(kind) > weight(note.kind) {
                    new
                } else {
                    note
                };
                Self { frames, ..most }
            }
        });
    }
}
