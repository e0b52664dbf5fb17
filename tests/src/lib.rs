//! What the tests of synfin share: the language that turns written situations into frames.

pub mod c_host;
pub mod header;
pub mod script;
pub mod wireshark;
