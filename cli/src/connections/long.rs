//! Everything about a connection, on a screenful.

use std::collections::BTreeMap;
use std::io::{self, Write};

use synfin::http::Transaction;
use synfin::{Connection, Offer, Rule, Sides};

use super::{Rows, ended_by, sure};
use crate::text::{self, DIM, Duration, HEADING, foreign};

/// Transactions told one by one.
const TRANSACTIONS: usize = 10;
/// Frames named of one rule.
const FRAMES: usize = 8;

pub(super) struct Long<W> {
    out: W,
    told: u64,
}

impl<W: Write> Long<W> {
    pub(super) const fn new(out: W) -> Self {
        Self { out, told: 0 }
    }

    fn label(&mut self, label: &str, value: &str) -> io::Result<()> {
        let lines = text::wrapped(value, text::width().saturating_sub(18));
        for (i, line) in lines.iter().enumerate() {
            let label = if i == 0 { label } else { "" };
            writeln!(self.out, "  {DIM}{label:<14}{DIM:#}  {line}")?;
        }
        Ok(())
    }

    /// A value of each side, and what both made of it.
    fn sides(&mut self, label: &str, values: [String; 2], agreed: &str) -> io::Result<()> {
        let [initiator, responder] = values;
        let line = format!("{initiator:>16}{responder:>16}  {agreed}");
        writeln!(self.out, "  {DIM}{label:<22}{DIM:#}{}", line.trim_end())
    }

    fn counts(&mut self, label: &str, counts: Sides<u64>) -> io::Result<()> {
        if counts.initiator + counts.responder == 0 {
            return Ok(());
        }
        self.sides(
            label,
            [counts.initiator.to_string(), counts.responder.to_string()],
            "",
        )
    }
}

