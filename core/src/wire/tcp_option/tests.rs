use proptest::prelude::*;

use super::{AccEcn, TcpOption, TcpOptions};
use crate::seq::SeqNumber;
use crate::wire::mptcp::{Dss, DssMapping, MpJoin, Mptcp};

fn all(bytes: &[u8]) -> Vec<TcpOption<'_>> {
    TcpOptions::new(bytes, u32::try_from(bytes.len()).unwrap())
        .map(|(_, option)| option)
        .collect()
}

/// The single option of kind, length, data.
fn one(kind: u8, data: &[u8]) -> String {
    let bytes = [&[kind, u8::try_from(data.len() + 2).unwrap()], data].concat();
    let options = all(&bytes);
    assert_eq!(options.len(), 1);
    format!("{:?}", options[0])
}

fn is_malformed(kind: u8, data: &[u8]) -> bool {
    one(kind, data).starts_with("Malformed")
}

#[test]
fn what_a_linux_syn_carries() {
    let bytes = [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7];
    assert_eq!(
        TcpOptions::new(&bytes, 20).collect::<Vec<_>>(),
        [
            (20..24, TcpOption::Mss(1460)),
            (24..26, TcpOption::SackPermitted),
            (26..36, TcpOption::Timestamps { val: 9, ecr: 0 }),
            (36..37, TcpOption::Nop),
            (37..40, TcpOption::WindowScale(7)),
        ]
    );
}

#[test]
fn the_end_of_the_list_takes_the_padding() {
    assert_eq!(
        all(&[1, 0, 2, 4]),
        [TcpOption::Nop, TcpOption::EndOfList { padding: &[2, 4] }]
    );
}

#[test]
fn sack_blocks() {
    let bytes = [5, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 5];
    let [TcpOption::Sack(blocks)] = all(&bytes)[..] else {
        panic!()
    };
    assert_eq!((blocks.len(), blocks.is_empty()), (2, false));
    let expected = [(SeqNumber(1), SeqNumber(2)), (SeqNumber(u32::MAX), SeqNumber(5))];
    assert_eq!(blocks.iter().collect::<Vec<_>>(), expected);
    assert!(is_malformed(5, &[]) && is_malformed(5, &[0; 7]) && is_malformed(5, &[0; 12]));
}

#[test]
fn user_timeout_md5_and_ao() {
    assert_eq!(
        all(&[28, 4, 0x80, 5]),
        [TcpOption::UserTimeout {
            minutes: true,
            value: 5
        }]
    );
    assert_eq!(
        all(&[28, 4, 0x01, 0]),
        [TcpOption::UserTimeout {
            minutes: false,
            value: 256
        }]
    );
    let md5 = [&[19, 18][..], &[7; 16]].concat();
    assert_eq!(all(&md5), [TcpOption::Md5(&[7; 16])]);
    assert_eq!(
        all(&[29, 6, 1, 2, 9, 9]),
        [TcpOption::Ao {
            key_id: 1,
            rnext_key_id: 2,
            mac: &[9, 9]
        }]
    );
    assert!(is_malformed(28, &[1]) && is_malformed(19, &[0; 15]) && is_malformed(29, &[0]));
}

#[test]
fn fast_open_under_its_own_kind_and_as_an_experiment() {
    assert_eq!(
        all(&[34, 2]),
        [TcpOption::FastOpen {
            cookie: &[],
            experimental: false
        }]
    );
    assert_eq!(
        all(&[34, 6, 1, 2, 3, 4]),
        [TcpOption::FastOpen {
            cookie: &[1, 2, 3, 4],
            experimental: false
        }]
    );
    for kind in [253, 254] {
        let bytes = [kind, 8, 0xf9, 0x89, 1, 2, 3, 4];
        assert_eq!(
            all(&bytes),
            [TcpOption::FastOpen {
                cookie: &[1, 2, 3, 4],
                experimental: true
            }]
        );
        assert_eq!(
            all(&[kind, 4, 1, 2]),
            [TcpOption::Unknown { kind, data: &[1, 2] }]
        );
        assert!(is_malformed(kind, &[0xf9, 0x89, 1]));
    }
    assert!(is_malformed(34, &[0; 5]) && is_malformed(34, &[0; 2]) && is_malformed(34, &[0; 18]));
}

