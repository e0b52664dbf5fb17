//! The captures and the recorded answers, and what synfin tells of the former.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;
use synfin::capture::Capture;
use synfin::wire::tcp::TcpFlags;
use synfin::wire::{Decoded, decode};
use synfin::{
    Annotation, Checksum, ChecksumPolicy, Config, Connection, ConnectionId, Dissector, Outcome, Side, Sides,
};

pub(crate) type Address = (IpAddr, u16);

/// What synfin tells of a capture, and what the frames add up to.
pub(crate) struct Told {
    pub(crate) flows: Vec<Flow>,
    /// In the order of the file.
    pub(crate) segments: Vec<Annotation>,
}

#[derive(Clone)]
pub(crate) struct Flow {
    pub(crate) connection: Connection,
    /// What each side sent, as frames.
    pub(crate) sent: Sides<Sent>,
    /// Who sent its first segment.
    pub(crate) first_sender: Side,
}

#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Sent {
    pub(crate) frames: u64,
    /// Captured bytes of those frames.
    pub(crate) bytes: u64,
    /// All control bits that were set in one of them.
    pub(crate) flags: TcpFlags,
}

impl Flow {
    pub(crate) fn address(&self, side: Side) -> Address {
        match side {
            Side::Initiator => (self.connection.src, self.connection.src_port),
            Side::Responder => (self.connection.dst, self.connection.dst_port),
        }
    }

    /// The side that has an address, where the other one has the other.
    pub(crate) fn side_of(&self, own: Address, peer: Address) -> Option<Side> {
        [Side::Initiator, Side::Responder]
            .into_iter()
            .find(|&side| self.address(side) == own && self.address(side.peer()) == peer)
    }
}

impl Told {
    pub(crate) fn flow(&self, id: ConnectionId) -> &Flow {
        self.flows
            .iter()
            .find(|flow| flow.connection.connection == id)
            .expect("every segment belongs to a listed connection")
    }
}

/// Nothing of HTTP is compared here.
pub(crate) fn config(checksums: ChecksumPolicy) -> Config {
    let mut config = Config::default();
    config.http_enabled = false;
    config.checksums = checksums;
    config
}

/// Frames whose TCP checksum is not right: wrong, or left to the network card, which Zeek does not tell
/// apart.
pub(crate) fn wrong_checksums(path: &Path) -> HashSet<u64> {
    let mut wrong = HashSet::new();
    let Some(mut capture) = File::open(path).ok().and_then(|file| Capture::open(file).ok()) else {
        return wrong;
    };
    while let Ok(Some(frame)) = capture.next_frame() {
        if let Decoded::Tcp(segment) = decode(&frame) {
            if matches!(segment.verify_checksum(), Checksum::Bad | Checksum::Offloaded) {
                wrong.insert(frame.number);
            }
        }
    }
    wrong
}

/// Dissects the frames of a capture that are wanted; none where it cannot be read.
pub(crate) fn dissect(path: &Path, config: &Config, wanted: impl Fn(u64) -> bool) -> Option<Told> {
    let mut capture = Capture::open(File::open(path).ok()?).ok()?;
    let mut dissector = Dissector::new(config.clone());
    let mut segments = Vec::new();
    let mut sent: BTreeMap<(ConnectionId, Address), Sent> = BTreeMap::new();
    let mut first: HashMap<ConnectionId, Address> = HashMap::new();
    while let Ok(Some(frame)) = capture.next_frame() {
        if !wanted(frame.number) {
            continue;
        }
        if let Outcome::Segment(annotation) = dissector.frame(&frame) {
            let sender = (annotation.src, annotation.src_port);
            first.entry(annotation.connection).or_insert(sender);
            let sent = sent.entry((annotation.connection, sender)).or_default();
            sent.frames += 1;
            sent.bytes += frame.data.len() as u64;
            sent.flags = sent.flags.union(annotation.flags);
            segments.push(annotation);
        }
    }
    let flows = dissector.finish().map(|connection| {
        let id = connection.connection;
        let mut flow = Flow {
            connection,
            sent: Sides::default(),
            first_sender: Side::Initiator,
        };
        flow.sent = Sides::from_fn(|side| sent.get(&(id, flow.address(side))).copied().unwrap_or_default());
        if first.get(&id) != Some(&flow.address(Side::Initiator)) {
            flow.first_sender = Side::Responder;
        }
        flow
    });
    Some(Told {
        flows: flows.collect(),
        segments,
    })
}

/// The folder that `SYNFIN_CORPUS` names; what was told of its captures is kept.
pub(crate) struct Corpus {
    root: PathBuf,
    told: RefCell<HashMap<String, Option<Rc<Told>>>>,
}

impl Corpus {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            told: RefCell::default(),
        }
    }

    pub(crate) fn rows(&self, name: &str) -> Vec<Value> {
        self.lines("expected", name)
    }

    /// The HTTP cases of a library.
    pub(crate) fn http(&self, name: &str) -> Vec<Value> {
        self.lines("http", name)
    }

    fn lines(&self, folder: &str, name: &str) -> Vec<Value> {
        let path = self.root.join(folder).join(name);
        fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    /// What synfin tells of a capture.
    pub(crate) fn told(&self, file: &str, config: &Config) -> Option<Rc<Told>> {
        self.told
            .borrow_mut()
            .entry(format!("{file} {config:?}"))
            .or_insert_with(|| dissect(&self.path(file), config, |_| true).map(Rc::new))
            .clone()
    }
}

pub(crate) fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

pub(crate) fn number(row: &Value, key: &str) -> Option<u64> {
    row[key].as_u64()
}

pub(crate) fn port(row: &Value, key: &str) -> u16 {
    number(row, key)
        .and_then(|port| port.try_into().ok())
        .unwrap_or(0)
}

/// An address and a port, where the row gives both.
pub(crate) fn address(row: &Value, host: &str, port_key: &str) -> Option<Address> {
    Some((text(row, host).parse().ok()?, port(row, port_key)))
}
