//! T8 to T11: half-closes, and what is lost or missing in a close.

use super::tell;

#[test]
fn t8_half_close_with_data() {
    tell(
        "
              open C > S
        +10ms C > S FIN-ACK
        +10ms S > C ACK
        +50ms S > C PSH-ACK len=500  #= -   T8 T8 FIN-WAIT-2 CLOSE-WAIT          - phase=teardown
        +10ms C > S ACK              #= -   -  -  FIN-WAIT-2 CLOSE-WAIT          6
        +10ms S > C FIN-ACK          #= 3/4 T3 T3 FIN-WAIT-2 CLOSE-WAIT>LAST-ACK -
        +10ms C > S ACK              #= 4/4 T4 T4 FIN-WAIT-2>TIME-WAIT LAST-ACK>CLOSED 8
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,8,9
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T2:5 T8:6 T3:8 T4:9
        #: 0 bytes 0 500
    ",
    );
}

// Data that was on its way when the FIN came is no half-close.
#[test]
fn t8_not_when_the_fin_was_not_acknowledged_yet() {
    tell(
        "
              open C > S
        +10ms C > S FIN-ACK
        +1ms  cross S > C PSH-ACK len=500  #= - - - FIN-WAIT-1 ESTABLISHED -
        +10ms S > C FIN-ACK
        +10ms C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 4,6,7
    ",
    );
}

#[test]
fn t8_not_when_the_data_is_sent_again() {
    tell(
        "
              open C > S
        +1ms  lost S > C PSH-ACK len=500
        +1ms  C > S FIN-ACK
        +10ms S > C ACK
        +200ms resend S  #= - - - FIN-WAIT-2 CLOSE-WAIT - again=1 of=4
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 5,6
    ",
    );
}

#[test]
fn t9_fin_retransmission() {
    tell("
               open C > S
        +10ms  lost C > S FIN-ACK
        +200ms lost resend C  #= 1/4 T9 T9 FIN-WAIT-1 ESTABLISHED - again=1 of=4 after=200ms backoff=- phase=teardown
        +400ms resend C       #= 1/4 T9 T9 FIN-WAIT-1 ESTABLISHED - again=2 of=4 after=400ms backoff=200
        +10ms  S > C FIN-ACK  #= 2+3/4 T5 T5 FIN-WAIT-1 ESTABLISHED>LAST-ACK 6 since=10ms
        +10ms  C > S ACK      #= 4/4 T4 T4 FIN-WAIT-1>TIME-WAIT LAST-ACK>CLOSED 7
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 4,7,8
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T9:5 T9:6 T5:7 T4:8
        #: 0 again 2 0
    ");
}

// It carried data: FIN and data come again together.
#[test]
fn t9_fin_with_data_again() {
    tell(
        "
               open C > S
        +10ms  lost C > S FIN-PSH-ACK \"bye\"
        +200ms resend C       #= 1/4 T9 T9 FIN-WAIT-1 ESTABLISHED - again=1 of=4 after=200ms
        +10ms  S > C ACK      #= 2/4 T2 T2 FIN-WAIT-1>FIN-WAIT-2 ESTABLISHED>CLOSE-WAIT 5
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 4,6
        #: 0 bytes 3 0
        #: 0 again 1 0
    ",
    );
}

#[test]
fn t9_not_when_the_second_fin_is_resent_after_its_ack() {
    tell(
        "
               open C > S
        +10ms  C > S FIN-ACK
        +10ms  S > C FIN-ACK
        +10ms  lost C > S ACK
        +200ms resend S  #= 2+3/4 T10 T10 TIME-WAIT CLOSED>LAST-ACK - again=1 of=5
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 4,5,6
    ",
    );
}

#[test]
fn t10_last_ack_lost() {
    tell(
        "
               open C > S
        +10ms  C > S FIN-ACK
        +10ms  S > C ACK
        +10ms  S > C FIN-ACK
        +10ms  lost C > S ACK
        +200ms resend S   #= 3/4 T10 T10 TIME-WAIT CLOSED>LAST-ACK - again=1 of=6 after=210ms
        +10ms  C > S ACK  #= 4/4 T10 T10 TIME-WAIT LAST-ACK>CLOSED 8 since=10ms
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,6,7
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T2:5 T3:6 T4:7 T10:8 T10:9
        #: 0 again 0 1
    ",
    );
}

#[test]
fn t10_not_when_the_last_ack_just_comes_twice() {
    tell(
        "
               open C > S
        +10ms  C > S FIN-ACK
        +10ms  S > C FIN-ACK
        +10ms  C > S ACK
        +10ms  C > S ACK  #= - - - TIME-WAIT CLOSED - phase=closed
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 4,5,6
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T5:5 T4:6
    ",
    );
}

#[test]
fn t11_fin_before_missing_data() {
    tell(
        "
               open C > S
        +10ms  drop lost C > S PSH-ACK len=100
               C > S FIN-ACK  #= 1/4 T1 T1,T11 ESTABLISHED>FIN-WAIT-1 ESTABLISHED - seq=101
        +10ms  S > C ACK      #= -   -  -      FIN-WAIT-1 ESTABLISHED             -
        +200ms C > S PSH-ACK seq=isn+1 len=100  #= - - - FIN-WAIT-1 ESTABLISHED   -
        +10ms  S > C ACK      #= 2/4 T2 T2     FIN-WAIT-1>FIN-WAIT-2 ESTABLISHED>CLOSE-WAIT 6
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 4,7
        #: 0 bytes 100 0
    ",
    );
}

#[test]
fn t11_not_when_the_data_before_it_was_captured() {
    tell(
        "
               open C > S
        +10ms  C > S PSH-ACK len=100
               C > S FIN-ACK  #= 1/4 T1 T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED - seq=101
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 5
    ",
    );
}

// The ACK of the first FIN was captured but did not arrive: what comes again is the first FIN, not the last.
#[test]
fn t9_and_t10_not_when_the_first_fin_comes_again_after_its_ack() {
    tell(
        "
               open C > S
        +10ms  C > S FIN-ACK
        +1ms   lost S > C ACK  #= 2/4 T2 T2 FIN-WAIT-1>FIN-WAIT-2 ESTABLISHED>CLOSE-WAIT 4
        +200ms resend C        #= 1/4 T9 T9 FIN-WAIT-2 CLOSE-WAIT - again=1 of=4
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 4,5
    ",
    );
}

// One byte that the capture missed looks like a missed FIN until the real one comes.
#[test]
fn a_missed_byte_is_no_missed_fin_once_the_fin_is_captured() {
    tell(
        "
               open C > S
        +10ms  drop S > C PSH-ACK len=1
        +10ms  C > S FIN-ACK   #= 1/4 T1 T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED -
        +10ms  S > C FIN-ACK
        +10ms  C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 4,5,6
    ",
    );
}
