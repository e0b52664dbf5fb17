//! One connection: the segments it sends, made part by part, so that a capture of any size needs little memory.

use crate::options::{Mode, Options};
use crate::random::Random;
use crate::text::{self, Pool};
use crate::truth::{Truth, Variant};

mod burst;

pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const PSH: u8 = 8;
pub(crate) const ACK: u8 = 16;

/// The two hosts, and the directions from them.
pub(crate) const CLIENT: usize = 0;
pub(crate) const SERVER: usize = 1;

/// A burst is at most this many segments.
const MOST_IN_FLIGHT: usize = 44;

#[derive(Clone, Copy)]
pub(crate) struct Tuple {
    /// Host numbers; how they look on the wire depends on `v6`.
    pub(crate) host: [u32; 2],
    pub(crate) port: [u16; 2],
    pub(crate) v6: bool,
    /// 0: none.
    pub(crate) vlan: u16,
}

/// One segment to be written `wait` microseconds after the one before it.
#[derive(Clone, Copy)]
pub(crate) struct Segment {
    pub(crate) wait: u32,
    pub(crate) direction: usize,
    pub(crate) flags: u8,
    pub(crate) sequence: u32,
    pub(crate) acknowledgment: u32,
    /// Payload within [`Connection::payload`].
    pub(crate) from: u32,
    pub(crate) length: u32,
}

#[derive(Clone, Copy)]
pub(crate) enum Stage {
    Open,
    Exchange,
    /// The rest of a large body, and how many segments go at once.
    Body {
        left: u64,
        at: usize,
        in_flight: usize,
    },
    Close,
    Done,
}

pub(crate) struct Connection {
    pub(crate) tuple: Tuple,
    pub(crate) variant: Variant,
    pub(crate) stage: Stage,
    /// Exchanges to come.
    pub(crate) exchanges: u64,
    pub(crate) keep_alive: bool,
    pub(crate) timestamps: bool,
    /// Microseconds.
    pub(crate) round_trip: u64,
    pub(crate) segment_size: usize,
    pub(crate) options: Options,
    // Per direction.
    /// Next sequence number to send.
    pub(crate) next: [u32; 2],
    pub(crate) acknowledged: [u32; 2],
    pub(crate) isn: [u32; 2],
    pub(crate) timestamp_base: [u32; 2],
    pub(crate) timestamp_last: [u32; 2],
    pub(crate) ip_identification: [u16; 2],
    // The part that is being written.
    pub(crate) segments: Vec<Segment>,
    pub(crate) written: usize,
    pub(crate) payload: Vec<u8>,
}

impl Connection {
    /// Makes the first part's segments.
    pub(crate) fn begin(&mut self, random: &mut Random, pool: &Pool, truth: &mut Truth) {
        if self.options.mode == Mode::SynFlood {
            truth.lone_syns += 1;
            self.stage = Stage::Done;
            self.first_again(0, CLIENT);
        } else {
            truth.variants[self.variant as usize] += 1;
            self.refill(random, pool, truth);
        }
    }

    /// Makes the next part's segments; false when the connection is over.
    pub(crate) fn refill(&mut self, random: &mut Random, pool: &Pool, truth: &mut Truth) -> bool {
        self.segments.clear();
        self.payload.clear();
        self.written = 0;
        match self.stage {
            Stage::Open => self.open(random, truth),
            Stage::Exchange => self.exchange(random, pool, truth),
            Stage::Body { left, at, in_flight } => {
                let n = (left as usize).min(in_flight * self.segment_size);
                let at = pool.cut(at, n, &mut self.payload);
                self.burst(random, 0..n, in_flight, truth);
                self.stage = match left - n as u64 {
                    0 => self.after_exchange(),
                    left => Stage::Body {
                        left,
                        at,
                        in_flight: (in_flight * 2).min(MOST_IN_FLIGHT),
                    },
                };
            }
            Stage::Close => self.close(random),
            Stage::Done => return false,
        }
        true
    }

