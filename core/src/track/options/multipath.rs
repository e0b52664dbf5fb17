//! Multipath TCP (RFC 8684): O41 and O42 in the opening, T25 and T26 at the end. Options of later segments
//! are read only where the opening agreed on it; those of a RST always.

use crate::options::{MptcpOutcome, MptcpSubtype, Offer, OptionFault, OptionName};
use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::note::Note;
use crate::track::offer::Offered;
use crate::wire::mptcp::{MpJoin, Mptcp};
use crate::wire::tcp_option::TcpOption;
use crate::words::Phase;
use crate::{Side, Sides};

#[derive(Debug, Default)]
pub(in crate::track) struct Multipath {
    /// None before the SYN-ACK.
    pub(in crate::track) outcome: Option<MptcpOutcome>,
    /// The key each side has told.
    keys: Sides<Option<u64>>,
    /// The initiator has proven that it may join.
    proven: bool,
}

impl<'a> Arrival<'a> {
    fn mptcp(&self) -> impl Iterator<Item = Mptcp<'a>> + use<'a> {
        self.segment.tcp.options().filter_map(|(_, option)| match option {
            TcpOption::Mptcp(mptcp) => Some(mptcp),
            _ => None,
        })
    }

    /// The key that MP_CAPABLE tells as its sender's.
    fn told_key(&self) -> Option<u64> {
        self.mptcp().find_map(|mptcp| match mptcp {
            Mptcp::MpCapable { sender_key, .. } => sender_key,
            _ => None,
        })
    }
}

fn rule_of(subtype: MptcpSubtype) -> Rule {
    match subtype {
        MptcpSubtype::Capable => Rule::O41,
        MptcpSubtype::Join => Rule::O42,
    }
}

/// O41 or O42 of a SYN.
pub(in crate::track) fn syn(conn: &mut Conn, arrival: &Arrival<'_>, offer: &Offer, note: &mut Note) {
    let Some(subtype) = offer.mptcp_subtype else {
        return;
    };
    note.also(rule_of(subtype));
    // Version 0 tells the key here already.
    if let (MptcpSubtype::Capable, Some(key)) = (subtype, arrival.told_key()) {
        let multipath = conn.negotiation().multipath.get_or_insert_default();
        multipath.keys[arrival.sender] = Some(key);
    }
}

/// O41 or O42 of a SYN-ACK; without a fitting option it is the fallback to plain TCP.
pub(in crate::track) fn syn_ack(
    conn: &mut Conn,
    arrival: &Arrival<'_>,
    offered: Option<&Offered>,
    answer: &Offer,
    note: &mut Note,
) {
    let Some(subtype) = answer.mptcp_subtype else {
        return;
    };
    note.also(rule_of(subtype));
    if let Some(offered) = offered {
        let fault = if !offered.any(|offer| offer.mptcp) {
            Some(OptionFault::NotOffered)
        } else if !offered.any(|offer| offer.mptcp_subtype == Some(subtype)) {
            Some(OptionFault::Mismatch)
        } else {
            None
        };
        if let Some(fault) = fault {
            conn.violation(arrival, rule_of(subtype), OptionName::Mptcp, fault);
            return;
        }
    }
    let multipath = conn.negotiation().multipath.get_or_insert_default();
    multipath.outcome.get_or_insert(match subtype {
        MptcpSubtype::Capable => MptcpOutcome::Capable,
        MptcpSubtype::Join => MptcpOutcome::Joining,
    });
    multipath.keys[arrival.sender] = multipath.keys[arrival.sender].or(arrival.told_key());
}

/// Where the capture has no SYN-ACK, the first segment behind it that counts tells whether to look further.
pub(in crate::track) fn begin_behind_syn_ack(conn: &mut Conn, arrival: &Arrival<'_>) {
    let Sides { initiator, responder } = &conn.ends;
    let may_be = responder.offer.is_none() && initiator.offer.is_none_or(|offer| offer.mptcp);
    let first = arrival.mptcp().next().filter(|_| may_be);
    let outcome = match first {
        None => return,
        Some(Mptcp::MpJoin(_)) => MptcpOutcome::Joining,
        Some(_) => MptcpOutcome::Capable,
    };
    conn.negotiation().multipath = Some(Multipath {
        outcome: Some(outcome),
        ..Multipath::default()
    });
}

