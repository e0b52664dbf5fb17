//! Frames made by hand from the layouts of the RFCs.

use std::net::IpAddr;

use proptest::prelude::*;

use super::{Decoded, Layer, Other, WireError, WireErrorKind, decode};
use crate::frame::{Frame, LinkType};
use crate::seq::SeqNumber;
use crate::wire::icmp::IcmpKind;
use crate::wire::tcp::TcpFlags;
use crate::{Checksum, Segment};

const CLIENT: [u8; 4] = [10, 0, 0, 1];
const SERVER: [u8; 4] = [192, 0, 2, 7];

/// 40000 > 80, seq 0x01020304, ack 0x05060708, PSH ACK, window 512, then options and payload.
pub(super) fn tcp(options: &[u8], payload: &[u8]) -> Vec<u8> {
    assert!(options.len() % 4 == 0);
    let data_offset = u8::try_from(options.len() / 4 + 5).unwrap() << 4;
    let mut bytes = vec![
        0x9c,
        0x40,
        0,
        80,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        data_offset,
        0x18,
        2,
        0,
        0,
        0,
        0,
        9,
    ];
    bytes.extend(options);
    bytes.extend(payload);
    bytes
}

pub(super) fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let [len_hi, len_lo] = u16::try_from(20 + payload.len()).unwrap().to_be_bytes();
    let mut bytes = vec![0x45, 0, len_hi, len_lo, 0xab, 0xcd, 0x40, 0, 64, protocol, 0, 0];
    bytes.extend(CLIENT);
    bytes.extend(SERVER);
    bytes.extend(payload);
    bytes
}

pub(super) fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let [len_hi, len_lo] = u16::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = vec![0x60, 0, 0, 0, len_hi, len_lo, next, 63];
    bytes.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    bytes.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    bytes.extend(payload);
    bytes
}

pub(super) fn ethernet(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    bytes.extend(ether_type.to_be_bytes());
    bytes.extend(payload);
    bytes
}

pub(super) fn vlan(inner_type: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 5];
    bytes.extend(inner_type.to_be_bytes());
    bytes.extend(payload);
    bytes
}

pub(super) fn frame(link: LinkType, data: &[u8]) -> Frame<'_> {
    Frame {
        number: 3,
        time_ns: 5,
        link,
        wire_len: u32::try_from(data.len()).unwrap(),
        data,
    }
}

pub(super) fn segment(link: LinkType, data: &[u8]) -> Segment<'_> {
    match decode(&frame(link, data)) {
        Decoded::Tcp(segment) => segment,
        other => panic!("{other:?}"),
    }
}

pub(super) fn other(link: LinkType, data: &[u8]) -> Other {
    match decode(&frame(link, data)) {
        Decoded::Other(other) => other,
        decoded => panic!("{decoded:?}"),
    }
}

pub(super) fn broken(frame: &Frame<'_>) -> WireError {
    match decode(frame) {
        Decoded::Broken(error) => error,
        decoded => panic!("{decoded:?}"),
    }
}

#[test]
fn every_field_of_a_plain_segment() {
    let data = ethernet(0x0800, &ipv4(6, &tcp(&[], b"hello")));
    let segment = segment(LinkType::ETHERNET, &data);
    assert_eq!((segment.frame, segment.layer, segment.time_ns), (3, 0, 5));
    assert_eq!(
        (segment.src, segment.dst),
        (IpAddr::from(CLIENT), IpAddr::from(SERVER))
    );
    assert_eq!(
        (segment.ttl, segment.ip_id, segment.tcp_offset),
        (Some(64), Some(0xabcd), Some(34))
    );
    assert_eq!((segment.payload, segment.payload_len), (&b"hello"[..], 5));
    assert_eq!(segment.bytes.len(), 25);
    let tcp = segment.tcp;
    assert_eq!(
        (tcp.src_port, tcp.dst_port, tcp.data_offset, tcp.captured),
        (40000, 80, 20, 20)
    );
    assert_eq!(
        (tcp.seq, tcp.ack),
        (SeqNumber(0x0102_0304), SeqNumber(0x0506_0708))
    );
    assert_eq!(
        (tcp.flags, tcp.window, tcp.urgent),
        (TcpFlags::PSH | TcpFlags::ACK, 512, 9)
    );
    assert!(!segment.integrity.cut && !segment.integrity.malformed);
    assert_eq!(segment.reserved_bits(), Some(0));
}

#[test]
fn ethernet_padding_is_no_payload() {
    let mut data = ethernet(0x0800, &ipv4(6, &tcp(&[], b"")));
    data.extend([0x55; 6]);
    let segment = segment(LinkType::ETHERNET, &data);
    assert_eq!(
        (segment.payload_len, segment.payload, segment.bytes.len()),
        (0, &[][..], 20)
    );
}

