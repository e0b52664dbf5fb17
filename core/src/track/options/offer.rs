//! What SYN and SYN-ACK offer by their options and flags, and whether the one fits the other: O8, O31 and
//! O45. What they say of one mechanism is in [`fast_open`], [`ecn`], [`protection`] and [`multipath`].

use crate::options::{Ecn, MptcpSubtype, Offer, OptionFault, OptionName, SynChange, UserTimeout};
use crate::rule::Rule;
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::note::Note;
use crate::track::{ecn, fast_open, multipath, protection};
use crate::wire::mptcp::Mptcp;
use crate::wire::tcp::TcpFlags;
use crate::wire::tcp_option::TcpOption;
use crate::{SeqNumber, Side};

/// Flags that a SYN has no use for: it begins the stream, so it cannot end it, nor push or mark what is not
/// there yet. Data in the SYN changes nothing of that: those who send it (TCP Fast Open) set no PSH. The
/// ECN flags are at home in a SYN (RFC 3168 section 6.1.1, RFC 9768 section 3.1.1).
const STRANGE: TcpFlags = TcpFlags::FIN
    .union(TcpFlags::RST)
    .union(TcpFlags::PSH)
    .union(TcpFlags::URG);

/// O45, of SYN and SYN-ACK.
pub(in crate::track) fn strange_flags(arrival: &Arrival<'_>, note: &mut Note) {
    if arrival.flags.syn() && arrival.flags.intersects(STRANGE) {
        note.also(Rule::O45);
    }
}

/// What a SYN offers, the first one or one sent again.
pub(in crate::track) fn syn(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let known = conn.ends[arrival.sender].offer;
    let again = note.rules.contains(Rule::O6);
    let offer = known.filter(|_| !again).unwrap_or_else(|| arrival.offer());
    if again {
        sent_again(conn, arrival, &offer, note);
    }
    fast_open::syn(&offer, note);
    ecn::syn(&offer, note);
    protection::syn(&offer, note);
    multipath::syn(conn, arrival, &offer, note);
}

/// What a SYN-ACK takes of the offer, the first one or one sent again.
pub(in crate::track) fn syn_ack(conn: &mut Conn, arrival: &Arrival<'_>, ack: SeqNumber, note: &mut Note) {
    let offered = Offered::of(conn, arrival.sender.peer());
    let own = &mut conn.ends[arrival.sender];
    let is_first = own.syn.is_some_and(|syn| syn.first == arrival.mark);
    let known = own.offer.filter(|_| is_first);
    let mut answer = known.unwrap_or_else(|| arrival.offer());
    answer.ecn = ecn::answered(arrival.flags, offered.map(|offered| offered.ecn()));
    if is_first {
        own.offer = Some(answer);
    }
    if let Some(offered) = &offered {
        not_offered(conn, arrival, offered, &answer, note);
    }
    fast_open::syn_ack(conn, arrival, ack, offered.as_ref(), &answer, note);
    ecn::syn_ack(offered.as_ref(), &answer, note);
    protection::syn_ack(conn, arrival, offered.as_ref(), &answer, note);
    multipath::syn_ack(conn, arrival, offered.as_ref(), &answer, note);
}

/// What a side's SYNs have offered: a SYN-ACK may answer any of them.
#[derive(Clone, Copy)]
pub(in crate::track) struct Offered {
    pub(in crate::track) first: Offer,
    /// The last one; the first where nothing was changed.
    pub(in crate::track) last: Offer,
}

impl Offered {
    /// None where no SYN was captured.
    pub(in crate::track) fn of(conn: &Conn, side: Side) -> Option<Self> {
        let first = conn.ends[side].offer?;
        let latest = conn.negotiation.as_ref().and_then(|said| said.latest[side]);
        Some(Self {
            first,
            last: latest.unwrap_or(first),
        })
    }

    pub(in crate::track) fn any(&self, has: impl Fn(&Offer) -> bool) -> bool {
        has(&self.first) || has(&self.last)
    }

    pub(in crate::track) fn ecn(&self) -> Ecn {
        self.first.ecn.max(self.last.ecn)
    }
}

/// O8: the SYN is not the one sent before.
fn sent_again(conn: &mut Conn, arrival: &Arrival<'_>, offer: &Offer, note: &mut Note) {
    let Some(offered) = Offered::of(conn, arrival.sender) else {
        return;
    };
    if let Some(change) = change(&offered.last, offer) {
        note.special(Rule::O8);
        let said = conn.negotiation();
        said.latest[arrival.sender] = Some(*offer);
        said.changed(change);
    }
}

