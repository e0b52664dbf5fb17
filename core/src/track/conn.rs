//! The record of one connection: both endpoints, and what opening and closing have come to.

use super::arrival::{Arrival, OfferedSyn};
use super::challenge::Challenge;
use super::compat::{Completeness, ZeekView};
use super::endpoint::Endpoint;
use super::icmp::Errors;
use super::key::{EndKey, FlowKey, Slot};
use super::negotiation::Negotiation;
use super::progress::{BadAck, Closing, Opening};
use super::streams::Streams;
use crate::annotation::ConnectionId;
use crate::connection::RuleHit;
use crate::rule::{Rule, RuleSet};
use crate::stream::Mark;
use crate::wire::tcp::TcpFlags;
use crate::words::{Confidence, State};
use crate::{Side, Sides};

#[derive(Debug)]
pub(super) struct Conn {
    pub(super) key: FlowKey,
    pub(super) id: ConnectionId,
    /// Whether the initiator is the lower end of the key.
    pub(super) initiator_is_low: bool,
    pub(super) first: Mark,
    pub(super) last: Mark,
    pub(super) ends: Sides<Endpoint>,
    pub(super) opening: Opening,
    pub(super) closing: Closing,
    /// What the opening negotiated beyond the ordinary options.
    pub(super) negotiation: Option<Box<Negotiation>>,
    pub(super) rules: RuleList,
    pub(super) streams: Streams,
    /// The connection before this one on the same key; it may still be live beside it.
    pub(super) older: Option<(Slot, ConnectionId)>,
    /// The last SYN with another number inside the window: a SYN-ACK may accept it (T24).
    pub(super) offered: Option<Box<OfferedSyn>>,
    /// The last segment that calls for a challenge ACK, and that ACK.
    pub(super) challenge: Option<Box<Challenge>>,
    /// What ICMP errors said of it.
    pub(super) icmp: Option<Box<Errors>>,
    /// The frame that proves that another connection took over the key, and how surely it does.
    pub(super) superseded_by: Option<(Mark, Confidence)>,
    pub(super) completeness: Completeness,
    pub(super) zeek: ZeekView,
    /// When something new was last sent or acknowledged: keep-alive probes do not end a silence.
    pub(super) last_news_ns: i64,
    /// The next segment in order needs not take the long way (see [`predict`](super::predict)).
    pub(super) predicting: bool,
    /// Since the table last looked for a quiet connection.
    pub(super) recently_active: bool,
}

/// Rules in capture order, bounded; rules past the bound are counted. One that no earlier frame fulfilled takes the
/// place of a repetition, so that what tells of the whole connection is not lost behind what every segment says.
#[derive(Debug, Clone, Default)]
pub(super) struct RuleList {
    hits: smallvec::SmallVec<[(Rule, u64); 4]>,
    pub(super) omitted: u64,
}

impl RuleList {
    /// Entries a connection holds.
    const LIMIT: usize = 64;

    #[inline(always)]
    pub(super) fn add(&mut self, rules: RuleSet, frame: u64) {
        if !rules.is_empty() {
            self.add_each(rules, frame);
        }
    }

    fn add_each(&mut self, rules: RuleSet, frame: u64) {
        for rule in rules.iter() {
            if rule.is_of_messages() && self.first(rule).is_some() {
                continue;
            }
            if self.hits.len() == Self::LIMIT {
                self.omitted += 1;
                if self.first(rule).is_some() || !self.remove_repetition() {
                    continue;
                }
            }
            self.hits.push((rule, frame));
        }
    }

    /// Takes out the last entry whose rule an earlier one has, if there is any.
    fn remove_repetition(&mut self) -> bool {
        let is_repeated = |&at: &usize| {
            let (before, entry) = (self.hits.get(..at), self.hits.get(at));
            let has_rule = |(rule, _): &(Rule, u64)| entry.is_some_and(|(last, _)| rule == last);
            before.is_some_and(|before| before.iter().any(has_rule))
        };
        let last = (0..self.hits.len()).rev().find(is_repeated);
        last.map(|at| self.hits.remove(at)).is_some()
    }

    /// Takes out what one frame was taken for, where later ones tell better.
    pub(super) fn remove(&mut self, rule: Rule, frame: u64) {
        self.hits.retain(|hit| *hit != (rule, frame));
    }

