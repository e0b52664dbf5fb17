//! Makes `ffi/include/synfin.h`: cbindgen reads the crate, core gives the words.

use std::fmt::{Debug, Write as _};
use std::path::{Path, PathBuf};

use synfin::http::{HttpProtocol, MessageState};
use synfin::tls::{TlsAlert, TlsContent, TlsMessage, TlsStep};
use synfin::{
    Cause, CloseVerdict, Closer, Confidence, FieldType, HandshakeVerdict, HttpMessage, IntegrityWord, Order,
    Phase, RuleGroup, Severity, Side, State, Step,
};

/// The folder of the crate `synfin-ffi`.
#[must_use]
pub fn ffi_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ffi")
}

/// Where the header is.
#[must_use]
pub fn header_path() -> PathBuf {
    ffi_dir().join("include/synfin.h")
}

/// The header as it should be.
#[must_use]
pub fn header() -> String {
    let config =
        cbindgen::Config::from_file(ffi_dir().join("cbindgen.toml")).expect("cbindgen.toml is right");
    let mut out = Vec::new();
    cbindgen::Builder::new()
        .with_crate(ffi_dir())
        .with_config(config)
        .with_after_include(version() + &words())
        .generate()
        .expect("cbindgen understands the crate")
        .write(&mut out);
    String::from_utf8(out).expect("the header is UTF-8")
}

fn version() -> String {
    let macros = [
        ("SYNFIN_VERSION", concat!("\"", env!("CARGO_PKG_VERSION"), "\"")),
        ("SYNFIN_VERSION_MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        ("SYNFIN_VERSION_MINOR", env!("CARGO_PKG_VERSION_MINOR")),
        ("SYNFIN_VERSION_PATCH", env!("CARGO_PKG_VERSION_PATCH")),
    ];
    let mut text = String::from("\n/* Version of this header. */\n");
    for (name, value) in macros {
        let _ = writeln!(text, "#define {name} {value}");
    }
    text
}

/// An enum of the header: its name, what it is, and of each value the name, number and word.
struct Words {
    name: &'static str,
    about: &'static str,
    values: Vec<(String, u8, String)>,
}

/// From core's table of words. Names are the words, but those of the steps, which are no names.
macro_rules! words {
    ($name:literal $about:literal $all:expr) => {
        Words {
            name: $name,
            about: $about,
            values: $all
                .iter()
                .map(|value| {
                    (
                        constant(value, value.as_str()),
                        *value as u8,
                        value.as_str().to_owned(),
                    )
                })
                .collect(),
        }
    };
}

fn constant(value: &impl Debug, word: &str) -> String {
    if word.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return word.to_ascii_uppercase().replace(['-', '.'], "_");
    }
    let mut name = String::new();
    for letter in format!("{value:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

fn words() -> String {
    let severities = [Severity::Chat, Severity::Note, Severity::Warn, Severity::Error];
    let enums = [
        words!("type" "What kind of value a field has: which member of synfin_datum to read." FieldType::ALL),
        words!("severity" "How much a rule deserves attention: Wireshark's expert levels." severities),
        words!("rule_group" "What kind of situation a rule is about, after Wireshark's expert groups." RuleGroup::ALL),
        words!("side" "Which endpoint of a connection: the one that opened it, or the other." Side::BOTH),
        words!("integrity" "How far a segment can be read and trusted." IntegrityWord::ALL),
        words!("phase" "Where in the life of its connection a segment stands." Phase::ALL),
        words!("step" "A textbook step: opening in three, closing in four." Step::ALL),
        words!("order" "How a segment comes out of turn." Order::ALL),
        words!("state" "States of an endpoint, RFC 9293 section 3.3.2." State::ALL),
        words!("tls_step" "A step of the TLS handshake; the number names the act, not the order." TlsStep::ALL),
        words!("tls_content" "What a TLS record carries." TlsContent::ALL),
        words!("tls_message" "A TLS handshake message in the clear." TlsMessage::ALL),
        words!("tls_alert" "A TLS alert." TlsAlert::ALL),
        words!("http_message" "The two kinds of HTTP message." HttpMessage::ALL),
        words!("close_verdict" "How a connection ended." CloseVerdict::ALL),
        words!("closer" "Who ended a connection." Closer::ALL),
        words!("handshake_verdict" "How the opening of a connection went." HandshakeVerdict::ALL),
        words!("cause" "The likely reason of a connection's end." Cause::ALL),
        words!("confidence" "How sure a verdict is." Confidence::ALL),
        words!("protocol" "What a connection's payload speaks, as far as its bytes tell." HttpProtocol::ALL),
        words!("message_state" "How completely an HTTP message was seen; the worse is the greater." MessageState::ALL),
    ];
    let mut text = String::new();
    for Words { name, about, values } in enums {
        let _ = write!(
            text,
            "\n/**\n * {about}\n * In quotes: the word that values and JSON use.\n */\n"
        );
        let _ = writeln!(text, "enum synfin_{name} {{");
        let prefix = name.to_ascii_uppercase();
        for (constant, number, word) in values {
            let _ = writeln!(
                text,
                "    SYNFIN_{prefix}_{constant} = {number}, /**< \"{word}\" */"
            );
        }
        text.push_str("};\n");
    }
    text
}
