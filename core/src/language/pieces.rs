//! Pieces of sentences that every language has.

/// Frame numbers as they are listed: where three or more follow each other, `12-17`.
pub(super) struct Folded {
    /// The first of them; never more than a reader takes in.
    pub(super) pieces: Vec<String>,
    /// Whether it is one frame only.
    pub(super) one: bool,
    /// Whether later ones are left out.
    pub(super) more: bool,
}

pub(super) fn folded(frames: &[u64]) -> Folded {
    const MOST: usize = 12;
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for &frame in frames {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(frame) => *last = frame,
            Some((_, last)) if *last == frame => {}
            _ => runs.push((frame, frame)),
        }
    }
    let mut pieces = Vec::new();
    for (first, last) in runs {
        if last - first < 2 {
            pieces.extend((first..=last).map(|frame| frame.to_string()));
        } else {
            pieces.push(format!("{first}-{last}"));
        }
    }
    let more = pieces.len() > MOST;
    pieces.truncate(MOST);
    Folded {
        pieces,
        one: frames.first() == frames.last(),
        more,
    }
}
