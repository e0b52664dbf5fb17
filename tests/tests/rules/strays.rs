//! O36, O37, O48 and T27: segments without a connection, and openings that begin like them.

use super::tell;

// RFC 9293 3.10.7.1: <SEQ=SEG.ACK><CTL=RST>.
#[test]
fn o36_backscatter_answered_by_a_rst() {
    tell("
              drop forged C > S SYN
        +10ms S > C SYN-ACK ack=1001   #= 2/3 O2  O2  unknown        LISTEN>SYN-RECEIVED - by=responder
        +10ms forged C > S RST seq=ack #= -   O36 O36 unknown>CLOSED SYN-RECEIVED>LISTEN 1 since=10ms phase=stray
        #: 0 from 40000
        #: 0 handshake none likely 1,2
        #: 0 close not-opened nobody unknown/guess likely 2
        #: 0 rules O2:1 O36:2
    ");
}

// Nobody answers, although S tries again.
#[test]
fn o36_backscatter_without_an_answer() {
    tell(
        "
              S > C SYN-ACK ack=1001
        +1s   resend S  #= 2/3 O7 O7 unknown SYN-RECEIVED - again=1 of=1
        +2s   resend S
        #: 0 from 40000
        #: 0 handshake none likely 1
        #: 0 close not-opened nobody unknown/guess likely -
        #: 0 rules O2:1 O7:2 O7:3 O36:3
    ",
    );
}

// The capture ends too early to say that nobody answers.
#[test]
fn o36_not_before_three_seconds_nor_for_another_rst() {
    tell(
        "
        host X 10.0.0.9:50000
                S > C SYN-ACK ack=1001
        +2999ms X > S SYN
        #: 0 handshake none likely 1
        #: 0 close not-opened nobody unknown/guess likely -
        #: 0 rules O2:1
        #: 1 handshake pending certain 2
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
    tell(
        "
                S > C SYN-ACK ack=1001
        +10ms   C > S RST seq=777  #= - - - unknown SYN-RECEIVED - phase=handshake
        #: 0 handshake none likely 1
        #: 0 close not-opened nobody unknown/guess likely -
        #: 0 rules O2:1
    ",
    );
}

// C had sent a SYN: its RST is its own doing.
#[test]
fn o36_not_when_the_syn_was_captured() {
    tell(
        "
               C > S SYN
        +10ms  S > C SYN-ACK
        +200ms C > S RST  #= - O19 O19 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 2
        #: 0 handshake aborted certain 1,2,3
        #: 0 close not-opened initiator unknown/guess certain 3
    ",
    );
}

// The two came from two capture points: the numbers tell which was first.
#[test]
fn o37_syn_ack_captured_before_its_syn() {
    tell("
               S > C SYN-ACK ack=1001     #= 2/3 O2 O2     unknown              LISTEN>SYN-RECEIVED      - by=responder conn=0
        +0.1ms C > S SYN                  #= 1/3 O1 O1,O37 unknown>SYN-SENT     SYN-RECEIVED             - by=initiator conn=0 phase=handshake
        +10ms  C > S ACK seq=1001 ack=isn+1 #= 3/3 O3 O3   SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 1
        #: 0 from 40000
        #: 0 isn 1000 5000
        #: 0 handshake complete certain 1,2,3
        #: 0 rtt - 10100us
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O2:1 O1:2 O37:2 O3:3 T28:3
    ");
}

// So much later it is a retransmission of a SYN that was not captured.
#[test]
fn o37_not_when_the_syn_comes_a_second_later() {
    tell(
        "
               S > C SYN-ACK ack=1001
        +1s    C > S SYN     #= 1/3 O1 O1 unknown>SYN-SENT SYN-RECEIVED - by=initiator conn=0
        +10ms  resend S      #= 2/3 O7 O7 SYN-SENT SYN-RECEIVED 2 again=1 of=1
        +10ms  C > S ACK
        #: 0 handshake complete certain 1,2,4
        #: 0 rtt - -
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// Another number: another attempt.
#[test]
fn o37_not_when_the_numbers_do_not_fit() {
    tell(
        "
        #! v4
               S > C SYN-ACK ack=1001
        +1ms   C > S SYN seq=90000  #= 1/3 O1 O1 CLOSED>SYN-SENT LISTEN - conn=1
        #: 0 handshake none likely 1
        #: 0 close not-opened nobody unknown/guess likely -
        #: 1 handshake pending certain 2
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o48_syn_missing_from_the_capture() {
    tell(
        "
              drop C > S SYN
        +10ms S > C SYN-ACK            #= 2/3 O2 O2         unknown             LISTEN>SYN-RECEIVED -
        +10ms C > S PSH-ACK \"GET\"    #= 3/3 O3 O3,O4,O48  unknown>ESTABLISHED SYN-RECEIVED        1
        +10ms S > C ACK                #= -   -  -          ESTABLISHED         SYN-RECEIVED>ESTABLISHED 2
        #: 0 from 40000
        #: 0 handshake complete likely 1,2
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O2:1 O3:2 O4:2 O48:2 T28:3
    ",
    );
}

#[test]
fn o48_not_when_the_ack_does_not_line_up_nor_when_the_syn_is_there() {
    tell(
        "
              S > C SYN-ACK ack=1001
        +10ms C > S ACK seq=777 ack=isn+9  #= - - - unknown SYN-RECEIVED -
        #: 0 handshake none likely 1
        #: 0 close not-opened nobody unknown/guess likely -
        #: 0 rules O2:1
    ",
    );
    tell(
        "
              open C > S
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:3
    ",
    );
}

// A closed port answers (RFC 9293 3.10.7.1), an open one drops them (3.10.7.2).
#[test]
fn t27_fin_null_and_xmas_scans() {
    for (flags, length) in [("FIN", 1), ("NULL", 0), ("FIN-PSH-URG", 1)] {
        tell(&format!(
            "
                  C > S {flags} seq=777                  #= - T27 T27 unknown unknown - phase=stray
            +10ms S > C RST-ACK seq=0 ack={}  #= - - - unknown unknown>CLOSED 1 phase=stray
            #: 0 from 40000
            #: 0 handshake none likely 1
            #: 0 close not-opened nobody unknown/guess likely -
            #: 0 rules T27:1",
            777 + length
        ));
        tell(&format!(
            "
                  C > S {flags} seq=777  #= - T27 T27 unknown unknown - phase=stray
            #: 0 handshake none likely 1
            #: 0 close not-opened nobody unknown/guess likely -
            #: 0 rules T27:1"
        ));
    }
}

// The prober is src, whatever port it sends from.
#[test]
fn t27_from_a_server_port() {
    tell(
        "
              S > C FIN seq=777  #= - T27 T27 unknown unknown - phase=stray by=initiator
        #: 0 from 80
        #: 0 handshake none likely 1
        #: 0 close not-opened nobody unknown/guess likely -
    ",
    );
}

#[test]
fn t27_syn_with_fin() {
    let told = tell(
        "
              C > S SYN-FIN seq=777
        #: 0 from 40000
        #: 0 handshake none likely 1
        #: 0 close not-opened nobody unknown/guess likely -
    ",
    );
    assert!(told.packets[0].rules.contains(synfin::Rule::T27));
}

// Maimon: FIN and ACK. Only the RST, or silence, makes it a scan, and still it is a guess.
#[test]
fn t27_ack_and_maimon_scans_answered_by_a_rst() {
    for (flags, step, role) in [("ACK", "-", "-"), ("FIN-ACK", "1/4", "T1")] {
        tell(&format!(
            "
                  C > S {flags} seq=777 ack=888  #= {step} {role} {role} unknown unknown -
            +10ms S > C RST seq=888              #= - T27 T27 unknown unknown 1 phase=stray
            #: 0 handshake none guess 1,2
            #: 0 close not-opened nobody unknown/guess guess -"
        ));
    }
}

#[test]
fn t27_ack_scan_without_an_answer() {
    tell(
        "
        host X 10.0.0.9:50000
             C > S ACK seq=777 ack=888  #= - - - unknown unknown -
        +3s  X > S SYN
        #: 0 handshake none guess 1
        #: 0 close not-opened nobody unknown/guess guess -
        #: 0 rules T27:1
        #: 1 handshake pending certain 2
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

// E10: the capture began at the end of a connection.
#[test]
fn t27_not_when_the_peer_confirms_the_numbers() {
    tell(
        "
              C > S FIN-ACK seq=5000 ack=9000
        +10ms S > C FIN-ACK  #= 2+3/4 T5 E10,T5 unknown unknown 1
        +10ms C > S ACK
        #: 0 handshake unseen certain 2
        #: 0 close three-segment initiator application/likely certain 1,2,3
        #: 0 rules T1:1 E10:2 T5:2 T4:3
    ",
    );
}

// Its acknowledgements advance: it receives what was not captured.
#[test]
fn t27_not_when_only_one_direction_was_captured() {
    let script = "
        host X 10.0.0.9:50000
              C > S ACK seq=5000 ack=9000
        +10ms C > S ACK seq=5000 ack=10460
        +3s   X > S SYN
    ";
    let script = synfin_tests::script::Script::parse(script).expect("a script");
    let told = synfin_tests::told::Told::of(&script);
    assert!(
        told.connections[0]
            .rules
            .iter()
            .all(|hit| hit.id != synfin::Rule::T27)
    );
}

#[test]
fn t27_not_on_a_connection() {
    for flags in ["FIN", "NULL", "FIN-PSH-URG"] {
        let script = format!("C > S SYN\n+1ms S > C SYN-ACK\n+1ms C > S ACK\n+1ms forged C > S {flags}");
        let script = synfin_tests::script::Script::parse(&script).expect("a script");
        let told = synfin_tests::told::Told::of(&script);
        assert!(!told.packets[3].rules.contains(synfin::Rule::T27), "{flags}");
        assert_eq!(told.connections.len(), 1);
    }
}

// Nothing tells what the RST answers.
#[test]
fn a_lone_rst_is_listed_and_opens_nothing() {
    let told = tell(
        "
              S > C RST-ACK seq=777 ack=888  #= - - - unknown unknown - phase=stray
        #: 0 from 40000
        #: 0 handshake none likely -
        #: 0 close not-opened nobody unknown/guess likely -
    ",
    );
    assert!(told.connections[0].rules.is_empty());
}

// Nothing was reused: there was no connection before this one.
#[test]
fn t24_not_after_a_stray() {
    for stray in [
        "C > S FIN seq=777",
        "C > S ACK seq=777 ack=888",
        "S > C RST seq=777",
        "S > C SYN-ACK ack=888",
    ] {
        let script =
            format!("forged {stray}\n+10ms C > S SYN\n+10ms S > C SYN-ACK seq=5000\n+10ms C > S ACK");
        let script = synfin_tests::script::Script::parse(&script).expect("a script");
        let told = synfin_tests::told::Told::of(&script);
        assert_eq!(told.connections.len(), 2, "{stray}");
        let rules: Vec<&str> = told.connections[1].rules.iter().map(|hit| hit.id.id()).collect();
        assert_eq!(rules, ["O1", "O2", "O3", "T28"], "{stray}");
        assert_eq!(told.connections[1].handshake.frames[..], [2, 3, 4], "{stray}");
    }
}
