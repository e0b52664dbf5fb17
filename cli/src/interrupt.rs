//! Ctrl-C ends the reading, not the report: what was read until then is still told.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::language::messages;

static HAPPENED: AtomicBool = AtomicBool::new(false);

/// Exit status after an interrupt: 128 and the signal's number, as shells have it.
pub(crate) const STATUS: u8 = 130;

/// From now on the first interrupt is noted; the second ends the program at once.
pub(crate) fn watch() {
    let noted = ctrlc::set_handler(|| {
        if HAPPENED.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(STATUS));
        }
    });
    if let Err(error) = noted {
        let say = messages();
        let message = (say.input.no_report_at_interrupt)(&error.to_string());
        anstream::eprintln!("synfin{}{message}", say.colon);
    }
}

pub(crate) fn happened() -> bool {
    HAPPENED.load(Ordering::Relaxed)
}

/// Standard input that ends at an interrupt, although whoever writes to it does not.
pub(crate) struct LiveInput<F> {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: io::Cursor<Vec<u8>>,
    /// Called where nothing more is there at the moment.
    waits: F,
}

impl<F: Fn()> LiveInput<F> {
    pub(crate) fn new(waits: F) -> Self {
        // A few chunks ahead: whoever writes faster than we read has to wait.
        let (sender, chunks) = mpsc::sync_channel(4);
        std::thread::spawn(move || {
            let mut input = io::stdin().lock();
            loop {
                let mut chunk = vec![0; 256 << 10];
                let read = input.read(&mut chunk).map(|len| {
                    chunk.truncate(len);
                    chunk
                });
                let ended = read.as_ref().map_or(true, Vec::is_empty);
                if sender.send(read).is_err() || ended {
                    return;
                }
            }
        });
        Self {
            chunks,
            chunk: io::Cursor::default(),
            waits,
        }
    }
}

impl<F: Fn()> Read for LiveInput<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let len = self.chunk.read(buffer)?;
            if len > 0 || buffer.is_empty() || happened() {
                return Ok(len);
            }
            let chunk = self.chunks.try_recv().or_else(|_| {
                (self.waits)();
                self.chunks.recv_timeout(Duration::from_millis(50))
            });
            match chunk {
                Ok(chunk) => self.chunk = io::Cursor::new(chunk?),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }
}
