//! Conversations in short: one segment a word, `>SA:seq:ack:len`. `>` is sent by 10.0.0.1:40000, `<` by
//! 10.0.0.2:7777; flags are S A F R P, `Z` sets the window to zero, `X` cuts the payload off.

use std::net::Ipv4Addr;

use super::gaps::Contents;
use crate::{ChecksumPolicy, Config, Connection, Dissector, RawSegment, Segment, Side};

const CLIENT: (Ipv4Addr, u16) = (Ipv4Addr::new(10, 0, 0, 1), 40000);
const SERVER: (Ipv4Addr, u16) = (Ipv4Addr::new(10, 0, 0, 2), 7777);

fn bare() -> Config {
    let mut config = Config::default();
    config.likely_server_ports.clear();
    config
}

fn connections(config: Config, conversation: &str) -> Vec<Connection> {
    let mut dissector = Dissector::new(config);
    for (index, word) in conversation.split_whitespace().enumerate() {
        let (flags, numbers) = word[1..].split_once(':').unwrap_or((&word[1..], ""));
        let mut numbers = numbers.split(':').map(|number| number.parse::<u32>().unwrap());
        let [seq, ack, len] = [(); 3].map(|()| numbers.next().unwrap_or(0));
        let (from, to) = if word.starts_with('>') {
            (CLIENT, SERVER)
        } else {
            (SERVER, CLIENT)
        };
        let bit = |letter: char, bit: u8| if flags.contains(letter) { bit } else { 0 };
        let bits = bit('F', 1) | bit('S', 2) | bit('R', 4) | bit('P', 8) | bit('A', 16);
        let window: u16 = if flags.contains('Z') { 0 } else { 1000 };
        let mut bytes = Vec::new();
        bytes.extend(from.1.to_be_bytes());
        bytes.extend(to.1.to_be_bytes());
        bytes.extend(seq.to_be_bytes());
        bytes.extend(ack.to_be_bytes());
        bytes.extend([0x50, bits]);
        bytes.extend(window.to_be_bytes());
        bytes.extend([0; 4]);
        let wire_len = 20 + len;
        if !flags.contains('X') {
            bytes.resize(wire_len as usize, b'x');
        }
        let segment = Segment::parse(RawSegment {
            frame: index as u64 + 1,
            layer: 0,
            time_ns: index as i64 * 10_000_000,
            src: from.0.into(),
            dst: to.0.into(),
            ttl: None,
            ip_id: None,
            bytes: &bytes,
            wire_len,
            tcp_offset: None,
            tunnel: 0,
        });
        dissector.segment(&segment.unwrap());
    }
    dissector.finish().collect()
}

fn of(conversation: &str) -> Connection {
    let mut connections = connections(bare(), conversation);
    assert_eq!(connections.len(), 1, "one connection: {conversation}");
    connections.remove(0)
}

fn zeek(conversation: &str) -> String {
    let zeek = of(conversation).zeek;
    format!("{} {}", zeek.conn_state, zeek.history)
}

const OPEN: &str = ">S:100 <SA:500:101 >A:101:501";

#[test]
fn ends_of_a_connection() {
    let open = |rest: &str| zeek(&format!("{OPEN} {rest}"));
    assert_eq!(zeek(">S:100"), "S0 S");
    assert_eq!(zeek(">S:100 >S:100 >S:100"), "S0 S");
    assert_eq!(zeek(">S:100 <SA:500:101"), "S1 Sh");
    assert_eq!(zeek(">S:100 <RA:0:101"), "REJ Sr");
    assert_eq!(zeek(">S:100 >R:101"), "RSTOS0 SR");
    assert_eq!(open(""), "S1 ShA");
    assert_eq!(open(">PA:101:501:10 <A:501:111"), "S1 ShADa");
    assert_eq!(open(">FA:101:501"), "S2 ShAF");
    assert_eq!(open("<FA:501:101"), "S3 ShAf");
    assert_eq!(open(">FA:101:501 <FA:501:102 >A:102:502"), "SF ShAFf");
    // A RST after both FINs changes nothing; one after its own FIN does.
    assert_eq!(open(">FA:101:501 <FA:501:102 >R:102"), "SF ShAFfR");
    assert_eq!(open(">FA:101:501 >R:102"), "RSTO ShAFR");
    // ... but a FIN of the peer makes it good.
    assert_eq!(open(">FA:101:501 >R:102 <FA:501:102"), "SF ShAFRf");
    // Any RST is believed, in the window or not.
    assert_eq!(open("<R:99999"), "RSTR ShAr");
    assert_eq!(open("<R:501 >R:101"), "REJ ShArR");
    assert_eq!(open(">PA:101:501:10 <R:501 >R:111"), "RSTR ShADrR");
}

