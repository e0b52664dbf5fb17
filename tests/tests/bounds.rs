//! Every bound of `Config` is reached, and what had to go is counted.

use std::net::{IpAddr, Ipv4Addr};

use synfin::{
    Annotation, BoundsReached, ChecksumPolicy, CloseVerdict, Config, Connection, Dissector, Frame, LinkType,
    RawSegment, Rule, Segment,
};
use synfin_tests::http2::{END, HEADERS, PREFACE, WHOLE, frame, post, settings};

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

/// Segments by hand between many clients and a server.
struct Bench {
    dissector: Dissector,
    frame: u64,
}

/// Where a segment goes: client number, port of the server, and whether the server sends it.
#[derive(Clone, Copy)]
struct Way {
    client: u32,
    port: u16,
    back: bool,
}

const fn to(client: u32) -> Way {
    Way {
        client,
        port: 80,
        back: false,
    }
}

const fn back(client: u32) -> Way {
    Way {
        back: true,
        ..to(client)
    }
}

impl Bench {
    fn new(set: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        config.checksums = ChecksumPolicy::Ignore;
        set(&mut config);
        Self {
            dissector: Dissector::new(config),
            frame: 0,
        }
    }

    fn send(&mut self, way: Way, flags: u8, seq: u32, ack: u32, payload: &[u8]) -> Annotation {
        self.frame += 1;
        let client = (
            IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + way.client)),
            40_000_u16,
        );
        let server = (IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), way.port);
        let ((src, src_port), (dst, dst_port)) = if way.back {
            (server, client)
        } else {
            (client, server)
        };
        let mut bytes = Vec::with_capacity(20 + payload.len());
        bytes.extend(src_port.to_be_bytes());
        bytes.extend(dst_port.to_be_bytes());
        bytes.extend(seq.to_be_bytes());
        bytes.extend(ack.to_be_bytes());
        bytes.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        bytes.extend(payload);
        let segment = Segment::parse(RawSegment {
            frame: self.frame,
            layer: 0,
            time_ns: self.frame as i64 * 1_000_000,
            src,
            dst,
            ttl: Some(64),
            ip_id: None,
            bytes: &bytes,
            wire_len: bytes.len() as u32,
            tcp_offset: None,
            tunnel: 0,
        });
        self.dissector.segment(&segment.expect("a whole header"))
    }

    /// A handshake; both sides' next number is 1.
    fn open(&mut self, client: u32) {
        self.send(to(client), SYN, 0, 0, b"");
        self.send(back(client), SYN | ACK, 0, 1, b"");
        self.send(to(client), ACK, 1, 1, b"");
    }

    fn bounds(&self) -> BoundsReached {
        self.dissector.bounds_reached()
    }

    fn finish(&mut self) -> Vec<Connection> {
        self.dissector.finish().collect()
    }
}

/// Exactly these bounds were reached, all others never.
fn only(set: impl FnOnce(&mut BoundsReached)) -> BoundsReached {
    let mut bounds = BoundsReached::default();
    set(&mut bounds);
    bounds
}

#[test]
fn connections_closed_ones_go_first_then_the_least_recently_active() {
    let mut bench = Bench::new(|config| config.max_connections = 3);
    for client in 1..=3 {
        bench.open(client);
    }
    bench.send(to(2), RST, 1, 0, b"");
    bench.open(4);
    let evicted: Vec<_> = bench
        .dissector
        .take_evicted()
        .iter()
        .map(|connection| connection.connection)
        .collect();
    assert_eq!(evicted, [1], "the closed one");
    // All have been busy once; then 1 and 4 are, and 3 is quiet.
    bench.open(5);
    bench.dissector.take_evicted();
    assert_eq!(bench.bounds(), only(|bounds| bounds.connections = 2));
    let mut bench = Bench::new(|config| config.max_connections = 3);
    for client in 1..=4 {
        bench.open(client);
    }
    let first = bench.dissector.take_evicted();
    assert_eq!(first.len(), 1);
    let mut alive: Vec<u32> = (1..=3)
        .filter(|client| u64::from(*client) - 1 != first[0].connection)
        .collect();
    let quiet = alive.pop().expect("two are left");
    bench.send(to(alive[0]), ACK, 1, 1, b"x");
    bench.send(to(4), ACK, 1, 1, b"x");
    bench.open(5);
    let second: Vec<_> = bench
        .dissector
        .take_evicted()
        .iter()
        .map(|connection| connection.connection)
        .collect();
    assert_eq!(second, [u64::from(quiet) - 1], "the quiet one");
    assert_eq!(bench.bounds(), only(|bounds| bounds.connections = 2));
}

