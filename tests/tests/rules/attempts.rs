//! O12, O18, O20, O21, O34, O47: attempts that meet something odd, or were never meant.

use synfin::Rule;
use synfin_tests::script::Script;
use synfin_tests::told::Told;

use super::tell;

// RFC 9293 figure 11: the host that the old SYN names answers by a RST, from its own distance.
#[test]
fn o12_old_duplicate_syn() {
    tell(
        "
              C > S SYN ttl=57
        +10ms S > C SYN-ACK
        +10ms C > S RST      #= - O12 O12 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 2
        #: 0 handshake aborted likely 1,2,3
        #: 0 close not-opened initiator unknown/guess likely 3
        #: 0 rules O1:1 O2:2 O12:3
    ",
    );
}

#[test]
fn o12_not_when_the_rst_comes_as_far_as_the_syn() {
    tell(
        "
               C > S SYN
        +10ms  S > C SYN-ACK
        +200ms C > S RST      #= - O19 O19 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 2
        #: 0 handshake aborted certain 1,2,3
        #: 0 close not-opened initiator unknown/guess certain 3
    ",
    );
}

// RFC 9293 3.10.7.3: without an ACK, C drops it, and goes on.
#[test]
fn o18_rst_without_ack_to_a_syn() {
    tell(
        "
              C > S SYN
        +10ms S > C RST seq=0  #= - O18 O18 SYN-SENT LISTEN 1 since=10ms phase=handshake close=-
        +1s   resend C         #= 1/3 O6 O6 SYN-SENT LISTEN - again=1
        +10ms S > C SYN-ACK
        +10ms C > S ACK
        #: 0 handshake complete certain 1,4,5
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O18:2 O6:3 O2:4 O3:5 T28:5
    ",
    );
}

