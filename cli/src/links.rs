//! Which frame answers which request: known only after the whole capture was read once.

use std::collections::HashMap;
use std::path::Path;

use synfin::{ConnectionId, Dissector};

use crate::args::Report;
use crate::{input, interrupt};

/// The frame with the first byte of each transaction's final response.
#[derive(Debug, Default)]
pub(crate) struct Links(HashMap<(ConnectionId, u32), u64>);

impl Links {
    /// Reads a capture as far as it can be read; the error says in words why not at all.
    pub(crate) fn read(path: &Path, report: &Report) -> Result<Self, String> {
        let is_file = |path: &Path| path.metadata().is_ok_and(|data| data.is_file());
        if path == Path::new("-") || path.exists() && !is_file(path) {
            return Err("two passes need a file, which can be read again: this is none".to_owned());
        }
        let mut config = report.config();
        config.http.streamed = true;
        let mut dissector = Dissector::new(config);
        let mut capture = input::open(path)?;
        let mut links = Self::default();
        // What is damaged is told in the second pass.
        while let (false, Ok(Some(frame))) = (interrupt::happened(), capture.next_frame()) {
            dissector.frame(&frame);
            dissector.take_evicted();
            links.take(&mut dissector);
        }
        dissector.finish().for_each(drop);
        links.take(&mut dissector);
        Ok(links)
    }

    /// The frame of a transaction's response; none where it got none.
    pub(crate) fn response(&self, connection: ConnectionId, transaction: u32) -> Option<u64> {
        self.0.get(&(connection, transaction)).copied()
    }

    fn take(&mut self, dissector: &mut Dissector) {
        let rows = dissector.take_transactions().into_iter();
        self.0.extend(rows.filter_map(|row| {
            let frame = row.row.response_frame?;
            Some(((row.connection, row.transaction), frame))
        }));
    }
}
