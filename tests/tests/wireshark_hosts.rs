//! The plugin in the programs that people put around Wireshark's dissection: live capture, one process for many
//! files, Lua, JSON readers.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Duration;

use serde_json::json;
use synfin_tests::pcap::Form;
use synfin_tests::sharkd::Sharkd;
use synfin_tests::skip;
use synfin_tests::truth::{Passes, Told, Truth};
use synfin_tests::wireshark::{Wireshark, printed};
use synfin_tests::{captures, program};

/// After that a program that shows nothing is taken for dead.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn sharkd_reads_file_after_file_as_if_each_were_its_first() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let mut sharkd = Sharkd::start(&wireshark);
    let files: Vec<_> = captures::below(&captures::folder())
        .iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let bytes = fs::read(path).unwrap();
            (wireshark.capture(&bytes, &name), Truth::of(&bytes))
        })
        .collect();
    assert!(files.len() >= 12, "only {} captures", files.len());
    // The same one twice is what "Reload" does; at the end the first one comes again.
    let again = [&files[0], &files[0], &files[1], &files[0]];
    for (capture, truth) in files.iter().chain(again) {
        sharkd.load(capture);
        let shown: Vec<_> = (1..=truth.frames.len())
            .map(|number| sharkd.frame(number))
            .collect();
        truth.is_shown(&shown, Passes::Two, capture);
    }
}

/// What is asked of a live capture, and how: each packet's line as soon as it is known.
const LIVE: [&str; 14] = [
    "-n",
    "-l",
    "-T",
    "fields",
    "-e",
    "synfin.src_port",
    "-e",
    "synfin.step",
    "-e",
    "synfin.role",
    "-e",
    "synfin.state.initiator",
    "-e",
    "synfin.close.verdict_so_far",
];

/// A tshark that captures, ended with the test whatever happens.
struct Live {
    process: Child,
    lines: Receiver<String>,
}

impl Live {
    fn start(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = program::lines_of(process.stdout.take().unwrap());
        Self { process, lines }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("tshark shows a packet")
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_growing_capture_shows_each_packet_before_the_next_one_comes() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let pieces = Form::ALL[1].pieces(&captures::path("get-closed-by-server.pcapng"));
    let capture = wireshark.capture(&pieces.concat(), "whole.pcap");
    let of_file = printed(wireshark.command("tshark").args(["-r", &capture]).args(LIVE));
    let mut command = wireshark.command("tshark");
    command.args(["-i", "-"]).args(LIVE);
    command.stdin(Stdio::piped()).stderr(Stdio::null());
    let mut live = Live::start(&mut command);
    let mut input = live.process.stdin.take().unwrap();
    let (header, packets) = pieces.split_first().unwrap();
    input.write_all(header).unwrap();
    assert_eq!(of_file.lines().count(), packets.len());
    for (packet, wanted) in packets.iter().zip(of_file.lines()) {
        input.write_all(packet).unwrap();
        assert_eq!(live.line(), wanted);
    }
}

/// A connection in which the client asks and the server closes; gives the client's port.
fn converse(server: SocketAddr, listener: &TcpListener) -> u16 {
    let mut client = TcpStream::connect(server).unwrap();
    let port = client.local_addr().unwrap().port();
    let (mut accepted, _) = listener.accept().unwrap();
    client.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let mut request = [0; 18];
    accepted.read_exact(&mut request).unwrap();
    accepted.write_all(b"HTTP/1.0 204 No Content\r\n\r\n").unwrap();
    drop(accepted);
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).unwrap();
    port
}

