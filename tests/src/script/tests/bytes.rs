//! Frames byte by byte: RFC 791, 792, 4443, 8200, 9293, link headers.

use synfin::LinkType;

use super::{be16, play, split, unhex, word_sum};

#[test]
fn a_syn_over_ethernet_and_ipv4() {
    let script = play("C > S SYN seq=0x01020304 win=0x1234 mss=1460 nop ws=7 ttl=63 ipid=0xbeef df tos=0x2e");
    let frame = &script.packets()[0];
    let mut wanted = unhex(
        "02 00 00 00 00 02  02 00 00 00 00 01  08 00
         45 2e 00 30 be ef 40 00 3f 06 00 00 0a 00 00 01 0a 00 00 02
         9c 40 00 50 01 02 03 04 00 00 00 00 70 02 12 34 00 00 00 00
         02 04 05 b4 01 03 03 07",
    );
    let mut found = frame.data.clone();
    assert_eq!(word_sum(&found[14..34]), 0xffff);
    let (segment, pseudo, _) = split(&found);
    assert_eq!(word_sum(&[pseudo.as_slice(), segment].concat()), 0xffff);
    // the two sums were just checked by adding up
    for sum in [24, 25, 50, 51] {
        (wanted[sum], found[sum]) = (0, 0);
    }
    assert_eq!(found, wanted);
    assert_eq!(
        (frame.wire_len, frame.number, frame.time_ns, frame.line),
        (62, 1, 1_000_000_000, 1)
    );
}

#[test]
fn sums_worked_out_by_hand() {
    let frame = play("C > S SYN ipid=0").packets()[0].data.clone();
    let frame = frame.as_slice();
    // 4500 0028 0000 0000 4006 .... 0a00 0001 0a00 0002 add up to 9931
    assert_eq!(be16(frame, 24), !0x9931);
    // pseudo 0a00 0001 0a00 0002 0006 0014, segment 9c40 0050 0000 03e8 0000 0000 5002 faf0
    // add up to 1ff87, folded ff88
    assert_eq!(be16(frame, 50), !0xff88_u16);
}

#[test]
fn ipv6_and_every_flag() {
    let script = play("v6\n C > S AE-CWR-ECE-URG-ACK-PSH-RST-SYN-FIN urg=5 reserved=7 ttl=9 tos=0xab ack=7");
    let frame = &script.packets()[0].data;
    let fixed = unhex(
        "86 dd  6a b0 00 00 00 14 06 09
         20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01
         20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02
         9c 40 00 50 00 00 03 e8 00 00 00 07 5f ff fa f0",
    );
    assert_eq!(frame[12..70], fixed);
    assert_eq!(frame[72..], [0, 5]);
    let (segment, pseudo, _) = split(frame);
    assert_eq!(word_sum(&[pseudo.as_slice(), segment].concat()), 0xffff);
}

#[test]
fn wrong_sums_are_wrong_in_their_own_way() {
    let script = play(
        "C > S ACK len=9\n dup\n C > S ACK seq=-9 len=9 sum=bad\n resend C sum=offload\n resend C sum=12ab\n C > S ACK ipsum=bad",
    );
    let sums: Vec<u16> = script
        .packets()
        .iter()
        .map(|frame| be16(&frame.data, 50))
        .collect();
    let (_, pseudo, _) = split(&script.packets()[0].data);
    assert_eq!(sums[1], sums[0]);
    assert!(sums[2] != sums[0] && sums[2] != 0 && sums[2] != word_sum(&pseudo));
    assert_eq!(sums[3], word_sum(&pseudo));
    assert_eq!(sums[4], 0x12ab);
    assert_ne!(word_sum(&script.packets()[5].data[14..34]), 0xffff);
}

#[test]
fn link_headers() {
    let first = |link: &str| play(&format!("link {link}\nC > S SYN")).packets()[0].clone();
    let ip = first("raw").data;
    assert_eq!(ip[0], 0x45);
    let cases = [
        ("ethernet", LinkType::ETHERNET, "020000000002 020000000001 0800"),
        (
            "sll",
            LinkType::LINUX_SLL,
            "0000 0001 0006 020000000001 0000 0800",
        ),
        (
            "sll2",
            LinkType::LINUX_SLL2,
            "0800 0000 00000001 0001 00 06 020000000001 0000",
        ),
        ("null", LinkType::NULL, "02000000"),
        ("loop", LinkType::LOOP, "00000002"),
        ("raw", LinkType::RAW, ""),
    ];
    for (name, link, header) in cases {
        let frame = first(name);
        assert_eq!(
            (frame.link, frame.data),
            (link, [unhex(header), ip.clone()].concat()),
            "{name}"
        );
    }
}

