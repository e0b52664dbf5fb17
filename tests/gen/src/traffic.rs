//! Many connections at once, in the order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Write};

use crate::connection::{CLIENT, Connection, SERVER, Stage, Tuple};
use crate::options::{Mode, Options};
use crate::pcap::Pcap;
use crate::random::Random;
use crate::text::Pool;
use crate::truth::{Truth, Variant};

/// Where the capture starts: 2024-03-05 09:26:40 UTC, in microseconds.
const START: u64 = 1_709_630_800_000_000;

pub(crate) struct Traffic<W: Write> {
    options: Options,
    random: Random,
    pool: Pool,
    pcap: Pcap<W>,
    truth: Truth,
    started: u64,
    /// 4-tuples of finished connections, with the client's last sequence number.
    used: Vec<(Tuple, u32)>,
}

impl<W: Write> Traffic<W> {
    pub(crate) fn new(options: Options, out: W) -> Self {
        let mut random = Random::new(options.seed);
        Self {
            pool: Pool::new(&mut random),
            random,
            pcap: Pcap::new(out, options.nano),
            truth: Truth::default(),
            started: 0,
            used: Vec::new(),
            options,
        }
    }

    /// Writes all of it.
    pub(crate) fn write(mut self) -> io::Result<Truth> {
        if self.options.mode == Mode::SynFlood {
            self.syns()?;
        } else {
            self.connections()?;
        }
        self.pcap.flush()?;
        Ok(self.truth)
    }

    fn more(&self) -> bool {
        self.started < self.options.connections && self.truth.packets < self.options.packets
    }

    /// Nothing but SYNs: one after the other, no queue.
    fn syns(&mut self) -> io::Result<()> {
        let mut now = START;
        while self.more() {
            let mut connection = self.connection();
            connection.begin(&mut self.random, &self.pool, &mut self.truth);
            let syn = connection.segments[0];
            self.pcap.frame(now, &mut connection, &syn, &mut self.truth)?;
            now += self.random.below(3);
        }
        Ok(())
    }

    fn connections(&mut self) -> io::Result<()> {
        let mut open: Vec<Connection> = Vec::new();
        let mut queue: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
        for place in 0..self.options.concurrency.min(self.options.connections) as usize {
            open.push(self.connection());
            queue.push(Reverse((START + self.random.below(400_000), place)));
        }
        while let Some(Reverse((now, place))) = queue.pop() {
            let connection = &mut open[place];
            // Only a new connection has nothing to write.
            if connection.written == connection.segments.len() {
                connection.begin(&mut self.random, &self.pool, &mut self.truth);
            }
            let segment = connection.segments[connection.written];
            connection.written += 1;
            self.pcap.frame(now, connection, &segment, &mut self.truth)?;
            let mut alive = true;
            while alive && connection.written == connection.segments.len() {
                alive = connection.refill(&mut self.random, &self.pool, &mut self.truth);
            }
            if alive {
                let wait = u64::from(connection.segments[connection.written].wait);
                queue.push(Reverse((now + wait, place)));
                continue;
            }
            let may_come_again = matches!(connection.variant, Variant::Normal | Variant::ServerCloses)
                && connection.options.mode != Mode::SynFlood;
            if may_come_again && self.used.len() < 1000 {
                self.used.push((connection.tuple, connection.next[CLIENT]));
            }
            if self.more() {
                open[place] = self.connection();
                queue.push(Reverse((now + self.random.below(20_000), place)));
            }
        }
        Ok(())
    }

    /// Those of the next connection: a mix draws its mode.
    fn drawn_options(&mut self) -> Options {
        if self.options.mode != Mode::Mix {
            return self.options.clone();
        }
        match self.random.below(1000) {
            0..=3 => Options {
                body: (100_000, 2_000_000),
                loss: 5,
                ..Options::of(Mode::Bulk)
            },
            4..=39 => Options {
                exchanges: (10, 60),
                ..Options::of(Mode::KeepAlive)
            },
            40..=239 => Options::of(Mode::SynFlood),
            _ => self.options.clone(),
        }
    }

    fn drawn_variant(&mut self) -> Variant {
        let mut draw = self.random.below(1000);
        for (variant, _, share) in Variant::ALL {
            if draw < share {
                return variant;
            }
            draw -= share;
        }
        Variant::Normal
    }

    /// A fresh 4-tuple: hosts 10.0.0.0/15 in turn, then the next port.
    fn drawn_tuple(&mut self, id: u64) -> Tuple {
        const CLIENTS: u64 = 100_003;
        let random = &mut self.random;
        let mut tuple = Tuple {
            host: [
                0x0a00_0001 + (id % CLIENTS) as u32,
                0xc0a8_0001 + random.below(64) as u32,
            ],
            port: [
                1024 + (id / CLIENTS % 64_000) as u16,
                random.pick(&[80, 80, 80, 8080]),
            ],
            v6: random.percent(self.options.ipv6),
            vlan: 0,
        };
        if random.percent(self.options.vlan) {
            tuple.vlan = 100 + random.below(16) as u16;
        }
        tuple
    }

    /// The next connection, with nothing sent yet.
    fn connection(&mut self) -> Connection {
        let id = self.started;
        self.started += 1;
        let options = self.drawn_options();
        let mut variant = if options.variants {
            self.drawn_variant()
        } else {
            Variant::Normal
        };
        let exchanges = self.random.range(options.exchanges);
        let one_exchange_only = matches!(variant, Variant::FastOpen | Variant::HalfClose);
        if options.mode == Mode::SynFlood || (exchanges > 1 && one_exchange_only) {
            variant = Variant::Normal;
        }
        let mut tuple = self.drawn_tuple(id);
        if options.mode == Mode::SynFlood {
            // 64.0.0.0/3: multiplying by an odd number permutes, so no source comes twice.
            tuple.host[CLIENT] = 0x4000_0000 | ((id as u32).wrapping_mul(0x9e37_79b1) & 0x1fff_ffff);
            tuple.host[SERVER] = 0xc0a8_0001;
            tuple.port = [1024 + self.random.below(64_000) as u16, 80];
        }
        let random = &mut self.random;
        let timestamps = random.percent(70);
        let mut isn = [random.next_u32(), random.next_u32()];
        if variant == Variant::Reused {
            match self.used.pop() {
                // A stack takes a higher number for the new life (RFC 6191).
                Some((used, last)) => {
                    tuple = used;
                    isn[CLIENT] = last.wrapping_add(random.range((64_000, 1 << 28)) as u32);
                }
                None => variant = Variant::Normal,
            }
        }
        Connection {
            tuple,
            variant,
            stage: Stage::Open,
            exchanges,
            keep_alive: exchanges > 1,
            timestamps,
            round_trip: random.range((2_000, 80_000)),
            segment_size: 1460 - if timestamps { 12 } else { 0 } - if tuple.v6 { 20 } else { 0 },
            options,
            next: isn,
            acknowledged: [0; 2],
            isn,
            timestamp_base: [random.next_u32(), random.next_u32()],
            timestamp_last: [0; 2],
            ip_identification: [random.next() as u16, random.next() as u16],
            segments: Vec::new(),
            written: 0,
            payload: Vec::new(),
        }
    }
}
