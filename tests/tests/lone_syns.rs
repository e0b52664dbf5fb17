//! Of attempts that nothing follows only the SYN is kept. Nobody can tell from what is reported.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use synfin::capture::Capture;
use synfin::{
    Annotation, ChecksumPolicy, CloseVerdict, Config, Connection, Dissector, Frame, HandshakeVerdict,
    IcmpNote, LinkType, Outcome,
};
use synfin_tests::captures;

/// Later attempts after which one is no connection in the table any more.
const ENOUGH: u32 = 1100;

/// A SYN of client `n` over IPv4, with the options of a Linux host.
fn syn(n: u32) -> [u8; 60] {
    let mut bytes = [0; 60];
    bytes[..4].copy_from_slice(&[0x45, 0, 0, 60]);
    bytes[8..10].copy_from_slice(&[64, 6]);
    bytes[12..16].copy_from_slice(&(0xc612_0000 + n).to_be_bytes()); // 198.18.0.0/15
    bytes[16..20].copy_from_slice(&[192, 0, 2, 1]);
    bytes[20..24].copy_from_slice(&[0x9c, 0x40, 0, 80]);
    bytes[24..28].copy_from_slice(&(n * 7919).to_be_bytes());
    bytes[32..36].copy_from_slice(&[0xa0, 2, 0xfa, 0xf0]);
    bytes[40..60].copy_from_slice(&[2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7]);
    bytes
}

fn is_flood(source: std::net::IpAddr) -> bool {
    matches!(source, std::net::IpAddr::V4(v4) if v4.octets()[0] == 198 && v4.octets()[1] & 0xfe == 18)
}

fn attempt(dissector: &mut Dissector, n: u32, number: u64, time_ns: i64) {
    take(dissector, &syn(n), number, time_ns);
}

fn take(dissector: &mut Dissector, data: &[u8], number: u64, time_ns: i64) {
    dissector.frame(&Frame {
        number,
        time_ns,
        link: LinkType::RAW,
        wire_len: 60,
        data,
    });
}

/// What was told of a capture, but for the numbers of its connections.
#[derive(Debug, PartialEq, Default)]
struct Told {
    segments: Vec<Annotation>,
    errors: Vec<Option<IcmpNote>>,
    connections: Vec<Connection>,
}

/// Dissects a capture; with others' attempts before it and behind each SYN, if wanted.
fn told(path: &Path, crowded: bool) -> Option<Told> {
    let mut capture = Capture::open(File::open(path).expect("it opens")).ok()?;
    let mut dissector = Dissector::default();
    let mut told = Told::default();
    let mut others = 0;
    while let Ok(Some(frame)) = capture.next_frame() {
        let (number, time_ns) = (frame.number, frame.time_ns);
        if crowded && others == 0 {
            others = 2 * ENOUGH;
            (0..others).for_each(|n| attempt(&mut dissector, n, number, time_ns));
        }
        match dissector.frame(&frame) {
            Outcome::Segment(mut annotation) => {
                annotation.connection = 0;
                told.segments.push(annotation);
                if crowded && annotation.flags.syn() && others < 40 * ENOUGH {
                    (others..others + ENOUGH).for_each(|n| attempt(&mut dissector, n, number, time_ns));
                    others += ENOUGH;
                }
            }
            Outcome::Icmp(note) => told.errors.push(note.map(|note| IcmpNote {
                connection: 0,
                ..note
            })),
            _ => {}
        }
    }
    let mut all: Vec<Connection> = dissector.finish().collect();
    let numbers: Vec<u64> = all.iter().map(|connection| connection.connection).collect();
    assert!(
        numbers.iter().copied().eq(0..numbers.len() as u64),
        "each once, in order"
    );
    all.retain(|connection| !is_flood(connection.src));
    all.iter_mut().for_each(|connection| connection.connection = 0);
    told.connections = all;
    Some(told)
}

#[test]
fn a_flood_beside_them_changes_nothing_of_other_connections() {
    let mut attempts = 0;
    for path in captures::below(&captures::folder()) {
        let (Some(alone), Some(crowded)) = (told(&path, false), told(&path, true)) else {
            continue;
        };
        attempts += alone.connections.len();
        assert_eq!(alone, crowded, "{}", path.display());
    }
    assert!(attempts > 200, "{attempts} connections");
}

