//! What a call can answer.

use libc::c_char;

/// What a call answers. Numbers are never given a second meaning; expect new ones.
///
/// 0 is success, 1 to 15 are mistakes in the call or in the library, from 16 on it is the packet that
/// gives no annotation, from 32 on the capture that cannot be read, or not to its end. So a host that reads
/// packets goes on where a status is at least SYNFIN_NOT_TCP.
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
    /// What was asked for is not there.
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
    /// The pointer is no handle of the kind the call wants, or one of another copy of the library.
    SYNFIN_ERR_HANDLE = 9,
    /// The frame was read; it carries no TCP segment.
    SYNFIN_NOT_TCP = 16,
    /// The packet ends, or contradicts its format, before as much as the TCP ports could be read.
    SYNFIN_BROKEN = 17,
    /// The frame is of a link type this library does not read.
    SYNFIN_UNKNOWN_LINK = 18,
    /// An ICMP error about a TCP segment: synfin_dissector_icmp_note() tells whose.
    SYNFIN_ICMP = 19,
    /// An ICMP error about a TCP segment that no connection sent.
    SYNFIN_NO_CONNECTION = 20,
    /// A fragment of an IP packet: the frame that makes the packet whole gives its segment.
    SYNFIN_FRAGMENT = 21,
    /// A fragment that contradicts another one of its IP packet, which is given up (RFC 5722).
    SYNFIN_OVERLAPPING_FRAGMENT = 22,
    /// The bytes are neither pcap nor pcapng.
    SYNFIN_NOT_A_CAPTURE = 32,
    /// The capture ends in the middle of a record; everything before it was taken in.
    SYNFIN_CUT_CAPTURE = 33,
    /// A record contradicts the capture's format; everything before it was taken in.
    SYNFIN_DAMAGED_CAPTURE = 34,
}

use synfin_status::*;

/// A sentence for a status: static text, NUL-ended, never NULL ("unknown status" for a number this
/// library does not know). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn synfin_status_str(status: u32) -> *const c_char {
    const SENTENCES: [(synfin_status, &str); 20] = [
        (SYNFIN_OK, "success\0"),
        (SYNFIN_ERR_NULL, "a pointer is NULL that must not be\0"),
        (SYNFIN_ERR_STRUCT_SIZE, "struct_size is not set right\0"),
        (SYNFIN_ERR_INVALID, "a value is out of its range\0"),
        (SYNFIN_ERR_NOT_FOUND, "what was asked for is not there\0"),
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
        (
            SYNFIN_ERR_HANDLE,
            "the pointer is no handle of the kind it should be\0",
        ),
        (SYNFIN_UNKNOWN_LINK, "unknown link type\0"),
        (SYNFIN_ICMP, "an ICMP error about a TCP segment\0"),
        (
            SYNFIN_NO_CONNECTION,
            "no connection sent the segment that the ICMP error quotes\0",
        ),
        (
            SYNFIN_FRAGMENT,
            "a fragment of an IP packet that is not whole yet\0",
        ),
        (
            SYNFIN_OVERLAPPING_FRAGMENT,
            "a fragment that contradicts another one of its packet\0",
        ),
        (SYNFIN_NOT_A_CAPTURE, "neither pcap nor pcapng\0"),
        (SYNFIN_CUT_CAPTURE, "the capture ends in the middle of a record\0"),
        (SYNFIN_DAMAGED_CAPTURE, "the capture is damaged\0"),
    ];
    SENTENCES
        .iter()
        .find(|(known, _)| *known as u32 == status)
        .map_or("unknown status\0", |(_, sentence)| sentence)
        .as_ptr()
        .cast()
}
