//! Annotations and connections in the words of the margin.

use synfin::{Annotation, Connection, Rule, Transition};

/// Columns of a packet's row before the keys.
pub(super) const COLUMNS: usize = 6;

/// A packet's row: frame, step, role, rules, the initiator's state, the responder's, the frame answered, and the keys
/// asked for. A retransmission shows `again=` unasked.
pub(super) fn packet<'k>(
    packet: &Annotation,
    keys: impl Iterator<Item = &'k str>,
    original: &dyn Fn(u64) -> u64,
) -> String {
    let rules = list(packet.rules.iter().map(Rule::id));
    let mut row = format!(
        "{} {} {} {rules} {} {} {}",
        original(packet.frame),
        maybe(packet.step),
        maybe(packet.role.map(Rule::id)),
        states(packet.state.initiator),
        states(packet.state.responder),
        maybe(packet.answers.map(original)),
    );
    let mut again = packet.retransmission_index.is_some();
    for key in keys {
        again &= key != "again";
        let value = match key {
            "phase" => packet.phase.to_string(),
            "since" => maybe(packet.since_answered_ns.map(span)),
            "again" => maybe(packet.retransmission_index),
            "of" => maybe(packet.retransmission_of.map(original)),
            "after" => maybe(packet.since_previous_ns.map(span)),
            "backoff" => maybe(packet.backoff_percent),
            "conn" => packet.connection.to_string(),
            "by" => packet.direction.as_str().to_owned(),
            "seq" => maybe(packet.seq),
            "ack" => maybe(packet.ack),
            "close" => match packet.close.verdict_so_far.zip(packet.close.by_so_far) {
                Some((verdict, by)) => format!("{verdict}/{by}"),
                None => "-".to_owned(),
            },
            "http" => match packet.http {
                Some(http) => format!("{}/{}", http.message, http.transaction),
                None => "-".to_owned(),
            },
            _ => panic!("the margin knows no key \"{key}\""),
        };
        row += &format!(" {key}={value}");
    }
    if again {
        row += &format!(" again={}", maybe(packet.retransmission_index));
    }
    row
}

/// What is told of a connection on a topic:
///
/// - `handshake`: verdict, confidence, frames
/// - `close`: verdict, by, cause/confidence, confidence, frames, and `reset=` where there is one
/// - `rules`: every rule with its frame
/// - `rtt`: to the responder, to the initiator; `isn`, `packets`, `bytes`, `again` (retransmissions): both sides
/// - `from`: the port of the initiator; `frames`, `duration`, `idle`
/// - `http`: method target status request frame>response frame, body bytes, state; several with `;` between
pub(super) fn connection(
    connection: &Connection,
    topic: &str,
    shift: [u32; 2],
    original: &dyn Fn(u64) -> u64,
) -> String {
    let frames = |frames: &[u64]| list(frames.iter().map(|&frame| original(frame).to_string()));
    let (handshake, close) = (&connection.handshake, &connection.close);
    match topic {
        "handshake" => format!(
            "{} {} {}",
            handshake.verdict,
            handshake.confidence,
            frames(&handshake.frames)
        ),
        "close" => {
            let reset = close.reset_by.map(|side| format!(" reset={}", side.as_str()));
            format!(
                "{} {} {}/{} {} {}{}",
                close.verdict,
                close.by,
                close.cause,
                close.cause_confidence,
                close.confidence,
                frames(&close.frames),
                reset.unwrap_or_default()
            )
        }
        "rules" => {
            let doubled = original(2) == 1;
            let own = |hit: &&synfin::RuleHit| !(doubled && hit.id == Rule::E8 && hit.frame % 2 == 0);
            let hits = connection.rules.iter().filter(own);
            let hits: Vec<String> = hits
                .map(|hit| format!("{}:{}", hit.id.id(), original(hit.frame)))
                .collect();
            hits.join(" ")
        }
        "rtt" => format!(
            "{} {}",
            maybe(handshake.rtt_responder_ns.map(span)),
            maybe(handshake.rtt_initiator_ns.map(span))
        ),
        "isn" => {
            // The shifts are those of C and S, whichever of them opened the connection.
            let shift = if connection.src_port == 80 {
                [shift[1], shift[0]]
            } else {
                shift
            };
            format!(
                "{} {}",
                maybe(handshake.isn_initiator.map(|isn| isn.wrapping_sub(shift[0]))),
                maybe(handshake.isn_responder.map(|isn| isn.wrapping_sub(shift[1])))
            )
        }
        "packets" => pair(connection.packets.initiator, connection.packets.responder),
        "bytes" => pair(connection.bytes.initiator, connection.bytes.responder),
        "again" => pair(
            connection.retransmissions.initiator,
            connection.retransmissions.responder,
        ),
        "from" => connection.src_port.to_string(),
        "frames" => format!(
            "{}-{}",
            original(connection.first_frame),
            original(connection.last_frame)
        ),
        "duration" => span(connection.duration_ns),
        "idle" => maybe(close.idle_ns.map(span)),
        "timing" => {
            let timing = connection.timing;
            let times = [
                timing.establish_ns,
                timing.first_byte_initiator_ns,
                timing.first_byte_responder_ns,
                timing.teardown_ns,
            ];
            times.map(|time| maybe(time.map(span))).join(" ")
        }
        "http" => {
            let transactions = connection.http.iter().map(|http| {
                format!(
                    "{} {} {} {}>{} {}/{} {}",
                    maybe(http.method.as_deref()),
                    maybe(http.target.as_deref()),
                    maybe(http.status),
                    maybe(http.request_frame.map(original)),
                    maybe(http.response_frame.map(original)),
                    maybe(http.request_body_len),
                    maybe(http.response_body_len),
                    http.state.as_str()
                )
            });
            transactions.collect::<Vec<_>>().join("; ")
        }
        _ => panic!("the margin knows no topic \"{topic}\""),
    }
}

fn states(transition: Transition) -> String {
    let Transition { before, after } = transition;
    if before == after {
        before.to_string()
    } else {
        format!("{before}>{after}")
    }
}

fn pair(initiator: u64, responder: u64) -> String {
    format!("{initiator} {responder}")
}

fn maybe(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

fn list(items: impl Iterator<Item = impl ToString>) -> String {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    if items.is_empty() {
        "-".to_owned()
    } else {
        items.join(",")
    }
}

/// A time span in its largest unit that leaves no rest.
fn span(ns: i64) -> String {
    let units = [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];
    let fitting = units.iter().find(|(_, size)| ns % size == 0);
    fitting.map_or_else(String::new, |(unit, size)| format!("{}{unit}", ns / size))
}