impl<W: Write> Rows for Long<W> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        writeln!(self.out, "{HEADING}==> {} <=={HEADING:#}", foreign(name))
    }

    fn connection(&mut self, connection: &Connection) -> io::Result<()> {
        if self.told > 0 {
            writeln!(self.out)?;
        }
        self.told += 1;
        self.course(connection)?;
        self.both(connection)?;
        self.options(connection)?;
        self.rules(connection)?;
        self.http(connection)
    }

    fn end(&mut self, _: bool) -> io::Result<()> {
        if std::mem::take(&mut self.told) == 0 {
            writeln!(self.out, "no TCP connections")?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> Long<W> {
    /// Who, when, how it opened and how it ended.
    fn course(&mut self, connection: &Connection) -> io::Result<()> {
        let initiator = text::endpoint(connection.src, connection.src_port);
        let responder = text::endpoint(connection.dst, connection.dst_port);
        writeln!(
            self.out,
            "{HEADING}#{}  {initiator} → {responder}{HEADING:#}",
            connection.connection
        )?;
        let span = format!(
            "{}, {}, frames {}-{}",
            connection.start,
            Duration(connection.duration_ns),
            connection.first_frame,
            connection.last_frame
        );
        self.label("from", &span)?;
        let (handshake, timing) = (&connection.handshake, &connection.timing);
        let mut opened = sure(handshake.verdict, handshake.confidence) + &frames(&handshake.frames);
        for (what, ns) in [
            ("round trip to responder", handshake.rtt_responder_ns),
            ("to initiator", handshake.rtt_initiator_ns),
            ("established after", timing.establish_ns),
        ] {
            opened += &ns.map_or_else(String::new, |ns| format!("; {what} {}", Duration(ns)));
        }
        self.label("handshake", &opened)?;
        let close = &connection.close;
        let mut closed = sure(close.verdict, close.confidence);
        let by = ended_by(connection);
        if !by.is_empty() {
            closed += &format!(" by {by}");
        }
        closed += &frames(&close.frames);
        for (what, ns) in [("silent before for", close.idle_ns), ("took", timing.teardown_ns)] {
            closed += &ns.map_or_else(String::new, |ns| format!("; {what} {}", Duration(ns)));
        }
        self.label("close", &closed)?;
        let mut cause = sure(close.cause, close.cause_confidence);
        if !close.reset_signs.is_empty() {
            let signs: Vec<&str> = close.reset_signs.iter().map(|sign| sign.as_str()).collect();
            cause += &format!("; somebody else's RST by its {}", signs.join(", "));
        }
        self.label("cause", &cause)?;
        if let Some(protocol) = connection.protocol {
            self.label("protocol", protocol.as_str())?;
        }
        let zeek = &connection.zeek;
        let zeek = format!(
            "{} {} (originator: {})",
            zeek.conn_state,
            zeek.history,
            zeek.orig.as_str()
        );
        self.label("Zeek", &zeek)?;
        for icmp in &connection.icmp {
            let told = format!(
                "{} × type {} code {} from {} about the {}, frames {}-{}",
                icmp.count,
                icmp.kind,
                icmp.code,
                icmp.from,
                icmp.direction.as_str(),
                icmp.first_frame,
                icmp.last_frame
            );
            self.label("ICMP error", &told)?;
        }
        Ok(())
    }

    /// What each side did, side by side.
    fn both(&mut self, connection: &Connection) -> io::Result<()> {
        let heading = format!("{:22}{:>16}{:>16}", "", "initiator →", "← responder");
        writeln!(self.out, "  {HEADING}{heading}{HEADING:#}")?;
        let shown = |sides: Sides<u64>| [sides.initiator, sides.responder].map(|count| count.to_string());
        self.sides("segments", shown(connection.packets), "")?;
        self.sides("bytes", shown(connection.bytes), "")?;
        self.counts("sent again", connection.retransmissions)?;
        self.counts("of these needlessly", connection.spurious_retransmissions)?;
        self.counts("out of order", connection.out_of_order)?;
        self.counts("captured twice", connection.duplicates)?;
        self.counts("gaps in the capture", connection.gaps)?;
        self.counts("bytes not captured", connection.gap_bytes)?;
        let timing = &connection.timing;
        let time = |ns: Option<i64>| ns.map_or_else(|| "-".to_owned(), |ns| Duration(ns).to_string());
        let first = [timing.first_byte_initiator_ns, timing.first_byte_responder_ns].map(time);
        self.sides("first byte after", first, "")?;
        let isn = [
            connection.handshake.isn_initiator,
            connection.handshake.isn_responder,
        ];
        self.sides("initial sequence no.", isn.map(optional), "")
    }

    /// What the SYNs offered, and what was agreed.
    fn options(&mut self, connection: &Connection) -> io::Result<()> {
        let options = &connection.options;
        let offers = [options.initiator, options.responder];
        if offers == [None, None] {
            return Ok(());
        }
        let agreed = options.agreed;
        let of = |show: fn(Offer) -> String| offers.map(|offer| offer.map_or_else(|| "-".to_owned(), show));
        let word = |is: Option<bool>| match is {
            Some(true) => "agreed",
            Some(false) => "not agreed",
            None => "",
        };
        self.sides("MSS", of(|offer| optional(offer.mss)), "")?;
        let scale = of(|offer| optional(offer.window_scale));
        self.sides(
            "window scale",
            scale,
            word(agreed.map(|agreed| agreed.window_scale)),
        )?;
        let sack = of(|offer| yes(offer.sack_permitted));
        self.sides("SACK permitted", sack, word(agreed.map(|agreed| agreed.sack)))?;
        let timestamps = of(|offer| yes(offer.timestamps));
        self.sides(
            "timestamps",
            timestamps,
            word(agreed.map(|agreed| agreed.timestamps)),
        )?;
        let ecn = of(|offer| offer.ecn.to_string());
        self.sides("ECN", ecn, agreed.map_or("", |agreed| agreed.ecn.as_str()))?;
        let any = |has: fn(&Offer) -> bool| offers.iter().flatten().any(has);
        if any(|offer| offer.fast_open) {
            let outcome = agreed
                .and_then(|agreed| agreed.fast_open)
                .map_or("", |outcome| outcome.as_str());
            self.sides("Fast Open", of(|offer| yes(offer.fast_open)), outcome)?;
        }
        if any(|offer| offer.mptcp) {
            let outcome = agreed
                .and_then(|agreed| agreed.mptcp_outcome)
                .map_or("", |outcome| outcome.as_str());
            self.sides("Multipath TCP", of(|offer| yes(offer.mptcp)), outcome)?;
        }
        if any(|offer| offer.md5) {
            self.sides(
                "MD5 signature",
                of(|offer| yes(offer.md5)),
                word(agreed.map(|agreed| agreed.md5)),
            )?;
        }
        if any(|offer| offer.ao_key_id.is_some()) {
            self.sides(
                "TCP-AO key",
                of(|offer| optional(offer.ao_key_id)),
                word(agreed.map(|agreed| agreed.ao)),
            )?;
        }
        if any(|offer| offer.user_timeout.is_some()) {
            let timeout = of(|offer| {
                offer
                    .user_timeout
                    .map_or_else(|| "-".to_owned(), |t| Duration(t.ns()).to_string())
            });
            self.sides("user timeout", timeout, "")?;
        }
        let changes: Vec<&str> = options.changes.iter().map(|change| change.as_str()).collect();
        if !changes.is_empty() {
            self.label("SYN again", &changes.join(", "))?;
        }
        for violation in &options.violations {
            let (option, fault) = (violation.option.as_str(), violation.fault.as_str());
            self.label(
                "option fault",
                &format!("{option} {fault} in frame {}", violation.frame),
            )?;
        }
        Ok(())
    }

    fn rules(&mut self, connection: &Connection) -> io::Result<()> {
        let mut rules: BTreeMap<(usize, Rule), Vec<u64>> = BTreeMap::new();
        let mut order: BTreeMap<Rule, usize> = BTreeMap::new();
        for hit in &connection.rules {
            let next = order.len();
            let place = *order.entry(hit.id).or_insert(next);
            rules.entry((place, hit.id)).or_default().push(hit.frame);
        }
        for ((place, rule), hits) in rules {
            let info = rule.info();
            let told = format!("{:<4} {}{}", info.id, info.name, frames(&hits));
            self.label(if place == 0 { "rules" } else { "" }, &told)?;
        }
        if connection.rules_omitted > 0 {
            self.label("", &format!("and {} more", connection.rules_omitted))?;
        }
        Ok(())
    }

    fn http(&mut self, connection: &Connection) -> io::Result<()> {
        for (place, transaction) in connection.http.iter().take(TRANSACTIONS).enumerate() {
            self.label(if place == 0 { "HTTP" } else { "" }, &exchange(transaction))?;
        }
        let more = connection.http.len().saturating_sub(TRANSACTIONS) as u64 + connection.http_omitted;
        if more > 0 {
            self.label(
                "",
                &format!(
                    "and {more} more: synfin http --where 'connection == {}'",
                    connection.connection
                ),
            )?;
        }
        Ok(())
    }
}

/// A transaction in a line.
fn exchange(transaction: &Transaction) -> String {
    let [method, target] = text::request(transaction);
    let frame = |frame: Option<u64>| frame.map_or_else(String::new, |frame| format!(" in {frame}"));
    let length = |len: Option<u64>| len.map_or_else(|| "?".to_owned(), |len| len.to_string());
    let status = transaction
        .status
        .map_or_else(|| "no response".to_owned(), |status| status.to_string());
    format!(
        "{method} {target}{} → {status}{}, {} and {} bytes, {}",
        frame(transaction.request_frame),
        frame(transaction.response_frame),
        length(transaction.request_body_len),
        length(transaction.response_body_len),
        transaction.state
    )
}

/// `, frames 1, 2, 3`
fn frames(frames: &[u64]) -> String {
    let mut told: Vec<String> = frames.iter().take(FRAMES).map(u64::to_string).collect();
    if frames.len() > FRAMES {
        told.push(format!("and {} more", frames.len() - FRAMES));
    }
    match told.len() {
        0 => String::new(),
        1 => format!(", frame {}", told[0]),
        _ => format!(", frames {}", told.join(", ")),
    }
}

fn optional(number: Option<impl std::fmt::Display>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}
