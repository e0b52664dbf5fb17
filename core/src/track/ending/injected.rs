//! Resets that their sender did not send: T19, injected by something between the hosts (RFC 3360), and T21, a
//! NAT or firewall that forgot an idle connection. What a host's own RST looks like decides: Linux and others
//! send the ones that belong to no socket with IP identification 0, window 0 and without options, so none of
//! these is a sign; BSD leaves the timestamps out of every RST, so their absence never stands alone.

use crate::Side;
use crate::rule::{Rule, RuleSet};
use crate::track::arrival::Arrival;
use crate::track::conn::Conn;
use crate::track::note::Note;
use crate::track::order::Age;
use crate::track::progress::Reset;
use crate::words::{Confidence, ResetSign};

/// What was captured behind a RST as soon as this may have been overtaken by it, where no counter tells.
const OVERTAKEN_NS: i64 = 1_000_000;

/// What speaks against a RST.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::track) struct Signs(u8);

impl Signs {
    /// No other segment of that side had the TTL.
    const TTL: Self = Self(1);
    /// The side counts its packets, and this number is not near; RST and ACK, as a socket sends them.
    const IP_ID: Self = Self(2);
    /// The same of a RST without ACK, which may belong to no socket, after a silence, in which the side may have
    /// sent much elsewhere, or where two numbers may follow each other by chance.
    const LOOSE_IP_ID: Self = Self(4);
    /// Timestamps are agreed, and a RST with ACK has none; or none are, and it has.
    const OPTIONS: Self = Self(8);
    /// A RST without ACK that announces a window which is not the side's own.
    const WINDOW: Self = Self(16);
    /// The side went on to send behind the RST.
    const DATA_AFTER: Self = Self(32);
    /// Another RST of the side with a number beyond everything it sent and its peer acknowledged.
    const SERIES: Self = Self(64);

    /// Those that a host's own RST has no reason to show: each is enough for a guess.
    const STRONG: Self = Self(Self::TTL.0 | Self::IP_ID.0 | Self::DATA_AFTER.0 | Self::SERIES.0);

    fn add(&mut self, sign: Self, is_there: bool) {
        if is_there {
            self.0 |= sign.0;
        }
    }

    /// In words.
    fn words(self) -> impl Iterator<Item = ResetSign> {
        use ResetSign as R;
        let words = [
            (Self::TTL, R::Ttl),
            (Self(Self::IP_ID.0 | Self::LOOSE_IP_ID.0), R::IpId),
            (Self::OPTIONS, R::Options),
            (Self::WINDOW, R::Window),
            (Self::DATA_AFTER, R::DataAfter),
            (Self::SERIES, R::Series),
        ];
        words
            .into_iter()
            .filter_map(move |(sign, word)| self.has(sign).then_some(word))
    }

    const fn has(self, signs: Self) -> bool {
        self.0 & signs.0 != 0
    }

    /// How surely the RST was injected, if it was.
    pub(in crate::track) fn injected(self, idle_cut: bool) -> Option<Confidence> {
        match self.0.count_ones() {
            0 => None,
            // T21 explains a foreign TTL.
            1 if idle_cut || !self.has(Self::STRONG) => None,
            1 => Some(Confidence::Guess),
            _ => Some(Confidence::Likely),
        }
    }
}

impl Reset {
    /// T19.
    pub(in crate::track) fn injected(&self) -> Option<Confidence> {
        self.signs.injected(self.idle_cut)
    }

    /// What speaks for T19 or T21; nothing where neither is told.
    pub(in crate::track) fn signs(&self) -> Vec<ResetSign> {
        let told = self.is_by_network().then(|| self.signs.words());
        told.into_iter().flatten().collect()
    }

    /// T19 or T21: something between the hosts sent it.
    pub(in crate::track) fn is_by_network(&self) -> bool {
        self.idle_cut || self.injected().is_some()
    }
}

