//! E13, and the ICMP errors about connections that are open.

use super::tell;

/// A connection with maximum segment sizes.
const OPEN: &str = "
               C > S SYN mss=1460
        +10ms  S > C SYN-ACK mss=1460
        +10ms  C > S ACK";

#[test]
fn e13_icmp_says_too_big_and_the_sender_does_not_listen() {
    tell(&format!(
        "{OPEN}
        big:   lost C > S PSH-ACK len=1460
        +1ms   icmp S > C frag-needed mtu=1300 quoting C
        +200ms lost resend big  #= - -   -   ESTABLISHED ESTABLISHED - again=1
        +400ms lost resend big  #= - -   -   ESTABLISHED ESTABLISHED - again=2
        +1ms   icmp S > C frag-needed mtu=1300 quoting C
        +800ms lost resend big  #= - E13 E13 ESTABLISHED ESTABLISHED - again=3
        +1.6s  lost resend big  #= - -   -   ESTABLISHED ESTABLISHED - again=4
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 E13:9 T28:10"
    ));
}

// Old routers do not say what fits.
#[test]
fn e13_icmp_does_not_say_the_size() {
    tell(&format!(
        "
        #! v4
        {OPEN}
        big:   lost C > S PSH-ACK len=1460
        +1ms   icmp S > C frag-needed mtu=0 quoting C
        +200ms lost resend big
        +400ms lost resend big
        +800ms lost resend big  #= - E13 E13 ESTABLISHED ESTABLISHED - again=3
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 icmp initiator 3/4 - 1 5-5"
    ));
}

// No error comes: the large one is lost again and again, while the small one behind it is answered.
#[test]
fn e13_full_size_is_lost_and_smaller_ones_get_through() {
    tell(&format!(
        "{OPEN}
        big:   lost C > S ACK len=1460
        +1ms   C > S PSH-ACK len=100
        +10ms  S > C ACK
        +200ms lost resend big  #= - -   -   ESTABLISHED ESTABLISHED - again=1
        +400ms lost resend big  #= - -   -   ESTABLISHED ESTABLISHED - again=2
        +800ms lost resend big  #= - E13 E13 ESTABLISHED ESTABLISHED - again=3
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 E13:9 T28:9"
    ));
}

// Path MTU discovery as it should be (RFC 1191): the sender goes down to what fits.
#[test]
fn e13_not_when_the_sender_goes_down_in_size() {
    tell(&format!(
        "{OPEN}
        big:   lost C > S ACK len=1460
        +1ms   icmp S > C frag-needed mtu=1300 quoting C
        +1ms   lost C > S ACK seq=isn+1 len=1240
        +200ms lost C > S ACK seq=isn+1 len=1240
        +400ms lost C > S ACK seq=isn+1 len=1240
        +800ms C > S ACK seq=isn+1 len=1240
               C > S PSH-ACK seq=isn+1241 len=220
        +10ms  S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:11"
    ));
}

// Twice too large, then smaller: within three resends.
#[test]
fn e13_not_when_the_sender_goes_down_at_the_third_resend() {
    tell(&format!(
        "{OPEN}
        big:   lost C > S ACK len=1460
        +1ms   icmp S > C frag-needed mtu=1300 quoting C
        +200ms lost resend big
        +400ms lost resend big
        +800ms C > S ACK seq=isn+1 len=1240
        +10ms  S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:9"
    ));
}

// The peer is gone: nothing gets through, whatever its size.
#[test]
fn e13_not_when_nothing_gets_through() {
    tell(&format!(
        "{OPEN}
               C > S PSH-ACK len=100
        +1ms   big: lost C > S ACK len=1460
        +9ms   S > C ACK
        +200ms lost resend big
        +400ms lost resend big
        +800ms lost resend big  #= - - - ESTABLISHED ESTABLISHED - again=3
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -"
    ));
}

// Bad luck on a path that takes segments of that size.
#[test]
fn e13_not_when_others_as_large_were_acknowledged() {
    tell(&format!(
        "{OPEN}
               C > S ACK len=1460
        +10ms  S > C ACK
        big:   lost C > S ACK len=1460
        +1ms   C > S PSH-ACK len=100
        +10ms  S > C ACK
        +200ms lost resend big
        +400ms lost resend big
        +800ms lost resend big  #= - - - ESTABLISHED ESTABLISHED - again=3
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -"
    ));
}

// Captured on the sender, before the network card cuts them into segments that fit.
#[test]
fn e13_not_of_segments_that_are_cut_later() {
    tell(&format!(
        "{OPEN}
        big:   lost C > S PSH-ACK len=2480
        +1ms   icmp S > C frag-needed mtu=1300 quoting C
        +200ms lost resend big
        +400ms lost resend big
        +800ms lost resend big  #= - - - ESTABLISHED ESTABLISHED - again=3
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -"
    ));
}

// What is small is sent again as well, and says nothing of what is large.
#[test]
fn e13_also_with_small_resends_between() {
    tell(&format!(
        "{OPEN}
        big:   lost C > S ACK len=1460
        small: lost C > S PSH-ACK len=100
        +1ms   icmp S > C frag-needed mtu=1300 quoting big
        +200ms lost resend big
               lost resend small
        +400ms lost resend big
               lost resend small  #= - -   -   ESTABLISHED ESTABLISHED - again=2
        +800ms lost resend big    #= - E13 E13 ESTABLISHED ESTABLISHED - again=3
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -"
    ));
}

#[test]
fn e13_not_of_small_segments() {
    tell(&format!(
        "{OPEN}
        small: lost C > S ACK len=500
        +1ms   C > S PSH-ACK len=100
        +10ms  S > C ACK
        +200ms lost resend small
        +400ms lost resend small
        +800ms lost resend small  #= - - - ESTABLISHED ESTABLISHED - again=3
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -"
    ));
}

// RFC 1122 4.2.3.9, RFC 5927: whatever comes, an open connection stays open.
#[test]
fn icmp_errors_are_listed_with_their_connection() {
    tell(
        "
        #! v4
        host R 10.0.0.9:9
               open C > S
        +1ms   C > S PSH-ACK len=100
        +1ms   icmp R > C unreachable code=host quoting C
        +1s    resend C
        +1ms   icmp R > C unreachable code=host quoting C
        +1ms   icmp R > C ttl-exceeded code=0 quoting C
        +1s    resend C
        +1ms   S > C PSH-ACK len=1000
        +1ms   icmp C > S frag-needed mtu=900 quoting S
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 icmp initiator 3/1 - 2 5-7; initiator 11/0 - 1 8-8; responder 3/4 900 1 11-11
        #: 0 packets 5 2
    ",
    );
}

#[test]
fn icmp_errors_are_not_listed_when_the_number_is_another() {
    tell(
        "
               open C > S
        ghost: drop forged C > S PSH-ACK seq=+5000000 len=10
        +1ms   icmp S > C unreachable code=host quoting ghost
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 icmp -
    ",
    );
}
