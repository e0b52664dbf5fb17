//! What a dissector may use and how it judges.

use crate::http::HttpLimits;
use crate::track::reassembly::ReassemblyLimits;

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
}

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
        }
    }
}
