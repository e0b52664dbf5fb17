//! A second opinion on the bytes: Wireshark's.

use std::process::Command;

use super::{Script, play};

/// One row a frame, one column a field, as `tshark -T fields` prints them; `None` without tshark.
fn tshark(script: &Script, name: &str, fields: &[&str]) -> Option<Vec<Vec<String>>> {
    if Command::new("tshark").arg("--version").output().is_err() {
        eprintln!("SKIPPED: tshark is not installed, so {name} has no second opinion");
        return None;
    }
    let path = std::env::temp_dir().join(format!("synfin-{}-{name}.pcapng", std::process::id()));
    script
        .write_pcapng(std::fs::File::create(&path).unwrap())
        .unwrap();
    let mut command = Command::new("tshark");
    command.args(["-n", "-T", "fields", "-E", "separator=|", "-E", "occurrence=f"]);
    command
        .args([
            "-o",
            "tcp.check_checksum:TRUE",
            "-o",
            "ip.check_checksum:TRUE",
            "-o",
            "tcp.relative_sequence_numbers:FALSE",
            "-r",
        ])
        .arg(&path);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    Some(
        text.lines()
            .map(|line| line.split('|').map(str::to_owned).collect())
            .collect(),
    )
}

fn row(text: &str) -> Vec<String> {
    text.split('|').map(|field| field.trim().to_owned()).collect()
}

fn compare(script: &Script, name: &str, fields: &[&str], wanted: &[&str]) {
    let Some(rows) = tshark(script, name, fields) else {
        return;
    };
    assert_eq!(rows.len(), wanted.len(), "{rows:#?}");
    for ((found, wanted), frame) in rows.iter().zip(wanted).zip(script.packets()) {
        assert_eq!(*found, row(wanted), "frame {} of {name}", frame.number);
    }
}

#[test]
fn numbers_flags_lengths_sums() {
    let script = play(
        "C > S SYN seq=100 mss=1460 ws=7 sackok ts=1:0\n+10ms S > C SYN-ACK seq=300 mss=1400\n+1ns C > S ACK\n\
         C > S PSH-ACK \"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\" sum=bad\n S > C ACK len=1000 snap=60\n\
         C > S RST seq=500 ttl=63 ipid=7 win=0 vlan=42\n C > S AE-FIN-URG seq=7 ipsum=bad\n S > C NULL seq=1 sum=offload pad=6",
    );
    let fields = [
        "frame.time_epoch",
        "frame.len",
        "frame.cap_len",
        "tcp.seq_raw",
        "tcp.ack_raw",
        "tcp.flags",
        "tcp.len",
        "tcp.window_size_value",
        "tcp.checksum.status",
        "ip.checksum.status",
        "ip.ttl",
        "ip.id",
        "vlan.id",
    ];
    // checksum status: 0 bad, 1 good, 2 unverified (not all bytes captured)
    let wanted = [
        "1.000000000|74|74|100|0|0x0002|0|64240|1|1|64|0x0001|",
        "1.010000000|58|58|300|101|0x0012|0|64240|1|1|64|0x0001|",
        "1.010000001|54|54|101|301|0x0010|0|64240|1|1|64|0x0002|",
        "1.010000001|81|81|101|301|0x0018|27|64240|0|1|64|0x0003|",
        "1.010000001|1054|60|301|128|0x0010|1000|64240|2|1|64|0x0002|",
        "1.010000001|58|58|500|0|0x0004|0|0|1|1|63|0x0007|42",
        "1.010000001|54|54|7|0|0x0121|0|64240|1|0|64|0x0004|",
        "1.010000001|60|60|1|0|0x0000|0|64240|0|1|64|0x0003|",
    ];
    compare(&script, "numbers", &fields, &wanted);
}

#[test]
fn options_by_name() {
    let script = play(
        "C > S SYN mss=1460 sackok ts=7:0 nop ws=7\n S > C SYN-ACK mptcp=capable\n C > S ACK sack=isn+11-isn+21\n\
         C > S SYN tfo=0102030405060708\n C > S ACK len=4 mptcp=dss\n C > S ACK md5 uto=5m\n C > S RST mptcp=tcprst:3\n C > S ACK ao=61:84",
    );
    let fields = [
        "tcp.options.mss_val",
        "tcp.options.wscale.shift",
        "tcp.options.timestamp.tsval",
        "tcp.options.sack_le",
        "tcp.options.tfo.cookie",
        "tcp.options.mptcp.subtype",
        "tcp.options.mptcp.datalvllen",
        "tcp.options.user_to_val",
        "tcp.hdr_len",
        "tcp.option_kind",
        "tcp.checksum.status",
    ];
    let wanted = [
        "1460|7|7|||||| 40|2|1",
        "|||||0||| 32|30|1",
        "|||5011||||| 32|5|1",
        "||||0102030405060708|||| 32|34|1",
        "|||||2|4|| 40|30|1",
        "|||||||5| 44|19|1",
        "|||||8||| 24|30|1",
        "|||||||| 36|29|1",
    ];
    compare(&script, "options", &fields, &wanted);
}

#[test]
fn icmp_and_ipv6() {
    let four = "C > S SYN seq=77\n icmp S > C unreachable code=port quoting C\n icmp S > C frag-needed mtu=1400 quoting C";
    let fields = [
        "icmp.type",
        "icmp.code",
        "icmp.mtu",
        "icmp.checksum.status",
        "tcp.seq",
        "tcp.dstport",
    ];
    compare(
        &play(four),
        "icmp",
        &fields,
        &["||||77|80", "3|3||1|77|80", "3|4|1400|1|77|80"],
    );
    let six = "v6\n C > S SYN seq=77\n icmp S > C unreachable code=port quoting C\n icmp S > C ttl-exceeded quoting C";
    let fields = [
        "ipv6.src",
        "ipv6.hlim",
        "icmpv6.type",
        "icmpv6.code",
        "icmpv6.checksum.status",
        "tcp.seq",
    ];
    let wanted = [
        "2001:db8::1|64||||77",
        "2001:db8::2|64|1|4|1|77",
        "2001:db8::2|64|3|0|1|77",
    ];
    compare(&play(six), "icmpv6", &fields, &wanted);
}

#[test]
fn every_link_type() {
    for link in ["ethernet", "raw", "sll", "sll2", "null", "loop"] {
        for version in ["", "v6\n"] {
            let script = play(&format!("link {link}\n{version}C > S SYN seq=9 mss=1"));
            compare(
                &script,
                &format!("{link}{}", version.len()),
                &["tcp.seq_raw", "tcp.checksum.status"],
                &["9|1"],
            );
        }
    }
}
