//! E9, a fact: sent again, needlessly so, overtaken or doubled, as the counters of the sender and the answers of the
//! receiver tell. Where neither does, nothing is said.

use super::tell;

#[test]
fn e9_overtaken_as_the_ip_identification_tells() {
    tell(
        "
        #! v4
               open C > S
        a:     late C > S PSH-ACK len=100
        +1ms   C > S PSH-ACK len=100  #= - - - ESTABLISHED ESTABLISHED - order=-
        +300ms arrive a               #= - - - ESTABLISHED ESTABLISHED - order=out-of-order again=-
        +1ms   S > C ACK              #= - - - ESTABLISHED ESTABLISHED 4 order=-
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:6
        #: 0 out-of-order 1 0
        #: 0 again 0 0
        #: 0 gaps 0 0
        #: 0 bytes 200 0
    ",
    );
}

#[test]
fn e9_overtaken_as_the_timestamp_tells() {
    tell(
        "
               C > S SYN ts
        +10ms  S > C SYN-ACK ts
        +10ms  C > S ACK ts
        a:     late S > C PSH-ACK len=100 ts ipid=0
        +5ms   S > C PSH-ACK len=100 ts ipid=0
        +300ms arrive a               #= - - - ESTABLISHED ESTABLISHED - order=out-of-order
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 out-of-order 0 1
        #: 0 again 0 0
    ",
    );
}

// The first sending never came as far as the capture: only the number of the packet tells that this is a second one.
#[test]
fn e9_sent_again_after_a_loss_before_the_capture() {
    tell(
        "
        #! v4
               open C > S
        a:     drop lost C > S PSH-ACK len=100
        +1ms   C > S PSH-ACK len=100
        +1ms   S > C ACK
        +2ms   resend a               #= - - - ESTABLISHED ESTABLISHED - order=retransmission again=- of=-
        +1ms   S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:7
        #: 0 again 1 0
        #: 0 needless 0 0
        #: 0 out-of-order 0 0
        #: 0 gaps 0 0
    ",
    );
    tell(
        "
               C > S SYN ts
        +10ms  S > C SYN-ACK ts
        +10ms  C > S ACK ts
        a:     drop lost C > S PSH-ACK len=100 ts ipid=0
        +1ms   C > S PSH-ACK len=100 ts ipid=0
        +1ms   resend a ts ipid=0     #= - - - ESTABLISHED ESTABLISHED - order=retransmission
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 again 1 0
    ",
    );
}

// Neither timestamps, nor an IP identification that counts.
#[test]
fn e9_not_told_of_late_data_without_evidence() {
    for ids in [["0"; 4], ["40000", "123", "61000", "9000"]] {
        let [syn, ack, first, second] = ids;
        tell(&format!(
            "
            #! v4
                   C > S SYN ipid={syn}
            +10ms  S > C SYN-ACK
            +10ms  C > S ACK ipid={ack}
            a:     late C > S PSH-ACK len=100 ipid={first}
            +1ms   C > S PSH-ACK len=100 ipid={second}
            +1ms   arrive a               #= - - - ESTABLISHED ESTABLISHED - order=-
            #: 0 handshake complete certain 1,2,3
            #: 0 close open nobody unknown/guess certain -
            #: 0 out-of-order 0 0
            #: 0 again 0 0"
        ));
    }
}

#[test]
fn e9_needless_as_its_receiver_had_acknowledged_it() {
    tell(
        "
               open C > S
        +1ms   C > S PSH-ACK len=100
        +1ms   lost S > C ACK
        +200ms resend C       #= - - - ESTABLISHED ESTABLISHED - again=1 order=spurious-retransmission
        +1ms   S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 again 1 0
        #: 0 needless 1 0
    ",
    );
}

#[test]
fn e9_needless_as_its_receiver_had_reported_it() {
    tell(
        "
               C > S SYN sackok
        +10ms  S > C SYN-ACK sackok
        +10ms  C > S ACK
        a:     lost C > S PSH-ACK len=100
        +1ms   C > S PSH-ACK len=100
        b:     C > S PSH-ACK len=100
        +1ms   S > C ACK sack=isn+101-isn+301
        +200ms resend a       #= - - - ESTABLISHED ESTABLISHED - again=1 order=retransmission
               resend b       #= - - - ESTABLISHED ESTABLISHED - again=1 order=spurious-retransmission
        +1ms   S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 again 2 0
        #: 0 needless 1 0
    ",
    );
}

// RFC 2883: that it was needless is only known when its receiver reports to have it twice.
#[test]
fn e9_needless_as_a_duplicate_report_tells_later() {
    tell(
        "
               C > S SYN sackok
        +10ms  S > C SYN-ACK sackok
        +10ms  C > S ACK
        +1ms   C > S PSH-ACK len=100
        +200ms resend C       #= - - - ESTABLISHED ESTABLISHED - again=1 order=retransmission
        +1ms   S > C ACK
        +1ms   S > C ACK sack=isn+1-isn+101
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 again 1 0
        #: 0 needless 1 0
    ",
    );
}

