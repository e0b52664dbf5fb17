//! Sequence numbers: defaults, holes, offers, crossings.

use super::{numbers, play, read};

#[test]
fn a_whole_connection_needs_no_number() {
    let wanted = [
        (1000, 0),
        (5000, 1001),
        (1001, 5001),
        (1001, 5001),
        (5001, 1004),
        (1004, 5011),
        (5011, 1005),
        (5011, 1005),
        (1005, 5012),
    ];
    assert_eq!(
        numbers("open C > S\n C > S PSH-ACK \"abc\"\n S > C ACK len=10\n close C > S"),
        wanted
    );
}

#[test]
fn rfc9293_figure_6_explicit_numbers() {
    let figure = "C > S SYN seq=100\n S > C SYN-ACK seq=300\n C > S ACK\n C > S ACK len=5";
    assert_eq!(numbers(figure), [(100, 0), (300, 101), (101, 301), (101, 301)]);
}

#[test]
fn simultaneous_open_keeps_each_isn() {
    let figure_7 = "C > S SYN seq=100\n S > C SYN seq=300\n C > S SYN-ACK\n S > C SYN-ACK\n C > S ACK";
    assert_eq!(
        numbers(figure_7),
        [(100, 0), (300, 0), (100, 301), (300, 101), (101, 301)]
    );
}

#[test]
fn split_handshake() {
    let split = "C > S SYN\n S > C ACK\n S > C SYN\n C > S SYN-ACK\n S > C ACK";
    assert_eq!(
        numbers(split),
        [(1000, 0), (5001, 1001), (5000, 0), (1000, 5001), (5001, 1001)]
    );
}

#[test]
fn simultaneous_close_crosses() {
    let close = "open C > S\n C > S FIN-ACK\n cross S > C FIN-ACK\n C > S ACK\n S > C ACK";
    assert_eq!(
        numbers(close)[3..],
        [(1001, 5001), (5001, 1001), (1002, 5002), (5002, 1002)]
    );
}

#[test]
fn old_duplicate_syn_figure_8() {
    let figure = "drop C > S SYN seq=100\n C > S SYN seq=90\n S > C SYN-ACK seq=300\n C > S RST seq=ack\n\
                  C > S SYN seq=100\n S > C SYN-ACK seq=400\n C > S ACK";
    let wanted = [(90, 0), (300, 91), (91, 0), (100, 0), (400, 101), (101, 401)];
    assert_eq!(numbers(figure), wanted);
}

#[test]
fn half_open_discovery_figure_9_keeps_the_old_connection() {
    let figure = "open C > S\n C > S SYN seq=77777\n S > C ACK\n C > S RST seq=ack\n C > S SYN seq=77777\n S > C SYN-ACK";
    let wanted = [
        (77777, 0),
        (5001, 1001),
        (1001, 0),
        (77777, 0),
        (1_005_000, 77778),
    ];
    assert_eq!(numbers(figure)[3..], wanted);
}

#[test]
fn reused_tuple() {
    let reuse = "open C > S\n close C > S\n C > S SYN seq=900000\n S > C SYN-ACK\n C > S ACK\n C > S ACK len=1\n S > C ACK";
    let wanted = [
        (900_000, 0),
        (1_005_000, 900_001),
        (900_001, 1_005_001),
        (900_001, 1_005_001),
        (1_005_001, 900_002),
    ];
    assert_eq!(numbers(reuse)[7..], wanted);
}

#[test]
fn loss_leaves_a_hole_that_a_resend_fills() {
    let script = "open C > S\n lost a: C > S ACK len=10\n";
    assert!(
        super::Script::parse(script).is_err(),
        "a label stands before drop, lost and the like"
    );
    let script = play(
        "open C > S\n a: lost C > S ACK len=10\n C > S ACK len=10\n S > C ACK sack=+10-+20\n resend a\n S > C ACK\n C > S ACK len=5",
    );
    let segments = read(&script);
    let numbers: Vec<_> = segments[3..]
        .iter()
        .map(|segment| (segment.seq, segment.ack))
        .collect();
    assert_eq!(
        numbers,
        [
            (1001, 5001),
            (1011, 5001),
            (5001, 1001),
            (1001, 5001),
            (5001, 1021),
            (1021, 5001)
        ]
    );
    assert_eq!(segments[3].payload, segments[6].payload);
    assert_eq!(segments[5].options, super::unhex("05 0a 000003f3 000003fd 0000"));
}

#[test]
fn drop_arrives_uncaptured_and_forged_moves_nothing() {
    let script = "open C > S\n drop S > C ACK len=1000\n C > S ACK\n forged S > C RST seq=+77 ttl=3\n\
                  forged C > S ACK len=99\n S > C ACK len=1\n drop lost C > S ACK len=5\n C > S FIN-ACK\n S > C ACK";
    let wanted = [
        (1001, 6001),
        (6078, 0),
        (1001, 6001),
        (6001, 1001),
        (1006, 6002),
        (6002, 1001),
    ];
    assert_eq!(numbers(script)[3..], wanted);
}