#[test]
fn a_real_connection_is_shown_while_it_is_captured() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let Some(mut command) = wireshark.command_that_captures("tshark") else {
        skip::not_asked_for("not root, so nothing was captured from an interface");
        return;
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = listener.local_addr().unwrap();
    let filter = format!("tcp port {}", server.port());
    command.args(["-i", "lo", "-f", &filter]).args(LIVE);
    let live = Live::start(command.stderr(Stdio::null()));
    // When the capture has begun, nobody says: connections are made until one is seen from its beginning.
    let mut ports = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    let is_closed = |line: &String| line.contains("4/4");
    for _ in 0..200 {
        ports.push(converse(server, &listener));
        thread::sleep(Duration::from_millis(300));
        lines.extend(live.lines.try_iter());
        if lines.iter().any(is_closed) && lines.iter().any(|line| line.contains("1/3")) {
            break;
        }
    }
    let first = lines
        .iter()
        .position(|line| line.contains("1/3"))
        .expect("a SYN in a minute");
    while !lines[first..].iter().any(is_closed) {
        lines.push(live.line());
    }
    let steps: Vec<_> = lines[first..]
        .iter()
        .filter_map(|line| line.split('\t').nth(1))
        .filter(|step| !step.is_empty())
        .collect();
    let wanted: [&[&str]; 2] = [
        &["1/3", "2/3", "3/3", "1/4", "2+3/4", "4/4"],
        &["1/3", "2/3", "3/3", "1/4", "2/4", "3/4", "4/4"],
    ];
    assert!(wanted.iter().any(|wanted| steps.starts_with(wanted)), "{steps:?}");
    let (port, _) = lines[first].split_once('\t').unwrap();
    assert!(ports.contains(&port.parse().unwrap()), "{port} of {ports:?}");
}

/// An example where a user without rights can read it.
fn example(wireshark: &Wireshark, name: &str) -> String {
    let path = captures::folder().join("../../plugin/examples").join(name);
    wireshark.capture(&fs::read(path).unwrap(), name)
}

/// Lines in an order of their own.
fn sorted<S: Into<String>>(lines: impl Iterator<Item = S>) -> Vec<String> {
    let mut lines: Vec<_> = lines.map(Into::into).collect();
    lines.sort();
    lines
}

#[test]
fn a_lua_tap_reads_the_fields() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let bytes = captures::in_one_file();
    let truth = Truth::of(&bytes);
    let capture = wireshark.capture(&bytes, "all.pcapng");
    let script = format!("lua_script:{}", example(&wireshark, "ends.lua"));
    let text = wireshark.tshark(&["-q", "-r", &capture, "-X", &script]);
    let mut ends = BTreeMap::new();
    for segment in truth.frames.iter().filter_map(Told::segment) {
        if let (Some(verdict), Some(by)) = (segment.close.verdict_so_far, segment.close.by_so_far) {
            let how = format!("{} by {}", verdict.as_str(), by.as_str());
            ends.insert(segment.connection, how);
        }
    }
    assert!(ends.len() > 50);
    let wanted = ends.iter().map(|(number, how)| format!("{number}\t{how}"));
    assert_eq!(sorted(text.lines()), sorted(wanted));
}

#[test]
fn a_python_program_reads_the_fields_out_of_json_lines() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let bytes = captures::in_one_file();
    let truth = Truth::of(&bytes);
    let capture = wireshark.capture(&bytes, "all.pcapng");
    let program = example(&wireshark, "steps.py");
    // The system's: one in root's home would be out of reach for the user that Wireshark wants.
    let text = printed(wireshark.command("/usr/bin/python3").args([&program, &capture]));
    let steps = truth
        .frames
        .iter()
        .filter_map(Told::segment)
        .filter_map(|segment| {
            let step = segment.step?.as_str();
            Some(format!("{}\t{}\t{step}", segment.connection, segment.frame))
        });
    assert_eq!(text.lines().collect::<Vec<_>>(), steps.collect::<Vec<_>>());
}

#[test]
fn sharkd_gives_web_front_ends_links_to_follow() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let bytes = fs::read(captures::path("get-closed-by-server.pcapng")).unwrap();
    let mut sharkd = Sharkd::start(&wireshark);
    sharkd.load(&wireshark.capture(&bytes, "get.pcapng"));
    let answer = sharkd.ask("frame", &json!({"frame": 8, "proto": true}));
    let mut open = vec![&answer["tree"]];
    let mut links = Vec::new();
    while let Some(nodes) = open.pop() {
        for node in nodes.as_array().into_iter().flatten() {
            open.push(&node["n"]);
            if node["t"] == "framenum"
                && node["f"]
                    .as_str()
                    .is_some_and(|f| f.starts_with("synfin.answers "))
            {
                links.push(node["fnum"].as_u64());
            }
        }
    }
    assert_eq!(links, [Some(6)]);
}
