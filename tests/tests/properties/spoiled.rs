//! The same conversation captured in other ways: what must not change, and how far the rest may.
//!
//! Dropping captured packets can only take evidence away. A verdict of absence (of an answer, of an end) says what the
//! file holds, and packets that were dropped are absent from it; so those stay compatible with any truth that went
//! further. A verdict that claims an act - refused, aborted, simultaneous, a FIN's order, a RST - must be the truth
//! when it is called certain:
//!
//! | truth | certain verdicts that are compatible |
//! |---|---|
//! | any opening | `none`, `unseen`, `pending`, `no-answer`, `half-open`: absence |
//! | complete, simultaneous, refused | itself |
//! | an opening and a RST | `refused`, `aborted`, where no segment between the SYNs and the RST was kept: O15 and O19 are left of it |
//! | an opening and a RST of a host that had sent data | `bad-ack`, where that data was dropped: an ACK of it, and the RST with its number, are O47's |
//! | simultaneous | `complete` as well, where one host's SYN-ACK was dropped: figure 6 is left of figure 7; `split`, where its host sent an ACK alone as well: O33 is left |
//! | any close | `not-opened`, `open`, `half-closed`, `closing`, `timed-out`: absence |
//! | four-way | itself; `three-segment`, where the first FIN's pure ACK is what was dropped: no trace of it is left |
//! | fin-then-reset | itself; `reset`, where the FIN was dropped: that there was none before is a claim of absence |
//! | reset | itself; `fin-then-reset`, where a RST was dropped: the FIN that crossed it is answered by a RST of its own |
//! | other closes | itself |
//!
//! Who ended it must agree wherever the certain verdict is the truth's; `nobody` is absence, and `network` is never
//! certain. Where both sides reset, the first RST tells: if that was dropped, the other side's is the first one left.

use proptest::prelude::*;
use synfin::{Closer, Confidence, Connection};

use crate::model::{clean_plan, play, rough_plan};
use crate::packet::{ACK, FIN, Packet, RST, SYN, Shape, Told, tell};
use crate::{cases, invariant};

/// What must not depend on how the conversation was cut, addressed, numbered or copied.
fn verdict(connection: &Connection) -> String {
    let close = &connection.close;
    format!(
        "{} {} by {} reset by {:?} because {}",
        connection.handshake.verdict, close.verdict, close.by, close.reset_by, close.cause
    )
}

fn verdicts(told: &Told) -> Vec<String> {
    told.connections.iter().map(verdict).collect()
}

fn is_data(packet: &Packet) -> bool {
    packet.len > 0 && !packet.is(SYN) && !packet.is(RST)
}

/// Each payload in two segments.
fn cut_up(tap: &[Packet], at: u32) -> Vec<Packet> {
    let mut cut = Vec::new();
    for packet in tap {
        if !is_data(packet) || packet.len < 2 {
            cut.push(packet.clone());
            continue;
        }
        let first = 1 + at % (packet.len - 1);
        cut.push(Packet {
            len: first,
            flags: packet.flags & !FIN,
            ..packet.clone()
        });
        cut.push(Packet {
            seq: packet.seq.wrapping_add(first),
            len: packet.len - first,
            ..packet.clone()
        });
    }
    cut
}

/// Payloads that come right behind each other as one, as receive offload hands them over.
fn coalesced(tap: &[Packet]) -> Vec<Packet> {
    let mut all: Vec<Packet> = Vec::new();
    for packet in tap {
        if let Some(last) = all.last_mut() {
            let joins = is_data(last)
                && is_data(packet)
                && !last.is(FIN)
                && (last.from, last.end(), last.ack, last.flags & ACK)
                    == (packet.from, packet.seq, packet.ack, packet.flags & ACK)
                && last.time_ns == packet.time_ns;
            if joins {
                last.len += packet.len;
                last.flags |= packet.flags;
                continue;
            }
        }
        all.push(packet.clone());
    }
    all
}

/// Each packet captured twice.
fn doubled(tap: &[Packet], after_ns: i64) -> Vec<Packet> {
    let copy = |packet: &Packet| Packet {
        time_ns: packet.time_ns + after_ns,
        ..packet.clone()
    };
    tap.iter()
        .flat_map(|packet| [packet.clone(), copy(packet)])
        .collect()
}

