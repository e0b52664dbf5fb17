//! What a writer of scripts is told.

use super::Script;

#[test]
fn an_error_shows_its_place() {
    let error = Script::parse("C > S SYN\n\nS > C SYN-ACK mms=1460").unwrap_err();
    assert_eq!((error.line, error.column), (3, 15));
    let shown = error.to_string();
    assert!(
        shown.starts_with("line 3, column 15: unknown item \"mms=1460\"; expected a payload"),
        "{shown}"
    );
    assert!(
        shown.ends_with("\n  | S > C SYN-ACK mms=1460\n  |               ^"),
        "{shown}"
    );
}

#[test]
fn every_kind_of_mistake() {
    let cases = [
        ("C > X SYN", 5, "no host is called \"X\"; there are C, S"),
        ("C > C SYN", 5, "a host cannot send to itself"),
        (
            "C >",
            4,
            "expected the host it is sent to, but the statement ends here",
        ),
        (
            "C > S",
            6,
            "expected flags such as SYN-ACK, but the statement ends here",
        ),
        ("C > S SYM", 7, "expected flags joined by -"),
        ("C S SYN", 1, "unknown statement \"C\""),
        (
            "C > S SYN mss=99999",
            11,
            "mss= expects a number from 0 to 65535, not \"99999\"",
        ),
        ("C > S SYN mss", 11, "mss needs a value: mss=..."),
        (
            "C > S SYN seq=abc",
            11,
            "seq= expects a number, +N, -N, isn+N or ack+N, not \"abc\"",
        ),
        ("C > S SYN seq=1 seq=2", 17, "seq= stands twice"),
        ("C > S ACK \"abc", 11, "this text has no closing quote"),
        ("C > S ACK \"a\\qc\"", 13, "unknown escape"),
        ("C > S ACK hex=abc", 11, "hex= expects bytes in hexadecimal"),
        ("C > S ACK ttl=300", 11, "ttl= expects a number from 0 to 255"),
        ("C > S ACK sack=5", 11, "sack= expects blocks such as"),
        ("C > S ACK len=70000", 1, "the packet would have 70040 bytes"),
        ("+10 C > S ACK", 1, "expected a time step such as +10ms"),
        ("+0.0000001ms", 1, "expected a time step"),
        ("time soon", 6, "time expects seconds"),
        ("lost dup", 6, "expected a segment, resend or icmp after drop"),
        ("late drop C > S ACK", 11, "late already says"),
        ("dup", 1, "no frame stands above"),
        ("resend C", 1, "C stands for no SYN, data or FIN to resend"),
        ("resend D", 8, "\"D\" is neither a host nor a label"),
        ("x:", 3, "expected a statement after the label"),
        ("C: C > S ACK", 1, "a label is letters"),
        (
            "icmp S > C unreachable",
            23,
            "expected \"quoting\" and a host or a label",
        ),
        (
            "icmp S > C nonsense quoting C",
            12,
            "expected unreachable, ttl-exceeded",
        ),
        (
            "icmp S > C unreachable quoting C",
            1,
            "C stands for no segment to quote",
        ),
        ("link token-ring", 6, "expected a link type"),
        ("host A nowhere", 8, "expected an address with a port"),
        ("host A", 7, "expected an address with a port"),
        ("host A [::1]:80\\\n", 8, "expected an address with a port"),
        ("v6 now", 4, "nothing more was expected, but \"now\""),
    ];
    for (source, column, message) in cases {
        let error = Script::parse(source).expect_err(source);
        assert!(error.message.starts_with(message), "{source}: {error}");
        assert_eq!((error.line, error.column), (1, column), "{source}: {error}");
    }
}

#[test]
fn mistakes_that_need_two_lines() {
    let cases = [
        ("C > S SYN\nlink raw", "link must stand before the first segment"),
        ("a: C > S SYN\na: C > S SYN", "the label \"a\" stands twice"),
        (
            "host A [::1]:80\nC > A SYN",
            "C (10.0.0.1:40000) and A ([::1]:80) speak different IP versions",
        ),
        ("C > S ACK \\\n  foo", "unknown item \"foo\""),
    ];
    for (source, message) in cases {
        let error = Script::parse(source).expect_err(source);
        assert_eq!(error.line, 2, "{error}");
        assert!(error.message.starts_with(message), "{error}");
    }
}

#[test]
fn no_text_makes_it_panic() {
    let words = [
        "C",
        ">",
        "S",
        "ACK",
        "SYN",
        "seq=",
        "seq=+",
        "seq=isn",
        "sack=-",
        "sack=é-é",
        "ts=:",
        "+",
        "-",
        "+é",
        "ttl-",
        "ttl-x",
        "x:",
        ":",
        "\"",
        "\\",
        "\"\\x",
        "\"\\",
        "opt=",
        "ao=",
        "mptcp=",
        "dup",
        "resend",
        "arrive",
        "icmp",
        "open",
        "close",
        "host",
        "time",
        "quoting",
        "len=9999999",
        "split=1",
        "drop",
        "late",
        "#",
        "é",
        "vlan=",
        "=",
        "uto=m",
        "sum=0x",
        "hex=:",
        "+9999999999999s",
    ];
    let mut state: u32 = 1;
    for _ in 0..20_000 {
        let mut line = String::new();
        for _ in 0..6 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            line.push_str(words[(state >> 8) as usize % words.len()]);
            line.push_str(if state & 0x8000_0000 == 0 { " " } else { "\n" });
        }
        if let Err(error) = Script::parse(&line) {
            assert!(!error.to_string().is_empty());
        }
    }
}
