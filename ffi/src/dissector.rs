//! The dissector: packets in, annotations and connections out.

use std::cell::Cell;

use synfin::wire::Other;
use synfin::{
    Annotation, Connection, ConnectionId, Dissector, Frame, LinkType, Outcome, RawSegment, Segment,
};

use crate::annotation::address;
use crate::guard::{Done, bytes, exclusive, guard, guard_silent, shared};
use crate::sized::{self, Sized32};
use crate::synfin_status::{self, *};
use crate::{synfin_annotation, synfin_config};

/// Dissects one capture: give it packets in the order of the capture, each is annotated at once.
///
/// Made by synfin_dissector_new(), ended by synfin_dissector_free(). One dissector is used by one thread at
/// a time; different dissectors are independent.
pub struct synfin_dissector {
    /// Set for good when a panic may have left `inner` half done.
    poisoned: Cell<bool>,
    inner: Inner,
}

pub(crate) struct Inner {
    dissector: Dissector,
    /// Numbers given out: those below it are connections.
    connections: u64,
    /// Connections that have left the dissector, by number.
    left: Vec<Connection>,
    finished: bool,
}

/// A captured frame. First layout: all members shown.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_frame {
    /// `sizeof(struct synfin_frame)`.
    pub struct_size: u32,
    /// Length on the wire, bytes; more than `len` where the snap length cut the frame.
    pub wire_len: u32,
    /// Position in the capture, from 1.
    pub number: u64,
    /// Capture time, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// The captured bytes, from the link header on; read during the call only. May be NULL if `len` is 0.
    pub data: *const u8,
    /// How many.
    pub len: usize,
    /// What they begin with: a LINKTYPE_ number of tcpdump.org (1 is Ethernet, 101 raw IP).
    pub link_type: u16,
}

// SAFETY: repr(C), begins with struct_size, numbers and a raw pointer only.
unsafe impl Sized32 for synfin_frame {
    const FIRST_LAYOUT: usize = size_of::<Self>();
}

/// A TCP segment whose lower layers the caller has decoded. First layout: all members shown.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_segment {
    /// `sizeof(struct synfin_segment)`.
    pub struct_size: u32,
    /// Length of the segment on the wire, header and payload, bytes; captured bytes beyond it are left out.
    pub wire_len: u32,
    /// Number of the frame that carries it, from 1.
    pub frame: u64,
    /// Capture time, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// The captured bytes, from the TCP header on; read during the call only. May be NULL if `len` is 0.
    pub data: *const u8,
    /// How many.
    pub len: usize,
    /// Sender's address in network order, `address_len` bytes.
    pub src: [u8; 16],
    /// Receiver's address, likewise.
    pub dst: [u8; 16],
    /// Where the TCP header begins in the frame, bytes; UINT32_MAX if that is not known.
    pub tcp_offset: u32,
    /// IPv4 identification, 0 to 65535; -1 where there is none.
    pub ip_id: i32,
    /// IPv4 time to live or IPv6 hop limit, 0 to 255; -1 if that is not known.
    pub ttl: i16,
    /// 4 or 16.
    pub address_len: u8,
    /// Which TCP layer of the frame, outermost 0 (tunnels carry several).
    pub layer: u8,
}

// SAFETY: repr(C), begins with struct_size, numbers and a raw pointer only.
unsafe impl Sized32 for synfin_segment {
    const FIRST_LAYOUT: usize = size_of::<Self>();
}

impl synfin_frame {
    const ZERO: Self = Self {
        struct_size: 0,
        wire_len: 0,
        number: 0,
        time_ns: 0,
        data: std::ptr::null(),
        len: 0,
        link_type: 0,
    };
}

impl synfin_segment {
    const ZERO: Self = Self {
        struct_size: 0,
        wire_len: 0,
        frame: 0,
        time_ns: 0,
        data: std::ptr::null(),
        len: 0,
        src: [0; 16],
        dst: [0; 16],
        tcp_offset: u32::MAX,
        ip_id: -1,
        ttl: -1,
        address_len: 0,
        layer: 0,
    };

    /// What core wants to know of it; `bytes` are those it points to.
    fn raw<'a>(&self, bytes: &'a [u8]) -> Done<RawSegment<'a>> {
        Ok(RawSegment {
            frame: self.frame,
            layer: self.layer,
            time_ns: self.time_ns,
            src: address(self.src, self.address_len)?,
            dst: address(self.dst, self.address_len)?,
            ttl: optional(self.ttl.into())?,
            ip_id: optional(self.ip_id)?,
            bytes,
            wire_len: self.wire_len,
            tcp_offset: (self.tcp_offset != u32::MAX).then_some(self.tcp_offset),
            tunnel: 0,
        })
    }
}

