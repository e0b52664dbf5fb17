//! Segments of two connections: conversations of the generator that the properties use, then edited as no honest
//! network does. What holds of everything synfin says holds; the same packets otherwise written down, watched or
//! bounded get the same verdicts; neither connection knows of the other.
#![no_main]

#[allow(dead_code)]
#[path = "../../tests/tests/properties/edges.rs"]
mod edges;
#[allow(dead_code)]
#[path = "../../tests/tests/properties/invariant.rs"]
mod invariant;
#[allow(dead_code)]
#[path = "../../tests/tests/properties/model.rs"]
mod model;
#[allow(dead_code)]
#[path = "../../tests/tests/properties/packet.rs"]
mod packet;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use model::{Act, Fate, Opening, Plan, play};
use packet::{Packet, Shape, feed, tell, tell_in};
use synfin::{Config, Connection, Dissector, Frame, LinkType};

const MS: i64 = 1_000_000;

#[derive(Debug, Arbitrary)]
struct Input {
    talks: [Talk; 2],
    /// Connections and held bytes that are enough for nothing.
    narrow: bool,
}

#[derive(Debug, Arbitrary)]
struct Talk {
    opening: Call,
    isn: [u32; 2],
    stamps: bool,
    delay_ms: [u8; 2],
    acts: [Vec<Doing>; 2],
    fates: Vec<Way>,
    edits: Vec<Edit>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Call {
    Active,
    Simultaneous,
    Refused,
    Silent,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Doing {
    Write(u16),
    Wait(u16),
    Probe,
    AwaitClose,
    Close,
    Abort,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Way {
    Arrives,
    LostBefore,
    LostBehind,
    Doubled,
    LateBefore(u8),
    LateBehind(u8),
}

/// Done to the packet at a place.
#[derive(Debug, Arbitrary)]
struct Edit {
    at: u8,
    what: Change,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Change {
    Drop,
    Swap,
    /// Behind so many others.
    Copy(u8),
    Later(u32),
    Flags(u8),
    Window(u16),
    Seq(i16),
    Ack(i16),
    Number(u32),
    Length(u16),
    Stamps(u32, u32),
    Turn,
}

impl Talk {
    fn plan(&self) -> Plan {
        let acts = |doings: &[Doing]| {
            let act = |doing: &Doing| match *doing {
                Doing::Write(bytes) => Act::Write(1 + u32::from(bytes) % 6000),
                Doing::Wait(ms) => Act::Wait(i64::from(ms) * MS + 137_000),
                Doing::Probe => Act::Probe,
                Doing::AwaitClose => Act::AwaitClose,
                Doing::Close => Act::Close,
                Doing::Abort => Act::Abort,
            };
            doings.iter().take(8).map(act).collect()
        };
        let fate = |way: &Way| match *way {
            Way::Arrives => Fate::Arrives,
            Way::LostBefore => Fate::LostBefore,
            Way::LostBehind => Fate::LostBehind,
            Way::Doubled => Fate::Doubled,
            Way::LateBefore(ms) => Fate::LateBefore(i64::from(ms) * MS),
            Way::LateBehind(ms) => Fate::LateBehind(i64::from(ms) * MS),
        };
        Plan {
            opening: match self.opening {
                Call::Active => Opening::Active,
                Call::Simultaneous => Opening::Simultaneous,
                Call::Refused => Opening::Refused,
                Call::Silent => Opening::Silent,
            },
            isn: self.isn,
            stamps: self.stamps,
            delay: self.delay_ms.map(|ms| (1 + i64::from(ms)) * MS),
            acts: [acts(&self.acts[0]), acts(&self.acts[1])],
            fates: self.fates.iter().take(64).map(fate).collect(),
        }
    }

    /// The packets after all edits.
    fn packets(&self) -> Vec<Packet> {
        let mut packets = play(&self.plan()).tap;
        packets.truncate(256);
        for edit in self.edits.iter().take(64) {
            if packets.is_empty() {
                break;
            }
            let at = usize::from(edit.at) % packets.len();
            let packet = &mut packets[at];
            match edit.what {
                Change::Drop => drop(packets.remove(at)),
                Change::Swap => {
                    let other = (at + 1) % packets.len();
                    packets.swap(at, other);
                }
                Change::Copy(behind) => {
                    let copy = packet.clone();
                    let to = (at + 1 + usize::from(behind)).min(packets.len());
                    packets.insert(to, copy);
                }
                Change::Later(ms) => packet.time_ns += i64::from(ms) * MS,
                Change::Flags(flags) => packet.flags = flags,
                Change::Window(window) => packet.window = window,
                Change::Seq(by) => packet.seq = packet.seq.wrapping_add_signed(by.into()),
                Change::Ack(by) => packet.ack = packet.ack.wrapping_add_signed(by.into()),
                Change::Number(number) => packet.seq = number,
                Change::Length(len) => packet.len = u32::from(len) % 9000,
                Change::Stamps(value, echo) => packet.stamps = Some((value, echo)),
                Change::Turn => packet.from = 1 - packet.from,
            }
        }
        packets
    }
}

/// What must not depend on how packets are written down, watched or bounded.
fn verdicts<'a>(connections: impl IntoIterator<Item = &'a Connection>) -> Vec<String> {
    let verdict = |connection: &Connection| {
        let close = &connection.close;
        format!(
            "{} {} by {} reset by {:?} because {}; {:?} {:?} {:?}",
            connection.handshake.verdict,
            close.verdict,
            close.by,
            close.reset_by,
            close.cause,
            connection.packets,
            connection.bytes,
            connection.retransmissions,
        )
    };
    connections.into_iter().map(verdict).collect()
}

fn alone(packets: &[Packet], shape: Shape) {
    let told = tell(packets, shape);
    if let Err(fault) = invariant::all(&told.packets, &told.connections) {
        panic!("{fault}\n{packets:#?}");
    }
    let watched = tell_in(packets, shape, Config::default(), true);
    assert_eq!(told, watched, "who asks changes nothing");
    let expected = verdicts(&told.connections);
    let turned = Shape {
        swapped: !shape.swapped,
        ..shape
    };
    assert_eq!(
        expected,
        verdicts(&tell(packets, turned).connections),
        "addresses swapped"
    );
    let mut deaf = Config::default();
    deaf.http_enabled = false;
    assert_eq!(
        expected,
        verdicts(&tell_in(packets, shape, deaf, false).connections),
        "without HTTP"
    );
}

/// Packets in this order, each of a shape; silence is measured up to a time.
fn run<'a>(
    config: Config,
    packets: impl IntoIterator<Item = (Shape, &'a Packet)>,
    end_ns: i64,
) -> Vec<Connection> {
    let mut dissector = Dissector::new(config);
    let mut connections = Vec::new();
    for (index, (shape, packet)) in packets.into_iter().enumerate() {
        feed(&mut dissector, index as u64 + 1, packet, shape);
        connections.extend(dissector.take_evicted());
    }
    dissector.frame(&Frame {
        number: u64::MAX,
        time_ns: end_ns,
        link: LinkType::RAW,
        wire_len: 0,
        data: &[],
    });
    connections.extend(dissector.finish());
    connections
}

/// Both in the order of their times, as far as each keeps it.
fn mixed(talks: &[Vec<Packet>; 2]) -> Vec<(usize, &Packet)> {
    let mut iters = [talks[0].iter().peekable(), talks[1].iter().peekable()];
    std::iter::from_fn(|| {
        let times = [0, 1].map(|which: usize| iters[which].peek().map_or(i64::MAX, |packet| packet.time_ns));
        let which = usize::from(times[1] < times[0]);
        let which = if iters[which].peek().is_some() {
            which
        } else {
            1 - which
        };
        Some((which, iters[which].next()?))
    })
    .collect()
}

fuzz_target!(|input: Input| {
    let shapes = [false, true].map(|v6| Shape {
        v6,
        ..Shape::default()
    });
    let talks = [input.talks[0].packets(), input.talks[1].packets()];
    for which in [0, 1] {
        alone(&talks[which], shapes[which]);
    }

    let mut config = Config::default();
    if input.narrow {
        config.max_connections = 1;
        config.reassembly.held_bytes = 0;
        config.reassembly.held_pieces = 1;
    }
    let end_ns = talks
        .iter()
        .flatten()
        .map(|packet| packet.time_ns)
        .max()
        .unwrap_or(0);
    let packets = mixed(&talks);
    let beside = packets.iter().map(|&(which, packet)| (shapes[which], packet));
    let connections = run(config.clone(), beside, end_ns);
    let listed: u64 = connections
        .iter()
        .map(|c| c.packets.initiator + c.packets.responder)
        .sum();
    assert_eq!(listed, packets.len() as u64, "each segment is counted once");
    if !input.narrow {
        for which in [0, 1] {
            let shape = shapes[which];
            let own = connections
                .iter()
                .filter(|connection| connection.src.is_ipv6() == shape.v6);
            let alone = run(
                config.clone(),
                talks[which].iter().map(|packet| (shape, packet)),
                end_ns,
            );
            assert_eq!(verdicts(&alone), verdicts(own), "beside another connection");
        }
    }
});
