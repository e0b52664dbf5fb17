//! Writes the captures that `tests/plugin-cost` measures: `cost_captures FOLDER PACKETS...` makes
//! `opaque-long-PACKETS.pcap` and its like, the same bytes each time.

use std::fmt::Write as _;
use std::fs;
use std::io::{Error, Result};
use std::path::Path;

use synfin_tests::pcap::Form;
use synfin_tests::script::Script;

/// As many packets as a short connection has.
const SHORT: usize = 8;

/// What the connections carry.
struct Payload {
    name: &'static str,
    port: u16,
    request: &'static str,
    /// Its beginning; the rest are letters.
    response: &'static str,
}

const PAYLOADS: [Payload; 2] = [
    // No dissector of Wireshark is registered for the port, so its heuristics all have a look.
    Payload {
        name: "opaque",
        port: 40001,
        request: "len=300",
        response: "",
    },
    Payload {
        name: "http",
        port: 80,
        request: r#""GET /a/page/of/some/length HTTP/1.1\r\nHost: server.example\r\nUser-Agent: curl/7.88.1\r\nAccept: text/html,*/*;q=0.8\r\nAccept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n\r\n""#,
        response: r#""HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sun, 22 Nov 2026 18:10:07 GMT\r\nContent-Type: text/html\r\nContent-Length: 2000\r\nLast-Modified: Sun, 22 Nov 2026 18:00:00 GMT\r\nConnection: keep-alive\r\nAccept-Ranges: bytes\r\n\r\n""#,
    },
];

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or_else(|| Error::other("which folder?"))?;
    for packets in arguments {
        let packets = packets.parse().map_err(Error::other)?;
        for payload in &PAYLOADS {
            for (length, text) in [
                ("long", long(payload, packets)),
                ("short", short(payload, packets)),
            ] {
                let name = format!("{}-{length}-{packets}.pcap", payload.name);
                write(&Path::new(&folder).join(name), &text, packets)?;
            }
        }
    }
    Ok(())
}

/// Ten connections that take turns and go on to the end.
fn long(payload: &Payload, packets: usize) -> String {
    const CONNECTIONS: usize = 10;
    let mut text = hosts(payload, CONNECTIONS);
    for client in 0..CONNECTIONS {
        writeln!(text, "+1ms open C{client} > S +1ms").unwrap();
    }
    for round in 0..packets / 4 {
        let client = round % CONNECTIONS;
        let Payload {
            request, response, ..
        } = payload;
        writeln!(text, "+1ms C{client} > S PSH-ACK {request}").unwrap();
        writeln!(text, "+1ms S > C{client} ACK {response} len=1000").unwrap();
        writeln!(text, "+10us S > C{client} PSH-ACK len=1000").unwrap();
        writeln!(text, "+1ms C{client} > S ACK").unwrap();
    }
    text
}

/// One connection after the other, each closed.
fn short(payload: &Payload, packets: usize) -> String {
    let connections = packets.div_ceil(SHORT);
    let mut text = hosts(payload, connections);
    for client in 0..connections {
        let Payload {
            request, response, ..
        } = payload;
        writeln!(text, "+1ms open C{client} > S +1ms").unwrap();
        writeln!(text, "+10us C{client} > S PSH-ACK {request}").unwrap();
        writeln!(text, "+1ms S > C{client} ACK {response} len=1000").unwrap();
        writeln!(text, "+10us S > C{client} FIN-PSH-ACK len=1000").unwrap();
        writeln!(text, "+1ms C{client} > S FIN-ACK").unwrap();
        writeln!(text, "+1ms S > C{client} ACK").unwrap();
    }
    text
}

fn hosts(payload: &Payload, clients: usize) -> String {
    let mut text = format!("host S 10.0.0.2:{}\n", payload.port);
    for client in 0..clients {
        let (high, low) = (client / 200, client % 200 + 1);
        writeln!(text, "host C{client} 10.1.{high}.{low}:50000").unwrap();
    }
    text
}

fn write(path: &Path, text: &str, packets: usize) -> Result<()> {
    let script = Script::parse(text).map_err(|error| Error::other(error.to_string()))?;
    let form = Form {
        big_endian: false,
        nanoseconds: true,
    };
    let mut file = Vec::new();
    for frame in script.frames().take(packets) {
        if file.is_empty() {
            file = form.header(frame.link);
        }
        file.extend(form.record(&frame));
    }
    fs::write(path, file)
}