    /// The first frame that a rule was told of.
    pub(super) fn first(&self, rule: Rule) -> Option<u64> {
        let hit = self.hits.iter().find(|&&(hit, _)| hit == rule);
        hit.map(|&(_, frame)| frame)
    }

    pub(super) fn hits(&self) -> Vec<RuleHit> {
        self.hits
            .iter()
            .map(|&(id, frame)| RuleHit { id, frame })
            .collect()
    }
}

impl Conn {
    pub(super) fn new(
        key: FlowKey,
        id: ConnectionId,
        initiator_is_low: bool,
        mark: Mark,
        first_flags: TcpFlags,
    ) -> Self {
        let (initiator, responder) = match (first_flags.syn(), first_flags.ack()) {
            (true, false) => (State::Closed, State::Listen),
            // Whether the initiator has sent a SYN at all, or somebody in its name, is not known yet.
            (true, true) => (State::Unknown, State::Listen),
            (false, _) => (State::Unknown, State::Unknown),
        };
        Self {
            key,
            id,
            initiator_is_low,
            first: mark,
            last: mark,
            ends: Sides {
                initiator: Endpoint::new(initiator),
                responder: Endpoint::new(responder),
            },
            opening: Opening::default(),
            closing: Closing::default(),
            negotiation: None,
            rules: RuleList::default(),
            streams: Streams::default(),
            older: None,
            offered: None,
            challenge: None,
            icmp: None,
            superseded_by: None,
            completeness: Completeness::default(),
            zeek: ZeekView::default(),
            last_news_ns: mark.time_ns,
            predicting: false,
            recently_active: true,
        }
    }

    /// The side that sent a segment, by the end of the key that did.
    pub(super) fn side(&self, sent_by_low: bool) -> Side {
        if sent_by_low == self.initiator_is_low {
            Side::Initiator
        } else {
            Side::Responder
        }
    }

    /// The responder, which has other connections as well.
    pub(super) fn server(&self) -> EndKey {
        self.key.end_key(!self.initiator_is_low)
    }

    /// Both sides' SYNs are acknowledged, or the capture began behind them.
    pub(super) fn is_open(&self) -> bool {
        self.opening.established || self.opening.unseen.is_some()
    }

    /// Nothing more is to come: both FINs acknowledged, an accepted RST, or a refused attempt.
    pub(super) fn is_closed(&self) -> bool {
        self.closing.closed.is_some()
    }

    /// The peer of this side has sent nothing.
    pub(super) fn unanswered(&self, side: Side) -> bool {
        self.ends[side.peer()].packets == 0
    }

    /// Nothing more is to come, although the capture may have missed a FIN.
    pub(super) fn has_ended(&self) -> bool {
        self.is_closed() || Side::BOTH.iter().all(|&side| self.ends[side].finished())
    }

    /// How far the numbers of a segment lie from those that this connection has used: its sequence number
    /// from its sender's, its acknowledgement from its receiver's, the farther of both. A segment that says
    /// neither could lie anywhere in the window.
    pub(super) fn distance(&self, sender: Side, arrival: &Arrival<'_>) -> u32 {
        let own = &self.ends[sender];
        let peer = &self.ends[sender.peer()];
        let answers_bad_ack = |bad: &BadAck| bad.by != sender && bad.number == arrival.seq;
        if arrival.flags.rst() && self.opening.bad_ack.as_deref().is_some_and(answers_bad_ack) {
            return 0;
        }
        let of_seq = own.distance(arrival.seq);
        let of_ack = arrival.ack.and_then(|ack| peer.distance(ack));
        of_seq.max(of_ack).unwrap_or_else(|| peer.window_bytes(own))
    }

    /// A SYN inside the window, which a SYN-ACK may accept.
    pub(super) fn offer(&mut self, arrival: &Arrival<'_>) {
        if arrival.ack.is_some() {
            return;
        }
        match &mut self.offered {
            Some(offered) if (offered.by, offered.seq) == (arrival.sender, arrival.seq) => {
                offered.sent.again(arrival.mark);
            }
            offered => *offered = Some(Box::new(arrival.as_offered())),
        }
    }

    /// A SYN or SYN-ACK with another number than the one that opened this connection: it belongs here
    /// only because its number lies in the window, and moves nothing.
    pub(super) fn is_foreign_syn(&self, arrival: &Arrival<'_>) -> bool {
        let isn = self.ends[arrival.sender].isn;
        arrival.flags.syn() && isn.map_or(self.is_open(), |isn| isn != arrival.seq)
    }
}