    /// Adds a segment, whatever was sent and seen before.
    fn emit(
        &mut self,
        wait: u64,
        direction: usize,
        flags: u8,
        (sequence, acknowledgment): (u32, u32),
        (from, length): (usize, usize),
    ) {
        self.segments.push(Segment {
            wait: wait as u32,
            direction,
            flags,
            sequence,
            acknowledgment: if flags & ACK != 0 { acknowledgment } else { 0 },
            from: from as u32,
            length: length as u32,
        });
    }

    /// The next bytes of a direction, acknowledging what it has seen.
    fn send(&mut self, wait: u64, direction: usize, flags: u8, payload: (usize, usize)) {
        let numbers = (self.next[direction], self.acknowledged[direction]);
        self.emit(wait, direction, flags, numbers, payload);
        let phantom = u32::from(flags & SYN != 0) + u32::from(flags & FIN != 0);
        self.next[direction] = numbers.0.wrapping_add(payload.1 as u32 + phantom);
    }

    /// The next segment of a direction, without payload.
    fn send_bare(&mut self, wait: u64, direction: usize, flags: u8) {
        self.send(wait, direction, flags, (0, 0));
    }

    /// The SYN or SYN-ACK of a direction, without a step forward.
    fn first_again(&mut self, wait: u64, direction: usize) {
        let flags = if direction == CLIENT { SYN } else { SYN | ACK };
        let numbers = (self.isn[direction], self.acknowledged[direction]);
        self.emit(wait, direction, flags, numbers, (0, 0));
    }

    /// A direction has now received all that its peer sent.
    fn saw(&mut self, direction: usize) {
        self.acknowledged[direction] = self.next[1 - direction];
    }

    fn ack(&mut self, wait: u64, direction: usize) {
        self.saw(direction);
        self.send_bare(wait, direction, ACK);
    }

    fn open(&mut self, random: &mut Random, truth: &mut Truth) {
        let half = self.round_trip / 2;
        self.stage = Stage::Exchange;
        match self.variant {
            Variant::Refused => {
                self.send_bare(0, CLIENT, SYN);
                self.saw(SERVER);
                self.emit(half, SERVER, RST | ACK, (0, self.acknowledged[SERVER]), (0, 0));
                self.stage = Stage::Done;
                return;
            }
            Variant::Unanswered => {
                for wait in [0, 1_000_000, 2_000_000, 4_000_000] {
                    self.first_again(wait, CLIENT);
                }
                self.stage = Stage::Done;
                return;
            }
            Variant::SimultaneousOpen => {
                self.send_bare(0, CLIENT, SYN);
                self.send_bare(self.round_trip / 8, SERVER, SYN);
                for direction in [SERVER, CLIENT] {
                    self.saw(direction);
                    let numbers = (self.isn[direction], self.acknowledged[direction]);
                    self.emit(half, direction, SYN | ACK, numbers, (0, 0));
                }
                return;
            }
            Variant::FastOpen => {
                // The request rides on the SYN.
                text::request(random, self.keep_alive, &mut self.payload);
                truth.requests += 1;
                self.send(0, CLIENT, SYN, (0, self.payload.len()));
                self.saw(SERVER);
                self.send_bare(half, SERVER, SYN | ACK);
                self.ack(half, CLIENT);
                return;
            }
            Variant::SynRetransmitted => {
                self.first_again(0, CLIENT);
                self.send_bare(1_000_000, CLIENT, SYN);
            }
            _ => self.send_bare(0, CLIENT, SYN),
        }
        self.saw(SERVER);
        self.send_bare(half, SERVER, SYN | ACK);
        if matches!(self.variant, Variant::SynAckRetransmitted | Variant::HalfOpen) {
            self.first_again(1_000_000, SERVER);
        }
        if self.variant == Variant::HalfOpen {
            self.first_again(2_000_000, SERVER);
            self.stage = Stage::Done;
            return;
        }
        self.ack(half, CLIENT);
    }

    fn after_exchange(&self) -> Stage {
        if self.exchanges == 0 {
            Stage::Close
        } else {
            Stage::Exchange
        }
    }

