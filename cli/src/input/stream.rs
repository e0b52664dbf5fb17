//! One capture out of one file or many: frames in order and numbered on, damage told and left out.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};

use synfin::capture::CaptureError;
use synfin::{Frame, LinkType};

use super::complain;
use super::opening::{self, Manner, Opened};
use super::plan::Source;
use crate::language::messages;
use crate::{Failure, interrupt};

/// More files than this are not held open at once.
const MANY_FILES: usize = 64;

/// What was wrong with the files of a capture.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) damaged: bool,
    pub(super) unusable: bool,
    /// Nothing is told: another reading does.
    pub(super) quiet: bool,
    /// Told before anything is.
    pub(super) messages: Vec<Fault>,
}

/// A file, and in words what was wrong with it.
pub(super) type Fault = (PathBuf, String);

impl Faults {
    fn tell(&mut self, path: &Path, message: String) {
        if !self.quiet {
            self.messages.push((path.to_owned(), message));
        }
    }

    /// Says what was not said yet.
    pub(super) fn flush(&mut self) {
        for (path, message) in self.messages.drain(..) {
            complain(&path, &message);
        }
    }
}

/// What takes the frames; an error ends the reading.
pub(super) trait Take {
    fn frame(&mut self, frame: &Frame<'_>, faults: &mut Faults) -> Result<(), Failure>;
}

/// A file of a capture that is being read.
struct Part {
    path: PathBuf,
    capture: Opened,
}

/// What comes next of a file.
enum Next {
    Frame,
    End,
    /// Another try may give more.
    Again,
}

impl Part {
    fn open(path: &Path, manner: &Manner) -> Result<Self, String> {
        Ok(Self {
            path: path.to_owned(),
            capture: opening::open(path, manner)?,
        })
    }

    /// Gives the next frame to `take`, and what it says of it.
    fn next(
        &mut self,
        faults: &mut Faults,
        take: impl FnOnce(Frame<'_>, &mut Faults) -> Result<(), Failure>,
    ) -> Result<Next, Failure> {
        if interrupt::happened() {
            return Ok(Next::End);
        }
        match self.capture.next_frame() {
            Ok(Some(frame)) => take(frame, faults).map(|()| Next::Frame),
            Ok(None) => Ok(Next::End),
            // An interrupted input ends anywhere.
            Err(_) if interrupt::happened() => Ok(Next::End),
            Err(error) => Ok(self.damaged(&error, faults)),
        }
    }

    /// Goes on behind damage where that is possible.
    fn damaged(&mut self, error: &CaptureError, faults: &mut Faults) -> Next {
        faults.damaged = true;
        let (skipped, then) = match self.capture.resume() {
            Ok(skipped) => (skipped, None),
            Err(then) => (None, Some(then)),
        };
        if interrupt::happened() {
            return Next::End;
        }
        let words = &messages().input;
        let message = match (skipped, error) {
            (Some(skipped), &CaptureError::Truncated { offset, frames }) => {
                (words.record_too_long)(offset, frames, skipped)
            }
            (Some(skipped), _) => (words.left_out)(&(words.capture_error)(error), skipped),
            (None, _) => (words.before_reported)(&(words.capture_error)(error)),
        };
        faults.tell(&self.path, message);
        if let Some(then) = then {
            faults.tell(&self.path, (words.capture_error)(&then));
        }
        if skipped.is_some() { Next::Again } else { Next::End }
    }
}

/// Reads the files of one capture in its order.
pub(super) struct Stream {
    manner: Manner,
    merged: bool,
    /// Opened already: the first that could be.
    first: Part,
    rest: Vec<PathBuf>,
}

impl Stream {
    /// Opens the first file that can be; the error says in words why the last one cannot.
    pub(super) fn open(source: &Source, manner: &Manner, faults: &mut Faults) -> Result<Self, String> {
        let mut manner = manner.clone();
        manner.parked = source.merged && source.files.len() > MANY_FILES;
        let mut files = source.files.iter();
        loop {
            let path = files.next().ok_or(messages().input.no_file_readable)?;
            match Part::open(path, &manner) {
                Ok(first) => {
                    return Ok(Self {
                        merged: source.merged,
                        first,
                        rest: files.cloned().collect(),
                        manner,
                    });
                }
                Err(message) if source.files.len() == 1 => return Err(message),
                Err(message) => {
                    faults.unusable = true;
                    faults.tell(path, message);
                }
            }
        }
    }

