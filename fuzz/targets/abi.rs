//! Calls of the C ABI in any order: every call and every getter, with NULL where a pointer may or must not be, structs
//! of any size that is allowed. No handle is used after it was freed; whatever else the header asks for is kept.
//!
//! Input: records (`synfin_fuzz::abi`).
#![no_main]

use std::ffi::CStr;
use std::ptr::{null, null_mut};

use libfuzzer_sys::fuzz_target;
use synfin_ffi::*;
use synfin_fuzz::{abi, records};

/// A struct of the caller's, so large as it says and no byte larger.
struct Sized(Vec<u64>);

impl Sized {
    /// `odd` makes it one of an older or newer header, or of a wrong size.
    fn of<T>(odd: u8) -> Self {
        let own = size_of::<T>().div_ceil(8);
        let words = match odd {
            0..=199 => own,
            200..=219 => own + 2,
            _ => usize::from(odd - 219) * own / 36,
        };
        let mut place = vec![0_u64; words.max(1)];
        place[0] = words as u64 * 8;
        Self(place)
    }

    fn ptr<T>(&mut self) -> *mut T {
        self.0.as_mut_ptr().cast()
    }

    /// The struct, where it is whole.
    fn get<T: Copy>(&self) -> Option<T> {
        // SAFETY: as large as a `T`, aligned as a `u64`; plain data of C.
        (self.0.len() * 8 >= size_of::<T>()).then(|| unsafe { self.0.as_ptr().cast::<T>().read() })
    }
}

/// Every byte of a text, and the NUL behind it.
unsafe fn read_text(text: synfin_str) -> usize {
    if text.ptr.is_null() {
        assert_eq!(text.len, 0);
        return 0;
    }
    // SAFETY: the library promises `len` bytes and a NUL.
    let bytes = unsafe { std::slice::from_raw_parts(text.ptr.cast::<u8>(), text.len + 1) };
    assert_eq!(bytes[text.len], 0, "a NUL ends it");
    std::str::from_utf8(&bytes[..text.len]).expect("UTF-8");
    bytes.iter().map(|byte| usize::from(*byte)).sum()
}

/// A JSON text: asked for its size, then with room for it, then with too little.
fn read_json(call: impl Fn(*mut libc_char, usize, *mut usize) -> synfin_status) {
    let mut needed = 0;
    let first = call(null_mut(), 0, &mut needed);
    if first != synfin_status::SYNFIN_ERR_BUFFER_TOO_SMALL {
        assert_ne!(first, synfin_status::SYNFIN_OK, "no room is too little");
        return;
    }
    let mut exact = vec![1_u8; needed];
    let mut again = 0;
    assert_eq!(
        call(exact.as_mut_ptr().cast(), needed, &mut again),
        synfin_status::SYNFIN_OK
    );
    assert_eq!((again, exact.last()), (needed, Some(&0)));
    std::str::from_utf8(&exact[..needed - 1]).expect("UTF-8");
    let mut small = vec![1_u8; needed - 1];
    let status = call(small.as_mut_ptr().cast(), needed - 1, null_mut());
    assert_eq!(status, synfin_status::SYNFIN_ERR_BUFFER_TOO_SMALL);
}

#[allow(non_camel_case_types)]
type libc_char = std::ffi::c_char;

/// The handles that live.
struct Host {
    dissectors: [*mut synfin_dissector; 2],
    which: usize,
    values: *mut synfin_values,
    transaction: *mut synfin_transaction,
    number: u64,
    time_ns: i64,
}

impl Host {
    fn new() -> Self {
        let mut host = Self {
            dissectors: [null_mut(); 2],
            which: 0,
            values: null_mut(),
            transaction: null_mut(),
            number: 0,
            time_ns: 0,
        };
        host.handles();
        host.make(&[]);
        host
    }

    /// NULL if it was freed.
    fn dissector(&self) -> *mut synfin_dissector {
        self.dissectors[self.which]
    }

    fn tick(&mut self) {
        self.number += 1;
        self.time_ns += 1_000_000;
    }

    fn handles(&mut self) {
        // SAFETY: handles of this host, freed once.
        unsafe {
            synfin_values_free(self.values);
            synfin_transaction_free(self.transaction);
            assert_eq!(synfin_values_new(&mut self.values), synfin_status::SYNFIN_OK);
            assert_eq!(
                synfin_transaction_new(&mut self.transaction),
                synfin_status::SYNFIN_OK
            );
        }
    }

