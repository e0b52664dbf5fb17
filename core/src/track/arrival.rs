//! A segment on its way through the stations of the tracker.

use std::cell::OnceCell;

use super::sent::Sent;
use crate::Checksum;
use crate::options::Offer;
use crate::stream::Mark;
use crate::wire::checksum;
use crate::wire::tcp::TcpFlags;
use crate::wire::tcp_option::TcpOption;
use crate::{Integrity, Segment, SeqNumber, Side};

/// A segment on its way through the stations.
pub(super) struct Arrival<'a> {
    pub(super) segment: &'a Segment<'a>,
    /// The segment's own, with the verdict on its checksum.
    pub(super) integrity: Integrity,
    pub(super) mark: Mark,
    pub(super) sender: Side,
    pub(super) flags: TcpFlags,
    pub(super) seq: SeqNumber,
    /// Present with the ACK bit.
    pub(super) ack: Option<SeqNumber>,
    /// Payload bytes on the wire.
    pub(super) len: u32,
    /// The number after the last byte, SYN or FIN.
    pub(super) end: SeqNumber,
    /// What the options say, once somebody asked.
    said: OnceCell<Said>,
}

/// What the options of a segment say.
#[derive(Debug, Clone, Copy)]
struct Said {
    offer: Offer,
    tsval: Option<u32>,
}

impl<'a> Arrival<'a> {
    pub(super) fn new(segment: &'a Segment<'a>, integrity: Integrity) -> Self {
        let tcp = &segment.tcp;
        let flags = tcp.flags;
        let len = segment.payload_len;
        Self {
            segment,
            integrity,
            mark: Mark {
                frame: segment.frame,
                time_ns: segment.time_ns,
            },
            sender: Side::Initiator,
            flags,
            seq: tcp.seq,
            ack: flags.ack().then_some(tcp.ack),
            len,
            end: tcp.seq
                + len
                    .wrapping_add(u32::from(flags.syn()))
                    .wrapping_add(u32::from(flags.fin())),
            said: OnceCell::new(),
        }
    }

    fn said(&self) -> &Said {
        self.said.get_or_init(|| {
            let mut tsval = None;
            let offer = Offer::read(self, |option| {
                if let TcpOption::Timestamps { val, .. } = *option {
                    tsval = tsval.or(Some(val));
                }
            });
            Said { offer, tsval }
        })
    }

    /// What a SYN or SYN-ACK offers.
    pub(super) fn offer(&self) -> Offer {
        self.said().offer
    }

    /// A SYN that can open something: with a RST or FIN in it, it does not.
    pub(super) fn opens(&self) -> bool {
        self.flags.syn() && !self.flags.rst() && !self.flags.fin()
    }

    /// Where the payload begins: behind the SYN.
    pub(super) fn payload_seq(&self) -> SeqNumber {
        self.seq + u32::from(self.flags.syn())
    }

    pub(super) fn as_offered(&self) -> OfferedSyn {
        OfferedSyn {
            by: self.sender,
            sent: Sent::new(self.mark),
            seq: self.seq,
            end: self.end,
            offer: self.offer(),
            ttl: self.segment.ttl,
        }
    }

    pub(super) fn numbers(&self) -> Numbers {
        let needs_answer = self.len > 0 || self.flags.syn() || self.flags.fin();
        Numbers {
            end: self.end,
            ack: self.ack,
            needs_answer,
        }
    }

    /// What tells its payload from another of the same place and length; 0 where nothing does.
    #[inline]
    pub(super) fn payload_sum(&self) -> u16 {
        if self.integrity.checksum != Checksum::Good || self.len as usize != self.segment.payload.len() {
            return 0;
        }
        checksum::payload_sum(self.segment.bytes, self.segment.tcp.data_offset.into())
    }

    /// TSval of the timestamps option (RFC 7323), wherever it stands.
    pub(super) fn read_tsval(&self) -> Option<u32> {
        self.said().tsval
    }
}

/// The numbers of a segment that move states.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    /// Number after its last byte, SYN or FIN.
    pub(super) end: SeqNumber,
    pub(super) ack: Option<SeqNumber>,
    pub(super) needs_answer: bool,
}

/// A SYN that may begin another connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfferedSyn {
    pub(super) by: Side,
    pub(super) sent: Sent,
    pub(super) seq: SeqNumber,
    /// The number after its last byte.
    pub(super) end: SeqNumber,
    pub(super) offer: Offer,
    pub(super) ttl: Option<u8>,
}

impl OfferedSyn {
    /// Whether this SYN-ACK of the other side accepts it.
    pub(super) fn is_accepted_by(&self, sender: Side, arrival: &Arrival<'_>) -> bool {
        let covered = |ack: SeqNumber| ack.after(self.seq) && ack.at_or_before(self.end);
        arrival.flags.syn() && sender != self.by && arrival.ack.is_some_and(covered)
    }
}
