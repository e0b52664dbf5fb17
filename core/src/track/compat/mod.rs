//! Other tools' answers, computed beside our own for those who compare or move over: Zeek's `conn_state`
//! and `history`, Wireshark's `tcp.completeness`. Bug for bug, where theirs differ from RFC 9293; our own
//! verdicts are not bent by them, and nothing here reads them.
//!
//! Identity is ours: where those tools split a connection in two or join two, the answer is what they
//! would say if all segments of our connection were one of theirs.

mod completeness;
mod gaps;
#[cfg(test)]
mod tests;
mod zeek;

pub(super) use completeness::Completeness;
pub(super) use zeek::ZeekView;

use super::arrival::Arrival;
use super::conn::Conn;
use crate::Checksum;
use crate::config::{ChecksumPolicy, Config};
use crate::connection::Zeek;

/// Zeek's two switches.
#[derive(Debug, Clone)]
pub(super) struct Switches {
    /// Drop segments with a wrong checksum (Zeek's default; off with `zeek -C`).
    verify_checksums: bool,
    /// Zeek's `likely_server_ports`.
    likely_server_ports: Box<[u16]>,
}

impl Switches {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            verify_checksums: config.checksums == ChecksumPolicy::Drop,
            likely_server_ports: config.likely_server_ports.as_slice().into(),
        }
    }

    /// Zeek drops what has such a checksum.
    fn distrust(&self, checksum: Checksum) -> bool {
        self.verify_checksums && matches!(checksum, Checksum::Bad | Checksum::Offloaded)
    }

    fn distrusts(&self, arrival: &Arrival<'_>) -> bool {
        self.distrust(arrival.integrity.checksum) || self.distrust(arrival.integrity.ip_checksum)
    }

    fn is_likely_server(&self, port: u16) -> bool {
        self.likely_server_ports.contains(&port)
    }
}

/// A new connection, before its first segment is observed. `pair_known`: its addresses and ports had a
/// connection before.
pub(super) fn begin(conn: &mut Conn, pair_known: bool) {
    conn.completeness = Completeness::new(pair_known);
}

/// Every segment of the connection, believed or not.
pub(super) fn observe(conn: &mut Conn, arrival: &Arrival<'_>, switches: &Switches) {
    conn.completeness.observe(arrival);
    conn.zeek.observe(arrival, switches);
}

pub(super) fn zeek(conn: &Conn) -> Zeek {
    if !conn.predicting {
        return conn.zeek.answer();
    }
    let mut view = conn.zeek.clone();
    view.catch_up(&conn.ends);
    view.answer()
}
