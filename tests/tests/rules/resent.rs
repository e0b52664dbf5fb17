//! Sent again, captured twice, answered: E8 and the facts `answers` and `retransmission`.

use super::tell;

#[test]
fn e8_captured_twice() {
    tell(
        "
        #! once
               open C > S
        +10ms  C > S PSH-ACK \"hello\"
               dup +0.1ms        #= - E8 E8 ESTABLISHED ESTABLISHED - again=-
               dup +0.1ms ttl-1  #= - E8 E8 ESTABLISHED ESTABLISHED - again=-
        +10ms  S > C ACK         #= - -  -  ESTABLISHED ESTABLISHED 4 since=10200us
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 E8:5 E8:6 T28:7
        #: 0 bytes 5 0
        #: 0 again 0 0
    ",
    );
}

#[test]
fn e8_fins_and_resets_captured_twice_change_nothing() {
    tell(
        "
        #! once v4
               open C > S
        +10ms  C > S FIN-ACK
               dup +0.1ms   #= - E8 E8 FIN-WAIT-1 ESTABLISHED - again=-
        +10ms  S > C RST-ACK
               dup +0.1ms   #= - E8 E8 CLOSED CLOSED - again=-
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset initiator aborted-by-application/likely certain 4,6 reset=responder
        #: 0 rules O1:1 O2:2 O3:3 T1:4 E8:5 T16:6 E8:7
    ",
    );
}

// A closed port answers each segment by a RST of its own; without an IP identification they look the same.
#[test]
fn e8_not_when_two_segments_are_answered_by_equal_rsts() {
    let told = tell(
        "
        #! once
               open C > S
        +10ms  C > S PSH-ACK \"one\"
               C > S PSH-ACK \"two\"
        +10ms  S > C RST seq=+0 ipid=0
        +0.1ms S > C RST seq=+0 ipid=0
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder unread-data/likely certain 6 reset=responder
    ",
    );
    assert!(
        !told
            .packets
            .iter()
            .any(|packet| packet.rules.contains(synfin::Rule::E8))
    );
}

// A host that sends again takes a new IP identification.
#[test]
fn e8_not_when_it_was_really_sent_again_at_once() {
    tell(
        "
        #! v4
               open C > S
        +10ms  C > S PSH-ACK \"hello\"
        +0.5ms resend C  #= - - - ESTABLISHED ESTABLISHED - again=1 of=4 after=500us
        +10ms  S > C ACK #= - - - ESTABLISHED ESTABLISHED 5 since=10ms
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 again 1 0
    ",
    );
}

#[test]
fn e8_not_when_a_millisecond_lies_between() {
    tell(
        "
        #! once
               open C > S
        +10ms  C > S PSH-ACK \"hello\" ipid=0
        +1ms   resend C ipid=0  #= - - - ESTABLISHED ESTABLISHED - again=1 of=4 after=1ms
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn e8_not_when_an_ack_is_repeated() {
    tell(
        "
        #! v4
               open C > S
        +10ms  C > S ACK
        +0.1ms C > S ACK  #= - - - ESTABLISHED ESTABLISHED - again=-
        +0.1ms C > S ACK  #= - - - ESTABLISHED ESTABLISHED - again=-
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:6
    ",
    );
}

// The timestamp is part of the checksum: a resend with the same IP identification has a later one.
#[test]
fn e8_not_when_the_timestamp_is_another() {
    tell(
        "
        #! once
               C > S SYN ts=1:0
        +10ms  S > C SYN-ACK ts=1:1
        +10ms  C > S ACK ts=20:1
        +10ms  C > S PSH-ACK \"hello\" ts=30:1 ipid=0
        +0.9ms resend C ts=31:1 ipid=0  #= - - - ESTABLISHED ESTABLISHED - again=1 of=4
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn answers_names_the_newest_segment_that_an_ack_covers() {
    tell(
        "
              open C > S
        +1ms  C > S PSH-ACK len=100
        +1ms  C > S PSH-ACK len=100
        +1ms  C > S PSH-ACK len=100
        +10ms S > C ACK ack=isn+201  #= - - - ESTABLISHED ESTABLISHED 5 since=11ms
        +10ms S > C ACK ack=isn+201  #= - - - ESTABLISHED ESTABLISHED -
        +10ms S > C PSH-ACK len=10   #= - - - ESTABLISHED ESTABLISHED 6 since=30ms
        +5ms  C > S ACK              #= - - - ESTABLISHED ESTABLISHED 9 since=5ms
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn answers_not_a_segment_that_is_acknowledged_in_part() {
    tell(
        "
              open C > S
        +1ms  C > S PSH-ACK len=100
        +10ms S > C ACK ack=isn+51   #= - - - ESTABLISHED ESTABLISHED -
        +10ms S > C ACK              #= - - - ESTABLISHED ESTABLISHED 4 since=20ms
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn answers_the_last_sending_of_what_was_sent_again() {
    tell(
        "
               open C > S
        +1ms   lost C > S PSH-ACK len=100
        +1s    lost resend C  #= - - - ESTABLISHED ESTABLISHED - again=1 of=4 after=1s backoff=-
        +2s    lost resend C  #= - - - ESTABLISHED ESTABLISHED - again=2 of=4 after=2s backoff=200
        +4s    resend C       #= - - - ESTABLISHED ESTABLISHED - again=3 of=4 after=4s backoff=200
        +10ms  S > C ACK      #= - - - ESTABLISHED ESTABLISHED 7 since=10ms
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 bytes 100 0
        #: 0 again 3 0
    ",
    );
}

// Sent again after it was acknowledged: the capture cannot say of which frame without remembering it for ever.
#[test]
fn spurious_retransmission_is_counted() {
    tell(
        "
               open C > S
        +1ms   C > S PSH-ACK len=100
        +1ms   lost S > C ACK
        +200ms resend C       #= - - - ESTABLISHED ESTABLISHED - again=1 of=4 after=201ms
        +1ms   S > C ACK      #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 bytes 100 0
        #: 0 again 1 0
    ",
    );
}

// Overtaken on the way: the second half is captured first.
#[test]
fn reordered_data_is_not_sent_again() {
    tell(
        "
               open C > S
        a:     late C > S PSH-ACK len=100
        +1ms   C > S PSH-ACK len=100  #= - - - ESTABLISHED ESTABLISHED - seq=101
        +1ms   arrive a               #= - - - ESTABLISHED ESTABLISHED - seq=1
        +1ms   S > C ACK              #= - - - ESTABLISHED ESTABLISHED 4 since=2ms
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 bytes 200 0
        #: 0 again 0 0
    ",
    );
}
