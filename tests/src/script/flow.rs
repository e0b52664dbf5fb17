//! The numbers of one direction: what its sender sends next, what its receiver has.

use super::flag::{FIN, RST, SYN};

/// One direction of a tuple. All numbers are as on the wire.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// The sender's initial number: its last SYN's, or what the numbers seen imply.
    pub(super) isn: u32,
    /// The number that its sender uses next.
    pub(super) next: u32,
    /// Something was sent that fixed `isn`.
    started: bool,
    /// A SYN was sent.
    pub(super) opened: bool,
    /// What the sender had of the other direction when it last sent.
    pub(super) basis: Option<u32>,
    /// Ack, end and TSval of the last segment that arrived.
    pub(super) heard_ack: u32,
    pub(super) heard_end: u32,
    pub(super) heard_ts: u32,
    /// What the receiver has in order, and the number of the SYN that it accepted.
    received: Option<u32>,
    accepted: Option<u32>,
    /// Arrived beyond a hole: first number and the one after the last.
    held: Vec<(u32, u32)>,
    /// A SYN with another number than the accepted one, and its end: accepted when its receiver answers by a SYN.
    offer: Option<(u32, u32)>,
    /// What was sent where.
    sent: Vec<(u32, Vec<u8>)>,
}

/// How far `a` is ahead of `b` on the circle of numbers.
fn ahead(a: u32, b: u32) -> i32 {
    a.wrapping_sub(b) as i32
}

/// The number after a segment's last one.
pub(super) fn end(seq: u32, flags: u16, payload_len: usize) -> u32 {
    let marks = u32::from(flags & SYN != 0) + u32::from(flags & FIN != 0);
    seq.wrapping_add(payload_len as u32).wrapping_add(marks)
}

impl Flow {
    pub(super) fn new(isn: u32) -> Self {
        Self {
            isn,
            next: isn.wrapping_add(1),
            ..Self::default()
        }
    }

    /// What the receiver acknowledges.
    pub(super) fn received(&self) -> u32 {
        self.received.unwrap_or(self.isn.wrapping_add(1))
    }

    /// Unless it began already, the stream is known from its middle: as if a handshake had come before.
    pub(super) fn join(&mut self, next: u32) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        self.isn = next.wrapping_sub(1);
        self.next = next;
    }

    /// The receiver answers by a SYN: it accepts what was offered. True when something was.
    pub(super) fn accept(&mut self) -> bool {
        let Some((isn, end)) = self.offer.take() else {
            return false;
        };
        self.forget();
        (self.accepted, self.received) = (Some(isn), Some(end));
        true
    }

    /// The receiver begins anew.
    pub(super) fn forget(&mut self) {
        (self.accepted, self.received, self.offer) = (None, None, None);
        self.held.clear();
    }

    /// The sender sends a SYN with this number.
    pub(super) fn open(&mut self, seq: u32) {
        if !self.opened || seq != self.isn {
            (self.isn, self.next) = (seq, seq);
            self.sent.clear();
        }
        (self.started, self.opened) = (true, true);
    }

    /// The sender sends this.
    pub(super) fn send(&mut self, seq: u32, flags: u16, payload: &[u8]) {
        if flags & RST != 0 {
            return;
        }
        self.started = true;
        let end = end(seq, flags, payload.len());
        if ahead(end, self.next) > 0 {
            self.next = end;
        }
        if !payload.is_empty() {
            self.sent
                .push((seq.wrapping_add((flags & SYN != 0).into()), payload.to_vec()));
        }
    }

    /// So many payload bytes from this number on: as they were sent already, else a pattern of the place in the stream.
    pub(super) fn pattern(&self, first: u32, length: usize) -> Vec<u8> {
        let fresh = |at: u32| b'a' + (at.wrapping_sub(self.isn).wrapping_sub(1) % 26) as u8;
        let mut bytes: Vec<u8> = (0..length as u32)
            .map(|index| fresh(first.wrapping_add(index)))
            .collect();
        let again = ahead(first, self.next) < 0;
        for (start, old) in self.sent.iter().filter(|_| again) {
            let shift = ahead(*start, first) as isize;
            let from = shift.max(0).min(length as isize);
            let to = (shift + old.len() as isize).clamp(from, length as isize);
            let (from, to, skip) = (from as usize, to as usize, from - shift);
            if from < to {
                bytes[from..to].copy_from_slice(&old[skip as usize..][..to - from]);
            }
        }
        bytes
    }

    /// This arrives at the receiver. A forged segment is heard, but moves nothing.
    pub(super) fn arrive(&mut self, seq: u32, flags: u16, payload_len: usize, forged: bool) {
        let end = end(seq, flags, payload_len);
        self.heard_end = end;
        if forged || flags & RST != 0 || end == seq {
            return;
        }
        if flags & SYN != 0 {
            match self.accepted {
                Some(accepted) if accepted != seq => {
                    self.offer = Some((seq, end));
                    return;
                }
                _ => self.accepted = Some(seq),
            }
        }
        match self.received {
            Some(received) if ahead(seq, received) > 0 => self.held.push((seq, end)),
            Some(received) if ahead(end, received) <= 0 => {}
            _ => self.received = Some(end),
        }
        while let Some(received) = self.received {
            let Some(fitting) = self
                .held
                .iter()
                .position(|(start, _)| ahead(*start, received) <= 0)
            else {
                break;
            };
            let (_, end) = self.held.swap_remove(fitting);
            if ahead(end, received) > 0 {
                self.received = Some(end);
            }
        }
    }
}
