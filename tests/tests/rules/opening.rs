//! O1 to O9: openings that succeed, and what is sent again on the way.

use synfin::Rule;

use super::tell;

#[test]
fn o1_syn() {
    tell(
        "
        C > S SYN  #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - phase=handshake conn=0 by=initiator
        #: 0 handshake pending certain 1
        #: 0 close not-opened nobody unknown/guess certain -
        #: 0 rules O1:1
    ",
    );
}

#[test]
fn o1_not_when_the_syn_comes_with_fin_or_rst() {
    for (flags, frames) in [("SYN-FIN", "1"), ("SYN-RST", "-")] {
        let told = tell(&format!(
            "C > S {flags}
             #: 0 handshake none likely {frames}
             #: 0 close not-opened nobody unknown/guess likely -"
        ));
        assert!(
            !told.packets[0].rules.contains(Rule::O1) && told.packets[0].step.is_none(),
            "{flags}"
        );
    }
}

#[test]
fn o2_syn_ack() {
    tell("
              C > S SYN mss=1460 ws=7 sackok ts=1:0
        +30ms S > C SYN-ACK mss=1400 ts=9:1  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1 since=30ms by=responder
        +1ms  C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 rtt 30ms 1ms
        #: 0 close open nobody unknown/guess certain -
    ");
}

// With data in the SYN the answer may acknowledge it, as far as it goes.
#[test]
fn o2_acknowledges_the_data_of_the_syn() {
    tell(
        "
              C > S SYN tfo=0102030405060708 \"GET\"
        +10ms S > C SYN-ACK ack=isn+4  #= 2/3 O2 O2,O25 SYN-SENT         LISTEN>SYN-RECEIVED      1
        +10ms C > S ACK                #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2 seq=4
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 bytes 3 0
    ",
    );
}

#[test]
fn o2_not_when_it_acknowledges_another_number() {
    for ack in ["isn+2", "isn", "isn+100000"] {
        tell(&format!(
            "      C > S SYN
            +10ms S > C SYN-ACK ack={ack}  #= - O34 O34 SYN-SENT LISTEN -
            #: 0 handshake bad-ack certain 1,2
            #: 0 close not-opened nobody unknown/guess certain -
            #: 0 rules O1:1 O34:2"
        ));
    }
}

#[test]
fn o3_ack_of_the_syn_ack() {
    tell("
        open C > S +5ms   #= 1/3 O1 O1 CLOSED>SYN-SENT      LISTEN                   -
                          #= 2/3 O2 O2 SYN-SENT             LISTEN>SYN-RECEIVED      1
                          #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2 since=5ms phase=handshake
        +1ms C > S ACK    #= -   -  -  ESTABLISHED          ESTABLISHED              - phase=transfer
        #: 0 handshake complete certain 1,2,3
        #: 0 rtt 5ms 5ms
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:4
    ");
}

// The server spoke first, before the ACK came by: the ACK covers its bytes.
#[test]
fn o3_acknowledges_what_the_responder_sent_already() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
              S > C PSH-ACK \"hello\"
        +10ms C > S ACK  #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 3
        #: 0 handshake complete certain 1,2,4
        #: 0 rtt 10ms 10ms
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o3_not_when_the_ack_lies_beyond_what_the_responder_sent() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +10ms C > S ACK ack=isn+9  #= - O47 O47 SYN-SENT SYN-RECEIVED -
        #: 0 handshake bad-ack likely 1,2,3
        #: 0 close not-opened nobody unknown/guess likely -
        #: 0 rules O1:1 O2:2 O47:3
    ",
    );
}

#[test]
fn o3_not_when_the_ack_does_not_cover_the_syn() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +10ms C > S ACK ack=isn  #= - O47 O47 SYN-SENT SYN-RECEIVED -
        #: 0 handshake bad-ack certain 1,2,3
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
}

// A segment with payload may be lost behind the capture point: the responder moves when it answers.
#[test]
fn o4_final_ack_with_data() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +10ms C > S PSH-ACK \"hello\"  #= 3/3 O3 O3,O4 SYN-SENT>ESTABLISHED SYN-RECEIVED             2
        +10ms S > C ACK                #= -   -  -     ESTABLISHED          SYN-RECEIVED>ESTABLISHED 3
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 O4:3 T28:4
    ",
    );
}

#[test]
fn o4_not_when_the_data_follows_the_ack() {
    tell(
        "
              open C > S
        +1ms  C > S PSH-ACK \"hello\"  #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:4
    ",
    );
}

#[test]
fn o5_final_ack_lost_on_the_path() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +10ms lost C > S ACK
        +1s   resend S        #= 2/3 -  -  ESTABLISHED ESTABLISHED>SYN-RECEIVED 1 again=1 of=2 after=1010ms
        +10ms C > S ACK       #= 3/3 O5 O5 ESTABLISHED SYN-RECEIVED>ESTABLISHED 4 since=10ms
        +10ms C > S PSH-ACK \"x\"  #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 O5:5 T28:6
    ",
    );
}

// Neither the final ACK nor the data behind it was captured: the answer proves both.
#[test]
fn o5_final_ack_not_captured() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +10ms drop C > S ACK
              drop C > S PSH-ACK \"hello\"
        +10ms S > C ACK  #= - O5 O5 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED - phase=handshake
        #: 0 handshake complete likely 1,2
        #: 0 rtt 10ms -
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O5:3 T28:3
        #: 0 bytes 0 0
    ",
    );
}

