//! What synfin says of an honest conversation is what really happened.

use proptest::prelude::*;
use synfin::{Closer, Confidence, Connection};

use crate::model::{Opening, Plan, Truth, clean_plan, play, rough_plan};
use crate::packet::{ACK, RST, SYN, Shape, tell, tell_in};
use crate::{cases, invariant};

/// Initiator and responder by host: the initiator is who is seen to send a SYN first.
fn closer(host: usize, first: usize) -> Closer {
    if host == first {
        Closer::Initiator
    } else {
        Closer::Responder
    }
}

/// The verdict of the close by the truth, and who ended it. None where the truth leaves it open to an observer: both
/// applications aborted, and each host was gone when the other's RST came.
fn true_close(truth: &Truth, first: usize) -> Option<(&'static str, Closer)> {
    let [c, s] = truth.fin;
    let fins = [c, s].into_iter().flatten().count();
    let closed_first = match (c, s) {
        (Some(c), Some(s)) => Some(usize::from(s < c)),
        (Some(_), None) => Some(0),
        (None, Some(_)) => Some(1),
        (None, None) => None,
    };
    if fins == 2 && truth.fin_acked == [true, true] {
        return Some(if truth.fin_unaware == [true, true] {
            ("simultaneous", Closer::Both)
        } else if truth.fin_acks_fin.contains(&true) {
            ("three-segment", closer(closed_first?, first))
        } else {
            ("four-way", closer(closed_first?, first))
        });
    }
    match truth.aborts[..] {
        [] => Some(match (fins, closed_first) {
            (0, _) => ("open", Closer::Nobody),
            (1, Some(host)) => ("half-closed", closer(host, first)),
            (_, Some(host)) => ("closing", closer(host, first)),
            (_, None) => return None,
        }),
        // Both at the same nanosecond: neither was first.
        [(_, at)] if truth.fin.contains(&Some(at)) => None,
        [(host, at)] => {
            let before = |fin: Option<i64>| fin.is_some_and(|fin| fin <= at);
            Some(match (before(c), before(s)) {
                (false, false) => ("reset", closer(host, first)),
                (true, false) => ("fin-then-reset", closer(0, first)),
                (false, true) => ("fin-then-reset", closer(1, first)),
                (true, true) => ("fin-then-reset", closer(closed_first?, first)),
            })
        }
        _ => None,
    }
}

fn true_opening(plan: &Plan, truth: &Truth) -> &'static str {
    match plan.opening {
        Opening::Refused => "refused",
        Opening::Silent => "no-answer",
        _ if truth.crossed_syns => "simultaneous",
        _ => "complete",
    }
}

fn check_truth(
    plan: &Plan,
    connection: &Connection,
    truth: &Truth,
    first: usize,
    shape: Shape,
) -> Result<(), String> {
    let fail = |what: &str| Err(format!("{what}\n{truth:?}\n{connection:?}"));
    let opening = true_opening(plan, truth);
    if connection.handshake.verdict.as_str() != opening {
        return fail(&format!("the opening is {opening}"));
    }
    if connection.handshake.confidence != Confidence::Certain {
        return fail("the opening is certain");
    }
    if connection.src != shape.address(first) {
        return fail("the initiator");
    }
    if connection.handshake.isn_initiator != Some(plan.isn[first]) {
        return fail("the initiator's number");
    }
    match plan.opening {
        Opening::Refused => {
            let told = (connection.close.verdict.as_str(), connection.close.by);
            return if told == ("not-opened", Closer::Responder) {
                Ok(())
            } else {
                fail("refused by the responder")
            };
        }
        Opening::Silent => {
            let told = (connection.close.verdict.as_str(), connection.close.by);
            return if told == ("not-opened", Closer::Nobody) {
                Ok(())
            } else {
                fail("ended by nobody")
            };
        }
        _ => {}
    }
    if connection.handshake.isn_responder != Some(plan.isn[1 - first]) {
        return fail("the responder's number");
    }
    let bytes = [connection.bytes.initiator, connection.bytes.responder];
    if bytes != [truth.sent[first], truth.sent[1 - first]] {
        return fail("bytes");
    }
    let Some((verdict, by)) = true_close(truth, first) else {
        return Ok(());
    };
    let close = &connection.close;
    if (close.verdict.as_str(), close.by) != (verdict, by) {
        return fail(&format!("the close is {verdict} by {by}"));
    }
    let reset = verdict.ends_with("reset");
    if reset && close.reset_by.map(Closer::from) != truth.aborts.first().map(|(host, _)| closer(*host, first))
    {
        return fail("who reset it");
    }
    // T17: with data in flight an observer cannot know how far the receiver has come, and `certain` is not given.
    if close.confidence != Confidence::Certain && (!reset || truth.quiet_abort) {
        return fail("the close is certain");
    }
    Ok(())
}

