//! A segment's line of JSON, byte for byte what serde makes of it: packets are many, and this is several times faster.
//!
//! What appends a key is inlined, so that its length is known where it is copied; what appends the value is not.

use std::io::Write as _;
use std::net::IpAddr;

use synfin::http2::Http2Note;
use synfin::tls::TlsNote;
use synfin::websocket::WebsocketNote;
use synfin::{Annotation, HttpNote, State, Transition};

use crate::dotted::Dotted;
use crate::json::{put_digits, put_plain};

/// Appends the object.
pub(crate) fn write(out: &mut Vec<u8>, annotation: &Annotation) {
    let a = annotation;
    number(out, "{\"frame\":", a.frame);
    number(out, ",\"layer\":", a.layer);
    number(out, ",\"time_ns\":", a.time_ns);
    address(out, ",\"src\":\"", a.src);
    number(out, "\",\"src_port\":", a.src_port);
    address(out, ",\"dst\":\"", a.dst);
    number(out, "\",\"dst_port\":", a.dst_port);
    text(out, ",\"flags\":\"");
    let mut between = "";
    for (flag, name) in synfin::wire::tcp::TcpFlags::NAMES {
        if a.flags.contains(flag) {
            text(out, between);
            text(out, name);
            between = ",";
        }
    }
    optional(out, "\",\"seq\":", a.seq);
    optional(out, ",\"ack\":", a.ack);
    number(out, ",\"len\":", a.len);
    optional(out, ",\"window\":", a.window);
    word(out, ",\"integrity\":", Some(a.integrity.as_str()));
    number(out, ",\"connection\":", a.connection);
    word(out, ",\"direction\":", Some(a.direction.as_str()));
    word(out, ",\"phase\":", Some(a.phase.as_str()));
    word(out, ",\"step\":", a.step.map(|step| step.as_str()));
    word(out, ",\"role\":", a.role.map(|role| role.id()));
    text(out, ",\"rules\":[");
    for (i, rule) in a.rules.iter().enumerate() {
        word(out, if i > 0 { "," } else { "" }, Some(rule.id()));
    }
    text(out, "],\"state\":{\"initiator\":");
    states(out, &a.state.initiator);
    text(out, ",\"responder\":");
    states(out, &a.state.responder);
    optional(out, "},\"answers\":", a.answers);
    optional(out, ",\"since_answered_ns\":", a.since_answered_ns);
    optional(out, ",\"retransmission_of\":", a.retransmission_of);
    optional(out, ",\"retransmission_index\":", a.retransmission_index);
    optional(out, ",\"since_previous_ns\":", a.since_previous_ns);
    optional(out, ",\"backoff_percent\":", a.backoff_percent);
    word(out, ",\"order\":", a.order.map(|order| order.as_str()));
    text(out, ",\"http\":");
    http(out, a.http.as_ref());
    text(out, ",\"http2\":");
    http2(out, a.http2.as_ref());
    text(out, ",\"websocket\":");
    websocket(out, a.websocket.as_ref());
    text(out, ",\"tls\":");
    tls(out, a.tls.as_ref());
    word(
        out,
        ",\"close\":{\"verdict_so_far\":",
        a.close.verdict_so_far.map(|verdict| verdict.as_str()),
    );
    word(out, ",\"by_so_far\":", a.close.by_so_far.map(|by| by.as_str()));
    text(out, "}}");
}

#[inline(always)]
fn text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

#[inline(always)]
fn number(out: &mut Vec<u8>, key: &str, number: impl itoa::Integer) {
    text(out, key);
    put_digits(out, number);
}

#[inline(always)]
fn optional(out: &mut Vec<u8>, key: &str, value: Option<impl itoa::Integer>) {
    match value {
        Some(value) => number(out, key, value),
        None => {
            text(out, key);
            text(out, "null");
        }
    }
}

/// A word of the contract: nothing in it needs to be escaped.
#[inline(always)]
fn word(out: &mut Vec<u8>, key: &str, word: Option<&str>) {
    text(out, key);
    match word {
        Some(word) => put_plain(out, word),
        None => text(out, "null"),
    }
}

#[inline(always)]
fn address(out: &mut Vec<u8>, key: &str, address: IpAddr) {
    text(out, key);
    match address {
        IpAddr::V4(address) => out.extend_from_slice(Dotted::new(address).as_bytes()),
        // A vector takes everything.
        IpAddr::V6(address) => drop(write!(out, "{address}")),
    }
}

#[inline(always)]
fn states(out: &mut Vec<u8>, states: &Transition) {
    word(out, "[", Some(State::as_str(states.before)));
    word(out, ",", Some(State::as_str(states.after)));
    out.push(b']');
}

fn http2(out: &mut Vec<u8>, note: Option<&Http2Note>) {
    let Some(note) = note else {
        return text(out, "null");
    };
    number(out, "{\"frames\":", note.frames);
    word(out, ",\"type\":", Some(note.kind.as_str()));
    number(out, ",\"stream\":", note.stream);
    word(
        out,
        ",\"error\":",
        note.error.map(|error| error.to_string()).as_deref(),
    );
    out.push(b'}');
}

fn websocket(out: &mut Vec<u8>, note: Option<&WebsocketNote>) {
    let Some(note) = note else {
        return text(out, "null");
    };
    number(out, "{\"frames\":", note.frames);
    word(out, ",\"opcode\":", Some(note.opcode.as_str()));
    optional(out, ",\"status_code\":", note.status_code);
    out.push(b'}');
}

fn http(out: &mut Vec<u8>, note: Option<&HttpNote>) {
    let Some(note) = note else {
        return text(out, "null");
    };
    let yes_or_no = |yes| if yes { "true" } else { "false" };
    word(out, "{\"message\":", Some(note.message.as_str()));
    text(out, ",\"begins\":");
    text(out, yes_or_no(note.begins));
    text(out, ",\"ends\":");
    text(out, yes_or_no(note.ends));
    number(out, ",\"transaction\":", note.transaction);
    optional(out, ",\"request_in\":", note.request_in);
    out.push(b'}');
}

fn tls(out: &mut Vec<u8>, note: Option<&TlsNote>) {
    let Some(note) = note else {
        return text(out, "null");
    };
    word(out, "{\"step\":", note.step.map(|step| step.as_str()));
    word(out, ",\"content\":", Some(note.content.as_str()));
    number(out, ",\"records\":", note.records);
    word(out, ",\"message\":", note.message.map(|message| message.as_str()));
    word(out, ",\"alert\":", note.alert.map(|alert| alert.as_str()));
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::path::Path;

    use synfin::capture::Capture;
    use synfin::{Dissector, Outcome};

    #[test]
    fn it_is_byte_for_byte_what_serde_writes() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/captures");
        let mut compared = 0;
        for entry in folder.read_dir().expect("the captures") {
            let path = entry.expect("a file").path();
            if path.extension().is_none_or(|extension| extension != "pcapng") {
                continue;
            }
            let mut capture = Capture::open(File::open(&path).expect("it opens")).expect("a capture");
            let mut dissector = Dissector::default();
            while let Ok(Some(frame)) = capture.next_frame() {
                if let Outcome::Segment(annotation) = dissector.frame(&frame) {
                    let mut line = Vec::new();
                    super::write(&mut line, &annotation);
                    let serde = serde_json::to_string(&annotation).expect("it serialises");
                    assert_eq!(String::from_utf8_lossy(&line), serde, "{}", path.display());
                    compared += 1;
                }
            }
        }
        assert!(compared > 1_000, "{compared} segments");
    }
}
