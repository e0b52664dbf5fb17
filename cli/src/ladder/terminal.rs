//! The picture in a terminal: two lifelines with arrows between, as wide as there is room.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use synfin::{Phase, Severity, Side, Sides, State};
use textwrap::core::display_width;

use super::model::{Kind, Ladder, Line};
use crate::language::{Language, Messages};
use crate::text::{self, DIM, Duration, ENDING, HEADING, Left, OPENING, Right};

const LOST: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));

/// What the lines are made of.
pub(crate) struct Strokes {
    solid: &'static str,
    dashed: &'static str,
    lifeline: &'static str,
    pause: &'static str,
    right: &'static str,
    left: &'static str,
    cross: &'static str,
    ascii: bool,
    /// What has no form in ASCII is shown by its number.
    escaped: bool,
}

impl Strokes {
    pub(crate) const UNICODE: Self = Self {
        solid: "─",
        dashed: "╌",
        lifeline: "│",
        pause: "┊",
        right: "►",
        left: "◄",
        cross: "✗",
        ascii: false,
        escaped: false,
    };
    pub(crate) const ASCII: Self = Self {
        solid: "-",
        dashed: ".",
        lifeline: "|",
        pause: ":",
        right: ">",
        left: "<",
        cross: "X",
        ascii: true,
        escaped: true,
    };

    /// What the locale's character set has.
    pub(crate) fn of_locale() -> Self {
        let set = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .filter_map(std::env::var_os)
            .find(|value| !value.is_empty())
            .unwrap_or_default();
        let set = set.to_string_lossy().to_ascii_lowercase();
        if set.contains("utf-8") || set.contains("utf8") {
            Self::UNICODE
        } else {
            Self::ASCII
        }
    }

    /// Chinese has no form in ASCII.
    pub(crate) fn for_text_in(self, language: Language) -> Self {
        Self {
            escaped: self.escaped && language == Language::English,
            ..self
        }
    }

    /// Words in the characters that there are.
    fn words(&self, text: &str) -> String {
        if !self.ascii || text.is_ascii() {
            return text.to_owned();
        }
        let mut plain = String::with_capacity(text.len());
        for char in text.chars() {
            match char {
                '→' => plain.push_str("->"),
                '←' => plain.push_str("<-"),
                '…' => plain.push_str("..."),
                '×' => plain.push('x'),
                'µ' => plain.push('u'),
                '·' => plain.push('-'),
                char if char.is_ascii() || !self.escaped => plain.push(char),
                char => plain.extend(char.escape_unicode()),
            }
        }
        plain
    }
}

/// Columns of everything, by the room there is.
struct Layout {
    /// The time since the begin as well as the delay.
    times: bool,
    /// The states stand outside the lifelines; where not, between them.
    states_outside: bool,
    /// Between the lifelines.
    between: usize,
    /// Room for notes on the right; where none, they stand between the lifelines.
    notes: Option<usize>,
}

/// The frame's number and a space.
const FRAME: usize = 6;
/// A time or delay and a space.
const TIME: usize = 11;
/// The longest state and a space.
const STATE: usize = 13;
/// Notes narrower than this are hard to read.
const NARROWEST_NOTES: usize = 30;

impl Layout {
    fn of(width: usize) -> Self {
        let states_outside = width >= 78;
        let times = width >= 150;
        let left = FRAME + TIME + if times { TIME } else { 0 };
        let states = if states_outside { 2 * STATE } else { 0 };
        let rest = width.saturating_sub(left + states + 2);
        // The arrows need room for their numbers, and beyond that the notes are worth more.
        let between = match rest {
            0..76 => rest,
            76..110 => 44,
            _ => 54,
        };
        let notes = rest.saturating_sub(between + 2);
        Self {
            times,
            states_outside,
            between: between.max(24),
            notes: (notes >= NARROWEST_NOTES).then_some(notes),
        }
    }
}

