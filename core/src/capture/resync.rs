//! The search for the next record behind damage.

use std::io::{self, Read};

use super::buffer::Buffer;

/// Bytes looked at in vain before they are let go: what is behind them is moved this often, no more.
const LET_GO: usize = 256 << 10;

/// What stands at a place.
pub(super) enum Place {
    /// A record, and others behind it.
    Record,
    /// None; the next place to look at is so many bytes on, at least one.
    Nothing(usize),
}

/// Takes what stands before the next record, from `from` on; `false` where the input ends before one.
///
/// `look` sees the input and a place in it, has `least` bytes there, and may ask for more: a bounded number.
pub(super) fn find<R: Read>(
    input: &mut Buffer<R>,
    from: usize,
    least: usize,
    mut look: impl FnMut(&mut Buffer<R>, usize) -> io::Result<Place>,
) -> io::Result<bool> {
    let mut at = from;
    loop {
        if !input.want(at + least)? {
            input.take(input.bytes().len());
            return Ok(false);
        }
        match look(input, at)? {
            Place::Record => {
                input.take(at);
                return Ok(true);
            }
            Place::Nothing(step) => at += step.max(1),
        }
        if at >= LET_GO && input.want(at)? {
            input.take(at);
            at = 0;
        }
    }
}
