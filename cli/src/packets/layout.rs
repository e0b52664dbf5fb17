//! Where the columns of the packets stand: all of them where there is room, else without the states, and what
//! still does not fit goes on below.

use std::fmt::Write as _;

use anstyle::Style;
use synfin::{Annotation, Side, Step};

use crate::language::Messages;
use crate::text::{Left, Right, columns, wrapped};

/// Columns of what is in front of the last column, but for the time and the states.
const FIXED: usize = 56;
/// Columns of both states.
const STATES: usize = 26;
/// Columns that the last one has at least beside the states; or goes on in the next line with.
const WHAT: usize = 32;
/// Where the next line begins, behind the time, if the last column has fewer.
const BELOW: usize = 8;

/// How wide lines are.
pub(super) struct Layout {
    /// Columns of the time.
    pub(super) time: usize,
    /// Columns there are; none where a line may be of any length.
    pub(super) room: Option<usize>,
}

impl Layout {
    fn has_states(&self) -> bool {
        self.room
            .is_none_or(|room| room >= FIXED + self.time + STATES + WHAT)
    }

    /// The column where the last one begins.
    fn last(&self) -> usize {
        FIXED + self.time + if self.has_states() { STATES } else { 0 }
    }

    /// The names of the columns.
    pub(super) fn heading(&self, say: &Messages) -> String {
        let [
            frame,
            clock,
            number,
            flags,
            seq,
            ack,
            len,
            step,
            initiator,
            responder,
            what,
        ] = say.packets.headings;
        let mut line = format!(
            "{} {}  {} {} {} {} {}  {} ",
            Right(frame, 5),
            Right(clock, self.time),
            Left(number, 6),
            Left(flags, 11),
            Right(seq, 6),
            Right(ack, 6),
            Right(len, 5),
            Left(step, 7),
        );
        if self.has_states() {
            let _ = write!(line, "{} {} ", Left(initiator, 12), Left(responder, 12));
        }
        line + what
    }

    /// A packet, its time, and what it is, which is written in a style.
    pub(super) fn line(
        &self,
        say: &Messages,
        annotation: &Annotation,
        time: &str,
        what: &str,
        style: Style,
    ) -> String {
        let arrow = match annotation.direction {
            Side::Initiator => '→',
            Side::Responder => '←',
        };
        let optional = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
        let step = annotation.step.map_or("", Step::as_str);
        let mut line = format!(
            "{:>5} {time:>width$}  #{:<3} {arrow} {:<11} {:>6} {:>6} {:>5}  {style}{step}{style:#}{:pad$} ",
            annotation.frame,
            annotation.connection,
            annotation.flags.to_string(),
            optional(annotation.seq),
            optional(annotation.ack),
            annotation.len,
            "",
            pad = 7_usize.saturating_sub(step.len()),
            width = self.time,
        );
        if self.has_states() {
            for state in [&annotation.state.initiator, &annotation.state.responder] {
                let _ = write!(line, "{} ", Left(state.after.label(say.language), 12));
            }
        }
        self.finish(&mut line, what, style);
        line
    }

    fn finish(&self, line: &mut String, what: &str, style: Style) {
        let last = self.last();
        let room = self.room.filter(|room| last + columns(what) > *room);
        let Some(room) = room else {
            let _ = write!(line, "{style}{what}{style:#}");
            return;
        };
        let hangs = last + WHAT <= room;
        let indent = if hangs { last } else { self.time + BELOW };
        for (i, part) in wrapped(what, room.saturating_sub(indent).max(1))
            .iter()
            .enumerate()
        {
            if i > 0 || !hangs {
                line.truncate(line.trim_end().len());
                let _ = write!(line, "\n{:indent$}", "");
            }
            let _ = write!(line, "{style}{part}{style:#}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, Style};

    fn finished(room: Option<usize>, what: &str) -> String {
        let mut line = "|".to_owned();
        Layout { time: 10, room }.finish(&mut line, what, Style::new());
        line
    }

    #[test]
    fn what_does_not_fit_goes_on_below() {
        assert_eq!(
            finished(None, &"word ".repeat(40)),
            format!("|{}", "word ".repeat(40))
        );
        assert_eq!(finished(Some(80), "first FIN"), "|first FIN");
        let below = format!("|\n{:18}SYN-ACK, answers 1 after 20.4 ms", "");
        assert_eq!(finished(Some(80), "SYN-ACK, answers 1 after 20.4 ms"), below);
        let hanging = format!("|SYN-ACK, answers 1 after 20.4\n{:66}milliseconds", "");
        assert_eq!(
            finished(Some(98), "SYN-ACK, answers 1 after 20.4 milliseconds"),
            hanging
        );
    }

    #[test]
    fn states_are_left_out_where_the_last_column_would_be_narrow() {
        let states = [None, Some(123), Some(124)].map(|room| Layout { time: 10, room }.has_states());
        assert_eq!(states, [true, false, true]);
    }
}