#[test]
fn the_same_behind_every_link_header() {
    let v4 = ipv4(6, &tcp(&[], b"x"));
    let v6 = ipv6(6, &tcp(&[], b"x"));
    let behind = |head: &[u8], ip: &[u8]| [head, ip].concat();
    let sll = |protocol: [u8; 2]| [&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0][..], &protocol].concat();
    let sll2 = |protocol: [u8; 2]| {
        [
            &protocol[..],
            &[0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0],
        ]
        .concat()
    };
    let cases = [
        (LinkType::RAW, v4.clone()),
        (LinkType::RAW, v6.clone()),
        (LinkType(12), v4.clone()),
        (LinkType(14), v6.clone()),
        (LinkType::IPV4, v4.clone()),
        (LinkType::IPV6, v6.clone()),
        (LinkType::NULL, behind(&[2, 0, 0, 0], &v4)),
        (LinkType::NULL, behind(&[0, 0, 0, 2], &v4)),
        (LinkType::NULL, behind(&[10, 0, 0, 0], &v6)),
        (LinkType::NULL, behind(&[0, 0, 0, 24], &v6)),
        (LinkType::NULL, behind(&[28, 0, 0, 0], &v6)),
        (LinkType::NULL, behind(&[30, 0, 0, 0], &v6)),
        (LinkType::LOOP, behind(&[0, 0, 0, 2], &v4)),
        (LinkType::LOOP, behind(&[0, 0, 0, 24], &v6)),
        (LinkType::LINUX_SLL, behind(&sll([8, 0]), &v4)),
        (LinkType::LINUX_SLL, behind(&sll([0x86, 0xdd]), &v6)),
        (LinkType::LINUX_SLL, behind(&sll([0x81, 0]), &vlan(0x0800, &v4))),
        (LinkType::LINUX_SLL2, behind(&sll2([8, 0]), &v4)),
        (LinkType::LINUX_SLL2, behind(&sll2([0x86, 0xdd]), &v6)),
        (LinkType::ETHERNET, ethernet(0x86dd, &v6)),
        (LinkType::ETHERNET, ethernet(0x8100, &vlan(0x0800, &v4))),
        (
            LinkType::ETHERNET,
            ethernet(0x88a8, &vlan(0x8100, &vlan(0x86dd, &v6))),
        ),
        (
            LinkType::ETHERNET,
            ethernet(
                0x9100,
                &vlan(0x9100, &vlan(0x8100, &vlan(0x8100, &vlan(0x0800, &v4)))),
            ),
        ),
    ];
    for (link, data) in cases {
        let segment = segment(link, &data);
        assert_eq!((segment.tcp.dst_port, segment.payload), (80, &b"x"[..]), "{link}");
        assert_eq!(
            segment.tcp_offset.map(|at| at as usize),
            Some(data.len() - 21),
            "{link}"
        );
    }
}

#[test]
fn what_is_no_tcp_says_what_it_is() {
    let v4 = ipv4(6, &tcp(&[], b""));
    let five_tags = (0..4).fold(vlan(0x0800, &v4), |inner, _| vlan(0x8100, &inner));
    assert_eq!(
        other(LinkType::ETHERNET, &ethernet(0x8100, &five_tags)),
        Other::TooDeep
    );
    assert_eq!(
        other(LinkType::ETHERNET, &ethernet(0x0806, &[0; 28])),
        Other::EtherType(0x0806)
    );
    assert_eq!(other(LinkType::ETHERNET, &ethernet(38, &[0x42; 38])), Other::Llc);
    assert_eq!(other(LinkType::RAW, &ipv4(17, &[0; 8])), Other::Protocol(17));
    assert_eq!(other(LinkType::RAW, &ipv6(58, &[0; 8])), Other::Protocol(58));
    assert_eq!(other(LinkType(147), &v4), Other::UnknownLink(LinkType(147)));
    assert_eq!(other(LinkType::NULL, &[7, 0, 0, 0, 1]), Other::AddressFamily(7));
    assert_eq!(other(LinkType::NULL, &[0, 0, 0, 7, 1]), Other::AddressFamily(7));
    let netlink = [&[0, 0, 3, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0][..], &v4].concat();
    assert_eq!(other(LinkType::LINUX_SLL, &netlink), Other::HardwareType(824));
}

