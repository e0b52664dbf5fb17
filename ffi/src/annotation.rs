//! The annotation of a segment as a plain C struct, complete in both directions.

use std::mem::offset_of;
use std::net::IpAddr;

use synfin::http2::{Http2Error, Http2FrameType, Http2Note};
use synfin::tls::{TlsAlert, TlsContent, TlsMessage, TlsNote, TlsStep};
use synfin::websocket::{Opcode, WebsocketNote};
use synfin::wire::tcp::TcpFlags;
use synfin::{
    Annotation, CloseSoFar, CloseVerdict, Closer, HttpMessage, HttpNote, IntegrityWord, Order, Phase, Rule,
    RuleSet, Side, Sides, State, Step, Transition,
};

use crate::guard::Done;
use crate::sized::Sized32;
use crate::synfin_status::{self, *};

/// `present`: `seq` was captured.
pub const SYNFIN_HAS_SEQ: u32 = 0x1;
/// `present`: the ACK bit is set, and `ack` counts.
pub const SYNFIN_HAS_ACK: u32 = 0x2;
/// `present`: `window` was captured.
pub const SYNFIN_HAS_WINDOW: u32 = 0x4;
/// `present`: the segment plays a textbook step, `step`.
pub const SYNFIN_HAS_STEP: u32 = 0x8;
/// `present`: a rule says what the segment is, `role`.
pub const SYNFIN_HAS_ROLE: u32 = 0x10;
/// `present`: the segment answers the frame `answers`.
pub const SYNFIN_HAS_ANSWERS: u32 = 0x20;
/// `present`: `since_answered_ns` is known.
pub const SYNFIN_HAS_SINCE_ANSWERED: u32 = 0x40;
/// `present`: the segment carries again what `retransmission_of` carried.
pub const SYNFIN_HAS_RETRANSMISSION_OF: u32 = 0x80;
/// `present`: `retransmission_index` is known.
pub const SYNFIN_HAS_RETRANSMISSION_INDEX: u32 = 0x100;
/// `present`: `since_previous_ns` is known.
pub const SYNFIN_HAS_SINCE_PREVIOUS: u32 = 0x200;
/// `present`: `backoff_percent` is known.
pub const SYNFIN_HAS_BACKOFF: u32 = 0x400;
/// `present`: the segment has to do with HTTP; `http_message`, `http_begins`, `http_ends` and `http_transaction`
/// count.
pub const SYNFIN_HAS_HTTP: u32 = 0x800;
/// `present`: the segment decides `close_verdict_so_far`.
pub const SYNFIN_HAS_CLOSE_VERDICT: u32 = 0x1000;
/// `present`: the segment decides `close_by_so_far`.
pub const SYNFIN_HAS_CLOSE_BY: u32 = 0x2000;
/// `present`: something tells how the segment comes out of turn, `order`.
pub const SYNFIN_HAS_ORDER: u32 = 0x4000;
/// `present`: `http_request_in` is known.
pub const SYNFIN_HAS_HTTP_REQUEST_IN: u32 = 0x8000;
/// `present`: frames of HTTP/2 begin in the segment; `application_frames`, `http2_type` and `http2_stream` count.
pub const SYNFIN_HAS_HTTP2: u32 = 0x10_0000;
/// `present`: `http2_error` is known.
pub const SYNFIN_HAS_HTTP2_ERROR: u32 = 0x20_0000;
/// `present`: frames of WebSocket begin in the segment; `application_frames` and `websocket_opcode` count.
pub const SYNFIN_HAS_WEBSOCKET: u32 = 0x40_0000;
/// `present`: `websocket_status_code` is known.
pub const SYNFIN_HAS_WEBSOCKET_STATUS_CODE: u32 = 0x80_0000;
/// `present`: the segment has to do with TLS; `tls_content` and `tls_records` count.
pub const SYNFIN_HAS_TLS: u32 = 0x1_0000;
/// `present`: it is part of a step of the TLS handshake, `tls_step`.
pub const SYNFIN_HAS_TLS_STEP: u32 = 0x2_0000;
/// `present`: a TLS handshake message in the clear ends in it, `tls_message`.
pub const SYNFIN_HAS_TLS_MESSAGE: u32 = 0x4_0000;
/// `present`: a TLS alert is in it, `tls_alert`.
pub const SYNFIN_HAS_TLS_ALERT: u32 = 0x8_0000;

