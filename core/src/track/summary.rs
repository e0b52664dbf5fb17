//! A connection's record made into its public answer: verdicts, cause, counts.

use super::compat;
use super::conn::Conn;
use super::order::Disorder;
use super::verdict::{self, Ending};
use super::{loss, one_sided, stray, teardown};
use crate::Sides;
use crate::application::Application;
use crate::connection::{Close, Connection, UtcTime};
use crate::http::{CloseReason, Http, MessageState};
use crate::rule::{Rule, RuleSet};
use crate::words::{Cause, CloseVerdict, Confidence, HandshakeVerdict};

/// Silence before a close that makes it an idle timeout.
const IDLE_NS: i64 = 1_000_000_000;

impl Conn {
    pub(super) fn summarise(&self, now_ns: i64, evicted: bool) -> Connection {
        let handshake = verdict::handshake(self, now_ns);
        let ending = verdict::ending(self, now_ns);
        let (cause, cause_confidence) = self.cause(handshake.verdict, &ending);
        // Nothing is surer of why than of what.
        let cause_confidence = cause_confidence.min(ending.confidence);
        let (src, src_port) = self.key.end(self.initiator_is_low);
        let (dst, dst_port) = self.key.end(!self.initiator_is_low);
        let mut rules = self.rules.clone();
        rules.add(self.absences(handshake.verdict, &ending, now_ns), self.last.frame);
        let application = self.streams.application();
        let http = application.map(Application::http);
        let gaps = Sides::from_fn(|side| loss::gaps(self, side));
        Connection {
            connection: self.id,
            src,
            src_port,
            dst,
            dst_port,
            first_frame: self.first.frame,
            last_frame: self.last.frame,
            start: UtcTime(self.first.time_ns),
            start_ns: self.first.time_ns,
            duration_ns: self.last.time_ns.saturating_sub(self.first.time_ns),
            handshake,
            close: Close {
                verdict: ending.verdict,
                by: ending.by,
                reset_by: ending.reset.map(|reset| reset.by),
                reset_signs: ending.reset.map(|reset| reset.signs()).unwrap_or_default(),
                cause,
                cause_confidence,
                confidence: ending.confidence,
                frames: verdict::evidence(self, &ending, now_ns),
                idle_ns: self.closing.onset.map(|onset| onset.idle_ns),
                killed_transaction: application.and_then(Application::killed),
            },
            timing: self.timing(&ending),
            rules: rules.hits(),
            rules_omitted: rules.omitted,
            zeek: compat::zeek(self),
            completeness: self.completeness.value(),
            packets: Sides::from_fn(|side| self.ends[side].packets),
            bytes: Sides::from_fn(|side| self.ends[side].bytes + loss::unseen(self, side)),
            retransmissions: Sides::from_fn(|side| self.ends[side].retransmissions),
            spurious_retransmissions: Sides::from_fn(|side| self.ends[side].spurious_retransmissions()),
            out_of_order: self.disorder(|disorder| disorder.out_of_order),
            duplicates: self.disorder(|disorder| disorder.duplicates),
            gaps: Sides::from_fn(|side| gaps[side].0),
            gap_bytes: Sides::from_fn(|side| gaps[side].1),
            icmp: self
                .icmp
                .as_ref()
                .map(|icmp| icmp.errors.clone())
                .unwrap_or_default(),
            icmp_omitted: self.icmp.as_ref().map_or(0, |icmp| icmp.omitted),
            options: self.options(),
            protocol: application.and_then(Application::protocol),
            proxy: application.and_then(Application::proxy).cloned().map(Box::new),
            http2: application.and_then(Application::http2_report).map(Box::new),
            websocket: application.and_then(Application::websocket_report).map(Box::new),
            http: http.map(|http| http.transactions().to_vec()).unwrap_or_default(),
            http_omitted: http.map_or(0, Http::omitted),
            tls: self.streams.tls().map(|tls| Box::new(tls.facts().clone())),
            evicted,
        }
    }

    fn disorder(&self, count: impl Fn(&Disorder) -> u64) -> Sides<u64> {
        Sides::from_fn(|side| {
            self.ends[side]
                .disorder
                .as_ref()
                .map_or(0, |disorder| count(disorder))
        })
    }

