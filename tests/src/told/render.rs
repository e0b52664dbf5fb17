//! Annotations and connections in the words of the margin.

use synfin::{Annotation, Connection, Ecn, Offer, Rule, Transition};

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
            "order" => maybe(packet.order),
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
/// - `signs`: what tells that a RST is not its side's
/// - `needless` (retransmissions), `out-of-order`, `duplicates`, `gaps` and `gap-bytes`: both sides
/// - `icmp`: every kind of error: whose segment, type/code, mtu, how many, first and last frame; several with `;` between
/// - `from`: the port of the initiator; `frames`, `duration`, `idle`
/// - `initiator`, `responder`: what their SYN offered, words as in a script: `mss=1460 ws=7 sackok ts tfo=8 ecn md5
///   ao=1:2 mptcp=capable/1 uto=60s`
/// - `agreed`: what both offered: `ws sack ts tfo=accepted ecn=accurate md5 ao mptcp=joined`
/// - `changes`: what resent SYNs changed; `violations`: rule:frame option fault, several with `;` between
/// - `killed`: the first transaction that a RST left unfinished
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
        "signs" => list(close.reset_signs.iter()),
        "needless" => pair(
            connection.spurious_retransmissions.initiator,
            connection.spurious_retransmissions.responder,
        ),
        "out-of-order" => pair(
            connection.out_of_order.initiator,
            connection.out_of_order.responder,
        ),
        "duplicates" => pair(connection.duplicates.initiator, connection.duplicates.responder),
        "gaps" => pair(connection.gaps.initiator, connection.gaps.responder),
        "gap-bytes" => pair(connection.gap_bytes.initiator, connection.gap_bytes.responder),
        "icmp" => {
            let errors = connection.icmp.iter().map(|error| {
                format!(
                    "{} {}/{} {} {} {}-{}",
                    error.direction.as_str(),
                    error.kind,
                    error.code,
                    maybe(error.mtu),
                    error.count,
                    original(error.first_frame),
                    original(error.last_frame)
                )
            });
            let errors: Vec<String> = errors.collect();
            if errors.is_empty() {
                "-".to_owned()
            } else {
                errors.join("; ")
            }
        }
        "from" => connection.src_port.to_string(),
        "frames" => format!(
            "{}-{}",
            original(connection.first_frame),
            original(connection.last_frame)
        ),
        "duration" => span(connection.duration_ns),
        "idle" => maybe(close.idle_ns.map(span)),
        "killed" => maybe(close.killed_transaction),
        "initiator" => connection
            .options
            .initiator
            .as_ref()
            .map_or("-".to_owned(), offer),
        "responder" => connection
            .options
            .responder
            .as_ref()
            .map_or("-".to_owned(), offer),
        "agreed" => agreed(connection),
        "changes" => list(connection.options.changes.iter()),
        "violations" => {
            let violations = connection.options.violations.iter().map(|violation| {
                let (id, frame) = (violation.id.id(), original(violation.frame));
                format!("{id}:{frame} {} {}", violation.option, violation.fault)
            });
            let violations: Vec<String> = violations.collect();
            if violations.is_empty() {
                "-".to_owned()
            } else {
                violations.join("; ")
            }
        }
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

fn offer(offer: &Offer) -> String {
    let flag = |is: bool, word: &str| is.then(|| word.to_owned());
    let mptcp = |subtype| match offer.mptcp_version {
        Some(version) => format!("mptcp={subtype}/{version}"),
        None => format!("mptcp={subtype}"),
    };
    let words = [
        offer.mss.map(|mss| format!("mss={mss}")),
        offer.window_scale.map(|shift| format!("ws={shift}")),
        flag(offer.sack_permitted, "sackok"),
        flag(offer.timestamps, "ts"),
        offer.fast_open_cookie_len.map(|len| format!("tfo={len}")),
        (offer.ecn != Ecn::None).then(|| offer.ecn.to_string()),
        flag(offer.md5, "md5"),
        offer
            .ao_key_id
            .zip(offer.ao_rnext_key_id)
            .map(|(key, next)| format!("ao={key}:{next}")),
        offer.mptcp_subtype.map(mptcp),
        offer
            .user_timeout
            .map(|timeout| format!("uto={}", span(timeout.ns()))),
    ];
    words_or_none(words)
}

fn agreed(connection: &Connection) -> String {
    let Some(agreed) = connection.options.agreed else {
        return "-".to_owned();
    };
    let flag = |is: bool, word: &str| is.then(|| word.to_owned());
    let words = [
        flag(agreed.window_scale, "ws"),
        flag(agreed.sack, "sack"),
        flag(agreed.timestamps, "ts"),
        agreed.fast_open.map(|outcome| format!("tfo={outcome}")),
        (agreed.ecn != Ecn::None).then(|| format!("ecn={}", agreed.ecn)),
        flag(agreed.md5, "md5"),
        flag(agreed.ao, "ao"),
        agreed.mptcp_outcome.map(|outcome| format!("mptcp={outcome}")),
    ];
    words_or_none(words)
}

/// Words with a space between; "none" for no word.
fn words_or_none<const N: usize>(words: [Option<String>; N]) -> String {
    let words: Vec<String> = words.into_iter().flatten().collect();
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(" ")
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
