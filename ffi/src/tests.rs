//! Nothing is lost between core and the C structs, on every capture.

use std::fs::{self, File};
use std::net::IpAddr;
use std::path::Path;
use std::ptr;

use synfin::capture::Capture;
use synfin::wire::{Decoded, decode};
use synfin::{Annotation, Dissector, FIELDS, Frame, Outcome, Segment, Value};

use crate::annotation::address_bytes;
use crate::*;

fn each_frame(mut see: impl FnMut(&Path, &Frame<'_>)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/captures");
    let mut captures = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "pcapng") {
            captures += 1;
            let mut capture = Capture::open(File::open(&path).unwrap()).unwrap();
            while let Some(frame) = capture.next_frame().unwrap() {
                see(&path, &frame);
            }
        }
    }
    assert!(captures >= 40, "{captures}");
}

/// Core's dissector for the capture a frame is of: a new one for each.
fn dissector_of<'a, D>(
    current: &'a mut Option<(std::path::PathBuf, D)>,
    path: &Path,
    new: fn() -> D,
) -> &'a mut D {
    if current.as_ref().is_none_or(|(of, _)| of != path) {
        *current = Some((path.to_owned(), new()));
    }
    &mut current.as_mut().unwrap().1
}

fn each_annotation(mut see: impl FnMut(&Path, &Annotation)) {
    let mut current = None;
    each_frame(|path, frame| {
        if let Outcome::Segment(annotation) =
            dissector_of(&mut current, path, Dissector::default).frame(frame)
        {
            see(path, &annotation);
        }
    });
}

#[test]
fn an_annotation_survives_the_way_to_c_and_back() {
    each_annotation(|path, annotation| {
        let there = synfin_annotation::from(annotation);
        assert_eq!(
            Annotation::try_from(&there),
            Ok(*annotation),
            "{}",
            path.display()
        );
    });
}

/// A dissector behind the C ABI.
struct Handle(*mut synfin_dissector);

impl Handle {
    fn new() -> Self {
        let mut handle = ptr::null_mut();
        // SAFETY: NULL is the default configuration; `handle` is a place for a pointer.
        let status = unsafe { synfin_dissector_new(ptr::null(), &raw mut handle) };
        assert_eq!(status, synfin_status::SYNFIN_OK);
        Self(handle)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: from synfin_dissector_new(), freed once.
        unsafe { synfin_dissector_free(self.0) }
    }
}

fn c_segment(segment: &Segment<'_>) -> synfin_segment {
    let (src, address_len) = address_bytes(segment.src);
    let (dst, _) = address_bytes(segment.dst);
    let header_len = segment.bytes.len() - segment.payload.len();
    synfin_segment {
        struct_size: size_of::<synfin_segment>() as u32,
        wire_len: header_len as u32 + segment.payload_len,
        frame: segment.frame,
        time_ns: segment.time_ns,
        data: segment.bytes.as_ptr(),
        len: segment.bytes.len(),
        src,
        dst,
        tcp_offset: segment.tcp_offset.unwrap_or(u32::MAX),
        ip_id: segment.ip_id.map_or(-1, i32::from),
        ttl: segment.ttl.map_or(-1, i16::from),
        address_len,
        layer: segment.layer,
        reserved: [0; 4],
        tunnel: segment.tunnel,
        reserved2: 0,
    }
}

#[test]
fn the_segment_door_gives_what_the_frame_door_gives() {
    let (mut by_frame, mut by_segment) = (None, None);
    each_frame(|path, frame| {
        let expected = dissector_of(&mut by_frame, path, Dissector::default).frame(frame);
        let Decoded::Tcp(segment) = decode(frame) else {
            return;
        };
        let Outcome::Segment(expected) = expected else {
            panic!("{}: {expected:?}", path.display());
        };
        let mut out = synfin_annotation {
            struct_size: size_of::<synfin_annotation>() as u32,
            ..synfin_annotation::default()
        };
        let handle = dissector_of(&mut by_segment, path, Handle::new).0;
        // SAFETY: a living handle, and structs of the size they say.
        let status = unsafe { synfin_dissector_segment(handle, &c_segment(&segment), &raw mut out) };
        assert_eq!(status, synfin_status::SYNFIN_OK);
        assert_eq!(
            out,
            synfin_annotation::from(&expected),
            "{} {}",
            path.display(),
            frame.number
        );
    });
}

/// A value as core has it.
fn core_value(value: &synfin_value) -> Value<'static> {
    // SAFETY: the type says which member was written; texts live as long as the list, which outlives this.
    unsafe {
        match value.r#type {
            0 => Value::Unsigned(value.value.number),
            1 => Value::Bool(value.value.number == 1),
            2 => {
                let text = value.value.text;
                let bytes = std::slice::from_raw_parts(text.ptr.cast::<u8>(), text.len + 1);
                assert_eq!(bytes.last(), Some(&0));
                let text = std::str::from_utf8(&bytes[..text.len]).unwrap();
                Value::Text(text.to_owned().into())
            }
            3 => Value::Frame(value.value.number),
            4 => Value::RelativeTime(value.value.time_ns),
            5 => Value::AbsoluteTime(value.value.time_ns),
            6 => Value::Address(match value.value.address {
                synfin_address {
                    bytes: [a, b, c, d, ..],
                    len: 4,
                    ..
                } => IpAddr::from([a, b, c, d]),
                synfin_address { bytes, .. } => IpAddr::from(bytes),
            }),
            other => panic!("type {other}"),
        }
    }
}

#[test]
fn the_list_of_values_is_the_registry_s() {
    let mut list = ptr::null_mut();
    // SAFETY: a place for a pointer.
    let status = unsafe { synfin_values_new(&raw mut list) };
    assert_eq!(status, synfin_status::SYNFIN_OK);
    each_annotation(|path, annotation| {
        let there = synfin_annotation::from(annotation);
        let (mut values, mut count) = (ptr::null(), 0);
        // SAFETY: a living list and places for the answers, which are read before the list changes.
        let found: Vec<_> = unsafe {
            assert_eq!(
                synfin_annotation_values(&raw const there, list),
                synfin_status::SYNFIN_OK
            );
            assert_eq!(
                synfin_values_get(list, &raw mut values, &raw mut count),
                synfin_status::SYNFIN_OK
            );
            let values = std::slice::from_raw_parts(values, count);
            values
                .iter()
                .map(|value| (value.field as usize, core_value(value)))
                .collect()
        };
        let mut expected = Vec::new();
        for (number, field) in FIELDS.iter().enumerate() {
            field.of_segment(annotation, |value| expected.push((number, value)));
        }
        assert_eq!(found, expected, "{}", path.display());
    });
    // SAFETY: from synfin_values_new(), freed once.
    unsafe { synfin_values_free(list) }
}