#[test]
fn connections_without_their_syn() {
    assert_eq!(zeek(">PA:101:501:10 <A:501:111"), "OTH Da");
    assert_eq!(zeek(">PA:101:501:10 >FA:111:501"), "SH DF");
    assert_eq!(zeek("<RA:501:101"), "OTH R");
    assert_eq!(zeek(">PA:101:501:10 <R:501"), "RSTRH Dr");
    assert_eq!(zeek("<SA:500:101"), "OTH H");
}

#[test]
fn roles_are_swapped() {
    // Late flip: a SYN-ACK began it, and now its receiver acknowledges.
    let late = of("<SA:500:101 >A:101:501 >PA:101:501:5");
    assert_eq!(late.zeek.history, "^hAD");
    assert_eq!(late.zeek.orig, Side::Initiator);
    // SYN and SYN-ACK captured in the wrong order.
    assert_eq!(zeek("<SA:500:101 >S:100 >A:101:501"), "S1 Hs^A");
    // The port says who is the server, unless the list is empty.
    let mut config = bare();
    config.likely_server_ports.push(SERVER.1);
    let by_port = connections(config.clone(), "<SA:500:101 >A:101:501 <PA:501:101:9").remove(0);
    assert_eq!(by_port.zeek.history, "^hAd");
    assert_eq!(by_port.zeek.conn_state, "S1");
    let mid = connections(config, "<PA:501:101:9 >A:101:510").remove(0);
    assert_eq!(mid.zeek.history, "^dA");
}

#[test]
fn letters_that_count() {
    let open = |rest: &str| zeek(&format!("{OPEN} {rest}"));
    assert_eq!(open(">A:101:501:10 >A:101:501:10"), "S1 ShADT");
    // Late data looks the same to Zeek.
    assert_eq!(open(">A:111:501:10 >A:101:501:10 <A:501:121"), "S1 ShADTa");
    let again = ">A:101:501:10 ".repeat(10);
    assert_eq!(open(&again), "S1 ShADT");
    assert_eq!(open(&again.repeat(2)), "S1 ShADTT");
    assert_eq!(open("<ZA:501:101 <ZA:501:101"), "S1 ShAaw");
    // Data on the first SYN counts as a retransmission of itself.
    assert_eq!(zeek(">S:100:0:10"), "S0 ST");
    // Flags together.
    assert_eq!(open(">FRA:101:501"), "RSTO ShAI");
    assert_eq!(zeek(">SF:100"), "SH Q");
    // A RST again, with another number.
    assert_eq!(open(">R:101 >R:101 >R:300"), "RSTO ShARR");
}

#[test]
fn gaps_are_bytes_acknowledged_but_not_captured() {
    let open = |rest: &str| zeek(&format!("{OPEN} {rest}"));
    assert_eq!(open("<A:501:111"), "S1 ShAaG");
    assert_eq!(open(">A:111:501:10 <A:501:121"), "S1 ShADaG");
    // Two holes, but the letter is written at 1 and 10.
    assert_eq!(open(">A:111:501:10 >A:131:501:10 <A:501:141"), "S1 ShADaG");
    // The snap length cut it.
    assert_eq!(open(">XA:101:501:10 <A:501:111"), "S1 ShADaG");
    // Filled before the acknowledgement.
    assert_eq!(open(">A:111:501:10 >A:101:501:10 <A:501:121"), "S1 ShADTa");
    // On a RST it is not believed; an acknowledged FIN is no byte.
    assert_eq!(open("<RA:501:111"), "RSTR ShAr");
    assert_eq!(open(">FA:101:501 <A:501:102"), "S2 ShAFa");
}