/// A segment without SYN and RST: the third of O41, the third and fourth of O42, T25 and T26.
pub(in crate::track) fn observe(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let outcome = conn.multipath().and_then(|multipath| multipath.outcome);
    let Some(outcome) = outcome.filter(|&outcome| outcome != MptcpOutcome::Fallback) else {
        return;
    };
    if outcome == MptcpOutcome::Joining && arrival.sender == Side::Responder {
        fourth_of_join(conn, arrival, note);
    }
    let is_third = note.rules.contains(Rule::O3);
    let mut is_capable = false;
    for mptcp in arrival.mptcp() {
        match mptcp {
            Mptcp::MpCapable {
                sender_key,
                receiver_key,
                ..
            } if is_third => {
                is_capable = true;
                note.also(Rule::O41);
                third_of_capable(conn, arrival, sender_key, receiver_key);
            }
            Mptcp::MpJoin(MpJoin::Ack { .. }) if arrival.sender == Side::Initiator => {
                note.special(Rule::O42);
                if let Some(multipath) = conn.multipath() {
                    multipath.proven = true;
                }
            }
            Mptcp::Dss(dss) if dss.data_fin => note.special(Rule::T25),
            Mptcp::FastClose { receiver_key } => fast_close(conn, arrival, receiver_key, note),
            _ => {}
        }
    }
    // Without the keys its receiver falls back (RFC 8684 section 3.1).
    if is_third && outcome == MptcpOutcome::Capable && !is_capable {
        if let Some(multipath) = conn.multipath() {
            multipath.outcome = Some(MptcpOutcome::Fallback);
        }
    }
}

/// The third segment gives back the responder's key, and in version 0 the initiator's own.
fn third_of_capable(conn: &mut Conn, arrival: &Arrival<'_>, own: Option<u64>, peers: Option<u64>) {
    let Some(multipath) = conn.multipath() else {
        return;
    };
    let own_known = &mut multipath.keys[arrival.sender];
    let is_own = own_known.is_none() || *own_known == own;
    *own_known = own_known.or(own);
    let peers_known = multipath.keys[arrival.sender.peer()];
    if !is_own || (peers_known.is_some() && peers_known != peers) {
        conn.violation(arrival, Rule::O41, OptionName::Mptcp, OptionFault::Mismatch);
    }
}

/// The responder's first segment behind the initiator's proof: only now the subflow may carry data.
fn fourth_of_join(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let covers = conn.ends.initiator.syn_acked_by(arrival.ack);
    let Some(multipath) = conn.multipath() else {
        return;
    };
    if multipath.proven && covers {
        multipath.outcome = Some(MptcpOutcome::Joined);
        note.special(Rule::O42);
    }
}

/// T26: the whole connection ends, all its subflows at once. The receiver's key proves that it may.
fn fast_close(conn: &mut Conn, arrival: &Arrival<'_>, key: u64, note: &mut Note) {
    note.special(Rule::T26);
    let known = conn
        .multipath()
        .and_then(|multipath| multipath.keys[arrival.sender.peer()]);
    if known.is_some_and(|known| known != key) {
        conn.violation(arrival, Rule::T26, OptionName::Mptcp, OptionFault::Mismatch);
    }
}

/// T26 of a RST.
pub(in crate::track) fn reset(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    for mptcp in arrival.mptcp() {
        match mptcp {
            Mptcp::FastClose { receiver_key } => fast_close(conn, arrival, receiver_key, note),
            Mptcp::TcpRst { reason, .. } => {
                // A refusal stays one; of an open connection this says more than that it ends.
                if note.phase == Phase::Teardown {
                    note.special(Rule::T26);
                } else {
                    note.also(Rule::T26);
                }
                if !note.rules.contains(Rule::T17) {
                    conn.negotiation().reset_reason = Some(reason);
                }
            }
            _ => {}
        }
    }
}

impl Conn {
    fn multipath(&mut self) -> Option<&mut Multipath> {
        self.negotiation.as_mut()?.multipath.as_mut()
    }
}
