//! What the records and messages mean: the handshake, resumption, early data, alerts.

use super::facts::TlsAlertSeen;
use super::hello;
use super::message::Message;
use super::record::{Header, content};
use super::side::Kind;
use super::words::{TlsAlert, TlsAlertLevel, TlsEarlyData, TlsMessage, TlsResumption, TlsStep, TlsVersion};
use super::{CipherSuite, Hello, Reader, Tls, TlsEvents};
use crate::Side;
use crate::rule::Rule;
use crate::stream::Mark;
use crate::words::Confidence;

impl Reader {
    pub(super) fn is_1_3(&self) -> bool {
        self.facts.version.is_some_and(TlsVersion::is_1_3)
    }

    fn is_client(&self, side: Side) -> bool {
        self.facts.client == Some(side)
    }

    /// Data may flow: both sides have finished, or the capture began behind the handshake.
    pub(super) fn is_established(&self) -> bool {
        let finished = self.streams.initiator.is_finished && self.streams.responder.is_finished;
        finished || self.facts.client.is_none() && self.facts.application_data_frame.is_some()
    }

    /// Bytes of a record of TLS 1.3 whose message has this many: RFC 8446 section 5.2.
    fn protected_len(&self, message: u16) -> u16 {
        message + 1 + self.facts.cipher.map_or(16, CipherSuite::tag_len)
    }

    fn finished_len(&self) -> u16 {
        self.protected_len(4 + self.facts.cipher.map_or(32, CipherSuite::hash_len))
    }

    /// Whether a record can be an encrypted alert, and how sure that is.
    pub(super) fn may_be(&self, header: Header) -> Option<Confidence> {
        let by_type = header.content == content::ALERT && header.len > 2;
        let by_length = header.content == content::APPLICATION_DATA
            && header.len == self.protected_len(2)
            && self.facts.version.is_none_or(TlsVersion::is_1_3);
        (by_type || by_length).then_some(Confidence::Likely)
    }

    /// A record begins. Says how its body is to be read.
    pub(super) fn record(&mut self, from: Side, header: Header, mark: Mark, events: &mut TlsEvents) -> Kind {
        self.facts.records[from] += 1;
        if self.streams[from].notified == Some(Confidence::Certain) {
            events.rules.insert(Rule::L11);
        }
        match header.content {
            content::CHANGE_CIPHER_SPEC => {
                self.change_cipher_spec(from, events);
                Kind::Skipped
            }
            content::ALERT if header.len == 2 => Kind::Alert,
            content::ALERT => {
                let in_handshake = self.facts.client.is_some() && !self.is_established();
                self.saw_alert(from, mark, None, Confidence::Certain, events);
                if in_handshake {
                    self.fails(Confidence::Likely, Rule::L9, events);
                }
                Kind::Skipped
            }
            content::HANDSHAKE if self.streams[from].protected => {
                self.protected_handshake(from, mark, events);
                Kind::Skipped
            }
            content::HANDSHAKE => Kind::Handshake,
            content::APPLICATION_DATA => {
                self.facts.application_bytes[from] += u64::from(header.len);
                if self.is_1_3() {
                    self.protected(from, header, mark, events);
                } else if self.offers_early_data(from) {
                    events.rules.insert(Rule::L6);
                } else {
                    self.application_data(mark);
                }
                Kind::Skipped
            }
            _ => Kind::Skipped,
        }
    }

    /// RFC 5246 section 7.1; in TLS 1.3 it means nothing (RFC 8446 appendix D.4).
    fn change_cipher_spec(&mut self, from: Side, events: &mut TlsEvents) {
        let offers_1_3 = |hello: &Hello| hello.offer.versions.iter().any(|version| version.is_1_3());
        let hides = match self.facts.version {
            Some(version) => !version.is_1_3(),
            None => !self.hello.as_deref().is_some_and(offers_1_3),
        };
        if !hides {
            return;
        }
        self.streams[from].protected = true;
        match self.facts.client {
            Some(client) if client == from => events.touch(TlsStep::ClientFinished),
            Some(_) => {
                events.touch(TlsStep::ServerFinished);
                self.may_resume(from, events);
            }
            None => {}
        }
    }