#[test]
fn late_segments_arrive_when_told() {
    let script = play(
        "open C > S\n d: late C > S ACK len=10\n C > S ACK len=10\n S > C ACK\n back: arrive d\n S > C ACK\n host: C > S ACK",
    );
    let numbers: Vec<_> = read(&script)[3..]
        .iter()
        .map(|segment| (segment.seq, segment.ack))
        .collect();
    assert_eq!(
        numbers,
        [
            (1011, 5001),
            (5001, 1001),
            (1001, 5001),
            (5001, 1021),
            (1021, 5001)
        ]
    );
    assert_eq!(
        (script.number("d"), script.number("back"), script.number("none")),
        (Some(6), Some(6), None)
    );
    let ids: Vec<u16> = script.packets()[3..6]
        .iter()
        .map(|frame| super::be16(&frame.data, 18))
        .collect();
    assert_eq!(ids, [4, 2, 3]);
}

#[test]
fn without_a_syn_the_first_numbers_say_where_the_streams_stand() {
    let middle = "C > S ACK seq=70000 ack=90000 len=5\n S > C ACK len=7\n C > S ACK";
    assert_eq!(numbers(middle), [(70000, 90000), (90000, 70005), (70005, 90007)]);
    assert_eq!(
        numbers("C > S ACK len=5\n S > C ACK"),
        [(1001, 5001), (5001, 1006)]
    );
    // backscatter, answered as RFC 9293 section 3.10.7.1 says
    assert_eq!(
        numbers("S > C SYN-ACK seq=7 ack=4000\n C > S RST seq=ack"),
        [(7, 4000), (4000, 0)]
    );
    // a SYN-ACK captured before its SYN
    assert_eq!(
        numbers("S > C SYN-ACK ack=1001\n C > S SYN\n C > S ACK"),
        [(5000, 1001), (1000, 0), (1001, 5001)]
    );
}

#[test]
fn numbers_wrap() {
    let wrap = "host C isn=4294967295\n host S isn=0xffff_fffe\n open C > S\n C > S ACK len=3\n S > C ACK len=4\n close S > C";
    let wanted = [
        (u32::MAX, 0),
        (u32::MAX - 1, 0),
        (0, u32::MAX),
        (0, u32::MAX),
        (u32::MAX, 3),
        (3, 3),
        (3, 3),
    ];
    let found = numbers(wrap);
    assert_eq!(found[..5], wanted[..5]);
    assert_eq!(found[5..8], [(3, 3), (3, 4), (3, 4)]);
}

#[test]
fn fast_open_keep_alive_zero_window() {
    let fast = "C > S SYN tfo=0102030405060708 \"GET\"\n S > C SYN-ACK\n C > S ACK\n S > C ACK ack=-3\n C > S ACK seq=-1 len=1";
    let segments = read(&play(fast));
    let numbers: Vec<_> = segments
        .iter()
        .map(|segment| (segment.seq, segment.ack))
        .collect();
    assert_eq!(
        numbers,
        [(1000, 0), (5000, 1004), (1004, 5001), (5001, 1001), (1003, 5001)]
    );
    assert_eq!(
        (segments[0].payload.as_slice(), segments[4].payload.as_slice()),
        (&b"GET"[..], &b"T"[..])
    );
}

#[test]
fn reset_in_answer_to_anything() {
    assert_eq!(numbers("C > S SYN\n S > C RST-ACK seq=0"), [(1000, 0), (0, 1001)]);
    assert_eq!(
        numbers("C > S FIN-PSH-URG seq=5 len=2\n S > C RST-ACK seq=0 ack=end"),
        [(5, 0), (0, 8)]
    );
}

#[test]
fn further_hosts_have_tuples_of_their_own() {
    let hosts = "host A 10.0.0.1:40001 isn=7\n C > S SYN\n A > S SYN\n S > A SYN-ACK seq=9\n S > C SYN-ACK";
    assert_eq!(numbers(hosts), [(1000, 0), (7, 0), (9, 8), (5000, 1001)]);
}

#[test]
fn the_clock_steps_and_jumps() {
    let script = play(
        "C > S SYN\n+1.5ms\n+2us S > C SYN-ACK\n dup +0.1ms\n time 9.000000001\n C > S ACK\n -1s C > S ACK",
    );
    let times: Vec<i64> = script.packets().iter().map(|frame| frame.time_ns).collect();
    assert_eq!(
        times,
        [
            1_000_000_000,
            1_001_502_000,
            1_001_602_000,
            9_000_000_001,
            8_000_000_001
        ]
    );
}

#[test]
fn the_pattern_follows_the_stream() {
    let script = play(
        "open C > S\n C > S ACK len=30\n C > S ACK \"XY\" len=3\n C > S ACK seq=isn+29 len=6\n resend C seq=isn+1 len=4",
    );
    let segments = read(&script);
    assert_eq!(segments[3].payload, b"abcdefghijklmnopqrstuvwxyzabcd");
    assert_eq!(segments[4].payload, b"XYghi");
    assert_eq!(segments[5].payload, b"cdXYgh");
    assert_eq!(segments[6].payload, b"abcd");
}

#[test]
fn split_gives_the_marks_to_the_last() {
    let script = play("open C > S\n req: C > S PSH-FIN-ACK \"abcdefgh\" split=3\n S > C ACK\n resend req");
    let pieces: Vec<_> = read(&script)[3..]
        .iter()
        .map(|s| (s.seq, s.flags, s.payload.len()))
        .collect();
    let sent = [(1001, 0x10, 3), (1004, 0x10, 3), (1007, 0x19, 2)];
    assert_eq!(pieces[..3], sent);
    assert_eq!(pieces[3], (5001, 0x10, 0));
    assert_eq!(pieces[4..], sent);
    assert_eq!(script.number("req"), Some(4));
    assert_eq!(read(&script)[6].ack, 1010);
}
