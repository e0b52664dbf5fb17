//! Annotations and connections as flat lists of values of the field registry.

use std::ptr;

use libc::c_char;
use synfin::{Annotation, FIELDS, Field, FieldType, IcmpNote, Value};

use crate::annotation::address_bytes;
use crate::guard::{Done, c_text, exclusive, guard};
use crate::handle::{self, Handle};
use crate::sized;
use crate::synfin_status::{self, *};
use crate::{synfin_annotation, synfin_dissector, synfin_icmp_note, synfin_str};

/// A list of values, to be used again and again: filled by synfin_annotation_values() and
/// synfin_dissector_connection_values(), read by synfin_values_get().
///
/// Made by synfin_values_new(), ended by synfin_values_free(). It belongs to no dissector. One list is used
/// by one thread at a time.
pub struct synfin_values {
    _private: [u8; 0],
}

impl Handle for synfin_values {
    type Inner = List;

    fn mark() -> &'static u8 {
        static MARK: u8 = 2;
        &MARK
    }
}

/// What the handle of a list stands for.
#[derive(Default)]
pub struct List {
    values: Vec<synfin_value>,
    /// The texts one behind the other, each with a NUL behind it.
    text: Vec<u8>,
    /// Which value has which text: its number, and where the text ends, the NUL included.
    texts: Vec<(usize, usize)>,
}

/// An IP address.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_address {
    /// In network order; bytes past `len` are 0.
    pub bytes: [u8; 16],
    /// 4 or 16.
    pub len: u32,
    /// 0.
    pub reserved: u32,
}

/// A value of a field; `type` of the struct around it says which member to read. Its layout is fixed.
#[derive(Clone, Copy)]
#[repr(C)]
pub union synfin_datum {
    /// SYNFIN_TYPE_UNSIGNED, SYNFIN_TYPE_BOOL (0 or 1), SYNFIN_TYPE_FRAME (number of a frame).
    pub number: u64,
    /// SYNFIN_TYPE_RELATIVE_TIME: a time span, nanoseconds, may be negative; SYNFIN_TYPE_ABSOLUTE_TIME:
    /// nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// SYNFIN_TYPE_TEXT; belongs to the list of values.
    pub text: synfin_str,
    /// SYNFIN_TYPE_ADDRESS.
    pub address: synfin_address,
}

/// One value. Values of one field stand side by side, fields in the order of their numbers. Its layout is
/// fixed, as lists of it cross the interface.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_value {
    /// Number of the field: synfin_field_at() of the same library knows more.
    pub field: u32,
    /// How many groups deep the field's name lies: 0 for `synfin.role`, 1 for `synfin.close.verdict`.
    pub depth: u32,
    /// Where in the TCP segment the value was read, bytes from the start of the TCP header.
    pub offset: u32,
    /// How many bytes; 0 for a value that is concluded, not read.
    pub length: u32,
    /// enum synfin_type.
    pub r#type: u32,
    /// 0.
    pub reserved: u32,
    /// The value.
    pub value: synfin_datum,
}

/// How many groups a field's name names: the dots after `synfin.`.
fn depth(field: &Field) -> u32 {
    let dots = field.name.bytes().filter(|byte| *byte == b'.').count();
    dots.saturating_sub(1) as u32
}

impl List {
    fn clear(&mut self) {
        self.values.clear();
        self.text.clear();
        self.texts.clear();
    }

    fn push(&mut self, number: usize, field: &Field, value: &Value<'_>) {
        let number_of = |number| synfin_datum { number };
        let time = |time_ns| synfin_datum { time_ns };
        let (kind, datum) = match value {
            Value::Unsigned(value) => (FieldType::Unsigned, number_of(*value)),
            Value::Bool(value) => (FieldType::Bool, number_of((*value).into())),
            Value::Frame(value) => (FieldType::Frame, number_of(*value)),
            Value::RelativeTime(value) => (FieldType::RelativeTime, time(*value)),
            Value::AbsoluteTime(value) => (FieldType::AbsoluteTime, time(*value)),
            Value::Address(value) => {
                let (bytes, len) = address_bytes(*value);
                let address = synfin_address {
                    bytes,
                    len: len.into(),
                    reserved: 0,
                };
                (FieldType::Address, synfin_datum { address })
            }
            Value::Text(value) => {
                self.text.extend_from_slice(value.as_bytes());
                self.text.push(0);
                self.texts.push((self.values.len(), self.text.len()));
                (
                    FieldType::Text,
                    synfin_datum {
                        text: synfin_str::EMPTY,
                    },
                )
            }
        };
        let (start, end) = field.span.unwrap_or((0, 0));
        self.values.push(synfin_value {
            field: number as u32,
            depth: depth(field),
            offset: start,
            length: end.saturating_sub(start),
            r#type: kind as u32,
            reserved: 0,
            value: datum,
        });
    }

    /// Points the values at their texts, which lie still from now on.
    fn seal(&mut self) {
        let mut start = 0;
        for &(index, end) in &self.texts {
            if let (Some(value), Some(text)) = (self.values.get_mut(index), self.text.get(start..end)) {
                value.value = synfin_datum {
                    text: synfin_str::nul_ended(text),
                };
            }
            start = end;
        }
    }

