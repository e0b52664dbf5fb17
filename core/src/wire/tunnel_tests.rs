//! Encapsulations made by hand from the layouts of their specifications.

use super::tests::{broken, ethernet, frame, ipv4, ipv6, other, segment, tcp, touch, vlan};
use super::{Decoded, Layer, Other, WireErrorKind, decode};
use crate::frame::{Frame, LinkType};
use proptest::prelude::*;

fn behind(head: &[u8], payload: &[u8]) -> Vec<u8> {
    [head, payload].concat()
}

/// IPv4 and TCP with a byte of payload.
fn inner() -> Vec<u8> {
    ipv4(6, &tcp(&[], b"x"))
}

fn inner6() -> Vec<u8> {
    ipv6(6, &tcp(&[], b"x"))
}

fn udp(port: u16, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(8 + payload.len()).unwrap();
    let mut bytes = vec![0xc0, 0];
    bytes.extend(port.to_be_bytes());
    bytes.extend(len.to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(payload);
    ipv4(17, &bytes)
}

fn llc_snap(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    let [hi, lo] = ether_type.to_be_bytes();
    behind(&[0xaa, 0xaa, 3, 0, 0, 0, hi, lo], payload)
}

/// Type data, with these two bytes of frame control.
fn wireless(control: [u8; 2], more_header: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut bytes = control.to_vec();
    bytes.extend([0; 22]);
    bytes.extend(more_header);
    bytes.extend(payload);
    bytes
}

fn radiotap(head: &[u8], payload: &[u8]) -> Vec<u8> {
    let len = u8::try_from(4 + head.len()).unwrap();
    behind(&behind(&[0, 0, len, 0], head), payload)
}

fn pppoe(protocol: [u8; 2], payload: &[u8]) -> Vec<u8> {
    let [hi, lo] = u16::try_from(2 + payload.len()).unwrap().to_be_bytes();
    let head = [0x11, 0, 0, 7, hi, lo, protocol[0], protocol[1]];
    behind(&head, payload)
}

/// What has no number: the link type and the bytes.
fn link_layers() -> Vec<(LinkType, Vec<u8>)> {
    let snap = llc_snap(0x0800, &inner());
    let nflog = |order: [[u8; 2]; 4], family: u8, packet: &[u8]| {
        // A prefix of 3 bytes, padded, then the packet.
        let [len, kind, payload_len, payload] = order;
        let head = [
            &[family, 0, 0, 5][..],
            &len,
            &kind,
            b"ab\0\0",
            &payload_len,
            &payload,
        ]
        .concat();
        behind(&head, packet)
    };
    vec![
        // RFC 1662 section 3.1, and RFC 1661 sections 6.5 and 6.6.
        (LinkType::PPP, behind(&[0xff, 3, 0, 0x21], &inner())),
        (LinkType::PPP, behind(&[0, 0x57], &inner6())),
        (LinkType::PPP, behind(&[0x21], &inner())),
        (
            LinkType::PPP,
            behind(&[0xff, 3, 2, 0x81, 0, 0, 0x11, 64], &inner()),
        ),
        (LinkType::PPP_HDLC, behind(&[0xff, 3, 0, 0x21], &inner())),
        (LinkType::PPP_HDLC, behind(&[0x0f, 0, 8, 0], &inner())),
        (LinkType::C_HDLC, behind(&[0x8f, 0, 0x86, 0xdd], &inner6())),
        (LinkType::PPP_PPPD, behind(&[0, 3, 0, 0x21], &inner())),
        (LinkType::PPP_WITH_DIR, behind(&[1, 0xff, 3, 0, 0x21], &inner())),
        (LinkType::PPP_WITH_DIR, behind(&[1, 0, 0x21], &inner())),
        // RFC 2516 section 4.
        (LinkType::PPP_ETHER, pppoe([0, 0x21], &inner())),
        (LinkType::ETHERNET, ethernet(0x8864, &pppoe([0, 0x57], &inner6()))),
        // IEEE 802.2, and SNAP behind it.
        (LinkType::ETHERNET, ethernet(49, &snap)),
        (LinkType::ETHERNET, ethernet(44, &behind(&[6, 6, 3], &inner()))),
        (LinkType::ETHERNET, ethernet(0x8100, &vlan(49, &snap))),
        (LinkType::FDDI, [&[0x50; 13][..], &snap].concat()),
        // Cisco's.
        (
            LinkType::ETHERNET,
            ethernet(0x8903, &behind(&[0x40, 0x20], &ethernet(0x0800, &inner()))),
        ),
        (
            LinkType::ETHERNET,
            ethernet(0x8926, &behind(&[0, 1, 0, 2, 0x81, 0], &vlan(0x0800, &inner()))),
        ),
        // RFC 3032 section 2.1: two labels.
        (
            LinkType::ETHERNET,
            ethernet(0x8847, &behind(&[0, 1, 0, 64, 0, 2, 1, 64], &inner())),
        ),
        (
            LinkType::ETHERNET,
            ethernet(0x8848, &behind(&[0, 1, 1, 64], &inner6())),
        ),
        // IEEE 802.11: data, to the distribution system, through it, with QoS, with HT control, an aggregate.
        (LinkType::IEEE802_11, wireless([0x08, 1], &[], &snap)),
        (LinkType::IEEE802_11, wireless([0x08, 3], &[0; 6], &snap)),
        (LinkType::IEEE802_11, wireless([0x88, 1], &[0; 2], &snap)),
        (LinkType::IEEE802_11, wireless([0x88, 0x81], &[0; 6], &snap)),
        (
            LinkType::IEEE802_11,
            wireless([0x88, 1], &[0x80, 0], &[&[0; 12][..], &[0, 49], &snap].concat()),
        ),
        // Nothing present; then the time (aligned to 8), flags with padding, behind a second word.
        (
            LinkType::IEEE802_11_RADIOTAP,
            radiotap(&[0; 4], &wireless([0x08, 1], &[], &snap)),
        ),
        (
            LinkType::IEEE802_11_RADIOTAP,
            radiotap(
                &[&[3, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0][..], &[0xee; 8], &[0x20]].concat(),
                &wireless([0x88, 1], &[0, 0, 9, 9], &snap),
            ),
        ),
        (
            LinkType::IEEE802_11_AVS,
            [
                &[0x80, 0x21, 0x10, 1, 0, 0, 0, 64][..],
                &[0; 56],
                &wireless([8, 1], &[], &snap),
            ]
            .concat(),
        ),
        (
            LinkType::IEEE802_11_PRISM,
            [
                &[0x44, 0, 0, 0, 144, 0, 0, 0][..],
                &[0; 136],
                &wireless([8, 1], &[], &snap),
            ]
            .concat(),
        ),
        (
            LinkType::IEEE802_11_PRISM,
            [
                &[0x80, 0x21, 0x10, 1, 0, 0, 0, 64][..],
                &[0; 56],
                &wireless([8, 1], &[], &snap),
            ]
            .concat(),
        ),
        (LinkType::ARCNET_LINUX, behind(&[1, 2, 0, 0, 240], &inner())),
        (
            LinkType::IPOIB,
            [&[0; 40][..], &[0x86, 0xdd, 0, 0], &inner6()].concat(),
        ),
        (
            LinkType::JUNIPER_ETHER,
            behind(b"MGC\x01", &ethernet(0x0800, &inner())),
        ),
        (
            LinkType::JUNIPER_ETHER,
            behind(b"MGC\x80\x00\x03abc", &ethernet(0x0800, &inner())),
        ),
        // Attributes in both byte orders.
        (
            LinkType::NFLOG,
            nflog([[7, 0], [10, 0], [45, 0], [9, 0]], 2, &inner()),
        ),
        (
            LinkType::NFLOG,
            nflog([[0, 7], [0, 10], [0, 65], [0, 9]], 10, &inner6()),
        ),
    ]
}

/// The id of the tunnel, and the IPv4 packet that carries it.
fn tunnels() -> Vec<(u32, Vec<u8>)> {
    let gre = |flags: [u8; 2], kind: u16, fields: &[u8], payload: &[u8]| {
        ipv4(47, &[&flags[..], &kind.to_be_bytes(), fields, payload].concat())
    };
    let inside = ethernet(0x0800, &inner());
    let vxlan = behind(&[8, 0, 0, 0, 1, 2, 3, 0], &inside);
    let policy = behind(&[0x88, 0, 0, 1, 1, 2, 3, 0], &inside);
    let geneve = behind(&[2, 0, 0x65, 0x58, 0, 0, 5, 0, 0, 1, 0, 1, 9, 9, 9, 9], &inside);
    let geneve_ip = behind(&[0, 0, 0x86, 0xdd, 0, 0, 5, 0], &inner6());
    let gtp = |flags: u8, optional: &[u8]| {
        let len = u8::try_from(optional.len() + inner().len()).unwrap();
        behind(
            &[&[flags, 255, 0, len, 0, 0, 0, 1][..], optional].concat(),
            &inner(),
        )
    };
    let origin = [0, 0, 1, 2, 3, 4, 5, 6];
    let authentication = [0, 1, 1, 2, 7, 8, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let ayiya = [&[0x41, 0x52, 0x11, 41, 0, 0, 0, 1][..], &[1; 16], &[2; 20]].concat();
    vec![
        (0, ipv4(4, &inner())),
        (0, ipv4(41, &inner6())),
        (0, ipv4(97, &behind(&[0x30, 0], &inside))),
        (0, ipv4(137, &behind(&[0, 1, 1, 64], &inner()))),
        (0, gre([0, 0], 0x0800, &[], &inner())),
        (0, gre([0x90, 0], 0x86dd, &[0; 8], &inner6())),
        (0x0300_0009, gre([0x20, 0], 0x0800, &[0, 0, 0, 9], &inner())),
        (
            0x0300_0009,
            gre([0xb0, 0], 0x6558, &[0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1], &inside),
        ),
        (0, gre([0, 0], 0x88be, &[], &inside)),
        (0, gre([0x10, 0], 0x88be, &[0; 12], &inside)),
        (0, gre([0x10, 0], 0x22eb, &[0; 16], &inside)),
        (
            0,
            gre(
                [0x30, 0x81],
                0x880b,
                &[0, 45, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 3, 0, 0x21],
                &inner(),
            ),
        ),
        (0x0101_0203, udp(4789, &vxlan)),
        (0x0101_0203, udp(8472, &policy)),
        (0x0200_0005, udp(6081, &geneve)),
        (0x0200_0005, udp(6081, &geneve_ip)),
        (0, udp(2152, &gtp(0x30, &[]))),
        (0, udp(2152, &gtp(0x32, &[0, 1, 0, 0]))),
        // TS 29.281 section 5.2.2.7: a PDU session container, then another extension.
        (
            0,
            udp(2152, &gtp(0x34, &[0, 0, 0, 0x85, 1, 0, 9, 0xc0, 1, 0, 1, 0])),
        ),
        (0, udp(3544, &inner6())),
        (0, udp(3544, &behind(&origin, &inner6()))),
        (0, udp(3544, &[&authentication[..], &origin, &inner6()].concat())),
        (0, udp(5072, &behind(&ayiya, &inner6()))),
    ]
}

fn samples() -> Vec<(LinkType, Vec<u8>)> {
    let mut samples = link_layers();
    samples.extend(tunnels().into_iter().map(|(_, data)| (LinkType::RAW, data)));
    samples
}

#[test]
fn every_link_layer_and_tunnel() {
    let ids = link_layers().into_iter().map(|_| 0);
    let ids = ids.chain(tunnels().into_iter().map(|(id, _)| id));
    for (id, (link, data)) in ids.zip(samples()) {
        let segment = segment(link, &data);
        assert_eq!(
            (segment.tcp.dst_port, segment.payload, segment.tunnel),
            (80, &b"x"[..], id),
            "{link} {data:02x?}"
        );
        let at = segment.tcp_offset.map(|at| at as usize);
        assert_eq!(at, Some(data.len() - 21), "{link} {data:02x?}");
        assert!(!segment.integrity.malformed, "{link} {data:02x?}");
    }
}

#[test]
fn a_tunnel_in_a_tunnel_has_an_id_of_its_own() {
    let vxlan = |payload: &[u8]| {
        udp(
            4789,
            &behind(&[8, 0, 0, 0, 0, 0, 7, 0], &ethernet(0x0800, payload)),
        )
    };
    let (one, two) = (vxlan(&inner()), vxlan(&vxlan(&inner())));
    let ids = [&one, &two].map(|data| segment(LinkType::RAW, data).tunnel);
    assert_eq!(ids[0], 0x0100_0007);
    assert!(ids[1] != ids[0] && ids[1] != 0);

    let endless = (0..30).fold(inner(), |payload, _| ipv4(4, &payload));
    assert_eq!(other(LinkType::RAW, &endless), Other::TooDeep);
}

#[test]
fn what_is_no_tunnel_says_what_it_is() {
    let udp_only = Other::Protocol(17);
    for (port, payload) in [
        (53, &[8; 40][..]),
        (4789, &[0; 40]),
        (4789, &[8]),
        (6081, &[0xff; 40]),
        (6081, &[0x3f; 40]),
        // An echo request, another version, a length beyond the packet, an extension of no length.
        (2152, &[0x32, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0]),
        (2152, &[0x48, 255, 0, 1, 0, 0, 0, 0, 0]),
        (2152, &[0x30, 255, 9, 9, 0, 0, 0, 0, 0x45]),
        (2152, &[0x34, 255, 0, 6, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]),
        (3544, &[0x45; 40]),
        (5072, &[0; 40]),
        (5072, &[0xf1; 40]),
    ] {
        assert_eq!(other(LinkType::RAW, &udp(port, payload)), udp_only, "{port}");
    }
    for head in [[0x40, 0, 8, 0], [0, 2, 8, 0], [0x30, 1, 8, 0]] {
        let data = ipv4(47, &behind(&head, &inner()));
        assert_eq!(other(LinkType::RAW, &data), Other::Protocol(47));
    }
    let acknowledgement = ipv4(47, &[0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 1, 0, 0, 0, 9]);
    assert_eq!(other(LinkType::RAW, &acknowledgement), Other::Protocol(47));

    let of = |link, head: &[u8]| other(link, &behind(head, &inner()));
    assert_eq!(of(LinkType::PPP, &[0xff, 3, 0xc0, 0x21]), Other::Ppp(0xc021));
    assert_eq!(
        of(LinkType::PPP_ETHER, &[0x11, 9, 0, 0, 0, 0]),
        Other::EtherType(0x8864)
    );
    let ip_or_not = ethernet(0x8847, &[0, 1, 1, 64, 0, 0, 0, 0]);
    assert_eq!(other(LinkType::ETHERNET, &ip_or_not), Other::Mpls);
    let labels = ethernet(0x8847, &[0; 80]);
    assert_eq!(other(LinkType::ETHERNET, &labels), Other::TooDeep);
    assert_eq!(of(LinkType::FDDI, &[0x41; 13]), Other::Llc);
    let snap = llc_snap(0x0800, &inner());
    // A beacon, no data, encrypted, a first fragment.
    for control in [[0x80, 0], [0x48, 1], [0x08, 0x41], [0x08, 0x05]] {
        let data = wireless(control, &[], &snap);
        assert_eq!(other(LinkType::IEEE802_11, &data), Other::Ieee80211);
    }
    assert_eq!(
        of(LinkType::NFLOG, &[7, 0, 0, 0, 45, 0, 9, 0]),
        Other::AddressFamily(7)
    );
}

#[test]
fn broken_encapsulations_say_where() {
    for (link, data, layer) in [
        (LinkType::PPP_ETHER, vec![0x21, 0, 0, 0, 0, 0], Layer::Ppp),
        (LinkType::NFLOG, vec![2, 0, 0, 0, 3, 0, 9, 0], Layer::Link),
        (LinkType::NFLOG, vec![2, 1, 0, 0], Layer::Link),
        (LinkType::IEEE802_11_RADIOTAP, vec![1; 8], Layer::Link),
        (LinkType::IEEE802_11_AVS, vec![0; 8], Layer::Link),
    ] {
        let error = broken(&frame(link, &data));
        assert!(matches!(error.kind, WireErrorKind::Malformed(_)), "{error}");
        assert_eq!(error.layer, layer);
    }
}

#[test]
fn every_prefix_of_an_encapsulation_is_a_cut() {
    for (link, data) in samples() {
        for len in 0..data.len() {
            let cut = Frame {
                data: &data[..len],
                ..frame(link, &data)
            };
            touch(&cut);
            match decode(&cut) {
                Decoded::Tcp(segment) => assert!(segment.integrity.cut && !segment.integrity.malformed),
                Decoded::Broken(error) => {
                    assert!(
                        matches!(error.kind, WireErrorKind::Cut { needed: 1.. }),
                        "{error}"
                    );
                }
                // The ports were not captured, so nothing announces a tunnel.
                Decoded::Other(other) => assert_eq!(other, Other::Protocol(17)),
                Decoded::Icmp(error) => panic!("no sample holds one: {error:?}"),
            }
            touch(&frame(link, &data[..len]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn mutated_encapsulations_never_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        len in any::<prop::sample::Index>(),
        wire_len in prop_oneof![Just(None), any::<u32>().prop_map(Some)],
    ) {
        let mut samples = samples();
        let (link, mut data) = samples.swap_remove(which.index(samples.len()));
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
