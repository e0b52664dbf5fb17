//! The sentences in English.

use super::messages::{
    AckOf, CloseDoubt, CloseStep, Exchange, Flaw, Killed, Messages, OpeningDoubt, Place, RoundTrip,
    RoundTripDoubt, SynAckOf,
};
use super::pieces::folded;
use crate::connection::Close;
use crate::display::{Duration, foreign};
use crate::rule::Rule;
use crate::tls::{Tls, TlsAlert, TlsAlertSeen, TlsEarlyData, TlsResumption};
use crate::words::{Cause, CloseVerdict, Closer, Confidence, HandshakeVerdict};
use crate::{Side, Sides};

pub(super) struct English;

/// `frame 2`, `frames 2, 3, 5`, `frames 12-17`.
fn frames(frames: &[u64]) -> String {
    let list = folded(frames);
    let plural = if list.one { "" } else { "s" };
    let more = if list.more { " and later ones" } else { "" };
    format!("frame{plural} {}{more}", list.pieces.join(", "))
}

/// `1 byte`, `94 bytes`.
fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

const fn name(by: Closer) -> &'static str {
    match by {
        Closer::Initiator => "the initiator",
        Closer::Responder => "the responder",
        Closer::Both => "both sides",
        Closer::Network => "something between the hosts",
        Closer::Nobody => "one side",
    }
}

const fn peer_name(by: Closer) -> &'static str {
    match by {
        Closer::Initiator => "the responder",
        Closer::Responder => "the initiator",
        _ => "the other side",
    }
}

fn doubted(sure: Confidence, why: &str) -> String {
    let sure = match sure {
        Confidence::Guess => "That is a guess",
        _ => "That is likely, not certain",
    };
    format!("{sure}: {why}.")
}

fn numbered(isn: Option<u32>) -> String {
    isn.map_or_else(String::new, |isn| format!(" with initial sequence number {isn}"))
}

