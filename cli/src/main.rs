//! `synfin`: what happened to the TCP connections of a capture, packet by packet or one by one.

mod args;
mod coding;
mod connections;
mod docs;
mod dotted;
mod explain;
mod fail_on;
mod forms;
mod http;
mod input;
mod interrupt;
mod json;
mod ladder;
mod language;
mod links;
mod output_file;
mod packets;
mod pipeline;
mod printing;
mod protocols;
mod put;
mod report;
mod select;
mod styled;
mod summary;
mod tables;
mod text;
mod times;
mod tls;

use std::process::ExitCode;

use args::{Args, Command};
use clap::Parser as _;

/// Everything was read.
const ALL_READ: u8 = 0;
/// The input was damaged, or partly of an unknown link type; what could be read was reported.
const DAMAGED: u8 = 1;
/// A connection has a verdict that `--fail-on` names.
const FAILED: u8 = 3;
/// Wrong arguments, or an input that cannot be read at all (the others were reported).
const UNUSABLE: u8 = 2;

fn main() -> ExitCode {
    let args = Args::parse_from(args::with_default_command(std::env::args_os()));
    args.color.apply();
    language::choose(args.lang);
    interrupt::watch();
    let done = match &args.command {
        Command::Packets(args) => packets::run(args),
        Command::Connections(args) => connections::run(args),
        Command::Summary(report) => summary::run(report),
        Command::Http(args) => http::run(args),
        Command::Explain(explain) => explain::run(explain),
        Command::Ladder(args) => ladder::run(args),
        Command::Report(args) => report::run(args),
        Command::Rules(table) => tables::rules(table.json),
        Command::Fields => tables::fields(),
        Command::Completions(args) => docs::completions(args.shell),
        Command::Man(args) => docs::man(args.folder.as_deref()),
    };
    match done {
        Ok(_) if interrupt::happened() => ExitCode::from(interrupt::STATUS),
        Ok(outcome) if outcome.unusable() => ExitCode::from(UNUSABLE),
        // What was found is sure, whatever damage hides.
        Ok(outcome) if outcome.failed() => ExitCode::from(FAILED),
        Ok(outcome) if outcome.damaged() => ExitCode::from(DAMAGED),
        Ok(_) => ExitCode::from(ALL_READ),
        // Nobody reads any more (`synfin FILE | head`): that is no failure.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::from(ALL_READ)
        }
        Err(failure) => {
            anstream::eprintln!("synfin{}{failure}", language::messages().colon);
            ExitCode::from(UNUSABLE)
        }
    }
}

/// Why nothing more can be done.
#[derive(Debug)]
enum Failure {
    /// Every input was unusable; each was named already or is named here.
    Input(String),
    /// What is printed, or a file asked for, cannot be written.
    Output(std::io::Error),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Input(message) => f.write_str(message),
            Self::Output(error) => f.write_str(&(language::messages().cannot_write)(error)),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}
