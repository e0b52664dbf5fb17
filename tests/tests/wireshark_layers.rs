//! Whatever a segment is wrapped in, and however Wireshark's TCP and IP are set, the plugin's values are those
//! of the bare segment.

use std::process::Command;

use synfin_tests::captures;
use synfin_tests::envelope::{self, Envelope};
use synfin_tests::script::Script;
use synfin_tests::shown::Form;
use synfin_tests::truth::{self, Passes, Truth};
use synfin_tests::wireshark::Wireshark;

const CONVERSATION: &str = r#"
    link raw
          open C > S +10ms
    +10ms C > S PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    +10ms S > C ACK
    +1ms  S > C PSH-ACK "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
          S > C PSH-ACK len=60
          S > C PSH-ACK len=40
    +10ms C > S ACK
    +1ms  close C > S +10ms
"#;

/// The conversation as it is, over both versions of IP.
fn conversations() -> [Script; 2] {
    let plain = Script::parse(CONVERSATION).unwrap();
    [plain.over_v6().unwrap(), plain]
}

fn pcapng(script: &Script) -> Vec<u8> {
    let mut bytes = Vec::new();
    script.write_pcapng(&mut bytes).unwrap();
    bytes
}

/// Holds what tshark shows of a capture, run in some way, against the core's word on another or the same.
fn compare(wireshark: &Wireshark, truth: &Truth, capture: &str, how: &[&str]) {
    let passes = if how.contains(&"-2") {
        Passes::Two
    } else {
        Passes::One
    };
    let shown = Form::Fields.list(wireshark, capture, how, &truth::names());
    truth.is_shown(&shown, passes, &format!("{capture} {how:?}"));
}

#[test]
fn an_envelope_changes_nothing() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    for script in conversations() {
        let truth = Truth::of(&pcapng(&script));
        for envelope in Envelope::ALL {
            let version = script.packets()[0].data[0] >> 4;
            let name = format!("{envelope:?}-{version}.pcap");
            let capture = wireshark.capture(&envelope.capture(&script), &name);
            compare(&wireshark, &truth, &capture, &["-2"]);
        }
    }
}

#[test]
fn fragments_are_put_together_where_wireshark_does_it() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    for script in conversations() {
        let bytes = envelope::fragmented(&script, |parts| parts.rotate_left(1));
        let truth = Truth::of(&bytes);
        let segments = truth.numbers(|_| true).len();
        assert_eq!(segments, script.packets().len());
        assert!(truth.frames.len() > segments);
        let capture = wireshark.capture(&bytes, "fragments.pcap");
        for how in [&[][..], &["-2"]] {
            compare(&wireshark, &truth, &capture, how);
        }
    }
}

#[test]
fn a_fragment_that_stays_one_is_no_segment() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    const OFF: [&str; 4] = ["-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE"];
    for script in conversations() {
        let bytes = envelope::fragmented(&script, |_| {});
        let capture = wireshark.capture(&bytes, "fragments.pcap");
        // What fits one fragment is whole.
        let whole = script.packets().iter().filter(|packet| {
            let header = if packet.data[0] >> 4 == 6 { 40 } else { 20 };
            packet.data.len() <= header + envelope::PART
        });
        let wanted = whole.count();
        assert!(wanted > 3 && wanted < script.packets().len());
        for passes in [&[][..], &["-2"]] {
            let how = [passes, &OFF].concat();
            let shown = wireshark.rows(&capture, &how, &["synfin.frame"]);
            let found = shown.iter().filter(|row| !row.is_empty() && !row[0].is_empty());
            assert_eq!(found.count(), wanted, "{how:?}");
        }
    }
}

#[test]
fn captured_length_is_what_the_core_is_told() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let whole = wireshark.capture(&captures::in_one_file(), "all.pcapng");
    for snap in ["40", "54", "60", "70", "90"] {
        let cut = Command::new("editcap")
            .args(["-s", snap, &whole, "-"])
            .output()
            .unwrap();
        assert!(cut.status.success(), "{}", String::from_utf8_lossy(&cut.stderr));
        let truth = Truth::of(&cut.stdout);
        let capture = wireshark.capture(&cut.stdout, &format!("snap-{snap}.pcapng"));
        compare(&wireshark, &truth, &capture, &["-2"]);
    }
}

#[test]
fn settings_of_other_dissectors_change_nothing() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let bytes = captures::in_one_file();
    let truth = Truth::of(&bytes);
    let capture = wireshark.capture(&bytes, "all.pcapng");
    let settings = [
        "tcp.relative_sequence_numbers:FALSE",
        "tcp.analyze_sequence_numbers:FALSE",
        "tcp.desegment_tcp_streams:FALSE",
        "tcp.check_checksum:TRUE",
        "ip.check_checksum:TRUE",
        "tcp.reassemble_out_of_order:TRUE",
        "tcp.try_heuristic_first:TRUE",
        "http.desegment_body:FALSE",
    ];
    let mut all = vec!["-2"];
    for setting in settings {
        compare(&wireshark, &truth, &capture, &["-o", setting]);
        all.extend(["-o", setting]);
    }
    compare(&wireshark, &truth, &capture, &all);
    compare(&wireshark, &truth, &capture, &["--disable-protocol", "http"]);
}

/// A message of the remote packet capture protocol, which libpcap's rpcapd sends over TCP, with one packet.
fn remote_packet(packet: &[u8]) -> String {
    let len = packet.len() as u32;
    let mut message = vec![0, 7, 0, 0]; // version, a packet, no value
    for number in [20 + len, 1, 0, len, len, 1] {
        message.extend(number.to_be_bytes());
    }
    message.extend(packet);
    message.iter().map(|byte| format!("\\x{byte:02x}")).collect()
}

#[test]
fn tcp_carried_by_tcp_is_a_layer_of_its_own() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let inner =
        Script::parse("host D 10.9.0.9:99\n host E 10.9.0.8:98\n D > E SYN\n E > D SYN-ACK\n D > E ACK")
            .unwrap();
    let mut carried = inner.packets().iter().map(|packet| remote_packet(&packet.data));
    let mut next = || carried.next().unwrap();
    let outer = format!(
        "host C 10.0.0.1:40000\n host S 10.0.0.2:2002\n open C > S\n \
         S > C PSH-ACK \"{}\"\n S > C PSH-ACK \"{}{}\"\n C > S ACK",
        next(),
        next(),
        next(),
    );
    let capture = wireshark.capture(&pcapng(&Script::parse(&outer).unwrap()), "remote.pcapng");
    for passes in [&[][..], &["-2"]] {
        let mut how = passes.to_vec();
        how.extend(["-o", "rpcap.linktype:1"]);
        let fields = ["layer", "connection", "step", "src_port"].map(|name| format!("synfin.{name}"));
        let rows = wireshark.rows(&capture, &how, &fields.each_ref().map(String::as_str));
        let found: Vec<_> = rows[3..]
            .iter()
            .map(|row| row.iter().map(|values| values.join(" ")).collect::<Vec<_>>())
            .collect();
        let wanted = [
            ["0 1", "0 1", "1/3", "2002 99"],
            ["0 1 2", "0 1 1", "2/3 3/3", "2002 98 99"],
            ["0", "0", "", "40000"],
        ];
        assert_eq!(found, wanted, "{how:?}");
    }
}
