use std::net::IpAddr;

use proptest::prelude::*;

use super::verify;
use crate::segment::Checksum;

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
    fn a_changed_byte_is_bad((src, dst) in addresses(), mut tcp in prop::collection::vec(any::<u8>(), 20..200), at in any::<prop::sample::Index>()) {
        tcp[16..18].fill(0);
        let right = reference(src, dst, &tcp, true);
        tcp[16..18].copy_from_slice(&right.to_be_bytes());
        let at = at.index(tcp.len());
        prop_assume!(!(16..18).contains(&at) && right != 0 && right != reference(src, dst, &tcp, false));
        tcp[at] ^= 0x10;
        prop_assert!(matches!(verify(src, dst, &tcp), Checksum::Bad | Checksum::Offloaded));
        prop_assert_ne!(verify(src, dst, &tcp), Checksum::Good);
    }
}

#[test]
fn a_known_segment() {
    // Frame 3 of the capture suricata/tests/app-layer-template: ports 58352 > 7000.
    let tcp = [0xff; 40];
    let (src, dst) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 1]));
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
