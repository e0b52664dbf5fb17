//! The Wireshark plugin in the real tshark: what its fields say is what the core says, frame by frame.

use std::fs;

use synfin::FIELDS;
use synfin_tests::captures;
use synfin_tests::script::Script;
use synfin_tests::shown::Form;
use synfin_tests::truth::{self, Passes, Truth};
use synfin_tests::wireshark::Wireshark;

/// Holds all fields of a capture against the core, in one pass and in two.
fn compare_all(wireshark: &Wireshark, name: &str, bytes: &[u8]) {
    let truth = Truth::of(bytes);
    let capture = wireshark.capture(bytes, name);
    for (how, passes) in [(&[][..], Passes::One), (&["-2"], Passes::Two)] {
        let shown = Form::Fields.list(wireshark, &capture, how, &truth::names());
        truth.is_shown(&shown, passes, &format!("{name} {how:?}"));
    }
}

/// What the real captures do not show: each once.
const SITUATIONS: [(&str, &str); 10] = [
    (
        "captured-twice-or-sent-twice", // told apart by IP's identification only
        "open C > S +1ms\n C > S PSH-ACK \"abc\" ipid=7\n dup +0.1ms\n +9ms S > C ACK\n +1ms C > S PSH-ACK \"def\" \
         ipid=8\n +0.1ms resend C ipid=9\n +9ms S > C ACK\n close C > S +1ms",
    ),
    (
        "captured-twice-over-ipv6",
        "v6\n open C > S +1ms\n C > S PSH-ACK \"abc\"\n dup +0.1ms ttl-1\n +9ms S > C ACK\n close C > S +1ms",
    ),
    (
        "silence-told-by-another-packet",
        "host D 10.0.0.9:9\n C > S SYN\n forged D > C SYN\n +5s icmp S > C unreachable code=port quoting D",
    ),
    (
        "unreachable-over-ipv6",
        "v6\n C > S SYN\n +1ms icmp S > C unreachable code=port quoting C\n +5s icmp S > C unreachable code=port quoting C",
    ),
    (
        "answer-cut-by-the-end-of-the-capture",
        "open C > S +1ms\n C > S PSH-ACK \"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n \
         S > C PSH-ACK \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nabc\"\n C > S ACK",
    ),
    (
        "times-that-go-back",
        "open C > S +1ms\n +5s C > S PSH-ACK \"abc\"\n -4s S > C ACK\n close S > C +1ms",
    ),
    (
        "sums",
        "C > S SYN sum=bad\n S > C SYN-ACK sum=offload\n C > S ACK sum=bad snap=60\n C > S RST ipsum=bad",
    ),
    (
        "cut-short",
        "C > S SYN mss=1460\n S > C SYN-ACK mss=1460 snap=56\n C > S ACK snap=47\n C > S PSH-ACK len=10 snap=38\n \
         S > C ACK snap=37\n S > C ACK snap=34\n S > C FIN-ACK snap=30",
    ),
    (
        "header-length-out-of-bounds",
        "open C > S +1ms\n C > S PSH-ACK \"abcdefgh\" dataoff=4\n S > C ACK dataoff=15\n C > S ACK dataoff=0",
    ),
    (
        "padded-and-short",
        "open C > S +1ms\n C > S ACK pad=6\n C > S PSH-ACK \"abcdefgh\" iplen=44\n S > C ACK iplen=30\n S > C RST pad=40",
    ),
];

#[test]
fn every_field_says_what_the_core_says_in_odd_situations() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    for (name, script) in SITUATIONS {
        let mut bytes = Vec::new();
        let script = Script::parse(script).unwrap_or_else(|error| panic!("{name}: {error}"));
        script.write_pcapng(&mut bytes).unwrap();
        compare_all(&wireshark, name, &bytes);
    }
}

