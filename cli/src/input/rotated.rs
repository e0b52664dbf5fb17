//! Which files are pieces of one capture, by the names that capture programs give them.

use std::path::{Path, PathBuf};

/// What the pieces of a series have in common, and the place of a piece in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) series: Series,
    /// Places of the same series compare as their pieces follow each other.
    pub(super) place: (String, u64),
}

/// A folder, and the name with its changing part left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Series {
    folder: PathBuf,
    pattern: String,
    /// The name may be that of a single capture as well: it takes the first piece, without a number, to be one.
    pub(super) needs_first: bool,
}

impl Series {
    /// The names of its pieces with * for what changes.
    pub(super) fn name(&self) -> String {
        self.folder.join(&self.pattern).display().to_string()
    }
}

const COMPRESSED: [&str; 5] = ["gz", "zst", "xz", "lz4", "zstd"];
const CAPTURES: [&str; 5] = ["pcap", "pcapng", "cap", "dmp", "dump"];

/// The piece a file is by its name, if any.
pub(super) fn piece(path: &Path) -> Option<Piece> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let bare = match name.rsplit_once('.') {
        Some((bare, end)) if COMPRESSED.contains(&end) => bare,
        _ => name,
    };
    let make = |(pattern, place, needs_first): (String, (String, u64), bool)| Piece {
        series: Series {
            folder,
            pattern,
            needs_first,
        },
        place,
    };
    ring(bare)
        .or_else(|| timed(bare))
        .or_else(|| counted(bare))
        .map(make)
}

/// Whether this file is what comes before the first numbered piece: tcpdump's NAME before NAME1.
pub(super) fn is_first(path: &Path, series: &Series) -> bool {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    path.parent().unwrap_or(Path::new("")) == series.folder && series.pattern.strip_suffix('*') == Some(name)
}

type Found = Option<(String, (String, u64), bool)>;

/// dumpcap's and tshark's: NAME_NNNNN_YYYYMMDDhhmmss.EXT, with `nametimenum:2` NAME_YYYYMMDDhhmmss_NNNNN.EXT.
fn ring(name: &str) -> Found {
    let (stem, end) = name.split_at(name.rfind('.').unwrap_or(name.len()));
    let (rest, last) = stem.rsplit_once('_')?;
    let (base, first) = rest.rsplit_once('_')?;
    let (number, time) = match (first.len(), last.len()) {
        (5.., 14) if is_date(last) && first.len() != 14 => (first, last),
        (14, 5..) if is_date(first) => (last, first),
        _ => return None,
    };
    let number = digits(number)?;
    // The number begins anew with each start of the program, the time does not.
    Some((format!("{base}_*{end}"), (time.to_owned(), number), false))
}

/// tcpdump's -G with a pattern of strftime: a date and a time of day, or seconds since 1970.
fn timed(name: &str) -> Found {
    let stem = &name[..name.rfind('.').unwrap_or(name.len())];
    let begin = stem
        .char_indices()
        .filter(|&(at, c)| {
            c.is_ascii_digit() && !stem[..at].ends_with(|before: char| before.is_ascii_digit())
        })
        .map(|(at, _)| at);
    for at in begin {
        let len = stem[at..]
            .find(|c: char| !c.is_ascii_digit() && !"-_:.T".contains(c))
            .unwrap_or(stem.len() - at);
        let part = stem[at..at + len].trim_end_matches(|c: char| !c.is_ascii_digit());
        let number: String = part.chars().filter(char::is_ascii_digit).collect();
        let epoch = number.len() == 10 && part.len() == 10 && number.starts_with('1');
        if epoch || (12..=14).contains(&number.len()) && is_date(&format!("{number:0<14}")) {
            // -C adds a number behind the name.
            let (head, tail) = (&name[..at], &name[at + part.len()..]);
            let more = tail.trim_end_matches(|c: char| c.is_ascii_digit());
            let count = digits(&tail[more.len()..]).unwrap_or(0);
            return Some((format!("{head}*{more}"), (number, count), false));
        }
    }
    None
}

/// tcpdump's -C: NAME, NAME1, NAME2, …; with -W the numbers have zeros before them and begin with 0.
fn counted(name: &str) -> Found {
    let base = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = digits(&name[base.len()..])?;
    let is_capture = base
        .rsplit_once('.')
        .is_some_and(|(_, end)| CAPTURES.contains(&end));
    (!base.is_empty()).then(|| (format!("{base}*"), (String::new(), number + 1), !is_capture))
}

fn digits(text: &str) -> Option<u64> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok())
        .flatten()
        .filter(|&number| number < u64::MAX)
}

/// YYYYMMDDhhmmss.
fn is_date(text: &str) -> bool {
    let part = |from: usize, len: usize| text.get(from..from + len).and_then(digits);
    let within = |from, low, high| part(from, 2).is_some_and(|number| (low..=high).contains(&number));
    text.len() == 14
        && part(0, 4).is_some_and(|year| (1980..2200).contains(&year))
        && within(4, 1, 12)
        && within(6, 1, 31)
        && within(8, 0, 23)
        && within(10, 0, 59)
        && within(12, 0, 60)
}

#[cfg(test)]
mod tests {
    use super::{is_first, piece};
    use std::path::Path;

    fn told(name: &str) -> Option<(String, String, u64)> {
        let piece = piece(Path::new(name))?;
        Some((piece.series.name(), piece.place.0, piece.place.1))
    }

    fn some(name: &str, time: &str, number: u64) -> Option<(String, String, u64)> {
        Some((name.to_owned(), time.to_owned(), number))
    }

    #[test]
    fn names_of_capture_programs_are_known() {
        for (name, expected) in [
            (
                "d/web_00012_20240501123000.pcapng",
                some("d/web_*.pcapng", "20240501123000", 12),
            ),
            (
                "web_20240501123000_00012.pcapng",
                some("web_*.pcapng", "20240501123000", 12),
            ),
            (
                "web_00012_20240501123000.pcap.gz",
                some("web_*.pcap", "20240501123000", 12),
            ),
            ("dump.pcap7", some("dump.pcap*", "", 8)),
            ("dump.pcap007", some("dump.pcap*", "", 8)),
            (
                "eth0-2024-05-01_12:30:00.pcap",
                some("eth0-*.pcap", "20240501123000", 0),
            ),
            ("eth0-20240501-1230.pcap", some("eth0-*.pcap", "202405011230", 0)),
            ("t-1714567890.pcap", some("t-*.pcap", "1714567890", 0)),
            (
                "eth0-20240501123000.pcap2",
                some("eth0-*.pcap", "20240501123000", 2),
            ),
            ("trace3", some("trace*", "", 4)),
            ("web-20240501.pcap", None),
            ("client2.pcap", None),
            ("port8080.pcap", None),
            ("web.pcap", None),
            ("99991399999999.pcap", None),
        ] {
            assert_eq!(told(name), expected, "{name}");
        }
    }

    #[test]
    fn a_bare_number_needs_the_file_before_it() {
        assert!(piece(Path::new("trace3")).unwrap().series.needs_first);
        let series = piece(Path::new("a/dump.pcap1")).unwrap().series;
        assert!(!series.needs_first);
        assert!(is_first(Path::new("a/dump.pcap"), &series));
        assert!(!is_first(Path::new("b/dump.pcap"), &series));
    }
}
