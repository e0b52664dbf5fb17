//! The fields of HTTP transactions: what `synfin http --json` tells, `facts` left out of the name.
//!
//! They are no rows of the registry: those are values of segments and connections, numbered in the C ABI.

use std::borrow::Cow;

use synfin::http::{HttpRow, MessageFacts, TransactionFacts};
use synfin::{FieldType, Value};

use super::columns::Sink;

/// A value of a transaction.
pub(crate) struct HttpColumn {
    /// Its path in the JSON, without `facts.` and the unit.
    pub(crate) name: &'static str,
    pub(crate) kind: FieldType,
    /// Whether there may be several.
    pub(crate) list: bool,
    pub(crate) values: for<'a> fn(&'a HttpRow, Sink<'_, 'a>),
}

impl std::fmt::Debug for HttpColumn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

fn facts(row: &HttpRow) -> Option<&TransactionFacts> {
    row.row.facts.as_deref()
}

fn request(row: &HttpRow) -> Option<&MessageFacts> {
    facts(row).map(|facts| &facts.request)
}

fn response(row: &HttpRow) -> Option<&MessageFacts> {
    facts(row).map(|facts| &facts.response)
}

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

macro_rules! column {
    ($name:expr, $kind:ident, |$row:ident| $values:expr) => {
        column!($name, $kind, false, |$row| $values)
    };
    ($name:expr, $kind:ident, $list:literal, |$row:ident| $values:expr) => {
        HttpColumn {
            name: $name,
            kind: FieldType::$kind,
            list: $list,
            values: |$row, sink| $values.into_iter().for_each(sink),
        }
    };
}

macro_rules! columns {
    ([$($own:expr,)+] message $($prefix:literal $of:ident),+) => {
        pub(crate) const HTTP_COLUMNS: &[HttpColumn] = &[$($own,)+ $(
            column!(concat!($prefix, ".version"), Text, |r| $of(r).and_then(|m| m.version.as_deref()).map(text)),
            column!(concat!($prefix, ".state"), Text, |r| $of(r).and_then(|m| m.state).map(|s| text(s.as_str()))),
            column!(concat!($prefix, ".first_frame"), Frame, |r| $of(r).and_then(|m| m.first_frame).map(Value::Frame)),
            column!(concat!($prefix, ".last_frame"), Frame, |r| $of(r).and_then(|m| m.last_frame).map(Value::Frame)),
            column!(concat!($prefix, ".first"), AbsoluteTime, |r| $of(r).and_then(|m| m.first_ns).map(Value::AbsoluteTime)),
            column!(concat!($prefix, ".last"), AbsoluteTime, |r| $of(r).and_then(|m| m.last_ns).map(Value::AbsoluteTime)),
            column!(concat!($prefix, ".head_len"), Unsigned, |r| $of(r).map(|m| Value::Unsigned(m.head_len))),
            column!(concat!($prefix, ".body_wire_len"), Unsigned, |r| $of(r).map(|m| Value::Unsigned(m.body_wire_len))),
            column!(concat!($prefix, ".chunked"), Bool, |r| $of(r).map(|m| Value::Bool(m.chunked))),
            column!(concat!($prefix, ".until_close"), Bool, |r| $of(r).map(|m| Value::Bool(m.until_close))),
            column!(concat!($prefix, ".content_length"), Unsigned, |r| $of(r).and_then(|m| m.content_length).map(Value::Unsigned)),
            column!(concat!($prefix, ".content_type"), Text, |r| $of(r).and_then(|m| m.content_type.as_deref()).map(text)),
            column!(concat!($prefix, ".content_encoding"), Text, |r| $of(r).and_then(|m| m.content_encoding.as_deref()).map(text)),
            column!(concat!($prefix, ".fields.name"), Text, true, |r| $of(r).into_iter().flat_map(|m| &m.fields).map(|f| text(&f.name))),
            column!(concat!($prefix, ".fields.value"), Text, true, |r| $of(r).into_iter().flat_map(|m| &m.fields).map(|f| text(&f.value))),
            column!(concat!($prefix, ".trailers.name"), Text, true, |r| $of(r).into_iter().flat_map(|m| &m.trailers).map(|f| text(&f.name))),
            column!(concat!($prefix, ".trailers.value"), Text, true, |r| $of(r).into_iter().flat_map(|m| &m.trailers).map(|f| text(&f.value))),
            column!(concat!($prefix, ".anomalies.rule"), Text, true, |r| $of(r).into_iter().flat_map(|m| &m.anomalies).map(|a| text(a.rule.id()))),
            column!(concat!($prefix, ".anomalies.frame"), Frame, true, |r| $of(r).into_iter().flat_map(|m| &m.anomalies).map(|a| Value::Frame(a.frame))),
            column!(concat!($prefix, ".anomalies.start"), Unsigned, true, |r| $of(r).into_iter().flat_map(|m| &m.anomalies).map(|a| Value::Unsigned(a.start))),
            column!(concat!($prefix, ".anomalies.end"), Unsigned, true, |r| $of(r).into_iter().flat_map(|m| &m.anomalies).map(|a| Value::Unsigned(a.end))),
            column!(concat!($prefix, ".anomalies_omitted"), Unsigned, |r| $of(r).map(|m| Value::Unsigned(m.anomalies_omitted))),
        )+];
    };
}

