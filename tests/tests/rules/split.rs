//! O33 and O35: a SYN answered by something else than one SYN-ACK.

use super::tell;

// The five-step form. C is in SYN-SENT and drops the bare ACK; to it, S's SYN is a simultaneous open.
#[test]
fn o33_split_handshake_that_begins_with_an_ack() {
    tell("
              C > S SYN           #= 1/3 O1  O1  CLOSED>SYN-SENT           LISTEN                - phase=handshake
        +10ms S > C ACK           #= -   -   -   SYN-SENT                  LISTEN                1 phase=handshake
        +1ms  S > C SYN           #= 1/3 -   -   SYN-SENT                  LISTEN>SYN-SENT       - phase=handshake seq=0
        +10ms C > S SYN-ACK       #= 2/3 O2  O2  SYN-SENT>SYN-RECEIVED     SYN-SENT              3 phase=handshake seq=0 ack=1
        +10ms S > C ACK           #= 3/3 O33 O33 SYN-RECEIVED>ESTABLISHED  SYN-SENT>ESTABLISHED  4 phase=handshake seq=1 ack=1 since=10ms
        +10ms C > S PSH-ACK \"x\" #= -   -   -   ESTABLISHED               ESTABLISHED           - phase=transfer seq=1
        #: 0 from 40000
        #: 0 isn 1000 5000
        #: 0 handshake split certain 1,2,3,4,5
        #: 0 rtt 10ms 10ms
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:4 O33:5 T28:6
        #: 0 bytes 1 0
    ");
}

// The four-step form: nothing tells the round trip to S, whose SYN answers nothing.
#[test]
fn o33_split_handshake_that_begins_with_a_syn() {
    tell(
        "
              C > S SYN      #= 1/3 O1  O1  CLOSED>SYN-SENT          LISTEN               -
        +10ms S > C SYN      #= 1/3 -   -   SYN-SENT                 LISTEN>SYN-SENT      -
        +10ms C > S SYN-ACK  #= 2/3 O2  O2  SYN-SENT>SYN-RECEIVED    SYN-SENT             2
        +10ms S > C ACK      #= 3/3 O33 O33 SYN-RECEIVED>ESTABLISHED SYN-SENT>ESTABLISHED 3
        #: 0 from 40000
        #: 0 handshake split certain 1,2,3,4
        #: 0 rtt - 10ms
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:3 O33:4 T28:4
    ",
    );
}

// The ACK of S alone need not have the number that its SYN has.
#[test]
fn o33_with_an_ack_of_any_number() {
    tell(
        "
        #! v4
              C > S SYN
        +10ms forged S > C ACK seq=3000000000 ack=1001  #= - - - SYN-SENT LISTEN 1
        +1ms  S > C SYN
        +10ms C > S SYN-ACK
        +10ms S > C ACK  #= 3/3 O33 O33 SYN-RECEIVED>ESTABLISHED SYN-SENT>ESTABLISHED 4 seq=1 ack=1
        +10ms close C > S
        #: 0 handshake split certain 1,2,3,4,5
        #: 0 close four-way initiator application/likely certain 6,7,8,9
        #: 0 bytes 0 0
    ",
    );
}

// Both SYNs are acknowledged before the last step, which C's data shows to have come.
#[test]
fn o33_with_its_last_ack_not_captured() {
    tell(
        "
              C > S SYN
        +10ms S > C ACK
        +1ms  S > C SYN
        +10ms C > S SYN-ACK
        +10ms drop S > C ACK
        +10ms C > S PSH-ACK \"x\"  #= - - - SYN-RECEIVED>ESTABLISHED SYN-SENT -
        #: 0 handshake split likely 1,2,3,4
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// Both answer by a SYN-ACK: RFC 9293 figure 7.
#[test]
fn o33_not_when_both_send_a_syn_ack() {
    tell(
        "
              C > S SYN
              cross S > C SYN
        +10ms C > S SYN-ACK
              S > C SYN-ACK  #= 2/3 O2 O2,O10 SYN-RECEIVED>ESTABLISHED SYN-SENT>SYN-RECEIVED 1
        #: 0 handshake simultaneous certain 1,2,3,4
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:3 O2:4 O10:4 T28:4
    ",
    );
}

// An ACK of something else acknowledges nobody's SYN.
#[test]
fn o33_not_when_the_last_ack_does_not_cover_the_syn_ack() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN
        +10ms C > S SYN-ACK
        +10ms forged S > C ACK ack=isn  #= - - - SYN-RECEIVED SYN-SENT -
        #: 0 handshake pending certain 1,2,3
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
}

// The second server's answer is the one that C accepts.
#[test]
fn o35_the_second_syn_ack_is_accepted() {
    tell("
        #! v4
              C > S SYN
        +10ms forged S > C SYN-ACK seq=777000 ack=1001  #= 2/3 O2 O2     SYN-SENT LISTEN>SYN-RECEIVED 1 seq=0 ack=1
        +5ms  S > C SYN-ACK seq=5000                    #= 2/3 O2 O2,O35 SYN-SENT SYN-RECEIVED        1 seq=0 ack=1 conn=0
        +10ms C > S ACK                                 #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 3 seq=1 ack=1 since=10ms
        +10ms S > C PSH-ACK \"hi\"                      #= - - - ESTABLISHED ESTABLISHED - seq=1
        +10ms C > S ACK                                 #= - - - ESTABLISHED ESTABLISHED 5 ack=3
        #: 0 handshake complete certain 1,3,4
        #: 0 rtt 15ms 10ms
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O2:3 O35:3 O3:4 T28:6
        #: 0 bytes 0 2
    ");
}

#[test]
fn o35_the_first_syn_ack_is_accepted() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +5ms  forged S > C SYN-ACK seq=777000  #= 2/3 O2 O2,O35 SYN-SENT SYN-RECEIVED 1 seq=0 ack=1
        +10ms C > S ACK   #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2 seq=1 ack=1
        +10ms S > C PSH-ACK \"hi\"  #= - - - ESTABLISHED ESTABLISHED - seq=1
        #: 0 handshake complete certain 1,2,4
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O2:3 O35:3 O3:4 T28:5
    ",
    );
}

// Too late: C has gone on with the first. The step is told, but it moves nothing.
#[test]
fn o35_behind_the_final_ack() {
    tell(
        "
              open C > S +10ms
        +5ms  forged S > C SYN-ACK seq=777000 ack=isn+1  #= 2/3 O35 O35 ESTABLISHED ESTABLISHED 1 seq=0
        +10ms C > S PSH-ACK \"x\"                #= - - - ESTABLISHED ESTABLISHED -
        #: 0 isn 1000 5000
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 O35:4 T28:5
    ",
    );
}

// C accepts neither: that ACK is bad (O47), and the first SYN-ACK stays S's.
#[test]
fn o35_and_neither_is_accepted() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +5ms  forged S > C SYN-ACK seq=777000  #= 2/3 O2 O2,O35 SYN-SENT SYN-RECEIVED 1
        +10ms C > S ACK ack=isn+9              #= - O47 O47 SYN-SENT SYN-RECEIVED -
        #: 0 isn 1000 5000
        #: 0 handshake bad-ack likely 1,2,4
        #: 0 close not-opened nobody unknown/guess likely -
    ",
    );
}

