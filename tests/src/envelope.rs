//! Packs IP packets into other protocols, and cuts them into fragments.

use synfin::{Frame, LinkType};

use crate::pcap::Form;
use crate::script::Script;

/// Payload of a fragment, in units of eight bytes as RFC 791 section 3.1 wants it.
pub const PART: usize = 24;

/// A protocol that carries IP packets, or frames that carry them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// An Ethernet frame.
    Ethernet,
    /// With one VLAN tag: IEEE 802.1Q.
    Vlan,
    /// With two: IEEE 802.1ad.
    QinQ,
    /// With two labels: RFC 3032.
    Mpls,
    /// In a PPPoE session: RFC 2516.
    Pppoe,
    /// IPv4 in IPv4 (RFC 2003), IPv6 in IPv4 (RFC 4213).
    IpInIpv4,
    /// Either in IPv6: RFC 2473.
    IpInIpv6,
    /// In GRE: RFC 2784.
    Gre,
    /// As Ethernet in VXLAN: RFC 7348.
    Vxlan,
    /// As Ethernet in VXLAN in Ethernet in VXLAN.
    VxlanTwice,
    /// As Ethernet in Geneve: RFC 8926.
    Geneve,
    /// In GTP-U: 3GPP TS 29.281.
    GtpU,
}

impl Envelope {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Ethernet,
        Self::Vlan,
        Self::QinQ,
        Self::Mpls,
        Self::Pppoe,
        Self::IpInIpv4,
        Self::IpInIpv6,
        Self::Gre,
        Self::Vxlan,
        Self::VxlanTwice,
        Self::Geneve,
        Self::GtpU,
    ];

    /// An Ethernet frame with the packet somewhere in it.
    #[must_use]
    pub fn frame(self, packet: &[u8]) -> Vec<u8> {
        let is_v6 = packet[0] >> 4 == 6;
        let ether_type = if is_v6 { [0x86, 0xdd] } else { [8, 0] };
        match self {
            Self::Ethernet => ethernet(&[&ether_type, packet]),
            Self::Vlan => ethernet(&[&[0x81, 0, 0, 7], &ether_type, packet]),
            Self::QinQ => ethernet(&[&[0x88, 0xa8, 0, 7, 0x81, 0, 0, 8], &ether_type, packet]),
            Self::Mpls => ethernet(&[&[0x88, 0x47, 0, 1, 0, 64, 0, 1, 1, 64], packet]),
            Self::Pppoe => {
                let protocol = if is_v6 { 0x57 } else { 0x21 };
                let len = (packet.len() as u16 + 2).to_be_bytes();
                ethernet(&[&[0x88, 0x64, 0x11, 0, 0, 1], &len, &[0, protocol], packet])
            }
            Self::IpInIpv4 => in_ipv4(if is_v6 { 41 } else { 4 }, packet),
            Self::IpInIpv6 => in_ipv6(if is_v6 { 41 } else { 4 }, packet),
            Self::Gre => in_ipv4(47, &[&[0, 0], &ether_type[..], packet].concat()),
            Self::Vxlan => in_vxlan(&Self::Ethernet.frame(packet)),
            Self::VxlanTwice => in_vxlan(&Self::Vxlan.frame(packet)),
            Self::Geneve => {
                let header = [0, 0, 0x65, 0x58, 0, 0, 7, 0];
                in_udp(6081, &[&header[..], &Self::Ethernet.frame(packet)].concat())
            }
            Self::GtpU => {
                let len = (packet.len() as u16).to_be_bytes();
                in_udp(2152, &[&[0x30, 0xff], &len[..], &[0, 0, 0, 7], packet].concat())
            }
        }
    }

    /// A conversation of raw IP packets in this.
    #[must_use]
    pub fn capture(self, script: &Script) -> Vec<u8> {
        capture(LinkType::ETHERNET, script, |packet, _| vec![self.frame(packet)])
    }
}

fn ethernet(parts: &[&[u8]]) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    frame.extend(parts.concat());
    frame
}

