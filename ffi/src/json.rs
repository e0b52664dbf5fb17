//! Texts in a caller's buffer, the same that the `synfin` command prints: JSON, explanations.

use libc::c_char;
use serde::Serialize;
use synfin::{Annotation, Connection, Sentence};

use crate::guard::{Done, guard};
use crate::sized;
use crate::synfin_status::{self, *};
use crate::{synfin_annotation, synfin_dissector};

/// Gives a text with its NUL, or says how large the buffer must be.
///
/// # Safety
/// `buffer` is NULL or `capacity` writable bytes; `needed` is NULL or a place for a number.
unsafe fn give(text: &[u8], buffer: *mut c_char, capacity: usize, needed: *mut usize) -> Done {
    let with_nul = text.len() + 1;
    if !needed.is_null() {
        // SAFETY: not NULL, so the caller's promise.
        unsafe { needed.write(with_nul) };
    }
    if buffer.is_null() && capacity > 0 {
        return Err(SYNFIN_ERR_NULL);
    }
    if capacity < with_nul {
        if capacity > 0 {
            // SAFETY: room for at least one byte.
            unsafe { buffer.write(0) };
        }
        return Err(SYNFIN_ERR_BUFFER_TOO_SMALL);
    }
    // SAFETY: `capacity` is at least 1, so the buffer is not NULL; it has room for the text and the NUL.
    unsafe {
        std::ptr::copy_nonoverlapping(text.as_ptr().cast::<c_char>(), buffer, text.len());
        buffer.add(text.len()).write(0);
    }
    Ok(())
}

/// Gives a value as one line of JSON. Values are words, numbers and text of our own: it cannot fail.
///
/// # Safety
/// As for [`give`].
pub(crate) unsafe fn give_json(
    value: &impl Serialize,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> Done {
    let text = serde_json::to_vec(value).map_err(|_| SYNFIN_ERR_INVALID)?;
    // SAFETY: the caller's promise.
    unsafe { give(&text, buffer, capacity, needed) }
}

/// Writes an annotation as one line of JSON: UTF-8, NUL-ended, as `synfin packets --json` prints it.
///
/// @param buffer    where to write; NULL with `capacity` 0 to ask how much is needed
/// @param capacity  its size, bytes
/// @param needed    gets the size the text takes, NUL included; may be NULL. Set on SYNFIN_OK and
///                  SYNFIN_ERR_BUFFER_TOO_SMALL.
/// @return SYNFIN_OK; SYNFIN_ERR_BUFFER_TOO_SMALL (`buffer` gets the empty string if it has room for it);
///         SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (a number in the annotation means
///         nothing to this library), SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_annotation_json(
    annotation: *const synfin_annotation,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> synfin_status {
    guard(|| {
        // SAFETY: the header asks for NULL or a struct as large as its struct_size.
        let annotation = unsafe { sized::read(annotation, synfin_annotation::default()) }?;
        let annotation = Annotation::try_from(&annotation)?;
        // SAFETY: the header asks for the same.
        unsafe { give_json(&annotation, buffer, capacity, needed) }
    })
}

/// Writes a connection as one line of JSON: UTF-8, NUL-ended, as `synfin connections --json` prints it. As
/// it stands now, or final after synfin_dissector_finish().
///
/// @param id        number of the connection, as in the annotations
/// @param buffer    where to write; NULL with `capacity` 0 to ask how much is needed
/// @param capacity  its size, bytes
/// @param needed    gets the size the text takes, NUL included; may be NULL. Set on SYNFIN_OK and
///                  SYNFIN_ERR_BUFFER_TOO_SMALL.
/// @return SYNFIN_OK; SYNFIN_ERR_BUFFER_TOO_SMALL (`buffer` gets the empty string if it has room for it);
///         SYNFIN_ERR_NULL, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_connection_json(
    dissector: *mut synfin_dissector,
    id: u64,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> synfin_status {
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe {
        synfin_dissector::enter(dissector, |inner| {
            inner.with_connection(id, |connection| give_json(connection, buffer, capacity, needed))?
        })
    }
}

/// Tells what happened to a connection, in plain sentences, one a line, what they rest on in brackets: as
/// `synfin explain` does. UTF-8, NUL-ended, as it stands now, or final after synfin_dissector_finish().
///
/// @param id        number of the connection, as in the annotations
/// @param buffer    where to write; NULL with `capacity` 0 to ask how much is needed
/// @param capacity  its size, bytes
/// @param needed    gets the size the text takes, NUL included; may be NULL. Set on SYNFIN_OK and
///                  SYNFIN_ERR_BUFFER_TOO_SMALL.
/// @return SYNFIN_OK; SYNFIN_ERR_BUFFER_TOO_SMALL (`buffer` gets the empty string if it has room for it);
///         SYNFIN_ERR_NULL, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_connection_explain(
    dissector: *mut synfin_dissector,
    id: u64,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> synfin_status {
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe {
        synfin_dissector::enter(dissector, |inner| {
            let explanation = inner.with_connection(id, Connection::explain)?;
            let lines: Vec<_> = explanation.sentences.iter().map(Sentence::line).collect();
            give(lines.join("\n").as_bytes(), buffer, capacity, needed)
        })
    }
}

/// The same as one line of JSON, as `synfin explain --json` prints it: each sentence with its topic, frames,
/// rule, RFC and confidence.
///
/// @param id        number of the connection, as in the annotations
/// @param buffer    where to write; NULL with `capacity` 0 to ask how much is needed
/// @param capacity  its size, bytes
/// @param needed    gets the size the text takes, NUL included; may be NULL. Set on SYNFIN_OK and
///                  SYNFIN_ERR_BUFFER_TOO_SMALL.
/// @return SYNFIN_OK; SYNFIN_ERR_BUFFER_TOO_SMALL (`buffer` gets the empty string if it has room for it);
///         SYNFIN_ERR_NULL, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_connection_explain_json(
    dissector: *mut synfin_dissector,
    id: u64,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> synfin_status {
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe {
        synfin_dissector::enter(dissector, |inner| {
            let explanation = inner.with_connection(id, Connection::explain)?;
            give_json(&explanation, buffer, capacity, needed)
        })
    }
}