    /// Gives every frame to `to`, numbered over all files.
    pub(super) fn read(self, faults: &mut Faults, to: &mut impl Take) -> Result<(), Failure> {
        let mut number = 0;
        let mut take = |frame: &Frame<'_>, faults: &mut Faults| {
            number += 1;
            let frame = Frame { number, ..*frame };
            to.frame(&frame, faults)
        };
        if self.merged {
            self.merge(faults, &mut take)
        } else {
            self.chain(faults, &mut take)
        }
    }

    fn chain(
        self,
        faults: &mut Faults,
        take: &mut impl FnMut(&Frame<'_>, &mut Faults) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut part = self.first;
        let mut rest = self.rest.iter();
        loop {
            while !matches!(
                part.next(faults, |frame, faults| take(&frame, faults))?,
                Next::End
            ) {}
            part = loop {
                let Some(path) = rest.next().filter(|_| !interrupt::happened()) else {
                    return Ok(());
                };
                if let Some(part) = open_next(path, &self.manner, faults) {
                    break part;
                }
            };
        }
    }

    /// By time; of equal times the file named first comes first.
    fn merge(
        self,
        faults: &mut Faults,
        take: &mut impl FnMut(&Frame<'_>, &mut Faults) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut waiting = BinaryHeap::new();
        let mut heads: Vec<Head> = Vec::new();
        let mut first = Some(self.first);
        let mut rest = self.rest.iter();
        while let Some(part) = match first.take() {
            Some(part) => Some(Some(part)),
            None => rest.next().map(|path| open_next(path, &self.manner, faults)),
        } {
            let Some(part) = part else { continue };
            let mut head = Head::new(part, self.manner.clone());
            if head.advance(faults)? {
                head.park();
                waiting.push(Reverse((head.time_ns, heads.len())));
                heads.push(head);
            }
        }
        while let Some(Reverse((_, index))) = waiting.pop() {
            let Some(head) = heads.get_mut(index).filter(|_| !interrupt::happened()) else {
                break;
            };
            take(&head.frame(), faults)?;
            if head.advance(faults)? {
                waiting.push(Reverse((head.time_ns, index)));
            } else {
                head.place = Place::Ended;
                head.data = Vec::new();
            }
        }
        Ok(())
    }
}

fn open_next(path: &Path, manner: &Manner, faults: &mut Faults) -> Option<Part> {
    match Part::open(path, manner) {
        Ok(part) => Some(part),
        Err(message) => {
            faults.unusable = true;
            faults.tell(path, message);
            None
        }
    }
}

/// The next frame of a file that is merged with others.
struct Head {
    place: Place,
    manner: Manner,
    time_ns: i64,
    link: LinkType,
    wire_len: u32,
    data: Vec<u8>,
}

enum Place {
    Open(Box<Part>),
    /// Behind the first frame of this file; its turn has not come, and it costs no memory until then.
    Parked(PathBuf),
    Ended,
}

impl Head {
    fn new(part: Part, manner: Manner) -> Self {
        Self {
            place: Place::Open(Box::new(part)),
            manner,
            time_ns: 0,
            link: LinkType::ETHERNET,
            wire_len: 0,
            data: Vec::new(),
        }
    }

    /// After the first frame.
    fn park(&mut self) {
        match &self.place {
            Place::Open(part) if self.manner.parked && part.path.is_file() => {
                self.place = Place::Parked(part.path.clone());
            }
            _ => {}
        }
    }

    /// Fetches the next frame; `false` where there is none.
    fn advance(&mut self, faults: &mut Faults) -> Result<bool, Failure> {
        if let Place::Parked(path) = &self.place {
            let Some(mut part) = open_next(path, &self.manner, faults) else {
                return Ok(false);
            };
            // What is wrong before the first frame was told when it was read first.
            let mut told = Faults {
                quiet: true,
                ..Faults::default()
            };
            while matches!(part.next(&mut told, |_, _| Ok(()))?, Next::Again) {}
            self.place = Place::Open(Box::new(part));
        }
        let Self {
            place: Place::Open(part),
            time_ns,
            link,
            wire_len,
            data,
            ..
        } = self
        else {
            return Ok(false);
        };
        loop {
            let next = part.next(faults, |frame, _| {
                (*time_ns, *link, *wire_len) = (frame.time_ns, frame.link, frame.wire_len);
                data.clear();
                data.extend_from_slice(frame.data);
                Ok(())
            })?;
            match next {
                Next::Frame => return Ok(true),
                Next::End => return Ok(false),
                Next::Again => {}
            }
        }
    }

    fn frame(&self) -> Frame<'_> {
        Frame {
            number: 0,
            time_ns: self.time_ns,
            link: self.link,
            wire_len: self.wire_len,
            data: &self.data,
        }
    }
}
