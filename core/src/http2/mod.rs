//! HTTP/2 inside one connection: reads two byte streams in order, knows no segments. Read RFC 9113 first, then
//! RFC 7541.
//!
//! - Requests and responses become transactions of the same ledger as HTTP/1's; a stream pairs them.
//! - Content is counted, never held. What is held is bounded: a header block until it is whole, one header table for
//!   each direction, the streams in progress.
//! - A gap inside a frame costs that frame. Behind lost framing, reading resumes at the next segment that begins with
//!   a credible frame; header fields that rest on what was not captured are left out.
//!
//! Work is linear in the bytes given, however they are cut. Nothing here panics.

mod block;
mod content;
mod control;
mod exchange;
mod facts;
mod flood;
mod flow;
mod frame;
mod hpack;
mod lane;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use facts::{Http2Frames, Http2GoAway, Http2Limits, Http2Note, Http2Report, Http2Reset, Http2Setting};
pub use frame::{Http2Error, Http2FrameType, Http2SettingName};

use crate::frame::{Side, Sides};
use crate::http::{CloseAnnounced, HttpEvents, HttpLimits, Ledger};
use crate::rule::Rule;
use crate::stream::{GapCause, Mark, StreamEnd};
use block::Block;
use exchange::Stream;
use facts::Gathered;
use flood::Rate;
use flow::{USUAL_WINDOW, Window};
use frame::FrameHeader;
use hpack::HeaderTable;
use lane::{Lane, Piece};

/// What a connection's HTTP/2 tells, and whom.
pub(crate) struct Ear<'a> {
    pub(crate) ledger: &'a mut Ledger,
    pub(crate) limits: &'a HttpLimits,
    pub(crate) events: &'a mut HttpEvents,
    /// The frames that begin in the bytes given.
    pub(crate) note: &'a mut Option<Http2Note>,
}

impl Ear<'_> {
    fn tell(&mut self, rule: Rule) {
        self.events.rules.insert(rule);
    }
}

/// The HTTP/2 of one connection.
#[derive(Debug)]
pub(crate) struct Http2 {
    client: Side,
    lanes: Sides<Lane>,
    tables: Sides<HeaderTable>,
    /// Header blocks that are not whole.
    blocks: Sides<Option<Box<Block>>>,
    /// Those in progress, by number.
    streams: BTreeMap<u32, Stream>,
    /// The last stream that each side opened.
    last: Sides<u32>,
    /// What each side may send on the connection.
    windows: Sides<Window>,
    /// What each side may send on a new stream.
    initial: Sides<i64>,
    /// The last PING of each side that was not answered.
    pings: Sides<Option<(u64, i64)>>,
    /// Bytes of a side are missing, and frames with them.
    missed: Sides<bool>,
    over: Sides<bool>,
    cancelled: Rate,
    controls: Sides<Rate>,
    announced: Option<CloseAnnounced>,
    /// The first transaction that a reset of the connection left unfinished.
    killed: Option<u32>,
    gathered: Gathered,
}

impl Http2 {
    /// A connection on which this side says the preface.
    pub(crate) fn new(client: Side, limits: &Http2Limits) -> Self {
        Self {
            client,
            lanes: Sides::from_fn(|side| Lane::new(side == client)),
            tables: Sides::from_fn(|_| HeaderTable::new(limits)),
            blocks: Sides::default(),
            streams: BTreeMap::new(),
            last: Sides::default(),
            windows: Sides::from_fn(|_| Window::new(USUAL_WINDOW)),
            initial: Sides::from_fn(|_| USUAL_WINDOW),
            pings: Sides::default(),
            missed: Sides::default(),
            over: Sides::default(),
            cancelled: Rate::default(),
            controls: Sides::default(),
            announced: None,
            killed: None,
            gathered: Gathered::default(),
        }
    }

    /// The next bytes of one side: those of one segment, or of the rest of one.
    pub(crate) fn bytes(&mut self, from: Side, mark: Mark, mut data: &[u8], ear: &mut Ear<'_>) {
        if self.over[from] {
            return;
        }
        if self.lanes[from].resume(data) {
            self.forget_windows();
        }
        while let Some(piece) = self.lanes[from].next(&mut data, mark, &ear.limits.http2) {
            match piece {
                Piece::Preface => ear.tell(Rule::H18),
                Piece::NoPreface => ear.tell(Rule::H48),
                Piece::Begins(header, begun) => self.begins(from, &header, begun, ear),
                Piece::Content(header, content) => self.content(from, &header, content, mark, ear),
                Piece::ContentEnds(header) => self.content_ends(from, &header, mark, ear),
                Piece::Whole(header, begun, payload) => {
                    self.whole(from, &header, (begun, mark), &payload, ear);
                }
            }
        }
    }

    /// The next `len` bytes of one side were sent but are missing.
    pub(crate) fn gap(&mut self, from: Side, len: u64, cause: GapCause, ear: &mut Ear<'_>) {
        if self.over[from] || len == 0 {
            return;
        }
        let highest = self.last.initiator.max(self.last.responder);
        let lane = &mut self.lanes[from];
        lane.last_stream = highest;
        let missing = lane.gap(len);
        if let Some(header) = missing.frame {
            self.miss(from, &header, missing.content, cause, ear);
            if missing.ends {
                self.content_ends(from, &header, Mark::default(), ear);
            }
        }
        if missing.frames {
            self.missed[from] = true;
            self.drop_block(from, Some(cause), ear);
            self.lose_table(from, ear);
            self.forget_windows();
            for stream in self.streams.values_mut().filter(|stream| stream.may_send(from)) {
                stream.miss(from, cause);
            }
        }
    }

