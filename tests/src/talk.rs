//! A conversation given as what each side says, played as segments: what HTTP makes of it.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};

use synfin::http::HttpRow;
use synfin::{
    Annotation, ChecksumPolicy, Config, Connection, Dissector, RawSegment, Rule, Segment, Side, Sides,
};

/// What a side says next.
#[derive(Debug, Clone)]
pub enum Said {
    /// These bytes, in one segment or cut as [`play`] is told.
    Bytes(Vec<u8>),
    /// So many bytes that were not captured; the peer acknowledges them.
    Gap(u32),
    /// A FIN.
    Fin,
    /// A RST.
    Reset,
}

/// What came of it.
#[derive(Debug)]
pub struct Told {
    /// Transactions in the order of their numbers, with facts, fields and bodies.
    pub rows: Vec<HttpRow>,
    /// The connections; one, unless something is wrong.
    pub connections: Vec<Connection>,
    /// One for each segment.
    pub annotations: Vec<Annotation>,
}

/// The configuration a talk is played with: everything is kept, nothing is doubted.
#[must_use]
pub fn config() -> Config {
    let mut config = Config::default();
    config.checksums = ChecksumPolicy::Ignore;
    config.http.facts = true;
    config.http.fields = true;
    config.http.body_bytes = 1 << 20;
    config.http.streamed = true;
    config
}

/// Plays a conversation from its SYN on. `cut` tells of each piece of bytes at which offsets a segment ends.
#[must_use]
pub fn play(config: Config, steps: &[(Side, Said)], cut: impl Fn(&[u8]) -> Vec<usize>) -> Told {
    let mut player = Player::new(config);
    player.handshake();
    for (side, said) in steps {
        match said {
            Said::Bytes(bytes) => {
                let mut from = 0;
                for to in cut(bytes).into_iter().chain([bytes.len()]) {
                    if from < to && to <= bytes.len() {
                        player.says(*side, &bytes[from..to]);
                        from = to;
                    }
                }
            }
            Said::Gap(len) => player.next[*side] = player.next[*side].wrapping_add(*len),
            Said::Fin => {
                player.send(*side, FIN | ACK, &[]);
                player.next[*side] = player.next[*side].wrapping_add(1);
                player.send(side.peer(), ACK, &[]);
            }
            Said::Reset => player.send(*side, RST | ACK, &[]),
        }
    }
    player.told()
}

/// Rules that say that something is not as it should be.
#[must_use]
pub fn told_of(told: &Told) -> Vec<Rule> {
    let hits = told.connections.iter().flat_map(|connection| &connection.rules);
    let mut rules: Vec<Rule> = hits.map(|hit| hit.id).filter(|rule| rule.is_http()).collect();
    // Which of two comes first may depend on the segments.
    rules.sort_unstable();
    rules
}

/// Everything of a conversation's HTTP that may not depend on its segments; of one played with [`config`].
#[must_use]
pub fn digest(told: &Told) -> String {
    let mut digest = String::new();
    for row in &told.rows {
        let facts = row.row.facts.as_deref().expect("facts were asked for");
        let _ = write!(
            digest,
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            row.row.method,
            row.row.target,
            row.row.status,
            row.row.state,
            row.row.request_body_len,
            row.row.response_body_len,
            facts.reason,
            facts.interim,
            facts.upgrade,
        );
        for message in [&facts.request, &facts.response] {
            let anomalies: Vec<_> = message
                .anomalies
                .iter()
                .map(|anomaly| (anomaly.rule, anomaly.start, anomaly.end))
                .collect();
            let _ = write!(
                digest,
                " | {:?} {:?} {} {} {} {:?} {:?} {:?} {:?}",
                message.version,
                message.state,
                message.head_len,
                message.body_wire_len,
                message.chunked,
                message.fields,
                message.trailers,
                message.body,
                anomalies
            );
        }
        digest.push('\n');
    }
    let _ = write!(digest, "{:?}", told_of(told));
    digest
}

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const PSH: u8 = 8;
const ACK: u8 = 16;

struct Player {
    dissector: Dissector,
    frame: u64,
    next: Sides<u32>,
    annotations: Vec<Annotation>,
    rows: Vec<HttpRow>,
}

impl Player {
    fn new(config: Config) -> Self {
        Self {
            dissector: Dissector::new(config),
            frame: 0,
            next: Sides {
                initiator: 1000,
                responder: 5000,
            },
            annotations: Vec::new(),
            rows: Vec::new(),
        }
    }

    fn handshake(&mut self) {
        self.send(Side::Initiator, SYN, &[]);
        self.next.initiator += 1;
        self.send(Side::Responder, SYN | ACK, &[]);
        self.next.responder += 1;
        self.send(Side::Initiator, ACK, &[]);
    }

    fn says(&mut self, side: Side, bytes: &[u8]) {
        self.send(side, PSH | ACK, bytes);
        self.next[side] = self.next[side].wrapping_add(u32::try_from(bytes.len()).expect("a segment"));
        self.send(side.peer(), ACK, &[]);
    }

    fn send(&mut self, from: Side, flags: u8, payload: &[u8]) {
        self.frame += 1;
        let host = |side: Side| match side {
            Side::Initiator => (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 40_000_u16),
            Side::Responder => (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)), 80),
        };
        let ((src, src_port), (dst, dst_port)) = (host(from), host(from.peer()));
        let ack = if flags & ACK == 0 {
            0
        } else {
            self.next[from.peer()]
        };
        let mut bytes = Vec::with_capacity(20 + payload.len());
        bytes.extend(src_port.to_be_bytes());
        bytes.extend(dst_port.to_be_bytes());
        bytes.extend(self.next[from].to_be_bytes());
        bytes.extend(ack.to_be_bytes());
        bytes.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        bytes.extend(payload);
        let wire_len = u32::try_from(bytes.len()).expect("a segment");
        let segment = Segment::parse(RawSegment {
            frame: self.frame,
            layer: 0,
            time_ns: i64::try_from(self.frame).expect("a small number") * 1_000_000,
            src,
            dst,
            ttl: None,
            ip_id: None,
            bytes: &bytes,
            wire_len,
            tcp_offset: None,
            tunnel: 0,
        });
        let segment = segment.expect("a whole header");
        self.annotations.push(self.dissector.segment(&segment));
        self.rows.extend(self.dissector.take_transactions());
    }

    fn told(mut self) -> Told {
        let connections = self.dissector.finish().collect();
        self.rows.extend(self.dissector.take_transactions());
        self.rows.sort_by_key(|row| row.transaction);
        Told {
            rows: self.rows,
            connections,
            annotations: self.annotations,
        }
    }
}
