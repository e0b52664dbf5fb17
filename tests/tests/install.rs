//! `make install`, `make uninstall` and `make deb`, as those use them who install and who package.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use synfin_tests::c_host::{has, run};
use synfin_tests::header::ffi_dir;
use synfin_tests::scratch::folder;
use synfin_tests::skip::{not_asked_for, skipped};

const MANUAL_PAGES: [&str; 12] = [
    "synfin.1",
    "synfin-completions.1",
    "synfin-connections.1",
    "synfin-explain.1",
    "synfin-fields.1",
    "synfin-http.1",
    "synfin-ladder.1",
    "synfin-man.1",
    "synfin-packets.1",
    "synfin-report.1",
    "synfin-rules.1",
    "synfin-summary.1",
];

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Runs `make` in the repository, one at a time: all share one target folder.
fn make(arguments: &[&str]) -> String {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut make = Command::new("make");
    for variable in [
        "DESTDIR",
        "BINDIR",
        "LIBDIR",
        "INCLUDEDIR",
        "DATADIR",
        "PLUGINDIR",
    ] {
        make.env_remove(variable);
    }
    run(make.arg("--silent").args(arguments).current_dir(repository()))
}

/// Every file and link below a folder, by its path in it.
fn files(folder: &Path) -> BTreeSet<String> {
    let found = run(Command::new("find")
        .arg(folder)
        .args(["!", "-type", "d", "-printf", "%P\\n"]));
    found.lines().map(str::to_owned).collect()
}

fn has_wireshark_headers() -> bool {
    let found = Command::new("pkg-config")
        .args(["--exists", "wireshark"])
        .status();
    found.is_ok_and(|status| status.success())
}

fn has_make() -> bool {
    has("make", "nothing was installed") && has("pkg-config", "nothing was installed")
}

fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// What an installation has, by the path below its prefix.
fn expected() -> BTreeSet<String> {
    let mut expected: BTreeSet<String> = [
        "bin/synfin",
        "include/synfin.h",
        "lib/libsynfin.a",
        "lib/libsynfin.so",
        "lib/libsynfin.so.1",
        "lib/pkgconfig/synfin.pc",
        "share/bash-completion/completions/synfin",
        "share/fish/vendor_completions.d/synfin.fish",
        "share/zsh/site-functions/_synfin",
        "share/synfin/manifest",
    ]
    .map(str::to_owned)
    .into();
    expected.insert(format!("lib/libsynfin.so.1.{}", version()));
    expected.extend(MANUAL_PAGES.map(|page| format!("share/man/man1/{page}")));
    if has_wireshark_headers() {
        expected.extend(OF_WIRESHARK.map(str::to_owned));
    }
    expected
}

/// What is there for Wireshark.
const OF_WIRESHARK: [&str; 4] = [
    "epan/synfin.so",
    "share/wireshark/profiles/synfin/colorfilters",
    "share/wireshark/profiles/synfin/dfilter_buttons",
    "share/wireshark/profiles/synfin/preferences",
];

