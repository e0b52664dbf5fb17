//! O40: TCP-AO (RFC 5925) and MD5 signatures (RFC 2385).

use synfin::Rule;

use super::tell;

#[test]
fn o40_md5_on_every_segment() {
    tell(
        "
              C > S SYN md5              #= 1/3 O1 O1,O40 CLOSED>SYN-SENT LISTEN -
        +10ms S > C SYN-ACK md5          #= 2/3 O2 O2,O40 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms C > S ACK md5              #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
        +10ms C > S PSH-ACK md5 \"x\"    #= - - - ESTABLISHED ESTABLISHED -
        +10ms S > C ACK md5              #= - - - ESTABLISHED ESTABLISHED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 initiator md5
        #: 0 responder md5
        #: 0 agreed md5
        #: 0 violations -
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o40_signature_missing_later() {
    tell(
        "
              C > S SYN md5
        +10ms S > C SYN-ACK md5
        +10ms C > S ACK                  #= 3/3 O3 O3,O40 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
        +10ms C > S PSH-ACK \"x\"        #= - O40 O40 ESTABLISHED ESTABLISHED -
        +10ms S > C ACK md5              #= - - - ESTABLISHED ESTABLISHED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 violations O40:3 md5 missing; O40:4 md5 missing
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

// Each names the key that its peer asks for.
#[test]
fn o40_authentication_with_its_keys() {
    tell(
        "
              C > S SYN ao=1:2            #= 1/3 O1 O1,O40 CLOSED>SYN-SENT LISTEN -
        +10ms S > C SYN-ACK ao=2:1        #= 2/3 O2 O2,O40 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms C > S ACK ao=1:2            #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
        +10ms S > C PSH-ACK ao=2:7 \"x\"  #= - - - ESTABLISHED ESTABLISHED -
        +10ms C > S ACK ao=7:2            #= - - - ESTABLISHED ESTABLISHED 4
        +10ms C > S PSH-ACK ao=1:2 \"y\"  #= - - - ESTABLISHED ESTABLISHED -
        #: 0 handshake complete certain 1,2,3
        #: 0 initiator ao=1:2
        #: 0 responder ao=2:1
        #: 0 agreed ao
        #: 0 violations -
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o40_another_key() {
    tell(
        "
              C > S SYN ao=1:2
        +10ms S > C SYN-ACK ao=5:1        #= 2/3 O2 O2,O40 SYN-SENT LISTEN>SYN-RECEIVED 1
        +10ms C > S ACK ao=1:2            #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
        +10ms C > S PSH-ACK ao=9:2 \"x\"  #= - O40 O40 ESTABLISHED ESTABLISHED -
        +10ms S > C ACK md5               #= - O40 O40 ESTABLISHED ESTABLISHED 4
        #: 0 handshake complete certain 1,2,3
        #: 0 violations O40:2 ao mismatch; O40:4 ao mismatch; O40:5 ao missing
        #: 0 close open nobody unknown/guess certain -
    ",
    );
}

#[test]
fn o40_only_one_side_is_protected() {
    for (syn, syn_ack, rules, fault) in [
        ("ao=1:1", "", "O2,O40", "ao missing"),
        ("md5", "", "O2,O40", "md5 missing"),
        ("", "ao=1:1", "O2,O40", "ao not-offered"),
        ("", "md5", "O2,O40", "md5 not-offered"),
        ("md5", "ao=1:1", "O2,O40", "md5 mismatch"),
    ] {
        tell(&format!(
            "
                  C > S SYN {syn}
            +10ms S > C SYN-ACK {syn_ack}  #= 2/3 O2 {rules} SYN-SENT LISTEN>SYN-RECEIVED 1
            +10ms C > S ACK                #= 3/3 O3 O3 SYN-SENT>ESTABLISHED SYN-RECEIVED>ESTABLISHED 2
            #: 0 handshake complete certain 1,2,3
            #: 0 agreed none
            #: 0 violations O40:2 {fault}
            #: 0 close open nobody unknown/guess certain -"
        ));
    }
}

// Whoever forges a RST has no key.
#[test]
fn o40_reset_without_signature() {
    let told = tell(
        "
              C > S SYN md5
        +10ms S > C SYN-ACK md5
        +10ms C > S ACK md5
        +10ms S > C RST
        #: 0 handshake complete certain 1,2,3
        #: 0 violations O40:4 md5 missing
        #: 0 close reset responder aborted-by-application/likely certain 4 reset=responder
    ",
    );
    assert!(told.packets[3].rules.contains(Rule::O40));
    assert_eq!(told.packets[3].role, Some(Rule::T14));
}

// No option at all, and one that comes out of nowhere in the middle of a connection without.
#[test]
fn o40_not_where_nothing_was_agreed() {
    let told = tell(
        "
              C > S SYN
        +10ms S > C SYN-ACK
        +10ms C > S ACK md5
        +10ms C > S PSH-ACK ao=1:1 \"x\"
        +10ms S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 agreed none
        #: 0 violations -
        #: 0 close open nobody unknown/guess certain -
    ",
    );
    assert!(
        told.packets
            .iter()
            .all(|packet| !packet.rules.contains(Rule::O40))
    );
}

#[test]
fn violations_past_the_bound_are_counted() {
    let data = "+1ms C > S PSH-ACK \"x\"\n".repeat(20);
    let told = tell(&format!(
        "
        C > S SYN md5
        +10ms S > C SYN-ACK md5
        +10ms C > S ACK md5
        {data}
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -"
    ));
    let options = &told.connections[0].options;
    assert_eq!((options.violations.len(), options.violations_omitted), (16, 4));
}
