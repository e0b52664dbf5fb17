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
pub(super) fn trim(value: &[u8]) -> &[u8] {
    match value.strip_prefix(b" ").unwrap_or(value) {
        usual @ [first, .., last] if !first.is_ascii_whitespace() && !last.is_ascii_whitespace() => usual,
        unusual => unusual.trim_ascii(),
    }
}

/// How many bytes at its beginning make a token.
pub(super) fn token_len(text: &[u8]) -> usize {
    let words = text.chunks_exact(WORD);
    let usual = WORD
        * words
            .map(word)
            .take_while(|&word| is_usual_in_names(word))
            .count();
    let rest = text[usual..].iter();
    usual + rest.take_while(|&&byte| is_token(byte)).count()
}

/// The first control character. The last word overlaps the one before.
pub(super) fn find_control(text: &[u8]) -> Option<usize> {
    let is_clean = match text.last_chunk::<WORD>() {
        Some(last) => !may_control(word(last)) && !text.chunks_exact(WORD).map(word).any(may_control),
        None => false,
    };
    if is_clean {
        return None;
    }
    text.iter().position(|&byte| is_control(byte))
}

/// Bytes that are looked at together, in a number: most of a head is usual.
const WORD: usize = size_of::<u64>();
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

fn word(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_le_bytes)
}

const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; WORD])
}

/// Whether there may be a control character, and surely if there is one: a byte below space, DEL, and what a borrow
/// of another one looks like.
const fn may_control(word: u64) -> bool {
    let below_space = word.wrapping_sub(each(b' ')) & !word;
    let del = (word ^ each(0x7f)).wrapping_sub(each(1)) & !(word ^ each(0x7f));
    (below_space | del) & HIGH_BITS != 0
}

/// Whether all bytes are letters or hyphens.
const fn is_usual_in_names(word: u64) -> bool {
    let lower = word | each(0x20);
    let from_a = (lower & !HIGH_BITS) + each(0x80 - b'a');
    let behind_z = (lower & !HIGH_BITS) + each(0x7f - b'z');
    let hyphen = ((word ^ each(b'-')) & !HIGH_BITS) + each(0x7f);
    (from_a & !behind_z | !hyphen) & !word & HIGH_BITS == HIGH_BITS
}

pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::{find_control, is_token, token_len, trim};

    /// Eight bytes are looked at together: one control character shows wherever it stands in a value of any length.
    #[test]
    fn a_control_character_is_found_at_every_place_of_a_value() {
        for len in 1..70 {
            for at in 0..len {
                let mut value = vec![b'v'; len];
                value[at] = 0x7f;
                assert_eq!(find_control(&value), Some(at), "of {len}");
            }
            assert_eq!(find_control(&vec![b'v'; len]), None, "of {len}");
            // RFC 9110 section 5.5: a tab and bytes above 0x7f are text.
            assert_eq!(find_control(&vec![b'\t'; len]), None, "of {len}");
            assert_eq!(find_control(&vec![0x80; len]), None, "of {len}");
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
