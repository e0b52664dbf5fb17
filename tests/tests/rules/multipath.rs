//! O41, O42, T25 and T26: Multipath TCP (RFC 8684).

use synfin::Rule;

use super::tell;

// The first data carries the keys once more: it is no third segment.
#[test]
fn o41_both_are_capable() {
    tell(
        "
              C > S SYN mss=1460 mptcp=capable    #= 1/3 O1 O1,O41 CLOSED>SYN-SENT LISTEN -
        +10ms S > C SYN-ACK mss=1460 mptcp=capable #= 2/3 O2 O2,O41 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms C > S ACK mptcp=capable             #= 3/3 O3 O3,O41 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
              C > S PSH-ACK mptcp=capable \"GET\" #= - - - ESTABLISHED ESTABLISHED -
        +10ms S > C ACK mptcp=dss                 #= - - - ESTABLISHED ESTABLISHED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 initiator mss=1460 mptcp=capable/1
        #: 0 responder mss=1460 mptcp=capable/1
        #: 0 agreed mptcp=capable
        #: 0 violations -
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// Version 0 (RFC 6824): the key is in the SYN already.
#[test]
fn o41_version_0_tells_the_key_in_the_syn() {
    let (key_c, key_s) = ("1111111111111111", "2222222222222222");
    for (own, peers, violations) in [
        (key_c, key_s, "-"),
        (key_s, key_s, "O41:3 mptcp mismatch"),
        (key_c, key_c, "O41:3 mptcp mismatch"),
    ] {
        tell(&format!(
            "
                  C > S SYN mptcp=0081{key_c}        #= 1/3 O1 O1,O41 CLOSED>SYN-SENT LISTEN -
            +10ms S > C SYN-ACK mptcp=0081{key_s}    #= 2/3 O2 O2,O41 SYN-SENT LISTEN>SYN-RECEIVED 1
            +10ms C > S ACK mptcp=0081{own}{peers}   #= 3/3 O3 O3,O41 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
            #: 0 handshake complete certain 1,2,3
            #: 0 initiator mptcp=capable/0
            #: 0 violations {violations}
            #: 0 close open nobody unknown/guess certain -"
        ));
    }
}

// The responder's key must come back as it was.
#[test]
fn o41_wrong_key_echoed() {
    tell(
        "
              C > S SYN mptcp=capable
        +10ms S > C SYN-ACK mptcp=0101aaaaaaaaaaaaaaaa
        +10ms C > S ACK mptcp=01011111111111111111bbbbbbbbbbbbbbbb  #= 3/3 O3 O3,O41 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
        #: 0 handshake complete certain 1,2,3
        #: 0 violations O41:3 mptcp mismatch
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// A server without it, or a middlebox, leaves the option out of the SYN-ACK; or it is lost from the third segment.
#[test]
fn o41_not_where_it_falls_back() {
    tell(
        "
              C > S SYN mptcp=capable           #= 1/3 O1 O1,O41 CLOSED>SYN-SENT LISTEN -
        +10ms S > C SYN-ACK                     #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms C > S ACK                         #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
        #: 0 handshake complete certain 1,2,3
        #: 0 agreed mptcp=fallback
        #: 0 violations -
        #: 0 close open nobody unknown/guess certain -
    ",
    );
    tell(
        "
              C > S SYN mptcp=capable
        +10ms S > C SYN-ACK mptcp=capable       #= 2/3 O2 O2,O41 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms C > S ACK                         #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
        #: 0 handshake complete certain 1,2,3
        #: 0 agreed mptcp=fallback
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o41_answer_that_does_not_fit() {
    for (syn, syn_ack, rule, fault) in [
        ("", "capable", "O41", "not-offered"),
        ("", "join", "O42", "not-offered"),
        ("mptcp=capable", "join", "O42", "mismatch"),
        ("mptcp=join", "capable", "O41", "mismatch"),
    ] {
        tell(&format!(
            "
                  C > S SYN {syn}
            +10ms S > C SYN-ACK mptcp={syn_ack}  #= 2/3 O2 O2,{rule} SYN-SENT LISTEN>SYN-RECEIVED 1
            #: 0 handshake pending certain 1,2
            #: 0 violations {rule}:2 mptcp {fault}
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
    }
}

// The fourth segment carries no SYN, no data and no option: it is there to say that the subflow may be used.
#[test]
fn o42_subflow_joins() {
    tell(
        "
              C > S SYN mptcp=join      #= 1/3 O1 O1,O42 CLOSED>SYN-SENT LISTEN -
        +10ms S > C SYN-ACK mptcp=join  #= 2/3 O2 O2,O42 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms C > S ACK mptcp=join      #= 3/3 O3 O3,O42 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
        +10ms S > C ACK                 #= - O42 O42 ESTABLISHED ESTABLISHED -
        +10ms S > C PSH-ACK mptcp=dss \"x\" #= - - - ESTABLISHED ESTABLISHED -
        +10ms C > S ACK mptcp=dss       #= - - - ESTABLISHED ESTABLISHED 5
        #: 0 handshake complete certain 1,2,3
        #: 0 initiator mptcp=join
        #: 0 responder mptcp=join
        #: 0 agreed mptcp=joined
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// Lost beyond the capture point, the proof comes again.
#[test]
fn o42_proof_sent_again() {
    tell(
        "
              C > S SYN mptcp=join
        +10ms S > C SYN-ACK mptcp=join
        +10ms lost C > S ACK mptcp=join   #= 3/3 O3 O3,O42 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
        +1s   C > S ACK mptcp=join        #= - O42 O42 ESTABLISHED ESTABLISHED -
        +10ms S > C ACK                   #= - O42 O42 ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 agreed mptcp=joined
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// Without the proof the responder's ACK is not the fourth; nor is a SYN-ACK that comes again, nor a RST.
#[test]
fn o42_not_joined_without_proof_and_fourth_segment() {
    tell(
        "
              C > S SYN mptcp=join
        +10ms S > C SYN-ACK mptcp=join
        +10ms C > S ACK                   #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
        +10ms S > C ACK                   #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 agreed mptcp=joining
        #: 0 close open nobody unknown/guess certain -
    ",
    );
    tell(
        "
              C > S SYN mptcp=join
        +10ms S > C SYN-ACK mptcp=join
        +10ms lost C > S ACK mptcp=join
        +500ms resend S
        +10ms S > C RST mptcp=tcprst:3
        #: 0 handshake complete certain 1,2,3
        #: 0 agreed mptcp=joining
        #: 0 close reset responder aborted-by-application/likely certain 5 reset=responder
    ",
    );
    let plain = tell(
        "
              open C > S
        +10ms S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 agreed none
        #: 0 close open nobody unknown/guess certain -
    ",
    );
    assert!(
        plain
            .packets
            .iter()
            .all(|packet| !packet.rules.contains(Rule::O42))
    );
}

/// A handshake of Multipath TCP, 20 ms.
const CAPABLE: &str = "
          C > S SYN mptcp=capable
    +10ms S > C SYN-ACK mptcp=capable
    +10ms C > S ACK mptcp=capable
    #: 0 handshake complete certain 1,2,3
";

// Both directions of the data end before the subflow closes.
#[test]
fn t25_data_fin() {
    tell(&format!(
        "{CAPABLE}
        +10ms C > S ACK mptcp=dss-fin            #= - T25 T25 ESTABLISHED ESTABLISHED -
        +10ms S > C ACK mptcp=dss                #= - - - ESTABLISHED ESTABLISHED -
        +10ms S > C PSH-ACK mptcp=dss-fin \"x\"  #= - T25 T25 ESTABLISHED ESTABLISHED -
        +10ms C > S FIN-ACK mptcp=dss            #= 1/4 T1 T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED 6
        +10ms S > C FIN-ACK mptcp=dss-fin        #= 2+3/4 T5 T5,T25 FIN-WAIT-1 ESTABLISHED>LAST-ACK 7
        +10ms C > S ACK
        #: 0 close three-segment initiator application/likely certain 7,8,9"
    ));
}

// Neither SYN nor SYN-ACK was captured, or the SYN-ACK alone is missing: the options themselves tell.
#[test]
fn t25_where_the_opening_was_not_captured() {
    tell(
        "
              C > S PSH-ACK mptcp=dss \"x\"
        +10ms S > C ACK mptcp=dss
        +10ms C > S ACK mptcp=dss-fin  #= - T25 T25 unknown unknown -
        #: 0 handshake unseen certain 1
        #: 0 agreed -
        #: 0 close open nobody unknown/guess certain -
    ",
    );
    let told = tell(
        "
              C > S SYN mptcp=capable
        +10ms drop S > C SYN-ACK mptcp=capable
        +10ms C > S ACK mptcp=capable
        +10ms C > S ACK mptcp=dss-fin
        #: 0 handshake complete likely 1,2
        #: 0 close open nobody unknown/guess certain -
    ",
    );
    assert!(told.packets[1].rules.contains(Rule::O41) && told.packets[2].rules.contains(Rule::T25));
}

#[test]
fn t25_not_without_the_flag_or_the_agreement() {
    let with_flag = tell(&format!(
        "{CAPABLE}
        +10ms C > S PSH-ACK mptcp=dss \"x\"
        +10ms S > C FIN-ACK mptcp=dss
        #: 0 close half-closed responder application/likely certain 5"
    ));
    let fallen_back = tell(
        "
              C > S SYN mptcp=capable
        +10ms S > C SYN-ACK
        +10ms C > S ACK
        +10ms C > S ACK mptcp=dss-fin
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
    for told in [with_flag, fallen_back] {
        assert!(
            told.packets
                .iter()
                .all(|packet| !packet.rules.contains(Rule::T25))
        );
    }
}

// One host closes the connection as a whole, the other answers by a RST.
#[test]
fn t26_fast_close() {
    tell(&format!(
        "{CAPABLE}
        +10ms C > S ACK mptcp=fastclose  #= - T26 T26 ESTABLISHED ESTABLISHED -
        +10ms S > C RST                  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 violations -
        #: 0 close reset responder aborted-by-application/likely certain 5 reset=responder"
    ));
    // Or by a RST of its own that says so (RFC 8684 3.5).
    tell(&format!(
        "{CAPABLE}
        +10ms C > S RST mptcp=fastclose  #= - T26 O21,T14,T26 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 close reset initiator aborted-by-application/likely certain 4 reset=initiator"
    ));
    // The key is not the receiver's: it has no effect.
    tell(&format!(
        "{CAPABLE}
        +10ms C > S ACK mptcp=7000ffffffffffffffff  #= - T26 T26 ESTABLISHED ESTABLISHED -
        #: 0 violations T26:4 mptcp mismatch
        #: 0 close open nobody unknown/guess certain -"
    ));
}

#[test]
fn t26_reset_with_its_reason() {
    let told = tell(&format!(
        "{CAPABLE}
        +10ms S > C RST mptcp=tcprst:5  #= - T26 T14,T26 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 close reset responder aborted-by-application/likely certain 4 reset=responder"
    ));
    assert_eq!(told.connections[0].options.mptcp_reset_reason, Some(5));
    // A subflow that may not join; the refusal stays what it is.
    let told = tell(
        "
              C > S SYN mptcp=join
        +10ms S > C RST-ACK mptcp=tcprst:3  #= - O15 O15,T26 SYN-SENT>CLOSED LISTEN>CLOSED 1
        #: 0 handshake refused certain 1,2
        #: 0 close not-opened responder port-closed/likely certain 2
    ",
    );
    assert_eq!(told.connections[0].options.mptcp_reset_reason, Some(3));
}

// A RST of plain TCP, one of Multipath TCP that gives no reason; and the option on a segment that resets nothing.
#[test]
fn t26_not_without_the_option_or_on_another_segment() {
    for last in ["S > C RST", "S > C RST ts=1:0", "S > C RST mptcp=dss"] {
        let told = tell(&format!(
            "{CAPABLE}
            +10ms {last}  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
            #: 0 close reset responder aborted-by-application/likely certain 4 reset=responder"
        ));
        assert_eq!(told.connections[0].options.mptcp_reset_reason, None);
    }
    tell(&format!(
        "{CAPABLE}
        +10ms S > C ACK mptcp=tcprst:1  #= - - - ESTABLISHED ESTABLISHED -
        #: 0 close open nobody unknown/guess certain -"
    ));
}
