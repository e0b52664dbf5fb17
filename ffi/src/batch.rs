//! The doors for many packets in one call: a batch of frames, a whole capture.

use std::io::Cursor;

use synfin::capture::{Capture, CaptureError};
use synfin::{Frame, LinkType};

use crate::dissector::Inner;
use crate::guard::{Done, array};
use crate::sized::{self, Sized32};
use crate::synfin_status::{self, *};
use crate::{synfin_annotation, synfin_dissector};

/// Many captured frames of one link type, for hosts where a call is dear: their bytes lie in one piece of
/// memory, their times and lengths in arrays of `count` numbers. All of it is read during the call only.
/// First layout: all members shown.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_batch {
    /// `sizeof(struct synfin_batch)`.
    pub struct_size: u32,
    /// What the frames begin with: a LINKTYPE_ number of tcpdump.org, 0 to 65535.
    pub link_type: u32,
    /// Position of the first frame in the capture, from 1; the others follow on.
    pub first_number: u64,
    /// How many frames.
    pub count: usize,
    /// Their captured bytes.
    pub data: *const u8,
    /// How many bytes in all.
    pub len: usize,
    /// Where in `data` each frame begins; NULL where they lie one behind the other.
    pub offsets: *const u64,
    /// Captured bytes of each.
    pub lens: *const u32,
    /// Length of each on the wire; NULL where none was cut.
    pub wire_lens: *const u32,
    /// Capture time of each, nanoseconds since the Unix epoch.
    pub times_ns: *const i64,
}

// SAFETY: repr(C), begins with struct_size, numbers and raw pointers only.
unsafe impl Sized32 for synfin_batch {
    const FIRST_LAYOUT: usize = size_of::<Self>();
}

impl synfin_batch {
    const ZERO: Self = Self {
        struct_size: 0,
        link_type: 0,
        first_number: 0,
        count: 0,
        data: std::ptr::null(),
        len: 0,
        offsets: std::ptr::null(),
        lens: std::ptr::null(),
        wire_lens: std::ptr::null(),
        times_ns: std::ptr::null(),
    };
}

/// Takes in many captured frames, in order, as synfin_dissector_frame() takes in one.
///
/// @param statuses  gets `count` answers, each SYNFIN_OK or what a frame without a segment gives; may be NULL
/// @param out       gets `count` annotations, an array of the caller's layout: `struct_size` of the first is set by
///                  the caller, that of the others by the call. Elements of frames without a segment are left
///                  alone. NULL if only the connections are of interest.
/// @return SYNFIN_OK: every frame was taken in; SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (a
///         member; an array that is not aligned; a frame that reaches beyond `len`), SYNFIN_ERR_FINISHED,
///         SYNFIN_ERR_HANDLE, SYNFIN_ERR_POISONED: none was; SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_frames(
    dissector: *mut synfin_dissector,
    batch: *const synfin_batch,
    statuses: *mut u32,
    out: *mut synfin_annotation,
) -> synfin_status {
    let body = |inner: &mut Inner| {
        // SAFETY: the header asks for structs as large as their struct_size.
        let batch = unsafe { sized::read(batch, synfin_batch::ZERO) }?;
        // SAFETY: the header asks for arrays of the lengths that the batch says.
        let frames = unsafe { Frames::of(&batch) }?;
        let stride = if out.is_null() || batch.count == 0 {
            0
        } else {
            // SAFETY: likewise.
            unsafe { sized::size_of_caller(out) }?
        };
        inner.accepts_packets()?;
        frames.each(|index, frame| {
            let given = inner.frame(&frame, |annotation| {
                if stride > 0 {
                    // SAFETY: `count` elements of this size, says the header.
                    unsafe { sized::write_nth(out, stride, index, &annotation.into()) };
                }
                Ok(())
            });
            let status = given.err().unwrap_or(SYNFIN_OK);
            if !statuses.is_null() {
                // SAFETY: not NULL, so `count` places for numbers, says the header.
                unsafe { statuses.add(index).write(status as u32) };
            }
        });
        Ok(())
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}

/// A batch whose arrays are there and whose frames lie inside its memory.
struct Frames<'a> {
    link: LinkType,
    first_number: u64,
    data: &'a [u8],
    offsets: Option<&'a [u64]>,
    lens: &'a [u32],
    wire_lens: &'a [u32],
    times_ns: &'a [i64],
}