#[test]
fn each_attempt_is_reported_as_before() {
    let mut dissector = Dissector::default();
    for n in 0..3 * ENOUGH {
        attempt(&mut dissector, n, u64::from(n) + 1, i64::from(n) * 1_000_000);
    }
    let early = dissector.connection(5).expect("it is there");
    let young = dissector
        .connection(u64::from(3 * ENOUGH) - 1)
        .expect("it is there");
    assert_eq!(early.first_frame, 6);
    assert_eq!(
        young.handshake.verdict,
        HandshakeVerdict::Pending,
        "too young to say"
    );
    let all: Vec<Connection> = dissector.finish().collect();
    assert_eq!(all.len(), 3 * ENOUGH as usize);
    assert_eq!(all[5], early);
    for (n, connection) in (0..).zip(&all) {
        assert_eq!(connection.connection, n);
        assert_eq!(connection.handshake.frames.as_slice(), [n + 1]);
        assert_eq!(connection.handshake.isn_initiator, Some(n as u32 * 7919));
        let offer = connection.options.initiator.expect("its SYN was captured");
        assert_eq!((offer.mss, offer.window_scale), (Some(1460), Some(7)));
        assert_eq!(connection.completeness, 1);
    }
    assert_eq!(early.handshake.verdict, HandshakeVerdict::NoAnswer);
}

#[test]
fn the_oldest_make_room_and_are_counted() {
    let mut config = Config::default();
    config.max_connections = 2000;
    let mut dissector = Dissector::new(config);
    for n in 0..3000 {
        attempt(&mut dissector, n, u64::from(n) + 1, i64::from(n) * 1_000_000);
    }
    let gone: Vec<u64> = dissector
        .take_evicted()
        .iter()
        .map(|connection| {
            assert!(connection.evicted);
            connection.connection
        })
        .collect();
    assert!(gone.iter().copied().eq(0..1000));
    assert_eq!(dissector.bounds_reached().connections, 1000);
    assert_eq!(dissector.finish().count(), 2000);
}

#[test]
fn those_that_nothing_will_follow_leave_where_closed_connections_do() {
    let mut config = Config::default();
    config.max_closed = 100;
    let mut dissector = Dissector::new(config);
    for n in 0..2 * ENOUGH {
        attempt(&mut dissector, n, u64::from(n) + 1, i64::from(n) * 1_000_000);
    }
    assert_eq!(dissector.take_evicted(), []);
    // Six minutes later.
    for n in 2 * ENOUGH..4 * ENOUGH {
        attempt(
            &mut dissector,
            n,
            u64::from(n) + 1,
            360_000_000_000 + i64::from(n) * 1_000_000,
        );
    }
    let gone = dissector.take_evicted();
    assert_eq!(gone.len(), 2 * ENOUGH as usize);
    let mut verdicts = BTreeMap::new();
    for connection in &gone {
        *verdicts
            .entry((connection.handshake.verdict.as_str(), connection.evicted))
            .or_insert(0) += 1;
        assert_eq!(connection.close.verdict, CloseVerdict::NotOpened);
    }
    assert_eq!(verdicts, [(("no-answer", false), 2 * ENOUGH)].into());
    assert_eq!(dissector.bounds_reached().connections, 0, "no bound");
}

#[test]
fn what_is_not_believed_stays_so() {
    let connection_of_many = |many: u32| {
        let mut config = Config::default();
        config.checksums = ChecksumPolicy::Drop;
        let mut dissector = Dissector::new(config);
        for n in 0..many {
            let mut data = syn(n);
            data[36..38].copy_from_slice(b"no"); // the checksum
            take(&mut dissector, &data, u64::from(n) + 1, 0);
        }
        dissector.finish().nth(5).expect("it is there")
    };
    let among_few = connection_of_many(10);
    assert_eq!(among_few.handshake.verdict, HandshakeVerdict::None);
    assert_eq!(connection_of_many(3 * ENOUGH), among_few);
}
