//! What the properties found, as situations.

use synfin_tests::told::tell;

/// Neither bare SYN was captured: both hosts sent a SYN-ACK all the same, which only crossing SYNs make them do.
#[test]
fn o10_crossed_syn_acks_alone_are_a_simultaneous_open() {
    tell(
        "
      S > C SYN-ACK #= 2/3 O2 O2     unknown              LISTEN>SYN-RECEIVED      -
+10ms C > S SYN-ACK #= 2/3 O2 O2,O10 unknown>SYN-RECEIVED SYN-RECEIVED>ESTABLISHED 1
#: 0 handshake simultaneous likely 1,2
#: 0 close open nobody unknown/guess certain -
",
    );
}

/// The FIN was on its way when the RST ended the connection: there was none before it.
#[test]
fn t14_is_not_undone_by_a_fin_that_crossed_it() {
    tell(
        "
      C > S SYN       #= 1/3 O1 O1  CLOSED>SYN-SENT       LISTEN                    -
+10ms S > C SYN-ACK   #= 2/3 O2 O2  SYN-SENT              LISTEN>SYN-RECEIVED       1
+10ms C > S ACK       #= 3/3 O3 O3  SYN-SENT>ESTABLISHED  SYN-RECEIVED>ESTABLISHED  2
+10ms C > S RST,ACK   #= - T14 O21,T14 ESTABLISHED>CLOSED ESTABLISHED>CLOSED        -
+1ms  S > C FIN,ACK
#: 0 handshake complete certain 1,2,3
#: 0 close reset initiator aborted-by-application/likely certain 4 reset=initiator
",
    );
}

/// The last byte of S was not captured, so that its RST is not at the number expected. It may have ended the connection
/// all the same: then that of C is its answer.
#[test]
fn t14_behind_a_reset_that_nothing_challenged_is_not_certain() {
    tell(
        "
           C > S SYN
+10ms      S > C SYN-ACK
+10ms      C > S ACK
+10ms drop S > C ACK len=1
           S > C RST-ACK  #= - T17 T17 ESTABLISHED ESTABLISHED -
+10ms      C > S RST-ACK ack=isn+1
#: 0 handshake complete certain 1,2,3
#: 0 close reset initiator aborted-by-application/likely likely 5 reset=initiator
",
    );
}

/// S acknowledges one past the last byte seen: a FIN, or a byte, that was not captured. Nothing that rests on it is
/// certain, not even by an exact RST.
#[test]
fn t16_by_a_fin_that_was_not_captured_is_not_certain() {
    let told = tell(
        "
      C > S SYN
+10ms S > C SYN-ACK
+10ms C > S ACK
+10ms C > S ACK len=100
+10ms S > C ACK ack=+1
+10ms C > S RST seq=+1
#: 0 handshake complete certain 1,2,3
#: 0 close fin-then-reset initiator aborted-by-application/likely likely 5,6 reset=initiator
",
    );
    assert_eq!(told.connections.len(), 1);
}

/// The final ACK and the data that it was followed by were not captured: an ACK beyond the SYN-ACK is not certainly bad.
#[test]
fn o47_may_be_the_ack_of_data_that_was_not_captured() {
    tell(
        "
      C > S SYN
+10ms S > C SYN-ACK
+10ms C > S ACK ack=+1 #= - O47 O47 SYN-SENT SYN-RECEIVED -
#: 0 handshake bad-ack likely 1,2,3
#: 0 close not-opened nobody unknown/guess likely -
",
    );
}

/// S has sent data: it had accepted, although its SYN-ACK was not captured.
#[test]
fn o15_not_after_data_of_the_responder() {
    let told = tell(
        "
      C > S SYN
+10ms S > C ACK seq=isn+1 ack=isn+1 len=10
+10ms S > C RST,ACK seq=isn+11 ack=isn+1
#: 0 handshake pending certain 1,3
#: 0 close not-opened nobody unknown/guess certain 3
",
    );
    assert!(!told.packets[2].rules.contains(synfin::Rule::O15));
}

// Dropped from the capture: the SYN-ACK, and all data but the FIN. What C acknowledges was the responder's SYN.
#[test]
fn o15_not_where_the_initiator_acknowledges_the_responder() {
    tell(
        "
                   C > S SYN
        +10ms drop S > C SYN-ACK
        +10ms drop C > S ACK
        +10ms drop C > S PSH-ACK len=100
              C > S FIN-ACK
        +10ms S > C RST-ACK  #= - - - SYN-SENT>CLOSED LISTEN>CLOSED -
        #: 0 handshake pending certain 1,3
        #: 0 close not-opened nobody unknown/guess certain 3
    ",
    );
}

// Its data was not captured, but what S sends later lies behind it.
#[test]
fn o47_is_likely_although_the_responder_goes_on_behind_it() {
    let told = tell(
        "
                   C > S SYN
        +10ms      S > C SYN-ACK
        +10ms drop C > S ACK
        +10ms drop S > C PSH-ACK len=1449
        +10ms      C > S ACK            #= - O47 O47 SYN-SENT SYN-RECEIVED -
        +10ms drop S > C PSH-ACK len=1448
        +10ms      S > C PSH-ACK len=1
        #: 0 handshake bad-ack likely 1,2,3
        #: 0 close not-opened nobody unknown/guess likely -
    ",
    );
    assert_eq!(told.connections.len(), 1);
}
