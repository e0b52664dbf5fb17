//! HTTP transactions handed out as they become complete, for those who do not wait for their connection.

use super::Limits;
use super::conn::Conn;
use crate::Side;
use crate::http::{HttpPlace, HttpRow};
use crate::stream::StreamEnd;

impl Conn {
    /// Whether no side's bytes wait for others before them. What a hole holds back is read at the end.
    pub(super) fn is_delivered(&self) -> bool {
        Side::BOTH.into_iter().all(|side| {
            let fin = self.ends[side].fin;
            fin.is_none_or(|fin| self.streams.is_delivered(side, fin.seq))
        })
    }

    /// Hands out the complete transactions, or all of them when nothing more can come.
    pub(super) fn hand_out(&mut self, all: bool, to: &mut Vec<HttpRow>) {
        let Some(http) = self.streams.http_mut() else {
            return;
        };
        let mut rows: Vec<_> = http.take_complete().collect();
        if all {
            rows.extend(http.take_rest());
        }
        let place = self.place();
        to.extend(rows.into_iter().map(|(number, row)| place.row(number, row)));
    }

    /// Nothing more comes, of any side.
    pub(super) fn end_capture(&mut self, limits: &Limits, transactions: &mut Vec<HttpRow>) {
        let rules = self.end_streams(StreamEnd::CaptureEnd, limits);
        self.rules.add(rules, self.last.frame);
        if limits.streamed() {
            self.hand_out(true, transactions);
        }
    }

    /// A transaction that is kept, by its position.
    pub(super) fn http_row(&self, index: u32) -> Option<HttpRow> {
        let row = self.streams.http()?.transactions().get(index as usize)?;
        Some(self.place().row(index, row.clone()))
    }

    fn place(&self) -> HttpPlace {
        let (src, src_port) = self.key.end(self.initiator_is_low);
        let (dst, dst_port) = self.key.end(!self.initiator_is_low);
        HttpPlace {
            connection: self.id,
            src,
            src_port,
            dst,
            dst_port,
            establish_ns: self.establish_ns(),
        }
    }
}
