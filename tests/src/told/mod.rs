//! Situations with what synfin should tell of them written in the margin.
//!
//! The text is a [`Script`] whose comments carry the expectations:
//!
//! ```
//! synfin_tests::told::tell("
//!       C > S SYN       #= 1/3 O1 O1  CLOSED>SYN-SENT       LISTEN                    -
//! +10ms S > C SYN-ACK   #= 2/3 O2 O2  SYN-SENT              LISTEN>SYN-RECEIVED       1 since=10ms
//! +10ms C > S ACK       #= 3/3 O3 O3  SYN-SENT>ESTABLISHED  SYN-RECEIVED>ESTABLISHED  2
//! #: 0 handshake complete certain 1,2,3
//! #: 0 close open nobody unknown/guess certain -
//! ");
//! ```
//!
//! - `#=` step, role, rules, the initiator's state, the responder's state, the frame answered; then any `key=value` of
//!   `render::packet`. A line without it is not compared. A statement that makes several frames has a `#=` each: the
//!   further ones stand alone on the lines that follow.
//! - `#:` what is said of a connection at the end: its number, a topic of `render::connection`, the answer. Every
//!   connection must have its `handshake` and its `close`.
//! - `#!` a way in which the situation may not be varied: `v4` keeps it on Ethernet and IPv4, `once` keeps frames from being captured
//!   twice.
//!
//! The expectations hold for the script as it stands and for its `variations`.

mod render;

use synfin::wire::{self, Decoded};
use synfin::{Annotation, CloseVerdict, Connection, Dissector, LinkType, Outcome};

use crate::script::Script;

/// What a dissector said of a script.
#[derive(Debug, Clone)]
pub struct Told {
    /// One for each frame that is a segment.
    pub packets: Vec<Annotation>,
    /// In the order of their numbers.
    pub connections: Vec<Connection>,
}

impl Told {
    /// Feeds the first `count` frames of a script to a new dissector.
    #[must_use]
    pub fn of_first(script: &Script, count: usize) -> Self {
        let mut dissector = Dissector::default();
        let packets = script
            .frames()
            .take(count)
            .filter_map(|frame| match dissector.frame(&frame) {
                Outcome::Segment(annotation) => Some(annotation),
                Outcome::Icmp(_) => None,
                other => panic!("frame {} is no segment: {other:?}", frame.number),
            });
        Self {
            packets: packets.collect(),
            connections: dissector.finish().collect(),
        }
    }

    /// Feeds a script to a new dissector.
    #[must_use]
    pub fn of(script: &Script) -> Self {
        Self::of_first(script, script.packets().len())
    }
}

/// A script in another shape that must be told the same way.
struct Variation {
    name: &'static str,
    script: Script,
    /// How far the ISNs of C and S were moved.
    shift: [u32; 2],
    /// Every frame is captured twice: frame n became frames 2n-1 and 2n.
    doubled: bool,
}

/// Plays a text and holds what is told of it, in every variation, against its margin.
///
/// # Panics
/// When the text cannot be read, or something else is told.
pub fn tell(text: &str) -> Told {
    let script = Script::parse(text).unwrap_or_else(|error| panic!("{error}\nin\n{text}"));
    let margin = Margin::read(text);
    let mut plain = None;
    for variation in variations(&script, &margin, initial_numbers(&script)) {
        let told = Told::of(&variation.script);
        let expected = margin.expected(&script);
        let actual = margin.actual(&variation, &told);
        assert!(
            expected == actual,
            "\n{}\nexpected\n{}\ntold\n{}",
            variation.name,
            expected.join("\n"),
            actual.join("\n")
        );
        plain = plain.or(Some(told));
    }
    holds_at_every_cut(&script);
    plain.expect("the plain script is the first variation")
}

/// The initial numbers of C and S, as the first segments have them.
fn initial_numbers(script: &Script) -> [u32; 2] {
    let mut isns = [1000, 5000];
    for frame in script.frames() {
        let Decoded::Tcp(segment) = wire::decode(&frame) else {
            continue;
        };
        let host = usize::from(segment.tcp.src_port == 80);
        isns[host] = segment.tcp.seq.0;
        if segment.tcp.flags.ack() {
            isns[1 - host] = segment.tcp.ack.0.wrapping_sub(1);
            break;
        }
    }
    isns
}

/// The plain script; both hosts' ISNs just below the wrap, so that the SYN or the first bytes cross it; addresses
/// exchanged; raw IP; IPv6; every frame captured twice.
fn variations(script: &Script, margin: &Margin<'_>, isns: [u32; 2]) -> Vec<Variation> {
    let ok = |script: Result<Script, _>| script.unwrap_or_else(|error| panic!("{error}"));
    let plain = |name, script| Variation {
        name,
        script,
        shift: [0, 0],
        doubled: false,
    };
    let wrapped = |name, below: u32| {
        let shift = isns.map(|isn| 0u32.wrapping_sub(below).wrapping_sub(isn));
        let moved = ok(script.shift_isn("C", shift[0]));
        Variation {
            shift,
            ..plain(name, ok(moved.shift_isn("S", shift[1])))
        }
    };
    let mut all = vec![
        plain("as written", script.clone()),
        wrapped("ISN 2^32 - 1", 1),
        wrapped("ISN 2^32 - 4", 4),
        plain("addresses exchanged", ok(script.swap_addresses())),
    ];
    if !margin.never.contains(&"v4") {
        all.push(plain("raw IP", ok(script.on_link(LinkType::RAW))));
        all.push(plain("IPv6", ok(script.over_v6())));
    }
    if !margin.never.contains(&"once") {
        all.push(Variation {
            doubled: true,
            ..plain(
                "every frame captured twice",
                ok(script.duplicate_every(1, 50_000)),
            )
        });
    }
    all
}

