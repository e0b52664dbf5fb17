//! Reads every capture below the folder that `SYNFIN_CORPUS` names, and cuts and bends its frames.

#![cfg(feature = "capture")]

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use synfin::capture::Capture;
use synfin::wire::{Decoded, decode};
use synfin::{ChecksumPolicy, Frame, Prepared};

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files_below(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|end| ["pcap", "pcapng", "cap"].iter().any(|known| end == *known))
        {
            files.push(path);
        }
    }
    Ok(())
}

/// Whatever a frame is, what is said of it must hold together.
fn check(frame: &Frame<'_>) -> bool {
    let prepared = Prepared::new(frame, ChecksumPolicy::Note);
    let needed = &frame.data[prepared.needed()];
    let Decoded::Tcp(segment) = decode(frame) else {
        return false;
    };
    assert_eq!(needed, segment.bytes);
    let options_end = segment.tcp.options().last().map_or(20, |(span, _)| span.end);
    assert_eq!(options_end as usize, 20 + segment.tcp.options.len());
    assert!(segment.payload.len() <= segment.payload_len as usize);
    assert!(segment.tcp.is_whole() || segment.integrity.cut || segment.integrity.malformed);
    let _ = segment.verify_checksum();
    true
}

#[test]
fn no_capture_of_the_corpus_makes_decode_panic() {
    let Some(folder) = std::env::var_os("SYNFIN_CORPUS") else {
        // Not by eprintln, which the test runner hides when a test passes.
        let _ = writeln!(
            io::stderr(),
            "SKIPPED: SYNFIN_CORPUS is not set; it names a folder of captures"
        );
        return;
    };
    let mut files = Vec::new();
    files_below(Path::new(&folder), &mut files).expect("SYNFIN_CORPUS can be listed");
    assert!(
        !files.is_empty(),
        "no capture below {}",
        std::path::Path::new(&folder).display()
    );
    let (mut frames, mut segments) = (0_u64, 0_u64);
    for path in &files {
        let mut capture = match File::open(path).map(Capture::open) {
            Ok(Ok(capture)) => capture,
            other => {
                eprintln!("{}: {:?}", path.display(), other.map(|opened| opened.err()));
                continue;
            }
        };
        loop {
            match capture.next_frame() {
                Ok(Some(frame)) => {
                    frames += 1;
                    segments += u64::from(check(&frame));
                    for len in 0..frame.data.len().min(120) {
                        check(&Frame {
                            data: &frame.data[..len],
                            ..frame
                        });
                        let mut bent = frame.data.to_vec();
                        bent[len] ^= 0xa5;
                        check(&Frame { data: &bent, ..frame });
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    eprintln!("{}: {error}", path.display());
                    break;
                }
            }
        }
    }
    eprintln!(
        "{} captures, {frames} frames, {segments} TCP segments",
        files.len()
    );
    assert!(segments > 0);
}
