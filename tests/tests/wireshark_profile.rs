//! The Wireshark profile: its filters are filters, its colours can be read, its columns and colouring rules show
//! what they promise on real traffic.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use synfin_tests::captures;
use synfin_tests::wireshark::Wireshark;

/// The lines of a file of the profile that say something.
fn lines(profile: &Path, file: &str) -> Vec<String> {
    let text = fs::read_to_string(profile.join(file)).unwrap();
    let told = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    told.map(str::to_owned).collect()
}

/// A colouring rule: name, filter, background and foreground.
struct Colouring {
    name: String,
    filter: String,
    colours: [[f64; 3]; 2],
}

fn colourings(profile: &Path) -> Vec<Colouring> {
    let rule = |line: String| {
        let parts: Vec<_> = line.split('@').collect();
        let [_, name, filter, colours] = parts[..] else {
            panic!("{line}")
        };
        let numbers: Vec<f64> = colours
            .split(['[', ']', ','])
            .filter(|number| !number.is_empty())
            .map(|number| number.parse::<f64>().unwrap() / 65535.0)
            .collect();
        let [r, g, b, s, h, c] = numbers[..] else {
            panic!("{line}")
        };
        Colouring {
            name: name.to_owned(),
            filter: filter.to_owned(),
            colours: [[r, g, b], [s, h, c]],
        }
    };
    lines(profile, "colorfilters").into_iter().map(rule).collect()
}

/// Labels and filters of the buttons.
fn buttons(profile: &Path) -> Vec<(String, String)> {
    let button = |line: String| {
        let inner = line.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
        let parts: Vec<_> = inner.split("\",\"").collect();
        let ["TRUE", label, filter, _] = parts[..] else {
            panic!("{line}")
        };
        (label.to_owned(), filter.replace(r"\x22", "\""))
    };
    lines(profile, "dfilter_buttons")
        .into_iter()
        .map(button)
        .collect()
}

/// Relative luminance, WCAG 2.1.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = |part: f64| {
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    let [r, g, b] = colour.map(linear);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// The colour as who sees no green (deuteranopia) sees it: Viénot, Brettel and Mollon 1999.
fn without_green(colour: [f64; 3]) -> [f64; 3] {
    let [r, g, b] = colour.map(|part| part.powf(2.2));
    let red = 0.292_75 * r + 0.707_25 * g;
    let blue = -0.022_34 * r + 0.022_34 * g + b;
    [red, red, blue].map(|part| part.clamp(0.0, 1.0).powf(1.0 / 2.2))
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn each_colouring_can_be_read_and_told_from_the_others() {
    let profile = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugin/profile/synfin");
    let colourings = colourings(&profile);
    for Colouring { name, colours, .. } in &colourings {
        let mut light = colours.map(luminance);
        light.sort_by(f64::total_cmp);
        let contrast = (light[1] + 0.05) / (light[0] + 0.05);
        assert!(contrast >= 7.0, "{name}: {contrast:.1}");
    }
    for (index, one) in colourings.iter().enumerate() {
        for other in &colourings[..index] {
            // An ICMP error is what makes a connection unreachable: they share their colours.
            if one.colours == other.colours {
                assert_eq!(
                    (one.name.as_str(), other.filter.contains("unreachable")),
                    ("ICMP error", true)
                );
                continue;
            }
            for seen in [|colour| colour, without_green] {
                let [a, b] = [one, other].map(|rule| seen(rule.colours[0]));
                assert!(
                    distance(a, b) > 0.08,
                    "{} and {}: {:.3}",
                    one.name,
                    other.name,
                    distance(a, b)
                );
            }
        }
    }
}

/// Captures that show everything which the profile tells apart.
const SITUATIONS: [&str; 10] = [
    "keep-alive-requests",
    "parallel-connections",
    "refused",
    "aborted-download",
    "injected-reset",
    "data-lost",
    "duplicated",
    "fin-null-xmas-scan",
    "port-unreachable",
    "path-mtu-discovery",
];

#[test]
fn every_filter_and_colouring_rule_finds_something_in_real_traffic() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let profile = wireshark.profile();
    let mut unused: BTreeSet<String> = colourings(&profile)
        .into_iter()
        .map(|rule| format!("the colour of {}", rule.name))
        .collect();
    let mut of_fields = BTreeMap::new();
    for (label, filter) in buttons(&profile) {
        unused.insert(format!("the button {label}"));
        of_fields.insert(label, filter);
    }
    for name in SITUATIONS.map(|name| format!("{name}.pcapng")) {
        let capture = wireshark.capture(&fs::read(captures::path(&name)).unwrap(), &name);
        let options = ["-2", "-C", "synfin", "--color"];
        for row in wireshark.rows(&capture, &options, &["frame.coloring_rule.name"]) {
            if let [rule] = &row[0][..] {
                unused.remove(&format!("the colour of {rule}"));
            }
        }
        of_fields.retain(|label, filter| {
            let found = wireshark.rows(&capture, &["-2", "-Y", filter], &["frame.number"]);
            let is_new = !found.is_empty() && unused.remove(&format!("the button {label}"));
            !is_new
        });
    }
    assert!(unused.is_empty(), "never used: {unused:?}");
}

#[test]
fn the_columns_say_what_a_segment_is() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let _ = wireshark.profile();
    let bytes = fs::read(captures::path("get-closed-by-server.pcapng")).unwrap();
    let capture = wireshark.capture(&bytes, "columns.pcapng");
    let json = wireshark.tshark(&["-n", "-r", &capture, "-C", "synfin", "-T", "psml"]);
    let titles = [
        "No.",
        "Time",
        "Source",
        "Destination",
        "Step",
        "What",
        "Protocol",
        "Length",
        "Info",
    ];
    let sections: String = titles
        .iter()
        .map(|title| format!("<section>{title}</section>\n"))
        .collect();
    assert!(json.contains(&sections), "{json}");
    let packets: Vec<Vec<&str>> = json
        .split("<packet>")
        .skip(1)
        .map(|packet| {
            let cells = packet.split("<section>").skip(1);
            cells
                .map(|cell| cell.split("</section>").next().unwrap())
                .collect()
        })
        .collect();
    let of_columns = |number: usize| (packets[number - 1][4], packets[number - 1][5]);
    assert_eq!(of_columns(1), ("1/3", "SYN"));
    assert_eq!(of_columns(3), ("3/3", "ACK of the SYN-ACK"));
    assert_eq!(of_columns(9), ("2+3/4", "second FIN acknowledges the first"));
    assert_eq!(of_columns(4), ("", ""));
    // The columns stand for the note.
    assert!(packets.iter().all(|packet| !packet[8].contains("[1/3")), "{json}");
}
