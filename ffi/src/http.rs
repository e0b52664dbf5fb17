//! HTTP transactions: a handle that holds one.

use libc::c_char;
use synfin::HttpMessage;
use synfin::http::{HttpField, HttpProtocol, HttpRow, MessageFacts, TransactionFacts};

use crate::dissector::Inner;
use crate::guard::{Done, exclusive, guard};
use crate::handle::{self, Handle};
use crate::json::give_json;
use crate::sized::{self, Sized32};
use crate::synfin_status::{self, *};
use crate::{synfin_dissector, synfin_str};

/// An HTTP transaction, a request and its final response, to be used again and again: filled by
/// synfin_dissector_transaction() and synfin_dissector_next_transaction().
///
/// Made by synfin_transaction_new(), ended by synfin_transaction_free(). It belongs to no dissector. One is used
/// by one thread at a time.
pub struct synfin_transaction {
    _private: [u8; 0],
}

impl Handle for synfin_transaction {
    type Inner = Held;

    fn mark() -> &'static u8 {
        static MARK: u8 = 3;
        &MARK
    }
}

/// What the handle of a transaction stands for.
#[derive(Default)]
pub struct Held {
    row: Option<HttpRow>,
    /// The texts given out, each with a NUL behind it: those of the row have none.
    texts: Vec<Box<[u8]>>,
}

impl Held {
    fn row(&self) -> Done<&HttpRow> {
        self.row.as_ref().ok_or(SYNFIN_ERR_NOT_FOUND)
    }

    fn text(&mut self, text: &str) -> synfin_str {
        let mut bytes = Vec::with_capacity(text.len() + 1);
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(0);
        let bytes = bytes.into_boxed_slice();
        let found = synfin_str::nul_ended(&bytes);
        self.texts.push(bytes);
        found
    }

    fn optional(&mut self, text: Option<&str>) -> synfin_str {
        text.map_or(synfin_str::NONE, |text| self.text(text))
    }
}

/// `present` of a transaction: `request_frame` is known, a request was captured.
pub const SYNFIN_TRANSACTION_HAS_REQUEST: u32 = 0x1;
/// `present` of a transaction: `response_frame` is known, a final response was captured.
pub const SYNFIN_TRANSACTION_HAS_RESPONSE: u32 = 0x2;
/// `present` of a transaction: `status` is known.
pub const SYNFIN_TRANSACTION_HAS_STATUS: u32 = 0x4;
/// `present` of a transaction: it was kept with its facts (`http_facts` of synfin_config), all members count.
pub const SYNFIN_TRANSACTION_HAS_FACTS: u32 = 0x8;
/// `present` of a transaction: `wait_ns` is known.
pub const SYNFIN_TRANSACTION_HAS_WAIT: u32 = 0x10;
/// `present` of a transaction: `total_ns` is known.
pub const SYNFIN_TRANSACTION_HAS_TOTAL: u32 = 0x20;
/// `present` of a transaction: HTTP/2 carries it, on `stream`.
pub const SYNFIN_TRANSACTION_HAS_STREAM: u32 = 0x40;
/// `present` of a transaction: its stream was reset, for `stream_error`. Needs SYNFIN_TRANSACTION_HAS_FACTS.
pub const SYNFIN_TRANSACTION_HAS_STREAM_ERROR: u32 = 0x80;

