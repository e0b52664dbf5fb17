//! The printer: rows are selected, made into text and written beside the tracking, or in turn with it.

use std::io;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::JoinHandle;

use crate::pipeline::{self, Emptying, Filling, Threads, belt};

/// What a report makes of the events that the tracking gives.
pub(crate) trait Print: Send + 'static {
    type Event: Send + 'static;

    /// What is left of the event goes back to who made it: memory that another thread frees costs both of them.
    fn event(&mut self, event: &mut Self::Event) -> io::Result<()>;
    /// No further event is waited for before those given are written.
    fn pass(&mut self) -> io::Result<()>;
    /// What was written must be seen now.
    fn flush(&mut self) -> io::Result<()>;
}

/// Bytes of events that make a batch full.
const FULL: usize = 128 << 10;

/// Takes events in their order.
pub(crate) enum Printer<P: Print> {
    /// On the thread that gives them.
    Here(P),
    /// On another one.
    Beside(Beside<P>),
}

impl<P: Print> Printer<P> {
    pub(crate) fn new(print: P, threads: Threads) -> io::Result<Self> {
        Ok(if threads.has_printer() {
            Self::Beside(Beside::new(print)?)
        } else {
            Self::Here(print)
        })
    }

    /// Takes an event of about so many bytes.
    #[inline]
    pub(crate) fn event(&mut self, mut event: P::Event, size: usize) -> io::Result<()> {
        match self {
            Self::Here(print) => print.event(&mut event),
            Self::Beside(beside) => beside.event(event, size),
        }
    }

    /// The input is live: the next event may come much later, so that this one does not wait for it.
    pub(crate) fn pass(&mut self) -> io::Result<()> {
        match self {
            Self::Here(print) => print.pass(),
            Self::Beside(beside) => {
                beside.pass();
                Ok(())
            }
        }
    }

    /// Comes back when all events have been dealt with, and were written as far as they would be by now.
    pub(crate) fn settle(&mut self) -> io::Result<()> {
        match self {
            Self::Here(_) => Ok(()),
            Self::Beside(beside) => beside.ask(Then::Answer),
        }
    }

    /// Comes back when what was written can be seen.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Here(print) => print.flush(),
            Self::Beside(beside) => beside.ask(Then::FlushAndAnswer),
        }
    }
}

struct Batch<E> {
    /// Where there is none, no further one is waited for.
    events: Vec<Option<E>>,
    size: usize,
    then: Then,
}

impl<E> Default for Batch<E> {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            size: 0,
            then: Then::GoOn,
        }
    }
}

/// What is to be done behind the events of a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    GoOn,
    Answer,
    FlushAndAnswer,
}

/// A thread that prints.
pub(crate) struct Beside<P: Print> {
    batch: Batch<P::Event>,
    belt: Option<Filling<Batch<P::Event>>>,
    answers: Receiver<()>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl<P: Print> Beside<P> {
    fn new(print: P) -> io::Result<Self> {
        let (filling, emptying) = belt();
        let (answer, answers) = mpsc::sync_channel(1);
        let thread = pipeline::spawn("printer", move || work(print, &emptying, &answer))?;
        Ok(Self {
            batch: Batch::default(),
            belt: Some(filling),
            answers,
            thread: Some(thread),
        })
    }

    #[inline]
    fn event(&mut self, event: P::Event, size: usize) -> io::Result<()> {
        self.batch.events.push(Some(event));
        self.batch.size += size;
        if self.batch.size >= FULL {
            return self.hand_on();
        }
        Ok(())
    }

    fn pass(&mut self) {
        if !matches!(self.batch.events.last(), Some(None)) {
            self.batch.events.push(None);
        }
    }

    fn ask(&mut self, then: Then) -> io::Result<()> {
        self.batch.then = then;
        self.hand_on()?;
        self.answers.recv().map_err(|_| self.why())
    }

    fn hand_on(&mut self) -> io::Result<()> {
        let belt = self.belt.as_ref();
        if belt.is_some_and(|belt| belt.hand_on(&mut self.batch)) {
            self.batch.events.clear();
            Ok(())
        } else {
            Err(self.why())
        }
    }

    /// Why the thread has ended.
    #[cold]
    fn why(&mut self) -> io::Error {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(Err(error))) => error,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            // Told before.
            Some(Ok(Ok(()))) | None => io::ErrorKind::BrokenPipe.into(),
        }
    }
}