    fn free(&mut self) {
        // SAFETY: freed once, forgotten here.
        unsafe { synfin_dissector_free(self.dissector()) };
        self.dissectors[self.which] = null_mut();
    }

    fn make(&mut self, data: &[u8]) {
        self.free();
        let at = |index: usize| data.get(index).copied().unwrap_or(0);
        let mut place = Sized::of::<synfin_config>(at(0));
        let config = place.ptr::<synfin_config>();
        let mut out = null_mut();
        // SAFETY: a struct as large as it says; written only where it is a whole one.
        unsafe {
            let status = synfin_config_init(config);
            if status == synfin_status::SYNFIN_OK && place.get::<synfin_config>().is_some() {
                let config = &mut *config;
                let ports = [80_u16, 8080];
                if at(1) & 1 != 0 {
                    config.max_connections = at(2).into();
                    config.reassembly_held_bytes = u32::from(at(3)) * 16;
                    config.reassembly_held_pieces = u32::from(at(4) & 7);
                    config.http_head_bytes = u32::from(at(5)) * 8;
                    config.http_kept_transactions = (at(6) & 3).into();
                    config.http_pending_requests = (at(6) >> 6).into();
                }
                config.checksums = u32::from(at(1) >> 6);
                config.http_facts = at(1) >> 1 & 1;
                config.http_fields = at(1) >> 2 & 1;
                config.http_streamed = at(1) >> 3 & 1;
                config.http_body_bytes = u32::from(at(1) >> 4 & 1) * 64;
                if at(1) & 32 != 0 {
                    config.likely_server_ports = ports.as_ptr();
                    config.likely_server_port_count = usize::from(at(7)) % 3;
                }
                synfin_dissector_new(config, &mut out);
            } else {
                synfin_dissector_new(config, &mut out);
            }
            if out.is_null() {
                assert_eq!(synfin_dissector_new(null(), &mut out), synfin_status::SYNFIN_OK);
            }
        }
        self.dissectors[self.which] = out;
    }

    fn frame(&mut self, data: &[u8]) {
        self.tick();
        let frame = synfin_frame {
            struct_size: size_of::<synfin_frame>() as u32,
            wire_len: data.len() as u32,
            number: self.number,
            time_ns: self.time_ns,
            data: if data.is_empty() { null() } else { data.as_ptr() },
            len: data.len(),
            link_type: 1,
            reserved: [0; 6],
        };
        let mut out = Sized::of::<synfin_annotation>(0);
        // SAFETY: whole structs and bytes that live during the call.
        let status = unsafe { synfin_dissector_frame(self.dissector(), &frame, out.ptr()) };
        if status == synfin_status::SYNFIN_OK {
            self.annotation(&mut out);
        }
        if status == synfin_status::SYNFIN_ICMP {
            self.icmp_note();
        }
    }

    fn segment(&mut self, data: &[u8]) {
        self.tick();
        let Some((&[a, b, c, d], bytes)) = data.split_first_chunk() else {
            return;
        };
        let mut src = [0; 16];
        let mut dst = [0; 16];
        (src[0], dst[0]) = (a & 3, b & 3);
        let segment = synfin_segment {
            struct_size: if c < 128 {
                size_of::<synfin_segment>() as u32
            } else {
                88
            },
            wire_len: bytes.len() as u32 + u32::from(d & 1) * 100,
            frame: self.number,
            time_ns: self.time_ns + i64::from(d) * 1_000_000_000,
            data: bytes.as_ptr(),
            len: bytes.len(),
            src,
            dst,
            tcp_offset: if c & 1 == 0 { u32::MAX } else { 34 },
            ip_id: i32::from(a) - 1,
            ttl: i16::from(b) - 1,
            address_len: match c & 6 {
                0 => 16,
                6 => c >> 3,
                _ => 4,
            },
            layer: d >> 6,
            reserved: [0; 4],
            tunnel: u32::from(d & 2),
            reserved2: 0,
        };
        let mut out = Sized::of::<synfin_annotation>(0);
        // SAFETY: a whole struct (its first layout at least) and bytes that live during the call.
        let status = unsafe { synfin_dissector_segment(self.dissector(), &segment, out.ptr()) };
        if status == synfin_status::SYNFIN_OK {
            self.annotation(&mut out);
        }
    }

