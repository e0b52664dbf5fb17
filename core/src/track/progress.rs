//! What the opening and the teardown of a connection have come to. The rules that say so are in
//! [`handshake`](super::handshake) and [`teardown`](super::teardown).

use smallvec::SmallVec;

use super::icmp::Unreachable;
use super::injected::Signs;
use super::other_isn::OtherSynAck;
use super::sent::Sent;
use crate::stream::Mark;
use crate::words::{Cause, CloseVerdict, Closer, Confidence};
use crate::{SeqNumber, Side, Sides};

/// What the opening has come to.
#[derive(Debug, Default)]
pub(super) struct Opening {
    /// Both SYNs are acknowledged.
    pub(super) established: bool,
    /// The capture began behind the handshake, and this showed that there is a connection (E10).
    pub(super) unseen: Option<Mark>,
    /// O3.
    pub(super) ack: Option<Mark>,
    /// Two SYNs without ACK crossed each other: the first SYN-ACK of each side (O10).
    pub(super) crossed: Option<Sides<Option<Mark>>>,
    /// What stopped the attempt.
    pub(super) failed: Option<(Failure, Mark)>,
    /// O17.
    pub(super) unreachable: Option<Box<Unreachable>>,
    /// O34 or O47, the last of them.
    pub(super) bad_ack: Option<Box<BadAck>>,
    /// O18, and nothing of the initiator since.
    pub(super) odd_reset: Option<Mark>,
    pub(super) synack_again_after_ack: bool,
    /// O15 by a RST whose TTL is not the responder's.
    pub(super) refused_elsewhere: bool,
    /// O44.
    pub(super) overflow: bool,
    /// Counted among the attempts to reach its server (O38).
    pub(super) syn_counted: bool,
    /// Counted as half-open with the others of its server (O38).
    pub(super) half_open: bool,
    /// What few openings have.
    pub(super) odd: Option<Box<Odd>>,
}

/// What few openings have.
#[derive(Debug, Default)]
pub(super) struct Odd {
    /// The ACK of S alone before its SYN (O33).
    pub(super) bare_ack: Option<Mark>,
    /// O35.
    pub(super) other_syn_acks: SmallVec<[OtherSynAck; 1]>,
}

impl Opening {
    pub(super) fn odd_mut(&mut self) -> &mut Odd {
        self.odd.get_or_insert_default()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// O15.
    Refused,
    /// O18, and the initiator gave up.
    SilentlyRefused,
    /// O19.
    Aborted,
    /// O12 or O20: so sure is it.
    Ghost(Confidence),
    /// O36: a RST answers a SYN-ACK that nobody asked for.
    Unsolicited,
    /// The responder gave up with a RST before the handshake was complete.
    ResetByResponder,
}

/// An acknowledgement of a SYN that was not sent (O34, O47).
#[derive(Debug, Clone, Copy)]
pub(super) struct BadAck {
    pub(super) number: SeqNumber,
    pub(super) sent: Sent,
    pub(super) by: Side,
    /// The RST with its number, which it calls for.
    pub(super) reset: Option<Mark>,
}

/// What the teardown has come to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Closing {
    pub(super) first_fin: Option<Side>,
    /// T5.
    pub(super) three_segment: bool,
    /// T7.
    pub(super) simultaneous: bool,
    pub(super) reset: Option<Reset>,
    /// A RST inside the window but not at the expected number: accepted only if its receiver stays
    /// silent (RFC 5961 section 3.2 makes it answer with a challenge ACK instead).
    pub(super) unanswered_reset: Option<Reset>,
    /// Whose such RST nothing challenged: a later one, of either side, may come too late to end anything.
    pub(super) unchallenged: Option<Side>,
    /// When the last thing that can happen to it happened.
    pub(super) closed: Option<i64>,
    /// The circumstances of the first FIN or RST.
    pub(super) onset: Option<Onset>,
    /// The last verdict told in an annotation.
    pub(super) told: Option<(CloseVerdict, Closer)>,
}

/// How things stood when the teardown began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Onset {
    /// Since the last segment that carried something new, nanoseconds.
    pub(super) idle_ns: i64,
    /// Data or a request was still unanswered.
    pub(super) in_flight: bool,
    /// An HTTP exchange was not complete.
    pub(super) http_in_flight: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Reset {
    pub(super) by: Side,
    pub(super) at: Mark,
    pub(super) seq: SeqNumber,
    pub(super) confidence: Confidence,
    /// What tells that something between the hosts sent it (T19).
    pub(super) signs: Signs,
    /// T21.
    pub(super) idle_cut: bool,
    /// Payload towards the resetter was in flight, or acknowledged less than a millisecond before.
    pub(super) unread_data: bool,
    /// Payload came after the resetter's own FIN.
    pub(super) late_data: bool,
    /// What else explains it (E2, E3, T20).
    pub(super) cause: Option<Cause>,
}
