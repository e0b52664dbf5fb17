//! ICMP errors: whose segment they are about, and what they say of an attempt (O17).

use crate::annotation::IcmpNote;
use crate::connection::IcmpReport;
use crate::rule::{Rule, RuleSet};
use crate::stream::Mark;
use crate::track::Tracker;
use crate::track::conn::Conn;
use crate::track::key::{FlowKey, Slot};
use crate::track::mtu;
use crate::wire::icmp::{IcmpError, IcmpKind};
use crate::{SeqNumber, Side};

/// An ICMP error to the SYN of an attempt (O17).
#[derive(Debug, Clone, Copy)]
pub(in crate::track) struct Unreachable {
    pub(in crate::track) first: Mark,
    last: Seen,
    kind: IcmpKind,
    /// Somebody forbids it.
    pub(in crate::track) policy: bool,
}

/// The ICMP errors about a connection, by their kinds.
#[derive(Debug, Default)]
pub(in crate::track) struct Errors {
    pub(in crate::track) errors: Vec<IcmpReport>,
    /// Those of kinds past the bound.
    pub(in crate::track) omitted: u64,
    last: Option<Seen>,
}

/// What tells an ICMP error from another of its kind.
#[derive(Debug, Clone, Copy)]
struct Seen {
    time_ns: i64,
    ip_id: Option<u16>,
    seq: Option<SeqNumber>,
}

impl Seen {
    const fn of(error: &IcmpError) -> Self {
        Self {
            time_ns: error.time_ns,
            ip_id: error.ip_id,
            seq: error.quoted.seq,
        }
    }

    /// Captured twice rather than sent twice: a router reports many segments at once.
    fn is_again(self, error: &IcmpError) -> bool {
        error.time_ns.abs_diff(self.time_ns) < COPY_NS
            && error.ip_id == self.ip_id
            && error.quoted.seq == self.seq
    }
}

impl Errors {
    const LIMIT: usize = 8;

    fn add(&mut self, error: &IcmpError, direction: Side) {
        let (kind, code) = error.kind.numbers();
        let again = self
            .last
            .replace(Seen::of(error))
            .is_some_and(|last| last.is_again(error));
        let same =
            |known: &&mut IcmpReport| (known.kind, known.code, known.direction) == (kind, code, direction);
        if let Some(known) = self.errors.iter_mut().find(same) {
            known.mtu = error.mtu.or(known.mtu);
            if !again {
                known.count += 1;
                known.last_frame = error.frame;
            }
        } else if self.errors.len() < Self::LIMIT {
            self.errors.push(IcmpReport {
                from: error.src,
                direction,
                kind,
                code,
                mtu: error.mtu,
                count: 1,
                first_frame: error.frame,
                last_frame: error.frame,
            });
        } else {
            self.omitted += 1;
        }
    }
}

/// How soon a copy of an error is captured.
const COPY_NS: u64 = 1_000_000;

impl Tracker {
    /// Takes in an ICMP error: the connection whose segment it quotes, by addresses, ports and sequence
    /// number (RFC 9293 section 3.9.2.2, RFC 5927 section 4.1).
    pub(crate) fn icmp(&mut self, error: &IcmpError) -> Option<IcmpNote> {
        self.tick(error.time_ns);
        let quoted = &error.quoted;
        let seq = quoted.seq?;
        let (key, sent_by_low) = FlowKey::between(
            (quoted.src, quoted.src_port),
            (quoted.dst, quoted.dst_port),
            error.tunnel,
        );
        let newest = self.newest(&key)?;
        let slot = self.quoted_slot(newest, sent_by_low, seq)?;
        let conn = self.table.conn_mut(slot);
        let direction = conn.side(sent_by_low);
        conn.note_error(error, direction, seq);
        let rule = conn.is_unreachable(error, direction, seq).then_some(Rule::O17);
        Some(IcmpNote {
            connection: conn.id,
            direction,
            rule,
        })
    }

    /// The connection of the pair that sent the number: the newest, or one beside it.
    fn quoted_slot(&self, newest: Slot, sent_by_low: bool, seq: SeqNumber) -> Option<Slot> {
        let sent = |(_, conn): &(Slot, &Conn)| conn.has_sent(conn.side(sent_by_low), seq);
        self.table.of_pair(newest).find(sent).map(|(slot, _)| slot)
    }
}

impl Conn {
    /// The number is one of those that this side used.
    fn has_sent(&self, side: Side, seq: SeqNumber) -> bool {
        let end = &self.ends[side];
        let first = end.isn.or(end.base);
        first
            .zip(end.next)
            .is_some_and(|(first, next)| seq.at_or_after(first) && seq.at_or_before(next))
    }

    /// An error about a segment of this connection, whatever it says: a soft one as long as no rule makes more of it.
    fn note_error(&mut self, error: &IcmpError, sender: Side, seq: SeqNumber) {
        self.icmp.get_or_insert_default().add(error, sender);
        let is_acked = |acked: SeqNumber| acked.after(seq);
        let was_delivered = self.ends[sender.peer()].ack.is_some_and(is_acked);
        if error.kind.is_too_big() && !was_delivered {
            mtu::told_too_big(&mut self.ends[sender], seq, error.mtu);
        }
    }

    /// O17: the error is about the SYN of an attempt.
    fn is_unreachable(&mut self, error: &IcmpError, sender: Side, seq: SeqNumber) -> bool {
        let own = &self.ends[sender];
        let is_of_syn = own.syn.is_some() && own.isn == Some(seq);
        if !is_of_syn || !error.kind.is_unreachable() || self.is_open() {
            return false;
        }
        let mark = Mark {
            frame: error.frame,
            time_ns: error.time_ns,
        };
        let (kind, policy) = (error.kind, error.kind.is_policy());
        match &mut self.opening.unreachable {
            Some(known) => {
                if known.kind == kind && known.last.is_again(error) {
                    return false;
                }
                (known.last, known.kind, known.policy) = (Seen::of(error), kind, known.policy || policy);
            }
            None => {
                self.opening.unreachable = Some(Box::new(Unreachable {
                    first: mark,
                    last: Seen::of(error),
                    kind,
                    policy,
                }));
            }
        }
        let mut rules = RuleSet::default();
        rules.insert(Rule::O17);
        self.rules.add(rules, error.frame);
        true
    }
}
