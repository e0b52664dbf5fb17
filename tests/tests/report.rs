//! `synfin report`: the page's data is what the other commands tell, and its text is nothing but text.
//!
//! That the page works in a browser is `tests/browser/report`'s to show.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use synfin_tests::captures;
use synfin_tests::program::{Ran, run};
use tempfile::TempDir;

fn report(inputs: &[PathBuf]) -> String {
    let arguments = ["report".as_ref(), "-o".as_ref(), "-".as_ref()];
    let ran = run(arguments
        .into_iter()
        .chain(inputs.iter().map(|path| path.as_os_str())));
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    ran.out
}

/// What stands in one of the page's data blocks.
fn block<'a>(page: &'a str, id: &str) -> &'a str {
    let mark = format!("<script type=\"application/json\" id=\"{id}\">");
    let (_, rest) = page.split_once(&mark).expect("the block");
    rest.split_once("</script>").expect("its end").0
}

fn data(page: &str) -> Value {
    serde_json::from_str(block(page, "data")).expect("JSON")
}

fn told(command: &str, path: &Path) -> Vec<Value> {
    let ran: Ran = run([command.as_ref(), "--json".as_ref(), path.as_os_str()]);
    let lines = ran.out.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// A row's value in a column, whichever of the three forms the column has.
fn value(column: &Value, row: usize) -> Value {
    if let Some(words) = column.get("words") {
        // Behind the end there is no word; nor is an empty one.
        let at = column["at"].as_array().unwrap().get(row);
        let word = at.map(|at| &words[usize::try_from(at.as_u64().expect("an index")).unwrap()]);
        return word.filter(|word| *word != "").cloned().unwrap_or_default();
    }
    if let Some(base) = column.get("base") {
        let base: i64 = base.as_str().unwrap().parse().expect("a time");
        return column["plus"][row]
            .as_i64()
            .map_or(Value::Null, |plus| (base + plus).into());
    }
    column[row].clone()
}

/// What a path like `handshake.rtt_responder_ns` leads to.
fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, key| &value[key])
}

/// Columns of the page alone.
const OWN: [&str; 8] = [
    "file",
    "outcome",
    "http_count",
    "alert",
    "real_client",
    "announced",
    "row",
    "transaction",
];

#[test]
fn connections_are_what_connections_tells() {
    for path in captures::below(&captures::folder()) {
        let data = data(&report(std::slice::from_ref(&path)));
        let told = told("connections", &path);
        let columns = data["connections"].as_object().unwrap();
        assert_eq!(columns["connection"].as_array().unwrap().len(), told.len());
        let mut compared = 0;
        for (name, column) in columns.iter().filter(|(name, _)| !OWN.contains(&name.as_str())) {
            for (row, expected) in told.iter().enumerate() {
                let shown = value(column, row);
                assert_eq!(
                    &shown,
                    at(expected, name),
                    "{name} of {row} in {}",
                    path.display()
                );
                compared += 1;
            }
        }
        assert!(compared >= 20 * told.len());
        for (row, expected) in told.iter().enumerate() {
            let http = expected["http"].as_array().unwrap().len();
            assert_eq!(value(&columns["http_count"], row), http);
        }
    }
}

#[test]
fn transactions_are_what_http_tells() {
    for name in [
        "keep-alive-requests",
        "pipelined-requests",
        "aborted-download",
        "put-after-continue",
        "split-head",
        "http2-by-nginx",
        "http2-push",
        "http2-upgrade",
    ] {
        let path = captures::path(&format!("{name}.pcapng"));
        let data = data(&report(std::slice::from_ref(&path)));
        let mut told = told("http", &path);
        told.sort_by_key(|row| (row["connection"].as_u64(), row["transaction"].as_u64()));
        let columns = data["transactions"].as_object().unwrap();
        assert_eq!(columns["row"].as_array().unwrap().len(), told.len(), "{name}");
        for (column_name, column) in columns {
            if column_name == "row" {
                continue;
            }
            for (row, expected) in told.iter().enumerate() {
                let shown = value(column, row);
                assert_eq!(
                    &shown,
                    at(expected, column_name),
                    "{column_name} of {row} in {name}"
                );
            }
        }
        assert_eq!(data["counts"]["http"], told.len());
    }
}

