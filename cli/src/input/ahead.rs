//! The reader: frames come decoded from a thread of their own.

use std::cell::RefCell;
use std::io::ErrorKind;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{self, SyncSender};
use std::thread::JoinHandle;

use synfin::{ChecksumPolicy, Frame, Prepared};

use super::opening::{Manner, Waiting};
use super::plan::Source;
use super::stream::{Fault, Faults, Stream, Take};
use super::{Filter, Window, is_selected};
use crate::Failure;
use crate::language::messages;
use crate::pipeline::{self, Emptying, Filling, belt};

/// Bytes, frames and frames left out that make a batch full.
const FULL_BYTES: usize = 256 << 10;
const FULL_FRAMES: usize = 1024;
const FULL_SEEN: u32 = 16 << 10;

/// Frames on their way to the tracker.
#[derive(Default)]
pub(super) struct Batch {
    /// Each with the end of its bytes.
    frames: Vec<(Prepared, usize)>,
    bytes: Vec<u8>,
    /// What to tell before the frame at this place.
    faults: Vec<(usize, Fault)>,
    /// Frames read, those left out included.
    seen: u32,
}

impl Batch {
    fn push(&mut self, frame: &Frame<'_>, checksums: ChecksumPolicy) {
        let prepared = Prepared::new(frame, checksums);
        let needed = frame.data.get(prepared.needed()).unwrap_or(&[]);
        self.bytes.extend_from_slice(needed);
        self.frames.push((prepared, self.bytes.len()));
    }

    fn is_full(&self) -> bool {
        self.bytes.len() >= FULL_BYTES || self.frames.len() >= FULL_FRAMES || self.seen >= FULL_SEEN
    }

    fn give(&mut self, to: &mut impl TakeAhead) -> Result<(), Failure> {
        let mut faults = self.faults.drain(..).peekable();
        let mut begin = 0;
        for (at, (frame, end)) in self.frames.iter().enumerate() {
            while let Some((_, fault)) = faults.next_if(|(place, _)| *place <= at) {
                to.fault(fault)?;
            }
            to.frame(frame, self.bytes.get(begin..*end).unwrap_or(&[]))?;
            begin = *end;
        }
        faults.try_for_each(|(_, fault)| to.fault(fault))?;
        to.pause(self.seen)
    }

    fn clear(&mut self) {
        self.frames.clear();
        self.bytes.clear();
        // A giant is rare, and batches go round for long.
        self.bytes.shrink_to(4 * FULL_BYTES);
        self.faults.clear();
        self.seen = 0;
    }
}

/// What takes the frames; an error ends the reading.
pub(super) trait TakeAhead {
    /// A frame, and the bytes of it that are needed.
    fn frame(&mut self, frame: &Prepared, bytes: &[u8]) -> Result<(), Failure>;
    /// Something is wrong with the input behind the frames so far.
    fn fault(&mut self, fault: Fault) -> Result<(), Failure>;
    /// Nothing more is there at the moment, or it was much: so many frames, those left out included.
    fn pause(&mut self, seen: u32) -> Result<(), Failure>;
}

/// How frames are chosen and prepared.
pub(super) struct Choice {
    pub(super) filter: Option<Filter>,
    pub(super) window: Window,
    pub(super) checksums: ChecksumPolicy,
}

/// What the reader leaves behind.
struct Ended {
    faults: Faults,
    done: Result<(), Failure>,
}

/// A capture that is read on a thread of its own.
pub(super) struct Ahead {
    belt: Emptying<Batch>,
    thread: JoinHandle<Ended>,
}

