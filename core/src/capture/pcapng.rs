//! The pcapng format: draft-ietf-opsawg-pcapng.

mod clock;

use std::io::{self, Read};

use pcap_parser::{
    EPB_MAGIC, IDB_MAGIC, InterfaceDescriptionBlock, OptionCode, PcapNGOption, SHB_MAGIC, SPB_MAGIC,
    parse_interfacedescriptionblock_be, parse_interfacedescriptionblock_le,
};

use super::buffer::Buffer;
use super::resync::{self, Place};
use super::{Fault, MAX_RECORD_LEN, Record};
use crate::frame::LinkType;
use clock::Clock;

/// The obsolete packet block, which old captures still have (draft, section 11.1 and appendix).
const PACKET_BLOCK: u32 = 2;

/// Types of blocks that may stand behind damage, beside packets, interfaces and sections: name resolution,
/// statistics, systemd journal, decryption secrets, custom blocks (draft, section 11.1).
const OTHER_BLOCKS: [u32; 6] = [4, 5, 9, 10, 0x0bad, 0x4000_0bad];
/// Longer blocks are not searched for behind damage.
const USUAL_LEN: u32 = 16 << 20;
/// Blocks in a row that prove each other behind damage.
const PROOF: u32 = 3;

/// Type, length, and the length again at the end.
const MIN_BLOCK_LEN: usize = 12;
/// Behind type, length and byte order of a section header.
pub(super) const BYTE_ORDER_END: usize = 12;
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

/// An interface description without options.
const INTERFACE_LEN: usize = 20;
/// Where packet data begins in each block.
const ENHANCED_DATA_START: usize = 28;
const SIMPLE_DATA_START: usize = 12;

/// These four bytes begin a section, and so a file.
pub(super) fn is_section_header(magic: [u8; 4]) -> bool {
    u32::from_le_bytes(magic) == SHB_MAGIC // the same in both byte orders
}

/// What the current section has told so far.
pub(super) struct Pcapng {
    order: ByteOrder,
    interfaces: Vec<Interface>,
    last_time_ns: i64,
}

struct Interface {
    link: LinkType,
    /// 0: no limit.
    snap_len: u32,
    clock: Clock,
}

#[derive(Clone, Copy)]
enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    /// From the first bytes of a section header; `None` when they are none.
    fn of_section(bytes: &[u8]) -> Option<Self> {
        match u32_at(bytes, 8, Self::Little)? {
            BYTE_ORDER_MAGIC => Some(Self::Little),
            swapped if swapped.swap_bytes() == BYTE_ORDER_MAGIC => Some(Self::Big),
            _ => None,
        }
    }
}

fn u32_at(bytes: &[u8], at: usize, order: ByteOrder) -> Option<u32> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(match order {
        ByteOrder::Little => u32::from_le_bytes(*field),
        ByteOrder::Big => u32::from_be_bytes(*field),
    })
}

fn u16_at(bytes: &[u8], at: usize, order: ByteOrder) -> Option<u16> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(match order {
        ByteOrder::Little => u16::from_le_bytes(*field),
        ByteOrder::Big => u16::from_be_bytes(*field),
    })
}

const TOO_SHORT: Fault = Fault::Damaged("block too short for its type");

impl Pcapng {
    /// `None` when these bytes do not begin a section.
    pub(super) fn open(bytes: &[u8]) -> Option<Self> {
        let order = ByteOrder::of_section(bytes)?;
        Some(Self {
            order,
            interfaces: Vec::new(),
            last_time_ns: 0,
        })
    }

    pub(super) fn next_record<R: Read>(&mut self, input: &mut Buffer<R>) -> Result<Option<Record>, Fault> {
        loop {
            let Some((kind, len)) = self.next_block(input)? else {
                return Ok(None);
            };
            let block = input.bytes().get(..len).unwrap_or(&[]);
            match kind {
                SHB_MAGIC => self.interfaces.clear(),
                IDB_MAGIC => match self.interface(block) {
                    Ok(interface) => self.interfaces.push(interface),
                    Err(fault) => {
                        self.interfaces.extend(self.bare_interface(block));
                        return Err(fault);
                    }
                },
                EPB_MAGIC => return self.enhanced(block).map(Some),
                SPB_MAGIC => return self.simple(block).map(Some),
                PACKET_BLOCK => return self.obsolete(block).map(Some),
                _ => {}
            }
            input.take(len);
        }
    }

