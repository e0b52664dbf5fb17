//! A plugin that was built for another Wireshark is refused by the real tshark, which says why.

use std::fs;
use std::ops::Range;

use synfin_tests::captures;
use synfin_tests::wireshark::Wireshark;

const MAJOR: &str = "plugin_want_major";
const MINOR: &str = "plugin_want_minor";

fn word(bytes: &[u8], at: usize) -> usize {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize
}

fn half_word(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

fn short(bytes: &[u8], at: usize) -> usize {
    u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap()).into()
}

/// Where a dynamic symbol of type `int` lies in a shared object (ELF-64, little-endian).
fn symbol(bytes: &[u8], name: &str) -> Range<usize> {
    assert_eq!(bytes[..6], *b"\x7fELF\x02\x01", "another kind of file");
    let section = |index: usize| word(bytes, 40) + index * short(bytes, 58);
    let place = |section: usize| (word(bytes, section + 24), word(bytes, section + 32));
    let symbols = (0..short(bytes, 60))
        .map(section)
        .find(|section| half_word(bytes, section + 4) == 11) // SHT_DYNSYM
        .unwrap();
    let (names, _) = place(section(half_word(bytes, symbols + 40)));
    let (first, size) = place(symbols);
    let symbol = (first..first + size)
        .step_by(24)
        .find(|symbol| {
            let at = names + half_word(bytes, *symbol);
            bytes[at..]
                .strip_prefix(name.as_bytes())
                .is_some_and(|rest| rest[0] == 0)
        })
        .expect(name);
    let home = section(short(bytes, symbol + 6));
    let at = place(home).0 + word(bytes, symbol + 8) - word(bytes, home + 16);
    at..at + 4
}

fn number(bytes: &[u8], name: &str) -> i32 {
    i32::from_le_bytes(bytes[symbol(bytes, name)].try_into().unwrap())
}

fn lists_plugin(output: &[u8]) -> bool {
    String::from_utf8_lossy(output).contains("synfin.so")
}

/// With this file in the plugin's place, tshark names the version it is for and dissects without it.
fn is_refused(wireshark: &Wireshark, capture: &str, plugin: &[u8]) {
    let how = ["-n", "-r", capture, "-o", "synfin.info_note:off"];
    let with_ours = wireshark.output(&how);
    assert!(with_ours.status.success() && !with_ours.stdout.is_empty());
    let ours = fs::read(wireshark.plugin()).unwrap();

    fs::write(wireshark.plugin(), plugin).unwrap();
    let listed = wireshark.output(&["-G", "plugins"]);
    let dissected = wireshark.output(&["-n", "-r", capture]);
    fs::write(wireshark.plugin(), ours).unwrap();

    let (major, minor) = (number(plugin, MAJOR), number(plugin, MINOR));
    let complaint = format!("The plugin 'synfin.so' was compiled for Wireshark version {major}.{minor}");
    for output in [&listed, &dissected] {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains(&complaint), "{said}");
    }
    assert!(!lists_plugin(&listed.stdout), "{major}.{minor} is listed");
    assert_eq!(dissected.stdout, with_ours.stdout);
}

#[test]
fn another_version_is_refused_with_a_clear_message() {
    let Some(wireshark) = Wireshark::with_plugin() else {
        return;
    };
    let capture = fs::read(captures::path("get-closed-by-server.pcapng")).unwrap();
    let capture = wireshark.capture(&capture, "version.pcapng");
    assert!(lists_plugin(&wireshark.output(&["-G", "plugins"]).stdout));

    let ours = fs::read(wireshark.plugin()).unwrap();
    for (name, step) in [(MAJOR, -1), (MAJOR, 1), (MINOR, 1)] {
        let mut other = ours.clone();
        let next = number(&ours, name) + step;
        other[symbol(&ours, name)].copy_from_slice(&next.to_le_bytes());
        is_refused(&wireshark, &capture, &other);
    }
    // What `tests/other-wiresharks` built for another Wireshark.
    if let Some(other) = std::env::var_os("SYNFIN_OTHER_PLUGIN").filter(|path| !path.is_empty()) {
        is_refused(&wireshark, &capture, &fs::read(other).unwrap());
    }
}
