//! O17: the network answers for the responder.

use synfin::{Dissector, Outcome, Rule};
use synfin_tests::script::Script;

use super::tell;

// RFC 792 code 13 is RFC 1812's "communication administratively prohibited"; code=admin is each family's own.
#[test]
fn o17_unreachable_by_policy() {
    for v4_code in ["admin", "9", "10", "13"] {
        let v4 = if v4_code == "admin" { "" } else { "#! v4" };
        tell(&format!(
            "{v4}
                  C > S SYN
            +1ms  icmp S > C unreachable code={v4_code} quoting C
            #: 0 handshake unreachable certain 1,2
            #: 0 close not-opened network refused-policy/likely certain 2
            #: 0 rules O1:1 O17:2
            #: 0 packets 1 0
            #: 0 frames 1-1"
        ));
    }
}

#[test]
fn o17_unreachable_for_another_reason() {
    for error in [
        "unreachable code=net",
        "unreachable code=host",
        "unreachable code=port",
        "ttl-exceeded",
    ] {
        tell(&format!(
            "
                  C > S SYN
            +1ms  icmp S > C {error} quoting C
            #: 0 handshake unreachable certain 1,2
            #: 0 close not-opened network unknown/guess certain 2
            #: 0 rules O1:1 O17:2"
        ));
    }
}

// A router in between, that quotes no more than RFC 792 asks for.
#[test]
fn o17_from_a_router_with_a_short_quote() {
    tell(
        "
        host R 10.0.0.9:9
              C > S SYN mss=1460
        +1ms  icmp R > C unreachable code=host quote=8 quoting C
        +1s   resend C  #= 1/3 O6 O6 SYN-SENT LISTEN - again=1 phase=handshake
        +1ms  icmp R > C unreachable code=host quote=8 quoting C
        #: 0 handshake unreachable certain 1,2
        #: 0 close not-opened network unknown/guess certain 2
        #: 0 rules O1:1 O17:2 O6:3 O17:4
    ",
    );
}

// RFC 1122 4.2.3.9: a soft error. The attempt goes on, and succeeds.
#[test]
fn o17_is_soft_when_a_syn_ack_comes_after_it() {
    tell(
        "
              C > S SYN
        +1ms  icmp S > C unreachable code=host quoting C
        +1s   resend C
        +1ms  S > C SYN-ACK  #= 2/3 O2 O2 SYN-SENT             LISTEN>SYN-RECEIVED       3
        +1ms  C > S ACK      #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED  4
        #: 0 handshake complete certain 1,4,5
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O17:2 O6:3 O2:4 O3:5 T28:5
    ",
    );
    tell(
        "
              C > S SYN
        +1ms  icmp S > C unreachable code=host quoting C
        +1s   S > C SYN-ACK
        #: 0 handshake pending certain 1,3
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
}

// An off-path attacker knows addresses and ports, but not the number (RFC 5927 4.1).
#[test]
fn o17_not_for_another_number() {
    tell(
        "
              C > S SYN
        f:    drop forged C > S SYN seq=77777777
        +1ms  icmp S > C unreachable code=host quoting f
        #: 0 handshake pending certain 1
        #: 0 close not-opened nobody unknown/guess certain -
        #: 0 rules O1:1
    ",
    );
}

#[test]
fn o17_not_for_a_packet_too_big_or_other_ports() {
    tell(
        "
              C > S SYN
        +1ms  icmp S > C frag-needed mtu=1400 quoting C
        #: 0 handshake pending certain 1
        #: 0 close not-opened nobody unknown/guess certain -
        #: 0 rules O1:1
    ",
    );
    tell(
        "
        host D 10.0.0.1:50000
              C > S SYN
              drop D > S SYN seq=1000
        +1ms  icmp S > D unreachable code=port quoting D
        #: 0 handshake pending certain 1
        #: 0 close not-opened nobody unknown/guess certain -
        #: 0 rules O1:1
    ",
    );
}

// Data on an open connection: a soft error, that ends nothing.
#[test]
fn o17_not_when_the_connection_is_open() {
    tell(
        "
              open C > S
        +1ms  C > S PSH-ACK \"hello\"
        +1ms  icmp S > C unreachable code=host quoting C
        +1s   S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:6
    ",
    );
}

/// What is said of the ICMP errors of a script.
fn errors(script: &str) -> Vec<Option<(u64, &'static str, Option<Rule>)>> {
    let script = Script::parse(script).unwrap_or_else(|error| panic!("{error}"));
    let mut dissector = Dissector::default();
    let outcomes = script.frames().map(|frame| dissector.frame(&frame));
    outcomes
        .filter_map(|outcome| match outcome {
            Outcome::Icmp(note) => Some(note),
            _ => None,
        })
        .map(|note| note.map(|note| (note.connection, note.direction.as_str(), note.rule)))
        .collect()
}

// Every error is tied to its connection, whatever it says, also where the quote is the responder's.
#[test]
fn an_icmp_error_is_tied_to_the_connection_of_the_segment_it_quotes() {
    let told = errors(
        "host D 10.0.0.1:50000
               C > S SYN
               D > S SYN
               icmp S > D unreachable code=port quoting D
               S > C SYN-ACK
               C > S ACK
               S > C PSH-ACK len=1000
               icmp C > S frag-needed mtu=500 quoting S
               icmp C > S type=12 quoting S
        ghost: drop forged S > C ACK seq=+5000000 len=10
               icmp C > S frag-needed mtu=500 quoting ghost
               icmp C > S type=5 quoting S
               icmp C > S frag-needed mtu=500 quote=4 quoting S",
    );
    assert_eq!(
        told,
        [
            Some((1, "initiator", Some(Rule::O17))),
            Some((0, "responder", None)),
            Some((0, "responder", None)),
            None,
            None,
        ]
    );
}

// A router reports each of many segments within a millisecond; a copy of an error is none of its own.
#[test]
fn icmp_errors_in_a_row_are_counted_one_by_one() {
    tell(
        "#! v4
               C > S SYN
               S > C SYN-ACK
               C > S ACK
               C > S ACK len=1000
        +1ms   icmp S > C frag-needed mtu=500 quoting C
        +10us  C > S ACK len=1000
        +10us  icmp S > C frag-needed mtu=500 quoting C
        +10us  dup
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 icmp initiator 3/4 500 2 5-7
    ",
    );
}
