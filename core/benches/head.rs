//! Heads of messages: ours and httparse in one run, and a keep-alive connection of the same heads.
//!
//! `heads/` holds 20 requests and 20 responses after those that common clients and servers send.
#![expect(missing_docs, reason = "the harness generates an undocumented function")]

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use synfin::http::{HeadKind, HeadPart, parse_head};
use synfin::{ChecksumPolicy, Config, Dissector, RawSegment, Segment};

const REQUESTS: &[u8] = include_bytes!("heads/requests.txt");
const RESPONSES: &[u8] = include_bytes!("heads/responses.txt");
/// More fields than any head of the files has.
const SLOTS: usize = 64;
/// Exchanges of the connection, heads taken in turn.
const EXCHANGES: usize = 2000;

/// The heads of a file, each up to its empty line.
fn heads(mut file: &'static [u8], kind: HeadKind) -> Vec<&'static [u8]> {
    let mut heads = Vec::new();
    while !file.is_empty() {
        let odd = |part: HeadPart<'_>| assert!(matches!(part, HeadPart::Field { .. }), "{part:?}");
        let len = parse_head(file, kind, odd).expect("a whole head").len;
        heads.push(&file[..len]);
        file = &file[len..];
    }
    assert_eq!(heads.len(), 20);
    heads
}

fn ours(head: &[u8], kind: HeadKind) -> usize {
    let mut fields = 0;
    let parsed = parse_head(head, kind, |part| {
        black_box(&part);
        fields += usize::from(matches!(part, HeadPart::Field { .. }));
    });
    black_box(&parsed);
    fields
}

fn theirs(head: &[u8], kind: HeadKind) -> usize {
    let mut slots = [httparse::EMPTY_HEADER; SLOTS];
    theirs_into(&mut slots, head, kind)
}

fn theirs_into<'a>(slots: &mut [httparse::Header<'a>], head: &'a [u8], kind: HeadKind) -> usize {
    match kind {
        HeadKind::Request => {
            let mut request = httparse::Request::new(slots);
            assert!(request.parse(head).is_ok_and(|status| status.is_complete()));
            black_box(&request).headers.len()
        }
        HeadKind::Response => {
            let mut response = httparse::Response::new(slots);
            assert!(response.parse(head).is_ok_and(|status| status.is_complete()));
            black_box(&response).headers.len()
        }
    }
}

/// Without the cost of empty slots.
fn theirs_uninit(head: &[u8], kind: HeadKind) -> usize {
    let mut slots = [const { std::mem::MaybeUninit::uninit() }; SLOTS];
    match kind {
        HeadKind::Request => {
            let mut request = httparse::Request::new(&mut []);
            let status = request.parse_with_uninit_headers(head, &mut slots);
            assert!(status.is_ok_and(|status| status.is_complete()));
            black_box(&request).headers.len()
        }
        HeadKind::Response => {
            let mut response = httparse::Response::new(&mut []);
            let config = httparse::ParserConfig::default();
            let status = config.parse_response_with_uninit_headers(&mut response, head, &mut slots);
            assert!(status.is_ok_and(|status| status.is_complete()));
            black_box(&response).headers.len()
        }
    }
}

/// A parser of one head: how many fields it found.
type HeadParser = fn(&[u8], HeadKind) -> usize;

fn alone(criterion: &mut Criterion) {
    let files = [
        ("requests", heads(REQUESTS, HeadKind::Request), HeadKind::Request),
        (
            "responses",
            heads(RESPONSES, HeadKind::Response),
            HeadKind::Response,
        ),
    ];
    let parsers: [(&str, HeadParser); 3] = [
        ("synfin", ours),
        ("httparse", theirs),
        ("httparse, uninit", theirs_uninit),
    ];
    for (name, heads, kind) in &files {
        for head in heads {
            assert_eq!(ours(head, *kind), theirs(head, *kind), "the same work");
        }
        let mut group = criterion.benchmark_group(*name);
        group.throughput(Throughput::Elements(heads.len() as u64));
        for (parser, parse) in parsers {
            group.bench_function(parser, |bencher| {
                bencher.iter(|| {
                    heads
                        .iter()
                        .map(|head| parse(black_box(head), *kind))
                        .sum::<usize>()
                });
            });
        }
        group.finish();
    }
}

