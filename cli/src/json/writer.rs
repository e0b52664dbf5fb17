//! JSON text of a value, byte for byte what `serde_json` makes of it, in a third of the steps: it looks at every byte
//! of every key for what must be escaped, and ours are Rust names and words of the field's vocabulary.

use std::fmt::{self, Display, Write as _};

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// The text, and whether it is what a terminal just shows.
#[derive(Default)]
pub(super) struct Out {
    pub(super) text: Vec<u8>,
    /// A string has DEL, or is not ASCII.
    pub(super) may_drive: bool,
}

/// Appends the text of a value. Numbers with a fraction and 128-bit numbers, of which no result has one, are left
/// to `serde_json`.
pub(super) fn append(out: &mut Out, value: &impl Serialize) -> serde_json::Result<()> {
    value.serialize(Writer(out))
}

struct Writer<'a>(&'a mut Out);

/// The elements of an array or the entries of an object, and how to close it.
struct Several<'a> {
    out: &'a mut Out,
    /// How to open it, as long as nothing came.
    begin: Option<u8>,
    end: &'static str,
}

#[inline(always)]
fn put(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

/// What must be escaped: RFC 8259 section 7.
const fn is_escaped(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// What stands before the key, and the key: the name of a field or variant, in which nothing must be escaped. Inlined,
/// so that its length is known where it is copied.
#[inline(always)]
fn put_key(out: &mut Vec<u8>, before: u8, key: &'static str) {
    debug_assert!(!key.bytes().any(is_escaped), "{key}");
    out.extend_from_slice(&[before, b'"']);
    put(out, key);
    out.extend_from_slice(b"\":");
}

fn put_escaped(out: &mut Out, text: &str) -> serde_json::Result<()> {
    if out.note(text) {
        return serde_json::to_writer(&mut out.text, text);
    }
    put_plain(&mut out.text, text);
    Ok(())
}

impl Out {
    /// Whether something must be escaped in a text that is about to be appended.
    fn note(&mut self, text: &str) -> bool {
        let mut escaped = false;
        for byte in text.bytes() {
            escaped |= is_escaped(byte);
            self.may_drive |= byte >= 0x7f;
        }
        escaped
    }
}

/// Text in which nothing must be escaped, between quotes.
#[inline(never)]
pub(crate) fn put_plain(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    put(out, text);
    out.push(b'"');
}

#[inline(never)]
pub(crate) fn put_digits(out: &mut Vec<u8>, number: impl itoa::Integer) {
    put(out, itoa::Buffer::new().format(number));
}

macro_rules! integers {
    ($($method:ident($number:ty)),*) => {
        $(fn $method(self, number: $number) -> serde_json::Result<()> {
            match number {
                // Most are.
                0..=9 => self.0.text.push(b'0' + number as u8),
                _ => put_digits(&mut self.0.text, number),
            }
            Ok(())
        })*
    };
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = serde_json::Error;
    type SerializeSeq = Several<'a>;
    type SerializeTuple = Several<'a>;
    type SerializeTupleStruct = Several<'a>;
    type SerializeTupleVariant = Several<'a>;
    type SerializeMap = Several<'a>;
    type SerializeStruct = Several<'a>;
    type SerializeStructVariant = Several<'a>;

    integers! {
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64)
    }

    fn serialize_bool(self, value: bool) -> serde_json::Result<()> {
        if value {
            put(&mut self.0.text, "true");
        } else {
            put(&mut self.0.text, "false");
        }
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> serde_json::Result<()> {
        serde_json::to_writer(&mut self.0.text, &value)
    }

    fn serialize_i128(self, value: i128) -> serde_json::Result<()> {
        serde_json::to_writer(&mut self.0.text, &value)
    }

    fn serialize_f32(self, value: f32) -> serde_json::Result<()> {
        serde_json::to_writer(&mut self.0.text, &value)
    }

    fn serialize_f64(self, value: f64) -> serde_json::Result<()> {
        serde_json::to_writer(&mut self.0.text, &value)
    }

    fn serialize_char(self, value: char) -> serde_json::Result<()> {
        put_escaped(self.0, value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> serde_json::Result<()> {
        put_escaped(self.0, text)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> serde_json::Result<()> {
        let begin = self.0.text.len();
        self.0.text.push(b'"');
        let mut text = Text {
            out: self.0,
            escaped: false,
        };
        write!(text, "{value}").map_err(serde::ser::Error::custom)?;
        if !text.escaped {
            self.0.text.push(b'"');
            return Ok(());
        }
        self.0.text.truncate(begin);
        serde_json::to_writer(&mut self.0.text, &value.to_string())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> serde_json::Result<()> {
        bytes.serialize(self)
    }

    fn serialize_none(self) -> serde_json::Result<()> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> serde_json::Result<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> serde_json::Result<()> {
        put(&mut self.0.text, "null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> serde_json::Result<()> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> serde_json::Result<()> {
        debug_assert!(!variant.bytes().any(is_escaped), "{variant}");
        put_plain(&mut self.0.text, variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> serde_json::Result<()> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> serde_json::Result<()> {
        let mut object = Several::object(self.0);
        object.entry(variant, value)?;
        object.finish()
    }

    fn serialize_seq(self, _: Option<usize>) -> serde_json::Result<Several<'a>> {
        Ok(Several::array(self.0))
    }

    fn serialize_tuple(self, _: usize) -> serde_json::Result<Several<'a>> {
        Ok(Several::array(self.0))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> serde_json::Result<Several<'a>> {
        Ok(Several::array(self.0))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> serde_json::Result<Several<'a>> {
        Ok(Several::only(self.0, variant, b'[', "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> serde_json::Result<Several<'a>> {
        Ok(Several::object(self.0))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> serde_json::Result<Several<'a>> {
        Ok(Several::object(self.0))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> serde_json::Result<Several<'a>> {
        Ok(Several::only(self.0, variant, b'{', "}}"))
    }
}

impl<'a> Several<'a> {
    const fn new(out: &'a mut Out, begin: u8, end: &'static str) -> Self {
        let begin = Some(begin);
        Self { out, begin, end }
    }

    const fn array(out: &'a mut Out) -> Self {
        Self::new(out, b'[', "]")
    }

    const fn object(out: &'a mut Out) -> Self {
        Self::new(out, b'{', "}")
    }

    /// The only entry of an object consists of several.
    fn only(out: &'a mut Out, variant: &'static str, begin: u8, end: &'static str) -> Self {
        put_key(&mut out.text, b'{', variant);
        Self::new(out, begin, end)
    }

    /// What stands before the next one.
    fn before(&mut self) -> u8 {
        self.begin.take().unwrap_or(b',')
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> serde_json::Result<()> {
        let before = self.before();
        self.out.text.push(before);
        value.serialize(Writer(self.out))
    }

    #[inline(always)]
    fn entry<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> serde_json::Result<()> {
        let before = self.before();
        put_key(&mut self.out.text, before, key);
        value.serialize(Writer(self.out))
    }

    fn finish(mut self) -> serde_json::Result<()> {
        self.out.text.extend(self.begin.take());
        put(&mut self.out.text, self.end);
        Ok(())
    }
}

macro_rules! several {
    ($($kind:ident::$method:ident => $take:ident$(($key:ident))?),*) => {
        $(impl $kind for Several<'_> {
            type Ok = ();
            type Error = serde_json::Error;

            #[inline(always)]
            fn $method<T: Serialize + ?Sized>(
                &mut self,
                $($key: &'static str,)?
                value: &T,
            ) -> serde_json::Result<()> {
                self.$take($($key,)? value)
            }

            fn end(self) -> serde_json::Result<()> {
                self.finish()
            }
        })*
    };
}

several! {
    SerializeSeq::serialize_element => element,
    SerializeTuple::serialize_element => element,
    SerializeTupleStruct::serialize_field => element,
    SerializeTupleVariant::serialize_field => element,
    SerializeStruct::serialize_field => entry(key),
    SerializeStructVariant::serialize_field => entry(key)
}

impl SerializeMap for Several<'_> {
    type Ok = ();
    type Error = serde_json::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> serde_json::Result<()> {
        let before = self.before();
        let text = &mut self.out.text;
        text.push(before);
        let begin = text.len();
        key.serialize(Writer(self.out))?;
        // Numbers as keys stand in quotes.
        let text = &mut self.out.text;
        if text.get(begin) != Some(&b'"') {
            text.insert(begin, b'"');
            text.push(b'"');
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> serde_json::Result<()> {
        put(&mut self.out.text, ":");
        value.serialize(Writer(self.out))
    }

    fn end(self) -> serde_json::Result<()> {
        self.finish()
    }
}

/// Takes text as it is, and whether something in it must be escaped.
struct Text<'a> {
    out: &'a mut Out,
    escaped: bool,
}

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.escaped |= self.out.note(text);
        put(&mut self.out.text, text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    #[derive(Serialize)]
    enum Kind {
        Unit,
        One(u8),
        Two(i64, &'static str),
        Named { a: Option<u8>, b: () },
    }

    #[derive(Serialize)]
    struct Unit;

    #[derive(Serialize)]
    struct Flat {
        kind: Vec<Kind>,
        #[serde(flatten)]
        more: BTreeMap<&'static str, f64>,
        numbers: BTreeMap<u16, char>,
        nothing: [(); 0],
        empty: BTreeMap<u8, u8>,
        pair: (Unit, bool),
        address: std::net::IpAddr,
        wide: u128,
    }

    #[test]
    fn the_same_as_serde_json() {
        let value = Flat {
            kind: vec![
                Kind::Unit,
                Kind::One(255),
                Kind::Two(i64::MIN, "a\"\\\n\u{1f}\u{7f}é\u{0}"),
                Kind::Named { a: None, b: () },
            ],
            more: [("half", 0.5), ("\"", -1e300)].into(),
            numbers: [(7, '"'), (8, 'x')].into(),
            nothing: [],
            empty: BTreeMap::new(),
            pair: (Unit, false),
            address: [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into(),
            wide: u128::MAX,
        };
        let mut ours = super::Out::default();
        super::append(&mut ours, &value).expect("it serialises");
        assert_eq!(
            String::from_utf8(ours.text).expect("text"),
            serde_json::to_string(&value).expect("it serialises")
        );
        assert!(ours.may_drive);
    }

    #[test]
    fn what_may_drive_a_terminal_is_noted_wherever_it_stands() {
        struct Shown(&'static str);

        impl Serialize for Shown {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self.0)
            }
        }

        fn may_drive(value: impl Serialize) -> bool {
            let mut out = super::Out::default();
            super::append(&mut out, &value).expect("it serialises");
            out.may_drive
        }

        assert!(!may_drive(("plain \u{1b}\n", [('x', 1)], Shown("~"))));
        assert!(may_drive("\u{7f}"));
        assert!(may_drive(["\n\u{9b}"]));
        assert!(may_drive('\u{202e}'));
        assert!(may_drive(BTreeMap::from([("é", 1)])));
        assert!(may_drive(Shown("\u{7f}")));
        assert!(may_drive(Shown("\n\u{7f}")));
    }
}
