//! Aligned columns of text, written while rows still come.

use std::io::{self, Write};

use crate::put;
use crate::styled::Styled;
use crate::text::{HEADING, columns, cut};

/// So many rows are looked at before the first is written, to know how wide columns are.
const LOOK_AHEAD: usize = 512;

/// A row, already safe to show: its cells behind each other.
#[derive(Default)]
pub(crate) struct Cells {
    text: String,
    /// Where each cell ends, and the columns it takes.
    ends: Vec<(usize, usize)>,
}

impl Cells {
    /// Adds a cell, which is written to the end of a text.
    pub(crate) fn add(&mut self, write: impl FnOnce(&mut String)) {
        let begin = self.text.len();
        write(&mut self.text);
        let width = columns(&self.text[begin..]);
        self.ends.push((self.text.len(), width));
    }

    /// Each cell and the columns it takes.
    fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        let mut begin = 0;
        self.ends.iter().map(move |&(end, width)| {
            let cell = &self.text[begin..end];
            begin = end;
            (cell, width)
        })
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }
}

/// A table whose columns are as wide as their widest cell so far.
pub(crate) struct Table {
    out: Styled,
    heading: Cells,
    /// Columns that are aligned to the right: numbers.
    right: Vec<bool>,
    widths: Vec<usize>,
    waiting: Vec<Cells>,
    /// Rows that were written, for others to take their place.
    written: Vec<Cells>,
    line: String,
    headed: bool,
    /// How many columns of the terminal there are, and which of the table go first where they are too few.
    room: Option<usize>,
    least: Vec<usize>,
    /// Columns that have gone.
    gone: Vec<usize>,
}

/// What is left of the last column at least; where there is less room, another one goes.
const LAST: usize = 16;

impl Table {
    pub(crate) fn new(out: Styled) -> Self {
        Self {
            out,
            heading: Cells::default(),
            right: Vec::new(),
            widths: Vec::new(),
            waiting: Vec::new(),
            written: Vec::new(),
            line: String::new(),
            headed: false,
            room: None,
            least: Vec::new(),
            gone: Vec::new(),
        }
    }

    pub(crate) const fn out(&mut self) -> &mut Styled {
        &mut self.out
    }

    pub(crate) fn is_headed(&self) -> bool {
        !self.heading.ends.is_empty()
    }

    pub(crate) fn head<'a>(&mut self, heading: impl IntoIterator<Item = &'a str>, right: Vec<bool>) {
        for text in heading {
            self.heading.add(|cell| cell.push_str(text));
        }
        self.widths = self.heading.iter().map(|(_, width)| width).collect();
        self.right = right;
    }

    /// Makes it fit in a width.
    pub(crate) fn fit(&mut self, room: Option<usize>, least: Vec<usize>) {
        (self.room, self.least) = (room, least);
        self.gone.clear();
    }

    /// Leaves out what there is no room for.
    fn make_room(&mut self) {
        let Some(room) = self.room else { return };
        for &next in &self.least {
            let kept: Vec<usize> = (0..self.widths.len())
                .filter(|at| !self.gone.contains(at))
                .collect();
            let Some((last, others)) = kept.split_last() else {
                return;
            };
            let others: usize = others.iter().map(|&at| self.widths[at] + 2).sum();
            if others + self.widths[*last].min(LAST) <= room {
                return;
            }
            self.gone.push(next);
        }
    }

    /// Adds a row, whose cells `fill` adds.
    pub(crate) fn row(&mut self, fill: impl FnOnce(&mut Cells)) -> io::Result<()> {
        let mut cells = self.written.pop().unwrap_or_default();
        cells.clear();
        fill(&mut cells);
        for (widest, (_, width)) in self.widths.iter_mut().zip(cells.iter()) {
            *widest = (*widest).max(width);
        }
        self.waiting.push(cells);
        if self.waiting.len() >= LOOK_AHEAD {
            self.write()?;
        }
        Ok(())
    }

    /// The table has ended; another one may follow.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.write()?;
        self.headed = false;
        self.heading.clear();
        Ok(())
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.write()?;
        self.out.flush()
    }

    /// Writes the rows that wait.
    pub(crate) fn write(&mut self) -> io::Result<()> {
        let mut line = std::mem::take(&mut self.line);
        if !self.headed && self.is_headed() {
            self.headed = true;
            self.make_room();
            self.align(&self.heading, &mut line);
            self.out.line(HEADING, &line)?;
        }
        for row in std::mem::take(&mut self.waiting) {
            self.align(&row, &mut line);
            line.push('\n');
            self.out.write_all(line.as_bytes())?;
            self.written.push(row);
        }
        self.line = line;
        Ok(())
    }

    fn align(&self, cells: &Cells, line: &mut String) {
        line.clear();
        for (i, ((cell, width), widest)) in cells.iter().zip(&self.widths).enumerate() {
            if self.gone.contains(&i) {
                continue;
            }
            let space = widest.saturating_sub(width);
            if self.right.get(i).is_some_and(|right| *right) {
                put::spaces(line, space);
                line.push_str(cell);
            } else {
                line.push_str(cell);
                put::spaces(line, space);
            }
            line.push_str("  ");
        }
        line.truncate(line.trim_end().len());
        if self.room.is_some_and(|room| columns(line) > room) {
            *line = cut(line, self.room);
        }
    }
}
