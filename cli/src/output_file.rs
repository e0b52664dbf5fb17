//! A file that was asked for.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::language::messages;

/// Where output goes: a file, or standard output.
pub(crate) enum Output {
    /// Standard output, in colour where that is wanted.
    Standard(BufWriter<anstream::AutoStream<io::StdoutLock<'static>>>),
    File {
        file: BufWriter<anstream::StripStream<File>>,
        path: PathBuf,
    },
}

impl Output {
    /// Opens it; a file that is one of the `inputs` is not overwritten. What another one holds stays until
    /// [`begin`](Self::begin).
    pub(crate) fn open(path: Option<&Path>, inputs: &[PathBuf]) -> Result<Self, Failure> {
        let Some(path) = path.filter(|&path| path != Path::new("-")) else {
            return Ok(Self::Standard(BufWriter::new(anstream::stdout().lock())));
        };
        let shown = crate::text::foreign(&path.display().to_string());
        if let Ok(real) = fs::canonicalize(path) {
            let same = |input: &PathBuf| fs::canonicalize(input).is_ok_and(|input| input == real);
            if inputs.iter().any(same) {
                return Err(Failure::Input((messages().is_read)(&shown)));
            }
        }
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|error| Failure::Input((messages().cannot_write_to)(&shown, &error)))?;
        Ok(Self::File {
            file: BufWriter::new(anstream::StripStream::new(file)),
            path: path.to_owned(),
        })
    }

    /// From now on it holds what is written, and nothing from before.
    pub(crate) fn begin(&mut self) -> Result<(), Failure> {
        let Self::File { path, .. } = self else {
            return Ok(());
        };
        // A device holds nothing.
        let done = match fs::metadata(&*path) {
            Ok(data) if data.is_file() => File::options()
                .write(true)
                .open(&*path)
                .and_then(|file| file.set_len(0)),
            _ => Ok(()),
        };
        Ok(named(self, done)?)
    }

    fn inner(&mut self) -> &mut dyn Write {
        match self {
            Self::Standard(out) => out,
            Self::File { file, .. } => file,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner().write(bytes);
        named(self, written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.inner().flush();
        named(self, flushed)
    }
}

/// An error of a file says which.
fn named<T>(output: &Output, done: io::Result<T>) -> io::Result<T> {
    match (output, done) {
        (Output::File { path, .. }, Err(error)) => {
            let path = crate::text::foreign(&path.display().to_string());
            let why = (messages().input.io_error)(&error);
            let message = format!("{path}{}{why}", messages().colon);
            Err(io::Error::new(error.kind(), message))
        }
        (_, done) => done,
    }
}
