//! Packets cut by hand, in every order.

use proptest::prelude::*;

use super::FragmentLimits;
use crate::annotation::IntegrityWord;
use crate::wire::Other;
use crate::{Dissector, Frame, LinkType, Outcome};

const SECOND_NS: i64 = 1_000_000_000;

/// 40000 > 80, then `payload`.
fn tcp(payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![
        0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 2, 0, 0, 0, 0, 0,
    ];
    bytes.extend(payload);
    bytes
}

/// A fragment from byte `start` on of what `protocol` names.
fn ipv4(id: u16, protocol: u8, start: usize, more: bool, part: &[u8]) -> Vec<u8> {
    let len = u16::try_from(20 + part.len()).unwrap();
    let place = u16::try_from(start / 8).unwrap() | u16::from(more) << 13;
    let mut bytes = vec![0x45, 0];
    bytes.extend(len.to_be_bytes());
    bytes.extend(id.to_be_bytes());
    bytes.extend(place.to_be_bytes());
    bytes.extend([64, protocol, 0, 0, 10, 0, 0, 1, 192, 0, 2, 7]);
    bytes.extend(part);
    bytes
}

/// Behind a hop-by-hop header that every fragment has.
fn ipv6(start: usize, more: bool, protocol: u8, part: &[u8]) -> Vec<u8> {
    let len = u16::try_from(16 + part.len()).unwrap();
    let place = u16::try_from(start).unwrap() | u16::from(more);
    let mut bytes = vec![0x60, 0, 0, 0];
    bytes.extend(len.to_be_bytes());
    bytes.extend([0, 63]);
    bytes.extend([1; 32]);
    bytes.extend([44, 0, 1, 4, 0, 0, 0, 0, protocol, 0]);
    bytes.extend(place.to_be_bytes());
    bytes.extend([0, 0, 0, 9]);
    bytes.extend(part);
    bytes
}

struct Bench {
    dissector: Dissector,
    number: u64,
}

impl Bench {
    fn new() -> Self {
        Self {
            dissector: Dissector::default(),
            number: 0,
        }
    }

    fn at(&mut self, time_ns: i64, data: &[u8], wire_len: usize) -> Outcome {
        self.number += 1;
        self.dissector.frame(&Frame {
            number: self.number,
            time_ns,
            link: LinkType::RAW,
            wire_len: u32::try_from(wire_len).unwrap(),
            data,
        })
    }

    fn push(&mut self, data: &[u8]) -> Outcome {
        self.at(0, data, data.len())
    }

    /// Payload bytes of both directions so far.
    fn payload(mut self) -> u64 {
        let connection = self.dissector.finish().next().expect("a connection");
        connection.bytes.initiator + connection.bytes.responder
    }
}

const HELD: Outcome = Outcome::Other(Other::Fragment);
const CONTRADICTS: Outcome = Outcome::Other(Other::OverlappingFragment);

/// The parts of a segment of 44 bytes.
fn three() -> [Vec<u8>; 3] {
    let whole = tcp(&[b'x'; 24]);
    [
        ipv4(7, 6, 0, true, &whole[..8]),
        ipv4(7, 6, 8, true, &whole[8..32]),
        ipv4(7, 6, 32, false, &whole[32..]),
    ]
}

#[test]
fn every_order_makes_the_packet_whole() {
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let (mut bench, parts) = (Bench::new(), three());
        assert_eq!(bench.push(&parts[order[0]]), HELD);
        // A copy changes nothing.
        assert_eq!(bench.push(&parts[order[0]]), HELD);
        assert_eq!(bench.push(&parts[order[1]]), HELD);
        match bench.push(&parts[order[2]]) {
            Outcome::Segment(annotation) => assert_eq!((annotation.frame, annotation.src_port), (4, 40000)),
            other => panic!("{other:?}"),
        }
        assert_eq!(bench.payload(), 24);
    }
}

#[test]
fn ipv6_goes_on_behind_the_fragment_header() {
    let whole = [&[6, 0, 1, 4, 0, 0, 0, 0][..], &tcp(b"abcd")].concat();
    let mut bench = Bench::new();
    // RFC 8200 section 4.5: the first fragment's next header counts.
    assert_eq!(bench.push(&ipv6(8, false, 99, &whole[8..])), HELD);
    let last = bench.push(&ipv6(0, true, 60, &whole[..8]));
    assert!(matches!(last, Outcome::Segment(_)), "{last:?}");
    assert_eq!(bench.payload(), 4);
}

