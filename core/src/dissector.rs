//! The doors: frames in, or segments and ICMP errors; annotations out.

use crate::annotation::{Annotation, ConnectionId, IcmpNote};
use crate::bounds::BoundsReached;
use crate::config::{ChecksumPolicy, Config};
use crate::connection::Connection;
use crate::fragment::{Fragments, Taken};
use crate::http::{HttpRow, Transaction};
use crate::prepared::{Found, Prepared};
use crate::seen::Seen;
use crate::track::Tracker;
use crate::wire::icmp::IcmpError;
use crate::wire::{self, Decoded, Other, WireError};
use crate::{Checksum, Frame, Segment};

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[expect(
    clippy::large_enum_variant,
    reason = "one for each frame, mostly of the large kind: a box would cost an allocation each"
)]
pub enum Outcome {
    /// A TCP segment: its annotation.
    Segment(Annotation),
    /// An ICMP error about a TCP segment: the connection that sent it, where that is known.
    Icmp(Option<IcmpNote>),
    /// No TCP segment.
    Other(Other),
    /// Cannot be read as far as a TCP segment.
    Broken(WireError),
}

/// Dissects one capture: feed it frames (or segments) in the order of the file.
///
/// It opens nothing, has no clock, and never panics on any input. One dissector is used by one thread at
/// a time; different dissectors are independent.
pub struct Dissector {
    config: Config,
    pub(crate) tracker: Tracker,
    pub(crate) fragments: Fragments,
    seen: Seen,
}

