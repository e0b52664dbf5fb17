//! Settings of a dissector.

use synfin::http::HttpLimits;
use synfin::{ChecksumPolicy, Config, ReassemblyLimits};

use crate::guard::{Done, array, guard};
use crate::sized::{self, Sized32};
use crate::synfin_status::{self, *};

/// `checksums`: a segment with a wrong checksum is marked, and believed all the same.
pub const SYNFIN_CHECKSUMS_NOTE: u32 = 0;
/// `checksums`: a segment with a wrong checksum is marked, and proves nothing.
pub const SYNFIN_CHECKSUMS_DROP: u32 = 1;
/// `checksums`: checksums are not looked at.
pub const SYNFIN_CHECKSUMS_IGNORE: u32 = 2;

/// Settings of a dissector. Set `struct_size`, call synfin_config_init(), change what you want, give it
/// to synfin_dissector_new(). First layout: up to `checksums`, 8 bytes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_config {
    /// `sizeof(struct synfin_config)`.
    pub struct_size: u32,
    /// What to do with wrong TCP checksums: SYNFIN_CHECKSUMS_NOTE (default), _DROP or _IGNORE. A checksum
    /// counts as wrong only when the whole segment was captured and it is no offload artefact.
    pub checksums: u32,
    /// Connections followed at once, at least 1; default 4,000,000. When it is reached, closed
    /// connections make room first, then SYNs that nothing followed, then quiet ones; they stay readable by their numbers.
    pub max_connections: u64,
    /// Out-of-order payload held for each direction of a connection, bytes; default 1 MiB.
    pub reassembly_held_bytes: u32,
    /// The same in separate pieces; default 1024.
    pub reassembly_held_pieces: u32,
    /// Longest HTTP head, bytes; default 64 KiB.
    pub http_head_bytes: u32,
    /// HTTP transactions kept for each connection; default 10,000. Later ones are counted.
    pub http_kept_transactions: u32,
    /// Bytes of HTTP methods and targets kept for each connection; default 16 MiB.
    pub http_kept_text: u32,
    /// Unfinished HTTP transactions remembered after the kept ones; default 256.
    pub http_pending_requests: u32,
    /// 1 (default) looks for HTTP and TLS, 0 does not.
    pub http_enabled: u8,
    /// 0.
    pub reserved: [u8; 7],
    /// Content held of each HTTP message, bytes, for synfin_transaction_body(); default 0. Needs
    /// `http_facts`.
    pub http_body_bytes: u32,
    /// 1 keeps what a transaction tells beyond its frames, status and lengths: host, times, versions...;
    /// default 0.
    pub http_facts: u8,
    /// 1 keeps header and trailer fields as well; default 0. Needs `http_facts`.
    pub http_fields: u8,
    /// 1 hands HTTP transactions out as soon as they are complete, by synfin_dissector_next_transaction(),
    /// instead of keeping them with their connection; default 0.
    pub http_streamed: u8,
    /// 0.
    pub reserved2: u8,
    /// Silence after which a RST that is not the host's counts as one of a NAT or firewall that forgot the
    /// connection (rule T21), nanoseconds; default 60 s.
    pub idle_reset_ns: i64,
    /// How long a connection without an answer to its SYN-ACK counts as half-open (rule O38), nanoseconds;
    /// default 60 s.
    pub half_open_ns: i64,
    /// Half-open connections at once that make a SYN flood of a server's port (rule O38), if
    /// `flood_percent` agrees; default 100.
    pub flood_half_open: u32,
    /// A SYN flood completes fewer than this many of a hundred handshakes, 0 to 100; default 20.
    pub flood_percent: u32,
    /// Zeek's likely_server_ports, for the `synfin.zeek.` values alone; read during the call only. NULL
    /// (default) for those of Zeek's own scripts.
    pub likely_server_ports: *const u16,
    /// How many, if that is not NULL; 0 is Zeek's bare mode.
    pub likely_server_port_count: usize,
    /// Closed connections held at once, at least 2; default UINT64_MAX, all. When there are more, those that closed
    /// longest ago and had no segment since leave, final, and so do attempts that nothing has answered for five
    /// minutes: synfin_dissector_next_evicted() gives them.
    pub max_closed: u64,
    /// Bytes that all connections hold together until more comes; default 256 MiB. When it is reached, the
    /// connection that has held something for longest gives it up.
    pub max_held_bytes: u64,
    /// Servers (address and port) whose handshakes are counted for rules O32 and O38; default 16,384.
    pub max_servers: u64,
    /// Hosts whose usual TTL is remembered for `refused-policy`; default 1,024.
    pub max_hosts: u64,
    /// IP packets put together at once; default 256.
    pub fragment_packets: u32,
    /// Fragments of all of them; default 16,384.
    pub fragments: u32,
    /// Longest TLS ClientHello or ServerHello, bytes; default 16 KiB. Of a longer one its beginning is read.
    pub tls_hello_bytes: u32,
    /// HTTP/2 streams of a connection remembered at once; default 1,000.
    pub http2_streams: u32,
    /// Longest header list and header block of HTTP/2, bytes; default 256 KiB.
    pub http2_header_list_bytes: u32,
    /// Largest header table of HTTP/2, bytes; default 64 KiB.
    pub http2_table_bytes: u32,
    /// CONTINUATION frames of one header block that make a flood (rule H28); default 64.
    pub http2_flood_continuations: u32,
    /// Frames of one side within a second that make a flood (rules H29, H46); default 100.
    pub http2_flood_per_second: u32,
}

/// A count of the header as core has it.
fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A count of core as the header has it.
const fn all_or(number: usize) -> u64 {
    if number == usize::MAX {
        u64::MAX
    } else {
        number as u64
    }
}

