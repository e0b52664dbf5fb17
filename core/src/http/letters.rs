//! What bytes may stand where in the text of a head: RFC 9110 section 5. Most of it is usual, so it is looked at eight
//! bytes at a time.

/// RFC 9110 section 5.6.2: tchar.
pub(super) const fn is_token(byte: u8) -> bool {
    TOKEN[byte as usize]
}

const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(
            byte as u8,
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+'
                | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        );
        byte += 1;
    }
    table
};

/// Neither text nor white space of a line: RFC 9110 section 5.5.
pub(super) const fn is_control(byte: u8) -> bool {
    (byte < b' ') & (byte != b'\t') | (byte == 0x7f)
}

/// The white space around it taken off: usually there is one space before it and nothing behind it.
#[inline(always)]
pub(super) fn trim(value: &[u8]) -> &[u8] {
    match value.strip_prefix(b" ").unwrap_or(value) {
        usual @ [first, .., last] if *first > b' ' && *last > b' ' => usual,
        unusual => unusual.trim_ascii(),
    }
}

/// How many bytes at its beginning make a token.
#[inline]
pub(super) fn token_len(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some((word, behind)) = rest.split_first_chunk() {
        let others = unusual_in_names(u64::from_le_bytes(*word));
        if others != 0 {
            rest = &rest[first_of(others)..];
            break;
        }
        rest = behind;
    }
    let usual = text.len() - rest.len();
    match rest {
        [b':', ..] => usual,
        rest => usual + rest.iter().take_while(|&&byte| is_token(byte)).count(),
    }
}

/// The first control character.
pub(super) fn find_control(text: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + find_unprintable(&text[from..])?;
        if is_control(text[at]) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Where a line ends, or another control character is: most lines have none, and ASCII text.
#[inline(always)]
pub(super) fn find_line_end(text: &[u8]) -> Option<usize> {
    match find_unprintable(text)? {
        at if text[at] == b'\r' => Some(at),
        _ => find_control(text),
    }
}

/// The first byte that is none of ASCII's printable characters.
#[inline(always)]
fn find_unprintable(text: &[u8]) -> Option<usize> {
    let mut rest = text;
    while let Some((word, behind)) = rest.split_first_chunk() {
        let others = unprintable(u64::from_le_bytes(*word));
        if others != 0 {
            return Some(text.len() - rest.len() + first_of(others));
        }
        rest = behind;
    }
    let at = rest.iter().position(|byte| !matches!(byte, b' '..=b'~'))?;
    Some(text.len() - rest.len() + at)
}

/// Whether there is white space in it, or it is not all ASCII.
pub(super) fn has_spaces_or_beyond_ascii(text: &[u8]) -> bool {
    let is_odd = |byte: &u8| is_space(*byte) || !byte.is_ascii();
    let mut words = text.chunks_exact(size_of::<u64>());
    let is_visible = words.by_ref().all(|word| {
        word.try_into()
            .is_ok_and(|word| invisible(u64::from_le_bytes(word)) == 0)
    });
    if is_visible {
        words.remainder().iter().any(is_odd)
    } else {
        text.iter().any(is_odd)
    }
}

/// Eight bytes are looked at together, in a number: most of a head is usual. The first one is the lowest.
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// The first byte of a word whose highest bit is set.
const fn first_of(marks: u64) -> usize {
    marks.trailing_zeros() as usize / 8
}

const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; size_of::<u64>()])
}

/// Marks the first byte that is not printable ASCII; behind it, others may be marked by what is borrowed or carried.
const fn unprintable(word: u64) -> u64 {
    (word.wrapping_sub(each(b' ')) | word.wrapping_add(each(1))) & HIGH_BITS
}

/// The same, and space is none.
const fn invisible(word: u64) -> u64 {
    (word.wrapping_sub(each(b'!')) | word.wrapping_add(each(1))) & HIGH_BITS
}

/// Marks bytes that are neither letters nor hyphens.
const fn unusual_in_names(word: u64) -> u64 {
    let lower = word | each(0x20);
    let from_a = (lower & !HIGH_BITS) + each(0x80 - b'a');
    let behind_z = (lower & !HIGH_BITS) + each(0x7f - b'z');
    let hyphen = ((word ^ each(b'-')) & !HIGH_BITS) + each(0x7f);
    (!(from_a & !behind_z | !hyphen) | word) & HIGH_BITS
}

pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::{find_control, find_line_end, has_spaces_or_beyond_ascii, is_token, token_len, trim};

    /// Eight bytes are looked at together: one control character shows wherever it stands in a value of any length.
    #[test]
    fn a_control_character_is_found_at_every_place_of_a_value() {
        for len in 1..30 {
            for at in 0..len {
                for byte in 0..=u8::MAX {
                    let mut value = vec![b'v'; len];
                    value[at] = byte;
                    let wanted = (byte < b' ' && byte != b'\t' || byte == 0x7f).then_some(at);
                    assert_eq!(find_control(&value), wanted, "{byte} of {len}");
                    assert_eq!(find_line_end(&value), wanted, "{byte} of {len}");
                    let is_odd = matches!(byte, b' ' | b'\t' | 0x80..);
                    assert_eq!(has_spaces_or_beyond_ascii(&value), is_odd, "{byte} of {len}");
                }
            }
            assert_eq!(find_control(&vec![b'v'; len]), None, "of {len}");
            // RFC 9110 section 5.5: a tab and bytes above 0x7f are text.
            assert_eq!(find_control(&vec![b'\t'; len]), None, "of {len}");
            for text in [0x80, 0x9f, 0xff] {
                let mut value = vec![text; len];
                assert_eq!(find_control(&value), None, "{text} {len} times");
                value[len - 1] = b'\r';
                assert_eq!(find_control(&value), Some(len - 1), "behind {text}");
            }
        }
    }

    #[test]
    fn a_token_ends_at_the_first_byte_that_is_none() {
        for len in 0..20_usize {
            for at in 0..len {
                for byte in 0..=u8::MAX {
                    let mut name = b"Content-Encoding-abz"[..len].to_vec();
                    name[at] = byte;
                    let wanted = if is_token(byte) { len } else { at };
                    assert_eq!(token_len(&name), wanted, "{name:?}");
                }
            }
        }
    }

    #[test]
    fn white_space_around_a_value_is_none_of_it() {
        for value in [
            "", " ", "a", " a", "a ", " a b ", "\ta", "  a", "a\t", " \t ", "\u{b}a",
        ] {
            assert_eq!(trim(value.as_bytes()), value.as_bytes().trim_ascii(), "{value:?}");
        }
    }
}
