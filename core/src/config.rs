//! What a dissector may use and how it judges.

use crate::fragment::FragmentLimits;
use crate::http::HttpLimits;
use crate::tls::TlsLimits;
use crate::track::reassembly::ReassemblyLimits;

/// What a dissector may use and how it judges. How often a bound was reached tells
/// [`Dissector::bounds_reached`](crate::Dissector::bounds_reached).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// Connections held at once; 4,000,000 by default. When it is reached, closed connections go first, then SYNs that
    /// nothing followed, then quiet ones; they come out of [`Dissector::take_evicted`](crate::Dissector::take_evicted).
    pub max_connections: usize,
    /// Closed connections held at once, at least 2; all by default. When there are more, those that closed longest
    /// ago and had no segment since leave: they come out of
    /// [`Dissector::take_evicted`](crate::Dissector::take_evicted) as [`Dissector::finish`](crate::Dissector::finish)
    /// would give them, so that memory follows the open connections and not the capture. A segment that comes
    /// even later counts as one of another connection. Attempts that nothing has answered for five minutes leave likewise.
    pub max_closed: usize,
    /// What to do with wrong TCP checksums.
    pub checksums: ChecksumPolicy,
    /// Whether to read what the connections carry: HTTP, TLS.
    pub http_enabled: bool,
    /// Bounds of reassembly, per direction of a connection.
    pub reassembly: ReassemblyLimits,
    /// Bounds of HTTP, per connection.
    pub http: HttpLimits,
    /// Bounds of TLS, per connection.
    pub tls: TlsLimits,
    /// Bytes that all connections hold together until more comes: payload behind a hole, heads and trailer sections
    /// and TLS hellos that are not whole; 256 MiB by default. When it is reached, the connection that has held something for longest
    /// gives it up: its holes become gaps, its heads stay incomplete.
    pub max_held_bytes: usize,
    /// Bounds of the reassembly of IP packets.
    pub fragments: FragmentLimits,
    /// Servers (address and port) whose handshakes are counted for O32 and O38; 16,384 by default. Quiet ones go first.
    pub max_servers: usize,
    /// Hosts whose usual TTL is remembered for `refused-policy`; 1,024 by default. A host may take the place of another.
    pub max_hosts: usize,
    /// Silence after which a RST that is not the host's counts as one of a NAT or firewall that forgot the
    /// connection (T21), nanoseconds; 60 s by default.
    pub idle_reset_ns: i64,
    /// Half-open connections at once that make a SYN flood of one address and port (O38), if
    /// [`flood_percent`](Self::flood_percent) agrees.
    pub flood_half_open: u32,
    /// A SYN flood (O38) completes fewer than this many of a hundred handshakes.
    pub flood_percent: u32,
    /// How long a connection without an answer to its SYN-ACK counts as half-open, and a SYN counts among
    /// those of its server (O38), nanoseconds: as long as a server keeps trying. It is measured in eighths.
    pub half_open_ns: i64,
    /// Zeek's `likely_server_ports`, for [`Connection::zeek`](crate::Connection::zeek) alone: a connection
    /// whose first segment is no SYN and comes from such a port is turned around. By default the ports of
    /// Zeek's protocol scripts; empty is Zeek's bare mode.
    pub likely_server_ports: Vec<u16>,
}

/// The TCP ports that the protocol scripts of Zeek add to `likely_server_ports`.
const ZEEK_SERVER_PORTS: [u16; 47] = [
    21, 22, 25, 53, 79, 80, 81, 88, 110, 113, 135, 139, 143, 389, 443, 445, 502, 563, 585, 587, 614, 631,
    636, 989, 990, 992, 993, 995, 1080, 1434, 1883, 2811, 3128, 3268, 3306, 3389, 5223, 5432, 6379, 6666,
    6667, 6668, 6669, 8000, 8080, 8888, 20000,
];

/// What to do with wrong TCP checksums. A checksum counts as wrong only when the segment was captured
/// whole and it is no offload artefact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChecksumPolicy {
    /// Do not look.
    Ignore,
    /// Say so, and believe the segment all the same.
    #[default]
    Note,
    /// Say so, and let the segment prove nothing (Zeek's default). The checksums of IPv4 headers are looked
    /// at as well.
    Drop,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_connections: 4_000_000,
            max_closed: usize::MAX,
            checksums: ChecksumPolicy::default(),
            http_enabled: true,
            reassembly: ReassemblyLimits::default(),
            http: HttpLimits::default(),
            tls: TlsLimits::default(),
            max_held_bytes: 256 << 20,
            fragments: FragmentLimits::default(),
            max_servers: 16_384,
            max_hosts: 1_024,
            idle_reset_ns: 60_000_000_000,
            flood_half_open: 100,
            flood_percent: 20,
            half_open_ns: 60_000_000_000,
            likely_server_ports: ZEEK_SERVER_PORTS.to_vec(),
        }
    }
}
