//! `synfin summary`: what happened in a capture, on a screen, what looks wrong first.

mod count;
mod line;
mod show;

use std::io::{self, BufWriter, Write};
use std::path::Path;

use synfin::{Annotation, Config, Connection, Dissector};

use crate::Failure;
use crate::args::Report;
use crate::input::{self, Reading, Sink};
use crate::json;
use crate::language::{Language, Messages, messages};
use count::Count;

pub(crate) fn run(report: &Report) -> Result<Reading, Failure> {
    let out: Box<dyn Write> = if report.output.json {
        Box::new(BufWriter::new(io::stdout().lock()))
    } else {
        Box::new(BufWriter::new(anstream::stdout().lock()))
    };
    let summary = Summary {
        out,
        json: report.output.json,
        file: String::new(),
        count: Count::default(),
    };
    input::read_all(&report.input, summary)
}

struct Summary {
    out: Box<dyn Write>,
    json: bool,
    file: String,
    count: Count,
}

impl Sink for Summary {
    fn writes_while_reading(&self) -> bool {
        false
    }

    fn configure(&self, config: &mut Config) {
        // Transactions are counted as they end, not kept.
        config.http.streamed = true;
    }

    fn prepare(&mut self, path: &Path) -> Result<(), String> {
        self.file = path.display().to_string();
        self.count = Count::default();
        Ok(())
    }

    fn segment(&mut self, _: &Dissector, annotation: &Annotation) -> io::Result<()> {
        self.count.segment(annotation);
        Ok(())
    }

    fn quic_initial(&mut self) {
        self.count.quic_initial();
    }

    fn takes_connections(&self) -> bool {
        true
    }

    fn connections(&mut self, gone: Vec<Connection>) -> io::Result<()> {
        self.count.connections(gone);
        Ok(())
    }

    fn frame(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        self.count.transactions(dissector.take_transactions());
        Ok(())
    }

    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        self.count.connections(dissector.finish());
        self.count.transactions(dissector.take_transactions());
        let bounds = dissector.bounds_reached();
        if self.json {
            // Data is the same in each language.
            let told = self
                .count
                .told(&self.file, bounds, Messages::of(Language::English));
            json::line(&mut self.out, &told)
        } else {
            let told = self.count.told(&self.file, bounds, messages());
            show::show(&mut self.out, &told, messages())
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
