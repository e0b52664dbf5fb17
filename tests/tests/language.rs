//! `--lang` and the locale: people read their language, and programs the same as ever.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use synfin_tests::program::{Ran, command, run};
use synfin_tests::{captures, chinese};
use tempfile::TempDir;
use textwrap::core::display_width;

/// What stands on the command line before the capture, for each report for people.
const REPORTS: [&[&str]; 9] = [
    &["packets"],
    &["packets", "-2"],
    &["connections"],
    &["connections", "--long"],
    &["http", "--headers"],
    &["summary"],
    &["ladder", "--all"],
    &["ladder"],
    &["ladder", "--mermaid"],
];

fn ran(environment: &[(&str, &str)], arguments: &[&str], path: &Path) -> Ran {
    let mut command = command();
    command.env("LC_ALL", "C.UTF-8").envs(environment.iter().copied());
    command.args(arguments).arg(path);
    command.output().expect("synfin runs").into()
}

fn chinese_of(arguments: &[&str], path: &Path) -> Ran {
    let arguments: Vec<&str> = ["--lang", "zh"].iter().chain(arguments).copied().collect();
    ran(&[], &arguments, path)
}

/// Captures in which nearly everything happens that there are words for.
const TELLING: [&str; 20] = [
    "aborted-download",
    "challenge-ack-to-syn",
    "data-missed-by-capture",
    "ecn-fallback",
    "fast-open",
    "get-closed-by-server",
    "half-close-with-data",
    "injected-reset",
    "ipv6-get",
    "keep-alive-death",
    "last-ack-lost",
    "md5-protected",
    "multipath-join",
    "pipelined-requests",
    "port-unreachable",
    "put-after-continue",
    "retransmission-give-up",
    "simultaneous-close",
    "syn-lost",
    "zero-window-probes",
];

fn each(check: impl Fn(&Path)) {
    for name in TELLING {
        check(&captures::path(&format!("{name}.pcapng")));
    }
}

/// What readers of Chinese know by these letters: protocols, header fields of TCP, units, states, and the names of
/// things of Zeek, HTTP and this program.
const TERMS: [&str; 88] = [
    "ACK",
    "API",
    "AO",
    "CLOSE-WAIT",
    "CLOSED",
    "CLOSING",
    "CWR",
    "Connection",
    "DF",
    "ECE",
    "ECN",
    "ESTABLISHED",
    "FIN",
    "FIN-WAIT-1",
    "FIN-WAIT-2",
    "Fast",
    "GB",
    "HTTP",
    "ICMP",
    "ICMPv6",
    "IP",
    "IPID",
    "ISN",
    "LAST-ACK",
    "LISTEN",
    "MB",
    "MD5",
    "MPTCP",
    "MSS",
    "MTU",
    "Multipath",
    "NS",
    "Null",
    "Open",
    "PSH",
    "RFC",
    "RST",
    "RTO",
    "RTT",
    "SACK",
    "SYN",
    "SYN-ACK",
    "SYN-RECEIVED",
    "SYN-SENT",
    "TCP",
    "TCP-AO",
    "TIME-WAIT",
    "TLS",
    "TTL",
    "URG",
    "UTC",
    "WebSocket",
    "Xmas",
    "Zeek",
    "ack",
    "close",
    "cookie",
    "h2c",
    "kB",
    "len",
    "ms",
    "ns",
    "originator",
    "s",
    "seq",
    "synfin",
    // Mermaid's language.
    "sequenceDiagram",
    "accTitle",
    "accDescr",
    "participant",
    "as",
    "I",
    "R",
    "I-xR",
    "I--xR",
    "R-xI",
    "R--xI",
    "br",
    "Note",
    "over",
    "left",
    "right",
    "of",
    "2xx",
    "3xx",
    "4xx",
    "5xx",
    "1xx",
];

/// A rule's id, a time, Zeek's connection state and history.
fn is_code(word: &str) -> bool {
    let mut letters = word.chars();
    let rule = letters.next().is_some_and(|first| "OTEH".contains(first))
        && letters.all(|char| char.is_ascii_digit());
    // The parts of a time such as 2026-11-22T18:09:15.049734877Z.
    let time = word
        .strip_suffix('Z')
        .or(word.split_once('T').map(|(date, _)| date))
        .is_some_and(|digits| {
            !digits.is_empty() && digits.chars().all(|char| char.is_ascii_digit() || char == '-')
        });
    let state = [
        "S0", "S1", "S2", "S3", "SF", "REJ", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH",
    ];
    let history = word.chars().all(|char| "ShAaDdFfRrCcTtWwIiQqGg".contains(char));
    rule || time || state.contains(&word) || history
}

