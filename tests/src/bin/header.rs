//! `cargo run -p synfin-tests --bin header` writes `ffi/include/synfin.h`; with `--check` it only says
//! whether the one that is there is up to date.

use std::fs;
use std::process::ExitCode;

use synfin_tests::header::{header, header_path};

fn main() -> ExitCode {
    let (path, wanted) = (header_path(), header());
    let is_current = fs::read_to_string(&path).is_ok_and(|found| found == wanted);
    match std::env::args().nth(1).as_deref() {
        _ if is_current => println!("{} is up to date", path.display()),
        None => {
            fs::write(&path, wanted).expect("the header can be written");
            println!("{} written", path.display());
        }
        Some(_) => {
            eprintln!(
                "{} is not up to date: cargo run -p synfin-tests --bin header",
                path.display()
            );
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
