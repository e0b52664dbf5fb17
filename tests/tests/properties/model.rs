//! Two honest TCP endpoints (RFC 9293) that exchange segments through a network with a tap in the middle. It knows
//! the truth of what it plays, so that synfin is held against that and not against itself.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use proptest::prelude::*;

use crate::packet::{ACK, FIN, Packet, RST, SYN};

const MS: i64 = 1_000_000;
const MSS: u32 = 1448;
const WINDOW: u16 = 64_240;
/// Segments that may be in flight.
const FLIGHT: u32 = 10;

/// How the connection is called for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Opening {
    Active,
    Simultaneous,
    /// Nobody listens.
    Refused,
    /// Nobody answers.
    Silent,
}

/// What an application does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    Write(u32),
    Wait(i64),
    /// A keep-alive probe, if nothing is in flight.
    Probe,
    /// Goes on only when the peer has closed.
    AwaitClose,
    Close,
    Abort,
}

/// What the network does to one packet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fate {
    Arrives,
    LostBefore,
    LostBehind,
    Doubled,
    LateBefore(i64),
    LateBehind(i64),
}

#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) opening: Opening,
    pub(crate) isn: [u32; 2],
    pub(crate) stamps: bool,
    /// From each host to the tap.
    pub(crate) delay: [i64; 2],
    pub(crate) acts: [Vec<Act>; 2],
    /// Of the first packets; the others arrive.
    pub(crate) fates: Vec<Fate>,
}

/// How it really was.
#[derive(Debug, Clone, Default)]
pub(crate) struct Truth {
    /// Which endpoints reached ESTABLISHED.
    pub(crate) established: [bool; 2],
    /// Both hosts sent a SYN before they had the other's.
    pub(crate) crossed_syns: bool,
    /// When the first sending of each FIN passed the tap.
    pub(crate) fin: [Option<i64>; 2],
    /// Each FIN was sent without knowing of the other.
    pub(crate) fin_unaware: [bool; 2],
    /// The second FIN was the first segment to acknowledge the first.
    pub(crate) fin_acks_fin: [bool; 2],
    /// Each host's FIN was acknowledged, as it knows itself.
    pub(crate) fin_acked: [bool; 2],
    /// Who aborted, and when that RST passed the tap.
    pub(crate) aborts: Vec<(usize, i64)>,
    pub(crate) sent: [u64; 2],
    /// Whether the RST of an abort had everything before it acknowledged to its sender, and the reverse.
    pub(crate) quiet_abort: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Eq, Ord)]
enum State {
    Closed,
    Listen,
    SynSent,
    SynReceived,
    Open,
}

#[derive(Debug, Clone)]
struct Host {
    state: State,
    iss: u32,
    /// Offsets from the ISS: 0 is the SYN.
    una: u32,
    nxt: u32,
    /// End of what the application wrote.
    written: u32,
    wants_close: bool,
    fin_at: Option<u32>,
    irs: u32,
    rcv: u32,
    early: Vec<(u32, u32)>,
    peer_fin: Option<u32>,
    got_fin: bool,
    acked_peer_fin: bool,
    pending_acks: u32,
    rto: i64,
    generation: u32,
    tries: u32,
    ack_generation: u32,
    act: usize,
    ip_id: u16,
    echo: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrive(usize, u32),
    Resend(usize, u32),
    AckNow(usize, u32),
    Act(usize),
}

/// The tap's capture and the truth.
pub(crate) struct Played {
    pub(crate) tap: Vec<Packet>,
    pub(crate) truth: Truth,
}

struct World<'p> {
    plan: &'p Plan,
    now: i64,
    order: u64,
    queue: BinaryHeap<Reverse<(i64, u64, Event)>>,
    hosts: [Host; 2],
    flying: Vec<Packet>,
    sent: usize,
    tap: Vec<Packet>,
    truth: Truth,
}

