//! Writes `ffi/abi/x86_64.abi`, the committed ABI: `cargo run -p synfin-tests --bin abi`, or `make abi`.

use std::fs;

use synfin_tests::c_host::{Library, abi_path};

fn main() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    fs::write(abi_path(), Library::abi(folder.path()))?;
    println!("{} written", abi_path().display());
    Ok(())
}
