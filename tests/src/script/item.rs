//! What may stand after a statement's head: `key=value` words, option names, payload.

use super::ast::*;
use super::cursor::Words;
use super::error::ScriptError;
use super::option;
use super::value;
use super::word::Token;

/// Everything that a segment may have.
pub(super) fn segment(words: &mut Words<'_>) -> Result<Items, ScriptError> {
    let mut items = Items::default();
    while let Some(word) = words.take() {
        let text = match &word.token {
            Token::Text(bytes) => {
                items
                    .payload
                    .get_or_insert_default()
                    .push(Piece::Bytes(bytes.clone()));
                continue;
            }
            Token::Plain(text) => text,
        };
        let (key, text) = key_and_value(text);
        let known = envelope_item(&mut items.envelope, key, text)
            .and_then(|known| {
                if known {
                    Ok(true)
                } else {
                    segment_item(&mut items, key, text)
                }
            })
            .map_err(|fault| word.error(fault))?;
        if !known {
            return Err(word.error(format!(
                "unknown item {}; expected a payload (\"text\", len=, hex=), seq=, ack=, win=, urg=, sum=, dataoff=, reserved=, \
                 split=, an option (mss= ws= sackok sack= ts ts= tfo tfo= tfoexp tfoexp= mptcp= md5 ao= uto= nop eol opt= optraw= \
                 noopts), or {ENVELOPE}",
                word.shown()
            )));
        }
    }
    Ok(items)
}

/// Everything below TCP.
pub(super) fn envelope(words: &mut Words<'_>) -> Result<Envelope, ScriptError> {
    let mut envelope = Envelope::default();
    while let Some(word) = words.take() {
        let (key, text) = key_and_value(word.plain().unwrap_or_default());
        if !envelope_item(&mut envelope, key, text).map_err(|fault| word.error(fault))? {
            return Err(word.error(format!("unknown item {}; expected {ENVELOPE}", word.shown())));
        }
    }
    Ok(envelope)
}

/// Everything that an ICMP error may have, up to `quoting`.
pub(super) fn icmp(words: &mut Words<'_>) -> Result<IcmpItems, ScriptError> {
    let mut items = IcmpItems::default();
    while let Some(word) = words.peek().filter(|word| word.plain() != Some("quoting")) {
        words.take();
        let (key, text) = key_and_value(word.plain().unwrap_or_default());
        let known = envelope_item(&mut items.envelope, key, text)
            .and_then(|known| {
                if known {
                    Ok(true)
                } else {
                    icmp_item(&mut items, key, text)
                }
            })
            .map_err(|fault| word.error(fault))?;
        if !known {
            return Err(word.error(format!(
                "unknown item {}; expected code=, mtu=, quote=, sum=, {ENVELOPE}, or \"quoting\"",
                word.shown()
            )));
        }
    }
    Ok(items)
}

const ENVELOPE: &str = "ttl= ttl-N ipid= df tos= iplen= ipsum= vlan= srcmac= dstmac= snap= pad=";

fn key_and_value(word: &str) -> (&str, Option<&str>) {
    word.split_once('=')
        .map_or((word, None), |(key, value)| (key, Some(value)))
}

/// The value of an item that needs one.
pub(super) fn needed<'a>(key: &str, text: Option<&'a str>) -> Result<&'a str, String> {
    text.ok_or_else(|| format!("{key} needs a value: {key}=..."))
}

