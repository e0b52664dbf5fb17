//! Suricata's flow and netflow records: addresses, who is the client, packets, bytes, control bits and
//! `tcp.state`. What it says of applications, alerts and its own reasons is not compared.
//!
//! Its words and ours:
//! - The client is our initiator. Of a flow without a SYN or SYN-ACK it is the first sender, unless
//!   `stream.midstream` is on.
//! - Without `stream.midstream` such a flow has no session: no control bits, no `tcp.state`, and it stays
//!   `new` whatever comes.
//! - Bytes are those of the captured frames, link header included.
//! - `tcp.state` by our verdicts: [`states`]; `flow.state` follows from it.

use std::net::IpAddr;

use serde_json::Value;
use synfin::wire::tcp::TcpFlags;
use synfin::{ChecksumPolicy, CloseVerdict, Closer, Config, HandshakeVerdict, Side};

use super::corpus::{self, Address, Corpus, Flow, text};
use super::score::{Answer, Sheet};

pub(crate) fn rows(corpus: &Corpus) -> Sheet {
    let mut sheet = Sheet::new("Suricata flow");
    for row in corpus.rows("suricata_flow.jsonl") {
        if row["engine_specific"].is_null() {
            let name = format!("{} {}", text(&row, "test"), row["check"]);
            sheet.add(name, compare(corpus, &row));
        }
    }
    sheet
}

/// How Suricata ran: `-k none` takes segments with a wrong checksum, as we do by default.
pub(crate) fn config(row: &Value) -> Config {
    corpus::config(if has_argument(row, "-k none") {
        ChecksumPolicy::Note
    } else {
        ChecksumPolicy::Drop
    })
}

fn has_argument(row: &Value, wanted: &str) -> bool {
    row["args"].as_array().is_some_and(|args| {
        args.iter()
            .any(|arg| arg.as_str().is_some_and(|arg| arg.contains(wanted)))
    })
}

/// `count` flows must be as the row says.
pub(crate) fn compare(corpus: &Corpus, row: &Value) -> Answer {
    let wanted = &row["match"];
    if !wanted["icmp_type"].is_null() {
        return Answer::NotAboutTcp;
    }
    let Some(told) = corpus.told(text(row, "trace_file"), &config(row)) else {
        return Answer::Differs("the capture cannot be read".to_owned());
    };
    let midstream = has_argument(row, "stream.midstream=true");
    let flows: Vec<Record<'_>> = told
        .flows
        .iter()
        .map(|flow| Record::of(flow, midstream))
        .filter(|record| record.is_meant(wanted))
        .collect();
    let differences: Vec<Vec<String>> = flows.iter().map(|record| record.differences(wanted)).collect();
    let same = differences
        .iter()
        .filter(|differences| differences.is_empty())
        .count() as u64;
    let count = row["count"].as_u64().unwrap_or(0);
    // Which flows are of an application, other than by their ports, we do not know.
    let others_may_match = !wanted["app_proto"].is_null() && wanted["src_ip"].is_null();
    if same == count || (others_may_match && same > count) {
        return Answer::Same;
    }
    let some: Vec<String> = differences.into_iter().take(4).flatten().collect();
    Answer::Differs(format!(
        "{count} such flows, ours {same} of {}: {}",
        flows.len(),
        some.join(", ")
    ))
}

/// A flow as Suricata would tell it.
struct Record<'a> {
    flow: &'a Flow,
    client: Side,
    /// It made a session of it.
    tracked: bool,
}

impl<'a> Record<'a> {
    fn of(flow: &'a Flow, midstream: bool) -> Self {
        let opening_seen = !matches!(
            flow.connection.handshake.verdict,
            HandshakeVerdict::None | HandshakeVerdict::Unseen
        );
        let tracked = midstream || opening_seen;
        Self {
            flow,
            client: if tracked {
                Side::Initiator
            } else {
                flow.first_sender
            },
            tracked,
        }
    }

    /// The record of this flow has the addresses and ports that are asked for.
    fn is_meant(&self, wanted: &Value) -> bool {
        // A netflow is one direction, whose source may be the server.
        let orientations: &[Side] = if text(wanted, "event_type") == "netflow" {
            &[self.client, self.client.peer()]
        } else {
            &[self.client]
        };
        let smb = text(wanted, "app_proto") == "smb";
        orientations.iter().any(|&from| self.has_addresses(wanted, from))
            && (!smb || [139, 445].contains(&self.flow.address(Side::Responder).1))
    }

    fn has_addresses(&self, wanted: &Value, from: Side) -> bool {
        let (src, dst): (Address, Address) = (self.flow.address(from), self.flow.address(from.peer()));
        let host = |key: &str, ours: IpAddr| {
            let theirs: Option<IpAddr> = text(wanted, key).parse().ok();
            theirs.is_none_or(|theirs| theirs == ours)
        };
        let port = |key: &str, ours: u16| {
            wanted[key]
                .as_u64()
                .is_none_or(|theirs| theirs == u64::from(ours))
        };
        host("src_ip", src.0) && host("dest_ip", dst.0) && port("src_port", src.1) && port("dest_port", dst.1)
    }

