//! Frames of any link type, in a row: every segment is counted once, and the same frames tell the same again.
//!
//! Input: link type (16 bits), how the dissector is set (8 bits), records (`synfin_fuzz::frame`).
#![no_main]

use libfuzzer_sys::fuzz_target;
use synfin::{Annotation, ChecksumPolicy, Config, Connection, Dissector, Frame, LinkType, Outcome, Prepared};
use synfin_fuzz::{frame, records};

fn config(set: u8) -> Config {
    let mut config = Config::default();
    config.checksums = match set & 3 {
        0 => ChecksumPolicy::Ignore,
        1 => ChecksumPolicy::Note,
        _ => ChecksumPolicy::Drop,
    };
    if set & 4 != 0 {
        config.max_connections = 3;
        config.reassembly.held_bytes = 100;
        config.reassembly.held_pieces = 2;
        config.http.head_bytes = 64;
        config.http.kept_transactions = 1;
        config.http.pending_requests = 1;
    }
    config.http.facts = set & 8 != 0;
    config.http.fields = set & 8 != 0;
    config.http.body_bytes = u32::from(set & 8) * 16;
    config.http.streamed = set & 16 != 0;
    config
}

/// What is told of them.
#[derive(Debug, PartialEq)]
struct Told {
    outcomes: Vec<Outcome>,
    segments: Vec<Annotation>,
    connections: Vec<Connection>,
}

/// `ahead`: frames are prepared first, and taken in with no more bytes than that asks for.
fn tell(link: LinkType, set: u8, input: &[u8], ahead: bool) -> Told {
    let mut dissector = Dissector::new(config(set));
    let (mut outcomes, mut segments, mut connections) = (Vec::new(), Vec::new(), Vec::new());
    let mut time_ns = 0;
    let mut number = 0;
    for record in records(input) {
        time_ns += if record.tag & frame::LATER != 0 {
            61_000_000_000
        } else {
            1_000_000
        };
        let cut = if record.tag & frame::CUT != 0 { 100 } else { 0 };
        for _ in 0..1 + (record.tag & frame::TWICE) / frame::TWICE {
            number += 1;
            let frame = Frame {
                number,
                time_ns,
                link,
                wire_len: record.data.len() as u32 + cut,
                data: record.data,
            };
            let outcome = if ahead {
                let prepared = Prepared::new(&frame, dissector.checksums());
                dissector.prepared(&prepared, &frame.data[prepared.needed()])
            } else {
                dissector.frame(&frame)
            };
            outcomes.push(outcome);
            if let Outcome::Segment(annotation) = outcome {
                segments.push(annotation);
            }
        }
        connections.extend(dissector.take_evicted());
        dissector.take_transactions();
    }
    connections.extend(dissector.finish());
    Told {
        outcomes,
        segments,
        connections,
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((&[a, b, set], input)) = input.split_first_chunk() else {
        return;
    };
    let link = LinkType(u16::from_le_bytes([a, b]));
    let told = tell(link, set, input, false);
    let listed: u64 = told
        .connections
        .iter()
        .map(|c| c.packets.initiator + c.packets.responder)
        .sum();
    assert_eq!(listed, told.segments.len() as u64, "each segment is counted once");
    for segment in &told.segments {
        serde_json::to_value(segment).expect("an annotation is JSON");
    }
    for connection in &told.connections {
        serde_json::to_value(connection).expect("a connection is JSON");
        let _ = connection.explain();
    }
    assert_eq!(told, tell(link, set, input, true), "the same again, in two steps");
});
