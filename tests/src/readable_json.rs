//! JSON for people: what fits on a line is on a line, and keys keep their order.

/// A line is not made longer than this by putting things side by side.
const WIDTH: usize = 120;

/// Lays out one JSON value that is written without blanks, as serde_json writes it.
#[must_use]
pub fn of(compact: &str) -> String {
    let mut out = String::new();
    lay_out(compact, 0, 0, &mut out);
    out.push('\n');
    out
}

/// `before` characters are on the line already.
fn lay_out(value: &str, indent: usize, before: usize, out: &mut String) {
    let is_list = value.starts_with(['{', '[']);
    if !is_list || indent + before + value.len() < WIDTH {
        out.push_str(value);
        return;
    }
    let (open, inner) = value.split_at(1);
    let (inner, close) = inner.split_at(inner.len() - 1);
    out.push_str(open);
    let indent = indent + 2;
    let mut separator = "";
    for item in items(inner) {
        out.push_str(separator);
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
        let key = if open == "{" { key_len(item) } else { 0 };
        let (key, value) = item.split_at(key);
        out.push_str(key);
        lay_out(value, indent, key.len(), out);
        separator = ",";
    }
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent - 2));
    out.push_str(close);
}

/// Splits at the commas that are in no string and no inner list.
fn items(inner: &str) -> Vec<&str> {
    let (mut items, mut start) = (Vec::new(), 0);
    let mut depth = 0_u32;
    for (at, character) in outside_strings(inner) {
        match character {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(&inner[start..]);
    items
}

/// Length of `"key":`.
fn key_len(item: &str) -> usize {
    outside_strings(item)
        .find(|(_, character)| *character == ':')
        .map_or(0, |(at, _)| at + 1)
}

/// The characters that are in no string, quotes left out.
fn outside_strings(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut in_string, mut escaped) = (false, false);
    text.char_indices().filter(move |(_, character)| {
        let was_escaped = std::mem::take(&mut escaped);
        match character {
            '"' if !was_escaped => {
                in_string = !in_string;
                return false;
            }
            '\\' if in_string => escaped = !was_escaped,
            _ => {}
        }
        !in_string
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn what_fits_stays_together() {
        assert_eq!(of(r#"{"a":1,"b":[1,2]}"#), "{\"a\":1,\"b\":[1,2]}\n");
    }

    #[test]
    fn what_does_not_fit_is_broken_at_its_own_commas() {
        let long = "x".repeat(100);
        let text = format!(r#"{{"b":"{long}","a,[":"y\\\"{{","c":[{{"d":[]}},{{}}]}}"#);
        let expected =
            format!("{{\n  \"b\":\"{long}\",\n  \"a,[\":\"y\\\\\\\"{{\",\n  \"c\":[{{\"d\":[]}},{{}}]\n}}\n");
        assert_eq!(of(&text), expected);
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&of(&text)), value(&text));
    }
}
