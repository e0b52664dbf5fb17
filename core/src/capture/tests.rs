//! Files made by hand from the two drafts.

use std::io::{self, Read};

use proptest::prelude::*;

use super::{Capture, CaptureError};
use crate::frame::LinkType;

/// What a test compares of a frame.
type Seen = (u64, i64, LinkType, u32, Vec<u8>);

fn read_all(read: impl Read) -> (Vec<Seen>, Option<CaptureError>) {
    let mut frames = Vec::new();
    let mut capture = match Capture::open(read) {
        Ok(capture) => capture,
        Err(error) => return (frames, Some(error)),
    };
    loop {
        match capture.next_frame() {
            Ok(Some(frame)) => {
                frames.push((
                    frame.number,
                    frame.time_ns,
                    frame.link,
                    frame.wire_len,
                    frame.data.to_vec(),
                ));
            }
            Ok(None) => return (frames, None),
            Err(error) => {
                assert!(matches!(capture.next_frame(), Ok(None)), "nothing after an error");
                return (frames, Some(error));
            }
        }
    }
}

fn good(bytes: &[u8]) -> Vec<Seen> {
    let (frames, error) = read_all(bytes);
    assert!(error.is_none(), "{error:?}");
    frames
}

/// Numbers in one byte order.
#[derive(Debug, Clone, Copy)]
struct Order(bool);

