//! `synfin ladder`: a connection as a picture, time running down.

pub(crate) mod fold;
mod mermaid;
pub(crate) mod model;
mod svg;
mod terminal;
mod words;

use std::collections::BTreeMap;
use std::io::{self, Write};

use synfin::{Annotation, ConnectionId, Dissector, IcmpNote};

use crate::Failure;
use crate::args::Ladder as Args;
use crate::input::{self, Reading, Sink};
use crate::language::{Messages, messages};
use crate::output_file::Output;
use crate::text::{self, HEADING};
use fold::{Folded, Limits, Moment};
use model::Ladder;
use terminal::Strokes;

/// Connections that are drawn without asking which.
const FEW: u64 = 5;

/// Rows of a picture somebody can take in; what is between is told in one.
const FOLDED: Limits = Limits {
    plain: Some(3),
    head: 1000,
    tail: 1000,
    recent: 512,
};

/// With `--all`; still memory has an end.
const UNFOLDED: Limits = Limits {
    plain: None,
    head: 100_000,
    tail: 100_000,
    recent: 0,
};

pub(crate) fn run(args: &Args) -> Result<Reading, Failure> {
    let mut drawing = Drawing {
        say: messages(),
        out: Output::open(args.output.as_deref(), &args.input.files)?,
        args,
        kept: BTreeMap::new(),
        drawn: Vec::new(),
        several: false,
        refused: None,
    };
    drawing.out.begin()?;
    let reading = input::read_all(&args.input, &mut drawing)?;
    drawing.finish()?;
    match drawing.refused {
        Some(why) => Err(Failure::Input(why)),
        None => Ok(reading),
    }
}

struct Drawing<'a> {
    say: &'static Messages,
    out: Output,
    args: &'a Args,
    /// The connections asked for, of the capture that is read.
    kept: BTreeMap<ConnectionId, Folded>,
    /// Pictures that become one: an SVG has one root.
    drawn: Vec<Ladder>,
    /// Something was drawn already.
    several: bool,
    /// Why something asked for could not be drawn.
    refused: Option<String>,
}

impl Drawing<'_> {
    fn wanted(&self, connection: ConnectionId) -> bool {
        match self.args.connection.as_slice() {
            [] => connection < FEW,
            asked => asked.contains(&connection),
        }
    }

    fn folded(&mut self, connection: ConnectionId) -> Option<&mut Folded> {
        if !self.wanted(connection) {
            return None;
        }
        let limits = if self.args.all { UNFOLDED } else { FOLDED };
        Some(self.kept.entry(connection).or_insert_with(|| Folded::new(limits)))
    }

    fn draw(&mut self, ladder: Ladder) -> io::Result<()> {
        if self.args.svg {
            self.drawn.push(ladder);
            return Ok(());
        }
        if std::mem::replace(&mut self.several, true) {
            writeln!(self.out)?;
        }
        if self.args.mermaid {
            return mermaid::draw(&mut self.out, self.say, &ladder);
        }
        let strokes = if self.args.ascii {
            Strokes::ASCII
        } else {
            Strokes::of_locale()
        };
        let strokes = strokes.for_text_in(self.say.language);
        terminal::draw(&mut self.out, self.say, &ladder, text::width(), &strokes)
    }

    fn finish(&mut self) -> io::Result<()> {
        if !self.drawn.is_empty() {
            svg::draw(&mut self.out, self.say, &self.drawn)?;
        }
        self.out.flush()
    }
}

impl Sink for &mut Drawing<'_> {
    fn writes_while_reading(&self) -> bool {
        false
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        if self.args.svg {
            return Ok(());
        }
        if std::mem::replace(&mut self.several, false) {
            writeln!(self.out)?;
        }
        let name = text::foreign(name);
        if self.args.mermaid {
            writeln!(self.out, "%% {name}")
        } else {
            writeln!(self.out, "{HEADING}==> {name} <=={HEADING:#}")
        }
    }

    fn segment(&mut self, _: &Dissector, segment: &Annotation) -> io::Result<()> {
        if let Some(folded) = self.folded(segment.connection) {
            folded.segment(segment);
        }
        Ok(())
    }

    fn icmp(&mut self, frame: u64, time_ns: i64, note: &IcmpNote) {
        if let Some(folded) = self.folded(note.connection) {
            folded.icmp(Moment { frame, time_ns }, note.direction);
        }
    }

    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        let mut kept = std::mem::take(&mut self.kept);
        let mut total = 0;
        let mut pictures = Vec::new();
        for connection in dissector.finish() {
            total += 1;
            if let Some(folded) = kept.remove(&connection.connection) {
                pictures.push(Ladder::of(self.say, &connection, folded));
            }
        }
        let asked = &self.args.connection;
        if asked.is_empty() && total > FEW {
            self.refused = Some((self.say.which_connection)(total));
            return Ok(());
        }
        if let Some(number) = asked
            .iter()
            .find(|&&number| pictures.iter().all(|ladder| ladder.connection != number))
        {
            self.refused = Some((self.say.no_such_connection)(*number, total));
        }
        if total == 0 && asked.is_empty() && !self.args.svg && !self.args.mermaid {
            return writeln!(self.out, "{}", self.say.no_connections);
        }
        for picture in pictures {
            self.draw(picture)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
