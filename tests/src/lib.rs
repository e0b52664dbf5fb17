//! What the tests of synfin share: the language that turns written situations into frames, what synfin tells
//! of them, the committed captures, and the tools that check it from outside.

pub mod c_host;
pub mod captures;
pub mod chinese;
pub mod contract;
pub mod differences;
pub mod envelope;
pub mod header;
pub mod http2;
pub mod pcap;
pub mod pdml;
pub mod program;
pub mod readable_json;
pub mod scratch;
pub mod script;
pub mod sharkd;
pub mod shown;
pub mod skip;
pub mod talk;
pub mod told;
pub mod truth;
pub mod tshark;
pub mod wireshark;