#[test]
fn accurate_ecn_in_both_orders_and_all_lengths() {
    let counters = [0, 0, 1, 0, 0, 2, 0, 0, 3];
    let order_0 = AccEcn {
        ee0b: Some(1),
        eceb: Some(2),
        ee1b: Some(3),
    };
    let order_1 = AccEcn {
        ee1b: Some(1),
        eceb: Some(2),
        ee0b: Some(3),
    };
    let bytes = |kind, len: usize| [&[kind, u8::try_from(len + 2).unwrap()], &counters[..len]].concat();
    assert_eq!(all(&bytes(172, 9)), [TcpOption::AccEcn0(order_0)]);
    assert_eq!(all(&bytes(174, 9)), [TcpOption::AccEcn1(order_1)]);
    assert_eq!(
        all(&bytes(172, 6)),
        [TcpOption::AccEcn0(AccEcn {
            ee1b: None,
            ..order_0
        })]
    );
    assert_eq!(
        all(&bytes(172, 4)),
        [TcpOption::AccEcn0(AccEcn {
            ee0b: Some(1),
            ..AccEcn::default()
        })]
    );
    assert_eq!(all(&bytes(174, 0)), [TcpOption::AccEcn1(AccEcn::default())]);
}

#[test]
fn unknown_kinds_are_kept() {
    assert_eq!(
        all(&[77, 4, 1, 2, 78, 2]),
        [
            TcpOption::Unknown {
                kind: 77,
                data: &[1, 2]
            },
            TcpOption::Unknown { kind: 78, data: &[] },
        ]
    );
}

#[test]
fn wrong_lengths_are_malformed_and_the_rest_goes_on() {
    assert_eq!(
        all(&[2, 3, 9, 4, 2]),
        [
            TcpOption::Malformed { kind: 2, data: &[9] },
            TcpOption::SackPermitted,
        ]
    );
    for kind in [2, 3, 4, 8] {
        assert!(is_malformed(kind, &[0; 3]));
    }
    // Lengths that lead nowhere take the rest.
    assert_eq!(
        all(&[8, 0, 1, 1]),
        [TcpOption::Malformed {
            kind: 8,
            data: &[1, 1]
        }]
    );
    assert_eq!(
        all(&[8, 1, 1, 1]),
        [TcpOption::Malformed {
            kind: 8,
            data: &[1, 1]
        }]
    );
    assert_eq!(
        all(&[8, 10, 1, 1]),
        [TcpOption::Malformed {
            kind: 8,
            data: &[1, 1]
        }]
    );
    assert_eq!(
        all(&[1, 8]),
        [TcpOption::Nop, TcpOption::Malformed { kind: 8, data: &[] }]
    );
}

#[test]
fn the_snap_length_is_not_the_senders_fault() {
    let cut = |bytes| {
        TcpOptions::new(bytes, 12)
            .map(|(_, option)| option)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        cut(&[1, 1, 8, 10, 5]),
        [
            TcpOption::Nop,
            TcpOption::Nop,
            TcpOption::Cut { kind: 8, data: &[5] },
        ]
    );
    assert_eq!(
        cut(&[1, 1, 8]).last(),
        Some(&TcpOption::Cut { kind: 8, data: &[] })
    );
    // Beyond the header on the wire, cut or not.
    assert_eq!(
        cut(&[1, 1, 8, 11]).last(),
        Some(&TcpOption::Malformed { kind: 8, data: &[] })
    );
}

fn mptcp(data: &[u8]) -> Option<Mptcp<'_>> {
    crate::wire::mptcp::parse(data)
}

