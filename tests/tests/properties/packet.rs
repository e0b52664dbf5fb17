//! Packets as the model sends them, their bytes, and what synfin says of a list of them.

use std::net::IpAddr;

use synfin::{Annotation, Config, Connection, Dissector, RawSegment, Segment};

pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const ACK: u8 = 16;

/// A packet as it passes the tap. Host 0 is C, host 1 is S.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Packet {
    pub(crate) time_ns: i64,
    pub(crate) from: usize,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) flags: u8,
    pub(crate) window: u16,
    pub(crate) len: u32,
    /// TSval and TSecr, where both sides use them.
    pub(crate) stamps: Option<(u32, u32)>,
    pub(crate) ip_id: u16,
}

impl Packet {
    pub(crate) fn is(&self, flags: u8) -> bool {
        self.flags & flags == flags
    }

    /// The number after the last byte, SYN or FIN.
    pub(crate) fn end(&self) -> u32 {
        self.seq
            .wrapping_add(self.len)
            .wrapping_add(u32::from(self.is(SYN)) + u32::from(self.is(FIN)))
    }

    fn bytes(&self, ports: [u16; 2]) -> Vec<u8> {
        let mut options = Vec::new();
        if self.is(SYN) {
            options.extend([2, 4, 5, 180, 4, 2, 1, 3, 3, 7, 1, 1]);
        }
        if let Some((val, echo)) = self.stamps {
            options.extend([1, 1, 8, 10]);
            options.extend(val.to_be_bytes());
            options.extend(echo.to_be_bytes());
        }
        let mut bytes = Vec::new();
        bytes.extend(ports[self.from].to_be_bytes());
        bytes.extend(ports[1 - self.from].to_be_bytes());
        bytes.extend(self.seq.to_be_bytes());
        bytes.extend(self.ack.to_be_bytes());
        bytes.extend([((20 + options.len()) as u8 / 4) << 4, self.flags]);
        bytes.extend(self.window.to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(options);
        bytes.extend((0..self.len).map(|offset| b'a' + (offset % 26) as u8));
        bytes
    }
}

/// How packets are written down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) v6: bool,
    /// C has the higher address.
    pub(crate) swapped: bool,
    /// Bytes captured of a segment, from the TCP header on.
    pub(crate) snaplen: usize,
    /// Added to both hosts' numbers.
    pub(crate) shift: [u32; 2],
    pub(crate) later_ns: i64,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            v6: false,
            swapped: false,
            snaplen: usize::MAX,
            shift: [0, 0],
            later_ns: 0,
        }
    }
}

impl Shape {
    pub(crate) fn address(&self, host: usize) -> IpAddr {
        let low = (host == 0) != self.swapped;
        match (self.v6, low) {
            (false, true) => [10, 0, 0, 1].into(),
            (false, false) => [10, 0, 0, 2].into(),
            (true, true) => [0xfd00, 0, 0, 0, 0, 0, 0, 1].into(),
            (true, false) => [0xfd00, 0, 0, 0, 0, 0, 0, 2].into(),
        }
    }
}

/// What synfin says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) packets: Vec<Annotation>,
    pub(crate) connections: Vec<Connection>,
}

pub(crate) const PORTS: [u16; 2] = [40_000, 80];

pub(crate) fn tell(packets: &[Packet], shape: Shape) -> Told {
    tell_in(packets, shape, Config::default(), false)
}

/// Gives a packet to a dissector.
pub(crate) fn feed(dissector: &mut Dissector, frame: u64, packet: &Packet, shape: Shape) -> Annotation {
    let mut moved = packet.clone();
    moved.seq = moved.seq.wrapping_add(shape.shift[packet.from]);
    if packet.is(ACK) {
        moved.ack = moved.ack.wrapping_add(shape.shift[1 - packet.from]);
    }
    let bytes = moved.bytes(PORTS);
    let segment = Segment::parse(RawSegment {
        frame,
        layer: 0,
        time_ns: packet.time_ns + shape.later_ns,
        src: shape.address(packet.from),
        dst: shape.address(1 - packet.from),
        ttl: Some(64),
        ip_id: (!shape.v6).then_some(packet.ip_id),
        bytes: &bytes[..bytes.len().min(shape.snaplen)],
        wire_len: bytes.len() as u32,
        tcp_offset: None,
        tunnel: 0,
    });
    dissector.segment(&segment.expect("the ports are there"))
}

/// `curious` asks for every connection after every packet, which must change nothing.
pub(crate) fn tell_in(packets: &[Packet], shape: Shape, config: Config, curious: bool) -> Told {
    let mut dissector = Dissector::new(config);
    let mut told = Vec::new();
    for (index, packet) in packets.iter().enumerate() {
        let annotation = feed(&mut dissector, index as u64 + 1, packet, shape);
        if curious {
            let _ = dissector.connection(annotation.connection);
        }
        told.push(annotation);
    }
    Told {
        packets: told,
        connections: dissector.finish().collect(),
    }
}