    fn icmp(&mut self, data: &[u8]) {
        self.tick();
        let Some((&[a, b], bytes)) = data.split_first_chunk() else {
            return;
        };
        let mut src = [0; 16];
        src[0] = a & 3;
        let icmp = synfin_icmp {
            struct_size: size_of::<synfin_icmp>() as u32,
            tunnel: 0,
            frame: self.number,
            time_ns: self.time_ns,
            data: bytes.as_ptr(),
            len: bytes.len(),
            src,
            ip_id: i32::from(b) - 1,
            address_len: if a & 4 == 0 { 4 } else { 16 },
            reserved: [0; 3],
        };
        // SAFETY: a whole struct and bytes that live during the call.
        unsafe { synfin_dissector_icmp(self.dissector(), &icmp, null_mut()) };
        self.icmp_note();
    }

    fn icmp_note(&mut self) {
        let mut note = Sized::of::<synfin_icmp_note>(0);
        // SAFETY: a whole struct; the list lives.
        unsafe {
            if synfin_dissector_icmp_note(self.dissector(), note.ptr()) == synfin_status::SYNFIN_OK {
                assert_eq!(
                    synfin_icmp_note_values(note.ptr(), self.values),
                    synfin_status::SYNFIN_OK
                );
                self.list();
            }
        }
    }

    fn batch(&mut self, data: &[u8]) {
        let all: Vec<_> = records(data).collect();
        let bytes: Vec<u8> = all
            .iter()
            .flat_map(|record| record.data.iter().copied())
            .collect();
        let lens: Vec<u32> = all.iter().map(|record| record.data.len() as u32).collect();
        let times: Vec<i64> = (0..all.len() as i64).map(|index| self.time_ns + index).collect();
        let batch = synfin_batch {
            struct_size: size_of::<synfin_batch>() as u32,
            link_type: 1,
            first_number: self.number + 1,
            count: all.len(),
            data: bytes.as_ptr(),
            len: bytes.len(),
            offsets: null(),
            lens: lens.as_ptr(),
            wire_lens: null(),
            times_ns: times.as_ptr(),
        };
        self.number += all.len() as u64;
        let mut statuses = vec![u32::MAX; all.len()];
        let words = size_of::<synfin_annotation>() / 8;
        let mut out = vec![0_u64; all.len().max(1) * words];
        out[0] = size_of::<synfin_annotation>() as u64;
        // SAFETY: arrays of as many elements as the batch says.
        let status = unsafe {
            synfin_dissector_frames(
                self.dissector(),
                &batch,
                statuses.as_mut_ptr(),
                out.as_mut_ptr().cast(),
            )
        };
        if status == synfin_status::SYNFIN_OK {
            assert!(
                statuses.iter().all(|status| *status != u32::MAX),
                "each frame has an answer"
            );
        }
    }

    fn capture(&mut self, data: &[u8]) {
        let mut frames = 0;
        // SAFETY: bytes that live during the call.
        unsafe { synfin_dissector_capture(self.dissector(), data.as_ptr(), data.len(), &mut frames) };
    }

    /// Everything an annotation can be asked for.
    fn annotation(&mut self, annotation: &mut Sized) {
        // SAFETY: a struct as large as it says; the list lives.
        unsafe {
            if synfin_annotation_values(annotation.ptr(), self.values) == synfin_status::SYNFIN_OK {
                self.list();
            }
        }
        let annotation = annotation.ptr::<synfin_annotation>().cast_const();
        // SAFETY: likewise.
        read_json(|to, capacity, needed| unsafe { synfin_annotation_json(annotation, to, capacity, needed) });
    }

    /// An annotation that no call has made.
    fn forged(&mut self, data: &[u8]) {
        let mut place = Sized::of::<synfin_annotation>(0);
        for (to, from) in place.0.iter_mut().zip(data.chunks_exact(8)).skip(1) {
            *to = u64::from_le_bytes(from.try_into().expect("eight bytes"));
        }
        self.annotation(&mut place);
    }

