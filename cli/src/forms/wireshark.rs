//! Display filters that plain Wireshark understands, for what was selected.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::net::IpAddr;

use synfin::http::HttpRow;
use synfin::{Annotation, Connection};

/// Frames without a field that says so; nothing matches it.
const NOTHING: &str = "frame.number == 0";

type Endpoint = (IpAddr, u16);
/// Both addresses and both ports, each in order: what `ip.addr` and `tcp.port` can tell apart.
type Unordered = (IpAddr, IpAddr, u16, u16);

/// Frame numbers, gathered to ranges; they come in any order.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    ranges: Vec<(u64, u64)>,
}

impl Frames {
    pub(crate) fn add(&mut self, from: u64, to: u64) {
        match self.ranges.last_mut() {
            Some((low, high)) if from >= *low && from <= high.saturating_add(1) => *high = (*high).max(to),
            _ => self.ranges.push((from, to)),
        }
    }

    /// The filter, if there is any frame.
    fn filter(&mut self) -> Option<String> {
        self.ranges.sort_unstable();
        let mut merged = Self::default();
        for (from, to) in self.ranges.drain(..) {
            merged.add(from, to);
        }
        self.ranges = merged.ranges;
        let each = self.ranges.iter().map(|(from, to)| match to - from {
            0 => from.to_string(),
            _ => format!("{from}..{to}"),
        });
        let each: Vec<String> = each.collect();
        match each.as_slice() {
            [] => None,
            [one] if !one.contains('.') => Some(format!("frame.number == {one}")),
            _ => Some(format!("frame.number in {{{}}}", each.join(", "))),
        }
    }
}

/// Which packets were selected.
#[derive(Debug, Default)]
pub(crate) struct Packets(Frames);

impl Packets {
    pub(crate) fn add(&mut self, annotation: &Annotation) {
        self.0.add(annotation.frame, annotation.frame);
    }

    pub(crate) fn filter(&mut self) -> String {
        self.0.filter().unwrap_or_else(|| NOTHING.to_owned())
    }
}

/// Which connections were selected, and which there are besides.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    /// How many connections of the capture have the same endpoints, or the same with the ports exchanged.
    alike: HashMap<Unordered, u32>,
    chosen: Vec<Chosen>,
    left_out: bool,
}

#[derive(Debug)]
struct Chosen {
    initiator: Endpoint,
    responder: Endpoint,
    frames: (u64, u64),
}

/// Both addresses and both ports, each in order: what `ip.addr` and `tcp.port` can tell apart.
fn unordered(a: Endpoint, b: Endpoint) -> Unordered {
    (a.0.min(b.0), a.0.max(b.0), a.1.min(b.1), a.1.max(b.1))
}

impl Connections {
    /// A connection of the capture, and whether it was selected.
    pub(crate) fn add(&mut self, connection: &Connection, selected: bool) {
        let initiator = (connection.src, connection.src_port);
        let responder = (connection.dst, connection.dst_port);
        *self.alike.entry(unordered(initiator, responder)).or_default() += 1;
        if selected {
            let frames = (connection.first_frame, connection.last_frame);
            self.chosen.push(Chosen {
                initiator,
                responder,
                frames,
            });
        } else {
            self.left_out = true;
        }
    }

    pub(crate) fn filter(&self) -> String {
        if self.chosen.is_empty() {
            return NOTHING.to_owned();
        }
        if !self.left_out {
            return "tcp".to_owned();
        }
        let mut plain: BTreeMap<(IpAddr, IpAddr, u16), Vec<u16>> = BTreeMap::new();
        let mut exact = Vec::new();
        for chosen in &self.chosen {
            let (initiator, responder) = (chosen.initiator, chosen.responder);
            let alone = self.alike.get(&unordered(initiator, responder)) == Some(&1);
            if alone && initiator.0 != responder.0 && initiator.1 != responder.1 {
                let group = (initiator.0, responder.0, responder.1);
                plain.entry(group).or_default().push(initiator.1);
            } else {
                let mut frames = Frames::default();
                frames.add(chosen.frames.0, chosen.frames.1);
                exact.push(directed(initiator, responder, &mut frames));
            }
        }
        let mut parts: Vec<String> = plain
            .into_iter()
            .map(|(group, ports)| group_filter(group, ports))
            .collect();
        parts.extend(exact);
        joined(&parts)
    }
}

/// Connections of one client to one server's port.
fn group_filter((client, server, port): (IpAddr, IpAddr, u16), mut ports: Vec<u16>) -> String {
    ports.sort_unstable();
    let ip = if client.is_ipv4() { "ip" } else { "ipv6" };
    let mut filter = format!("{ip}.addr == {client} && {ip}.addr == {server} && tcp.port == {port} && ");
    match ports.as_slice() {
        [one] => {
            let _ = write!(filter, "tcp.port == {one}");
        }
        several => {
            let several: Vec<String> = several.iter().map(u16::to_string).collect();
            let _ = write!(filter, "tcp.port in {{{}}}", several.join(", "));
        }
    }
    filter
}

/// The packets of two endpoints in some frames, told by their direction.
fn directed(a: Endpoint, b: Endpoint, frames: &mut Frames) -> String {
    let ip = if a.0.is_ipv4() { "ip" } else { "ipv6" };
    let one = |from: Endpoint, to: Endpoint| {
        format!(
            "({ip}.src == {} && tcp.srcport == {} && {ip}.dst == {} && tcp.dstport == {})",
            from.0, from.1, to.0, to.1
        )
    };
    let frames = frames
        .filter()
        .map_or_else(String::new, |frames| format!(" && {frames}"));
    format!("({} || {}){frames}", one(a, b), one(b, a))
}

/// One filter for any of several.
fn joined(parts: &[String]) -> String {
    match parts {
        [] => NOTHING.to_owned(),
        [one] => one.clone(),
        several => {
            let several: Vec<String> = several.iter().map(|part| format!("({part})")).collect();
            several.join(" || ")
        }
    }
}

/// Which transactions were selected: their packets, of both messages.
#[derive(Debug, Default)]
pub(crate) struct Transactions {
    by_connection: BTreeMap<(Endpoint, Endpoint), Frames>,
}

impl Transactions {
    pub(crate) fn add(&mut self, row: &HttpRow) {
        let endpoints = ((row.src, row.src_port), (row.dst, row.dst_port));
        let frames = self.by_connection.entry(endpoints).or_default();
        let Some(facts) = &row.row.facts else { return };
        for message in [&facts.request, &facts.response] {
            if let Some((first, last)) = message.first_frame.zip(message.last_frame) {
                frames.add(first, last.max(first));
            }
        }
    }

    pub(crate) fn filter(&mut self) -> String {
        let filters = self.by_connection.iter_mut();
        let parts: Vec<String> = filters.map(|((a, b), frames)| directed(*a, *b, frames)).collect();
        joined(&parts)
    }
}
