//! The C ABI of synfin.