    /// What the row says of TCP and we do not.
    fn differences(&self, wanted: &Value) -> Vec<String> {
        let mut differences = Vec::new();
        for (key, theirs) in wanted.as_object().into_iter().flatten() {
            if let Some(ours) = self.value(wanted, key) {
                let same = match &ours {
                    // More than one state of theirs fits a verdict of ours.
                    Value::Array(any) => any.contains(theirs),
                    one => one == theirs,
                };
                if !same {
                    differences.push(format!("{key} {theirs}, ours {ours}"));
                }
            }
        }
        differences
    }

    /// Our value of a key; none where it is not about TCP.
    fn value(&self, wanted: &Value, key: &str) -> Option<Value> {
        let (client, server) = (self.flow.sent[self.client], self.flow.sent[self.client.peer()]);
        let from = if self.has_addresses(wanted, self.client) {
            client
        } else {
            server
        };
        let connection = &self.flow.connection;
        let netflow = text(wanted, "event_type") == "netflow";
        let either = if netflow {
            from.flags
        } else {
            client.flags.union(server.flags)
        };
        let flags = |flags: TcpFlags| {
            let low = if self.tracked { flags.bits() & 0xff } else { 0 };
            Value::from(format!("{low:02x}"))
        };
        let flag = |wanted| Value::from(self.tracked && either.contains(wanted));
        let words = |states: &[&str]| Value::from(states.to_vec());
        Some(match key {
            "flow.pkts_toserver" => client.frames.into(),
            "flow.pkts_toclient" => server.frames.into(),
            "flow.bytes_toserver" => client.bytes.into(),
            "flow.bytes_toclient" => server.bytes.into(),
            "netflow.pkts" => from.frames.into(),
            "netflow.bytes" => from.bytes.into(),
            "flow.age" | "netflow.age" => age(connection.start_ns, connection.duration_ns).into(),
            "tcp.tcp_flags" => flags(either),
            "tcp.tcp_flags_ts" => flags(client.flags),
            "tcp.tcp_flags_tc" => flags(server.flags),
            "tcp.syn" => flag(TcpFlags::SYN),
            "tcp.fin" => flag(TcpFlags::FIN),
            "tcp.rst" => flag(TcpFlags::RST),
            "tcp.psh" => flag(TcpFlags::PSH),
            "tcp.ack" => flag(TcpFlags::ACK),
            "tcp.state" => words(states(self.flow)),
            "flow.state" if !self.tracked => words(&["new"]),
            "flow.state" => words(flow_states(states(self.flow))),
            _ => return None,
        })
    }
}

/// Whole seconds of the first and the last packet.
fn age(start_ns: i64, duration_ns: i64) -> i64 {
    const SECOND: i64 = 1_000_000_000;
    (start_ns + duration_ns).div_euclid(SECOND) - start_ns.div_euclid(SECOND)
}

/// The `tcp.state` that a session of our verdict can be left in.
///
/// It has no state for "who": a client's FIN makes `close_wait`, a server's `fin_wait1`, which their ACKs
/// make `close_wait` still and `fin_wait2`; the other FIN makes `last_ack` or `time_wait`.
fn states(flow: &Flow) -> &'static [&'static str] {
    let connection = &flow.connection;
    match (connection.close.verdict, connection.handshake.verdict) {
        (CloseVerdict::NotOpened, HandshakeVerdict::Refused | HandshakeVerdict::Aborted) => &["closed"],
        (CloseVerdict::NotOpened, HandshakeVerdict::HalfOpen | HandshakeVerdict::BadAck) => &["syn_recv"],
        (CloseVerdict::NotOpened, _) => &["syn_sent", "syn_recv"],
        (
            CloseVerdict::FourWay
            | CloseVerdict::ThreeSegment
            | CloseVerdict::Simultaneous
            | CloseVerdict::Reset
            | CloseVerdict::FinThenReset,
            _,
        ) => &["closed"],
        (CloseVerdict::Closing, _) => &["last_ack", "closing", "time_wait"],
        (CloseVerdict::HalfClosed, _) => match connection.close.by {
            Closer::Initiator => &["close_wait"],
            _ => &["fin_wait1", "fin_wait2"],
        },
        (CloseVerdict::Open | CloseVerdict::Superseded | CloseVerdict::TimedOut, _) => &["established"],
    }
}

/// `flow.state` by `tcp.state`, as its stream engine sets it.
fn flow_states(states: &'static [&'static str]) -> &'static [&'static str] {
    match states {
        ["closed" | "last_ack", ..] => &["closed"],
        ["syn_sent" | "syn_recv", ..] => &["new"],
        _ => &["established"],
    }
}
