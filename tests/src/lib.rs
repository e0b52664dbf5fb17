//! What the tests of synfin share: the language that turns written situations into frames, the committed
//! captures, the program, and Wireshark's opinion.

pub mod captures;
pub mod pcap;
pub mod pdml;
pub mod program;
pub mod script;
pub mod skip;
pub mod tshark;
