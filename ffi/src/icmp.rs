//! The door for ICMP errors.

use synfin::wire::icmp::{IcmpError, RawIcmp};
use synfin::{IcmpNote, Rule, Side};

use crate::annotation::address;
use crate::dissector::Inner;
use crate::guard::{Done, array};
use crate::packets::{check_out, optional, write_out};
use crate::sized::{self, Sized32};
use crate::synfin_dissector;
use crate::synfin_status::{self, *};

/// An ICMP or ICMPv6 message whose lower layers the caller has decoded. First layout: all members shown.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_icmp {
    /// `sizeof(struct synfin_icmp)`.
    pub struct_size: u32,
    /// As in synfin_segment.
    pub tunnel: u32,
    /// Number of the frame that carries it, from 1.
    pub frame: u64,
    /// Capture time, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// The captured bytes, from the ICMP header on; read during the call only. May be NULL if `len` is 0.
    pub data: *const u8,
    /// How many.
    pub len: usize,
    /// Sender's address in network order, `address_len` bytes. One of 16 bytes makes it ICMPv6.
    pub src: [u8; 16],
    /// IPv4 identification, 0 to 65535; -1 where there is none.
    pub ip_id: i32,
    /// 4 or 16.
    pub address_len: u8,
    /// 0.
    pub reserved: [u8; 3],
}

// SAFETY: repr(C), begins with struct_size, numbers and a raw pointer only.
unsafe impl Sized32 for synfin_icmp {
    const FIRST_LAYOUT: usize = size_of::<Self>();
}

impl synfin_icmp {
    const ZERO: Self = Self {
        struct_size: 0,
        tunnel: 0,
        frame: 0,
        time_ns: 0,
        data: std::ptr::null(),
        len: 0,
        src: [0; 16],
        ip_id: -1,
        address_len: 0,
        reserved: [0; 3],
    };
}

/// `role` of synfin_icmp_note: the error fulfils no rule.
pub const SYNFIN_NO_RULE: u32 = u32::MAX;

/// What an ICMP error about a TCP segment means. First layout: all members shown.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_icmp_note {
    /// `sizeof(struct synfin_icmp_note)`.
    pub struct_size: u32,
    /// Which side sent the segment it quotes: enum synfin_side.
    pub direction: u32,
    /// The connection of that segment.
    pub connection: u64,
    /// Number of the rule that the error fulfils, or SYNFIN_NO_RULE.
    pub rule: u32,
    /// 0.
    pub reserved: u32,
}

// SAFETY: repr(C), begins with struct_size, numbers only.
unsafe impl Sized32 for synfin_icmp_note {
    const FIRST_LAYOUT: usize = size_of::<Self>();
}

impl From<IcmpNote> for synfin_icmp_note {
    fn from(note: IcmpNote) -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            direction: note.direction as u32,
            connection: note.connection,
            rule: note.rule.map_or(SYNFIN_NO_RULE, |rule| rule as u32),
            reserved: 0,
        }
    }
}

impl Default for synfin_icmp_note {
    fn default() -> Self {
        Self {
            struct_size: 0,
            direction: 0,
            connection: 0,
            rule: SYNFIN_NO_RULE,
            reserved: 0,
        }
    }
}

impl TryFrom<&synfin_icmp_note> for IcmpNote {
    type Error = synfin_status;

    fn try_from(note: &synfin_icmp_note) -> Done<Self> {
        let rule = || {
            let rule = Rule::ALL.get(note.rule as usize);
            rule.copied().ok_or(SYNFIN_ERR_INVALID)
        };
        Ok(Self {
            connection: note.connection,
            direction: *Side::BOTH
                .get(note.direction as usize)
                .ok_or(SYNFIN_ERR_INVALID)?,
            rule: (note.rule != SYNFIN_NO_RULE).then(rule).transpose()?,
        })
    }
}

/// Takes in the next ICMP message, for hosts that decode the lower layers themselves.
///
/// @param out  gets what the error means if SYNFIN_OK, and is left alone otherwise; its `struct_size` is set
///             by the caller. May be NULL.
/// @return SYNFIN_OK; SYNFIN_NOT_TCP where it is no error about a TCP segment, as far as it was captured;
///         SYNFIN_NO_CONNECTION; SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (`address_len`,
///         `ip_id`, `len`), SYNFIN_ERR_FINISHED, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
///         (nothing was taken in)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_icmp(
    dissector: *mut synfin_dissector,
    icmp: *const synfin_icmp,
    out: *mut synfin_icmp_note,
) -> synfin_status {
    let body = |inner: &mut Inner| {
        // SAFETY: the header asks for structs as large as their struct_size, and `len` readable bytes.
        let (icmp, bytes) = unsafe {
            let icmp = sized::read(icmp, synfin_icmp::ZERO)?;
            (icmp, array(icmp.data, icmp.len)?)
        };
        // SAFETY: likewise.
        unsafe { check_out(out)? };
        inner.accepts_packets()?;
        let error = IcmpError::parse(&RawIcmp {
            frame: icmp.frame,
            time_ns: icmp.time_ns,
            src: address(icmp.src, icmp.address_len)?,
            ip_id: optional(icmp.ip_id)?,
            tunnel: icmp.tunnel,
            bytes,
        });
        let note = inner.icmp(&error.ok_or(SYNFIN_NOT_TCP)?)?;
        // SAFETY: likewise.
        unsafe { write_out(out, || note.into()) }
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}

/// What the ICMP error means that was taken in last: by the call that answered SYNFIN_ICMP.
///
/// @param out  gets it; its `struct_size` is set by the caller
/// @return SYNFIN_OK; SYNFIN_NO_CONNECTION; SYNFIN_ERR_NOT_FOUND before the first error; SYNFIN_ERR_NULL,
///         SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_icmp_note(
    dissector: *mut synfin_dissector,
    out: *mut synfin_icmp_note,
) -> synfin_status {
    let body = |inner: &mut Inner| {
        let note = inner.last_icmp.ok_or(SYNFIN_ERR_NOT_FOUND)?;
        // SAFETY: the header asks for NULL or a struct as large as its struct_size.
        unsafe { sized::write(out, &note.ok_or(SYNFIN_NO_CONNECTION)?.into()) }
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}
