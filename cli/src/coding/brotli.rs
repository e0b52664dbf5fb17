//! `br`, by the decoder that says how far it came; its reader drops what it decoded before an error.

use std::io::{self, BufRead, ErrorKind, Read};

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use super::damaged;

/// Bytes given to the decoder at once: where they make no sense, it also keeps what it decoded of those before.
const PIECE: usize = 64;

pub(super) struct Brotli<R> {
    source: R,
    state: Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>,
    /// What the decoder said last, if it says no more.
    end: Option<BrotliResult>,
}

impl<R: BufRead> Brotli<R> {
    pub(super) fn new(source: R) -> Self {
        let alloc = StandardAlloc::default;
        Self {
            source,
            state: Box::new(BrotliState::new(alloc(), alloc(), alloc())),
            end: None,
        }
    }
}

impl<R: BufRead> Read for Brotli<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.end {
                Some(BrotliResult::ResultSuccess) => return Ok(0),
                Some(_) => return Err(damaged("the brotli data makes no sense")),
                None => {}
            }
            let input = self.source.fill_buf()?;
            let input = &input[..input.len().min(PIECE)];
            let cut = input.is_empty();
            let (mut read, mut left_in, mut written, mut left_out) = (0, input.len(), 0, out.len());
            let result = BrotliDecompressStream(
                &mut left_in,
                &mut read,
                input,
                &mut left_out,
                &mut written,
                out,
                &mut 0,
                &mut self.state,
            );
            self.source.consume(read);
            match result {
                BrotliResult::ResultSuccess | BrotliResult::ResultFailure => self.end = Some(result),
                BrotliResult::NeedsMoreInput if cut && written == 0 => {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => {}
            }
            if written > 0 || out.is_empty() {
                return Ok(written);
            }
        }
    }
}
