//! The doors for packets one by one: frames, or segments whose lower layers the host decodes.

use synfin::{Frame, LinkType, RawSegment};

use crate::annotation::address;
use crate::dissector::Inner;
use crate::guard::{Done, array};
use crate::sized::{self, Sized32};
use crate::synfin_status::{self, *};
use crate::{synfin_annotation, synfin_dissector};

/// A captured frame. First layout: all members shown.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_frame {
    /// `sizeof(struct synfin_frame)`.
    pub struct_size: u32,
    /// Length on the wire, bytes; more than `len` where the snap length cut the frame.
    pub wire_len: u32,
    /// Position in the capture, from 1.
    pub number: u64,
    /// Capture time, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// The captured bytes, from the link header on; read during the call only. May be NULL if `len` is 0.
    pub data: *const u8,
    /// How many.
    pub len: usize,
    /// What they begin with: a LINKTYPE_ number of tcpdump.org (1 is Ethernet, 101 raw IP).
    pub link_type: u16,
    /// 0.
    pub reserved: [u8; 6],
}

// SAFETY: repr(C), begins with struct_size, numbers and a raw pointer only.
unsafe impl Sized32 for synfin_frame {
    const FIRST_LAYOUT: usize = size_of::<Self>();
}

/// A TCP segment whose lower layers the caller has decoded. First layout: up to `layer` and the 4 bytes behind it,
/// 88 bytes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_segment {
    /// `sizeof(struct synfin_segment)`.
    pub struct_size: u32,
    /// Length of the segment on the wire, header and payload, bytes; captured bytes beyond it are left out.
    pub wire_len: u32,
    /// Number of the frame that carries it, from 1.
    pub frame: u64,
    /// Capture time, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// The captured bytes, from the TCP header on; read during the call only. May be NULL if `len` is 0.
    pub data: *const u8,
    /// How many.
    pub len: usize,
    /// Sender's address in network order, `address_len` bytes.
    pub src: [u8; 16],
    /// Receiver's address, likewise.
    pub dst: [u8; 16],
    /// Where the TCP header begins in the frame, bytes; UINT32_MAX if that is not known.
    pub tcp_offset: u32,
    /// IPv4 identification, 0 to 65535; -1 where there is none.
    pub ip_id: i32,
    /// IPv4 time to live or IPv6 hop limit, 0 to 255; -1 if that is not known.
    pub ttl: i16,
    /// 4 or 16.
    pub address_len: u8,
    /// Which TCP layer of the frame, outermost 0 (tunnels carry several).
    pub layer: u8,
    /// 0.
    pub reserved: [u8; 4],
    /// Number of the network that tunnels' headers name (VXLAN, Geneve, a GRE key), 0 for none: segments of
    /// different networks belong to different connections, whatever their addresses. Told apart by 31 bits.
    pub tunnel: u32,
    /// 0.
    pub reserved2: u32,
}

// SAFETY: repr(C), begins with struct_size, numbers and a raw pointer only.
unsafe impl Sized32 for synfin_segment {
    const FIRST_LAYOUT: usize = 88;
}

impl synfin_frame {
    const ZERO: Self = Self {
        struct_size: 0,
        wire_len: 0,
        number: 0,
        time_ns: 0,
        data: std::ptr::null(),
        len: 0,
        link_type: 0,
        reserved: [0; 6],
    };

    const fn core<'a>(&self, data: &'a [u8]) -> Frame<'a> {
        Frame {
            number: self.number,
            time_ns: self.time_ns,
            link: LinkType(self.link_type),
            wire_len: self.wire_len,
            data,
        }
    }
}

impl synfin_segment {
    const ZERO: Self = Self {
        struct_size: 0,
        wire_len: 0,
        frame: 0,
        time_ns: 0,
        data: std::ptr::null(),
        len: 0,
        src: [0; 16],
        dst: [0; 16],
        tcp_offset: u32::MAX,
        ip_id: -1,
        ttl: -1,
        address_len: 0,
        layer: 0,
        reserved: [0; 4],
        tunnel: 0,
        reserved2: 0,
    };

