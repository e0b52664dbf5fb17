//! ICMP errors that quote a TCP segment: RFC 792, RFC 1122 section 3.2.2, RFC 4443 section 3.

use std::net::IpAddr;

use super::decode::{Internet, Next, protocol};
use super::tcp::{TcpHeader, field};
use super::window::Window;
use super::{ipv4, ipv6};
use crate::SeqNumber;

/// An ICMP error about a TCP segment: the third door of [`Dissector`](crate::Dissector).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IcmpError {
    /// Number of the frame that carried it, from 1.
    pub frame: u64,
    /// Capture time, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// Who reports it: a router, or the host that the segment was for.
    pub src: IpAddr,
    /// The error's own IP identification; `None` under IPv6.
    pub ip_id: Option<u16>,
    /// Number of the tunnel that carried it, 0 for none: that of the quoted segment's connection.
    pub tunnel: u32,
    /// What it reports. An ICMPv6 error is one whose sender has an IPv6 address.
    pub kind: IcmpKind,
    /// The largest packet that fits, where the segment was too big and the error says so.
    pub mtu: Option<u32>,
    /// The segment it is about.
    pub quoted: Quoted,
}

/// Type and code of an ICMP error, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IcmpKind {
    /// ICMP for IPv4.
    V4 {
        /// 3 destination unreachable, 11 time exceeded, 12 parameter problem.
        kind: u8,
        /// What exactly, by the type's own list.
        code: u8,
    },
    /// ICMPv6.
    V6 {
        /// 1 destination unreachable, 2 packet too big, 3 time exceeded, 4 parameter problem.
        kind: u8,
        /// What exactly, by the type's own list.
        code: u8,
    },
}

/// What an ICMP error quotes of a TCP segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quoted {
    /// Its sender.
    pub src: IpAddr,
    /// Its sender's port.
    pub src_port: u16,
    /// Its receiver.
    pub dst: IpAddr,
    /// Its receiver's port.
    pub dst_port: u16,
    /// Its sequence number, if that was captured.
    pub seq: Option<SeqNumber>,
}

impl IcmpKind {
    /// The segment did not get to its receiver and will not, as far as the sender of the error knows:
    /// destination unreachable, but for a size that did not fit, or time exceeded.
    #[must_use]
    pub const fn is_unreachable(self) -> bool {
        match self {
            Self::V4 { kind: 3, code } => code != 4 && code <= 15,
            Self::V4 { kind, .. } => kind == 11,
            Self::V6 { kind, .. } => kind == 1 || kind == 3,
        }
    }

    /// The segment was too big for the path and must not be fragmented: RFC 1191, RFC 8201.
    #[must_use]
    pub const fn is_too_big(self) -> bool {
        matches!(self, Self::V4 { kind: 3, code: 4 } | Self::V6 { kind: 2, .. })
    }

    /// Type and code.
    #[must_use]
    pub const fn numbers(self) -> (u8, u8) {
        match self {
            Self::V4 { kind, code } | Self::V6 { kind, code } => (kind, code),
        }
    }

    /// What the four bytes after the checksum say of the size that fits. Old routers leave it 0.
    fn mtu(self, [high0, high1, low0, low1]: [u8; 4]) -> Option<u32> {
        let mtu = match self {
            _ if !self.is_too_big() => 0,
            Self::V4 { .. } => u32::from_be_bytes([0, 0, low0, low1]),
            Self::V6 { .. } => u32::from_be_bytes([high0, high1, low0, low1]),
        };
        (mtu != 0).then_some(mtu)
    }

    /// Somebody forbids it: RFC 1122 section 3.2.2.1 codes 9 and 10, RFC 1812 code 13, and RFC 4443
    /// section 3.1 codes 1, 5 and 6.
    #[must_use]
    pub const fn is_policy(self) -> bool {
        matches!(
            self,
            Self::V4 {
                kind: 3,
                code: 9 | 10 | 13
            } | Self::V6 {
                kind: 1,
                code: 1 | 5 | 6
            }
        )
    }

    const fn is_error(self) -> bool {
        match self {
            Self::V4 { kind, .. } => matches!(kind, 3 | 11 | 12),
            Self::V6 { kind, .. } => matches!(kind, 1..=4),
        }
    }
}

/// What a host that decodes the lower layers itself knows of an ICMP message: the argument of
/// [`IcmpError::parse`].
#[derive(Debug, Clone, Copy)]
pub struct RawIcmp<'a> {
    /// Number of the frame that carries it, from 1.
    pub frame: u64,
    /// Capture time, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// Its sender. An IPv6 address makes it ICMPv6.
    pub src: IpAddr,
    /// Its IP identification; `None` under IPv6.
    pub ip_id: Option<u16>,
    /// See [`Segment::tunnel`](crate::Segment::tunnel); 0 for a host that does not tell.
    pub tunnel: u32,
    /// The captured bytes, from the ICMP header on.
    pub bytes: &'a [u8],
}

impl IcmpError {
    /// Reads a message; none where it is no error, or is not about TCP as far as it was captured.
    #[must_use]
    pub fn parse(raw: &RawIcmp<'_>) -> Option<Self> {
        let window = Window::new(raw.bytes, 0);
        Self::within(window, raw)
    }

    /// The same of bytes that the layer below has bounded; those of `raw` are not looked at.
    pub(super) fn within(window: Window<'_>, raw: &RawIcmp<'_>) -> Option<Self> {
        let (kind, mtu, quoted) = parse(window, raw.src.is_ipv6())?;
        Some(Self {
            frame: raw.frame,
            time_ns: raw.time_ns,
            src: raw.src,
            ip_id: raw.ip_id,
            tunnel: raw.tunnel,
            kind,
            mtu,
            quoted,
        })
    }
}

/// Authentication headers that are followed.
const MAX_HEADERS: usize = 4;

/// Kind and quoted segment of a message; none when it is no error, or is not about TCP as far as captured.
fn parse(message: Window<'_>, is_v6: bool) -> Option<(IcmpKind, Option<u32>, Quoted)> {
    // Type, code, checksum, and four bytes that depend on the type.
    let (&[kind, code, _, _, rest @ ..], quote) = message.split::<8>(super::Layer::Ipv4).ok()?;
    let kind = if is_v6 {
        IcmpKind::V6 { kind, code }
    } else {
        IcmpKind::V4 { kind, code }
    };
    if !kind.is_error() {
        return None;
    }
    let mut internet = Internet::NONE;
    let (mut next, mut window) = if is_v6 {
        ipv6::parse(quote, &mut internet)
    } else {
        ipv4::parse(quote, &mut internet)
    }
    .ok()?;
    for _ in 0..MAX_HEADERS {
        match next {
            Next::Protocol(protocol::TCP) => {
                let tcp = TcpHeader::parse(window.data, window.wire_len).ok()?.header;
                let (src, dst) = internet.addresses.to_ip();
                let quoted = Quoted {
                    src,
                    src_port: tcp.src_port,
                    dst,
                    dst_port: tcp.dst_port,
                    seq: (tcp.captured >= field::SEQ.end).then_some(tcp.seq),
                };
                return Some((kind, kind.mtu(rest), quoted));
            }
            Next::Protocol(protocol::AUTHENTICATION) => {
                (next, window) = ipv6::skip_authentication(window).ok()?;
            }
            _ => return None,
        }
    }
    None
}
