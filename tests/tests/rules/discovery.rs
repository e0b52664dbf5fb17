//! O11, O13, O14, O46, T23: what a RST reveals of its sender, and RSTs that reveal nothing.

use super::tell;

// RFC 9293 3.5.1: C has lost the connection and opens a new one.
#[test]
fn o13_half_open_found_by_a_syn() {
    tell(
        "
              open C > S +1ms
        +1ms  C > S PSH-ACK \"old\"
        +1ms  S > C ACK
        +1s   C > S SYN seq=900000       #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +1ms  S > C ACK                  #= - E5 E5 ESTABLISHED ESTABLISHED 6 conn=0
        +1ms  C > S RST seq=ack          #= - O13 O13,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED 7 conn=0 close=reset/initiator
        +1s   resend C                   #= 1/3 O6 O6 SYN-SENT LISTEN - conn=1 again=1
        +1ms  S > C SYN-ACK              #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 9 conn=1
        +1ms  C > S ACK                  #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 10 conn=1
        #: 0 frames 1-8
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator peer-lost-state/likely certain 8 reset=initiator
        #: 0 rules O1:1 O2:2 O3:3 E5:7 O13:8 T14:8
        #: 1 handshake complete certain 6,10,11
        #: 1 close open nobody unknown/guess certain -
        #: 1 rules O1:6 O6:9 O2:10 O3:11 T28:11
    ",
    );
}

