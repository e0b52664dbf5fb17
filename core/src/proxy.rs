//! The PROXY protocol before anything else: <https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt>, sections 2.1
//! (version 1, a line of text) and 2.2 (version 2, binary). Pure bytes to values; nothing here panics.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use nom::bytes::complete::{tag, take};
use nom::number::complete::{be_u8, be_u16, be_u32, be_u128};
use nom::{IResult, Parser as _};
use serde::Serialize;

/// The longest line of version 1, its end included: section 2.1.
const LONGEST_LINE: usize = 107;

/// The signature of version 2: section 2.2.
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// Most that a header of version 2 may have behind its first 16 bytes to be read; more is no usual one.
const LONGEST_PART: usize = 2048;

/// Bytes that tell a header and its length.
pub(crate) const TELLING: usize = SIGNATURE.len() + 4;

/// The longest header that is read.
pub(crate) const LONGEST: usize = TELLING + LONGEST_PART;

words! {
    /// What the sender of a PROXY header does.
    ProxyCommand {
        /// It speaks for somebody else, who is named.
        Proxy = 0 "proxy",
        /// It speaks for itself: a health check.
        Local = 1 "local",
    }
}

words! {
    /// What the named client's connection is.
    ProxyTransport {
        /// Not told.
        Unspecified = 0 "unspecified",
        /// TCP over IPv4.
        Tcp4 = 1 "tcp4",
        /// TCP over IPv6.
        Tcp6 = 2 "tcp6",
        /// UDP over IPv4.
        Udp4 = 3 "udp4",
        /// UDP over IPv6.
        Udp6 = 4 "udp6",
        /// A UNIX stream socket.
        UnixStream = 5 "unix-stream",
        /// A UNIX datagram socket.
        UnixDatagram = 6 "unix-datagram",
    }
}

/// The real client of a connection, as a proxy before it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Proxy {
    /// Version of the PROXY protocol, 1 or 2.
    pub version: u8,
    /// What its sender does.
    pub command: ProxyCommand,
    /// What the client's connection is.
    pub transport: ProxyTransport,
    /// The client's address.
    pub src: Option<IpAddr>,
    /// The client's port.
    pub src_port: Option<u16>,
    /// The address it connected to.
    pub dst: Option<IpAddr>,
    /// The port likewise.
    pub dst_port: Option<u16>,
    /// The host name it asked for (PP2_TYPE_AUTHORITY).
    pub authority: Option<Box<str>>,
    /// The protocol it agreed on (PP2_TYPE_ALPN).
    pub alpn: Option<Box<str>>,
    /// The frame with the header's first byte.
    pub frame: u64,
    /// Bytes of the header.
    pub len: u16,
}

/// What the first bytes of a stream are to the PROXY protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// A header of this length begins here.
    Header(usize),
    Other,
    /// Too few to tell.
    Short,
}

/// Tells by the first bytes whether a header begins here, and how long it is.
pub(crate) fn told(data: &[u8]) -> Told {
    match data {
        [b'P', b'R', b'O', ..] => told_line(data),
        [b'P' | b'\r', ..] if data.len() < 6 && b"PROXY ".starts_with(data) => Told::Short,
        [b'\r', ..] => told_binary(data),
        _ => Told::Other,
    }
}

fn told_line(data: &[u8]) -> Told {
    const BEGINS: [&[u8]; 2] = [b"PROXY TCP", b"PROXY UNKNOWN"];
    let may_begin = |begin: &&[u8]| data.starts_with(begin) || begin.starts_with(data);
    if !BEGINS.iter().any(may_begin) {
        return Told::Other;
    }
    let within = &data[..data.len().min(LONGEST_LINE)];
    match within.windows(2).position(|end| end == b"\r\n") {
        Some(end) => Told::Header(end + 2),
        None if data.len() < LONGEST_LINE => Told::Short,
        None => Told::Other,
    }
}

fn told_binary(data: &[u8]) -> Told {
    let known = data.len().min(SIGNATURE.len());
    if data[..known] != SIGNATURE[..known] {
        return Told::Other;
    }
    let Some([version, _, high, low]) = data.get(known..known + 4) else {
        return Told::Short;
    };
    let len = usize::from(u16::from_be_bytes([*high, *low]));
    if version >> 4 == 2 && version & 0x0f <= 1 && len <= LONGEST_PART {
        Told::Header(TELLING + len)
    } else {
        Told::Other
    }
}

