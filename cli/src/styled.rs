//! Standard output for reports that have a line for each of many things.

use std::io::{self, BufWriter, Stdout, Write};

use anstream::ColorChoice;
use anstyle::Style;

use crate::text::{HEADING, foreign};

/// Styles are written here only where they are wanted. anstream, which takes them out again where they are not, looks
/// at every byte for that.
pub(crate) struct Styled {
    out: BufWriter<Stdout>,
    has_styles: bool,
}

impl Styled {
    pub(crate) fn stdout() -> Self {
        let out = anstream::stdout();
        Self {
            has_styles: out.current_choice() != ColorChoice::Never,
            out: BufWriter::with_capacity(1 << 16, out.into_inner()),
        }
    }

    /// The style to write in where this one is meant.
    pub(crate) fn style(&self, style: Style) -> Style {
        if self.has_styles { style } else { Style::new() }
    }

    /// Writes a line.
    pub(crate) fn line(&mut self, style: Style, line: &str) -> io::Result<()> {
        let style = self.style(style);
        writeln!(self.out, "{style}{line}{style:#}")
    }

    /// One of several captures begins.
    pub(crate) fn begin(&mut self, name: &str) -> io::Result<()> {
        self.line(HEADING, &format!("==> {} <==", foreign(name)))
    }
}

impl Write for Styled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
