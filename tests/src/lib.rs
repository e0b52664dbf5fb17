//! What the tests of synfin share: the language that turns written situations into frames, what synfin tells
//! of them, and the tools that check it from outside.

pub mod c_host;
pub mod header;
pub mod script;
pub mod told;
pub mod wireshark;