#[test]
fn closed_connections_leave_where_others_have_closed_since() {
    let mut bench = Bench::new(|config| config.max_closed = 3);
    let gone = |bench: &mut Bench| -> Vec<Connection> { bench.dissector.take_evicted() };
    for client in 1..=4 {
        bench.open(client);
        bench.send(to(client), RST, 1, 0, b"");
        if client == 3 {
            // Late: the first one is not over for everybody.
            bench.send(back(1), ACK, 1, 1, b"late");
        }
    }
    let first = gone(&mut bench);
    assert_eq!(first.len(), 1, "three are kept");
    assert_eq!(first[0].connection, 1, "the oldest that is quiet");
    assert!(!first[0].evicted, "its end is known");
    assert_eq!(first[0].close.verdict, CloseVerdict::Reset);
    // No other has to go before its time, and those that are open stay.
    (5..=8).for_each(|client| {
        bench.open(client);
    });
    assert_eq!(gone(&mut bench), []);
    assert_eq!(
        bench.dissector.connection(0).map(|first| first.packets.responder),
        Some(2)
    );
    assert_eq!(bench.dissector.connection(1), None);
    assert_eq!(bench.bounds(), BoundsReached::default());
    let rest: Vec<u64> = bench.dissector.finish().map(|rest| rest.connection).collect();
    assert_eq!(rest, [0, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn out_of_order_bytes_of_a_connection() {
    let mut bench = Bench::new(|config| config.reassembly.held_bytes = 1000);
    bench.open(1);
    for piece in 1..=10_u32 {
        bench.send(to(1), ACK, 1 + piece * 200, 1, &[b'x'; 100]);
    }
    assert_eq!(
        bench.bounds(),
        BoundsReached::default(),
        "1000 bytes are no more than 1000"
    );
    bench.send(to(1), ACK, 1 + 11 * 200, 1, &[b'x'; 100]);
    assert_eq!(bench.bounds(), only(|bounds| bounds.reassembly = 1));
}

#[test]
fn out_of_order_pieces_of_a_connection() {
    let mut bench = Bench::new(|config| config.reassembly.held_pieces = 10);
    bench.open(1);
    for piece in 1..=12_u32 {
        bench.send(to(1), ACK, 1 + piece * 2, 1, b"x");
    }
    assert_eq!(bench.bounds(), only(|bounds| bounds.reassembly = 2));
}

/// The oldest holder gives up, and what it still held is read: its request is whole behind a gap.
#[test]
fn out_of_order_bytes_in_all() {
    let mut bench = Bench::new(|config| config.max_held_bytes = 5000);
    let request = b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n";
    bench.open(1);
    bench.send(to(1), ACK, 101, 1, request);
    for client in 2..=4 {
        bench.open(client);
        bench.send(to(client), ACK, 101, 1, &[b'x'; 1400]);
    }
    assert_eq!(bench.bounds(), BoundsReached::default());
    bench.open(5);
    bench.send(to(5), ACK, 101, 1, &[b'x'; 1400]);
    assert_eq!(bench.bounds().held_bytes, 2, "1 was not enough");
    let first = bench.dissector.connection(0).expect("it is there");
    assert_eq!(first.http[0].target.as_deref(), Some("/late"));
    // Holes that are filled give the room back.
    for client in 3..=5 {
        bench.send(to(client), ACK, 1, 1, &[b'x'; 100]);
    }
    for client in 6..=8 {
        bench.open(client);
        bench.send(to(client), ACK, 101, 1, &[b'x'; 1400]);
    }
    assert_eq!(bench.bounds(), only(|bounds| bounds.held_bytes = 2));
}

#[test]
fn heads_that_never_end_share_the_bound_of_all() {
    let mut bench = Bench::new(|config| config.max_held_bytes = 10_000);
    for client in 1..=20 {
        bench.open(client);
        bench.send(
            to(client),
            ACK,
            1,
            1,
            &[b"GET / HTTP/1.1\r\nX: ".as_slice(), &[b'y'; 900]].concat(),
        );
    }
    let given_up = bench.bounds().held_bytes;
    assert!((10..=11).contains(&given_up), "{given_up} of 20");
    let connections = bench.finish();
    assert!(
        connections.iter().all(|connection| connection.http.len() == 1),
        "each is told"
    );
}

#[test]
fn trailer_sections_that_never_end_share_it_too() {
    let mut bench = Bench::new(|config| config.max_held_bytes = 10_000);
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: ";
    for client in 1..=20 {
        bench.open(client);
        bench.send(to(client), ACK, 1, 1, &[head.as_slice(), &[b'y'; 1000]].concat());
    }
    let given_up = bench.bounds().held_bytes;
    assert!((9..=12).contains(&given_up), "{given_up} of 20");
}

#[test]
fn head_bytes() {
    let mut bench = Bench::new(|config| config.http.head_bytes = 100);
    bench.open(1);
    bench.send(to(1), ACK, 1, 1, b"GET / HTTP/1.1\r\nX: ");
    bench.send(to(1), ACK, 20, 1, &[b'y'; 80]);
    assert_eq!(bench.bounds(), BoundsReached::default());
    bench.send(to(1), ACK, 100, 1, &[b'y'; 80]);
    assert_eq!(bench.bounds(), only(|bounds| bounds.heads = 1));
    assert!(bench.finish()[0].rules.iter().any(|hit| hit.id == Rule::H41));

    let mut bench = Bench::new(|config| config.http.head_bytes = 100);
    bench.open(1);
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: ";
    bench.send(to(1), ACK, 1, 1, head);
    bench.send(to(1), ACK, 1 + head.len() as u32, 1, &[b'y'; 100]);
    assert_eq!(
        bench.bounds(),
        only(|bounds| bounds.heads = 1),
        "a trailer section"
    );
}

/// A ClientHello that claims 60,000 bytes, in a record of 16 KiB: its beginning with these, then more.
fn endless_hello() -> Vec<u8> {
    let mut hello = vec![22, 3, 1, 0x40, 0, 1, 0, 0xea, 0x60, 3, 3];
    hello.extend([7; 32]);
    hello.extend([0, 0, 2, 0x13, 1, 1, 0, 0xea, 0x2f]);
    hello
}

#[test]
fn hello_bytes() {
    let mut bench = Bench::new(|config| config.tls.hello_bytes = 200);
    bench.open(1);
    let hello = endless_hello();
    bench.send(to(1), ACK, 1, 1, &hello);
    let mut seq = 1 + hello.len() as u32;
    for too_long in [false, true, true] {
        bench.send(to(1), ACK, seq, 1, &[0; 150]);
        seq += 150;
        assert_eq!(bench.bounds(), only(|bounds| bounds.heads = u64::from(too_long)));
    }
    let connection = &bench.finish()[0];
    assert!(connection.rules.iter().any(|hit| hit.id == Rule::L1));
    assert_eq!(connection.tls.as_ref().unwrap().ciphers_offered, 1);
}

#[test]
fn hellos_that_never_end_share_the_bound_of_all() {
    let mut bench = Bench::new(|config| config.max_held_bytes = 10_000);
    for client in 1..=20 {
        bench.open(client);
        bench.send(to(client), ACK, 1, 1, &[endless_hello(), vec![0; 900]].concat());
    }
    let given_up = bench.bounds().held_bytes;
    assert!((10..=12).contains(&given_up), "{given_up} of 20");
    let told = |connection: &synfin::Connection| {
        connection
            .tls
            .as_ref()
            .is_some_and(|tls| tls.ciphers_offered == 1)
    };
    assert!(bench.finish().iter().all(told), "each is told");
}

#[test]
fn tls_alerts() {
    let mut bench = Bench::new(|_| {});
    bench.open(1);
    for number in 0..20 {
        bench.send(to(1), ACK, 1 + number * 7, 1, &[21, 3, 3, 0, 2, 1, 112]);
    }
    let connections = bench.finish();
    let tls = connections[0].tls.as_ref().unwrap();
    assert_eq!((tls.alerts.len(), tls.alerts_omitted), (8, 12));
}

#[test]
fn kept_transactions_and_pending_requests() {
    let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut bench = Bench::new(|config| {
        config.http.kept_transactions = 3;
        config.http.pending_requests = 4;
    });
    bench.open(1);
    for number in 0..10 {
        bench.send(to(1), ACK, 1 + number * request.len() as u32, 1, request);
    }
    let connections = bench.finish();
    assert_eq!((connections[0].http.len(), connections[0].http_omitted), (3, 7));
    assert_eq!(bench.bounds(), only(|bounds| bounds.pending_requests = 3));
}

/// HTTP/2: streams in progress, header lists, the header table.
#[test]
fn http2_streams_header_lists_and_tables() {
    let ask = |set: fn(&mut Config), frames: &[u8]| {
        let mut bench = Bench::new(set);
        bench.open(1);
        let opening = [PREFACE, &settings(&[])].concat();
        bench.send(to(1), ACK, 1, 1, &opening);
        bench.send(to(1), ACK, 1 + opening.len() as u32, 1, frames);
        let connections = bench.finish();
        let report = connections[0].http2.as_deref().expect("HTTP/2").clone();
        (bench.bounds(), report)
    };
    let requests: Vec<u8> = (0..10).flat_map(|number| post(2 * number + 1, "/")).collect();
    let (bounds, report) = ask(|config| config.http.http2.streams = 3, &requests);
    assert_eq!(bounds, only(|bounds| bounds.streams = 7));
    assert_eq!((report.streams, report.streams_omitted), (10, 7));

    // 1,000 times an entry of the static table of 42 bytes, 32 of which are its own weight.
    let list = frame(HEADERS, END | WHOLE, 1, &[0x82; 1000]);
    let (bounds, _) = ask(|config| config.http.http2.header_list_bytes = 42_000, &list);
    assert_eq!(bounds, BoundsReached::default());
    let (bounds, report) = ask(|config| config.http.http2.header_list_bytes = 41_999, &list);
    assert_eq!(bounds, only(|bounds| bounds.heads = 1));
    assert!(report.header_table_lost.initiator);

    // A table of 8,192 bytes: 31 + 8,161.
    let update = frame(HEADERS, END | WHOLE, 1, b"\x3f\xe1\x3f\x82");
    let (bounds, _) = ask(|config| config.http.http2.table_bytes = 8_192, &update);
    assert_eq!(bounds, BoundsReached::default());
    let (bounds, report) = ask(|config| config.http.http2.table_bytes = 8_191, &update);
    assert_eq!(bounds, only(|bounds| bounds.heads = 1));
    assert!(report.header_table_lost.initiator);
}

#[test]
fn kept_text() {
    let mut bench = Bench::new(|config| config.http.kept_text = 1000);
    bench.open(1);
    let request = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(300));
    let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
    for number in 0..10 {
        let (seq, ack) = (
            1 + number * request.len() as u32,
            1 + number * answer.len() as u32,
        );
        bench.send(to(1), ACK, seq, ack, request.as_bytes());
        bench.send(back(1), ACK, ack, seq + request.len() as u32, answer);
    }
    let connections = bench.finish();
    assert_eq!((connections[0].http.len(), connections[0].http_omitted), (3, 7));
}

/// A fragment of 16 bytes.
fn fragment(bench: &mut Bench, id: u16, place: u16) {
    bench.frame += 1;
    let mut data = vec![0x45, 0, 0, 36];
    data.extend(id.to_be_bytes());
    data.extend((0x2000 | place).to_be_bytes());
    data.extend([64, 6, 0, 0, 10, 0, 0, 1, 192, 0, 2, 1]);
    data.extend([0; 16]);
    bench.dissector.frame(&Frame {
        number: bench.frame,
        time_ns: bench.frame as i64,
        link: LinkType::RAW,
        wire_len: 36,
        data: &data,
    });
}

#[test]
fn fragments() {
    let mut bench = Bench::new(|config| config.fragments.packets = 5);
    for id in 0..5 {
        fragment(&mut bench, id, 0);
    }
    assert_eq!(bench.bounds(), BoundsReached::default());
    for id in 5..8 {
        fragment(&mut bench, id, 0);
    }
    assert_eq!(bench.bounds(), only(|bounds| bounds.fragments = 3));

    let mut bench = Bench::new(|config| config.fragments.fragments = 30);
    for place in 0..30 {
        fragment(&mut bench, place % 3, place * 4);
    }
    assert_eq!(bench.bounds(), BoundsReached::default());
    fragment(&mut bench, 2, 400);
    assert_eq!(bench.bounds(), only(|bounds| bounds.fragments = 1));
    for place in 0..10 {
        fragment(&mut bench, 9, place * 4);
    }
    assert_eq!(bench.bounds(), only(|bounds| bounds.fragments = 2));
}

/// The list of rules is bounded by what `Connection` promises, not by `Config`.
#[test]
fn rules_of_a_connection() {
    let mut bench = Bench::new(|_| {});
    bench.open(1);
    for number in 0..100_u32 {
        bench.send(to(1), FIN, number * 1000, 0, b"");
    }
    let connection = bench.finish().remove(0);
    assert_eq!(connection.rules.len(), 64);
    // Of the 100 FINs without an ACK (T13) those behind O1 to O3 and 60 others: what had not come by the end has the
    // last place.
    assert_eq!(connection.rules_omitted, 39 + 1);
    assert_eq!(connection.rules.last().map(|hit| hit.id), Some(Rule::T28));
}

#[test]
fn servers_of_the_flood_table() {
    let mut bench = Bench::new(|config| config.max_servers = 10);
    let half_open = |bench: &mut Bench, port: u16| {
        let way = Way { port, ..to(1) };
        bench.send(way, SYN, 0, 0, b"");
        bench.send(Way { back: true, ..way }, SYN | ACK, 0, 1, b"");
    };
    for port in 1..=10 {
        half_open(&mut bench, port);
    }
    assert_eq!(bench.bounds(), BoundsReached::default());
    for port in 11..=25 {
        half_open(&mut bench, port);
    }
    assert_eq!(bench.bounds(), only(|bounds| bounds.servers = 15));
}

#[test]
fn hosts_whose_ttl_is_remembered() {
    let mut bench = Bench::new(|config| config.max_hosts = 1);
    bench.open(1);
    bench.open(2);
    assert_eq!(bench.bounds(), BoundsReached::default(), "one server");
    // A client that answers a SYN of the server is another host.
    let way = Way { port: 81, ..to(3) };
    bench.send(Way { back: true, ..way }, SYN, 0, 0, b"");
    bench.send(way, SYN | ACK, 0, 1, b"");
    assert_eq!(bench.bounds(), only(|bounds| bounds.hosts = 1));
}
