//! However tshark and sharkd are run, the plugin's values are the same, and what the core and the command
//! `synfin` say.

use serde_json::{Value, json};
use synfin::{Annotation, FIELDS, Step};
use synfin_tests::sharkd::Sharkd;
use synfin_tests::shown::{Form, Shown};
use synfin_tests::truth::{self, Passes, Truth};
use synfin_tests::wireshark::Wireshark;
use synfin_tests::{captures, program};

/// All captures in one file, what the core says of it, and a Wireshark to read it.
struct Bench {
    wireshark: Wireshark,
    capture: String,
    truth: Truth,
}

impl Bench {
    fn new() -> Option<Self> {
        let wireshark = Wireshark::with_plugin()?;
        let bytes = captures::in_one_file();
        let truth = Truth::of(&bytes);
        assert!(truth.frames.len() > 1000, "only {} frames", truth.frames.len());
        Some(Self {
            capture: wireshark.capture(&bytes, "all.pcapng"),
            wireshark,
            truth,
        })
    }

    fn list(&self, form: Form, how: &[&str]) -> Vec<Shown> {
        form.list(&self.wireshark, &self.capture, how, &truth::names())
    }

    /// What tshark prints of the capture; not its fields.
    fn text(&self, how: &[&str]) -> String {
        let mut arguments = vec!["-n", "-r", &self.capture];
        arguments.extend(how);
        self.wireshark.tshark(&arguments)
    }
}

/// Statistics that look into each frame, so that tshark dissects differently than for a list alone.
const STATISTICS: [&str; 6] = ["-z", "io,stat,0,synfin.step", "-z", "expert", "-z", "conv,tcp"];