    /// Waits for a whole block; gives its type and length. A section header sets the byte order.
    fn next_block<R: Read>(&mut self, input: &mut Buffer<R>) -> Result<Option<(u32, usize)>, Fault> {
        if !input.want(MIN_BLOCK_LEN)? {
            return if input.bytes().is_empty() {
                Ok(None)
            } else {
                Err(Fault::Truncated)
            };
        }
        if input
            .bytes()
            .first_chunk()
            .is_some_and(|magic| is_section_header(*magic))
        {
            self.order = ByteOrder::of_section(input.bytes())
                .ok_or(Fault::Damaged("section header without a byte order"))?;
        }
        let kind = u32_at(input.bytes(), 0, self.order).ok_or(Fault::Truncated)?;
        let claimed = u32_at(input.bytes(), 4, self.order).ok_or(Fault::Truncated)?;
        let len = claimed as usize;
        if len < MIN_BLOCK_LEN {
            return Err(Fault::Damaged("block length below 12"));
        }
        if claimed > MAX_RECORD_LEN {
            return Err(Fault::Damaged("block length beyond 256 MiB"));
        }
        if !input.want(len)? {
            return Err(Fault::Truncated);
        }
        if u32_at(input.bytes(), len - 4, self.order) != Some(claimed) {
            return Err(Fault::Damaged("the two lengths of a block differ"));
        }
        Ok(Some((kind, len)))
    }

    /// Takes what stands before the next block behind a damaged one; `false` where there is none.
    pub(super) fn resync<R: Read>(&self, input: &mut Buffer<R>) -> io::Result<bool> {
        // Of a block whose bounds are right its content is wrong: what looks like a block in it is none.
        let bounded = self.block_at(input, 0)?.map(|(_, _, len)| len);
        resync::find(input, bounded.unwrap_or(1), MIN_BLOCK_LEN, |input, at| {
            if !self.is_proven(input, at)? {
                return Ok(Place::Nothing(1));
            }
            Ok(match self.block_at(input, at)? {
                Some((_, kind, len)) if self.is_unreadable(input.bytes().get(at..).unwrap_or(&[]), kind) => {
                    Place::Nothing(len)
                }
                _ => Place::Record,
            })
        })
    }