fn shape() -> impl Strategy<Value = Shape> {
    (any::<bool>(), any::<bool>()).prop_map(|(v6, swapped)| Shape {
        v6,
        swapped,
        ..Shape::default()
    })
}

proptest! {
    #![proptest_config(cases(192))]

    /// Nothing lost, nothing doubled, everything captured: the verdicts are the truth.
    #[test]
    fn a_clean_conversation_is_told_as_it_was(plan in clean_plan(), shape in shape()) {
        let played = play(&plan);
        let told = tell(&played.tap, shape);
        prop_assert_eq!(told.connections.len(), 1);
        let first = played.tap[0].from;
        let outcome = check_truth(&plan, &told.connections[0], &played.truth, first, shape)
            .and_then(|()| invariant::all(&told.packets, &told.connections));
        prop_assert!(outcome.is_ok(), "{}\n{:#?}", outcome.unwrap_err(), played.tap);
    }

    /// Loss, doubling and reordering in the network: still one connection, opened by who opened it, and everything
    /// said is consistent.
    #[test]
    fn a_rough_network_makes_no_second_connection(plan in rough_plan(), shape in shape()) {
        let played = play(&plan);
        if played.tap.is_empty() {
            return Ok(());
        }
        let told = tell(&played.tap, shape);
        let outcome = invariant::all(&told.packets, &told.connections);
        prop_assert!(outcome.is_ok(), "{}\n{:#?}", outcome.unwrap_err(), played.tap);
        prop_assert_eq!(told.connections.len(), 1, "{:#?}", played.tap);
        let connection = &told.connections[0];
        if played.truth.established == [true, true] && connection.handshake.confidence == Confidence::Certain {
            // Where one SYN of two got lost behind the tap only one host sends a SYN-ACK: O33, which is told `pending`
            // until it has its own verdict.
            let answers = |host| played.tap.iter().any(|packet| packet.from == host && packet.is(SYN | ACK));
            let split = plan.opening == Opening::Simultaneous && !(answers(0) && answers(1));
            let words: &[&str] = if split { &["complete", "split", "pending"] } else { &["complete", "simultaneous"] };
            let opened = words.contains(&connection.handshake.verdict.as_str());
            prop_assert!(opened, "{:?}\n{:#?}", connection.handshake, played.tap);
        }
        if plan.opening == Opening::Active {
            prop_assert_eq!(connection.src, shape.address(0));
        }
        if played.truth.aborts.is_empty() && !played.tap.iter().any(|packet| packet.is(RST)) {
            prop_assert!(!connection.close.verdict.as_str().ends_with("reset"));
        }
    }

    /// What is said of a packet does not depend on what follows, nor on who asks in between.
    #[test]
    fn an_annotation_is_the_same_for_any_future(plan in rough_plan(), at in any::<prop::sample::Index>()) {
        let tap = play(&plan).tap;
        if tap.is_empty() {
            return Ok(());
        }
        let whole = tell(&tap, Shape::default());
        let count = at.index(tap.len()) + 1;
        let cut = tell_in(&tap[..count], Shape::default(), synfin::Config::default(), true);
        prop_assert_eq!(&cut.packets[..], &whole.packets[..count]);
    }
}
