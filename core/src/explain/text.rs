//! Pieces of sentences: frames, counts, durations, text from the wire.

use crate::display::Duration;
pub(super) use crate::display::foreign;

/// `frame 2`, `frames 2, 3, 5`, `frames 12-17`.
pub(super) fn frames(frames: &[u64]) -> String {
    /// Pieces that a reader takes in.
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
    let one = frames.first() == frames.last();
    let more = pieces.len().saturating_sub(MOST);
    pieces.truncate(MOST);
    let mut text = format!("frame{} {}", if one { "" } else { "s" }, pieces.join(", "));
    if more > 0 {
        text.push_str(" and later ones");
    }
    text
}

/// How sure, and from where.
pub(super) fn certain(evidence: &[u64]) -> String {
    if evidence.is_empty() {
        "That is certain.".to_owned()
    } else {
        format!("That is certain from {}.", frames(evidence))
    }
}

/// `1 byte`, `94 bytes`.
pub(super) fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// In the unit that reads best, three digits.
pub(super) fn duration(ns: i64) -> String {
    Duration(ns).to_string()
}

#[cfg(test)]
mod tests {
    use super::{count, foreign, frames};

    #[test]
    fn frames_are_folded_where_three_follow_each_other() {
        assert_eq!(frames(&[2]), "frame 2");
        assert_eq!(frames(&[2, 3, 5]), "frames 2, 3, 5");
        assert_eq!(frames(&[1, 12, 13, 14, 15]), "frames 1, 12-15");
        assert_eq!(frames(&[3, 3]), "frame 3");
        let many: Vec<u64> = (0..40).map(|n| 2 * n).collect();
        assert!(frames(&many).ends_with("22 and later ones"), "{}", frames(&many));
    }

    #[test]
    fn one_is_singular_and_foreign_text_is_harmless() {
        assert_eq!([count(1, "byte"), count(0, "byte")], ["1 byte", "0 bytes"]);
        assert_eq!(foreign("/\u{1b}[2J\u{202e}"), r"/\u{1b}[2J\u{202e}");
    }
}
