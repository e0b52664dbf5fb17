//! The Multipath TCP option: RFC 8684 section 3, and the forms of version 0 (RFC 6824) beside them.

use std::net::IpAddr;

use nom::bytes::complete::take;
use nom::combinator::{map, rest};
use nom::number::complete::{be_u16, be_u32, be_u64, u8};
use nom::{IResult, Parser as _};

use super::tcp_option::whole;
use crate::seq::SeqNumber;

/// What a Multipath TCP option says, by its subtype.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mptcp<'a> {
    /// Opens a multipath connection (subtype 0).
    MpCapable {
        /// Protocol version.
        version: u8,
        /// Bits A (0x80, checksums wanted) to H (0x01, HMAC-SHA256).
        flags: u8,
        /// Key of the segment's sender.
        sender_key: Option<u64>,
        /// Key of its receiver.
        receiver_key: Option<u64>,
        /// Length of the data that came with the keys.
        data_len: Option<u16>,
        /// Checksum over that data.
        checksum: Option<u16>,
    },
    /// Adds a subflow (subtype 1).
    MpJoin(MpJoin<'a>),
    /// Data sequence signal (subtype 2).
    Dss(Dss),
    /// Tells of another address (subtype 3).
    AddAddr {
        /// Repeats what the peer told, as a receipt.
        echo: bool,
        /// Its number.
        address_id: u8,
        /// The address.
        address: IpAddr,
        /// The port, when it is not the connection's.
        port: Option<u16>,
        /// Truncated HMAC; not in version 0 or in an echo.
        hmac: Option<u64>,
    },
    /// Takes addresses back (subtype 4).
    RemoveAddr {
        /// Their numbers, at least one.
        address_ids: &'a [u8],
    },
    /// Changes a subflow's priority (subtype 5).
    MpPrio {
        /// To be used only as a backup.
        backup: bool,
        /// Which subflow, in version 0 only.
        address_id: Option<u8>,
    },
    /// Falls back to plain TCP (subtype 6).
    MpFail {
        /// Data sequence number of the first byte that failed.
        data_seq: u64,
    },
    /// Ends the whole connection at once (subtype 7).
    FastClose {
        /// Key of the receiver, as a proof.
        receiver_key: u64,
    },
    /// Says why this subflow is reset (subtype 8).
    TcpRst {
        /// Bits U, V, W (reserved) and T (0x1).
        flags: u8,
        /// It may work again later (bit T).
        transient: bool,
        /// Why: RFC 8684 section 3.6.
        reason: u8,
    },
    /// Another subtype.
    Unknown {
        /// Its number.
        subtype: u8,
        /// The bytes from the one that holds the subtype on.
        data: &'a [u8],
    },
}

/// The three forms of MP_JOIN: RFC 8684 section 3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MpJoin<'a> {
    /// On a SYN.
    Syn {
        /// To be used only as a backup.
        backup: bool,
        /// Number of the sender's address.
        address_id: u8,
        /// Which connection to join.
        token: u32,
        /// The sender's random number.
        nonce: u32,
    },
    /// On a SYN-ACK.
    SynAck {
        /// To be used only as a backup.
        backup: bool,
        /// Number of the sender's address.
        address_id: u8,
        /// Leftmost 64 bits of the HMAC.
        hmac: u64,
        /// The sender's random number.
        nonce: u32,
    },
    /// On the third segment.
    Ack {
        /// The HMAC, 20 bytes.
        hmac: &'a [u8],
    },
}

/// A data sequence signal: RFC 8684 section 3.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dss {
    /// Bits F, m, M, a, A (0x10 to 0x01).
    pub flags: u8,
    /// Connection-level acknowledgment, 32 or 64 bits.
    pub data_ack: Option<u64>,
    /// The mapping of this subflow's bytes.
    pub mapping: Option<DssMapping>,
    /// The sender has no more data for the connection (bit F).
    pub data_fin: bool,
}

/// Which bytes of the connection the bytes of a subflow are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DssMapping {
    /// Data sequence number, 32 or 64 bits.
    pub data_seq: u64,
    /// Relative subflow sequence number.
    pub subflow_seq: SeqNumber,
    /// How many bytes; 0 means without end.
    pub len: u16,
    /// Checksum, when checksums were agreed.
    pub checksum: Option<u16>,
}

/// `data` is what follows kind and length, exactly; `None` when its length is wrong.
pub(super) fn parse(data: &[u8]) -> Option<Mptcp<'_>> {
    let (&[first], _) = data.split_first_chunk()?;
    match first >> 4 {
        0 => whole(mp_capable, data),
        1 => whole(mp_join, data).map(Mptcp::MpJoin),
        2 => whole(dss, data).map(Mptcp::Dss),
        3 => whole(add_addr, data),
        4 => whole(remove_addr, data),
        5 => whole(mp_prio, data),
        6 => whole(mp_fail, data),
        7 => whole(fast_close, data),
        8 => whole(tcp_rst, data),
        subtype => Some(Mptcp::Unknown { subtype, data }),
    }
}

type Parsed<'a, T> = IResult<&'a [u8], T, ()>;

const WRONG: nom::Err<()> = nom::Err::Error(());