// SAFETY: repr(C), begins with struct_size, numbers and a raw pointer only.
unsafe impl Sized32 for synfin_config {
    const FIRST_LAYOUT: usize = 8;
}

impl Default for synfin_config {
    fn default() -> Self {
        let config = Config::default();
        Self {
            struct_size: size_of::<Self>() as u32,
            checksums: match config.checksums {
                ChecksumPolicy::Note => SYNFIN_CHECKSUMS_NOTE,
                ChecksumPolicy::Drop => SYNFIN_CHECKSUMS_DROP,
                ChecksumPolicy::Ignore => SYNFIN_CHECKSUMS_IGNORE,
            },
            max_connections: config.max_connections as u64,
            reassembly_held_bytes: config.reassembly.held_bytes,
            reassembly_held_pieces: config.reassembly.held_pieces,
            http_head_bytes: config.http.head_bytes,
            http_kept_transactions: config.http.kept_transactions,
            http_kept_text: config.http.kept_text,
            http_pending_requests: config.http.pending_requests,
            http_enabled: config.http_enabled.into(),
            reserved: [0; 7],
            http_body_bytes: config.http.body_bytes,
            http_facts: config.http.facts.into(),
            http_fields: config.http.fields.into(),
            http_streamed: config.http.streamed.into(),
            reserved2: 0,
            idle_reset_ns: config.idle_reset_ns,
            half_open_ns: config.half_open_ns,
            flood_half_open: config.flood_half_open,
            flood_percent: config.flood_percent,
            likely_server_ports: std::ptr::null(),
            likely_server_port_count: 0,
            max_closed: all_or(config.max_closed),
            max_held_bytes: config.max_held_bytes as u64,
            max_servers: config.max_servers as u64,
            max_hosts: config.max_hosts as u64,
            fragment_packets: config.fragments.packets,
            fragments: config.fragments.fragments,
            tls_hello_bytes: config.tls.hello_bytes,
            http2_streams: config.http.http2.streams,
            http2_header_list_bytes: config.http.http2.header_list_bytes,
            http2_table_bytes: config.http.http2.table_bytes,
            http2_flood_continuations: config.http.http2.flood_continuations,
            http2_flood_per_second: config.http.http2.flood_per_second,
        }
    }
}

/// A switch of the header.
const fn switch(number: u8) -> Done<bool> {
    match number {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(SYNFIN_ERR_INVALID),
    }
}

impl synfin_config {
    /// What core wants to know.
    ///
    /// # Safety
    /// `likely_server_ports` is NULL or as many numbers.
    pub(crate) unsafe fn core(&self) -> Done<Config> {
        let mut reassembly = ReassemblyLimits::default();
        reassembly.held_bytes = self.reassembly_held_bytes;
        reassembly.held_pieces = self.reassembly_held_pieces;
        let mut http = HttpLimits::default();
        http.head_bytes = self.http_head_bytes;
        http.kept_transactions = self.http_kept_transactions;
        http.kept_text = self.http_kept_text;
        http.pending_requests = self.http_pending_requests;
        http.body_bytes = self.http_body_bytes;
        http.http2.streams = self.http2_streams;
        http.http2.header_list_bytes = self.http2_header_list_bytes;
        http.http2.table_bytes = self.http2_table_bytes;
        http.http2.flood_continuations = self.http2_flood_continuations;
        http.http2.flood_per_second = self.http2_flood_per_second;
        http.facts = switch(self.http_facts)?;
        http.fields = switch(self.http_fields)?;
        http.streamed = switch(self.http_streamed)?;

        let mut config = Config::default();
        config.reassembly = reassembly;
        config.http = http;
        config.checksums = match self.checksums {
            SYNFIN_CHECKSUMS_NOTE => ChecksumPolicy::Note,
            SYNFIN_CHECKSUMS_DROP => ChecksumPolicy::Drop,
            SYNFIN_CHECKSUMS_IGNORE => ChecksumPolicy::Ignore,
            _ => return Err(SYNFIN_ERR_INVALID),
        };
        if self.max_connections == 0 || self.max_closed < 2 || self.max_servers == 0 || self.max_hosts == 0 {
            return Err(SYNFIN_ERR_INVALID);
        }
        config.max_connections = count(self.max_connections);
        config.max_closed = count(self.max_closed);
        config.max_held_bytes = count(self.max_held_bytes);
        config.max_servers = count(self.max_servers);
        config.max_hosts = count(self.max_hosts);
        config.fragments.packets = self.fragment_packets;
        config.fragments.fragments = self.fragments;
        config.tls.hello_bytes = self.tls_hello_bytes;
        config.http_enabled = switch(self.http_enabled)?;
        if self.idle_reset_ns < 0 || self.half_open_ns < 0 || self.flood_percent > 100 {
            return Err(SYNFIN_ERR_INVALID);
        }
        config.idle_reset_ns = self.idle_reset_ns;
        config.half_open_ns = self.half_open_ns;
        config.flood_half_open = self.flood_half_open;
        config.flood_percent = self.flood_percent;
        if !self.likely_server_ports.is_null() {
            // SAFETY: not NULL; the rest is the caller's promise.
            let ports = unsafe { array(self.likely_server_ports, self.likely_server_port_count) }?;
            config.likely_server_ports = ports.to_vec();
        }
        Ok(config)
    }
}

/// Fills in the defaults. The caller has set `struct_size`; it stays as it is.
///
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_config_init(config: *mut synfin_config) -> synfin_status {
    // SAFETY: the header asks for NULL or a struct as large as its struct_size.
    guard(|| unsafe { sized::write(config, &synfin_config::default()) })
}
