//! What every call goes through: no panic leaves the library, no NULL is followed.

use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};

use libc::c_char;

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

/// A pointer to where an answer goes.
///
/// # Safety
/// NULL, or valid for as long as `'a`, and aligned; nobody else uses it meanwhile.
pub(crate) unsafe fn exclusive<'a, T>(pointer: *mut T) -> Done<&'a mut T> {
    // SAFETY: the caller's promise.
    unsafe { pointer.as_mut() }.ok_or(SYNFIN_ERR_NULL)
}

/// The numbers a caller points to; NULL is fine for none.
///
/// # Safety
/// NULL, or `len` readable and aligned numbers for as long as `'a`, which nobody changes meanwhile.
pub(crate) unsafe fn array<'a, T: Copy>(data: *const T, len: usize) -> Done<&'a [T]> {
    let is_too_long = len
        .checked_mul(size_of::<T>())
        .is_none_or(|bytes| isize::try_from(bytes).is_err());
    match (data.is_null(), len) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(SYNFIN_ERR_NULL),
        _ if is_too_long || !data.is_aligned() => Err(SYNFIN_ERR_INVALID),
        // SAFETY: not NULL, aligned, no longer than a slice may be; the rest is the caller's promise.
        _ => Ok(unsafe { std::slice::from_raw_parts(data, len) }),
    }
}

/// A text the caller gives.
///
/// # Safety
/// NULL, or NUL-ended and unchanged for as long as `'a`.
pub(crate) unsafe fn c_text<'a>(text: *const c_char) -> Done<&'a [u8]> {
    if text.is_null() {
        return Err(SYNFIN_ERR_NULL);
    }
    // SAFETY: not NULL; the rest is the caller's promise.
    Ok(unsafe { CStr::from_ptr(text) }.to_bytes())
}
