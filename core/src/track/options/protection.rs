//! TCP-AO (RFC 5925) and MD5 signatures (RFC 2385): O40.
//!
//! An observer has no keys, so it cannot tell a right signature from a wrong one; but it sees which key a
//! segment names, and a segment that names none.

use crate::Sides;
use crate::options::{Offer, OptionFault, OptionName};
use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::note::Note;
use crate::track::offer::Offered;
use crate::wire::tcp_option::TcpOption;

/// What both sides agreed to put on every segment.
#[derive(Debug)]
pub(in crate::track) struct Protection {
    option: OptionName,
    /// The keys that each side may use: those that its peer has asked for so far, and the one of its own SYN
    /// that the peer took. A key is asked for by RNextKeyID and taken up when it is ready (RFC 5925
    /// section 7.5.2), so the older ones stay good.
    keys: Sides<KeySet>,
}

#[derive(Debug, Clone, Copy, Default)]
struct KeySet([u64; 4]);

impl KeySet {
    fn insert(&mut self, key: u8) {
        self.0[usize::from(key / 64)] |= 1 << (key % 64);
    }

    fn contains(self, key: u8) -> bool {
        self.0[usize::from(key / 64)] & (1 << (key % 64)) != 0
    }
}

/// O40 of a SYN.
pub(in crate::track) fn syn(offer: &Offer, note: &mut Note) {
    if protects(offer).is_some() {
        note.also(Rule::O40);
    }
}

/// O40 of a SYN-ACK: protected as the SYN was, or not as it should be.
pub(in crate::track) fn syn_ack(
    conn: &mut Conn,
    arrival: &Arrival<'_>,
    offered: Option<&Offered>,
    answer: &Offer,
    note: &mut Note,
) {
    let answer_by = protects(answer);
    let Some(offered) = offered else {
        if answer_by.is_some() {
            note.also(Rule::O40);
        }
        return;
    };
    let (asked, asked_by) = match protects(&offered.last) {
        None => (&offered.first, protects(&offered.first)),
        some => (&offered.last, some),
    };
    let mut violation = |option, fault| conn.violation(arrival, Rule::O40, option, fault);
    match (asked_by, answer_by) {
        (None, None) => return,
        (None, Some(option)) => violation(option, OptionFault::NotOffered),
        (Some(option), None) => violation(option, OptionFault::Missing),
        (Some(asked), Some(answer)) if asked != answer => violation(asked, OptionFault::Mismatch),
        (Some(option), Some(_)) => {
            if answer.ao_key_id != asked.ao_rnext_key_id {
                violation(option, OptionFault::Mismatch);
            }
            let mut keys = Sides::from_fn(|_| KeySet::default());
            let of_client = [asked.ao_key_id, answer.ao_rnext_key_id];
            let of_server = [answer.ao_key_id, asked.ao_rnext_key_id];
            for key in of_client.into_iter().flatten() {
                keys[arrival.sender.peer()].insert(key);
            }
            for key in of_server.into_iter().flatten() {
                keys[arrival.sender].insert(key);
            }
            let agreed = Protection { option, keys };
            conn.negotiation().protection.get_or_insert(agreed);
        }
    }
    note.also(Rule::O40);
}

fn protects(offer: &Offer) -> Option<OptionName> {
    match offer {
        Offer {
            ao_key_id: Some(_), ..
        } => Some(OptionName::Ao),
        Offer { md5: true, .. } => Some(OptionName::Md5),
        _ => None,
    }
}

/// O40 of a later segment: not as agreed. Its receiver drops such a segment.
pub(in crate::track) fn observe(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let Some(agreed) = conn
        .negotiation
        .as_mut()
        .and_then(|said| said.protection.as_mut())
    else {
        return;
    };
    let option = agreed.option;
    let sender = arrival.sender;
    let found = arrival
        .segment
        .tcp
        .options()
        .find_map(|(_, found)| match (option, found) {
            (
                OptionName::Ao,
                TcpOption::Ao {
                    key_id, rnext_key_id, ..
                },
            ) => {
                let is_good = agreed.keys[sender].contains(key_id);
                if is_good {
                    agreed.keys[sender.peer()].insert(rnext_key_id);
                }
                Some(is_good)
            }
            (OptionName::Md5, TcpOption::Md5(_)) => Some(true),
            _ => None,
        });
    let fault = match found {
        Some(true) => return,
        Some(false) => OptionFault::Mismatch,
        None => OptionFault::Missing,
    };
    note.also(Rule::O40);
    conn.violation(arrival, Rule::O40, option, fault);
}
