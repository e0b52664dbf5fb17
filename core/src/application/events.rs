//! What the readers made of some bytes, put together for the segment that brought them.

use crate::annotation::{HttpMessage, HttpNote};
use crate::http::{Http, HttpEvents};
use crate::http2::Http2Note;
use crate::rule::RuleSet;
use crate::tls::{TlsEvents, TlsNote};
use crate::websocket::WebsocketNote;

/// What a segment's bytes are to their protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Notes {
    pub(crate) http: Option<HttpNote>,
    pub(crate) http2: Option<Http2Note>,
    pub(crate) websocket: Option<WebsocketNote>,
    pub(crate) tls: Option<TlsNote>,
}

/// What some bytes, gaps or an end came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Events {
    pub(crate) notes: Notes,
    /// Situations of the rule table that show here.
    pub(crate) rules: RuleSet,
    /// A message was longer than may be held.
    pub(crate) too_long: bool,
}

impl Events {
    /// Takes in what HTTP/1 made of some bytes.
    pub(super) fn hear(&mut self, http: &Http, heard: &HttpEvents) {
        self.rules.extend(heard.rules);
        self.too_long |= heard.too_long;
        self.notes.http = match (self.notes.http, as_note(http, heard)) {
            // Bytes that were held follow those that closed the hole.
            (Some(first), Some(next)) => Some(HttpNote {
                ends: first.ends || next.ends,
                ..first
            }),
            (first, next) => first.or(next),
        };
    }

    /// Likewise TLS.
    pub(super) fn hear_tls(&mut self, heard: &TlsEvents) {
        self.rules.extend(heard.rules);
        self.too_long |= heard.too_long;
        self.notes.tls = match (self.notes.tls, heard.note()) {
            (Some(first), Some(next)) => Some(first.and(next)),
            (first, next) => first.or(next),
        };
    }
}

fn as_note(http: &Http, events: &HttpEvents) -> Option<HttpNote> {
    let (message, transaction) = match (events.request, events.response) {
        (Some(number), _) => (HttpMessage::Request, number),
        (None, Some(number)) => (HttpMessage::Response, number),
        (None, None) => return None,
    };
    let request_in = match message {
        HttpMessage::Response => http.request_frame(transaction),
        HttpMessage::Request => None,
    };
    Some(HttpNote {
        message,
        begins: events.begins,
        ends: events.ends,
        transaction,
        request_in,
    })
}
