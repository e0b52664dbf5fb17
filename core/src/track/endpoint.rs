//! One endpoint of a connection, as an observer knows it: its numbers, what it sent, its state.
//!
//! The sender of a segment moves by what it sends. The receiver moves at once only on a segment that
//! needs no answer; a segment that needs one (payload, SYN, FIN) may still be lost behind the capture
//! point, so what it acknowledges counts only when the receiver's own next segment shows that it came.

use super::arrival::{Arrival, Numbers, OfferedSyn};
use super::keepalive::Probes;
use super::order::{Disorder, Stamps};
use super::sent::{Sent, Unacked};
use super::window::Stall;
use crate::SeqNumber;
use crate::options::Offer;
use crate::stream::Mark;
use crate::wire::tcp::TcpFlags;
use crate::words::State;

#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) state: State,
    /// Initial sequence number: from its SYN, or told by the peer's acknowledgement of it.
    pub(super) isn: Option<SeqNumber>,
    /// Where relative numbers count from: the ISN, or one before the first number seen.
    pub(super) base: Option<SeqNumber>,
    /// `nxt(X)`: the number after the highest one seen from this side.
    pub(super) next: Option<SeqNumber>,
    /// `ack(X)`: the highest acknowledgement this side has sent.
    pub(super) ack: Option<SeqNumber>,
    /// Window field of its last segment, and the shift its SYN asked for.
    pub(super) window: u16,
    /// The largest of them.
    widest: u16,
    pub(super) offer: Option<Offer>,
    pub(super) syn: Option<Sent>,
    pub(super) fin: Option<Fin>,
    /// TSval of its last SYN or FIN.
    pub(super) tsval: Option<u32>,
    /// The peer acknowledged one number past the last byte seen, and nothing was sent since: a FIN that
    /// the capture missed.
    pub(super) missed_fin: Option<Mark>,
    pub(super) unacked: Unacked,
    /// Its last payload.
    pub(super) payload: Option<Mark>,
    /// When its first payload came, nanoseconds.
    pub(super) first_payload_ns: Option<i64>,
    /// When the peer last acknowledged payload of it, nanoseconds.
    pub(super) payload_acked_ns: Option<i64>,
    /// Its keep-alive probes that nothing has answered (E1).
    pub(super) keep_alive: Option<Box<Probes>>,
    /// Its window is closed (E4).
    pub(super) stall: Option<Box<Stall>>,
    /// Acknowledgement of this side's SYN or FIN inside a segment that needs an answer: valid once this
    /// side acknowledges that segment's end.
    owed_ack_of_syn: Option<SeqNumber>,
    owed_ack_of_fin: Option<SeqNumber>,
    has_peers_fin: bool,
    /// Its data in flight came after a silence of both sides (O14).
    pub(super) broke_silence: bool,
    pub(super) last_print: Option<Fingerprint>,
    pub(super) stamps: Stamps,
    pub(super) disorder: Option<Box<Disorder>>,
    /// RSTs since the peer's last SYN, up to three (T18).
    pub(super) resets: u8,
    /// TTL of its first SYN.
    pub(super) ttl: Option<u8>,
    pub(super) packets: u64,
    pub(super) bytes: u64,
    pub(super) retransmissions: u64,
}

/// A FIN: the number it occupies, its sendings, and when the peer acknowledged it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fin {
    pub(super) seq: SeqNumber,
    pub(super) sent: Sent,
    pub(super) acked: Option<Mark>,
    /// The step its first sending played; a retransmission repeats it.
    pub(super) step: crate::words::Step,
}

/// What two captures of one packet share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) seq: SeqNumber,
    pub(super) ack: SeqNumber,
    pub(super) len: u32,
    pub(super) flags: u16,
    pub(super) window: u16,
    pub(super) checksum: u16,
    pub(super) ip_id: u16,
    pub(super) time_ns: i64,
}

impl Fingerprint {
    fn flags(&self) -> TcpFlags {
        TcpFlags::from_bits(self.flags)
    }

    /// Captured twice rather than sent twice: all the same, less than a millisecond apart.
    pub(super) fn is_copy_of(&self, previous: &Self) -> bool {
        let Self { time_ns, .. } = *previous;
        // Before it, too: two capture points need not deliver in order.
        let soon = self.time_ns.abs_diff(time_ns) < 1_000_000;
        soon && Self { time_ns, ..*self } == *previous
    }
}