impl Order {
    fn u16(self, value: u16) -> [u8; 2] {
        if self.0 {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    }

    fn u32(self, value: u32) -> [u8; 4] {
        if self.0 {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    }

    fn u32s(self, values: &[u32]) -> Vec<u8> {
        values.iter().flat_map(|value| self.u32(*value)).collect()
    }

    fn pcap_header(self, magic: u32, minor: u16, link: u32) -> Vec<u8> {
        [
            &self.u32(magic)[..],
            &self.u16(2),
            &self.u16(minor),
            &self.u32s(&[0, 0, 65535, link]),
        ]
        .concat()
    }

    fn record(self, seconds: u32, fraction: u32, first: u32, second: u32, data: &[u8]) -> Vec<u8> {
        [&self.u32s(&[seconds, fraction, first, second]), data].concat()
    }

    fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let padded = body.len().next_multiple_of(4);
        let len = self.u32(u32::try_from(padded + 12).unwrap());
        [
            &self.u32(kind)[..],
            &len,
            body,
            &vec![0; padded - body.len()],
            &len,
        ]
        .concat()
    }

    fn section(self) -> Vec<u8> {
        let body = [&self.u32(0x1a2b_3c4d)[..], &self.u16(1), &self.u16(0), &[0xff; 8]].concat();
        self.block(0x0a0d_0d0a, &body)
    }

    fn interface(self, link: u16, snap_len: u32, options: &[(u16, &[u8])]) -> Vec<u8> {
        let mut body = [&self.u16(link)[..], &self.u16(0), &self.u32(snap_len)].concat();
        for (code, value) in options {
            body.extend(self.u16(*code));
            body.extend(self.u16(u16::try_from(value.len()).unwrap()));
            body.extend(*value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        if !options.is_empty() {
            body.extend([0; 4]);
        }
        self.block(1, &body)
    }

    fn enhanced(self, interface: u32, ticks: u64, wire_len: u32, data: &[u8]) -> Vec<u8> {
        let hi = u32::try_from(ticks >> 32).unwrap();
        let lo = u32::try_from(ticks & 0xffff_ffff).unwrap();
        let fields = self.u32s(&[interface, hi, lo, u32::try_from(data.len()).unwrap(), wire_len]);
        self.block(6, &[&fields, data].concat())
    }

    fn simple(self, wire_len: u32, data: &[u8]) -> Vec<u8> {
        self.block(3, &[&self.u32(wire_len)[..], data].concat())
    }

    fn obsolete(self, interface: u16, ticks: u32, data: &[u8]) -> Vec<u8> {
        let len = u32::try_from(data.len()).unwrap();
        let fields = [
            &self.u16(interface)[..],
            &self.u16(9),
            &self.u32s(&[0, ticks, len, len]),
        ]
        .concat();
        self.block(2, &[&fields, data].concat())
    }
}

const LITTLE: Order = Order(false);
const BIG: Order = Order(true);
const ORDERS: [Order; 2] = [LITTLE, BIG];

#[test]
fn pcap_in_both_orders_and_resolutions() {
    for order in ORDERS {
        for (magic, unit) in [(0xa1b2_c3d4, 1000), (0xa1b2_3c4d, 1)] {
            let file = [
                order.pcap_header(magic, 4, 1),
                order.record(1_700_000_000, 999_999, 3, 60, b"abc"),
                order.record(u32::MAX, u32::MAX, 0, 0, b""),
            ]
            .concat();
            let far = i64::from(u32::MAX);
            let ethernet = LinkType::ETHERNET;
            assert_eq!(
                good(&file),
                [
                    (
                        1,
                        1_700_000_000_000_000_000 + 999_999 * unit,
                        ethernet,
                        60,
                        b"abc".to_vec()
                    ),
                    (2, far * 1_000_000_000 + far * unit, ethernet, 0, vec![]),
                ]
            );
        }
    }
}

#[test]
fn the_modified_pcap_has_longer_record_headers() {
    let record = |data: &[u8]| [&LITTLE.u32s(&[5, 6, 3, 3]), &[2, 0, 0, 0, 0, 8, 4, 0][..], data].concat();
    let file = [
        LITTLE.pcap_header(0xa1b2_cd34, 4, 113),
        record(b"abc"),
        record(b"def"),
    ]
    .concat();
    let data: Vec<_> = good(&file).into_iter().map(|frame| (frame.2, frame.4)).collect();
    assert_eq!(
        data,
        [
            (LinkType::LINUX_SLL, b"abc".to_vec()),
            (LinkType::LINUX_SLL, b"def".to_vec())
        ]
    );
}

#[test]
fn old_pcap_versions_swapped_the_lengths() {
    for (minor, first, second) in [(2, 60, 3), (3, 60, 3), (3, 3, 60), (4, 3, 60)] {
        let file = [
            LITTLE.pcap_header(0xa1b2_c3d4, minor, 1),
            LITTLE.record(0, 0, first, second, b"abc"),
        ]
        .concat();
        let frames = good(&file);
        assert_eq!((frames[0].3, &frames[0].4[..]), (60, &b"abc"[..]), "2.{minor}");
    }
}

#[test]
fn the_fcs_bits_are_not_the_link_type() {
    let file = [
        LITTLE.pcap_header(0xa1b2_c3d4, 4, 0x4400_0001),
        LITTLE.record(0, 0, 1, 1, b"a"),
    ]
    .concat();
    assert_eq!(good(&file)[0].2, LinkType::ETHERNET);
}

#[test]
fn pcapng_with_sections_interfaces_and_every_packet_block() {
    for order in ORDERS {
        let nanoseconds = [9];
        let halves = [0x81];
        let offset = if order.0 {
            100_i64.to_be_bytes()
        } else {
            100_i64.to_le_bytes()
        };
        let unknown = order.block(0x0bad_beef, b"whatever");
        let file = [
            order.section(),
            unknown.clone(),
            order.interface(1, 0, &[]),
            order.interface(101, 4, &[(9, &nanoseconds), (14, &offset)]),
            order.interface(113, 0, &[(2, b"eth0"), (9, &halves)]),
            order.enhanced(0, 1_700_000_000_000_001, 60, b"one"),
            order.enhanced(1, 7, 3, b"two"),
            unknown,
            order.enhanced(2, 3, 5, b"three"),
            order.simple(4, b"four"),
            order.obsolete(1, 9, b"five"),
            // A new section forgets the interfaces and may have another byte order.
            Order(!order.0).section(),
            Order(!order.0).interface(228, 2, &[]),
            Order(!order.0).simple(9, b"si__pad_x"),
        ]
        .concat();
        assert_eq!(
            good(&file),
            [
                (
                    1,
                    1_700_000_000_000_001_000,
                    LinkType::ETHERNET,
                    60,
                    b"one".to_vec()
                ),
                (2, 100_000_000_007, LinkType::RAW, 3, b"two".to_vec()),
                (3, 1_500_000_000, LinkType::LINUX_SLL, 5, b"three".to_vec()),
                (4, 1_500_000_000, LinkType::ETHERNET, 4, b"four".to_vec()),
                (5, 100_000_000_009, LinkType::RAW, 4, b"five".to_vec()),
                (6, 100_000_000_009, LinkType::IPV4, 9, b"si".to_vec()),
            ]
        );
    }
}

#[test]
fn absurd_times_saturate() {
    let file = [
        LITTLE.section(),
        LITTLE.interface(1, 0, &[(9, &[0])]),
        LITTLE.interface(1, 0, &[(14, &i64::MIN.to_le_bytes())]),
        LITTLE.enhanced(0, u64::MAX, 0, b""),
        LITTLE.enhanced(1, 0, 0, b""),
    ]
    .concat();
    let times: Vec<_> = good(&file).into_iter().map(|frame| frame.1).collect();
    assert_eq!(times, [i64::MAX, i64::MIN]);
}

#[test]
fn headers_alone_are_empty_captures() {
    assert_eq!(good(&LITTLE.pcap_header(0xa1b2_c3d4, 4, 1)), []);
    assert_eq!(good(&BIG.section()), []);
    assert_eq!(
        good(&[LITTLE.section(), LITTLE.interface(1, 0, &[])].concat()),
        []
    );
}

#[test]
fn empty_input_is_told_apart_from_no_capture() {
    assert!(matches!(Capture::open(&[][..]), Err(CaptureError::Empty)));
    let looks = |bytes: &[u8]| match Capture::open(bytes) {
        Err(CaptureError::NotACapture { looks_like }) => looks_like,
        other => panic!("{other:?}"),
    };
    assert_eq!(looks(b"\x1f\x8b\x08\0\0\0\0\0"), Some("gzip-compressed data"));
    assert_eq!(looks(b"\x1f\x8b"), Some("gzip-compressed data"));
    assert_eq!(looks(b"\x28\xb5\x2f\xfd...."), Some("zstd-compressed data"));
    assert_eq!(
        looks(b"12:00:00.1 IP 10.0.0.1.1 > 10.0.0.2.2: Flags [S]\n"),
        Some("text")
    );
    assert_eq!(
        looks(b"version https://git-lfs.github.com/spec/v1\n"),
        Some("a Git LFS pointer, not the file itself")
    );
    assert_eq!(looks(&[0; 100]), Some("zeros only"));
    assert_eq!(looks(&[0xee; 100]), None);
    // What comes behind a look changes nothing: a pipe may give it later.
    assert_eq!(looks(&[[0; 64], [0xee; 64]].concat()), Some("zeros only"));
    assert_eq!(looks(&[0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 1, 2, 3, 4]), None);
    let error = Capture::open(&b"\x1f\x8b\x08\0"[..]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "not a pcap or pcapng capture; it looks like gzip-compressed data"
    );
}

fn sample_pcap() -> Vec<u8> {
    [
        BIG.pcap_header(0xa1b2_3c4d, 4, 1),
        BIG.record(1, 2, 3, 60, b"abc"),
        BIG.record(3, 4, 5, 5, b"defgh"),
    ]
    .concat()
}

fn sample_pcapng() -> Vec<u8> {
    [
        LITTLE.section(),
        LITTLE.interface(1, 0, &[(9, &[9])]),
        LITTLE.enhanced(0, 1, 3, b"abc"),
        LITTLE.simple(5, b"defgh"),
    ]
    .concat()
}

#[test]
fn every_prefix_is_a_truncation_that_keeps_the_frames_before() {
    for (file, bounds) in [
        (sample_pcap(), vec![24, 43, 64]),
        (sample_pcapng(), vec![28, 60, 96, 120]),
    ] {
        assert_eq!(file.len(), *bounds.last().unwrap());
        let whole = good(&file);
        for len in 4..file.len() {
            let (frames, error) = read_all(&file[..len]);
            assert!(whole.starts_with(&frames));
            match error {
                None => assert!(bounds.contains(&len), "{len}"),
                Some(CaptureError::Truncated {
                    offset,
                    frames: before,
                }) => {
                    let begins = bounds
                        .iter()
                        .rev()
                        .find(|bound| **bound < len)
                        .copied()
                        .unwrap_or(0);
                    assert_eq!((offset, before), (begins as u64, frames.len() as u64), "{len}");
                }
                Some(error) => panic!("{len}: {error}"),
            }
        }
    }
}

#[test]
fn damage_says_where_and_what() {
    let damage = |file: &[u8]| match read_all(file) {
        (
            frames,
            Some(CaptureError::Damaged {
                offset,
                frames: before,
                what,
            }),
        ) => {
            assert_eq!(before, frames.len() as u64);
            (offset, before, what)
        }
        other => panic!("{other:?}"),
    };
    let pcap = [sample_pcap(), BIG.record(0, 0, 0x7fff_ffff, 60, b"")].concat();
    assert_eq!(damage(&pcap), (64, 2, "record length beyond 256 MiB"));

    let section = [LITTLE.section(), LITTLE.interface(1, 0, &[])].concat();
    let after = |block: Vec<u8>| damage(&[&section[..], &block].concat());
    let changed = |at: usize, value: u8| {
        let mut block = LITTLE.enhanced(0, 1, 3, b"abc");
        block[at] = value;
        after(block)
    };
    assert_eq!(changed(4, 8), (48, 0, "block length below 12"));
    assert_eq!(changed(7, 0x20), (48, 0, "block length beyond 256 MiB"));
    assert_eq!(changed(32, 1), (48, 0, "the two lengths of a block differ"));
    assert_eq!(changed(20, 5), (48, 0, "packet longer than its block"));
    assert_eq!(changed(23, 0xff), (48, 0, "packet longer than its block"));
    assert_eq!(changed(8, 1), (48, 0, "packet of an unknown interface"));
    assert_eq!(
        after(LITTLE.block(6, &[0; 16])),
        (48, 0, "block too short for its type")
    );
    assert_eq!(
        after(LITTLE.block(3, &[])),
        (48, 0, "block too short for its type")
    );
    assert_eq!(
        after(LITTLE.block(1, &[0; 4])),
        (48, 0, "interface description unreadable")
    );
    let mut second = LITTLE.section();
    second[8] = 0;
    assert_eq!(after(second), (48, 0, "section header without a byte order"));
}

/// Gives what it is told to, one piece a call, and fails between as pipes do.
struct Pieces<'a> {
    bytes: &'a [u8],
    len: usize,
    interrupt: bool,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupt = !self.interrupt;
        if self.interrupt {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let len = self.len.min(self.bytes.len()).min(buffer.len());
        let (now, later) = self.bytes.split_at(len);
        buffer[..len].copy_from_slice(now);
        self.bytes = later;
        Ok(len)
    }
}

#[test]
fn a_trickling_pipe_gives_the_same_frames() {
    for file in [sample_pcap(), sample_pcapng()] {
        for len in 1..9 {
            let (frames, error) = read_all(Pieces {
                bytes: &file,
                len,
                interrupt: false,
            });
            assert!(error.is_none());
            assert_eq!(frames, good(&file));
        }
    }
}

/// Panics when asked for more than it has: a live capture would wait there.
struct Live<'a>(&'a [u8]);

impl Read for Live<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        assert!(!self.0.is_empty(), "waits for bytes that it does not need");
        self.0.read(buffer)
    }
}

