//! O8, O28 to O31 and O45: what the options and flags of SYN and SYN-ACK say, and what was agreed.

use synfin::Rule;

use super::tell;

// RFC 3168 6.1.1.1: after SYNs without an answer, one without ECN.
#[test]
fn o8_ecn_dropped() {
    for setup in ["SYN-ECE-CWR", "SYN-AE-CWR-ECE"] {
        let of_setup = if setup.contains("AE") { "O29" } else { "O28" };
        tell(&format!(
            "
                  C > S {setup} mss=1460 sackok  #= 1/3 O1 O1,{of_setup} CLOSED>SYN-SENT LISTEN - 
            +1s   resend C                     #= 1/3 O6 O6,{of_setup} SYN-SENT LISTEN - again=1 of=1
            +1s   resend C SYN                 #= 1/3 O8 O6,O8 SYN-SENT LISTEN - again=2 of=1 after=1s
            +1s   resend C SYN                 #= 1/3 O6 O6    SYN-SENT LISTEN - again=3 of=1
            +10ms S > C SYN-ACK mss=1460 sackok #= 2/3 O2 O2   SYN-SENT LISTEN>SYN-RECEIVED 4
            +10ms C > S ACK                    #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 5
            #: 0 handshake complete certain 1,5,6
            #: 0 changes ecn-dropped
            #: 0 agreed sack
            #: 0 violations -
            #: 0 close open nobody unknown/guess certain -"
        ));
    }
}

