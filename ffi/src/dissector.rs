//! The dissector's handle: its life, and what it holds.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};

use synfin::http::HttpRow;
use synfin::wire::Other;
use synfin::wire::icmp::IcmpError;
use synfin::{
    Annotation, Connection, ConnectionId, Dissector, Frame, IcmpNote, Outcome, RawSegment, Segment,
};

use crate::guard::{Done, exclusive, guard};
use crate::handle::{self, Handle};
use crate::sized;
use crate::synfin_status::{self, *};
use crate::{synfin_bounds_reached, synfin_config};

/// Dissects one capture: give it packets in the order of the capture, each is annotated at once.
///
/// Made by synfin_dissector_new(), ended by synfin_dissector_free(). One dissector is used by one thread at
/// a time; different dissectors are independent.
pub struct synfin_dissector {
    _private: [u8; 0],
}

/// What a dissector's handle stands for.
pub struct State {
    /// Set for good when a panic may have left `inner` half done.
    poisoned: Cell<bool>,
    inner: Inner,
}

impl Handle for synfin_dissector {
    type Inner = State;

    fn mark() -> &'static u8 {
        static MARK: u8 = 1;
        &MARK
    }
}

pub(crate) struct Inner {
    dissector: Dissector,
    /// Numbers given out: those below it are connections.
    pub(crate) connections: u64,
    /// Connections that have left the dissector.
    left: BTreeMap<ConnectionId, Connection>,
    /// Complete transactions that were not asked for yet, where they are streamed.
    transactions: VecDeque<HttpRow>,
    /// What the last ICMP error means; none before the first.
    pub(crate) last_icmp: Option<Option<IcmpNote>>,
    /// Frames of whole captures.
    pub(crate) captured: u64,
    finished: bool,
}

impl synfin_dissector {
    /// Refuses a poisoned dissector; poisons it when the body panics.
    fn guarded(poisoned: &Cell<bool>, body: impl FnOnce() -> Done) -> synfin_status {
        if poisoned.get() {
            return SYNFIN_ERR_POISONED;
        }
        let status = guard(body);
        poisoned.set(status == SYNFIN_ERR_PANIC);
        status
    }

    /// The way into every call on a dissector.
    ///
    /// # Safety
    /// `this` is NULL or readable for the size of a pointer; if it comes from [`synfin_dissector_new`], it was
    /// not freed and is not in use elsewhere.
    pub(crate) unsafe fn enter(this: *mut Self, body: impl FnOnce(&mut Inner) -> Done) -> synfin_status {
        // SAFETY: the caller's promise.
        match unsafe { handle::enter(this) } {
            Ok(State { poisoned, inner }) => Self::guarded(poisoned, || body(inner)),
            Err(status) => status,
        }
    }
}

impl Inner {
    fn new(config: synfin::Config) -> Self {
        Self {
            dissector: Dissector::new(config),
            connections: 0,
            left: BTreeMap::new(),
            transactions: VecDeque::new(),
            last_icmp: None,
            captured: 0,
            finished: false,
        }
    }

    fn note(&mut self, annotation: &Annotation) {
        self.connections = self.connections.max(annotation.connection.saturating_add(1));
    }

    /// Takes in a frame; where it has no segment, the status says what it is.
    pub(crate) fn frame(&mut self, frame: &Frame<'_>, give: impl FnOnce(&Annotation) -> Done) -> Done {
        match &self.dissector.frame(frame) {
            Outcome::Segment(annotation) => {
                self.note(annotation);
                give(annotation)
            }
            Outcome::Icmp(note) => {
                self.last_icmp = Some(*note);
                Err(SYNFIN_ICMP)
            }
            Outcome::Other(Other::UnknownLink(_)) => Err(SYNFIN_UNKNOWN_LINK),
            Outcome::Other(Other::Fragment) => Err(SYNFIN_FRAGMENT),
            Outcome::Other(Other::OverlappingFragment) => Err(SYNFIN_OVERLAPPING_FRAGMENT),
            Outcome::Broken(_) => Err(SYNFIN_BROKEN),
            _ => Err(SYNFIN_NOT_TCP),
        }
    }

    pub(crate) fn segment(&mut self, raw: RawSegment<'_>, give: impl FnOnce(&Annotation) -> Done) -> Done {
        // Borrowed: moving it out costs as much as reading the header.
        let Ok(segment) = &Segment::parse(raw) else {
            return Err(SYNFIN_BROKEN);
        };
        let annotation = self.dissector.segment(segment);
        self.note(&annotation);
        give(&annotation)
    }

    pub(crate) fn icmp(&mut self, error: &IcmpError) -> Done<IcmpNote> {
        let note = self.dissector.icmp(error);
        self.last_icmp = Some(note);
        note.ok_or(SYNFIN_NO_CONNECTION)
    }

    fn finish(&mut self) {
        if !self.finished {
            self.dissector.end_capture();
            self.finished = true;
        }
    }

    fn take_evicted(&mut self) {
        let evicted = self.dissector.take_evicted();
        self.left.extend(
            evicted
                .into_iter()
                .map(|connection| (connection.connection, connection)),
        );
    }

