//! E5 to E7: challenge ACKs (RFC 5961), and the ACKs that look like them.

use super::tell;

// Inside the window the SYN belongs to the connection, which answers with its numbers and goes on.
#[test]
fn e5_syn_inside_the_window() {
    tell(
        "
              open C > S +10ms
        +1s   C > S PSH-ACK \"one\"
        +10ms S > C ACK
        +1s   forged C > S SYN seq=2000  #= - -  -  ESTABLISHED ESTABLISHED - conn=0 phase=transfer
        +10ms S > C ACK                  #= - E5 E5 ESTABLISHED ESTABLISHED 6 conn=0 since=10ms
        +1s   C > S PSH-ACK \"two\"      #= - -  -  ESTABLISHED ESTABLISHED - conn=0 seq=4
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 E5:7 T28:8
        #: 0 bytes 6 0
    ",
    );
}

// The data that came just before is acknowledged with it.
#[test]
fn e5_acknowledges_what_came_before() {
    tell(
        "
              open C > S +10ms
        +1s   C > S PSH-ACK \"one\"
        +1ms  forged C > S SYN seq=2000  #= - -  -  ESTABLISHED ESTABLISHED - conn=0
        +10ms S > C ACK                  #= - E5 E5 ESTABLISHED ESTABLISHED 4 conn=0
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// RFC 5961 section 4: whatever the number of the SYN.
#[test]
fn e5_syn_outside_the_window() {
    tell(
        "
              open C > S +10ms
        +1s   forged C > S SYN seq=900000  #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +10ms S > C ACK                    #= - E5 E5 ESTABLISHED ESTABLISHED 4 conn=0
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 1 handshake pending certain 4
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// An old copy of the connection's own SYN, and a SYN of the other side.
#[test]
fn e5_old_copy_of_the_own_syn() {
    tell(
        "
              open C > S +10ms
        +1s   forged C > S SYN        #= 1/3 O6 O6 ESTABLISHED ESTABLISHED - again=1 of=1
        +10ms S > C ACK               #= - E5 E5 ESTABLISHED ESTABLISHED 4
        +1s   forged S > C SYN seq=5500 #= - - - ESTABLISHED ESTABLISHED - conn=0
        +10ms C > S ACK               #= - E5 E5 ESTABLISHED ESTABLISHED 6
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// The ACK has another reason: data, its own silence, other numbers; or no SYN came.
#[test]
fn e5_not_an_ack_with_another_reason() {
    for (between, ack) in [
        (
            "+1ms C > S PSH-ACK \"x\"",
            "+10ms S > C ACK  #= - - - ESTABLISHED ESTABLISHED 6 conn=0",
        ),
        (
            "+1ms C > S ACK",
            "+5s S > C ACK        #= - - - ESTABLISHED ESTABLISHED - conn=0",
        ),
        (
            "+1ms C > S ACK",
            "+10ms S > C ACK seq=-2  #= - - - ESTABLISHED ESTABLISHED - conn=0",
        ),
        (
            "+1ms C > S ACK",
            "+10ms S > C ACK seq=+9  #= - - - ESTABLISHED ESTABLISHED - conn=0",
        ),
        (
            "+1ms C > S ACK",
            "+10ms S > C PSH-ACK \"x\"  #= - - - ESTABLISHED ESTABLISHED - conn=0",
        ),
        (
            "+1ms S > C ACK",
            "+10ms S > C ACK      #= - - - ESTABLISHED ESTABLISHED - conn=0",
        ),
    ] {
        tell(&format!(
            "
                  open C > S +10ms
            +1s   C > S ACK
            +1s   forged C > S SYN seq=2000
            {between}
            {ack}
            #: 0 handshake complete certain 1,2,3
            #: 0 close open nobody unknown/guess certain -"
        ));
    }
    tell(
        "
              open C > S +10ms
        +1s   S > C ACK  #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// RFC 5961 section 3.2: challenged, then the right number, which counts.
#[test]
fn e6_rst_inside_the_window_then_the_exact_one() {
    tell("
               open C > S +10ms
        +10ms  C > S RST seq=+1000  #= - T17 T17     ESTABLISHED ESTABLISHED - close=-
        +10ms  S > C ACK            #= - E6  E6      ESTABLISHED ESTABLISHED 4 since=10ms
        +10ms  C > S RST seq=ack    #= - T14 T14     ESTABLISHED>CLOSED ESTABLISHED>CLOSED 5 close=reset/initiator
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator aborted-by-application/likely certain 6 reset=initiator
        #: 0 rules O1:1 O2:2 O3:3 T17:4 E6:5 T14:6
    ");
}

#[test]
fn e6_not_to_a_rst_outside_the_window_nor_late_nor_with_news() {
    for (rst, answer) in [
        ("+64240", "+10ms C > S ACK  #= - - - ESTABLISHED ESTABLISHED -"),
        ("-1", "+10ms C > S ACK      #= - - - ESTABLISHED ESTABLISHED -"),
        ("+1000", "+2s C > S ACK     #= - - - ESTABLISHED ESTABLISHED -"),
        (
            "+1000",
            "+10ms C > S PSH-ACK \"x\"  #= - - - ESTABLISHED ESTABLISHED -",
        ),
    ] {
        tell(&format!(
            "
                  open C > S +10ms
            +10ms forged S > C RST seq={rst}  #= - T17 T17 ESTABLISHED ESTABLISHED -
            {answer}
            #: 0 handshake complete certain 1,2,3
            #: 0 close open nobody unknown/guess certain -"
        ));
    }
}

// RFC 5961 section 5.2: SND.UNA - MAX.SND.WND <= SEG.ACK <= SND.NXT. The segment is dropped, its ack does not count.
#[test]
fn e7_ack_of_what_was_never_sent() {
    tell(
        "
              open C > S +10ms
        +1s   forged C > S ACK ack=+1000  #= - -  -  ESTABLISHED ESTABLISHED -
        +10ms S > C ACK                   #= - E7 E7 ESTABLISHED ESTABLISHED 4 since=10ms
        +1s   S > C PSH-ACK \"abc\"       #= - -  -  ESTABLISHED ESTABLISHED -
        +10ms C > S ACK                   #= - -  -  ESTABLISHED ESTABLISHED 6
        +1s   S > C RST-ACK               #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset responder idle-timeout/likely certain 8 reset=responder
        #: 0 rules O1:1 O2:2 O3:3 E7:5 T14:8
    ",
    );
}

#[test]
fn e7_ack_too_old() {
    tell(
        "
              open C > S +10ms
        +10ms S > C PSH-ACK len=5000
        +10ms C > S ACK win=1000
        +1s   forged C > S ACK ack=-64241   #= - -  -  ESTABLISHED ESTABLISHED -
        +10ms S > C ACK                     #= - E7 E7 ESTABLISHED ESTABLISHED 6
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// One past everything: for a moment it looks like the ACK of a FIN that the capture missed.
#[test]
fn e7_shows_that_no_fin_was_missed() {
    tell(
        "
              open C > S +10ms
        +1s   forged C > S ACK ack=+1  #= - -  -  ESTABLISHED ESTABLISHED -
        +10ms S > C ACK                #= - E7 E7 ESTABLISHED ESTABLISHED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// Old enough to be an old copy; or the sender's numbers show that the capture missed what was acknowledged.
#[test]
fn e7_not_inside_the_largest_window_nor_when_the_capture_missed_it() {
    tell(
        "
              open C > S +10ms
        +10ms S > C PSH-ACK len=5000
        +10ms C > S ACK win=1000
        +1s   forged C > S ACK ack=-5000
        +10ms S > C ACK                   #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
    tell(
        "
              open C > S +10ms
        +10ms drop S > C PSH-ACK len=1000
        +10ms C > S ACK                   #= - - - ESTABLISHED ESTABLISHED -
        +10ms S > C ACK                   #= - E12 E12 ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 bytes 0 1000
    ",
    );
}

// The old connection was never captured: the ACK does not fit the SYN, and C resets what it does not know.
#[test]
fn e5_of_a_connection_that_was_not_captured() {
    tell(
        "
        #! v4
              C > S SYN seq=1000              #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN -
        +10ms S > C ACK seq=7777 ack=90000000 #= - E5 E5 SYN-SENT LISTEN 1 phase=handshake
        +10ms C > S RST seq=90000000          #= - - - SYN-SENT LISTEN 2
        +1s   C > S SYN seq=1000              #= 1/3 O6 O6 SYN-SENT LISTEN - again=1
        +10ms S > C SYN-ACK seq=5000 ack=1001 #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 4
        +10ms C > S ACK seq=1001 ack=5001     #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 5
        #: 0 handshake complete certain 1,5,6
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 E5:2 O6:4 O2:5 O3:6 T28:6
    ",
    );
}

#[test]
fn e5_not_an_ack_of_what_the_capture_missed_nor_late() {
    for (wait, ack) in [("+10ms", 1500), ("+1001ms", 900_000_000)] {
        tell(&format!(
            "
            #! v4
                  C > S SYN seq=1000
            {wait} S > C ACK seq=7777 ack={ack}
            #: 0 handshake pending certain 1
            #: 0 close not-opened nobody unknown/guess certain -
            #: 0 rules O1:1"
        ));
    }
}

#[test]
fn e5_not_an_ack_of_the_syn_itself() {
    tell(
        "
              C > S SYN
        +10ms S > C ACK   #= - - - SYN-SENT LISTEN 1
        #: 0 handshake pending certain 1
        #: 0 close not-opened nobody unknown/guess certain -
        #: 0 rules O1:1
    ",
    );
}

// Nothing resets it: each SYN is challenged, until the old connection is given up.
#[test]
fn e5_to_every_syn() {
    tell(
        "
              open C > S +10ms
        +1s   C > S SYN seq=900000    #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        +10ms S > C ACK               #= - E5 E5 ESTABLISHED ESTABLISHED 4 conn=0
        +1s   resend C                #= 1/3 O6 O6 SYN-SENT LISTEN - conn=1 again=1
        +10ms S > C ACK               #= - E5 E5 ESTABLISHED ESTABLISHED 6 conn=0
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 1 handshake no-answer certain 4
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// SYN-RECEIVED asks back as well (RFC 9293 section 3.10.7.4, second).
#[test]
fn e6_before_the_handshake_is_complete() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +1ms  forged C > S RST seq=+7  #= - T17 T17 SYN-SENT SYN-RECEIVED -
        +10ms S > C ACK                #= - E6  E6  SYN-SENT SYN-RECEIVED 3
        +10ms C > S ACK                #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
        #: 0 handshake complete certain 1,2,5
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}
