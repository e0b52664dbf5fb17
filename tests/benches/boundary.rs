//! What the C ABI costs: the same frames through core and, from C, through the boundary, in turn; then a whole
//! capture file through core and through Python. `make bench-abi`.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use synfin::capture::Capture;
use synfin::wire::{self, Decoded};
use synfin::{Dissector, Frame, LinkType, Outcome};
use synfin_ffi::{synfin_batch, synfin_frame};
use synfin_tests::c_host::{Library, run};
use synfin_tests::header::ffi_dir;

const CLIENTS: u16 = 200;
/// Runs of each; medians are compared.
const ROUNDS: usize = 41;
/// Times the frames are written to the capture file.
const REPEATS: i64 = 25;

struct Recorded {
    time_ns: i64,
    data: Vec<u8>,
}

/// The TCP frames of a real capture, once for each client, in rounds.
fn frames() -> Vec<Recorded> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/captures/keep-alive-requests.pcapng");
    let bytes = fs::read(path).expect("the capture is in the repository");
    let mut capture = Capture::open(&bytes[..]).expect("it is a capture");
    let mut recorded = Vec::new();
    while let Some(frame) = capture.next_frame().expect("it is whole") {
        if matches!(wire::decode(&frame), Decoded::Tcp(_)) {
            recorded.push((frame.time_ns, frame.data.to_vec()));
        }
    }
    let client = recorded[0].1[28..30].to_vec();
    let mut frames = Vec::new();
    for (time_ns, data) in recorded {
        let tail = if data[28..].starts_with(&client) { 28 } else { 32 };
        for number in 0..CLIENTS {
            let mut data = data.clone();
            data[tail..tail + 2].copy_from_slice(&number.to_be_bytes());
            frames.push(Recorded { time_ns, data });
        }
    }
    frames
}

/// Sum of the steps and number of connections: what each way must come to.
fn core(frames: &[Frame<'_>]) -> u64 {
    let mut dissector = Dissector::default();
    let mut sum = 0;
    for frame in frames {
        if let Outcome::Segment(annotation) = dissector.frame(frame) {
            sum += black_box(annotation).step.map_or(0, |step| step as u64);
        }
    }
    sum + dissector.finish().count() as u64
}

fn core_file(path: &Path) -> u64 {
    let mut capture = Capture::open(fs::File::open(path).expect("written just now")).expect("a capture");
    let mut dissector = Dissector::default();
    while let Some(frame) = capture.next_frame().expect("whole") {
        black_box(dissector.frame(&frame));
    }
    dissector.finish().count() as u64
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let done = black_box(work());
    (start.elapsed(), done)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn row(what: &str, time: Duration, frames: usize, floor: Duration) {
    println!(
        "{what:<52} {:>7.0} ns a frame   {:.3} of core",
        time.as_secs_f64() * 1e9 / frames as f64,
        time.as_secs_f64() / floor.as_secs_f64()
    );
}

type Each = unsafe extern "C" fn(*const synfin_frame, usize) -> u64;
type Batch = unsafe extern "C" fn(*const synfin_batch) -> u64;

fn main() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let recorded = frames();
    let in_c = Library::loadable(folder.path(), "boundary");
    // SAFETY: our own code, which runs nothing when it is loaded.
    let library = unsafe { libloading::Library::new(&in_c) }.expect("it was built");
    // SAFETY: boundary.c declares them so.
    let (each, batch): (libloading::Symbol<'_, Each>, libloading::Symbol<'_, Batch>) = unsafe {
        (
            library.get(b"boundary_each\0").expect("there"),
            library.get(b"boundary_batch\0").expect("there"),
        )
    };

    let frames: Vec<_> = (1..)
        .zip(&recorded)
        .map(|(number, recorded)| Frame {
            number,
            time_ns: recorded.time_ns,
            link: LinkType::ETHERNET,
            wire_len: recorded.data.len() as u32,
            data: &recorded.data,
        })
        .collect();
    let c_frames: Vec<_> = frames
        .iter()
        .map(|frame| synfin_frame {
            struct_size: size_of::<synfin_frame>() as u32,
            wire_len: frame.wire_len,
            number: frame.number,
            time_ns: frame.time_ns,
            data: frame.data.as_ptr(),
            len: frame.data.len(),
            link_type: frame.link.0,
            reserved: [0; 6],
        })
        .collect();
    let data: Vec<u8> = recorded
        .iter()
        .flat_map(|recorded| recorded.data.clone())
        .collect();
    let lens: Vec<u32> = frames.iter().map(|frame| frame.wire_len).collect();
    let times_ns: Vec<i64> = frames.iter().map(|frame| frame.time_ns).collect();
    let c_batch = synfin_batch {
        struct_size: size_of::<synfin_batch>() as u32,
        link_type: LinkType::ETHERNET.0.into(),
        first_number: 1,
        count: frames.len(),
        data: data.as_ptr(),
        len: data.len(),
        offsets: std::ptr::null(),
        lens: lens.as_ptr(),
        wire_lens: std::ptr::null(),
        times_ns: times_ns.as_ptr(),
    };

    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        let (time, expected) = timed(|| core(&frames));
        times[0].push(time);
        // SAFETY: as many frames as said, their bytes live.
        let (time, found) = timed(|| unsafe { each(c_frames.as_ptr(), c_frames.len()) });
        assert_eq!(found, expected);
        times[1].push(time);
        // SAFETY: likewise.
        let (time, connections) = timed(|| unsafe { batch(&raw const c_batch) });
        assert_eq!(connections, u64::from(CLIENTS));
        times[2].push(time);
    }
    let [floor, each, batch] = times.map(|mut times| median(&mut times));
    println!(
        "{} frames, {CLIENTS} connections, medians of {ROUNDS} runs in turn",
        frames.len()
    );
    row("core: frame, annotation", floor, frames.len(), floor);
    row("C: a call a frame, annotation", each, frames.len(), floor);
    row("C: one call, connections only", batch, frames.len(), floor);

    python(folder.path(), &recorded);
}

