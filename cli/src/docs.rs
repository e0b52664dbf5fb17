//! `synfin completions` and `synfin man`: what a shell and `man` have to know of the command line, made from
//! its definition.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use clap::{Args as _, Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::Failure;
use crate::args::{self, Args, Packets, Shell};
use crate::input::Reading;

pub(crate) fn completions(shell: Shell) -> Result<Reading, Failure> {
    print(completion_script(shell).as_bytes())
}

/// All manual pages into `folder`, or the first to standard output.
pub(crate) fn man(folder: Option<&Path>) -> Result<Reading, Failure> {
    let pages = pages()?;
    let Some(folder) = folder else {
        return print(&pages[0].1);
    };
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |error| Failure::Input(format!("cannot write {path}: {error}"))
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    for (name, page) in pages {
        let path = folder.join(name);
        fs::write(&path, page).map_err(failed(&path))?;
    }
    Ok(Reading::default())
}

/// Each manual page with the name of its file, the program's own first.
fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut program = Args::command().disable_help_subcommand(true);
    program.build();
    let mut pages = vec![("synfin.1".to_owned(), page(&program, &program)?)];
    for command in program.get_subcommands() {
        let name = format!("synfin-{}.1", command.get_name());
        pages.push((name, page(command, &program)?));
    }
    Ok(pages)
}

fn print(text: &[u8]) -> Result<Reading, Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()?;
    Ok(Reading::default())
}

fn completion_script(shell: Shell) -> String {
    // `synfin --json FILE` is `synfin packets --json FILE`, so the options of packets stand without it, too.
    let mut command = Args::command();
    for arg in Packets::augment_args(Command::new("packets")).get_arguments() {
        if !arg.is_positional() {
            command = command.arg(arg);
        }
    }
    let shell = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "synfin", &mut script);
    let mut script = String::from_utf8(script).expect("clap_complete writes UTF-8");
    // Where a command may stand, a file may, too. Bash falls back to files by itself.
    if shell == clap_complete::Shell::Fish {
        script += "complete -c synfin -n __fish_synfin_needs_command -F\n";
    }
    if shell == clap_complete::Shell::Zsh {
        let names: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
        for (place, with_files) in [
            (ZSH_FIRST, r#"":: :{_synfin_commands; _files}""#.to_owned()),
            (
                ZSH_CHOICE,
                format!("case ${{${{(M)line[1]:#({})}}:-packets}} in", names.join("|")),
            ),
        ] {
            debug_assert!(script.contains(place), "{place} is not in the script");
            script = script.replacen(place, &with_files, 1);
        }
    }
    script
}

/// What clap_complete writes for zsh where the first word is completed, and where it is looked at.
const ZSH_FIRST: &str = r#"":: :_synfin_commands""#;
const ZSH_CHOICE: &str = "case $line[1] in";

/// One manual page: the program's own or a command's.
fn page(command: &Command, program: &Command) -> io::Result<Vec<u8>> {
    let is_program = command.get_name() == program.get_name();
    let usage = command.clone().render_usage().to_string();
    let mut usage = usage.trim_start_matches("Usage: ").to_owned();
    if is_program {
        usage = format!("synfin [OPTIONS] <FILE>...\n{usage}");
    }
    let man = Man::new(command.clone().override_usage(usage))
        .date(" ") // none, so that the same source makes the same page; empty, the others would move up
        .source(format!("synfin {}", env!("CARGO_PKG_VERSION")))
        .manual("User Commands");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    let mut more = Roff::new();
    if !is_program {
        let after = command.get_after_help().map(ToString::to_string);
        for paragraph in after.unwrap_or_default().split("\n\n") {
            more.control("PP", []).text([roman(paragraph.replace('\n', " "))]);
        }
    }
    more.to_writer(&mut page)?;
    man.render_options_section(&mut page)?;
    if is_program {
        man.render_subcommands_section(&mut page)?;
    }

    let mut end = Roff::new();
    let of_this = |line: &str| is_program || line.contains(&format!("synfin {} ", command.get_name()));
    let mut examples = args::EXAMPLES.iter().filter(|(line, _)| of_this(line)).peekable();
    if examples.peek().is_some() {
        end.control("SH", ["EXAMPLES"]);
    }
    for (line, meaning) in examples {
        end.control("TP", []).text([bold(*line)]).text([roman(*meaning)]);
    }
    if is_program || command.get_arguments().any(|arg| arg.get_id() == "files") {
        end.control("PP", []).text([roman(args::FILES_NOTE)]);
        end.control("SH", ["EXIT STATUS"]);
        for (status, meaning) in args::EXIT_STATUS {
            end.control("TP", [])
                .text([bold(status.to_string())])
                .text([roman(meaning)]);
        }
    }
    end.control("SH", ["SEE ALSO"]);
    let others: &[&str] = if is_program {
        &["tshark(1)", "tcpdump(1)", "pcap-filter(7)"]
    } else {
        &["synfin(1)"]
    };
    end.text([roman(others.join(", "))]);
    end.to_writer(&mut page)?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::{Shell, completion_script, pages};

    #[test]
    fn a_shell_completes_commands_options_and_files() {
        for (shell, words) in [
            (
                Shell::Bash,
                ["connections", "--likely-server-ports", "-o default"],
            ),
            (
                Shell::Fish,
                ["connections", "-l likely-server-ports", "needs_command -F"],
            ),
            (
                Shell::Zsh,
                [
                    "connections",
                    "{_synfin_commands; _files}",
                    "(packets|connections|summary|http|explain|ladder|report|rules|fields|completions|man|help)}:-packets}",
                ],
            ),
        ] {
            let script = completion_script(shell);
            for word in words {
                assert!(script.contains(word), "{word} is not in {shell:?}'s:\n{script}");
            }
        }
    }

    #[test]
    fn every_command_has_a_manual_page_with_its_options() {
        let pages = pages().unwrap();
        let text = |name: &str| {
            let (_, page) = pages.iter().find(|(file, _)| file == name).unwrap();
            String::from_utf8(page.clone()).unwrap()
        };
        for section in ["NAME", "SYNOPSIS", "EXAMPLES", "\"EXIT STATUS\"", "\"SEE ALSO\""] {
            assert!(
                text("synfin.1").contains(&format!(".SH {section}\n")),
                "{section}"
            );
        }
        assert!(text("synfin.1").contains(r"synfin\-connections(1)"));
        assert!(text("synfin-http.1").contains(r"\-\-body\-limit"));
        assert!(!text("synfin-rules.1").contains("EXIT STATUS"));
        assert_eq!(pages.len(), 12);
    }
}
