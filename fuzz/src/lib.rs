//! How the inputs of the targets are laid out, so that seeds can be written as well as read: records of a tag and
//! bytes. Any input reads as some records; the last one may be shorter than it says.

use synfin::Side;
use synfin_tests::talk::Said;

/// One record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Four bits whose meaning is the target's.
    pub tag: u8,
    /// At most 4095 bytes.
    pub data: &'a [u8],
}

/// Longest data of a record, bytes.
pub const LONGEST: usize = 0xfff;

/// The records of an input. Each begins with 16 bits, little-endian: tag in the upper four, length in the others.
pub fn records(mut input: &[u8]) -> impl Iterator<Item = Record<'_>> {
    std::iter::from_fn(move || {
        let (head, rest) = input.split_first_chunk()?;
        let head = u16::from_le_bytes(*head);
        let (data, rest) = rest.split_at(rest.len().min(usize::from(head) & LONGEST));
        input = rest;
        Some(Record {
            tag: (head >> 12) as u8,
            data,
        })
    })
}

/// What a conversation's records (the tags of [`http`]) say, at most 64 of them.
pub fn steps(input: &[u8]) -> Vec<(Side, Said)> {
    let step = |record: Record<'_>| {
        let side = if record.tag & http::RESPONDER != 0 {
            Side::Responder
        } else {
            Side::Initiator
        };
        let said = match record.tag & (http::EVENT | http::FIN | http::RESET) {
            tag if tag & http::EVENT == 0 => Said::Bytes(record.data.to_vec()),
            tag if tag & http::FIN != 0 => Said::Fin,
            tag if tag & http::RESET != 0 => Said::Reset,
            _ => Said::Gap(record.data.len() as u32),
        };
        (side, said)
    };
    records(input).take(64).map(step).collect()
}

/// Appends a record; data beyond the longest is left out.
pub fn write(input: &mut Vec<u8>, tag: u8, data: &[u8]) {
    let data = &data[..data.len().min(LONGEST)];
    let head = u16::from(tag) << 12 | data.len() as u16;
    input.extend(head.to_le_bytes());
    input.extend(data);
}

/// Tags of the `frame` target.
pub mod frame {
    /// The snap length cut the frame.
    pub const CUT: u8 = 1;
    /// A minute and more passed before it.
    pub const LATER: u8 = 2;
    /// It comes twice.
    pub const TWICE: u8 = 4;
}

/// Tags of the `http` and `tls` targets.
pub mod http {
    /// Sent by the server.
    pub const RESPONDER: u8 = 1;
    /// Not bytes but what the next two bits say.
    pub const EVENT: u8 = 8;
    /// With [`EVENT`]: a FIN instead of a gap.
    pub const FIN: u8 = 2;
    /// With [`EVENT`]: a RST instead of a gap.
    pub const RESET: u8 = 4;
}

/// Tags of the `abi` target: which call.
pub mod abi {
    /// Frames of Ethernet, one call.
    pub const FRAME: u8 = 0;
    /// A segment.
    pub const SEGMENT: u8 = 1;
    /// An ICMP message.
    pub const ICMP: u8 = 2;
    /// Records again, as one batch.
    pub const BATCH: u8 = 3;
    /// A whole capture file.
    pub const CAPTURE: u8 = 4;
    /// A new dissector; the first byte says how it is set.
    pub const NEW: u8 = 5;
    /// The end of one.
    pub const FREE: u8 = 6;
    /// The end of its capture.
    pub const FINISH: u8 = 7;
    /// Everything of a connection.
    pub const CONNECTION: u8 = 8;
    /// The lists of connections.
    pub const CONNECTIONS: u8 = 9;
    /// Transactions.
    pub const TRANSACTIONS: u8 = 10;
    /// What an annotation of any bytes means.
    pub const ANNOTATION: u8 = 11;
    /// Field and rule tables, and texts of numbers.
    pub const TABLES: u8 = 12;
    /// NULL wherever a pointer is asked for.
    pub const NULL: u8 = 13;
    /// Another of the dissectors is meant from here on.
    pub const OTHER: u8 = 14;
    /// Lists and transactions are made anew.
    pub const HANDLES: u8 = 15;
}
