use std::fs::File;
use std::path::Path;

use super::Prepared;
use crate::capture::Capture;
use crate::{ChecksumPolicy, Config, Connection, Dissector, Frame, Outcome};

/// Takes frames in whole, and beside that in two steps of which the second sees no byte but those it asked for.
struct Both {
    whole: Dissector,
    stepped: Dissector,
}

impl Both {
    fn new(checksums: ChecksumPolicy) -> Self {
        let config = Config {
            checksums,
            ..Config::default()
        };
        Self {
            whole: Dissector::new(config.clone()),
            stepped: Dissector::new(config),
        }
    }

    fn take(&mut self, frame: &Frame<'_>, name: &str) -> Outcome {
        let prepared = Prepared::new(frame, self.stepped.checksums());
        assert_eq!(
            (prepared.number(), prepared.time_ns()),
            (frame.number, frame.time_ns)
        );
        let bytes = frame.data[prepared.needed()].to_vec();
        let outcome = self.whole.frame(frame);
        assert_eq!(
            self.stepped.prepared(&prepared, &bytes),
            outcome,
            "{name}, frame {}",
            frame.number
        );
        outcome
    }

    fn end(mut self) -> Vec<Connection> {
        let connections: Vec<_> = self.whole.finish().collect();
        assert_eq!(self.stepped.finish().collect::<Vec<_>>(), connections);
        connections
    }
}

fn each_frame(mut take: impl FnMut(&Path, &Frame<'_>), mut ended: impl FnMut()) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/captures");
    for entry in folder.read_dir().expect("the captures") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "pcapng") {
            continue;
        }
        let mut capture = Capture::open(File::open(&path).expect("it opens")).expect("a capture");
        while let Ok(Some(frame)) = capture.next_frame() {
            take(&path, &frame);
        }
        ended();
    }
}

#[test]
fn two_steps_say_what_one_says() {
    for policy in [ChecksumPolicy::Note, ChecksumPolicy::Ignore, ChecksumPolicy::Drop] {
        let both = std::cell::RefCell::new(Both::new(policy));
        let (mut segments, mut errors) = (0, 0);
        each_frame(
            |path, frame| match both.borrow_mut().take(frame, &path.display().to_string()) {
                Outcome::Segment(_) => segments += 1,
                Outcome::Icmp(Some(_)) => errors += 1,
                _ => {}
            },
            || {
                both.replace(Both::new(policy)).end();
            },
        );
        assert!(
            segments > 1_000 && errors > 0,
            "{segments} segments, {errors} errors"
        );
    }
}

#[test]
fn cut_and_bent_frames_are_the_same_in_two_steps() {
    let mut both = Both::new(ChecksumPolicy::Note);
    each_frame(
        |path, frame| {
            // Of each capture the first frames, which open connections, are enough.
            for len in (0..frame.data.len().min(100)).filter(|_| frame.number < 8) {
                let name = path.display().to_string();
                let data = &frame.data[..len];
                both.take(&Frame { data, ..*frame }, &name);
                let mut bent = frame.data.to_vec();
                bent[len] ^= 0xa5;
                both.take(
                    &Frame {
                        data: &bent,
                        ..*frame
                    },
                    &name,
                );
            }
        },
        || {},
    );
    assert!(both.end().len() > 100);
}

/// Whoever keeps fewer bytes than were asked for gets fewer facts, and no panic.
#[test]
fn bytes_that_were_not_kept_are_missing_and_no_more() {
    let mut dissector = Dissector::default();
    each_frame(
        |_, frame| {
            let prepared = Prepared::new(frame, dissector.checksums());
            for len in [0, 1, 19, 21, 33] {
                let kept = &frame.data[prepared.needed()];
                dissector.prepared(&prepared, kept.get(..len).unwrap_or(kept));
            }
        },
        || {},
    );
    assert!(dissector.finish().count() > 10);
}