/// What differs between a SYN and the next.
fn change(before: &Offer, now: &Offer) -> Option<SynChange> {
    const ECN: u16 = TcpFlags::ECE.union(TcpFlags::CWR).union(TcpFlags::AE).bits();
    let with_ecn = Offer {
        ecn: before.ecn,
        flags: now.flags | TcpFlags::from_bits(before.flags.bits() & ECN),
        ..*now
    };
    let with_fast_open = Offer {
        fast_open: before.fast_open,
        fast_open_cookie_len: before.fast_open_cookie_len,
        payload: before.payload,
        ..*now
    };
    if now == before {
        None
    } else if now.ecn == Ecn::None && with_ecn == *before {
        Some(SynChange::EcnDropped)
    } else if before.fast_open && !now.fast_open && with_fast_open == *before {
        Some(SynChange::FastOpenDropped)
    } else if now.is_without_options() && !before.is_without_options() {
        Some(SynChange::OptionsDropped)
    } else {
        Some(SynChange::Other)
    }
}

/// O31. Of the other options that a SYN-ACK may not bring up by itself, their own rules tell.
fn not_offered(conn: &mut Conn, arrival: &Arrival<'_>, offered: &Offered, answer: &Offer, note: &mut Note) {
    type Has = fn(&Offer) -> bool;
    let options: [(OptionName, Has); 3] = [
        (OptionName::WindowScale, |offer| offer.window_scale.is_some()),
        (OptionName::SackPermitted, |offer| offer.sack_permitted),
        (OptionName::Timestamps, |offer| offer.timestamps),
    ];
    for (name, has) in options {
        if has(answer) && !offered.any(has) {
            note.also(Rule::O31);
            conn.violation(arrival, Rule::O31, name, OptionFault::NotOffered);
        }
    }
}

impl Offer {
    /// What a segment offers; each of its options is shown as well.
    pub(in crate::track) fn read(arrival: &Arrival<'_>, mut show: impl FnMut(&TcpOption<'_>)) -> Self {
        let mut offer = Self {
            payload: arrival.len > 0,
            flags: arrival.flags,
            ecn: if arrival.ack.is_some() {
                ecn::answered(arrival.flags, None)
            } else {
                ecn::asked(arrival.flags)
            },
            ..Self::default()
        };
        for (_, option) in arrival.segment.tcp.options() {
            offer.add(&option);
            show(&option);
        }
        offer
    }

    fn add(&mut self, option: &TcpOption<'_>) {
        match *option {
            TcpOption::Mss(mss) => self.mss = Some(mss),
            TcpOption::WindowScale(shift) => self.window_scale = Some(shift),
            TcpOption::SackPermitted => self.sack_permitted = true,
            TcpOption::Timestamps { .. } => self.timestamps = true,
            TcpOption::FastOpen { cookie, .. } => {
                self.fast_open = true;
                self.fast_open_cookie_len = Some(cookie.len() as u8);
            }
            TcpOption::Md5(_) => self.md5 = true,
            TcpOption::Ao {
                key_id, rnext_key_id, ..
            } => {
                self.ao_key_id = Some(key_id);
                self.ao_rnext_key_id = Some(rnext_key_id);
            }
            TcpOption::UserTimeout { minutes, value } => {
                self.user_timeout = Some(UserTimeout { minutes, value });
            }
            TcpOption::Mptcp(mptcp) => {
                self.mptcp = true;
                match mptcp {
                    Mptcp::MpCapable { version, .. } => {
                        self.mptcp_subtype = Some(MptcpSubtype::Capable);
                        self.mptcp_version = Some(version);
                    }
                    Mptcp::MpJoin(_) => self.mptcp_subtype = Some(MptcpSubtype::Join),
                    _ => {}
                }
            }
            TcpOption::Nop | TcpOption::EndOfList { .. } => {}
            _ => self.others = self.others.saturating_add(1),
        }
    }

    fn is_without_options(&self) -> bool {
        let Self {
            ecn, flags, payload, ..
        } = *self;
        *self
            == Self {
                ecn,
                flags,
                payload,
                ..Self::default()
            }
    }
}
