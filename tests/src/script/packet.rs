//! From numbers to bytes: TCP, ICMP, IP and the link layer.

use std::net::{IpAddr, SocketAddr};

use synfin::LinkType;

use super::ast::{Envelope, Sum, Ttl};

/// One packet, everything decided.
#[derive(Debug, Clone)]
pub(super) struct Packet {
    pub(super) src: SocketAddr,
    pub(super) dst: SocketAddr,
    pub(super) wrap: Wrap,
    pub(super) body: Body,
}

/// What an IP packet carries.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Tcp(Segment),
    /// The message with a checksum of zero.
    Icmp {
        message: Vec<u8>,
        sum: Option<Sum>,
    },
}

/// A TCP segment.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) flags: u16,
    pub(super) reserved: u8,
    pub(super) window: u16,
    pub(super) urgent: u16,
    pub(super) data_offset: Option<u8>,
    pub(super) sum: Option<Sum>,
    /// A multiple of four bytes.
    pub(super) options: Vec<u8>,
    pub(super) payload: Vec<u8>,
}

/// Everything below TCP.
#[derive(Debug, Clone)]
pub(super) struct Wrap {
    pub(super) ttl: u8,
    pub(super) ip_id: u16,
    pub(super) df: bool,
    pub(super) tos: u8,
    pub(super) ip_len: Option<u16>,
    pub(super) ip_sum: Option<Sum>,
    pub(super) vlans: Vec<u16>,
    pub(super) src_mac: [u8; 6],
    pub(super) dst_mac: [u8; 6],
    pub(super) snap: Option<usize>,
    pub(super) pad: usize,
}

impl Wrap {
    /// The same with what a statement sets.
    pub(super) fn with(&self, envelope: &Envelope) -> Self {
        let given = envelope.clone();
        Self {
            ttl: match given.ttl {
                None => self.ttl,
                Some(Ttl::Exact(ttl)) => ttl,
                Some(Ttl::Relative(change)) => i16::from(self.ttl).saturating_add(change).clamp(0, 255) as u8,
            },
            ip_id: given.ip_id.unwrap_or(self.ip_id),
            df: given.df || self.df,
            tos: given.tos.unwrap_or(self.tos),
            ip_len: given.ip_len.or(self.ip_len),
            ip_sum: given.ip_sum.or(self.ip_sum),
            vlans: if given.vlans.is_empty() {
                self.vlans.clone()
            } else {
                given.vlans
            },
            src_mac: given.src_mac.unwrap_or(self.src_mac),
            dst_mac: given.dst_mac.unwrap_or(self.dst_mac),
            snap: given.snap.or(self.snap),
            pad: given.pad.unwrap_or(self.pad),
        }
    }
}

impl Packet {
    /// The frame as it is on the wire.
    pub(super) fn frame(&self, link: LinkType) -> Vec<u8> {
        let v6 = self.src.is_ipv6();
        let ether_type: u16 = if v6 { 0x86dd } else { 0x0800 };
        let source = [self.wrap.src_mac.as_slice(), &[0, 0]].concat();
        let mut frame = match link {
            LinkType::ETHERNET => {
                let mut header = [self.wrap.dst_mac, self.wrap.src_mac].concat();
                for (index, vlan) in self.wrap.vlans.iter().enumerate() {
                    // IEEE 802.1ad: of several tags the outermost is the service's
                    let tag: u16 = if index == 0 && self.wrap.vlans.len() > 1 {
                        0x88a8
                    } else {
                        0x8100
                    };
                    header.extend(tag.to_be_bytes());
                    header.extend(vlan.to_be_bytes());
                }
                header.extend(ether_type.to_be_bytes());
                header
            }
            // to us (0), from an Ethernet address (ARPHRD 1, six bytes)
            LinkType::LINUX_SLL => {
                [&[0, 0, 0, 1, 0, 6], source.as_slice(), &ether_type.to_be_bytes()].concat()
            }
            LinkType::LINUX_SLL2 => [
                ether_type.to_be_bytes().as_slice(),
                &[0, 0, 0, 0, 0, 1, 0, 1, 0, 6],
                &source,
            ]
            .concat(),
            // the address family: 2, or for IPv6 macOS's 30 and OpenBSD's 24
            LinkType::NULL => vec![if v6 { 30 } else { 2 }, 0, 0, 0],
            LinkType::LOOP => vec![0, 0, 0, if v6 { 24 } else { 2 }],
            _ => Vec::new(),
        };
        frame.extend(self.ip());
        frame.resize(frame.len() + self.wrap.pad, 0);
        frame
    }

