//! E4: a receiver that takes nothing for a while.

use super::tell;

#[test]
fn e4_zero_window_probed_and_reopened() {
    tell(
        "
               C > S SYN ws=7
        +10ms  S > C SYN-ACK ws=7
        +10ms  C > S ACK
        +10ms  C > S PSH-ACK len=1000
        +10ms  S > C ACK win=0    #= - E4 E4 ESTABLISHED ESTABLISHED 4 since=10ms
        +300ms C > S ACK seq=-1   #= - E4 E4 ESTABLISHED ESTABLISHED - seq=1000
        +10ms  S > C ACK win=0    #= - E4 E4 ESTABLISHED ESTABLISHED 6 since=10ms
        +600ms C > S ACK seq=-1   #= - E4 E4 ESTABLISHED ESTABLISHED -
        +10ms  S > C ACK win=0    #= - E4 E4 ESTABLISHED ESTABLISHED 8 since=10ms
        +100ms S > C ACK win=500  #= - E4 E4 ESTABLISHED ESTABLISHED -
        +10ms  C > S PSH-ACK \"more\"  #= - - - ESTABLISHED ESTABLISHED - seq=1001
        +10ms  S > C ACK win=500  #= - -  -  ESTABLISHED ESTABLISHED 11
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 E4:5 E4:6 E4:7 E4:8 E4:9 E4:10 T28:12
        #: 0 bytes 1004 0
        #: 0 again 0 0
    ",
    );
}

// RFC 9293 3.8.6.1: the next byte, again and again; that is no retransmission in earnest, and no reason to give up.
#[test]
fn e4_probed_with_the_next_byte() {
    tell(
        "
        host X 10.0.0.9:50000
               open C > S
        +10ms  C > S PSH-ACK len=1000
        +10ms  S > C ACK win=0
        +1s    lost C > S ACK \"x\"   #= - E4 E4 ESTABLISHED ESTABLISHED - seq=1001 again=-
        +10ms  S > C ACK win=0           #= - E4 E4 ESTABLISHED ESTABLISHED 6
        +2s    lost resend C             #= - E4 E4 ESTABLISHED ESTABLISHED - again=-
        +4s    lost resend C             #= - E4 E4 ESTABLISHED ESTABLISHED - again=-
        +8s    lost resend C             #= - E4 E4 ESTABLISHED ESTABLISHED - again=-
        +2min  X > S SYN
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 again 0 0
        #: 1 handshake pending certain 11
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// The probe's answer opens it.
#[test]
fn e4_reopened_by_the_answer() {
    tell(
        "
               open C > S
        +10ms  S > C PSH-ACK len=1000
        +10ms  C > S ACK win=0    #= - E4 E4 ESTABLISHED ESTABLISHED 4
        +5s    S > C ACK seq=-1   #= - E4 E4 ESTABLISHED ESTABLISHED -
        +10ms  C > S ACK win=100  #= - E4 E4 ESTABLISHED ESTABLISHED 6 since=10ms
        +5s    S > C ACK seq=-1   #= - E1 E1 ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn e4_not_in_a_syn_or_rst() {
    tell(
        "
               C > S SYN win=0           #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN -
        +10ms  S > C SYN-ACK win=0       #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms  C > S ACK                 #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
        +10ms  S > C ACK win=100         #= - - - ESTABLISHED ESTABLISHED -
        +10ms  C > S RST-ACK win=0       #= - T14 O21,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator aborted-by-application/likely certain 5 reset=initiator
    ",
    );
}

// A side that has everything, the FIN too, has no use for a window.
#[test]
fn e4_not_when_nothing_more_is_to_come() {
    tell(
        "
               open C > S
        +10ms  C > S FIN-ACK
        +10ms  S > C FIN-ACK win=0  #= 2+3/4 T5 T5 FIN-WAIT-1 ESTABLISHED>LAST-ACK 4
        +10ms  C > S ACK win=0      #= 4/4 T4 T4 FIN-WAIT-1>TIME-WAIT LAST-ACK>CLOSED 5
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 4,5,6
    ",
    );
}

// An ACK that was overtaken speaks of the window as it was.
#[test]
fn e4_not_told_of_a_window_that_an_older_segment_had() {
    tell(
        "
               open C > S
        +10ms  S > C PSH-ACK len=1000
        old:   late C > S ACK win=500
        +1ms   S > C PSH-ACK len=500
        +1ms   C > S ACK win=0      #= - E4 E4 ESTABLISHED ESTABLISHED 5
        +1ms   arrive old           #= - -  -  ESTABLISHED ESTABLISHED -
        +1s    C > S ACK win=500    #= - E4 E4 ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}