#[test]
fn o18_and_then_silence_is_a_refusal_by_guess() {
    tell(
        "
        host X 10.0.0.9:50000
              C > S SYN
        +10ms S > C RST seq=0
        +3s   X > S SYN
        #: 0 handshake refused guess 1,2
        #: 0 close not-opened responder refused-policy/guess guess 2
        #: 1 handshake pending certain 3
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o18_not_a_refusal_before_three_seconds_or_when_tried_again() {
    tell(
        "
        host X 10.0.0.9:50000
                C > S SYN
        +10ms   S > C RST seq=0
        +2999ms X > S SYN
        #: 0 handshake pending certain 1
        #: 0 close not-opened nobody unknown/guess certain -
        #: 1 handshake pending certain 3
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
    tell(
        "
        host X 10.0.0.9:50000
              C > S SYN
        +10ms S > C RST seq=0
        +1s   resend C
        +3s   X > S SYN
        #: 0 handshake pending certain 1
        #: 0 close not-opened nobody unknown/guess certain -
        #: 1 handshake pending certain 4
        #: 1 close not-opened nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o18_not_after_the_syn_ack() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +10ms S > C RST  #= - - - SYN-SENT>CLOSED SYN-RECEIVED>CLOSED -
        #: 0 handshake half-open certain 1,2,3
        #: 0 close not-opened responder unknown/guess certain 3
    ",
    );
}

#[test]
fn o20_syn_scan() {
    tell(
        "
              C > S SYN mss=1460
        +10ms S > C SYN-ACK mss=1460
        +99ms C > S RST  #= - O20 O20 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 2
        #: 0 handshake aborted likely 1,2,3
        #: 0 close not-opened initiator unknown/guess likely 3
        #: 0 rules O1:1 O2:2 O20:3
    ",
    );
}

// What an operating system offers: perhaps somebody gave up at that very moment.
#[test]
fn o20_is_a_guess_when_the_syn_offers_everything() {
    tell(
        "
              C > S SYN mss=1460 sackok ts=1:0 ws=7
        +10ms S > C SYN-ACK
        +10ms C > S RST  #= - O20 O20 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 2
        #: 0 handshake aborted guess 1,2,3
        #: 0 close not-opened initiator unknown/guess guess 3
    ",
    );
}

#[test]
fn o20_not_later_nor_with_an_ack_nor_with_options() {
    for rst in [
        "+100ms C > S RST",
        "+10ms C > S RST-ACK",
        "+10ms C > S RST ts=2:1",
    ] {
        tell(&format!(
            "
                  C > S SYN
            +10ms S > C SYN-ACK
            {rst}  #= - O19 O19 SYN-SENT>CLOSED SYN-RECEIVED>LISTEN 2
            #: 0 handshake aborted certain 1,2,3
            #: 0 close not-opened initiator unknown/guess certain 3"
        ));
    }
}

#[test]
fn o21_connect_scan() {
    tell(
        "
               open C > S +10ms
        +0.9ms C > S RST-ACK  #= - T14 O21,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator aborted-by-application/likely certain 4 reset=initiator
        #: 0 rules O1:1 O2:2 O3:3 O21:4 T14:4
    ",
    );
}

// The RST behind the ACK is as telling as that behind a SYN-ACK (O20), and as slow where the scanner is.
#[test]
fn o21_connect_scan_by_a_slow_scanner() {
    tell(
        "
              open C > S +10ms
        +99ms C > S RST  #= - T14 O21,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -
        #: 0 handshake complete certain 1,2,3
        #: 0 close reset initiator aborted-by-application/likely certain 4 reset=initiator
        #: 0 rules O1:1 O2:2 O3:3 O21:4 T14:4
    ",
    );
}

#[test]
fn o21_health_check_that_closes_politely() {
    tell(
        "
               open C > S +10ms
        +0.9ms C > S FIN-ACK  #= 1/4 T1 O21,T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED -
        +10ms  S > C FIN-ACK  #= 2+3/4 T5 T5 FIN-WAIT-1 ESTABLISHED>LAST-ACK 4
        +10ms  C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 4,5,6
        #: 0 rules O1:1 O2:2 O3:3 O21:4 T1:4 T5:5 T4:6
    ",
    );
}

#[test]
fn o21_not_later_nor_after_data_nor_by_the_responder() {
    for end in [
        "+100ms C > S RST-ACK  #= - T14 T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED -",
        "+1ms C > S FIN-ACK  #= 1/4 T1 T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED -",
        "S > C FIN-ACK  #= 1/4 T1 T1 ESTABLISHED ESTABLISHED>FIN-WAIT-1 -",
        "C > S FIN-ACK \"x\"  #= 1/4 T1 T1,T6 ESTABLISHED>FIN-WAIT-1 ESTABLISHED -",
        "C > S PSH-ACK \"x\"\nC > S FIN-ACK  #= 1/4 T1 T1 ESTABLISHED>FIN-WAIT-1 ESTABLISHED -",
    ] {
        let script = Script::parse(&format!("open C > S +10ms\n{end}")).unwrap();
        let told = Told::of(&script);
        assert!(
            told.packets
                .iter()
                .all(|packet| !packet.rules.contains(Rule::O21)),
            "{end}"
        );
    }
}

// An old duplicate of a SYN-ACK, or of the SYN that it answers. C resets what it does not know, and goes on.
#[test]
fn o34_syn_ack_with_a_bad_ack() {
    for ack in ["isn", "isn+2", "isn+5000"] {
        tell(&format!(
            "
                  C > S SYN
            +10ms S > C SYN-ACK ack={ack}  #= - O34 O34 SYN-SENT LISTEN - phase=handshake
            +10ms C > S RST seq={ack}      #= - - - SYN-SENT LISTEN 2
            #: 0 handshake bad-ack certain 1,2,3
            #: 0 close not-opened nobody unknown/guess certain 3
            #: 0 rules O1:1 O34:2"
        ));
    }
}

#[test]
fn o34_and_recovered() {
    tell(
        "
              C > S SYN
        +10ms forged S > C SYN-ACK seq=777 ack=isn+5000
        +10ms C > S RST seq=isn+5000
        +1s   resend C       #= 1/3 O6 O6 SYN-SENT LISTEN - again=1
        +10ms S > C SYN-ACK  #= 2/3 O2 O2 SYN-SENT LISTEN>SYN-RECEIVED 4
        +10ms C > S ACK      #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 5
        #: 0 handshake complete certain 1,5,6
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// Data in the SYN may be acknowledged with it, or not.
#[test]
fn o34_not_when_it_acknowledges_data_of_the_syn() {
    for (ack, data) in [("isn+1", "O26"), ("isn+2", "O25"), ("isn+4", "O25")] {
        tell(&format!(
            "
                  C > S SYN tfo=0102030405060708 \"GET\"
            +10ms S > C SYN-ACK ack={ack}  #= 2/3 O2 O2,{data} SYN-SENT LISTEN>SYN-RECEIVED 1
            #: 0 handshake pending certain 1,2
            #: 0 close not-opened nobody unknown/guess certain -"
        ));
    }
}

// RFC 9293 3.10.7.4, fifth: <SEQ=SEG.ACK><CTL=RST>.
#[test]
fn o47_bad_final_ack() {
    for ack in ["isn", "isn+2", "isn+7777"] {
        tell(&format!(
            "
                  C > S SYN
            +10ms S > C SYN-ACK
            +10ms C > S ACK ack={ack}  #= - O47 O47 SYN-SENT SYN-RECEIVED -
            +10ms S > C RST seq={ack}  #= - - - SYN-SENT SYN-RECEIVED 3
            #: 0 handshake bad-ack certain 1,2,3,4
            #: 0 close not-opened responder unknown/guess certain 4
            #: 0 rules O1:1 O2:2 O47:3"
        ));
    }
}

#[test]
fn o47_not_when_the_ack_is_right_or_of_another_place() {
    tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +10ms forged C > S ACK ack=isn+7777            #= - O47 O47 SYN-SENT SYN-RECEIVED -
        +10ms forged C > S ACK seq=+50000 ack=isn+7777 #= - - - SYN-SENT SYN-RECEIVED -
        +10ms C > S ACK  #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
        #: 0 handshake complete certain 1,2,5
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}