impl<'a> Frames<'a> {
    /// # Safety
    /// Pointers are NULL or lead to as much as the batch says, which nobody changes during `'a`.
    unsafe fn of(batch: &synfin_batch) -> Done<Self> {
        let count = batch.count;
        // SAFETY: the caller's promise.
        let frames = unsafe {
            let lens = array(batch.lens, count)?;
            Self {
                link: LinkType(u16::try_from(batch.link_type).map_err(|_| SYNFIN_ERR_INVALID)?),
                first_number: batch.first_number,
                data: array(batch.data, batch.len)?,
                offsets: match batch.offsets.is_null() {
                    true => None,
                    false => Some(array(batch.offsets, count)?),
                },
                lens,
                wire_lens: match batch.wire_lens.is_null() {
                    true => lens,
                    false => array(batch.wire_lens, count)?,
                },
                times_ns: array(batch.times_ns, count)?,
            }
        };
        let mut are_inside = true;
        frames.bounds(|bytes| are_inside &= bytes.is_some());
        are_inside.then_some(frames).ok_or(SYNFIN_ERR_INVALID)
    }

    /// The bytes of each frame, as far as they lie inside.
    fn bounds(&self, mut see: impl FnMut(Option<&'a [u8]>)) {
        let mut next = 0_u64;
        for (index, len) in self.lens.iter().enumerate() {
            let start = self.offsets.map_or(next, |offsets| offsets[index]);
            next = start.saturating_add(u64::from(*len));
            let range = usize::try_from(start).ok().zip(usize::try_from(next).ok());
            see(range.and_then(|(start, end)| self.data.get(start..end)));
        }
    }

    fn each(&self, mut see: impl FnMut(usize, Frame<'a>)) {
        let mut index = 0;
        self.bounds(|data| {
            see(
                index,
                Frame {
                    number: self.first_number.wrapping_add(index as u64),
                    time_ns: self.times_ns[index],
                    link: self.link,
                    wire_len: self.wire_lens[index],
                    data: data.unwrap_or(&[]),
                },
            );
            index += 1;
        });
    }
}

/// Takes in a whole capture file that the caller has in memory, pcap or pcapng, read or mapped: for hosts
/// that want its connections. Frames are numbered from 1 on; those of a further capture given to the same
/// dissector go on from there.
///
/// @param data    the file's bytes; read during the call only. May be NULL if `len` is 0.
/// @param frames  gets how many frames were taken in, also where the capture is cut or damaged; may be NULL
/// @return SYNFIN_OK; SYNFIN_NOT_A_CAPTURE; SYNFIN_CUT_CAPTURE, SYNFIN_DAMAGED_CAPTURE (`frames` were taken in
///         all the same); SYNFIN_ERR_NULL, SYNFIN_ERR_INVALID (`len`), SYNFIN_ERR_FINISHED, SYNFIN_ERR_HANDLE,
///         SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_capture(
    dissector: *mut synfin_dissector,
    data: *const u8,
    len: usize,
    frames: *mut u64,
) -> synfin_status {
    let body = |inner: &mut Inner| {
        // SAFETY: the header asks for `len` readable bytes.
        let data = unsafe { array(data, len) }?;
        inner.accepts_packets()?;
        let (taken, done) = inner.capture(data);
        if !frames.is_null() {
            // SAFETY: not NULL; the header asks for a place for a number then.
            unsafe { frames.write(taken) };
        }
        done
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}

impl Inner {
    /// Takes in a capture: how many frames, and whether that is all of it.
    fn capture(&mut self, data: &[u8]) -> (u64, Done) {
        let before = self.captured;
        let mut read = || {
            let mut capture = Capture::open(Cursor::new(data))?;
            while let Some(mut frame) = capture.next_frame()? {
                frame.number += before;
                self.captured = frame.number;
                // A frame without a segment is no failure of the capture.
                let _ = self.frame(&frame, |_| Ok(()));
            }
            Ok(())
        };
        let done = read().map_err(|error| match error {
            CaptureError::Truncated { .. } => SYNFIN_CUT_CAPTURE,
            CaptureError::Damaged { .. } => SYNFIN_DAMAGED_CAPTURE,
            _ => SYNFIN_NOT_A_CAPTURE,
        });
        (self.captured - before, done)
    }
}
