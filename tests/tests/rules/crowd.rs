//! O32 and O38: what many connections of one server tell together.

use std::fmt::Write as _;

use synfin::{Config, Dissector, Outcome, Rule};
use synfin_tests::script::Script;
use synfin_tests::told::Told;

/// The rules of each packet, by a dissector of this configuration.
fn packets_with(script: &Script, config: Config) -> Vec<synfin::Annotation> {
    let mut dissector = Dissector::new(config);
    let annotations = script.frames().filter_map(|frame| match dissector.frame(&frame) {
        Outcome::Segment(annotation) => Some(annotation),
        _ => None,
    });
    annotations.collect()
}

fn clients(count: usize) -> String {
    let mut text = String::new();
    for n in 0..count {
        let _ = writeln!(text, "host X{n} 10.1.{}.{}:40000", n / 200, n % 200 + 1);
    }
    text
}

/// Clients of S: the first so many send the final ACK, the others never do.
fn flood(completed: usize, half_open: usize) -> String {
    let mut text = clients(completed + half_open);
    for n in 0..completed + half_open {
        let _ = writeln!(text, "+1ms X{n} > S SYN\n+1ms S > X{n} SYN-ACK");
        if n < completed {
            let _ = writeln!(text, "+1ms X{n} > S ACK");
        }
    }
    text
}

/// The frames that a rule was told of.
fn frames(told: &Told, rule: Rule) -> Vec<u64> {
    let of_rule = told.packets.iter().filter(|packet| packet.rules.contains(rule));
    of_rule.map(|packet| packet.frame).collect()
}

fn play(text: &str) -> Told {
    Told::of(&Script::parse(text).unwrap_or_else(|error| panic!("{error}")))
}

// The 100th SYN-ACK without an answer, and each one after it: frames 200, 202, 204.
#[test]
fn o38_syn_flood() {
    let told = play(&flood(0, 102));
    assert_eq!(frames(&told, Rule::O38), [200, 202, 204]);
    let crossed = &told.connections[99];
    let rules: Vec<_> = crossed.rules.iter().map(|hit| (hit.id, hit.frame)).collect();
    assert_eq!(rules, [(Rule::O1, 199), (Rule::O2, 200), (Rule::O38, 200)]);
    assert_eq!(told.packets[199].role, Some(Rule::O2));
}

// 24 of 124 are 19.4 %: a flood. Behind 25 of 125, which are 20 %, the 101st half-open one makes 19.8 %.
#[test]
fn o38_counts_what_is_completed() {
    let told = play(&flood(24, 100));
    assert_eq!(frames(&told, Rule::O38), [24 * 3 + 200]);
    let told = play(&flood(25, 101));
    assert_eq!(frames(&told, Rule::O38), [25 * 3 + 202]);
}

#[test]
fn o38_not_for_99_nor_when_a_fifth_is_completed() {
    for (completed, half_open) in [(0, 99), (25, 100), (100, 99)] {
        let told = play(&flood(completed, half_open));
        assert!(frames(&told, Rule::O38).is_empty(), "{completed} {half_open}");
    }
}

// Many servers, each with one half-open connection: a scan, no flood.
#[test]
fn o38_not_for_many_servers() {
    let mut text = clients(120);
    for n in 0..120 {
        let _ = writeln!(text, "+1ms C > X{n} SYN\n+1ms X{n} > C SYN-ACK");
    }
    assert!(frames(&play(&text), Rule::O38).is_empty());
}

// A half-open connection counts no more once it is reset, and not for longer than a minute.
#[test]
fn o38_not_for_those_that_were_reset_or_are_long_gone() {
    let mut text = clients(150);
    for n in 0..150 {
        let _ = writeln!(
            text,
            "+1ms X{n} > S SYN\n+1ms S > X{n} SYN-ACK\n+1ms X{n} > S RST"
        );
    }
    assert!(frames(&play(&text), Rule::O38).is_empty());
    let mut text = clients(150);
    for n in 0..150 {
        let _ = writeln!(text, "+1s X{n} > S SYN\n+1ms S > X{n} SYN-ACK");
    }
    assert!(frames(&play(&text), Rule::O38).is_empty());
}

