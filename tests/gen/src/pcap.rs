//! Frames, and the classic pcap file they go to.

use std::io::{self, Write};

use crate::connection::{ACK, CLIENT, Connection, RST, SERVER, SYN, Segment};
use crate::truth::{Truth, Variant};

const FLUSH_BYTES: usize = 1 << 20;

pub(crate) struct Pcap<W: Write> {
    out: W,
    buffer: Vec<u8>,
    nano: bool,
}

impl<W: Write> Pcap<W> {
    pub(crate) fn new(out: W, nano: bool) -> Self {
        let mut buffer = Vec::with_capacity(FLUSH_BYTES + (1 << 17));
        let magic: u32 = if nano { 0xa1b2_3c4d } else { 0xa1b2_c3d4 };
        buffer.extend_from_slice(&magic.to_le_bytes());
        buffer.extend_from_slice(&[2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        buffer.extend_from_slice(&262_144u32.to_le_bytes());
        buffer.extend_from_slice(&1u32.to_le_bytes()); // Ethernet
        Self { out, buffer, nano }
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Writes a segment at `now`, microseconds since 1970.
    pub(crate) fn frame(
        &mut self,
        now: u64,
        connection: &mut Connection,
        segment: &Segment,
        truth: &mut Truth,
    ) -> io::Result<()> {
        let options = options(now, connection, segment);
        let tuple = &connection.tuple;
        let tcp_length = 20 + options.len() + segment.length as usize;
        let ip_length = if tuple.v6 { 40 } else { 20 };
        let link_length = if tuple.vlan != 0 { 18 } else { 14 };
        // Ethernet's smallest frame has 60 bytes.
        let captured = (link_length + ip_length + tcp_length).max(60);

        let fraction = now % 1_000_000 * if self.nano { 1000 } else { 1 };
        let record = [now / 1_000_000, fraction, captured as u64, captured as u64];
        for field in record {
            self.buffer.extend_from_slice(&(field as u32).to_le_bytes());
        }
        let start = self.buffer.len();
        ethernet(connection, segment.direction, &mut self.buffer);
        let pseudo = if connection.tuple.v6 {
            ipv6(connection, segment.direction, tcp_length, &mut self.buffer)
        } else {
            ipv4(connection, segment.direction, tcp_length, &mut self.buffer)
        };
        tcp(connection, segment, &options, pseudo, &mut self.buffer);
        self.buffer.resize(start + captured, 0);

        truth.packets += 1;
        truth.bytes += 16 + captured as u64;
        if self.buffer.len() >= FLUSH_BYTES {
            self.flush()?;
        }
        Ok(())
    }
}

/// The TCP options of a segment, padded.
fn options(now: u64, connection: &mut Connection, segment: &Segment) -> Vec<u8> {
    let direction = segment.direction;
    let value = ((now / 1000) as u32).wrapping_add(connection.timestamp_base[direction]);
    let echo = match segment.flags & ACK {
        0 => 0,
        _ => connection.timestamp_last[1 - direction],
    };
    connection.timestamp_last[direction] = value;
    let timestamps = [value.to_be_bytes(), echo.to_be_bytes()].concat();

    let mut options = Vec::with_capacity(40);
    if segment.flags & SYN != 0 {
        let mss: u16 = if connection.tuple.v6 { 1440 } else { 1460 };
        options.extend_from_slice(&[2, 4]);
        options.extend_from_slice(&mss.to_be_bytes());
        if connection.timestamps {
            options.extend_from_slice(&[4, 2, 8, 10]);
            options.extend_from_slice(&timestamps);
            options.extend_from_slice(&[1, 3, 3, 7]);
        } else {
            options.extend_from_slice(&[1, 3, 3, 8, 1, 1, 4, 2]);
        }
        if connection.variant == Variant::FastOpen && direction == CLIENT {
            options.extend_from_slice(&[34, 10]);
            options.extend_from_slice(&connection.isn[SERVER].to_be_bytes());
            options.extend_from_slice(&connection.isn[CLIENT].to_be_bytes());
            options.extend_from_slice(&[1, 1]);
        }
    } else if connection.timestamps && segment.flags & RST == 0 {
        options.extend_from_slice(&[1, 1, 8, 10]);
        options.extend_from_slice(&timestamps);
    }
    options
}

fn ethernet(connection: &Connection, direction: usize, out: &mut Vec<u8>) {
    let tuple = &connection.tuple;
    for host in [1 - direction, direction] {
        out.extend_from_slice(&[2, 0, host as u8, 0, 0, tuple.host[host] as u8]);
    }
    if tuple.vlan != 0 {
        out.extend_from_slice(&[0x81, 0]);
        out.extend_from_slice(&tuple.vlan.to_be_bytes());
    }
}

/// Returns the sum of the addresses for the TCP checksum.
fn ipv6(connection: &Connection, direction: usize, tcp_length: usize, out: &mut Vec<u8>) -> u64 {
    out.extend_from_slice(&[0x86, 0xdd, 0x60, 0, 0, 0]);
    out.extend_from_slice(&(tcp_length as u16).to_be_bytes());
    out.extend_from_slice(&[6, 64]);
    let addresses = out.len();
    for host in [direction, 1 - direction] {
        out.extend_from_slice(&[0x20, 0x01, 0x0d, 0xb8, 0, host as u8, 0, 0, 0, 0, 0, 0]);
        out.extend_from_slice(&connection.tuple.host[host].to_be_bytes());
    }
    sum_of_words(&out[addresses..])
}

/// Returns the sum of the addresses for the TCP checksum.
fn ipv4(connection: &mut Connection, direction: usize, tcp_length: usize, out: &mut Vec<u8>) -> u64 {
    let identification = &mut connection.ip_identification[direction];
    out.extend_from_slice(&[8, 0]);
    let header = out.len();
    out.extend_from_slice(&[0x45, 0]);
    out.extend_from_slice(&((20 + tcp_length) as u16).to_be_bytes());
    out.extend_from_slice(&identification.to_be_bytes());
    out.extend_from_slice(&[0x40, 0, 64, 6, 0, 0]);
    *identification = identification.wrapping_add(1);
    for host in [direction, 1 - direction] {
        out.extend_from_slice(&connection.tuple.host[host].to_be_bytes());
    }
    let checksum = folded(sum_of_words(&out[header..]));
    out[header + 10..header + 12].copy_from_slice(&checksum.to_be_bytes());
    sum_of_words(&out[header + 12..])
}

fn tcp(connection: &Connection, segment: &Segment, options: &[u8], pseudo: u64, out: &mut Vec<u8>) {
    let header = out.len();
    let window: u16 = match segment.flags {
        flags if flags & SYN != 0 => 64_240,
        flags if flags & RST != 0 => 0,
        _ => 502,
    };
    for host in [segment.direction, 1 - segment.direction] {
        out.extend_from_slice(&connection.tuple.port[host].to_be_bytes());
    }
    out.extend_from_slice(&segment.sequence.to_be_bytes());
    out.extend_from_slice(&segment.acknowledgment.to_be_bytes());
    out.extend_from_slice(&[((20 + options.len()) * 4) as u8, segment.flags]);
    out.extend_from_slice(&window.to_be_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(options);
    out.extend_from_slice(&connection.payload[segment.from as usize..][..segment.length as usize]);
    let length = (out.len() - header) as u64;
    let checksum = folded(sum_of_words(&out[header..]) + pseudo + 6 + length);
    out[header + 16..header + 18].copy_from_slice(&checksum.to_be_bytes());
}

/// The Internet checksum's sum of 16-bit words, not yet folded.
fn sum_of_words(data: &[u8]) -> u64 {
    let words = data.chunks_exact(2);
    let odd = words.remainder().first().map_or(0, |&byte| u64::from(byte) << 8);
    words
        .map(|word| u64::from(u16::from_be_bytes([word[0], word[1]])))
        .sum::<u64>()
        + odd
}

fn folded(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