#[test]
fn fragments_are_left_to_reassembly() {
    for bits in [[0x20, 0], [0, 1], [0x3f, 0xff]] {
        let mut data = ipv4(6, &tcp(&[], b""));
        data[6..8].copy_from_slice(&bits);
        assert_eq!(other(LinkType::RAW, &data), Other::Fragment);
    }
    let v6 = |offset_and_more: [u8; 2]| {
        let header = [&[6, 0][..], &offset_and_more, &[0, 0, 0, 1]].concat();
        ipv6(44, &[header, tcp(&[], b"")].concat())
    };
    assert_eq!(other(LinkType::RAW, &v6([0, 1])), Other::Fragment);
    assert_eq!(other(LinkType::RAW, &v6([0, 8])), Other::Fragment);
    // RFC 6946: an atomic fragment is whole.
    assert_eq!(segment(LinkType::RAW, &v6([0, 0])).tcp.src_port, 40000);
}

#[test]
fn ipv6_extension_headers_are_walked() {
    let options = |next: u8| [next, 0, 1, 4, 0, 0, 0, 0];
    let authentication = |next: u8| {
        [
            next, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3,
        ]
    };
    let chain = [
        &options(60)[..],
        &options(135),
        &options(139),
        &options(140),
        &options(51),
        &authentication(6),
    ];
    let data = ipv6(0, &[&chain.concat(), &tcp(&[], b"y")[..]].concat());
    let segment = segment(LinkType::RAW, &data);
    assert_eq!(
        (segment.payload, segment.ip_id, segment.ttl),
        (&b"y"[..], None, Some(63))
    );

    let long_chain = [0; 8].repeat(40);
    assert_eq!(other(LinkType::RAW, &ipv6(0, &long_chain)), Other::TooDeep);
    let unknown = ipv6(0, &options(99));
    assert_eq!(other(LinkType::RAW, &unknown), Other::Protocol(99));
}

#[test]
fn a_source_route_gives_its_end() {
    let end: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    let way = [7; 16];
    let routing = |kind: u8, left: u8, first: [u8; 16], second: [u8; 16]| {
        let head = [6, 4, kind, left, 0, 0, 0, 0];
        ipv6(43, &[&head[..], &first, &second, &tcp(&[], b"")].concat())
    };
    assert_eq!(
        segment(LinkType::RAW, &routing(0, 1, way, end)).dst,
        IpAddr::from(end)
    );
    assert_eq!(
        segment(LinkType::RAW, &routing(4, 1, end, way)).dst,
        IpAddr::from(end)
    );
    let arrived = routing(4, 0, way, way);
    assert_eq!(
        segment(LinkType::RAW, &arrived).dst,
        "2001:db8::2".parse::<IpAddr>().unwrap()
    );
}

#[test]
fn an_authentication_header_over_ipv4() {
    let header = [6, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2];
    let data = ipv4(51, &[&header[..], &tcp(&[], b"z")].concat());
    assert_eq!(segment(LinkType::RAW, &data).payload, b"z");
}

#[test]
fn a_length_of_zero_is_the_frames() {
    let mut v4 = ipv4(6, &tcp(&[], b"abc"));
    v4[2..4].fill(0);
    assert_eq!(segment(LinkType::RAW, &v4).payload_len, 3);
    let mut v6 = ipv6(6, &tcp(&[], b"abc"));
    v6[4..6].fill(0);
    assert_eq!(segment(LinkType::RAW, &v6).payload_len, 3);
    // BIG TCP, and a snap length.
    let frame = Frame {
        wire_len: 100_060,
        ..frame(LinkType::RAW, &v6)
    };
    let Decoded::Tcp(segment) = decode(&frame) else {
        panic!()
    };
    assert_eq!(
        (segment.payload_len, segment.payload.len(), segment.integrity.cut),
        (100_000, 3, true)
    );
}

#[test]
fn an_ip_length_beyond_the_frame_is_malformed() {
    for mut data in [ipv4(6, &tcp(&[], b"abc")), ipv6(6, &tcp(&[], b"abc"))] {
        let at = if data[0] >> 4 == 4 { 3 } else { 5 };
        data[at] += 50;
        let segment = segment(LinkType::RAW, &data);
        assert_eq!(
            (
                segment.payload_len,
                segment.integrity.malformed,
                segment.integrity.cut
            ),
            (3, true, false)
        );
    }
}