/// RFC 8684 section 3.1, figures 4 and 5: which fields there are follows from the length alone.
fn mp_capable(input: &[u8]) -> Parsed<'_, Mptcp<'_>> {
    let (keys, (first, flags)) = (u8, u8).parse(input)?;
    let none = (None, None, None, None);
    let (left, (sender_key, receiver_key, data_len, checksum)) = match keys.len() {
        0 => (keys, none),
        8 => map(be_u64, |key| (Some(key), None, None, None)).parse(keys)?,
        16 => map((be_u64, be_u64), |(a, b)| (Some(a), Some(b), None, None)).parse(keys)?,
        18 => map((be_u64, be_u64, be_u16), |(a, b, len)| {
            (Some(a), Some(b), Some(len), None)
        })
        .parse(keys)?,
        20 => map((be_u64, be_u64, be_u16, be_u16), |(a, b, len, sum)| {
            (Some(a), Some(b), Some(len), Some(sum))
        })
        .parse(keys)?,
        _ => return Err(WRONG),
    };
    Ok((
        left,
        Mptcp::MpCapable {
            version: first & 0xf,
            flags,
            sender_key,
            receiver_key,
            data_len,
            checksum,
        },
    ))
}

fn mp_join(input: &[u8]) -> Parsed<'_, MpJoin<'_>> {
    let backup = |first: u8| first & 1 == 1;
    match input.len() {
        10 => map((u8, u8, be_u32, be_u32), |(first, address_id, token, nonce)| {
            MpJoin::Syn {
                backup: backup(first),
                address_id,
                token,
                nonce,
            }
        })
        .parse(input),
        14 => map((u8, u8, be_u64, be_u32), |(first, address_id, hmac, nonce)| {
            MpJoin::SynAck {
                backup: backup(first),
                address_id,
                hmac,
                nonce,
            }
        })
        .parse(input),
        22 => map((be_u16, rest), |(_, hmac)| MpJoin::Ack { hmac }).parse(input),
        _ => Err(WRONG),
    }
}

fn dss(input: &[u8]) -> Parsed<'_, Dss> {
    let (body, (_, flags)) = (u8, u8).parse(input)?;
    let (body, data_ack) = match (flags & 0x01 != 0, flags & 0x02 != 0) {
        (true, eight) => map(|i| wide_or_narrow(eight, i), Some).parse(body)?,
        (false, _) => (body, None),
    };
    let (body, mapping) = if flags & 0x04 != 0 {
        let (body, (data_seq, subflow_seq, len)) =
            (|i| wide_or_narrow(flags & 0x08 != 0, i), be_u32, be_u16).parse(body)?;
        let (body, checksum) = if body.is_empty() {
            (body, None)
        } else {
            map(be_u16, Some).parse(body)?
        };
        (
            body,
            Some(DssMapping {
                data_seq,
                subflow_seq: SeqNumber(subflow_seq),
                len,
                checksum,
            }),
        )
    } else {
        (body, None)
    };
    Ok((
        body,
        Dss {
            flags,
            data_ack,
            mapping,
            data_fin: flags & 0x10 != 0,
        },
    ))
}

fn wide_or_narrow(wide: bool, input: &[u8]) -> Parsed<'_, u64> {
    if wide {
        be_u64(input)
    } else {
        map(be_u32, u64::from).parse(input)
    }
}

/// RFC 8684 section 3.4.1: address family, port and HMAC follow from the length alone.
fn add_addr(input: &[u8]) -> Parsed<'_, Mptcp<'_>> {
    let (body, (first, address_id)) = (u8, u8).parse(input)?;
    let (body, address) = match body.len() {
        4 | 6 | 12 | 14 => map(take(4usize), ipv4).parse(body)?,
        16 | 18 | 24 | 26 => map(take(16usize), ipv6).parse(body)?,
        _ => return Err(WRONG),
    };
    let address = address.ok_or(WRONG)?;
    let (body, port) = if body.len() % 4 == 2 {
        map(be_u16, Some).parse(body)?
    } else {
        (body, None)
    };
    let (body, hmac) = if body.is_empty() {
        (body, None)
    } else {
        map(be_u64, Some).parse(body)?
    };
    Ok((
        body,
        Mptcp::AddAddr {
            echo: first & 1 == 1,
            address_id,
            address,
            port,
            hmac,
        },
    ))
}

fn ipv4(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from)
}

fn ipv6(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from)
}

fn remove_addr(input: &[u8]) -> Parsed<'_, Mptcp<'_>> {
    match u8(input)? {
        ([], _) => Err(WRONG),
        (address_ids, _) => Ok((&[], Mptcp::RemoveAddr { address_ids })),
    }
}

fn mp_prio(input: &[u8]) -> Parsed<'_, Mptcp<'_>> {
    let (body, first) = u8(input)?;
    let (body, address_id) = if body.is_empty() {
        (body, None)
    } else {
        map(u8, Some).parse(body)?
    };
    Ok((
        body,
        Mptcp::MpPrio {
            backup: first & 1 == 1,
            address_id,
        },
    ))
}

fn mp_fail(input: &[u8]) -> Parsed<'_, Mptcp<'_>> {
    map((be_u16, be_u64), |(_, data_seq)| Mptcp::MpFail { data_seq }).parse(input)
}

fn fast_close(input: &[u8]) -> Parsed<'_, Mptcp<'_>> {
    map((be_u16, be_u64), |(_, receiver_key)| Mptcp::FastClose {
        receiver_key,
    })
    .parse(input)
}

fn tcp_rst(input: &[u8]) -> Parsed<'_, Mptcp<'_>> {
    map((u8, u8), |(first, reason)| Mptcp::TcpRst {
        flags: first & 0xf,
        transient: first & 1 == 1,
        reason,
    })
    .parse(input)
}
