//! What did not fit into the bounds of a [`Config`](crate::Config).

use serde::Serialize;

/// How often each bound of a [`Config`](crate::Config) was reached since the dissector was made: what had to go is
/// counted, so that nothing disappears unsaid. What a connection leaves out of its own lists it counts itself:
/// [`Connection::rules_omitted`](crate::Connection::rules_omitted) and the like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct BoundsReached {
    /// Connections that made room for others:
    /// [`Config::max_connections`](crate::Config::max_connections).
    pub connections: u64,
    /// Segments past what a direction of a connection may hold: holes before them were given up.
    /// [`ReassemblyLimits`](crate::ReassemblyLimits).
    pub reassembly: u64,
    /// Connections that had to give up what they held, because all together held too much:
    /// [`Config::max_held_bytes`](crate::Config::max_held_bytes).
    pub held_bytes: u64,
    /// Segments that carried an HTTP head or trailer section or a TLS hello past its bound:
    /// [`HttpLimits::head_bytes`](crate::http::HttpLimits::head_bytes),
    /// [`TlsLimits::hello_bytes`](crate::tls::TlsLimits::hello_bytes), and in HTTP/2
    /// [`Http2Limits::header_list_bytes`](crate::http2::Http2Limits::header_list_bytes) and
    /// [`Http2Limits::table_bytes`](crate::http2::Http2Limits::table_bytes).
    pub heads: u64,
    /// HTTP transactions not remembered: [`HttpLimits::pending_requests`](crate::http::HttpLimits::pending_requests).
    /// Those of a connection are counted when it is taken or evicted.
    pub pending_requests: u64,
    /// HTTP/2 streams forgotten before their end: [`Http2Limits::streams`](crate::http2::Http2Limits::streams).
    /// Those of a connection are counted when it is taken or evicted.
    pub streams: u64,
    /// IP packets that were given up before they were whole: [`FragmentLimits`](crate::FragmentLimits).
    pub fragments: u64,
    /// Servers that others took the place of: [`Config::max_servers`](crate::Config::max_servers).
    pub servers: u64,
    /// Hosts likewise: [`Config::max_hosts`](crate::Config::max_hosts).
    pub hosts: u64,
}
