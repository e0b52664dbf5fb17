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

// Figure 8, lines 3 to 8, as captured at S: the old duplicate comes first.
#[test]
fn figure_8_old_duplicate_syn() {
    tell(
        "
              C > S SYN seq=90                #= 1/3 O1  O1  CLOSED>SYN-SENT LISTEN - conn=0
        +10ms S > C SYN-ACK seq=300 ack=91    #= 2/3 O2  O2  SYN-SENT LISTEN>SYN-RECEIVED 1 conn=0
        +10ms C > S RST seq=91                #= - O20 O20 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 2 conn=0
        +10ms C > S SYN seq=100               #= 1/3 O1  O1  CLOSED>SYN-SENT LISTEN - conn=1
        +10ms S > C SYN-ACK seq=400 ack=101   #= 2/3 O2  O2  SYN-SENT LISTEN>SYN-RECEIVED 4 conn=1
        +10ms C > S ACK seq=101 ack=401       #= 3/3 O3  O3  SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 5 conn=1
        #: 0 handshake aborted certain 1,2,3
        #: 0 close not-opened initiator unknown/guess certain 3
        #: 0 rules O1:1 O2:2 O20:3 O11:6
        #: 1 isn 100 400
        #: 1 handshake complete certain 4,5,6
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}

// The same as captured at C, which sent line 2 before the old duplicate passed.
#[test]
fn figure_8_captured_near_the_initiator() {
    tell(
        "
              C > S SYN seq=100               #= 1/3 O1  O1    CLOSED>SYN-SENT LISTEN - conn=0
        +10ms forged C > S SYN seq=90         #= 1/3 O1  O1,O9 CLOSED>SYN-SENT LISTEN - conn=1
        +10ms S > C SYN-ACK seq=300 ack=91    #= 2/3 O2  O2    SYN-SENT LISTEN>SYN-RECEIVED 2 conn=1
        +10ms C > S RST seq=91                #= - O20 O20 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 3 conn=1
        +10ms S > C SYN-ACK seq=400 ack=101   #= 2/3 O2  O2    SYN-SENT LISTEN>SYN-RECEIVED 1 conn=0
        +10ms C > S ACK seq=101 ack=401       #= 3/3 O3  O3    SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 5 conn=0
        #: 0 isn 100 400
        #: 0 handshake complete certain 1,5,6
        #: 0 close open nobody unknown/guess certain -
        #: 1 handshake aborted certain 2,3,4
        #: 1 close not-opened initiator unknown/guess certain 4
        #: 1 rules O1:2 O9:2 O2:3 O20:4 O11:6
    ",
    );
}

// Figure 9: A (here C) crashed and opens again. With a window of 64 KiB its number 400 would lie inside, so B's
// receive window is a small one.
#[test]
fn figure_9_half_open_discovery() {
    tell(
        "
        host C isn=99
        host S isn=299
              open C > S
        +10ms S > C ACK seq=300 ack=100 win=200
        +10s  C > S SYN seq=400               #= 1/3 O1  O1  CLOSED>SYN-SENT LISTEN - conn=1
        +10ms S > C ACK seq=300 ack=100 win=200 #= - E5  E5  ESTABLISHED ESTABLISHED 5 conn=0
        +10ms C > S RST seq=100               #= - O13 O13,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED 6 conn=0
        +1s   C > S SYN seq=400               #= 1/3 O6  O6  SYN-SENT LISTEN - conn=1 again=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator peer-lost-state/likely certain 7 reset=initiator
        #: 1 handshake no-answer certain 5
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// The same with the number inside the window: until a SYN-ACK accepts it, the SYN is the old connection's.
#[test]
fn figure_9_with_the_number_inside_the_window() {
    tell(
        "
        host C isn=99
        host S isn=299
              open C > S
        +10s  C > S SYN seq=400               #= - -   -   ESTABLISHED ESTABLISHED - conn=0
        +10ms S > C ACK seq=300 ack=100       #= - E5  E5  ESTABLISHED ESTABLISHED 4 conn=0
        +10ms C > S RST seq=100               #= - O13 O13,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED 5 conn=0
        +1s   C > S SYN seq=400               #= 1/3 O1  O1  CLOSED>SYN-SENT LISTEN - conn=1
        +10ms S > C SYN-ACK                   #= 2/3 O2  O2  SYN-SENT LISTEN>SYN-RECEIVED 7 conn=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator peer-lost-state/likely certain 6 reset=initiator
        #: 1 handshake pending certain 7,8
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// Figure 10: B (here S) sends data to A, which crashed.
#[test]
fn figure_10_active_side_causes_half_open_discovery() {
    tell(
        "
        host C isn=99
        host S isn=299
              open C > S
        +10s  S > C PSH-ACK seq=300 ack=100 len=10  #= - -   -   ESTABLISHED ESTABLISHED -
        +10ms C > S RST seq=100                     #= - O14 O14,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator peer-lost-state/likely certain 5 reset=initiator
    ",
    );
}

// Figure 11: both only listen. A (here C) never sent the SYN that comes to B in its name.
#[test]
fn figure_11_old_duplicate_syn_on_passive_sockets() {
    tell(
        "
              forged C > S SYN seq=100 ttl=57       #= 1/3 O1  O1  CLOSED>SYN-SENT LISTEN -
        +10ms S > C SYN-ACK seq=200 ack=101         #= 2/3 O2  O2  SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms C > S RST seq=101                     #= - O12 O12 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 2
        #: 0 handshake aborted likely 1,2,3
        #: 0 close not-opened initiator unknown/guess likely 3
        #: 0 rules O1:1 O2:2 O12:3
    ",
    );
}
