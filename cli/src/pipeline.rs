//! How a report uses several threads.
//!
//! ```text
//! reader ──frames, decoded──► tracker ──events──► printer
//!        ◄─emptied batches──          ◄─emptied──
//! ```
//!
//! - The **reader** ([`Ahead`](crate::input)) opens, decompresses, merges, filters, takes the lower layers off and
//!   verifies checksums: all that does not hang on what came before.
//! - The **tracker** is the main thread: the dissector, which needs every frame in order, and the report's
//!   [`Sink`](crate::input::Sink).
//! - The **printer** ([`Printer`](crate::printing::Printer)) selects rows, makes text of them and writes it. Reports
//!   whose text costs little have none; to a terminal the tracker prints itself, as the line of progress is there too.
//!
//! Each hands on batches, so that waking the next one costs nothing that can be measured. A [`belt`] holds a few and
//! gives emptied ones back: memory is bounded, and who is faster waits. A batch goes on when it is full and when the
//! input has nothing more at the moment, so that a live capture is printed at once. What is wrong with the input
//! travels in its place among the frames; before it is told, the printer has done with all that came before.
//!
//! Nothing hangs: a thread that ends, by a panic too, drops its ends of the belts, which ends its neighbours. The
//! tracker gives the reason. It never waits for a reader it does not need any more, for that one may wait for input.

use std::io::{self, IsTerminal as _};
use std::num::NonZeroUsize;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};

/// Batches on the way from one thread to the next.
const WAITING: usize = 4;

/// How many threads work at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Threads(NonZeroUsize);

impl Threads {
    /// More have nothing to do.
    const MOST: NonZeroUsize = NonZeroUsize::new(3).expect("not zero");

    /// As many as were asked for; else all that are of use where the machine can run several at once.
    pub(crate) fn new(asked: Option<NonZeroUsize>) -> Self {
        let several = thread::available_parallelism().is_ok_and(|cores| cores > NonZeroUsize::MIN);
        let usual = if several { Self::MOST } else { NonZeroUsize::MIN };
        Self(asked.unwrap_or(usual))
    }

    pub(crate) fn has_reader(self) -> bool {
        self.0.get() > 1
    }

    pub(crate) fn has_printer(self) -> bool {
        self.0 >= Self::MOST && !io::stdout().is_terminal()
    }
}

/// Begins a thread with a name, for those who look at threads (`top -H`).
pub(crate) fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    thread::Builder::new().name(name.to_owned()).spawn(work)
}

/// The end of a belt where batches are filled.
pub(crate) struct Filling<B> {
    full: SyncSender<B>,
    emptied: Receiver<B>,
}

/// The end where they are emptied.
pub(crate) struct Emptying<B> {
    full: Receiver<B>,
    emptied: SyncSender<B>,
}

/// Hands batches from one thread to another, and back.
pub(crate) fn belt<B>() -> (Filling<B>, Emptying<B>) {
    let (send_full, full) = mpsc::sync_channel(WAITING);
    // Besides those that wait, each end has one in hand.
    let (send_emptied, emptied) = mpsc::sync_channel(WAITING + 2);
    (
        Filling {
            full: send_full,
            emptied,
        },
        Emptying {
            full,
            emptied: send_emptied,
        },
    )
}

impl<B: Default> Filling<B> {
    /// Hands `batch` on and puts an empty one in its place; `false` where nobody takes it any more.
    pub(crate) fn hand_on(&self, batch: &mut B) -> bool {
        let sent = self.full.send(std::mem::take(batch)).is_ok();
        // Only now: while it waited, one may have come back.
        *batch = self.emptied.try_recv().unwrap_or_default();
        sent
    }
}

impl<B> Emptying<B> {
    /// The next batch; none where no more will come.
    pub(crate) fn next(&self) -> Option<B> {
        self.full.recv().ok()
    }

    /// Gives an emptied one back.
    pub(crate) fn give_back(&self, batch: B) {
        // Where nobody fills it again, it goes.
        let _ = self.emptied.try_send(batch);
    }
}

#[cfg(test)]
mod tests {
    use super::belt;

    #[test]
    fn batches_come_in_order_and_go_round() {
        let (filling, emptying) = belt::<Vec<u32>>();
        let filler = std::thread::spawn(move || {
            let mut batch = Vec::new();
            let mut made = 0;
            for number in 0..1_000 {
                made += usize::from(batch.capacity() == 0);
                batch.push(number);
                assert!(filling.hand_on(&mut batch));
            }
            made
        });
        let mut next = 0;
        while let Some(mut batch) = emptying.next() {
            assert_eq!(batch, [next]);
            next += 1;
            batch.clear();
            emptying.give_back(batch);
        }
        assert_eq!(next, 1_000);
        let made = filler.join().expect("it ends");
        assert!(made <= super::WAITING + 2, "{made} batches in circulation");
    }

    #[test]
    fn an_end_that_has_gone_is_noticed() {
        let (filling, emptying) = belt::<Vec<u32>>();
        drop(emptying);
        assert!(!filling.hand_on(&mut vec![1]));
        let (filling, emptying) = belt::<Vec<u32>>();
        drop(filling);
        assert!(emptying.next().is_none());
    }
}