    /// Whether blocks stand here, one behind the other.
    fn is_proven<R: Read>(&self, input: &mut Buffer<R>, mut at: usize) -> io::Result<bool> {
        for seen in 0..PROOF {
            if !input.want(at + MIN_BLOCK_LEN)? {
                return Ok(seen > 1 || seen > 0 && input.bytes().len() == at);
            }
            match self.block_at(input, at)? {
                Some((_, _, len)) => at += len,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// The byte order, type and length of a block of a known type with sound bounds.
    fn block_at<R: Read>(
        &self,
        input: &mut Buffer<R>,
        at: usize,
    ) -> io::Result<Option<(ByteOrder, u32, usize)>> {
        let head = input.bytes().get(at..).unwrap_or(&[]);
        let is_section = head.first_chunk().is_some_and(|magic| is_section_header(*magic));
        let order = if is_section {
            ByteOrder::of_section(head)
        } else {
            Some(self.order)
        };
        let Some((order, kind, claimed)) =
            order.and_then(|order| Some((order, u32_at(head, 0, order)?, u32_at(head, 4, order)?)))
        else {
            return Ok(None);
        };
        let known = matches!(kind, SHB_MAGIC | IDB_MAGIC | EPB_MAGIC | SPB_MAGIC | PACKET_BLOCK)
            || OTHER_BLOCKS.contains(&kind);
        let len = claimed as usize;
        if !known
            || len < MIN_BLOCK_LEN
            || claimed > USUAL_LEN
            || claimed % 4 != 0
            || !input.want(at + len)?
        {
            return Ok(None);
        }
        let same = u32_at(input.bytes(), at + len - 4, order) == Some(claimed);
        Ok(same.then_some((order, kind, len)))
    }

    /// Packets of an interface that was lost in the damage: nobody can read them.
    fn is_unreadable(&self, block: &[u8], kind: u32) -> bool {
        let interface = match kind {
            EPB_MAGIC => u32_at(block, 8, self.order),
            PACKET_BLOCK => u16_at(block, 8, self.order).map(u32::from),
            SPB_MAGIC => Some(0),
            _ => return false,
        };
        interface.is_none_or(|interface| interface as usize >= self.interfaces.len())
    }

    /// Draft section 4.2.
    fn interface(&self, block: &[u8]) -> Result<Interface, Fault> {
        let parsed = match self.order {
            ByteOrder::Little => parse_interfacedescriptionblock_le(block),
            ByteOrder::Big => parse_interfacedescriptionblock_be(block),
        };
        let Ok((_, description)) = parsed else {
            return Err(Fault::Damaged("interface description unreadable"));
        };
        Ok(Interface {
            link: LinkType(u16_at(block, 8, self.order).ok_or(TOO_SHORT)?),
            snap_len: description.snaplen,
            clock: self.clock(&description),
        })
    }

    /// One whose options cannot be read: the packets of others are told by their numbers, so it counts.
    fn bare_interface(&self, block: &[u8]) -> Option<Interface> {
        Some(Interface {
            link: LinkType(u16_at(block, 8, self.order)?),
            snap_len: u32_at(block, 12, self.order)?,
            clock: Clock::new(Clock::DEFAULT_RESOLUTION, 0),
        })
        .filter(|_| block.len() >= INTERFACE_LEN)
    }

    /// Not by pcap-parser 0.17, which reads `if_tsoffset` in little-endian order only and rejects every
    /// resolution that is a power of two.
    fn clock(&self, description: &InterfaceDescriptionBlock<'_>) -> Clock {
        let options = || {
            description
                .options
                .iter()
                .take_while(|option| option.code != OptionCode::EndOfOpt)
        };
        let value = |code| {
            options()
                .find(|option: &&PcapNGOption<'_>| option.code == code)
                .map(PcapNGOption::value)
        };
        let resolution = value(OptionCode::IfTsresol).and_then(<[u8]>::first).copied();
        let offset_s = value(OptionCode::IfTsoffset)
            .and_then(<[u8]>::first_chunk)
            .map(|bytes| match self.order {
                ByteOrder::Little => i64::from_le_bytes(*bytes),
                ByteOrder::Big => i64::from_be_bytes(*bytes),
            });
        Clock::new(
            resolution.unwrap_or(Clock::DEFAULT_RESOLUTION),
            offset_s.unwrap_or(0),
        )
    }

    /// Draft section 4.3.
    fn enhanced(&mut self, block: &[u8]) -> Result<Record, Fault> {
        let interface = u32_at(block, 8, self.order).ok_or(TOO_SHORT)?;
        self.timed(block, interface)
    }

    /// The forerunner of the enhanced block: a shorter interface number and a drop count in its place.
    fn obsolete(&mut self, block: &[u8]) -> Result<Record, Fault> {
        let interface = u16_at(block, 8, self.order).ok_or(TOO_SHORT)?;
        self.timed(block, u32::from(interface))
    }

    fn timed(&mut self, block: &[u8], interface: u32) -> Result<Record, Fault> {
        let field = |at| u32_at(block, at, self.order).ok_or(TOO_SHORT);
        let ticks = u64::from(field(12)?) << 32 | u64::from(field(16)?);
        let captured = field(20)? as usize;
        let wire_len = field(24)?;
        if block.len() < ENHANCED_DATA_START + 4 {
            return Err(TOO_SHORT);
        }
        if captured > block.len() - ENHANCED_DATA_START - 4 {
            return Err(Fault::Damaged("packet longer than its block"));
        }
        let interface = self
            .interfaces
            .get(interface as usize)
            .ok_or(Fault::Damaged("packet of an unknown interface"))?;
        let time_ns = interface.clock.time_ns(ticks);
        self.last_time_ns = time_ns;
        Ok(Record {
            time_ns,
            link: interface.link,
            wire_len,
            data: ENHANCED_DATA_START..ENHANCED_DATA_START + captured,
            len: block.len(),
        })
    }

    /// Draft section 4.4: of the first interface, without a time, and without a captured length.
    fn simple(&self, block: &[u8]) -> Result<Record, Fault> {
        let wire_len = u32_at(block, 8, self.order).ok_or(TOO_SHORT)?;
        let room = block.len().checked_sub(SIMPLE_DATA_START + 4).ok_or(TOO_SHORT)?;
        let interface = self
            .interfaces
            .first()
            .ok_or(Fault::Damaged("packet of an unknown interface"))?;
        let limit = if interface.snap_len == 0 {
            u32::MAX
        } else {
            interface.snap_len
        };
        let captured = room.min(wire_len.min(limit) as usize);
        Ok(Record {
            time_ns: self.last_time_ns,
            link: interface.link,
            wire_len,
            data: SIMPLE_DATA_START..SIMPLE_DATA_START + captured,
            len: block.len(),
        })
    }
}
