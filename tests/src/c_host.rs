//! Building and running C programs against the library, as somebody who installed it would.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use crate::header::{ffi_dir, header_path};

/// Whether a tool is there. Where it is not, what needs it is skipped and says so, past the test
/// harness's capture; with `SYNFIN_REQUIRE_ALL` in the environment it fails.
#[must_use]
pub fn has(tool: &str, purpose: &str) -> bool {
    if Command::new(tool)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
    {
        return true;
    }
    let missing = format!("{tool} is missing: {purpose}");
    assert!(env::var_os("SYNFIN_REQUIRE_ALL").is_none(), "{missing}");
    let _ = writeln!(std::io::stderr(), "SKIPPED: {missing}");
    false
}

/// Runs a command that has to succeed; gives what it printed.
pub fn run(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the program can be started");
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {status}\n{stderr}");
    String::from_utf8(stdout).expect("it prints UTF-8")
}

/// The library laid out as an installation does, with the hook that promises.c needs.
pub struct Library {
    folder: PathBuf,
    shared: PathBuf,
}

/// How a program is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// With libsynfin.so; what is found at run time is libsynfin.so.N alone, N the header's
    /// SYNFIN_ABI_VERSION, so the SONAME must be that.
    Dynamic,
    /// With libsynfin.a.
    Static,
}

impl Library {
    /// Builds it inside `folder`, apart from the workspace's own target folder: the hook is for tests only.
    #[must_use]
    pub fn build(folder: &Path) -> Self {
        let target = folder.join("c-abi-target");
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        run(Command::new(cargo)
            .args([
                "build",
                "--quiet",
                "--locked",
                "--package",
                "synfin-ffi",
                "--features",
                "test-hooks",
            ])
            .arg("--target-dir")
            .arg(&target)
            .current_dir(ffi_dir()));
        let folder = folder.join("c-abi");
        for part in ["link", "run", "bin"] {
            fs::create_dir_all(folder.join(part)).expect("a folder of ours");
        }
        let built = target.join("debug");
        let shared = format!("run/libsynfin.so.{}", abi_version());
        for (from, to) in [
            ("libsynfin_ffi.so", shared.as_str()),
            ("libsynfin_ffi.so", "link/libsynfin.so"),
            ("libsynfin_ffi.a", "libsynfin.a"),
        ] {
            fs::copy(built.join(from), folder.join(to)).expect("the library was built");
        }
        let shared = folder.join(shared);
        Self { folder, shared }
    }

    /// The ABI of the library as `abidw` of libabigail writes it: functions, and the structs they take. Only the crate
    /// at the boundary gets debug information, so that nothing else is in it.
    #[must_use]
    pub fn abi(folder: &Path) -> String {
        let target = folder.join("abi-target");
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        run(Command::new(cargo)
            .args(["build", "--quiet", "--locked", "--package", "synfin-ffi"])
            .args(["--config", "profile.dev.debug=0"])
            .args(["--config", "profile.dev.package.synfin-ffi.debug=2"])
            .arg("--target-dir")
            .arg(&target)
            .current_dir(ffi_dir()));
        run(Command::new("abidw")
            .args(["--no-corpus-path", "--no-show-locs", "--no-comp-dir-path"])
            .args(["--type-id-style", "hash"])
            .arg(target.join("debug/libsynfin_ffi.so")))
    }

    /// Builds the library as it is shipped; gives the folder with `libsynfin_ffi.so` and `.a`.
    #[must_use]
    pub fn release() -> PathBuf {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        run(Command::new(cargo)
            .args([
                "build",
                "--quiet",
                "--locked",
                "--release",
                "--package",
                "synfin-ffi",
            ])
            .current_dir(ffi_dir()));
        let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        target
            .unwrap_or_else(|| ffi_dir().join("../target"))
            .join("release")
    }

    /// `tests/c/{source}.c` and the library as it is shipped, as one shared object in `folder`.
    #[must_use]
    pub fn loadable(folder: &Path, source: &str) -> PathBuf {
        let object = folder.join(source).with_extension("so");
        let mut cc = strict_compiler("cc", "c11");
        cc.args(["-O2", "-fPIC", "-shared", "-o"]).arg(&object);
        cc.arg(c_dir().join(source).with_extension("c"));
        cc.arg(Self::release().join("libsynfin_ffi.a")).arg("-lm");
        run(&mut cc);
        object
    }

