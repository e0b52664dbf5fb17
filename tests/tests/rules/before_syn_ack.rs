//! What comes from the responder before its SYN-ACK, while the initiator is in SYN-SENT (RFC 9293 section
//! 3.10.7.3).

use super::tell;

// Neither SYN nor RST: dropped. Somebody who wants a bystander to look away sends it.
#[test]
fn t1_not_by_a_fin_before_the_syn_ack() {
    tell(
        "
              C > S SYN
        +10ms forged S > C FIN-ACK seq=isn+1 ack=isn+1  #= - - - SYN-SENT LISTEN -
        +10ms S > C SYN-ACK         #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms C > S ACK             #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 3
        +10ms S > C PSH-ACK \"x\"   #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,3,4
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// The capture lacks the SYN-ACK, but the initiator has answered it: this FIN counts.
#[test]
fn t1_with_a_syn_ack_that_was_not_captured() {
    tell(
        "
              C > S SYN
        +10ms drop S > C SYN-ACK
        +10ms C > S ACK
        +10ms S > C FIN-ACK  #= 1/4 T1 T1 ESTABLISHED ESTABLISHED>FIN-WAIT-1 -
        +10ms C > S ACK      #= 2/4 T2 T2 ESTABLISHED>CLOSE-WAIT FIN-WAIT-1>FIN-WAIT-2 3
        #: 0 handshake complete likely 1,2
        #: 0 close half-closed responder application/likely certain 3,4
    ",
    );
}

// The refusal was not the responder's, who goes on: so does the connection.
#[test]
fn o15_not_the_last_word_before_a_syn_ack() {
    tell(
        "
              C > S SYN
        +10ms forged S > C RST-ACK seq=0 ack=isn+1  #= - O15 O15 SYN-SENT>CLOSED LISTEN>CLOSED 1
        +10ms S > C SYN-ACK         #= 2/3 O2 O2 CLOSED CLOSED>SYN-RECEIVED 1
        +10ms C > S ACK             #= 3/3 O3 O3 CLOSED>ESTABLISHED SYN-RECEIVED>ESTABLISHED 3
        +10ms C > S PSH-ACK \"x\"   #= - - - ESTABLISHED ESTABLISHED -
        +10ms S > C FIN-ACK         #= 1/4 T1 T1 ESTABLISHED ESTABLISHED>FIN-WAIT-1 5
        #: 0 handshake complete certain 1,3,4
        #: 0 close half-closed responder application/likely certain 6
    ",
    );
}

// A FIN stands behind the SYN, never at its number: what the SYN-ACK acknowledges is the SYN alone, and a FIN
// there is out of the window whatever it acknowledges (section 3.10.7.4, first).
#[test]
fn t1_not_by_a_fin_with_the_number_of_the_syn() {
    tell(
        "
               C > S SYN
        +300ms forged C > S FIN seq=isn              #= - - - SYN-SENT LISTEN -
        +10ms  S > C SYN-ACK                         #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms  forged C > S FIN-ACK seq=isn          #= - - - SYN-SENT SYN-RECEIVED -
        +10ms  C > S FIN-ACK                         #= 3/3,1/4 O3 O3,T1 SYN-SENT>FIN-WAIT-1 SYN-RECEIVED 3
        #: 0 handshake complete certain 1,3,5
        #: 0 close half-closed initiator application/likely certain 5
    ",
    );
}
