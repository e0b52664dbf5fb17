//! The record layer: RFC 8446 section 5.1, RFC 5246 section 6.2.

use nom::number::complete::{be_u8, be_u16};
use nom::{IResult, Parser as _};

/// Bytes of a record's header.
pub(super) const HEADER: usize = 5;

/// The longest record of any version: RFC 5246 section 6.2.3.
const LONGEST: u16 = (1 << 14) + 2048;

/// The header of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) content: u8,
    pub(super) version: u16,
    /// Bytes that follow.
    pub(super) len: u16,
}

/// What a record carries, by the number in its header.
pub(super) mod content {
    pub(in crate::tls) const CHANGE_CIPHER_SPEC: u8 = 20;
    pub(in crate::tls) const ALERT: u8 = 21;
    pub(in crate::tls) const HANDSHAKE: u8 = 22;
    pub(in crate::tls) const APPLICATION_DATA: u8 = 23;
    /// RFC 6520.
    pub(in crate::tls) const HEARTBEAT: u8 = 24;
}

impl Header {
    pub(super) fn parse(input: &[u8]) -> IResult<&[u8], Self> {
        let (rest, (content, version, len)) = (be_u8, be_u16, be_u16).parse(input)?;
        Ok((
            rest,
            Self {
                content,
                version,
                len,
            },
        ))
    }

    /// Whether it is one at all, its length apart.
    pub(super) const fn is_credible(self) -> bool {
        matches!(self.content, content::CHANGE_CIPHER_SPEC..=content::HEARTBEAT)
            && matches!(self.version, 0x300..=0x304)
    }

    pub(super) const fn is_too_long(self) -> bool {
        self.len > LONGEST
    }

    /// Whether its length is one that its content can have, in the clear or encrypted.
    const fn fits(self) -> bool {
        match self.content {
            content::CHANGE_CIPHER_SPEC => self.len == 1,
            content::ALERT => self.len == 2 || 17 <= self.len && self.len <= 64,
            content::HEARTBEAT => false,
            _ => 1 <= self.len && !self.is_too_long(),
        }
    }
}

/// Whether a stream begins with a record; none where it is too short to tell.
pub(super) fn begins(data: &[u8]) -> Option<bool> {
    match Header::parse(data) {
        Ok((rest, header)) => {
            let is_one = header.is_credible() && header.fits();
            Some(is_one && (header.content != content::CHANGE_CIPHER_SPEC || matches!(rest, [] | [1, ..])))
        }
        Err(_) => match data {
            [20..=23] | [20..=23, 3] | [20..=23, 3, 0..=4, ..] => None,
            _ => Some(false),
        },
    }
}

/// Whether records may begin again here, behind lost bytes: one that reaches to the end, or another behind it.
pub(super) fn resumes(data: &[u8]) -> bool {
    let Ok((rest, header)) = Header::parse(data) else {
        return false;
    };
    let fits = header.is_credible() && header.fits();
    fits && match rest.get(usize::from(header.len)..) {
        None | Some([]) => true,
        Some(next) => begins(next) != Some(false),
    }
}