    fn list(&self) {
        let (mut first, mut count) = (null(), 0);
        // SAFETY: the list lives; its values and texts do until it is filled again.
        unsafe {
            assert_eq!(
                synfin_values_get(self.values, &mut first, &mut count),
                synfin_status::SYNFIN_OK
            );
            for index in 0..count {
                let value = &*first.add(index);
                let mut field = Sized::of::<synfin_field>(0);
                let status = synfin_field_at(value.field as usize, field.ptr());
                assert_eq!(status, synfin_status::SYNFIN_OK);
                let field: synfin_field = field.get().expect("whole");
                assert_eq!(field.r#type, value.r#type);
                if value.r#type == synfin::FieldType::Text as u32 {
                    read_text(value.value.text);
                }
                let mut found = null();
                let status = synfin_values_find(self.values, field.name.ptr, &mut found);
                assert_eq!(status, synfin_status::SYNFIN_OK);
                assert!(found <= std::ptr::from_ref(value), "the first of its field");
            }
        }
    }

    fn connection(&mut self, data: &[u8]) {
        let id = data.first().copied().unwrap_or(0).into();
        let odd = data.get(1).copied().unwrap_or(0);
        let dissector = self.dissector();
        let mut out = Sized::of::<synfin_connection>(odd);
        // SAFETY: a struct as large as it says; handles that live.
        unsafe {
            synfin_dissector_connection(dissector, id, out.ptr());
            if synfin_dissector_connection_values(dissector, id, self.values) == synfin_status::SYNFIN_OK {
                self.list();
            }
        }
        // SAFETY: handles that live, buffers as large as told.
        read_json(|to, room, needed| unsafe {
            synfin_dissector_connection_json(dissector, id, to, room, needed)
        });
        read_json(|to, room, needed| unsafe {
            synfin_dissector_connection_explain(dissector, id, to, room, needed)
        });
        read_json(|to, room, needed| unsafe {
            synfin_dissector_connection_explain_json(dissector, id, to, room, needed)
        });
        if data.get(2).is_some_and(|byte| byte & 1 != 0) {
            // SAFETY: the handle lives or is NULL.
            unsafe { synfin_dissector_forget(dissector, id) };
        }
    }

    fn connections(&mut self, data: &[u8]) {
        let at = |index: usize| data.get(index).copied().unwrap_or(0);
        let capacity = usize::from(at(1)) % 9;
        let words = size_of::<synfin_connection>().div_ceil(8);
        let mut out = vec![0_u64; capacity.max(1) * words];
        out[0] = size_of::<synfin_connection>() as u64;
        let (mut given, mut count, mut id) = (0, 0, 0);
        // SAFETY: an array of `capacity`; places for numbers.
        unsafe {
            let out = if capacity == 0 {
                null_mut()
            } else {
                out.as_mut_ptr().cast()
            };
            let status =
                synfin_dissector_connections(self.dissector(), at(0).into(), out, capacity, &mut given);
            assert!(given <= capacity);
            if synfin_dissector_connection_count(self.dissector(), &mut count) == synfin_status::SYNFIN_OK {
                assert_eq!(status, synfin_status::SYNFIN_OK);
                assert!(given as u64 <= count);
            }
            while synfin_dissector_next_evicted(self.dissector(), &mut id) == synfin_status::SYNFIN_OK {
                assert_eq!(
                    synfin_dissector_forget(self.dissector(), id),
                    synfin_status::SYNFIN_OK
                );
            }
        }
    }

    fn transactions(&mut self, data: &[u8]) {
        let at = |index: usize| data.get(index).copied().unwrap_or(0);
        // SAFETY: handles that live.
        let filled = unsafe {
            synfin_dissector_transaction(self.dissector(), at(0).into(), at(1).into(), self.transaction)
        };
        if filled == synfin_status::SYNFIN_OK {
            self.transaction();
        }
        for _ in 0..64 {
            // SAFETY: handles that live.
            let next = unsafe { synfin_dissector_next_transaction(self.dissector(), self.transaction) };
            if next != synfin_status::SYNFIN_OK {
                break;
            }
            self.transaction();
        }
        self.transaction();
    }

