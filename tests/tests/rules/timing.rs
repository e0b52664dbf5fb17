//! How long the phases took: the margin's `timing` is establish, first byte of initiator and responder, teardown;
//! its `rtt` is the round trip to the responder and to the initiator.

use super::tell;

#[test]
fn timing_of_a_whole_connection() {
    tell(
        r#"
              C > S SYN
        +30ms S > C SYN-ACK
        +2ms  C > S ACK
        +5ms  C > S PSH-ACK "hello"
        +40ms S > C PSH-ACK "world"
        +1ms  C > S ACK
        +7ms  S > C FIN-ACK
        +3ms  C > S ACK
        +20ms C > S FIN-ACK
        +30ms S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way responder application/likely certain 7,8,9,10
        #: 0 rtt 30ms 2ms
        #: 0 timing 32ms 37ms 77ms 53ms
    "#,
    );
}

#[test]
fn timing_of_a_simultaneous_open_ends_with_the_second_syn_ack() {
    tell(
        "
              C > S SYN
        +1ms  cross S > C SYN
        +10ms C > S SYN-ACK
        +4ms  S > C SYN-ACK
        #: 0 handshake simultaneous certain 1,2,3,4
        #: 0 close open nobody unknown/guess certain -
        #: 0 timing 15ms - - -
    ",
    );
}

#[test]
fn timing_of_a_lone_rst_is_0_and_behind_a_fin_counts_from_it() {
    tell(
        "
        open C > S +5ms
        +50ms C > S RST-ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator aborted-by-application/likely certain 4 reset=initiator
        #: 0 timing 10ms - - 0s
    ",
    );
    tell(
        "
        open C > S +5ms
        +50ms C > S FIN-ACK
        +9ms  S > C RST-ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset initiator aborted-by-application/likely certain 4,5 reset=responder
        #: 0 timing 10ms - - 9ms
    ",
    );
}

#[test]
fn timing_of_a_teardown_not_while_it_is_not_over() {
    tell(
        "
        open C > S +5ms
        +50ms C > S FIN-ACK
        +9ms  S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close half-closed initiator application/likely certain 4,5
        #: 0 timing 10ms - - -
    ",
    );
}

#[test]
fn timing_not_where_the_capture_began_inside() {
    tell(
        r#"
              C > S PSH-ACK "a"
        +9ms  S > C PSH-ACK "b"
        +1ms  C > S FIN-ACK
        +9ms  S > C FIN-ACK
        +1ms  C > S ACK
        #: 0 handshake unseen certain 1
        #: 0 close three-segment initiator application/likely certain 3,4,5
        #: 0 rtt - -
        #: 0 timing - - - 10ms
    "#,
    );
}

#[test]
fn timing_not_of_an_attempt_that_failed() {
    tell(
        "
              C > S SYN
        +30ms S > C RST-ACK
        #: 0 handshake refused certain 1,2
        #: 0 close not-opened responder port-closed/likely certain 2
        #: 0 rtt - -
        #: 0 timing - - - -
    ",
    );
    tell(
        "
              C > S SYN
        +30ms S > C SYN-ACK
        +1s   S > C SYN-ACK seq=isn
        #: 0 handshake half-open certain 1,2
        #: 0 close not-opened nobody unknown/guess certain -
        #: 0 rtt 30ms -
        #: 0 timing - - - -
    ",
    );
}

#[test]
fn rtt_not_where_karn_forbids_it() {
    // The SYN twice: nobody knows which of them was answered. Establishing took from the first.
    tell(
        "
        syn:  C > S SYN
        +1s   resend syn
        +30ms S > C SYN-ACK
        +2ms  C > S ACK
        #: 0 handshake complete certain 1,3,4
        #: 0 close open nobody unknown/guess certain -
        #: 0 rtt - 2ms
        #: 0 timing 1032ms - - -
    ",
    );
    // The SYN-ACK twice.
    tell(
        "
              C > S SYN
        +30ms sa: lost S > C SYN-ACK
        +1s   resend sa
        +2ms  C > S ACK
        #: 0 handshake complete certain 1,2,4
        #: 0 close open nobody unknown/guess certain -
        #: 0 rtt 30ms -
        #: 0 timing 1032ms - - -
    ",
    );
}

#[test]
fn times_not_below_0() {
    tell(
        "
              C > S SYN
        -30ms S > C SYN-ACK
        -2ms  C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rtt - -
        #: 0 timing - - - -
    ",
    );
}