/// What one TCP segment is and means, as known when the segment is seen; it never changes afterwards.
///
/// Plain data without pointers: copy it, keep it as long as you like, give it back to
/// synfin_annotation_values() and synfin_annotation_json() unchanged. `present` says which of the optional
/// members count; those that do not are 0. Set `struct_size` before the call that fills it. First layout:
/// up to `tls_alert`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
pub struct synfin_annotation {
    /// `sizeof(struct synfin_annotation)`.
    pub struct_size: u32,
    /// Which optional members count: SYNFIN_HAS_ bits.
    pub present: u32,
    /// Number of the frame, as the caller gave it.
    pub frame: u64,
    /// Capture time, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// Number of the connection, from 0 in the order of first segments.
    pub connection: u64,
    /// All rules the segment fulfils, its role included: rule number `n` is bit `n % 64` of `rules[n / 64]`.
    /// Numbers are those of synfin_rule_at() of the same library.
    pub rules: [u64; 4],
    /// The frame this segment answers: whose last byte, SYN or FIN it acknowledges first.
    /// SYNFIN_HAS_ANSWERS.
    pub answers: u64,
    /// Nanoseconds since that frame. SYNFIN_HAS_SINCE_ANSWERED.
    pub since_answered_ns: i64,
    /// The frame that first carried what this segment carries again. SYNFIN_HAS_RETRANSMISSION_OF.
    pub retransmission_of: u64,
    /// Nanoseconds since the same was sent last. SYNFIN_HAS_SINCE_PREVIOUS.
    pub since_previous_ns: i64,
    /// The frame with the first byte of the request that this response answers. SYNFIN_HAS_HTTP_REQUEST_IN.
    pub http_request_in: u64,
    /// How often the same was sent again, this time included. SYNFIN_HAS_RETRANSMISSION_INDEX.
    pub retransmission_index: u32,
    /// `since_previous_ns` in hundredths of the time before it (200 = doubled). SYNFIN_HAS_BACKOFF.
    pub backoff_percent: u32,
    /// Sequence number relative to the sender's initial one. SYNFIN_HAS_SEQ.
    pub seq: u32,
    /// Acknowledgement number relative to the receiver's initial sequence number. SYNFIN_HAS_ACK.
    pub ack: u32,
    /// Payload on the wire, bytes.
    pub len: u32,
    /// Position of the HTTP transaction on the connection, from 0. SYNFIN_HAS_HTTP.
    pub http_transaction: u32,
    /// Sender's address in network order, `address_len` bytes, the rest 0.
    pub src: [u8; 16],
    /// Receiver's address, likewise.
    pub dst: [u8; 16],
    /// Sender's port.
    pub src_port: u16,
    /// Receiver's port.
    pub dst_port: u16,
    /// Control bits as in bytes 12 and 13 of the TCP header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32,
    /// ECE 64, CWR 128, AE 256.
    pub flags: u16,
    /// Window field as sent, not scaled. SYNFIN_HAS_WINDOW.
    pub window: u16,
    /// Number of the rule that says best what the segment is. SYNFIN_HAS_ROLE.
    pub role: u16,
    /// 4 or 16.
    pub address_len: u8,
    /// Which TCP layer of the frame, outermost 0.
    pub layer: u8,
    /// enum synfin_integrity.
    pub integrity: u8,
    /// Which side sent it: enum synfin_side.
    pub direction: u8,
    /// Where in the connection's life it stands: enum synfin_phase.
    pub phase: u8,
    /// Textbook step: enum synfin_step. SYNFIN_HAS_STEP.
    pub step: u8,
    /// The initiator's state before the segment: enum synfin_state.
    pub initiator_before: u8,
    /// The initiator's state after it.
    pub initiator_after: u8,
    /// The responder's state before the segment.
    pub responder_before: u8,
    /// The responder's state after it.
    pub responder_after: u8,
    /// Whose message the payload belongs to: enum synfin_http_message. SYNFIN_HAS_HTTP.
    pub http_message: u8,
    /// 1 when that message begins in this segment. SYNFIN_HAS_HTTP.
    pub http_begins: u8,
    /// 1 when a message ends in this segment. SYNFIN_HAS_HTTP.
    pub http_ends: u8,
    /// How the connection ends as far as this segment: enum synfin_close_verdict.
    /// SYNFIN_HAS_CLOSE_VERDICT.
    pub close_verdict_so_far: u8,
    /// By whom, as far as this segment: enum synfin_closer. SYNFIN_HAS_CLOSE_BY. While it is
    /// SYNFIN_CLOSER_NOBODY, a later segment may change the verdict.
    pub close_by_so_far: u8,
    /// How the segment comes out of turn: enum synfin_order. SYNFIN_HAS_ORDER.
    pub order: u8,
    /// What the first TLS record in it carries: enum synfin_tls_content. SYNFIN_HAS_TLS.
    pub tls_content: u8,
    /// Step of the TLS handshake: enum synfin_tls_step. SYNFIN_HAS_TLS_STEP.
    pub tls_step: u8,
    /// TLS records that begin in it; at most 65535 are counted. SYNFIN_HAS_TLS.
    pub tls_records: u16,
    /// The first TLS handshake message in the clear that ends in it: enum synfin_tls_message.
    /// SYNFIN_HAS_TLS_MESSAGE.
    pub tls_message: u8,
    /// The last TLS alert in it: enum synfin_tls_alert. SYNFIN_HAS_TLS_ALERT.
    pub tls_alert: u8,
    /// How many frames of HTTP/2 or WebSocket begin in the segment. SYNFIN_HAS_HTTP2, SYNFIN_HAS_WEBSOCKET.
    pub application_frames: u16,
    /// Type of the one that says most, as RFC 9113 numbers them: GOAWAY, RST_STREAM, HEADERS or PUSH_PROMISE, else of
    /// the first. SYNFIN_HAS_HTTP2.
    pub http2_type: u8,
    /// Opcode of the one that says most, as RFC 6455 numbers them: close, else of the first. SYNFIN_HAS_WEBSOCKET.
    pub websocket_opcode: u8,
    /// Stream of that HTTP/2 frame; 0 is the connection. SYNFIN_HAS_HTTP2.
    pub http2_stream: u32,
    /// Error code of that GOAWAY or RST_STREAM. SYNFIN_HAS_HTTP2_ERROR.
    pub http2_error: u32,
    /// Status code of that close frame. SYNFIN_HAS_WEBSOCKET_STATUS_CODE.
    pub websocket_status_code: u16,
    /// 0.
    pub reserved2: [u8; 2],
}

