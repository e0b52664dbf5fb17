//! The table's bound holds under a flood, and nothing that had to go goes unreported.

use std::collections::HashSet;

use proptest::prelude::*;
use synfin::{Config, Dissector, RawSegment, Segment};

use crate::cases;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn a_flood_of_tuples_stays_within_the_table(
        bound in 1usize..20,
        segments in prop::collection::vec((0u16..60, prop::sample::select(vec![2u8, 16, 4, 17, 18, 20]), any::<bool>()), 1..300),
    ) {
        let mut config = Config::default();
        config.max_connections = bound;
        let mut dissector = Dissector::new(config);
        let mut seen = HashSet::new();
        let mut reported = Vec::new();
        for (index, (port, flags, back)) in segments.iter().enumerate() {
            let ports = if *back { [80, 1024 + port] } else { [1024 + port, 80] };
            let mut bytes = [&ports[0].to_be_bytes()[..], &ports[1].to_be_bytes(), &[0; 8], &[0x50, *flags], &[1, 0, 0, 0, 0, 0]].concat();
            bytes[7] = *port as u8;
            let (src, dst) = if *back { ([10, 0, 0, 2], [10, 0, 0, 1]) } else { ([10, 0, 0, 1], [10, 0, 0, 2]) };
            let segment = Segment::parse(RawSegment {
                frame: index as u64 + 1, layer: 0, time_ns: index as i64, src: src.into(), dst: dst.into(), ttl: None, ip_id: None,
                bytes: &bytes, wire_len: 20, tcp_offset: None, tunnel: 0,
            }).expect("the ports are there");
            seen.insert(dissector.segment(&segment).connection);
            let evicted = dissector.take_evicted();
            prop_assert!(evicted.iter().all(|connection| connection.evicted));
            reported.extend(evicted);
            let held = seen.len() - reported.len();
            prop_assert!(held <= bound, "{} held, {} allowed", held, bound);
        }
        let left: Vec<_> = dissector.finish().collect();
        prop_assert!(left.len() <= bound && left.iter().all(|connection| !connection.evicted));
        reported.extend(left);
        let ids: HashSet<u64> = reported.iter().map(|connection| connection.connection).collect();
        prop_assert_eq!(ids.len(), reported.len(), "each once");
        prop_assert_eq!(ids, seen);
        let listed: u64 = reported.iter().map(|c| c.packets.initiator + c.packets.responder).sum();
        prop_assert_eq!(listed, segments.len() as u64);
    }
}
