//! Whose segment is it, where several connections meet on one address and port pair.

use super::tell;

// A same-number SYN after the connection that began inside the old one is that one's again (T24, O6).
#[test]
fn o6_of_a_connection_that_began_inside_the_old_one() {
    tell(
        "
              open C > S +1ms
        +1s   lost C > S SYN seq=2000 #= -   -  -  ESTABLISHED ESTABLISHED - conn=0
        +1s   resend C                #= -   -  -  ESTABLISHED ESTABLISHED - conn=0
        +1ms  S > C SYN-ACK           #= 2/3 O2 O2,T24 SYN-SENT LISTEN>SYN-RECEIVED 5 conn=1 since=1ms
        +1s   resend C                #= 1/3 O6 O6 SYN-SENT SYN-RECEIVED - conn=1 of=4 again=2
        +1ms  resend S                #= 2/3 O7 O7 SYN-SENT SYN-RECEIVED 7 conn=1 of=6 again=1
        +1ms  C > S ACK               #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 8 conn=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close superseded nobody unknown/guess certain 6
        #: 1 rtt - -
        #: 1 handshake complete certain 4,6,9
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}

// Both live for a while: what has the old numbers is the old one's, until the new one is accepted.
#[test]
fn the_old_connection_goes_on_beside_a_syn_that_is_not_its_own() {
    tell(
        "
              open C > S +1ms
        +1ms  C > S PSH-ACK \"one\"
        +1ms  S > C ACK
        +1s   forged C > S SYN seq=900000  #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +1ms  S > C ACK                    #= - E5 E5 ESTABLISHED ESTABLISHED 6 conn=0
        +1s   C > S PSH-ACK seq=1004 \"two\" #= - -  -  ESTABLISHED ESTABLISHED - conn=0 seq=4
        +1ms  S > C ACK ack=1007           #= - -  -  ESTABLISHED ESTABLISHED 8 conn=0
        +1ms  C > S FIN-ACK seq=1007       #= 1/4 T1 T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED - conn=0
        +1ms  S > C FIN-ACK ack=1008       #= 2+3/4 T5 T5 FIN-WAIT-1 ESTABLISHED>LAST-ACK 10 conn=0
        +1ms  C > S ACK seq=1008           #= 4/4 T4 T4 FIN-WAIT-1>TIME-WAIT LAST-ACK>CLOSED 11 conn=0
        #: 0 frames 1-12
        #: 0 bytes 6 0
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 10,11,12
        #: 1 handshake no-answer certain 6
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// Several SYNs with several numbers, and the first of them is the one that is accepted.
#[test]
fn o9_and_the_earlier_attempt_is_answered_all_the_same() {
    tell(
        "
              C > S SYN seq=100       #= 1/3 O1 O1    CLOSED>SYN-SENT LISTEN - conn=0
        +10ms forged C > S SYN seq=70000 #= 1/3 O1 O1,O9 CLOSED>SYN-SENT LISTEN - conn=1
        +10ms forged C > S SYN seq=80000 #= 1/3 O1 O1,O9 CLOSED>SYN-SENT LISTEN - conn=2
        +1s   C > S SYN seq=100       #= 1/3 O6 O6    SYN-SENT LISTEN - conn=0 again=1
        +10ms S > C SYN-ACK seq=400 ack=101  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 4 conn=0
        +10ms C > S ACK seq=101 ack=401      #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 5 conn=0
        +10ms C > S PSH-ACK seq=101 ack=401 \"x\"  #= - - - ESTABLISHED ESTABLISHED - conn=0
        #: 0 handshake complete certain 1,5,6
        #: 0 close open nobody unknown/guess certain -
        #: 1 handshake no-answer certain 2
        #: 1 close not-opened nobody unknown/guess certain -
        #: 2 handshake no-answer certain 3
        #: 2 close not-opened nobody unknown/guess certain -
    ",
    );
}

// The live connection is two behind: an unanswered attempt lies between, and a second one is accepted.
#[test]
fn t24_over_an_attempt_that_nothing_answered() {
    tell(
        "
              open C > S +1ms
        +1s   C > S SYN seq=900000   #= 1/3 O1 O1    CLOSED>SYN-SENT LISTEN - conn=1
        +1s   C > S SYN seq=1900000  #= 1/3 O1 O1,O9 CLOSED>SYN-SENT LISTEN - conn=2
        +1ms  S > C SYN-ACK          #= 2/3 O2 O2,T24 SYN-SENT LISTEN>SYN-RECEIVED 5 conn=2
        +1ms  C > S ACK              #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 6 conn=2
        #: 0 handshake complete certain 1,2,3
        #: 0 close superseded nobody unknown/guess certain 6
        #: 1 handshake no-answer certain 4
        #: 1 close not-opened nobody unknown/guess certain -
        #: 2 handshake complete certain 5,6,7
        #: 2 close open nobody unknown/guess certain -
    ",
    );
}

// A RST leaves no TIME-WAIT behind.
#[test]
fn t22_not_after_a_reset() {
    tell(
        "
              open C > S +1ms
        +10ms C > S RST-ACK
        +1s   C > S SYN seq=900000  #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator aborted-by-application/likely certain 4 reset=initiator
        #: 1 handshake pending certain 5
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// The close was not captured whole, but it is proven.
#[test]
fn t22_and_not_t24_when_a_fin_was_missed() {
    tell(
        "
              open C > S +1ms
        +10ms C > S FIN-ACK
        +1ms  S > C ACK
        +1ms  drop S > C FIN-ACK
        +1ms  C > S ACK
        +1s   C > S SYN seq=900000  #= 1/3 O1 O1,T22 CLOSED>SYN-SENT LISTEN - conn=1
        +1ms  S > C SYN-ACK         #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 7 conn=1
        +1ms  C > S ACK             #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 8 conn=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely likely 4,5,6
        #: 1 handshake complete certain 7,8,9
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}

// Late segments of the old connection after the new one has begun: their numbers tell.
#[test]
fn old_segments_of_a_closed_connection_beside_the_new_one() {
    tell(
        "
              open C > S +1ms
        +1ms  S > C PSH-ACK \"data\"
        +1ms  C > S ACK
        +10ms close C > S +1ms
        +1s   C > S SYN seq=900000       #= 1/3 O1 O1,T22 CLOSED>SYN-SENT LISTEN - conn=1
        +1ms  S > C SYN-ACK              #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 10 conn=1
        +1ms  C > S ACK                  #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 11 conn=1
        +1ms  forged S > C PSH-ACK seq=5001 ack=1001 \"data\"  #= - - - TIME-WAIT CLOSED - conn=0 phase=closed
        +1ms  S > C PSH-ACK \"new\"      #= - - - ESTABLISHED ESTABLISHED - conn=1
        +1ms  C > S ACK                  #= - - - ESTABLISHED ESTABLISHED 14 conn=1
        +130s forged S > C PSH-ACK seq=5001 ack=1001 \"data\"  #= - - - ESTABLISHED ESTABLISHED - conn=1
        #: 0 frames 1-13
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 6,7,8,9
        #: 1 handshake complete certain 10,11,12
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}

// Once more the SYN that was reset: still the ghost, still one connection.
#[test]
fn a_syn_of_the_ghost_once_more_is_the_ghosts() {
    tell(
        "
              C > S SYN seq=90
        +10ms S > C SYN-ACK seq=300
        +200ms C > S RST seq=ack
        +10ms C > S SYN seq=100            #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +10ms forged C > S SYN seq=90      #= 1/3 O6 O6 CLOSED>SYN-SENT LISTEN - conn=0 again=1
        #: 0 handshake aborted certain 1,2,3
        #: 0 close not-opened initiator unknown/guess certain 3
        #: 1 handshake pending certain 4
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// S had not heard of the reset when the real SYN came: inside the window, so it is the old attempt's until it
// is accepted.
#[test]
fn a_syn_inside_the_window_of_an_attempt() {
    tell(
        "
              C > S SYN seq=90
        +10ms S > C SYN-ACK seq=300
        +10ms C > S SYN seq=100            #= - - - SYN-SENT SYN-RECEIVED - conn=0
        +10ms S > C SYN-ACK seq=400        #= 2/3 O2 O2,T24 SYN-SENT LISTEN>SYN-RECEIVED 3 conn=1
        +10ms C > S ACK                    #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 4 conn=1
        #: 0 handshake pending certain 1,2
        #: 0 close not-opened nobody unknown/guess certain -
        #: 1 handshake complete certain 3,4,5
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}

// The capture has the SYNs in another order than they were sent: same number, same connection.
#[test]
fn a_reordered_syn_is_no_reused_port() {
    tell(
        "
              l: late C > S SYN
        +1s   resend C            #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=0
        +1ms  S > C SYN-ACK       #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1 conn=0
        +1ms  C > S ACK           #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2 conn=0
        +1ms  arrive l            #= 1/3 O6 O6 ESTABLISHED ESTABLISHED - conn=0 again=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// The server did not keep the TIME-WAIT, and accepts the same number once more.
#[test]
fn the_same_number_accepted_once_more_is_a_new_connection() {
    tell(
        "
              open C > S +1ms
        +10ms close C > S +1ms
        +1s   C > S SYN seq=1000                #= 1/3 O6 O6 TIME-WAIT CLOSED - conn=0 phase=closed again=1
        +1ms  S > C SYN-ACK seq=95000 ack=1001  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 8 conn=1
        +1ms  C > S ACK seq=1001 ack=95001      #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 9 conn=1
        +1ms  C > S PSH-ACK seq=1001 ack=95001 \"x\" #= - - - ESTABLISHED ESTABLISHED - conn=1
        #: 0 frames 1-8
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,6,7
        #: 1 handshake complete certain 8,9,10
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}

// RFC 9293 3.5: had the real SYN come before the RST, a more complex exchange would have followed.
#[test]
fn o11_with_the_real_syn_before_the_reset() {
    tell(
        "
               C > S SYN seq=90
        +10ms  S > C SYN-ACK seq=300 ack=91
        +1ms   C > S SYN seq=100             #= - - - SYN-SENT SYN-RECEIVED - conn=0
        +1ms   S > C ACK seq=301 ack=91      #= - - - SYN-SENT SYN-RECEIVED - conn=0
        +200ms C > S RST seq=91              #= - O19 O19 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 2 conn=0
        +1s    C > S SYN seq=100             #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +10ms  S > C SYN-ACK seq=400 ack=101 #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 6 conn=1
        +10ms  C > S ACK seq=101 ack=401     #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 7 conn=1
        #: 0 handshake aborted certain 1,2,5
        #: 0 close not-opened initiator unknown/guess certain 5
        #: 0 rules O1:1 O2:2 O19:5 O11:8
        #: 1 handshake complete certain 6,7,8
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}

// The refused number is tried again after another attempt: one connection still.
#[test]
fn a_refused_number_tried_again_beside_another_attempt() {
    tell(
        "
              C > S SYN
        +1ms  S > C RST-ACK seq=0 ack=isn+1
        +1ms  C > S SYN seq=90000               #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +1ms  S > C RST-ACK seq=0 ack=isn+1     #= - O15 O15 SYN-SENT>CLOSED LISTEN>CLOSED 3 conn=1
        +1ms  C > S SYN seq=1000                #= 1/3 O6 O6 CLOSED>SYN-SENT CLOSED - conn=0 again=1
        +1ms  S > C RST-ACK seq=0 ack=isn+1     #= - O15 O15 SYN-SENT>CLOSED CLOSED 5 conn=0
        #: 0 handshake refused certain 1,6
        #: 0 close not-opened responder port-closed/likely certain 6
        #: 1 handshake refused certain 3,4
        #: 1 close not-opened responder port-closed/likely certain 4
    ",
    );
}

// The ports are taken over twice, each time without a close.
#[test]
fn t24_twice() {
    tell(
        "
              open C > S +1ms
        +1s   C > S SYN seq=900000
        +1ms  S > C SYN-ACK          #= 2/3 O2 O2,T24 SYN-SENT LISTEN>SYN-RECEIVED 4 conn=1
        +1ms  C > S ACK
        +1s   C > S SYN seq=1900000
        +1ms  S > C SYN-ACK          #= 2/3 O2 O2,T24 SYN-SENT LISTEN>SYN-RECEIVED 7 conn=2
        +1ms  C > S ACK
        +1ms  forged S > C ACK seq=5001 ack=1001         #= - - - ESTABLISHED ESTABLISHED - conn=0 phase=closed
        +1ms  forged S > C ACK seq=1005001 ack=900001    #= - - - ESTABLISHED ESTABLISHED - conn=1 phase=closed
        +1ms  C > S FIN-ACK          #= 1/4 T1 T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED - conn=2
        #: 0 handshake complete certain 1,2,3
        #: 0 close superseded nobody unknown/guess certain 5
        #: 1 handshake complete certain 4,5,6
        #: 1 close superseded nobody unknown/guess certain 8
        #: 2 handshake complete certain 7,8,9
        #: 2 close half-closed initiator application/likely certain 12
    ",
    );
}

// The opening was not captured: the SYN is another connection all the same, and its answer accepts it.
#[test]
fn t24_over_a_connection_that_began_before_the_capture() {
    tell(
        "
              C > S PSH-ACK seq=1001 ack=5001 \"a\"  #= - E10 E10 unknown unknown - conn=0
        +10ms S > C ACK
        +10s  C > S SYN seq=900000         #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +10ms S > C SYN-ACK seq=777000 ack=900001 #= 2/3 O2 O2,T24 SYN-SENT LISTEN>SYN-RECEIVED 3 conn=1
        +10ms C > S ACK seq=900001 ack=777001     #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 4 conn=1
        #: 0 handshake unseen certain 1
        #: 0 close superseded nobody unknown/guess certain 4
        #: 1 handshake complete certain 3,4,5
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}

// Only one direction was captured: the first connection was answered all the same, and so was the second.
#[test]
fn t24_and_not_o9_in_one_direction() {
    tell(
        "
              C > S SYN
        +10ms drop S > C SYN-ACK
        +10ms C > S ACK
        +10ms C > S PSH-ACK \"x\"
        +10s  C > S SYN seq=900000   #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +10ms drop S > C SYN-ACK
        +10ms C > S ACK              #= 3/3 O3 O3,T24 SYN-SENT>ESTABLISHED LISTEN>ESTABLISHED - conn=1
        #: 0 handshake complete likely 1,2
        #: 0 close superseded nobody unknown/guess likely 5
        #: 1 handshake complete likely 4,5
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}

// The old connection took the first SYN for its own; the second one opened the new connection, and so did not the
// first.
#[test]
fn a_syn_that_was_tried_again_is_not_accepted_twice() {
    tell(
        "
              open C > S +1ms
        +1s   C > S SYN seq=2000             #= - - - ESTABLISHED ESTABLISHED - conn=0
        +1ms  S > C ACK
        +1ms  C > S RST seq=ack              #= - O13 O13,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED 5 conn=0
        +1s   C > S SYN seq=2000             #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +1ms  S > C SYN-ACK seq=90000 ack=2001  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 7 conn=1
        +1ms  forged S > C SYN-ACK seq=7000000 ack=2001
        +1ms  C > S ACK seq=2001 ack=90001   #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 8 conn=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator peer-lost-state/likely certain 6 reset=initiator
        #: 1 handshake complete certain 7,8,10
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}
