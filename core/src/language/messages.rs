//! The message table: one method a sentence, so that a language lacks none. What is said, and on which frames and
//! rules it rests, is decided by [`explain`](crate::explain); a language decides how.
//!
//! Texts from the wire come escaped. Every sentence ends with its full stop.

use crate::connection::Close;
use crate::display::Duration;
use crate::rule::Rule;
use crate::tls::{Tls, TlsAlertSeen};
use crate::words::{Cause, Confidence, HandshakeVerdict};
use crate::{Side, Sides};

/// How the frames of an unusual rule stand to it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// It happened in them.
    In,
    /// It had not happened by then.
    By,
    /// They show it.
    At,
}

/// Why a handshake's verdict is not certain.
#[derive(Debug, Clone)]
pub(crate) enum OpeningDoubt {
    /// These textbook steps (of [`Rule::O1`] to [`Rule::O3`]) were not captured; never empty.
    Missing(Vec<Rule>),
    /// Something was not captured.
    SomethingMissing,
    /// Perhaps there was a connection.
    NothingElseCaptured,
    /// The RST should have been ignored.
    RstWithoutAck,
    /// A scan or an old SYN.
    ScanOrOldSyn,
    /// Something else.
    AnotherReading,
}

/// What a SYN-ACK answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SynAckOf {
    /// The other side's SYN of a simultaneous open.
    CrossedSyn,
    /// A captured SYN.
    Syn,
    /// A SYN that was not captured.
    UncapturedSyn,
}

/// What an ACK acknowledges.
#[derive(Debug, Clone, Copy)]
pub(crate) enum AckOf {
    /// A captured SYN-ACK; `with_data` where it carries the first data.
    SynAck {
        /// Whether there is a payload.
        with_data: bool,
    },
    /// A SYN-ACK that was not captured.
    UncapturedSynAck,
}

/// Why a close verdict is not certain.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CloseDoubt {
    /// The RST's number is not the expected one.
    UnexpectedNumber,
    /// Data was on its way when the RST came.
    DataOnItsWay,
    /// Silence shows it alone.
    Silence,
    /// A FIN was not captured.
    FinNotCaptured,
}

/// A step of the close.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CloseStep {
    /// The first FIN.
    FirstFin {
        /// Whether it carries a payload.
        with_data: bool,
    },
    /// Its ACK.
    AckOfFirst,
    /// The second FIN.
    SecondFin,
    /// The second FIN, which acknowledges the first.
    SecondFinWithAck,
    /// The second FIN, sent before its sender had seen the first.
    CrossedFin,
    /// The ACK of the second FIN.
    AckOfSecond,
    /// An accepted RST.
    Reset,
}

/// The HTTP exchange that a RST cut off.
#[derive(Debug, Clone)]
pub(crate) enum Killed {
    /// What asked for it, and the frame of that.
    Request(String, u64),
    /// Its position from 0.
    Number(u32),
}

/// An HTTP exchange.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    /// None where it was not captured.
    pub(crate) request: Option<Request>,
    /// None where nobody answered.
    pub(crate) response: Option<Response>,
    /// What is wrong with it.
    pub(crate) flaw: Option<Flaw>,
}

/// The request of an exchange.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Method and target.
    pub(crate) line: String,
    /// Where it begins.
    pub(crate) frame: u64,
    /// Bytes, if it has any.
    pub(crate) body: Option<u64>,
}

/// The response of an exchange.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Response {
    /// None where it cannot be read.
    pub(crate) status: Option<u16>,
    /// Where it begins.
    pub(crate) frame: u64,
    /// Bytes.
    pub(crate) body: u64,
}

/// What is wrong with an exchange.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Flaw {
    /// It was answered, and not to its end.
    Incomplete,
    /// The capture lacks bytes of it.
    Gap,
    /// The snap length cut it.
    Cut,
    /// A RST cut it off.
    Reset,
}

/// The round trip between the capture point and one side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RoundTrip {
    /// Which side.
    pub(crate) side: Side,
    /// What was sent to it: `SYN`, `SYN-ACK`.
    pub(crate) sent: &'static str,
    /// What it answered.
    pub(crate) answer: &'static str,
}

/// Why a round trip is not known.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RoundTripDoubt {
    /// Karn's rule.
    SentAgain,
    /// What was sent was not captured.
    NotCaptured,
    /// One of the first two, or the clock.
    SentAgainOrClock,
}

