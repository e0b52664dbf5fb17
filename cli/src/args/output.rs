//! How to print what was found, and which of it.

/// The form of a report.
#[derive(Debug, clap::Args)]
pub(crate) struct Output {
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which rows and values to print.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Selection")]
pub(crate) struct Selection {
    /// Only rows that fulfil an expression over fields, as in Wireshark: 'close.by == responder and duration > 50ms'.
    #[arg(long = "where", value_name = "EXPR")]
    pub(crate) expression: Option<String>,
    /// These fields instead of the usual columns, with commas between (`synfin fields`).
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) fields: Vec<String>,
    /// In the order of a field; -FIELD for the greatest first.
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    pub(crate) sort: Option<String>,
    /// The greatest first.
    #[arg(long, requires = "sort")]
    pub(crate) desc: bool,
    /// This many rows of each capture at most.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// Comma-separated values (RFC 4180), the names of the fields first.
    #[arg(long, conflicts_with_all = ["json", "tsv"])]
    pub(crate) csv: bool,
    /// Tab-separated values, likewise; tabs and line ends inside values are \t, \n, \r.
    #[arg(long, conflicts_with = "json")]
    pub(crate) tsv: bool,
    /// Print the Wireshark display filter that shows what was selected, and nothing else.
    #[arg(long, conflicts_with_all = ["json", "csv", "tsv", "fields"])]
    pub(crate) print_filter: bool,
}