/// Whatever ends the report, what was given is printed.
impl<P: Print> Drop for Beside<P> {
    fn drop(&mut self) {
        if !self.batch.events.is_empty() {
            let _ = self.belt.as_ref().map(|belt| belt.hand_on(&mut self.batch));
        }
        self.belt = None;
        // As with every buffer that is dropped, nobody is there to be told of an error.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn work<P: Print>(mut print: P, belt: &Emptying<Batch<P::Event>>, answer: &SyncSender<()>) -> io::Result<()> {
    while let Some(mut batch) = belt.next() {
        for event in &mut batch.events {
            match event {
                Some(event) => print.event(event)?,
                None => print.pass()?,
            }
        }
        let then = std::mem::replace(&mut batch.then, Then::GoOn);
        batch.size = 0;
        belt.give_back(batch);
        if then == Then::FlushAndAnswer {
            print.flush()?;
        }
        if then != Then::GoOn && answer.send(()).is_err() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::num::NonZeroUsize;
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::mpsc::{self, Sender};

    use super::{Beside, FULL, Print, Printer};
    use crate::pipeline::Threads;

    /// Tells what happens to it; fails or panics at an event.
    struct Told {
        to: Sender<String>,
        fails_at: Option<u32>,
        panics_at: Option<u32>,
    }

    impl Print for Told {
        type Event = u32;

        fn event(&mut self, event: &mut u32) -> io::Result<()> {
            assert_ne!(self.panics_at, Some(*event), "asked for");
            if self.fails_at == Some(*event) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.tell(&event.to_string())
        }

        fn pass(&mut self) -> io::Result<()> {
            self.tell("pass")
        }

        fn flush(&mut self) -> io::Result<()> {
            self.tell("flush")
        }
    }

    impl Told {
        fn tell(&self, what: &str) -> io::Result<()> {
            self.to.send(what.to_owned()).map_err(io::Error::other)
        }
    }

    fn told(fails_at: Option<u32>, panics_at: Option<u32>) -> (Told, mpsc::Receiver<String>) {
        let (to, all) = mpsc::channel();
        let told = Told {
            to,
            fails_at,
            panics_at,
        };
        (told, all)
    }

    #[test]
    fn both_print_the_same_in_order() {
        let tell = |mut printer: Printer<Told>| {
            for number in 0..1_000 {
                printer.event(number, 1_000).expect("it is taken");
                if number % 7 == 0 {
                    printer.pass().expect("it is taken");
                }
                if number % 300 == 0 {
                    printer.settle().expect("it works");
                    printer.flush().expect("it works");
                }
            }
        };
        let ((here, of_here), (beside, of_beside)) = (told(None, None), told(None, None));
        tell(Printer::Here(here));
        tell(Printer::Beside(Beside::new(beside).expect("a thread")));
        // The last batch was never asked for.
        let (here, beside): (Vec<_>, Vec<_>) = (of_here.iter().collect(), of_beside.iter().collect());
        assert_eq!(here, beside);
        assert_eq!(here.len(), 1_000 + 143 + 4);
    }

    #[test]
    fn settled_is_what_was_given() {
        let (print, all) = told(None, None);
        let mut printer = Printer::Beside(Beside::new(print).expect("a thread"));
        printer.event(5, 1).expect("it is taken");
        printer.settle().expect("it works");
        assert_eq!(all.try_iter().collect::<Vec<_>>(), ["5"]);
    }

    #[test]
    fn an_error_comes_back_as_it_is() {
        let (print, _all) = told(Some(3), None);
        let mut printer = Printer::Beside(Beside::new(print).expect("a thread"));
        let failed = (0..1_000_000).find_map(|number| printer.event(number, FULL).err());
        assert_eq!(failed.map(|error| error.kind()), Some(io::ErrorKind::StorageFull));

        let (print, _all) = told(Some(3), None);
        let mut printer = Printer::Beside(Beside::new(print).expect("a thread"));
        printer.event(3, 1).expect("it is taken");
        let failed = printer.flush().map_err(|error| error.kind());
        assert_eq!(failed, Err(io::ErrorKind::StorageFull));
    }

    #[test]
    fn a_panic_comes_back_and_nobody_waits() {
        let (print, _all) = told(None, Some(3));
        let printer = Printer::Beside(Beside::new(print).expect("a thread"));
        let panicked = panic::catch_unwind(AssertUnwindSafe(move || {
            let mut printer = printer;
            printer.event(3, 1).expect("it is taken");
            printer.flush()
        }));
        assert!(panicked.is_err());
    }

    #[test]
    fn few_threads_print_themselves() {
        for count in [1, 2] {
            let threads = Threads::new(NonZeroUsize::new(count));
            let printer = Printer::new(told(None, None).0, threads);
            assert!(matches!(printer, Ok(Printer::Here(_))), "{count}");
        }
    }
}
