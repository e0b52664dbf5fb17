//! T12, T13, T18, T29: what no TCP should send, or only in an emergency.

use super::tell;

#[test]
fn t12_data_after_the_fin() {
    tell(
        "
               open C > S
        +10ms  C > S FIN-ACK
        +10ms  S > C ACK
        +10ms  C > S PSH-ACK \"more\"  #= - T12 T12 FIN-WAIT-2 CLOSE-WAIT - phase=teardown
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 4,5
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T2:5 T12:6 T28:6
    ",
    );
}

// Before its FIN in sequence, behind it in time: sent again, or late.
#[test]
fn t12_not_for_data_before_the_fin() {
    tell(
        "
               open C > S
        +10ms  d: lost C > S PSH-ACK \"data\"
        +10ms  C > S FIN-ACK
        +200ms resend d  #= - - - FIN-WAIT-1 ESTABLISHED - again=1 of=4
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 5
    ",
    );
}

// A receiver drops what has no ACK: nobody has closed.
#[test]
fn t13_fin_without_ack() {
    tell(
        "
               open C > S
        +10ms  forged C > S FIN  #= - T13 T13 ESTABLISHED ESTABLISHED - phase=transfer close=-
        +10ms  C > S PSH-ACK \"alive\"
        +10ms  S > C ACK         #= - - - ESTABLISHED ESTABLISHED 5
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T13:4 T28:6
    ",
    );
}

#[test]
fn t13_not_with_an_ack_nor_without_a_connection() {
    tell(
        "
               open C > S
        +10ms  C > S FIN-ACK  #= 1/4 T1 T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 4
    ",
    );
    let script = synfin_tests::script::Script::parse("C > S FIN").unwrap();
    let told = synfin_tests::told::Told::of(&script);
    assert!(!told.packets[0].rules.contains(synfin::Rule::T13));
}

// Every late segment is answered.
#[test]
fn t18_rst_burst() {
    tell(
        "
               open C > S
        +10ms  S > C PSH-ACK len=100
               S > C PSH-ACK len=100
               S > C PSH-ACK len=100
        +10ms  C > S RST seq=+0  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        +2ms   C > S RST seq=+0  #= - -   -   CLOSED CLOSED -
        +2ms   C > S RST seq=+0  #= - T18 T18 CLOSED CLOSED - phase=closed
        +2ms   C > S RST seq=+0  #= - -   -   CLOSED CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator unread-data/likely certain 7 reset=initiator
        #: 0 rules O1:1 O2:2 O3:3 T14:7 T18:9
    ",
    );
}

#[test]
fn t18_not_for_two_nor_for_both_sides() {
    tell(
        "
               open C > S
        +10ms  C > S RST-ACK
        +2ms   S > C RST-ACK  #= - - - CLOSED CLOSED -
        +2ms   S > C RST-ACK  #= - - - CLOSED CLOSED -
        +2ms   C > S RST-ACK  #= - - - CLOSED CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator aborted-by-application/likely certain 4 reset=initiator
    ",
    );
}

// Each answers a SYN of its own: a host that tries three times.
#[test]
fn t18_not_when_every_try_is_refused() {
    tell(
        "
               C > S SYN
        +1ms   S > C RST-ACK seq=0
        +500ms resend C
        +1ms   S > C RST-ACK seq=0
        +500ms resend C
        +1ms   S > C RST-ACK seq=0  #= - O15 O15 SYN-SENT>CLOSED CLOSED 5
        #: 0 handshake refused certain 1,6
        #: 0 close not-opened responder port-closed/likely certain 6
    ",
    );
}

#[test]
fn t29_rst_with_a_payload() {
    tell(
        "
               open C > S
        +10ms  S > C RST-ACK \"no more sockets\"  #= - T14 T14,T29 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder aborted-by-application/likely certain 4 reset=responder
        #: 0 rules O1:1 O2:2 O3:3 T14:4 T29:4
        #: 0 bytes 0 0
    ",
    );
}

#[test]
fn t29_not_without_one() {
    tell(
        "
               open C > S
        +10ms  S > C RST-ACK  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder aborted-by-application/likely certain 4 reset=responder
    ",
    );
}