/// Writes the picture, `width` columns wide where that is 60 or more.
pub(crate) fn draw(
    out: &mut impl Write,
    say: &Messages,
    ladder: &Ladder,
    width: usize,
    strokes: &Strokes,
) -> io::Result<()> {
    let pen = Pen {
        say,
        layout: Layout::of(width),
        strokes,
    };
    let title = strokes.words(&ladder.title());
    for line in text::wrapped(&title, width) {
        writeln!(out, "{HEADING}{line}{HEADING:#}")?;
    }
    writeln!(out)?;
    pen.header(out, ladder)?;
    for line in &ladder.lines {
        pen.line(out, line)?;
    }
    writeln!(out)?;
    for line in text::wrapped(&strokes.words(&ladder.verdict), width) {
        writeln!(out, "{HEADING}{line}{HEADING:#}")?;
    }
    Ok(())
}

struct Pen<'a> {
    say: &'a Messages,
    layout: Layout,
    strokes: &'a Strokes,
}

/// A piece of text and how it looks.
type Piece = (String, Style);

impl Pen<'_> {
    fn header(&self, out: &mut impl Write, ladder: &Ladder) -> io::Result<()> {
        let left = FRAME + TIME + if self.layout.times { TIME } else { 0 };
        let words = &self.say.ladder;
        let (frame, time, delay) = (
            Right(words.frame, 5),
            Right(words.time, 10),
            Right(words.delay, 10),
        );
        let heads = if self.layout.times {
            format!("{frame} {time} {delay} ")
        } else {
            format!("{frame} {delay} ")
        };
        let outside = if self.layout.states_outside { STATE } else { 0 };
        let room = 2 * outside + self.layout.between + 2;
        let [initiator, responder] = [&ladder.ends.initiator, &ladder.ends.responder].map(String::as_str);
        let mut rows = vec![Side::BOTH.map(|side| side.label(self.say.language))];
        if initiator.len() + responder.len() + 2 <= room {
            rows.push([initiator, responder]);
        } else {
            rows.push([initiator, ""]);
            rows.push(["", responder]);
        }
        for (index, [initiator, responder]) in rows.into_iter().enumerate() {
            let before = if index == 0 { heads.as_str() } else { "" };
            let long = display_width(initiator) + display_width(responder);
            // A long address reaches to the left of its place rather than over the edge.
            let left = (left + room).saturating_sub(long.max(room));
            let gap = room.saturating_sub(long);
            let line = format!("{initiator}{:gap$}{responder}", "");
            writeln!(
                out,
                "{DIM}{}{DIM:#}{HEADING}{}{HEADING:#}",
                Left(before, left),
                line.trim_end()
            )?;
        }
        let begins = Sides::from_fn(|side| Some(ladder.begins[side]));
        self.row(out, ["", "", ""], &begins, &self.empty(), NO_NOTE)?;
        self.inner_states(out, &begins)
    }

    fn line(&self, out: &mut impl Write, line: &Line) -> io::Result<()> {
        let style = style(line);
        let mut notes = self.notes(line);
        let frame = line.frame.map_or_else(String::new, |frame| frame.to_string());
        let time = text::seconds(line.time_ns);
        let delay = match (line.delay_ns, line.kind) {
            (Some(delay), kind) if kind != Kind::Silence => {
                self.strokes.words(&format!("+{}", Duration(delay)))
            }
            _ => String::new(),
        };
        let (time, delay) = match line.kind {
            Kind::Silence => (String::new(), delay),
            _ => (time, delay),
        };
        let rows = self.arrow(line, style);
        let last = rows.len() - 1;
        let beside = self.layout.notes.is_some();
        for (index, between) in rows.iter().enumerate() {
            let here = index == last;
            let none = Sides::default();
            let states = if here { &line.states } else { &none };
            let columns = match here {
                true => [frame.as_str(), time.as_str(), delay.as_str()],
                false => ["", "", ""],
            };
            let note = if here && beside && !notes.is_empty() {
                notes.remove(0)
            } else {
                String::new()
            };
            self.row(out, columns, states, between, (&note, style))?;
        }
        for note in notes {
            if beside {
                self.row(
                    out,
                    ["", "", ""],
                    &Sides::default(),
                    &self.empty(),
                    (&note, style),
                )?;
            } else {
                let between = self.centred(&note, style, " ");
                self.row(out, ["", "", ""], &Sides::default(), &between, NO_NOTE)?;
            }
        }
        self.inner_states(out, &line.states)
    }

    /// One line on the screen; `between` fills the room between the lifelines.
    fn row(
        &self,
        out: &mut impl Write,
        [frame, time, delay]: [&str; 3],
        states: &Sides<Option<State>>,
        between: &[Piece],
        (note, style): (&str, Style),
    ) -> io::Result<()> {
        let mut line = format!("{DIM}{frame:>5}{DIM:#} ");
        if self.layout.times {
            line += &format!("{DIM}{time:>10}{DIM:#} ");
        }
        let first = if self.layout.times || !delay.is_empty() || frame.is_empty() {
            delay
        } else {
            "0"
        };
        line += &format!("{first:>10} ");
        let state = |side: Side| {
            states[side]
                .filter(|_| self.layout.states_outside)
                .map(|state| state.label(self.say.language))
        };
        if self.layout.states_outside {
            line += &format!(
                "{} ",
                Right(state(Side::Initiator).unwrap_or_default(), STATE - 1)
            );
        }
        // Silence and folded runs break the lifelines.
        let broken = between.iter().any(|(_, style)| *style == PAUSE);
        let lifeline = if broken {
            self.strokes.pause
        } else {
            self.strokes.lifeline
        };
        line += lifeline;
        for (text, style) in between {
            line += &format!("{style}{text}{style:#}");
        }
        line += lifeline;
        if self.layout.states_outside {
            line += &match (state(Side::Responder), self.layout.notes) {
                (Some(state), Some(_)) => format!(" {}", Left(state, STATE - 1)),
                (Some(state), None) => format!(" {state}"),
                (None, _) if note.is_empty() => String::new(),
                (None, _) => " ".repeat(STATE),
            };
        }
        if !note.is_empty() {
            line += &format!("  {style}{note}{style:#}");
        }
        writeln!(out, "{}", line.trim_end())
    }

    /// The states between the lifelines, where there is no room outside.
    fn inner_states(&self, out: &mut impl Write, states: &Sides<Option<State>>) -> io::Result<()> {
        if self.layout.states_outside || Side::BOTH.iter().all(|&side| states[side].is_none()) {
            return Ok(());
        }
        let word = |side: Side| states[side].map_or("", |state| state.label(self.say.language));
        let (left, right) = (word(Side::Initiator), word(Side::Responder));
        let gap = self
            .layout
            .between
            .saturating_sub(display_width(left) + display_width(right) + 2);
        let text = format!(" {left}{:gap$}{right} ", "");
        self.row(out, ["", "", ""], &Sides::default(), &[(text, DIM)], NO_NOTE)
    }

    fn empty(&self) -> Vec<Piece> {
        vec![(" ".repeat(self.layout.between), Style::new())]
    }

    /// The notes in lines of their room.
    fn notes(&self, line: &Line) -> Vec<String> {
        if line.note.is_empty() {
            return Vec::new();
        }
        let room = self.layout.notes.unwrap_or(self.layout.between - 2);
        let text = self.strokes.words(&line.note);
        let options = textwrap::Options::new(room).word_separator(text::word_separator(&text));
        let lines = textwrap::wrap(&text, options);
        lines.iter().map(|line| line.to_string()).collect()
    }

    fn centred(&self, text: &str, style: Style, fill: &str) -> Vec<Piece> {
        let text = format!(" {text} ");
        let gap = self.layout.between.saturating_sub(display_width(&text));
        let fill = |count: usize| (fill.repeat(count), style);
        vec![fill(gap / 2), (text, style), fill(gap - gap / 2)]
    }

    /// The rows between the lifelines: the numbers on the arrow, or above it where they do not fit.
    fn arrow(&self, line: &Line, style: Style) -> Vec<Vec<Piece>> {
        let label = match line.step {
            "" => self.strokes.words(&line.words()),
            step => format!("{step} {}", self.strokes.words(&line.words())),
        };
        match line.kind {
            Kind::Silence | Kind::Run => self
                .lines_of(&label)
                .iter()
                .map(|label| self.centred(label, PAUSE, " "))
                .collect(),
            Kind::Sent { from, again, lost } => {
                let stroke = if again {
                    self.strokes.dashed
                } else {
                    self.strokes.solid
                };
                self.on_arrow(&label, style, stroke, from, if lost { 2 } else { 1 })
            }
            Kind::Missing { from } => self.on_arrow(&label, LOST, self.strokes.dashed, from, 2),
            Kind::Icmp { to, from_peer: true } => {
                self.on_arrow(&label, style, self.strokes.dashed, to.peer(), 1)
            }
            Kind::Icmp { to, from_peer: false } => {
                let mut rows: Vec<Vec<Piece>> = self
                    .lines_of(&label)
                    .iter()
                    .map(|label| self.centred(label, style, " "))
                    .collect();
                // From somewhere on the path.
                let half = self.layout.between / 2;
                let rest = " ".repeat(self.layout.between - half);
                let dashes = self.strokes.dashed.repeat(half - 1);
                rows.push(match to {
                    Side::Initiator => vec![(format!("{}{dashes}", self.strokes.left), style), (rest, style)],
                    Side::Responder => {
                        vec![(rest, style), (format!("{dashes}{}", self.strokes.right), style)]
                    }
                });
                rows
            }
        }
    }

    fn lines_of(&self, label: &str) -> Vec<String> {
        text::wrapped(label, self.layout.between - 2)
    }

    /// An arrow from a side; `parts` 2 ends it half way.
    fn on_arrow(&self, label: &str, style: Style, stroke: &str, from: Side, parts: usize) -> Vec<Vec<Piece>> {
        /// Stroke that is left on either side of the label.
        const STROKE: usize = 2;
        let between = self.layout.between;
        let lost = parts == 2;
        let (tip, tip_style) = match (lost, from) {
            (true, _) => (self.strokes.cross, LOST),
            (false, Side::Initiator) => (self.strokes.right, style),
            (false, Side::Responder) => (self.strokes.left, style),
        };
        let text = format!(" {label} ");
        let width = display_width(&text);
        // Half way, or as far as the numbers go.
        let reach = if lost {
            (width + 2 * STROKE + 1).clamp(between * 2 / 3, between - 4)
        } else {
            between
        };
        let beyond = (" ".repeat(between - reach), style);
        let fits = width + 2 * STROKE < reach;
        let mut rows = Vec::new();
        let shaft = reach - 1;
        let shaft = if fits {
            let gap = shaft - width;
            let before = gap / 2;
            vec![
                (stroke.repeat(before), style),
                (text, style),
                (stroke.repeat(gap - before), style),
            ]
        } else {
            rows.extend(
                self.lines_of(label)
                    .iter()
                    .map(|label| self.centred(label, style, " ")),
            );
            vec![(stroke.repeat(shaft), style)]
        };
        let tip = (tip.to_owned(), tip_style);
        rows.push(match from {
            Side::Initiator => shaft.into_iter().chain([tip, beyond]).collect(),
            Side::Responder => [beyond, tip].into_iter().chain(shaft).collect(),
        });
        rows
    }
}

