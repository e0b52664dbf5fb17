//! `sharkd`, the program behind Wireshark's web front ends: one process, many files, frames in any order.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::shown::Shown;
use crate::wireshark::Wireshark;

/// A running sharkd, which is asked on its standard input and answers on its standard output.
#[derive(Debug)]
pub struct Sharkd {
    process: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    last_id: u64,
}

impl Sharkd {
    /// Starts one.
    ///
    /// # Panics
    /// If there is no sharkd; on Debian it comes with tshark.
    #[must_use]
    pub fn start(wireshark: &Wireshark) -> Self {
        let mut process = wireshark
            .command("sharkd")
            .arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("sharkd starts");
        Self {
            requests: process.stdin.take(),
            answers: BufReader::new(process.stdout.take().expect("a pipe")),
            process,
            last_id: 0,
        }
    }

    /// What it answers to a request.
    ///
    /// # Panics
    /// If that is an error, or nothing.
    pub fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.last_id += 1;
        let request = json!({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": parameters});
        let requests = self.requests.as_mut().expect("sharkd still runs");
        writeln!(requests, "{request}").expect("sharkd reads");
        loop {
            let mut line = String::new();
            let length = self
                .answers
                .read_line(&mut line)
                .expect("sharkd answers in UTF-8");
            assert!(length > 0, "sharkd ended at {request}");
            let answer: Value = serde_json::from_str(&line).expect("sharkd answers in JSON");
            if answer["id"] == self.last_id {
                assert!(answer.get("error").is_none(), "{request}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    /// Opens a file and reads all of it.
    pub fn load(&mut self, capture: &str) {
        self.ask("load", &json!({"file": capture}));
    }

    /// What it shows of a frame.
    #[must_use]
    pub fn frame(&mut self, number: usize) -> Shown {
        let answer = self.ask("frame", &json!({"frame": number, "proto": true}));
        Shown::of_sharkd(&answer["tree"])
    }
}

impl Drop for Sharkd {
    fn drop(&mut self) {
        drop(self.requests.take()); // which tells it to end
        let status = self.process.wait().expect("sharkd ends");
        if !std::thread::panicking() {
            assert!(status.success(), "sharkd: {status}");
        }
    }
}
