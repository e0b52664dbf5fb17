//! Where a recorded answer is not ours, and why: the only such list.

use synfin::Rule;

/// Rows of one oracle that differ for one reason.
pub struct Exception {
    /// As in the printed table.
    pub oracle: &'static str,
    /// Every one must be a row that differs.
    pub rows: &'static [&'static str],
    pub reason: &'static str,
    /// What says that we are right, or that the question is the other tool's own.
    pub section: &'static str,
}

pub const EXCEPTIONS: &[Exception] = &[Exception {
    oracle: "Wireshark tcp.completeness",
    rows: &[
        "ftp/bigtransfer.pcap stream 1",
        "ftp/bigtransfer.pcap stream 2",
        "ftp/ipv4.pcap stream 1",
        "ftp/ipv4.pcap stream 2",
        "ftp/ipv6.pcap stream 1",
        "ftp/ipv6.pcap stream 2",
        "ftp/ipv6.pcap stream 3",
    ],
    reason: "the SYN is there; Wireshark's FTP dissector made the conversation before it, and only a first \
             frame's SYN counts",
    section: "RFC 9293 section 3.5",
}];

/// Rules of which rows wait, because nothing detects them yet: they fail once taken off this list.
pub const NOT_DETECTED_YET: &[Rule] = &[];