/// A 802.11 frame that carries several packets (an A-MSDU), in a pcap file.
fn aggregate(packets: &[&[u8]]) -> Vec<u8> {
    // QoS data, three addresses, sequence number, QoS control with "A-MSDU present"
    let mut frame = vec![0x88, 0, 0, 0];
    frame.extend([
        2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 3, 0, 0, 0x80, 0,
    ]);
    for packet in packets {
        frame.resize(26 + (frame.len() - 26).next_multiple_of(4), 0);
        frame.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]);
        frame.extend((packet.len() as u16 + 8).to_be_bytes());
        frame.extend([0xaa, 0xaa, 3, 0, 0, 0, 8, 0]); // LLC and SNAP: IPv4
        frame.extend(*packet);
    }
    let mut file = vec![
        0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 105, 0, 0, 0,
    ];
    for word in [1, 0, frame.len() as u32, frame.len() as u32] {
        file.extend(word.to_le_bytes());
    }
    file.extend(frame);
    file
}

#[test]
fn several_tcp_layers_of_a_frame_are_kept_apart() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let script =
        Script::parse("link raw\n host D 10.0.0.3:99\n C > S SYN\n forged D > S SYN\n S > C SYN-ACK")
            .unwrap();
    let packets: Vec<_> = script
        .packets()
        .iter()
        .map(|packet| packet.data.as_slice())
        .collect();
    let capture = wireshark.capture(&aggregate(&packets), "aggregate.pcap");
    let fields = ["layer", "connection", "step", "src", "answers"].map(|name| format!("synfin.{name}"));
    let fields: Vec<_> = fields.iter().map(String::as_str).collect();
    for passes in [&[][..], &["-2"]] {
        let rows = wireshark.rows(&capture, passes, &fields);
        let wanted: [&[&str]; 5] = [
            &["0", "1", "2"],
            &["0", "1", "0"],
            &["1/3", "1/3", "2/3"],
            &["10.0.0.1", "10.0.0.3", "10.0.0.2"],
            &["1"],
        ];
        assert_eq!(rows, [wanted], "{passes:?}");
    }
    let list = wireshark.tshark(&["-n", "-r", &capture]);
    assert!(
        list.trim_end().ends_with("[1/3 SYN] [1/3 SYN] [2/3 SYN-ACK]"),
        "{list}"
    );
}

#[test]
fn a_header_quoted_by_an_icmp_error_is_no_segment_of_its_frame() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    for version in ["", "v6\n"] {
        let text = format!("{version}C > S SYN\n icmp S > C unreachable code=port quoting C\n +1s resend C");
        let mut bytes = Vec::new();
        Script::parse(&text).unwrap().write_pcapng(&mut bytes).unwrap();
        let capture = wireshark.capture(&bytes, "quote.pcapng");
        let rows = wireshark.rows(
            &capture,
            &[],
            &["tcp.srcport", "synfin.src_port", "synfin.retransmission_of"],
        );
        let found: Vec<_> = rows
            .iter()
            .map(|row| row.iter().map(|values| values.join(",")).collect::<Vec<_>>())
            .collect();
        let wanted = [["40000", "40000", ""], ["40000", "", ""], ["40000", "40000", "1"]];
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn tshark_lists_the_plugin_and_all_its_fields() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let plugins = wireshark.tshark(&["-G", "plugins"]);
    let ours = plugins
        .lines()
        .find(|line| line.starts_with("synfin.so"))
        .unwrap();
    assert!(
        ours.contains(env!("CARGO_PKG_VERSION")) && ours.contains("dissector"),
        "{ours}"
    );
    let listed = wireshark.tshark(&["-G", "fields"]);
    for field in FIELDS {
        let needle = format!("\t{}\t", field.name);
        let line = listed
            .lines()
            .find(|line| line.contains(&needle))
            .expect(field.name);
        assert!(line.contains(field.description), "{line}");
    }
}

#[test]
fn the_info_column_has_a_note_where_the_preference_says() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let path = captures::path("get-closed-by-server.pcapng");
    let capture = wireshark.capture(&fs::read(path).unwrap(), "note.pcapng");
    let first = |more: &[&str]| {
        let mut arguments = vec!["-n", "-r", &capture, "-c", "1"];
        arguments.extend(more);
        wireshark.tshark(&arguments).trim().to_owned()
    };
    assert!(first(&[]).ends_with(" [1/3 SYN]"), "{}", first(&[]));
    assert_eq!(first(&["-o", "synfin.info_note:suffix"]), first(&[]));
    let before = first(&["-o", "synfin.info_note:prefix"]);
    assert!(
        before.contains(" [1/3 SYN] ") && !before.ends_with("[1/3 SYN]"),
        "{before}"
    );
    let off = first(&["-o", "synfin.info_note:off"]);
    assert_eq!(format!("{off} [1/3 SYN]"), first(&[]));
    assert_eq!(first(&["--disable-protocol", "synfin"]), off);
}

