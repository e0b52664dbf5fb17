//! The flags of RFC 9293 section 3.1, RFC 3168 and RFC 9768, by their names.

pub(super) const FIN: u16 = 0x001;
pub(super) const SYN: u16 = 0x002;
pub(super) const RST: u16 = 0x004;
pub(super) const PSH: u16 = 0x008;
pub(super) const ACK: u16 = 0x010;

const NAMES: [(&str, u16); 9] = [
    ("FIN", FIN),
    ("SYN", SYN),
    ("RST", RST),
    ("PSH", PSH),
    ("ACK", ACK),
    ("URG", 0x020),
    ("ECE", 0x040),
    ("CWR", 0x080),
    ("AE", 0x100),
];

/// Flags joined by `-` or `,`; `NULL` is none.
pub(super) fn parse(text: &str) -> Option<u16> {
    if text == "NULL" {
        return Some(0);
    }
    text.split(['-', ',']).try_fold(0, |flags, part| {
        NAMES
            .iter()
            .find(|(name, _)| *name == part)
            .map(|(_, bit)| flags | bit)
    })
}

/// Says what flags look like.
pub(super) fn fault(text: &str) -> String {
    format!(
        "expected flags joined by - (FIN SYN RST PSH ACK URG ECE CWR AE, or NULL for none), not \"{text}\""
    )
}
