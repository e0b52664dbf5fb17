//! What to read, and how to take it.

use std::cell::OnceCell;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::Failure;
use crate::fail_on::FailOn;
use crate::input::{Filter, Moment, Plan, Window};
use crate::pipeline::Threads;
use crate::times::TimeFormat;

/// Capture files, and what to believe of them.
#[derive(Debug, clap::Args)]
pub(crate) struct Input {
    /// Capture files (pcap or pcapng, also as gzip, zstd, xz or lz4) and folders of them, - for standard input.
    #[arg(required = true, value_name = "FILE", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) files: Vec<PathBuf>,
    /// All files as one capture, frames in order of time, as mergecap.
    #[arg(long)]
    pub(crate) merge: bool,
    /// Each file as a capture of its own, even those that are pieces of a rotated one by their names (dumpcap -b,
    /// tcpdump -C and -G); these are joined otherwise.
    #[arg(long)]
    pub(crate) no_join: bool,
    /// Wait for more at the end of the file, until Ctrl-C.
    #[arg(long, conflicts_with = "merge")]
    pub(crate) follow: bool,
    /// Only frames that a capture filter accepts, as of pcap-filter(7); frames keep their numbers. Needs tcpdump.
    #[arg(long, value_name = "EXPR")]
    pub(crate) filter: Option<String>,
    /// Only frames from this time on: "2024-05-01 12:30:00.5" (local time), 2024-05-01T12:30:00Z, seconds since 1970,
    /// or +30s from the first frame.
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    pub(crate) after: Option<Moment>,
    /// Only frames before this time, written in the same way.
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    pub(crate) before: Option<Moment>,
    /// Times in text, as tshark has them.
    #[arg(short = 't', long = "time", value_name = "FORMAT", value_enum, default_value_t = TimeFormat::Relative)]
    pub(crate) time: TimeFormat,
    /// No name look-ups: there are none; accepted for those who type it.
    #[arg(short = 'n')]
    pub(crate) numeric: bool,
    /// Exit status 3 if any connection has one of these handshake verdicts, close verdicts or causes: refused,reset.
    #[arg(long, value_name = "VERDICT,..", value_parser = FailOn::parse, default_value = "", hide_default_value = true)]
    pub(crate) fail_on: FailOn,
    /// Believe or doubt segments with a wrong TCP checksum: note it, drop their evidence, or do not look.
    #[arg(long, value_name = "POLICY", value_enum, default_value_t = Checksums::Note)]
    pub(crate) checksums: Checksums,
    /// Ports that Zeek's answer takes for a server's where the first packet is no SYN: 80,443 or "" for none
    /// [default: those of Zeek's protocol scripts].
    #[arg(long, value_name = "LIST", value_parser = ports)]
    pub(crate) likely_server_ports: Option<Ports>,
    /// Threads that work at once: with two, one reads beside; with three, one prints beside as well. 1 does all on one
    /// [default: 3 where the machine has several cores, else 1].
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    #[arg(skip)]
    plan: OnceCell<Plan>,
}

/// Closed connections that are kept for late segments.
const CLOSED: usize = 8192;

impl Input {
    /// The captures to read; folders are listed at the first call.
    pub(crate) fn plan(&self) -> &Plan {
        self.plan.get_or_init(|| Plan::new(self))
    }

    /// The capture filter asked for; the error says why there is none.
    pub(crate) fn filter(&self) -> Result<Option<Filter>, Failure> {
        let filter = self.filter.as_deref().map(Filter::new).transpose();
        filter.map_err(Failure::Input)
    }

    pub(crate) fn threads(&self) -> Threads {
        Threads::new(self.threads)
    }

    pub(crate) const fn window(&self) -> Window {
        Window {
            after: self.after,
            before: self.before,
        }
    }

    pub(crate) fn config(&self) -> synfin::Config {
        let mut config = synfin::Config::default();
        // For every report and each pass, so that a connection has one number in all of them.
        config.max_closed = CLOSED;
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