/// The words that a capture holds: what peers wrote to each other, addresses, and its name.
fn of_the_wire(path: &Path) -> BTreeSet<String> {
    let http = run(["http", "--headers", "--json"]
        .map(OsStr::new)
        .into_iter()
        .chain([path.as_os_str()]));
    let connections = run(["connections", "--fields", "src,dst,http.target,http.method"]
        .map(OsStr::new)
        .into_iter()
        .chain([path.as_os_str()]));
    let mut words = BTreeSet::new();
    for text in [http.out, connections.out, path.display().to_string()] {
        words.extend(chinese::latin_words(&text).map(str::to_owned));
    }
    words
}

/// A command to paste is the same in each language.
fn without_commands(line: &str) -> &str {
    line.split("synfin ").next().unwrap_or_default()
}

#[test]
fn no_english_is_left_in_chinese_reports() {
    each(|path| {
        let wire = of_the_wire(path);
        for report in REPORTS {
            let ran = chinese_of(report, path);
            for line in ran.out.lines().chain(ran.err.lines()) {
                let line = without_commands(line);
                let english: Vec<&str> = chinese::latin_words(line)
                    .filter(|word| !TERMS.contains(word) && !wire.contains(*word) && !is_code(word))
                    .collect();
                assert!(
                    english.is_empty(),
                    "{report:?} {}: {english:?} in {line}",
                    path.display()
                );
            }
        }
    });
}

#[test]
fn programs_read_the_same_in_each_language() {
    const FORMS: [&[&str]; 18] = [
        &["packets", "--json"],
        &["packets", "-2", "--json"],
        &["packets", "--csv"],
        &["packets", "--tsv", "--where", "close.verdict == reset"],
        &[
            "packets",
            "--fields",
            "frame,phase,step,role,rules.name,state.initiator",
        ],
        &["packets", "--print-filter"],
        &["connections", "--json"],
        &["connections", "--csv"],
        &[
            "connections",
            "--fields",
            "handshake.verdict,close.verdict,close.by,close.cause",
        ],
        &["connections", "--where", "close.by == responder", "--tsv"],
        &[
            "connections",
            "--print-filter",
            "--where",
            "handshake.verdict == complete",
        ],
        &["http", "--json"],
        &["http", "--csv"],
        &["http", "--format", "combined"],
        &["summary", "--json"],
        &["connections", "--json", "--fail-on", "refused,reset"],
        &[
            "connections",
            "--fields",
            "duration",
            "--sort",
            "-duration",
            "--limit",
            "2",
        ],
        &["http", "--print-filter"],
    ];
    for name in TELLING.iter().step_by(3) {
        let path = &captures::path(&format!("{name}.pcapng"));
        for form in FORMS {
            let (english, chinese) = (ran(&[], form, path), chinese_of(form, path));
            assert!(english.out == chinese.out, "{form:?} {}", path.display());
            assert_eq!(english.status, chinese.status, "{form:?} {}", path.display());
        }
        // The sentences are for people, all else is not.
        let explanations = [
            ran(&[], &["explain", "--json"], path),
            chinese_of(&["explain", "--json"], path),
        ];
        let [english, chinese] = explanations.map(|explanation| {
            let lines = explanation.out.lines().map(|line| {
                let mut line: serde_json::Value = serde_json::from_str(line).expect("JSON");
                let sentences = line["sentences"].as_array_mut().expect("sentences");
                sentences
                    .iter_mut()
                    .for_each(|sentence| sentence["text"] = serde_json::Value::Null);
                line
            });
            lines.collect::<Vec<_>>()
        });
        assert!(!english.is_empty());
        assert_eq!(english, chinese, "{}", path.display());
        // The log says when it was written.
        let logs = [
            ran(&[], &["connections", "--zeek"], path),
            chinese_of(&["connections", "--zeek"], path),
        ];
        let rows = logs.map(|log| {
            let lines = log.out.lines().map(str::to_owned);
            lines
                .filter(|line| !line.starts_with("#open") && !line.starts_with("#close"))
                .collect::<Vec<_>>()
        });
        assert_eq!(rows[0], rows[1], "{}", path.display());
    }
    let rules = ["en", "zh"].map(|language| run(["rules", "--json", "--lang", language]));
    assert_eq!(rules[0], rules[1]);
}

