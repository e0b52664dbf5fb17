//! The words in which reassembly hands one direction's byte stream to whoever reads it.

/// The captured segment that brought some bytes, or proved that they are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mark {
    /// Frame number, from 1.
    pub(crate) frame: u64,
    /// Capture time, nanoseconds since the Unix epoch.
    pub(crate) time_ns: i64,
}

/// Why bytes of the stream are missing although they were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GapCause {
    /// Their segment is not in the capture.
    Lost,
    /// The snap length cut them off a captured segment.
    Cut,
}

/// How one direction of the stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamEnd {
    /// Its FIN: the sender said that this was all.
    Fin,
    /// A reset, by either side.
    Reset,
    /// Nothing more was captured.
    CaptureEnd,
}
