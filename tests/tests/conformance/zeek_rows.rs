//! Where Zeek makes several connections of what is one: its timers and its test for reuse, as far as the
//! recorded rows need them. They cut the capture; our own verdicts know nothing of them.

use std::collections::HashSet;

use synfin::Annotation;

use super::corpus::{Address, Told};

/// `tcp_close_delay`, `tcp_reset_delay`, `tcp_connection_linger`.
const LINGER_NS: i64 = 5_000_000_000;

/// What decides when a row ends.
#[derive(Default)]
struct Row {
    frames: HashSet<u64>,
    last_ns: i64,
    /// A FIN or RST was seen: with neither side's handshake seen, or all of it over, Zeek waits no longer
    /// than a while.
    ending: bool,
    /// Only segments that were dropped for their checksum so far.
    nothing_accepted: bool,
}

/// The frames of each row of a tuple; `dropped` are those that Zeek does not accept.
pub(crate) fn pieces(told: &Told, tuple: &[Address; 2], dropped: &HashSet<u64>) -> Vec<HashSet<u64>> {
    let mut rows: Vec<Row> = Vec::new();
    for segment in &told.segments {
        let ends = [(segment.src, segment.src_port), (segment.dst, segment.dst_port)];
        if ends != *tuple && ends != [tuple[1], tuple[0]] {
            continue;
        }
        let accepted = !dropped.contains(&segment.frame);
        if rows.last().is_none_or(|row| is_over(row, segment, accepted)) {
            rows.push(Row {
                nothing_accepted: true,
                ..Row::default()
            });
        }
        if let Some(row) = rows.last_mut() {
            row.frames.insert(segment.frame);
            row.last_ns = segment.time_ns;
            row.nothing_accepted &= !accepted;
            row.ending |= segment.flags.fin() || segment.flags.rst();
        }
    }
    rows.into_iter().map(|row| row.frames).collect()
}

fn is_over(row: &Row, segment: &Annotation, accepted: bool) -> bool {
    let idle = segment.time_ns - row.last_ns > LINGER_NS;
    // An originator that is still INACTIVE: the SYN-ACK's number is not the one it begins with.
    let reused = row.nothing_accepted && accepted && segment.flags.syn();
    reused || (idle && row.ending)
}
