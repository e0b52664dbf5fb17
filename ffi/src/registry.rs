//! The field registry and the rule table, so that a host needs to know neither when it is compiled.

use std::mem::offset_of;

use libc::c_char;
use synfin::{FIELDS, RULES};

use crate::guard::{Done, c_text, exclusive, guard};
use crate::sized::{self, Sized32};
use crate::synfin_status::{self, *};
use crate::synfin_str;
use crate::text::{Texts, total_len};

/// `scope` of a field: segments have it.
pub const SYNFIN_SCOPE_SEGMENT: u32 = 1;
/// `scope` of a field: connections have it.
pub const SYNFIN_SCOPE_CONNECTION: u32 = 2;
/// `scope` of a field: a link that a host which reads its capture twice can add to segments in the second pass,
/// out of what the first one told; no call of this library gives it.
pub const SYNFIN_SCOPE_SECOND_PASS: u32 = 4;

/// A row of the field registry: every value synfin reports, once. Texts are static. First layout: all
/// members shown.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_field {
    /// `sizeof(struct synfin_field)`.
    pub struct_size: u32,
    /// enum synfin_type.
    pub r#type: u32,
    /// Who has it: SYNFIN_SCOPE_ bits.
    pub scope: u32,
    /// Which bytes of the TCP header it is read from: the first.
    pub offset: u32,
    /// How many; 0 for a value that is concluded, not read.
    pub length: u32,
    /// 0.
    pub reserved: u32,
    /// Name, such as `synfin.close.verdict`; stable once published.
    pub name: synfin_str,
    /// Unit, such as `bytes`; empty where there is none. Times are always nanoseconds here.
    pub unit: synfin_str,
    /// One line.
    pub description: synfin_str,
}

// SAFETY: repr(C), begins with struct_size, numbers and raw pointers only.
unsafe impl Sized32 for synfin_field {
    const FIRST_LAYOUT: usize = size_of::<Self>();
}

/// A row of the rule table: every situation synfin names. Texts are static. First layout: up to `condition`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_rule {
    /// `sizeof(struct synfin_rule)`.
    pub struct_size: u32,
    /// How much attention it deserves: enum synfin_severity, Wireshark's expert levels.
    pub severity: u32,
    /// Id, such as `T7`; stable once published.
    pub id: synfin_str,
    /// Its name, a few words.
    pub name: synfin_str,
    /// Where the behaviour is specified or described.
    pub rfc: synfin_str,
    /// The evidence it takes, a sentence.
    pub condition: synfin_str,
    /// What kind of situation it is: enum synfin_rule_group, after Wireshark's expert groups.
    pub group: u32,
    /// 0.
    pub reserved: u32,
}

// SAFETY: repr(C), begins with struct_size, numbers and raw pointers only.
unsafe impl Sized32 for synfin_rule {
    const FIRST_LAYOUT: usize = offset_of!(Self, group);
}

const FIELD_ROWS: [[&str; 3]; FIELDS.len()] = {
    let mut rows = [[""; 3]; FIELDS.len()];
    let mut row = 0;
    while row < rows.len() {
        let field = &FIELDS[row];
        rows[row] = [field.name, field.unit, field.description];
        row += 1;
    }
    rows
};
static FIELD_TEXTS: Texts<{ FIELDS.len() }, 3, { total_len(&FIELD_ROWS) }> = Texts::new(&FIELD_ROWS);

const RULE_ROWS: [[&str; 4]; RULES.len()] = {
    let mut rows = [[""; 4]; RULES.len()];
    let mut row = 0;
    while row < rows.len() {
        let rule = &RULES[row];
        rows[row] = [rule.id, rule.name, rule.rfc, rule.condition];
        row += 1;
    }
    rows
};
static RULE_TEXTS: Texts<{ RULES.len() }, 4, { total_len(&RULE_ROWS) }> = Texts::new(&RULE_ROWS);

