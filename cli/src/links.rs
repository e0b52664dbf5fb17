//! Which frame answers which: known only after the whole capture was read once.

use std::collections::HashMap;
use std::path::Path;

use synfin::{Annotation, Connection, ConnectionId, Dissector, HttpMessage, HttpNote, Outcome};

use crate::language::messages;
use crate::{args, input};

/// What a second pass adds to segments.
#[derive(Debug, Default)]
pub(crate) struct Links {
    /// The frame with the first byte of each transaction's final response.
    responses: HashMap<(ConnectionId, u32), u64>,
    /// The first frame that answers each frame of a connection.
    answers: HashMap<(ConnectionId, u64), u64>,
    /// The connections as they ended, where they are asked for.
    connections: HashMap<ConnectionId, Connection>,
}

/// What is asked of a first pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Which frame answers which.
    pub(crate) links: bool,
    /// How each connection ended.
    pub(crate) connections: bool,
}

impl Wanted {
    /// Whether one pass is enough.
    pub(crate) const fn is_nothing(self) -> bool {
        !self.links && !self.connections
    }
}

impl Links {
    /// Reads a capture as far as it can be read; the error says in words why not at all.
    pub(crate) fn read(path: &Path, from: &args::Input, wanted: Wanted) -> Result<Self, String> {
        let mut config = from.config();
        // Connections have their transactions only where nobody takes those.
        config.http.streamed = !wanted.connections;
        let mut dissector = Dissector::new(config);
        let mut links = Self::default();
        // What is damaged is told in the second pass.
        let all = input::frames_of(path, from, |frame| {
            if let Outcome::Segment(annotation) = dissector.frame(frame) {
                if wanted.links {
                    links.note(&annotation);
                }
            }
            let evicted = dissector.take_evicted();
            links.end(evicted, wanted);
            links.take(&mut dissector);
        });
        if let Err(why) = all {
            return Err(if wanted.connections {
                (messages().input.needs_two_passes)(&why)
            } else {
                why
            });
        }
        let rest: Vec<Connection> = dissector.finish().filter(|_| wanted.connections).collect();
        links.end(rest, wanted);
        links.take(&mut dissector);
        Ok(links)
    }

    fn end(&mut self, over: Vec<Connection>, wanted: Wanted) {
        if !wanted.connections {
            return;
        }
        for connection in over {
            let id = connection.connection;
            let rows = connection.http.iter().zip(0..);
            let responses = rows.filter_map(|(row, index)| Some(((id, index), row.response_frame?)));
            self.responses.extend(responses);
            self.connections.insert(id, connection);
        }
    }

    /// A connection as it ended, where that was asked for.
    pub(crate) fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(&id)
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