    /// RFC 5246 section 7.3: a server that sends ChangeCipherSpec behind its hello goes on with an earlier session.
    fn may_resume(&mut self, server: Side, events: &mut TlsEvents) {
        let is_unknown =
            self.is_full || self.streams[server].has_gaps || self.facts.server_hello_frame.is_none();
        if is_unknown || self.facts.resumption.is_some() {
            return;
        }
        self.resumes(
            if self.has_ticket {
                TlsResumption::Ticket
            } else {
                TlsResumption::SessionId
            },
            events,
        );
    }

    fn resumes(&mut self, by: TlsResumption, events: &mut TlsEvents) {
        self.facts.resumption = Some(by);
        events.rules.insert(Rule::L5);
    }

    /// An encrypted handshake message up to TLS 1.2: Finished, or of a later handshake.
    fn protected_handshake(&mut self, from: Side, mark: Mark, events: &mut TlsEvents) {
        if self.facts.client.is_none() {
            return;
        }
        if self.streams[from].is_finished {
            if self.is_established() {
                events.rules.insert(Rule::L14);
            }
            return;
        }
        self.finishes(from, mark, events);
        events.touch(self.finish_of(from));
    }

    fn finish_of(&self, from: Side) -> TlsStep {
        if self.is_client(from) {
            TlsStep::ClientFinished
        } else {
            TlsStep::ServerFinished
        }
    }

    fn finishes(&mut self, side: Side, mark: Mark, events: &mut TlsEvents) {
        let stream = &mut self.streams[side];
        (stream.is_finished, stream.said_nothing) = (true, true);
        self.facts.finished_frame[side] = Some(mark.frame);
        if self.streams[side.peer()].is_finished {
            self.facts.handshake_ns = self.since_hello(mark);
            events.rules.insert(Rule::L4);
        }
    }

    fn since_hello(&self, mark: Mark) -> Option<i64> {
        Some(mark.time_ns.saturating_sub(self.begun?.time_ns))
    }

    fn offers_early_data(&self, from: Side) -> bool {
        self.is_client(from) && self.facts.early_data == Some(TlsEarlyData::Offered)
    }

    /// An encrypted record of TLS 1.3: RFC 8446 section 2.
    fn protected(&mut self, from: Side, header: Header, mark: Mark, events: &mut TlsEvents) {
        let is_client = self.is_client(from);
        let is_short = header.len == self.protected_len(2);
        if self.streams[from].is_finished || self.facts.client.is_none() {
            // Of a client's certificate the server says no more than that it does not like it.
            let is_first = !is_client && self.streams[from].said_nothing;
            if is_short && is_first && self.streams[from.peer()].flight_records > 1 {
                self.saw_alert(from, mark, None, Confidence::Likely, events);
                self.fails(Confidence::Likely, Rule::L9, events);
                return;
            }
            self.streams[from].said_nothing = false;
            self.application_data(mark);
            return;
        }
        if is_short {
            // No message of the handshake is so short.
            events.touch(self.finish_of(from));
            self.saw_alert(from, mark, None, Confidence::Likely, events);
            self.fails(Confidence::Likely, Rule::L9, events);
            return;
        }
        let is_finished = header.len == self.finished_len();
        if self.offers_early_data(from) {
            if header.len == self.protected_len(4) {
                self.facts.early_data = Some(TlsEarlyData::Accepted);
            } else if is_finished {
                self.facts.early_data = Some(TlsEarlyData::Rejected);
            } else {
                events.rules.insert(Rule::L6);
                return;
            }
        }
        let before = self.streams[from].flight.replace(mark);
        self.streams[from].flight_records += 1;
        if is_client && !is_finished && before.is_some_and(|before| before.frame != mark.frame) {
            // Several messages in one record: its Finished was among them.
            self.streams[from].flight = before;
            self.finishes(from, before.unwrap_or(mark), events);
            self.application_data(mark);
            return;
        }
        events.touch(self.finish_of(from));
        if is_finished {
            // The client answers the server's Finished.
            let server = from.peer();
            if is_client && !self.streams[server].is_finished {
                let last = self.streams[server].flight.unwrap_or(mark);
                self.finishes(server, last, events);
            }
            self.finishes(from, mark, events);
        }
    }

