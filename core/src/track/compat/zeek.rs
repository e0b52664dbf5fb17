//! Zeek's `conn_state` and `history`, by its TCPSessionAdapter.cc, TCP_Endpoint.cc and the script
//! base/protocols/conn/main.zeek. Its oddities, kept: the handshake counts as done at the SYN-ACK; any
//! RST ends the connection, in the window or not; late data counts as a retransmission, and so does data
//! on the first SYN; the case of a letter is by the roles of its moment.
//!
//! Not kept: Zeek's own identity of connections (its timeouts, its splitting at a reused pair), and
//! letters past [`LETTERS`].

mod end;
mod state;

use end::{End, State};
use smallvec::SmallVec;

use super::super::arrival::Arrival;
use super::super::endpoint::Endpoint;
use super::super::predict::acked;
use super::Switches;
use crate::connection::Zeek;
use crate::wire::tcp::TcpFlags;
use crate::{SeqNumber, Side, Sides};

/// Letters kept. Only hostile traffic has as many (a FIN or RST of another number each).
const LETTERS: usize = 256;

#[derive(Debug, Clone)]
pub(in crate::track) struct ZeekView {
    history: SmallVec<[u8; 16]>,
    orig: Side,
    /// `is_partial`: no SYN began the connection.
    partial: bool,
    /// Letters written that are written once: of the originator, of the responder. They stay with the
    /// role when roles are swapped.
    written: [u8; 2],
    ends: Sides<End>,
    /// A segment was seen, so that the originator is known.
    begun: bool,
}

impl Default for ZeekView {
    fn default() -> Self {
        Self {
            history: SmallVec::new(),
            orig: Side::Initiator,
            partial: false,
            written: [0; 2],
            ends: Sides::default(),
            begun: false,
        }
    }
}

/// Letters that a role writes once, or again for another number.
#[derive(Clone, Copy)]
enum Once {
    Syn = 1,
    Ack = 2,
    Data = 4,
    Fin = 8,
    Rst = 16,
    FinRst = 32,
    Many = 64,
}

impl ZeekView {
    /// Who is the originator, by the first segment.
    fn begin(&mut self, arrival: &Arrival<'_>, switches: &Switches) {
        self.begun = true;
        let tcp = &arrival.segment.tcp;
        let flags = arrival.flags;
        let pure_syn = flags.syn() && !flags.ack();
        let flipped = !pure_syn
            && switches.is_likely_server(tcp.src_port)
            && (!switches.is_likely_server(tcp.dst_port) || (!flags.syn() && tcp.src_port < tcp.dst_port));
        self.orig = arrival.sender;
        if flipped {
            self.flip();
        }
    }

    pub(super) fn observe(&mut self, arrival: &Arrival<'_>, switches: &Switches) {
        // Such a packet vanishes before TCP is looked at.
        if switches.distrust(arrival.integrity.ip_checksum) {
            return;
        }
        if !self.begun {
            self.begin(arrival, switches);
        }
        if !arrival.segment.tcp.is_whole() {
            return;
        }
        let sender = arrival.sender;
        if switches.distrust(arrival.integrity.checksum) {
            self.scaled(sender, b'C', |end| &mut end.bad_checksums);
            return;
        }
        let flags = arrival.flags;
        let plain = !flags.intersects(TcpFlags::SYN | TcpFlags::FIN | TcpFlags::RST);
        if plain && (arrival.len > 0 || flags.ack()) && self.history.as_slice() == b"H" {
            self.history.clear();
            self.flip();
            self.history.push(b'h');
        }
        self.note_partial(sender, flags);
        // A RST's payload is no part of the stream.
        let past = if flags.rst() {
            arrival.end - arrival.len
        } else {
            arrival.end
        };
        self.ends[sender].init(flags, arrival.seq, past);
        let (rel_seq, underflow) = self.ends[sender].position_sent(arrival.seq);
        self.letters(arrival, rel_seq);
        self.window(arrival);
        if flags.fin() {
            self.ends[sender].fin_end = Some(rel_seq.wrapping_add(u64::from(past.relative_to(arrival.seq))));
        }
        let rel_ack = arrival
            .ack
            .map(|ack| self.ends[sender.peer()].take_ack(ack, flags));
        if self.ends[sender].take_last(past, flags, arrival.len) {
            self.scaled(sender, b'T', |end| &mut end.retransmissions);
        }
        self.advance(arrival);
        if let Some(rel_ack) = rel_ack {
            self.acknowledge(sender.peer(), rel_ack);
        }
        self.ends[sender].met = true;
        let whole = arrival.segment.payload.len() >= arrival.len as usize;
        if arrival.len > 0 && whole && !flags.rst() && !underflow {
            let own = &mut self.ends[sender];
            let from = rel_seq + u64::from(flags.syn());
            let acked = own.full(own.acked, own.acked_wraps);
            own.contents.sent(
                from,
                from + u64::from(arrival.len),
                acked,
                own.acked.relative_to(own.start) <= 1,
            );
        }
    }

    /// The next segment in order would only move its numbers: see [`catch_up`](Self::catch_up).
    pub(in crate::track) fn is_undisturbed(&self, ends: &Sides<Endpoint>) -> bool {
        Side::BOTH
            .into_iter()
            .all(|side| self.ends[side].is_level_with(ends[side].next, acked(ends, side)))
    }

