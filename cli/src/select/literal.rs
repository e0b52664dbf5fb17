//! Values that are written in an expression, read as what the field beside them is.

use std::cmp::Ordering;
use std::net::IpAddr;

use synfin::{FieldType, Value};

use super::columns::{Column, nearest};
use super::words;

/// A value to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    /// Numbers and frames; times in nanoseconds.
    Number(i128),
    Bool(bool),
    Text(String),
    /// An address and how many bits of it count.
    Network(IpAddr, u8),
}

impl Literal {
    /// Reads it for a field; the error says in words why it is no value of that.
    pub(super) fn read(text: &str, column: &Column) -> Result<Self, String> {
        match column.kind() {
            FieldType::Unsigned | FieldType::Frame => number(text),
            FieldType::Bool => match text.to_ascii_lowercase().as_str() {
                "true" | "1" => Ok(Self::Bool(true)),
                "false" | "0" => Ok(Self::Bool(false)),
                _ => Err(format!("{} is true or false, not \"{text}\"", column.name())),
            },
            FieldType::RelativeTime => duration(text),
            FieldType::AbsoluteTime => time(text),
            FieldType::Address => network(text),
            FieldType::Text => word(text, column),
        }
    }

    /// How a value stands to it; for networks only whether it is inside.
    pub(super) fn order(&self, value: &Value<'_>) -> Option<Ordering> {
        Some(match (value, self) {
            (Value::Bool(value), Self::Bool(literal)) => value.cmp(literal),
            (Value::Text(value), Self::Text(literal)) => value.as_ref().cmp(literal),
            (Value::Address(value), Self::Network(address, bits))
                if masked(*value, *bits) == masked(*address, *bits) =>
            {
                Ordering::Equal
            }
            (Value::Address(value), Self::Network(address, _)) if value.is_ipv4() == address.is_ipv4() => {
                value.cmp(address)
            }
            (value, Self::Number(literal)) => numeric(value)?.cmp(literal),
            _ => return None,
        })
    }
}

/// The number of a value that is one.
pub(super) fn numeric(value: &Value<'_>) -> Option<i128> {
    match *value {
        Value::Unsigned(number) | Value::Frame(number) => Some(number.into()),
        Value::RelativeTime(ns) | Value::AbsoluteTime(ns) => Some(ns.into()),
        Value::Bool(_) | Value::Text(_) | Value::Address(_) => None,
    }
}

fn number(text: &str) -> Result<Literal, String> {
    let lower = text.to_ascii_lowercase();
    let parsed = match lower.strip_prefix("0x") {
        Some(digits) => i128::from_str_radix(digits, 16),
        None => lower.parse(),
    };
    let fits = parsed
        .ok()
        .filter(|number| i64::try_from(*number).is_ok() || u64::try_from(*number).is_ok());
    fits.map(Literal::Number)
        .ok_or_else(|| format!("\"{text}\" is no number"))
}

/// Nanoseconds in a decimal number of units, without a detour over floating point.
fn scaled(text: &str, unit: i128) -> Option<i128> {
    let (negative, digits) = text
        .strip_prefix('-')
        .map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !plain(whole) || !plain(fraction) {
        return None;
    }
    let parse = |text: &str| {
        if text.is_empty() {
            Some(0)
        } else {
            text.parse::<i128>().ok()
        }
    };
    let part = parse(fraction)? * unit / 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    let ns = parse(whole)? * unit + part;
    Some(if negative { -ns } else { ns })
}

fn duration(text: &str) -> Result<Literal, String> {
    let number = text.trim_end_matches(|c: char| c.is_alphabetic());
    let unit = match &text[number.len()..] {
        "ns" => Some(1),
        "us" | "µs" | "μs" => Some(1_000),
        "ms" => Some(1_000_000),
        // Seconds, as in Wireshark.
        "" | "s" => Some(1_000_000_000),
        "m" | "min" => Some(60_000_000_000),
        "h" => Some(3_600_000_000_000),
        _ => None,
    };
    unit.and_then(|unit| scaled(number, unit))
        .map(Literal::Number)
        .ok_or_else(|| {
            format!("\"{text}\" is no time span: 1.5s, 50ms, 20us, 300ns; a bare number is seconds")
        })
}

fn time(text: &str) -> Result<Literal, String> {
    let utc = |text: &str| text.parse::<jiff::Timestamp>().ok();
    let local = |text: &str| utc(&format!("{}Z", text.replacen(' ', "T", 1)));
    let day = |text: &str| utc(&format!("{text}T00:00:00Z"));
    let told = utc(text).or_else(|| local(text)).or_else(|| day(text));
    let ns = told
        .map(jiff::Timestamp::as_nanosecond)
        .or_else(|| scaled(text, 1_000_000_000));
    ns.map(Literal::Number).ok_or_else(|| {
        format!("\"{text}\" is no time: \"2026-11-22 18:10:07.5\" (UTC) or seconds since 1970")
    })
}

fn network(text: &str) -> Result<Literal, String> {
    let (address, bits) = text
        .split_once('/')
        .map_or((text, None), |(address, bits)| (address, Some(bits)));
    let wrong = || format!("\"{text}\" is no address: 192.0.2.1, 192.0.2.0/24, 2001:db8::/32");
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Ok(most), |bits| bits.parse::<u8>().map_err(|_| wrong()))?;
    if bits > most {
        Err(wrong())
    } else {
        Ok(Literal::Network(address, bits))
    }
}

/// The first bits of an address; of which kind it is counts, too.
fn masked(address: IpAddr, bits: u8) -> (bool, u128) {
    match address {
        IpAddr::V4(address) => (
            true,
            u128::from(
                address
                    .to_bits()
                    .checked_shr(32 - u32::from(bits.min(32)))
                    .unwrap_or(0),
            ),
        ),
        IpAddr::V6(address) => (
            false,
            address
                .to_bits()
                .checked_shr(128 - u32::from(bits.min(128)))
                .unwrap_or(0),
        ),
    }
}

fn word(text: &str, column: &Column) -> Result<Literal, String> {
    let Some(words) = words::of(column.name()) else {
        return Ok(Literal::Text(text.to_owned()));
    };
    if words.contains(&text) {
        return Ok(Literal::Text(text.to_owned()));
    }
    let mut hint = format!("{} is never \"{text}\"", column.name());
    if let Some(near) = nearest(text, words.iter().copied()) {
        hint += &format!("; did you mean {near}?");
    } else if words.len() <= 24 {
        hint += &format!(": it is one of {}", words.join(", "));
    }
    Err(hint)
}
