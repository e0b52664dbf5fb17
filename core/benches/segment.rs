//! The hot path: a frame or a segment in, an annotation out.
//!
//! The input is a real capture, multiplied into interleaved connections of different clients. `floor` is
//! the yardstick in the same run: the least anybody could do, without options, rules, HTTP or bounds.
#![expect(missing_docs, reason = "the harness generates an undocumented function")]

use std::collections::HashMap;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use synfin::capture::Capture;
use synfin::wire::{self, Decoded};
use synfin::{ChecksumPolicy, Config, Dissector, Frame, LinkType, Segment};

const CLIENTS: u16 = 1000;
/// Where an Ethernet frame holds the last two bytes of its IPv4 addresses.
const SRC_TAIL: usize = 14 + 14;
const DST_TAIL: usize = 14 + 18;

struct Recorded {
    time_ns: i64,
    data: Vec<u8>,
}

/// The TCP frames of a capture, once for each client, in rounds.
fn frames() -> Vec<Recorded> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/captures/keep-alive-requests.pcapng"
    );
    let file = std::fs::File::open(path).expect("the capture is in the repository");
    let mut capture = Capture::open(file).expect("it is a capture");
    let mut recorded = Vec::new();
    while let Some(frame) = capture.next_frame().expect("it is whole") {
        if matches!(wire::decode(&frame), Decoded::Tcp(_)) {
            recorded.push((frame.time_ns, frame.data.to_vec()));
        }
    }
    let client = recorded[0].1[SRC_TAIL..SRC_TAIL + 2].to_vec();
    let mut frames = Vec::new();
    for (time_ns, data) in recorded {
        let tail = if data[SRC_TAIL..].starts_with(&client) {
            SRC_TAIL
        } else {
            DST_TAIL
        };
        for number in 0..CLIENTS {
            let mut data = data.clone();
            data[tail..tail + 2].copy_from_slice(&number.to_be_bytes());
            frames.push(Recorded { time_ns, data });
        }
    }
    frames
}

fn borrowed(recorded: &[Recorded]) -> Vec<Frame<'_>> {
    (1..)
        .zip(recorded)
        .map(|(number, recorded)| Frame {
            number,
            time_ns: recorded.time_ns,
            link: LinkType::ETHERNET,
            wire_len: recorded.data.len() as u32,
            data: &recorded.data,
        })
        .collect()
}

/// Hand-read header, one table probe, the smallest state there is.
fn floor(frames: &[Frame<'_>]) -> u64 {
    #[derive(Default)]
    struct Flow {
        next: [u32; 2],
        acked: [u32; 2],
        flags: u8,
        segments: u32,
    }
    let mut flows: HashMap<u128, Flow, foldhash::fast::RandomState> = HashMap::default();
    let mut total = 0;
    for frame in frames {
        let ip = &frame.data[14..];
        let tcp = &ip[usize::from(ip[0] & 15) * 4..];
        let word = |bytes: &[u8], at: usize| {
            u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let (src, dst, ports) = (word(ip, 12), word(ip, 16), word(tcp, 0));
        let forward = (src, ports >> 16) <= (dst, ports & 0xffff);
        let key = if forward {
            u128::from(src) << 64 | u128::from(dst) << 32 | u128::from(ports)
        } else {
            u128::from(dst) << 64 | u128::from(src) << 32 | u128::from(ports.rotate_left(16))
        };
        let flow = flows.entry(key).or_default();
        let header = u32::from(ip[0] & 15) * 4 + u32::from(tcp[12] >> 4) * 4;
        let len = u32::from(u16::from_be_bytes([ip[2], ip[3]])) - header;
        flow.next[usize::from(forward)] = word(tcp, 4).wrapping_add(len);
        flow.acked[usize::from(forward)] = word(tcp, 8);
        flow.flags |= tcp[13];
        flow.segments += 1;
        total += u64::from(flow.segments);
    }
    total
}

fn dissector(checksums: ChecksumPolicy, http: bool) -> Dissector {
    let mut config = Config::default();
    config.checksums = checksums;
    config.http_enabled = http;
    Dissector::new(config)
}

fn bench(criterion: &mut Criterion) {
    let recorded = frames();
    let frames = borrowed(&recorded);
    let segments: Vec<Segment<'_>> = frames
        .iter()
        .filter_map(|frame| match wire::decode(frame) {
            Decoded::Tcp(segment) => Some(segment),
            _ => None,
        })
        .collect();
    let mut group = criterion.benchmark_group("hot path");
    group.throughput(Throughput::Elements(frames.len() as u64));
    group.sample_size(20);

    group.bench_function("floor", |bencher| bencher.iter(|| floor(black_box(&frames))));
    group.bench_function("decode", |bencher| {
        bencher.iter(|| {
            for frame in &frames {
                black_box(wire::decode(black_box(frame)));
            }
        });
    });
    for (name, checksums, http) in [
        ("segment, no checksum, no http", ChecksumPolicy::Ignore, false),
        ("segment, no checksum", ChecksumPolicy::Ignore, true),
        ("segment", ChecksumPolicy::Note, true),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter_batched_ref(
                || dissector(checksums, http),
                |dissector| {
                    for segment in &segments {
                        black_box(dissector.segment(black_box(segment)));
                    }
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.bench_function("frame", |bencher| {
        bencher.iter_batched_ref(
            || dissector(ChecksumPolicy::Note, true),
            |dissector| {
                for frame in &frames {
                    black_box(dissector.frame(black_box(frame)));
                }
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