    /// A connection as it stands: followed still, pushed out of the table, or final.
    pub(crate) fn with_connection<T>(
        &mut self,
        id: ConnectionId,
        see: impl FnOnce(&Connection) -> T,
    ) -> Done<T> {
        if let Some(connection) = self.dissector.connection(id) {
            return Ok(see(&connection));
        }
        self.take_evicted();
        self.left.get(&id).map(see).ok_or(SYNFIN_ERR_NOT_FOUND)
    }

    /// A transaction that is kept with its connection.
    pub(crate) fn http_row(&mut self, id: ConnectionId, index: u32) -> Done<HttpRow> {
        let row = match self.dissector.http_row(id, index) {
            Some(row) => Some(row),
            None => {
                self.take_evicted();
                self.left.get(&id).and_then(|left| left.http_row(index))
            }
        };
        row.ok_or(SYNFIN_ERR_NOT_FOUND)
    }

    /// The next transaction that is complete, where they are streamed.
    pub(crate) fn next_row(&mut self) -> Done<HttpRow> {
        if self.transactions.is_empty() {
            self.transactions.extend(self.dissector.take_transactions());
        }
        self.transactions.pop_front().ok_or(SYNFIN_ERR_NOT_FOUND)
    }

    pub(crate) fn accepts_packets(&self) -> Done {
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
    let state = || {
        let mut wanted = synfin_config::default();
        if !config.is_null() {
            // SAFETY: the header asks for a struct as large as its struct_size.
            wanted = unsafe { sized::read(config, wanted) }?;
        }
        Ok(State {
            poisoned: Cell::new(false),
            // SAFETY: the header asks for an array as long as the struct says.
            inner: Inner::new(unsafe { wanted.core() }?),
        })
    };
    // SAFETY: the header asks for NULL or a place for a pointer.
    guard(|| unsafe { handle::make(out, state) })
}

/// Ends a dissector and all it holds. NULL is fine, and what is no dissector is left alone; the same dissector
/// twice is not fine. Works on a poisoned one. Annotations, lists of values and transactions taken before
/// stay valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_free(dissector: *mut synfin_dissector) {
    // SAFETY: the header asks for NULL or a handle, not freed before.
    unsafe { handle::free(dissector) }
}

/// Ends the capture: what is open now stays open. Every connection is final then and can be read by its
/// number, 0 to `connections` - 1, until the dissector is freed; more packets are refused. A second call
/// changes nothing and gives the same number.
///
/// @param connections  gets how many connections there are; may be NULL
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
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
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_connection_count(
    dissector: *const synfin_dissector,
    count: *mut u64,
) -> synfin_status {
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    let state = match unsafe { handle::look(dissector) } {
        Ok(state) => state,
        Err(status) => return status,
    };
    synfin_dissector::guarded(&state.poisoned, || {
        // SAFETY: the header asks for NULL or a place for a number.
        *unsafe { exclusive(count) }? = state.inner.connections;
        Ok(())
    })
}

/// Tells how often each bound was reached so far.
///
/// @param out  gets it; its `struct_size` is set by the caller
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC,
///         SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_bounds_reached(
    dissector: *const synfin_dissector,
    out: *mut synfin_bounds_reached,
) -> synfin_status {
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    let state = match unsafe { handle::look(dissector) } {
        Ok(state) => state,
        Err(status) => return status,
    };
    synfin_dissector::guarded(&state.poisoned, || {
        // SAFETY: the header asks for NULL or a struct as large as its struct_size.
        unsafe { sized::write(out, &state.inner.dissector.bounds_reached().into()) }
    })
}

/// Finds a connection that has left, because it had to make room for others (`max_connections`) or had closed
/// (`max_closed`), and was not forgotten yet: the one of the lowest number. A host that runs for long writes it down, then forgets it; without that, each such
/// connection goes on to take about 1 kB.
///
/// @param id  gets its number
/// @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND (there is none now), SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE,
///         SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_next_evicted(
    dissector: *mut synfin_dissector,
    id: *mut u64,
) -> synfin_status {
    let body = |inner: &mut Inner| {
        // SAFETY: the header asks for NULL or a place for a number.
        let id = unsafe { exclusive(id) }?;
        inner.take_evicted();
        *id = *inner.left.keys().next().ok_or(SYNFIN_ERR_NOT_FOUND)?;
        Ok(())
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}

/// Forgets a connection that has left: its number gives SYNFIN_ERR_NOT_FOUND from now on.
///
/// @param id  number of the connection
/// @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND (it did not have to make room, or is forgotten already), SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_forget(dissector: *mut synfin_dissector, id: u64) -> synfin_status {
    let body = |inner: &mut Inner| {
        inner.take_evicted();
        inner.left.remove(&id).map(|_| ()).ok_or(SYNFIN_ERR_NOT_FOUND)
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}

/// Panics inside a guarded body.
#[cfg(feature = "test-hooks")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_test_panic(dissector: *mut synfin_dissector) -> synfin_status {
    // SAFETY: as for every call with a dissector.
    unsafe { synfin_dissector::enter(dissector, |_| panic!("asked for by a test")) }
}
