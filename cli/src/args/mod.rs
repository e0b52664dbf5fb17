//! The command line.

mod input;
mod output;
mod picture;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use synfin::Language;

pub(crate) use input::Input;
pub(crate) use output::{Output, Selection};
pub(crate) use picture::{Ladder, PageReport};

/// Tells what happened to each TCP connection of a capture.
///
/// Who opened it, whether the handshake completed, who answered what, who closed it, how and why, packet by
/// packet or as one line a connection.
#[derive(Debug, Parser)]
#[command(name = "synfin", version, after_help = after_help())]
pub(crate) struct Args {
    /// Colours: on a terminal (without NO_COLOR), always or never.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto, global = true)]
    pub(crate) color: Color,
    /// The language of what is written for people: en or zh; by default that of the locale (LC_ALL, LC_MESSAGES,
    /// LANG). JSON (but for the sentences of explain), CSV, fields and filters are the same in each. This help
    /// and what is said of the command line itself are English.
    #[arg(long, value_name = "LANGUAGE", value_parser = language, global = true)]
    pub(crate) lang: Option<Language>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

fn language(tag: &str) -> Result<Language, String> {
    Language::of_locale(tag).ok_or_else(|| "there is en and zh".to_owned())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// For everything that is written from now on.
    pub(crate) fn apply(self) {
        match self {
            Self::Auto => {}
            Self::Always => anstream::ColorChoice::Always.write_global(),
            Self::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}

/// What to type, and what it gives: for `--help` and for the manual pages.
pub(crate) const EXAMPLES: [(&str, &str); 16] = [
    (
        "synfin capture.pcapng",
        "every TCP packet and its place in its connection",
    ),
    (
        "synfin -2 capture.pcapng",
        "a request tells the frame of its response, too",
    ),
    (
        "synfin connections capture.pcapng",
        "one connection a line: how it opened, how it ended",
    ),
    ("synfin http capture.pcapng", "one HTTP transaction a line"),
    (
        "synfin summary capture.pcapng",
        "what happened, on one screen, what looks wrong first",
    ),
    (
        "synfin connections --where 'close.by == responder' capture.pcapng",
        "those that the responder ended",
    ),
    (
        "synfin explain --connection 3 capture.pcapng",
        "what happened to one connection, in sentences",
    ),
    (
        "synfin ladder --connection 3 --svg capture.pcapng > 3.svg",
        "the picture of a connection; without --svg in the terminal",
    ),
    (
        "synfin report capture.pcapng -o report.html",
        "a page for the browser, in one file",
    ),
    (
        "synfin explain --rule T7",
        "what a rule means and the evidence it takes",
    ),
    (
        "synfin connections --json capture.pcapng | jq .close",
        "how each connection ended, as data",
    ),
    ("tcpdump -U -w - tcp | synfin -", "live"),
    (
        "synfin connections --merge eth0.pcap.gz eth1.pcap.zst",
        "two captures in order of time, as one",
    ),
    (
        "synfin packets -t ad --filter 'port 443' --after +30s trace.pcap",
        "a part of a capture; frames keep their numbers",
    ),
    (
        "synfin connections --fail-on refused,reset,timed-out test.pcap",
        "for scripts: exit status 3 if a connection has one of these",
    ),
    ("synfin man | man -l -", "the manual page, from the program alone"),
];

pub(crate) const FILES_NOTE: &str = "A file named like a command: ./connections. Standard input: -";

/// By status, as `main` ends.
pub(crate) const EXIT_STATUS: [(u8, &str); 5] = [
    (crate::ALL_READ, "All was read."),
    (
        crate::DAMAGED,
        "The input was damaged or partly of an unknown link type; what could be read was reported.",
    ),
    (
        crate::UNUSABLE,
        "Wrong usage, or a file that is unreadable or not a capture; other files were reported.",
    ),
    (
        crate::FAILED,
        "A connection has a verdict that --fail-on names. Goes before 1; 130 and 2 go before it.",
    ),
    (
        crate::interrupt::STATUS,
        "Ctrl-C; what was read until then was reported.",
    ),
];

fn after_help() -> String {
    let mut help = String::from("Examples:\n");
    for (line, meaning) in EXAMPLES {
        help += &format!("  {line:<36}   {meaning}\n");
    }
    help += &format!("\n{FILES_NOTE}\n\nExit status:\n");
    for (status, meaning) in EXIT_STATUS {
        help += &format!("  {status:<4} {meaning}\n");
    }
    help
}

/// What an expression may be.
const SELECTION_HELP: &str = "\
--where takes the names of `synfin fields`, with or without synfin. before them, and the operators of Wireshark's
display filters: == != > < >= <= (eq ne gt lt ge le), === and ~= (all equal, any unequal), contains, matches (a regular
expression, upper and lower case the same), in {a, b..c}, and or xor not (&& || ^^ !), parentheses, any and all before a
field with several values; a field alone asks whether there is a value. Time spans have a unit (50ms, 1.5s, 20us,
300ns; a bare number is seconds), addresses may be networks (192.0.2.0/24), words need no quotes.

  close.by == responder and handshake.rtt_responder > 50ms
  handshake.verdict in {refused, no-answer} and dst == 192.0.2.0/24
  http.target matches \"^/api/\" and not http.status in {200..399}

Where packets are selected by a field of their connection, files are read twice.";

/// When connections are told.
const ORDER_HELP: &str = "\
Connections come at the end, in the order of their numbers. In long captures those that closed come earlier: no more
than 8,192 of them are kept for late segments. --sort connection puts all in order.";

const HTTP_HELP: &str = "\
--where, --fields and --sort take the names of --json, without facts. and _ns: status, host, wait, request.state.
Header fields (response.fields.name, response.fields.value) need --headers.

Each request with its final response, as soon as both are over: time of the request, connection, bytes of the two
bodies as transferred (chunk framing removed, content codings not), wait (end of the request to the first byte of the
response), total (first byte of the request to the last of the response), and what is odd: interim responses,
pipelining, a message that is not complete, an early answer, an upgrade, deviations by their rule (`synfin rules`).

--format combined: Apache's combined log, in UTC, as transactions end. The client's address; the user of Basic
authentication; bytes as transferred. Where no response was captured the status is -, as Apache itself writes where it has none, never a
number that nobody sent (408, 499), and log analysers pass over the line; where no request was captured the request
line is \"-\".

--bodies DIR: cNNNNN-tNNN-request.EXT and -response.EXT by connection and transaction, with the content codings
gzip, deflate, br and zstd undone, and one line of JSON a file in index.jsonl: complete, truncated, damaged,
undecoded. What can be decoded of a damaged or partial body is written; what cannot at all is written as sent.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Every TCP packet, annotated (the default: `synfin FILE`).
    #[command(after_help = SELECTION_HELP)]
    Packets(Packets),
    /// One connection a line.
    #[command(after_help = format!("{ORDER_HELP}\n\n{SELECTION_HELP}"))]
    Connections(Connections),
    /// What happened in a capture, on a screen: what looks wrong first.
    Summary(Report),
    /// One HTTP transaction a line.
    #[command(after_help = HTTP_HELP)]
    Http(Http),
    /// One connection, or one rule, in plain words.
    #[command(mut_arg("files", |files| files.required(false).required_unless_present("rule")))]
    Explain(Explain),
    /// One connection as a picture: who sent what to whom, in which state.
    #[command(after_help = picture::LADDER_HELP)]
    Ladder(Ladder),
    /// A page in one file: summary, connections, their pictures, times.
    #[command(after_help = picture::REPORT_HELP)]
    Report(PageReport),
    /// The rule table: every situation synfin names.
    Rules(Table),
    /// The field registry: every value synfin reports.
    Fields,
    /// Completions for a shell.
    Completions(Completions),
    /// The manual page, or all of them.
    Man(Man),
}

/// What to read and how to print it.
#[derive(Debug, clap::Args)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Which connections to print, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Connections {
    #[command(flatten)]
    pub(crate) report: Report,
    /// Everything about each connection, on a screenful.
    #[arg(long, conflicts_with_all = ["json", "csv", "tsv", "fields", "zeek", "print_filter"])]
    pub(crate) long: bool,
    /// Zeek's conn.log, for zeek-cut; what synfin does not know is -.
    #[arg(long, conflicts_with_all = ["json", "csv", "tsv", "fields", "print_filter"])]
    pub(crate) zeek: bool,
    #[command(flatten)]
    pub(crate) selection: Selection,
}

/// How to print packets.
#[derive(Debug, clap::Args)]
pub(crate) struct Packets {
    #[command(flatten)]
    pub(crate) report: Report,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Read each file twice, so that packets also tell the frame that answers them, and requests that of their
    /// response.
    #[arg(short = '2', long)]
    pub(crate) two_pass: bool,
}

/// Which transactions to print, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Http {
    #[command(flatten)]
    pub(crate) report: Report,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// How to print.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text, conflicts_with_all = ["json", "csv", "tsv", "fields", "print_filter"])]
    pub(crate) format: Format,
    /// Header and trailer fields as well.
    #[arg(long)]
    pub(crate) headers: bool,
    /// Write each body, decoded, to a file of its own in this folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) bodies: Option<PathBuf>,
    /// Bytes of each body, as sent and as decoded, at most: 64M, 500k.
    #[arg(long, value_name = "BYTES", value_parser = size, default_value = "64M", requires = "bodies")]
    pub(crate) body_limit: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// An access log in Apache's combined format.
    Combined,
}

