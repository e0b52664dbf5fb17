//! Segments in unlikely places: late, cut, wrong, or too many.

use synfin::{ChecksumPolicy, Config, Dissector, Frame, Outcome, Rule};
use synfin_tests::script::Script;

use super::tell;

// The SYN-ACK was lost beyond the capture point.
#[test]
fn syn_again_after_a_captured_syn_ack() {
    tell(
        "
             C > S SYN
        +1ms lost S > C SYN-ACK
        +1s  resend C    #= 1/3 O6 O6 SYN-SENT SYN-RECEIVED - again=1 of=1
        +1ms resend S    #= 2/3 O7 O7 SYN-SENT SYN-RECEIVED 3 again=1 of=2
        +1ms C > S ACK   #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 4
        #: 0 handshake complete certain 1,2,5
        #: 0 rtt - -
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// A copy of the SYN that took a long way round.
#[test]
fn syn_again_on_an_open_connection_moves_nothing() {
    tell(
        "
              open C > S
        +50ms C > S PSH-ACK \"x\"
        +10ms forged C > S SYN  #= 1/3 O6 O6 ESTABLISHED ESTABLISHED - conn=0 again=1 of=1
        +10ms S > C ACK         #= -   -  -  ESTABLISHED ESTABLISHED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 bytes 1 0
    ",
    );
}

// The server has acknowledged data since: the final ACK had come.
#[test]
fn syn_ack_again_on_an_open_connection_moves_nothing() {
    tell(
        "
              open C > S
        +50ms C > S PSH-ACK \"x\"
        +10ms S > C ACK
        +10ms forged S > C SYN-ACK ack=isn+1  #= 2/3 - - ESTABLISHED ESTABLISHED 1 again=1 of=2
        +1ms  C > S ACK                     #= -   - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn syn_again_on_a_closed_connection_moves_nothing() {
    tell(
        "
              open C > S
        +1ms  close C > S
        +10ms forged C > S SYN  #= 1/3 O6 O6 TIME-WAIT CLOSED - conn=0 phase=closed again=1
        +10ms S > C ACK         #= - - - TIME-WAIT CLOSED - conn=0 phase=closed
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,6,7
    ",
    );
}

#[test]
fn the_same_number_after_time_wait_opens_a_new_connection() {
    tell(
        "
              open C > S
        +1ms  close C > S
        +121s C > S SYN seq=1000  #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,6,7
        #: 1 handshake pending certain 8
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// The FINs crossed, and the first one comes again with an ACK of the other.
#[test]
fn simultaneous_close_with_a_fin_lost() {
    tell(
        "
               open C > S +10ms
        +10ms  lost C > S FIN-ACK
               cross S > C FIN-ACK  #= 3/4 T7 T7 FIN-WAIT-1 ESTABLISHED>FIN-WAIT-1 -
        +10ms  C > S ACK            #= 4/4 T4 T4 FIN-WAIT-1>CLOSING FIN-WAIT-1>CLOSING 5
        +200ms resend C             #= 1/4 T9 T9 CLOSING CLOSING - again=1 of=4
        +10ms  S > C ACK            #= 2/4 T2 T2 CLOSING>TIME-WAIT CLOSING>TIME-WAIT 7
        #: 0 handshake complete certain 1,2,3
        #: 0 close simultaneous both application/likely certain 4,5,6,8
    ",
    );
}

// Both have sent FIN; the first closer answers the second FIN by a RST instead of an ACK.
#[test]
fn t15_rst_in_place_of_the_last_ack() {
    tell(
        "
               open C > S +10ms
        +10ms  C > S FIN-ACK
        +10ms  S > C FIN-ACK
        +10ms  C > S RST  #= - T15 T15 FIN-WAIT-1>CLOSED LAST-ACK>CLOSED - close=fin-then-reset/initiator
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset initiator aborted-by-application/likely certain 4,5,6 reset=initiator
    ",
    );
}

// The last ACK acknowledges the data with the FIN at once; it answers the FIN.
#[test]
fn one_ack_for_data_and_fin() {
    tell(
        "
               open C > S +10ms
        +10ms  C > S PSH-ACK len=1000
               C > S FIN-ACK
        +10ms  S > C ACK  #= 2/4 T2 T2 FIN-WAIT-1>FIN-WAIT-2 ESTABLISHED>CLOSE-WAIT 5 since=10ms
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 5,6
        #: 0 bytes 1000 0
    ",
    );
}

// Half-closed, then the ports are taken over: superseded comes first in the list of verdicts.
#[test]
fn superseded_wins_over_half_closed() {
    tell(
        "
               open C > S +10ms
        +10ms  C > S FIN-ACK
        +10ms  S > C ACK
        +90s   C > S SYN seq=900000
        +10ms  S > C SYN-ACK  #= 2/3 O2 O2,T24 SYN-SENT LISTEN>SYN-RECEIVED 6 conn=1
        +10ms  C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close superseded nobody unknown/guess certain 4,5,7
        #: 1 handshake complete certain 6,7,8
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}

// One tuple, three lives; each is told on its own.
#[test]
fn three_connections_one_after_the_other() {
    tell(
        "
               open C > S
        +1ms   close C > S
        +1s    C > S SYN seq=900000    #= 1/3 O1 O1,T22 CLOSED>SYN-SENT LISTEN - conn=1
        +1ms   S > C RST-ACK seq=0 ack=isn+1  #= - O15 O15 SYN-SENT>CLOSED LISTEN>CLOSED 8 conn=1
        +1s    C > S SYN seq=1900000   #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=2
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,6,7
        #: 1 handshake refused certain 8,9
        #: 1 close not-opened responder port-closed/likely certain 9
        #: 2 handshake pending certain 10
        #: 2 close not-opened nobody unknown/guess certain -
    ",
    );
}

// Not even the flags were captured: it is listed with its connection and proves nothing.
#[test]
fn a_cut_header_moves_nothing() {
    tell(
        "
        #! v4
               open C > S
        +10ms  lost C > S RST snap=42  #= - - - ESTABLISHED ESTABLISHED - conn=0 seq=- ack=-
        +10ms  C > S PSH-ACK \"x\"     #= - - - ESTABLISHED ESTABLISHED - conn=0 seq=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn a_wrong_checksum_is_said_and_believed_unless_it_shall_not_be() {
    let script =
        Script::parse("open C > S\n+1ms C > S RST sum=bad\n+1ms C > S PSH-ACK \"x\"").expect("a script");
    for (policy, close, word) in [
        (ChecksumPolicy::Ignore, "reset", "ok"),
        (ChecksumPolicy::Note, "reset", "bad-checksum"),
        (ChecksumPolicy::Drop, "open", "bad-checksum"),
    ] {
        let mut config = Config::default();
        config.checksums = policy;
        let mut dissector = Dissector::new(config);
        let mut words = Vec::new();
        for frame in script.frames() {
            if let Outcome::Segment(annotation) = dissector.frame(&frame) {
                words.push(annotation.integrity.as_str());
            }
        }
        assert_eq!(words[3], word);
        let connections: Vec<_> = dissector.finish().collect();
        assert_eq!(connections[0].close.verdict.as_str(), close, "{policy:?}");
        assert_eq!(connections[0].packets.initiator, 4, "listed all the same");
    }
}

#[test]
fn a_wrong_ip_header_is_believed_unless_it_shall_not_be() {
    let script = Script::parse("open C > S\n+1ms C > S RST\n+1ms C > S PSH-ACK \"x\"").expect("a script");
    for (policy, wrong, close, word, history) in [
        (ChecksumPolicy::Note, true, "reset", "ok", "ShAR"),
        // Zeek does not even count the packet, our list does.
        (ChecksumPolicy::Drop, true, "open", "bad-checksum", "ShAD"),
        (ChecksumPolicy::Drop, false, "reset", "ok", "ShARD"),
    ] {
        let mut config = Config::default();
        config.checksums = policy;
        let mut dissector = Dissector::new(config);
        let mut words = Vec::new();
        for frame in script.frames() {
            let mut data = frame.data.to_vec();
            // The checksum behind an Ethernet header, of the reset.
            data[14 + 10] ^= u8::from(wrong && frame.number == 4);
            let frame = Frame { data: &data, ..frame };
            if let Outcome::Segment(annotation) = dissector.frame(&frame) {
                words.push(annotation.integrity.as_str());
            }
        }
        assert_eq!(words[3], word);
        let connections: Vec<_> = dissector.finish().collect();
        assert_eq!(connections[0].close.verdict.as_str(), close, "{policy:?}");
        assert_eq!(connections[0].packets.initiator, 4, "listed all the same");
        assert!(
            connections[0].zeek.history.starts_with(history),
            "{}",
            connections[0].zeek.history
        );
    }
}

#[test]
fn at_most_64_rules_are_listed_and_the_rest_is_counted() {
    let mut text = "C > S SYN\n".to_owned();
    for _ in 0..70 {
        text += "+1s resend C\n";
    }
    let told = synfin_tests::told::Told::of(&Script::parse(&text).expect("a script"));
    let connection = &told.connections[0];
    // O1, 70 times O6, O16.
    assert_eq!(connection.rules.len(), 64);
    assert_eq!(connection.rules_omitted, 8);
    assert_eq!(
        (connection.rules[62].id, connection.rules[63].id),
        (Rule::O6, Rule::O16)
    );
    assert_eq!(told.packets[70].retransmission_index, Some(70));
}
