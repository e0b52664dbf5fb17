//! How far the reading is: on a terminal, and only where it takes more than a moment.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::interrupt;
use crate::language::{Messages, messages};
use crate::text;

/// Less is not worth a line.
const MOMENT: Duration = Duration::from_secs(1);
const BETWEEN: Duration = Duration::from_millis(200);
/// Frames from one look at the clock to the next.
const FRAMES: u32 = 512;

/// A line on standard error that is written over and over, and gone when others write.
pub(super) struct Progress {
    shown_at: Option<Instant>,
    visible: bool,
    frames: u32,
    begun: Instant,
    taken: Arc<AtomicU64>,
    /// Bytes of all files; none where an input has no known end.
    total: Option<u64>,
    wanted: bool,
}

impl Progress {
    /// `quiet`: nothing is written to standard output meanwhile.
    pub(super) fn new(taken: Arc<AtomicU64>, total: Option<u64>, quiet: bool) -> Self {
        let to_terminal = std::io::stderr().is_terminal();
        let alone = quiet || !std::io::stdout().is_terminal();
        Self {
            shown_at: None,
            visible: false,
            frames: 0,
            begun: Instant::now(),
            taken,
            total,
            wanted: to_terminal && alone && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        }
    }

    /// Frames were read.
    pub(super) fn step(&mut self, frames: u32) {
        self.frames = self.frames.saturating_add(frames);
        if !self.wanted || self.frames < FRAMES {
            return;
        }
        self.frames = 0;
        let now = Instant::now();
        let since = self.shown_at.map_or(BETWEEN, |at| now - at);
        if now - self.begun < MOMENT || since < BETWEEN || interrupt::happened() {
            return;
        }
        self.shown_at = Some(now);
        self.visible = true;
        let line = words(
            messages(),
            self.taken.load(Ordering::Relaxed),
            self.total,
            now - self.begun,
        );
        let line = text::cut(&line, Some(text::width() - 1));
        // What cannot be shown is not missed.
        let _ = write!(std::io::stderr(), "\r{line}\x1b[K");
    }

    /// Others write now.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.visible) {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

fn words(say: &Messages, taken: u64, total: Option<u64>, since: Duration) -> String {
    let rate = taken as f64 / since.as_secs_f64().max(1e-3);
    let Some(total) = total.filter(|&total| total > 0) else {
        return (say.input.progress)(&size(taken as f64), &size(rate));
    };
    let part = (taken as f64 / total as f64).min(1.0);
    let left = (total.saturating_sub(taken)) as f64 / rate.max(1.0);
    (say.input.progress_of)(
        part * 100.0,
        &size(total as f64),
        &size(rate),
        &clock(left as u64),
    )
}

/// Powers of 1000, as disks and networks count.
fn size(bytes: f64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let (mut bytes, mut unit) = (bytes, 0);
    while bytes >= 999.5 && unit + 1 < units.len() {
        (bytes, unit) = (bytes / 1000.0, unit + 1);
    }
    let digits = usize::from(unit > 0 && bytes < 99.95);
    format!("{bytes:.digits$} {}", units[unit])
}

fn clock(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes}:{seconds:02}"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::language::{Language, Messages};
    use std::time::Duration;

    fn words(taken: u64, total: Option<u64>, since: Duration) -> String {
        super::words(Messages::of(Language::English), taken, total, since)
    }

    #[test]
    fn bytes_rate_and_time_left_are_told() {
        let two = Duration::from_secs(2);
        assert_eq!(
            words(250_000_000, Some(1_000_000_000), two),
            " 25 % of 1.0 GB, 125 MB/s, 6 s left"
        );
        assert_eq!(
            words(1_000_000, Some(1_000_000_000), two),
            "  0 % of 1.0 GB, 500 kB/s, 33:18 left"
        );
        assert_eq!(words(999_999, None, two), "read 1.0 MB, 500 kB/s");
        assert_eq!(words(0, Some(0), Duration::ZERO), "read 0 B, 0 B/s");
    }
}
