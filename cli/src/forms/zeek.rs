//! Zeek's `conn.log`, as `zeek-cut` and everything else that takes Zeek's logs reads it.

use std::io::{self, Write};
use std::net::IpAddr;

use jiff::tz::TimeZone;
use synfin::http::HttpProtocol;
use synfin::{Connection, Side};

/// Zeek's columns and their types, in Zeek's order.
const COLUMNS: [(&str, &str); 22] = [
    ("ts", "time"),
    ("uid", "string"),
    ("id.orig_h", "addr"),
    ("id.orig_p", "port"),
    ("id.resp_h", "addr"),
    ("id.resp_p", "port"),
    ("proto", "enum"),
    ("service", "string"),
    ("duration", "interval"),
    ("orig_bytes", "count"),
    ("resp_bytes", "count"),
    ("conn_state", "string"),
    ("local_orig", "bool"),
    ("local_resp", "bool"),
    ("missed_bytes", "count"),
    ("history", "string"),
    ("orig_pkts", "count"),
    ("orig_ip_bytes", "count"),
    ("resp_pkts", "count"),
    ("resp_ip_bytes", "count"),
    ("tunnel_parents", "set[string]"),
    ("ip_proto", "count"),
];

/// What is not known.
const UNSET: &str = "-";

pub(crate) struct Log<W> {
    out: W,
    /// When the log began and last went on, in capture time: the same capture gives the same log.
    times: Option<(i64, i64)>,
}

impl<W: Write> Log<W> {
    pub(crate) const fn new(out: W) -> Self {
        Self { out, times: None }
    }

    pub(crate) fn connection(&mut self, connection: &Connection) -> io::Result<()> {
        if self.times.is_none() {
            self.head(connection.start_ns)?;
        }
        let end = connection.start_ns.saturating_add(connection.duration_ns);
        let (start, last) = self.times.unwrap_or((end, end));
        self.times = Some((start, last.max(end)));
        writeln!(self.out, "{}", cells(connection).join("\t"))
    }

    fn head(&mut self, start_ns: i64) -> io::Result<()> {
        let line = |column: fn(&(&'static str, &'static str)) -> &'static str| {
            COLUMNS.iter().map(column).collect::<Vec<_>>().join("\t")
        };
        self.times = Some((start_ns, start_ns));
        write!(
            self.out,
            "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t{UNSET}\n#path\tconn\n\
             #open\t{}\n#fields\t{}\n#types\t{}\n",
            clock(start_ns),
            line(|column| column.0),
            line(|column| column.1),
        )
    }

    /// The log is complete.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        if self.times.is_none() {
            self.head(0)?;
        }
        let (_, last) = self.times.unwrap_or_default();
        writeln!(self.out, "#close\t{}", clock(last))
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn cells(connection: &Connection) -> [String; COLUMNS.len()] {
    let mut ends = [
        (connection.src, connection.src_port),
        (connection.dst, connection.dst_port),
    ];
    let mut packets = [connection.packets.initiator, connection.packets.responder];
    let mut bytes = [connection.bytes.initiator, connection.bytes.responder];
    if connection.zeek.orig == Side::Responder {
        ends.reverse();
        packets.reverse();
        bytes.reverse();
    }
    let unset = || UNSET.to_owned();
    // Of a single packet Zeek knows neither duration nor bytes.
    let lasts = connection.packets.initiator + connection.packets.responder > 1;
    let service = match connection.protocol {
        Some(HttpProtocol::Http1) => "http",
        Some(HttpProtocol::Http2 | HttpProtocol::H2c) => "http2",
        Some(HttpProtocol::Websocket) => "http,websocket",
        Some(HttpProtocol::Tls) if connection.http.is_empty() => "ssl",
        Some(HttpProtocol::Tls) => "http,ssl",
        Some(HttpProtocol::Opaque) => "http",
        None => UNSET,
    };
    let missed = connection.gap_bytes.initiator + connection.gap_bytes.responder;
    let [(orig, orig_port), (resp, resp_port)] = ends;
    [
        seconds(connection.start_ns),
        uid(connection),
        orig.to_string(),
        orig_port.to_string(),
        resp.to_string(),
        resp_port.to_string(),
        "tcp".to_owned(),
        service.to_owned(),
        if lasts {
            seconds(connection.duration_ns)
        } else {
            unset()
        },
        if lasts { bytes[0].to_string() } else { unset() },
        if lasts { bytes[1].to_string() } else { unset() },
        connection.zeek.conn_state.to_owned(),
        unset(),
        unset(),
        missed.to_string(),
        if connection.zeek.history.is_empty() {
            unset()
        } else {
            connection.zeek.history.clone()
        },
        packets[0].to_string(),
        unset(),
        packets[1].to_string(),
        unset(),
        unset(),
        "6".to_owned(),
    ]
}

/// Seconds with Zeek's six decimals.
fn seconds(ns: i64) -> String {
    let sign = if ns < 0 { "-" } else { "" };
    let us = ns.unsigned_abs() / 1_000;
    format!("{sign}{}.{:06}", us / 1_000_000, us % 1_000_000)
}

/// `2026-11-22-18-10-07`, UTC.
fn clock(ns: i64) -> String {
    let time = jiff::Timestamp::from_nanosecond(ns.into()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let time = time.to_zoned(TimeZone::UTC);
    format!(
        "{:04}-{:02}-{:02}-{:02}-{:02}-{:02}",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// The same for the same connection in every run: FNV-1a of its endpoints and its start, in Zeek's alphabet.
fn uid(connection: &Connection) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let mut hash = BASIS;
    let mut add = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u128::from(*byte)).wrapping_mul(PRIME);
        }
    };
    for (address, port) in [
        (connection.src, connection.src_port),
        (connection.dst, connection.dst_port),
    ] {
        match address {
            IpAddr::V4(address) => add(&address.octets()),
            IpAddr::V6(address) => add(&address.octets()),
        }
        add(&port.to_be_bytes());
    }
    add(&connection.start_ns.to_be_bytes());
    let digits = (0..17).map(|_| {
        let digit = ALPHABET[(hash % 62) as usize];
        hash /= 62;
        char::from(digit)
    });
    std::iter::once('C').chain(digits).collect()
}
