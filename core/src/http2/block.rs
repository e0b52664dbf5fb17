//! Header blocks: a HEADERS or PUSH_PROMISE frame and the CONTINUATION frames behind it (RFC 9113 section 4.3).

use super::frame::{self, FrameHeader, Http2FrameType};
use super::hpack::{Decoded, HeaderField};
use super::{Ear, Http2};
use crate::frame::Side;
use crate::http::wire_text;
use crate::rule::Rule;
use crate::stream::{GapCause, Mark};

/// A header block that is not whole.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) stream: u32,
    /// The stream that it promises (section 6.6).
    pub(super) promised: Option<u32>,
    pub(super) ends_stream: bool,
    pub(super) begun: Mark,
    pub(super) bytes: Vec<u8>,
    /// Payload of its frames.
    wire_len: u64,
    continuations: u32,
    /// It was longer than may be held.
    too_long: bool,
}

/// What the fields of a block say.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) fields: Vec<HeaderField>,
    /// A field is of a kind that section 8.2 or 8.3 forbids.
    pub(super) malformed: bool,
    /// Some of the fields could not be read.
    pub(super) in_part: bool,
    pub(super) wire_len: u64,
}

impl Head {
    pub(super) fn get(&self, name: &[u8]) -> Option<&[u8]> {
        let mut fields = self.fields.iter();
        fields.find(|field| field.0 == name).map(|field| &field.1[..])
    }

    pub(super) fn text(&self, name: &[u8]) -> Option<Box<str>> {
        self.get(name).map(wire_text)
    }

    fn add(&mut self, field: HeaderField) {
        let (name, value) = &field;
        let is_pseudo = name.starts_with(b":");
        let behind = self.fields.last().is_some_and(|last| !last.0.starts_with(b":"));
        let repeated = is_pseudo && self.get(name).is_some();
        let of_connection: [&[u8]; 5] = [
            b"connection",
            b"proxy-connection",
            b"keep-alive",
            b"transfer-encoding",
            b"upgrade",
        ];
        self.malformed |= is_pseudo && behind
            || repeated
            || of_connection.contains(&&name[..])
            || name.is_empty()
            || name
                .iter()
                .any(|&byte| byte <= b' ' || byte >= 0x7f || byte.is_ascii_uppercase())
            || value.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n'));
        self.fields.push(field);
    }
}

impl Http2 {
    /// A frame with header fields is whole: sections 6.2, 6.6 and 6.10.
    pub(super) fn fields(
        &mut self,
        from: Side,
        header: &FrameHeader,
        (begun, mark): (Mark, Mark),
        payload: &[u8],
        ear: &mut Ear<'_>,
    ) {
        let is_cut = payload.len() < header.length as usize;
        let Some((promised, fragment)) = frame::fragment(header, payload) else {
            ear.tell(Rule::H48);
            self.lose_table(from, ear);
            return;
        };
        if header.kind == Http2FrameType::CONTINUATION {
            let Some(mut block) = self.blocks[from].take() else {
                return;
            };
            block.continuations += 1;
            block.wire_len += u64::from(header.length);
            if block.continuations == ear.limits.http2.flood_continuations {
                ear.tell(Rule::H28);
            }
            let room = (ear.limits.http2.header_list_bytes as usize).saturating_sub(block.bytes.len());
            if (is_cut || fragment.len() > room) && !block.too_long {
                block.too_long = true;
                ear.tell(Rule::H28);
                ear.events.too_long = true;
            }
            if block.too_long {
                block.bytes = Vec::new();
            } else {
                block.bytes.extend_from_slice(fragment);
            }
            if header.ends_headers() {
                self.read_block(from, &block, &block.bytes, mark, ear);
            } else {
                self.blocks[from] = Some(block);
            }
            return;
        }
        let mut block = Block {
            stream: header.stream,
            promised,
            ends_stream: header.ends_stream(),
            begun,
            bytes: Vec::new(),
            wire_len: u64::from(header.length),
            continuations: 0,
            too_long: is_cut,
        };
        ear.events.too_long |= is_cut;
        if header.ends_headers() {
            self.read_block(from, &block, fragment, mark, ear);
        } else {
            if !is_cut {
                block.bytes.extend_from_slice(fragment);
            }
            self.blocks[from] = Some(Box::new(block));
        }
    }

    /// The rest of a block will not come, or cannot be read.
    pub(super) fn drop_block(&mut self, from: Side, cause: Option<GapCause>, ear: &mut Ear<'_>) {
        let Some(block) = self.blocks[from].take() else {
            return;
        };
        let head = Head {
            in_part: true,
            wire_len: block.wire_len,
            ..Head::default()
        };
        self.message(from, &block, &head, block.begun, ear);
        if let (Some(cause), Some(stream)) = (cause, self.streams.get_mut(&block.stream)) {
            stream.miss(from, cause);
        }
    }

    /// A header block is whole.
    fn read_block(&mut self, from: Side, block: &Block, bytes: &[u8], mark: Mark, ear: &mut Ear<'_>) {
        let mut head = Head {
            wire_len: block.wire_len,
            ..Head::default()
        };
        let decoded = if block.too_long {
            self.lose_table(from, ear);
            Decoded::TooLong
        } else {
            let table = &mut self.tables[from];
            table.decode(bytes, &ear.limits.http2, |field| head.add(field))
        };
        match decoded {
            Decoded::Whole => {}
            Decoded::InPart => {
                ear.tell(Rule::H47);
                self.gathered.header_table_lost[from] = true;
            }
            Decoded::Malformed => ear.tell(Rule::H48),
            Decoded::TooLong => {
                ear.events.too_long = true;
                self.gathered.header_table_lost[from] = true;
            }
        }
        head.in_part = decoded != Decoded::Whole;
        self.message(from, block, &head, mark, ear);
    }
}
