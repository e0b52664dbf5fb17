//! Header blocks: RFC 7541, by httlib-hpack, and what stands between it and hostile bytes.
//!
//! That crate takes a representation for whole: so each is measured here first, and given to it alone. Measuring also
//! bounds the work (no more is decoded than a header list may hold) and tells which entries of the table a
//! representation needs, so that a table whose beginning was not captured gives what is certain and no garbage.

use std::fmt;

use httlib_hpack::Decoder;

use super::Http2Limits;

/// Entries of the static table: RFC 7541 appendix A.
const STATIC: u32 = 61;

/// What an entry takes beside its bytes: RFC 7541 section 4.1.
const ENTRY: usize = 32;

/// The table's size before an update: RFC 9113 section 6.5.2.
const USUAL_SIZE: u32 = 4096;

/// A header field as sent.
pub(super) type HeaderField = (Vec<u8>, Vec<u8>);

/// What became of a header block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decoded {
    /// All of it was read.
    Whole,
    /// Some of its fields rest on entries that were not captured.
    InPart,
    /// It breaks RFC 7541 here.
    Malformed,
    /// Its list is longer, or its table larger, than may be held.
    TooLong,
}

/// The dynamic table of one direction.
pub(super) struct HeaderTable {
    decoder: Decoder<'static>,
    /// Some of its entries were not captured, or could not be read.
    lost: bool,
    /// One representation; kept for its memory.
    piece: Vec<u8>,
    fields: Vec<(Vec<u8>, Vec<u8>, u8)>,
}

impl fmt::Debug for HeaderTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderTable")
            .field("lost", &self.lost)
            .finish_non_exhaustive()
    }
}

impl HeaderTable {
    pub(super) fn new(limits: &Http2Limits) -> Self {
        Self {
            decoder: decoder(USUAL_SIZE, limits),
            lost: false,
            piece: Vec::new(),
            fields: Vec::with_capacity(1),
        }
    }

    /// Bytes were missing, or not read: what the table holds from here on is only what follows.
    pub(super) fn lose(&mut self, limits: &Http2Limits) {
        self.lost = true;
        self.decoder = decoder(self.decoder.max_dynamic_size(), limits);
    }

    /// Reads a whole header block; gives each field that is known.
    pub(super) fn decode(
        &mut self,
        block: &[u8],
        limits: &Http2Limits,
        mut field: impl FnMut(HeaderField),
    ) -> Decoded {
        let mut rest = block;
        let mut size = 0;
        let mut outcome = Decoded::Whole;
        while !rest.is_empty() {
            let Some(piece) = Piece::measure(rest) else {
                self.lose(limits);
                return Decoded::Malformed;
            };
            rest = &rest[piece.len..];
            if piece.kind == Kind::SizeUpdate && piece.index > limits.table_bytes {
                self.lose(limits);
                return Decoded::TooLong;
            }
            match self.decode_piece(&piece) {
                Some(Some((name, value))) => {
                    size += name.len() + value.len() + ENTRY;
                    if size > limits.header_list_bytes as usize {
                        self.lose(limits);
                        return Decoded::TooLong;
                    }
                    if name.is_empty() && self.lost {
                        outcome = Decoded::InPart;
                    } else {
                        field((name, value));
                    }
                }
                Some(None) => {}
                None if self.lost && piece.index > STATIC => outcome = Decoded::InPart,
                None => {
                    self.lose(limits);
                    return Decoded::Malformed;
                }
            }
        }
        outcome
    }

    /// The field of a representation, unless it is one that only sets the table's size; `None` where it cannot be read.
    fn decode_piece(&mut self, piece: &Piece<'_>) -> Option<Option<HeaderField>> {
        self.piece.clear();
        self.piece.extend_from_slice(piece.bytes);
        self.fields.clear();
        let read = self.decoder.decode_exact(&mut self.piece, &mut self.fields);
        if read.is_err() && self.lost && piece.kind == Kind::Indexing && piece.index > STATIC {
            // The entry is there, although its name is not known: those behind it keep their numbers.
            self.piece.clear();
            self.piece.extend_from_slice(&[0x40, 0]);
            self.piece.extend_from_slice(piece.value);
            self.fields.clear();
            self.decoder
                .decode_exact(&mut self.piece, &mut self.fields)
                .ok()?;
        } else {
            read.ok()?;
        }
        Some(self.fields.pop().map(|(name, value, _)| (name, value)))
    }
}

fn decoder(size: u32, limits: &Http2Limits) -> Decoder<'static> {
    let mut decoder = Decoder::with_dynamic_size(size.min(limits.table_bytes));
    decoder.set_max_dynamic_size(limits.table_bytes);
    decoder
}

