//! What every call goes through: no panic leaves the library, no NULL is followed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::synfin_status::{self, *};

/// What a body answers: done, or the status that tells why not.
pub(crate) type Done<T = ()> = Result<T, synfin_status>;

/// Runs the body of a call that changes nothing which outlives a panic.
pub(crate) fn guard(body: impl FnOnce() -> Done) -> synfin_status {
    // Unwind safety: what the body changes is either replaced before it is read again or poisoned.
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => SYNFIN_OK,
        Ok(Err(status)) => status,
        Err(_) => SYNFIN_ERR_PANIC,
    }
}

/// Runs a body that has nothing to answer.
pub(crate) fn guard_silent(body: impl FnOnce()) {
    let _ = guard(|| {
        body();
        Ok(())
    });
}

/// A pointer to one of our own objects, or to where an answer goes.
///
/// # Safety
/// NULL, or valid for as long as `'a`, and aligned; nobody else uses it meanwhile.
pub(crate) unsafe fn exclusive<'a, T>(pointer: *mut T) -> Done<&'a mut T> {
    // SAFETY: the caller's promise.
    unsafe { pointer.as_mut() }.ok_or(SYNFIN_ERR_NULL)
}

/// A pointer to one of our own objects that is only read.
///
/// # Safety
/// NULL, or valid for as long as `'a`, and aligned; nobody changes it meanwhile.
pub(crate) unsafe fn shared<'a, T>(pointer: *const T) -> Done<&'a T> {
    // SAFETY: the caller's promise.
    unsafe { pointer.as_ref() }.ok_or(SYNFIN_ERR_NULL)
}

/// The bytes a caller points to; NULL is fine for none.
///
/// # Safety
/// NULL, or `len` readable bytes for as long as `'a`, which nobody changes meanwhile.
pub(crate) unsafe fn bytes<'a>(data: *const u8, len: usize) -> Done<&'a [u8]> {
    match (data.is_null(), len) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(SYNFIN_ERR_NULL),
        _ if isize::try_from(len).is_err() => Err(SYNFIN_ERR_INVALID),
        // SAFETY: not NULL, no longer than a slice may be; the rest is the caller's promise.
        _ => Ok(unsafe { std::slice::from_raw_parts(data, len) }),
    }
}
