//! Frames of HTTP/2 and WebSocket as bytes, for talks.

/// What a client sends first: RFC 9113 section 3.4.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// DATA.
pub const DATA: u8 = 0;
/// HEADERS.
pub const HEADERS: u8 = 1;
/// RST_STREAM.
pub const RST_STREAM: u8 = 3;
/// SETTINGS.
pub const SETTINGS: u8 = 4;
/// PUSH_PROMISE.
pub const PUSH_PROMISE: u8 = 5;
/// PING.
pub const PING: u8 = 6;
/// GOAWAY.
pub const GOAWAY: u8 = 7;
/// WINDOW_UPDATE.
pub const WINDOW_UPDATE: u8 = 8;
/// CONTINUATION.
pub const CONTINUATION: u8 = 9;

/// END_STREAM, or ACK.
pub const END: u8 = 1;
/// END_HEADERS.
pub const WHOLE: u8 = 4;
/// PADDED.
pub const PADDED: u8 = 8;

/// A frame: RFC 9113 section 4.1.
#[must_use]
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).expect("a frame").to_be_bytes();
    [&len[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A header block without the tables: each field a literal that is not indexed (RFC 7541 section 6.2.2).
#[must_use]
pub fn fields(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            assert!(text.len() < 127, "a short text");
            block.push(text.len() as u8);
            block.extend_from_slice(text.as_bytes());
        }
    }
    block
}

/// A request without content.
#[must_use]
pub fn get(stream: u32, path: &str) -> Vec<u8> {
    frame(HEADERS, END | WHOLE, stream, &request_fields("GET", path))
}

/// A request whose content follows.
#[must_use]
pub fn post(stream: u32, path: &str) -> Vec<u8> {
    frame(HEADERS, WHOLE, stream, &request_fields("POST", path))
}

/// The pseudo-header fields of a request.
#[must_use]
pub fn request_fields(method: &str, path: &str) -> Vec<u8> {
    fields(&[
        (":method", method),
        (":scheme", "http"),
        (":authority", "a"),
        (":path", path),
    ])
}

/// A response whose content follows.
#[must_use]
pub fn response(stream: u32, status: &str) -> Vec<u8> {
    frame(HEADERS, WHOLE, stream, &fields(&[(":status", status)]))
}

/// The last content of a stream.
#[must_use]
pub fn last(stream: u32, content: &[u8]) -> Vec<u8> {
    frame(DATA, END, stream, content)
}

/// A RST_STREAM.
#[must_use]
pub fn reset(stream: u32, error: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &error.to_be_bytes())
}

/// A GOAWAY.
#[must_use]
pub fn goaway(last_stream: u32, error: u32) -> Vec<u8> {
    let payload = [last_stream.to_be_bytes(), error.to_be_bytes()].concat();
    frame(GOAWAY, 0, 0, &payload)
}

/// A WINDOW_UPDATE.
#[must_use]
pub fn window_update(stream: u32, by: u32) -> Vec<u8> {
    frame(WINDOW_UPDATE, 0, stream, &by.to_be_bytes())
}

/// SETTINGS of which each is an identifier and a value.
#[must_use]
pub fn settings(settings: &[(u16, u32)]) -> Vec<u8> {
    let mut payload = Vec::new();
    for (identifier, value) in settings {
        payload.extend(identifier.to_be_bytes());
        payload.extend(value.to_be_bytes());
    }
    frame(SETTINGS, 0, 0, &payload)
}

/// An opening handshake of WebSocket, and the server's answer: RFC 6455 section 1.2.
pub const OPENING: [&str; 2] = [
    "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
];

/// A frame of WebSocket (RFC 6455 section 5.2), masked as a client's is, or not as a server's.
#[must_use]
pub fn websocket(first: u8, mask: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
    let bit = if mask.is_some() { 0x80 } else { 0 };
    let mut frame = vec![first];
    match payload.len() {
        len @ ..126 => frame.push(bit | len as u8),
        len => {
            frame.push(bit | 126);
            frame.extend(u16::try_from(len).expect("a short payload").to_be_bytes());
        }
    }
    let mask = mask.unwrap_or_default();
    if bit != 0 {
        frame.extend(mask);
    }
    frame.extend(
        payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    frame
}
