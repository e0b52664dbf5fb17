//! Other tools' answers to captures that we did not make, against ours. `make conformance` prints the score.
//!
//! `SYNFIN_CORPUS` names the folder of captures and recorded answers. Every row must agree, or have a name and
//! a reason in [`exceptions`]; one file an oracle says how its words and ours compare.

mod completeness;
mod corpus;
mod exceptions;
mod htp;
mod http_rows;
mod httparse;
mod llhttp;
mod score;
mod suricata_events;
mod suricata_flow;
mod suricata_http;
mod zeek_conn;
mod zeek_http;
mod zeek_rows;
mod zeek_weird;

use std::io::Write as _;

use exceptions::{EXCEPTIONS, HTTP_EXCEPTIONS};
use synfin_tests::skip;

#[test]
fn recorded_answers() {
    let Some(root) = std::env::var_os("SYNFIN_CORPUS") else {
        skip::not_asked_for("SYNFIN_CORPUS is not set, so no recorded answer of another tool was compared");
        return;
    };
    let corpus = corpus::Corpus::new(root.as_ref());
    let mut sheets = zeek_conn::rows(&corpus);
    sheets.push(zeek_conn::untied(&corpus));
    sheets.push(zeek_weird::rows(&corpus));
    sheets.push(completeness::recorded(&corpus));
    sheets.push(suricata_flow::rows(&corpus));
    sheets.extend(suricata_events::rows(&corpus));
    let http = [
        httparse::rows(&corpus),
        llhttp::rows(&corpus),
        htp::rows(&corpus),
        zeek_http::rows(&corpus),
        suricata_http::rows(&corpus),
    ];
    let (table, mut faults) = score::report(&sheets, EXCEPTIONS);
    let (http_table, http_faults) = score::report(&http, HTTP_EXCEPTIONS);
    let table = format!("{table}\n{http_table}");
    faults.extend(http_faults);
    // Past the test runner, which hides what passing tests print.
    let _ = writeln!(std::io::stderr(), "\n{table}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
