//! Gives a dissector whose bounds are small as much of one hostile pattern as it is told, and prints the most memory
//! that took: `hostile PATTERN COUNT`; without arguments the patterns. Run under callgrind it tells the work.
//! `hostile lone-syns COUNT` and `hostile some-refused COUNT` have larger bounds and print what they hold in the end.

use std::io::{self, Write as _};
use std::net::IpAddr;

use peak_alloc::PeakAlloc;
use synfin::{ChecksumPolicy, Config, Dissector, Frame, LinkType, RawSegment, Segment};
use synfin_tests::http2::{
    CONTINUATION, END, HEADERS, OPENING, PING, PREFACE, WHOLE, WINDOW_UPDATE, frame, get, post, reset,
    settings, websocket,
};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

type Pattern = (&'static str, fn(&mut Attack, u32));

/// By name.
const PATTERNS: [Pattern; 28] = [
    ("syn-flood", |attack, n| attack.send(Way::of(n), SYN, n, 0, b"")),
    ("ack-flood", |attack, n| attack.send(Way::of(n), ACK, n, n, b"")),
    ("hash-collisions", |attack, n| {
        attack.send(Way::colliding(n), SYN, n, 0, b"")
    }),
    ("half-open-servers", half_open_servers),
    ("tiny-segments", tiny_segments),
    ("pieces-behind-a-hole", |attack, n| attack.data(2 + 2 * n, b"x")),
    ("overlapping-segments", |attack, n| {
        attack.data(100 + n % 5000 * 7, &[n as u8; 1400])
    }),
    ("reordered-flood", |attack, n| {
        attack.data(0x2000_0000 - n * 100, &[b'x'; 100])
    }),
    ("holes-of-many", |attack, n| attack.in_own(n, 100, &[b'x'; 1000])),
    ("open-heads-of-many", |attack, n| attack.in_own(n, 0, OPEN_HEAD)),
    ("open-trailers-of-many", |attack, n| {
        attack.in_own(n, 0, OPEN_TRAILERS)
    }),
    ("long-header-lines", long_header_lines),
    ("chunk-size-bombs", |attack, n| {
        attack.stream(if n == 0 { CHUNKED } else { BOMBS[n as usize % 3] })
    }),
    ("keep-alive-requests", keep_alive_requests),
    ("pipelined-without-answers", |attack, n| {
        attack.stream(if n < 100 { REQUEST } else { b"x" })
    }),
    ("unanswered-behind-a-fin", unanswered_behind_a_fin),
    ("isn-wrap-storm", |attack, n| {
        attack.send(Way::of(0), SYN, n.wrapping_mul(0x7fff_fff1), 0, b"")
    }),
    ("wrapping-data", |attack, n| {
        attack.data(n.wrapping_mul(0x3fff_ff01), b"GET / HTTP/1.1\r\n")
    }),
    ("fragments-of-many", |attack, n| attack.fragment(n, 0)),
    ("tiny-fragments-in-reverse", |attack, n| {
        attack.fragment(n / 200, 400 - n % 200 * 2)
    }),
    ("continuation-flood", |attack, n| {
        attack.http2(
            n,
            &frame(if n == 0 { HEADERS } else { CONTINUATION }, 0, 1, &[0; 1000]),
        )
    }),
    ("rapid-reset", |attack, n| {
        attack.http2(n, &[get(2 * n + 1, "/"), reset(2 * n + 1, 8)].concat())
    }),
    ("settings-flood", |attack, n| {
        attack.http2(
            n,
            &[
                settings(&[(4, n), (n as u16, n)]),
                frame(PING, 0, 0, &[n as u8; 8]),
            ]
            .concat(),
        )
    }),
    ("streams-without-end", |attack, n| {
        attack.http2(n, &post(2 * n + 1, "/"))
    }),
    ("header-table-bombs", header_table_bombs),
    ("lost-http2-frames", |attack, n| {
        attack.http2(
            n,
            &frame(WINDOW_UPDATE, 0, 2 * n + 1, b"\0\0\0\x01")[..n as usize % 13],
        )
    }),
    ("tiny-websocket-frames", tiny_websocket_frames),
    ("open-proxy-headers-of-many", |attack, n| {
        attack.in_own(n, 0, b"PROXY TCP4 192.0.2.1")
    }),
];

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";
const CHUNKED: &[u8] = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const BOMBS: [&[u8]; 3] = [
    b"1;x=y\r\nx\r\n",
    b"000000000000000000000001\r\nx\r\n",
    b"1 ; aaaaaaaaaaa\r\nx\r\n",
];
const OPEN_HEAD: &[u8] = &open(b"GET / HTTP/1.1\r\nX: ");
const OPEN_TRAILERS: &[u8] =
    &open(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: ");

/// A head, and much that does not end it.
const fn open<const LEN: usize>(head: &[u8; LEN]) -> [u8; 1000] {
    let mut bytes = [b'y'; 1000];
    let mut at = 0;
    while at < LEN {
        bytes[at] = head[at];
        at += 1;
    }
    bytes
}

/// Client and server of a segment, and whether the server sends it.
#[derive(Clone, Copy)]
struct Way {
    client: u32,
    server: u32,
    port: u16,
    back: bool,
}

impl Way {
    const fn of(client: u32) -> Self {
        Self {
            client: 0x0a00_0000 + client,
            server: 0xc000_0201,
            port: 80,
            back: false,
        }
    }

    /// Addresses whose sum and whose difference in bits are those of all others: a hash without a key that only mixes
    /// them has one value.
    const fn colliding(n: u32) -> Self {
        Self {
            client: 0x0a00_0000 + n,
            server: 0x0a00_0000 ^ n ^ 0x00ff_ffff,
            ..Self::of(0)
        }
    }

    const fn back(self) -> Self {
        Self { back: true, ..self }
    }
}

struct Attack {
    dissector: Dissector,
    frame: u64,
    /// Bytes that client 0 and its server have said in order.
    said: [u32; 2],
}

impl Attack {
    fn new() -> Self {
        let mut config = Config::default();
        config.checksums = ChecksumPolicy::Ignore;
        config.max_connections = 100;
        config.max_held_bytes = 50_000;
        config.max_servers = 100;
        config.max_hosts = 100;
        config.reassembly.held_bytes = 10_000;
        config.reassembly.held_pieces = 100;
        config.http.head_bytes = 8_000;
        config.http.kept_transactions = 100;
        config.http.pending_requests = 50;
        config.http.http2.streams = 50;
        config.http.http2.header_list_bytes = 8_000;
        config.fragments.packets = 50;
        config.fragments.fragments = 150;
        let mut attack = Self::with(config);
        attack.open(0);
        attack
    }

    fn with(config: Config) -> Self {
        Self {
            dissector: Dissector::new(config),
            frame: 0,
            said: [0; 2],
        }
    }

    fn send(&mut self, way: Way, flags: u8, seq: u32, ack: u32, payload: &[u8]) {
        self.frame += 1;
        let client = (IpAddr::V4(way.client.into()), 40_000_u16);
        let server = (IpAddr::V4(way.server.into()), way.port);
        let ((src, src_port), (dst, dst_port)) = if way.back {
            (server, client)
        } else {
            (client, server)
        };
        let mut bytes = [0; 1500];
        bytes[..2].copy_from_slice(&src_port.to_be_bytes());
        bytes[2..4].copy_from_slice(&dst_port.to_be_bytes());
        bytes[4..8].copy_from_slice(&seq.to_be_bytes());
        bytes[8..12].copy_from_slice(&ack.to_be_bytes());
        bytes[12..16].copy_from_slice(&[0x50, flags, 0xff, 0xff]);
        let len = 20 + payload.len();
        bytes[20..len].copy_from_slice(payload);
        let segment = Segment::parse(RawSegment {
            frame: self.frame,
            layer: 0,
            time_ns: self.frame as i64 * 1000,
            src,
            dst,
            ttl: Some(64),
            ip_id: None,
            bytes: &bytes[..len],
            wire_len: len as u32,
            tcp_offset: None,
            tunnel: 0,
        });
        self.dissector.segment(&segment.expect("a whole header"));
        self.dissector.take_evicted();
    }

    /// A handshake; both next numbers are 1.
    fn open(&mut self, client: u32) {
        let way = Way::of(client);
        self.send(way, SYN, 0, 0, b"");
        self.send(way.back(), SYN | ACK, 0, 1, b"");
        self.send(way, ACK, 1, 1, b"");
    }

    /// Data of the first client at a place.
    fn data(&mut self, at: u32, payload: &[u8]) {
        self.send(Way::of(0), ACK, 1 + at, 1, payload);
    }

    /// Data of the first client that follows on.
    fn stream(&mut self, payload: &[u8]) {
        self.data(self.said[0], payload);
        self.said[0] += payload.len() as u32;
    }

    /// Frames of the first client, behind its preface.
    fn http2(&mut self, n: u32, frames: &[u8]) {
        if n == 0 {
            self.stream(PREFACE);
        }
        self.stream(frames);
    }

    /// Data in a connection of its own.
    fn in_own(&mut self, n: u32, at: u32, payload: &[u8]) {
        self.open(n + 1);
        self.send(Way::of(n + 1), ACK, 1 + at, 1, payload);
    }

    fn fragment(&mut self, id: u32, place: u32) {
        self.frame += 1;
        let mut data = [0; 36];
        data[..4].copy_from_slice(&[0x45, 0, 0, 36]);
        data[4..8].copy_from_slice(&((id << 16) | 0x2000 | place).to_be_bytes());
        data[8..12].copy_from_slice(&[64, 6, 0, 0]);
        data[12..16].copy_from_slice(&(0x0a00_0000 + (id >> 16)).to_be_bytes());
        data[16..20].copy_from_slice(&[192, 0, 2, 1]);
        self.dissector.frame(&Frame {
            number: self.frame,
            time_ns: self.frame as i64 * 1000,
            link: LinkType::RAW,
            wire_len: 36,
            data: &data,
        });
    }
}

fn half_open_servers(attack: &mut Attack, n: u32) {
    let way = Way {
        server: 0xc000_0201 + n,
        ..Way::of(1)
    };
    attack.send(way, SYN, 0, 0, b"");
    attack.send(way.back(), SYN | ACK, 0, 1, b"");
}

/// Heads of 200 bytes in segments of one.
fn tiny_segments(attack: &mut Attack, n: u32) {
    let place = n as usize % 200;
    let byte = match REQUEST.get(place) {
        Some(byte) if place < REQUEST.len() - 2 => *byte,
        _ if place == 198 => b'\r',
        _ if place == 199 => b'\n',
        _ if place == REQUEST.len() - 2 => b'X',
        _ if place == REQUEST.len() - 1 => b':',
        _ if place == 196 => b'\r',
        _ if place == 197 => b'\n',
        _ => b'y',
    };
    attack.stream(&[byte]);
}

/// A line of 64 KiB, in heads that follow each other.
fn long_header_lines(attack: &mut Attack, n: u32) {
    let payload: &[u8] = match n % 48 {
        0 => OPEN_HEAD,
        47 => b"\r\n\r\n",
        _ => &[b'y'; 1400],
    };
    attack.stream(payload);
}

fn keep_alive_requests(attack: &mut Attack, _: u32) {
    attack.stream(REQUEST);
    let way = Way::of(0).back();
    attack.send(way, ACK, 1 + attack.said[1], 1 + attack.said[0], ANSWER);
    attack.said[1] += ANSWER.len() as u32;
}

/// Entries that fill the table, each asked for again and again; lists past the bound, too.
fn header_table_bombs(attack: &mut Attack, n: u32) {
    let mut block = vec![0x40, 1, b'a' + (n % 16) as u8, 0x7f, 0xe9, 0x06];
    block.extend_from_slice(&[b'y'; 1000]);
    block.extend_from_slice(&[0xbe; 100]);
    attack.http2(n, &frame(HEADERS, END | WHOLE, 2 * n + 1, &block));
}

fn tiny_websocket_frames(attack: &mut Attack, n: u32) {
    if n == 0 {
        attack.stream(OPENING[0].as_bytes());
        attack.send(
            Way::of(0).back(),
            ACK,
            1,
            1 + attack.said[0],
            OPENING[1].as_bytes(),
        );
    }
    let first = [0x89, 0x88, 0x01, 0xff][n as usize % 4];
    attack.stream(&websocket(first, Some([1, 2, 3, 4]), &[n as u8; 100]));
}

/// The server closes at once, and says so again after each request, of which none is answered.
fn unanswered_behind_a_fin(attack: &mut Attack, _: u32) {
    attack.stream(REQUEST);
    attack.send(Way::of(0).back(), FIN | ACK, 1, 1 + attack.said[0], b"x");
}

/// What a dissector with room for few allocates for so many SYNs of which some are refused.
fn some_refused(count: u32) -> usize {
    let mut config = Config::default();
    config.checksums = ChecksumPolicy::Ignore;
    config.max_connections = 2000;
    let mut attack = Attack::with(config);
    for n in 0..count {
        attack.send(Way::of(n), SYN, n, 0, b"");
        if n % 3 == 0 {
            attack.send(Way::of(n).back(), RST | ACK, 0, n + 1, b"");
        }
        attack.dissector.take_evicted();
    }
    MEMORY.current_usage()
}

/// What a dissector without small bounds allocates for so many SYNs, each of another client.
fn lone_syns(count: u32) -> usize {
    let mut config = Config::default();
    config.checksums = ChecksumPolicy::Ignore;
    let mut attack = Attack::with(config);
    (0..count).for_each(|n| attack.send(Way::of(n), SYN, n, 0, b""));
    MEMORY.current_usage()
}

fn main() -> io::Result<()> {
    let mut args = std::env::args().skip(1);
    let mut out = io::stdout();
    let (Some(name), count) = (args.next(), args.next()) else {
        for (name, _) in PATTERNS {
            writeln!(out, "{name}")?;
        }
        return Ok(());
    };
    let usage = || io::Error::other("hostile [PATTERN COUNT]");
    let count: u32 = count.and_then(|count| count.parse().ok()).ok_or_else(usage)?;
    match name.as_str() {
        "lone-syns" => return writeln!(out, "{}", lone_syns(count)),
        "some-refused" => return writeln!(out, "{}", some_refused(count)),
        _ => {}
    }
    let (_, act) = PATTERNS
        .into_iter()
        .find(|(known, _)| *known == name)
        .ok_or_else(usage)?;
    MEMORY.reset_peak_usage();
    let mut attack = Attack::new();
    for n in 0..count {
        act(&mut attack, n);
    }
    attack.dissector.finish().for_each(drop);
    writeln!(out, "{}", MEMORY.peak_usage())
}
