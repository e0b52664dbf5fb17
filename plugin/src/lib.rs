//! The Wireshark plugin.
