//! A connection as a plain C struct.

use synfin::{Connection, Side, Sides};

use crate::annotation::address_bytes;
use crate::dissector::Inner;
use crate::guard::exclusive;
use crate::sized::{self, Sized32};
use crate::synfin_dissector;
use crate::synfin_status;

/// `present` of a connection: `rtt_responder_ns` is known.
pub const SYNFIN_CONNECTION_HAS_RTT_RESPONDER: u32 = 0x1;
/// `present` of a connection: `rtt_initiator_ns` is known.
pub const SYNFIN_CONNECTION_HAS_RTT_INITIATOR: u32 = 0x2;
/// `present` of a connection: `establish_ns` is known.
pub const SYNFIN_CONNECTION_HAS_ESTABLISH: u32 = 0x4;
/// `present` of a connection: `first_byte_ns` of the initiator is known.
pub const SYNFIN_CONNECTION_HAS_FIRST_BYTE_INITIATOR: u32 = 0x8;
/// `present` of a connection: `first_byte_ns` of the responder is known.
pub const SYNFIN_CONNECTION_HAS_FIRST_BYTE_RESPONDER: u32 = 0x10;
/// `present` of a connection: `idle_ns` is known.
pub const SYNFIN_CONNECTION_HAS_IDLE: u32 = 0x20;
/// `present` of a connection: `teardown_ns` is known.
pub const SYNFIN_CONNECTION_HAS_TEARDOWN: u32 = 0x40;
/// `present` of a connection: `isn` of the initiator was captured.
pub const SYNFIN_CONNECTION_HAS_ISN_INITIATOR: u32 = 0x80;
/// `present` of a connection: `isn` of the responder was captured.
pub const SYNFIN_CONNECTION_HAS_ISN_RESPONDER: u32 = 0x100;
/// `present` of a connection: it was reset, `reset_by`.
pub const SYNFIN_CONNECTION_HAS_RESET_BY: u32 = 0x200;
/// `present` of a connection: a RST left `killed_transaction` unfinished.
pub const SYNFIN_CONNECTION_HAS_KILLED_TRANSACTION: u32 = 0x400;