/// A number, or -1 for none.
fn optional<T: TryFrom<i32>>(number: i32) -> Done<Option<T>> {
    match number {
        -1 => Ok(None),
        number => T::try_from(number).map(Some).map_err(|_| SYNFIN_ERR_INVALID),
    }
}

impl synfin_dissector {
    fn new(config: synfin::Config) -> Self {
        Self {
            poisoned: Cell::new(false),
            inner: Inner {
                dissector: Dissector::new(config),
                connections: 0,
                left: Vec::new(),
                finished: false,
            },
        }
    }

    /// Refuses a poisoned dissector; poisons it when the body panics.
    fn guarded(poisoned: &Cell<bool>, body: impl FnOnce() -> Done) -> synfin_status {
        if poisoned.get() {
            return SYNFIN_ERR_POISONED;
        }
        let status = guard(body);
        poisoned.set(status == SYNFIN_ERR_PANIC);
        status
    }

    /// The way into every call that changes a dissector.
    ///
    /// # Safety
    /// `this` is NULL or comes from [`synfin_dissector_new`], was not freed and is not in use elsewhere.
    pub(crate) unsafe fn enter(this: *mut Self, body: impl FnOnce(&mut Inner) -> Done) -> synfin_status {
        // SAFETY: the caller's promise.
        match unsafe { exclusive(this) } {
            Ok(Self { poisoned, inner }) => Self::guarded(poisoned, || body(inner)),
            Err(status) => status,
        }
    }
}

impl Inner {
    fn note(&mut self, annotation: &Annotation) {
        self.connections = self.connections.max(annotation.connection.saturating_add(1));
    }

    fn frame(&mut self, frame: &Frame<'_>) -> Done<Annotation> {
        match self.dissector.frame(frame) {
            Outcome::Segment(annotation) => {
                self.note(&annotation);
                Ok(annotation)
            }
            Outcome::Other(Other::UnknownLink(_)) => Err(SYNFIN_UNKNOWN_LINK),
            Outcome::Broken(_) => Err(SYNFIN_BROKEN),
            _ => Err(SYNFIN_NOT_TCP),
        }
    }

    fn segment(&mut self, raw: RawSegment<'_>) -> Done<Annotation> {
        let segment = Segment::parse(raw).map_err(|_| SYNFIN_BROKEN)?;
        let annotation = self.dissector.segment(&segment);
        self.note(&annotation);
        Ok(annotation)
    }

    fn finish(&mut self) {
        if !self.finished {
            self.left.extend(self.dissector.finish());
            self.left.sort_by_key(|connection| connection.connection);
            self.finished = true;
        }
    }

    /// A connection as it stands: followed still, pushed out of the table, or final.
    pub(crate) fn with_connection<T>(
        &mut self,
        id: ConnectionId,
        see: impl FnOnce(&Connection) -> T,
    ) -> Done<T> {
        if !self.finished {
            if let Some(connection) = self.dissector.connection(id) {
                return Ok(see(&connection));
            }
            let evicted = self.dissector.take_evicted();
            if !evicted.is_empty() {
                self.left.extend(evicted);
                self.left.sort_by_key(|connection| connection.connection);
            }
        }
        let found = self
            .left
            .binary_search_by_key(&id, |connection| connection.connection);
        let connection = found.ok().and_then(|index| self.left.get(index));
        connection.map(see).ok_or(SYNFIN_ERR_NOT_FOUND)
    }

    fn accepts_packets(&self) -> Done {
        if self.finished {
            Err(SYNFIN_ERR_FINISHED)
        } else {
            Ok(())
        }
    }
}

/// Makes a dissector for one capture.
///
/// @param config  settings; NULL for the defaults. Read during the call only.
/// @param out     gets the dissector, to be ended by synfin_dissector_free(); NULL unless SYNFIN_OK
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (a member of `config` is
///         out of its range), SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_new(
    config: *const synfin_config,
    out: *mut *mut synfin_dissector,
) -> synfin_status {
    guard(|| {
        // SAFETY: the header asks for NULL or a place for a pointer.
        let out = unsafe { exclusive(out) }?;
        *out = std::ptr::null_mut();
        let mut wanted = synfin_config::default();
        if !config.is_null() {
            // SAFETY: the header asks for a struct as large as its struct_size.
            wanted = unsafe { sized::read(config, wanted) }?;
        }
        *out = Box::into_raw(Box::new(synfin_dissector::new(wanted.try_into()?)));
        Ok(())
    })
}

/// Ends a dissector and all it holds. NULL is fine; the same dissector twice is not. Works on a poisoned
/// one. Annotations and lists of values made before stay valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_free(dissector: *mut synfin_dissector) {
    if !dissector.is_null() {
        // SAFETY: not NULL, so by the header from synfin_dissector_new() and not freed before.
        guard_silent(|| drop(unsafe { Box::from_raw(dissector) }));
    }
}

