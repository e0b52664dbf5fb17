//! T22, T24, and whose segment it is when an address and port pair is used again.

use super::tell;

#[test]
fn t22_reuse_after_a_close() {
    tell(
        "
              open C > S +1ms
        +10ms close C > S +1ms
        +1s   C > S SYN seq=900000  #= 1/3 O1 O1,T22 CLOSED>SYN-SENT LISTEN - conn=1 phase=handshake
        +1ms  S > C SYN-ACK         #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 8 conn=1
        +1ms  C > S ACK             #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 9 conn=1
        #: 0 frames 1-7
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,6,7
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T2:5 T3:6 T4:7
        #: 1 handshake complete certain 8,9,10
        #: 1 close open nobody unknown/guess certain -
        #: 1 rules O1:8 T22:8 O2:9 O3:10 T28:10
    ",
    );
}

// RFC 6191: a later timestamp is as good as a higher number.
#[test]
fn t22_by_timestamp() {
    tell(
        "
              C > S SYN ts=100:0
        +1ms  S > C SYN-ACK ts=500:100
        +1ms  C > S ACK ts=101:500
        +1ms  C > S FIN-ACK ts=102:500
        +1ms  S > C FIN-ACK ts=502:102
        +1ms  C > S ACK ts=103:502
        +1s   C > S SYN seq=500 ts=1103:0  #= 1/3 O1 O1,T22 CLOSED>SYN-SENT LISTEN - conn=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 4,5,6
        #: 1 handshake pending certain 7
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// RFC 9293 3.6.1: TIME-WAIT may only be cut short by a higher number or a later timestamp.
#[test]
fn t22_not_when_the_number_is_lower() {
    tell(
        "
              open C > S +1ms
        +10ms close C > S +1ms
        +1s   C > S SYN seq=500  #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,6,7
        #: 1 handshake pending certain 8
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn t22_not_when_time_wait_is_over() {
    tell(
        "
              open C > S +1ms
        +10ms close C > S +1ms
        +121s C > S SYN seq=900000  #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,6,7
        #: 1 handshake pending certain 8
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn t22_not_when_the_last_attempt_was_refused() {
    tell(
        "
              C > S SYN
        +1ms  S > C RST-ACK seq=0
        +10ms C > S SYN seq=900000  #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        #: 0 handshake refused certain 1,2
        #: 0 close not-opened responder port-closed/likely certain 2
        #: 1 handshake pending certain 3
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn late_segments_belong_to_the_closed_connection_until_time_wait_is_over() {
    tell(
        "
              open C > S +1ms
        +10ms close C > S +1ms
        +119s S > C ACK  #= - - - TIME-WAIT CLOSED - conn=0 phase=closed
        +2s   S > C ACK  #= - - - unknown unknown - conn=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,6,7
        #: 0 frames 1-8
        #: 1 handshake none likely -
        #: 1 close not-opened nobody unknown/guess likely -
    ",
    );
}

#[test]
fn t24_reuse_without_a_close() {
    tell(
        "
              open C > S +1ms
        +1ms  C > S PSH-ACK \"old\"
        +1ms  S > C ACK
        +1s   C > S SYN seq=900000   #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +1ms  S > C SYN-ACK          #= 2/3 O2 O2,T24 SYN-SENT LISTEN>SYN-RECEIVED 6 conn=1
        +1ms  C > S ACK              #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 7 conn=1
        #: 0 frames 1-5
        #: 0 handshake complete certain 1,2,3
        #: 0 close superseded nobody unknown/guess certain 7
        #: 0 rules O1:1 O2:2 O3:3
        #: 1 handshake complete certain 6,7,8
        #: 1 close open nobody unknown/guess certain -
        #: 1 rules O1:6 O2:7 T24:7 O3:8 T28:8
    ",
    );
}

// The number lies in the receiver's window: the SYN may belong to the old connection until a SYN-ACK accepts it.
#[test]
fn t24_with_a_number_in_the_window() {
    tell(
        "
              open C > S +1ms
        +1s   C > S SYN seq=2000     #= - -  -      ESTABLISHED ESTABLISHED - conn=0
        +1ms  S > C SYN-ACK          #= 2/3 O2 O2,T24 SYN-SENT LISTEN>SYN-RECEIVED 4 conn=1 since=1ms
        +1ms  C > S ACK              #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 5 conn=1
        #: 0 frames 1-4
        #: 0 handshake complete certain 1,2,3
        #: 0 close superseded nobody unknown/guess certain 5
        #: 1 from 40000
        #: 1 isn 2000 1005000
        #: 1 handshake complete certain 4,5,6
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}

// A challenge ACK, then the RST with its number: both are the old connection's (RFC 9293 figure 9).
#[test]
fn t24_not_when_the_syn_is_challenged() {
    tell(
        "
              open C > S +1ms
        +1ms  C > S PSH-ACK \"old\"
        +1ms  S > C ACK
        +1s   C > S SYN seq=900000   #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +1ms  S > C ACK              #= - E5 E5 ESTABLISHED ESTABLISHED 6 conn=0
        #: 0 frames 1-7
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 1 handshake pending certain 6
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// E5: inside the window the SYN is answered as part of the old connection, which goes on.
#[test]
fn a_syn_in_the_window_changes_nothing() {
    tell(
        "
              open C > S +1ms
        +1s   forged C > S SYN seq=2000  #= - - - ESTABLISHED ESTABLISHED - conn=0
        +1ms  S > C ACK                  #= - E5 E5 ESTABLISHED ESTABLISHED 4 conn=0
        +1ms  C > S PSH-ACK \"on\"       #= - - - ESTABLISHED ESTABLISHED - conn=0 seq=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 bytes 2 0
    ",
    );
}
