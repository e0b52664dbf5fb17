//! TCP options: by name from the text, and as bytes in the header.

use super::ast::{Mptcp, Number, TcpOption};
use super::item::{needed, sequence};
use super::value;

/// What an option's bytes depend on, beside what was written.
pub(super) struct Context {
    pub(super) now_ms: u32,
    /// TSval of the last segment that arrived.
    pub(super) echo: u32,
    pub(super) syn: bool,
    pub(super) ack: bool,
    pub(super) payload_len: usize,
    /// Offset of this segment in its sender's stream, and of its acknowledgement in the peer's.
    pub(super) offset: u32,
    pub(super) ack_offset: u32,
    /// Places of the two hosts in the list, which their keys are made of.
    pub(super) sender: u8,
    pub(super) receiver: u8,
}

/// Reads an option by its name; `None` when there is none of that name.
pub(super) fn parse(key: &str, text: Option<&str>) -> Result<Option<TcpOption>, String> {
    let named = |fault: String| format!("{key}= {fault}");
    let bytes = |kind, value: &[u8]| encode(kind, value).map_err(named);
    let option = match (key, text) {
        ("nop", None) => vec![1],
        ("eol", None) => vec![0],
        ("mss", _) => bytes(2, &value::short(needed(key, text)?).map_err(named)?.to_be_bytes())?,
        ("ws", _) => bytes(3, &[value::byte(needed(key, text)?).map_err(named)?])?,
        ("sackok", None) => bytes(4, &[])?,
        ("sack", _) => return sack(needed(key, text)?).map(Some).map_err(named),
        ("ts", None) => return Ok(Some(TcpOption::TimestampsNow)),
        ("ts", Some(text)) => {
            let (val, ecr) =
                pair(text).ok_or_else(|| named(format!("expects TSval:TSecr, not \"{text}\"")))?;
            let (val, ecr) = (value::long(val).map_err(named)?, value::long(ecr).map_err(named)?);
            bytes(8, &[val.to_be_bytes(), ecr.to_be_bytes()].concat())?
        }
        // RFC 7413 section 4.1.1, and its appendix A for the experimental kind
        ("tfo", _) => bytes(34, &value::bytes(text.unwrap_or_default()).map_err(named)?)?,
        ("tfoexp", _) => {
            let cookie = value::bytes(text.unwrap_or_default()).map_err(named)?;
            bytes(254, &[&[0xf9, 0x89], cookie.as_slice()].concat())?
        }
        // RFC 2385: sixteen bytes of digest, here a pattern unless given
        ("md5", None) => bytes(19, &pattern(0x5d, 16))?,
        ("md5", Some(text)) => bytes(19, &value::bytes(text).map_err(named)?)?,
        ("ao", _) => authentication(needed(key, text)?).map_err(named)?,
        ("uto", _) => user_timeout(needed(key, text)?).map_err(named)?,
        ("mptcp", _) => return mptcp(needed(key, text)?).map(Some).map_err(named),
        ("opt", _) => {
            let text = needed(key, text)?;
            let (kind, value) = pair(text).unwrap_or((text, ""));
            bytes(
                value::byte(kind).map_err(named)?,
                &value::bytes(value).map_err(named)?,
            )?
        }
        ("optraw", _) => value::bytes(needed(key, text)?).map_err(named)?,
        _ => return Ok(None),
    };
    Ok(Some(TcpOption::Bytes(option)))
}

impl TcpOption {
    /// The option's kind; 0 for no bytes at all.
    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Bytes(bytes) => bytes.first().copied().unwrap_or(0),
            Self::Sack(_) => 5,
            Self::TimestampsNow => 8,
            Self::Mptcp(_) => 30,
        }
    }
}

/// The option's bytes in this segment; `edge` gives the numbers of a SACK block.
pub(super) fn resolve(
    option: &TcpOption,
    context: &Context,
    edge: &mut impl FnMut(Number) -> u32,
) -> Vec<u8> {
    match option {
        TcpOption::Bytes(bytes) => bytes.clone(),
        TcpOption::Sack(blocks) => {
            let edges = blocks.iter().flat_map(|(left, right)| [*left, *right]);
            with_length(
                5,
                &edges
                    .flat_map(|number| edge(number).to_be_bytes())
                    .collect::<Vec<u8>>(),
            )
        }
        TcpOption::TimestampsNow => with_length(
            8,
            &[context.now_ms.to_be_bytes(), context.echo.to_be_bytes()].concat(),
        ),
        TcpOption::Mptcp(mptcp) => with_length(30, &multipath(*mptcp, context)),
    }
}

/// TSval of the options of a segment.
pub(super) fn timestamp(mut options: &[u8]) -> Option<u32> {
    loop {
        options = match *options {
            [8, 10, a, b, c, d, ..] => return Some(u32::from_be_bytes([a, b, c, d])),
            [1, ..] => &options[1..],
            [kind, length, ..] if kind > 1 && length > 1 => options.get(length.into()..)?,
            _ => return None,
        };
    }
}

fn pair(text: &str) -> Option<(&str, &str)> {
    text.split_once(':')
}

fn encode(kind: u8, value: &[u8]) -> Result<Vec<u8>, String> {
    if value.len() > 38 {
        return Err(format!(
            "has {} bytes, more than the 38 that an option can have",
            value.len()
        ));
    }
    Ok(with_length(kind, value))
}