/// Puts a value where none was; with the key in any error.
fn set<T>(
    place: &mut Option<T>,
    key: &str,
    text: Option<&str>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<bool, String> {
    let value = read(needed(key, text)?).map_err(|fault| format!("{key}= {fault}"))?;
    if place.replace(value).is_some() {
        return Err(format!("{key}= stands twice"));
    }
    Ok(true)
}

fn envelope_item(envelope: &mut Envelope, key: &str, text: Option<&str>) -> Result<bool, String> {
    match (key, text) {
        ("ttl", _) => set(&mut envelope.ttl, key, text, |text| {
            value::byte(text).map(Ttl::Exact)
        }),
        ("ipid", _) => set(&mut envelope.ip_id, key, text, value::short),
        ("tos", _) => set(&mut envelope.tos, key, text, value::byte),
        ("iplen", _) => set(&mut envelope.ip_len, key, text, value::short),
        ("ipsum", _) => set(&mut envelope.ip_sum, key, text, |text| match sum(text)? {
            Sum::Offload => Err("expects bad or a number: IP has no pseudo header".to_owned()),
            sum => Ok(sum),
        }),
        ("srcmac", _) => set(&mut envelope.src_mac, key, text, value::mac),
        ("dstmac", _) => set(&mut envelope.dst_mac, key, text, value::mac),
        ("snap", _) => set(&mut envelope.snap, key, text, length),
        ("pad", _) => set(&mut envelope.pad, key, text, length),
        ("vlan", _) => {
            let vlan = value::number(needed(key, text)?, 4095).map_err(|fault| format!("vlan= {fault}"))?;
            envelope.vlans.push(vlan as u16);
            Ok(true)
        }
        ("df", None) => {
            envelope.df = true;
            Ok(true)
        }
        (_, None) => match key
            .strip_prefix("ttl")
            .filter(|change| change.starts_with(['+', '-']))
        {
            Some(change) => {
                let change: i16 = change
                    .parse()
                    .map_err(|_| format!("expected ttl-N or ttl+N, not \"{key}\""))?;
                envelope.ttl = Some(Ttl::Relative(change));
                Ok(true)
            }
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

fn segment_item(items: &mut Items, key: &str, text: Option<&str>) -> Result<bool, String> {
    match key {
        "seq" => set(&mut items.seq, key, text, |text| sequence(text, "ack")),
        "ack" => set(&mut items.ack, key, text, |text| sequence(text, "end")),
        "win" => set(&mut items.window, key, text, value::short),
        "urg" => set(&mut items.urgent, key, text, value::short),
        "sum" => set(&mut items.sum, key, text, sum),
        "dataoff" => set(&mut items.data_offset, key, text, |text| {
            value::number(text, 15).map(|n| n as u8)
        }),
        "reserved" => set(&mut items.reserved, key, text, |text| {
            value::number(text, 7).map(|n| n as u8)
        }),
        "split" => set(&mut items.split, key, text, |text| match length(text)? {
            0 => Err("expects at least one byte".to_owned()),
            length => Ok(length),
        }),
        "len" | "hex" => {
            let text = needed(key, text)?;
            let piece = if key == "len" {
                length(text).map(Piece::Pattern)
            } else {
                value::bytes(text).map(Piece::Bytes)
            };
            items
                .payload
                .get_or_insert_default()
                .push(piece.map_err(|fault| format!("{key}= {fault}"))?);
            Ok(true)
        }
        "noopts" if text.is_none() => {
            items.no_options = true;
            Ok(true)
        }
        _ => {
            let option = option::parse(key, text)?;
            let known = option.is_some();
            items.options.extend(option);
            Ok(known)
        }
    }
}

fn icmp_item(items: &mut IcmpItems, key: &str, text: Option<&str>) -> Result<bool, String> {
    match key {
        "code" => set(&mut items.code, key, text, |text| {
            Ok(match text {
                "net" => IcmpCode::Named(0, 0),
                "host" => IcmpCode::Named(1, 3),
                "port" => IcmpCode::Named(3, 4),
                "admin" => IcmpCode::Named(13, 1),
                _ => IcmpCode::Number(
                    value::byte(text).map_err(|fault| format!("{fault} (or net, host, port, admin)"))?,
                ),
            })
        }),
        "mtu" => set(&mut items.mtu, key, text, value::short),
        "quote" => set(&mut items.quote, key, text, length),
        "sum" => set(&mut items.sum, key, text, sum),
        _ => Ok(false),
    }
}

fn length(text: &str) -> Result<usize, String> {
    value::number(text, 10_000_000).map(|length| length as usize)
}

fn sum(text: &str) -> Result<Sum, String> {
    match text {
        "bad" => Ok(Sum::Bad),
        "offload" => Ok(Sum::Offload),
        _ => u16::from_str_radix(text.trim_start_matches("0x"), 16)
            .map(Sum::Value)
            .map_err(|_| format!("expects bad, offload or up to four hexadecimal digits, not \"{text}\"")),
    }
}

/// `N`, `+N` or `-N` (from the default), `isn`, `isn+N`, and `ack` or `end` (as `heard` says) with an offset.
pub(super) fn sequence(text: &str, heard: &str) -> Result<Number, String> {
    let offset = |text: &str| match text.split_at_checked(1) {
        Some(("+", amount)) => value::long(amount),
        Some(("-", amount)) => value::long(amount).map(u32::wrapping_neg),
        _ if text.is_empty() => Ok(0),
        _ => Err(format!("expects +N or -N, not \"{text}\"")),
    };
    if text.starts_with(['+', '-']) {
        offset(text).map(Number::Default)
    } else if let Some(rest) = text.strip_prefix("isn") {
        offset(rest).map(Number::Isn)
    } else if let Some(rest) = text.strip_prefix(heard) {
        offset(rest).map(Number::Heard)
    } else {
        let forms = format!("a number, +N, -N, isn+N or {heard}+N");
        value::long(text)
            .map(Number::Absolute)
            .map_err(|_| format!("expects {forms}, not \"{text}\""))
    }
}
