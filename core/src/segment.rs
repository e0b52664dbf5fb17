//! A TCP segment whose lower layers somebody already took off.

use std::net::IpAddr;

use serde::Serialize;

use crate::wire::WireError;
use crate::wire::checksum::{self, Checksum};
use crate::wire::tcp::{TcpHeader, TcpPacket};

/// One TCP segment: the inner door of [`Dissector`](crate::Dissector), for hosts that decode the
/// lower layers themselves. [`wire::decode`](crate::wire::decode) makes one from a frame.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    /// Number of the frame that carried it, from 1.
    pub frame: u64,
    /// Which TCP layer of the frame this is, outermost 0 (tunnels carry several).
    pub layer: u8,
    /// Capture time, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// Sender.
    pub src: IpAddr,
    /// Receiver.
    pub dst: IpAddr,
    /// IPv4 time to live or IPv6 hop limit, where known.
    pub ttl: Option<u8>,
    /// IPv4 identification, where there is one.
    pub ip_id: Option<u16>,
    /// The header.
    pub tcp: TcpHeader<'a>,
    /// The captured bytes of the segment, from the TCP header on.
    pub bytes: &'a [u8],
    /// The captured payload, the end of `bytes`.
    pub payload: &'a [u8],
    /// Payload bytes on the wire; more than `payload.len()` when the capture cut the segment.
    pub payload_len: u32,
    /// Where the TCP header begins in the frame, bytes, if the host knows.
    pub tcp_offset: Option<u32>,
    /// How much of the segment can be trusted.
    pub integrity: Integrity,
    /// The network that the tunnels' headers name, 0 for none: segments of different networks
    /// belong to different connections, whatever their addresses.
    ///
    /// The highest byte is the kind, the rest the number: `0x01` VXLAN's network identifier, `0x02` Geneve's;
    /// a GRE key has 32 bits and is XORed to `0x0300_0000`. A tunnel in a tunnel mixes the outer one's number
    /// in. Tunnels that carry no number, or one that each direction chooses for itself (GTP-U, PPTP), add
    /// nothing. [`Dissector`](crate::Dissector) tells numbers apart by their lower 31 bits.
    pub tunnel: u32,
}

/// What a host knows of a segment before TCP is looked at: the argument of [`Segment::parse`].
#[derive(Debug, Clone, Copy)]
pub struct RawSegment<'a> {
    /// Number of the frame that carries it, from 1.
    pub frame: u64,
    /// Which TCP layer of the frame this is, outermost 0.
    pub layer: u8,
    /// Capture time, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// Sender.
    pub src: IpAddr,
    /// Receiver.
    pub dst: IpAddr,
    /// IPv4 time to live or IPv6 hop limit, where known.
    pub ttl: Option<u8>,
    /// IPv4 identification, where there is one.
    pub ip_id: Option<u16>,
    /// The captured bytes from the TCP header on.
    pub bytes: &'a [u8],
    /// Length of the segment on the wire, header and payload; captured bytes beyond it are left out.
    pub wire_len: u32,
    /// Where the TCP header begins in the frame, bytes, if the host knows.
    pub tcp_offset: Option<u32>,
    /// See [`Segment::tunnel`]; 0 for a host that does not tell.
    pub tunnel: u32,
}

impl<'a> Segment<'a> {
    /// Takes the TCP header off. An error means that not even the ports are there; its offset counts
    /// from the TCP header. The checksum is not looked at: see [`verify_checksum`](Self::verify_checksum).
    #[inline]
    pub fn parse(raw: RawSegment<'a>) -> Result<Self, WireError> {
        let bytes = raw.bytes.get(..raw.wire_len as usize).unwrap_or(raw.bytes);
        match bytes.split_first_chunk() {
            Some((fixed, rest)) => Ok(Self::assemble(
                &raw,
                bytes,
                TcpHeader::parse_fixed(fixed, rest, raw.wire_len),
            )),
            None => Ok(Self::assemble(
                &raw,
                bytes,
                TcpHeader::parse_short(bytes, raw.wire_len)?,
            )),
        }
    }

    #[inline(always)]
    fn assemble(raw: &RawSegment<'a>, bytes: &'a [u8], packet: TcpPacket<'a>) -> Self {
        let TcpPacket {
            header,
            payload,
            payload_len,
            malformed,
        } = packet;
        let cut = bytes.len() < raw.wire_len as usize;
        Self {
            frame: raw.frame,
            layer: raw.layer,
            time_ns: raw.time_ns,
            src: raw.src,
            dst: raw.dst,
            ttl: raw.ttl,
            ip_id: raw.ip_id,
            tcp: header,
            bytes,
            payload,
            payload_len,
            tcp_offset: raw.tcp_offset,
            integrity: Integrity {
                cut,
                malformed,
                checksum: Checksum::Unverified,
                ip_checksum: Checksum::Unverified,
            },
            tunnel: raw.tunnel,
        }
    }

    /// What the TCP checksum says. It reads every byte of the segment, so it is the caller's to decide
    /// whether to ask; the answer belongs into [`Integrity::checksum`].
    #[must_use]
    pub fn verify_checksum(&self) -> Checksum {
        if self.integrity.cut {
            Checksum::Unverified
        } else {
            checksum::verify(self.src, self.dst, self.bytes)
        }
    }

    /// The three reserved bits of the header (RFC 9293 section 3.1: must be zero), where captured.
    #[must_use]
    pub fn reserved_bits(&self) -> Option<u8> {
        self.bytes.get(12).map(|byte| (byte >> 1) & 0x7)
    }
}

/// Three different things that can be wrong with a segment that is still dissected as far as it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Integrity {
    /// The snap length cut it: not all bytes on the wire were captured.
    pub cut: bool,
    /// A field contradicts the format: the data offset, the length of an option, or an IP length that
    /// claims more than the frame holds.
    pub malformed: bool,
    /// What the TCP checksum says.
    pub checksum: Checksum,
    /// What the checksum of the IPv4 headers says. Looked at only where it decides something: by
    /// [`Dissector::frame`](crate::Dissector::frame) under [`ChecksumPolicy::Drop`](crate::ChecksumPolicy::Drop).
    pub ip_checksum: Checksum,
}
