//! O39 and O44, and what is O5 instead: data that comes before the handshake is through.

use super::tell;

#[test]
fn o39_payload_of_the_responder_before_the_final_ack() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
              S > C PSH-ACK \"hello\"  #= - O39 O39 SYN-SENT SYN-RECEIVED - phase=handshake
        +10ms C > S ACK                #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 3
        #: 0 handshake complete certain 1,2,4
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O39:3 O3:4 T28:4
        #: 0 bytes 0 5
    ",
    );
}

// Without an ACK it can only be from before the SYN-ACK. S drops it, and C sends it again.
#[test]
fn o39_payload_of_the_initiator_before_the_syn_ack() {
    tell(
        "
              C > S SYN
        +1ms  d: lost C > S PSH \"GET\"  #= - O39 O39 SYN-SENT LISTEN - phase=handshake
        +10ms S > C SYN-ACK
        +10ms C > S ACK seq=isn+1  #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 3
        +1ms  resend d PSH-ACK     #= - - - ESTABLISHED ESTABLISHED - again=1 of=2
        #: 0 handshake complete certain 1,3,4
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O39:2 O2:3 O3:4 T28:5
        #: 0 bytes 3 0
    ",
    );
}

// RFC 7413: the cookie had proved the client's address.
#[test]
fn o39_not_with_fast_open() {
    tell(
        "
              C > S SYN tfo=0102030405060708 \"GET\"
        +10ms S > C SYN-ACK ack=isn+4
              S > C PSH-ACK \"hello\"  #= - - - SYN-SENT SYN-RECEIVED -
        +10ms C > S ACK
        #: 0 handshake complete certain 1,2,4
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// C's data acknowledges a SYN-ACK, S's comes behind one: the capture has missed it.
#[test]
fn o39_not_when_the_syn_ack_was_not_captured() {
    tell(
        "
              C > S SYN
        +10ms drop S > C SYN-ACK
        +10ms drop C > S ACK
        +10ms S > C PSH-ACK \"220 hello\"  #= - - - SYN-SENT LISTEN -
        +10ms C > S PSH-ACK \"EHLO\"       #= 3/3 O3 O3,O4 SYN-SENT>ESTABLISHED LISTEN 2
        #: 0 handshake complete likely 1,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// A full accept queue: the final ACK was dropped, so is the data, and the SYN-ACK comes again and again.
#[test]
fn o44_accept_queue_overflow() {
    tell(
        "
              open C > S +10ms
        +10ms d: lost C > S PSH-ACK \"GET\"
        +1s   resend S   #= 2/3 O44 O44 ESTABLISHED ESTABLISHED>SYN-RECEIVED 1 again=1 of=2
        +10ms C > S ACK  #= 3/3 -   -   ESTABLISHED SYN-RECEIVED>ESTABLISHED 5
        +1s   lost resend d  #= - - - ESTABLISHED ESTABLISHED - again=1 of=4
        +1s   resend S   #= 2/3 O44 O44 ESTABLISHED ESTABLISHED>SYN-RECEIVED 1 again=2 of=2
        +10ms C > S ACK  #= 3/3 -   -   ESTABLISHED SYN-RECEIVED>ESTABLISHED 8
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 O44:5 O44:8 T28:9
    ",
    );
}

// The data rides on the final ACK.
#[test]
fn o44_with_data_on_the_final_ack() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +10ms lost C > S PSH-ACK \"GET\"
        +1s   resend S  #= 2/3 O44 O44 ESTABLISHED SYN-RECEIVED 1 again=1 of=2
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 O4:3 O44:4 T28:4
    ",
    );
}

// TCP_DEFER_ACCEPT: S waits for data, and is content with it.
#[test]
fn o44_not_when_the_server_waits_for_data() {
    tell(
        "
              open C > S +10ms
        +1s   resend S   #= 2/3 -  -  ESTABLISHED ESTABLISHED>SYN-RECEIVED 1 again=1 of=2
        +10ms C > S ACK  #= 3/3 O5 O5 ESTABLISHED SYN-RECEIVED>ESTABLISHED 4
        +1s   C > S PSH-ACK \"GET\"
        +10ms S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 O5:5 T28:7
    ",
    );
}

// The ACK alone was lost; the first data has only just passed the SYN-ACK that comes for it.
#[test]
fn o44_not_when_the_data_is_still_on_its_way() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +10ms lost C > S ACK
        +985ms C > S PSH-ACK \"GET\"
        +5ms  cross resend S  #= 2/3 -  -  ESTABLISHED ESTABLISHED>SYN-RECEIVED 1 again=1 of=2
        +10ms C > S ACK       #= 3/3 O5 O5 ESTABLISHED SYN-RECEIVED>ESTABLISHED 5
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}
