//! Which words a field of words can have, so that a misspelt one is an error and not an empty answer.

use synfin::http::{HttpProtocol, MessageState};
use synfin::tls::{TlsAlert, TlsAlertLevel, TlsContent, TlsEarlyData, TlsMessage, TlsResumption, TlsStep};
use synfin::{
    Cause, CloseVerdict, Closer, Confidence, Ecn, FastOpen, HandshakeVerdict, HttpMessage, IntegrityWord,
    MptcpOutcome, MptcpSubtype, OptionFault, OptionName, Order, Phase, RULES, ResetSign, State, Step,
    SynChange,
};

/// Every word of a field; none where its text is free.
pub(super) fn of(name: &str) -> Option<Vec<&'static str>> {
    macro_rules! words {
        ($words:ident) => {
            $words::ALL.iter().map(|word| word.as_str()).collect()
        };
    }
    Some(match name {
        "integrity" => words!(IntegrityWord),
        "direction" | "close.reset_by" | "zeek.orig" | "icmp.direction" | "client" => {
            vec!["initiator", "responder"]
        }
        "phase" => words!(Phase),
        "step" => words!(Step),
        "role"
        | "rules"
        | "rules.id"
        | "options.violations.id"
        | "request.anomalies.rule"
        | "response.anomalies.rule" => RULES.iter().map(|rule| rule.id).collect(),
        "state.initiator" | "state.responder" => words!(State),
        "order" => words!(Order),
        "http.message" => words!(HttpMessage),
        "close.verdict_so_far" | "close.verdict" => words!(CloseVerdict),
        "close.by_so_far" | "close.by" => words!(Closer),
        "handshake.verdict" => words!(HandshakeVerdict),
        "handshake.confidence" | "close.cause_confidence" | "close.confidence" => words!(Confidence),
        "close.reset_signs" => words!(ResetSign),
        "close.cause" => words!(Cause),
        "zeek.conn_state" => vec![
            "S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH",
        ],
        "options.initiator.ecn" | "options.responder.ecn" | "options.agreed.ecn" => words!(Ecn),
        "options.initiator.mptcp_subtype" | "options.responder.mptcp_subtype" => words!(MptcpSubtype),
        "options.agreed.fast_open" => words!(FastOpen),
        "options.agreed.mptcp_outcome" => words!(MptcpOutcome),
        "options.changes" => words!(SynChange),
        "options.violations.option" => words!(OptionName),
        "options.violations.fault" => words!(OptionFault),
        "tls.step" => words!(TlsStep),
        "tls.content" => words!(TlsContent),
        "tls.message" => words!(TlsMessage),
        "tls.alert" | "tls.alerts.name" => words!(TlsAlert),
        "tls.alerts.level" => words!(TlsAlertLevel),
        "tls.alerts.confidence" => words!(Confidence),
        "tls.client" | "tls.alerts.by" => vec!["initiator", "responder"],
        "tls.resumption" => words!(TlsResumption),
        "tls.early_data" => words!(TlsEarlyData),
        "protocol" | "upgrade" => words!(HttpProtocol),
        "http.state" | "state" | "request.state" | "response.state" => words!(MessageState),
        _ => return None,
    })
}