fn with_length(kind: u8, value: &[u8]) -> Vec<u8> {
    [&[kind, (value.len() + 2) as u8], value].concat()
}

/// `a-b[,c-d]`, edges as [`sequence`] reads them.
fn sack(text: &str) -> Result<TcpOption, String> {
    let fault = || format!("expects blocks such as 1000-2000,3000-4000, not \"{text}\"");
    let block = |block: &str| {
        // an edge may begin with a sign: the dash between the edges is a later one
        let dash = block
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == '-')
            .map(|(at, _)| at)
            .ok_or_else(fault)?;
        Ok((
            sequence(&block[..dash], "end")?,
            sequence(&block[dash + 1..], "end")?,
        ))
    };
    text.split(',')
        .map(block)
        .collect::<Result<_, String>>()
        .map(TcpOption::Sack)
}

/// RFC 5925 section 2.2: `keyid:rnextkeyid[:MAC]`, twelve bytes of MAC unless given.
fn authentication(text: &str) -> Result<Vec<u8>, String> {
    let fields: Vec<&str> = text.splitn(3, ':').collect();
    let (key, next, mac) = match fields[..] {
        [key, next] => (key, next, pattern(0xa0, 12)),
        [key, next, mac] => (key, next, value::bytes(mac)?),
        _ => {
            return Err(format!(
                "expects KeyID:RNextKeyID or KeyID:RNextKeyID:MAC, not \"{text}\""
            ));
        }
    };
    encode(
        29,
        &[&[value::byte(key)?, value::byte(next)?], mac.as_slice()].concat(),
    )
}

/// RFC 5482 section 3: seconds, or minutes with an `m`.
fn user_timeout(text: &str) -> Result<Vec<u8>, String> {
    let (figure, granularity) = text
        .strip_suffix('m')
        .map_or((text, 0), |figure| (figure, 0x8000));
    let timeout = value::number(figure, 0x7fff)? as u16;
    encode(28, &(timeout | granularity).to_be_bytes())
}

fn mptcp(text: &str) -> Result<TcpOption, String> {
    Ok(TcpOption::Mptcp(match pair(text).unwrap_or((text, "")) {
        ("capable", "") => Mptcp::Capable,
        ("join", "") => Mptcp::Join,
        ("dss", "") => Mptcp::Dss { fin: false },
        ("dss-fin", "") => Mptcp::Dss { fin: true },
        ("fastclose", "") => Mptcp::FastClose,
        ("tcprst", "") => Mptcp::Reset(0),
        ("tcprst", reason) => Mptcp::Reset(value::byte(reason)?),
        _ => {
            let known = "expects capable, join, dss, dss-fin, fastclose, tcprst[:REASON] or bytes in hexadecimal, not";
            return value::bytes(text)
                .and_then(|bytes| encode(30, &bytes))
                .map(TcpOption::Bytes)
                .map_err(|_| format!("{known} \"{text}\""));
        }
    }))
}

/// The value of an MPTCP option, RFC 8684. Keys, tokens, nonces and digests are patterns of the host's
/// number: nothing here computes a digest.
fn multipath(option: Mptcp, context: &Context) -> Vec<u8> {
    let (own, peer) = (context.sender, context.receiver);
    let mut value = Vec::new();
    match option {
        // section 3.1, figure 4: version 1, HMAC-SHA256
        Mptcp::Capable => {
            value.extend([0x01, 0x01]);
            if context.ack {
                value.extend(pattern(own, 8));
            }
            if !context.syn {
                value.extend(pattern(peer, 8));
                if context.payload_len > 0 {
                    value.extend((context.payload_len as u16).to_be_bytes());
                }
            }
        }
        // section 3.2, figures 5 to 7; address 1
        Mptcp::Join if context.syn && context.ack => {
            value.extend([0x10, 1]);
            value.extend(pattern(0x80 | own, 8));
            value.extend(pattern(own, 4));
        }
        Mptcp::Join if context.syn => {
            value.extend([0x10, 1]);
            value.extend(pattern(0x40 | peer, 4));
            value.extend(pattern(own, 4));
        }
        Mptcp::Join => {
            value.extend([0x10, 0]);
            value.extend(pattern(0x80 | own, 20));
        }
        // section 3.3, figure 9: 4-byte numbers, no checksum, one subflow whose stream is the connection's
        Mptcp::Dss { fin } => {
            let mapping = fin || context.payload_len > 0;
            value.extend([
                0x20,
                u8::from(context.ack) + 4 * u8::from(mapping) + 16 * u8::from(fin),
            ]);
            if context.ack {
                value.extend(context.ack_offset.to_be_bytes());
            }
            if mapping {
                let subflow = if context.payload_len > 0 {
                    context.offset
                } else {
                    0
                };
                value.extend(context.offset.to_be_bytes());
                value.extend(subflow.to_be_bytes());
                value.extend(
                    (context.payload_len as u16)
                        .wrapping_add(fin.into())
                        .to_be_bytes(),
                );
            }
        }
        Mptcp::FastClose => {
            value.extend([0x70, 0]);
            value.extend(pattern(peer, 8));
        }
        Mptcp::Reset(reason) => value.extend([0x80, reason]),
    }
    value
}

fn pattern(first: u8, length: u8) -> Vec<u8> {
    (0..length).map(|index| first.wrapping_add(index)).collect()
}
