//! Finds the machine's Wireshark and compiles the C half of the plugin against its headers.
//!
//! libwireshark is not linked: its symbols come from the program that loads the plugin, and a program of
//! another version then refuses the plugin with a clear message instead of a missing library.

use std::path::{Path, PathBuf};
use std::process::exit;

/// The Wireshark versions this source was built against and read for (see plugin/README.md).
const KNOWN: [(u32, u32); 3] = [(4, 0), (4, 4), (4, 6)];

const SOURCES: [&str; 16] = [
    "plugin.c",
    "prefs.c",
    "hook.c",
    "state.c",
    "frames.c",
    "store.c",
    "archive.c",
    "pages.c",
    "fields.c",
    "experts.c",
    "tree.c",
    "note.c",
    "stats.c",
    "stats_rows.c",
    "stats_table.c",
    "stats_print.c",
];
const HEADERS: [&str; 2] = ["plugin.h", "stats.h"];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for file in SOURCES.iter().chain(&HEADERS) {
        println!("cargo:rerun-if-changed=c/{file}");
    }
    let header = ffi_include();
    println!("cargo:rerun-if-changed={}", header.join("synfin.h").display());

    let (include_paths, major, minor) = wireshark();
    println!("cargo:rustc-env=WIRESHARK_MAJOR={major}");
    println!("cargo:rustc-env=WIRESHARK_MINOR={minor}");

    let mut build = cc::Build::new();
    build
        .std("gnu11")
        .force_frame_pointer(false)
        .warnings(false) // cc's own choice of them; ours follows
        .flags(["-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"])
        .include("c")
        .include(header);
    for path in include_paths {
        // Warnings in Wireshark's and GLib's headers are not ours.
        build.flag("-isystem").flag(path);
    }
    for source in SOURCES {
        build.file(Path::new("c").join(source));
    }
    build.compile("synfin_epan_glue");

    // Our synfin_* functions, even when the host program has a libsynfin of its own.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-Bsymbolic");
}

/// Where the C ABI's header is.
fn ffi_include() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ffi/include")
}

/// Header folders and version of the machine's Wireshark.
fn wireshark() -> (Vec<PathBuf>, u32, u32) {
    let found = pkg_config::Config::new()
        .cargo_metadata(false)
        .env_metadata(false)
        .print_system_cflags(false)
        .probe("wireshark");
    let library = match found {
        Ok(library) => library,
        Err(error) => refuse(&format!(
            "the Wireshark plugin needs Wireshark's headers, found through pkg-config.\n\
             On Debian and Ubuntu: apt-get install pkg-config libwireshark-dev libglib2.0-dev tshark\n\
             (everything else builds without them: cargo build, cargo test -p synfin)\n\n{error}"
        )),
    };
    let mut numbers = library
        .version
        .split('.')
        .map(|number| number.parse::<u32>().ok());
    let (Some(Some(major)), Some(Some(minor))) = (numbers.next(), numbers.next()) else {
        refuse(&format!(
            "pkg-config says Wireshark has version {:?}",
            library.version
        ))
    };
    if !KNOWN.contains(&(major, minor)) {
        let known = KNOWN.map(|(major, minor)| format!("{major}.{minor}")).join(", ");
        refuse(&format!(
            "this machine has Wireshark {}; the plugin is made for {known}.\n\
             Wireshark's interface for plugins changes between versions, so another one is not tried.",
            library.version
        ));
    }
    (library.include_paths, major, minor)
}

fn refuse(why: &str) -> ! {
    eprintln!("\nsynfin-wireshark: {why}\n");
    exit(1)
}