/// One language's sentences.
pub(crate) trait Messages: Sync {
    /// What stands between two sentences.
    fn gap(&self) -> &'static str;
    /// What stands in brackets behind a sentence: a rule's id, a reference of the rule table.
    fn brackets(&self, rule: Option<&str>, rfc: &str) -> String;
    /// A reference of the rule table.
    fn reference(&self, rfc: &str) -> String;

    /// What was said is certain and rests on these frames, if any.
    fn certain(&self, evidence: &[u64]) -> String;

    /// The initiator sent a SYN.
    fn who_by_syn(&self, src: &str, dst: &str, frame: u64) -> String;
    /// A SYN-ACK came for the initiator.
    fn who_by_syn_ack(&self, src: &str, dst: &str, frame: u64) -> String;
    /// Neither was captured.
    fn who_by_evidence(&self, src: &str, dst: &str) -> String;

    /// How the handshake went.
    fn handshake(&self, verdict: HandshakeVerdict, confidence: Confidence) -> &'static str;
    /// Why that is not certain.
    fn opening_doubt(&self, sure: Confidence, doubt: &OpeningDoubt) -> String;
    /// The initiator's SYN.
    fn syn(&self, frame: u64, isn: Option<u32>) -> String;
    /// The responder's SYN of a simultaneous open.
    fn other_syn(&self, frame: u64, isn: u32) -> String;
    /// A SYN-ACK.
    fn syn_ack(&self, frame: u64, of: SynAckOf, isn: Option<u32>) -> String;
    /// The ACK that completes the handshake.
    fn handshake_ack(&self, frame: u64, of: AckOf) -> String;

    /// A rule that is not textbook, and its meaning.
    fn unusual(&self, rule: Rule, place: Place, frames: &[u64]) -> String;
    /// So many hits of rules are not listed.
    fn rules_omitted(&self, more: u64) -> String;
    /// The table was full.
    fn evicted(&self) -> String;

    /// What each side sent, and how much of it again.
    fn amount(&self, bytes: Sides<u64>, segments: Sides<u64>, again: Sides<u64>) -> String;
    /// An HTTP exchange.
    fn exchange(&self, exchange: &Exchange) -> String;
    /// What TLS agreed on, as far as it shows.
    fn tls(&self, tls: &Tls) -> String;
    /// An alert of TLS.
    fn tls_alert(&self, alert: &TlsAlertSeen) -> String;
    /// So many exchanges are not told.
    fn more_exchanges(&self, more: u64) -> String;

    /// How it was closed.
    fn close(&self, close: &Close) -> String;
    /// Why that is not certain.
    fn close_doubt(&self, sure: Confidence, doubt: CloseDoubt) -> String;
    /// A step of the close; `closer` closed first, where one side did.
    fn close_step(&self, frame: u64, step: CloseStep, closer: Option<Side>) -> String;
    /// The exchange that a RST cut off.
    fn killed(&self, what: &Killed) -> String;
    /// The cause, without a full stop, and why it may be another: empty where it is not known.
    fn cause(&self, cause: Cause) -> (&'static str, &'static str);
    /// The cause and how sure it is; HTTP/2 announces the end with a frame of its own.
    fn reason(&self, cause: Cause, by_goaway: bool, sure: Confidence) -> String;

    /// A round trip; `crossed` in a simultaneous open.
    fn round_trip(&self, of: RoundTrip, crossed: bool, span: Duration) -> String;
    /// Why there is none.
    fn round_trip_unknown(&self, of: RoundTrip, doubt: RoundTripDoubt) -> String;
    /// First SYN to open.
    fn establish(&self, span: Duration) -> String;
    /// First frame to the first data of the only side that sent any.
    fn first_data_of(&self, side: Side, span: Duration) -> String;
    /// First frame to the first data of each side.
    fn first_data(&self, initiator: Duration, responder: Duration) -> String;
    /// First ClientHello to ServerHello, to the end of the handshake, to the first application data.
    fn tls_times(
        &self,
        server_hello: Option<Duration>,
        handshake: Option<Duration>,
        data: Option<Duration>,
    ) -> String;
    /// Silence before the close.
    fn idle(&self, span: Duration) -> String;
    /// First FIN or RST to the end.
    fn teardown(&self, span: Duration) -> String;
}
