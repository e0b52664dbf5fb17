//! What a Chinese text must look like, whatever it says: full-width punctuation as in GB/T 15834, a space between Chinese
//! and Latin letters or digits.

/// Whether a character is a Chinese one.
#[must_use]
pub const fn is_han(char: char) -> bool {
    matches!(char, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

const fn is_wide_mark(char: char) -> bool {
    matches!(
        char,
        '，' | '。' | '；' | '：' | '、' | '（' | '）' | '？' | '！' | '“' | '”'
    )
}

/// What is wrong with the look of a text, and where; nothing in a good one.
#[must_use]
pub fn faults(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !text.chars().any(is_han) {
        faults.push("no Chinese in it".to_owned());
    }
    let chars: Vec<char> = text.chars().collect();
    for (at, pair) in chars.windows(2).enumerate() {
        let [one, other] = [pair[0], pair[1]];
        let around = || {
            chars[at.saturating_sub(6)..chars.len().min(at + 8)]
                .iter()
                .collect::<String>()
        };
        let letter = |char: char| char.is_ascii_alphanumeric();
        if is_han(one) && letter(other) || letter(one) && is_han(other) {
            faults.push(format!("no space between Chinese and Latin: {}", around()));
        }
        if is_wide_mark(one) && other == ' ' || one == ' ' && is_wide_mark(other) {
            faults.push(format!("a space beside a full-width mark: {}", around()));
        }
        let after_space = chars.get(at + 2).copied().unwrap_or(' ');
        if other == ' ' && (one == ' ' || is_han(one) && is_han(after_space)) {
            faults.push(format!("a needless space: {}", around()));
        }
        let mark = |char: char| ",.;:!?()".contains(char);
        if is_han(one) && mark(other) || mark(one) && is_han(other) {
            faults.push(format!("half-width punctuation beside Chinese: {}", around()));
        }
        if ",.;!?".contains(one) && other == ' ' && is_han(after_space) {
            faults.push(format!("half-width punctuation before Chinese: {}", around()));
        }
    }
    faults
}

/// The runs of Latin letters in a text, each with what `-` and `_` join to it.
pub fn latin_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !(char.is_ascii_alphanumeric() || "-_".contains(char)))
        .map(|word| word.trim_matches(['-', '_']))
        .filter(|word| word.contains(|char: char| char.is_ascii_alphabetic()))
}

/// The runs of digits in a text, sorted.
#[must_use]
pub fn numbers(text: &str) -> Vec<&str> {
    let mut numbers: Vec<&str> = text
        .split(|char: char| !char.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .collect();
    numbers.sort_unstable();
    numbers
}

#[cfg(test)]
mod tests {
    use super::{faults, latin_words, numbers};

    #[test]
    fn good_texts_have_no_faults() {
        for text in [
            "三次握手已完成：双方的 SYN 都得到了确认。",
            "帧 2、3、5 等（依据 RFC 9293）。",
            "ack 不在 (ISSc, ISSc+1+len] 之内。",
        ] {
            assert!(faults(text).is_empty(), "{text}: {:?}", faults(text));
        }
    }

    #[test]
    fn each_fault_is_found() {
        for text in [
            "only English.",
            "双方的SYN 都得到了确认。",
            "双方的 SYN 都得到了确认 。",
            "已关闭. 不再打开",
            "已关闭,不再打开",
            "SYN, 然后是 ACK",
            "双方 关闭",
            "（ 帧 2）",
            "帧 2(很可能)",
        ] {
            assert!(!faults(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn words_and_numbers_are_taken_out() {
        assert_eq!(
            latin_words("SYN-ACK，nxt(S)，RFC 9293，close_notify、HTTP/1.0").collect::<Vec<_>>(),
            ["SYN-ACK", "nxt", "S", "RFC", "close_notify", "HTTP"]
        );
        assert_eq!(numbers("帧 12-17，1.03 s"), ["03", "1", "12", "17"]);
    }
}
