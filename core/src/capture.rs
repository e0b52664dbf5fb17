//! Capture files: pcap and pcapng, read as a stream from any [`Read`].
//!
//! Nothing here opens a file, seeks, or waits for more than the record at hand: a pipe that trickles
//! (`tcpdump -U -w -`) gives each frame as soon as its last byte is there. Memory is bounded: one
//! buffer that grows with the bytes that arrive, never with what a header claims.
//!
//! Formats: draft-ietf-opsawg-pcap (pcap in both byte orders, microseconds and nanoseconds, and the
//! "modified" form of 0xa1b2cd34) and draft-ietf-opsawg-pcapng (any number of sections and interfaces).

mod buffer;
mod error;
mod pcap;
mod pcapng;
mod resync;

use std::fmt;
use std::io::{self, Read};
use std::ops::Range;

use buffer::Buffer;
pub use error::CaptureError;

use crate::frame::{Frame, LinkType};

/// The longest record that is believed. Real ones stay below 256 KiB, USB and BIG TCP below 128 MiB.
pub const MAX_RECORD_LEN: u32 = 256 << 20;

/// A capture that is being read.
///
/// ```
/// # fn main() -> Result<(), synfin::capture::CaptureError> {
/// let header_only = [
///     0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
/// ];
/// let mut capture = synfin::capture::Capture::open(&header_only[..])?;
/// while let Some(frame) = capture.next_frame()? {
///     println!("{} {}", frame.number, frame.wire_len);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Capture<R> {
    input: Buffer<R>,
    format: Format,
    frames: u64,
    ended: bool,
    /// It ended at damage, behind which more may be found.
    damaged: bool,
}

enum Format {
    Pcap(pcap::Pcap),
    Pcapng(pcapng::Pcapng),
}

/// A packet record whose bytes lie in the buffer.
struct Record {
    time_ns: i64,
    link: LinkType,
    wire_len: u32,
    /// Where in the record, from its first byte.
    data: Range<usize>,
    /// Length of the whole record.
    len: usize,
}

/// Why a record could not be had; where it begins is known to the caller.
enum Fault {
    Truncated,
    Damaged(&'static str),
    Io(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl<R: Read> Capture<R> {
    /// Reads the file header. The reader needs no buffer of its own.
    pub fn open(read: R) -> Result<Self, CaptureError> {
        let mut input = Buffer::new(read);
        let format = Format::recognize(&mut input)?;
        Ok(Self {
            input,
            format,
            frames: 0,
            ended: false,
            damaged: false,
        })
    }

    /// The next frame, `None` at the end of the capture. After an error of the input's content there
    /// is nothing more unless [`resume`](Self::resume) finds it; after [`CaptureError::Io`] the call may be repeated.
    ///
    /// A pcap record whose header is odd is given when the next one's header is there and proves it. That one which is
    /// not odd has others inside, because its length is wrong, shows only where the header behind it is there already:
    /// a pipe that trickles is not made to wait for that.
    ///
    /// A pcapng simple packet block has no time: its frame gets the one before it.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, CaptureError> {
        if self.ended {
            return Ok(None);
        }
        let found = match &mut self.format {
            Format::Pcap(pcap) => pcap.next_record(&mut self.input),
            Format::Pcapng(pcapng) => pcapng.next_record(&mut self.input),
        };
        match found {
            Ok(Some(record)) => {
                self.frames += 1;
                let bytes = self.input.take(record.len);
                Ok(Some(Frame {
                    number: self.frames,
                    time_ns: record.time_ns,
                    link: record.link,
                    wire_len: record.wire_len,
                    data: bytes.get(record.data).unwrap_or(&[]),
                }))
            }
            Ok(None) => {
                self.ended = true;
                Ok(None)
            }
            Err(Fault::Io(error)) => Err(CaptureError::Io(error)),
            Err(Fault::Truncated) => {
                (self.ended, self.damaged) = (true, true);
                Err(CaptureError::Truncated {
                    offset: self.input.offset(),
                    frames: self.frames,
                })
            }
            Err(Fault::Damaged(what)) => {
                (self.ended, self.damaged) = (true, true);
                Err(CaptureError::Damaged {
                    offset: self.input.offset(),
                    frames: self.frames,
                    what,
                })
            }
        }
    }
}

impl<R: Read> Capture<R> {
    /// After [`CaptureError::Damaged`] or [`CaptureError::Truncated`]: looks for the next record that others
    /// behind it prove, and gives the number of bytes left out; [`next_frame`](Self::next_frame) goes on from
    /// there and the frames are numbered on. `None` where nothing more can be found.
    ///
    /// Time is linear in the bytes left out, memory bounded.
    pub fn resume(&mut self) -> Result<Option<u64>, CaptureError> {
        if !self.damaged {
            return Ok(None);
        }
        let damage = self.input.offset();
        let found = match &self.format {
            Format::Pcap(pcap) => pcap.resync(&mut self.input)?,
            Format::Pcapng(pcapng) => pcapng.resync(&mut self.input)?,
        };
        (self.ended, self.damaged) = (!found, false);
        Ok(found.then(|| self.input.offset() - damage))
    }
}

impl<R> Capture<R> {
    /// Frames given so far.
    pub const fn frames(&self) -> u64 {
        self.frames
    }

    /// How far into the input the frames given so far reach, bytes.
    pub const fn position(&self) -> u64 {
        self.input.offset()
    }

    /// "pcap" or "pcapng".
    pub const fn format(&self) -> &'static str {
        match self.format {
            Format::Pcap(_) => "pcap",
            Format::Pcapng(_) => "pcapng",
        }
    }
}

impl<R> fmt::Debug for Capture<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture")
            .field("format", &self.format())
            .field("frames", &self.frames)
            .field("position", &self.position())
            .finish_non_exhaustive()
    }
}

impl Format {
    fn recognize<R: Read>(input: &mut Buffer<R>) -> Result<Self, CaptureError> {
        input.want(4)?;
        let &[a, b, c, d] = match input.bytes() {
            [] => return Err(CaptureError::Empty),
            bytes => match bytes.first_chunk() {
                Some(magic) => magic,
                None => return Err(CaptureError::not_a_capture(bytes)),
            },
        };
        let magic = [a, b, c, d];
        if pcapng::is_section_header(magic) {
            if !input.want(pcapng::BYTE_ORDER_END)? {
                return Err(CaptureError::Truncated { offset: 0, frames: 0 });
            }
            return match pcapng::Pcapng::open(input.bytes()) {
                Some(pcapng) => Ok(Self::Pcapng(pcapng)),
                None => {
                    input.want(CaptureError::LOOK)?;
                    Err(CaptureError::not_a_capture(input.bytes()))
                }
            };
        }
        if !pcap::is_magic(magic) {
            // More bytes tell better what it is; there may be none.
            input.want(CaptureError::LOOK)?;
            return Err(CaptureError::not_a_capture(input.bytes()));
        }
        if !input.want(pcap::HEADER_LEN)? {
            return Err(CaptureError::Truncated { offset: 0, frames: 0 });
        }
        let Some(pcap) = pcap::Pcap::open(input.bytes()) else {
            input.want(CaptureError::LOOK)?;
            return Err(CaptureError::not_a_capture(input.bytes()));
        };
        input.take(pcap::HEADER_LEN);
        Ok(Self::Pcap(pcap))
    }
}

#[cfg(test)]
mod tests;