fn is_compatible(
    truth: &Connection,
    told: &Connection,
    tap: &[Packet],
    kept: &[Packet],
) -> Result<(), String> {
    let (was, is) = (truth.handshake.verdict.as_str(), told.handshake.verdict.as_str());
    let absent = ["none", "unseen", "pending", "no-answer", "half-open"];
    let syn_ack_of = |host| {
        kept.iter()
            .any(|packet| packet.from == host && packet.is(SYN | ACK))
    };
    let halved =
        was == "simultaneous" && ["complete", "split"].contains(&is) && !(syn_ack_of(0) && syn_ack_of(1));
    let before_reset = || kept.iter().take_while(|packet| !packet.is(RST));
    let unopened = kept.iter().any(|packet| packet.is(RST)) && before_reset().all(|packet| packet.is(SYN));
    let failed = unopened && ["refused", "aborted"].contains(&is);
    // Data of the host that reset: what acknowledges it acknowledges nothing that was captured.
    let data = |packets: &[Packet], host: usize| {
        packets
            .iter()
            .filter(|packet| packet.from == host && is_data(packet))
            .count()
    };
    let answered = truth.close.reset_by.is_some()
        && kept
            .iter()
            .any(|reset| reset.is(RST) && data(kept, reset.from) < data(tap, reset.from));
    let explained = absent.contains(&is) || halved || failed || (answered && is == "bad-ack");
    if told.handshake.confidence == Confidence::Certain && is != was && !explained {
        return Err(format!("the opening was {was} and is certainly {is}"));
    }
    let (was, is) = (truth.close.verdict.as_str(), told.close.verdict.as_str());
    let absent = ["not-opened", "open", "half-closed", "closing", "timed-out"];
    let resets = |packets: &[Packet]| packets.iter().filter(|packet| packet.is(RST)).count();
    let crossed = (was, is) == ("reset", "fin-then-reset") && resets(kept) < resets(tap);
    let merged = crossed || [("four-way", "three-segment"), ("fin-then-reset", "reset")].contains(&(was, is));
    if told.close.confidence == Confidence::Certain && is != was && !absent.contains(&is) && !merged {
        return Err(format!("the close was {was} and is certainly {is}"));
    }
    let same_roles = truth.src == told.src;
    let claimed = told.close.verdict == truth.close.verdict && told.close.confidence == Confidence::Certain;
    // That a RST is not its sender's (T19) is as sure as the cause says, and that is never certain.
    let somebody = ![Closer::Nobody, Closer::Network].contains(&told.close.by);
    if told.close.by == Closer::Network && told.close.cause_confidence == Confidence::Certain {
        return Err("certainly injected".to_owned());
    }
    let first_reset = |packets: &[Packet]| packets.iter().find(|packet| packet.is(RST)).cloned();
    let reset_dropped = is == "reset"
        && first_reset(tap)
            .zip(first_reset(kept))
            .is_some_and(|(first, left)| first.from != left.from);
    if claimed && same_roles && somebody && !reset_dropped && truth.close.by != told.close.by {
        return Err(format!(
            "ended by {}, certainly by {}",
            truth.close.by, told.close.by
        ));
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn addresses_numbers_and_clock_do_not_matter(
        plan in rough_plan(), v6 in any::<bool>(), shift in any::<[u32; 2]>(), later_ns in 0i64..1_000_000_000_000,
    ) {
        let tap = play(&plan).tap;
        let plain = tell(&tap, Shape { v6, ..Shape::default() });
        let other = tell(&tap, Shape { v6, swapped: true, shift, later_ns, ..Shape::default() });
        prop_assert_eq!(verdicts(&plain), verdicts(&other), "{:#?}", tap);
        for (a, b) in plain.packets.iter().zip(&other.packets) {
            prop_assert_eq!((a.step, a.role, a.state, a.seq, a.ack), (b.step, b.role, b.state, b.seq, b.ack));
        }
    }

    #[test]
    fn segmentation_does_not_matter(plan in clean_plan(), at in any::<u32>()) {
        let tap = play(&plan).tap;
        let plain = tell(&tap, Shape::default());
        for (how, other) in [("cut", cut_up(&tap, at)), ("coalesced", coalesced(&tap))] {
            let told = tell(&other, Shape::default());
            prop_assert_eq!(verdicts(&plain), verdicts(&told), "{}\n{:#?}", how, tap);
            let outcome = invariant::all(&told.packets, &told.connections);
            prop_assert!(outcome.is_ok(), "{}\n{:#?}", outcome.unwrap_err(), other);
        }
    }

    /// As long as it leaves the header whole: a SYN has 44 bytes here.
    #[test]
    fn the_snap_length_does_not_matter(plan in rough_plan(), snaplen in 44usize..200) {
        let tap = play(&plan).tap;
        let plain = tell(&tap, Shape::default());
        let cut = tell(&tap, Shape { snaplen, ..Shape::default() });
        prop_assert_eq!(verdicts(&plain), verdicts(&cut), "{:#?}", tap);
    }

    #[test]
    fn capturing_twice_does_not_matter(plan in clean_plan(), after_ns in 0i64..10_000, v6 in any::<bool>()) {
        let tap = play(&plan).tap;
        let shape = Shape { v6, ..Shape::default() };
        let plain = tell(&tap, shape);
        let twice = doubled(&tap, after_ns);
        let told = tell(&twice, shape);
        prop_assert_eq!(verdicts(&plain), verdicts(&told), "{:#?}", twice);
        let outcome = invariant::all(&told.packets, &told.connections);
        prop_assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
    }

    /// The table above.
    #[test]
    fn dropping_contradicts_nothing(plan in clean_plan(), keep in prop::collection::vec(any::<bool>(), 1..60)) {
        let tap = play(&plan).tap;
        let kept: Vec<Packet> = tap
            .iter()
            .enumerate()
            .filter(|(index, _)| keep.get(*index).copied().unwrap_or(true))
            .map(|(_, packet)| packet.clone())
            .collect();
        let whole = tell(&tap, Shape::default());
        let told = tell(&kept, Shape::default());
        let outcome = invariant::all(&told.packets, &told.connections);
        prop_assert!(outcome.is_ok(), "{}\n{:#?}", outcome.unwrap_err(), kept);
        prop_assert!(told.connections.len() <= 1, "{:#?}", kept);
        for connection in &told.connections {
            let outcome = is_compatible(&whole.connections[0], connection, &tap, &kept);
            prop_assert!(outcome.is_ok(), "{}\n{:#?}\nof {:#?}", outcome.unwrap_err(), kept, tap);
        }
    }
}