/// From frames in memory, and from a capture file, to a list of connections, as a Python program waits for it.
fn python(folder: &Path, recorded: &[Recorded]) {
    let path = folder.join("capture.pcap");
    let mut file = vec![
        0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
    ];
    for repeat in 0..REPEATS {
        for recorded in recorded {
            let time_ns = recorded.time_ns + repeat * 3_600_000_000_000;
            file.extend(((time_ns / 1_000_000_000) as u32).to_le_bytes());
            file.extend(((time_ns % 1_000_000_000 / 1000) as u32).to_le_bytes());
            let len = (recorded.data.len() as u32).to_le_bytes();
            file.extend(len);
            file.extend(len);
            file.extend(&recorded.data);
        }
    }
    fs::write(&path, &file).expect("room for it");
    let count = recorded.len() * REPEATS as usize;
    let shared = Library::release().join("libsynfin_ffi.so");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/batch.py");
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..9 {
        times[0].push(timed(|| core_file(&path)).0);
        for (index, door) in [(1, "frames"), (2, "capture")] {
            let mut command = Command::new("python3");
            command.arg(&script).arg(ffi_dir().join("examples/synfin.py"));
            command.arg(&path).arg(door).env("SYNFIN_LIBRARY", &shared);
            let seconds: f64 = run(&mut command).trim().parse().expect("it prints seconds");
            times[index].push(Duration::from_secs_f64(seconds));
        }
    }
    let [floor, batch, whole] = times.map(|mut times| median(&mut times));
    println!(
        "\n{count} frames of a pcap file, {} connections, medians of 9 runs in turn",
        i64::from(CLIENTS) * REPEATS
    );
    row("core: file to connections", floor, count, floor);
    row(
        "Python: frames in memory to a list of connections",
        batch,
        count,
        floor,
    );
    row(
        "Python: file to a list of connections, by one call",
        whole,
        count,
        floor,
    );
}
