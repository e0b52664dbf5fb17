//! Writes seeds for every target from captures and from the corpus of HTTP heads:
//! `cargo run --example seeds -- OUT CAPTURES... [--http CORPUS.jsonl...]`.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use synfin::capture::Capture;
use synfin::wire::{Decoded, decode};
use synfin::{Frame, LinkType};
use synfin_fuzz::{abi, frame, http, write};

/// Longer ones make a fuzzer slow.
const LONGEST: usize = 24 << 10;

fn main() -> io::Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let usage = || io::Error::other("seeds OUT CAPTURES... [--http CORPUS.jsonl...]");
    let out = args.next().ok_or_else(usage)?;
    let mut of_http = false;
    for path in args {
        if path.as_os_str() == "--http" {
            of_http = true;
        } else if of_http {
            heads(&out, &path)?;
        } else {
            captures(&out, &path)?;
        }
    }
    // Nothing recorded has the layout of the structured target: any bytes are a beginning.
    let mut state = 9293_u64;
    for number in 0..64 {
        let bytes: Vec<u8> = (0..16 << (number % 6))
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            })
            .collect();
        seed(&out, "segments", &format!("any-{number}"), &bytes)?;
    }
    streams(&out)
}

/// One conversation for each protocol of the `streams` target.
fn streams(out: &Path) -> io::Result<()> {
    let get = [&[1, 5, 1][..], b"\x82\x86\x84\x41\x01a"].concat();
    let indexed = [&[1, 4, 3][..], b"\x83\x86\xbe\x44\x02/x"].concat();
    let answer = [
        &[1, 4, 1][..],
        b"\x88\x5f\x8b\x1d\x75\xd0\x62\x0d\x26\x3d\x4c\x74\x41\xea",
    ]
    .concat();
    let http2: [(u8, &[u8]); 14] = [
        (0, b"\x04\0\0\0\x04\0\0\x01\0"),
        (0, &get),
        (0, &indexed),
        (http::RESPONDER, b"\x04\x01\0"),
        (http::RESPONDER, &answer),
        (http::RESPONDER, b"\0\x09\x01\x02content\0\0"),
        (0, b"\0\x01\x03content"),
        (0, b"\x08\0\x01\0\0\x01\0"),
        (0, b"\x06\0\0\0\x0101234567"),
        (http::RESPONDER, b"\x05\x04\x01\0\0\0\x02\x82\x86\x84"),
        (http::RESPONDER, b"\x03\0\x03\0\0\0\x08"),
        (0, b"\x01\x01\x05\x82"),
        (0, b"\x09\x04\x05\x86\x84"),
        (http::RESPONDER, b"\x07\0\0\0\0\0\x05\0\0\0\x01why"),
    ];
    let websocket: [(u8, &[u8]); 6] = [
        (0, b"\x81hello"),
        (http::RESPONDER, b"\x01hel"),
        (http::RESPONDER, b"\x89ping"),
        (0, b"\x8aping"),
        (http::RESPONDER, b"\x80lo"),
        (0, b"\x88\x03\xe8bye"),
    ];
    let proxy: [(u8, &[u8]); 2] = [
        (0, b"GET / HTTP/1.1\r\n\r\n"),
        (
            http::FIN,
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x01\x02\x03\x04\x05\x06\x07\x08\0\x50\0\x51",
        ),
    ];
    for (kind, steps) in [
        (0, &http2[..]),
        (1, &http2[3..]),
        (2, &websocket),
        (6, &websocket),
        (3, &proxy),
        (7, &proxy[1..]),
    ] {
        let mut bytes = vec![kind, 2, 6];
        for (tag, data) in steps {
            write(&mut bytes, *tag, data);
        }
        seed(out, "streams", &format!("told-{kind}"), &bytes)?;
    }
    Ok(())
}

fn seed(out: &Path, target: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
    let folder = out.join(target);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(name), bytes)
}