// The server restarted and calls back from its own port.
#[test]
fn o13_by_the_responder() {
    tell(
        "
              open C > S +1ms
        +1s   S > C SYN seq=900000       #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1 by=initiator
        +1ms  C > S ACK                  #= - E5 E5 ESTABLISHED ESTABLISHED 4 conn=0 by=initiator
        +1ms  S > C RST seq=ack          #= - O13 O13,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED 5 conn=0 by=responder
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder peer-lost-state/likely certain 6 reset=responder
        #: 1 from 80
        #: 1 handshake pending certain 4
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// Data that the lost host had not acknowledged: the number is exact for all that is known.
#[test]
fn o13_with_data_in_flight_and_a_fin_before() {
    tell(
        "
              open C > S +1ms
        +1ms  S > C FIN-ACK
        +1ms  C > S ACK
        +90s  C > S SYN seq=900000       #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +1ms  S > C ACK                  #= - E5 E5 CLOSE-WAIT FIN-WAIT-2 6 conn=0
        +1ms  C > S RST seq=ack          #= - O13 O13,T16 CLOSE-WAIT>CLOSED FIN-WAIT-2>CLOSED 7 conn=0
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset responder peer-lost-state/likely certain 4,5,8 reset=initiator
        #: 1 handshake pending certain 6
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// A live host that aborts acknowledges with its RST; another number, or no challenge, shows nothing either.
#[test]
fn o13_not_when_the_rst_answers_no_challenge() {
    for (answer, rst, rule) in [
        ("S > C ACK", "RST-ACK seq=5", "T14"),
        ("S > C ACK", "RST seq=+1 ack=0", "T17"),
    ] {
        let rst = rst.replace("seq=5", "");
        let end = if rule == "T14" {
            (
                "ESTABLISHED>CLOSED",
                "reset initiator idle-timeout/likely certain 6 reset=initiator",
            )
        } else {
            ("ESTABLISHED", "open nobody unknown/guess certain -")
        };
        tell(&format!(
            "
                  open C > S +1ms
            +1s   forged C > S SYN seq=2000
            +1ms  {answer}
            +1ms  C > S {rst}  #= - {rule} {rule} {state} {state} - conn=0
            #: 0 handshake complete certain 1,2,3
            #: 0 close {close}",
            state = end.0,
            close = end.1,
        ));
    }
}

// RFC 9293 3.5.1: C has lost the connection, and S is the first to send something.
#[test]
fn o14_half_open_found_by_data() {
    tell("
               open C > S +10ms
        +1.1s  S > C PSH-ACK \"news\"
        +10ms  C > S RST seq=ack  #= - O14 O14,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED 4 since=10ms close=reset/initiator
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator peer-lost-state/likely certain 5 reset=initiator
        #: 0 rules O1:1 O2:2 O3:3 O14:5 T14:5
    ");
}

// While it was down nothing came back; the data sent again finds it up.
#[test]
fn o14_by_data_sent_again() {
    tell(
        "
               open C > S +10ms
        +10ms  C > S PSH-ACK \"a\"
        +10ms  S > C ACK
        +60s   lost C > S PSH-ACK \"b\"
        +300ms resend C           #= - - - ESTABLISHED ESTABLISHED - again=1
        +10ms  S > C RST seq=ack  #= - O14 O14,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED 7
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder peer-lost-state/likely certain 8 reset=responder
    ",
    );
}

// Too soon, with an ACK, to no data, or with data of its own acknowledged: an application's abort.
#[test]
fn o14_not_too_soon_nor_with_an_ack_nor_without_data() {
    for (data, rst, close) in [
        (
            "+999ms S > C PSH-ACK \"x\"",
            "C > S RST seq=ack",
            "unread-data/likely certain 5",
        ),
        (
            "+1s S > C PSH-ACK \"x\"",
            "C > S RST-ACK seq=ack",
            "unread-data/likely certain 5",
        ),
        (
            "+1s S > C ACK",
            "C > S RST seq=ack",
            "idle-timeout/likely certain 5",
        ),
        (
            "+1s C > S PSH-ACK \"x\"",
            "C > S RST",
            "aborted-by-application/likely likely 5",
        ),
    ] {
        tell(&format!(
            "
                   open C > S +10ms
            {data}
            +10ms  {rst}  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
            #: 0 handshake complete certain 1,2,3
            #: 0 close reset initiator {close} reset=initiator"
        ));
    }
}

// S closed first and is in TIME-WAIT; the number is too low to be accepted (RFC 9293 3.10.7.4).
#[test]
fn o46_syn_bounced_in_time_wait() {
    tell(
        "
              open C > S +1ms
        +10ms close S > C +1ms
        +1s   C > S SYN seq=500  #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +1ms  S > C ACK          #= - O46 O46 CLOSED TIME-WAIT 8 conn=0 phase=closed
        +1ms  C > S RST seq=ack  #= - O46 O46 CLOSED TIME-WAIT>CLOSED 9 conn=0 phase=closed
        +1s   resend C           #= 1/3 O6 O6 SYN-SENT LISTEN - conn=1 again=1
        +1ms  S > C SYN-ACK      #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 11 conn=1
        +1ms  C > S ACK          #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 12 conn=1
        #: 0 frames 1-10
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way responder application/likely certain 4,5,6,7
        #: 0 rules O1:1 O2:2 O3:3 T1:4 T2:5 T3:6 T4:7 O46:9 O46:10
        #: 1 handshake complete certain 8,12,13
        #: 1 close open nobody unknown/guess certain -
        #: 1 rules O1:8 O6:11 O2:12 O3:13 T28:13
    ",
    );
}

// The retry takes another number.
#[test]
fn o46_and_a_new_number() {
    tell(
        "
              open C > S +1ms
        +10ms close S > C +1ms
        +1s   C > S SYN seq=500     #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +1ms  S > C ACK             #= - O46 O46 CLOSED TIME-WAIT 8 conn=0
        +1ms  C > S RST seq=ack     #= - O46 O46 CLOSED TIME-WAIT>CLOSED 9 conn=0
        +1s   C > S SYN seq=900000  #= 1/3 O1 O1,O9 CLOSED>SYN-SENT LISTEN - conn=2
        +1ms  S > C SYN-ACK         #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 11 conn=2
        +1ms  C > S ACK             #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 12 conn=2
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way responder application/likely certain 4,5,6,7
        #: 1 handshake no-answer certain 8
        #: 1 close not-opened nobody unknown/guess certain -
        #: 2 handshake complete certain 11,12,13
        #: 2 close open nobody unknown/guess certain -
    ",
    );
}

// Accepted at once; or the side that answers is not the one in TIME-WAIT.
#[test]
fn o46_not_when_the_syn_is_accepted_or_nobody_is_in_time_wait() {
    tell(
        "
              open C > S +1ms
        +10ms close S > C +1ms
        +1s   C > S SYN seq=900000  #= 1/3 O1 O1,T22 CLOSED>SYN-SENT LISTEN - conn=1
        +1ms  S > C SYN-ACK         #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 8 conn=1
        +1ms  C > S ACK             #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 9 conn=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way responder application/likely certain 4,5,6,7
        #: 1 handshake complete certain 8,9,10
        #: 1 close open nobody unknown/guess certain -
    ",
    );
    tell(
        "
              open C > S +1ms
        +10ms close C > S +1ms
        +1s   C > S SYN seq=500     #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +1ms  S > C ACK             #= - - - TIME-WAIT CLOSED - conn=0
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 4,5,6,7
        #: 1 handshake pending certain 8
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// RFC 1337 section 2: an old duplicate, the ACK of TIME-WAIT, the RST of a host that knows nothing any more.
#[test]
fn t23_time_wait_assassination() {
    tell(
        "
        old:  open C > S +1ms
        +1ms  S > C PSH-ACK \"data\"
        +1ms  C > S ACK
        +10ms close C > S +1ms
        +1s   forged S > C PSH-ACK seq=5001 \"data\"  #= - -   -   TIME-WAIT CLOSED - phase=closed
        +1ms  C > S ACK                               #= - -   -   TIME-WAIT CLOSED - phase=closed
        +1ms  S > C RST seq=ack                       #= - T23 T23 TIME-WAIT>CLOSED CLOSED 11 phase=closed close=-
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way initiator application/likely certain 6,7,8,9
    ",
    );
}

// Nothing old provoked the ACK; the RST has another number; or the FIN only came once more (T10).
#[test]
fn t23_not_without_an_old_segment_nor_by_another_number() {
    for (first, second, rst, state) in [
        ("S > C ACK", "C > S ACK", "RST seq=ack", "TIME-WAIT>CLOSED"),
        (
            "forged S > C PSH-ACK seq=5001 \"data\"",
            "C > S ACK",
            "RST seq=+9",
            "TIME-WAIT",
        ),
        (
            "forged S > C PSH-ACK seq=5001 \"data\"",
            "C > S ACK",
            "RST-ACK",
            "TIME-WAIT>CLOSED",
        ),
    ] {
        tell(&format!(
            "
                  open C > S +1ms
            +1ms  S > C PSH-ACK \"data\"
            +1ms  C > S ACK
            +10ms close C > S +1ms
            +1s   {first}
            +1ms  {second}
            +1ms  S > C {rst}  #= - - - {state} CLOSED -
            #: 0 handshake complete certain 1,2,3
            #: 0 close four-way initiator application/likely certain 6,7,8,9"
        ));
    }
}

// RFC 9293 figure 8, captured at S: the rules of the ghost tell what the RST alone could not.
#[test]
fn o11_old_duplicate_syn_recovered() {
    tell(
        "
              C > S SYN seq=90 mss=1460 sackok ts=1:0 ws=7  #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=0
        +10ms S > C SYN-ACK seq=300        #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1 conn=0
        +200ms C > S RST seq=ack           #= - O19 O19 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 2 conn=0
        +10ms C > S SYN seq=100            #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +10ms S > C SYN-ACK seq=400        #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 4 conn=1
        +10ms C > S ACK                    #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 5 conn=1
        #: 0 frames 1-3
        #: 0 handshake aborted certain 1,2,3
        #: 0 close not-opened initiator unknown/guess certain 3
        #: 0 rules O1:1 O2:2 O19:3 O11:6
        #: 1 handshake complete certain 4,5,6
        #: 1 close open nobody unknown/guess certain -
        #: 1 rules O1:4 O2:5 O3:6 T28:6
    ",
    );
}

// The next attempt comes to nothing, or there was no SYN-ACK, or the number is the same.
#[test]
fn o11_not_when_nothing_completes_nor_without_a_syn_ack() {
    tell(
        "
               C > S SYN
        +10ms  S > C SYN-ACK
        +200ms C > S RST
        +10ms  C > S SYN seq=9000
        +10ms  S > C RST-ACK seq=0 ack=isn+1
        #: 0 handshake aborted certain 1,2,3
        #: 0 close not-opened initiator unknown/guess certain 3
        #: 0 rules O1:1 O2:2 O19:3
        #: 1 handshake refused certain 4,5
        #: 1 close not-opened responder port-closed/likely certain 5
    ",
    );
    tell(
        "
               C > S SYN
        +200ms C > S RST
        +10ms  C > S SYN seq=9000
        +10ms  S > C SYN-ACK
        +10ms  C > S ACK
        #: 0 handshake aborted certain 1,2
        #: 0 close not-opened initiator unknown/guess certain 2
        #: 0 rules O1:1 O19:2
        #: 1 handshake complete certain 3,4,5
        #: 1 close open nobody unknown/guess certain -
    ",
    );
    tell(
        "
               C > S SYN
        +10ms  S > C SYN-ACK
        +200ms C > S RST
        +130s  C > S SYN seq=9000
        +10ms  S > C SYN-ACK
        +10ms  C > S ACK
        #: 0 handshake aborted certain 1,2,3
        #: 0 close not-opened initiator unknown/guess certain 3
        #: 0 rules O1:1 O2:2 O19:3
        #: 1 handshake complete certain 4,5,6
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}

// The capture began inside the connection that C lost.
#[test]
fn o13_of_a_connection_whose_opening_was_not_captured() {
    tell(
        "
              C > S PSH-ACK seq=1001 ack=5001 \"a\"  #= - E10 E10 unknown unknown - conn=0
        +10ms S > C ACK
        +10s  C > S SYN seq=900000     #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +10ms S > C ACK seq=5001 ack=1002  #= - E5 E5 unknown unknown 3 conn=0
        +10ms C > S RST seq=1002       #= - O13 O13,T14 unknown>CLOSED unknown>CLOSED 4 conn=0
        #: 0 handshake unseen certain 1
        #: 0 close reset initiator peer-lost-state/likely certain 5 reset=initiator
        #: 1 handshake pending certain 3
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// Two captures of the RST that cannot be told from two RSTs: the second ends nothing any more.
#[test]
fn o13_and_o46_not_for_a_second_rst() {
    tell(
        "
        #! once v4
              open C > S +1ms
        +1s   C > S SYN seq=900000
        +1ms  S > C ACK
        +1ms  C > S RST seq=ack ipid=0      #= - O13 O13,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED 5 conn=0
              C > S RST seq=1001 ipid=0     #= - -   -   CLOSED CLOSED - conn=0
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator peer-lost-state/likely certain 6 reset=initiator
        #: 1 handshake pending certain 4
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
    tell(
        "
        #! once v4
              open C > S +1ms
        +10ms close S > C +1ms
        +1s   C > S SYN seq=500
        +1ms  S > C ACK
        +1ms  C > S RST seq=ack ipid=0      #= - O46 O46 CLOSED TIME-WAIT>CLOSED 9 conn=0
              C > S RST seq=1002 ipid=0     #= - -   -   CLOSED CLOSED - conn=0
        #: 0 handshake complete certain 1,2,3
        #: 0 close four-way responder application/likely certain 4,5,6,7
        #: 1 handshake pending certain 8
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// The data of the old SYN was not taken: the number is that of the SYN-ACK's ack all the same.
#[test]
fn o11_of_a_syn_with_data() {
    tell(
        "
               C > S SYN seq=90 tfo=0102030405060708 \"GET\"
        +10ms  S > C SYN-ACK seq=300 ack=91
        +200ms C > S RST seq=91              #= - O19 O19 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 2 conn=0
        +10ms  C > S SYN seq=100             #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +10ms  S > C SYN-ACK seq=400 ack=101
        +10ms  C > S ACK seq=101 ack=401     #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 5 conn=1
        #: 0 handshake aborted certain 1,2,3
        #: 0 close not-opened initiator unknown/guess certain 3
        #: 1 handshake complete certain 4,5,6
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}

// The RST came from elsewhere, but something follows: the host is there, and has opened another connection.
#[test]
fn o12_not_when_another_attempt_completes() {
    tell(
        "
              forged C > S SYN seq=90 ttl=57
        +10ms S > C SYN-ACK seq=300 ack=91
        +10ms C > S RST seq=91              #= - O12 O12 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 2 conn=0
        +10ms C > S SYN seq=100
        +10ms S > C SYN-ACK seq=400 ack=101
        +10ms C > S ACK seq=101 ack=401
        #: 0 handshake aborted certain 1,2,3
        #: 0 close not-opened initiator unknown/guess certain 3
        #: 0 rules O1:1 O2:2 O11:6
        #: 1 handshake complete certain 4,5,6
        #: 1 close open nobody unknown/guess certain -
    ",
    );
}