/// A number of bytes; k, M and G are powers of 1024.
fn size(text: &str) -> Result<u32, String> {
    let digits = text.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
    let unit: u64 = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => {
            return Err(format!(
                "\"{text}\" is no size: a number, with k, M or G behind it"
            ));
        }
    };
    let number = digits.parse::<u64>().map_err(|error| error.to_string())?;
    let bytes = number.checked_mul(unit).filter(|&bytes| bytes > 0);
    bytes
        .and_then(|bytes| u32::try_from(bytes).ok())
        .ok_or_else(|| format!("\"{text}\" is not between 1 byte and 4 GiB"))
}

/// What to explain.
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// A rule by its id, such as T7; may be repeated.
    #[arg(long, value_name = "ID", conflicts_with_all = ["files", "connection"])]
    pub(crate) rule: Vec<String>,
    /// A connection by its number; may be repeated. Without it every connection is explained, as text up to five.
    #[arg(long, value_name = "N")]
    pub(crate) connection: Vec<u64>,
    #[command(flatten)]
    pub(crate) report: Report,
}

/// How to print a table.
#[derive(Debug, clap::Args)]
pub(crate) struct Table {
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Whose completions.
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell; what is printed belongs where that shell looks for completions.
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Where to put manual pages.
#[derive(Debug, clap::Args)]
pub(crate) struct Man {
    /// Write synfin.1 and the page of each command into this folder; without it synfin.1 is printed.
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// `synfin FILE` means `synfin packets FILE`: puts the command in where the first word is none.
pub(crate) fn with_default_command(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    const KNOWN: [&str; 16] = [
        "packets",
        "summary",
        "connections",
        "http",
        "explain",
        "ladder",
        "report",
        "rules",
        "fields",
        "completions",
        "man",
        "help",
        "-h",
        "--help",
        "-V",
        "--version",
    ];
    let mut words: Vec<OsString> = words.collect();
    // Where the command stands: behind the options of the program itself.
    let mut at = 1;
    while let Some(word) = words.get(at) {
        at += match word.to_str() {
            Some("--color" | "--lang") => 2,
            Some(word) if word.starts_with("--color=") || word.starts_with("--lang=") => 1,
            _ => break,
        };
    }
    let named = words
        .get(at)
        .is_none_or(|word| KNOWN.iter().any(|known| word == known));
    if !named {
        words.insert(at, "packets".into());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{Args, Command, size, with_default_command};
    use clap::{CommandFactory as _, Parser as _};

    fn command(line: &[&str]) -> Command {
        let words = std::iter::once(&"synfin").chain(line).map(|word| (*word).into());
        Args::parse_from(with_default_command(words)).command
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("1"), Ok(1));
        assert_eq!(size("500k"), Ok(512_000));
        assert_eq!(size("64M"), Ok(67_108_864));
        assert_eq!(size("64MiB"), size("64M"));
        for wrong in ["", "0", "M", "64X", "-1", "4G", "99999999999999999999", "1.5M"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_command_is_known_by_its_name() {
        for command in Args::command().get_subcommands() {
            let words = ["synfin", command.get_name()].map(Into::into);
            assert_eq!(with_default_command(words.clone().into_iter()), words);
        }
    }

    #[test]
    fn a_file_alone_means_packets_and_a_path_is_never_a_command() {
        assert!(matches!(command(&["x.pcap"]), Command::Packets(packets) if !packets.report.output.json));
        assert!(
            matches!(command(&["--json", "x.pcap"]), Command::Packets(packets) if packets.report.output.json)
        );
        assert!(matches!(command(&["-2", "x.pcap"]), Command::Packets(packets) if packets.two_pass));
        assert!(matches!(command(&["./connections"]), Command::Packets(_)));
        assert!(matches!(command(&["-"]), Command::Packets(_)));
        assert!(matches!(command(&["--color", "never", "x"]), Command::Packets(_)));
        assert!(matches!(
            command(&["--color=never", "connections", "x"]),
            Command::Connections(_)
        ));
        assert!(matches!(command(&["--", "connections"]), Command::Packets(_)));
        assert!(matches!(
            command(&["connections", "x.pcap"]),
            Command::Connections(_)
        ));
    }
}
