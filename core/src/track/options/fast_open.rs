//! TCP Fast Open (RFC 7413), and data in the SYN without it: O22 to O27.

use crate::SeqNumber;
use crate::options::{FastOpen, Offer, OptionFault, OptionName};
use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::note::Note;
use crate::track::offer::Offered;

/// O22, O24 and O27.
pub(in crate::track) fn syn(offer: &Offer, note: &mut Note) {
    match (offer.fast_open_cookie_len, offer.payload) {
        (Some(0), false) => note.also(Rule::O22),
        (Some(1..), true) => note.also(Rule::O24),
        (None, true) => note.also(Rule::O27),
        _ => {}
    }
}

/// O23, O25 and O26.
pub(in crate::track) fn syn_ack(
    conn: &mut Conn,
    arrival: &Arrival<'_>,
    ack: SeqNumber,
    offered: Option<&Offered>,
    answer: &Offer,
    note: &mut Note,
) {
    if answer.has_cookie() {
        note.also(Rule::O23);
    }
    let Some(offered) = offered else { return };
    if !offered.any(|offer| offer.fast_open) {
        if answer.fast_open {
            conn.violation(arrival, Rule::O23, OptionName::FastOpen, OptionFault::NotOffered);
        }
        return;
    }
    let client = &conn.ends[arrival.sender.peer()];
    let beyond_syn = client.isn.is_some_and(|isn| ack.after(isn + 1));
    // It acknowledges data: that of the SYN that had some.
    let asked = if beyond_syn && !offered.last.payload {
        &offered.first
    } else {
        &offered.last
    };
    let outcome = match (beyond_syn, asked.payload) {
        (true, true) if client.next.is_some_and(|end| ack.before(end)) => FastOpen::PartlyAccepted,
        (true, true) => FastOpen::Accepted,
        (false, true) if asked.has_cookie() => FastOpen::Ignored,
        _ if answer.has_cookie() => FastOpen::Granted,
        _ if !asked.fast_open => FastOpen::Dropped,
        _ if asked.has_cookie() => FastOpen::Unused,
        _ => FastOpen::Requested,
    };
    match outcome {
        FastOpen::Accepted | FastOpen::PartlyAccepted if asked.has_cookie() => note.also(Rule::O25),
        FastOpen::Ignored => note.also(Rule::O26),
        _ => {}
    }
    conn.negotiation().fast_open.get_or_insert(outcome);
}

impl Offer {
    fn has_cookie(&self) -> bool {
        self.fast_open_cookie_len.is_some_and(|len| len > 0)
    }
}