impl Endpoint {
    pub(super) fn new(state: State) -> Self {
        Self {
            state,
            isn: None,
            base: None,
            next: None,
            ack: None,
            window: 0,
            widest: 0,
            offer: None,
            syn: None,
            fin: None,
            tsval: None,
            missed_fin: None,
            unacked: Unacked::default(),
            payload: None,
            first_payload_ns: None,
            payload_acked_ns: None,
            keep_alive: None,
            stall: None,
            owed_ack_of_syn: None,
            owed_ack_of_fin: None,
            has_peers_fin: false,
            broke_silence: false,
            last_print: None,
            stamps: Stamps::default(),
            disorder: None,
            resets: 0,
            ttl: None,
            packets: 0,
            bytes: 0,
            retransmissions: 0,
        }
    }

    /// The last segment of this side is no SYN or SYN-ACK.
    pub(super) fn has_left_its_syn(&self) -> bool {
        self.last_print.is_some_and(|print| !print.flags().syn())
    }

    /// The acknowledgement covers this side's SYN and nothing that it was not seen to send: beyond that,
    /// it is not acceptable (RFC 9293 section 3.10.7.4, fifth).
    pub(super) fn syn_acked_by(&self, ack: Option<SeqNumber>) -> bool {
        self.isn.zip(ack).is_some_and(|(isn, ack)| ack.after(isn)) && !self.is_beyond(ack)
    }

    /// The acknowledgement lies beyond everything seen from this side.
    fn is_beyond(&self, ack: Option<SeqNumber>) -> bool {
        self.next.zip(ack).is_some_and(|(next, ack)| ack.after(next))
    }

    /// The acknowledgement covers this side's FIN.
    pub(super) fn fin_acked_by(&self, ack: Option<SeqNumber>) -> bool {
        self.fin.zip(ack).is_some_and(|(fin, ack)| ack.after(fin.seq))
    }

    /// Both its FIN was captured and the acknowledgement of it.
    pub(super) fn fin_acked(&self) -> Option<Mark> {
        self.fin.and_then(|fin| fin.acked)
    }

    /// Everything this side is known to have sent: what was seen and what the peer acknowledged.
    pub(super) fn known_end(&self, peers_ack: Option<SeqNumber>) -> Option<SeqNumber> {
        match (self.next, peers_ack) {
            (Some(next), Some(ack)) => Some(next.max(ack)),
            (next, ack) => next.or(ack),
        }
    }

    /// How far a number lies from those this side has used; none where it has shown none.
    pub(super) fn distance(&self, number: SeqNumber) -> Option<u32> {
        let next = self.next?;
        let used = self.base.map_or(0, |base| next.relative_to(base));
        let behind = next.delta(number);
        let is_used = u32::try_from(behind).is_ok_and(|behind| behind <= used);
        Some(if is_used { 0 } else { behind.unsigned_abs() })
    }

    /// The receive window it last announced, bytes; a shift only counts where both sides offered one.
    pub(super) fn window_bytes(&self, peer: &Self) -> u32 {
        self.scaled(self.window, peer)
    }

    /// The largest it ever announced.
    pub(super) fn widest_window_bytes(&self, peer: &Self) -> u32 {
        self.scaled(self.widest, peer)
    }

    /// Notes the window field of its segment.
    pub(super) fn announces(&mut self, window: u16) {
        self.window = window;
        self.widest = self.widest.max(window);
    }

    fn scaled(&self, window: u16, peer: &Self) -> u32 {
        let shift = self
            .offer
            .zip(peer.offer)
            .and_then(|(own, peer)| own.window_scale.filter(|_| peer.window_scale.is_some()));
        u32::from(window) << shift.unwrap_or(0).min(14)
    }

    /// This side sends: its segment shows what it had received before.
    pub(super) fn shows(&mut self, numbers: Numbers, peer: &Self) {
        let Some(ack) = numbers.ack else { return };
        let covers = |owed: Option<SeqNumber>| owed.is_some_and(|end| ack.at_or_after(end));
        if covers(self.owed_ack_of_syn) && !peer.is_beyond(numbers.ack) {
            self.owed_ack_of_syn = None;
            self.state = self.state.got_ack_of_syn();
        }
        if covers(self.owed_ack_of_fin) {
            self.owed_ack_of_fin = None;
            self.state = self.state.got_ack_of_fin();
        }
        if !self.has_peers_fin && peer.fin_acked_by(Some(ack)) {
            self.has_peers_fin = true;
            self.state = self.state.got_fin();
        }
    }

