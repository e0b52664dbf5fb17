//! Pieces of text that is put together in a buffer. `fmt` gives the same, in several times the steps: too many where
//! there is a line for each packet.

use std::fmt::{Display, Write as _};
use std::net::IpAddr;

use anstyle::Style;

use crate::dotted::Dotted;
use crate::text::columns;

pub(crate) fn spaces(to: &mut String, count: usize) {
    const SPACES: &str = "                                                                ";
    let mut left = count;
    while left > 0 {
        let some = left.min(SPACES.len());
        to.push_str(&SPACES[..some]);
        left -= some;
    }
}

/// Text that fills so many columns, with spaces behind it.
pub(crate) fn left(to: &mut String, text: &str, width: usize) {
    to.push_str(text);
    spaces(to, width.saturating_sub(columns(text)));
}

/// The same with the spaces before it.
pub(crate) fn right(to: &mut String, text: &str, width: usize) {
    spaces(to, width.saturating_sub(columns(text)));
    to.push_str(text);
}

/// Makes what stands from a place on fill so many columns, with spaces behind it.
pub(crate) fn fill(to: &mut String, from: usize, width: usize) {
    let missing = width.saturating_sub(columns(&to[from..]));
    spaces(to, missing);
}

pub(crate) fn number(to: &mut String, number: impl itoa::Integer) {
    to.push_str(itoa::Buffer::new().format(number));
}

/// A number that fills so many columns, with spaces before it.
pub(crate) fn right_number(to: &mut String, number: impl itoa::Integer, width: usize) {
    right(to, itoa::Buffer::new().format(number), width);
}

/// The same with the spaces behind it.
pub(crate) fn left_number(to: &mut String, number: impl itoa::Integer, width: usize) {
    left(to, itoa::Buffer::new().format(number), width);
}

/// An address and port: IPv6 addresses in brackets.
pub(crate) fn endpoint(to: &mut String, address: IpAddr, port: u16) {
    match address {
        IpAddr::V4(address) => to.push_str(Dotted::new(address).as_str()),
        IpAddr::V6(address) => {
            let _ = write!(to, "[{address}]");
        }
    }
    to.push(':');
    number(to, port);
}

/// Seconds with microseconds, as Wireshark's time column.
pub(crate) fn seconds(to: &mut String, ns: i64) {
    let all = ns.unsigned_abs();
    // Where two microseconds are as near, the double that is nearest to the seconds tells which it is; and a double
    // has no room for more than so many nanoseconds.
    if all % 1_000 == 500 || all >= 1 << 53 {
        let _ = write!(to, "{:.6}", ns as f64 / 1e9);
        return;
    }
    if ns < 0 {
        to.push('-');
    }
    let micros = (all + 500) / 1_000;
    number(to, micros / 1_000_000);
    let mut decimals = itoa::Buffer::new();
    let decimals = decimals.format(1_000_000 + micros % 1_000_000);
    to.push('.');
    to.push_str(&decimals[1..]);
}

/// What has no quicker way.
pub(crate) fn shown(to: &mut String, what: impl Display) {
    let _ = write!(to, "{what}");
}

/// Text in a style.
pub(crate) fn styled(to: &mut String, style: Style, text: &str) {
    if style.is_plain() {
        to.push_str(text);
    } else {
        let _ = write!(to, "{style}{text}{style:#}");
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, SocketAddr};

    #[test]
    fn spaces_are_as_many_as_asked_for() {
        for count in [0, 1, 63, 64, 65, 200] {
            let mut text = "|".to_owned();
            super::spaces(&mut text, count);
            assert_eq!(text, format!("|{}", " ".repeat(count)));
        }
    }

    #[test]
    fn endpoints_are_as_std_has_them() {
        for address in ["192.0.2.1", "0.0.0.0", "2001:db8::1", "::ffff:192.0.2.1"] {
            let address: IpAddr = address.parse().expect("an address");
            let mut text = String::new();
            super::endpoint(&mut text, address, 443);
            assert_eq!(text, SocketAddr::new(address, 443).to_string());
        }
    }

    #[test]
    fn seconds_are_those_of_the_nearest_double() {
        let steps = (0..63).flat_map(|power| [1_i64 << power, (1 << power) - 1, (1 << power) + 499]);
        let near = (0..5_000).flat_map(|step| [step, 999_998_000 + step, 86_400_000_000_500 + step * 7]);
        for ns in steps.chain(near).chain([i64::MAX]).flat_map(|ns| [ns, -ns]) {
            let mut text = String::new();
            super::seconds(&mut text, ns);
            assert_eq!(text, format!("{:.6}", ns as f64 / 1e9), "{ns}");
        }
    }
}
