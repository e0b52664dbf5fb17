//! How to print what was found.

/// The form of a report.
#[derive(Debug, clap::Args)]
pub(crate) struct Output {
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}