    /// One side's stream is over.
    pub(crate) fn end(&mut self, from: Side, how: StreamEnd, ear: &mut Ear<'_>) {
        if std::mem::replace(&mut self.over[from], true) {
            return;
        }
        self.drop_block(from, None, ear);
        self.break_off(from, how, ear);
        if self.over[from.peer()] {
            self.streams.clear();
            for side in Side::BOTH {
                self.tables[side] = HeaderTable::new(&ear.limits.http2);
            }
        }
    }

    /// Bytes held until more comes: of header blocks and other frames that are not whole.
    pub(crate) fn held_bytes(&self) -> usize {
        let of = |side: Side| {
            let block = self.blocks[side].as_ref();
            let block = block.map_or(0, |block| block.bytes.len() + size_of::<Block>());
            block + self.lanes[side].held_bytes()
        };
        of(Side::Initiator) + of(Side::Responder)
    }

    /// Lets go what a side holds until more comes, because there is no room.
    pub(crate) fn give_up(&mut self, from: Side, ear: &mut Ear<'_>) {
        let header = self.lanes[from].give_up();
        if self.blocks[from].is_some() || header.is_some_and(|header| header.kind.has_fields()) {
            self.drop_block(from, None, ear);
            self.lose_table(from, ear);
        }
    }

    /// Whether a request waits for its response, or a message has not ended.
    pub(crate) fn in_flight(&self) -> bool {
        self.streams.values().any(|stream| stream.number.is_some())
    }

    /// A GOAWAY that was sent, the first one: RFC 9113 section 6.8.
    pub(crate) const fn close_announced(&self) -> Option<CloseAnnounced> {
        self.announced
    }

    /// The first transaction that a reset of the connection left unfinished, by number.
    pub(crate) const fn killed(&self) -> Option<u32> {
        self.killed
    }

    pub(crate) const fn client(&self) -> Side {
        self.client
    }

    /// Streams that were forgotten before their end.
    pub(crate) const fn streams_omitted(&self) -> u64 {
        self.gathered.streams_omitted
    }

    pub(crate) fn report(&self) -> Http2Report {
        self.gathered.report(self.client)
    }

    /// A frame's header is whole.
    fn begins(&mut self, from: Side, header: &FrameHeader, begun: Mark, ear: &mut Ear<'_>) {
        self.gathered.count(from, header);
        Http2Note::add(ear.note, header.kind, header.stream);
        if !header.is_well_formed() || header.length > self.lanes[from].largest {
            ear.tell(Rule::H48);
        }
        let continues = self.blocks[from]
            .as_ref()
            .map(|block| header.kind == Http2FrameType::CONTINUATION && header.stream == block.stream);
        match continues {
            // Section 6.10: nothing may come in between.
            Some(false) => {
                ear.tell(Rule::H48);
                self.drop_block(from, None, ear);
                self.lose_table(from, ear);
            }
            None if header.kind == Http2FrameType::CONTINUATION && !self.missed[from] => {
                ear.tell(Rule::H48);
                self.lose_table(from, ear);
            }
            Some(true) | None => {}
        }
        let empty = header.length == 0 && header.kind == Http2FrameType::DATA && !header.ends_stream();
        let asks = matches!(header.kind, Http2FrameType::SETTINGS | Http2FrameType::PING);
        if (empty || asks && !header.is_ack())
            && self.controls[from].one_more(begun.time_ns, ear.limits.http2.flood_per_second)
        {
            ear.tell(Rule::H46);
        }
        if header.kind == Http2FrameType::DATA {
            self.content_begins(from, header, begun, ear);
        }
    }

    /// A frame other than DATA is whole.
    fn whole(
        &mut self,
        from: Side,
        header: &FrameHeader,
        (begun, mark): (Mark, Mark),
        payload: &[u8],
        ear: &mut Ear<'_>,
    ) {
        match header.kind {
            kind if kind.has_fields() => self.fields(from, header, (begun, mark), payload, ear),
            _ if !header.is_well_formed() => {}
            Http2FrameType::RST_STREAM => self.reset(from, header, begun, payload, ear),
            Http2FrameType::SETTINGS => self.settings(from, header, mark, payload, ear),
            Http2FrameType::PING => self.ping(from, header, mark, payload),
            Http2FrameType::GOAWAY => self.goaway(from, begun, payload, ear),
            Http2FrameType::WINDOW_UPDATE => self.window_update(from, header, mark, payload, ear),
            _ => {}
        }
    }

    /// A part of a frame is missing, its content or all of it.
    fn miss(&mut self, from: Side, header: &FrameHeader, content: u64, cause: GapCause, ear: &mut Ear<'_>) {
        match header.kind {
            Http2FrameType::DATA => self.miss_content(from, header, content, cause, ear),
            kind if kind.has_fields() => {
                self.drop_block(from, Some(cause), ear);
                self.lose_table(from, ear);
                if let Some(stream) = self.streams.get_mut(&header.stream) {
                    stream.miss(from, cause);
                }
                self.missed[from] = true;
            }
            _ => {
                self.missed[from] = true;
                self.forget_windows();
            }
        }
    }

    /// What a side's header fields refer to is not known any more.
    fn lose_table(&mut self, from: Side, ear: &mut Ear<'_>) {
        self.tables[from].lose(&ear.limits.http2);
    }
}