#[test]
fn a_tunnel_is_found_in_a_packet_put_together() {
    let inner = ipv4(1, 6, 0, false, &tcp(b"x"));
    let mut bench = Bench::new();
    assert_eq!(bench.push(&ipv4(2, 4, 0, true, &inner[..16])), HELD);
    assert!(matches!(
        bench.push(&ipv4(2, 4, 16, false, &inner[16..])),
        Outcome::Segment(_)
    ));
}

#[test]
fn an_overlap_that_is_no_copy_gives_the_packet_up() {
    let whole = tcp(&[b'x'; 24]);
    let [first, middle, last] = three();
    for bad in [
        ipv4(7, 6, 0, true, &whole[..16]),
        ipv4(7, 6, 0, true, b"otherxxx"),
        ipv4(7, 6, 40, true, &[0; 8]),
        ipv4(7, 6, 48, false, &[0; 8]),
        ipv4(7, 6, 8, false, &whole[8..24]),
    ] {
        let mut bench = Bench::new();
        assert_eq!(bench.push(&first), HELD);
        assert_eq!(bench.push(&last), HELD);
        assert_eq!(bench.push(&bad), CONTRADICTS, "{bad:02x?}");
        // RFC 5722 section 4: those not yet received, too.
        assert_eq!(bench.push(&middle), CONTRADICTS);
    }
}

#[test]
fn fragments_of_other_packets_are_kept_apart() {
    let whole = tcp(&[b'x'; 24]);
    let [first, ..] = three();
    for other in [
        ipv4(8, 6, 8, false, &whole[8..]),
        ipv4(7, 17, 8, false, &whole[8..]),
    ] {
        let mut bench = Bench::new();
        assert_eq!(bench.push(&first), HELD);
        assert_eq!(bench.push(&other), HELD);
    }
    // The identification comes round again.
    let mut bench = Bench::new();
    let rest = ipv4(7, 6, 8, false, &whole[8..]);
    assert_eq!(bench.at(0, &first, first.len()), HELD);
    assert_eq!(bench.at(31 * SECOND_NS, &rest, rest.len()), HELD);
    let done = bench.at(32 * SECOND_NS, &first, first.len());
    assert!(matches!(done, Outcome::Segment(_)));
}

#[test]
fn a_part_that_no_fragment_can_be_is_left_out() {
    let mut bench = Bench::new();
    // Seven bytes with more behind them; nothing at all; beyond 65535.
    for odd in [
        ipv4(7, 6, 0, true, &[0; 7]),
        ipv4(7, 6, 8, false, &[]),
        ipv4(7, 6, 65528, false, &[0; 8]),
    ] {
        assert_eq!(bench.push(&odd), HELD);
    }
    assert!(bench.dissector_is_empty());
}

#[test]
fn the_oldest_makes_room() {
    let whole = tcp(&[b'x'; 24]);
    let (mut bench, [first, ..]) = (Bench::new(), three());
    assert_eq!(bench.push(&first), HELD);
    for id in 0..FragmentLimits::default().packets as usize {
        let id = u16::try_from(1000 + id).unwrap();
        assert_eq!(bench.push(&ipv4(id, 6, 0, true, &whole[..8])), HELD);
    }
    assert_eq!(bench.push(&ipv4(7, 6, 8, false, &whole[8..])), HELD);
}

#[test]
fn a_cut_fragment_cuts_the_segment() {
    let (mut bench, [first, middle, last]) = (Bench::new(), three());
    assert_eq!(bench.push(&first), HELD);
    let cut = middle.len() - 8;
    assert_eq!(bench.at(0, &middle[..cut], middle.len()), HELD);
    match bench.push(&last) {
        Outcome::Segment(annotation) => assert_eq!(annotation.integrity, IntegrityWord::Cut),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.payload(), 24);
}

impl Bench {
    fn dissector_is_empty(&self) -> bool {
        self.dissector.fragments.held.is_empty()
    }
}

proptest! {
    #[test]
    fn random_fragments_never_panic(
        parts in prop::collection::vec((0_u16..3, 0_usize..12, any::<bool>(), 0_usize..40, 0_usize..70), 0..40),
    ) {
        let whole = tcp(&[b'x'; 200]);
        let mut bench = Bench::new();
        for (id, unit, more, len, captured) in parts {
            let part = &whole[unit * 8..unit * 8 + len];
            let v4 = ipv4(id, 6, unit * 8, more, part);
            let v6 = ipv6(unit * 8, more, 6, part);
            for data in [v4, v6] {
                bench.at(0, &data[..captured.min(data.len())], data.len());
                bench.push(&data);
            }
        }
        prop_assert!(bench.dissector.fragments.held.len() <= 6);
    }
}
