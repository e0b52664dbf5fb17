//! Option bytes: RFC 9293, 7323, 2018, 7413, 8684, 5925, 2385, 5482.

use super::{Script, play, read, unhex};

fn check(segment: &str, wanted: &str) {
    let script = play(&format!("open C > S\n{segment}"));
    assert_eq!(read(&script)[3].options, unhex(wanted), "{segment}");
}

#[test]
fn plain_options() {
    check("C > S SYN mss=1460", "02 04 05b4");
    check("C > S SYN ws=14 nop", "03 03 0e 01");
    check("C > S SYN sackok eol", "04 02 00 00");
    check(
        "C > S ACK nop nop ts=0x01020304:5",
        "01 01 08 0a 01020304 00000005",
    );
    check(
        "C > S ACK sack=1-2,isn+3-isn+5",
        "05 12 00000001 00000002 0000138b 0000138d 00 00",
    );
    check("C > S SYN uto=30", "1c 04 001e");
    check("C > S SYN uto=5m", "1c 04 8005");
    check("C > S SYN opt=253:cafe optraw=fe07", "fd 04 cafe fe 07 0000");
    check("C > S SYN opt=4", "04 02 0000");
}

#[test]
fn fast_open_md5_ao() {
    check("C > S SYN tfo", "22 02 0000");
    check("C > S SYN tfo=0102030405060708", "22 0a 0102030405060708 0000");
    check("C > S SYN tfoexp", "fe 04 f989");
    check("C > S SYN tfoexp=aabbccdd", "fe 08 f989 aabbccdd");
    check(
        "C > S SYN md5=000102030405060708090a0b0c0d0e0f",
        "13 12 000102030405060708090a0b0c0d0e0f 0000",
    );
    check("C > S SYN ao=61:84:0102", "1d 06 3d 54 0102 0000");
    let script = play("C > S SYN md5\n S > C SYN-ACK ao=1:2");
    let lengths: Vec<u8> = read(&script).iter().map(|segment| segment.options[1]).collect();
    assert_eq!(lengths, [18, 16]);
}

#[test]
fn multipath_takes_the_form_of_its_segment() {
    let first = |segment: &str| read(&play(&format!("open C > S\n{segment}")))[3].options.clone();
    let heads = [
        ("C > S SYN mptcp=capable", [30, 4, 0x01, 0x01]),
        ("S > C SYN-ACK mptcp=capable", [30, 12, 0x01, 0x01]),
        ("C > S ACK mptcp=capable", [30, 20, 0x01, 0x01]),
        ("C > S ACK mptcp=capable len=9", [30, 22, 0x01, 0x01]),
        ("C > S SYN mptcp=join", [30, 12, 0x10, 1]),
        ("S > C SYN-ACK mptcp=join", [30, 16, 0x10, 1]),
        ("C > S ACK mptcp=join", [30, 24, 0x10, 0]),
        ("C > S ACK mptcp=dss", [30, 8, 0x20, 0x01]),
        ("C > S ACK mptcp=dss len=9", [30, 18, 0x20, 0x05]),
        ("C > S ACK mptcp=dss-fin", [30, 18, 0x20, 0x15]),
        ("C > S ACK mptcp=fastclose", [30, 12, 0x70, 0]),
        ("C > S RST mptcp=tcprst:3", [30, 4, 0x80, 3]),
        ("C > S ACK mptcp=30aa", [30, 4, 0x30, 0xaa]),
    ];
    for (segment, head) in heads {
        assert_eq!(first(segment)[..4], head, "{segment}");
    }
    assert_eq!(
        first("C > S ACK len=9 mptcp=dss")[4..18],
        unhex("00000001 00000001 00000001 0009")
    );
}

#[test]
fn the_clocks_timestamp_echoes_what_arrived() {
    let script = play(
        "C > S SYN ts\n+20ms S > C SYN-ACK ts\n+5ms C > S ACK ts\n lost C > S ACK ts len=1\n+1s resend C",
    );
    let stamps: Vec<(u32, u32)> = read(&script)
        .iter()
        .map(|s| (super::be32(&s.options, 2), super::be32(&s.options, 6)))
        .collect();
    assert_eq!(
        stamps,
        [(1000, 0), (1020, 1000), (1025, 1020), (1025, 1020), (2025, 1020)]
    );
}

#[test]
fn a_resend_changes_what_it_says() {
    let options = |resend: &str| read(&play(&format!("C > S SYN mss=1460 tfo \"hi\"\n{resend}")))[1].clone();
    assert_eq!(options("resend C").options, unhex("02 04 05b4 22 02 0000"));
    assert_eq!(
        options("resend C mss=536 ws=1").options,
        unhex("02 04 0218 22 02 03 03 01 000000")
    );
    let bare = options("resend C SYN-ECE noopts len=0 ttl=1");
    assert_eq!(
        (
            bare.options.len(),
            bare.payload.len(),
            bare.flags,
            bare.ttl,
            bare.seq
        ),
        (0, 0, 0x42, 1, 1000)
    );
}

#[test]
fn too_many_options_are_refused() {
    let error = Script::parse("C > S SYN\nC > S ACK md5 ao=1:2 ts=1:1").unwrap_err();
    assert_eq!(
        (error.line, error.message.as_str()),
        (2, "the options take 44 bytes; a TCP header has room for 40")
    );
}
