//! IEEE 802.11 data frames (IEEE 802.11-2020 clause 9.2.4 and 9.3.2), with the headers that capture programs
//! put before them: radiotap (radiotap.org), AVS and Prism.
//!
//! Frames without data, encrypted ones and parts of one do not lead on to TCP. Of an aggregate, the first
//! frame is read.

use super::decode::{Next, Other, Step, Stop};
use super::window::Window;
use super::{Layer, WireError};

/// Bits of the first byte of frame control: version, type, subtype.
const VERSION: u8 = 0x03;
const TYPE: u8 = 0x0c;
const TYPE_DATA: u8 = 0x08;
const NO_DATA: u8 = 0x40;
const QOS: u8 = 0x80;
/// Bits of the second.
const BETWEEN_DISTRIBUTION_SYSTEMS: u8 = 0x03;
const MORE_FRAGMENTS: u8 = 0x04;
const PROTECTED: u8 = 0x40;
const ORDER: u8 = 0x80;
/// Of the QoS control field.
const AGGREGATE: u8 = 0x80;
/// Of radiotap's flags field: padding makes the 802.11 header a multiple of four bytes.
const DATA_PADDING: u8 = 0x20;

/// A frame with nothing before it.
pub(crate) fn parse(window: Window<'_>) -> Step<'_> {
    data(window, false)
}

/// The length at byte 2 counts the whole radiotap header; all its numbers are little-endian.
pub(crate) fn radiotap(window: Window<'_>) -> Step<'_> {
    let (&[version, _, len0, len1, ..], _) = window.split::<8>(Layer::Link)?;
    let len = u16::from_le_bytes([len0, len1]);
    if version != 0 || len < 8 {
        return Err(WireError::malformed(Layer::Link, window.offset, "no radiotap header").into());
    }
    let rest = window.skip(Layer::Link, len.into())?;
    let head = window.data.get(..len.into()).unwrap_or_default();
    data(rest, radiotap_flags(head) & DATA_PADDING != 0)
}

/// The flags field: the second there can be, behind the words that say which fields are present and,
/// if present, the 8-byte time, which is aligned to 8.
fn radiotap_flags(head: &[u8]) -> u8 {
    const TIME: u32 = 1;
    const FLAGS: u32 = 1 << 1;
    const ANOTHER_WORD: u32 = 1 << 31;
    let words = head.get(4..).unwrap_or_default().chunks_exact(4);
    let mut present = words.map(|word| {
        word.iter()
            .rev()
            .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte))
    });
    let first = present.next().unwrap_or(0);
    if first & FLAGS == 0 {
        return 0;
    }
    let mut at = 8_usize;
    let mut word = first;
    while word & ANOTHER_WORD != 0 {
        at += 4;
        word = present.next().unwrap_or(0);
    }
    if first & TIME != 0 {
        at = at.next_multiple_of(8) + 8;
    }
    head.get(at).copied().unwrap_or(0)
}

/// AVS: a magic number, then the length of the header, big-endian.
pub(crate) fn avs(window: Window<'_>) -> Step<'_> {
    let (&[_, _, _, _, len @ ..], _) = window.split::<8>(Layer::Link)?;
    behind(window, u32::from_be_bytes(len))
}

/// Prism: a message code, then the length of the header, in the capturing host's order. Drivers also wrote
/// AVS headers under its link type.
pub(crate) fn prism(window: Window<'_>) -> Step<'_> {
    let (&[magic0, magic1, magic2, _, len @ ..], _) = window.split::<8>(Layer::Link)?;
    if [magic0, magic1, magic2] == [0x80, 0x21, 0x10] {
        return avs(window);
    }
    behind(window, u32::from_le_bytes(len).min(u32::from_be_bytes(len)))
}

fn behind(window: Window<'_>, len: u32) -> Step<'_> {
    if len < 8 {
        return Err(WireError::malformed(Layer::Link, window.offset + 4, "header length below 8").into());
    }
    data(window.skip(Layer::Link, len)?, false)
}

/// The header of a data frame, up to the LLC header that it carries.
fn data(window: Window<'_>, padded: bool) -> Step<'_> {
    let other = Err(Stop::Other(Other::Ieee80211));
    let (&[control, flags], _) = window.split(Layer::Link)?;
    if control & (VERSION | TYPE | NO_DATA) != TYPE_DATA || flags & PROTECTED != 0 {
        return other;
    }
    let (head, _) = window.split::<24>(Layer::Link)?;
    // The low four bits of sequence control number the fragments.
    if flags & MORE_FRAGMENTS != 0 || head[22] & 0x0f != 0 {
        return other;
    }
    let mut len = 24;
    if flags & BETWEEN_DISTRIBUTION_SYSTEMS == BETWEEN_DISTRIBUTION_SYSTEMS {
        len += 6;
    }
    let mut aggregate = false;
    if control & QOS != 0 {
        let (&[qos, _], _) = window.skip(Layer::Link, len)?.split(Layer::Link)?;
        aggregate = qos & AGGREGATE != 0;
        len += 2;
        // An HT control field follows.
        if flags & ORDER != 0 {
            len += 4;
        }
    }
    if padded {
        len = len.next_multiple_of(4);
    }
    let rest = window.skip(Layer::Link, len)?;
    if !aggregate {
        return Ok((Next::Llc, rest));
    }
    // Clause 9.3.2.2.2: destination, source, length, then what a frame of its own would carry.
    let (&[.., len0, len1], rest) = rest.split::<14>(Layer::Link)?;
    Ok((Next::Llc, rest.limit(u32::from(u16::from_be_bytes([len0, len1])))))
}