impl Ahead {
    /// Begins to read; the error says in words why the capture cannot be opened.
    pub(super) fn open(
        source: &Source,
        manner: &Manner,
        choice: Choice,
        faults: &mut Faults,
    ) -> Result<Self, String> {
        let (belt, emptying) = belt();
        let (opened, is_open) = mpsc::sync_channel(1);
        let reader = Reader {
            source: source.clone(),
            follow: manner.follow,
            taken: Arc::clone(&manner.taken),
            choice,
        };
        let thread = pipeline::spawn("reader", move || reader.run(belt, &opened))
            .map_err(|error| (messages().input.io_error)(&error))?;
        let ahead = Self {
            belt: emptying,
            thread,
        };
        match is_open.recv() {
            Ok(Ok(())) => Ok(ahead),
            Ok(Err(message)) => {
                *faults = ahead.ended().faults;
                Err(message)
            }
            // It panicked.
            Err(_) => {
                ahead.ended();
                Err(String::new())
            }
        }
    }

    /// Gives every frame to `to`. Where that one fails, the reader is left alone: it may be waiting for input.
    pub(super) fn read(self, faults: &mut Faults, to: &mut impl TakeAhead) -> Result<(), Failure> {
        while let Some(mut batch) = self.belt.next() {
            batch.give(to)?;
            batch.clear();
            self.belt.give_back(batch);
        }
        let ended = self.ended();
        *faults = ended.faults;
        ended.done
    }

    fn ended(self) -> Ended {
        let Self { belt, thread } = self;
        drop(belt);
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// What the reader sets out with.
struct Reader {
    source: Source,
    follow: bool,
    taken: Arc<AtomicU64>,
    choice: Choice,
}

impl Reader {
    fn run(self, belt: Filling<Batch>, opened: &SyncSender<Result<(), String>>) -> Ended {
        let outbox = Rc::new(RefCell::new(Outbox {
            batch: Batch::default(),
            belt,
        }));
        let waiting = Rc::clone(&outbox);
        let manner = Manner {
            follow: self.follow,
            taken: self.taken,
            // Where nobody takes it any more, the next frame shows it.
            waiting: Waiting::calls(move || drop(waiting.borrow_mut().hand_on())),
            ..Manner::default()
        };
        let mut packer = Packer {
            choice: self.choice,
            first_ns: None,
            outbox,
        };
        let mut faults = Faults::default();
        let (stream, is_open) = match Stream::open(&self.source, &manner, &mut faults) {
            Ok(stream) => (Some(stream), Ok(())),
            Err(message) => (None, Err(message)),
        };
        let wanted = opened.send(is_open).is_ok();
        let mut done = Ok(());
        if let Some(stream) = stream.filter(|_| wanted) {
            done = stream.read(&mut faults, &mut packer);
            // Before the reason why it ends.
            let _ = packer.outbox.borrow_mut().hand_on();
        }
        Ended { faults, done }
    }
}

/// The batch at hand.
struct Outbox {
    batch: Batch,
    belt: Filling<Batch>,
}

impl Outbox {
    /// An error where nobody takes it any more: that one knows why.
    fn hand_on(&mut self) -> Result<(), Failure> {
        if self.batch.seen == 0 || self.belt.hand_on(&mut self.batch) {
            Ok(())
        } else {
            Err(Failure::Output(ErrorKind::BrokenPipe.into()))
        }
    }
}

/// Puts frames into batches.
struct Packer {
    choice: Choice,
    first_ns: Option<i64>,
    outbox: Rc<RefCell<Outbox>>,
}

impl Take for Packer {
    fn frame(&mut self, frame: &Frame<'_>, faults: &mut Faults) -> Result<(), Failure> {
        let mut outbox = self.outbox.borrow_mut();
        let batch = &mut outbox.batch;
        batch.seen += 1;
        let place = batch.frames.len();
        let messages = faults.messages.drain(..);
        batch.faults.extend(messages.map(|message| (place, message)));
        let first_ns = *self.first_ns.get_or_insert(frame.time_ns);
        if is_selected(frame, self.choice.window, first_ns, self.choice.filter.as_mut())? {
            batch.push(frame, self.choice.checksums);
        }
        if batch.is_full() {
            outbox.hand_on()?;
        }
        Ok(())
    }
}
