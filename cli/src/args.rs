//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Tells what happened to each TCP connection of a capture: who opened it, whether the handshake
/// completed, who closed it, how and why.
#[derive(Debug, Parser)]
#[command(name = "synfin", version, after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  synfin capture.pcapng                  every TCP packet and its place in its connection
  synfin connections capture.pcapng      one connection a line: how it opened, how it ended
  synfin connections --json capture.pcapng | jq .close
  tcpdump -U -w - tcp | synfin -         live

A file named like a command: ./connections. Standard input: -
Exit status: 0 all read, 1 damaged or partly of an unknown link type (what could be read was reported),
2 wrong usage, unreadable, or not a capture (other files were reported), 130 after Ctrl-C, with what was read
until then reported.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Every TCP packet, annotated (the default: `synfin FILE`).
    Packets(Report),
    /// One connection a line.
    Connections(Report),
    /// The rule table: every situation synfin names.
    Rules,
    /// The field registry: every value synfin reports.
    Fields,
}

/// What to read and how to print it.
#[derive(Debug, clap::Args)]
pub(crate) struct Report {
    /// Capture files (pcap or pcapng), - for standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Believe or doubt segments with a wrong TCP checksum: note it, drop their evidence, or do not look.
    #[arg(long, value_name = "POLICY", value_enum, default_value_t = Checksums::Note)]
    pub(crate) checksums: Checksums,
    /// Ports that Zeek's answer takes for a server's where the first packet is no SYN: 80,443 or "" for none
    /// [default: those of Zeek's protocol scripts].
    #[arg(long, value_name = "LIST", value_parser = ports)]
    pub(crate) likely_server_ports: Option<Ports>,
}

/// A list of ports; a type of its own, as clap takes a `Vec` for an argument given several times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ports(pub(crate) Vec<u16>);

/// Ports with commas between; none of them for an empty text.
fn ports(text: &str) -> Result<Ports, String> {
    let port = |port: &str| {
        let port = port.trim();
        port.parse()
            .map_err(|_| format!("\"{port}\" is no port: 0 to 65535, with commas between"))
    };
    let list = text.split(',').filter(|_| !text.trim().is_empty());
    list.map(port).collect::<Result<_, _>>().map(Ports)
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Checksums {
    /// Say so and believe the segment (default).
    Note,
    /// The same, by the name Zeek's users know.
    Use,
    /// Say so, and let it prove nothing.
    Drop,
    /// Do not look.
    Ignore,
}

impl Report {
    pub(crate) fn config(&self) -> synfin::Config {
        let mut config = synfin::Config::default();
        config.checksums = match self.checksums {
            Checksums::Note | Checksums::Use => synfin::ChecksumPolicy::Note,
            Checksums::Drop => synfin::ChecksumPolicy::Drop,
            Checksums::Ignore => synfin::ChecksumPolicy::Ignore,
        };
        if let Some(Ports(ports)) = &self.likely_server_ports {
            config.likely_server_ports.clone_from(ports);
        }
        config
    }
}

/// `synfin FILE` means `synfin packets FILE`: puts the command in where the first word is none.
pub(crate) fn with_default_command(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    const KNOWN: [&str; 9] = [
        "packets",
        "connections",
        "rules",
        "fields",
        "help",
        "-h",
        "--help",
        "-V",
        "--version",
    ];
    let mut words: Vec<OsString> = words.collect();
    let named = words
        .get(1)
        .is_none_or(|word| KNOWN.iter().any(|known| word == known));
    if !named {
        words.insert(1, "packets".into());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{Args, Command, Ports, ports, with_default_command};
    use clap::{CommandFactory as _, Parser as _};

    fn command(line: &[&str]) -> Command {
        let words = std::iter::once(&"synfin").chain(line).map(|word| (*word).into());
        Args::parse_from(with_default_command(words)).command
    }

    #[test]
    fn ports_are_a_list_that_may_be_empty() {
        assert_eq!(ports("80, 443"), Ok(Ports(vec![80, 443])));
        assert_eq!(ports(""), Ok(Ports(vec![])));
        for wrong in ["http", "80,", "65536", "-1", "80-90"] {
            assert!(ports(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_file_alone_means_packets_and_a_path_is_never_a_command() {
        assert!(matches!(command(&["x.pcap"]), Command::Packets(report) if !report.json));
        assert!(matches!(command(&["--json", "x.pcap"]), Command::Packets(report) if report.json));
        assert!(matches!(command(&["./connections"]), Command::Packets(_)));
        assert!(matches!(command(&["-"]), Command::Packets(_)));
        assert!(matches!(command(&["--", "connections"]), Command::Packets(_)));
        assert!(matches!(
            command(&["connections", "x.pcap"]),
            Command::Connections(_)
        ));
    }
}
