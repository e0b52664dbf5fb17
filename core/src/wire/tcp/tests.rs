use super::{TcpFlags, TcpHeader, TcpPacket};
use crate::seq::SeqNumber;
use crate::wire::tests::tcp;
use crate::wire::{Layer, WireErrorKind};

fn parse(bytes: &[u8], wire_len: u32) -> TcpPacket<'_> {
    TcpHeader::parse(bytes, wire_len).unwrap()
}

#[test]
fn options_and_payload_are_split_by_the_data_offset() {
    let bytes = tcp(&[2, 4, 5, 0xb4], b"abc");
    let packet = parse(&bytes, 27);
    assert_eq!((packet.header.data_offset, packet.header.captured), (24, 24));
    assert_eq!(
        (packet.header.options, packet.payload, packet.payload_len),
        (&[2, 4, 5, 0xb4][..], &b"abc"[..], 3)
    );
    assert!(packet.header.is_whole() && !packet.malformed);
}

#[test]
fn captured_bytes_beyond_the_segment_are_left_out() {
    let bytes = tcp(&[], b"abcdef");
    let packet = parse(&bytes, 22);
    assert_eq!((packet.payload, packet.payload_len), (&b"ab"[..], 2));
}

#[test]
fn a_cut_payload_keeps_its_length() {
    let bytes = tcp(&[], b"abcdef");
    let packet = parse(&bytes[..21], 26);
    assert_eq!(
        (packet.payload, packet.payload_len, packet.malformed),
        (&b"a"[..], 6, false)
    );
}

#[test]
fn cut_options_are_neither_whole_nor_malformed() {
    let bytes = tcp(&[1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2], b"x");
    let packet = parse(&bytes[..25], 33);
    assert_eq!(
        (
            packet.header.options.len(),
            packet.header.captured,
            packet.payload_len
        ),
        (5, 25, 1)
    );
    assert!(!packet.header.is_whole() && !packet.malformed && packet.header.has_flags());
}

#[test]
fn a_wrong_data_offset_keeps_the_fixed_fields() {
    for (data_offset, wire_len) in [(0x40, 25), (0, 25), (0x70, 25), (0xf0, 25)] {
        let mut bytes = tcp(&[], b"hello");
        bytes[12] = data_offset;
        let packet = parse(&bytes, wire_len);
        assert!(packet.malformed);
        assert_eq!(
            (packet.header.dst_port, packet.header.seq),
            (80, SeqNumber(0x0102_0304))
        );
        assert_eq!(packet.header.flags, TcpFlags::PSH | TcpFlags::ACK);
        assert_eq!(
            (packet.payload, packet.payload_len, packet.header.options),
            (&[][..], 0, &[][..])
        );
    }
}

#[test]
fn malformed_options_are_told() {
    for options in [[2, 3, 0, 0], [2, 5, 0, 0], [8, 0, 1, 1], [1, 1, 1, 2]] {
        assert!(parse(&tcp(&options, b""), 24).malformed, "{options:?}");
    }
    assert!(!parse(&tcp(&[1, 1, 1, 0], b""), 24).malformed);
}

#[test]
fn each_field_appears_once_it_is_captured_whole() {
    let bytes = tcp(&[], b"");
    for len in 4..20_u32 {
        let packet = parse(&bytes[..len as usize], 20);
        let header = packet.header;
        assert_eq!(
            (header.src_port, header.dst_port, header.captured),
            (40000, 80, len)
        );
        assert_eq!(header.seq.0, if len >= 8 { 0x0102_0304 } else { 0 }, "{len}");
        assert_eq!(header.ack.0, if len >= 12 { 0x0506_0708 } else { 0 }, "{len}");
        assert_eq!(header.data_offset, if len >= 13 { 20 } else { 0 }, "{len}");
        assert_eq!(header.has_flags(), len >= 14);
        assert_eq!(header.flags.is_empty(), len < 14);
        assert_eq!(header.window, if len >= 16 { 512 } else { 0 }, "{len}");
        assert!(!header.is_whole() && !packet.malformed);
    }
}

#[test]
fn an_icmp_quote_of_eight_bytes_gives_ports_and_sequence_number() {
    let bytes = tcp(&[], b"abc");
    let packet = parse(&bytes[..8], 23);
    assert_eq!(
        (packet.header.seq, packet.payload_len, packet.malformed),
        (SeqNumber(0x0102_0304), 0, false)
    );
}

#[test]
fn a_segment_shorter_than_a_header_is_malformed() {
    let bytes = tcp(&[], b"");
    assert!(parse(&bytes, 12).malformed);
    assert!(parse(&bytes[..10], 19).malformed);
}

#[test]
fn without_ports_there_is_no_header() {
    let error = TcpHeader::parse(&[1, 2, 3], 20).unwrap_err();
    assert_eq!(
        (error.layer, error.offset, error.kind),
        (Layer::Tcp, 3, WireErrorKind::Cut { needed: 1 })
    );
    let error = TcpHeader::parse(&[1, 2, 3], 3).unwrap_err();
    assert_eq!(error.kind, WireErrorKind::Truncated { needed: 1 });
    assert!(TcpHeader::parse(&[], 0).is_err());
}

#[test]
fn flags_are_named_in_wiresharks_order() {
    let named = |bits| TcpFlags::from_bits(bits).to_string();
    assert_eq!(named(0x002), "SYN");
    assert_eq!(named(0x012), "SYN,ACK");
    assert_eq!(named(0x019), "FIN,PSH,ACK");
    assert_eq!(named(0x1ff), "FIN,SYN,RST,PSH,ACK,URG,ECE,CWR,AE");
    assert_eq!(named(0), "");
    assert_eq!(named(0xfe00), "");
    assert_eq!(
        serde_json::to_string(&TcpFlags::from_bits(0x012)).unwrap(),
        r#""SYN,ACK""#
    );
}

#[test]
fn each_flag_has_its_question() {
    type Question = fn(TcpFlags) -> bool;
    let questions: [(u16, Question); 9] = [
        (0x001, TcpFlags::fin),
        (0x002, TcpFlags::syn),
        (0x004, TcpFlags::rst),
        (0x008, TcpFlags::psh),
        (0x010, TcpFlags::ack),
        (0x020, TcpFlags::urg),
        (0x040, TcpFlags::ece),
        (0x080, TcpFlags::cwr),
        (0x100, TcpFlags::ae),
    ];
    for (bit, question) in questions {
        assert!(question(TcpFlags::from_bits(bit)));
        assert!(!question(TcpFlags::from_bits(!bit)));
    }
    let syn_ack = TcpFlags::SYN | TcpFlags::ACK;
    assert!(syn_ack.contains(TcpFlags::SYN) && !syn_ack.contains(TcpFlags::SYN | TcpFlags::RST));
    assert!(syn_ack.intersects(TcpFlags::SYN | TcpFlags::RST) && syn_ack.contains(TcpFlags::empty()));
}