    /// What core wants to know of it; `bytes` are those it points to.
    fn raw<'a>(&self, bytes: &'a [u8]) -> Done<RawSegment<'a>> {
        Ok(RawSegment {
            frame: self.frame,
            layer: self.layer,
            time_ns: self.time_ns,
            src: address(self.src, self.address_len)?,
            dst: address(self.dst, self.address_len)?,
            ttl: optional(self.ttl.into())?,
            ip_id: optional(self.ip_id)?,
            bytes,
            wire_len: self.wire_len,
            tcp_offset: (self.tcp_offset != u32::MAX).then_some(self.tcp_offset),
            tunnel: self.tunnel,
        })
    }
}

/// No hole at the end of a struct: it would carry a caller's stray bytes once members take its place.
const _: () = {
    assert!(size_of::<synfin_annotation>() == 208);
    assert!(cfg!(not(target_pointer_width = "64")) || size_of::<synfin_frame>() == 48);
    assert!(cfg!(not(target_pointer_width = "64")) || size_of::<synfin_segment>() == 96);
    assert!(cfg!(not(target_pointer_width = "64")) || size_of::<crate::synfin_icmp>() == 64);
    assert!(cfg!(not(target_pointer_width = "64")) || size_of::<crate::synfin_config>() == 160);
};

/// A number, or -1 for none.
pub(crate) fn optional<T: TryFrom<i32>>(number: i32) -> Done<Option<T>> {
    match number {
        -1 => Ok(None),
        number => T::try_from(number).map(Some).map_err(|_| SYNFIN_ERR_INVALID),
    }
}

/// Takes in the next captured frame.
///
/// @param out  gets the annotation if SYNFIN_OK, and is left alone otherwise; its `struct_size` is set by
///             the caller. NULL if only the connections are of interest.
/// @return SYNFIN_OK; SYNFIN_NOT_TCP, SYNFIN_BROKEN, SYNFIN_UNKNOWN_LINK, SYNFIN_ICMP, SYNFIN_FRAGMENT,
///         SYNFIN_OVERLAPPING_FRAGMENT where the frame has no segment to annotate (go on with the next);
///         SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (`len`), SYNFIN_ERR_FINISHED,
///         SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED (nothing was taken in)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_frame(
    dissector: *mut synfin_dissector,
    frame: *const synfin_frame,
    out: *mut synfin_annotation,
) -> synfin_status {
    let body = |inner: &mut Inner| {
        // SAFETY: the header asks for structs as large as their struct_size, and `len` readable bytes.
        let (frame, data) = unsafe {
            let frame = sized::read(frame, synfin_frame::ZERO)?;
            (frame, array(frame.data, frame.len)?)
        };
        // SAFETY: likewise.
        unsafe { check_out(out)? };
        inner.accepts_packets()?;
        inner.frame(&frame.core(data), |annotation| {
            // SAFETY: likewise.
            unsafe { write_out(out, || annotation.into()) }
        })
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}

/// Takes in the next TCP segment, for hosts that decode the lower layers themselves. Use either this or
/// synfin_dissector_frame() for a frame, not both.
///
/// @param out  as for synfin_dissector_frame()
/// @return SYNFIN_OK; SYNFIN_BROKEN where not even the ports are there; SYNFIN_ERR_NULL,
///         SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (`address_len`, `ttl`, `ip_id`, `len`),
///         SYNFIN_ERR_FINISHED, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED (nothing was taken in)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_segment(
    dissector: *mut synfin_dissector,
    segment: *const synfin_segment,
    out: *mut synfin_annotation,
) -> synfin_status {
    let body = |inner: &mut Inner| {
        // SAFETY: the header asks for structs as large as their struct_size, and `len` readable bytes.
        let (segment, data) = unsafe {
            let segment = sized::read(segment, synfin_segment::ZERO)?;
            (segment, array(segment.data, segment.len)?)
        };
        // SAFETY: likewise.
        unsafe { check_out(out)? };
        inner.accepts_packets()?;
        inner.segment(segment.raw(data)?, |annotation| {
            // SAFETY: likewise.
            unsafe { write_out(out, || annotation.into()) }
        })
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}

/// An answer that cannot be given must not be made: it would be lost.
///
/// # Safety
/// As for [`sized::write`].
pub(crate) unsafe fn check_out<T: Sized32>(out: *mut T) -> Done {
    if out.is_null() {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    unsafe { sized::check(out) }
}

/// # Safety
/// As for [`sized::write`].
pub(crate) unsafe fn write_out<T: Sized32>(out: *mut T, value: impl FnOnce() -> T) -> Done {
    if out.is_null() {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    unsafe { sized::write(out, &value()) }
}
