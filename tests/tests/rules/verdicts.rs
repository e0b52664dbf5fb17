//! Every verdict that can be reached, and precedence among them.

use std::collections::BTreeSet;

use synfin::{CloseVerdict, HandshakeVerdict};
use synfin_tests::script::Script;
use synfin_tests::told::Told;

use super::tell;

const HANDSHAKES: &[(&str, &str)] = &[
    ("none", "C > S RST"),
    ("none", "C > S ACK"),
    ("none", "C > S NULL"),
    ("none", "C > S FIN-PSH-URG"),
    ("none", "S > C SYN-ACK ack=77"),
    ("none", "S > C SYN-ACK ack=77\n+1ms C > S RST seq=77"),
    ("unseen", "C > S PSH-ACK \"x\""),
    ("unseen", "C > S ACK seq=50 ack=70\n+1ms S > C ACK"),
    ("complete", "open C > S"),
    ("complete", "drop C > S SYN\nS > C SYN-ACK\nC > S ACK"),
    (
        "simultaneous",
        "C > S SYN\ncross S > C SYN\nC > S SYN-ACK\nS > C SYN-ACK",
    ),
    ("bad-ack", "C > S SYN\nS > C SYN-ACK ack=isn"),
    ("refused", "C > S SYN\nS > C RST-ACK seq=0"),
    ("aborted", "C > S SYN\nS > C SYN-ACK\n+1s C > S RST"),
    (
        "unreachable",
        "C > S SYN\nicmp S > C unreachable code=admin quoting C",
    ),
    ("half-open", "C > S SYN\nS > C SYN-ACK\n+1s resend C"),
    ("half-open", "C > S SYN\nS > C SYN-ACK\nS > C RST"),
    ("no-answer", "C > S SYN\n+1ms resend C"),
    ("pending", "C > S SYN"),
    ("pending", "C > S SYN\n+1ms S > C SYN-ACK"),
];

const CLOSES: &[(&str, &str)] = &[
    ("not-opened", "C > S SYN"),
    (
        "simultaneous",
        "open C > S\nC > S FIN-ACK\ncross S > C FIN-ACK\nC > S ACK\nS > C ACK",
    ),
    (
        "three-segment",
        "open C > S\nC > S FIN-ACK\nS > C FIN-ACK\nC > S ACK",
    ),
    ("four-way", "open C > S\nclose S > C"),
    ("fin-then-reset", "open C > S\nC > S FIN-ACK\nS > C RST-ACK"),
    ("reset", "open C > S\nS > C RST-ACK"),
    (
        "superseded",
        "open C > S\n+1s C > S SYN seq=900000\nS > C SYN-ACK",
    ),
    (
        "timed-out",
        "host X 10.0.0.9:50000\nopen C > S\nlost C > S ACK \"x\"\n+1s lost resend C\n+1s lost resend C\n+1s lost resend C\n+3s X > S SYN",
    ),
    ("closing", "open C > S\nC > S FIN-ACK\nS > C FIN-ACK"),
    ("half-closed", "open C > S\nC > S FIN-ACK\nS > C ACK"),
    ("open", "open C > S"),
];

fn told(script: &str) -> Told {
    Told::of(&Script::parse(script).unwrap_or_else(|error| panic!("{error}\nin\n{script}")))
}

#[test]
fn every_handshake_verdict() {
    for (verdict, script) in HANDSHAKES {
        let handshake = &told(script).connections[0].handshake;
        assert_eq!(handshake.verdict.as_str(), *verdict, "{script}");
    }
    let reached: BTreeSet<&str> = HANDSHAKES.iter().map(|(verdict, _)| *verdict).collect();
    let rules_to_come = ["split"];
    let all = HandshakeVerdict::ALL.iter().map(|verdict| verdict.as_str());
    assert!(
        all.filter(|word| !rules_to_come.contains(word))
            .eq_unordered(&reached)
    );
}

#[test]
fn every_close_verdict() {
    for (verdict, script) in CLOSES {
        let close = &told(script).connections[0].close;
        assert_eq!(close.verdict.as_str(), *verdict, "{script}");
    }
    let reached: BTreeSet<&str> = CLOSES.iter().map(|(verdict, _)| *verdict).collect();
    let all = CloseVerdict::ALL.iter().map(|verdict| verdict.as_str());
    assert!(all.eq_unordered(&reached));
}

trait Unordered<'a>: Iterator<Item = &'a str> + Sized {
    fn eq_unordered(self, other: &BTreeSet<&'a str>) -> bool {
        self.collect::<BTreeSet<_>>() == *other
    }
}

impl<'a, I: Iterator<Item = &'a str>> Unordered<'a> for I {}

// First match wins: the close was orderly, whatever comes after it.
#[test]
fn resets_after_an_orderly_close_never_change_it() {
    tell(
        "
               open C > S
        +10ms  C > S FIN-ACK
        +10ms  S > C FIN-ACK
        +10ms  C > S ACK
        +10ms  C > S RST  #= - - - TIME-WAIT CLOSED - phase=closed close=-
        +10ms  S > C RST  #= - - - TIME-WAIT>CLOSED CLOSED - phase=closed close=-
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 4,5,6
    ",
    );
}

// A connection that was refused and later accepted was opened.
#[test]
fn complete_wins_over_refused() {
    let told = told("C > S SYN\nS > C RST-ACK seq=0\n+1s resend C\nS > C SYN-ACK\nC > S ACK\nclose C > S");
    let connection = &told.connections[0];
    assert_eq!(connection.handshake.verdict, HandshakeVerdict::Complete);
    assert_eq!(connection.close.verdict, CloseVerdict::FourWay);
}

// Strays are listed too, each in one connection.
#[test]
fn nothing_disappears() {
    let told = told(
        "host X 10.0.0.9:50000
         X > S NULL
         C > S FIN-PSH-URG
         S > X RST-ACK
         S > C SYN-ACK",
    );
    let owners: Vec<u64> = told.packets.iter().map(|packet| packet.connection).collect();
    assert_eq!(owners, [0, 1, 0, 1]);
    assert_eq!(told.connections.len(), 2);
    let counted: u64 = told
        .connections
        .iter()
        .map(|connection| connection.packets.initiator + connection.packets.responder)
        .sum();
    assert_eq!(counted, 4);
}