/// Every capture in a folder and below.
fn captures(out: &Path, path: &Path) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            captures(out, &entry?.path())?;
        }
        return Ok(());
    }
    let is_capture = path
        .extension()
        .and_then(OsStr::to_str)
        .is_some_and(|ending| ending.starts_with("pcap"));
    let bytes = fs::read(path)?;
    if !is_capture || bytes.is_empty() {
        return Ok(());
    }
    let name: String = path
        .to_string_lossy()
        .rsplit('/')
        .take(2)
        .collect::<Vec<_>>()
        .join("-");
    let head = &bytes[..bytes.len().min(LONGEST)];
    seed(out, "capture", &name, head)?;
    if bytes.len() <= synfin_fuzz::LONGEST {
        let mut calls = Vec::new();
        write(&mut calls, abi::NEW, &[0, 0x4e]);
        write(&mut calls, abi::CAPTURE, &bytes);
        write(&mut calls, abi::CONNECTIONS, &[0, 4]);
        write(&mut calls, abi::TRANSACTIONS, &[0, 0]);
        write(&mut calls, abi::FINISH, &[]);
        write(&mut calls, abi::CONNECTION, &[0, 0, 1]);
        seed(out, "abi", &name, &calls)?;
    }
    frames(out, &name, &bytes)
}

fn frames(out: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut of_link: HashMap<LinkType, Vec<u8>> = HashMap::new();
    let (mut said, mut calls) = (vec![3, 5], Vec::new());
    write(&mut calls, abi::NEW, &[0, 0x4e]);
    let mut client = None;
    let Ok(mut capture) = Capture::open(bytes) else {
        return Ok(());
    };
    while let Ok(Some(found)) = capture.next_frame() {
        let records = of_link.entry(found.link).or_insert_with(|| {
            let [a, b] = found.link.0.to_le_bytes();
            vec![a, b, 9]
        });
        let cut = if found.wire_len as usize > found.data.len() {
            frame::CUT
        } else {
            0
        };
        write(records, cut, found.data);
        if found.link == LinkType::ETHERNET {
            write(&mut calls, abi::FRAME, found.data);
        }
        let Decoded::Tcp(segment) = decode(&Frame { ..found }) else {
            continue;
        };
        if segment.payload.is_empty() {
            continue;
        }
        let sender = (
            segment.src,
            segment.tcp.src_port,
            segment.dst,
            segment.tcp.dst_port,
        );
        let (a, b, c, d) = *client.get_or_insert(sender);
        let tag = match sender {
            _ if sender == (a, b, c, d) => 0,
            _ if sender == (c, d, a, b) => http::RESPONDER,
            _ => continue,
        };
        write(&mut said, tag, segment.payload);
    }
    for (link, mut records) in of_link {
        records.truncate(LONGEST);
        seed(out, "frame", &format!("{name}-{}", link.0), &records)?;
    }
    write(&mut calls, abi::CONNECTION, &[0, 0, 0]);
    write(&mut calls, abi::FINISH, &[]);
    write(&mut calls, abi::CONNECTION, &[0, 0, 1]);
    if calls.len() <= LONGEST && client.is_some() {
        said.truncate(LONGEST);
        let is_tls = said.get(4..6) == Some(&[22, 3]);
        seed(out, if is_tls { "tls" } else { "http" }, name, &said)?;
        seed(out, "abi", &format!("{name}-frames"), &calls)?;
    }
    Ok(())
}

/// The rows of a corpus of HTTP messages.
fn heads(out: &Path, path: &Path) -> io::Result<()> {
    let stem = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    for (number, line) in fs::read_to_string(path)?.lines().enumerate() {
        let row: serde_json::Value = serde_json::from_str(line)?;
        if let Some(pieces) = row["input"].as_array() {
            let mut said = vec![3, 5];
            for piece in pieces {
                let bytes = STANDARD
                    .decode(piece["data"].as_str().unwrap_or_default())
                    .unwrap_or_default();
                write(
                    &mut said,
                    if piece["dir"] == "c2s" { 0 } else { http::RESPONDER },
                    &bytes,
                );
            }
            said.truncate(LONGEST);
            seed(out, "http", &format!("{stem}-{number}"), &said)?;
            continue;
        }
        let Some(bytes) = row["input"].as_str().and_then(|text| STANDARD.decode(text).ok()) else {
            continue;
        };
        let is_response = row["type"] == "response";
        let mut said = vec![3, 5];
        write(
            &mut said,
            0,
            if is_response {
                b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
            } else {
                &bytes
            },
        );
        if is_response {
            write(&mut said, http::RESPONDER, &bytes);
            let mut alone = vec![3, 5];
            write(&mut alone, http::RESPONDER, &bytes);
            seed(out, "http", &format!("{stem}-{number}-alone"), &alone)?;
        }
        seed(out, "http", &format!("{stem}-{number}"), &said)?;
    }
    Ok(())
}
