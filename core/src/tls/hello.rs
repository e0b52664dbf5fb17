//! ClientHello and ServerHello: RFC 8446 sections 4.1.2 and 4.1.3, RFC 5246 section 7.4.1. What stands before a fault
//! or a cut is given all the same.

use nom::bytes::complete::take;
use nom::multi::{length_data, many0};
use nom::number::complete::{be_u8, be_u16};
use nom::{IResult, Parser as _};
use smallvec::SmallVec;

use super::{CipherSuite, TlsVersion};

/// Names of an ALPN list, versions, that are kept.
const KEPT: usize = 16;

/// RFC 8446 section 4.1.3: the random of a ServerHello that asks for another ClientHello.
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
    0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// RFC 8446 section 4.1.3: the end of the random of a server that could have spoken a newer version.
const DOWNGRADED: &[u8; 7] = b"DOWNGRD";

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ClientHello {
    pub(super) session_id: SmallVec<[u8; 32]>,
    pub(super) ciphers: SmallVec<[CipherSuite; 32]>,
    pub(super) server_name: Option<Box<str>>,
    pub(super) alpn: Vec<Box<str>>,
    /// As `supported_versions` lists them, or the one of its own field; GREASE (RFC 8701) apart.
    pub(super) versions: SmallVec<[TlsVersion; 4]>,
    pub(super) early_data: bool,
    /// A session ticket (RFC 5077) that is not empty.
    pub(super) ticket: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ServerHello {
    pub(super) version: TlsVersion,
    pub(super) cipher: Option<CipherSuite>,
    pub(super) session_id: SmallVec<[u8; 32]>,
    pub(super) alpn: Option<Box<str>>,
    pub(super) pre_shared_key: bool,
    pub(super) retry: bool,
    pub(super) downgraded: bool,
}

fn vec8(input: &[u8]) -> IResult<&[u8], &[u8]> {
    length_data(be_u8).parse_complete(input)
}

fn vec16(input: &[u8]) -> IResult<&[u8], &[u8]> {
    length_data(be_u16).parse_complete(input)
}

/// A list that says how long it is, as far as it goes.
fn lax16(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let (rest, len) = be_u16(input)?;
    take(usize::from(len).min(rest.len())).parse(rest)
}

/// Whole 16-bit numbers of a list.
fn numbers(list: &[u8]) -> impl Iterator<Item = u16> {
    list.chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
}

/// RFC 8701: values that mean nothing and keep peers tolerant.
const fn is_grease(number: u16) -> bool {
    number & 0x0f0f == 0x0a0a && number >> 8 == number & 0xff
}

/// Wire text: UTF-8 where it is valid, otherwise each byte as the code point of the same number.
fn text(bytes: &[u8]) -> Box<str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// The extensions that are whole, each by its number (RFC 8446 section 4.2).
fn extensions(input: &[u8]) -> Vec<(u16, &[u8])> {
    let list = lax16(input).map_or(&[][..], |(_, list)| list);
    many0((be_u16::<_, nom::error::Error<_>>, vec16))
        .parse(list)
        .map(|(_, extensions)| extensions)
        .unwrap_or_default()
}

/// RFC 7301 section 3.1.
fn protocols(data: &[u8]) -> Vec<Box<str>> {
    let list = lax16(data).map_or(&[][..], |(_, list)| list);
    let names = many0(vec8)
        .parse(list)
        .map(|(_, names)| names)
        .unwrap_or_default();
    names.into_iter().take(KEPT).map(text).collect()
}

/// RFC 6066 section 3: the first name that is a host's.
fn host_name(data: &[u8]) -> Option<Box<str>> {
    let (_, list) = lax16(data).ok()?;
    let (_, names) = many0((be_u8::<_, nom::error::Error<_>>, vec16))
        .parse(list)
        .ok()?;
    let host = names.into_iter().find(|&(kind, _)| kind == 0);
    host.map(|(_, name)| text(name))
}

/// The body of a ClientHello, or its beginning.
pub(super) fn client(body: &[u8]) -> Option<ClientHello> {
    let (rest, (version, _, session_id)) = (be_u16::<_, nom::error::Error<_>>, take(32_usize), vec8)
        .parse(body)
        .ok()?;
    let mut hello = ClientHello {
        session_id: SmallVec::from_slice(session_id),
        versions: SmallVec::from_slice(&[TlsVersion(version)]),
        ..ClientHello::default()
    };
    let Ok((rest, ciphers)) = lax16(rest) else {
        return Some(hello);
    };
    hello.ciphers = numbers(ciphers)
        .filter(|&number| !is_grease(number))
        .map(CipherSuite)
        .collect();
    let after = vec8(rest).map_or(&[][..], |(rest, _)| rest);
    for (number, data) in extensions(after) {
        match number {
            0 => hello.server_name = hello.server_name.or_else(|| host_name(data)),
            16 => hello.alpn = protocols(data),
            35 => hello.ticket = !data.is_empty(),
            42 => hello.early_data = true,
            43 => {
                let list = vec8(data).map_or(&[][..], |(_, list)| list);
                let known = numbers(list).filter(|&number| !is_grease(number));
                hello.versions = known.take(KEPT).map(TlsVersion).collect();
            }
            _ => {}
        }
    }
    Some(hello)
}

/// The body of a ServerHello or HelloRetryRequest, or its beginning.
pub(super) fn server(body: &[u8]) -> Option<ServerHello> {
    let (rest, (version, random)) = (be_u16::<_, nom::error::Error<_>>, take(32_usize))
        .parse(body)
        .ok()?;
    let mut hello = ServerHello {
        version: TlsVersion(version),
        retry: random == RETRY,
        downgraded: random[24..31] == DOWNGRADED[..],
        ..ServerHello::default()
    };
    let Ok((rest, (session_id, cipher))) = (vec8, be_u16).parse(rest) else {
        return Some(hello);
    };
    hello.session_id = SmallVec::from_slice(session_id);
    hello.cipher = Some(CipherSuite(cipher));
    for (number, data) in extensions(rest.get(1..).unwrap_or_default()) {
        match (number, data) {
            (16, _) => hello.alpn = protocols(data).into_iter().next(),
            (41, _) => hello.pre_shared_key = true,
            (43, &[major, minor]) => hello.version = TlsVersion(u16::from_be_bytes([major, minor])),
            _ => {}
        }
    }
    Some(hello)
}

#[cfg(test)]
mod tests {
    use super::{CipherSuite, TlsVersion, client, server};

    /// RFC 8448 section 3: the ClientHello of the simple 1-RTT handshake, without its header.
    const CLIENT: &str = "0303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7\
        000006130113031302010000910000000b0009000006736572766572ff01000100000a00140012001d001700180019010001010102\
        01030104002300000033002600240 01d002099381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c\
        002b0003020304000d0020001e040305030603020308040805080604010501060102010402050206020202002d00020101001c00024001";

    /// RFC 8448 section 3: its ServerHello.
    const SERVER: &str = "0303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e26928\
        0013010000 2e00330024001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304";

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let digit = |byte: u8| (byte as char).to_digit(16).unwrap() as u8;
        digits
            .chunks(2)
            .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
            .collect()
    }

    #[test]
    fn the_hellos_of_rfc_8448() {
        let hello = client(&bytes(CLIENT)).unwrap();
        assert_eq!(hello.server_name.as_deref(), Some("server"));
        assert_eq!(hello.ciphers[..], [0x1301, 0x1303, 0x1302].map(CipherSuite));
        assert_eq!(hello.versions[..], [TlsVersion(0x304)]);
        assert!(!hello.ticket && !hello.early_data && hello.alpn.is_empty());
        let answer = server(&bytes(SERVER)).unwrap();
        assert_eq!(
            (answer.version, answer.cipher),
            (TlsVersion(0x304), Some(CipherSuite(0x1301)))
        );
        assert!(!answer.retry && !answer.pre_shared_key && !answer.downgraded);
    }

    #[test]
    fn a_hello_that_is_cut_gives_what_stands_before() {
        let whole = bytes(CLIENT);
        for cut in 0..whole.len() {
            let hello = client(&whole[..cut]);
            assert_eq!(hello.is_some(), cut > 34, "{cut}");
            assert!(cut < 62 || hello.unwrap().server_name.is_some(), "{cut}");
        }
        for cut in 0..bytes(SERVER).len() {
            assert_eq!(server(&bytes(SERVER)[..cut]).is_some(), cut >= 34);
        }
    }
}