#[test]
fn a_whole_record_is_given_without_waiting_for_the_next() {
    for (file, expected) in [(sample_pcap(), 2), (sample_pcapng(), 2)] {
        let mut capture = Capture::open(Live(&file)).unwrap();
        for _ in 0..expected {
            assert!(capture.next_frame().unwrap().is_some());
        }
        assert_eq!((capture.frames(), capture.position()), (2, file.len() as u64));
    }
}

/// Fails once, then goes on.
struct Flaky<'a>(&'a [u8], bool);

impl Read for Flaky<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if std::mem::take(&mut self.1) {
            return Err(io::Error::other("unplugged"));
        }
        self.0.read(buffer)
    }
}

#[test]
fn an_io_error_is_passed_on_and_may_be_overcome() {
    let file = sample_pcap();
    let mut capture = Capture::open(
        Pieces {
            bytes: &file[..24],
            len: 24,
            interrupt: false,
        }
        .chain(Flaky(&file[24..], true)),
    )
    .unwrap();
    let error = capture.next_frame().unwrap_err();
    assert_eq!(error.to_string(), "reading the capture failed: unplugged");
    assert_eq!(
        capture.next_frame().unwrap().map(|frame| frame.data.to_vec()),
        Some(b"abc".to_vec())
    );
    assert!(matches!(
        Capture::open(Flaky(&file, true)),
        Err(CaptureError::Io(_))
    ));
}

