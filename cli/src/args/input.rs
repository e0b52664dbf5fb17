//! What to read, and how to take it.

use std::path::PathBuf;

/// Capture files, and what to believe of them.
#[derive(Debug, clap::Args)]
pub(crate) struct Input {
    /// Capture files (pcap or pcapng), - for standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Believe or doubt segments with a wrong TCP checksum: note it, drop their evidence, or do not look.
    #[arg(long, value_name = "POLICY", value_enum, default_value_t = Checksums::Note)]
    pub(crate) checksums: Checksums,
    /// Ports that Zeek's answer takes for a server's where the first packet is no SYN: 80,443 or "" for none
    /// [default: those of Zeek's protocol scripts].
    #[arg(long, value_name = "LIST", value_parser = ports)]
    pub(crate) likely_server_ports: Option<Ports>,
}

impl Input {
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

#[cfg(test)]
mod tests {
    use super::{Ports, ports};

    #[test]
    fn ports_are_a_list_that_may_be_empty() {
        assert_eq!(ports("80, 443"), Ok(Ports(vec![80, 443])));
        assert_eq!(ports(""), Ok(Ports(vec![])));
        for wrong in ["http", "80,", "65536", "-1", "80-90"] {
            assert!(ports(wrong).is_err(), "{wrong}");
        }
    }
}
