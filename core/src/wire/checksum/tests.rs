use std::net::IpAddr;

use proptest::prelude::*;

use super::{verify, verify_ipv4_header};
use crate::Checksum;

/// RFC 1071 as it is written: 16-bit words, carries added back.
fn reference(src: IpAddr, dst: IpAddr, tcp: &[u8], complement: bool) -> u16 {
    let mut bytes = Vec::new();
    for address in [src, dst] {
        match address {
            IpAddr::V4(address) => bytes.extend(address.octets()),
            IpAddr::V6(address) => bytes.extend(address.octets()),
        }
    }
    bytes.extend(u32::try_from(tcp.len()).unwrap().to_be_bytes());
    bytes.extend([0, 0, 0, 6]);
    if complement {
        bytes.extend(tcp);
    }
    let mut sum = 0_u32;
    for pair in bytes.chunks(2) {
        sum += u32::from(u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]));
        sum = (sum & 0xffff) + (sum >> 16);
    }
    let sum = u16::try_from(sum).unwrap();
    if complement { !sum } else { sum }
}

fn addresses() -> impl Strategy<Value = (IpAddr, IpAddr)> {
    prop_oneof![
        any::<([u8; 4], [u8; 4])>().prop_map(|(a, b)| (a.into(), b.into())),
        any::<([u8; 16], [u8; 16])>().prop_map(|(a, b)| (a.into(), b.into())),
    ]
}

proptest! {
    #[test]
    fn agrees_with_the_rfc((src, dst) in addresses(), mut tcp in prop::collection::vec(any::<u8>(), 20..200)) {
        tcp[16..18].fill(0);
        let right = reference(src, dst, &tcp, true);
        tcp[16..18].copy_from_slice(&right.to_be_bytes());
        prop_assert_eq!(verify(src, dst, &tcp), Checksum::Good);

        let offloaded = reference(src, dst, &tcp, false);
        prop_assume!(offloaded != right && right != 0);
        tcp[16..18].copy_from_slice(&offloaded.to_be_bytes());
        prop_assert_eq!(verify(src, dst, &tcp), Checksum::Offloaded);
        tcp[16..18].fill(0);
        prop_assert_eq!(verify(src, dst, &tcp), Checksum::Offloaded);
    }

    #[test]
    fn a_changed_byte_is_never_good((src, dst) in addresses(), mut tcp in prop::collection::vec(any::<u8>(), 20..200), at in any::<prop::sample::Index>()) {
        tcp[16..18].fill(0);
        let right = reference(src, dst, &tcp, true);
        tcp[16..18].copy_from_slice(&right.to_be_bytes());
        let at = at.index(tcp.len());
        tcp[at] ^= 0x10;
        prop_assert_ne!(verify(src, dst, &tcp), Checksum::Good);
    }
}

/// The SYN that opens suricata-verify's app-layer-template capture.
#[test]
fn a_segment_from_the_wire() {
    let mut tcp = [
        0xe3, 0xf0, 0x1b, 0x58, 0xb9, 0x92, 0xaa, 0x11, 0, 0, 0, 0, 0xa0, 0x02, 0x72, 0x10, 0xe0, 0xc5, 0, 0,
        0x02, 0x04, 0x05, 0xb4, 0x04, 0x02, 0x08, 0x0a, 0xee, 0xb3, 0x8d, 0x54, 0, 0, 0, 0, 0x01, 0x03, 0x03,
        0x07,
    ];
    let (src, dst) = (IpAddr::from([10, 16, 1, 11]), IpAddr::from([10, 16, 1, 10]));
    assert_eq!(verify(src, dst, &tcp), Checksum::Good);
    tcp[39] = 8;
    assert_eq!(verify(src, dst, &tcp), Checksum::Bad);
}

#[test]
fn what_cannot_be_judged_is_not() {
    let v4 = IpAddr::from([1, 2, 3, 4]);
    let v6 = IpAddr::from([1; 16]);
    assert_eq!(verify(v4, v6, &[1; 20]), Checksum::Unverified);
    assert_eq!(verify(v4, v4, &[1; 19]), Checksum::Unverified);
    assert_eq!(verify(v4, v4, &[]), Checksum::Unverified);
}

/// The usual worked example of RFC 1071.
#[test]
fn an_ipv4_header() {
    let mut header = [
        0x45, 0, 0, 0x3c, 0x1c, 0x46, 0x40, 0, 0x40, 0x06, 0xb1, 0xe6, 0xac, 0x10, 0x0a, 0x63, 0xac, 0x10,
        0x0a, 0x0c,
    ];
    assert_eq!(verify_ipv4_header(&header), Checksum::Good);
    header[8] -= 1;
    assert_eq!(verify_ipv4_header(&header), Checksum::Bad);
    header[10..12].fill(0);
    assert_eq!(verify_ipv4_header(&header), Checksum::Offloaded);
    assert_eq!(verify_ipv4_header(&[]), Checksum::Unverified);
}
