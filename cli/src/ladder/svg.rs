//! The picture as SVG: one file without anything from outside, light or dark as its reader's screen is.

use std::io::{self, Write};

use synfin::{Side, Sides, State};

use super::model::{Kind, Ladder, Line, state_class};
use crate::language::Messages;
use crate::text::{self, Duration};

const STYLE: &str = include_str!("ladder.css");

const WIDTH: usize = 800;
const MARGIN: usize = 20;
/// Right ends of the columns of times and frames.
const TIMES: usize = 88;
const FRAMES: usize = 128;
/// The lifelines.
const LIFELINES: Sides<usize> = Sides {
    initiator: 246,
    responder: 662,
};
/// How much lower an arrow ends than it begins: what is sent takes time.
const SLOPE: usize = 7;

/// Writes pictures, one below the other.
pub(crate) fn draw(out: &mut impl Write, say: &Messages, ladders: &[Ladder]) -> io::Result<()> {
    let drawn: Vec<(String, usize)> = ladders.iter().map(|ladder| picture(say, ladder)).collect();
    let height: usize = drawn.iter().map(|(_, height)| height).sum();
    let titles: Vec<String> = ladders.iter().map(Ladder::title).collect();
    let verdicts: Vec<&str> = ladders.iter().map(|ladder| ladder.verdict.as_str()).collect();
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"title desc\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n<style>\n{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>",
        escaped(&(say.ladder.tcp_connection)(&titles.join(say.list_comma))),
        escaped(&verdicts.join(". ")),
    )?;
    let mut top = 0;
    for (picture, height) in &drawn {
        writeln!(out, "<g transform=\"translate(0 {top})\">\n{picture}</g>")?;
        top += height;
    }
    writeln!(out, "</svg>")
}

/// The elements of one picture, and its height.
fn picture(say: &Messages, ladder: &Ladder) -> (String, usize) {
    let mut pen = Pen {
        say,
        elements: Vec::new(),
        y: 0,
        since: Sides::default(),
        states: ladder.begins,
    };
    pen.header(ladder);
    for line in &ladder.lines {
        pen.line(line);
    }
    pen.footer(ladder);
    (pen.elements.concat(), pen.y)
}

struct Pen<'a> {
    say: &'a Messages,
    elements: Vec<String>,
    /// Where the next line begins.
    y: usize,
    /// Where each side's state began.
    since: Sides<usize>,
    states: Sides<State>,
}

