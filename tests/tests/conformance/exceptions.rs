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

/// Likewise of the HTTP oracles.
pub(crate) const HTTP_EXCEPTIONS: &[Exception] = &[
    Exception {
        oracle: "httparse",
        rows: &["src/lib.rs:test_request_with_invalid_but_short_version:1"],
        reason: "the line has not ended, so what its version will be is not known yet",
        section: "RFC 9112 section 3",
    },
    Exception {
        oracle: "llhttp",
        rows: &[
            "request/method.md:372",
            "response/sample.md:40",
            "response/sample.md:60",
        ],
        reason: "the start lines are those of RTSP and ICE, other protocols",
        section: "RFC 9112 section 2.3",
    },
    Exception {
        oracle: "llhttp",
        rows: &[
            "request/content-length.md:519",
            "request/transfer-encoding.md:1025",
        ],
        reason: "asked to be lenient, llhttp takes a lone CR for a line end; a recipient must not",
        section: "RFC 9112 section 2.2",
    },
    Exception {
        oracle: "llhttp",
        rows: &["request/method.md:458", "request/invalid.md:356"],
        reason: "any token is a method: MKCOLA is one, and PRI without HTTP/2.0 is no preface",
        section: "RFC 9110 section 9.1, RFC 9113 section 3.4",
    },
    Exception {
        oracle: "llhttp",
        rows: &["request/invalid.md:568"],
        reason: "the empty line behind the last chunk ends the message, though it is a bare LF; what follows is no trailer",
        section: "RFC 9112 section 7.1",
    },
    Exception {
        oracle: "llhttp",
        rows: &["url.md:29", "url.md:181"],
        reason: "the grammar of a URI's inside is no matter of messages: the target is reported as it was sent",
        section: "RFC 9112 section 3.2",
    },
    Exception {
        oracle: "libhtp",
        rows: &[
            "PipelinedConn",
            "ResponseHeadersChunked",
            "ResponseHeadersChunked2",
            "ConnectRequestWithExtraData",
            "RequestInvalid",
            "HttpEvader130",
            "HttpEvader321",
        ],
        reason: "bytes behind the announced end of a message are none of its content (they are told as H31 or H43)",
        section: "RFC 9112 section 6.3",
    },
    Exception {
        oracle: "libhtp",
        rows: &[
            "InvalidRequest1",
            "PostChunkedValid1",
            "PostChunkedInvalid2",
            "LongRequestLine2",
            "LongResponseHeader",
        ],
        reason: "libhtp stops reading at an invalid length or at a small limit that the case sets; an observer tells and reads on",
        section: "RFC 9112 sections 2.2 and 6.3",
    },
    Exception {
        oracle: "libhtp",
        rows: &["Unknown_MethodOnly", "InvalidHtpProtocol", "Http_0_9_MethodOnly"],
        reason: "HELLO and JUNK/1.0 are no HTTP; a simple request is its one line, what follows is no part of it",
        section: "RFC 9112 section 3, RFC 1945 section 4.1",
    },
    Exception {
        oracle: "libhtp",
        rows: &["HttpEvader300", "HttpEvader318", "HttpEvader411", "HttpEvader416"],
        reason: "a fold continues the value, not the name; LF and CR in this order are no line end, and a line of white space is a fold, not the end of a head",
        section: "RFC 9112 sections 2.2, 5.1 and 5.2",
    },
    Exception {
        oracle: "Zeek http.log",
        rows: &[
            "http/http-inner-transfer-encoding-reproducer.pcap scripts.base.protocols.http.inner-transfer-encoding-reproducer 0",
            "http/http-single-conn-22.pcap scripts.base.protocols.ssh.http-port-22 0",
            "http/no_crlf.pcap scripts.base.protocols.http.http-no-crlf 0",
            "http/no_crlf.pcap scripts.base.protocols.http.http-no-crlf 1",
            "http/no_crlf.pcap scripts.base.protocols.http.http-no-crlf 2",
            "http/no_crlf.pcap scripts.base.protocols.http.http-no-crlf 3",
            "http/no_crlf.pcap scripts.base.protocols.http.http-no-crlf 4",
        ],
        reason: "Zeek adds two bytes for a line end that the content does not have; ours is the Content-Length, or all up to the close",
        section: "RFC 9112 section 6.3",
    },
    Exception {
        oracle: "Zeek http.log",
        rows: &[
            "http/curl_http_09.pcap scripts.base.protocols.http.curl-http-09 0",
            "http/http-09-content-length-confusion.pcap scripts.base.protocols.http.http-09-content-length-confusion 0",
            "http/http-09-content-length-confusion.pcap scripts.base.protocols.http.http-09-content-length-confusion 1",
            "http/http_09.pcap scripts.base.protocols.http.http-09 1",
        ],
        reason: "Zeek makes two rows of a simple request and its response, and counts no content; all of it is the response's content",
        section: "RFC 1945 section 6",
    },
    Exception {
        oracle: "Zeek http.log",
        rows: &[
            "http/http_09.pcap scripts.base.protocols.http.http-09 2",
            "http/http_09.pcap scripts.base.protocols.http.http-09 3",
        ],
        reason: "POST without a version is no request: only GET has the simple form",
        section: "RFC 1945 section 4.1",
    },
    Exception {
        oracle: "Zeek http.log",
        rows: &[
            "http/261/variant-01-chunk_2pow64_overflow.pcap scripts.base.protocols.http.261.chunk-2pow64-overflow 0",
            "http/261/variant-02-cl_uint64max.pcap scripts.base.protocols.http.261.cl-uint64max 0",
            "http/261/variant-10-multi_value_te.pcap scripts.base.protocols.http.261.chunked-rest 0",
        ],
        reason: "the length of the first request cannot be known (told as H38, H39, H40), so nobody knows where a second one would begin",
        section: "RFC 9112 section 6.3 points 4 and 5",
    },
    Exception {
        oracle: "Zeek http.log",
        rows: &[
            "tunnels/Teredo.pcap core.tunnels.teredo 1",
            "tunnels/Teredo.pcap core.tunnels.teredo 2",
            "tunnels/teredo_bubble_with_payload.pcap core.tunnels.teredo_bubble_with_payload 0",
            "tunnels/teredo_bubble_with_payload.pcap core.tunnels.teredo_bubble_with_payload 1",
        ],
        reason: "Teredo between ports other than its own is told from other UDP by a guess that is not made here",
        section: "RFC 4380 section 5.1.1",
    },
    Exception {
        oracle: "Zeek http.log",
        rows: &[
            "websocket/wstunnel-http.pcap scripts.base.protocols.websocket.wstunnel-http 0",
            "websocket/wstunnel-http.pcap scripts.base.protocols.websocket.wstunnel-http 1",
        ],
        reason: "HTTP inside WebSocket frames is another connection's, in a tunnel",
        section: "RFC 9110 section 7.8",
    },
    Exception {
        oracle: "Suricata http",
        rows: &["http-connect/http-connect-fragmented 1"],
        reason: "HTTP inside a CONNECT tunnel is another connection's",
        section: "RFC 9110 section 9.3.6",
    },
    Exception {
        oracle: "Suricata http",
        rows: &["http-gap-simple-frames-ips 1", "http-gap-simple-frames-ips 2"],
        reason: "inline, Suricata drops what follows the gap; the file holds it, and both exchanges are there",
        section: "RFC 9112 section 9.3.2",
    },
    Exception {
        oracle: "Suricata http",
        rows: &["http-not09 0", "http1-noint-status 0"],
        reason: "a line without a version is a whole request; a status that is no number is reported as none (H36)",
        section: "RFC 1945 section 4.1, RFC 9112 section 4",
    },
];
