//! What the options and flags of SYN and SYN-ACK say: offered by each side, agreed by both, and what
//! was not as it should be.

use serde::{Serialize, Serializer};

use crate::rule::Rule;
use crate::wire::tcp::TcpFlags;

/// Options each side offered in its SYN, and what both agreed on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Options {
    /// In the initiator's first SYN; none when it was not captured.
    pub initiator: Option<Offer>,
    /// In the responder's first SYN-ACK; none when it was not captured.
    pub responder: Option<Offer>,
    /// What both offered; none unless both were captured.
    pub agreed: Option<Agreed>,
    /// What the resent SYNs changed, one a frame of rule O8, at most eight.
    pub changes: Vec<SynChange>,
    /// What one side said although it must not, or left out although it must not, at most 16.
    pub violations: Vec<Violation>,
    /// Violations past that bound.
    pub violations_omitted: u64,
    /// Why Multipath TCP reset the subflow: the reason code of MP_TCPRST (RFC 8684 section 3.6).
    pub mptcp_reset_reason: Option<u8>,
}

/// Options of one SYN or SYN-ACK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Offer {
    /// Maximum segment size, bytes.
    pub mss: Option<u16>,
    /// Window scale shift.
    pub window_scale: Option<u8>,
    /// Selective acknowledgements permitted.
    pub sack_permitted: bool,
    /// Timestamps.
    pub timestamps: bool,
    /// TCP Fast Open, cookie request or cookie.
    pub fast_open: bool,
    /// Length of its cookie, bytes; 0 asks for one.
    pub fast_open_cookie_len: Option<u8>,
    /// Explicit congestion notification: asked for by a SYN, taken by a SYN-ACK.
    pub ecn: Ecn,
    /// MD5 signature (RFC 2385).
    pub md5: bool,
    /// TCP-AO (RFC 5925): the key that signed the segment.
    pub ao_key_id: Option<u8>,
    /// The key with which its sender wants to be answered.
    pub ao_rnext_key_id: Option<u8>,
    /// Multipath TCP.
    pub mptcp: bool,
    /// To open a multipath connection, or to join one.
    pub mptcp_subtype: Option<MptcpSubtype>,
    /// Version of the former.
    pub mptcp_version: Option<u8>,
    /// How long its sender lets data wait for an acknowledgement (RFC 5482).
    #[serde(rename = "user_timeout_ns")]
    pub user_timeout: Option<UserTimeout>,
    /// Options of other kinds, and malformed ones.
    #[serde(skip)]
    pub(crate) others: u8,
    /// It carries a payload.
    #[serde(skip)]
    pub(crate) payload: bool,
    #[serde(skip)]
    pub(crate) flags: TcpFlags,
}

/// The value of a user timeout option. It serialises as nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserTimeout {
    /// It counts minutes, not seconds.
    pub minutes: bool,
    /// How many, 15 bits.
    pub value: u16,
}

impl UserTimeout {
    /// In nanoseconds.
    #[must_use]
    pub const fn ns(self) -> i64 {
        let seconds = self.value as i64 * if self.minutes { 60 } else { 1 };
        seconds * 1_000_000_000
    }
}

impl Serialize for UserTimeout {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.ns())
    }
}

/// What both sides offered (RFC 7323 section 1.3, RFC 2018 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Agreed {
    /// Windows are scaled.
    pub window_scale: bool,
    /// Selective acknowledgements may be used.
    pub sack: bool,
    /// Timestamps are used.
    pub timestamps: bool,
    /// Explicit congestion notification.
    pub ecn: Ecn,
    /// What became of TCP Fast Open; none when it was not tried.
    pub fast_open: Option<FastOpen>,
    /// Both sign by MD5.
    pub md5: bool,
    /// Both authenticate by TCP-AO.
    pub ao: bool,
    /// Multipath TCP is used.
    pub mptcp: bool,
    /// What became of Multipath TCP; none when it was not tried.
    pub mptcp_outcome: Option<MptcpOutcome>,
}

/// Something that contradicts what was offered or agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The rule that names it.
    pub id: Rule,
    /// The frame.
    pub frame: u64,
    /// Which option.
    pub option: OptionName,
    /// What is wrong with it.
    pub fault: OptionFault,
}

words! {
    /// A kind of explicit congestion notification, from the flags of SYN and SYN-ACK.
    Ecn {
        /// None.
        None = 0 "none",
        /// ECN (RFC 3168).
        Classic = 1 "ecn",
        /// Accurate ECN (RFC 9768).
        Accurate = 2 "accurate",
    }
}

#[expect(clippy::derivable_impls, reason = "words! declares the enum")]
impl Default for Ecn {
    fn default() -> Self {
        Self::None
    }
}

words! {
    /// What became of TCP Fast Open (RFC 7413).
    FastOpen {
        /// A cookie was asked for and not given.
        Requested = 0 "requested",
        /// The responder gave a cookie.
        Granted = 1 "granted",
        /// All of the SYN's data was acknowledged with it.
        Accepted = 2 "accepted",
        /// A part of it was.
        PartlyAccepted = 3 "partly-accepted",
        /// None of it was.
        Ignored = 4 "ignored",
        /// The SYN was sent again without, and that one was answered.
        Dropped = 5 "dropped",
        /// A cookie, but no data.
        Unused = 6 "unused",
    }
}

words! {
    /// What a Multipath TCP option on a SYN or SYN-ACK is for.
    MptcpSubtype {
        /// MP_CAPABLE: to open a connection.
        Capable = 0 "capable",
        /// MP_JOIN: to add a subflow to one.
        Join = 1 "join",
    }
}

words! {
    /// What became of Multipath TCP (RFC 8684 sections 3.1 and 3.2).
    MptcpOutcome {
        /// Both sides are capable of it, and their keys are as they should be as far as captured.
        Capable = 0 "capable",
        /// The connection went on without.
        Fallback = 1 "fallback",
        /// The subflow has not joined yet.
        Joining = 2 "joining",
        /// The subflow has joined: the fourth segment came.
        Joined = 3 "joined",
    }
}

words! {
    /// What a resent SYN changed (O8).
    SynChange {
        /// ECN was dropped (RFC 3168 section 6.1.1.1).
        EcnDropped = 0 "ecn-dropped",
        /// TCP Fast Open was dropped, with its data (RFC 7413 section 4.1.3).
        FastOpenDropped = 1 "fast-open-dropped",
        /// All options were dropped: a middlebox may not like them.
        OptionsDropped = 2 "options-dropped",
        /// Another change, or several.
        Other = 3 "other",
    }
}

words! {
    /// An option that a violation is about.
    OptionName {
        /// Window scale.
        WindowScale = 0 "window-scale",
        /// SACK permitted.
        SackPermitted = 1 "sack-permitted",
        /// Timestamps.
        Timestamps = 2 "timestamps",
        /// TCP Fast Open.
        FastOpen = 3 "fast-open",
        /// Multipath TCP.
        Mptcp = 4 "mptcp",
        /// TCP-AO.
        Ao = 5 "ao",
        /// MD5 signature.
        Md5 = 6 "md5",
    }
}

words! {
    /// What is wrong with an option.
    OptionFault {
        /// The SYN-ACK has it, and no SYN had.
        NotOffered = 0 "not-offered",
        /// It should be there.
        Missing = 1 "missing",
        /// Its key is not the one agreed, or the answer is of another kind than the offer.
        Mismatch = 2 "mismatch",
    }
}
