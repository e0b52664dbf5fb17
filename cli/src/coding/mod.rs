//! Content codings undone (RFC 9110 section 8.4.1): from the bytes of a body straight into a file, a piece at a
//! time, so that a body that unpacks to far more than it was costs time up to a bound, and no memory.
//!
//! Whatever can be decoded before a body ends too early, or makes no sense, is decoded.

mod brotli;
mod inflate;
#[cfg(test)]
mod tests;
mod zstd;

pub(crate) use inflate::Inflate;
pub(crate) use zstd::Zstd;

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};

/// Codings in a row that are undone; nobody needs more than two.
const MOST_CODINGS: usize = 4;

/// A coding that can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 1950, or RFC 1951 alone as many servers understood it.
    Deflate,
    /// RFC 7932.
    Brotli,
    /// RFC 8878.
    Zstd,
}

impl Coding {
    fn named(name: &str) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match () {
            () if is("gzip") || is("x-gzip") => Some(Self::Gzip),
            () if is("deflate") => Some(Self::Deflate),
            () if is("br") => Some(Self::Brotli),
            () if is("zstd") => Some(Self::Zstd),
            () => None,
        }
    }
}

/// The codings of a `Content-Encoding` in the order of their application, or those that cannot be undone.
pub(crate) fn codings(content_encoding: &str) -> Result<Vec<Coding>, String> {
    let named = content_encoding.split(',').map(str::trim);
    let names: Vec<&str> = named
        .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity"))
        .collect();
    let known: Option<Vec<Coding>> = names.iter().map(|name| Coding::named(name)).collect();
    known
        .filter(|codings| codings.len() <= MOST_CODINGS)
        .ok_or_else(|| names.join(", "))
}

/// How far a body could be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// To its end.
    Whole,
    /// To the bound.
    TooLong,
    /// To where its bytes end before the coding does.
    Cut,
    /// To where its bytes make no sense.
    Damaged(String),
}

/// Undoes `codings`, the last one first; at most `limit` bytes go `out`, and as many from one coding to the
/// next. Gives how many bytes went out; the error is of writing.
pub(crate) fn decode(
    body: &[u8],
    codings: &[Coding],
    limit: u64,
    out: &mut impl Write,
) -> io::Result<(u64, End)> {
    let mut source: Box<dyn BufRead + '_> = Box::new(body);
    for coding in codings.iter().rev() {
        let decoder: Box<dyn Read + '_> = match coding {
            Coding::Gzip => Box::new(inflate::Inflate::gzip(source)),
            Coding::Deflate => Box::new(inflate::Inflate::deflate(source)),
            Coding::Brotli => Box::new(brotli::Brotli::new(source)),
            Coding::Zstd => Box::new(zstd::Zstd::new(source)),
        };
        source = Box::new(BufReader::new(Bounded {
            of: decoder,
            left: limit,
        }));
    }
    let mut source = Bounded {
        of: source,
        left: limit,
    };
    let mut piece = vec![0; 64 << 10];
    let mut written = 0;
    loop {
        match source.read(&mut piece) {
            Ok(0) => return Ok((written, End::Whole)),
            Ok(len) => {
                out.write_all(&piece[..len])?;
                written += len as u64;
            }
            Err(error) => {
                let end = match error.kind() {
                    ErrorKind::FileTooLarge => End::TooLong,
                    ErrorKind::UnexpectedEof => End::Cut,
                    _ => End::Damaged(error.to_string()),
                };
                return Ok((written, end));
            }
        }
    }
}

/// Fails where more than so many bytes come.
struct Bounded<R> {
    of: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return match self.of.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(ErrorKind::FileTooLarge.into()),
            };
        }
        let most = usize::try_from(self.left).map_or(out.len(), |left| left.min(out.len()));
        let len = self.of.read(&mut out[..most])?;
        self.left -= len as u64;
        Ok(len)
    }
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}
