//! Handles: what the header calls opaque. Each begins with the mark of its kind, so that a pointer to
//! something else is noticed before it is used.

use std::ptr;

use crate::guard::{Done, exclusive, guard_silent};
use crate::synfin_status::*;

/// A type of the header that is only ever pointed to.
pub(crate) trait Handle {
    /// What a handle of this kind stands for.
    type Inner;

    /// Its address is the mark: no two kinds share it, nor two copies of the library in one process.
    fn mark() -> &'static u8;
}

/// Where a handle points to.
#[repr(C)]
struct Marked<T> {
    mark: *const u8,
    inner: T,
}

/// Makes a handle; `out` gets NULL where `inner` fails.
///
/// # Safety
/// `out` is NULL or a place for a pointer.
pub(crate) unsafe fn make<H: Handle>(out: *mut *mut H, inner: impl FnOnce() -> Done<H::Inner>) -> Done {
    // SAFETY: the caller's promise.
    let out = unsafe { exclusive(out) }?;
    *out = ptr::null_mut();
    let marked = Marked {
        mark: H::mark(),
        inner: inner()?,
    };
    *out = Box::into_raw(Box::new(marked)).cast();
    Ok(())
}

/// Ends a handle. NULL, and what is no handle of this kind, is left alone.
///
/// # Safety
/// `handle` is NULL, or readable for the size of a pointer; no other thread uses it.
pub(crate) unsafe fn free<H: Handle>(handle: *mut H) {
    // SAFETY: the caller's promise.
    if unsafe { is_marked(handle) } {
        guard_silent(|| {
            // SAFETY: the mark says that it comes from `make`.
            let mut marked = unsafe { Box::from_raw(handle.cast::<Marked<H::Inner>>()) };
            marked.mark = ptr::null();
            drop(marked);
        });
    }
}

/// What a handle stands for.
///
/// # Safety
/// `handle` is NULL, or readable for the size of a pointer for as long as `'a`; nobody else uses it meanwhile.
pub(crate) unsafe fn enter<'a, H: Handle>(handle: *mut H) -> Done<&'a mut H::Inner> {
    if handle.is_null() {
        return Err(SYNFIN_ERR_NULL);
    }
    // SAFETY: not NULL; the caller's promise.
    if !unsafe { is_marked(handle) } {
        return Err(SYNFIN_ERR_HANDLE);
    }
    // SAFETY: the mark says that it comes from `make`.
    Ok(unsafe { &mut (*handle.cast::<Marked<H::Inner>>()).inner })
}

/// The same of a handle that is only read.
///
/// # Safety
/// As for [`enter`], but others may read it meanwhile.
pub(crate) unsafe fn look<'a, H: Handle>(handle: *const H) -> Done<&'a H::Inner> {
    if handle.is_null() {
        return Err(SYNFIN_ERR_NULL);
    }
    // SAFETY: not NULL; the caller's promise.
    if !unsafe { is_marked(handle) } {
        return Err(SYNFIN_ERR_HANDLE);
    }
    // SAFETY: the mark says that it comes from `make`.
    Ok(unsafe { &(*handle.cast::<Marked<H::Inner>>()).inner })
}

/// # Safety
/// `handle` is NULL or readable for the size of a pointer.
unsafe fn is_marked<H: Handle>(handle: *const H) -> bool {
    // SAFETY: not NULL, so the caller's promise; it may be aligned for less.
    !handle.is_null() && ptr::eq(unsafe { handle.cast::<*const u8>().read_unaligned() }, H::mark())
}