    fn application_data(&mut self, mark: Mark) {
        if self.facts.application_data_frame.is_none() {
            self.facts.application_data_frame = Some(mark.frame);
            self.facts.application_data_ns = self.since_hello(mark);
        }
    }

    /// The step that a handshake message in the clear is part of.
    pub(super) fn message_step(&self, from: Side, kind: TlsMessage, events: &mut TlsEvents) {
        use TlsMessage as M;
        let step = match kind {
            M::ClientHello => TlsStep::ClientHello,
            M::ServerHello | M::HelloRetryRequest => TlsStep::ServerHello,
            M::ServerKeyExchange | M::CertificateRequest | M::ServerHelloDone | M::CertificateStatus => {
                TlsStep::ServerHello
            }
            M::ClientKeyExchange | M::CertificateVerify => TlsStep::ClientFinished,
            M::NewSessionTicket => TlsStep::ServerFinished,
            M::Certificate if self.is_client(from) => TlsStep::ClientFinished,
            M::Certificate if self.facts.client.is_some() => TlsStep::ServerHello,
            M::Finished if self.facts.client.is_some() => self.finish_of(from),
            M::Certificate | M::Finished | M::HelloRequest => return,
        };
        events.touch(step);
    }

    /// A handshake message in the clear is whole, or is as much as there will be of it.
    pub(super) fn message(&mut self, from: Side, message: &Message, events: &mut TlsEvents) {
        let Some(mut kind) = message.kind else { return };
        match kind {
            TlsMessage::ClientHello => self.client_hello(from, message, events),
            TlsMessage::ServerHello if self.server_hello(from, message, events) => {
                kind = TlsMessage::HelloRetryRequest;
            }
            TlsMessage::Certificate if !self.is_client(from) => {
                self.facts.certificate_bytes.get_or_insert(message.len);
                self.is_full = true;
            }
            TlsMessage::ServerHelloDone | TlsMessage::ServerKeyExchange => self.is_full = true,
            TlsMessage::ClientKeyExchange => self.facts.client = Some(from),
            TlsMessage::Finished => self.finishes(from, message.mark, events),
            _ => {}
        }
        self.message_step(from, kind, events);
        events.message.get_or_insert(kind);
    }

    fn client_hello(&mut self, from: Side, message: &Message, events: &mut TlsEvents) {
        let Some(offer) = hello::client(&message.body) else {
            return;
        };
        events.rules.insert(Rule::L1);
        let facts = &mut self.facts;
        facts.client = Some(from);
        if facts.client_hello_frame.is_none() {
            facts.client_hello_frame = Some(message.mark.frame);
            self.begun = Some(message.mark);
        }
        facts.server_name.clone_from(&offer.server_name);
        facts.alpn_offered.clone_from(&offer.alpn);
        facts.versions_offered = offer.versions.to_vec();
        facts.ciphers_offered = u16::try_from(offer.ciphers.len()).unwrap_or(u16::MAX);
        if offer.early_data {
            facts.early_data.get_or_insert(TlsEarlyData::Offered);
        }
        self.has_ticket = offer.ticket;
        self.hello = Some(Box::new(Hello {
            offer,
            is_whole: !message.is_cut,
        }));
    }

    /// Whether it asks for another ClientHello.
    fn server_hello(&mut self, from: Side, message: &Message, events: &mut TlsEvents) -> bool {
        let Some(answer) = hello::server(&message.body) else {
            return false;
        };
        self.facts.client = Some(from.peer());
        if answer.retry {
            events.rules.insert(Rule::L3);
            self.facts.retry_frame.get_or_insert(message.mark.frame);
            // RFC 8446 section 4.2.10.
            self.facts.early_data = self.facts.early_data.map(|_| TlsEarlyData::Rejected);
            return true;
        }
        events.rules.insert(Rule::L2);
        let since = self.since_hello(message.mark);
        let facts = &mut self.facts;
        if facts.server_hello_frame.is_none() {
            facts.server_hello_frame = Some(message.mark.frame);
            facts.server_hello_ns = since;
        }
        facts.version = Some(answer.version);
        facts.cipher = answer.cipher;
        facts.alpn.clone_from(&answer.alpn);
        let is_1_3 = answer.version.is_1_3();
        if !(is_1_3 && answer.pre_shared_key) {
            facts.early_data = facts.early_data.map(|_| TlsEarlyData::Rejected);
        }
        if is_1_3 && answer.pre_shared_key {
            self.resumes(TlsResumption::Psk, events);
        }
        if answer.version < TlsVersion::TLS_1_2 {
            events.rules.insert(Rule::L13);
        }
        self.judge(&answer, events);
        self.hello = None;
        false
    }

