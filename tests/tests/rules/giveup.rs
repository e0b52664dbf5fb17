//! T20: sent again until nobody believes in it any more.

use super::tell;

#[test]
fn t20_given_up_after_retransmissions() {
    tell(
        "
               open C > S
        +10ms  lost C > S PSH-ACK len=100
        +1s    lost resend C
        +2s    lost resend C
        +4s    lost resend C
        +8s    C > S RST-ACK  #= - T20 T14,T20 ESTABLISHED>CLOSED ESTABLISHED>CLOSED - close=reset/initiator
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator retransmission-give-up/likely likely 8 reset=initiator
        #: 0 rules O1:1 O2:2 O3:3 T14:8 T20:8
    ",
    );
}

#[test]
fn t20_in_silence_is_timed_out() {
    tell(
        "
        host X 10.0.0.9:50000
               open C > S
        +10ms  lost C > S PSH-ACK len=100
        +1s    lost resend C
        +2s    lost resend C
        +4s    lost resend C
        +12s   X > S SYN
        #: 0 handshake complete certain 1,2,3
        #: 0 close timed-out nobody retransmission-give-up/likely likely 4,7
        #: 0 rules O1:1 O2:2 O3:3 T20:7
        #: 1 handshake pending certain 8
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// LAST-ACK for ever: the peer is gone.
#[test]
fn t20_of_a_fin() {
    tell(
        "
        host X 10.0.0.9:50000
               open C > S
        +10ms  lost C > S FIN-ACK
        +1s    lost resend C  #= 1/4 T9 T9 FIN-WAIT-1 ESTABLISHED - again=1
        +2s    lost resend C
        +4s    lost resend C
        +1min  X > S SYN
        #: 0 handshake complete certain 1,2,3
        #: 0 close timed-out nobody retransmission-give-up/likely likely 4,7
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T9:5 T9:6 T9:7 T20:7
        #: 1 handshake pending certain 8
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn t20_not_while_the_next_one_may_come() {
    tell(
        "
        host X 10.0.0.9:50000
                 open C > S
        +10ms    lost C > S PSH-ACK len=100
        +1s      lost resend C
        +2s      lost resend C
        +4s      lost resend C
        +11999ms X > S SYN
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 1 handshake pending certain 8
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn t20_not_after_two_nor_when_it_was_acknowledged() {
    tell(
        "
               open C > S
        +10ms  lost C > S PSH-ACK len=100
        +1s    lost resend C
        +2s    lost resend C
        +4s    C > S RST-ACK  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator aborted-by-application/likely likely 7 reset=initiator
    ",
    );
    tell(
        "
        host X 10.0.0.9:50000
               open C > S
        +10ms  lost C > S PSH-ACK len=100
        +1s    lost resend C
        +2s    lost resend C
        +4s    resend C
        +10ms  S > C ACK
        +1min  X > S SYN
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 1 handshake pending certain 9
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}