/// What a representation is: RFC 7541 section 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Indexed,
    /// A literal that becomes an entry.
    Indexing,
    Literal,
    SizeUpdate,
}

/// A representation, measured.
#[derive(Debug)]
struct Piece<'a> {
    kind: Kind,
    /// Entry of the table, or the table's new size.
    index: u32,
    len: usize,
    bytes: &'a [u8],
    /// The string literal of its value.
    value: &'a [u8],
}

impl<'a> Piece<'a> {
    /// The first representation of a block, if all of it is there.
    fn measure(block: &'a [u8]) -> Option<Self> {
        let (kind, prefix) = match *block.first()? {
            0x80.. => (Kind::Indexed, 7),
            0x40.. => (Kind::Indexing, 6),
            0x20.. => (Kind::SizeUpdate, 5),
            _ => (Kind::Literal, 4),
        };
        let (index, mut len) = integer(block, prefix)?;
        let mut value = 0;
        if matches!(kind, Kind::Indexing | Kind::Literal) {
            let strings = if index == 0 { 2 } else { 1 };
            for _ in 0..strings {
                value = len;
                let (string, used) = integer(&block[len..], 7)?;
                len = len.checked_add(used)?.checked_add(string as usize)?;
                if len > block.len() {
                    return None;
                }
            }
        }
        Some(Self {
            kind,
            index,
            len,
            bytes: &block[..len],
            value: &block[value..len],
        })
    }
}

