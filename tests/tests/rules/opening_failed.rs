//! O15, O16, O19, and the verdicts of attempts that came to nothing.

use super::tell;

#[test]
fn o15_refused() {
    tell("
              C > S SYN
        +10ms S > C RST-ACK seq=0  #= - O15 O15 SYN-SENT>CLOSED LISTEN>CLOSED 1 since=10ms phase=handshake close=not-opened/responder
        #: 0 handshake refused certain 1,2
        #: 0 close not-opened responder port-closed/likely certain 2
        #: 0 rtt - -
        #: 0 isn 1000 -
        #: 0 rules O1:1 O15:2
    ");
}

// The SYN carried data: the refusal may acknowledge it as well.
#[test]
fn o15_acknowledges_the_data_of_the_syn() {
    tell(
        "
              C > S SYN tfo=0102030405060708 \"GET\"
        +10ms S > C RST-ACK seq=0 ack=isn+4  #= - O15 O15 SYN-SENT>CLOSED LISTEN>CLOSED 1
        #: 0 handshake refused certain 1,2
        #: 0 close not-opened responder port-closed/likely certain 2
    ",
    );
}

#[test]
fn o15_not_when_the_rst_does_not_acknowledge_the_syn() {
    for (rst, rule, answers) in [
        ("RST-ACK ack=isn", "T17", "-"),
        ("RST-ACK ack=isn+2", "T17", "-"),
        ("RST", "O18", "1"),
    ] {
        tell(&format!(
            "      C > S SYN
            +10ms forged S > C {rst}  #= - {rule} {rule} SYN-SENT LISTEN {answers} phase=handshake
            +10ms S > C SYN-ACK       #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1
            +10ms C > S ACK
            #: 0 handshake complete certain 1,3,4
            #: 0 close open nobody unknown/guess certain -"
        ));
    }
}

// The same attempt with the same number, once more after the refusal: still one connection, still refused.
#[test]
fn refused_and_tried_again_with_the_same_number() {
    tell(
        "
               C > S SYN
        +1ms   S > C RST-ACK seq=0
        +500ms resend C             #= 1/3 O6 O6 CLOSED>SYN-SENT CLOSED - conn=0 again=1 phase=handshake
        +1ms   S > C RST-ACK seq=0  #= - O15 O15 SYN-SENT>CLOSED CLOSED 3
        +500ms resend C             #= 1/3 O6 O6 CLOSED>SYN-SENT CLOSED - conn=0 again=2
        #: 0 handshake refused certain 1,4
        #: 0 close not-opened responder port-closed/likely certain 4
        #: 0 rules O1:1 O15:2 O6:3 O15:4 O6:5
    ",
    );
}

#[test]
fn refused_and_accepted_at_the_second_try() {
    tell(
        "
               C > S SYN
        +1ms   S > C RST-ACK seq=0
        +500ms resend C
        +1ms   S > C SYN-ACK  #= 2/3 O2 O2 SYN-SENT             CLOSED>SYN-RECEIVED      3
        +1ms   C > S ACK      #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 4
        #: 0 handshake complete certain 1,4,5
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o16_no_answer() {
    tell(
        "
              C > S SYN
        +1s   resend C
        +2s   resend C
        #: 0 handshake no-answer certain 1
        #: 0 close not-opened nobody unknown/guess certain -
        #: 0 rules O1:1 O6:2 O6:3 O16:3
    ",
    );
}

// Silence is measured to the last frame of the capture, whosever it is.
#[test]
fn o16_by_silence_of_a_second() {
    tell(
        "
        host X 10.0.0.9:50000
             C > S SYN
        +1s  X > S SYN
        #: 0 handshake no-answer certain 1
        #: 0 close not-opened nobody unknown/guess certain -
        #: 0 rules O1:1 O16:1
        #: 1 handshake pending certain 2
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o16_not_when_the_capture_ends_too_early() {
    tell(
        "
        host X 10.0.0.9:50000
               C > S SYN
        +999ms X > S SYN
        #: 0 handshake pending certain 1
        #: 0 close not-opened nobody unknown/guess certain -
        #: 0 rules O1:1
        #: 1 handshake pending certain 2
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// Any answer is an answer, even one that does not open anything.
#[test]
fn o16_not_when_anything_came_back() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK ack=isn+5000
        +2s   resend C
        #: 0 handshake bad-ack certain 1,2
        #: 0 close not-opened nobody unknown/guess certain -
        #: 0 rules O1:1 O34:2 O6:3
    ",
    );
}

// The responder opened passively: RFC 9293 3.10.7.4 sends it back to LISTEN (figure 8, line 5).
#[test]
fn o19_initiator_aborts_after_the_syn_ack() {
    tell(
        "
               C > S SYN mss=1460 sackok ts=1:0 ws=7
        +10ms  S > C SYN-ACK
        +200ms C > S RST  #= - O19 O19 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 2 phase=handshake
        #: 0 handshake aborted certain 1,2,3
        #: 0 close not-opened initiator unknown/guess certain 3
        #: 0 rtt 10ms -
        #: 0 rules O1:1 O2:2 O19:3
    ",
    );
}

#[test]
fn o19_initiator_aborts_before_any_answer() {
    tell(
        "
               C > S SYN
        +200ms C > S RST  #= - O19 O19 SYN-SENT>CLOSED LISTEN - phase=handshake
        #: 0 handshake aborted certain 1,2
        #: 0 close not-opened initiator unknown/guess certain 2
        #: 0 rules O1:1 O19:2
    ",
    );
}

/// An ACK of the initiator says that a SYN-ACK came, which the capture does not hold: here a keep-alive probe.
#[test]
fn o19_is_only_likely_where_the_initiator_had_acknowledged() {
    tell(
        "
                    C > S SYN
        +10ms  drop S > C SYN-ACK
        +10ms       C > S ACK seq=isn+0
        +200ms      C > S RST
        #: 0 handshake aborted likely 1,3
        #: 0 close not-opened initiator unknown/guess likely 3
    ",
    );
}

/// An ACK alone of the responder says that it was in ESTABLISHED: the final ACK is missing from the capture.
#[test]
fn o19_is_only_likely_where_the_responder_had_gone_on() {
    tell(
        "
                    C > S SYN
        +10ms       S > C SYN-ACK
        +10ms  drop C > S ACK
        +10ms       S > C ACK
        +200ms      C > S RST
        #: 0 handshake aborted likely 1,2,4
        #: 0 close not-opened initiator unknown/guess likely 4
    ",
    );
}

/// Who refuses a SYN sends no ACK alone: the handshake is perhaps missing from the capture.
#[test]
fn o15_is_only_likely_where_an_ack_was_seen() {
    tell(
        "
                    C > S SYN
        +10ms  drop S > C SYN-ACK
        +10ms  drop C > S ACK
        +10ms       S > C ACK seq=isn+0
        +200ms      S > C RST-ACK
        #: 0 handshake refused likely 1,3
        #: 0 close not-opened responder port-closed/likely likely 3
    ",
    );
}

#[test]
fn o19_not_when_the_handshake_was_complete() {
    tell(
        "
               open C > S +10ms
        +200ms C > S RST-ACK  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED - phase=teardown
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator aborted-by-application/likely certain 4 reset=initiator
    ",
    );
}

#[test]
fn o19_not_when_the_number_is_another() {
    tell(
        "
               C > S SYN
        +10ms  S > C SYN-ACK
        +10ms  forged C > S RST seq=+7  #= - T17 T17 SYN-SENT SYN-RECEIVED -
        +10ms  C > S ACK
        #: 0 handshake complete certain 1,2,4
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn half_open_when_the_syn_ack_is_never_acknowledged() {
    tell(
        "
               C > S SYN
        +10ms  S > C SYN-ACK
        +1s    resend S
        #: 0 handshake half-open certain 1,2
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn half_open_not_before_a_second_has_passed() {
    tell(
        "
        host X 10.0.0.9:50000
               C > S SYN
        +500ms S > C SYN-ACK
        +999ms X > S SYN
        #: 0 handshake pending certain 1,2
        #: 0 close not-opened nobody unknown/guess certain -
        #: 1 handshake pending certain 3
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn half_open_at_once_when_the_responder_gives_up() {
    tell(
        "
               C > S SYN
        +10ms  S > C SYN-ACK
        +100ms S > C RST
        #: 0 handshake half-open certain 1,2,3
        #: 0 close not-opened responder unknown/guess certain 3
    ",
    );
}
