//! Settings of a dissector.

use synfin::http::HttpLimits;
use synfin::{ChecksumPolicy, Config, ReassemblyLimits};

use crate::guard::{Done, guard};
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
    /// connections make room first, then quiet ones; they stay readable by their numbers.
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
    /// 1 (default) looks for HTTP, 0 does not.
    pub http_enabled: u8,
}

// SAFETY: repr(C), begins with struct_size, numbers only.
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
        }
    }
}

impl TryFrom<synfin_config> for Config {
    type Error = synfin_status;

    fn try_from(from: synfin_config) -> Done<Self> {
        let mut reassembly = ReassemblyLimits::default();
        reassembly.held_bytes = from.reassembly_held_bytes;
        reassembly.held_pieces = from.reassembly_held_pieces;
        let mut http = HttpLimits::default();
        http.head_bytes = from.http_head_bytes;
        http.kept_transactions = from.http_kept_transactions;
        http.kept_text = from.http_kept_text;
        http.pending_requests = from.http_pending_requests;

        let mut config = Self::default();
        config.reassembly = reassembly;
        config.http = http;
        config.checksums = match from.checksums {
            SYNFIN_CHECKSUMS_NOTE => ChecksumPolicy::Note,
            SYNFIN_CHECKSUMS_DROP => ChecksumPolicy::Drop,
            SYNFIN_CHECKSUMS_IGNORE => ChecksumPolicy::Ignore,
            _ => return Err(SYNFIN_ERR_INVALID),
        };
        config.max_connections = match usize::try_from(from.max_connections) {
            Ok(0) => return Err(SYNFIN_ERR_INVALID),
            Ok(most) => most,
            Err(_) => usize::MAX,
        };
        config.http_enabled = match from.http_enabled {
            0 => false,
            1 => true,
            _ => return Err(SYNFIN_ERR_INVALID),
        };
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