// RFC 7413 4.1.3: the option goes, and the data with it; what was sent first may still be answered.
#[test]
fn o8_fast_open_dropped() {
    tell(
        "
              C > S SYN mss=1460 tfo=0102030405060708 \"GET\"  #= 1/3 O1 O1,O24 CLOSED>SYN-SENT LISTEN -
        +1s   C > S SYN mss=1460     #= 1/3 O8 O6,O8 SYN-SENT LISTEN - again=1 of=1
        +10ms S > C SYN-ACK mss=1400 ack=isn+1  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 2
        +10ms C > S PSH-ACK seq=isn+1 \"GET\"  #= 3/3 O3 O3,O4 SYN-SENT>ESTABLISHED SYN-RECEIVED 3 again=1 of=1
        #: 0 handshake complete certain 1,3,4
        #: 0 changes fast-open-dropped
        #: 0 agreed tfo=dropped
        #: 0 initiator mss=1460 tfo=8
        #: 0 responder mss=1400
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o8_all_options_dropped() {
    tell(
        "
              C > S SYN mss=1460 ws=7 sackok ts=1:0
        +1s   resend C noopts        #= 1/3 O8 O6,O8 SYN-SENT LISTEN - again=1
        +10ms S > C SYN-ACK          #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 2
        #: 0 handshake pending certain 1,3
        #: 0 changes options-dropped
        #: 0 initiator mss=1460 ws=7 sackok ts
        #: 0 agreed none
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
    // And whatever else went with them.
    tell(
        "
              C > S SYN-ECE-CWR mss=1460 tfo=0102030405060708 \"GET\"
        +1s   C > S SYN              #= 1/3 O8 O6,O8 SYN-SENT LISTEN - again=1
        #: 0 handshake no-answer certain 1
        #: 0 changes options-dropped
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
}

// Several things at once, one option of several, another value, another flag; each is told once.
#[test]
fn o8_another_change() {
    for (first, second) in [
        ("SYN-ECE-CWR mss=1460 ws=7", "SYN mss=1460"),
        ("SYN mss=1460 ws=7", "SYN mss=1460"),
        ("SYN mss=1460", "SYN mss=536"),
        ("SYN mss=1460", "SYN-PSH mss=1460"),
        ("SYN mss=1460 opt=99:00", "SYN mss=1460"),
        ("SYN-AE-CWR-ECE mss=1460", "SYN-CWR-ECE mss=1460"),
        ("SYN-ECE-CWR mss=1460 tfo=01020304 \"x\"", "SYN mss=1460"),
    ] {
        let told = tell(&format!(
            "
                C > S {first}
            +1s C > S {second}
            +1s C > S {second}
            #: 0 handshake no-answer certain 1
            #: 0 changes other
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
        assert_eq!(told.packets[1].role, Some(Rule::O8), "{first} then {second}");
        assert_eq!(told.packets[2].role, Some(Rule::O6), "{first} then {second}");
    }
}

// The timestamp goes on, the IP identification counts: it is the same SYN.
#[test]
fn o8_not_when_the_syn_says_the_same() {
    tell(
        "
              C > S SYN-ECE-CWR mss=1460 ws=7 sackok ts=1:0
        +1s   resend C ts=1001:0     #= 1/3 O6 O6,O28 SYN-SENT LISTEN - again=1
        +2s   resend C ts=3001:0     #= 1/3 O6 O6,O28 SYN-SENT LISTEN - again=2
        #: 0 handshake no-answer certain 1
        #: 0 changes -
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
    // Another number: another SYN.
    let told = tell(
        "
              C > S SYN mss=1460 ws=7
        +1s   C > S SYN seq=900000 mss=1460
        #: 0 handshake no-answer certain 1
        #: 0 close not-opened nobody unknown/guess certain -
        #: 1 handshake pending certain 2
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
    assert!(!told.packets[1].rules.contains(Rule::O8));
}

// A SYN-ACK that adds the nonce's bit (RFC 3540) agrees all the same.
#[test]
fn o28_ecn_setup_with_a_nonce() {
    tell(
        "
              C > S SYN-ECE-CWR
        +10ms S > C SYN-ACK-AE-ECE  #= 2/3 O2 O2,O28 SYN-SENT LISTEN>SYN-RECEIVED 1
        #: 0 handshake pending certain 1,2
        #: 0 agreed ecn=ecn
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o28_ecn_setup() {
    tell(
        "
              C > S SYN-ECE-CWR  #= 1/3 O1 O1,O28 CLOSED>SYN-SENT LISTEN -
        +10ms S > C SYN-ACK-ECE  #= 2/3 O2 O2,O28 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms C > S ACK          #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
        #: 0 handshake complete certain 1,2,3
        #: 0 initiator ecn
        #: 0 responder ecn
        #: 0 agreed ecn=ecn
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// Both flags are a reflection of the SYN's; none is a refusal; and nobody agrees to what was not asked.
#[test]
fn o28_not_when_it_is_refused_or_not_asked_for() {
    for (syn, syn_ack, of_syn) in [
        ("SYN-ECE-CWR", "SYN-ACK", "O1,O28"),
        ("SYN-ECE-CWR", "SYN-ACK-ECE-CWR", "O1,O28"),
        ("SYN-ECE-CWR", "SYN-ACK-CWR", "O1,O28"),
        ("SYN-ECE-CWR", "SYN-ACK-AE-CWR", "O1,O28"),
        ("SYN-ECE", "SYN-ACK-ECE", "O1"),
        ("SYN-CWR", "SYN-ACK", "O1"),
        ("SYN", "SYN-ACK-ECE", "O1"),
    ] {
        tell(&format!(
            "
                  C > S {syn}      #= 1/3 O1 {of_syn} CLOSED>SYN-SENT LISTEN -
            +10ms S > C {syn_ack}  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1
            #: 0 handshake pending certain 1,2
            #: 0 agreed none
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
    }
    // Flags of the middle are no set-up.
    let told = tell(
        "
              open C > S
        +10ms C > S PSH-ACK-CWR \"x\"
        +10ms S > C ACK-ECE
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    ",
    );
    assert!(
        told.packets
            .iter()
            .all(|packet| !packet.rules.contains(Rule::O28))
    );
}

// The SYN-ACK gives back how the SYN's ECN field came: RFC 9768 table 2; its reserved value counts as one (3.1.3).
#[test]
fn o29_accurate_ecn_setup() {
    for syn_ack in [
        "SYN-ACK-CWR",
        "SYN-ACK-ECE-CWR",
        "SYN-ACK-AE",
        "SYN-ACK-AE-CWR",
        "SYN-ACK-AE-ECE",
    ] {
        tell(&format!(
            "
                  C > S SYN-AE-CWR-ECE  #= 1/3 O1 O1,O29 CLOSED>SYN-SENT LISTEN -
            +10ms S > C {syn_ack}       #= 2/3 O2 O2,O29 SYN-SENT LISTEN>SYN-RECEIVED 1
            #: 0 handshake pending certain 1,2
            #: 0 initiator accurate
            #: 0 responder accurate
            #: 0 agreed ecn=accurate
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
    }
}

// A server of RFC 3168 takes it for its own ECN; one that knows neither gives nothing, or everything, back.
#[test]
fn o29_not_when_the_responder_knows_only_the_older_ecn_or_none() {
    for (syn_ack, rules, agreed) in [
        ("SYN-ACK-ECE", "O2,O28", "ecn=ecn"),
        ("SYN-ACK", "O2", "none"),
        ("SYN-ACK-AE-CWR-ECE", "O2", "none"),
    ] {
        tell(&format!(
            "
                  C > S SYN-AE-CWR-ECE
            +10ms S > C {syn_ack}  #= 2/3 O2 {rules} SYN-SENT LISTEN>SYN-RECEIVED 1
            #: 0 handshake pending certain 1,2
            #: 0 agreed {agreed}
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
    }
    for syn in ["SYN-ECE-CWR", "SYN-AE", "SYN-AE-CWR", "SYN-AE-ECE"] {
        let told = tell(&format!(
            "
            C > S {syn}
            #: 0 handshake pending certain 1
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
        assert!(!told.packets[0].rules.contains(Rule::O29), "{syn}");
    }
}

#[test]
fn o30_options_agreed() {
    tell(
        "
              C > S SYN mss=1460 ws=7 sackok ts=1:0 uto=2m
        +10ms S > C SYN-ACK mss=1400 ws=0 sackok ts=9:1
        #: 0 handshake pending certain 1,2
        #: 0 initiator mss=1460 ws=7 sackok ts uto=120s
        #: 0 responder mss=1400 ws=0 sackok ts
        #: 0 agreed ws sack ts
        #: 0 violations -
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
    tell(
        "
              C > S SYN mss=1460 ws=7 sackok ts=1:0 uto=90
        +10ms S > C SYN-ACK mss=1400 sackok
        #: 0 handshake pending certain 1,2
        #: 0 initiator mss=1460 ws=7 sackok ts uto=90s
        #: 0 responder mss=1400 sackok
        #: 0 agreed sack
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
}

// What only one of them was captured of is not agreed.
#[test]
fn o30_not_agreed_while_one_side_is_unknown() {
    tell(
        "
        C > S SYN mss=1460 ws=7
        #: 0 handshake pending certain 1
        #: 0 initiator mss=1460 ws=7
        #: 0 responder -
        #: 0 agreed -
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o31_option_without_an_offer() {
    for (option, name) in [
        ("ws=7", "window-scale"),
        ("ts=9:1", "timestamps"),
        ("sackok", "sack-permitted"),
    ] {
        tell(&format!(
            "
                  C > S SYN mss=1460
            +10ms S > C SYN-ACK mss=1460 {option}  #= 2/3 O2 O2,O31 SYN-SENT LISTEN>SYN-RECEIVED 1
            +10ms C > S ACK
            #: 0 handshake complete certain 1,2,3
            #: 0 agreed none
            #: 0 violations O31:2 {name} not-offered
            #: 0 rules O1:1 O2:2 O31:2 O3:3 T28:3
            #: 0 close open nobody unknown/guess certain -"
        ));
    }
    tell(
        "
              C > S SYN mss=1460 ws=7
        +10ms S > C SYN-ACK ws=7 ts=9:1 sackok  #= 2/3 O2 O2,O31 SYN-SENT LISTEN>SYN-RECEIVED 1
        #: 0 handshake pending certain 1,2
        #: 0 agreed ws
        #: 0 violations O31:2 sack-permitted not-offered; O31:2 timestamps not-offered
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
}

// Each may leave out what it likes; the maximum segment size is each side's own affair; and a SYN-ACK may answer
// the first SYN when the second has dropped its options.
#[test]
fn o31_not_when_some_syn_offered_it() {
    for (syn, syn_ack) in [
        ("ws=7 sackok ts=1:0", ""),
        ("ws=7 sackok ts=1:0", "ws=2 sackok ts=9:1"),
        ("", "mss=1460"),
    ] {
        tell(&format!(
            "
                  C > S SYN {syn}
            +10ms S > C SYN-ACK {syn_ack}  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 1
            #: 0 handshake pending certain 1,2
            #: 0 violations -
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
    }
    tell(
        "
              C > S SYN mss=1460 ws=7 sackok ts=1:0
        +1s   resend C noopts
        +1ms  S > C SYN-ACK ws=7 sackok ts=9:1  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 2
        #: 0 handshake pending certain 1,3
        #: 0 agreed ws sack ts
        #: 0 violations -
        #: 0 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o31_not_when_the_syn_was_not_captured() {
    let told = tell(
        "
              drop C > S SYN mss=1460
        +10ms S > C SYN-ACK ws=7 sackok ts=9:1
        +10ms C > S ACK
        #: 0 handshake complete likely 1,2
        #: 0 violations -
        #: 0 close open nobody unknown/guess certain -
    ",
    );
    assert!(!told.packets[0].rules.contains(Rule::O31));
}

// They open a connection all the same.
#[test]
fn o45_syn_with_psh_or_urg() {
    for flags in ["SYN-PSH", "SYN-URG", "SYN-PSH-URG"] {
        tell(&format!(
            "
                  C > S {flags}  #= 1/3 O1 O1,O45 CLOSED>SYN-SENT LISTEN -
            +10ms S > C SYN-ACK  #= 2/3 O2 O2     SYN-SENT LISTEN>SYN-RECEIVED 1
            +10ms C > S ACK
            #: 0 handshake complete certain 1,2,3
            #: 0 close open nobody unknown/guess certain -"
        ));
    }
}

#[test]
fn o45_syn_with_fin_or_rst_opens_nothing() {
    // With FIN it is a scan's probe as well (T27), and proves that.
    for (flags, frames) in [
        ("SYN-FIN", "1"),
        ("SYN-RST", "-"),
        ("SYN-FIN-PSH-URG", "1"),
        ("SYN-RST-ACK", "-"),
    ] {
        let told = tell(&format!(
            "C > S {flags}
             #: 0 handshake none likely {frames}
             #: 0 close not-opened nobody unknown/guess likely -"
        ));
        assert!(told.packets[0].rules.contains(Rule::O45), "{flags}");
        assert_eq!(told.packets[0].step, None, "{flags}");
    }
}

#[test]
fn o45_syn_ack_with_psh_or_urg() {
    for flags in ["SYN-PSH-ACK", "SYN-ACK-URG"] {
        tell(&format!(
            "
                  C > S SYN
            +10ms S > C {flags}  #= 2/3 O2 O2,O45 SYN-SENT LISTEN>SYN-RECEIVED 1
            #: 0 handshake pending certain 1,2
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
    }
}

// Flags of ECN are at home in a SYN; data in it calls for no flag; and these flags are at home elsewhere.
#[test]
fn o45_not_for_ecn_nor_data_nor_later_segments() {
    let told = tell(
        "
              C > S SYN-AE-CWR-ECE tfo=0102030405060708 \"GET\"
        +10ms S > C SYN-ACK-AE
        +10ms C > S PSH-ACK-URG \"x\"
        +10ms C > S FIN-PSH-ACK-URG \"y\"
        +10ms S > C RST-PSH-ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close fin-then-reset initiator unread-data/likely certain 4,5 reset=responder
    ",
    );
    assert!(
        told.packets
            .iter()
            .all(|packet| !packet.rules.contains(Rule::O45))
    );
}
