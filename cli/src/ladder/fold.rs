//! What is kept of a connection's segments while they are read: runs of plain ones are folded, and no connection
//! takes more than its limits, however long it is.

use std::collections::VecDeque;

use synfin::{Annotation, HttpNote, IntegrityWord, Order, Rule, Severity, Side, Sides, Step};

/// How much of a connection is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Plain segments in a row that are shown one by one; more of them become a run. None: all are shown.
    pub(crate) plain: Option<usize>,
    /// Rows kept of the connection's begin.
    pub(crate) head: usize,
    /// Rows kept of its end; what lies between becomes one run.
    pub(crate) tail: usize,
    /// Plain segments remembered one by one, so that one of a run can still come out of it when it turns out that
    /// it was lost.
    pub(crate) recent: usize,
}

/// How many rows to look back for a segment that has no frame to find it by.
const LATEST: usize = 64;

/// A row of the picture.
#[derive(Debug, Clone)]
pub(crate) enum Kept {
    Segment(Box<Told>),
    Run(Box<Run>),
    /// Bytes of this side that the capture lost: its peer acknowledges them in the next row.
    Missing(Moment, Side),
    /// An ICMP error about a segment of this side.
    Icmp(Moment, Side),
}

/// Where in the capture something stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) frame: u64,
    pub(crate) time_ns: i64,
}

/// A segment, and what became of it later.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) segment: Annotation,
    answered: bool,
    /// The frame that carries the same again.
    again_in: Option<u64>,
    /// The frame that shows that this one, an ACK, did not arrive.
    lost_by: Option<u64>,
}

impl Told {
    const fn new(segment: &Annotation) -> Self {
        Self {
            segment: *segment,
            answered: false,
            again_in: None,
            lost_by: None,
        }
    }

    /// The frame in which its sender gave up waiting for an answer and sent it again.
    pub(crate) fn unanswered(&self) -> Option<u64> {
        self.again_in.filter(|_| !self.answered)
    }

    /// The frame that shows that it did not arrive, by a rule that says so.
    pub(crate) const fn lost(&self) -> Option<u64> {
        self.lost_by
    }
}

/// Segments told as one row.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) first: Moment,
    pub(crate) last: Moment,
    /// Segments with payload.
    pub(crate) data: Sides<u64>,
    /// Their payload, bytes.
    pub(crate) bytes: Sides<u64>,
    /// Segments without.
    pub(crate) empty: Sides<u64>,
    /// Frames of it that were sent again later, the first few, and how many there are.
    pub(crate) again: Vec<u64>,
    pub(crate) again_count: u64,
    /// Whether it holds segments that are not plain: there was no room for them.
    pub(crate) cut: bool,
}

impl Run {
    /// Frames sent again that are named.
    const NAMED: usize = 4;

    fn new(at: Moment) -> Self {
        Self {
            first: at,
            last: at,
            data: Sides::default(),
            bytes: Sides::default(),
            empty: Sides::default(),
            again: Vec::new(),
            again_count: 0,
            cut: false,
        }
    }

    /// Segments in it.
    pub(crate) fn segments(&self) -> u64 {
        Side::BOTH
            .iter()
            .map(|&side| self.data[side] + self.empty[side])
            .sum()
    }

    fn add(&mut self, segment: &Annotation) {
        self.last = moment(segment);
        let side = segment.direction;
        if segment.len > 0 {
            self.data[side] += 1;
            self.bytes[side] += u64::from(segment.len);
        } else {
            self.empty[side] += 1;
        }
    }

    fn remove(&mut self, segment: &Annotation) {
        let side = segment.direction;
        if segment.len > 0 {
            self.data[side] = self.data[side].saturating_sub(1);
            self.bytes[side] = self.bytes[side].saturating_sub(segment.len.into());
        } else {
            self.empty[side] = self.empty[side].saturating_sub(1);
        }
    }

