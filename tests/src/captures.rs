//! The committed captures, and folders of others.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use synfin::capture::Capture;
use synfin::{Annotation, Connection, Dissector, Outcome};

/// The folder of committed captures.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures")
}

/// One of the committed captures.
#[must_use]
pub fn path(name: &str) -> PathBuf {
    folder().join(name)
}

/// Every capture below a folder, sorted by name.
#[must_use]
pub fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(folder, &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("a folder can be listed").path();
        let known = |end: &std::ffi::OsStr| ["pcap", "pcapng", "cap"].iter().any(|known| end == *known);
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(known) {
            found.push(path);
        }
    }
}

/// All committed captures in one file, one behind the other, as Wireshark's `mergecap` puts them: a run of
/// tshark takes much longer to start than to dissect any of them.
///
/// # Panics
/// If mergecap fails.
#[must_use]
pub fn in_one_file() -> Vec<u8> {
    let mut command = Command::new("mergecap");
    command.args(["-a", "-w", "-"]).args(below(&folder()));
    let output = command.output().expect("mergecap, which comes with tshark, runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// What synfin tells of a capture.
#[derive(Debug)]
pub struct Told {
    /// Of every segment.
    pub packets: Vec<Annotation>,
    /// Of every connection.
    pub connections: Vec<Connection>,
}

/// Dissects a capture that must be readable to its end.
#[must_use]
pub fn dissect(path: &Path) -> Told {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut capture = Capture::open(file).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut dissector = Dissector::default();
    let mut packets = Vec::new();
    while let Some(frame) = capture
        .next_frame()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    {
        if let Outcome::Segment(annotation) = dissector.frame(&frame) {
            packets.push(annotation);
        }
    }
    Told {
        packets,
        connections: dissector.finish().collect(),
    }
}