#[test]
fn the_locale_chooses_and_the_option_goes_before_it() {
    let path = captures::path("syn-lost.pcapng");
    let in_locale = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = command();
        command
            .envs(variables.iter().copied())
            .args(arguments)
            .arg("packets")
            .arg(&path);
        Ran::from(command.output().expect("synfin runs"))
    };
    let chinese = in_locale(&[], &["--lang", "zh"]);
    let english = in_locale(&[], &["--lang", "en"]);
    assert!(chinese.out.contains("首次发送于帧 1") && english.out.contains("first sent in 1"));
    for variables in [
        &[("LC_ALL", "zh_CN.UTF-8")][..],
        &[("LANG", "zh_CN.UTF-8")],
        &[("LC_MESSAGES", "zh_TW.UTF-8"), ("LANG", "en_US.UTF-8")],
        &[("LC_ALL", ""), ("LANG", "zh")],
    ] {
        assert_eq!(in_locale(variables, &[]), chinese, "{variables:?}");
        assert_eq!(in_locale(variables, &["--lang", "en"]), english, "{variables:?}");
        assert_eq!(in_locale(variables, &["--lang=en"]), english, "{variables:?}");
    }
    for variables in [
        &[][..],
        &[("LC_ALL", "C")],
        &[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")],
        &[("LANG", "de_DE.UTF-8")],
        &[("LC_CTYPE", "zh_CN.UTF-8")],
    ] {
        assert_eq!(in_locale(variables, &[]), english, "{variables:?}");
    }
    let ran = in_locale(&[], &["--lang", "fr"]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("there is en and zh"), "{}", ran.err);
}

/// What stands in the columns of a terminal from `from` on; none where a character lies across the edge.
fn behind(line: &str, from: usize) -> Option<&str> {
    let mut column = 0;
    for (at, char) in line.char_indices() {
        if column == from {
            return line.get(at..);
        }
        column += display_width(char.encode_utf8(&mut [0; 4]));
    }
    (column <= from).then_some("")
}

/// Whether something ends in the column before `column`, and a space follows.
fn ends_at(line: &str, column: usize) -> bool {
    behind(line, column).is_some_and(|rest| {
        let before = &line[..line.len() - rest.len()];
        rest.starts_with(' ') && !before.ends_with(' ')
    })
}

/// Where a word begins, in columns.
fn begin_of(line: &str, word: &str) -> usize {
    let at = line.find(word).unwrap_or_else(|| panic!("{word} in {line}"));
    display_width(&line[..at])
}

/// Each row has a space before the column and something other or nothing in it.
fn check_left(lines: &[&str], column: usize) {
    for line in lines {
        let before = behind(line, column - 1);
        assert!(
            before.is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')),
            "column {column} of:\n{line}"
        );
        assert!(behind(line, column).is_some(), "column {column} of:\n{line}");
    }
}

