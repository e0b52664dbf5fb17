//! Packets that no honest host sends: nothing panics, nothing disappears, no state takes a way that does not exist.

use proptest::prelude::*;
use synfin::{Dissector, Frame, LinkType, Outcome, RawSegment, Segment};

use crate::model::{clean_plan, play};
use crate::packet::{Packet, Shape, tell};
use crate::{cases, invariant};

/// Any flags, numbers near a few that matter, short gaps.
fn packet() -> impl Strategy<Value = Packet> {
    let number = || {
        prop_oneof![
            6 => (prop::sample::select(vec![0u32, 1000, 5000, 70_000, u32::MAX]), 0u32..6).prop_map(|(n, d)| n.wrapping_add(d)),
            1 => any::<u32>(),
        ]
    };
    let flags = prop_oneof![
        6 => prop::sample::select(vec![2u8, 18, 16, 17, 20, 4, 24, 25]),
        1 => any::<u8>(),
    ];
    let gap = prop_oneof![Just(0i64), 1i64..2_000_000_000, Just(130_000_000_000)];
    (
        0usize..2,
        number(),
        number(),
        flags,
        prop_oneof![Just(0u32), 0u32..4, Just(1000)],
        any::<u16>(),
        gap,
    )
        .prop_map(|(from, seq, ack, flags, len, window, time_ns)| Packet {
            time_ns,
            from,
            seq,
            ack,
            flags,
            window,
            len,
            stamps: None,
            ip_id: window,
        })
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn random_segments_are_all_accounted_for(mut packets in prop::collection::vec(packet(), 1..40), v6 in any::<bool>()) {
        let mut now = 0;
        for packet in &mut packets {
            now += packet.time_ns;
            packet.time_ns = now;
        }
        let told = tell(&packets, Shape { v6, ..Shape::default() });
        let outcome = invariant::all(&told.packets, &told.connections);
        prop_assert!(outcome.is_ok(), "{}\n{:#?}", outcome.unwrap_err(), packets);
    }

    /// Junk among the segments of an honest conversation.
    #[test]
    fn junk_in_a_conversation_is_accounted_for(
        plan in clean_plan(),
        junk in prop::collection::vec((any::<prop::sample::Index>(), packet(), -3i32..4, -3i32..4), 1..8),
    ) {
        let mut packets = play(&plan).tap;
        for (at, mut packet, seq, ack) in junk {
            let at = at.index(packets.len());
            let near = packets[at].clone();
            packet.time_ns = near.time_ns;
            packet.from = near.from;
            packet.seq = near.seq.wrapping_add_signed(seq);
            packet.ack = near.ack.wrapping_add_signed(ack);
            packets.insert(at + 1, packet);
        }
        let told = tell(&packets, Shape::default());
        let outcome = invariant::all(&told.packets, &told.connections);
        prop_assert!(outcome.is_ok(), "{}\n{:#?}", outcome.unwrap_err(), packets);
    }

    /// Any bytes at every door.
    #[test]
    fn random_bytes_do_not_panic(frames in prop::collection::vec(
        (prop::collection::vec(any::<u8>(), 0..120), prop::sample::select(vec![0u16, 1, 101, 113, 276, 228, 229]), 0u32..200), 1..20,
    )) {
        let mut dissector = Dissector::default();
        let mut segments = 0;
        for (number, (data, link, wire_len)) in frames.iter().enumerate() {
            let frame = Frame { number: number as u64 + 1, time_ns: number as i64, link: LinkType(*link), wire_len: *wire_len, data };
            segments += u64::from(matches!(dissector.frame(&frame), Outcome::Segment(_)));
            let raw = RawSegment {
                frame: number as u64 + 1, layer: 1, time_ns: number as i64, src: [10, 0, 0, 1].into(), dst: [10, 0, 0, 2].into(),
                ttl: None, ip_id: None, bytes: data, wire_len: *wire_len, tcp_offset: None, tunnel: 0,
            };
            if let Ok(segment) = Segment::parse(raw) {
                dissector.segment(&segment);
                segments += 1;
            }
        }
        let listed: u64 = dissector.finish().map(|c| c.packets.initiator + c.packets.responder).sum();
        prop_assert_eq!(segments, listed);
    }

    /// IP packets whose lengths and protocols are right and whose rest is not: TCP cut anywhere, ICMP errors that
    /// quote anything.
    #[test]
    fn truncated_headers_and_icmp_do_not_panic(packets in prop::collection::vec(
        (prop::sample::select(vec![6u8, 1]), any::<[u8; 8]>(), prop::collection::vec(any::<u8>(), 0..60)), 1..20,
    )) {
        let mut dissector = Dissector::default();
        let mut segments = 0;
        for (number, (protocol, head, rest)) in packets.iter().enumerate() {
            let quote = |len: usize| [&[0x45, 0, 0, (20 + len) as u8, 0, 1, 0, 0, 64, 6, 0, 0][..], &[10, 0, 0, 1, 10, 0, 0, 2]].concat();
            let inner = if *protocol == 6 {
                [&[0, 1, 0, 2 + head[0] % 2][..], &head[..], rest].concat()
            } else {
                [&[3, head[0] % 16, 0, 0, 0, 0, 0, 0][..], &quote(40), &[0, 1, 0, 2], &head[..], rest].concat()
            };
            let mut data = quote(inner.len());
            data[9] = *protocol;
            data.extend(inner);
            let frame = Frame { number: number as u64 + 1, time_ns: number as i64, link: LinkType::RAW, wire_len: data.len() as u32, data: &data };
            segments += u64::from(matches!(dissector.frame(&frame), Outcome::Segment(_)));
        }
        let listed: u64 = dissector.finish().map(|c| c.packets.initiator + c.packets.responder).sum();
        prop_assert_eq!(segments, listed);
    }
}