    /// The Wireshark plugin's C half and `tests/c/panicking_plugin.c`, as a plugin around the static library.
    #[must_use]
    pub fn panicking_plugin(&self) -> PathBuf {
        let plugin = self.folder.join("bin/panicking_plugin.so");
        let include = run(Command::new("pkg-config").args(["--cflags", "wireshark"]));
        let glue = ffi_dir().join("../plugin/c");
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-Wl,-Bsymbolic", "-o"]).arg(&plugin);
        cc.args(include.split_whitespace())
            .arg("-I")
            .arg(ffi_dir().join("include"));
        cc.arg("-Wl,--wrap=synfin_dissector_segment");
        cc.arg(c_dir().join("panicking_plugin.c"));
        let sources = fs::read_dir(glue).expect("the plugin's sources");
        let sources = sources.map(|entry| entry.expect("a file").path());
        cc.args(sources.filter(|path| path.extension().is_some_and(|extension| extension == "c")));
        cc.arg(self.folder.join("libsynfin.a"));
        run(&mut cc);
        plugin
    }

    /// The shared library.
    #[must_use]
    pub fn shared(&self) -> &Path {
        &self.shared
    }

    /// Compiles `tests/c/{sources}.c`, every warning an error.
    #[must_use]
    pub fn compile(&self, name: &str, sources: &[&str], link: Link, flags: &[&str]) -> PathBuf {
        self.compile_with(&ffi_dir().join("include"), name, sources, link, flags)
    }

    /// The same with the header of another folder.
    #[must_use]
    pub fn compile_with(
        &self,
        include: &Path,
        name: &str,
        sources: &[&str],
        link: Link,
        flags: &[&str],
    ) -> PathBuf {
        let files: Vec<_> = sources
            .iter()
            .map(|source| c_dir().join(source).with_extension("c"))
            .collect();
        self.link(strict("cc", "c11", include), name, &files, link, flags)
    }

    /// Compiles a source file of its own, every warning an error.
    #[must_use]
    pub fn compile_source(&self, source: &Path, name: &str, link: Link) -> PathBuf {
        self.link(
            strict_compiler("cc", "c11"),
            name,
            &[source.to_owned()],
            link,
            &[],
        )
    }

    fn link(&self, mut cc: Command, name: &str, sources: &[PathBuf], link: Link, flags: &[&str]) -> PathBuf {
        let program = self.folder.join("bin").join(name);
        cc.args(flags).arg("-o").arg(&program).args(sources);
        match link {
            Link::Dynamic => {
                let rpath = format!("-Wl,-rpath,{}", self.folder.join("run").display());
                cc.arg("-L")
                    .arg(self.folder.join("link"))
                    .args(["-lsynfin", &rpath]);
            }
            Link::Static => {
                cc.arg(self.folder.join("libsynfin.a"))
                    .args(["-lpthread", "-ldl", "-lm"]);
            }
        }
        run(&mut cc);
        program
    }

    /// Compiles `ffi/examples/{source}` against the shared library and libpcap: C11 or C++17 by its name, every
    /// warning an error.
    #[must_use]
    pub fn example(&self, compiler: &str, source: &str) -> PathBuf {
        let standard = if source.ends_with(".cpp") { "c++17" } else { "c11" };
        let program = self.folder.join("bin").join(format!("{compiler}-{source}.out"));
        run(strict_compiler(compiler, standard)
            .arg("-o")
            .arg(&program)
            .arg(examples_dir().join(source))
            .arg("-L")
            .arg(self.folder.join("link"))
            .args(["-lsynfin", "-lpcap", "-lpthread"])
            .arg(format!("-Wl,-rpath,{}", self.folder.join("run").display())));
        program
    }
}

/// Where the programs that show the library's use are.
#[must_use]
pub fn examples_dir() -> PathBuf {
    ffi_dir().join("examples")
}

/// `cc -std=c11 -Wall -Wextra -Wpedantic -Werror` with the header in reach.
#[must_use]
pub fn strict_compiler(compiler: &str, standard: &str) -> Command {
    strict(compiler, standard, &ffi_dir().join("include"))
}

/// The committed ABI.
#[must_use]
pub fn abi_path() -> PathBuf {
    ffi_dir().join("abi/x86_64.abi")
}

fn strict(compiler: &str, standard: &str, include: &Path) -> Command {
    let mut command = Command::new(compiler);
    command.arg(format!("-std={standard}"));
    command.args(["-g", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"]);
    command.arg(include);
    command
}

/// A program under valgrind, which fails on any error and on any byte not given back. Without backtraces:
/// std keeps what it read of the debug information for them until the end of the process.
#[must_use]
pub fn under_valgrind(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("valgrind");
    command.args([
        "--quiet",
        "--leak-check=full",
        "--show-leak-kinds=all",
        "--errors-for-leak-kinds=all",
    ]);
    command
        .arg("--error-exitcode=99")
        .arg(program)
        .env("RUST_BACKTRACE", "0");
    command
}

/// SYNFIN_ABI_VERSION of the header.
fn abi_version() -> String {
    let header = fs::read_to_string(header_path()).expect("the header is there");
    let line = header
        .lines()
        .find_map(|line| line.strip_prefix("#define SYNFIN_ABI_VERSION "));
    line.expect("the header says its ABI version").to_owned()
}

/// Where the C programs of the tests are.
#[must_use]
pub fn c_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("c")
}
