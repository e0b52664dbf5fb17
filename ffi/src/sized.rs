//! Structs that begin with their own size, so that they can grow: the library reads and writes as much
//! as both sides know.

use crate::guard::Done;
use crate::synfin_status::*;

/// Larger sizes are taken for a member that was never set.
pub const SYNFIN_STRUCT_SIZE_MAX: u32 = 4096;

/// A struct of the header that begins with `struct_size`.
///
/// # Safety
/// `repr(C)`, its first member is `struct_size: u32`, and every pattern of bits is a value of it.
pub(crate) unsafe trait Sized32: Copy {
    /// Size of its first published layout.
    const FIRST_LAYOUT: usize;
}

/// The size that the caller set, checked.
///
/// # Safety
/// `pointer` is NULL or begins with a readable `u32`.
pub(crate) unsafe fn size_of_caller<T: Sized32>(pointer: *const T) -> Done<usize> {
    if pointer.is_null() {
        return Err(SYNFIN_ERR_NULL);
    }
    // SAFETY: not NULL; the first member is a u32. The caller's pointer may be aligned for less.
    let size = unsafe { pointer.cast::<u32>().read_unaligned() } as usize;
    if (T::FIRST_LAYOUT..=SYNFIN_STRUCT_SIZE_MAX as usize).contains(&size) {
        Ok(size)
    } else {
        Err(SYNFIN_ERR_STRUCT_SIZE)
    }
}

/// Reads a struct; members that the caller does not know keep their value from `unknown`.
///
/// # Safety
/// `pointer` is NULL, or readable for as many bytes as its `struct_size` says.
pub(crate) unsafe fn read<T: Sized32>(pointer: *const T, unknown: T) -> Done<T> {
    // SAFETY: the caller's promise covers the first member.
    let size = unsafe { size_of_caller(pointer)? };
    if size == size_of::<T>() {
        // SAFETY: readable for that many bytes, any of which are a `T`.
        return Ok(unsafe { pointer.read_unaligned() });
    }
    // SAFETY: the caller's promise.
    Ok(unsafe { read_other(pointer, size, unknown) })
}

/// A struct of a caller who knows fewer members, or more.
///
/// # Safety
/// `size` bytes are readable.
#[cold]
unsafe fn read_other<T: Sized32>(pointer: *const T, size: usize, mut value: T) -> T {
    let len = size.min(size_of::<T>());
    // SAFETY: `len` bytes are readable there and fit `value`, which is another object; any bits are a `T`.
    unsafe { std::ptr::copy_nonoverlapping(pointer.cast::<u8>(), (&raw mut value).cast::<u8>(), len) };
    value
}

/// Checks that [`write`] will work.
///
/// # Safety
/// As for [`write`].
pub(crate) unsafe fn check<T: Sized32>(pointer: *const T) -> Done {
    // SAFETY: the caller's promise.
    unsafe { size_of_caller(pointer) }.map(|_| ())
}

/// Writes a struct, all but `struct_size`; what the caller knows beyond it becomes zero.
///
/// # Safety
/// `pointer` is NULL, or writable for as many bytes as its `struct_size` says.
pub(crate) unsafe fn write<T: Sized32>(pointer: *mut T, value: &T) -> Done {
    // SAFETY: the caller's promise covers the first member, and as many bytes as it says.
    unsafe {
        let size = size_of_caller(pointer)?;
        fill(pointer.cast(), size, value);
    }
    Ok(())
}

/// Writes an element of a caller's array, `struct_size` included: the array's first element said it for all.
///
/// # Safety
/// `index` elements of `size` bytes each lie from `first` on, and this one is writable.
pub(crate) unsafe fn write_nth<T: Sized32>(first: *mut T, size: usize, index: usize, value: &T) {
    // SAFETY: the caller's promise. A u32 holds the size: it came from one.
    unsafe {
        let element = first.cast::<u8>().add(index * size);
        element.cast::<u32>().write_unaligned(size as u32);
        fill(element, size, value);
    }
}

/// # Safety
/// `size` bytes are writable from `to` on, at least a u32.
unsafe fn fill<T: Sized32>(to: *mut u8, size: usize, value: &T) {
    const START: usize = size_of::<u32>();
    let known = size.min(size_of::<T>());
    let from = (&raw const *value).cast::<u8>();
    if size == size_of::<T>() {
        // SAFETY: that many bytes are the caller's, and no `value` overlaps them. A constant length is copied inline.
        unsafe { std::ptr::copy_nonoverlapping(from.add(START), to.add(START), size_of::<T>() - START) };
        return;
    }
    // SAFETY: `known` is at most the size of either; both hold at least a u32; a reference and memory of
    // the caller do not overlap. Beyond it, up to `size`, the memory is the caller's as well.
    unsafe {
        std::ptr::copy_nonoverlapping(from.add(START), to.add(START), known - START);
        std::ptr::write_bytes(to.add(known), 0, size - known);
    }
}
