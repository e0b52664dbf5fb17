//! Writes pcap files in each of their forms (draft-ietf-opsawg-pcap).

use std::fs::File;
use std::path::Path;

use synfin::capture::Capture;
use synfin::{Frame, LinkType};

/// Which of the four forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The byte order of the machine that wrote it.
    pub big_endian: bool,
    /// Nanoseconds instead of microseconds.
    pub nanoseconds: bool,
}

impl Form {
    /// All forms.
    pub const ALL: [Self; 4] = [
        Self::new(false, false),
        Self::new(false, true),
        Self::new(true, false),
        Self::new(true, true),
    ];

    const fn new(big_endian: bool, nanoseconds: bool) -> Self {
        Self {
            big_endian,
            nanoseconds,
        }
    }

    fn number(self, number: u32) -> [u8; 4] {
        if self.big_endian {
            number.to_be_bytes()
        } else {
            number.to_le_bytes()
        }
    }

    fn half(self, number: u16) -> [u8; 2] {
        if self.big_endian {
            number.to_be_bytes()
        } else {
            number.to_le_bytes()
        }
    }

    /// A file header, and nothing else.
    #[must_use]
    pub fn header(self, link: LinkType) -> Vec<u8> {
        let magic = if self.nanoseconds {
            0xa1b2_3c4d
        } else {
            0xa1b2_c3d4
        };
        let mut file = self.number(magic).to_vec();
        file.extend(self.half(2));
        file.extend(self.half(4));
        file.extend([0; 8]);
        file.extend(self.number(262_144));
        file.extend(self.number(link.0.into()));
        file
    }

    /// A packet record.
    #[must_use]
    pub fn record(self, frame: &Frame<'_>) -> Vec<u8> {
        let small = |number: i64| u32::try_from(number).expect("a time after 1970 and before 2106");
        let nanos = frame.time_ns.rem_euclid(1_000_000_000);
        let mut record = Vec::new();
        let captured = u32::try_from(frame.data.len()).expect("no frame is that long");
        for number in [
            small(frame.time_ns.div_euclid(1_000_000_000)),
            small(if self.nanoseconds { nanos } else { nanos / 1000 }),
            captured,
            frame.wire_len,
        ] {
            record.extend(self.number(number));
        }
        record.extend(frame.data);
        record
    }

    /// A capture of one link type, record by record, the header first.
    ///
    /// # Panics
    /// If the capture cannot be read.
    #[must_use]
    pub fn pieces(self, path: &Path) -> Vec<Vec<u8>> {
        let mut capture = Capture::open(File::open(path).expect("the file opens")).expect("it is a capture");
        let mut pieces = Vec::new();
        while let Some(frame) = capture.next_frame().expect("it can be read") {
            if pieces.is_empty() {
                pieces.push(self.header(frame.link));
            }
            pieces.push(self.record(&frame));
        }
        pieces
    }
}