impl Dissector {
    /// A dissector for one capture.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let tracker = Tracker::new(&config);
        Self {
            fragments: Fragments::new(config.fragments),
            config,
            tracker,
            seen: Seen::default(),
        }
    }

    /// Takes in a captured frame.
    pub fn frame(&mut self, frame: &Frame<'_>) -> Outcome {
        self.tracker.tick(frame.time_ns);
        let mut decoded = wire::decode(frame);
        if self.config.checksums == ChecksumPolicy::Drop {
            if let Some(outcome) = judge_ip_header(frame, &mut decoded) {
                return outcome;
            }
        }
        match &decoded {
            Decoded::Other(Other::Fragment) => self.fragment(frame),
            decoded => self.take(decoded),
        }
    }

    /// What is done with checksums: [`Prepared::new`] wants to know.
    #[must_use]
    pub const fn checksums(&self) -> ChecksumPolicy {
        self.config.checksums
    }

    /// Takes in a frame that was decoded before its turn; `bytes` are those of its data that are
    /// [`needed`](Prepared::needed). [`frame`](Self::frame) would say the same of it.
    pub fn prepared(&mut self, prepared: &Prepared, bytes: &[u8]) -> Outcome {
        self.tracker.tick(prepared.time_ns());
        match &prepared.found {
            Found::Segment(bare) => {
                let segment = bare.with(bytes);
                Outcome::Segment(self.tracker.segment(&segment, segment.integrity.checksum, true))
            }
            Found::Frame(frame) => self.frame(&Frame {
                data: bytes,
                ..*frame
            }),
            Found::Other(other) => Outcome::Other(*other),
            Found::Broken(error) => Outcome::Broken(*error),
        }
    }

    /// Takes in what a frame, or a packet put together, turned out to carry.
    #[inline(always)]
    fn take(&mut self, decoded: &Decoded<'_>) -> Outcome {
        match decoded {
            Decoded::Tcp(segment) => Outcome::Segment(self.segment(segment)),
            Decoded::Icmp(error) => Outcome::Icmp(self.icmp(error)),
            Decoded::Other(other) => Outcome::Other(*other),
            Decoded::Broken(error) => Outcome::Broken(*error),
        }
    }

    /// Takes in a part of an IP packet. The one that makes it whole gives what is in it: a segment is then
    /// one of this frame.
    #[cold]
    fn fragment(&mut self, frame: &Frame<'_>) -> Outcome {
        let Some(fragment) = wire::fragment(frame) else {
            return Outcome::Other(Other::Fragment);
        };
        let whole = match self.fragments.take(&fragment, frame.time_ns) {
            Taken::Held => return Outcome::Other(Other::Fragment),
            Taken::Contradicts => return Outcome::Other(Other::OverlappingFragment),
            Taken::Whole(whole) => whole,
        };
        self.take(&wire::decode_whole(
            frame,
            &fragment,
            whole.protocol,
            whole.window(),
        ))
    }

    /// Takes in a TCP segment whose lower layers somebody else decoded.
    pub fn segment(&mut self, segment: &Segment<'_>) -> Annotation {
        let policy = self.config.checksums;
        let checksum = match policy {
            ChecksumPolicy::Ignore => segment.integrity.checksum,
            ChecksumPolicy::Note | ChecksumPolicy::Drop => segment.verify_checksum(),
        };
        let wrong = [checksum, segment.integrity.ip_checksum].contains(&Checksum::Bad);
        let believed = policy != ChecksumPolicy::Drop || !wrong;
        self.tracker.segment(segment, checksum, believed)
    }

    /// Takes in an ICMP error about a TCP segment: the connection that sent it, unless none did.
    pub fn icmp(&mut self, error: &IcmpError) -> Option<IcmpNote> {
        self.tracker.icmp(error)
    }

    /// A connection as it stands, by its number.
    #[must_use]
    pub fn connection(&self, id: ConnectionId) -> Option<Connection> {
        self.tracker.connection(id)
    }

    /// An HTTP transaction of a connection, by its position on it.
    #[must_use]
    pub fn transaction(&self, id: ConnectionId, index: u32) -> Option<&Transaction> {
        self.tracker.transaction(id, index)
    }

    /// The same, and where it happened.
    #[must_use]
    pub fn http_row(&self, id: ConnectionId, index: u32) -> Option<HttpRow> {
        self.tracker.http_row(id, index)
    }

    /// The HTTP transactions that became complete since the last call, in the order of their completion;
    /// empty unless [`HttpLimits::streamed`](crate::http::HttpLimits). Those of a connection that is over
    /// come when it is taken or evicted.
    pub fn take_transactions(&mut self) -> Vec<HttpRow> {
        self.tracker.take_transactions()
    }

    /// The connections that had to make room since the last call, as they stood, and those that left because
    /// enough others had closed since ([`Config::max_closed`]).
    pub fn take_evicted(&mut self) -> Vec<Connection> {
        let evicted = self.tracker.take_evicted();
        evicted.iter().for_each(|connection| self.seen.note(connection));
        evicted
    }

    /// Ends the capture and leaves the connections where they are: [`connection`](Self::connection) gives each as
    /// [`finish`](Self::finish) would. Nothing may be taken in afterwards.
    pub fn end_capture(&mut self) {
        self.tracker.end_capture();
    }

    /// Ends the capture: every connection not taken yet, in the order of their numbers. The dissector is
    /// then as new, except that numbers go on.
    pub fn finish(&mut self) -> impl Iterator<Item = Connection> + '_ {
        let seen = &mut self.seen;
        self.tracker.finish().inspect(|connection| seen.note(connection))
    }

    /// How often bounds of the [`Config`] were reached so far.
    #[must_use]
    pub fn bounds_reached(&self) -> BoundsReached {
        BoundsReached {
            fragments: self.fragments.dropped(),
            ..self.tracker.bounds_reached()
        }
    }

    /// Which verdicts the connections given out so far have.
    #[must_use]
    pub const fn seen(&self) -> &Seen {
        &self.seen
    }
}

/// What becomes of a frame under an IPv4 header whose checksum is wrong: a segment is told so, whatever else
/// it carries is not taken in.
#[cold]
fn judge_ip_header(frame: &Frame<'_>, decoded: &mut Decoded<'_>) -> Option<Outcome> {
    let checksum = wire::ip_checksum(frame);
    match (decoded, checksum) {
        (Decoded::Tcp(segment), _) => segment.integrity.ip_checksum = checksum,
        (Decoded::Icmp(_), Checksum::Bad) => return Some(Outcome::Icmp(None)),
        (Decoded::Other(other), Checksum::Bad) => return Some(Outcome::Other(*other)),
        _ => (),
    }
    None
}

impl Default for Dissector {
    fn default() -> Self {
        Self::new(Config::default())
    }
}