/// What a segment says of the close is what the capture cut off behind it says.
fn holds_at_every_cut(script: &Script) {
    let whole = Told::of(script);
    let mut last = vec![None; whole.connections.len()];
    for (index, packet) in whole.packets.iter().enumerate() {
        let cut = Told::of_first(script, packet.frame as usize);
        assert_eq!(
            cut.packets[..],
            whole.packets[..=index],
            "one pass tells the same for any future"
        );
        if let Some(verdict) = packet.close.verdict_so_far {
            let by = packet.close.by_so_far.expect("told together");
            last[packet.connection as usize] = Some((verdict, by));
        }
        for connection in &cut.connections {
            let close = &connection.close;
            // Nothing is told where it is open again, nor by a segment of another connection, nor by silence.
            let undecided = matches!(
                close.verdict,
                CloseVerdict::Open
                    | CloseVerdict::NotOpened
                    | CloseVerdict::Superseded
                    | CloseVerdict::TimedOut
            );
            if undecided && packet.close.verdict_so_far.is_none() {
                continue;
            }
            if let Some(told) = last[connection.connection as usize] {
                assert_eq!(
                    told,
                    (close.verdict, close.by),
                    "close so far at frame {}",
                    packet.frame
                );
            }
        }
    }
}

/// The expectations of a text.
struct Margin<'t> {
    /// Script line, and the `#=` of its frames.
    packets: Vec<(usize, Vec<&'t str>)>,
    /// Connection, topic, answer.
    connections: Vec<(usize, &'t str, &'t str)>,
    never: Vec<&'t str>,
}

impl<'t> Margin<'t> {
    fn read(text: &'t str) -> Self {
        let mut margin = Self {
            packets: Vec::new(),
            connections: Vec::new(),
            never: Vec::new(),
        };
        for (index, line) in text.lines().enumerate() {
            if let Some((act, expected)) = line.split_once("#=") {
                match margin.packets.last_mut().filter(|_| act.trim().is_empty()) {
                    Some((_, more)) => more.push(expected),
                    None => margin.packets.push((index + 1, vec![expected])),
                }
            } else if let Some((_, claim)) = line.split_once("#:") {
                let (number, rest) = claim.trim().split_once(' ').expect("a connection and a topic");
                let (topic, answer) = rest.split_once(' ').expect("a topic and an answer");
                let number = number.parse().expect("the number of a connection");
                margin.connections.push((number, topic, answer));
            } else if let Some((_, never)) = line.split_once("#!") {
                margin.never.extend(never.split_whitespace());
            }
        }
        margin
    }

    /// The margin as a table, one row a line.
    fn expected(&self, script: &Script) -> Vec<String> {
        let mut rows = Vec::new();
        for (line, expected) in &self.packets {
            let frames = script.packets().iter().filter(|frame| frame.line == *line);
            let numbers: Vec<u64> = frames.map(|frame| frame.number).collect();
            assert_eq!(numbers.len(), expected.len(), "frames and margins of line {line}");
            rows.extend(
                numbers
                    .iter()
                    .zip(expected)
                    .map(|(n, text)| format!("{n} {}", squeeze(text))),
            );
        }
        rows.extend(
            self.connections
                .iter()
                .map(|(number, topic, answer)| format!(": {number} {topic} {}", squeeze(answer))),
        );
        rows
    }

    /// The same table from what was told.
    fn actual(&self, variation: &Variation, told: &Told) -> Vec<String> {
        let script = &variation.script;
        let original = |frame: u64| {
            if variation.doubled {
                frame.div_ceil(2)
            } else {
                frame
            }
        };
        let mut rows = Vec::new();
        for (line, expected) in &self.packets {
            let frames = script.packets().iter().filter(|frame| frame.line == *line);
            let firsts = frames.filter(|frame| !variation.doubled || frame.number % 2 == 1);
            for (frame, expected) in firsts.zip(expected) {
                let packet = told
                    .packets
                    .iter()
                    .find(|packet| packet.frame == frame.number)
                    .expect("an ICMP error has no margin");
                let keys = expected.split_whitespace().skip(render::COLUMNS);
                let keys = keys.filter_map(|item| Some(item.split_once('=')?.0));
                rows.push(render::packet(packet, keys, &original));
            }
        }
        for (number, topic, answer) in &self.connections {
            let said = match told.connections.get(*number) {
                None => "does not exist".to_owned(),
                // Copies are counted and last longer; there is no telling them apart here.
                Some(_) if variation.doubled && ["packets", "duration", "duplicates"].contains(topic) => {
                    squeeze(answer)
                }
                Some(connection) => render::connection(connection, topic, variation.shift, &original),
            };
            rows.push(format!(": {number} {topic} {said}"));
        }
        for connection in 0..told.connections.len() {
            for topic in ["handshake", "close"] {
                let is_told = |claim: &(usize, &str, &str)| (claim.0, claim.1) == (connection, topic);
                if !self.connections.iter().any(is_told) {
                    let said = render::connection(&told.connections[connection], topic, [0, 0], &original);
                    rows.push(format!(": {connection} {topic} {said} (not in the margin)"));
                }
            }
        }
        rows
    }
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
