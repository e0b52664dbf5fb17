//! `zstd`, block by block. The decoder gives out the last window of a frame only at the frame's end; one that
//! ends too early is therefore ended by an empty last block.

use std::error::Error;
use std::io::{self, BufRead, ErrorKind, Read};

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::damaged;

/// Windows larger than this are refused, as they are memory; RFC 9659 allows HTTP 8 MiB.
const LARGEST_WINDOW: u64 = 64 << 20;

/// RFC 8878 section 3.1.1.2: a raw block of no bytes, the last one; and room for a checksum.
const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

/// Gives what it could decode before an error, then the error. Takes several frames one behind the other.
pub(crate) struct Zstd<R> {
    largest_window: u64,
    source: R,
    decoder: FrameDecoder,
    frames: u64,
    inside: bool,
    /// Why nothing comes after what the decoder still holds.
    failed: Option<(ErrorKind, &'static str)>,
}

impl<R: BufRead> Zstd<R> {
    pub(super) fn new(source: R) -> Self {
        Self::with_window(source, LARGEST_WINDOW)
    }

    /// Refuses windows of more bytes than this.
    pub(crate) fn with_window(source: R, largest_window: u64) -> Self {
        Self {
            largest_window,
            source,
            decoder: FrameDecoder::new(),
            frames: 0,
            inside: false,
            failed: None,
        }
    }

    /// Begins the next frame; none follows where it gives false.
    fn begin(&mut self) -> io::Result<bool> {
        if self.frames > 0 && self.source.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let mut header = [0; 18];
        self.source.read_exact(&mut header[..4])?;
        let magic = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
        self.frames += 1;
        // RFC 8878 section 3.1.2: skippable frames.
        if magic & 0xffff_fff0 == 0x184d_2a50 {
            let mut len = [0; 4];
            self.source.read_exact(&mut len)?;
            let len = u64::from(u32::from_le_bytes(len));
            let skipped = io::copy(&mut self.source.by_ref().take(len), &mut io::sink())?;
            return if skipped == len {
                Ok(true)
            } else {
                Err(ErrorKind::UnexpectedEof.into())
            };
        }
        if magic != 0xfd2f_b528 {
            return Err(damaged("no zstd frame"));
        }
        self.source.read_exact(&mut header[4..5])?;
        let len = 5 + rest_of_header(header[4]);
        let header = &mut header[..len];
        self.source.read_exact(&mut header[5..])?;
        if window(header) > self.largest_window {
            return Err(damaged("the zstd window is too large"));
        }
        self.decoder
            .init(&*header)
            .map_err(|_| damaged("the zstd header makes no sense"))?;
        self.inside = true;
        Ok(true)
    }

    fn block(&mut self) {
        let one = BlockDecodingStrategy::UptoBlocks(1);
        if let Err(error) = self.decoder.decode_blocks(&mut self.source, one) {
            self.failed = Some(match io_kind(&error) {
                Some(kind) => (kind, "no more zstd data"),
                None => (ErrorKind::InvalidData, "the zstd data makes no sense"),
            });
            // What a decoder could not decode stands already; this only makes it give out the rest.
            let _ = self
                .decoder
                .decode_blocks(LAST_BLOCK.as_slice(), BlockDecodingStrategy::All);
        }
    }

    /// The frame is over and given out.
    fn end(&mut self) -> io::Result<()> {
        self.inside = false;
        let told = self.decoder.get_checksum_from_data();
        if told.is_some() && told != self.decoder.get_calculated_checksum() {
            return Err(damaged("zstd checksum differs"));
        }
        Ok(())
    }
}

/// RFC 8878 section 3.1.1.1: how many bytes follow the descriptor.
fn rest_of_header(descriptor: u8) -> usize {
    let single_segment = descriptor & 0x20 != 0;
    let window = usize::from(!single_segment);
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let content_size = match descriptor >> 6 {
        0 => usize::from(single_segment),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    window + dictionary + content_size
}

/// RFC 8878 section 3.1.1.1.2, of a whole header.
fn window(header: &[u8]) -> u64 {
    let descriptor = header[4];
    if descriptor & 0x20 == 0 {
        let base = 1_u64 << (10 + (header[5] >> 3));
        return base + base / 8 * u64::from(header[5] & 7);
    }
    let size_at = 5 + [0, 1, 2, 4][usize::from(descriptor & 3)];
    let mut size = [0; 8];
    size[..header.len() - size_at].copy_from_slice(&header[size_at..]);
    let offset = if descriptor >> 6 == 1 { 256 } else { 0 };
    u64::from_le_bytes(size).saturating_add(offset)
}

/// The kind of the failed reading that an error tells of.
fn io_kind(error: &FrameDecoderError) -> Option<ErrorKind> {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        cause = error.source();
    }
    None
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let len = self.decoder.read(out)?;
            if len > 0 || out.is_empty() {
                return Ok(len);
            }
            if let Some((kind, what)) = self.failed {
                return Err(io::Error::new(kind, what));
            }
            if !self.inside {
                if !self.begin()? {
                    return Ok(0);
                }
            } else if self.decoder.is_finished() {
                self.end()?;
            } else {
                self.block();
            }
        }
    }
}
