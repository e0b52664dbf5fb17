//! HTTP/2, WebSocket and the PROXY protocol: cut into segments in any way they tell the same, as long as nothing is
//! missing.
//!
//! Input: what is spoken and where to cut (24 bits), records (`synfin_fuzz::http`). A record of bytes is a frame of
//! HTTP/2 whose type, flags and stream are its first three bytes, or of WebSocket whose first byte is its first one;
//! with the bit of a FIN it is bytes as they are.
#![no_main]

use libfuzzer_sys::fuzz_target;
use synfin::{Rule, Side};
use synfin_fuzz::{http, records};
use synfin_tests::http2::{OPENING, PREFACE, frame, websocket};
use synfin_tests::talk::{Said, Told, config, digest, play};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaks {
    Http2,
    H2c,
    Websocket,
    Proxy,
}

const H2C: [&str; 2] = [
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
];

fn opening(speaks: Speaks, extended: bool) -> Vec<(Side, Said)> {
    let says = |side, bytes: &[u8]| (side, Said::Bytes(bytes.to_vec()));
    match speaks {
        Speaks::Http2 => vec![says(Side::Initiator, PREFACE)],
        Speaks::H2c => vec![
            says(Side::Initiator, H2C[0].as_bytes()),
            says(Side::Responder, H2C[1].as_bytes()),
            says(Side::Initiator, PREFACE),
        ],
        Speaks::Websocket => {
            let agreed = if extended {
                OPENING[1].replace(
                    "\r\n\r\n",
                    "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
                )
            } else {
                OPENING[1].to_owned()
            };
            vec![
                says(Side::Initiator, OPENING[0].as_bytes()),
                says(Side::Responder, agreed.as_bytes()),
            ]
        }
        Speaks::Proxy => Vec::new(),
    }
}

fn said(speaks: Speaks, tag: u8, side: Side, data: &[u8]) -> Said {
    if tag & http::FIN != 0 {
        return Said::Bytes(data.to_vec());
    }
    match (speaks, data) {
        (Speaks::Http2 | Speaks::H2c, [kind, flags, stream, payload @ ..]) => {
            Said::Bytes(frame(*kind, *flags, u32::from(*stream), payload))
        }
        (Speaks::Websocket, [first, payload @ ..]) => {
            let mask = (side == Side::Initiator).then_some([1, 2, 3, 4]);
            Said::Bytes(websocket(*first, mask, payload))
        }
        (Speaks::Proxy, data) => {
            let line = b"PROXY TCP4 192.0.2.1 192.0.2.2 40000 80\r\n";
            Said::Bytes([&line[..data.len() % (line.len() + 1)], data].concat())
        }
        (_, data) => Said::Bytes(data.to_vec()),
    }
}

/// What does not depend on the segments: how many frames come within a second does.
fn told_of(mut told: Told) -> String {
    for connection in &mut told.connections {
        connection
            .rules
            .retain(|hit| !matches!(hit.id, Rule::H29 | Rule::H46));
    }
    let mut digest = digest(&told);
    for connection in &told.connections {
        let websocket = connection.websocket.as_ref().map(|report| {
            (
                &report.messages,
                &report.payload_len,
                &report.masked_len,
                report.close.len(),
            )
        });
        let http2 = connection.http2.as_ref().map(|report| {
            (
                &report.frames,
                &report.settings,
                report.streams,
                report.goaway.len(),
                report.resets_omitted,
            )
        });
        digest += &format!(
            "{websocket:?} {http2:?} {:?}",
            connection.proxy.as_ref().map(|proxy| proxy.src)
        );
    }
    digest
}

fuzz_target!(|input: &[u8]| {
    let Some((&[kind, a, b], input)) = input.split_first_chunk() else {
        return;
    };
    let speaks = [Speaks::Http2, Speaks::H2c, Speaks::Websocket, Speaks::Proxy][usize::from(kind % 4)];
    let mut steps = opening(speaks, kind & 4 != 0);
    for record in records(input).take(64) {
        let side = if record.tag & http::RESPONDER != 0 {
            Side::Responder
        } else {
            Side::Initiator
        };
        let next = match record.tag & (http::EVENT | http::FIN | http::RESET) {
            tag if tag & http::EVENT == 0 => said(speaks, tag, side, record.data),
            tag if tag & http::FIN != 0 => Said::Fin,
            tag if tag & http::RESET != 0 => Said::Reset,
            _ => Said::Gap(record.data.len() as u32),
        };
        steps.push((side, next));
    }
    let mut small = config();
    small.http.http2.streams = 4 + u32::from(kind >> 4);
    small.http.http2.header_list_bytes = 2_000;
    small.http.http2.table_bytes = 5_000;
    let whole = play(small.clone(), &steps, |_| Vec::new());
    let (first, stride) = (usize::from(a), usize::from(b % 64) + 1);
    let cut = play(small, &steps, |bytes| {
        (1 + first..bytes.len()).step_by(stride).collect()
    });
    let is_whole = !steps.iter().any(|(_, said)| matches!(said, Said::Gap(_)));
    // What stands behind a header of the PROXY protocol is HTTP/1 here, whose reading may resume at a segment.
    if is_whole && speaks != Speaks::Proxy {
        assert_eq!(told_of(whole), told_of(cut), "first {first}, then every {stride}");
    }
});
