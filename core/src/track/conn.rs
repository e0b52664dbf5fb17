//! The record of one connection: both endpoints, and what opening and closing have come to.

use super::arrival::{Arrival, OfferedSyn};
use super::compat::{Completeness, ZeekView};
use super::endpoint::Endpoint;
use super::key::{EndKey, FlowKey, Slot};
use super::progress::{Closing, Opening};
use super::streams::Streams;
use crate::annotation::ConnectionId;
use crate::connection::RuleHit;
use crate::rule::{Rule, RuleSet};
use crate::stream::Mark;
use crate::wire::tcp::TcpFlags;
use crate::words::State;
use crate::{SeqNumber, Side, Sides};

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
    pub(super) rules: RuleList,
    pub(super) streams: Streams,
    /// An older connection on the same key that may still be live beside this one.
    pub(super) older: Option<(Slot, ConnectionId)>,
    /// The last SYN with another number inside the window: a SYN-ACK may accept it (T24).
    pub(super) offered: Option<Box<OfferedSyn>>,
    /// The connection that took over the key, and the frame that proves it was accepted.
    pub(super) superseded_by: Option<Mark>,
    pub(super) completeness: Completeness,
    pub(super) zeek: ZeekView,
    /// When something new was last sent or acknowledged: keep-alive probes do not end a silence.
    pub(super) last_news_ns: i64,
    /// Since the table last looked for a quiet connection.
    pub(super) recently_active: bool,
}

/// Rules in capture order, bounded; rules past the bound are counted.
#[derive(Debug, Clone, Default)]
pub(super) struct RuleList {
    hits: smallvec::SmallVec<[(Rule, u64); 4]>,
    pub(super) omitted: u64,
}

impl RuleList {
    /// Entries a connection holds.
    const LIMIT: usize = 64;

    pub(super) fn add(&mut self, rules: RuleSet, frame: u64) {
        if rules.is_empty() {
            return;
        }
        for rule in rules.iter() {
            if self.hits.len() < Self::LIMIT {
                self.hits.push((rule, frame));
            } else {
                self.omitted += 1;
            }
        }
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
            rules: RuleList::default(),
            streams: Streams::default(),
            older: None,
            offered: None,
            superseded_by: None,
            completeness: Completeness::default(),
            zeek: ZeekView::default(),
            last_news_ns: mark.time_ns,
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

    /// How far the numbers of a segment lie from where this connection has its own: from what was seen of
    /// its sender, or, before anything was, from acknowledging what its receiver sent. A segment that says
    /// neither could lie anywhere in the window.
    pub(super) fn distance(&self, sender: Side, arrival: &Arrival<'_>) -> u32 {
        let own = &self.ends[sender];
        let peer = &self.ends[sender.peer()];
        let far = |a: SeqNumber, b: SeqNumber| a.delta(b).unsigned_abs();
        match (own.next, peer.next, arrival.ack) {
            (Some(next), _, _) => far(arrival.seq, next),
            (None, Some(peer_next), Some(ack)) => far(ack, peer_next),
            _ => peer.window_bytes(own),
        }
    }

    /// A SYN or SYN-ACK with another number than the one that opened this connection: it belongs here
    /// only because its number lies in the window, and moves nothing.
    pub(super) fn is_foreign_syn(&self, arrival: &Arrival<'_>) -> bool {
        let isn = self.ends[arrival.sender].isn;
        arrival.flags.syn() && isn.map_or(self.is_open(), |isn| isn != arrival.seq)
    }
}