// The data segment is the first one of C without a SYN: it is the third step itself.
#[test]
fn o5_not_when_the_data_does_what_the_missing_ack_did() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +10ms drop C > S ACK
              C > S PSH-ACK \"hello\"  #= 3/3 O3 O3,O4 SYN-SENT>ESTABLISHED SYN-RECEIVED 2
        +10ms S > C ACK                #= - - - ESTABLISHED SYN-RECEIVED>ESTABLISHED 3
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 O4:3 T28:4
    ",
    );
}

// A window update right after the handshake repeats the number, but no SYN-ACK came again.
#[test]
fn o5_not_when_the_ack_is_repeated_for_nothing() {
    tell(
        "
              open C > S
        +1ms  C > S ACK win=1000  #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o6_syn_retransmission_with_backoff() {
    tell(
        "
              lost C > S SYN
        +1s   lost resend C  #= 1/3 O6 O6 SYN-SENT LISTEN - again=1 of=1 after=1s backoff=-   phase=handshake
        +2s   lost resend C  #= 1/3 O6 O6 SYN-SENT LISTEN - again=2 of=1 after=2s backoff=200
        +4s   resend C       #= 1/3 O6 O6 SYN-SENT LISTEN - again=3 of=1 after=4s backoff=200
        +10ms S > C SYN-ACK  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 4 since=10ms
        +10ms C > S ACK      #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 5 since=10ms
        #: 0 handshake complete certain 1,5,6
        #: 0 rtt - 10ms
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O6:2 O6:3 O6:4 O2:5 O3:6 T28:6
        #: 0 again 3 0
    ",
    );
}

// Linux since 6.5 resends linearly before it doubles.
#[test]
fn o6_linear_backoff() {
    tell(
        "
              C > S SYN
        +1s   resend C  #= 1/3 O6 O6 SYN-SENT LISTEN - again=1 backoff=-
        +1s   resend C  #= 1/3 O6 O6 SYN-SENT LISTEN - again=2 backoff=100
        #: 0 handshake no-answer certain 1
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o6_not_when_the_number_is_another() {
    tell(
        "
              C > S SYN
        +1s   C > S SYN seq=77000  #= 1/3 O1 O1,O9 CLOSED>SYN-SENT LISTEN - conn=1
        #: 0 handshake no-answer certain 1
        #: 0 close not-opened nobody unknown/guess certain -
        #: 1 handshake pending certain 2
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o7_syn_ack_retransmission() {
    tell(
        "
              C > S SYN
        +10ms lost S > C SYN-ACK
        +1s   lost resend S  #= 2/3 O7 O7 SYN-SENT SYN-RECEIVED 1 again=1 of=2 after=1s backoff=-
        +2s   resend S       #= 2/3 O7 O7 SYN-SENT SYN-RECEIVED 1 again=2 of=2 after=2s backoff=200
        +10ms C > S ACK      #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 4 since=10ms
        #: 0 handshake complete certain 1,2,5
        #: 0 rtt 10ms -
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O7:3 O7:4 O3:5 T28:5
        #: 0 again 0 2
    ",
    );
}

#[test]
fn o7_not_when_the_ack_was_captured() {
    tell(
        "
              open C > S
        +1s   resend S  #= 2/3 - - ESTABLISHED ESTABLISHED>SYN-RECEIVED 1 again=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:4
    ",
    );
}

// The capture holds the second SYN before the answer to the first: Karn, either could have been answered.
#[test]
fn karn_no_round_trip_after_a_retransmission_on_either_side() {
    tell(
        "
              C > S SYN
        +1s   resend C
        +10ms S > C SYN-ACK
        +1s   resend S
        +10ms C > S ACK
        #: 0 handshake complete certain 1,3,5
        #: 0 rtt - -
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o9_syn_with_a_new_isn() {
    tell(
        "
              C > S SYN
        +3s   C > S SYN seq=900000  #= 1/3 O1 O1,O9 CLOSED>SYN-SENT LISTEN - conn=1 phase=handshake
        +10ms S > C SYN-ACK         #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 2 conn=1
        +10ms C > S ACK
        #: 0 frames 1-1
        #: 0 handshake no-answer certain 1
        #: 0 close not-opened nobody unknown/guess certain -
        #: 0 rules O1:1 O16:1
        #: 1 frames 2-4
        #: 1 handshake complete certain 2,3,4
        #: 1 close open nobody unknown/guess certain -
        #: 1 rules O1:2 O9:2 O2:3 O3:4 T28:4
    ",
    );
}

#[test]
fn o9_not_when_the_first_syn_was_refused() {
    tell(
        "
              C > S SYN
        +10ms S > C RST-ACK seq=0
        +1s   C > S SYN seq=900000  #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        #: 0 handshake refused certain 1,2
        #: 0 close not-opened responder port-closed/likely certain 2
        #: 1 handshake pending certain 3
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// A responder that answers by a SYN-ACK has not opened at once, whatever else crosses.
#[test]
fn o10_not_when_one_side_answers_the_other() {
    let told = tell(
        "
               C > S SYN
        +10ms  S > C SYN-ACK  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms  resend S       #= 2/3 O7 O7 SYN-SENT SYN-RECEIVED 1 again=1 of=2 after=10ms
        +10ms  C > S ACK      #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 3
        #: 0 handshake complete certain 1,2,4
        #: 0 close open nobody unknown/guess certain -
    ",
    );
    assert_eq!(told.packets.len(), 4);
}
