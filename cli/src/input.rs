//! Captures from files and standard input, and what could not be read of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use synfin::capture::Capture;
use synfin::wire::Other;
use synfin::{Annotation, Config, Dissector, IcmpNote, LinkType, Outcome};

use crate::args;
use crate::interrupt::{self, LiveInput};
use crate::{Failure, text};

/// What could be read, over all inputs.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    read: usize,
    damaged: bool,
    unusable: bool,
}

impl Reading {
    /// Something in an input could not be read.
    pub(crate) fn damaged(&self) -> bool {
        self.damaged
    }

    /// An input could not be read at all.
    pub(crate) fn unusable(&self) -> bool {
        self.unusable
    }

    /// Nothing was usable: that is a failure, already explained on standard error.
    fn outcome(self, files: usize) -> Result<Self, Failure> {
        if self.read == 0 && files > 0 && !interrupt::happened() {
            Err(Failure::Input("nothing to read".to_owned()))
        } else {
            Ok(self)
        }
    }
}

/// What a report does with one capture.
pub(crate) trait Sink {
    /// What it needs of the dissector beyond what the arguments say.
    fn configure(&self, _config: &mut Config) {}
    /// A capture is about to be read; the error says in words why it is not.
    fn prepare(&mut self, _path: &Path) -> Result<(), String> {
        Ok(())
    }
    /// One of several captures begins.
    fn begin(&mut self, _name: &str) -> io::Result<()> {
        Ok(())
    }
    /// A TCP segment was annotated.
    fn segment(&mut self, dissector: &Dissector, annotation: &Annotation) -> io::Result<()>;
    /// An ICMP error about a segment of a known connection came in frame `frame`.
    fn icmp(&mut self, _frame: u64, _time_ns: i64, _note: &IcmpNote) {}
    /// A frame was taken in, whatever became of it.
    fn frame(&mut self, _dissector: &mut Dissector) -> io::Result<()> {
        Ok(())
    }
    /// The capture has ended.
    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()>;
    /// What to say of the capture on standard error.
    fn remark(&mut self) -> Option<String> {
        None
    }
    /// What was written must be seen now.
    fn flush(&mut self) -> io::Result<()>;
}

/// Reads every file in order, each a capture of its own, into what `sink` makes for it.
pub(crate) fn read_all<S: Sink>(from: &args::Input, mut sink: S) -> Result<Reading, Failure> {
    let mut reading = Reading::default();
    for path in &from.files {
        match sink.prepare(path).and_then(|()| open(path)) {
            Ok(capture) => {
                if interrupt::happened() {
                    break;
                }
                if from.files.len() > 1 {
                    sink.begin(&path.display().to_string())?;
                }
                reading.read += 1;
                reading.damaged |= read_one(path, capture, from, &mut sink)?;
            }
            Err(message) => {
                reading.unusable = true;
                complain(path, &message);
            }
        }
    }
    reading.outcome(from.files.len())
}

type Input = Box<dyn Read>;

/// Opens a capture; the error says in words why it cannot be read.
pub(crate) fn open(path: &Path) -> Result<Capture<Input>, String> {
    let input: Input = if path == Path::new("-") {
        Box::new(LiveInput::new())
    } else {
        let file = File::open(path).map_err(|error| error.to_string())?;
        Box::new(file)
    };
    Capture::open(input).map_err(|error| error.to_string())
}

/// Reads one capture; returns whether something in it could not be read.
fn read_one<S: Sink>(
    path: &PathBuf,
    mut capture: Capture<Input>,
    from: &args::Input,
    sink: &mut S,
) -> Result<bool, Failure> {
    let mut config = from.config();
    sink.configure(&mut config);
    let mut dissector = Dissector::new(config);
    // Standard input may be live (`tcpdump -U -w - |`): each line as it comes.
    let live = path == Path::new("-");
    let mut unknown: BTreeMap<LinkType, u64> = BTreeMap::new();
    let mut overlapping = 0_u64;
    let stopped = loop {
        if interrupt::happened() {
            break None;
        }
        match capture.next_frame() {
            Ok(Some(frame)) => {
                let outcome = dissector.frame(&frame);
                match &outcome {
                    Outcome::Segment(annotation) => sink.segment(&dissector, annotation)?,
                    Outcome::Icmp(Some(note)) => sink.icmp(frame.number, frame.time_ns, note),
                    Outcome::Other(Other::UnknownLink(link)) => *unknown.entry(*link).or_default() += 1,
                    Outcome::Other(Other::OverlappingFragment) => overlapping += 1,
                    _ => {}
                }
                sink.frame(&mut dissector)?;
                if live {
                    sink.flush()?;
                }
            }
            Ok(None) => break None,
            // An interrupted input ends anywhere.
            Err(_) if interrupt::happened() => break None,
            Err(error) => break Some(error),
        }
    };
    sink.end(&mut dissector)?;
    sink.flush()?;
    if let Some(remark) = sink.remark() {
        complain(path, &remark);
    }
    if let Some(error) = &stopped {
        complain(path, &format!("{error}; everything before was reported"));
    }
    if overlapping > 0 {
        // The traffic's fault, not the file's: the exit status stays.
        complain(
            path,
            &format!(
                "{overlapping} IP fragment{} of packets whose fragments overlap (RFC 5722): not put together",
                plural(overlapping)
            ),
        );
    }
    for (link, frames) in &unknown {
        let name = link.name().unwrap_or("no name known");
        let s = plural(*frames);
        complain(
            path,
            &format!("{frames} frame{s} of link type {} ({name}) not read", link.0),
        );
    }
    Ok(stopped.is_some() || !unknown.is_empty())
}

/// Why a connection that was asked for is not there, where a capture holds `total` of them.
pub(crate) fn no_such_connection(number: u64, total: u64) -> String {
    let held = match total {
        0 => "no connections".to_owned(),
        1 => "one connection, number 0".to_owned(),
        _ => format!("{total} connections, 0 to {}", total - 1),
    };
    format!("no connection {number}: the capture holds {held}")
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn complain(path: &Path, message: &str) {
    anstream::eprintln!(
        "synfin: {}: {message}",
        text::foreign(&path.display().to_string())
    );
}
