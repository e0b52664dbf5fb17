//! `synfin http`: one line for each HTTP transaction, as soon as it is complete.

mod bodies;
mod combined;
mod line;

use std::io::{self, BufWriter, Write};

use synfin::http::HttpRow;
use synfin::{Annotation, Config, Dissector};

use crate::Failure;
use crate::args::{Format, Http};
use crate::forms::{self, wireshark};
use crate::input::{self, Reading, Sink};
use crate::json;
use crate::language::messages;
use crate::select::{Ordered, Selection, Subject};
use bodies::Bodies;

pub(crate) fn run(args: &Http) -> Result<Reading, Failure> {
    let bodies = args.bodies.as_deref();
    let bodies = bodies
        .map(|folder| Bodies::create(folder, args.body_limit, messages()))
        .transpose()
        .map_err(Failure::Input)?;
    let selection = Selection::new(&args.selection, Subject::Transactions)?;
    let chosen = forms::asked(
        Subject::Transactions,
        &args.report.output,
        &args.selection,
        &selection,
        &USUAL,
    );
    let form: Box<dyn Form> = match args.format {
        _ if args.selection.print_filter => Box::new(Filter {
            transactions: wireshark::Transactions::default(),
            out: io::stdout(),
        }),
        _ if args.report.output.json => Box::new(Json(BufWriter::new(io::stdout().lock()))),
        Format::Text => Box::new(line::Lines::new(args.headers, args.report.input.time, messages())),
        Format::Combined => Box::new(combined::Log(BufWriter::new(io::stdout().lock()))),
    };
    let transactions = Transactions {
        args,
        form: match chosen {
            Some(form) => Box::new(Formed(form)),
            None => form,
        },
        ordered: Ordered::new(&selection),
        selection,
        bodies,
        told: 0,
    };
    input::read_all(&args.report.input, transactions)
}

/// The columns of CSV and TSV where none are asked for.
const USUAL: [&str; 19] = [
    "connection",
    "transaction",
    "request.first",
    "src",
    "src_port",
    "dst",
    "dst_port",
    "method",
    "host",
    "target",
    "status",
    "request_frame",
    "response_frame",
    "request_body_len",
    "response_body_len",
    "wait",
    "total",
    "state",
    "response.content_type",
];

/// How transactions are written.
trait Form {
    /// One of several captures begins.
    fn begin(&mut self, _name: &str) -> io::Result<()> {
        Ok(())
    }
    /// A capture's first segment was captured at this time.
    fn starts_at(&mut self, _ns: i64) {}
    /// A transaction, and what there is to say of its bodies.
    fn row(&mut self, row: &HttpRow, of_bodies: &[String]) -> io::Result<()>;
    /// A capture has ended.
    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn flush(&mut self) -> io::Result<()>;
}

struct Formed(Box<dyn forms::Form>);

impl Form for Formed {
    fn row(&mut self, row: &HttpRow, _: &[String]) -> io::Result<()> {
        self.0.row(row)
    }

    fn end(&mut self) -> io::Result<()> {
        self.0.end()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

struct Filter<W> {
    transactions: wireshark::Transactions,
    out: W,
}

impl<W: Write> Form for Filter<W> {
    fn row(&mut self, row: &HttpRow, _: &[String]) -> io::Result<()> {
        self.transactions.add(row);
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        writeln!(self.out, "{}", std::mem::take(&mut self.transactions).filter())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

struct Json<W>(W);

impl<W: Write> Form for Json<W> {
    fn row(&mut self, row: &HttpRow, _: &[String]) -> io::Result<()> {
        json::line(&mut self.0, row)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

struct Transactions<'a> {
    args: &'a Http,
    form: Box<dyn Form>,
    bodies: Option<Bodies>,
    selection: Selection,
    ordered: Option<Ordered<HttpRow>>,
    /// Transactions of this capture.
    told: u64,
}

impl Transactions<'_> {
    fn take(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        for row in dissector.take_transactions() {
            self.told += 1;
            if !self.selection.holds(&row) {
                continue;
            }
            match &mut self.ordered {
                Some(ordered) => drop(ordered.push(row)),
                None if self.selection.admits() => self.tell(&row)?,
                None => {}
            }
        }
        Ok(())
    }

    fn tell(&mut self, row: &HttpRow) -> io::Result<()> {
        let of_bodies = match &mut self.bodies {
            Some(bodies) => bodies.save(row)?,
            None => Vec::new(),
        };
        self.form.row(row, &of_bodies)
    }
}

impl Sink for Transactions<'_> {
    fn configure(&self, config: &mut Config) {
        config.http.facts = true;
        config.http.streamed = true;
        // The log names users, and a body may have several lines of codings.
        config.http.fields =
            self.args.headers || self.args.format == Format::Combined || self.bodies.is_some();
        if self.bodies.is_some() {
            config.http.body_bytes = self.args.body_limit;
        }
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        if let Some(bodies) = &mut self.bodies {
            bodies.begin(name);
        }
        self.form.begin(name)
    }

    fn segment(&mut self, _: &Dissector, annotation: &Annotation) -> io::Result<()> {
        self.form.starts_at(annotation.time_ns);
        Ok(())
    }

    fn frame(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        self.take(dissector)
    }

    fn end(&mut self, dissector: &mut Dissector) -> io::Result<()> {
        dissector.finish().for_each(drop);
        self.take(dissector)?;
        let ordered = self.ordered.as_mut().map(Ordered::take);
        for row in ordered.into_iter().flat_map(|(chosen, _)| chosen) {
            self.tell(&row)?;
        }
        self.selection.begin();
        self.form.end()
    }

    fn remark(&mut self) -> Option<String> {
        let told = std::mem::take(&mut self.told);
        (told == 0).then(|| messages().http.no_http.to_owned())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(bodies) = &mut self.bodies {
            bodies.flush()?;
        }
        self.form.flush()
    }
}