#[test]
fn counts_are_those_of_the_connections() {
    let paths: Vec<PathBuf> = captures::below(&captures::folder());
    let data = data(&report(&paths));
    let mut told_all = Vec::new();
    for path in &paths {
        told_all.extend(told("connections", path));
    }
    let counts = &data["counts"];
    assert_eq!(counts["connections"], told_all.len());
    let sum = |field: &str| -> u64 {
        let of = |one: &Value| {
            one[field]["initiator"].as_u64().unwrap() + one[field]["responder"].as_u64().unwrap()
        };
        told_all.iter().map(of).sum()
    };
    for field in [
        "packets",
        "bytes",
        "retransmissions",
        "spurious_retransmissions",
        "gap_bytes",
    ] {
        assert_eq!(counts[field], sum(field), "{field}");
    }
    for of in ["handshake", "close"] {
        for (word, count) in counts[of].as_object().unwrap() {
            let expected = told_all.iter().filter(|one| one[of]["verdict"] == *word).count();
            assert_eq!(*count, expected, "{of} {word}");
        }
        let all: u64 = counts[of]
            .as_object()
            .unwrap()
            .values()
            .map(|count| count.as_u64().unwrap())
            .sum();
        assert_eq!(all, told_all.len() as u64);
    }
    let ok = told_all
        .iter()
        .flat_map(|one| one["http"].as_array().unwrap())
        .filter(|row| row["status"].as_u64().is_some_and(|status| status / 100 == 2))
        .count();
    assert_eq!(counts["http_status"]["2"], ok);
    assert_eq!(data["files"].as_array().unwrap().len(), paths.len());
    // A row knows its file.
    let files = data["connections"]["file"].as_array().unwrap();
    assert_eq!(files.last().unwrap(), &Value::from(paths.len() - 1));
}

#[test]
fn each_connection_has_its_picture() {
    let path = captures::path("syn-lost.pcapng");
    let page = report(&[path]);
    let data = data(&page);
    let shared = &data["pictures"]["shared"]["words"];
    let word = |index: &Value| {
        shared[usize::try_from(index.as_u64().unwrap()).unwrap()]
            .as_str()
            .unwrap()
    };
    let pictures: Vec<&str> = block(&page, "pictures").trim().lines().collect();
    assert_eq!(pictures.len(), 1);
    let picture: Value = serde_json::from_str(pictures[0]).expect("JSON");
    let [begins, lines, rules, verdict, told] = picture.as_array().unwrap().as_slice() else {
        panic!("{picture}");
    };
    assert_eq!([word(&begins[0]), word(&begins[1])], ["CLOSED", "LISTEN"]);
    assert_eq!(told, &Value::Array(Vec::new()), "no protocol says anything");
    let frames: Vec<u64> = lines
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|line| line[1].as_u64())
        .collect();
    assert_eq!(frames, (1..=11).collect::<Vec<u64>>());
    // The first SYN was lost, the second arrived; a long silence lies between.
    let codes: Vec<u64> = lines
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line[0].as_u64().unwrap())
        .collect();
    assert_eq!(codes[..4], [32, 4, 16, 8]);
    let first = &lines[0];
    assert_eq!(
        [word(&first[4]), word(&first[5]), word(&first[10])],
        ["1/3", "SYN", "SYN-SENT"]
    );
    assert_eq!(word(&rules[0][0]), "O1");
    assert!(
        verdict.as_str().unwrap().contains("three-segment by responder"),
        "{verdict}"
    );
}

/// What the details of a connection say of its protocols: a line each, behind what it is labelled with.
fn details(page: &str, row: usize) -> Vec<(String, String)> {
    let shared = &data(page)["pictures"]["shared"]["words"];
    let line = block(page, "pictures")
        .trim()
        .lines()
        .nth(row)
        .expect("a picture");
    let picture: Value = serde_json::from_str(line).expect("JSON");
    let mut label = String::new();
    let told = picture[4].as_array().unwrap().iter().map(|line| {
        let own = &shared[usize::try_from(line[0].as_u64().unwrap()).unwrap()];
        if own != "" {
            label = own.as_str().unwrap().to_owned();
        }
        (label.clone(), line[1].as_str().unwrap().to_owned())
    });
    told.collect()
}