pub(crate) fn play(plan: &Plan) -> Played {
    let host = |iss| Host {
        state: State::Closed,
        iss,
        una: 0,
        nxt: 0,
        written: 1,
        wants_close: false,
        fin_at: None,
        irs: 0,
        rcv: 0,
        early: Vec::new(),
        peer_fin: None,
        got_fin: false,
        acked_peer_fin: false,
        pending_acks: 0,
        rto: 300 * MS,
        generation: 0,
        tries: 0,
        ack_generation: 0,
        act: 0,
        ip_id: 1 + (iss % 30_000) as u16,
        echo: 0,
    };
    let mut world = World {
        plan,
        now: 1_000_000 * MS,
        order: 0,
        queue: BinaryHeap::new(),
        hosts: plan.isn.map(host),
        flying: Vec::new(),
        sent: 0,
        tap: Vec::new(),
        truth: Truth::default(),
    };
    world.open();
    let mut steps = 0;
    while let Some(Reverse((time, _, event))) = world.queue.pop() {
        world.now = time;
        world.happen(event);
        steps += 1;
        assert!(steps < 20_000, "the model does not end: {plan:?}");
    }
    // Both sides of a simultaneous open: the order at the tap, not of sending.
    world.tap.sort_by_key(|packet| packet.time_ns);
    for host in 0..2 {
        let fin = u32::from(
            world.hosts[host]
                .fin_at
                .is_some_and(|fin| world.hosts[host].nxt > fin),
        );
        world.truth.sent[host] = u64::from(world.hosts[host].nxt.saturating_sub(1 + fin));
        world.truth.fin_acked[host] |= fin == 1 && world.hosts[host].una == world.hosts[host].nxt;
    }
    Played {
        tap: world.tap,
        truth: world.truth,
    }
}

