//! Values that stand after `=`: numbers, durations, bytes, addresses.

/// A whole number, decimal or `0x` hexadecimal, `_` allowed between digits, at most `max`.
pub(super) fn number(text: &str, max: u64) -> Result<u64, String> {
    let digits = text.replace('_', "");
    let parsed = match digits.strip_prefix("0x") {
        Some(hex) if hex.starts_with(|c: char| c.is_ascii_hexdigit()) => u64::from_str_radix(hex, 16),
        Some(_) => return Err(format!("expects hexadecimal digits after 0x, not \"{text}\"")),
        None if digits.starts_with(|c: char| c.is_ascii_digit()) => digits.parse(),
        None => return Err(format!("expects a number from 0 to {max}, not \"{text}\"")),
    };
    match parsed {
        Ok(value) if value <= max => Ok(value),
        _ => Err(format!("expects a number from 0 to {max}, not \"{text}\"")),
    }
}

/// A number of 8 bits.
pub(super) fn byte(text: &str) -> Result<u8, String> {
    number(text, u8::MAX.into()).map(|value| value as u8)
}

/// A number of 16 bits.
pub(super) fn short(text: &str) -> Result<u16, String> {
    number(text, u16::MAX.into()).map(|value| value as u16)
}

/// A number of 32 bits.
pub(super) fn long(text: &str) -> Result<u32, String> {
    number(text, u32::MAX.into()).map(|value| value as u32)
}

/// Bytes in hexadecimal, `:` allowed between them.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let digits: Option<Vec<u32>> = text
        .chars()
        .filter(|c| *c != ':')
        .map(|c| c.to_digit(16))
        .collect();
    match digits {
        Some(digits) if digits.len() % 2 == 0 => Ok(digits
            .chunks(2)
            .map(|pair| (pair[0] * 16 + pair[1]) as u8)
            .collect()),
        _ => Err(format!(
            "expects bytes in hexadecimal, two digits each, not \"{text}\""
        )),
    }
}

/// A hardware address: six bytes.
pub(super) fn mac(text: &str) -> Result<[u8; 6], String> {
    let found = bytes(text).ok().and_then(|bytes| bytes.try_into().ok());
    found.ok_or_else(|| format!("expects a hardware address such as 02:00:00:00:00:09, not \"{text}\""))
}

/// Seconds with up to nine decimals, in nanoseconds.
pub(super) fn seconds(text: &str) -> Result<i64, String> {
    scaled(text, 1_000_000_000).ok_or_else(|| format!("expects seconds such as 1.5, not \"{text}\""))
}

/// A signed span of time with its unit (`+10ms`, `+0.5us`, `-1s`), in nanoseconds.
pub(super) fn duration(text: &str) -> Result<i64, String> {
    const UNITS: [(&str, i64); 5] = [
        ("ns", 1),
        ("us", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("min", 60_000_000_000),
    ];
    let fault = || format!("expected a time step such as +10ms (units ns, us, ms, s, min), not \"{text}\"");
    let (sign, rest) = match text.split_at_checked(1) {
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        _ => return Err(fault()),
    };
    let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let figure = &rest[..rest.len() - unit.len()];
    let nanoseconds = UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .and_then(|(_, size)| scaled(figure, *size));
    nanoseconds.map(|value| value * sign).ok_or_else(fault)
}

/// A decimal figure times `unit`, exact; `None` when it is none or has more decimals than the unit has digits.
fn scaled(figure: &str, unit: i64) -> Option<i64> {
    let (whole, fraction) = figure.split_once('.').unwrap_or((figure, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|c| c.is_ascii_digit()) {
        return None;
    }
    let mut value = whole.parse::<i64>().ok()?.checked_mul(unit)?;
    let mut weight = unit;
    for digit in fraction.bytes() {
        if weight % 10 != 0 {
            return None;
        }
        weight /= 10;
        value = value.checked_add(i64::from(digit - b'0') * weight)?;
    }
    Some(value)
}
