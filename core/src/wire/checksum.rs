//! The TCP checksum: RFC 9293 section 3.1, RFC 1071, and RFC 8200 section 8.1 for the IPv6 pseudo header.

use std::net::IpAddr;

use serde::Serialize;

use super::tcp::field;

/// What a checksum says, TCP's of a segment or IPv4's of a header; in the order of growing doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Checksum {
    /// Not looked at, or cannot be: the segment was not captured whole.
    #[default]
    Unverified,
    /// Right.
    Good,
    /// The sum of the pseudo header alone, or zero: the sender's network card was to fill it in.
    Offloaded,
    /// Wrong.
    Bad,
}

/// Judges the checksum of a segment that was captured whole: `tcp` is all of it, header and payload.
///
/// The sum of the pseudo header alone, which is what an operating system leaves for the network card
/// to finish, is [`Checksum::Offloaded`], with or without the length in it; so is a zero. Fewer than
/// 20 bytes, or addresses of different families, are [`Checksum::Unverified`].
#[must_use]
pub fn verify(src: IpAddr, dst: IpAddr, tcp: &[u8]) -> Checksum {
    let addresses = match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => sum(&src.octets()) + sum(&dst.octets()),
        (IpAddr::V6(src), IpAddr::V6(dst)) => sum(&src.octets()) + sum(&dst.octets()),
        _ => return Checksum::Unverified,
    };
    let at = field::CHECKSUM.start as usize;
    let (Some(&[hi, lo]), true) = (tcp.get(at..at + 2), tcp.len() >= 20) else {
        return Checksum::Unverified;
    };
    let stored = u16::from_ne_bytes([hi, lo]);
    let without_len = addresses + word(u16::from(TCP));
    let pseudo = without_len + word(tcp.len() as u16) + word((tcp.len() >> 16) as u16);
    if fold(pseudo + sum(tcp)) == 0xffff {
        Checksum::Good
    } else if stored == 0 || stored == fold(pseudo) || stored == fold(without_len) {
        Checksum::Offloaded
    } else {
        Checksum::Bad
    }
}

/// Judges the checksum of an IPv4 header (RFC 791 section 3.1), options included. Zero is what a system
/// leaves for the network card, [`Checksum::Offloaded`].
#[must_use]
pub fn verify_ipv4_header(header: &[u8]) -> Checksum {
    match header.get(10..12) {
        _ if fold(sum(header)) == 0xffff => Checksum::Good,
        Some(&[0, 0]) => Checksum::Offloaded,
        Some(_) => Checksum::Bad,
        None => Checksum::Unverified,
    }
}

/// The one's complement sum of a TCP segment's payload but for a constant of its addresses and its payload's length,
/// from its header alone: where the checksum is good, header and payload add up to a known sum. Never 0; two segments
/// of one sender with as much payload carry other bytes where this differs.
pub(crate) fn payload_sum(tcp: &[u8], header_len: usize) -> u16 {
    let header = tcp.get(..header_len).unwrap_or(tcp);
    match fold(sum(header) + word(header.len() as u16)) {
        // Zero has two forms.
        0 => 0xffff,
        sum => sum,
    }
}

/// IANA protocol number.
const TCP: u8 = 6;

/// The sum of the 16-bit words in this machine's byte order, not yet folded to 16 bits; an odd last byte is padded
/// with zero. One's complement addition does not mind the order (RFC 1071 section 2 B), as long as all is in the
/// same one, nor how many words are added at once (section 2 C): a carry comes back in at the other end.
///
/// At most 33 bits, so that sums can be added.
fn sum(bytes: &[u8]) -> u64 {
    let mut total = Total(0, false);
    // As many words as the compiler knows in advance become an addition with carry each.
    let runs = bytes.chunks_exact(32 * WORD);
    let short_runs = runs.remainder().chunks_exact(4 * WORD);
    let words = short_runs.remainder().chunks_exact(WORD);
    let rest = words.remainder();
    for run in runs {
        total = total.plus_all(run);
    }
    for run in short_runs {
        total = total.plus_all(run);
    }
    for word in words {
        total = total.plus_all(word);
    }
    if !rest.is_empty() {
        total = total.plus(padded(bytes, rest));
    }
    let Total(sum, carry) = total;
    (sum >> 32) + (sum & 0xffff_ffff) + u64::from(carry)
}

const WORD: usize = size_of::<u64>();

/// The last bytes, fewer than a word, with zeros behind them.
fn padded(all: &[u8], rest: &[u8]) -> u64 {
    let word = match all.last_chunk() {
        // Those before them in the last whole word are shifted out.
        Some(last) => (u64::from_le_bytes(*last) >> (8 * (WORD - rest.len()))).to_le_bytes(),
        None => {
            let mut word = [0; WORD];
            word[..rest.len()].copy_from_slice(rest);
            word
        }
    };
    u64::from_ne_bytes(word)
}

/// A sum of words, and the carry that is still to be added.
#[derive(Clone, Copy)]
struct Total(u64, bool);

impl Total {
    #[inline(always)]
    fn plus_all(self, words: &[u8]) -> Self {
        let words = words.chunks_exact(WORD);
        words.fold(self, |total, word| {
            total.plus(word.try_into().map_or(0, u64::from_ne_bytes))
        })
    }

    #[inline(always)]
    fn plus(self, word: u64) -> Self {
        let (sum, over) = self.0.overflowing_add(word);
        let (sum, over_by_carry) = sum.overflowing_add(u64::from(self.1));
        Self(sum, over | over_by_carry)
    }
}

/// A number of the pseudo header, as its bytes on the wire would add.
fn word(value: u16) -> u64 {
    u64::from(value.to_be())
}

/// One's complement addition of the four 16-bit parts.
fn fold(mut sum: u64) -> u16 {
    sum = (sum >> 32) + (sum & 0xffff_ffff);
    sum = (sum >> 32) + (sum & 0xffff_ffff);
    sum = (sum >> 16) + (sum & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    u16::try_from(sum).unwrap_or(0xffff)
}

#[cfg(test)]
mod tests;