    fn transaction(&mut self) {
        let transaction = self.transaction;
        let mut info = Sized::of::<synfin_transaction_info>(0);
        // SAFETY: the handle lives; texts do until it is filled again or looked into anew.
        unsafe {
            if synfin_transaction_get(transaction, info.ptr()) == synfin_status::SYNFIN_OK {
                let info: synfin_transaction_info = info.get().expect("whole");
                let texts = [
                    info.method,
                    info.target,
                    info.reason,
                    info.host,
                    info.user_agent,
                    info.referer,
                    info.request_version,
                    info.response_version,
                    info.request_content_type,
                    info.response_content_type,
                ];
                for text in texts {
                    read_text(text);
                }
            }
            for message in 0..4 {
                for index in 0..40 {
                    let mut field = Sized::of::<synfin_http_field>(0);
                    let status = synfin_transaction_field(transaction, message, index, field.ptr());
                    if status != synfin_status::SYNFIN_OK {
                        break;
                    }
                    let field: synfin_http_field = field.get().expect("whole");
                    read_text(field.name);
                    read_text(field.value);
                }
                let (mut body, mut len) = (null(), 0);
                let status = synfin_transaction_body(transaction, message, &mut body, &mut len);
                if status == synfin_status::SYNFIN_OK {
                    std::hint::black_box(std::slice::from_raw_parts(body, len).iter().max());
                }
            }
        }
        // SAFETY: the handle lives, buffers as large as told.
        read_json(|to, room, needed| unsafe { synfin_transaction_json(transaction, to, room, needed) });
    }

    fn tables(&self, data: &[u8]) {
        let at = |index: usize| data.get(index).copied().unwrap_or(0);
        let name: Vec<u8> = data
            .iter()
            .copied()
            .take_while(|byte| *byte != 0)
            .chain([0])
            .collect();
        let mut index = 0;
        let mut rule = Sized::of::<synfin_rule>(at(1));
        let mut field = Sized::of::<synfin_field>(at(1));
        // SAFETY: a NUL-ended text, structs as large as they say; static texts.
        unsafe {
            if synfin_rule_at(at(0).into(), rule.ptr()) == synfin_status::SYNFIN_OK {
                if let Some(rule) = rule.get::<synfin_rule>() {
                    for text in [rule.id, rule.name, rule.rfc, rule.condition] {
                        read_text(text);
                    }
                    assert_eq!(
                        synfin_rule_find(rule.id.ptr, &mut index),
                        synfin_status::SYNFIN_OK
                    );
                    assert_eq!(index, usize::from(at(0)));
                }
            }
            if synfin_field_at(at(0).into(), field.ptr()) == synfin_status::SYNFIN_OK {
                if let Some(field) = field.get::<synfin_field>() {
                    for text in [field.name, field.unit, field.description] {
                        read_text(text);
                    }
                    assert_eq!(
                        synfin_field_find(field.name.ptr, &mut index),
                        synfin_status::SYNFIN_OK
                    );
                    assert_eq!(index, usize::from(at(0)));
                }
            }
            synfin_rule_find(name.as_ptr().cast(), &mut index);
            synfin_field_find(name.as_ptr().cast(), &mut index);
            CStr::from_ptr(synfin_status_str(at(0).into()))
                .to_str()
                .expect("UTF-8");
            CStr::from_ptr(synfin_version()).to_str().expect("UTF-8");
        }
        assert_eq!(synfin_abi_version(), SYNFIN_ABI_VERSION);
        assert!(synfin_field_count() > 0 && synfin_rule_count() > 0);
    }