fn in_ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut header = [
        0x45, 0, 0, 0, 0, 9, 0, 0, 33, protocol, 0, 0, 172, 16, 0, 1, 172, 16, 0, 2,
    ];
    let len = (header.len() + payload.len()) as u16;
    header[2..4].copy_from_slice(&len.to_be_bytes());
    ethernet(&[&[8, 0], &header, payload])
}

fn in_ipv6(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut header = [0; 40];
    header[0] = 0x60;
    header[4..6].copy_from_slice(&(payload.len() as u16).to_be_bytes());
    header[6..8].copy_from_slice(&[protocol, 33]);
    header[8] = 0xfd;
    header[23] = 1;
    header[24] = 0xfd;
    header[39] = 2;
    ethernet(&[&[0x86, 0xdd], &header, payload])
}

/// Without a checksum, as RFC 768 allows.
fn in_udp(port: u16, payload: &[u8]) -> Vec<u8> {
    let mut header = [0xcc, 0xcc, 0, 0, 0, 0, 0, 0];
    header[2..4].copy_from_slice(&port.to_be_bytes());
    let len = (header.len() + payload.len()) as u16;
    header[4..6].copy_from_slice(&len.to_be_bytes());
    in_ipv4(17, &[&header, payload].concat())
}

fn in_vxlan(frame: &[u8]) -> Vec<u8> {
    in_udp(4789, &[&[8, 0, 0, 0, 0, 0, 7, 0], frame].concat())
}

/// A conversation of raw IP packets in fragments, the parts of one packet in the order that `arrange` makes.
#[must_use]
pub fn fragmented(script: &Script, arrange: fn(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    capture(LinkType::RAW, script, |packet, number| {
        let is_v6 = packet[0] >> 4 == 6;
        let cut = if is_v6 { cut_v6 } else { cut_v4 };
        let mut parts = cut(packet, number);
        arrange(&mut parts);
        parts
    })
}

/// A file of what becomes of each packet, by its number.
fn capture(link: LinkType, script: &Script, frames_of: impl Fn(&[u8], u16) -> Vec<Vec<u8>>) -> Vec<u8> {
    const FORM: Form = Form::ALL[1];
    let mut file = FORM.header(link);
    let mut number = 0;
    for packet in script.frames() {
        for data in frames_of(packet.data, packet.number as u16) {
            number += 1;
            file.extend(FORM.record(&Frame {
                number,
                time_ns: packet.time_ns,
                link,
                wire_len: data.len() as u32,
                data: &data,
            }));
        }
    }
    file
}

/// The fragments of a raw IPv4 packet: RFC 791 section 3.2.
fn cut_v4(packet: &[u8], number: u16) -> Vec<Vec<u8>> {
    let (header, payload) = packet.split_at(20);
    let last = payload.len().div_ceil(PART) - 1;
    let cut = payload.chunks(PART).enumerate().map(|(at, part)| {
        let mut bytes = header.to_vec();
        bytes[2..4].copy_from_slice(&(20 + part.len() as u16).to_be_bytes());
        bytes[4..6].copy_from_slice(&number.to_be_bytes());
        let place = (at * PART / 8) as u16 | u16::from(at < last) << 13;
        bytes[6..8].copy_from_slice(&place.to_be_bytes());
        // The sum is not looked at, by tshark neither unless told to.
        bytes[10..12].fill(0);
        bytes.extend(part);
        bytes
    });
    cut.collect()
}

/// The fragments of a raw IPv6 packet: RFC 8200 section 4.5.
fn cut_v6(packet: &[u8], number: u16) -> Vec<Vec<u8>> {
    let (header, payload) = packet.split_at(40);
    let last = payload.len().div_ceil(PART) - 1;
    let cut = payload.chunks(PART).enumerate().map(|(at, part)| {
        let mut bytes = header.to_vec();
        bytes[4..6].copy_from_slice(&(8 + part.len() as u16).to_be_bytes());
        bytes[6] = 44;
        let place = (at * PART) as u16 | u16::from(at < last);
        bytes.extend([header[6], 0]);
        bytes.extend(place.to_be_bytes());
        bytes.extend(u32::from(number).to_be_bytes());
        bytes.extend(part);
        bytes
    });
    cut.collect()
}