    fn join(&mut self, later: &Self) {
        self.last = later.last;
        for side in Side::BOTH {
            self.data[side] += later.data[side];
            self.bytes[side] += later.bytes[side];
            self.empty[side] += later.empty[side];
        }
        for &frame in &later.again {
            self.name(frame);
        }
        self.again_count += later.again_count;
    }

    fn name(&mut self, frame: u64) {
        if self.again.len() < Self::NAMED {
            self.again.push(frame);
        }
    }
}

/// Takes a connection's segments in and keeps what its picture shows.
#[derive(Debug)]
pub(crate) struct Folded {
    limits: Limits,
    head: Vec<Kept>,
    /// What had no room between head and tail.
    middle: Option<Run>,
    tail: VecDeque<Kept>,
    /// Plain segments since the last row, one by one as long as they are few.
    plain: Vec<Told>,
    /// All of them.
    run: Option<Run>,
    /// The latest plain segments, of this run or others.
    recent: VecDeque<Annotation>,
}

impl Folded {
    pub(crate) const fn new(limits: Limits) -> Self {
        Self {
            limits,
            head: Vec::new(),
            middle: None,
            tail: VecDeque::new(),
            plain: Vec::new(),
            run: None,
            recent: VecDeque::new(),
        }
    }

    pub(crate) fn segment(&mut self, segment: &Annotation) {
        let shown = self.limits.plain.filter(|_| is_plain(segment));
        if shown.is_none() {
            self.end_run();
        }
        self.look_back(segment);
        if let Some(shown) = shown {
            self.plain(segment, shown);
            return;
        }
        if segment.rules.contains(Rule::E12) {
            self.keep(Kept::Missing(moment(segment), segment.direction.peer()));
        }
        self.keep(Kept::Segment(Box::new(Told::new(segment))));
    }

    /// A plain segment; up to `shown` of them in a row are no run.
    fn plain(&mut self, segment: &Annotation, shown: usize) {
        let run = self.run.get_or_insert_with(|| Run::new(moment(segment)));
        run.add(segment);
        if self.plain.len() <= shown {
            self.plain.push(Told::new(segment));
        }
        if self.limits.recent > 0 {
            if self.recent.len() == self.limits.recent {
                self.recent.pop_front();
            }
            self.recent.push_back(*segment);
        }
    }

    /// An ICMP error about a segment of `side`.
    pub(crate) fn icmp(&mut self, at: Moment, side: Side) {
        self.end_run();
        self.keep(Kept::Icmp(at, side));
    }

    /// All rows.
    pub(crate) fn finish(mut self) -> impl Iterator<Item = Kept> {
        self.end_run();
        let middle = self.middle.map(|run| Kept::Run(Box::new(run)));
        self.head.into_iter().chain(middle).chain(self.tail)
    }

    /// Rows kept so far.
    pub(crate) fn rows(&self) -> usize {
        self.head.len() + self.tail.len() + self.plain.len()
    }

    fn end_run(&mut self) {
        let plain = std::mem::take(&mut self.plain);
        let Some(run) = self.run.take() else { return };
        if self.limits.plain.is_some_and(|shown| plain.len() > shown) {
            self.keep(Kept::Run(Box::new(run)));
        } else {
            for told in plain {
                self.keep(Kept::Segment(Box::new(told)));
            }
        }
    }

    fn keep(&mut self, row: Kept) {
        if self.head.len() < self.limits.head {
            self.head.push(row);
            return;
        }
        self.tail.push_back(row);
        if self.tail.len() <= self.limits.tail {
            return;
        }
        if let Some(row) = self.tail.pop_front() {
            let of_one = |at: Moment| Run::new(at);
            let run = match row {
                Kept::Run(run) => *run,
                Kept::Segment(told) => {
                    let mut run = of_one(moment(&told.segment));
                    run.add(&told.segment);
                    run.cut = true;
                    run
                }
                Kept::Missing(at, _) | Kept::Icmp(at, _) => of_one(at),
            };
            match &mut self.middle {
                Some(middle) => {
                    middle.cut |= run.cut;
                    middle.join(&run);
                }
                None => self.middle = Some(run),
            }
        }
    }

