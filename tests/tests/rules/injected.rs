//! T19 and T21: resets by something between the hosts; and refusals by it.

use super::tell;

/// Three segments of each side: what is theirs is known.
const TALK: &str = "
               open C > S
        +10ms  C > S PSH-ACK len=100
        +1ms   S > C ACK
        +1ms   S > C PSH-ACK len=200
        +10ms  C > S ACK";

#[test]
fn t19_foreign_ttl_and_ip_identification() {
    tell(&format!(
        "
        #! v4
        {TALK}
        +1ms   forged S > C RST-ACK ttl=113 ipid=40000  #= - T19 T14,T19 ESTABLISHED>CLOSED ESTABLISHED>CLOSED - close=reset/network
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset network injected-reset/likely certain 8 reset=responder
        #: 0 signs ttl,ip-id
        #: 0 rules O1:1 O2:2 O3:3 T14:8 T19:8"
    ));
    tell(&format!(
        "
        #! v4
        {TALK}
        +1ms   forged S > C RST ttl=113 ipid=40000  #= - T19 T14,T19 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset network injected-reset/likely certain 8 reset=responder"
    ));
}

// Two numbers in a row are enough beside the TTL, not alone.
#[test]
fn t19_foreign_ttl_and_ip_identification_after_two_segments() {
    tell(
        "
        #! v4
               open C > S
        +10ms  S > C PSH-ACK len=100
        +10ms  C > S ACK
        +1ms   forged S > C RST-ACK ttl=113 ipid=40000
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset network injected-reset/likely certain 6 reset=responder
    ",
    );
    tell(
        "
        #! v4
               open C > S
        +10ms  S > C PSH-ACK len=100
        +10ms  C > S ACK
        +1ms   S > C RST-ACK ipid=40000
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder aborted-by-application/likely certain 6 reset=responder
        #: 0 signs -
    ",
    );
}

#[test]
fn t19_one_sign_is_a_guess() {
    for ttl in [63, 65, 113, 255] {
        tell(&format!(
            "{TALK}
            +1ms   forged S > C RST-ACK ttl={ttl}  #= - T19 T14,T19 ESTABLISHED>CLOSED ESTABLISHED>CLOSED - close=reset/network
            #: 0 handshake complete certain 1,2,3
            #: 0 close reset network injected-reset/guess certain 8 reset=responder"
        ));
    }
    tell(&format!(
        "
        #! v4
        {TALK}
        +1ms   forged S > C RST-ACK ipid=40000  #= - T19 T14,T19 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset network injected-reset/guess certain 8 reset=responder"
    ));
}

// What comes later cannot change what was said of the RST.
#[test]
fn t19_its_side_goes_on_sending() {
    tell(&format!(
        "{TALK}
        +1ms   forged S > C RST-ACK      #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED - close=reset/responder
        +1ms   S > C PSH-ACK len=100     #= - -   -   CLOSED CLOSED - phase=closed close=reset/network
        +1ms   S > C PSH-ACK len=100     #= - -   -   CLOSED CLOSED - close=-
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset network injected-reset/guess certain 8 reset=responder
        #: 0 signs data-after
        #: 0 rules O1:1 O2:2 O3:3 T14:8 T19:9"
    ));
    tell(&format!(
        "{TALK}
        +1ms   forged S > C RST-ACK ttl=113  #= - T19 T14,T19 ESTABLISHED>CLOSED ESTABLISHED>CLOSED - close=reset/network
        +1ms   S > C PSH-ACK len=100
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset network injected-reset/likely certain 8 reset=responder
        #: 0 rules O1:1 O2:2 O3:3 T14:8 T19:8"
    ));
}

#[test]
fn t19_several_at_growing_numbers() {
    tell(&format!(
        "{TALK}
        +1ms   forged S > C RST-ACK            #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
               forged S > C RST-ACK seq=+1460  #= - -   -   CLOSED CLOSED - close=reset/network
               forged S > C RST-ACK seq=+2920  #= - T18 T18 CLOSED CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset network injected-reset/guess certain 8 reset=responder
        #: 0 rules O1:1 O2:2 O3:3 T14:8 T19:9 T18:10"
    ));
}

// Timestamps are agreed, and the RST has none: with a foreign TTL that makes two.
#[test]
fn t19_foreign_ttl_and_no_timestamps() {
    tell(
        "
               C > S SYN ts
        +10ms  S > C SYN-ACK ts
        +10ms  C > S ACK ts
        +10ms  C > S PSH-ACK len=100 ts
        +1ms   S > C ACK ts
        +1ms   forged S > C RST-ACK ttl=113  #= - T19 T14,T19 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset network injected-reset/likely certain 6 reset=responder
    ",
    );
}

// Behind a FIN it is the FIN that says who wanted to end.
#[test]
fn t19_behind_a_fin() {
    tell(&format!(
        "{TALK}
        +1ms   C > S FIN-ACK
        +1ms   forged S > C RST-ACK ttl=113  #= - T19 T16,T19 FIN-WAIT-1>CLOSED ESTABLISHED>CLOSED 8
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset initiator injected-reset/guess certain 8,9 reset=responder"
    ));
}

#[test]
fn t19_not_when_the_host_resets() {
    tell(&format!(
        "{TALK}
        +1ms   S > C RST-ACK  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder aborted-by-application/likely certain 8 reset=responder
        #: 0 signs -"
    ));
}

