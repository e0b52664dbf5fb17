//! The states that an endpoint may go through: RFC 9293 figure 5, written by hand, and what an observer adds.

use synfin::{Annotation, Side, State};

use State::{
    CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck, Listen, SynReceived, SynSent,
    TimeWait, Unknown,
};

/// Edges that what an endpoint receives takes it along. An observer sees them by the endpoint's next segment, or at
/// once where the received segment needs no answer.
const RECEIVING: &[(State, State, &str)] = &[
    (SynSent, Established, "rcv SYN,ACK"),
    (SynReceived, Established, "rcv ACK of SYN"),
    (SynReceived, CloseWait, "rcv FIN (3.10.7.4, eighth)"),
    (Established, CloseWait, "rcv FIN"),
    (FinWait1, FinWait2, "rcv ACK of FIN"),
    (FinWait1, Closing, "rcv FIN"),
    (FinWait1, TimeWait, "rcv FIN, ACK of FIN (note 2)"),
    (FinWait2, TimeWait, "rcv FIN"),
    (Closing, TimeWait, "rcv ACK of FIN"),
    (LastAck, Closed, "rcv ACK of FIN"),
    (SynReceived, Listen, "rcv RST (note 1)"),
];

/// Edges that an endpoint takes with a segment of its own.
const SENDING: &[(State, State, &str)] = &[
    (Closed, SynSent, "active OPEN, snd SYN"),
    (Listen, SynSent, "SEND, snd SYN"),
    (Listen, SynReceived, "rcv SYN, snd SYN,ACK"),
    (
        Closed,
        SynReceived,
        "passive OPEN, which nobody sees; rcv SYN, snd SYN,ACK",
    ),
    (SynSent, SynReceived, "rcv SYN, snd SYN,ACK"),
    (SynReceived, FinWait1, "CLOSE, snd FIN"),
    (Established, FinWait1, "CLOSE, snd FIN"),
    (CloseWait, LastAck, "CLOSE, snd FIN"),
];

/// Edges of the observer, who may have missed segments or seen them lost behind him.
const OBSERVED: &[(State, State, &str)] = &[
    (Closed, Established, "proven open by what follows"),
    (Listen, Established, "proven open by what follows"),
    (SynSent, Established, "proven open by what follows"),
    (SynReceived, Established, "proven open by what follows"),
    (
        Established,
        SynReceived,
        "the SYN-ACK comes again: its ACK was lost",
    ),
    (Closed, LastAck, "the FIN comes again: its ACK was lost"),
];

fn along(table: &[(State, State, &str)], from: State) -> impl Iterator<Item = State> {
    table
        .iter()
        .filter(move |(before, ..)| *before == from)
        .map(|(_, after, _)| *after)
}

/// Everything that one captured segment may show of an endpoint. Its sender shows what it had received before, edge by
/// edge, then takes one edge by sending; its receiver takes one. A RST takes either to CLOSED from anywhere.
fn may_become(before: State, is_sender: bool, rst: bool) -> Vec<State> {
    let mut reached = vec![before];
    // What the numbers prove is where an observer who knew nothing begins, and is told alone.
    if before == Unknown {
        return State::ALL.to_vec();
    }
    reached.extend(along(OBSERVED, before));
    if rst {
        reached.push(Closed);
    }
    for _ in 0..if is_sender { 3 } else { 1 } {
        let from = if is_sender { reached.clone() } else { vec![before] };
        reached.extend(from.into_iter().flat_map(|state| along(RECEIVING, state)));
    }
    if is_sender {
        for state in reached.clone() {
            reached.extend(along(SENDING, state));
        }
    }
    reached
}

/// Both endpoints go along an edge.
pub(crate) fn hold(annotation: &Annotation) -> Result<(), String> {
    for side in Side::BOTH {
        let step = annotation.state[side];
        let rst = annotation.flags.rst();
        if !may_become(step.before, annotation.direction == side, rst).contains(&step.after) {
            return Err(format!(
                "frame {}: {side:?} {} > {} by {} of {:?}",
                annotation.frame, step.before, step.after, annotation.flags, annotation.direction
            ));
        }
    }
    Ok(())
}