/// What an HTTP transaction is. Its texts belong to the synfin_transaction it was read from, until that is
/// filled or freed; a text that is not known has `ptr` NULL. Members from `wait_ns` on need
/// SYNFIN_TRANSACTION_HAS_FACTS. First layout: up to `response_content_type`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_transaction_info {
    /// `sizeof(struct synfin_transaction_info)`.
    pub struct_size: u32,
    /// Which optional members count: SYNFIN_TRANSACTION_HAS_ bits.
    pub present: u32,
    /// Number of its connection.
    pub connection: u64,
    /// Frames with the first byte of the request and of the final response.
    pub request_frame: u64,
    /// The latter.
    pub response_frame: u64,
    /// Body bytes of the request: gaps counted, chunk framing not.
    pub request_body_len: u64,
    /// Body bytes of the final response, likewise.
    pub response_body_len: u64,
    /// Position on the connection, from 0.
    pub index: u32,
    /// Status code of the final response, 100 to 599 as a rule. SYNFIN_TRANSACTION_HAS_STATUS.
    pub status: u32,
    /// The worse of the two messages' states: enum synfin_message_state.
    pub state: u32,
    /// What the connection speaks after it: enum synfin_protocol, 0 for no change.
    pub upgrade: u32,
    /// The request's method.
    pub method: synfin_str,
    /// The request's target.
    pub target: synfin_str,
    /// From the last byte of the request to the first of the response, nanoseconds.
    /// SYNFIN_TRANSACTION_HAS_WAIT.
    pub wait_ns: i64,
    /// From the first byte of the request to the last of the response, nanoseconds.
    /// SYNFIN_TRANSACTION_HAS_TOTAL.
    pub total_ns: i64,
    /// Capture time of the first byte of the request, or of the response where there is no request;
    /// nanoseconds since the Unix epoch.
    pub start_ns: i64,
    /// Requests before it on the connection that were not answered when it began.
    pub pipelined: u32,
    /// 1 if the connection ended before the transaction did.
    pub in_flight: u32,
    /// The reason phrase of the response.
    pub reason: synfin_str,
    /// Host of the request.
    pub host: synfin_str,
    /// User-Agent of the request.
    pub user_agent: synfin_str,
    /// Referer of the request.
    pub referer: synfin_str,
    /// The request's HTTP version: `1.1`.
    pub request_version: synfin_str,
    /// The response's HTTP version.
    pub response_version: synfin_str,
    /// Content-Type of the request.
    pub request_content_type: synfin_str,
    /// Content-Type of the response.
    pub response_content_type: synfin_str,
    /// The stream of HTTP/2 that carries it. SYNFIN_TRANSACTION_HAS_STREAM.
    pub stream: u32,
    /// Error code of RFC 9113 section 7. SYNFIN_TRANSACTION_HAS_STREAM_ERROR.
    pub stream_error: u32,
}

// SAFETY: repr(C), begins with struct_size, numbers and raw pointers only.
unsafe impl Sized32 for synfin_transaction_info {
    const FIRST_LAYOUT: usize = std::mem::offset_of!(Self, stream);
}

/// A header or trailer field of an HTTP message. Its texts belong to the synfin_transaction it was read from,
/// until that is filled or freed. First layout: all members shown.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_http_field {
    /// `sizeof(struct synfin_http_field)`.
    pub struct_size: u32,
    /// 1 for a trailer field.
    pub is_trailer: u32,
    /// Its name, as sent.
    pub name: synfin_str,
    /// Its value, without the white space around it.
    pub value: synfin_str,
}

// SAFETY: repr(C), begins with struct_size, numbers and raw pointers only.
unsafe impl Sized32 for synfin_http_field {
    const FIRST_LAYOUT: usize = size_of::<Self>();
}

impl Held {
    fn info(&mut self) -> Done<synfin_transaction_info> {
        self.texts.clear();
        let row = self.row.take().ok_or(SYNFIN_ERR_NOT_FOUND)?;
        let info = self.info_of(&row);
        self.row = Some(row);
        Ok(info)
    }