    /// E11, O16, T28, and O36, T27, E2 or T20 in silence, T14 to T16 without a challenge: what did not happen by the end.
    fn absences(&self, handshake: HandshakeVerdict, ending: &Ending, now_ns: i64) -> RuleSet {
        let mut rules = RuleSet::default();
        if handshake == HandshakeVerdict::NoAnswer {
            rules.insert(Rule::O16);
        }
        if one_sided::is_one_sided(self) {
            rules.insert(Rule::E11);
        }
        if let (HandshakeVerdict::None, Some(rule)) = (handshake, stray::unanswered(self, now_ns)) {
            rules.insert(rule);
        }
        if let Some(given_up) = ending.given_up {
            rules.insert(given_up.rule);
        }
        // Accepted because it was not challenged.
        if let (Some(reset), None) = (ending.reset, self.closing.reset) {
            rules.insert(teardown::kind(self, reset.by));
        }
        if matches!(ending.verdict, CloseVerdict::Open | CloseVerdict::HalfClosed) {
            rules.insert(Rule::T28);
        }
        rules
    }

    /// The likely reason: where several fit, the more specific evidence wins.
    fn cause(&self, handshake: HandshakeVerdict, ending: &Ending) -> (Cause, Confidence) {
        use CloseVerdict as V;
        use Confidence::{Certain, Guess, Likely};

        match ending.verdict {
            V::NotOpened if handshake == HandshakeVerdict::Refused => {
                let by_host = ending.confidence > Guess && !self.opening.refused_elsewhere;
                return if by_host {
                    (Cause::PortClosed, Likely)
                } else {
                    (Cause::RefusedPolicy, Guess)
                };
            }
            V::NotOpened if handshake == HandshakeVerdict::Unreachable => {
                let forbidden = self
                    .opening
                    .unreachable
                    .as_ref()
                    .is_some_and(|error| error.policy);
                return if forbidden {
                    (Cause::RefusedPolicy, Likely)
                } else {
                    (Cause::Unknown, Guess)
                };
            }
            V::NotOpened | V::Superseded | V::Open => return (Cause::Unknown, Guess),
            _ => {}
        }
        if let Some(injected) = ending.reset.and_then(|reset| reset.injected()) {
            return (Cause::InjectedReset, injected);
        }
        let given_up = ending.given_up.map(|given_up| given_up.cause);
        if let Some(cause) = given_up.or(ending.reset.and_then(|reset| reset.cause)) {
            return (cause, Likely);
        }
        if let Some(told) = self.told_by_tls(ending) {
            return told;
        }
        let orderly = ending.reset.is_none();
        if let Some(reason) = self
            .announced()
            .filter(|_| orderly || self.closing.first_fin.is_some())
            .filter(|_| !self.http_cut_short())
        {
            let cause = match reason {
                CloseReason::ConnectionClose => Cause::HttpConnectionClose,
                CloseReason::Http10 => Cause::Http10,
                CloseReason::WebsocketClose => Cause::WebsocketClose,
            };
            return (cause, Certain);
        }
        if let Some(reset) = ending.reset {
            if reset.late_data {
                return (Cause::LateData, Likely);
            }
            if reset.unread_data {
                return (Cause::UnreadData, Likely);
            }
        }
        if self
            .closing
            .onset
            .is_some_and(|onset| onset.idle_ns >= IDLE_NS && !onset.in_flight)
        {
            return (Cause::IdleTimeout, Likely);
        }
        if orderly && self.announcement_may_be_missing() {
            (Cause::Application, Guess)
        } else if orderly {
            (Cause::Application, Likely)
        } else {
            (Cause::AbortedByApplication, Likely)
        }
    }

    /// What the TLS of the side that closed first tells of the reason.
    fn told_by_tls(&self, ending: &Ending) -> Option<(Cause, Confidence)> {
        let tls = self.streams.tls()?;
        match (self.closing.first_fin, ending.reset) {
            (Some(closer), _) => tls.cause(closer, true),
            (None, Some(reset)) => tls.cause(reset.by, false),
            (None, None) => None,
        }
    }

    /// The client closed before its answer was complete: that is not the close that HTTP announced.
    fn http_cut_short(&self) -> bool {
        let client = self.streams.application().and_then(Application::client);
        client.is_some()
            && self.closing.first_fin == client
            && self.closing.onset.is_some_and(|onset| onset.http_in_flight)
    }

    /// The last exchange lacks bytes, so a head that announced the close may be among them.
    fn announcement_may_be_missing(&self) -> bool {
        let transactions = self.streams.http().map(Http::transactions);
        transactions
            .and_then(<[_]>::last)
            .is_some_and(|last| matches!(last.state, MessageState::Cut | MessageState::Gap))
    }

    fn announced(&self) -> Option<CloseReason> {
        Some(self.streams.application()?.close_announced()?.reason)
    }
}
