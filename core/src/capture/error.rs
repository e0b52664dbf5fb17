//! Why a capture cannot be read, or not to its end.

use std::fmt;
use std::io;

/// Why a capture cannot be read, or not to its end. All frames before the error were given.
#[derive(Debug)]
#[non_exhaustive]
pub enum CaptureError {
    /// The input has no bytes at all.
    Empty,
    /// The input is neither pcap nor pcapng.
    NotACapture {
        /// What it seems to be, in a few words, when its first bytes tell.
        looks_like: Option<&'static str>,
    },
    /// The input ends in the middle of a record.
    Truncated {
        /// Where that record begins, bytes from the start of the input.
        offset: u64,
        /// How many frames there were before.
        frames: u64,
    },
    /// A record contradicts the format.
    Damaged {
        /// Where that record begins, bytes from the start of the input.
        offset: u64,
        /// How many frames there were before.
        frames: u64,
        /// What is wrong, in a few words.
        what: &'static str,
    },
    /// The reader failed.
    Io(io::Error),
}

/// First bytes of what people take for a capture.
const LOOKALIKES: [(&[u8], &str); 24] = [
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data"),
    (b"\xfd7zXZ\0", "xz-compressed data"),
    (b"BZh", "bzip2-compressed data"),
    (b"\x04\x22\x4d\x18", "lz4-compressed data"),
    (b"PK\x03\x04", "a zip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"snoop\0\0\0", "a Solaris snoop capture"),
    (b"RTSS", "a Microsoft Network Monitor 1 capture"),
    (b"GMBU", "a Microsoft Network Monitor 2 capture"),
    (b"TRSNIFF data", "a Network General Sniffer capture"),
    (b"XCP\0", "a NetXRay or Windows Sniffer capture"),
    (b"iptrace ", "an AIX iptrace capture"),
    (b"btsnoop\0", "a Bluetooth HCI (btsnoop) log"),
    (b"\x7fELF", "an ELF program"),
    (b"MZ", "a Windows program"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3", "an SQLite database"),
    (b"<!DOCTYPE", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"<?xml", "an XML document"),
    (
        b"version https://git-lfs",
        "a Git LFS pointer, not the file itself",
    ),
    (b"\xcf\xfa\xed\xfe", "a macOS program"),
];

impl CaptureError {
    /// Bytes that tell what an input may be instead.
    pub(super) const LOOK: usize = 64;

    /// Makes [`CaptureError::NotACapture`] out of the first bytes.
    pub(super) fn not_a_capture(first: &[u8]) -> Self {
        // However many a reader gives at once.
        let first = first.get(..Self::LOOK).unwrap_or(first);
        let known = LOOKALIKES
            .iter()
            .find(|(magic, _)| first.starts_with(magic))
            .map(|(_, name)| *name);
        let printable = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
        let looks_like = match known {
            None if first.iter().all(printable) => Some("text"),
            None if first.iter().all(|byte| *byte == 0) => Some("zeros only"),
            known => known,
        };
        Self::NotACapture { looks_like }
    }
}

impl fmt::Display for CaptureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the input is empty (zero bytes)"),
            Self::NotACapture { looks_like: None } => f.write_str("not a pcap or pcapng capture"),
            Self::NotACapture {
                looks_like: Some(what),
            } => {
                write!(f, "not a pcap or pcapng capture; it looks like {what}")
            }
            Self::Truncated { offset, frames } => write!(
                f,
                "the capture ends in the middle of a record that begins at byte {offset}, after {frames} frames"
            ),
            Self::Damaged { offset, frames, what } => {
                write!(
                    f,
                    "the capture is damaged at byte {offset}, after {frames} frames: {what}"
                )
            }
            Self::Io(error) => write!(f, "reading the capture failed: {error}"),
        }
    }
}

impl std::error::Error for CaptureError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for CaptureError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