impl Messages for English {
    fn gap(&self) -> &'static str {
        " "
    }

    fn brackets(&self, rule: Option<&str>, rfc: &str) -> String {
        match rule {
            Some(rule) => format!(" [{rule}, {rfc}]"),
            None => format!(" [{rfc}]"),
        }
    }

    fn reference(&self, rfc: &str) -> String {
        rfc.to_owned()
    }

    fn certain(&self, evidence: &[u64]) -> String {
        if evidence.is_empty() {
            "That is certain.".to_owned()
        } else {
            format!("That is certain from {}.", frames(evidence))
        }
    }

    fn who_by_syn(&self, src: &str, dst: &str, frame: u64) -> String {
        format!("{src} is the initiator: it sent a SYN to {dst}, the responder, in frame {frame}.")
    }

    fn who_by_syn_ack(&self, src: &str, dst: &str, frame: u64) -> String {
        format!("{src} counts as the initiator: the SYN-ACK of {dst} in frame {frame} is addressed to it.")
    }

    fn who_by_evidence(&self, src: &str, dst: &str) -> String {
        format!(
            "{src} counts as the initiator and {dst} as the responder. No SYN or SYN-ACK shows it; requests, port numbers or the first sender do."
        )
    }

    fn handshake(&self, verdict: HandshakeVerdict, confidence: Confidence) -> &'static str {
        match (verdict, confidence) {
            (HandshakeVerdict::None, _) => {
                "No connection was opened, nor does anything captured belong to one."
            }
            (HandshakeVerdict::Unseen, _) => {
                "The handshake is not in the capture, but the connection existed."
            }
            (HandshakeVerdict::Complete, _) => "The handshake is complete: each side's SYN was acknowledged.",
            (HandshakeVerdict::Simultaneous, _) => {
                "The connection was opened from both sides at once: the SYNs crossed and each was acknowledged."
            }
            (HandshakeVerdict::Split, _) => {
                "The handshake is complete, but split: the responder sent its ACK and its SYN separately."
            }
            (HandshakeVerdict::BadAck, _) => {
                "The handshake failed: an acknowledgement fits no SYN that was sent, and no right one followed."
            }
            (HandshakeVerdict::Refused, Confidence::Certain) => {
                "The connection was refused: the responder answered the SYN with a RST."
            }
            (HandshakeVerdict::Refused, _) => "The connection was refused, it seems.",
            (HandshakeVerdict::Aborted, _) => "The initiator gave up its own attempt.",
            (HandshakeVerdict::Unreachable, _) => {
                "The responder could not be reached: an ICMP error came for the SYN."
            }
            (HandshakeVerdict::HalfOpen, _) => {
                "The connection stayed half-open: the responder's SYN-ACK was never acknowledged."
            }
            (HandshakeVerdict::NoAnswer, _) => "The SYN was never answered.",
            (HandshakeVerdict::Pending, _) => "The capture ends too early to tell how the handshake went.",
        }
    }

    fn opening_doubt(&self, sure: Confidence, doubt: &OpeningDoubt) -> String {
        let why = match doubt {
            OpeningDoubt::Missing(steps) => {
                let steps: Vec<&str> = steps
                    .iter()
                    .map(|rule| match rule {
                        Rule::O1 => "the SYN",
                        Rule::O2 => "the SYN-ACK",
                        _ => "the ACK of the SYN-ACK",
                    })
                    .collect();
                let verb = if steps.len() == 1 { "is" } else { "are" };
                let steps = steps.join(" and ");
                &format!("{steps} {verb} not in the capture; the numbers of later segments stand for it")
            }
            OpeningDoubt::SomethingMissing => "something it rests on was not captured",
            OpeningDoubt::NothingElseCaptured => "a connection may exist of which nothing else was captured",
            OpeningDoubt::RstWithoutAck => {
                "the RST carries no ACK, which the initiator should ignore; it fell silent all the same"
            }
            OpeningDoubt::ScanOrOldSyn => {
                "the segments fit a deliberate scan or an old duplicate SYN about as well"
            }
            OpeningDoubt::AnotherReading => "what was captured allows another reading",
        };
        doubted(sure, why)
    }

    fn syn(&self, frame: u64, isn: Option<u32>) -> String {
        format!("Frame {frame}: SYN{}.", numbered(isn))
    }

    fn other_syn(&self, frame: u64, isn: u32) -> String {
        format!("Frame {frame}: SYN of the other side{}.", numbered(Some(isn)))
    }

    fn syn_ack(&self, frame: u64, of: SynAckOf, isn: Option<u32>) -> String {
        let isn = numbered(isn);
        match of {
            SynAckOf::CrossedSyn => {
                format!("Frame {frame}: SYN-ACK; it acknowledges the SYN of the other side.")
            }
            SynAckOf::Syn => format!("Frame {frame}: SYN-ACK{isn}; it acknowledges the SYN."),
            SynAckOf::UncapturedSyn => {
                format!("Frame {frame}: SYN-ACK{isn}; the SYN is not in the capture.")
            }
        }
    }

    fn handshake_ack(&self, frame: u64, of: AckOf) -> String {
        match of {
            AckOf::SynAck { with_data } => {
                let data = if with_data { ", with data" } else { "" };
                format!("Frame {frame}: ACK{data}; it acknowledges the SYN-ACK, so both sides are open.")
            }
            AckOf::UncapturedSynAck => {
                format!("Frame {frame}: ACK of a SYN-ACK that is not in the capture; both sides are open.")
            }
        }
    }

    fn unusual(&self, rule: Rule, place: Place, evidence: &[u64]) -> String {
        let frames = frames(evidence);
        let place = match place {
            Place::In => format!("in {frames}"),
            Place::By => format!("(by {frames})"),
            Place::At => format!("({frames})"),
        };
        format!("{} {place}. {}", capital(rule.info().name), rule.meaning())
    }

    fn rules_omitted(&self, more: u64) -> String {
        let more = count(more, "further hit");
        format!("The list of rules is full: {more} not told here.")
    }

    fn evicted(&self) -> String {
        "The table of connections was full, so this one was put aside before its end; what came later counts as another."
            .to_owned()
    }

    fn amount(&self, bytes: Sides<u64>, segments: Sides<u64>, again: Sides<u64>) -> String {
        let amount = format!(
            "The initiator sent {} in {}, the responder {} in {}.",
            count(bytes.initiator, "byte"),
            count(segments.initiator, "segment"),
            count(bytes.responder, "byte"),
            count(segments.responder, "segment"),
        );
        match (again.initiator, again.responder) {
            (0, 0) => amount,
            (own, 0) => format!("{amount} Sent again: {} of the initiator.", count(own, "segment")),
            (0, own) => format!("{amount} Sent again: {} of the responder.", count(own, "segment")),
            (one, other) => format!(
                "{amount} Sent again: {} of the initiator and {other} of the responder.",
                count(one, "segment")
            ),
        }
    }

    fn exchange(&self, exchange: &Exchange) -> String {
        let request = match &exchange.request {
            Some(request) => {
                let body = request.body.map_or_else(String::new, |len| {
                    format!(" with a body of {}", count(len, "byte"))
                });
                format!("{} in frame {}{body}", request.line, request.frame)
            }
            None => "A response without a captured request".to_owned(),
        };
        let response = exchange.response.map_or_else(
            || "no answer".to_owned(),
            |response| {
                let status = response.status.map_or_else(
                    || "no readable status".to_owned(),
                    |status| format!("status {status}"),
                );
                let body = count(response.body, "byte");
                format!("{status} in frame {}, body of {body}", response.frame)
            },
        );
        let flaw = match exchange.flaw {
            None => "",
            Some(Flaw::Incomplete) => "; the exchange is incomplete",
            Some(Flaw::Gap) => "; bytes of it are missing from the capture",
            Some(Flaw::Cut) => "; the snap length cut it",
            Some(Flaw::Reset) => "; a reset cut the exchange short",
        };
        format!("{request}: {response}{flaw}.")
    }

    fn tls(&self, tls: &Tls) -> String {
        let mut words = match tls.version {
            Some(version) => version.to_string(),
            None => "TLS".to_owned(),
        };
        if let Some(cipher) = tls.cipher {
            words += &format!(" with {cipher}");
        }
        if let Some(host) = &tls.server_name {
            words += &format!(" for {}", foreign(host));
        }
        if let Some(alpn) = &tls.alpn {
            words += &format!(", application protocol {}", foreign(alpn));
        }
        words += match tls.resumption {
            Some(TlsResumption::SessionId) => "; it resumed an earlier session by its session ID",
            Some(TlsResumption::Ticket) => "; it resumed an earlier session by a ticket",
            Some(TlsResumption::Psk) => "; it resumed an earlier session by a pre-shared key",
            None => "",
        };
        words += match tls.early_data {
            Some(TlsEarlyData::Offered) => "; the client offered early data",
            Some(TlsEarlyData::Accepted) => "; the server accepted early data",
            Some(TlsEarlyData::Rejected) => "; the server did not accept early data",
            None => "",
        };
        if tls.server_hello_frame.is_none() {
            words += if tls.client_hello_frame.is_some() {
                "; no ServerHello was captured"
            } else {
                "; its hellos were not captured"
            };
        }
        words + "."
    }

    fn tls_alert(&self, alert: &TlsAlertSeen) -> String {
        let by = name(alert.by.into());
        match (alert.name, alert.number) {
            (TlsAlert::Encrypted, _) => {
                let sure = match alert.confidence {
                    Confidence::Certain => "an encrypted TLS alert",
                    _ => "what by its length is an encrypted TLS alert",
                };
                format!("Frame {}: {by} sent {sure}.", alert.frame)
            }
            (TlsAlert::Unknown, Some(number)) => {
                format!("Frame {}: {by} sent the TLS alert number {number}.", alert.frame)
            }
            (name, _) => format!("Frame {}: {by} sent the TLS alert {name}.", alert.frame),
        }
    }

    fn more_exchanges(&self, more: u64) -> String {
        format!("{} followed.", count(more, "more HTTP exchange"))
    }

    fn close(&self, close: &Close) -> String {
        let (by, peer) = (name(close.by), peer_name(close.by));
        let resetter = close.reset_by.map_or("one side", |side| name(Closer::from(side)));
        let words = match close.verdict {
            CloseVerdict::NotOpened if close.by == Closer::Nobody => {
                "it was never open, so there was nothing to close."
            }
            CloseVerdict::NotOpened => &format!("it was never open; {by} ended the attempt."),
            CloseVerdict::Simultaneous => {
                "both sides closed at once: their FINs crossed, and both were acknowledged."
            }
            CloseVerdict::ThreeSegment => &format!(
                "{by} closed first, and {peer} closed with the same segment that acknowledged it. Both FINs were acknowledged."
            ),
            CloseVerdict::FourWay => {
                &format!("{by} closed first, {peer} after it. Both FINs were acknowledged.")
            }
            CloseVerdict::FinThenReset if close.reset_by.map(Closer::from) == Some(close.by) => {
                &format!("{by} closed with a FIN and later reset the connection.")
            }
            CloseVerdict::FinThenReset => {
                &format!("{by} closed with a FIN, and {resetter} reset the connection.")
            }
            // Whose it really was is the reason's to say, and as sure as that.
            CloseVerdict::Reset if close.by == Closer::Network => {
                &format!("a RST in the name of {resetter} ended the connection; nobody had sent a FIN.")
            }
            CloseVerdict::Reset => &format!("{by} reset the connection; nobody had sent a FIN."),
            CloseVerdict::Superseded => {
                "a new connection took over the address and port pair; no close was captured."
            }
            CloseVerdict::TimedOut => {
                "it was given up in silence: what was sent again and again stayed unanswered."
            }
            CloseVerdict::Closing => &format!(
                "{by} closed first and {peer} closed too, but not both FINs were acknowledged by the end of the capture."
            ),
            CloseVerdict::HalfClosed => {
                &format!("{by} closed; {peer} had not closed by the end of the capture.")
            }
            CloseVerdict::Open => "neither side had closed by the end of the capture.",
        };
        capital(words)
    }

    fn close_doubt(&self, sure: Confidence, doubt: CloseDoubt) -> String {
        let why = match doubt {
            CloseDoubt::UnexpectedNumber => {
                "the RST is not at the expected number, but its receiver sent nothing afterwards"
            }
            CloseDoubt::DataOnItsWay => {
                "data was on its way when the RST came, so its number cannot be checked exactly"
            }
            CloseDoubt::Silence => "the silence shows it; no segment does",
            CloseDoubt::FinNotCaptured => {
                "a FIN is not in the capture; an acknowledgement one past the last byte stands for it"
            }
        };
        doubted(sure, why)
    }

    fn close_step(&self, frame: u64, step: CloseStep, closer: Option<Side>) -> String {
        let of = |word: &str, side: Option<Side>| {
            side.map_or_else(String::new, |side| format!(" {word} {}", name(side.into())))
        };
        let peer = closer.map(Side::peer);
        let words = match step {
            CloseStep::FirstFin { with_data: true } => {
                format!("first FIN{}, with its last data", of("of", closer))
            }
            CloseStep::FirstFin { with_data: false } => format!("first FIN{}", of("of", closer)),
            CloseStep::AckOfFirst => format!("ACK of the first FIN{}", of("by", peer)),
            CloseStep::SecondFin => format!("second FIN{}", of("of", peer)),
            CloseStep::SecondFinWithAck => {
                format!("second FIN{}, which also acknowledges the first", of("of", peer))
            }
            CloseStep::CrossedFin => "second FIN, sent before its sender had seen the first".to_owned(),
            CloseStep::AckOfSecond => format!("ACK of the second FIN{}", of("by", closer)),
            CloseStep::Reset => "RST, accepted: the connection is over".to_owned(),
        };
        format!("Frame {frame}: {words}.")
    }

    fn killed(&self, what: &Killed) -> String {
        match what {
            Killed::Request(line, frame) => {
                format!("The RST cut off the HTTP exchange {line} of frame {frame}.")
            }
            Killed::Number(number) => format!("The RST cut off the HTTP exchange number {number}."),
        }
    }

    fn cause(&self, cause: Cause) -> (&'static str, &'static str) {
        match cause {
            Cause::PortClosed => (
                "nothing listens on the port",
                "a firewall can answer with the same RST",
            ),
            Cause::RefusedPolicy => (
                "a filter refused it, not the host itself",
                "the host can have answered like that too",
            ),
            Cause::HttpConnectionClose => (
                "HTTP announced it with Connection: close",
                "the end does not rest on captured segments alone",
            ),
            Cause::Http10 => (
                "HTTP/1.0 without keep-alive ends the connection after the response",
                "the end does not rest on captured segments alone",
            ),
            Cause::IdleTimeout => (
                "the connection had been silent with nothing outstanding, as at an idle timeout",
                "the application may have closed then for another reason",
            ),
            Cause::Application => (
                "the application closed it in good order",
                "nothing in the stream announced the close",
            ),
            Cause::AbortedByApplication => (
                "the application aborted it, or ended without closing it",
                "a RST does not carry its reason",
            ),
            Cause::UnreadData => (
                "it was closed while received data had not been read",
                "whether the application had read the data does not show in the capture",
            ),
            Cause::LateData => (
                "data arrived at a side that had closed and no longer reads",
                "a RST does not carry its reason",
            ),
            Cause::RetransmissionGiveUp => (
                "the sender gave up after retransmissions without acknowledgement",
                "the application may have given up first",
            ),
            Cause::KeepAliveDead => (
                "keep-alive probes were not answered",
                "the application may have given up first",
            ),
            Cause::PeerLostState => (
                "one side no longer knew the connection, as after a restart",
                "a NAT or firewall that forgot it answers likewise",
            ),
            Cause::InjectedReset => (
                "something between the hosts injected the RST",
                "the signs of it have innocent explanations too",
            ),
            Cause::TlsCloseNotify => (
                "TLS announced the end with close_notify",
                "the alert is encrypted",
            ),
            Cause::TlsAlert => ("TLS failed with an alert", "the alert may not be the reason"),
            Cause::TlsTruncated => (
                "the TLS session was cut off without close_notify",
                "the alert may be missing from the capture",
            ),
            Cause::WebsocketClose => (
                "WebSocket announced it with a close frame",
                "the end does not rest on captured segments alone",
            ),
            Cause::Unknown => ("not known; nothing in the capture tells it", ""),
        }
    }

    fn reason(&self, cause: Cause, by_goaway: bool, sure: Confidence) -> String {
        let (mut why, doubt) = self.cause(cause);
        if by_goaway {
            why = "HTTP/2 announced it with GOAWAY";
        }
        match sure {
            _ if cause == Cause::Unknown => format!("Reason: {why}."),
            Confidence::Certain => format!("Reason: {why}. That is certain."),
            _ => format!("Reason: {why}. {}", doubted(sure, doubt)),
        }
    }

    fn round_trip(&self, of: RoundTrip, crossed: bool, span: Duration) -> String {
        let RoundTrip { side, sent, answer } = of;
        let side = side.as_str();
        if crossed {
            format!(
                "The round trip between the capture point and the {side} is {span} (its SYN to the answer)."
            )
        } else {
            format!("The round trip between the capture point and the {side} is {span} ({sent} to {answer}).")
        }
    }

    fn round_trip_unknown(&self, of: RoundTrip, doubt: RoundTripDoubt) -> String {
        let RoundTrip { side, sent, .. } = of;
        let why = match doubt {
            RoundTripDoubt::SentAgain => format!(
                "the {sent} was sent more than once, and nobody knows which of them was answered (Karn's rule)"
            ),
            RoundTripDoubt::NotCaptured => format!("the {sent} is not in the capture"),
            RoundTripDoubt::SentAgainOrClock => {
                format!("the {sent} was sent more than once, or the time stamps run backwards")
            }
        };
        format!(
            "The round trip between the capture point and the {} is not known: {why}.",
            side.as_str()
        )
    }

    fn establish(&self, span: Duration) -> String {
        format!("Opening took {span} from the first SYN on.")
    }

    fn first_data_of(&self, side: Side, span: Duration) -> String {
        format!(
            "The {}'s first data came {span} after the first frame.",
            side.as_str()
        )
    }

    fn first_data(&self, initiator: Duration, responder: Duration) -> String {
        format!(
            "The first data came {initiator} (initiator) and {responder} (responder) after the first frame."
        )
    }

    fn tls_times(
        &self,
        server_hello: Option<Duration>,
        handshake: Option<Duration>,
        data: Option<Duration>,
    ) -> String {
        let part = |what: &str, span: Option<Duration>| span.map(|span| format!("{what} {span}"));
        let parts = [
            part("ServerHello", server_hello),
            part("the end of the handshake", handshake),
            part("the first application data", data),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        format!("From the ClientHello on: {}.", parts.join(", "))
    }

    fn idle(&self, span: Duration) -> String {
        format!("The connection was silent for {span} before the first FIN or RST.")
    }

    fn teardown(&self, span: Duration) -> String {
        format!("Closing took {span}.")
    }
}

#[cfg(test)]
mod tests {
    use super::{capital, count, frames};
    use crate::rule::Rule;

    #[test]
    fn frames_are_folded_where_three_follow_each_other() {
        assert_eq!(frames(&[2]), "frame 2");
        assert_eq!(frames(&[2, 3, 5]), "frames 2, 3, 5");
        assert_eq!(frames(&[1, 12, 13, 14, 15]), "frames 1, 12-15");
        assert_eq!(frames(&[3, 3]), "frame 3");
        let many: Vec<u64> = (0..40).map(|n| 2 * n).collect();
        assert!(frames(&many).ends_with("22 and later ones"), "{}", frames(&many));
    }

    #[test]
    fn one_is_singular() {
        assert_eq!([count(1, "byte"), count(0, "byte")], ["1 byte", "0 bytes"]);
    }

    #[test]
    fn every_meaning_is_a_sentence() {
        for rule in Rule::ALL {
            let meaning = rule.meaning();
            assert!(meaning.ends_with('.') && meaning.len() > 15, "{}", rule.id());
            assert_eq!(capital(meaning), meaning, "{}", rule.id());
        }
    }
}