#[test]
fn columns_are_aligned() {
    each(|path| {
        let packets = chinese_of(&["packets"], path).out;
        let mut lines = packets.lines();
        let heading = lines.next().unwrap();
        if let Some(numbered) = heading.starts_with("   帧").then(|| {
            let is_row = |line: &&str| {
                line.get(..5)
                    .is_some_and(|start| start.trim().parse::<u64>().is_ok())
            };
            packets.lines().filter(is_row).collect::<Vec<_>>()
        }) {
            assert!(!numbered.is_empty());
            for name in ["连接", "标志", "步骤", "发起方", "响应方", "说明"] {
                check_left(&numbered, begin_of(heading, name));
            }
            for name in ["序号", "确认号", "长度"] {
                let end = begin_of(heading, name) + display_width(name);
                for line in &numbered {
                    assert!(
                        behind(line, end).is_some_and(|rest| rest.starts_with(' ')),
                        "{name}: {line}"
                    );
                }
            }
        }
        let connections = chinese_of(&["connections"], path).out;
        let rows: Vec<&str> = connections.lines().collect();
        if let Some(heading) = rows.first().filter(|line| line.starts_with('#')) {
            for name in [
                "发起方",
                "响应方",
                "时长",
                "RTT",
                "报文段",
                "字节",
                "握手",
                "关闭",
                "原因",
                "HTTP",
            ] {
                check_left(&rows[1..], begin_of(heading, name));
            }
        }
        let http = chinese_of(&["http"], path).out;
        let rows: Vec<&str> = http.lines().collect();
        // Longer addresses make a column wider when they come.
        let fits = !http.contains("]:");
        if let Some(heading) = rows.first().filter(|_| fits) {
            for name in ["连接", "客户端", "事务"] {
                check_left(&rows[1..], begin_of(heading, name));
            }
            for name in [" 请求", "响应", "等待", "总计"] {
                let end = begin_of(heading, name) + display_width(name);
                for line in &rows {
                    assert!(
                        behind(line, end).is_some_and(|rest| rest.starts_with(' ')),
                        "{name}: {line}"
                    );
                }
            }
        }
        // Every command of a summary stands in the same column.
        let summary = chinese_of(&["summary"], path).out;
        let commands = summary.lines().filter(|line| line.contains("  synfin "));
        let columns: BTreeSet<usize> = commands.map(|line| begin_of(line, "synfin ")).collect();
        assert_eq!(columns.len(), 1, "{summary}");
        let long = chinese_of(&["connections", "--long"], path).out;
        for name in [
            "报文段",
            "字节",
            "首字节时间",
            "初始序列号",
            "MSS",
            "时间戳",
            "允许 SACK",
        ] {
            let mut rows = long.lines().filter(|line| line.trim_start().starts_with(name));
            // The left one of two right-aligned columns ends here.
            assert!(
                rows.all(|line| display_width(line) >= 56 && ends_at(line, 40)),
                "{name}:\n{long}"
            );
        }
    });
}

#[test]
fn lifelines_are_straight() {
    each(|path| {
        for width in ["60", "80", "132", "160"] {
            let arguments = ["--lang", "zh", "ladder", "--connection", "0"];
            let picture = ran(&[("COLUMNS", width)], &arguments, path).out;
            let is_lifeline = |char: char| "│┊".contains(char);
            let mut columns: BTreeSet<Vec<usize>> = BTreeSet::new();
            for line in picture.lines().filter(|line| line.contains(is_lifeline)) {
                let at = line.char_indices().filter(|&(_, char)| is_lifeline(char));
                columns.insert(at.map(|(at, _)| display_width(&line[..at])).collect());
                assert!(display_width(line) <= width.parse().unwrap(), "{line}");
            }
            assert_eq!(columns.len(), 1, "{}:\n{picture}", path.display());
        }
    });
}

#[test]
fn ascii_is_for_the_drawing() {
    let path = captures::path("data-lost.pcapng");
    let picture = chinese_of(&["ladder", "--ascii"], &path).out;
    assert!(
        picture.contains("发起方") && picture.contains("8.19 kB <-"),
        "{picture}"
    );
    assert!(!picture.contains(['│', '─', '→', 'µ', '✗']), "{picture}");
    assert!(!picture.contains("\\u{"), "{picture}");
}

#[test]
fn snapshots() {
    let all = |name: &str, path: &Path| {
        [name, path.file_stem().unwrap().to_str().unwrap()]
            .join("_")
            .replace('-', "_")
    };
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, arguments, captures) in [
            (
                "packets",
                &["packets"][..],
                &[
                    "get-closed-by-server",
                    "syn-lost",
                    "keep-alive-death",
                    "zero-window-probes",
                    "injected-reset",
                ][..],
            ),
            ("packets_2", &["packets", "-2"], &["pipelined-requests"]),
            (
                "connections",
                &["connections"],
                &["injected-reset", "refused", "parallel-connections"],
            ),
            (
                "long",
                &["connections", "--long"],
                &["injected-reset", "ecn-fallback", "multipath", "port-unreachable"],
            ),
            (
                "http",
                &["http"],
                &["aborted-download", "put-after-continue", "keep-alive-requests"],
            ),
            (
                "summary",
                &["summary"],
                &["injected-reset", "refused", "data-lost"],
            ),
            (
                "ladder",
                &["ladder"],
                &["syn-lost", "data-lost", "port-unreachable"],
            ),
            ("ladder_ascii", &["ladder", "--ascii"], &["syn-lost"]),
            (
                "ladder_mermaid",
                &["ladder", "--mermaid"],
                &["syn-lost", "simultaneous-close"],
            ),
        ] {
            for capture in captures {
                let path = captures::path(&format!("{capture}.pcapng"));
                // Its folder is not the same everywhere.
                let mut command = command();
                command
                    .current_dir(captures::folder())
                    .env("LC_ALL", "zh_CN.UTF-8")
                    .args(arguments);
                let ran = Ran::from(
                    command
                        .arg(path.file_name().unwrap())
                        .output()
                        .expect("synfin runs"),
                );
                assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{capture}");
                insta::assert_snapshot!(all(&format!("zh_{name}"), &path), ran.out);
            }
        }
    });
}