columns! {
    [
        column!("connection", Unsigned, |r| Some(Value::Unsigned(r.connection))),
        column!("transaction", Unsigned, |r| Some(Value::Unsigned(r.transaction.into()))),
        column!("src", Address, |r| Some(Value::Address(r.src))),
        column!("src_port", Unsigned, |r| Some(Value::Unsigned(r.src_port.into()))),
        column!("dst", Address, |r| Some(Value::Address(r.dst))),
        column!("dst_port", Unsigned, |r| Some(Value::Unsigned(r.dst_port.into()))),
        column!("connect", RelativeTime, |r| r.connect_ns.map(Value::RelativeTime)),
        column!("connect_percent", Unsigned, |r| r.connect_percent.map(|p| Value::Unsigned(p.into()))),
        column!("method", Text, |r| r.row.method.as_deref().map(text)),
        column!("target", Text, |r| r.row.target.as_deref().map(text)),
        column!("status", Unsigned, |r| r.row.status.map(|s| Value::Unsigned(s.into()))),
        column!("request_frame", Frame, |r| r.row.request_frame.map(Value::Frame)),
        column!("response_frame", Frame, |r| r.row.response_frame.map(Value::Frame)),
        column!("request_body_len", Unsigned, |r| r.row.request_body_len.map(Value::Unsigned)),
        column!("response_body_len", Unsigned, |r| r.row.response_body_len.map(Value::Unsigned)),
        column!("state", Text, |r| Some(text(r.row.state.as_str()))),
        column!("stream", Unsigned, |r| r.row.stream.map(|s| Value::Unsigned(s.into()))),
        column!("client", Text, |r| facts(r).and_then(|f| f.client).map(|s| text(s.as_str()))),
        column!("host", Text, |r| facts(r).and_then(|f| f.host.as_deref()).map(text)),
        column!("user_agent", Text, |r| facts(r).and_then(|f| f.user_agent.as_deref()).map(text)),
        column!("referer", Text, |r| facts(r).and_then(|f| f.referer.as_deref()).map(text)),
        column!("reason", Text, |r| facts(r).and_then(|f| f.reason.as_deref()).map(text)),
        column!("interim", Unsigned, true, |r| facts(r).into_iter().flat_map(|f| &f.interim).map(|&s| Value::Unsigned(s.into()))),
        column!("upgrade", Text, |r| facts(r).and_then(|f| f.upgrade).map(|p| text(p.as_str()))),
        column!("pushed", Bool, |r| facts(r).map(|f| Value::Bool(f.pushed))),
        column!("stream_error", Text, |r| facts(r).and_then(|f| f.stream_error).map(|e| Value::Text(e.to_string().into()))),
        column!("pipelined", Unsigned, |r| facts(r).map(|f| Value::Unsigned(f.pipelined.into()))),
        column!("in_flight", Bool, |r| facts(r).map(|f| Value::Bool(f.in_flight))),
        column!("wait", RelativeTime, |r| facts(r).and_then(|f| f.wait_ns).map(Value::RelativeTime)),
        column!("total", RelativeTime, |r| facts(r).and_then(|f| f.total_ns).map(Value::RelativeTime)),
    ]
    message "request" request, "response" response
}
