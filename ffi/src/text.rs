//! Texts.

use libc::c_char;

/// UTF-8 text that belongs to the library; where it comes from says until when.
///
/// A NUL that `len` does not count follows the last byte, so `ptr` can be used as a C string. Text from
/// the wire may have NULs inside too.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_str {
    /// First byte; NULL only where the text is not known, and then only where the struct says so.
    pub ptr: *const c_char,
    /// Bytes, without the NUL behind them.
    pub len: usize,
}

impl synfin_str {
    pub(crate) const EMPTY: Self = Self {
        ptr: c"".as_ptr(),
        len: 0,
    };

    pub(crate) const NONE: Self = Self {
        ptr: std::ptr::null(),
        len: 0,
    };

    /// `text` ends with the NUL.
    pub(crate) const fn nul_ended(text: &[u8]) -> Self {
        Self {
            ptr: text.as_ptr().cast(),
            len: text.len().saturating_sub(1),
        }
    }
}

/// Constant texts one behind the other, each with a NUL behind it: made by the compiler, so that C gets
/// static strings without an allocation.
pub(crate) struct Texts<const ROWS: usize, const COLUMNS: usize, const BYTES: usize> {
    bytes: [u8; BYTES],
    /// Where each ends, its NUL included.
    ends: [[usize; COLUMNS]; ROWS],
}

/// How many bytes [`Texts`] needs.
pub(crate) const fn total_len<const COLUMNS: usize>(rows: &[[&str; COLUMNS]]) -> usize {
    let (mut total, mut row) = (0, 0);
    while row < rows.len() {
        let mut column = 0;
        while column < COLUMNS {
            total += rows[row][column].len() + 1;
            column += 1;
        }
        row += 1;
    }
    total
}

impl<const ROWS: usize, const COLUMNS: usize, const BYTES: usize> Texts<ROWS, COLUMNS, BYTES> {
    pub(crate) const fn new(rows: &[[&str; COLUMNS]; ROWS]) -> Self {
        let mut texts = Self {
            bytes: [0; BYTES],
            ends: [[0; COLUMNS]; ROWS],
        };
        let (mut end, mut row) = (0, 0);
        while row < ROWS {
            let mut column = 0;
            while column < COLUMNS {
                let text = rows[row][column].as_bytes();
                let mut byte = 0;
                while byte < text.len() {
                    texts.bytes[end + byte] = text[byte];
                    byte += 1;
                }
                end += text.len() + 1;
                texts.ends[row][column] = end;
                column += 1;
            }
            row += 1;
        }
        texts
    }

    /// A row.
    pub(crate) fn row(&'static self, row: usize) -> Option<[synfin_str; COLUMNS]> {
        let ends = self.ends.get(row)?;
        let mut start = match row.checked_sub(1) {
            Some(before) => self.ends.get(before)?.last().copied()?,
            None => 0,
        };
        Some(ends.map(|end| {
            let text = self
                .bytes
                .get(start..end)
                .map_or(synfin_str::EMPTY, synfin_str::nul_ended);
            start = end;
            text
        }))
    }
}
