//! What the tables here say of fields, against every value in the committed captures.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use synfin::capture::Capture;
use synfin::{Dissector, Outcome, Value};

use super::{Column, Packet, Row, Subject, words};

/// Looks at every value of every row; returns how many there were.
fn values(subject: Subject, mut look: impl FnMut(&Column, &[Value<'_>])) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/captures");
    let mut count = 0;
    let mut row = |row: &dyn Row| {
        for column in Column::all(subject) {
            let mut values = Vec::new();
            row.values(&column, &mut |value| values.push(value));
            count += values.len();
            look(&column, &values);
        }
    };
    for entry in folder.read_dir().expect("the captures") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "pcapng") {
            continue;
        }
        let mut capture = Capture::open(File::open(&path).expect("it opens")).expect("a capture");
        let mut config = synfin::Config::default();
        config.http.facts = true;
        config.http.fields = true;
        config.http.streamed = subject == Subject::Transactions;
        let mut dissector = Dissector::new(config);
        while let Ok(Some(frame)) = capture.next_frame() {
            if let (Outcome::Segment(annotation), Subject::Packets) = (dissector.frame(&frame), subject) {
                let links = None;
                row(&Packet {
                    annotation: &annotation,
                    links,
                });
            }
        }
        let connections: Vec<_> = dissector.finish().collect();
        match subject {
            Subject::Packets => {}
            Subject::Connections => connections.iter().for_each(|connection| row(connection)),
            Subject::Transactions => {
                dissector
                    .take_transactions()
                    .iter()
                    .for_each(|transaction| row(transaction));
            }
        }
    }
    count
}

const SUBJECTS: [Subject; 3] = [Subject::Packets, Subject::Connections, Subject::Transactions];

#[test]
fn a_field_of_words_has_no_other_value() {
    let mut seen = BTreeSet::new();
    for subject in SUBJECTS {
        let count = values(subject, |column, values| {
            let Some(words) = words::of(column.name()) else {
                return;
            };
            for value in values {
                let Value::Text(word) = value else {
                    panic!("{} is no text", column.name())
                };
                assert!(words.contains(&word.as_ref()), "{} {word}", column.name());
                seen.insert(column.name());
            }
        });
        assert!(count > 1_000, "{subject:?}: {count}");
    }
    assert!(seen.len() > 25, "{seen:?}");
}

#[test]
fn only_lists_have_several_values() {
    let mut several = BTreeSet::new();
    for subject in SUBJECTS {
        values(subject, |column, values| {
            if values.len() > 1 {
                assert!(column.is_list(subject), "{subject:?} {}", column.name());
                several.insert(column.name());
            }
        });
    }
    assert!(several.contains("handshake.frames") && several.contains("state.initiator"));
}

#[test]
fn every_name_is_found_with_and_without_its_prefix() {
    for subject in SUBJECTS {
        for column in Column::all(subject) {
            for name in [column.name().to_owned(), format!("synfin.{}", column.name())] {
                let found = Column::find(subject, &name).expect("it is there");
                assert_eq!(found.name(), column.name());
            }
        }
    }
}
