//! TLS in a few words.

use synfin::Annotation;
use synfin::tls::{Tls, TlsAlertSeen, TlsContent};

use crate::language::Messages;
use crate::text::{Duration, foreign};

/// What a segment is to TLS: the step of the handshake, an alert, or what its first record carries.
pub(crate) fn segment(say: &Messages, annotation: &Annotation) -> Option<String> {
    let note = annotation.tls?;
    Some(match (note.step, note.alert) {
        (Some(step), None) => (say.tls.step)(step.as_str()),
        (Some(step), Some(alert)) => {
            (say.tls.step)(step.as_str()) + say.comma + &(say.tls.alert)(alert.as_str())
        }
        (None, Some(alert)) => (say.tls.alert)(alert.as_str()),
        (None, None) if note.content == TlsContent::ApplicationData => say.tls.data.to_owned(),
        (None, None) => format!("TLS {}", note.content),
    })
}

/// What both sides agreed on, in parts.
pub(crate) fn session(say: &Messages, tls: &Tls) -> String {
    let words = &say.tls;
    let mut parts = vec![
        tls.version
            .map_or_else(|| "TLS".to_owned(), |version| version.to_string()),
    ];
    parts.extend(tls.cipher.map(|cipher| cipher.to_string()));
    parts.extend(tls.server_name.as_deref().map(foreign));
    let offered: Vec<String> = tls.alpn_offered.iter().map(|name| foreign(name)).collect();
    match &tls.alpn {
        Some(alpn) => parts.push(format!("ALPN {}", foreign(alpn))),
        None if offered.is_empty() => {}
        None => parts.push((words.alpn_offered)(&offered.join(say.list_comma))),
    }
    parts.extend(tls.resumption.map(|by| (words.resumed)(by.label(say.language))));
    parts.extend(
        tls.early_data
            .map(|state| (words.early_data)(state.label(say.language))),
    );
    parts.join(say.comma)
}

/// How long its parts took, from the ClientHello on.
pub(crate) fn times(say: &Messages, tls: &Tls) -> String {
    let words = &say.tls;
    let times = [
        (words.server_hello_after, tls.server_hello_ns),
        (words.handshake_after, tls.handshake_ns),
        (words.data_after, tls.application_data_ns),
    ];
    let told = times
        .into_iter()
        .filter_map(|(phrase, ns)| Some(phrase(Duration(ns?))));
    told.collect::<Vec<_>>().join(say.comma)
}

/// An alert, its sender and its frame.
pub(crate) fn alert(say: &Messages, alert: &TlsAlertSeen) -> String {
    let by = alert.by.label(say.language);
    (say.tls.alert_of)(alert.name.as_str(), by, alert.frame)
}