const NO_NOTE: (&str, Style) = ("", Style::new());

/// What stands where the lifelines are broken.
const PAUSE: Style = Style::new().dimmed().italic();

fn style(line: &Line) -> Style {
    match (line.severity, line.phase) {
        (severity, _) if severity > Severity::Chat => text::severity(severity),
        (_, Phase::Handshake) => OPENING,
        (_, Phase::Teardown) => ENDING,
        _ => Style::new(),
    }
}

#[cfg(test)]
mod tests {
    use synfin::{Sides, State};

    use super::{Strokes, draw};
    use crate::ladder::model::{Ladder, Outcome};
    use crate::language::{Language, Messages};

    #[test]
    fn the_longest_addresses_fit_the_narrowest_terminal() {
        let end = "[2001:db8:1111:2222:3333:4444:5555:6666]:65535".to_owned();
        let ladder = Ladder {
            connection: 0,
            ends: Sides::from_fn(|_| end.clone()),
            begins: Sides::from_fn(|_| State::Unknown),
            lines: Vec::new(),
            verdict: String::new(),
            outcome: Outcome::Open,
        };
        for width in [60, 80, 120, 200] {
            let mut out = Vec::new();
            draw(
                &mut out,
                Messages::of(Language::English),
                &ladder,
                width,
                &Strokes::UNICODE,
            )
            .expect("a vector grows");
            let out = anstream::adapter::strip_bytes(&out).into_vec();
            let out = String::from_utf8(out).expect("UTF-8");
            assert_eq!(out.matches(&end).count(), 4, "{out}");
            assert!(out.lines().all(|line| line.chars().count() <= width), "{out}");
        }
    }
}