// The same number again is a retransmission.
#[test]
fn o35_not_when_the_number_is_the_same() {
    tell(
        "
              C > S SYN
        +10ms lost S > C SYN-ACK
        +1s   resend S    #= 2/3 O7 O7 SYN-SENT SYN-RECEIVED 1 again=1 of=2
        +10ms C > S ACK
        #: 0 handshake complete certain 1,2,4
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// So is the other number again.
#[test]
fn o35_and_the_other_server_tries_again() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +5ms  o: forged S > C SYN-ACK seq=777000  #= 2/3 O2 O2,O35 SYN-SENT SYN-RECEIVED 1
        +1s   forged S > C SYN-ACK seq=777000     #= 2/3 O7 O7     SYN-SENT SYN-RECEIVED 1 again=1 of=3 seq=0
        +10ms C > S ACK
        #: 0 handshake complete certain 1,2,5
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O2:3 O35:3 O7:4 O3:5 T28:5
    ",
    );
}

// A SYN-ACK that acknowledges another SYN is not an answer to this one.
#[test]
fn o35_not_when_the_ack_is_another() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +5ms  forged S > C SYN-ACK seq=777000 ack=isn+5000  #= - - - SYN-SENT SYN-RECEIVED -
        +10ms C > S ACK
        #: 0 handshake complete certain 1,2,4
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:4 T28:4
    ",
    );
}
