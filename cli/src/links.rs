//! Which frame answers which: known only after the whole capture was read once.

use std::collections::HashMap;
use std::path::Path;

use synfin::{Annotation, ConnectionId, Dissector, HttpMessage, HttpNote, Outcome};

use crate::{args, input};

/// What a second pass adds to segments.
#[derive(Debug, Default)]
pub(crate) struct Links {
    /// The frame with the first byte of each transaction's final response.
    responses: HashMap<(ConnectionId, u32), u64>,
    /// The first frame that answers each frame of a connection.
    answers: HashMap<(ConnectionId, u64), u64>,
}

impl Links {
    /// Reads a capture as far as it can be read; the error says in words why not at all.
    pub(crate) fn read(path: &Path, from: &args::Input) -> Result<Self, String> {
        let mut config = from.config();
        config.http.streamed = true;
        let mut dissector = Dissector::new(config);
        let mut links = Self::default();
        input::frames_of(path, from, |frame| {
            if let Outcome::Segment(annotation) = dissector.frame(frame) {
                links.note(&annotation);
            }
            dissector.take_evicted();
            links.take(&mut dissector);
        })?;
        dissector.finish().for_each(drop);
        links.take(&mut dissector);
        Ok(links)
    }

    /// The first frame that answers a segment.
    pub(crate) fn answered_in(&self, annotation: &Annotation) -> Option<u64> {
        let answered = (annotation.connection, annotation.frame);
        self.answers.get(&answered).copied()
    }

    /// Where the message is a request: the frame of its response; none where it got none.
    pub(crate) fn response_in(&self, connection: ConnectionId, note: &HttpNote) -> Option<u64> {
        let response = self.responses.get(&(connection, note.transaction));
        response.copied().filter(|_| note.message == HttpMessage::Request)
    }

    fn note(&mut self, annotation: &Annotation) {
        if let Some(answered) = annotation.answers {
            let link = self.answers.entry((annotation.connection, answered));
            link.or_insert(annotation.frame);
        }
    }

    fn take(&mut self, dissector: &mut Dissector) {
        let rows = dissector.take_transactions().into_iter();
        self.responses.extend(rows.filter_map(|row| {
            let frame = row.row.response_frame?;
            Some(((row.connection, row.transaction), frame))
        }));
    }
}
