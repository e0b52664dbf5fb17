//! The field registry: every value synfin reports, by name, once.
//!
//! A name is `synfin.` and the path of the value in the JSON output, without its unit suffix:
//! `handshake.rtt_responder_ns` is `synfin.handshake.rtt_responder`. The C ABI's field list,
//! Wireshark's display filters and the documentation come from this table; a test holds it and the JSON
//! together.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::Serialize;

use crate::annotation::{Annotation, IcmpNote};
use crate::connection::Connection;
use crate::options::Offer;
use crate::rule::Rule;
use crate::wire::Span;
use crate::wire::tcp::field as tcp;

words! {
    /// What kind of value a field has.
    FieldType {
        /// A number.
        Unsigned = 0 "unsigned",
        /// Yes or no.
        Bool = 1 "bool",
        /// Text: a word of the contract, or UTF-8 from the wire.
        Text = 2 "text",
        /// Number of a frame.
        Frame = 3 "frame",
        /// A time span, nanoseconds; may be negative.
        RelativeTime = 4 "relative-time",
        /// Nanoseconds since the Unix epoch.
        AbsoluteTime = 5 "absolute-time",
        /// An IPv4 or IPv6 address.
        Address = 6 "address",
    }
}

/// A value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// Of [`FieldType::Unsigned`].
    Unsigned(u64),
    /// Of [`FieldType::Bool`].
    Bool(bool),
    /// Of [`FieldType::Text`].
    Text(Cow<'a, str>),
    /// Of [`FieldType::Frame`].
    Frame(u64),
    /// Of [`FieldType::RelativeTime`].
    RelativeTime(i64),
    /// Of [`FieldType::AbsoluteTime`].
    AbsoluteTime(i64),
    /// Of [`FieldType::Address`].
    Address(IpAddr),
}

/// A row of the registry.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Field {
    /// The name, `synfin.…`.
    pub name: &'static str,
    /// What kind of value.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// The unit, empty where there is none.
    pub unit: &'static str,
    /// One line.
    pub description: &'static str,
    /// Which bytes of the TCP header the value is read from, if any.
    pub span: Option<(u32, u32)>,
    #[serde(skip)]
    of_segment: Option<OfSegment>,
    #[serde(skip)]
    of_connection: Option<OfConnection>,
    #[serde(skip)]
    of_icmp: Option<OfIcmp>,
    #[serde(skip)]
    of_second_pass: bool,
}

type Sink<'s, 'a> = &'s mut dyn FnMut(Value<'a>);
type OfSegment = for<'a> fn(&'a Annotation, Sink<'_, 'a>);
type OfConnection = for<'a> fn(&'a Connection, Sink<'_, 'a>);
type OfIcmp = for<'a> fn(&'a IcmpNote, Sink<'_, 'a>);

impl Field {
    /// Whether a segment has it: known when the segment is seen.
    #[must_use]
    pub const fn is_of_segment(&self) -> bool {
        self.of_segment.is_some()
    }

    /// Whether a connection has it: final when the connection is.
    #[must_use]
    pub const fn is_of_connection(&self) -> bool {
        self.of_connection.is_some()
    }

    /// Whether it is a link that a second pass over the capture adds to segments: it needs what comes later.
    #[must_use]
    pub const fn is_of_second_pass(&self) -> bool {
        self.of_second_pass
    }

    /// Gives the values of this field of a segment; most have one or none.
    pub fn of_segment<'a>(&self, annotation: &'a Annotation, mut sink: impl FnMut(Value<'a>)) {
        if let Some(values) = self.of_segment {
            values(annotation, &mut sink);
        }
    }

    /// Gives the values of this field of an ICMP error about a segment: it has few of those of a segment.
    pub fn of_icmp<'a>(&self, note: &'a IcmpNote, mut sink: impl FnMut(Value<'a>)) {
        if let Some(values) = self.of_icmp {
            values(note, &mut sink);
        }
    }

    /// Gives the values of this field of a connection.
    pub fn of_connection<'a>(&self, connection: &'a Connection, mut sink: impl FnMut(Value<'a>)) {
        if let Some(values) = self.of_connection {
            values(connection, &mut sink);
        }
    }

    /// The row of a name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name)
    }
}

/// What a table row may give: a value, perhaps a value, or several.
trait Give<'a> {
    fn give(self, kind: FieldType, sink: Sink<'_, 'a>);
}

macro_rules! give {
    ($($from:ty: |$value:ident, $kind:ident| $to:expr;)+) => {
        $(impl<'a> Give<'a> for $from {
            fn give(self, $kind: FieldType, sink: Sink<'_, 'a>) {
                let $value = self;
                sink($to);
            }
        })+
    };
}

give! {
    u8: |value, _kind| Value::Unsigned(value.into());
    u16: |value, _kind| Value::Unsigned(value.into());
    u32: |value, _kind| Value::Unsigned(value.into());
    u64: |value, kind| if kind == FieldType::Frame { Value::Frame(value) } else { Value::Unsigned(value) };
    i64: |value, kind| if kind == FieldType::AbsoluteTime { Value::AbsoluteTime(value) } else { Value::RelativeTime(value) };
    bool: |value, _kind| Value::Bool(value);
    &'a str: |value, _kind| Value::Text(Cow::Borrowed(value));
    String: |value, _kind| Value::Text(Cow::Owned(value));
    IpAddr: |value, _kind| Value::Address(value);
    Rule: |value, _kind| Value::Text(Cow::Borrowed(value.id()));
}

impl<'a, T: Give<'a>> Give<'a> for Option<T> {
    fn give(self, kind: FieldType, sink: Sink<'_, 'a>) {
        if let Some(value) = self {
            value.give(kind, sink);
        }
    }
}

/// Several values of one field.
struct Each<I>(I);

impl<'a, T: Give<'a>, I: Iterator<Item = T>> Give<'a> for Each<I> {
    fn give(self, kind: FieldType, sink: Sink<'_, 'a>) {
        for value in self.0 {
            value.give(kind, sink);
        }
    }
}

