//! The Wireshark plugin: what the loader wants to see, and nothing else.
//!
//! Everything that touches epan is C (`c/`), everything that knows TCP is the C ABI of `synfin-ffi`,
//! linked in. epan throws exceptions by `longjmp`, which must not cross Rust: so Rust never calls epan,
//! and the C half calls the ABI with plain bytes and gets plain structs. Here are only the symbols that
//! Wireshark's plugin loader (`wsutil/plugins.c`) looks for, because a Rust `cdylib` exports no others.
#![allow(
    non_upper_case_globals,
    reason = "Wireshark's loader looks the symbols up by these names"
)]

use std::ffi::c_int;

// Brings the ABI's functions, which only the C half calls, into the library.
use synfin_ffi as _;

/// Bytes of a version with a NUL behind it.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");

/// The plugin's own version, as "About Wireshark" and `tshark -G plugins` show it: a C string.
// SAFETY: the name is the loader's own; no library that a host program links defines it.
#[unsafe(no_mangle)]
pub static plugin_version: [u8; VERSION.len()] = {
    let mut bytes = [0; VERSION.len()];
    let mut index = 0;
    while index < bytes.len() {
        bytes[index] = VERSION.as_bytes()[index];
        index += 1;
    }
    bytes
};

/// The loader refuses the plugin in any other major version.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub static plugin_want_major: c_int = number(env!("WIRESHARK_MAJOR"));

/// The loader refuses the plugin in any other minor version.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub static plugin_want_minor: c_int = number(env!("WIRESHARK_MINOR"));

/// Says that the plugin is a dissector (`WS_PLUGIN_DESC_DISSECTOR`); asked from 4.4 on.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_describe() -> u32 {
    1
}

/// Called once by the loader.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_register() {
    // SAFETY: the loader calls this once, in its only thread, after epan's symbols were resolved. The C
    // function only hands a static table to epan; it calls nothing that throws.
    unsafe { synfin_plugin_start() }
}

unsafe extern "C" {
    /// In `c/plugin.c`.
    fn synfin_plugin_start();
}

/// A small decimal number, at compile time.
const fn number(text: &str) -> c_int {
    let bytes = text.as_bytes();
    let mut value = 0;
    let mut index = 0;
    while index < bytes.len() {
        value = value * 10 + (bytes[index] - b'0') as c_int;
        index += 1;
    }
    value
}
