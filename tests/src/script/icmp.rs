//! ICMP errors that quote a packet: RFC 792, RFC 1191, RFC 1812 section 4.3.2.3, RFC 4443 section 3.

use super::ast::{IcmpCode, IcmpItems, IcmpKind};

/// The message, its checksum left zero.
pub(super) fn message(kind: IcmpKind, items: &IcmpItems, quoted: &[u8], v6: bool) -> Result<Vec<u8>, String> {
    let (number, default_code) = match (kind, v6) {
        (IcmpKind::Unreachable, false) => (3, 1),
        (IcmpKind::Unreachable, true) => (1, 3),
        (IcmpKind::TimeExceeded, false) => (11, 0),
        (IcmpKind::TimeExceeded, true) => (3, 0),
        (IcmpKind::TooBig, false) => (3, 4),
        (IcmpKind::TooBig, true) => (2, 0),
        (IcmpKind::Type(number), _) => (number, 0),
    };
    let code = match items.code {
        None => default_code,
        Some(IcmpCode::Number(code)) => code,
        Some(IcmpCode::Named(v4_code, v6_code)) => {
            if v6 {
                v6_code
            } else {
                v4_code
            }
        }
    };
    let is_v6_packet = quoted.first().is_some_and(|byte| byte >> 4 == 6);
    if is_v6_packet != v6 {
        return Err("an ICMP error quotes a packet of its own IP version".to_owned());
    }
    // as much as fits the smallest packet that every host takes
    let (header, room) = if v6 {
        (40, 1280 - 40 - 8)
    } else {
        (20, 576 - 20 - 8)
    };
    let length = items.quote.map_or(room, |bytes| header + bytes).min(quoted.len());
    let mtu = items.mtu.unwrap_or(0).to_be_bytes();
    Ok([&[number, code, 0, 0, 0, 0], mtu.as_slice(), &quoted[..length]].concat())
}
