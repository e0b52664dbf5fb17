//! Gives the shared library its name: Rust's own linking leaves a cdylib without a SONAME, and then a
//! program would remember the path it was linked with.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // rustc-link-arg is for this crate alone. rustc-cdylib-link-arg would reach the Wireshark plugin, too (cargo
    // issue 9562), and under this name a libsynfin.so.1 of the host program would be taken for loaded already.
    // The number is the major version of the ABI, SYNFIN_ABI_VERSION; a test compares them.
    match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("macos" | "ios") => {
            println!("cargo:rustc-link-arg=-Wl,-install_name,@rpath/libsynfin.1.dylib");
        }
        Ok("windows") => {}
        _ => println!("cargo:rustc-link-arg=-Wl,-soname,libsynfin.so.1"),
    }
}