#[test]
fn broken_headers_say_where_and_why() {
    let data = ethernet(0x0800, &ipv4(6, &tcp(&[], b"")));
    let cut = Frame {
        data: &data[..20],
        ..frame(LinkType::ETHERNET, &data)
    };
    let kind = WireErrorKind::Cut { needed: 14 };
    assert_eq!(
        broken(&cut),
        WireError {
            layer: Layer::Ipv4,
            offset: 20,
            kind
        }
    );
    assert_eq!(
        broken(&cut).to_string(),
        "IPv4 header cut by the snap length at byte 20: 14 more bytes needed"
    );

    let kind = WireErrorKind::Truncated { needed: 14 };
    assert_eq!(
        broken(&frame(LinkType::ETHERNET, &data[..20])),
        WireError {
            layer: Layer::Ipv4,
            offset: 20,
            kind
        }
    );

    let cut_in_ports = Frame {
        data: &data[..36],
        ..frame(LinkType::ETHERNET, &data)
    };
    let kind = WireErrorKind::Cut { needed: 2 };
    assert_eq!(
        broken(&cut_in_ports),
        WireError {
            layer: Layer::Tcp,
            offset: 36,
            kind
        }
    );

    let wrong = |at: usize, value: u8| {
        let mut data = data.clone();
        data[at] = value;
        broken(&frame(LinkType::ETHERNET, &data))
    };
    assert_eq!(wrong(14, 0x65).kind, WireErrorKind::Malformed("version is not 4"));
    assert_eq!(
        wrong(14, 0x44).kind,
        WireErrorKind::Malformed("header length below 20")
    );
    assert_eq!(
        wrong(17, 19).kind,
        WireErrorKind::Malformed("total length below header length")
    );
    assert_eq!(
        broken(&frame(LinkType::RAW, &[0x50])).kind,
        WireErrorKind::Malformed("neither IPv4 nor IPv6")
    );
    assert_eq!(
        broken(&frame(LinkType::RAW, &[])).kind,
        WireErrorKind::Truncated { needed: 1 }
    );
}

#[test]
fn errors_serialise() {
    let error = WireError {
        layer: Layer::Ipv6Extension,
        offset: 9,
        kind: WireErrorKind::Cut { needed: 7 },
    };
    assert_eq!(
        serde_json::to_string(&error).unwrap(),
        r#"{"layer":"ipv6-extension","offset":9,"kind":{"cut":{"needed":7}}}"#
    );
    assert_eq!(
        serde_json::to_string(&Other::EtherType(2054)).unwrap(),
        r#"{"ether-type":2054}"#
    );
}

/// Calls everything that a decoded segment offers.
pub(super) fn touch(frame: &Frame<'_>) {
    match decode(frame) {
        Decoded::Tcp(segment) => {
            assert!(segment.payload.len() <= segment.payload_len as usize);
            assert!(segment.bytes.ends_with(segment.payload));
            let mut at = 20;
            for (span, option) in segment.tcp.options() {
                assert_eq!(span.start, at);
                assert!(span.end > span.start);
                at = span.end;
                let _ = format!("{option:?}");
            }
            assert_eq!(at as usize, 20 + segment.tcp.options.len());
            let _ = (
                segment.verify_checksum(),
                segment.reserved_bits(),
                segment.tcp.flags.to_string(),
            );
            let _ = (segment.tcp.is_whole(), segment.tcp.has_flags());
            assert!(segment.tcp.is_whole() || segment.integrity.cut || segment.integrity.malformed);
        }
        Decoded::Broken(error) => {
            let _ = error.to_string();
        }
        Decoded::Other(_) | Decoded::Icmp(_) => {}
    }
}

fn samples() -> Vec<(LinkType, Vec<u8>)> {
    let options = [
        1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 2, 4, 5, 0xb4, 30, 4, 0x50, 0, 1, 1, 4, 2,
    ];
    let segment = tcp(&options, b"GET / HTTP/1.1\r\n");
    let extended = [&[6, 0, 1, 4, 0, 0, 0, 0][..], &segment].concat();
    vec![
        (LinkType::ETHERNET, ethernet(0x0800, &ipv4(6, &segment))),
        (
            LinkType::ETHERNET,
            ethernet(0x88a8, &vlan(0x8100, &vlan(0x0800, &ipv4(6, &segment)))),
        ),
        (LinkType::ETHERNET, ethernet(0x86dd, &ipv6(0, &extended))),
        (LinkType::NULL, [&[2, 0, 0, 0][..], &ipv4(6, &segment)].concat()),
        (LinkType::RAW, ipv6(6, &segment)),
    ]
}

/// Destination unreachable of both families, from 192.0.2.7 and from 2001:db8::1.
fn icmp_samples() -> [(LinkType, Vec<u8>); 2] {
    let segment = tcp(&[], b"");
    let v4 = [&[3, 13, 0, 0, 0, 0, 0, 0][..], &ipv4(6, &segment)].concat();
    let v6 = [&[1, 4, 0, 0, 0, 0, 0, 0][..], &ipv6(6, &segment)].concat();
    [(LinkType::RAW, ipv4(1, &v4)), (LinkType::RAW, ipv6(58, &v6))]
}