    fn info_of(&mut self, from: &HttpRow) -> synfin_transaction_info {
        let row = &from.row;
        let none = TransactionFacts::default();
        let facts = row.facts.as_deref().unwrap_or(&none);
        let mut present = 0;
        let mut note = |bit: u32, is_known: bool| present |= if is_known { bit } else { 0 };
        note(SYNFIN_TRANSACTION_HAS_REQUEST, row.request_frame.is_some());
        note(SYNFIN_TRANSACTION_HAS_RESPONSE, row.response_frame.is_some());
        note(SYNFIN_TRANSACTION_HAS_STATUS, row.status.is_some());
        note(SYNFIN_TRANSACTION_HAS_FACTS, row.facts.is_some());
        note(SYNFIN_TRANSACTION_HAS_WAIT, facts.wait_ns.is_some());
        note(SYNFIN_TRANSACTION_HAS_TOTAL, facts.total_ns.is_some());
        note(SYNFIN_TRANSACTION_HAS_STREAM, row.stream.is_some());
        note(SYNFIN_TRANSACTION_HAS_STREAM_ERROR, facts.stream_error.is_some());
        let start_ns = facts.request.first_ns.or(facts.response.first_ns);
        synfin_transaction_info {
            struct_size: size_of::<synfin_transaction_info>() as u32,
            present,
            connection: from.connection,
            request_frame: row.request_frame.unwrap_or_default(),
            response_frame: row.response_frame.unwrap_or_default(),
            request_body_len: row.request_body_len.unwrap_or_default(),
            response_body_len: row.response_body_len.unwrap_or_default(),
            index: from.transaction,
            status: row.status.unwrap_or_default().into(),
            state: row.state as u32,
            upgrade: facts.upgrade.map_or(0, |protocol: HttpProtocol| protocol as u32),
            method: self.optional(row.method.as_deref()),
            target: self.optional(row.target.as_deref()),
            wait_ns: facts.wait_ns.unwrap_or_default(),
            total_ns: facts.total_ns.unwrap_or_default(),
            start_ns: start_ns.unwrap_or_default(),
            pipelined: facts.pipelined,
            in_flight: facts.in_flight.into(),
            reason: self.optional(facts.reason.as_deref()),
            host: self.optional(facts.host.as_deref()),
            user_agent: self.optional(facts.user_agent.as_deref()),
            referer: self.optional(facts.referer.as_deref()),
            request_version: self.optional(facts.request.version.as_deref()),
            response_version: self.optional(facts.response.version.as_deref()),
            request_content_type: self.optional(facts.request.content_type.as_deref()),
            response_content_type: self.optional(facts.response.content_type.as_deref()),
            stream: row.stream.unwrap_or_default(),
            stream_error: facts.stream_error.map_or(0, |error| error.0),
        }
    }

    fn message(&self, message: u32) -> Done<&MessageFacts> {
        let facts = self.row()?.row.facts.as_deref().ok_or(SYNFIN_ERR_NOT_FOUND)?;
        match HttpMessage::ALL.iter().find(|known| **known as u32 == message) {
            Some(HttpMessage::Request) => Ok(&facts.request),
            Some(HttpMessage::Response) => Ok(&facts.response),
            None => Err(SYNFIN_ERR_INVALID),
        }
    }

    fn field(&mut self, message: u32, index: usize) -> Done<synfin_http_field> {
        let facts = self.message(message)?;
        let is_trailer = index >= facts.fields.len();
        let field = facts.fields.iter().chain(&facts.trailers).nth(index);
        let HttpField { name, value } = field.ok_or(SYNFIN_ERR_NOT_FOUND)?.clone();
        Ok(synfin_http_field {
            struct_size: size_of::<synfin_http_field>() as u32,
            is_trailer: is_trailer.into(),
            name: self.text(&name),
            value: self.text(&value),
        })
    }

    fn clear(&mut self) {
        self.texts.clear();
        self.row = None;
    }
}

/// Makes an empty transaction.
///
/// @param out  gets it, to be ended by synfin_transaction_free(); NULL unless SYNFIN_OK
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_transaction_new(out: *mut *mut synfin_transaction) -> synfin_status {
    // SAFETY: the header asks for NULL or a place for a pointer.
    guard(|| unsafe { handle::make(out, || Ok(Held::default())) })
}

/// Ends a transaction and its texts. NULL is fine, and what is no transaction is left alone; the same
/// transaction twice is not fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_transaction_free(transaction: *mut synfin_transaction) {
    // SAFETY: the header asks for NULL or a handle, not freed before.
    unsafe { handle::free(transaction) }
}