#[test]
fn mp_capable_in_its_lengths() {
    let capable = |sender_key, receiver_key, data_len, checksum| {
        Some(Mptcp::MpCapable {
            version: 1,
            flags: 0x81,
            sender_key,
            receiver_key,
            data_len,
            checksum,
        })
    };
    let bytes = [
        1, 0x81, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 6, 0, 7, 0, 8,
    ];
    assert_eq!(mptcp(&bytes[..2]), capable(None, None, None, None));
    assert_eq!(mptcp(&bytes[..10]), capable(Some(5), None, None, None));
    assert_eq!(mptcp(&bytes[..18]), capable(Some(5), Some(6), None, None));
    assert_eq!(mptcp(&bytes[..20]), capable(Some(5), Some(6), Some(7), None));
    assert_eq!(mptcp(&bytes[..22]), capable(Some(5), Some(6), Some(7), Some(8)));
    for len in [0, 1, 3, 9, 11, 17, 19, 21] {
        assert_eq!(mptcp(&bytes[..len]), None, "{len}");
    }
}

#[test]
fn mp_join_in_its_three_forms() {
    let syn = [0x11, 4, 0, 0, 0, 7, 0, 0, 0, 8];
    assert_eq!(
        mptcp(&syn),
        Some(Mptcp::MpJoin(MpJoin::Syn {
            backup: true,
            address_id: 4,
            token: 7,
            nonce: 8
        }))
    );
    let syn_ack = [0x10, 4, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 8];
    assert_eq!(
        mptcp(&syn_ack),
        Some(Mptcp::MpJoin(MpJoin::SynAck {
            backup: false,
            address_id: 4,
            hmac: 7,
            nonce: 8
        }))
    );
    let ack = [&[0x10, 0][..], &[3; 20]].concat();
    assert_eq!(mptcp(&ack), Some(Mptcp::MpJoin(MpJoin::Ack { hmac: &[3; 20] })));
    assert_eq!(mptcp(&ack[..21]), None);
}

#[test]
fn dss_by_its_flags() {
    let dss = |data: &[u8]| match mptcp(data) {
        Some(Mptcp::Dss(dss)) => Some(dss),
        _ => None,
    };
    let none = Dss {
        flags: 0,
        data_ack: None,
        mapping: None,
        data_fin: false,
    };
    assert_eq!(dss(&[0x20, 0]), Some(none));
    assert_eq!(
        dss(&[0x20, 1, 0, 0, 0, 9]),
        Some(Dss {
            flags: 1,
            data_ack: Some(9),
            ..none
        })
    );
    assert_eq!(
        dss(&[0x20, 3, 0, 0, 0, 0, 0, 0, 0, 9]),
        Some(Dss {
            flags: 3,
            data_ack: Some(9),
            ..none
        })
    );
    let mapping = DssMapping {
        data_seq: 1,
        subflow_seq: SeqNumber(2),
        len: 3,
        checksum: None,
    };
    let narrow = [0x20, 0x14, 0, 0, 0, 1, 0, 0, 0, 2, 0, 3];
    assert_eq!(
        dss(&narrow),
        Some(Dss {
            flags: 0x14,
            mapping: Some(mapping),
            data_fin: true,
            ..none
        })
    );
    let wide = [
        0x20, 0x0f, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 3, 0, 4,
    ];
    let with_checksum = DssMapping {
        checksum: Some(4),
        ..mapping
    };
    let expected = Dss {
        flags: 0x0f,
        data_ack: Some(9),
        mapping: Some(with_checksum),
        data_fin: false,
    };
    assert_eq!(dss(&wide), Some(expected));
    assert_eq!(
        (dss(&wide[..25]), dss(&[0x20, 0, 1]), dss(&[0x20, 1, 0])),
        (None, None, None)
    );
}

