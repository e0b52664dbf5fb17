//! From a path to its bytes: standard input, files, files that grow, and files by the thousand.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use synfin::capture::Capture;

use super::compressed;
use crate::interrupt::{self, LiveInput};
use crate::language::messages;

pub(super) type Opened = Capture<Box<dyn Read>>;

/// How long a file that grows is left alone.
const PAUSE: Duration = Duration::from_millis(50);

/// How files are read.
#[derive(Debug, Clone, Default)]
pub(super) struct Manner {
    /// Wait for more at the end of a file.
    pub(super) follow: bool,
    /// Hold no file open between two pieces of it: there are many.
    pub(super) parked: bool,
    /// Bytes taken from all inputs, compressed as they are.
    pub(super) taken: Arc<AtomicU64>,
    /// What is done before input is waited for.
    pub(super) waiting: Waiting,
}

/// Called where an input has nothing more at the moment.
#[derive(Clone, Default)]
pub(super) struct Waiting(Option<Rc<dyn Fn()>>);

impl Waiting {
    pub(super) fn calls(what: impl Fn() + 'static) -> Self {
        Self(Some(Rc::new(what)))
    }

    fn begins(&self) {
        if let Some(call) = &self.0 {
            call();
        }
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Waiting").field(&self.0.is_some()).finish()
    }
}

pub(super) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Opens a capture; the error says in words why it cannot be read.
pub(super) fn open(path: &Path, manner: &Manner) -> Result<Opened, String> {
    let words = &messages().input;
    let bytes: Box<dyn Read> = if is_stdin(path) {
        let waiting = manner.waiting.clone();
        Box::new(LiveInput::new(move || waiting.begins()))
    } else {
        let file = File::open(path).map_err(|error| (words.io_error)(&error))?;
        let is_file = file.metadata().is_ok_and(|data| data.is_file());
        match () {
            () if is_file && manner.follow => Box::new(Growing {
                file,
                position: 0,
                waiting: manner.waiting.clone(),
            }),
            () if is_file && manner.parked => Box::new(Parked {
                path: path.to_owned(),
                position: 0,
            }),
            () => Box::new(file),
        }
    };
    let counted = Counted {
        of: bytes,
        taken: Arc::clone(&manner.taken),
    };
    let bytes = compressed::decompressed(Box::new(counted)).map_err(|error| (words.io_error)(&error))?;
    Capture::open(bytes).map_err(|error| (words.capture_error)(&error))
}

struct Counted {
    of: Box<dyn Read>,
    taken: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.of.read(buffer)?;
        self.taken.fetch_add(len as u64, Ordering::Relaxed);
        Ok(len)
    }
}

/// A file somebody writes to: it ends at an interrupt.
struct Growing {
    file: File,
    position: u64,
    waiting: Waiting,
}

impl Read for Growing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !interrupt::happened() {
            let len = self.file.read(buffer)?;
            self.position += len as u64;
            if len > 0 || buffer.is_empty() {
                return Ok(len);
            }
            let now = self.file.metadata()?.len();
            if now < self.position {
                let message = (messages().input.cut_while_followed)(now, self.position);
                return Err(io::Error::other(message));
            }
            self.waiting.begins();
            std::thread::sleep(PAUSE);
        }
        Ok(0)
    }
}

/// A file that is open only while a piece of it is read.
struct Parked {
    path: PathBuf,
    position: u64,
}

impl Read for Parked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.position))?;
        let len = file.read(buffer)?;
        self.position += len as u64;
        Ok(len)
    }
}
