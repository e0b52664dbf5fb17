//! O22 to O27: TCP Fast Open (RFC 7413), and data in a SYN without it.

use synfin::Rule;

use super::tell;

#[test]
fn o22_and_o23_cookie_asked_for_and_granted() {
    for option in ["tfo", "tfoexp"] {
        tell(&format!(
            "
                  C > S SYN mss=1460 {option}                      #= 1/3 O1 O1,O22 CLOSED>SYN-SENT LISTEN -
            +10ms S > C SYN-ACK mss=1460 {option}=0102030405060708 #= 2/3 O2 O2,O23 SYN-SENT LISTEN>SYN-RECEIVED 1
            +10ms C > S ACK  #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
            #: 0 handshake complete certain 1,2,3
            #: 0 initiator mss=1460 tfo=0
            #: 0 responder mss=1460 tfo=8
            #: 0 agreed tfo=granted
            #: 0 violations -
            #: 0 close open nobody unknown/guess certain -"
        ));
    }
}

// Lengths that a cookie cannot have, and an option without one.
#[test]
fn o23_not_without_a_cookie() {
    for option in ["", "tfo", "tfo=0102", "opt=34:010203", "opt=254:f98a0102"] {
        tell(&format!(
            "
                  C > S SYN tfo
            +10ms S > C SYN-ACK {option}  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1
            #: 0 handshake pending certain 1,2
            #: 0 agreed tfo=requested
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
    }
}

#[test]
fn o23_cookies_of_4_to_16_bytes() {
    for cookie in ["01020304", "000102030405060708090a0b0c0d0e0f"] {
        tell(&format!(
            "
                  C > S SYN tfo
            +10ms S > C SYN-ACK tfo={cookie}  #= 2/3 O2 O2,O23 SYN-SENT LISTEN>SYN-RECEIVED 1
            #: 0 handshake pending certain 1,2
            #: 0 agreed tfo=granted
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
    }
}

#[test]
fn o23_cookie_that_nobody_asked_for() {
    tell(
        "
              C > S SYN mss=1460
        +10ms S > C SYN-ACK tfo=01020304  #= 2/3 O2 O2,O23 SYN-SENT LISTEN>SYN-RECEIVED 1
        #: 0 handshake pending certain 1,2
        #: 0 agreed none
        #: 0 violations O23:2 fast-open not-offered
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
}

// With a cookie it is no request; with data it is more; and an option of another experiment is not this one.
#[test]
fn o22_not_with_a_cookie_or_data() {
    for (syn, rules) in [
        ("tfo=0102030405060708", "O1"),
        ("tfo \"GET\"", "O1"),
        ("opt=254:f98a", "O1"),
        ("mss=1460", "O1"),
    ] {
        tell(&format!(
            "
            C > S SYN {syn}  #= 1/3 O1 {rules} CLOSED>SYN-SENT LISTEN -
            #: 0 handshake pending certain 1
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
    }
}

// The server answers before the handshake is complete: the final ACK covers its SYN alone, or its data too.
#[test]
fn o24_and_o25_data_accepted() {
    for (ack, answers, later) in [("isn+1", 2, "3"), ("isn+4", 3, "-")] {
        tell(&format!(
            "
                  C > S SYN tfo=0102030405060708 \"GET\"  #= 1/3 O1 O1,O24 CLOSED>SYN-SENT LISTEN -
            +10ms S > C SYN-ACK         #= 2/3 O2 O2,O25 SYN-SENT LISTEN>SYN-RECEIVED 1
                  S > C PSH-ACK \"200\"
            +10ms C > S ACK ack={ack}   #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED {answers}
            +1ms  C > S ACK             #= - - - ESTABLISHED ESTABLISHED {later}
            #: 0 handshake complete certain 1,2,4
            #: 0 agreed tfo=accepted
            #: 0 bytes 3 3
            #: 0 again 0 0
            #: 0 close open nobody unknown/guess certain -"
        ));
    }
}

// A full-sized server takes what fits; the rest comes with the final ACK.
#[test]
fn o25_a_part_accepted() {
    tell(
        "
              C > S SYN tfo=0102030405060708 \"GET /\"
        +10ms S > C SYN-ACK ack=isn+4         #= 2/3 O2 O2,O25 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms C > S PSH-ACK seq=isn+4 \" /\"  #= 3/3 O3 O3,O4 SYN-SENT>ESTABLISHED SYN-RECEIVED 2 again=1 of=1
        #: 0 handshake complete certain 1,2,3
        #: 0 agreed tfo=partly-accepted
        #: 0 bytes 5 0
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o24_not_without_a_cookie_or_data() {
    for syn in ["tfo=0102030405060708", "tfo \"GET\"", "\"GET\"", "tfo"] {
        let told = tell(&format!(
            "
            C > S SYN {syn}
            #: 0 handshake pending certain 1
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
        assert!(!told.packets[0].rules.contains(Rule::O24), "{syn}");
    }
    tell(
        "
              C > S SYN tfo=0102030405060708
        +10ms S > C SYN-ACK  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1
        #: 0 handshake pending certain 1,2
        #: 0 agreed tfo=unused
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
}

// Data that is acknowledged with a SYN, but by no Fast Open; and data after the handshake.
#[test]
fn o25_not_without_fast_open() {
    tell(
        "
              C > S SYN \"GET\"      #= 1/3 O1 O1,O27 CLOSED>SYN-SENT LISTEN -
        +10ms S > C SYN-ACK        #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1
        #: 0 handshake pending certain 1,2
        #: 0 agreed none
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
    tell(
        "
              C > S SYN tfo=0102030405060708
        +10ms S > C SYN-ACK        #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms C > S PSH-ACK \"GET\"  #= 3/3 O3 O3,O4 SYN-SENT>ESTABLISHED SYN-RECEIVED 2
        +10ms S > C ACK            #= - - - ESTABLISHED SYN-RECEIVED>ESTABLISHED 3
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// The data comes again at once: not for a loss, but it is sent again.
#[test]
fn o26_data_ignored() {
    tell(
        "
              C > S SYN tfo=0102030405060708 \"GET\"
        +10ms S > C SYN-ACK ack=isn+1          #= 2/3 O2 O2,O26 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms C > S ACK seq=isn+1              #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2 seq=1
              C > S PSH-ACK seq=isn+1 \"GET\"  #= - - - ESTABLISHED ESTABLISHED - again=1 of=1
        +10ms S > C ACK                        #= - - - ESTABLISHED ESTABLISHED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 rules O1:1 O24:1 O2:2 O26:2 O3:3 T28:5
        #: 0 agreed tfo=ignored
        #: 0 bytes 3 0
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// A cookie that has gone stale is replaced.
#[test]
fn o26_with_a_new_cookie() {
    tell(
        "
              C > S SYN tfo=0102030405060708 \"GET\"
        +10ms S > C SYN-ACK ack=isn+1 tfo=ff02030405060708  #= 2/3 O2 O2,O23,O26 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms C > S PSH-ACK seq=isn+1 \"GET\" #= 3/3 O3 O3,O4 SYN-SENT>ESTABLISHED SYN-RECEIVED 2 again=1
        #: 0 handshake complete certain 1,2,3
        #: 0 agreed tfo=ignored
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// The initiator's RST stands where the SYN-ACK expects it, or behind all that it has sent.
#[test]
fn o19_given_up_after_data_was_ignored() {
    for seq in ["isn+1", "isn+4"] {
        tell(&format!(
            "
                  C > S SYN tfo=0102030405060708 \"GET\"
            +10ms S > C SYN-ACK ack=isn+1
            +1s   C > S RST-ACK seq={seq}  #= - O19 O19 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 2
            #: 0 handshake aborted certain 1,2,3
            #: 0 close not-opened initiator unknown/guess certain 3"
        ));
    }
}

// The SYN-ACK answers a SYN without data, whatever became of the one with it; or there was no Fast Open at all.
#[test]
fn o26_not_when_the_answered_syn_has_no_data_for_fast_open() {
    for second in ["SYN mss=1460", "SYN mss=1460 tfo=0102030405060708"] {
        let told = tell(&format!(
            "
                  C > S SYN mss=1460 tfo=0102030405060708 \"GET\"
            +1s   C > S {second}
            +10ms S > C SYN-ACK ack=isn+1  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 2
            #: 0 handshake pending certain 1,3
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
        assert!(told.packets[1].rules.contains(Rule::O8));
    }
    tell(
        "
              C > S SYN \"GET\"
        +10ms S > C SYN-ACK ack=isn+1  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1
        #: 0 handshake pending certain 1,2
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o27_data_in_the_syn_without_fast_open() {
    tell(
        "
              C > S SYN mss=1460 \"GET\"  #= 1/3 O1 O1,O27 CLOSED>SYN-SENT LISTEN -
        +1s   resend C                  #= 1/3 O6 O6,O27 SYN-SENT LISTEN - again=1
        +10ms S > C SYN-ACK ack=isn+1   #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 2
        +10ms C > S PSH-ACK seq=isn+1 \"GET\" #= 3/3 O3 O3,O4 SYN-SENT>ESTABLISHED SYN-RECEIVED 3 again=2
        #: 0 handshake complete certain 1,3,4
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o27_not_with_fast_open_nor_without_data() {
    for syn in [
        "tfo=0102030405060708 \"GET\"",
        "tfo \"GET\"",
        "tfoexp=01020304 \"GET\"",
        "",
    ] {
        let told = tell(&format!(
            "
            C > S SYN {syn}
            #: 0 handshake pending certain 1
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
        assert!(!told.packets[0].rules.contains(Rule::O27), "{syn}");
    }
}
