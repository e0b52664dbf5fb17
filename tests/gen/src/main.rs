//! Writes classic pcap files of any size for measuring: the same arguments give the same bytes. One line of
//! JSON says what the file holds, which is the ground truth. Every frame has valid checksums, and timestamps
//! never decrease.

use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;

use options::{Mode, Options, USAGE};
use traffic::Traffic;

mod connection;
mod options;
mod pcap;
mod random;
mod text;
mod traffic;
mod truth;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match generate(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gen: {error}");
            ExitCode::from(2)
        }
    }
}

fn generate(arguments: &[String]) -> Result<(), String> {
    let [mode, out, keys @ ..] = arguments else {
        return Err(format!("want MODE and OUT\n{USAGE}"));
    };
    let mode = Mode::named(mode).ok_or_else(|| format!("unknown mode '{mode}'\n{USAGE}"))?;
    let mut options = Options::of(mode);
    for key in keys {
        let (key, value) = key
            .split_once('=')
            .ok_or_else(|| format!("'{key}' is not key=value\n{USAGE}"))?;
        options.set(key, value)?;
    }
    let to_stdout = out == "-";
    let file: Box<dyn Write> = if to_stdout {
        Box::new(io::stdout().lock())
    } else {
        Box::new(File::create(out).map_err(|error| format!("{out}: {error}"))?)
    };
    let truth = Traffic::new(options, file)
        .write()
        .map_err(|error| format!("{out}: {error}"))?;
    if to_stdout {
        eprintln!("{truth}");
    } else {
        println!("{truth}");
    }
    Ok(())
}