// A RST that belongs to no socket: IP identification 0 or from another counter, window 0, no options.
#[test]
fn t19_not_when_a_restarted_host_answers() {
    for ipid in ["0", "40000"] {
        let _ = tell(&format!(
            "
                   C > S SYN ts
            +10ms  S > C SYN-ACK ts
            +10ms  C > S ACK ts
            +10ms  C > S PSH-ACK len=100 ts
            +1ms   S > C ACK ts
            +1ms   S > C PSH-ACK len=100 ts
            +1ms   C > S ACK ts
            +10ms  C > S PSH-ACK len=100 ts
            +1ms   S > C RST seq=ack ack=0 win=0 ipid={ipid} noopts
            #: 0 handshake complete certain 1,2,3
            #: 0 close reset responder unread-data/likely certain 9 reset=responder"
        ));
    }
}

// BSD leaves timestamps out of every RST.
#[test]
fn t19_not_for_missing_timestamps_alone() {
    tell(
        "
               C > S SYN ts
        +10ms  S > C SYN-ACK ts
        +10ms  C > S ACK ts
        +10ms  C > S PSH-ACK len=100 ts
        +1ms   S > C ACK ts
        +1s    S > C RST-ACK  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder idle-timeout/likely certain 6 reset=responder
    ",
    );
}

// Sent before the RST, captured behind it.
#[test]
fn t19_not_for_data_that_was_overtaken() {
    tell(&format!(
        "
        host X 10.0.0.9:50000
        {TALK}
        a:     late S > C PSH-ACK len=100
        +1ms   S > C RST-ACK
        +1ms   arrive a       #= - - - ESTABLISHED ESTABLISHED - close=-
        +3s    X > S SYN
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder aborted-by-application/guess guess 8 reset=responder
        #: 0 rules O1:1 O2:2 O3:3 T17:8 T14:9
        #: 1 handshake pending certain 10
        #: 1 close not-opened nobody unknown/guess certain -"
    ));
    // A RST that belongs to no socket: its number is what the other side had acknowledged.
    tell(&format!(
        "{TALK}
        a:     late S > C PSH-ACK len=100
        +1ms   S > C RST seq=isn+201
        +0.9ms arrive a       #= - - - CLOSED CLOSED - close=-
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder aborted-by-application/likely certain 8 reset=responder
        #: 0 rules O1:1 O2:2 O3:3 T14:8"
    ));
}

// A closed host answers each segment that still comes by a RST with the number that it acknowledges.
#[test]
fn t19_not_for_several_answers_to_late_segments() {
    tell(&format!(
        "{TALK}
        +1ms   S > C RST-ACK
               C > S PSH-ACK len=100
               S > C RST seq=ack win=0 ipid=0
               C > S PSH-ACK len=100
               S > C RST seq=ack win=0 ipid=0
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder aborted-by-application/likely certain 8 reset=responder"
    ));
}

// Routes change: the RST's TTL lies among those that its side has shown.
#[test]
fn t19_not_when_the_ttl_of_that_side_changes() {
    tell(
        "
               open C > S
        +10ms  C > S PSH-ACK len=100
        +1ms   S > C ACK ttl=62
        +1ms   S > C PSH-ACK len=200 ttl=64
        +10ms  C > S ACK
        +1ms   S > C RST-ACK ttl=63  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder aborted-by-application/likely certain 8 reset=responder
    ",
    );
}

#[test]
fn t21_foreign_ttl_after_a_long_silence() {
    tell(&format!(
        "{TALK}
        +60s   forged S > C RST-ACK ttl=113  #= - T21 T14,T21 ESTABLISHED>CLOSED ESTABLISHED>CLOSED - close=reset/network
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset network idle-timeout/likely certain 8 reset=responder
        #: 0 idle 60s
        #: 0 signs ttl
        #: 0 rules O1:1 O2:2 O3:3 T14:8 T21:8"
    ));
}

#[test]
fn t21_and_t19_with_a_second_sign() {
    tell(&format!(
        "
        #! v4
        {TALK}
        +60s   forged S > C RST-ACK ttl=113 ipid=40000  #= - T19 T14,T19,T21 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset network injected-reset/likely certain 8 reset=responder"
    ));
}

#[test]
fn t21_not_by_the_host_itself() {
    tell(&format!(
        "{TALK}
        +60s   S > C RST-ACK  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder idle-timeout/likely certain 8 reset=responder"
    ));
}

#[test]
fn t21_not_before_a_minute() {
    tell(&format!(
        "{TALK}
        +59s   forged S > C RST-ACK ttl=113  #= - T19 T14,T19 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset network injected-reset/guess certain 8 reset=responder"
    ));
}

// The responder's SYN-ACK elsewhere shows its TTL: the refusal is another's.
#[test]
fn o15_with_a_foreign_ttl_is_a_policy() {
    tell(
        "
        host T 10.0.0.2:8080
               open C > S
        +10ms  C > T SYN
        +1ms   T > C RST-ACK seq=0 ttl=254  #= - O15 O15 SYN-SENT>CLOSED LISTEN>CLOSED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 1 handshake refused certain 4,5
        #: 1 close not-opened responder refused-policy/guess certain 5
    ",
    );
}

#[test]
fn o15_not_a_policy_when_the_host_refuses() {
    tell(
        "
        host T 10.0.0.2:8080
               open C > S
        +10ms  C > T SYN
        +1ms   T > C RST-ACK seq=0
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 1 handshake refused certain 4,5
        #: 1 close not-opened responder port-closed/likely certain 5
    ",
    );
}
