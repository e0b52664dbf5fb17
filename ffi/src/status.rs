//! What a call can answer.

use libc::c_char;

/// What a call answers. Numbers are never given a second meaning; expect new ones.
///
/// 0 is success, 1 to 15 are mistakes in the call or in the library, from 16 on it is the packet that
/// gives no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum synfin_status {
    /// Done.
    SYNFIN_OK = 0,
    /// A pointer that must not be NULL is.
    SYNFIN_ERR_NULL = 1,
    /// `struct_size` is smaller than the first layout of the struct or larger than
    /// SYNFIN_STRUCT_SIZE_MAX: most likely it was not set.
    SYNFIN_ERR_STRUCT_SIZE = 2,
    /// A member or argument is out of its range.
    SYNFIN_ERR_INVALID = 3,
    /// There is nothing of that number.
    SYNFIN_ERR_NOT_FOUND = 4,
    /// The buffer cannot hold the text; the call says how much is needed.
    SYNFIN_ERR_BUFFER_TOO_SMALL = 5,
    /// A bug in the library: please report it. A dissector that answers it is poisoned.
    SYNFIN_ERR_PANIC = 6,
    /// An earlier call on this dissector ended in SYNFIN_ERR_PANIC. All that can be done with it is
    /// synfin_dissector_free().
    SYNFIN_ERR_POISONED = 7,
    /// The capture was ended by synfin_dissector_finish(): no more packets.
    SYNFIN_ERR_FINISHED = 8,
    /// The frame was read; it carries no TCP segment.
    SYNFIN_NOT_TCP = 16,
    /// The packet ends, or contradicts its format, before as much as the TCP ports could be read.
    SYNFIN_BROKEN = 17,
    /// The frame is of a link type this library does not read.
    SYNFIN_UNKNOWN_LINK = 18,
}

use synfin_status::*;

/// A sentence for a status: static text, NUL-ended, never NULL ("unknown status" for a number this
/// library does not know). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn synfin_status_str(status: u32) -> *const c_char {
    const SENTENCES: [(synfin_status, &str); 12] = [
        (SYNFIN_OK, "success\0"),
        (SYNFIN_ERR_NULL, "a pointer is NULL that must not be\0"),
        (SYNFIN_ERR_STRUCT_SIZE, "struct_size is not set right\0"),
        (SYNFIN_ERR_INVALID, "a value is out of its range\0"),
        (SYNFIN_ERR_NOT_FOUND, "nothing of that number\0"),
        (SYNFIN_ERR_BUFFER_TOO_SMALL, "the buffer is too small\0"),
        (
            SYNFIN_ERR_PANIC,
            "internal error in synfin; the dissector is unusable now\0",
        ),
        (
            SYNFIN_ERR_POISONED,
            "the dissector is unusable after an internal error\0",
        ),
        (SYNFIN_ERR_FINISHED, "the capture was ended already\0"),
        (SYNFIN_NOT_TCP, "no TCP segment in the frame\0"),
        (SYNFIN_BROKEN, "the packet is cut or malformed below TCP\0"),
        (SYNFIN_UNKNOWN_LINK, "unknown link type\0"),
    ];
    SENTENCES
        .iter()
        .find(|(known, _)| *known as u32 == status)
        .map_or("unknown status\0", |(_, sentence)| sentence)
        .as_ptr()
        .cast()
}
