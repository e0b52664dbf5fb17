//! What was not captured: E11 and E12, and the counts of holes.

use super::tell;

#[test]
fn e12_the_ack_covers_what_was_not_captured() {
    tell(
        "
               open C > S
        +10ms  drop C > S PSH-ACK len=100
        +1ms   C > S PSH-ACK len=50  #= - -   -   ESTABLISHED ESTABLISHED -
        +10ms  S > C ACK             #= - E12 E12 ESTABLISHED ESTABLISHED 4
        +10ms  C > S PSH-ACK len=50  #= - -   -   ESTABLISHED ESTABLISHED -
        +10ms  S > C ACK             #= - -   -   ESTABLISHED ESTABLISHED 6
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 E12:5 T28:7
        #: 0 gaps 1 0
        #: 0 gap-bytes 100 0
        #: 0 bytes 200 0
    ",
    );
}

// Until its sender goes on, the acknowledgement may have been captured before its data.
#[test]
fn e12_its_sender_goes_on_behind_what_was_acknowledged() {
    for next in ["PSH-ACK len=50", "ACK"] {
        tell(&format!(
            "
                   open C > S
            +10ms  drop C > S PSH-ACK len=100
            +10ms  S > C ACK     #= - -   -   ESTABLISHED ESTABLISHED -
            +10ms  C > S {next}  #= - E12 E12 ESTABLISHED ESTABLISHED -
            #: 0 handshake complete certain 1,2,3
            #: 0 close open nobody unknown/guess certain -
            #: 0 rules O1:1 O2:2 O3:3 E12:5 T28:5
            #: 0 gaps 1 0
            #: 0 gap-bytes 100 0"
        ));
    }
}

#[test]
fn e12_once_for_each_hole() {
    tell(
        "
               open C > S
        +10ms  drop S > C PSH-ACK len=100
        +1ms   S > C PSH-ACK len=50
        +1ms   drop S > C PSH-ACK len=100
        +1ms   S > C PSH-ACK len=50
        +10ms  C > S ACK ack=isn+151  #= - E12 E12 ESTABLISHED ESTABLISHED 4
        +10ms  C > S ACK              #= - E12 E12 ESTABLISHED ESTABLISHED 5
        +10ms  C > S ACK              #= - -   -   ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 E12:6 E12:7 T28:8
        #: 0 gaps 0 2
        #: 0 gap-bytes 0 200
    ",
    );
}

#[test]
fn e12_before_the_fin() {
    tell(
        "
               open C > S
        +10ms  drop C > S PSH-ACK len=100
        +1ms   C > S FIN-ACK  #= 1/4 T1 T1,T11  ESTABLISHED>FIN-WAIT-1 ESTABLISHED            -
        +10ms  S > C ACK      #= 2/4 T2 E12,T2  FIN-WAIT-1>FIN-WAIT-2  ESTABLISHED>CLOSE-WAIT 4
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 4,5
        #: 0 gaps 1 0
        #: 0 gap-bytes 100 0
    ",
    );
}

// The network lost it, so its receiver waits until it comes once more.
#[test]
fn e12_not_when_the_network_lost_it() {
    tell(
        "
               open C > S
        a:     drop lost C > S PSH-ACK len=100
        +1ms   C > S PSH-ACK len=50   #= - - - ESTABLISHED ESTABLISHED -
        +10ms  S > C ACK              #= - - - ESTABLISHED ESTABLISHED -
        +200ms resend a               #= - - - ESTABLISHED ESTABLISHED -
        +10ms  S > C ACK              #= - - - ESTABLISHED ESTABLISHED 4
        +10ms  C > S PSH-ACK len=50   #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:8
        #: 0 gaps 0 0
        #: 0 gap-bytes 0 0
    ",
    );
}

// Sent again in smaller pieces, the hole is filled bit by bit; what is never sent again stays one.
#[test]
fn e12_not_when_it_is_not_acknowledged() {
    tell(
        "
               open C > S
               drop lost C > S PSH-ACK len=100
        +1ms   C > S PSH-ACK len=50
        +10ms  S > C ACK
        +200ms C > S PSH-ACK seq=isn+1 len=40
        +10ms  S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:7
        #: 0 gaps 1 0
        #: 0 gap-bytes 60 0
    ",
    );
}

// Two capture points: the acknowledgement comes before its data.
#[test]
fn e12_not_when_the_ack_is_captured_before_its_data() {
    tell(
        "
               open C > S
        a:     late C > S PSH-ACK len=100
        +1ms   S > C ACK ack=+100
        +0.2ms arrive a
        +1ms   C > S PSH-ACK len=50
        +1ms   S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:7
        #: 0 gaps 0 0
    ",
    );
}

