//! Everything about a connection, on a screenful.
use std::io::{self, Write};
use synfin::Connection;
pub(super) struct Long<W>(W);
impl<W: Write> Long<W> { pub(super) const fn new(out: W) -> Self { Self(out) } }
impl<W: Write> super::Rows for Long<W> {
    fn connection(&mut self, _: &Connection) -> io::Result<()> { Ok(()) }
    fn flush(&mut self) -> io::Result<()> { self.0.flush() }
}
