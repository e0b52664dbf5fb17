//! The tables as they should be, from the core's own answers.

use std::collections::{BTreeMap, BTreeSet};

use synfin::{Annotation, Cause, Closer, Config, Connection};
use synfin_tests::truth::{self, Told};

/// What the core says of a capture.
pub(crate) struct Truth {
    pub(crate) segments: Vec<Annotation>,
    pub(crate) connections: Vec<Connection>,
    pub(crate) start_ns: i64,
}

impl Truth {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut config = Config::default();
        config.http.facts = true;
        let told = truth::Truth::with(bytes, config);
        let mut connections: Vec<_> = told.connections.into_values().collect();
        connections.sort_by_key(|connection| connection.connection);
        Self {
            segments: told.frames.iter().filter_map(Told::segment).copied().collect(),
            connections,
            start_ns: told.times_ns.first().copied().unwrap_or_default(),
        }
    }

    /// The connections that have a segment like this.
    pub(crate) fn with_segment(&self, wanted: impl Fn(&Annotation) -> bool) -> Vec<&Connection> {
        let passed = self.segments.iter().filter(|segment| wanted(segment));
        let numbers: BTreeSet<u64> = passed.map(|segment| segment.connection).collect();
        let connections = self.connections.iter();
        connections
            .filter(|of| numbers.contains(&of.connection))
            .collect()
    }
}

/// Where a column's texts stand.
pub(crate) const LEFT: bool = false;
pub(crate) const RIGHT: bool = true;

pub(crate) const CONNECTIONS: [(&str, bool); 17] = [
    ("Connection", RIGHT),
    ("First frame", RIGHT),
    ("Start", RIGHT),
    ("Duration", RIGHT),
    ("Initiator", LEFT),
    ("Responder", LEFT),
    ("Handshake", LEFT),
    ("Close", LEFT),
    ("By", LEFT),
    ("Cause", LEFT),
    ("Protocol", LEFT),
    ("Packets →", RIGHT),
    ("Packets ←", RIGHT),
    ("Bytes →", RIGHT),
    ("Bytes ←", RIGHT),
    ("Sent again →", RIGHT),
    ("Sent again ←", RIGHT),
];

pub(crate) const OUTCOMES: [(&str, bool); 5] = [
    ("Server", LEFT),
    ("Handshake", LEFT),
    ("Close", LEFT),
    ("By", LEFT),
    ("Connections", RIGHT),
];

pub(crate) const HTTP: [(&str, bool); 12] = [
    ("Frame", RIGHT),
    ("Connection", RIGHT),
    ("Response in", RIGHT),
    ("Method", LEFT),
    ("Host", LEFT),
    ("Target", LEFT),
    ("Status", RIGHT),
    ("Request bytes", RIGHT),
    ("Response bytes", RIGHT),
    ("Wait", RIGHT),
    ("Total", RIGHT),
    ("State", LEFT),
];

pub(crate) fn seconds(ns: i64) -> String {
    format!("{:.6}", ns as f64 / 1e9)
}

pub(crate) fn text<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

pub(crate) fn server(connection: &Connection) -> String {
    std::net::SocketAddr::new(connection.dst, connection.dst_port).to_string()
}

pub(crate) fn closer(connection: &Connection) -> String {
    match (connection.close.by, connection.close.reset_by) {
        (Closer::Network, Some(side)) => format!("network, as {}", side.as_str()),
        (by, Some(side)) if by != Closer::from(side) => format!("{by}, reset by {}", side.as_str()),
        (Closer::Nobody, _) => String::new(),
        (by, _) => by.to_string(),
    }
}

pub(crate) fn connection_row(connection: &Connection, start_ns: i64) -> Vec<String> {
    let close = &connection.close;
    vec![
        connection.connection.to_string(),
        connection.first_frame.to_string(),
        seconds(connection.start_ns - start_ns),
        seconds(connection.duration_ns),
        std::net::SocketAddr::new(connection.src, connection.src_port).to_string(),
        server(connection),
        connection.handshake.verdict.to_string(),
        close.verdict.to_string(),
        closer(connection),
        match close.cause {
            Cause::Unknown => String::new(),
            cause => format!("{cause} ({})", close.cause_confidence),
        },
        text(connection.protocol.map(|protocol| protocol.as_str())),
        connection.packets.initiator.to_string(),
        connection.packets.responder.to_string(),
        connection.bytes.initiator.to_string(),
        connection.bytes.responder.to_string(),
        connection.retransmissions.initiator.to_string(),
        connection.retransmissions.responder.to_string(),
    ]
}

/// Transactions in the order of their first frames.
pub(crate) fn http_rows(connections: &[&Connection]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for connection in connections {
        for transaction in &connection.http {
            let facts = transaction.facts.as_deref();
            let frame = transaction.request_frame.or(transaction.response_frame);
            let row = vec![
                text(frame),
                connection.connection.to_string(),
                text(transaction.response_frame),
                text(transaction.method.as_deref()),
                text(facts.and_then(|facts| facts.host.as_deref())),
                text(transaction.target.as_deref()),
                text(transaction.status),
                text(transaction.request_body_len),
                text(transaction.response_body_len),
                facts
                    .and_then(|facts| facts.wait_ns)
                    .map_or_else(String::new, seconds),
                facts
                    .and_then(|facts| facts.total_ns)
                    .map_or_else(String::new, seconds),
                transaction.state.to_string(),
            ];
            rows.push((frame, row));
        }
    }
    rows.sort_by_key(|(frame, _)| *frame);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The four tables of outcomes: how often each row's words come.
pub(crate) fn outcome_counts(connections: &[&Connection]) -> [BTreeMap<[String; 4], u64>; 4] {
    let mut tables: [BTreeMap<[String; 4], u64>; 4] = Default::default();
    let none = String::new;
    let total = || "total".to_owned();
    for connection in connections {
        let handshake = connection.handshake.verdict.to_string();
        let close = connection.close.verdict.to_string();
        let (by, server) = (closer(connection), server(connection));
        let rows = [
            vec![
                [none(), total(), none(), none()],
                [none(), handshake.clone(), none(), none()],
            ],
            vec![
                [none(), none(), total(), none()],
                [none(), none(), close.clone(), by.clone()],
            ],
            vec![
                [total(), none(), none(), none()],
                [server.clone(), none(), none(), none()],
            ],
            vec![[server, handshake, close, by]],
        ];
        for (table, rows) in tables.iter_mut().zip(rows) {
            for row in rows {
                *table.entry(row).or_default() += 1;
            }
        }
    }
    tables
}

/// Headings and rows as lines of columns; a column of texts that are all empty is left out.
pub(crate) fn lines(heads: &[(&str, bool)], rows: &[Vec<String>]) -> Vec<String> {
    let mut cells: Vec<Vec<String>> = vec![heads.iter().map(|(head, _)| (*head).to_owned()).collect()];
    cells.extend(rows.iter().cloned());
    let shown: Vec<usize> = (0..heads.len())
        .filter(|&column| {
            rows.is_empty() || always_says(heads[column].0) || rows.iter().any(|row| !row[column].is_empty())
        })
        .collect();
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap();
    let line = |row: &Vec<String>| {
        let padded = shown.iter().map(|&column| match heads[column].1 {
            RIGHT => format!("{:>1$}", row[column], width(column)),
            LEFT => format!("{:<1$}", row[column], width(column)),
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    cells.iter().map(line).collect()
}

/// Whether the column is one of numbers that are never missing.
pub(crate) fn always_says(head: &str) -> bool {
    head.starts_with("Connection") || head.starts_with("Frame") || head.starts_with("Packets")
}
