//! The window over the input in which a record is looked at.

use std::io::{self, ErrorKind, Read};

/// Most records are far shorter; this is how much is asked of the reader at once.
const INITIAL_LEN: usize = 256 << 10;

/// Bytes read and not yet taken, and how many were taken before them.
pub(super) struct Buffer<R> {
    read: R,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    offset: u64,
}

impl<R: Read> Buffer<R> {
    pub(super) fn new(read: R) -> Self {
        Self {
            read,
            bytes: vec![0; INITIAL_LEN],
            start: 0,
            end: 0,
            offset: 0,
        }
    }

    /// Reads until `len` bytes are there; `false` when the input ends before. Asks the reader for
    /// nothing when they are there already, so that a live capture is never waited for in vain.
    #[inline]
    pub(super) fn want(&mut self, len: usize) -> io::Result<bool> {
        if self.end - self.start >= len {
            return Ok(true);
        }
        self.read(len)
    }

    #[cold]
    fn read(&mut self, len: usize) -> io::Result<bool> {
        while self.end - self.start < len {
            self.make_room(len);
            match self.read.read(&mut self.bytes[self.end..]) {
                Ok(0) => return Ok(false),
                Ok(count) => self.end = (self.end + count).min(self.bytes.len()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Makes room behind `end` when the buffer cannot hold `len` bytes: by moving what is there to
    /// the front, and when it is full of them by doubling, so that a record that claims to be long
    /// costs memory only as its bytes arrive.
    fn make_room(&mut self, len: usize) {
        if self.start > 0 && self.bytes.len() - self.start < len {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.bytes.len() {
            self.bytes.resize(self.bytes.len() * 2, 0);
        }
    }
}

impl<R> Buffer<R> {
    /// What is there.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or(&[])
    }

    /// Takes `len` bytes that [`want`](Self::want) promised.
    pub(super) fn take(&mut self, len: usize) -> &[u8] {
        let from = self.start;
        let to = (from + len).min(self.end);
        self.offset += (to - from) as u64;
        self.start = to;
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
        self.bytes.get(from..to).unwrap_or(&[])
    }

    /// Bytes of memory held.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.bytes.len()
    }

    /// Bytes taken so far.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }
}