/// T19 and T21 as far as the RST itself tells, accepted or not.
pub(in crate::track) fn reset(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note, idle_ns: i64) {
    if !conn.is_open() {
        return;
    }
    let (signs, idle_cut) = signs(conn, arrival, note, idle_ns);
    if signs == Signs::default() {
        // The side's own, as far as known: data with older stamps was sent before it.
        conn.ends[arrival.sender].stamps.note(arrival);
    }
    let is_here = |reset: &&mut Reset| reset.at == arrival.mark;
    let closing = &mut conn.closing;
    if let Some(reset) = closing.reset.as_mut().filter(is_here) {
        (reset.signs, reset.idle_cut) = (signs, idle_cut);
    } else if let Some(reset) = closing.unanswered_reset.as_mut().filter(is_here) {
        (reset.signs, reset.idle_cut) = (signs, idle_cut);
    } else if conn.is_closed() {
        series(conn, arrival, note);
        return;
    }
    if idle_cut {
        note.special(Rule::T21);
    }
    if signs.injected(idle_cut).is_some() {
        note.special(Rule::T19);
    }
}

/// The signs of a RST on an open connection, and whether it is T21.
fn signs(conn: &Conn, arrival: &Arrival<'_>, note: &Note, idle_ns: i64) -> (Signs, bool) {
    let [own, peer] = [arrival.sender, arrival.sender.peer()].map(|side| &conn.ends[side]);
    let (segment, has_ack) = (arrival.segment, arrival.ack.is_some());
    let silence_ns = arrival.mark.time_ns.saturating_sub(note.quiet_since_ns);
    let mut signs = Signs::default();

    let foreign_ttl = own.stamps.is_foreign_ttl(segment.ttl);
    signs.add(Signs::TTL, foreign_ttl);
    let from_socket = has_ack && silence_ns < 1_000_000_000;
    let id_sign = if from_socket && own.stamps.counts_surely() {
        Signs::IP_ID
    } else {
        Signs::LOOSE_IP_ID
    };
    signs.add(id_sign, own.stamps.is_foreign_id(segment.ip_id));
    let agreed = own
        .offer
        .zip(peer.offer)
        .map(|(own, peer)| own.timestamps && peer.timestamps);
    let stamped = arrival.tsval().is_some();
    signs.add(
        Signs::OPTIONS,
        has_ack && agreed.is_some_and(|agreed| agreed != stamped),
    );
    let window = segment.tcp.window;
    signs.add(Signs::WINDOW, !has_ack && window != 0 && window != own.window);
    (signs, foreign_ttl && silence_ns >= idle_ns)
}

/// Several RSTs at seq, seq+MSS and so on, so that one of them hits: a host's own carry its next number or
/// one that its peer acknowledged.
fn series(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let end = conn.ends[arrival.sender].known_end(conn.ends[arrival.sender.peer()].ack);
    let is_beyond = end.is_some_and(|end| arrival.seq.after(end));
    if is_beyond && arrival.len == 0 {
        add_later(conn, arrival.sender, Signs::SERIES, arrival, note);
    }
}

/// The side that is said to have reset the connection goes on: data that it sent before the RST would have a
/// lower number.
pub(in crate::track) fn observe_after(conn: &mut Conn, arrival: &Arrival<'_>, note: &mut Note) {
    let Some(reset) = &conn.closing.reset else {
        return;
    };
    if reset.by != arrival.sender {
        return;
    }
    // Farther ahead than the window it is of another connection, whose SYN was not captured.
    let [own, peer] = [arrival.sender, arrival.sender.peer()].map(|side| &conn.ends[side]);
    let window = peer.window_bytes(own).max(u32::from(u16::MAX));
    let ahead = arrival.payload_seq().delta(reset.seq);
    if arrival.len == 0 || !u32::try_from(ahead).is_ok_and(|ahead| ahead <= window) {
        return;
    }
    let sent_after = match own.stamps.age(arrival) {
        Some(age) => age == Age::Newer,
        None => arrival.mark.time_ns.saturating_sub(reset.at.time_ns) >= OVERTAKEN_NS,
    };
    if sent_after {
        add_later(conn, arrival.sender, Signs::DATA_AFTER, arrival, note);
    }
}

/// A sign that comes after the RST: the RST's own annotation stays as it is, the verdict does not.
fn add_later(conn: &mut Conn, by: Side, sign: Signs, arrival: &Arrival<'_>, note: &mut Note) {
    let Some(reset) = conn.closing.reset.as_mut().filter(|reset| reset.by == by) else {
        return;
    };
    let before = reset.injected();
    reset.signs.add(sign, true);
    if before.is_none() && reset.injected().is_some() {
        let mut rules = RuleSet::default();
        rules.insert(Rule::T19);
        conn.rules.add(rules, arrival.mark.frame);
        note.decides_close = true;
    }
}