// A burst of SYNs of which each is completed: they are counted although they came before any answer.
#[test]
fn o38_not_when_answers_come_late() {
    let mut text = clients(150);
    for n in 0..150 {
        let _ = writeln!(text, "X{n} > S SYN");
    }
    for n in 0..150 {
        let _ = writeln!(text, "+1ms S > X{n} SYN-ACK\nX{n} > S ACK");
    }
    assert!(frames(&play(&text), Rule::O38).is_empty());
}

#[test]
fn o38_by_the_numbers_of_the_config() {
    let script = Script::parse(&flood(1, 3)).expect("a script");
    for (half_open, percent, expected) in [
        (3, 26, vec![9]),
        (3, 25, vec![]),
        (4, 100, vec![]),
        (2, 34, vec![7, 9]),
    ] {
        let mut config = Config::default();
        config.flood_half_open = half_open;
        config.flood_percent = percent;
        let told = packets_with(&script, config);
        let told: Vec<u64> = told
            .iter()
            .filter(|packet| packet.rules.contains(Rule::O38))
            .map(|packet| packet.frame)
            .collect();
        assert_eq!(told, expected, "{half_open} {percent}");
    }
}

/// Clients with all options; each TSval of S is given.
fn stamped(stamps: &[u32]) -> String {
    let mut text = clients(stamps.len());
    for (n, stamp) in stamps.iter().enumerate() {
        let _ = writeln!(
            text,
            "+100ms X{n} > S SYN mss=1460 sackok ts=7:0 ws=7\n+1ms S > X{n} SYN-ACK mss=1460 sackok ts={stamp}:7 ws=9\n+1ms X{n} > S ACK"
        );
    }
    text
}

// The shift of the SYN is 7, SACK makes 16, no ECN: the low six bits are 23.
#[test]
fn o32_timestamps_that_hold_the_options() {
    let told = play(&stamped(&[
        64 + 23,
        640 + 23,
        6400 + 23,
        64000 + 23,
        640_000 + 23,
    ]));
    assert_eq!(frames(&told, Rule::O32), [11, 14]);
}

// No window scale is 15, no SACK is 0, ECN is 32.
#[test]
fn o32_timestamps_with_fewer_options_and_ecn() {
    let mut text = clients(4);
    for n in 0..4 {
        let _ = writeln!(
            text,
            "+1ms X{n} > S SYN-ECE-CWR mss=1460 ts=7:0\n+1ms S > X{n} SYN-ACK-ECE mss=1460 ts={}:7",
            64 * (n + 5) + 15 + 32
        );
    }
    assert_eq!(frames(&play(&text), Rule::O32), [8]);
}

// Three are too few; one that does not fit is enough; one tick of the clock is one sign.
#[test]
fn o32_not_when_the_timestamps_prove_too_little() {
    for stamps in [
        [64 + 23, 640 + 23, 6400 + 23].as_slice(),
        &[64 + 23, 640 + 24, 6400 + 23, 64_000 + 23, 640_000 + 23],
        &[64 + 23, 640 + 23, 64 + 23, 64 + 23, 640 + 23],
    ] {
        assert!(
            frames(&play(&stamped(stamps)), Rule::O32).is_empty(),
            "{stamps:?}"
        );
    }
}

/// A flood over 30 seconds, with or without SYN-ACKs that come again.
fn long_flood(resends: bool) -> String {
    let mut text = clients(200);
    for n in 0..200 {
        let _ = writeln!(text, "+150ms X{n} > S SYN\n+1ms S > X{n} SYN-ACK");
        if resends && n == 150 {
            let _ = writeln!(text, "x: S > X0 SYN-ACK");
        }
    }
    text
}

// Under a flood, and none of a hundred SYN-ACKs that are older than a span of time was sent again.
#[test]
fn o32_no_syn_ack_of_a_flood_comes_again() {
    let told = play(&long_flood(false));
    assert!(!frames(&told, Rule::O32).is_empty());
    assert!(frames(&told, Rule::O38).len() > frames(&told, Rule::O32).len());
}

#[test]
fn o32_not_when_one_comes_again() {
    let told = play(&long_flood(true));
    assert!(frames(&told, Rule::O32).is_empty());
    assert!(!frames(&told, Rule::O38).is_empty());
}