// SAFETY: repr(C), begins with struct_size, numbers only.
unsafe impl Sized32 for synfin_annotation {
    const FIRST_LAYOUT: usize = 192;
}

/// Whatever the target: no hole that would carry a caller's stray bytes.
const _: () = assert!(size_of::<synfin_annotation>() == synfin_annotation::FIRST_LAYOUT + 16);

/// An address as the header's structs have it.
pub(crate) fn address_bytes(address: IpAddr) -> ([u8; 16], u8) {
    let mut bytes = [0; 16];
    match address {
        IpAddr::V4(v4) => {
            bytes[..4].copy_from_slice(&v4.octets());
            (bytes, 4)
        }
        IpAddr::V6(v6) => (v6.octets(), 16),
    }
}

/// The reverse.
pub(crate) fn address(bytes: [u8; 16], len: u8) -> Done<IpAddr> {
    match (len, bytes) {
        (4, [a, b, c, d, ..]) => Ok([a, b, c, d].into()),
        (16, bytes) => Ok(bytes.into()),
        _ => Err(SYNFIN_ERR_INVALID),
    }
}

impl From<&Annotation> for synfin_annotation {
    fn from(from: &Annotation) -> Self {
        let mut present = 0;
        let (src, address_len) = address_bytes(from.src);
        let (dst, _) = address_bytes(from.dst);
        /// The value of an option, its bit noted.
        fn noted<T: Default>(present: &mut u32, bit: u32, value: Option<T>) -> T {
            if value.is_some() {
                *present |= bit;
            }
            value.unwrap_or_default()
        }
        macro_rules! take {
            ($bit:ident, $value:expr) => {
                noted(&mut present, $bit, $value)
            };
        }
        let (http, tls) = (from.http, from.tls);
        Self {
            struct_size: size_of::<Self>() as u32,
            frame: from.frame,
            time_ns: from.time_ns,
            connection: from.connection,
            rules: from.rules.to_bits(),
            answers: take!(SYNFIN_HAS_ANSWERS, from.answers),
            since_answered_ns: take!(SYNFIN_HAS_SINCE_ANSWERED, from.since_answered_ns),
            retransmission_of: take!(SYNFIN_HAS_RETRANSMISSION_OF, from.retransmission_of),
            since_previous_ns: take!(SYNFIN_HAS_SINCE_PREVIOUS, from.since_previous_ns),
            http_request_in: take!(SYNFIN_HAS_HTTP_REQUEST_IN, http.and_then(|http| http.request_in)),
            retransmission_index: take!(SYNFIN_HAS_RETRANSMISSION_INDEX, from.retransmission_index),
            backoff_percent: take!(SYNFIN_HAS_BACKOFF, from.backoff_percent),
            seq: take!(SYNFIN_HAS_SEQ, from.seq),
            ack: take!(SYNFIN_HAS_ACK, from.ack),
            len: from.len,
            http_transaction: take!(SYNFIN_HAS_HTTP, http.map(|http| http.transaction)),
            src,
            dst,
            src_port: from.src_port,
            dst_port: from.dst_port,
            flags: from.flags.bits(),
            window: take!(SYNFIN_HAS_WINDOW, from.window),
            role: take!(SYNFIN_HAS_ROLE, from.role.map(|rule| rule as u16)),
            address_len,
            layer: from.layer,
            integrity: from.integrity as u8,
            direction: from.direction as u8,
            phase: from.phase as u8,
            step: take!(SYNFIN_HAS_STEP, from.step.map(|step| step as u8)),
            initiator_before: from.state.initiator.before as u8,
            initiator_after: from.state.initiator.after as u8,
            responder_before: from.state.responder.before as u8,
            responder_after: from.state.responder.after as u8,
            http_message: http.map_or(0, |http| http.message as u8),
            http_begins: http.is_some_and(|http| http.begins).into(),
            http_ends: http.is_some_and(|http| http.ends).into(),
            close_verdict_so_far: take!(
                SYNFIN_HAS_CLOSE_VERDICT,
                from.close.verdict_so_far.map(|verdict| verdict as u8)
            ),
            close_by_so_far: take!(SYNFIN_HAS_CLOSE_BY, from.close.by_so_far.map(|by| by as u8)),
            order: take!(SYNFIN_HAS_ORDER, from.order.map(|order| order as u8)),
            tls_content: take!(SYNFIN_HAS_TLS, tls.map(|tls| tls.content as u8)),
            tls_step: take!(
                SYNFIN_HAS_TLS_STEP,
                tls.and_then(|tls| tls.step).map(|step| step as u8)
            ),
            tls_records: tls.map_or(0, |tls| tls.records),
            tls_message: take!(
                SYNFIN_HAS_TLS_MESSAGE,
                tls.and_then(|tls| tls.message).map(|message| message as u8)
            ),
            tls_alert: take!(
                SYNFIN_HAS_TLS_ALERT,
                tls.and_then(|tls| tls.alert).map(|alert| alert as u8)
            ),
            application_frames: from
                .http2
                .map(|note| note.frames)
                .or(from.websocket.map(|note| note.frames))
                .unwrap_or_default(),
            http2_type: take!(SYNFIN_HAS_HTTP2, from.http2.map(|note| note.kind.0)),
            websocket_opcode: take!(SYNFIN_HAS_WEBSOCKET, from.websocket.map(|note| note.opcode.0)),
            http2_stream: from.http2.map_or(0, |note| note.stream),
            http2_error: take!(
                SYNFIN_HAS_HTTP2_ERROR,
                from.http2.and_then(|note| note.error).map(|error| error.0)
            ),
            websocket_status_code: take!(
                SYNFIN_HAS_WEBSOCKET_STATUS_CODE,
                from.websocket.and_then(|note| note.status_code)
            ),
            reserved2: [0; 2],
            present,
        }
    }
}