/// Parses a whole header.
pub(crate) fn parse(header: &[u8], frame: u64) -> Option<Proxy> {
    let mut proxy = if header.starts_with(SIGNATURE) {
        binary(header)?
    } else {
        line(header)?
    };
    proxy.frame = frame;
    proxy.len = u16::try_from(header.len()).unwrap_or(u16::MAX);
    Some(proxy)
}

impl Proxy {
    const fn new(version: u8, command: ProxyCommand, transport: ProxyTransport) -> Self {
        Self {
            version,
            command,
            transport,
            src: None,
            src_port: None,
            dst: None,
            dst_port: None,
            authority: None,
            alpn: None,
            frame: 0,
            len: 0,
        }
    }
}

/// Section 2.1.
fn line(header: &[u8]) -> Option<Proxy> {
    let text = std::str::from_utf8(header).ok()?.strip_suffix("\r\n")?;
    let mut words = text.split(' ');
    if words.next() != Some("PROXY") {
        return None;
    }
    let transport = match words.next()? {
        "TCP4" => ProxyTransport::Tcp4,
        "TCP6" => ProxyTransport::Tcp6,
        // What else stands in such a line is ignored.
        "UNKNOWN" => {
            return Some(Proxy::new(1, ProxyCommand::Proxy, ProxyTransport::Unspecified));
        }
        _ => return None,
    };
    fn next<T: FromStr>(word: Option<&str>) -> Option<T> {
        word?.parse().ok()
    }
    let (src, dst): (IpAddr, IpAddr) = (next(words.next())?, next(words.next())?);
    let (src_port, dst_port) = (next(words.next())?, next(words.next())?);
    let fits = [src, dst]
        .iter()
        .all(|address| address.is_ipv4() == (transport == ProxyTransport::Tcp4));
    (fits && words.next().is_none()).then_some(Proxy {
        src: Some(src),
        src_port: Some(src_port),
        dst: Some(dst),
        dst_port: Some(dst_port),
        ..Proxy::new(1, ProxyCommand::Proxy, transport)
    })
}

/// Section 2.2.
fn binary(header: &[u8]) -> Option<Proxy> {
    let parsed: IResult<_, _, ()> = (tag(&SIGNATURE[..]), be_u8, be_u8, be_u16).parse(header);
    let (rest, (_, version, family, _)) = parsed.ok()?;
    let command = if version & 0x0f == 0 {
        ProxyCommand::Local
    } else {
        ProxyCommand::Proxy
    };
    let transport = match family {
        0x11 => ProxyTransport::Tcp4,
        0x12 => ProxyTransport::Udp4,
        0x21 => ProxyTransport::Tcp6,
        0x22 => ProxyTransport::Udp6,
        0x31 => ProxyTransport::UnixStream,
        0x32 => ProxyTransport::UnixDatagram,
        _ => ProxyTransport::Unspecified,
    };
    let mut proxy = Proxy::new(2, command, transport);
    let rest = match family >> 4 {
        1 => {
            let parsed: IResult<_, _, ()> = (be_u32, be_u32, be_u16, be_u16).parse(rest);
            let (rest, (src, dst, src_port, dst_port)) = parsed.ok()?;
            let addresses = [src, dst].map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)));
            proxy.name(addresses, [src_port, dst_port]);
            rest
        }
        2 => {
            let parsed: IResult<_, _, ()> = (be_u128, be_u128, be_u16, be_u16).parse(rest);
            let (rest, (src, dst, src_port, dst_port)) = parsed.ok()?;
            let addresses = [src, dst].map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits)));
            proxy.name(addresses, [src_port, dst_port]);
            rest
        }
        // Paths of 108 bytes each.
        3 => rest.get(216..)?,
        _ => rest,
    };
    proxy.read_extensions(rest);
    if command == ProxyCommand::Local {
        // Section 2.2: addresses of a LOCAL connection are to be ignored.
        (proxy.src, proxy.src_port, proxy.dst, proxy.dst_port) = (None, None, None, None);
    }
    Some(proxy)
}