/// A filter of Wireshark on fields of ours, and the same asked of the core.
type Filter = (&'static str, fn(&Annotation) -> bool);

const FILTERS: [Filter; 2] = [
    ("synfin.step == \"1/4\" || synfin.role == \"O1\"", |segment| {
        segment.step.is_some_and(|step| step.as_str() == "1/4")
            || segment.role.is_some_and(|role| role.id() == "O1")
    }),
    ("synfin.answers && synfin.since_answered > 0.01", |segment| {
        segment.since_answered_ns.is_some_and(|ns| ns > 10_000_000)
    }),
];

#[test]
fn every_form_shows_what_the_core_says() {
    let Some(bench) = Bench::new() else { return };
    for form in Form::ALL {
        for (how, passes) in [(&[][..], Passes::One), (&["-2"], Passes::Two)] {
            let shown = bench.list(form, how);
            bench.truth.is_shown(&shown, passes, &format!("{form:?} {how:?}"));
        }
    }
}

#[test]
fn statistics_in_the_same_run_change_nothing() {
    let Some(bench) = Bench::new() else { return };
    for (form, passes) in [(Form::Pdml, Passes::One), (Form::Json, Passes::Two)] {
        let mut how = STATISTICS.to_vec();
        how.extend((passes == Passes::Two).then_some("-2"));
        let shown = bench.list(form, &how);
        bench.truth.is_shown(&shown, passes, &format!("{form:?} {how:?}"));
    }
}

#[test]
fn a_display_filter_leaves_frames_out_and_changes_none() {
    let Some(bench) = Bench::new() else { return };
    for (how, passes) in [(&[][..], Passes::One), (&["-2"], Passes::Two)] {
        let all = bench.list(Form::Fields, how);
        for (filter, is_wanted) in FILTERS {
            let mut filtered = how.to_vec();
            filtered.extend(["-Y", filter]);
            let shown = bench.list(Form::Fields, &filtered);
            let numbers: Vec<_> = shown.iter().map(Shown::number).collect();
            assert_eq!(numbers, bench.truth.numbers(is_wanted), "{filtered:?}");
            assert!(!numbers.is_empty(), "{filter}");
            let at = format!("{filtered:?}");
            bench.truth.is_shown_of_some(&shown, &all, passes, &at);
        }
    }
}

#[test]
fn a_read_filter_numbers_frames_anew_and_changes_nothing_else() {
    let Some(bench) = Bench::new() else { return };
    let all = bench.list(Form::Fields, &["-2"]);
    // One side of each connection is dropped, so many links point to frames that are gone.
    for filter in ["tcp.srcport != 80", "tcp.flags.ack == 1 || !tcp"] {
        let kept = bench.list(Form::Fields, &["-Y", filter]);
        let kept: Vec<_> = kept.iter().map(Shown::number).collect();
        // That a frame was dropped is known when the next one has its number: not of the last one.
        assert_eq!(kept.last(), Some(&bench.truth.frames.len()), "{filter}");
        let shown = bench.list(Form::Fields, &["-2", "-R", filter]);
        assert_eq!(shown.len(), kept.len(), "{filter}");
        bench
            .truth
            .is_shown_of_kept(&shown, &kept, &all, Passes::Two, filter);
    }
}

#[test]
fn a_verdict_is_a_filter_from_the_second_pass_on() {
    let Some(bench) = Bench::new() else { return };
    let wanted: Vec<_> = bench.truth.numbers(|segment| {
        let connection = &bench.truth.connections[&segment.connection];
        connection.close.by.as_str() == "responder"
    });
    assert!(!wanted.is_empty());
    let numbers = |how: &[&str]| -> Vec<usize> {
        let shown = bench.list(Form::Fields, how);
        shown.iter().map(Shown::number).collect()
    };
    let filter = "synfin.close.by == \"responder\"";
    assert_eq!(numbers(&["-2", "-Y", filter]), wanted);
    assert!(numbers(&["-Y", filter]).is_empty());
}

#[test]
fn columns_and_counts_show_the_same() {
    let Some(bench) = Bench::new() else { return };
    let steps: Vec<_> = bench
        .truth
        .frames
        .iter()
        .map(|told| {
            told.segment()
                .and_then(|segment| segment.step)
                .map_or("", Step::as_str)
        })
        .collect();
    // A custom column, and the Info column with a field's value in it.
    for how in [&[][..], &["-2"]] {
        let mut arguments = how.to_vec();
        arguments.extend(["-o", "gui.column.format:\"Step\",\"%Cus:synfin.step\""]);
        let text = bench.text(&arguments);
        let found: Vec<_> = text.lines().map(str::trim).collect();
        assert_eq!(found, steps, "{arguments:?}");
    }
    let text = bench.text(&["-z", "proto,colinfo,synfin.step,synfin.step"]);
    for (line, step) in text.lines().zip(&steps) {
        let wanted = format!("synfin.step == \"{step}\"");
        assert_eq!(line.contains(&wanted), !step.is_empty(), "{line}: {wanted}");
    }
    // `io,stat` counts frames in one interval: the last column but one of the only row.
    for step in ["1/3", "1/4"] {
        let statistic = format!("io,stat,0,COUNT(synfin.step)synfin.step == \"{step}\"");
        let wanted = steps.iter().filter(|found| **found == step).count();
        for how in [&["-q", "-z", &statistic][..], &["-2", "-q", "-z", &statistic]] {
            let text = bench.text(how);
            let row = text.lines().find(|line| line.contains("<>")).expect(&text);
            let count = row.trim_matches(['|', ' ']).rsplit('|').next().map(str::trim);
            assert_eq!(count, Some(wanted.to_string().as_str()), "{how:?}\n{text}");
        }
    }
}

#[test]
fn sharkd_shows_the_same_of_frames_in_any_order() {
    let Some(bench) = Bench::new() else { return };
    let mut sharkd = Sharkd::start(&bench.wireshark);
    sharkd.load(&bench.capture);
    let count = bench.truth.frames.len();
    // A step that shares no divisor with the number of frames goes through all of them.
    let stride = (count / 3..).find(|stride| gcd(*stride, count) == 1).unwrap();
    let mut shown: Vec<_> = (0..count)
        .map(|index| sharkd.frame(index * stride % count + 1))
        .collect();
    // And one that was clicked before.
    assert_eq!(sharkd.frame(shown[0].number()), shown[0]);
    shown.sort_by_key(Shown::number);
    bench.truth.is_shown(&shown, Passes::Two, "sharkd");

    for (filter, is_wanted) in FILTERS {
        let frames = sharkd.ask("frames", &json!({"filter": filter}));
        let numbers: Vec<_> = frames
            .as_array()
            .unwrap()
            .iter()
            .map(|frame| frame["num"].as_u64().unwrap() as usize)
            .collect();
        assert_eq!(numbers, bench.truth.numbers(is_wanted), "{filter}");
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A value in the command's JSON as tshark's fields have it, made plain.
fn of_json(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(of_json).collect(),
        other => vec![other.to_string()],
    }
}

#[test]
fn the_command_says_the_same() {
    let Some(bench) = Bench::new() else { return };
    let ran = program::run(["packets", "--json", &bench.capture]);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let mut shown = bench.list(Form::Fields, &[]);
    shown.retain(|frame| !frame.values("synfin.frame").is_empty());
    let lines: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), shown.len());
    let mut compared = 0;
    for (line, frame) in lines.iter().zip(&shown) {
        // Times have their unit in the JSON key, and another form.
        let plain = FIELDS
            .iter()
            .filter(|field| field.is_of_segment() && !field.kind.as_str().ends_with("time"));
        for field in plain {
            let path = field.name.replacen("synfin", "", 1).replace('.', "/");
            let said = line.pointer(&path).map(of_json).unwrap_or_default();
            let shown = frame.values(field.name).iter();
            let shown: Vec<_> = shown.map(|value| truth::plain(field, value)).collect();
            assert_eq!(shown, said, "{} of frame {}", field.name, frame.number());
            compared += said.len();
        }
    }
    assert!(compared > 10 * lines.len(), "{compared} values only");
}
