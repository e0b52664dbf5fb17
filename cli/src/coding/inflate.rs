//! `gzip` and `deflate`. The readers of flate2 drop what they decoded of a piece in which they meet an error;
//! hence its decompressor, which says how far it came, and the frame around it here.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;
use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::damaged;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Gzip,
    Deflate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Before the first byte.
    Begin,
    /// Behind a gzip member: another one may follow.
    Next,
    Data,
    /// Behind the data of a gzip member.
    Trailer,
    Failed,
    Over,
}

/// Gives what it could decode before an error, then the error. Takes several gzip members one behind the other.
pub(crate) struct Inflate<R> {
    source: R,
    format: Format,
    stage: Stage,
    decompress: Decompress,
    crc: Crc,
}

impl<R: BufRead> Inflate<R> {
    pub(crate) fn gzip(source: R) -> Self {
        Self::new(source, Format::Gzip)
    }

    pub(crate) fn deflate(source: R) -> Self {
        Self::new(source, Format::Deflate)
    }

    fn new(source: R, format: Format) -> Self {
        Self {
            source,
            format,
            stage: Stage::Begin,
            decompress: Decompress::new(false),
            crc: Crc::new(),
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        let start = self.source.fill_buf()?;
        match self.format {
            // What follows a member and is none is ignored, as gzip and browsers do.
            Format::Gzip if self.stage == Stage::Next && start.first() != Some(&0x1f) => {
                self.stage = Stage::Over;
                return Ok(());
            }
            Format::Gzip => {
                let mut header = GzDecoder::new(&mut self.source);
                if header.header().is_none() {
                    // It tells what is wrong when it is read.
                    self.stage = Stage::Failed;
                    header.read_exact(&mut [0])?;
                }
                self.decompress.reset(false);
                self.crc.reset();
            }
            Format::Deflate => {
                let zlib = start
                    .first()
                    .is_some_and(|&first| is_zlib(first, start.get(1).copied()));
                self.decompress.reset(zlib);
            }
        }
        self.stage = Stage::Data;
        Ok(())
    }

    /// RFC 1952 section 2.3.1: CRC-32 and length modulo 2^32 of what was packed.
    fn check_trailer(&mut self) -> io::Result<()> {
        let mut trailer = [0; 8];
        self.stage = Stage::Failed;
        self.source.read_exact(&mut trailer)?;
        let told = (
            u64::from_le_bytes(trailer) & 0xffff_ffff,
            u64::from_le_bytes(trailer) >> 32,
        );
        if told != (self.crc.sum().into(), self.crc.amount().into()) {
            return Err(damaged("gzip checksum differs"));
        }
        self.stage = Stage::Next;
        Ok(())
    }
}

/// RFC 1950 section 2.2: method 8, a window of at most 32 KiB, and a check of these two bytes. A raw stream of
/// RFC 1951 that looks alike would begin with a stored block whose unused bits are not zero.
fn is_zlib(first: u8, second: Option<u8>) -> bool {
    let fits = |second: u8| (u16::from(first) << 8 | u16::from(second)) % 31 == 0;
    first & 0x0f == 8 && first >> 4 <= 7 && second.is_none_or(fits)
}

impl<R: BufRead> Inflate<R> {
    /// Decodes a piece; none is written only at an end.
    fn inflate(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let input = self.source.fill_buf()?;
        let cut = input.is_empty();
        let flush = if cut {
            FlushDecompress::Finish
        } else {
            FlushDecompress::None
        };
        let (read, written) = (self.decompress.total_in(), self.decompress.total_out());
        let status = self.decompress.decompress(input, out, flush);
        // They count what was done before an error, too.
        let read = self.decompress.total_in() - read;
        let written = (self.decompress.total_out() - written) as usize;
        self.source.consume(read as usize);
        self.crc.update(&out[..written]);
        match status {
            Ok(Status::StreamEnd) if self.format == Format::Gzip => self.stage = Stage::Trailer,
            Ok(Status::StreamEnd) => self.stage = Stage::Over,
            Ok(_) if cut && written == 0 => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) if read > 0 || written > 0 => {}
            // No way on, which would be for ever.
            Ok(_) | Err(_) => self.stage = Stage::Failed,
        }
        Ok(written)
    }
}

impl<R: BufRead> Read for Inflate<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.stage {
                Stage::Begin | Stage::Next => self.begin()?,
                Stage::Trailer => self.check_trailer()?,
                Stage::Data if out.is_empty() => return Ok(0),
                Stage::Data => match self.inflate(out)? {
                    0 => {}
                    written => return Ok(written),
                },
                Stage::Failed => return Err(damaged("the deflate data makes no sense")),
                Stage::Over => return Ok(0),
            }
        }
    }
}
