//! Explicit congestion notification in the opening: O28 (RFC 3168) and O29 (RFC 9768).

use crate::options::{Ecn, Offer};
use crate::rule::Rule;
use crate::track::note::Note;
use crate::track::offer::Offered;
use crate::wire::tcp::TcpFlags;

/// What a SYN asks for: CWR and ECE, and AE for accurate ECN.
pub(in crate::track) fn asked(flags: TcpFlags) -> Ecn {
    match (flags.ae(), flags.cwr(), flags.ece()) {
        (true, true, true) => Ecn::Accurate,
        (false, true, true) => Ecn::Classic,
        _ => Ecn::None,
    }
}

/// What a SYN-ACK takes: RFC 9768 table 2, or to a SYN without AE, RFC 3168 section 6.1.1. All three flags
/// are a reflection of the SYN by a host that does not know them; AE and ECE, once the nonce of RFC 3540,
/// count as accurate (RFC 9768 section 3.1.3).
pub(in crate::track) fn answered(flags: TcpFlags, asked: Option<Ecn>) -> Ecn {
    let accurate = asked.is_none_or(|asked| asked == Ecn::Accurate);
    match (flags.ae(), flags.cwr(), flags.ece()) {
        (false, true, _) | (true, _, false) | (true, false, true) if accurate => Ecn::Accurate,
        (_, false, true) => Ecn::Classic,
        _ => Ecn::None,
    }
}

/// O28 or O29 of a SYN.
pub(in crate::track) fn syn(offer: &Offer, note: &mut Note) {
    tell(offer.ecn, note);
}

/// O28 or O29 of a SYN-ACK that takes what was asked for.
pub(in crate::track) fn syn_ack(offered: Option<&Offered>, answer: &Offer, note: &mut Note) {
    if offered.is_none_or(|offered| offered.ecn() != Ecn::None) {
        tell(answer.ecn, note);
    }
}

fn tell(ecn: Ecn, note: &mut Note) {
    match ecn {
        Ecn::None => {}
        Ecn::Classic => note.also(Rule::O28),
        Ecn::Accurate => note.also(Rule::O29),
    }
}