/// What became of a connection, the numbers of it; synfin_dissector_connection_values() and
/// synfin_dissector_connection_json() tell more.
///
/// Plain data without pointers. Arrays of two hold the initiator's number, then the responder's: enum
/// synfin_side. `present` says which of the optional members count; those that do not are 0. First layout:
/// all members shown.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct synfin_connection {
    /// `sizeof(struct synfin_connection)`.
    pub struct_size: u32,
    /// Which optional members count: SYNFIN_CONNECTION_HAS_ bits.
    pub present: u32,
    /// Its number, from 0 in the order of first segments.
    pub connection: u64,
    /// Its first frame.
    pub first_frame: u64,
    /// Its last frame.
    pub last_frame: u64,
    /// Capture time of the first frame, nanoseconds since the Unix epoch.
    pub start_ns: i64,
    /// From the first frame to the last, nanoseconds.
    pub duration_ns: i64,
    /// SYN to SYN-ACK, nanoseconds: round trip between capture point and responder.
    /// SYNFIN_CONNECTION_HAS_RTT_RESPONDER.
    pub rtt_responder_ns: i64,
    /// SYN-ACK to ACK, nanoseconds: round trip between capture point and initiator.
    /// SYNFIN_CONNECTION_HAS_RTT_INITIATOR.
    pub rtt_initiator_ns: i64,
    /// First SYN to the segment that completes the handshake, nanoseconds. SYNFIN_CONNECTION_HAS_ESTABLISH.
    pub establish_ns: i64,
    /// First frame to each side's first payload, nanoseconds. SYNFIN_CONNECTION_HAS_FIRST_BYTE_INITIATOR and
    /// _RESPONDER.
    pub first_byte_ns: [i64; 2],
    /// Silence before the first FIN or RST, nanoseconds. SYNFIN_CONNECTION_HAS_IDLE.
    pub idle_ns: i64,
    /// First FIN or accepted RST to the segment after which it was over, nanoseconds.
    /// SYNFIN_CONNECTION_HAS_TEARDOWN.
    pub teardown_ns: i64,
    /// Segments.
    pub packets: [u64; 2],
    /// Payload by the sequence numbers, bytes: retransmissions once, gaps counted.
    pub bytes: [u64; 2],
    /// Segments sent again.
    pub retransmissions: [u64; 2],
    /// Those of them that were needless.
    pub spurious_retransmissions: [u64; 2],
    /// Segments that were overtaken on their way.
    pub out_of_order: [u64; 2],
    /// Segments captured more than once.
    pub duplicates: [u64; 2],
    /// Holes in what was captured.
    pub gaps: [u64; 2],
    /// Their bytes.
    pub gap_bytes: [u64; 2],
    /// HTTP transactions kept: their positions are 0 to this - 1.
    pub http_transactions: u64,
    /// HTTP transactions past those.
    pub http_omitted: u64,
    /// Initial sequence numbers. SYNFIN_CONNECTION_HAS_ISN_INITIATOR and _RESPONDER.
    pub isn: [u32; 2],
    /// The first HTTP transaction that a RST left unfinished, by its position.
    /// SYNFIN_CONNECTION_HAS_KILLED_TRANSACTION.
    pub killed_transaction: u32,
    /// Initiator's address in network order, `address_len` bytes, the rest 0.
    pub src: [u8; 16],
    /// Responder's address, likewise.
    pub dst: [u8; 16],
    /// Initiator's port.
    pub src_port: u16,
    /// Responder's port.
    pub dst_port: u16,
    /// 4 or 16.
    pub address_len: u8,
    /// How it was opened: enum synfin_handshake_verdict.
    pub handshake_verdict: u8,
    /// How sure that is: enum synfin_confidence.
    pub handshake_confidence: u8,
    /// How it ended: enum synfin_close_verdict.
    pub close_verdict: u8,
    /// How sure that is: enum synfin_confidence.
    pub close_confidence: u8,
    /// Who ended it: enum synfin_closer.
    pub close_by: u8,
    /// The likely reason: enum synfin_cause.
    pub close_cause: u8,
    /// How sure that is: enum synfin_confidence.
    pub close_cause_confidence: u8,
    /// In whose name it was reset: enum synfin_side. SYNFIN_CONNECTION_HAS_RESET_BY.
    pub reset_by: u8,
    /// What its payload speaks: enum synfin_protocol, 0 if that is not known.
    pub protocol: u8,
    /// Wireshark's tcp.completeness: 1 SYN, 2 SYN-ACK, 4 ACK, 8 data, 16 FIN, 32 RST.
    pub completeness: u8,
    /// 1 if it was pushed out of the full table before its end.
    pub evicted: u8,
    /// 0.
    pub reserved: [u8; 4],
}

// SAFETY: repr(C), begins with struct_size, numbers only.
unsafe impl Sized32 for synfin_connection {
    const FIRST_LAYOUT: usize = size_of::<Self>();
}

/// No hole, whatever the target.
const _: () = assert!(size_of::<synfin_connection>() == 312);

fn pair<T: Copy>(sides: Sides<T>) -> [T; 2] {
    Side::BOTH.map(|side| sides[side])
}