#[test]
fn records_longer_than_the_buffer_and_many_of_them() {
    let long = vec![7; 3 << 20];
    let len = u32::try_from(long.len()).unwrap();
    let mut file = LITTLE.pcap_header(0xa1b2_c3d4, 4, 1);
    file.extend(LITTLE.record(0, 0, len, len, &long));
    for number in 0..2000_u32 {
        file.extend(LITTLE.record(number, 0, 701, 701, &[u8::try_from(number % 251).unwrap(); 701]));
    }
    let frames = good(&file);
    assert_eq!((frames.len(), &frames[0].4), (2001, &long));
    for (number, frame) in (0..2000_u32).zip(&frames[1..]) {
        assert_eq!(frame.4, [u8::try_from(number % 251).unwrap(); 701]);
    }
}

#[test]
fn a_claimed_length_costs_no_memory_before_its_bytes() {
    let file = [
        LITTLE.pcap_header(0xa1b2_c3d4, 4, 1),
        LITTLE.record(0, 0, 200 << 20, 60, b"abc"),
    ]
    .concat();
    let mut capture = Capture::open(&file[..]).unwrap();
    assert!(matches!(
        capture.next_frame(),
        Err(CaptureError::Truncated {
            offset: 24,
            frames: 0
        })
    ));
    assert_eq!(capture.input.capacity(), 256 << 10);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_files_never_panic(
        ng in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let mut file = if ng { sample_pcapng() } else { sample_pcap() };
        for (at, value) in changes {
            let at = at.index(file.len());
            file[at] = value;
        }
        let _ = read_all(&file[..]);
    }

    #[test]
    fn random_blocks_never_panic(
        order in any::<bool>().prop_map(Order),
        blocks in prop::collection::vec((0_u32..8, prop::collection::vec(any::<u8>(), 0..60)), 0..6),
    ) {
        let mut file = [order.section(), order.interface(1, 0, &[])].concat();
        for (kind, body) in blocks {
            file.extend(order.block(kind, &body));
        }
        let _ = read_all(&file[..]);
    }
}
