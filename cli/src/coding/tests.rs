use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::{Coding, End, codings, decode};

const ENOUGH: u64 = 1 << 30;

/// Text of several blocks in every coding, that does not repeat itself all over.
fn text(lines: u32) -> Vec<u8> {
    let mut state = 1_u32;
    let mut text = Vec::new();
    for line in 0..lines {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        writeln!(text, "line {line} of a body: {state:08x}").expect("a vector grows");
    }
    text
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).expect("a vector grows");
    encoder.finish().expect("a vector grows")
}

fn zlib(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).expect("a vector grows");
    encoder.finish().expect("a vector grows")
}

fn raw_deflate(plain: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).expect("a vector grows");
    encoder.finish().expect("a vector grows")
}

fn brotli(plain: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: 5,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*plain, &mut encoded, &params).expect("a vector grows");
    encoded
}

fn zstd(plain: &[u8]) -> Vec<u8> {
    compress_to_vec(plain, CompressionLevel::Fastest)
}

type Encode = fn(&[u8]) -> Vec<u8>;

const EACH: [(Coding, Encode); 5] = [
    (Coding::Gzip, gzip),
    (Coding::Deflate, zlib),
    (Coding::Deflate, raw_deflate),
    (Coding::Brotli, brotli),
    (Coding::Zstd, zstd),
];

fn decoded(body: &[u8], codings: &[Coding], limit: u64) -> (Vec<u8>, End) {
    let mut out = Vec::new();
    let (len, end) = decode(body, codings, limit, &mut out).expect("a vector grows");
    assert_eq!(len, out.len() as u64);
    assert!(len <= limit);
    (out, end)
}

#[test]
fn each_coding_is_undone() {
    for plain in [text(20_000), b"a".to_vec(), Vec::new()] {
        for (coding, encode) in EACH {
            assert_eq!(
                decoded(&encode(&plain), &[coding], ENOUGH),
                (plain.clone(), End::Whole)
            );
        }
    }
    assert_eq!(
        decoded(b"as it is", &[], ENOUGH),
        (b"as it is".to_vec(), End::Whole)
    );
}

// RFC 9110 section 8.4: listed in the order in which they were applied.
#[test]
fn several_in_a_row_are_undone_from_the_last() {
    let plain = text(1000);
    for (first, encode_first) in EACH {
        for (second, encode_second) in EACH {
            let body = encode_second(&encode_first(&plain));
            assert_eq!(
                decoded(&body, &[first, second], ENOUGH),
                (plain.clone(), End::Whole)
            );
        }
    }
}

// Made by `zstd --check` 1.5.4 and `gzip -9` 1.12.
#[test]
fn what_the_tools_themselves_wrote_is_undone() {
    let bytes = |hex: &str| -> Vec<u8> {
        let digits = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("two digits");
        (0..hex.len()).step_by(2).map(digits).collect()
    };
    let plain: String = (0..40).map(|line| format!("line {line} of a body\n")).collect();
    for (coding, hex) in [(Coding::Zstd, ZSTD), (Coding::Gzip, GZIP)] {
        assert_eq!(
            decoded(&bytes(hex), &[coding], ENOUGH),
            (plain.clone().into_bytes(), End::Whole)
        );
    }
}

const ZSTD: &str = "\
    28b52ffd64c60115040074036c696e652030206f66206120626f64790a31323334353637383931313131313131313132\
    32323232323232323233333333333333333333282080a3d2039ccc7766b3986f666799cfcc6631dfcccc32dfccce329f\
    99cdf27c37676673969af3d19cd9cc5964ce17736630677939838b7708830872108608e4108648c79baeb8043578d3fe";
const GZIP: &str = "\
    1f8b080000000000020365d2410a83501443d1b9abf84b30496d75392d55287cead8dd8b3379777a478790fefbaf6d6c\
    fbd6deedb37f8fa15f4135b886d4f0a861aae159c3ab86b9860530526115b08256e00a5e012c8805b26036cce6be301b\
    66c36c980db36136cc86393007e6f0143007e6c01c98037360cedd7c02da381367c6020000";

#[test]
fn a_cut_body_is_decoded_as_far_as_it_goes() {
    let plain = text(20_000);
    for (coding, encode) in EACH {
        let body = encode(&plain);
        let mut before = 0;
        for tenth in 1..10 {
            let (out, end) = decoded(&body[..body.len() * tenth / 10], &[coding], ENOUGH);
            assert_eq!(end, End::Cut, "{coding:?}, {tenth} tenths");
            assert!(plain.starts_with(&out), "{coding:?}, {tenth} tenths");
            assert!(out.len() >= before);
            before = out.len();
            // A block of zstd is 128 KiB, and decodes as a whole or not at all.
            let least = (plain.len() * tenth / 10).saturating_sub(140_000);
            assert!(out.len() >= least, "{coding:?}, {tenth} tenths: {}", out.len());
        }
    }
    // Nothing at all is cut as well, but for a coding that was not applied.
    for (coding, _) in EACH {
        assert_eq!(decoded(b"", &[coding], ENOUGH), (Vec::new(), End::Cut));
    }
}

