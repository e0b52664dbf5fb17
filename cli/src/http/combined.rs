//! Apache's combined log format: `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"`, escaped as
//! `ap_escape_logitem` of httpd's `server/util.c` does.

use std::fmt::Write as _;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use synfin::Side;
use synfin::http::{HttpRow, TransactionFacts};

use super::Form;

pub(super) struct Log<W>(pub(super) W);

impl<W: Write> Form for Log<W> {
    fn row(&mut self, row: &HttpRow, _: &[String]) -> io::Result<()> {
        let empty = TransactionFacts::default();
        let facts = row.row.facts.as_deref().unwrap_or(&empty);
        let status = row.row.status.map(|status| status.to_string());
        let bytes = row
            .row
            .response_body_len
            .filter(|&len| len > 0)
            .map(|len| len.to_string());
        writeln!(
            self.0,
            "{} - {} [{}] \"{}\" {} {} \"{}\" \"{}\"",
            match facts.client {
                Some(Side::Responder) => row.dst,
                _ => row.src,
            },
            user(facts).unwrap_or_else(|| "-".to_owned()),
            time(
                facts
                    .request
                    .first_ns
                    .or(facts.response.first_ns)
                    .unwrap_or_default()
            ),
            request_line(row, facts),
            status.as_deref().unwrap_or("-"),
            bytes.as_deref().unwrap_or("-"),
            text(facts.referer.as_deref()),
            text(facts.user_agent.as_deref()),
        )
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The request line as it was sent, the white space apart; `-` where none was captured.
fn request_line(row: &HttpRow, facts: &TransactionFacts) -> String {
    let Some(method) = row.row.method.as_deref() else {
        return "-".to_owned();
    };
    let mut line = method.to_owned();
    if let Some(target) = &row.row.target {
        line = line + " " + target;
    }
    if let Some(version) = facts
        .request
        .version
        .as_deref()
        .filter(|&version| version != "0.9")
    {
        line = line + " HTTP/" + version;
    }
    text(Some(&line))
}

/// The user of Basic authentication (RFC 7617). A space would end the field: it is escaped, too.
fn user(facts: &TransactionFacts) -> Option<String> {
    let named = |field: &&synfin::http::HttpField| field.name.eq_ignore_ascii_case("authorization");
    let value = &facts.request.fields.iter().find(named)?.value;
    let (scheme, credentials) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let credentials = STANDARD.decode(credentials.trim()).ok()?;
    let user = credentials.split(|&byte| byte == b':').next()?;
    Some(match user {
        [] => "\"\"".to_owned(),
        user => escaped(user).replace(' ', "\\x20"),
    })
}

fn text(text: Option<&str>) -> String {
    text.map_or_else(|| "-".to_owned(), |text| escaped(text.as_bytes()))
}

fn escaped(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => shown.extend(['\\', char::from(byte)]),
            0x08 => shown.push_str("\\b"),
            b'\n' => shown.push_str("\\n"),
            b'\r' => shown.push_str("\\r"),
            b'\t' => shown.push_str("\\t"),
            0x0b => shown.push_str("\\v"),
            0x20..=0x7e => shown.push(char::from(byte)),
            _ => {
                let _ = write!(shown, "\\x{byte:02x}");
            }
        }
    }
    shown
}

/// `%t` without its brackets, in UTC.
fn time(ns: i64) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(ns)).map_or_else(
        |_| "-".to_owned(),
        |time| time.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::{escaped, time};

    // As httpd 2.4 logs them: RFC 3339 1970-01-01T00:00:01Z; ap_escape_logitem.
    #[test]
    fn times_and_texts_are_apaches() {
        assert_eq!(time(1_000_000_000), "01/Jan/1970:00:00:01 +0000");
        assert_eq!(time(1_709_209_445_999_999_999), "29/Feb/2024:12:24:05 +0000");
        assert_eq!(escaped(b"a \"b\" \\c"), r#"a \"b\" \\c"#);
        assert_eq!(
            escaped(b"\x1b[2J\r\n\t\x08\x0b\x7f\0"),
            r"\x1b[2J\r\n\t\b\v\x7f\x00"
        );
        assert_eq!(escaped("é".as_bytes()), r"\xc3\xa9");
    }
}
