//! Where the columns of the packets stand: all of them where there is room, else without the states, and what
//! still does not fit goes on below.

use std::fmt::Write as _;

use anstyle::Style;
use synfin::{Annotation, Side, Step};

use crate::language::Messages;
use crate::put;
use crate::text::{Left, Right, columns, wrapped};
use crate::times::Clock;

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

    /// Adds who opens a connection to whom, above the first packet.
    pub(super) fn opening(&self, line: &mut String, annotation: &Annotation) {
        let mut ends = [
            (annotation.src, annotation.src_port),
            (annotation.dst, annotation.dst_port),
        ];
        if annotation.direction == Side::Responder {
            ends.reverse();
        }
        let [initiator, responder] = ends;
        put::spaces(line, self.time + 8);
        line.push('#');
        put::left_number(line, annotation.connection, 3);
        line.push(' ');
        put::endpoint(line, initiator.0, initiator.1);
        line.push_str(" → ");
        put::endpoint(line, responder.0, responder.1);
    }

    /// Adds the columns of a packet but for the last one.
    pub(super) fn columns(
        &self,
        line: &mut String,
        say: &Messages,
        annotation: &Annotation,
        clock: &mut Clock,
        style: Style,
    ) {
        let arrow = match annotation.direction {
            Side::Initiator => " → ",
            Side::Responder => " ← ",
        };
        put::right_number(line, annotation.frame, 5);
        line.push(' ');
        clock.put(line, annotation.time_ns);
        line.push_str("  #");
        put::left_number(line, annotation.connection, 3);
        line.push_str(arrow);
        flags(line, annotation, 11);
        for number in [annotation.seq, annotation.ack] {
            line.push(' ');
            match number {
                Some(number) => put::right_number(line, number, 6),
                None => put::spaces(line, 6),
            }
        }
        line.push(' ');
        put::right_number(line, annotation.len, 5);
        line.push_str("  ");
        let step = annotation.step.map_or("", Step::as_str);
        put::styled(line, style, step);
        put::spaces(line, 7_usize.saturating_sub(step.len()) + 1);
        if self.has_states() {
            for state in [&annotation.state.initiator, &annotation.state.responder] {
                put::left(line, state.after.label(say.language), 12);
                line.push(' ');
            }
        }
    }

    /// Adds the last column: what the packet is.
    pub(super) fn last_column(&self, line: &mut String, what: &str, style: Style) {
        let last = self.last();
        let room = self.room.filter(|room| last + columns(what) > *room);
        let Some(room) = room else {
            return put::styled(line, style, what);
        };
        let hangs = last + WHAT <= room;
        let indent = if hangs { last } else { self.time + BELOW };
        for (i, part) in wrapped(what, room.saturating_sub(indent).max(1))
            .iter()
            .enumerate()
        {
            if i > 0 || !hangs {
                line.truncate(line.trim_end().len());
                line.push('\n');
                put::spaces(line, indent);
            }
            put::styled(line, style, part);
        }
    }
}

fn flags(line: &mut String, annotation: &Annotation, width: usize) {
    let from = line.len();
    let _ = write!(line, "{}", annotation.flags);
    put::fill(line, from, width);
}

#[cfg(test)]
mod tests {
    use super::{Layout, Style};

    fn finished(room: Option<usize>, what: &str) -> String {
        let mut line = "|".to_owned();
        Layout { time: 10, room }.last_column(&mut line, what, Style::new());
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