impl From<&Connection> for synfin_connection {
    fn from(from: &Connection) -> Self {
        let mut present = 0;
        let mut known = |bit: u32, value: Option<i64>| {
            present |= if value.is_some() { bit } else { 0 };
            value.unwrap_or_default()
        };
        let (src, address_len) = address_bytes(from.src);
        let (dst, _) = address_bytes(from.dst);
        let (handshake, close, timing) = (&from.handshake, &from.close, &from.timing);
        let rtt_responder_ns = known(SYNFIN_CONNECTION_HAS_RTT_RESPONDER, handshake.rtt_responder_ns);
        let rtt_initiator_ns = known(SYNFIN_CONNECTION_HAS_RTT_INITIATOR, handshake.rtt_initiator_ns);
        let establish_ns = known(SYNFIN_CONNECTION_HAS_ESTABLISH, timing.establish_ns);
        let first_byte_ns = [
            known(
                SYNFIN_CONNECTION_HAS_FIRST_BYTE_INITIATOR,
                timing.first_byte_initiator_ns,
            ),
            known(
                SYNFIN_CONNECTION_HAS_FIRST_BYTE_RESPONDER,
                timing.first_byte_responder_ns,
            ),
        ];
        let idle_ns = known(SYNFIN_CONNECTION_HAS_IDLE, close.idle_ns);
        let teardown_ns = known(SYNFIN_CONNECTION_HAS_TEARDOWN, timing.teardown_ns);
        let mut number = |bit: u32, value: Option<u32>| known(bit, value.map(i64::from)) as u32;
        let isn = [
            number(SYNFIN_CONNECTION_HAS_ISN_INITIATOR, handshake.isn_initiator),
            number(SYNFIN_CONNECTION_HAS_ISN_RESPONDER, handshake.isn_responder),
        ];
        let killed_transaction = number(SYNFIN_CONNECTION_HAS_KILLED_TRANSACTION, close.killed_transaction);
        let reset_by = number(
            SYNFIN_CONNECTION_HAS_RESET_BY,
            close.reset_by.map(|side| side as u32),
        ) as u8;
        Self {
            struct_size: size_of::<Self>() as u32,
            connection: from.connection,
            first_frame: from.first_frame,
            last_frame: from.last_frame,
            start_ns: from.start_ns,
            duration_ns: from.duration_ns,
            rtt_responder_ns,
            rtt_initiator_ns,
            establish_ns,
            first_byte_ns,
            idle_ns,
            teardown_ns,
            packets: pair(from.packets),
            bytes: pair(from.bytes),
            retransmissions: pair(from.retransmissions),
            spurious_retransmissions: pair(from.spurious_retransmissions),
            out_of_order: pair(from.out_of_order),
            duplicates: pair(from.duplicates),
            gaps: pair(from.gaps),
            gap_bytes: pair(from.gap_bytes),
            http_transactions: from.http.len() as u64,
            http_omitted: from.http_omitted,
            isn,
            killed_transaction,
            src,
            dst,
            src_port: from.src_port,
            dst_port: from.dst_port,
            address_len,
            handshake_verdict: handshake.verdict as u8,
            handshake_confidence: handshake.confidence as u8,
            close_verdict: close.verdict as u8,
            close_confidence: close.confidence as u8,
            close_by: close.by as u8,
            close_cause: close.cause as u8,
            close_cause_confidence: close.cause_confidence as u8,
            reset_by,
            protocol: from.protocol.map_or(0, |protocol| protocol as u8),
            completeness: from.completeness,
            evicted: from.evicted.into(),
            reserved: [0; 4],
            present,
        }
    }
}

/// Gives a connection: as it stands now, or final after synfin_dissector_finish().
///
/// @param id   number of the connection, as in the annotations
/// @param out  gets it; its `struct_size` is set by the caller
/// @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_HANDLE,
///         SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_connection(
    dissector: *mut synfin_dissector,
    id: u64,
    out: *mut synfin_connection,
) -> synfin_status {
    let body = |inner: &mut Inner| {
        let connection = inner.with_connection(id, |connection| connection.into())?;
        // SAFETY: the header asks for NULL or a struct as large as its struct_size.
        unsafe { sized::write(out, &connection) }
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}

/// Gives many connections in one call: those of the lowest numbers from `first` on, forgotten ones left out.
/// There may be more if `given` is `capacity`: go on behind the last one's number.
///
/// @param first     the lowest number
/// @param out       gets them, an array of the caller's layout: `struct_size` of the first is set by the caller,
///                  that of the others by the call. May be NULL if `capacity` is 0.
/// @param capacity  how many it has room for
/// @param given     gets how many there are now
/// @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC,
///         SYNFIN_ERR_POISONED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_dissector_connections(
    dissector: *mut synfin_dissector,
    first: u64,
    out: *mut synfin_connection,
    capacity: usize,
    given: *mut usize,
) -> synfin_status {
    let body = |inner: &mut Inner| {
        // SAFETY: the header asks for NULL or a place for a number.
        let given = unsafe { exclusive(given) }?;
        let mut count = 0;
        if capacity > 0 {
            // SAFETY: the header asks for NULL or a struct as large as its struct_size.
            let stride = unsafe { sized::size_of_caller(out) }?;
            for id in first..inner.connections {
                let connection = inner.with_connection(id, |connection| synfin_connection::from(connection));
                let Ok(connection) = connection else {
                    continue;
                };
                // SAFETY: the header asks for `capacity` elements of that size.
                unsafe { sized::write_nth(out, stride, count, &connection) };
                count += 1;
                if count == capacity {
                    break;
                }
            }
        }
        *given = count;
        Ok(())
    };
    // SAFETY: the header asks for NULL or a dissector that no other thread uses now.
    unsafe { synfin_dissector::enter(dissector, body) }
}
