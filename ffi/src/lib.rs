//! The C ABI of synfin: `include/synfin.h` is made from this crate, comments included, so they speak to
//! the C programmer. `cargo run -p synfin-tests --bin header` writes it.
//!
//! Every exported function stands behind `guard.rs`: pointers are looked at before use, a panic becomes a
//! status. Nothing but plain data crosses: structs that begin with their size, texts, numbers.
#![allow(non_camel_case_types, reason = "the names are C's")]
#![allow(
    clippy::missing_safety_doc,
    reason = "the comments are the header's: they state each condition, for the C programmer"
)]

mod guard;
mod handle;
mod sized;
mod text;

// In the order of the header.
mod version;

mod status;

mod config;

mod annotation;

mod bounds;

mod dissector;

mod packets;

mod icmp;

mod batch;

mod connection;

mod values;

mod http;

mod json;

mod registry;

#[cfg(test)]
mod tests;

pub use annotation::*;
pub use batch::*;
pub use bounds::*;
pub use config::*;
pub use connection::*;
pub use dissector::*;
pub use http::*;
pub use icmp::*;
pub use json::*;
pub use packets::*;
pub use registry::*;
pub use sized::SYNFIN_STRUCT_SIZE_MAX;
pub use status::*;
pub use text::synfin_str;
pub use values::*;
pub use version::*;