// Asymmetric routes: what S did, C's acknowledgements tell.
#[test]
fn e11_only_the_initiator_is_captured() {
    tell(
        "
               C > S SYN
        +10ms  drop S > C SYN-ACK
        +10ms  C > S ACK                 #= 3/3 O3 O3 SYN-SENT>ESTABLISHED LISTEN>ESTABLISHED -
        +1ms   C > S PSH-ACK len=100
        +10ms  drop S > C PSH-ACK len=500
        +10ms  C > S ACK                 #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete likely 1,2
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O3:2 E11:4 T28:4
        #: 0 bytes 100 500
        #: 0 gaps 0 1
        #: 0 gap-bytes 0 500
    ",
    );
}

#[test]
fn e11_only_the_initiator_is_captured_to_its_close() {
    tell(
        "
               C > S SYN
        +10ms  drop S > C SYN-ACK
        +10ms  C > S ACK
        +1ms   C > S PSH-ACK len=100
        +10ms  drop S > C PSH-ACK len=500
        +10ms  C > S FIN-ACK             #= 1/4 T1 T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED - close=half-closed/initiator
        +10ms  drop S > C FIN-ACK
        +10ms  C > S ACK                 #= - - - FIN-WAIT-1 ESTABLISHED - close=four-way/initiator
        #: 0 handshake complete likely 1,2
        #: 0 close four-way initiator application/likely likely 4,5
        #: 0 rules O1:1 O3:2 T1:4 E11:5
        #: 0 bytes 100 500
        #: 0 gap-bytes 0 500
    ",
    );
}

// S closes first, and the last ACK is S's: that one cannot be known.
#[test]
fn e11_only_the_initiator_is_captured_and_closes_last() {
    tell(
        "
               C > S SYN
        +10ms  drop S > C SYN-ACK
        +10ms  C > S ACK
        +1ms   C > S PSH-ACK len=100
        +10ms  drop S > C PSH-ACK len=500
        +10ms  C > S ACK
        +10ms  drop S > C FIN-ACK
        +10ms  C > S ACK
        +10ms  C > S FIN-ACK
        +10ms  drop S > C ACK
        #: 0 handshake complete likely 1,2
        #: 0 close closing responder application/likely likely 5,6
        #: 0 bytes 100 500
    ",
    );
}

#[test]
fn e11_only_the_responder_is_captured() {
    tell(
        "
               drop C > S SYN
        +10ms  S > C SYN-ACK
        +10ms  drop C > S ACK
        +1ms   drop C > S PSH-ACK len=100
        +10ms  S > C PSH-ACK len=500
        +10ms  drop C > S PSH-ACK len=100
        +10ms  S > C ACK
        +10ms  S > C FIN-ACK
        +10ms  drop C > S FIN-ACK
        +10ms  S > C ACK
        #: 0 from 40000
        #: 0 handshake complete likely 1
        #: 0 close four-way responder application/likely likely 4,5
        #: 0 rules O2:1 O5:2 T1:4 E11:5
        #: 0 bytes 200 500
        #: 0 gaps 1 0
        #: 0 gap-bytes 200 0
    ",
    );
}

// For two seconds, and then something comes after all.
#[test]
fn e11_for_two_seconds() {
    tell(
        "
               C > S SYN
        +10ms  drop S > C SYN-ACK
        +10ms  C > S ACK
        +1s    drop S > C PSH-ACK len=500
        +10ms  C > S ACK
        +980ms S > C PSH-ACK len=500     #= - E11 E11 ESTABLISHED ESTABLISHED -
        #: 0 handshake complete likely 1,2
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O3:2 E11:4 T28:4
    ",
    );
}

#[test]
fn e11_not_when_only_a_part_of_one_side_is_missing() {
    tell(
        "
               C > S SYN
        +10ms  drop S > C SYN-ACK
        +10ms  C > S ACK
        +10ms  drop S > C PSH-ACK len=500
        +10ms  C > S ACK
        +1s    S > C PSH-ACK len=500
        #: 0 handshake complete likely 1,2
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O3:2 T28:4
    ",
    );
}

// The other side is silent: nothing of it was ever acknowledged but its SYN.
#[test]
fn e11_not_when_the_acks_do_not_move() {
    tell(
        "
               C > S SYN
        +10ms  drop S > C SYN-ACK
        +10ms  C > S ACK
        +1ms   C > S PSH-ACK len=100
        +1s    C > S PSH-ACK len=100
        #: 0 handshake complete likely 1,2
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O3:2 T28:4
    ",
    );
}