    /// Tells earlier rows what this segment says of them.
    fn look_back(&mut self, segment: &Annotation) {
        if let Some(frame) = segment.answers {
            if let Some(told) = self.find(frame) {
                told.answered = true;
            }
        }
        let lost = match segment.rules {
            rules if rules.contains(Rule::O5) => Some(Step::Ack),
            rules if rules.contains(Rule::T10) => Some(Step::AckOfSecondFin),
            _ => None,
        };
        if let Some(step) = lost {
            self.lose(segment, step);
            return;
        }
        let Some(first) = segment
            .retransmission_of
            .filter(|_| is_sent_for_want_of_answer(segment))
        else {
            return;
        };
        let before = self.previous_sending(first).unwrap_or(first);
        if before == first {
            self.take_out(first);
        }
        if let Some(told) = self.find(before) {
            told.again_in = Some(segment.frame);
        } else if let Some(run) = self.run_of(first) {
            run.again_count += 1;
            run.name(first);
        }
    }

    /// The run that a frame is part of.
    fn run_of(&mut self, frame: u64) -> Option<&mut Run> {
        let ends_before = |row: &Kept| row.place() < (frame, true);
        let at = self.head.partition_point(ends_before);
        let row = if at < self.head.len() {
            self.head.get_mut(at)
        } else {
            let at = self.tail.partition_point(ends_before);
            self.tail.get_mut(at)
        };
        let of_row = match row {
            Some(Kept::Run(run)) => Some(run.as_mut()),
            _ => None,
        };
        of_row
            .into_iter()
            .chain(self.middle.as_mut())
            .find(|run| (run.first.frame..=run.last.frame).contains(&frame))
    }

    /// Gives a segment of a run a row of its own, where it and all of the run behind it are still remembered.
    fn take_out(&mut self, frame: u64) {
        if self.rows() + 2 > self.limits.head + self.limits.tail {
            return;
        }
        let ends_before = |row: &Kept| row.place() < (frame, true);
        let split = |row: &Kept| split(row, frame, &self.recent, self.limits.plain.unwrap_or(0));
        let at = self.head.partition_point(ends_before);
        if at < self.head.len() {
            if let Some(rows) = split(&self.head[at]) {
                self.head.splice(at..=at, rows);
            }
            return;
        }
        let at = self.tail.partition_point(ends_before);
        if let Some(rows) = self.tail.get(at).and_then(split) {
            self.tail.remove(at);
            for (offset, row) in rows.into_iter().enumerate() {
                self.tail.insert(at + offset, row);
            }
        }
    }

    /// The peer sends again because this step did not arrive.
    fn lose(&mut self, segment: &Annotation, step: Step) {
        let rows = self.head.iter_mut().chain(&mut self.tail).rev();
        let last = rows.take(LATEST).find_map(|row| match row {
            Kept::Segment(told) if told.segment.step == Some(step) => Some(told),
            _ => None,
        });
        if let Some(told) = last.filter(|told| told.segment.direction != segment.direction) {
            told.lost_by = Some(segment.frame);
        }
    }

    /// The last frame among the latest rows that repeats `first`.
    fn previous_sending(&self, first: u64) -> Option<u64> {
        let rows = self.tail.iter().rev().chain(self.head.iter().rev());
        rows.take(LATEST).find_map(|row| match row {
            Kept::Segment(told) if told.segment.retransmission_of == Some(first) => Some(told.segment.frame),
            _ => None,
        })
    }

