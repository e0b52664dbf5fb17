//! What did not fit into the bounds of a dissector.

use crate::sized::Sized32;

/// How often each bound of synfin_config was reached so far; 0 where it never was. First layout: all of it, 80 bytes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_bounds_reached {
    /// `sizeof(struct synfin_bounds_reached)`.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Connections that made room for others (`max_connections`).
    pub connections: u64,
    /// Segments past what a direction of a connection may hold (`reassembly_held_bytes`,
    /// `reassembly_held_pieces`): holes before them were given up.
    pub reassembly: u64,
    /// Connections that had to give up what they held, because all together held too much
    /// (`max_held_bytes`).
    pub held_bytes: u64,
    /// Segments that carried an HTTP head, header list or trailer section or a TLS hello past its bound
    /// (`http_head_bytes`, `http2_header_list_bytes`, `http2_table_bytes`, `tls_hello_bytes`).
    pub heads: u64,
    /// HTTP transactions not remembered (`http_pending_requests`), of connections that are over.
    pub pending_requests: u64,
    /// HTTP/2 streams forgotten before their end (`http2_streams`), of connections that are over.
    pub streams: u64,
    /// IP packets given up before they were whole (`fragment_packets`, `fragments`).
    pub fragments: u64,
    /// Servers that others took the place of (`max_servers`).
    pub servers: u64,
    /// Hosts likewise (`max_hosts`).
    pub hosts: u64,
}

// SAFETY: repr(C), begins with struct_size, numbers only.
unsafe impl Sized32 for synfin_bounds_reached {
    const FIRST_LAYOUT: usize = 80;
}

impl From<synfin::BoundsReached> for synfin_bounds_reached {
    fn from(bounds: synfin::BoundsReached) -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            reserved: 0,
            connections: bounds.connections,
            reassembly: bounds.reassembly,
            held_bytes: bounds.held_bytes,
            heads: bounds.heads,
            pending_requests: bounds.pending_requests,
            streams: bounds.streams,
            fragments: bounds.fragments,
            servers: bounds.servers,
            hosts: bounds.hosts,
        }
    }
}
