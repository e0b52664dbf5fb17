//! What the opening of a connection negotiated beyond the ordinary options, and what went wrong with it: kept
//! only where there is something to keep. Later segments are asked only where it is (O40, O41, O42, T25, T26).

use crate::options::{
    Agreed, Ecn, FastOpen, MptcpOutcome, Offer, OptionFault, OptionName, Options, SynChange, Violation,
};
use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::multipath::Multipath;
use crate::track::note::Note;
use crate::track::offer::Offered;
use crate::track::protection::Protection;
use crate::track::{multipath, protection};
use crate::{Side, Sides};

#[derive(Debug, Default)]
pub(in crate::track) struct Negotiation {
    /// The last SYN of a side, where it is not as the first (O8).
    pub(in crate::track) latest: Sides<Option<Offer>>,
    changes: Vec<SynChange>,
    violations: Vec<Violation>,
    violations_omitted: u64,
    pub(in crate::track) fast_open: Option<FastOpen>,
    pub(in crate::track) multipath: Option<Multipath>,
    /// Both sides sign what they send (O40).
    pub(in crate::track) protection: Option<Protection>,
    /// Of MP_TCPRST (T26).
    pub(in crate::track) reset_reason: Option<u8>,
}

impl Negotiation {
    /// Changes of the SYN that are listed.
    const CHANGES: usize = 8;
    /// Violations that are listed.
    const VIOLATIONS: usize = 16;

    pub(in crate::track) fn changed(&mut self, change: SynChange) {
        if self.changes.len() < Self::CHANGES {
            self.changes.push(change);
        }
    }
}

impl Conn {
    pub(in crate::track) fn negotiation(&mut self) -> &mut Negotiation {
        self.negotiation.get_or_insert_default()
    }

    /// Notes that an option of this segment is not as it should be.
    pub(in crate::track) fn violation(
        &mut self,
        arrival: &Arrival<'_>,
        id: Rule,
        option: OptionName,
        fault: OptionFault,
    ) {
        let said = self.negotiation();
        if said.violations.len() < Negotiation::VIOLATIONS {
            said.violations.push(Violation {
                id,
                frame: arrival.mark.frame,
                option,
                fault,
            });
        } else {
            said.violations_omitted += 1;
        }
    }

    /// What was offered and agreed, for the connection's public record.
    pub(in crate::track) fn options(&self) -> Options {
        let Sides { initiator, responder } = Sides::from_fn(|side| self.ends[side].offer);
        let said = self.negotiation.as_deref();
        Options {
            initiator,
            responder,
            agreed: self.agreed(),
            changes: said.map(|said| said.changes.clone()).unwrap_or_default(),
            violations: said.map(|said| said.violations.clone()).unwrap_or_default(),
            violations_omitted: said.map_or(0, |said| said.violations_omitted),
            mptcp_reset_reason: said.and_then(|said| said.reset_reason),
        }
    }

    /// O30: what both offered.
    fn agreed(&self) -> Option<Agreed> {
        let offered = Offered::of(self, Side::Initiator)?;
        let answer = self.ends.responder.offer?;
        let both = |has: fn(&Offer) -> bool| has(&answer) && offered.any(has);
        let said = self.negotiation.as_deref();
        let tried_mptcp = offered.any(|offer| offer.mptcp);
        let outcome = said
            .and_then(|said| said.multipath.as_ref()?.outcome)
            .unwrap_or(MptcpOutcome::Fallback);
        Some(Agreed {
            window_scale: both(|offer| offer.window_scale.is_some()),
            sack: both(|offer| offer.sack_permitted),
            timestamps: both(|offer| offer.timestamps),
            ecn: if offered.ecn() == Ecn::None {
                Ecn::None
            } else {
                answer.ecn
            },
            fast_open: said.and_then(|said| said.fast_open),
            md5: both(|offer| offer.md5),
            ao: both(|offer| offer.ao_key_id.is_some()),
            mptcp: both(|offer| offer.mptcp),
            mptcp_outcome: tried_mptcp.then_some(outcome),
        })
    }
}

/// A segment without SYN and RST.
pub(in crate::track) fn observe(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    if conn.negotiation.is_none() {
        if !note.rules.contains(Rule::O3) && !note.rules.contains(Rule::E10) {
            return;
        }
        multipath::begin_behind_syn_ack(conn, arrival);
    }
    if conn.negotiation.is_none() || arrival.flags.syn() {
        return;
    }
    protection::observe(conn, arrival, note);
    multipath::observe(conn, arrival, note);
}

/// A RST.
pub(in crate::track) fn reset(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    if conn.negotiation.is_some() {
        protection::observe(conn, arrival, note);
    }
    if !arrival.segment.tcp.options.is_empty() {
        multipath::reset(conn, arrival, note);
    }
}