    /// Whether a segment that continues its sender's data writes no letter and stays within what 31 bits count,
    /// where Zeek's positions are plain. `before` is what it acknowledged last.
    pub(in crate::track) fn predicts(
        &self,
        arrival: &Arrival<'_>,
        before: SeqNumber,
        switches: &Switches,
    ) -> bool {
        let sender = arrival.sender;
        let letter = if arrival.len > 0 { Once::Data } else { Once::Ack };
        let is_written = self.written[usize::from(sender != self.orig)] & letter as u8 != 0;
        let is_near = |end: &End, number: SeqNumber, from: SeqNumber| {
            number.0 >= from.0 && number.delta(end.start) >= 0
        };
        is_written
            && is_near(&self.ends[sender], arrival.end, arrival.seq)
            && arrival
                .ack
                .is_some_and(|ack| is_near(&self.ends[sender.peer()], ack, before))
            && !switches.distrusts(arrival)
    }

    /// Takes in at once what came in order since: the numbers that both sides have reached.
    pub(in crate::track) fn catch_up(&mut self, ends: &Sides<Endpoint>) {
        for side in Side::BOTH {
            if let (Some(next), Some(acked)) = (ends[side].next, acked(ends, side)) {
                self.ends[side].reach(next, acked);
            }
        }
    }

    pub(super) fn answer(&self) -> Zeek {
        Zeek {
            orig: self.orig,
            conn_state: self.conn_state(),
            history: self.history.iter().map(|&letter| char::from(letter)).collect(),
        }
    }

    fn is_orig(&self, side: Side) -> bool {
        side == self.orig
    }

    fn flip(&mut self) {
        self.orig = self.orig.peer();
        self.partial = false;
        self.push(b'^');
    }

    fn push(&mut self, letter: u8) {
        if self.history.len() < LETTERS {
            self.history.push(letter);
        }
    }

    fn letter(&mut self, side: Side, letter: u8) {
        let letter = if self.is_orig(side) {
            letter
        } else {
            letter.to_ascii_lowercase()
        };
        self.push(letter);
    }

    /// Writes a letter if its role has not yet; says whether it had.
    fn once(&mut self, side: Side, kind: Once, letter: u8) -> bool {
        let written = &mut self.written[usize::from(side != self.orig)];
        let had = *written & kind as u8 != 0;
        if !had {
            *written |= kind as u8;
            self.letter(side, letter);
        }
        had
    }

    /// Counts, and writes the letter at 1, 10, 100 and so on.
    fn scaled(&mut self, side: Side, letter: u8, counter: impl FnOnce(&mut End) -> &mut u32) {
        let count = counter(&mut self.ends[side]);
        *count = count.saturating_add(1);
        let count = *count;
        if count == 10_u32.pow(count.ilog10()) {
            self.letter(side, letter);
        }
    }

    fn note_partial(&mut self, sender: Side, flags: TcpFlags) {
        if self.ends[sender].met {
            return;
        }
        if self.is_orig(sender) {
            self.partial = !flags.syn() || flags.ack();
        } else if !self.partial {
            self.partial = !flags.syn();
        }
    }

    /// `update_history`.
    fn letters(&mut self, arrival: &Arrival<'_>, rel_seq: u64) {
        let flags = arrival.flags;
        let sender = arrival.sender;
        // Only compared with the one before, so 32 bits do.
        let number = rel_seq as u32;
        match (flags.syn(), flags.fin(), flags.rst()) {
            (false, false, false) => {
                if arrival.len > 0 {
                    self.once(sender, Once::Data, b'D');
                } else if flags.ack() {
                    self.once(sender, Once::Ack, b'A');
                }
            }
            (true, false, false) => {
                let letter = if flags.ack() { b'H' } else { b'S' };
                self.numbered(sender, Once::Syn, letter, number, |end| &mut end.last_syn);
            }
            (false, true, false) => {
                let end = number.wrapping_add(arrival.len);
                self.numbered(sender, Once::Fin, b'F', end, |end| &mut end.last_fin);
            }
            (false, false, true) => {
                self.numbered(sender, Once::Rst, b'R', number, |end| &mut end.last_rst);
            }
            (_, true, true) => {
                self.once(sender, Once::FinRst, b'I');
            }
            _ => {
                self.once(sender, Once::Many, b'Q');
            }
        }
    }

    /// A letter that is written again when the number is another one.
    fn numbered(
        &mut self,
        side: Side,
        kind: Once,
        letter: u8,
        number: u32,
        last: impl FnOnce(&mut End) -> &mut u32,
    ) {
        let before = std::mem::replace(last(&mut self.ends[side]), number);
        if self.once(side, kind, letter) && before != number {
            self.letter(side, letter);
        }
    }

    /// `update_window`, as far as it writes.
    fn window(&mut self, arrival: &Arrival<'_>) {
        let sender = arrival.sender;
        if arrival.segment.tcp.window == 0
            && !arrival.flags.rst()
            && self.ends[sender.peer()].state != State::Closed
            && self.ends[sender].state != State::Reset
        {
            self.scaled(sender, b'W', |end| &mut end.zero_windows);
        }
    }

    /// `AckReceived`: the side's bytes up to a position are acknowledged.
    fn acknowledge(&mut self, side: Side, rel_ack: u64) {
        let partial = self.partial;
        let (own, peer) = self.ends.pair_mut(side);
        let to = match own.fin_end {
            Some(end) if rel_ack >= end => end.wrapping_sub(1),
            _ => rel_ack,
        };
        let gaps = own.contents.acknowledged(to, partial);
        if gaps > 0 && own.is_clean() && peer.is_clean() {
            for _ in 0..gaps {
                self.scaled(side, b'G', |end| &mut end.gaps);
            }
        }
    }
}
