//! A capture file: however the bytes trickle in, the same frames and the same damage; behind damage, what is found.
//!
//! Input: the file.
#![no_main]

use std::io::{self, Read};

use libfuzzer_sys::fuzz_target;
use synfin::capture::{Capture, CaptureError};
use synfin::{Dissector, LinkType};

/// What a capture holds.
#[derive(Debug, PartialEq)]
enum Found {
    Frame(u64, i64, LinkType, u32, Vec<u8>),
    Fault(String),
    LeftOut(u64),
}

/// Gives few bytes at a time, and an error to be tried again now and then.
struct Trickle<'a> {
    rest: &'a [u8],
    at: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        const SIZES: [usize; 6] = [1, 2, 7, 0, 16, 61];
        self.at += 1;
        match SIZES[self.at % SIZES.len()] {
            0 => Err(io::ErrorKind::Interrupted.into()),
            size => {
                let size = size.min(to.len());
                self.rest.read(&mut to[..size])
            }
        }
    }
}

fn read(from: impl Read, len: usize) -> Vec<Found> {
    let mut found = Vec::new();
    let fault = |error: CaptureError| {
        assert!(
            !matches!(error, CaptureError::Io(_)),
            "memory does not fail: {error}"
        );
        Found::Fault(error.to_string())
    };
    let mut capture = match Capture::open(from) {
        Ok(capture) => capture,
        Err(error) => return vec![fault(error)],
    };
    loop {
        let before = capture.position();
        match capture.next_frame() {
            Ok(Some(frame)) => {
                found.push(Found::Frame(
                    frame.number,
                    frame.time_ns,
                    frame.link,
                    frame.wire_len,
                    frame.data.to_vec(),
                ));
            }
            Ok(None) => return found,
            Err(error) => {
                found.push(fault(error));
                match capture.resume() {
                    Ok(Some(left_out)) => {
                        assert!(capture.position() >= before, "no byte is read twice");
                        found.push(Found::LeftOut(left_out));
                    }
                    Ok(None) => return found,
                    Err(error) => {
                        found.push(fault(error));
                        return found;
                    }
                }
            }
        }
        assert!(capture.position() <= len as u64, "no more than there is");
        assert!(found.len() <= len, "a frame takes bytes");
    }
}

/// A record that is ordinary by itself but has others inside is found out by the header behind it. A live capture is not
/// kept waiting for that.
fn is_found_out_ahead(at_once: Option<&Found>, trickled: Option<&Found>) -> bool {
    let fault =
        matches!(at_once, Some(Found::Fault(fault)) if fault.ends_with("no record follows the record"));
    fault && matches!(trickled, Some(Found::Frame(..)))
}

fuzz_target!(|input: &[u8]| {
    let at_once = read(input, input.len());
    let trickled = read(Trickle { rest: input, at: 0 }, input.len());
    let differs = at_once.iter().zip(&trickled).position(|(a, b)| a != b);
    let differs = differs.or((at_once.len() != trickled.len()).then(|| at_once.len().min(trickled.len())));
    let differs = differs.filter(|&at| !is_found_out_ahead(at_once.get(at), trickled.get(at)));
    if let Some(at) = differs {
        panic!("at {at}: {:?}, trickled {:?}", at_once.get(at), trickled.get(at));
    }
    let mut dissector = Dissector::default();
    for found in &at_once {
        if let Found::Frame(number, time_ns, link, wire_len, data) = found {
            dissector.frame(&synfin::Frame {
                number: *number,
                time_ns: *time_ns,
                link: *link,
                wire_len: *wire_len,
                data,
            });
        }
    }
    dissector.finish().for_each(drop);
});
