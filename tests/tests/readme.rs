//! The read-me files show what the program says today, in both languages.

use std::path::Path;
use std::process::Command;

use synfin_tests::c_host::has;
use synfin_tests::program;

/// A command and what the read-me file says it prints.
struct Shown {
    command: String,
    output: String,
}

/// What stands in the ```` ```console ```` blocks of a text.
fn shown(text: &str) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let (true, Some(command)) = (inside, line.strip_prefix("$ ")) {
            all.push(Shown {
                command: command.replace("cargo run --release --", "synfin"),
                output: String::new(),
            });
        } else if let (true, Some(last)) = (inside, all.last_mut()) {
            last.output += line;
            last.output.push('\n');
        }
    }
    all
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace")
}

fn printed(command: &str) -> String {
    let folder = program::path().parent().expect("a program lies in a folder");
    let search = std::env::var("PATH").expect("a search path");
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}; }} 2>&1")])
        .current_dir(root())
        .env("PATH", format!("{}:{search}", folder.display()))
        .env("LC_ALL", "C.UTF-8")
        .env_remove("COLUMNS")
        .output()
        .expect("a shell");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn check(name: &str) {
    let text = std::fs::read_to_string(root().join(name)).expect("it is there");
    let mut compared = 0;
    for Shown { command, output } in shown(&text) {
        // The tests of the plugin look at what is inside Wireshark.
        let is_wireshark = command.starts_with("tshark");
        let needs = [("| jq ", "jq"), ("--filter", "tcpdump")];
        let lacks = |(words, tool): (&str, &str)| command.contains(words) && !has(tool, "not compared");
        if is_wireshark || needs.into_iter().any(lacks) {
            continue;
        }
        assert_eq!(printed(&command), output, "{name}: {command}");
        compared += 1;
    }
    assert!(compared > 10, "{name}: {compared}");
}

#[test]
fn english() {
    check("README.md");
}

#[test]
fn chinese() {
    check("README.zh.md");
}

#[test]
fn both_show_the_same_commands_and_name_each_other() {
    let [english, chinese] = ["README.md", "README.zh.md"]
        .map(|name| std::fs::read_to_string(root().join(name)).expect("it is there"));
    let commands = |text: &str| -> Vec<String> {
        shown(text)
            .into_iter()
            .map(|shown| shown.command.replace("--lang zh ", ""))
            .collect()
    };
    assert_eq!(commands(&english), commands(&chinese));
    let headings = |text: &str| text.lines().filter(|line| line.starts_with("## ")).count();
    assert_eq!(headings(&english), headings(&chinese));
    assert!(english.contains("(README.zh.md)") && chinese.contains("(README.md)"));
}
