//! E1 to E3: is the peer still there?

use super::tell;

#[test]
fn e1_keep_alive_probe_and_answer() {
    tell(
        "
               open C > S
        +10ms  C > S PSH-ACK \"hello\"
        +10ms  S > C ACK
        +75s   C > S ACK seq=-1  #= - E1 E1 ESTABLISHED ESTABLISHED - phase=transfer seq=5
        +10ms  S > C ACK         #= - E1 E1 ESTABLISHED ESTABLISHED 6 since=10ms
        +75s   C > S ACK seq=-1  #= - E1 E1 ESTABLISHED ESTABLISHED -
        +10ms  S > C ACK         #= - E1 E1 ESTABLISHED ESTABLISHED 8 since=10ms
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 E1:6 E1:7 E1:8 E1:9 T28:9
        #: 0 bytes 5 0
        #: 0 again 0 0
    ",
    );
}

// RFC 1122 4.2.3.6: older hosts send a byte, of any value, that the peer has acknowledged before.
#[test]
fn e1_with_a_byte_is_no_retransmission() {
    tell(
        "
               open C > S
        +10ms  C > S PSH-ACK \"hello\"
        +10ms  S > C ACK
        +2min  C > S ACK seq=-1 hex=00  #= - E1 E1 ESTABLISHED ESTABLISHED - again=- of=-
        +10ms  S > C ACK                #= - E1 E1 ESTABLISHED ESTABLISHED 6
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 bytes 5 0
        #: 0 again 0 0
    ",
    );
}

// Nothing was ever sent: the number before the first byte is the SYN's.
#[test]
fn e1_before_any_data() {
    tell(
        "
               open C > S
        +1s    S > C ACK seq=-1 hex=00  #= - E1 E1 ESTABLISHED ESTABLISHED - seq=0
        +10ms  C > S ACK                #= - E1 E1 ESTABLISHED ESTABLISHED 4
        +10ms  S > C PSH-ACK \"hello\"  #= - -  -  ESTABLISHED ESTABLISHED - seq=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 bytes 0 5
    ",
    );
}

#[test]
fn e1_probes_do_not_end_an_idle_time() {
    tell(
        "
               open C > S
        +10ms  C > S PSH-ACK \"hello\"
        +10ms  S > C ACK
        +30s   C > S ACK seq=-1
        +10ms  S > C ACK
        +990ms S > C FIN-ACK
        +10ms  C > S FIN-ACK
        +10ms  S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment responder idle-timeout/likely certain 8,9,10
        #: 0 idle 31s
    ",
    );
}

