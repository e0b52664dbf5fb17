//! Everything about a connection, on a screenful.

use std::collections::BTreeMap;
use std::io::{self, Write};

use synfin::http::Transaction;
use synfin::{Connection, Offer, Rule, Side, Sides};

use super::{Rows, ended_by, sure};
use crate::language::Messages;
use crate::protocols;
use crate::styled::Styled;
use crate::text::{self, DIM, Duration, HEADING, Left, Right};

/// Transactions told one by one.
const TRANSACTIONS: usize = 10;
/// Frames named of one rule.
const FRAMES: usize = 8;

pub(super) struct Long {
    out: Styled,
    say: &'static Messages,
    told: u64,
}

impl Long {
    pub(super) fn new(say: &'static Messages) -> Self {
        let out = Styled::stdout();
        Self { out, say, told: 0 }
    }

    fn label(&mut self, label: &str, value: &str) -> io::Result<()> {
        let dim = self.out.style(DIM);
        let lines = text::wrapped(value, text::width().saturating_sub(18));
        for (i, line) in lines.iter().enumerate() {
            let label = if i == 0 { label } else { "" };
            writeln!(self.out, "  {dim}{}{dim:#}  {line}", Left(label, 14))?;
        }
        Ok(())
    }

    /// A value of each side, and what both made of it.
    fn sides(&mut self, label: &str, values: [String; 2], agreed: &str) -> io::Result<()> {
        let [initiator, responder] = values;
        let line = format!("{}{}  {agreed}", Right(&initiator, 16), Right(&responder, 16));
        let (dim, label) = (self.out.style(DIM), Left(label, 22));
        writeln!(self.out, "  {dim}{label}{dim:#}{}", line.trim_end())
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

impl Rows for Long {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        self.out.begin(name)
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
            writeln!(self.out, "{}", self.say.no_connections)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Long {
    /// Who, when, how it opened and how it ended.
    fn course(&mut self, connection: &Connection) -> io::Result<()> {
        let initiator = text::endpoint(connection.src, connection.src_port);
        let responder = text::endpoint(connection.dst, connection.dst_port);
        let heading = format!("#{}  {initiator} → {responder}", connection.connection);
        self.out.line(HEADING, &heading)?;
        let (words, language) = (&self.say.long, self.say.language);
        self.label(words.from, &(words.span)(connection))?;
        let (handshake, timing) = (&connection.handshake, &connection.timing);
        let mut opened = sure(self.say, handshake.verdict.label(language), handshake.confidence)
            + &frames(self.say, &handshake.frames);
        for (phrase, ns) in [
            (words.rtt_to_responder, handshake.rtt_responder_ns),
            (words.rtt_to_initiator, handshake.rtt_initiator_ns),
            (words.established_after, timing.establish_ns),
        ] {
            opened += &ns.map_or_else(String::new, |ns| phrase(Duration(ns)));
        }
        self.label(words.handshake, &opened)?;
        let close = &connection.close;
        let mut closed = sure(self.say, close.verdict.label(language), close.confidence);
        let mut by = String::new();
        ended_by(&mut by, self.say, connection);
        if !by.is_empty() {
            closed += &(self.say.connections.by)(&by);
        }
        closed += &frames(self.say, &close.frames);
        for (phrase, ns) in [
            (words.silent_before, close.idle_ns),
            (words.took, timing.teardown_ns),
        ] {
            closed += &ns.map_or_else(String::new, |ns| phrase(Duration(ns)));
        }
        self.label(words.close, &closed)?;
        let mut cause = sure(self.say, close.cause.label(language), close.cause_confidence);
        if let Some(alert) = protocols::alert_that_ended(connection) {
            cause = cause + self.say.colon + alert;
        }
        if !close.reset_signs.is_empty() {
            let signs: Vec<&str> = close
                .reset_signs
                .iter()
                .map(|sign| sign.label(language))
                .collect();
            cause += &(words.foreign_reset)(&signs.join(self.say.list_comma));
        }
        self.label(words.cause, &cause)?;
        if let Some(protocol) = connection.protocol {
            self.label(words.protocol, protocol.label(language))?;
        }
        for (label, told) in protocols::told(self.say, connection) {
            self.label(label, &told)?;
        }
        let zeek = &connection.zeek;
        let zeek = (words.zeek)(
            zeek.conn_state,
            &zeek.history.to_string(),
            zeek.orig.label(language),
        );
        self.label("Zeek", &zeek)?;
        for icmp in &connection.icmp {
            self.label(words.icmp_error, &(words.icmp)(icmp))?;
        }
        Ok(())
    }

    /// What each side did, side by side.
    fn both(&mut self, connection: &Connection) -> io::Result<()> {
        let words = &self.say.long;
        let initiator = format!("{} →", Side::Initiator.label(self.say.language));
        let responder = format!("← {}", Side::Responder.label(self.say.language));
        let heading = format!("{:22}{}{}", "", Right(&initiator, 16), Right(&responder, 16));
        let bold = self.out.style(HEADING);
        writeln!(self.out, "  {bold}{heading}{bold:#}")?;
        let shown = |sides: Sides<u64>| [sides.initiator, sides.responder].map(|count| count.to_string());
        self.sides(words.segments, shown(connection.packets), "")?;
        self.sides(words.bytes, shown(connection.bytes), "")?;
        self.counts(words.sent_again, connection.retransmissions)?;
        self.counts(words.needlessly, connection.spurious_retransmissions)?;
        self.counts(words.out_of_order, connection.out_of_order)?;
        self.counts(words.captured_twice, connection.duplicates)?;
        self.counts(words.gaps, connection.gaps)?;
        self.counts(words.gap_bytes, connection.gap_bytes)?;
        let timing = &connection.timing;
        let time = |ns: Option<i64>| ns.map_or_else(|| "-".to_owned(), |ns| Duration(ns).to_string());
        let first = [timing.first_byte_initiator_ns, timing.first_byte_responder_ns].map(time);
        self.sides(words.first_byte, first, "")?;
        let isn = [
            connection.handshake.isn_initiator,
            connection.handshake.isn_responder,
        ];
        self.sides(words.isn, isn.map(optional), "")
    }

    /// What the SYNs offered, and what was agreed.
    fn options(&mut self, connection: &Connection) -> io::Result<()> {
        let options = &connection.options;
        let offers = [options.initiator, options.responder];
        if offers == [None, None] {
            return Ok(());
        }
        let agreed = options.agreed;
        let (words, language) = (&self.say.long, self.say.language);
        let of =
            |show: &dyn Fn(Offer) -> String| offers.map(|offer| offer.map_or_else(|| "-".to_owned(), show));
        let yes = |is: bool| if is { words.yes } else { words.no }.to_owned();
        let word = |is: Option<bool>| match is {
            Some(true) => words.agreed,
            Some(false) => words.not_agreed,
            None => "",
        };
        self.sides("MSS", of(&|offer| optional(offer.mss)), "")?;
        let scale = of(&|offer| optional(offer.window_scale));
        let scaled = word(agreed.map(|agreed| agreed.window_scale));
        self.sides(words.window_scale, scale, scaled)?;
        let sack = of(&|offer| yes(offer.sack_permitted));
        self.sides(words.sack, sack, word(agreed.map(|agreed| agreed.sack)))?;
        let timestamps = of(&|offer| yes(offer.timestamps));
        let stamped = word(agreed.map(|agreed| agreed.timestamps));
        self.sides(words.timestamps, timestamps, stamped)?;
        let ecn = of(&|offer| offer.ecn.label(language).to_owned());
        self.sides("ECN", ecn, agreed.map_or("", |agreed| agreed.ecn.label(language)))?;
        let any = |has: fn(&Offer) -> bool| offers.iter().flatten().any(has);
        if any(|offer| offer.fast_open) {
            let outcome = agreed
                .and_then(|agreed| agreed.fast_open)
                .map_or("", |outcome| outcome.label(language));
            self.sides("Fast Open", of(&|offer| yes(offer.fast_open)), outcome)?;
        }
        if any(|offer| offer.mptcp) {
            let outcome = agreed
                .and_then(|agreed| agreed.mptcp_outcome)
                .map_or("", |outcome| outcome.label(language));
            self.sides("Multipath TCP", of(&|offer| yes(offer.mptcp)), outcome)?;
        }
        if any(|offer| offer.md5) {
            let signed = word(agreed.map(|agreed| agreed.md5));
            self.sides(words.md5, of(&|offer| yes(offer.md5)), signed)?;
        }
        if any(|offer| offer.ao_key_id.is_some()) {
            let signed = word(agreed.map(|agreed| agreed.ao));
            self.sides(words.ao_key, of(&|offer| optional(offer.ao_key_id)), signed)?;
        }
        if any(|offer| offer.user_timeout.is_some()) {
            let timeout = of(&|offer| optional(offer.user_timeout.map(|t| Duration(t.ns()))));
            self.sides(words.user_timeout, timeout, "")?;
        }
        let changes: Vec<&str> = options
            .changes
            .iter()
            .map(|change| change.label(language))
            .collect();
        if !changes.is_empty() {
            self.label(words.syn_again, &changes.join(self.say.list_comma))?;
        }
        for violation in &options.violations {
            let (option, fault) = (violation.option.label(language), violation.fault.label(language));
            self.label(
                words.option_fault,
                &(words.fault_in)(option, fault, violation.frame),
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
            let told = format!(
                "{:<4} {}{}",
                rule.id(),
                rule.name_in(self.say.language),
                frames(self.say, &hits)
            );
            self.label(if place == 0 { self.say.long.rules } else { "" }, &told)?;
        }
        if connection.rules_omitted > 0 {
            self.label("", &(self.say.long.and_more)(connection.rules_omitted))?;
        }
        Ok(())
    }

    fn http(&mut self, connection: &Connection) -> io::Result<()> {
        for (place, transaction) in connection.http.iter().take(TRANSACTIONS).enumerate() {
            self.label(
                if place == 0 { "HTTP" } else { "" },
                &exchange(self.say, transaction),
            )?;
        }
        let more = connection.http.len().saturating_sub(TRANSACTIONS) as u64 + connection.http_omitted;
        if more > 0 {
            let words = (self.say.long.more_transactions)(more, connection.connection);
            self.label("", &words)?;
        }
        Ok(())
    }
}

/// A transaction in a line.
fn exchange(say: &Messages, transaction: &Transaction) -> String {
    let words = &say.long;
    let [method, target] = text::request(transaction);
    let frame = |frame: Option<u64>| frame.map_or_else(String::new, words.in_frame);
    let length = |len: Option<u64>| len.map_or_else(|| "?".to_owned(), |len| len.to_string());
    let status = transaction
        .status
        .map_or_else(|| say.http.no_response.to_owned(), |status| status.to_string());
    let bodies = (words.bodies)(
        &length(transaction.request_body_len),
        &length(transaction.response_body_len),
        transaction.state.label(say.language),
    );
    format!(
        "{method} {target}{} → {status}{}{bodies}",
        frame(transaction.request_frame),
        frame(transaction.response_frame)
    )
}

/// `, frames 1, 2, 3`
fn frames(say: &Messages, frames: &[u64]) -> String {
    let mut told: Vec<String> = frames.iter().take(FRAMES).map(u64::to_string).collect();
    if frames.len() > FRAMES {
        told.push((say.long.and_more)((frames.len() - FRAMES) as u64));
    }
    match told.len() {
        0 => String::new(),
        len => (say.long.frames)(&told.join(say.list_comma), len > 1),
    }
}

fn optional(number: Option<impl std::fmt::Display>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
}