/// Position and length that `-T pdml` gives a field.
fn place(pdml: &str, field: &str) -> (u32, u32) {
    let line = pdml
        .lines()
        .find(|line| line.contains(&format!("name=\"{field}\"")))
        .expect(field);
    let number = |attribute: &str| -> u32 {
        let (_, rest) = line.split_once(&format!(" {attribute}=\"")).expect(line);
        rest.split('"').next().unwrap().parse().unwrap()
    };
    (number("pos"), number("size"))
}

#[test]
fn what_is_read_from_the_header_is_highlighted_there() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    for name in ["qinq-get.pcapng", "ipv6-get.pcapng", "raw-ip-get.pcapng"] {
        let capture = wireshark.capture(&fs::read(captures::path(name)).unwrap(), name);
        let pdml = wireshark.tshark(&[
            "-n",
            "-r",
            &capture,
            "-Y",
            "tcp.flags.syn == 0",
            "-c",
            "8",
            "-T",
            "pdml",
        ]);
        let (tcp, _) = place(&pdml, "tcp");
        for field in FIELDS.iter().filter(|field| field.is_of_segment()) {
            let (start, end) = field.span.unwrap_or((0, 0));
            let wanted = if end > start {
                (tcp + start, end - start)
            } else {
                (0, 0)
            };
            if pdml.contains(&format!("name=\"{}\"", field.name)) {
                let found = place(&pdml, field.name);
                assert_eq!(
                    (if end > start { found.0 } else { 0 }, found.1),
                    wanted,
                    "{} in {name}",
                    field.name
                );
            }
        }
        assert_eq!(
            place(&pdml, "synfin.src_port"),
            place(&pdml, "tcp.srcport"),
            "{name}"
        );
        assert_eq!(
            place(&pdml, "synfin.window"),
            place(&pdml, "tcp.window_size_value"),
            "{name}"
        );
    }
}

/// A pcapng file whose packets after the first lie in Simple Packet Blocks, which have no times, but for the last one.
fn without_times(script: &str) -> Vec<u8> {
    let mut whole = Vec::new();
    let script = Script::parse(script).unwrap();
    script.write_pcapng(&mut whole).unwrap();
    let mut bytes = Vec::new();
    let mut simple = 0;
    let mut rest = &whole[..];
    while !rest.is_empty() {
        let word = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap());
        let (kind, len) = (word(0), word(4) as usize);
        let (block, behind) = rest.split_at(len);
        rest = behind;
        if kind != 6 || simple == 0 || rest.is_empty() {
            bytes.extend(block);
            simple += usize::from(kind == 6);
            continue;
        }
        let captured = u32::from_le_bytes(block[20..24].try_into().unwrap()) as usize;
        let data = &block[28..28 + captured.next_multiple_of(4)];
        let total = (16 + data.len()) as u32;
        for number in [3, total, captured as u32] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(data);
        bytes.extend(total.to_le_bytes());
        simple += 1;
    }
    assert!(simple > 4);
    bytes
}

#[test]
fn packets_without_a_time_are_the_same_in_every_pass() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let bytes = without_times("open C > S +1ms\n C > S PSH-ACK \"abc\"\n S > C ACK\n close C > S +1ms");
    let capture = wireshark.capture(&bytes, "no-times.pcapng");
    let fields: Vec<_> = FIELDS
        .iter()
        .filter(|field| field.is_of_segment())
        .map(|field| field.name)
        .collect();
    let [one, two] = [&[][..], &["-2"]].map(|how| wireshark.rows(&capture, how, &fields));
    assert_eq!(one, two);
    let time = fields.iter().position(|name| *name == "synfin.time").unwrap();
    let (last, untimed) = one.split_last().unwrap();
    assert!(untimed.iter().all(|row| row[time] == one[0][time]), "{untimed:?}");
    assert_ne!(last[time], one[0][time]);
}
