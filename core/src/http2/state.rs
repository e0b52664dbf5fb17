//! The life of a stream: RFC 9113 section 5.1, as somebody between the two sides sees it.
//!
//! ```text
//!                              +--------+
//!                      send PP |        | recv PP
//!                     ,--------+  idle  +--------.
//!                    /         |        |         \
//!                   v          +--------+          v
//!            +----------+          |           +----------+
//!            |          |          | send H /  |          |
//!     ,------+ reserved |          | recv H    | reserved +------.
//!     |      | (local)  |          |           | (remote) |      |
//!     |      +---+------+          v           +------+---+      |
//!     |          |             +--------+             |          |
//!     |          |     recv ES |        | send ES     |          |
//!     |   send H |     ,-------+  open  +-------.     | recv H   |
//!     |          |    /        |        |        \    |          |
//!     |          v   v         +---+----+         v   v          |
//!     |      +----------+          |           +----------+      |
//!     |      |   half-  |          |           |   half-  |      |
//!     |      |  closed  |          | send R /  |  closed  |      |
//!     |      | (remote) |          | recv R    | (local)  |      |
//!     |      +----+-----+          |           +-----+----+      |
//!     |           |                |                 |           |
//!     |           | send ES /      |       recv ES / |           |
//!     |           |  send R /      v        send R / |           |
//!     |           |  recv R    +--------+   recv R   |           |
//!     | send R /  `----------->|        |<-----------'  send R / |
//!     | recv R                 | closed |               recv R   |
//!     `----------------------->|        |<-----------------------'
//!                              +--------+
//! ```
//!
//! Local and remote are the initiator and the responder here: a state names the side it is about.

use crate::Side;

/// What a stream may still carry. Idle ones are not kept, closed ones no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Promised by a side, which has not sent its header fields yet.
    Reserved(Side),
    /// Both sides may send.
    Open,
    /// This side has ended.
    HalfClosed(Side),
    Closed,
}

impl State {
    /// A side has sent the first header fields.
    pub(super) const fn opened() -> Self {
        Self::Open
    }

    /// The header fields of a promised stream.
    pub(super) const fn answers(self) -> Self {
        match self {
            Self::Reserved(by) => Self::HalfClosed(by.peer()),
            other => other,
        }
    }

    /// A frame with END_STREAM.
    pub(super) fn ends(self, from: Side) -> Self {
        match self {
            Self::Open => Self::HalfClosed(from),
            Self::HalfClosed(side) if side != from => Self::Closed,
            other => other,
        }
    }

    /// Whether a side may send header fields and content.
    pub(super) fn may_send(self, from: Side) -> bool {
        match self {
            Self::Open => true,
            Self::Reserved(by) => by == from,
            Self::HalfClosed(side) => side != from,
            Self::Closed => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::State;
    use crate::Side::{Initiator, Responder};

    #[test]
    fn a_stream_closes_when_both_sides_have_ended() {
        let state = State::opened();
        assert!(state.may_send(Initiator) && state.may_send(Responder));
        let state = state.ends(Initiator);
        assert_eq!(state, State::HalfClosed(Initiator));
        assert!(!state.may_send(Initiator) && state.may_send(Responder));
        assert_eq!(state.ends(Initiator), state, "once more");
        assert_eq!(state.ends(Responder), State::Closed);
    }

    #[test]
    fn only_the_promising_side_sends_on_a_reserved_stream() {
        let state = State::Reserved(Responder);
        assert!(!state.may_send(Initiator) && state.may_send(Responder));
        assert_eq!(state.answers(), State::HalfClosed(Initiator));
        assert_eq!(state.answers().ends(Responder), State::Closed);
    }
}