impl Proxy {
    fn name(&mut self, [src, dst]: [IpAddr; 2], [src_port, dst_port]: [u16; 2]) {
        (self.src, self.dst) = (Some(src), Some(dst));
        (self.src_port, self.dst_port) = (Some(src_port), Some(dst_port));
    }

    /// The type-length-value triples of section 2.2.
    fn read_extensions(&mut self, mut rest: &[u8]) {
        const ALPN: u8 = 1;
        const AUTHORITY: u8 = 2;
        fn extension(input: &[u8]) -> IResult<&[u8], (u8, &[u8]), ()> {
            let (input, (kind, len)) = (be_u8, be_u16).parse(input)?;
            let (input, value) = take(len).parse(input)?;
            Ok((input, (kind, value)))
        }
        while let Ok((behind, (kind, value))) = extension(rest) {
            match kind {
                ALPN => self.alpn = Some(crate::http::wire_text(value)),
                AUTHORITY => self.authority = Some(crate::http::wire_text(value)),
                _ => {}
            }
            rest = behind;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Proxy, ProxyCommand, ProxyTransport, TELLING, Told, parse, told};

    fn read(header: &[u8]) -> Option<Proxy> {
        match told(header) {
            Told::Header(len) => parse(&header[..len], 7),
            Told::Other | Told::Short => None,
        }
    }

    /// The examples of section 2.1.
    #[test]
    fn version_1_names_the_client_in_a_line() {
        let proxy = read(b"PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nGET / HTTP/1.1\r\n").unwrap();
        assert_eq!(
            (proxy.version, proxy.transport, proxy.frame, proxy.len),
            (1, ProxyTransport::Tcp4, 7, 47)
        );
        assert_eq!(proxy.src, Some("192.168.0.1".parse().unwrap()));
        assert_eq!(proxy.dst, Some("192.168.0.11".parse().unwrap()));
        assert_eq!((proxy.src_port, proxy.dst_port), (Some(56324), Some(443)));
        let worst = b"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n";
        let proxy = read(worst).unwrap();
        assert_eq!((proxy.transport, proxy.src), (ProxyTransport::Unspecified, None));
        let longest = b"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n";
        assert_eq!(read(longest).unwrap().transport, ProxyTransport::Tcp6);
    }

    #[test]
    fn what_only_looks_like_a_header_is_none() {
        for other in [
            &b"PROXY TCP4 1.2.3.4 1.2.3.5 1\r\n"[..],
            b"PROXY TCP4 ::1 ::1 1 2\r\n",
            b"PROXY TCP5 1.2.3.4 1.2.3.5 1 2\r\n",
            b"PROXY / HTTP/1.1\r\n\r\n",
            b"\r\n\r\nGET / HTTP/1.1\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ] {
            assert_eq!(read(other), None, "{other:?}");
        }
        let endless = [&b"PROXY TCP4 "[..], &[b'1'; 100]].concat();
        assert_eq!(told(&endless), Told::Other);
        assert_eq!(told(&endless[..50]), Told::Short);
    }

    #[test]
    fn version_2_names_the_client_in_binary() {
        let mut header =
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x1c\x0a\0\0\x01\x0a\0\0\x02\x9c\x40\x01\xbb".to_vec();
        header.extend_from_slice(b"\x01\0\x02h2\x02\0\x08a.b.test");
        let proxy = read(&header).unwrap();
        assert_eq!((proxy.version, proxy.command), (2, ProxyCommand::Proxy));
        assert_eq!(proxy.src, Some("10.0.0.1".parse().unwrap()));
        assert_eq!((proxy.src_port, proxy.dst_port), (Some(40000), Some(443)));
        assert_eq!(proxy.alpn.as_deref(), Some("h2"));
        assert_eq!(proxy.authority.as_deref(), Some("a.b.test"));
        for short in 1..TELLING {
            assert_eq!(told(&header[..short]), Told::Short, "{short}");
        }
        assert_eq!(told(&header[..TELLING]), Told::Header(header.len()));
        // A health check.
        let local = read(b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0").unwrap();
        assert_eq!((local.command, local.src), (ProxyCommand::Local, None));
    }
}
