//! The figures of RFC 9293, line by line, with the figure's numbers. A state that the figure shows on the receiver's
//! side moves here at the capture point: at once where nothing has to be answered, else with the answer.

use super::tell;

#[test]
fn figure_6_basic_handshake() {
    tell("
              C > S SYN seq=100                    #= 1/3 O1 O1 CLOSED>SYN-SENT      LISTEN                   - phase=handshake seq=0 ack=-
        +10ms S > C SYN-ACK seq=300 ack=101        #= 2/3 O2 O2 SYN-SENT             LISTEN>SYN-RECEIVED      1 phase=handshake seq=0 ack=1 since=10ms
        +20ms C > S ACK seq=101 ack=301            #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2 phase=handshake seq=1 ack=1 since=20ms
              C > S ACK seq=101 ack=301 \"data\"   #= -   -  -  ESTABLISHED          ESTABLISHED              - phase=transfer seq=1 ack=1
        #: 0 from 40000
        #: 0 isn 100 300
        #: 0 handshake complete certain 1,2,3
        #: 0 rtt 10ms 20ms
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:4
        #: 0 bytes 4 0
    ");
}

#[test]
fn figure_12_normal_close() {
    tell("
        host C isn=99
        host S isn=299
              open C > S
        +10ms C > S FIN-ACK seq=100 ack=300  #= 1/4 T1 T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED            - phase=teardown close=half-closed/initiator
        +10ms S > C ACK seq=300 ack=101      #= 2/4 T2 T2 FIN-WAIT-1>FIN-WAIT-2  ESTABLISHED>CLOSE-WAIT 4 phase=teardown since=10ms
        +10ms S > C FIN-ACK seq=300 ack=101  #= 3/4 T3 T3 FIN-WAIT-2             CLOSE-WAIT>LAST-ACK    - phase=teardown close=closing/initiator
        +10ms C > S ACK seq=101 ack=301      #= 4/4 T4 T4 FIN-WAIT-2>TIME-WAIT   LAST-ACK>CLOSED        6 phase=teardown close=four-way/initiator
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,6,7
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T2:5 T3:6 T4:7
    ");
}

// Figure 7, MUST-10: both open at once, and both end ESTABLISHED without a third step.
#[test]
fn figure_7_simultaneous_open_o10() {
    tell("
        host C isn=100
        host S isn=300
              C > S SYN                            #= 1/3 O1 O1      CLOSED>SYN-SENT       LISTEN                -
              cross S > C SYN                      #= 1/3 -  -       SYN-SENT              LISTEN>SYN-SENT       -
        +10ms C > S SYN-ACK seq=100 ack=301        #= 2/3 O2 O2      SYN-SENT>SYN-RECEIVED SYN-SENT              2
              S > C SYN-ACK seq=300 ack=101        #= 2/3 O2 O2,O10  SYN-RECEIVED>ESTABLISHED SYN-SENT>SYN-RECEIVED 1
        +10ms C > S ACK                            #= -   -  -       ESTABLISHED           SYN-RECEIVED>ESTABLISHED -
        #: 0 handshake simultaneous certain 1,2,3,4
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:3 O2:4 O10:4 T28:5
    ");
}

// A's ACK comes behind A's FIN, so B has the FIN as well: it is CLOSING, as in the figure, and its own ACK shows
// the rest.
#[test]
fn figure_13_simultaneous_close() {
    tell("
        host C isn=99
        host S isn=299
              open C > S
        +10ms C > S FIN-ACK seq=100 ack=300        #= 1/4 T1 T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED            - close=half-closed/initiator
              cross S > C FIN-ACK seq=300 ack=100  #= 3/4 T7 T7 FIN-WAIT-1             ESTABLISHED>FIN-WAIT-1 - close=closing/initiator
        +10ms C > S ACK seq=101 ack=301            #= 4/4 T4 T4 FIN-WAIT-1>CLOSING     FIN-WAIT-1>CLOSING     5
              S > C ACK seq=301 ack=101            #= 2/4 T2 T2 CLOSING>TIME-WAIT      CLOSING>TIME-WAIT      4 close=simultaneous/both
        #: 0 handshake complete certain 1,2,3
        #: 0 close simultaneous both application/likely certain 4,5,6,7
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T7:5 T4:6 T2:7
    ");
}

#[test]
fn figure_13_with_the_other_ack_first() {
    tell(
        "
              open C > S
        +10ms S > C FIN-ACK        #= 1/4 T1 T1 ESTABLISHED           ESTABLISHED>FIN-WAIT-1 -
              cross C > S FIN-ACK  #= 3/4 T7 T7 ESTABLISHED>FIN-WAIT-1 FIN-WAIT-1            -
        +10ms C > S ACK            #= 2/4 T2 T2 FIN-WAIT-1>CLOSING    FIN-WAIT-1>CLOSING     4
              S > C ACK            #= 4/4 T4 T4 CLOSING>TIME-WAIT     CLOSING>TIME-WAIT      5
        #: 0 handshake complete certain 1,2,3
        #: 0 close simultaneous both application/likely certain 4,5,6,7
    ",
    );
}