    /// The IP packet.
    pub(super) fn ip(&self) -> Vec<u8> {
        let wrap = &self.wrap;
        let (protocol, body) = match &self.body {
            Body::Tcp(segment) => (6, self.tcp(segment)),
            Body::Icmp { message, sum } => {
                (if self.src.is_ipv6() { 58 } else { 1 }, self.icmp(message, *sum))
            }
        };
        let length = |header: usize| wrap.ip_len.unwrap_or((body.len() + header) as u16).to_be_bytes();
        let mut packet = Vec::with_capacity(body.len() + 40);
        match (self.src.ip(), self.dst.ip()) {
            // RFC 791 section 3.1
            (IpAddr::V4(src), IpAddr::V4(dst)) => {
                packet.extend([0x45, wrap.tos]);
                packet.extend(length(20));
                packet.extend(wrap.ip_id.to_be_bytes());
                packet.extend([if wrap.df { 0x40 } else { 0 }, 0, wrap.ttl, protocol, 0, 0]);
                packet.extend(src.octets());
                packet.extend(dst.octets());
                let sum = chosen(wrap.ip_sum, checksum(&packet), 0);
                packet[10..12].copy_from_slice(&sum.to_be_bytes());
            }
            // RFC 8200 section 3
            (src, dst) => {
                packet.extend([0x60 | wrap.tos >> 4, wrap.tos << 4, 0, 0]);
                packet.extend(length(0));
                packet.extend([protocol, wrap.ttl]);
                packet.extend(octets(src));
                packet.extend(octets(dst));
            }
        }
        packet.extend(body);
        packet
    }

    /// RFC 9293 section 3.1; RFC 9768 for the flag AE.
    fn tcp(&self, segment: &Segment) -> Vec<u8> {
        let words = (20 + segment.options.len()) / 4;
        let data_offset = segment.data_offset.unwrap_or(words as u8);
        let mut bytes = Vec::with_capacity(words * 4 + segment.payload.len());
        bytes.extend(self.src.port().to_be_bytes());
        bytes.extend(self.dst.port().to_be_bytes());
        bytes.extend(segment.seq.to_be_bytes());
        bytes.extend(segment.ack.to_be_bytes());
        bytes.push(data_offset << 4 | segment.reserved << 1 | (segment.flags >> 8) as u8);
        bytes.push(segment.flags as u8);
        bytes.extend(segment.window.to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(segment.urgent.to_be_bytes());
        bytes.extend(&segment.options);
        bytes.extend(&segment.payload);
        let pseudo = self.pseudo_header(6, bytes.len());
        let right = checksum(&[pseudo.as_slice(), &bytes].concat());
        let sum = chosen(segment.sum, right, !checksum(&pseudo));
        bytes[16..18].copy_from_slice(&sum.to_be_bytes());
        bytes
    }

    fn icmp(&self, message: &[u8], sum: Option<Sum>) -> Vec<u8> {
        let pseudo = if self.src.is_ipv6() {
            self.pseudo_header(58, message.len())
        } else {
            Vec::new()
        };
        let right = checksum(&[pseudo.as_slice(), message].concat());
        let mut bytes = message.to_vec();
        bytes[2..4].copy_from_slice(&chosen(sum, right, !checksum(&pseudo)).to_be_bytes());
        bytes
    }

    /// RFC 9293 section 3.1 for IPv4, RFC 8200 section 8.1 for IPv6.
    fn pseudo_header(&self, protocol: u8, length: usize) -> Vec<u8> {
        let mut pseudo = [octets(self.src.ip()), octets(self.dst.ip())].concat();
        if self.src.is_ipv6() {
            pseudo.extend((length as u32).to_be_bytes());
            pseudo.extend([0, 0, 0, protocol]);
        } else {
            pseudo.extend([0, protocol]);
            pseudo.extend((length as u16).to_be_bytes());
        }
        pseudo
    }
}

fn octets(addr: IpAddr) -> Vec<u8> {
    match addr {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

/// RFC 1071: the one's complement of the one's complement sum.
fn checksum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = 0;
    for pair in bytes.chunks(2) {
        sum += u32::from(pair[0]) << 8 | u32::from(pair.get(1).copied().unwrap_or(0));
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// The checksum to write. A bad one is neither right nor what an offloading sender leaves (the pseudo header's sum, or zero).
fn chosen(sum: Option<Sum>, right: u16, pseudo: u16) -> u16 {
    match sum {
        None => right,
        Some(Sum::Value(value)) => value,
        Some(Sum::Offload) => pseudo,
        Some(Sum::Bad) => (1..=4)
            .map(|step| right.wrapping_add(step))
            .find(|candidate| ![0, 0xffff, pseudo].contains(candidate))
            .unwrap_or(!right),
    }
}