#[test]
fn tags_padding_cuts_and_lies() {
    let script = play(
        "C > S SYN vlan=42\n C > S ACK vlan=7 vlan=4095 srcmac=0a0000000001 dstmac=ff:ff:ff:ff:ff:ff pad=6\n\
         C > S ACK len=100 snap=60\n C > S ACK dataoff=15\n C > S ACK len=4 iplen=0\n",
    );
    let frames = script.packets();
    assert_eq!(frames[0].data[12..18], [0x81, 0, 0, 42, 8, 0]);
    assert_eq!(
        frames[1].data[..22],
        unhex("ffffffffffff 0a0000000001 88a8 0007 8100 0fff 0800")
    );
    assert_eq!((frames[1].data.len(), frames[1].wire_len), (68, 68));
    assert_eq!((frames[2].data.len(), frames[2].wire_len), (60, 154));
    assert_eq!(frames[3].data[46], 0xf0);
    assert_eq!((be16(&frames[4].data, 16), frames[4].data.len()), (0, 58));
    let cut = play("snap 40\nC > S SYN snap=50");
    assert_eq!(
        (cut.packets()[0].data.len(), cut.packets()[0].frame().wire_len),
        (40, 54)
    );
}

#[test]
fn a_duplicate_differs_only_in_its_envelope() {
    let script = play("a: C > S ACK len=3 ttl=9\n S > C ACK\n dup a ttl-1 srcmac=020000000077");
    let (original, copy) = (&script.packets()[0].data, &script.packets()[2].data);
    assert_eq!((original[22], copy[22]), (9, 8));
    assert_eq!(
        (original[18..20].to_vec(), original[34..].to_vec()),
        (copy[18..20].to_vec(), copy[34..].to_vec())
    );
    assert_eq!(word_sum(&copy[14..34]), 0xffff);
    assert_eq!(copy[6..12], unhex("020000000077"));
}

#[test]
fn icmp_quotes_the_segment() {
    let script = play(
        "host R 10.0.0.254:0\n C > S SYN ipid=5\n icmp S > C unreachable code=port quote=8 quoting C\n\
         icmp R > C frag-needed mtu=1400 quoting C\n icmp R > C ttl-exceeded ttl=200 sum=bad quoting C",
    );
    let [syn, port, needed, ttl] = script.packets() else {
        panic!()
    };
    assert_eq!(port.data[14..34][9], 1);
    assert_eq!(port.data[34..36], [3, 3]);
    assert_eq!(port.data[38..], [&[0; 4], &syn.data[14..42]].concat());
    assert_eq!(word_sum(&port.data[34..]), 0xffff);
    assert_eq!(
        (needed.data[34..36].to_vec(), needed.data[38..42].to_vec()),
        (vec![3, 4], vec![0, 0, 5, 120])
    );
    assert_eq!(needed.data[26..30], [10, 0, 0, 254]);
    assert_eq!((ttl.data[34..36].to_vec(), ttl.data[22]), (vec![11, 0], 200));
    assert_ne!(word_sum(&ttl.data[34..]), 0xffff);
}

#[test]
fn icmpv6_quotes_the_segment() {
    let script = play(
        "v6\n C > S ACK len=3000\n icmp S > C unreachable code=port quoting C\n icmp S > C frag-needed mtu=1280 quoting C\n\
         icmp S > C type=1 code=6 quoting C",
    );
    let frames = script.packets();
    let (message, pseudo, _) = split(&frames[1].data);
    assert_eq!(frames[1].data[20], 58);
    assert_eq!(word_sum(&[pseudo.as_slice(), message].concat()), 0xffff);
    assert_eq!(message[..2], [1, 4]);
    assert_eq!(message[8..], frames[0].data[14..14 + 1232]);
    assert_eq!(frames[1].data.len() - 14, 1280);
    assert_eq!(frames[2].data[54..56], [2, 0]);
    assert_eq!(frames[2].data[58..62], [0, 0, 5, 0]);
    assert_eq!(frames[3].data[54..56], [1, 6]);
}