/// What is wrong with an input, and that it is said in Chinese.
#[test]
fn faults_of_inputs_are_told_in_chinese() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let whole = std::fs::read(captures::path("syn-lost.pcapng")).unwrap();
    for (path, status, words) in [
        (file("empty.pcap", b""), 2, "：输入为空（零字节）"),
        (
            file("a.txt", b"hello, world"),
            2,
            "：不是 pcap 或 pcapng 捕获文件；看起来是纯文本",
        ),
        (file("a.zip", b"PK\x03\x04"), 2, "看起来是 zip 归档"),
        (
            folder.path().join("none.pcap"),
            2,
            "：没有这个文件或目录（os error 2）",
        ),
        (
            file("cut.pcapng", &whole[..whole.len() - 150]),
            1,
            "此前的内容均已报告",
        ),
    ] {
        for report in REPORTS {
            let ran = chinese_of(report, &path);
            assert_eq!(
                ran.status,
                Some(status),
                "{report:?} {}: {}",
                path.display(),
                ran.err
            );
            assert!(ran.err.contains(words), "{report:?} {}", ran.err);
            assert!(ran.err.starts_with("synfin："), "{}", ran.err);
        }
    }
    let ran = chinese_of(
        &["ladder", "--connection", "7"],
        &captures::path("syn-lost.pcapng"),
    );
    assert_eq!(ran.err, "synfin：没有连接 7：捕获中只有一个连接，编号 0\n");
}

/// The page's phrases and labels are Chinese, its data the same.
#[test]
fn a_report_is_a_chinese_page_with_the_same_data() {
    let page = |language: &str, name: &str| {
        let path = captures::path(&format!("{name}.pcapng"));
        ran(&[], &["--lang", language, "report", "-o", "-"], &path).out
    };
    let [english, chinese] = ["en", "zh"].map(|language| page(language, "parallel-connections"));
    assert!(english.contains("<html lang=\"en\">") && chinese.contains("<html lang=\"zh-Hans\">"));
    let block = |page: &str, id: &str| -> serde_json::Value {
        let mark = format!("<script type=\"application/json\" id=\"{id}\">");
        let (_, rest) = page.split_once(&mark).expect("the block");
        serde_json::from_str(rest.split_once("</script>").expect("its end").0).expect("JSON")
    };
    let same_data = |english: &str, chinese: &str| {
        for name in ["files", "counts", "connections", "transactions", "left_out"] {
            assert_eq!(
                block(english, "data")[name],
                block(chinese, "data")[name],
                "{name}"
            );
        }
    };
    same_data(&english, &chinese);
    for (capture, words) in [
        (
            "websocket-closed-by-server",
            "1001 正在离开 \\\"restarts at noon\\\"，由响应方发送",
        ),
        ("tls-bad-certificate", "unknown_ca，发起方，帧 8"),
        ("proxy-version-2", "PROXY v2"),
    ] {
        let [english, chinese] = ["en", "zh"].map(|language| page(language, capture));
        same_data(&english, &chinese);
        assert!(chinese.contains(words), "{words} in {capture}");
    }
    assert_eq!(
        block(&chinese, "texts")["labels"]["close"]["three-segment"],
        "三段挥手"
    );
    let marked = |page: &str| {
        let (_, body) = page.split_once("<body>").expect("a body");
        let (skeleton, _) = body.split_once("<script").expect("scripts");
        skeleton.to_owned()
    };
    let mut text = String::new();
    let mut inside = false;
    for char in marked(&chinese).chars() {
        inside = (inside || char == '<') && char != '>';
        text.push(if inside || char == '>' { ' ' } else { char });
    }
    let english: Vec<&str> = chinese::latin_words(&text).collect();
    let known = [
        "TCP", "HTTP", "synfin", "Page", "Up", "Down", "Home", "End", "Enter", "Escape",
    ];
    assert!(english.iter().all(|word| known.contains(word)), "{english:?}");
    // Every phrase of the skeleton is there.
    assert!(
        !chinese.contains("{{") && !marked(&chinese).contains("><\u{2f}h"),
        "{text}"
    );
}