    /// One request and its response, or some of them pipelined.
    fn exchange(&mut self, random: &mut Random, pool: &Pool, truth: &mut Truth) {
        let n = random.range((1, self.options.pipeline)).min(self.exchanges);
        self.exchanges -= n;
        // With Fast Open the request is on the SYN already.
        if self.variant != Variant::FastOpen {
            self.requests(random, n);
            truth.requests += n;
        }
        let start = self.payload.len();
        let left = self.responses(random, pool, n);
        truth.responses += n;
        let end = self.payload.len();
        let think = random.range((200, 20_000));
        if let Some(last) = self.segments.last_mut() {
            last.wait += think as u32;
        }
        if self.variant == Variant::RstByServer && random.percent(50) {
            // Aborted in the middle of the response.
            let cut = start + (end - start).min(self.segment_size);
            self.burst(random, start..cut, 10, truth);
            self.stage = Stage::Close;
            return;
        }
        self.burst(random, start..end, 10, truth);
        if left == 0 {
            self.stage = self.after_exchange();
        }
    }

    /// Each in its own segment, and the server's acknowledgment.
    fn requests(&mut self, random: &mut Random, n: u64) {
        for i in 0..n {
            let from = self.payload.len();
            text::request(random, self.keep_alive, &mut self.payload);
            let wait = if i == 0 { random.range((50, 2_000)) } else { 20 };
            self.send(wait, CLIENT, ACK | PSH, (from, self.payload.len() - from));
        }
        if self.variant == Variant::HalfClose {
            self.send_bare(100, CLIENT, ACK | FIN);
        }
        self.ack(self.round_trip / 2, SERVER);
    }

    /// Puts the responses back to back and returns how much of the last body is left for later parts: a large
    /// one is made burst by burst.
    fn responses(&mut self, random: &mut Random, pool: &Pool, n: u64) -> u64 {
        let start = self.payload.len();
        let mut left = 0;
        for _ in 0..n {
            let length = random.range(self.options.body);
            let at = Pool::place(random);
            if random.percent(self.options.chunked) {
                text::response_head(random, None, self.keep_alive, &mut self.payload);
                text::chunks(random, pool, at, length, &mut self.payload);
                continue;
            }
            text::response_head(random, Some(length), self.keep_alive, &mut self.payload);
            let now = if n == 1 && length > 60_000 {
                10 * self.segment_size - (self.payload.len() - start)
            } else {
                length as usize
            };
            let at = pool.cut(at, now, &mut self.payload);
            left = length - now as u64;
            self.stage = Stage::Body {
                left,
                at,
                in_flight: 20,
            };
        }
        left
    }

    fn close(&mut self, random: &mut Random) {
        let round_trip = self.round_trip;
        let half = round_trip / 2;
        let wait = random.range((20, 5_000));
        self.stage = Stage::Done;
        match self.variant {
            Variant::LeftOpen => {}
            Variant::RstByClient => self.send_bare(wait, CLIENT, RST | ACK),
            Variant::RstByServer => self.send_bare(wait, SERVER, RST | ACK),
            Variant::HalfClose => {
                // The client's FIN went out with its request.
                self.send_bare(wait, SERVER, FIN | ACK);
                self.ack(half, CLIENT);
            }
            Variant::ThreeSegmentClose => {
                self.send_bare(wait, CLIENT, FIN | ACK);
                self.saw(SERVER);
                self.send_bare(half, SERVER, FIN | ACK);
                self.ack(half, CLIENT);
            }
            Variant::SimultaneousClose => {
                self.send_bare(wait, CLIENT, FIN | ACK);
                self.send_bare(round_trip / 8, SERVER, FIN | ACK);
                self.ack(round_trip / 4, CLIENT);
                self.ack(round_trip / 4, SERVER);
            }
            _ => {
                let first = if self.variant == Variant::ServerCloses {
                    SERVER
                } else {
                    CLIENT
                };
                self.send_bare(wait, first, FIN | ACK);
                self.ack(half, 1 - first);
                self.send_bare(random.range((10, 3_000)), 1 - first, FIN | ACK);
                self.ack(half, first);
            }
        }
    }
}