macro_rules! fields {
    ($($name:literal $kind:ident $unit:literal $(@$span:ident)? $description:literal
        $(segment |$annotation:ident| $of_segment:expr)?
        $(, connection |$connection:ident| $of_connection:expr)?
        $(, icmp |$note:ident| $of_icmp:expr)?
        $(, second $pass:ident)?;)+) => {
        /// The registry. A field's place in it is its number in the C ABI.
        pub const FIELDS: &[Field] = &[$({
            #[allow(unused_mut, unused_assignments)]
            let mut field = Field {
                name: concat!("synfin.", $name),
                kind: FieldType::$kind,
                unit: $unit,
                description: $description,
                span: None,
                of_segment: None,
                of_connection: None,
                of_icmp: None,
                of_second_pass: false $(|| fields!(@$pass))?,
            };
            $(field.span = Some(bounds(&tcp::$span));)?
            $(field.of_segment = Some(|$annotation, sink| $of_segment.give(FieldType::$kind, sink));)?
            $(field.of_icmp = Some(|$note, sink| $of_icmp.give(FieldType::$kind, sink));)?
            $(field.of_connection = Some(|$connection, sink| $of_connection.give(FieldType::$kind, sink));)?
            field
        }),+];
    };
    (@pass) => { true };
}

const fn bounds(span: &Span) -> (u32, u32) {
    (span.start, span.end)
}