#[test]
fn a_damaged_body_is_decoded_up_to_the_damage() {
    let plain = text(20_000);
    for (coding, encode) in EACH {
        let mut body = encode(&plain);
        let middle = body.len() / 2;
        body.splice(middle.., [0xff; 400]);
        let (out, end) = decoded(&body, &[coding], ENOUGH);
        assert_ne!(end, End::Whole, "{coding:?}");
        let same = out.iter().zip(&plain).take_while(|(a, b)| a == b).count();
        assert!(
            same + 140_000 >= plain.len() / 2,
            "{coding:?}: {same} of {}",
            plain.len()
        );
    }
    for (coding, _) in EACH {
        let (out, end) = decoded(b"<!doctype html><p>never encoded</p>", &[coding], ENOUGH);
        assert!(matches!(end, End::Damaged(_) | End::Cut), "{coding:?}: {end:?}");
        assert!(out.is_empty(), "{coding:?}");
    }
}

// RFC 1952 section 2.3.1, RFC 1950 section 2.2, RFC 8878 section 3.1.1.
#[test]
fn a_wrong_checksum_is_damage_but_costs_nothing_of_the_body() {
    let plain = text(50);
    for (coding, encode) in [
        (Coding::Gzip, gzip as Encode),
        (Coding::Deflate, zlib),
        (Coding::Zstd, zstd),
    ] {
        let mut body = encode(&plain);
        let sum_at = body.len() - if coding == Coding::Gzip { 8 } else { 4 };
        body[sum_at] ^= 1;
        let (out, end) = decoded(&body, &[coding], ENOUGH);
        assert!(matches!(end, End::Damaged(_)), "{coding:?}: {end:?}");
        assert_eq!(out, plain, "{coding:?}");
    }
}

#[test]
fn any_byte_may_be_wrong() {
    let plain = text(60);
    for (coding, encode) in EACH {
        let body = encode(&plain);
        for at in 0..body.len() {
            for flip in [1, 0x80, 0xff] {
                let mut body = body.clone();
                body[at] ^= flip;
                decoded(&body, &[coding], 1 << 20);
            }
            decoded(&body[at..], &[coding], 1 << 20);
        }
    }
}

// RFC 1952 section 2.2; RFC 8878 section 3.1.
#[test]
fn members_and_frames_follow_each_other() {
    let (one, two) = (text(30), text(40));
    let both = [one.clone(), two.clone()].concat();
    let body = [gzip(&one), gzip(&two)].concat();
    assert_eq!(
        decoded(&body, &[Coding::Gzip], ENOUGH),
        (both.clone(), End::Whole)
    );
    let skippable = b"\x5a\x2a\x4d\x18\x03\0\0\0abc";
    let body = [skippable.as_slice(), &zstd(&one), skippable, &zstd(&two)].concat();
    assert_eq!(decoded(&body, &[Coding::Zstd], ENOUGH), (both, End::Whole));
    // And what is none is left alone.
    let body = [gzip(&one).as_slice(), b"\0\0\0"].concat();
    assert_eq!(decoded(&body, &[Coding::Gzip], ENOUGH), (one, End::Whole));
}

/// Frames of zstd whose blocks each say a byte 128 Ki times.
fn zstd_bomb(window_exponent: u8, blocks: usize) -> Vec<u8> {
    let mut body = vec![0x28, 0xb5, 0x2f, 0xfd, 0, (window_exponent - 10) << 3];
    for block in (0..blocks).rev() {
        let header = (128 << 10) << 3 | 1 << 1 | u32::from(block == 0);
        body.extend(&header.to_le_bytes()[..3]);
        body.push(b'0');
    }
    body
}

#[test]
fn a_bomb_ends_at_the_bound() {
    let zeros = vec![0; 4 << 20];
    for (coding, encode) in EACH {
        let once = encode(&zeros);
        assert_eq!(
            decoded(&once, &[coding], 1000),
            (vec![0; 1000], End::TooLong),
            "{coding:?}"
        );
        let exact = zeros.len() as u64;
        assert_eq!(decoded(&once, &[coding], exact).1, End::Whole, "{coding:?}");
        assert_eq!(decoded(&once, &[coding], exact - 1).1, End::TooLong, "{coding:?}");
        // What is between two codings is bounded, too.
        let twice = encode(&encode(&vec![0; 1 << 20]));
        assert_eq!(
            decoded(&twice, &[coding, coding], 100).1,
            End::TooLong,
            "{coding:?}"
        );
    }
    let (out, end) = decoded(&zstd_bomb(20, 100_000), &[Coding::Zstd], 3 << 20);
    assert_eq!((out, end), (vec![b'0'; 3 << 20], End::TooLong));
    // A window is memory.
    let (out, end) = decoded(&zstd_bomb(41, 100_000), &[Coding::Zstd], 3 << 20);
    assert_eq!(
        (out.len(), end),
        (0, End::Damaged("the zstd window is too large".to_owned()))
    );
}

#[test]
fn codings_are_read_from_the_field() {
    assert_eq!(codings(""), Ok(vec![]));
    assert_eq!(codings("identity"), Ok(vec![]));
    assert_eq!(codings("GZip"), Ok(vec![Coding::Gzip]));
    assert_eq!(codings("x-gzip ,br"), Ok(vec![Coding::Gzip, Coding::Brotli]));
    assert_eq!(
        codings("deflate, identity, zstd"),
        Ok(vec![Coding::Deflate, Coding::Zstd])
    );
    assert_eq!(codings("gzip, compress"), Err("gzip, compress".to_owned()));
    assert!(codings("gzip, gzip, gzip, gzip, gzip").is_err());
}