#[test]
fn what_is_installed_works_and_is_removed_again() {
    if !has_make() {
        return;
    }
    let folder = folder();
    let prefix = folder.path().join("prefix");
    let variables = [
        format!("PREFIX={}", prefix.display()),
        format!("PLUGINDIR={}", prefix.join("epan").display()),
    ];
    let variables = variables.each_ref().map(String::as_str);
    let foreign: BTreeSet<_> = ["lib/libsynfinity.so", "share/man/man1/synfin-foreign.1"]
        .map(str::to_owned)
        .into();
    for file in &foreign {
        let file = prefix.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "not ours").unwrap();
    }

    make(&[&["install"][..], &variables].concat());
    assert_eq!(&files(&prefix) - &foreign, expected());
    let told = run(Command::new(prefix.join("bin/synfin")).arg("--version"));
    assert_eq!(told, format!("synfin {}\n", version()));

    programs_build_and_run(&prefix, folder.path());
    for file in [
        "bash-completion/completions/synfin",
        "zsh/site-functions/_synfin",
        "fish/vendor_completions.d/synfin.fish",
    ] {
        let script = fs::read_to_string(prefix.join("share").join(file)).unwrap();
        for command in [
            "packets",
            "connections",
            "http",
            "explain",
            "rules",
            "fields",
            "completions",
            "man",
        ] {
            assert!(script.contains(command), "{command} is not in {file}");
        }
    }
    manual_pages_are_well_formed(&prefix.join("share/man/man1"));
    if has_wireshark_headers() && has("readelf", "the plugin's name was not looked at") {
        let dynamic = run(Command::new("readelf")
            .arg("-d")
            .arg(prefix.join("epan/synfin.so")));
        assert!(
            dynamic.contains("NEEDED") && !dynamic.contains("SONAME"),
            "{dynamic}"
        );
    }

    // Root may have no Rust: what is built is installed without.
    make(
        &[
            &["install", "CARGO=there-is-no-cargo", "PLUGINDIR=none"][..],
            &variables[..1],
        ]
        .concat(),
    );
    let mut without_plugin = expected();
    without_plugin.retain(|file| !OF_WIRESHARK.contains(&file.as_str()));
    assert_eq!(
        &files(&prefix) - &foreign,
        without_plugin,
        "an earlier installation is replaced"
    );

    make(&[&["uninstall"][..], &variables].concat());
    assert_eq!(files(&prefix), foreign);
    assert!(
        !prefix.join("share/wireshark/profiles/synfin").exists(),
        "an empty profile"
    );
}

