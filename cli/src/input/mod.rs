//! Captures from files, folders and standard input, and what could not be read of them.

mod ahead;
mod bpf;
mod compressed;
mod opening;
mod plan;
mod progress;
mod rotated;
mod stream;
mod window;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use synfin::wire::Other;
use synfin::{
    Annotation, BoundsReached, Config, Connection, Dissector, Frame, IcmpNote, LinkType, Outcome, Prepared,
};

use crate::args;
use crate::fail_on::FailOn;
use crate::interrupt;
use crate::language::messages;
use crate::{Failure, text};
use ahead::{Ahead, Choice, TakeAhead};
pub(crate) use bpf::Filter;
use opening::Manner;
pub(crate) use plan::Plan;
use progress::Progress;
use stream::{Fault, Faults, Stream, Take};
pub(crate) use window::{Moment, Window};

/// What could be read, over all inputs.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    read: usize,
    damaged: bool,
    unusable: bool,
    failed: bool,
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

    /// A connection has a verdict that `--fail-on` names.
    pub(crate) fn failed(&self) -> bool {
        self.failed
    }

    /// Nothing was usable: that is a failure, already explained on standard error.
    fn outcome(self, files: usize) -> Result<Self, Failure> {
        if self.read == 0 && files > 0 && !interrupt::happened() {
            Err(Failure::Input(messages().input.nothing_to_read.to_owned()))
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
    /// Whether anything is written before the end of a capture.
    fn writes_while_reading(&self) -> bool {
        true
    }
    /// A frame is about to be taken in, captured at this time.
    fn captured(&mut self, _time_ns: i64) -> io::Result<()> {
        Ok(())
    }
    /// A TCP segment was annotated.
    fn segment(&mut self, dissector: &Dissector, annotation: &Annotation) -> io::Result<()>;
    /// An ICMP error about a segment of a known connection came in frame `frame`.
    fn icmp(&mut self, _frame: u64, _time_ns: i64, _note: &IcmpNote) {}
    /// A QUIC Initial packet came.
    fn quic_initial(&mut self) {}
    /// A frame was taken in, whatever became of it.
    fn frame(&mut self, _dissector: &mut Dissector) -> io::Result<()> {
        Ok(())
    }
    /// Whether it takes connections that leave before the end, in the order they leave in.
    fn takes_connections(&self) -> bool {
        false
    }
    /// Connections have left.
    fn connections(&mut self, _gone: Vec<Connection>) -> io::Result<()> {
        Ok(())
    }
    /// The capture has ended: the connections that have not left are there.
    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()>;
    /// What to say of the capture on standard error.
    fn remark(&mut self) -> Option<String> {
        None
    }
    /// Others write now: what was given is to be dealt with as far as it would be without threads.
    fn settle(&mut self) -> io::Result<()> {
        Ok(())
    }
    /// What was written must be seen now.
    fn flush(&mut self) -> io::Result<()>;
    /// The input is live and more of it may come much later; what was written is flushed where that is so.
    fn pass(&mut self) -> io::Result<()> {
        self.flush()
    }
}

/// Reads every capture in order into what `sink` makes for it.
pub(crate) fn read_all<S: Sink>(from: &args::Input, mut sink: S) -> Result<Reading, Failure> {
    let mut reading = Reading::default();
    let plan = from.plan();
    plan::tell(plan);
    reading.unusable = !plan.unusable.is_empty();
    let mut filter = from.filter()?;
    let manner = Manner {
        follow: from.follow,
        ..Manner::default()
    };
    let mut progress = Progress::new(
        manner.taken.clone(),
        total_len(from, plan),
        !sink.writes_while_reading(),
    );
    let several = plan.sources.len() > 1;
    for source in &plan.sources {
        let mut config = from.config();
        sink.configure(&mut config);
        let mut faults = Faults::default();
        let opened = sink.prepare(&source.path).and_then(|()| {
            if !from.threads().has_reader() {
                return Stream::open(source, &manner, &mut faults).map(Opened::Here);
            }
            let choice = Choice {
                filter: filter.clone(),
                window: from.window(),
                checksums: config.checksums,
            };
            Ahead::open(source, &manner, choice, &mut faults).map(Opened::Ahead)
        });
        let opened = match opened {
            Ok(opened) => opened,
            Err(message) => {
                progress.clear();
                faults.flush();
                reading.unusable = true;
                complain(&source.name, &message);
                continue;
            }
        };
        if interrupt::happened() {
            break;
        }
        if several {
            sink.begin(&source.name.display().to_string())?;
        }
        reading.read += 1;
        let mut taker = Taker {
            dissector: Dissector::new(config),
            sink: &mut sink,
            filter: filter.as_mut(),
            window: from.window(),
            progress: &mut progress,
            // Standard input may be live (`tcpdump -U -w - |`): each line as it comes.
            live: from.follow || source.files.iter().any(|path| opening::is_stdin(path)),
            first_ns: None,
            unknown: BTreeMap::new(),
            overlapping: 0,
            quic: 0,
            has_tcp: false,
        };
        match opened {
            Opened::Here(stream) => stream.read(&mut faults, &mut taker)?,
            Opened::Ahead(ahead) => ahead.read(&mut faults, &mut taker)?,
        }
        taker.end(&source.name, &from.fail_on, &mut faults, &mut reading)?;
    }
    reading.outcome(from.files.len())
}

/// A capture that is read on this thread, or on another.
enum Opened {
    Here(Stream),
    Ahead(Ahead),
}

/// Bytes of all files; none where an input has no known end.
fn total_len(from: &args::Input, plan: &Plan) -> Option<u64> {
    let mut files = plan.sources.iter().flat_map(|source| &source.files);
    let len = |path: &std::path::PathBuf| {
        let data = path.metadata().ok().filter(std::fs::Metadata::is_file);
        data.map(|data| data.len())
    };
    files
        .try_fold(0, |sum, path| Some(sum + len(path)?))
        .filter(|_| !from.follow)
}

/// Reads the frames that a report of the source at `path` is about, for a pass before it; what is wrong with the
/// source is told in the report. The error says in words why it cannot be read at all.
pub(crate) fn frames_of(path: &Path, from: &args::Input, take: impl FnMut(&Frame<'_>)) -> Result<(), String> {
    let source = from.plan().source(path).ok_or(messages().input.no_such_input)?;
    let again = |path: &std::path::PathBuf| path.is_file() || !opening::is_stdin(path) && !path.exists();
    if from.follow || !source.files.iter().all(again) {
        return Err(messages().input.two_passes.to_owned());
    }
    let mut faults = Faults {
        quiet: true,
        ..Faults::default()
    };
    let mut selected = Selected {
        take,
        filter: from.filter().map_err(|failure| failure.to_string())?,
        window: from.window(),
        first_ns: None,
    };
    let stream = Stream::open(source, &Manner::default(), &mut faults)?;
    stream
        .read(&mut faults, &mut selected)
        .map_err(|failure| failure.to_string())
}

struct Selected<F> {
    take: F,
    filter: Option<Filter>,
    window: Window,
    first_ns: Option<i64>,
}

impl<F: FnMut(&Frame<'_>)> Take for Selected<F> {
    fn frame(&mut self, frame: &Frame<'_>, _: &mut Faults) -> Result<(), Failure> {
        let first_ns = *self.first_ns.get_or_insert(frame.time_ns);
        if is_selected(frame, self.window, first_ns, self.filter.as_mut())? {
            (self.take)(frame);
        }
        Ok(())
    }
}

fn is_selected(
    frame: &Frame<'_>,
    window: Window,
    first_ns: i64,
    filter: Option<&mut Filter>,
) -> Result<bool, Failure> {
    let inside = window.holds(frame.time_ns, first_ns);
    match filter {
        Some(filter) if inside => filter.accepts(frame).map_err(Failure::Input),
        _ => Ok(inside),
    }
}

/// Dissects the frames of a capture into a sink.
struct Taker<'a, S> {
    dissector: Dissector,
    sink: &'a mut S,
    filter: Option<&'a mut Filter>,
    window: Window,
    progress: &'a mut Progress,
    live: bool,
    first_ns: Option<i64>,
    unknown: BTreeMap<LinkType, u64>,
    overlapping: u64,
    /// QUIC Initial packets.
    quic: u64,
    has_tcp: bool,
}

impl<S: Sink> Take for Taker<'_, S> {
    fn frame(&mut self, frame: &Frame<'_>, faults: &mut Faults) -> Result<(), Failure> {
        self.progress.step(1);
        self.tell(faults)?;
        let first_ns = *self.first_ns.get_or_insert(frame.time_ns);
        if !is_selected(frame, self.window, first_ns, self.filter.as_deref_mut())? {
            return Ok(());
        }
        self.sink.captured(frame.time_ns)?;
        let outcome = self.dissector.frame(frame);
        self.took(frame.number, frame.time_ns, &outcome)?;
        if self.live {
            self.sink.flush()?;
        }
        Ok(())
    }
}