#[test]
fn an_icmp_error_gives_the_segment_it_quotes() {
    let kinds = [
        IcmpKind::V4 { kind: 3, code: 13 },
        IcmpKind::V6 { kind: 1, code: 4 },
    ];
    for ((link, data), kind) in icmp_samples().into_iter().zip(kinds) {
        // Behind the link: IP, eight bytes of ICMP, IP once more; ports and number are the next eight.
        let ip = if kind.is_policy() { 20 } else { 40 };
        for len in 0..=data.len() {
            let cut = Frame {
                data: &data[..len],
                ..frame(link, &data)
            };
            match decode(&cut) {
                Decoded::Icmp(error) => {
                    assert!(len >= ip + 8 + ip + 4, "ports were captured");
                    assert_eq!(error.kind, kind);
                    assert_eq!((error.quoted.src_port, error.quoted.dst_port), (40000, 80));
                    let seq = (len >= ip + 8 + ip + 8).then_some(SeqNumber(0x0102_0304));
                    assert_eq!(error.quoted.seq, seq);
                    assert_eq!(error.quoted.src, error.src);
                }
                Decoded::Other(Other::Protocol(1 | 58)) => assert!(len < ip + 8 + ip + 4),
                Decoded::Broken(_) => assert!(len < ip),
                other => panic!("{other:?}"),
            }
        }
    }
}

// An echo request, a redirect, and an error about UDP.
#[test]
fn other_icmp_is_not_tcp() {
    let segment = tcp(&[], b"");
    for (kind, carried) in [(8, 6), (5, 6), (3, 17)] {
        let message = [&[kind, 0, 0, 0, 0, 0, 0, 0][..], &ipv4(carried, &segment)].concat();
        let data = ipv4(1, &message);
        assert!(matches!(
            decode(&frame(LinkType::RAW, &data)),
            Decoded::Other(Other::Protocol(1))
        ));
    }
}

#[test]
fn every_prefix_of_a_good_frame_is_a_cut_and_not_malformed() {
    for (link, data) in samples() {
        for len in 0..data.len() {
            let cut = Frame {
                data: &data[..len],
                ..frame(link, &data)
            };
            touch(&cut);
            match decode(&cut) {
                Decoded::Tcp(segment) => assert!(segment.integrity.cut && !segment.integrity.malformed),
                Decoded::Broken(error) => assert!(matches!(error.kind, WireErrorKind::Cut { needed: 1.. })),
                Decoded::Other(_) | Decoded::Icmp(_) => panic!("it is TCP"),
            }
            touch(&frame(link, &data[..len]));
        }
    }
}

#[test]
fn checksums_are_only_judged_on_whole_segments() {
    let data = ipv4(6, &tcp(&[], b"abc"));
    assert_eq!(
        segment(LinkType::RAW, &data).verify_checksum(),
        Checksum::Offloaded
    );
    let cut = Frame {
        data: &data[..data.len() - 1],
        ..frame(LinkType::RAW, &data)
    };
    let Decoded::Tcp(segment) = decode(&cut) else {
        panic!()
    };
    assert_eq!(segment.verify_checksum(), Checksum::Unverified);
}

fn link_types() -> impl Strategy<Value = LinkType> {
    prop::sample::select(vec![
        0, 1, 9, 10, 12, 14, 50, 51, 101, 104, 105, 108, 113, 119, 127, 163, 166, 204, 228, 229, 239, 276,
        147,
    ])
    .prop_map(LinkType)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes_never_panic(
        link in link_types(),
        data in prop::collection::vec(any::<u8>(), 0..160),
        wire_len in prop_oneof![0_u32..300, any::<u32>()],
    ) {
        touch(&Frame { number: 1, time_ns: 0, link, wire_len, data: &data });
    }

    #[test]
    fn mutated_frames_never_panic(
        which in 0_usize..7,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        len in any::<prop::sample::Index>(),
        wire_len in prop_oneof![Just(None), any::<u32>().prop_map(Some)],
    ) {
        let mut samples = samples();
        samples.extend(icmp_samples());
        let (link, mut data) = samples.swap_remove(which);
        for (at, value) in changes {
            let at = at.index(data.len());
            data[at] = value;
        }
        let frame = frame(link, &data);
        touch(&frame);
        touch(&Frame { wire_len: wire_len.unwrap_or(frame.wire_len), ..frame });
        touch(&Frame { data: &data[..len.index(data.len())], ..frame });
    }
}