    /// Whether the answer fits the offer: RFC 8446 section 4.1.3, RFC 7301 section 3.2.
    fn judge(&self, answer: &hello::ServerHello, events: &mut TlsEvents) {
        let Some(Hello {
            offer,
            is_whole: true,
        }) = self.hello.as_deref()
        else {
            return;
        };
        let newest = offer.versions.iter().max();
        if answer.downgraded && newest > Some(&answer.version) {
            events.rules.insert(Rule::L15);
        }
        // A client that lists none takes older ones (RFC 5246 appendix E.1).
        let version = match offer.versions[..] {
            [newest] if !newest.is_1_3() => answer.version <= newest,
            ref listed => listed.contains(&answer.version),
        };
        let cipher = answer.cipher.is_none_or(|cipher| offer.ciphers.contains(&cipher));
        let alpn = answer.alpn.as_ref().is_none_or(|alpn| offer.alpn.contains(alpn));
        if !(version && cipher && alpn) {
            events.rules.insert(Rule::L17);
        }
    }

    /// An alert in the clear.
    pub(super) fn alert(&mut self, from: Side, level: u8, number: u8, events: &mut TlsEvents) {
        let mark = self.streams[from]
            .last
            .map_or_else(Mark::default, |(_, mark)| mark);
        let level = match level {
            1 => Some(TlsAlertLevel::Warning),
            2 => Some(TlsAlertLevel::Fatal),
            _ => None,
        };
        self.saw_alert(from, mark, Some((level, number)), Confidence::Certain, events);
        let alert = TlsAlert::of(number);
        if alert == TlsAlert::CloseNotify {
            self.notified(from, Confidence::Certain, mark, events);
        } else if level == Some(TlsAlertLevel::Fatal) {
            self.fails(Confidence::Certain, Rule::L8, events);
        }
    }

    fn saw_alert(
        &mut self,
        by: Side,
        mark: Mark,
        clear: Option<(Option<TlsAlertLevel>, u8)>,
        confidence: Confidence,
        events: &mut TlsEvents,
    ) {
        let name = clear.map_or(TlsAlert::Encrypted, |(_, number)| TlsAlert::of(number));
        events.alert = Some(name);
        if self.facts.alerts.len() < Tls::MOST_ALERTS {
            // An alert that only its place at the end tells comes behind those that were told at once.
            let at = self
                .facts
                .alerts
                .partition_point(|alert| alert.frame <= mark.frame);
            let seen = TlsAlertSeen {
                frame: mark.frame,
                by,
                name,
                number: clear.map(|(_, number)| number),
                level: clear.and_then(|(level, _)| level),
                confidence,
            };
            self.facts.alerts.insert(at, seen);
        } else {
            self.facts.alerts_omitted += 1;
        }
    }

    fn fails(&mut self, surely: Confidence, rule: Rule, events: &mut TlsEvents) {
        self.fatal = self.fatal.max(Some(surely));
        events.rules.insert(rule);
    }

    /// A side said that it sends no more.
    pub(super) fn notified(&mut self, side: Side, surely: Confidence, mark: Mark, events: &mut TlsEvents) {
        self.streams[side].notified = Some(surely);
        self.facts.close_notify_frame[side] = Some(mark.frame);
        events.rules.insert(Rule::L7);
        let told = self
            .facts
            .alerts
            .iter()
            .any(|alert| alert.frame == mark.frame && alert.by == side);
        if !told {
            self.saw_alert(side, mark, None, surely, &mut TlsEvents::default());
        }
    }
}