/// An integer of RFC 7541 section 5.1 with a prefix of so many bits, of at most four bytes behind it; and its length.
fn integer(bytes: &[u8], prefix: u32) -> Option<(u32, usize)> {
    let mask = u32::from(u8::MAX >> (8 - prefix));
    let mut value = u32::from(*bytes.first()?) & mask;
    if value < mask {
        return Some((value, 1));
    }
    for at in 1..=4 {
        let byte = *bytes.get(at)?;
        value += u32::from(byte & 0x7f) << (7 * (at - 1));
        if byte < 0x80 {
            return Some((value, at + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::process::Command;

    use serde_json::Value;

    use super::super::Http2Limits;
    use super::{Decoded, HeaderField, HeaderTable, integer};

    fn decode(table: &mut HeaderTable, block: &[u8], limits: &Http2Limits) -> (Decoded, Vec<HeaderField>) {
        let mut fields = Vec::new();
        let outcome = table.decode(block, limits, |field| fields.push(field));
        (outcome, fields)
    }

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text
            .bytes()
            .filter_map(|byte| char::from(byte).to_digit(16))
            .map(|digit| digit as u8)
            .collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    /// Where httlib-hpack has its stories.
    fn fixtures() -> PathBuf {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let told = Command::new(cargo)
            .args(["metadata", "--locked", "--format-version=1"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo");
        let metadata: Value = serde_json::from_slice(&told.stdout).expect("cargo writes JSON");
        let packages = metadata["packages"].as_array().expect("packages");
        let package = packages
            .iter()
            .find(|package| package["name"] == "httlib-hpack")
            .expect("it is a dependency");
        let manifest = package["manifest_path"].as_str().expect("a path");
        PathBuf::from(manifest).with_file_name("fixtures")
    }

    /// The header lists that http2jp's hpack-test-case has of many encoders, each read block by block.
    #[test]
    fn the_stories_of_http2jp_are_read() {
        let limits = Http2Limits::default();
        let (mut stories, mut blocks, mut count) = (0, 0, 0);
        for encoder in std::fs::read_dir(fixtures())
            .expect("stories")
            .map(|entry| entry.unwrap().path())
        {
            let Ok(files) = std::fs::read_dir(&encoder) else {
                continue;
            };
            for file in files.map(|entry| entry.unwrap().path()) {
                let story: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
                let mut table = HeaderTable::new(&limits);
                stories += 1;
                for case in story["cases"].as_array().expect("cases") {
                    let wanted: Vec<HeaderField> = case["headers"]
                        .as_array()
                        .expect("headers")
                        .iter()
                        .flat_map(|field| field.as_object().expect("a field"))
                        .map(|(name, value)| (name.clone().into(), value.as_str().unwrap().into()))
                        .collect();
                    let block = hex(case["wire"].as_str().expect("wire"));
                    let (outcome, fields) = decode(&mut table, &block, &limits);
                    assert_eq!(outcome, Decoded::Whole, "{}: {}", file.display(), case["seqno"]);
                    assert_eq!(fields, wanted, "{}: {}", file.display(), case["seqno"]);
                    blocks += 1;
                    count += wanted.len();
                }
            }
        }
        println!("{stories} stories, {blocks} header blocks, {count} fields");
        assert!(
            stories > 300 && blocks > 5000,
            "{stories} stories, {blocks} blocks"
        );
    }

    /// RFC 7541 appendix C.5: responses that evict entries of each other.
    #[test]
    fn entries_are_evicted_as_in_the_rfc() {
        let limits = Http2Limits::default();
        let mut table = HeaderTable::new(&limits);
        let (outcome, _) = decode(&mut table, &hex("3fe101"), &limits);
        assert_eq!(outcome, Decoded::Whole, "256 bytes");
        let first = hex(
            "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e17\
             68747470733a2f2f7777772e6578616d706c652e636f6d",
        );
        assert_eq!(decode(&mut table, &first, &limits).1.len(), 4);
        let (_, fields) = decode(&mut table, &hex("4803333037c1c0bf"), &limits);
        assert_eq!(fields[0], (b":status".to_vec(), b"307".to_vec()));
        assert_eq!(
            fields[3],
            (b"location".to_vec(), b"https://www.example.com".to_vec())
        );
        // The first entry of four is gone.
        assert_eq!(decode(&mut table, &hex("c2"), &limits).0, Decoded::Malformed);
    }

    #[test]
    fn a_table_whose_beginning_was_lost_gives_what_is_certain() {
        let limits = Http2Limits::default();
        let mut whole = HeaderTable::new(&limits);
        // x: 1, then y: 2.
        decode(&mut whole, &hex("4001780131"), &limits);
        decode(&mut whole, &hex("4001790132"), &limits);
        assert_eq!(decode(&mut whole, &hex("82be bf"), &limits).1.len(), 3);
        let mut late = HeaderTable::new(&limits);
        late.lose(&limits);
        decode(&mut late, &hex("4001790132"), &limits);
        let (outcome, fields) = decode(&mut late, &hex("82be bf"), &limits);
        assert_eq!(outcome, Decoded::InPart);
        let [method, y] = &fields[..] else {
            panic!("{fields:?}")
        };
        assert_eq!(method, &(b":method".to_vec(), b"GET".to_vec()));
        assert_eq!(y, &(b"y".to_vec(), b"2".to_vec()));
        // A literal that becomes an entry under a name that was lost: those behind it keep their places.
        let (outcome, fields) = decode(&mut late, &hex("7f000133"), &limits);
        assert_eq!((outcome, fields.len()), (Decoded::InPart, 0));
        assert_eq!(
            decode(&mut late, &hex("bf"), &limits).1,
            [(b"y".to_vec(), b"2".to_vec())]
        );
    }

    #[test]
    fn what_breaks_the_rfc_ends_the_block_and_nothing_else() {
        let limits = Http2Limits::default();
        for block in [
            "80",
            "ff",
            "ffffffffff",
            "be",
            "40",
            "4001",
            "400378",
            "40017805",
            "00",
            "3f",
            "3fffffffff7f",
            "408178",
            "4081ff",
            "0f",
            "7f",
            "1f8080",
        ] {
            let mut table = HeaderTable::new(&limits);
            let (outcome, _) = decode(&mut table, &hex(block), &limits);
            assert!(
                matches!(outcome, Decoded::Malformed | Decoded::TooLong),
                "{block}: {outcome:?}"
            );
            assert_eq!(
                decode(&mut table, &hex("82"), &limits).1.len(),
                1,
                "behind {block}"
            );
        }
    }

    /// One byte may stand for a whole entry: what is read of a block is bounded all the same.
    #[test]
    fn a_list_ends_at_its_bound() {
        let limits = Http2Limits {
            header_list_bytes: 10_000,
            ..Http2Limits::default()
        };
        let mut table = HeaderTable::new(&limits);
        let mut entry = vec![0x40, 1, b'x', 0x7f, 0xa1, 0x1e];
        entry.extend_from_slice(&[b'y'; 4000]);
        assert_eq!(decode(&mut table, &entry, &limits).0, Decoded::Whole);
        let (outcome, fields) = decode(&mut table, &[0xbe; 1000], &limits);
        assert_eq!((outcome, fields.len()), (Decoded::TooLong, 2));
        let (outcome, _) = decode(&mut table, &hex("3fe1ff07"), &limits);
        assert_eq!(outcome, Decoded::TooLong, "131,072 bytes of table");
    }

    /// RFC 7541 appendix C.1.
    #[test]
    fn integers() {
        assert_eq!(integer(&[0x0a], 5), Some((10, 1)));
        assert_eq!(integer(&[0x1f, 0x9a, 0x0a], 5), Some((1337, 3)));
        assert_eq!(integer(&[0x1f, 0x9a], 5), None);
    }
}