/// A segment's bytes from the TCP header on, and which host sent it.
type Recorded = (Vec<u8>, bool);

/// A handshake, then requests and responses in turn, each one segment.
fn connection() -> Vec<Recorded> {
    let (requests, responses) = (
        heads(REQUESTS, HeadKind::Request),
        heads(RESPONSES, HeadKind::Response),
    );
    let mut next = [1_u32, 1];
    let mut recorded = Vec::new();
    let mut send = |from: usize, flags: u8, payload: &[u8]| {
        let ports: [u16; 2] = [40_000, 80];
        let mut bytes = Vec::new();
        bytes.extend(ports[from].to_be_bytes());
        bytes.extend(ports[1 - from].to_be_bytes());
        bytes.extend(next[from].to_be_bytes());
        bytes.extend(if flags & 16 == 0 { 0 } else { next[1 - from] }.to_be_bytes());
        bytes.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        bytes.extend(payload);
        recorded.push((bytes, from == 0));
        next[from] = next[from].wrapping_add(payload.len() as u32 + u32::from(flags & 2 != 0));
    };
    send(0, 2, &[]);
    send(1, 18, &[]);
    send(0, 16, &[]);
    for at in 0..EXCHANGES {
        send(0, 24, requests[at % 20]);
        // Bodies are another bench's matter, and closing would end the connection.
        send(1, 24, &without_body(responses[at % 20]));
    }
    recorded
}

fn without_body(head: &[u8]) -> Vec<u8> {
    let lines = head.split_inclusive(|&byte| byte == b'\n');
    let framing = |line: &&[u8]| {
        let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
        [&b"content-length"[..], b"transfer-encoding", b"connection"]
            .iter()
            .any(|framing| name.eq_ignore_ascii_case(framing))
    };
    let mut head = lines.filter(|line| !framing(line)).collect::<Vec<_>>().concat();
    head.truncate(head.len() - 2);
    head.extend(b"Content-Length: 0\r\n\r\n");
    head
}

fn keep_alive(criterion: &mut Criterion) {
    let recorded = connection();
    let hosts = [10, 20].map(|last| IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)));
    let segments: Vec<Segment<'_>> = (1..)
        .zip(&recorded)
        .map(|(frame, (bytes, is_client))| {
            let (src, dst) = if *is_client { (0, 1) } else { (1, 0) };
            Segment::parse(RawSegment {
                frame,
                layer: 0,
                time_ns: frame as i64 * 1_000_000,
                src: hosts[src],
                dst: hosts[dst],
                ttl: None,
                ip_id: None,
                bytes,
                wire_len: bytes.len() as u32,
                tcp_offset: None,
                tunnel: 0,
            })
            .expect("a whole header")
        })
        .collect();
    let mut group = criterion.benchmark_group("keep-alive connection");
    group.throughput(Throughput::Elements(2 * EXCHANGES as u64));
    group.sample_size(20);
    for (name, http, facts) in [
        ("no http", false, false),
        ("http", true, false),
        ("http, facts and fields", true, true),
    ] {
        let fresh = || {
            let mut config = Config::default();
            config.checksums = ChecksumPolicy::Ignore;
            config.http_enabled = http;
            config.http.facts = facts;
            config.http.fields = facts;
            Dissector::new(config)
        };
        group.bench_function(name, |bencher| {
            bencher.iter_batched_ref(
                fresh,
                |dissector| {
                    for segment in &segments {
                        black_box(dissector.segment(black_box(segment)));
                    }
                },
                BatchSize::PerIteration,
            );
        });
        if http {
            let mut dissector = fresh();
            for segment in &segments {
                dissector.segment(segment);
            }
            let told: usize = dissector.finish().map(|connection| connection.http.len()).sum();
            assert_eq!(told, EXCHANGES, "every exchange is a transaction");
        }
    }
    group.finish();
}

criterion_group!(benches, alone, keep_alive);
criterion_main!(benches);
