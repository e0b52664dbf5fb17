//! Where a recorded answer is not ours, and why: the only such list.

/// Rows of one oracle that differ for one reason.
pub(crate) struct Exception {
    /// As in the printed table.
    pub(crate) oracle: &'static str,
    /// Every one must be a row that differs.
    pub(crate) rows: &'static [&'static str],
    pub(crate) reason: &'static str,
    /// What says that we are right, or that the question is the other tool's own.
    pub(crate) section: &'static str,
}

pub(crate) const EXCEPTIONS: &[Exception] = &[
    Exception {
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
    },
    Exception {
        oracle: "Wireshark tcp.completeness",
        rows: &[
            "tests/bug-7657-01/input.pcap stream 12",
            "tests/bug-7657-01/input.pcap stream 19",
            "tests/bug-7657-02-ips/input.pcap stream 12",
            "tests/bug-7657-02-ips/input.pcap stream 19",
        ],
        reason: "SYNs of one number are one attempt, sent again; Wireshark compares with the SYN before only, \
                 and others with other numbers come between",
        section: "RFC 9293 sections 3.4.1 and 3.8.1, RFC 6298",
    },
    Exception {
        oracle: "Suricata flow",
        rows: &[
            "bug-2491-02 5",
            "stream-async/http/stream-async-6063-cli-03 4",
            "stream-async/http/stream-async-6063-srv-01 6",
            "stream-async/http/stream-async-6063-srv-02 6",
        ],
        reason: "only one direction was captured; the FIN of the other is proven by its acknowledgement, \
                 which is one past the last byte and after which nothing more is acknowledged",
        section: "RFC 9293 section 3.6",
    },
    Exception {
        oracle: "Suricata flow",
        rows: &[
            "stream-async/http/stream-async-6063-cli-01 4",
            "stream-async/http/stream-async-6063-cli-02 0",
        ],
        reason: "only one direction was captured; its session stays where the SYN (async-oneside off) or the \
             first ACK (on) put it, though that side sent its FIN",
        section: "RFC 9293 section 3.6",
    },
    Exception {
        oracle: "Suricata stream events",
        rows: &["tcp-fastopen-10-syn-data-ignore 0"],
        reason: "a SYN-ACK sent again after the RST is a second flow to it; it answers the SYN of the connection \
             that was reset, and no other SYN came",
        section: "RFC 9293 section 3.10.7.1",
    },
];