/// What was put into the captures: the words of `tests/captures/{tls,upgrades}.py`.
#[test]
fn details_tell_what_the_protocols_said() {
    for (capture, label, words) in [
        ("tls-1-3", "TLS", &["TLS 1.3", "server.test", "h2, http/1.1"][..]),
        ("tls-1-2", "TLS", &["TLS 1.2", "TLS_ECDHE_", "server.test"]),
        (
            "tls-bad-certificate",
            "TLS alert",
            &["unknown_ca", "initiator", "frame 8"],
        ),
        ("tls-old-client", "TLS alert", &["protocol_version", "responder"]),
        ("http2-by-nginx", "HTTP/2", &["GOAWAY NO_ERROR", "initiator"]),
        ("http2-reset", "HTTP/2", &["RST_STREAM[1] CANCEL", "initiator"]),
        ("http2-reset", "HTTP/2", &["GOAWAY PROTOCOL_ERROR", "responder"]),
        (
            "websocket-private-close-code",
            "WebSocket",
            &["4008", "\"too much\"", "responder"],
        ),
        (
            "websocket-closed-by-server",
            "WebSocket",
            &["1001 going away", "\"restarts at noon\""],
        ),
        ("proxy-version-1", "real client", &["127.0.0.1:", "PROXY v1"]),
        ("proxy-version-2", "real client", &["127.0.0.1:", "PROXY v2"]),
    ] {
        let told = details(&report(&[captures::path(&format!("{capture}.pcapng"))]), 0);
        let is_it =
            |(of, line): &(String, String)| of == label && words.iter().all(|word| line.contains(word));
        assert!(told.iter().any(is_it), "{capture}, {words:?}: {told:#?}");
    }
}

/// Every end that a protocol announces is in the details with its frame, and a word to filter by.
#[test]
fn what_ended_a_connection_can_be_found() {
    let mut ends = 0;
    for path in captures::below(&captures::folder()) {
        let page = report(std::slice::from_ref(&path));
        let columns = &data(&page)["connections"];
        for (row, told) in told("connections", &path).iter().enumerate() {
            let of = |value: &Value, name: &str| -> Vec<(String, u64)> {
                let said = value.as_array().into_iter().flatten();
                said.map(|one| {
                    let name = &one[name];
                    let name = name.as_str().map_or_else(|| name.to_string(), str::to_owned);
                    (name, one["frame"].as_u64().unwrap())
                })
                .collect()
            };
            let said = [
                of(&told["tls"]["alerts"], "name"),
                of(&told["http2"]["resets"], "error"),
                of(&told["http2"]["goaway"], "error"),
                of(&told["websocket"]["close"], "reason"),
            ]
            .concat();
            let lines = details(&page, row);
            let found = value(&columns["announced"], row);
            assert_eq!(found.is_null(), said.is_empty(), "{}", path.display());
            for (name, frame) in said {
                let frame = format!("frame {frame}");
                let is_it = |(_, line): &(String, String)| line.contains(&name) && line.ends_with(&frame);
                assert!(lines.iter().any(is_it), "{name}, {frame}: {lines:#?}");
                assert!(found.as_str().unwrap().contains(&name), "{name}: {found}");
                ends += 1;
            }
            // One that is encrypted has no name to tell.
            let is_named = |alerts: &Value| {
                alerts
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|alert| alert["level"] == "fatal")
            };
            let ended_by_alert = told["close"]["cause"] == "tls-alert" && is_named(&told["tls"]["alerts"]);
            assert_eq!(
                value(&columns["alert"], row).is_string(),
                ended_by_alert,
                "{}",
                path.display()
            );
            let client = value(&columns["real_client"], row);
            let proxy = &told["proxy"];
            if proxy["src_port"].is_null() {
                assert!(client.is_null(), "{client}");
            } else {
                let (src, port) = (proxy["src"].as_str().unwrap(), &proxy["src_port"]);
                assert_eq!(client, format!("{src}:{port}"));
            }
        }
    }
    assert!(ends > 20, "{ends}");
}

#[test]
fn the_page_is_whole_and_closed() {
    let page = report(&[captures::path("parallel-connections.pcapng")]);
    assert!(page.starts_with("<!doctype html>"));
    assert!(page.contains(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-"
    ));
    assert!(page.contains("<title>synfin: parallel-connections.pcapng</title>"));
    assert!(!page.contains("{{"), "a mark is left");
    // Texts, two blocks of data and one script; one style; no other element that loads.
    assert_eq!(page.matches("<script").count(), 4);
    assert_eq!(page.matches("</script>").count(), 4);
    assert_eq!(page.matches("<style").count(), 1);
    for loads in [" src=", "http://", "https://", "<iframe", "<object", "<base"] {
        let found: Vec<&str> = page
            .match_indices(loads)
            .map(|(at, _)| page[at..].lines().next().unwrap())
            .filter(|found| !found.starts_with("http://www.w3.org/2000/svg'"))
            .collect();
        assert!(found.is_empty(), "{loads}: {found:?}");
    }
    assert_eq!(
        page.matches("href=").count(),
        2,
        "the icon and the way past the summary"
    );
}

