//! The language tested against the RFCs' layouts, sums computed apart, and tshark.

mod bytes;
mod error;
mod number;
mod option;
mod transform;
mod tshark;

use super::Script;

fn play(source: &str) -> Script {
    Script::parse(source).unwrap_or_else(|error| panic!("{error}\nin\n{source}"))
}

/// A TCP segment in Ethernet and IP, read by fixed places, apart from the code that wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Read {
    time_ns: i64,
    src_port: u16,
    ttl: u8,
    seq: u32,
    ack: u32,
    flags: u16,
    options: Vec<u8>,
    payload: Vec<u8>,
}

fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from(be16(bytes, at)) << 16 | u32::from(be16(bytes, at + 2))
}

/// The TCP segment, its pseudo header and its TTL, of an Ethernet frame.
fn split(frame: &[u8]) -> (&[u8], Vec<u8>, u8) {
    match be16(frame, 12) {
        0x0800 => {
            let segment = &frame[34..14 + usize::from(be16(frame, 16))];
            let pseudo = [
                &frame[26..34],
                &[0, frame[23]],
                &(segment.len() as u16).to_be_bytes(),
            ]
            .concat();
            (segment, pseudo, frame[22])
        }
        0x86dd => {
            let segment = &frame[54..54 + usize::from(be16(frame, 18))];
            let pseudo = [
                &frame[22..54],
                &(segment.len() as u32).to_be_bytes(),
                &[0, 0, 0, frame[20]],
            ]
            .concat();
            (segment, pseudo, frame[21])
        }
        other => panic!("ether type {other:04x}"),
    }
}

/// All 16-bit words added up in one go, folded once at the end: 0xffff when a checksum among them is right.
fn word_sum(bytes: &[u8]) -> u16 {
    let mut sum: u64 = (0..bytes.len() / 2)
        .map(|word| u64::from(be16(bytes, word * 2)))
        .sum();
    if bytes.len() % 2 == 1 {
        sum += u64::from(bytes[bytes.len() - 1]) * 256;
    }
    let folded = sum % 0xffff;
    if folded == 0 && sum > 0 {
        0xffff
    } else {
        folded as u16
    }
}

fn read(script: &Script) -> Vec<Read> {
    let frames = script.packets().iter().map(|frame| {
        let (segment, pseudo, ttl) = split(&frame.data);
        assert_eq!(
            word_sum(&[pseudo.as_slice(), segment].concat()),
            0xffff,
            "TCP checksum of line {}",
            frame.line
        );
        let header = usize::from(segment[12] >> 4) * 4;
        Read {
            time_ns: frame.time_ns,
            src_port: be16(segment, 0),
            ttl,
            seq: be32(segment, 4),
            ack: be32(segment, 8),
            flags: be16(segment, 12) & 0x1ff,
            options: segment[20..header].to_vec(),
            payload: segment[header..].to_vec(),
        }
    });
    frames.collect()
}

/// Sequence and acknowledgement number of every frame.
fn numbers(source: &str) -> Vec<(u32, u32)> {
    read(&play(source))
        .iter()
        .map(|segment| (segment.seq, segment.ack))
        .collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits
        .chunks(2)
        .map(|pair| (pair[0] * 16 + pair[1]) as u8)
        .collect()
}
