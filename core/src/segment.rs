//! A TCP segment whose lower layers somebody already took off.

use std::net::IpAddr;

use crate::wire::tcp::TcpHeader;

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
    /// The captured payload.
    pub payload: &'a [u8],
    /// Payload bytes on the wire; more than `payload.len()` when the capture cut the segment.
    pub payload_len: u32,
    /// Where the TCP header begins in the frame, bytes, if the host knows.
    pub tcp_offset: Option<u32>,
    /// How much of the segment can be trusted.
    pub integrity: Integrity,
}

/// Three different things that can be wrong with a segment that is still dissected as far as it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Integrity {
    /// The snap length cut it: not all bytes on the wire were captured.
    pub cut: bool,
    /// A field contradicts the format (an option that overruns the header, ...).
    pub malformed: bool,
    /// What the TCP checksum says.
    pub checksum: Checksum,
}

/// What the TCP checksum says of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checksum {
    /// Not looked at, or cannot be: the segment was not captured whole.
    #[default]
    Unverified,
    /// Right.
    Good,
    /// The sum of the pseudo header alone, or zero: the sender's network card was to fill it in.
    Offloaded,
    /// Wrong.
    Bad,
}
