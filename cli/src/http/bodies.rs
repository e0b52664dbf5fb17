//! `--bodies DIR`: the body of each message in a file of its own, and what there is to say of it in `index.jsonl`.
//!
//! Names come from numbers and a table alone, and a file that is there already is never written to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use synfin::http::{HttpRow, MessageFacts, MessageState};
use synfin::{ConnectionId, HttpMessage};

use crate::coding::{self, End};
use crate::json;
use crate::language::Messages;
use crate::text::foreign;

const INDEX: &str = "index.jsonl";
/// In the index, where a whole body is the begin of what its coding should give.
const ENDS_EARLY: &str = "ends before its content coding does";

pub(super) struct Bodies {
    folder: PathBuf,
    index: BufWriter<File>,
    limit: u32,
    say: &'static Messages,
    /// The capture's name and number from 1, where there are several.
    capture: Option<(String, u32)>,
}

/// A line of the index.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    /// The capture, where several are read.
    capture: Option<&'a str>,
    connection: ConnectionId,
    transaction: u32,
    message: &'static str,
    /// Its name in the folder.
    file: &'a str,
    content_type: Option<&'a str>,
    content_encoding: Option<&'a str>,
    /// Bytes of the body as transferred, chunk framing removed.
    encoded_len: u64,
    /// Bytes in the file.
    decoded_len: u64,
    /// The file holds the whole body and nothing else, decoded.
    complete: bool,
    /// How completely the message was captured.
    state: Option<&'static str>,
    /// The bound of this kind of bytes was reached: `encoded` or `decoded`.
    truncated: Option<&'static str>,
    /// Why no more could be decoded.
    damaged: Option<&'a str>,
    /// The content codings that the file still has.
    undecoded: Option<&'a str>,
}

impl Bodies {
    /// Makes the folder and its index; the error says in words why that cannot be.
    pub(super) fn create(folder: &Path, limit: u32, say: &'static Messages) -> Result<Self, String> {
        let words = &say.bodies;
        let shown = foreign(&folder.display().to_string());
        if folder.exists() && !folder.is_dir() {
            return Err((words.not_a_folder)(&shown));
        }
        fs::create_dir_all(folder).map_err(|error| (words.failed)(&shown, &error))?;
        let index = create(&folder.join(INDEX)).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => (words.index_is_there)(&shown, INDEX),
            _ => (words.failed)(&shown, &error),
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            index: BufWriter::new(index),
            limit,
            say,
            capture: None,
        })
    }

    /// One of several captures begins.
    pub(super) fn begin(&mut self, name: &str) {
        let number = self.capture.as_ref().map_or(0, |(_, number)| *number);
        self.capture = Some((name.to_owned(), number + 1));
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.index.flush()
    }

    /// Writes the bodies of a transaction; gives what a reader should know of them.
    pub(super) fn save(&mut self, row: &HttpRow) -> io::Result<Vec<String>> {
        let mut remarks = Vec::new();
        let Some(facts) = row.row.facts.as_deref() else {
            return Ok(remarks);
        };
        for (message, facts, len, part) in [
            (
                HttpMessage::Request,
                &facts.request,
                row.row.request_body_len,
                false,
            ),
            (
                HttpMessage::Response,
                &facts.response,
                row.row.response_body_len,
                row.row.status == Some(206),
            ),
        ] {
            if !facts.body.is_empty() {
                let len = len.unwrap_or(facts.body.len() as u64);
                remarks.extend(self.save_one(row, (message, facts, len, part))?);
            }
        }
        Ok(remarks)
    }

    fn save_one(
        &mut self,
        row: &HttpRow,
        (message, facts, encoded_len, part): (HttpMessage, &MessageFacts, u64, bool),
    ) -> io::Result<Option<String>> {
        let capture = self.capture.as_ref();
        let of_several = capture.map_or_else(String::new, |(_, number)| format!("f{number:03}-"));
        let file = format!(
            "{of_several}c{:05}-t{:03}-{message}.{}",
            row.connection,
            row.transaction,
            extension(facts.content_type.as_deref())
        );
        let encodings = content_encoding(facts);
        let written = write(&self.folder.join(&file), facts, (&encodings, part), self.limit)?;
        let held_all = facts.body.len() as u64 == encoded_len;
        let truncated = match written.end {
            End::TooLong => Some("decoded"),
            _ if !held_all => Some("encoded"),
            _ => None,
        };
        let captured = facts.state == Some(MessageState::Complete);
        let damaged = match &written.end {
            End::Cut if held_all && captured => Some(ENDS_EARLY),
            End::Damaged(why) => Some(why.as_str()),
            _ => None,
        };
        let entry = Entry {
            capture: capture.map(|(name, _)| name.as_str()),
            connection: row.connection,
            transaction: row.transaction,
            message: message.as_str(),
            file: &file,
            content_type: facts.content_type.as_deref(),
            content_encoding: (!encodings.is_empty()).then_some(encodings.as_str()),
            encoded_len,
            decoded_len: written.len,
            complete: captured && truncated.is_none() && damaged.is_none() && written.undecoded.is_none(),
            state: facts.state.map(MessageState::as_str),
            truncated,
            damaged,
            undecoded: written.undecoded.as_deref(),
        };
        json::line(&mut self.index, &entry)?;
        let mut remarks = Vec::new();
        let words = &self.say.bodies;
        remarks.extend(truncated.map(|of| match of {
            "decoded" => (words.stopped_decoded)(self.limit),
            _ => (words.stopped_encoded)(self.limit),
        }));
        remarks.extend(damaged.filter(|_| captured).map(|why| match why {
            ENDS_EARLY => words.ends_early.to_owned(),
            why => (words.damaged)(why),
        }));
        remarks.extend(entry.undecoded.map(|codings| (words.left_in)(&foreign(codings))));
        let label = message.label(self.say.language);
        Ok((!remarks.is_empty()).then(|| (words.body)(label, &remarks.join(self.say.comma))))
    }
}