/// A GET of a target that would like to be markup, as a file.
fn hostile(folder: &TempDir, target: &str) -> PathBuf {
    use synfin::{Frame, LinkType};
    let form = synfin_tests::pcap::Form::ALL[0];
    let mut file = form.header(LinkType::RAW);
    let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
    let segments: [(bool, u8, u32, u32, &str); 4] = [
        (true, 2, 1000, 0, ""),
        (false, 0x12, 5000, 1001, ""),
        (true, 0x10, 1001, 5001, ""),
        (true, 0x18, 1001, 5001, &request),
    ];
    for (number, (from_client, flags, seq, ack, payload)) in segments.into_iter().enumerate() {
        let (ends, ports) = if from_client {
            ([10, 0, 0, 1, 10, 0, 0, 2], [0x9c, 0x40, 0, 80])
        } else {
            ([10, 0, 0, 2, 10, 0, 0, 1], [0, 80, 0x9c, 0x40])
        };
        let total = u16::try_from(40 + payload.len()).unwrap().to_be_bytes();
        let mut data = vec![0x45, 0, total[0], total[1], 0, 0, 0x40, 0, 64, 6, 0, 0];
        data.extend(ends);
        data.extend(ports);
        data.extend(seq.to_be_bytes());
        data.extend(ack.to_be_bytes());
        data.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        data.extend(payload.as_bytes());
        let frame = Frame {
            number: number as u64,
            time_ns: number as i64 * 1_000_000,
            link: LinkType::RAW,
            wire_len: u32::try_from(data.len()).unwrap(),
            data: &data,
        };
        file.extend(form.record(&frame));
    }
    let path = folder.path().join("<b>&hostile.pcap");
    fs::write(&path, file).unwrap();
    path
}

#[test]
fn what_a_stranger_wrote_is_no_markup_and_no_script() {
    let folder = tempfile::tempdir().unwrap();
    for target in [
        "/</script><img/src=x/onerror=alert(1)>",
        "/<!--<script>",
        "/\u{2028}alert(1)\u{2029}",
        "/{{script}}",
    ] {
        let page = report(&[hostile(&folder, target)]);
        assert_eq!(page.matches("<script").count(), 4, "{target}");
        assert_eq!(page.matches("</script>").count(), 4, "{target}");
        for word in ["<img", "<!--", "\u{2028}", "\u{2029}", "<b>"] {
            assert!(!page.contains(word), "{word} of {target}");
        }
        // It is still told, as every other presentation tells it.
        let shown = data(&page)["transactions"]["target"]["words"][0].clone();
        assert_eq!(shown, synfin::display::foreign(target).as_str());
        assert!(page.contains("<title>synfin: &lt;b&gt;&amp;hostile.pcap</title>"));
    }
}

#[test]
fn nothing_to_tell_is_a_page_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quiet.pcap");
    fs::write(
        &path,
        synfin_tests::pcap::Form::ALL[0].header(synfin::LinkType::RAW),
    )
    .unwrap();
    let data = data(&report(&[path]));
    assert_eq!(data["counts"]["connections"], 0);
    assert_eq!(data["files"], serde_json::json!(["quiet.pcap"]));
}

#[test]
fn a_page_that_cannot_be_made_leaves_the_last_one() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("report.html");
    fs::write(&page, "the last one").unwrap();
    let words = |input: &Path| {
        run([
            "report".as_ref(),
            input.as_os_str(),
            "-o".as_ref(),
            page.as_os_str(),
        ])
    };
    let ran = words(&folder.path().join("missing.pcap"));
    assert_eq!(ran.status, Some(2));
    assert_eq!(fs::read_to_string(&page).unwrap(), "the last one");
    let ran = words(&captures::path("refused.pcapng"));
    assert_eq!((ran.status, ran.out.as_str()), (Some(0), ""));
    assert!(fs::read_to_string(&page).unwrap().ends_with("</html>\n"));
    let ran = run([
        "report".as_ref(),
        captures::path("refused.pcapng").as_os_str(),
        "-o".as_ref(),
        "/dev/full".as_ref(),
    ]);
    assert_eq!(ran.status, Some(2), "{ran:?}");
    assert!(ran.err.contains("/dev/full"), "{}", ran.err);
}