#[test]
fn add_addr_by_its_length() {
    let told = |data: &[u8]| match mptcp(data) {
        Some(Mptcp::AddAddr {
            echo,
            address,
            port,
            hmac,
            ..
        }) => Some((echo, address.to_string(), port, hmac)),
        _ => None,
    };
    let v4 = [0x31, 2, 10, 0, 0, 1];
    assert_eq!(told(&v4), Some((true, "10.0.0.1".into(), None, None)));
    assert_eq!(
        told(&[&v4[..], &[0, 80]].concat()),
        Some((true, "10.0.0.1".into(), Some(80), None))
    );
    let hmac = [0, 0, 0, 0, 0, 0, 0, 5];
    let signed = [&[0x30, 2, 10, 0, 0, 1][..], &hmac].concat();
    assert_eq!(told(&signed), Some((false, "10.0.0.1".into(), None, Some(5))));
    let signed_port = [&[0x30, 2, 10, 0, 0, 1, 0, 80][..], &hmac].concat();
    assert_eq!(
        told(&signed_port),
        Some((false, "10.0.0.1".into(), Some(80), Some(5)))
    );
    let v6 = [&[0x30, 2][..], &[0; 15], &[1]].concat();
    assert_eq!(told(&v6), Some((false, "::1".into(), None, None)));
    assert_eq!(
        told(&[&v6[..], &[0, 80], &hmac].concat()),
        Some((false, "::1".into(), Some(80), Some(5)))
    );
    for len in [2, 3, 5, 7, 9, 11] {
        assert_eq!(told(&[&v4[..2], &vec![0; len]].concat()), None, "{len}");
    }
}

#[test]
fn the_short_mptcp_subtypes() {
    assert_eq!(
        mptcp(&[0x40, 3, 4]),
        Some(Mptcp::RemoveAddr { address_ids: &[3, 4] })
    );
    assert_eq!(mptcp(&[0x40]), None);
    assert_eq!(
        mptcp(&[0x51]),
        Some(Mptcp::MpPrio {
            backup: true,
            address_id: None
        })
    );
    assert_eq!(
        mptcp(&[0x50, 7]),
        Some(Mptcp::MpPrio {
            backup: false,
            address_id: Some(7)
        })
    );
    assert_eq!(mptcp(&[0x50, 7, 7]), None);
    assert_eq!(
        mptcp(&[0x60, 0, 0, 0, 0, 0, 0, 0, 0, 5]),
        Some(Mptcp::MpFail { data_seq: 5 })
    );
    assert_eq!(
        mptcp(&[0x70, 0, 0, 0, 0, 0, 0, 0, 0, 5]),
        Some(Mptcp::FastClose { receiver_key: 5 })
    );
    assert_eq!(
        mptcp(&[0x81, 2]),
        Some(Mptcp::TcpRst {
            flags: 1,
            transient: true,
            reason: 2
        })
    );
    assert_eq!(
        mptcp(&[0xf0, 9]),
        Some(Mptcp::Unknown {
            subtype: 15,
            data: &[0xf0, 9]
        })
    );
    assert!(is_malformed(30, &[]) && is_malformed(30, &[0x81]) && !is_malformed(30, &[0xf0]));
}

proptest! {
    #[test]
    fn every_byte_belongs_to_one_option(
        bytes in prop::collection::vec(prop_oneof![0_u8..12, any::<u8>()], 0..41),
        more_on_the_wire in 0_u32..20,
    ) {
        let wire_len = u32::try_from(bytes.len()).unwrap() + more_on_the_wire;
        let mut at = 20;
        for (span, option) in TcpOptions::new(&bytes, wire_len) {
            prop_assert_eq!(span.start, at);
            prop_assert!(span.end > at);
            at = span.end;
            if more_on_the_wire == 0 {
                let cut = matches!(option, TcpOption::Cut { .. });
                prop_assert!(!cut);
            }
        }
        prop_assert_eq!(at as usize, 20 + bytes.len());
    }
}
