//! What to draw, and how.

use std::path::PathBuf;

use super::Input;

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
