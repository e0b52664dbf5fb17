//! What to draw, and how.

use std::path::PathBuf;

use super::Input;

pub(crate) const LADDER_HELP: &str = "\
Time runs down. An arrow is a segment: its textbook step, its flags, its numbers relative to the initial ones and its
payload's length; beside it the states of both sides where they change, the delay since the row above, and what the
segment means. A dashed arrow repeats what was sent before. One that ends in a cross on its way did not arrive, or no
answer did: a later segment shows it, which is named. A cross without a frame stands for bytes that the capture lost
although they arrived. A row beginning with … stands for several plain segments of data or acknowledgements.

A picture has 2,000 rows at most, the first and the last of its connection (200,000 with --all); what is left out
between them is one row that says how much it is.

In a locale without UTF-8 (LC_ALL, LC_CTYPE, LANG) the terminal's picture is plain ASCII.";

pub(crate) const REPORT_HELP: &str = "\
The page holds its own data, style and script, and a Content-Security-Policy that lets no other run; it needs no network
and works from a file. Its numbers are those of `synfin connections --json` and `synfin http --json`. It holds up to
100,000 connections and 50,000 HTTP transactions, and says what it leaves out; of a connection it draws the first 30 and
the last 20 rows that `synfin ladder` would.";

/// Which connections to draw, and with what.
#[derive(Debug, clap::Args)]
pub(crate) struct Ladder {
    #[command(flatten)]
    pub(crate) input: Input,
    /// A connection by its number; may be repeated. Without it every connection is drawn, up to five.
    #[arg(long, value_name = "N")]
    pub(crate) connection: Vec<u64>,
    /// An SVG picture, light or dark as its reader's screen is.
    #[arg(long, conflicts_with_all = ["mermaid", "ascii"])]
    pub(crate) svg: bool,
    /// A Mermaid sequence diagram, for Markdown.
    #[arg(long, conflicts_with = "ascii")]
    pub(crate) mermaid: bool,
    /// Plain ASCII; without it, that is what a locale without UTF-8 gets.
    #[arg(long)]
    pub(crate) ascii: bool,
    /// Every segment: runs of plain data and acknowledgements are not folded.
    #[arg(long, visible_alias = "no-fold")]
    pub(crate) all: bool,
    /// Write to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// What goes into a report, and where it goes.
#[derive(Debug, clap::Args)]
pub(crate) struct PageReport {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Write the page to this file; - for standard output.
    #[arg(short, long, value_name = "FILE", required = true)]
    pub(crate) output: PathBuf,
}
