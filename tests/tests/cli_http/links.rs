//! `synfin packets`: a response names the frame of its request, and with `--two-pass` a request that of its response,
//! and each packet that of its answer.

use std::fs;
use std::path::Path;

use serde_json::Value;
use synfin_tests::program::{Ran, command, run};
use synfin_tests::{captures, tshark};

/// A request's frame and that of its response.
type Link = (u64, Option<u64>);

/// Request and response frames of each capture, by reading them; Wireshark pairs the pipelined ones wrongly.
const LINKED: [(&str, &[Link]); 4] = [
    ("get-closed-by-server.pcapng", &[(4, Some(6))]),
    // The interim response in frame 6 is not the answer.
    ("put-after-continue.pcapng", &[(4, Some(12))]),
    (
        "keep-alive-requests.pcapng",
        &[
            (6, Some(8)),
            (10, Some(11)),
            (12, Some(13)),
            (14, Some(15)),
            (16, Some(17)),
        ],
    ),
    // The RST in 11 is no answer to the request in 10.
    ("late-data-reset.pcapng", &[(4, Some(6)), (10, None)]),
];

/// What follows the message in the lines of text, by frame.
fn said(out: &str, frame: u64) -> String {
    let number = frame.to_string();
    let line = out
        .lines()
        .find(|line| line.split_whitespace().next() == Some(&number));
    line.unwrap_or_else(|| panic!("no frame {frame}: {out}"))
        .to_owned()
}

#[test]
fn messages_are_linked_both_ways() {
    for (name, links) in LINKED {
        let path = captures::path(name);
        let one = run([path.as_path()]).out;
        for arguments in [["-2"].as_slice(), &["packets", "--two-pass"]] {
            let mut command = command();
            command.args(arguments).arg(&path);
            let two = Ran::from(command.output().unwrap());
            assert_eq!((two.status, two.err.as_str()), (Some(0), ""));
            for &(request, response) in links {
                let Some(response) = response else {
                    assert!(
                        said(&two.out, request).contains(", not answered"),
                        "{name}: {}",
                        two.out
                    );
                    continue;
                };
                let answered = format!(", answered in {response}");
                assert!(said(&two.out, request).contains(&answered), "{name}: {}", two.out);
                for out in [&one, &two.out] {
                    let asked = format!(" for the request in {request}");
                    assert!(said(out, response).contains(&asked), "{name}: {out}");
                }
            }
        }
        assert!(!one.contains("answered"), "one pass knows no future: {one}");
    }
}

#[test]
fn the_second_pass_adds_the_response_to_the_json_and_nothing_else() {
    for path in captures::below(&captures::folder()) {
        let lines = |arguments: &[&str]| -> Vec<Value> {
            let mut command = command();
            command.args(arguments).arg(&path);
            let out = Ran::from(command.output().unwrap()).out;
            out.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect()
        };
        let (one, two) = (lines(&["--json"]), lines(&["--json", "-2"]));
        let linked = LINKED.iter().find(|(name, _)| path.ends_with(name));
        assert_eq!(one.len(), two.len());
        let answers = one.clone();
        for (one, mut two) in one.into_iter().zip(two) {
            let is_answer =
                |later: &&Value| later["connection"] == one["connection"] && later["answers"] == one["frame"];
            let answered = answers
                .iter()
                .find(is_answer)
                .map_or(&Value::Null, |later| &later["frame"]);
            let told = two.as_object_mut().unwrap().remove("answered_in");
            assert_eq!(told.as_ref(), Some(answered), "{}: {one}", path.display());
            if let Some(note) = two["http"].as_object_mut() {
                let told = note.remove("response_in").expect("it is always there");
                let links = linked.map_or([].as_slice(), |(_, links)| links);
                let link = links.iter().find(|(request, _)| one["frame"] == *request);
                if let Some((_, response)) = link {
                    assert_eq!(told.as_u64(), *response, "{}: {one}", path.display());
                }
                assert!(note["message"] == "request" || told.is_null(), "{one}");
            }
            assert_eq!(one, two);
        }
    }
}

// `http.response_in` where each message is in one segment.
#[test]
fn wireshark_links_the_same() {
    if !tshark::is_here() {
        return;
    }
    for name in [
        "get-closed-by-server.pcapng",
        "keep-alive-requests.pcapng",
        "parallel-connections.pcapng",
    ] {
        let path = captures::path(name);
        let mut tshark = std::process::Command::new("tshark");
        tshark.env("WIRESHARK_CONFIG_DIR", env!("CARGO_MANIFEST_DIR"));
        tshark.args([
            "-2",
            "-n",
            "-Y",
            "http.request",
            "-T",
            "fields",
            "-e",
            "frame.number",
            "-e",
            "http.response_in",
            "-r",
        ]);
        let out = String::from_utf8(tshark.arg(&path).output().unwrap().stdout).unwrap();
        let mut command = command();
        let ours = Ran::from(command.args(["-2", "--json"]).arg(&path).output().unwrap()).out;
        let ours: Vec<String> = ours
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter(|packet| packet["http"]["message"] == "request")
            .map(|packet| format!("{}\t{}", packet["frame"], packet["http"]["response_in"]))
            .collect();
        assert_eq!(ours, out.lines().collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn what_cannot_be_read_twice_is_refused() {
    let get = captures::path("get-closed-by-server.pcapng");
    let mut piped = command();
    piped.args(["-2", "-"]).stdin(fs::File::open(&get).unwrap());
    let ran = Ran::from(piped.output().unwrap());
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("two passes need a file"), "{}", ran.err);

    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let ran = run([Path::new("-2"), &fifo, &get]);
    assert_eq!(ran.status, Some(2), "the other is read");
    assert!(
        ran.err.contains("two passes need a file") && ran.out.contains("answered in 6"),
        "{ran:?}"
    );

    let missing = run([Path::new("-2"), &folder.path().join("missing.pcap")]);
    assert_eq!(missing.status, Some(2));
    assert!(missing.err.contains("No such file"), "{}", missing.err);
}

// A damaged capture is read twice as far as it goes, and told of once.
#[test]
fn a_cut_capture_is_linked_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(captures::path("get-closed-by-server.pcapng")).unwrap();
    let path = folder.path().join("cut.pcapng");
    fs::write(&path, &whole[..whole.len() - 50]).unwrap();
    let ran = run([Path::new("-2"), &path]);
    assert_eq!(ran.status, Some(1));
    assert!(ran.out.contains("GET /, answered in 6"), "{}", ran.out);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
}