    /// The row of a frame, where it has one.
    fn find(&mut self, frame: u64) -> Option<&mut Told> {
        if let Ok(at) = self.plain.binary_search_by_key(&frame, |told| told.segment.frame) {
            return Some(&mut self.plain[at]);
        }
        let row = match self.head.binary_search_by_key(&(frame, true), Kept::place) {
            Ok(at) => &mut self.head[at],
            Err(_) => {
                let at = self.tail.binary_search_by_key(&(frame, true), Kept::place).ok()?;
                &mut self.tail[at]
            }
        };
        match row {
            Kept::Segment(told) => Some(told),
            _ => None,
        }
    }
}

/// A run as the rows before a segment of it, the segment, and the rows behind it.
fn split(row: &Kept, frame: u64, recent: &VecDeque<Annotation>, shown: usize) -> Option<Vec<Kept>> {
    let Kept::Run(run) = row else { return None };
    let within = run.first.frame..=run.last.frame;
    let known: Vec<&Annotation> = recent
        .iter()
        .filter(|segment| within.contains(&segment.frame))
        .collect();
    let at = known.binary_search_by_key(&frame, |segment| segment.frame).ok()?;
    let (before, rest) = known.split_at(at);
    let (taken, after) = rest.split_first()?;
    let mut left = Run::clone(run);
    for segment in rest {
        left.remove(segment);
    }
    left.last = before.last().map_or(run.first, |segment| moment(segment));
    let mut right = after.first().map(|segment| Run::new(moment(segment)));
    for segment in after {
        if let Some(right) = &mut right {
            right.add(segment);
        }
    }
    let rows = |run: Run, segments: &[&Annotation]| -> Vec<Kept> {
        if run.segments() == segments.len() as u64 && segments.len() <= shown {
            let alone = |segment: &&Annotation| Kept::Segment(Box::new(Told::new(segment)));
            segments.iter().map(alone).collect()
        } else {
            vec![Kept::Run(Box::new(run))]
        }
    };
    let mut all = rows(left, before);
    all.push(Kept::Segment(Box::new(Told::new(taken))));
    all.extend(right.into_iter().flat_map(|right| rows(right, after)));
    Some(all)
}

impl Kept {
    /// Its frame, and its place among rows of the same frame: what is missing stands before the segment.
    const fn place(&self) -> (u64, bool) {
        match self {
            Self::Segment(told) => (told.segment.frame, true),
            Self::Run(run) => (run.last.frame, true),
            Self::Missing(at, _) => (at.frame, false),
            Self::Icmp(at, _) => (at.frame, true),
        }
    }
}

const fn moment(segment: &Annotation) -> Moment {
    Moment {
        frame: segment.frame,
        time_ns: segment.time_ns,
    }
}

/// A plain piece of the conversation: data in turn, or its acknowledgement.
fn is_plain(segment: &Annotation) -> bool {
    let flags = segment.flags;
    let moves = |side: Side| segment.state[side].before != segment.state[side].after;
    segment.step.is_none()
        && !(flags.syn() || flags.fin() || flags.rst())
        && segment
            .rules
            .iter()
            .all(|rule| rule.info().severity == Severity::Chat)
        && segment.retransmission_of.is_none()
        && segment.order.is_none()
        && segment.integrity == IntegrityWord::Ok
        && !segment.http.is_some_and(|HttpNote { begins, .. }| begins)
        && !segment
            .tls
            .is_some_and(|tls| tls.step.is_some() || tls.alert.is_some())
        && !Side::BOTH.into_iter().any(moves)
}

/// Sent again because no answer came: not needlessly, not as a probe of a silent or closed peer.
fn is_sent_for_want_of_answer(segment: &Annotation) -> bool {
    let otherwise = matches!(
        segment.order,
        Some(Order::SpuriousRetransmission | Order::Duplicate | Order::OutOfOrder)
    );
    !otherwise
        && ![Rule::E1, Rule::E4, Rule::E8]
            .iter()
            .any(|&rule| segment.rules.contains(rule))
}
