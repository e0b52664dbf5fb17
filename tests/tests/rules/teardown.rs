//! T1 to T7: orderly closes. T28: none.

use super::tell;

#[test]
fn t1_first_fin() {
    tell("
              open C > S
        +10ms S > C FIN-ACK  #= 1/4 T1 T1 ESTABLISHED ESTABLISHED>FIN-WAIT-1 - phase=teardown by=responder close=half-closed/responder
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed responder application/likely certain 4
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T28:4
    ");
}

// The third ACK may carry the FIN.
#[test]
fn t1_riding_on_the_third_ack() {
    tell("
              C > S SYN
        +10ms S > C SYN-ACK
        +10ms C > S FIN-ACK  #= 3/3,1/4 O3 O3,T1 SYN-SENT>FIN-WAIT-1   SYN-RECEIVED            2 phase=teardown
        +10ms S > C ACK      #= 2/4     T2 T2    FIN-WAIT-1>FIN-WAIT-2 SYN-RECEIVED>CLOSE-WAIT 3
        +10ms S > C FIN-ACK  #= 3/4     T3 T3    FIN-WAIT-2            CLOSE-WAIT>LAST-ACK     -
        +10ms C > S ACK      #= 4/4     T4 T4    FIN-WAIT-2>TIME-WAIT  LAST-ACK>CLOSED         5
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 3,4,5,6
    ");
}

#[test]
fn t1_not_when_the_fin_is_sent_again() {
    tell(
        "
              open C > S
        +10ms lost C > S FIN-ACK
        +200ms resend C  #= 1/4 T9 T9 FIN-WAIT-1 ESTABLISHED - again=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 4
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T9:5 T28:5
    ",
    );
}

#[test]
fn t2_ack_of_the_first_fin() {
    tell("
              open C > S
        +10ms C > S FIN-ACK
        +10ms S > C ACK  #= 2/4 T2 T2 FIN-WAIT-1>FIN-WAIT-2 ESTABLISHED>CLOSE-WAIT 4 since=10ms phase=teardown close=-
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 4,5
    ");
}

// Data that acknowledges the FIN is its ACK as well; the peer hears of it when the data has arrived.
#[test]
fn t2_on_a_data_segment() {
    tell(
        "
              open C > S
        +10ms C > S FIN-ACK
        +10ms S > C PSH-ACK \"more\"  #= 2/4 T2 T2 FIN-WAIT-1 ESTABLISHED>CLOSE-WAIT 4
        +10ms C > S ACK               #= -   -  -  FIN-WAIT-1>FIN-WAIT-2 CLOSE-WAIT  5
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 4,5
    ",
    );
}

#[test]
fn t2_not_when_only_the_data_before_the_fin_is_acknowledged() {
    tell(
        "
              open C > S
        +10ms C > S PSH-ACK len=100
              lost C > S FIN-ACK
        +10ms S > C ACK  #= - - - FIN-WAIT-1 ESTABLISHED 4 phase=teardown
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 5
    ",
    );
}

#[test]
fn t2_not_when_the_ack_is_repeated() {
    tell(
        "
              open C > S
        +10ms C > S FIN-ACK
        +10ms S > C ACK
        +10ms S > C ACK win=100  #= - - - FIN-WAIT-2 CLOSE-WAIT - phase=teardown
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 4,5
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T2:5 T28:6
    ",
    );
}

#[test]
fn t3_second_fin() {
    tell("
              open C > S
        +10ms S > C FIN-ACK
        +10ms C > S ACK
        +10ms C > S FIN-ACK  #= 3/4 T3 T3 CLOSE-WAIT>LAST-ACK FIN-WAIT-2 - phase=teardown close=closing/responder
        #: 0 handshake complete certain 1,2,3
        #: 0 close closing responder application/likely certain 4,5,6
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T2:5 T3:6
    ");
}

#[test]
fn t4_last_ack() {
    tell("
              open C > S
        +10ms S > C FIN-ACK
        +10ms C > S ACK
        +10ms C > S FIN-ACK
        +15ms S > C ACK  #= 4/4 T4 T4 LAST-ACK>CLOSED FIN-WAIT-2>TIME-WAIT 6 since=15ms phase=teardown close=four-way/responder
        +1ms  S > C ACK  #= -   -  -  CLOSED          TIME-WAIT            - phase=closed
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way responder application/likely certain 4,5,6,7
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T2:5 T3:6 T4:7
    ");
}

#[test]
fn t3_and_t4_not_when_the_second_fin_is_not_acknowledged() {
    tell(
        "
              open C > S
              close C > S +10ms     #= 1/4 T1 O21,T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED            -
                                    #= 2/4 T2 T2 FIN-WAIT-1>FIN-WAIT-2  ESTABLISHED>CLOSE-WAIT 4
                                    #= 3/4 T3 T3 FIN-WAIT-2             CLOSE-WAIT>LAST-ACK    -
                                    #= 4/4 T4 T4 FIN-WAIT-2>TIME-WAIT   LAST-ACK>CLOSED        6
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,6,7
    ",
    );
    tell(
        "
              open C > S
        +10ms C > S FIN-ACK
        +10ms S > C ACK
        +10ms S > C PSH-ACK \"x\"   #= - T8 T8 FIN-WAIT-2 CLOSE-WAIT          -
        +10ms lost S > C FIN-ACK    #= 3/4 T3 T3 FIN-WAIT-2 CLOSE-WAIT>LAST-ACK -
        +10ms C > S ACK             #= -   -  -  FIN-WAIT-2 LAST-ACK            6
        #: 0 handshake complete certain 1,2,3
        #: 0 close closing initiator application/likely certain 4,5,7
    ",
    );
}

#[test]
fn t5_three_segment_close() {
    tell("
              open C > S
        +10ms C > S FIN-ACK  #= 1/4   T1 T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED          -
        +10ms S > C FIN-ACK  #= 2+3/4 T5 T5 FIN-WAIT-1             ESTABLISHED>LAST-ACK 4 since=10ms close=closing/initiator
        +10ms C > S ACK      #= 4/4   T4 T4 FIN-WAIT-1>TIME-WAIT   LAST-ACK>CLOSED      5 close=three-segment/initiator
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 4,5,6
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T5:5 T4:6
    ");
}

#[test]
fn t5_not_when_the_fin_was_acknowledged_before() {
    tell(
        "
              open C > S
        +10ms C > S FIN-ACK
        +10ms S > C ACK
              S > C FIN-ACK  #= 3/4 T3 T3 FIN-WAIT-2 CLOSE-WAIT>LAST-ACK -
        +10ms C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,6,7
    ",
    );
}

#[test]
fn t6_fin_with_data() {
    tell(
        "
              open C > S
        +10ms C > S FIN-PSH-ACK \"bye\"  #= 1/4   T1 T1,T6 ESTABLISHED>FIN-WAIT-1 ESTABLISHED          - seq=1
        +10ms S > C FIN-PSH-ACK \"bye\"  #= 2+3/4 T5 T5,T6 FIN-WAIT-1             ESTABLISHED>LAST-ACK 4
        +10ms C > S ACK                  #= 4/4   T4 T4    FIN-WAIT-1>TIME-WAIT   LAST-ACK>CLOSED      5
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 4,5,6
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T6:4 T5:5 T6:5 T4:6
        #: 0 bytes 3 3
    ",
    );
}

#[test]
fn t6_not_when_the_data_comes_before_the_fin() {
    tell(
        "
              open C > S
        +10ms C > S PSH-ACK \"bye\"  #= -   -  -  ESTABLISHED ESTABLISHED -
              C > S FIN-ACK          #= 1/4 T1 T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED - seq=4
        +10ms S > C ACK              #= 2/4 T2 T2 FIN-WAIT-1>FIN-WAIT-2 ESTABLISHED>CLOSE-WAIT 5
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 5,6
    ",
    );
}

// The FINs crossed, and the one lost behind the capture point comes again with an ACK of the other: the numbers of the
// first sendings tell.
#[test]
fn t7_simultaneous_close_told_by_the_numbers() {
    tell(
        "
              open C > S
        +10ms C > S FIN-ACK
              cross S > C FIN-ACK  #= 3/4 T7 T7 FIN-WAIT-1 ESTABLISHED>FIN-WAIT-1 - close=closing/initiator
        #: 0 handshake complete certain 1,2,3
        #: 0 close closing initiator application/likely certain 4,5
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T7:5
    ",
    );
}

// Close together in time, but the second FIN acknowledges the first.
#[test]
fn t7_not_when_the_second_fin_acknowledges_the_first() {
    tell(
        "
               open C > S
        +10ms  C > S FIN-ACK
        +0.1ms S > C FIN-ACK  #= 2+3/4 T5 T5 FIN-WAIT-1 ESTABLISHED>LAST-ACK 4
        +0.1ms C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 4,5,6
    ",
    );
}

#[test]
fn t28_still_open_at_the_end() {
    tell(
        "
               open C > S
        +10ms  C > S PSH-ACK \"x\"
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:4
    ",
    );
}

#[test]
fn t28_not_when_it_was_closed_reset_or_never_opened() {
    for (end, rules) in [
        ("C > S RST-ACK", "O1:1 O2:2 O3:3 O21:4 T14:4"),
        ("close C > S", "O1:1 O2:2 O3:3 T1:4 T2:5 T3:6 T4:7"),
    ] {
        let told = tell_rules(&format!("open C > S\n+10ms {end}"));
        assert_eq!(told, rules);
    }
    assert_eq!(tell_rules("C > S SYN"), "O1:1");
}

fn tell_rules(script: &str) -> String {
    let script = synfin_tests::script::Script::parse(script).expect("a script");
    let told = synfin_tests::told::Told::of(&script);
    let hits = told.connections[0].rules.iter();
    hits.map(|hit| format!("{}:{}", hit.id.id(), hit.frame))
        .collect::<Vec<_>>()
        .join(" ")
}

// The capture has the FINs in the wrong order: the numbers say that the one captured first answers the other.
#[test]
fn t7_not_when_the_first_fin_acknowledges_the_second() {
    tell(
        "
               open C > S
        first: late S > C FIN-ACK
        +10ms  C > S FIN-ACK ack=+1  #= 1/4 T1 T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED -
               arrive first          #= 3/4 T3 T3 FIN-WAIT-1 ESTABLISHED>FIN-WAIT-1 -
        +10ms  S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment responder application/likely certain 4,5,6
    ",
    );
}
