//! A conversation's bytes: cut into segments in any way they tell the same, as long as framing holds; and what httparse takes for a head, we
//! take for the same one.
//!
//! Input: where to cut (16 bits), records (`synfin_fuzz::http`). The bytes of the first record are the head that
//! httparse gets, too.
//!
//! Where we differ from httparse on purpose:
//!
//! - [`LONG_METHOD`]: a method of more than 32 bytes is none.
//! - [`LEADING_LINES`]: empty lines before a head are the caller's.
//! - [`SPACES`]: httparse keeps white space that we take away, around values and reasons.
#![no_main]

use libfuzzer_sys::fuzz_target;
use synfin::Side;
use synfin::http::{Head, HeadKind, HeadPart, MessageState, StartLine, parse_head};
use synfin_fuzz::{records, steps};
use synfin_tests::talk::{Said, Told, config, digest, play};

const LONG_METHOD: usize = 32;
const LEADING_LINES: [u8; 2] = [b'\r', b'\n'];
const SPACES: [u8; 2] = [b' ', b'\t'];

fn trim(text: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| SPACES.contains(byte);
    let begin = text.iter().position(|byte| !is_space(byte)).unwrap_or(text.len());
    let end = text
        .iter()
        .rposition(|byte| !is_space(byte))
        .map_or(begin, |last| last + 1);
    &text[begin..end]
}

/// Ours, with its fields.
fn ours(bytes: &[u8], kind: HeadKind) -> Option<(Head<'_>, Vec<(&[u8], &[u8])>)> {
    let mut fields = Vec::new();
    let head = parse_head(bytes, kind, |part| {
        if let HeadPart::Field { name, value, .. } = part {
            fields.push((name, value));
        }
    });
    head.ok().map(|head| (head, fields))
}

fn same_fields(theirs: &[httparse::Header<'_>], ours: &[(&[u8], &[u8])]) {
    let theirs: Vec<_> = theirs
        .iter()
        .map(|field| (field.name.as_bytes(), trim(field.value)))
        .collect();
    assert_eq!(theirs, ours, "fields");
}

fn request(bytes: &[u8]) {
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut theirs = httparse::Request::new(&mut fields);
    let Ok(httparse::Status::Complete(len)) = theirs.parse(bytes) else {
        return;
    };
    let (Some(method), Some(target), Some(version)) = (theirs.method, theirs.path, theirs.version) else {
        return;
    };
    if method.len() > LONG_METHOD {
        return;
    }
    let (head, own) = ours(bytes, HeadKind::Request).expect("httparse takes it for a request");
    let StartLine::Request {
        method: our_method,
        target: our_target,
        version: our_version,
    } = head.start
    else {
        panic!("a request line");
    };
    assert_eq!(head.len, len, "length");
    assert_eq!(our_method, method.as_bytes());
    assert_eq!(our_target, target.as_bytes());
    assert_eq!(our_version, [b'1', b'.', b'0' + version]);
    same_fields(theirs.headers, &own);
}

fn response(bytes: &[u8]) {
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut theirs = httparse::Response::new(&mut fields);
    let Ok(httparse::Status::Complete(len)) = theirs.parse(bytes) else {
        return;
    };
    let (Some(code), Some(version), Some(reason)) = (theirs.code, theirs.version, theirs.reason) else {
        return;
    };
    let (head, own) = ours(bytes, HeadKind::Response).expect("httparse takes it for a response");
    let StartLine::Status {
        version: our_version,
        status,
        reason: our_reason,
    } = head.start
    else {
        panic!("a status line");
    };
    assert_eq!(head.len, len, "length");
    // RFC 9110 section 15: the first digit is the class, and there is no class 0.
    assert_eq!(status, Some(code).filter(|&code| code >= 100));
    assert_eq!(our_version, [b'1', b'.', b'0' + version]);
    // A reason beyond ASCII is an empty one there.
    if !reason.is_empty() {
        assert_eq!(our_reason, trim(reason.as_bytes()));
    }
    same_fields(theirs.headers, &own);
}

/// Whether every byte belongs to a message that is complete. Where framing was lost, reading resumes at a segment that
/// begins like a message, so that more may be read of a stream in other pieces.
fn is_read_whole(steps: &[(Side, Said)], told: &Told) -> bool {
    let mut unread = [0; 2];
    for (side, said) in steps {
        match said {
            Said::Bytes(bytes) => unread[*side as usize] += bytes.len() as u64,
            Said::Gap(_) => return false,
            Said::Fin | Said::Reset => {}
        }
    }
    for row in &told.rows {
        let facts = row.row.facts.as_deref().expect("facts were asked for");
        for (left, message) in unread.iter_mut().zip([&facts.request, &facts.response]) {
            let read = message.head_len + message.body_wire_len;
            match left.checked_sub(read) {
                Some(rest) if read == 0 || message.state == Some(MessageState::Complete) => *left = rest,
                _ => return false,
            }
        }
    }
    unread == [0, 0]
}

fuzz_target!(|input: &[u8]| {
    let Some((&[a, b], input)) = input.split_first_chunk() else {
        return;
    };
    if let Some(first) = records(input).next() {
        if !LEADING_LINES
            .iter()
            .any(|line_end| first.data.starts_with(&[*line_end]))
        {
            request(first.data);
            response(first.data);
        }
    }
    let steps = steps(input);
    let whole = play(config(), &steps, |_| Vec::new());
    let (first, stride) = (usize::from(a), usize::from(b % 64) + 1);
    let cut = play(config(), &steps, |bytes| {
        (1 + first..bytes.len()).step_by(stride).collect()
    });
    if is_read_whole(&steps, &whole) || is_read_whole(&steps, &cut) {
        assert_eq!(digest(&whole), digest(&cut), "first {first}, then every {stride}");
    }
});
