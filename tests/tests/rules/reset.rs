//! T14 to T17: resets, which of them count, and why they were sent.

use super::tell;

#[test]
fn t14_abort_by_rst() {
    tell("
               open C > S
        +10ms  C > S PSH-ACK \"hello\"
        +10ms  S > C ACK
        +100ms C > S RST-ACK  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED - phase=teardown close=reset/initiator
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator aborted-by-application/likely certain 6 reset=initiator
        #: 0 rules O1:1 O2:2 O3:3 T14:6
    ");
}

#[test]
fn t14_with_data_in_flight_towards_the_resetter_is_unread_data() {
    tell(
        "
               open C > S
        +10ms  C > S PSH-ACK \"hello\"
        +10ms  S > C RST-ACK  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED - close=reset/responder
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder unread-data/likely certain 5 reset=responder
    ",
    );
}

// The kernel acknowledges, the application closes without reading: less than a millisecond lies between.
#[test]
fn t14_just_after_the_ack_is_unread_data() {
    tell(
        "
               open C > S
        +10ms  C > S PSH-ACK \"hello\"
               S > C ACK
        +0.9ms S > C RST-ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder unread-data/likely certain 6 reset=responder
    ",
    );
    tell(
        "
               open C > S
        +10ms  C > S PSH-ACK \"hello\"
               S > C ACK
        +1ms   S > C RST-ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder aborted-by-application/likely certain 6 reset=responder
    ",
    );
}

// The data in flight is the resetter's own.
#[test]
fn t14_with_own_data_in_flight_is_no_unread_data() {
    tell(
        "
               open C > S
        +10ms  S > C PSH-ACK \"hello\"
        +10ms  S > C RST-ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder aborted-by-application/likely likely 5 reset=responder
    ",
    );
}

#[test]
fn t14_not_when_a_fin_came_before() {
    tell(
        "
               open C > S
        +10ms  C > S FIN-ACK
        +10ms  S > C RST-ACK  #= - T16 T16 FIN-WAIT-1>CLOSED ESTABLISHED>CLOSED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset initiator aborted-by-application/likely certain 4,5 reset=responder
    ",
    );
}

// close() while the peer is still sending: its data is answered by a reset.
#[test]
fn t15_own_fin_then_rst_for_late_data() {
    tell("
               open C > S
        +10ms  S > C FIN-ACK
        +10ms  C > S ACK
        +10ms  C > S PSH-ACK \"late\"  #= - T8  T8  CLOSE-WAIT FIN-WAIT-2 -
        +10ms  S > C RST              #= - T15 T15 CLOSE-WAIT>CLOSED FIN-WAIT-2>CLOSED - phase=teardown close=fin-then-reset/responder
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset responder late-data/likely certain 4,5,7 reset=responder
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T2:5 T8:6 T15:7
    ");
}

#[test]
fn t15_own_fin_then_rst_for_no_reason() {
    tell(
        "
               open C > S
        +10ms  C > S FIN-ACK
        +10ms  S > C ACK
        +100ms C > S RST-ACK  #= - T15 T15 FIN-WAIT-2>CLOSED CLOSE-WAIT>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset initiator aborted-by-application/likely certain 4,5,6 reset=initiator
    ",
    );
}

// Data that came before the FIN is not late.
#[test]
fn t15_not_for_late_data_when_the_data_came_before_the_fin() {
    tell(
        "
               open C > S
        +10ms  C > S PSH-ACK \"hello\"
        +10ms  S > C ACK
        +10ms  S > C FIN-ACK
        +10ms  C > S ACK
        +100ms S > C RST  #= - T15 T15 CLOSE-WAIT>CLOSED FIN-WAIT-2>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset responder aborted-by-application/likely certain 6,7,8 reset=responder
    ",
    );
}

// All at one time: the order of the capture tells.
#[test]
fn t15_not_for_late_data_when_the_data_came_just_before_the_fin() {
    tell(
        "
               open C > S
               C > S PSH-ACK \"hello\"
               S > C FIN-ACK
               S > C RST
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset responder unread-data/likely likely 5,6 reset=responder
    ",
    );
}

// It ends the TIME-WAIT (RFC 9293 3.10.7.4, second), not the connection.
#[test]
fn t15_not_when_both_fins_were_acknowledged() {
    tell(
        "
               open C > S
        +10ms  close C > S +10ms
        +10ms  S > C RST  #= - - - TIME-WAIT>CLOSED CLOSED - phase=closed close=-
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,6,7
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T2:5 T3:6 T4:7
    ",
    );
}

#[test]
fn t16_fin_answered_by_rst() {
    tell("
               open C > S
        +10ms  C > S FIN-ACK
        +10ms  S > C RST-ACK  #= - T16 T16 FIN-WAIT-1>CLOSED ESTABLISHED>CLOSED 4 since=10ms close=fin-then-reset/initiator
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset initiator aborted-by-application/likely certain 4,5 reset=responder
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T16:5
    ");
}

#[test]
fn t16_after_the_fin_was_acknowledged() {
    tell(
        "
               open C > S
        +10ms  C > S FIN-ACK
        +10ms  S > C ACK
        +10ms  S > C RST-ACK  #= - T16 T16 FIN-WAIT-2>CLOSED CLOSE-WAIT>CLOSED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset initiator aborted-by-application/likely certain 4,5,6 reset=responder
    ",
    );
}

#[test]
fn t16_not_when_the_resetter_sent_a_fin_too() {
    tell(
        "
               open C > S
        +10ms  C > S FIN-ACK
        +10ms  S > C FIN-ACK
        +10ms  S > C RST-ACK  #= - T15 T15 FIN-WAIT-1>CLOSED LAST-ACK>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset initiator aborted-by-application/likely likely 4,5,6 reset=responder
    ",
    );
}

#[test]
fn t17_rst_outside_the_window() {
    for seq in ["+64240", "+1000000", "-1", "-1000"] {
        tell(&format!(
            "       open C > S
            +10ms  forged S > C RST seq={seq}  #= - T17 T17 ESTABLISHED ESTABLISHED - phase=transfer close=-
            +10ms  C > S PSH-ACK \"alive\"     #= - -   -   ESTABLISHED ESTABLISHED -
            #: 0 handshake complete certain 1,2,3
            #: 0 close open nobody unknown/guess certain -
            #: 0 rules O1:1 O2:2 O3:3 T17:4 T28:5"
        ));
    }
}

// RFC 5961 3.2: inside the window, but not the expected number, is answered by a challenge ACK and does nothing.
#[test]
fn t17_challenged_rst_in_the_window_does_not_close() {
    tell(
        "
               open C > S
        +10ms  forged S > C RST seq=+1000  #= - T17 T17 ESTABLISHED ESTABLISHED -
        +1ms   C > S ACK                   #= - E6  E6  ESTABLISHED ESTABLISHED 4
        +10s   S > C PSH-ACK \"alive\"
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// Silence of 3 s after it says that it was accepted: a guess.
#[test]
fn t17_unchallenged_rst_in_the_window_is_guessed_to_close() {
    tell(
        "
        host X 10.0.0.9:50000
               open C > S
        +10ms  forged S > C RST seq=+1000
        +3s    X > S SYN
        #: 0 rules O1:1 O2:2 O3:3 T17:4 T14:4
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder aborted-by-application/guess guess 4 reset=responder
        #: 1 handshake pending certain 5
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

/// The first RST may have been exact, and only the data before it missing from the capture: then the FIN came after
/// the end, and the last RST ended nothing.
#[test]
fn t17_unchallenged_rst_leaves_a_doubt_about_the_next_one() {
    tell(
        "
               open C > S
        +10ms  S > C RST-ACK seq=+100
        +10ms  C > S FIN-ACK
        +10ms  S > C RST
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset initiator aborted-by-application/likely likely 5,6 reset=responder
    ",
    );
}

/// Challenged, it ended nothing for certain.
#[test]
fn t17_challenged_rst_leaves_no_doubt_about_the_next_one() {
    tell(
        "
               open C > S
        +10ms  forged S > C RST-ACK seq=+100
        +1ms   C > S ACK  #= - E6 E6 ESTABLISHED ESTABLISHED 4
        +10ms  C > S FIN-ACK
        +10ms  S > C RST
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset initiator aborted-by-application/likely certain 6,7 reset=responder
    ",
    );
}

#[test]
fn t17_unchallenged_rst_in_the_window_at_the_end_says_nothing() {
    tell(
        "
        host X 10.0.0.9:50000
                open C > S
        +10ms   forged S > C RST seq=+1000
        +2999ms X > S SYN
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 1 handshake pending certain 5
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// Between what its receiver acknowledged and what its sender sent, a RST is exact for all an observer knows.
#[test]
fn t17_not_between_ack_and_next() {
    for seq in ["-5", "+0", "-3"] {
        tell(&format!(
            "       open C > S
            +10ms  S > C PSH-ACK \"hello\"
            +10ms  S > C RST-ACK seq={seq}  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
            #: 0 handshake complete certain 1,2,3
            #: 0 close reset responder aborted-by-application/likely likely 5 reset=responder"
        ));
    }
}

// The window is scaled only where both sides offered to.
#[test]
fn t17_counts_the_scaled_window() {
    tell(
        "
               C > S SYN ws=7
        +10ms  S > C SYN-ACK ws=7
        +10ms  C > S ACK win=1000
        +10ms  forged S > C RST seq=+127999  #= - T17 T17 ESTABLISHED ESTABLISHED -
        +10ms  C > S ACK win=1000            #= - E6  E6  ESTABLISHED ESTABLISHED 4
        +10ms  forged S > C RST seq=+128000  #= - T17 T17 ESTABLISHED ESTABLISHED -
        +10ms  C > S ACK win=1000            #= - -   -   ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}