/// What became of a body.
struct Written {
    len: u64,
    end: End,
    undecoded: Option<String>,
}

/// Writes a body, decoded as far as that goes, or as it was sent where that is nowhere.
fn write(
    path: &Path,
    facts: &MessageFacts,
    (encodings, part): (&str, bool),
    limit: u32,
) -> io::Result<Written> {
    let mut file = create(path)?;
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let mut written = match coding::codings(encodings) {
        // RFC 9110 section 14.1.2: a range is one of encoded bytes, and theirs begins elsewhere.
        Ok(codings) if part && !codings.is_empty() => Written::undecoded(encodings.to_owned()),
        Ok(codings) => {
            let decoded = coding::decode(&facts.body, &codings, limit.into(), &mut file);
            let (len, end) = decoded.map_err(named)?;
            let nothing = len == 0 && matches!(end, End::Damaged(_));
            Written {
                len,
                end,
                undecoded: nothing.then(|| encodings.to_owned()),
            }
        }
        Err(unknown) => Written::undecoded(unknown),
    };
    if written.undecoded.is_some() {
        file.write_all(&facts.body).map_err(named)?;
        written.len = facts.body.len() as u64;
    }
    Ok(written)
}

impl Written {
    const fn undecoded(codings: String) -> Self {
        Self {
            len: 0,
            end: End::Whole,
            undecoded: Some(codings),
        }
    }
}

/// A new file: what is there, be it a link, is left alone.
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// The value of `Content-Encoding`, several lines of it joined (RFC 9110 section 5.3).
fn content_encoding(facts: &MessageFacts) -> String {
    let lines = facts.fields.iter();
    let lines = lines.filter(|field| field.name.eq_ignore_ascii_case("content-encoding"));
    lines.map(|field| &*field.value).collect::<Vec<_>>().join(", ")
}

fn extension(content_type: Option<&str>) -> &'static str {
    let media_type = content_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    match media_type.trim().to_ascii_lowercase().as_str() {
        "text/html" | "application/xhtml+xml" => "html",
        "text/plain" => "txt",
        "text/css" => "css",
        "text/csv" => "csv",
        "text/javascript" | "application/javascript" | "application/x-javascript" => "js",
        "application/json" => "json",
        "application/xml" | "text/xml" => "xml",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "application/gzip" | "application/x-gzip" => "gz",
        "application/wasm" => "wasm",
        "application/x-www-form-urlencoded" => "form",
        "image/gif" => "gif",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/svg+xml" => "svg",
        "image/webp" => "webp",
        "image/x-icon" | "image/vnd.microsoft.icon" => "ico",
        "font/woff" => "woff",
        "font/woff2" => "woff2",
        "video/mp4" => "mp4",
        "audio/mpeg" => "mp3",
        _ => "bin",
    }
}
