//! The two doors: frames in, or segments in; annotations out.

use crate::annotation::{Annotation, ConnectionId};
use crate::connection::Connection;
use crate::http::{HttpLimits, Transaction};
use crate::track::reassembly::ReassemblyLimits;
use crate::track::{Tracker, believes};
use crate::wire::{self, Decoded, Other, WireError};
use crate::{Frame, Segment};

/// What a dissector may use and how it judges.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// Connections held at once. When it is reached, closed connections go first, then quiet ones; they
    /// come out of [`Dissector::take_evicted`].
    pub max_connections: usize,
    /// What to do with wrong TCP checksums.
    pub checksums: ChecksumPolicy,
    /// Whether to look for HTTP.
    pub http_enabled: bool,
    /// Bounds of reassembly, per direction of a connection.
    pub reassembly: ReassemblyLimits,
    /// Bounds of HTTP, per connection.
    pub http: HttpLimits,
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
    /// Say so, and let the segment prove nothing (Zeek's default).
    Drop,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_connections: 4_000_000,
            checksums: ChecksumPolicy::default(),
            http_enabled: true,
            reassembly: ReassemblyLimits::default(),
            http: HttpLimits::default(),
            likely_server_ports: ZEEK_SERVER_PORTS.to_vec(),
        }
    }
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// A TCP segment: its annotation.
    Segment(Annotation),
    /// No TCP segment.
    Other(Other),
    /// Cannot be read as far as a TCP segment.
    Broken(WireError),
}

/// Dissects one capture: feed it frames (or segments) in the order of the file.
///
/// It opens nothing, has no clock, and never panics on any input. One dissector is used by one thread at
/// a time; different dissectors are independent.
pub struct Dissector {
    config: Config,
    tracker: Tracker,
}

impl Dissector {
    /// A dissector for one capture.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let tracker = Tracker::new(&config);
        Self { config, tracker }
    }

    /// Takes in a captured frame.
    pub fn frame(&mut self, frame: &Frame<'_>) -> Outcome {
        self.tracker.tick(frame.time_ns);
        match wire::decode(frame) {
            Decoded::Tcp(segment) => Outcome::Segment(self.segment(&segment)),
            Decoded::Other(other) => Outcome::Other(other),
            Decoded::Broken(error) => Outcome::Broken(error),
        }
    }

    /// Takes in a TCP segment whose lower layers somebody else decoded.
    pub fn segment(&mut self, segment: &Segment<'_>) -> Annotation {
        let mut segment = *segment;
        if self.config.checksums != ChecksumPolicy::Ignore {
            segment.integrity.checksum = segment.verify_checksum();
        }
        let believed = believes(self.config.checksums, &segment);
        self.tracker.segment(&segment, believed)
    }

    /// A connection as it stands, by its number.
    #[must_use]
    pub fn connection(&self, id: ConnectionId) -> Option<Connection> {
        self.tracker.connection(id)
    }

    /// An HTTP transaction of a connection, by its position on it.
    #[must_use]
    pub fn transaction(&self, id: ConnectionId, index: u32) -> Option<&Transaction> {
        self.tracker.transaction(id, index)
    }

    /// The connections that had to make room since the last call, as they stood.
    pub fn take_evicted(&mut self) -> Vec<Connection> {
        self.tracker.take_evicted()
    }

    /// Ends the capture: every connection not taken yet, in the order of their numbers. The dissector is
    /// then as new, except that numbers go on.
    pub fn finish(&mut self) -> Vec<Connection> {
        let mut connections = self.tracker.take_evicted();
        connections.extend(self.tracker.finish());
        connections.sort_unstable_by_key(|connection| connection.connection);
        connections
    }
}

impl Default for Dissector {
    fn default() -> Self {
        Self::new(Config::default())
    }
}