impl<S: Sink> TakeAhead for Taker<'_, S> {
    fn frame(&mut self, frame: &Prepared, bytes: &[u8]) -> Result<(), Failure> {
        self.sink.captured(frame.time_ns())?;
        let outcome = self.dissector.prepared(frame, bytes);
        self.took(frame.number(), frame.time_ns(), &outcome)?;
        if self.live {
            self.sink.pass()?;
        }
        Ok(())
    }

    fn fault(&mut self, fault: Fault) -> Result<(), Failure> {
        let mut faults = Faults::default();
        faults.messages.push(fault);
        self.tell(&mut faults)
    }

    fn pause(&mut self, seen: u32) -> Result<(), Failure> {
        self.progress.step(seen);
        if self.live {
            self.sink.flush()?;
        }
        Ok(())
    }
}

impl<S: Sink> Taker<'_, S> {
    /// Says what is wrong with the input behind the frames taken so far.
    fn tell(&mut self, faults: &mut Faults) -> Result<(), Failure> {
        if !faults.messages.is_empty() {
            self.sink.settle()?;
            self.progress.clear();
            faults.flush();
        }
        Ok(())
    }

    /// A frame was taken in.
    #[inline(always)]
    fn took(&mut self, number: u64, time_ns: i64, outcome: &Outcome) -> Result<(), Failure> {
        match outcome {
            Outcome::Segment(annotation) => {
                self.has_tcp = true;
                self.sink.segment(&self.dissector, annotation)?;
            }
            Outcome::Icmp(Some(note)) => self.sink.icmp(number, time_ns, note),
            Outcome::Other(Other::UnknownLink(link)) => *self.unknown.entry(*link).or_default() += 1,
            Outcome::Other(Other::OverlappingFragment) => self.overlapping += 1,
            Outcome::Other(Other::QuicInitial) => {
                self.quic += 1;
                self.sink.quic_initial();
            }
            _ => {}
        }
        if self.sink.takes_connections() {
            let gone = self.dissector.take_evicted();
            if !gone.is_empty() {
                self.progress.clear();
                self.sink.connections(gone)?;
            }
        }
        Ok(self.sink.frame(&mut self.dissector)?)
    }

    /// The capture has ended: the rest of the report, and what was wrong.
    fn end(
        mut self,
        name: &Path,
        fail_on: &FailOn,
        faults: &mut Faults,
        reading: &mut Reading,
    ) -> Result<(), Failure> {
        self.progress.clear();
        self.sink.end(&mut self.dissector)?;
        self.sink.flush()?;
        if !fail_on.is_empty() {
            // Those the report did not ask for.
            self.dissector.finish().for_each(drop);
            reading.failed |= fail_on.meets(self.dissector.seen());
        }
        if let Some(remark) = self.sink.remark() {
            complain(name, &remark);
        }
        faults.flush();
        let words = &messages().input;
        if self.overlapping > 0 {
            // The traffic's fault, not the file's: the exit status stays.
            complain(name, &(words.overlapping)(self.overlapping));
        }
        if let Some(left_out) = left_out(&self.dissector.bounds_reached()) {
            complain(name, &left_out);
        }
        if self.quic > 0 && !self.has_tcp {
            complain(name, &(words.only_quic)(self.quic));
        }
        for (link, frames) in &self.unknown {
            complain(name, &(words.unknown_link)(*frames, link.0.into(), link.name()));
        }
        reading.damaged |= faults.damaged || !self.unknown.is_empty();
        reading.unusable |= faults.unusable;
        Ok(())
    }
}

/// What is missing from what was told, because memory is bounded.
fn left_out(bounds: &BoundsReached) -> Option<String> {
    let words = &messages().input.bounds;
    let told: Vec<String> = [
        (bounds.connections, words.connections),
        (bounds.reassembly, words.reassembly),
        (bounds.held_bytes, words.held),
        (bounds.heads, words.heads),
        (bounds.pending_requests, words.transactions),
        (bounds.streams, words.streams),
    ]
    .into_iter()
    .filter(|&(count, _)| count > 0)
    .map(|(count, words)| words(count))
    .collect();
    (!told.is_empty()).then(|| format!("{}{}", words.title, told.join(messages().semicolon)))
}

fn complain(path: &Path, message: &str) {
    let name = text::foreign(&path.display().to_string());
    let colon = messages().colon;
    anstream::eprintln!("synfin{colon}{name}{colon}{message}");
}