#[test]
fn e9_not_needless_when_nobody_had_it() {
    tell(
        "
               C > S SYN sackok
        +10ms  S > C SYN-ACK sackok
        +10ms  C > S ACK
        a:     lost C > S PSH-ACK len=100
        +1ms   C > S PSH-ACK len=100
        +1ms   S > C ACK sack=isn+101-isn+201
        +200ms resend a       #= - - - ESTABLISHED ESTABLISHED - again=1 order=retransmission
        +1ms   S > C ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 again 1 0
        #: 0 needless 0 0
    ",
    );
}

// The very packet once more, too late to be a second capture of it: its sender sent it once.
#[test]
fn e9_doubled_on_the_way() {
    tell(
        "
        #! v4
               open C > S
        a:     C > S PSH-ACK len=100
        +1ms   C > S PSH-ACK len=100
               dup a +5ms     #= - - - ESTABLISHED ESTABLISHED - order=duplicate again=-
        +1ms   S > C ACK      #= - - - ESTABLISHED ESTABLISHED 5
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 duplicates 1 0
        #: 0 again 0 0
    ",
    );
}

// Opening and closing segments sent again are retransmissions too, as their rules say.
#[test]
fn e9_of_syn_and_fin() {
    tell(
        "
               lost C > S SYN
        +1s    resend C         #= 1/3 O6 O6 SYN-SENT LISTEN - again=1 order=retransmission
        +10ms  S > C SYN-ACK
        +10ms  C > S ACK
        +10ms  lost C > S FIN-ACK
        +200ms resend C         #= 1/4 T9 T9 FIN-WAIT-1 ESTABLISHED - again=1 order=retransmission
        #: 0 handshake complete certain 1,3,4
        #: 0 close half-closed initiator application/likely certain 5
        #: 0 again 2 0
    ",
    );
}

// The last ACK is captured, but lost behind the capture point: the FIN asks for it once more, which is not needless.
#[test]
fn e9_of_what_was_acknowledged_to_no_avail() {
    tell(
        "
               open C > S
        +10ms  C > S FIN-ACK
        +10ms  S > C FIN-ACK
        +10ms  lost C > S ACK
        +200ms resend S         #= 2+3/4 T10 T10 TIME-WAIT CLOSED>LAST-ACK - again=1 order=retransmission
        +10ms  C > S ACK
        #: 0 handshake complete certain 1,2,3
        #: 0 close three-segment initiator application/likely certain 4,5,6
        #: 0 again 0 1
        #: 0 needless 0 0
    ",
    );
}

// Captured twice is no second sending.
#[test]
fn e9_not_a_retransmission_when_captured_twice() {
    tell(
        "
        #! once
               open C > S
        +10ms  C > S PSH-ACK len=100
               dup +0.1ms       #= - E8 E8 ESTABLISHED ESTABLISHED - again=- order=duplicate
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 duplicates 1 0
        #: 0 again 0 0
    ",
    );
}

/// RFC 9293 section 3.4: a sequence number stands for one byte. Delivered bytes are known by their sum, held ones by
/// themselves.
#[test]
fn e14_retransmission_with_other_bytes() {
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK "aaaa"
        +200ms C > S PSH-ACK seq=-4 "bbbb"  #= - E14 E14 ESTABLISHED ESTABLISHED - again=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    "#,
    );
    // Behind a hole, cut otherwise.
    tell(
        r#"
              open C > S +1ms
        +1ms  C > S PSH-ACK seq=+10 "aaaa"
        +200ms C > S PSH-ACK seq=-3 "bbbbb"  #= - E14 E14 ESTABLISHED ESTABLISHED - again=1
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
    "#,
    );
}

/// The same bytes with another acknowledgement, window and timestamp, or cut otherwise.
#[test]
fn e14_not_for_the_same_bytes() {
    tell(
        r#"
               C > S SYN mss=1460 ts=100:0
        +1ms   S > C SYN-ACK mss=1460 ts=900:100
        +1ms   C > S ACK ts=101:900
        +1ms   C > S PSH-ACK "aaaa" ts=102:900
        +1ms   S > C PSH-ACK "xx" ts=901:101
        +200ms C > S PSH-ACK seq=-4 "aaaa" win=999 ts=302:901  #= - - - ESTABLISHED ESTABLISHED 5 again=1
        +1ms   C > S PSH-ACK seq=-2 "aacc" ts=303:901
        #: 0 handshake complete certain 1,2,3
        #: 0 close open nobody unknown/guess certain -
        #: 0 rules O1:1 O2:2 O3:3 T28:7
    "#,
    );
}