fn field(index: usize) -> Done<synfin_field> {
    let field = FIELDS.get(index).ok_or(SYNFIN_ERR_NOT_FOUND)?;
    let [name, unit, description] = FIELD_TEXTS.row(index).ok_or(SYNFIN_ERR_NOT_FOUND)?;
    let (start, end) = field.span.unwrap_or((0, 0));
    let scope = |has: bool, bit| if has { bit } else { 0 };
    Ok(synfin_field {
        struct_size: size_of::<synfin_field>() as u32,
        r#type: field.kind as u32,
        scope: scope(field.is_of_segment(), SYNFIN_SCOPE_SEGMENT)
            | scope(field.is_of_connection(), SYNFIN_SCOPE_CONNECTION)
            | scope(field.is_of_second_pass(), SYNFIN_SCOPE_SECOND_PASS),
        offset: start,
        length: end.saturating_sub(start),
        reserved: 0,
        name,
        unit,
        description,
    })
}

fn rule(index: usize) -> Done<synfin_rule> {
    let rule = RULES.get(index).ok_or(SYNFIN_ERR_NOT_FOUND)?;
    let [id, name, rfc, condition] = RULE_TEXTS.row(index).ok_or(SYNFIN_ERR_NOT_FOUND)?;
    Ok(synfin_rule {
        struct_size: size_of::<synfin_rule>() as u32,
        severity: rule.severity as u32,
        id,
        name,
        rfc,
        condition,
        group: rule.group as u32,
        reserved: 0,
    })
}

/// How many fields there are: their numbers are 0 to this - 1. Numbers belong to one version of the
/// library; across versions, go by the name. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn synfin_field_count() -> usize {
    FIELDS.len()
}

/// Gives a row of the field registry. Any thread.
///
/// @param index  number of the field
/// @param out    gets the row; its `struct_size` is set by the caller
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_field_at(index: usize, out: *mut synfin_field) -> synfin_status {
    // SAFETY: the header asks for NULL or a struct as large as its struct_size.
    guard(|| unsafe { sized::write(out, &field(index)?) })
}

/// Finds a field by its name. Any thread.
///
/// @param name   such as `synfin.close.verdict`, NUL-ended
/// @param index  gets its number
/// @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_NULL, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_field_find(name: *const c_char, index: *mut usize) -> synfin_status {
    guard(|| {
        // SAFETY: the header asks for NULL or a NUL-ended text, and for a place for a number.
        let (name, index) = unsafe { (c_text(name)?, exclusive(index)?) };
        let found = FIELDS.iter().position(|field| field.name.as_bytes() == name);
        *index = found.ok_or(SYNFIN_ERR_NOT_FOUND)?;
        Ok(())
    })
}

/// How many rules there are: their numbers are 0 to this - 1. Numbers belong to one version of the
/// library; across versions, go by the id. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn synfin_rule_count() -> usize {
    RULES.len()
}

/// Gives a row of the rule table. Any thread.
///
/// @param index  number of the rule
/// @param out    gets the row; its `struct_size` is set by the caller
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_rule_at(index: usize, out: *mut synfin_rule) -> synfin_status {
    // SAFETY: the header asks for NULL or a struct as large as its struct_size.
    guard(|| unsafe { sized::write(out, &rule(index)?) })
}

/// Finds a rule by its id. Any thread.
///
/// @param id     such as `T7`, NUL-ended
/// @param index  gets its number
/// @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_NULL, SYNFIN_ERR_PANIC
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_rule_find(id: *const c_char, index: *mut usize) -> synfin_status {
    guard(|| {
        // SAFETY: the header asks for NULL or a NUL-ended text, and for a place for a number.
        let (id, index) = unsafe { (c_text(id)?, exclusive(index)?) };
        let found = RULES.iter().position(|rule| rule.id.as_bytes() == id);
        *index = found.ok_or(SYNFIN_ERR_NOT_FOUND)?;
        Ok(())
    })
}