    fn null(&self) {
        let dissector = self.dissector();
        // SAFETY: the header allows NULL everywhere.
        unsafe {
            synfin_dissector_free(null_mut());
            synfin_values_free(null_mut());
            synfin_transaction_free(null_mut());
            let none = [
                synfin_config_init(null_mut()),
                synfin_dissector_new(null(), null_mut()),
                synfin_values_new(null_mut()),
                synfin_transaction_new(null_mut()),
                synfin_dissector_frame(null_mut(), null(), null_mut()),
                synfin_dissector_segment(null_mut(), null(), null_mut()),
                synfin_dissector_icmp(null_mut(), null(), null_mut()),
                synfin_dissector_icmp_note(null_mut(), null_mut()),
                synfin_dissector_frames(null_mut(), null(), null_mut(), null_mut()),
                synfin_dissector_capture(null_mut(), null(), 0, null_mut()),
                synfin_dissector_finish(null_mut(), null_mut()),
                synfin_dissector_connection_count(null(), null_mut()),
                synfin_dissector_next_evicted(null_mut(), null_mut()),
                synfin_dissector_forget(null_mut(), 0),
                synfin_dissector_connection(null_mut(), 0, null_mut()),
                synfin_dissector_connections(null_mut(), 0, null_mut(), 1, null_mut()),
                synfin_dissector_connection_values(null_mut(), 0, null_mut()),
                synfin_dissector_transaction(null_mut(), 0, 0, null_mut()),
                synfin_dissector_next_transaction(null_mut(), null_mut()),
                synfin_transaction_get(null_mut(), null_mut()),
                synfin_transaction_field(null_mut(), 0, 0, null_mut()),
                synfin_transaction_body(null(), 0, null_mut(), null_mut()),
                synfin_transaction_json(null(), null_mut(), 0, null_mut()),
                synfin_annotation_values(null(), null_mut()),
                synfin_icmp_note_values(null(), null_mut()),
                synfin_annotation_json(null(), null_mut(), 0, null_mut()),
                synfin_dissector_connection_json(null_mut(), 0, null_mut(), 0, null_mut()),
                synfin_dissector_connection_explain(null_mut(), 0, null_mut(), 0, null_mut()),
                synfin_dissector_connection_explain_json(null_mut(), 0, null_mut(), 0, null_mut()),
                synfin_values_get(null(), null_mut(), null_mut()),
                synfin_values_find(null(), null(), null_mut()),
                synfin_field_at(0, null_mut()),
                synfin_field_find(null(), null_mut()),
                synfin_rule_at(0, null_mut()),
                synfin_rule_find(null(), null_mut()),
            ];
            assert!(
                none.iter()
                    .all(|status| *status == synfin_status::SYNFIN_ERR_NULL),
                "{none:?}"
            );
            // With one that is none.
            synfin_dissector_frame(dissector, null(), null_mut());
            synfin_dissector_segment(dissector, null(), null_mut());
            synfin_dissector_icmp(dissector, null(), null_mut());
            synfin_dissector_icmp_note(dissector, null_mut());
            synfin_dissector_frames(dissector, null(), null_mut(), null_mut());
            synfin_dissector_connection(dissector, 0, null_mut());
            synfin_dissector_connections(dissector, 0, null_mut(), 0, null_mut());
            synfin_dissector_connection_count(dissector, null_mut());
            synfin_dissector_next_evicted(dissector, null_mut());
            synfin_dissector_connection_values(dissector, 0, null_mut());
            synfin_dissector_transaction(dissector, 0, 0, null_mut());
            synfin_values_get(self.values, null_mut(), null_mut());
            synfin_values_find(self.values, null(), null_mut());
            synfin_transaction_body(self.transaction, 0, null_mut(), null_mut());
        }
    }

    fn call(&mut self, tag: u8, data: &[u8]) {
        match tag {
            abi::FRAME => self.frame(data),
            abi::SEGMENT => self.segment(data),
            abi::ICMP => self.icmp(data),
            abi::BATCH => self.batch(data),
            abi::CAPTURE => self.capture(data),
            abi::NEW => self.make(data),
            abi::FREE => self.free(),
            abi::FINISH => {
                let mut count = 0;
                // SAFETY: the handle lives or is NULL.
                unsafe { synfin_dissector_finish(self.dissector(), &mut count) };
            }
            abi::CONNECTION => self.connection(data),
            abi::CONNECTIONS => self.connections(data),
            abi::TRANSACTIONS => self.transactions(data),
            abi::ANNOTATION => self.forged(data),
            abi::TABLES => self.tables(data),
            abi::NULL => self.null(),
            abi::OTHER => self.which = 1 - self.which,
            _ => self.handles(),
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        for which in [0, 1] {
            self.which = which;
            self.free();
        }
        // SAFETY: freed once, nothing follows.
        unsafe {
            synfin_values_free(self.values);
            synfin_transaction_free(self.transaction);
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let mut host = Host::new();
    for record in records(input).take(128) {
        host.call(record.tag, record.data);
    }
});
