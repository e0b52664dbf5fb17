//! What a statement means for one segment, before it is cut and encoded.

use super::ast::*;
use super::flag::{ACK, FIN, RST, SYN};
use super::flow::Flow;
use super::packet::Wrap;
use super::world::World;

/// How far a host's default ISN moves for each further connection on the same tuple.
const NEXT_ISN: u32 = 1_000_000;

/// A segment with its defaults filled in, whole: also what a resend starts from.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) seq: u32,
    pub(super) ack: Option<Number>,
    pub(super) flags: u16,
    pub(super) window: u16,
    pub(super) urgent: u16,
    pub(super) reserved: u8,
    pub(super) data_offset: Option<u8>,
    pub(super) sum: Option<Sum>,
    pub(super) split: Option<usize>,
    pub(super) options: Vec<TcpOption>,
    pub(super) payload: Vec<u8>,
    /// As every packet has it, but for the IP identification.
    pub(super) wrap: Wrap,
    pub(super) ip_id: Option<u16>,
}

impl Plan {
    /// It moves its sender's numbers.
    pub(super) fn takes_space(&self) -> bool {
        self.flags & RST == 0 && (self.flags & (SYN | FIN) != 0 || !self.payload.is_empty())
    }
}

impl World<'_> {
    /// A segment as its statement says it.
    pub(super) fn plan(&mut self, forged: bool, from: usize, to: usize, flags: u16, items: &Items) -> Plan {
        let seq = self.begin(forged, from, to, flags, items);
        Plan {
            from,
            to,
            seq,
            ack: items.ack,
            flags,
            window: items.window.unwrap_or(64240),
            urgent: items.urgent.unwrap_or(0),
            reserved: items.reserved.unwrap_or(0),
            data_offset: items.data_offset,
            sum: items.sum,
            split: items.split,
            options: items.options.clone(),
            payload: payload(
                items.payload.as_deref().unwrap_or_default(),
                seq,
                flags,
                self.flow(from, to),
            ),
            wrap: self.wrap(from, to).with(&items.envelope),
            ip_id: items.envelope.ip_id,
        }
    }

    /// An earlier segment once more, with what its statement changes.
    pub(super) fn replan(&mut self, old: Plan, flags: Option<u16>, items: &Items) -> Plan {
        let (from, to) = (old.from, old.to);
        let flags = flags.unwrap_or(old.flags);
        let seq = self.sequence(from, to, items.seq, old.seq);
        let mut options = if items.no_options { Vec::new() } else { old.options };
        for option in &items.options {
            match options
                .iter_mut()
                .find(|known| known.kind() > 1 && known.kind() == option.kind())
            {
                Some(known) => *known = option.clone(),
                None => options.push(option.clone()),
            }
        }
        Plan {
            from,
            to,
            seq,
            ack: items.ack,
            flags,
            window: items.window.unwrap_or(old.window),
            urgent: items.urgent.unwrap_or(old.urgent),
            reserved: items.reserved.unwrap_or(old.reserved),
            data_offset: items.data_offset,
            sum: items.sum,
            split: items.split.or(old.split),
            options,
            payload: match &items.payload {
                Some(pieces) => payload(pieces, seq, flags, self.flow(from, to)),
                None => old.payload,
            },
            wrap: Wrap {
                ip_len: None,
                ip_sum: None,
                ..old.wrap
            }
            .with(&items.envelope),
            ip_id: items.envelope.ip_id,
        }
    }

    /// The segment's sequence number; flows that begin with it begin.
    fn begin(&mut self, forged: bool, from: usize, to: usize, flags: u16, items: &Items) -> u32 {
        if forged || flags & SYN == 0 {
            let forward = self.flow(from, to);
            let default = if flags & SYN == 0 {
                forward.next
            } else {
                forward.isn
            };
            let seq = self.sequence(from, to, items.seq, default);
            // seen from its middle: the numbers given are where the streams stand
            if let (Some(Number::Absolute(_)), false) = (items.seq, forged || flags & RST != 0) {
                self.flow(from, to).join(seq);
            }
            if !forged {
                self.join_peer(from, to, flags, items);
            }
            return seq;
        }
        let accepted = self.flow(to, from).accept();
        let forward = self.flow(from, to);
        let (isn, again) = (forward.isn, forward.opened);
        let default = if accepted && again {
            isn.wrapping_add(NEXT_ISN)
        } else {
            isn
        };
        let seq = self.sequence(from, to, items.seq, default);
        if again && !accepted && seq != isn {
            self.flow(to, from).forget();
        }
        self.flow(from, to).open(seq);
        self.join_peer(from, to, flags, items);
        seq
    }

    fn join_peer(&mut self, from: usize, to: usize, flags: u16, items: &Items) {
        if let (Some(Number::Absolute(ack)), true) = (items.ack, flags & ACK != 0) {
            let next = ack.wrapping_add(self.hosts[to].shift);
            self.flow(to, from).join(next);
        }
    }

    /// A number of the sender's own space, for `seq=`.
    pub(super) fn sequence(&mut self, from: usize, to: usize, number: Option<Number>, default: u32) -> u32 {
        match number {
            None => default,
            Some(Number::Absolute(value)) => value.wrapping_add(self.hosts[from].shift),
            Some(Number::Default(offset)) => default.wrapping_add(offset),
            Some(Number::Isn(offset)) => self.flow(from, to).isn.wrapping_add(offset),
            Some(Number::Heard(offset)) => self.flow(to, from).heard_ack.wrapping_add(offset),
        }
    }

    /// A number of the peer's space, for `ack=` and `sack=`.
    pub(super) fn acknowledgement(&mut self, from: usize, to: usize, number: Number, default: u32) -> u32 {
        match number {
            Number::Absolute(value) => value.wrapping_add(self.hosts[to].shift),
            Number::Default(offset) => default.wrapping_add(offset),
            Number::Isn(offset) => self.flow(to, from).isn.wrapping_add(offset),
            Number::Heard(offset) => self.flow(to, from).heard_end.wrapping_add(offset),
        }
    }
}

fn payload(pieces: &[Piece], seq: u32, flags: u16, forward: &Flow) -> Vec<u8> {
    let first = seq.wrapping_add((flags & SYN != 0).into());
    let mut payload = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Bytes(bytes) => payload.extend(bytes),
            Piece::Pattern(length) => {
                payload.extend(forward.pattern(first.wrapping_add(payload.len() as u32), *length));
            }
        }
    }
    payload
}