impl Pen<'_> {
    fn add(&mut self, element: String) {
        self.elements.push(element + "\n");
    }

    fn text(&mut self, x: usize, y: usize, class: &str, words: &str) {
        self.add(format!(
            "<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{}</text>",
            escaped(words)
        ));
    }

    fn header(&mut self, ladder: &Ladder) {
        self.text(
            MARGIN,
            36,
            "title",
            &(self.say.ladder.connection)(&ladder.connection.to_string()),
        );
        for side in Side::BOTH {
            let x = LIFELINES[side];
            let width = 40 + text_width(&ladder.ends[side], 13).max(90);
            // Never beyond the paper.
            let left = x
                .saturating_sub(width / 2)
                .clamp(4, WIDTH.saturating_sub(width + 4).max(4));
            let middle = left + width / 2;
            self.add(format!(
                "<rect x=\"{left}\" y=\"54\" width=\"{width}\" height=\"44\" rx=\"8\" class=\"host\"/>"
            ));
            self.text(middle, 72, "middle role", side.label(self.say.language));
            self.text(middle, 89, "middle end", &ladder.ends[side]);
        }
        self.text(TIMES, 89, "last head", self.say.ladder.seconds);
        self.text(FRAMES, 89, "last head", self.say.ladder.frame);
        self.y = 98;
        self.since = Sides {
            initiator: self.y,
            responder: self.y,
        };
        let y = self.y + 20;
        for side in Side::BOTH {
            self.pill(side, y);
        }
        self.y += 40;
    }

    fn footer(&mut self, ladder: &Ladder) {
        self.y += 6;
        for side in Side::BOTH {
            self.lifeline_until(side, self.y);
        }
        let lines = wrapped(&ladder.verdict, 13, WIDTH - 2 * MARGIN - 44);
        let height = 18 * lines.len() + 20;
        let outcome = ladder.outcome.as_str();
        self.add(format!(
            "<rect x=\"{MARGIN}\" y=\"{}\" width=\"{}\" height=\"{height}\" rx=\"8\" class=\"host\"/>",
            self.y,
            WIDTH - 2 * MARGIN
        ));
        self.add(format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"6\" class=\"outcome {outcome}\"/>",
            MARGIN + 18,
            self.y + height / 2
        ));
        for (index, line) in lines.iter().enumerate() {
            self.text(MARGIN + 34, self.y + 24 + 18 * index, "verdict", line);
        }
        self.y += height + MARGIN;
    }

    /// The lifeline of a side, as its state was until here.
    fn lifeline_until(&mut self, side: Side, y: usize) {
        let (x, since) = (LIFELINES[side], self.since[side]);
        let class = state_class(self.states[side]);
        self.add(format!(
            "<line x1=\"{x}\" y1=\"{since}\" x2=\"{x}\" y2=\"{y}\" class=\"life {class}\"/>"
        ));
        self.since[side] = y;
    }

    /// The state of a side, beside its lifeline.
    fn pill(&mut self, side: Side, y: usize) {
        let state = self.states[side];
        let name = state.label(self.say.language);
        let width = text_width(name, 13) + 16;
        let x = match side {
            Side::Initiator => LIFELINES[side] - 10 - width,
            Side::Responder => LIFELINES[side] + 10,
        };
        let class = state_class(state);
        self.add(format!(
            "<rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"18\" rx=\"9\" class=\"pill {class}\"/>",
            y - 9
        ));
        self.text(x + width / 2, y + 4, &format!("middle state {class}"), name);
    }

    fn line(&mut self, line: &Line) {
        let class = line.class();
        let label = if line.step.is_empty() {
            escaped(&line.words())
        } else {
            format!(
                "<tspan class=\"step\">{}</tspan> {}",
                line.step,
                escaped(&line.words())
            )
        };
        let middle = usize::midpoint(LIFELINES.initiator, LIFELINES.responder);
        let width = LIFELINES.responder - LIFELINES.initiator;
        let notes = wrapped(&line.note, 12, width - 24);
        match line.kind {
            Kind::Silence => {
                self.pause(&line.label, 30);
                return;
            }
            Kind::Run => {
                self.times(line, self.y + 17);
                self.pause(&line.label, 38);
                self.notes(&notes, class);
                return;
            }
            _ => {}
        }
        let baseline = self.y + 16;
        self.add(format!(
            "<text x=\"{middle}\" y=\"{baseline}\" class=\"middle label {class}\">{label}</text>"
        ));
        self.times(line, baseline);
        let y = self.y + 22;
        let (from, dashed, lost) = match line.kind {
            Kind::Sent { from, again, lost } => (Some(from), again, lost),
            Kind::Missing { from } => (Some(from), true, true),
            Kind::Icmp { to, from_peer } => (from_peer.then(|| to.peer()), true, false),
            Kind::Run | Kind::Silence => (None, false, false),
        };
        let to = match (line.kind, from) {
            (Kind::Icmp { to, .. }, _) => to,
            (_, Some(from)) => from.peer(),
            _ => Side::Responder,
        };
        self.arrow(from, to, y, dashed, lost, class);
        for side in Side::BOTH {
            if let Some(state) = line.states[side] {
                let at = if side == to { y + SLOPE } else { y };
                self.lifeline_until(side, at);
                self.states[side] = state;
                self.pill(side, at);
            }
        }
        self.y += 22 + SLOPE + 4;
        self.notes(&notes, class);
        self.y += 9;
    }

    /// Time and delay, and the frame.
    fn times(&mut self, line: &Line, baseline: usize) {
        if let Some(frame) = line.frame {
            self.text(TIMES, baseline, "last time", &text::seconds(line.time_ns));
            self.text(FRAMES, baseline, "last frame", &frame.to_string());
        }
        if let Some(delay) = line.delay_ns {
            self.text(
                TIMES,
                baseline + 14,
                "last delay",
                &format!("+{}", Duration(delay)),
            );
        }
    }

    fn notes(&mut self, notes: &[String], class: &str) {
        let middle = usize::midpoint(LIFELINES.initiator, LIFELINES.responder);
        for note in notes {
            self.text(middle, self.y + 11, &format!("middle note {class}"), note);
            self.y += 15;
        }
    }

    /// Words between lifelines that stand still.
    fn pause(&mut self, words: &str, height: usize) {
        let middle = usize::midpoint(LIFELINES.initiator, LIFELINES.responder);
        let (top, width) = (self.y, text_width(words, 12) + 28);
        let width = width.min(LIFELINES.responder - LIFELINES.initiator - 8);
        self.add(format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{width}\" height=\"22\" rx=\"11\" class=\"pause\"/>",
            middle - width / 2,
            top + 3
        ));
        self.text(middle, top + 18, "middle run", words);
        for side in Side::BOTH {
            let x = LIFELINES[side];
            self.lifeline_until(side, top + 4);
            self.add(format!(
                "<line x1=\"{x}\" y1=\"{}\" x2=\"{x}\" y2=\"{}\" class=\"life break\"/>",
                top + 4,
                top + 26
            ));
            self.since[side] = top + 26;
        }
        self.y += height;
    }

    /// From a side, or from the path between; a lost one ends on the way.
    fn arrow(&mut self, from: Option<Side>, to: Side, y: usize, dashed: bool, lost: bool, class: &str) {
        let middle = usize::midpoint(LIFELINES.initiator, LIFELINES.responder);
        let begin = from.map_or(middle, |side| LIFELINES[side]);
        let end = LIFELINES[to];
        let dashes = if dashed { " dashed" } else { "" };
        let towards_right = end > begin;
        if lost {
            let third = end.abs_diff(begin) * 2 / 3;
            let x = if towards_right {
                begin + third
            } else {
                begin - third
            };
            let tip_y = y + SLOPE * 2 / 3;
            self.add(format!(
                "<line x1=\"{begin}\" y1=\"{y}\" x2=\"{x}\" y2=\"{tip_y}\" class=\"arrow{dashes} {class}\"/>"
            ));
            let (left, right, top, bottom) = (x - 6, x + 6, tip_y - 6, tip_y + 6);
            self.add(format!(
                "<path d=\"M{left} {top}L{right} {bottom}M{left} {bottom}L{right} {top}\" class=\"cross\"/>"
            ));
            return;
        }
        let (tip_y, back) = (y + SLOPE, 10);
        let base = if towards_right { end - back } else { end + back };
        if from.is_none() {
            self.add(format!(
                "<circle cx=\"{begin}\" cy=\"{y}\" r=\"4\" class=\"tip {class}\"/>"
            ));
        }
        self.add(format!(
            "<line x1=\"{begin}\" y1=\"{y}\" x2=\"{base}\" y2=\"{tip_y}\" class=\"arrow{dashes} {class}\"/>"
        ));
        self.add(format!(
            "<path d=\"M{end} {tip_y}L{base} {}L{base} {}Z\" class=\"tip {class}\"/>",
            tip_y - 5,
            tip_y + 5
        ));
    }
}

/// About how wide text is in a font of this size.
fn text_width(text: &str, size: usize) -> usize {
    textwrap::core::display_width(text) * size * 58 / 100
}

/// Lines that are about `width` wide.
fn wrapped(words: &str, size: usize, width: usize) -> Vec<String> {
    if words.is_empty() {
        return Vec::new();
    }
    let options =
        textwrap::Options::new(width * 100 / (size * 53)).word_separator(crate::text::word_separator(words));
    textwrap::wrap(words, options)
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// Text in XML 1.0: markup and what the standard has no place for is written otherwise.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => shown.extend(char.escape_unicode()),
            char if char.is_control() => shown.extend(char.escape_unicode()),
            char => shown.push(char),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_a_stranger_wrote_is_no_markup() {
        assert_eq!(
            escaped("</title><script>\"&\u{0}\u{ffff}é"),
            r"&lt;/title&gt;&lt;script&gt;&quot;&amp;\u{0}\u{ffff}é"
        );
    }
}