impl World<'_> {
    fn after(&mut self, ns: i64, event: Event) {
        self.order += 1;
        self.queue.push(Reverse((self.now + ns, self.order, event)));
    }

    fn open(&mut self) {
        self.hosts[1].state = match self.plan.opening {
            Opening::Active => State::Listen,
            _ => State::Closed,
        };
        self.syn(0);
        if self.plan.opening == Opening::Simultaneous {
            self.syn(1);
            self.truth.crossed_syns = true;
        }
    }

    fn syn(&mut self, host: usize) {
        self.hosts[host].state = State::SynSent;
        self.hosts[host].nxt = 1;
        self.emit(host, 0, SYN, 0);
        self.arm(host);
    }

    /// Sends a segment into the network.
    fn emit(&mut self, from: usize, offset: u32, flags: u8, len: u32) -> i64 {
        let host = &mut self.hosts[from];
        host.ip_id = host.ip_id.wrapping_add(1).max(1);
        let packet = Packet {
            time_ns: 0,
            from,
            seq: host.iss.wrapping_add(offset),
            ack: if flags & ACK == 0 {
                0
            } else {
                host.irs.wrapping_add(host.rcv)
            },
            flags,
            window: WINDOW,
            len,
            stamps: self
                .plan
                .stamps
                .then_some(((self.now / MS) as u32 + from as u32 * 77, host.echo)),
            ip_id: host.ip_id,
        };
        if flags & ACK != 0 {
            host.pending_acks = 0;
            host.ack_generation += 1;
            host.acked_peer_fin |= host.got_fin;
        }
        self.transmit(packet)
    }

    /// Through the network; gives the time at the tap.
    fn transmit(&mut self, packet: Packet) -> i64 {
        let fate = self.plan.fates.get(self.sent).copied().unwrap_or(Fate::Arrives);
        self.sent += 1;
        let from = packet.from;
        let mut to_tap = self.plan.delay[from];
        let mut behind = self.plan.delay[1 - from];
        match fate {
            Fate::LostBefore => return self.now + to_tap,
            Fate::LateBefore(ns) => to_tap += ns,
            Fate::LateBehind(ns) => behind += ns,
            _ => {}
        }
        let copies = if fate == Fate::Doubled { 2 } else { 1 };
        for copy in 0..copies {
            let extra = copy * 2 * MS;
            self.tap.push(Packet {
                time_ns: self.now + to_tap + extra,
                ..packet.clone()
            });
            if fate != Fate::LostBehind {
                self.flying.push(packet.clone());
                let number = self.flying.len() as u32 - 1;
                self.after(to_tap + behind + extra, Event::Arrive(1 - from, number));
            }
        }
        self.now + to_tap
    }

    fn arm(&mut self, host: usize) {
        self.hosts[host].generation += 1;
        let (rto, generation) = (self.hosts[host].rto, self.hosts[host].generation);
        self.after(rto, Event::Resend(host, generation));
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Arrive(host, number) => self.arrive(host, &self.flying[number as usize].clone()),
            Event::Resend(host, generation) if self.hosts[host].generation == generation => self.resend(host),
            Event::AckNow(host, generation) if self.owes_ack(host, generation) => self.ack(host),
            Event::Act(host) => self.act(host),
            _ => {}
        }
    }

    fn owes_ack(&self, host: usize, generation: u32) -> bool {
        let host = &self.hosts[host];
        host.ack_generation == generation && host.pending_acks > 0 && host.state == State::Open
    }

    fn ack(&mut self, host: usize) {
        let nxt = self.hosts[host].nxt;
        self.emit(host, nxt, ACK, 0);
    }

    /// The retransmission timer (RFC 6298).
    fn resend(&mut self, host: usize) {
        let h = &mut self.hosts[host];
        if h.state == State::Closed || h.state == State::Listen || h.una == h.nxt {
            return;
        }
        h.tries += 1;
        h.rto *= 2;
        if h.tries > 8 {
            h.state = State::Closed;
            return;
        }
        match h.state {
            State::SynSent => {
                self.emit(host, 0, SYN, 0);
            }
            State::SynReceived => {
                self.emit(host, 0, SYN | ACK, 0);
            }
            _ => {
                let (una, written, nxt) = (h.una, h.written, h.nxt);
                let len = MSS.min(written.saturating_sub(una)).min(nxt - una);
                let fin = h.fin_at.is_some_and(|fin| fin == una + len && nxt > fin);
                self.emit(host, una, ACK | if fin { FIN } else { 0 }, len);
            }
        }
        self.arm(host);
    }

    fn established(&mut self, host: usize) {
        self.hosts[host].state = State::Open;
        self.hosts[host].rto = 300 * MS;
        self.hosts[host].tries = 0;
        self.truth.established[host] = true;
        self.after(0, Event::Act(host));
    }

    fn arrive(&mut self, host: usize, packet: &Packet) {
        let h = &self.hosts[host];
        match h.state {
            State::Closed => {
                let silent = self.plan.opening == Opening::Silent;
                if !packet.is(RST) && !silent {
                    self.answer_by_reset(host, packet);
                }
            }
            State::Listen => {
                if packet.is(SYN) && !packet.is(ACK) && !packet.is(RST) {
                    self.take_syn(host, packet);
                    self.hosts[host].state = State::SynReceived;
                    self.hosts[host].nxt = 1;
                    self.emit(host, 0, SYN | ACK, 0);
                    self.arm(host);
                } else if !packet.is(RST) {
                    self.answer_by_reset(host, packet);
                }
            }
            State::SynSent => self.in_syn_sent(host, packet),
            _ => self.synchronized(host, packet),
        }
    }

    /// RFC 9293 3.5.2 group 1.
    fn answer_by_reset(&mut self, host: usize, packet: &Packet) {
        let iss = self.hosts[host].iss;
        if packet.is(ACK) {
            self.emit(host, packet.ack.wrapping_sub(iss), RST, 0);
        } else {
            self.hosts[host].irs = packet.seq;
            self.hosts[host].rcv = packet.end().wrapping_sub(packet.seq);
            self.emit(host, 0u32.wrapping_sub(iss), RST | ACK, 0);
        }
    }

    fn take_syn(&mut self, host: usize, packet: &Packet) {
        let h = &mut self.hosts[host];
        h.irs = packet.seq;
        h.rcv = 1;
        h.echo = packet.stamps.map_or(0, |(val, _)| val);
    }

    fn in_syn_sent(&mut self, host: usize, packet: &Packet) {
        let covers = packet.ack == self.hosts[host].iss.wrapping_add(1);
        if packet.is(ACK) && !covers {
            if !packet.is(RST) {
                self.answer_by_reset(host, packet);
            }
        } else if packet.is(RST) {
            if packet.is(ACK) {
                self.hosts[host].state = State::Closed;
            }
        } else if packet.is(SYN) {
            self.take_syn(host, packet);
            if packet.is(ACK) {
                self.hosts[host].una = 1;
                self.ack(host);
                self.established(host);
            } else {
                self.hosts[host].state = State::SynReceived;
                self.emit(host, 0, SYN | ACK, 0);
                self.arm(host);
            }
        }
    }

    fn synchronized(&mut self, host: usize, packet: &Packet) {
        let h = &mut self.hosts[host];
        let seq = packet.seq.wrapping_sub(h.irs);
        if packet.is(RST) {
            if seq == h.rcv {
                h.state = State::Closed;
            } else if seq.wrapping_sub(h.rcv) < u32::from(WINDOW) {
                self.ack(host);
            }
            return;
        }
        if h.state == State::SynReceived && packet.is(ACK) {
            if packet.ack.wrapping_sub(h.iss) != 1 {
                return self.answer_by_reset(host, packet);
            }
            h.una = 1;
            self.established(host);
            if packet.is(SYN) {
                // The crossing SYN-ACK needs no answer.
                return;
            }
        } else if packet.is(SYN) {
            return self.ack(host);
        }
        let h = &mut self.hosts[host];
        if packet.is(ACK) {
            let acked = packet.ack.wrapping_sub(h.iss);
            if acked > h.una && acked <= h.nxt {
                h.una = acked;
                (h.rto, h.tries) = (300 * MS, 0);
                self.arm(host);
            }
        }
        self.take_payload(host, packet, seq);
        self.output(host);
        let h = &self.hosts[host];
        if h.got_fin && h.acked_peer_fin && h.fin_at.is_some_and(|fin| h.una > fin) {
            self.truth.fin_acked[host] = true;
            // TIME-WAIT goes on answering; LAST-ACK is over.
            if !self.truth.fin_unaware[host] {
                self.hosts[host].state = State::Closed;
            }
        }
    }

    fn take_payload(&mut self, host: usize, packet: &Packet, seq: u32) {
        let h = &mut self.hosts[host];
        if let Some((val, _)) = packet.stamps {
            h.echo = val;
        }
        let end = seq.wrapping_add(packet.len);
        if packet.is(FIN) {
            h.peer_fin = Some(end);
        }
        let probe = packet.len == 0 && !packet.is(FIN) && seq.wrapping_add(1) == h.rcv;
        let late = packet.len > 0 && end <= h.rcv;
        if probe || late {
            return self.ack(host);
        }
        if packet.len == 0 && !packet.is(FIN) {
            return;
        }
        if packet.len > 0 {
            h.early.push((seq, end));
        }
        let before = h.rcv;
        while let Some(&(_, end)) = h.early.iter().find(|(from, end)| *from <= h.rcv && *end > h.rcv) {
            h.rcv = end;
        }
        h.early.retain(|(_, end)| *end > h.rcv);
        let again = h.got_fin;
        if h.peer_fin == Some(h.rcv) && !h.got_fin {
            h.rcv += 1;
            h.got_fin = true;
            // An application that reacts at once closes with the ACK of the FIN.
            self.act(host);
        }
        let h = &mut self.hosts[host];
        let new_fin = h.got_fin && !again;
        if h.state != State::Open || (new_fin && h.acked_peer_fin) {
            return;
        }
        h.pending_acks += 1;
        if h.pending_acks >= 2 || new_fin || packet.is(FIN) || h.rcv == before {
            self.ack(host);
        } else {
            let generation = h.ack_generation;
            self.after(40 * MS, Event::AckNow(host, generation));
        }
    }

    /// Sends what may be sent.
    fn output(&mut self, host: usize) {
        loop {
            let h = &mut self.hosts[host];
            if h.state != State::Open || h.fin_at.is_some() || h.nxt - h.una >= FLIGHT * MSS {
                return;
            }
            let len = MSS.min(h.written - h.nxt);
            let fin = h.wants_close && h.nxt + len == h.written;
            if len == 0 && !fin {
                return;
            }
            let (offset, idle) = (h.nxt, h.nxt == h.una);
            h.nxt += len + u32::from(fin);
            let (knows, acked_before) = (h.got_fin, h.acked_peer_fin);
            if fin {
                h.fin_at = Some(offset + len);
            }
            let at = self.emit(host, offset, ACK | if fin { FIN } else { 0 }, len);
            if fin {
                self.truth.fin[host] = Some(at);
                self.truth.fin_unaware[host] = !knows;
                self.truth.fin_acks_fin[host] = knows && !acked_before;
            }
            if idle {
                self.arm(host);
            }
        }
    }

    fn act(&mut self, host: usize) {
        loop {
            let h = &mut self.hosts[host];
            let Some(&act) = self.plan.acts[host]
                .get(h.act)
                .filter(|_| h.state == State::Open && !h.wants_close)
            else {
                return;
            };
            if matches!(act, Act::AwaitClose) && !h.got_fin {
                return;
            }
            h.act += 1;
            match act {
                Act::Write(len) => {
                    h.written += len;
                    self.output(host);
                }
                Act::Wait(ns) => return self.after(ns, Event::Act(host)),
                Act::Probe if h.una == h.nxt => {
                    let offset = h.nxt - 1;
                    self.emit(host, offset, ACK, 0);
                }
                Act::Probe | Act::AwaitClose => {}
                Act::Close => {
                    h.wants_close = true;
                    self.output(host);
                }
                Act::Abort => {
                    let nxt = h.nxt;
                    let quiet = h.una == nxt;
                    let at = self.emit(host, nxt, RST | ACK, 0);
                    self.truth.aborts.push((host, at));
                    self.hosts[host].state = State::Closed;
                    let peer = &self.hosts[1 - host];
                    self.truth.quiet_abort = quiet && peer.una == peer.nxt;
                }
            }
        }
    }
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (1u32..6000).prop_map(Act::Write),
        3 => (1i64..800).prop_map(|ms| Act::Wait(ms * MS + 137_000)),
        1 => Just(Act::Probe),
    ]
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let end = prop_oneof![
        3 => Just(vec![Act::Close]),
        3 => Just(vec![Act::AwaitClose, Act::Close]),
        1 => Just(vec![Act::AwaitClose, Act::Wait(20 * MS), Act::Write(700), Act::Close]),
        1 => Just(vec![Act::Abort]),
        1 => Just(vec![]),
    ];
    (prop::collection::vec(act(), 0..6), end).prop_map(|(mut acts, end)| {
        acts.extend(end);
        acts
    })
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        12 => Just(Fate::Arrives),
        1 => Just(Fate::LostBefore),
        1 => Just(Fate::LostBehind),
        1 => Just(Fate::Doubled),
        1 => (1i64..60).prop_map(|ms| Fate::LateBefore(ms * MS)),
        1 => (1i64..60).prop_map(|ms| Fate::LateBehind(ms * MS)),
    ]
}

fn isn() -> impl Strategy<Value = u32> {
    prop_oneof![
        any::<u32>(),
        (0u32..8000).prop_map(|below| 0u32.wrapping_sub(below))
    ]
}

/// A conversation over a network that does nothing to it.
pub(crate) fn clean_plan() -> impl Strategy<Value = Plan> {
    let opening = prop_oneof![
        8 => Just(Opening::Active),
        2 => Just(Opening::Simultaneous),
        1 => Just(Opening::Refused),
        1 => Just(Opening::Silent),
    ];
    let delay = (1i64..40).prop_map(|ms| ms * MS);
    (
        opening,
        [isn(), isn()],
        any::<bool>(),
        [delay.clone(), delay],
        [acts(), acts()],
    )
        .prop_map(|(opening, isn, stamps, delay, acts)| Plan {
            opening,
            isn,
            stamps,
            delay,
            acts,
            fates: Vec::new(),
        })
}

/// The same over one that loses, doubles and delays.
pub(crate) fn rough_plan() -> impl Strategy<Value = Plan> {
    (clean_plan(), prop::collection::vec(fate(), 0..40)).prop_map(|(plan, fates)| Plan { fates, ..plan })
}