/// Fills it with a transaction that is kept with its connection: as it stands now, or final after
/// synfin_dissector_finish().
///
/// @param id           number of the connection
/// @param index        position on it, from 0: the annotations' `http_transaction`
/// @param transaction  loses what it held, even if the call fails
/// @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC,
///         SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_transaction(
    dissector: *mut synfin_dissector,
    id: u64,
    index: u32,
    transaction: *mut synfin_transaction,
) -> synfin_status {
    // SAFETY: the header asks for NULL or a transaction that no other thread uses now.
    let held = match unsafe { handle::enter(transaction) } {
        Ok(held) => held,
        Err(status) => return status,
    };
    held.clear();
    let body = |inner: &mut Inner| {
        held.row = Some(inner.http_row(id, index)?);
        Ok(())
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}

/// Fills it with the next transaction that is complete, in the order of completion; once each, and only where
/// the dissector was made with `http_streamed`. Those of a connection that ended without them follow after
/// synfin_dissector_finish().
///
/// @param transaction  loses what it held, even if the call fails
/// @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND (none now), SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC,
///         SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_next_transaction(
    dissector: *mut synfin_dissector,
    transaction: *mut synfin_transaction,
) -> synfin_status {
    // SAFETY: the header asks for NULL or a transaction that no other thread uses now.
    let held = match unsafe { handle::enter(transaction) } {
        Ok(held) => held,
        Err(status) => return status,
    };
    held.clear();
    let body = |inner: &mut Inner| {
        held.row = Some(inner.next_row()?);
        Ok(())
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}

/// Gives what a transaction is. Texts given before are gone.
///
/// @param out  gets it; its `struct_size` is set by the caller
/// @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND (it holds none), SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE,
///         SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_transaction_get(
    transaction: *mut synfin_transaction,
    out: *mut synfin_transaction_info,
) -> synfin_status {
    guard(|| {
        // SAFETY: the header asks for NULL or a transaction that no other thread uses now, and for a struct as
        // large as its struct_size.
        unsafe { sized::write(out, &handle::enter(transaction)?.info()?) }
    })
}

/// Gives a header field of one of its messages, trailer fields behind them; needs `http_fields` of
/// synfin_config.
///
/// @param message  enum synfin_http_message
/// @param index    which, from 0 in the order sent
/// @param out      gets the field; its `struct_size` is set by the caller
/// @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND (no more, or none kept), SYNFIN_ERR_INVALID (`message`),
///         SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_transaction_field(
    transaction: *mut synfin_transaction,
    message: u32,
    index: usize,
    out: *mut synfin_http_field,
) -> synfin_status {
    guard(|| {
        // SAFETY: the header asks for NULL or a transaction that no other thread uses now, and for a struct as
        // large as its struct_size.
        unsafe { sized::write(out, &handle::enter(transaction)?.field(message, index)?) }
    })
}

/// Gives the first bytes of the content of one of its messages, chunk framing removed, content codings not; as
/// many as `http_body_bytes` of synfin_config. A gap in it is zero bytes.
///
/// @param message  enum synfin_http_message
/// @param data     gets the first byte, never NULL; valid until the transaction is filled or freed
/// @param len      gets how many
/// @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND (no facts are kept), SYNFIN_ERR_INVALID (`message`),
///         SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_transaction_body(
    transaction: *const synfin_transaction,
    message: u32,
    data: *mut *const u8,
    len: *mut usize,
) -> synfin_status {
    guard(|| {
        // SAFETY: the header asks for NULL or a transaction that no other thread uses now, and for places for
        // the answers.
        let (held, data, len) = unsafe { (handle::look(transaction)?, exclusive(data)?, exclusive(len)?) };
        let body = &held.message(message)?.body;
        (*data, *len) = (body.as_ptr(), body.len());
        Ok(())
    })
}

/// Writes a transaction as one line of JSON: UTF-8, NUL-ended, as `synfin http --json` prints it.
///
/// @param buffer    where to write; NULL with `capacity` 0 to ask how much is needed
/// @param capacity  its size, bytes
/// @param needed    gets the size the text takes, NUL included; may be NULL. Set on SYNFIN_OK and
///                  SYNFIN_ERR_BUFFER_TOO_SMALL.
/// @return SYNFIN_OK; SYNFIN_ERR_BUFFER_TOO_SMALL (`buffer` gets the empty string if it has room for it);
///         SYNFIN_ERR_NOT_FOUND (it holds none), SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_transaction_json(
    transaction: *const synfin_transaction,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> synfin_status {
    guard(|| {
        // SAFETY: the header asks for NULL or a transaction that no other thread uses now.
        let row = unsafe { handle::look(transaction) }?.row()?;
        // SAFETY: the header asks for the same.
        unsafe { give_json(row, buffer, capacity, needed) }
    })
}