#[test]
fn e1_not_too_soon_after_news() {
    tell(
        "
               open C > S
        +10ms  C > S PSH-ACK \"hello\"
        +10ms  S > C ACK
        +999ms C > S ACK seq=-1  #= - - - ESTABLISHED ESTABLISHED -
        +10ms  S > C ACK         #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// The last byte was never acknowledged: it is sent again in earnest.
#[test]
fn e1_not_while_the_byte_is_unacknowledged() {
    tell(
        "
               open C > S
        +10ms  lost C > S PSH-ACK \"x\"
        +3s    resend C          #= - - - ESTABLISHED ESTABLISHED - again=1 of=4
        +10ms  S > C ACK         #= - - - ESTABLISHED ESTABLISHED 5
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 again 1 0
    ",
    );
}

#[test]
fn e1_not_for_an_ack_at_the_next_number() {
    tell(
        "
               open C > S
        +10s   C > S ACK         #= - - - ESTABLISHED ESTABLISHED -
        +10s   C > S ACK seq=-2  #= - - - ESTABLISHED ESTABLISHED -
        +10s   S > C ACK         #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn e2_keep_alive_failure() {
    tell("
               open C > S
        +60s   lost C > S ACK seq=-1  #= - E1 E1 ESTABLISHED ESTABLISHED -
        +1s    lost C > S ACK seq=-1
        +1s    lost C > S ACK seq=-1
        +1s    C > S RST-ACK          #= - E2 E2,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED - close=reset/initiator
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator keep-alive-dead/likely certain 7 reset=initiator
        #: 0 rules O1:1 O2:2 O3:3 E1:4 E1:5 E1:6 E2:7 T14:7
        #: 0 idle 63s
    ");
}

#[test]
fn e2_given_up_in_silence_is_timed_out() {
    tell(
        "
        host X 10.0.0.9:50000
               open C > S
        +60s   lost C > S ACK seq=-1
        +1s    lost C > S ACK seq=-1
        +1s    lost C > S ACK seq=-1
        +2s    X > S SYN
        #: 0 handshake complete certain 1,2,3
        #: 0 close timed-out nobody keep-alive-dead/likely likely 4,6
        #: 0 rules O1:1 O2:2 O3:3 E1:4 E1:5 E1:6 E2:6
        #: 1 handshake pending certain 7
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// Copies of a probe that nothing tells from it, without identification and timestamps, are no further tries.
#[test]
fn e2_not_for_probes_at_one_time() {
    tell(
        "
               open C > S
        +60s   lost C > S ACK seq=-1
        +0ms   lost C > S ACK seq=-1
        +0ms   lost C > S ACK seq=-1
        +1s    C > S RST-ACK  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator idle-timeout/likely certain 7 reset=initiator
    ",
    );
}

// The next probe may still come.
#[test]
fn e2_not_before_the_next_probe_is_overdue() {
    tell(
        "
        host X 10.0.0.9:50000
                open C > S
        +60s    lost C > S ACK seq=-1
        +1s     lost C > S ACK seq=-1
        +1s     lost C > S ACK seq=-1
        +1999ms X > S SYN
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 1 handshake pending certain 7
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn e2_not_after_two_probes_or_an_answer() {
    tell(
        "
               open C > S
        +60s   lost C > S ACK seq=-1
        +1s    lost C > S ACK seq=-1
        +1s    C > S RST-ACK  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator idle-timeout/likely certain 6 reset=initiator
    ",
    );
    tell(
        "
               open C > S
        +60s   lost C > S ACK seq=-1
        +1s    C > S ACK seq=-1
        +10ms  S > C ACK              #= - E1 E1 ESTABLISHED ESTABLISHED 5
        +1s    lost C > S ACK seq=-1
        +1s    lost C > S ACK seq=-1
        +1s    C > S RST-ACK          #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator idle-timeout/likely certain 9 reset=initiator
    ",
    );
}

// Another clock than that of a keep-alive timer.
#[test]
fn e2_not_at_uneven_intervals() {
    tell(
        "
               open C > S
        +60s   lost C > S ACK seq=-1
        +1s    lost C > S ACK seq=-1
        +7s    lost C > S ACK seq=-1
        +1s    C > S RST-ACK  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator idle-timeout/likely certain 7 reset=initiator
    ",
    );
}

// The host came up again and knows nothing: RFC 9293 3.10.7.1.
#[test]
fn e3_keep_alive_answered_by_rst() {
    tell(
        "
               open C > S
        +10ms  C > S PSH-ACK \"hello\"
        +10ms  S > C ACK
        +60s   C > S ACK seq=-1
        +10ms  S > C RST  #= - E3 E3,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED - close=reset/responder
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder peer-lost-state/likely certain 7 reset=responder
        #: 0 rules O1:1 O2:2 O3:3 E1:6 E3:7 T14:7
    ",
    );
}

// The probe was answered; the reset is about something else.
#[test]
fn e3_not_when_the_probe_was_answered() {
    tell(
        "
               open C > S
        +60s   C > S ACK seq=-1
        +10ms  S > C ACK
        +10ms  S > C RST  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder idle-timeout/likely certain 6 reset=responder
    ",
    );
}

// A host that knows the connection puts an ACK into its RST.
#[test]
fn e3_not_when_the_rst_acknowledges() {
    tell(
        "
               open C > S
        +60s   C > S ACK seq=-1
        +10ms  S > C RST-ACK  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder idle-timeout/likely certain 5 reset=responder
    ",
    );
}