/// The word with a number.
macro_rules! word {
    ($words:ty, $all:expr, $number:expr) => {
        <[$words]>::iter($all)
            .copied()
            .find(|word| *word as u16 == u16::from($number))
            .ok_or(SYNFIN_ERR_INVALID)
    };
}

impl TryFrom<&synfin_annotation> for Annotation {
    type Error = synfin_status;

    /// Numbers that this library does not know are [`SYNFIN_ERR_INVALID`].
    fn try_from(from: &synfin_annotation) -> Done<Self> {
        // Whoever has the first layout has the bits of members behind it as well, and not these.
        let has_frames = from.struct_size as usize >= offset_of!(synfin_annotation, reserved2);
        let has = |bit| from.present & bit != 0 && (bit < SYNFIN_HAS_HTTP2 || has_frames);
        macro_rules! option {
            ($bit:ident, $value:expr) => {
                if has($bit) { Some($value) } else { None }
            };
        }
        let state = |number: u8| word!(State, State::ALL, number);
        let mut rules = RuleSet::default();
        for (index, word) in from.rules.iter().enumerate() {
            let mut bits = *word;
            while bits != 0 {
                let number = index * 64 + bits.trailing_zeros() as usize;
                rules.insert(*Rule::ALL.get(number).ok_or(SYNFIN_ERR_INVALID)?);
                bits &= bits - 1;
            }
        }
        Ok(Self {
            frame: from.frame,
            layer: from.layer,
            time_ns: from.time_ns,
            src: address(from.src, from.address_len)?,
            src_port: from.src_port,
            dst: address(from.dst, from.address_len)?,
            dst_port: from.dst_port,
            flags: TcpFlags::from_bits(from.flags),
            seq: option!(SYNFIN_HAS_SEQ, from.seq),
            ack: option!(SYNFIN_HAS_ACK, from.ack),
            len: from.len,
            window: option!(SYNFIN_HAS_WINDOW, from.window),
            integrity: word!(IntegrityWord, IntegrityWord::ALL, from.integrity)?,
            connection: from.connection,
            direction: word!(Side, &Side::BOTH, from.direction)?,
            phase: word!(Phase, Phase::ALL, from.phase)?,
            step: option!(SYNFIN_HAS_STEP, word!(Step, Step::ALL, from.step)?),
            role: option!(SYNFIN_HAS_ROLE, word!(Rule, Rule::ALL, from.role)?),
            rules,
            state: Sides {
                initiator: Transition {
                    before: state(from.initiator_before)?,
                    after: state(from.initiator_after)?,
                },
                responder: Transition {
                    before: state(from.responder_before)?,
                    after: state(from.responder_after)?,
                },
            },
            answers: option!(SYNFIN_HAS_ANSWERS, from.answers),
            since_answered_ns: option!(SYNFIN_HAS_SINCE_ANSWERED, from.since_answered_ns),
            retransmission_of: option!(SYNFIN_HAS_RETRANSMISSION_OF, from.retransmission_of),
            retransmission_index: option!(SYNFIN_HAS_RETRANSMISSION_INDEX, from.retransmission_index),
            since_previous_ns: option!(SYNFIN_HAS_SINCE_PREVIOUS, from.since_previous_ns),
            backoff_percent: option!(SYNFIN_HAS_BACKOFF, from.backoff_percent),
            order: option!(SYNFIN_HAS_ORDER, word!(Order, Order::ALL, from.order)?),
            http: option!(
                SYNFIN_HAS_HTTP,
                HttpNote {
                    message: word!(HttpMessage, HttpMessage::ALL, from.http_message)?,
                    begins: from.http_begins != 0,
                    ends: from.http_ends != 0,
                    transaction: from.http_transaction,
                    request_in: option!(SYNFIN_HAS_HTTP_REQUEST_IN, from.http_request_in),
                }
            ),
            http2: option!(
                SYNFIN_HAS_HTTP2,
                Http2Note {
                    frames: from.application_frames,
                    kind: Http2FrameType(from.http2_type),
                    stream: from.http2_stream,
                    error: option!(SYNFIN_HAS_HTTP2_ERROR, Http2Error(from.http2_error)),
                }
            ),
            websocket: option!(
                SYNFIN_HAS_WEBSOCKET,
                WebsocketNote {
                    frames: from.application_frames,
                    opcode: Opcode(from.websocket_opcode),
                    status_code: option!(SYNFIN_HAS_WEBSOCKET_STATUS_CODE, from.websocket_status_code),
                }
            ),
            tls: option!(
                SYNFIN_HAS_TLS,
                TlsNote {
                    step: option!(SYNFIN_HAS_TLS_STEP, word!(TlsStep, TlsStep::ALL, from.tls_step)?),
                    content: word!(TlsContent, TlsContent::ALL, from.tls_content)?,
                    records: from.tls_records,
                    message: option!(
                        SYNFIN_HAS_TLS_MESSAGE,
                        word!(TlsMessage, TlsMessage::ALL, from.tls_message)?
                    ),
                    alert: option!(
                        SYNFIN_HAS_TLS_ALERT,
                        word!(TlsAlert, TlsAlert::ALL, from.tls_alert)?
                    ),
                }
            ),
            close: CloseSoFar {
                verdict_so_far: option!(
                    SYNFIN_HAS_CLOSE_VERDICT,
                    word!(CloseVerdict, CloseVerdict::ALL, from.close_verdict_so_far)?
                ),
                by_so_far: option!(
                    SYNFIN_HAS_CLOSE_BY,
                    word!(Closer, Closer::ALL, from.close_by_so_far)?
                ),
            },
        })
    }
}
