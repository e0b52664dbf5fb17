//! Folders and files that a test makes for itself.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

/// A folder that goes with the value.
///
/// # Panics
/// Where none can be made.
#[must_use]
pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a scratch folder")
}

/// A file in it.
///
/// # Panics
/// Where it cannot be written.
pub fn file(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("a scratch file");
    path
}
