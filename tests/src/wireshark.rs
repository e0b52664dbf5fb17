//! The real tshark with our plugin in it, run the way a user runs it.
//!
//! Wireshark ignores plugin folders other than its own when started by root, so there the tests run it as
//! the user `nobody`, who must be able to read what they give it: plugin and captures lie in a scratch
//! folder that everybody may read.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Between values of a field, and between fields: bytes that no value has.
const VALUE_END: char = '\x1e';
const FIELD_END: char = '\x1f';

/// A scratch folder with the plugin, fresh from the sources, as Wireshark wants to find it.
pub struct Wireshark {
    folder: TempDir,
    as_nobody: bool,
}

/// One frame of `tshark -T fields`: of each field asked for, its values.
pub type Row = Vec<Vec<String>>;

impl Wireshark {
    /// Builds the plugin and puts it into a scratch folder. `None`, with a word why, where Wireshark or its
    /// headers are missing; with `SYNFIN_REQUIRE_ALL=1` that is a failure.
    #[must_use]
    pub fn with_plugin() -> Option<Self> {
        Self::with(build_plugin)
    }

    /// The same with a plugin of the caller's making.
    #[must_use]
    pub fn with(build: impl FnOnce() -> PathBuf) -> Option<Self> {
        if let Some(missing) = missing() {
            assert!(std::env::var_os("SYNFIN_REQUIRE_ALL").is_none(), "{missing}");
            eprintln!("SKIPPED: {missing}, so the plugin is not tested");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("synfin-").tempdir().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        let wireshark = Self {
            folder,
            as_nobody: stdout_of(Command::new("id").arg("-u")).trim() == "0",
        };
        fs::create_dir_all(wireshark.plugin().parent().unwrap()).unwrap();
        fs::copy(build(), wireshark.plugin()).unwrap();
        wireshark.open_to_all(wireshark.folder.path(), 0o755);
        wireshark.open_to_all(&wireshark.folder.path().join("home"), 0o777);
        Some(wireshark)
    }

    fn open_to_all(&self, path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Where Wireshark finds the plugin.
    #[must_use]
    pub fn plugin(&self) -> PathBuf {
        let folder = self.folder.path().join("plugins");
        folder.join(wireshark_version()).join("epan/synfin.so")
    }

    /// One of Wireshark's programs, with the plugin and nobody's preferences.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        self.command_with(program, &[])
    }

    /// The same, allowed to capture from interfaces; only root can allow it.
    #[must_use]
    pub fn command_that_captures(&self, program: &str) -> Option<Command> {
        let capabilities = "+net_raw,+net_admin";
        let options = ["--inh-caps", capabilities, "--ambient-caps", capabilities];
        self.as_nobody.then(|| self.command_with(program, &options))
    }

    fn command_with(&self, program: &str, options: &[&str]) -> Command {
        let mut command = if self.as_nobody {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
                .args(options)
                .arg(program);
            command
        } else {
            Command::new(program)
        };
        command
            .env("HOME", self.folder.path().join("home"))
            .env_remove("XDG_CONFIG_HOME")
            .env("WIRESHARK_PLUGIN_DIR", self.folder.path().join("plugins"))
            .env("TZ", "UTC")
            .current_dir(self.folder.path());
        command
    }

    /// The same without any plugin.
    #[must_use]
    pub fn command_without_plugin(&self, program: &str) -> Command {
        let mut command = self.command(program);
        command.env("WIRESHARK_PLUGIN_DIR", self.folder.path().join("no plugins"));
        command
    }

    /// What `tshark` with these arguments prints. Panics when it fails or complains of the plugin.
    #[must_use]
    pub fn tshark(&self, arguments: &[&str]) -> String {
        printed(self.command("tshark").args(arguments))
    }

    /// Puts our profile among the user's, as `-C synfin` wants to find it, and says where it is.
    #[must_use]
    pub fn profile(&self) -> PathBuf {
        let scratch = self.folder.path().join("installed");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugin/install.sh");
        let mut install = Command::new(script);
        stdout_of(install.arg("install-profile").env("DESTDIR", &scratch));
        let prefix = stdout_of(Command::new("pkg-config").args(["--variable=prefix", "wireshark"]));
        let global = scratch
            .join(&prefix.trim()[1..])
            .join("share/wireshark/profiles/synfin");
        let profile = self.folder.path().join("home/.config/wireshark/profiles/synfin");
        fs::create_dir_all(profile.parent().unwrap()).unwrap();
        fs::rename(global, &profile).unwrap();
        profile
    }

    /// What `tshark` says when it does not do what these arguments ask. Panics when it does.
    #[must_use]
    pub fn refusal(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert!(!output.status.success(), "tshark {arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// What `tshark` with these arguments does, whatever that is.
    #[must_use]
    pub fn output(&self, arguments: &[&str]) -> Output {
        self.command("tshark").args(arguments).output().unwrap()
    }

    /// A capture where tshark can read it.
    #[must_use]
    pub fn capture(&self, bytes: &[u8], name: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        self.open_to_all(&path, 0o644);
        path.to_str().unwrap().to_owned()
    }

    /// The values of some fields, frame by frame. `how` are more arguments, such as `-2`.
    #[must_use]
    pub fn rows(&self, capture: &str, how: &[&str], fields: &[&str]) -> Vec<Row> {
        let separator = format!("separator={FIELD_END}");
        let aggregator = format!("aggregator={VALUE_END}");
        let mut arguments = vec!["-n", "-r", capture, "-T", "fields", "-E", "occurrence=a"];
        arguments.extend(["-E", &separator, "-E", &aggregator]);
        arguments.extend(how);
        for field in fields {
            arguments.extend(["-e", field]);
        }
        let values = |text: &str| match text {
            "" => Vec::new(),
            text => text.split(VALUE_END).map(str::to_owned).collect(),
        };
        let text = self.tshark(&arguments);
        text.lines()
            .map(|line| line.split(FIELD_END).map(values).collect())
            .collect()
    }
}

/// What one of Wireshark's programs prints.
///
/// # Panics
/// When it fails or complains of the plugin.
#[must_use]
pub fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && !["synfin", "panicked"].iter().any(|bad| complaints.contains(bad)),
        "{command:?}: {}\n{complaints}",
        output.status
    );
    String::from_utf8(output.stdout).unwrap()
}

/// What is missing for the plugin to be built and run.
fn missing() -> Option<&'static str> {
    let works = |command: &mut Command| {
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    if !works(Command::new("tshark").arg("--version")) {
        Some("tshark is not installed")
    } else if !works(Command::new("pkg-config").args(["--exists", "wireshark"])) {
        Some("pkg-config finds no Wireshark headers (libwireshark-dev)")
    } else {
        None
    }
}

/// Major and minor version of the Wireshark that the plugin is built for: the name of its plugin folder.
fn wireshark_version() -> String {
    let version = stdout_of(Command::new("pkg-config").args(["--modversion", "wireshark"]));
    version
        .trim()
        .splitn(3, '.')
        .take(2)
        .collect::<Vec<_>>()
        .join(".")
}

/// Builds the plugin into the folder that this program was built into.
fn build_plugin() -> PathBuf {
    // <target>/debug/deps/<this program>
    let program = std::env::current_exe().unwrap();
    let target = program.ancestors().nth(3).unwrap();
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "-p", "synfin-wireshark", "--target-dir"])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(status.success(), "the plugin does not build");
    target.join("debug/libsynfin_wireshark.so")
}

fn stdout_of(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}");
    String::from_utf8(output.stdout).unwrap()
}
