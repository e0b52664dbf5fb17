//! What TLS, HTTP/2, WebSocket and a proxy tell of a connection, in words.

use std::net::IpAddr;

use synfin::http2::Http2Report;
use synfin::proxy::Proxy;
use synfin::tls::TlsAlertSeen;
use synfin::websocket::{CloseCode, WebsocketClose, WebsocketReport};
use synfin::{Cause, Connection, Side, Sides};

use crate::language::Messages;
use crate::text::{self, foreign};
use crate::tls;

/// Lines and what they are labelled with; one without a label goes on with what the line before speaks of.
pub(crate) fn told(say: &Messages, connection: &Connection) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(proxy) = &connection.proxy {
        lines.push((say.long.real_client, forwarded(say, proxy)));
    }
    if let Some(report) = &connection.http2 {
        lines.push(("HTTP/2", (say.long.streams)(report.streams)));
        lines.extend(resets(report).map(|said| said.line(say)));
        lines.extend(omitted(say, report.resets_omitted));
        lines.extend(shutdowns(report).map(|said| said.line(say)));
        lines.extend(omitted(say, report.goaway_omitted));
    }
    if let Some(report) = &connection.websocket {
        lines.push(("WebSocket", messages(say, report)));
        let closing = |close| closing(close, |meaning| meaning.label(say.language)).line(say);
        lines.extend(report.close.iter().map(closing));
    }
    if let Some(session) = &connection.tls {
        lines.push(("TLS", tls::session(say, session)));
        let times = tls::times(say, session);
        lines.extend((!times.is_empty()).then_some(("", times)));
        let alert = |alert: &TlsAlertSeen| (say.tls.alert_label, tls::alert(say, alert));
        lines.extend(session.alerts.iter().map(alert));
        lines.extend(omitted(say, session.alerts_omitted));
    }
    lines
}

/// The name of the fatal alert, where that is why the connection ended.
pub(crate) fn alert_that_ended(connection: &Connection) -> Option<&'static str> {
    let alert = connection.tls.as_deref()?.fatal_alert()?;
    (connection.close.cause == Cause::TlsAlert).then_some(alert.name.as_str())
}

/// The client that a proxy names.
pub(crate) fn real_client(proxy: &Proxy) -> Option<String> {
    end(proxy.src, proxy.src_port)
}

/// How either side announced an end, each once and in any language the same: TLS alerts, resets of streams, GOAWAY,
/// WebSocket closes.
pub(crate) fn announced(connection: &Connection) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    if let Some(session) = &connection.tls {
        names.extend(session.alerts.iter().map(|alert| alert.name.to_string()));
    }
    if let Some(report) = &connection.http2 {
        names.extend(
            report
                .resets
                .iter()
                .map(|reset| format!("RST_STREAM {}", reset.error)),
        );
        names.extend(shutdowns(report).map(|said| said.words));
    }
    if let Some(report) = &connection.websocket {
        let closing = |close| closing(close, CloseCode::as_str).words;
        names.extend(report.close.iter().map(closing));
    }
    names.sort();
    names.dedup();
    names
}

/// What a side said, in a frame.
struct Said {
    words: String,
    by: Side,
    frame: u64,
}

impl Said {
    fn line(self, say: &Messages) -> (&'static str, String) {
        let by = self.by.label(say.language);
        ("", (say.long.told_by)(&self.words, by, self.frame))
    }
}

/// What a list of such lines leaves out.
fn omitted(say: &Messages, count: u64) -> Option<(&'static str, String)> {
    (count > 0).then(|| ("", (say.long.and_more)(count)))
}

fn end(address: Option<IpAddr>, port: Option<u16>) -> Option<String> {
    let (address, port) = address.zip(port)?;
    Some(text::endpoint(address, port))
}

fn forwarded(say: &Messages, proxy: &Proxy) -> String {
    let ends = [real_client(proxy), end(proxy.dst, proxy.dst_port)];
    let [src, dst] = ends.map(|end| end.unwrap_or_else(|| "?".to_owned()));
    let frame = (say.long.in_frame)(proxy.frame);
    format!("{src} → {dst} (PROXY v{}){frame}", proxy.version)
}

fn resets(report: &Http2Report) -> impl Iterator<Item = Said> {
    report.resets.iter().map(|reset| Said {
        words: format!("RST_STREAM[{}] {}", reset.stream, reset.error),
        by: reset.by,
        frame: reset.frame,
    })
}

fn shutdowns(report: &Http2Report) -> impl Iterator<Item = Said> {
    report.goaway.iter().map(|goaway| Said {
        words: format!("GOAWAY {}{}", goaway.error, quoted(&goaway.debug)),
        by: goaway.by,
        frame: goaway.frame,
    })
}

fn messages(say: &Messages, report: &WebsocketReport) -> String {
    let Sides { initiator, responder } = report.messages;
    let agreed = [&report.subprotocol, &report.extensions];
    let mut told = vec![format!("{initiator} → {responder} ←")];
    told.extend(agreed.into_iter().flatten().map(|agreed| foreign(agreed)));
    told.join(say.comma)
}

fn closing(close: &WebsocketClose, name: impl Fn(CloseCode) -> &'static str) -> Said {
    let code = close.code.map_or_else(String::new, |code| format!(" {code}"));
    let meaning = close
        .meaning
        .map_or_else(String::new, |meaning| format!(" {}", name(meaning)));
    Said {
        words: format!("close{code}{meaning}{}", quoted(&close.reason)),
        by: close.by,
        frame: close.frame,
    }
}

/// Words of a stranger behind others, if there are any.
fn quoted(words: &str) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!(" {:?}", foreign(words))
    }
}
