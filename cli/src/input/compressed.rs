//! Compression of a whole capture, known by its first bytes and undone as it is read.

use std::cell::Cell;
use std::io::{self, BufReader, Cursor, ErrorKind, Read};
use std::rc::Rc;

use lz4_flex::frame::FrameDecoder;
use lzma_rust2::XzReader;

use crate::coding::{Inflate, Zstd};
use crate::language::messages;

/// Bytes that tell every format here apart.
const MAGIC_LEN: usize = 6;
/// Memory for what is looked back at: `zstd --ultra -22` takes 128 MiB, `xz -9` 64 MiB.
const LARGEST_WINDOW: u64 = 256 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Gzip,
    Zstd,
    Xz,
    Lz4,
}

impl Format {
    fn of(magic: &[u8]) -> Option<Self> {
        match magic {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [0x04, 0x22, 0x4d, 0x18, ..] => Some(Self::Lz4),
            // A frame to be passed over may begin a file of either; zstd alone writes such (pzstd).
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Lz4 => "lz4",
        }
    }
}

/// What `read` holds, decompressed where it is compressed..
pub(super) fn decompressed(mut read: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let mut magic = Vec::with_capacity(MAGIC_LEN);
    read.by_ref().take(MAGIC_LEN as u64).read_to_end(&mut magic)?;
    let format = Format::of(&magic);
    let whole = Cursor::new(magic).chain(read);
    let Some(format) = format else {
        return Ok(Box::new(whole));
    };
    let taken = Rc::new(Cell::new(0));
    let source = BufReader::with_capacity(
        64 << 10,
        Counted {
            of: whole,
            taken: Rc::clone(&taken),
        },
    );
    let decoder: Box<dyn Read> = match format {
        Format::Gzip => Box::new(Inflate::gzip(source)),
        Format::Zstd => Box::new(Zstd::with_window(source, LARGEST_WINDOW)),
        Format::Xz => Box::new(XzReader::new_mem_limit(
            source,
            true,
            u32::try_from(LARGEST_WINDOW >> 10).unwrap_or(u32::MAX),
        )),
        Format::Lz4 => Box::new(Frames(FrameDecoder::new(source))),
    };
    Ok(Box::new(Located {
        decoder,
        format,
        taken,
        failed: false,
    }))
}

struct Counted<R> {
    of: R,
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.of.read(buffer)?;
        self.taken.set(self.taken.get() + len as u64);
        Ok(len)
    }
}

/// lz4 frames one behind the other: the decoder gives nothing at the end of each.
struct Frames<R: Read>(FrameDecoder<R>);

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => self.0.read(buffer),
            len => Ok(len),
        }
    }
}

/// Says where in the file its compression is damaged; nothing comes after that.
struct Located {
    decoder: Box<dyn Read>,
    format: Format,
    taken: Rc<Cell<u64>>,
    failed: bool,
}

impl Read for Located {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Ok(0);
        }
        let read = self.decoder.read(buffer);
        read.map_err(|error| {
            if error.kind() == ErrorKind::Interrupted {
                return error;
            }
            self.failed = true;
            let (format, at) = (self.format.name(), self.taken.get());
            let words = &messages().input;
            let message = match error.kind() {
                ErrorKind::UnexpectedEof => (words.ends_too_early)(format, at),
                _ => (words.compression_damaged)(format, at, &error),
            };
            io::Error::new(error.kind(), message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, decompressed};
    use std::io::{Cursor, Read as _};

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        assert_eq!(Format::of(b"\x1f\x8b\x08\0\0\0"), Some(Format::Gzip));
        assert_eq!(Format::of(b"\xfd7zXZ\0"), Some(Format::Xz));
        assert_eq!(Format::of(b"\xd4\xc3\xb2\xa1\x02\0"), None);
        assert_eq!(Format::of(b""), None);
    }

    #[test]
    fn what_is_not_compressed_passes_through() {
        for bytes in [&b""[..], b"abc", b"neither of them"] {
            let mut seen = Vec::new();
            let mut read = decompressed(Box::new(Cursor::new(bytes.to_vec()))).unwrap();
            read.read_to_end(&mut seen).unwrap();
            assert_eq!(seen, bytes);
        }
    }
}
