//! Which library this is.

use libc::c_char;

/// Version of the binary interface. It changes only when an old program would break, together with the
/// number in the library's file name (`libsynfin.so.1`).
pub const SYNFIN_ABI_VERSION: u32 = 1;

/// SYNFIN_ABI_VERSION of the library that is running. Compare it with the header's where a library is
/// loaded by hand (dlopen, ctypes); the linker does it for everybody else.
#[unsafe(no_mangle)]
pub extern "C" fn synfin_abi_version() -> u32 {
    SYNFIN_ABI_VERSION
}

/// Version of the library that is running, such as "0.1.0": static text, NUL-ended, never NULL. The
/// header's own version is SYNFIN_VERSION.
#[unsafe(no_mangle)]
pub extern "C" fn synfin_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