/// Takes in the next captured frame.
///
/// @param out  gets the annotation if SYNFIN_OK, and is left alone otherwise; its `struct_size` is set by
///             the caller. NULL if only the connections are of interest.
/// @return SYNFIN_OK; SYNFIN_NOT_TCP, SYNFIN_BROKEN, SYNFIN_UNKNOWN_LINK where the frame has no segment to
///         annotate (go on with the next); SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (`len`),
///         SYNFIN_ERR_FINISHED, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED (nothing was taken in)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_frame(
    dissector: *mut synfin_dissector,
    frame: *const synfin_frame,
    out: *mut synfin_annotation,
) -> synfin_status {
    let body = |inner: &mut Inner| {
        // SAFETY: the header asks for structs as large as their struct_size, and `len` readable bytes.
        let (frame, data) = unsafe {
            let frame = sized::read(frame, synfin_frame::ZERO)?;
            (frame, bytes(frame.data, frame.len)?)
        };
        // SAFETY: likewise.
        unsafe { check_out(out)? };
        inner.accepts_packets()?;
        let annotation = inner.frame(&Frame {
            number: frame.number,
            time_ns: frame.time_ns,
            link: LinkType(frame.link_type),
            wire_len: frame.wire_len,
            data,
        })?;
        // SAFETY: likewise.
        unsafe { write_out(out, &annotation) }
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}

/// Takes in the next TCP segment, for hosts that decode the lower layers themselves. Use either this or
/// synfin_dissector_frame() for a frame, not both.
///
/// @param out  as for synfin_dissector_frame()
/// @return SYNFIN_OK; SYNFIN_BROKEN where not even the ports are there; SYNFIN_ERR_NULL,
///         SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (`address_len`, `ttl`, `ip_id`, `len`),
///         SYNFIN_ERR_FINISHED, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED (nothing was taken in)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_segment(
    dissector: *mut synfin_dissector,
    segment: *const synfin_segment,
    out: *mut synfin_annotation,
) -> synfin_status {
    let body = |inner: &mut Inner| {
        // SAFETY: the header asks for structs as large as their struct_size, and `len` readable bytes.
        let (segment, data) = unsafe {
            let segment = sized::read(segment, synfin_segment::ZERO)?;
            (segment, bytes(segment.data, segment.len)?)
        };
        // SAFETY: likewise.
        unsafe { check_out(out)? };
        inner.accepts_packets()?;
        let annotation = inner.segment(segment.raw(data)?)?;
        // SAFETY: likewise.
        unsafe { write_out(out, &annotation) }
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}

/// An annotation that cannot be given must not be made: it would be lost.
///
/// # Safety
/// As for [`sized::write`].
unsafe fn check_out(out: *mut synfin_annotation) -> Done {
    if out.is_null() {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    unsafe { sized::check(out) }
}

/// # Safety
/// As for [`sized::write`].
unsafe fn write_out(out: *mut synfin_annotation, annotation: &Annotation) -> Done {
    if out.is_null() {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    unsafe { sized::write(out, &annotation.into()) }
}

/// Ends the capture: what is open now stays open. Every connection is final then and can be read by its
/// number, 0 to `connections` - 1, until the dissector is freed; more packets are refused. A second call
/// changes nothing and gives the same number.
///
/// @param connections  gets how many connections there are; may be NULL
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_finish(
    dissector: *mut synfin_dissector,
    connections: *mut u64,
) -> synfin_status {
    let body = |inner: &mut Inner| {
        inner.finish();
        if !connections.is_null() {
            // SAFETY: not NULL; the header asks for a place for a number then.
            unsafe { connections.write(inner.connections) };
        }
        Ok(())
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}

/// How many connections there are so far: their numbers are 0 to `count` - 1.
///
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_connection_count(
    dissector: *const synfin_dissector,
    count: *mut u64,
) -> synfin_status {
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    let dissector = match unsafe { shared(dissector) } {
        Ok(dissector) => dissector,
        Err(status) => return status,
    };
    synfin_dissector::guarded(&dissector.poisoned, || {
        // SAFETY: the header asks for NULL or a place for a number.
        *unsafe { exclusive(count) }? = dissector.inner.connections;
        Ok(())
    })
}

/// Panics inside a guarded body.
#[cfg(feature = "test-hooks")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_test_panic(dissector: *mut synfin_dissector) -> synfin_status {
    // SAFETY: as for every call with a dissector.
    unsafe { synfin_dissector::enter(dissector, |_| panic!("asked for by a test")) }
}