    /// Nothing that it received waits for its acknowledgement to move it.
    pub(super) fn owes_nothing(&self) -> bool {
        self.owed_ack_of_syn.is_none() && self.owed_ack_of_fin.is_none() && !self.has_peers_fin
    }

    /// A SYN that was taken for a segment of another connection opened this one.
    pub(super) fn opens_by(&mut self, syn: &OfferedSyn) {
        self.state = State::SynSent;
        (self.isn, self.base, self.next) = (Some(syn.seq), Some(syn.seq), Some(syn.end));
        self.syn = Some(syn.sent);
        self.offer = Some(syn.offer);
        self.ttl = syn.ttl;
    }

    /// Segments that the capture missed are known to have opened the connection.
    pub(super) fn is_proven_open(&mut self) {
        self.owed_ack_of_syn = None;
        // CLOSED behind its own FIN is no beginning.
        if self.fin.is_none() {
            self.state = self.state.proven_open();
        }
    }

    /// This side sends a SYN (first time or again).
    pub(super) fn sends_syn(&mut self) {
        self.state = self.state.sent_syn();
    }

    /// This side sends a SYN-ACK (first time or again).
    pub(super) fn sends_syn_ack(&mut self) {
        self.state = self.state.sent_syn_ack();
    }

    /// This side sends a FIN. A FIN once more after its ACK was captured: that ACK had not arrived.
    pub(super) fn sends_fin(&mut self, again: bool) {
        self.state = match self.state {
            State::Closed if again => State::LastAck,
            state => state.sent_fin(),
        };
    }

    /// The SYN-ACK of a simultaneous open reaches this side: its SYN is known, so it needs no answer, but
    /// only from this side's own SYN-ACK on (RFC 9293 figure 7).
    pub(super) fn receives_crossing(&mut self, numbers: Numbers) {
        if self.state == State::SynReceived && self.syn_acked_by(numbers.ack) {
            self.state = self.state.got_ack_of_syn();
        }
    }

    /// The peer's segment reaches this side: what needs no answer moves it at once. `behind_fin`: it comes
    /// behind the peer's FIN, which therefore comes too.
    pub(super) fn receives(&mut self, numbers: Numbers, behind_fin: bool) {
        if self.syn_acked_by(numbers.ack) && matches!(self.state, State::SynSent | State::SynReceived) {
            if numbers.needs_answer {
                self.owed_ack_of_syn.get_or_insert(numbers.end);
            } else if self.state == State::SynReceived {
                // In SYN-SENT an ACK without a SYN opens nothing (RFC 9293 section 3.10.7.3, fifth).
                self.state = self.state.got_ack_of_syn();
            }
        }
        if self.fin_acked_by(numbers.ack)
            && matches!(self.state, State::FinWait1 | State::Closing | State::LastAck)
        {
            if self.state == State::FinWait1 && behind_fin && !self.has_peers_fin {
                // Crossed FINs: it closes as RFC 9293 figure 13 does, and its own ACK will show the rest.
                self.state = self.state.got_fin();
                self.owed_ack_of_fin = Some(numbers.end);
            } else if numbers.needs_answer {
                self.owed_ack_of_fin.get_or_insert(numbers.end);
            } else {
                self.state = self.state.got_ack_of_fin();
            }
        }
    }

    /// Where the relative number of a segment counts from: a SYN-ACK with another number than the one of this
    /// side (O35) begins at its own.
    pub(super) fn base_of(&self, arrival: &Arrival<'_>) -> Option<SeqNumber> {
        if arrival.flags.syn() && arrival.ack.is_some() && self.isn.is_some_and(|isn| isn != arrival.seq) {
            Some(arrival.seq)
        } else {
            self.base
        }
    }

    /// Whether its FIN, captured or missed, is acknowledged.
    pub(super) fn finished(&self) -> bool {
        self.fin_acked().is_some() || self.missed_fin.is_some()
    }
}