/// first.c in each way that a user links, by each compiler, with nothing set but where synfin.pc is.
fn programs_build_and_run(prefix: &Path, scratch: &Path) {
    let source = ffi_dir().join("examples/first.c");
    let lib = prefix.join("lib");
    let ways = [
        ("dynamic", "$(pkg-config --cflags --libs synfin)"),
        (
            "archive",
            "$(pkg-config --cflags synfin) -Wl,-Bstatic $(pkg-config --libs --static synfin) -Wl,-Bdynamic",
        ),
        ("static", "-static $(pkg-config --cflags --libs --static synfin)"),
    ];
    for compiler in ["gcc", "clang"] {
        if !has(compiler, "no C program was built with it") {
            continue;
        }
        for (way, flags) in ways {
            let program = scratch.join(format!("{compiler}-{way}"));
            run(Command::new("sh")
                .args(["-c", &format!(r#"exec {compiler} "$1" {flags} -o "$2""#), "sh"])
                .args([&source, &program])
                .env("PKG_CONFIG_PATH", lib.join("pkgconfig")));
            let mut command = Command::new(&program);
            if way == "dynamic" {
                command.env("LD_LIBRARY_PATH", &lib);
            }
            let told = run(&mut command);
            assert!(
                told.ends_with("a connection begins\n"),
                "{compiler}, {way}: {told}"
            );
            if has("readelf", "what the programs need was not looked at") {
                let needed = run(Command::new("readelf").arg("-d").arg(&program));
                let needs = |library: &str| needed.contains(&format!("[{library}"));
                assert_eq!(
                    needs("libsynfin.so.1]"),
                    way == "dynamic",
                    "{compiler}, {way}: {needed}"
                );
                assert_eq!(needs("libc.so"), way != "static", "{compiler}, {way}: {needed}");
            }
        }
    }
}

fn manual_pages_are_well_formed(folder: &Path) {
    let page = fs::read_to_string(folder.join("synfin.1")).unwrap();
    for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLES", "\"EXIT STATUS\""] {
        assert!(
            page.contains(&format!("\n.SH {section}\n")),
            "no {section} in\n{page}"
        );
    }
    if !has("man", "the manual pages were not formatted") {
        return;
    }
    for page in MANUAL_PAGES {
        let output = Command::new("man")
            .args(["--warnings", "-l"])
            .arg(folder.join(page))
            .env("LC_ALL", "C.UTF-8")
            .env("MANWIDTH", "80")
            .output()
            .unwrap();
        assert!(output.status.success() && !output.stdout.is_empty(), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{page}");
    }
}

#[test]
fn a_staged_installation_speaks_of_the_prefix_and_can_be_moved() {
    if !has_make() {
        return;
    }
    let folder = folder();
    let stage = folder.path().join("stage");
    let destdir = format!("DESTDIR={}", stage.display());
    let variables = [&destdir, "PREFIX=/usr", "LIBDIR=/usr/lib/somewhere"];
    make(&[&["install"][..], &variables].concat());

    let found = files(&stage);
    assert!(found.contains("usr/lib/somewhere/libsynfin.so.1"), "{found:?}");
    if has_wireshark_headers() {
        let plugins = run(Command::new("pkg-config").args(["--variable=plugindir", "wireshark"]));
        let plugin = format!("{}/epan/synfin.so", plugins.trim().trim_start_matches('/'));
        assert!(found.contains(&plugin), "{plugin} is not in {found:?}");
    }
    let folders = stage.join("usr/lib/somewhere/pkgconfig");
    let pc = fs::read_to_string(folders.join("synfin.pc")).unwrap();
    assert!(
        pc.contains("\nprefix=/usr\n") && pc.contains("\nlibdir=${prefix}/lib/somewhere\n"),
        "{pc}"
    );
    assert!(!pc.contains('@') && !pc.contains(stage.to_str().unwrap()), "{pc}");
    let moved = run(Command::new("pkg-config")
        .args(["--define-variable=prefix=/moved", "--cflags", "--libs", "synfin"])
        .env("PKG_CONFIG_PATH", &folders));
    assert_eq!(
        moved.trim_end(),
        "-I/moved/include -L/moved/lib/somewhere -lsynfin"
    );

    make(&[&["uninstall"][..], &variables].concat());
    assert_eq!(files(&stage), BTreeSet::new());
}

/// What happens in the root of its own; $1 is an empty folder, $2 the repository, the others are the
/// packages. An overlay over
/// the machine's own root has all that the packages depend on, and what changes stays in a tmpfs that only
/// this process sees and that ends with it.
const IN_A_ROOT_OF_ITS_OWN: &str = r#"
set -eu
folder=$1
repository=$2
shift 2
mount -t tmpfs tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
mount --rbind /dev "$folder/root/dev"
mount -t proc proc "$folder/root/proc"
mount --bind "$repository" "$folder/root/mnt"
mkdir "$folder/root/packages"
cp "$@" "$folder/root/packages"
chroot "$folder/root" sh -eu -c '
    cd /packages
    export DEBIAN_FRONTEND=noninteractive HOME=/packages
    unset XDG_CONFIG_HOME WIRESHARK_PLUGIN_DIR LD_LIBRARY_PATH PKG_CONFIG_PATH
    dpkg --install ./*.deb >&2
    echo "version: $(synfin --version)"
    echo "page: $(man -w synfin-http)"
    for way in "" -static; do
        cc $way /usr/share/doc/libsynfin-dev/examples/first.c $(pkg-config --cflags --libs ${way:+--static} synfin) -o first
        echo "example $way: $(./first | tail -1)"
    done
    echo "plugin: $(tshark -G plugins | grep "^synfin.so")"
    echo "field: $(tshark -G fields | grep -m 1 "[[:space:]]synfin.step[[:space:]]")"
    dpkg --purge synfin-wireshark synfin libsynfin-dev libsynfin1 >&2
    make --silent -C /mnt install CARGO=there-is-no-cargo >&2
    cc /mnt/ffi/examples/first.c $(pkg-config --cflags --libs synfin) -o first
    echo "from /usr/local: $(./first | tail -1)"
    echo "loader: $(ldconfig -p | grep -o "=> .*libsynfin.so.1")"
    make --silent -C /mnt uninstall >&2
    cd /
    rm -r /packages
'
echo "known: $(chroot "$folder/root" dpkg-query --show "*synfin*" 2>&1)"
cd "$folder/upper"
# What dpkg and its triggers write of every package: records, caches and logs.
find . ! -type d ! -path "./var/lib/dpkg/*" ! -path "./var/cache/*" ! -path "./var/log/*" ! -path ./etc/ld.so.cache |
    sed "s/^/left: /"
find . -name "*synfin*" | sed "s/^/left: /"
"#;

#[test]
fn debian_packages_install_work_and_leave_nothing_behind() {
    if !has("dpkg-buildpackage", "no Debian package was made") || !has_make() {
        return;
    }
    // It knows no --version.
    if Command::new("dh").arg("--list").output().is_err() {
        return skipped("debhelper is missing: no Debian package was made");
    }
    if !has_wireshark_headers() {
        return skipped("pkg-config finds no Wireshark headers: no Debian package was made");
    }
    let status = || {
        run(Command::new("git")
            .args(["status", "--porcelain"])
            .current_dir(repository()))
    };
    let tracks = repository().join(".git").exists() && has("git", "what `make deb` leaves was not looked at");
    let before = tracks.then(status);
    let told = make(&["deb"]);
    assert_eq!(
        tracks.then(status),
        before,
        "`make deb` leaves nothing in the sources"
    );

    let packages: Vec<PathBuf> = told
        .lines()
        .filter(|line| line.ends_with(".deb"))
        .filter_map(|line| line.split_whitespace().last())
        .filter(|path| !path.contains('\''))
        .map(|path| repository().join(path))
        .collect();
    let field = |name: &str, of: &str| {
        let package = packages.iter().find(|path| {
            let file = path.file_name().unwrap().to_str().unwrap();
            file.starts_with(&format!("{of}_{}-", version()))
        });
        let package = package.unwrap_or_else(|| panic!("no {of} in {packages:?}"));
        run(Command::new("dpkg-deb").arg("--field").arg(package).arg(name))
    };
    assert!(field("Depends", "synfin").contains("libc6"));
    assert!(field("Depends", "libsynfin1").contains("libc6"));
    assert!(field("Depends", "libsynfin-dev").contains(&format!("libsynfin1 (= {}-", version())));
    assert!(field("Depends", "synfin-wireshark").contains("libwireshark"));
    assert_eq!(field("Multi-Arch", "libsynfin1"), "same\n");
    assert_eq!(packages.len(), 4, "{packages:?}");
    no_lintian_errors(packages[0].parent().unwrap());

    let mut unshare = Command::new("unshare");
    let works = unshare.args(["--mount", "true"]).stderr(Stdio::null()).status();
    if !works.is_ok_and(|status| status.success()) {
        return not_asked_for(
            "the Debian packages were not installed: that needs root, for a root of its own",
        );
    }
    let folder = folder();
    let told = run(Command::new("unshare")
        .args(["--mount", "sh", "-c", IN_A_ROOT_OF_ITS_OWN, "sh"])
        .args([folder.path(), repository()])
        .args(&packages));
    let lines: Vec<&str> = told.lines().collect();
    let [
        number,
        page,
        dynamic,
        r#static,
        plugin,
        field,
        installed,
        loader,
        known,
    ] = lines[..]
    else {
        panic!("something is left, or missing:\n{told}");
    };
    assert_eq!(number, format!("version: synfin {}", version()));
    assert_eq!(page, "page: /usr/share/man/man1/synfin-http.1.gz");
    assert_eq!(dynamic, "example : a connection begins");
    assert_eq!(r#static, "example -static: a connection begins");
    assert!(plugin.contains("/wireshark/plugins/"), "{plugin}");
    assert!(field.contains("synfin.step"), "{field}");
    assert_eq!(installed, "from /usr/local: a connection begins");
    assert_eq!(loader, "loader: => /usr/local/lib/libsynfin.so.1");
    assert!(known.contains("no packages found"), "{known}");
}

/// Debian's own check of packages; it brings half of Perl with it, so no test needs it.
fn no_lintian_errors(folder: &Path) {
    if Command::new("lintian").arg("--version").output().is_err() {
        return not_asked_for("lintian is missing: the Debian packages were not checked by it");
    }
    let changes = files(folder).into_iter().find(|file| file.ends_with(".changes"));
    run(Command::new("lintian")
        .args(["--fail-on", "error", "--allow-root"])
        .arg(folder.join(changes.expect("dpkg-buildpackage tells what it made"))));
}
