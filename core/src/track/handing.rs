//! HTTP transactions handed out as they become complete, for those who do not wait for their connection.

use super::conn::Conn;
use crate::Side;
use crate::http::HttpRow;

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
        let connect_ns = self.establish_ns();
        let (src, src_port) = self.key.end(self.initiator_is_low);
        let (dst, dst_port) = self.key.end(!self.initiator_is_low);
        to.extend(rows.into_iter().map(|(number, row)| {
            let connect_ns = connect_ns.filter(|_| number == 0);
            let total_ns = row.facts.as_ref().and_then(|facts| facts.total_ns);
            HttpRow {
                connection: self.id,
                transaction: number,
                src,
                src_port,
                dst,
                dst_port,
                connect_ns,
                connect_percent: connect_ns
                    .zip(total_ns)
                    .and_then(|(connect, total)| share(connect, total)),
                row,
            }
        }));
    }
}

/// The first of two durations in hundredths of their sum.
fn share(part: i64, rest: i64) -> Option<u8> {
    let sum = i128::from(part) + i128::from(rest);
    u8::try_from((i128::from(part) * 100).checked_div(sum)?).ok()
}
