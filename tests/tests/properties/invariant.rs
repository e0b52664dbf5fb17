//! What holds of everything synfin says, whatever the packets were.

use std::collections::HashMap;
use std::net::IpAddr;

use serde_json::Value;
use synfin::{Annotation, Connection, Side};
use synfin_tests::contract;

use crate::edges;

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

/// All of them; the annotations in the order of the capture, the connections complete.
pub(crate) fn all(packets: &[Annotation], connections: &[Connection]) -> Result<(), String> {
    all_with_errors(packets, connections, &[])
}

/// The same, where some frames are ICMP errors about the connections.
pub(crate) fn all_with_errors(
    packets: &[Annotation],
    connections: &[Connection],
    errors: &[u64],
) -> Result<(), String> {
    let mut of: HashMap<u64, Vec<&Annotation>> = HashMap::new();
    let mut by_frame: HashMap<u64, Vec<&Annotation>> = HashMap::new();
    for packet in packets {
        edges::hold(packet)?;
        alone(packet)?;
        linked(packet, &by_frame)?;
        of.entry(packet.connection).or_default().push(packet);
        by_frame.entry(packet.frame).or_default().push(packet);
    }
    ensure(of.len() == connections.len(), || {
        format!("{} connections of {} listed", connections.len(), of.len())
    })?;
    for connection in connections {
        let own = of
            .get(&connection.connection)
            .ok_or_else(|| format!("connection {} has no segment", connection.connection))?;
        whole(connection, own, errors)?;
    }
    Ok(())
}

fn alone(packet: &Annotation) -> Result<(), String> {
    let at = packet.frame;
    ensure(packet.role.is_none_or(|role| packet.rules.contains(role)), || {
        format!("frame {at}: role not in rules")
    })?;
    has_keys(
        &serde_json::to_value(packet).map_err(|error| error.to_string())?,
        contract::PACKET,
    )
}

/// What it says of earlier frames: ones of the other host, or of the same. Not always of the same connection: the SYN
/// of a successor may have been taken for a segment of the connection it ends (T24).
fn linked(packet: &Annotation, earlier: &HashMap<u64, Vec<&Annotation>>) -> Result<(), String> {
    let at = packet.frame;
    let (src, dst) = ((packet.src, packet.src_port), (packet.dst, packet.dst_port));
    let find = |frame: u64, sender: (IpAddr, u16), receiver: (IpAddr, u16)| {
        let of_frame = earlier.get(&frame)?;
        of_frame
            .iter()
            .find(|other| (other.src, other.src_port) == sender && (other.dst, other.dst_port) == receiver)
    };
    if let Some(answered) = packet.answers {
        let other = find(answered, dst, src)
            .ok_or_else(|| format!("frame {at} answers {answered}, not an earlier one of the other side"))?;
        let since = packet.time_ns.saturating_sub(other.time_ns);
        ensure(packet.since_answered_ns == Some(since), || {
            format!(
                "frame {at}: {since} since {answered}, not {:?}",
                packet.since_answered_ns
            )
        })?;
    } else {
        ensure(packet.since_answered_ns.is_none(), || {
            format!("frame {at}: since nothing")
        })?;
    }
    if let Some(first) = packet.retransmission_of {
        ensure(find(first, src, dst).is_some(), || {
            format!("frame {at} repeats {first}, not an earlier one of its side")
        })?;
    }
    Ok(())
}

fn whole(connection: &Connection, own: &[&Annotation], errors: &[u64]) -> Result<(), String> {
    let id = connection.connection;
    let frames: Vec<u64> = own.iter().map(|packet| packet.frame).collect();
    for side in Side::BOTH {
        let count = own.iter().filter(|packet| packet.direction == side).count() as u64;
        ensure(connection.packets[side] == count, || {
            format!(
                "connection {id}: {} packets of {side:?}, listed {count}",
                connection.packets[side]
            )
        })?;
    }
    let mut last = 0;
    for hit in &connection.rules {
        ensure(hit.frame >= last, || {
            format!("connection {id}: rules out of order: {:?}", connection.rules)
        })?;
        last = hit.frame;
    }
    ensure(connection.rules.len() <= 64, || {
        format!("connection {id}: {} rules", connection.rules.len())
    })?;
    // A SYN that was first taken for another connection's is evidence of the one it opened.
    let borrowed = |frame: u64| frame < frames[0];
    // O11 is told of the ghost by the frame that completes the real connection.
    let own = connection.rules.iter().filter(|hit| hit.id != synfin::Rule::O11);
    let named = own.map(|hit| hit.frame);
    let evidence = connection.handshake.frames.iter().chain(&connection.close.frames);
    for frame in named.clone() {
        ensure(frames.contains(&frame) || errors.contains(&frame), || {
            format!("connection {id}: a rule by frame {frame}, not its own")
        })?;
    }
    for &frame in evidence {
        // T24: the SYN-ACK that supersedes it is the successor's.
        let ok = frames.contains(&frame)
            || errors.contains(&frame)
            || borrowed(frame)
            || connection.close.verdict.as_str() == "superseded";
        ensure(ok, || format!("connection {id}: evidence {frame} is not its own"))?;
    }
    for proof in [&connection.handshake.frames, &connection.close.frames] {
        ensure(proof.windows(2).all(|pair| pair[0] < pair[1]), || {
            format!("connection {id}: evidence out of order {proof:?}")
        })?;
    }
    ensure(
        Some(&connection.last_frame) == frames.last() && connection.first_frame <= frames[0],
        || format!("connection {id}: first and last frame"),
    )?;
    has_keys(
        &serde_json::to_value(connection).map_err(|error| error.to_string())?,
        contract::CONNECTION,
    )
}

fn has_keys(value: &Value, paths: &[&str]) -> Result<(), String> {
    for path in paths {
        ensure(has(value, path), || format!("no key {path} in {value}"))?;
    }
    Ok(())
}

fn has(value: &Value, path: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| has(item, path)),
        _ => match path.split_once('.') {
            Some((key, rest)) => value.get(key).is_some_and(|inner| has(inner, rest)),
            None => value.get(path).is_some(),
        },
    }
}
