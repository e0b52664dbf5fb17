//! Why bytes could not be read, and in which layer.

use std::fmt;

use serde::Serialize;

/// Why a view could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WireError {
    /// The layer that could not be read.
    pub layer: Layer,
    /// Where in the parsed slice, bytes from its start.
    pub offset: u32,
    /// What was wrong.
    pub kind: WireErrorKind,
}

/// What was wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WireErrorKind {
    /// The snap length ended the captured bytes inside this layer: `needed` more were on the wire.
    Cut {
        /// Bytes missing to finish the element.
        needed: u32,
    },
    /// The packet ended inside this layer on the wire too, by the length that its own lower layer gives.
    Truncated {
        /// Bytes missing to finish the element.
        needed: u32,
    },
    /// A field contradicts the format, in a few words ("header length below 20").
    Malformed(&'static str),
}

/// A layer of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Layer {
    /// The link header: Ethernet, Linux "cooked", BSD loopback, 802.11.
    Link,
    /// An IEEE 802.1Q or 802.1ad tag, or a VN-tag.
    Vlan,
    /// Logical link control and SNAP.
    Llc,
    /// PPP, and PPPoE before it.
    Ppp,
    /// The MPLS label stack.
    Mpls,
    /// IPv4 with its options.
    Ipv4,
    /// The fixed IPv6 header.
    Ipv6,
    /// An IPv6 extension header.
    Ipv6Extension,
    /// The IP authentication header (RFC 4302), over IPv4 or IPv6.
    Authentication,
    /// Generic routing encapsulation.
    Gre,
    /// UDP, as far as tunnels in it are concerned.
    Udp,
    /// VXLAN.
    Vxlan,
    /// Geneve with its options.
    Geneve,
    /// GTP-U with its extension headers.
    Gtp,
    /// Teredo's indications before IPv6.
    Teredo,
    /// AYIYA.
    Ayiya,
    /// The TCP header.
    Tcp,
    /// A TCP option.
    TcpOption,
}

impl Layer {
    /// The name a person reads.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Link => "link header",
            Self::Vlan => "VLAN tag",
            Self::Llc => "LLC header",
            Self::Ppp => "PPP header",
            Self::Mpls => "MPLS label stack",
            Self::Ipv4 => "IPv4 header",
            Self::Ipv6 => "IPv6 header",
            Self::Ipv6Extension => "IPv6 extension header",
            Self::Authentication => "IP authentication header",
            Self::Gre => "GRE header",
            Self::Udp => "UDP payload",
            Self::Vxlan => "VXLAN header",
            Self::Geneve => "Geneve header",
            Self::Gtp => "GTP-U header",
            Self::Teredo => "Teredo header",
            Self::Ayiya => "AYIYA header",
            Self::Tcp => "TCP header",
            Self::TcpOption => "TCP option",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl WireError {
    /// A field of `layer` at `offset` contradicts the format.
    pub(crate) const fn malformed(layer: Layer, offset: u32, what: &'static str) -> Self {
        Self {
            layer,
            offset,
            kind: WireErrorKind::Malformed(what),
        }
    }

    /// Of a layer, `needed` bytes were wanted; `captured` are there and `wire_len` were on the wire.
    pub(crate) const fn short(layer: Layer, captured: u32, needed: u32, wire_len: u32) -> Self {
        let kind = if needed <= wire_len {
            WireErrorKind::Cut {
                needed: needed.saturating_sub(captured),
            }
        } else {
            WireErrorKind::Truncated {
                needed: needed - wire_len,
            }
        };
        Self {
            layer,
            offset: captured,
            kind,
        }
    }

    /// The same error in a slice that begins `start` bytes before.
    pub(crate) const fn shifted(mut self, start: u32) -> Self {
        self.offset = self.offset.saturating_add(start);
        self
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { layer, offset, kind } = self;
        match kind {
            WireErrorKind::Cut { needed } => {
                write!(
                    f,
                    "{layer} cut by the snap length at byte {offset}: {needed} more bytes needed"
                )
            }
            WireErrorKind::Truncated { needed } => {
                write!(
                    f,
                    "{layer} ends too early at byte {offset}: {needed} bytes missing in the packet"
                )
            }
            WireErrorKind::Malformed(what) => write!(f, "{layer} malformed at byte {offset}: {what}"),
        }
    }
}

impl std::error::Error for WireError {}