#[test]
fn history_is_bounded() {
    let mut conversation = OPEN.to_owned();
    for number in 0..1000 {
        conversation.push_str(&format!(" >R:{}", 101 + number));
    }
    assert_eq!(of(&conversation).zeek.history.len(), 256);
}

#[test]
fn checksums_count_when_they_are_verified() {
    let mut config = bare();
    config.checksums = ChecksumPolicy::Drop;
    // The checksums here are zero, which is wrong to Zeek.
    let connection = connections(config, ">S:100 <SA:500:101").remove(0);
    assert_eq!(connection.zeek.history, "Cc");
    assert_eq!(connection.zeek.conn_state, "OTH");
}

#[test]
fn numbers_beyond_32_bits() {
    let begin = 4_000_000_000_u32;
    let mut conversation = format!(
        ">S:{begin} <SA:500:{0} >A:{0}:501:10 <A:501:{1}",
        begin + 1,
        begin + 11
    );
    let mut seq = begin + 11;
    for _ in 0..20 {
        seq = seq.wrapping_add(1 << 28);
        conversation.push_str(&format!(" >A:{}:501:1 <A:501:{seq}", seq.wrapping_sub(1)));
    }
    // A gap each: the tenth is written as well.
    assert_eq!(zeek(&conversation), "S1 ShDaGG");
    // Zeek is lost from 2^31 bytes on until the numbers wrap, and sees no gap there.
    let lost = format!("{OPEN} >A:101:501:10 <A:501:111 <A:501:2147483748 <A:501:2147483749");
    assert_eq!(zeek(&lost), "S1 ShADa");
}

#[test]
fn a_side_never_acknowledged_is_given_up() {
    let far = format!("{OPEN} >A:20000:501:10 <A:501:20010");
    assert_eq!(zeek(&far), "S1 ShADa");
    let near = format!("{OPEN} >A:10000:501:10 <A:501:10010");
    assert_eq!(zeek(&near), "S1 ShADaG");
}

#[test]
fn completeness() {
    let open = |rest: &str| of(&format!("{OPEN} {rest}")).completeness;
    assert_eq!(of(">S:100").completeness, 1);
    assert_eq!(of(">S:100:0:10").completeness, 9);
    assert_eq!(of(">S:100 <SA:500:101").completeness, 3);
    assert_eq!(open(""), 7);
    assert_eq!(open(">PA:101:501:10"), 15);
    assert_eq!(open(">FA:101:501"), 23);
    assert_eq!(open(">F:101"), 7);
    // A RST with ACK counts as the handshake's ACK.
    assert_eq!(of(">S:100 <RA:0:101").completeness, 37);
    // The first frame counts only when there is a second one.
    assert_eq!(of("<SA:500:101").completeness, 0);
    assert_eq!(of("<SA:500:101 >A:101:501").completeness, 6);
    assert_eq!(of(">R:1").completeness, 0);
    assert_eq!(of(">R:1 >R:1").completeness, 32);
    // A SYN that is not the first frame does not count.
    assert_eq!(of("<SA:500:101 >S:100").completeness, 2);
}

#[test]
fn completeness_of_a_pair_used_again() {
    let again = connections(bare(), ">S:100 >S:900:0:10");
    let values: Vec<u8> = again.iter().map(|connection| connection.completeness).collect();
    assert_eq!(values, [1, 1], "the data of a SYN counts on a new pair only");
}

#[test]
fn pieces_held_are_bounded() {
    let mut contents = Contents::default();
    for piece in 0..10_000_u64 {
        contents.sent(2 * piece + 3, 2 * piece + 4, 1, false);
    }
    let gaps = contents.acknowledged(100_000, false);
    assert!(gaps <= 257, "{gaps}");
}

#[test]
fn state_is_small() {
    assert!(
        size_of::<super::ZeekView>() <= 272,
        "{}",
        size_of::<super::ZeekView>()
    );
    assert_eq!(size_of::<super::Completeness>(), 4);
}