    /// Fills the list; it is empty unless `fill` succeeds.
    fn refill(&mut self, fill: impl FnOnce(&mut Self) -> Done) -> Done {
        self.clear();
        let mut fresh = std::mem::take(self);
        fill(&mut fresh)?;
        fresh.seal();
        *self = fresh;
        Ok(())
    }
}

/// Makes an empty list.
///
/// @param out  gets the list, to be ended by synfin_values_free(); NULL unless SYNFIN_OK
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_values_new(out: *mut *mut synfin_values) -> synfin_status {
    // SAFETY: the header asks for NULL or a place for a pointer.
    guard(|| unsafe { handle::make(out, || Ok(List::default())) })
}

/// Ends a list, its values and their texts. NULL is fine, and what is no list is left alone; the same list
/// twice is not fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_values_free(values: *mut synfin_values) {
    // SAFETY: the header asks for NULL or a handle, not freed before.
    unsafe { handle::free(values) }
}

/// Fills the list with the values of an annotation. It needs no dissector: annotations can be kept and
/// looked into later, by the same version of the library.
///
/// @param values  loses what it held, even if the call fails
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (a number in the annotation
///         means nothing to this library), SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_annotation_values(
    annotation: *const synfin_annotation,
    values: *mut synfin_values,
) -> synfin_status {
    guard(|| {
        // SAFETY: the header asks for NULL or a list that no other thread uses now.
        let values = unsafe { handle::enter(values) }?;
        values.refill(|values| {
            // SAFETY: the header asks for a struct as large as its struct_size.
            let annotation = unsafe { sized::read(annotation, synfin_annotation::default()) }?;
            let annotation = Annotation::try_from(&annotation)?;
            for (number, field) in FIELDS.iter().enumerate() {
                field.of_segment(&annotation, |value| values.push(number, field, &value));
            }
            Ok(())
        })
    })
}

/// Fills the list with the values of what an ICMP error means: of its connection, and of the rule it fulfils.
///
/// @param values  loses what it held, even if the call fails
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (a number in the note means
///         nothing to this library), SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_icmp_note_values(
    note: *const synfin_icmp_note,
    values: *mut synfin_values,
) -> synfin_status {
    guard(|| {
        // SAFETY: the header asks for NULL or a list that no other thread uses now.
        let values = unsafe { handle::enter(values) }?;
        values.refill(|values| {
            // SAFETY: the header asks for a struct as large as its struct_size.
            let note = unsafe { sized::read(note, synfin_icmp_note::default()) }?;
            let note = IcmpNote::try_from(&note)?;
            for (number, field) in FIELDS.iter().enumerate() {
                field.of_icmp(&note, |value| values.push(number, field, &value));
            }
            Ok(())
        })
    })
}

/// Fills the list with the values of a connection: as it stands now, or final after
/// synfin_dissector_finish().
///
/// @param id      number of the connection, as in the annotations
/// @param values  loses what it held, even if the call fails
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_connection_values(
    dissector: *mut synfin_dissector,
    id: u64,
    values: *mut synfin_values,
) -> synfin_status {
    // SAFETY: the header asks for NULL or a list that no other thread uses now.
    let values = match unsafe { handle::enter(values) } {
        Ok(values) => values,
        Err(status) => return status,
    };
    values.clear();
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe {
        synfin_dissector::enter(dissector, |inner| {
            values.refill(|values| {
                inner.with_connection(id, |connection| {
                    for (number, field) in FIELDS.iter().enumerate() {
                        field.of_connection(connection, |value| values.push(number, field, &value));
                    }
                })
            })
        })
    }
}

/// Looks into a list.
///
/// @param values  gets the first value, or NULL if there is none. It and all texts belong to the list and
///                are valid until the next call that fills or frees the list.
/// @param count   gets how many values there are
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_values_get(
    list: *const synfin_values,
    values: *mut *const synfin_value,
    count: *mut usize,
) -> synfin_status {
    guard(|| {
        // SAFETY: the header asks for NULL or a list that no other thread uses now, and places for answers.
        let (list, values, count) = unsafe { (handle::look(list)?, exclusive(values)?, exclusive(count)?) };
        *count = list.values.len();
        *values = if list.values.is_empty() {
            ptr::null()
        } else {
            list.values.as_ptr()
        };
        Ok(())
    })
}

/// Looks into a list for the first value of a field, by the field's name.
///
/// @param name   such as `synfin.close.verdict`, NUL-ended
/// @param value  gets the value; valid as long as those of synfin_values_get()
/// @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND (the list has no value of that name), SYNFIN_ERR_NULL,
///         SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_values_find(
    list: *const synfin_values,
    name: *const c_char,
    value: *mut *const synfin_value,
) -> synfin_status {
    guard(|| {
        // SAFETY: the header asks for NULL or a list that no other thread uses now, and a place for the answer.
        let (list, value) = unsafe { (handle::look(list)?, exclusive(value)?) };
        // SAFETY: the header asks for NULL or a NUL-ended text.
        let name = unsafe { c_text(name) }?;
        let number = FIELDS.iter().position(|field| field.name.as_bytes() == name);
        let number = number.ok_or(SYNFIN_ERR_NOT_FOUND)? as u32;
        let first = list.values.partition_point(|value| value.field < number);
        let found = list.values.get(first).filter(|value| value.field == number);
        *value = found.ok_or(SYNFIN_ERR_NOT_FOUND)?;
        Ok(())
    })
}
