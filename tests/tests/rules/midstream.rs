//! E10, and openings and closes of which the capture missed a part.

use super::tell;

#[test]
fn e10_payload_first() {
    tell("
              C > S PSH-ACK seq=5000 ack=9000 \"hello\"  #= - E10 E10 unknown unknown - phase=transfer seq=1 ack=1 by=initiator
        +10ms S > C ACK            #= - - - unknown             unknown             1 since=10ms
        +10ms S > C PSH-ACK \"hi\" #= - - - unknown>ESTABLISHED unknown>ESTABLISHED - seq=1 ack=6
        +10ms C > S ACK            #= - - - ESTABLISHED         ESTABLISHED         3
        #: 0 from 40000
        #: 0 isn - -
        #: 0 handshake unseen certain 1
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules E10:1 T28:4
        #: 0 bytes 5 2
    ");
}

#[test]
fn e10_the_server_is_captured_first() {
    tell(
        "
              S > C PSH-ACK seq=9000 ack=5000 \"hello\"  #= - E10 E10 unknown unknown - by=responder
        #: 0 from 40000
        #: 0 handshake unseen certain 1
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn e10_an_ack_confirmed_by_the_other_side() {
    tell(
        "
              C > S ACK seq=5000 ack=9000  #= - -   -   unknown unknown -
        +10ms S > C ACK                    #= - E10 E10 unknown unknown -
        #: 0 handshake unseen certain 2
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules E10:2 T28:2
    ",
    );
}

// After its FIN, S's own FIN shows that S had not closed before: so C had closed first.
#[test]
fn e10_at_the_teardown() {
    tell(
        "
              C > S FIN-ACK seq=5000 ack=9000  #= 1/4 T1 T1     unknown               unknown           -
        +10ms S > C ACK                        #= 2/4 T2 E10,T2 unknown               unknown           1
        +10ms S > C FIN-ACK                    #= 3/4 T3 T3     unknown>FIN-WAIT-2    unknown>LAST-ACK  -
        +10ms C > S ACK                        #= 4/4 T4 T4     FIN-WAIT-2>TIME-WAIT  LAST-ACK>CLOSED   3
        #: 0 handshake unseen certain 2
        #: 0 close four-way initiator application/likely certain 1,2,3,4
    ",
    );
}

#[test]
fn e10_reset_in_the_middle() {
    tell(
        "
              C > S PSH-ACK seq=5000 ack=9000 \"hello\"
        +10ms S > C ACK
        +10ms C > S RST-ACK  #= - T14 T14 unknown>CLOSED unknown>CLOSED - phase=teardown
        #: 0 handshake unseen certain 1
        #: 0 close reset initiator aborted-by-application/likely certain 3 reset=initiator
    ",
    );
}

#[test]
fn e10_not_when_a_lone_ack_is_answered_by_a_rst() {
    tell(
        "
              C > S ACK seq=5000 ack=9000  #= - - - unknown unknown -
        +10ms S > C RST seq=9000           #= - T27 T27 unknown unknown 1 phase=stray
        #: 0 handshake none guess 1,2
        #: 0 close not-opened nobody unknown/guess guess -
    ",
    );
}

#[test]
fn e10_not_when_the_acks_do_not_fit_each_other() {
    tell(
        "
              C > S ACK seq=5000 ack=9000     #= - - - unknown unknown -
        +10ms S > C ACK seq=90000 ack=50000   #= - - - unknown unknown -
        #: 0 handshake none likely -
        #: 0 close not-opened nobody unknown/guess likely -
    ",
    );
}

#[test]
fn e10_not_when_the_syn_was_captured() {
    tell(
        "
              C > S SYN
        +10ms drop S > C SYN-ACK
        +10ms drop C > S ACK
        +10ms C > S PSH-ACK \"hello\"
        #: 0 rules O1:1 O3:2 O4:2 T28:2
        #: 0 handshake complete likely 1,2
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn the_syn_was_not_captured() {
    tell(
        "
              drop C > S SYN
        +10ms S > C SYN-ACK  #= 2/3 O2 O2 unknown LISTEN>SYN-RECEIVED - by=responder
        +10ms C > S ACK      #= 3/3 O3 O3,O48 unknown>ESTABLISHED SYN-RECEIVED>ESTABLISHED 1 since=10ms
        #: 0 from 40000
        #: 0 isn 1000 5000
        #: 0 handshake complete likely 1,2
        #: 0 rtt - 10ms
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// The ACK says both that there was a SYN-ACK and what its number was.
#[test]
fn the_syn_ack_was_not_captured() {
    tell(
        "
              C > S SYN
        +10ms drop S > C SYN-ACK
        +10ms C > S ACK      #= 3/3 O3 O3 SYN-SENT>ESTABLISHED LISTEN>ESTABLISHED -
        +10ms C > S PSH-ACK \"x\"
        #: 0 isn 1000 5000
        #: 0 handshake complete likely 1,2
        #: 0 rtt - -
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// The server greets, and neither the SYN-ACK nor the third ACK is in the capture.
#[test]
fn the_syn_ack_and_the_ack_were_not_captured() {
    tell(
        "
              C > S SYN
        +10ms drop S > C SYN-ACK
        +10ms drop C > S ACK
        +10ms S > C PSH-ACK \"220 hello\"  #= - - - SYN-SENT LISTEN -
        +10ms C > S ACK                    #= 3/3 O3 O3 SYN-SENT>ESTABLISHED LISTEN>ESTABLISHED 2
        #: 0 handshake complete likely 1,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 bytes 0 9
    ",
    );
}

#[test]
fn the_first_fin_was_not_captured() {
    tell(
        "
              open C > S
        +10ms drop C > S FIN-ACK
        +10ms S > C ACK
        +10ms S > C FIN-ACK
        +10ms C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely likely 4,5,6
    ",
    );
}

#[test]
fn the_first_fin_was_not_captured_and_is_acknowledged_by_the_second() {
    tell(
        "
              open C > S
        +10ms drop C > S FIN-ACK
        +10ms S > C FIN-ACK
        +10ms C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely likely 4,5
    ",
    );
}

#[test]
fn the_second_fin_was_not_captured() {
    tell(
        "
              open C > S
        +10ms C > S FIN-ACK
        +10ms S > C ACK
        +10ms drop S > C FIN-ACK
        +10ms C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely likely 4,5,6
    ",
    );
}

#[test]
fn a_byte_that_was_not_captured_is_no_fin() {
    tell(
        "
              open C > S
        +10ms drop C > S PSH-ACK \"x\"
        +10ms S > C ACK
        +10ms C > S PSH-ACK \"more\"
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}