fields! {
    "frame" Frame "" "Frame number" segment |a| a.frame;
    "layer" Unsigned "" "Which TCP layer of the frame, outermost 0" segment |a| a.layer;
    "time" AbsoluteTime "" "Capture time" segment |a| a.time_ns;
    "connection" Unsigned "" "Number of the connection, from 0 in the order of first segments"
        segment |a| a.connection, connection |c| c.connection, icmp |n| n.connection;
    "src" Address "" "Sender of the segment; of a connection: the initiator" segment |a| a.src, connection |c| c.src;
    "src_port" Unsigned "" @SRC_PORT "Its port" segment |a| a.src_port, connection |c| c.src_port;
    "dst" Address "" "Receiver of the segment; of a connection: the responder" segment |a| a.dst, connection |c| c.dst;
    "dst_port" Unsigned "" @DST_PORT "Its port" segment |a| a.dst_port, connection |c| c.dst_port;
    "flags" Text "" @FLAGS "Control bits" segment |a| a.flags.to_string();
    "seq" Unsigned "" @SEQ "Sequence number, relative to the sender's initial one" segment |a| a.seq;
    "ack" Unsigned "" @ACK "Acknowledgement number, relative to the receiver's initial sequence number" segment |a| a.ack;
    "len" Unsigned "bytes" "Payload on the wire" segment |a| a.len;
    "window" Unsigned "" @WINDOW "Window field as sent, not scaled" segment |a| a.window;
    "integrity" Text "" "ok, cut by the snap length, malformed or bad-checksum" segment |a| a.integrity.as_str();
    "direction" Text "" "Which side sent it: initiator or responder" segment |a| a.direction.as_str(), icmp |n| n.direction.as_str();
    "phase" Text "" "handshake, transfer, teardown, closed or stray" segment |a| a.phase.as_str();
    "step" Text "" "Textbook step: 1/3 SYN, 2/3 SYN-ACK, 3/3 ACK; 1/4 FIN, 2/4 its ACK, 3/4 the other FIN, 4/4 its ACK"
        segment |a| a.step.map(|step| step.as_str());
    "role" Text "" "The rule that says best what the segment is" segment |a| a.role, icmp |n| n.rule;
    "rules" Text "" "All rules the segment fulfils" segment |a| Each(a.rules.iter()), icmp |n| n.rule;
    "state.initiator" Text "" "The initiator's RFC 9293 state before the segment, and after it"
        segment |a| Each([a.state.initiator.before.as_str(), a.state.initiator.after.as_str()].into_iter());
    "state.responder" Text "" "The responder's RFC 9293 state before the segment, and after it"
        segment |a| Each([a.state.responder.before.as_str(), a.state.responder.after.as_str()].into_iter());
    "answers" Frame "" "The frame this segment answers" segment |a| a.answers;
    "since_answered" RelativeTime "" "Time since that frame" segment |a| a.since_answered_ns;
    "answered_in" Frame "" "The first frame that answers this segment", second pass;
    "retransmission_of" Frame "" "The frame that first carried what this segment carries again"
        segment |a| a.retransmission_of;
    "retransmission_index" Unsigned "" "How often the same was sent again" segment |a| a.retransmission_index;
    "since_previous" RelativeTime "" "Time since it was sent last" segment |a| a.since_previous_ns;
    "backoff_percent" Unsigned "%" "That time in hundredths of the time before it" segment |a| a.backoff_percent;
    "order" Text "" "How it comes out of turn: retransmission, spurious-retransmission, out-of-order or duplicate"
        segment |a| a.order.map(|order| order.as_str());
    "http.message" Text "" "HTTP message the segment belongs to: request or response"
        segment |a| a.http.map(|http| http.message.as_str());
    "http.begins" Bool "" "Whether that message becomes known here: its first line is complete in this segment" segment |a| a.http.map(|http| http.begins);
    "http.ends" Bool "" "Whether a message ends in this segment, however it ends" segment |a| a.http.map(|http| http.ends);
    "http.transaction" Unsigned "" "Position of its transaction on the connection, from 0"
        segment |a| a.http.map(|http| http.transaction);
    "http.request_in" Frame "" "Where it is a response: the frame with the first byte of its request"
        segment |a| a.http.and_then(|http| http.request_in);
    "http.response_in" Frame "" "Where it is a request: the frame with the first byte of its final response", second pass;
    "http2.frames" Unsigned "" "HTTP/2 frames that begin in the segment"
        segment |a| a.http2.map(|note| note.frames);
    "http2.type" Text "" "Type of the one that says most: GOAWAY, RST_STREAM, HEADERS or PUSH_PROMISE, else of the first"
        segment |a| a.http2.map(|note| note.kind.as_str());
    "http2.stream" Unsigned "" "Its stream; 0 is the connection"
        segment |a| a.http2.map(|note| note.stream);
    "http2.error" Text "" "Error code of that GOAWAY or RST_STREAM"
        segment |a| a.http2.and_then(|note| note.error).map(|error| error.to_string());
    "websocket.frames" Unsigned "" "WebSocket frames that begin in the segment"
        segment |a| a.websocket.map(|note| note.frames);
    "websocket.opcode" Text "" "Opcode of the one that says most: close, else of the first"
        segment |a| a.websocket.map(|note| note.opcode.as_str());
    "websocket.status_code" Unsigned "" "Status code of that close frame"
        segment |a| a.websocket.and_then(|note| note.status_code);
    "tls.step" Text "" "Step of the TLS handshake: 1/4 ClientHello, 2/4 ServerHello and what goes with it, 3/4 the client's messages up to Finished, 4/4 the server's, 2+4/4 both of the server"
        segment |a| a.tls.and_then(|tls| tls.step).map(|step| step.as_str());
    "tls.content" Text "" "What the first TLS record in it carries; encrypted records of TLS 1.3 are all application_data"
        segment |a| a.tls.map(|tls| tls.content.as_str());
    "tls.records" Unsigned "" "TLS records that begin in it" segment |a| a.tls.map(|tls| tls.records);
    "tls.message" Text "" "The first TLS handshake message in the clear that ends in it"
        segment |a| a.tls.and_then(|tls| tls.message).map(|message| message.as_str());
    "tls.alert" Text "" "The last TLS alert in it; encrypted where the type or, likely, the length of the record tells"
        segment |a| a.tls.and_then(|tls| tls.alert).map(|alert| alert.as_str());
    "close.verdict_so_far" Text "" "How the connection ends as far as this segment, where it decides it"
        segment |a| a.close.verdict_so_far.map(|verdict| verdict.as_str());
    "close.by_so_far" Text "" "By whom, as far as this segment" segment |a| a.close.by_so_far.map(|by| by.as_str());

    "first_frame" Frame "" "First frame of the connection", connection |c| c.first_frame;
    "last_frame" Frame "" "Last frame of the connection", connection |c| c.last_frame;
    "start" AbsoluteTime "" "Time of the first frame", connection |c| c.start_ns;
    "duration" RelativeTime "" "From the first frame to the last", connection |c| c.duration_ns;
    "handshake.verdict" Text "" "How the connection was opened", connection |c| c.handshake.verdict.as_str();
    "handshake.confidence" Text "" "How sure that is", connection |c| c.handshake.confidence.as_str();
    "handshake.frames" Frame "" "The frames that prove it", connection |c| Each(c.handshake.frames.iter().copied());
    "handshake.rtt_responder" RelativeTime "" "SYN to SYN-ACK: round trip between capture point and responder",
        connection |c| c.handshake.rtt_responder_ns;
    "handshake.rtt_initiator" RelativeTime "" "SYN-ACK to ACK: round trip between capture point and initiator",
        connection |c| c.handshake.rtt_initiator_ns;
    "handshake.isn_initiator" Unsigned "" "The initiator's initial sequence number", connection |c| c.handshake.isn_initiator;
    "handshake.isn_responder" Unsigned "" "The responder's initial sequence number", connection |c| c.handshake.isn_responder;
    "close.verdict" Text "" "How the connection ended", connection |c| c.close.verdict.as_str();
    "close.by" Text "" "Who ended it", connection |c| c.close.by.as_str();
    "close.reset_by" Text "" "Who reset it", connection |c| c.close.reset_by.map(|side| side.as_str());
    "close.reset_signs" Text "" "What tells that somebody else did: ttl, ip-id, options, window, data-after or series",
        connection |c| Each(c.close.reset_signs.iter().map(|sign| sign.as_str()));
    "close.cause" Text "" "The likely reason", connection |c| c.close.cause.as_str();
    "close.cause_confidence" Text "" "How sure the reason is", connection |c| c.close.cause_confidence.as_str();
    "close.confidence" Text "" "How sure the verdict is", connection |c| c.close.confidence.as_str();
    "close.frames" Frame "" "The frames that prove it", connection |c| Each(c.close.frames.iter().copied());
    "close.killed_transaction" Unsigned "" "The first HTTP transaction that a RST left unfinished, by its position from 0",
        connection |c| c.close.killed_transaction;
    "close.idle" RelativeTime "" "Silence before the first FIN or RST", connection |c| c.close.idle_ns;
    "timing.establish" RelativeTime "" "First SYN to the segment that completes the handshake", connection |c| c.timing.establish_ns;
    "timing.first_byte_initiator" RelativeTime "" "First frame to the initiator's first payload", connection |c| c.timing.first_byte_initiator_ns;
    "timing.first_byte_responder" RelativeTime "" "First frame to the responder's first payload", connection |c| c.timing.first_byte_responder_ns;
    "timing.teardown" RelativeTime "" "First FIN or accepted RST to the segment after which it was over", connection |c| c.timing.teardown_ns;
    "rules.id" Text "" "Rules of the connection, in capture order", connection |c| Each(c.rules.iter().map(|hit| hit.id));
    "rules.frame" Frame "" "The frames that fulfilled them", connection |c| Each(c.rules.iter().map(|hit| hit.frame));
    "rules_omitted" Unsigned "" "Rules past the 64 listed", connection |c| c.rules_omitted;
    "zeek.orig" Text "" "Which side Zeek calls the originator", connection |c| c.zeek.orig.as_str();
    "zeek.conn_state" Text "" "Zeek's conn_state", connection |c| c.zeek.conn_state;
    "zeek.history" Text "" "Zeek's history", connection |c| c.zeek.history.as_str();
    "completeness" Unsigned "" "Wireshark's tcp.completeness: 1 SYN, 2 SYN-ACK, 4 ACK, 8 data, 16 FIN, 32 RST",
        connection |c| c.completeness;
    "packets.initiator" Unsigned "segments" "Segments of the initiator", connection |c| c.packets.initiator;
    "packets.responder" Unsigned "segments" "Segments of the responder", connection |c| c.packets.responder;
    "bytes.initiator" Unsigned "bytes" "Payload of the initiator by its sequence numbers", connection |c| c.bytes.initiator;
    "bytes.responder" Unsigned "bytes" "Payload of the responder by its sequence numbers", connection |c| c.bytes.responder;
    "retransmissions.initiator" Unsigned "segments" "Segments the initiator sent again", connection |c| c.retransmissions.initiator;
    "retransmissions.responder" Unsigned "segments" "Segments the responder sent again", connection |c| c.retransmissions.responder;
    "spurious_retransmissions.initiator" Unsigned "segments" "Segments the initiator sent again needlessly", connection |c| c.spurious_retransmissions.initiator;
    "spurious_retransmissions.responder" Unsigned "segments" "Segments the responder sent again needlessly", connection |c| c.spurious_retransmissions.responder;
    "out_of_order.initiator" Unsigned "segments" "Segments of the initiator that were overtaken on their way", connection |c| c.out_of_order.initiator;
    "out_of_order.responder" Unsigned "segments" "Segments of the responder that were overtaken on their way", connection |c| c.out_of_order.responder;
    "duplicates.initiator" Unsigned "segments" "Segments of the initiator that were captured once more", connection |c| c.duplicates.initiator;
    "duplicates.responder" Unsigned "segments" "Segments of the responder that were captured once more", connection |c| c.duplicates.responder;
    "gaps.initiator" Unsigned "" "Holes in what was captured of the initiator", connection |c| c.gaps.initiator;
    "gaps.responder" Unsigned "" "Holes in what was captured of the responder", connection |c| c.gaps.responder;
    "gap_bytes.initiator" Unsigned "bytes" "Bytes of the initiator that were not captured", connection |c| c.gap_bytes.initiator;
    "gap_bytes.responder" Unsigned "bytes" "Bytes of the responder that were not captured", connection |c| c.gap_bytes.responder;
    "icmp.from" Address "" "Who reported an ICMP error", connection |c| Each(c.icmp.iter().map(|icmp| icmp.from));
    "icmp.direction" Text "" "Whose segment it quotes", connection |c| Each(c.icmp.iter().map(|icmp| icmp.direction.as_str()));
    "icmp.type" Unsigned "" "Type of an ICMP error", connection |c| Each(c.icmp.iter().map(|icmp| icmp.kind));
    "icmp.code" Unsigned "" "Its code", connection |c| Each(c.icmp.iter().map(|icmp| icmp.code));
    "icmp.mtu" Unsigned "bytes" "The size that fits, where a packet was too big", connection |c| Each(c.icmp.iter().map(|icmp| icmp.mtu));
    "icmp.count" Unsigned "" "How many errors of that kind", connection |c| Each(c.icmp.iter().map(|icmp| icmp.count));
    "icmp.first_frame" Frame "" "The first of them", connection |c| Each(c.icmp.iter().map(|icmp| icmp.first_frame));
    "icmp.last_frame" Frame "" "The last of them", connection |c| Each(c.icmp.iter().map(|icmp| icmp.last_frame));
    "icmp_omitted" Unsigned "" "ICMP errors past the 8 kinds listed", connection |c| c.icmp_omitted;
    "options.initiator.mss" Unsigned "bytes" "Maximum segment size the initiator accepts",
        connection |c| c.options.initiator.and_then(|offer| offer.mss);
    "options.initiator.window_scale" Unsigned "bits" "Window scale shift of the initiator",
        connection |c| c.options.initiator.and_then(|offer| offer.window_scale);
    "options.initiator.sack_permitted" Bool "" "The initiator offers selective acknowledgements",
        connection |c| c.options.initiator.map(|offer: Offer| offer.sack_permitted);
    "options.initiator.timestamps" Bool "" "The initiator offers timestamps", connection |c| c.options.initiator.map(|offer| offer.timestamps);
    "options.initiator.fast_open" Bool "" "The initiator asks for or uses TCP Fast Open", connection |c| c.options.initiator.map(|offer| offer.fast_open);
    "options.initiator.mptcp" Bool "" "The initiator offers Multipath TCP", connection |c| c.options.initiator.map(|offer| offer.mptcp);
    "options.responder.mss" Unsigned "bytes" "Maximum segment size the responder accepts",
        connection |c| c.options.responder.and_then(|offer| offer.mss);
    "options.responder.window_scale" Unsigned "bits" "Window scale shift of the responder",
        connection |c| c.options.responder.and_then(|offer| offer.window_scale);
    "options.responder.sack_permitted" Bool "" "The responder offers selective acknowledgements",
        connection |c| c.options.responder.map(|offer| offer.sack_permitted);
    "options.responder.timestamps" Bool "" "The responder offers timestamps", connection |c| c.options.responder.map(|offer| offer.timestamps);
    "options.responder.fast_open" Bool "" "The responder grants TCP Fast Open", connection |c| c.options.responder.map(|offer| offer.fast_open);
    "options.responder.mptcp" Bool "" "The responder offers Multipath TCP", connection |c| c.options.responder.map(|offer| offer.mptcp);
    "options.agreed.window_scale" Bool "" "Both sides scale windows", connection |c| c.options.agreed.map(|agreed| agreed.window_scale);
    "options.agreed.sack" Bool "" "Both sides may use selective acknowledgements", connection |c| c.options.agreed.map(|agreed| agreed.sack);
    "options.agreed.timestamps" Bool "" "Both sides use timestamps", connection |c| c.options.agreed.map(|agreed| agreed.timestamps);
    "options.agreed.mptcp" Bool "" "Both sides use Multipath TCP", connection |c| c.options.agreed.map(|agreed| agreed.mptcp);
    "options.initiator.fast_open_cookie_len" Unsigned "bytes" "Length of the TCP Fast Open cookie of the initiator; 0 asks for one",
        connection |c| c.options.initiator.and_then(|offer| offer.fast_open_cookie_len);
    "options.initiator.ecn" Text "" "ECN that the initiator asks for: none, ecn or accurate",
        connection |c| c.options.initiator.map(|offer| offer.ecn.as_str());
    "options.initiator.md5" Bool "" "The initiator signs by MD5",
        connection |c| c.options.initiator.map(|offer| offer.md5);
    "options.initiator.ao_key_id" Unsigned "" "TCP-AO key by which the initiator signs",
        connection |c| c.options.initiator.and_then(|offer| offer.ao_key_id);
    "options.initiator.ao_rnext_key_id" Unsigned "" "TCP-AO key by which the initiator wants to be answered",
        connection |c| c.options.initiator.and_then(|offer| offer.ao_rnext_key_id);
    "options.initiator.mptcp_subtype" Text "" "Multipath TCP of the initiator: capable or join",
        connection |c| c.options.initiator.and_then(|offer| offer.mptcp_subtype).map(|subtype| subtype.as_str());
    "options.initiator.mptcp_version" Unsigned "" "Multipath TCP version of the initiator",
        connection |c| c.options.initiator.and_then(|offer| offer.mptcp_version);
    "options.initiator.user_timeout" RelativeTime "" "How long the initiator lets data wait for an acknowledgement",
        connection |c| c.options.initiator.and_then(|offer| offer.user_timeout).map(|timeout| timeout.ns());
    "options.responder.fast_open_cookie_len" Unsigned "bytes" "Length of the TCP Fast Open cookie of the responder; 0 asks for one",
        connection |c| c.options.responder.and_then(|offer| offer.fast_open_cookie_len);
    "options.responder.ecn" Text "" "ECN that the responder takes: none, ecn or accurate",
        connection |c| c.options.responder.map(|offer| offer.ecn.as_str());
    "options.responder.md5" Bool "" "The responder signs by MD5",
        connection |c| c.options.responder.map(|offer| offer.md5);
    "options.responder.ao_key_id" Unsigned "" "TCP-AO key by which the responder signs",
        connection |c| c.options.responder.and_then(|offer| offer.ao_key_id);
    "options.responder.ao_rnext_key_id" Unsigned "" "TCP-AO key by which the responder wants to be answered",
        connection |c| c.options.responder.and_then(|offer| offer.ao_rnext_key_id);
    "options.responder.mptcp_subtype" Text "" "Multipath TCP of the responder: capable or join",
        connection |c| c.options.responder.and_then(|offer| offer.mptcp_subtype).map(|subtype| subtype.as_str());
    "options.responder.mptcp_version" Unsigned "" "Multipath TCP version of the responder",
        connection |c| c.options.responder.and_then(|offer| offer.mptcp_version);
    "options.responder.user_timeout" RelativeTime "" "How long the responder lets data wait for an acknowledgement",
        connection |c| c.options.responder.and_then(|offer| offer.user_timeout).map(|timeout| timeout.ns());
    "options.agreed.ecn" Text "" "ECN that both sides take: none, ecn or accurate",
        connection |c| c.options.agreed.map(|agreed| agreed.ecn.as_str());
    "options.agreed.fast_open" Text "" "What became of TCP Fast Open: requested, granted, accepted, partly-accepted, ignored, dropped or unused",
        connection |c| c.options.agreed.and_then(|agreed| agreed.fast_open).map(|outcome| outcome.as_str());
    "options.agreed.md5" Bool "" "Both sides sign by MD5",
        connection |c| c.options.agreed.map(|agreed| agreed.md5);
    "options.agreed.ao" Bool "" "Both sides authenticate by TCP-AO",
        connection |c| c.options.agreed.map(|agreed| agreed.ao);
    "options.agreed.mptcp_outcome" Text "" "What became of Multipath TCP: capable, fallback, joining or joined",
        connection |c| c.options.agreed.and_then(|agreed| agreed.mptcp_outcome).map(|outcome| outcome.as_str());
    "options.changes" Text "" "What resent SYNs changed: ecn-dropped, fast-open-dropped, options-dropped or other",
        connection |c| Each(c.options.changes.iter().map(|change| change.as_str()));
    "options.violations.id" Text "" "Rules that name what is wrong with an option",
        connection |c| Each(c.options.violations.iter().map(|violation| violation.id));
    "options.violations.frame" Frame "" "Frames with something wrong with an option",
        connection |c| Each(c.options.violations.iter().map(|violation| violation.frame));
    "options.violations.option" Text "" "Options with something wrong",
        connection |c| Each(c.options.violations.iter().map(|violation| violation.option.as_str()));
    "options.violations.fault" Text "" "What is wrong with them: not-offered, missing or mismatch",
        connection |c| Each(c.options.violations.iter().map(|violation| violation.fault.as_str()));
    "options.violations_omitted" Unsigned "" "Violations past the 16 listed",
        connection |c| c.options.violations_omitted;
    "options.mptcp_reset_reason" Unsigned "" "Why Multipath TCP reset the subflow: the code of RFC 8684 section 3.6",
        connection |c| c.options.mptcp_reset_reason;
    "protocol" Text "" "What the payload speaks: http, http2, h2c, websocket, tls or opaque",
        connection |c| c.protocol.map(|protocol| protocol.as_str());
    "proxy.version" Unsigned "" "Version of the PROXY protocol that names the real client: 1 or 2",
        connection |c| c.proxy.as_ref().map(|proxy| proxy.version);
    "proxy.command" Text "" "proxy: it speaks for that client; local: for itself",
        connection |c| c.proxy.as_ref().map(|proxy| proxy.command.as_str());
    "proxy.transport" Text "" "What the client's connection is: unspecified, tcp4, tcp6, udp4, udp6, unix-stream or unix-datagram",
        connection |c| c.proxy.as_ref().map(|proxy| proxy.transport.as_str());
    "proxy.src" Address "" "The client's address",
        connection |c| c.proxy.as_ref().and_then(|proxy| proxy.src);
    "proxy.src_port" Unsigned "" "Its port",
        connection |c| c.proxy.as_ref().and_then(|proxy| proxy.src_port);
    "proxy.dst" Address "" "The address that the client connected to",
        connection |c| c.proxy.as_ref().and_then(|proxy| proxy.dst);
    "proxy.dst_port" Unsigned "" "The port likewise",
        connection |c| c.proxy.as_ref().and_then(|proxy| proxy.dst_port);
    "proxy.authority" Text "" "The host name it asked for",
        connection |c| c.proxy.as_ref().and_then(|proxy| proxy.authority.as_deref());
    "proxy.alpn" Text "" "The protocol it agreed on",
        connection |c| c.proxy.as_ref().and_then(|proxy| proxy.alpn.as_deref());
    "proxy.frame" Frame "" "The frame with the first byte of that header",
        connection |c| c.proxy.as_ref().map(|proxy| proxy.frame);
    "proxy.len" Unsigned "bytes" "Length of that header",
        connection |c| c.proxy.as_ref().map(|proxy| proxy.len);
    "http2.client" Text "" "Which side sends the HTTP/2 requests",
        connection |c| c.http2.as_ref().map(|report| report.client.as_str());
    "http2.frames.type" Text "" "Types of the HTTP/2 frames that were there",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.frames.iter().map(|it| it.kind.as_str())));
    "http2.frames.initiator" Unsigned "" "How many of each the initiator sent",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.frames.iter().map(|it| it.initiator)));
    "http2.frames.responder" Unsigned "" "How many of each the responder sent",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.frames.iter().map(|it| it.responder)));
    "http2.frames.initiator_bytes" Unsigned "bytes" "Their payload",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.frames.iter().map(|it| it.initiator_bytes)));
    "http2.frames.responder_bytes" Unsigned "bytes" "That of the responder's",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.frames.iter().map(|it| it.responder_bytes)));
    "http2.settings.by" Text "" "Who asked for an HTTP/2 setting",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.settings.iter().map(|it| it.by.as_str())));
    "http2.settings.name" Text "" "The settings asked for",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.settings.iter().map(|it| it.name.to_string())));
    "http2.settings.value" Unsigned "" "Their values, as last sent",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.settings.iter().map(|it| it.value)));
    "http2.streams" Unsigned "" "HTTP/2 streams opened, promised ones included",
        connection |c| c.http2.as_ref().map(|report| report.streams);
    "http2.streams_omitted" Unsigned "" "Streams forgotten before their end",
        connection |c| c.http2.as_ref().map(|report| report.streams_omitted);
    "http2.ping_rtt_initiator" RelativeTime "" "Shortest time between a PING and the answer of the initiator",
        connection |c| c.http2.as_ref().and_then(|report| report.ping_rtt_initiator_ns);
    "http2.ping_rtt_responder" RelativeTime "" "Shortest time between a PING and the answer of the responder",
        connection |c| c.http2.as_ref().and_then(|report| report.ping_rtt_responder_ns);
    "http2.flow_stalls.initiator" Unsigned "" "How often the initiator had used up a window and waited",
        connection |c| c.http2.as_ref().map(|report| report.flow_stalls.initiator);
    "http2.flow_stalls.responder" Unsigned "" "How often the responder had used up a window and waited",
        connection |c| c.http2.as_ref().map(|report| report.flow_stalls.responder);
    "http2.flow_stall_initiator" RelativeTime "" "How long the initiator did",
        connection |c| c.http2.as_ref().map(|report| report.flow_stall_initiator_ns);
    "http2.flow_stall_responder" RelativeTime "" "How long the responder did",
        connection |c| c.http2.as_ref().map(|report| report.flow_stall_responder_ns);
    "http2.header_table_lost.initiator" Bool "" "Header fields of the initiator could not be told",
        connection |c| c.http2.as_ref().map(|report| report.header_table_lost.initiator);
    "http2.header_table_lost.responder" Bool "" "Header fields of the responder could not be told",
        connection |c| c.http2.as_ref().map(|report| report.header_table_lost.responder);
    "http2.resets.stream" Unsigned "" "Streams that were reset, the first 16",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.resets.iter().map(|it| it.stream)));
    "http2.resets.by" Text "" "Who reset them",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.resets.iter().map(|it| it.by.as_str())));
    "http2.resets.error" Text "" "Error codes: why",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.resets.iter().map(|it| it.error.to_string())));
    "http2.resets.frame" Frame "" "Frames with the first byte of a RST_STREAM",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.resets.iter().map(|it| it.frame)));
    "http2.resets_omitted" Unsigned "" "Resets past those",
        connection |c| c.http2.as_ref().map(|report| report.resets_omitted);
    "http2.goaway.by" Text "" "Who gave the HTTP/2 connection up, the first 8",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.goaway.iter().map(|it| it.by.as_str())));
    "http2.goaway.error" Text "" "Error codes: why",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.goaway.iter().map(|it| it.error.to_string())));
    "http2.goaway.last_stream" Unsigned "" "The last stream that it deals with",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.goaway.iter().map(|it| it.last_stream)));
    "http2.goaway.debug" Text "" "What it says besides",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.goaway.iter().map(|it| &*it.debug)));
    "http2.goaway.frame" Frame "" "Frames with the first byte of a GOAWAY",
        connection |c| Each(c.http2.as_ref().into_iter().flat_map(|report| report.goaway.iter().map(|it| it.frame)));
    "http2.goaway_omitted" Unsigned "" "GOAWAY frames past those",
        connection |c| c.http2.as_ref().map(|report| report.goaway_omitted);
    "websocket.client" Text "" "Which side asked for WebSocket, and masks its payload",
        connection |c| c.websocket.as_ref().map(|report| report.client.as_str());
    "websocket.extensions" Text "" "Extensions that the server agreed to, such as permessage-deflate",
        connection |c| c.websocket.as_ref().and_then(|report| report.extensions.as_deref());
    "websocket.subprotocol" Text "" "The subprotocol that it chose",
        connection |c| c.websocket.as_ref().and_then(|report| report.subprotocol.as_deref());
    "websocket.messages.initiator" Unsigned "" "Whole WebSocket messages of the initiator",
        connection |c| c.websocket.as_ref().map(|report| report.messages.initiator);
    "websocket.messages.responder" Unsigned "" "Whole WebSocket messages of the responder",
        connection |c| c.websocket.as_ref().map(|report| report.messages.responder);
    "websocket.frames.opcode" Text "" "Opcodes of the WebSocket frames that were there",
        connection |c| Each(c.websocket.as_ref().into_iter().flat_map(|report| report.frames.iter().map(|it| it.opcode.as_str())));
    "websocket.frames.initiator" Unsigned "" "How many of each the initiator sent",
        connection |c| Each(c.websocket.as_ref().into_iter().flat_map(|report| report.frames.iter().map(|it| it.initiator)));
    "websocket.frames.responder" Unsigned "" "How many of each the responder sent",
        connection |c| Each(c.websocket.as_ref().into_iter().flat_map(|report| report.frames.iter().map(|it| it.responder)));
    "websocket.fragments.initiator" Unsigned "" "Frames of the initiator that are a part of a message",
        connection |c| c.websocket.as_ref().map(|report| report.fragments.initiator);
    "websocket.fragments.responder" Unsigned "" "Frames of the responder that are a part of a message",
        connection |c| c.websocket.as_ref().map(|report| report.fragments.responder);
    "websocket.compressed.initiator" Unsigned "" "Frames of the initiator that begin a compressed message",
        connection |c| c.websocket.as_ref().map(|report| report.compressed.initiator);
    "websocket.compressed.responder" Unsigned "" "Frames of the responder that begin a compressed message",
        connection |c| c.websocket.as_ref().map(|report| report.compressed.responder);
    "websocket.payload_len.initiator" Unsigned "bytes" "WebSocket payload of the initiator",
        connection |c| c.websocket.as_ref().map(|report| report.payload_len.initiator);
    "websocket.payload_len.responder" Unsigned "bytes" "WebSocket payload of the responder",
        connection |c| c.websocket.as_ref().map(|report| report.payload_len.responder);
    "websocket.masked_len.initiator" Unsigned "bytes" "Masked payload of the initiator",
        connection |c| c.websocket.as_ref().map(|report| report.masked_len.initiator);
    "websocket.masked_len.responder" Unsigned "bytes" "Masked payload of the responder",
        connection |c| c.websocket.as_ref().map(|report| report.masked_len.responder);
    "websocket.ping_rtt_initiator" RelativeTime "" "Shortest time between a ping and the pong of the initiator",
        connection |c| c.websocket.as_ref().and_then(|report| report.ping_rtt_initiator_ns);
    "websocket.ping_rtt_responder" RelativeTime "" "Shortest time between a ping and the pong of the responder",
        connection |c| c.websocket.as_ref().and_then(|report| report.ping_rtt_responder_ns);
    "websocket.close.by" Text "" "Who sent a WebSocket close frame",
        connection |c| Each(c.websocket.as_ref().into_iter().flat_map(|report| report.close.iter().map(|it| it.by.as_str())));
    "websocket.close.frame" Frame "" "Frames with the first byte of it",
        connection |c| Each(c.websocket.as_ref().into_iter().flat_map(|report| report.close.iter().map(|it| it.frame)));
    "websocket.close.code" Unsigned "" "Its status code",
        connection |c| Each(c.websocket.as_ref().into_iter().flat_map(|report| report.close.iter().map(|it| it.code)));
    "websocket.close.meaning" Text "" "What that code means",
        connection |c| Each(c.websocket.as_ref().into_iter().flat_map(|report| report.close.iter().map(|it| it.meaning.map(|code| code.as_str()))));
    "websocket.close.reason" Text "" "The reason in its own words",
        connection |c| Each(c.websocket.as_ref().into_iter().flat_map(|report| report.close.iter().map(|it| &*it.reason)));
    "http.method" Text "" "Request methods", connection |c| Each(c.http.iter().map(|t| t.method.as_deref()));
    "http.target" Text "" "Request targets", connection |c| Each(c.http.iter().map(|t| t.target.as_deref()));
    "http.status" Unsigned "" "Final status codes", connection |c| Each(c.http.iter().map(|t| t.status));
    "http.request_frame" Frame "" "Frames with the first byte of a request", connection |c| Each(c.http.iter().map(|t| t.request_frame));
    "http.response_frame" Frame "" "Frames with the first byte of a final response", connection |c| Each(c.http.iter().map(|t| t.response_frame));
    "http.request_body_len" Unsigned "bytes" "Body bytes of requests", connection |c| Each(c.http.iter().map(|t| t.request_body_len));
    "http.response_body_len" Unsigned "bytes" "Body bytes of final responses", connection |c| Each(c.http.iter().map(|t| t.response_body_len));
    "http.state" Text "" "complete, incomplete, gap, reset or cut", connection |c| Each(c.http.iter().map(|t| t.state.as_str()));
    "http.stream" Unsigned "" "Streams of HTTP/2 that carry them",
        connection |c| Each(c.http.iter().map(|t| t.stream));
    "http_omitted" Unsigned "" "Transactions past the 10,000 listed", connection |c| c.http_omitted;
    "tls.client" Text "" "Which side is the TLS client",
        connection |c| c.tls.as_deref().and_then(|tls| tls.client).map(|side| side.as_str());
    "tls.version" Text "" "TLS version that the server chose",
        connection |c| c.tls.as_deref().and_then(|tls| tls.version).map(|version| version.to_string());
    "tls.cipher" Text "" "Cipher suite that it chose, by IANA's name",
        connection |c| c.tls.as_deref().and_then(|tls| tls.cipher).map(|cipher| cipher.to_string());
    "tls.server_name" Text "" "Host that the client asked for (SNI)",
        connection |c| c.tls.as_deref().and_then(|tls| tls.server_name.as_deref());
    "tls.alpn" Text "" "Application protocol agreed (ALPN); TLS 1.3 encrypts it",
        connection |c| c.tls.as_deref().and_then(|tls| tls.alpn.as_deref());
    "tls.alpn_offered" Text "" "Application protocols that the client offered",
        connection |c| Each(c.tls.as_deref().into_iter().flat_map(|tls| tls.alpn_offered.iter().map(|name| &**name)));
    "tls.versions_offered" Text "" "TLS versions that the client offered",
        connection |c| Each(c.tls.as_deref().into_iter().flat_map(|tls| tls.versions_offered.iter().map(ToString::to_string)));
    "tls.ciphers_offered" Unsigned "" "How many cipher suites the client offered",
        connection |c| c.tls.as_deref().map(|tls| tls.ciphers_offered);
    "tls.resumption" Text "" "How the session goes on with an earlier one: session-id, ticket or psk",
        connection |c| c.tls.as_deref().and_then(|tls| tls.resumption).map(|by| by.as_str());
    "tls.early_data" Text "" "What became of data that the client sent before the server answered (0-RTT): offered, accepted or rejected",
        connection |c| c.tls.as_deref().and_then(|tls| tls.early_data).map(|state| state.as_str());
    "tls.certificate_bytes" Unsigned "bytes" "The server's Certificate message; TLS 1.3 encrypts it",
        connection |c| c.tls.as_deref().and_then(|tls| tls.certificate_bytes);
    "tls.client_hello_frame" Frame "" "Frame with the first byte of the first ClientHello",
        connection |c| c.tls.as_deref().and_then(|tls| tls.client_hello_frame);
    "tls.retry_frame" Frame "" "Frame with the first byte of the HelloRetryRequest",
        connection |c| c.tls.as_deref().and_then(|tls| tls.retry_frame);
    "tls.server_hello_frame" Frame "" "Frame with the first byte of the ServerHello",
        connection |c| c.tls.as_deref().and_then(|tls| tls.server_hello_frame);
    "tls.finished_frame.initiator" Frame "" "Frame with the initiator's Finished; in TLS 1.3 as the lengths of records tell",
        connection |c| c.tls.as_deref().and_then(|tls| tls.finished_frame.initiator);
    "tls.finished_frame.responder" Frame "" "Frame with the responder's Finished; in TLS 1.3 as the lengths of records tell",
        connection |c| c.tls.as_deref().and_then(|tls| tls.finished_frame.responder);
    "tls.application_data_frame" Frame "" "Frame with the first record of application data behind its sender's Finished",
        connection |c| c.tls.as_deref().and_then(|tls| tls.application_data_frame);
    "tls.server_hello" RelativeTime "" "First ClientHello to ServerHello",
        connection |c| c.tls.as_deref().and_then(|tls| tls.server_hello_ns);
    "tls.handshake" RelativeTime "" "First ClientHello to the second Finished",
        connection |c| c.tls.as_deref().and_then(|tls| tls.handshake_ns);
    "tls.application_data" RelativeTime "" "First ClientHello to the first record of application data",
        connection |c| c.tls.as_deref().and_then(|tls| tls.application_data_ns);
    "tls.records.initiator" Unsigned "" "TLS records of the initiator",
        connection |c| c.tls.as_deref().map(|tls| tls.records.initiator);
    "tls.records.responder" Unsigned "" "TLS records of the responder",
        connection |c| c.tls.as_deref().map(|tls| tls.records.responder);
    "tls.application_bytes.initiator" Unsigned "bytes" "What records of application data of the initiator hold, encryption included",
        connection |c| c.tls.as_deref().map(|tls| tls.application_bytes.initiator);
    "tls.application_bytes.responder" Unsigned "bytes" "What records of application data of the responder hold, encryption included",
        connection |c| c.tls.as_deref().map(|tls| tls.application_bytes.responder);
    "tls.close_notify_frame.initiator" Frame "" "Frame with the initiator's close_notify; encrypted, it is likely one",
        connection |c| c.tls.as_deref().and_then(|tls| tls.close_notify_frame.initiator);
    "tls.close_notify_frame.responder" Frame "" "Frame with the responder's close_notify; encrypted, it is likely one",
        connection |c| c.tls.as_deref().and_then(|tls| tls.close_notify_frame.responder);
    "tls.alerts.frame" Frame "" "Frames with a TLS alert",
        connection |c| Each(c.tls.as_deref().into_iter().flat_map(|tls| tls.alerts.iter().map(|alert| alert.frame)));
    "tls.alerts.by" Text "" "Who sent it",
        connection |c| Each(c.tls.as_deref().into_iter().flat_map(|tls| tls.alerts.iter().map(|alert| alert.by.as_str())));
    "tls.alerts.name" Text "" "Its name in IANA's registry; encrypted where it cannot be read",
        connection |c| Each(c.tls.as_deref().into_iter().flat_map(|tls| tls.alerts.iter().map(|alert| alert.name.as_str())));
    "tls.alerts.number" Unsigned "" "Its number, where it can be read",
        connection |c| Each(c.tls.as_deref().into_iter().flat_map(|tls| tls.alerts.iter().map(|alert| alert.number)));
    "tls.alerts.level" Text "" "Its level, where it can be read: warning or fatal",
        connection |c| Each(c.tls.as_deref().into_iter().flat_map(|tls| tls.alerts.iter().map(|alert| alert.level.map(|level| level.as_str()))));
    "tls.alerts.confidence" Text "" "How sure it is an alert: likely where only a length tells",
        connection |c| Each(c.tls.as_deref().into_iter().flat_map(|tls| tls.alerts.iter().map(|alert| alert.confidence.as_str())));
    "tls.alerts_omitted" Unsigned "" "TLS alerts past the 8 listed",
        connection |c| c.tls.as_deref().map(|tls| tls.alerts_omitted);
    "evicted" Bool "" "Pushed out of the full table before its end", connection |c| c.evicted;
}
